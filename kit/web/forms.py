"""Forms: a pydantic model gives the rules, its fields' metadata the words; errors feed the page's summary.

    class Rename(BaseModel):
        name: Annotated[str, Say("Enter the new name")] = Field(max_length=80)
        due: Annotated[date, Say("Enter the date it is due", wrong="The date it is due must be a real date")]
        colours: list[Literal["red", "blue"]] = []           # repeated field: checkboxes

A date comes as one field (`due`) or as three (`due-day`, `due-month`, `due-year`). An empty text counts as absent.
"""

import re
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)
Values = Mapping[str, Sequence[str]]
_ABSENT = frozenset({"missing", "none_required", "string_too_short", "too_short"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PARTS = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class Say:
    """What a field tells the person: when it is missing, and when what was given does not fit."""

    missing: str
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing to put right; `field` is the form field, or empty for the form as a whole."""

    field: str
    message: str


Errors = Sequence[FieldError] | None


def parse(model: type[M], form: Values) -> tuple[M | None, list[FieldError]]:
    """The model of a submitted form, or None with what to put right, in the order of the fields."""
    raw = {name: given for name, info in model.model_fields.items() if (given := _given(name, info, form)) is not None}
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        return None, _errors(model, error)


def _given(name: str, info: FieldInfo, form: Values) -> Any:
    kinds = set(_kinds(info.annotation))
    if list in kinds or tuple in kinds or set in kinds or frozenset in kinds:
        return [text for text in form.get(name, ()) if text.strip()]
    if date in kinds and f"{name}-day" in form:
        parts = [form.get(f"{name}-{part}", [""])[0].strip() for part in _PARTS]
        if not any(parts):
            return None
        day, month, year = parts
        return _day(f"{year:0>4}-{month:0>2}-{day:0>2}")
    texts = form.get(name)
    text = texts[-1].strip().replace("\r\n", "\n") if texts else ""
    return (_day(text) if date in kinds else text) if text else None


def _day(text: str) -> str:
    """A day as it is written; anything else is none, though it might be read as seconds since 1970."""
    return text if _DAY.fullmatch(text) else "no day"


def _kinds(annotation: Any) -> Iterable[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for inner in get_args(annotation):
            yield from _kinds(inner)
    else:
        yield origin or annotation


def _errors(model: type[BaseModel], error: ValidationError) -> list[FieldError]:
    found: dict[str, str] = {}
    for problem in error.errors(include_input=False, include_url=False, include_context=True):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        found.setdefault(name, _message(model, name, problem["type"], problem.get("ctx") or {}))
    order = ["", *model.model_fields]
    return [FieldError(name, found[name]) for name in sorted(found, key=order.index)]


def _message(model: type[BaseModel], name: str, kind: str, context: Mapping[str, Any]) -> str:
    if kind == "value_error":
        return str(context["error"])
    info = model.model_fields.get(name)
    say = next((words for words in (info.metadata if info else ()) if isinstance(words, Say)), None)
    label = ((info.title if info else None) or name.replace("_", " ")).strip() or "this form"
    if kind in _ABSENT:
        return say.missing if say else f"Enter {label.lower()}"
    if kind == "string_too_long":
        return f"{label.capitalize()} must be {context['max_length']:,} characters or fewer"
    if say:
        return say.wrong or say.missing
    if kind in ("literal_error", "enum"):
        return f"Choose {label.lower()} from the list"
    return f"{label.capitalize()} is not in the form we can use. Check it and enter it again"


def _one(values: Values | None, name: str) -> str:
    texts = (values or {}).get(name)
    return texts[-1] if texts else ""


def whole(text: str) -> int | None:
    """The whole number of a query, such as a page; None for what is none or has more than nine figures."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def message_of(errors: Errors, name: str) -> str | None:
    return next((error.message for error in errors or () if error.field == name), None)


def field(
    errors: Errors,
    values: Values | None,
    name: str,
    label: str,
    hint: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Parameters of a text field's macro (input, textarea, character count, select): label, value and error."""
    made: dict[str, Any] = {"id": name, "name": name, "label": {"text": label}, "value": _one(values, name)}
    return made | _notes(errors, name, hint) | more


def file_field(
    errors: Errors, name: str, label: str = "Choose a CSV file", hint: str | None = None, **more: Any
) -> dict[str, Any]:
    """Parameters of `govukFileUpload` for a text file in place of the field `name` (see `Page.upload`)."""
    told = hint or "In UTF-8. A file counts in place of what stands in the box below"
    made: dict[str, Any] = {"id": f"{name}_file", "name": f"{name}_file", "label": {"text": label}}
    accepts = {"attributes": {"accept": ".csv,.txt,text/csv,text/plain"}}
    return made | accepts | _notes(errors, f"{name}_file", told) | more


def choice_field(
    errors: Errors,
    values: Values | None,
    name: str,
    legend: str,
    choices: Mapping[str, str] | Iterable[tuple[str, str] | Mapping[str, Any]],
    hint: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Parameters of radios or checkboxes: `choices` are value -> words, or items as the macro takes them."""
    pairs = choices.items() if isinstance(choices, Mapping) else choices
    chosen = set((values or {}).get(name, ()))
    items = [dict(pair) if isinstance(pair, Mapping) else {"value": pair[0], "text": pair[1]} for pair in pairs]
    for item in items:
        item.setdefault("checked", item.get("value") in chosen)
    made: dict[str, Any] = {"idPrefix": name, "name": name, "items": items}
    made["fieldset"] = {"legend": {"text": legend, "classes": more.pop("legend_classes", "govuk-fieldset__legend--m")}}
    return made | _notes(errors, name, hint) | more


def date_field(
    errors: Errors,
    values: Values | None,
    name: str,
    legend: str,
    hint: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Parameters of `govukDateInput`: day, month and year as `name-day`, `name-month`, `name-year`."""
    notes = _notes(errors, name, hint)
    wrong = " govuk-input--error" if "errorMessage" in notes else ""
    items = [
        {
            "id": name if part == "day" else f"{name}-{part}",
            "name": f"{name}-{part}",
            "label": part.capitalize(),
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}{wrong}",
            "value": _one(values, f"{name}-{part}"),
        }
        for part in _PARTS
    ]
    legend_of = {"text": legend, "classes": more.pop("legend_classes", "govuk-fieldset__legend--m")}
    return {"id": f"{name}-date", "fieldset": {"legend": legend_of}, "items": items} | notes | more


def date_values(name: str, day: date) -> dict[str, list[str]]:
    """The values of a date field that shows a day to begin with."""
    return {f"{name}-day": [str(day.day)], f"{name}-month": [str(day.month)], f"{name}-year": [str(day.year)]}


def _notes(errors: Errors, name: str, hint: str | None) -> dict[str, Any]:
    message = message_of(errors, name)
    made: dict[str, Any] = {"hint": {"text": hint}} if hint else {}
    return made | ({"errorMessage": {"text": message}} if message else {})


def error_list(errors: Sequence[FieldError]) -> list[dict[str, str]]:
    """What `govukErrorSummary` lists: each message leads to its field."""
    return [
        {"text": error.message, "href": f"#{error.field}"} if error.field else {"text": error.message}
        for error in errors
    ]
