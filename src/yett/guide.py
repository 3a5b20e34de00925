"""The texts that teach: what a rule is, as a page and in a terminal, and what `yett init` writes. Text out, no IO."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from yett import __version__
from yett.lean import NamedTuple
from yett.model import Action, Rule
from yett.report.escape import cut, fenced, terminal

_ACTIONS = {Action.BLOCK: "can block", Action.WARN: "warns at most", Action.INFO: "informs only"}
_LANGUAGES = {"python": "python", "docker": "dockerfile", "github-actions": "yaml"}


class Seen(NamedTuple):
    """What kinds of files a repository holds."""

    python: bool
    lockfiles: bool
    dockerfiles: bool
    workflows: bool


# Rules


def explain(rule: Rule, width: int = 100) -> str:
    """A rule for a terminal: what, why, example, fix, references, since."""
    head = f"{rule.id}: {rule.title}"
    facts = (
        f"{rule.severity.word} severity, {rule.confidence.word} confidence, {_ACTIONS[rule.level]}, since {rule.since}"
    )
    parts = [f"{terminal(head)}\n{facts}"]
    for title, body in (("Why", rule.why), ("Example", ""), ("Fix", rule.fix), ("References", "\n".join(rule.refs))):
        lines = list(_examples(rule)) if title == "Example" else _paragraphs(body, width)
        if lines:
            parts.append("\n".join([title, *(f"  {line}".rstrip() for line in lines)]))
    return "\n\n".join(parts)


def _paragraphs(text: str, width: int) -> list[str]:
    import textwrap

    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        safe = terminal(line)
        if safe.startswith(" ") or len(safe) <= width - 2:
            lines.append(safe)
        else:
            lines += textwrap.wrap(safe, width - 2, break_long_words=False, break_on_hyphens=False)
    return lines if any(lines) else []


def _examples(rule: Rule) -> Iterator[str]:
    for title, examples in (("caught:", rule.bad), ("left alone:", rule.good)):
        for number, example in enumerate(examples):
            yield title if number == 0 else ""
            yield from (f"  {terminal(line)}" for line in shown(rule, example).split("\n"))


def shown(rule: Rule, example: str) -> str:
    """An example as it can be printed, without the marks its test goes by.

    A secret's shape is enough, and a whole one would set off every scanner.
    """
    text = re.sub(r"(?m)^[ \t]*# next\n|[ \t]*# <- here$", "", example.strip("\n"))
    if not rule.id.startswith("secrets/"):
        return text
    text = text.replace("PRIVATE KEY", "PRIVATE *** KEY")
    return re.sub(r"[A-Za-z0-9_+][A-Za-z0-9_+-]{4,}[A-Za-z0-9_+]", _masked, text)


def _masked(match: re.Match[str]) -> str:
    """A run of characters as it is if it reads like words, else its beginning."""
    run = match[0]
    words = r"[A-Za-z][a-z]*(?:[A-Z][a-z]{2,})*|[A-Z]+"
    if re.fullmatch(rf"(?:{words})(?:[-_+]+(?:{words}))*(?:[-_]?\d{{1,2}})?", run):
        return run
    return f"{run[: min(8, len(run) // 4)]}***"


def rule_page(rule: Rule) -> str:
    """A rule as a page of Markdown, in the same frame as `explain`."""
    parts = [
        f"# {rule.id}",
        _prose(rule.title) + ".",
        f"Severity {rule.severity.word}, confidence {rule.confidence.word}, {_ACTIONS[rule.level]}. "
        f"Since {rule.since}.",
        f"## Why\n\n{_body(rule.why)}",
    ]
    language = _LANGUAGES.get(rule.id.partition("/")[0], "text")
    blocks = [
        f"{title}:\n\n" + "\n\n".join(fenced(_plain(shown(rule, example)), language) for example in examples)
        for title, examples in (("Caught", rule.bad), ("Left alone", rule.good))
        if examples
    ]
    if blocks:
        parts.append("\n\n".join(["## Example", *blocks]))
    parts.append(f"## Fix\n\n{_body(rule.fix)}")
    if rule.refs:
        parts.append("## References\n\n" + "\n".join(f"- {_reference(ref)}" for ref in rule.refs))
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Lines of an example with whatever cannot be seen written out."""
    return "\n".join(terminal(line) for line in text.split("\n"))


def _body(text: str) -> str:
    """A paragraph, or a snippet where the text has lines of its own."""
    lines = text.strip("\n").split("\n")
    if len(lines) == 1:
        return _prose(lines[0].strip())
    if any(line.startswith((" ", "\t")) for line in lines):
        return fenced("\n".join(lines), "text")
    return "\n\n".join(_prose(line) for line in lines if line.strip())


