"""A person who comes by themselves, by phone or in person: a case of their own, routed as any other."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.refused import Refused
from kit import audit
from kit.access import Viewer
from kit.database import Tx
from kit.sealing import Sealer
from services.referral.actions import (
    at_intake,
    elsewhere,
    filing,
    hearing,
    locking,
    named,
    new_incident,
    restricting,
    safe_again,
    sealing,
    told_channels,
)
from services.referral.actions import books as stocked
from services.referral.actions.announcing import announce
from services.referral.actions.before import ONE_CHANCE
from services.referral.domain.books import Books
from services.referral.domain.deciding import decide
from services.referral.domain.facts import CaseFacts, History
from services.referral.store import batches, details, persons, ruled_out, same_person, unsure
from services.referral.store.batches import Changes, ChannelRow, Newcomer


@dataclass(frozen=True, slots=True)
class SelfReferral:
    """What a worker typed: the coded facts of the case (with a random case_id), and the details to be sealed.

    `liaison`: whether a family liaison officer is with a bereaved family; `suspect`: who did it, by name, or nothing.
    `agrees`: the person agrees that we keep this and look for help; without it nothing is kept. `restricted`: they, or
    somebody they live with, work for the hub, the police or a provider.
    """

    facts: CaseFacts
    details: sealing.Details
    agrees: bool
    restricted: bool = False
    liaison: str = "not_asked"
    suspect: str = ""


async def self_referral(
    tx: Tx, viewer: Viewer, given: SelfReferral, person_id: UUID, books: Books, sealer: Sealer, now: datetime
) -> UUID:
    """Opens a case for a person who came by themselves; nothing is sent without a human. Returns the case's id.

    Of somebody known it is a new incident, as one that the police tell of: what was said of a channel before is over.
    Restricted from its first moment where they say so, or where somebody restricted has their name and birth or their
    number: then whoever took it in may not see it, and who may is asked whether they are one. From here on the
    transaction sees restricted people.
    """
    if not given.agrees:
        raise Refused("agrees", "needs_the_persons_agreement")
    facts = given.facts
    await persons.see_restricted(tx)
    fits = await persons.fits_restricted(tx, {person_id: sealing.digests(sealer, given.details)})
    restricted = given.restricted or bool(fits)
    met = await batches.meet(tx, [Newcomer(person_id, None, None, facts.person_kind, restricted, now)])
    await restricting.tell(tx, met.cases, now, viewer.user_id)
    history = History(person_id=person_id, restricted=person_id in met.restricted)
    facts = replace(facts, refused_providers=tuple(await ruled_out.of_person(tx, person_id)))
    decision = decide(facts, history, books, now)
    changes = Changes()
    case = filing.opened(facts, history, decision, person_id, 0, now, sealed=False)
    changes.cases[case.case_id] = case
    changes.routings[case.case_id, 1] = filing.routed(case, facts, history, decision, now)
    changes.referrals = {referral.referral_id: referral for referral in filing.received(case, decision, now)}
    changes.legs = {leg.leg_id: leg for leg in filing.sent(case, decision, now)}
    changes.channels = {(person_id, kind): ChannelRow(person_id, kind, now) for kind in facts.channels_safe}
    changes.tasks = {task.task_id: task for task in filing.tasks_of(facts, decision, now)}
    changes.unsure = dict.fromkeys((person_id, *await same_person.linked(tx, person_id)), now)
    if facts.source == "self":
        await unsure.asked(tx, person_id, facts.channels_safe)
    unreachable = await safe_again.held(tx, [person_id])
    shut = await batches.write(tx, changes)
    await stocked.keep(tx, books, [decision.directory_version], now)
    await seal(tx, sealer, case.case_id, person_id, given.details, now, heard=facts.source == "self")
    if ONE_CHANCE in case.lines:
        await locking.one_chance(tx, {person_id: now})
    await elsewhere.tell(tx, hearing.dangers(None, case), now)
    if fits and not given.restricted:
        await restricting.who_came(tx, person_id, fits, now)
    elif history.restricted:
        await restricting.until_decided(tx, [person_id], now)
    await details.set_state(tx, [case.case_id], "open")
    await named.look(tx, [person_id], now)
    if facts.bereaved:
        await at_intake.liaison_officer(tx, viewer, case, given.liaison, now)
    if given.suspect:
        await at_intake.suspect(tx, viewer, sealer, case, given.suspect, facts.relationship, now)
    await announce(tx, decision.events, viewer.user_id)
    await new_incident.tell(tx, shut, by=viewer.user_id, role=viewer.role)
    await safe_again.follow(tx, unreachable, books, now, by=viewer.user_id)
    await audit.record(tx, [audit.seen(viewer, "case.taken_in", "case", case.case_id, _named(given.details))])
    return case.case_id


async def seal(
    tx: Tx, sealer: Sealer, case_id: UUID, person_id: UUID, given: sealing.Details, now: datetime, *, heard: bool
) -> None:
    """Keeps what was told of a person, sealed, and finds them by it from now on; `heard`: from themselves."""
    key = (await sealer.data_keys([person_id], make=True))[person_id]
    await details.keep_people(tx, [(person_id, sealing.close_person(key, person_id, given))], now)
    channels = [sealing.close_channel(sealer, key, person_id, channel) for channel in given.ways]
    await told_channels.keep(tx, channels, now, heard=heard)
    await details.keep_cases(tx, [(case_id, person_id, sealing.close_case(key, case_id, given))], now)
    await details.index(tx, [(kind, digest, person_id) for kind, digest in sealing.digests(sealer, given)])
    await details.propose_same(tx, [person_id], now)


def _named(given: sealing.Details) -> tuple[str, ...]:
    return tuple(name for name in details.PERSON_FIELDS if getattr(given, name, None))
