"""The options of `yett check`, and the plain way of giving them: what a hook needs of argparse, which takes as long to
import and to fill as a commit of five files takes to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

from yett.lean import Any, NamedTuple
from yett.model import CHECKS

FORMATS = ("text", "json", "sarif", "markdown", "annotations")


class Option(NamedTuple):
    """An option as `argparse.ArgumentParser.add_argument` takes it; of those with `target`, one is given at most."""

    names: tuple[str, ...]
    given: Mapping[str, Any]
    target: bool = False


def _option(*names: str, target: bool = False, **given: Any) -> Option:
    return Option(names, given, target)


CHECK = (
    _option("--staged", target=True, action="store_true", help="what the next commit would change"),
    _option("--range", target=True, metavar="BASE..HEAD", help="what a pull request changes, every commit of it"),
    _option(
        "--tree", target=True, nargs="?", const="", metavar="REV", help="everything at a commit (default: the index)"
    ),
    _option("--paths", target=True, nargs="+", metavar="PATH", help="files and folders, outside git too"),
    _option("--only", action="append", metavar="CHECK", help=f"only these of {', '.join(CHECKS)}"),
    _option("--skip", action="append", metavar="CHECK", help="all but these"),
    _option("--policy", metavar="FILE", default="", help="use this policy instead of the repository's own"),
    _option("--advisories", metavar="FILE", help="the advisory database (also: YETT_ADVISORIES)"),
    _option("--format", choices=FORMATS, help="what to print (default: text)"),
    _option(
        "--output", action="append", default=[], metavar="[FORMAT:]FILE",
        help="write a report to a file beside what is printed; the format is the one named here, that of --format, or "
        "the one the extension means; may be repeated",
    ),
    _option("--all", action="store_true", help="print every finding, low ones too"),
    _option("--colour", "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"),
    _option("--archives", action="store_true", help="look for secrets in archives too: zip, tar, wheels, …"),
    _option("--no-store", action="store_true", help="look at everything, also what was looked at before"),
    _option("--verbose", action="store_true", help="say on standard error where the time went"),
    _option("-C", dest="folder", default=".", metavar="FOLDER", help="run as if started there"),
)  # fmt: skip


def read(arguments: Sequence[str]) -> SimpleNamespace | None:
    """What `yett check` is asked for, where each option is written out and its value is a word of its own; else None:
    the rest, with all that is wrong, is for argparse to read."""
    if not arguments or arguments[0] != "check":
        return None
    found: dict[str, Any] = {"command": "check"}
    named: dict[str, Option] = {}
    for option in CHECK:
        named.update(dict.fromkeys(option.names, option))
        found[_name(option)] = option.given.get(
            "default", False if option.given.get("action") == "store_true" else None
        )
    words = iter(arguments[1:])
    targets = 0
    for word in words:
        known = named.get(word)
        if known is None or "nargs" in known.given:
            return None
        name, action = _name(known), known.given.get("action")
        targets += known.target
        if action == "store_true":
            found[name] = True
            continue
        value = next(words, "-")
        if value.startswith("-") or value not in known.given.get("choices", (value,)):
            return None
        found[name] = [*(found[name] or ()), value] if action == "append" else value
    return SimpleNamespace(**found) if targets < 2 else None


def _name(option: Option) -> str:
    given: str = option.given.get("dest", option.names[0].removeprefix("--").replace("-", "_"))
    return given
