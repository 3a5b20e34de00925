"""What a value is made of, and what a client can put into it: variables followed through set, map, geo and captures."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import product

from yett.lean import NamedTuple
from yett.parse.nginx import Directive
from yett.parse.source import ParseError
from yett.rules.nginx import regex
from yett.rules.nginx.scope import Config, location

MAX_WAYS = 40
"""In how many ways a value is followed through maps and sets; enough for real ones, and a map of a thousand lines
says after forty what it is."""
MAX_STEPS = 8
MAX_WORK = 3000
"""Variables that are followed for one value, those met again counted again."""
MAX_LINES = 2000
"""Lines of a map that are read."""


class Variable(NamedTuple):
    """A part of a value that is known at run time only. `may`: the characters it can hold. `client`: somebody outside
    chooses it. `slash`: it always holds a slash."""

    name: str
    may: int = regex.ALL
    client: bool = False
    slash: bool = False


Part = str | Variable
Value = tuple[Part, ...]

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_BREAKS = regex.mask("\r\n")
_CONTROLS = sum(1 << number for number in range(33)) | 1 << 127
_NO_BREAKS = regex.ALL & ~_BREAKS
_RAW = regex.ALL & ~_CONTROLS
_HOST = regex.mask("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") | regex.OTHER

# Decoded by nginx before it gets here, so that %0a is a line feed.
DECODED = ("uri", "document_uri", "request_filename", "fastcgi_script_name", "fastcgi_path_info", "realpath_root")


def client(name: str) -> Variable | None:
    """A variable of nginx's own that a client fills in."""
    if name in ("uri", "document_uri", "fastcgi_script_name", "request_filename"):
        return Variable(name, regex.ALL, True, True)
    if name == "fastcgi_path_info":
        return Variable(name, regex.ALL, True)
    if name == "request_uri":
        return Variable(name, _RAW, True, True)
    if name in ("args", "query_string") or name.startswith("arg_"):
        return Variable(name, _RAW, True)
    if name == "host" or name in ("ssl_server_name", "ssl_preread_server_name"):
        return Variable(name, _HOST, True)
    if name.startswith(("http_", "cookie_")) or name in ("request_body", "content_type"):
        return Variable(name, _NO_BREAKS, True)
    return None


def names(text: str) -> Iterator[str]:
    """The variables in a text, in lower case: nginx does not tell $HTTP_HOST from $http_host."""
    for found in _VARIABLE.finditer(text):
        yield (found.group(1) or found.group(2)).lower()


def values(config: Config, at: Directive, text: str) -> list[Value]:
    """The ways in which a text of a directive can be filled in."""
    config.work = MAX_WORK
    return _values(config, at, text, MAX_STEPS)


def _values(config: Config, at: Directive, text: str, steps: int) -> list[Value]:
    ways: list[list[Value]] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        if found.start() > end:
            ways.append([(text[end : found.start()],)])
        ways.append(_variable(config, at, (found.group(1) or found.group(2)).lower(), steps))
        end = found.end()
    if end < len(text) or not ways:
        ways.append([(text[end:],)])
    filled: list[Value] = []
    for combination in product(*ways):
        filled.append(tuple(part for value in combination for part in value))
        config.work -= len(combination) // 16
        if len(filled) >= MAX_WAYS or config.work < 0:
            break
    return filled


def _spend(config: Config) -> None:
    """Count a step. Raises `ParseError` where there are too many: then nothing is known."""
    config.work -= 1
    config.left -= 1
    if config.left < 0:
        raise ParseError(1, 1, "its variables are set in too many ways to follow them all")


def _variable(config: Config, at: Directive, name: str, steps: int) -> list[Value]:
    _spend(config)
    if steps <= 0 or config.work < 0:
        return [(Variable(name, 0),)]
    captured = _capture(config, at, name, steps)
    if captured:
        return [(captured,)]
    if name.isdigit():
        return [(Variable(name, 0),)]
    found: list[Value] = []
    for directive in _sets(config, at, name):
        found += _values(config, directive, directive.args[1].text, steps - 1)
    for block in config.mapped.get("$" + name, ()):
        _spend(config)
        found += _mapped(config, block, steps)
    if found:
        return _telling(found)
    return [(client(name) or Variable(name, 0),)]


def _telling(found: list[Value]) -> list[Value]:
    """As many values as are followed, each once, those that a client has a part in first."""
    values = list(dict.fromkeys(found))
    values.sort(key=lambda value: not any(isinstance(part, Variable) and part.client for part in value))
    return values[:MAX_WAYS]


def _sets(config: Config, at: Directive, name: str) -> Iterator[Directive]:
    """What sets a variable in the same server."""
    for directive in config.sets.get((at.inside("server"), "$" + name), ()):
        _spend(config)
        if directive is not at and _same_branch(directive, at):
            yield directive


def _same_branch(one: Directive, other: Directive) -> bool:
    """Whether two directives can belong to one request: a location of its own excludes the others."""
    inner, outer = one.inside("location"), other.inside("location")
    return inner is None or outer is None or inner in other.up() or outer in one.up()


_PARAMETERS = ("default", "hostnames", "volatile", "ranges", "delete", "proxy", "proxy_recursive", "include")


def _mapped(config: Config, block: Directive, steps: int) -> list[Value]:
    """The values of a map, the same wherever it is used."""
    key = id(block), steps
    if key not in config.maps:
        config.maps[key] = [(Variable("", 0),)]
        config.maps[key] = _telling(_map_values(config, block, steps))
    values: list[Value] = config.maps[key]
    return values


