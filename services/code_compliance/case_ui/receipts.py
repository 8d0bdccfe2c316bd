"""The receipt of one clock on a page of its own: its sum, to be copied into a letter, and what it rests on."""

from collections.abc import Sequence

from starlette.responses import Response

from kit import audit
from kit.web.app import Page, Visit
from services.code_compliance.case_ui.case import pieces
from services.code_compliance.case_ui.people import named
from services.code_compliance.case_ui.room import Room, open_case
from services.code_compliance.domain.receipt import receipt
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import CHANNELS, SOURCES, STATES, agency_in_words
from services.code_compliance.reference.oversight import act_in_words


async def show_receipt(visit: Visit, rules: Rulebook) -> Response:
    async with visit.begin() as tx:
        opened = await open_case(tx, visit.id("case_id"))
        clock = opened.clock(visit.id("clock_id"))
        entry = audit.seen(visit.signed_in, "receipt_seen", "case", opened.case.case_id, ("rights",), clock.entitlement)
        await audit.record(tx, [entry])
    entitlement = rules.code_named(clock.code_version).entitlements[clock.entitlement]
    who = await named(visit)
    return visit.render(
        "forecast/receipt.html",
        opened=opened,
        clock=clock,
        clock_id=visit.id("clock_id"),
        entitlement=entitlement,
        holders=", ".join(agency_in_words(holder) for holder in entitlement.duty_holders),
        state="Paused" if clock.state == "running" and clock.paused_since else STATES[clock.state],
        pauses=[(each, rules.pause_words(each.reason_code)) for each in opened.pauses_of(clock)],
        named=who,
        sum=receipt(opened.case, clock, rules, visit.now, opened.pauses_of(clock)),
        evidence=pieces(opened, clock, rules, who),
        source=SOURCES.get(clock.source or "", clock.source),
        channel=CHANNELS.get(clock.channel or "", clock.channel),
        act=act_in_words(clock.entitlement) if clock.state == "running" else "",
    )


def receipt_pages(room: Room) -> Sequence[Page]:
    return (Page("/rights/cases/{case_id}/receipt/{clock_id}", room.of_cases(show_receipt), "rights.read"),)
