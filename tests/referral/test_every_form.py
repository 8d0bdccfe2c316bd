"""Every form of the hub, the portal and the directory, sent as it should not be: refused, and nothing half done."""

from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from kit import clock
from kit.database import Database
from kit.web.app import make_app
from services.referral import case_ui, directory_ui, provider_portal
from services.referral.__main__ import HERE
from services.referral.actions import leg_links, providing
from tests.browser import Browser, cookie_of
from tests.builders import a_viewer
from tests.conftest import Databases
from tests.referral.conftest import BOOKS, Hub
from tests.referral.hub_pages import access_of
from tests.referral.portal import a_referral_sent
from tests.referral.test_hostile_provider import three_providers
from tests.walking import MUCH, Replayed, State, refusals, unwalked

pytestmark = pytest.mark.service
OFFICER, WITHOUT_ACCOUNTS = a_viewer(), "spectrum-west-idva"
WALKERS = {
    "leader": ("/cases", "/referrals", "/operations", "/directory", "/cases/new", "/cases/team", "/referrals/handover"),
    "provider.manager": ("/portal", "/portal/returns", "/portal/outcomes", "/portal/capacity"),
    "admin": ("/operations", "/directory"),
    "officer": ("/cases", "/referrals", "/cases/new", "/cases/mine"),
    "compliance": ("/cases", "/operations"),
}
LOOKED = ("case_look", "worker", "saved_filter", "draft", "lock_said", "late_word")
"""What looking changes, a note that is refused because its draft moved: it is kept as a draft of its own, and a lock
from a page whose link is over, or a word of danger from an older page: they count all the same."""

UNWALKED: dict[str, tuple[str, ...]] = {
    "the second form, after a first one was checked": (
        "/cases/new",
        "/cases/new/form",
        "/cases/fraud-list/import",
        "/directory/contracts/new",
        "/directory/contracts/{id}/change",
        "/directory/import",
        "/referrals/handover/check",
    ),
    "takes back, or ends, what was done before": (
        "/cases/agencies/{agency_id}/end",
        "/cases/duty/{shift_id}/cancel",
        "/cases/filters/{filter_id}/drop",
        "/cases/team/{worker_id}/back",
        "/cases/team/{worker_id}/leave/{leave_id}/cancel",
        "/cases/work/drafts/{draft_id}/drop",
        "/cases/{case_id}/drafts/{draft_id}/drop",
        "/cases/{case_id}/legs/{leg_id}/undo",
        "/cases/{case_id}/safeguards/entries/{entry_id}/end",
        "/cases/{case_id}/same-person/{other_id}/undo",
        "/cases/{case_id}/transfers/{transfer_id}/undo",
        "/directory/changes/{version_id}/cancel",
        "/directory/contracts/{id}/put-back",
        "/directory/kept/{change_id}/cancel",
        "/operations/incidents/{switch_id}/off",
        "/operations/rehearsal/{rehearsal_id}/stop",
        "/portal/work/drafts/{draft_id}/drop",
        "/referrals/handover/{handover_id}/undo",
    ),
    "on a case, or a leg, as nobody's is here": (
        "/cases/{case_id}/alive",
        "/cases/{case_id}/carry",
        "/cases/{case_id}/contact/liaison",
        "/cases/{case_id}/contact/numbers/{kind}",
        "/cases/{case_id}/glass",
        "/cases/{case_id}/glass/allow",
        "/cases/{case_id}/holds/{hold}/second",
        "/cases/{case_id}/legs/{leg_id}/worker",
        "/cases/{case_id}/looked-at",
        "/cases/{case_id}/referrals/{referral_id}/better/{contract_id}",
        "/cases/{case_id}/reviewed",
        "/cases/overrides/{consent_id}",
        "/cases/break-glass",
    ),
    "beside a row of a list that is empty here, or to be ticked in one": (
        "/cases/allocate",
        "/cases/filters",
        "/cases/notices",
        "/cases/sample/{sample_id}/{case_id}",
        "/cases/tasks/{task_id}",
        "/directory/automatic/{change_id}",
        "/operations/incidents/held",
        "/operations/incidents/link",
        "/operations/outbox/{request_id}",
        "/operations/outbox/{request_id}/again",
        "/operations/outbox/{request_id}/stop",
        "/operations/records/{number}",
        "/portal/organisation",
    ),
    "behind a proof in a mail, or of a link that is opened or over": (
        "/directory/capacity/{contract_id}/{week}/{proof}",
        "/portal/link/again",
        "/portal/link/open/{token}",
        "/portal/link/open/{token}/again",
    ),
    "ends the visit itself": ("/portal/link/leave",),
    "on a leg by link that goes further than this one": ("/portal/link/appointments/{appointment_id}",),
}
"""Forms that no walk comes upon, by the reason: they are sent empty, and with ids that are nobody's. A new form is
walked, or is added here; one on which somebody's safety hangs is filled in by test_filled_forms."""
NOT_TAKEN = {
    "/cases/downtime",
    "/cases/duty",
    "/cases/fraud-list",
    "/cases/new/look",
    "/cases/{case_id}/agreements/no-questions",
    "/cases/{case_id}/contact/attempts",
    "/cases/{case_id}/contact/lock",
    "/cases/{case_id}/contact/safety",
    "/cases/{case_id}/contact/use",
    "/cases/{case_id}/death",
    "/cases/{case_id}/override",
    "/cases/{case_id}/print",
    "/cases/{case_id}/referrals/{referral_id}/contracts/{contract_id}",
    "/cases/{case_id}/referrals/{referral_id}/contracts/{contract_id}/exception",
    "/cases/{case_id}/referrals/{referral_id}/contracts/{contract_id}/given",
    "/cases/{case_id}/referrals/{referral_id}/steps/{verb}",
    "/cases/{case_id}/referrals/{referral_id}/transfer",
    "/cases/{case_id}/reveal",
    "/cases/{case_id}/same-person",
    "/cases/{case_id}/same-person/{other_id}",
    "/cases/{case_id}/same-person/{other_id}/reveal",
    "/cases/{case_id}/take",
    "/cases/{case_id}/told",
    "/directory/contracts/new/check",
    "/directory/contracts/{id}/check",
    "/directory/import/check",
    "/directory/providers/new",
    "/operations/incidents/unlink",
    "/operations/rehearsal",
    "/portal/link/appointments",
    "/portal/link/attempts",
    "/portal/link/needs/{stage}",
    "/portal/link/steps/{verb}",
    "/portal/outcomes",
    "/portal/referrals/{referral_id}/appointments",
    "/portal/referrals/{referral_id}/appointments/{appointment_id}",
    "/portal/returns/{period}/sign",
    "/referrals/links/{leg_id}",
}
"""Forms that a walk comes upon, sends badly, and that do not take what it fills in: nothing is sent twice here, but by
test_filled_forms."""


