"""From a decision to the rows it writes: pure, and the same for one case on a page and for five hundred in a batch."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from contracts.police import Crime
from contracts.working_time import calendar, due, local_day
from services.referral.desk_books import signs_of_hate
from services.referral.domain import unfamiliar
from services.referral.domain.announcing import REPEAT, band
from services.referral.domain.assessed import HIGH
from services.referral.domain.deciding import Decision
from services.referral.domain.facts import CaseFacts, History, acted_on
from services.referral.domain.referral import ReferralState
from services.referral.domain.routing import priority
from services.referral.domain.update import GATES as UPDATE_GATES
from services.referral.store.batches import RoutingRow
from services.referral.store.cases import Case
from services.referral.store.referrals import Leg
from services.referral.store.rows import changed
from services.referral.store.tasks import Task, task_id

LIFE_SAFETY, CHILD = 0, 1
HOURS_FOR_LIFE_SAFETY = 1
WORKING_DAYS = 1
GATES = frozenset({"share_refused", "share_not_asked"})
SAFEGUARDING = frozenset({"marac", "childrens_social_care", "adult_safeguarding"})
"""Doors that a refusal does not bar: support does not contact the person, and a human still acts for their safety."""
OPEN_DOOR = "safeguarding_door"
NEW_HOLD = "new_hold"
BESIDE = frozenset({"general", "business", "witness", "anti_social_behaviour", "mental_health", "employment"})
NO_CRIME = "no_crime"
KNOWN = "known_at_provider"
HATE_FLAG = "check_hate_flag"
UNKNOWN_WORD = "unknown_word"
REPORT_DAY, DAYS = "report_day_wrong", "days_contradict"
ROWS_DIFFER = "rows_differ"
FAMILY = "find_the_family"
NATIONAL = frozenset({"homicide_service", "victims_of_terrorism_unit", "national_fraud_unit"})
"""Doors that name a national service: told late, whoever helps already must hear of it within the hour."""
EXPLOITATION = frozenset(
    {"child_sexual_exploitation", "child_criminal_exploitation", "county_lines", "modern_slavery_nrm"}
)


def hub_due(decided: int, now: datetime) -> datetime:
    """By when the hub must act first: an hour by the wall clock for life safety, else the next working day's end."""
    if decided == LIFE_SAFETY:
        return now + timedelta(hours=HOURS_FOR_LIFE_SAFETY)
    return _end_of_working_day(local_day(now))


def by_hub(state: str, urgency: int, now: datetime, stands: datetime | None = None) -> datetime | None:
    """By when the hub acts on a case: only while it waits for the hub. A limit that stands is never put off, and a case
    that comes back gets a new one."""
    if state != "waiting":
        return None
    new = hub_due(urgency, now)
    return min(stands, new) if stands else new


@cache
def _end_of_working_day(day: date) -> datetime:
    return due(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), WORKING_DAYS, "working_days", calendar())


def end_of_day(now: datetime) -> datetime:
    """The end of this day in London: what must be done the same day."""
    return due(now, 0, "calendar_days", calendar())


def is_grave(case: Case) -> bool:
    """Whether life is at risk in a case, by a hold or by the grade of its risk."""
    return case.priority == LIFE_SAFETY or case.risk_grade in HIGH


def today_or_at_once(now: datetime, *, at_once: bool) -> datetime:
    """The limit of life safety where it cannot wait for the end of the day."""
    return hub_due(LIFE_SAFETY, now) if at_once else end_of_day(now)


def state_of(decision: Decision) -> str:
    """Where a case stands after a decision: a human's turn, a provider's, or nobody's."""
    if decision.decision == "sent":
        return "waiting" if decision.waiting else "active"
    return "resting" if decision.decision in ("refused", "information_only") else "waiting"


def _details(holds: Iterable[str], sealed: bool) -> str:
    """What becomes of a person's details: they are kept where they may be shared."""
    if not sealed:
        return "none"
    return "waiting" if GATES.isdisjoint(holds) else "discarded"


