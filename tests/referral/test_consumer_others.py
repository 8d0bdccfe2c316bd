"""What the hub hears beside crimes: steps of justice, clocks of the Code, and requests to contact a person."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.code_compliance import EntitlementDue, EntitlementMet
from contracts.contact import ContactRequested
from contracts.identity import case_id
from contracts.justice import MilestoneReached
from services.referral.actions import contacting
from services.referral.consumer import LISTENS
from services.referral.reconcile import checks
from services.referral.store import cases, portal
from services.referral.store.portal_due import limits_of
from tests.builders import NOON, Record, a_crime, a_detail, a_victim, a_viewer, an_event, recorded, snapshot, updated
from tests.referral.conftest import Hub

pytestmark = pytest.mark.service


def a_milestone(crime: dict[str, Any], trigger: str = "suspect_released_on_police_bail", **changes: Any) -> Record:
    data = {"milestone_id": "m1", "crime_id": crime["crime_id"], "trigger": trigger, "happened_at": NOON.isoformat()}
    return an_event(MilestoneReached, data | changes)


def the_case(crime: dict[str, Any], number: int = 0) -> UUID:
    return case_id(crime["crime_id"], crime["victims"][number]["victim_ref"])


async def test_bail_marks_the_risk_for_review_and_alerts_the_provider_but_never_the_person(hub: Hub) -> None:
    crime = a_crime(a_victim(), offence_code="105B", hate_strands=["race"])
    await hub.hears(recorded(crime))
    await hub.hears([a_milestone(crime)])
    assert await hub.value("select review_since from case_file") == NOON
    async with hub.looks(a_viewer("hate.worker")) as tx:
        page = await portal.offered(tx, "open", limits_of((), NOON.date()))
        assert page is not None
        assert page.rows[0].alerts == 1
    assert await hub.value("select count(*) from mail") == 0


async def test_a_milestone_that_comes_before_its_crime_waits_for_it(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears([a_milestone(crime)])
    assert await hub.value("select count(*) from kit.waiting") == 1
    await hub.hears(recorded(crime))
    assert await hub.value("select count(*) from kit.waiting") == 0
    async with hub.looks(a_viewer()) as tx:
        [alert] = await cases.alerts(tx, the_case(crime))
    assert alert.trigger == "suspect_released_on_police_bail"


async def test_a_milestone_of_one_victim_does_not_alert_the_other(hub: Hub) -> None:
    crime = a_crime(a_victim("V-1"), a_victim("V-2"))
    await hub.hears(recorded(crime))
    await hub.hears([a_milestone(crime, victim_ref="V-2")])
    rows = await hub.rows("select victim_ref from case_file where review_since is not null")
    assert [row["victim_ref"] for row in rows] == ["V-2"]


async def test_the_same_milestone_sent_again_alerts_once(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears(recorded(crime))
    await hub.hears([a_milestone(crime)])
    await hub.hears([a_milestone(crime, received_by_wcu_at=NOON.isoformat())])
    assert await hub.value("select count(*) from alert") == 1


@pytest.mark.parametrize(
    "trigger",
    [
        "escape_notified",
        "open_conditions_stage",
        "parole_decision",
        "arrest_warrant_issued",
        "rearrest_hearing_outcome",
    ],
)
async def test_each_step_after_which_the_offender_may_be_out_alerts_and_has_the_risk_looked_at(
    hub: Hub, trigger: str
) -> None:
    crime = a_crime()
    await hub.hears(recorded(crime))
    await hub.hears([a_milestone(crime, trigger)])
    assert await hub.value("select review_since from case_file") is not None
    assert await hub.value("select trigger from alert") == trigger


REQUIRED = "victim_required_to_give_evidence"


@pytest.mark.parametrize(
    ("trigger", "named", "needed", "who"),
    [
        (REQUIRED, None, None, {"V-1", "V-2"}),
        (REQUIRED, "V-2", None, {"V-2"}),
        ("hearing_listed", "V-1", True, {"V-1"}),
        ("witness_requirement_notified_by_cps", "V-1", False, set()),
        ("hearing_listed", None, True, set()),
        ("suspect_charged", "V-1", None, set()),
    ],
)
async def test_who_must_give_evidence_has_the_witness_line_beside_what_they_had_and_a_human_sends_it(
    hub: Hub, trigger: str, named: str | None, needed: bool | None, who: set[str]
) -> None:
    crime = a_crime(a_victim("V-1"), a_victim("V-2"))
    await hub.hears(recorded(crime))
    before = await hub.rows("select * from leg order by leg_id")
    told = a_milestone(crime, trigger, victim_ref=named, details={"witness_required": needed})
    runs = [await decided_again(hub, [told]), await decided_again(hub, [told])]
    assert runs[0] == runs[1], "said twice, it is decided once"
    assert {ref for ref, (lines, _) in runs[0].items() if lines == ["general", "witness"]} == who
    assert {state for ref, (_, state) in runs[0].items() if ref in who} == ({"waiting"} if who else set())
    assert await hub.rows("select * from leg order by leg_id") == before and len(before) == 2
    waits = await hub.rows("select line, state from referral where line = 'witness'")
    assert waits == [{"line": "witness", "state": "received"}] * len(who)
    assert await hub.value("select count(*) from task") == 0


async def decided_again(hub: Hub, events: list[Record]) -> dict[str, tuple[list[str], str]]:
    """The lines and the state of each case once these events were heard."""
    await hub.hears(events)
    rows = await hub.rows("select victim_ref, lines, state from case_file")
    return {row["victim_ref"]: (row["lines"], row["state"]) for row in rows}


async def test_who_must_give_evidence_keeps_the_line_when_the_police_tell_anew_and_when_the_crime_comes_late(
    hub: Hub,
) -> None:
    crime = a_crime(a_victim("V-1"))
    await hub.hears([a_milestone(crime, REQUIRED)])
    await hub.hears(recorded(crime))
    assert (await decided_again(hub, []))["V-1"][0] == ["general", "witness"]
    await hub.hears([snapshot(updated(crime, flags=["online"]), NOON + timedelta(hours=1))])
    kept = "select (facts -> 'case' ->> 'must_give_evidence')::bool from routing order by run desc limit 1"
    assert await hub.value(kept) is True


async def test_an_ordinary_step_of_justice_is_told_and_alerts_nobody(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears(recorded(crime))
    await hub.hears([a_milestone(crime, "suspect_charged")])
    assert await hub.value("select review_since from case_file") is None
    assert await hub.value("select count(*) from case_event where type = 'justice.milestone.reached.v1'") == 1


def due(case: UUID, entitlement: str, days: int) -> Record:
    fact = EntitlementDue(
        case_id=case,
        entitlement=entitlement,
        trigger="crime_reported",
        started_at=NOON,
        due_at=NOON + timedelta(days=days),
        happened_at=NOON,
        actor_role="system",
    )
    return an_event(EntitlementDue, fact)


def met(case: UUID, entitlement: str) -> Record:
    fact = EntitlementMet(
        case_id=case,
        entitlement=entitlement,
        met_at=NOON,
        in_time=True,
        source="hub",
        happened_at=NOON,
        actor_role="system",
    )
    return an_event(EntitlementMet, fact)


async def test_the_queue_follows_the_next_running_clock(hub: Hub) -> None:
    crime = a_crime()
    case = the_case(crime)
    await hub.hears(recorded(crime))
    await hub.hears([due(case, "R4.refer_support", 2), due(case, "R6.update", 5)])
    assert await hub.value("select next_entitlement from case_file") == "R4.refer_support"
    await hub.hears([met(case, "R4.refer_support")])
    [row] = await hub.rows("select next_entitlement, next_due, act_by from case_file")
    assert row["next_entitlement"] == "R6.update"
    assert row["act_by"] == row["next_due"] == NOON + timedelta(days=5)
    await hub.hears([met(case, "R6.update")])
    assert await hub.value("select act_by from case_file") is None


async def test_a_clock_that_starts_and_ends_in_one_batch_has_ended_and_one_that_starts_anew_runs(hub: Hub) -> None:
    crime = a_crime()
    case = the_case(crime)
    await hub.hears(recorded(crime))
    await hub.hears([due(case, "R4.refer_support", 2), met(case, "R4.refer_support"), due(case, "R6.update", 5)])
    assert await hub.rows("select entitlement from case_clock") == [{"entitlement": "R6.update"}]
    await hub.hears([met(case, "R6.update"), due(case, "R6.update", 7)])
    [row] = await hub.rows("select next_entitlement, next_due from case_file")
    assert (row["next_entitlement"], row["next_due"]) == ("R6.update", NOON + timedelta(days=7))


async def test_a_clock_that_is_known_before_its_case_is_taken_over_when_the_case_opens(hub: Hub) -> None:
    crime = a_crime()
    await hub.hears([due(the_case(crime), "R4.refer_support", 2)])
    await hub.hears(recorded(crime))
    assert await hub.value("select next_entitlement from case_file") == "R4.refer_support"


def a_request(case: UUID, **changes: Any) -> Record:
    fact = ContactRequested(
        case_id=case,
        request_id=uuid4(),
        purpose="feedback",
        template="feedback.invitation",
        not_after=NOON + timedelta(days=7),
        path="feedback",
        happened_at=NOON,
        actor_role="system",
    )
    return an_event(ContactRequested, fact.model_copy(update=changes))


async def reachable(hub: Hub, *kinds: str) -> UUID:
    """A case whose person can be reached safely by these channels."""
    crime = a_crime(a_victim("V-mail", channels_safe=list(kinds)))
    crime["victims"][0]["sealed"] = hub.sealed(a_detail(), crime["crime_id"], "V-mail")
    await hub.hears(recorded(crime))
    return the_case(crime)


async def test_a_request_is_answered_by_mail_on_a_safe_channel_and_the_token_is_told_nowhere(hub: Hub) -> None:
    case = await reachable(hub, "email")
    await hub.hears([a_request(case)])
    [mail] = await hub.rows("select channel, token, token_sha256 from mail")
    assert mail["channel"] == "email"
    told = await hub.value("select data from kit.outbox where type = 'contact.sent.v1'")
    assert mail["token_sha256"] in told
    assert mail["token"].hex() not in told


async def test_nothing_leaves_where_no_channel_is_safe_for_mail(hub: Hub) -> None:
    case = await reachable(hub, "mobile")
    await hub.hears([a_request(case)])
    assert await hub.value("select count(*) from mail") == 0
    assert "no_safe_channel" in await hub.value("select data from kit.outbox where type = 'contact.withheld.v1'")


async def test_a_channel_locked_a_moment_ago_stops_the_mail(hub: Hub) -> None:
    case = await reachable(hub, "email")
    async with hub.looks(a_viewer()) as tx:
        await contacting.lock_channel(tx, a_viewer(), case, "email", "said_unsafe", NOON)
    await hub.hears([a_request(case)])
    assert await hub.value("select count(*) from mail") == 0


async def test_a_request_past_its_day_is_withheld(hub: Hub) -> None:
    case = await reachable(hub, "email")
    await hub.hears([a_request(case, not_after=NOON - timedelta(days=1))])
    assert "too_late" in await hub.value("select data from kit.outbox where type = 'contact.withheld.v1'")


async def test_a_request_about_an_unknown_case_waits_until_it_opens(hub: Hub) -> None:
    crime = a_crime(a_victim("V-mail", channels_safe=["email"]))
    await hub.hears([a_request(the_case(crime))])
    assert await hub.value("select count(*) from kit.waiting") == 1
    await hub.hears(recorded(crime))
    assert await hub.value("select count(*) from mail") == 1


async def test_every_golden_example_of_what_is_listened_to_is_applied(hub: Hub, repository: Path) -> None:
    records = []
    for path in sorted((repository / "contracts" / "examples").glob("*.json")):
        example = json.loads(path.read_text())
        if example["headers"]["ce_type"] not in {model.TYPE for model in LISTENS}:
            continue
        headers = [(name, text.encode()) for name, text in example["headers"].items()]
        topic = an_event(example["headers"]["ce_type"], example["data"]).topic
        value = json.dumps(example["data"]).encode()
        records.append(Record(topic, 0, 0, example["key"].encode(), value, headers))
    assert len(records) >= len(LISTENS)
    for record in records:
        await hub.hears([record])
    assert await hub.rows("select type, reason, detail from kit.parked") == []


async def test_the_crimes_of_the_examples_read_in_one_batch_add_up(hub: Hub, repository: Path) -> None:
    examples = [json.loads(path.read_text()) for path in (repository / "contracts" / "examples").glob("police.*.json")]
    await hub.hears([an_event(example["headers"]["ce_type"], example["data"]) for example in examples])
    assert await hub.value("select count(*) from case_file") > 0
    async with hub.as_worker() as tx:
        assert [check for check in await checks(tx) if not check.ok] == []
