"""A draft of routing rules as somebody wrote it: nothing is read that rules do not need; problems have their line."""

import re
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import yaml

from services.referral.domain.plain_text import is_plain
from services.referral.domain.routing import RuleBook, compile_book
from services.referral.domain.rules import BadRule

NAME = "draft"
LONGEST, DEEPEST, MOST_RULES = 200_000, 20, 500
"""Signs of a draft, steps of one thing within another, and rules: ten times of what the rules in force have."""


class Unusable(Exception):
    """The draft cannot be used; `words` say where and what."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class _Reader(yaml.SafeLoader):
    """Without anchors and aliases (a few lines may stand for millions), and without a name that is there twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise Unusable(f"Line {self._line()}: write it out: * cannot be used")
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > DEEPEST:
            raise Unusable(f"Line {self._line()}: too many steps of one thing within another")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _line(self) -> int:
        return int(self.peek_event().start_mark.line) + 1  # type: ignore[no-untyped-call]

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            line = f"Line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise Unusable(f"{line}: a name is a word")
            if key.value in seen:
                raise Unusable(f"{line}: “{key.value[:60]}” is there twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_draft(text: str, opt_in: Mapping[str, Any]) -> RuleBook:
    """The book of a draft. `opt_in`: the groups that are asked first, of the policy in force. Raises Unusable."""
    if not text.strip():
        raise Unusable("Choose a file, or paste the draft")
    if len(text) > LONGEST:
        raise Unusable(f"The draft must be {LONGEST:,} characters or fewer")
    document = _document(text)
    try:
        book = compile_book(NAME, document, opt_in)
    except BadRule as bad:
        raise Unusable(_placed(text, str(bad).removeprefix(f"{NAME}: "))) from None
    except (TypeError, AttributeError, KeyError, ValueError, RecursionError, OverflowError):
        raise Unusable("Something in it is of another kind than rules need: start from the rules in force") from None
    if not book.rules:
        raise Unusable("rules: the draft has none")
    if not book.version or len(book.version) > 40 or not is_plain(book.version):
        raise Unusable("version: give the draft a version of its own, in up to 40 letters and digits, like '2027-01'")
    return book


def _document(text: str) -> dict[str, Any]:
    try:
        document = yaml.load(text, Loader=_Reader)  # noqa: S506 - it makes nothing but plain values, as SafeLoader
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        where = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise Unusable(f"{where}this is not YAML ({wrong.problem or 'it cannot be read'})") from None
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        raise Unusable("This is not YAML: it cannot be read") from None
    if not isinstance(document, dict):
        raise Unusable("This is no file of rules: it begins with version, effective_from, definitions and rules")
    for name, kind, said in (("definitions", dict, "names with a condition each"), ("rules", list, "a list of rules")):
        if not isinstance(document.get(name, kind()), kind):
            raise Unusable(f"{name}: takes {said}")
    if not isinstance(document.get("effective_from"), date):
        raise Unusable("effective_from: takes a day, like 2027-01-01")
    rules = document.get("rules", [])
    if len(rules) > MOST_RULES:
        raise Unusable(f"rules: at most {MOST_RULES}")
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, dict) or not isinstance(rule.get("id"), str):
            raise Unusable(f"rules: the {number}. is no rule with an id")
    return document


def _placed(text: str, said: str) -> str:
    """The line of the rule or definition that is named, where it is found, with what is wrong with it."""
    found = re.match(r"(?:rule|definition) ([^:]+)", said)
    name = re.escape(found[1]) if found else ""
    of = rf"^\s*(?:- *)?(?:id: *)?['\"]?{name}['\"]?:?\s*$"
    lines = text.splitlines() if found else []
    line = next((number for number, one in enumerate(lines, 1) if re.match(of, one)), None)
    inline = next((n for n, one in enumerate(lines, 1) if re.search(rf"id: *['\"]?{name}['\"]?\s*[,}}]", one)), line)
    return f"Line {line or inline}, {said}" if line or inline else said
