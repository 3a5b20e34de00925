"""`yett bandit` writes what bandit writes: the report, what goes to standard error, and the exit code."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fuzz_python import source
from yett.checks._bandit import points, release
from yett.checks._bandit.manager import _empty_continuations, _lines_of_code, _may_suppress
from yett.checks._bandit.start import _WITH_BASELINE
from yett.commands import bandit as command

OURS = "import os, sys\nfrom yett.commands.bandit import run\nsay = lambda line: print(line, file=sys.stderr)\n"
OURS += "sys.exit(run(sys.argv[1:], os.environ, say))"
THEIRS = "import sys\nsys.argv[0] = 'bandit'\nfrom bandit.cli.main import main\nmain()"

CHANGING = re.compile(
    r'(?<="generated_at": ")[^"]*|(?<="endTimeUtc": ")[^"]*|(?<=generated_at: ).*|Run started:.*|\b0x[0-9a-f]{6,}'
)

TREE: dict[str, str | bytes] = {
    "shop/__init__.py": "",
    "shop/pay.py": "import pickle, subprocess as sp\n\n\ndef pay(password='x'):\n    assert password, '0.0.0.0'\n"
    "    sp.call('ls ' + password, shell=True)\n    return eval(\n        password,\n    )\n",
    "shop/quiet.py": "eval(x)  # nosec\nassert x  # nosec B101\nassert y  # nosec: B307\n"
    "open('/tmp/x')  # nosec whatever\n",
    "shop/more.py": "try:\n    pass\nexcept Exception:\n    pass\ncur.execute('select %s from t ' % x)\nyaml.load(x)\n"
    "x = ['/tmp/a', '/srv/a']\nmy.shell(x)\nhtml.Safe(x)\nhashlib.md5(x)\nrandom.random()\n",
    "shop/crash.py": "import tarfile\nt.extractall(members=self.safe(t))\nassert x\n",
    "shop/broken.py": "def f(:\n",
    "shop/old.py": "print 'x'\n",
    "shop/latin.py": b"# coding: latin-1\nassert '\xe9', '/tmp/\xe9'\n",
    "shop/not_utf_8.py": b"x = 1\ny = 2\nassert '\xff'\n",
    "shop/nul.py": b"assert x\0\n",
    "shop/hidden.py": "# coding: utf-7\nassert x # +AG4-osec\n",
    "shop/windows.py": b"\xef\xbb\xbfassert x\r\nassert y\rassert z\r\n\x0cassert '\xe2\x80\xa8'",
    "shop/tail.py": "eval(x)\nassert y # \u202e",
    "shop/continued.py": "if x:\n    assert y\n  \\\n\n    assert z\n",
    "shop/wide.pyw": "assert x\n",
    "shop/no_python.txt": "assert x\n",
    "shop/tests/test_pay.py": "assert pay('token') == token == 'x'\n",
    "shop/.git/hook.py": "eval(x)\n",
    "old.yaml": "profiles:\n  calls:\n    include: [blacklist_calls, assert_used]\n"
    "blacklist_calls:\n  bad_name_sets:\n    - safe: {qualnames: [html.Safe], message: '{func} is bad'}\n",
    "new.yaml": "skips: [B403]\nassert_used: {skips: ['*/test_*.py']}\nhardcoded_tmp_directory: {tmp_dirs: [/srv]}\n"
    "shell_injection: {subprocess: [], shell: [my.shell], no_shell: []}\n"
    "markupsafe_xss: {extend_markup_names: [html.Safe]}\n"
    "try_except_pass: {check_typed_exception: true}\nexclude_dirs: [old]\n",
    "odd.yaml": "shell_injection: {shell: [my.shell]}\nhardcoded_tmp_directory: {}\n",
    "pyproject.toml": "[tool.bandit]\ntests = ['B101', 'B602', 'B307']\nexclude_dirs = ['tests']\n",
    "loud.yaml": "log_format: '%(levelname)s %(message)s'\n",
    "some.ini": "[bandit]\nskips = B101\nexclude = tests\nrecursive = true\n",
    "broken.yaml": "a: [\n",
}


class Ended(NamedTuple):
    """What came of a run. `report` is the file it wrote, if it was to write one."""

    code: int
    out: str
    err: str
    report: str


Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name, content in TREE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = _run(THEIRS, root, ("-q", "-f", "json", "shop/pay.py", "shop/more.py"))
    report = json.loads(before.out)
    report["results"] = report["results"][1:]
    (root / "before.json").write_text(json.dumps(report))
    return root


def _run(program: str, folder: Path, arguments: tuple[str, ...], stdin: str = "", path: str = "") -> Ended:
    report = folder / "report"
    report.unlink(missing_ok=True)
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": "0", "COLUMNS": "100"},
        input=stdin.encode(),
        capture_output=True,
        check=False,
    )
    written = report.read_text(encoding="utf-8") if report.exists() else ""
    texts = (ended.stdout.decode(), re.sub(r'File "[^"]+", line \d+', "File", ended.stderr.decode()), written)
    out, err, written = (CHANGING.sub("", text) for text in texts)
    return Ended(ended.returncode, out, err, written)


# fmt: off
OPTIONS = (
    "shop/pay.py",
    "-r shop",
    "-r shop -f json",
    "-r shop -f json -o report",
    "-r shop -f yaml",
    "-r shop -f csv -o report",
    "-r shop -f xml",
    "-r shop -f html -n 7",
    "-r shop -f custom --msg-template {relpath}:{line}:{test_id}:{range}",
    "-r shop -f screen",
    "-r shop -f sarif",
    "-r shop -f sarif -o report -ll",
    "-r shop -f sarif -a vuln -n 1",
    "-f sarif -",
    "-r shop -f json -n 1 -a vuln",
    "-r shop -f json -n 9 -ll -ii",
    "-r shop -f json --severity-level high --exit-zero",
    "-r shop -q --confidence-level low",
    "-r shop -v",
    "-r shop -f json -t B101,B608,B001",
    "-r shop -f json -t B301,B104",
    "-r shop -f json -s B101,B307,B403,nothing",
    "-r shop -t B101 -s B101",
    "-r shop -f json --ignore-nosec",
    "-r shop -f json -x shop/tests,*/la*",
    "-r shop -f json -x tests",
    "-r shop -f json -c new.yaml",
    "-r shop -f json -c new.yaml -p nobody",
    "-r shop -f json -c old.yaml -p calls",
    "-r shop -f json -c odd.yaml",
    "-r shop -f json -c pyproject.toml",
    "-r shop -f json -c broken.yaml",
    "-r shop -c missing.yaml",
    "shop -f json --ini some.ini",
    "-r shop -b before.json",
    "-r shop/pay.py shop/more.py -f json -b before.json",
    "-r shop -f csv -b before.json",
    "-r shop -f txt -b before.json",
    "-r shop -f screen -b before.json",
    "-r shop -f html -b before.json",
    "-r shop -f custom -b before.json",
    "-r shop -f sarif -b before.json",
    "-r shop -b missing.json",
    "shop/no_python.txt shop/wide.pyw missing.py shop",
    "-f json -",
    "-",
    "shop/pay.py -d -f json -o report",
    "",
    "--help",
    "--version",
    "-f nothing shop",
    "shop/pay.py --msg-template x",
)
# fmt: on


@pytest.mark.parametrize("options", OPTIONS)
def test_the_same_as_bandit(options: str, tree: Path) -> None:
    arguments = tuple(options.split())
    ours, theirs = (_run(program, tree, arguments, "import pickle\nassert x\n") for program in (OURS, THEIRS))
    assert ours.code == theirs.code
    assert ours.out == theirs.out
    assert ours.report == theirs.report
    if "-d" not in arguments:  # prints addresses, and what is imported
        assert ours.err == theirs.err


def test_sarif_is_there(tree: Path) -> None:
    """Where bandit's extra of that name is not installed, neither of the two commands offers it."""
    ended = _run(OURS, tree, ("-q", "-f", "sarif", "shop/pay.py"))
    (run,) = json.loads(ended.out)["runs"]
    assert run["tool"]["driver"]["organization"] == "PyCQA"
    assert len(run["results"]) > 3


