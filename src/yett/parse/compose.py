"""Compose files as services, every part with its place: merge keys, `extends` and variables made plain.

Format: https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse.names import is_compose
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.parse.yaml import Entry, Mapping, Node, Scalar, Sequence, compose

MAX_SERVICES = 1_000
MAX_EXTENDS = 10
"""How far `extends` is followed; a chain of more than three is rare."""
_MAX_MERGES = 50
_MAX_TEXT = 2_000
"""Longer than any port or mount; what is longer is neither."""


class Port(NamedTuple):
    """A published port. `host` is the address it is bound to, "" for all of them; `published` is "" for a random one,
    and may be a range or a variable, as `target` may be."""

    host: str
    published: str
    target: str
    at: Node

    def targets(self) -> range:
        """The ports in the container; empty where only a run can tell."""
        return _range(self.target)

    def publishes(self) -> range:
        return _range(self.published)

    @property
    def is_local(self) -> bool:
        """Whether only the machine itself can reach it."""
        return self.host.strip("[]").startswith(("127.", "::1", "localhost"))


class Mount(NamedTuple):
    """Something mounted. `source` is as written, "" for an anonymous volume. `kind` is "bind", "volume", "tmpfs", …"""

    kind: str
    source: str
    target: str
    read_only: bool
    propagation: str
    at: Node


class Variable(NamedTuple):
    """A variable of the environment or a build argument; `value` is None where it is passed through."""

    name: str
    value: str | None
    at: Scalar


class Service(NamedTuple):
    """One service.

    `own` is what this file answers for: what stands in it, merge keys included, and what `extends` takes from a file
    that nobody else judges. `whole` has what comes from other Compose files as well. `is_part`: there is neither an
    image nor a build, so another file says the rest.
    """

    name: str
    key: Scalar
    node: Node
    own: dict[str, Entry]
    whole: dict[str, Entry]

    @property
    def is_part(self) -> bool:
        return "image" not in self.whole and "build" not in self.whole

    def get(self, key: str) -> Node | None:
        entry = self.own.get(key)
        return entry.value if entry else None

    def key_of(self, key: str) -> Scalar:
        entry = self.own.get(key)
        return entry.key if entry else self.key

    def text(self, key: str) -> Scalar | None:
        value = self.get(key)
        return value if isinstance(value, Scalar) else None

    def is_true(self, key: str) -> bool:
        return is_true(self.get(key))

    def listed(self, key: str) -> tuple[Scalar, ...]:
        return listed(self.get(key))

    @property
    def image(self) -> str | None:
        """The name of the image with defaults filled in, "" for none, None where only a run can tell."""
        value = self.whole["image"].value if "image" in self.whole else None
        return filled(value.text.strip()) if isinstance(value, Scalar) else ""

    @property
    def image_name(self) -> str:
        """The last part of the image's name, without tag and digest, in lower case; "" where nobody can tell."""
        value = self.whole["image"].value if "image" in self.whole else None
        text = value.text if isinstance(value, Scalar) else ""
        name = text.partition("@")[0].rpartition("/")[2].partition(":")[0]
        return "" if "$" in name else name.strip().lower()

    def ports(self) -> Iterator[Port]:
        return _ports(self.get("ports"))

    def mounts(self) -> Iterator[Mount]:
        value = self.get("volumes")
        for item in value.items if isinstance(value, Sequence) else ():
            mount = _mount(item)
            if mount:
                yield mount

    def environment(self, whole: bool = False) -> Iterator[Variable]:
        entries = self.whole if whole else self.own
        return variables(entries["environment"].value if "environment" in entries else None)

    def words(self, key: str) -> tuple[str, ...]:
        """The words of `command:` or `entrypoint:`, in either form."""
        value = self.whole[key].value if key in self.whole else None
        if isinstance(value, Sequence):
            return tuple(item.text for item in value.items if isinstance(item, Scalar))
        return tuple(value.text.split()) if isinstance(value, Scalar) else ()

    def networks(self) -> tuple[str, ...]:
        value = self.whole["networks"].value if "networks" in self.whole else None
        if isinstance(value, Mapping):
            return tuple(value.entries)
        return tuple(item.text for item in listed(value)) or ("default",)


class Project(NamedTuple):
    """A Compose file. `file` is its path, `tree` holds the other files."""

    root: Mapping
    services: tuple[Service, ...]
    lines: tuple[str, ...]
    file: str
    tree: Tree


def parse(text: str, file: str, tree: Tree) -> Project | None:
    """The project in a text, None where it holds no services. Raises `ParseError`."""
    root = compose(text)
    if not isinstance(root, Mapping):
        return None
    services = _services(root)
    if services is None:
        return None
    if len(services.entries) > MAX_SERVICES:
        raise ParseError(services.line, services.column, f"there are more than {MAX_SERVICES:,} services")
    known = merged(services)
    found = tuple(
        _service(entry, known, file, tree) for entry in known.values() if isinstance(entry.value, Mapping | Scalar)
    )
    return Project(root, found, tuple(text.split("\n")), file, tree)


