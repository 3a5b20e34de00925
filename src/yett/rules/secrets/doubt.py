"""What speaks against a secret being real, in words. Nothing here ever repeats a part of it."""

from __future__ import annotations

from itertools import pairwise

from yett.rules.secrets.lazy import Lazy

_SAID = (
    *(
        "example",
        "sample",
        "dummy",
        "placeholder",
        "changeme",
        "changeit",
        "changethis",
        "redacted",
        "notreal",
        "notareal",
    ),
    *(
        "replaceme",
        "replacewith",
        "replacethis",
        "insertyour",
        "yourtoken",
        "yourkey",
        "yoursecret",
        "yourapi",
        "yourpass",
    ),
    *(
        "youraccess",
        "yourpersonal",
        "yourown",
        "xxxx",
        "fake",
        "foobar",
        "deadbeef",
        "cafebabe",
        "...",
        "***",
        "0000000000",
    ),
    *("dontuse", "donotuse", "lorem", "s3cr3t", "notsecret", "aaaaaaaa", "goeshere", "tokenhere", "keyhere"),
    *("secrethere", "passwordhere"),
)
_SAME = Lazy(r"(.)\1{6}")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")
_RUN = 9
_COUNTED = frozenset(
    way[start : start + _RUN] for row in _ROWS for way in (row, row[::-1]) for start in range(len(row) - _RUN + 1)
)
"""All runs of nine along a row, either way."""
_PART = _RUN // 2 + 1
_PARTS_COUNTED = frozenset(run[start : start + _PART] for run in _COUNTED for start in range(_RUN - _PART + 1))
"""The pieces of five in them: whatever holds such a run has one of these at a multiple of five."""


_PUBLISHED = frozenset(
    (
        # RFC 6749, 6750 and 7009 (OAuth 2.0)
        *(
            "2YotnFZFEjr1z" + "CsicMWpAA",
            "tGzv3JOkF0XG5Q" + "x2TlKWIA",
            "mF_9.B5f" + "-4.1JqM",
            "45ghiukldjahd" + "nhzdauz",
        ),
        *("gX1fBat" + "3bV", "SplxlOBeZQQY" + "bYS6WxSbIA", "7Fjfp0ZBr1Kt" + "DRbnfVdmIw"),
        # RFC 5849 (OAuth 1.0)
        *("dpf43f3p" + "2l4k3l03", "kd94hf93" + "k423kf44", "hh5s93j4" + "hdidpola", "hdhd0244" + "k9j7ao03"),
        *("nnch734d" + "00sl2jdk", "pfkkdhi9" + "sl3r4s00", "9djdj82h" + "48djs9d2", "kkk9d7dh" + "3k39sjv7"),
        *("jdd83j" + "d84j2m", "dh893hdasih9"),
        # the first account of Hardhat, Anvil and Ganache, the same everywhere
        *(f"{start}ac0974bec39a17e36ba4a6b4d238ff94" + "4bacb478cbed5efcae784d7bf4f2ff80" for start in ("", "0x")),
        "xxj31ZMT" + "ZzkVA",  # crypt(3) of "password", which the settings of mod_ssl show for FakeBasicAuth
        "JBSWY3DP" + "EHPK3PXP",  # the format of otpauth addresses, as Google Authenticator documents it
    )
)
"""Sample credentials of standards and manuals, which documentation and tests repeat."""


SPELLED = "it spells out a placeholder"


def fake(value: str) -> str:
    """Why a value that has the right shape is probably made up, or "" where nothing shows it.

    `value` is without the fixed beginning that all of its kind share.
    """
    size = len(value)
    if not size:
        return ""
    distinct = len(set(value))
    if distinct == 1:
        return "it is one character over and over"
    if value in _PUBLISHED:
        return "it is a sample that a standard or a manual prints"
    folded = value.lower()
    plain = folded.replace("-", "").replace("_", "").replace(" ", "")
    if any(word in plain for word in _SAID):
        return SPELLED
    if size >= _RUN and (_sequential(folded) or (size >= 16 and _stepping(folded))):
        return "it counts through the alphabet or the digits"
    if (size >= 12 and repeats(folded)) or _SAME.search(value):
        return "it repeats itself"
    if size >= 16 and distinct < 6:
        return "hardly any of its characters differ"
    return ""


def _sequential(folded: str) -> bool:
    rows = "".join(filter(str.isalnum, folded))
    if not any(rows[start : start + _PART] in _PARTS_COUNTED for start in range(0, len(rows) - _PART + 1, _PART)):
        return False
    return any(rows[start : start + _RUN] in _COUNTED for start in range(len(rows) - _RUN + 1))


def _stepping(folded: str) -> bool:
    """Whether most of the first 64 characters are next to the one before, however short the runs."""
    codes = folded[:64].encode("utf-8", "replace")
    return sum(abs(one - other) == 1 for one, other in pairwise(codes)) * 5 > len(codes) * 3


