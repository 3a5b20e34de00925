from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_escape import COMMAND, FORBIDDEN
from tests.verdicts import DEBUG, EXEC, HOSTILE_WORDS, RULES, STRIPE
from yett import __version__, guide
from yett.arguments import parser
from yett.errors import YettError
from yett.model import Action, Rule, Severity
from yett.policy import defaults, load
from yett.rules import catalogue
from yett.rules.policy import rules as policy_rules
from yett.rules.topics import TOPICS, by_requirement, by_topic

ROOT = Path(__file__).parent.parent
EVERYTHING = guide.Seen(python=True, lockfiles=True, dockerfiles=True, workflows=True)
NOTHING = guide.Seen(python=False, lockfiles=False, dockerfiles=False, workflows=False)

# Rules


def test_explain() -> None:
    assert guide.explain(EXEC) == (
        "python/exec-used: Use of exec()\n"
        "high severity, medium confidence, can block, since 0.1.0\n"
        "\n"
        "Why\n"
        "  Text that becomes code is one forgotten check away from running what a visitor typed.\n"
        "\n"
        "Example\n"
        "  caught:\n"
        "    exec(body)\n"
        "  left alone:\n"
        "    HANDLERS[name](body)\n"
        "\n"
        "Fix\n"
        "  Call the function by name, or look it up in a dict of allowed ones.\n"
        "\n"
        "References\n"
        "  CWE-94\n"
        "  OWASP A05:2025\n"
        "  https://docs.python.org/3/library/functions.html#exec"
    )


def test_the_page_has_the_same_frame() -> None:
    assert guide.rule_page(EXEC) == (
        "# python/exec-used\n"
        "\n"
        "Use of exec().\n"
        "\n"
        "Severity high, confidence medium, can block. Since 0.1.0.\n"
        "\n"
        "## Why\n"
        "\n"
        "Text that becomes code is one forgotten check away from running what a visitor typed.\n"
        "\n"
        "## Example\n"
        "\n"
        "Caught:\n"
        "\n"
        "```python\n"
        "exec(body)\n"
        "```\n"
        "\n"
        "Left alone:\n"
        "\n"
        "```python\n"
        "HANDLERS[name](body)\n"
        "```\n"
        "\n"
        "## Fix\n"
        "\n"
        "Call the function by name, or look it up in a dict of allowed ones.\n"
        "\n"
        "## References\n"
        "\n"
        "- [CWE-94](https://cwe.mitre.org/data/definitions/94.html)\n"
        "- OWASP A05:2025\n"
        "- <https://docs.python.org/3/library/functions.html#exec>\n"
    )


def test_a_rule_without_examples_or_references_has_no_empty_headings() -> None:
    assert "## Example" not in guide.rule_page(DEBUG)
    assert "## References" not in guide.rule_page(DEBUG)
    assert "Example" not in guide.explain(DEBUG)


def test_examples_can_hold_anything() -> None:
    rule = EXEC._replace(bad=HOSTILE_WORDS, good=HOSTILE_WORDS)
    for text in (guide.explain(rule), guide.rule_page(rule)):
        assert not COMMAND.search(text)
        assert not FORBIDDEN.search(text.replace("\n", ""))
        text.encode()


