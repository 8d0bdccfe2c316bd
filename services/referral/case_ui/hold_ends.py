"""How each hold of a case ends, in words, and the page on which a human can do something about it."""

from dataclasses import dataclass

from kit.web.app import Visit
from services.referral.case_ui import words
from services.referral.store.cases import Case

FOR_GOOD = "It stays on this case, whatever is told later."
BY_POLICE = "It ends by itself when the police tell so."


@dataclass(frozen=True, slots=True)
class End:
    """`where`: a page beneath the case, or of the hub where it begins with a slash; `may`: the permission it needs."""

    words: str
    where: str = ""
    link: str = ""
    may: str = "case.write"


ENDS = {
    "high_risk": End("It stays on this case: no later word lowers the risk."),
    "risk_unknown": End(
        "It ends when the hub records the risk at first contact.", "assessment", "Record the first contact"
    ),
    "honour_based_abuse": End("It stays on this case: there may be one chance."),
    "recent_assault": End("It stays on this case: it is of the day of the report."),
    "threat_to_kill": End(FOR_GOOD),
    "child_at_risk": End(FOR_GOOD, "safeguards", "What was done at each door", "case.reveal"),
    "suicide_risk": End(FOR_GOOD, "safeguards", "What was done at each door", "case.reveal"),
    "child_under_13": End("It stays on this case: the age at the report counts."),
    "child_13_15": End("It stays on this case: the age at the report counts."),
    "age_unknown": End("It ends when the age is known.", "told", "Write down the age as the person told us"),
    "exploitation": End(FOR_GOOD),
    "modern_slavery": End(FOR_GOOD),
    "stalking": End(FOR_GOOD),
    "bereaved": End(FOR_GOOD, "contact", "Say whether a family liaison officer is with the family"),
    "capacity_in_doubt": End(FOR_GOOD),
    "protected_address": End("It stays on this case, and the address is hidden wherever this person is."),
    "same_household": End(FOR_GOOD),
    "major_incident": End(
        "It ends when a team leader lifts it, once the incident is switched off.",
        "/operations/incidents/held",
        "Cases that an incident still holds",
        "team.write",
    ),
    "victim_is_suspect": End(FOR_GOOD),
    "suspect_elsewhere": End("It stays on this case, also when the other case is closed."),
    "police_victim": End(FOR_GOOD),
    "conflict_of_interest": End(FOR_GOOD),
    "share_refused": End(f"{BY_POLICE} What the person agrees to with us since then counts all the same."),
    "share_not_asked": End("It ends by itself when the officer has asked, and the police tell the answer."),
    "no_safe_channel": End(
        f"{BY_POLICE} A channel that somebody who has spoken to the person calls safe may be used all the same.",
        "contact",
        "Say what is safe",
    ),
    "possible_duplicate": End(
        "It ends when somebody has decided whether this is the same person.",
        "/cases/same-people",
        "Compare the records",
    ),
    "named_contact_missing": End(BY_POLICE),
}


def of(visit: Visit, case: Case) -> list[tuple[str, End, str | None]]:
    """Each hold in words, how it ends, and the address of the page, for whoever may use it."""
    found = []
    for hold in case.holds:
        end = ENDS.get(hold, End(FOR_GOOD))
        at = end.where if end.where.startswith("/") else f"/cases/{case.case_id}/{end.where}"
        found.append((words.words(hold), end, at if end.where and visit.may(end.may) else None))
    return found
