"""The definition files that come with the service say what design 3 asks of each return."""

import pytest

from services.returns.domain.definition import SPLITS, read_definition
from services.returns.store import definitions

GRANT = {
    "crimes_recorded", "incidents_recorded", "victims_recorded", "businesses_recorded", "cases_opened",
    "victims_supported", "supported_unreported", "people_supported", "referrals_sent", "legs_sent",
    "referrals_accepted", "referrals_declined", "support_completed", "waiting_at_end", "repeat_victims",
    "repeat_victims_3", "outcome_14", "outcome_15", "outcome_16", "positive_outcome_rate_domestic_abuse",
    "positive_outcome_rate_rape", "positive_outcome_rate_stalking_harassment",
    "positive_outcome_rate_rape_cohort", "nrm_referrals_known",
}  # fmt: skip


def test_the_grant_return_has_every_line_that_is_asked_for() -> None:
    definition = definitions.current("grant", "2026-07-01").definition
    assert {each.measure for each in definition.answers} >= GRANT
    assert {each.note for each in definition.absent} == {"no denominator loaded"}


def test_the_code_return_has_every_state_of_every_entitlement_and_the_five_areas() -> None:
    definition = definitions.current("code", "2026-07-01").definition
    names = {each.measure for each in definition.answers}
    for state in ("due", "met", "met_late", "breached", "not_evidenced", "declined", "excepted", "unable", "rate"):
        assert {f"R4.refer_support.{state}", f"R12.complaint_ack.{state}", f"CC1.{state}", f"CC5.{state}"} <= names


def test_figures_about_people_are_split_by_everything_that_is_asked_for() -> None:
    line = definitions.current("grant", "2026-07-01").definition.line("victims_recorded")
    assert line is not None and line.splits == SPLITS


def test_parts_of_sums_and_rates_are_lines_of_the_same_return() -> None:
    for versions in definitions.load().values():
        for loaded in versions:
            names = {each.measure for each in loaded.definition.answers}
            for each in loaded.definition.sums:
                assert set(each.parts) <= names, each.measure
            for rate in loaded.definition.rates:
                assert {*rate.numerator, *rate.denominator} <= names, rate.measure
            for check in loaded.definition.checks:
                assert {check.whole, *check.parts} <= names, check.id


def test_a_definition_is_bound_to_its_queries_by_one_digest() -> None:
    loaded = definitions.current("grant", "2026-07-01")
    assert set(loaded.queries) == set(loaded.definition.queries) and len(loaded.sha256) == 64


def test_an_unknown_key_in_a_definition_is_named() -> None:
    with pytest.raises(TypeError, match="colour"):
        read_definition({"line": [{"measure": "a", "colour": "red"}]})
