"""`make quick`: leaves out what needs a server or a browser (`pytest -p tests.quick`)."""

import pytest

SLOW = {"servers", "servers_with_kafka", "gate"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = [item for item in items if SLOW & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in set(slow)]
