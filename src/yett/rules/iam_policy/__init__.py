"""Rules for policy documents of AWS IAM, in files of their own and inside of other files.

`judge` takes a JSON file. Who finds a document in something else makes one with `yett.parse.iam.document` and hands it
to `judge_document`; for the policies of single services `public` and `demands_tls` answer the questions that rules of
those services ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse import iam
from yett.parse.stages import is_test_path, words
from yett.parse.tree import Tree
from yett.rules.hits import soften
from yett.rules.iam_policy import conditions, identity, reach, resource, trust
from yett.rules.iam_policy.case import Case, Place, guess
from yett.rules.iam_policy.identity import ADMIN
from yett.rules.iam_policy.narrow import narrows
from yett.rules.iam_policy.resource import demands_tls, public

__all__ = ["ADMIN", "EXAMPLE", "Place", "demands_tls", "judge", "judge_document", "narrows", "public", "rules"]

EXAMPLE = "policy.json"

_RULES = (*identity.RULES, *reach.RULES, *trust.RULES, *resource.RULES, *conditions.RULES)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in _RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a JSON file that holds a policy document, or a few of them (`PolicyDocument` in what the
    AWS command line takes and gives). Nothing for any other file. Raises `ParseError`."""
    value = iam.from_json(text)
    tried, limit = is_test_path(path), _limit(path)
    if value is not None:
        for name, kind, document in _documents(value):
            for rule, found in judge_document(document, kind or limit, Place(name)):
                yield rule, soften(rule, found) if tried else found


def _limit(path: str) -> iam.Kind:
    """What a file's name says of a policy that gives nothing, but limits what others give."""
    name = words(path.rpartition("/")[2])
    return "boundary" if "boundary" in name or "boundaries" in name else "scp" if "scp" in name else ""


def judge_document(
    document: iam.Document, kind: iam.Kind = "", place: Place | None = None
) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a document. `kind` is what it is attached to; "" tells it by the principals."""
    case = Case(document, kind or guess(document), place or Place(), {})
    for hole in document.holes:
        yield identity.ADMIN, Unknown(hole.span.line, hole.source or "a statement that only a run knows")
    for rule, check in _RULES:
        for found in check(case):
            yield rule, found


_HOLDERS: dict[str, iam.Kind] = {
    "policydocument": "",
    "assumerolepolicydocument": "trust",
    "policy": "",
    "document": "",
    "inlinepolicy": "identity",
}
_MAX_DEPTH = 8


def _documents(value: iam.Value, depth: int = 0, name: str = "") -> Iterator[tuple[str, iam.Kind, iam.Document]]:
    """The documents of a file: the file itself, or what stands under a key that holds one. A template of
    CloudFormation, whose `Resources` are judged as such, has none."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, iam.Items):
        for item in value.items:
            yield from _documents(item, depth + 1, name)
    elif isinstance(value, iam.Fields) and not _is_template(value):
        document = iam.document(value) if value.get("Version") or value.get("Id") or depth else None
        if document is not None:
            yield name, "", document
            return
        own = _name(value) or name
        for key, below in value.fields:
            kind = _HOLDERS.get(key.text.lower())
            found = iam.document(below) if kind is not None else None
            if found is not None and kind is not None:
                yield own, kind, found
            elif depth or isinstance(below, iam.Items):
                yield from _documents(below, depth + 1, own)


def _is_template(fields: iam.Fields) -> bool:
    return any(fields.get(key) is not None for key in ("Resources", "AWSTemplateFormatVersion", "resource", "$schema"))


def _name(fields: iam.Fields) -> str:
    for key in ("PolicyName", "RoleName", "UserName", "GroupName", "Name"):
        value = fields.get(key)
        if isinstance(value, iam.Text) and value.known:
            return value.text
    return ""
