"""Recounts what was received against what became of it; any difference is one too many."""

from kit.database import Tx
from kit.service import Check
from services.referral.books import load
from services.referral.store import counting


async def checks(tx: Tx) -> list[Check]:
    """Every sum of the service: crimes, cases, referrals and their legs, numbers of announcements, details."""
    found = await counting.counts(tx)
    legal = set(load().transitions.states)
    states = await counting.referral_states(tx)
    wrong_states = sum(number for (_, state), number in states.items() if state not in legal)
    return [
        Check("crimes: with a case + without a victim", found["crimes"], found["with_case"] + found["without_victim"]),
        Check("crimes heard = crimes held + stale", found["crimes_heard"], found["crimes_applied"]),
        Check("cases = people + businesses + bereaved", found["named"], found["cases"]),
        Check("cases: one decision for each run", found["runs"], found["routings"]),
        Check("cases opened = cases of crimes and self-referrals", found["all_cases"], found["opened_told"]),
        Check("referrals in a state that the table knows", 0, wrong_states),
        Check("referrals received = referrals held", found["referrals"], found["received_told"]),
        Check("referrals with a provider have a leg there", 0, found["without_leg"]),
        Check("legs belong to a referral that tried them", 0, found["stray_legs"]),
        Check("legs say what their referrals, attempts and rests say", 0, found["legs_apart"]),
        Check("legs are counted as their timelines and end reports say", 0, found["steps_apart"]),
        Check("announcements numbered without a gap", found["announced"], found["numbered"]),
        Check("details waiting longer than ten minutes", 0, found["details_waiting"]),
        Check("count.crimes", found["crimes"], found["crimes"]),  # read by the checks between services
        Check("count.cases", found["all_cases"], found["all_cases"]),
        Check("count.cases_of_crimes", found["cases"], found["cases"]),
        Check("count.referrals", found["referrals"], found["referrals"]),
        *(Check(f"count.referrals.{line}.{state}", n, n) for (line, state), n in states.items()),
    ]
