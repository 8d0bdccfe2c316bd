"""A table that is read without dragging on a narrow screen: a row stands there as a block, its cells under labels.

The labels are the words of the table's own heads; a cell with a `data-label` keeps that one. The roles are written out
because a browser forgets that a table is one as soon as its rows are laid out as blocks. Two columns fit as they are.
"""

import re
from collections.abc import Iterator
from itertools import count

_HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
_TITLE = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SPAN = re.compile(r'colspan="(\d+)"')
_PART = re.compile(r"<(table|thead|tbody|tr|th|td)\b([^>]*)>")
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
_FITS = 2


def labelled(table: str) -> str:
    """The HTML of a table with the class `app-stack`, its roles, and in each cell the label of its column."""
    head = _HEAD.search(table)
    titles = [_words(title) for title in _TITLE.findall(head[0])] if head else []
    if head is None or len(titles) <= _FITS:
        return table
    place = count()

    def told(found: re.Match[str]) -> str:
        nonlocal place
        name, attributes = found.groups()
        if name == "tr":
            place = count()
        if name == "table":
            attributes = attributes.replace('class="', 'class="app-stack ', 1)
        role = _ROLES.get(name) or ("columnheader" if found.start() < head.end() else "rowheader")
        label = _label(attributes, titles, place) if name in ("th", "td") else ""
        return f'<{name}{attributes} role="{role}"{label if name == "td" else ""}>'

    return _PART.sub(told, table)


def _label(attributes: str, titles: list[str], place: Iterator[int]) -> str:
    """The label of the cell that comes next in its row, as an attribute; empty when it has or needs none."""
    at = next(place)
    span = _SPAN.search(attributes)
    for _ in range(int(span[1]) - 1 if span else 0):
        next(place)
    title = titles[at] if at < len(titles) else ""
    return f' data-label="{title}"' if title and "data-label" not in attributes else ""


def _words(title: str) -> str:
    return " ".join(_TAG.sub(" ", title).split()).replace('"', "&quot;")
