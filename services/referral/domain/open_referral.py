"""The directory as Open Referral UK publishes it: HSDS 3.0 services and organizations, as plain JSON objects.

Shapes: https://docs.openreferral.org/en/v3.0/ (service, organization, location, schedule, service_area, attribute).
A confidential place, a duty number and what a pack holds are no part of it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from contracts.identity import NS
from contracts.reference import AREAS, local_authority_name
from services.referral.domain.directory import ALL_AREAS, Contract, Hours, Place, Provider
from services.referral.domain.languages import language_name

LICENCE = "Open Government Licence v3.0"
_COUNTRY = "GB"
_COUNTY = "West Midlands"
_NAMES = {"idva": "Independent domestic violence adviser", "isva": "Independent sexual violence adviser"}
_NAMES |= {"child_isva": "Independent sexual violence adviser for children", "general": "General support"}
_NAMES |= {"child": "Children and young people", "business": "Businesses", "employment": "Work and employment"}
_NAMES |= {"anti_social_behaviour": "Anti-social behaviour", "honour_based_abuse": "Honour-based abuse"}


def line_name(line: str) -> str:
    """A service line in words, for somebody who does not know ours."""
    return _NAMES.get(line, line.replace("_", " ").capitalize())


def delivered_by(contract: Contract) -> str:
    """Who delivers a contract: "Harbour Lane, with Lantern House and Spectrum West as subcontractors"."""
    *others, last = contract.subcontractors or ("",)
    if not last:
        return contract.provider.name
    with_whom = f"{', '.join(others)} and {last}" if others else last
    return f"{contract.provider.name}, with {with_whom} as subcontractor{'s' if others else ''}"


def published(contracts: Sequence[Contract], on: date) -> tuple[Contract, ...]:
    """What the public sees: contracts in force on a day, by name."""
    return tuple(sorted((c for c in contracts if c.starts <= on <= c.ends), key=lambda c: (c.title, c.slug)))


def service_of(contract: Contract, on: date) -> dict[str, Any]:
    """A contract as an HSDS service with all that belongs to it."""
    sid = contract.contract_id
    made: dict[str, Any] = {
        "id": str(sid),
        "name": contract.title,
        "description": f"{line_name(contract.line)}, by {delivered_by(contract)}.",
        "email": contract.provider.email,
        "status": status_on(contract, on),
        "application_process": "Through the hub, on the person's own word or with their agreement.",
        "fees_description": "Free of charge.",
        "eligibility_description": eligibility(contract),
        "minimum_age": contract.age_from,
        "maximum_age": contract.age_to,
        "alert": list_words(contract, on),
        "interpretation_services": "Works with interpreters." if contract.interpreters else None,
        "organization": organization_of(contract.provider),
        "phones": [{"id": _id("phone", sid), "number": contract.provider.phone, "type": "voice"}],
        "schedules": [_schedule(sid, number, hours, contract) for number, hours in enumerate(contract.hours)],
        "service_areas": [_area(sid, code) for code in sorted(contract.areas)],
        "languages": [_language(sid, tag) for tag in sorted(contract.languages)],
        "funding": [{"id": _id("funding", sid), "source": contract.funding.replace("_", " ").capitalize()}],
        "attributes": _attributes(contract),
    }
    made["service_at_locations"] = [_at_location(contract, contract.place)] if _is_public(contract.place) else []
    return {name: value for name, value in made.items() if value is not None}


def organization_of(provider: Provider) -> dict[str, Any]:
    """A provider as an HSDS organization."""
    return {
        "id": str(provider.provider_id),
        "name": provider.name,
        "description": f"{provider.name}: a commissioned service for people harmed by crime.",
        "email": provider.email,
    }


def page_of(items: Sequence[Mapping[str, Any]], number: int, size: int) -> dict[str, Any]:
    """One page of HSDS: `number` counts from 1."""
    pages = max(1, -(-len(items) // size))
    contents = list(items[(number - 1) * size : number * size])
    return {
        "total_items": len(items),
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def status_on(contract: Contract, on: date) -> str:
    """active, inactive (not begun), defunct (over) or temporarily closed."""
    if on < contract.starts:
        return "inactive"
    if on > contract.ends:
        return "defunct"
    return "temporarily closed" if contract.state_on(on) in ("closed", "paused") else "active"


def list_words(contract: Contract, on: date) -> str | None:
    """How its list stands, where that matters to somebody who would come; None when it is simply open."""
    state = contract.state_on(on)
    until = f" until {contract.until.day} {contract.until:%B %Y}" if contract.until and state != "unknown" else ""
    return {
        "limited": f"Few places{until}.",
        "waiting_list": f"There is a waiting list{until}.",
        "closed": f"Closed to new people{until}.",
        "paused": f"Paused{until}.",
        "needs_assessment_first": "Assesses first.",
        "unknown": "Whether it can take new people is not known: ask first.",
    }.get(state)


def eligibility(contract: Contract) -> str:
    """For whom the service is, in one sentence or a few."""
    young, old = contract.age_from, contract.age_to
    ages = "people of all ages"
    if young is not None and old is not None:
        ages = f"people aged {young} to {old}"
    elif young is not None:
        ages = f"people aged {young} and over"
    elif old is not None:
        ages = f"people aged up to {old}"
    who = {"female": "women: ", "male": "men: "}.get(contract.sex or "", "")
    told = f"For {who}{ages}."
    if contract.kinds == frozenset({"business"}):
        told = "For businesses."
    if contract.offer is not None:
        told += " For those who choose it."
    if contract.reported != "either":
        told += " Where the crime was reported." if contract.reported == "reported" else " Where it was not reported."
    return told


def _is_public(place: Place | None) -> bool:
    return place is not None and not place.confidential


def _id(kind: str, of: UUID, part: object = "") -> str:
    return str(uuid5(NS, f"hsds/{kind}/{of}/{part}"))


def _schedule(sid: UUID, number: int, hours: Hours, contract: Contract) -> dict[str, Any]:
    return {
        "id": _id("schedule", sid, number),
        "service_id": str(sid),
        "valid_from": contract.starts.isoformat(),
        "valid_to": contract.ends.isoformat(),
        "freq": "WEEKLY",
        "interval": 1,
        "wkst": "MO",
        "byday": ",".join(hours.days),
        "opens_at": hours.opens,
        "closes_at": hours.closes,
        "description": "London time. Closed on bank holidays of England.",
    }


def _area(sid: UUID, code: str) -> dict[str, Any]:
    return {
        "id": _id("service_area", sid, code),
        "service_id": str(sid),
        "name": local_authority_name(code),
        "uri": f"http://statistics.data.gov.uk/id/statistical-geography/{code}",
    }


def _language(sid: UUID, tag: str) -> dict[str, Any]:
    return {"id": _id("language", sid, tag), "service_id": str(sid), "name": language_name(tag), "code": tag}


def _at_location(contract: Contract, place: Place | None) -> dict[str, Any]:
    assert place is not None and not place.confidential, "a confidential place is never shown"
    sid = contract.contract_id
    location = _id("location", sid)
    rest = {"address_2": ", ".join(place.lines[1:])} if len(place.lines) > 1 else {}
    return {
        "id": _id("service_at_location", sid),
        "service_id": str(sid),
        "location": {
            "id": location,
            "location_type": "physical",
            "name": contract.provider.name,
            "addresses": [
                {
                    "id": _id("address", sid),
                    "location_id": location,
                    "address_1": place.lines[0],
                    **rest,
                    "city": place.town,
                    "state_province": _COUNTY,
                    "postal_code": place.postcode,
                    "country": _COUNTRY,
                    "address_type": "physical",
                }
            ],
            "accessibility": [
                {"id": _id("accessibility", sid, name), "location_id": location, "description": name.replace("_", " ")}
                for name in sorted(contract.access)
            ],
        },
    }


def _attributes(contract: Contract) -> list[dict[str, Any]]:
    """What classifies it: its line, its lot, who delivers it with its provider, and what it is open to. HSDS has no
    table for lots or subcontractors: a taxonomy of its own is its place for what a publisher adds."""
    said = [("service_line", contract.line, line_name(contract.line))]
    said += [("lot", contract.lot, contract.lot)] if contract.lot else []
    said += [("subcontractor", name, name) for name in contract.subcontractors]
    if contract.areas >= ALL_AREAS:
        said.append(("coverage", "whole_area", f"All {len(AREAS)} areas"))
    said += [("eligibility", f"sex_{contract.sex}", f"For {contract.sex} people")] if contract.sex else []
    if contract.offer:
        said.append(("eligibility", contract.offer, contract.offer.replace("_", " ").capitalize()))
    return [_attribute(contract.contract_id, *each) for each in said]


def _attribute(sid: UUID, kind: str, code: str, name: str) -> dict[str, Any]:
    term = str(uuid5(NS, f"hsds/term/{kind}/{code}"))
    return {
        "id": _id("attribute", sid, f"{kind}/{code}"),
        "link_id": str(sid),
        "link_entity": "service",
        "link_type": kind,
        "taxonomy_term_id": term,
        "taxonomy_term": {"id": term, "code": code, "name": name, "description": name, "taxonomy": kind},
    }