def test_what_python_warns_of_is_said_once(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"f{number}.py").write_text(f"x = {number}, '\\d'\nassert x\n")
    ours, theirs = (_run(program, tmp_path, ("-q", "-r", ".", "-f", "json")) for program in (OURS, THEIRS))
    assert ours == theirs
    assert ours.err.count("invalid escape sequence") == (3 if sys.version_info >= (3, 12) else 0)


@pytest.mark.parametrize(
    ("folder", "options", "pattern"),
    (
        ("app.git/x", "", ".git"),  # one of those that bandit leaves out by itself
        ("tests/x", "-x tests", "tests"),
        ("tests/x", "-x te*ts/*", "te*ts/*"),
        ("tests/x", "-c c.yaml", "tests"),
        ("src/x", "-x tests", ""),
        ("src/x", "-x x/tests", ""),
    ),
)
def test_a_folder_left_out_for_its_own_path_is_named(tmp_path: Path, folder: str, options: str, pattern: str) -> None:
    target = tmp_path / folder
    target.mkdir(parents=True)
    (target / "a.py").write_text("assert x\n")
    (tmp_path / "c.yaml").write_text("exclude_dirs: [tests]\n")
    arguments = ("-q", "-f", "json", "-r", folder, *options.split())
    ours, theirs = (_run(program, tmp_path, arguments) for program in (OURS, THEIRS))
    said = f"yett: nothing below {folder} is looked at: {pattern!r}, which is excluded, is in its own path\n"
    assert ours == theirs._replace(err=(said if pattern else "") + theirs.err)
    assert bool(json.loads(ours.out)["results"]) is not bool(pattern)


