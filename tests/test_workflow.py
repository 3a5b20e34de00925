"""Workflows, actions and their expressions."""

from __future__ import annotations

import pytest

from yett.parse import expression
from yett.parse.expression import ExpressionError, decide, flows
from yett.parse.source import ParseError
from yett.parse.workflow import Workflow, action_of, parse, parse_action
from yett.parse.yaml import Scalar


def _workflow(text: str) -> Workflow:
    found = parse(text)
    assert found
    return found


def _steps(body: str) -> str:
    """A workflow around some steps, which begin in its line 6."""
    return f"on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n{body}"


@pytest.mark.parametrize(
    ("text", "names"),
    (
        ("github.event.issue.title", ["github.event.issue.title"]),
        ("GitHub.HEAD_ref", ["github.head_ref"]),
        ("github['event']['issue'].title", ["github.event.issue.title"]),
        ("github.event.commits[0].message", ["github.event.commits.*.message"]),
        ("github.event.commits.*.message", ["github.event.commits.*.message"]),
        ("secrets[format('A_{0}', matrix.b)]", ["secrets.?"]),
        ("format('{0}', github.head_ref)", ["github.head_ref"]),
        ("toJSON(github.event)", ["github.event"]),
        ("fromJSON(secrets.A).b", ["secrets.a"]),
        ("a || b", ["a", "b"]),
        # What only decides is not part of the result.
        ("a && b", ["b"]),
        ("a == b", []),
        ("!a", []),
        ("contains(a, b)", []),
        ("startsWith(a, b) && 'c' || d", ["d"]),
        ("'github.head_ref'", []),
        ("'it''s' || a", ["a"]),
        ("(a)", ["a"]),
        ("(a || b).c", ["a", "b"]),
        ("-1.5e3", []),
        ("steps.a-b.outputs.c_d", ["steps.a-b.outputs.c_d"]),
    ),
)
def test_what_flows_into_the_result(text: str, names: list[str]) -> None:
    assert [context.name for context in flows(expression.parse(text))] == names


@pytest.mark.parametrize(
    "text",
    (
        "",
        "a b",
        "a ==",
        "(a",
        "a)",
        "a.",
        "a[",
        "f(a,",
        "'a",
        "a ++ b",
        "$a",
        "(" * 1000,
        "!" * 30_000,
        "a == " * 200 + "a",
    ),
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(ExpressionError):
        expression.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("github.event_name == 'push'", True),
        ("github.event_name == 'PUSH'", True),
        ("github.event_name != 'push'", False),
        ("'push' == github.event_name && x", None),
        ("github.event_name == 'release' && x", False),
        ("github.event_name == 'release' || x", None),
        ("github.event_name == 'push' || x", True),
        ("!(github.event_name == 'push')", False),
        ("always() && github.event_name == 'push'", True),
        ("success()", None),
        ("contains(github.event_name, 'pull_request')", False),
        ("startsWith(github.event_name, 'pu')", True),
        ('contains(fromJSON(\'["release", "push"]\'), github.event_name)', True),
        ("contains(fromJSON('[\"release\"]'), github.event_name)", False),
        ("contains(fromJSON('[oops'), github.event_name)", None),
        ("github.repository == 'acme/shop'", None),
        ("false", False),
        ("'' || null", False),
    ),
)
def test_decisions(text: str, expected: bool | None) -> None:
    assert decide(expression.parse(text), {"github.event_name": "push"}) is expected


@pytest.mark.parametrize(
    ("body", "places"),
    (
        ("      - run: echo ${{ a }} ${{ b }}\n", [(6, 19, "a"), (6, 28, "b")]),
        ('      - run: "echo \\"${{ a }}\\" ${{ b }}"\n', [(6, 22, "a"), (6, 33, "b")]),
        ("      - run: 'it''s ${{ a }}'\n", [(6, 21, "a")]),
        ("      - run: |\n          one\n\n          two ${{ a }}\n", [(9, 15, "a")]),
        # The comment beside the header is not in the text.
        ("      - run: | # ${{ x }}\n          one ${{ a }}\n", [(7, 15, "a")]),
        ("      - run: |2-\n            one ${{ a }}\n", [(7, 17, "a")]),
        ("      - run: >-\n          one\n          two ${{ a }}\n", [(8, 15, "a")]),
        ("      - run: one\n          two ${{ a }}\n", [(7, 15, "a")]),
        ("      - run: é ü ${{ a }}\n", [(6, 18, "a")]),
        ("      - run: echo ${{ 'a }} b' }}\n", [(6, 19, "'a }} b'")]),
        ("      - run: echo ${{ a\n", []),
        # An escape hides the start of the expression from the source, so the text's own place has to do.
        ('      - run: "\\x24{{ a }}"\n', [(6, 14, "a")]),
    ),
)
def test_expressions_know_their_places(body: str, places: list[tuple[int, int, str]]) -> None:
    workflow = _workflow(_steps(body))
    found = [(one.span.line, one.span.column, one.text) for one in workflow.expressions(workflow.root)]
    assert found == places


