"""One referral as its provider sees it: what is safe, the pack, what may be done, and what happened."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from kit import audit
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import packing, providing
from services.referral.domain.books import Books
from services.referral.provider_portal.room import frame, own, steps
from services.referral.store import portal

FIELDS = {
    "given_names": "Given names",
    "family_name": "Family name",
    "date_of_birth": "Date of birth",
    "code_word": "Code word",
    "age_band": "Age band",
    "crime_reference": "Crime reference",
    "committed_on": "When it happened",
    "officer_in_case": "Officer in the case",
    "family_liaison_officer": "Family liaison officer",
}
ATTEMPTS = {
    "spoke": "I spoke to the person",
    "no_answer": "Nobody answered",
    "voicemail": "I left a message",
    "call_back_asked": "The person asked to be called back",
    "someone_else_answered": "Somebody else answered",
    "wrong_number": "It was a wrong number",
    "unsafe": "It was not safe to go on",
    "declined": "The person does not want support",
}
CHANNELS = {
    "mobile": "Mobile",
    "landline": "Landline",
    "text": "Text message",
    "email": "Email",
    "letter": "Letter",
    "in_person": "In person",
    "somebody": "Through somebody",
}
TOLD = {
    "referral.sent": "Sent to you",
    "referral.viewed": "Opened by you",
    "referral.accepted": "Accepted",
    "referral.waitlisted": "Put on the waiting list",
    "referral.declined": "Declined",
    "referral.withdrawn": "Withdrawn",
    "referral.information-requested": "You asked the hub a question",
    "referral.information-supplied": "The hub answered your question",
    "contact.attempted": "Contact attempt",
    "support.started": "Support started",
    "support.paused": "Support put on hold",
    "support.resumed": "Support resumed",
    "support.completed": "Support completed",
    "support.ended-early": "Support ended early",
}


async def show_referral(visit: Visit, books: Books, errors: Sequence[FieldError] = ()) -> Response:
    viewer = visit.signed_in
    async with visit.begin() as tx:
        offered = await own(tx, visit.id("referral_id"))
        if offered.state == "sent" and offered.viewed_at is None and visit.may("portal.write"):
            await providing.view(tx, viewer, offered.referral_id, visit.now)
        pack = await packing.read(tx, visit.sealer, viewer, offered.leg_id)
        told = await portal.told(tx, offered.leg_id)
        fields = tuple(sorted(pack or ()))
        await audit.record(tx, [audit.seen(viewer, "portal.referral_seen", "case", offered.case_id, fields)])
    safe = {channel["kind"] for channel in (pack or {}).get("channels", [])}
    return visit.render(
        "provider_portal/referral.html",
        status=422 if errors else 200,
        **frame(visit, books, offered),
        pack=_in_words(pack or {}),
        channels=(pack or {}).get("channels", []),
        channel_words=CHANNELS,
        steps=steps(visit, books, offered),
        can_try=offered.state in ("accepted", "waitlisted", "in_support", "on_hold") and visit.may("portal.write"),
        attempt_channels={kind: words for kind, words in CHANNELS.items() if kind in safe or kind == "in_person"},
        attempts=ATTEMPTS,
        attempt_id=uuid4(),
        told=[
            {
                "label": {"text": TOLD.get(one.type.rsplit(".", 1)[0], one.type)},
                "datetime": {"timestamp": one.happened_at, "type": "datetime"},
                "byline": {"text": one.actor_role.replace("_", " ").replace(".", " ")},
                "text": "",
            }
            for one in told
        ],
        errors=errors,
    )


def _in_words(pack: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (FIELDS.get(name, name.replace("_", " ").capitalize()), _words(value))
        for name, value in pack.items()
        if name != "channels"
    ]


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(_words(one) for one in value.values() if one)
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return {True: "Yes", False: "No"}.get(value, str(value)) if isinstance(value, bool) else str(value)
