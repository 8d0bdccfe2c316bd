"""An act is compared with the beginning of its duty by the day in London, not by the day in UTC."""

import pytest

from contracts.refused import Refused
from services.code_compliance.actions import entering
from tests.builders import a_viewer
from tests.code_compliance.builders import RULES, a_case, at, clocks, milestone, notice, the


async def test_an_act_on_the_day_before_in_london_is_refused_though_it_is_the_same_day_in_utc() -> None:
    case = a_case()
    clock = the(clocks(case, milestone("suspect_arrested", "2025-06-11 00:30")), "R6.suspect_arrested")
    given, now = (case.case_id, clock), at("2025-06-12 09:00")
    before, after = (notice("R6.suspect_arrested", text) for text in ("2025-06-10 23:45", "2025-06-11 00:05"))
    with pytest.raises(Refused, match="before_it_arose"):
        await entering.enter_evidence(None, a_viewer(), *given, before, RULES, now)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):  # the day is right: it went on to the database, and there is none
        await entering.enter_evidence(None, a_viewer(), *given, after, RULES, now)  # type: ignore[arg-type]
