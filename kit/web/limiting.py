"""How often a stranger may try: counted in the database, so that processes count alike and a restart forgets nothing.

    tries = Tries(visit, "order_code", OF_CODES, typed)
    if (until := await tries.begin()) is not None:
        return too_many(visit, until)                  # nothing was looked up
    ...
    await tries.refused("not_known")                   # it did not work: the try stays counted, and the audit says so
    await tries.worked()                               # it did: the try is taken back

An address and what was typed are kept as keyed digests only. Each call is a transaction of its own: what was refused
stays counted whatever becomes of the page.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from starlette.responses import Response

from kit import audit
from kit.database import Tx
from kit.web import attempts
from kit.web.visit import Visit

BEGINNING = 4
"""How many signs of what was typed are counted together: enough to slow down whoever walks through one part of all."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries within `minutes`: from one address, of texts that begin alike or are one, or by all."""

    by: Literal["address", "beginning", "text", "all"]
    most: int
    minutes: int


# source: ours. A code has nine random signs of 23: a thousand tries a quarter of an hour find none in a lifetime, and
# no person needs ten. Everybody together has room enough that one address cannot shut the door for others.
OF_CODES = (Limit("address", 10, 15), Limit("beginning", 20, 60), Limit("all", 1000, 15))
OF_FORMS = (Limit("address", 10, 60), Limit("all", 500, 60))
OF_CREDENTIALS = (Limit("address", 20, 15), Limit("all", 1000, 15))
OF_CALLS = (Limit("text", 600, 15),)


class Tries:
    """Tries of one kind (`what`) by whoever sends this request."""

    def __init__(self, visit: Visit, what: str, limits: Sequence[Limit], typed: str = "") -> None:
        self._visit, self._what = visit, what
        texts = {"address": _address(visit), "beginning": beginning(typed), "text": typed, "all": ""}
        self._limits = {self._key(limit.by, texts[limit.by]): limit for limit in limits}

    def _key(self, by: str, text: str) -> bytes:
        return self._visit.shop.signer.digest("attempt", f"{self._what}|{by}|{text}")

    async def begin(self) -> datetime | None:
        """Counts a try. When the next may be made, where this one is too many: then it must not be carried out."""
        within = {key: timedelta(minutes=limit.minutes) for key, limit in self._limits.items()}
        async with self._visit.db.begin() as tx:
            counted = await attempts.count(tx, self._what, within, self._visit.now)
            over = {key: told for key, told in counted.items() if told[0] > self._limits[key].most}
            if any(number == self._limits[key].most + 1 for key, (number, _) in over.items()):
                await _note(tx, self._what, "too_many")
        return max((until for _, until in over.values()), default=None)

    async def worked(self) -> None:
        """Takes the try back: only what is refused counts."""
        async with self._visit.db.begin() as tx:
            await attempts.take_back(tx, self._what, list(self._limits))

    async def refused(self, why: str) -> None:
        """Tells the audit of a try that did not work; `why` is a code."""
        async with self._visit.db.begin() as tx:
            await _note(tx, self._what, why)


async def _note(tx: Tx, what: str, why: str) -> None:
    await audit.record(tx, [audit.Entry(None, "stranger", None, f"{what}.refused", "credential", None, (), why)])


def beginning(typed: str) -> str:
    """What texts are counted together by: their first signs, as typed in any case and with any dashes."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())[:BEGINNING]


def _address(visit: Visit) -> str:
    """Whom the gateway heard; of an IPv6 address the part that one household or office has."""
    host = visit.request.client.host if visit.request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False).network_address)


def too_many(visit: Visit, until: datetime) -> Response:
    """A plain page that says when to try again."""
    return asked_to_wait(visit, visit.problem(429, until=until), until)


def asked_to_wait(visit: Visit, response: Response, until: datetime) -> Response:
    """Tells machines as well when to try again."""
    response.headers["Retry-After"] = str(max(1, int((until - visit.now).total_seconds()) + 1))
    return response
