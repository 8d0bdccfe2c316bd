"""The pack: the least that a provider declared it needs, frozen and hashed, with safe channels alone."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from contracts.working_time import local_day
from kit.access import Viewer
from kit.database import Tx
from kit.listening import Context
from kit.sealing import CannotOpen, Sealer, seal, unseal
from kit.service import Moment
from services.referral.actions import books as stocked
from services.referral.actions import both_sides, code_words, gating, sealing
from services.referral.actions.filing import end_of_day
from services.referral.domain import risk_said
from services.referral.domain.directory import Contract
from services.referral.domain.facts import NOTHING_KNOWN, facts_of
from services.referral.domain.worker_asked import asked
from services.referral.store import packs, portal, protected, tasks
from services.referral.store.batches import remembered
from services.referral.store.cases import Case
from services.referral.store.packs import Frozen, Material
from services.referral.store.protected import PLACES
from services.referral.store.tasks import Task, task_id

OF_FACTS = ("needs", "access_needs", "relationship", "same_household", "reported_on", "committed_from", "committed_to")
OF_ACCESS = ("communication_needs", "learning_disability", "physical_disability")
"""Vulnerabilities that say how somebody is to be spoken to or met: given with the needs, where these may be."""
BATCH = 300
UNREACHED = "nobody_can_reach"


async def contents(tx: Tx, sealer: Sealer, case: Case, contract: Contract) -> dict[str, Any]:
    """What a provider of `contract` would be given of `case` now, by field; a field that we do not have is left out."""
    material = (await packs.materials(tx, [case.case_id]))[case.case_id]
    keys = await sealer.data_keys([case.person_id])
    words = await code_words.of_person(tx, sealer, case.person_id)
    return _contents(material, contract, keys.get(case.person_id), words)


def _contents(material: Material, contract: Contract, key: bytes | None, words: Sequence[str]) -> dict[str, Any]:
    case = material.case
    have = _plain(case, material.facts, contract) | {
        "crime_reference": material.crime_reference,
        "risk": _risk(material),
    }
    have |= sealing.in_clear(key, "person_sealed", case.person_id, material.person)
    have |= sealing.in_clear(key, "case_sealed", case.case_id, material.officers)
    have[code_words.FIELD] = code_words.said(words)
    have["channels"] = _safe_channels(material, key)
    if not any(channel["kind"] == "letter" for channel in have["channels"]):
        have.pop("address", None)
    return {name: have[name] for name in contract.pack if have.get(name) not in (None, "", (), [])}


def _plain(case: Case, facts: dict[str, Any], contract: Contract) -> dict[str, Any]:
    """What is not sealed. Access needs go with the needs, where a provider did not ask for them apart."""
    have = {name: facts.get(name) for name in OF_FACTS}
    worker = asked(facts.get("choices") or ())
    access = [one for one in facts.get("vulnerabilities") or () if one in OF_ACCESS]
    access += () if "access_needs" in contract.pack else facts.get("access_needs") or ()
    if worker is not None or access:
        have["needs"] = [*(facts.get("needs") or ()), *access, *([worker] if worker is not None else ())]
    return have | {
        "reference": case.reference,
        "offence": case.offence_code or case.incident_kind,
        "flags": [*case.flags, *case.hate_strands],
        "age_band": case.age_band,
        "language": case.language,
        "area": case.home_local_authority or case.local_authority,
        "share": case.share,
        "committed_on": facts.get("committed_to") or facts.get("committed_from"),
    }


def _risk(material: Material) -> str | None:
    """The risk with what made it high: the grade alone may say the opposite of why somebody is referred."""
    if not material.facts:
        return material.case.risk_grade
    return risk_said.risk(facts_of(material.facts), remembered(material.history) if material.history else NOTHING_KNOWN)


def _safe_channels(material: Material, key: bytes | None) -> list[dict[str, Any]]:
    """The channels that are known to be safe; a protected address is given to nobody. The address goes with the
    letter: where none is safe, who knows the address may turn up at it."""
    hidden = PLACES if material.protected else ()
    written = sealing.in_clear(key, "channel", material.case.person_id, material.values, plain=True)
    values = sealing.only_usable(written)
    return [
        {
            "kind": channel.kind,
            "value": values.get(channel.kind),
            "days": channel.days,
            "hours": channel.hours,
            "voicemail": channel.voicemail,
            "say_who": channel.say_who,
        }
        for channel in material.channels
        if channel.is_safe and channel.kind not in hidden
    ]


def no_way(contract: Contract, pack: dict[str, Any]) -> bool:
    """Whether a provider is to reach somebody and was given no number or address for it."""
    return "channels" in contract.pack and not any(channel["value"] for channel in pack.get("channels", ()))


def digest(pack: dict[str, Any]) -> str:
    """SHA-256 of a pack, the same for the officer who saw it and the provider who got it."""
    return hashlib.sha256(_bytes(pack)).hexdigest()


def _bytes(pack: dict[str, Any]) -> bytes:
    return orjson.dumps(pack, option=orjson.OPT_SORT_KEYS)


async def freeze(
    tx: Tx, sealer: Sealer, leg_id: UUID, person_id: UUID, pack: dict[str, Any], within: Iterable[str] = ()
) -> str:
    """Seals a pack into its leg, once and for all; returns its digest. `within`: the fields that the agreement lets the
    provider be told, none where nothing bounds them."""
    keys = await sealer.data_keys([person_id], make=True)
    frozen = replace(_frozen(leg_id, keys[person_id], pack), within=sorted(within))
    await packs.freeze(tx, [frozen])
    return frozen.sha256


def _frozen(leg_id: UUID, key: bytes, pack: dict[str, Any]) -> Frozen:
    sealed = seal(key, _bytes(pack).decode(), sealing.place("leg", "pack", leg_id))
    return Frozen(leg_id, sealed, sorted(pack), digest(pack))


async def freeze_automatic(tx: Tx, moment: Moment, context: Context) -> int:
    """Freezes the packs of legs that the policy sent, once the person's details are open, and from then on their
    providers can see them; returns how many."""
    waiting = await packs.unpacked(tx, BATCH)
    if not waiting:
        return 0
    materials = await packs.materials(tx, [leg.case_id for leg in waiting])
    keys = await context.sealer.data_keys([one.case.person_id for one in materials.values()], make=True)
    words = await code_words.of_people(tx, context.sealer, sorted(keys))
    contracts = (await stocked.current(tx, context.facts)).directory.by_id
    frozen, unreached = [], []
    for leg in waiting:
        material, contract = materials[leg.case_id], contracts.get(leg.contract_id)
        key = keys[material.case.person_id]
        known = words.get(material.case.person_id, ())
        pack = _contents(material, contract, key, known) if contract else {}
        frozen.append(_frozen(leg.leg_id, key, pack))
        if contract is not None and no_way(contract, pack):
            unreached.append(leg.case_id)
    await packs.freeze(tx, frozen, moment.now)
    due = end_of_day(moment.now)
    found = [(task_id(UNREACHED, case_id), case_id) for case_id in unreached]
    await tasks.add(tx, [Task(task, UNREACHED, due, moment.now, case_id=case_id) for task, case_id in found])
    await both_sides.watch(tx, [leg.leg_id for leg in waiting], moment.now)
    return len(waiting)


async def read(tx: Tx, sealer: Sealer, viewer: Viewer, leg_id: UUID, now: datetime) -> dict[str, Any] | None:
    """The pack of one's own leg; None while it is not frozen, for everybody else's, after a decline, and of a leg that
    has ended once the agreement or the time to keep it open is over. What the person no longer agrees to share, and an
    address that is protected now, is left out, though it was given before."""
    kept = timedelta(days=stocked.standards(local_day(now)).ended_pack_days)
    found = await portal.pack(tx, leg_id, now - kept)
    if found is None or not viewer.may("portal.read"):
        return None
    person_id, sealed, shared = found
    key = (await sealer.data_keys([person_id])).get(person_id)
    try:
        held = orjson.loads(unseal(key, sealed, sealing.place("leg", "pack", leg_id))) if key else None
    except CannotOpen:
        return None
    held = gating.within(held, shared or None) if held else held
    return _without_place(held) if held and await protected.of(tx, [person_id]) else held


def _without_place(pack: dict[str, Any]) -> dict[str, Any]:
    channels = [channel for channel in pack.get("channels", ()) if channel["kind"] not in PLACES]
    kept = {name: value for name, value in pack.items() if name != "address"}
    return kept | ({"channels": channels} if "channels" in kept else {})
