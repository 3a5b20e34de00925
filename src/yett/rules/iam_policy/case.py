"""What a rule on policy documents looks at, and what a statement lets its holder do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yett.lean import NamedTuple
from yett.model import Unknown
from yett.parse.iam import HOLE, Document, Kind, Statement, Text, covers
from yett.parse.source import Span
from yett.rules.hits import brief, short


class Place(NamedTuple):
    """Where a document stands.

    `name` is the object it belongs to ("aws_iam_role.web"; begins every subject), `holder` who gets an identity policy
    ("user", "group", "role" or ""), `service` what a resource policy protects ("s3", "kms", "sqs", …, or "" where
    nobody says; with one of these the rules of that resource speak of public access), `account` the twelve digits of
    the account the object lives in, if known, `span` what to point at where the document itself has no place.
    """

    name: str = ""
    holder: str = ""
    service: str = ""
    account: str = ""
    span: Span | None = None


class Case(NamedTuple):
    """A document to judge. `kind` is never "" here, `names` holds those of its statements that were asked for."""

    document: Document
    kind: Kind
    place: Place
    names: dict[int, str]

    @property
    def allows(self) -> Iterator[Statement]:
        return (statement for statement in self.document.statements if statement.allows)

    def subject(self, statement: Statement, *what: str) -> str:
        """The object, the statement and what is wrong with it, without any place in the file."""
        key = id(statement)  # of the document, so nothing else gets that number as long as this lives
        if key not in self.names:
            self.names[key] = statement.sid or brief(_written(statement))
        return " ".join((self.place.name, self.names[key], *what)).strip()

    def who(self, statement: Statement) -> str:
        """The statement as a message names it."""
        if statement.sid:
            return f"statement {short(statement.sid, 60)}"
        return f"a statement of {short(self.place.name, 60)}" if self.place.name else "the statement"


def _written(statement: Statement) -> str:
    """What a statement without a name is about: its actions, then what they are done to."""
    actions = ",".join(sorted(text.text for text in (*statement.actions, *statement.not_actions)))
    return f"{actions} {','.join(sorted(text.text for text in (*statement.resources, *statement.not_resources)))}"


def guess(document: Document) -> Kind:
    """What a document is attached to, told by its principals: only trust and resource policies have any."""
    found: Kind = "identity"
    for statement in document.statements:
        if statement.principals or statement.not_principals:
            found = "resource"
            if statement.actions and all(_is_assume(action.text) for action in statement.actions):
                return "trust"
            if not statement.actions and any(principal.kind == "Federated" for principal in statement.principals):
                return "trust"
    return found


def _is_assume(action: str) -> bool:
    low = action.lower()
    return low.startswith("sts:") and (low in ("sts:*", "sts:tagsession", "sts:setsourceidentity") or "assume" in low)


def allowed(statement: Statement, action: str) -> Text | None:
    """The text of a statement that gives an action, be it a pattern or what it leaves out; None where none does."""
    for text in statement.actions:
        if covers(text.text, action):
            return text
    if statement.not_actions and not any(covers(text.text, action) for text in statement.not_actions):
        return statement.not_actions[0]
    return None


def takes_everything(statement: Statement) -> bool:
    """Whether a statement takes its actions away on every resource, whatever the circumstances."""
    return (
        statement.denies
        and not statement.conditions
        and any(is_everything(resource.text) for resource in statement.resources)
    )


_EVERYTHING = r"\*+|arn:[^:]*(?::\*)+|arn:\*+|arn:[^:]*:\*(?::[^:]*){2}:\*"
_KIND = r"[a-z-]+[/:]\*+|\*+(?:/\*+)?"


def is_everything(resource: str) -> bool:
    """Whether a resource is `*`, or an ARN that leaves nothing out."""
    return re.fullmatch(_EVERYTHING, resource) is not None


def is_wide(resource: str, service: str) -> bool:
    """Whether a resource is everything, or everything of one kind in a service: `arn:aws:iam::123456789012:role/*`."""
    if is_everything(resource):
        return True
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[2] not in (service, "*"):
        return False
    if service == "s3":  # what stands before its slash is a bucket
        return re.fullmatch(r"\*+(?:/\*+)?", parts[5]) is not None
    return re.fullmatch(_KIND, parts[5]) is not None


def over(statement: Statement, service: str) -> Text | None:
    """The resource of a statement that is as good as every one of a service, None where all are narrower."""
    for text in statement.resources:
        if is_wide(text.text, service):
            return text
    return statement.not_resources[0] if statement.not_resources else None


def over_all(statement: Statement) -> Text | None:
    """The resource of a statement that is everything."""
    return next((text for text in statement.resources if is_everything(text.text)), None)


def unknown(texts: Iterable[Text]) -> Iterator[Unknown]:
    """An answer for texts of which nothing is known."""
    for text in texts:
        if text.open:
            yield Unknown(text.span.line, text.source or "a value that only a run knows")
            return


def named(texts: Iterable[str], limit: int = 4) -> str:
    """Some names in a sentence, the rest as a number."""
    names = list(dict.fromkeys(texts))
    shown = ", ".join(short(name, 60) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def plain(text: Text) -> str:
    """A text as it may stand in a message, its holes as `…`."""
    return short(text.text.replace(HOLE, "…"), 80)
