"""Kafka of one machine: one node in KRaft mode, from the libraries that deploy/kafka/pom.xml pins."""

import asyncio
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from contracts.topics import Topic
from handrail.failing import Failed
from handrail.local.child import Program, run

ROOT = Path(__file__).parents[2]
POM = ROOT / "deploy" / "kafka" / "pom.xml"
LOGGING = ROOT / "deploy" / "kafka" / "log4j2.properties"
JVM = ("-Xms128m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:MaxMetaspaceSize=128m", "-Xss512k")
"""One compiler instead of two: ready in half the time, and no slower at what one machine asks of it (measured)."""

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/log
auto.create.topics.enable=false
delete.topic.enable=true
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
log.segment.bytes=67108864
message.max.bytes=2097152
"""


class TopicsDiffer(Failed):
    """A topic has another number of partitions than contracts/topics.py says. The number is fixed for life, since a
    key must stay on its partition: start with another data folder, or restore the number in contracts/topics.py."""


class NoJava(Failed):
    """Kafka needs Java 17 or later and, the first time, Maven. Install them and see `handrail doctor`."""


@dataclass(frozen=True, slots=True)
class Kafka:
    """The broker of one data folder."""

    data: Path
    port: int
    controller: int

    @property
    def folder(self) -> Path:
        return self.data / "kafka"

    @property
    def log(self) -> Path:
        return self.data / "log" / "kafka.log"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, *words: str) -> list[str]:
        java = shutil.which("java")
        if java is None:
            raise NoJava(NoJava.__doc__)
        return [java, *JVM, "-cp", f"{libraries()}/*", f"-Dlog4j2.configurationFile={LOGGING}", *words]

    def program(self) -> Program:
        return Program("kafka", self._java("kafka.Kafka", str(self._properties)), self.log)

    def prepare(self) -> None:
        """Fetches the libraries where they are missing, writes the properties and formats the storage once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(
            PROPERTIES.format(port=self.port, controller=self.controller, folder=self.folder.resolve())
        )
        if not (self.folder / "log" / "meta.properties").exists():
            cluster = "H" + secrets.token_urlsafe(16)[1:]  # an id that begins with a dash is taken for an option
            words = ("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties))
            run(Program("kafka-format", self._java(*words), self.log))

    async def ready(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=3000)
        try:
            await admin.start()
            return True
        except (KafkaError, OSError):
            return False
        finally:
            await admin.close()


async def make_topics(bootstrap: str, topics: Iterable[Topic], replicas: int = 1) -> None:
    """Makes the topics that are missing; TopicsDiffer when one has another number of partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        wanted = {topic.name: topic for topic in topics}
        there = await admin.describe_topics(list(set(wanted) & set(await admin.list_topics())))
        for found in there:
            _compare(wanted.pop(found["topic"]), len(found["partitions"]))
        if wanted:
            answer = await admin.create_topics([_new(topic, replicas) for topic in wanted.values()])
            for name, code, *_ in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise for_code(code)(name)
            await _until_led(admin, list(wanted))
    finally:
        await admin.close()


async def _until_led(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """Returns when every partition of new topics has a leader, so that nobody's first message waits."""
    for _ in range(100):
        found = await admin.describe_topics(names)
        if all(p["leader"] >= 0 and p["error_code"] == 0 for topic in found for p in topic["partitions"]):
            return
        await asyncio.sleep(0.1)


def settings_of(topic: Topic) -> dict[str, str]:
    """LogAppendTime: a producer that stamps a past month would have its records deleted at once by retention."""
    return {
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(topic.retention_days * 24 * 3600 * 1000),
        "max.message.bytes": str(1024 * 1024),
    }


def _new(topic: Topic, replicas: int) -> NewTopic:
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=replicas,
        topic_configs=settings_of(topic),
    )


def _compare(topic: Topic, found: int) -> None:
    if found != topic.partitions:
        raise TopicsDiffer(f"{topic.name} has {found} partitions, wanted {topic.partitions}. {TopicsDiffer.__doc__}")


def libraries_folder() -> Path:
    """Where the broker's jars are, or will be: one folder for each text of the pom."""
    cache = Path(os.environ.get("HANDRAIL_CACHE", ROOT / ".handrail" / "cache"))
    return cache / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


def libraries() -> Path:
    """The same folder, filled: fetched by Maven when missing, by one process at a time."""
    done = libraries_folder()
    if done.exists():
        return done
    done.parent.mkdir(parents=True, exist_ok=True)
    with (done.parent / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _fetch(done)
    return done


def _fetch(done: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoJava(NoJava.__doc__)
    half = done.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    words = (maven, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime")
    log = done.parent / "maven.log"
    run(Program("mvn", (*words, f"-DoutputDirectory={half}"), log))
    half.rename(done)
