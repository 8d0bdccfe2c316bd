"""The pages of oversight with their permissions."""

from collections.abc import Sequence

from kit.web.app import Page
from services.code_compliance.case_ui import oversight, oversight_lists, oversight_months
from services.code_compliance.case_ui.room import Room


def oversight_pages(room: Room) -> Sequence[Page]:
    return (
        Page("/rights/oversight", room(oversight.show_oversight), "rights.read"),
        Page("/rights/oversight/right", room(oversight.show_right), "rights.read"),
        Page("/rights/oversight/split/{split}", room(oversight.show_split), "rights.read"),
        Page("/rights/oversight/months", room(oversight_months.show_months), "rights.read"),
        Page("/rights/oversight/areas", room(oversight.show_areas), "rights.read"),
        Page("/rights/oversight/list", room.of_cases(oversight_lists.show_list), "rights.read"),
        Page("/rights/oversight/csv", room(oversight_lists.download), "rights.read"),
    )
