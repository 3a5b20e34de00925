"""Conditions and expressions that say something else than they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import expression
from yett.parse.expression import Call, Chain, Context, Literal, Tree, walk
from yett.parse.workflow import Expression, Step, Workflow, is_dynamic, whole
from yett.parse.yaml import Mapping, Scalar, Sequence
from yett.rules.github_actions.references import uses
from yett.rules.hits import hit, short

_EXPRESSIONS = "https://docs.github.com/en/actions/reference/workflows-and-actions/expressions"

UNSOUND_TERNARY = Rule(
    id="github-actions/unsound-ternary",
    title="Choice that never gives its first value",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "`condition && a || b` gives b whenever a is empty, 0 or false: the branch for the trusted case is never "
        "taken, whatever the condition says."
    ),
    fix="Turn the condition round, so that the empty value stands last: `!condition && b || ''`.",
    refs=("CWE-783", "CWE-670", _EXPRESSIONS + "#operators"),
    bad=(
        """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy ${{ github.ref == 'refs/heads/main' && '' || '--dry-run' }}  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy ${{ github.ref != 'refs/heads/main' && '--dry-run' || '' }}
        if: github.event_name == 'push' && true || inputs.force
""",
    ),
)


def expressions(workflow: Workflow) -> Iterator[Expression]:
    """Every expression of the document, and every condition."""
    yield from workflow.expressions(workflow.root)
    for job in workflow.jobs:
        for node in (job.node, *(step.node for step in job.steps)):
            scalar = node.get("if")
            if isinstance(scalar, Scalar) and "${{" not in scalar.text:
                condition = workflow.condition(node)
                if condition:
                    yield condition


def unsound_ternary(workflow: Workflow) -> Iterator[Hit]:
    for found in expressions(workflow):
        for part in walk(found.tree) if found.tree else ():
            match part:
                case Chain(operator="||", operands=(Chain(operator="&&", operands=chosen), *_)) if _is_empty(
                    chosen[-1]
                ):
                    yield hit(
                        found.span,
                        f"`{short(found.text)}` never gives its first value, which counts as false",
                        subject=f"ternary {short(found.text, 300)}",
                    )
                    break


def _is_empty(tree: Tree) -> bool:
    return isinstance(tree, Literal) and not tree.value


OBFUSCATION = Rule(
    id="github-actions/obfuscation",
    title="Written so that its meaning is hidden",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A path with detours, an index that is computed or an expression that comes to a constant does the same as the "
        "plain form, and is missed by whoever searches for that."
    ),
    fix="Write it plainly.",
    refs=("CWE-506", "PCI DSS 6.2.3", _EXPRESSIONS),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: github/codeql-action/./init@v3  # <- here
      - uses: actions/cache/save/../restore@v4  # <- here
      - uses: actions/checkout/@v4  # <- here
      - run: echo ${{ format('{0}/{1}', 'octo', 'cat') }}  # <- here
      - run: echo ${{ inputs[inputs.name] }}  # <- here
      - run: make
        if: true || false  # <- here
      - run: echo ${{ fromJSON(toJSON(github.actor)) }}  # <- here
      - uses: actions/cache@v4
        with: ${{ fromJSON(vars.CACHE) }}  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: github/codeql-action/init@v3
      - uses: ./.github/actions/setup
      - run: echo ${{ format('{0}/{1}', github.actor, 'x') }} ${{ github.event.commits[0].message }}
      - run: make
        if: false
      - run: make
        if: ${{ !contains(fromJSON('["push"]'), github.event_name) }}
      - run: make ${{ fromJSON(needs.plan.outputs.matrix)[0] }}
""",
    ),
)
_DETOUR = r"/(?:/|\.{1,2}(?:/|$)|$)"


