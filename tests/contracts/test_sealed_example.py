"""What is sealed in the golden example opens with the example's key, for the person and crime of its header only."""

from pathlib import Path
from typing import cast

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from contracts.police import CrimeRecorded
from kit.config import Settings
from kit.database import Database
from kit.sealing import CannotOpen, Sealer, seal_jwe
from tests.contracts.goldens import golden

NO_KEY_TABLE = cast(Database, None)  # opening what arrives needs the ingest key alone


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    for name in ("kek.key", "blind.key", "ingest.key"):
        (tmp_path / name).write_bytes(bytes(32))
    return Sealer(Settings(environment="test", secrets=tmp_path), NO_KEY_TABLE)


def sealed_example() -> tuple[str, dict[str, str]]:
    crime = CrimeRecorded.model_validate_json(golden("police.crime.recorded.v1").value())
    victim = crime.victims[0]
    assert victim.sealed is not None
    return victim.sealed, {"crime_id": str(crime.crime_id), "victim_ref": victim.victim_ref}


def test_the_sealed_part_of_the_example_opens(sealer: Sealer) -> None:
    token, of_whom = sealed_example()
    opened = sealer.open_jwe(token, of_whom)
    assert set(opened) == {
        *("given_names", "family_name", "date_of_birth", "address", "code_word", "channels"),
        *("next_of_kin", "officer_in_case", "family_liaison_officer"),
    }


@pytest.mark.parametrize("name", ["crime_id", "victim_ref"])
def test_it_does_not_open_for_anybody_else(sealer: Sealer, name: str) -> None:
    token, of_whom = sealed_example()
    with pytest.raises(CannotOpen):
        sealer.open_jwe(token, of_whom | {name: "another"})


def test_what_we_seal_for_a_feed_opens_again(sealer: Sealer) -> None:
    of_whom = {"crime_id": "a-crime", "victim_ref": "P-1"}
    assert sealer.open_jwe(seal_jwe({"a": 1}, bytes(32), "example", of_whom), of_whom) == {"a": 1}


def test_what_the_public_library_seals_opens(sealer: Sealer) -> None:
    of_whom = {"crime_id": "a-crime", "victim_ref": "P-1"}
    token = jwe.encrypt_compact(
        {"alg": "dir", "enc": "A256GCM", "kid": "ingest"} | of_whom,
        b'{"a": 1}',
        OctKey.import_key(bytes(32)),
        registry=jwe.JWERegistry(strict_check_header=False),
    )
    assert sealer.open_jwe(token, of_whom) == {"a": 1}


@pytest.mark.parametrize(
    "token", ["", "....", "a.b.c.d.e", "é.....", "W10..W10.W10.W10", "bm90.x.y.z.w", "e30..AA.AA.AA", "MQ..AA.AA.AA"]
)
def test_what_is_no_sealed_token_does_not_open(sealer: Sealer, token: str) -> None:
    with pytest.raises(CannotOpen):
        sealer.open_jwe(token, {})


@pytest.mark.parametrize("place", range(5))
def test_a_token_that_was_changed_anywhere_does_not_open(sealer: Sealer, place: int) -> None:
    parts = seal_jwe({"a": 1}, bytes(32), "example", {}).split(".")
    parts[place] = "B" + parts[place][1:] if parts[place][:1] != "B" else "C" + parts[place][1:]
    with pytest.raises(CannotOpen):
        sealer.open_jwe(".".join(parts), {})
