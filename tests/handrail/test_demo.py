"""The demo's own parts: which month it shows, how it reads pages, which sums it holds itself to."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from handrail.demo.command import month_and_quarter
from handrail.demo.pages import Unexpected, look, submit
from handrail.demo.returning import Sealed
from handrail.demo.summing import clocks, referrals, sums
from handrail.demo.walking import along
from handrail.feed import Fed
from handrail.feeds.tellings import Tally


@pytest.mark.parametrize(
    ("today", "month", "quarter"),
    [
        (date(2026, 11, 24), "2026-09", "2026-Q3"),
        (date(2026, 10, 1), "2026-09", "2026-Q3"),
        (date(2026, 9, 30), "2026-06", "2026-Q2"),
        (date(2026, 4, 1), "2026-03", "2026-Q1"),
        (date(2026, 1, 1), "2025-12", "2025-Q4"),
        (date(2026, 3, 31), "2025-12", "2025-Q4"),
    ],
)
def test_the_month_shown_ends_the_last_complete_quarter(today: date, month: str, quarter: str) -> None:
    assert month_and_quarter(today) == (month, quarter)


PAGE = """<a href="/cases/7">one</a><a href="/cases/7">again</a>
<form action="/sign-out" method="post"><input type="hidden" name="csrf_token" value="t"></form>
<form method="post" action="/steps/decline"><input type="hidden" name="csrf_token" value="t">
<input type="radio" name="reason" value="capacity"><input type="radio" name="reason" value="scope">
<select name="line"><option value="">none</option><option value="isva" selected>ISVA</option></select>
<input type="text" name="note"></form>"""


def browser(*answers: httpx.Response) -> tuple[httpx.Client, list[httpx.Request]]:
    left, seen = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return left.pop(0)

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://pages.example.org"), seen


def test_a_form_is_sent_as_the_page_fills_it_in_and_an_open_choice_takes_the_first_option() -> None:
    client, seen = browser(httpx.Response(200, text=PAGE), httpx.Response(200, text=""))
    page = look(client, "/referrals/1")
    assert page.linked(r"/cases/\d") == ["/cases/7"]
    form = page.form("/steps/decline")
    assert form is not None
    submit(client, page, form, note="full")
    assert str(seen[1].url).endswith("/steps/decline")
    assert set(seen[1].content.decode().split("&")) == {"csrf_token=t", "reason=capacity", "line=isva", "note=full"}


def test_a_page_that_fails_ends_the_walk_and_one_that_asks_for_another_answer_does_not() -> None:
    client, _ = browser(httpx.Response(500), httpx.Response(422, text=PAGE))
    with pytest.raises(Unexpected, match="500"):
        look(client, "/cases")
    assert look(client, "/cases").refused


END = """<form method="post"><select name="outcome-VFS1"><option value="" selected>Choose</option>
<option value="better">Better</option></select><select name="next_line"><option value="" selected>None</option>
<option value="isva">ISVA</option></select></form>"""


def test_a_walk_says_what_changed_at_the_end_of_support_and_leaves_other_choices_as_they_are() -> None:
    link = '<a href="/portal/referrals/1/steps/complete">Complete</a>'
    client, seen = browser(httpx.Response(200, text=link), httpx.Response(200, text=END), httpx.Response(200, text=""))
    assert list(along(client, "/portal/referrals/1", ("complete",))) == ["portal.viewed", "portal.complete"]
    assert set(seen[2].content.decode().split("&")) == {"outcome-VFS1=better", "next_line="}


def fed(crimes: int, victims: int) -> Fed:
    return Fed(Tally(rows_read=crimes + 1, crimes=crimes, victims=victims, skipped=Counter(cut_short=1)), 1, 0)


def recounted(**changes: Any) -> dict[str, Any]:
    checks = [{"expected": 1, "found": 1}]
    return {"ok": True, "checks": checks, "crimes": 5, "cases": 7, "referrals": 3, "set_aside": 0} | changes


@pytest.fixture
def grant(tmp_path: Path) -> Sealed:
    file = tmp_path / "grant.csv"
    rows = [
        "total,all,crimes_recorded,3",
        "local_authority,E08000025,crimes_recorded,2",
        "total,all,incidents_recorded,2",
    ]
    file.write_text("split,category,measure,value\n" + "\n".join(rows) + "\n")
    return Sealed("grant", "id", "digest", file)


def test_every_sum_holds_when_everything_adds_up(grant: Sealed) -> None:
    assert all(one.holds for one in sums(fed(5, 7), recounted(), [grant], alone=True))


@pytest.mark.parametrize(
    ("feed", "recount"),
    [
        (fed(4, 7), recounted()),
        (fed(5, 8), recounted()),
        (fed(5, 7), recounted(set_aside=1)),
        (fed(5, 7), recounted(checks=[{"expected": 1, "found": 2}])),
        (fed(5, 7), recounted(crimes=6)),
    ],
)
def test_a_difference_anywhere_is_a_sum_that_does_not_hold(grant: Sealed, feed: Fed, recount: dict[str, Any]) -> None:
    assert not all(one.holds for one in sums(feed, recount, [grant], alone=True))


def test_a_system_that_held_other_crimes_before_is_not_measured_by_the_demos_own(grant: Sealed) -> None:
    assert all(one.holds for one in sums(fed(4, 6), recounted(), [grant], alone=False))


def test_referrals_and_clocks_are_read_from_what_the_services_count() -> None:
    def told(*names: tuple[str, int]) -> dict[str, Any]:
        return {"checks": [{"id": f"count.{name}", "found": number} for name, number in names]}

    services = {
        "referral": told(("referrals", 3), ("referrals.isva.sent", 2), ("referrals.isva.completed", 1)),
        "code_compliance": told(("crimes", 5), ("clocks.met", 4)),
    }
    assert referrals(services) == {"isva": {"sent": 2, "completed": 1}}
    assert clocks(services) == {"met": 4}
