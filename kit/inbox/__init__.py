"""Consume once, in effect: the watermark and the event ids move in the transaction of the effects."""

from kit.inbox.applying import Counts, Inbox
from kit.inbox.parking import discard, parked
from kit.inbox.replaying import replay
from kit.inbox.waiting import release, wait
from kit.received import Received, Record

__all__ = ["Counts", "Inbox", "Received", "Record", "discard", "parked", "release", "replay", "wait"]
