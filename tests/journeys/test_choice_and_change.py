"""Stories of what people choose, take back or do not get, and of providers who cannot, do not or no longer help."""

import re

from tests.journeys.hub_steps import chooses_provider, refers, sends, takes_in
from tests.journeys.lane import MARKS, Journey, Somebody, somebody
from tests.journeys.walker import Walker

pytestmark = MARKS
COMMON_ASSAULT, STALKING, THEFT, TOUCHED, AGGRAVATED_ASSAULT = "105A", "8Q", "44", "20A", "8M"
WALSALL, COVENTRY = "E08000030", "E08000026"
IDVA = "Independent domestic violence advisers, Birmingham, Solihull and Coventry"
UNREPORTED, OPEN_DOOR = "General support for people who did not report", "General support, Birmingham and Solihull"
HIGH = {"dash_score": 16, "grade": "high"}


async def handed_over(journey: Journey) -> tuple[str, Somebody, str, Somebody, str]:
    """A contract that two people are with is let again: the address of its hand-over, and both, each with a reference.

    The first agreed to the old provider alone, the second to the new one too.
    """
    key = f"handed over {journey.script}"
    if key in journey.lane.kept:
        kept = journey.lane.kept[key]
        assert isinstance(kept, tuple)
        return kept
    officer = await journey.signs_in("officer")
    people = []
    for given in ("Gwilym", "Heledd"):
        person = somebody(given)
        reference = await takes_in(officer, person, what="Something else", ago="In the last month")
        await refers(officer, "General", UNREPORTED)
        people.append((person, reference))
    (first, asked), (second, going) = people
    await officer.turns_to("Agreements")
    await officer.follows("Record an agreement")
    await officer.chooses("What does the person agree to?", "Support by a provider")
    await officer.picks("Which provider?", f"General: {OPEN_DOOR}, Open Door Support")
    await officer.ticks("What may be shared?", "Who they are", "How to reach them safely")
    await officer.chooses("How did they tell us?", "Mobile")
    await officer.chooses("Who agreed?", "The person")
    await officer.presses("Record the agreement")
    leader = await journey.signs_in("leader")
    await leader.goes_to("/cases")
    await leader.follows("Hand over a contract")
    await leader.picks("The contract that ends", f"General: {UNREPORTED}, Common Ground")
    await leader.picks("The contract that takes over", f"General: {OPEN_DOOR}, Open Door Support")
    await leader.presses("Show who would go over")
    await leader.sees(asked, going, "Asked first: the agreement names Common Ground", "Goes over")
    await journey.picture(leader, "handover-check")
    await leader.presses("Hand over")
    await leader.sees("Goes, and can be undone until then")
    await leader.presses("Undo the hand-over")
    await leader.sees("Undone. Nobody was handed over.")
    await leader.goes_to("/cases")
    await leader.follows("Hand over a contract")
    await leader.picks("The contract that ends", f"General: {UNREPORTED}, Common Ground")
    await leader.picks("The contract that takes over", f"General: {OPEN_DOOR}, Open Door Support")
    await leader.presses("Show who would go over")
    await leader.presses("Hand over")
    await leader.sees("Goes, and can be undone until then")
    made = (leader.page.url, first, asked, second, going)
    journey.lane.kept[key] = made
    return made


async def test_a_contract_let_again_is_looked_at_first_and_can_be_undone(journey: Journey) -> None:
    """The dry run names everybody, and who has to be asked again; the hand-over is undone once, then decided."""
    address, *_ = await handed_over(journey)
    worker = await journey.signs_in("hate.worker")
    await worker.goes_to(address)
    await worker.sees("You cannot see this page")


async def test_somebody_who_never_reported_it_is_helped(journey: Journey) -> None:
    """An assault of long ago that the police never heard of: she rings, and is asked only what is needed."""
    officer = await journey.signs_in("officer")
    person = somebody("Iona")
    reference = await takes_in(officer, person, what="A sexual offence", ago="Longer ago", journey=journey)
    await officer.sees("The case is open. Nothing was sent: choose who helps.", "ISVA", "Received")
    await officer.sees_not("sent automatically")
    await officer.turns_to("Overview")
    await officer.sees("Not to the police", "Safe now: Mobile")
    await officer.sees_not("Assault in the seven days before the report", person.family)
    await journey.picture(officer, "unreported-case")
    await refers(officer, "ISVA", "Independent sexual violence advisers")
    adviser = await journey.signs_in("isva.worker")
    await adviser.finds_referral(reference)
    await adviser.sees(person.given)
    await adviser.sees_not("Officer in the case")
    await adviser.presses("Accept")
    await adviser.sees("You accepted the referral.")
    await journey.picture(adviser, "unreported-adviser", narrow=True)


