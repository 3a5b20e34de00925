"""BLAKE2b (RFC 7693) without OpenSSL.

`hashlib` loads OpenSSL for its other functions, 2 to 3 ms on every commit. CPython keeps BLAKE2 in a module of
its own, which `hashlib` itself takes it from; where an interpreter has no such module, `hashlib` it is.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

__all__ = ["blake2b", "of"]


def of(data: bytes) -> str:
    """64 hexadecimal digits."""
    return blake2b(data, digest_size=32).hexdigest()
