"""Stories that begin with the police: what goes by itself, what waits for a human, and what nobody may do."""

from contracts.identity import reference
from tests.journeys.hub_steps import NOT_ASKED, chooses_provider, refers, sends
from tests.journeys.lane import MARKS, Journey, kin_of, somebody

pytestmark = MARKS
FOR_CHILDREN = "Sexual violence advisers for children and young people"
BURGLARY, COMMON_ASSAULT, RAPE, TOUCHED_UNDER_13, DEATH_BY_DRIVING = "28E", "105A", "19C", "20B", "4.4"


async def test_an_ordinary_burglary_goes_to_support_by_itself(journey: Journey) -> None:
    """She agreed, her mobile is safe, nothing holds it: support has it before anybody opened the case."""
    person = somebody("Amara")
    await journey.police_tell(person, offence_code=BURGLARY)
    officer = await journey.signs_in("officer")
    code = await officer.finds(person.name)
    await officer.sees("Sent automatically", "Burglary Residential (28E)", "Safe now: Mobile", "Recommended: General")
    await officer.sees_not(person.family, "Why a human must decide")
    await journey.picture(officer, "burglary-case", narrow=True)
    await officer.presses("Show name and details")
    await officer.sees(person.given, person.family)
    await officer.turns_to("Referrals")
    await officer.sees("Sent to a provider", "sent automatically", "General support, Birmingham and Solihull: sent")
    await officer.cannot("Choose a provider", "Triage this referral", "Undo")
    await journey.picture(officer, "burglary-referral")
    await officer.turns_to("Rights")
    await officer.waits_for("Met")
    await journey.picture(officer, "burglary-rights")
    await officer.goes_to("/cases")
    await officer.sees_not(code)
    worker = await journey.signs_in("support.worker")
    await worker.finds_referral(code)
    await worker.sees(person.family, person.mobile)
    await worker.presses("Accept")
    await worker.presses("Start support")
    await worker.sees("In support")
    leader = await journey.signs_in("leader")
    await leader.finds(person.name)
    await leader.turns_to("Who has looked")
    await leader.sees("Amina Farrow")


async def test_a_phone_that_is_not_safe_is_rung_by_nobody(journey: Journey) -> None:
    """High-risk domestic abuse. He reads her phone: the hub reaches her by e-mail alone, and her adviser too."""
    mobile = {"kind": "mobile", "value": "07700 900381", "safety": "unsafe"}
    email = {"kind": "email", "value": f"walk-{journey.script}@example.org".lower(), "safety": "safe"}
    person = somebody(
        "Bronwen",
        details={"channels": [mobile, email]},
        relationship_to_suspect="ex_partner",
        risk={"dash_score": 17, "grade": "high"},
        channels_safe=["email"],
    )
    await journey.police_tell(person, offence_code=COMMON_ASSAULT, flags=["domestic_abuse"])
    officer = await journey.signs_in("officer")
    code = await officer.finds(person.name)
    await officer.sees("High risk", "Waiting for a human", "Safe now: Email", "IDVA", "MARAC")
    await officer.goes_to("/cases")
    await officer.turns_to("Life safety, now")
    await officer.sees(code)
    await journey.picture(officer, "unsafe-phone-queue")
    await officer.follows(code)
    await officer.turns_to("Contact")
    assert await officer.choices("How did you try?") == ["Email"]
    await officer.cannot("Somebody else answered: lock mobile")
    await journey.picture(officer, "unsafe-phone-contact", at="Mobile", narrow=True)
    await officer.chooses("Which channel?", "Mobile")
    await officer.chooses("Is it safe?", "Safe")
    await officer.chooses("Have you spoken to the person?", "No")
    await officer.presses("Save")
    await officer.sees("Only somebody who has spoken to the person may call a channel safe")
    await officer.chooses("How did you try?", "Email")
    await officer.chooses("What came of it?", "I spoke to the person")
    await officer.presses("Record the attempt")
    await officer.sees("The attempt was recorded.", "email: I spoke to the person")
    await refers(officer, "IDVA", "Independent domestic violence advisers, Birmingham, Solihull and Coventry")
    adviser = await journey.signs_in("idva.worker")
    await adviser.finds_referral(code)
    await adviser.sees("Urgent", "Unsafe", person.given)
    await adviser.sees_not("07700 900381")
    assert await adviser.choices("How did you try?") == []
    await journey.picture(adviser, "unsafe-phone-adviser", at="What is safe")
    await adviser.presses("Accept")
    await adviser.sees("You accepted the referral.")
    assert await adviser.choices("How did you try?") == ["Email"]
    stranger = await journey.signs_in("hate.worker")
    await stranger.goes_to(adviser.page.url)
    await stranger.sees("Page not found")
    await stranger.sees_not(code)


