"""What a provider is told of the person beside the pack keeps within the agreement by which the referral left: nothing
but what it shares is shown as it stands now, and what it leaves out is named."""

from collections.abc import Mapping, Sequence
from typing import Any

from kit.web.words import when
from services.referral.actions import gating
from services.referral.domain.directory import Contract
from services.referral.domain.heard_within import AGE, RISK, asks_first, is_told, shares
from services.referral.domain.told import CHILD_ENDS
from services.referral.provider_portal import words
from services.referral.said import once_looked, until_looked, who
from services.referral.store.alarms import Heard
from services.referral.store.portal import Offered

NOT_SHARED = "Not shared with you"
CHANNELS = frozenset({"channels"})


def told(offered: Offered, any_of: frozenset[str]) -> bool:
    """Whether a provider may be told what any of these fields says."""
    return shares(offered.told_within, any_of)


def area(offered: Offered) -> str:
    return words.area(offered.local_authority) if told(offered, gating.TELLS_AREA) else NOT_SHARED


def risk(offered: Offered) -> str:
    return words.words(offered.risk_grade) if told(offered, RISK) else NOT_SHARED


def age(offered: Offered) -> str:
    return words.age(offered.age_band) if told(offered, AGE) else NOT_SHARED


def dangers(offered: Offered, pack: Mapping[str, Any]) -> list[str]:
    """What makes a contact dangerous, in words for the top of a page: nothing but what the pack or the agreement tells
    this provider."""
    home = [words.label("same_household")] if pack.get("same_household") is True else []
    high = offered.risk_grade in ("high", "imminent") and told(offered, RISK)
    child = offered.age_band and _young(offered.age_band) and offered.age_band[0].isdecimal() and told(offered, AGE)
    return [*home, *(["High risk"] if high else []), *(["A child"] if child else [])]


def left_out(offered: Offered, contract: Contract | None) -> list[str]:
    """What the contract says that it needs and the agreement does not share, in words."""
    missing = [name for name in contract.pack if not told(offered, frozenset({name}))] if contract else []
    return [words.label(name) for name in missing]


IN_THEIR_PLACE = {
    "one_chance_elsewhere": "Speak to the person alone[, and ask the hub first]. No letter, nobody of the family or"
    " community in between, and no interpreter from the community.",
    "no_crime": "The police count it otherwise than before. Help goes on where the person wants it: ask the hub.",
    "crime_again": "What was asked before of what had been recorded is over. Go on as before.",
    "language_told": "Ask the hub which language to use before you get in touch.",
}
HEARD = (
    "Something was heard {} that the person has not agreed to share with you.[ Ask the hub before any contact: it tells"
    " you what you have to know.]"
)
DECIDED = {
    "done": "what had to be done was done",
    "already": "what had to be done had been done before",
    "not_needed": "nothing had to be done",
    "other_agency": "another agency does what has to be done",
    "came": "what had to be asked came",
    "looked": "you may be in touch again",
}
"""What the hub decided when it looked, by what the alert keeps of it."""
OF_RISK = {"same": "the risk is the same", "higher": "the risk is higher", "lower": "the risk is lower"}
"""The same of a review of the risk, for a provider that may be told of the risk."""
NOW = "What counts now: use what is shown as safe below, and nothing else."
OTHER_AGE = "The age is not the one that you were sent: it is now {}."
CHILD = " Of somebody under 18 the rules for a child count: ask the hub before you get in touch."
OF_AGE = "Something about whom this is for has changed since it was sent: ask the hub before you get in touch."


def warnings(offered: Offered, found: Sequence[Heard], *, reachable: bool) -> list[str]:
    """What was heard, as the warnings at the top of a page; what the agreement does not share, without what it was.
    Once the hub has looked at it, what it decided stands in place of the order to ask it first; once it has looked at
    all of it, what counts now is said last.
    `reachable`: whether a way to the person is known to be safe."""
    standing = [one for one in words.standing(found) if not _sent_knowing(offered, one)]
    said = list(dict.fromkeys(_warning(offered, one, reachable=reachable) for one in standing))
    first = [one for one in standing if asks_first(one.trigger, offered.told_within)]
    return [*said, NOW] if first and all(one.looked_at for one in first) else said


def _sent_knowing(offered: Offered, one: Heard) -> bool:
    """Whether whoever of the hub sent it knew, so that nothing has to be asked."""
    before = offered.chosen_at is not None and one.came_at is not None and one.came_at <= offered.chosen_at
    return before and asks_first(one.trigger, offered.told_within)


def _warning(offered: Offered, one: Heard, *, reachable: bool) -> str:
    may_know = is_told(one.trigger, offered.told_within)
    marked = words.heard(one.trigger, reachable=reachable) if may_know else IN_THEIR_PLACE.get(one.trigger, HEARD)
    text = marked.format(when(one.at))
    if one.looked_at is None or once_looked(text) == text:
        return until_looked(text)
    return once_looked(text) + _looked(offered, one)


def _looked(offered: Offered, one: Heard) -> str:
    """Who of the hub looked at it, when, and what was decided."""
    known = DECIDED | (OF_RISK if told(offered, RISK) else {})
    decided = known.get(one.looked_how or "")
    looker = who(one.looked_role) if one.looked_role not in (None, "system") else "the hub"
    return f" {looker[:1].upper()}{looker[1:]} looked at it {when(one.looked_at)}{f': {decided}' if decided else ''}."


def other_age(offered: Offered) -> str:
    """What is said where the age is another one than was sent."""
    if not told(offered, AGE):
        return OF_AGE
    return f"{OTHER_AGE.format(age(offered))}{CHILD if _young(offered.age_band) else ''}"


def _young(band: str | None) -> bool:
    """Whether somebody of this band may be under 18, as nobody can tell of whom the age is not known."""
    first = (band or "").split("-")[0].rstrip("+")
    return not first.isdecimal() or int(first) < CHILD_ENDS[-1]
