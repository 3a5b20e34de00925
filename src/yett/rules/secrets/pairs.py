"""Credentials that stand apart from the name that says so: `name: DB_PASSWORD` and below it `value: …`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.chosen import PLAIN, chosen
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret

# The name ends with the keyword, so that "password_field" and "TokenUrl" are none.
_NAME = Lazy(
    rb"(?:(?P<quoted>(?:\b|_|parameter)(?:name|key)[\"']?[ \t]*[:=][ \t]*[\"']?)|(?P<variable>variable[ \t]+\")"
    rb"|(?P<element><[\w:.-]{1,24}[ \t][^<>]{0,40}?\b(?:name|key)=[\"'])|(?P<line>^[ \t]+[\"']?)"
    rb"|(?P<env>^[ \t]*(?:ENV|ARG)[ \t]+)|(?P<listed><key>))(?P<name>[\w.:/-]{0,60})\Z",
    re.MULTILINE | re.IGNORECASE,
)
# Every step is bounded or cannot take what the next one takes, so that no text makes a match take long.
_YAML = Lazy(
    rb"[\"']?[ \t]{0,40}\r?\n[ \t]{0,80}value:[ \t]{1,40}[\"']?"
    rb"([^\s\"'#{}\[\]&*!|>%@][^\"'\n\r]{2,255})[\"']?[ \t]{0,40}\r?$",
    re.MULTILINE,
)
_JSON = Lazy(
    rb"[\"']?\s{0,80},?\s{0,80}[\"']?(?:Parameter)?value[\"']?\s{0,40}[:=]\s{0,40}[\"']([^\"\\\n]{3,256})[\"']",
    re.IGNORECASE,
)
_ATTRIBUTE = Lazy(rb"[\"']\s{1,80}value=[\"']([^\"'<>\n]{3,256})[\"']", re.IGNORECASE)
_CONTENT = Lazy(rb"[\"'][^<>]{0,80}>\s{0,80}(?:<value>\s{0,80})?([^<>\s][^<>\n]{2,255})\s{0,80}</", re.IGNORECASE)
_VARIABLE = Lazy(rb"\"\s{0,40}\{[^{}]{0,480}?\bdefault\s{0,40}=\s{0,40}\"([^\"\n]{3,256})\"")
_PARAMETER = Lazy(
    rb"(?::[ \t]{0,40}\r?\n(?:[ \t][^\n]{0,72}\n){0,8}?[ \t]{1,80}Default:[ \t]{1,80}[\"']?([^\s\"'#]{3,256})[\"']?"
    rb"[ \t]{0,40}\r?$|\"\s{0,40}:\s{0,40}\{[^{}]{0,480}?\"Default\"\s{0,40}:\s{0,40}\"([^\"\n]{3,256})\")",
    re.MULTILINE,
)
_TYPED = Lazy(rb"Type[\"']?[ \t]*:[ \t]*[\"']?(?:String|AWS::)")
_ENV = Lazy(rb"[ \t]{1,40}[\"']?([^\s\"'=\\]{4,256})[\"']?[ \t]{0,40}\r?$", re.MULTILINE)
_LISTED = Lazy(rb"</key>\s{0,80}<string>\s{0,80}([^<>\s][^<>\n]{2,255})</string>", re.IGNORECASE)
_AFTER = {
    "quoted": (_YAML, _JSON),
    "element": (_ATTRIBUTE, _CONTENT),
    "variable": (_VARIABLE,),
    "line": (_PARAMETER,),
    "env": (_ENV,),
    "listed": (_LISTED,),  # a list of properties, as Apple writes them
}
# How each of the above goes on: looked at first, since what stands before a name is dearer to find out.
_GOES = Lazy(
    rb"[\"']?\s{0,80},?\s{0,80}[\"']?(?:Parameter)?value|[\"'][^<>]{0,80}>|\"\s{0,40}(?::\s{0,40})?\{|:[ \t]{0,40}\r?\n"
    rb"|[ \t]{1,40}[\"']?[^\s\"'=\\]{4,256}[\"']?[ \t]{0,40}\r?$|</key>\s{0,80}<string>",
    re.MULTILINE | re.IGNORECASE,
)
# What has to follow a name at once for it to be worth a look: a closing quote, the end of the line, what assigns.
_NEXT = frozenset(b"\"'\r\n: \t,<")
_DIGITS = b"0123456789"

_OTHER = Lazy(
    rb"csrf|xsrf|authenticity|public|page|next|reset|forgot|change|verify|sort|cache|foreign|primary|partition|min|max|require|allow"
    rb"|enable|disable|confirm|invalid|wrong|expire|hash|encrypted|hint|label|title|error",
    re.IGNORECASE,
)
_NONE = frozenset(("true", "false", "null", "none", "string", "text", "hidden", "password", "secret", "token", "key"))
_WEAK = (b"token", b"key", b"secret")


def _pairs(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    last = -1
    for end in ends:
        after = end + len(data[end : end + 2]) - len(data[end : end + 2].lstrip(_DIGITS))
        if end <= last or data[after : after + 1] not in _FOLLOWING or _GOES.match(data, after) is None:
            continue
        match = _beside(data, end, after)
        if match is None:
            continue
        group = 1 if match[1] is not None else 2
        value = match[group].decode("utf-8", "replace").strip()
        if " " in value or value.lower() in _NONE or value.startswith(("/", "http", "$")):
            continue
        found = chosen(value, *match.span(group))
        if found is None:
            continue
        if found.doubt == PLAIN and (
            data[max(0, end - 6) : end].lower().endswith(_WEAK) or not any(map(str.isdigit, value))
        ):
            continue  # what names a key often names where it is, or what it is for
        last = match.end()
        yield found


_FOLLOWING = frozenset(bytes((each,)) for each in _NEXT)


def _beside(data: bytes, end: int, after: int) -> re.Match[bytes] | None:
    """The match of what holds the value, where the word that ends at `end` ends a name with which a value may go."""
    name = _NAME.search(data, max(0, end - 110), end)
    if name is None or _OTHER.search(name["name"]):
        return None
    kind = next(kind for kind in _AFTER if name[kind] is not None)
    for pattern in _AFTER[kind]:
        match = pattern.match(data, after)
        if match is not None:
            return match if kind != "line" or _TYPED.search(match[0]) else None
    return None


PAIR = Secret(
    id="named-value",
    title="Credential as the value of a named setting",
    severity=Severity.HIGH,
    keywords=(
        *("password", "passwd", "passphrase", "secret", "token", "_pass", "_pwd", "apikey", "api_key", "api-key"),
        *("access_key", "secretkey", "secret_key", "private_key", "encryption_key", "credential"),
    ),
    why="Whoever can read the repository, now or in any old clone of it, can use it.",
    fix="Change it, and refer to a secret instead: `valueFrom`, `secrets`, a parameter without a default.",
    confidence=Confidence.MEDIUM,
    read=_pairs,
    rank=1,
    refs=("https://kubernetes.io/docs/concepts/configuration/secret/",),
    bad=(
        "env:\n  - name: DB_PASSWORD\n    value: " + "t7Vq2LxZw9\n",
        '{"name": "DB_PASSWORD", "value": "' + 'mZ4kQ8sT2v"}',
        '<add key="ApiPassword" value="' + 'q9Lx2Vn7Tz"/>',
        'variable "db_password" {\n  type    = string\n  default = "' + 'kX8vQ2mZ7t"\n}',
        "Parameters:\n  DbPassword:\n    Type: String\n    Default: " + "wZ5rT8nK2q\n",
        '<string name="api_secret">' + "8f3kq9zx2mw7vn4t" + "</string>",
        "ENV DB_PASSWORD " + "hJ3kP9wQ7r\n",
    ),
    good=(
        "env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef: {name: db, key: password}\n",
        '{"name": "DB_PASSWORD", "value": "${DB_PASSWORD}"}',
        '<string name="forgot_password">Forgot your password?</string>',
        'variable "db_password" {\n  type = string\n}\nvariable "region" {\n  default = "eu-central-1"\n}',
        "Parameters:\n  DbPassword:\n    Type: String\n    NoEcho: true\n",
        '<input type="password" name="password" value="password">',
        "ENV TOKEN /run/secrets/token\n",
    ),
)

SECRETS = (PAIR,)