async def test_a_rape_last_night_is_for_a_human_and_the_sarc_now(journey: Journey) -> None:
    """Nothing leaves by itself, though she agreed: the centre for sexual assault is named at once, by a human."""
    person = somebody("Carys", age_at_offence=24, age_at_report=24)
    await journey.police_tell(person, offence_code=RAPE, hours_ago=3)
    officer = await journey.signs_in("officer")
    code = await officer.finds(person.name)
    await officer.sees("Assault in the last seven days", "Waiting for a human", "Recommended: ISVA")
    await officer.sees("Right doors: SARC now")
    await officer.sees_not("Restorative justice")
    await journey.picture(officer, "rape-case")
    await journey.picture(officer, "rape-door", at="What could help")
    await officer.turns_to("Referrals")
    await officer.sees("ISVA", "Received")
    await officer.sees_not("sent automatically")
    await officer.goes_to("/cases")
    await officer.turns_to("Life safety, now")
    await officer.sees(code)
    await officer.follows(code)
    await refers(officer, "ISVA", "Independent sexual violence advisers")
    adviser = await journey.signs_in("isva.worker")
    await adviser.finds_referral(code)
    await adviser.sees("Urgent", person.family)
    await adviser.presses("Accept")
    await adviser.chooses("How did you try?", "Mobile")
    await adviser.chooses("What came of it?", "I spoke to the person")
    await adviser.presses("Record the attempt")
    await adviser.presses("Start support")
    await adviser.sees("In support")
    await journey.picture(adviser, "rape-adviser")
    await officer.turns_to("Referrals")
    await officer.sees("In support")


async def test_a_hate_incident_is_helped_although_it_is_no_crime(journey: Journey) -> None:
    """Shouted at on the bus for being disabled: no offence, and the hate crime service has it all the same."""
    person = somebody("Dilys", disability="yes")
    await journey.police_tell(person, offence_code=None, incident_kind="hate", hate_strands=["disability"])
    officer = await journey.signs_in("officer")
    code = await officer.finds(person.name)
    await officer.sees("Hate", "Recommended: Hate crime", "Sent automatically")
    await officer.sees_not("Why a human must decide")
    await journey.picture(officer, "hate-case")
    worker = await journey.signs_in("hate.worker")
    await worker.finds_referral(code)
    await worker.sees(person.name.split()[0], "Hate crime support and advocacy")
    await worker.presses("Accept")
    await worker.presses("Start support")
    await worker.sees("In support")
    await journey.picture(worker, "hate-provider", narrow=True)
    await officer.goes_to("/cases")
    await officer.finds(person.name)
    await officer.turns_to("Referrals")
    await officer.sees("In support", "Hate crime support and advocacy: accepted")
    stranger = await journey.signs_in("isva.worker")
    await stranger.goes_to(worker.page.url)
    await stranger.sees("Page not found")


