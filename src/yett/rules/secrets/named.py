"""Kinds without a mark of their own: the name of the provider has to stand in the key, or close by, and agree with the
length and the letters of a value that looks drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from yett.digest import blake2b
from yett.lean import Any
from yett.model import Confidence, Severity
from yett.rules.secrets.doubt import fake
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Reader, Secret

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

# From the end of a key to the first character of its value: the key's quote or bracket, an assignment, a call or a
# bracket around the value, its quote, the scheme of an authorization. The group is the assignment.
_TO_VALUE = (
    rb"(?:\\{0,2}[\"'`])?\]?[ \t]{0,8}"
    rb"(\??:[ \t]?[\w.\[\]]{1,24}[ \t]?=|:{0,3}=|=>|->|\?=|\|\|=|:|[,(]\s{0,40}|>\s{0,40}|%3[dD])[ \t]{0,8}"
    rb"(?:[A-Za-z_][\w.]{0,40}\()?[\[{]?(?:[rbufRBUF@$]{0,2}\\{0,2}[\"'`]|&quot;)?"
    rb"(?:(?i:bearer|token|api-?key|key|basic|sso-key)[ :=]{1,2})?"
)
_KEY = Lazy(
    rb"([\w.\-]{0,40}+(?:[ ](?i:api|app|access|auth|secret|private|personal|account|client|key|token|id|password)"
    rb"\w{0,8}){0,4})" + _TO_VALUE
)
_PLAIN = (
    rb"(?:^|[^A-Za-z0-9_])((?i:(?:x[_-])?"
    rb"(?:(?:api|app|application|access|auth|authentication|oauth2?|secret|private|personal|client|user|master|server|"
    rb"account|service|license|subscription|consumer|signing|webhook|integration|rest|live|prod|my|your|bearer)[ _-]?)"
    rb"{0,3}(?:key|token|secret|secrets|credentials?|password|passwd|pat)|authorization|appid|-u))" + _TO_VALUE
)
"""A key made of nothing but words for secrets, so that it is for the text around it to say whose secret it is."""

_SAYS = r"key|tok|secret|auth|pass|pwd|cred|pat\b|_pat|access|login|bearer|licen[cs]e|sid\b|sig|api"
_ABOUT = Lazy(
    rb"(?:(?:[_.\- ]|\A)(?i:ids?|urls?|uri|names?|hash|sha\d*|md5|digest|checksum|sum|version|file|path|dir|fingerprint"
    rb"|public|pub|publishable|signature|etag|ref|commit|rev|host|endpoint|type|length|header|regex|pattern|domain|tenant"
    rb"|issuer|audience|realm|region|email|username)"
    rb"|(?:[_.\- ]|\A)(?i:apt|yum|rpm|deb|gpg|pgp)[_.\- ]?(?i:keys?)"  # of those who sign packages
    rb"|[a-z](?:Id|Ids|Url|Uri|Name|Hash|Digest|Checksum|Version|File|Path|Fingerprint|Public|Ref|Host|Type|Header"
    rb"|Signature)|\A(?i:x-[a-z]+-sid))\Z"
)
_LOOSE = Lazy(
    rb"(?=\S{0,256}\d)(?!pk[_.]|pub|" + UUID.encode() + rb")[A-Za-z0-9][\w+/=.~-]{15,127}(?![\w+/~(\[-]|\.\w)",
)
_SIGNER = Lazy(rb"(?:0x)?[0-9A-F]{40}")
"""The fingerprint of an OpenPGP key, as packagers write it (RFC 9580, section 5.5.4)."""
_PAGES, _SHOWN = (b"phc_",), "it is made to stand in pages, where everybody sees it"
_BLOCK = Lazy(rb"\w{0,16}[\"']?(?:[ \t]*+(?:=>|:=|[:=])[ \t]*+[{(]?|[({\]])[ \t]*+(?:\r?\n|[A-Za-z_]+[=:])")
"""What follows a name that heads a block or a call."""

_GOES_ON = (
    *(b"api", b"key", b"tok", b"sec", b"acc", b"auth", b"cli", b"app", b"pass", b"pat", b"pwd"),
    *(b"io", b"com", b"dev", b"prod", b"cloud"),
)
_LEFT = Lazy(rb"[\w.\-]{0,40}\Z")
_RUN = Lazy(rb"[A-Za-z0-9+/]{16,}")

_BEFORE, _AFTER, _LINES = 160, 320, 5
"""How far a name reaches, in bytes and lines: a value further off is somebody else's."""

_LONGEST = 40
"""Bytes of the longest name."""

_plain: list[Any] = []


