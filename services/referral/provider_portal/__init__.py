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
from services.referral.provider_portal.room import Room
from services.referral.provider_portal.steps import ask_step, take_step


def pages(context: Context) -> Sequence[Page]:
    """Every page of the portal; each works as the portal's own login, under row-level security."""
    room = Room(context)
    one, contract = "/portal/referrals/{referral_id}", "/portal/capacity/{contract_id}"
    return tuple(
        Page(path, room(view), permission, methods=(method,), database="portal")
        for path, view, permission, method in (
            ("/portal", show_list, "portal.read", "GET"),
            ("/portal/capacity", show_capacity, "portal.manage", "GET"),
            (contract, ask_capacity, "portal.manage", "GET"),
            (contract, say_capacity, "portal.manage", "POST"),
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
