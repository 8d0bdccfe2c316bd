"""One referral as its provider sees it: what is safe now, the pack, what may be done, and what happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from contracts.working_time import local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import contacting, packing, providing, sealing, supporting
from services.referral.actions.beside import CODES
from services.referral.domain import safe_contact
from services.referral.domain.attempting import not_before
from services.referral.domain.books import Books
from services.referral.domain.languages import language_name
from services.referral.domain.safe_contact import Profile
from services.referral.domain.transitions import Transition
from services.referral.provider_portal import due_words, ending, needs, within, words
from services.referral.provider_portal.room import TRYING, can_try, frame, own, steps, workers
from services.referral.said import who
from services.referral.store import alarms, appointments, contact, life, must_not_know, noes, portal
from services.referral.store.contact import Attempt
from services.referral.store.portal import Offered, Told

SEEN = "portal.referral_seen"


def _tried(one: Attempt) -> tuple[datetime, str, str]:
    """When somebody tried, how, and what came of it."""
    way = words.CHANNELS.get(one.channel, "Said when it was closed")
    return one.at, way, words.ATTEMPTS.get(one.outcome, one.outcome)


async def show_referral(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    viewer = visit.signed_in
    async with visit.begin() as tx:
        offered = await own(tx, visit, books)
        if offered.state == "sent" and offered.viewed_at is None and visit.may("portal.write"):
            await providing.view(tx, viewer, offered.referral_id, visit.now)
        pack = await packing.read(tx, visit.sealer, viewer, offered.leg_id, visit.now) or {}
        profile, digests = await _profile(tx, offered)
        shut_out = await must_not_know.of_case(tx, offered.case_id)
        told = await portal.told(tx, offered.leg_id)
        check_ins = await life.check_ins(tx, offered.referral_id)
        tried = await contact.attempts(tx, offered.case_id)
        no = await noes.to_provider(tx, offered.case_id, offered.referral_id, offered.leg_id)
        need = await needs.shown(tx, books.support, offered)
        ended = await ending.shown(tx, books.support, offered)
        alerts = await portal.alerts(tx)
        heard = await alarms.heard(tx, offered.case_id, offered.line)
        coming = await appointments.to_come_of(tx, [offered.leg_id], visit.now)
        unsafe = await supporting.not_safe(tx, coming, books.support, visit.now)
        booked = [a for a in await appointments.of_leg(tx, offered.leg_id) if a.state == "booked"]
        await audit.record(tx, [audit.seen(viewer, SEEN, "case", offered.case_id, tuple(sorted(pack)))])
    possible = sorted(steps(visit, books, offered), key=_asks)
    names = await workers(visit)
    tries = can_try(visit, offered)
    channels = _channels(visit, profile, pack, _still(visit, pack, digests), can_try=tries)
    _add_next(visit, books, offered, profile, tried if tries else None, channels)
    ways = _ways(visit, books, offered, pack, channels)
    return visit.render(
        "provider_portal/referral.html",
        status=422 if errors else 200,
        **(frame(visit, books, offered, names) | ways),
        workers=[{"value": "nobody", "text": "Nobody"}, *({"value": str(k), "text": v} for k, v in names.items())],
        pack=words.pack(pack),
        shut_out=", ".join(CODES["must_not_know"][code].lower() for code in shut_out),
        steps=possible,
        said_no=_said_no(possible, no),
        can_try=tries,
        can_lock=visit.may("portal.write"),
        kinds=words.CHANNELS,
        outcomes=words.ATTEMPTS,
        attempt_id=uuid4(),
        all_alerts=alerts,
        warnings=within.warnings(offered, heard, reachable=safe_contact.reachable(profile)),
        seconds=books.standards_on(local_day(visit.now)).alert_poll_seconds,
        sooner=_sooner(books),
        sooner_words=books.transitions.reasons["attempt_sooner"].words,
        attempts=[_tried(a) for a in tried if a.referral_id == offered.referral_id],
        told=[_told(books, event) for event in told],
        need=need,
        stages=needs.stages(visit, offered),
        lists=books.support,
        ended=ended,
        unsafe=unsafe,
        booked=[(a, books.support.ways.get(a.way, a.way)) for a in reversed(booked)],
        **_of_pack(books, offered, pack),
        nudged=offered.nudged_at is not None and offered.state == "sent",
        check_ins=check_ins,
        check_in_words=books.transitions.reasons["check_in"],
        errors=[_placed(error, may_try=ways["may_try"], can_try=tries) for error in errors],
    )


def next_attempt(
    visit: Visit, books: Books, offered: Offered, profile: Profile, tried: Sequence[Attempt], channel: str
) -> datetime:
    """The first instant from now on at which the pace lets the person be tried on this channel."""
    paces = books.standards_on(local_day(visit.now)).attempts
    pace = paces["life_safety" if offered.urgent else "others", channel]
    return not_before(pace, [held.at for held in tried if held.channel == channel], visit.now, profile, channel)


def _add_next(
    visit: Visit,
    books: Books,
    offered: Offered,
    profile: Profile,
    tried: Sequence[Attempt] | None,
    channels: Sequence[dict[str, Any]],
) -> None:
    """Says of each channel until when it is not to be tried; nothing where nobody may try, and `tried` is None."""
    for each in channels:
        at = next_attempt(visit, books, offered, profile, tried, each["kind"]) if tried is not None else visit.now
        each["next"] = at if at > visit.now else None


NOT_YOURS = "The referral is not yours any more. Do not try to reach the person: ask the hub."
NOT_AGREED = (
    "The person has not agreed that you are told how to reach them. Do not look for another way:"
    " ask the hub, which asks them."
)
NONE_CAME = "No number or address that is safe came with this referral."
ASK_FOR_IT = "One is safe now, and was not given to you: ask the hub for it."
ASK_POLICE = "Do not look for another way: ask the hub, which asks the police."
PERSON_SAID = (
    "The person themselves wants nobody to get in touch. Do not try to reach them, and do not look for another way: ask"
    " the hub."
)
ASK_HUB = (
    "Do not try to reach the person: the warning above says why. Ask the hub. What is safe is shown again once the hub"
    " has looked at it."
)
AT_OTHER_TIMES = "Nothing is safe to use at this hour. Do not try before: “What is safe” says when it is."
NOTHING_SAFE = "Nothing is safe to use now. Do not try to reach the person: ask the hub."


def _of_pack(books: Books, offered: Offered, pack: dict[str, Any]) -> dict[str, Any]:
    """Age, risk and language as they are now, as far as the agreement lets them be told: with the age what is said
    where it is another one than was sent, the language only where it is; and what the agreement leaves out."""
    missing = within.left_out(offered, books.directory.by_id.get(offered.contract_id)) if pack else []
    if not offered.kind:
        return {"age": words.NO_LONGER, "risk": "", "other_age": "", "language": "", "left_out": missing, "dangers": []}
    sent = pack.get("age_band", offered.age_band)
    spoken = offered.language if "language" in pack and offered.language != pack["language"] else None
    return {
        "age": within.age(offered),
        "risk": within.risk(offered),
        "other_age": within.other_age(offered) if sent != offered.age_band else "",
        "language": language_name(spoken) if spoken else "",
        "left_out": missing,
        "dangers": within.dangers(offered, pack),
    }


def _ways(
    visit: Visit, books: Books, offered: Offered, pack: dict[str, Any], channels: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The ways that are shown, those of them that may be used now, and the one thing that is said of why nobody of this
    provider reaches the person now; "" where somebody may. What is due asks for nothing that is forbidden."""
    usable = {each["kind"]: each["words"] for each in channels if each["may"].allowed and not each["changed"]}
    bars = None if offered.kind else NOT_YOURS
    bars = bars or (None if within.told(offered, within.CHANNELS) else NOT_AGREED)
    why = bars or _no_way(books, offered, pack, channels, usable)
    shown = () if bars else channels
    barred = why not in ("", AT_OTHER_TIMES) and offered.state in TRYING
    due = {"due": due_words.barred(offered, visit.now)} if barred else {}
    return {
        **due,
        "no_way": why,
        "barred": barred,
        "channels": shown,
        "usable": usable,
        "may_try": bool(usable and shown),
    }


