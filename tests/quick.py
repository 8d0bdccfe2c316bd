"""`make quick`: leaves out what needs a server or a browser (`pytest -p tests.quick`)."""

import pytest

SLOW = {"servers", "servers_with_kafka", "gate"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = [i for i in items if SLOW & set(getattr(i, "fixturenames", ())) or i.get_closest_marker("journey")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in set(slow)]
