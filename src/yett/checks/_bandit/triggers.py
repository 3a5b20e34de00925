"""When one of bandit's tests could speak at all.

Each trigger asks for less than the first conditions of its test, so that a test is skipped only where it would have
returned None: never asked too seldom, and asked too often at no harm, since bandit's function decides. Names and
patterns come from bandit's own modules wherever it keeps them as data. A test without a trigger is always asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from yett.checks._bandit.bounded import Query
from yett.checks._bandit.plugins import BLACKLIST, Catalogue, Test
from yett.lean import NamedTuple

_MEMORY = 20_000
"""How many distinct names are remembered. A large application has some thousands; a hostile file has more."""

_LAST_NAMES: dict[str, frozenset[str]] = {
    "B102": frozenset({"exec"}),
    "B201": frozenset({"run"}),
    "B504": frozenset({"wrap_socket"}),
    "B505": frozenset({"generate", "generate_private_key"}),
    "B506": frozenset({"load"}),
    "B507": frozenset({"set_missing_host_key_policy"}),
    "B508": frozenset({"CommunityData"}),
    "B509": frozenset({"UsmUserData"}),
    "B601": frozenset({"exec_command"}),
    "B610": frozenset({"extra"}),
    "B611": frozenset({"RawSQL"}),
    "B612": frozenset({"listen"}),
    "B614": frozenset({"load"}),
    "B615": frozenset(
        {"from_pretrained", "hf_hub_download", "load_dataset", "repository_id", "snapshot_download"},
    ),
    "B701": frozenset({"Environment"}),
    "B702": frozenset({"Template"}),
    "B703": frozenset({"SafeBytes", "SafeString", "SafeText", "SafeUnicode", "mark_safe"}),
    "B704": frozenset({"Markup"}),
}
"""The last part of the called name, without which the test says nothing."""

_PARTS_OF_LAST_NAME = {"B103": "chmod", "B202": "extractall"}
_HOLDS_PART = re.compile("|".join(_PARTS_OF_LAST_NAME.values()))
_FIRST_NAMES = {"B113": frozenset({"httpx", "requests"}), "B501": frozenset({"httpx", "requests"})}
_ANY_NAMES = {"B324": frozenset({"crypt", "hashlib"})}

_SHELL_LISTS = {
    "B602": ("subprocess",),
    "B603": ("subprocess",),
    "B605": ("shell",),
    "B606": ("no_shell",),
    "B607": ("subprocess", "shell", "no_shell"),
    "B609": ("subprocess", "shell"),
}
"""Which lists of names, in the configuration bandit makes for itself, the test compares with."""

_KEYWORDS = {"method": ("B502",), "ssl_version": ("B502",), "shell": ("B604",)}
"""The keyword arguments without which the test says nothing. B106 looks at the name of any."""

_BY_KEYWORD = frozenset({"B106", *(test_id for ids in _KEYWORDS.values() for test_id in ids)})

_INDIRECT_IMPORTS = frozenset({"importlib.import_module", "importlib.__import__"})

ANY_ADDRESS = "0.0.0.0"


class _Called(NamedTuple):
    qualified: str
    parts: list[str]


class Triggers:
    """What to ask of a call, a string, an import. Made once; remembers its answers by name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._calls = tuple(test for test in catalogue.tests if "Call" in test.kinds)
        self._wanted = _conditions(catalogue)
        self._always = tuple(test for test in self._calls if test.id not in self._wanted)
        self._telling = frozenset().union(*(condition.parts for condition in self._wanted.values()))
        self._call_of = {test.id: test for test in self._calls}
        self._of_name: dict[str, tuple[Test, ...]] = {}
        self._of_keyword: dict[str, tuple[Test, ...]] = {}
        self.secretish: re.Pattern[str] = catalogue.modules["B105"].RE_CANDIDATES
        self.imports = tuple(
            name
            for kind in ("Import", "ImportFrom")
            for entry in catalogue.blacklist.get(kind, ())
            for name in entry["qualnames"]
        )
        self.folders: tuple[str, ...] = tuple(catalogue.configs.get("B108", {"tmp_dirs": ()})["tmp_dirs"])
        self.verb = re.compile("delete|insert|select|update", re.IGNORECASE)
        self.query: Query = catalogue.modules["B608"].SIMPLE_SQL_RE

    def of_name(self, qualified: str) -> tuple[Test, ...]:
        """The tests that a call of this qualified name could interest, whatever its arguments."""
        tests = self._of_name.get(qualified)
        if tests is None:
            if len(self._of_name) >= _MEMORY:
                self._of_name.clear()
            called = _Called(qualified, qualified.split("."))
            tests = self._always
            if not self._telling.isdisjoint(called.parts) or _HOLDS_PART.search(called.parts[-1]):
                tests = tuple(test for test in self._calls if test in tests or self._wanted[test.id].holds(called))
            self._of_name[qualified] = tests
        return tests

    def of_keyword(self, argument: str) -> tuple[Test, ...]:
        """The tests that a keyword argument of this name could interest, whatever is called."""
        tests = self._of_keyword.get(argument)
        if tests is None:
            if len(self._of_keyword) >= _MEMORY:
                self._of_keyword.clear()
            ids = _KEYWORDS.get(argument, ())
            if self.secretish.search(argument):
                ids = (*ids, "B106")
            tests = tuple(self._call_of[test_id] for test_id in ids if test_id in self._call_of)
            self._of_keyword[argument] = tests
        return tests


class _Condition(NamedTuple):
    """What a called name has to be like. Where it holds, one of `parts` is a part of the name, or `_HOLDS_PART` is
    found in the last: most names can be told from that to interest nobody."""

    holds: Callable[[_Called], bool]
    parts: frozenset[str]


def _conditions(catalogue: Catalogue) -> dict[str, _Condition]:
    listed = {
        test_id: frozenset(name for key in lists for name in catalogue.configs[test_id][key])
        for test_id, lists in _SHELL_LISTS.items()
        if test_id in catalogue.configs
    }
    blacklisted = frozenset(name for entry in catalogue.blacklist.get("Call", ()) for name in entry["qualnames"])
    more = catalogue.configs.get("B704", {}).get("extend_markup_names", [])
    markup = _LAST_NAMES["B704"].union(name.rpartition(".")[2] for name in more)
    return {
        **{test_id: _last_in(names) for test_id, names in _LAST_NAMES.items()},
        "B704": _last_in(markup),
        **{test_id: _last_holds(part) for test_id, part in _PARTS_OF_LAST_NAME.items()},
        **{test_id: _first_in(names) for test_id, names in _FIRST_NAMES.items()},
        **{test_id: _any_in(names) for test_id, names in _ANY_NAMES.items()},
        **{test_id: _whole_in(names) for test_id, names in listed.items()},
        **{test_id: _whole_in(frozenset()) for test_id in _BY_KEYWORD},
        BLACKLIST: _whole_in(blacklisted | _INDIRECT_IMPORTS),
    }


def _last_in(names: frozenset[str]) -> _Condition:
    return _Condition(lambda called: called.parts[-1] in names, names)


def _last_holds(part: str) -> _Condition:
    return _Condition(lambda called: part in called.parts[-1], frozenset())


def _first_in(names: frozenset[str]) -> _Condition:
    return _Condition(lambda called: called.parts[0] in names, names)


def _any_in(names: frozenset[str]) -> _Condition:
    return _Condition(lambda called: not names.isdisjoint(called.parts), names)


def _whole_in(names: frozenset[str]) -> _Condition:
    return _Condition(lambda called: called.qualified in names, frozenset(name.rpartition(".")[2] for name in names))