def _no_way(
    books: Books,
    offered: Offered,
    pack: dict[str, Any],
    channels: Sequence[Mapping[str, Any]],
    usable: Mapping[str, str],
) -> str:
    contract = books.directory.by_id.get(offered.contract_id)
    if pack and contract is not None and packing.no_way(contract, pack):
        return f"{NONE_CAME} {ASK_FOR_IT if usable else ASK_POLICE}"
    if usable:
        return ""
    why = {channel["may"].why for channel in channels}
    if safe_contact.ASK_FIRST in why:
        return ASK_HUB
    if why & safe_contact.ANOTHER_TIME:
        return AT_OTHER_TIMES
    return PERSON_SAID if "person_said" in why else NOTHING_SAFE


def _sooner(books: Books) -> list[dict[str, str]]:
    """Why somebody may be tried sooner than the pace allows; that it is not, first."""
    reasons = [{"value": one.code, "text": one.words} for one in books.transitions.reasons["attempt_sooner"].reasons]
    return [{"value": "", "text": "It is not sooner"}, *reasons]


def _placed(error: FieldError, *, may_try: bool, can_try: bool) -> FieldError:
    """The error at its field; at none where the form that asks for it is not on the page."""
    there = can_try and (may_try or error.field != "sooner")
    return error if there or error.field not in ("channel", "outcome", "sooner") else FieldError("", error.message)


