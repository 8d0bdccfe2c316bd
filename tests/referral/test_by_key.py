"""What is asked often finds a leg's referral by its key, however many referrals there are."""

from datetime import timedelta

import pytest

from kit.standing import standing
from services.referral.store import appointments, cases, contact, looking, persons, portal, silence
from services.referral.store.portal_due import LIMITS
from tests.builders import NOON, a_viewer
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service
ONE = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("asked", "arguments"),
    [
        (silence._SILENT, (NOON, 10)),
        (f"select count(*) {silence.UNOPENED}", (NOON, NOON, [], [], [])),
        (
            f"with {LIMITS} {portal._SHOWN} from leg l {portal._HANGING} where l.referral_id = $1",
            (ONE, [], [], [], [], [], []),
        ),
    ],
    ids=["silent legs", "what is not opened", "one referral of a provider"],
)
async def test_the_referral_of_a_leg_is_found_by_its_key(hub: Hub, asked: str, arguments: tuple[object, ...]) -> None:
    async with hub.as_worker() as tx:
        await tx.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await tx.fetch(f"explain {asked}", *arguments)]
    assert not [line for line in plan if "Seq Scan on referral" in line]
    assert [line for line in plan if "referral_pkey" in line]


@pytest.mark.parametrize(
    ("asked", "arguments", "index"),
    [
        (cases._OF_CRIME, ("20E1X5508K24",), "crime_by_number"),
        (f"select case_id from case_file where state <> 'closed' and {looking.CHANGED}", (), "case_file_pkey"),
    ],
    ids=["a crime's number", "what changed since I looked"],
)
async def test_an_officer_finds_cases_by_an_index_although_rows_are_kept_from_them(
    hub: Hub, asked: str, arguments: tuple[object, ...], index: str
) -> None:
    async with hub.looks(a_viewer()) as tx:
        await tx.execute("set local enable_seqscan = off")
        await tx.execute("set local enable_bitmapscan = off")
        plan = [row[0] for row in await tx.fetch(f"explain {asked}", *arguments)]
    assert [line for line in plan if index in line]


async def test_the_channels_of_people_on_a_page_are_found_by_their_key_whatever_is_guessed(hub: Hub) -> None:
    async with hub.looks(a_viewer("idva.worker")) as tx:
        await tx.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await tx.fetch(f"explain {contact._OF_PEOPLE}", [ONE, ONE])]
    [at] = [number for number, line in enumerate(plan) if " on channel " in line]
    assert "channel_pkey" in plan[at] and "Index Cond: (person_id = " in plan[at + 1]


async def test_appointments_to_come_are_followed_in_their_order_by_an_index_alone(hub: Hub) -> None:
    async with hub.looks(a_viewer("idva.worker")) as tx:
        await tx.execute("set local enable_seqscan = off")
        await portal.by_index(tx)
        plan = [row[0] for row in await tx.fetch(f"explain {appointments._UPCOMING}", [ONE], 26, 0)]
    assert [line for line in plan if "Index Only Scan using appointment_booked" in line]
    assert not [line for line in plan if "Sort" in line]


async def test_whether_somebody_told_of_may_be_restricted_is_sought_from_the_restricted(hub: Hub) -> None:
    async with hub.as_worker() as tx:
        await tx.execute("set local enable_seqscan = off")
        await portal.by_index(tx)
        plan = [row[0] for row in await tx.fetch(f"explain {persons._OF_RESTRICTED}", [ONE], ["name"], [b"digest"])]
    [at] = [line for line in plan if " on person_index " in line]
    assert "person_index_person" in at


_ASKED = """
select distinct a.attname from pg_policy p join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
       join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
 where d.refobjid = 'leg'::regclass and p.polrelid in ('leg'::regclass, 'case_file'::regclass)
   and exists (select 1 from unnest(p.polroles) r where r::regrole::text like '%_portal')
"""
_HELD = "select attname from pg_attribute where attrelid = $1::text::regclass"


@pytest.mark.parametrize("index", ["leg_case", "leg_seen"])
async def test_an_index_holds_all_that_is_asked_of_a_leg_before_a_provider_sees_its_case(hub: Hub, index: str) -> None:
    async with hub.as_worker() as tx:
        asked = {row["attname"] for row in await tx.fetch(_ASKED)}
        held = {row["attname"] for row in await tx.fetch(_HELD, index)}
    assert {"case_id", "state", "provider_id", "restricted", "assigned_to", "lapsed_at"} <= asked <= held


_ENTRY = "insert into kit.audit (at, actor_role, action, subject_kind) values ($1, 'system', 'x', 'y') returning id"


async def test_how_long_the_audit_waits_is_told_by_its_first_entry_that_is_not_chained(hub: Hub) -> None:
    async with hub.as_worker() as tx:
        ids = [await tx.fetchval(_ENTRY, NOON + timedelta(hours=hour)) for hour in range(3)]
        assert (await standing(tx)).numbers["unchained_since"] == NOON
        await tx.execute("insert into kit.audit_chain (position, audit_id, hash) values (1, $1, '')", ids[0])
        assert (await standing(tx)).numbers["unchained_since"] == NOON + timedelta(hours=1)
        await tx.execute("insert into kit.audit_chain (position, audit_id, hash) select id, id, '' from kit.audit"
                         " where id > $1", ids[0])  # fmt: skip
        assert (await standing(tx)).numbers["unchained_since"] is None
