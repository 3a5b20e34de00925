"""Private keys without armour: binary files and stores of keys, and base64 of them in settings and source code."""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.parse.der import java_key, length, pkcs12_key, private_key
from yett.rules.secrets.checksum import decoded
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret

_LONGEST = 1 << 20
"""Bytes: a store of keys has a few thousand."""

_ENCRYPTED = "it is encrypted, so it is as safe as its passphrase"
_STORED = "it is encrypted with the store's password, which often stands near it"

# A run of base64, over lines as source code and settings fold it.
_RUN = Lazy(rb"[A-Za-z0-9+/]{8,}(?:(?:\\[nr]|[\s\"'+,\\]){1,24}[A-Za-z0-9+/]{4,}){0,400}={0,2}")
_DIGIT = Lazy(rb"\\[nr]|(?<=[\s\"'])\+(?=[\s\"'])|([A-Za-z0-9+/])")
_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LEFT = 64


def _run(data: bytes, end: int) -> tuple[int, int, bytes] | None:
    """The base64 in which a keyword ends at `end`: where it is, and its bytes, as many as DER says that there are."""
    low = max(0, end - _LEFT)
    start = end - (len(data[low:end]) - len(data[low:end].rstrip(_DIGITS)))
    match = _RUN.match(data, start, start + 32_768)
    if match is None:
        return None
    places = [each.start(1) for each in _DIGIT.finditer(data, start, match.end()) if each[1]]
    most = length(decoded(data[start : start + 8].decode("ascii")))
    places = places[: -(-most * 4 // 3) if most else len(places)]
    digits = bytes(data[place] for place in places[: len(places) - (len(places) % 4 == 1)])
    finish = places[-1] + 1
    finish += len(data[finish : finish + 2]) - len(data[finish : finish + 2].lstrip(b"="))
    return start, finish, binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _key(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """A DER file as a whole, or base64 of one in a text."""
    del path
    if data[:1] == b"\x30" and len(data) <= _LONGEST:
        kind = private_key(data)
        if kind is not None:
            yield _found(0, len(data), kind)
        return
    last = -1
    for end in ends:
        if end <= last or data[end - 1] < 32:
            continue
        run = _run(data, end)
        if run is None:
            continue
        start, last, raw = run
        kind = private_key(raw)
        if kind is not None:
            yield _found(start, last, kind)


def _found(start: int, end: int, kind: str) -> Found:
    if kind == "encrypted":
        return Found(start, end, Confidence.HIGH, note=_ENCRYPTED, severity=Severity.MEDIUM)
    return Found(start, end, Confidence.HIGH, note=f"it is a whole {kind} key")


BARE = Secret(
    id="bare-private-key",
    title="Private key without armour (DER)",
    severity=Severity.CRITICAL,
    keywords=(
        # base64 of what the keys begin with, from the fourth digit or the eighth: PKCS #8 of RSA and EC, PKCS #1, SEC 1
        *("IBADANBgkqhkiG9w0BAQEFAASC", "AgEAMBMGByqGSM49", "AgEAMBAGByqGSM49", "AQAwEwYHKoZIzj0C", "AQAwBQYDK2V"),
        *("IBAAKCAQEA", "IBAAKCAgEA", "IBAAKCAYEA", "IBAAKBgQ", "IBAAJBA", "CAQEEI", "AgEBBD"),
        *("BgkqhkiG9w0BBQ0w", "CSqGSIb3DQEFDT"),
        # the same in binary, without a NUL; RSA's public exponent, which stands in a key of either kind
        *("\r\x01\x01\x01\x05", "\x02\x01\x06", '+ep\x04"\x04 ', '+en\x04"\x04 ', "\x02\x03\x01", "\x02\x01\x01\x04"),
        *("\r\x01\x05\r", "\r\x01\x0c\x01"),
    ),
    why="Whoever has it can log in, sign or decrypt as its owner, and nobody can tell the difference.",
    fix="Make a new key pair, take the old public key out wherever it is trusted, and read the new one at run time.",
    read=_key,
    far=True,
    refs=("https://www.rfc-editor.org/rfc/rfc5958", "https://www.rfc-editor.org/rfc/rfc8017"),
    bad=(  # backwards, so that no scanner takes them for one
        "app.key=" + ("zVwQxTiAoE8cU0fG6dJ3bY1sR7pK4nX9mL5vW2tZ8qHIEICBwV2KDYQBwAQAC4CM")[::-1],
    ),
    good=(
        "app.key=" + "MC4CAQAwBQYDK2VwBCIE" + "IHq8Zt2Wv5Lm9Xn4Kp7R",  # cut off
        "app.public=MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEx7Kq2Vn9pTzLw4RmHs8YbJd3GfUc",
        "app.key=" + "MC4CAQAwBQYDK2VwBCIE" + "IA" + "A" * 42,
    ),
)


def _store(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """A store as a whole file, or base64 of one in a text."""
    del path
    if data[:2] in (b"\x30\x82", b"\x30\x80", b"\xfe\xed", b"\xce\xce"):
        yield from _inside(data[:_LONGEST], 0, min(len(data), _LONGEST))
        return
    last = -1
    for end in ends:
        if end <= last or data[end - 1] < 32:
            continue
        run = _run(data, end)
        if run is not None:
            start, last, raw = run
            yield from _inside(raw, start, last)


def _inside(raw: bytes, start: int, end: int) -> Iterator[Found]:
    if pkcs12_key(raw):
        yield Found(start, end, Confidence.MEDIUM, note=_STORED)
        return
    entry = java_key(raw)
    if entry is not None:
        whole = end - start == len(raw)
        yield Found(entry.start if whole else start, entry.end if whole else end, Confidence.MEDIUM, note=_STORED)


STORE = Secret(
    id="key-store",
    title="Store with a private key (PKCS #12 or JKS)",
    severity=Severity.MEDIUM,
    keywords=("X.509", "\x02\x01\x030", "/u3+7Q", "zs7Ozg", "IBAzCC", "IBAzB"),
    why="Passwords of such files are short and can be guessed at leisure; then whoever has it is its owner.",
    fix="Make a new key pair, have the old certificate revoked, and give the store to the program at run time.",
    confidence=Confidence.MEDIUM,
    read=_store,
    far=True,
    refs=(
        "https://www.rfc-editor.org/rfc/rfc7292",
        "https://docs.oracle.com/en/java/javase/21/docs/specs/man/keytool.html",
    ),
    bad=(
        "KEYSTORE="
        + (
            "fW5AZ2yjy73W/ZMrs4LleS1YLWYDtZoNY1Iux5BlNrgIu8U9KTzm4hCBDEADB0w9GikhqogBMADOwoDoCEgCMEQD"
            "3bISGqyCGkEMLBTTE8EoBcQANcvhIZoKJYAXw4FMgRgYgGwBB0w9GikhqkgBvBzABIAdAIIM"
        )[::-1],
        "keystore.jks: "
        + (
            "=ICZK9a8Py+FpYBhcenUnz9kYP9YAAAAA8ZlDkZLPKvfb9nxsyivU6JVjtYhN0mh2gVj4GnHU2sCi4yT1rMNbiHK"
            "EEQARIgKBQQAGsiCGwAM4AjOAAAAAAAAAoYAAAAcvh2cEAQAAAAABAAAAIAAAAQ7+3u/"
        )[::-1],
    ),
    good=(
        "KEYSTORE=MIIAdAIBAzBvBgkqhkiG9w0BBwGgYgRgMF4wXAYJKoZIhvcNAQcBoE8=",
        "keystore.jks: /u3+7QAAAAIAAAABAAAAAgAEc2hvcA==",
    ),
)

SECRETS = (BARE, STORE)