async def test_an_lgbt_adviser_is_offered_to_everybody_and_goes_to_whoever_chooses_it(journey: Journey) -> None:
    """What the police recorded of her says nothing here: it is offered to all, and opens when she says so herself."""
    person = somebody("Jodie", relationship_to_suspect="partner", risk=HIGH)
    other = somebody("Kerensa", relationship_to_suspect="partner", risk=HIGH, orientation="gay_or_lesbian")
    for one in (person, other):
        await journey.police_tell(one, offence_code=COMMON_ASSAULT, flags=["domestic_abuse"])
    officer = await journey.signs_in("officer")
    await officer.finds(other.name)
    await officer.sees("LGBT+ IDVA", "By-and-for service", "Waiting for a human")
    await officer.sees_not("Chosen by the person")
    reference = await officer.finds(person.name)
    await officer.sees("LGBT+ IDVA", "By-and-for service", "IDVA for men")
    await journey.picture(officer, "lgbt-offers", at="What could help")
    await officer.turns_to("Referrals")
    await officer.sees_not("sent automatically")
    await officer.presses("Triage this referral")
    await officer.follows("Choose a provider")
    adviser = "LGBT+ domestic violence adviser"
    await officer.sees("Ask the person whether they choose an LGBT+ adviser.")
    assert not await officer.offers(f"See what would be sent to {adviser}")
    await journey.picture(officer, "lgbt-before", at="One change away")
    await officer.follows(f"Write down what they choose before {adviser}")
    await officer.ticks("What did the person choose?", "LGBT+ IDVA")
    await officer.presses("Write it down")
    await officer.sees("The person chose: LGBT+ IDVA.", "Chosen by the person: LGBT+ IDVA")
    await officer.sees_not("Sent automatically")
    await chooses_provider(officer, "IDVA", adviser)
    await journey.picture(officer, "lgbt-check")
    await sends(officer)
    await officer.turns_to("Referrals")
    await officer.sees(f"{adviser}: sent", "One-time link for this provider")
    stranger = await journey.signs_in("idva.worker")
    await stranger.goes_to("/portal?list=open&sort=newest")
    await stranger.sees_not(reference)


async def test_nobody_can_take_her_and_that_is_seen_and_counted(journey: Journey) -> None:
    """A girl of 15 is stalked in Walsall, and the stalking advocates begin at 16: the gap is on the map."""
    person = somebody("Lowri", age_at_offence=15, age_at_report=15, home_local_authority=WALSALL)
    await journey.police_tell(person, offence_code=STALKING, local_authority=WALSALL)
    officer = await journey.signs_in("officer")
    reference = await officer.finds(person.name)
    await officer.sees("Child of 13 to 15", "Waiting for a human", "Stalking")
    await officer.turns_to("Referrals")
    await officer.presses("Triage this referral", within="Stalking")
    await officer.follows("Choose a provider", within="Stalking")
    await officer.sees("Nobody can take this person.", "Independent stalking advocates")
    await officer.sees("ages 16 and over; the age is 15")
    await officer.sees("Ask for an exception from ages 16 and over.")
    await officer.cannot("See what would be sent to Independent stalking advocates")
    await journey.picture(officer, "nobody-panel", narrow=True)
    leader = await journey.signs_in("leader")
    await leader.goes_to("/directory")
    await leader.follows(re.compile("nobody could help", re.I))
    await leader.sees("Walsall", "Stalking")
    await journey.picture(leader, "nobody-map")
    await leader.follows(re.compile(r"^\d+ in Walsall: Stalking$"))
    await leader.sees(reference)
    stranger = await journey.signs_in("hate.worker")
    await stranger.goes_to("/directory/gaps")
    await stranger.sees("You cannot see this page")


