"""A policy file to a `Policy`, a waivers file to `Waiver`s: every key known, every value checked, every line named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from yett.errors import YettError
from yett.lean import NamedTuple
from yett.model import CHECKS, Action, Waiver
from yett.policy import PLACES, Policy, Value, defaults
from yett.policy.keys import (
    DEFAULTS,
    KEYS,
    PRESETS,
    Choice,
    Count,
    Days,
    Flag,
    Globs,
    Percent,
    Relief,
    Setting,
    Text,
    Words,
    tighter_or_equal,
)
from yett.policy.read import Item, toml, yaml

Reader = Callable[[str], bytes | None]
"""A path relative to the root, read from the trusted ref; None where there is no such file."""

_ACTIONS = {action.word: action for action in Action}
_TOP = ("version", "extends", "complete", "checks", "suppress", "rules", "exclude", "paths")


class _Bad(NamedTuple):
    line: int
    reason: str


def load(read: Reader) -> Policy:
    """The policy of a repository, or the default one where it has none.

    Raises:
        YettError: two files hold one, or the one that does is not valid.
    """
    found: list[tuple[str, Item]] = []
    for place in PLACES:
        text = read(place)
        if text is None or (place == "pyproject.toml" and b"yett" not in text):
            continue
        item = toml(text, place) if place == "pyproject.toml" else yaml(text, place)
        if item is not None:
            found.append((place, item))
    if len(found) > 1:
        places = " and ".join(place for place, _ in found)
        raise YettError(f"{places} both hold a policy: keep one of them")
    if not found:
        return defaults()
    place, item = found[0]
    return parse(item, place, read)


def load_file(text: bytes, place: str) -> Policy:
    """The policy in one named file, whatever its place.

    Raises:
        YettError: it is not valid.
    """
    item = toml(text, place) if place.endswith(".toml") else yaml(text, place)
    if item is None:
        raise YettError(f"{place} has no table [tool.yett]: add one, or name another file")
    return parse(item, place, lambda path: None)


def parse(item: Item, place: str, read: Reader) -> Policy:
    """A policy from the items of its file.

    Raises:
        YettError: the first thing wrong with it, with its line and what was probably meant.
    """
    top = _mapping(item, place, "a policy")
    _known(top, _TOP, place, "")
    version = top.get("version")
    if version is None:
        raise YettError(f"{place}:{item.line}: `version` is missing: begin the file with `version: 1`")
    if version.value != 1 or isinstance(version.value, bool):
        raise YettError(f"{place}:{version.line}: version {version.value!r} is not known: write `version: 1`")
    base, extends = _extended(top.get("extends"), place, read)
    values = dict(base.values)
    for name in ("complete", "checks", "suppress"):
        if name in top:
            _settings(top[name], name, place, values, base if extends else None)
    return Policy(
        values=values,
        rules=base.rules + tuple(_rules(top.get("rules"), place, base if extends else None)),
        exclude=base.exclude + tuple(_exclude(top.get("exclude"), place, bool(extends))),
        paths=base.paths + tuple(_paths(top.get("paths"), place, values if extends else None)),
        path_rules=base.path_rules + tuple(_path_rules(top.get("paths"), place, base if extends else None)),
        place=place,
        extends=extends,
    )


def _extended(item: Item | None, place: str, read: Reader) -> tuple[Policy, tuple[str, ...]]:
    """What the file builds on: the tightest of everything it extends, and the names of that."""
    if item is None:
        return defaults(), ()
    policy: Policy | None = None
    names: list[str] = []
    for entry in _list(item, place, "extends"):
        parent, name = _parent(entry, place, read)
        names.append(name)
        policy = parent if policy is None else _meet(policy, parent)
    return policy or defaults(), tuple(names)


def _parent(entry: Item, place: str, read: Reader) -> tuple[Policy, str]:
    if isinstance(entry.value, str):
        name = entry.value
        if name not in PRESETS:
            raise YettError(f"{place}:{entry.line}: there is no preset {name!r}: {_meant(name, PRESETS)}")
        values = defaults().values | {key: Value(value, f"preset {name}") for key, value in PRESETS[name].items()}
        return Policy(values), name
    fields = _mapping(entry, place, "an entry of `extends`")
    _known(fields, ("source", "ref", "digest"), place, "extends")
    source = fields.get("source")
    if source is None or not isinstance(source.value, str):
        raise YettError(f"{place}:{entry.line}: an entry of `extends` needs a `source`")
    if not source.value.startswith("file:"):
        raise YettError(
            f"{place}:{source.line}: {source.value} is not in this repository, and nothing is fetched on the way of a "
            "commit: copy the policy here and name it `file:PATH`"
        )
    path = source.value.removeprefix("file:")
    text = read(path)
    if text is None:
        raise YettError(f"{place}:{source.line}: {path} does not exist at the commit this policy comes from")
    wanted = fields.get("digest")
    if wanted is not None and wanted.value != _sha256(text):
        raise YettError(f"{place}:{wanted.line}: {path} has the digest {_sha256(text)}, not the one given here")
    item = yaml(text, path)
    if "extends" in _mapping(item, path, "a policy"):
        raise YettError(f"{path}: a policy that is extended cannot extend another: name both in {place}")
    return parse(item, path, lambda _: None), source.value


def _sha256(text: bytes) -> str:
    import hashlib

    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def _meet(one: Policy, other: Policy) -> Policy:
    """The tighter of two policies, setting by setting."""
    values = {
        key: other.values[key] if tighter_or_equal(key, other.values[key].value, value.value) else value
        for key, value in one.values.items()
    }
    rules = tuple(each for each in one.rules + other.rules if each[1] is Action.BLOCK)
    exclude = tuple(each for each in one.exclude if each[0] in {glob for glob, _ in other.exclude})
    path_rules = tuple(each for each in one.path_rules + other.path_rules if each[2] is Action.BLOCK)
    return Policy(values, rules, exclude, one.paths + other.paths, path_rules)


def _settings(item: Item, prefix: str, place: str, values: dict[str, Value], base: Policy | None) -> None:
    """Walk a section down to its settings and put each one into `values`."""
    for name, child in _section(item, prefix, place, KEYS):
        key = f"{prefix}.{name}"
        if key not in KEYS:
            _settings(child, key, place, values, base)
            continue
        value = _setting(key, child, place)
        _not_looser(key, value, base.values if base else None, place, child.line)
        values[key] = Value(value, f"{place}:{child.line}")


def _section(item: Item, prefix: str, place: str, keys: Iterable[str]) -> Iterable[tuple[str, Item]]:
    fields = _mapping(item, place, f"`{prefix}`")
    depth = prefix.count(".") + 1
    names = dict.fromkeys(key.split(".")[depth] for key in keys if key.startswith(f"{prefix}."))
    _known(fields, names, place, prefix)
    return fields.items()


def _not_looser(key: str, value: Setting, base: Mapping[str, Value] | None, place: str, line: int) -> None:
    if base is None or tighter_or_equal(key, value, base[key].value):
        return
    old = base[key]
    raise YettError(
        f"{place}:{line}: {key} may only be tightened: {old.source} says {shown(old.value)}, this says {shown(value)}"
    )


def _setting(key: str, item: Item, place: str) -> Setting:
    value, where = item.value, f"{place}:{item.line}: {key}"
    match KEYS[key].kind:
        case Choice(words):
            if value not in words or not isinstance(value, str):
                raise YettError(f"{where} cannot be {_said(value)}: {_meant(str(value), words)}")
            return value
        case Percent():
            found = re.fullmatch(r"([0-9]{1,3})%?", str(value)) if isinstance(value, str | int) else None
            if isinstance(value, bool) or found is None or int(found[1]) > 100:
                raise YettError(f"{where} cannot be {_said(value)}: write a share from 0% to 100%")
            return int(found[1])
        case Globs():
            globs = [each.value for each in _list(item, place, key)]
            bad = [each for each in globs if not isinstance(each, str) or each.strip("*?/") == ""]
            if bad:
                raise YettError(f"{where} cannot hold {_said(bad[0])}: write names or globs that name something")
            return tuple(str(each) for each in globs)
        case Flag() | Relief():
            if not isinstance(value, bool):
                raise YettError(f"{where} cannot be {_said(value)}: write true or false")
            return value
        case Days(least, most):
            found = re.fullmatch(r"([0-9]{1,6})d?", str(value)) if isinstance(value, str | int) else None
            if isinstance(value, bool) or found is None or not least <= int(found[1]) <= most:
                raise YettError(f"{where} cannot be {_said(value)}: write a number of days from {least}d to {most}d")
            return int(found[1])
        case Count(most):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
                raise YettError(f"{where} cannot be {_said(value)}: write a number from 0 to {most}")
            return value
        case Words(words, least):
            chosen = tuple(_word(each, words, where) for each in _list(item, place, key))
            if len(chosen) < least:
                raise YettError(f"{where} cannot be empty: name one of {', '.join(words)}")
            return chosen
        case Text():
            if not isinstance(value, str) or value.startswith("/") or ".." in value.split("/"):
                raise YettError(f"{where} cannot be {_said(value)}: write a path inside the repository")
            return value


def _word(item: Item, words: tuple[str, ...], where: str) -> str:
    if not isinstance(item.value, str) or item.value not in words:
        raise YettError(f"{where} cannot hold {_said(item.value)}: {_meant(str(item.value), words)}")
    return item.value


def _rules(item: Item | None, place: str, base: Policy | None) -> Iterable[tuple[str, Action, str]]:
    if item is None:
        return
    for glob, child in _mapping(item, place, "`rules`").items():
        if "/" not in glob:
            raise YettError(f"{place}:{child.line}: {glob!r} is no rule: write `family/name`, `yett rules` lists them")
        if not isinstance(child.value, str) or child.value not in _ACTIONS:
            raise YettError(f"{place}:{child.line}: {glob} cannot be {_said(child.value)}: write block, warn or info")
        action = _ACTIONS[child.value]
        if base is not None and action is not Action.BLOCK:
            raise YettError(
                f"{place}:{child.line}: {glob} may only be tightened to block, since this file extends another"
            )
        yield glob, action, f"{place}:{child.line}"


def _exclude(item: Item | None, place: str, extends: bool) -> Iterable[tuple[str, str]]:
    if item is None:
        return
    if extends:
        raise YettError(f"{place}:{item.line}: a policy that extends another cannot exclude files")
    for each in _list(item, place, "exclude"):
        if not isinstance(each.value, str) or not each.value or each.value.strip("*/") == "":
            raise YettError(
                f"{place}:{each.line}: {_said(each.value)} cannot be excluded: write a glob that names something"
            )
        yield each.value, f"{place}:{each.line}"


def _paths(item: Item | None, place: str, base: Mapping[str, Value] | None) -> Iterable[tuple[str, dict[str, Value]]]:
    if item is None:
        return
    for glob, child in _mapping(item, place, "`paths`").items():
        values: dict[str, Value] = {}
        fields = _mapping(child, place, f"`paths.{glob}`")
        _known(fields, (*CHECKS, "rules"), place, f"paths.{glob}")
        for check, section in fields.items():
            if check == "rules":
                continue
            for action, thresholds in _mapping(section, place, f"`{check}`").items():
                if action not in ("block", "warn"):
                    raise YettError(f"{place}:{thresholds.line}: `{action}` is not known here: write block or warn")
                for name, leaf in _section(thresholds, f"checks.{check}.{action}", place, KEYS):
                    key = f"checks.{check}.{action}.{name}"
                    value = _setting(key, leaf, place)
                    _not_looser(key, value, base, place, leaf.line)
                    values[key] = Value(value, f"{place}:{leaf.line}")
        yield glob, values


def _path_rules(item: Item | None, place: str, base: Policy | None) -> Iterable[tuple[str, str, Action, str]]:
    for path, child in _mapping(item, place, "`paths`").items() if item else ():
        for glob, action, source in _rules(_mapping(child, place, f"`paths.{path}`").get("rules"), place, base):
            yield path, glob, action, source


_WAIVER = ("rule", "path", "fingerprint", "reason", "owner", "expires")


def waivers(text: bytes, place: str) -> tuple[Waiver, ...]:
    """The waivers in a file.

    Raises:
        YettError: it is not valid, with the line.
    """
    item = yaml(text, place)
    top = _mapping(item, place, "a waivers file")
    if not top:
        return ()
    _known(top, ("version", "waivers"), place, "")
    version = top.get("version")
    if version is None or version.value != 1 or isinstance(version.value, bool):
        raise YettError(f"{place}:{item.line}: write `version: 1` at the top")
    listed = top.get("waivers")
    if listed is None or listed.value is None:
        return ()
    return tuple(_waiver(entry, place) for entry in _list(listed, place, "waivers"))


def _waiver(entry: Item, place: str) -> Waiver:
    fields = _mapping(entry, place, "a waiver")
    _known(fields, _WAIVER, place, "waivers")
    words: dict[str, str] = {}
    for name, child in fields.items():
        if child.value is None or not isinstance(child.value, str | int):
            raise YettError(f"{place}:{child.line}: `{name}` cannot be {_said(child.value)}: write some text")
        words[name] = str(child.value).strip()
    rule = words.get("rule", "")
    if "/" not in rule:
        raise YettError(f"{place}:{entry.line}: a waiver needs a `rule`, such as secrets/github-token")
    if not words.get("path") and not words.get("fingerprint"):
        raise YettError(
            f"{place}:{entry.line}: a waiver needs a `path` or a `fingerprint`, so that it covers no more than meant"
        )
    fingerprint = words.get("fingerprint", "")
    if fingerprint and not re.fullmatch(r"[0-9a-f]{32}", fingerprint):
        raise YettError(
            f"{place}:{fields['fingerprint'].line}: a fingerprint has 32 hexadecimal digits: copy it from a report"
        )
    expires = words.get("expires", "")
    if expires and not _is_date(expires):
        raise YettError(f"{place}:{fields['expires'].line}: {expires!r} is no date: write it as 2027-01-31")
    return Waiver(
        rule=rule,
        path=words.get("path", "**"),
        fingerprint=fingerprint,
        reason=words.get("reason", ""),
        owner=words.get("owner", ""),
        expires=expires,
        source=f"{place}:{entry.line}",
    )


def _is_date(text: str) -> bool:
    import datetime

    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def shown(value: Setting) -> str:
    """A setting as the policy file writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def overridden(policy: Policy) -> int:
    """How many settings differ from the defaults."""
    return sum(value.value != DEFAULTS[key] for key, value in policy.values.items())


def _mapping(item: Item, place: str, what: str) -> dict[str, Item]:
    if item.value is None:
        return {}
    if not isinstance(item.value, dict):
        raise YettError(f"{place}:{item.line}: {what} has to be a mapping of keys to values")
    return item.value


def _list(item: Item, place: str, what: str) -> list[Item]:
    if not isinstance(item.value, list):
        raise YettError(f"{place}:{item.line}: {what} has to be a list")
    return item.value


def _known(fields: Mapping[str, Item], names: Iterable[str], place: str, prefix: str) -> None:
    for name, item in fields.items():
        if name not in names:
            where = f" in `{prefix}`" if prefix else ""
            raise YettError(f"{place}:{item.line}: `{name}` is not known{where}: {_meant(name, names)}")


def _meant(word: str, words: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(word, list(words), 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else f"write one of {', '.join(words)}"


def _said(value: object) -> str:
    return (
        repr(value)[:80] if isinstance(value, str | int | float | bool) else "empty" if value is None else "a structure"
    )
