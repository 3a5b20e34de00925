from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from markdown_it import MarkdownIt

from tests.test_escape import COMMAND, FORBIDDEN
from tests.verdicts import (
    CLEAN,
    EXAMPLES,
    EXEC,
    EXPECTED,
    HOSTILE,
    MANY,
    MIXED,
    NO_DIGESTS,
    ONE,
    STORED,
    UNDECIDED,
    finding,
    verdict,
)
from yett.model import (
    EXIT_CODES,
    Action,
    Confidence,
    Examined,
    Finding,
    Gap,
    Judged,
    Severity,
    Stale,
    Target,
    Verdict,
    Waived,
)
from yett.report import FORMS, render
from yett.report.json import schema
from yett.report.words import size, worst_first

ANSI = re.compile("\x1b\\[[0-9;]*m")


@pytest.mark.parametrize(("name", "form"), STORED)
def test_stored(name: str, form: str) -> None:
    stored = (EXPECTED / f"{name}.{form}").read_text(encoding="utf-8")
    assert render(EXAMPLES[name], form) == stored, "look at the difference, then run: python -m tests.verdicts"


def test_unknown_form() -> None:
    with pytest.raises(ValueError, match="no report form 'xml'"):
        render(CLEAN, "xml")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_order_of_the_input_does_not_matter(name: str, form: str) -> None:
    one = EXAMPLES[name]
    other = one._replace(
        findings=one.findings[::-1],
        waived=one.waived[::-1],
        stale=one.stale[::-1],
        gaps=one.gaps[::-1],
        rules=one.rules[::-1],
        coverage=one.coverage._replace(
            unexamined=one.coverage.unexamined[::-1], directives=one.coverage.directives[::-1]
        ),
    )
    assert render(one, form, all_levels=True) == render(other, form, all_levels=True)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_no_path_of_the_machine(name: str, form: str) -> None:
    assert "/home/dev" not in render(EXAMPLES[name], form, all_levels=True)


@pytest.mark.parametrize("form", ("text", "json", "sarif", "markdown"))
@pytest.mark.parametrize("all_levels", (False, True))
@pytest.mark.parametrize("width", (40, 100, 1000))
def test_no_line_is_a_command(form: str, all_levels: bool, width: int) -> None:
    text = render(HOSTILE, form, width=width, all_levels=all_levels)
    assert not COMMAND.search(text)
    assert not FORBIDDEN.search(text.replace("\n", "").replace("\u200b", "") if form == "markdown" else _joined(text))
    text.encode()


def _joined(text: str) -> str:
    return text.replace("\n", "")


def test_colour_is_all_that_colour_adds() -> None:
    for each in EXAMPLES.values():
        plain, coloured = render(each, "text"), render(each, "text", colour=True)
        assert "\x1b" not in plain
        assert coloured != plain
        assert ANSI.sub("", coloured) == plain


# Text


@pytest.mark.parametrize(
    ("given", "first"),
    (
        (CLEAN, "PASS  nothing blocks the staged changes"),
        (ONE, "FAIL  1 finding blocks the staged changes (1 critical)"),
        (UNDECIDED, "UNDECIDED  the staged changes could not be checked in full (2 gaps)"),
        (MIXED, "FAIL  4 findings block 1a2b3c4d5e6f..5d6e7f8091a2 (1 critical, 3 high)"),
        (MANY, "FAIL  500 findings block the tree of 5d6e7f8091a2 (500 high)"),
        (verdict(target=Target("tree", "/r", head="", of_index=True)), "PASS  nothing blocks the index"),
        (verdict(target=Target("paths", "/r", paths=("a.py", "b\n"))), "PASS  nothing blocks a.py, b\\n"),
        (verdict(target=Target("paths", "/r", paths=("a" * 61,))), "PASS  nothing blocks 1 path"),
        (
            verdict("pass", gaps=UNDECIDED.gaps[:1]),  # on a laptop: the gap only warns, and is not kept quiet
            "PASS  nothing blocks the staged changes (1 not checked)",
        ),
        (
            verdict(
                "pass",
                tuple(each for each in MIXED.findings if each.action is not Action.BLOCK),
                waived=MIXED.waived,
            ),
            "PASS  nothing blocks the staged changes (1 warning, 2 waived)",
        ),
    ),
)
def test_headline(given: Verdict, first: str) -> None:
    assert render(given, "text").split("\n")[0] == first


