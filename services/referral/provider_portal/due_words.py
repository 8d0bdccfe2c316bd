"""What a provider must do next on a referral, and by when, in words."""

from datetime import datetime, timedelta

from contracts.working_time import HUB_HOURS, calendar, end_of_day, local_day, working_minutes
from kit.web.words import date_words, plural, time_words
from services.referral.store.portal import Offered

NOT_HERE = "Nothing is due yet: the person's details are not here"
DIED = "Nothing is due: it was recorded that the person died"
_SINCE = {"in_support": "In support since", "on_hold": "On hold since", "waitlisted": "Waiting since"}


def is_late(offered: Offered, now: datetime) -> bool:
    return offered.due_at is not None and offered.due_at < now


def due(offered: Offered, now: datetime) -> str:
    """ "Answer by the end of tomorrow, 9 working hours left"; "Waiting since 3 September 2026"; "" for nothing."""
    if offered.ended_at is not None or offered.state is None:
        return ""
    if offered.died_at is not None:
        return DIED
    if offered.asked_at is not None and offered.leg_state == "sent":
        return "Rests until the hub has answered your question"
    if offered.since is None and offered.state in ("sent", "accepted"):
        return NOT_HERE
    if offered.due_at is not None:
        return limit("Answer" if offered.leg_state == "sent" else "First contact", offered.due_at, now)
    since = {"in_support": offered.started_at, "on_hold": offered.paused_at, "waitlisted": offered.answered_at}
    at = since.get(offered.state)
    return f"{_SINCE[offered.state]} {date_words(at, weekday=False)}" if at else ""


def barred(offered: Offered, now: datetime) -> str:
    """The same where nobody may try to reach the person now: the limit of the first contact is told, not asked for."""
    if offered.due_at is None or offered.leg_state == "sent" or offered.died_at is not None:
        return due(offered, now)
    return f"Ask the hub: nobody may try to reach the person now. The limit for it is {_when(offered.due_at, now)}"


def limit(what: str, end: datetime, now: datetime) -> str:
    """A limit as it is said to people: the day, and what is left of it in working time."""
    when = _when(end, now)
    if end < now:
        return f"Late: the {what[0].lower()}{what[1:]} was due by {when}"
    if not _at_end(end):
        return f"{what} by {when}, {_hours(int((end - now).total_seconds()) // 60)} left by the clock"
    return f"{what} by {when}, {_hours(working_minutes(now, end, calendar(), HUB_HOURS), 'working ')} left"


def _at_end(end: datetime) -> bool:
    return end == end_of_day(local_day(end))


def _when(end: datetime, now: datetime) -> str:
    return f"the end of {day(end, now)}" if _at_end(end) else f"{time_words(end)} {day(end, now)}"


def _hours(minutes: int, kind: str = "") -> str:
    if minutes < 120:
        return plural(minutes, f"{kind}minute")
    return plural(minutes // 60, f"{kind}hour")


def day(at: datetime, now: datetime) -> str:
    """ "today", "tomorrow", "Thursday 3 September"; with the year where it is another one."""
    that, today = local_day(at), local_day(now)
    near = {today: "today", today + timedelta(days=1): "tomorrow", today - timedelta(days=1): "yesterday"}
    year = "" if that.year == today.year else f" {that.year}"
    return near.get(that, f"{that:%A} {that.day} {that:%B}{year}")
