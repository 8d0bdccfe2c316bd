"""The Victims' Code as those who keep it walk through it: the hub's officer, the compliance lead, an agency."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from contracts.identity import reference
from kit import clock
from tests.journeys.code_stories import (
    ARREST,
    BESIDE_THE_CODE,
    CHARGE,
    ENHANCED,
    GRIEVOUS_BODILY_HARM,
    INTERVIEW,
    LIAISON,
    LONDON,
    MEANING,
    ORDINARY,
    OUTCOME,
    STATEMENT,
    THEFT,
    and_after_it,
    crime_event,
    milestone,
    recorded,
    to_sentence,
    told_of,
)
from tests.journeys.lane import MARKS, Journey, somebody
from tests.journeys.rights import clock as clock_words
from tests.journeys.rights import counts_to, dates, figures, named, opens_case, stands
from tests.journeys.walker import Walker

pytestmark = MARKS
OVERSEEN = "/rights/oversight/right?period=2025-07&right=6&agency=police"
WHEN_DONE = "When was it done, or decided?"


def harmed(given: str) -> tuple[Any, dict[str, Any]]:
    """Somebody hurt by a former partner, meant to be: enhanced rights twice over."""
    who = somebody(given, relationship_to_suspect="ex_partner")
    crime = recorded(
        who, "2023-12-22 16:42", "2023-12-22 17:05", offence_code=GRIEVOUS_BODILY_HARM, flags=["domestic_abuse"]
    )
    return who, crime


async def test_an_ordinary_victim_from_arrest_to_sentence(journey: Journey) -> None:
    who = somebody("Josephine")
    crime = recorded(who, "2023-12-22 16:42", "2023-12-22 17:05", offence_code=THEFT)
    await journey.lane.emit(*to_sentence(crime, sentence_kind="community_order"))
    officer = await journey.signs_in("officer")
    case = await officer.finds(who.name)
    await officer.turns_to("Rights")
    for owed in ORDINARY:
        await stands(officer, owed.duty, *owed.words())
    await officer.sees_not("Enhanced rights:")
    await journey.picture(officer, "code-ordinary", at=ARREST)
    await an_officer_answers_what_is_likely(journey, officer)
    lead = await journey.signs_in("compliance")
    await opens_case(lead, case)
    await stands(lead, OUTCOME, "Met on Wednesday 19 June 2024 at 4pm, told by the Witness Care Unit.")
    await clock_words(lead, ARREST)
    await a_receipt_is_copied(journey, lead)


async def an_officer_answers_what_is_likely(journey: Journey, officer: Walker) -> None:
    """Told of the first hearing: so probably told of the charge. Told of the sentence: so of the outcome."""
    await officer.follows(named("Say whether it was done", CHARGE))
    await officer.sees("Nothing says that it was done.", "as said by the Witness Care Unit")
    await officer.presses("Keep the answer")
    await officer.sees("There is a problem", "Choose whether it was done")
    await officer.chooses("Was it done by Tuesday 16 April 2024 at 1pm?", "Yes, it was done by then")
    await officer.presses("Keep the answer")
    await stands(
        officer, CHARGE, "Met late", "on Tuesday 16 April 2024 at 1pm",
        "Suggested by another act, and confirmed by staff: done on Tuesday 16 April 2024 at 1pm. Said by the Witness",
        "Breached, due by the end of Monday 8 April 2024, until",
    )  # fmt: skip
    await officer.follows(named("Say whether it was done", OUTCOME))
    await officer.chooses("Was it done by Wednesday 19 June 2024 at 4pm?", "Yes, it was done by then")
    await officer.presses("Keep the answer")


async def a_receipt_is_copied(journey: Journey, lead: Walker) -> None:
    await lead.follows(named("Receipt on its own page", ARREST))
    owed = told_of(ORDINARY, ARREST)
    receipt = f"{owed.sum} Rule R6.suspect_arrested, Code 2020."
    await lead.sees(receipt, "How it stands Met", "Owed by Police", "Due by the end of Monday 8 January 2024")
    await lead.sees("Who said so the police", owed.evidence)
    await journey.picture(lead, "code-receipt", narrow=True)
    if not journey.script:
        await lead.cannot("Copy these words")
        return
    await lead.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await lead.page.get_by_role("button", name="Copy these words", exact=True).click()
    await lead.page.get_by_role("button", name="Copied", exact=True).wait_for()
    assert await lead.page.evaluate("navigator.clipboard.readText()") == receipt


async def test_an_enhanced_victim_from_arrest_to_sentence(journey: Journey) -> None:
    who, crime = harmed("Amara")
    events = [*to_sentence(crime, sentence_kind="custody", sentence_months=42), *and_after_it(crime)]
    await journey.lane.emit(*events)
    officer = await journey.signs_in("officer")
    case = await officer.finds(who.name)
    await officer.turns_to("Rights")
    for owed in ENHANCED:
        await stands(officer, owed.duty, *owed.words())
    await officer.sees("Domestic abuse (victim of a most serious crime), since the report", *BESIDE_THE_CODE)
    await officer.sees("No feed of this agency tells us whether it was done, so it counts in no rate.")
    await journey.picture(officer, "code-enhanced", at="Enhanced rights", narrow=True)
    lead = await journey.signs_in("compliance")
    await lead.goes_to("/rights")
    await lead.follows(re.compile("Not evidenced, right 11, Probation"))
    await lead.sees("Right 11, Probation (Victim Contact Scheme): not evidenced", "the end of Thursday 25 July 2024")
    await lead.follows(named(case, LIAISON))
    assert await lead.heading() == f"Rights of case {case}"


async def test_a_hearing_moves_and_the_statement_clock_moves_with_it(journey: Journey) -> None:
    who = somebody("Tobias")
    crime = recorded(who, "2025-06-02 10:00", "2025-06-02 10:30", offence_code=THEFT)
    await journey.lane.emit(crime_event(crime), milestone(crime, "vps_requested", "2025-06-03 09:00"))
    officer = await journey.signs_in("officer")
    await officer.finds(who.name)
    await officer.turns_to("Rights")
    asked = "Victim Personal Statement asked for Tuesday 3 June 2025 09:00."
    unknown = f"{asked} It must be done before the sentencing hearing, whose date is not known."
    await stands(officer, STATEMENT, "Running", unknown)
    await journey.lane.emit(milestone(crime, "conviction", "2025-06-10 15:00", hearing_at="2025-07-04T10:00:00+01:00"))
    past = "It must be done before the sentencing hearing: Friday 4 July 2025 10:00."
    await stands(officer, STATEMENT, "Breached Unverified was due by 10am on Friday 4 July 2025.", past)
    await journey.picture(officer, "code-hearing-missed", at=STATEMENT)
    today = clock.now().astimezone(LONDON)
    wednesday = today + timedelta(days=66 - today.isoweekday() % 7)
    first = wednesday.replace(hour=10, minute=0, second=0, microsecond=0)
    second = first.replace(hour=14) + timedelta(days=16)
    for told, hearing, hour in (("2025-06-25 12:00", first, "10am"), ("2025-06-26 12:00", second, "2pm")):
        await journey.lane.emit(milestone(crime, "hearing_listed", told, hearing_at=hearing.isoformat()))
        day = f"{hearing:%A} {hearing.day} {hearing:%B %Y}"
        await stands(
            officer, STATEMENT, f"Running Unverified due by {hour} on {day}.",
            f"It must be done before the sentencing hearing: {day} {hearing:%H:%M}.",
        )  # fmt: skip
    until = "the event that it must precede was listed or moved."
    await stands(officer, STATEMENT, "Breached, due by 10am on Friday 4 July 2025, until", until)
    await journey.picture(officer, "code-hearing-moved", at=STATEMENT)
    await adds_evidence(officer, STATEMENT, "2025-06-27", "14:00", "In person", "The police")
    await stands(
        officer, STATEMENT, "Met Unverified on Friday 27 June 2025 at 2pm, told by the police, in person.",
        "Entered by staff: done on Friday 27 June 2025 at 2pm, in person. Said by the police",
    )  # fmt: skip


async def adds_evidence(walker: Walker, duty: str, day: str, at: str, channel: str, source: str) -> None:
    await walker.follows(named("Add evidence for", duty))
    await walker.chooses("What happened?", "It was done, or the person was told")
    await dates(walker, WHEN_DONE, day)
    await walker.fills("Time", at)
    await walker.chooses("How was the person told?", channel)
    await walker.chooses("Who says so?", source)
    await walker.presses("Add the evidence")


async def test_a_breach_is_corrected_by_late_evidence_and_nothing_is_overwritten(journey: Journey) -> None:
    watch = await journey.signs_in("compliance")
    await watch.goes_to(OVERSEEN)
    was = {duty: await figures(watch, duty) for duty in (ARREST, INTERVIEW)}
    who = somebody("Philippa")
    crime = recorded(who, "2025-07-08 09:00", "2025-07-08 09:20", offence_code=THEFT)
    await journey.lane.emit(
        crime_event(crime),
        milestone(crime, "suspect_arrested", "2025-07-08 12:00"),
        milestone(crime, "suspect_interviewed_under_caution", "2025-07-08 13:00"),
    )
    officer = await journey.signs_in("officer")
    case = await officer.finds(who.name)
    lead = await journey.signs_in("compliance")
    await opens_case(lead, case)
    # Wednesday 9, Thursday 10, Friday 11, Monday 14, Tuesday 15.
    due = "was due by the end of Tuesday 15 July 2025."
    for duty, began in (
        (ARREST, "Suspect arrested Tuesday 8 July 2025 12:00."),
        (INTERVIEW, "caution Tuesday 8 July 2025 13:00."),
    ):
        await stands(lead, duty, f"Breached {due}", f"{began} Five working days end Tuesday 15 July 2025.")
    await stands(lead, ARREST, "No evidence has reached us.")
    await journey.picture(lead, "code-breach", at=ARREST)
    await an_agency_replies(journey, lead)
    await watch.goes_to(OVERSEEN)
    for duty in (ARREST, INTERVIEW):
        await counts_to(watch, duty, and_one(was[duty], "Breached"))
    await officer.turns_to("Rights")
    await officer.follows(named("Add evidence for", ARREST))
    await officer.presses("Add the evidence")
    await officer.sees("There is a problem", "Choose what happened", "Choose who says so")
    await officer.follows("Back to the rights of case " + case)
    await adds_evidence(officer, ARREST, "2099-07-14", "16:10", "Mobile phone", "The police")
    await officer.sees("The date and time it was done must be in the past")
    await dates(officer, WHEN_DONE, "2025-07-14")
    await officer.presses("Add the evidence")
    await officer.sees("The evidence was added")
    await stands(
        officer, ARREST, "Met on Monday 14 July 2025 at 4:10pm, told by the police, mobile phone.",
        "Five working days end Tuesday 15 July 2025.", "Breached, due by the end of Tuesday 15 July 2025, until",
        "Entered by staff: done on Monday 14 July 2025 at 4:10pm, mobile phone. Said by the police; known to us since",
    )  # fmt: skip
    await journey.picture(officer, "code-breach-corrected", at=ARREST, narrow=True)
    await adds_evidence(officer, INTERVIEW, "2025-07-17", "09:30", "Letter", "The person")
    await stands(officer, INTERVIEW, "Met late on Thursday 17 July 2025 at 9:30am, told by the person, letter.")
    await watch.goes_to(OVERSEEN)
    await counts_to(watch, ARREST, and_one(was[ARREST], "Met"))
    await counts_to(watch, INTERVIEW, and_one(was[INTERVIEW], "Met late"))
    row = watch.page.get_by_role("row").filter(has=watch.page.get_by_role("rowheader", name=INTERVIEW, exact=True))
    await row.get_by_role("link", name="Met late").click()
    await watch.sees(case)


def and_one(figures: dict[str, int], state: str) -> dict[str, int]:
    """The same figures with one more duty, which stands so."""
    return figures | {column: figures.get(column, 0) + 1 for column in ("Due", state)}


async def an_agency_replies(journey: Journey, lead: Walker) -> None:
    """Before publication; a reply alone changes nothing."""
    await lead.follows(named("Reply before publication", ARREST))
    await lead.sees("Nobody has replied yet.")
    await lead.presses("Add the reply")
    await lead.sees("There is a problem")
    await lead.chooses("Who replies?", "Police")
    await lead.chooses("Why?", "It was done in time, and the record follows")
    await lead.presses("Add the reply")
    await lead.follows(re.compile("^Accept"))
    await lead.sees("Accepted by you on", "A reply alone changes no figure: evidence does.")
    await lead.sees("Five working days end Tuesday 15 July 2025.")


async def test_a_complaint_is_answered_with_the_receipt_of_its_clock(journey: Journey) -> None:
    who = somebody("Rosalind")
    crime = recorded(who, "2025-11-28 09:00", "2025-11-28 09:20", offence_code=THEFT)
    await journey.lane.emit(crime_event(crime), milestone(crime, "suspect_arrested", "2025-12-01 12:00"))
    officer = await journey.signs_in("officer")
    case = await officer.finds(who.name)
    lead = await journey.signs_in("compliance")
    # 2, 3, 4, 5 and Monday 8 December.
    limit = "Five working days end Monday 8 December 2025. Rule R6.suspect_arrested, Code 2020."
    receipt = f"Suspect arrested Monday 1 December 2025 12:00. {limit}"
    await opens_case(lead, case)
    await stands(lead, ARREST, "Breached was due by the end of Monday 8 December 2025.", receipt)
    await lead.goes_to("/rights")
    await lead.follows("Complaints")
    await lead.follows("Take in a complaint")
    await lead.picks("Who is complained of?", "Police")
    await lead.chooses("Who brought it?", "The person")
    await dates(lead, "When was it received?", "2025-12-15")
    await lead.fills("Case reference, if it is known", case)
    await lead.fills("What does the person say?", "Nobody told me that he had been arrested.")
    await lead.presses("Take it in")
    # Ten: 16 to 19, 22, 23, 24, 29, 30 and Wednesday 31. Twenty: 2, 5 to 9, 12, 13, 14 and Thursday 15 January.
    await lead.sees(
        "Acknowledge by the end of Wednesday 31 December 2025", "Answer by the end of Thursday 15 January 2026"
    )
    await lead.follows("Name the case and the clocks complained of")
    await lead.ticks("Which duties are complained of?", f"{ARREST} (1 December 2025)")
    await lead.presses("Save")
    await lead.sees("The clocks complained of", f"{ARREST}: breached", receipt)
    await lead.follows("Record the acknowledgement")
    await dates(lead, "When was it acknowledged?", "2025-12-19")
    await lead.presses("Save")
    await lead.sees("Acknowledge by the end of Wednesday 31 December 2025, done on Friday 19 December 2025")
    await lead.follows("Put the answer off")
    await dates(lead, "By the end of which day now?", "2026-01-12")
    await lead.chooses("Why does it take longer?", "An answer from another agency is awaited")
    await lead.presses("Save")
    await lead.sees("The new day of the answer must be later than the one the person was told")
    await dates(lead, "By the end of which day now?", "2026-01-30")
    await lead.presses("Save")
    await lead.sees("Answer by the end of Friday 30 January 2026")
    await answers(journey, lead, receipt)


async def answers(journey: Journey, lead: Walker, receipt: str) -> None:
    await lead.follows("Answer")
    text = await lead.page.get_by_label("The answer", exact=True).input_value()
    assert receipt in text, "the answer begins with the receipt"
    await journey.picture(lead, "code-complaint-answer", at="Receipts of the clocks complained of")
    await dates(lead, "When was it answered?", "2026-01-23")
    await lead.chooses("What is the outcome?", "Upheld")
    await lead.fills("The answer", f"We are sorry. What our record shows: {receipt} You were not told.")
    await lead.chooses("What was learned?", "A procedure was or will be changed")
    box = lead.page.get_by_role("checkbox", name=re.compile("The person was told of The Parliamentary"))
    await box.check()
    await lead.presses("Save")
    await lead.sees(
        "Answered", f"What our record shows: {receipt} You were not told.", "done on Friday 23 January 2026"
    )
    await lead.sees("Upheld. Learning: a procedure was or will be changed. The person was told of the Ombudsman.")
    await journey.picture(lead, "code-complaint", narrow=True)


async def test_an_agencys_file_with_three_bad_lines_is_put_right_and_imported_once(journey: Journey) -> None:
    """Probation sends no events: what it did is not evidenced, until its file comes."""
    cases: list[str] = []
    for given in ("Beatrix", "Cornelia"):
        who, crime = harmed(given)
        await journey.lane.emit(
            crime_event(crime),
            milestone(crime, "sentence_passed", "2024-06-14 11:40", sentence_kind="custody", sentence_months=42),
            milestone(crime, "vcs_referral_received", "2024-06-27 10:00"),
            milestone(crime, "vcs_opt_in", "2024-07-22 15:00"),
        )
        cases.append(reference(who.case_in(crime)))
    officer = await journey.signs_in("officer")
    await officer.finds(who.name)
    lead = await journey.signs_in("compliance")
    owed = told_of(ENHANCED, LIAISON)
    for case in cases:
        await opens_case(lead, case)
        await stands(lead, LIAISON, *owed.words())
    await the_file_is_imported(journey, lead, *cases)
    # Twenty working days ended on Thursday 25 July: one was in time, the other was not.
    for case, stood, source in (
        (cases[0], "Met Unverified on Monday 22 July 2024 at 2:30pm, told by probation, in person.", "in person"),
        (cases[1], "Met late Unverified on Tuesday 30 July 2024 at 9am, told by probation, letter.", "letter"),
    ):
        await opens_case(lead, case)
        await stands(
            lead, LIAISON, stood, owed.sum, f"{source}. Said by probation", "Imported from the agency: done on"
        )
        await stands(lead, LIAISON, "Not evidenced, due by the end of Thursday 25 July 2024, until")
        await stands(lead, MEANING, "Met", "told by probation")


async def the_file_is_imported(journey: Journey, lead: Walker, first: str, second: str) -> None:
    heading = "line_id,case,entitlement,given_at,outcome,channel"
    own = uuid4().hex[:8]
    wrong = second[:-1] + ("2" if second[-1] != "2" else "3")
    bad = [
        heading,
        f"{own}-1,{first},R11.vlo_contact,2024-07-22 14:30,delivered,in_person",
        f"{own}-2,{wrong},R11.vlo_contact,2024-07-30 09:00,delivered,letter",
        f"{own}-3,{first},R6.suspect_arrested,2024-07-29 11:00,delivered,letter",
        f"{own}-4,{second},R11.sentence_meaning,2099-07-29 11:00,delivered,letter",
    ]
    good = [
        *bad[:2],
        bad[2].replace(wrong, second),
        bad[3].replace("R6.suspect_arrested", "R11.sentence_meaning"),
        bad[4].replace("2099", "2024"),
    ]
    await lead.goes_to("/rights")
    await lead.follows("Import acts of an agency")
    await lead.picks("Whose acts are they?", "Probation (Victim Contact Scheme)")
    await lead.fills("Or paste the lines", "\n".join(bad))
    await lead.presses("Check the lines")
    await lead.sees(
        "Nothing was imported: 3 things are to be put right",
        "Line 3: case is no case reference like 7KQ4M-2XRCT",
        "Line 4: entitlement is not owed by this agency",
        "Line 5: given_at lies in the future",
    )
    await lead.sees_not("Line 2:")
    await journey.picture(lead, "code-import-errors", narrow=True)
    await lead.attaches("Choose a CSV file", "\n".join(good))
    await lead.presses("Check the lines")
    await lead.sees("4 lines are new. Nothing has been imported yet.", f"{LIAISON}")
    await journey.picture(lead, "code-import-preview")
    await lead.presses("Import 4 lines")
    await lead.sees("4 lines were imported")
    await lead.picks("Whose acts are they?", "Probation (Victim Contact Scheme)")
    await lead.fills("Or paste the lines", "\n".join(good))
    await lead.presses("Check the lines")
    await lead.sees("There is nothing to import: all of it is here already.")
