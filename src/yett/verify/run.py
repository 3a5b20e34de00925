"""All credentials to what their providers say of them: one question at a time to each provider, a few providers at a
time, and no more of either than whoever answers can be asked to bear."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product
from threading import Lock, Thread

from yett.lean import NamedTuple
from yett.verify.asking import Answer, Said, meaning, needed, request, sendable
from yett.verify.client import AGENT, Client, Failure, Patience
from yett.verify.gather import MOST, Credential
from yett.verify.record import Ask, Provider

Endpoints = Mapping[str, tuple[str, ...]]
"""Addresses to ask in the place of a provider's own, by its name."""


class Limits(NamedTuple):
    """Providers that are asked side by side, seconds between two questions to one of them, the longest Retry-After that
    is waited for, and the seconds after which no more is asked."""

    workers: int = 6
    interval: float = 0.5
    retry: float = 30.0
    deadline: float = 120.0
    patience: Patience = Patience()


class Clock(NamedTuple):
    """The time, and how to let it pass."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


REAL = Clock()


class Result(NamedTuple):
    """What became of a credential. `questions` is how often somebody was asked, `pairs` what was said of it together
    with each of its partners."""

    credential: Credential
    said: Said
    questions: int = 0
    pairs: Mapping[str, Said] = {}

    def __repr__(self) -> str:
        return f"Result({self.credential!r}, {self.said.state})"


LATE = Said("unknown", "the time was up: ask again with a longer --deadline, or about fewer with --provider")


def verify(
    credentials: Sequence[Credential],
    endpoints: Endpoints,
    limits: Limits,
    progress: Callable[[int, int], None],
    clock: Clock = REAL,
) -> tuple[Result, ...]:
    """What is known of each credential once its provider was asked, in their order. Never takes much longer than the
    deadline: whoever has not answered by then is not waited for."""
    askable = [number for number, each in enumerate(credentials) if _unasked(each) is None]
    found = {number: Result(each, said) for number, each in enumerate(credentials) if (said := _unasked(each))}
    groups: dict[str, list[int]] = {}
    for number in askable:
        groups.setdefault(_name(credentials[number]), []).append(number)
    waiting = deque(sorted(groups.items(), key=lambda group: -len(group[1])))
    end = clock.now() + limits.deadline
    lock = Lock()

    def work() -> None:
        with Client(limits.patience) as client:
            while waiting:
                try:
                    _, numbers = waiting.popleft()
                except IndexError:  # somebody else was faster
                    return
                desk = _Desk(client, endpoints, limits, clock, end)
                for number in numbers:
                    result = _guarded(desk, credentials[number])
                    with lock:
                        found[number] = result

    workers = [Thread(target=work, daemon=True) for _ in range(min(limits.workers, len(waiting)))]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers) and clock.now() < end:
        for worker in workers:
            worker.join(0.02)
        progress(len(found), len(credentials))
    with lock:
        known = dict(found)
    results = [known.get(number, Result(each, LATE)) for number, each in enumerate(credentials)]
    return tuple(_shared(results))


def _name(credential: Credential) -> str:
    return credential.provider.name if credential.provider else ""


def _unasked(credential: Credential) -> Said | None:
    """Why nobody is asked about a credential, or None."""
    provider = credential.provider
    if provider is None:
        return Said("unknown", "there is nobody yett could ask about this kind")
    if credential.half:
        return Said(
            "unknown", f"it is one half of a pair, and the other half is not near it: {provider.title} wants both"
        )
    if provider.form and not re.fullmatch(provider.form, credential.value):
        return Said("unknown", provider.otherwise or "it has not the form that its provider knows")
    if not sendable(credential.value):
        return Said("unknown", "it holds characters that cannot be sent as they are")
    return None


def _guarded(desk: _Desk, credential: Credential) -> Result:
    """A fault of ours in a thread would be printed with the values at hand, and the credential be forgotten."""
    try:
        return desk.ask(credential)
    except Exception as fault:
        return Result(credential, Said("unknown", f"yett failed over it ({type(fault).__name__}): please report this"))


class _Way(NamedTuple):
    """One question: to whom, what, and with which names. `missing` says what it would take to put it."""

    base: str
    ask: Ask
    known: dict[str, str]
    missing: str = ""


class _Desk:
    """Where one provider is asked, one question after the other."""

    def __init__(self, client: Client, endpoints: Endpoints, limits: Limits, clock: Clock, end: float) -> None:
        self._client, self._endpoints, self._limits, self._clock, self._end = client, endpoints, limits, clock, end
        self._next = clock.now()
        self._gone: dict[str, Said] = {}
        self._questions = 0

    def ask(self, credential: Credential) -> Result:
        provider = credential.provider
        assert provider is not None
        self._questions = 0
        heard: list[Said] = []
        pairs: dict[str, Said] = {}
        for way in ways(credential, self._endpoints):
            said = Said("unknown", way.missing) if way.missing else self._said(provider, credential.value, way)
            pairs |= {way.known[each.name]: said for each in provider.partners if each.name in way.known}
            if said.state == "live":
                return Result(credential, said, self._questions, pairs)
            heard.append(said)
        return Result(credential, self._summed(provider, credential, heard), self._questions, pairs)

    def _summed(self, provider: Provider, credential: Credential, heard: Sequence[Said]) -> Said:
        """What several refusals amount to: one who said nothing leaves it open."""
        silent = next((each for each in heard if each.state == "unknown"), None)
        if silent is not None:
            return silent
        if not heard:
            return Said("unknown", f"name the address of your {provider.title}: --endpoint {provider.name}=https://…")
        guessed = [
            partner.what for partner in provider.partners if partner.guess and partner.name in credential.partners
        ]
        if guessed:
            return Said("unknown", f"{provider.title} refuses it together with what seems to be {guessed[0]}")
        if provider.name in self._endpoints:
            return Said("not live", f"{provider.title} does not accept it")
        if provider.own:
            return Said(
                "unknown",
                f"{provider.title} as everybody uses it does not accept it; if there is one of your own, name it: "
                f"--endpoint {provider.name}=https://…",
            )
        return Said("not live", heard[0].reason + (f" ({provider.note})" if provider.note else ""))

    def _said(self, provider: Provider, value: str, way: _Way) -> Said:
        host = _host(way)
        if host in self._gone:
            return self._gone[host]
        answer = self._sent(way)
        if isinstance(answer, Answer) and _busy(answer):
            # no wait named: once more after a breath; a longer one than is bearable: not now
            wait = 1.0 if answer.wait is None else answer.wait
            if wait <= self._limits.retry and self._clock.now() + wait < self._end:
                self._clock.sleep(wait)
                answer = self._sent(way)
        if answer is None:
            return LATE
        if isinstance(answer, Failure):
            said = Said("unknown", f"{provider.title}: {answer.reason}")
            if answer.lasting:
                self._gone[host] = said
            return said
        said = meaning(provider, value, answer)
        if _busy(answer) and said.state == "unknown":
            self._gone[host] = said
        return said

    def _sent(self, way: _Way) -> Answer | Failure | None:
        """The answer; None where the time is up."""
        pause = self._next - self._clock.now()
        if self._clock.now() + max(0.0, pause) >= self._end:
            return None
        if pause > 0:
            self._clock.sleep(pause)
        self._next = self._clock.now() + self._limits.interval
        self._questions += 1
        return self._client.send(request(way.base, way.ask, way.known, AGENT, time.time()))


def _busy(answer: Answer) -> bool:
    return answer.status == 429 or (answer.status == 503 and answer.wait is not None)


def _host(way: _Way) -> str:
    """Whom a way leads to, names filled in: what is out of order there is so for the next credential too."""
    return "\0".join((way.base, *(way.known[name] for name in sorted(needed(way.base, Ask("")) & way.known.keys()))))


def ways(credential: Credential, endpoints: Endpoints) -> Iterator[_Way]:
    """The questions that can be put about a credential, the most promising first: each pair with each address."""
    provider = credential.provider
    assert provider is not None
    match = re.fullmatch(provider.form, credential.value) if provider.form else None
    own = {"value": credential.value, **(match.groupdict() if match else {})}
    for base in endpoints.get(provider.name, provider.bases):
        for ask in provider.asks:
            if ask.only and not re.fullmatch(ask.only, credential.value):
                continue
            wanted = [each for each in provider.partners if each.name in needed(base, ask)]
            lacking = [each.what for each in wanted if not credential.partners.get(each.name)]
            if lacking:
                yield _Way(base, ask, own, f"{' and '.join(lacking)} would be needed, and there is none near it")
                continue
            pairs = product(*(credential.partners[each.name] for each in wanted))
            for pair in islice(pairs, MOST):
                yield _Way(base, ask, own | {each.name: value for each, value in zip(wanted, pair, strict=True)})
            if next(pairs, None) is not None:
                yield _Way(base, ask, own, "more stands near it that could belong to it than is tried")


_WEIGHT = {"live": 2, "not live": 1, "unknown": 0}


def _shared(results: Sequence[Result]) -> Iterator[Result]:
    """The same, with what is said of a whole pair said of its public half too."""
    pairs: dict[tuple[str, str], Said] = {}
    for each in results:
        for value, said in each.pairs.items():
            key = _name(each.credential), value
            if key not in pairs or _WEIGHT[said.state] > _WEIGHT[pairs[key].state]:
                pairs[key] = said
    for each in results:
        half = pairs.get((_name(each.credential), each.credential.value)) if each.credential.half else None
        yield each._replace(said=half) if half else each
