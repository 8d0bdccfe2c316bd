"""When somebody is left in peace: what is known of a person and a day go in, the reason not to ask comes out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

CHILDREN = frozenset({"0-9", "10-12", "13-15", "16-17"})
CHILD_LINES = frozenset({"child", "child_isva"})


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """One version of the dated setting `reference/quiet.yaml`; every number is in days, both ends included."""

    version: str
    effective_from: date
    after_death: int
    around_anniversary: int
    before_hearing: int
    after_hearing: int
    safeguarding_open: int
    around_marac: int
    marac_sits_within: int
    after_incident: int
    between_invitations: int


@dataclass(frozen=True, slots=True)
class Known:
    """What bears on asking one person, over all of their cases. Days are days in London.

    `died`: the hub made sure that they did. `child` is true where the age may be a child's; `agreed` is the person's
    own (or a guardian's) yes or no to being asked, None when nobody put the question. `removed`: the police name the
    person in this crime no more, and somebody finds out why. `maracs` are days of meetings, `marac_referrals` days on
    which a case was sent to one whose day nobody told us. `incidents` are days of report of their other crimes.
    """

    died: bool = False
    said_no: bool = False
    share_refused: bool = False
    child: bool = False
    agreed: bool | None = None
    major_incident: bool = False
    removed: bool = False
    deaths: tuple[date, ...] = ()
    hearings: tuple[date, ...] = ()
    safeguarding: tuple[date, ...] = ()
    maracs: tuple[date, ...] = ()
    marac_referrals: tuple[date, ...] = ()
    incidents: tuple[date, ...] = ()
    asked: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Why the person is not asked on a day. `again_on`: the first day on which it is worth looking again; None when
    only a new fact could change it."""

    reason: str
    again_on: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Days of quiet, both ends included."""

    reason: str
    first: date
    last: date


def quiet(known: Known, times: QuietTimes, today: date) -> Quiet | None:
    """Why `today` is no day to ask, or None. What holds for ever comes before what passes."""
    for reason, holds in (
        ("died", known.died),
        ("opted_out", known.said_no or known.agreed is False),
        ("share_refused", known.share_refused),
        ("child", known.child and not known.agreed),
        ("major_incident", known.major_incident),
    ):
        if holds:
            return Quiet(reason)
    if known.removed:
        return Quiet("hold", today + timedelta(days=1))
    holding = [span for span in spans(known, times, today) if span.first <= today <= span.last]
    if not holding:
        return None
    return Quiet(holding[0].reason, max(span.last for span in holding) + timedelta(days=1))


def spans(known: Known, times: QuietTimes, today: date) -> Iterator[Span]:
    """Every time of quiet, the gravest kind first; anniversaries are those next to `today`."""
    for death in known.deaths:
        yield _around("bereaved", death, 0, times.after_death)
        for year in (today.year - 1, today.year, today.year + 1):
            if year > death.year:
                day = anniversary(death, year)
                yield _around("bereaved", day, times.around_anniversary, times.around_anniversary)
    for day in known.safeguarding:
        yield _around("safeguarding", day, 0, times.safeguarding_open)
    for day in known.maracs:
        yield _around("marac", day, times.around_marac, times.around_marac)
    for day in known.marac_referrals:
        yield _around("marac", day, 0, times.marac_sits_within + times.around_marac)
    for day in known.hearings:
        yield _around("court_near", day, times.before_hearing, times.after_hearing)
    for day in known.incidents:
        yield _around("new_incident", day, 0, times.after_incident)
    for day in known.asked:
        yield _around("recent_contact", day, 0, times.between_invitations)


def _around(reason: str, day: date, before: int, after: int) -> Span:
    return Span(reason, day - timedelta(days=before), day + timedelta(days=after))


def anniversary(day: date, year: int) -> date:
    """The same day of another year; 29 February is kept on the 28th where there is none."""
    if (day.month, day.day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        return date(year, 2, 28)
    return day.replace(year=year)


def may_be_child(age_band: str, line: str | None, age_holds: bool) -> bool:
    """Whether the rules for children hold: by age, by a line for children, or because an unknown age was held back."""
    return age_band in CHILDREN or line in CHILD_LINES or age_holds


def in_force(versions: tuple[QuietTimes, ...], today: date) -> QuietTimes:
    """The version for a day: the latest that had begun; the first one before all began."""
    begun = [times for times in versions if times.effective_from <= today]
    return max(begun or versions[:1], key=lambda times: times.effective_from)
