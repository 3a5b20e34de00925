"""Where text of outsiders comes from in workflows: what scripts ask for, and how it gets from step to step."""

from __future__ import annotations

import pytest

from yett.model import Hit
from yett.parse import shell
from yett.parse.tree import Tree
from yett.rules import github_actions
from yett.rules.github_actions import outsiders
from yett.rules.github_actions.asked import asked
from yett.rules.github_actions.outputs import given, written

CI = ".github/workflows/ci.yml"


def _hits(rule: str, text: str, path: str = CI, others: dict[str, str] | None = None) -> list[Hit]:
    tree = Tree.of({**(others or {}), path: text})
    judged = github_actions.judge(text, path, tree)
    return [said for one, said in judged if one.id == f"github-actions/{rule}" and isinstance(said, Hit)]


def _job(*steps: str, head: str = "on: pull_request_target\n") -> str:
    return f"{head}jobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n" + "".join(
        f"      - {one}\n" for one in steps
    )


def _said(script: str, files: bool = True) -> str:
    commands = shell.commands(script)
    found = asked(commands, (words for _, words in given(commands, "x")), files)
    return next((one.what for one in found if one), "")


@pytest.mark.parametrize(
    ("value", "theirs"),
    (
        # Numbers, logins and ids hold no code, whatever they are picked by.
        ("$(gh pr view 1 --json number --jq .number)", False),
        ("$(gh pr view 1 --json title,number --jq .number)", False),
        ("$(gh pr view 1 --json title,number | jq -r .number)", False),
        (
            "$(gh pr list --json title,number | jq -r '[.[] | select(.title | test(\"^a\"))] | .[0].number // empty')",
            False,
        ),
        ("$(gh pr view 1 --json author --jq .author.login)", False),
        ("$(gh api repos/acme/shop/pulls/1 --jq .head.sha)", False),
        ("$(gh api repos/acme/shop/releases/latest --jq .name)", False),
        ("$(jq -r .pull_request.number $GITHUB_EVENT_PATH)", False),
        ("$(jq -r .version package.json)", False),
        # Little gets through.
        ("$(git diff --name-only HEAD^ | wc -l)", False),
        ("$(git diff --name-only HEAD^ | grep -c '\\.py$')", False),
        ("$(git diff --name-only HEAD^ | sha256sum)", False),
        ("$(gh pr view 1 --json body --jq .body | grep -o '[0-9]*')", False),
        ("$(gh pr view 1 --json title --jq .title | tr -cd a-z)", False),
        ("$(gh pr view 1 --json title --jq .title | ./slug)", False),
        ("$(date)", False),
        ("$TITLE", False),
        ("$(gh pr view 1 --json title --jq .title)", True),
        ("$(gh pr view 1 --json title,body)", True),
        ("$(gh issue view 1 --json comments --jq '.comments[].body')", True),
        ("$(gh pr view 1 --json headRefName -q .headRefName)", True),
        ("$(gh pr diff 1 --name-only | head -n 1)", True),
        ("$(gh api /repos/acme/shop/pulls/1 | jq -r .title)", True),
        ("$(gh api repos/acme/shop/pulls/1/files --jq '.[].filename' | tr '\\n' ' ')", True),
        ("$(git diff --name-only HEAD^ | grep '\\.py$' | xargs)", True),
        ("$(jq --raw-output .pull_request.title ${GITHUB_EVENT_PATH})", True),
        ('$(echo "$(gh pr view 1 --json body -q .body)")', True),
    ),
)
@pytest.mark.parametrize("script", ('echo "x={}" >> $GITHUB_OUTPUT', 'V={}\necho "x=$V" >> "$GITHUB_OUTPUT"'))
def test_what_a_script_asks_for(value: str, theirs: bool, script: str) -> None:
    assert bool(_said(script.format(value))) == theirs


def test_names_of_files_are_theirs_in_pull_requests_only() -> None:
    script = "echo x=$(git diff --name-only HEAD^) >> $GITHUB_OUTPUT"
    assert (_said(script), _said(script, files=False)) == ("the names of changed files", "")


