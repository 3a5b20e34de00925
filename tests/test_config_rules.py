"""What the rules for workflows, actions and Dockerfiles do beyond their own examples."""

from __future__ import annotations

import pytest

from yett.model import Edit, Hit, Severity, Unknown
from yett.parse import shell
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import docker, github_actions
from yett.rules.commands import loose_package, scanner
from yett.rules.github_actions.known import ADVISORIES, advisories, imitated, version
from yett.rules.image import Image, image

CI = ".github/workflows/ci.yml"


def _judged(text: str, path: str = CI, others: dict[str, str] | None = None) -> list[tuple[str, Hit | Unknown]]:
    family = docker if path.endswith("Dockerfile") else github_actions
    tree = Tree.of({**(others or {}), path: text})
    return [(rule.id, said) for rule, said in family.judge(text, path, tree)]


def _hits(rule: str, text: str, path: str = CI, others: dict[str, str] | None = None) -> list[Hit]:
    return [said for name, said in _judged(text, path, others) if name == rule and isinstance(said, Hit)]


def _steps(steps: str, head: str = "on: push\n") -> str:
    return f"{head}jobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n{steps}"


def test_the_path_tells_a_workflow_from_an_action() -> None:
    action = "name: wrap\nruns:\n  using: composite\n  steps:\n    - uses: acme/setup@v1\n"
    assert _hits("github-actions/unpinned-uses", action, "action.yml")
    assert _hits("github-actions/unpinned-uses", action, ".github/actions/wrap/action.yaml")
    with pytest.raises(ParseError):
        _judged(action, CI)
    with pytest.raises(ParseError):
        _judged(action, ".github/workflows/action.yml")


def test_an_empty_file_says_nothing() -> None:
    assert _judged("# nothing here yet\n") == []


def test_a_template_of_a_dockerfile_is_not_judged() -> None:
    with pytest.raises(ParseError):
        _judged("FROM {{ image }}\nUSER root\n", "Dockerfile")


@pytest.mark.parametrize(
    ("action", "ref", "affected"),
    (
        ("tj-actions/changed-files", "v45.0.7", True),
        ("tj-actions/changed-files", "v46.0.1", False),
        ("tj-actions/changed-files", "v46", False),  # the newest of 46 is mended
        ("tj-actions/changed-files", "v44", True),
        ("tj-actions/changed-files", "main", False),  # nobody can tell
        ("actions/download-artifact", "v3", False),  # below what is affected
        ("actions/download-artifact", "v4.1.2", True),
        ("j178/prek-action", "v1.0.5", True),  # the last one affected
        ("j178/prek-action", "v1.0.6", False),
        ("acme/changed-files", "v1", False),
    ),
)
def test_which_versions_an_advisory_concerns(action: str, ref: str, affected: bool) -> None:
    assert bool(advisories(action, ref)) == affected


def test_the_table_of_advisories_is_well_formed() -> None:
    assert list(ADVISORIES) == sorted(ADVISORIES) or len(set(ADVISORIES)) == len(ADVISORIES)
    for name, advisory, introduced, fixed, last in ADVISORIES:
        assert name == name.lower()
        assert advisory.startswith("GHSA-")
        assert version(introduced)
        assert not (fixed and last)
        assert all(version(bound) for bound in (fixed, last) if bound)


@pytest.mark.parametrize(
    ("name", "meant"),
    (
        ("actions/checkout", ""),
        ("acme/checkout", ""),
        ("actions/setup-pythn", ""),  # no stranger can take a name of this owner
        ("peaceirs/actions-gh-pages", "peaceiris/actions-gh-pages"),
        ("action/checkout", "actions/checkout"),
        ("aactions/checkout", "actions/checkout"),
        ("actinos/checkout", "actions/checkout"),
        ("actoins/checkout", "actions/checkout"),
        ("acti0ns/checkout", "actions/checkout"),
        ("gihtub/codeql-action/init", "github/codeql-action"),
        ("actions/chekuot", ""),  # two slips
        ("", ""),
    ),
)
def test_names_that_imitate_others(name: str, meant: str) -> None:
    assert imitated(name) == meant


def _edited(text: str, edits: tuple[Edit, ...]) -> str:
    lines = text.split("\n")
    for edit in sorted(edits, reverse=True):
        head, tail = lines[edit.line - 1][: edit.column - 1], lines[edit.end_line - 1][edit.end_column - 1 :]
        lines[edit.line - 1 : edit.end_line] = (head + edit.text + tail).split("\n")
    return "\n".join(lines)


