"""Secrets in files whose names say what is in them, where no word in them does: keys, passwords, lists of accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.checksum import decoded
from yett.rules.secrets.chosen import chosen
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Reader, Secret

_FIX = "Change it, put the new one where it is needed from a secret manager, and keep the file out of the repository."
_LONGEST = 65_536
"""Bytes of a file that people write; what is beyond them is not read."""


def _lines(pattern: Lazy[bytes]) -> Reader:
    """A reader for lines of a form, whose group that took part is a password."""

    def read(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
        del ends, path
        for match in pattern.finditer(data, 0, _LONGEST):
            group = match.lastindex or 0
            found = chosen(match[group].decode("utf-8", "replace"), *match.span(group))
            if found is not None:
                yield found

    return read


_ONE = Lazy(rb"\s*([!-~]{8,512})\s*\Z")


def _only(data: bytes) -> tuple[int, int, str] | None:
    """The one word of a file, and where it is."""
    match = _ONE.match(data) if len(data) <= 1024 else None
    return (*match.span(1), match[1].decode("ascii")) if match else None


_HEX32 = Lazy(r"[0-9a-f]{32}")


def _rails(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del ends
    only = _only(data)
    if only is None or not _HEX32.fullmatch(only[2]) or not rare(only[2]):
        return
    if path.endswith("master.key") or "credentials/" in path:
        yield Found(*only[:2], Confidence.HIGH)


RAILS = Secret(
    id="rails-master-key",
    title="Rails master key",
    severity=Severity.CRITICAL,
    keywords=(),
    files=("master.key", "*.key"),
    why="It decrypts the credentials that stand next to it, with the key that signs the cookies.",
    fix="Run `rails credentials:edit` with a new key after changing every credential in the file.",
    read=_rails,
    far=True,
    refs=("https://guides.rubyonrails.org/security.html#custom-credentials",),
    bad=("1b7d9f3ac5e80246" + "8fd1c3b5a7e90625",),
    good=("-----BEGIN PUBLIC KEY-----", "00000000000000000000000000000000"),
)

_HEX = Lazy(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{48}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})")
_BASE64 = Lazy(r"[A-Za-z0-9+/_-]{22,172}={0,2}")
_SIZES = frozenset((16, 24, 32, 48, 64, 128))


def _key(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """A file that is one key of a usual size, in hexadecimal digits or base64."""
    del ends, path
    only = _only(data)
    if only is None or not rare(only[2]):
        return
    if _HEX.fullmatch(only[2]) or (_BASE64.fullmatch(only[2]) and len(decoded(only[2])) in _SIZES):
        found = chosen(only[2], *only[:2], 22)
        if found is not None:
            yield found


KEY = Secret(
    id="key-file",
    title="File that is a symmetric key",
    severity=Severity.HIGH,
    keywords=(),
    files=("*.key", "*.secret", "*.erlang.cookie", ".secret_key", "secret_key", "*key.txt", "*secret.txt"),
    why="Whoever has it reads what was encrypted with it, or signs as its owner.",
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_key,
    far=True,
    rank=2,
    bad=("Zq7/hT2xLp9vRk4s" + "Ndk8Xw3bYmGf6cJ1aUoEiHtV5Q0=",),
    good=("-----BEGIN PUBLIC KEY-----", "the key is in the safe", "0" * 64),
)


def _password(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del ends, path
    match = _WORD.match(data) if len(data) <= 1024 else None
    if match is not None and not match[1].startswith((b"#!", b"/", b"$ANSIBLE_VAULT")):
        found = chosen(match[1].decode("ascii"), *match.span(1))
        if found is not None:
            yield found


_WORD = Lazy(rb"\s*([!-~]{4,256})\s*\Z")
_PASS = ("pass", "passwd", "password", "passphrase", "pwd")

PASSWORD = Secret(
    id="password-file",
    title="File that is a password",
    severity=Severity.HIGH,
    keywords=(),
    files=(
        *(f"*{word}{end}" for word in _PASS for end in (".txt", "")),
        *(f".{word}" for word in _PASS if word != "pass"),
        *(".vault_pass", ".vault_password", "vault.pass", "vault.password", ".vaultpass", ".vaultpassword"),
    ),
    why="Whoever can read the repository, now or in any old clone of it, can log in or decrypt with it.",
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_password,
    far=True,
    rank=2,
    refs=("https://docs.ansible.com/ansible/latest/vault_guide/vault_managing_passwords.html",),
    bad=("t7Vq2LxZ" + "w9Km4R",),
    good=("password", "${VAULT_PASSWORD}", "how to reset your password", "#!/bin/sh\npass show vault\n"),
)

_USER = Lazy(rb"^[ \t]*([\w.@+-]{1,64}):([^\s:]{3,128})[ \t]*\r?$", re.MULTILINE)
_CRYPT = Lazy(r"[./0-9A-Za-z]{13}")
_HASHED = "it is a hash, so it is as safe as the password is hard to guess"


def _accounts(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """Lines of a user and what the password is, or crypt(3) of it with DES."""
    del ends
    hashes = path.lower().endswith("htpasswd")
    for match in _USER.finditer(data, 0, _LONGEST):
        value = match[2].decode("utf-8", "replace")
        if value.startswith(("$", "{", "*", "!")):
            continue  # a hash of another kind, or no password at all
        found = chosen(value, *match.span(2))
        if found is None:
            continue
        if hashes and _CRYPT.fullmatch(value) and rare(value):
            found = found._replace(note=_HASHED, severity=Severity.MEDIUM)
        yield found


ACCOUNTS = Secret(
    id="account-list-password",
    title="Password in a list of accounts",
    severity=Severity.HIGH,
    keywords=(),
    files=(".htpasswd", "htpasswd", "*.htpasswd", "rsyncd.secrets", "*.secrets", "passwd-s3fs", ".passwd-s3fs"),
    why="Whoever can read the repository, now or in any old clone of it, can log in as each of them.",
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_accounts,
    far=True,
    rank=2,
    refs=("CWE-256", "https://download.samba.org/pub/rsync/rsyncd.conf.5"),
    bad=("deploy:" + "t7Vq2LxZw9",),
    good=("deploy:*", "deploy:${PASSWORD}", "# user:password"),
)

_PPP = Lazy(
    rb"^[ \t]*(?!#)(?:\"[^\"\n]{0,128}\"|[^\s\"]\S{0,127})[ \t]+(?:\"[^\"\n]{0,128}\"|[^\s\"]\S{0,127})[ \t]+"
    rb"(?![\"]?[/@])(?:\"([^\"\n]{3,128})\"|([^\s\"]{3,128}))(?:[ \t]+[^\n]*)?$",
    re.MULTILINE,
)

DIALLED = Secret(
    id="ppp-password",
    title="Password of a PPP or VPN account",
    severity=Severity.HIGH,
    keywords=(),
    files=("chap-secrets", "pap-secrets", "l2tp-secrets", "srp-secrets"),
    why="Whoever has it dials in to the network as that account.",
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_lines(_PPP),
    far=True,
    rank=2,
    bad=("# client server secret address\nshop * " + "t7Vq2LxZw9 *",),
    good=('shop * "" *', "# client server secret address", "shop * $PASSWORD *"),
)

_RELAY = Lazy(rb"^[ \t]*[\[\w.@][^\s:#]*(?::\w+)?[ \t]+[^\s:]{1,128}:(\S{3,128})[ \t]*\r?$", re.MULTILINE)

RELAYED = Secret(
    id="mail-relay-password",
    title="Password of a mail relay",
    severity=Severity.HIGH,
    keywords=(),
    files=("sasl_passwd", "*passwd.sasl", "smtp_auth", "relay_password"),
    why="Whoever has it sends mail in your name.",
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_lines(_RELAY),
    far=True,
    rank=2,
    refs=("https://www.postfix.org/SASL_README.html",),
    bad=("[smtp.acme.io]:587 shop@acme.io:" + "t7Vq2LxZw9",),
    good=("[smtp.acme.io]:587 shop@acme.io:password", "# [smtp.acme.io]:587 user:password"),
)

_MAIL = Lazy(rb"^[ \t]*(?:password|passwd)[ \t]+\"?([^\s\"#]{3,128})\"?[ \t]*\r?$", re.MULTILINE)

MAILED = Secret(
    id="mail-account-password",
    title="Password in the settings of a mail client",
    severity=Severity.HIGH,
    keywords=(),
    files=(".msmtprc", "msmtprc", ".esmtprc", "esmtprc", ".fetchmailrc", "fetchmailrc", ".getmailrc", "getmailrc"),
    why="Whoever has it reads and sends the mail of that account.",
    fix="Change it and let the client ask a program for it: `passwordeval` of msmtp, a keyring.",
    confidence=Confidence.MEDIUM,
    read=_lines(_MAIL),
    far=True,
    rank=2,
    bad=("account acme\nhost smtp.acme.io\npassword " + "t7Vq2LxZw9",),
    good=("password secret", "passwordeval gpg -d mail.gpg", "# password t7Vq2LxZw9"),
)

_SIGNED = (b"\x03\xd9\xa2\x9a", b"PWS3", b"KWALLET\n", b"kych\0\x01")
"""What a file of KeePass, Password Safe, KWallet and the macOS keychain begins with."""

_HEAD = 256
"""Bytes that are told of, so that two files are two: the random seed is among them."""


def _vault(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del ends, path
    if data.startswith(_SIGNED) and len(data) > 64:
        yield Found(0, min(len(data), _HEAD), Confidence.MEDIUM, note="it is encrypted, as safe as its passphrase")


VAULT = Secret(
    id="password-database",
    title="Database of passwords",
    severity=Severity.MEDIUM,
    keywords=(),
    files=("*.kdbx", "*.kdb", "*.psafe3", "*.kwl", "*.keychain", "*.keychain-db"),
    why="Whoever has a copy guesses its passphrase at leisure, and then has every password in it.",
    fix="Change the passwords that are in it, and keep the file where only its owners can read it.",
    confidence=Confidence.MEDIUM,
    read=_vault,
    far=True,
    refs=("https://keepass.info/help/kb/kdbx.html",),
    bad=("PWS3" + "kX8vQ2mZ7tLw4RnP9sHbV6cJ3dFgT1yA" * 4,),
    good=("PWS3", "how to open a database of KeePass"),
)

SECRETS = (RAILS, KEY, PASSWORD, ACCOUNTS, DIALLED, RELAYED, MAILED, VAULT)