def whole_app(hub: Hub, access: Database) -> Starlette:
    """Everything of the service but sign-in, which is the issuer's."""
    pages = [*case_ui.pages(hub.context), *provider_portal.pages(hub.context), *directory_ui.pages(hub.context)]
    return make_app(
        "referral",
        hub.context.settings,
        pages,
        databases={"hub": hub.hub, "portal": hub.portal},
        templates=HERE / "templates",
        access=access,
        sealer=hub.sealer,
    )


async def behind_a_link(hub: Hub, holder: Browser) -> tuple[str, ...]:
    """Where somebody of a provider without accounts begins, who opened the link of a referral."""
    sent = await a_referral_sent(hub, WITHOUT_ACCOUNTS)
    provider = await hub.value("select provider_id from leg where leg_id = $1", sent.leg)
    worker = a_viewer("idva.worker", organisation_id=provider)
    async with hub.looks(worker) as tx:
        await providing.accept(tx, worker, sent.referral, clock.now())
    async with hub.looks(OFFICER) as tx:
        token = await leg_links.mint(tx, OFFICER, uuid4(), sent.leg, BOOKS, clock.now())
    await holder.get(f"/portal/link/open/{token}")
    page = await holder.submit("Go on")
    return (page.path,)


@pytest.mark.timeout(300)
async def test_every_form_refuses_what_it_cannot_use_leaves_nothing_half_done_and_is_done_once(
    hub: Hub, databases: Databases
) -> None:
    await three_providers(hub)
    access = await access_of(databases)
    app = whole_app(hub, access)
    async with AsyncExitStack() as stack:
        walkers = {}
        for who, starts in WALKERS.items():
            cookie = await cookie_of(access, who)
            walkers[who] = await stack.enter_async_context(Browser(app, hub.context.settings, cookie)), starts
        holder = await stack.enter_async_context(Browser(app, hub.context.settings, None))
        walkers["holder of a link"] = holder, await behind_a_link(hub, holder)
        others = {"/portal": "provider.manager", "/": "leader"}
        told = Replayed(first=("provider.manager", "holder of a link"))
        problems, reached = await refusals(app, walkers, State(hub.worker, LOOKED), others, told)
    assert problems == []
    listed = {path for paths in UNWALKED.values() for path in paths}
    assert unwalked(app, reached) <= listed | NOT_TAKEN, "walk it, or say why not"
    assert listed | NOT_TAKEN <= unwalked(app, ()), "what is listed is a form"
    assert not told.problems, "\n".join(told.problems)
    # What is sent twice at once is now and then decided the other way round, and with it what is found further on.
    assert len(reached - told.taken - NOT_TAKEN) <= 3 and len(told.taken) > 30


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"words": "' + MUCH.encode() + b'"}', b'{"case_id": "x", "<b>": [1]}'])
async def test_an_agency_is_told_what_is_wrong_with_its_call(hub: Hub, databases: Databases, body: bytes) -> None:
    credential = uuid4().hex
    await hub.worker.pool.execute(
        "insert into agency (agency_id, name, source, credential_sha256, made_by, made_at)"
        " values ($1, 'A school', 'agency', sha256($2), $1, $3)",
        uuid4(),
        credential.encode(),
        clock.now(),
    )
    app, state = whole_app(hub, await access_of(databases)), State(hub.worker)
    before = await state.now()
    async with Browser(app, hub.context.settings) as browser:
        headers = {"Authorization": f"Bearer {credential}", "Idempotency-Key": "a-key-of-one-person"}
        answer = await browser.call("/cases/intake", body, headers)
    assert answer.status_code in (413, 422) and await state.now() == before
