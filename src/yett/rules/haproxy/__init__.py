"""Rules for HAProxy: each is told of every section, with the defaults that hold in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse import haproxy
from yett.parse.names import is_haproxy
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules.haproxy import access, service, tls

EXAMPLE = "haproxy.cfg"
"""The path under which the rules' one-file examples are judged."""

RULES = (*access.RULES, *service.RULES, *tls.RULES)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find. Raises `ParseError` where a file that looks like HAProxy's cannot be read."""
    try:
        config = haproxy.parse(text)
    except ParseError:
        if _LOOKS.search(text) and "[metadata]" not in text:
            raise
        return
    if not haproxy.looks(config):
        return
    # HAProxy reads every file of a folder into one configuration: the defaults may be in the next one.
    alone = not any(
        is_haproxy(other) and other != path and re.search(r"(?m)^[ \t]*(?:defaults|global)\b", tree.text(other) or "")
        for other in tree.folder(posixpath.dirname(path))
    )
    whole = alone or (any(True for _ in config.of("defaults")) and any(True for _ in config.of("global")))
    seen: set[tuple[str, Hit | Unknown]] = set()
    for rule, check in RULES:
        for hit in check(config):
            if isinstance(hit, Hit) and not whole and rule.id in _ABSENCES:
                hit = Unknown(hit.line, "what is missing here may stand in another file of the folder")
            if (rule.id, hit) not in seen:
                seen.add((rule.id, hit))
                yield rule, hit


_LOOKS = re.compile(r"(?m)^(?:frontend|backend|listen)\s+\S+|^defaults\b")
_ABSENCES = tuple(f"haproxy/{name}" for name in ("timeouts-missing", "no-logging", "run-as-root"))
