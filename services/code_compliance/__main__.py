"""The wiring of code_compliance: `python -m services.code_compliance web | worker | migrate | reconcile`."""

from functools import partial
from pathlib import Path

from contracts.addresses import COUNTS_ALL, OPERATIONS, PATHS
from contracts.feedback import FeedbackComplaintFound
from contracts.justice import MilestoneReached, NoticeGiven
from contracts.police import CrimeRecorded, CrimeUpdated
from contracts.referral import (
    CaseOpened,
    CaseRouted,
    CaseUpdated,
    ConsentGiven,
    ConsentWithdrawn,
    ContactSafetyChanged,
    ContactSent,
    ContactWithheld,
    ContactWordChanged,
    OfferStepTaken,
    PersonDeathRecorded,
    ReferralSent,
)
from contracts.topics import CODE_EVENTS, FEEDBACK_EVENTS, JUSTICE_MILESTONES, POLICE_CRIMES, REFERRAL_EVENTS
from kit.service import Every, Service, main
from kit.web import operations
from kit.web.app import Link
from kit.web.operations import Operations
from services.code_compliance import case_ui, consumer, neutral_ui, reconcile
from services.code_compliance.actions import (
    complaining,
    deciding,
    importing,
    marking,
    overseeing,
    own_rights,
    pausing,
    warning,
)
from services.code_compliance.actions.deciding import FIRE_AT_ONCE, SIDE_BY_SIDE
from services.code_compliance.reference import load

HERE = Path(__file__).parent

SERVICE = Service(
    name="code_compliance",
    owns=CODE_EVENTS,
    listens={
        CrimeRecorded: consumer.on_police,
        CrimeUpdated: consumer.on_police,
        MilestoneReached: consumer.on_justice,
        NoticeGiven: consumer.on_justice,
        CaseOpened: consumer.on_referral,
        CaseUpdated: consumer.on_referral,
        ReferralSent: consumer.on_referral,
        OfferStepTaken: consumer.on_referral,
        PersonDeathRecorded: consumer.on_death,
        CaseRouted: marking.on_routed,
        ConsentGiven: marking.on_agreed,
        ConsentWithdrawn: marking.on_agreed,
        ContactSent: own_rights.on_contact,
        ContactWithheld: own_rights.on_contact,
        ContactSafetyChanged: own_rights.on_contact,
        ContactWordChanged: own_rights.on_word_changed,
        FeedbackComplaintFound: complaining.on_complaint_found,
    },
    topics=(POLICE_CRIMES, JUSTICE_MILESTONES, REFERRAL_EVENTS, FEEDBACK_EVENTS),
    migrations=HERE / "migrations",
    templates=HERE / "templates",
    every=(
        *(
            Every(f"fall_due_{part}", 1.0, partial(consumer.fall_due, part=part, parts=SIDE_BY_SIDE), full=FIRE_AT_ONCE)
            for part in range(SIDE_BY_SIDE)
        ),
        # The calendar is read at start: at the first round it is what it was, or another one.
        Every("count_again", 3600.0, deciding.count_again, full=500),
        Every("oversight", 15.0, overseeing.count_months, full=overseeing.MONTHS_AT_ONCE),
        Every("cover_again", 10.0, importing.cover_again, full=importing.COVER_AT_ONCE),
        Every("warn", 60.0, warning.warn, full=warning.AT_ONCE),
        Every("end_pauses", 30.0, pausing.end_pauses, full=pausing.AT_ONCE),
    ),
    load=load,
    reconcile=reconcile.checks,
    pages=lambda context: (
        *operations.pages(Operations("Victims' Code", "/rights/operations", OPERATIONS, note=COUNTS_ALL)),
        *case_ui.pages(context),
        *neutral_ui.pages(context),
    ),
    portal=True,
    navigation=[Link(p.label, p.prefix, p.permission) for p in PATHS if p.label],
)

if __name__ == "__main__":
    main(SERVICE)