def test_a_clean_commit_is_three_lines() -> None:
    assert render(CLEAN, "text").count("\n") == 3


def test_what_was_not_checked_comes_before_the_findings() -> None:
    lines = render(MANY, "text").split("\n")
    assert lines[2] == "Not checked: 30"
    assert lines[3] == "  data/00.py:1 and 29 more  python: line 1 is no valid Python"
    assert lines[4] == "  every one of them: --all"


def test_gaps_of_many_kinds_are_few_lines_and_counted() -> None:
    gaps = tuple(Gap(f"{number}.py", "python", f"reason {number}", "unparsable", 1) for number in range(20))
    text = render(verdict("undecided", gaps=gaps), "text")
    assert "Not checked: 20\n" in text
    assert "  and 16 more, every one of them: --all\n" in text
    assert text.count("reason ") == 4
    assert render(verdict("undecided", gaps=gaps), "text", all_levels=True).count("reason ") == 20


def test_every_blocking_finding_is_there_and_its_rule_is_explained_once() -> None:
    text = render(MANY, "text")
    assert text.count("python/exec-used  high") == 500
    assert text.count("    waive:  fingerprint ") == 500
    assert text.count("    why: ") == 1
    assert text.count("    fix: ") == 1


def test_a_long_report_ends_with_the_verdict() -> None:
    lines = render(MANY, "text").rstrip("\n").split("\n")
    assert lines[0] == lines[-1]
    assert render(ONE, "text").count("FAIL") == 1


@pytest.mark.parametrize(("all_levels", "warnings", "infos"), ((False, 20, 0), (True, 60, 3)))
def test_warnings_are_bounded_and_information_is_counted(all_levels: bool, warnings: int, infos: int) -> None:
    notes = tuple(Judged(finding(EXEC, f"note_{number}.py"), Action.INFO) for number in range(3))
    text = render(MANY._replace(findings=MANY.findings + notes), "text", all_levels=all_levels)
    assert len(re.findall(r"^  src/page_", text, re.MULTILINE)) == warnings
    assert len(re.findall(r"^  note_", text, re.MULTILINE)) == infos
    assert ("  and 40 more, every one of them: --all\n" in text) is not all_levels
    assert ("For information: 3, to see them: --all\n" in text) is not all_levels


def test_a_rule_is_one_line_for_each_file() -> None:
    path = "again.py"
    found = [Judged(finding(EXEC, path)._replace(line=line), Action.WARN) for line in (7, 9, 3)]
    other = Judged(finding(EXEC, "other.py"), Action.WARN)
    text = render(MANY._replace(findings=(*found, other)), "text")
    assert re.findall(r"^  (?:again|other)\S+(?: and \d more)?", text, re.MULTILINE) == [
        "  again.py:3:1 and 2 more",
        "  other.py:1:1",
    ]
    assert "  every one of them: --all\n" in text
    whole = render(MANY._replace(findings=(*found, other)), "text", all_levels=True)
    assert len(re.findall(r"^  again\S+  ", whole, re.MULTILINE)) == 3


def test_the_worst_warnings_are_the_ones_shown() -> None:
    high = finding(EXEC, "zz.py", message="the worst")
    text = render(MANY._replace(findings=(*MANY.findings, Judged(high, Action.WARN))), "text")
    assert text.split("Warnings: 61\n")[1].startswith("  zz.py:1:1  python/exec-used  high  the worst\n")


def test_the_width_holds_for_prose_and_warnings() -> None:
    for width in (80, 120):  # below, places would have to be cut
        text = render(MIXED, "text", width=width)
        prose = [line for line in text.split("\n") if line.startswith(("    ", "  shop/app"))]
        assert prose
        assert max(map(len, prose)) <= width


def test_a_snippet_keeps_its_lines() -> None:
    assert "    fix:\n      HANDLERS = {\n          'refund': refund,\n      }\n" in render(MIXED, "text")


def test_the_policy_is_quoted_unless_it_says_what_the_title_says() -> None:
    text = render(MIXED, "text")
    assert "    policy: it is exploited in the wild\n" in text
    assert text.count("policy:") == 1


