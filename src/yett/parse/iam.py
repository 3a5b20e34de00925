"""Policy documents of AWS IAM: who may do what to which resource, under which conditions, each part with its place.

A document is made of a neutral value (`Text`, `Items`, `Fields`), so that it reads the same from a JSON file, from a
mapping of YAML (`from_yaml`), from JSON in a string (`from_json`) and from what Terraform and CloudFormation come to
(`from_resource`, and `from_blocks` for `data "aws_iam_policy_document"`).
`HOLE` stands in a text for whatever only a run could tell: `arn:aws:s3:::` + HOLE is some bucket, HOLE alone is
anything.

The grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from yett.parse import json, yaml
from yett.parse.source import ParseError, Span

if TYPE_CHECKING:
    from yett.parse import resources

HOLE = "\0"
"""A stretch of a text that nobody knows. `decode` refuses a NUL, so none comes from a file."""

Kind: TypeAlias = Literal["", "identity", "trust", "resource", "scp", "boundary", "endpoint"]
"""What a document is attached to: "identity" (user, group, role, managed policy), "trust" (who may assume a role),
"resource" (bucket, queue, key, …), "scp" (organization), "boundary" (the most an identity can have), "endpoint" (of a
VPC). "" is: tell it by the principals."""


class Text(NamedTuple):
    """A text with `HOLE`s. `source` names where a hole is filled from ("var.bucket"), or is ""."""

    text: str
    span: Span
    source: str = ""

    @property
    def known(self) -> bool:
        return HOLE not in self.text

    @property
    def open(self) -> bool:
        """Whether nothing at all is known of it."""
        return self.text == HOLE


class Items(NamedTuple):
    items: tuple[Value, ...]
    span: Span


class Fields(NamedTuple):
    """Keys and values in order; a key may stand twice, as blocks of HCL do."""

    fields: tuple[tuple[Text, Value], ...]
    span: Span

    def get(self, name: str) -> Value | None:
        """The value under a key, which IAM reads whatever its case."""
        low = name.lower()
        return next((value for key, value in self.fields if key.text.lower() == low), None)

    def key(self, name: str) -> Text | None:
        low = name.lower()
        return next((key for key, _ in self.fields if key.text.lower() == low), None)


Value: TypeAlias = Text | Items | Fields


class Principal(NamedTuple):
    """`kind` is "*", "AWS", "Service", "Federated" or "CanonicalUser"."""

    kind: str
    name: Text


class Condition(NamedTuple):
    """One key under one operator: `StringLike`, `aws:SourceArn`, its values."""

    operator: Text
    key: Text
    values: tuple[Text, ...]


class Statement(NamedTuple):
    """`actions` and `not_actions` are never both there in a valid document, nor are the other pairs.

    `span` is the first character of the statement's text, `sid` "" where it has none.
    """

    effect: str
    sid: str
    actions: tuple[Text, ...]
    not_actions: tuple[Text, ...]
    resources: tuple[Text, ...]
    not_resources: tuple[Text, ...]
    principals: tuple[Principal, ...]
    not_principals: tuple[Principal, ...]
    conditions: tuple[Condition, ...]
    span: Span
    keys: tuple[Text, ...] = ()

    @property
    def allows(self) -> bool:
        return self.effect == "allow"

    @property
    def denies(self) -> bool:
        return self.effect == "deny"

    def key(self, name: str) -> Span:
        """The place of one of its keys, or its own where the key is missing."""
        return next((key.span for key in self.keys if key.text.lower() == name.lower()), self.span)


class Document(NamedTuple):
    """`holes` are the parts that a run fills in: a whole statement, or all of them."""

    statements: tuple[Statement, ...]
    span: Span
    holes: tuple[Text, ...] = ()


def document(value: Value) -> Document | None:
    """The policy document a value is; None where it is none (no `Statement`)."""
    if not isinstance(value, Fields):
        return None
    key = value.key("Statement")
    written = value.get("Statement")
    if key is None or written is None:
        return None
    statements, holes = [], []
    for each in _flat(written):
        if isinstance(each, Fields):
            statements.append(_statement(each))
        elif not each.known:
            holes.append(each)
    return Document(tuple(statements), key.span, tuple(holes))


def from_yaml(node: yaml.Node) -> Value:
    """A mapping, a list or a text of YAML or JSON. A text that a short form of CloudFormation makes (`!Sub`, `!Ref`)
    is a hole; one who can evaluate it makes the value himself."""
    match node:
        case yaml.Scalar(text=text, tag=tag):
            known = not tag or tag.startswith("tag:yaml.org,")
            return Text(_filled(text) if known else HOLE, span_of(node), "" if known else text)
        case yaml.Sequence(items=items, tag=tag):
            if tag.startswith("!"):
                return Text(HOLE, span_of(node), tag)
            return Items(tuple(from_yaml(item) for item in items), span_of(node))
        case yaml.Mapping(entries=entries, tag=tag):
            if tag.startswith("!"):
                return Text(HOLE, span_of(node), tag)
            return Fields(
                tuple((Text(_filled(key.text), span_of(key)), from_yaml(value)) for key, value in entries.values()),
                span_of(node),
            )


def from_json(text: str, at: Span | None = None) -> Value | None:
    """The value of a JSON text, None for an empty one. Raises `ParseError`.

    `at` is where the text stands if its own lines are not those of the file (a string with escapes): then every part
    has this place.
    """
    # Where it is JSON inside a template, a hole may stand outside of the quotes.
    node = json.compose(text.replace(HOLE, _MARK))
    if node is None:
        return None
    value = from_yaml(node)
    return value if at is None else _moved(value, at)


def from_resource(value: resources.Value | None) -> Value | None:
    """The value of an attribute of a resource: an object, or a text that is JSON. None where nothing is written."""
    from yett.parse.resources import document as parsed

    made = parsed(value)
    return None if made is None else _evaluated(made)


def from_blocks(data: resources.Map) -> Value:
    """The value of the body of `data "aws_iam_policy_document"`, whose names are its own and whose `effect` is `Allow`
    where nothing is said. https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document

    What `source_policy_documents` and `override_policy_documents` add is a hole.
    """
    from yett.parse.resources import Unresolved, flat

    found = data.find("statement")
    statements: list[Value] = []
    for block in flat((found,)) if found is not None else ():
        statements.append(_evaluated(block) if isinstance(block, Unresolved) else _block(block))
    for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        if data.has(name):
            statements.append(Text(HOLE, data.key(name) or data.span, name))
    return Fields(((Text("Statement", data.span), Items(tuple(statements), data.span)),), data.span)


_BLOCK_NAMES = {
    "sid": "Sid",
    "effect": "Effect",
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


def _block(block: resources.Value) -> Value:
    from yett.parse.resources import Map, known

    if not isinstance(block, Map):
        return Text(HOLE, block.span, "a statement")
    fields: list[tuple[Text, Value]] = []
    if not block.has("effect"):
        fields.append((Text("Effect", block.span), Text("Allow", block.span)))
    for name, value in block.items():
        if name in _BLOCK_NAMES:
            fields.append((Text(_BLOCK_NAMES[name], block.key(name) or value.span), _evaluated(value)))
    for name, title in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        made: list[tuple[Text, Value]] = []
        for each in block.each(name):
            names = each.get("identifiers") if isinstance(each, Map) else each
            kind = known(each.get("type")) if isinstance(each, Map) else None
            if names is not None:
                made.append((Text(kind or HOLE, each.span), _evaluated(names)))
        if made:
            fields.append((Text(title, block.key(name) or block.span), Fields(tuple(made), block.span)))
    conditions: list[tuple[Text, Value]] = []
    for each in block.each("condition"):
        if isinstance(each, Map):
            operator, key, values = (_evaluated_or_hole(each, name) for name in ("test", "variable", "values"))
            if isinstance(operator, Text) and isinstance(key, Text):
                conditions.append((operator, Fields(((key, values),), each.span)))
        else:
            hole = Text(HOLE, each.span, each.what)
            conditions.append((hole, hole))
    if conditions:
        fields.append((Text("Condition", block.key("condition") or block.span), Fields(tuple(conditions), block.span)))
    return Fields(tuple(fields), block.span)


def _evaluated_or_hole(block: resources.Map, name: str) -> Value:
    value = block.get(name)
    return Text(HOLE, block.span, name) if value is None else _evaluated(value)


def _evaluated(value: resources.Value) -> Value:
    from yett.parse.resources import List, Scalar, Unresolved

    if isinstance(value, Scalar):
        plain = value.value
        text = str(plain).lower() if isinstance(plain, bool) else "" if plain is None else str(plain)
        return Text(text, value.span)
    if isinstance(value, Unresolved):
        return Text(_holed(value.text) if value.text else HOLE, value.span, value.what)
    if isinstance(value, List):
        items = tuple(_evaluated(item) for item in value.items)
        return Items((*items, Text(HOLE, value.span, "a list made elsewhere")) if value.more else items, value.span)
    fields = tuple((Text(_holed(name), value.key(name) or each.span), _evaluated(each)) for name, each in value.items())
    if value.more and not any(HOLE in key.text for key, _ in fields):
        hole = Text(HOLE, value.span, "names made elsewhere")
        fields = (*fields, (hole, hole))
    return Fields(fields, value.span)


def _holed(text: str) -> str:
    """A text with what is not known in it as holes."""
    from yett.parse.resources import CLOSE, OPEN

    return re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", HOLE, text) if OPEN in text else text


def texts(value: Value) -> Iterator[Text]:
    """Every text under a value, without keys."""
    for each in _flat(value):
        if isinstance(each, Text):
            yield each
        else:
            for _, below in each.fields:
                yield from texts(below)


def span_of(node: yaml.Node) -> Span:
    """The place of a node; of a collection its first character, which is where people look."""
    if isinstance(node, yaml.Scalar):
        return Span(node.line, node.column, node.end_line, node.end_column)
    return Span(node.line, node.column, node.line, node.column + 1)


def covers(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` and `?` matches a text, whatever their case. A hole in the pattern matches nothing
    but a hole, so that what is unknown is no wildcard."""
    pattern, text = pattern.lower(), text.lower()
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    first, *parts = re.sub(r"\*+", "*", pattern).split("*")
    if not parts:
        return len(pattern) == len(text) and _fits(pattern, text, 0)
    if not _fits(first, text, 0):
        return False
    at = len(first)
    for part in parts[:-1]:
        at = _find(part, text, at)
        if at < 0:
            return False
        at += len(part)
    last = parts[-1]
    return len(text) - len(last) >= at and _fits(last, text, len(text) - len(last))


