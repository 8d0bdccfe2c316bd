"""People see their own rights: asked for by staff, sent where safe, opened once, and switched off when unsafe."""

import hashlib
import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import case_id, typed_code, word_proof_kind
from contracts.referral import ContactSafetyChanged, ContactSent, ContactWithheld, ContactWordChanged
from kit import clock
from services.code_compliance.reference.oversight import document
from tests.browser import Browser
from tests.code_compliance.builders import CRIME, RULES, crime, reached
from tests.code_compliance.hub import Hub
from tests.code_compliance.test_complaints import Office
from tests.code_compliance.test_complaints import office as office
from tests.code_compliance.test_complaints import sealer as sealer

CASE = case_id(CRIME, "V1")
PAGE = f"/rights/cases/{CASE}/own-rights"
TOKEN = "a-token-of-32-signs-that-is-random"


def test_every_right_has_plain_words_that_a_reader_over_the_shoulder_learns_nothing_from() -> None:
    words = document("own_rights.yaml")["rights"]
    assert set(words) == set(RULES.codes[-1].rights)
    for each in words.values():
        said = f"{each['title']} {each['words']}".lower()
        assert not [word for word in ("victim", "crime", "police", "suspect", "court", "abuse") if word in said], said


async def asked(hub: Hub, office: Office) -> UUID:
    await hub.hear(crime(), reached("suspect_arrested", "2025-06-03 09:00"))
    staff = await office.sign_in()
    page = await staff.get(PAGE)
    assert "None was asked for yet" in page.text
    form = page.hidden(PAGE)
    await staff.submit("Ask for a link to be sent")
    page = await staff.post(PAGE, form)
    assert "A link was asked for and has not been answered yet" in page.text
    ((_, data),) = [told for told in await hub.announced() if told[0] == "contact.requested.v1"]
    assert (data["case_id"], data["purpose"], data["path"]) == (str(CASE), "notice", "yours")
    return UUID(data["request_id"])


async def hear(hub: Hub, fact: type[Any], **told: Any) -> None:
    await hub.hear(fact(case_id=CASE, happened_at=clock.now(), actor_role="system", **told), when=clock.now())


WORD = "Blue  heron"
ENTER = "Enter the word that you agreed"


async def sent(hub: Hub, office: Office, word: str | None = WORD) -> UUID:
    request_id = await asked(hub, office)
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    proof = office.sealer.blind(word_proof_kind(request_id), word).hex() if word else None
    await hear(hub, ContactSent, request_id=request_id, channel="text", token_sha256=digest, word_proof=proof)
    return request_id


async def code_of(outside: Browser) -> str:
    page = await outside.get(f"/yours/{TOKEN}")
    assert page.heading == "Something for you to read"
    page = await outside.submit("Continue")
    assert page.heading == ENTER
    page = await outside.submit("Continue", word="blue heron ")
    assert page.heading == "What you can expect"
    return page.texts("strong")[0]


@pytest.mark.service
async def test_a_link_opens_once_and_shows_what_is_due_by_when_in_plain_words(hub: Hub, office: Office) -> None:
    await sent(hub, office)
    outside = await office.outside()
    code = await code_of(outside)
    assert outside.page is not None
    assert "to be done by the end of Tuesday 10 June 2025" in outside.page.text
    assert not [word for word in ("victim", "crime", "suspect", "police") if word in outside.page.text.lower()]
    other = await office.outside()
    assert (await other.get("/yours/now")).heading == "Enter your code"
    page = await other.submit("Continue", 422, code="nonsense")
    assert page.errors == [
        "Enter your code as it was shown to you, 10 letters and numbers like 7KQ4M-2XRCT, or 15 of a letter"
    ]
    page = await other.submit("Continue", code=code)
    assert page.heading == ENTER  # a code alone shows nothing either
    await other.get(f"/yours/{TOKEN}")
    page = await other.submit("Continue", 410)
    assert "opens only once" in page.text
    assert "opened on" in (await (await office.sign_in()).get(PAGE)).text


