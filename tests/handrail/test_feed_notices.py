"""Duties after the steps of justice: each is met at once by some, late by some and never by some."""

from collections import Counter
from dataclasses import replace

import pytest

from contracts.justice import TRIGGERS, MilestoneReached, NoticeGiven
from handrail.feed import open_files
from handrail.feeds import notices
from handrail.feeds.crimes import peopled
from handrail.feeds.draws import seeded
from handrail.feeds.justice import justice
from handrail.feeds.stories import Feed, Story
from handrail.feeds.tellings import Tally, stories
from services.code_compliance.reference import load
from tests.handrail.feeding import KEY, NOW, SHIPPED


@pytest.fixture(scope="module")
def graves() -> list[Story]:
    """Real rows of the shipped month whose crimes are grave, all of them charged."""
    month = stories(open_files([SHIPPED / "2011-02-street.csv.gz"]), Feed(1, NOW, "2026-06"), 9000, Tally())
    grave = [s for s in month if s.code and any(d.entitlement == "R9.uls_info" for d in _sentenced(s))]
    return [replace(story, outcome="1") for story in grave[:600]]


def _sentenced(story: Story) -> list[notices.Duty]:
    return list(notices.duties("sentence_passed", story))


@pytest.mark.parametrize("trigger", notices.TRIGGERS)
def test_each_step_starts_the_duties_that_the_code_has_it_start(trigger: str) -> None:
    assert trigger in TRIGGERS
    for duty in notices.named(trigger):
        entitlement = load().entitlement(duty)
        assert entitlement is not None and entitlement.trigger == trigger


def test_who_is_told_of_a_sentence_is_told_of_the_scheme_for_lenient_ones_mostly_in_time(graves: list[Story]) -> None:
    told: dict[str, set[str]] = {}
    sentences, ids = set(), Counter[str]()
    for story in graves:
        for _, fact in justice(peopled(story, KEY)):
            if isinstance(fact, MilestoneReached) and fact.trigger == "sentence_passed":
                sentences.add(fact.crime_id)
            if isinstance(fact, NoticeGiven):
                told.setdefault(fact.entitlement, set()).add(str(fact.crime_id))
                ids[f"{fact.crime_id}/{fact.notice_id}"] += 1
    assert 0.6 < len(told["R9.uls_info"]) / len(sentences) < 1
    assert set(ids.values()) == {1}, "each notice has an id of its own"


def test_probation_has_a_referral_after_a_long_sentence_in_time_late_or_never(graves: list[Story]) -> None:
    days: list[int] = []
    sentenced = 0
    for story in graves:
        facts = [fact for _, fact in justice(peopled(story, KEY)) if isinstance(fact, MilestoneReached)]
        sentence = next((f for f in facts if f.trigger == "sentence_passed"), None)
        referral = next((f for f in facts if f.trigger == "vcs_referral_received"), None)
        long = sentence is not None and sentence.details is not None and (sentence.details.sentence_months or 0) >= 12
        assert long or referral is None
        sentenced += long and notices.until_contact_scheme(story, 12, seeded("any")) is not None
        if sentence and referral:
            days.append((referral.happened_at - sentence.happened_at).days)
    assert 0 < len(days) < sentenced * 1.2
    assert min(days) < 12 < max(days)


@pytest.mark.parametrize("agency", ["police", "cps", "wcu", "probation"])
def test_no_agency_tells_everybody_in_time_and_none_tells_nobody(agency: str) -> None:
    delays = [notices.delay(agency, seeded(agency, number)) for number in range(400)]
    told = [delay for delay in delays if delay is not None]
    assert 0.8 < len(told) / len(delays) < 0.97
    assert min(told).days < 4 < max(told).days
