"""Git's deltas: how one version of a file is made of another (gitformat-pack(5), "deltified representation")."""

from __future__ import annotations

Copy = tuple[int, int, int]
"""A stretch that the new version takes over: its offset in the new one, its offset in the old one, its length. There
are millions in a history, and a class of their own would take as long to make as all the rest of a delta to read."""


class DeltaError(ValueError):
    """A delta that does not fit its base, or is none."""


def _arguments() -> tuple[tuple[int, int], ...]:
    """For each copy instruction, how many bytes of offset and of length follow it, or (-1, 0) for one whose bytes are
    not the lowest ones of each: those are put together one by one."""
    table = []
    for code in range(256):
        offset, length = code & 15, code >> 4 & 7
        plain = not offset & (offset + 1) and not length & (length + 1)
        table.append((offset.bit_length(), length.bit_length()) if plain else (-1, 0))
    return tuple(table)


_ARGUMENTS = _arguments()
_MASKS = tuple((1 << 8 * count) - 1 for count in range(5))
_DEFAULT = 0x10000
"""The length of a copy that gives none."""


def patch(base: bytes, delta: bytes) -> tuple[bytes, list[Copy]]:
    """The new version, and what of it comes from the old one, in order, with adjoining stretches made one.

    Raises:
        DeltaError: the delta does not fit.
    """
    source, at = _size(delta, 0)
    size, at = _size(delta, at)
    if source != len(base):
        raise DeltaError("its base has another size")
    parts: list[bytes] = []
    copies: list[Copy] = []
    end = len(delta)
    written = start = last = length = 0  # `start`, `last`, `length`: the copy that may still grow
    read, masks, arguments, from_bytes, take = delta.__getitem__, _MASKS, _ARGUMENTS, int.from_bytes, parts.append
    try:
        while at < end:
            code = read(at)
            at += 1
            if code & 128:
                first, second = arguments[code]
                if first < 0:
                    offset, count, at = _scattered(delta, code, at)
                else:
                    stop = at + first + second
                    word = from_bytes(delta[at:stop], "little")
                    at = stop
                    offset = word & masks[first]
                    count = word >> 8 * first or _DEFAULT
                if offset + count > source:
                    raise DeltaError("it copies from beyond its base")
                take(base[offset : offset + count])
                if start + length == written and last + length == offset and length:
                    length += count
                else:
                    if length:
                        copies.append((start, last, length))
                    start, last, length = written, offset, count
                written += count
            elif code:
                take(delta[at : at + code])
                at += code
                written += code
            else:
                raise DeltaError("an instruction is reserved")
    except IndexError:
        raise DeltaError("it ends in the middle") from None
    if length:
        copies.append((start, last, length))
    result = b"".join(parts)
    if len(result) != size or at != end:
        raise DeltaError("it makes another size than it says")
    return result, copies


def _size(delta: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(delta):
            raise DeltaError("it ends in the middle")
        byte = delta[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            return value, at


def _scattered(delta: bytes, code: int, at: int) -> tuple[int, int, int]:
    offset = count = 0
    for bit in range(4):
        if code & 1 << bit:
            offset |= delta[at] << 8 * bit
            at += 1
    for bit in range(3):
        if code & 16 << bit:
            count |= delta[at] << 8 * bit
            at += 1
    return offset, count or _DEFAULT, at


_BLOCK = 4096
_ANCHOR = 48
"""Bytes by which a stretch is found again."""

_STEPS = tuple(64 << step for step in range(9))
"""How far behind a difference they are looked for: an insertion, or a change, may be as long."""

_REGION = 1 << 14
"""How far ahead in the old version: a deletion may be as long."""

_MOST_COPIES = 64


def common(old: bytes, new: bytes) -> list[Copy]:
    """Stretches that a new version has from an old one, in order: what comes before the first difference, what comes
    after the last one, and in between what is found again soon. There may be more."""
    found: list[Copy] = []
    at = source = 0
    tail = _tail(old, new)
    stop, last = len(new) - tail, len(old) - tail
    while len(found) < _MOST_COPIES:
        length = _same(old, source, last, new, at, stop)
        if length:
            found.append((at, source, length))
            at, source = at + length, source + length
        again = _again(old, source, last, new, at, stop)
        if again is None:
            break
        at, source = again
    if tail:
        found.append((stop, last, tail))
    return found


def _again(old: bytes, source: int, last: int, new: bytes, at: int, stop: int) -> tuple[int, int] | None:
    """Where both go on alike behind a difference: offsets in the new version and in the old one."""
    for step in _STEPS:
        if at + step + _ANCHOR > stop:
            return None
        place = old.find(new[at + step : at + step + _ANCHOR], source, min(last, source + _REGION))
        if place >= 0:
            back = _tail(old[max(source, place - step) : place], new[at : at + step])
            return at + step - back, place - back
    return None


def _same(old: bytes, source: int, last: int, new: bytes, at: int, stop: int) -> int:
    """How many bytes are the same from two offsets on, each up to an end of its own."""
    most = min(last - source, stop - at)
    done = 0
    while done < most:
        size = min(_BLOCK, most - done)
        if old[source + done : source + done + size] != new[at + done : at + done + size]:
            break
        done += size
    size = min(_BLOCK, most - done)
    while size > 0:  # the first difference is in here
        half = (size + 1) // 2
        if old[source + done : source + done + half] == new[at + done : at + done + half]:
            done += half
            size -= half
        elif half == 1:
            break
        else:
            size = half
    return done


def _tail(old: bytes, new: bytes) -> int:
    """How many bytes at the end are the same. What the beginnings have in common is no part of it."""
    most = min(len(old), len(new))
    most -= _same(old, 0, most, new, 0, most) if most > _BLOCK else 0
    done = 0
    while done < most:
        size = min(_BLOCK, most - done)
        one = old[len(old) - done - size : len(old) - done]
        other = new[len(new) - done - size : len(new) - done]
        if one != other:
            return done + _same(one[::-1], 0, size, other[::-1], 0, size)
        done += size
    return done
