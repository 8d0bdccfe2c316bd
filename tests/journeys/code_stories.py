"""What happened in the journeys of the Code, and what each clock must say: worked out by hand from the Code's limits.

Days are those of London. Holidays met on the way: Monday 25 and Tuesday 26 December 2023, Monday 1 January, Good Friday
29 March, Easter Monday 1 April and Monday 6 May 2024. Nobody ran the code to write these.
"""

# ruff: noqa: E501 - a sum in words stands on one line, as it is read

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.builders import a_crime
from tests.journeys.lane import Somebody, an_event

LONDON = ZoneInfo("Europe/London")
THEFT, GRIEVOUS_BODILY_HARM = "39", "5D"
UNCHECKED = " This rule, or a part of it, was recalled and has not been checked against the Code's own text."
ARREST = "Told, with reasons where applicable, that a suspect was arrested"
INTERVIEW = "Told, with reasons where applicable, that a suspect was interviewed under caution"
BAIL = "Told, with reasons where applicable, that a suspect was released on police bail"
CHARGE = "Told that the suspect has been charged (or postal requisition)"
FIRST_HEARING = "Told date, time and place of the first hearing"
STATEMENT = "Opportunity to make a VPS at any time before sentence"
SENTENCE = "Told the sentence, its meaning and effect"
OUTCOME = "Told outcome of the case with brief reasons where available"
LIAISON = "Victim Liaison Officer contacts victim"
MEANING = "Told what the sentence means and of changes"
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Owed:
    """What the page must say of one clock. `stands`: its state and what follows; `sum`: up to the name of the rule."""

    duty: str
    rule: str
    stands: str
    sum: str
    evidence: str
    unverified: bool = False

    def words(self) -> tuple[str, ...]:
        state, _, rest = self.stands.partition(": ")
        mark = " Unverified" if self.unverified else ""
        rule = f"Rule {self.rule}, Code 2020.{UNCHECKED if self.unverified else ''}"
        return f"{self.duty} {state}{mark} {rest}", f"{self.sum} {rule}", self.evidence


