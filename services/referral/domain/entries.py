"""Entries of the directory as they are written: in the file of the start, in a change of a contract, in a list that is
imported. Read, checked field by field, and written again."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts import vocabulary as v
from contracts.identity import contract_id, provider_id
from contracts.reference import local_authority_name
from services.referral.domain.directory import (
    ALL_AREAS,
    OFFICE_HOURS,
    PACK_FIELDS,
    BadDirectory,
    Contract,
    Directory,
    Hours,
    Place,
    Provider,
    Standards,
    areas_of,
    directory_of,
)

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LINES = tuple(line for line in v.SERVICE_LINES if line != "other")
CLOSED: dict[str, tuple[str, ...]] = {
    "line": LINES,
    "list_state": tuple(v.LIST_STATES),
    "reported": ("either", "reported", "unreported"),
    "sex": ("female", "male"),
    "funding": tuple(name for name in v.values(v.FundingStream) if name != "other"),
    "offer": tuple(name for name in v.OFFERS if name != "other"),
}
MANY: dict[str, tuple[str, ...]] = {"kinds": ("person", "business", "bereaved", "witness"), "pack": PACK_FIELDS}
_PLAIN = ("line", "title", "list_state", "reported", "sex", "funding", "offer", "lot", "on_call", "action_plan")

_DAYS = ("starts", "ends", "until", "good_until", "action_plan_from", "action_plan_review")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class BadField(BadDirectory):
    """A field of an entry cannot be used; `field` names it and `what` says why."""

    def __init__(self, slug: str, field: str, what: str) -> None:
        super().__init__(f"contract {slug}: {field}: {what}")
        self.field, self.what = field, what


def read_directory(document: Mapping[str, Any]) -> Directory:
    """The directory of a file; raises BadDirectory, whose text names the entry and the field."""
    providers = {entry["slug"]: provider_of(entry) for entry in document["providers"]}
    contracts = [contract_of(entry, providers) for entry in document["contracts"]]
    if len({contract.slug for contract in contracts}) < len(contracts):
        raise BadDirectory("contracts: slug: is used twice")
    return directory_of(contracts)


def provider_of(entry: Mapping[str, Any]) -> Provider:
    return Provider(
        provider_id=provider_id(entry["slug"]),
        slug=entry["slug"],
        name=entry["name"],
        email=entry["email"],
        phone=entry["phone"],
        duty_phone=entry.get("duty_phone"),
        has_system=entry.get("has_system", True),
        by_and_for=entry.get("by_and_for"),
    )


def provider_entry(one: Provider) -> dict[str, Any]:
    """A provider as an entry: what `provider_of` reads."""
    names = ("slug", "name", "email", "phone", "duty_phone", "has_system")
    return {name: getattr(one, name) for name in names} | ({"by_and_for": one.by_and_for} if one.by_and_for else {})


def contract_of(entry: Mapping[str, Any], providers: Mapping[str, Provider]) -> Contract:
    """The contract of an entry. Raises BadField at the first field that cannot be used."""
    slug = str(entry.get("slug") or "(without a slug)")
    _check(slug, entry)
    if entry.get("provider") not in providers:
        raise BadField(slug, "provider", "no such provider")
    try:
        areas = areas_of(entry["areas"])
    except BadDirectory as bad:
        raise BadField(slug, "areas", str(bad)) from None
    ages = entry.get("ages") or {}
    given = {name: entry[name] for name in _PLAIN if entry.get(name) is not None}
    given |= {name: _day(slug, name, entry[name]) for name in _DAYS if entry.get(name) is not None}
    made = Contract(
        contract_id=contract_id(slug),
        slug=slug,
        provider=providers[entry["provider"]],
        areas=areas,
        age_from=ages.get("from"),
        age_to=ages.get("to"),
        places=entry.get("places"),
        most_open=entry.get("most_open"),
        kinds=frozenset(entry.get("kinds", ("person", "bereaved", "witness"))),
        languages=frozenset(entry.get("languages", ("en",))),
        interpreters=bool(entry.get("interpreters", False)),
        access=frozenset(entry.get("access", ())),
        standards=Standards(**entry.get("standards", {})),
        pack=tuple(entry.get("pack", ())),
        subcontractors=tuple(entry.get("subcontractors", ())),
        hours=tuple(_hours(slug, each) for each in entry["hours"]) if "hours" in entry else OFFICE_HOURS,
        place=_place(slug, entry.get("place")),
        **given,
    )
    _agrees(made)
    return made


def _check(slug: str, entry: Mapping[str, Any]) -> None:
    for name in ("line", "title", "areas", "starts", "ends"):
        if not entry.get(name):
            raise BadField(slug, name, "is missing")
    for name, values in CLOSED.items():
        if entry.get(name) is not None and entry[name] not in values:
            raise BadField(slug, name, f"{entry[name]!r} is not one of its values")
    for name, values in MANY.items():
        if not set(values).issuperset(entry.get(name) or ()):
            raise BadField(slug, name, "not all of them are of the list")
    unknown = [tag for tag in entry.get("languages") or () if not _LANGUAGE.fullmatch(str(tag))]
    if unknown:
        raise BadField(slug, "languages", f"{unknown[0]!r} is no language tag")


def _agrees(made: Contract) -> None:
    if made.ends < made.starts:
        raise BadField(made.slug, "ends", "is before the day it starts")
    if made.age_from is not None and made.age_to is not None and made.age_to < made.age_from:
        raise BadField(made.slug, "age_to", "is under the lowest age")
    plan = (made.action_plan_from, made.action_plan_review)
    if plan[0] is not None and plan[1] is not None and plan[1] < plan[0]:
        raise BadField(made.slug, "action_plan_review", "is before the plan begins")


def _day(slug: str, name: str, value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadField(slug, name, f"{value!r} is no day (2026-12-24)") from None


def _hours(slug: str, written: Mapping[str, Any]) -> Hours:
    days, opens, closes = tuple(written["days"]), str(written["opens"]), str(written["closes"])
    if not days or not set(DAYS).issuperset(days):
        raise BadField(slug, "hours", "its days are of MO, TU, WE, TH, FR, SA, SU")
    if not _TIME.fullmatch(opens) or not _TIME.fullmatch(closes) or closes <= opens:
        raise BadField(slug, "hours", "opens and closes are times of one day, as 09:00 and 17:00")
    return Hours(days, opens, closes)


def _place(slug: str, written: Mapping[str, Any] | None) -> Place | None:
    if not written:
        return None
    if not written.get("lines") or not written.get("town") or not written.get("postcode"):
        raise BadField(slug, "place", "takes its lines, its town and its postcode")
    return Place(tuple(written["lines"]), written["town"], written["postcode"], bool(written.get("confidential")))


def entry_of(contract: Contract) -> dict[str, Any]:
    """The contract as an entry: what `contract_of` reads, in plain JSON; what says nothing is left out."""
    ages = {"from": contract.age_from, "to": contract.age_to}
    written: dict[str, Any] = {"slug": contract.slug, "provider": contract.provider.slug}
    written |= {name: getattr(contract, name) for name in (*_PLAIN, "places", "most_open")}
    written |= {name: day.isoformat() for name in _DAYS if (day := getattr(contract, name)) is not None}
    written["areas"] = "all" if contract.areas >= ALL_AREAS else sorted(map(local_authority_name, contract.areas))
    written["ages"] = {name: age for name, age in ages.items() if age is not None}
    written |= {name: sorted(getattr(contract, name)) for name in ("kinds", "languages", "access")}
    written |= {name: list(getattr(contract, name)) for name in ("pack", "subcontractors")}
    written["interpreters"] = contract.interpreters
    written["standards"] = {name: getattr(contract.standards, name) for name in Standards.__slots__}
    written["hours"] = [{"days": list(h.days), "opens": h.opens, "closes": h.closes} for h in contract.hours]
    if contract.place is not None:
        place = contract.place
        written["place"] = {"lines": list(place.lines), "town": place.town, "postcode": place.postcode}
        written["place"] |= {"confidential": True} if place.confidential else {}
    return {name: value for name, value in written.items() if value is not None and value != {}}


def document_of(directory: Directory) -> dict[str, Any]:
    """The whole directory as a document that `read_directory` reads again into an equal one."""
    providers = {contract.provider.slug: contract.provider for contract in directory.contracts}
    return {
        "providers": [provider_entry(one) for one in providers.values()],
        "contracts": [entry_of(contract) for contract in directory.contracts],
    }
