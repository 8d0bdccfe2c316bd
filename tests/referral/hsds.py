"""What Open Referral's HSDS 3.0 asks of a page of services, written here by hand as a JSON Schema.

Names, required fields, formats and closed lists follow the published tables of the specification
(https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html); the specification's own files are not copied here.
`additionalProperties` is false everywhere, so that a field of ours that HSDS does not know is a failure.
"""

from typing import Any

UUID = {"type": "string", "format": "uuid"}
TEXT = {"type": "string", "minLength": 1}
EMAIL = {"type": "string", "format": "email"}
DAY = {"type": "string", "format": "date"}
NUMBER = {"type": "number"}
WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"


def an(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


TERM = an("id name description", id=UUID, code=TEXT, name=TEXT, description=TEXT, taxonomy=TEXT, term_uri=TEXT)
ATTRIBUTE = an(
    "id link_id taxonomy_term_id link_entity",
    id=UUID,
    link_id=UUID,
    taxonomy_term_id=UUID,
    link_type=TEXT,
    link_entity=TEXT,
    value=TEXT,
    label=TEXT,
    taxonomy_term=TERM,
)
ORGANIZATION = an("id name description", id=UUID, name=TEXT, description=TEXT, email=EMAIL, website=TEXT)
PHONE = an("id number", id=UUID, number=TEXT, type=TEXT, description=TEXT)
SCHEDULE = an(
    "id",
    id=UUID,
    service_id=UUID,
    valid_from=DAY,
    valid_to=DAY,
    freq={"enum": ["WEEKLY", "MONTHLY"]},
    interval=NUMBER,
    wkst={"enum": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]},
    byday={"type": "string", "pattern": f"^{WEEKDAY}(,{WEEKDAY})*$"},
    opens_at={"type": "string", "pattern": r"^\d\d:\d\d"},
    closes_at={"type": "string", "pattern": r"^\d\d:\d\d"},
    description=TEXT,
)
AREA = an("id", id=UUID, service_id=UUID, name=TEXT, description=TEXT, uri={"type": "string", "format": "uri"})
LANGUAGE = an("id", id=UUID, service_id=UUID, name=TEXT, code={"type": "string", "pattern": "^[a-z]{2,3}"})
FUNDING = an("id", id=UUID, source=TEXT)
KIND_OF_PLACE = {"enum": ["physical", "postal", "virtual"]}
ADDRESS = an(
    "id address_1 city state_province postal_code country address_type",
    id=UUID,
    location_id=UUID,
    address_1=TEXT,
    address_2=TEXT,
    city=TEXT,
    state_province=TEXT,
    postal_code=TEXT,
    country={"type": "string", "pattern": "^[A-Z]{2}$"},
    address_type=KIND_OF_PLACE,
)
ACCESS = an("id", id=UUID, location_id=UUID, description=TEXT, details=TEXT)
LOCATION = an(
    "id location_type",
    id=UUID,
    location_type=KIND_OF_PLACE,
    name=TEXT,
    addresses=many(ADDRESS),
    accessibility=many(ACCESS),
)
AT_LOCATION = an("id location", id=UUID, service_id=UUID, location=LOCATION)
SERVICE = an(
    "id name status organization",
    id=UUID,
    name=TEXT,
    description=TEXT,
    email=EMAIL,
    status={"enum": ["active", "inactive", "defunct", "temporarily closed"]},
    interpretation_services=TEXT,
    application_process=TEXT,
    fees_description=TEXT,
    eligibility_description=TEXT,
    minimum_age=NUMBER,
    maximum_age=NUMBER,
    alert=TEXT,
    organization=ORGANIZATION,
    phones=many(PHONE),
    schedules=many(SCHEDULE),
    service_areas=many(AREA),
    service_at_locations=many(AT_LOCATION),
    languages=many(LANGUAGE),
    funding=many(FUNDING),
    attributes=many(ATTRIBUTE),
)


def page(contents: dict[str, Any]) -> dict[str, Any]:
    """A page of a list of the API."""
    flag, count = {"type": "boolean"}, {"type": "integer", "minimum": 0}
    return an(
        "total_items total_pages page_number size first_page last_page empty contents",
        total_items=count,
        total_pages=count,
        page_number={"type": "integer", "minimum": 1},
        size=count,
        first_page=flag,
        last_page=flag,
        empty=flag,
        contents=many(contents),
    )
