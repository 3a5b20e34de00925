"""The whole command line, for argparse: what can be said, and what it means."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from yett import __version__
from yett.errors import YettError
from yett.lean import Any, NamedTuple, NoReturn
from yett.options import CHECK


class Command(NamedTuple):
    """A command: a line of help, and a function that fills its parser."""

    help: str
    fill: Callable[[argparse.ArgumentParser], None]


class _Parser(argparse.ArgumentParser):
    def __init__(self, **given: Any) -> None:
        # each option that is added is formatted once, and argparse measures the terminal for that
        super().__init__(**given, formatter_class=partial(argparse.HelpFormatter, width=80))

    def format_help(self) -> str:
        self.formatter_class = argparse.HelpFormatter
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        raise YettError(f"{message} (see `{self.prog} --help`)")


def parser(command: str = "") -> argparse.ArgumentParser:
    """The parser. With the name of a command only that one is filled in, since each option costs its time."""
    top = _Parser(prog="yett", description="The gate in front of a deployment: may this ship?")
    top.add_argument("--version", action="version", version=f"yett {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, each in COMMANDS.items():
        if command in ("", name) or command not in COMMANDS:
            each.fill(commands.add_parser(name, help=each.help, add_help=name != "bandit"))
    return top


def _check(check: argparse.ArgumentParser) -> None:
    check.description = (
        "Look at a target and give the verdict: exit code 0 pass, 1 fail, 2 usage or invalid policy, 3 undecided, "
        "4 internal error. Without a target: what is staged in a hook, else everything the index holds."
    )
    targets = check.add_argument_group("target").add_mutually_exclusive_group()
    for option in CHECK:
        (targets if option.target else check).add_argument(*option.names, **option.given)


def _verify(verify: argparse.ArgumentParser) -> None:
    verify.description = (
        "Ask the provider of each credential whether it is live, and say which are to be rotated now. Exit code 0: "
        "none is; 1: one is; 3: some could not be told. It is no verdict. Refuses in a run for a change from a fork."
    )
    targets = verify.add_argument_group("target").add_mutually_exclusive_group()
    for option in CHECK:
        if option.target:
            targets.add_argument(*option.names, **option.given)
    verify.add_argument(
        "--send-credentials", action="store_true",
        help="agree that each credential is sent to the provider it belongs to: nothing is sent without this",
    )  # fmt: skip
    verify.add_argument("--provider", action="append", metavar="NAME", help="only these; may be repeated")
    verify.add_argument(
        "--endpoint", action="append", metavar="NAME=URL",
        help="ask this address in the place of the provider's own; may be repeated",
    )  # fmt: skip
    verify.add_argument("--low", action="store_true", help="ask about findings of low confidence too")
    verify.add_argument(
        "--deadline", type=float, default=120.0, metavar="SECONDS", help="ask nobody after that long (default: 120)"
    )
    verify.add_argument("--format", choices=("text", "json"), default="text", help="text or json (default: text)")
    verify.add_argument("-C", dest="folder", default=".", metavar="FOLDER", help="run as if started there")


def _policy(policy: argparse.ArgumentParser) -> None:
    actions = policy.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    for name, text in (
        ("check", "say whether the policy and the waivers are valid"),
        ("show", "the effective policy, and where each value comes from"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--policy", metavar="FILE", default="", help="this file instead of the repository's own")
        action.add_argument("--ref", metavar="REV", default="", help="as it is at a commit (default: on disk)")


def _advisories(advisories: argparse.ArgumentParser) -> None:
    actions = advisories.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    update = actions.add_parser(
        "update", help="build the database from OSV, or from a mirror or folder laid out like it"
    )
    update.add_argument(
        "--from",
        dest="source",
        metavar="URL-OR-FOLDER",
        default="",
        help="an address, a folder laid out like OSV's bucket, or an exported .sqlite (default: OSV's public bucket)",
    )
    update.add_argument("--ecosystem", action="append", metavar="NAME", help="only this one, such as PyPI; repeatable")
    status = actions.add_parser("status", help="what the database holds, and how old it is")
    update.add_argument(
        "--digest", metavar="HEX", default="", help="only advisories of this digest, as `status` prints it"
    )
    export = actions.add_parser("export", help="copy the database, for a machine without a network")
    export.add_argument("file", metavar="FILE", help="a folder, or a name that ends in .sqlite")
    serve = actions.add_parser("serve", help="answer OSV's API from the database, on the loopback interface only")
    serve.add_argument("--port", type=int, default=8642, metavar="N", help="default: 8642; 0: a free one")
    second = actions.add_parser("pip-audit", help="have pip-audit audit a requirements file, and compare")
    second.add_argument("file", metavar="FILE", help="a requirements file")
    second.add_argument(
        "--resolve", action="store_true", help="resolve what is not pinned: runs code of packages, never in CI"
    )
    for action in (update, status, export, serve, second):
        action.add_argument("--database", metavar="FILE", help="where it lies (also: YETT_ADVISORIES)")


def _history(history: argparse.ArgumentParser) -> None:
    history.description = (
        "Look for secrets in every version of every file that any commit ever held, and say which to rotate first. "
        "Exit code 0: none of at least medium confidence; 1: some; 3: none, but something could not be looked at."
    )
    history.add_argument("--since", default="", metavar="DATE-OR-REV", help="only what was committed after that")
    history.add_argument(
        "--all", "--reflogs", dest="reflogs", action="store_true", help="also what only the reflogs still reach"
    )
    history.add_argument("--low", action="store_true", help="list findings of low confidence too")
    history.add_argument("--format", choices=("text", "json"), default="text", help="text or json (default: text)")
    history.add_argument("--no-cache", action="store_true", help="look at everything, also what was looked at before")
    history.add_argument("-C", dest="folder", default=".", metavar="FOLDER", help="run as if started there")


def _sbom(sbom: argparse.ArgumentParser) -> None:
    sbom.description = "Print a bill of materials of everything that the lockfiles pin."
    sbom.add_argument("--format", choices=("cyclonedx", "spdx"), default="cyclonedx", help="default: cyclonedx")
    target = sbom.add_mutually_exclusive_group()
    target.add_argument("--tree", nargs="?", const="", default="", metavar="REV", help="at a commit (the index)")
    target.add_argument("--paths", nargs="+", metavar="PATH", help="of files and folders, outside git too")
    sbom.add_argument("--name", default="", metavar="NAME", help="what the bill is of (default: the folder's name)")
    sbom.add_argument("--version", dest="version_", default="", metavar="VERSION", help="default: the commit")
    sbom.add_argument("-C", dest="folder", default=".", metavar="FOLDER", help="run as if started there")


def _fix(fix: argparse.ArgumentParser) -> None:
    fix.description = "Print what would clear the findings, as a patch and commands; write nothing unless told to."
    fix.add_argument("--dependencies", action="store_true", help="move vulnerable pins (with --config: the default)")
    fix.add_argument("--config", action="store_true", help="mend the settings that can be mended without asking")
    fix.add_argument("--write", action="store_true", help="rewrite the files")
    fix.add_argument("--database", metavar="FILE", help="the advisory database (also: YETT_ADVISORIES)")
    fix.add_argument("--paths", nargs="+", metavar="PATH", help="only these files and folders")
    fix.add_argument("-C", dest="folder", default=".", metavar="FOLDER", help="run as if started there")


def _baseline(baseline: argparse.ArgumentParser) -> None:
    actions = baseline.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    action = actions.add_parser("import", help="print a waiver for each finding that detect-secrets' audit calls none")
    name = ".secrets.baseline"
    action.add_argument("file", nargs="?", default=name, metavar="FILE", help=f"default: {name}")
    action.add_argument("--owner", default="", metavar="NAME", help="who answers for the waivers")
    action.add_argument("--days", type=int, default=30, metavar="N", help="how long they run (default: 30)")
    action.add_argument("-C", dest="folder", default=".", metavar="FOLDER", help="run as if started there")


def _bandit(bandit: argparse.ArgumentParser) -> None:
    bandit.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help="bandit's own options")


def _explain(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("rule", metavar="RULE", help="a rule's id, such as secrets/github-token")


def _rules(rules: argparse.ArgumentParser) -> None:
    rules.add_argument("words", nargs="*", metavar="WORD", help="only rules whose id or title holds every word")
    rules.add_argument("--family", metavar="FAMILY", help="only this family: secrets, python, docker, …")
    rules.add_argument("--severity", metavar="LEVEL", help="only rules at least this severe")
    rules.add_argument("--format", choices=("text", "json"), default="text", help="text or json (default: text)")


def _init(init: argparse.ArgumentParser) -> None:
    init.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="where (default: here)")
    init.add_argument("--dry-run", action="store_true", help="print what would be written")


COMMANDS: dict[str, Command] = {
    "check": Command("look at a change or a repository and give the verdict", _check),
    "history": Command("look for secrets in everything that was ever committed", _history),
    "verify-secrets": Command("ask providers whether the credentials found are live", _verify),
    "policy": Command("check or show the policy", _policy),
    "advisories": Command("the local advisory database", _advisories),
    "fix": Command("print or apply what would clear the findings", _fix),
    "baseline": Command("turn the baseline of another tool into waivers", _baseline),
    "sbom": Command("print a bill of materials as CycloneDX or SPDX", _sbom),
    "bandit": Command("bandit's command, with its options and reports, sooner done", _bandit),
    "explain": Command("what a rule is, why it matters, how to fix it", _explain),
    "rules": Command("list the rules", _rules),
    "init": Command("write a policy, a pre-commit entry and a workflow; overwrites nothing", _init),
}
