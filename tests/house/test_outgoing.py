"""Nothing goes out to a person but past the one check: whatever opens a number or address, writes down a contact, books
an appointment or lets a message leave asks it, or is used by nothing that has not."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.test_rooms import ROOT, code

CHECKS = frozenset({"may_use", "safe_contact.choose", "may_meet", "may_give", "is_safe", "_may_show"})
"""The one check (`services/referral/domain/safe_contact.py`), by the names under which it is asked."""
OPENS = frozenset({"open_channels", "open_every_channel", "only_usable"})
"""A number or address in clear: for a call, a text, a letter, a pack, the sheet for a downtime."""
WRITES = frozenset({"add_attempt", "ContactAttempted", "add_mail", "ContactSent", "appointments.add"})
"""A contact, a message or invitation, or an appointment, as something that went out or will."""
NOT_OUT = {
    "actions/contacting.py:record_late": "a fact that a provider tells late: nothing leaves by it",
    "actions/mailing.py:again": "it waits once more, and is checked when it leaves",
    "actions/indexing.py:": "what numbers are told from another by: nobody sees them",
    "actions/numbers.py:in_clear": "shown masked, to be told from another",
    "case_ui/same_person.py:_numbers": "shown masked, to be told from another",
}
"""What begins so lets nothing go out to a person, with the reason."""
AT = ROOT / "services" / "referral"


@dataclass(frozen=True)
class Function:
    """`says`: every name in it, alone and with what stands before its dot; `channel`: it opens a field of one."""

    module: str
    name: str
    says: frozenset[str]
    channel: bool

    @property
    def where(self) -> str:
        return f"{self.module}:{self.name}"

    @property
    def goes_out(self) -> bool:
        return self.channel or bool(self.says & (OPENS | WRITES))


@dataclass
class Code:
    functions: list[Function] = field(default_factory=list)
    imported: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """By module: what it takes by name, with the module that has it."""

    def users(self, of: Function) -> Iterator[Function]:
        """Functions that speak of this one: of its own module, by its module's name, or as imported."""
        stem = Path(of.module).stem
        for one in self.functions:
            own = one.module == of.module and one.name != of.name and of.name in one.says
            taken = (stem, of.name) in self.imported[one.module] and of.name in one.says
            if own or taken or f"{stem}.{of.name}" in one.says:
                yield one

    def asks(self, one: Function) -> bool:
        """Whether it asks the check itself, or an action by a function of its own module; that a page asks what it may
        show is no leave."""
        own = (other for other in self.functions if other.module == one.module and one.module.startswith("actions/"))
        return bool(one.says & CHECKS) or any(other.says & CHECKS for other in own if other.name in one.says)

    def unasked(self, one: Function, seen: tuple[str, ...] = ()) -> list[str]:
        """The ways by which one comes to this function and nobody has asked, from the outermost on."""
        if self.asks(one) or one.where in seen or one.where.startswith(tuple(NOT_OUT)):
            return []
        users = list(self.users(one))
        if not users:
            return [" > ".join((one.where, *seen))]
        return [way for user in users for way in self.unasked(user, (one.where, *seen))]


def read() -> Code:
    found = Code()
    for path in code():
        if not path.is_relative_to(AT):
            continue
        module, tree = str(path.relative_to(AT)), ast.parse(path.read_text())
        taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        found.imported[module] = {((n.module or "").split(".")[-1], name.name) for n in taken for name in n.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.functions.append(Function(module, node.name, frozenset(said(node)), opens_channel(node)))
    return found


def said(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
            if isinstance(node.value, ast.Name):
                yield f"{node.value.id}.{node.attr}"


def opens_channel(function: ast.AST) -> bool:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    named = (one for one in calls if isinstance(one.func, ast.Name | ast.Attribute))
    opening = (one for one in named if set(said(one.func)) & {"in_clear", "_open"})
    return any(isinstance(arg, ast.Constant) and arg.value == "channel" for one in opening for arg in one.args)


def test_every_place_that_lets_something_go_out_to_a_person_asks_the_one_check() -> None:
    read_code = read()
    outgoing = [one for one in read_code.functions if one.goes_out]
    assert {one.module for one in outgoing} >= {
        *("actions/contacting.py", "actions/requesting.py", "actions/mailing.py", "actions/packing.py"),
        *("actions/supporting.py", "case_ui/downtime.py"),
    }
    assert [way for one in outgoing for way in read_code.unasked(one)] == []


def test_nothing_is_excused_that_is_not_there() -> None:
    lets_out = [one.where for one in read().functions if one.goes_out]
    assert [begins for begins in NOT_OUT if not any(where.startswith(begins) for where in lets_out)] == []
