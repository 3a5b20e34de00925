"""The Python check: what becomes a finding, what becomes a gap, and that nothing is silent."""

from __future__ import annotations

import builtins
import gc
import os
import random
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yett.checks import python
from yett.checks._bandit import newer
from yett.checks._bandit.nosec import names_nothing
from yett.checks.python import LARGEST, load, wants
from yett.model import Action, Blob, Confidence, Finding, Gap, Rule, Severity
from yett.rules.python import rules

CHECK = load()


@pytest.fixture(autouse=True)
def pythons(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[newer.Interpreter]]:
    """The newer interpreters that there are: none, unless a test puts one in."""
    found: list[newer.Interpreter] = []
    monkeypatch.setattr(newer, "interpreters", lambda: tuple(found))
    yield found
    newer.close()


def _said(source: str | bytes, path: str = "app/pay.py") -> list[Finding | Gap]:
    data = source if isinstance(source, bytes) else source.encode()
    return [one for one in CHECK.inspect(Blob(path, "0" * 40, data)) if isinstance(one, Finding | Gap)]


def _findings(source: str | bytes) -> list[Finding]:
    said = _said(source)
    assert all(isinstance(one, Finding) for one in said), said
    return [one for one in said if isinstance(one, Finding)]


def _gap(source: str | bytes) -> Gap:
    (gap,) = _said(source)
    assert isinstance(gap, Gap)
    return gap


@pytest.mark.parametrize(
    ("path", "wanted"),
    (
        ("a.py", True),
        ("a/b.pyw", True),
        ("A.PY", True),
        ("a.pyi", False),  # a stub runs nowhere
        ("a.pyc", False),
        ("py", False),
        ("a.py/b", False),
        (".py", True),
        ("a\udcff\n.py", True),
    ),
)
def test_wants(path: str, wanted: bool) -> None:
    assert wants(path) is wanted


def test_the_digest_names_what_results_depend_on() -> None:
    assert re.fullmatch(r"python yett-\S+ bandit-1\.9\.\d+ python-3\.\d+(\+3\.\d+)?", CHECK.digest)


