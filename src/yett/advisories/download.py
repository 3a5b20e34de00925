"""One file over http: proxies, redirects, retries, the rest of a broken download, and bounds on all of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from yett.errors import YettError
from yett.lean import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import requests

ATTEMPTS = 3
"""How often in a row a request may fail without a new byte."""

MOST_ATTEMPTS = 30
PATIENCE = (10.0, 60.0)
"""Seconds to connect, and between two pieces of an answer."""

SLOWEST = 1024
GRACE = 60.0
"""Bytes a second that an answer must reach on average once it has taken this many seconds: a server that sends a byte a
minute would never run into a timeout."""

MOST_REDIRECTS = 5
LONGEST_PAUSE = 30

Progress = Callable[[str, int, int], None]
"""Called with what is under way, how much of it is done and of how much (0: not known)."""


class AbsentError(Exception):
    """The source has nothing under that name."""


class _BrokenError(Exception):
    """The answer ended before its end, or came too slowly."""


def download(
    session: requests.Session, address: str, into: IO[bytes], most: int, progress: Progress | None, mark: str = ""
) -> str | None:
    """Write what lies at `address` into the empty file `into`. The file's mark, to ask next time whether it has
    changed; None where it still has the `mark` given. Raises AbsentError or YettError."""
    import requests
    from urllib3.exceptions import HTTPError  # what requests is built on; reading the raw answer raises its errors

    failures = 0
    validator = ""
    for _ in range(MOST_ATTEMPTS):
        before = into.tell()
        try:
            with _asked(session, address, _conditions(mark, validator, before)) as answer:
                if answer.status_code == 304 and mark and not validator:
                    return None
                _judge(answer, address)
                if answer.status_code != 206 or not _continues(answer, before):
                    into.seek(0)
                    into.truncate()
                    before = 0
                    if answer.status_code == 206:
                        raise _BrokenError("it answers with another part than was asked for")
                validator = _validator(answer)
                _receive(answer, address, into, most, progress)
                return _mark(answer)
        except (requests.RequestException, HTTPError, _BrokenError, OSError) as error:
            failures = 0 if validator and into.tell() > before else failures + 1
            if failures >= ATTEMPTS or _refused(error):
                raise YettError(f"cannot fetch {shown(address)}: {_cause(error, address)}") from error
            if not validator:
                into.seek(0)
                into.truncate()
            time.sleep(_pause(error, failures))
    raise YettError(f"cannot fetch {shown(address)}: the connection broke {MOST_ATTEMPTS} times")


def shown(address: str) -> str:
    """An address without the name and password it may hold, fit for messages and for the database."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else address


def _conditions(mark: str, validator: str, done: int) -> dict[str, str]:
    # identity: a compressed answer may unpack to anything, and could not be continued
    headers = {"Accept-Encoding": "identity"}
    if done and validator:
        headers["Range"] = f"bytes={done}-"
        headers["If-Range"] = validator
    elif mark:
        headers["If-None-Match" if mark.endswith('"') else "If-Modified-Since"] = mark
    return headers


def _asked(session: requests.Session, address: str, headers: dict[str, str]) -> requests.Response:
    """The answer, after redirects: never from https to http, and to nothing but these two."""
    from urllib.parse import urljoin

    here = address
    for _ in range(MOST_REDIRECTS + 1):
        answer = session.get(here, stream=True, timeout=PATIENCE, headers=headers, allow_redirects=False)
        if not answer.is_redirect:
            return answer
        answer.close()
        there = urljoin(here, answer.headers["Location"])
        if not there.lower().startswith(("https://", "http://")):
            raise YettError(f"{shown(address)} redirects to something that is no web address: not followed")
        if here.lower().startswith("https://") and not there.lower().startswith("https://"):
            raise YettError(f"{shown(address)} redirects from https to http: not followed")
        here = there
    raise YettError(f"{shown(address)} redirects more than {MOST_REDIRECTS} times")


def _judge(answer: requests.Response, address: str) -> None:
    if answer.status_code in (404, 410):
        raise AbsentError(address)
    answer.raise_for_status()
    if answer.status_code not in (200, 206):
        raise YettError(f"cannot fetch {shown(address)}: the server answers {answer.status_code}")
    # what is compressed as a file may be called so again: the bytes are the same
    packed = answer.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")
    if packed and not address.endswith(".gz"):
        raise YettError(f"cannot fetch {shown(address)}: the server compresses it, although asked not to")


def _continues(answer: requests.Response, done: int) -> bool:
    return done > 0 and answer.headers.get("Content-Range", "").startswith(f"bytes {done}-")


def _receive(answer: requests.Response, address: str, into: IO[bytes], most: int, progress: Progress | None) -> None:
    length = answer.headers.get("Content-Length", "")
    done = into.tell()
    total = done + int(length) if length.isascii() and length.isdigit() else 0
    started = time.monotonic()
    # read1 gives what has arrived; urllib3 before 2.1 has only read, which waits for all that was asked for
    read = getattr(answer.raw, "read1", answer.raw.read)
    first = done
    while piece := read(1 << 18):
        done += len(piece)
        if done > most:
            raise YettError(f"{shown(address)} is larger than {most >> 20} MiB: not read any further")
        into.write(piece)
        if progress:
            progress(f"download {shown(address)}", done, total)
        took = time.monotonic() - started
        if took > GRACE and done - first < SLOWEST * took:
            raise _BrokenError(f"it sends less than {SLOWEST} bytes a second")
    if done < total:
        raise _BrokenError(f"it ends after {done:,} of {total:,} bytes")


def _validator(answer: requests.Response) -> str:
    """What "the rest of the same file" can be asked by (RFC 9110, 13.1.5): a strong ETag, or a date."""
    tag = answer.headers.get("ETag", "")
    return tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")


def _mark(answer: requests.Response) -> str:
    tag = answer.headers.get("ETag", "")
    return tag if tag.endswith('"') else answer.headers.get("Last-Modified", "")


def _refused(error: Exception) -> bool:
    """Whether asking again is of no use."""
    import requests

    if isinstance(error, requests.HTTPError):
        return error.response.status_code < 500 and error.response.status_code not in (408, 416, 429)
    # a wrong address is a ValueError as well
    return isinstance(error, ValueError)


def _pause(error: Exception, failures: int) -> float:
    response = getattr(error, "response", None)
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return min(int(asked), LONGEST_PAUSE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else failures


def _cause(error: Exception, address: str) -> str:
    """The first line of what went wrong, without the chain of objects that requests likes to print."""
    plain = "".join(char if char.isprintable() else " " for char in str(error).replace(address, shown(address)))
    text = " ".join(plain.split())
    return f"{type(error).__name__.strip('_')}: {text[:200]}"
