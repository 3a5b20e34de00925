"""The JSON Schema of the policy file, made from the table of keys (draft 2020-12)."""

from __future__ import annotations

from yett.lean import Any
from yett.model import CHECKS, Action
from yett.policy.keys import KEYS, PRESETS, Choice, Count, Days, Flag, Globs, Key, Percent, Relief, Text, Words

_ACTIONS = [action.word for action in reversed(Action)]


_RULES = {
    "description": "an action for a rule, or a glob of rules; later entries win",
    "type": "object",
    "propertyNames": {"pattern": "/"},
    "additionalProperties": {"enum": _ACTIONS},
}


def schema() -> dict[str, Any]:
    """The schema, as values for `json.dumps`."""
    sections = {name: _section(name) for name in ("complete", "checks", "suppress")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "yett policy",
        "description": "What blocks a change, what only warns, what has to be complete, what may be waived.",
        "type": "object",
        "additionalProperties": False,
        "required": ["version"],
        "properties": {
            "version": {"const": 1},
            "extends": {
                "description": "what this policy builds on; it may only tighten it",
                "type": "array",
                "items": {
                    "oneOf": [
                        {"enum": sorted(PRESETS)},
                        {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["source"],
                            "properties": {
                                "source": {"type": "string", "pattern": "^file:"},
                                "ref": {"type": "string"},
                                "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                            },
                        },
                    ]
                },
            },
            **sections,
            "rules": _RULES,
            "exclude": {
                "description": "globs of files that no check looks at; they are counted in every report",
                "type": "array",
                "items": {"type": "string", "minLength": 1},
            },
            "paths": {
                "description": "other thresholds for some paths; later entries win",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {check: _thresholds(check) for check in CHECKS} | {"rules": _RULES},
                },
            },
        },
    }


def _thresholds(check: str) -> dict[str, Any]:
    section = _section(f"checks.{check}")
    kept = {name: each for name, each in section["properties"].items() if name in ("block", "warn")}
    return {**section, "properties": kept}


def _section(prefix: str) -> dict[str, Any]:
    depth = prefix.count(".") + 1
    names = dict.fromkeys(key.split(".")[depth] for key in KEYS if key.startswith(f"{prefix}."))
    properties = {
        name: _leaf(KEYS[f"{prefix}.{name}"]) if f"{prefix}.{name}" in KEYS else _section(f"{prefix}.{name}")
        for name in names
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _leaf(key: Key) -> dict[str, Any]:
    described: dict[str, Any] = {"description": key.doc, "default": key.default}
    match key.kind:
        case Choice(words):
            return described | {"enum": list(words)}
        case Flag() | Relief():
            return described | {"type": "boolean"}
        case Percent():
            share = {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+%?$"}]}
            return described | share | {"default": f"{key.default}%"}
        case Globs():
            return described | {"type": "array", "items": {"type": "string", "minLength": 1}, "default": []}
        case Days():
            days = {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+d?$"}]}
            return described | days | {"default": f"{key.default}d"}
        case Count(most):
            return described | {"type": "integer", "minimum": 0, "maximum": most}
        case Words(words, least):
            assert isinstance(key.default, tuple)
            listed = {"type": "array", "items": {"enum": list(words)}} | ({"minItems": least} if least else {})
            return described | listed | {"default": list(key.default)}
        case Text():
            return described | {"type": "string"}
