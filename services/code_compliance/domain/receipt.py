"""The clock receipt: how a clock comes to its day, in words that can be copied into a letter."""

from collections.abc import Sequence
from datetime import datetime

from contracts.working_time import LONDON, NUMBERS, Calendar, last_day, local_day, sum_in_words
from services.code_compliance.domain import enhanced
from services.code_compliance.domain.entitlements import DIED, Clock
from services.code_compliance.domain.facts import Case
from services.code_compliance.domain.pauses import Pause
from services.code_compliance.domain.rulebook import Rulebook

OWNER = "Victims' "
TRIGGER_WORDS = {
    "crime_reported": "Reported",
    "any_contact": "First contact",
    "death_by_criminal_conduct_recorded": "Death recorded",
    "agreed_update_date": "Agreed",
    "hearing_listed": "Hearing listed",
    "vcs_referral_received": "Victim Contact Scheme referral received",
    "suspect_released_on_police_bail": "Suspect released on police bail",
    "cps_decision_not_to_prosecute": "CPS decided not to prosecute",
    "cps_decision_to_stop_or_alter": "CPS decided to stop or alter a charge",
    "vps_requested": "Victim Personal Statement asked for",
}


def trigger_in_words(trigger: str) -> str:
    """ "suspect_arrested" -> "Suspect arrested"."""
    return TRIGGER_WORDS.get(trigger) or trigger.replace("_", " ").capitalize()


def moment_in_words(at: datetime) -> str:
    """ "Friday 22 December 2023 16:42", in London."""
    local = at.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y %H:%M}"


def day_in_words(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}"


def receipt(case: Case, clock: Clock, rules: Rulebook, now: datetime, pauses: Sequence[Pause] = ()) -> str:
    """The sum of a clock, the rule it comes from, and what it rests on; `pauses` are those of this clock."""
    code = rules.code_named(clock.code_version)
    entitlement = code.entitlements[clock.entitlement]
    parts = [_sum(clock, rules, now), *_paused(clock, rules, pauses)]
    if clock.basis == "outer_bound":
        parts.append(_outer_bound(clock, rules))
    if clock.reason_code == DIED and clock.settled_at is not None:
        parts.append(f"The person died: it ended {moment_in_words(clock.settled_at)}, by the hub's record.")
    parts.extend(_enhanced(case, clock, rules))
    parts.append(f"Rule {clock.entitlement}, {code.name.removeprefix(OWNER)}.")
    if entitlement.unverified:
        parts.append("This rule, or a part of it, was recalled and has not been checked against the Code's own text.")
    return " ".join(parts)


def _sum(clock: Clock, rules: Rulebook, now: datetime) -> str:
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    began = trigger_in_words(entitlement.trigger)
    if clock.basis == "receipt":
        began = "Received by the Witness Care Unit"
    if clock.limit is not None and entitlement.clock.unit is not None:
        if clock.basis == "agreed":
            began = "Agreed or last updated"
        if clock.paused_since is not None:
            kind = f"{entitlement.clock.unit.removesuffix('_days')} {'day' if clock.limit == 1 else 'days'}"
            return f"{began} {moment_in_words(clock.started_at)}. The limit is {number(clock.limit)} {kind}."
        days = clock.limit + (clock.paused_days or 0)
        year = local_day(now).year
        return sum_in_words(clock.started_at, days, entitlement.clock.unit, rules.calendar, began, year)
    if clock.basis in ("before_event", "event_not_listed"):
        assert entitlement.clock.before_event is not None
        event = rules.awaited[entitlement.clock.before_event].words
        if clock.due_at is None:
            return (
                f"{began} {moment_in_words(clock.started_at)}. It must be done before {event}, whose date is not known."
            )
        return f"It must be done before {event}: {moment_in_words(clock.due_at)}."
    passed = _elapsed(clock.started_at, clock.settled_at or now, rules.calendar)
    return f"{began} {moment_in_words(clock.started_at)}. The Code gives no number of days; {passed}."


