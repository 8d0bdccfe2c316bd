"""One running system and one browser for all the journeys of a lane; each journey with JavaScript and without."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.journeys.lane import Journey, Lane, chromium, own_reference
from tests.running import System

WAYS = {"on": [True], "off": [False], "both": [True, False]}[os.environ.get("JAVASCRIPT", "both")]
"""`JAVASCRIPT=on` or `off` tells each story in one of the two ways alone."""


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Everything up, by its own command; `LANE` names the data folder of one that is up already, to try a story on."""
    if up := os.environ.get("LANE"):
        yield System(Path(up))
        return
    folder = tmp_path_factory.mktemp("lane")
    system = System(folder / "data")
    told = {"HANDRAIL_REFERENCE": str(own_reference(folder / "reference"))}
    done = system.run("up", "--detach", "--port", str(system.port()), environment=told)
    assert done.returncode == 0, done.stderr
    yield system
    system.run("down")


@pytest.fixture(scope="session")
async def lane(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lane]:
    async with chromium() as browser:
        yield Lane(system, browser, tmp_path_factory.mktemp("events"))


@pytest.fixture(params=WAYS, ids=lambda script: "javascript" if script else "without")
async def journey(lane: Lane, request: pytest.FixtureRequest) -> AsyncIterator[Journey]:
    """The story of one person, told twice; nothing may have gone wrong in any browser of it."""
    journey = Journey(lane, script=request.param)
    yield journey
    await journey.closes()
    assert journey.wrong == []
