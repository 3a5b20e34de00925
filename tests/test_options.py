"""What a hook says is read without argparse, and means what argparse makes of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from yett.arguments import parser
from yett.options import read

PLAIN = (
    "check",
    "check --staged",
    "check --staged --only secrets --only python --no-store",
    "check --range main..HEAD --format json --output a.sarif --output md:b",
    "check -C shop --policy p.yaml --advisories a.sqlite --all --archives --verbose",
    "check --color never --skip config",
    "check --colour always --colour auto",
)

FOR_ARGPARSE = (
    "",
    "rules",
    "--version",
    "check --help",
    "check --stag",
    "check --format=json",
    "check -Cshop",
    "check --tree",
    "check --tree HEAD",
    "check --paths a b",
    "check a",
    "check --only",
    "check --policy --staged",
    "check --policy -x",
    "check --format yaml",
    "check --staged --range a..b",
    "check --staged --staged",
    "check --unknown",
)


@pytest.mark.parametrize("said", PLAIN)
def test_what_is_said_plainly_means_the_same_to_both(said: str) -> None:
    assert read(said.split()) == parser("check").parse_args(said.split(), SimpleNamespace())


@pytest.mark.parametrize("said", FOR_ARGPARSE)
def test_the_rest_is_left_to_argparse(said: str) -> None:
    assert read(said.split()) is None


def test_what_is_read_is_nobody_elses() -> None:
    first, second = read(["check"]), read(["check", "--output", "a.json"])
    assert first is not None
    assert second is not None
    assert (first.output, second.output) == ([], ["a.json"])