def test_made_up_code(tmp_path: Path) -> None:
    """Bandit says more on standard error here, of tests that crash and could not have said anything."""
    for number in range(200, 300):
        (tmp_path / f"made{number}.py").write_text(source(number), encoding="utf-8")
    ours, theirs = (_run(program, tmp_path, ("-q", "-r", ".", "-f", "json")) for program in (OURS, THEIRS))
    assert ours.out == theirs.out
    assert json.loads(ours.out)["metrics"]["_totals"]["skipped_tests"] > 0


def test_a_configured_format_of_messages(tree: Path) -> None:
    """Turns debugging on, as in bandit, and with it bandit's own walk."""
    ours, theirs = (_run(program, tree, ("shop/pay.py", "-c", "loud.yaml", "-f", "json")) for program in (OURS, THEIRS))
    assert ours.out == theirs.out
    assert "entering: " in ours.err


def test_many_files_in_two_processes(tree: Path, tmp_path: Path) -> None:
    for number in range(command.FEW + 40):
        (tmp_path / f"f{number}.py").write_text(f"assert x{number}" + "  # nosec" * (number % 50 == 0) + "\n" * 2)
    (tmp_path / "f17.py").write_text("(")
    ours, theirs = (_run(program, tmp_path, ("-q", "-r", ".", "-f", "json")) for program in (OURS, THEIRS))
    assert len(json.loads(ours.out)["results"]) > command.FEW
    assert ours == theirs


def test_a_lost_process_costs_no_result(tree: Path, tmp_path: Path) -> None:
    """What a worker does not hand over, the first process looks at itself, in bandit's own way."""
    for number in range(command.FEW + 40):
        (tmp_path / f"f{number}.py").write_text("assert x\n")
    dying = "import os, yett.workers\n_child = yett.workers._child\n"
    dying += "yett.workers._child = lambda *all: os._exit(1) if dying() else _child(*all)\n"
    dying += "os.environ['N'] = '0'\n"
    dying += "def dying():\n    os.environ['N'] = str(int(os.environ['N']) + 1)\n    return True\n"
    ended = _run(dying + OURS, tmp_path, ("-q", "-r", ".", "-f", "json"))
    assert len(json.loads(ended.out)["results"]) == command.FEW + 40


