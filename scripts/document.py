"""Writes what is said twice: the rules' pages, the command line, the schemas of policy and report.

python scripts/document.py          write what differs, remove pages of rules that are gone
python scripts/document.py --check  write nothing, name what differs, and exit with 1 if anything does
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import yett.rules
from yett import guide
from yett.arguments import parser as command_line
from yett.errors import YettError
from yett.model import Rule
from yett.policy.schema import schema as policy_schema
from yett.report.json import schema

ROOT = Path(__file__).resolve().parent.parent
RULES = "docs/rules"


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write, or with `--check` compare, and give the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if anything differs")
    check = parser.parse_args(arguments).check
    try:
        pages = dict(documents(catalogue()))
    except YettError as error:
        print(f"document: {error}", file=sys.stderr)
        return 1
    different = [path for path, text in pages.items() if _read(root / path) != text]
    gone = [path for path in _written(root) if path not in pages]
    for path in sorted([*different, *gone]):
        print(f"{path} {'differs: run scripts/document.py' if check else 'written' if path in pages else 'removed'}")
    if check:
        return 1 if different or gone else 0
    for path in different:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(pages[path], encoding="utf-8", newline="\n")
    for path in gone:
        (root / path).unlink()
    return 0


def documents(rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """Every generated file: its path from the root, and its text."""
    yield f"{RULES}/README.md", guide.rules_index(rules)
    yield "docs/topics.md", guide.topics_page(rules)
    for rule in rules:
        yield f"{RULES}/{rule.id}.md", guide.rule_page(rule)
    yield "docs/schema/verdict-1.json", schema()
    yield "docs/schema/policy-1.json", json.dumps(policy_schema(), indent=2) + "\n"
    yield "docs/cli.md", commands(command_line())


def catalogue() -> tuple[Rule, ...]:
    """The rules of every family.

    Raises:
        YettError: a family cannot be imported, or a rule's id is no `family/name` of its own.
    """
    rules: list[Rule] = []
    for name in yett.rules.FAMILIES:
        try:
            rules += importlib.import_module(f"yett.rules.{name}").rules()
        except ImportError as error:
            raise YettError(f"yett.rules.{name} cannot be imported: {error}") from error
    return checked(rules)


def checked(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules by id, each of which names a page of its own inside the folder of pages."""
    ids = [rule.id for rule in rules]
    for each in ids:
        if ids.count(each) > 1:
            raise YettError(f"there are two rules {each}")
        if not re.fullmatch(r"[a-z][a-z0-9-]*/[A-Za-z0-9][A-Za-z0-9-]*", each):
            raise YettError(f"the rule id {each!r} is no `family/name`")
    return tuple(sorted(rules, key=lambda rule: rule.id))


def commands(top: argparse.ArgumentParser) -> str:
    """The command line as one page. argparse words its own help differently from one Python to the next."""
    parts = ["# The command line", "Generated from the parser; `yett COMMAND --help` says the same."]
    return "\n\n".join([*parts, *(_command(parser, text) for parser, text in _below(top, ""))]) + "\n"


def _below(parser: argparse.ArgumentParser, text: str) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """A parser and those of its commands in their order, each with what its command is said to do."""
    yield parser, parser.description or text
    for action in parser._actions:  # argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):
            texts = {each.dest: each.help or "" for each in action._choices_actions}
            for name, each in action.choices.items():
                yield from _below(each, texts.get(name, ""))


def _command(parser: argparse.ArgumentParser, text: str) -> str:
    rows = [_row(parser, action) for action in parser._actions if action.help != argparse.SUPPRESS]
    sentence = text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")
    return "\n".join([f"## {parser.prog}", "", _cell(sentence), "", "| | |", "| --- | --- |", *rows])


def _row(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    if isinstance(action, argparse._SubParsersAction):
        return f"| `{action.metavar}` | one of {', '.join(f'`{name}`' for name in action.choices)} |"
    value = _value(action)
    names = [f"`{name}{' ' + value if value else ''}`" for name in action.option_strings] or [f"`{value}`"]
    help_text = parser._get_formatter()._expand_help(action) if action.help else ""
    return f"| {_cell(', '.join(names))} | {_cell(help_text)} |"


def _value(action: argparse.Action) -> str:
    """What is written behind an option, or in the place of an argument."""
    if action.nargs == 0:
        return ""
    choices = ",".join(map(str, action.choices)) if action.choices else ""
    name = str(action.metavar or (f"{{{choices}}}" if choices else action.dest.upper()))
    match action.nargs:
        case "?":
            return f"[{name}]"
        case "*":
            return f"[{name} ...]"
        case "+":
            return f"{name} [{name} ...]"
    return name


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _written(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in (root / RULES).glob("**/*.md"))


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
