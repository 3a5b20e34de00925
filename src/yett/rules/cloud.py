"""What the rules for the resources of a cloud share: which of them look at which kinds, and settings that are right or
wrong by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from yett.lean import NamedTuple
from yett.model import Hit, Rule, Unknown
from yett.parse.resources import List, Map, Module, Resource, Scalar, Unresolved, Value, known, number, truth
from yett.parse.source import Span
from yett.parse.stages import is_test_path
from yett.parse.tree import Tree
from yett.rules.hits import hit, short, soften

Found = Iterator[Hit | Unknown]
Said = Iterator[tuple[Rule, Hit | Unknown]]
Look = Callable[[Resource, Module], Found]


ADMIN_PORTS = {
    20: "FTP",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    445: "SMB",
    2375: "Docker",
    2376: "Docker",
    3389: "RDP",
    5985: "WinRM",
    5986: "WinRM",
    6443: "Kubernetes",
}
"""Ports of administration."""

DATA_PORTS = {
    1433: "SQL Server",
    1434: "SQL Server",
    1521: "Oracle",
    2379: "etcd",
    3306: "MySQL",
    5432: "PostgreSQL",
    5984: "CouchDB",
    6379: "Redis",
    9042: "Cassandra",
    9200: "Elasticsearch",
    9300: "Elasticsearch",
    11211: "memcached",
    27017: "MongoDB",
    27018: "MongoDB",
}
"""Ports of databases, which no browser of a customer talks to."""


class Check(NamedTuple):
    """A rule, the kinds of resource it looks at (`*` is any text), and how it looks."""

    rule: Rule
    kinds: tuple[str, ...]
    look: Look


class Checks:
    """Checks by kind of resource."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.all = tuple(checks)
        self._by_kind: dict[str, tuple[Check, ...]] = {}

    def of(self, kind: str) -> tuple[Check, ...]:
        found = self._by_kind.get(kind)
        if found is None:
            found = tuple(check for check in self.all if any(_fits(each, kind) for each in check.kinds))
            if len(self._by_kind) < 2000:
                self._by_kind[kind] = found
        return found

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(dict.fromkeys(check.rule for check in self.all))

    def judge(self, text: str, path: str, tree: Tree) -> Said:
        """What the checks say of the resources of one file. A resource with a syntax error in it is left to those who
        report the error: what seems to be missing in it may well be there."""
        from yett.parse.terraform import loads

        return once(path, (said for module in loads(tree, path, text) for said in self._judge(module, path)))

    def _judge(self, module: Module, path: str) -> Said:
        for resource in module.within(path):
            if resource.broken or resource.category not in ("resource", "data"):
                continue
            kind = f"data.{resource.kind}" if resource.category == "data" else resource.kind
            for check in self.of(kind):
                for found in check.look(resource, module):
                    yield check.rule, found


def once(path: str, said: Said) -> Said:
    """What several calls of a module have in common said once, and more softly where things are tried out."""
    tried = is_test_path(path)
    seen: set[tuple[object, ...]] = set()
    for rule, found in said:
        key = (rule.id, *found[:2], (found.message, found.subject) if isinstance(found, Hit) else "")
        if key not in seen:
            seen.add(key)
            yield rule, soften(rule, found) if tried else found


def _fits(pattern: str, kind: str) -> bool:
    if "*" not in pattern:
        return pattern == kind
    return re.fullmatch(pattern.replace("*", "[a-z0-9_]*"), kind) is not None


Good = Callable[[Value], bool | None]
"""Whether a value that is no `Unresolved` is good; None where that cannot be told."""


class Setting(NamedTuple):
    """Something that has to be set to something.

    `paths` are the names it has or had, today's first. `says` is what is wrong, as it follows the name of the
    resource; `write` is what to write. `absent` says that it is wrong where it is missing, too. `when` limits it to
    some resources.
    """

    kinds: tuple[str, ...]
    paths: tuple[str, ...]
    good: Good
    says: str
    write: str
    absent: bool = False
    when: Callable[[Resource], bool] | None = None


def settle(*settings: Setting) -> Look:
    """A look at some settings."""

    def look(resource: Resource, _module: Module) -> Found:
        for setting in settings:
            if resource.kind in setting.kinds and (setting.when is None or setting.when(resource)):
                yield from settled(resource, setting)

    return look


def kinds(*settings: Setting) -> tuple[str, ...]:
    """The kinds that some settings belong to."""
    return tuple(dict.fromkeys(kind for setting in settings for kind in setting.kinds))


def settled(resource: Resource, setting: Setting) -> Found:
    """What there is to say of one setting of a resource."""
    for path in setting.paths:
        value = resource.find(path)
        if value is None:
            continue
        if isinstance(value, List) and len(value.items) == 1 and setting.good(value) is None:
            value = value.items[0]
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif setting.good(value) is False:
            yield wrong(resource, value.span, setting.says, path, f"Write `{setting.write}` in {resource.label}.")
        return
    if setting.absent:
        yield missing(resource, setting.paths[0], setting.says, setting.write)


def missing(resource: Resource, path: str, says: str, write: str) -> Hit:
    """A finding for what is not written."""
    name = path.rpartition(".")[2]
    message = f"{resource.label} {says}, as {name} is not set"
    return hit(
        resource.place(path), message, fix=f"Write `{write}` in {resource.label}.", subject=f"{resource.address} {path}"
    )


def wrong(resource: Resource, span: Span, says: str, subject: str, fix: str) -> Hit:
    """A finding for what is written."""
    return hit(span, f"{resource.label} {says}", fix=fix, subject=f"{resource.address} {subject}")


def unknown(value: Unresolved) -> Unknown:
    return Unknown(value.span.line, short(value.what))


def true(value: Value) -> bool | None:
    return truth(value)


def false(value: Value) -> bool | None:
    found = truth(value)
    return None if found is None else not found


def one_of(*good: str) -> Good:
    """Whether a text is one of some, whatever their case."""
    lower = frozenset(text.lower() for text in good)
    return lambda value: None if known(value) is None else (known(value) or "").lower() in lower


def none_of(*bad: str) -> Good:
    """Whether a text is none of some, whatever their case."""
    lower = frozenset(text.lower() for text in bad)
    return lambda value: None if known(value) is None else (known(value) or "").lower() not in lower


def at_least(least: float) -> Good:
    def good(value: Value) -> bool | None:
        found = number(value)
        return None if found is None else found >= least

    return good


def tls12(value: Value) -> bool | None:
    """Whether a version of TLS, however a provider writes it (`1.2`, `TLS1_2`, `TLS12`, `TLSv1.2`), is 1.2 or more."""
    text = known(value)
    if text is None:
        return None
    digits = "".join(re.findall("[0-9]", text))
    if not digits:  # `Disabled`, `TLSEnforcementDisabled`
        return False
    return digits.ljust(2, "0") >= "12"


def filled(value: Value) -> bool | None:
    """Whether anything is in a list, a text or a block."""
    match value:
        case List(items=items, more=more):
            return bool(items) or more
        case Scalar(value=plain):
            return plain not in ("", None)
        case Map():
            return True
        case _:
            return None


def blocks(resource: Resource | Map, path: str) -> Iterator[Map]:
    """The nested blocks that are known."""
    for each in resource.each(path):
        if isinstance(each, Map):
            yield each


def is_world(address: str) -> bool:
    """Whether an address range is everybody."""
    text = address.strip().lower()
    return text in ("*", "any", "internet") or text.endswith("/0")