def test_reasons_that_only_count_are_not_repeated() -> None:
    given = ("4 findings block it", "1 finding blocks it", "2 things could not be checked", "only asked for secrets")
    text = render(MIXED._replace(reasons=given), "text")
    assert "block it" not in text
    assert "things could" not in text
    assert text.split("\n")[1] == "  only asked for secrets"


def test_the_waiver_to_copy_is_one() -> None:
    import yaml

    from yett.policy.load import waivers

    odd = finding(EXEC, 'a "b"\n\udcff##[x].py')
    for given, path in ((MIXED, "shop/admin.py"), (verdict("fail", (Judged(odd, Action.BLOCK),)), 'a "b"\n?##[x].py')):
        _, _, rest = render(given, "text").partition(".yett/waivers.yaml; for the first one:\n")
        entry = rest.partition("\n\n")[0].replace("YYYY-MM-DD", "2031-01-31").replace('""', "somebody")
        (read,) = waivers(entry.encode(), "w.yaml")
        assert (read.rule, read.path) == (EXEC.id, path)
        assert yaml.safe_load(entry)["waivers"][0]["fingerprint"] == read.fingerprint
        assert len(read.fingerprint) == 32


def test_coverage_says_what_did_not_run() -> None:
    checks = (
        Examined("secrets", 1234, 0, True),
        Examined("dependencies", 0, 0, False, "not asked for"),
        Examined("python", 3, 2, True, "two files are generated"),
    )
    text = render(verdict(covered=CLEAN.coverage._replace(checks=checks, bytes=1)), "text")
    assert (
        "Looked at 5 files, 1 byte: secrets 1,234, dependencies did not run (not asked for), "
        "python 3 (2 not checked; two files are generated)\n"
    ) in text


def test_without_digests() -> None:
    assert render(CLEAN._replace(digests=NO_DIGESTS), "text").endswith("\nyett 0.1.0, no advisories\n")


@pytest.mark.parametrize(
    ("path", "shown"),
    (
        (" a.py ", "\\x20a.py\\x20:1:1  "),
        ("  ", "\\x20\\x20:1:1  "),
        ("", "(the whole change):1:1  "),
        ("a b.py", "a b.py:1:1  "),
    ),
)
def test_places(path: str, shown: str) -> None:
    assert f"\n{shown}" in render(verdict("fail", (Judged(finding(EXEC, path), Action.BLOCK),)), "text")


@pytest.mark.parametrize(
    ("number", "shown"),
    (
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_951, "1.0 MB"),
        (4_440_000_000, "4.4 GB"),
        (12_000_000_000_000_000, "12000.0 TB"),
    ),
)
def test_size(number: int, shown: str) -> None:
    assert size(number) == shown


def test_worst_first() -> None:
    def judged(severity: Severity, action: Action, path: str) -> Judged:
        return Judged(finding(EXEC, path)._replace(severity=severity), action)

    order = [
        judged(Severity.LOW, Action.BLOCK, "z"),
        judged(Severity.CRITICAL, Action.WARN, "a"),
        judged(Severity.HIGH, Action.WARN, "a"),
        judged(Severity.UNKNOWN, Action.WARN, "a"),  # unrated is not harmless
        judged(Severity.MEDIUM, Action.WARN, "a"),
        judged(Severity.MEDIUM, Action.WARN, "b"),
    ]
    assert worst_first(reversed(order)) == order


# JSON


def _valid(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(json.loads(schema())).validate(value)
    return value


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))


@pytest.mark.parametrize("name", EXAMPLES)
def test_json_is_valid_and_complete(name: str) -> None:
    given = EXAMPLES[name]
    value = _valid(render(given, "json"))
    assert value["exit_code"] == EXIT_CODES[given.outcome]
    assert len(value["findings"]) == len(given.findings) + len(given.waived)
    assert len(value["gaps"]) == len(given.gaps) == value["counts"]["gaps"] + value["counts"]["accepted"]
    assert len(value["stale"]) == len(given.stale)
    actions = [each["action"] for each in value["findings"]]
    assert {name: actions.count(name) for name in ("block", "warn", "info", "waived")} == {
        name: value["counts"][name] for name in ("block", "warn", "info", "waived")
    }
    paths = [each["path"] for each in value["findings"]]
    assert name == "hostile" or paths == sorted(paths)


def test_json_keeps_text_as_it_was() -> None:
    given = finding(EXEC, "a\n\x1b\u202e##[x].py", message="::x ü😀")
    (row,) = _valid(render(verdict("fail", (Judged(given, Action.BLOCK),)), "json"))["findings"]
    assert (row["path"], row["message"]) == (given.path, given.message)