def test_an_expression_over_two_lines_has_both() -> None:
    workflow = _workflow(_steps("      - run: |\n          echo ${{ a ||\n            b }}\n"))
    (found,) = workflow.expressions(workflow.root)
    assert (found.span, found.text) == ((7, 16, 8, 17), "a ||\n  b")


@pytest.mark.parametrize(
    ("body", "column", "line"),
    (
        ("      - run: curl x | sh\n", 23, 6),
        ("      - run: 'curl x | sh'\n", 24, 6),
        ("      - run: |\n          one\n          curl x | sh\n", 20, 8),
        ("      - run: |\n\n\n          curl x | sh\n", 20, 9),
        ("      - run: |\n          if a; then\n            curl x | sh\n          fi\n", 22, 8),
    ),
)
def test_words_of_scripts_know_their_places(body: str, column: int, line: int) -> None:
    workflow = _workflow(_steps(body))
    script = workflow.jobs[0].steps[0].script
    assert script
    word = next(word for command in script.commands for word in command.words if word.text == "sh")
    assert workflow.span(script.at, word.start, word.end) == (line, column, line, column + 2)


@pytest.mark.parametrize(
    ("on", "names"),
    (
        ("push", ["push"]),
        ("[push, release]", ["push", "release"]),
        ("{push: {branches: [main]}, release: }", ["push", "release"]),
    ),
)
def test_triggers_in_their_three_forms(on: str, names: list[str]) -> None:
    assert list(_workflow(f"on: {on}\njobs: {{}}\n").triggers) == names


@pytest.mark.parametrize(
    ("uses", "expected"),
    (
        ("actions/checkout@v4", ("actions/checkout", "v4")),
        ("Acme/Tools/sub/path@0123", ("acme/tools/sub/path", "0123")),
        ("acme/tools", ("acme/tools", "")),
        ("acme/ci/.github/workflows/a.yml@main", ("acme/ci/.github/workflows/a.yml", "main")),
        ("./local", ("", "")),
        ("$/local", ("", "")),
        ("docker://alpine:3", ("", "")),
        ("${{ matrix.a }}", ("", "")),
        ("checkout", ("", "")),
    ),
)
def test_what_uses_names(uses: str, expected: tuple[str, str]) -> None:
    assert action_of(uses) == expected


def test_a_step_is_known_by_its_id_name_or_action() -> None:
    steps = (
        _workflow(
            _steps(
                "      - {id: a, name: b, run: c}\n      - {name: b, run: c}\n      - uses: x/y@v1\n      - run: c\n"
            )
        )
        .jobs[0]
        .steps
    )
    assert [step.label for step in steps] == ["a", "b", "y", "run"]


def test_inputs_know_no_case_and_env_is_the_innermost() -> None:
    text = (
        "on: push\nenv: {A: '1', B: '1'}\njobs:\n  test:\n    env: {A: '2'}\n    steps:\n"
        "      - uses: x/y@v1\n        env: {C: '3'}\n        with: {Persist-Credentials: false}\n"
    )
    workflow = _workflow(text)
    job, step = next(workflow.steps())
    assert {name: value.text for name, value in workflow.env(job, step).items()} == {"A": "2", "B": "1", "C": "3"}
    value = step.input("persist-credentials")
    assert value
    assert value.text == "false"


