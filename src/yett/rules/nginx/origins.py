"""Which origins a pattern lets through that nobody meant: the pattern is run together with what a browser can send.

A browser sends `scheme://host[:port]` as an Origin, and the same with a path behind it as a Referer. A place in the
last two names of the host that the pattern leaves open is one that an attacker can register.
"""

from __future__ import annotations

import re

from yett.rules.nginx import regex
from yett.rules.nginx.regex import Alt, Chars, Group, Look, Node, Repeat, Seq

MAX_STATES = 1500
MAX_COPIES = 12

_ALNUM = regex.mask("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_DOT = regex.mask(".")
_DIGIT = regex.mask("0123456789")
_PATH = regex.ALL & ~regex.mask(' \t\r\n#"<>')

_VARIABLE = re.compile(r"(?<!\\)\$[A-Za-z_{]")

# An edge: the characters (None: takes none), whether the pattern names the character, an assertion, the next state.
Edge = tuple[int | None, bool, str, int]


def weakness(pattern: str, kind: str, ignore_case: bool = False) -> tuple[str, bool]:
    """What is wrong with a pattern for an "origin" or "referer" (or the misspelt "referrer"), or "", and whether it is
    that the pattern fits nothing at all."""
    if _VARIABLE.search(pattern):
        return "", False
    if kind == "referrer":
        return "is asked of a header that no browser sends: it is Referer", True
    if "." not in pattern and "//" not in pattern:
        return "", False
    try:
        node = regex.parse(pattern, ignore_case)
    except regex.PatternError:
        return "", False
    automaton = _Automaton(node)
    if automaton.too_big:
        return "", False
    if automaton.begins_anywhere():
        return "is not held to the beginning of the value", False
    answer = automaton.run(kind == "origin")
    if answer == "open":
        return "also fits names that anybody can register", False
    if answer == "never":
        return f"fits no {'Origin' if kind == 'origin' else 'Referer'} that a browser sends", True
    return "", False


class _Automaton:
    """Thompson's construction, with the assertions ^ and $ on edges that take no character."""

    def __init__(self, node: Node) -> None:
        self.edges: list[list[Edge]] = []
        self.too_big = False
        start, end = self._state(), self._state()
        # A pattern fits anywhere in the value unless it says otherwise.
        self.edges[start].append((regex.ALL, False, "lead", start))
        body = self._state()
        self.edges[start].append((None, True, "", body))
        last = self._build(node, body)
        self.edges[last].append((None, True, "", end))
        self.edges[end].append((regex.ALL, False, "", end))
        self.start, self.end = start, end

    def _state(self) -> int:
        self.edges.append([])
        if len(self.edges) > MAX_STATES:
            self.too_big = True
        return len(self.edges) - 1

    def _build(self, node: Node, start: int) -> int:
        if self.too_big:
            return start
        match node:
            case Chars(found, fixed):
                end = self._state()
                self.edges[start].append((found, fixed, "", end))
                return end
            case Look(kind):
                end = self._state()
                self.edges[start].append((None, True, kind if kind in "^$" else "", end))
                return end
            case Seq(parts):
                for part in parts:
                    start = self._build(part, start)
                return start
            case Group(inner, _, _):
                return self._build(inner, start)
            case Alt(options):
                end = self._state()
                for option in options:
                    branch = self._state()
                    self.edges[start].append((None, True, "", branch))
                    self.edges[self._build(option, branch)].append((None, True, "", end))
                return end
            case Repeat(inner, least, most):
                return self._repeat(inner, least, most, start)

    def _repeat(self, inner: Node, least: int, most: int | None, start: int) -> int:
        for _ in range(min(least, MAX_COPIES)):
            start = self._build(inner, start)
        if most is None:
            loop, end = self._state(), self._state()
            self.edges[start].append((None, True, "", loop))
            self.edges[self._build(inner, loop)].append((None, True, "", loop))
            self.edges[loop].append((None, True, "", end))
            return end
        end = self._state()
        for _ in range(min(most - least, MAX_COPIES)):
            self.edges[start].append((None, True, "", end))
            start = self._build(inner, start)
        self.edges[start].append((None, True, "", end))
        return end

    def _closure(self, states: set[tuple[int, bool]], first: bool) -> set[tuple[int, bool]]:
        """States reached without a character. A state carries whether the value has to end here."""
        found, todo = set(states), list(states)
        while todo:
            state, ended = todo.pop()
            for chars, _, kind, target in self.edges[state]:
                if chars is not None or (kind == "^" and not first):
                    continue
                reached = (target, ended or kind == "$")
                if reached not in found:
                    found.add(reached)
                    todo.append(reached)
        return found

    def begins_anywhere(self) -> bool:
        """Whether a value can be taken that does not begin with a scheme, by a place that the pattern leaves open."""
        for scheme in ("http://", "https://"):
            states = self._closure({(self.start, False)}, True)
            for char in scheme:
                wanted = regex.mask(char)
                reached: set[tuple[int, bool]] = set()
                for state, ended in states:
                    for chars, fixed, kind, target in self.edges[state]:
                        if chars is None or ended:
                            continue
                        if kind == "lead":
                            if self._needs(target):
                                return True
                        elif not fixed and chars & ~wanted and state != self.end:
                            return True
                        if chars & wanted and kind != "lead":
                            reached.add((target, False))
                states = self._closure(reached, False)
        return False

    def _needs(self, state: int) -> bool:
        """Whether the pattern can begin behind the beginning of the value."""
        seen, todo = {state}, [state]
        while todo:
            for chars, _, kind, target in self.edges[todo.pop()]:
                if chars is not None and kind != "lead":
                    return True
                if kind not in ("^", "lead") and target not in seen:
                    seen.add(target)
                    todo.append(target)
                    if target == self.end:
                        return True
        return False

    def run(self, origin: bool) -> str:
        """ "open" where the host's last two names can be chosen, "never" where no value fits, else "".

        A configuration is a state of the pattern, a state of the value (in the scheme, in the host, behind it), and
        which of the last two names of the host hold a place left open.
        """
        todo: list[tuple[int, bool, str, bool, bool]] = []
        seen: set[tuple[int, bool, str, bool, bool]] = set()
        accepted = False
        for scheme in ("http://", "https://"):
            states = self._closure({(self.start, False)}, True)
            for char in scheme:
                wanted = regex.mask(char)
                reached = {
                    (target, False)
                    for state, ended in states
                    if not ended
                    for chars, _, _, target in self.edges[state]
                    if chars is not None and chars & wanted
                }
                states = self._closure(reached, False)
            todo += [(state, ended, "begin", False, False) for state, ended in states]
        seen.update(todo)
        while todo:
            state, ended, place, older, newer = todo.pop()
            if state == self.end and place in ("host", "port", "path"):
                accepted = True
                if older or newer:
                    return "open"
            for chars, fixed, kind, target in self.edges[state]:
                steps: list[tuple[int, bool, str, bool, bool]] = []
                if chars is None:
                    if kind != "^":
                        steps.append((target, ended or kind == "$", place, older, newer))
                elif not ended:
                    steps = [(target, False, *rest) for rest in _steps(chars, fixed, place, older, newer, origin)]
                for step in steps:
                    if step not in seen:
                        seen.add(step)
                        todo.append(step)
        return "" if accepted else "never"


def _steps(chars: int, fixed: bool, place: str, older: bool, newer: bool, origin: bool) -> list[tuple[str, bool, bool]]:
    """Where a character of a set can lead in the value: the place, and what of the last two names is left open."""
    found: list[tuple[str, bool, bool]] = []
    if place in ("begin", "host"):
        if chars & _ALNUM:
            found.append(("host", older, newer or not fixed))
        if chars & _DOT and place == "host":
            found.append(("host", newer, False))
        if chars & regex.mask(":") and place == "host":
            found.append(("port", older, newer))
        if chars & regex.mask("/") and place == "host" and not origin:
            found.append(("path", older, newer))
    elif place == "port":
        if chars & _DIGIT:
            found.append(("port", older, newer))
        if chars & regex.mask("/") and not origin:
            found.append(("path", older, newer))
    elif chars & _PATH:
        found.append(("path", older, newer))
    return found
