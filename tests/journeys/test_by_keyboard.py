"""A day's work with a keyboard and no mouse: the hub's main acts, and the provider's."""

import pytest

from tests.journeys.hub_steps import AGREED, BEFORE, YES
from tests.journeys.keyboard import Keyboard
from tests.journeys.lane import MARKS, Journey, somebody
from tests.journeys.test_police_to_provider import RAPE

pytestmark = MARKS


@pytest.mark.parametrize("journey", [True], ids=["javascript"], indirect=True)
async def test_a_working_day_needs_no_mouse(journey: Journey) -> None:
    """From the search to a referral that a provider takes up; single keys lead on until they are switched off."""
    person = somebody("Eluned", age_at_offence=24, age_at_report=24)
    await journey.police_tell(person, offence_code=RAPE, hours_ago=3)
    officer = await journey.signs_in("officer")
    code = await officer.finds(person.name)
    await officer.goes_to("/cases")
    hands = Keyboard(officer)
    await hands.presses("/")
    await hands.types(person.name)
    async with officer.page.expect_navigation():
        await hands.presses("Enter")
    await hands.skips_to_main()
    await hands.enters(code)
    await hands.enters("Take this case")
    await hands.enters("Contact")
    await _presses_too_early(hands)
    await journey.picture(officer, "keyboard-error")
    await _records_an_attempt(hands)
    await hands.enters("Referrals")
    await hands.enters("Triage this referral")
    await hands.enters("Choose a provider")
    await hands.skips_to_main()
    await hands.enters("See what would be sent to Independent sexual violence advisers")
    await hands.reaches(BEFORE)
    await hands.types("The provider assesses")
    await hands.chooses(AGREED, YES)
    await hands.enters("Send")
    await officer.waits_for("It has left")
    await _switches_keys(hands, "No")
    await officer.goes_to("/cases")
    await hands.presses("o")
    await hands.presses("/")
    assert (await hands.stop())["tag"] == "BODY"
    await hands.enters("Your settings")
    await _switches_keys(hands, "Yes")
    await _takes_it_up(Keyboard(await journey.signs_in("isva.worker")), code)


async def _presses_too_early(hands: Keyboard) -> None:
    """The keyboard stands at what is wrong."""
    await hands.enters("Record the attempt")
    at = await hands.stop()
    assert at["words"].startswith("There is a problem"), at


async def _records_an_attempt(hands: Keyboard) -> None:
    """From what is wrong to the field, and the form again."""
    await hands.reaches("")
    await hands.presses("Enter")
    assert (await hands.stop())["group"] == "How did you try?"
    await hands.presses("Shift+Tab")
    assert (await hands.stop())["group"] != "How did you try?"
    await hands.chooses("How did you try?", "Mobile")
    await hands.chooses("What came of it?", "I spoke to the person")
    await hands.enters("Record the attempt")
    await hands.walker.sees("The attempt was recorded.")


async def _switches_keys(hands: Keyboard, answer: str) -> None:
    await hands.walker.goes_to("/cases/settings")
    await hands.chooses("Should single keys do something?", answer)
    await hands.enters("Save")


async def _takes_it_up(hands: Keyboard, code: str) -> None:
    await hands.walker.finds_referral(code)
    await hands.skips_to_main()
    await hands.enters("Accept")
    await hands.walker.sees("You accepted the referral.")
    await hands.chooses("How did you try?", "Mobile")
    await hands.chooses("What came of it?", "I spoke to the person")
    await hands.enters("Record the attempt")
    await hands.enters("Start support")
    await hands.walker.sees("In support")