def repeats(text: str) -> bool:
    """Whether a text is one short piece over and over, "abc1abc1abc1"."""
    place = (text + text).find(text, 1)
    if place < len(text) and place <= 10:
        return True
    # The last round may be cut off.
    return any(
        text == (text[:period] * (len(text) // period + 1))[: len(text)]
        for period in range(1, min(10, len(text) // 3) + 1)
    )


_REFERS = (
    *("${", "$(", "{{", "{%", "<%", "%(", "%[", "#{", "%s", "%d", "%v", "@@", "!Ref", "!Sub", "!secret", "process.env"),
    *("os.environ", "os.getenv", "secrets.", "config.", "vars.", "env."),
)
_REFERS_FIRST = (
    "@",
    *("!vault", "!env", "!ref", "!sub"),
    "ENC[",
    "{cipher}",
    "vault:",
    "op://",
    "ref+",
    "arn:",
    "projects/",
    "sm://",
    "keyring:",
    "env:",
    "file:",
    "ssm:",
    *("var.", "local.", "module.", "data.", "each.", "self.", "this.", "props."),
)
_MARKS = frozenset("$({<%#@!.[_")
"""Characters one of which is in whatever refers."""

_NAMED = Lazy(
    r"\{\d{0,2}\}|\{[A-Za-z_][\w.\[\]]*(?:[:!][^{}]*)?\}|%\w+%|%\d\$[a-z@]|^\${1,2}\w+(?:[^\w!#%&*^~].*)?$|^<+[^>]*>*$|^\{[^}]*\}?$|^\[[^\]]*\]?$|^__\w+__$"
)

_FILLER = """
    my your our the some new old a an this that test user admin db root super top very bad wrong invalid
    default dev demo temp real actual enter insert secure strong pass password passwd passcode passphrase pwd
    pw secret token key api apikey credential credentials value access client auth pat here goes string
    placeholder name null none nil undefined true false yes no on off todo tbd fixme empty blank unset hidden
    masked omitted removed replaced filtered redacted unknown optional required str text bytes int any foo bar
    baz qux foobar asdf qwerty abc xyz hello world example sample dummy change me it changeme changeit
    changethis fake mock stub lorem ipsum not used is in n of bearer basic login
    """
_FILLERS = frozenset(_FILLER.split())
_LINKED = frozenset(word for word in _FILLERS if len(word) > 3) | {"my", "the", "new", "old", "top", "key", "pwd"}
_ASKING = frozenset(("fill", "your", "insert", "enter", "replace", "put", "paste", "set", "add", "provide"))
_YOURS = Lazy(r"(?:your|YOUR)(?:[-_](?:\d{1,4}|[a-z]+|[A-Z]+)){2,8}")  # "your-32-char-hex-secret-2"
_PARTS = Lazy(r"[A-Z]?[a-z]+|[A-Z]+")
_FILLING = frozenset("-_. !?*<>[]()/:=")


_TEMPLATE = Lazy(r"[$#]\{|\$\(|\{\{|<%|\{%|%\(\w+\)|\{\w*\}|\A[$%]\w+[%$]?\Z|\A<.*>\Z|\A\[.*\]\Z")
_CODED = Lazy(r"\w(?:\([^()]*\)|\[[^\[\]]*\])|\A[+,;:)\]}]|[(,;]\Z|\\[\\nrtux]|://")
_SIGNS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_KINDS = (str.islower, str.isupper, str.isdigit)


def generated(value: str) -> bool:
    """Whether a value is small letters, capitals, digits and signs so mixed that a program drew it, as managers of
    passwords do: there a "$" refers to nothing and a "(" calls nothing."""
    if not 10 <= len(value) <= 64 or not value.isascii() or len(_SIGNS.intersection(value)) < 2:
        return False
    if not all(any(map(kind, value)) for kind in _KINDS) or _TEMPLATE.search(value) or _CODED.search(value):
        return False
    from yett.rules.secrets.rarity import runs, strangeness  # few values come this far

    return strangeness(value) > 6.2 and max(map(len, filter(str.isalpha, runs(value)))) < 6


def reference(value: str) -> bool:
    """Whether a value only says where the real one comes from: a variable, a template, a secret manager's address."""
    if generated(value):
        return False
    if value.startswith(_REFERS_FIRST):
        return True
    if _MARKS.isdisjoint(value):
        return False
    return any(mark in value for mark in _REFERS) or _NAMED.search(value) is not None


def placeholder(value: str) -> bool:
    """Whether a value stands for another: "your-password", "xxxx", "changeme", "null"."""
    chars = set(value)
    if len(chars) < 3 or value.startswith("crwdns"):  # what Crowdin puts where a translation goes
        return True
    if not all(map(str.isalpha, chars - _FILLING)):
        return _YOURS.fullmatch(value) is not None
    words = [word.lower() for word in _PARTS.findall(value)]
    if len(words) > 2 and words[0] in _ASKING and words[-1] in _FILLERS:
        return True  # "YOUR_ACME_API_TOKEN"
    return all(word in _FILLERS for word in words)


def linked(value: str) -> bool:
    """Whether a value of small letters is made of such words: "mysecretpassword"."""
    ends = [0]
    for end in range(2, len(value) + 1 if len(value) <= 32 else 0):
        if any(value[start:end] in _LINKED for start in ends):
            ends.append(end)
    return ends[-1] == len(value) > 0


def genuine(value: str) -> bool:
    """Whether a value is neither a reference nor a placeholder."""
    return not (reference(value) or placeholder(value) or fake(value))
