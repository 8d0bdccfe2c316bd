"""The form of a contract: its fields with what each must be, from a page or from a line of an imported list."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from contracts.reference import AREAS, local_authority_name
from kit.web.forms import Say
from services.referral.domain.directory import Contract, Standards
from services.referral.domain.entries import CLOSED, DAYS, MANY
from services.referral.domain.plain_text import is_plain

Text = Annotated[str | None, Field(max_length=120)]
Whole = Annotated[int | None, Say("Enter a whole number, or leave it empty"), Field(ge=0, le=9_999)]
_HOURS = re.compile(r"([A-Z,]+)(?:-([A-Z]{2}))? ([\d:]{5})-([\d:]{5})")
_PHONE = re.compile(r"[0-9 +]{6,20}")
PLACE = ("place_lines", "place_town", "place_postcode")
_AREA = {area.code: area.name for area in AREAS}
UNREADABLE = "Enter letters, digits and signs that can be read, and no hidden ones"
YesNo = Annotated[Literal["yes", "no"], Say("Choose yes or no")]


class ContractForm(BaseModel):
    """Everything that a contract says, as it is typed."""

    title: Annotated[str, Say("Enter the name of the service")] = Field(max_length=120)
    provider: Annotated[str, Say("Choose the provider")] = Field(max_length=60)
    line: Annotated[str, Say("Choose the kind of help")] = Field(max_length=60)
    lot: Text = None
    subcontractors: Text = None
    funding: Annotated[str, Say("Choose who pays for it")] = "core_grant"
    areas: Annotated[list[str], Say("Choose at least one area")] = Field(min_length=1)
    starts: Annotated[date, Say("Enter the first day of the contract", wrong="The first day must be a real date")]
    ends: Annotated[date, Say("Enter the last day of the contract", wrong="The last day must be a real date")]
    age_from: Whole = None
    age_to: Whole = None
    sex: Text = None
    kinds: Annotated[list[str], Say("Choose for whom it is")] = Field(min_length=1)
    reported: Annotated[str, Say("Choose whether the crime has to be reported")] = "either"
    offer: Text = None
    languages: Annotated[str, Say("Enter the languages spoken, for example en, ur")] = Field("en", max_length=200)
    interpreters: YesNo = "no"
    access: list[str] = []
    accept_working_days: Annotated[int, Say("Enter the working days to accept")] = Field(2, ge=0, le=60)
    first_contact_working_days: Annotated[int, Say("Enter the working days to first contact")] = Field(5, ge=0, le=60)
    urgent_hours: Annotated[int, Say("Enter the hours for an urgent case")] = Field(24, ge=1, le=720)
    hours: Annotated[str, Say("Enter when it is open, for example MO-FR 09:00-17:00")] = Field(max_length=300)
    on_call: Text = None
    list_state: Annotated[str, Say("Choose how the list stands")] = "open"
    places: Whole = None
    most_open: Annotated[int | None, Say("Enter a whole number of at least 1, or leave it empty")] = Field(
        default=None, ge=1, le=9_999
    )
    action_plan: Text = None
    action_plan_from: Annotated[date | None, Say("", wrong="The day the plan begins must be a real date")] = None
    action_plan_review: Annotated[date | None, Say("", wrong="The day of its review must be a real date")] = None
    place_lines: Text = None
    place_town: Text = None
    place_postcode: Text = None
    confidential: Annotated[Literal["yes", "no"] | None, Say("Choose yes or no")] = Field(
        default=None, validate_default=True
    )
    pack: list[str] = []

    @field_validator("hours")
    @classmethod
    def _times(cls, text: str) -> str:
        for line in _lines(text):
            found = _HOURS.fullmatch(line)
            days = {*found[1].split(","), *([found[2]] if found[2] else [])} if found else set()
            if not found or not set(DAYS).issuperset(days) or found[4] <= found[3]:
                raise ValueError("Write each line of the opening hours as MO-FR 09:00-17:00 or SA,SU 10:00-14:00")
        return text

    @field_validator("title", "lot", "subcontractors", "action_plan", "place_lines", "place_town", "place_postcode")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text and not is_plain(text.replace("\n", " ")):
            raise ValueError(UNREADABLE)
        return text

    @field_validator("confidential")
    @classmethod
    def _said(cls, said: str | None, info: ValidationInfo) -> str | None:
        if said is None and any(info.data.get(name) for name in PLACE):
            raise ValueError("Say yes or no: is the address confidential? Nobody is shown one before that is said")
        return said

    @field_validator("on_call")
    @classmethod
    def _number(cls, text: str | None) -> str | None:
        if text and not _PHONE.fullmatch(text):
            raise ValueError("Enter a phone number, for example 07700 900123")
        return text


def _lines(text: str) -> list[str]:
    return [line.strip() for part in text.upper().split(";") for line in part.splitlines() if line.strip()]


def _many(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _days(first: str, last: str | None) -> list[str]:
    if last is None:
        return first.split(",")
    return list(DAYS[DAYS.index(first) : DAYS.index(last) + 1])


def entry_from(form: ContractForm, slug: str) -> dict[str, Any]:
    """The entry of a filled-in form, as the directory writes it."""
    entry: dict[str, Any] = {"slug": slug, "interpreters": form.interpreters == "yes"}
    plain = (
        "title",
        "provider",
        "line",
        "lot",
        "funding",
        "sex",
        "reported",
        "offer",
        "on_call",
        "list_state",
        "action_plan",
    )
    entry |= {name: value for name in (*plain, "places", "most_open") if (value := getattr(form, name)) is not None}
    entry |= {"starts": form.starts.isoformat(), "ends": form.ends.isoformat(), "areas": sorted(form.areas)}
    planned = {name: getattr(form, name) for name in ("action_plan_from", "action_plan_review")}
    entry |= {name: day.isoformat() for name, day in planned.items() if day is not None}
    entry |= {"kinds": sorted(form.kinds), "languages": sorted(_many(form.languages)), "pack": form.pack}
    entry |= {"access": sorted(set(form.access)), "subcontractors": _many(form.subcontractors)}
    ages = {"from": form.age_from, "to": form.age_to}
    entry["ages"] = {name: age for name, age in ages.items() if age is not None}
    entry["standards"] = {name: getattr(form, name) for name in Standards.__slots__}
    found = [_HOURS.fullmatch(line) for line in _lines(form.hours)]
    entry["hours"] = [{"days": _days(m[1], m[2]), "opens": m[3], "closes": m[4]} for m in found if m]
    if any(getattr(form, name) for name in PLACE):
        entry["place"] = {"lines": _many(form.place_lines), "town": form.place_town, "postcode": form.place_postcode}
        entry["place"] |= {"confidential": True} if form.confidential == "yes" else {}
    return entry


def values_of(contract: Contract) -> dict[str, list[str]]:
    """A contract as the values of its form."""
    plain = ("title", "line", "lot", "funding", "sex", "reported", "offer", "on_call", "list_state", "action_plan")
    said: dict[str, Any] = {
        name: getattr(contract, name) for name in (*plain, "age_from", "age_to", "places", "most_open")
    }
    said |= {name: getattr(contract.standards, name) for name in Standards.__slots__}
    said |= {"provider": contract.provider.slug, "interpreters": "yes" if contract.interpreters else "no"}
    said["languages"] = ", ".join(sorted(contract.languages))
    said["subcontractors"] = ", ".join(contract.subcontractors)
    said["hours"] = "\n".join(f"{','.join(h.days)} {h.opens}-{h.closes}" for h in contract.hours)
    if contract.place is not None:
        place = contract.place
        said |= {"place_lines": ", ".join(place.lines), "place_town": place.town, "place_postcode": place.postcode}
        said["confidential"] = "yes" if place.confidential else "no"
    values = {name: [str(value)] for name, value in said.items() if value is not None}
    values["areas"] = sorted(map(local_authority_name, contract.areas))
    values |= {"kinds": sorted(contract.kinds), "pack": list(contract.pack), "access": sorted(contract.access)}
    for name in ("starts", "ends", "action_plan_from", "action_plan_review"):
        day: date | None = getattr(contract, name)
        if day is not None:
            values |= {
                f"{name}-day": [str(day.day)],
                f"{name}-month": [str(day.month)],
                f"{name}-year": [str(day.year)],
            }
    return values


def closed(name: str) -> tuple[str, ...]:
    """The values of a closed list of the form."""
    return CLOSED.get(name) or MANY[name]


def choices() -> list[tuple[str, str]]:
    """The columns of an imported list that take certain values, with these."""
    areas = ", ".join(f"{area.name} ({area.code})" for area in AREAS)
    return [("areas", areas), *((name, ", ".join(values)) for name, values in (CLOSED | MANY).items())]


def cells(row: Mapping[str, str]) -> dict[str, list[str]]:
    """A line of an imported list as the values of the form; several values in one cell stand behind semicolons,
    access needs behind commas too. An area may stand by its code."""
    several = {"areas": ";", "kinds": ";", "pack": ";", "access": "[;,]"}
    found = {
        name: [part.strip() for part in re.split(several[name], text)] if name in several else [text]
        for name, text in row.items()
        if text.strip()
    }
    if "areas" in found:
        found["areas"] = [_AREA.get(one.upper(), one) for one in found["areas"]]
    return found
