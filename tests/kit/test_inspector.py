"""The inspector finds what it is there to find."""

import pytest

from tests.inspector import personal_in, problems

GOOD = (
    '<!DOCTYPE html><html lang="en"><head><title>Orders – Hub</title></head><body><main id="main">'
    '<h1>Orders</h1><a href="#main">Up</a><label for="name">Name</label>'
    '<input id="name" name="name">%s</main></body></html>'
)
POLICY = "script-src 'nonce-abc' 'strict-dynamic'"


def test_a_good_page_has_no_problems() -> None:
    assert problems(GOOD % "", POLICY) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("<p><div></div></p>", "invalid HTML"),
        ("<h1>Two</h1>", "2 h1"),
        ('<p id="main"></p>', "the id 'main' is there 2 times"),
        ('<input name="age">', "the field 'age' has no label"),
        ('<select name="size"><option>1</option></select>', "the field 'size' has no label"),
        ('<a href="#nowhere">Enter a name</a>', "leads nowhere"),
        ('<p aria-describedby="hint">x</p>', "leads nowhere"),
        ("<script>alert(1)</script>", "a script has no nonce"),
        ('<script nonce="old" src="/x.js"></script>', "a script has no nonce"),
        ('<p style="color:red">x</p>', "inline style"),
        ('<p onclick="x()">x</p>', "inline onclick"),
        ('<form method="post"><button>Go</button></form>', "has no token"),
        ('<img src="/x.png">', "no alt text"),
        ("<button></button>", "a button has no words"),
        ('<a href="/people?q=07700900123">x</a>', "holds a telephone number"),
        ('<a href="/people?q=ann%40example.org">x</a>', "holds an e-mail address"),
        ('<a href="/people?at=B1+1AA">x</a>', "holds a postcode"),
        ('<a href="/people/quillfeather">x</a>', "holds 'Quillfeather'"),
        ('<a href="javascript:x()">x</a>', "a link runs a script"),
    ],
)
def test_a_planted_problem_is_found(wrong: str, said: str) -> None:
    found = problems(GOOD % wrong, POLICY, words=["Quillfeather"])
    assert any(said in one for one in found), found


def test_the_title_begins_with_the_heading() -> None:
    assert "does not begin" in problems((GOOD % "").replace("<h1>Orders", "<h1>People"), POLICY)[0]
    assert problems((GOOD % "").replace("<title>Orders", "<title>Error: Orders"), POLICY) == []


@pytest.mark.parametrize("said", ["Handrail", "About the crime"])
def test_a_neutral_page_gives_nothing_away(said: str) -> None:
    page = (GOOD % '<div class="govuk-exit-this-page">Exit</div>').replace("Orders", said)
    assert any("a neutral page says" in one for one in problems(page, POLICY, neutral=True))


def test_a_neutral_page_has_a_way_out() -> None:
    assert problems(GOOD % "", POLICY, neutral=True) == ["a neutral page has no way out"]


@pytest.mark.parametrize(
    "address", ["/orders/0190b0a4-0000-7000-8000-077009001234", "/returns/2026-Q3", "/x?sort=due&page=2"]
)
def test_an_address_may_hold_ids_periods_and_words_of_closed_lists(address: str) -> None:
    assert personal_in(address) is None
