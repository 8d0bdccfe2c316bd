"""Sample cases walked through the hub and its providers, by the pages that people use."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import httpx

from handrail.demo.pages import Form, Sheet, browser, look, submit
from handrail.local.state import System
from handrail.signin import sign_in

_ID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
_SENT = rf"/portal/referrals/{_ID}"
PROVIDERS = ("idva.worker", "isva.worker", "hate.worker", "rtc.worker")
WAYS: tuple[tuple[str, ...], ...] = (
    ("accept", "attempt", "start", "complete"),
    ("accept", "attempt", "start"),
    ("decline",),
    ("accept", "attempt", "start", "pause", "resume", "complete"),
    ("waitlist", "accept", "start", "complete"),
    ("accept",),
    ("accept", "attempt", "start", "end_early"),
    ("ask",),
    ("accept", "attempt", "start", "complete"),
    (),
)
"""What providers do with the referrals at the top of their lists, one way after the other."""


def walk(system: System, data: Path, referrals: int = 20, cases: int = 6) -> Counter[str]:
    """Walks `referrals` referrals of each provider persona and `cases` waiting cases; counts what was done."""
    done: Counter[str] = Counter()
    with browser(system.http, sign_in(data, "officer")) as client:
        done.update(_hub(client, cases))
    for persona in PROVIDERS:
        with browser(system.http, sign_in(data, persona)) as client:
            done.update(_provider(client, referrals))
    return done


def _provider(client: httpx.Client, most: int) -> Iterator[str]:
    for address, way in zip(_offered(client, most), cycle(WAYS)):
        yield from along(client, address, way)


def _offered(client: httpx.Client, most: int) -> list[str]:
    found: list[str] = []
    page = 1
    while len(found) < most:
        here = look(client, f"/portal?list=open&page={page}").linked(_SENT)
        if not here or here[0] in found:
            break
        found += here
        page += 1
    return found[:most]


def along(client: httpx.Client, address: str, way: Sequence[str]) -> Iterator[str]:
    yield "portal.viewed"
    for verb in way:
        if verb == "attempt":
            yield _attempt(client, address)
            continue
        after = _step(client, address, verb)
        if after is None or after.refused:
            yield f"portal.{verb} refused"
            return
        yield f"portal.{verb}"


def _step(client: httpx.Client, address: str, verb: str) -> Sheet | None:
    """The button on the page, or the page behind it where a reason or an outcome is asked."""
    page = look(client, address)
    form = page.form(f"/steps/{verb}")
    if form is None and any(link.endswith(f"/steps/{verb}") for link in page.links):
        page = look(client, f"{address}/steps/{verb}")
        form = next((one for one in page.forms if one.method == "post" and not one.action.endswith("sign-out")), None)
    return submit(client, page, form, **_changes(form)) if form else None


def _changes(form: Form) -> dict[str, str]:
    """What changed for the person, where the end of support asks it: the first answer that says something."""
    return {
        name: next(value for value in values if value)
        for name, values in form.options.items()
        if name.startswith("outcome-")
    }


def _attempt(client: httpx.Client, address: str) -> str:
    """By the first channel that is safe now; at night there may be none. A walk keeps no pace, and says why."""
    page = look(client, address)
    form = page.form("/attempts")
    for channel in form.options.get("channel", []) if form else []:
        if form and not submit(client, page, form, channel=channel, outcome="spoke", sooner="made_before").refused:
            return "portal.attempt"
    return "portal.attempt not safe now"


def _hub(client: httpx.Client, most: int) -> Iterator[str]:
    """Triage, then the send with the person's own agreement, to the first contract that fits."""
    for case in look(client, "/cases?queue=waiting").linked(rf"/cases/{_ID}")[:most]:
        yield "hub.viewed"
        page = look(client, f"{case}/referrals")
        triage = page.form("/steps/triage")
        if triage is not None:
            page = submit(client, page, triage)
            yield "hub.triage"
        for choice in page.linked(rf"{case}/referrals/{_ID}/contracts"):
            yield _send(client, choice)


def _send(client: httpx.Client, choice: str) -> str:
    fitting = look(client, choice).linked(rf"{choice}/{_ID}")
    if not fitting:
        return "hub.nobody fits"
    page = look(client, fitting[0])
    form = next((one for one in page.forms if "agreed" in one.options), None)
    if form is None:
        return "hub.send not offered"
    said = {"agreed": "yes", "unassessed": "provider_assesses"}
    return "hub.send refused" if submit(client, page, form, **said).refused else "hub.send"
