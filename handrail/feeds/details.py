"""What is personal of an invented person, in clear: it leaves this module for the seal only."""

from typing import Any

from contracts.police import Kin, Victim
from handrail.feeds.casts import Role
from handrail.feeds.draws import chance, mix, seeded
from handrail.feeds.harms import kin_person, safe_kinds
from handrail.feeds.people import BUSINESSES, Person, address, code_word, email, landline, mobile, officer
from handrail.feeds.stories import Story

_DAYS = mix({None: 80, "Monday to Friday": 14, "Saturday and Sunday": 3, "Tuesday, Thursday": 3})
_HOURS = mix({None: 74, "09:30-14:30": 14, "after 18:00": 12})
_BOOL = mix({None: 40, True: 35, False: 25})


def may_be_sealed(victim: Victim, story: Story) -> bool:
    """Details come where the person agreed, or was not asked in a kind of crime that asks nobody beforehand.

    Now and then they come all the same: the hub throws them away unopened and counts them.
    """
    if victim.share == "agreed":
        return True
    if chance(seeded(story.crime_id, victim.victim_ref, "slip"), 0.002):
        return True
    return victim.share == "not_asked" and not story.opt_in and victim.kind != "deceased"


def details(role: Role, victim: Victim, story: Story) -> dict[str, Any]:
    """Everything that is sealed for one entry of the list of victims (design 3, section 3)."""
    rng = seeded(role.person.ref, "details")
    person = role.person
    found: dict[str, Any] = {
        "given_names": person.given,
        "family_name": person.family,
        "address": address(rng),
        "officer_in_case": officer(story.chance("officer")),
        "invented": True,
    }
    if role.kind == "business":
        found["address"]["lines"].insert(0, f"{person.family} {rng.choice(BUSINESSES)}")
    else:
        found["date_of_birth"] = person.born.isoformat()
    if role.kind == "deceased":
        return found | _of_the_bereaved(role, victim, story)
    if chance(rng, 0.2):
        found["code_word"] = code_word(rng)
    return found | {"channels": _channels(role, story)}


def _channels(role: Role, story: Story) -> list[dict[str, Any]]:
    rng = seeded(role.person.ref, "numbers")
    number = mobile(rng)
    values = {"mobile": number, "text": number, "email": email(role.person), "landline": landline(rng)}
    when = seeded(story.crime_id, role.ref, "when")
    found = []
    for kind, safety in safe_kinds(role, story).items():
        if kind == "letter":
            lines = address(seeded(role.person.ref, "details"))
            value = ", ".join([*map(str, _lines(lines)), str(lines["postcode"])])
        else:
            value = values[kind]
        channel = {"kind": kind, "value": value, "safety": safety, "days": _DAYS(when), "hours": _HOURS(when),
                   "voicemail": _BOOL(when), "say_who": _BOOL(when)}  # fmt: skip
        found.append({name: said for name, said in channel.items() if said is not None})
    return found


def _lines(of: dict[str, object]) -> list[object]:
    lines = of["lines"]
    return lines if isinstance(lines, list) else []


def _of_the_bereaved(role: Role, victim: Victim, story: Story) -> dict[str, Any]:
    kin = [
        _next_of_kin(kin_person(role, number, one.relationship, int(story.month[:4])), one, role)
        for number, one in enumerate(victim.bereaved)
        if one.share == "agreed"
    ]
    liaison = story.chance("liaison")
    known = {"family_liaison_officer": officer(liaison)} if chance(liaison, 0.8) else {}
    return {"next_of_kin": kin, **known}


def _next_of_kin(person: Person, kin: Kin, role: Role) -> dict[str, Any]:
    rng = seeded(person.ref, "numbers")
    safety = "safe" if "mobile" in kin.channels_safe else "unknown"
    return {
        "kin_ref": kin.kin_ref,
        "relationship": kin.relationship,
        "given_names": person.given,
        "family_name": role.person.family,
        "channels": [{"kind": "mobile", "value": mobile(rng), "safety": safety}],
    }