@pytest.mark.parametrize(
    ("example", "shown"),
    (
        ("describe the prefix ghp_ in words", "describe the prefix ghp_ in words"),
        ('os.environ["AWS_SECRET_ACCESS_KEY"]', 'os.environ["AWS_SECRET_ACCESS_KEY"]'),
        ("https://hooks.example.com/services", "https://hooks.example.com/services"),
        ("SharedAccessSignature", "SharedAccessSignature"),
        ("us-east-1", "us-east-1"),
        ("ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "ghp_a1B2***"),
        ("hf_" + "woYCZAqxSaFWkBwtbVPqJnoHWFrSWmmAys", "hf_woYCZ***"),
        ("postgres://shop:" + "t7Vq2LxZw9" + "@db/x", "postgres://shop:t7***@db/x"),
        ("-----BEGIN EC PRIVATE" + " KEY-----\nMHcCAQEEIBkg9", "-----BEGIN EC PRIVATE *** KEY-----\nMHc***"),
    ),
)
def test_examples_of_secrets_show_their_shape_alone(example: str, shown: str) -> None:
    assert guide.shown(STRIPE, example) == shown
    assert guide.shown(EXEC, example) == example


def test_prose_is_no_markup_by_accident() -> None:
    page = guide.rule_page(EXEC._replace(why="Use `a <b> *c*` for <b>, * and |.", fix="one\n  two"))
    assert "Use `a <b> *c*` for &lt;b>, \\* and \\|.\n" in page
    assert "## Fix\n\n```text\none\n  two\n```\n" in page


def test_table() -> None:
    assert guide.rules_table((STRIPE, DEBUG)) == (
        "python/flask-debug       medium    block  Flask in debug mode\n"
        "secrets/stripe-live-key  critical  block  Stripe live secret key\n"
        "2 rules; more about one: yett explain RULE"
    )
    assert guide.rules_table(()) == "no rule fits"
    assert max(map(len, guide.rules_table((DEBUG._replace(title="x" * 200),), 80).split("\n"))) == 80


def test_index() -> None:
    text = guide.rules_index((STRIPE, DEBUG, EXEC))
    assert [line for line in text.split("\n") if line.startswith("## ")] == ["## python: 2", "## secrets: 1"]
    assert "| [python/exec-used](python/exec-used.md) | high | block | Use of exec() |\n" in text


@pytest.mark.parametrize(
    ("typed", "meant"),
    (
        ("python/exec-use", "python/exec-used"),
        ("exec-used", "python/exec-used"),
        ("pyhton/exec_used", "python/exec-used"),
        ("root-usr", "docker/root-user"),
        ("xyz", ""),
        ("", ""),
    ),
)
def test_suggest(typed: str, meant: str) -> None:
    assert guide.suggest(typed, [rule.id for rule in RULES]) == meant


def test_rules_about_the_gate() -> None:
    found = {rule.id: (rule.level, rule.severity) for rule in policy_rules()}
    assert found == {
        "policy/changed": (Action.WARN, Severity.MEDIUM),
        "policy/invalid": (Action.BLOCK, Severity.HIGH),
        "policy/too-many-suppressions": (Action.BLOCK, Severity.HIGH),
        "policy/waivers-changed": (Action.WARN, Severity.MEDIUM),
    }
    assert all(rule.title and rule.why and rule.fix and rule.refs for rule in policy_rules())


# What `yett init` writes


def _policy(text: str) -> Any:
    return load.load(lambda path: text.encode() if path == ".yett.yaml" else None)


@pytest.mark.parametrize("seen", (EVERYTHING, NOTHING))
def test_the_policy_is_the_default_one(seen: guide.Seen) -> None:
    read = _policy(guide.policy_text(seen))
    assert {key: each.value for key, each in read.values.items()} == {
        key: each.value for key, each in defaults().values.items()
    }


def test_every_line_that_is_commented_out_says_the_default() -> None:
    text = guide.policy_text(EVERYTHING)
    read = _policy(re.sub(r"^#(?! \S)", "", text, flags=re.MULTILINE))  # prose has one space behind the sign
    said = {key: each for key, each in read.values.items() if each.source.startswith(".yett.yaml")}
    assert len(said) > 25
    assert {key: each.value for key, each in said.items()} == {key: defaults().values[key].value for key in said}


def test_the_examples_in_the_policy_are_valid() -> None:
    examples = re.findall(r"^# .*: ((?:rules|paths): \{.*\})$", guide.policy_text(EVERYTHING), re.MULTILINE)
    assert len(examples) == 2
    read = _policy("\n".join(["version: 1", *examples]))
    assert [glob for glob, *_ in read.rules] == ["github-actions/unpinned-uses"]
    assert [glob for glob, _ in read.paths] == ["services/payments/**"]


def test_the_policy_names_what_was_found() -> None:
    assert "# Found here: Python, requirements or lock files, containers, workflows.\n" in guide.policy_text(EVERYTHING)
    assert "Found here" not in guide.policy_text(NOTHING)
    assert "# Found here: workflows.\n" in guide.policy_text(NOTHING._replace(workflows=True))


def test_the_pre_commit_entry_runs_the_published_hook() -> None:
    (hook,) = yaml.safe_load(guide.pre_commit_entry())["repos"][0]["hooks"]
    published = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    same = next(each for each in published if each["id"] == "yett")
    shared = set(hook) - {"additional_dependencies"}
    assert {key: hook[key] for key in shared} == {key: same[key] for key in shared}
    assert set(same) - set(hook) == {"description", "minimum_pre_commit_version"}  # a local hook has neither
    assert hook["additional_dependencies"] == [f"yett=={__version__}"]


def test_the_pre_commit_entry_of_a_repository() -> None:
    entry = yaml.safe_load(guide.pre_commit_entry("https://git.example/yett"))
    assert entry == {
        "repos": [{"repo": "https://git.example/yett", "rev": f"v{__version__}", "hooks": [{"id": "yett"}]}]
    }
    assert yaml.safe_load(guide.pre_commit_entry("https://git.example/yett", "abc"))["repos"][0]["rev"] == "abc"


def test_the_workflow(tmp_path: Path) -> None:
    text = guide.workflow_text()
    workflow = yaml.safe_load(text)
    assert set(workflow[True]) == {"push", "pull_request", "merge_group"}  # YAML 1.1 reads `on` as true
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "read"}
    assert job["steps"][0]["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]) for step in job["steps"] if "uses" in step)
    assert not any("${{" in step.get("run", "") for step in job["steps"])
    assert f"pip install --disable-pip-version-check yett=={__version__}\n" in text
    path = tmp_path / "yett.yml"
    path.write_text(text, encoding="utf-8")
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("event", "known", "kind"),
    (
        ("push", True, "range"),
        ("push", False, "tree"),  # a new branch, or one that was pushed over
        ("pull_request", True, "range"),
        (
            "pull_request",
            False,
            "range",
        ),  # yett then says that the base is missing: a change never brings its own policy
    ),
)
def test_the_workflow_chooses_its_target(tmp_path: Path, event: str, known: bool, kind: str) -> None:
    """The last step, run by a shell against commands that only say how they were called."""
    step = yaml.safe_load(guide.workflow_text())["jobs"]["yett"]["steps"][-1]
    (tmp_path / "git").write_text(f"#!/bin/sh\nexit {0 if known else 128}\n")
    (tmp_path / "yett").write_text('#!/bin/sh\necho "$@"\nexit 3\n')
    for name in ("git", "yett"):
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "BASE": "b" * 40, "HEAD": "h" * 40, "GITHUB_STEP_SUMMARY": "s"}
    environment["GITHUB_EVENT_NAME"] = event
    ran = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]], env=environment, capture_output=True, text=True, check=False
    )
    target = f"--range {'b' * 40}..{'h' * 40}" if kind == "range" else f"--tree {'h' * 40}"
    assert ran.stdout == f"check {target} --output markdown:s\n"
    assert ran.returncode == 3  # the verdict is the step's
    parser().parse_args(ran.stdout.split())  # and the command line takes it