def random(value: str) -> bool:
    """Whether a value looks drawn at random, dashes and the like left out of account."""
    return rare(value) or rare("".join(char for char in value if char.isalnum()))


def reader(
    names: Sequence[str],
    body: str,
    *,
    near: Sequence[str] | None = None,
    need: str = _SAYS,
    sure: bool = False,
    holds: Callable[[str], bool] | None = None,
    pair: tuple[str, str] | None = None,
    shared: str = "",
    loose: bool = False,
) -> Reader:
    """A reader for values that are `body` (a pattern, all of the value) where one of the `names` says whose they are.

    One of the names has to stand in the key, together with what `need` matches; one of those in `near` (all, unless
    said otherwise) may also stand within a few lines of a key that says no more than "api_key". "_" inside a name is
    any separator or none. `sure`: the key need not speak of a secret, since nothing but one has this form. `holds` says
    what else is true of the value. `pair` is what belongs to the secret and how it looks, ("account SID",
    "AC[0-9a-f]{32}"): where that stands next to it the two are one finding. `shared` is a piece that all values have
    in them. `loose`: in a key that says whose secret it is a value of another form is named as well, if it is random.
    """
    # Made when first called, which in most runs is never.
    made: list[Callable[[bytes, list[int]], Iterator[Found]]] = []

    def read(text: bytes, ends: list[int], path: str) -> Iterator[Found]:
        del path
        if not made:
            made.append(_reading(names, body, names if near is None else near, need, sure, holds, pair, shared, loose))
        return made[0](text, ends)

    return read


def _reading(
    names: Sequence[str],
    body: str,
    near: Sequence[str],
    need: str,
    sure: bool,
    holds: Callable[[str], bool] | None,
    pair: tuple[str, str] | None,
    shared: str,
    loose: bool,
) -> Callable[[bytes, list[int]], Iterator[Found]]:
    spelled, close = _spelled(names), _spelled(near)
    numbered = tuple(way + b"-" for way in spelled)  # "SNYK-JS-…-3180024" is what the provider calls something
    known = body != _UNKNOWN
    says = Lazy(b"(?i:" + need.encode() + b")")
    value = Lazy(rb"(?:" + body.encode() + rb")(?![\w+/~-]|\.\w)")
    other = Lazy(rb"(?<![\w+/-])(?:" + pair[1].encode() + rb")(?![\w+/-])") if pair else None

    def found(text: bytes, ends: list[int]) -> Iterator[Found]:
        told: set[int] = set()
        high = done = 0
        for end in ends:
            here = _named(text, end, spelled)
            if here is None or here[0] < done or not _apart(text, *here):
                continue
            done = here[1]
            for start, key in _keyed(text, *here):
                told.add(start)
                if says.search(key):
                    own = value.match(text, start) is not None
                    yield from judged(text, start, Confidence.HIGH) if own or not loose else loosely(text, start)
                elif sure or _called(text, start):
                    yield from judged(text, start, Confidence.MEDIUM)
            heads = _BLOCK.match(text, done) is not None
            if (known or heads) and text[here[0] : here[0] + _LONGEST].lower().startswith(close):
                low, stop = _around(text, done)
                for start, key in _plainly(text, max(low, high - _LONGEST), stop):
                    if says.search(key) and start not in told:
                        told.add(start)
                        if not loose or value.match(text, start):
                            yield from judged(text, start, Confidence.MEDIUM)
                        elif heads:
                            yield from loosely(text, start)
                high = stop

    def judged(text: bytes, start: int, confidence: Confidence) -> Iterator[Found]:
        match = value.match(text, start)
        secret = match[0].decode("latin-1") if match else ""
        if match is None or (holds is not None and not holds(secret)):
            return
        doubt = fake(secret.replace(shared, "") if shared else secret)
        if doubt and any(map(str.isdigit, secret)):
            yield Found(start, match.end(), Confidence.LOW, doubt)
        elif random(secret):
            one = Found(start, match.end(), confidence)
            yield _joined(text, one, pair[0], other) if pair and other else one

    def loosely(text: bytes, start: int) -> Iterator[Found]:
        match = _LOOSE.match(text, start)
        if match is None or _SIGNER.fullmatch(match[0]) or match[0].lower().startswith(numbered):
            return
        if random(match[0].decode()) and not fake(match[0].decode()):
            doubt = _SHOWN if match[0].startswith(_PAGES) else ""
            note = "its form is another than usual" if known else ""
            yield Found(start, match.end(), Confidence.LOW if doubt else Confidence.MEDIUM, doubt, note)

    return found


