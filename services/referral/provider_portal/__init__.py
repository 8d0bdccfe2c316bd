"""Pages of providers: their own lists, one referral with what may be done to it, and how their lists stand."""

from collections.abc import Sequence

from kit.listening import Context
from kit.web.app import Page
from services.referral.drafting import kept
from services.referral.provider_portal.capacity import ask_capacity, say_capacity, show_capacity
from services.referral.provider_portal.contacting import lock, record_attempt
from services.referral.provider_portal.history import download_history
from services.referral.provider_portal.linked import (
    ask_again,
    ask_open,
    asked_again,
    by_link,
    leave,
    lock_by_link,
    open_link,
)
from services.referral.provider_portal.lists import assign, show_alerts, show_list
from services.referral.provider_portal.meeting import ask_result, book, record_result, show_appointments, show_upcoming
from services.referral.provider_portal.minting import make_link, show_links, take_back
from services.referral.provider_portal.needs import ask_needs, say_needs
from services.referral.provider_portal.one import show_referral
from services.referral.provider_portal.organisations import choose_organisation, refuse_switched
from services.referral.provider_portal.pasting import ask_paste, paste
from services.referral.provider_portal.performance import show_measured, show_performance
from services.referral.provider_portal.returning import (
    ask_posts,
    download,
    download_suppressed,
    say_posts,
    show_return,
    show_returns,
    show_signed,
)
from services.referral.provider_portal.room import LINKED, Room
from services.referral.provider_portal.signing import ask_sign, show_own_signed, sign_return
from services.referral.provider_portal.steps import ask_step, take_step
from services.referral.provider_portal.work import WORK, show_work, throw_away

UPLOADS = {"/portal/outcomes": "lines"}


def pages(context: Context) -> Sequence[Page]:
    """Every page of the portal; each works as the portal's own login, under row-level security."""
    room = Room(context)
    commissioner = (
        Page("/portal/signed", room(show_signed), "returns.read"),
        Page("/portal/signed/{return_id}", room(download_suppressed), "returns.read"),
    )
    links = "/referrals/links/{leg_id}"
    hub = (
        Page(links, room(show_links), "referral.write"),
        Page(links, room(make_link), "referral.write", methods=("POST",)),
        Page(f"{links}/revoke", room(take_back), "referral.write", methods=("POST",)),
    )
    opening = (
        Page(f"{LINKED}/open/{{token}}", room(ask_open), public=True, database="portal"),
        Page(f"{LINKED}/open/{{token}}", room(open_link), public=True, methods=("POST",), database="portal"),
        Page(f"{LINKED}/open/{{token}}/again", room(ask_again), public=True, methods=("POST",), database="portal"),
        Page(f"{LINKED}/again", room(ask_again), public=True, methods=("POST",), database="portal"),
        Page(f"{LINKED}/asked", room(asked_again), public=True, database="portal"),
    )
    linked = tuple(
        Page(f"{LINKED}{path}", room(by_link(view)), public=True, methods=(method,), database="portal")
        for path, view, method in (
            ("", show_referral, "GET"),
            ("/leave", leave, "POST"),
            ("/needs/{stage}", kept("needs", ask_needs, work=LINKED), "GET"),
            ("/needs/{stage}", kept("needs", say_needs, work=LINKED), "POST"),
            ("/appointments", show_appointments, "GET"),
            ("/appointments", book, "POST"),
            ("/appointments/{appointment_id}", ask_result, "GET"),
            ("/appointments/{appointment_id}", record_result, "POST"),
            ("/steps/{verb}", kept("step", ask_step, work=LINKED), "GET"),
            ("/steps/{verb}", kept("step", take_step, work=LINKED), "POST"),
        )
    )
    locking = tuple(
        Page(f"{LINKED}/{path}", room(lock_by_link(view)), public=True, methods=("POST",), database="portal")
        for path, view in (("attempts", record_attempt), ("lock", lock))
    )
    return commissioner + hub + opening + linked + locking + _worked(room)


def _worked(room: Room) -> tuple[Page, ...]:
    """The pages of workers and managers who are signed in."""
    one, contract = "/portal/referrals/{referral_id}", "/portal/capacity/{contract_id}"
    quarter = "/portal/returns/{period}"
    stale = room(refuse_switched)
    return tuple(
        Page(path, room(view), may, methods=(method,), database="portal", upload=UPLOADS.get(path), switched=stale)
        for path, view, may, method in (
            ("/portal", show_list, "portal.read", "GET"),
            ("/portal/organisation", choose_organisation, "portal.read", "POST"),
            ("/portal/work", show_work, "portal.read", "GET"),
            ("/portal/work/drafts/{draft_id}/drop", throw_away, "portal.write", "POST"),
            ("/portal/alerts", show_alerts, "portal.read", "GET"),
            ("/portal/capacity", show_capacity, "portal.manage", "GET"),
            (contract, ask_capacity, "portal.manage", "GET"),
            (contract, say_capacity, "portal.manage", "POST"),
            ("/portal/outcomes", ask_paste, "portal.manage", "GET"),
            ("/portal/outcomes", paste, "portal.manage", "POST"),
            ("/portal/history", download_history, "portal.manage", "GET"),
            ("/portal/performance", show_performance, "portal.manage", "GET"),
            ("/portal/performance/{contract_id}/{measure}/{result}", show_measured, "portal.manage", "GET"),
            ("/portal/returns", show_returns, "portal.manage", "GET"),
            ("/portal/returns/files/{return_id}", download, "portal.manage", "GET"),
            ("/portal/returns/signed/{return_id}", show_own_signed, "portal.manage", "GET"),
            (quarter, show_return, "portal.manage", "GET"),
            (f"{quarter}/posts", kept("posts", ask_posts, work=WORK), "portal.manage", "GET"),
            (f"{quarter}/posts", kept("posts", say_posts, work=WORK), "portal.manage", "POST"),
            (f"{quarter}/sign", kept("sign", ask_sign, work=WORK), "portal.manage", "GET"),
            (f"{quarter}/sign", kept("sign", sign_return, work=WORK), "portal.manage", "POST"),
            (one, show_referral, "portal.read", "GET"),
            (f"{one}/assign", assign, "portal.write", "POST"),
            (f"{one}/attempts", record_attempt, "portal.write", "POST"),
            (f"{one}/lock", lock, "portal.write", "POST"),
            (f"{one}/needs/{{stage}}", kept("needs", ask_needs, work=WORK), "portal.write", "GET"),
            (f"{one}/needs/{{stage}}", kept("needs", say_needs, work=WORK), "portal.write", "POST"),
            ("/portal/appointments", show_upcoming, "portal.read", "GET"),
            (f"{one}/appointments", show_appointments, "portal.read", "GET"),
            (f"{one}/appointments", book, "portal.write", "POST"),
            (f"{one}/appointments/{{appointment_id}}", ask_result, "portal.write", "GET"),
            (f"{one}/appointments/{{appointment_id}}", record_result, "portal.write", "POST"),
            (f"{one}/steps/{{verb}}", kept("step", ask_step, work=WORK), "portal.write", "GET"),
            (f"{one}/steps/{{verb}}", kept("step", take_step, work=WORK), "portal.write", "POST"),
        )
    )