@pytest.mark.parametrize("source", ("", "\n", " \r\n\t", "# nothing\n", "x = 1\n", "password = None\n", "'/tmp/doc'\n"))
def test_silent(source: str) -> None:
    assert _said(source) == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_examples(rule: Rule) -> None:
    for source in rule.bad:
        (found,) = {one[5:9] for one in _findings(source) if one.rule == rule.id}
        assert found[2:] == (rule.severity, rule.confidence)
    for source in rule.good:
        assert rule.id not in {one.rule for one in _findings(source)}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_texts(rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    assert not rule.title.endswith(".")
    for text in (rule.why, rule.fix):
        assert text[0].isupper() or text.startswith(("marshal ", "os.system ", "ssl.wrap_socket ", "urlopen "))
        assert text.endswith(".")
        assert "  " not in text
    assert any(ref.startswith("CWE-") for ref in rule.refs)
    assert sum(ref.startswith("OWASP ") for ref in rule.refs) == 1
    for ref in rule.refs:
        assert re.fullmatch(r"CWE-\d+|OWASP A(0[1-9]|10):2025|PCI DSS \d\.\d\.\d", ref)


def test_a_finding_is_complete() -> None:
    (found,) = _findings("def f(x):\n    return eval(\n        x)\n")
    assert found == Finding(
        path="app/pay.py",
        line=2,
        column=12,
        end_line=3,
        end_column=11,
        rule="python/B307",
        message="Use of possibly insecure function - consider using safer ast.literal_eval.",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        fingerprint=found.fingerprint,
        fix=next(rule.fix for rule in rules() if rule.id == "python/B307"),
    )
    assert re.fullmatch("[0-9a-f]{32}", found.fingerprint)


@pytest.mark.parametrize(
    ("source", "region"),
    (
        ("eval(x)", (1, 1, 1, 8)),
        ("'é𝄞'; eval('é')", (1, 7, 1, 16)),  # columns are characters, ast counts bytes
        (b"# coding: latin-1\n'\xe9'; eval('\xe9')", (2, 6, 2, 15)),
        (b"\xef\xbb\xbfeval(x)", (1, 1, 1, 8)),
        ("x = 1\r\ny = eval(x)\r\n", (2, 5, 2, 12)),
        ("x = '''\u2028\x0c'''\n\x0ceval(x)", (2, 2, 2, 9)),  # neither ends a line
        ("connect(user,\n    'é',\n    password='abc')", (3, 5, 3, 20)),  # the argument's line, its first character
        ("open(\n  '/tmp/x',\n  'w')", (2, 3, 3, 0)),  # bandit's range is the call's, so the end is not the string's
        ("x = '''a\u202e'''", (1, 9, 1, 0)),
        ("x = 1\r\n\x0cy = '\u2028é\u202e'", (2, 9, 2, 0)),  # bandit, here, counts a line for each of the two
    ),
)
def test_where(source: str | bytes, region: tuple[int, int, int, int]) -> None:
    (found,) = _findings(source)
    assert (found.line, found.column, found.end_line, found.end_column) == region


@pytest.mark.parametrize(
    "source",
    (
        "password = '{}'",
        "d = {{'password': '{}'}}",
        "d['token'] = '{}'",
        "if password == '{}': pass",
        "connect(password='{}')",
        "def f(password='{}'): pass",
    ),
)
def test_a_password_is_never_shown(source: str) -> None:
    value = "correct: 'horse" + " battery"
    found = _findings(source.format(value.replace("'", "\\'")))
    assert [one.rule for one in found] != []
    for word in ("correct", "horse", "battery"):
        assert word not in repr(found)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    (
        ("eval(x)", "# a comment\n\n\neval(x)  # and one here", True),
        ("eval(x)", "if y:\n        z = 1, eval(x)", True),
        ("eval(x,\n     y)", "eval(x,\n  y)", True),
        ("eval(x)", "eval(y)", False),
        ("def f(password='a'):\n    return 1", "def f(password='a'):\n    # changed\n    return 2", True),
        ("def f(password='a'): pass", "def g(password='a'): pass", False),
        ("password = 'a'", "password = 'b'", False),
        ("password = 'a'", "token = 'a'", False),
        ("d = {'password': 'a',\n}", "d = {'x': 1,\n  'password': 'a',\n}", True),
        ("x = ['/tmp/x']", "x = ['y', '/tmp/x']", True),
        ("open('/tmp/x')", "open('/tmp/x', 'w')", False),
        ("if '/tmp/x': f()", "if '/tmp/x': g()", True),
        ("try: f()\nexcept: pass", "try: g()\nexcept: pass", True),
        ("x = 1 # \u202e", "\n\nx = 1 # \u202e", True),
        ("x = 1 # \u202e", "x = 2 # \u202e", False),
    ),
)
def test_fingerprint(before: str, after: str, same: bool) -> None:
    (old,), (new,) = _findings(before), _findings(after)
    assert (old.fingerprint == new.fingerprint) is same


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_findings_do_not_depend_on_the_engine(rule: Rule) -> None:
    for source in rule.bad:
        blob = Blob("app/pay.py", "", source.encode())
        assert list(python.inspect("of a release to come", blob)) == list(python.inspect("1.9.4", blob))


def test_two_passwords_have_two_fingerprints() -> None:
    found = _findings("d = {'password': 'a', 'token': 'b'}")
    assert len({one.fingerprint for one in found}) == len(found) == 2


def test_a_table_of_passwords_takes_linear_time() -> None:
    assert len(_findings("d = {" + "'password': 'x', " * 10_000 + "}\n")) == 10_000


def test_messages_are_the_same_on_every_run() -> None:
    source = "import tarfile\nt.extractall(members={a: b})\nos.chmod({a: b}, 0o777)\n"
    sets = _findings("os.chmod({'a', 'b', 'c', 'd', 'e', 'a'}, 0o777)\n")
    assert [one.message for one in sets] == [
        "Chmod setting a permissive mask 0o777 on file ({'a', 'b', 'c', 'd', 'e'})."
    ]
    for one in _findings(source):
        assert "0x7f" not in one.message
        assert " at 0x" not in one.message


def test_a_message_is_short_and_encodable() -> None:
    long, broken = _findings(f"os.chmod('{'x' * 5000}', 0o777)\nos.chmod('\\ud800\\n\\x1b', 0o777)")
    assert len(long.message) == 400
    assert broken.message.encode()
    assert "\n" not in broken.message


def test_suppressions_are_another_stage() -> None:
    assert [one.rule for one in _findings("eval(x)  # nosec\n")] == ["python/B307"]


