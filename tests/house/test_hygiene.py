"""What no file of the repository may hold: a registry's host, a machine's path, a real person's number."""

import hashlib
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Hosts of package registries, as the first 12 digits of their SHA-256, so that this file does not name them either.
DIGESTS = """
a4aa2ac280bb c899567ee906 0dc11026ac75 3ca29e55be4b 5cd04dc6512f 317d2d52829b 43c04ed1dabe
789e46d79514 3d01f3609be8 eb7e11c7f9ec 00a7dc5a0cc3 e680c440a2e9 1ba4e37997a2
"""
HOSTS = frozenset(DIGESTS.split())
HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,4}\b")
MACHINE = re.compile(r"(?<![\w.])/(?:root|work|home)/")
MOBILE = re.compile(r"\b07\d{9}\b")
RESERVED_MOBILE = re.compile(r"07700900\d{3}")


def texts() -> list[tuple[Path, str]]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = []
    for name in listed.splitlines():
        path = ROOT / name
        try:
            found.append((path, path.read_text()))
        except (UnicodeDecodeError, IsADirectoryError, FileNotFoundError):
            continue
    return found


def is_registry(host: str) -> bool:
    parts = host.split(".")
    endings = (".".join(parts[i:]) for i in range(len(parts) - 1))
    return any(hashlib.sha256(ending.encode()).hexdigest()[:12] in HOSTS for ending in endings)


def test_no_file_names_a_package_registry() -> None:
    named = [str(p.relative_to(ROOT)) for p, t in texts() if any(map(is_registry, set(HOST.findall(t.lower()))))]
    assert named == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert [str(p.relative_to(ROOT)) for p, t in texts() if MACHINE.search(t) and p != Path(__file__)] == []


def test_every_mobile_number_is_a_reserved_one() -> None:
    for path, text in texts():
        for number in MOBILE.findall(text):
            assert RESERVED_MOBILE.fullmatch(number), f"{path.relative_to(ROOT)} holds a number that could be real"


def test_every_system_of_the_readme_is_tested_where_it_says() -> None:
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if re.match(r"\| \d+ \| ", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 22))
    for row in rows:
        places = re.findall(r"\w+/\w+\.py", row)
        assert places, row
        assert [place for place in places if not (ROOT / "tests" / place).exists()] == []
