"""Transfer to another provider, and the hand-over of a whole contract: nothing ends before it can be undone."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.identity import contract_id, provider_id
from contracts.refused import Refused
from kit import clock
from services.referral.actions import (
    filing,
    gating,
    handing_over,
    providing,
    referring,
    ruling_out,
    settling,
    transferring,
)
from services.referral.actions.handing_over import DryRun
from services.referral.actions.transferring import RELET
from services.referral.store import cases
from services.referral.store.consent import Consent, No
from tests.builders import NOON, a_viewer
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import AsPersona, a_case
from tests.referral.portal import LATER, Sent
from tests.referral.test_actions import agrees
from tests.referral.test_life import RIVERBANK, WORKER, a_rape_sent

STILLWATER = contract_id("stillwater-isva")
OFFICER, LEADER = a_viewer(), a_viewer("leader")
GONE = LATER + timedelta(seconds=11)


async def supported(hub: Hub, sent: Sent) -> Sent:
    async with hub.looks(WORKER) as tx:
        await providing.accept(tx, WORKER, sent.referral, LATER)
        await providing.start(tx, WORKER, sent.referral, LATER)
    await hub.every(settling.settle, LATER)
    return sent


async def of_case(hub: Hub, case: UUID) -> list[tuple[str, UUID | None]]:
    rows = await hub.rows(
        "select state, contract_id from referral where case_id = $1 and line = 'isva' order by received_at, follows"
        " nulls first",
        case,
    )
    return [(row["state"], row["contract_id"]) for row in rows]


@pytest.mark.service
async def test_whom_somebody_may_be_who_rules_a_provider_out_is_said_beside_that_provider_before_a_transfer(
    hub: Hub, browse: AsPersona
) -> None:
    sent, known = await supported(hub, await a_rape_sent(hub)), await a_case(hub)
    pair = "least($1::uuid, person_id), greatest($1, person_id), '{name}', now() from case_file where case_id = $2"
    may_be = f"insert into same_person (person_id, other_id, matched, proposed_at) select {pair}"
    await hub.rows(f"{may_be} on conflict do nothing returning 1", sent.person, known)
    officer = await browse("officer")
    where = f"/cases/{sent.case}/referrals/{sent.referral}/transfer"
    page = await officer.get(where)
    assert "for them this provider is ruled out" not in page.text and page.link("Compare them from the case")
    theirs = "select person_id, $1, 'unsafe', case_id, now() from case_file where case_id = $2"
    ruled = f"insert into ruled_out (person_id, provider_id, why, case_id, since) {theirs} returning 1"
    await hub.rows(ruled, provider_id("riverbank"), known)
    page = await officer.get(where)
    assert "for them this provider is ruled out. It said that the person would not be safe with it" in page.text


@pytest.mark.service
async def test_a_transfer_closes_the_old_referral_as_it_was_and_another_follows_it(hub: Hub) -> None:
    sent = await supported(hub, await a_rape_sent(hub))
    before = await hub.rows("select accepted_at, started_at, attempts from referral where case_id = $1", sent.case)
    with pytest.raises(Refused, match="needs_the_persons_agreement"):
        async with hub.looks(OFFICER) as tx:
            about = (uuid4(), sent.referral, RIVERBANK, "another_provider")
            await transferring.transfer(tx, OFFICER, *about, BOOKS, LATER)
    await agrees(hub, sent.case, RIVERBANK)
    async with hub.looks(OFFICER) as tx:
        await transferring.transfer(tx, OFFICER, uuid4(), sent.referral, RIVERBANK, "another_provider", BOOKS, LATER)
    assert await hub.every(transferring.carry_out, LATER + timedelta(seconds=9)) == 0
    assert await hub.every(transferring.carry_out, GONE) == 1
    new = await hub.value("select leg_id from leg where case_id = $1 and state = 'leaving'", sent.case)
    with pytest.raises(Refused, match="too_late"):  # or nobody would have them: the old provider has lost them
        async with hub.looks(OFFICER) as tx:
            await referring.undo(tx, OFFICER, new, GONE)
    await hub.every(referring.release, GONE)
    assert await of_case(hub, sent.case) == [("withdrawn", STILLWATER), ("sent", RIVERBANK)]
    old = await hub.rows("select accepted_at, started_at, attempts from referral where referral_id = $1", sent.referral)
    assert old == before[:1]
    follows = await hub.value("select follows from referral where contract_id = $1", RIVERBANK)
    assert follows == sent.referral
    told = await hub.told(sent.case)
    assert told[-4:] == ["referral.withdrawn", "referral.received", "referral.triaged", "referral.sent"]


@pytest.mark.service
async def test_a_transfer_undone_or_overtaken_changes_nothing(hub: Hub, browse: AsPersona) -> None:
    sent = await supported(hub, await a_rape_sent(hub))
    officer = await browse("officer")
    page = await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/transfer")
    assert "With Independent sexual violence advisers, Stillwater" in page.text
    await officer.submit("Transfer", 422)
    page = await officer.submit("Transfer", 422, contract=str(RIVERBANK), reason_code="another_provider", agreed="no")
    assert page.errors == ["The person has to agree to this provider first: record their agreement"]
    page = await officer.submit("Transfer", contract=str(RIVERBANK), reason_code="another_provider", agreed="yes")
    assert "Goes to" in page.text
    page = await officer.submit("Undo the transfer")
    assert "Undone. Nothing was transferred." in page.text
    assert await hub.every(transferring.carry_out, clock.now() + timedelta(minutes=1)) == 0
    assert await of_case(hub, sent.case) == [("in_support", STILLWATER)]
    await officer.get(f"/cases/{sent.case}/referrals/{sent.referral}/transfer")
    again = {"contract": str(RIVERBANK), "reason_code": "another_provider", "agreed": "yes"}
    await officer.submit("Transfer", **again)
    await officer.post(
        f"/cases/{sent.case}/referrals/{sent.referral}/transfer", {**again, "step_id": str(uuid4())}, 409
    )
    async with hub.looks(WORKER) as tx:
        await providing.complete(tx, WORKER, sent.referral, LATER)
    assert await hub.every(transferring.carry_out, clock.now() + timedelta(minutes=1)) == 1
    assert await of_case(hub, sent.case) == [("completed", STILLWATER)]
    assert await hub.value("select refused from transfer where done_at is not null") == "not_from_here"


@pytest.mark.service
async def test_whoever_transfers_is_told_in_red_what_speaks_against_who_could_take_over(
    hub: Hub, browse: AsPersona
) -> None:
    known, sent = await supported(hub, await a_rape_sent(hub)), await supported(hub, await a_rape_sent(hub))
    riverbank = BOOKS.directory.by_id[RIVERBANK].provider.provider_id
    officer, where = await browse("officer"), f"/cases/{sent.case}/referrals/{sent.referral}/transfer"
    maybe, other = "for them this provider is ruled out. It works with the other party", "Counter-allegation: this"
    await hub.worker.pool.execute("update same_person set same = false")
    page = await officer.get(where)
    assert "may be somebody" not in page.text and other not in page.text and "Riverbank" in page.text
    async with hub.looks(OFFICER) as tx:
        case = await cases.get(tx, known.case)
        assert case is not None
        await ruling_out.rule_out(tx, OFFICER, case, riverbank, BOOKS, LATER, "conflict")
    proposed = (
        "insert into same_person (person_id, other_id, matched, proposed_at) values (least($1::uuid, $2::uuid),"
        " greatest($1::uuid, $2::uuid), '{}', now()) on conflict (person_id, other_id) do update set same = null"
    )
    await hub.worker.pool.execute(proposed, known.person, sent.person)
    page = await officer.get(where)
    assert maybe in page.text and "nobody has said yet whether it is" in page.text
    await hub.worker.pool.execute("update same_person set same = false")
    await hub.worker.pool.execute("update leg set provider_id = $1 where case_id = $2", riverbank, known.case)
    await hub.worker.pool.execute(
        "insert into suspect (crime_id, force, suspect_ref) select c.crime_id, p.force, p.police_ref"
        " from case_file c, person p where c.case_id = $1 and p.person_id = $2",
        *(sent.case, known.person),
    )
    page = await officer.get(where)
    assert other in page.text and maybe not in page.text and "Riverbank" in page.text


async def a_dry_run(hub: Hub, old: str, new: str) -> DryRun:
    async with hub.looks(LEADER) as tx:
        return await handing_over.dry_run(tx, contract_id(old), contract_id(new), BOOKS, NOON)


@pytest.mark.service
async def test_a_hand_over_moves_who_may_go_and_asks_who_agreed_to_the_old_provider_by_name(hub: Hub) -> None:
    asked = await supported(hub, await a_rape_sent(hub))
    willing = await supported(hub, await a_rape_sent(hub))
    await agrees(hub, willing.case, RIVERBANK)
    run = await a_dry_run(hub, "stillwater-isva", "riverbank-isva")
    assert [one.standing.case_id for one in run.going] == [willing.case]
    assert [(one.standing.case_id, one.why) for one in run.asking] == [(asked.case, "named_contract")]
    handover = uuid4()
    async with hub.looks(OFFICER) as tx:
        with pytest.raises(Refused, match="not_everybody_is_seen"):
            await handing_over.hand_over(tx, OFFICER, handover, run, run.digest, BOOKS, NOON)
    async with hub.looks(LEADER) as tx:
        with pytest.raises(Refused, match="list_has_changed"):
            await handing_over.hand_over(tx, LEADER, handover, run, "of another list", BOOKS, NOON)
        for _ in range(2):
            made = await handing_over.hand_over(tx, LEADER, handover, run, run.digest, BOOKS, NOON)
    assert (made.to_go, made.to_ask) == (1, 1)
    assert await hub.every(transferring.carry_out, NOON + timedelta(minutes=29)) == 0
    assert await hub.every(transferring.carry_out, NOON + timedelta(minutes=31)) == 2
    await hub.every(referring.release, NOON + timedelta(minutes=32))
    assert await of_case(hub, willing.case) == [("withdrawn", STILLWATER), ("sent", RIVERBANK)]
    assert await of_case(hub, asked.case) == [("in_support", STILLWATER)]
    assert await hub.value("select kind from task where case_id = $1 and done_at is null", asked.case) == (
        "ask_agreement_again"
    )
    [proposed] = await hub.rows("select contract_id, because from proposed_leg where case_id = $1", asked.case)
    assert tuple(proposed.values()) == (RIVERBANK, "relet")
    assert await hub.value("select done_at is not null from handover")
    seen = await hub.value("select count(*) from kit.audit where action = 'handover.decided' and subject_kind = 'case'")
    assert seen == 2


def test_who_has_to_be_asked_before_a_hand_over_is_told_why() -> None:
    old = BOOKS.directory.by_id[STILLWATER]
    held = Consent(uuid4(), uuid4(), uuid4(), "support", "self", NOON, line=old.line)
    by_name = replace(held, provider_id=old.provider.provider_id)
    no = No(held.case_id, None, NOON)
    for agreed, noes, why in (
        ([], [], "never_asked"),
        ([replace(held, gate="override")], [], "never_asked"),
        ([replace(by_name, withdrawn_at=NOON)], [], "never_asked"),
        ([replace(by_name, line="general")], [], "never_asked"),
        ([by_name], [no], "said_no"),
        ([by_name], [], "named_provider"),
        ([replace(held, contract_id=STILLWATER)], [], "named_contract"),
        ([replace(held, provider_id=uuid4())], [], "named_another"),
    ):
        assert handing_over.why_asked(agreed, noes, old, NOON) == why


def test_a_contract_let_to_the_same_provider_again_needs_no_new_agreement() -> None:
    old, again = (contract_id(slug) for slug in ("two-sides-rj", "two-sides-rj-2029"))
    by = BOOKS.directory.by_id[old]
    provider = by.provider.provider_id
    held = Consent(
        uuid4(), uuid4(), uuid4(), "support", "self", NOON, line=by.line, provider_id=provider, contract_id=old
    )
    assert gating.agreed_to(held, BOOKS.directory.by_id[again])
    assert not gating.agreed_to(replace(held, line="general"), BOOKS.directory.by_id[again])
    assert not gating.agreed_to(held, BOOKS.directory.by_id[RIVERBANK])


@pytest.mark.service
async def test_the_leader_sees_the_list_hands_over_and_takes_it_back(hub: Hub, browse: AsPersona) -> None:
    sent = await supported(hub, await a_rape_sent(hub))
    officer, leader = await browse("officer"), await browse("leader")
    await officer.get("/referrals/handover", 403)
    page = await leader.get("/referrals/handover")
    page = await leader.submit("Show who would go over", 422)
    assert page.errors == ["Choose the contract that ends", "Choose the contract that takes over"]
    page = await leader.submit(
        "Show who would go over", 422, from_contract=str(STILLWATER), to_contract=str(STILLWATER)
    )
    assert page.errors == ["Choose a contract of the same service, and another one than the one that ends"]
    page = await leader.submit("Show who would go over", from_contract=str(STILLWATER), to_contract=str(RIVERBANK))
    assert "Asked first: the agreement is to Independent sexual violence advisers alone" in page.text
    page = await leader.submit("Hand over")
    assert page.heading == "Hand-over of a contract" and "Is asked first" in page.text
    page = await leader.submit("Undo the hand-over")
    assert "Undone. Nobody was handed over." in page.text
    assert await hub.every(transferring.carry_out, clock.now() + timedelta(hours=1)) == 0
    assert await of_case(hub, sent.case) == [("in_support", STILLWATER)]


@pytest.mark.service
async def test_whom_the_new_service_does_not_take_at_the_moment_of_going_stays_and_is_a_task_with_the_reason(
    hub: Hub, browse: AsPersona
) -> None:
    sent, riverbank = await supported(hub, await a_rape_sent(hub)), BOOKS.directory.by_id[RIVERBANK]
    await agrees(hub, sent.case, RIVERBANK)
    async with hub.looks(OFFICER) as tx:
        await transferring.transfer(tx, OFFICER, uuid4(), sent.referral, RIVERBANK, "another_provider", BOOKS, LATER)
    async with hub.looks(OFFICER) as tx:
        case = await cases.get(tx, sent.case)
        assert case is not None
        await ruling_out.rule_out(tx, OFFICER, case, riverbank.provider.provider_id, BOOKS, LATER)
    assert await hub.every(transferring.carry_out, GONE) == 1
    assert await of_case(hub, sent.case) == [("in_support", STILLWATER)]
    [task] = await hub.rows("select kind, due_at from task where kind like 'transfer%' and done_at is null")
    assert task == {"kind": "transfer_not_taken", "due_at": filing.end_of_day(GONE)}
    officer = await browse("officer")
    page = await officer.get(f"/cases/{sent.case}/referrals")
    assert "does not take this person, because of: the person asked not to be sent there." in page.text


@pytest.mark.service
async def test_that_the_contract_was_let_again_is_a_reason_only_where_it_ends_or_was_handed_over(
    hub: Hub, browse: AsPersona
) -> None:
    sent, officer = await supported(hub, await a_rape_sent(hub)), await browse("officer")
    await agrees(hub, sent.case, RIVERBANK)
    page_of, relet = f"/cases/{sent.case}/referrals/{sent.referral}/transfer", "The contract was let again"
    assert relet not in (await officer.get(page_of)).text
    async with hub.looks(OFFICER) as tx:
        with pytest.raises(Refused, match="goes_on"):
            await transferring.transfer(tx, OFFICER, uuid4(), sent.referral, RIVERBANK, RELET, BOOKS, LATER)
    await hub.worker.pool.execute(
        "insert into handover (handover_id, from_contract, to_contract, to_go, to_ask, by_id, by_role, at, goes_at)"
        " values ($1, $2, $3, 0, 0, $1, 'leader', $4, $4)",
        *(uuid4(), STILLWATER, RIVERBANK, LATER),
    )
    assert relet in (await officer.get(page_of)).text
    async with hub.looks(OFFICER) as tx:
        await transferring.transfer(tx, OFFICER, uuid4(), sent.referral, RIVERBANK, RELET, BOOKS, LATER)
