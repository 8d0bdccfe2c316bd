"""That the person said no: told wherever somebody chooses or checks who is to help, until they agree anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from kit.web.words import date_words, when
from services.referral.actions import gating
from services.referral.case_ui.why import no_elsewhere
from services.referral.domain.directory import Contract
from services.referral.domain.matching import Checked, Explained
from services.referral.store import cases, consent, ruled_out
from services.referral.store.cases import Case
from services.referral.store.consent import Consent, No

RULE = "refused"


@dataclass(frozen=True, slots=True)
class SaidNo:
    """What the person said no to in a case, and what they agreed to."""

    noes: Sequence[No]
    agreements: Sequence[Consent]
    now: datetime
    elsewhere: str | None = None
    """The sentence on a no in another case."""
    ruled_out: Mapping[UUID, datetime] = field(default_factory=dict)
    """The providers that they do not want, and since when."""

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

    def checks(self, checks: Sequence[Checked], contract: Contract) -> tuple[Checked, ...]:
        """The rules on a contract, with the no where they would say that the person has not ruled it out."""
        since = self.ruled_out.get(contract.provider.provider_id)
        asked = f"The person asked not to be sent there ({date_words(since, weekday=False)})." if since else None
        said = asked or self.against(contract)
        return tuple(replace(one, passed=False, words=said) if said and one.rule == RULE else one for one in checks)

    def mark(self, found: Sequence[Explained]) -> list[Explained]:
        """Every contract with the no among its rules; each stays in its group, since the person may agree now."""
        return [replace(each, checks=self.checks(each.checks, each.contract)) for each in found]


async def said_no(tx: Tx, case: Case, now: datetime) -> SaidNo:
    routings = await cases.routings(tx, case.case_id)
    ruled = await ruled_out.of_person(tx, case.person_id)
    elsewhere = no_elsewhere(routings[0] if routings else None)
    noes, held = await consent.noes(tx, [case.case_id]), await consent.of_case(tx, case.case_id)
    return SaidNo(noes, held, now, elsewhere, ruled)
