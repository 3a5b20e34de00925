"""Bad input gets one clear sentence and the right exit code; none of it passes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Repo, Yett, environment
from yett import checks
from yett.model import Blob


def one_sentence(text: str) -> str:
    assert text.startswith("yett: ")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    ("arguments", "said"),
    (
        (("check", "--range", "nonsense"), "is not a range"),
        (("check", "--range", "main..nowhere"), "there is no commit 'nowhere' here"),
        (("check", "--tree", "nowhere"), "there is no commit 'nowhere' here"),
        (("check", "--output", "/etc"), "the format of /etc is not clear"),
        (("check", "--paths", "nowhere"), "nowhere does not exist"),
        (("check", "--only", "secret"), "there is no check 'secret'"),
        (("check", "--only", "config", "--skip", "config"), "leave no check to run"),
        (("check", "--format", "xml"), "invalid choice"),
        (("check", "--output", "report.xyz"), "the format of report.xyz is not clear"),
        (("check", "--policy", "nowhere.yaml"), "nowhere.yaml cannot be read"),
        (("check", "--staged", "--tree"), "not allowed with"),
        (("check", "-C", "nowhere"), "nowhere is not a folder"),
        (("chekc",), "invalid choice"),
        ((), "required"),
        (("explain", "secrets/github-tokne"), "did you mean secrets/github-token?"),
        (("rules", "--family", "dokcer"), "there is no family 'dokcer'"),
        (("advisories", "status"), "there is no advisory database"),
        (("advisories", "update", "--from", "nowhere"), "nowhere"),
        (("policy", "check", "--ref", "nowhere"), "there is no commit 'nowhere' here"),
        (("init", "nowhere"), "nowhere is not a folder"),
    ),
)
def test_usage(repo: Repo, yett: Yett, arguments: tuple[str, ...], said: str) -> None:
    repo.commit({"a.txt": "1"})
    ran = yett(repo.root, *arguments)
    assert ran.code == 2
    assert said in one_sentence(ran.err)


def test_no_repository(tmp_path: Path, yett: Yett) -> None:
    ran = yett(tmp_path, "check")
    assert ran.code == 2
    assert "is not in a git repository" in one_sentence(ran.err)


def test_an_invalid_policy(repo: Repo, yett: Yett) -> None:
    repo.stage({".yett.yaml": "version: 1\nchekcs: {}\n"})
    for arguments in (("check",), ("policy", "check"), ("policy", "show")):
        ran = yett(repo.root, *arguments)
        assert ran.code == 2
        assert ".yett.yaml:2: `chekcs` is not known: did you mean `checks`?" in one_sentence(ran.err)


def test_invalid_waivers(repo: Repo, yett: Yett) -> None:
    repo.stage({".yett/waivers.yaml": "version: 1\nwaivers: [{rule: a/b}]\n"})
    ran = yett(repo.root, "check")
    assert ran.code == 2
    assert ".yett/waivers.yaml:2: a waiver needs a `path` or a `fingerprint`" in one_sentence(ran.err)


DEEP = "[" * 100_000
SECRET = "ghp_" + "7rQ2mXk9LwV4tBzN8sYcD3fHjP6gA10fWiUg"


@pytest.mark.parametrize(
    ("path", "content", "check"),
    (
        ("a.py", b"def f(:\n", "python"),
        ("a.py", b"print 'hello'\n", "python"),
        ("a.py", b"x = 1\0\n", "python"),
        ("a.py", b"# coding: nonsense\n", "python"),
        ("a.py", b"x = " + b"(" * 100_000, "python"),
        ("a.py", b"x = '\xff'\n", "python"),
        ("a.py", "x = 1\n".encode("utf-16"), "python"),
        (".github/workflows/ci.yml", b"on: [push\n", "config"),
        (".github/workflows/ci.yml", b"on: push\njobs: " + DEEP.encode(), "config"),
        (".github/workflows/ci.yml", b"- a\n- b\n", "config"),
        (".github/workflows/ci.yml", b"\xff\xfe\xff", "config"),
        ("Dockerfile", b"FROM a\nRUN <<EOF\nnever closed\n", "config"),
        ("Dockerfile", b"NONSENSE here\n", "config"),
        ("requirements.txt", b"django==\n", "dependencies"),
        ("requirements.txt", b"\xff\xfe\xff", "dependencies"),
        ("uv.lock", b"[[package]\n", "dependencies"),
        ("poetry.lock", b"nonsense", "dependencies"),
        ("package-lock.json", b"{", "dependencies"),
        ("package-lock.json", DEEP.encode(), "dependencies"),
        ("package-lock.json", b"[]", "dependencies"),
    ),
)
def test_a_broken_file_is_a_gap_and_the_others_are_still_checked(
    repo: Repo, yett: Yett, path: str, content: bytes, check: str
) -> None:
    repo.stage({path: content, "settings.txt": f'token = "{SECRET}"\n'.encode()})
    found = json.loads(yett(repo.root, "check", "--only", f"secrets,{check}", "--format", "json").out)
    gaps = [gap for gap in found["gaps"] if gap["kind"] != "advisories"]
    assert [(gap["path"], gap["check"]) for gap in gaps] == [(path, check)], found["gaps"]
    assert "\n" not in gaps[0]["reason"]
    assert [each["path"] for each in found["findings"] if each["action"] == "block"] == ["settings.txt"]
    os.unlink(repo.root / "settings.txt")
    repo.stage()
    assert yett(repo.root, "check", "--only", check).code == 3


@pytest.mark.parametrize(
    "content",
    (
        f'token = "{SECRET}"\n'.encode("utf-16"),
        f'token = "{SECRET}"\n'.encode("utf-16-le"),
        f'token = "{SECRET}"\n'.encode("utf-32"),
        b"\xff" + f'token = "{SECRET}"\n'.encode(),
        b"\0\1\2" + f'token = "{SECRET}"\n'.encode() + b"\0" * 9000,
        b"a" * 3_000_000 + f' token = "{SECRET}" '.encode() + b"b" * 3_000_000,
        f'\n\n\rtoken = "{SECRET}"\r'.encode(),
        f"{DEEP}{SECRET}{DEEP}".replace("[", "[ ").encode(),
    ),
)
def test_no_encoding_hides_a_secret(repo: Repo, yett: Yett, content: bytes) -> None:
    repo.stage({"odd.dat": content})
    ran = yett(repo.root, "check", "--only", "secrets", "--format", "json")
    assert ran.code == 1
    assert SECRET[4:20] not in ran.out


@pytest.mark.parametrize(
    "name", ("a.py", "Dockerfile", ".github/workflows/ci.yml", "requirements.txt", "uv.lock", "a.txt")
)
def test_an_empty_file(repo: Repo, yett: Yett, name: str) -> None:
    repo.stage({name: ""})
    assert yett(repo.root, "check").code in (0, 3)


def test_a_huge_file_is_a_gap(repo: Repo, yett: Yett) -> None:
    with open(repo.root / "huge.bin", "wb") as file:
        file.truncate(200 * 1024 * 1024)
    repo.stage()
    ran = yett(repo.root, "check")
    assert ran.code == 3
    assert "200 MiB is more than the 100 MiB" in " ".join(ran.out.split())


@pytest.mark.skipif(os.name == "nt", reason="permissions are another matter there")
def test_an_unreadable_file(tmp_path: Path, yett: Yett) -> None:
    os.mkfifo(tmp_path / "pipe")
    ran = yett(tmp_path, "check", "--paths", ".")
    assert ran.code == 3
    assert "it is not a regular file" in ran.out


def test_a_missing_object_is_a_gap(repo: Repo, yett: Yett) -> None:
    repo.commit({"a.txt": "1", "b.txt": "2"})
    oid = repo.git("rev-parse", "HEAD:a.txt")
    os.unlink(repo.root / ".git" / "objects" / oid[:2] / oid[2:])
    ran = yett(repo.root, "check", "--tree", "HEAD")
    assert ran.code == 3
    assert "a.txt" in ran.out


def test_a_corrupt_advisory_database(repo: Repo, yett: Yett, tmp_path: Path) -> None:
    repo.stage({"requirements.txt": "django==3.2.1\n"})
    database = tmp_path / "broken.sqlite"
    for content in (b"", b"SQLite format 3\0" + b"\xff" * 5000, b"nonsense" * 1000):
        database.write_bytes(content)
        ran = yett(repo.root, "check", "--tree", YETT_ADVISORIES=str(database))
        assert ran.code == 3
        assert "yett advisories update" in " ".join(ran.out.split())


def test_a_check_that_raises_is_a_gap_without_what_it_read(
    repo: Repo, yett: Yett, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inspect(blob: Blob) -> object:
        raise ValueError(blob.data)

    broken = checks.Check("secrets", "x", lambda path: True, inspect)  # type: ignore[arg-type]
    monkeypatch.setattr("yett.checks.secrets.load", lambda *_: broken)
    repo.stage({"a.py": f"import pickle\npickle.loads(a)\nTOKEN = '{SECRET}'\n"})
    ran = yett(repo.root, "check", "--format", "json")
    found = json.loads(ran.out)
    assert ran.code == 3
    assert [(gap["check"], gap["kind"]) for gap in found["gaps"]] == [("secrets", "crash")]
    assert {each["rule"] for each in found["findings"]} == {"python/B105", "python/B301", "python/B403"}
    assert SECRET not in ran.out + ran.err


def test_an_internal_error_has_a_code_of_its_own(repo: Repo, yett: Yett, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("yett.gate.judge", broken)
    repo.stage({"a.txt": "1"})
    ran = yett(repo.root, "check")
    assert ran.code == 4
    assert SECRET not in one_sentence(ran.err)


def process(*arguments: str, cwd: Path, stdout: int | None = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        (sys.executable, "-m", "yett", *arguments), cwd=cwd, env=environment(), stdout=stdout, stderr=subprocess.PIPE
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize(("content", "code"), (("1\n", 2), (SECRET, 1)))
def test_a_full_disk(repo: Repo, yett: Yett, content: str, code: int) -> None:
    repo.stage({"a.txt": content})
    ran = yett(repo.root, "check", "--output", "json:/dev/full")
    assert ran.code == code  # a report that is missing never betters the verdict
    assert "/dev/full cannot be written: no space left on device" in one_sentence(ran.err)
    with open("/dev/full", "wb") as full:
        running = process("check", cwd=repo.root, stdout=full.fileno())
        _, said = running.communicate(timeout=60)
    assert running.returncode == code
    assert b"standard output cannot be written" in one_line(said)


def one_line(said: bytes) -> bytes:
    return one_sentence(said.decode()).encode()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ("rules", "explain secrets/private-key"))
def test_a_list_on_a_full_disk(tmp_path: Path, command: str) -> None:
    with open("/dev/full", "wb") as full:
        running = process(*command.split(), cwd=tmp_path, stdout=full.fileno())
        _, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert b"standard output cannot be written: no space left on device" in one_line(said)


def test_closed_standard_streams(repo: Repo) -> None:
    repo.stage({"a.txt": "1\n", "b.txt": SECRET})
    closed = f'"{sys.executable}" -m yett check --staged --only secrets >&- 2>&- <&-'
    done = subprocess.run(("sh", "-c", closed), cwd=repo.root, env=environment(), capture_output=True, check=False)
    assert done.returncode == 1


def test_a_reader_that_leaves(repo: Repo) -> None:
    repo.stage({f"{number}.txt": SECRET for number in range(200)})
    running = process("check", "--all", cwd=repo.root)
    assert running.stdout is not None
    running.stdout.close()
    _, said = running.communicate(timeout=60)
    assert running.returncode not in (0, 3)
    assert b"Traceback" not in said


# Ctrl-C while a file is looked at
INTERRUPTED = """
import os, signal, yett.examine
from yett.start import entry
look = yett.examine._look
def interrupted(*given):
    os.kill(os.getpid(), signal.SIGINT)
    return look(*given)
yett.examine._look = interrupted
entry()
"""


def test_ctrl_c(repo: Repo) -> None:
    repo.stage({"a.py": "x = 1\n"})
    command = (sys.executable, "-c", INTERRUPTED, "check", "--only", "python")
    done = subprocess.run(command, cwd=repo.root, env=environment(), capture_output=True, check=False)
    assert done.returncode == 130
    assert done.stderr == b"yett: interrupted: there is no verdict\n"
    assert done.stdout == b""
