"""The inputs, all made here: real trees from source distributions, and history, pins and advisories from a seed."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

TREES = {
    "django": ("django==5.2.8", "23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f"),
    "oscar": ("django-oscar==3.2.5", "c9d679461d79c21889152641d7d1cdf7a7342a21ca7edc747c55f08afddade06"),
}
"""Source distributions: a large tree with much besides code, and the backend of a shop. Name, version, sha256."""

PACKAGES = 10_000
ADVISORIES = 20_000
"""About what OSV holds for PyPI (2026)."""

PINS = 500
COMMITS = 20
"""A large requirements file, and a long pull request."""


class Inputs(NamedTuple):
    """Where everything is. `tree` is a plain folder, `repository` has the same files in git."""

    tree: Path
    repository: Path
    shop: Path
    staged: tuple[str, ...]
    base: str
    pins: Path
    database: Path
    answers: Path


def build(work: Path, yett: str, env: Mapping[str, str]) -> Inputs:
    """Makes what is not there yet. Removing `work` makes everything anew."""
    work.mkdir(parents=True, exist_ok=True)
    django = _tree(work, "django")
    oscar = _tree(work, "oscar")
    repository = _once(work / "repository", lambda path: _repository(path, django))
    shop = _once(work / "shop", lambda path: _shop(path, oscar))
    advisories = _once(work / "advisories", _advisories)
    answers = advisories / "answers.json"
    pins = _once(work / "pins", _pins)
    database = work / "advisories.sqlite"
    # every time: it is done in a moment, and a database of another release of yett would be no use
    update = (
        yett,
        "advisories",
        "update",
        "--from",
        str(advisories),
        "--ecosystem",
        "PyPI",
        "--database",
        str(database),
    )
    subprocess.run(update, env=dict(env), check=True, stdout=subprocess.DEVNULL)
    staged = tuple(sorted(_git(shop, "diff", "--cached", "--name-only").splitlines()))
    return Inputs(django, repository, shop, staged, _git(shop, "rev-parse", f"HEAD~{COMMITS}"), pins, database, answers)


def _once(path: Path, make: Callable[[Path], None]) -> Path:
    """Makes a folder under another name first, so that one that was left half done is not taken for whole."""
    if not path.exists():
        passing = path.with_name(f"{path.name}.part")
        shutil.rmtree(passing, ignore_errors=True)
        make(passing)
        passing.rename(path)
    return path


def _tree(work: Path, name: str) -> Path:
    return _once(work / name, lambda path: _unpacked(path, *TREES[name]))


def _unpacked(path: Path, requirement: str, digest: str) -> None:
    """A source distribution, fetched through pip and its configuration, checked against its digest."""
    path.mkdir()
    wanted = path / "requirements.txt"
    wanted.write_text(f"{requirement} --hash=sha256:{digest}\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes",
         "--dest", str(path), "--requirement", str(wanted)],
        check=True,
    )  # fmt: skip
    wanted.unlink()
    (archive,) = path.iterdir()
    with tarfile.open(archive) as file:
        file.extractall(path, filter="data")
    archive.unlink()
    (top,) = path.iterdir()
    for entry in top.iterdir():
        entry.rename(path / entry.name)
    top.rmdir()


def _git(root: Path, *arguments: str) -> str:
    person = {"NAME": "Bench", "EMAIL": "bench@example.org", "DATE": "2026-01-02T03:04:05Z"}
    env = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    env |= {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", "-C", str(root), "-c", "gc.auto=0", *arguments], env=env, check=True, capture_output=True, text=True
    ).stdout.strip()


def _repository(path: Path, tree: Path) -> None:
    """A tree, committed and packed as a clone would be."""
    shutil.copytree(tree, path, symlinks=True)
    _git(path, "init", "--quiet", "--initial-branch=main")
    _commit(path, "Everything")
    _git(path, "gc", "--quiet")


def _commit(path: Path, message: str) -> None:
    _git(path, "add", "--all", "--force")
    _git(path, "commit", "--quiet", "--message", message)


def _shop(path: Path, tree: Path) -> None:
    """The backend of a shop with some history: twenty commits of seven files each, then five files staged."""
    _repository(path, tree)
    chance = random.Random(1)
    modules = sorted(each for each in path.rglob("*.py") if 2_000 < each.stat().st_size < 20_000)
    for number in range(COMMITS):
        for module in chance.sample(modules, 7):
            with module.open("a", encoding="utf-8") as file:
                file.write(f"\n\ndef revised_{number}(basket):\n    return [line.price for line in basket]\n")
        _commit(path, f"Revision {number}")
    _git(path, "gc", "--quiet")
    for module in chance.sample(modules, 2):
        with module.open("a", encoding="utf-8") as file:
            file.write("\n\ndef total(basket):\n    return sum(line.price for line in basket)\n")
    (path / ".github" / "workflows").mkdir(parents=True, exist_ok=True)
    (path / ".github" / "workflows" / "shop.yml").write_text(WORKFLOW)
    (path / "deploy").mkdir()
    (path / "deploy" / "shop.yaml").write_text(DEPLOYMENT)
    (path / "requirements.txt").write_text("".join(f"{name}=={version}\n" for name, version in safe_pins(100)))
    _git(path, "add", "--all", "--force")


WORKFLOW = """\
name: shop
on:
  pull_request:
