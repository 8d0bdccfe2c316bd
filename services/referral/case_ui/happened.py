"""What happened on a case, in words: the title of each event, and what it changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.justice import MilestoneReached
from contracts.referral import OfferStepTaken
from contracts.working_time import local_day
from kit.web.words import date_words, deadline, plural, when
from services.referral.actions.asked import DANGER
from services.referral.actions.wishing import asked_by
from services.referral.beside_books import offers
from services.referral.case_ui import first_contact, why, words
from services.referral.desk_books import right_names
from services.referral.domain.books import Books
from services.referral.said import who
from services.referral.store.audited import Audited
from services.referral.store.first_contact import HubAssessment
from services.referral.store.life import CheckIn
from services.referral.store.timeline import Entry
from services.referral.store.wishes import Before

ASSESSED = "first-contact.assessed.v1"
CHECKED = "check-in.recorded.v1"
DEATH_SAID = "death.said"
WISHED = "contact-wish.stated.v1"
_TITLES = {
    WISHED: "Said on their own page how to be reached",
    "own-rights-word.guessed.v1": "Three wrong code words were given behind the person's link: it is shut",
    OfferStepTaken.TYPE: "A step of an offer",
    "person-death.recorded.v1": "Whether the person died",
    CHECKED: "Checked in with somebody on a waiting list",
    ASSESSED: "First-contact assessment recorded",
    DEATH_SAID: "It was written down that the person died",
    "case.routed.v1": "Case routed",
}
_SAFETY = {"safe": "safe", "unsafe": "not safe", "unknown": "not known to be safe"}


def item(books: Books, entry: Entry) -> dict[str, Any]:
    """An entry as the timeline of a page takes it."""
    return {
        "label": {"text": _TITLES.get(entry.type) or words.event(entry.type)},
        "datetime": {"timestamp": entry.happened_at, "type": "datetime"},
        "byline": {"text": who(entry.actor_role)},
        "text": ", ".join(told(books, entry)),
    }


def assessed(made: HubAssessment) -> Entry:
    """An assessment as an entry among the others; the case announces none."""
    data: dict[str, Any] = {"risk": made.risk, "dash_score": made.dash_score, "agreed": made.agreed}
    data |= {"danger": made.said_danger, "same_household": made.same_household}
    return Entry(0, made.at, ASSESSED, None, None, made.by_role, made.by_id, data)


def checked(made: CheckIn) -> Entry:
    """A check-in of a waiting list as an entry among the others; the case announces none."""
    data = {"outcome": made.outcome, "next_on": made.next_on}
    return Entry(0, made.at, CHECKED, made.referral_id, made.leg_id, made.by_role, made.by_id, data)


def death_said(made: Audited) -> Entry:
    """That somebody wrote down a death as an entry among the others; it is announced once the hub has made sure."""
    said = {"said_by": made.reason}
    return Entry(0, made.at, DEATH_SAID, None, None, made.actor_role, made.actor_id, said)


def told(books: Books, entry: Entry) -> list[str]:
    """What an event says, piece by piece, without a code."""
    data, kind = entry.data, entry.type.rsplit(".", 1)[0]
    if entry.type == ASSESSED:
        return _assessed(data)
    if entry.type == CHECKED:
        found = books.transitions.reasons["check_in"].words_of(data["outcome"])
        return [found, f"the next is due on {date_words(data['next_on'])}"]
    if entry.type == DEATH_SAID:
        return [
            f"who said so: {books.transitions.reasons['death_said_by'].words_of(data['said_by'] or 'not recorded')}"
        ]
    if entry.type == WISHED:
        return _wished(data)
    if entry.type == OfferStepTaken.TYPE:
        return _offer(data["offer"], data["step"])
    if entry.type == "person-death.recorded.v1":
        return ["recorded by mistake: they are alive" if data.get("taken_back") else "they died, and the hub made sure"]
    parts = [words.words(data["line"])] if data.get("line") else []
    if entry.type == MilestoneReached.TYPE:
        unlisted = f"“{data['trigger_told']}”, which our lists do not know" if data.get("trigger_told") else ""
        parts += [unlisted or words.words(data.get("trigger")), *to_come(entry.happened_at, data)]
    parts += [name_of(str(data[name])) for name in ("entitlement", "clock") if data.get(name)]
    parts += [words.DECISIONS.get(data["decision"], words.words(data["decision"]))] if data.get("decision") else []
    parts += _to(books, data) + _channel(data, kind)
    parts += [words.words(data["outcome"])] if data.get("outcome") else []
    parts += [why.reason_of_event(books, entry.type, data.get("reason_code"))]
    parts += [words.words(data["reason"])] if isinstance(data.get("reason"), str) else []
    parts += [words.words(str(one)).lower() for one in data.get("changed") or ()] if kind == "case.updated" else []
    parts += _time(data, kind)
    cancelled = int(data.get("appointments_cancelled") or 0)
    parts += [f"{plural(cancelled, 'appointment')} to come cancelled"] if cancelled else []
    return [part for part in parts if part]


def to_come(at: datetime, data: Mapping[str, Any]) -> list[str]:
    """That news was told of a day that had not come when it was heard (`at`), and of which: it is news of that moment,
    and somebody asks."""
    told_of = data.get("happened_at")
    day = local_day(datetime.fromisoformat(told_of)) if isinstance(told_of, str) else None
    if day is None or day <= local_day(at):
        return []
    return [f"told with a day in the future, {date_words(day, weekday=False)}: ask who told us"]


def name_of(code: str) -> str:
    """An entitlement or clock by its title: `R4.refer_support` is "Right 4: The police referred ..."; one without a
    title is said as well as its code can be."""
    group, _, rest = code.partition(".")
    right = f"Right {group[1:]}: " if group[:1] == "R" and group[1:].isdecimal() else ""
    return right + (right_names().get(code) or words.words((rest or group).replace(".", " ")))


def _wished(data: dict[str, Any]) -> list[str]:
    said = ["nobody is to get in touch"] if data.get("not_at_all") else []
    said += [f"not by {words.words(kind).lower()}" for kind in data.get("not_by") or ()]
    said += [f"best in the {data['best_time']}"] if data.get("best_time", "any") != "any" else []
    said += ["asks to be asked how"] if data.get("call_back") else []
    return [*said, "with the code word" if data.get("proved") else "without the code word: it may not have been them"]


def before(held: Before) -> str:
    """What was safe before a wish, and by which way to ask whether it was the person."""
    at, safe = when(held.at), [words.words(kind) for kind in held.kinds]
    wished = f" Best in the {held.best_time}: no other hours are safe until you have asked." if held.best_time else ""
    wished += " They ask to be asked how they want to be reached." if held.call_back else ""
    if held.proved:
        return f"Said {at}, with the code word: it was the person.{wished}"
    ways = [words.words(kind).lower() for kind in asked_by(held)]
    left = f" The link had gone by {words.words(held.by_channel).lower()}." if held.by_channel else ""
    told = f" Safe before, and stopped by it: {', '.join(safe)}." if safe else " It stopped nothing that was safe."
    ask = f" Ask by {' or '.join(ways)}: the Contact tab opens it for that." if ways else ""
    none = " Ask through the officer in the case, or whoever is in touch with them." if safe and not ways else ""
    return f"Said {at}, without the code word: it may not have been them.{wished}{left}{told}{ask}{none}"


def _assessed(data: dict[str, Any]) -> list[str]:
    dash = f", Dash {data['dash_score']}" if data["dash_score"] is not None else ""
    risk, agreed = (first_contact.RISKS.get(data["risk"], data["risk"]), first_contact.AGREED.get(data["agreed"]))
    danger = [DANGER.get(code, words.words(code)) for code in data["danger"]]
    if data["same_household"] in ("yes", "no"):
        danger.append(f"they live with who did it: {data['same_household']}")
    return [
        f"Risk as the hub saw it: {risk}{dash}",
        *danger,
        f"agrees to be referred: {agreed or words.words(data['agreed'])}",
    ]


def _to(books: Books, data: dict[str, Any]) -> list[str]:
    """Whom it was about, where a contract is named that the directory still has."""
    contract = next((one for key, one in books.directory.by_id.items() if str(key) == data.get("contract_id")), None)
    return [contract.title] if contract else []


def _channel(data: dict[str, Any], kind: str) -> list[str]:
    if not data.get("channel"):
        return []
    said = words.words(data["channel"])
    if kind != "contact-safety.changed":
        return [said]
    safety = data.get("safety") or "unknown"
    locked = " and locked: nobody uses it until it is unlocked" if data.get("locked") else ""
    return [f"{said} is {_SAFETY.get(safety, words.words(safety).lower())}{locked}"]


def _time(data: dict[str, Any], kind: str) -> list[str]:
    """Whether a duty was met in time, or until when its clock runs."""
    if kind == "entitlement.met":
        return ["in time" if data.get("in_time") else "late"]
    if data.get("due_at") and kind.split(".")[-1] in ("due", "breached", "warned", "replanned", "resumed"):
        return [f"due by {deadline(datetime.fromisoformat(str(data['due_at'])))}"]
    return []


def _offer(offer: str, step: str) -> list[str]:
    """ "Restorative justice", "Information was given" """
    followed = offers().get(offer)
    named = followed.steps.get(step) if followed else None
    return [followed.title if followed else words.words(offer), named.words if named else words.words(step)]
