"""A fresh hub for each test."""

import pytest

from tests.code_compliance.hub import Hub, a_hub
from tests.conftest import Databases


@pytest.fixture
async def hub(databases: Databases) -> Hub:
    name = await databases.copy_of("code_compliance")
    return a_hub(await databases.open(name, "code_compliance_worker"), databases.settings)
