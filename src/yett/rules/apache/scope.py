"""What holds in a section of Apache, and who is let in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import NamedTuple
from yett.model import Confidence, Edit, Hit, Rule, Severity, Unknown
from yett.parse.apache import THROUGH, through
from yett.parse.nginx import Directive, Word
from yett.parse.source import Span
from yett.rules.hits import hit, short


class Found(NamedTuple):
    """A hit or unknown and the file it is in: a configuration is made of several."""

    path: str
    what: Hit | Unknown


Judge = Callable[[Directive], Iterator[Found]]
Judged = tuple[tuple[Rule, Judge], ...]


def at(
    directive: Directive,
    message: str,
    *,
    word: Word | None = None,
    fix: str = "",
    subject: str = "",
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    edits: tuple[Edit, ...] = (),
) -> Found:
    span = word.span if word else directive.span
    if span.line != span.end_line:
        span = directive.at.span
    name = f"{where(directive)}: {subject or f'{directive.name} {directive.text}'}"
    return Found(
        directive.path, hit(span, message, fix=fix, subject=name, severity=severity, confidence=confidence, edits=edits)
    )


def unknown(directive: Directive, what: str) -> Found:
    return Found(directive.path, Unknown(directive.at.span.line, what))


def where(directive: Directive) -> str:
    """The sections around a directive by name."""
    names = [label(block) for block in directive.up() if block.is_block and block.name and block.name not in THROUGH]
    return " ".join(reversed(names)) or "main"


def label(block: Directive) -> str:
    if not block.name or block.name in THROUGH:
        return "this configuration" if block.parent is None else label(block.parent)
    if block.name == "virtualhost":
        names = [each for each in own(block, "servername") if each.args]
        if names:
            return f"<VirtualHost {short(names[0].args[0].text, 50)}>"
    return short(f"<{' '.join((block.at.text, *(word.text for word in block.args)))}>", 70)


def replace(directive: Directive, by: str) -> tuple[Edit, ...]:
    """The edit that puts other words in the place of a directive's; none where they go over several lines."""
    if not directive.args or directive.args[0].span.line != directive.args[-1].span.end_line:
        return ()
    first, last = directive.args[0].span, directive.args[-1].span
    return (Edit(*Span(first.line, first.column, last.end_line, last.end_column), by),)


def own(block: Directive, name: str) -> list[Directive]:
    """The directives of a section that have a name."""
    return block.once(_by_name).get(name, [])


def _by_name(block: Directive) -> dict[str, list[Directive]]:
    found: dict[str, list[Directive]] = {}
    for each in through(block):
        found.setdefault(each.name, []).append(each)
    return found


def setting(block: Directive, name: str) -> Directive | None:
    """The directive that decides in a section: its own last one, else that of a section around it."""
    for each in block.up():
        if each.name in THROUGH:
            continue
        found = own(each, name)
        if found:
            return found[-1]
    return None


def named(root: Directive, *names: str) -> Iterator[Directive]:
    return (each for each in root.walk() if each.name in names)


def access(block: Directive) -> str:
    """Who is let in by a section itself: "open" to all, "limited", or "" where it says nothing."""
    return block.once(_access)


def _access(block: Directive) -> str:
    said = ""
    allows: bool | None = None
    for each in block.walk():
        text = each.text.lower()
        if each.name == "require":
            if text.startswith(("all granted", "not ")):
                said = said or "open"
            else:
                return "limited"
        elif each.name == "deny" and text.startswith("from all"):
            return "limited"
        elif each.name == "allow" and text.startswith("from all"):
            said = said or "open"
        elif each.name == "order" and "".join(text.split()) == "allow,deny":
            allows = _allows_all(block) if allows is None else allows
            if not allows:
                return "limited"
    return said


def _allows_all(block: Directive) -> bool:
    return any(each.name == "allow" and "all" in each.text.lower().split() for each in block.walk())


def is_main(root: Directive) -> bool:
    """Whether a configuration is a server's own one, not a piece: it says where the server lives or what it loads."""
    return any(each.name in ("serverroot", "mpm_prefork_module") for each in through(root))


def incomplete(block: Directive) -> Directive | None:
    """An include that cannot be followed, in a section or around it."""
    return next((each.missing[0] for each in block.up() if each.missing), None)