def test_the_matrix_lists_what_is_written_out() -> None:
    text = (
        "on: push\njobs:\n  test:\n    strategy:\n      matrix:\n        os: [a, b]\n        dyn: ${{ fromJSON(x) }}\n"
        "        include:\n          - os: c\n          - other: d\n    steps: []\n"
    )
    job = _workflow(text).jobs[0]
    assert [value.text for value in job.matrix("OS")] == ["a", "b", "c"]
    assert [value.text for value in job.matrix("other")] == ["d"]
    assert job.matrix("none") == ()


@pytest.mark.parametrize(
    ("condition", "text"),
    (
        ("github.ref == 'a'", "github.ref == 'a'"),
        ("${{ github.ref == 'a' }}", "github.ref == 'a'"),
        ("${{ a }} && ${{ b }}", None),
        ("x ${{ a }}", None),
    ),
)
def test_conditions_with_and_without_braces(condition: str, text: str | None) -> None:
    workflow = _workflow(_steps(f"      - run: a\n        if: {condition}\n"))
    found = workflow.condition(workflow.jobs[0].steps[0].node)
    assert (found.text if found else None) == text


@pytest.mark.parametrize("shell", ("python", "python {0}", "node", "cmd"))
def test_scripts_in_other_languages_have_no_commands(shell: str) -> None:
    workflow = _workflow(_steps(f"      - run: curl x | sh\n        shell: {shell}\n"))
    script = workflow.jobs[0].steps[0].script
    assert script
    assert script.commands == ()


@pytest.mark.parametrize("text", ("", "# nothing\n", "---\n", "''\n"))
def test_a_text_without_content_is_no_workflow(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    (
        ("- a\n", 1, "a workflow is a mapping, and this is not one"),
        ("hello\n", 1, "a workflow is a mapping, and this is not one"),
        ("name: a\njobs: {}\n", 1, "there is no `on:`, so this is not a workflow"),
        ("on: push\n", 1, "there is no `jobs:`, so this is not a workflow"),
        ("on: push\njobs: [a]\n", 2, "`jobs:` is not a mapping"),
        ("on: push\njobs:\n  a: b\n", 3, "the job 'a' is not a mapping"),
        ("on: push\njobs:\n  a:\n    steps: {}\n", 4, "the steps of 'a' are not a list"),
        ("on: push\njobs:\n  a:\n    steps: [b]\n", 4, "a step of 'a' is not a mapping"),
        ("on: push\non: pull_request\njobs: {}\n", 2, "the key 'on' stands here a second time, first in line 1"),
    ),
)
def test_what_is_no_workflow(text: str, line: int, reason: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse(text)
    assert (raised.value.line, raised.value.reason) == (line, reason)


def test_an_action_has_its_steps_as_one_job() -> None:
    action = parse_action("name: a\nruns:\n  using: composite\n  steps:\n    - run: b\n      shell: bash\n")
    assert action
    assert (action.kind, action.triggers, [job.id for job in action.jobs]) == ("action", {}, ["runs"])
    assert action.path(*next(action.steps())) == "runs.steps[run]"


@pytest.mark.parametrize("text", ("", "a: b\n", "- a\n", "runs: a\n"))
def test_a_file_of_that_name_need_not_be_an_action(text: str) -> None:
    assert parse_action(text) is None


def test_steps_in_a_parallel_group_are_steps() -> None:
    workflow = _workflow(_steps("      - parallel:\n          - run: a\n          - run: b\n      - run: c\n"))
    assert [step.script.text for step in workflow.jobs[0].steps if step.script] == ["a", "b", "c"]


def test_one_script_cannot_be_named_a_thousand_times() -> None:
    text = _steps('      - &a {run: "' + "x" * 1000 + '"}\n' + "      - *a\n" * 1000)
    with pytest.raises(ParseError, match="more jobs, steps or scripts"):
        parse(text)


def test_a_text_that_is_no_expression_is_searched_for_contexts() -> None:
    workflow = _workflow(_steps("      - run: echo ${{ github.head_ref + 1 }}\n"))
    (found,) = workflow.expressions(workflow.root)
    assert found.tree is None
    assert [context.name for context in found.flows()] == ["github.head_ref"]


def test_an_alias_keeps_the_place_of_its_anchor() -> None:
    workflow = _workflow(_steps("      - run: &a echo ${{ b }}\n      - run: *a\n"))
    runs = [step.text("run") for step in workflow.jobs[0].steps]
    assert runs[0] is runs[1]
    assert isinstance(runs[0], Scalar)
