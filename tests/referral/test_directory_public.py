"""The directory for everybody: words to read and open data that fits HSDS 3.0; nothing confidential in either."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from contracts.identity import contract_id
from services.referral.domain.directory import ListSaid, Place, directory_of
from services.referral.domain.entries import document_of, read_directory
from services.referral.domain.open_referral import delivered_by, page_of, published, service_of
from tests.browser import Browser
from tests.conftest import Databases
from tests.gate import address_of, free_socket, open_gate, served
from tests.referral import hsds
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import access_of, hub_app, hub_pages

DAY = date(2026, 9, 3)
IDVA, GENERAL = contract_id("harbour-lane-idva"), contract_id("open-door-birmingham-solihull")


def wrong(document: Any, schema: dict[str, Any]) -> list[str]:
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message[:120]}" for error in checker.iter_errors(document)]


def test_every_contract_is_published_as_hsds_asks() -> None:
    contracts = [replace(c, place=c.place and replace(c.place, confidential=False)) for c in BOOKS.directory.contracts]
    services = [service_of(contract, DAY) for contract in contracts]
    assert wrong(page_of(services, 1, 500), hsds.page(hsds.SERVICE)) == []
    assert any(service["service_at_locations"] for service in services)


def test_lot_and_subcontractors_are_told_to_whoever_reads_the_open_data() -> None:
    idva = service_of(BOOKS.directory.by_id[IDVA], DAY)
    assert idva["description"].endswith("by Harbour Lane, with Lantern House as subcontractor.")
    told = [(each["link_type"], each["taxonomy_term"]["name"]) for each in idva["attributes"]]
    assert ("lot", "Lot 1: Birmingham, Solihull and Coventry") in told and ("subcontractor", "Lantern House") in told
    many = replace(BOOKS.directory.by_id[GENERAL], subcontractors=("One", "Two", "Three"))
    assert delivered_by(many).endswith("with One, Two and Three as subcontractors")
    assert "lot" not in {each["link_type"] for each in service_of(replace(many, lot=None), DAY)["attributes"]}


def test_the_check_finds_what_hsds_does_not_know() -> None:
    service = service_of(BOOKS.directory.by_id[GENERAL], DAY)
    assert wrong(service | {"status": "shut"}, hsds.SERVICE) and wrong(service | {"pack": []}, hsds.SERVICE)
    assert wrong({**service, "schedules": [{"id": "7"}]}, hsds.SERVICE)
    assert wrong({name: value for name, value in service.items() if name != "organization"}, hsds.SERVICE)


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        (ListSaid("open"), "active", None),
        (
            ListSaid("closed", until=date(2026, 12, 1)),
            "temporarily closed",
            "Closed to new people until 1 December 2026.",
        ),
        (ListSaid("waiting_list"), "active", "There is a waiting list."),
        (
            ListSaid("closed", said_on=date(2026, 8, 1)),
            "active",
            "Whether it can take new people is not known: ask first.",
        ),
    ],
)
def test_how_a_list_stands_is_told_as_far_as_it_is_known(said: ListSaid, status: str, words: str | None) -> None:
    contract = BOOKS.directory.with_states({GENERAL: said}).by_id[GENERAL]
    service = service_of(contract, DAY)
    assert (service["status"], service.get("alert")) == (status, words)


def test_only_contracts_in_force_are_published() -> None:
    slugs = {contract.slug for contract in published(BOOKS.directory.contracts, DAY)}
    assert "two-sides-rj" in slugs and "two-sides-rj-2029" not in slugs


def test_the_directory_written_as_a_document_reads_again_as_the_same() -> None:
    place = Place(("1 Example Row",), "Dudley", "ZZ99 9ZZ", confidential=True)
    said = {GENERAL: ListSaid("closed", 0, date(2026, 12, 1)), IDVA: ListSaid("limited", said_on=DAY)}
    changed = directory_of(
        replace(c, place=place, on_call="07700 900123", subcontractors=("Lantern House",))
        for c in BOOKS.directory.with_states(said).contracts
    )
    assert read_directory(document_of(changed)).contracts == changed.contracts


@pytest.fixture
async def stranger(hub: Hub, databases: Databases) -> AsyncIterator[Browser]:
    async with hub_pages(hub, databases) as browse:
        yield await browse(None)


@pytest.mark.service
async def test_open_data_comes_in_pages_without_sign_in(stranger: Browser) -> None:
    first = (await stranger.download("/directory/services?per_page=10")).json()
    assert wrong(first, hsds.page(hsds.SERVICE)) == []
    ids, pages = [], first["total_pages"]
    for number in range(1, pages + 1):
        answer = await stranger.download(f"/directory/services?per_page=10&page={number}")
        assert answer.headers["access-control-allow-origin"] == "*"
        ids += [service["id"] for service in answer.json()["contents"]]
    assert len(ids) == len(set(ids)) == first["total_items"] > 30
    beyond = (await stranger.download(f"/directory/services?page={pages + 9}")).json()
    assert beyond["empty"] and beyond["last_page"] and beyond["contents"] == []
    one = (await stranger.download(f"/directory/services/{ids[0]}")).json()
    assert wrong(one, hsds.SERVICE) == []
    organizations = (await stranger.download("/directory/organizations")).json()
    assert wrong(organizations, hsds.page(hsds.ORGANIZATION)) == []
    narrowed = (await stranger.download("/directory/services?line=isva&area=E08000026")).json()["contents"]
    assert narrowed and all({"E08000026"} <= {a["uri"][-9:] for a in one["service_areas"]} for one in narrowed)


@pytest.mark.service
async def test_a_page_that_is_none_is_refused_in_words(stranger: Browser) -> None:
    for query in ("page=0", "page=x", "per_page=101", "per_page=0", "page=-1", "page=99999999999"):
        assert "page is a number from 1" in (await stranger.download(f"/directory/services?{query}", 400)).text, query


@pytest.mark.service
async def test_nothing_confidential_is_shown_to_the_public(stranger: Browser) -> None:
    texts = [
        (await stranger.download("/directory/services?per_page=100")).text,
        (await stranger.download(f"/directory/services/{IDVA}")).text,
        (await stranger.get("/directory")).text,
        (await stranger.get(f"/directory/service/{IDVA}")).text,
    ]
    assert "Kept confidential" in texts[-1]
    assert "Harbour Lane, with Lantern House as subcontractor" in texts[2] and "Part of" in texts[3]
    for text in texts:
        assert "1 Example Row" not in text and "07700" not in text and "code_word" not in text
    shown = await stranger.get(f"/directory/service/{GENERAL}")
    assert "Example House, 3 Example Street, Birmingham, ZZ99 9ZZ" in shown.summary["Address"]


@pytest.mark.service
async def test_the_list_is_narrowed_by_kind_area_and_language(stranger: Browser) -> None:
    page = await stranger.get("/directory")
    everything = len(page.all("ul", "govuk-list--spaced")[0]) and page.text
    page = await stranger.submit("Show", line="isva", area="E08000026", language="")
    assert page.texts("h2") == ["Independent sexual violence adviser"] and page.text != everything
    assert "Coventry" in page.text
    page = await stranger.get("/directory?line=magic")
    assert "No service of this kind" in page.text
    await stranger.get("/directory/service/nothing", 404)
    await stranger.download("/directory/services/nothing", 404)


@pytest.mark.service
@pytest.mark.browser
async def test_the_public_pages_pass_the_gate(hub: Hub, databases: Databases) -> None:
    sock = free_socket()
    settings = databases.settings.model_copy(update={"public_url": address_of(sock)})
    async with served(hub_app(hub, settings, await access_of(databases)), sock), open_gate() as gate:
        for path in ("/directory", "/directory?line=magic", f"/directory/service/{IDVA}"):
            assert await gate.problems(settings.public_url + path) == [], path