def _prose(text: str) -> str:
    """Our own words as Markdown: code spans stay, and what would be HTML or emphasis by accident does not."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        part if number % 2 else part.replace("&", "&amp;").replace("<", "&lt;").replace("*", "\\*").replace("|", "\\|")
        for number, part in enumerate(parts)
    )


def _reference(ref: str) -> str:
    found = re.fullmatch(r"CWE-(\d+)", ref)
    if found:
        return f"[{ref}](https://cwe.mitre.org/data/definitions/{found[1]}.html)"
    return f"<{ref}>" if ref.startswith("https://") else _prose(ref)


def rules_table(rules: Iterable[Rule], width: int = 100) -> str:
    """Rules for a terminal, one a line, with how many there are."""
    listed = sorted(rules, key=lambda rule: rule.id)
    if not listed:
        return "no rule fits"
    longest = max(len(rule.id) for rule in listed)
    lines = [
        cut(
            f"{rule.id:<{longest}}  {rule.severity.word:<8}  {rule.level.word:<5}  {terminal(rule.title)}",
            max(width, 60),
        )
        for rule in listed
    ]
    return "\n".join(
        [*lines, f"{len(listed):,} rule{'s' if len(listed) > 1 else ''}; more about one: yett explain RULE"]
    )


def rules_index(rules: Iterable[Rule]) -> str:
    """Rules as a page of Markdown that links to the page of each."""
    listed = sorted(rules, key=lambda rule: rule.id)
    families = dict.fromkeys(rule.id.partition("/")[0] for rule in listed)
    own = {family: [rule for rule in listed if rule.id.partition("/")[0] == family] for family in families}
    parts = [
        "# Rules",
        "Generated from the rules themselves. `yett explain RULE` says the same in a terminal.",
        " · ".join(f"[{family}](#{family}-{len(rules)})" for family, rules in own.items()),
    ]
    for family, rules in own.items():
        rows = [
            f"| [{one.id}]({one.id}.md) | {one.severity.word} | {one.level.word} | {_prose(one.title)}{_page(one)} |"
            for one in rules
        ]
        parts.append("\n".join([f"## {family}: {len(rules)}", "", "| Rule | Severity | At most | What |",
                                "| --- | --- | --- | --- |", *rows]))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _page(rule: Rule) -> str:
    """Where a kind of secret is revoked, as far as its provider says."""
    pages = [ref for ref in rule.refs if ref.startswith("https://")] if rule.id.startswith("secrets/") else []
    return f" ([revoke]({pages[-1]}))" if pages else ""


def topics_page(rules: Sequence[Rule]) -> str:
    """What is checked, topic by topic, and which requirements of PCI DSS it supports, as a page of Markdown."""
    from yett.rules.topics import by_requirement, by_topic

    secrets = [rule for rule in rules if rule.id.startswith("secrets/")]
    parts = [
        "# What is checked, by topic",
        "Generated from the rules. A rule stands under each topic that one of its weaknesses (CWE) belongs to; "
        f"{len(secrets):,} kinds of [secrets](rules/README.md) are a topic of their own.",
    ]
    for title, own in by_topic(rules).items():
        families = dict.fromkeys(rule.id.partition("/")[0] for rule in own)
        rows = [
            f"| {family} | {', '.join(_linked(rule) for rule in own if rule.id.startswith(f'{family}/'))} |"
            for family in families
        ]
        parts.append("\n".join([f"## {title}: {len(own):,}", "", "| Family | Rules |", "| --- | --- |", *rows]))
    rows = [_requirement(number, own) for number, own in by_requirement(rules).items()]
    parts.append(
        "\n".join(
            [
                "## PCI DSS 4.0.1",
                "",
                "Which rules support which requirement: a report of yett is evidence that these were looked at, and of "
                "what was found. It is no statement of compliance.",
                "",
                "| Requirement | Rules |",
                "| --- | --- |",
                *rows,
            ]
        )
    )
    return "\n\n".join(parts) + "\n"


def _linked(rule: Rule) -> str:
    return f"[{rule.id.partition('/')[2]}](rules/{rule.id}.md)"


def _requirement(number: str, rules: Sequence[Rule]) -> str:
    secrets = sum(rule.id.startswith("secrets/") for rule in rules)
    others = [f"[{rule.id}](rules/{rule.id}.md)" for rule in rules if not rule.id.startswith("secrets/")]
    kinds = [f"{secrets:,} kinds of secrets"] if secrets else []
    return f"| {number} | {', '.join([*others, *kinds])} |"


def suggest(rule_id: str, ids: Sequence[str]) -> str:
    """The rule id that was probably meant, or ""."""
    import difflib

    close = difflib.get_close_matches(rule_id, ids, 1, 0.6)
    if close:
        return close[0]
    names = {each.partition("/")[2]: each for each in reversed(ids)}
    close = difflib.get_close_matches(rule_id.rpartition("/")[2], names, 1, 0.7)
    return names[close[0]] if close else ""


# What `yett init` writes


def policy_text(seen: Seen) -> str:
    """A policy file: the strict defaults, shown in comments that can be uncommented line by line."""
    kinds = [
        word
        for there, word in zip(seen, ("Python", "requirements or lock files", "containers", "workflows"), strict=True)
        if there
    ]
    found = f"# Found here: {', '.join(kinds)}.\n" if kinds else ""
    return _POLICY_HEAD + found + _POLICY


_POLICY_HEAD = """\
# What may ship from this repository. In a pull request the policy of the base commit counts, not the one it brings.
# Every default is the strict one, so `version: 1` alone is a sound gate: the lines behind "#" show the defaults.
# `yett policy show` prints what is in force and why, `yett policy check` says whether this file is valid.
"""

_POLICY = """\
version: 1