def _spelled(names: Sequence[str]) -> tuple[bytes, ...]:
    """The ways to write names, the longest first; "_" inside one is any separator or none."""
    ways = (way for name in names for way in _separated(name.lower().encode()))
    return tuple(sorted(dict.fromkeys(ways), key=len, reverse=True))


def _separated(name: bytes) -> Iterator[bytes]:
    parts = name.strip(b"_").split(b"_")
    tail = b"_" if name.endswith(b"_") else b""
    for separator in (b"_",) if len(parts) == 1 else (b"_", b"", b"-", b" ", b"."):
        yield separator.join(parts) + tail


def _named(text: bytes, end: int, spelled: tuple[bytes, ...]) -> tuple[int, int] | None:
    """Where the name is that what ends at `end` is a part of, None where that is no part of one."""
    low = max(0, end - _LONGEST)
    window, here = text[low : end + _LONGEST].lower(), end - low
    for way in spelled:
        start = window.find(way, max(0, here - len(way)))
        if 0 <= start < here <= start + len(way):
            return low + start, low + start + len(way)
    return None


def _apart(text: bytes, start: int, end: int) -> bool:
    """Whether a name is a word of its own: "polygon" in "polygon_key", "myPolygonKey", but not in "polygonal"."""
    before, after = text[start - 1 : start] if start else b"", text[end : end + 1]
    first, last = text[start : start + 1], text[end - 1 : end]
    if before.isalpha() and first.isalpha() and not (before.islower() and first.isupper()):
        return text[start - 2 : start - 1] == b"\\"  # the "n" of "\n"
    if not after.isalpha() or not last.isalpha():
        return True
    return (after.isupper() and last.islower()) or text[end : end + 5].lower().startswith(_GOES_ON)


