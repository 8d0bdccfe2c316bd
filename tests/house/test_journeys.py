"""docs/journeys.md: every journey by browser is told there, and every picture is there, small and in words."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE, PICTURES = ROOT / "docs" / "journeys.md", ROOT / "docs" / "screenshots" / "journeys"
SHOWN = re.compile(r"!\[([^\]]*)\]\(screenshots/journeys/([\w-]+\.png)\)")
MOST, MOST_OF_ALL = 90_000, 6_000_000


def journeys() -> dict[str, set[str]]:
    """The pictures that each journey takes, by its name: every test that is given `journey`."""
    return {
        node.name: {name for name in map(_picture, ast.walk(node)) if name}
        for path in sorted((ROOT / "tests" / "journeys").glob("test_*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and "journey" in {argument.arg for argument in node.args.args}
    }


def _picture(node: ast.AST) -> str | None:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "picture"):
        return None
    name = node.args[1]
    return str(name.value) if isinstance(name, ast.Constant) else None


def test_every_journey_lies_where_make_journeys_looks() -> None:
    marked = re.compile(r"^pytestmark = (MARKS\b|.*\bmark\.journey\b)|^@pytest\.mark\.journey\b", re.M)
    files = {path for path in (ROOT / "tests").rglob("test_*.py") if marked.search(path.read_text())}
    assert files == set((ROOT / "tests" / "journeys").glob("test_*.py"))


def test_every_journey_is_told_on_the_page_with_its_pictures() -> None:
    stories = PAGE.read_text().split("\n## ")[1:]
    there = {path.stem for path in PICTURES.iterdir()}
    assert journeys()
    for name, taken in journeys().items():
        told = [story for story in stories if f"`{name}`" in story]
        assert len(told) == 1, f"{name} is told {len(told)} times"
        shown = {picture.removesuffix(".png") for _, picture in SHOWN.findall(told[0])}
        assert shown >= taken & there, f"{name} takes {sorted(taken - shown)}, which the page does not show"


def test_every_picture_of_the_page_is_there_with_words_and_small() -> None:
    shown = SHOWN.findall(PAGE.read_text())
    assert [name for words, name in shown if len(words) < 15] == [], "each says what is seen on it"
    there = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert {name for _, name in shown} == there.keys()
    assert {name: size for name, size in there.items() if size > MOST} == {}
    assert sum(there.values()) <= MOST_OF_ALL
