"""Which secret a finding is about, said without saying the secret.

A fingerprint is a keyed hash of the value: the same secret found by another rule, moved, copied or written in other
lines keeps it, and a new secret in a waived place has a new one. With the repository's own key, a report that leaves
the repository does not let anybody try out passwords against it.
"""

from __future__ import annotations

from yett.digest import blake2b
from yett.errors import YettError

PLACE = ".yett/key"
"""Where a repository has its key: 64 hexadecimal digits, written by `yett init`. Whoever can read the repository can
read its secrets as well, so it is no secret among them."""

COMMON = b"yett/fingerprint/1"
"""The key where the repository has none: it separates these hashes from any other table of hashed secrets."""

_DIGITS = 64


def key(text: bytes | None) -> bytes:
    """The key in a file, the common one where there is no file. Raises YettError."""
    if text is None:
        return COMMON
    digits = text.strip()
    try:
        found = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        found = b""
    if len(digits) != _DIGITS or len(found) * 2 != _DIGITS:
        raise YettError(f"{PLACE}:1: a key is {_DIGITS} hexadecimal digits: take it from the history, or remove it")
    return found


def fingerprint(value: str, key: bytes) -> str:
    """32 hexadecimal digits: keyed BLAKE2b (RFC 7693) of a secret without white space and escaped line ends, so that a
    PEM block in one line and the same block in many are one secret."""
    normal = "".join(value.replace("\\n", "").replace("\\r", "").split())
    state = blake2b(key=key, digest_size=16)
    state.update(b"secrets\0")
    state.update((normal or value).encode("utf-8", "surrogateescape"))
    return state.hexdigest()


def digest(key: bytes) -> str:
    """What results under a key depend on; "" for the common one."""
    return "" if key == COMMON else f".{blake2b(key, digest_size=8).hexdigest()}"