async def test_a_provider_declines_and_has_a_better_idea(journey: Journey) -> None:
    """Not what their service is for, and they know who could: the hub follows the idea in two clicks."""
    person = somebody("Meirion", sex="male")
    await journey.police_tell(person, offence_code=AGGRAVATED_ASSAULT, hate_strands=["race"])
    officer = await journey.signs_in("officer")
    reference = await officer.finds(person.name)
    await officer.sees("Sent automatically")
    worker = await journey.signs_in("hate.worker")
    await worker.finds_referral(reference)
    await worker.follows("Decline")
    await worker.presses("Decline")
    await worker.sees("Choose the reason")
    await worker.chooses("Why do you decline?", "This is not what our service is for")
    await worker.picks("Who could help better?", "Mental health")
    await journey.picture(worker, "better-decline")
    await worker.presses("Decline")
    await worker.sees("The referral is no longer yours, so its details are not shown.")
    await worker.sees_not(person.family)
    await worker.cannot("Accept", "Start support")
    await officer.finds(person.name)
    await officer.sees("Offer the next provider")
    await officer.turns_to("Referrals")
    await officer.sees("Declined by the provider", "the provider's better idea")
    await journey.picture(officer, "better-proposed", narrow=True)
    await officer.presses("Refer to Mental health and check what would be sent")
    await officer.sees("Check before it goes", "Trauma-informed mental health support, Calm Harbour")
    await sends(officer)
    await officer.turns_to("Referrals")
    await officer.sees("Trauma-informed mental health support: sent")


async def test_an_agreement_taken_back_ends_what_stood_on_it_and_nothing_else(journey: Journey) -> None:
    """She takes back her word to one provider, after a look at what ends: at once it sees her no more."""
    person = somebody("Olwen", relationship_to_suspect="ex_partner", risk=HIGH)
    await journey.police_tell(person, offence_code=COMMON_ASSAULT, flags=["domestic_abuse"])
    officer = await journey.signs_in("officer")
    reference = await officer.finds(person.name)
    await refers(officer, "IDVA", IDVA)
    adviser = await journey.signs_in("idva.worker")
    await adviser.finds_referral(reference)
    await adviser.presses("Accept")
    await adviser.chooses("How did you try?", "Mobile")
    await adviser.chooses("What came of it?", "I spoke to the person")
    await adviser.picks("Sooner than the pace allows? Say why", "Somebody may be in danger")
    await adviser.presses("Record the attempt")
    await adviser.presses("Start support")
    await adviser.sees("In support", person.family)
    await officer.turns_to("Referrals")
    await officer.picks("Service", "Mental health")
    await officer.presses("Open a referral")
    await refers(officer, "Mental health", "Trauma-informed mental health support")
    await officer.turns_to("Agreements")
    await officer.follows(re.compile(f"^The person takes it back.*{re.escape(IDVA)}"))
    await officer.sees(f"IDVA with {IDVA}, Harbour Lane (in support): withdrawn at once")
    await officer.sees_not("Mental health with")
    await journey.picture(officer, "withdrawal-preview")
    await officer.presses("Withdraw it and end all of this")
    await officer.sees("Choose why it ends")
    await officer.chooses("Did the person say why?", "They changed their mind")
    await officer.presses("Withdraw it and end all of this")
    await officer.sees("The agreement is withdrawn, and 1 of its referrals with it.")
    await journey.picture(officer, "withdrawal-done", narrow=True)
    await officer.turns_to("Referrals")
    await officer.sees("Withdrawn", "Trauma-informed mental health support: sent")
    await adviser.page.reload()
    await adviser.sees("The referral is no longer yours, so its details are not shown.")
    await adviser.sees_not(person.family, person.given)
    await adviser.cannot("Complete support", "Record the attempt", "See and book appointments")