AFTER = "        with:\n          persist-credentials: false\n"
READ = "on: push\npermissions:\n  contents: read\n"


@pytest.mark.parametrize(
    ("step", "edited"),
    (
        (
            "      - uses: actions/checkout@v4\n",
            "      - uses: actions/checkout@v4\n        with:\n          persist-credentials: false\n",
        ),
        (
            "      - name: fetch\n        uses: actions/checkout@v4 # v4\n",
            "      - name: fetch\n        uses: actions/checkout@v4 # v4\n" + AFTER,
        ),
        (
            "      - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n",
            "      - uses: actions/checkout@v4\n" + AFTER + "          fetch-depth: 0\n",
        ),
    ),
)
def test_the_token_is_taken_off_the_disk(step: str, edited: str) -> None:
    text = _steps(step + "      - run: make\n", READ)
    (found,) = _hits("github-actions/artipacked", text)
    assert _edited(text, found.edits) == _steps(edited + "      - run: make\n", READ)
    assert not _hits("github-actions/artipacked", _edited(text, found.edits))


@pytest.mark.parametrize(
    "text",
    (
        _steps("      - uses: actions/checkout@v4\n"),  # nobody says what the token may do
        _steps("      - uses: actions/checkout@v4\n      - uses: acme/release@v1\n", READ),
        _steps("      - uses: actions/checkout@v4\n      - run: git describe\n", READ),
        _steps("      - uses: actions/checkout@v4\n        with: {submodules: true}\n", READ),
        _steps("      - uses: actions/checkout@v4\n        with: {fetch-depth: 0}\n", READ),
        _steps("      - {uses: actions/checkout@v4}\n", READ),
        _steps("      - uses: actions/checkout@v4\n", READ.replace("read", "write")),
    ),
)
def test_the_token_stays_where_it_may_be_wanted(text: str) -> None:
    (found,) = _hits("github-actions/artipacked", text)
    assert found.edits == ()


def test_permissions_are_limited_where_nothing_can_use_them() -> None:
    text = _steps("      - uses: actions/setup-python@v5\n      - run: make\n")
    (found,) = _hits("github-actions/excessive-permissions", text)
    assert "permissions:\n  contents: read\n\njobs:" in _edited(text, found.edits)
    for step in ("- uses: acme/deploy@v1", "- run: gh pr list\n        env: {GH_TOKEN: '${{ github.token }}'}"):
        (found,) = _hits("github-actions/excessive-permissions", _steps(f"      {step}\n"))
        assert found.edits == ()


COMMIT = "34e114876b0b11c390a56381ad16ebd13914f8d5"


def test_an_action_is_pinned_to_the_commit_that_others_call_the_same() -> None:
    text = _steps("      - uses: actions/checkout@v4.2.2\n        with: {persist-credentials: false}\n")
    other = _steps(f"      - uses: actions/checkout@{COMMIT} # v4.2.2\n")
    (found,) = _hits("github-actions/unpinned-uses", text, others={".github/workflows/other.yml": other})
    assert f"uses: actions/checkout@{COMMIT} # v4.2.2\n" in _edited(text, found.edits)
    (found,) = _hits("github-actions/unpinned-uses", text)
    assert found.edits == ()
    elsewhere = {".github/workflows/other.yml": other, ".github/workflows/third.yml": other.replace("34e1", "44e1")}
    (found,) = _hits("github-actions/unpinned-uses", text, others=elsewhere)
    assert found.edits == ()  # they do not agree


@pytest.mark.parametrize(
    ("expression", "flagged"),
    (
        ("github.event.thread.comments[0].body", True),  # a payload nobody listed, with an ending to distrust
        ("github.event.authors.name", True),
        ("github.event.repository.name", False),
        ("github.event.repository.default_branch", False),
        ("github.event.label.name", False),
        ("github.event.pull_request.base.ref", False),
        ("github.event.pull_request.number", False),
        ("github.event.pull_request.head.sha", False),
    ),
)
def test_fields_that_end_like_free_text_are_distrusted(expression: str, flagged: bool) -> None:
    text = _steps(f'      - run: echo "${{{{ {expression} }}}}"\n', "on: pull_request_target\n")
    assert bool(_hits("github-actions/template-injection", text)) == flagged


