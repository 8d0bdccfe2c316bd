"""What the person may see: what they are owed and by when, behind a link that opens once, or a code, and only after a
second proof that it is them: whoever holds the phone or the mailbox may be somebody else."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.identity import read_typed_code
from contracts.refused import Refused
from kit.listening import Context
from kit.web.app import Page, Visit
from kit.web.forms import FieldError, Say, parse
from kit.web.limiting import OF_CODES, Tries, too_many
from services.code_compliance.actions import own_rights
from services.code_compliance.actions.own_rights import LetIn
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.reference.oversight import document
from services.code_compliance.store.own_rights import Limit, Owed

COOKIE = "yours"
SECONDS = 30 * 60
"""How long a visit lasts before the code is asked for again."""
WRONG_CODE = {
    "not_a_code": "Enter your code as it was shown to you, 10 letters and numbers like 7KQ4M-2XRCT, or 15 of a letter",
    "not_known": "This code does not work. Check it and enter it again. It may have run out",
}
LONGEST_WORD = 200
MISSED = frozenset({"breached", "met_late"})


class Code(BaseModel):
    code: Annotated[str, Say("Enter your code")] = Field(max_length=40)


async def enter(visit: Visit) -> Response:
    """Enter a code; or, with the token of a link, the button that exchanges it."""
    if visit.request.method != "POST":
        return visit.render("neutral_ui/yours_code.html")
    token = visit.form.get("token", [""])[0]
    form, errors = parse(Code, visit.form) if not token else (None, [])
    if not token and form is None:
        return visit.render("neutral_ui/yours_code.html", status=422, errors=errors)
    token = token or (read_typed_code(form.code) if form else None) or ""
    tries = Tries(visit, "own_rights", OF_CODES, token or (form.code if form else ""))
    if (until := await tries.begin()) is not None:
        return too_many(visit, until)
    try:
        let_in = await _let_in(visit, token, form.code if form else "")
    except Refused as refused:
        await tries.refused(refused.code)
        if refused.field == "token" and form is None:
            return visit.render("neutral_ui/yours_dead.html", status=410, why=refused.code)
        errors = [FieldError("code", WRONG_CODE.get(refused.code, WRONG_CODE["not_known"]))]
        return visit.render("neutral_ui/yours_code.html", status=422, errors=errors)
    await tries.worked()
    return _remember(visit, let_in)


async def _let_in(visit: Visit, token: str, code: str) -> LetIn:
    async with visit.begin() as tx:
        if token:
            return await own_rights.exchange(tx, visit.sealer, token, uuid4(), visit.now)
        return await own_rights.come_back(tx, visit.sealer, code, visit.now)


async def show_link(visit: Visit) -> Response:
    """What a link shows: a button. Reading it exchanges nothing, so a preview cannot use the link up."""
    return visit.render("neutral_ui/yours_link.html", token=visit.params["token"])


def inside(visit: Visit) -> Mapping[str, str] | None:
    """The request of a visit that was let in, and its code where it is new; None for whoever was not, or long ago."""
    signer = visit.shop.signer
    return signer.open(visit.request.cookies.get(signer.cookie_name(COOKIE)), SECONDS, COOKIE) or None


async def show_now(visit: Visit, rules: Rulebook) -> Response:
    kept = inside(visit)
    if kept is None:
        return visit.redirect("/yours")
    if not kept.get("proved"):
        return await ask_proof(visit, kept)
    try:
        async with visit.begin() as tx:
            proved = kept["proved"]
            behind = await own_rights.behind(tx, visit.sealer, UUID(kept["request"]), proved, visit.now)
    except Refused as refused:
        if refused.code == "asked_anew":
            return await ask_proof(visit, kept)
        return visit.render("neutral_ui/yours_dead.html", status=410, why=refused.code)
    if behind.complaint is not None:
        return visit.render("neutral_ui/yours_told.html", behind=behind, told=behind.complaint, code=kept.get("code"))
    rights = _by_right(behind.owed, rules)
    return visit.render(
        "neutral_ui/yours.html",
        rights=rights,
        late=any(right["missed"] for right in rights),
        limits=_limits(behind.limits, rules),
        code=kept.get("code"),
    )


async def ask_proof(visit: Visit, kept: Mapping[str, str], errors: Sequence[FieldError] = ()) -> Response:
    """Asks for the word that was agreed; where there is none, what anybody may expect, which says nothing of them."""
    try:
        async with visit.begin() as tx:
            proof = await own_rights.asks(tx, UUID(kept["request"]), visit.now)
    except Refused as refused:
        return visit.render("neutral_ui/yours_dead.html", status=410, why=refused.code)
    if proof.by == "none":
        return visit.render(
            "neutral_ui/yours_anybody.html", anybody=document(own_rights.FILE)["anybody"], code=kept.get("code")
        )
    asked = {"proof": proof, "errors": errors, "values": {}, "code": kept.get("code")}
    return visit.render("neutral_ui/yours_word.html", status=422 if errors else 200, **asked)


async def prove(visit: Visit) -> Response:
    """The word that was given, taken a few times only."""
    kept = inside(visit)
    if kept is None:
        return visit.redirect("/yours")
    said = visit.form.get("word", [""])[0].strip()
    if not said or len(said) > LONGEST_WORD:
        return await ask_proof(visit, kept, [FieldError("word", "Enter the word")])
    tries = Tries(visit, "own_rights_word", OF_CODES, kept["request"])
    if (until := await tries.begin()) is not None:
        return too_many(visit, until)
    try:
        async with visit.begin() as tx:
            found = await own_rights.prove(tx, visit.sealer, UUID(kept["request"]), said, visit.now)
    except Refused as refused:
        return visit.render("neutral_ui/yours_dead.html", status=410, why=refused.code)
    if isinstance(found, str):
        await tries.worked()
        return _inside(visit, {**kept, "proved": found})
    if found <= 0:
        return visit.render("neutral_ui/yours_dead.html", status=410, why="shut")
    times = "once more" if found == 1 else f"{found} more times"
    return await ask_proof(visit, kept, [FieldError("word", f"This does not fit. You can try {times}")])


def _remember(visit: Visit, let_in: LetIn) -> Response:
    return _inside(visit, {"request": str(let_in.request_id), "code": let_in.code or ""})


def _inside(visit: Visit, kept: Mapping[str, str]) -> Response:
    signer = visit.shop.signer
    response = visit.redirect("/yours/now")
    sealed = signer.close(dict(kept), COOKIE)
    response.set_cookie(signer.cookie_name(COOKIE), sealed, httponly=True, samesite="lax", secure=signer.secure)
    return response


def _by_right(owed: Sequence[Owed], rules: Rulebook) -> list[dict[str, Any]]:
    """Each right that anything is owed under: what is coming, and what should have been done."""
    words = document(own_rights.FILE)["rights"]
    found: dict[int, list[Owed]] = {}
    for each in owed:
        entitlement = rules.code_named(each.code_version).entitlements[each.entitlement]
        found.setdefault(entitlement.right, []).append(each)
    shown: list[dict[str, Any]] = [
        {
            **words[right],
            "due": sorted({e.due_at for e in mine if e.state == "running" and e.due_at}),
            "open": any(e.state == "running" and e.due_at is None for e in mine),
            "done": max((e.settled_at for e in mine if e.settled_at and e.state in ("met", "met_late")), default=None),
            "missed": sorted({e.due_at for e in mine if e.state in MISSED and e.due_at}),
        }
        for right, mine in sorted(found.items())
    ]
    for part in shown:
        part["only_open"] = part["open"] and not (part["due"] or part["done"] or part["missed"])
    return shown


def _limits(limits: Sequence[Limit], rules: Rulebook) -> list[dict[str, Any]]:
    """What the person themselves may do until a day, in words that say nothing to others; the rest is not theirs."""
    words = document(own_rights.FILE)["limits"]
    return [
        {
            "words": words[each.clock],
            "due_at": each.due_at,
            "unsure": rules.code_named(each.code_version).related[each.clock].unverified,
        }
        for each in limits
        if each.clock in words
    ]


def yours_pages(context: Context) -> Sequence[Page]:
    rules: Rulebook = context.facts

    async def now(visit: Visit) -> Response:
        return await show_now(visit, rules)

    return (
        Page("/yours", enter, methods=("GET", "POST"), origin="neutral", public=True, database="portal"),
        Page("/yours/now", now, origin="neutral", public=True, database="portal"),
        Page("/yours/word", prove, methods=("POST",), origin="neutral", public=True, database="portal"),
        Page("/yours/{token}", show_link, origin="neutral", public=True, database="portal"),
    )