def obfuscation(workflow: Workflow) -> Iterator[Hit]:
    for use in uses(workflow):
        name = use.at.text.strip().partition("@")[0]
        if re.search(_DETOUR, name):
            yield hit(
                workflow.span(use.at, 0, len(name)),
                f"the path of {short(name)} has a detour",
                fix="Write the path plainly, as `owner/name/path`.",
                subject=f"{use.path} {name}",
            )
    for job, step in workflow.steps():
        given = step.text("with")
        if given and is_dynamic(given.text):
            yield hit(
                whole(given),
                f"the inputs of {step.label} are computed, names and all",
                fix="Write the names of the inputs, and compute their values.",
                subject=f"{workflow.path(job, step)} with",
            )
    for found in expressions(workflow):
        what = _hidden(found.tree) if found.tree else ""
        if what:
            yield hit(
                found.span,
                f"`{short(found.text)}` {what}",
                subject=f"obfuscated {short(found.text, 300)}",
            )


def _hidden(tree: Tree) -> str:
    """What is hidden in an expression; "" for nothing."""
    for part in walk(tree):
        match part:
            case Context(parts=parts) if "?" in parts:
                if parts[0] in ("inputs", "env", "secrets", "vars", "github") and part.computed:
                    return "reads a name that is computed"
            case Call(name="fromjson", arguments=(Call(name="tojson"),), parts=()):
                return "turns a value into text and back"
            case Call(name="format" | "startswith" | "endswith" | "contains", arguments=arguments) if _fixed(arguments):
                return "comes to a constant"
            case Chain(operands=operands) if _fixed(operands):
                return "comes to a constant"
            case Chain(operator="&&" | "||" as operator, operands=(Literal(value=value), *_)):
                if operator == "||" or value:
                    return "has a part that decides nothing"
    return "comes to a constant" if isinstance(tree, Literal) and tree.value not in (False, True) else ""


def _fixed(trees: tuple[Tree, ...]) -> bool:
    return all(_is_fixed(tree) for tree in trees)


def _is_fixed(tree: Tree) -> bool:
    match tree:
        case Literal():
            return True
        case Call(name="format", arguments=arguments):
            return _fixed(arguments)
        case Chain(operands=operands):
            return _fixed(operands)
    return False


SWITCHED_OFF = Rule(
    id="github-actions/security-check-off",
    title="Security check never runs, or not for every change",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "A scanner behind a condition that never holds, or in a workflow that other paths do not start, stays green "
        "for what it did not look at."
    ),
    fix="Leave out the condition, and the `paths` of the workflow that scans.",
    refs=(
        "CWE-693",
        "PCI DSS 6.5.1",
        "PCI DSS 6.2.3",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onpushpull_requestpull_request_targetpathspaths-ignore",
    ),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on: push
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps:
      - uses: gitleaks/gitleaks-action@v2
        if: false  # <- here
  audit:
    if: ${{ false }}  # <- here
    runs-on: ubuntu-24.04
    steps: [{run: pip-audit}]
""",
        """\