def test_one_line_that_becomes_many_can_set_other_variables() -> None:
    step = (
        "      - env:\n          TITLE: ${{ github.event.pull_request.title }}\n        run: |\n"
        "          lines=$(echo \"$TITLE\" | grep -o '[a-z=]*')\n"
        '          echo "lines=$lines" >> "$GITHUB_ENV"\n'
    )
    (found,) = _hits("github-actions/github-env-injection", _steps(step, "on: pull_request_target\n"))
    assert found.severity is Severity.MEDIUM
    assert not _hits("github-actions/github-env-injection", _steps(step, "on: push\n"))


@pytest.mark.parametrize(
    ("script", "package"),
    (
        ("npm install", ""),
        ("npm ci", ""),
        ("npm i -g eslint", "eslint"),
        ("npm install --registry https://npm.example.com lodash", "lodash"),
        ("npm install ./shop.tgz", ""),
        ("npm install @acme/shop@1.2.3", ""),
        ("npm install @acme/shop", "@acme/shop"),
        ("gem install rails -v 8.0.1", ""),
        ("gem install rails -- --with-x", "rails"),
        ("pip install -r requirements.txt", ""),
        ("pip install -U pip", ""),
        ("python3 -m pip install flask", "flask"),
        ("pip install flask==3.0.3 gunicorn", "gunicorn"),
        ("pip install -c constraints.txt flask", ""),
        ("uv tool install ruff", "ruff"),
        ("pipx install poetry==1.8.3", ""),
        ("go install example.com/tool@latest", "example.com/tool@latest"),
        ("go install example.com/tool@v1.2.3", ""),
    ),
)
def test_packages_that_nothing_pins(script: str, package: str) -> None:
    (command,) = shell.commands(script)
    found = loose_package(command, pinned=True)
    assert (found.text if found else "") == package


@pytest.mark.parametrize(
    ("script", "name"),
    (
        ("uvx zizmor .", "zizmor"),
        ("python -m bandit -r src", "bandit"),
        ("npm audit --audit-level high", "npm audit"),
        ("trivy --version", ""),
        ("make", ""),
    ),
)
def test_scanners_are_known_by_their_commands(script: str, name: str) -> None:
    (command,) = shell.commands(script)
    assert scanner(shell.argv(command)) == name


@pytest.mark.parametrize(
    ("text", "parts"),
    (
        ("python", Image("python", "", "")),
        ("python:3.12", Image("python", "3.12", "")),
        ("localhost:5000/shop", Image("localhost:5000/shop", "", "")),
        ("shop:1@sha256:00ff", Image("shop", "1", "sha256:00ff")),
        ("shop:1@v2", Image("shop", "1", "")),  # no digest
    ),
)
def test_what_the_name_of_an_image_tells(text: str, parts: Image) -> None:
    assert image(text) == parts


@pytest.mark.parametrize(
    ("ignore", "flagged"),
    (
        ({}, True),
        ({".dockerignore": "node_modules\n"}, True),
        ({".dockerignore": "**/.git/\n"}, False),
        ({"shop/.dockerignore": ".env*\n"}, False),
        ({"shop/Dockerfile.dockerignore": "*\n!src\n"}, False),
        ({"other/.dockerignore": "*\n"}, True),
    ),
)
def test_the_ignore_file_of_a_build_is_looked_for(ignore: dict[str, str], flagged: bool) -> None:
    found = _hits("docker/copy-everything", "FROM debian:12\nCOPY . /srv\n", "shop/Dockerfile", ignore)
    assert bool(found) == flagged


@pytest.mark.parametrize("family", (docker, github_actions))
def test_a_rule_names_its_own_family(family: object) -> None:
    prefix = "docker/" if family is docker else "github-actions/"
    rules = docker.rules() if family is docker else github_actions.rules()
    assert all(rule.id.startswith(prefix) for rule in rules)
    assert all(any(ref.startswith("CWE-") for ref in rule.refs) for rule in rules)


@pytest.mark.parametrize(
    ("uses", "flagged"),
    (
        ("tj-actions/changed-files@v40", True),
        ("tj-actions/changed-files@v47", False),  # it escapes what it hands on
        ("tj-actions/changed-files@v47\n        with: {safe_output: false}", True),
        ("tj-actions/changed-files@main", True),
        ("acme/changed-files@v40", False),
    ),
)
def test_which_names_of_files_are_handed_on_as_they_are(uses: str, flagged: bool) -> None:
    steps = f"      - id: files\n        uses: {uses}\n"
    text = _steps(steps + "      - run: lint ${{ steps.files.outputs.all_changed_files }}\n", "on: pull_request\n")
    assert bool(_hits("github-actions/template-injection", text)) == flagged