def _services(root: Mapping) -> Mapping | None:
    value = root.get("services")
    if isinstance(value, Mapping):
        return value
    if value is None and "services" not in root.entries:
        # The first version of the format has the services at the top.
        mappings = [entry.value for entry in root.entries.values() if isinstance(entry.value, Mapping)]
        if mappings and len(mappings) == len(root.entries) and all(_is_runnable(mapping) for mapping in mappings):
            return root
    return None


def _is_runnable(node: Mapping) -> bool:
    return "image" in node.entries or "build" in node.entries


def merged(node: Node | None) -> dict[str, Entry]:
    """The entries of a mapping, those of its merge key included; its own ones win."""
    found: dict[str, Entry] = {}
    waiting = [node]
    count = 0
    while waiting and count < _MAX_MERGES:
        mapping = waiting.pop(0)
        count += 1
        if not isinstance(mapping, Mapping):
            continue
        for key, entry in mapping.entries.items():
            if key == "<<":
                value = entry.value
                waiting[:0] = list(value.items) if isinstance(value, Sequence) else [value]
            elif key not in found and _tag(entry.value) != "!reset":
                found[key] = entry
    return found


def _tag(node: Node) -> str:
    return node.tag


def _service(entry: Entry, known: dict[str, Entry], file: str, tree: Tree) -> Service:
    own = merged(entry.value)
    whole = dict(own)
    base, path = _extended(entry.key.text, own, known, file, tree, (file, entry.key.text))
    if base:
        at = own["extends"].value
        whole = _joined(whole, base)
        if path != file and not is_compose(path):
            own = _joined(own, {key: Entry(_at(found.key, at), _moved(found.value, at)) for key, found in base.items()})
    return Service(entry.key.text, entry.key, entry.value, own, whole)


def _extended(
    name: str, own: dict[str, Entry], known: dict[str, Entry], file: str, tree: Tree, seen: tuple[str, ...]
) -> tuple[dict[str, Entry], str]:
    """What `extends` stands for and the file that it is in; nothing for none, and for what cannot be found."""
    value = own["extends"].value if "extends" in own else None
    path, of = file, ""
    if isinstance(value, Scalar):
        of = value.text
    elif isinstance(value, Mapping):
        named, source = value.get("service"), value.get("file")
        of = named.text if isinstance(named, Scalar) else ""
        if isinstance(source, Scalar):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(file), source.text))
    key = f"{path}\0{of}"
    if not of or key in seen or len(seen) > MAX_EXTENDS or path.startswith("../"):
        return {}, path
    there = known if path == file else _read(path, tree)
    entry = there.get(of)
    if entry is None or (path == file and of == name):
        return {}, path
    found = merged(entry.value)
    further, further_path = _extended(of, found, there, path, tree, (*seen, key))
    return _joined(found, further), path if path != file else further_path if further else path


def _read(path: str, tree: Tree) -> dict[str, Entry]:
    def make() -> dict[str, Entry]:
        text = tree.text(path)
        try:
            root = compose(text) if text and len(text) < 1 << 19 else None
        except ParseError:
            root = None
        return merged(_services(root)) if isinstance(root, Mapping) else {}

    return tree.once(("yett.parse.compose", path), make)


def _joined(own: dict[str, Entry], base: dict[str, Entry]) -> dict[str, Entry]:
    """What a service is with what it extends: its own texts win, lists and mappings are put together."""
    found = dict(own)
    for key, entry in base.items():
        if key == "extends":
            continue
        if key not in found:
            found[key] = entry
            continue
        mine, theirs = found[key].value, entry.value
        if isinstance(mine, Sequence) and isinstance(theirs, Sequence) and key not in ("command", "entrypoint"):
            found[key] = Entry(found[key].key, mine._replace(items=(*mine.items, *theirs.items)))
        elif isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            found[key] = Entry(found[key].key, mine._replace(entries={**theirs.entries, **mine.entries}))
    return found


def _at(scalar: Scalar, at: Node) -> Scalar:
    return scalar._replace(line=at.line, column=at.column, end_line=at.line, end_column=0)


def _moved(node: Node, at: Node) -> Node:
    """A node of another file as if it stood where this file names that one."""
    match node:
        case Scalar():
            return _at(node, at)
        case Sequence(items=items):
            return Sequence(tuple(_moved(item, at) for item in items), at.line, at.column, at.line, 0, node.tag)
        case Mapping(entries=entries):
            inner = {key: Entry(_at(entry.key, at), _moved(entry.value, at)) for key, entry in entries.items()}
            return Mapping(inner, at.line, at.column, at.line, 0, node.tag)


_VARIABLE = r"\$(?:(?P<escaped>\$)|(?P<plain>\w+)|\{(?P<name>\w+)(?:(?P<how>:?[-+?])(?P<word>[^${}]*))?\})"


