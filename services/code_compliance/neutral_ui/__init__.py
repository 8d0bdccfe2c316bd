"""Pages for the person, on the neutral origin: nothing in an address or a title says who they are or why they came."""

from collections.abc import Sequence

from kit.listening import Context
from kit.web.app import Page
from services.code_compliance.neutral_ui.reach import reach_pages
from services.code_compliance.neutral_ui.tell_us import tell_us_pages
from services.code_compliance.neutral_ui.yours import yours_pages


def pages(context: Context) -> Sequence[Page]:
    return (*tell_us_pages(context), *reach_pages(context), *yours_pages(context))