async def _profile(tx: Tx, offered: Offered) -> tuple[Profile, dict[str, bytes]]:
    """The channels as they are now, and what their values are told by; none once the case is no longer this provider's
    to see."""
    person_id = await contact.person_of(tx, offered.case_id)
    if person_id is None:
        return Profile(), {}
    profile = await contacting.profile_for_provider(tx, offered.case_id, person_id)
    return profile, await contact.digests(tx, person_id)


def _still(visit: Visit, pack: dict[str, Any], digests: Mapping[str, bytes]) -> dict[str, str]:
    """The numbers and addresses of the pack that are still the person's: what is safe now is what they have now."""
    given = _given(pack)
    return {k: value for k, value in given.items() if sealing.value_index(visit.sealer, k, value) == digests.get(k)}


def _given(pack: Mapping[str, Any]) -> dict[str, str]:
    """The numbers and addresses of the pack, by kind."""
    return {channel["kind"]: channel["value"] for channel in pack.get("channels", ()) if channel["value"]}


async def is_another(tx: Tx, visit: Visit, offered: Offered, channel: str) -> bool:
    """Whether the number or address of a channel is another one than this provider was given."""
    pack = await packing.read(tx, visit.sealer, visit.signed_in, offered.leg_id, visit.now) or {}
    _, digests = await _profile(tx, offered)
    return channel in _given(pack).keys() - _still(visit, pack, digests)


def _channels(
    visit: Visit, profile: Profile, pack: Mapping[str, Any], still: Mapping[str, str], *, can_try: bool
) -> list[dict[str, Any]]:
    """Every known channel with whether it may be used now; its value only while that is so. `changed`: the provider was
    given another one before."""
    found, changed, given = [], _given(pack).keys() - still, still if can_try else {}
    for kind, state in profile.channels.items():
        may = safe_contact.may_use(profile, kind, "support", visit.now)
        found.append(
            {
                "kind": kind,
                "words": words.CHANNELS.get(kind, kind),
                "state": state,
                "may": may,
                "said": words.SHUT.get(may.why, may.words),
                "safe": safe_contact.may_give(state),
                "changed": kind in changed,
                "value": given.get(kind) if may.allowed else None,
                "given": kind in still,
                "days": words.days(state.days),
                "hours": words.hours(state.hours),
            }
        )
    return sorted(found, key=lambda channel: (not channel["safe"], channel["words"]))


ENDS_IT = ("person_declined", "end_early")
"""Steps by which a provider records that the person does not want its support: before it began, and after."""


def _said_no(possible: Sequence[Transition], no: datetime | None) -> dict[str, Any] | None:
    """When the person last said no to this provider, and the step that records it; None where they did not, or where
    nothing is open."""
    step = next((one for verb in ENDS_IT for one in possible if one.verb == verb), None)
    return {"at": no, "step": step} if no is not None and step is not None else None


def _asks(step: Transition) -> bool:
    """Whether a step asks something on a page of its own; what is done at once stands first."""
    return step.reasons is not None or step.verb == "complete"


def _told(books: Books, event: Told) -> dict[str, Any]:
    return {
        "label": {"text": words.told(event.type)},
        "datetime": {"timestamp": event.happened_at, "type": "datetime"},
        "byline": {"text": "the hub" if event.actor_role == "system" else who(event.actor_role)},
        "text": words.reason(books, event.type, event.data),
    }
