"""A person of whom a worker sees one record and one case alone: the others are restricted, at another provider, or have
the same number locked; and every form of what they do see, sent and not kept."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from starlette.applications import Starlette

from contracts.identity import case_id
from contracts.working_time import local_day
from kit import clock
from kit.database import Database, Looking, Tx
from kit.web.app import make_app
from services.referral import case_ui, provider_portal
from services.referral.__main__ import HERE
from services.referral.actions import consenting, contacting, opening, providing, referring
from services.referral.store.consent import Consent
from tests.browser import Browser
from tests.builders import NOON, a_crime, a_detail, a_victim, a_viewer, recorded
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, Sent, a_referral_sent
from tests.walking import Form, as_it_should_be, one_of_each, page_at, token_of, walk

NUMBER = "07700 900421"
EVERY = ("mobile", "landline", "text", "email", "letter")
VALUES = {"email": "w.testperson@example.org", "letter": "1 Example Row, ZZ99 9ZZ"}
OTHERWISE = {"given_names": "Ottoline", "family_name": "Exampleton", "date_of_birth": "1970-01-01"}
"""As the restricted record is named, so that nothing but the link says who it is."""
OFFICER, WORKER = a_viewer(), a_viewer("idva.worker")
OF_PEOPLE = ("/cases/", "/portal/referrals/")
TELLING = re.compile("outcome|same|safety|channel|^line$")
"""Choices of which each is tried; of any other the first is."""


@dataclass(frozen=True)
class Scene:
    """`sent` is with Harbour Lane; `elsewhere` is another case of the same record, with another provider; the others
    are other records of the same person, restricted and with the same number locked."""

    sent: Sent
    elsewhere: UUID
    restricted: UUID
    locked: UUID


async def says(hub: Hub, ref: str, hours: int, *, kind: str = "text", works_for: str = "none", **detail: str) -> UUID:
    """The police tell of another crime against somebody who has this number; the id of the case."""
    crime = a_crime(a_victim(ref, channels_safe=[kind], works_for=works_for))
    numbers = [{"kind": kind, "value": NUMBER, "safety": "safe"}]
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(channels=numbers, **detail), crime["crime_id"], ref)
    await hub.hears(recorded(crime, at=NOON + timedelta(hours=hours)))
    await hub.every(opening.open_arrivals, NOON + timedelta(hours=hours))
    return case_id(crime["crime_id"], ref)


async def person_of(hub: Hub, case: UUID) -> UUID:
    found: UUID = await hub.value("select person_id from case_file where case_id = $1", case)
    return found


async def linked(hub: Hub, people: Sequence[UUID]) -> None:
    """Puts into the database that these are records of one person, whoever may decide so and whatever follows."""
    for one in people:
        for other in people:
            if one != other:
                await hub.worker.pool.execute("insert into linked_person values ($1, $2)", one, other)
            if one < other:
                await hub.worker.pool.execute(
                    "insert into same_person (person_id, other_id, matched, proposed_at, same)"
                    " values ($1, $2, '{}', $3, true) on conflict (person_id, other_id) do update set same = true",
                    *(one, other, NOON),
                )


async def a_scene(hub: Hub) -> Scene:
    """A referral that its provider has accepted, and what there is beside it; with something of each kind that can be
    done: a pair to decide, a referral to triage, one that is leaving, an override that waits for a second person."""
    channels = [{"kind": kind, "value": VALUES.get(kind, NUMBER), "safety": "safe"} for kind in EVERY]
    sent = await a_referral_sent(hub, channels=channels)
    ref = await hub.value("select victim_ref from case_file where case_id = $1", sent.case)
    elsewhere = await says(hub, ref, 1)
    restricted = await says(hub, "V-restricted", 2, kind="landline", works_for="provider", **OTHERWISE)
    locked, _ = await says(hub, "V-locked", 3), await says(hub, "V-maybe", 4, kind="mobile")
    await linked(hub, [sent.person, await person_of(hub, restricted), await person_of(hub, locked)])
    async with hub.looks(OFFICER) as tx:
        await contacting.lock_channel(tx, OFFICER, locked, "text", "someone_else_answered", LATER)
    await hub.worker.pool.execute("update channel_lock set carried_on_at = now()")
    await hub.worker.pool.execute("update channel set safety = 'safe' where locked_at is null")
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
    async with hub.looks(OFFICER) as tx:
        await _waits(tx, hub, sent, locked)
    return Scene(sent, elsewhere, restricted, locked)


async def _waits(tx: Tx, hub: Hub, sent: Sent, other: UUID) -> None:
    person = await contacting.person_of(tx, other)
    to = next(c.contract_id for c in BOOKS.directory.at("isva", "E08000025") if c.provider.slug == "stillwater")
    new = await referring.offer_line(tx, OFFICER, other, "isva", LATER)
    await referring.triage(tx, OFFICER, new.referral_id, LATER)
    agreed = Consent(uuid4(), person, other, "support", "self", LATER, contract_id=to, how="mobile")
    await consenting.record(tx, OFFICER, agreed, LATER)
    await referring.send(tx, OFFICER, new.referral_id, to, BOOKS, hub.sealer, clock.now())
    await referring.offer_line(tx, OFFICER, other, "idva", LATER)
    await consenting.ask_override(tx, OFFICER, uuid4(), sent.case, "idva", "life_at_risk", LATER)


class _Back(Exception):
    """Takes back what a transaction wrote."""


class Unkept(Database):
    """A database that does all that it is told and, once `unkept` is set, takes it back at the end."""

    unkept = False

    @asynccontextmanager
    async def begin(self, viewer: Looking | None = None) -> AsyncIterator[Tx]:
        try:
            async with super().begin(viewer) as tx:
                yield tx
                if self.unkept:
                    await tx.execute("set constraints all immediate")
                    raise _Back
        except _Back:
            return


def app_of(hub: Hub, access: Database) -> tuple[Starlette, list[Unkept]]:
    """The pages of the hub and of the portal, over databases whose writes can be taken back."""
    kept = [Unkept(hub.hub.pool), Unkept(hub.portal.pool)]
    pages = [*case_ui.pages(hub.context), *provider_portal.pages(hub.context)]
    app = make_app(
        "referral",
        hub.context.settings,
        pages,
        databases={"hub": kept[0], "portal": kept[1]},
        templates=HERE / "templates",
        access=access,
        sealer=hub.sealer,
    )
    return app, kept


def ways(form: Form) -> Iterator[dict[str, list[str]]]:
    """A form as it should be sent, once for each choice that tells what is done."""
    today = local_day(clock.now())
    plain = as_it_should_be(form, today + timedelta(days=1)) | {name: [""] for name in ("days", "hours")}
    plain |= {"spoke": ["yes"]} if "spoke" in form.choices else {}
    yield plain
    for name, values in {**form.choices, **form.presses}.items():
        if TELLING.search(name) and not name.startswith(("need", "outcome-")):
            yield from (plain | {name: [value]} for value in values[:4] if [value] != plain.get(name))


async def press_everything(
    app: Starlette, databases: Sequence[Unkept], browser: Browser, starts: Sequence[str]
) -> tuple[set[str], list[str]]:
    """Sends every form that a walk comes upon, and takes each back: the pages that did what they were told, and what
    was neither done nor refused in words."""
    found = await walk(app, browser, starts, within=tuple(starts))
    wrong = [f"{address}: {status}" for address, (status, _) in found.texts.items() if status >= 500]
    token, done = token_of(found), set[str]()
    for database in databases:
        database.unkept = True
    of_people = [form for form in one_of_each(app, found.forms) if form.action.startswith(OF_PEOPLE)]
    for form in of_people:
        for sent in ways(form):
            try:
                status = (await browser.answer("POST", form.action, sent | {"csrf_token": [token]})).status_code
            except Exception as error:
                status = 500
                wrong.append(f"{form.action} {sorted(sent.items())}: {type(error).__name__}")
            page = page_at(app, "POST", form.action)
            assert page is not None
            wrong += [f"{page.path}: {status}"] if status not in (200, 303, 404, 409, 422, 500) else []
            done |= {page.path} if status == 303 else set()
    for database in databases:
        database.unkept = False
    return done, wrong
