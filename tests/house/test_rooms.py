"""The rooms of the house: who may import whom, how large a room may be, and where SQL lives."""

import ast
import re
import statistics
import subprocess
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("contracts", "kit", "services", "handrail", "bench")
LIBRARIES_OF_DOMAIN = {"contracts"}
ROOMS = {
    "domain",
    "store",
    "actions",
    "consumer",
    "case_ui",
    "provider_portal",
    "directory_ui",
    "return_ui",
    "feedback_ui",
    "neutral_ui",
}
MAY_IMPORT = {
    "domain": {"domain"},
    "store": {"domain", "store"},
    "actions": {"domain", "store", "actions"},
    "consumer": {"actions", "store", "domain", "consumer"},
    "reconcile": {"store", "domain"},
}
DOMAIN_WORDS = re.compile(
    r"\b(victim|referral|referrals|crime|police|entitlement|offence|idva|isva|survivor)s?\b", re.I
)
SQL = re.compile(r"\b(select\s+.+\s+from|insert\s+into|update\s+\w+\s+set|delete\s+from)\b", re.I | re.S)
SQL_ROOMS = ("/store", "/migrations/", "/queries/", "kit/", "tests/", "bench/", "handrail/local")


def tracked(pattern: str = "*.py") -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def code() -> list[Path]:
    return [p for p in tracked() if p.relative_to(ROOT).parts[0] in OURS]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def service_room(dotted: list[str]) -> tuple[str, str] | None:
    return (dotted[1], dotted[2] if len(dotted) > 2 else "") if dotted[0] == "services" and len(dotted) > 1 else None


def dotted(path: Path) -> list[str]:
    return [*path.relative_to(ROOT).with_suffix("").parts]


@pytest.mark.parametrize("path", code(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    here = dotted(path)
    for line, module in imports(path):
        there = module.split(".")
        if there[0] not in OURS:
            continue
        assert allowed(here, there), f"{path.relative_to(ROOT)}:{line} may not import {module}"


def allowed(here: list[str], there: list[str]) -> bool:
    top, target = here[0], there[0]
    if top == "contracts":
        return target == "contracts"
    if top == "kit":
        return target == "kit" or there[:2] in [["contracts", m] for m in ("envelope", "topics", "refused", "identity")]
    if top == "handrail":
        return target in ("contracts", "kit", "handrail")
    if top == "bench":
        return True
    return allowed_in_service(here, there)


def allowed_in_service(here: list[str], there: list[str]) -> bool:
    mine, theirs = service_room(here), service_room(there)
    if there[0] == "handrail" or there[0] == "bench":
        return False
    if theirs is not None and mine is not None:
        if theirs[0] != mine[0]:
            return False
        if mine[1] in MAY_IMPORT and theirs[1] in ROOMS | {"consumer"}:
            return theirs[1] in MAY_IMPORT[mine[1]]
        if mine[1] in ROOMS:
            return theirs[1] not in {"case_ui", "provider_portal"} or theirs[1] == mine[1]
    if mine is not None and mine[1] == "domain":
        return there[0] == "contracts" or theirs is not None
    return True


def test_a_domain_reads_no_clock_no_chance_and_nothing_outside() -> None:
    forbidden = {"asyncio", "asyncpg", "random", "secrets", "time", "socket", "httpx", "os", "starlette", "aiokafka"}
    for path in code():
        if "/domain" in str(path) and "services" in path.parts:
            found = {module.split(".")[0] for _, module in imports(path)} & forbidden
            assert not found, f"{path.relative_to(ROOT)} imports {found}"
            assert not re.search(r"\b(datetime\.now|utcnow|uuid4|async def)\b", path.read_text()), path


def test_kit_knows_no_word_of_the_field() -> None:
    for path in code():
        if path.relative_to(ROOT).parts[0] == "kit":
            found = DOMAIN_WORDS.search(path.read_text())
            assert found is None, f"{path.relative_to(ROOT)} says {found and found.group()}"


def test_files_and_functions_stay_small() -> None:
    files = {p: p.read_text() for p in code()}
    lengths = sorted(text.count("\n") for text in files.values())
    functions = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for text in files.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert [str(p) for p, text in files.items() if text.count("\n") > 400] == []
    assert statistics.median(lengths) <= 110
    assert lengths[int(len(lengths) * 0.9)] <= 280
    assert functions[-1] <= 60
    assert functions[int(len(functions) * 0.9)] <= 28


def test_kit_stays_as_small_as_its_record_says() -> None:
    kit = [p.relative_to(ROOT) for p in code() if p.relative_to(ROOT).parts[0] == "kit"]
    assert sum((ROOT / p).read_text().count("\n") for p in kit if p.parts[1] != "web") <= 2500  # docs/adr/0001


def test_no_two_rooms_import_each_other_in_a_circle() -> None:
    edges: dict[str, set[str]] = {}
    for path in code():
        here = room_name(dotted(path))
        for _, module in imports(path):
            there = room_name(module.split("."))
            if module.split(".")[0] in OURS and there != here:
                edges.setdefault(here, set()).add(there)
    assert in_a_circle(edges) == []


def test_no_two_files_import_each_other_in_a_circle_not_even_late_or_for_types_alone() -> None:
    files = {module_name(path): path for path in code()}
    assert in_a_circle({name: files_imported(path, files.keys()) - {name} for name, path in files.items()}) == []


def module_name(path: Path) -> str:
    return ".".join(part for part in dotted(path) if part != "__init__")


def files_imported(path: Path, files: Collection[str]) -> set[str]:
    """The files that a file imports, wherever in it: of a package, the file named or else its `__init__`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in files else node.module for name in whole}
    return found & set(files)


def in_a_circle(edges: Mapping[str, set[str]]) -> list[str]:
    return sorted(start for start in edges if start in reachable(edges, start))


def test_a_circle_through_a_late_import_is_seen() -> None:
    assert in_a_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    source = Path(__file__)
    assert files_imported(source, {"pathlib", "collections.abc", "ast"}) == {"pathlib", "collections.abc", "ast"}


def room_name(parts: list[str]) -> str:
    return ".".join(parts[:3] if parts[0] == "services" else parts[:2])


def reachable(edges: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    queue = list(edges.get(start, ()))
    while queue:
        room = queue.pop()
        if room not in seen:
            seen.add(room)
            queue += edges.get(room, ())
    return seen


def test_sql_is_written_only_in_its_rooms() -> None:
    for path in code():
        place = str(path.relative_to(ROOT))
        if any(room in place for room in SQL_ROOMS):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value[:0]:
                assert not SQL.match(node.value.strip()), f"{place}:{node.lineno} holds SQL"


def test_no_bare_exception_is_swallowed_in_silence() -> None:
    for path in code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name) and node.type.id == "Exception":
                silent = all(isinstance(statement, ast.Pass) for statement in node.body)
                assert not silent, f"{path.relative_to(ROOT)}:{node.lineno}"
