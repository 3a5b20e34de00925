"""Private keys, by the armour around them."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.parse.der import length
from yett.rules.secrets import checksum
from yett.rules.secrets.doubt import fake, repeats
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret

_LONGEST = 24_000
"""Bytes: an RSA key of 16,384 bits takes 12,700, escapes and quotes around its lines as much again."""

_BEGIN = Lazy(rb"-{4,5} ?BEGIN ([A-Z0-9 ]{0,40})\Z")
_HEADERS = Lazy(rb"(?:[A-Za-z][A-Za-z\-]{2,24}: [^\n\\]{0,200}(?:\\r|\\n|\r|\n)+)+")
_BETWEEN = Lazy(rb"(?:\\+[rntu]|&#(?:10|13|xA|xD);|\\+|[\s\"'`+,.()>|#*/]*(?:\r?\n)[\s\"'`+.(|#*]*|[\s\"'`,;])+")
_BODY = Lazy(rb"[A-Za-z0-9+/]{16,}={0,2}")
_LEFT_OUT = Lazy(rb"[\r\n\t n](?:\.{3,}|\xe2\x80\xa6|\[\.\.\.\]|<snip>)[\\\s]")
_FINISH = Lazy(rb"[^\n\-]{0,60}-----")
_SHORTEST = 60
"""Characters of base64: PKCS #8 of an Ed25519 key, the smallest there is, has 64."""


