"""Apache's configuration, `.htaccess` included: directives with their places, sections, and what is included.

Names are read in any case and kept in lower case. A line goes on in the next one after a backslash, `#` begins a
comment at the beginning of a line alone, and `<If…>` sections are looked through.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from yett.parse.nginx import Directive, Word, matching
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree

MAX_DEPTH = 60
MAX_FILES = 200
MAX_DIRECTIVES = 60_000

THROUGH = ("ifmodule", "ifdefine", "ifversion", "iffile", "ifdirective", "ifsection", "macro", "else", "elseif")
"""Sections that only ask whether what is in them counts."""

_WORD = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([^\s]+)")
_STEERING = re.compile(r"\s*(?:\{[%#]|<%(?!=)|\{\{-?\s*(?:range|end|if|else|with)\b)")


def parse(text: str, path: str = "") -> Directive:
    """The directives of a file, includes not followed. Raises `ParseError` for sections that do not match."""
    root = Directive(Word("", Span(1, 1, 1, 1)), (), path, None, True)
    block = root
    depth = count = 0
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        first = number
        parts = [(number + 1, lines[number])]
        while parts[-1][1].endswith("\\") and number + 1 < len(lines):
            number += 1
            parts[-1] = (parts[-1][0], parts[-1][1][:-1])
            parts.append((number + 1, lines[number]))
        number += 1
        head = parts[0][1].lstrip()
        if (not head and len(parts) == 1) or head.startswith("#"):
            continue
        if _STEERING.match(parts[0][1]):
            root.templated = True
            continue
        if head.startswith("</"):
            name = head[2:].strip().rstrip(">").strip().lower()
            if block.parent is None or name != block.name:
                inside = f"the section <{block.at.text[:40]}> is not closed" if block.parent else "no section is open"
                raise ParseError(first + 1, 1, f"</{name[:40]}> stands where {inside}")
            block.end = Span(first + 1, 1, first + 1, len(lines[first]) + 1)
            block = block.parent
            depth -= 1
            continue
        words = _words(parts)
        if not words:
            continue
        count += 1
        if count > MAX_DIRECTIVES:
            raise ParseError(first + 1, 1, f"there are more than {MAX_DIRECTIVES} directives")
        opens = words[0].text.startswith("<") and len(words[0].text) > 1 and words[0].text[1].isalpha()
        if opens:
            if depth >= MAX_DEPTH:
                raise ParseError(first + 1, 1, f"the sections are nested more than {MAX_DEPTH} deep")
            words = _section(words)
        directive = Directive(words[0], tuple(words[1:]), path, block, opens)
        directive.name = words[0].text.lower()
        block.children.append(directive)
        if opens:
            block = directive
            depth += 1
    if block.parent is not None:
        raise ParseError(*block.at.span[:2], f"the section <{block.at.text[:40]}> is not closed")
    return root


def _words(parts: list[tuple[int, str]]) -> list[Word]:
    words = []
    for number, line in parts:
        for found in _WORD.finditer(line):
            quoted = found.group(3) is None
            text = found.group(3) if not quoted else re.sub(r"\\(.)", r"\1", found.group(1) or found.group(2) or "")
            words.append(Word(text or "", Span(number, found.start() + 1, number, found.end() + 1), quoted))
    return words


def _section(words: list[Word]) -> list[Word]:
    """The words of `<Name args>` without the brackets; places stay inside."""
    at = words[0].span
    words[0] = Word(words[0].text[1:], Span(at.line, at.column + 1, at.end_line, at.end_column))
    last = words[-1]
    if last.text.endswith(">") and not last.quoted:
        span = Span(last.span.line, last.span.column, last.span.end_line, last.span.end_column - 1)
        words[-1] = Word(last.text[:-1].rstrip("\"'").lstrip("\"'"), span, last.quoted)
    return [word for index, word in enumerate(words) if word.text or not index or word.quoted]


def through(block: Directive) -> Iterator[Directive]:
    """What is right inside a section, the sections that only ask whether it counts looked through."""
    stack = block.children[::-1]
    while stack:
        directive = stack.pop()
        yield directive
        if directive.name in THROUGH:
            stack += directive.children[::-1]


_PREFIXES = re.compile(r"/(?:etc/(?:apache2|httpd)|usr/local/apache2|opt/bitnami/apache2?|etc/apache)/")
_HARMLESS = re.compile(r"(?:mods-enabled|conf\.modules\.d|modules\.d)/\*\.(?:load|conf)$|mime\.types$")
_SITES = re.compile(r"(?:sites-enabled|sites-available|vhosts(?:\.d)?)/(?:\*(?:\.conf)?)?$")


def resolve(tree: Tree, directive: Directive) -> list[str] | None:
    """The files that an Include names, or None where they are not in the tree; the nearest folder first."""
    if not directive.args or directive.args[0].is_template or "$" in directive.args[0].text:
        return None
    pattern = directive.args[0].text
    wanted = _PREFIXES.sub("", pattern, count=1).lstrip("/")
    for each in (wanted, wanted.replace("-enabled/", "-available/")):
        base = posixpath.dirname(directive.path)
        while True:
            place = posixpath.normpath(posixpath.join(base, each))
            found = matching(tree, place) or (list(tree.folder(place)) if each.endswith("/") else [])
            if found:
                return found
            if not base:
                break
            base = posixpath.dirname(base)
    return [] if _HARMLESS.search(pattern) or _SITES.search(pattern) else None


def expand(root: Directive, tree: Tree) -> Directive:
    """The same file with what it includes put in place, as far as the tree has it. Changes `root`."""
    budget = [MAX_FILES]
    _expand(root, tree, (root.path,), budget)
    return root


def _expand(block: Directive, tree: Tree, files: tuple[str, ...], budget: list[int]) -> None:
    children: list[Directive] = []
    for child in block.children:
        children.append(child)
        if child.is_block:
            _expand(child, tree, files, budget)
        if child.name not in ("include", "includeoptional"):
            continue
        paths = resolve(tree, child)
        if paths is None:
            block.missing.append(child)
        for path in paths or ():
            budget[0] -= 1
            text = tree.text(path) if budget[0] >= 0 and path not in files and len(files) < 12 else None
            if text is None:
                continue
            try:
                included = parse(text, path)
            except ParseError:
                block.missing.append(child)
                continue
            _expand(included, tree, (*files, path), budget)
            block.missing += included.missing
            for each in included.children:
                each.parent = block
            children += included.children
    block.children = children
