"""Rules for the configuration of sshd, its drop-in folder included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse import sshd
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules.sshd import login

EXAMPLE = "sshd_config"
"""The path under which the rules' one-file examples are judged."""

RULES = login.RULES


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a file. Raises `ParseError` where sshd would not read it either."""
    if not _KEYWORDS.search(text):
        return
    try:
        own = sshd.parse(text, path)
    except ParseError:
        if len(_KEYWORDS.findall(text)) < 2:
            return
        raise
    config = sshd.expand(own, path, tree)
    for rule, check in RULES:
        for place, hit in dict.fromkeys(check(config, path)):
            if place == path:
                yield rule, hit


_KEYWORDS = re.compile(
    r"(?mi)^[ \t]*(?:Port|Protocol|HostKey|PermitRootLogin|PasswordAuthentication|PubkeyAuthentication|UsePAM|Subsystem"
    r"|X11Forwarding|AuthorizedKeysFile|Ciphers|MACs|KexAlgorithms|Match|AllowUsers|AllowGroups|ListenAddress|LogLevel"
    r"|PermitEmptyPasswords|ChallengeResponseAuthentication|KbdInteractiveAuthentication"
    r"|ClientAliveInterval|MaxAuthTries"
    r"|LoginGraceTime|AuthenticationMethods|StrictModes|PermitUserEnvironment|GatewayPorts"
    r"|AllowTcpForwarding|IgnoreRhosts"
    r"|HostbasedAuthentication|HostKeyAlgorithms|PubkeyAccepted\w+|Include)[ \t=]"
)