def test_json_writes_a_byte_visibly() -> None:
    (row,) = _valid(render(verdict("fail", (Judged(finding(EXEC, "caf\udce9.py"), Action.BLOCK),)), "json"))["findings"]
    assert row["path"] == "caf\\xe9.py"


@pytest.mark.parametrize(
    "change",
    (
        {"schema": "yett/verdict/2"},
        {"outcome": "neutral"},
        {"exit_code": 2},
        {"extra": 1},
        {"findings": [{"rule": "x"}]},
        {"counts": {"block": -1}},
    ),
)
def test_the_schema_refuses(change: dict[str, Any]) -> None:
    value = json.loads(render(CLEAN, "json")) | change
    with pytest.raises(jsonschema.ValidationError):
        _valid(json.dumps(value))


def test_the_schema_wants_a_waiver_for_what_is_waived_and_for_nothing_else() -> None:
    value = json.loads(render(MIXED, "json"))
    waived = next(each for each in value["findings"] if each["action"] == "waived")
    other = next(each for each in value["findings"] if each["action"] == "block")
    other["waiver"] = waived.pop("waiver")
    assert len(list(jsonschema.Draft202012Validator(json.loads(schema())).iter_errors(value))) == 2


# Markdown


def _tokens(text: str) -> list[Any]:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [*tokens, *(child for token in tokens for child in token.children or ())]


def test_markdown_is_only_what_we_wrote() -> None:
    tokens = _tokens(render(HOSTILE, "markdown"))
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "fence", "code_block", "s_open", "em_open"}
    headings = [tokens[number + 1].content for number, token in enumerate(tokens) if token.type == "heading_open"]
    assert [re.sub(r": \d+$", "", each) for each in headings] == [
        "yett: FAIL",
        "Not checked",
        "Blocking",
        "What to do",
        "Warnings",
        "Waived",
        "Waivers and directives that do nothing",
        "New comments that ask a scanner to look away",
    ]
    rows = sum(token.type == "tr_open" for token in tokens)
    assert rows == 2 + len(HOSTILE.acted(Action.BLOCK)) + len(HOSTILE.acted(Action.WARN))
    assert sum(token.type == "td_open" for token in tokens) == 4 * (rows - 2)


def test_markdown_text_mentions_and_links_nobody() -> None:
    for token in _tokens(render(HOSTILE, "markdown")):
        if token.type == "text":  # what GitHub looks for mentions, references and links in
            assert not re.search(r"@\w|#\d|://|\bwww\.", token.content)


def test_markdown_stays_below_what_github_takes() -> None:
    worst = "|" * 5000
    found = finding(EXEC, "\U0001f600" * 5000, 1, 1, worst, fix=worst)._replace(rule="python/" + worst)
    given = MANY._replace(
        findings=tuple(Judged(found, action, worst) for action in (Action.BLOCK, Action.WARN) for _ in range(1000)),
        gaps=tuple(Gap(str(number) + worst, "python", str(number) + worst) for number in range(1000)),
        waived=(Waived(found, worst, worst, worst, worst),) * 1000,
        stale=(Stale(worst, worst, worst),) * 1000,
        rules=tuple(EXEC._replace(id=found.rule, why=worst, fix=worst) for _ in range(100)),
        reasons=(worst,) * 100,
    )
    text = render(given, "markdown")
    assert len(text.encode()) < 1024 * 1024
    assert "and 900 more" in text  # blocking
    assert "and 970 more" in text


# Annotations


def _commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands as GitHub's runner reads them."""
    found = []
    for line in text.split("\n")[:-1]:
        match = re.fullmatch(r"::(error|warning|notice) ([^\r\n]*?)::([^\r\n]*)", line)
        assert match, line
        properties = dict(each.split("=", 1) for each in match[2].split(","))
        found.append((match[1], {name: _unescaped(text) for name, text in properties.items()}, _unescaped(match[3])))
    return found


def _unescaped(text: str) -> str:
    return re.sub("%(25|0A|0D|3A|2C)", lambda match: chr(int(match[1], 16)), text)