def test_a_pattern_from_start_to_end_lets_nothing_through() -> None:
    script = 'V=$(gh pr view 1 --json title --jq .title)\nif [[ "$V" =~ {} ]]; then echo "x=$V" >> $GITHUB_OUTPUT; fi\n'
    assert _said(script.format("^[0-9]+$")) == ""
    assert _said(script.format("[0-9]+")) == "the title of the pull request"


def test_what_is_asked_for_inside_another_value_is_not_the_value() -> None:
    assert _said('F=$(git diff --name-only)\nN=$(echo "$F" | grep -c a)\necho "x=$N" >> $GITHUB_OUTPUT') == ""


@pytest.mark.parametrize(
    ("script", "words"),
    (
        ("echo x=1 >> $GITHUB_OUTPUT", ["x=1"]),
        ("echo xy=1 >> $GITHUB_OUTPUT", []),
        ("echo X=1 | tee -a $GITHUB_OUTPUT", ["$GITHUB_OUTPUT"]),
        ("{ echo a=1; echo x=2; } >> $GITHUB_OUTPUT", ["x=2"]),
        ("{\n  echo 'x<<E'\n  cat f\n  echo E\n  echo y=1\n} >> $GITHUB_OUTPUT", ["f"]),
        ("echo 'x<<E' >> $GITHUB_OUTPUT\ncat f >> $GITHUB_OUTPUT\necho E >> $GITHUB_OUTPUT", ["f"]),
        ("cat <<E >> $GITHUB_OUTPUT\ny=1\nx=$A\nE\n", ["cat"]),
        ('echo "x<<E\n$A\nE" >> $GITHUB_OUTPUT', ["x<<E\n$A\nE"]),
        ("echo ::set-output name=x::1", ["name=x::1"]),
        ("echo ::set-output name=xy::1", []),
        ("{ echo x=1; }", []),
        ("echo x=1", []),
        ("} >> $GITHUB_OUTPUT", []),
    ),
)
def test_what_sets_an_output(script: str, words: list[str]) -> None:
    assert [said[-1].text for _, said in given(shell.commands(script), "x")] == words


def test_groups_inside_groups() -> None:
    found = written(shell.commands("{ a; { b; } >> $GITHUB_ENV; c; } >> $GITHUB_PATH"), "GITHUB_ENV")
    assert [[word.text for word in words] for _, words in found][:1] == [["{", "b"]]


OUTPUT = "run: ./show ${{ steps.a.outputs.x }}"


@pytest.mark.parametrize(
    ("steps", "found"),
    (
        (('{id: a, run: "echo ::set-output name=x::${{ github.head_ref }}"}', OUTPUT), 2),
        (("{id: a, uses: acme/unknown@v1, with: {source: '${{ github.head_ref }}'}}", OUTPUT), 0),
        (
            (
                "{id: a, uses: frabert/replace-string-action@v2, with: {string: '${{ github.head_ref }}'}}",
                "run: ./show ${{ steps.a.outputs.replaced }}",
            ),
            1,
        ),
        (
            ("{id: a, uses: frabert/replace-string-action@v2, with: {pattern: '${{ github.head_ref }}'}}", OUTPUT),
            0,
        ),
        (('run: echo "V=$(gh pr view 1 --json title --jq .title)" >> $GITHUB_ENV', "run: ./show ${{ env.V }}"), 1),
        (("run: ./show ${{ env.V }}", 'run: echo "V=$(gh pr view 1 --json title --jq .title)" >> $GITHUB_ENV'), 0),
        (
            (
                'run: echo "V=$(gh pr view 1 --json title --jq .title)" >> $GITHUB_ENV',
                "{env: {V: fixed}, run: './show ${{ env.V }}'}",
            ),
            0,
        ),
        (("{id: a, uses: xt0rted/slash-command-action@v2}", "run: ./show ${{ steps.a.outputs.command-arguments }}"), 0),
        (
            (
                "{id: a, uses: xt0rted/slash-command-action@v2, with: {permission-level: read}}",
                "run: ./show ${{ steps.a.outputs.command-arguments }}",
            ),
            1,
        ),
        (
            (
                "{uses: actions/checkout@v4, with: {ref: '${{ github.event.pull_request.head.sha }}'}}",
                "{id: a, run: 'echo x=$(cat VERSION) >> $GITHUB_OUTPUT'}",
                OUTPUT,
            ),
            1,
        ),
        (("uses: actions/checkout@v4", "{id: a, run: 'echo x=$(cat VERSION) >> $GITHUB_OUTPUT'}", OUTPUT), 0),
    ),
)
def test_how_text_gets_from_step_to_step(steps: tuple[str, ...], found: int) -> None:
    assert len(_hits("template-injection", _job(*steps))) == found


