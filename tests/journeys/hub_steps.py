"""What hub officers do in many stories."""

from tests.journeys.lane import Journey, Somebody
from tests.journeys.walker import Walker

AGREED = "Did the person agree to this provider?"
YES = "Yes, they told me"
BEFORE = "Why before the assessment?"
NOT_ASKED = "No, or not asked: send only if the police share or an override covers it"


async def chooses_provider(officer: Walker, service: str, contract: str) -> None:
    """From any page of the case to the check before a referral to `service` goes to `contract`."""
    await officer.turns_to("Referrals")
    if await officer.offers("Triage this referral", within=service):
        await officer.presses("Triage this referral", within=service)
    await officer.follows("Choose a provider", within=service)
    await officer.follows(f"See what would be sent to {contract}")
    await officer.sees("Check before it goes", contract)


async def sends(officer: Walker, agreed: str = YES) -> None:
    """From the check before it goes until it has left."""
    await officer.picks(BEFORE, "The provider assesses at its first contact")
    await officer.chooses(AGREED, agreed)
    await officer.presses("Send")
    assert (await officer.heading()).startswith("Leaving in ")
    await officer.waits_for("It has left")


async def refers(officer: Walker, service: str, contract: str) -> None:
    """Refers with the person's agreement, and sees that it is with the provider."""
    await chooses_provider(officer, service, contract)
    await sends(officer)
    await officer.turns_to("Referrals")
    await officer.sees("Sent to a provider", f"{contract}: sent")


async def takes_in(officer: Walker, person: Somebody, *, what: str, ago: str, journey: Journey | None = None) -> str:
    """Takes somebody in who rings and never told the police; the reference of their case."""
    await officer.goes_to("/cases")
    await officer.follows("Take somebody in")
    await officer.chooses("Who asks for help?", "The person themselves")
    await officer.fills("Given names", person.given)
    await officer.fills("Family name", person.family)
    await officer.presses("Look")
    await officer.sees("Nobody of this name or number is known")
    await officer.presses("Go on")
    await officer.fills("Age, if the date of birth is not known", "41")
    await officer.picks("Where does the person live?", "Birmingham")
    await officer.chooses("What is it about?", what)
    await officer.chooses("How long ago was it?", ago)
    await officer.chooses("Do the police know?", "No")
    await officer.fills("Mobile number", person.mobile)
    await officer.chooses("Is the mobile safe to ring?", "Yes, we are told so")
    await officer.chooses("Does the person agree that we keep this and look for help?", "Yes")
    if journey is not None:
        await journey.picture(officer, "unreported-form", at="What it is about")
    await officer.presses("Open the case")
    return (await officer.heading()).removeprefix("Referrals of case ")
