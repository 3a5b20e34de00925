"""Who may log in over SSH, with what, and how the connection is protected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Action, Edit, Hit, Rule, Severity, Unknown
from yett.parse.nginx import Word
from yett.parse.sshd import Config, Setting
from yett.rules.hits import hit, short

Found = tuple[str, Hit | Unknown]
Judge = Callable[[Config, str], Iterator[Found]]

_DOCS = "https://man.openbsd.org/sshd_config"


def _at(
    setting: Setting, message: str, *, word: Word | None = None, by: str = "", severity: Severity | None = None
) -> Found:
    """A hit on a setting; `by` is what may be written in place of its value."""
    edits = (Edit(*word.span, by),) if by and (word := word or setting.args[0]) else ()
    place = f"Match {setting.match}: " if setting.match else ""
    span = word.span if word else setting.span
    subject = f"{place}{setting.name} {' '.join(each.text for each in setting.args).lower()}"
    return setting.path, hit(span, message, subject=subject, edits=edits, severity=severity)


def _holding(config: Config, *names: str) -> Iterator[Setting]:
    """The settings of these keywords that count: the first for everybody, and the first in each Match."""
    seen: set[tuple[str, str]] = set()
    for setting in config.settings:
        if setting.name in names and setting.args:
            key = setting.name, "" if setting.match == "all" else setting.match
            if key not in seen:
                seen.add(key)
                yield setting


def _filled(setting: Setting) -> Found | None:
    if not setting.is_filled:
        return None
    return setting.path, Unknown(setting.at.span.line, f"{setting.at.text} {short(setting.args[0].text)}")


ROOT = Rule(
    id="sshd/root-login",
    title="root may log in with a password",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "root is the name that every attacker tries, and behind a shared name nobody can say who did what. The default "
        "is prohibit-password since OpenSSH 7.0."
    ),
    fix="Write `PermitRootLogin no`.",
    refs=("CWE-250", "PCI DSS 8.2.2", f"{_DOCS}#PermitRootLogin"),
    bad=(
        "# next\nPermitRootLogin yes\nPasswordAuthentication no\n",
        "PermitRootLogin no\nMatch User root\n    # next\n    PermitRootLogin yes\n",
    ),
    good=(
        "PermitRootLogin no\nPermitRootLogin yes\n",
        "PermitRootLogin prohibit-password\n",
        "PermitRootLogin no\nMatch Address 10.0.0.0/8\n    PermitRootLogin yes\n",
        "PermitRootLogin {{ root_login }}\n",
        "PasswordAuthentication no\n",
    ),
)


def root_login(config: Config, path: str) -> Iterator[Found]:
    for setting in _holding(config, "permitrootlogin"):
        unknown = _filled(setting)
        if unknown:
            yield unknown
        elif setting.value == "yes" and not re.search(r"\b(?:local)?address\b|\blocalport\b", setting.match):
            yield _at(setting, "root may log in with a password", by="no")


PASSWORDS = Rule(
    id="sshd/password-login",
    title="A password is enough to log in",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Passwords are guessed by machines day and night. PasswordAuthentication is yes by default.",
    fix="Write `PasswordAuthentication no`, and ask for keys and a second factor by `AuthenticationMethods`.",
    refs=("CWE-308", "PCI DSS 8.4.1", f"{_DOCS}#PasswordAuthentication"),
    bad=(
        "# next\nPasswordAuthentication yes\n",
        "# next\nPort 22\nHostKey /etc/ssh/ssh_host_ed25519_key\nSubsystem sftp internal-sftp\n",
    ),
    good=(
        "PasswordAuthentication no\n",
        "PasswordAuthentication yes\nAuthenticationMethods publickey,password\n",
        "PasswordAuthentication no\nMatch Address 10.0.0.0/8\n    PasswordAuthentication yes\n",
        "# file: etc/sshd_config\nInclude /etc/ssh/sshd_config.d/*.conf\nSubsystem sftp internal-sftp\n"
        "PasswordAuthentication yes\n"
        "# file: etc/sshd_config.d/10-keys.conf\nPasswordAuthentication no\n",
        "X11Forwarding no\n",
        "Include /etc/ssh/sshd_config.d/*.conf\nHostKey /etc/ssh/ssh_host_ed25519_key\nSubsystem sftp internal-sftp\n",
    ),
)


def password_login(config: Config, path: str) -> Iterator[Found]:
    methods = config.first("authenticationmethods")
    if methods and not any(word.text.lower() in ("any", "password", "keyboard-interactive") for word in methods.args):
        return
    setting = config.first("passwordauthentication")
    if setting is not None:
        unknown = _filled(setting)
        if unknown:
            yield unknown
        elif setting.value == "yes":
            yield _at(setting, "a password is enough to log in", by="no")
        return
    # A whole sshd_config says which keys the host has or which subsystem it offers; a drop-in need not.
    place = next((each for each in config.settings if each.path == path), None)
    if place is None or not (config.first("subsystem") or config.first("hostkey")):
        return
    if config.missing or config.templated:
        yield path, Unknown(place.at.span.line, "PasswordAuthentication may be set in another file")
    else:
        message = "PasswordAuthentication is yes by default: a password is enough to log in"
        yield path, hit(place.span, message, subject="passwordauthentication by default", severity=Severity.MEDIUM)


def _simple(names: tuple[str, ...], values: tuple[str, ...], message: str, by: str) -> Judge:
    def check(config: Config, path: str) -> Iterator[Found]:
        for setting in _holding(config, *names):
            unknown = _filled(setting)
            if unknown:
                yield unknown
            elif setting.value in values:
                yield _at(setting, message.format(name=setting.at.text, value=setting.value), by=by)

    return check


EMPTY = Rule(
    id="sshd/empty-passwords",
    title="Accounts without a password are open",
    severity=Severity.CRITICAL,
    why="Whoever knows the name of an account that has no password yet is in. The default is no.",
    fix="Write `PermitEmptyPasswords no`.",
    refs=("CWE-258", "PCI DSS 8.3.1", f"{_DOCS}#PermitEmptyPasswords"),
    bad=("# next\nPermitEmptyPasswords yes\n",),
    good=("PermitEmptyPasswords no\n", "PasswordAuthentication no\n"),
)

PROTOCOL = Rule(
    id="sshd/old-protocol",
    title="Version 1 of SSH is spoken",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Connections of version 1 can be read and changed on the way. OpenSSH has not had it since 7.6.",
    fix="Take the line out, or write `Protocol 2`.",
    refs=("CWE-327", "PCI DSS 2.2.7", "https://www.openssh.com/txt/release-7.6"),
    bad=("# next\nProtocol 2,1\n", "# next\nProtocol 1\n"),
    good=("Protocol 2\n", "Port 22\nPasswordAuthentication no\n"),
)


def old_protocol(config: Config, path: str) -> Iterator[Found]:
    for setting in _holding(config, "protocol"):
        if "1" in setting.value.split(","):
            yield _at(setting, "version 1 of SSH is spoken", by="2")


ALGORITHMS = Rule(
    id="sshd/weak-algorithms",
    title="Broken algorithms are offered",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "RC4, 3DES, ciphers in CBC mode, MD5, truncated SHA-1 and key exchanges with SHA-1 can be broken or weakened. "
        "None of them is among the defaults of OpenSSH."
    ),
    fix="Leave the line out, or take the weak names off it.",
    refs=("CWE-327", "PCI DSS 2.2.7", "PCI DSS 12.3.3", f"{_DOCS}#Ciphers"),
    bad=(
        """\
