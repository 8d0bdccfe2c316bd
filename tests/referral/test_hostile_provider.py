"""A hostile provider: no page, form, id or query of the portal's own login gives or changes what is another's."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.identity import contract_id
from kit.access import Viewer
from kit.database import Tx
from services.referral import provider_portal
from services.referral.actions import contacting, providing, supporting
from services.referral.domain.support import Answer
from services.referral.store.appointments import Appointment
from services.referral.store.portal import LISTS
from services.referral.store.support import Assessment, EndReport
from tests.builders import NOON, RAPE, a_crime, a_domestic_crime, a_victim, a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.portal import LATER, Sent, a_need, a_referral_sent, portal_of

pytestmark = pytest.mark.service

DUDLEY = "E08000027"
OF_SUPPORT = ("assessment", "need_score", "appointment", "outcome", "end_report")
TABLES = """
select format('%I.%I', n.nspname, c.relname) as name,
       array_agg(quote_ident(a.attname) order by a.attnum)
         filter (where has_column_privilege(c.oid, a.attnum, 'select')) as readable
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
   and has_schema_privilege(n.oid, 'usage')
 group by 1 order by 1
"""


async def three_providers(hub: Hub) -> tuple[Sent, Sent, Sent]:
    """Referrals of three people with three providers: Harbour Lane, Lantern House and Stillwater."""
    dudley = a_victim(home_local_authority=DUDLEY, relationship_to_suspect="partner", risk={"grade": "high"})
    first = await a_referral_sent(hub)
    second = await a_referral_sent(hub, "lantern-house-idva", a_domestic_crime(dudley, local_authority=DUDLEY))
    isva = next(c.slug for c in BOOKS.directory.at("isva", "E08000025") if c.provider.slug == "stillwater")
    third = await a_referral_sent(hub, isva, a_crime(a_victim(), offence_code=RAPE))
    for sent, worker in ((first, a_viewer("idva.worker")), (third, a_viewer("isva.worker"))):
        async with hub.looks(worker) as tx:
            await providing.accept(tx, worker, sent.referral, LATER)
            await contacting.record_attempt(
                tx, worker, uuid4(), sent.case, "mobile", "no_answer", NOON, referral_id=sent.referral
            )
        await support_of(hub, sent, worker)
    return first, second, third


async def support_of(hub: Hub, sent: Sent, worker: Viewer) -> None:
    """Rows in each table of what a provider records of its support."""
    who, ids = worker.user_id, (sent.leg, sent.case, provider_of(worker))
    async with hub.looks(worker) as tx:
        made = Assessment(uuid4(), *ids, "start", "high", "plan", (), "yes", LATER, who)
        await supporting.assess(tx, worker, made, [Answer("money", 2)])
        later = LATER + timedelta(days=400)
        held = Appointment(uuid4(), *ids, later, "at_service", "booked", LATER, who)
        await supporting.book(tx, worker, held, BOOKS.support, LATER)
        report = EndReport(*ids, "completed", "goals_met", "come_back", None, LATER, who)
        await supporting.keep_end(tx, worker, report, {"VFS1": "better"})


def provider_of(viewer: Viewer) -> UUID:
    assert viewer.organisation_id is not None
    return viewer.organisation_id


async def everything(hub: Hub) -> dict[str, str]:
    """A digest of every table of the service."""
    names = [row["tablename"] for row in await hub.rows("select tablename from pg_tables where schemaname = 'public'")]
    digest = "select md5(string_agg(t::text, chr(10) order by t::text)) from {} t"
    return {name: str(await hub.value(digest.format(name))) for name in names}


def addresses(hub: Hub, foreign: UUID, contract: UUID) -> Iterator[tuple[str, str]]:
    """Every address of the portal that takes an id, with a foreign one in it."""
    verbs = sorted({row.verb for row in BOOKS.transitions.rows})
    for page in [page for page in provider_portal.pages(hub.context) if page.database == "portal" and not page.public]:
        for verb in verbs if "{verb}" in page.path else [""]:
            ids = {"referral_id": foreign, "contract_id": contract, "appointment_id": foreign, "return_id": foreign}
            ids |= {"draft_id": foreign}
            named = {"stage": "start", "measure": "answer", "result": "met", "period": "2026-Q3"}
            path = page.path.format(verb=verb, token="none", **named, **ids)
            if path != page.path and not {"{period}", "{token}"} & set(page.path.split("/")):
                yield page.methods[0], path


def day(written: str) -> dict[str, str]:
    parts = written.split("-")
    return dict(zip(("day-year", "day-month", "day-day"), parts, strict=True))


async def test_every_page_and_form_with_foreign_ids_is_not_found_and_changes_nothing(
    hub: Hub, databases: Databases
) -> None:
    first, second, third = await three_providers(hub)
    fields = {"channel": "mobile", "outcome": "someone_else_answered", "attempt_id": str(uuid4()), "worker": "me"}
    fields |= {"reason_code": "capacity", "feedback_wanted": "no", "state": "closed"}
    fields |= {"assessment_id": str(uuid4()), "agreed": "yes", "risk": "high", "safety_act": "plan", **a_need()}
    fields |= {"appointment_id": str(uuid4()), "time": "2:30pm", "way": "at_service", **day("2099-09-01")}
    theirs = contract_id("lantern-house-idva")
    before = await everything(hub)
    asked = 0
    async with portal_of(hub, databases) as browse:
        manager = await browse("provider.manager")
        await manager.get("/portal/capacity")
        for foreign in (second.referral, third.referral, first.leg):
            for method, path in addresses(hub, foreign, theirs):
                seen = await (manager.get(path, 404) if method == "GET" else manager.post(path, fields, 404))
                assert "Testperson" not in seen.html
                asked += 1
    assert asked > 3 * 30
    after = await everything(hub)
    assert {name for name in before if before[name] != after[name]} == set()


async def test_no_list_shows_what_is_anothers(hub: Hub, databases: Databases) -> None:
    first, second, third = await three_providers(hub)
    rows = await hub.rows("select case_id, reference from case_file")
    reference = {row["case_id"]: row["reference"] for row in rows}
    async with portal_of(hub, databases) as browse:
        manager, isva = await browse("provider.manager"), await browse("isva.worker")
        for slug in LISTS:
            for mine, browser in ((first, manager), (third, isva)):
                page = await browser.get(f"/portal?list={slug}")
                foreign = [reference[sent.case] for sent in (first, second, third) if sent is not mine]
                assert not any(one in page.html for one in foreign)
                assert len(page.rows) == (2 if slug in ("open", "unassigned") else 0)
        theirs = contract_id("lantern-house-idva")
        assert (await manager.get(f"/portal?list=open&contract={theirs}")).rows == []


async def found_by(tx: Tx, sought: set[str]) -> dict[str, set[str]]:
    """Which of some texts the tables give, by table; and `rows` where a table gives any row at all."""
    found = {}
    for table in await tx.fetch(TABLES):
        if table["readable"]:
            rows = await tx.fetch(f"select {', '.join(table['readable'])} from {table['name']}")
            text = "\n".join(str(list(row.values())) for row in rows)
            found[table["name"]] = {one for one in sought if one in text} | ({"rows"} if rows else set())
    return found


async def test_the_portals_login_reads_no_foreign_row_of_any_table(hub: Hub) -> None:
    first, second, third = await three_providers(hub)
    foreign, own, own_leg = set(), {str(third.referral), str(third.leg)}, str(third.leg)
    for sent in (first, second):
        row = await hub.rows("select reference from case_file where case_id = $1", sent.case)
        foreign |= {str(sent.case), str(sent.person), str(sent.referral), str(sent.leg), row[0]["reference"]}
    async with hub.portal.begin(a_viewer("isva.worker")) as tx:
        found = await found_by(tx, foreign | own)
        assert {name: texts & foreign for name, texts in found.items() if texts & foreign} == {}
        assert own <= found["public.referral"] and "rows" in found["public.case_event"]
        assert len(found) >= 13
        for name in OF_SUPPORT:
            assert own_leg in found[f"public.{name}"], name
    for viewer in (None, a_viewer("isva.worker", organisation_id=None), a_viewer("rtc.worker")):
        async with hub.portal.begin(viewer) as tx:
            found = await found_by(tx, foreign | own)
            assert {name for name, texts in found.items() if texts} == set()


async def test_the_portals_login_changes_no_foreign_row(hub: Hub) -> None:
    first, _, _ = await three_providers(hub)
    before = await everything(hub)
    viewer = a_viewer("isva.worker")
    statements: tuple[tuple[object, ...], ...] = (
        ("update leg set assigned_to = $1 where case_id = $2", viewer.user_id, first.case),
        ("update referral set state = 'withdrawn' where case_id = $1", first.case),
        ("update channel set safety = 'safe' where person_id = $1", first.person),
        ("update contract_state set state = 'closed'",),
        ("update appointment set state = 'cancelled' where case_id = $1", first.case),
    )
    async with hub.portal.begin(viewer) as tx:
        for sql, *values in statements:
            assert await tx.execute(str(sql), *values) == "UPDATE 0"
    inserts: tuple[tuple[object, ...], ...] = (
        ("insert into case_event (case_id, happened_at, type, actor_role, data, ours)"
         " values ($1, now(), 'x', 'x', '{}', true)", first.case),
        ("insert into contact_attempt (attempt_id, case_id, provider_id, channel, outcome, reached, for_support, at,"
         " by_id, by_role) values ($1, $2, $3, 'mobile', 'spoke', true, true, now(), $1, 'x')",
         uuid4(), first.case, a_viewer("isva.worker").organisation_id),
        ("insert into channel (person_id, kind, safety, set_by_role) values ($1, 'email', 'safe', 'x')", first.person),
        ("insert into contract_state (contract_id, provider_id, state, changed_at) values ($1, $1, 'closed', now())",
         uuid4()),
        ("delete from leg where case_id = $1", first.case),
        ("insert into outcome (outcome_id, leg_id, case_id, provider_id, code, change, at, by_id)"
         " values ($1, $2, $3, $4, 'VFS1', 'better', now(), $1)",
         uuid4(), first.leg, first.case, viewer.organisation_id),
        ("insert into end_report (leg_id, case_id, provider_id, how, reason, next_step, at, by_id)"
         " values ($1, $2, $3, 'completed', 'x', 'x', now(), $2)", first.leg, first.case, viewer.organisation_id),
    )  # fmt: skip
    for sql, *values in inserts:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with hub.portal.begin(viewer) as tx:
                await tx.execute(str(sql), *values)
    assert await everything(hub) == before
