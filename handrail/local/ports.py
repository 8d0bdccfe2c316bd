"""Ports of one data folder: the same from start to start, others when somebody took them meanwhile."""

import json
import socket
import zlib
from collections.abc import Sequence
from pathlib import Path

FIRST, LAST = 20_000, 32_000
"""Below the range from which the system takes outgoing ports, so that a restarted process finds its own again."""


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_from(start: int, taken: set[int]) -> int:
    """The first port from `start` that is free and not in `taken`, wrapping round."""
    span = LAST - FIRST
    for step in range(span):
        port = FIRST + (start - FIRST + step) % span
        if port not in taken and is_free(port):
            return port
    raise OSError("no free port between 20000 and 32000; stop something that holds many")


def pick(data: Path, names: Sequence[str]) -> dict[str, int]:
    """A port for each name, remembered in `ports.json`."""
    book = data / "ports.json"
    before: dict[str, int] = json.loads(book.read_text()) if book.exists() else {}
    start = FIRST + zlib.crc32(str(data.resolve()).encode()) % (LAST - FIRST)
    found: dict[str, int] = {}
    for name in names:
        kept = before.get(name)
        taken = {port for other, port in (before | found).items() if other != name}
        found[name] = kept if kept and kept not in taken and is_free(kept) else free_from(start, taken)
    book.write_text(json.dumps(before | found, indent=1))
    return found


def free_pair(first: int) -> int:
    """The lowest port from `first` that is free together with the next one."""
    port = first
    while not (is_free(port) and is_free(port + 1)):
        port += 2
    return port
