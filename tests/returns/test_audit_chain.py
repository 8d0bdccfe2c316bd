"""What is drawn is in the audit, and the audit is chained."""

import pytest

from kit import audit
from kit.database import Database
from tests.returns.conftest import Hear
from tests.returns.events import a_crime
from tests.returns.test_draws import drawn

pytestmark = pytest.mark.service


async def test_the_audit_of_a_drawn_return_is_chained_without_a_break(database: Database, hear: Hear) -> None:
    await hear(a_crime("a"))
    await drawn(database)
    async with database.begin() as tx:
        assert await audit.chain(tx) == 1
    async with database.begin() as tx:
        assert await audit.broken_links(tx) == 0
