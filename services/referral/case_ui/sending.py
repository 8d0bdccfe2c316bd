"""Sending to a chosen provider: what stands in the way, what it would be given, and the send."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import Response

from contracts.reference import offence
from contracts.refused import Refused
from contracts.working_time import end_of_day, local_day
from kit import audit
from kit.database import Tx
from kit.web.app import Visit
from kit.web.forms import FieldError
from kit.web.once import bound
from kit.web.words import time_words, when
from services.referral import said, stale_steps
from services.referral.actions import books as stocked
from services.referral.actions import consenting, excepting, gating, narrow, packing, referring, ruling_out, specialist
from services.referral.case_ui import come_since, in_the_way, naming, steps, whynot, words
from services.referral.case_ui.agreements import id_of
from services.referral.case_ui.going import titled
from services.referral.case_ui.referring import stocked_desk
from services.referral.case_ui.room import STALE, Desk, error_of, frame, one, opened
from services.referral.case_ui.said_no import said_no
from services.referral.desk_books import first_contact as lists
from services.referral.domain.books import Books
from services.referral.domain.directory import Contract
from services.referral.domain.facts import facts_of
from services.referral.domain.languages import language_name
from services.referral.domain.matching import Explained, explained, works_in
from services.referral.domain.referral import ReferralState
from services.referral.domain.rules import months_before
from services.referral.store import audited, beside, cases, consent, first_contact, referrals
from services.referral.store.audited import Audited
from services.referral.store.cases import Case
from services.referral.store.consent import Consent
from services.referral.store.referrals import Leg

PREVIEWED = {False: "pack_previewed", True: "pack_revealed"}
OTHER = "other_party"
"""Stands among the fields that a page showed, where it warned that the provider helps the other party."""


@dataclass(frozen=True, slots=True)
class Going:
    """What would go to a contract. `given`: the pack's fields, and OTHER where that warning stands above them."""

    case: Case
    referral: ReferralState
    contract: Contract
    books: Books
    given: tuple[str, ...]
    legs: Sequence[Leg]
    pack: dict[str, Any]
    left: tuple[str, ...]
    """What the contract needs, we have, and the person has not agreed to share."""
    later: tuple[str, ...]
    """What is shared with it beside the pack, as it stands or once it is known."""
    rules: Explained | None
    """Every rule on the contract, in words; None where nothing was decided on the case."""
    specialist: bool
    """Whether one has to agree first."""
    against: dict[str, str]
    """What stands against the person, see `come_since`."""
    undone: Audited | None
    """The last send of this case that was taken back: a form made before it sends nothing again."""

    @property
    def shut(self) -> str:
        return in_the_way.said(self.rules, specialist=self.specialist)

    @property
    def stood(self) -> str:
        return stale_steps.stood(self.referral, len(self.legs), self.undone.at if self.undone else None)


async def _going(tx: Tx, visit: Visit, desk: Desk, *, lock: bool = False) -> Going | None:
    """What the address names; None where the contract is none of this line."""
    case = await opened(tx, visit)
    referral = await (steps.locked if lock else steps.held)(tx, visit)
    books = (await stocked_desk(tx, desk)).books
    contract = books.directory.by_id.get(visit.id("contract_id"))
    if contract is None or contract.line != referral.line:
        return None
    noes = await gating.said_no(tx, [case.case_id])
    scope = gating.scope_of(await consent.of_case(tx, case.case_id), contract, visit.now, noes)
    whole = await packing.contents(tx, visit.sealer, case, contract)
    pack = gating.within(whole, scope)
    left = tuple(name for name in whole if name not in pack)
    covered = scope if scope is not None else {*contract.pack, *gating.BY_A_SEND}
    later = tuple(sorted(covered & {*contract.pack, "risk"} - whole.keys()))
    other = [OTHER] if works_in(contract, await beside.also_with(tx, case.case_id)) else []
    legs = await referrals.legs(tx, referral.referral_id)
    undone = await audited.last(tx, case.case_id, "referral.undone")
    rules = await _rules(tx, case, contract, referral.line, visit)
    first = await specialist.is_missing(tx, case, referral.line)
    against, given = await come_since.stands(tx, case), (*pack, *other)
    return Going(case, referral, contract, books, given, legs, pack, left, later, rules, first, against, undone)