# next
Ciphers aes256-gcm@openssh.com,aes128-cbc,3des-cbc
# next
MACs hmac-sha2-512-etm@openssh.com,hmac-md5
# next
KexAlgorithms +diffie-hellman-group1-sha1
# next
HostKeyAlgorithms ssh-ed25519,ssh-dss
""",
    ),
    good=(
        """\
Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes256-ctr
MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256
KexAlgorithms -diffie-hellman-group14-sha1
HostKeyAlgorithms ssh-ed25519,rsa-sha2-512
""",
    ),
)

_LISTS = {
    "ciphers": re.compile(r"(?:3des|blowfish|cast128|aes\d+|rijndael\d*)-cbc|rijndael-cbc@\S+|arcfour\d*|des|none"),
    "macs": re.compile(r"hmac-md5\S*|hmac-sha1-96\S*|hmac-ripemd160\S*|none"),
    "kexalgorithms": re.compile(r"diffie-hellman-group(?:1|14)-sha1|diffie-hellman-group-exchange-sha1|gss-\S*sha1\S*"),
    "hostkeyalgorithms": re.compile(r"ssh-dss\S*|ssh-rsa(?:-cert-v01@openssh\.com)?"),
}
_LISTS |= dict.fromkeys(
    ("pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes", "casignaturealgorithms"), _LISTS["hostkeyalgorithms"]
)


def weak_algorithms(config: Config, path: str) -> Iterator[Found]:
    for setting in _holding(config, *_LISTS):
        text = setting.value
        if text.startswith("-") or setting.is_filled:
            continue
        weak = [name for name in text.lstrip("+^").split(",") if _LISTS[setting.name].fullmatch(name)]
        if weak:
            severity = Severity.MEDIUM if all(name == "ssh-rsa" or name.endswith("-cbc") for name in weak) else None
            message = f"{setting.at.text} offers {', '.join(short(name, 40) for name in weak[:4])}"
            yield _at(setting, message, severity=severity)


STRICT = Rule(
    id="sshd/strict-modes-off",
    title="Keys are read from files that others may write to",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever may write to a home folder adds a key of their own and logs in as its owner. The default is yes.",
    fix="Write `StrictModes yes`.",
    refs=("CWE-732", "PCI DSS 7.2.5", f"{_DOCS}#StrictModes"),
    bad=("# next\nStrictModes no\n",),
    good=("StrictModes yes\n",),
)

ENVIRONMENT = Rule(
    id="sshd/user-environment",
    title="Users set the environment of their login",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With LD_PRELOAD in ~/.ssh/environment users get around the command they are limited to. The default is no.",
    fix="Write `PermitUserEnvironment no`.",
    refs=("CWE-15", f"{_DOCS}#PermitUserEnvironment"),
    bad=("# next\nPermitUserEnvironment yes\n",),
    good=("PermitUserEnvironment no\n", "PermitUserEnvironment LANG,LC_*\n"),
)

HOSTBASED = Rule(
    id="sshd/host-based-login",
    title="Other machines vouch for their users",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever is root on one of those machines is everybody on this one. Both settings are safe by default.",
    fix="Write `HostbasedAuthentication no` and `IgnoreRhosts yes`.",
    refs=("CWE-290", "PCI DSS 8.3.1", f"{_DOCS}#HostbasedAuthentication"),
    bad=("# next\nHostbasedAuthentication yes\n# next\nIgnoreRhosts no\n",),
    good=("HostbasedAuthentication no\nIgnoreRhosts yes\n",),
)


def host_based(config: Config, path: str) -> Iterator[Found]:
    for setting in _holding(config, "hostbasedauthentication", "ignorerhosts", "rhostsrsaauthentication"):
        wrong = "no" if setting.name == "ignorerhosts" else "yes"
        if setting.value == wrong:
            yield _at(setting, f"{setting.at.text} is {wrong}", by="yes" if wrong == "no" else "no")


LOG = Rule(
    id="sshd/no-logging",
    title="Logins are not logged",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="At QUIET and FATAL neither logins nor failed ones are written down. The default is INFO.",
    fix="Write `LogLevel VERBOSE`.",
    refs=("CWE-778", "PCI DSS 10.2.1", f"{_DOCS}#LogLevel"),
    bad=("# next\nLogLevel QUIET\n",),
    good=("LogLevel VERBOSE\n", "LogLevel INFO\n"),
)

X11 = Rule(
    id="sshd/x-forwarding",
    title="Windows and ports are passed through",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "With X11Forwarding the machine reads keys and screen of whoever logs in; with GatewayPorts yes a "
        "forwarded port "
        "is open to the network. Both are off by default."
    ),
    fix="Write `X11Forwarding no` and `GatewayPorts no`.",
    refs=("CWE-284", f"{_DOCS}#X11Forwarding"),
    bad=("# next\nX11Forwarding yes\n# next\nGatewayPorts yes\n",),
    good=("X11Forwarding no\nGatewayPorts clientspecified\n",),
)

TRIES = Rule(
    id="sshd/many-tries",
    title="A connection may try many passwords",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Each connection guesses as often as MaxAuthTries says, 6 by default, and LoginGraceTime 0 lets it stay.",
    fix="Write `MaxAuthTries 4` and `LoginGraceTime 60`.",
    refs=("CWE-307", "PCI DSS 8.3.4", f"{_DOCS}#MaxAuthTries"),
    bad=("# next\nMaxAuthTries 20\n# next\nLoginGraceTime 0\n",),
    good=("MaxAuthTries 4\nLoginGraceTime 1m\n",),
)


def many_tries(config: Config, path: str) -> Iterator[Found]:
    for setting in _holding(config, "maxauthtries", "logingracetime"):
        if setting.name == "maxauthtries" and setting.value.isdigit() and int(setting.value[:9]) > 6:
            yield _at(setting, f"a connection may guess {setting.value[:9]} times")
        elif setting.name == "logingracetime" and re.fullmatch(r"0+[smhd]?", setting.value):
            yield _at(setting, "a connection may wait for ever before it logs in")


RULES: tuple[tuple[Rule, Judge], ...] = (
    (ROOT, root_login),
    (PASSWORDS, password_login),
    (EMPTY, _simple(("permitemptypasswords",), ("yes",), "accounts without a password are open", "no")),
    (PROTOCOL, old_protocol),
    (ALGORITHMS, weak_algorithms),
    (STRICT, _simple(("strictmodes",), ("no",), "nobody looks at who may write to the keys", "yes")),
    (ENVIRONMENT, _simple(("permituserenvironment",), ("yes",), "users set LD_PRELOAD for their login", "no")),
    (HOSTBASED, host_based),
    (
        LOG,
        _simple(("loglevel",), ("quiet", "fatal"), "{name} is {value}: failed logins are not written down", "VERBOSE"),
    ),
    (X11, _simple(("x11forwarding", "gatewayports"), ("yes",), "{name} is yes", "no")),
    (TRIES, many_tries),
)
