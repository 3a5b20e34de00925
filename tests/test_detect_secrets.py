"""detect-secrets' plugins behind a prefilter: it lets through whatever they match, and what is said is what the command
says."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from io import StringIO
from math import log2
from pathlib import Path
from re import _compiler, _parser  # type: ignore[attr-defined]
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any

import pytest

import yett.checks._detect_secrets as engine
from yett.checks import secrets
from yett.checks._detect_secrets import Told, digest, fresh, look
from yett.checks._detect_secrets.bounds import BUDGET, steps
from yett.checks._detect_secrets.forms import LIMIT, excess, may_be_ini, may_be_settings, spellings, unescaped
from yett.checks._detect_secrets.patterns import Wide, distinct, keywords, patterns, pieces, varied
from yett.checks._detect_secrets.read import Reader, Seen
from yett.checks._detect_secrets.sieve import Sieve, by_hyperscan, by_re, by_re2
from yett.checks._detect_secrets.superset import (
    EMPTY,
    UnfamiliarError,
    bare,
    factors,
    joined,
    spelled,
    superset,
    written,
)
from yett.checks._detect_secrets.upstream import Library, load, rewritten
from yett.model import Blob, Confidence, Finding, Gap, check_of
from yett.rules.secrets_detect import rule, rules

inspect = secrets.load(engines=("detect-secrets",)).inspect

COMMAND = Path(sys.executable).with_name("detect-secrets")

LOOKALIKES = "\u0130\u0131\u017f\u212a"
POOL = string.printable.replace("\r", "") + LOOKALIKES + "\u00e9\u00d1\u0663\u00a0\u2028\x1c\x85\U0001f511\u4e2d"
"""What strings are made of: ASCII, and of the rest whatever is a letter, a digit or white space to somebody."""


@lru_cache(1)
def library() -> Library:
    return load()


@lru_cache(1)
def regexes() -> tuple[tuple[str, Any, Wide], ...]:
    """Every pattern of every plugin, with what was made of it."""
    from detect_secrets.plugins.keyword import QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP, REGEX_BY_FILETYPE

    wide = iter(patterns(library().plugins).wide)
    found = []
    for plugin in library().plugins:
        if hasattr(plugin, "denylist"):
            own = list(plugin.denylist)
        elif hasattr(plugin, "regex"):
            own = [plugin.regex]
        else:
            own = [regex for regex, _ in keywords()]
            tables = (*REGEX_BY_FILETYPE.values(), QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP)
            assert set(own) == {regex for table in tables for regex in table}
        found += [(plugin.secret_type, regex, next(wide)) for regex in own]
    assert next(wide, None) is None
    return tuple(found)


# Strings that a pattern matches, made by walking its parse tree


class Maker:
    """Makes strings for a pattern; what the pattern looks ahead or behind for is left to chance."""

    def __init__(self, chance: random.Random, pattern: Any, least: int = 1) -> None:
        self._chance = chance
        self._tree = _parser.parse(pattern.pattern, pattern.flags)
        self._flags = pattern.flags
        self._least = least
        self._groups: dict[int, str] = {}

    def make(self) -> str:
        self._groups = {}
        return self._row(self._tree)

    def _row(self, tree: Any) -> str:
        return "".join(self._node(op, value) for op, value in tree)

    def _node(self, op: Any, value: Any) -> str:
        if op in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY):
            return self._chance.choice(members(op, repr(value), self._flags) or _kept(op, value, self._flags))
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            low, high, body = value
            high = min(int(high), low + self._chance.choice((0, 0, 1, 3, 40)))
            if self._least > 1 and int(value[1]) > 1:
                low = high = self._least
            return "".join(self._row(body) for _ in range(self._chance.randint(low, high)))
        if op is ops.SUBPATTERN:
            group, _, _, body = value
            text = self._row(body)
            if group is not None:
                self._groups[group] = text
            return text
        if op is ops.BRANCH:
            return self._row(self._chance.choice(value[1]))
        if op is ops.GROUPREF:
            return self._groups.get(value, "")
        assert op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT), op
        return ""


_KNOWN: dict[tuple[Any, str, int], str] = {}


def members(op: Any, key: str, flags: int) -> str:
    return _KNOWN.get((op, key, flags), "")


def _kept(op: Any, value: Any, flags: int) -> str:
    """The characters of the pool that one of these matches, as `re` itself has it."""
    state = _parser.State()
    state.flags = flags
    one = _compiler.compile(_parser.SubPattern(state, [(op, value)]), flags & ~re.DEBUG)
    found = "".join(char for char in POOL if one.fullmatch(char)) or chr(value)
    _KNOWN[(op, repr(value), flags)] = found
    return found


def matching(chance: random.Random, pattern: Any, least: int, count: int) -> Iterator[str]:
    """Lines in which a pattern finds something."""
    maker = Maker(chance, pattern, least)
    for _ in range(count):
        around = ["".join(chance.choices(POOL, k=chance.choice((0, 0, 1, 5)))) for _ in range(2)]
        line = around[0] + maker.make() + around[1]
        if pattern.search(line):
            yield line


NUMBERS = tuple(range(58))


def test_every_plugin_has_patterns() -> None:
    assert len(library().plugins) == 27
    assert patterns(library().plugins).always == ()
    assert len(regexes()) == len(NUMBERS)
    assert {kind for kind, _, _ in regexes()} == {plugin.secret_type for plugin in library().plugins}


@pytest.mark.parametrize("number", NUMBERS)
def test_what_a_pattern_matches_passes(number: int) -> None:
    kind, pattern, wide = regexes()[number]
    found = [find([written(wide.node)]) for find in (by_re, by_re2, by_hyperscan)]
    chance = random.Random(number)
    lines = list(matching(chance, pattern, wide.different, 150))
    assert len(lines) >= 10, f"hardly any line was made for {kind}"
    for line in lines:
        source = joined(["first", line, "last"])
        start, end = source.index(b"\n"), source.rindex(b"\n")
        for find in found:
            assert find is not None
            assert any(start < offset < end for _, offset in find(source)), (kind, line)
        assert joined([line]) == spelled(line.encode()).replace(b"\n", b"\x85")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", ("a.yaml", "a.ini", "a.txt"))
def test_what_a_rewritten_line_matches_is_seen_in_the_file(number: int, name: str) -> None:
    """Whatever a pattern finds once a file is rewritten, the pieces of the pattern are in the file as it was."""
    kind, pattern, wide = regexes()[number]
    chance = random.Random(number)
    own = pieces([wide])
    sieve = Sieve(own.patterns, once=True)
    compared = 0
    for line in matching(chance, pattern, 3 * wide.different, 60):
        for text in texts(chance, line, name):
            try:
                lines = rewritten(library(), text, name, eager=name == "a.txt")
            except (ValueError, LookupError):
                continue
            plugin = library().plugins[wide.plugin]
            if not any(plugin.analyze_line(name, each) if wide.charset else pattern.search(each) for each in lines):
                continue
            source = spellings(text, text.encode(), name == "a.yaml")
            if source is None:
                continue
            compared += 1
            held = {index for index, _ in sieve.find(bare(source))}
            assert own.of[0] <= held, (kind, text)
            assert not wide.charset or varied(bare(source), wide, missing=1)
    assert compared, f"no file was made for {kind}"


def entropy() -> tuple[Any, ...]:
    return tuple(plugin for plugin in library().plugins if hasattr(plugin, "entropy_limit"))


def texts(chance: random.Random, line: str, name: str) -> Iterator[str]:
    """Files in which a line is a value, or a key and a value, spelled in several ways."""
    line = "".join(char for char in line if char not in "\n\x0b\x0c\r\x1c\x85\u2028")
    key, _, value = line.partition(chance.choice(":= "))
    if name != "a.yaml":
        head = "" if name == "a.txt" else "[section]\n"
        yield f"{head}{line}\n"
        yield f"{head}key = {line}\nother: x\n"
        yield f"{head}{key} = {value}\n  {line}\n"
        return
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    yield f"key: {line}\n"
    yield f"{key}: {value}\n"
    yield "key: '" + line.replace("'", "''") + "'\n"
    yield f'key: "{quoted}"\n'
    yield f'"{key}" : "{quoted}"  # {line}\n'
    place = chance.randrange(len(line) + 1)
    start, end = line[:place], line[place:]
    start, end = (each.replace("\\", "\\\\").replace('"', '\\"') for each in (start, end))
    yield f'key: "{start}\\\n    {end}"\n'
    yield (
        'key: "'
        + "".join(f"\\U{ord(char):08x}" if chance.random() < 0.3 else char for char in quoted if char not in '\\"')
        + '"\n'
    )
    yield f"key: |\n  {line}\n  more\n"
    yield f"key: >-\n  x\n  {line}\n"
    yield f"a: &a [{{k: '{line.replace(chr(39), chr(39) * 2)}'}}]\nb: *a\n"


# The patterns


def test_the_lookalikes_of_ascii_letters_are_all() -> None:
    beyond = "".join(map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x110000)]))
    assert set(re.findall(r"[\x00-\x7f]", beyond, re.IGNORECASE)) == set(LOOKALIKES)
    for char in LOOKALIKES:
        letter = spelled(char.encode()).decode()
        assert letter in string.ascii_lowercase
        assert re.fullmatch(letter, char, re.IGNORECASE)
    assert spelled("K I S k i s é".encode()).decode() == "K I S k i s é"


@pytest.mark.parametrize(
    ("pattern", "wide"),
    (
        ("abc", b"abc"),
        ("(?i)ab", b"[Aa][Bb]"),
        ("(?i:a)b", b"[Aa]b"),
        (r"x*ab{2,5}", b"ab{2}"),
        (r"(a|b)c\1?", b"[a-b]c"),
        (r"(a+)-\1", b"a\\x2da{1}"),
        (r"(?<!\w)key(?=\s)", b"key"),
        (r"^a$", b"a"),
        (r"a\d", rb"a[0-9IKSiks\x80-\xff]"),
        (r"a.b", rb"a[\x00-\x09\x0b-\xff]{1,4}b"),
        (r"a\nb", rb"a\x85b"),
        (r"a[^b]c", rb"a[\x00-\x09\x0b-ac-\xff]{1,4}c"),
        (r"a{600}b", b"a{500,}b"),
    ),
)
def test_a_pattern_is_made_wider(pattern: str, wide: bytes) -> None:
    made = written(superset(re.compile(pattern)))
    assert made.replace(b"{1}", b"") == wide.replace(b"{1}", b"")


@pytest.mark.parametrize("pattern", ("a*", "(a|)", "^", r"\b", "(?=secret)", "a{0,3}b?"))
def test_what_may_match_nothing_is_found_everywhere(pattern: str) -> None:
    assert superset(re.compile(pattern)) == EMPTY


def test_a_pattern_of_bytes_is_not_read() -> None:
    with pytest.raises(UnfamiliarError):
        superset(re.compile(b"a"))


def test_a_plugin_that_is_not_known_is_asked_about_every_line() -> None:
    class Odd:
        secret_type = "Odd"
        denylist = (re.compile("a"),)

        def analyze_line(self) -> None: ...

        def analyze_string(self) -> None: ...

    found = patterns([Odd(), *library().plugins[:1]])
    assert found.always == (0,)
    assert {each.plugin for each in found.wide} == {1}


def test_every_class_holds_what_re_says() -> None:
    chance = random.Random(5)
    for _ in range(300):
        parts = chance.choices((r"\d", r"\w", r"\s", r"\W", r"\S", "a-f", "K", "s", "0-4", "_", r"\n", "é", "ſ"), k=3)
        text = f"[{chance.choice(('', '^'))}{''.join(parts)}]"
        pattern = re.compile(text, chance.choice((0, re.IGNORECASE, re.ASCII, re.ASCII | re.IGNORECASE)))
        wide = re.compile(written(superset(pattern)))
        for char in POOL:
            if pattern.match(char):
                assert wide.search(joined([char])), (pattern, char)


@pytest.mark.parametrize(
    ("pattern", "found"),
    (
        ("AKIA[A-Z]{16}", [b"AKIA[A-Z]{16}"]),
        ("BEGIN KEY", [b"BEGIN", b"KEY"]),
        ("Key=[a-z]{9}", [rb"Key\x3d[a-z]{9}"]),
        ("key[:=]x", [rb"key[\x3a\x3d]x"]),
        ("key:", [b"key"]),  # the colon may be the one that is put after a key
        (r"ab[a-z\\]{9}c", [rb"ab[a-z]{0,9}c"]),  # what is left may be nothing
        (r"a['\"]?b", [b"ab"]),
        (r"x(ab|\")+c", [b"x(?:(?:ab|))+c"]),
        (r"\s+", []),
    ),
)
def test_the_pieces_of_a_pattern(pattern: str, found: list[bytes]) -> None:
    assert [written(each) for each in factors(superset(re.compile(pattern)))] == found


def test_enough_different_characters() -> None:
    assert distinct("abcdefghijklmnopqrstuvwxyz", 4.5) == 23
    assert distinct(string.hexdigits, 3.0) == 8
    assert distinct("aab", 1.0) == 1  # a character that is listed twice counts twice
    chance = random.Random(7)
    for plugin in entropy():
        least = distinct(plugin.charset, plugin.entropy_limit)
        for _ in range(400):
            some = chance.sample(plugin.charset, chance.randint(2, min(30, len(plugin.charset))))
            text = "".join(chance.choices(some, k=chance.randint(2, 60)))
            assert plugin.calculate_shannon_entropy(text) <= log2(len(set(text))) + 1e-9
            if plugin.analyze_line("a", f'"{text}"'):
                assert len(set(text)) >= least


# The sieve


def test_all_finders_see_the_same_lines() -> None:
    chance = random.Random(3)
    own = [written(wide.node) for _, _, wide in regexes()]
    finders = (by_re(own), by_re2(own), by_hyperscan(own))
    for _ in range(40):
        lines = [
            line.replace("\n", "")
            for _, pattern, wide in chance.sample(regexes(), 6)
            for line in matching(chance, pattern, wide.different, 3)
        ]
        source = joined([*lines, "", "nothing", *lines])
        seen = []
        for find in finders:
            assert find is not None
            seen.append({(index, source.count(b"\n", 0, offset)) for index, offset in find(source)})
        assert seen[0] == seen[1] == seen[2]


def test_a_long_text_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    import yett.checks._detect_secrets.sieve as sieve

    monkeypatch.setattr(sieve, "_PIECE", 16)
    find = by_hyperscan([b"key"])
    assert find is not None
    text = b"a key\n" * 9 + b"a line that is longer than a piece is, and has a key\nkey" + b"key" * 9
    lines = {text.count(b"\n", 0, offset) for _, offset in find(text)}
    assert lines == {*range(11)}


def test_a_sieve_changes_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    import yett.checks._detect_secrets.sieve as sieve

    monkeypatch.setattr(sieve, "_SMALL", 100)
    found = Sieve([b"key", b"o[a-z]k"])
    text = b"a lock\nan oak\nkey key\n"
    for _ in range(9):
        assert {(index, text.count(b"\n", 0, at)) for index, at in found.find(text)} == {(1, 0), (1, 1), (0, 2)}


@pytest.mark.parametrize("absent", (("hyperscan",), ("re2",), ("hyperscan", "re2")))
def test_without_the_fast_engines(absent: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in absent:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr("yett.checks._detect_secrets.sieve._SMALL", 0)
    assert [found.rule for found in said("a.py", f"x = 1\n{PASSWORD}\n")] == ["secrets/ds-secret-keyword"]


def test_a_pattern_that_an_engine_does_not_take() -> None:
    assert by_hyperscan([b"("]) is None
    assert by_re2([b"("]) is None


# What rewriting depends on


@pytest.mark.parametrize(
    ("text", "may"),
    (
        ("", False),
        ("x = 1\n", False),
        ("[a]\nx = 1\n", True),
        ("\n# c\n  ; c\n [a]\n", True),
        ("# c", False),
        ("\ufeff[a]\nx = 1\n", False),  # no mark is taken off, so that there is no section
    ),
)
def test_what_may_be_ini(text: str, may: bool) -> None:
    assert may_be_ini(text) is may


@pytest.mark.parametrize(
    ("text", "may"),
    (
        ("A=1\nB: 2\n", True),
        ("A=1\n  on and on\n", True),
        ("A=1\n# on and on\n; and on\n[a]\n", True),
        ("A=1\non and on\n", False),
        ("A=1\n\u00e9t\u00e9\n", False),
        ("{\n", False),
        ("", True),
    ),
)
def test_what_may_be_settings(text: str, may: bool) -> None:
    assert may_be_settings(text) is may


def test_what_is_left_out_would_not_have_been_rewritten() -> None:
    chance = random.Random(11)
    some = (
        "[a]",
        "x = 1",
        "y: 2",
        "  more",
        "# c",
        "; c",
        "",
        "word",
        "[",
        "= 1",
        "\ufeff[a]",
        "\x1cx",
        "x\x1c=1",
        "\u2028y",
    )
    taken = 0
    for _ in range(3000):
        text = "".join(chance.choice(some) + "\n" for _ in range(chance.randint(1, 5)))
        if rewritten(library(), text, "a.py", eager=False):
            assert may_be_ini(text), text
            taken += 1
        if rewritten(library(), text, "a.txt", eager=True):
            assert may_be_settings(text), text
            taken += 1
    assert taken > 200


def test_escapes_mean_what_yaml_says() -> None:
    import yaml

    for text in (r"a\x41\u0042\U00000043", r"\\x41", r"\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P", "a\\\n   b", r"\ud83d"):
        assert unescaped(f'"{text}"')[1:-1] == yaml.safe_load(f'"{text}"').encode("utf-8", "surrogatepass").decode(
            "utf-8", "surrogatepass"
        )
    assert unescaped(r"\U00110000") == ""
    assert unescaped('\\"\\x41"') == '"A"'  # what comes before a quote does not reach behind it


@pytest.mark.parametrize(
    ("text", "yaml", "told"),
    (
        ("a: !!binary aGk=", True, False),
        ("a: !<tag:yaml.org,2002:b%69nary> aGk=", True, False),
        ("%TAG !e! tag:yaml.org,2002:\n---\na: !e!nary x", True, False),
        ("a: binary\nb: !Ref x", True, True),
        ("a: %(b)s", True, True),
        ("[a]\nb: %(c)s", True, False),
        ("b: %(c)s", False, False),
        ("b: 50%%", False, False),
        ("b: 50%", False, True),
    ),
)
def test_where_the_file_does_not_tell(text: str, yaml: bool, told: bool) -> None:
    assert (spellings(text, text.encode(), yaml) is not None) is told


# What the command says


def said(path: str, text: str | bytes) -> list[Finding]:
    data = text if isinstance(text, bytes) else text.encode()
    return [each for each in inspect(Blob(path, "", data)) if isinstance(each, Finding)]


VALUE = "Tr0ub4" + "dor3"
PASSWORD = f'password = "{VALUE}x"'
NEXT = "# prag" + "ma: allowlist nextline secret"
HEX = "9f86d081" + "884c7d659a2feaa0c55ad015a3bf4f1b"
WORD = "Xq7Rf2Lm9Tz4" + "Kb8Wc3Vd6NpYs5HjGg1Q"
KEY = "AKIA" + "Q3EGRJ7KLMNP2XYZ"
NESTED = base64.urlsafe_b64encode(b'{"a":' + b"[" * 90_000).decode().rstrip("=")


def bads() -> str:
    return "".join(f"{bad}\n" for each in rules() for bad in each.bad)


def tree() -> dict[str, bytes]:
    """Files of every kind there is something to be said about."""
    every = bads()
    texts: dict[str, str | bytes] = {
        f"every{suffix}": every
        for suffix in (".py", ".js", ".go", ".c", ".cpp", ".cs", ".java", ".m", ".php", ".rb", ".tf", ".swift", ".cls")
    }
    texts |= {
        f"every{suffix}": every
        for suffix in (
            ".txt",
            ".md",
            ".json",
            ".toml",
            ".properties",
            ".cfg",
            ".conf",
            ".ini",
            ".yaml",
            ".yml",
            ".eyaml",
        )
    }
    texts |= {
        # names that the library sets aside
        "package-lock.json": every,
        "poetry.lock": every,
        "sub/Pipfile.lock": every,
        "picture.svg": every,
        "api/swagger/x.py": every,
        "swagger-ui.html": every,
        "locked.json": every,
        # pragmas
        "pragma.py": "".join(
            f"{PASSWORD}{x}{comment}\n"
            for x, comment in enumerate(
                ("", " # AWAY: allowlist secret", " // AWAY: allowlist secret", " # AWAY: whitelist secret",
                 " /* AWAY: allowlist secret */", " <!-- AWAY: allowlist secret -->",
                 " -- AWAY: allowlist secret",
                 " # AWAY: allowlist", " # AWAY : allowlist secret")
            )
        ),
        "next.py": f"{NEXT}\n{PASSWORD}\n{PASSWORD}x\n  {NEXT}\n{PASSWORD}y\n",
        "next.yaml": f"{NEXT}\npassword: VALUEx\nsecret: VALUEy // AWAY: allowlist secret\n",
        "next.ini": f"[a]\n{NEXT}\npassword = VALUEx\nsecret = VALUEz\n",
        # encodings and ends of lines
        "crlf.py": f"x = 1\r\n{PASSWORD}\r\ny = '{WORD}'\r\n",
        "cr.py": f"x = 1\r{PASSWORD}\ry = '{WORD}'\r",
        "mixed.py": f"x = 1\r\r\n{PASSWORD}\n\r y = '{WORD}'\x0b{PASSWORD}z\n",
        "bom.py": b"\xef\xbb\xbf" + PASSWORD.encode(),
        "bom.ini": b"\xef\xbb\xbf[a]\npassword = VALUEx\n",
        "latin.py": b"# caf\xe9\n" + PASSWORD.encode(),
        "wide.py": PASSWORD.encode("utf-16"),
        "nul.py": b"\0\n" + PASSWORD.encode(),
        "empty.py": b"",
        "separators.py": f"a\x0b{PASSWORD}\x0cb\x1c{PASSWORD}x\x85\u2028{PASSWORD}y\n",
        "lookalikes.py": 'pa\u017f\u017fword = "VALUEx"\napi_\u212aEY = "VALUEy"\n'
        'pr\u0131vate_key = "VALUEv"\nPR\u0130VATE_KEY = "VALUEw"\n',
        "accents.py": 'contrase\u00f1a = "VALUEx"\nCONTRASE\u00d1A_vieja = "VALUEy"\n',
        "digits.txt": "bot " + "\u0661" * 9 + ":" + "AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw\n",
        # long and odd lines
        "long.js": "x" * 300_000 + PASSWORD + ";" + "y" * 300_000 + f"'{WORD}'",
        "minified.json": json.dumps({"a": "x" * 20_000, "password": "VALUEx", "b": [WORD, HEX], "c": {"d": KEY}}),
        "many.py": f"{PASSWORD}\n" * 50 + f"x = '{WORD}'\n" * 50,
        "notebook.ipynb": json.dumps(
            {"cells": [{"source": [PASSWORD, f"x = '{WORD}'"], "outputs": [{"data": HEX * 40}]}]}, indent=1
        ),
        "ids.py": f"user_id = '{WORD}'\nids = '{HEX}'\nx = '{WORD}' # id\n",
        "uuid.py": "x = '6ba7b810" + "-9dad-11d1-80b4-00c04fd430c8'\n",
        "calls.py": 'secret = get(f["x"])\npassword = "${PASSWORD}"\npassword = "<password>"\n'
        'password == "VALUEx"\n"VALUEx" == password\n',
        "numbers.py": "x = '1234567890'\ny = '01234567890123456789'\nz = '1029384756'\n",
        # INI
        "setup.cfg": f"[a]\npassword = VALUEx\ntoken = {WORD}\nmore =\n  {HEX}\n  # no\n  '{WORD}x'\n"
        '[b]\npassword: "a"b\n',
        "dup.ini": "[a]\npassword = VALUEx\n[a]\npassword = y\n",
        "default.ini": f"[DEFAULT]\nsecret = {WORD}\n[a]\nx = 1\n[b]\nx = 2\n",
        "names.ini": f"[a]\nhalf = {WORD[:16]}\nwhole = x\n  x%(half)s{WORD[16:]}\n",
        "percent.ini": f"[a]\nx = 50%%{WORD}\n",
        "percent2.ini": f"[a]\nx = 50%{WORD}\n",
        "quote.ini": '[a]\nx = "\ny = \'\nz = ""\n',
        "section.py": f"[a]\nx = {WORD}\n",
        "not.ini": f"[a]\nx = '{WORD}'\nsome words\n",
        ".env": f"A=1\nTOKEN={WORD}\nSECRET_KEY={WORD}x\n",
        "settings": f"A: 1\n# c\nTOKEN: {HEX}\n",
        "found.txt": f"A: '{WORD}'\nTOKEN: {HEX}\n",
        "prose.txt": f"A line of words\nTOKEN: {HEX}\n",
        "words.txt": f"# words\n  on and on\nkey={WORD} \n\n\tmore\n",
        # YAML
        "a.yaml": f"password: VALUEx\ntoken: {WORD}  # why\nlist: [{{k: {HEX}}}, '{WORD}', {WORD}]\n",
        "block.yaml": f"a: |\n  password: VALUEx\n  x\n  {KEY}\nb: >-\n  aws\n  {KEY}\n\n"
        f"c: |-  # comment\n  {WORD}\n",
        "escapes.yaml": f'a: "\\x41KIA{KEY[4:]}"\nb: "{WORD[:12]}\\\n   {WORD[12:]}"\n'
        'c: "\\U0001F511 pa\\u017f\\u017fword: VALUEv"\n',
        "quotes.yaml": f"a: 'it''s \"{WORD}\"'\nb: \"say \\\"{HEX}\\\"\"\n",
        "binary.yaml": "a: !!binary |\n  " + base64.b64encode(bytes(range(60))).decode()[:40] + "\n  Zm9vYmFyYmF6\n",
        "tags.yaml": f"a: !Ref {WORD}\nb: x\n",
        "anchors.yaml": f"a: &x\n  token: {WORD}\nb: *x\nc: {{<<: *x}}\n",
        "keys.yaml": f"? {WORD}\n: x\n{HEX}: y\n1: {HEX}\n? [a]\n: b\n",
        "flow.yaml": f"{{a: {WORD}, b: {{password: VALUEv}}, 'c':\n   {HEX}}}\n",
        "two.yaml": f"a: {WORD}\n---\nb: {HEX}\n",
        "bad.yaml": "a: [\npassword: 'VALUEx'\n",
        "template.yaml": "a: {{ x }}\npassword: VALUEx\n",
        "empty.yaml": "",
        "scalar.yaml": WORD,
        "section.yaml": f"[a]\nx: {WORD}\n",
        "url.yaml": "a: https://deploy:" + "VALUEx@example.org/x\nb: see https://example.org\n",
        "crlf.yaml": f"a: {WORD}\r\npassword: VALUEx\r\n",
        "sub/dir with space/a.py": PASSWORD,
        "sub/\u00e9t\u00e9.py": PASSWORD,
    }  # fmt: skip
    whole = {path: text.encode() if isinstance(text, str) else text for path, text in texts.items()}
    words = {b"VALUE": VALUE.encode(), b"AWAY": b"prag" + b"ma"}
    for word, meant in words.items():
        whole = {path: data.replace(word, meant) for path, data in whole.items()}
    return whole


Heard = set[tuple[str, str, int, str]]


def command(root: Path) -> Heard:
    """What the command finds below a folder: path, rule, line, hash."""
    done = subprocess.run(
        [COMMAND, "scan", "--no-verify", "--all-files", "."], cwd=root, capture_output=True, check=True
    )
    results = json.loads(done.stdout)["results"]
    return {
        (path, rule(each["type"]).id, each["line_number"], each["hashed_secret"])
        for path, all_ in results.items()
        for each in all_
    }


def written_out(root: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def heard(files: dict[str, bytes]) -> tuple[Heard, list[Gap]]:
    looked = look()
    found: Heard = set()
    gaps = []
    for path, data in files.items():
        for each in looked(Blob(path, "", data)):
            if isinstance(each, Gap):
                gaps.append(each)
            else:
                place = (path, each.finding.rule, each.finding.line, each.hashed)
                assert place not in found
                found.add(place)
    return found, gaps


def test_the_findings_are_those_of_the_command(tmp_path: Path) -> None:
    files = tree()
    written_out(tmp_path, files)
    mine, gaps = heard(files)
    theirs = command(tmp_path)
    assert mine == theirs
    assert gaps == []
    assert len(theirs) > 500
    # what the tree is for
    kinds = {each for _, each, _, _ in theirs}
    assert kinds == {each.id for each in rules() if each.bad}
    silent = set(files) - {path for path, *_ in theirs}
    assert {"package-lock.json", "latin.py", "wide.py", "picture.svg"} <= silent
    assert not {"escapes.yaml", "binary.yaml", ".env", "settings", "lookalikes.py", "names.ini", "cr.py"} & silent


def test_the_findings_of_files_made_by_chance(tmp_path: Path) -> None:
    """Lines that patterns match, in files of every kind."""
    chance = random.Random(2)
    files = {}
    names = ("a.py", "a.yaml", "a.ini", "a.txt", "a.go", "a.c", "a.cpp", "a.conf")
    for number in range(160):
        name = chance.choice(names)
        some = [
            line for _, pattern, wide in chance.sample(regexes(), 4)
            for line in matching(chance, pattern, wide.different, 2)
        ]  # fmt: skip
        kind = name if name in ("a.yaml", "a.ini", "a.txt") else ""
        text = "\n".join(chance.choice(list(texts(chance, line, kind))) if kind else line for line in some)
        files[f"f{number}{name}"] = text.encode()
    mine, gaps = heard(files)
    failed = {gap.path for gap in gaps}
    assert len(failed) < 8
    files = {path: data for path, data in files.items() if path not in failed}
    written_out(tmp_path, files)
    theirs = command(tmp_path)
    assert {each for each in mine if each[0] not in failed} == theirs
    assert len(theirs) > 200


def test_nothing_in_the_tree_configures_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "ran"
    plugin = f"open({str(marker)!r}, 'w').close()\n"
    baseline = {
        "version": "1.5.0",
        "plugins_used": [{"name": "Evil", "path": f"file://{tmp_path / 'evil.py'}"}],
        "filters_used": [{"path": f"file://{tmp_path / 'evil.py'}::all"}],
        "results": {},
    }
    (tmp_path / "evil.py").write_text(plugin)
    (tmp_path / ".secrets.baseline").write_text(json.dumps(baseline))
    monkeypatch.chdir(tmp_path)
    assert [each.rule for each in said("a.py", PASSWORD)] == ["secrets/ds-secret-keyword"]
    assert not said(".secrets.baseline", json.dumps(baseline))
    assert not marker.exists()


# What is said of a finding


def examples(bad: bool) -> list[Any]:
    return [
        pytest.param(each.id, text, id=f"{each.id}-{number}")
        for each in rules()
        for number, text in enumerate(each.bad if bad else each.good)
    ]


@pytest.mark.parametrize(("rule_id", "text"), examples(bad=True))
def test_bad_examples_are_found(rule_id: str, text: str) -> None:
    assert rule_id in {each.rule for each in said("example.txt", text)}


@pytest.mark.parametrize(("rule_id", "text"), examples(bad=False))
def test_good_examples_are_left_alone(rule_id: str, text: str) -> None:
    assert rule_id not in {each.rule for each in said("example.txt", text)}


def test_there_is_a_rule_for_every_plugin() -> None:
    assert {each.id for each in rules()} == {rule(plugin.secret_type).id for plugin in library().plugins}
    assert len({each.id for each in rules()}) == 27
    for each in rules():
        assert re.fullmatch(r"secrets/ds-[a-z0-9]+(-[a-z0-9]+)*", each.id)
        assert check_of(each.id) == "secrets"
        assert all((each.why, each.fix, each.good))


def test_a_guess_is_unsure() -> None:
    unsure = {each.id for each in rules() if each.confidence is Confidence.LOW}
    assert unsure == {
        "secrets/ds-base64-high-entropy-string",
        "secrets/ds-hex-high-entropy-string",
        "secrets/ds-public-ip-ipv4",
        "secrets/ds-secret-keyword",
    }
    assert rule("Something new").confidence is Confidence.LOW


def test_where_a_finding_is() -> None:
    (found,) = said("a.py", f"x = 1\n  {PASSWORD}\n")
    assert (found.line, found.column, found.end_line, found.end_column) == (2, 15, 2, 26)
    assert found.message == "Secret Keyword (detect-secrets) (11 characters)"
    (folded,) = said("a.yaml", f'a:\n  b: "\\x41KIA{KEY[4:]}"\n')
    assert (folded.rule, folded.line, folded.column, folded.end_column) == ("secrets/ds-aws-access-key", 2, 1, 0)


def test_no_value_is_shown() -> None:
    for each in inspect(Blob("a.txt", "", bads().encode())):
        shown = repr(each)
        assert VALUE not in shown
        assert KEY not in shown
        assert WORD not in shown
        assert HEX not in shown


def test_one_value_has_one_fingerprint() -> None:
    (first,) = said("a.py", PASSWORD)
    (second,) = said("b.js", f"\n\n  {PASSWORD}")
    (other,) = said("a.py", PASSWORD.replace('x"', 'y"'))
    assert first.fingerprint == second.fingerprint != other.fingerprint


def test_what_was_found_already_is_dropped() -> None:
    told = list(look()(Blob("a.py", "", f"{PASSWORD}\nx = '{WORD}'\n".encode())))
    first, second = (each for each in told if isinstance(each, Told))
    gap = Gap("a.py", "secrets", "why")
    ours = first.finding._replace(rule="secrets/own", column=first.finding.column - 3)
    assert list(fresh([*told, gap], [])) == [first, second, gap]
    assert list(fresh([*told, gap], [(ours, "")])) == [second, gap]  # it is inside of ours
    assert list(fresh(told, [(ours._replace(end_column=1), "")])) == [first, second]
    assert list(fresh(told, [(ours._replace(line=9, end_line=9), first.hashed)])) == [second]


# What cannot be looked into


@pytest.mark.parametrize(("release", "word"), (("", "not installed"), ("1.4.0", "1.4.0"), ("2.0.0", "2.0.0")))
def test_a_library_that_is_not_there(release: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yett.checks._detect_secrets.upstream.release", lambda: release)
    looked = look()
    gaps = {each for name in ("a.py", "b.py") for each in looked(Blob(name, "", PASSWORD.encode()))}
    (gap,) = gaps
    assert isinstance(gap, Gap)
    assert (gap.path, gap.check, gap.kind) == ("", "secrets", "crash")
    assert word in gap.reason
    assert "pip install" in gap.reason
    assert digest().startswith(release or "absent")


def test_a_library_that_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Library:
        raise AttributeError("no such thing")

    monkeypatch.setattr("yett.checks._detect_secrets.upstream.load", broken)
    (gap,) = look()(Blob("a.py", "", b"x"))
    assert isinstance(gap, Gap)
    assert "cannot be imported" in gap.reason


BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)
NAMES = "[a]\npassword = x\na0 = xx\n" + "".join(f"a{n} = " + f"%(a{n - 1})s" * 9 + "\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    (
        ("bomb.yaml", BOMB + f"password: {VALUE}\n", "limit"),
        ("self.yaml", f"a: &a [*a]\npassword: {VALUE}\n", "limit"),
        ("deep.yaml", "password: " + "[" * 3000 + "]" * 3000, "limit"),
        ("date.yaml", f"a: 2001-13-45\npassword: {VALUE}\n", "limit"),
        ("line.yaml", f"__line__: x\npassword: {VALUE}\n", "limit"),
        ("half.yaml", 'password: "abcdefg\\ud800"\n', "unparsable"),
        ("lines.ini", "[a]\npassword = x\n" + "\n" * (LIMIT + 1), "limit"),
        ("names.ini", NAMES, "limit"),
        ("token.py", f"x = '{NESTED}.{NESTED}.x'\n", "unparsable"),
    ),
)  # fmt: skip
def test_what_would_stop_the_command_is_a_gap(path: str, text: str, kind: str) -> None:
    gaps = [each for each in inspect(Blob(path, "", text.encode())) if isinstance(each, Gap)]
    assert [(gap.path, gap.check, gap.kind) for gap in gaps] == [(path, "secrets", kind)]
    assert VALUE not in gaps[0].reason


def test_the_lines_are_looked_at_where_a_file_cannot_be_rewritten() -> None:
    assert [each.line for each in said("date.yaml", f"a: 2001-13-45\n# {PASSWORD}\n")] == [2]


def test_ordinary_aliases_are_no_excess() -> None:
    assert excess("a: &a {x: 1}\n" + "".join(f"b{n}: *a\n" for n in range(500)), True) == ""
    assert excess("[a]\nx = %(y)s%(y)s\ny = %(z)s\nz = 1\n", False) == ""


HOSTILE = (
    "secret" * 9000,
    "#" + " " * 40_000,
    "<!--" + " " * 3000,
    "'" + "`a" * 70_000,
    "password" + ":`" * 70_000,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_that_would_take_minutes_is_a_gap(text: str) -> None:
    told = list(inspect(Blob("a.py", "", f"{PASSWORD}y\n{text} {PASSWORD}\n".encode())))
    assert [type(each) for each in told] == [Finding, Gap]
    (gap,) = (each for each in told if isinstance(each, Gap))
    assert (gap.kind, gap.line) == ("limit", 2)
    assert "busy" in gap.reason


def test_many_lines_that_take_seconds_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yett.checks._detect_secrets.read.BUDGET", 20_000_000)
    text = f"{'secret' * 60} {PASSWORD}\n" * 50
    told = list(Reader(library()).read(Blob("a.py", "", text.encode())))
    assert [type(each) for each in told] == [Seen, Gap]
    assert 5 < told[1].line < 40


def test_ordinary_lines_cost_little() -> None:
    kinds = [plugin.secret_type for plugin in library().plugins]
    minified = 'x.password=function(a,b){return a.key+"secret"+b};' * 6000  # 300 kB on one line
    assert steps(minified, "", kinds) < BUDGET
    lines = Path(engine.__file__).read_text().splitlines()
    assert sum(steps(line, "", kinds) for line in lines) < BUDGET / 1000


@pytest.mark.parametrize(
    "data",
    (
        b"",
        b"\0" * 5000,
        b"\xff\xfe\0\0",
        b"[" * 100_000,
        b"{" * 100_000,
        b"\n" * 1000,
        bytes(range(256)) * 9,
        b"'" * 9999,
    ),
)
@pytest.mark.parametrize("path", ("a.py", "a.yaml", "a.ini", "a", "a\udcff\n.txt"))
def test_anything_is_read(path: str, data: bytes) -> None:
    assert not [each for each in inspect(Blob(path, "", data)) if isinstance(each, Finding)]


# What it costs


FRESH = """
import sys
from yett.checks._detect_secrets import look
from yett.model import Blob
looked = look()
before = set(sys.modules)
list(looked(Blob("a.py", "", b"x = 1")))
print(sorted(name for name in sys.modules if name in ("requests", "multiprocessing", "hyperscan")))
import requests
print(hasattr(requests, "get"))
"""


def test_the_library_comes_without_requests() -> None:
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "True"]


def test_few_lines_are_shown_to_the_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    real = engine_secrets()

    def counted(own: Any, lines: Any, line: int, plugins: Any, path: str) -> Any:
        shown.append((line, len(plugins)))
        return real(own, lines, line, plugins, path)

    monkeypatch.setattr("yett.checks._detect_secrets.read.secrets", counted)
    text = Path(engine.__file__).read_text() + f"{PASSWORD}\n"
    list(Reader(library()).read(Blob("a.py", "", text.encode())))
    last = len(StringIO(text).readlines())
    assert (last, 1) in shown
    assert len(shown) < 6


def engine_secrets() -> Any:
    from yett.checks._detect_secrets.upstream import secrets

    return secrets
