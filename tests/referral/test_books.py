"""Where the rules, policy and directory come from."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from services.referral.books import FOLDER, load

DAY = date(2026, 11, 2)


def test_an_operators_own_file_stands_in_place_of_the_one_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = load().on(DAY)
    policy = yaml.safe_load((FOLDER / "policy.yaml").read_text())
    policy["versions"][0]["undo_seconds"] = 30
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(policy))
    monkeypatch.setenv("HANDRAIL_REFERENCE", str(tmp_path))
    theirs = load().on(DAY)
    assert (ours.policy.undo_seconds, theirs.policy.undo_seconds) == (10, 30)
    assert theirs.rules.version == ours.rules.version
    assert theirs.directory.contracts == ours.directory.contracts