def opened(
    facts: CaseFacts, history: History, decision: Decision, person: UUID, revision: int, now: datetime, *, sealed: bool
) -> Case:
    """The row of a new case; `sealed`: its details came."""
    routing = decision.routing
    signs = (*routing.holds, *decision.grave)
    urgency = priority(signs)
    by = by_hub(state_of(decision), urgency, now)
    return Case(
        case_id=facts.case_id,
        reference=decision.reference,
        person_id=person,
        crime_id=facts.crime_id,
        force=facts.force,
        victim_ref=facts.victim_ref,
        kind=facts.person_kind,
        source=facts.source,
        state=state_of(decision),
        decision=decision.decision,
        lines=routing.lines,
        offers=routing.offers,
        holds=routing.holds,
        doors=routing.doors,
        priority=urgency,
        risk_grade=acted_on(facts.risk_grade, signs),
        dash_score=facts.dash_score,
        marac_on=facts.marac_on,
        hub_due=by,
        next_due=None,
        next_entitlement=None,
        act_by=by,
        offence_code=facts.offence_code,
        offence_group=facts.offence_group,
        incident_kind=facts.incident_kind,
        flags=facts.flags,
        hate_strands=facts.hate_strands,
        domestic=facts.domestic,
        local_authority=facts.place_area,
        home_local_authority=facts.home_area,
        age_band=band(facts.age_said),
        language=facts.language,
        share=facts.share,
        reported=facts.reported,
        reported_at=facts.reported_at,
        repeat_victim=history.repeat_count >= REPEAT or facts.repeat_victim,
        repeat_count=history.repeat_count,
        major_incident_id=facts.major_incident_id,
        revision=revision,
        removed=False,
        restricted=history.restricted,
        details=_details(routing.holds, sealed),
        assigned_to=None,
        review_since=None,
        opened_at=now,
        updated_at=now,
        closed_at=None,
        closed_why=None,
        runs=decision.run,
        urgent_since=now if urgency == LIFE_SAFETY else None,
    )


def again(held: Case, new: Case, *, waits: bool = False, sent: bool = False) -> Case:
    """A case that was decided again: what the hub itself keeps stays; new holds, and a new referral that a human has to
    send (`waits`), bring it back to a human. One that came back to a human after it was sent waits until somebody acts,
    and none is with a provider again unless something is sent now (`sent`)."""
    came_back = held.decision == "sent" and held.state == "waiting"
    moves = held.state in ("resting", "waiting") and not held.closed_at and not came_back
    state = new.state if moves and (sent or new.state != "active") else held.state
    more = set(new.holds).difference(held.holds) or set(new.doors).difference(held.doors)
    if new.state == "waiting" and held.state == "active" and (waits or more):
        state = "waiting"
    by = by_hub(state, new.priority, new.updated_at, held.hub_due)
    return changed(
        new,
        state=state,
        hub_due=by,
        next_due=held.next_due,
        next_entitlement=held.next_entitlement,
        act_by=min((at for at in (by, held.next_due) if at), default=None),
        assigned_to=held.assigned_to,
        review_since=held.review_since,
        restricted=held.restricted or new.restricted,
        details=held.details if held.details == "open" or new.details == "none" else new.details,
        opened_at=held.opened_at,
        closed_at=held.closed_at,
        closed_why=held.closed_why,
        marac_by_hub_on=held.marac_by_hub_on,
        urgent_since=held.urgent_since if held.priority == new.priority else new.urgent_since,
    )


def routed(case: Case, facts: CaseFacts, history: History, decision: Decision, now: datetime) -> RoutingRow:
    """The decision as it is kept, with the rules that fired and the facts used."""
    routing = decision.routing
    return RoutingRow(
        case_id=case.case_id,
        run=decision.run,
        decided_at=now,
        decision=decision.decision,
        lines=routing.lines,
        offers=routing.offers,
        holds=routing.holds,
        doors=routing.doors,
        rules=[f"{rule.id}@{rule.version}" for rule in routing.rules],
        facts={"case": said(facts), "history": told(history)},
        rules_version=decision.rules_version,
        directory_version=decision.directory_version or None,
    )


_FACTS = fields(CaseFacts)
_values = attrgetter(*(field.name for field in _FACTS))


def said(facts: CaseFacts) -> dict[str, Any]:
    """Facts as they are kept: what says nothing is left out."""
    return {field.name: value for field, value in zip(_FACTS, _values(facts), strict=True) if value != field.default}


