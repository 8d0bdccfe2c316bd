"""People of the national fraud list taken in: each once, with the level the list gives them, no channel safe."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from contracts.working_time import local_day
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import sealing, taking_in
from services.referral.actions.taking_in import SelfReferral
from services.referral.domain.books import Books
from services.referral.domain.facts import CaseFacts
from services.referral.domain.fraud_list import Listed
from services.referral.store import cases, intakes
from services.referral.store.intakes import Intake


async def import_list(
    tx: Tx, viewer: Viewer, people: Sequence[Listed], books: Books, sealer: Sealer, now: datetime
) -> tuple[int, int]:
    """Opens a case for each who is not known and did not refuse; returns (opened, passed over)."""
    known = await cases.known(tx, [one.case_id for one in people])
    new = [one for one in people if one.case_id not in known and one.share != "refused"]
    for one in new:
        given = SelfReferral(_facts(one, now), _details(one), agrees=True)
        await taking_in.self_referral(tx, viewer, given, uuid4(), books, sealer, now)
        said = ("national", None, None, "yes", "not_said", (), ())
        await intakes.add(tx, Intake(one.case_id, *said, viewer.user_id, now, one.level))
    counts = (f"{len(new)} opened", f"{len(people) - len(new)} passed over")
    await audit.record(tx, [audit.seen(viewer, "fraud_list.imported", "intake", None, counts)])
    return len(new), len(people) - len(new)


def _facts(one: Listed, now: datetime) -> CaseFacts:
    today, born = local_day(now), one.date_of_birth
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
    return CaseFacts(
        case_id=one.case_id,
        offence_group="fraud-offences",
        crime_type="fraud",
        age=age,
        age_said=age if age is not None else "not_recorded",
        share=one.share,
        share_said=one.share,
        share_by="self",
        home_area=one.area,
        area=one.area,
        reported_at=now,
        reported_on=today,
        reported_via="third_party",
        source="national",
        fraud_level=one.level,
    )


def _details(one: Listed) -> sealing.Details:
    channels = [{"kind": "mobile", "value": one.phone, "safety": "unknown"}] if one.phone else []
    return sealing.Details.model_validate(
        {
            "given_names": one.given_names,
            "family_name": one.family_name,
            "date_of_birth": one.date_of_birth.isoformat() if one.date_of_birth else None,
            "channels": channels,
        }
    )
