"""Lists of what stands beside a case, read once: offers that are tracked, and what a witness may expect."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from services.referral.books import FOLDER
from services.referral.domain.tracked import Offer, read_offers


@cache
def offers() -> Mapping[str, Offer]:
    return read_offers(yaml.safe_load((FOLDER / "tracked_offers.yaml").read_text(encoding="utf-8")))


@cache
def doors() -> Mapping[str, Offer]:
    """What is done at each door of a case."""
    return read_offers(yaml.safe_load((FOLDER / "doors.yaml").read_text(encoding="utf-8")))


@cache
def witness_charter() -> Mapping[str, Any]:
    """The standards, with whether they were verified against the text."""
    return dict(yaml.safe_load((FOLDER / "witness_charter.yaml").read_text(encoding="utf-8")))