async def test_a_provider_with_no_account_opens_a_link_once(journey: Journey) -> None:
    """Two people and a telephone, no computer system: the hub sends a link that opens one referral, once."""
    person = somebody("Peredur", sex="male")
    await journey.police_tell(person, offence_code=THEFT)
    officer = await journey.signs_in("officer")
    await officer.finds(person.name)
    await officer.turns_to("Referrals")
    await officer.picks("Service", "Employment")
    await officer.presses("Open a referral")
    await refers(officer, "Employment", "Keeping or finding work after a crime")
    await officer.follows("One-time link for this provider")
    await officer.presses("Make a new link")
    await officer.sees("Copy it now: it is not shown again.")
    await journey.picture(officer, "link-made")
    address = await link_shown(officer)
    provider = await journey.anybody()
    await provider.goes_to(address)
    await provider.sees("Open the page")
    await provider.sees_not(person.given, person.family)
    await provider.presses("Go on")
    await provider.sees(person.family, "Keeping or finding work after a crime")
    await provider.cannot("Take it on", "Back to your referrals")
    await journey.picture(provider, "link-opened", narrow=True)
    await provider.presses("Accept")
    await provider.chooses("How did you try?", "Mobile")
    await provider.chooses("What came of it?", "I spoke to the person")
    await provider.presses("Record the attempt")
    await provider.presses("Start support")
    await provider.sees("In support")
    await provider.goes_to("/portal")
    await provider.sees_not(person.family)
    second = await journey.anybody()
    await second.goes_to(address)
    await second.presses("Go on")
    await second.sees("This link is over")
    await journey.picture(second, "link-over")
    await provider.goes_to("/portal/link")
    await provider.presses("Leave these pages")
    await provider.sees("This link is over")
    await officer.follows("Back to the referrals of the case")
    await officer.sees("In support", "Keeping or finding work after a crime: accepted")


async def link_shown(officer: Walker) -> str:
    return (await officer.page.locator("code").inner_text()).strip()


async def test_a_provider_that_stays_silent_is_followed_by_another(journey: Journey) -> None:
    """Sent a week ago and never opened: nudged, rung, and another proposed. Only a human sends it on."""
    person = somebody("Nerys", home_local_authority=COVENTRY)
    where = {"offence_code": TOUCHED, "local_authority": COVENTRY}
    crime = await journey.police_tell(person, hours_ago=24 * 7, days_before=30, **where)
    officer = await journey.signs_in("officer")
    reference = await officer.finds(person.name)
    await officer.turns_to("Referrals")
    await officer.sees("Sent to a provider", "sent automatically")
    await journey.lane.goes_back(person.case_in(crime), days=7)
    await officer.waits_for("another provider is proposed")
    await officer.sees("Not opened in time", "Duty line of Stillwater: 07700 900104", "Sent to a provider")
    await journey.picture(officer, "silent-case")
    leader = await journey.signs_in("leader")
    await leader.goes_to("/cases/team")
    await leader.sees("Silent providers", "Stillwater")
    await journey.picture(leader, "silent-team", at="Silent providers")
    await officer.follows("Check and send to Riverbank Centre")
    await officer.sees("Women's sexual violence advisers, Coventry and Solihull")
    await sends(officer)
    await officer.turns_to("Referrals")
    await officer.sees("Women's sexual violence advisers, Coventry and Solihull: sent")
    await officer.sees("Independent sexual violence advisers: withdrawn")
    adviser = await journey.signs_in("isva.worker")
    await adviser.finds_referral(reference, "withdrawn")
    await adviser.sees("The referral is no longer yours, so its details are not shown.")
    await adviser.sees_not(person.given, person.family)
    await adviser.cannot("Accept")


async def test_a_contract_let_again_moves_those_who_agreed_and_asks_the_others(journey: Journey) -> None:
    """Once it can be undone no more: one went over by herself, the other is asked first and then goes."""
    address, first, asked, _, going = await handed_over(journey)
    leader = await journey.signs_in("leader")
    await leader.goes_to(address)
    await leader.waits_for(f"{going}: gone over", 150)
    await leader.sees(f"{asked}: to be asked again", "Carried out")
    await leader.cannot("Undo the hand-over")
    await journey.picture(leader, "handover-done")
    officer = await journey.signs_in("officer")
    await officer.finds(first.name)
    await officer.sees("Ask the person whether they agree to the new provider")
    await officer.turns_to("Referrals")
    await officer.sees("Not handed over yet: the person has to agree")
    await officer.follows("Ask the person, then transfer to Open Door Support")
    await officer.chooses("Why is it transferred?", "The contract was let again")
    await officer.chooses("Did the person agree to this provider?", "Yes, they told me")
    await journey.picture(officer, "handover-asked")
    await officer.presses("Transfer")
    await officer.waits_for(f"{OPEN_DOOR}: sent")
    await officer.sees("Transferred to", "Follows a referral that was closed.")
    worker = await journey.signs_in("hate.worker")
    await worker.finds_referral(asked, "withdrawn")
    await worker.sees("The referral is no longer yours, so its details are not shown.")
    await worker.sees_not(first.family)