@pytest.mark.parametrize(
    ("ref", "flagged"),
    (
        ("v45", True),
        ("0e58ed8671d6b60d0890c21b07f8835ace038e67", True),  # what the tags were moved to
        ("ed68ef82c095e0d48ec87eccea555d944a631a4c # v44", False),  # a commit stays what it was
        ("ed68ef82c095e0d48ec87eccea555d944a631a4c # v35", True),  # an advisory about the code itself
    ),
)
def test_a_tag_that_was_moved_is_not_a_commit(ref: str, flagged: bool) -> None:
    text = _steps(f"      - uses: tj-actions/changed-files@{ref}\n")
    assert bool(_hits("github-actions/known-vulnerable-action", text)) == flagged


@pytest.mark.parametrize(
    ("on", "severity"),
    (
        ("on: workflow_dispatch\n", Severity.LOW),
        ("on: [push, workflow_dispatch]\n", Severity.LOW),
        ("on: [workflow_call, workflow_dispatch]\n", None),
    ),
)
def test_who_sets_an_input(on: str, severity: Severity | None) -> None:
    text = _steps("      - run: ./ship ${{ inputs.version }}\n", on)
    said = [(name, one) for name, one in _judged(text) if name.endswith("-injection") and isinstance(one, Hit)]
    assert [(name, one.severity) for name, one in said] == [("github-actions/input-injection", severity)]


def test_what_other_programs_send_along_is_not_typed() -> None:
    text = _steps("      - run: ./ship ${{ github.event.client_payload.v }}\n", "on: repository_dispatch\n")
    assert _hits("github-actions/template-injection", text)
    assert not _hits("github-actions/input-injection", text)


@pytest.mark.parametrize(
    ("on", "value", "flagged"),
    (
        ("release", "${{ github.ref == 'refs/heads/main' }}", False),
        ("release", "${{ github.event_name == 'release' }}", True),
        ("release", "${{ matrix.os == 'linux' }}", False),  # only a run tells
        ("{push: {tags: ['v*']}}", "${{ github.event_name == 'release' }}", False),
        ("{push: {tags: ['v*'], branches: [main]}}", "${{ github.ref_type == 'tag' }}", True),
        ("{push: {tags: ['v*'], branches: [main]}}", "${{ github.ref_type != 'tag' }}", False),
        ("{push: {tags: ['v*'], branches: [release]}}", "true", False),  # and nothing is seen to be published
        ("{push: {branches: [main]}}", "${{ github.ref_type == 'tag' }}", False),
    ),
)
def test_whether_a_cache_is_on_for_a_release(on: str, value: str, flagged: bool) -> None:
    step = f"      - uses: astral-sh/setup-uv@v6\n        with:\n          enable-cache: {value}\n"
    assert bool(_hits("github-actions/cache-poisoning", _steps(step, f"on: {on}\n"))) == flagged


@pytest.mark.parametrize(
    ("with_", "flagged"),
    (
        ("{path: .env}", False),  # left out since 4.4
        ("{path: .env, include-hidden-files: true}", True),
        ("{path: home/.aws/credentials}", True),
        ("{path: '!id_rsa'}", False),
        ("{path: id_rsa.pub}", False),
        ("{path: infra/terraform.tfstate}", True),
    ),
)
def test_which_files_leave_with_an_artifact(with_: str, flagged: bool) -> None:
    text = _steps(f"      - uses: actions/upload-artifact@v4\n        with: {with_}\n")
    assert bool(_hits("github-actions/secret-in-artifact", text)) == flagged
    early = text.replace("artifact@v4", "artifact@v3")
    assert bool(_hits("github-actions/secret-in-artifact", early)) == (flagged or with_ == "{path: .env}")


def test_inputs_that_are_computed_may_hold_anything() -> None:
    text = _steps("      - uses: actions/checkout@v4\n        with: ${{ fromJSON(vars.CHECKOUT) }}\n")
    assert not _hits("github-actions/artipacked", text)
    assert [said.what for name, said in _judged(text) if name.endswith("artipacked") and isinstance(said, Unknown)]


@pytest.mark.parametrize(
    ("line", "flagged"),
    (
        ("WORKDIR app", True),
        ("WORKDIR ../app", True),
        ("WORKDIR $HOME", False),
        ("WORKDIR /app", False),
        ("WORKDIR C:\\\\app", False),
        ("WORKDIR %HOME%", False),
    ),
)
def test_a_folder_that_is_relative(line: str, flagged: bool) -> None:
    assert bool(_hits("docker/relative-workdir", f"FROM debian:12\n{line}\n", "Dockerfile")) == flagged
