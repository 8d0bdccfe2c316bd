"""Every entitlement of the catalogue is raised by at least one test event; docs/entitlements.md lists which."""

import pytest

from tests.code_compliance.builders import RULES
from tests.code_compliance.raising import raised_by

RAISED = raised_by()


@pytest.mark.parametrize("entitlement", RULES.codes[0].entitlements)
def test_each_entitlement_is_raised_by_a_test_event(entitlement: str) -> None:
    assert entitlement in RAISED


def test_nothing_is_raised_that_the_catalogue_does_not_hold() -> None:
    assert set(RAISED) <= set(RULES.codes[0].entitlements)
