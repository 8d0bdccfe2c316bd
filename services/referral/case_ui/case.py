"""A case: its overview and its timeline."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.reference import offence
from contracts.refused import Refused
from contracts.working_time import LONDON
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError, Say, date_values, parse
from kit.web.words import when
from services.referral import desk_books, said
from services.referral.actions import (
    alarming,
    code_words,
    contacting,
    elsewhere,
    heard_elsewhere,
    making_sure,
    more_care,
    sealing,
    tasking,
    watching_looks,
)
from services.referral.actions.specialist import is_careful
from services.referral.case_ui import (
    barred,
    came,
    crime_outcome,
    death,
    first_contact,
    glass,
    happened,
    hold_ends,
    meanwhile,
    overrides,
    same_person,
    todo,
    unknown_word,
    why,
    words,
)
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.domain import safe_contact, unfamiliar
from services.referral.domain.facts import facts_of
from services.referral.domain.safe_contact import Profile
from services.referral.domain.told import DISABLED, NO_DISABILITY
from services.referral.store import (
    alerts,
    audited,
    cases,
    consent,
    contract_tasks,
    crime_outcomes,
    details,
    life,
    looking,
    protected,
    tasks,
    timeline,
    unsure,
    wishes,
    workers,
)
from services.referral.store import first_contact as assessments
from services.referral.store import hold_ends as hold_end_store
from services.referral.store.cases import Alert, Case

PROTECTED = "Protected: not shown here. Under Contact it is opened for a reason, where that way is safe"


async def overview(visit: Visit, desk: Desk) -> Response:
    return await _overview(visit, desk, None)


async def reveal(visit: Visit, desk: Desk) -> Response:
    """The name and the details, shown once because somebody asked; who asked is kept."""
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        held = await sealing.open_person(visit.sealer, case.person_id, await details.person(tx, case.person_id))
        held = await code_words.with_all(tx, visit.sealer, case.person_id, held)
        held |= await sealing.open_case(
            visit.sealer, case.person_id, case.case_id, await details.case(tx, case.case_id)
        )
        guarded = "address" in held and bool(await protected.of(tx, [case.person_id]))
        address = held.pop("address") if guarded else None
        await audit.record(
            tx, [audit.seen(visit.signed_in, "details_revealed", "case", case.case_id, tuple(sorted(held)))]
        )
        await watching_looks.watch(tx, visit.signed_in, case, held.get("family_name"), visit.now)
    return await _overview(visit, desk, held | ({"address": PROTECTED} if address else {}))


async def take_death_back(visit: Visit, desk: Desk) -> Response:
    """It was a mistake that the person died."""
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            await making_sure.take_back(tx, visit.signed_in, case, visit.now)
    except Refused:
        return visit.conflict("Nothing says now that the person died.", f"/cases/{visit.params['case_id']}")
    return visit.redirect(f"/cases/{case.case_id}", flash="It is taken back: what they are owed goes on.")


async def review(visit: Visit, desk: Desk) -> Response:
    """The risk was looked at again after an alert."""
    try:
        async with visit.begin() as tx:
            case = await opened(tx, visit)
            before = await meanwhile.last(tx, case.case_id, "risk.reviewed")
            await tasking.review(tx, visit.signed_in, case.case_id, one(visit, "found"), visit.now)
    except Refused as refused:
        if refused.field != "found" and not meanwhile.is_again(visit, before, one(visit, "found")):
            said = f"The risk was reviewed {meanwhile.by(visit, before)}, so nothing waits for a review."
            return visit.conflict(said, f"/cases/{case.case_id}")
        if refused.field != "found":
            return visit.redirect(f"/cases/{case.case_id}", flash="The review is written down.")
        return await _overview(visit, desk, None, [FieldError("found", "Choose what the review found")])
    if one(visit, "found") == "higher":
        told = "The review is written down. Record the risk as it is now: what could help is decided again by it."
        return visit.redirect(f"/cases/{case.case_id}/assessment", flash=told)
    return visit.redirect(f"/cases/{case.case_id}", flash="The review is written down.")


async def _overview(
    visit: Visit, desk: Desk, revealed: dict[str, Any] | None, errors: Sequence[FieldError] = ()
) -> Response:
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        heard = await cases.alerts(tx, case.case_id)
        routings, others = await cases.routings(tx, case.case_id), await cases.others_of(tx, case)
        shown: dict[str, Any] = {
            "routing": routings[0] if routings else None,
            "runs": len(routings),
            "chosen": routings[0].facts["case"].get("choices") or () if routings else (),
            "tasks": await _tasks(tx, case.case_id, visit.now),
            "wished": {one.task_id: happened.before(one) for one in await wishes.to_ask(tx, case.case_id)},
            "alerts": [one for one in heard if one.trigger not in said.FOUND],
            "found": _found(case, heard, await contacting.profile_of(tx, case.person_id)),
            "dead": alarming.is_dead(heard),
            "careful": await is_careful(tx, case),
            "death_said": await death.told_by(tx, desk, case.case_id, heard),
            "others": others,
            "lately": await same_person.lately(tx, case, others),
            "agreements": await consent.of_case(tx, case.case_id),
            "known": await same_person.known(tx, visit, desk, case),
            "since": await looking.look(tx, case.case_id, visit.now),
            "came": await came.shown(tx, case.case_id, whole=visit.may("case.reveal")),
            "assessed": await first_contact.shown(tx, desk, case, whole=visit.may("case.reveal")),
            "refused": await first_contact.refused(tx, desk, case),
            "ends": await hold_end_store.waiting_of(tx, case.case_id),
            "owner": await workers.get(tx, case.assigned_to) if case.assigned_to else None,
            "lent": glass.is_lent(visit),
            "me": await workers.get(tx, visit.signed_in.user_id),
            "assignment_id": uuid4(),
            "event": words.event,
            "to_come": happened.to_come,
            "openings": await glass.openings(tx, visit, case),
            "barred": await glass.barred(tx, visit, case),
            "bars": await barred.shown(tx, case),
            "meant": await unknown_word.decided(tx, case),
            "outcomes": crime_outcome.said(await crime_outcomes.of_crime(tx, case.crime_id) if case.crime_id else []),
        }
        by_person = not await unsure.to_be_told(tx, case.person_id)
        top = await frame(tx, visit, case, "Overview")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("overview",))])
    return visit.render(
        "case_ui/overview.html",
        status=422 if errors else 200,
        errors=errors,
        risks_now=tasking.RISKS_NOW,
        **top,
        **shown,
        facts=[*facts_rows(case, shown["routing"]), *unknown_word.rows(shown["meant"])],
        may_share=overrides.lets_share(shown["agreements"], visit.now),
        holds=hold_ends.of(visit, case, shown["ends"], shown["routing"], by_person=by_person),
        waits=why.waits(desk.books, case, shown["routing"]),
        undated=why.no_day(shown["routing"]),
        glass_reviews=desk_books.glass().reviews,
        rules=why.fired(desk.books, shown["routing"]),
        decision=words.standing(case.decision, case.state),
        task_words=words.TASKS,
        revealed=details_rows(revealed) if revealed is not None else None,
    )


async def _tasks(tx: Tx, case_id: UUID, now: datetime) -> list[tuple[tasks.Task, str | None]]:
    """What is to be done on a case, each with how late it is where it is late."""
    found = todo.once([*await tasks.of_case(tx, case_id), *await contract_tasks.of_case(tx, case_id)])
    return [(task, words.time_left(task.due_at, now) if task.due_at < now else None) for task in found]


OWN_WORD, TOLD_US = "by their own word", "told to the hub"
FOUND_SINCE = frozenset({alarming.UNSAFE, elsewhere.ONE_CHANCE, elsewhere.HIGH_RISK, more_care.PRESSED})
FOUND_SINCE |= {heard_elsewhere.TRIGGER, alerts.UNKNOWN}


def _found(case: Case, heard: Sequence[Alert], channels: Profile) -> list[str]:
    """What services found of danger since the risk was last looked at, and that the person died. That no way was known
    to be safe is over once somebody has found out which is."""
    since = case.review_since
    last = alarming.last_said(heard)
    counts = FOUND_SINCE - ({alarming.UNSAFE} if safe_contact.reachable(channels) else frozenset())
    told = [one for one in heard if one == last or (one.trigger in counts and since and one.received_at >= since)]
    return [said.once_looked(said.MARKED[one.trigger]).format(when(one.happened_at)) for one in told]


def facts_rows(case: Case, routing: cases.Routing | None = None) -> list[dict[str, Any]]:
    """What we know of a case, as rows of a summary list."""
    known = offence(case.offence_code) if case.offence_code else None
    nameless = f"An offence that our list does not name ({case.offence_code})" if case.offence_code else None
    what = known.title if known else nameless or words.words(case.incident_kind)
    rows = [
        ("What was reported", f"{what} ({case.offence_code})" if known else what),
        ("Who this is", words.KINDS.get(case.kind) or words.words(case.kind)),
        ("Reported", "To the police" if case.reported else "Not to the police"),
        ("Age", said.age(case.age_band)),
        ("Language", words.language(case.language)),
        ("Lives in", words.area(case.home_local_authority)),
        ("Happened in", words.area(case.local_authority)),
        ("Risk", _risk(case, routing)),
        ("Sharing", words.words(case.share)),
        ("Flags", ", ".join(_flags(case, routing)) or "None"),
        ("Vulnerabilities", ", ".join(_vulnerabilities(routing)) or "None told"),
        ("Access needs", ", ".join(map(words.words, _access(routing))) or "None told"),
    ]
    return [{"key": {"text": name}, "value": {"text": text}} for name, text in rows]


def _flags(case: Case, routing: cases.Routing | None) -> list[str]:
    """Flags and strands in words; those that our lists do not name as the police told them."""
    every = facts_of(routing.facts["case"]).unfamiliar if routing else ()
    told = unfamiliar.of_field(every, "flag")
    hint = ": it may speak of hate, check the strand" if unfamiliar.of_hate(every, desk_books.signs_of_hate()) else ""
    unnamed = [f"“{word}”, which our lists do not know{hint}" for word in told]
    listed = [code for code in case.flags if code != "other" or not told]
    return [*map(_flag, (*listed, *case.hate_strands)), *unnamed]


def _vulnerabilities(routing: cases.Routing | None) -> list[str]:
    """What is known of them, by whom: what the person said of themselves, and what the hub was told of danger,
    beside what the police wrote."""
    if routing is None:
        return []
    facts = facts_of(routing.facts["case"])
    told = facts.told_of_themselves
    by = dict.fromkeys(facts.told_danger, TOLD_US) | dict.fromkeys(told, OWN_WORD)
    listed = [_vulnerable(code, by.get(code)) for code in facts.vulnerabilities if code != "other"]
    return [*listed, *([_disabled(facts.disability_said)] if DISABLED in told else [])]


def _access(routing: cases.Routing | None) -> tuple[str, ...]:
    return facts_of(routing.facts["case"]).access_needs if routing else ()


def _vulnerable(code: str, by: str | None) -> str:
    return words.words(code) + (f" ({by})" if by else "")


def _disabled(by_police: str) -> str:
    other = f"; the police wrote: {words.words(by_police).lower()}" if by_police in NO_DISABILITY else ""
    return f"Disabled ({OWN_WORD}{other})"


def _flag(code: str) -> str:
    return "Another that our lists do not know: ask the police" if code == "other" else words.words(code)


def _risk(case: Case, routing: cases.Routing | None) -> str:
    """The risk with what made it high, or the grade and the score as they are."""
    told = why.risk(routing)
    if told is not None and ":" in told:
        return told
    return words.words(case.risk_grade) + (f", Dash {case.dash_score}" if case.dash_score is not None else "")


def details_rows(held: dict[str, Any]) -> list[dict[str, Any]]:
    """Opened details as rows of a summary list."""
    rows = {} if not held or {"given_names", "family_name"} & held.keys() else {"Name": "No name is written down"}
    rows |= {words.words(name): words.plain(value) for name, value in held.items()}
    return [{"key": {"text": name}, "value": {"text": text}} for name, text in rows.items()]


class AsOf(BaseModel):
    """The day at whose end a case is shown as it stood; none: as it stands now."""

    day: Annotated[date | None, Say("Enter the day", wrong="The day must be a real date, like 30 9 2026")] = Field(
        None, gt=date(1900, 1, 1), lt=date(2999, 1, 1)
    )


async def show_timeline(visit: Visit, desk: Desk) -> Response:
    kind, given = visit.query.get("kind", ""), {name: [text] for name, text in visit.query.items()}
    asked, errors = parse(AsOf, given)
    day = asked.day if asked else None
    as_of = _end_of(day) if day else None
    async with visit.begin() as tx:
        case = await opened(tx, visit)
        made = await assessments.of_case(tx, case.case_id, as_of)
        waits = [one for one in await life.check_ins_of_case(tx, case.case_id) if as_of is None or one.at <= as_of]
        entries = await timeline.entries(tx, case.case_id, None, as_of)
        entries += [*map(happened.assessed, made), *map(happened.checked, waits)]
        entries += [happened.death_said(one) for one in await audited.every(tx, case.case_id, "death.said", as_of)]
        top = await frame(tx, visit, case, "Timeline")
        await audit.record(tx, [audit.seen(visit.signed_in, "case_seen", "case", case.case_id, ("timeline",))])
    entries.sort(key=lambda entry: entry.happened_at, reverse=True)
    kinds = sorted({entry.type.split(".")[0] for entry in entries})
    return visit.render(
        "case_ui/timeline.html",
        status=422 if errors else 200,
        **top,
        errors=errors,
        kind=kind,
        values=date_values("day", day) if day else given,
        kinds=[{"value": "", "text": "Everything"}, *({"value": k, "text": words.words(k)} for k in kinds)],
        items=[happened.item(desk.books, entry) for entry in entries if not kind or entry.type.split(".")[0] == kind],
    )


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(days=1)