def _paused(clock: Clock, rules: Rulebook, pauses: Sequence[Pause]) -> list[str]:
    """ "Three of them did not count: the clock was paused from Monday 9 June 2025 10:00 to ... (the person was in
    hospital)." """
    over = [p for p in pauses if p.end is not None]
    parts = []
    if clock.paused_days:
        spans = [
            f"from {moment_in_words(p.start)} to {moment_in_words(p.end)} ({rules.pause_words(p.reason_code)})"
            for p in over
            if p.end is not None
        ]
        why = f"the clock was paused {' and '.join(spans)}" if spans else "the clock was paused"
        of_them = "" if clock.paused_since else " of them"
        parts.append(f"{number(clock.paused_days).capitalize()}{of_them} did not count: {why}.")
    if clock.paused_since is not None:
        parts.append(
            f"Paused since {moment_in_words(clock.paused_since)}: {rules.pause_words(clock.paused_for)}. "
            "It has no last day until it is resumed." + _expected(pauses)
        )
    return parts


def _expected(pauses: Sequence[Pause]) -> str:
    """ " It is expected to count again from Monday 9 June 2025, by itself." """
    days = [(p.expected_end, p.ends_by_itself) for p in pauses if p.end is None and p.expected_end is not None]
    if not days:
        return ""
    end, by_itself = min(days)
    return f" It is expected to count again from {day_in_words(end)}{', by itself' if by_itself else ''}."


def number(count: int) -> str:
    """ "three", and in figures above twenty."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _elapsed(start: datetime, end: datetime, calendar: Calendar) -> str:
    """ "three whole working days have passed": those after the day of `start` that were over before that of `end`."""
    first, last = local_day(start), local_day(end)
    count = 0
    while last_day(first, count + 1, "working_days", calendar) < last:
        count += 1
    return f"{number(count)} whole working {'day has' if count == 1 else 'days have'} passed"


def _outer_bound(clock: Clock, rules: Rulebook) -> str:
    code = rules.code_named(clock.code_version)
    words = code.receipts[code.entitlements[clock.entitlement].clock.starts_from]
    if words.upstream_limit == 0:
        return f"When it was received is not recorded: {words.words}."
    own = (clock.limit or 0) - words.upstream_limit
    return (
        "When the Witness Care Unit received it is not recorded, so the outer bound counts: "
        f"{words.words}, and the unit tells the victim within {own}."
    )


def _enhanced(case: Case, clock: Clock, rules: Rulebook) -> list[str]:
    off = [o for o in enhanced.in_force(case.overrides, clock.started_at) if not o.held]
    parts = [
        f"A worker decided that enhanced rights as {category_in_words(o.category)} do not hold: "
        f"{rules.override_words(o.reason_code)}."
        for o in off
    ]
    if not clock.enhanced:
        return parts
    held = enhanced.at(case.reasons, clock.started_at, case.overrides)
    named = ", ".join(reason_in_words(r, rules) for r in held)
    parts += [f"Enhanced rights: {named}."] if held else []
    if clock.late_recorded and held:
        heard = min(reason.heard_at for reason in held)
        parts.append(f"This was recorded late, on {day_in_words(heard)}; it had been true since the report.")
    return parts


def reason_in_words(reason: enhanced.Reason, rules: Rulebook) -> str:
    """Why somebody has enhanced rights: "domestic abuse", "intimidated, decided by a worker: assessed in person"."""
    if reason.id.startswith(enhanced.BY_A_WORKER):
        why = rules.override_words(reason.id.removeprefix(enhanced.BY_A_WORKER))
        return f"{category_in_words(reason.category)}, decided by a worker: {why}"
    words = (rule.words for code in reversed(rules.codes) for rule in code.reasons if rule.id == reason.id)
    return next(words, reason.id)


def category_in_words(category: str) -> str:
    """ "most_serious_crime" -> "victim of a most serious crime"."""
    return {"most_serious_crime": "victim of a most serious crime"}.get(category, category.replace("_", " "))
