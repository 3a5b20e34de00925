"""The way through one file: which lines there are, which of them are looked at, and what is found there."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from io import StringIO

from yett.checks._detect_secrets.bounds import BUDGET, steps
from yett.checks._detect_secrets.forms import excess, may_be_ini, may_be_settings, newlines, spellings
from yett.checks._detect_secrets.patterns import Pieces, patterns, pieces, varied
from yett.checks._detect_secrets.sieve import Sieve
from yett.checks._detect_secrets.superset import bare, joined, spelled, written
from yett.checks._detect_secrets.upstream import Library, rewritten, secrets, set_aside
from yett.lean import Any, NamedTuple
from yett.model import Blob, Gap


class Seen(NamedTuple):
    """What a plugin found: the library's word for its kind, the value, the line, and the text of that line."""

    kind: str
    value: str
    line: int
    text: str


class _File(NamedTuple):
    """A file as the library opens it: `text` and `data` are the same, all lines ended by line feeds."""

    path: str
    text: str
    data: bytes
    kind: Any
    yaml: bool


# What the library's parsers and plugins let through from below. It ends the command; here it ends one line or file.
_FAILURES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Reader:
    """Finds what the library finds in one file after another: each value of a kind once, where it stands first."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._patterns = patterns(library.plugins)
        self._lines = Sieve([written(each.node) for each in self._patterns.wide])
        self._pieces: tuple[Sieve, Pieces] | None = None

    def read(self, blob: Blob) -> Iterator[Seen | Gap]:
        """What is found in a file, in the order of its lines."""
        file = self._opened(blob)
        if file is None:
            return
        shown: Sequence[str] = ()
        if (file.yaml or may_be_ini(file.text)) and self._may_tell(file):
            shown = yield from self._rewritten(file, eager=False)
        any_seen = False
        for each in self._looked(file, shown):
            any_seen = any_seen or isinstance(each, Seen)
            yield each
        # the library has a second try, and only where it found nothing
        if not any_seen and _is_other(file.kind) and may_be_settings(file.text) and self._may_tell(file):
            shown = yield from self._rewritten(file, eager=True)
            if shown:
                yield from self._looked(file, shown)

    def _opened(self, blob: Blob) -> _File | None:
        """None for what the library does not look into: by its name, or since it is no UTF-8."""
        if set_aside(self._library, blob.path):
            return None
        data = newlines(blob.data)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None
        kind = self._library.kind_of(blob.path)
        return _File(blob.path, text, data, kind, kind.name == "YAML")

    def _may_tell(self, file: _File) -> bool:
        """Whether a plugin may find something in the file once it is rewritten, or in its own lines."""
        source = None if self._patterns.always else spellings(file.text, file.data, file.yaml)
        if source is None:
            return True
        if self._pieces is None:
            found = pieces(self._patterns.wide)
            self._pieces = Sieve(found.patterns, once=True), found
        sieve, found = self._pieces
        source = bare(source)
        held = {piece for piece, _ in sieve.find(source)}
        return any(
            file.kind not in each.silent and own <= held and (not each.charset or varied(source, each, missing=1))
            for each, own in zip(self._patterns.wide, found.of, strict=True)
        )

    def _rewritten(self, file: _File, eager: bool) -> Generator[Gap, None, Sequence[str]]:
        """Yields what cannot be done; the lines are the result, none where the file stays as it is."""
        reason = excess(file.text, file.yaml)
        if not reason:
            try:
                return rewritten(self._library, file.text, file.path, eager)
            except _FAILURES as error:
                reason = f"detect-secrets' reader of such files failed ({type(error).__name__})"
        what = "only its lines as they stand were looked into by detect-secrets' plugins: split the file or mend it"
        yield Gap(file.path, "secrets", f"{reason}, so {what}", "limit")
        return ()

    def _looked(self, file: _File, shown: Sequence[str]) -> Iterator[Seen | Gap]:
        """What is found in rewritten lines; in the lines of the file where there are none."""
        wanted = self._wanted(joined(shown) if shown else spelled(file.data), file.kind)
        if not wanted:
            return
        plain = StringIO(file.text).readlines()
        lines = shown or plain
        seen = set()
        spent = 0
        for line, plugins in wanted.items():
            spent += self._cost(lines, line, plugins)
            if spent > BUDGET:
                reason = "detect-secrets' plugins would be busy with this line for minutes, so they looked no further"
                yield Gap(file.path, "secrets", f"{reason}: break it up, or remove it", "limit", line)
                return
            found, failure = self._found(file.path, lines, line, plugins)
            for kind, value in found:
                if (kind, value) not in seen:
                    seen.add((kind, value))
                    yield Seen(kind, value, line, plain[line - 1] if line <= len(plain) else "")
            if failure:
                yield Gap(file.path, "secrets", f"{failure}: look at this line yourself", "unparsable", line)

    def _cost(self, lines: Sequence[str], line: int, plugins: Sequence[int]) -> int:
        kinds = (self._library.plugins[number].secret_type for number in plugins)
        return steps(lines[line - 1], lines[line - 2] if line > 1 else "", kinds)

    def _found(
        self, path: str, lines: Sequence[str], line: int, plugins: Sequence[int]
    ) -> tuple[list[tuple[str, str]], str]:
        found = []
        try:
            for each in secrets(
                self._library, lines, line, [self._library.plugins[number] for number in plugins], path
            ):
                found.append(each)
        except _FAILURES as error:
            return found, f"a plugin of detect-secrets failed ({type(error).__name__})"
        return found, ""

    def _wanted(self, source: bytes, kind: Any) -> dict[int, Sequence[int]]:
        """The lines to look at, counted from 1 and in order, with the numbers of the plugins to ask, in theirs."""
        wanted: dict[int, set[int]] = {}
        wide, always = self._patterns.wide, self._patterns.always
        line, counted = 1, 0
        for index, offset in self._lines.find(source):
            each = wide[index]
            if kind in each.silent or (each.charset and not varied(_line(source, offset), each)):
                continue
            line += source.count(b"\n", counted, offset)
            counted = offset
            wanted.setdefault(line, set(always)).add(each.plugin)
        if always:
            for number in range(1, source.count(b"\n") + 2):
                wanted.setdefault(number, set(always))
        return {line: sorted(wanted[line]) for line in sorted(wanted)}


def _line(source: bytes, offset: int) -> bytes:
    end = source.find(b"\n", offset)
    return source[source.rfind(b"\n", 0, offset) + 1 : end if end >= 0 else len(source)]


def _is_other(kind: Any) -> bool:
    return bool(kind.name == "OTHER")