ACTION = (
    "name: a\ninputs: {t: {}}\noutputs: {x: {value: '${{ steps.s.outputs.x }}'}}\nruns:\n  using: composite\n  steps:\n"
)


@pytest.mark.parametrize(
    ("step", "found"),
    (
        ("{id: s, shell: bash, env: {T: '${{ inputs.t }}'}, run: 'echo x=$T >> $GITHUB_OUTPUT'}", 1),
        ("{id: s, shell: bash, env: {T: '${{ github.head_ref }}'}, run: 'echo x=$T >> $GITHUB_OUTPUT'}", 1),
        ("{id: s, shell: bash, run: 'echo x=1 >> $GITHUB_OUTPUT'}", 0),
        ("{id: s, uses: ./a, with: {t: '${{ inputs.t }}'}}", 0),  # an action that calls itself ends
    ),
)
def test_outputs_of_an_action_of_this_tree(step: str, found: int) -> None:
    text = _job("{id: a, uses: ./a, with: {t: '${{ github.event.issue.title }}'}}", OUTPUT)
    assert len(_hits("template-injection", text, others={"a/action.yml": f"{ACTION}    - {step}\n"})) == found


def test_a_script_is_read_once_for_all_that_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(commands: tuple[shell.Command, ...], name: str, file: str = "GITHUB_OUTPUT") -> list[object]:
        calls.append(name)
        return list(given(commands, name, file))

    monkeypatch.setattr(outsiders, "given", counted)
    text = _job("{id: a, run: 'echo x=$A >> $GITHUB_OUTPUT'}", *[OUTPUT] * 50)
    assert _hits("template-injection", text) == []
    assert 0 < len(calls) < 20


@pytest.mark.parametrize(
    ("jobs", "severity"),
    (
        ("a: {{uses: ./w.yml}}\n  b: {{uses: ./w.yml}}", "MEDIUM"),
        ("a: {{{steps}}}\n  b: {{{steps}}}", "MEDIUM"),
        ("a: {{{steps}}}\n  b: {{steps: [{{uses: acme/other@v1}}]}}", "HIGH"),
        ("a: {{{steps}}}\n  b: {{steps: [{{uses: acme/ship@v1}}, {{run: make}}]}}", "HIGH"),
    ),
)
def test_jobs_that_call_the_same_need_the_same(jobs: str, severity: str) -> None:
    said = jobs.format(steps="steps: [{uses: acme/ship@v1}]")
    (found,) = _hits("excessive-permissions", f"on: push\npermissions: {{id-token: write}}\njobs:\n  {said}\n")
    rule = next(rule for rule in github_actions.rules() if rule.id == "github-actions/excessive-permissions")
    assert (found.severity or rule.severity).name == severity


HEAD = "{uses: actions/checkout@v4, with: {ref: '${{ github.event.pull_request.head.sha }}'}}"


