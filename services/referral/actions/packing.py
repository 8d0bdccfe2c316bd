"""The pack: the least that a provider declared it needs, frozen and hashed, with safe channels alone."""

import hashlib
from typing import Any
from uuid import UUID

import orjson

from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, seal, unseal
from kit.service import Moment
from services.referral.actions import sealing
from services.referral.domain.directory import Contract
from services.referral.store import cases, contact, details, packs, portal
from services.referral.store.cases import Case

OF_FACTS = ("needs", "access_needs", "relationship", "same_household", "reported_on", "committed_from", "committed_to")
BATCH = 200


async def contents(tx: Tx, sealer: Sealer, case: Case, contract: Contract) -> dict[str, Any]:
    """What a provider of `contract` would be given of `case` now, by field; a field that we do not have is left out."""
    routings = await cases.routings(tx, case.case_id)
    have = _plain(case, routings[0].facts["case"] if routings else {})
    have["crime_reference"] = await packs.crime_reference(tx, case.crime_id)
    have |= await sealing.open_person(sealer, case.person_id, await details.person(tx, case.person_id))
    have |= await sealing.open_case(sealer, case.person_id, case.case_id, await details.case(tx, case.case_id))
    have["channels"] = await _safe_channels(tx, sealer, case.person_id)
    return {name: have[name] for name in contract.pack if have.get(name) not in (None, "", (), [])}


def _plain(case: Case, facts: dict[str, Any]) -> dict[str, Any]:
    have = {name: facts.get(name) for name in OF_FACTS}
    return have | {
        "reference": case.reference,
        "offence": case.offence_code or case.incident_kind,
        "flags": [*case.flags, *case.hate_strands],
        "risk": case.risk_grade,
        "age_band": case.age_band,
        "language": case.language,
        "area": case.home_local_authority or case.local_authority,
        "share": case.share,
        "committed_on": facts.get("committed_to") or facts.get("committed_from"),
    }


async def _safe_channels(tx: Tx, sealer: Sealer, person_id: UUID) -> list[dict[str, Any]]:
    values = await sealing.open_channels(sealer, person_id, await contact.values(tx, person_id))
    return [
        {
            "kind": channel.kind,
            "value": values.get(channel.kind),
            "days": channel.days,
            "hours": channel.hours,
            "voicemail": channel.voicemail,
            "say_who": channel.say_who,
        }
        for channel in await contact.channels(tx, person_id)
        if channel.safety == "safe" and not channel.locked
    ]


def digest(pack: dict[str, Any]) -> str:
    """SHA-256 of a pack, the same for the officer who saw it and the provider who got it."""
    return hashlib.sha256(_bytes(pack)).hexdigest()


def _bytes(pack: dict[str, Any]) -> bytes:
    return orjson.dumps(pack, option=orjson.OPT_SORT_KEYS)


async def freeze(tx: Tx, sealer: Sealer, leg_id: UUID, person_id: UUID, pack: dict[str, Any]) -> str:
    """Seals a pack into its leg, once and for all; returns its digest."""
    keys = await sealer.data_keys([person_id], make=True)
    sealed = seal(keys[person_id], _bytes(pack).decode(), sealing.place("leg", "pack", leg_id))
    await packs.freeze(tx, leg_id, sealed, sorted(pack), digest(pack))
    return digest(pack)


async def freeze_automatic(tx: Tx, moment: Moment, context: Context) -> int:
    """Freezes the packs of legs that the policy sent, once the person's details are open; returns how many."""
    waiting = await packs.unpacked(tx, BATCH)
    for leg in waiting:
        case = await cases.get(tx, leg.case_id)
        contract = context.facts.directory.by_id.get(leg.contract_id)
        if case is not None and contract is not None:
            pack = await contents(tx, context.sealer, case, contract)
            await freeze(tx, context.sealer, leg.leg_id, leg.person_id, pack)
    return len(waiting)


async def read(tx: Tx, sealer: Sealer, viewer: Viewer, leg_id: UUID) -> dict[str, Any] | None:
    """The pack of one's own leg; None while it is not frozen, for everybody else's, and after a decline."""
    found = await portal.pack(tx, leg_id)
    if found is None or not viewer.may("portal.read"):
        return None
    person_id, sealed = found
    key = (await sealer.data_keys([person_id])).get(person_id)
    try:
        return orjson.loads(unseal(key, sealed, sealing.place("leg", "pack", leg_id))) if key else None
    except CannotOpen:
        return None
