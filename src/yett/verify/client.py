"""One request and its answer, with everything else that HTTP could do turned off.

No redirect is followed, no cookie kept, no `.netrc` read, nothing of an answer unpacked; certificates are always
checked. Proxies and additional certificates come from the environment, as `requests` reads it.
"""

from __future__ import annotations

import time

from yett import __version__
from yett.lean import TYPE_CHECKING, NamedTuple
from yett.verify.asking import Answer, Request

if TYPE_CHECKING:
    from http.cookiejar import CookiePolicy

    import requests

AGENT = f"yett/{__version__} (verify-secrets)"

LARGEST = 256 * 1024
"""Bytes of an answer that are read: none that says something is longer."""

_LONGEST_WAIT = 86_400.0


class Patience(NamedTuple):
    """Seconds to connect, between two pieces of an answer, and for all of it."""

    connect: float = 5.0
    read: float = 10.0
    whole: float = 20.0


class Failure(NamedTuple):
    """Why there is no answer, and whether the next question would fare the same. What goes wrong in `requests` quotes
    the address, which may hold the credential: it is told by its kind alone."""

    reason: str
    lasting: bool = True


class Client:
    """A connection to be used by one thread."""

    def __init__(self, patience: Patience) -> None:
        import requests

        quiet()
        self._patience = patience
        self._session = requests.Session()
        self._session.cookies.set_policy(_no_cookies())

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def send(self, asked: Request) -> Answer | Failure:
        """The answer, or why there is none. Raises nothing that a server or a network can bring about."""
        from http.client import HTTPException

        import requests
        from urllib3.exceptions import HTTPError

        try:
            with self._session.request(
                asked.method,
                asked.url,
                headers=asked.headers,
                data=asked.body or None,
                auth=_as_it_is,
                stream=True,
                timeout=(self._patience.connect, self._patience.read),
                allow_redirects=False,
                verify=True,
            ) as answer:
                return self._read(answer)
        except requests.exceptions.ProxyError:
            return Failure("the proxy did not let the question through")
        except requests.exceptions.SSLError:
            return Failure("no trusted connection to it could be made")
        except (requests.exceptions.Timeout, TimeoutError):
            return Failure("it did not answer in time")
        except requests.exceptions.ConnectionError:
            return Failure("it could not be reached")
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError):
            return Failure("its answer could not be read", lasting=False)

    def _read(self, answer: requests.Response) -> Answer:
        # read1 gives what has arrived; urllib3 before 2.1 has only read, which waits for all that was asked for
        read = getattr(answer.raw, "read1", answer.raw.read)
        end = time.monotonic() + self._patience.whole
        body = b""
        while piece := read(1 << 16):
            body += piece
            if len(body) > LARGEST:
                return Answer(answer.status_code, body[:LARGEST], False, _wait(answer))
            if time.monotonic() > end:
                raise TimeoutError
        length = answer.headers.get("Content-Length", "")
        whole = not (length.isascii() and length.isdigit() and len(length) < 12) or len(body) >= int(length)
        return Answer(answer.status_code, body, whole, _wait(answer))


def quiet() -> None:
    """Keep urllib3 from logging: it names addresses, some of which hold a credential, at several levels."""
    import logging

    for name in ("urllib3", "requests"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())  # with none at all, Python prints warnings by itself


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An authentication that adds nothing: without one, `requests` puts what `.netrc` has in the place of ours."""
    return request


def _no_cookies() -> CookiePolicy:
    from http.cookiejar import DefaultCookiePolicy

    return DefaultCookiePolicy(allowed_domains=[])


def _wait(answer: requests.Response) -> float | None:
    """The seconds of a Retry-After (RFC 9110, 10.2.3), which may be a date as well."""
    asked = answer.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked), _LONGEST_WAIT) if len(asked) < 9 else _LONGEST_WAIT
    if not asked:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, min(parsedate_to_datetime(asked).timestamp() - time.time(), _LONGEST_WAIT))
    except (ValueError, TypeError, OverflowError):
        return None
