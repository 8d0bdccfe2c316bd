"""What followed: milestones of investigation and court over the next weeks, and the notices given of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.justice import Details, MilestoneReached, NoticeGiven
from handrail.feeds import notices
from handrail.feeds.crimes import Peopled, outcome_at
from handrail.feeds.draws import Chance, chance, mix
from handrail.feeds.moments import local

_CHARGED = frozenset({"1", "4"})
_OUT_OF_COURT = frozenset({"2", "3", "6", "7", "8", "22"})
_EVIDENCE_FAILS = frozenset({"14", "15", "16"})
_FRACTION = {"1": 0.7, "4": 0.5, "14": 0.08, "15": 0.2, "16": 0.2, "18": 0.04, "8": 0.4, "20": 0.1, None: 0.06}
"""In how many crimes of each outcome the steps of justice are told at all."""

_BY_COURT = frozenset(
    {"first_hearing_listed", "hearing_listed", "court_bail_decision", "case_outcome", "sentence_passed"}
)
_RELEASE = mix({"suspect_released_on_police_bail": 45, "suspect_released_under_investigation": 40,
                "suspect_released_without_charge": 15})  # fmt: skip
_CONDITIONS = ("no_contact", "exclusion_zone", "residence", "curfew")


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone before it is told."""

    trigger: str
    at: datetime
    details: dict[str, Any]


def justice(told: Peopled) -> Iterator[tuple[datetime, MilestoneReached | NoticeGiven]]:
    """What police, courts and Witness Care tell about this crime, each with the moment of telling.

    Nothing happens, and nothing is told, after the story's last moment.
    """
    story, rng = told.story, told.story.chance("justice")
    if not told.roles or not story.code or not chance(rng, _FRACTION.get(story.outcome, 0.3)):
        return
    for number, step in enumerate(_steps(told, rng)):
        receipt = _receipt(step, rng)
        heard = step.at + timedelta(minutes=rng.randint(2, 90))
        if heard >= story.latest:
            return
        milestone = f"{story.crime_id.hex[:12].upper()}-M{number}"
        known = receipt if receipt and receipt <= heard else None
        fact = MilestoneReached(
            milestone_id=milestone,
            crime_id=story.crime_id,
            trigger=step.trigger,
            happened_at=local(step.at),
            received_by_wcu_at=local(known) if known else None,
            details=Details(**step.details) if step.details else None,
        )
        yield heard, fact
        if receipt and not known and receipt + timedelta(minutes=5) < story.latest:
            yield receipt + timedelta(minutes=5), fact.model_copy(update={"received_by_wcu_at": local(receipt)})
        yield from _notices(told, step, milestone, receipt or step.at, rng)


def _receipt(step: Step, rng: Chance) -> datetime | None:
    """When the Witness Care Unit had it from the court: now and then nobody noted it."""
    if step.trigger not in _BY_COURT and step.trigger != "witness_requirement_notified_by_cps":
        return None
    return None if chance(rng, 0.08) else step.at + timedelta(hours=rng.choice((1, 3, 20, 44, 70, 190)))


def _notices(told: Peopled, step: Step, milestone: str, start: datetime, rng: Chance) -> Iterator[Any]:
    """What each person harmed was told of this step, duty by duty."""
    for number, duty in enumerate(notices.duties(step.trigger, told.story)):
        for place, victim in enumerate(told.crime.victims):
            after = notices.delay(duty.by, rng)
            if victim.kind in ("witness", "deceased") or after is None:
                continue
            given = start + after
            if given + timedelta(hours=1) >= told.story.latest:
                continue
            outcome: Any = notices.outcome(rng)
            yield (
                given + timedelta(minutes=rng.randint(1, 50)),
                NoticeGiven(
                    notice_id=f"{milestone}-N{place}" + (f".{number}" if number else ""),
                    crime_id=told.story.crime_id,
                    victim_ref=victim.victim_ref,
                    entitlement=duty.entitlement,
                    milestone_id=milestone if chance(rng, 0.9) else None,
                    given_at=local(given),
                    channel=notices.channel(rng) if outcome == "delivered" else None,
                    given_by=duty.by,
                    outcome=outcome,
                    reason_code={"excepted": "safety", "unable": "not-reached"}.get(outcome),
                ),
            )


