"""What a provider is told of the person beside the pack keeps within the agreement by which the referral left: nothing
but what it shares is shown as it stands now, and what it leaves out is named."""

from collections.abc import Sequence

from kit.web.words import when
from services.referral.actions import gating
from services.referral.domain.directory import Contract
from services.referral.domain.heard_within import AGE, RISK, asks_first, is_told, shares
from services.referral.domain.told import CHILD_ENDS
from services.referral.provider_portal import words
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
    return words.words(offered.risk_grade or "not_known") if told(offered, RISK) else NOT_SHARED


def age(offered: Offered) -> str:
    return words.age(offered.age_band) if told(offered, AGE) else NOT_SHARED


def left_out(offered: Offered, contract: Contract | None) -> list[str]:
    """What the contract says that it needs and the agreement does not share, in words."""
    missing = [name for name in contract.pack if not told(offered, frozenset({name}))] if contract else []
    return [words.label(name) for name in missing]


IN_THEIR_PLACE = {
    "one_chance_elsewhere": "Speak to the person alone, and ask the hub first. No letter, nobody of the family or"
    " community in between, and no interpreter from the community.",
    "no_crime": "The police count it otherwise than before. Help goes on where the person wants it: ask the hub.",
    "crime_again": "What was asked before of what had been recorded is over. Go on as before.",
    "language_told": "Ask the hub which language to use before you get in touch.",
}
HEARD = (
    "Something was heard {} that the person has not agreed to share with you. Ask the hub before any contact: it tells"
    " you what you have to know."
)
LOOKED = " The hub looked at it {}."
OTHER_AGE = "The age is not the one that you were sent: it is now {}."
CHILD = " Of somebody under 18 the rules for a child count: ask the hub before you get in touch."
OF_AGE = "Something about whom this is for has changed since it was sent: ask the hub before you get in touch."


def warnings(offered: Offered, found: Sequence[Heard], *, reachable: bool) -> list[str]:
    """What was heard, as the warnings at the top of a page; what the agreement does not share, without what it was.
    `reachable`: whether a way to the person is known to be safe."""
    return list(
        dict.fromkeys(said for one in words.standing(found) for said in _warning(offered, one, reachable=reachable))
    )


def _warning(offered: Offered, one: Heard, *, reachable: bool) -> list[str]:
    first = asks_first(one.trigger, offered.told_within)
    if first and offered.chosen_at is not None and one.came_at is not None and one.came_at <= offered.chosen_at:
        return []  # whoever of the hub sent it knew, and nothing has to be asked
    looked = LOOKED.format(when(one.looked_at)) if one.looked_at and first else ""
    if is_told(one.trigger, offered.told_within):
        return [f"{said}{looked}" for said in words.heard([one], reachable=reachable)]
    return [IN_THEIR_PLACE.get(one.trigger, HEARD).format(when(one.at)) + looked]


def other_age(offered: Offered) -> str:
    """What is said where the age is another one than was sent."""
    if not told(offered, AGE):
        return OF_AGE
    return f"{OTHER_AGE.format(age(offered))}{CHILD if _young(offered.age_band) else ''}"


def _young(band: str | None) -> bool:
    """Whether somebody of this band may be under 18, as nobody can tell of whom the age is not known."""
    first = (band or "").split("-")[0].rstrip("+")
    return not first.isdecimal() or int(first) < CHILD_ENDS[-1]
