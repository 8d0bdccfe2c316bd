"""That the person said no, or that a provider is ruled out for them: told wherever somebody chooses or checks who is to
help, until who said so says otherwise."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from kit.web.words import date_words, when
from services.referral.actions import gating
from services.referral.case_ui.why import no_elsewhere
from services.referral.domain.directory import Contract
from services.referral.domain.matching import RULED_OUT, Checked, Explained
from services.referral.store import cases, consent, ruled_out, same_person
from services.referral.store.cases import Case
from services.referral.store.consent import Consent, No
from services.referral.store.ruled_out import RuledOut

WORDS = {
    "person": "The person asked not to be sent there ({}).",
    "another": "The person asked for another provider ({}).",
    "conflict": "It works with the other party ({}).",
    "unsafe": "It said that the person would not be safe with it ({}).",
    "not_safe": "Help there was ended since it was not safe to go on ({}).",
}
"""Why a provider is ruled out, and since which day."""
CHANGES = {
    True: "Only the person can change this: record their agreement to it, once they say so.",
    False: "Ask the provider whether it can take this person all the same.",
}
"""What would open its contracts, by whether the person themselves ruled it out."""
PARTNER = "{}, which works in it as subcontractor, is ruled out. {}"
MAYBE = (
    "This may be somebody we know already, and for them this provider is ruled out. {} Compare the two records first."
)
MAYBE_KNOWN = (
    "This may be somebody we know already, and nobody has said yet whether it is. Compare the two records first."
)
WHICH = "Agree with the provider which of them works with this person."


@dataclass(frozen=True, slots=True)
class SaidNo:
    """What the person said no to in a case, and what they agreed to."""

    noes: Sequence[No]
    agreements: Sequence[Consent]
    now: datetime
    elsewhere: str | None = None
    """The sentence on a no in another case."""
    ruled_out: Mapping[UUID, RuledOut] = field(default_factory=dict)
    """The providers to which they are not sent, since when and why."""
    may_be: Mapping[UUID, RuledOut] = field(default_factory=dict)
    """The same of whoever this may be, while nobody has said whether it is."""
    undecided: bool = False
    """Whether this may be somebody we know already, and nobody has said."""

    def told(self, line: str) -> str | None:
        """A sentence on the last no to a line, or to support as such; None where there was none."""
        no = gating.last_no(self.noes, line)
        if no is None:
            return self.elsewhere
        what = "sharing, the police told us" if no.to_police else "this" if no.line else "support"
        return (
            f"The person said no to {what} {when(no.at)}. What the police recorded lets nothing go any more: only what"
            " the person agreed to themselves since then does, or a lawful override."
        )

    def against(self, contract: Contract) -> str | None:
        """The sentence, where the person has not agreed to this contract since."""
        if any(gating.stands(held, contract, self.noes, self.now) for held in self.agreements):
            return None
        return self.told(contract.line)

    def ruled(self, contract: Contract) -> str | None:
        """Why a contract is ruled out for the person, by its provider or by a subcontractor; None where it is not."""
        own = self.ruled_out.get(contract.provider.provider_id)
        if own is not None:
            return ruled_out_words(own)
        found = [PARTNER.format(name, ruled_out_words(self.ruled_out[one])) for name, one in self._partners(contract)]
        return " ".join(found) or None

    def maybe(self, contract: Contract) -> str | None:
        """Why a contract may be ruled out, by what is known of somebody who may be this person."""
        own = self.may_be.get(contract.provider.provider_id)
        partners = [(name, self.may_be[one]) for name, one in contract.partners if one in self.may_be]
        said = ruled_out_words(own) if own else " ".join(PARTNER.format(n, ruled_out_words(r)) for n, r in partners)
        return MAYBE.format(said) if said else None

    def warned(self, contract: Contract) -> str | None:
        """The same, or that it is not said yet who this is."""
        return self.maybe(contract) or (MAYBE_KNOWN if self.undecided else None)

    def stands(self, contract: Contract, granted: Collection[str]) -> str | None:
        """The same, but for what was excepted: `granted`, the rules of the contract from which somebody granted one."""
        return None if RULED_OUT in granted and self.exceptable(contract) else self.ruled(contract)

    def _partners(self, contract: Contract) -> list[tuple[str, UUID]]:
        return [(name, one) for name, one in contract.partners if one in self.ruled_out]

    def exceptable(self, contract: Contract) -> bool:
        """Whether the provider itself may say otherwise: not where it is the person's own word on it."""
        own = self.ruled_out.get(contract.provider.provider_id)
        return not own.by_person if own is not None else bool(self._partners(contract))

    def change(self, contract: Contract) -> str:
        """What would open a contract that is ruled out."""
        own = self.ruled_out.get(contract.provider.provider_id)
        return CHANGES[own.by_person] if own is not None else WHICH

    def checks(self, checks: Sequence[Checked], contract: Contract) -> tuple[Checked, ...]:
        """The rules on a contract, with the no where they would say that the person has not ruled it out."""
        ruled = self.ruled(contract)
        if ruled and self.exceptable(contract) and any(one.rule == RULED_OUT and one.passed for one in checks):
            return tuple(checks)  # an exception was granted, and says so
        said = ruled or self.against(contract)
        if not said:
            return tuple(checks)
        return tuple(replace(one, passed=False, words=said) if one.rule == RULED_OUT else one for one in checks)

    def mark(self, found: Sequence[Explained]) -> list[Explained]:
        """Every contract with the no among its rules. One that is ruled out fits no more; any other stays in its group,
        since the person may agree now."""
        return [self._marked(each, self.checks(each.checks, each.contract)) for each in found]

    def _marked(self, each: Explained, checks: tuple[Checked, ...]) -> Explained:
        failed = {one.rule for one in checks if not one.passed}
        if self.ruled(each.contract) is None or RULED_OUT not in failed:
            return replace(each, checks=checks)
        change = self.change(each.contract) if failed == {RULED_OUT} else None
        return replace(each, checks=checks, fits=False, change=change)


def ruled_out_words(ruled: RuledOut) -> str:
    """Whose word it is that a provider is ruled out, and since which day."""
    return WORDS[ruled.why].format(date_words(ruled.since, weekday=False))


async def said_no(tx: Tx, case: Case, now: datetime) -> SaidNo:
    routings = await cases.routings(tx, case.case_id)
    ruled = await ruled_out.of_person(tx, case.person_id)
    elsewhere = no_elsewhere(routings[0] if routings else None)
    noes, held = await gating.said_no(tx, [case.case_id]), await consent.of_case(tx, case.case_id)
    may_be = await ruled_out.by_who_it_may_be(tx, case.person_id)
    undecided = any(pair.same is None for pair in await same_person.pairs_of(tx, case.person_id))
    return SaidNo(noes, held, now, elsewhere, ruled, may_be, undecided)
