"""The template environment: layouts, the GOV.UK and MOJ macros as globals, and the filters for words."""

import re
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, Template
from jinja2.runtime import Macro

from kit.web import forms, tables, words
from kit.web.assets import Assets

_OURS = Path(__file__).parent / "templates"
_GOVUK = Path(str(metadata.distribution("govuk-frontend-jinja").locate_file("govuk_frontend_jinja/templates")))


def _macros(template: Template) -> dict[str, Any]:
    return {name: macro for name, macro in vars(template.module).items() if isinstance(macro, Macro)}


def _short(text: str, length: int = 160) -> str:
    """`text` cut at a word, with an ellipsis when something was cut."""
    return text if len(text) <= length else re.sub(r"\s+\S*$", "", text[:length]) + "…"


@cache
def environment(assets: Assets, *folders: Path) -> Environment:
    """Templates of a service (its `templates` folder first), then the house's own; compiled once a process."""
    govuk = FileSystemLoader(_GOVUK)
    made = Environment(
        loader=ChoiceLoader(
            [FileSystemLoader([*folders, _OURS]), PrefixLoader({"govuk_frontend_jinja": govuk, "govuk": govuk})]
        ),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=2000,
    )
    # Each `import` inside a macro compares all global names; jinja's own chain of maps makes that a quarter of a page.
    made.make_globals = lambda _: made.globals  # type: ignore[method-assign, assignment]
    made.filters |= {
        "date_words": words.date_words,
        "deadline": words.deadline,
        "time_words": words.time_words,
        "when": words.when,
        "iso": words.iso,
        "labelled": tables.labelled,
        "moj_date": words.moj_date,
        "plural": words.plural,
        "short": _short,
    }
    made.globals |= {"asset": assets.url, "field": forms.field, "choice_field": forms.choice_field}
    made.globals["file_field"] = forms.file_field
    made.globals["error_list"] = forms.error_list
    made.globals |= {"date_field": forms.date_field, "plural": words.plural}
    for component in sorted((_GOVUK / "components").iterdir()):
        made.globals |= _macros(made.get_template(f"govuk/components/{component.name}/macro.html"))
    for own in ("moj.html", "chart.html", "pages.html", "tables.html"):
        if (_OURS / own).exists():
            made.globals |= _macros(made.get_template(own))
    return made
