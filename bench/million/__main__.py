"""`python -m bench.million`: a hub after five years, and how long its pages take at a steady rate.

It makes a million cases, their referrals, their people and 60 providers in a PostgreSQL of its own, starts the real web
process over it, and asks for every queue, filter, search, case page, portal list and the leader's pages, 10 times a
second, never waiting for an answer before the next is asked. Milliseconds run from when a request was due to its whole
answer over loopback, so the time in which it waited for its turn counts. Every other 20 seconds a provider downloads
its whole history beside. The data folder is removed at the end, unless --stay; --data names one to use again.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import structlog
import uvloop

from bench.million.kinds import Kinds, kinds
from bench.million.making import Made, make
from bench.million.visits import Visitors
from bench.stand import MIGRATIONS, NAME, Stand
from handrail.local import Servers, child, ports, start_servers
from handrail.local.servers import until_ready
from kit import clock
from kit.config import Settings
from kit.database import connect
from kit.migrate import HERE, migrate

LATEST = Path(__file__).parents[1] / "results" / "million.json"
GOAL, MAY_MOVE = 150.0, 20.0
"""Milliseconds of p95 of every kind; percent by which a download may move it."""


def options() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    words.add_argument("--cases", type=int, default=1_000_000)
    words.add_argument(
        "--minutes", type=float, default=6.0, help="length of the open loop; half of it beside a download"
    )
    words.add_argument("--rate", type=float, default=10.0, help="visits a second")
    words.add_argument("--each", type=int, default=20, help="visits of each kind alone, for its processor time")
    words.add_argument("--data", type=Path, help="a folder for the data, used again when it is full already")
    words.add_argument("--stay", action="store_true", help="leaves the data folder where it is")
    words.add_argument("--json", type=Path, default=LATEST, help="where the figures go")
    return words.parse_args()


async def prepare(stand: Stand, asked: argparse.Namespace) -> Made:
    """The database as it was made before in this folder, brought up to date, or made now."""
    new = await migrate(stand.settings, NAME, [HERE / "service", MIGRATIONS])
    for name in ("keys", "access"):
        await migrate(stand.settings, name, [HERE / name])
    note = stand.settings.data / "made.json"
    if not note.exists():
        made = await make(stand, asked.cases)
        note.write_text(json.dumps(asdict(made), default=str))
    elif new:
        superuser = await stand.superuser(NAME)
        await superuser.execute("vacuum (analyze)", timeout=1800)
        await superuser.close()
    return Made(**json.loads(note.read_text()))


async def measure(stand: Stand, web: psutil.Process, asked: argparse.Namespace, made: Made) -> dict[str, Any]:
    superuser = await stand.superuser(NAME)
    wanted = await kinds(superuser, made.counts["case_file"], made.providers)
    await superuser.close()
    access = await connect(stand.settings, "access", "access_web", size=1)
    visitors = Visitors(stand.settings, access, web)
    before, load = spent(stand, web), os.getloadavg()
    turns = await visitors.visit(wanted, asked.rate, asked.minutes)
    after = spent(stand, web)
    alone = await each_alone(stand, web, visitors, wanted, asked.each)
    await visitors.close()
    await access.close()
    visits = sum(len(found) for took in turns.values() for found in took.by_kind.values())
    return {
        "at": clock.now().isoformat(),
        "machine": {"cores": os.cpu_count(), "processor": processor(), "memory": psutil.virtual_memory().total},
        "load": {"before": load, "after": os.getloadavg()},
        "asked": {"cases": asked.cases, "minutes": asked.minutes, "rate": asked.rate},
        "made": asdict(made),
        "processor_milliseconds_a_visit": {n: round(1000 * (after[n] - before[n]) / max(visits, 1), 1) for n in before},
        "alone": alone,
        "download": asdict(visitors.downloads),
        **{name: took.spread() for name, took in turns.items()},
        "wrong": {name: dict(took.wrong) for name, took in turns.items()},
    }


async def each_alone(
    stand: Stand, web: psutil.Process, visitors: Visitors, wanted: Kinds, times: int
) -> dict[str, dict[str, float]]:
    """Milliseconds of processor time of each kind, one visit after the other: a busy machine hardly moves these."""
    found = {}
    for kind, asks in wanted.items():
        before = spent(stand, web)
        for _ in range(times):
            await visitors.ask(next(asks))
        after = spent(stand, web)
        found[kind] = {name: round(1000 * (after[name] - before[name]) / times, 1) for name in before} if times else {}
    return {kind: cost for kind, cost in found.items() if cost}


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def spent(stand: Stand, web: psutil.Process) -> dict[str, float]:
    """Seconds of processor time of PostgreSQL and of the web process."""
    times = web.cpu_times()
    return {"postgres": stand.spent()["postgres"], "web": float(times.user + times.system)}


def show(found: dict[str, Any]) -> None:
    quiet, beside, alone = found["quiet"], found["beside"], found["alone"]
    print(f"{'':27}|{'milliseconds':^22}|{'beside a download':^22}|{'processor, alone':^22}")
    print(f"{'':27}|{'count':>6}{'p50':>8}{'p95':>8}|{'count':>6}{'p50':>8}{'p95':>8}|{'web':>11}{'postgres':>11}")
    for kind, one in quiet.items():
        two, mark = [_cells(one), _cells(beside.get(kind))], f"  over {GOAL:.0f}" if one["p95"] > GOAL else ""
        cost = alone.get(kind, {"web": "", "postgres": ""})
        print(f"{kind:27}|{'|'.join(two)}|{cost['web']:>11}{cost['postgres']:>11}{mark}")
    moved = 100 * (beside["all"]["p95"] / quiet["all"]["p95"] - 1) if quiet["all"]["p95"] else 0.0
    print(
        f"a download moves the p95 of all by {moved:+.0f} % (at most {MAY_MOVE:.0f} % is wanted): {found['download']}"
    )
    print("processor, milliseconds a visit:", found["processor_milliseconds_a_visit"], "load:", found["load"])
    if any(found["wrong"].values()):
        print("NOT PAGES:", found["wrong"])


def _cells(one: dict[str, float] | None) -> str:
    return f"{one['count']:6}{one['p50']:8}{one['p95']:8}" if one else " " * 22


def web_program(servers: Servers) -> tuple[child.Program, int]:
    port = ports.pick(servers.data, ["web", "postgres", "kafka", "kafka-controller"])["web"]
    told = {
        "ENVIRONMENT": "test",
        "POSTGRES_HOST": servers.postgres_host,
        "POSTGRES_PORT": str(servers.postgres_port),
        "SECRETS": str(servers.secrets),
        "DATA": str(servers.data),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "WARNING",
    }
    command = (sys.executable, "-m", f"services.{NAME}", "web")
    environment = {f"HANDRAIL_{name}": value for name, value in told.items()}
    return child.Program("web", command, servers.data / "log" / "web.log", environment), port


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def run(servers: Servers, asked: argparse.Namespace) -> dict[str, Any]:
    program, port = web_program(servers)
    settings = Settings(
        environment="test",
        postgres_host=servers.postgres_host,
        postgres_port=servers.postgres_port,
        secrets=servers.secrets,
        data=servers.data,
        public_url=f"http://127.0.0.1:{port}",
    )
    stand = Stand(servers, settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        made = runner.run(prepare(stand, asked))
        print(f"{made.counts} in {made.seconds:.0f} s, {made.bytes / 1e9:.1f} GB")
        web = child.start(program)
        try:
            runner.run(until_ready(program, web, lambda: answers(port)))
            return runner.run(measure(stand, psutil.Process(web.pid), asked, made))
        finally:
            child.stop(web, program.ends_with)


def main() -> None:
    asked = options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    folder = asked.data or Path(tempfile.mkdtemp(prefix="handrail-million-"))
    servers = start_servers(folder, kafka=False)
    try:
        found = run(servers, asked)
    finally:
        servers.stop()
        if not asked.stay:
            shutil.rmtree(folder, ignore_errors=True)
    show(found)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(found, indent=1, default=str))
    print("written to", asked.json)


if __name__ == "__main__":
    main()
