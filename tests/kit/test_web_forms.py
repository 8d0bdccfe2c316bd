"""Form models: what is typed becomes a model, or words that say what to do."""

from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, field_validator

from kit.web.forms import FieldError, Say, choice_field, date_field, error_list, field, parse, whole


class Order(BaseModel):
    name: Annotated[str, Say("Enter the name")] = Field(max_length=5)
    due: Annotated[date | None, Say("Enter the day", wrong="The day must be a real date")] = None
    size: Literal["small", "large"] = "small"
    colours: list[Literal["red", "blue"]] = []
    weight: int | None = Field(default=None, title="Weight in grams", ge=1)
    code: str | None = None

    @field_validator("code")
    @classmethod
    def _known(cls, code: str | None) -> str | None:
        if code == "old":
            raise ValueError("This code is no longer used. Ask for a new one")
        return code


def message(form: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(error.field, error.message) for error in parse(Order, {"name": ["Lamp"], **form})[1]]


def test_a_form_becomes_its_model() -> None:
    form = {"name": [" Lamp "], "colours": ["red", "blue"], "weight": ["12"], "size": ["large"], "code": [""]}
    made, errors = parse(Order, form)
    assert errors == []
    assert made == Order(name="Lamp", colours=["red", "blue"], weight=12, size="large", code=None)


@pytest.mark.parametrize(
    ("parts", "day"),
    [(("1", "2", "2027"), date(2027, 2, 1)), (("29", "02", "2028"), date(2028, 2, 29)), (("", "", ""), None)],
)
def test_a_date_comes_in_three_parts(parts: tuple[str, str, str], day: date | None) -> None:
    form = {f"due-{name}": [part] for name, part in zip(("day", "month", "year"), parts, strict=True)}
    made, errors = parse(Order, {"name": ["Lamp"], **form})
    assert made is not None and made.due == day, errors


@pytest.mark.parametrize("parts", [("31", "2", "2027"), ("1", "", "2027"), ("x", "2", "2027"), ("29", "2", "2027")])
def test_a_date_that_is_none_says_so(parts: tuple[str, str, str]) -> None:
    form = {f"due-{name}": [part] for name, part in zip(("day", "month", "year"), parts, strict=True)}
    assert message(form) == [("due", "The day must be a real date")]


def test_a_date_can_come_as_one_field() -> None:
    made, _ = parse(Order, {"name": ["Lamp"], "due": ["2027-03-27"]})
    assert made is not None and made.due == date(2027, 3, 27)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"name": [""]}, ("name", "Enter the name")),
        ({"name": ["Lampshade"]}, ("name", "Name must be 5 characters or fewer")),
        ({"size": ["huge"]}, ("size", "Choose size from the list")),
        ({"colours": ["red", "green"]}, ("colours", "Choose colours from the list")),
        (
            {"weight": ["heavy"]},
            ("weight", "Weight in grams is not in the form we can use. Check it and enter it again"),
        ),
        ({"code": ["old"]}, ("code", "This code is no longer used. Ask for a new one")),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(form: dict[str, list[str]], expected: tuple[str, str]) -> None:
    assert message(form) == [expected]


def test_errors_come_in_the_order_of_the_fields_and_once_for_each() -> None:
    errors = parse(Order, {"colours": ["green", "pink"], "size": ["huge"]})[1]
    assert [error.field for error in errors] == ["name", "size", "colours"]


def test_a_message_never_repeats_what_was_typed() -> None:
    typed = "Zebedee-Quillfeather"
    errors = parse(Order, {"name": [typed], "size": [typed], "weight": [typed], "due": [typed], "colours": [typed]})[1]
    assert len(errors) == 5
    assert typed.lower() not in str(errors).lower()


def test_a_field_shows_its_value_hint_and_error() -> None:
    errors = [FieldError("name", "Enter the name")]
    assert field(errors, {"name": ["La"]}, "name", "Name", hint="Short", classes="wide") == {
        "id": "name",
        "name": "name",
        "label": {"text": "Name"},
        "value": "La",
        "hint": {"text": "Short"},
        "errorMessage": {"text": "Enter the name"},
        "classes": "wide",
    }


def test_choices_that_were_made_stay_made() -> None:
    made = choice_field(
        None, {"colours": ["red"]}, "colours", "Which?", [("red", "Red"), {"value": "blue", "text": "B"}]
    )
    assert [item["checked"] for item in made["items"]] == [True, False]


def test_each_error_leads_to_the_first_thing_to_fill() -> None:
    due = date_field([FieldError("due", "Enter the day")], {"due-month": ["2"]}, "due", "When?")
    assert error_list([FieldError("due", "Enter the day"), FieldError("", "Nothing fits")]) == [
        {"text": "Enter the day", "href": f"#{due['items'][0]['id']}"},
        {"text": "Nothing fits"},
    ]
    assert [item["value"] for item in due["items"]] == ["", "2", ""]


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("007", 7), ("", None), ("-1", None), ("²", None), ("٣", None), ("9" * 5000, None)]
)
def test_a_number_of_an_address_is_a_short_one_in_plain_figures_or_none(text: str, number: int | None) -> None:
    assert whole(text) == number
