"""Pages of the hub: queues, a case with its tabs, referring, contact, taking somebody in, and operations."""

from collections.abc import Sequence

from kit.listening import Context
from kit.web.app import Page
from services.referral.case_ui import (
    barred,
    case,
    contact,
    death,
    exception,
    looked,
    operations,
    people,
    queues,
    referring,
    sending,
    sent,
    start,
    steps,
    whynot,
    work_day,
)
from services.referral.case_ui.life_pages import LIFE
from services.referral.case_ui.room import Room
from services.referral.drafting import kept


def pages(context: Context) -> Sequence[Page]:
    """Every page with its permission."""
    room = Room(context)
    one = "/cases/{case_id}"
    chosen = f"{one}/referrals/{{referral_id}}/contracts/{{contract_id}}"
    shown = (
        *LIFE,
        *people.PAGES,
        *work_day.ROUTES,
        ("/cases", queues.show, "case.read", "GET"),
        ("/cases/search", queues.search, "case.read", "POST"),
        ("/cases/found/{search_id}", queues.found, "case.read", "GET"),
        (one, case.overview, "case.read", "GET"),
        (f"{one}/reveal", case.reveal, "case.reveal", "POST"),
        (f"{one}/reviewed", case.review, "case.write", "POST"),
        (f"{one}/looked-at", barred.looked, "case.write", "POST"),
        (f"{one}/alive", case.take_death_back, "case.write", "POST"),
        (f"{one}/timeline", case.show_timeline, "case.read", "GET"),
        (f"{one}/looked", looked.show, "case.read", "GET"),
        (f"{one}/referrals", referring.show, "case.read", "GET"),
        (f"{one}/lines", referring.open_line, "referral.write", "POST"),
        (f"{one}/referrals/{{referral_id}}/steps/{{verb}}", kept("step", steps.ask), "referral.write", "GET"),
        (f"{one}/referrals/{{referral_id}}/steps/{{verb}}", kept("step", steps.take), "referral.write", "POST"),
        (f"{one}/referrals/{{referral_id}}/contracts", whynot.choose, "referral.write", "GET"),
        (f"{one}/decisions/{{run}}/{{line}}", whynot.then, "case.read", "GET"),
        (chosen, kept("send", sending.check), "referral.write", "GET"),
        (chosen, kept("send", sending.send), "referral.write", "POST"),
        (f"{chosen}/exception", exception.ask, "referral.write", "GET"),
        (f"{chosen}/exception", exception.take, "referral.write", "POST"),
        (f"{chosen}/given", sending.whole, "case.reveal", "POST"),
        (f"{one}/legs/{{leg_id}}/sent", sent.show, "referral.write", "GET"),
        (f"{one}/legs/{{leg_id}}/undo", sent.undo, "referral.write", "POST"),
        (f"{one}/contact", contact.show, "case.read", "GET"),
        (f"{one}/contact/use", contact.use, "case.reveal", "POST"),
        (f"{one}/contact/lock", contact.lock, "case.write", "POST"),
        (f"{one}/contact/safety", contact.set_safety, "case.write", "POST"),
        (f"{one}/contact/attempts", contact.record_attempt, "case.write", "POST"),
        (f"{one}/death", death.ask, "case.write", "GET"),
        (f"{one}/death", death.write, "case.write", "POST"),
        ("/referrals", referring.landing, "referral.write", "GET"),
    )
    return (
        Page("/", start.show, public=True),
        *people.machines(room),
        *operations.pages(),
        *(
            Page(path, room(view), permission, methods=(method,), upload=people.UPLOADS.get(path))
            for path, view, permission, method in shown
        ),
    )