def told(history: History) -> dict[str, Any]:
    """A history as it is kept."""
    return {
        "person_id": history.person_id,
        "restricted": history.restricted,
        "domestic_reports_12m": history.domestic_reports_12m,
        "repeat_count": history.repeat_count,
        "suspect_elsewhere": history.suspect_elsewhere,
        "suspected_in": history.suspected_in,
        "suspect_here": history.suspect_here,
        "marac_recent": history.marac_recent,
        "possible_duplicate": history.possible_duplicate,
        "one_chance_elsewhere": history.one_chance_elsewhere,
        "high_risk_elsewhere": history.high_risk_elsewhere,
        "doubtful": history.doubtful,
        "no_elsewhere": asdict(history.no_elsewhere) if history.no_elsewhere else None,
        "other_party_with": sorted(map(str, history.other_party_with)),
        "locked_channels": sorted(history.locked_channels),
        "known_already": sorted(history.known_already),
        "died": history.died,
        "safe_channels": sorted(history.safe_channels),
    }


def received(case: Case, decision: Decision, now: datetime) -> list[ReferralState]:
    """The referrals of a decision; those with a leg were sent at once."""
    sent = {leg.referral_id: leg for leg in decision.legs}
    found = []
    for referral_id, line in decision.referrals:
        leg = sent.get(referral_id)
        found.append(
            ReferralState(
                referral_id=referral_id,
                case_id=case.case_id,
                line=line,
                state="sent" if leg else "received",
                source=case.source,
                automatic=leg is not None,
                urgent=case.priority == LIFE_SAFETY,
                leg_id=leg.leg_id if leg else None,
                provider_id=leg.contract.provider.provider_id if leg else None,
                contract_id=leg.contract.contract_id if leg else None,
                gate="police_share" if leg else None,
                received_at=now,
                triaged_at=now if leg else None,
                sent_at=now if leg else None,
                updated_at=now,
            )
        )
    return found


def sent(case: Case, decision: Decision, now: datetime) -> list[Leg]:
    """The legs that left at once."""
    return [
        Leg(
            leg_id=leg.leg_id,
            referral_id=leg.referral_id,
            case_id=case.case_id,
            person_id=case.person_id,
            number=leg.number,
            reference=case.reference,
            line=leg.line,
            provider_id=leg.contract.provider.provider_id,
            contract_id=leg.contract.contract_id,
            state="sent",
            automatic=True,
            restricted=case.restricted,
            gate="police_share",
            sent_at=now,
            pack_fields=leg.contract.pack,
        )
        for leg in decision.legs
    ]


def tasks_of(facts: CaseFacts, decision: Decision, now: datetime) -> list[Task]:
    """What a human must do: call 999 at once, and the same day ask the officer to ask, add the children of a violent
    home, ask what a word means that our lists do not know (once for the same words)."""
    found = []
    if facts.unfamiliar:
        about = task_id(UNKNOWN_WORD, facts.case_id, *facts.unfamiliar)
        due, where = end_of_day(now), {"case_id": facts.case_id, "crime_id": facts.crime_id}
        found.append(Task(about, UNKNOWN_WORD, due, now, **where))
    if "share_not_asked" in decision.routing.holds and facts.crime_id:
        found.append(_task("ask_officer_to_ask", facts, now))
    if decision.decision == "refused" and not SAFEGUARDING.isdisjoint(decision.routing.doors):
        found.append(_task(OPEN_DOOR, facts, now))
    if "emergency" in decision.routing.doors:
        about = task_id("call_emergency", facts.case_id)
        found.append(Task(about, "call_emergency", now, now, case_id=facts.case_id, crime_id=facts.crime_id))
    if facts.rows_differ:
        about = task_id(ROWS_DIFFER, facts.case_id, *facts.rows_differ)
        found.append(Task(about, ROWS_DIFFER, end_of_day(now), now, case_id=facts.case_id, crime_id=facts.crime_id))
    if "hate_crime" not in decision.routing.lines and unfamiliar.of_hate(facts.unfamiliar, signs_of_hate()):
        found.append(_task(HATE_FLAG, facts, now))
    if facts.domestic and "children_in_household" in facts.vulnerabilities:
        found.append(_task("add_children", facts, now))
    return found