@pytest.mark.parametrize(
    ("source", "kind", "line", "words"),
    (
        ("x = 1\n\ndef f(:\n", "unparsable", 3, "line 3: invalid syntax for Python 3."),
        ("print 'x'\n", "unparsable", 1, "run yett with a newer Python if this file is for one"),  # none is on PATH
        ("if x:\ny\n", "unparsable", 2, "expected an indented block"),
        ("x = (\n", "unparsable", 1, "'(' was never closed"),
        ("# coding: foobar\neval(x)\n", "unparsable", 0, "unknown encoding: foobar; save the file as UTF-8"),
        ("# coding: rot13\nriny(k)\n", "unparsable", 0, "save the file as UTF-8"),
        (b"\xef\xbb\xbf# coding: latin-1\neval(x)\n", "unparsable", 0, "save the file as UTF-8"),
        (b"x = '\xff'; eval(x)\n", "unparsable", 1, "save the file as UTF-8"),
        ("eval(x)\0\n", "unparsable", 0, "NUL"),
        ("eval(x)\n".encode("utf-16"), "unparsable", 0, "UTF-16"),
        ("eval(x)\n".encode("utf-32-be"), "unparsable", 0, "NUL"),
        ("-" * 100_000 + "1\n", "limit", 0, "nested too deeply"),
        ("(" * 10_000 + ")" * 10_000, "unparsable", 1, "too many nested parentheses"),
        ("".join(" " * n + "if x:\n" for n in range(150)), "unparsable", 101, "too many levels of indentation"),
        (b"#" * (LARGEST + 1), "limit", 0, f"{LARGEST + 1} bytes"),
        ("t.extractall(members=self.safe(t))\n" * 3, "crash", 1, ""),
    ),
)
def test_gaps(source: str | bytes, kind: str, line: int, words: str) -> None:
    said = _said(b"import tarfile\n" + source.encode() if kind == "crash" and isinstance(source, str) else source)
    (gap,) = said
    assert isinstance(gap, Gap)
    assert (gap.path, gap.check, gap.kind) == ("app/pay.py", "python", kind)
    assert words in gap.reason
    assert "\n" not in gap.reason
    if kind != "crash" and sys.version_info < (3, 12):  # later ones place some errors elsewhere
        assert gap.line == line


@pytest.mark.parametrize("source", ("x = " + "+".join(["1"] * 20_000), "x" + ".a" * 100_000 + "\n"))
def test_deep_nesting_is_a_gap_or_is_walked(source: str) -> None:
    """Python 3.14 measures the stack, where those before count to a limit."""
    if sys.version_info < (3, 14):
        assert _gap(source).kind == "limit"
    else:
        assert _said(source) == []
    assert {one.check for one in _said(f"assert ({source.partition('=')[2].strip() or source})")} == {"python"}


def test_a_crash_names_the_test_and_the_rest_goes_on() -> None:
    source = "import tarfile\nt.extractall(members=a.safe(t))\neval(x)\nt.extractall(members=a.safe(t))\n"
    found, gap = _said(source)
    assert isinstance(found, Finding)
    assert found.rule == "python/B307"
    assert gap == Gap(
        "app/pay.py",
        "python",
        "line 2 and in 1 more places: bandit's test tarfile_unsafe_members failed with AttributeError; "
        "look at the code by hand",
        "crash",
        2,
    )


def test_long_chains_of_sql_are_a_gap() -> None:
    """As one of them takes quadratic time, and a file has room for many."""
    chain = "x = " + "+".join(["'select '"] * 300) + "\n"
    assert _said(chain * 10) == []
    assert _gap(chain * 40).kind == "limit"


def test_deep_code_that_parses_is_walked_to_the_end() -> None:
    deep = (
        "x = " + "+".join(["'/tmp/x'"] * 1500) + "\ndef f(a=y(" + "+".join(["1"] * 1500) + ", b='/tmp/x')): eval(y)\n"
    )
    found = _findings(deep)
    assert len([one for one in found if one.rule == "python/B108"]) == 1501
    assert found[-1].rule == "python/B307"


def test_nothing_is_printed_about_odd_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert _said("x = '\\d'; y = 0or 1; assert (x, 'y')\n") != []
    assert caught == []
    assert capsys.readouterr() == ("", "")


def test_the_tree_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither configuration of bandit's nor the file itself: only the bytes handed in count."""
    (tmp_path / "pay.py").write_text("x = 1\n")
    (tmp_path / "__init__.py").touch()
    (tmp_path / ".bandit").write_text("[bandit]\nskips = B307\n")
    (tmp_path / "pyproject.toml").write_text("[tool.bandit]\nskips = ['B307']\n")
    monkeypatch.chdir(tmp_path)
    _said("eval(x)")  # whatever is imported is imported now

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("the file system was touched")

    for module, name in ((builtins, "open"), (os, "stat"), (os, "open"), (os, "listdir"), (os.path, "isfile")):
        monkeypatch.setattr(module, name, refuse)
    found = _said("eval(x) # \u202e", "pay.py")
    monkeypatch.undo()
    assert [one.rule for one in found if isinstance(one, Finding)] == ["python/B307", "python/B613"]


