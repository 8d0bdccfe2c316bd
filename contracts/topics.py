"""The topics, once, for every service, the local broker, the deployment and the access lists."""

from dataclasses import dataclass

POLICE_CRIMES = "police.crimes"
JUSTICE_MILESTONES = "justice.milestones"
REFERRAL_EVENTS = "referral.events"
CODE_EVENTS = "code.events"
FEEDBACK_EVENTS = "feedback.events"
RETURNS_EVENTS = "returns.events"


@dataclass(frozen=True, slots=True)
class Topic:
    """`key` is the field of the data whose 36-character text is the Kafka key; partitions are fixed for life."""

    name: str
    owner: str
    key: str
    retention_days: int
    inbound: bool
    partitions: int = 12


TOPICS: tuple[Topic, ...] = (
    Topic(POLICE_CRIMES, "the force", "crime_id", 7, inbound=True),
    Topic(JUSTICE_MILESTONES, "police, CPS, HMCTS, WCU, probation", "crime_id", 90, inbound=True),
    Topic(REFERRAL_EVENTS, "referral", "subject_id", 90, inbound=False),
    Topic(CODE_EVENTS, "code_compliance", "subject_id", 90, inbound=False),
    Topic(FEEDBACK_EVENTS, "feedback", "subject_id", 90, inbound=False),
    Topic(RETURNS_EVENTS, "returns", "subject_id", 90, inbound=False),
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}

MAX_VALUE_BYTES = 256 * 1024
"""A larger value parks as `too_large`."""
