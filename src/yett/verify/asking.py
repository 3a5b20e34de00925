"""A provider's row and a credential to a request, and an answer to what it says of the credential. Pure."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping

from yett.lean import NamedTuple
from yett.verify.record import Ask, Provider, State, When


class Request(NamedTuple):
    """What is to be sent. It holds the credential, and does not show it."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Request({self.method} …)"


class Answer(NamedTuple):
    """What came back: the beginning of the body, whether that is `whole`, and the seconds to wait before asking again
    where it says so. A body may repeat what was sent, so it isn't shown."""

    status: int
    body: bytes = b""
    whole: bool = True
    wait: float | None = None

    def __repr__(self) -> str:
        return f"Answer({self.status})"


class Said(NamedTuple):
    """A state and the reason for it, in a clause that holds nothing of the credential and nothing that came back."""

    state: State
    reason: str


_NAME = re.compile(r"\{(\w+)\}")

_REGIONAL = re.compile(r"\w+\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?")
_GLOBAL = "us-east-1"
"""Where the global address of AWS is: a signature has to name the region of whoever is asked."""


def names(*templates: str) -> set[str]:
    """The names in braces."""
    return {name for template in templates for name in _NAME.findall(template)}


def needed(base: str, ask: Ask) -> set[str]:
    """The names that a request is made of, and that its sender has to know."""
    texts = [base, ask.path, *(ask.basic or ())]
    texts += [each for pair in (*ask.headers, *ask.form, *ask.json) for each in pair]
    return names(*texts) | ({"id", "value"} if ask.signed else set())


def sendable(value: str) -> bool:
    """Whether a value can stand in a header as it is: visible ASCII, and not longer than servers take."""
    return 0 < len(value) <= 4096 and value.isascii() and value.isprintable() and " " not in value


def request(base: str, ask: Ask, known: Mapping[str, str], agent: str, now: float) -> Request:
    """The request that a row describes. `known` has what `needed` names; `now` is in seconds since 1970."""
    from urllib.parse import quote, urlencode, urlsplit

    url = _filled(base, known).rstrip("/") + _filled(ask.path, {key: quote(known[key], safe=":") for key in known})
    headers = {"User-Agent": agent, "Accept": "application/json", "Accept-Encoding": "identity"}
    headers |= {name: _filled(value, known) for name, value in ask.headers}
    if ask.basic is not None:
        headers["Authorization"] = _basic(*(_filled(each, known) for each in ask.basic))
    body = b""
    if ask.form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode([(name, _filled(value, known)) for name, value in ask.form]).encode()
    elif ask.json:
        headers["Content-Type"] = "application/json"
        body = json.dumps({name: _filled(value, known) for name, value in ask.json}).encode()
    if ask.signed:
        from yett.verify.sign import Scope, authorization

        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        headers["X-Amz-Date"] = stamp
        sign = {"Host": urlsplit(url).netloc, "X-Amz-Date": stamp, "Content-Type": headers["Content-Type"]}
        regional = _REGIONAL.fullmatch(urlsplit(url).hostname or "")
        scope = Scope(stamp, regional[1] if regional else _GLOBAL, ask.signed)
        pair = (known["id"], known["value"])
        headers["Authorization"] = authorization(pair, scope, ask.method, urlsplit(url).path, "", sign, body)
    return Request(ask.method, url, headers, body)


def _filled(template: str, known: Mapping[str, str]) -> str:
    return _NAME.sub(lambda match: known[match[1]], template)


def _basic(user: str, password: str) -> str:
    from base64 import b64encode

    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def meaning(provider: Provider, value: str, answer: Answer) -> Said:
    """What an answer says of a credential. What nobody wrote down says nothing."""
    if _any(provider.live, answer, value):
        return Said("live", f"{provider.title} accepts it")
    for when, reason in provider.unsure:
        if _is(when, answer, value):
            return Said("unknown", reason)
    if _any(provider.dead, answer, value):
        return Said("not live", f"{provider.title} does not accept it")
    return Said("unknown", _silent(provider.title, answer))


def _silent(title: str, answer: Answer) -> str:
    status = answer.status
    if status == 429 or (status == 503 and answer.wait is not None):
        return f"{title} is asked too often: try again later"
    if 300 <= status < 400:
        return f"{title} answers {status}, a redirect, which is not followed"
    if status >= 500:
        return f"{title} answers {status}, a fault of its own: try again later"
    if not answer.whole:
        return f"{title} answers {status} with more than is read"
    return f"{title} answers {status}, and nothing that tells"


def _any(recognised: Iterable[When], answer: Answer, value: str) -> bool:
    return any(_is(when, answer, value) for when in recognised)


def _is(when: When, answer: Answer, value: str) -> bool:
    if answer.status not in when.status or (when.of and not re.fullmatch(when.of, value)):
        return False
    if when.text and not any(text.encode() in answer.body for text in when.text):
        return False
    return not when.key or _has(answer.body, when)


_ABSENT = object()


def _has(body: bytes, when: When) -> bool:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):  # also what is no UTF-8
        return False
    if when.key == "[]":
        return isinstance(found, list)
    for name in when.key.split("."):
        found = found.get(name, _ABSENT) if isinstance(found, dict) else _ABSENT
    if found is _ABSENT or found is None:
        return False
    # 1 is True in Python, and not in JSON
    return not when.values or any(found == value and type(found) is type(value) for value in when.values)