def test_a_missing_bandit_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Any:
        raise ImportError("No module named 'bandit'")

    monkeypatch.setattr(python, "_engine", missing)
    gap = _gap("eval(x)")
    assert gap.kind == "crash"
    assert "reinstall yett" in gap.reason


def test_a_test_of_a_newer_bandit_is_reported_without_a_page() -> None:
    rule = python._rule("B699", "shiny_new_test", "HIGH")
    assert (rule.id, rule.title, rule.severity) == ("python/B699", "shiny new test", Severity.HIGH)


@pytest.mark.parametrize(
    ("comment", "columns"),
    (
        ("# nosec", None),  # a blanket that says so; the policy has a word for it
        ("# nosec:  ", None),
        ("#nosec B307", None),
        ("# nosec: B307, reviewed", None),
        ("# nosec reviewed B307", None),
        ("# nosec exec_used", None),
        ("# nosec B307 # and why", None),
        ("# nosec # B9O9", None),  # bandit reads to the next mark
        ("# NOSEC whatever", None),  # bandit minds the case
        ("# no security here", None),
        ("# nosec B3O7", (7, 19)),
        ("# nosec b307", (7, 19)),
        ("# nosec B999", (7, 19)),
        ("# nosec, safe", (7, 20)),
        ("# nosec B307,reviewed", (7, 28)),  # of words with a comma alone between them bandit reads the last
        ("# nosec reviewed,B307", None),
        ("# nosec B307x", (7, 20)),
        ("# nosecurity", (7, 19)),  # bandit's pattern does not ask for the end of a word
        ("# 'é' #nosec: é B12", (7, 26)),
    ),
)
def test_suppressions_that_name_nothing(comment: str, columns: tuple[int, int] | None) -> None:
    found = [one for one in _findings(f"x = '# nosec why'\n\ny = 1 {comment}\n") if one.rule != "python/B307"]
    assert [(one.rule, one.line, one.column, one.end_column) for one in found] == (
        [("python/nosec-unknown", 3, *columns)] if columns else []
    )
    assert all(one.level is Action.WARN and comment not in one.message for one in found)