permissions: {}
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - run: python -m unittest
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: shop
          image: registry.example.org/shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {cpu: 500m, memory: 256Mi}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            runAsUser: 10001
            capabilities: {drop: [ALL]}
"""


# Advisories: package n has the versions 0.0 to 9.9; each advisory says "fixed in" one of them


def _name(number: int) -> str:
    return f"bench-package-{number:05}"


def pins(count: int) -> list[tuple[str, str]]:
    chance = random.Random(2)
    numbers = sorted(chance.sample(range(PACKAGES), count))
    return [(_name(number), f"{chance.randint(5, 9)}.{chance.randint(0, 9)}") for number in numbers]


def safe_pins(count: int) -> list[tuple[str, str]]:
    """Pins that no advisory is about: no advisory goes up to version 10."""
    return [(name, "10.0") for name, _ in pins(count)]


def fixes() -> dict[str, list[str]]:
    """For each package the versions in which something was fixed, one for each advisory."""
    chance = random.Random(3)
    found: dict[str, list[str]] = {}
    for _ in range(ADVISORIES):
        name = _name(chance.randrange(PACKAGES))
        found.setdefault(name, []).append(f"{chance.randint(0, 5)}.{chance.randint(1, 9)}")
    return found


def records() -> Iterable[dict[str, object]]:
    number = 0
    for name, versions in sorted(fixes().items()):
        for fixed in versions:
            number += 1
            yield {
                "schema_version": "1.6.0",
                "id": f"BENCH-2026-{number:05}",
                "modified": "2026-01-02T03:04:05Z",
                "published": "2026-01-02T03:04:05Z",
                "summary": f"Somebody can do in {name} what nobody should",
                "details": "What it is, how it was found and what to do about it. " * 8,
                "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
                "affected": [
                    {
                        "package": {"ecosystem": "PyPI", "name": name, "purl": f"pkg:pypi/{name}"},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
                    }
                ],
            }


def _advisories(path: Path) -> None:
    """The advisories as OSV offers them in bulk, and what its service would answer for the pins."""
    archive = path / "PyPI" / "all.zip"
    archive.parent.mkdir(parents=True)
    wanted = dict((*pins(PINS), *safe_pins(0)))
    answers: dict[str, list[dict[str, object]]] = {}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for record in records():
            file.writestr(f"{record['id']}.json", json.dumps(record))
            affected = record["affected"]
            assert isinstance(affected, list)
            name, fixed = affected[0]["package"]["name"], affected[0]["ranges"][0]["events"][1]["fixed"]
            if name in wanted and _key(wanted[name]) < _key(fixed):
                answers.setdefault(f"{name} {wanted[name]}", []).append(record)
    (path / "answers.json").write_text(json.dumps(answers))


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _pins(path: Path) -> None:
    path.mkdir()
    (path / "requirements.txt").write_text("".join(f"{name}=={version}\n" for name, version in pins(PINS)))
    _git(path, "init", "--quiet", "--initial-branch=main")
    _commit(path, "Pins")
