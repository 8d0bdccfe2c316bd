"""Invented people: plainly marked, reachable nowhere, personal only under the seal."""

import re
from typing import Any

import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from contracts.police import CrimeRecorded
from tests.handrail.feeding import COLLISIONS, KEY, SHIPPED, told

ANY_HEADER = jwe.JWERegistry(strict_check_header=False)


@pytest.fixture(scope="module")
def crimes() -> list[dict[str, Any]]:
    events, _ = told([SHIPPED / "2011-02-street.csv.gz", COLLISIONS], limit=2000)
    collisions, _ = told([COLLISIONS])
    return [orjson.loads(e.value) for e in events + collisions if e.type == CrimeRecorded.TYPE]


@pytest.fixture(scope="module")
def opened(crimes: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    key = OctKey.import_key(KEY)
    found = []
    for crime in crimes:
        for victim in crime["victims"]:
            if token := victim.get("sealed"):
                opened = jwe.decrypt_compact(token, key, registry=ANY_HEADER)
                assert opened.protected["crime_id"] == crime["crime_id"]
                assert opened.protected["victim_ref"] == victim["victim_ref"]
                found.append((victim, orjson.loads(opened.plaintext or b"")))
    assert len(found) > 1000
    return found


def channels(details: dict[str, Any]) -> list[dict[str, Any]]:
    kin = [channel for relative in details.get("next_of_kin", []) for channel in relative["channels"]]
    return [*details.get("channels", []), *kin]


def test_everybody_says_that_they_are_invented(crimes: list[dict[str, Any]]) -> None:
    for crime in crimes:
        for victim in crime["victims"]:
            assert victim["invented"] is True
            assert victim["victim_ref"].startswith("INV-")


def test_numbers_and_addresses_are_reserved_ones(opened: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    shapes = {
        "mobile": r"07700 900\d{3}",
        "text": r"07700 900\d{3}",
        "landline": r"0121 496 0\d{3}",
        "email": r"[a-z0-9.]+@example\.org",
        "letter": r".+[CIKMOV]{2}",
    }
    for _, details in opened:
        for channel in channels(details):
            assert re.fullmatch(shapes[channel["kind"]], channel["value"])
        for officer in ("officer_in_case", "family_liaison_officer"):
            if officer in details:
                assert details[officer]["email"].endswith(".example.org")
                assert re.fullmatch(shapes["landline"], details[officer]["phone"])


def test_no_postcode_is_a_real_one(opened: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    assert all(
        re.fullmatch(r"[A-Z]{1,2}\d{1,2} \d[CIKMOV]{2}", details["address"]["postcode"]) for _, details in opened
    )


def test_nothing_personal_stands_outside_the_seal(
    crimes: list[dict[str, Any]], opened: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    names = {details["family_name"] for _, details in opened}
    for crime in crimes:
        bare = {**crime, "victims": [{k: v for k, v in one.items() if k != "sealed"} for one in crime["victims"]]}
        text = orjson.dumps(bare).decode()
        assert "07700" not in text
        assert "@" not in text
        assert not names.intersection(re.findall(r"[A-Z][a-z]+", text))


def test_channels_said_to_be_safe_are_the_same_in_the_open_and_under_the_seal(
    opened: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for victim, details in opened:
        if victim["kind"] not in ("deceased",):
            safe = {channel["kind"] for channel in details["channels"] if channel["safety"] == "safe"}
            assert safe == set(victim["channels_safe"])


def test_a_refusal_is_never_sealed_but_by_a_rare_slip(crimes: list[dict[str, Any]]) -> None:
    refused = [victim for crime in crimes for victim in crime["victims"] if victim["share"] == "refused"]
    assert len(refused) > 100
    assert sum("sealed" in victim for victim in refused) <= 3


def test_the_same_reference_is_the_same_person(opened: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    people: dict[str, set[tuple[str, str]]] = {}
    for victim, details in opened:
        people.setdefault(victim["victim_ref"], set()).add((details["family_name"], details.get("date_of_birth", "")))
    assert all(len(found) == 1 for found in people.values())


def test_the_dead_bring_relatives_with_cases_of_their_own(crimes: list[dict[str, Any]]) -> None:
    dead = [victim for crime in crimes for victim in crime["victims"] if victim["kind"] == "deceased"]
    assert dead
    for victim in dead:
        assert victim["bereaved"]
        assert victim["channels_safe"] == []
        assert len({kin["kin_ref"] for kin in victim["bereaved"]}) == len(victim["bereaved"])
