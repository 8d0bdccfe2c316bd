"""One system, one story: from a crime to a sealed return by the pages, then everything killed in turn while feeding.

The tests are chapters of it and run in this order; each needs those before it.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from contracts.identity import case_id
from handrail.demo import walking
from handrail.demo.pages import browser, look, submit
from handrail.demo.returning import seal_one
from handrail.feeds.places import DATA, WEST_MIDLANDS_MONTH
from handrail.local.state import running
from handrail.signin import sign_in
from kit import clock
from tests import canary
from tests.builders import a_crime, a_victim
from tests.journeys import town
from tests.running import NAMES, System, until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]
FEW, MORE = 120, 420
MONTH = DATA / WEST_MIDLANDS_MONTH
ORDER = [*sorted(NAMES - {"postgres", "kafka"}), "postgres", "kafka"]
_ID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


@dataclass
class Story:
    """The system and what has been seen of it. `seen`: addresses and headers, and what commands printed."""

    system: System
    traces: town.Collector
    began: datetime
    fed: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    case: str = ""

    @property
    def period(self) -> str:
        return f"{self.began.year}-Q{(self.began.month + 2) // 3}"

    def ask(self, *words: str) -> dict[str, Any]:
        done = self.system.run(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        self.seen += [done.stdout, done.stderr]
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer

    def feeding(self, rows: int, *words: str) -> list[str]:
        month = f"{self.began:%Y-%m}"
        return ["feed", str(MONTH), "--limit", str(rows), "--as-month", month, "--json", *words]

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """What has been announced of the canary's case."""
        return town.announced(asyncio.run(town.records(running(self.system.data).kafka)), self.case)

    def browser(self, persona: str) -> httpx.Client:
        client = browser(running(self.system.data).http, sign_in(self.system.data, persona))

        def keep(answer: httpx.Response) -> None:
            self.seen.append(f"{answer.request.url} {answer.headers!r}")

        client.event_hooks = {"response": [keep]}
        return client


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    system = System(tmp_path_factory.mktemp("town"))
    with town.collecting() as traces:
        done = system.run(
            "up", "--detach", "--port", str(system.port()), environment={"HANDRAIL_OTLP": traces.endpoint}
        )
        assert done.returncode == 0, done.stderr
        yield Story(system, traces, clock.now())
        system.run("down")


def the_canarys_crime(at: datetime) -> dict[str, Any]:
    """A racially aggravated assault of two hours ago; she agreed, and two of her channels are safe."""
    when = (at - timedelta(hours=2)).isoformat()
    victim = a_victim("V-canary", channels_safe=["mobile", "email"], details=canary.DETAIL)
    days = {name: f"{at - timedelta(days=1):%Y-%m-%d}" for name in ("committed_from", "committed_to")}
    return a_crime(victim, offence_code="8M", hate_strands=["race"], reported_at=when, recorded_at=when, **days)


def test_a_crime_becomes_a_referral_that_a_provider_takes_to_its_end(story: Story, tmp_path: Path) -> None:
    crime = the_canarys_crime(story.began)
    event = {"specversion": "1.0", "id": str(uuid4()), "source": "urn:force:20", "type": "police.crime.recorded.v1"}
    file = tmp_path / "events.jsonl"
    bad = {**crime, "reported_at": canary.NAMES[0]}
    file.write_text(json.dumps({**event, "time": crime["recorded_at"], "data": bad}))
    refused = story.system.run("emit", str(file))
    assert (refused.returncode, "Nothing of the file was published" in refused.stderr) == (1, True)
    story.seen += [refused.stdout, refused.stderr]
    file.write_text(json.dumps({**event, "time": crime["recorded_at"], "data": crime}))
    assert story.ask("emit", str(file)) == {"events_published": 1}
    story.fed = story.ask(*story.feeding(FEW))
    story.case = str(case_id(crime["crime_id"], "V-canary"))
    until(lambda: "referral.sent" in story.told(), 60)
    sent = story.told()["referral.sent"][0]
    assert (sent["line"], sent["automatic"]) == ("hate_crime", True)
    with story.browser("hate.worker") as client:
        address = f"/portal/referrals/{sent['referral_id']}"
        done = list(walking.along(client, address, ("accept", "attempt", "start", "complete")))
        assert done == [f"portal.{step}" for step in ("viewed", "accept", "attempt", "start", "complete")]
    walked = walking.walk(running(story.system.data), story.system.data, referrals=3, cases=2)
    assert walked["hub.viewed"] == 2 and walked["portal.viewed"] >= 1