def test_bandit_takes_the_same_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is, says of each word that it does not know it, and has no test left."""
    from bandit.core import manager

    chance = random.Random(5)
    parts = ["# nosec", "#nosec:", "nosec", "#", " ", " ", ", ", ",", "-", "B101", "b101", "B101x", "B1", "exec_used"]
    parts += ["blacklist", "pickle", "B301", "B001", "é", "why", "_", "B101_", "(", "x9", ":"]
    unknown: list[str] = []
    monkeypatch.setattr(manager.LOG, "warning", lambda _, word: unknown.append(word))
    outcomes = set()
    for _ in range(5000):
        comment = "#" + "".join(chance.choices(parts, k=chance.randrange(8)))
        unknown.clear()
        taken = manager._parse_nosec_comment(comment)
        assert names_nothing(comment) is (taken == set() and unknown != []), comment
        outcomes.add(names_nothing(comment))
    assert outcomes == {True, False}


STRANGE = "# coding: utf-7\nx = 1 # +AAo-eval(x)\n"


@pytest.mark.parametrize(
    ("source", "line", "severity", "words"),
    (
        (STRANGE, 1, Severity.HIGH, "the encoding utf-7, and runs as other code than it looks like."),
        ("#!x\n# coding: raw_unicode_escape\n\\u0078 = 1\n", 2, Severity.HIGH, "runs as other code"),
        (b"# coding: cp1252\nx = '\x80'\n", 1, Severity.MEDIUM, "the encoding cp1252, and is misread by"),
        ("# coding: cp1252\nx = 1\n", 1, Severity.MEDIUM, "cp1252"),
        (b"# vim: set fileencoding=shift_jis :\nx = '\x83\\\x83\\'\n", 1, Severity.MEDIUM, "shift_jis"),
    ),
)
def test_an_odd_encoding(source: str | bytes, line: int, severity: Severity, words: str) -> None:
    found = [one for one in _findings(source) if one.rule == "python/odd-encoding"]
    assert [(one.line, one.severity) for one in found] == [(line, severity)]
    assert words in found[0].message


@pytest.mark.parametrize(
    "source",
    (
        "# coding: utf-8\n",
        "# -*- coding: UTF_8 -*-\n",
        b"\xef\xbb\xbf# coding: utf-8\n",
        b"# coding: latin-1\nx = '\xe9'\n",
        "# coding: ascii\n",
        "# coding: ISO-8859-1\n",
        "x = 1\n\n# coding: utf-7\n",  # too late to be a declaration
        "encoding = 'coding: utf-7'\n",
    ),
)
def test_an_ordinary_encoding(source: str | bytes) -> None:
    assert _findings(source) == []


def test_code_behind_an_encoding_is_seen() -> None:
    assert {one.rule for one in _findings(STRANGE)} == {"python/odd-encoding", "python/B307"}


def _program(path: Path, lines: str) -> str:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return str(path)


def test_a_newer_python_looks_at_newer_syntax(
    tmp_path: Path, pythons: list[newer.Interpreter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """This Python plays the newer one, and is shown as this one a Python that parses nothing."""
    source = b"assert x\nt.extractall(members=a.safe(t))\nimport tarfile\nt.extractall(members=a.safe(t))\n"
    blob = Blob("app/\udcff\n.py", "", source, commit="c" * 40)
    expected = list(CHECK.inspect(blob))
    assert {type(one) for one in expected} == {Finding, Gap}
    monkeypatch.setattr(python, "_parsed", lambda blob: python._unparsable(blob, "invalid syntax", 2))
    broken = newer.Interpreter(_program(tmp_path / "python3.98", "exit 127"), "3.98")
    pythons += [broken, newer.Interpreter(sys.executable, "3.97")]
    assert list(CHECK.inspect(blob)) == expected
    assert list(CHECK.inspect(blob)) == expected  # by the process that is there
    assert [one.severity.word for one in CHECK.inspect(blob) if isinstance(one, Finding)] == ["low"]


def test_a_newer_python_may_not_know_it_either(pythons: list[newer.Interpreter]) -> None:
    pythons.append(newer.Interpreter(sys.executable, "3.97"))
    reason = _gap("x = 1\n\ndef f(:\n").reason
    assert reason == (
        f"line 3: invalid syntax for Python 3.{sys.version_info.minor} and 3.97; "
        "mend it, or exclude it if it is not meant to run"
    )


def test_newer_pythons_that_are_none(tmp_path: Path, pythons: list[newer.Interpreter]) -> None:
    pythons += [
        newer.Interpreter(str(tmp_path / "python3.99"), "3.99"),
        newer.Interpreter(_program(tmp_path / "python3.98", "echo; cat >/dev/null"), "3.98"),
        newer.Interpreter(_program(tmp_path / "python3.97", "exit 1"), "3.97"),
    ]
    assert _gap("print 'x'\n" * 50_000).reason.endswith("run yett with a newer Python if this file is for one")


def test_a_newer_python_is_not_shown_what_is_not_text(pythons: list[newer.Interpreter], tmp_path: Path) -> None:
    pythons.append(newer.Interpreter(_program(tmp_path / "python3.99", f"touch {tmp_path}/ran"), "3.99"))
    assert _gap(b"x\0").kind == "unparsable"
    assert _gap("-" * 100_000 + "1\n").kind == "limit"
    assert not (tmp_path / "ran").exists()


def test_the_newest_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    newer.interpreters.cache_clear()
    outside, tree = tmp_path / "bin", tmp_path / "tree"
    for folder, names in ((outside, ("python3.17", "python3.18", "python3.5")), (tree / "bin", ("python3.19",))):
        folder.mkdir(parents=True)
        for name in names:
            _program(folder / name, "")
    (outside / "python3.19").touch()  # not executable
    monkeypatch.chdir(tree)
    monkeypatch.setenv("PATH", os.pathsep.join((str(tree / "bin"), "bin", "", str(outside))))
    found = newer.interpreters()
    newer.interpreters.cache_clear()
    assert found == (
        newer.Interpreter(str(outside / "python3.18"), "3.18"),
        newer.Interpreter(str(outside / "python3.17"), "3.17"),
    )


def test_walking_leaves_nothing_to_collect() -> None:
    source = "from django.utils.safestring import mark_safe\ndef f(x=y, password='z'):\n" + "".join(
        f"    x = 'a' + {n}\n    with b as c:\n        mark_safe(x + c)\n    d['pwd'] = {{'a': 'x'}}\n    assert d\n"
        for n in range(50)
    )
    _said(source)
    gc.collect()
    gc.disable()
    try:
        assert len(_said(source)) > 100
        assert gc.collect() < 100
    finally:
        gc.enable()
