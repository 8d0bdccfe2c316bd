"""The gate of restorative justice: where meeting the other party may harm the person, a specialist agrees before it."""

from contracts.refused import Refused
from contracts.vocabulary import HOLD_KINDS
from kit.database import Tx
from services.referral.domain import persons, tracked
from services.referral.store import beside, cases
from services.referral.store.cases import Case

LINE = "restorative_justice"
"""The line, and the offer that is followed on the case. Only the person's own agreement lets it go."""
NEEDED = "needs_the_specialist"
DOMESTIC = "domestic_abuse"
"""The flag that says so of a case whose person is a business, too."""
CHILDREN = frozenset({"0-9", "10-12", "13-15", "16-17"})
CHILD_HOLDS = frozenset(HOLD_KINDS["children"])


async def is_careful(tx: Tx, case: Case) -> bool:
    """A case in which restorative justice needs a specialist first: meeting the other party, or their family, may harm
    the person again, or they are a child, or may be one; in it or in any open case of theirs, since the other party may
    be the same."""
    if _may_harm(case):
        return True
    others = [each.case_id for each in await cases.others_of(tx, case) if each.state != "closed"]
    around = await cases.each_of(tx, others) if others else {}
    return any(_may_harm(one) for one in around.values())


def _may_harm(case: Case) -> bool:
    domestic = case.domestic or DOMESTIC in case.flags
    may_be_hurt = domestic or not persons.HURT.isdisjoint(case.lines)
    child = case.age_band in CHILDREN or not CHILD_HOLDS.isdisjoint(case.holds)
    return may_be_hurt or child or case.offence_group == "sexual-offences"


async def is_missing(tx: Tx, case: Case, line: str) -> bool:
    """Whether a specialist has to agree before anything goes to this line, and nobody wrote down that one did."""
    if line != LINE or not await is_careful(tx, case):
        return False
    taken = (await beside.steps(tx, case.case_id)).get(LINE, ())
    return all(each.step != tracked.SPECIALIST for each in taken)


async def check(tx: Tx, case: Case, line: str) -> None:
    """Refused while a specialist has to agree first."""
    if await is_missing(tx, case, line):
        raise Refused("line", NEEDED)