def _fits(part: str, text: str, at: int) -> bool:
    if "?" not in part:
        return text.startswith(part, at)
    return len(text) - at >= len(part) and all(
        a in ("?", b) for a, b in zip(part, text[at : at + len(part)], strict=True)
    )


def _find(part: str, text: str, at: int) -> int:
    if "?" not in part:
        return text.find(part, at)
    return next((place for place in range(at, len(text) - len(part) + 1) if _fits(part, text, place)), -1)


_MARK = "\ue000"
"""YAML allows no NUL; this character is for private use, and nobody names a resource with it."""

_OWN_VARIABLE = (
    r"\$\{(?!(?:aws|saml|sts|cognito-identity|accounts\.google\.com|www\.amazon\.com|graph\.facebook\.com|s3|iam|ec2|kms"
    r"|[*?$]|[\w.-]+:)[^{}]*\})[^{}]*\}"
)
"""`${aws:username}` is a variable of the policy itself, https://docs.aws.amazon.com/IAM/latest/UserGuide/
reference_policies_variables.html; every other `${…}` is filled in by whoever renders the file."""


def _filled(text: str) -> str:
    text = text.replace(_MARK, HOLE)
    return re.sub(_OWN_VARIABLE, HOLE, text) if "${" in text else text


def _moved(value: Value, at: Span) -> Value:
    match value:
        case Text():
            return value._replace(span=at)
        case Items(items=items):
            return Items(tuple(_moved(item, at) for item in items), at)
        case Fields(fields=fields):
            return Fields(tuple((key._replace(span=at), _moved(each, at)) for key, each in fields), at)