def test_its_clock_is_met_and_feedback_is_asked_for_or_withheld_with_a_reason(story: Story) -> None:
    until(lambda: {"feedback.invited", "feedback.withheld"} & story.told().keys() != set(), 60)
    told = story.told()
    met = {one["entitlement"]: one for one in told["entitlement.met"]}
    assert met["R4.refer_support"]["in_time"] is True
    assert {one["entitlement"] for one in told["entitlement.due"]} >= met.keys()
    assert told["support.completed"]
    assert all(one["reason"] for one in told.get("feedback.withheld", []))
    with story.browser("compliance") as client:
        page = look(client, f"/rights/cases/{story.case}")
    assert "R4.refer_support" in page.text
    assert canary.clear_in([page.text]) == set()


def test_the_hub_finds_her_by_name_and_the_address_does_not_say_it(story: Story) -> None:
    with story.browser("officer") as client:
        queue = look(client, "/cases")
        form = queue.form("/cases/search")
        assert form is not None
        found = submit(client, queue, form, sought=" ".join(canary.NAMES))
        assert re.search(rf"/cases/found/{_ID}$", found.address)
        assert f"/cases/{story.case}" in found.links
        page = look(client, f"/cases/{story.case}")
        assert canary.clear_in([queue.text, found.text, page.text]) == set(), "names show on demand only"
        reveal = page.form("/reveal")
        assert reveal is not None
        assert {*canary.NAMES, canary.BORN[4]} <= canary.clear_in([submit(client, page, reveal).text])


def test_the_quarters_return_is_drawn_signed_sealed_and_verified(story: Story, tmp_path: Path) -> None:
    grant = seal_one(running(story.system.data), "grant", story.period, story.system.data / "returns")
    totals = grant.totals()
    assert int(totals["crimes_recorded"]) + int(totals["incidents_recorded"]) == story.fed["crimes"] + 1
    assert int(totals["support_completed"]) >= 1
    assert story.system.run("return", "verify", str(grant.file)).returncode == 0
    changed = tmp_path / grant.file.name
    changed.write_text(grant.file.read_text().replace(",0,", ",1,", 1))
    assert story.system.run("return", "verify", str(changed)).returncode == 1


def killed(system: System, name: str) -> None:
    """Kills a process and waits until its supervisor has started it again."""
    until(lambda: system.process(name)["pid"] is not None)
    before = system.process(name)
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: bool(system.process(name)["restarts"] > before["restarts"]))


def test_every_process_is_killed_while_feeding_and_nothing_is_lost_or_done_twice(story: Story) -> None:
    feeding = story.system.command(*story.feeding(MORE, "--rate", "40"))
    feed = subprocess.Popen(feeding, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for name in ORDER:
        killed(story.system, name)
    until(lambda: bool(story.system.status()["ready"]))
    out, error = feed.communicate()
    story.seen += [out, error]
    again = story.ask(*story.feeding(MORE))
    if feed.returncode == 0:
        assert again["events_published"] == 0, "what the topics hold is not sent again"
        assert json.loads(out)["already_published"] == story.fed["events_published"]
    else:
        assert "Feed the same again" in error
    recount = story.ask("reconcile")
    assert recount["ok"] and recount["set_aside"] == 0
    assert (recount["crimes"], recount["cases"]) == (again["crimes"] + 1, again["victims"] + 1)
    log = (story.system.data / "log" / "supervisor.log").read_text()
    assert {name for name in NAMES if f"{name} ended with -9" not in log} == set()


def test_in_clear_she_is_found_nowhere(story: Story) -> None:
    told = asyncio.run(town.records(running(story.system.data).kafka))
    topics = {record.topic for record in told}
    tables = asyncio.run(town.tables(story.system))
    files, metrics = town.files(story.system.data), town.metrics(story.system)
    places = {
        **{f"topic {name}": "\n".join(town.in_clear(r) for r in told if r.topic == name) for name in topics},
        **{f"table {name}": "\n".join(rows) for name, rows in tables.items()},
        **{f"file {name}": text for name, text in files.items()},
        **{f"metrics {name}": text for name, text in metrics.items()},
        "Kafka's files": town.segments(story.system.data),
        "traces": story.traces.text(),
        "addresses, headers and commands": "\n".join(story.seen),
    }
    assert {place: canary.clear_in([text]) for place, text in places.items() if canary.clear_in([text])} == {}
    empty = {place for place, text in places.items() if not text.strip() and not place.startswith("table")}
    assert empty == set(), "each place had something to be searched"
    logs = {f"file log/{name}.log" for name in NAMES}
    audits = {f"table {name}.kit.audit" for name in ("referral", "code_compliance")}
    assert places.keys() >= logs | audits | {"table referral.public.mail", "table referral.public.person_sealed"}
    assert "/portal/referrals/{referral_id}" in places["traces"]
    assert all(places[name] for name in audits)
