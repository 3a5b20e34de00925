"""Passwords in the settings of routers, switches and firewalls: Cisco and what follows its habits, Junos, FortiOS."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.parse.devices import junos9, type7
from yett.rules.secrets.chosen import chosen
from yett.rules.secrets.doubt import placeholder
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret

_WHY = "Whoever reads it can log in to the device, or have others trust one of their own."
_FIX = "Change it on the devices and keep it out of what is kept of their settings."

_TYPE7 = Lazy(rb"[\"']?((?:[0-4][0-9]|5[0-2])(?:[0-9A-F]{2}){2,60}|(?:[0-4][0-9]|5[0-2])(?:[0-9a-f]{2}){2,60})\b")
_JUNOS = Lazy(rb"([A-Za-z0-9./-]{6,160})(?=[\"';\s])")


def _hidden(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """What can be undone is certain, as nothing else can be undone to text."""
    del path
    for end in ends:
        junos = data[end - 3 : end] == b"$9$"
        match = (_JUNOS if junos else _TYPE7).match(data, end)
        if match is None:
            continue
        text = match[1].decode("ascii")
        plain = junos9(text) if junos else type7(text)
        if len(plain) < 4 or (not junos and data[match.end() : match.end() + 1] in (b"$", b"/", b"-")):
            continue
        doubt = "what it hides is a placeholder" if placeholder(plain) or plain in _USUAL else ""
        start = end - 3 if junos else match.start(1)
        confidence = Confidence.LOW if doubt else Confidence.HIGH
        yield Found(start, match.end(1), confidence, doubt, "it is hidden in a way that anybody can undo")


_USUAL = frozenset(("cisco", "cisco123", "juniper", "juniper123", "admin", "public", "private"))

HIDDEN = Secret(
    id="device-hidden-password",
    title="Password of a network device, only hidden",
    severity=Severity.HIGH,
    keywords=("password 7 ", "secret 7 ", "key 7 ", "key-string 7 ", "md5 7 ", "community 7 ", "$9$"),
    why=f"{_WHY} Types 7 and $9$ are no encryption.",
    fix=f"{_FIX} Use type 8 or 9, and keys of type 6.",
    read=_hidden,
    refs=(
        "https://www.cisco.com/c/en/us/support/docs/security-vpn/remote-authentication-dial-user-service-radius/107614-64.html",
    ),
    bad=(
        "username admin password 7 06" + "1258175D1C25013F004B",
        'secret "$9$' + "W1o8-wJGDm5z" + 'GD9AtOEhgoJU.f69p0IE"; ## SECRET-DATA',
    ),
    good=(
        "username admin password 7 $PASSWORD",
        "the password 7 people know",
        "enable secret 9 $9$nhEm" + "QVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM",
    ),
)

_VALUE = rb"\"?([^\s\"'$<>{};]{2,128})\"?"
_PLAIN = Lazy(
    rb"[ \t]*(?:"
    rb"(?:username \S+ (?:privilege \d+ |role \S+ )*|enable |line-?)?(?:password|secret) (?:level \d+ )?0 %V%"
    rb"|enable (?:password|secret) (?:level \d+ )?%V%(?=[ \t]*\r?$)"
    rb"|snmp-server community (?:0 )?%V%(?=[ \t]+(?:r[ow]|view|group|ipv6|\d|use-)|[ \t]*\r?$)"
    rb"|(?:set )?snmp community %V%(?=[ \t;{])"
    rb"|(?:tacacs|radius)-server (?:host \S+ )?(?:[\w-]+ \d+ )*key (?:0 )?%V%(?=[ \t]*\r?$)"
    rb"|crypto isakmp key (?:0 )?%V% (?:address|hostname)"
    rb"|(?:set .* )?pre-shared-key (?:ascii-text |local |remote |0 )?%V%(?=[ \t;]*\r?$)"
    rb"|ip ospf (?:authentication-key|message-digest-key \d+ md5) (?:0 )?%V%(?=[ \t]*\r?$)"
    rb"|set (?:password|passwd|psksecret|passphrase|auth-pwd|priv-pwd) ENC (?P<enc>[A-Za-z0-9+/]{24,400}={0,2})"
    rb")".replace(b"%V%", _VALUE),
    2,
)
_DEVICE = (b"\nhostname ", b"\ninterface ", b"\nline vty", b"\nline con", b"\n!", b"\nversion ", b"\nconfig system")
_FIRST = tuple(mark[1:] for mark in _DEVICE)
_DEFAULTS = frozenset(("public", "private"))


def _plain(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """Lines of settings: where little else in a file shows that it is one, only what looks random counts."""
    del path
    settings: bool | None = None
    last = -1
    for end in ends:
        start = data.rfind(b"\n", max(0, end - 200), end) + 1
        match = _PLAIN.match(data, start, start + 600) if start > last else None
        if match is None:
            continue
        last = start
        group = next(number for number, text in enumerate(match.groups(), 1) if text is not None)
        value = match[group].decode("utf-8", "replace")
        found = chosen(value, *match.span(group), 3)
        if match["enc"] is not None:
            yield Found(*match.span(group), Confidence.MEDIUM, note="it is encrypted with a key that is known")
            continue
        if value in _DEFAULTS and b"snmp" in match[0]:
            known = "it is the default that everybody knows"
            yield Found(*match.span(group), Confidence.LOW, known)
            continue
        if found is None or (value.isdigit() and len(value) < 4):
            continue
        if found.confidence < Confidence.MEDIUM:
            if settings is None:
                settings = data.startswith(_FIRST) or any(mark in data for mark in _DEVICE)
            if not settings:
                continue
        yield found


PLAIN = Secret(
    id="device-password",
    title="Password of a network device",
    severity=Severity.HIGH,
    keywords=(
        *(
            "password 0 ",
            "secret 0 ",
            "enable password ",
            "enable secret ",
            "snmp-server community ",
            "snmp community ",
        ),
        *("-server key ", "isakmp key ", "pre-shared-key ", "authentication-key ", "message-digest-key "),
        *("-server host ", "password enc ", "passwd enc ", "psksecret enc ", "passphrase enc ", "-pwd enc "),
    ),
    why=_WHY,
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_plain,
    rank=2,
    refs=("https://www.cisco.com/c/en/us/support/docs/ip/access-lists/13608-21.html",),
    bad=(
        "hostname edge\nsnmp-server community " + "t7Vq2LxZw9" + " RW\n",
        "crypto isakmp key " + "mZ4kQ8sT2v" + " address 203.0.113.7",
        "username admin privilege 15 password 0 " + "q9Lx2Vn7Tz",
    ),
    good=(
        "enable password protection for the shop",
        "snmp-server community ${COMMUNITY} RO",
        "tacacs-server key <key>",
    ),
)

SECRETS = (HIDDEN, PLAIN)
