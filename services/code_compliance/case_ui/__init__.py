"""Pages of the Code: what is owed to whom and how it stands, a case's rights, and evidence entered by staff."""

from collections.abc import Sequence

from kit.listening import Context
from kit.web.app import Page
from services.code_compliance.case_ui.beside import beside_pages
from services.code_compliance.case_ui.case import show_case
from services.code_compliance.case_ui.catalogue_ui import show_catalogue, show_comparison
from services.code_compliance.case_ui.complaint import complaint_pages
from services.code_compliance.case_ui.covering import covering_pages
from services.code_compliance.case_ui.entering import enter, show_form
from services.code_compliance.case_ui.forecast import forecast_pages
from services.code_compliance.case_ui.happening import agree_interval, enter_happening, show_happening, show_interval
from services.code_compliance.case_ui.imports import import_pages
from services.code_compliance.case_ui.overriding import decide_enhanced, show_enhanced
from services.code_compliance.case_ui.oversight_pages import oversight_pages
from services.code_compliance.case_ui.overview import find_case, show_clocks, show_coverage, show_overview
from services.code_compliance.case_ui.own_rights import own_rights_pages
from services.code_compliance.case_ui.pausing import pause, prolong, resume, show_pauses
from services.code_compliance.case_ui.receipts import receipt_pages
from services.code_compliance.case_ui.replies import reply_pages
from services.code_compliance.case_ui.room import Room
from services.code_compliance.case_ui.suggesting import answer_suggestion, show_suggestion


def pages(context: Context) -> Sequence[Page]:
    """Every page with its permission."""
    room = Room(context.facts)
    return (
        Page("/rights", room(show_overview), "rights.read"),
        Page("/rights", room.of_cases(find_case), "rights.read", methods=("POST",)),
        Page("/rights/clocks", room.of_cases(show_clocks), "rights.read"),
        Page("/rights/catalogue", room(show_catalogue), "rights.read"),
        Page("/rights/catalogue/compare", room(show_comparison), "rights.read"),
        Page("/rights/coverage", room(show_coverage), "rights.read"),
        Page("/rights/cases/{case_id}", room.of_cases(show_case), "rights.read"),
        *oversight_pages(room),
        *forecast_pages(room),
        *beside_pages(room),
        *receipt_pages(room),
        *complaint_pages(room),
        *import_pages(room),
        *covering_pages(room),
        *reply_pages(room),
        *own_rights_pages(room),
        Page("/rights/cases/{case_id}/evidence/{clock_id}", room(show_form), "rights.write"),
        Page("/rights/cases/{case_id}/evidence/{clock_id}", room(enter), "rights.write", methods=("POST",)),
        Page("/rights/cases/{case_id}/pauses/{clock_id}", room(show_pauses), "rights.write"),
        Page("/rights/cases/{case_id}/pauses/{clock_id}", room(pause), "rights.write", methods=("POST",)),
        Page("/rights/cases/{case_id}/pauses/{clock_id}/resume", room(resume), "rights.write", methods=("POST",)),
        Page("/rights/cases/{case_id}/pauses/{clock_id}/prolong", room(prolong), "rights.write", methods=("POST",)),
        Page("/rights/cases/{case_id}/suggestions/{suggestion_id}", room(show_suggestion), "rights.write"),
        Page(
            "/rights/cases/{case_id}/suggestions/{suggestion_id}",
            room(answer_suggestion),
            "rights.write",
            methods=("POST",),
        ),
        Page("/rights/cases/{case_id}/happenings", room(show_happening), "rights.write"),
        Page("/rights/cases/{case_id}/happenings", room(enter_happening), "rights.write", methods=("POST",)),
        Page("/rights/cases/{case_id}/interval", room(show_interval), "rights.write"),
        Page("/rights/cases/{case_id}/interval", room(agree_interval), "rights.write", methods=("POST",)),
        Page("/rights/cases/{case_id}/enhanced", room(show_enhanced), "rights.write"),
        Page("/rights/cases/{case_id}/enhanced", room(decide_enhanced), "rights.write", methods=("POST",)),
    )