def test_annotations() -> None:
    commands = _commands(render(MIXED, "annotations"))
    assert commands[0][:2] == ("error", {"title": "yett: FAIL"})
    assert commands[1] == (
        "error",
        {
            "file": "shop/pay.py",
            "line": "12",
            "endLine": "12",
            "col": "18",
            "endColumn": "25",
            "title": "secrets/stripe-live-key (critical)",
        },
        "Stripe live secret key, sk_live_…",
    )
    assert [level for level, _, _ in commands] == ["error"] * 5 + ["warning", "notice", "warning", "warning"]


@pytest.mark.parametrize(
    ("given", "levels"),
    ((CLEAN, ["notice"]), (UNDECIDED, ["error", "error", "error"]), (verdict("pass", gaps=UNDECIDED.gaps), None)),
)
def test_annotations_say_the_outcome(given: Verdict, levels: list[str] | None) -> None:
    commands = _commands(render(given, "annotations"))
    assert commands[0][1]["title"] == f"yett: {given.outcome.upper()}"
    assert [level for level, _, _ in commands] == (levels or ["notice", "warning", "warning"])


def test_annotations_of_hostile_text_are_one_command_each() -> None:
    text = render(HOSTILE, "annotations")
    commands = _commands(text)
    assert len(commands) == 1 + len(HOSTILE.findings) + sum(not gap.waived for gap in HOSTILE.gaps)
    assert all(set(each) <= {"file", "line", "endLine", "col", "endColumn", "title"} for _, each, _ in commands)
    assert not re.search(r"##[A-Za-z]*\[", text)
    assert not FORBIDDEN.search(_joined(text))


@pytest.mark.parametrize(
    ("line", "column", "end_line", "end_column", "given"),
    (
        (3, 5, 3, 9, {"line": "3", "endLine": "3", "col": "5", "endColumn": "8"}),
        (3, 5, 3, 0, {"line": "3", "endLine": "3", "col": "5"}),
        (3, 5, 4, 2, {"line": "3", "endLine": "4"}),  # GitHub refuses columns over several lines
        (3, 0, 3, 0, {"line": "3", "endLine": "3"}),
        (0, 0, 0, 0, {"line": "1", "endLine": "1"}),
    ),
)
def test_annotated_place(line: int, column: int, end_line: int, end_column: int, given: dict[str, str]) -> None:
    found: Finding = finding(EXEC, "a.py")._replace(
        line=line, column=column, end_line=end_line, end_column=end_column, confidence=Confidence.LOW
    )
    _, properties, _ = _commands(render(verdict("fail", (Judged(found, Action.BLOCK),)), "annotations"))[1]
    assert {name: text for name, text in properties.items() if name not in ("file", "title")} == given


def test_the_same_thing_found_again_in_a_file_is_a_line_number() -> None:
    again = [finding(EXEC, "shop/a.py", line, 1, fingerprint="f" * 32) for line in (3, 8, 21)]
    text = render(verdict("fail", tuple(Judged(each, Action.BLOCK, "") for each in again)), "text")
    assert text.count("waive:  fingerprint " + "f" * 32) == 1
    assert "also:   line 8, 21" in text


def test_many_findings_of_a_rule_in_a_file_are_counted() -> None:
    many = tuple(
        Judged(finding(EXEC, path, line), Action.BLOCK, "")
        for path, lines in (("a.py", 25), ("b.py", 3))
        for line in range(1, lines + 1)
    )
    text = render(verdict("fail", many), "text")
    assert text.count("waive:") == 13
    assert f"a.py  {EXEC.id}  and 15 more: --all\n\nb.py:1" in text
    everything = render(verdict("fail", many), "text", all_levels=True)
    assert everything.count("waive:") == 28
    assert "more: --all" not in everything


def test_many_places_of_a_finding_are_counted() -> None:
    again = tuple(Judged(finding(EXEC, "a.py", line, fingerprint="f" * 32), Action.BLOCK, "") for line in range(1, 41))
    text = " ".join(render(verdict("fail", again), "text").split())
    assert "line 2, 3, 4" in text
    assert "20, 21 and 19 more: --all" in text


def test_annotations_beyond_what_anybody_sees_are_counted() -> None:
    many = tuple(Judged(finding(EXEC, "a.py", line), Action.WARN) for line in range(1, 250))
    said = render(verdict("pass", many), "annotations").splitlines()
    assert len(said) == 102
    assert said[-1] == "::notice title=yett::149 more findings: see the report"
