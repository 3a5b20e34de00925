"""What a version of a file has in common with another one."""

from __future__ import annotations

Copy = tuple[int, int, int]
"""A stretch that the new version takes over: its offset in the new one, its offset in the old one, its length. There
are millions in a history, and a class of their own would take as long to make as finding them."""

_FIRST, _LEAST, _MOST = 1 << 12, 1 << 8, 1 << 16
"""Bytes that are compared in one go: four times as many each time until some differ, a quarter from then on. What is
left when the least differ counts as different: whoever looks at a difference looks at more around it."""

_ANCHOR = 48
"""Bytes by which a stretch is found again."""

_STEPS = tuple(256 << step for step in range(9))
"""How far behind a difference they are looked for: an insertion, or a change, may be as long."""

_AHEAD = 8
"""How many times as far ahead in the old version: a deletion may be as long. Near first, for what is there is rather
the same than its like in another place."""

_MOST_COPIES = 1024


def common(old: bytes, new: bytes) -> list[Copy]:
    """Stretches that a new version has from an old one, in order: what comes before the first difference, what comes
    after the last one, and in between what is found again soon. There may be more."""
    found: list[Copy] = []
    view = memoryview(old)
    length = _same(view, 0, len(old), new, 0, len(new))
    tail = _tail(view, length, len(old), new, length, len(new))
    last, stop = len(old) - tail, len(new) - tail
    source = at = 0
    while True:
        if length:
            found.append((at, source, length))
            source, at = source + length, at + length
        again = _again(old, source, last, new, at, stop) if len(found) < _MOST_COPIES else None
        if again is None:
            break
        source, at = again
        length = _same(view, source, last, new, at, stop)
    if tail:
        found.append((stop, last, tail))
    return found


def _again(old: bytes, source: int, last: int, new: bytes, at: int, stop: int) -> tuple[int, int] | None:
    """Where both go on alike behind a difference: offsets in the old version and in the new one."""
    for step in _STEPS:
        if at + step + _ANCHOR > stop:
            return None
        place = old.find(new[at + step : at + step + _ANCHOR], source, min(last, source + _AHEAD * step))
        if place >= 0:
            return place, at + step
    return None


def _same(old: memoryview, source: int, last: int, new: bytes, at: int, stop: int) -> int:
    """How many bytes are the same from two offsets on, or somewhat fewer, each up to an end of its own."""
    most = min(last - source, stop - at)
    done, block, grows = 0, _FIRST, 4
    while done < most:
        size = min(block, most - done)
        if new.startswith(old[source + done : source + done + size], at + done):
            done += size
            if block < _MOST:
                block *= grows
        elif block > _LEAST:
            block, grows = block // 4, 1
        else:
            break
    return done


def _tail(old: memoryview, first: int, last: int, new: bytes, at: int, stop: int) -> int:
    """How many bytes are the same before two offsets, or somewhat fewer, each down to a beginning of its own."""
    most = min(last - first, stop - at)
    done, block, grows = 0, _FIRST, 4
    while done < most:
        size = min(block, most - done)
        if new.endswith(old[last - done - size : last - done], 0, stop - done):
            done += size
            if block < _MOST:
                block *= grows
        elif block > _LEAST:
            block, grows = block // 4, 1
        else:
            break
    return done
