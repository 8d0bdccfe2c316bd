"""The transition table walked by every role from every state, and what each step writes and announces."""

import copy
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from contracts.reference import ROLES
from contracts.referral import ReferralReceived
from contracts.refused import Refused
from contracts.vocabulary import REFERRAL_STATES
from services.referral.books import FOLDER
from services.referral.domain.referral import ReferralState, leg_id, referral_id
from services.referral.domain.transitions import SYSTEM, BadTable, TransitionTable, read_table, receive
from services.referral.state_table import PAGE, render
from tests.referral.crimes import NOW, books, of

TABLE = books().transitions
VERBS = sorted({row.verb for row in TABLE.rows})
HUB, WORKER = "officer", "idva.worker"
LATER = NOW + timedelta(hours=5)


def a_referral(state: str = "received", **changed: Any) -> ReferralState:
    plain = ReferralState(of(1), of(2), "idva", state, "police", False, NOW, NOW, attempts=3)
    return replace(plain, **changed)


def answers(verb: str, state: str, role: str) -> dict[str, Any]:
    """Everything that a step could ask for."""
    found: dict[str, Any] = {"leg_id": of(3), "provider_id": of(4), "contract_id": of(5), "leg_number": 1}
    found |= {"gate": "agreement", "outcome": "spoke", "silent": True}
    found |= {"until": NOW.date() + timedelta(days=7), "check_in_on": NOW.date() + timedelta(days=7)}
    for row in TABLE.rows:
        if row.verb == verb and row.reasons and state in row.from_ and row.may(role):
            found["reason_code"] = row.reasons.reasons[0].code
    return found


def step(referral: ReferralState, verb: str, role: str, **answer: Any) -> tuple[ReferralState, list[Any]]:
    return TABLE.apply(referral, verb, role, LATER, **answer)


def expected(verb: str, state: str, role: str) -> str:
    """What the data says: the state afterwards, or the code of the refusal."""
    rows = [row for row in TABLE.rows if row.verb == verb]
    mine = [row for row in rows if (role == SYSTEM and row.system) or row.who in permissions(role)]
    if not mine:
        return "not_allowed"
    for row in mine:
        if state in row.from_:
            return row.to or state
    return "not_from_here"


def permissions(role: str) -> frozenset[str]:
    return frozenset() if role == SYSTEM else ROLES[role].permissions


@pytest.mark.parametrize("role", [*ROLES, SYSTEM])
def test_every_role_may_do_exactly_what_the_table_allows(role: str) -> None:
    for state in REFERRAL_STATES:
        for verb in VERBS:
            asked = LATER if verb == "supply" else None
            referral = a_referral(state, asked_at=asked)
            try:
                after, _ = step(referral, verb, role, **answers(verb, state, role))
                found = after.state
            except Refused as refused:
                found = refused.code
            assert found == expected(verb, state, role), (role, state, verb)


@pytest.mark.parametrize("role", [*ROLES, SYSTEM, "nobody"])
def test_the_buttons_shown_are_those_that_would_work(role: str) -> None:
    for state in REFERRAL_STATES:
        shown = {row.verb for row in TABLE.possible(state, role)}
        works = {verb for verb in VERBS if role != "nobody" and expected(verb, state, role) in REFERRAL_STATES}
        assert shown == works, (role, state)


def test_a_closed_referral_is_never_reopened() -> None:
    for state in REFERRAL_STATES:
        if not TABLE.states[state].open:
            assert not any(state in row.from_ for row in TABLE.rows), state


def test_every_open_state_can_be_left_and_every_state_but_the_first_reached() -> None:
    reached = {row.to for row in TABLE.rows if row.to}
    for name, state in TABLE.states.items():
        assert name == "received" or name in reached
        assert not state.open or any(name in row.from_ and row.to not in (None, name) for row in TABLE.rows)


def test_only_a_human_closes_a_referral() -> None:
    for row in TABLE.rows:
        if row.system:
            assert row.to in ("triaged", "sent")