def _steps(told: Peopled, rng: Chance) -> Iterator[Step]:
    story = told.story
    begin = story.at.recorded_at + timedelta(hours=rng.uniform(0.2, 30))
    end = outcome_at(story) if told.crime.outcome is None else story.at.recorded_at + timedelta(hours=3)
    if story.outcome in ("18", "14") or (story.outcome is None and chance(rng, 0.3)):
        last = "decision_not_to_investigate" if chance(rng, 0.7) else "investigation_closed"
        yield Step(last, max(begin, end) if story.outcome else begin, {})
        return
    days = {"agreed_interval_days": rng.choice((14, 28, 28, 30))} if chance(rng, 0.6) else {}
    yield Step("investigation_opened", begin, days)
    held = begin + timedelta(hours=rng.uniform(1, 120))
    held = min(held, begin + (end - begin) / 3) if end > begin else held
    if story.outcome in _OUT_OF_COURT:
        yield from _out_of_court(held, max(end, held + timedelta(hours=6)), rng)
        return
    yield from _custody(held, rng, charged=story.outcome in _CHARGED and chance(rng, 0.45))
    if story.outcome in _CHARGED:
        yield from _court(told, max(end, held + timedelta(hours=12)), rng)
    elif story.outcome in _EVIDENCE_FAILS:
        decision = "cps_decision_not_to_prosecute" if chance(rng, 0.15) else "police_decision_not_to_prosecute"
        yield Step(decision, max(end, held + timedelta(days=2)), {})
        yield Step("investigation_closed", max(end, held + timedelta(days=2)) + timedelta(hours=20), {})


def _out_of_court(considered: datetime, given: datetime, rng: Chance) -> Iterator[Step]:
    yield Step("suspect_interviewed_under_caution", considered, {})
    yield Step("out_of_court_disposal_considered", considered + timedelta(hours=3), {})
    disposal = rng.choice(("community_resolution", "caution", "conditional_caution"))
    yield Step("out_of_court_disposal_given", given, {"disposal": disposal})


def _custody(held: datetime, rng: Chance, *, charged: bool) -> Iterator[Step]:
    if chance(rng, 0.72):
        yield Step("suspect_arrested", held, {})
    yield Step("suspect_interviewed_under_caution", held + timedelta(hours=rng.uniform(2, 14)), {})
    if charged:
        return
    release, at = _RELEASE(rng), held + timedelta(hours=rng.uniform(15, 23))
    if release != "suspect_released_on_police_bail":
        yield Step(release, at, {})
        return
    conditions = tuple(sorted(rng.sample(_CONDITIONS, rng.randint(1, 3))))
    ends = (at + timedelta(days=84)).date()
    yield Step(release, at, {"conditions": conditions, "bail_ends_on": ends})
    if chance(rng, 0.15):
        yield Step("police_bail_conditions_changed", at + timedelta(days=rng.uniform(3, 12)),
                   {"conditions": ("no_contact",)})  # fmt: skip


def _court(told: Peopled, charged: datetime, rng: Chance) -> Iterator[Step]:
    """From charge to sentence. Guilty pleas end within weeks; the rest is listed for a trial that lies ahead."""
    code = told.story.code
    youth = chance(rng, 0.08)
    offender = {"offender_age_band": "16-17" if youth else "25-34", "offence_code": code}
    yield Step("suspect_charged", charged, offender)
    if youth:
        yield Step("offender_identified_under_18", charged + timedelta(hours=4), {"offender_age_band": "16-17"})
    hearing = charged + timedelta(days=rng.uniform(1, 16))
    where = {
        "hearing_id": f"H-{told.story.crime_id.hex[:8].upper()}",
        "court_code": rng.choice(("404", "2908", "1775")),
    }
    listed = charged + timedelta(hours=rng.uniform(3, 30))
    yield Step(
        "first_hearing_listed", min(listed, hearing - timedelta(hours=4)), {**where, "hearing_at": local(hearing)}
    )
    if chance(rng, 0.3):
        yield Step("court_bail_decision", hearing, {**where, "conditions": ("no_contact",)})
    if chance(rng, 0.55):
        yield from _sentence(told, hearing + timedelta(days=rng.uniform(0, 10)), where, rng)
    else:
        trial = hearing + timedelta(days=rng.uniform(60, 240))
        listing = {**where, "hearing_at": local(trial), "plea": "not_guilty", "witness_required": True}
        yield Step("hearing_listed", hearing + timedelta(hours=5), listing)
        yield Step("witness_requirement_notified_by_cps", hearing + timedelta(days=4), {"witness_required": True})
        yield Step("victim_required_to_give_evidence", hearing + timedelta(days=5), {"witness_required": True})


def _sentence(told: Peopled, at: datetime, where: dict[str, Any], rng: Chance) -> Iterator[Step]:
    yield Step("conviction", at, {**where, "plea": "guilty"})
    months = rng.choice((0, 0, 0, 2, 4, 8, 12, 14, 18, 30))
    kind = "custody" if months else rng.choice(("community_order", "fine", "suspended_sentence"))
    yield Step("case_outcome", at + timedelta(minutes=20), {**where, "disposal": "convicted"})
    sentence = {**where, "sentence_kind": kind, "sentence_months": months, "offence_code": told.story.code}
    yield Step("sentence_passed", at + timedelta(minutes=30), sentence)
    if told.story.domestic and chance(rng, 0.5):
        order = {"order_kind": "restraining_order", "conditions": ("no_contact",)}
        yield Step("order_made", at + timedelta(minutes=40), order)
        if chance(rng, 0.15):
            yield Step("order_breached", at + timedelta(days=rng.uniform(1, 12)), {"order_kind": "restraining_order"})
    after = notices.until_contact_scheme(told.story, months, rng)
    if after is not None:
        yield Step("vcs_referral_received", at + after, {})