# Build on a preset and only tighten it: default, strict, pci-dss-4.0.1.
#extends: [default]

# "Nothing found" counts only if everything was looked at.
#complete:
#  required: [secrets, dependencies, python, config]
#  on_gap: block
#  advisories_max_age: 7d

# From where on a finding blocks or warns. Severities: low, medium, high, critical; confidences: low, medium, high;
# only: new leaves alone what was there before the change.
#checks:
#  secrets:
#    block: {severity: info, confidence: medium, only: all}
#    range: every-commit
#    archives: false                 # true: looks into them
#    engines: [yett]                 # [yett, detect-secrets]: its plugins as well
#  dependencies:
#    block: {severity: high, confidence: low, only: new, unknown_severity: true, known_exploited: true, malicious: true,
#            epss: 50%, fixable_only: false, scope: all}
#    warn: {severity: info}
#  python:
#    block: {severity: high, confidence: medium, only: new}
#    warn: {severity: medium}
#  config:
#    block: {severity: high, confidence: medium, only: all}
#    warn: {severity: medium}

# How a finding may be set aside: by a comment `yett: ignore[RULE] reason` in its line, or by an entry in the waivers
# file with a reason, an owner and an end. `max_days` is how long such an entry may run.
#suppress:
#  inline: {mode: rule-and-reason, secrets: never, new_per_change: 3}
#  waivers: .yett/waivers.yaml
#  detect_secrets: .secrets.baseline # what an audit in it calls no secret is set aside
#  require: [reason, owner, expires]
#  max_days: {critical: 14, high: 30, medium: 90, low: 180}

# One rule, or a glob of rules, against all thresholds: rules: {"github-actions/unpinned-uses": block}
# A part of the repository held to more: paths: {"services/payments/**": {python: {block: {severity: medium}}}}
"""


def pre_commit_entry(repository: str = "", revision: str = "") -> str:
    """A `.pre-commit-config.yaml` that runs the gate on every commit.

    With the address of a repository and a tag or commit of it the hook comes from there, else from the package index.
    """
    if repository:
        return (
            f"repos:\n  - repo: {repository}\n    rev: {revision or 'v' + __version__}\n    hooks:\n      - id: yett\n"
        )
    return _PRE_COMMIT.format(version=__version__)


# pass_filenames and always_run: yett reads the index itself, so that no filter can keep a file from it.
_PRE_COMMIT = """\
repos:
  - repo: local
    hooks:
      - id: yett
        name: yett
        entry: yett check
        language: python
        additional_dependencies: [yett=={version}]
        pass_filenames: false
        always_run: true
        require_serial: true
        stages: [pre-commit, pre-merge-commit, pre-push, manual]
"""


def workflow_text() -> str:
    """A GitHub workflow that runs the gate on pushes, pull requests and merge groups, with read access alone."""
    return _WORKFLOW.replace("VERSION", __version__)


_WORKFLOW = """\
# The gate. Require the check "yett" in the branch's ruleset, and let jobs that deploy need it.
name: yett

on:
  push:
  pull_request:
  merge_group:

permissions: {}

jobs:
  yett:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683  # v4.2.2
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065  # v5.6.0
        with:
          python-version: "3.13"
      - name: Install yett
        run: python -m pip install --disable-pip-version-check yett==VERSION
      - name: Fetch the advisories
        run: yett advisories update
      - name: May this ship?
        env:
          BASE: ${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha || github.event.before }}
          HEAD: ${{ github.event.pull_request.head.sha || github.event.merge_group.head_sha || github.sha }}
        run: |
          target=(--range "$BASE..$HEAD")
          # a push of a new branch, or over an old one, has no base here; any other event must have one
          if [ "$GITHUB_EVENT_NAME" = push ] && ! git cat-file -e "$BASE^{commit}" 2>/dev/null; then
            target=(--tree "$HEAD")
          fi
          yett check "${target[@]}" --output "markdown:$GITHUB_STEP_SUMMARY"
"""