def filled(text: str) -> str | None:
    """A text with the defaults of its variables; None where a variable has none."""
    if "$" not in text:
        return text
    unknown = False

    def value(found: re.Match[str]) -> str:
        nonlocal unknown
        if found["escaped"]:
            return "$"
        if found["how"] in ("-", ":-"):
            return found["word"] or ""
        unknown = True
        return ""

    result = re.sub(_VARIABLE, value, text)
    return None if unknown or "${" in result else result


def listed(node: Node | None) -> tuple[Scalar, ...]:
    """The texts of a list, or the one text that may stand for a list."""
    if isinstance(node, Scalar):
        return (node,)
    return tuple(item for item in node.items if isinstance(item, Scalar)) if isinstance(node, Sequence) else ()


def is_true(node: Node | None) -> bool:
    if not isinstance(node, Scalar):
        return False
    # Compose reads YAML 1.1's words too: https://pkg.go.dev/gopkg.in/yaml.v3#hdr-Compatibility
    return (filled(node.text) or "").strip().lower() in ("true", "yes", "on")


def variables(node: Node | None) -> Iterator[Variable]:
    """What `environment:` or `args:` sets, in either form."""
    if isinstance(node, Mapping):
        for key, entry in merged(node).items():
            value = entry.value
            if isinstance(value, Scalar):
                is_null = not value.style and value.text in ("", "~", "null")
                yield Variable(key, None if is_null else value.text, entry.key if is_null else value)
    elif isinstance(node, Sequence):
        for item in listed(node):
            name, equals, text = item.text.partition("=")
            yield Variable(name.strip(), text if equals else None, item)


_RANGE = r"(\d{1,5})(?:-(\d{1,5}))?"


def _range(text: str) -> range:
    found = re.fullmatch(_RANGE, text)
    if not found:
        return range(0)
    first = int(found[1])
    last = int(found[2] or first)
    return range(first, last + 1) if first <= last <= 65_535 else range(0)


_PORT = (
    r"(?:(?P<host>\[[0-9a-fA-F:.]*\]|\$\{[^}]*\}|[^:\[\]]*):)?(?:(?P<published>\$\{[^}]*\}|[^:]*):)?"
    r"(?P<target>\$\{[^}]*\}|[^:/]+)(?:/\w+)?"
)


def _ports(node: Node | None) -> Iterator[Port]:
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar):
            text = item.text.strip()
            found = re.fullmatch(_PORT, text) if len(text) <= _MAX_TEXT else None
            if not found:
                continue
            host, published, target = found["host"], found["published"], found["target"]
            if published is None:
                # `a:b` is the published and the inner port; the pattern takes the first for an address.
                host, published = None, host
            yield Port(_default(host), _default(published), _default(target), item)
        elif isinstance(item, Mapping):
            found_parts = merged(item)
            host, published, target = (
                value.text if key in found_parts and isinstance(value := found_parts[key].value, Scalar) else ""
                for key in ("host_ip", "published", "target")
            )
            if not host and published.count(":") == 1 and "$" not in published:
                host, _, published = published.partition(":")
            if not host and re.fullmatch(r"\d+(?:\.\d+){3}", published):
                host, published = published, ""
            if target:
                yield Port(_default(host), _default(published), _default(target), item)


def _default(text: str | None) -> str:
    """A text with defaults filled in, or as it was written where a variable has none."""
    text = text or ""
    known = filled(text)
    return text if known is None else known


def _mount(item: Node) -> Mount | None:
    if isinstance(item, Mapping):
        parts = merged(item)
        kind, source, target = (
            value.text if key in parts and isinstance(value := parts[key].value, Scalar) else ""
            for key in ("type", "source", "target")
        )
        source = source or next(
            (v.text for key in ("src",) if key in parts and isinstance(v := parts[key].value, Scalar)), ""
        )
        bind = parts["bind"].value if "bind" in parts else None
        spread = bind.get("propagation") if isinstance(bind, Mapping) else None
        read_only = "read_only" in parts and is_true(parts["read_only"].value)
        propagation = spread.text if isinstance(spread, Scalar) else ""
        return Mount(kind or "volume", _default(source), _default(target), read_only, propagation, item)
    if not isinstance(item, Scalar):
        return None
    source, target, options = _split_mount(item.text.strip())
    kind = "bind" if source.startswith(("/", ".", "~", "$")) or re.match(r"[A-Za-z]:[\\/]", source) else "volume"
    flags = options.split(",")
    spread_word = next((flag for flag in flags if flag.endswith(("shared", "slave", "private"))), "")
    return Mount(kind, _default(source), _default(target), "ro" in flags, spread_word, item)


def _split_mount(text: str) -> tuple[str, str, str]:
    """`source:target:options`; a colon inside `${…}` or after the letter of a drive divides nothing."""
    if len(text) > _MAX_TEXT:
        return "", "", ""
    parts = re.findall(r"(?:\$\{[^}]*\}|(?:^|(?<=:))[A-Za-z]:(?=[\\/])|[^:])+", text)
    if len(parts) == 1:
        return "", parts[0], ""
    return (parts[0], parts[1], ":".join(parts[2:])) if parts else ("", "", "")
