"""The macros that pages use render what the originals render."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from jinja2 import Environment

from kit.web.assets import Assets
from kit.web.templating import environment

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "moj.json").read_text())
FIXTURES = [
    json.loads(line) for line in (HERE.parent / "vendor" / "govuk-frontend-fixtures.jsonl").read_text().splitlines()
]
COMPONENTS = sorted({fixture["component"] for fixture in FIXTURES})
Shape = tuple[str, dict[str, str], list[Any]]


@pytest.fixture(scope="module")
def templates() -> Environment:
    return environment(Assets("#123456"))


def rendered(templates: Environment, macro: str, params: dict[str, Any]) -> str:
    return templates.from_string("{{ " + macro + "(params) }}").render(params=_with_instants(params))


def shape(html: str) -> list[Any]:
    """The structure of some HTML: elements, attributes and words, whatever the white space."""
    return list(_inside(html5lib.parseFragment(html, namespaceHTMLElements=False)))


def _inside(element: Element) -> Iterator[Any]:
    yield from _words(element.text)
    for child in element:
        attributes = {str(name): _attribute(str(name), value) for name, value in child.attrib.items()}
        yield str(child.tag), attributes, list(_inside(child))
        yield from _words(child.tail)


def _words(text: str | None) -> Iterator[str]:
    if text and text.strip():
        yield " ".join(text.split())


def _attribute(name: str, value: str) -> str:
    return " ".join(value.split()) if name == "class" else value


def _with_instants(thing: Any) -> Any:
    """Parameters with their timestamps as the datetimes that our macros take."""
    if isinstance(thing, dict):
        return {
            key: datetime.fromisoformat(value.replace("Z", "+00:00")) if key == "timestamp" else _with_instants(value)
            for key, value in thing.items()
        }
    return [_with_instants(item) for item in thing] if isinstance(thing, list) else thing


def _without_datetimes(html: str) -> str:
    return re.sub(r'(<time[^>]*?) datetime="[^"]*"', r"\1", html)


@pytest.mark.parametrize("golden", GOLDEN, ids=[f"{g['macro']}-{n}" for n, g in enumerate(GOLDEN)])
def test_a_ported_macro_renders_what_the_original_renders(templates: Environment, golden: dict[str, Any]) -> None:
    ours = rendered(templates, golden["macro"], golden["params"])
    assert shape(_without_datetimes(ours)) == shape(_without_datetimes(golden["html"]))


@pytest.mark.parametrize("macro", ["mojMessages", "mojTimeline"])
def test_times_can_be_read_by_machines(templates: Environment, macro: str) -> None:
    samples = [golden for golden in GOLDEN if golden["macro"] == macro and golden["params"]["items"]]
    for golden in samples:
        ours = rendered(templates, macro, golden["params"])
        written = re.findall(r'datetime="([^"]*)"', ours)
        assert written
        assert all(datetime.fromisoformat(one) for one in written)
        first = golden["params"]["items"][0]
        given = first.get("timestamp") or first["datetime"]["timestamp"]
        assert datetime.fromisoformat(given.replace("Z", "+00:00")) in [
            datetime.fromisoformat(one) for one in written if "T" in one
        ]


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_official_fixture_of_a_component_renders_the_same(templates: Environment, component: str) -> None:
    name = "govuk" + "".join(part.capitalize() for part in component.split("-"))
    macro = getattr(templates.get_template(f"govuk/components/{component}/macro.html").module, name)
    for fixture in FIXTURES:
        if fixture["component"] == component:
            assert shape(str(macro(fixture["options"]))) == shape(fixture["html"]), fixture["name"]


def test_there_are_fixtures_of_all_components() -> None:
    assert len(FIXTURES) == 657
    assert len(COMPONENTS) == 37


def test_a_sortable_heading_with_an_address_sorts_without_a_script(templates: Environment) -> None:
    table = {"head": [{"text": "Name", "href": "/orders?sort=name", "sort": "ascending"}], "rows": [[{"text": "Ann"}]]}
    html = rendered(templates, "mojSortableTable", table)
    assert 'aria-sort="ascending"' in html
    assert '<a class="govuk-link govuk-link--no-visited-state" href="/orders?sort=name">Name</a>' in html
    assert "data-module" not in html


@pytest.mark.parametrize("macro", ["barChart", "lineChart"])
def test_a_chart_says_in_words_and_in_a_table_what_it_draws(templates: Environment, macro: str) -> None:
    chart = {
        "id": "c",
        "title": "Orders by month",
        "takeaway": "Orders doubled in May.",
        "label": "Month",
        "measure": "Orders",
        "points": [["April", 1200], ["May", 2400], ["June", None]],
    }
    html = rendered(templates, macro, chart)
    assert '<title id="c-title">Orders by month. Orders doubled in May.</title>' in html
    rows = [line.strip() for line in html.splitlines() if "govuk-table__cell" in line]
    assert [re.sub("<[^>]*>", "", row) for row in rows] == ["1,200", "2,400", "not available"]
    assert "style=" not in html


@pytest.mark.parametrize(("most", "said"), [(84.2, "84.2"), (84.0, "84"), (2400, "2,400")])
def test_the_axis_of_a_line_names_its_greatest_number_as_it_is(templates: Environment, most: float, said: str) -> None:
    chart = {"id": "c", "title": "T", "takeaway": "T", "label": "L", "measure": "M", "points": [["A", 1], ["B", most]]}
    assert f'text-anchor="end">{said}</text>' in rendered(templates, "lineChart", chart)
