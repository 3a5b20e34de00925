"""Which names mean a secret, and which values cannot be one."""

from __future__ import annotations

import re

_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:"
    r"password|passwd|passphrase|secret|token|credentials"
    r"|(?:api|access|secret|private|encryption|signing|auth|account|master)[_.-]?key(?:[_.-]?base)?"
    r")$"
    r"|[_.-](?:pwd|pass|apikey)$|^apikey$",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(r"(?:^|[_-])(?:uwsgi|proxy|fastcgi|scgi|grpc|memcached)[_-]pass$", re.IGNORECASE)
"""Where a proxy passes requests on to, by the words of nginx."""
_OWN_KEY = re.compile(
    r"^(?:(?:app|django|flask|rails|next)[_-])?secret(?:[_-]key(?:[_-]base)?)?$|^app[_-]key$"
    r"|(?:^|[_-])(?:session|cookie|csrf|jwt|nextauth|encryption|signing)[_-](?:secret|key|salt|passphrase)(?:[_-]key)?$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
"""The name of a variable that holds the secret: `gpg-passphrase: GPG_PASSPHRASE`."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_STAND_IN = re.compile(
    r"change.?me|dummy|example|placeholder|sample|fake|mock|test|secret|passw|default|insecure|unsafe|not.?(?:a|so|real)"
    r"|unused|temp|build|local|dev|demo|postgres|mysql|maria|mongo|redis|rabbit|guest|admin|root|user|none|null|todo"
    r"|your|foo|bar|baz|xxx|\*\*\*|1234|abc|qwerty|hunter|<|>|\.\.\.",
    re.IGNORECASE,
)


def means_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret; its end tells (`DB_PASSWORD`, `apiKey`, not `TOKEN_URL`)."""
    words = _CAMEL.sub("_", name)
    return _SECRET_NAME.search(words) is not None and _PASSED_ON.search(words) is None


def is_own_key(name: str) -> bool:
    """Whether a name is that of a key which an application makes up for itself, to sign or encrypt what is its own: of
    no use to anybody where the application is started for a test and thrown away."""
    return _OWN_KEY.search(_CAMEL.sub("_", name)) is not None


def is_setting(value: str) -> bool:
    """Whether a value is a switch, a number, a path, an address or a variable: nothing anybody could steal."""
    text = value.strip()
    return (
        len(text) < 2
        or text.lower() in ("true", "false", "yes", "no", "on", "off", "none", "null", "auto", "write", "read")
        or text.isdigit()
        or "$" in text
        or "{{" in text
        or _VARIABLE.fullmatch(text) is not None
        or text.startswith(("/", "./", "~", "http://", "https://", "file:", "@", "%"))
    )


_PARTS = 8
"""Names in front of a password, with room to spare: a registry, a user."""


def is_stand_in(value: str) -> bool:
    """Whether a value says of itself that it is no secret, or is too plain to be one that anybody chose at random."""
    text = value.strip()
    for _ in range(_PARTS if "/" not in text else 0):
        name, colon, password = text.partition(":")
        if not colon or len(name) >= 40:
            break
        if name == password:
            return True  # `shop:shop`, a login in one variable
        text = password.strip()
    return _STAND_IN.search(text) is not None or len(text) < 8 or len(set(text)) < 6 or text.isalpha()
