"""The one worker of a provider who sees a restricted person's referral, named after it was sent: by the team leader."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.refused import Refused
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from services.referral.actions import leaving, named_workers
from services.referral.case_ui import naming
from services.referral.case_ui.referring import stocked_desk
from services.referral.case_ui.room import Desk, frame, one, opened
from services.referral.domain.directory import Contract
from services.referral.store import named_worker
from services.referral.store.cases import Case
from services.referral.store.named_worker import Named

NOBODY = "nobody"
PLACE = "Name the worker who sees it"


class Held(NamedTuple):
    """What the address names: the leg of a restricted person, with its contract."""

    case: Case
    leg: Named
    contract: Contract


async def _held(tx: Tx, visit: Visit, desk: Desk) -> Held:
    case = await opened(tx, visit)
    leg = await named_worker.load(tx, visit.id("leg_id"))
    contract = (await stocked_desk(tx, desk)).books.directory.by_id.get(leg.contract_id) if leg else None
    if leg is None or contract is None or leg.case_id != case.case_id:
        raise HTTPException(404)
    return Held(case, leg, contract)


async def ask(visit: Visit, desk: Desk, errors: Sequence[FieldError] = ()) -> Response:
    async with visit.begin() as tx:
        held = await _held(tx, visit, desk)
        top = await frame(tx, visit, held.case, "Referrals")
        seen = audit.seen(visit.signed_in, "case_seen", "case", held.case.case_id, ("assigned_to",))
        await audit.record(tx, [seen])
    named = await naming.who(visit, held.case, held.contract)
    now = str(held.leg.assigned_to) if held.leg.assigned_to else NOBODY
    return visit.render(
        "case_ui/named_worker.html",
        status=422 if errors else 200,
        **top,
        title=PLACE,
        leg=held.leg,
        provider=held.contract.provider,
        contract=held.contract,
        before=one(visit, "before") or now,
        sees=named.get(now),
        gone=now != NOBODY and now not in named,
        named=naming.items({each: text for each, text in named.items() if each != now}),
        choices=len(named) - (now in named),
        errors=errors,
    )


async def take(visit: Visit, desk: Desk) -> Response:
    chosen, before = one(visit, "worker"), one(visit, "before")
    try:
        async with visit.begin() as tx:
            held = await _held(tx, visit, desk)
            named = await naming.who(visit, held.case, held.contract)
            errors = naming.missing(held.case, held.contract, named, chosen)
            worker = naming.id_of(named, chosen)
            if not errors and worker is not None:
                about = (held.leg.leg_id, worker, naming.id_of({before: ""}, before) if before != NOBODY else None)
                await named_workers.name(tx, visit.signed_in, *about, visit.now)
    except Refused:
        said = "Somebody else was named since you opened this page. Look who it is before you name another."
        return visit.conflict(said, f"/cases/{visit.params['case_id']}/legs/{visit.params['leg_id']}/worker")
    if errors:
        return await ask(visit, desk, errors)
    provider = held.contract.provider.name
    said = f"{named[chosen]}, sees the referral from now on, and nobody else there does. Ring {provider} to tell them."
    return visit.redirect(f"/cases/{held.case.case_id}/referrals", flash=said)


async def look_for_leavers(visit: Visit, tx: Tx) -> None:
    """Takes the name away of whoever cannot sign in at the provider any more, for a viewer who may see restricted
    people; the rule then asks for another."""
    if not visit.may("restricted.read") or visit.access is None:
        return
    providers = {leg.provider_id for leg in await named_worker.of_everybody(tx)}
    if providers:
        await named_workers.leavers(tx, visit.signed_in, await leaving.at_work(visit.access, providers))
