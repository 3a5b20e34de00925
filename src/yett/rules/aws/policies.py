"""Policy documents inside of Terraform and CloudFormation, as `parse/iam.py` reads them."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse import iam
from yett.parse.resources import (
    CLOSE,
    OPEN,
    List,
    Map,
    Module,
    Resource,
    Scalar,
    Unresolved,
    Value,
    document,
    objects,
    placed,
    texts,
)
from yett.parse.source import Span

MAX_DEPTH = 60
MAX_SOURCES = 20
"""Documents that one document is put together from."""


def policy(value: Value | None, resource: Resource, module: Module) -> iam.Document | None:
    """The policy document that an attribute holds; None where there is none, or none that can be told.

    A document of another file of the module has the place of the attribute that names it.
    """
    if isinstance(value, Unresolved):
        source = module.resolve(value, resource.path)
        if source is not None and source.kind == "aws_iam_policy_document" and not source.broken:
            made = from_data(source, module)
            return made if source.path == resource.path else _moved(made, value.span)
        if source is not None and source.category == "resource" and source.has("policy") and source is not resource:
            # `policy = aws_iam_policy.orders.policy` and the like
            inner = source.find("policy")
            return policy(placed(inner, value.span), resource, module) if inner is not None else None
    meant = document(value)
    if isinstance(meant, List) and len(meant.items) == 1:
        meant = meant.items[0]
    if not isinstance(meant, Map):
        return None
    return iam.document(neutral(meant))


def neutral(value: Value, depth: int = 0) -> iam.Value:
    """A value as the reader of policies takes it."""
    if depth > MAX_DEPTH:
        return iam.Text(iam.HOLE, value.span, "a value nested too deep")
    match value:
        case Scalar(value=plain, span=span):
            return iam.Text(_text(plain), span)
        case Unresolved(what=what, span=span, text=text):
            return iam.Text(_holed(text), span, what)
        case List(items=items, span=span, more=more):
            inner = [neutral(item, depth + 1) for item in items]
            if more:
                inner.append(iam.Text(iam.HOLE, span, "a list made elsewhere"))
            return iam.Items(tuple(inner), span)
    fields = [
        (iam.Text(_holed(name) if OPEN in name else name, value.key(name) or value.span), neutral(each, depth + 1))
        for name, each in value.items()
    ]
    return iam.Fields(tuple(fields), value.span)


def _text(plain: str | int | float | bool | None) -> str:
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return "" if plain is None else str(plain)


def _holed(text: str) -> str:
    """A text with a `HOLE` for each part that is not known."""
    if not text:
        return iam.HOLE
    pieces: list[str] = []
    for number, piece in enumerate(text.split(OPEN)):
        if number:
            pieces.append(iam.HOLE)
            piece = piece.partition(CLOSE)[2]
        pieces.append(piece)
    return "".join(pieces)


def _moved(found: iam.Document | None, span: Span) -> iam.Document | None:
    """A document with every place in it replaced by one."""
    if found is None:
        return None

    def moved(each: object) -> object:
        if isinstance(each, Span):
            return span
        if isinstance(each, tuple):
            made = [moved(part) for part in each]
            return type(each)._make(made) if isinstance(each, _PARTS) else tuple(made)
        return each

    made = moved(found)
    assert isinstance(made, iam.Document)
    return made


_PARTS = (iam.Document, iam.Statement, iam.Principal, iam.Condition, iam.Text)

_STATEMENT = (
    ("sid", "Sid"),
    ("effect", "Effect"),
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
)


def from_data(source: Resource, module: Module, depth: int = 0) -> iam.Document | None:
    """The document that `data "aws_iam_policy_document"` makes, with those it is put together from."""
    statements: list[iam.Value] = []
    for path in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        for each in texts(source.find(path)):
            statements += _joined(each, source, module, depth)
    for block in objects(source.find("statement")):
        statements.append(_statement(block) if isinstance(block, Map) else neutral(block))
    key = iam.Text("Statement", source.span)
    return iam.document(iam.Fields(((key, iam.Items(tuple(statements), source.span)),), source.span))


def _joined(value: Value, source: Resource, module: Module, depth: int) -> Iterator[iam.Value]:
    other = module.resolve(value, source.path)
    if other is not None and other.kind == "aws_iam_policy_document" and depth < 5 and other is not source:
        for block in objects(other.find("statement")):
            made = _statement(block) if isinstance(block, Map) else neutral(block)
            yield made if other.path == source.path else _at(made, value.span)
        return
    meant = document(value)
    if isinstance(meant, Map):
        for each in objects(meant.get("Statement")):
            yield neutral(each)
    elif isinstance(meant, Unresolved):
        yield neutral(meant)


def _at(value: iam.Value, span: Span) -> iam.Value:
    match value:
        case iam.Text():
            return value._replace(span=span)
        case iam.Items(items=items):
            return iam.Items(tuple(_at(item, span) for item in items), span)
        case iam.Fields(fields=fields):
            return iam.Fields(tuple((key._replace(span=span), _at(each, span)) for key, each in fields), span)


def _statement(block: Map) -> iam.Fields:
    fields: list[tuple[iam.Text, iam.Value]] = []
    for name, meant in _STATEMENT:
        value = block.get(name)
        if value is not None:
            fields.append((iam.Text(meant, block.key(name) or block.span), neutral(value)))
    if block.get("effect") is None:
        fields.append((iam.Text("Effect", block.span), iam.Text("Allow", block.span)))
    for name, meant in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        groups = [_principals(each) for each in objects(block.get(name))]
        if groups:
            key = iam.Text(meant, block.key(name) or block.span)
            fields.append((key, iam.Fields(tuple(groups), key.span)))
    conditions = [_condition(each) for each in objects(block.get("condition"))]
    if conditions:
        key = iam.Text("Condition", block.key("condition") or block.span)
        fields.append((key, iam.Fields(tuple(conditions), key.span)))
    return iam.Fields(tuple(fields), block.span)


def _part(block: Map | Unresolved, name: str) -> iam.Value:
    value = block.get(name) if isinstance(block, Map) else block
    return iam.Text(iam.HOLE, block.span) if value is None else neutral(value)


def _principals(block: Map | Unresolved) -> tuple[iam.Text, iam.Value]:
    kind = _part(block, "type")
    key = kind if isinstance(kind, iam.Text) else iam.Text(iam.HOLE, block.span)
    return key, _part(block, "identifiers")


def _condition(block: Map | Unresolved) -> tuple[iam.Text, iam.Value]:
    operator, variable = _part(block, "test"), _part(block, "variable")
    if not isinstance(operator, iam.Text) or not isinstance(variable, iam.Text):
        return iam.Text(iam.HOLE, block.span), iam.Text(iam.HOLE, block.span)
    return operator, iam.Fields(((variable, _part(block, "values")),), block.span)


class Attached(NamedTuple):
    """A document, what it is attached to, and the attribute that holds it."""

    document: iam.Document
    kind: iam.Kind
    holder: str
    span: Span
    name: str


_IDENTITY = {
    "aws_iam_policy": "",
    "aws_iam_inline_policy": "",
    "aws_iam_role_policy": "role",
    "aws_iam_user_policy": "user",
    "aws_iam_group_policy": "group",
    "aws_ssoadmin_permission_set_inline_policy": "user",
}
_INLINE = {"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group"}


def identity_documents(resource: Resource, module: Module) -> Iterator[Attached]:
    """The identity and trust policies of a resource."""
    kind, name = resource.kind, resource.address
    if kind in _IDENTITY:
        path = "policy_document" if kind == "aws_iam_inline_policy" else "policy"
        path = "inline_policy" if kind.startswith("aws_ssoadmin") else path
        yield from _attached(
            resource.find(path), resource, module, "identity", _IDENTITY[kind] or _holder(resource), name
        )
    if kind in _INLINE:
        for block in resource.each("inline_policy"):
            if isinstance(block, Map):
                inner = block.get("policy") or block.get("policy_document")
                yield from _attached(inner, resource, module, "identity", _INLINE[kind], name)
        if kind == "aws_iam_role":
            yield from _attached(resource.find("assume_role_policy"), resource, module, "trust", "role", name)
    if kind == "aws_lambda_function":
        yield from _function(resource, module)
    if kind == "serverless_provider":
        for path in ("iamRoleStatements", "iam.role.statements"):
            yield from _statements(resource.find(path), name)


def _attached(
    value: Value | None, resource: Resource, module: Module, kind: iam.Kind, holder: str, name: str
) -> Iterator[Attached]:
    found = policy(value, resource, module)
    if found is not None and value is not None:
        yield Attached(found, kind, holder, value.span, name)


def _holder(resource: Resource) -> str:
    """Whom a policy of CloudFormation is attached to: it says so itself."""
    for path, holder in (("users", "user"), ("groups", "group"), ("roles", "role")):
        if resource.format == "cloudformation" and resource.has(path):
            return holder
    return ""


def _function(resource: Resource, module: Module) -> Iterator[Attached]:
    """Policies of SAM stand in the function, as statements or documents among names of templates."""
    if resource.format == "serverless":
        yield from _statements(resource.find("iamRoleStatements"), resource.address)
        return
    if resource.type != "AWS::Serverless::Function":
        return
    for each in resource.every("Policies"):
        if isinstance(each, Map) and each.get("Statement") is not None:
            found = iam.document(neutral(each))
            if found is not None:
                yield Attached(found, "identity", "role", each.span, resource.address)


def _statements(value: Value | None, name: str) -> Iterator[Attached]:
    if isinstance(value, List):
        key = iam.Text("Statement", value.span)
        found = iam.document(iam.Fields(((key, neutral(value)),), value.span))
        if found is not None:
            yield Attached(found, "identity", "role", value.span, name)
