"""What a signed cookie and a signed id are good for: the one thing that they were made for."""

from kit.config import Settings
from kit.web.guard import Signer


def test_a_cookie_opens_for_its_own_purpose_alone(settings: Settings) -> None:
    signer = Signer(settings)
    sealed = signer.close({"window": "w"}, "visit")
    assert signer.open(sealed, 60, "visit") == {"window": "w"}
    assert signer.open(sealed, 60, "yours") is None and signer.open("nonsense", 60, "visit") is None


def test_an_id_that_we_did_not_hand_out_has_no_proof(settings: Settings) -> None:
    signer = Signer(settings)
    assert signer.is_proof(signer.proof("form|1"), "form|1")
    assert not signer.is_proof(signer.proof("form|1"), "form|2")
    assert not signer.is_proof(signer.form_token("form|1"), "form|1") and not signer.is_proof("", "form|1")