# Generated documents


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "document.py"))


def test_documents(document: dict[str, Any]) -> None:
    pages = dict(document["documents"](RULES))
    assert set(pages) == {
        "docs/rules/README.md",
        *(f"docs/rules/{rule.id}.md" for rule in RULES),
        "docs/schema/verdict-1.json",
        "docs/schema/policy-1.json",
        "docs/cli.md",
        "docs/topics.md",
    }
    assert pages["docs/rules/python/exec-used.md"] == guide.rule_page(EXEC)
    assert json.loads(pages["docs/schema/verdict-1.json"])["properties"]["schema"] == {"const": "yett/verdict/1"}
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in pages.values())


def test_every_command_is_in_the_documents(document: dict[str, Any]) -> None:
    text = document["commands"](parser())
    for heading in ("## yett\n", "## yett check\n", "## yett policy show\n", "## yett advisories update\n"):
        assert heading in text
    assert "| `--range BASE..HEAD` | " in text
    assert "| `--tree [REV]` | " in text
    assert "| `RULE` | " in text


def test_writing_then_checking(document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main = document["main"]
    main.__globals__["catalogue"] = lambda: RULES
    old = tmp_path / "docs" / "rules" / "python" / "gone.md"
    old.parent.mkdir(parents=True)
    old.write_text("# gone\n")
    assert main(["--check"], tmp_path) == 1
    assert "docs/rules/python/gone.md differs" in capsys.readouterr().out
    assert old.exists()  # nothing was touched
    assert main([], tmp_path) == 0
    assert not old.exists()
    assert main(["--check"], tmp_path) == 0
    page = tmp_path / "docs" / "rules" / "python" / "exec-used.md"
    page.write_text(page.read_text() + "by hand\n")
    capsys.readouterr()
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out == "docs/rules/python/exec-used.md differs: run scripts/document.py\n"


@pytest.mark.parametrize("name", ("../evil/x", "python/../x", "python", "a/b/c", "a/b c", "/x", "x/"))
def test_a_rule_cannot_write_elsewhere(document: dict[str, Any], name: str) -> None:
    with pytest.raises(YettError, match="is no `family/name`"):
        document["checked"]((EXEC._replace(id=name),))


def test_two_rules_cannot_share_a_page(document: dict[str, Any]) -> None:
    with pytest.raises(YettError, match="two rules python/exec-used"):
        document["checked"]((EXEC, EXEC))


def test_rules_are_sorted_by_id(document: dict[str, Any]) -> None:
    found: tuple[Rule, ...] = document["checked"](RULES)
    assert [rule.id for rule in found] == sorted(rule.id for rule in RULES)


def test_every_topic_has_rules_and_nearly_every_rule_a_topic() -> None:
    rules = catalogue()
    topics = by_topic(rules)
    assert list(topics) == [topic.title for topic in TOPICS]
    told = {rule.id for own in topics.values() for rule in own}
    left = [rule.id for rule in rules if rule.id not in told and not rule.id.startswith(("secrets/", "policy/"))]
    assert left == []


def test_requirements_are_in_the_order_of_the_standard() -> None:
    numbers = list(by_requirement(catalogue()))
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])
    assert "6.2.4" in numbers


def test_the_page_of_topics_links_to_pages() -> None:
    page = guide.topics_page(catalogue())
    assert "## Encryption in transit" in page
    assert "[weak-tls](rules/nginx/weak-tls.md)" in page or "(rules/nginx/" in page
    assert "no statement of compliance" in page