def test_nothing_heavy_is_imported(tree: Path) -> None:
    heavy = "rich", "stevedore", "importlib.metadata", "yaml", "subprocess", "tomllib", "yett.workers"
    program = "import os, sys\nfrom yett.commands.bandit import run\nrun(sys.argv[1:], os.environ, print)\n"
    program += f"print([name for name in {heavy!r} if name in sys.modules])"
    ended = _run(program, tree, ("-q", "-f", "json", "-o", "report", "shop/pay.py"))
    assert json.loads(ended.report)["results"]
    assert ended.out == "[]\n"


PLUGIN = """
import bandit
from bandit.core import test_properties as test

@test.checks("Assert")
@test.test_id("B999")
def strange(context):
    return bandit.Issue(severity=bandit.HIGH, confidence=bandit.HIGH, text="strange")
"""


def test_plugins_of_others_are_handed_to_bandit(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "strange.py").write_text(PLUGIN)
    folder = tmp_path / "strange-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[bandit.plugins]\nstrange = strange:strange\n")
    arguments = ("-f", "json", "-q", "shop/pay.py")
    ours, theirs = (_run(program, tree, arguments, path=str(tmp_path)) for program in (OURS, THEIRS))
    assert "B999" in ours.out
    assert ours == theirs
    loud = _run(OURS, tree, ("-v", "shop/pay.py"), path=str(tmp_path))
    assert loud.err.startswith("yett: bandit itself does the work, since another distribution adds to it\n")


def test_an_unknown_release_is_handed_to_bandit(tree: Path) -> None:
    program = "import yett.checks._bandit as b\nb.KNOWN_RELEASES = frozenset()\n" + OURS
    ours, theirs = (_run(each, tree, ("-f", "json", "-q", "shop/pay.py")) for each in (program, THEIRS))
    assert ours == theirs
    assert "is not one that yett knows" in _run(program, tree, ("-v", "shop/pay.py")).err


def test_bandits_entry_points() -> None:
    own = points.own(release())
    for group in points.GROUPS:
        theirs = [(point.name, point.module, point.attr) for point in entry_points(group=group)]
        assert [tuple(point) for point in own[group]] == theirs


def test_formats_that_accept_a_baseline() -> None:
    accepting = set()
    for point in entry_points(group="bandit.formatters"):
        accepting |= {point.name} if hasattr(point.load(), "_accepts_baseline") else set()
    assert accepting == _WITH_BASELINE


@pytest.mark.parametrize(
    ("data", "may"),
    (
        (b"x = 1  # a comment\n", False),
        (b"x = 1  # NOSEC\n", False),  # bandit's pattern minds the case
        (b"x = 1  # nosec\n", True),
        (b"# coding: utf-8\n", False),
        (b"# -*- coding: latin-1 -*-\n", False),
        (b"# coding: utf-7\n", True),
        (b"#!x\n# vim: set fileencoding=raw_unicode_escape :\n", True),
        (b"\n\n# coding: utf-7\n", False),  # too late to be a declaration
        (b"x = 1 + \\\n  2\n", False),
        (b"if x:\n  \\\n  y\n", True),
        (b"if x:\r\n\t\\\r\n  y\r\n", True),
    ),
)
def test_what_may_suppress(data: bytes, may: bool) -> None:
    assert _may_suppress(data) is may


def test_lines_of_code() -> None:
    assert _lines_of_code(b"# a\nb\r\r\n \t\n  # c\nd # e\x0c\n\x0c\nf") == 3
    assert list(_empty_continuations(b"\\\n x \\\n")) == [True, False]