def london(text: str) -> datetime:
    """ "2023-12-22 16:42" on London's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def recorded(who: Somebody, reported: str, recorded_at: str, **changes: Any) -> dict[str, Any]:
    """A crime against one person, as the police record it."""
    day = reported[:10]
    when = {"reported_at": london(reported).isoformat(), "recorded_at": london(recorded_at).isoformat()}
    return a_crime(who.victim, committed_from=day, committed_to=day, **when, **changes)


def crime_event(crime: Mapping[str, Any]) -> Event:
    return an_event("police.crime.recorded.v1", crime, datetime.fromisoformat(crime["recorded_at"]))


def milestone(
    crime: Mapping[str, Any], trigger: str, happened: str, received: str | None = None, **details: Any
) -> Event:
    """Something that happened; `received`: when the Witness Care Unit heard of it, where that is known."""
    told = {"milestone_id": str(uuid4()), "crime_id": crime["crime_id"], "trigger": trigger, "details": details}
    told |= {"happened_at": london(happened).isoformat()}
    told |= {"received_by_wcu_at": london(received).isoformat()} if received else {}
    return an_event("justice.milestone.reached.v1", told, london(received or happened))


def notice(crime: Mapping[str, Any], entitlement: str, given: str, channel: str, by: str) -> Event:
    told = {"notice_id": str(uuid4()), "crime_id": crime["crime_id"], "entitlement": entitlement, "channel": channel}
    told |= {"given_at": london(given).isoformat(), "given_by": by}
    return an_event("justice.notice.given.v1", told, london(given))


def to_sentence(crime: Mapping[str, Any], **sentence: Any) -> list[Event]:
    """From the arrest to the sentence; what the person was told of it, and when."""
    return [
        crime_event(crime),
        milestone(crime, "suspect_arrested", "2023-12-29 11:00"),
        milestone(crime, "suspect_interviewed_under_caution", "2023-12-29 15:00"),
        milestone(crime, "suspect_released_on_police_bail", "2023-12-30 01:00"),
        milestone(crime, "vps_requested", "2024-01-17 09:30"),
        milestone(crime, "suspect_charged", "2024-03-28 10:00"),
        milestone(crime, "first_hearing_listed", "2024-04-09 12:00", hearing_at="2024-05-07T10:00:00+01:00"),
        milestone(crime, "conviction", "2024-05-07 15:30", hearing_at="2024-06-14T10:00:00+01:00"),
        milestone(crime, "court_bail_decision", "2024-05-07 16:00"),
        milestone(crime, "vps_taken", "2024-05-20 14:00"),
        milestone(crime, "case_outcome", "2024-06-14 11:40"),
        milestone(crime, "sentence_passed", "2024-06-14 11:40", received="2024-06-18 14:00", **sentence),
        notice(crime, "R6.suspect_arrested", "2024-01-03 10:15", "mobile", "police"),
        notice(crime, "R6.suspect_bailed", "2024-01-03 10:20", "mobile", "police"),
        notice(crime, "R6.suspect_interviewed", "2024-01-09 09:00", "letter", "police"),
        notice(crime, "R6.first_hearing", "2024-04-16 13:00", "email", "WCU"),
        notice(crime, "R8.bail_hearing_outcome", "2024-05-16 09:30", "mobile", "WCU"),
        notice(crime, "R9.sentence", "2024-06-19 16:00", "letter", "WCU"),
    ]


def and_after_it(crime: Mapping[str, Any]) -> list[Event]:
    """What the enhanced victim was told beside, and that probation took the referral."""
    return [
        notice(crime, "R6.charge", "2024-04-02 09:00", "mobile", "police"),
        milestone(crime, "vcs_referral_received", "2024-06-27 10:00"),
    ]


COURT_FIRST = "When the Witness Care Unit received it is not recorded, so the outer bound counts: the court tells the Witness Care Unit within 5 working days, and the unit tells the victim within"
OURS = "Details received by the hub: done on Friday 22 December 2023 at 5:05pm. Said by our own record"
BY_PHONE = "Notice: done on Wednesday 3 January 2024 at 10:15am, mobile phone. Said by the police"
BY_LETTER = "Notice: done on Tuesday 9 January 2024 at 9am, letter. Said by the police"
BAILED_TOLD = "Notice: done on Wednesday 3 January 2024 at 10:20am, mobile phone. Said by the police"
HEARING_TOLD = "Notice: done on Tuesday 16 April 2024 at 1pm, email. Said by the Witness Care Unit"
BAIL_TOLD = "Notice: done on Thursday 16 May 2024 at 9:30am, mobile phone. Said by the Witness Care Unit"
TAKEN = "Milestone of the case: done on Monday 20 May 2024 at 2pm. Said by the police"
SENTENCE_TOLD = "Notice: done on Wednesday 19 June 2024 at 4pm, letter. Said by the Witness Care Unit"
NOTHING = "No evidence has reached us."

ORDINARY = (
    # Friday 22 December is day 0; 25 and 26 are holidays; Wednesday 27 and Thursday 28.
    Owed("The police referred the person to the hub", "R4.refer_support", "Met: on Friday 22 December 2023 at 5:05pm, told by our own record.", "Reported Friday 22 December 2023 16:42. Monday 25 and Tuesday 26 are bank holidays. Two working days end Thursday 28 December 2023.", OURS, unverified=True),
    # Friday 29; Monday 1 is a holiday; 2, 3, 4, 5 and Monday 8.
    Owed(ARREST, "R6.suspect_arrested", "Met: on Wednesday 3 January 2024 at 10:15am, told by the police, mobile phone.", "Suspect arrested Friday 29 December 2023 11:00. Monday 1 January is a bank holiday. Five working days end Monday 8 January 2024.", BY_PHONE),
    Owed(INTERVIEW, "R6.suspect_interviewed", "Met late: on Tuesday 9 January 2024 at 9am, told by the police, letter.", "Suspect interviewed under caution Friday 29 December 2023 15:00. Monday 1 January is a bank holiday. Five working days end Monday 8 January 2024.", BY_LETTER),
    # From a Saturday: 2, 3, 4, 5 and Monday 8.
    Owed(BAIL, "R6.suspect_bailed", "Met: on Wednesday 3 January 2024 at 10:20am, told by the police, mobile phone.", "Suspect released on police bail Saturday 30 December 2023 01:00. Monday 1 January is a bank holiday. Five working days end Monday 8 January 2024.", BAILED_TOLD),
    # Thursday 28 March; Friday 29 and Monday 1 are holidays; 2, 3, 4, 5 and Monday 8.
    Owed(CHARGE, "R6.charge", "Breached: was due by the end of Monday 8 April 2024.", "Suspect charged Thursday 28 March 2024 10:00. Friday 29 and Monday 1 April are bank holidays. Five working days end Monday 8 April 2024.", NOTHING, unverified=True),
    # 5 + 1: 10, 11, 12, 15, 16 and Wednesday 17.
    Owed(FIRST_HEARING, "R6.first_hearing", "Met: on Tuesday 16 April 2024 at 1pm, told by the Witness Care Unit, email.", f"First hearing listed Tuesday 9 April 2024 12:00. Six working days end Wednesday 17 April 2024. {COURT_FIRST} 1.", HEARING_TOLD, unverified=True),
    # 5 + 5: 8, 9, 10, 13, 14, 15, 16, 17, 20 and Tuesday 21.
    Owed("Told outcome of bail hearing, conditions, changes and reasons", "R8.bail_hearing_outcome", "Met: on Thursday 16 May 2024 at 9:30am, told by the Witness Care Unit, mobile phone.", f"Court bail decision Tuesday 7 May 2024 16:00. Ten working days end Tuesday 21 May 2024. {COURT_FIRST} 5.", BAIL_TOLD),
    Owed(STATEMENT, "R7.vps_opportunity", "Met: on Monday 20 May 2024 at 2pm, told by the police.", "It must be done before the sentencing hearing: Friday 14 June 2024 11:40.", TAKEN, unverified=True),
    # 5 + 1: 17, 18, 19, 20, 21 and Monday 24.
    Owed(OUTCOME, "R9.case_outcome", "Breached: was due by the end of Monday 24 June 2024.", f"Case outcome Friday 14 June 2024 11:40. Six working days end Monday 24 June 2024. {COURT_FIRST} 1.", NOTHING),
    # Received on Tuesday 18: Wednesday 19.
    Owed(SENTENCE, "R9.sentence", "Met: on Wednesday 19 June 2024 at 4pm, told by the Witness Care Unit, letter.", "Received by the Witness Care Unit Tuesday 18 June 2024 14:00. One working day ends Wednesday 19 June 2024.", SENTENCE_TOLD),
)  # fmt: skip

E = "Enhanced rights: domestic abuse, assault with intent to cause serious harm."
ENHANCED = (
    Owed("The police referred the person to the hub", "R4.refer_support", "Met: on Friday 22 December 2023 at 5:05pm, told by our own record.", f"Reported Friday 22 December 2023 16:42. Monday 25 and Tuesday 26 are bank holidays. Two working days end Thursday 28 December 2023. {E}", OURS, unverified=True),
    # One working day: Monday 1 is a holiday, so Tuesday 2. The same phone call comes a day too late.
    Owed(ARREST, "R6.suspect_arrested", "Met late: on Wednesday 3 January 2024 at 10:15am, told by the police, mobile phone.", f"Suspect arrested Friday 29 December 2023 11:00. Monday 1 January is a bank holiday. One working day ends Tuesday 2 January 2024. {E}", BY_PHONE),
    Owed(INTERVIEW, "R6.suspect_interviewed", "Met late: on Tuesday 9 January 2024 at 9am, told by the police, letter.", f"Suspect interviewed under caution Friday 29 December 2023 15:00. Monday 1 January is a bank holiday. One working day ends Tuesday 2 January 2024. {E}", BY_LETTER),
    Owed(BAIL, "R6.suspect_bailed", "Met late: on Wednesday 3 January 2024 at 10:20am, told by the police, mobile phone.", f"Suspect released on police bail Saturday 30 December 2023 01:00. Monday 1 January is a bank holiday. One working day ends Tuesday 2 January 2024. {E}", BAILED_TOLD),
    # Thursday 28 March; Friday 29 and Monday 1 are holidays; Tuesday 2.
    Owed(CHARGE, "R6.charge", "Met: on Tuesday 2 April 2024 at 9am, told by the police, mobile phone.", f"Suspect charged Thursday 28 March 2024 10:00. Friday 29 and Monday 1 April are bank holidays. One working day ends Tuesday 2 April 2024. {E}", "Notice: done on Tuesday 2 April 2024 at 9am, mobile phone. Said by the police", unverified=True),
    # One day for everybody, so the same 5 + 1.
    Owed(FIRST_HEARING, "R6.first_hearing", "Met: on Tuesday 16 April 2024 at 1pm, told by the Witness Care Unit, email.", f"First hearing listed Tuesday 9 April 2024 12:00. Six working days end Wednesday 17 April 2024. {COURT_FIRST} 1. {E}", HEARING_TOLD, unverified=True),
    # 5 + 1: 8, 9, 10, 13, 14 and Wednesday 15.
    Owed("Told outcome of bail hearing, conditions, changes and reasons", "R8.bail_hearing_outcome", "Met late: on Thursday 16 May 2024 at 9:30am, told by the Witness Care Unit, mobile phone.", f"Court bail decision Tuesday 7 May 2024 16:00. Six working days end Wednesday 15 May 2024. {COURT_FIRST} 1. {E}", BAIL_TOLD),
    Owed(STATEMENT, "R7.vps_opportunity", "Met: on Monday 20 May 2024 at 2pm, told by the police.", f"It must be done before the sentencing hearing: Friday 14 June 2024 11:40. {E}", TAKEN, unverified=True),
    Owed(SENTENCE, "R9.sentence", "Met: on Wednesday 19 June 2024 at 4pm, told by the Witness Care Unit, letter.", f"Received by the Witness Care Unit Tuesday 18 June 2024 14:00. One working day ends Wednesday 19 June 2024. {E}", SENTENCE_TOLD),
    Owed("Told about the Unduly Lenient Sentence scheme with the sentence", "R9.uls_info", "Breached: was due by the end of Wednesday 19 June 2024.", f"Received by the Witness Care Unit Tuesday 18 June 2024 14:00. One working day ends Wednesday 19 June 2024. {E}", NOTHING, unverified=True),
    # Ten: 17 to 21, 24 to 28.
    Owed("Automatic referral to the Victim Contact Scheme", "R11.vcs_referral", "Met: on Thursday 27 June 2024 at 10am, told by the Witness Care Unit.", f"Sentence passed Friday 14 June 2024 11:40. Ten working days end Friday 28 June 2024. {E}", "Milestone of the case: done on Thursday 27 June 2024 at 10am. Said by the Witness Care Unit", unverified=True),
    # Twenty: 28; 1 to 5, 8 to 12, 15 to 19, 22 to 25 July.
    Owed(LIAISON, "R11.vlo_contact", "Not evidenced: was due by the end of Thursday 25 July 2024.", f"Victim Contact Scheme referral received Thursday 27 June 2024 10:00. Twenty working days end Thursday 25 July 2024. {E}", NOTHING, unverified=True),
)  # fmt: skip

BESIDE_THE_CODE = (
    # 28 calendar days from the 14th: the 12th.
    "Sentence passed Friday 14 June 2024 11:40. 28 calendar days end Friday 12 July 2024.",
    # The court to the unit: 17, 18, 19, 20 and Friday 21.
    "Sentence passed Friday 14 June 2024 11:40. Five working days end Friday 21 June 2024.",
    "Done on Tuesday 18 June 2024 at 2pm.",
)


def told_of(owed: Iterable[Owed], duty: str) -> Owed:
    return next(each for each in owed if each.duty == duty)