def _pem(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        begin = _BEGIN.search(data, max(0, end - 64), data.rfind(b"PRIVATE", max(0, end - 40), end))
        if begin is None:
            continue
        label = begin[1].strip()
        again = data.find(b"- BEGIN" if b"SSH2" in label else b"-BEGIN", end, end + _LONGEST)
        limit = again if again >= 0 else end + _LONGEST
        stop = data.find(b"-END", end, limit)
        if stop < 0:
            stop = data.find(b"- END", end, limit)
        inside = data[end : stop if stop >= 0 else min(limit, end + 4096)].rstrip(b"-")  # all of it in one line
        lines, encrypted = _lines(inside, stop >= 0)
        if len(lines) < _SHORTEST or len(set(lines[:400])) < 16 or repeats(lines[:400].decode()):
            continue
        raw = checksum.decoded(lines[: len(lines) // 4 * 4].decode().rstrip("="))
        encrypted = (
            encrypted
            or label == b"ENCRYPTED"
            or (raw.startswith(b"openssh-key-v1\0") and raw[15:23] != b"\0\0\0\4none")
        )
        whole = stop >= 0 and (
            raw[:1] == b"\x30" or raw.startswith(b"openssh-key-v1\0") or b"PGP" in label or b"SSH2" in label
        )
        confidence = Confidence.HIGH if whole else Confidence.MEDIUM
        # Signs that end a line or begin one may be lost, so that nearly all of it is enough.
        missing = stop >= 0 and not encrypted and len(raw) < length(raw[:6]) * 0.9
        short = missing or _LEFT_OUT.search(inside) is not None
        finish = stop + 4 if stop >= 0 else end
        if stop >= 0:
            dashes = _FINISH.match(data, finish)
            finish = dashes.end() if dashes else finish
        yield Found(
            begin.start(),
            finish,
            Confidence.LOW if short else confidence,
            "a part of it was left out" if short else "",
            note="it is encrypted, so it is as safe as its passphrase" if encrypted else "",
            severity=Severity.MEDIUM if encrypted else None,
        )


def _lines(inside: bytes, ended: bool) -> tuple[bytes, bool]:
    """The base64 between the armour lines in one piece, and whether a header says that it is encrypted.

    Where the closing line is missing, the base64 ends at the first piece that is none.
    """
    headers = _HEADERS.match(inside.lstrip(b"-\r\n\\rn \t\"'+"))
    encrypted = headers is not None and b"ENCRYPTED" in headers[0]
    kept = []
    for piece in _BETWEEN.split(inside):
        if _BODY.fullmatch(piece) or (len(piece) < 16 and piece.isalnum()):
            kept.append(piece)
        elif not ended and (kept or (headers is None and piece.strip(b"-"))):
            break
    return b"".join(kept), encrypted


PEM = Secret(
    id="private-key",
    title="Private key",
    severity=Severity.CRITICAL,
    keywords=("private key-----", "private key block-----", "private key ----"),
    why="Whoever has it can log in, sign or decrypt as its owner, and nobody can tell the difference.",
    fix="Make a new key pair, take the old public key out wherever it is trusted, and keep the new one in an agent.",
    read=_pem,
    far=True,
    rank=4,
    bad=(
        "-----BEGIN EC PRIVATE"
        + " KEY-----\nMHcCAQEEIKl3v8Yq2ZtW7mNfXb4RpLs9HdGc6TjU0EoAiKxQwVzMoAoGCCqGSM49\n"
        + "AwEHoUQDQgAEx7Kq2Vn9pTzLw4RmHs8YbJd3GfUc6XoEiAtNvQkWpZ5rMhSyDg0B\n"
        + "TjLuFxCaOeIqK1n8Vb7Rt2Wm4Yz9Ps6HdQ==\n-----END EC PRIVATE"
        + " KEY-----",
        'key = "-----BEGIN PRIVATE'
        + " KEY-----\\nMC4CAQAwBQYDK2VwBCIEIHq8Zt2Wv5Lm9Xn4Kp7Rs1Yb3Jd6Gf0Uc8EoAiTxQw\\n-----END PRIVATE"
        + ' KEY-----\\n"',
    ),
    good=(
        "-----BEGIN RSA PRIVATE" + " KEY-----\n...\n-----END RSA PRIVATE" + " KEY-----",
        "if line.startswith('-----BEGIN PRIVATE" + " KEY-----'):",
        "-----BEGIN PUBLIC KEY-----\n"
        + "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEx7Kq2Vn9pTzLw4RmHs8YbJd3GfUc\n-----END PUBLIC KEY-----",
        "-----BEGIN PRIVATE" + " KEY-----\n" + "A" * 64 + "\n-----END PRIVATE" + " KEY-----",
    ),
)

_PRIVATE_LINES = Lazy(rb"Private-Lines: [1-9]\d*(?:\r?\n|\\r|\\n)+[A-Za-z0-9+/]{32}")


def _putty(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        private = _PRIVATE_LINES.search(data, end, end + _LONGEST)
        if private is None:
            continue
        encryption = data.find(b"Encryption: ", end, private.start())
        encrypted = encryption >= 0 and not data.startswith(b"none", encryption + 12)
        yield Found(
            end - 20,
            private.end(),
            Confidence.HIGH,
            note="it is encrypted, so it is as safe as its passphrase" if encrypted else "",
            severity=Severity.MEDIUM if encrypted else None,
        )


PUTTY = Secret(
    id="putty-private-key",
    title="PuTTY private key",
    severity=Severity.CRITICAL,
    keywords=("putty-user-key-file-",),
    why="Whoever has it can log in wherever its public half is trusted.",
    fix="Make a new key pair and take the old public key out of every authorized_keys file.",
    read=_putty,
    far=True,
    rank=4,
    bad=(
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: deploy\nPublic-Lines: 1\n"
        + "AAAAC3NzaC1lZDI1NTE5AAAAIHq8\nPrivate-Lines: 1\n"
        + "AAAAIKl3v8Yq2ZtW7mNfXb4Rp"
        + "Ls9HdGc6TjU0EoAiKxQwVzM\nPrivate-MAC: 00",
    ),
    good=("PuTTY-User-Key-File-3: ssh-ed25519", "PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 0\n"),
)

_MEMBER = r"[\"']?\s*:\s*[\"']([A-Za-z0-9_\-]{22,1400})[\"']"
_KTY = Lazy(rb"[\"']?\s*:\s*[\"'](EC|RSA|OKP|oct)[\"']")
_PRIVATE = Lazy((r"(?:^|[\s{,\"'])d" + _MEMBER).encode())
_SYMMETRIC = Lazy((r"(?:^|[\s{,\"'])k" + _MEMBER).encode())


def _jwk(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        kind = _KTY.match(data, end)
        if kind is None:
            continue
        opened = data.rfind(b"{", max(0, end - 6000), end)
        closed = data.find(b"}", end, end + 6000)
        low, high = (opened if opened >= 0 else max(0, end - 200)), (closed if closed >= 0 else end + 1000)
        member = (_SYMMETRIC if kind[1] == b"oct" else _PRIVATE).search(data, low, high)
        if member is None:
            continue
        plain = checksum.decoded(member[1].decode())
        doubt = fake(plain.decode()) if kind[1] == b"oct" and plain.isascii() and plain.decode().isprintable() else ""
        yield Found(*member.span(1), Confidence.LOW if doubt else Confidence.HIGH, doubt)


JWK = Secret(
    id="private-jwk",
    title="Private or symmetric JSON Web Key",
    severity=Severity.CRITICAL,
    keywords=("kty",),
    why="Whoever has it can sign tokens that every service that trusts the key accepts.",
    fix="Put a new key into the key set, take the old one out, and load the private half at run time.",
    read=_jwk,
    far=True,
    rank=4,
    refs=("https://www.rfc-editor.org/rfc/rfc7517",),
    bad=(
        '{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "d": "'
        + "jpsQnnGQmL-YBIffH1136c"
        + 'spYG6-0iY7X1fCE9-E9LI"}',
        '{"kty": "oct", "k": "' + "AyM1SysPpbyDfgZld3umj" + '1qzKObwVMkoqQ-EstJQLr"}',
    ),
    good=(
        '{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}',
        '{"kty": "RSA", "n": "AQAB", "d": "short"}',
    ),
)
