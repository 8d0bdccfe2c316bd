"""Apache Kafka in KRaft mode: one node, broker and controller, from the pinned pom."""

import asyncio
import base64
import fcntl
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts.topics import TOPICS
from handrail.local.machine import CannotStart, end, free_port, is_open, spawn, wait_until

POM = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
LOGGING = Path(__file__).parents[2] / "deploy" / "kafka" / "log4j2.yaml"
LIBRARIES = Path(__file__).parents[2] / ".handrail" / "kafka-libs"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}
num.partitions=12
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.segment.bytes=67108864
message.max.bytes=1048588
"""


class WrongPartitions(CannotStart):
    """A topic has another number of partitions than it was born with; it is fixed for life."""


@dataclass
class Kafka:
    """A running broker."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        end(self.process, seconds=30)


def libraries() -> Path:
    """The folder with Kafka's jars; fetched once with Maven, by one process at a time."""
    LIBRARIES.parent.mkdir(parents=True, exist_ok=True)
    with (LIBRARIES.parent / "kafka-libs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = LIBRARIES / "complete"
        if not done.exists() or done.read_text() != POM.read_text():
            maven = shutil.which("mvn")
            if maven is None or shutil.which("java") is None:
                raise CannotStart("Kafka needs Java 17 or later and Maven: install them, then try again")
            shutil.rmtree(LIBRARIES, ignore_errors=True)
            words = [
                maven,
                "-B",
                "-q",
                "-f",
                str(POM),
                "dependency:copy-dependencies",
                f"-DoutputDirectory={LIBRARIES}",
            ]
            fetched = subprocess.run(words, capture_output=True, text=True, check=False)
            if fetched.returncode != 0:
                raise CannotStart(f"Maven could not fetch Kafka: {(fetched.stdout + fetched.stderr).strip()[-400:]}")
            done.write_text(POM.read_text())
    return LIBRARIES


def start(data: Path, port: int = 0) -> Kafka:
    """Starts Kafka on `data`/kafka, making it first if need be, with the topics of the contracts."""
    home, log = data / "kafka", data / "logs" / "kafka.log"
    classes = f"{libraries()}/*"
    home.mkdir(parents=True, exist_ok=True)
    chosen = free_port(port)
    properties = home / "server.properties"
    properties.write_text(PROPERTIES.format(port=chosen, controller=free_port(), folder=home / "log"))
    if not (home / "log" / "meta.properties").exists():
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        words = ["java", "-cp", classes, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
        made = subprocess.run(words, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise CannotStart(f"Kafka could not make its storage: {(made.stdout + made.stderr).strip()[-400:]}")
    options = [
        "-Xms128m",
        "-Xmx384m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        f"-Dlog4j2.configurationFile={LOGGING}",
    ]
    process = spawn(["java", *options, "-cp", classes, "kafka.Kafka", properties], log)
    try:
        wait_until(lambda: is_open(chosen), process, 60, f"Kafka (its log: {log})")
        broker = Kafka(process, chosen)
        ensure_topics(broker.bootstrap)
    except BaseException:
        end(process)
        raise
    return broker


def ensure_topics(bootstrap: str) -> None:
    """Makes the topics that are missing; raises WrongPartitions when one has another number of partitions."""
    from handrail.local.postgres import _run

    _run(_ensure_topics(bootstrap))


async def _ensure_topics(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        have = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics()}
        for topic in TOPICS:
            if have.get(topic.name, topic.partitions) != topic.partitions:
                raise WrongPartitions(f"{topic.name} has {have[topic.name]} partitions, not {topic.partitions}")
        missing = [topic for topic in TOPICS if topic.name not in have]
        if missing:
            await admin.create_topics([_new(t.name, t.partitions, t.retention_days) for t in missing])
        for _ in range(100):
            have = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics()}
            if all(have.get(topic.name) == topic.partitions for topic in TOPICS):
                return
            await asyncio.sleep(0.1)
        raise CannotStart("Kafka did not make the topics")
    finally:
        await admin.close()


def _new(name: str, partitions: int, retention_days: int) -> NewTopic:
    settings = {"message.timestamp.type": "LogAppendTime", "retention.ms": str(retention_days * 86_400_000)}
    return NewTopic(name, partitions, 1, topic_configs=settings)