def test_the_core_is_walked_from_receipt_to_completion() -> None:
    state, told = receive(of(2), "idva", 1, HUB, NOW, source="self")
    assert state.referral_id == referral_id(of(2), "idva")
    events: list[Any] = [*told]
    send = {"leg_id": leg_id(state.referral_id, 1), "provider_id": of(4), "contract_id": of(5), "gate": "agreement"}
    for verb, role, answer in (
        ("triage", HUB, {"urgent": True}),
        ("record_attempt", HUB, {"outcome": "no_answer"}),
        ("record_attempt", HUB, {"outcome": "spoke"}),
        ("send", HUB, send | {"leg_number": 1}),
        ("view", WORKER, {}),
        ("ask", WORKER, {"reason_code": "risk"}),
        ("supply", HUB, {}),
        ("accept", WORKER, {}),
        ("record_attempt", WORKER, {"outcome": "spoke"}),
        ("start", WORKER, {"reported": True}),
        ("pause", WORKER, {"reason_code": "person_asked", "until": NOW.date() + timedelta(days=7)}),
        ("resume", WORKER, {}),
        ("complete", WORKER, {"contacts": 4, "needs_met": ("safety",)}),
    ):
        state, told = step(state, verb, role, **answer)
        events += told
    assert [event.TYPE for event in events] == [
        "referral.received.v1",
        "referral.triaged.v1",
        "referral.contacting.v1",
        "referral.sent.v1",
        "referral.viewed.v1",
        "referral.information-requested.v1",
        "referral.information-supplied.v1",
        "referral.accepted.v1",
        "support.started.v1",
        "support.paused.v1",
        "support.resumed.v1",
        "support.completed.v1",
    ]
    assert (state.state, state.attempts, state.urgent, state.gate) == ("completed", 3, True, "agreement")
    times = {field.name for field in fields(state) if field.name.endswith("_at") and getattr(state, field.name)}
    assert times == {
        *("received_at", "updated_at", "triaged_at", "first_attempt_at", "reached_at", "sent_at", "viewed_at"),
        *("answered_at", "accepted_at", "started_at", "ended_at"),
    }
    assert (events[5].question_code, events[-1].contacts) == ("risk", 4)
    assert {(event.case_id, event.referral_id) for event in events} == {(of(2), state.referral_id)}


def test_after_a_decline_the_next_provider_gets_a_leg_of_its_own() -> None:
    sent = a_referral("sent", leg_id=of(3), provider_id=of(4), contract_id=of(5), sent_at=NOW, viewed_at=NOW)
    declined, [told] = step(sent, "decline", WORKER, reason_code="capacity", better_line="domestic_abuse")
    assert (declined.state, declined.reason) == ("declined_by_provider", "capacity")
    assert (told.reason_code, told.better_line, told.provider_id) == ("capacity", "domestic_abuse", of(4))
    again = {"leg_id": of(6), "provider_id": of(7), "contract_id": of(8), "leg_number": 2, "gate": "agreement"}
    after, [told] = step(declined, "send", HUB, **again)
    assert (after.state, after.leg_id, after.viewed_at, after.sent_at) == ("sent", of(6), None, NOW)
    assert (told.leg_id, told.leg_number, told.provider_id, told.automatic) == (of(6), 2, of(7), False)


def test_the_time_of_a_step_is_of_the_first_one() -> None:
    first, _ = step(a_referral("triaged", attempts=0), "record_attempt", HUB, outcome="no_answer")
    second, told = TABLE.apply(first, "record_attempt", HUB, LATER + timedelta(days=1), outcome="spoke")
    assert (second.first_attempt_at, second.attempts) == (LATER, 2)
    assert second.reached_at == LATER + timedelta(days=1)
    assert told == []


def test_opening_a_second_time_says_nothing_new() -> None:
    viewed = a_referral("sent", viewed_at=NOW)
    assert step(viewed, "view", WORKER) == (viewed, [])


