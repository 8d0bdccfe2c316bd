"""The kinds of pages that are asked for: who looks, and at which addresses in turn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random
from uuid import UUID

from bench.million.people import invent
from bench.stand import Superuser
from contracts.reference import AREAS
from services.referral.store import portal, queues

SORTED = ("waiting", "due", "all", "new", "active")
RANKS = (0, 1, 2, 5, 12, 30, 59)
"""Of the providers by size: whose portal is looked at."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: the subject who is signed in, and an address; `sought` is posted to the search instead."""

    who: str
    address: str
    sought: str | None = None


Kinds = Mapping[str, Iterator[Ask]]


async def kinds(superuser: Superuser, cases: int, providers: Sequence[UUID]) -> Kinds:
    """Every kind with what to ask for, without end."""
    rng = Random(7)
    held = await superuser.fetch(
        "select case_id, reference, state from case_file"
        " where not restricted and (state <> 'closed' or case_id::text < '02') order by md5(case_id::text) limit 3000"
    )
    return {
        name: cycle(asks) for name, asks in (_of_hub(rng, held, cases) | await _of_portal(superuser, providers)).items()
    }


def _officer(rng: Random) -> str:
    return f"officer.{rng.randrange(20)}"


def _of_hub(rng: Random, held: Sequence[Mapping[str, object]], cases: int) -> dict[str, list[Ask]]:
    found = {
        f"queue: {slug}": [Ask(_officer(rng), f"/cases?queue={slug}&page={page}") for page in (1, 1, 1, 2, 5)]
        for slug in queues.QUEUES
    }
    found["queue: first page"] = [Ask(_officer(rng), "/cases") for _ in range(20)]
    found["queue: a later page"] = [
        Ask(_officer(rng), f"/cases?queue={slug}&page=40") for slug in ("new", "all", "active")
    ]
    for name, narrowed in FILTERS.items():
        slugs = ("mine", "all") if name == "changed" else SORTED
        found[f"filter: {name}"] = [
            Ask(_officer(rng), f"/cases?queue={slug}&{more}") for slug in slugs for more in narrowed
        ]
    numbers = [rng.randrange(cases // 5) * 5 for _ in range(400)]
    people = [invent(number) for number in numbers]
    found["search: name"] = [Ask(_officer(rng), "", f"{one.given_names} {one.family_name}") for one in people]
    found["search: phone"] = [Ask(_officer(rng), "", one.channels[0].value) for one in people]
    found["search: reference"] = [Ask(_officer(rng), "", str(row["reference"])) for row in held[:400]]
    for name, path in CASE_PAGES.items():
        found[f"case: {name}"] = [Ask(_officer(rng), f"/cases/{row['case_id']}{path}") for row in held]
    found["team"] = [Ask("leader", "/cases/team")]
    found["tasks"] = [Ask(_officer(rng), "/cases/tasks") for _ in range(20)]
    return found


FILTERS = {
    "service": ["line=idva", "line=general", "line=road_collision"],
    "hold": ["hold=high_risk", "hold=no_safe_channel", "hold=conflict_of_interest"],
    "area": [f"area={area.code}" for area in AREAS[:3]],
    "order": ["sort=oldest", "sort=due", "sort=risk"],
    "changed": ["changed=yes"],
    "several": [
        f"line=general&area={AREAS[1].code}&sort=due",
        f"line=isva&hold=recent_assault&area={AREAS[4].code}",
    ],
}
CASE_PAGES = {"overview": "", "timeline": "/timeline", "referrals": "/referrals", "contact": "/contact"}


async def _of_portal(superuser: Superuser, providers: Sequence[UUID]) -> dict[str, list[Ask]]:
    ranks = [rank for rank in RANKS if rank < len(providers)]
    found = {
        f"portal: {slug}": [
            Ask(f"worker.{rank}", f"/portal?list={slug}&page={page}") for page in (1, 1, 2) for rank in ranks
        ]
        for slug in portal.LISTS
    }
    found["portal: newest first"] = [Ask(f"worker.{rank}", f"/portal?list={slug}&sort=newest")
                                     for slug in ("open", "completed") for rank in ranks]  # fmt: skip
    found["portal: largest provider"] = [Ask("worker.0", f"/portal?list={slug}") for slug in portal.LISTS]
    found["portal: a referral"] = []
    for rank in ranks:
        legs = await superuser.fetch(
            "select referral_id from leg where provider_id = $1 and not restricted and pack is not null"
            " order by state in ('sent', 'accepted', 'waitlisted') desc, md5(leg_id::text) limit 60",
            providers[rank],
        )
        found["portal: a referral"] += [
            Ask(f"worker.{rank}", f"/portal/referrals/{leg['referral_id']}") for leg in legs
        ]
    Random(3).shuffle(found["portal: a referral"])
    found["portal: performance"] = [Ask(f"manager.{rank}", "/portal/performance") for rank in ranks]
    found["portal: appointments"] = [Ask(f"worker.{rank}", "/portal/appointments") for rank in ranks]
    return found
