"""Programs beside this one: found where the environment says, told and read to the end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from yett import process

MORE_THAN_A_PIPE = 1 << 18


def script(folder: Path, text: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """A command and the environment in which it is found."""
    folder.mkdir(exist_ok=True)
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return ("program",), {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_what_is_printed_is_read_to_the_end(tmp_path: Path) -> None:
    command, environment = script(tmp_path, f"head -c {MORE_THAN_A_PIPE} /dev/zero; echo no >&2; exit 3")
    printed, code = process.begin(command, environment).end()
    assert (len(printed), code) == (MORE_THAN_A_PIPE, 3)
    assert process.run(command, environment) == (3, printed, b"no\n")


def test_what_is_told_arrives(tmp_path: Path) -> None:
    command, environment = script(tmp_path, "read first; echo $first; cat")
    running = process.begin(command, environment, asked=True)
    assert running.tell(b"one\n")
    assert running.stdout.readline() == b"one\n"
    assert running.tell(b"two")
    assert running.end() == (b"two", 0)


def test_much_is_told_while_much_is_said(tmp_path: Path) -> None:
    command, environment = script(tmp_path, "tee /dev/stderr")
    given = b"a" * MORE_THAN_A_PIPE
    assert process.run(command, environment, given) == (0, given, given)


def test_who_reads_no_more_is_told_nothing(tmp_path: Path) -> None:
    command, environment = script(tmp_path, "exec 0<&-; echo; sleep 20")
    running = process.begin((*command,), environment, asked=True)
    assert running.stdout.readline() == b"\n"
    assert not running.tell(b"a" * MORE_THAN_A_PIPE)


def test_leaving_does_not_wait_for_the_rest(tmp_path: Path) -> None:
    command, environment = script(tmp_path, "yes")
    process.begin(command, environment, asked=True).leave()


def test_a_signal_is_a_negative_code(tmp_path: Path) -> None:
    command, environment = script(tmp_path, "kill -9 $$")
    assert process.begin(command, environment).end() == (b"", -9)


def test_a_relative_folder_of_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, environment = script(tmp_path, "true")
    monkeypatch.chdir(tmp_path)
    for path in ("", ".", f".{os.pathsep}nowhere"):
        with pytest.raises(FileNotFoundError):
            process.begin(command, environment | {"PATH": path})


def test_closed_standard_streams(tmp_path: Path) -> None:
    """A hook may be started with standard input or output closed: no pipe may take their numbers unnoticed."""
    command, environment = script(tmp_path, "read first; echo got $first")
    said = (
        "import os, sys\n"
        "os.close(0); os.close(1)\n"
        "from yett import process\n"
        f"running = process.begin({command!r}, {environment!r}, asked=True)\n"
        "running.tell(b'it')\n"
        "sys.stderr.write(repr(running.end()))\n"
    )
    done = subprocess.run((sys.executable, "-c", said), capture_output=True, text=True, check=True)
    assert done.stderr == repr((b"got it\n", 0))


def test_where_there_is_no_posix_spawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, environment = script(tmp_path, "read first; echo got $first; exit 2")
    monkeypatch.setattr(process, "_SPAWNS", False)
    running = process.begin(command, environment, asked=True)
    assert running.tell(b"it")
    assert running.end() == (b"got it\n", 2)