REFUSED: list[tuple[str, str, str, dict[str, Any], dict[str, Any], tuple[str, str]]] = [
    # state, verb, role, the referral, the answer, the field and code of the refusal
    ("sent", "decline", WORKER, {}, {}, ("reason_code", "missing")),
    ("sent", "decline", WORKER, {}, {"reason_code": "too_hard"}, ("reason_code", "not_in_the_list")),
    ("triaged", "send", HUB, {}, {"gate": "agreement"}, ("leg_id", "missing")),
    (
        "triaged",
        "send",
        HUB,
        {},
        answers("send", "triaged", HUB) | {"gate": None},
        ("gate", "no_agreement_and_no_override"),
    ),
    (
        "triaged",
        "send",
        HUB,
        {},
        answers("send", "triaged", HUB) | {"gate": "a nod"},
        ("gate", "no_agreement_and_no_override"),
    ),
    ("sent", "supply", HUB, {}, {}, ("question", "no_question_open")),
    ("sent", "ask", WORKER, {"asked_at": NOW}, {"reason_code": "risk"}, ("question", "already_asked")),
    ("contacting", "not_reached", HUB, {"attempts": 2}, {"reason_code": "no_answer"}, ("attempts", "too_few_attempts")),
    (
        *("triaged", "not_reached", HUB, {"attempts": 0}, {"reason_code": "no_safe_way", "no_way": False}),
        ("attempts", "too_few_attempts"),
    ),
    (
        *("accepted", "not_reached", WORKER, {"attempts": 2}, {"reason_code": "no_answer", "no_way": True}),
        ("attempts", "too_few_attempts"),
    ),
    ("triaged", "record_attempt", HUB, {}, {}, ("outcome", "missing")),
    (
        "sent",
        "send",
        HUB,
        {},
        answers("send", "sent", HUB) | {"silent": False},
        ("referral_id", "already_with_a_provider"),
    ),
    ("in_support", "pause", WORKER, {}, {"reason_code": "person_asked"}, ("until", "missing")),
    ("sent", "waitlist", WORKER, {}, {"reason_code": "capacity"}, ("check_in_on", "missing")),
    ("sent", "fly", HUB, {}, {}, ("verb", "unknown_verb")),
]


@pytest.mark.parametrize(("state", "role"), [("triaged", HUB), ("contacting", HUB), ("accepted", WORKER)])
def test_nobody_has_to_be_tried_where_no_way_to_reach_them_is_safe(state: str, role: str) -> None:
    after, [told] = step(a_referral(state, attempts=0), "not_reached", role, reason_code="no_safe_way", no_way=True)
    assert (after.state, after.reason, told.TYPE) == ("unreachable", "no_safe_way", "referral.not-reached.v1")


@pytest.mark.parametrize(("state", "verb", "role", "held", "answer", "refusal"), REFUSED)
def test_what_is_missing_is_named(
    state: str, verb: str, role: str, held: dict[str, Any], answer: dict[str, Any], refusal: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as raised:
        step(a_referral(state, **held), verb, role, **answer)
    assert (raised.value.field, raised.value.code) == refusal


def test_a_reason_counts_until_its_last_day() -> None:
    document, reasons = documents()
    listed = reasons["lists"]["decline"]["reasons"]
    listed[0]["until"] = NOW.date()
    table = read_table(document, reasons)
    assert table.apply(a_referral("sent"), "decline", WORKER, NOW, reason_code=listed[0]["code"])[1]
    with pytest.raises(Refused, match="not_in_the_list"):
        table.apply(a_referral("sent"), "decline", WORKER, NOW + timedelta(days=1), reason_code=listed[0]["code"])


def test_a_new_referral_can_follow_a_closed_one() -> None:
    state, [told] = receive(of(2), "idva", 2, HUB, NOW, source="police", follows=of(1))
    assert isinstance(told, ReferralReceived)
    assert (told.follows, state.follows) == (of(1), of(1))
    assert state.referral_id not in (of(1), referral_id(of(2), "idva"))


def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    names = ("transitions.yaml", "reasons.yaml")
    table, reasons = (yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")) for name in names)
    return table, reasons


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"to": "lost"}, "triage: to"),
        ({"from": ["lost"]}, "triage: from"),
        ({"who": "root"}, "triage: who"),
        ({"event": "referral.lost.v1"}, "triage: event"),
        ({"reasons": "no such list"}, "triage: reasons"),
        ({"guard": {"mood": "good"}}, "triage: guard"),
        ({"stamp": "lost_at"}, "triage: stamp"),
    ],
)
def test_a_wrong_row_is_named_with_its_field(changed: dict[str, Any], named: str) -> None:
    table, reasons = copy.deepcopy(documents())
    table["transitions"][0] |= changed
    with pytest.raises(BadTable, match=named):
        read_table(table, reasons)


def test_two_rows_cannot_say_different_things_to_the_same_people() -> None:
    table, reasons = documents()
    table["transitions"].append(table["transitions"][0] | {"to": "sent"})
    with pytest.raises(BadTable, match="triage: from"):
        read_table(table, reasons)


def test_every_row_has_words_for_its_button_and_its_effect_on_clocks() -> None:
    table: TransitionTable = TABLE
    for row in table.rows:
        assert row.button and row.clocks.endswith(".")


def test_the_page_about_the_table_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(TABLE)


def test_the_instant_of_a_step_is_kept_as_given() -> None:
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert TABLE.apply(a_referral(), "triage", HUB, at)[0].triaged_at == at
