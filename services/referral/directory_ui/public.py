"""The directory for everybody: a list to read, one page a service, and the same as open data. No sign-in; nothing here
is about a person, so looking is not audited."""

from typing import Any

import orjson
from starlette.responses import Response

from contracts.working_time import local_day
from kit.web.app import Visit
from services.referral.directory_ui.room import AREA_NAMES, LINE_NAMES, STATES, choices, hours_in_words, now
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.languages import language_name
from services.referral.domain.open_referral import (
    delivered_by,
    eligibility,
    list_words,
    organization_of,
    page_of,
    published,
    service_of,
)

LARGEST_PAGE = 100
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


async def _published(visit: Visit, books: Books) -> tuple[Contract, ...]:
    async with visit.begin() as tx:
        stands = await now(tx, books)
    return published(stands.directory.contracts, local_day(visit.now))


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, _OPEN, "application/json")


def _refused(what: str) -> Response:
    return _json({"error": what}, 400)


async def services(visit: Visit, books: Books) -> Response:
    """A page of HSDS services. `page` from 1, `per_page` up to 100; narrowed by `line` and `area`."""
    shown = _narrowed(visit, await _published(visit, books))
    today = local_day(visit.now)
    return _paged(visit, [service_of(contract, today) for contract in shown])


async def organizations(visit: Visit, books: Books) -> Response:
    """A page of HSDS organizations: those with a service that is published."""
    providers = {contract.provider.provider_id: contract.provider for contract in await _published(visit, books)}
    return _paged(visit, [organization_of(one) for one in sorted(providers.values(), key=lambda one: one.name)])


async def service(visit: Visit, books: Books) -> Response:
    """One HSDS service."""
    contract = next((c for c in await _published(visit, books) if str(c.contract_id) == visit.params["id"]), None)
    return _json(service_of(contract, local_day(visit.now))) if contract else _json({"error": "no such service"}, 404)


def _paged(visit: Visit, items: list[dict[str, Any]]) -> Response:
    number, size = _number(visit, "page", 1), _number(visit, "per_page", 25)
    if number is None or size is None or size > LARGEST_PAGE:
        return _refused(f"page is a number from 1, per_page one from 1 to {LARGEST_PAGE}")
    return _json(page_of(items, number, size))


def _number(visit: Visit, name: str, otherwise: int) -> int | None:
    text = visit.query.get(name, str(otherwise))
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) > 0 else None


def _narrowed(visit: Visit, contracts: tuple[Contract, ...]) -> list[Contract]:
    line, area, language = (visit.query.get(name, "") for name in ("line", "area", "language"))
    return [
        contract
        for contract in contracts
        if (not line or contract.line == line)
        and (not area or area in contract.areas)
        and (not language or contract.interpreters or language in contract.languages)
    ]


async def show_list(visit: Visit, books: Books) -> Response:
    """The services, by kind, with filters by kind, area and language."""
    everything = await _published(visit, books)
    shown = _narrowed(visit, everything)
    tags = {tag for contract in everything for tag in contract.languages}
    chosen = {name: visit.query.get(name, "") for name in ("line", "area", "language")}
    lines = {line: text for line, text in LINE_NAMES.items() if any(c.line == line for c in everything)}
    return visit.render(
        "directory_ui/list.html",
        groups=[
            (text, found)
            for line, text in sorted(lines.items(), key=lambda pair: pair[1])
            if (found := [_shown(visit, contract) for contract in shown if contract.line == line])
        ],
        counted=len(shown),
        of=len(everything),
        lines=choices(lines, chosen["line"], "Every kind"),
        areas=choices(AREA_NAMES, chosen["area"], "Every area"),
        languages=choices({tag: language_name(tag) for tag in tags}, chosen["language"], "Every language"),
        narrowed=any(chosen.values()),
    )


async def show_service(visit: Visit, books: Books) -> Response:
    """One service in words."""
    contract = next((c for c in await _published(visit, books) if c.contract_id == visit.id("id")), None)
    if contract is None:
        return visit.not_found()
    hours = [hours_in_words(each) for each in contract.hours]
    place = contract.place
    return visit.render(
        "directory_ui/service.html",
        contract=contract,
        shown=_shown(visit, contract),
        by=delivered_by(contract),
        line=LINE_NAMES[contract.line],
        eligibility=eligibility(contract),
        languages=", ".join(language_name(tag) for tag in sorted(contract.languages)),
        access=", ".join(name.replace("_", " ") for name in sorted(contract.access)),
        hours=hours,
        place=[*place.lines, place.town, place.postcode] if place and not place.confidential else None,
        hidden=bool(place and place.confidential),
    )


def _shown(visit: Visit, contract: Contract) -> dict[str, Any]:
    today = local_day(visit.now)
    everywhere = len(contract.areas) == len(AREA_NAMES)
    return {
        "contract": contract,
        "by": delivered_by(contract),
        "state": STATES[contract.state_on(today)],
        "words": list_words(contract, today),
        "areas": "All areas" if everywhere else ", ".join(sorted(AREA_NAMES[code] for code in contract.areas)),
    }
