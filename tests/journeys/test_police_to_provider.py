"""Stories that begin with the police: what goes by itself, what waits for a human, and what nobody may do."""

from tests.journeys.lane import MARKS, Journey, somebody

pytestmark = MARKS
BURGLARY = "28E"


async def test_an_ordinary_burglary_goes_to_support_by_itself(journey: Journey) -> None:
    """She agreed, her mobile is safe, nothing holds it: support has it before anybody opened the case."""
    person = somebody("Amara")
    await journey.police_tell(person, offence_code=BURGLARY)
    officer = await journey.signs_in("officer")
    reference = await officer.finds(person.name)
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
    await officer.sees_not(reference)
    worker = await journey.signs_in("support.worker")
    await worker.finds_referral(reference)
    await worker.sees(person.family, person.mobile)
    await worker.presses("Accept")
    await worker.presses("Start support")
    await worker.sees("In support")
    leader = await journey.signs_in("leader")
    await leader.finds(person.name)
    await leader.turns_to("Who has looked")
    await leader.sees("Amina Farrow")
