"""Pages of providers: their own lists, one referral with what may be done to it, and how their lists stand."""

from collections.abc import Sequence

from kit.listening import Context
from kit.web.app import Page
from services.referral.provider_portal.capacity import ask_capacity, say_capacity, show_capacity
from services.referral.provider_portal.contacting import lock, record_attempt
from services.referral.provider_portal.lists import assign, show_list
from services.referral.provider_portal.meeting import ask_result, book, record_result, show_appointments, show_upcoming
from services.referral.provider_portal.needs import ask_needs, say_needs
from services.referral.provider_portal.one import show_referral
from services.referral.provider_portal.performance import show_measured, show_performance
from services.referral.provider_portal.returning import (
    ask_posts,
    download,
    download_suppressed,
    say_posts,
    show_return,
    show_returns,
    show_signed,
    sign_return,
)
from services.referral.provider_portal.room import Room
from services.referral.provider_portal.steps import ask_step, take_step


def pages(context: Context) -> Sequence[Page]:
    """Every page of the portal; each works as the portal's own login, under row-level security."""
    room = Room(context)
    one, contract = "/portal/referrals/{referral_id}", "/portal/capacity/{contract_id}"
    quarter = "/portal/returns/{period}"
    commissioner = (
        Page("/portal/signed", room(show_signed), "returns.read"),
        Page("/portal/signed/{return_id}", room(download_suppressed), "returns.read"),
    )
    return commissioner + tuple(
        Page(path, room(view), permission, methods=(method,), database="portal")
        for path, view, permission, method in (
            ("/portal", show_list, "portal.read", "GET"),
            ("/portal/capacity", show_capacity, "portal.manage", "GET"),
            (contract, ask_capacity, "portal.manage", "GET"),
            (contract, say_capacity, "portal.manage", "POST"),
            ("/portal/performance", show_performance, "portal.manage", "GET"),
            ("/portal/performance/{contract_id}/{measure}/{result}", show_measured, "portal.manage", "GET"),
            ("/portal/returns", show_returns, "portal.manage", "GET"),
            ("/portal/returns/files/{return_id}", download, "portal.manage", "GET"),
            (quarter, show_return, "portal.manage", "GET"),
            (f"{quarter}/posts", ask_posts, "portal.manage", "GET"),
            (f"{quarter}/posts", say_posts, "portal.manage", "POST"),
            (f"{quarter}/sign", sign_return, "portal.manage", "POST"),
            (one, show_referral, "portal.read", "GET"),
            (f"{one}/assign", assign, "portal.write", "POST"),
            (f"{one}/attempts", record_attempt, "portal.write", "POST"),
            (f"{one}/lock", lock, "portal.write", "POST"),
            (f"{one}/needs/{{stage}}", ask_needs, "portal.write", "GET"),
            (f"{one}/needs/{{stage}}", say_needs, "portal.write", "POST"),
            ("/portal/appointments", show_upcoming, "portal.read", "GET"),
            (f"{one}/appointments", show_appointments, "portal.read", "GET"),
            (f"{one}/appointments", book, "portal.write", "POST"),
            (f"{one}/appointments/{{appointment_id}}", ask_result, "portal.write", "GET"),
            (f"{one}/appointments/{{appointment_id}}", record_result, "portal.write", "POST"),
            (f"{one}/steps/{{verb}}", ask_step, "portal.write", "GET"),
            (f"{one}/steps/{{verb}}", take_step, "portal.write", "POST"),
        )
    )
