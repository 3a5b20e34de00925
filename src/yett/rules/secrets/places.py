"""What the path of a file says of the passwords in it."""

from __future__ import annotations

import re

from yett.lean import NamedTuple
from yett.rules.secrets.lazy import Lazy


class Form(NamedTuple):
    """A form that paths have, and words without one of which none has it: nearly all paths are told by those, and for
    them nothing is compiled."""

    words: tuple[str, ...]
    form: Lazy[str]

    def fits(self, path: str) -> bool:
        folded = path.lower()
        return any(word in folded for word in self.words) and self.form.search(path) is not None


# Pages of a site, and descriptions of an interface. Plain text has commands that somebody ran, too.
MANUAL = Form(
    (".mdx", "openapi", "swagger", "api-reference"),
    Lazy(
        r"\.mdx\Z|(?:^|/)(?:openapi|swagger)[^/]*\.(?:ya?ml|json)\Z|/(?:openapi|api-reference)/[^.]*\.(?:ya?ml|json)\Z"
    ),
)
TESTS = Form(
    ("test", "spec", "mock", "e2e"),
    Lazy(
        r"(?:^|/)(?:tests?|specs?|__tests__|__mocks__|e2e|mocks)/|(?:^|/)(?:test_|conftest\.|mock[-_.])[^/]*\Z"
        r"|(?:_test|_spec|[.-](?:test|spec|e2e|mock)|[a-z0-9](?:Tests?|Spec))\.\w+\Z"
    ),
)
RECORDED = Form(
    ("fixtures", "cassettes", "recordings", "vcr"),
    Lazy(r"(?:^|/)(?:fixtures|__fixtures__|cassettes|recordings|vcr)/", re.IGNORECASE),
)
SPOKEN = Form(
    (
        *("loc", "i18n", "l10n", "trans", "nls", "lang", "messages", "intl", "strings"),
        *(".po", ".resx", ".xlf", ".xliff", ".arb"),
    ),
    Lazy(
        r"(?:^|/)(?:locales?|i18n|l10n|translations?|nls)/"
        r"|(?:^|/)(?:langs?|languages?|messages|intl)/(?:[^/]+/)*?"
        r"(?!(?:go|js|ts|py|rb|rs|kt)[./])[a-z]{2}(?:[_-][a-z]{2,4})?[./]"
        r"|(?:^|[/._-])(?:messages|strings|locale|translations?|i18n|lang)[\w-]*\.\w+\Z|\.(?:po|pot|resx|xlf|xliff|arb)\Z",
        re.IGNORECASE,
    ),
)
_CODE = frozenset(
    (
        *(
            "py",
            "js",
            "mjs",
            "cjs",
            "jsx",
            "ts",
            "mts",
            "cts",
            "tsx",
            "go",
            "rb",
            "java",
            "kt",
            "kts",
            "scala",
            "groovy",
        ),
        *("php", "cs", "vb", "fs", "swift", "rs", "ex", "exs", "dart", "m", "c", "cc", "cpp"),
    )
)


def manual(path: str) -> bool:
    """Whether a file is there to be read by those who learn how something is used."""
    return MANUAL.fits(path)


def spoken(path: str) -> bool:
    """Whether a file holds what people read, in their language: "Password" is a word there."""
    return SPOKEN.fits(path)


def tests(path: str) -> bool:
    """Whether a file is code that tests other code. What it only reads may have been recorded from what is real."""
    return path[path.rfind(".") + 1 :].lower() in _CODE and TESTS.fits(path) and not RECORDED.fits(path)
