"""`python -m bench.matching`: microseconds of processor to route one case and to match it against 200 contracts, with
a check that the short way finds the same contract as the full explanation does. No servers; nothing is written."""

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.identity import contract_id
from contracts.reference import AREAS
from services.referral.books import load
from services.referral.domain.directory import Contract, Directory, directory_of
from services.referral.domain.facts import NOTHING_KNOWN, CaseFacts
from services.referral.domain.matching import explain, match, rank
from services.referral.domain.routing import RuleBook, route

DAY = date(2026, 9, 3)
CONTRACTS = 200
GOAL = 80.0


def contracts(seed: Directory, number: int, rng: random.Random) -> Directory:
    """A directory of this size: those of the seed again and again, in other areas, ages, languages and states."""
    codes = [area.code for area in AREAS]
    made: list[Contract] = []
    while len(made) < number:
        one = seed.contracts[len(made) % len(seed.contracts)]
        state = rng.choices(["open", "limited", "waiting_list", "closed"], [6, 2, 1, 1])[0]
        areas = one.areas if len(made) < len(seed.contracts) else frozenset(rng.sample(codes, rng.randint(1, 4)))
        slug = f"{one.slug}-{len(made)}"
        made.append(replace(one, slug=slug, contract_id=contract_id(slug), areas=areas, list_state=state))
    return directory_of(made)


def cases(number: int, rng: random.Random) -> list[CaseFacts]:
    """Invented cases of every kind that routing tells apart."""
    kinds: list[tuple[dict[str, Any], int]] = [
        ({"offence_code": "28A", "offence_group": "theft"}, 60),
        ({"offence_code": "8N", "offence_group": "violence", "flags": ("domestic_abuse",), "domestic": True}, 15),
        ({"offence_code": "19C", "offence_group": "sexual", "sexual": True, "contact_sexual": True}, 8),
        ({"offence_code": "8M", "offence_group": "violence", "hate_strands": ("race",)}, 6),
        ({"offence_code": "8Q", "offence_group": "violence", "flags": ("stalking",)}, 6),
        ({"incident_kind": "anti_social_behaviour"}, 5),
    ]
    found = []
    for n in range(number):
        what = rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        age = rng.randint(8, 90)
        at = datetime(2026, 9, 3, 9, tzinfo=UTC) - timedelta(minutes=n)
        found.append(
            CaseFacts(
                case_id=UUID(int=n + 1),
                area=rng.choice(AREAS).code,
                age=age,
                age_said=age,
                age_at_offence=age,
                sex=rng.choice(["female", "male", "not_asked"]),
                language=rng.choice(["en", "en", "en", "ur", "not_recorded"]),
                share=rng.choice(["agreed", "not_asked"]),
                risk_grade=rng.choice([None, "standard", "high"]),
                reported_at=at,
                reported_on=at.date(),
                channels_safe=("mobile",),
                **what,
            )
        )
    return found


def microseconds(all_cases: Sequence[CaseFacts], book: RuleBook, directory: Directory) -> tuple[float, int]:
    """Microseconds a case, and how many lines were matched."""
    lines = 0
    began = time.process_time()
    for facts in all_cases:
        for line in route(facts, NOTHING_KNOWN, book).lines:
            match(facts, line, directory, DAY)
            lines += 1
    return (time.process_time() - began) / len(all_cases) * 1e6, lines


def differences(all_cases: Sequence[CaseFacts], book: RuleBook, directory: Directory) -> tuple[int, int]:
    """How many lines were compared with the full explanation, and how many came out otherwise."""
    compared = wrong = 0
    for facts in all_cases:
        for line in route(facts, NOTHING_KNOWN, book).lines:
            explained = {one.contract.contract_id: one for one in explain(facts, line, directory, DAY)}
            able = [one for one in directory.contracts if explained[one.contract_id].fits]
            best = min(able, key=lambda one: rank(one, DAY), default=None)
            compared += 1
            wrong += best != match(facts, line, directory, DAY)
    return compared, wrong


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    words.add_argument("--cases", type=int, default=2000)
    words.add_argument("--runs", type=int, default=9)
    asked = words.parse_args()
    rng = random.Random(7)
    books = load()
    directory = contracts(books.directory, CONTRACTS, rng)
    told, book = cases(asked.cases, rng), books.on(DAY).rules
    compared, wrong = differences(told[:300], book, directory)
    runs = [microseconds(told, book, directory) for _ in range(asked.runs)]
    each = sorted(run[0] for run in runs)
    print(f"{len(directory.contracts)} contracts, {len(told):,} cases, {runs[0][1]:,} lines matched a run")
    print(f"microseconds a case: median {statistics.median(each):.1f}, best {each[0]:.1f}, worst {each[-1]:.1f}")
    print(f"the goal is {GOAL:.0f}; compared with the full explanation: {compared:,} lines, {wrong} otherwise")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