def news(held: Case | None, case: Case, now: datetime, *, helped: Collection[UUID], lines: bool = True) -> list[Task]:
    """Something that asks for care became known of a case that is with a provider: somebody looks the same day, also
    where a new line brings it back to the hub, and within the hour where life is at risk or a national service is the
    right one. `helped`: cases of which something is with a provider."""
    if held is None or not has_provider(held, case, helped):
        return []
    new = news_of(held, case, lines=lines)
    about = task_id(NEW_HOLD, case.case_id, *new)
    due = today_or_at_once(now, at_once=priority(new) == LIFE_SAFETY or not NATIONAL.isdisjoint(new))
    return [Task(about, NEW_HOLD, due, now, case_id=case.case_id)] if new else []


def known(history: History, decision: Decision, now: datetime) -> list[Task]:
    """What waits since the person has it already in another case, which may be of the same incident: somebody looks the
    same day whether it is one, and joins the two or sends it as well."""
    lines = sorted(history.known_already.intersection(decision.waiting))
    about = task_id(KNOWN, decision.case_id, *lines)
    return [Task(about, KNOWN, end_of_day(now), now, case_id=decision.case_id)] if lines else []


def news_of(held: Case, case: Case, *, lines: bool = True) -> list[str]:
    """The holds that ask for care, the doors and (`lines`) the lines that were not there before, sorted; a line that
    only stands beside others asks for none."""
    more = set(case.lines) - set(held.lines) - BESIDE if lines else set[str]()
    return sorted({*new_holds(held, case), *set(case.doors).difference(held.doors), *more})


def has_provider(held: Case, case: Case, helped: Collection[UUID] = ()) -> bool:
    """Whether something of a case was with a provider before it was decided again, or (`helped`) is so now."""
    was = "active" in (held.state, case.state) or (held.state, held.decision) == ("waiting", "sent")
    return was or case.case_id in helped


def new_holds(held: Case, case: Case) -> list[str]:
    """The holds that ask for care and were not there before, sorted."""
    return sorted(set(case.holds) - set(held.holds) - UPDATE_GATES)


def cancelled(held: Case | None, case: Case, now: datetime) -> list[Task]:
    """The police say of what they recorded that it is no crime, and no incident: somebody asks whether help goes on."""
    no_crime = held is not None and not (case.offence_code or case.incident_kind)
    was = held is not None and bool(held.offence_code or held.incident_kind)
    about = task_id(NO_CRIME, case.case_id, case.revision)
    return [Task(about, NO_CRIME, end_of_day(now), now, case_id=case.case_id)] if no_crime and was else []


def liaison(facts: CaseFacts, case: Case, now: datetime) -> list[Task]:
    """A bereaved family of whom no details come may still have a liaison officer: somebody asks the same day."""
    missing = facts.bereaved and case.details == "none" and GATES.isdisjoint(case.holds)
    return [_task("name_liaison_officer", facts, now)] if missing else []


def _task(kind: str, facts: CaseFacts, now: datetime) -> Task:
    return Task(
        task_id(kind, facts.case_id), kind, end_of_day(now), now, case_id=facts.case_id, crime_id=facts.crime_id
    )


def doubts(crime: Crime, now: datetime) -> list[str]:
    """What of the days of a crime cannot be so, as kinds of task."""
    found = [REPORT_DAY] if crime.told_late(now) else []
    return [*found, DAYS] if crime.days_contradict() else found


def tasks_of_crime(crime: Crime, now: datetime, *, anybody: bool) -> list[Task]:
    """Who is not known of a crime, and must be: who was exploited, where it names nobody (`anybody`: it does), and the
    family of who was killed. They are added, or it is said why not."""
    kinds = [] if anybody or EXPLOITATION.isdisjoint(crime.flags) else ["add_exploited_person"]
    dead = [one for one in crime.victims if one.kind == "deceased"]
    kinds += [FAMILY] if dead and not any(one.bereaved for one in dead) else []
    due = end_of_day(now)
    return [Task(task_id(kind, crime.crime_id), kind, due, now, crime_id=crime.crime_id) for kind in kinds]