def _map_values(config: Config, block: Directive, steps: int) -> list[Value]:
    found: list[Value] = []
    has_default = False
    source = block.args[0].text if len(block.args) > 1 else "$remote_addr"
    for line in block.children[:MAX_LINES]:
        has_default = has_default or line.name in ("default", "include")
        if line.name in _PARAMETERS[1:] or len(line.args) != 1:
            continue
        text = line.args[0].text
        if block.name != "map" or "$" not in text:
            found.append((text,))
            continue
        for value in _values(config, line, text, steps - 1):
            found.append(tuple(_from_key(config, line, source, part, steps) for part in value))
    if not has_default and block.name != "split_clients":
        found.append(("",))
    return found


def _from_key(config: Config, line: Directive, source: str, part: Part, steps: int) -> Part:
    """A part of a map's value that comes out of the pattern in front of it."""
    if isinstance(part, str) or not line.name.startswith("~"):
        return part
    node = _parsed(line.name[2:] if line.name.startswith("~*") else line.name[1:], line.name.startswith("~*"))
    group = regex.groups(node).get(part.name) if node else None
    return _of_group(part.name, group, _source(config, line, source, steps)) if group else part


def _parsed(pattern: str, ignore_case: bool) -> regex.Node | None:
    try:
        return regex.parse(pattern, ignore_case)
    except regex.PatternError:
        return None


def _source(config: Config, at: Directive, text: str, steps: int) -> Variable:
    """What a pattern is matched against, all the ways in one."""
    may, by_client = 0, False
    for value in _values(config, at, text, steps - 1):
        for part in value:
            if isinstance(part, Variable):
                may |= part.may
                by_client = by_client or part.client
            else:
                may |= regex.mask(part)
    return Variable("", may, by_client)


def _of_group(name: str, group: regex.Group, source: Variable) -> Variable:
    may = 0
    for each in regex.walk(group):
        if isinstance(each, regex.Chars):
            may |= each.mask
    slash = not regex.nullable(group) and regex.first(group) == regex.mask("/")
    free = any(isinstance(each, regex.Chars) and not each.fixed for each in regex.walk(group))
    return Variable(name, may & source.may, source.client and free, slash)


def _capture(config: Config, at: Directive, name: str, steps: int) -> Variable | None:
    """A capture: of the rewrite itself or one above it, of the `if`, location or server name around it."""
    for pattern, ignore_case, source in _patterns(config, at, steps):
        _spend(config)
        node = _parsed(pattern, ignore_case)
        group = regex.groups(node).get(name) if node else None
        if group:
            return _of_group(name, group, source)
        if name.isdigit() and node and regex.groups(node):
            return Variable(name, 0)
    return None


_URI = Variable("uri", regex.ALL, True, True)
_RAW_URI = Variable("request_uri", _RAW, True, True)


def _patterns(config: Config, at: Directive, steps: int) -> Iterator[tuple[str, bool, Variable]]:
    inner = at
    for block in at.up():
        if block is not at:
            yield from _rewrites(block, inner)
        if block.name == "if":
            condition = _condition(block)
            if condition:
                yield condition[1], condition[2], _source(config, block, condition[0], steps)
        elif block.name == "location":
            found = location(block)
            if found and found.kind in ("~", "~*"):
                yield found.path, found.kind == "~*", _URI
        elif block.name == "server":
            for directive in block.all("server_name"):
                for word in directive.args:
                    if word.text.startswith("~"):
                        yield word.text.lstrip("~*"), True, Variable("host", _HOST, True)
        inner = block


_Rewrites = tuple[list[int], list[tuple[str, bool, Variable]], dict[Directive, int]]


def _rewrites(block: Directive, before: Directive) -> Iterator[tuple[str, bool, Variable]]:
    """The rewrites of a block that ran before, the last first."""
    places, found, order = block.once(_rewritten)
    for number in range(bisect_left(places, order.get(before, len(block.children))) - 1, -1, -1):
        yield found[number]


def _rewritten(block: Directive) -> _Rewrites:
    """The rewrites of a block, and the places of what is in it. A redirect ends the request, and `rewrite ^
    $request_uri` puts the address back as the client wrote it."""
    places: list[int] = []
    found: list[tuple[str, bool, Variable]] = []
    source = _URI
    for number, directive in enumerate(block.children):
        if directive.name == "rewrite" and len(directive.args) > 1 and not redirects(directive):
            places.append(number)
            found.append((directive.args[0].text, False, source))
            source = _RAW_URI if directive.args[1].text == "$request_uri" else source
    return places, found, {child: number for number, child in enumerate(block.children)} if found else {}


def redirects(rewrite: Directive) -> bool:
    """Whether a rewrite answers with a redirect: by its flag, or by an address as its replacement."""
    if len(rewrite.args) < 2:
        return False
    flag = rewrite.args[2].text if len(rewrite.args) > 2 else ""
    return flag in ("redirect", "permanent") or rewrite.args[1].text.startswith(("http://", "https://", "$scheme"))


def condition(block: Directive) -> tuple[str, str, str]:
    """What an `if` compares: the value, the operator and the other value; "" for what is not there."""
    text = [word.text for word in block.args]
    if not text:
        return "", "", ""
    text[0] = text[0].removeprefix("(")
    if not block.args[-1].quoted:
        text[-1] = text[-1].removesuffix(")")
    text = [word for word in text if word]
    if text and len(text) == 1:
        return text[0], "", ""
    for index, word in enumerate(text):
        if word in ("~", "~*", "!~", "!~*", "=", "!=") and index:
            return text[index - 1], word, " ".join(text[index + 1 :])
    return " ".join(text), "", ""


def _condition(block: Directive) -> tuple[str, str, bool] | None:
    value, operator, pattern = condition(block)
    if operator not in ("~", "~*"):
        return None
    return value, pattern, operator.endswith("*")
