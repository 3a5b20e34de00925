"""Private keys and key stores in binary, told by their structure: DER (X.690), PKCS #1, #8 and #12, SEC 1, Java's."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import Literal, NamedTuple

Kind = Literal["RSA", "EC", "DSA", "Ed25519", "X25519", "encrypted"]


class Item(NamedTuple):
    """A DER value: its tag, and where its content starts and ends."""

    tag: int
    start: int
    end: int


_SEQUENCE, _INTEGER, _OCTETS, _OID = 0x30, 0x02, 0x04, 0x06

_ALGORITHMS: dict[bytes, Kind] = {
    bytes.fromhex("2a864886f70d010101"): "RSA",
    bytes.fromhex("2a8648ce3d0201"): "EC",
    bytes.fromhex("2a8648ce380401"): "DSA",
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b656e"): "X25519",
}
"""RFC 8017, RFC 5480, RFC 3279, RFC 8410."""

_ENCRYPTIONS = (bytes.fromhex("2a864886f70d0105"), bytes.fromhex("2a864886f70d010c01"))
"""What the object identifiers of PKCS #5 and of the encryption of PKCS #12 begin with."""

_KEY_BAGS = (bytes.fromhex("060b2a864886f70d010c0a0101"), bytes.fromhex("060b2a864886f70d010c0a0102"))
"""A key and an encrypted key in PKCS #12 (RFC 7292, 4.2)."""

_DATA = bytes.fromhex("2a864886f70d010701")

_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_JAVA_ENCRYPTION = (bytes.fromhex("060a2b060104012a021101"), bytes.fromhex("060a2b060104012a021301"))
"""How Java's key stores encrypt private keys: 1.3.6.1.4.1.42.2.17.1.1 (JKS) and ….19.1 (JCEKS)."""


def item(data: bytes, at: int, end: int) -> Item | None:
    """The DER value that begins at `at`, if all of it lies before `end`."""
    if at + 2 > end:
        return None
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 0 < size <= 4 or start + size > end:
            return None
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    return Item(tag, start, start + length) if start + length <= end else None


def length(head: bytes) -> int:
    """How many bytes the DER value has, its own head included, that begins with these bytes; 0 where it is none."""
    if len(head) < 6 or head[0] != _SEQUENCE:
        return 0
    if not head[1] & 0x80:
        return 2 + head[1]
    size = head[1] & 0x7F
    return 2 + size + int.from_bytes(head[2 : 2 + size], "big") if 0 < size <= 4 else 0


def items(data: bytes, start: int, end: int, most: int = 16) -> list[Item]:
    """The DER values that fill a range one after the other; [] where they do not."""
    found: list[Item] = []
    while start < end:
        each = item(data, start, end)
        if each is None or len(found) == most:
            return []
        found.append(each)
        start = each.end
    return found


def private_key(data: bytes) -> Kind | None:
    """What kind of private key the bytes are from the first to the last, or None.

    A key of zeros, or cut off, is none.
    """
    outer = item(data, 0, len(data))
    if outer is None or outer.tag != _SEQUENCE or len(data) - outer.end > 2:  # a line end may follow
        return None
    inside = items(data, outer.start, outer.end)
    if len(inside) < 2:
        return None
    first, second = inside[0], inside[1]
    if first.tag == _SEQUENCE and second.tag == _OCTETS and len(inside) == 2:
        named = item(data, first.start, first.end)
        known = named is not None and named.tag == _OID
        encrypted = known and named is not None and data[named.start : named.end].startswith(_ENCRYPTIONS)
        return "encrypted" if encrypted and second.end - second.start >= 32 and _varied(data, second) else None
    if first.tag != _INTEGER:
        return None
    version = int.from_bytes(data[first.start : first.end], "big")
    if second.tag == _SEQUENCE and version in (0, 1) and len(inside) >= 3 and inside[2].tag == _OCTETS:
        named = item(data, second.start, second.end)
        kind = _ALGORITHMS.get(data[named.start : named.end]) if named is not None else None
        return kind if kind and _varied(data, inside[2]) else None
    if version == 0 and len(inside) == 9 and all(each.tag == _INTEGER for each in inside):
        return "RSA" if _rsa(data, inside) else None
    if version == 0 and len(inside) == 6 and all(each.tag == _INTEGER for each in inside):
        return "DSA" if all(_varied(data, each) for each in (inside[1], inside[5])) else None
    if version == 1 and second.tag == _OCTETS and 28 <= second.end - second.start <= 66:
        return "EC" if _varied(data, second) and all(each.tag in (0xA0, 0xA1) for each in inside[2:]) else None
    return None


def _rsa(data: bytes, inside: list[Item]) -> bool:
    """Whether nine numbers are an RSA key: the modulus is the product of the primes (RFC 8017, A.1.2)."""
    modulus, _, _, one, other = (int.from_bytes(data[each.start : each.end], "big") for each in inside[1:6])
    return one > 1 and other > 1 and one * other == modulus


def _varied(data: bytes, each: Item) -> bool:
    return len(set(data[each.start : each.end])) >= 16


def pkcs12_key(data: bytes) -> bool:
    """Whether the bytes are a PKCS #12 file with a private key in it (RFC 7292).

    Keys stand in a part that is not encrypted as a whole, each encrypted by itself, so that their kind can be seen. A
    store of certificates that are trusted has none.
    """
    outer = item(data, 0, len(data))
    if outer is None or outer.tag != _SEQUENCE:
        return False
    inside = items(data, outer.start, outer.end)
    if len(inside) < 2 or data[inside[0].start : inside[0].end] != b"\x03":
        return False
    content = item(data, inside[1].start, inside[1].end)
    if content is None or data[content.start : content.end] != _DATA:
        return False
    return any(bag in data[content.end : inside[1].end] for bag in _KEY_BAGS)


class Entry(NamedTuple):
    """A private key in one of Java's key stores: where its encrypted bytes start and end."""

    start: int
    end: int


def java_key(data: bytes) -> Entry | None:
    """The first private key in a JKS or JCEKS file: mark, version, count; then entries of tag, alias, date, content."""
    if not data.startswith((_JKS, _JCEKS)) or data[4:8] not in (b"\0\0\0\1", b"\0\0\0\2"):
        return None
    return next(_entries(data), None)


def _entries(data: bytes) -> Iterator[Entry]:
    at, count = 12, int.from_bytes(data[8:12], "big")
    for _ in range(min(count, 10_000)):
        tag = int.from_bytes(data[at : at + 4], "big")
        alias = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 4 + 2 + alias + 8
        if tag == 1:
            size = int.from_bytes(data[at : at + 4], "big")
            entry = Entry(at + 4, at + 4 + size)
            if entry.end <= len(data) and any(
                mark in data[entry.start : entry.start + 64] for mark in _JAVA_ENCRYPTION
            ):
                yield entry
            return  # what follows it is not needed
        if tag != 2:
            return
        if data[4:8] == b"\0\0\0\2":
            at += 2 + int.from_bytes(data[at : at + 2], "big")
        at += 4 + int.from_bytes(data[at : at + 4], "big")