async def test_a_family_bereaved_on_the_road_is_reached_through_its_liaison_officer(journey: Journey) -> None:
    """His son was killed by a driver. The police have a family liaison officer with him: nothing goes by itself."""
    kin = kin_of("Emrys", "PC Idris Vale")
    await journey.police_tell(kin, offence_code=DEATH_BY_DRIVING)
    officer = await journey.signs_in("officer")
    code = await officer.finds(kin.name)
    await officer.sees("Bereaved: through the family liaison officer", "Waiting for a human")
    await officer.sees("Recommended: Road collision")
    await officer.turns_to("Safeguards")
    await officer.sees("Family liaison officer", "PC Idris Vale")
    await journey.picture(officer, "road-liaison", at="Officer in the case, orders and bail")
    await officer.turns_to("Referrals")
    await officer.sees_not("sent automatically")
    await officer.presses("Triage this referral")
    await officer.follows("Choose a provider")
    await officer.sees("People injured on the roads", "Takes person cases, not bereaved.")
    assert not await officer.offers("See what would be sent to People injured on the roads")
    await journey.picture(officer, "road-choice")
    await officer.follows("See what would be sent to Families bereaved on the roads")
    await officer.sees("Family liaison officer")
    await sends(officer)
    worker = await journey.signs_in("rtc.worker")
    await worker.finds_referral(code)
    await worker.sees("PC Idris Vale", kin.family)
    await journey.picture(worker, "road-provider", at="What you were given")
    await worker.presses("Accept")
    await worker.sees("You accepted the referral.")


async def test_a_child_of_12_is_for_a_human_and_a_parents_word_does_not_count(journey: Journey) -> None:
    """The suspect lives with her. A parent said yes to the police: that opens nothing; two people of the hub decide."""
    told = {"age_at_offence": 12, "age_at_report": 12, "share_by": "parent", "relationship_to_suspect": "family"}
    child = somebody("Ffion", details={"date_of_birth": "2014-03-11"}, risk={"grade": "medium"}, **told)
    suspects = [{"suspect_ref": f"S-{child.ref}", "same_household": True}]
    crime = await journey.police_tell(child, offence_code=TOUCHED_UNDER_13, suspects=suspects, days_before=30)
    code = reference(child.case_in(crime))
    officer = await journey.signs_in("officer")
    await officer.goes_to("/cases?queue=children")
    await officer.waits_for(code)
    await officer.follows(code)
    await officer.sees("Child under 13", "The suspect lives in the same household", "Waiting for a human", "Child ISVA")
    await officer.sees("Children's social care", "Was not asked: ask the officer to ask")
    await journey.picture(officer, "child-case")
    await officer.presses("Show name and details")
    await officer.sees("No details have come, or they may not be kept.")
    await officer.turns_to("Referrals")
    await officer.sees("There is no referral yet: the person was not asked.")
    await officer.turns_to("Agreements")
    await officer.follows("Record an agreement")
    await officer.chooses("What does the person agree to?", "Support by a provider")
    await officer.picks("Which provider?", f"Child ISVA: {FOR_CHILDREN}, Stillwater")
    await officer.ticks("What may be shared?", "Who they are", "How to reach them safely", "What happened")
    await officer.chooses("How did they tell us?", "Mobile")
    await officer.chooses("Who agreed?", "A parent")
    await officer.presses("Record the agreement")
    await officer.sees("A parent's word does not count here")
    await journey.picture(officer, "child-parent")
    await officer.turns_to("Agreements")
    await officer.follows("Share without agreement")
    await officer.picks("Which service has to know?", "Child ISVA")
    await officer.chooses("Why may this be shared without the person's agreement?", "A child is at risk")
    await officer.presses("Ask a second person")
    await officer.goes_to("/cases/overrides")
    await officer.sees(code, "You asked for this, so somebody else has to confirm it.")
    await officer.cannot(f"Confirm for {code}")
    leader = await journey.signs_in("leader")
    await leader.goes_to("/cases")
    await leader.follows("Waiting for a second person")
    await leader.sees(code, "A child is at risk")
    await journey.picture(leader, "child-second-person")
    await leader.presses(f"Confirm for {code}")
    await leader.sees("Confirmed. It may be shared now.")
    await journey.police_tell_again(crime)
    await officer.finds(child.name)
    await officer.turns_to("Referrals")
    await officer.picks("Service", "Child ISVA")
    await officer.presses("Open a referral")
    await chooses_provider(officer, "Child ISVA", FOR_CHILDREN)
    await sends(officer, NOT_ASKED)
    adviser = await journey.signs_in("isva.worker")
    await adviser.finds_referral(code)
    await adviser.sees(FOR_CHILDREN, child.given)