def _keyed(text: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Where the value starts whose key holds the name from `start` to `end`, and the key."""
    match = _KEY.match(text, end)
    if match is None or not _opened(text, match.end(), match[2]):
        return
    left = _LEFT.search(text, max(0, start - 40), start)
    key: bytes = (left[0] if left else b"") + text[start:end] + match[1]
    if not _ABOUT.search(key):
        yield match.end(), key


def _opened(text: bytes, start: int, sign: bytes) -> bool:
    """Whether a value can start here: what follows a comma or a bracket has to be quoted."""
    return sign[:1] not in (b",", b"(") or text[start - 1 : start] in (b'"', b"'", b"`")


_MIXED = Lazy(rb"(?=[^\s\"'`]{0,256}[a-z])(?=[^\s\"'`]{0,256}[A-Z])(?=[^\s\"'`]{0,256}\d)[\w+/=.-]{20}")


def _called(text: bytes, start: int) -> bool:
    """Whether a value without a word for secrets in its key is one all the same, as in `Polygon("…")`."""
    return _MIXED.match(text, start) is not None


def _around(text: bytes, end: int) -> tuple[int, int]:
    """The stretch of text that a name which ends here speaks for."""
    low, high = max(0, end - _BEFORE), min(len(text), end + _AFTER)
    before = text[low:end].split(b"\n")
    after = text[end:high].split(b"\n")
    low = end - len(b"\n".join(before[-_LINES:]))
    return low, end + len(b"\n".join(after[: _LINES + 1]))


def _plainly(text: bytes, low: int, high: int) -> Iterator[tuple[int, bytes]]:
    """Where the values of plain keys start, and the keys."""
    if not _plain:
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        _plain.append(re2.compile(_PLAIN, options))
    while low < high:
        match = _plain[0].search(text, low, high)
        if match is None:
            return
        if _opened(text, match.end(), match[2]):
            yield match.end(), match[1]
        low = max(low + 1, match.end() - 1)


_PAIRED = 160
"""Bytes between a secret and what belongs to it, at most."""


def _joined(text: bytes, found: Found, what: str, other: Lazy[bytes]) -> Found:
    """A secret together with what belongs to it, where that is next to it."""
    for match in other.finditer(text, max(0, found.start - _PAIRED), min(len(text), found.end + _PAIRED)):
        stretch = joined(text, (found.start, found.end), match.span())
        if stretch:
            note = f"it stands together with its {what}"
            return found._replace(start=stretch[0], end=stretch[1], confidence=Confidence.HIGH, note=note)
    return found


def joined(text: bytes, one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int] | None:
    """The stretch from one place to another, None where they overlap or something random lies between them."""
    first, last = sorted((one, other))
    between = text[first[1] : last[0]]
    if first[1] > last[0] or not all(run.isalpha() for run in _RUN.findall(between)):
        return None
    return first[0], last[1]


def _example(size: int, table: bytes, name: str) -> str:
    """Characters that look random and are always the same for a name."""
    drawn = blake2b(f"{name}.".encode()).digest()
    while len(drawn) < size:
        drawn += blake2b(drawn).digest()
    return drawn[:size].translate(table).decode()


def _table(letters: str) -> bytes:
    return (letters * 64)[:256].encode()


_LOWER, _UPPER, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_UNKNOWN = r"(?!)"
"""Matches nothing."""

_ALPHABETS = {
    "A62": ("A-Za-z0-9", _table(_LOWER + _UPPER + _DIGITS)),
    "a36": ("a-z0-9", _table(_LOWER + _DIGITS)),
    "A36": ("A-Z0-9", _table(_UPPER + _DIGITS)),
    "A52": ("A-Za-z", _table(_LOWER + _UPPER)),
    "hex": ("0-9a-f", _table(_DIGITS + "abcdef")),
    "hEx": ("0-9a-fA-F", _table(_DIGITS + "abcdef")),
}

_WORD, _CAPITALS = Lazy("[a-z0-9]+"), Lazy("[A-Z][A-Z0-9_]*[A-Z0-9]|[A-Z]")

Row = tuple[str, str, str]
"""(name, words, form). The words, divided by spaces, are how the name is written in a key, "_" for any separator or
none; none are needed where that is the name itself. The longest part of each, or the one in capitals, is what is looked
for: rare enough to cost nothing, and better one that several share. Where the words mean other things as well, those
with "=" before them say which form of the name speaks for the lines around it ("=" alone: none, it has to stand in the
key). The form is an alphabet, a length or two, and the other characters that may occur: "A62 32", "hex 20-24",
"a36 36 -"; or "uuid"; or "" where it is not known.
"""


class Kinds(Sequence[Secret]):
    """Records that are made when they are asked for: there are hundreds, and a commit meets one."""

    def __init__(self, makers: Iterable[Callable[[], Secret]]) -> None:
        self._makers = tuple(makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __getitem__(self, place: Any) -> Any:
        return self._makers[place]()

    def __add__(self, other: Kinds) -> Kinds:
        return Kinds((*self._makers, *other._makers))


def kinds(
    rows: Iterable[Row], severity: Severity, why: str, then: Callable[[Secret], Secret] = lambda secret: secret
) -> Kinds:
    """The records of providers whose keys do the same harm: `why` says which, "{}" is the provider's name. `then` makes
    another of each."""

    def maker(row: Row) -> Callable[[], Secret]:
        name, words, form = row
        return lambda: then(_kind(name, words, form, severity, why.replace("{}", name)))

    return Kinds(map(maker, rows))


def _kind(name: str, words: str, form: str, severity: Severity, why: str) -> Secret:
    slug = "-".join(_WORD.findall(name.lower()))
    near = None
    if words:
        names = words.split()
        if "=" in words:
            near = [word[1:] for word in names if word[0] == "=" != word]
            names = [word for word in names if word[0] != "="]
        triggers = tuple(dict.fromkeys(map(_trigger, names)))
        key = next(word for word in names if word.isidentifier()).strip("_").removesuffix("_api").upper()
    else:
        names = [slug.replace("-", "_")]
        triggers = (max(slug.split("-"), key=len),)
        key = names[0].upper()
    body, value = _form(form, name)
    return Secret(
        f"{slug}-key",
        f"{name} API key",
        severity,
        triggers,
        why,
        f"Revoke it in the settings of {name} and give the new one to the program at run time, from a secret manager"
        " or a masked CI variable.",
        bad=(f"{key}_API_KEY={value}",),
        good=(f"{key}_API_KEY=${{{key}_API_KEY}}", f"{key}_API_KEY_ID={value}"),
        confidence=Confidence.MEDIUM,
        read=reader(names, body, near=near, loose=True),
    )


def _trigger(name: str) -> str:
    """What is looked for in a text: the capitals of a name where it has any, else the longest of its words."""
    if name.islower():
        return name if name[-1] == "_" else max(name.split("_"), key=len)
    capitals = _CAPITALS.search(name)
    return capitals[0].lower() if capitals else name


def _form(form: str, name: str) -> tuple[str, str]:
    """The pattern of a form, and an example of it."""
    if not form:
        return _UNKNOWN, _example(37, _ALPHABETS["A62"][1], name)
    if form == "uuid":
        digits = _example(32, _ALPHABETS["hex"][1], name)
        return UUID, f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    alphabet, length, *more = form.split(" ", 2)
    letters, table = _ALPHABETS[alphabet]
    least, _, most = length.partition("-")
    others = "".join(rf"\{char}" for char in more[0]) if more else ""
    return f"[{letters}{others}]{{{least},{most or least}}}", _example(int(least), table, name)