async def check(
    visit: Visit, desk: Desk, errors: Sequence[FieldError] = (), status: int = 422, *, whole: bool = False
) -> Response:
    """What the provider would be given, before it goes; `whole`: with everything that stands in it."""
    async with visit.begin() as tx:
        going = await _going(tx, visit, desk)
        if going is None:
            return visit.not_found()
        case = going.case
        assessed = await first_contact.latest(tx, case.case_id)
        granted = await excepting.granted(tx, case.case_id)
        no, known = await said_no(tx, case, visit.now), await beside.also_with(tx, case.case_id)
        top = await frame(tx, visit, case, "Referrals")
        fields = tuple(sorted(name for name in going.given if name != OTHER))
        await audit.record(tx, [audit.seen(visit.signed_in, PREVIEWED[whole], "case", case.case_id, fields)])
    named = await naming.who(visit, case, going.contract)
    return visit.render(
        "case_ui/check.html",
        status=status if errors else 200,
        **top,
        referral=going.referral,
        contract=going.contract,
        stood=going.stood,
        given=",".join(going.given),
        digest=packing.digest(going.pack),
        against=come_since.mark(going.against),
        whole=[(words.words(name), _said(name, value)) for name, value in going.pack.items()] if whole else (),
        send_id=uuid4(),
        other=whynot.other_party(going.contract, known) if OTHER in going.given else None,
        kept_apart=whynot.KEPT_APART,
        fields=[words.words(name) for name in going.given if name != OTHER] + _area_told(going.given),
        assessed=assessed,
        named=naming.items(named) if named else (),
        unread=await naming.unread(visit, going.contract),
        nobody=naming.nobody(going.contract.provider) if case.restricted and not named else None,
        unassessed=[{"value": code, "text": text} for code, text in {"": "Choose", **lists().unassessed}.items()],
        rules=no.checks(going.rules.checks, going.contract) if going.rules else (),
        shut=going.shut,
        opens=in_the_way.opens(
            going.rules, f"/cases/{case.case_id}", going.referral.referral_id, specialist=going.specialist
        ),
        said_no=no.against(going.contract),
        maybe=no.warned(going.contract),
        ruled=no.stands(going.contract, granted.get(going.contract.contract_id, ())),
        open_by=no.exceptable(going.contract),
        left_out=_named(going.left),
        later=_named(going.later),
        why_narrow=_why_narrow(visit, desk) if narrow.asks_why(case, going.left) else None,
        errors=errors,
    )


def _area_told(given: Collection[str]) -> list[str]:
    """That the area stands on the provider's page too, wherever it is told how to reach the person."""
    told = "area" not in given and not gating.TELLS_AREA.isdisjoint(given)
    return ["Area, as it stands on their page"] if told else []


def _why_narrow(visit: Visit, desk: Desk) -> tuple[str, list[dict[str, str]]]:
    """The question why somebody at high risk is sent without what they did not agree to, and its answers."""
    listed = desk.books.transitions.reasons[narrow.LIST]
    answers = [{"value": one.code, "text": one.words} for one in listed.on(local_day(visit.now))]
    return listed.words, [{"value": "", "text": "Choose"}, *answers]


CODED = frozenset({"flags", "risk", "needs", "access_needs", "share", "relationship"})
"""Fields of a pack that hold codes of our lists."""