@pytest.mark.service
async def test_what_was_not_done_by_its_day_is_said_with_what_the_person_can_do(hub: Hub, office: Office) -> None:
    await sent(hub, office)
    await hub.now_is("2025-08-01 09:00")
    outside = await office.outside()
    page = await outside.get(f"/yours/{TOKEN}")
    assert "The link is not used up by that" in page.text
    await outside.submit("Continue")
    await outside.submit("Continue", word=WORD)
    assert outside.page is not None
    assert "should have been done by Tuesday 10 June 2025" in outside.page.text
    assert "That is not your fault." in outside.page.text
    assert outside.page.link("tell us that it went wrong") == "/tell-us"
    again = await office.outside()
    await again.get(f"/yours/{TOKEN}")
    assert "If it was not you who opened it, tell whoever" in (await again.submit("Continue", 410)).text


def says(text: str) -> list[str]:
    """The words and days by which whoever reads it learns that something was reported."""
    return re.findall(r"report|record|written down|puts you|20\d\d|happened|money|June|due|done", text)


@pytest.mark.service
async def test_whoever_holds_the_phone_reads_nothing_of_a_report_without_the_word_and_after_three_wrong_ones_it_is_shut(
    hub: Hub, office: Office
) -> None:
    await sent(hub, office)
    outside, staff = await office.outside(), await office.sign_in()
    await outside.get(f"/yours/{TOKEN}")
    page = await outside.submit("Continue")
    code = page.texts("strong")[0]
    assert (page.heading, says(page.text)) == (ENTER, [])
    assert "asks for the code word" in (await staff.get(PAGE)).text
    assert (await outside.submit("Continue", 422, word=" ")).errors == ["Enter the word"]
    page = await outside.submit("Continue", 422, word="grey heron")
    assert page.errors == ["This does not fit. You can try 2 more times"] and "grey" not in page.text
    assert (await outside.submit("Continue", 422, word="x")).errors == ["This does not fit. You can try once more"]
    page = await outside.submit("Continue", 410, word="y")
    assert "switched off" in page.text
    await outside.get("/yours/now", status=410)
    other = await office.outside()
    await other.get("/yours")
    await other.submit("Continue", 422, code=code)
    assert [kind for kind, _ in await hub.announced()].count("own-rights-word.guessed.v1") == 1
    assert "shut after three wrong words on" in (await staff.get(PAGE)).text


@pytest.mark.service
async def test_another_word_is_asked_for_behind_a_link_that_left_before_and_wrong_ones_stay_counted(
    hub: Hub, office: Office
) -> None:
    request_id = await sent(hub, office)
    outside = await office.outside()
    await code_of(outside)
    proof = office.sealer.blind(word_proof_kind(request_id), "Green otter").hex()
    for _ in range(2):
        await hear(hub, ContactWordChanged, request_id=request_id, word_proof=proof)
    page = await outside.get("/yours/now")
    assert page.heading == ENTER, "who was let in by the word before reads no further"
    page = await outside.submit("Continue", 422, word=WORD)
    assert page.errors == ["This does not fit. You can try 2 more times"]
    page = await outside.submit("Continue", word="green OTTER")
    assert page.heading == "What you can expect"
    await hear(hub, ContactWordChanged, request_id=request_id, word_proof=proof.replace("a", "b")[:-1] + "0")
    await outside.get("/yours/now")
    await outside.submit("Continue", 422, word=WORD)
    page = await outside.submit("Continue", 410, word="Green otter")
    assert "switched off" in page.text, "three wrong ones shut it, whichever word was asked for"


@pytest.mark.service
async def test_where_two_records_were_found_to_be_of_one_person_either_word_lets_them_in_until_they_are_two_again(
    hub: Hub, office: Office
) -> None:
    request_id = await sent(hub, office)
    proof, other = (office.sealer.blind(word_proof_kind(request_id), one).hex() for one in (WORD, "Green otter"))
    outside = await office.outside()
    await code_of(outside)
    await hear(hub, ContactWordChanged, request_id=request_id, word_proof=other, other_proofs=(proof,))
    assert (await outside.get("/yours/now")).heading == "What you can expect", "the word by which they came in counts"
    await hear(hub, ContactWordChanged, request_id=request_id, word_proof=other)
    assert (await outside.get("/yours/now")).heading == ENTER
    await hear(hub, ContactWordChanged, request_id=request_id, word_proof=proof, other_proofs=(other,))
    assert (await outside.submit("Continue", word="green OTTER")).heading == "What you can expect"