on:
  pull_request:
    paths-ignore:  # <- here
      - docs/**
      - services/legacy/**
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps: [{run: gitleaks detect}]
""",
    ),
    good=(
        """\
on:
  pull_request:
    paths-ignore: ["docs/**", "*.md"]
  push:
    branches: [main]
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps:
      - uses: gitleaks/gitleaks-action@v2
        if: github.event_name == 'push'
""",
        """\
on:
  pull_request:
    paths: [".github/**"]
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps: [{run: zizmor .}]
  docs:
    if: false
    runs-on: ubuntu-24.04
    steps: [{run: make docs}]
""",
    ),
)
NOT_REQUIRED = Rule(
    id="github-actions/yett-not-required",
    title="The gate is not asked about every change",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "A gate that runs on pull requests alone does not see what is pushed to the main branch, one that runs on "
        "pushes alone comes too late, and one with `paths` never sees the other files."
    ),
    fix="Start it by `pull_request` and by `push` of the default branch, without `paths`.",
    refs=(
        "CWE-693",
        "PCI DSS 6.5.1",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#on",
    ),
    bad=(
        """\
on: push  # <- here
jobs:
  gate:
    runs-on: ubuntu-24.04
    steps: [{run: yett check}]
""",
        """\
on:
  push: {branches: [main]}
  pull_request:
    paths: ["src/**"]  # <- here
jobs:
  gate:
    runs-on: ubuntu-24.04
    steps: [{run: uvx yett check}]
""",
    ),
    good=(
        """\
on:
  push: {branches: [main]}
  pull_request:
jobs:
  gate:
    runs-on: ubuntu-24.04
    steps: [{run: yett check}]
""",
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
    ),
)


def not_required(workflow: Workflow) -> Iterator[Hit]:
    gates = [step for _, step in workflow.steps() if is_gate(step)]
    if not gates or workflow.kind == "action" or "workflow_call" in workflow.triggers:
        return
    for name in ("pull_request", "push"):
        trigger = workflow.triggers.get(name)
        others = {"merge_group", "pull_request_target"} if name == "pull_request" else set()
        started = set(workflow.triggers)
        if trigger is None and started & {"push", "pull_request"} and not started & others:
            yield hit(
                whole(next(iter(workflow.triggers.values())).at),
                f"the gate is not started by {name}",
                fix=f"Add `{name}:` to `on:`.",
                subject=f"on.{name} missing",
            )
        key = _narrowed(trigger.config) if trigger else None
        if key:
            yield hit(
                whole(key),
                f"the gate is not started by a {name} that these {key.text} leave out",
                fix=f"Leave `{key.text}` out of {name}.",
                subject=f"on.{name}.{key.text}",
            )


def is_gate(step: Step) -> bool:
    """Whether a step runs yett."""
    from yett.rules.github_actions.security_step_soft_fail import scanner

    return scanner(step).rpartition("/")[2] in ("yett", "yett-action")


_WHOLE_TREE = ("gitleaks", "trufflehog", "semgrep", "detect-secrets", "betterleaks", "kingfisher", "bandit")
_HARMLESS = r"!?(?:\*\*/)?(?:docs?(?:/.*)?|.*\.(?:md|rst|txt|adoc)|LICENSE.*|\.gitignore|\.editorconfig)"


def security_check_off(workflow: Workflow) -> Iterator[Hit]:
    from yett.rules.github_actions.security_step_soft_fail import scanner

    names: set[str] = set()
    for job in workflow.jobs:
        scanners = [(step, name) for step in job.steps if (name := scanner(step))]
        names.update(name for _, name in scanners)
        if not scanners:
            continue
        nodes = [(job.node, workflow.path(job), scanners[0][1])]
        nodes += [(step.node, workflow.path(job, step), name) for step, name in scanners]
        for node, path, name in nodes:
            condition = workflow.condition(node)
            at = node.get("if")
            never = condition and condition.tree and expression.decide(condition.tree, {}) is False
            if never and isinstance(at, Scalar):
                yield hit(
                    whole(at),
                    f"{short(name)} never runs: the condition never holds",
                    fix=f"Leave out `if: {short(at.text, 40)}`.",
                    subject=f"{path}.if never",
                )
    whole_tree = sorted(name for name in names if any(one in name for one in _WHOLE_TREE))
    for trigger in workflow.triggers.values() if whole_tree else ():
        key = _narrowed(trigger.config)
        if key and trigger.name in ("pull_request", "push", "pull_request_target", "merge_group"):
            yield hit(
                whole(key),
                f"{short(whole_tree[0])} is not started by a {trigger.name} that these {key.text} leave out",
                fix=f"Leave `{key.text}` out of {trigger.name}, or scan in a workflow of its own.",
                subject=f"on.{trigger.name}.{key.text} {whole_tree[0]}",
            )


def _narrowed(config: object) -> Scalar | None:
    """The key that keeps changes of code from starting a workflow."""
    if not isinstance(config, Mapping):
        return None
    for name in ("paths", "paths-ignore"):
        value, key = config.get(name), config.key(name)
        globs = [item.text for item in value.items if isinstance(item, Scalar)] if isinstance(value, Sequence) else []
        if key and name == "paths" and globs and "**" not in globs and "*" not in globs:
            return key
        if key and name == "paths-ignore" and any(not re.fullmatch(_HARMLESS, glob) for glob in globs):
            return key
    return None


RULES = (
    (UNSOUND_TERNARY, unsound_ternary),
    (OBFUSCATION, obfuscation),
    (SWITCHED_OFF, security_check_off),
    (NOT_REQUIRED, not_required),
)
