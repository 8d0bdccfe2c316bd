"""The outbox: every message asked for, what became of it, and its address and link only on demand."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.web.app import Visit
from services.referral.actions import contacting, mailing
from services.referral.case_ui import words
from services.referral.case_ui.room import Desk
from services.referral.domain import leaving, safe_contact
from services.referral.store import cases, mail, protected, provider_mail

STATES = {"waiting": "Waiting", "sending": "Leaving now", "sent": "Sent", "failed": "Failed", "withheld": "Withheld"}
WHY = {
    "not_taken": "The provider did not take it. It is tried again.",
    "no_answer": "The provider did not answer. It is tried again under the same key.",
    "rejected": "The provider refused it for good.",
    "defect": "Our own code failed on it: tell the developers. It is tried again.",
    "no_address": "There is no address for this channel any more.",
    "no_carrier": "Nothing here can send by this channel.",
    "no_safe_time": "No moment at which its channel is safe comes before it is too late.",
    "too_late": "It was too late.",
    "unsafe": "The channel is not safe any more.",
    "locked": "The channel is locked: only somebody who has spoken to the person lifts the lock.",
    "unknown": "Nobody knows whether the channel is safe.",
    "died": "It was recorded that the person died.",
    "person_said": "The person asked that nobody gets in touch: do not ask them again.",
    "opted_out": "The person does not want to be asked about this.",
    "by_hand": "Somebody else may read it: nothing leaves by itself, a worker gets in touch.",
    "said_no": "The person said no to support, and that is not recorded yet.",
    "through_officer": "A family liaison officer is with the family: nothing leaves by itself.",
    mailing.QUIET: "Something became known of the person since: they are left in peace, and asked later if at all.",
    mailing.STOPPED: "Somebody of the hub stopped it.",
    "major_incident": "A major incident is switched on: nothing leaves by itself.",
    "share_refused": "The person said no to sharing since: nothing leaves.",
    "share_not_asked": "The person was not asked whether it may be shared: nothing leaves.",
    "one_chance": "Honour-based abuse: no letter, and nobody in between.",
    "no_safe_channel": "Nobody knows any more whether the channel is safe.",
    "answered": "The provider had answered, or the referral was no longer with it.",
    "list_answered": "The provider had said how its list stands this week.",
    "done_since": "What was late was done before it left.",
    "link_over": "The link was opened, taken back or too old before it left.",
}
BECAUSE = {
    "not_this_day": "its channel is not safe on this day of the week",
    "not_this_hour": "its channel is not safe at this hour",
    leaving.QUIET_HOURS: "nobody is written to at night",
    leaving.RESTS: "what brought it about can still be taken back",
}
"""Why a message waits for a time that it names."""
TO_PROVIDERS = {
    "provider_link": "One-time link",
    "provider_nudge": "Nudge: the hub waits for an answer",
    "provider_late": "Nudge: something is late that the provider has taken on",
    "provider_alert": "Alert: look before any contact",
    "provider_contract": "A contract has a new last day",
    "provider_capacity": "The question of the week: how does its list stand?",
}
LEAVE_BY = {
    "outbox": "On this machine nothing leaves: a message here, e-mail, text or letter, counts as sent to nowhere.",
    "smtp": "Messages leave by e-mail alone (SMTP). Text messages and letters cannot leave from here: each stands "
    "below as failed, and somebody has to write or ring, where that is safe.",
    "notify": "E-mail and text messages leave by GOV.UK Notify. Letters cannot leave from here, since no template for "
    "letters is set: each stands below as failed, and somebody has to write it, where that is safe.",
    "notify_letters": "E-mail, text messages and letters leave by GOV.UK Notify. Letters are printed and posted by it, "
    "so they arrive some days later.",
}
"""What leaves by which carrier, said plainly."""
PROTECTED = "A protected address: not shown here"
REFUSED = {
    "not_waiting": "It does not wait any more: it has left, or was withheld.",
    "not_failed": "Only a message that failed can be tried again.",
    "too_late": "It is too late for this message.",
}


async def show(visit: Visit, desk: Desk) -> Response:
    state, number = visit.query.get("state", ""), visit.query.get("page", "1")
    page = min(max(int(number), 1), 400) if number.isdecimal() and len(number) < 9 else 1
    chosen = state if state in mail.STATES else None
    async with visit.begin() as tx:
        listed = await mail.outbox(tx, chosen, page)
        counts = await mail.counts(tx)
        to_providers = await provider_mail.newest(tx) if chosen is None and page == 1 else []
        await audit.record(tx, [audit.seen(visit.signed_in, "outbox_seen", "operations", None)])
    names = {c.provider.provider_id: c.provider.name for c in desk.books.directory.contracts}
    tabs = [{"text": "All", "href": "/operations/outbox", "active": chosen is None}]
    tabs += [
        {
            "text": f"{name} ({counts.get(code, 0)})",
            "href": f"/operations/outbox?state={code}",
            "active": code == chosen,
        }
        for code, name in STATES.items()
    ]
    return visit.render(
        "case_ui/outbox.html",
        rows=listed[:25],
        more=len(listed) > 25,
        page=page,
        chosen=chosen,
        tabs=tabs,
        states=STATES,
        why=WHY,
        because=BECAUSE,
        words=words.words,
        leave_by=LEAVE_BY[carrying(visit)],
        to_providers=[
            (row, TO_PROVIDERS.get(row.template, row.template), names.get(row.provider_id, "A provider that has ended"))
            for row in to_providers
        ],
    )


def carrying(visit: Visit) -> str:
    """By what messages leave here, and whether letters do."""
    settings = visit.settings
    return "notify_letters" if settings.mail == "notify" and settings.notify_letter_template else settings.mail


async def reveal(visit: Visit, desk: Desk) -> Response:
    """One message as it leaves, its address while that is safe, and its link cut off where messages leave: whoever has
    the link is the person. Who asked is kept."""
    async with visit.begin() as tx:
        held = await mail.get(tx, visit.id("request_id"))
        if held is None:
            raise HTTPException(404)
        said = await mailing.shown(tx, visit.sealer, held, visit.settings, visit.now)
        verdict = await _may_show(tx, visit, held)
        hidden = held.channel in protected.PLACES and bool(await protected.of(tx, [held.person_id]))
        fields = (held.channel, "words") if verdict.allowed and not hidden else ("words",)
        seen = audit.seen(visit.signed_in, "mail_revealed", "case", held.case_id, fields)
        await audit.record(tx, [seen])
    rows: list[dict[str, Any]] = []
    if said is not None:
        to = said.to if verdict.allowed else f"Not shown: the channel may not be used now. {verdict.words}"
        to = PROTECTED if hidden else to
        told = [("By", words.words(said.channel)), ("To", to), ("Subject", said.subject)]
        rows = [{"key": {"text": name}, "value": {"text": text}} for name, text in told]
    return visit.render(
        "case_ui/outbox_message.html",
        whole=visit.settings.nothing_leaves,
        held=held,
        said=said,
        rows=rows,
        states=STATES,
    )


async def _may_show(tx: Tx, visit: Visit, held: mail.Held) -> safe_contact.Verdict:
    """Whether the address of a message may be opened: as any number or address, only while its channel is safe."""
    shut = await contacting.mail_shuts(tx, await cases.get(tx, held.case_id), held.purpose, visit.now)
    profile = replace(await contacting.profile_for_mail(tx, held.person_id), shut=shut)
    return safe_contact.may_use(profile, held.channel, held.purpose, visit.now)


async def again(visit: Visit, desk: Desk) -> Response:
    return await _does(visit, mailing.again, "It is tried again, under the same key.")


async def stop(visit: Visit, desk: Desk) -> Response:
    return await _does(visit, mailing.stop, "It is stopped: it does not leave.")


async def _does(visit: Visit, act: Callable[[Tx, Viewer, UUID, datetime], Awaitable[None]], done: str) -> Response:
    try:
        async with visit.begin() as tx:
            await act(tx, visit.signed_in, visit.id("request_id"), visit.now)
    except Refused as refused:
        if refused.code == "not_found":
            return visit.not_found()
        return visit.redirect("/operations/outbox", flash=REFUSED[refused.code], done=False)
    return visit.redirect("/operations/outbox", flash=done)
