"""What the rules for AWS share: attributes that must be there and be right, written as tables, for Terraform and
CloudFormation alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import NamedTuple
from yett.model import Hit, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known
from yett.parse.source import Span
from yett.rules.cloud import Good, Look, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]


class Need(NamedTuple):
    """An attribute that must hold something.

    `path` is Terraform's. `says` is what is wrong, as it follows the name of the resource; `value` is what to write.
    `absent` says that it is wrong where it is missing, too. `other` are paths that answer the same question, `when`
    limits it to some resources. `severity` overrides the rule's, `severity_absent` where it is missing.
    """

    kinds: tuple[str, ...]
    path: str
    good: Good
    says: str
    value: str
    absent: bool = True
    other: tuple[str, ...] = ()
    when: Callable[[Resource], bool] | None = None
    severity: Severity | None = None
    severity_absent: Severity | None = None


def needs(*table: Need) -> Look:
    """A look at the attributes of a table."""
    by_kind: dict[str, list[Need]] = {}
    for need in table:
        for kind in need.kinds:
            by_kind.setdefault(kind, []).append(need)

    def look(resource: Resource, _module: Module) -> Found:
        for need in by_kind.get(resource.kind, ()):
            if need.when is None or need.when(resource):
                yield from needed(resource, need)

    return look


def kinds_of(*table: Need) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind for need in table for kind in need.kinds))


def needed(resource: Resource, need: Need) -> Found:
    """What there is to say of one attribute."""
    for path in (need.path, *need.other):
        value = resource.find(path)
        if value is None:
            continue
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif need.good(value) is False:
            yield bad(resource, value.span, need.says, need.path, need.value, need.severity)
        return
    if need.absent:
        yield absent(resource, need.path, need.says, need.value, need.severity_absent or need.severity)


def bad(
    resource: Resource, span: Span, says: str, path: str, value: str, severity: Severity | None = None, what: str = ""
) -> Hit:
    """A finding for what is written."""
    return hit(
        span,
        f"{resource.label} {says}",
        fix=f"Write `{write(resource, path, value)}`." if value else "",
        subject=f"{resource.address} {what or path}",
        severity=severity,
    )


def absent(resource: Resource, path: str, says: str, value: str, severity: Severity | None = None) -> Hit:
    """A finding for what is not written: at the deepest part of the path that is."""
    name = resource.own(path).rpartition(".")[2]
    name = camel(name) if resource.format == "cloudformation" else name
    return hit(
        resource.place(path),
        f"{resource.label} {says}, as {name} is not set",
        fix=f"Write `{write(resource, path, value)}`." if value else "",
        subject=f"{resource.address} {path}",
        severity=severity,
    )


def write(resource: Resource, path: str, value: str) -> str:
    """`encrypt_at_rest { enabled = true }`, or `EncryptionAtRestOptions: {Enabled: true}`."""
    names = resource.own(path).split(".")
    if resource.format == "terraform":
        text = f"{names[-1]} = {value}"
        for name in reversed(names[:-1]):
            text = f"{name} {{ {text} }}"
        return text
    text = f"{camel(names[-1])}: {value}"
    for name in reversed(names[:-1]):
        text = f"{camel(name)}: {{{text}}}"
    return text


_ACRONYMS = {"db": "DB", "sse": "SSE", "ca": "CA", "api": "Api", "iam": "IAM", "acl": "ACL"}


def camel(name: str) -> str:
    """The name of a property of CloudFormation; one that is written so already stays."""
    if name[:1].isupper():
        return name
    return "".join(_ACRONYMS.get(part, part.capitalize()) for part in name.split("_"))


def says(resource: Resource, *paths: str) -> bool:
    """Whether one of some attributes is written: not one that may only be there, as everything may in a module."""
    return any(
        resource.body.written(resource.own(path).partition(".")[0]) is not None and resource.find(path) is not None
        for path in paths
    )


def inherits(resource: Resource) -> bool:
    """A replica, a copy and what is restored from a snapshot are encrypted as their source is, an instance of a cluster
    as the cluster is."""
    return (resource.kind == "aws_db_instance" and says(resource, "db_cluster_identifier")) or says(
        resource,
        *("replicate_source_db", "snapshot_identifier", "replication_source_identifier", "source_db_cluster"),
        *("source_db_cluster_identifier", "global_cluster_identifier", "restore_to_point_in_time"),
        *("source_db_cluster_snapshot_identifier",),
    )


def is_set(value: Value) -> bool | None:
    """Whether a text or list is not empty."""
    text = known(value)
    if text is not None:
        return text != ""
    return True if isinstance(value, Map) else bool(getattr(value, "items", True))


def among(*good: str) -> Good:
    """Whether a text is one of some."""
    return lambda value: None if known(value) is None else known(value) in good


def not_among(*bad_: str) -> Good:
    """Whether a text is none of some, whatever their case."""
    lower = {text.lower() for text in bad_}
    return lambda value: None if known(value) is None else str(known(value)).lower() not in lower


def any_value(_value: Value) -> bool | None:
    return True
