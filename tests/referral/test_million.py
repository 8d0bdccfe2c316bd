"""The rows of the large measurement are ones that the service itself would read."""

import pytest

from bench.million import rows
from bench.million.making import PROVIDERS, contracts, shares
from bench.million.people import id_of, invent
from contracts.identity import read_reference
from services.referral.actions import sealing
from tests.referral.conftest import BOOKS, Hub


@pytest.mark.service
async def test_a_generated_case_has_a_reference_that_can_be_read_out_and_the_id_of_its_number(hub: Hub) -> None:
    found = await hub.rows(
        f"select n, {rows.REFERENCE} as said, md5('person' || n)::uuid as id from generate_series(1, 99) n"
    )
    assert len({row["said"] for row in found}) == 99
    for row in found:
        assert read_reference(row["said"]) == row["said"] and id_of("person", row["n"]) == row["id"]


def test_there_are_sixty_providers_and_their_shares_are_all_of_it() -> None:
    given = contracts(BOOKS)
    assert given[0][0] == "general", "the largest is of general support"
    assert len({provider for _, _, provider in given}) == PROVIDERS
    reach = shares(len(given))
    assert reach == sorted(reach) and reach[-1] == pytest.approx(1) and 0.05 < reach[0] < 0.2


def test_an_invented_person_is_the_same_again_and_alone_has_their_number() -> None:
    assert invent(7) == invent(7)
    numbers = {sealing.phone(invent(n).channels[0].value) for n in range(3000)}
    assert len(numbers) == 3000 and all(number.startswith("07700900") and len(number) > 11 for number in numbers)
