"""One secret of every kind goes through everything yett writes, and none of it is seen again."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ran, Repo, Yett
from yett import checks
from yett.checks._seek import Seeker
from yett.model import Blob
from yett.options import FORMATS
from yett.rules.secrets import SECRETS

SHORTEST = 12
"""Characters of a value that are looked for: what all of a kind begin with may be named, and is shorter."""


def _planted() -> dict[str, str]:
    """A file for each kind of secret, with its first bad example."""
    return {
        f"conf/{secret.id}.env" if secret.keywords else f"conf/{secret.files[0].replace('*', 'shop_')}": secret.bad[0]
        for secret in SECRETS
    }


def _values(files: dict[str, str]) -> dict[str, bytes]:
    """What has to stay unseen, by path: the end of each value, in one line."""
    seeker = Seeker()
    found: dict[str, bytes] = {}
    for path, text in files.items():
        for sighting in seeker.look(text.encode(), path):
            value = getattr(sighting, "value", "").strip().split("\n")[-1]
            lines = [line.strip() for line in getattr(sighting, "value", "").split("\n") if len(line.strip()) > 4]
            value = max(lines, key=len) if lines else value
            found[path] = value.encode()[-max(SHORTEST, len(value) // 2) :]
    return found


FILES = _planted()
VALUES = _values(FILES)


def _written(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Everything below some folders; SQLite files as text too, since their pages may break a value in two."""
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(parent, name)
                with open(path, "rb") as file:
                    data = file.read()
                yield path, data
                if data.startswith(b"SQLite format 3"):
                    with sqlite3.connect(path) as opened:
                        yield path, "\n".join(opened.iterdump()).encode("utf-8", "surrogateescape")


def _nothing_shown(*texts: bytes) -> None:
    shown = [path for path, value in VALUES.items() for text in texts if value in text]
    assert shown == []


def test_there_is_something_to_hide() -> None:
    assert len(VALUES) == len(FILES) == len(SECRETS)
    assert min(map(len, VALUES.values())) >= 6
    for path, value in VALUES.items():
        assert value in FILES[path].encode()
    with pytest.raises(AssertionError):
        _nothing_shown(FILES["conf/github-token.env"].encode())


def test_no_report_shows_one(repo: Repo, yett: Yett, tmp_path: Path) -> None:
    repo.commit(FILES)
    outputs = [argument for form in FORMATS for argument in ("--output", f"{form}:{tmp_path / 'out' / form}")]
    (tmp_path / "out").mkdir()
    ran = yett(repo.root, "check", "--tree", "HEAD", "--all", "--verbose", *outputs)
    assert ran.code == 1
    assert "secrets/github-token" in ran.out
    assert sorted(os.listdir(tmp_path / "out")) == sorted(FORMATS)
    _nothing_shown(ran.out.encode(), ran.err.encode(), *(text for _, text in _written(tmp_path / "out")))


def test_no_cache_keeps_one(repo: Repo, yett: Yett, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yett.examine.FEW", 10)
    repo.commit(FILES)
    for _ in range(2):
        ran = yett(repo.root, "check", "--tree", "HEAD", "--format", "json")
    history = [yett(repo.root, "history", "--all", "--format", form) for form in ("text", "json")]
    assert "secrets/github-token" in history[0].out
    kept = dict(_written(tmp_path / "cache"))
    assert any("seen" in path for path in kept)
    _nothing_shown(ran.out.encode(), *(each.out.encode() + each.err.encode() for each in history), *kept.values())


def test_no_policy_advice_shows_one(repo: Repo, yett: Yett) -> None:
    repo.commit(FILES)
    ran = yett(repo.root, "init")
    said = [ran.out, ran.err, *(text.decode("utf-8", "replace") for path, text in _written(repo.root) if ".git/" not in path and "/conf/" not in path)]  # fmt: skip  # noqa: E501
    _nothing_shown("\n".join(said).encode())


def _dies(blob: Blob) -> object:
    raise ValueError(blob.data, blob)


def test_no_crash_shows_one(repo: Repo, yett: Yett, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = checks.Check("secrets", "x", lambda path: True, _dies)  # type: ignore[arg-type]
    monkeypatch.setattr("yett.checks.secrets.load", lambda *_: broken)
    repo.commit(FILES)
    ran = yett(repo.root, "check", "--tree", "HEAD", "--all", "--verbose", "--only", "secrets")
    assert ran.code == 3
    assert "crashed" in ran.out
    _nothing_shown(ran.out.encode(), ran.err.encode())


@pytest.mark.parametrize("stage", ("yett.gate.waive", "yett.gate.judge", "yett.report.render"))
def test_no_internal_error_shows_one(repo: Repo, yett: Yett, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    def dies(*given: object, **named: object) -> object:
        held = "\n".join(FILES.values())
        raise ValueError(held, given, named)

    monkeypatch.setattr(stage, dies)
    repo.commit(FILES)
    ran: Ran = yett(repo.root, "check", "--tree", "HEAD", "--verbose")
    assert ran.code == 4
    _nothing_shown(ran.out.encode(), ran.err.encode())