@pytest.mark.parametrize(
    ("steps", "found"),
    (
        ((HEAD,), 0),
        ((HEAD, "run: make"), 1),
        # A guard against forks of the project says nothing against pull requests.
        ((HEAD, "{if: github.repository == 'acme/shop', run: make}"), 1),
        ((HEAD, "{if: github.repository_owner == 'acme', run: make}"), 1),
        ((HEAD, "{if: github.event.pull_request.head.repo.full_name == github.repository, run: make}"), 1),
        (("{if: github.event.pull_request.head.repo.full_name == 'acme/shop', " + HEAD[1:], "run: make"), 0),
        (
            (
                "{if: github.repository == 'acme/shop' && github.event.pull_request.head.repo.full_name == "
                "github.repository, " + HEAD[1:],
                "run: make",
            ),
            0,
        ),
        # By a variable of `env:`, and by what GitHub was asked.
        (
            (
                '{env: {B: "${{ github.head_ref }}"}, run: \'git fetch origin "$B" && git merge "origin/${B}"\'}',
                "run: make",
            ),
            1,
        ),
        (('{env: {B: "${{ github.head_ref }}"}, run: \'git checkout -b "note-$B"\'}', "run: make"), 0),
        (('{env: {B: main}, run: git merge "origin/$B"}', "run: make"), 0),
        (
            (
                "{uses: actions/checkout@v4, with: {ref: '${{ fromJSON(steps.pr.outputs.result).head.ref }}'}}",
                "run: make",
            ),
            1,
        ),
        (
            (
                "{uses: actions/checkout@v4, with: {ref: '${{ fromJSON(steps.pr.outputs.result).base.ref }}'}}",
                "run: make",
            ),
            0,
        ),
        # What runs it.
        ((HEAD, "{uses: actions/github-script@v7, with: {script: 'await require(\"./notes.js\")()'}}"), 1),
        ((HEAD, "{uses: actions/github-script@v7, with: {script: 'require(\"fs\")'}}"), 0),
        ((HEAD, "uses: SonarSource/sonarqube-scan-action@v6"), 1),
        ((HEAD, "run: '[[ $A =~ (^|x)b ]] && echo c'"), 0),
    ),
)
def test_when_the_code_of_a_pull_request_is_run(steps: tuple[str, ...], found: int) -> None:
    assert len(_hits("pr-target-checkout", _job(*steps))) == found


@pytest.mark.parametrize(
    ("fetch", "found"),
    (
        ("{uses: actions/github-script@v7, with: {script: 'github.rest.actions.downloadArtifact({})'}}", 1),
        ("{uses: actions/github-script@v7, with: {script: 'github.rest.actions.listWorkflowRuns({})'}}", 0),
        ('run: gh api "${{ github.event.workflow_run.artifacts_url }}" > a.json', 1),
        ("uses: actions/download-artifact@v4", 0),  # that of the same run
        ("{uses: actions/download-artifact@v4, with: {run-id: '${{ github.event.workflow_run.id }}'}}", 1),
    ),
)
def test_when_an_artifact_of_a_fork_is_run(fetch: str, found: int) -> None:
    text = _job(fetch, "run: ./dist/cmd", head="on:\n  workflow_run: {workflows: [build]}\n")
    assert len(_hits("artifact-execution", text)) == found


@pytest.mark.parametrize(
    ("steps", "found"),
    (
        ((HEAD, "run: cat app.env >> $GITHUB_ENV"), 1),
        (("uses: actions/checkout@v4", "run: cat app.env >> $GITHUB_ENV"), 0),
        ((HEAD, "run: echo FILES=$(git diff --name-only HEAD^) >> $GITHUB_ENV"), 1),
        (("run: echo BODY=$(gh pr view 1 --json body --jq .body) >> $GITHUB_ENV",), 1),
        # One line sets its own variable only.
        (("run: echo TITLE=$(gh pr view 1 --json title --jq .title) >> $GITHUB_ENV",), 0),
        (("run: echo PR=$(gh pr view 1 --json title,body) >> $GITHUB_ENV",), 0),
        (("{env: {B: '${{ github.event.comment.body }}'}, run: '{ echo A<<E; echo $B; echo E; } >> $GITHUB_ENV'}",), 1),
    ),
)
def test_what_sets_variables_of_later_steps(steps: tuple[str, ...], found: int) -> None:
    assert len(_hits("github-env-injection", _job(*steps))) == found