@pytest.mark.service
async def test_a_word_that_is_agreed_later_opens_nothing_that_left_without_one(hub: Hub, office: Office) -> None:
    request_id = await sent(hub, office, word=None)
    proof = office.sealer.blind(word_proof_kind(request_id), WORD).hex()
    await hear(hub, ContactWordChanged, request_id=request_id, word_proof=proof)
    outside = await office.outside()
    await outside.get(f"/yours/{TOKEN}")
    page = await outside.submit("Continue")
    assert page.heading != ENTER and "Tuesday 10 June 2025" not in page.text


@pytest.mark.service
async def test_a_code_from_a_letter_is_typed_in_place_of_a_link_and_works_once(hub: Hub, office: Office) -> None:
    request_id, token = await asked(hub, office), typed_code(0xF00D_FACE_CAFE_BEEF)
    digest = hashlib.sha256(token.encode()).hexdigest()
    proof = office.sealer.blind(word_proof_kind(request_id), WORD).hex()
    await hear(hub, ContactSent, request_id=request_id, channel="letter", token_sha256=digest, word_proof=proof)
    outside = await office.outside()
    await outside.get("/yours")
    page = await outside.submit("Continue", code=token.lower().replace("-", " "))
    assert page.heading == ENTER
    other = await office.outside()
    await other.get("/yours")
    page = await other.submit("Continue", 422, code=token)
    assert page.errors == ["This code does not work. Check it and enter it again. It may have run out"]


@pytest.mark.service
async def test_where_no_word_was_agreed_only_what_anybody_can_expect_is_shown(hub: Hub, office: Office) -> None:
    await sent(hub, office, word=None)
    outside = await office.outside()
    await outside.get(f"/yours/{TOKEN}")
    page = await outside.submit("Continue")
    assert (page.heading, says(page.text)) == ("What anybody can expect", [])
    assert page.link("Say how, when or whether to reach you") == "/yours/reach"
    assert "shows only what anybody can expect" in (await (await office.sign_in()).get(PAGE)).text


@pytest.mark.service
@pytest.mark.parametrize("safety", ["unsafe", "unknown"])
async def test_a_channel_that_is_not_safe_any_more_switches_the_link_and_its_code_off(
    hub: Hub, office: Office, safety: str
) -> None:
    await sent(hub, office)
    outside = await office.outside()
    code = await code_of(outside)
    await hear(hub, ContactSafetyChanged, subject_id=uuid4(), channel="text", safety=safety)
    await outside.get("/yours/now", status=410)
    await outside.get("/yours")
    page = await outside.submit("Continue", 422, code=code)
    assert page.errors == ["This code does not work. Check it and enter it again. It may have run out"]
    assert "switched off on" in (await (await office.sign_in()).get(PAGE)).text


@pytest.mark.service
async def test_nothing_leaves_without_a_safe_channel_and_the_reason_is_shown(hub: Hub, office: Office) -> None:
    request_id = await asked(hub, office)
    await hear(hub, ContactWithheld, request_id=request_id, reason="no_safe_channel")
    assert "Not sent (no channel is known to be safe)" in (await (await office.sign_in()).get(PAGE)).text
    outside = await office.outside()
    await outside.get(f"/yours/{TOKEN}")
    await outside.submit("Continue", 410)


@pytest.mark.service
async def test_what_the_person_can_still_do_is_shown_until_when_and_an_uncertain_day_says_so(
    hub: Hub, office: Office
) -> None:
    await hub.hear(crime(offence_code="34A"))
    await sent(hub, office)
    outside = await office.outside()
    await code_of(outside)
    assert outside.page is not None
    assert "What you can still do yourself" in outside.page.text
    assert (
        "You can ask for money because of what happened, until the end of Wednesday 2 June 2027. "
        "Ask somebody before you rely on this day"
    ) in outside.page.text