def _said(name: str, value: Any) -> str:
    """A field of a pack as one line, in words where it holds codes."""
    if name == "offence" and (known := offence(str(value))) is not None:
        return f"{known.title} ({value})"
    if name == "area":
        return words.area(str(value))
    if name == "risk" and ":" in str(value):
        return str(value)
    if name in CODED:
        told = value if isinstance(value, list | tuple) else [value]
        return ", ".join(words.words(str(one)) for one in told)
    if name == "language":
        return language_name(str(value))
    if name == "age_band":
        return said.age(value)
    if name == "channels":
        return "; ".join(_way(channel) for channel in value)
    if name in said.DAYS:
        return said.day(str(value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return words.plain(value)


def _way(channel: Mapping[str, Any]) -> str:
    """A way to reach the person with all that the provider reads beside it; only what is safe now is in a pack."""
    told = [words.words(channel["kind"]), str(channel["value"] or "no number or address came"), "safe"]
    told += [said.days(channel["days"])] if channel["days"] else []
    told += [said.hours(channel["hours"])] if channel["hours"] else []
    if channel["voicemail"] is not None:
        told.append("messages may be left" if channel["voicemail"] else "leave no message")
    if channel["say_who"] is not None:
        told.append("say who you are if you wish" if channel["say_who"] else "do not say who you are")
    return ", ".join(told)


async def whole(visit: Visit, desk: Desk) -> Response:
    """The same page with everything that the provider would be given, because somebody asked; who asked is kept."""
    return await check(visit, desk, whole=True)


async def _rules(tx: Tx, case: Case, contract: Contract, line: str, visit: Visit) -> Explained | None:
    routings = await cases.routings(tx, case.case_id)
    granted = (await excepting.granted(tx, case.case_id)).get(contract.contract_id, {})
    facts = facts_of(routings[0].facts["case"]) if routings else None
    return explained(facts, line, contract, local_day(visit.now), granted) if facts else None


async def send(visit: Visit, desk: Desk) -> Response:
    agreed, status = one(visit, "agreed"), 422
    try:
        async with visit.begin() as tx:
            going = await _going(tx, visit, desk, lock=True)
            if going is None:
                return visit.not_found()
            case = going.case
            if stale_steps.differs(visit, going.stood):
                return await _moved(tx, visit, going, agreed)
            shut, open_then = going.shut, bool(one(visit, "open"))
            errors = _in_the_way(shut, open_then) if shut else _changed(visit, going)
            status = 409 if errors and (open_then or not shut) else 422
            unassessed = await first_contact.latest(tx, case.case_id) is None
            named = await naming.who(visit, case, going.contract)
            errors = errors or naming.missing(case, going.contract, named, one(visit, "worker"))
            if not shut and status == 422:
                errors += [*_wrong(visit, agreed, unassessed=unassessed), *_narrow(visit, desk, going)]
            if not errors:
                leg = await _send(tx, visit, desk, going, naming.id_of(named, one(visit, "worker")), unassessed)
    except Refused as refused:
        if refused.code in STALE:
            return await _look_again(visit, desk)
        errors = [error_of(refused, "worker" if refused.field == "worker" else "agreed")]
    return await check(visit, desk, errors, status) if errors else visit.redirect(_sent(case, leg))


async def _send(tx: Tx, visit: Visit, desk: Desk, going: Going, worker: UUID | None, unassessed: bool) -> Leg:
    case, contract = going.case, going.contract
    if one(visit, "agreed") == "yes":
        await agree(tx, visit, desk, case, contract, _agreement_id(visit, contract) or uuid4())
    if unassessed:
        await _say_unassessed(tx, visit, case)
    if narrow.asks_why(case, going.left):
        told = audit.seen(
            visit.signed_in, "referral.sent_narrow", "case", case.case_id, going.left, one(visit, "narrow")
        )
        await audit.record(tx, [told])
    about = (going.referral.referral_id, contract.contract_id, going.books)
    return await referring.send(tx, visit.signed_in, *about, visit.sealer, visit.now, assigned_to=worker)


def _sent(case: Case, leg: Leg) -> str:
    return f"/cases/{case.case_id}/legs/{leg.leg_id}/sent"


async def _moved(tx: Tx, visit: Visit, going: Going, agreed: str) -> Response:
    """Where the referral is not as the page showed it: the same press lands where the first went, with its way back;
    everything else is told what stands now."""
    last = going.legs[-1] if going.legs else None
    mine = last is not None and last.sent_by == visit.signed_in.user_id
    if last is None or not mine or last.contract_id != going.contract.contract_id or last.state not in _UNDER_WAY:
        return visit.conflict(await _told(tx, visit, going), f"/cases/{going.case.case_id}/referrals")
    said_yes = _agreement_id(visit, going.contract)
    if agreed == "yes" and last.gate != "agreement":
        said = "You sent this already, without an agreement of the person: it was not recorded that they agreed."
    elif agreed == "no" and said_yes is not None and await consent.load(tx, said_yes) is not None:
        said = "You sent this already, and said then that the person agreed: that was recorded."
    else:
        return visit.redirect(_sent(going.case, last))
    return visit.conflict(said, _sent(going.case, last))


_UNDER_WAY = frozenset({"leaving", "sent", "accepted", "waitlisted"})


async def _told(tx: Tx, visit: Visit, going: Going) -> str:
    """Who has the referral now, or to whom it is on its way."""
    last = going.legs[-1] if going.legs else None
    if last is not None and last.state == "leaving":
        who = "you" if last.sent_by == visit.signed_in.user_id else "a colleague"
        to = titled(going.books, last.contract_id)
        return f"It is on its way to {to}, sent by {who}, and leaves at {time_words(last.release_at)}."
    if going.undone is not None and last is None:
        return f"A send of this case was undone on {when(going.undone.at)}: nothing was sent. Open the page to send."
    referral = going.referral
    return await stale_steps.told(tx, going.books, going.case.case_id, referral.referral_id, referral.state)


async def _look_again(visit: Visit, desk: Desk) -> Response:
    async with visit.begin() as tx:
        going = await _going(tx, visit, desk)
        said = await _told(tx, visit, going) if going else ""
    return visit.conflict(said, f"/cases/{visit.params['case_id']}/referrals")


def _in_the_way(shut: str, open_then: bool) -> list[FieldError]:
    said = in_the_way.CHANGED if open_then else in_the_way.NOT_SENT
    return [FieldError("", said.format(shut))]


def _changed(visit: Visit, going: Going) -> list[FieldError]:
    """What would be given now and was not shown, or the other way about."""
    shown = set(one(visit, "given").split(","))
    more = [name for name in going.given if name not in shown]
    fewer = [name for name in going.contract.pack if name in shown and name not in going.given]
    said = [f"it would also be given: {_named(more)}"] if set(more) - {OTHER} else []
    said += [f"it would not be given: {_named(fewer)}"] if fewer else []
    said += ["what stands in it is not what it was"] if not said and _differs(visit, going) else []
    said += ["a warning about the other party now stands above"] if OTHER in more else []
    said += come_since.new(visit, going.against)
    if not said:
        return []
    changed = f"This has changed since you opened the page: {'; '.join(said)}. Nothing was sent."
    return [FieldError("", f"{changed} Read the list again before you send it")]


def _differs(visit: Visit, going: Going) -> bool:
    digest = one(visit, "digest")
    return bool(digest) and digest != packing.digest(going.pack)


def _named(fields: Sequence[str]) -> str:
    return ", ".join(words.words(name).lower() for name in fields if name != OTHER)


def _wrong(visit: Visit, agreed: str, *, unassessed: bool) -> list[FieldError]:
    """What has to be put right before it goes. A first-contact assessment comes before a send, or somebody says why it
    does not; nobody is kept from help by it."""
    missing = unassessed and one(visit, "unassessed") not in lists().unassessed
    errors = [FieldError("unassessed", "Choose why it is sent before the assessment")] if missing else []
    if agreed not in ("yes", "no"):
        errors.append(FieldError("agreed", "Choose whether the person agreed to this provider"))
    return errors


def _narrow(visit: Visit, desk: Desk, going: Going) -> list[FieldError]:
    if not narrow.asks_why(going.case, going.left):
        return []
    known = {each["value"] for each in _why_narrow(visit, desk)[1] if each["value"]}
    said = "Choose why it is sent without what the provider needs, or record a wider agreement first"
    return [] if one(visit, "narrow") in known else [FieldError("narrow", said)]


async def _say_unassessed(tx: Tx, visit: Visit, case: Case) -> None:
    """Keeps why somebody was referred before a first-contact assessment was recorded."""
    said = one(visit, "unassessed")
    await audit.record(tx, [audit.seen(visit.signed_in, "referral.unassessed", "case", case.case_id, (), said)])


def _agreement_id(visit: Visit, contract: Contract) -> UUID | None:
    """The id of the agreement that this very form records where it says that the person agreed."""
    made = id_of(one(visit, "send_id"))
    return bound(made, contract.contract_id, "agreed") if made else None


async def agree(tx: Tx, visit: Visit, desk: Desk, case: Case, contract: Contract, consent_id: UUID) -> None:
    """Records that the person agreed to a contract, to what it needs, known yet or not, and the risk, once: where they
    have agreed to it before, that stands with the scope they gave it, and the same form records it no second time.
    A provider that they had ruled out is theirs to choose again."""
    books, provider = await stocked.current(tx, desk.books), contract.provider.provider_id
    await ruling_out.wanted_again(tx, visit.signed_in, case, provider, books, visit.now)
    before = await consent.load(tx, consent_id)
    if before is not None or await gating.has_agreed(tx, case.case_id, contract, visit.now):
        return
    today = local_day(visit.now)
    last = months_before(today, -desk.books.standards_on(today).agreement_months)
    agreement = Consent(
        consent_id=consent_id,
        person_id=case.person_id,
        case_id=case.case_id,
        purpose="support",
        given_by="self",
        taken_at=visit.now,
        line=contract.line,
        provider_id=contract.provider.provider_id,
        contract_id=contract.contract_id,
        scope=tuple(sorted({*contract.pack, *gating.BY_A_SEND})),
        how=consenting.BY_THE_ACT,
        taken_by=visit.signed_in.user_id,
        expires_at=end_of_day(last),
    )
    await consenting.record(tx, visit.signed_in, agreement, visit.now)