def _flat(value: Value) -> Iterator[Text | Fields]:
    """One value where IAM takes one or a list."""
    if isinstance(value, Items):
        for item in value.items:
            yield from _flat(item)
    else:
        yield value


def _statement(fields: Fields) -> Statement:
    effect = fields.get("Effect")
    sid = fields.get("Sid")
    return Statement(
        # Without one AWS takes no policy; whoever left it out meant to allow.
        effect=effect.text.lower() if isinstance(effect, Text) else "allow",
        sid=sid.text if isinstance(sid, Text) and sid.known else "",
        actions=_texts(fields, "Action"),
        not_actions=_texts(fields, "NotAction"),
        resources=_texts(fields, "Resource"),
        not_resources=_texts(fields, "NotResource"),
        principals=tuple(_principals(fields.get("Principal"))),
        not_principals=tuple(_principals(fields.get("NotPrincipal"))),
        conditions=tuple(_conditions(fields.get("Condition"))),
        span=fields.span,
        keys=tuple(key for key, _ in fields.fields),
    )


def _texts(fields: Fields, name: str) -> tuple[Text, ...]:
    value = fields.get(name)
    if value is None:
        return ()
    return tuple(each for each in _flat(value) if isinstance(each, Text))


def _principals(value: Value | None) -> Iterator[Principal]:
    if isinstance(value, Fields):
        for kind, names in value.fields:
            for name in _flat(names):
                if isinstance(name, Text):
                    yield Principal(_KINDS.get(kind.text.lower(), kind.text), name)
    elif value is not None:
        for name in _flat(value):
            if isinstance(name, Text):
                yield Principal("*" if name.text == "*" else "", name)


_KINDS = {kind.lower(): kind for kind in ("*", "AWS", "Service", "Federated", "CanonicalUser")}


def _conditions(value: Value | None) -> Iterator[Condition]:
    if isinstance(value, Text):
        if not value.known:
            yield Condition(value, value, (value,))
    elif value is not None:
        for block in _flat(value):
            for operator, keys in block.fields if isinstance(block, Fields) else ():
                if isinstance(keys, Fields):
                    for key, values in keys.fields:
                        found = tuple(each for each in _flat(values) if isinstance(each, Text))
                        yield Condition(operator, key, found)
                elif isinstance(keys, Text) and not keys.known:
                    yield Condition(operator, keys, (keys,))


__all__ = [
    "HOLE",
    "Condition",
    "Document",
    "Fields",
    "Items",
    "Kind",
    "ParseError",
    "Principal",
    "Span",
    "Statement",
    "Text",
    "Value",
    "covers",
    "document",
    "from_blocks",
    "from_json",
    "from_resource",
    "from_yaml",
    "span_of",
    "texts",
]
