"""Secrets without a shape of their own: a key that says "secret", an assignment, a value that looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from yett.lean import NamedTuple
from yett.model import Confidence, Severity
from yett.rules.secrets import places
from yett.rules.secrets.checksum import decoded
from yett.rules.secrets.chosen import PLAIN, mixed
from yett.rules.secrets.doubt import SPELLED, fake, generated, linked, placeholder, reference
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare, runs, strangeness, wordlike
from yett.rules.secrets.record import Found, Secret, binary
from yett.rules.secrets.tokens import said


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _ends(text: str) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in text.split())


_WORDS = (
    *("pass", "pwd", "secret", "token", "key", "credential", "_pw", "identified by"),
    *("senha", "kennwort", "contrasena", "mot_de_passe", "motdepasse"),
)

# What may follow the keyword inside the key, and the assignment. Every step takes characters that the next cannot
# start with or is bounded, so that a match costs no more than the few bytes it looks at.
_ASSIGNED = Lazy(
    rb"""(?P<tail>[\w.\-]{0,40})(?P<closed>\\{0,3}["'`]|&(?:quot|#34|#39);|)[\])]?[ \t]{0,16}"""
    rb"""(?:(?P<typed>(?:\??:[ \t]{0,2}[\w.\[\]|<> ?*&']{1,24}?|\[\w{0,16}\]|(?i:as[ ]|constant[ ])?"""
    rb"""(?i:string|n?(?:var)?char2?)(?:\(\w{1,8}\))?)[ \t]{0,2}:?=(?!=|[ \t]{0,16}(?:[\r\n]|\Z)))"""
    rb"""|(?P<op>=>|:=|:-|===?|!==?|\?\?=?|\?[=:]|\|\|=?|(?:or|to)(?=[ ]{1,4}["'])|->|<-|[=:,(])|(?=["']))[ \t]{0,16}"""
    rb"""(?P<made>(?:[A-Za-z_][\w.:]{1,40}\()?(?:default|fallback)(?:_?[Vv]alue)?[ ]?[=:][ ]?(?=["'`])"""
    rb"""|[\w.:]{0,24}(?:getenv|environ\.get|env|get_env|fetch|getOrDefault)\(["'][\w.-]{1,60}["'],[ ]?(?=["'])"""
    rb"""|(?:new[ ]{1,2})?[A-Za-z_][\w.:]{1,40}\((?=["'`])|&?\[\]byte\(|\[[ \t]{0,2}|)"""
    rb"""(?:[rbuLfRBUF@]{1,2}(?=["'`]))?"""
    rb"""(?P<quote>\\{0,3}["'`]|&(?:quot|#34|#39);|)"""
)
_LEFT = Lazy(rb"[\w.\-]{0,40}\Z")
_UNQUOTED = Lazy(rb"""[^\s"'`,;<>(){}\[\]|&\\]{4,256}""")
_LINE = Lazy(rb"""(?!["'`\[{&*!|>%@#])[!#-&(-_a-~]{10,64}(?=[ \t]*(?:\r?\n|\Z|[ \t]#))""")
_IN_TEXT = Lazy(rb"""[\w+/.=|\-]{12,256}(?![\w(\[{<])""")
_FILE = Lazy(
    r".*[/\\][^/\\]*\.(?:png|jpe?g|gif|svg|ico|webp|pem|key|crt|cer|p12|pfx|jks|json|ya?ml|xml|txt|html?|css|js|ts|md|zip|gz)"
    r"(?:[#?].*)?"
)
# A setting or a function by its full name, an element of a page or of a schema, a list of checks.
_MEMBER = Lazy(
    r"[a-z_]+(?:[.#][A-Za-z_]+)+(?::[a-z_]+)?|[.#][A-Za-z/][A-Za-z_./{}-]*|[a-z_]+(?::[\w,.]+)?(?:\|[a-z_]+(?::[\w,.]+)?)+"
)
_SETTER = Lazy(rb"[.>]set_?(?:[A-Z]|[a-z]+_)?\w{0,24}(?:[Pp]assword|[Pp]assphrase|[Pp]wd)\Z")
_PUTS = Lazy(
    rb"(?:(?:\b|_)(?:put|define|config|fetch|(?:set|add|get)(?:[A-Z]\w{0,16})?|(?:get_?)?env)|[\s,(\[=])"
    rb"\([ ]?[\"'][\w.-]{0,40}?(?:pass|pwd)\w{0,12}\Z",
    re.IGNORECASE,
)
_DEFINES = Lazy(rb"(?:#[ \t]{0,4}define[ \t]+|\((?:def\w{0,12}|setq)[ \t]+\*?|[\s({,]:)[\w.-]{0,40}\Z")
_CHOICE = Lazy(rb"\?[ ]?[\"'][\w.-]{0,40}\Z")
_UPPER = Lazy(rb"[.(:,\s][A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\Z")
_TUPLE = Lazy(rb"\{[ ]?\w+\Z")
_MAPS = Lazy(rb"[\"'`]\s{0,8}(?:=>|:)")
_INNER = Lazy(rb"""\\["']([\w+/=.\-]{20,128})\\["']""")
_LONGEST = 257
_NESTED = 8
"""Keys inside a value that was none which are asked for theirs, as in `OPTIONS=user=a,password=b`: who writes more of
them into one word wants to keep us busy."""

_SOURCE = _words(
    """
    py pyi pyx ipynb js jsx mjs cjs ts tsx mts cts vue svelte java kt kts scala groovy gradle go rs c h cc cpp
    cxx hpp hh m mm cs vb fs swift rb erb rake php phtml pl pm lua r dart ex exs erl hrl clj cljs elm hs ml
    mli nim zig jl sol sql css scss less html htm xhtml xml xsl svg json json5 jsonc ps1 psm1 tf hcl proto
    thrift graphql rst adoc tex map po pot diff patch csv
    """
)
_COLON = _words(
    """
    yml yaml properties ini cfg conf cnf config env toml netrc npmrc pypirc j2
    """
)
_WRITTEN = frozenset(("md", "mdx", "markdown", "rst", "adoc", "asciidoc", "txt"))
_COPIES = (
    *(".bak", ".back", ".backup", ".old", ".orig", ".save", ".dist", ".sample", ".example", ".template", ".tpl"),
    *(".tmpl", ".erb", ".j2", "~"),
)
"""What is put behind the name of a file that is a copy of one, or becomes one."""
_SPACED = frozenset(("yml", "yaml", "toml"))
"""Where a colon assigns only before a blank, if at all."""
_TITLED = frozenset(("ini", "properties"))
"""Where a value that goes on after a blank is a sentence."""
_LOCKFILES = _words(
    """
    package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock deno.lock uv.lock poetry.lock
    pdm.lock pipfile.lock pixi.lock conda-lock.yml go.sum go.work.sum cargo.lock composer.lock gemfile.lock
    packages.lock.json gradle.lockfile mix.lock flake.lock pubspec.lock podfile.lock package.resolved
    cartfile.resolved .terraform.lock.hcl manifest.toml buf.lock chart.lock
    """
)

# Left of "key" there has to be a word that makes it a secret: "api_key", "SECRET_KEY", "encryptionKey".
_KEY_OF = _ends("""
    api app application secret private priv access auth encrypt encryption crypt crypto cipher aes hmac sign
    signing signature master session storage account service server consumer ssh jwt jws webhook client shared
    deploy subscription admin root host write ingest token cookie db database security recaptcha captcha bot
    stream steam stripe twilio map maps sendgrid mailgun openai algolia meilisearch search aws azure gcp
    google firebase integration rest http license licence
    """)
_OPENS = _ends("api access secret private auth license licence")
_SPACED_KEY = Lazy(rb"(?i:\b(?:api|secret|access|private|encryption|signing|license|master|auth)) [Kk](?:ey|EY)\Z")
_ENV_KEY = Lazy(rb"(?:\A|[^A-Za-z0-9_])[A-Z][A-Z0-9_]{2,}_\Z")

# As the word after the keyword these say that the value is about a secret and is none.
_ABOUT = _words(
    """
    name names id ids url urls uri uris path paths file files filename type types length len size sizes count
    limit field fields label labels text texts title titles placeholder placeholders hint help prompt message
    messages msg error errors expires expiry expiration expire expired ttl age lifetime timeout format formats
    pattern patterns regexp regex policy policies class classes ref refs version algorithm algo alg method
    header headers param params parameter prefix suffix dir directory store storage provider providers
    endpoint validator validators validation validate valid hasher hashers reset resets change changed changes
    form forms view views template column columns input inputs env var variable index digest min max required
    enabled disabled allowed supported strength forgot forgotten confirmation manager service handler factory
    generator builder parser model schema scope scopes status state mode flow flag flags rotation rule rules
    encoding encoder encryption charset lifecycle owner date time at exists missing invalid incorrect wrong mismatch
    empty link button icon page site screen dialog modal event action callback command cmd description desc
    usage info note comment doc docs example kind category group role user username login email host domain
    char attr attrs attribute attributes scheme schemes characters chars specials helper helpers success failure failed
    complexity requirement requirements option options
    issuer audience arn locator selector xpath query position pos start end offset hash sha md5 fingerprint
    thumbprint checksum salt set sets list map table tables frame press pressed down up code codes word words
    board boards stroke binding bindings chain ring frames based spec specs enc encrypted signed response ized
    izer tooltip show hide toggle visible visibility checks check re test tests
    """
)
_CAMEL = Lazy(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TAILS = (b"word", b"words", b"wd", b"phrase", b"code", b"wort", b"key", b"s", b"")

_NOT_BEFORE = _words(
    """
    csrf xsrf antiforgery page next prev previous continuation continue pagination cancel cancellation sync
    resume delimiter separator foreign primary partition sort public pub publishable site cache i18n gpg pgp
    translation message localization locale dict map hot short punctuation string ident identifier operator
    close open paren eof design syntax lex parse special stop mask pad eos bos unk cls sep bad first last
    current unexpected comma colon idempotency dedupe tracking no without forgot reset invalid wrong incorrect
    hide show toggle hashed update authenticity render renderer
    """
)
_WHICH = frozenset(("current", "first", "last", "next", "previous", "prev"))
"""In front of a token these say that it is one of a text; a password is one all the same."""
_NOT_JOINED = Lazy(rb"(?:(?:csrf|xsrf)\w*|public_?key)\Z", re.IGNORECASE)
_DIGESTED = Lazy(rb"(?:\A|[^A-Za-z]|(?<=[a-z])(?=[A-Z]))(?:sha_?\d{1,3}|md5|hash(?:ed)?)[_.\-]?\Z", re.IGNORECASE)
_HEX = Lazy(r"[0-9a-f]{32,128}", re.IGNORECASE)

_HASH = Lazy(
    r"(?:sha\d{1,3}|md5|h1|blake\d?\w?)[-:$=]|\$(?:2[aby]|5|6|1|y|apr1|argon2\w*|pbkdf2\w*|scrypt)\$|pbkdf2_|argon2|bcrypt|\{SSHA",
    re.IGNORECASE,
)
_UUID = Lazy(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ADDRESS = Lazy(
    r".*://|data:|mailto:|[\w.+\-]+@[\w\-]+\.[a-z]{2,}$|(?:[\w\-]+\.)+(?:com|org|net|io|dev|local|internal)(?:[:/]|$)",
    re.IGNORECASE,
)
_PATH = Lazy(
    r"(?:~|\.{1,2})?[/\\][\w.\-]+(?:[/\\][\w.\-]+)*[/\\]?$|[A-Za-z]:[\\/]|(?:[\w\-]+/)+[\w\-]*\.?[a-z]*$|[\w\-./]+\.(?:pem|key|crt|cer|json|ya?ml|txt|php|py|js|ts|html?|xml|java|rb|go|md|env|jks|p12|pfx|cfg|conf|ini|log|csv|svg|png|safetensors)$"
)
_IDENTIFIER = Lazy(r"\$?[A-Za-z_]\w*\$?(?:(?:\.|::|->|-|:|/)\$?[A-Za-z_]\w*\$?)*[?!]?")
_CODE = Lazy(
    r"^\^|\[[^\]]*\w-\w[^\]]*\]|\{\d+,?\d*\}|\\[uUx]|\\[0-9]|\w\(|\)$|=>|->|&&|\|\||^\w+\[|^[=!<>]=|;$|\+\+(?![\w/+=])|^function\b|^return\b|\\[wdsb]|\[\^|\(\?"
)
_BYTE = Lazy(r"\\x[0-9a-fA-F]{2}(?![-\]])")
_SEEN = Lazy(
    r"UA-\d{4,10}-\d{1,4}|GTM-[A-Z0-9]{4,9}|0x[0-9a-fA-F]{40}|v?\d+(?:\.\w+)+=\w+|%[A-Z][A-Z_-]+"
    r"|(?:min|max|size|between|digits)\w{0,12}:[\d,]+|[\w/.-]*/\d{8}/[\w-]+/[\w-]+/aws4_request"
    r"|required\w*(?::[\w,.]+)?(?:\|[\w:,.]+)*"
)
"""What tells sites apart in Google Analytics, an address of Ethereum, release and build of a package of conda, what a
script puts its own in place of, checks of a form, and what a signature of AWS is good for: anybody may see those."""
_NUMBER = Lazy(r"[-+]?[\d.,:_/ ]+|0x[0-9a-f]+", re.IGNORECASE)
_SPEAKING = _words(
    """
    your enter must please passphrase passphrases password passwords pass pwd secret secrets token tokens cert
    credentials key keys is are to for was not be
    """
)
# With a number behind it: what people do choose.
_FAVOURED = frozenset(("abc", "asdf", "hello", "qwerty"))
_KNOWN = frozenset(("admin", "root", "demo", "toor", "guest"))
_MODES = _words(
    """
    absent always auto basic client confirmed create delete disable encrypted enable file generate generated hashed
    header hidden ignore integer interactive keychain ldap local login manual mask never nullable number numeric oauth
    object plain plaintext present preset prompt public query random reader reset rotate saml sensitive session show
    static stdin string submit system text type update username users varchar vault visible input files obscure
    """
)
_APP_PASSWORD = Lazy(r"[a-z]{4}(?: [a-z]{4}){3}")


class _Kind(Enum):
    SETTING = 1
    """A file of settings: what stands there is a value."""
    SOURCE = 2
    """Quoted in source code."""
    ARGUMENT = 3
    """Handed to a function, which may do anything with it: only what looks random counts."""
    TEXT = 4
    """Somewhere in a string or a comment: only what looks random and has digits counts."""


class _Place(NamedTuple):
    """`password`: people choose it, so it need not look random. `surely`: nothing but a password can stand there.

    `weak`: many a key of that name holds something harmless, so what does not look random is none. `hashed`: it is a
    hash of one, as the name has it. `words`: of several words, as the name has it.
    `access`: a key that opens something, as the name has it. `tested`: it stands in code that tests other code.
    `shown`: it stands in what people read to learn how something is used.
    """

    password: bool
    surely: bool
    weak: bool
    hashed: bool = False
    words: bool = False
    access: bool = False
    bare: bool = False
    tested: bool = False
    shown: bool = False


def read(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """Values assigned to keys that promise a secret."""
    name = path.rpartition("/")[2].lower()
    if name in _LOCKFILES:
        return
    if name.endswith(_COPIES):
        name = name[: -len(next(end for end in _COPIES if name.endswith(end)))] or name
    extension = name.rpartition(".")[2] if "." in name else ""
    dotted = name.startswith(".") and extension == name[1:] and extension not in _SOURCE  # settings of a program
    if (
        dotted
        or name == "credentials"
        or name.startswith((".env", "env."))
        or name.endswith(("rc", "netrc", "makefile", ".mk"))
    ):
        extension = "env"
    source = extension in _SOURCE
    if binary(data):
        return
    tested, spoken, shown = places.tests(path), places.spoken(path), places.manual(path)
    last = none = -1
    nested = 0
    for end in ends:
        if end <= last or (end < none and nested >= _NESTED):
            continue
        match = _ASSIGNED.match(data, end)
        if match is None or (match["op"] is None and match["typed"] is None and not _declares(data, end)):
            continue
        if source and b"." in match["tail"]:
            continue  # a member of an object of that name
        if extension == "sql" and match["op"] == b",":
            continue  # the next column
        if match["op"] == b":" and match["closed"] and _CHOICE.search(data, max(0, end - 44), end):
            continue  # one of two
        start = match.end()
        if match["quote"] and data[start : start + 1] == b"{":
            start, stop = _inside(data, start)
            kind = _Kind.TEXT
        elif match["quote"]:
            stop, kind = _closing(data, match), _kind(data, match, source)
        else:
            stop, kind = _end_of_word(data, match, extension)
        if match["op"] == b"," and _MAPS.match(data, stop):
            continue  # the next name, and no value
        if match["op"] == b"or" and match["closed"] and data[match.end("closed") : match.end("closed") + 1] == b" ":
            continue  # one of two
        if stop < start + 4 or (match["made"][:1] == b"[" and (extension == "adoc" or _MAPS.match(data, stop))):
            continue  # a map, or what AsciiDoc lets through as it is
        key = _key(data, end, match)
        if key is None:
            continue
        nested = nested + 1 if end < none else 0
        none = max(none, stop)
        value = data[start:stop].decode("utf-8", "replace")
        found = _judged(value, key._replace(weak=key.weak or spoken, tested=tested, shown=extension in _WRITTEN), kind)
        if found is not None and not _echoes(data, end, match, value):
            last = stop
            if not found[1] and not key.password:
                doubt = _MADE_UP if tested else _SHOWN if shown else _harmless(data, end, start, stop)
                found = (Confidence.LOW, doubt) if doubt else found
            yield Found(start, stop, *found, note=_named(data, end, match))


_EXPIRES = Lazy(rb"[?&;](?:e|exp|expir\w{1,6}|deadline)=\d{10}(?!\d)", re.IGNORECASE)
_ADDRESS_END = Lazy(rb"[\s\"'<>`]")
_PUBLIC = Lazy(rb"publi(?:c|shable)", re.IGNORECASE)
_SEARCH_ONLY = (b"appId", b"indexName")


def _harmless(data: bytes, end: int, start: int, stop: int) -> str:
    """Why a token that looks real opens nothing, or nothing for long, by what stands around it; "" where it may."""
    left = _LEFT.search(data, max(0, end - 40), end)
    name = left.start() if left else end
    if data[max(0, name - 1) : name] in (b"?", b"&", b";"):
        before = _ADDRESS_END.split(data[max(0, name - 400) : name])[-1]
        after = _ADDRESS_END.split(data[stop : stop + 100])[0]
        if _EXPIRES.search(before) or _EXPIRES.search(after):
            return "the address that it signs has expired or soon will"
    if _PUBLIC.search(data, name, end) or data.startswith(b"pk_", start):
        return "its name says that it is meant for pages"
    around = data[max(0, start - 200) : stop + 200]
    if b"errorBeacon" in around:
        return "it is what a page sends its measurements with, so that everybody sees it"
    if stop - start == 32 and all(word in around for word in _SEARCH_ONLY):
        return "it looks like a key that can only search, which pages show to everybody"
    return ""


# A random password is somebody's: those that are made up are words.
_MADE_UP = "it stands in test code, where tokens are made up as a rule"
_SHOWN = "it stands in documentation, where tokens are made up as a rule"


def _named(data: bytes, end: int, match: re.Match[bytes]) -> str:
    """What the value is assigned to, in words; "" where that is no plain name."""
    left = _LEFT.search(data, max(0, end - 40), end)
    name = ((left[0] if left else b"") + match["tail"]).strip(b".-").decode("ascii", "replace")
    plain = name.isascii() and 2 < len(name) <= 60 and not any(rare(part) for part in re.split(r"[._-]", name))
    return f"it is assigned to {name}" if plain else ""


def _echoes(data: bytes, end: int, match: re.Match[bytes], value: str) -> bool:
    """Whether a value repeats its name, `AUTH_SHA256_PASSWORD = "sha256_password"`, or begins with what it is a key of,
    `TASK_KEY = "task_1bhxpt0"`: both name a thing."""
    left = _LEFT.search(data, max(0, end - 40), end)
    words = [word.lower().decode() for word in _CAMEL.findall(left[0])] if left else []
    plain = "".join(filter(str.isalnum, value.lower()))
    last = words[-1] if words else ""
    if len(plain) > len(last) and "".join((*words, match["tail"].decode("ascii").lower())).endswith(plain):
        return True
    if last != "key" or len(words) < 2 or not value.lower().startswith((f"{words[-2]}_", f"{words[-2]}-")):
        return False
    return len(value) < 24 or not rare(value[len(words[-2]) + 1 :].removeprefix("key_"))


def _declares(data: bytes, end: int) -> bool:
    """Whether a keyword that a quoted value follows at once is SQL, "IDENTIFIED BY 'x'", "WITH PASSWORD 'x'", or
    defines a constant: `#define API_KEY "x"`, `(def password "x")`, `{:password "x"}`."""
    if data[max(0, end - 16) : end].lower().endswith((b"identified by", b"with pass", b"set pass")):
        return True
    return _DEFINES.search(data, max(0, end - 60), end) is not None


def _key(data: bytes, end: int, match: re.Match[bytes]) -> _Place | None:
    """What the key around a keyword promises, or None where it is about something else."""
    left = _LEFT.search(data, max(0, end - 40), end)
    head = left[0] if left else b""
    lowered = head.lower()
    word = next((word for word in _KEYWORDS if lowered.endswith(word)), b"")
    if not word:
        return _Place(password=True, surely=True, weak=False)  # "IDENTIFIED BY" has a blank inside
    before, tail = head[: len(head) - len(word)], match["tail"]
    if before:
        words = _CAMEL.findall(before)
        last = words[-1].lower().decode() if words else ""
        if (last in _NOT_BEFORE and not (word in _PASSWORDS and last in _WHICH)) or _NOT_JOINED.search(before):
            return None
        if match["op"] == b"(" and words and words[0].lower() in _MAKES:
            return None  # `generateSecret("A256GCMKW")` says what kind of secret is wanted
    if word == b"pass":
        first = head[len(before) : len(before) + 1]
        if (
            before[-1:].isalpha()
            and not (before[-1:].islower() and first.isupper())
            and not before.lower().endswith(_JOINED)
        ):
            return None
        folded = tail.lower()
        tail = tail[max(len(end) for end in _TAILS if folded.startswith(end)) :]
    elif word == b"key" and not (
        before.lower().rstrip(b"_-. ").endswith(_KEY_OF)
        or (not before and (_SPACED_KEY.search(data, max(0, end - 20), end) or match["tail"] == b""))
        or (head.endswith(b"KEY") and _ENV_KEY.search(data[max(0, end - 43) : end - 3]))
    ):
        return None
    elif tail[:1] in (b"s", b"S") and not tail[1:2].isalpha():
        tail = tail[1:]
    if tail[:1].isalpha() and (tail[:1].islower() or head[-1:].isupper()):
        return None  # "passenger", "tokenizer", "keyboard", "secretary"
    if any(part.lower().decode() in _ABOUT for part in _CAMEL.findall(tail)):
        return None
    hashed = _DIGESTED.search(before) is not None
    phrase = word == b"pass" and match["tail"].lower() == b"phrase"
    bare = word == b"key" and not before and not _SPACED_KEY.search(data, max(0, end - 20), end)
    access = word == b"key" and before.lower().rstrip(b"_-. ").endswith(_OPENS)
    return _Place(
        password=word in _PASSWORDS,
        surely=False,
        weak=word == b"key",
        hashed=hashed,
        words=phrase,
        access=access,
        bare=bare,
    )


_MAKES = (b"generate", b"random")
_JOINED = _ends(
    """
    db user smtp mail ftp my pg sql mysql postgres root admin auth login http ssh ldap proxy key store old new test bind
    wifi mqtt redis mongo
    """
)
_KEYWORDS = tuple(word.encode() for word in _WORDS if word != "identified by")
_PASSWORDS = frozenset(
    (b"pass", b"pwd", b"_pw", b"identified by", b"senha", b"kennwort", b"contrasena", b"mot_de_passe", b"motdepasse")
)


def _inside(data: bytes, start: int) -> tuple[int, int]:
    """The first long value in JSON that is itself a string: "{\\"name\\": \\"…\\"}"."""
    inner = _INNER.search(data, start, start + _LONGEST)
    return inner.span(1) if inner else (start, -1)


def _kind(data: bytes, match: re.Match[bytes], source: bool) -> _Kind:
    begin, end = max(0, match.start() - 64), match.end("tail")
    if match["op"] == b"(" and not match["made"] and _SETTER.search(data, begin, end):
        return _Kind.SOURCE
    if match["op"] == b"," and not match["made"] and (_PUTS if match["closed"] else _TUPLE).search(data, begin, end):
        return _Kind.SOURCE
    if match["made"].rstrip().endswith((b"=", b":", b",")):
        return _Kind.SOURCE  # what holds where nothing is set
    if match["op"] in (b"(", b",") or match["made"].endswith(b"("):
        return _Kind.ARGUMENT
    return _Kind.SOURCE if source else _Kind.SETTING


def _closing(data: bytes, match: re.Match[bytes]) -> int:
    """Where a quoted value ends; -1 where it does not end on its line, is too long, or is no value of this key."""
    start, quote = match.end(), match["quote"]
    if match["op"] == b"," and not match["closed"] and not _constant(data, match):
        return -1
    stop = data.find(quote, start, start + _LONGEST)
    return -1 if b"\n" in data[start : max(start, stop)] else stop


def _constant(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether a name in front of a comma is that of a constant, `put(Context.SECURITY_CREDENTIALS, "…")`, or begins a
    tuple of Erlang, `{password, "…"}`."""
    name = data[max(0, match.start() - 40) : match.end("tail")]
    return _UPPER.search(name) is not None or _TUPLE.search(name) is not None


def _end_of_word(data: bytes, match: re.Match[bytes], extension: str) -> tuple[int, _Kind]:
    """Where a value without quotes ends, and what it is; -1 where none may stand."""
    start, op = match.end(), match["op"]
    adjacent = start == match.end("op")
    if op in _DEFAULTS and adjacent and _defaults(data, match.start()):
        word = _UNQUOTED.match(data, start)
        closed = word is not None and data[word.end() : word.end() + 1] == b"}" and data[start : start + 1] not in b"?+"
        return (word.end() if word and closed else -1), _Kind.SETTING
    if match["made"] or op not in (_ASSIGNS if extension == "env" else _ASSIGNS[:2]):
        return -1, _Kind.SOURCE
    if op == b"=" and adjacent and (extension in _SOURCE or _in_address(data, match.start())):
        if _exports(data, match):
            word = _UNQUOTED.match(data, start)
            return (word.end() if word and data[word.end() : word.end() + 1] in b"\"'`<" else -1), _Kind.SOURCE
        word = _IN_TEXT.match(data, start)
        return (word.end() if word else -1), _Kind.TEXT
    if extension in _SOURCE or match["closed"]:
        return -1, _Kind.SOURCE
    if extension not in _COLON and (op == b":" or not adjacent):
        word = _IN_TEXT.match(data, start)
        alone = word is not None and not data[word.end() : word.end() + 8].partition(b"\n")[0].strip()
        return (word.end() if word and alone else -1), _Kind.TEXT
    if op == b":" and adjacent and extension in _SPACED:
        return -1, _Kind.SOURCE
    line = _LINE.match(data, start)
    if line is not None and generated(line[0].decode()):
        return line.end(), _Kind.SETTING
    word = _UNQUOTED.match(data, start)
    if word is None or data[word.end() : word.end() + 1] in (b"(", b"[", b"{", b"<"):
        return -1, _Kind.SOURCE
    rest = data[word.end() : word.end() + 40].partition(b"\n")[0].strip()
    if rest and not (op == b"=" and adjacent) and rest[:1] not in b"#\\&|;,/\"'`}":
        return -1, _Kind.SOURCE  # a sentence
    if extension in _TITLED and (rest[:1].isalpha() or rest[:1] >= b"\x80") and b"=" not in rest.split(maxsplit=1)[0]:
        return -1, _Kind.SOURCE
    return word.end(), _Kind.SETTING


_EXPORTS = Lazy(rb"[\"'>][A-Z0-9_]*(?:PASS|PWD)[A-Z0-9_]*\Z")


def _exports(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether a password's name is all of a string up to the value, "DB_PASSWORD=…": a variable is handed on."""
    return _EXPORTS.search(data, max(0, match.start() - 40), match.end("tail")) is not None


_DEFAULTS = (b":", b":-", b":=")
_ASSIGNS = (b"=", b":", b":=", b"?=")


def _defaults(data: bytes, end: int) -> bool:
    """Whether the key that goes on here is a variable and what follows its default: "${PASSWORD:…}"."""
    left = _LEFT.search(data, max(0, end - 40), end)
    return left is not None and data[max(0, left.start() - 2) : left.start()] == b"${"


def _in_address(data: bytes, end: int) -> bool:
    """Whether the key that goes on here is a parameter of an address."""
    left = _LEFT.search(data, max(0, end - 40), end)
    return left is not None and data[max(0, left.start() - 1) : left.start()] in (b"?", b"&")


_Judgement = tuple[Confidence, str]


def _judged(value: str, key: _Place, kind: _Kind) -> _Judgement | None:
    """(confidence, doubt), or None where the value is no secret."""
    if key.password and value in _KNOWN and (kind is _Kind.SETTING or (kind is _Kind.SOURCE and not key.tested)):
        return Confidence.LOW, "it is a default that everybody knows"
    if len(value) < 4 or value != value.strip() or value.endswith("...") or reference(value):
        return None
    if placeholder(value.replace("$", "s")) or (key.shown and linked(value)):
        return None
    held = kind in (_Kind.SETTING, _Kind.SOURCE)
    if not value.isascii() and sum(map(str.isascii, value)) < len(value) * 0.6:
        return None  # what people read, in their own language; or bytes that are no text
    if " " in value:
        spread = _APP_PASSWORD.fullmatch(value) and not all(map(wordlike, value.split()))
        return (Confidence.MEDIUM, "") if spread else (Confidence.LOW, _WORDY) if key.words and _said(value) else None
    if held and len(set(_BYTE.findall(value))) > 7 and not _spelt(value):
        return Confidence.MEDIUM, ""  # drawn by a machine, written as Python writes bytes
    random = rare(value.replace("-", "") if _UUID.fullmatch(value) else value)
    doubt = fake(value) if random or (held and (len(value) >= 20 or not key.weak)) else ""
    filled = held and doubt != "" and _filled(value, doubt)
    if not random and not filled and (key.weak or not held):
        return None
    if _HASH.match(value) or _ADDRESS.match(value) or _FILE.fullmatch(value) or _SEEN.fullmatch(value):
        return None
    if _CODE.search(value) and not generated(value):
        return None
    if value.startswith("eyJ") and (doubt := said(value).doubt):
        return Confidence.LOW, doubt
    if _identifies(value):
        named = (key.weak and not key.access) or kind in (_Kind.ARGUMENT, _Kind.TEXT) or not _UUID.fullmatch(value)
        return None if named or not random else (Confidence.LOW, _NAMES)
    if doubt:
        told = random or filled or (held and key.password and doubt != SPELLED)
        return (Confidence.LOW, doubt) if told and value.isascii() else None
    if random and (text := _encodes(value)):
        if reference(text) or placeholder(text):
            return None
        if fake(text) or not (rare(text) or (key.password and kind is _Kind.SOURCE)):
            return Confidence.LOW, fake(text) or _ENCODED
    if random and not ((_PATH.match(value) or _IDENTIFIER.fullmatch(value)) and _worded(value) and not _wild(value)):
        if key.hashed and _HEX.fullmatch(value):
            return Confidence.LOW, "its name says that it is a hash"
        if key.bare:
            return (Confidence.LOW, _BARE) if held and _drawn(value) else None
        sure = kind is not _Kind.TEXT or any(map(str.isdigit, value))
        return (Confidence.MEDIUM, "") if sure else None
    if key.weak or kind in (_Kind.ARGUMENT, _Kind.TEXT) or _PATH.match(value):
        return None  # a word, as random as it looks
    if key.password:
        return _chosen(value, key, kind)
    if len(value) >= 8 and any(map(str.isdigit, value)) and not _NUMBER.fullmatch(value) and not _worded(value):
        return Confidence.LOW, "it does not look random"
    return None


_WORDY = "it is made of words, though people choose such passphrases"
_ENCODED = "it is base64 of something that does not look random"
_BARE = "its name says only that it is a key"
_NAMES = "it is a UUID, and most of them only name something"


def _spelt(value: str) -> bool:
    """Whether the bytes that a literal writes by their numbers are words."""
    text = bytes(int(each[2:], 16) for each in _BYTE.findall(value))
    return text.isascii() and text.decode().isprintable() and not rare(text.decode())


def _filled(value: str, doubt: str) -> bool:
    """Whether a value that is not random was at least typed in place of one: "sess_1234567890abcdef"."""
    long = len(value) >= 24 and sum(map(str.isdigit, value)) >= 8 if doubt == SPELLED else len(value) >= 20
    return long and not _worded(value) and not value.isdigit()


def _identifies(value: str) -> bool:
    """Whether a value is a UUID with little around it, or several: that names something, as a rule."""
    rest, count = _UUID.subn("", value)
    return count > 0 and (len(value) < 44 or count > 1 or not rare(rest))


def _drawn(value: str) -> bool:
    """Whether a value is letters of both cases and digits, as long as keys are and names are not."""
    mixed = any(map(str.isdigit, value)) and not value.islower() and not value.isupper()
    return len(value) >= 24 and mixed and "-" not in value and value[:2] != "MI"  # DER, and so a public key as a rule


def _encodes(value: str) -> str:
    """The text of which a value is base64, "" where it is not."""
    if len(value) % 4:
        return ""
    text = decoded(value)
    return text.decode().strip() if text.isascii() and text.decode().strip().isprintable() else ""


def _chosen(value: str, key: _Place, kind: _Kind) -> _Judgement | None:
    """The same for a password that a person may have chosen."""
    if _NUMBER.fullmatch(value):
        return (Confidence.LOW, "it is a plain number") if value.isdigit() else None
    stem = value.rstrip("0123456789")
    counted = len(value) - len(stem) > 2 and not key.tested
    if kind is _Kind.SOURCE and not counted and placeholder(stem) and stem.lower() not in _FAVOURED:
        return None  # "password1"
    if _MEMBER.fullmatch(value):
        return None  # "smtp.password"
    if _IDENTIFIER.fullmatch(value) and _worded(value):
        plain = value.rstrip("!?")
        if kind is _Kind.SETTING:
            chosen = plain.isalnum() or _joined(plain)
        else:
            chosen = plain.isalnum() and (not plain.isalpha() or _uttered(plain) or (plain != value and _humped(plain)))
        if not chosen and not key.surely:
            return None
        return Confidence.LOW, "it reads like an ordinary word"
    if len(value) >= 8 and mixed(value) and not (key.tested or key.shown):
        letters = "".join(filter(str.isalpha, value))
        return (Confidence.LOW, PLAIN) if placeholder(letters) or linked(letters.lower()) else (Confidence.MEDIUM, "")
    return Confidence.LOW, PLAIN


def _humped(word: str) -> bool:
    """Whether a word with an exclamation mark behind it is several in one."""
    return len(word) >= 12 and len(_CAMEL.findall(word.encode("ascii", "ignore"))) > 2


def _joined(value: str) -> bool:
    """Whether a setting of words joined by "-" or "_" is a password, and does not name one or where it is."""
    words = value.lower().replace("_", "-").split("-")
    return all(map(str.isalnum, words)) and _ABOUT.isdisjoint(words) and _SPEAKING.isdisjoint(words)


def _said(value: str) -> bool:
    """Whether several words may be a passphrase: three or more, in small letters, and not about one."""
    words = value.split(" ")
    small = all(word.isascii() and word.isalpha() and word.islower() for word in words)
    return small and 2 < len(words) < 9 and _SPEAKING.isdisjoint(words) and _ABOUT.isdisjoint(words)


def _uttered(word: str) -> bool:
    """Whether a word that source code calls a password may be one: no label, no type, no mode, no name of it."""
    folded = word.lower()
    if folded.endswith("pass") and len(word) > 7 and not placeholder(folded[:-4]):
        return word[0].islower()  # "mongopass", while "testpass" says whose it is
    return word[0].islower() and word not in _MODES and not any(part in folded for part in ("pass", "secret", "pwd"))


def _wild(value: str) -> bool:
    """Whether a value changes case and kind so often that it is no name, though each piece is too short to tell."""
    return len(value) >= 20 and strangeness(value) > 6.2


def _worded(value: str) -> bool:
    """Whether all the runs of letters in a value could be words, and digits are few."""
    digits = sum(map(str.isdigit, value))
    return digits <= 2 and all(wordlike(piece) for piece in runs(value) if piece.isascii() and piece.isalpha())


GENERIC = Secret(
    id="generic-credential",
    title="Credential in plain text",
    severity=Severity.HIGH,
    keywords=_WORDS,
    why="Whoever can read the repository, now or in any old clone of it, can use the password, token or key.",
    fix="Give it to the program at run time, from a secret manager or a masked CI variable.",
    confidence=Confidence.MEDIUM,
    read=read,
    rank=1,
    bad=(
        'db_password = "' + "vK9#tq2Lz" + 'Wm4"',
        'API_KEY = "' + "8f3kq9zx2m" + 'w7vn4tb6yc"',
        '{"client_secret": "' + "Zq7_hT2xLp" + '9vRk4sNd"}',
        "const authToken = `" + "b7Kx2Qm9Tz" + "4Wn8Rv`;",
        'encryption_key: str = "' + "9f86d081884c7d65" + '9a2feaa0c55ad015"',
        'config.put("secret", "' + "x8Jq2vZk7" + 'Wp3Lm9T");',
    ),
    good=(
        "password = os.environ['DB_PASSWORD']",
        'password = "${DB_PASSWORD}"',
        'password = "changeme"',
        'token_url = "https://auth.example.com/token"',
        'placeholder_password = "Enter your password"',
        'secret_name = "payments-database-credentials"',
        '"integrity": "sha512-' + 'q1GzKx8Jr2VbT5yLw9NmPd3HcF7sZa4XeU6iRo0Yt=="',
        "ENV GPG_KEY=7169605F62C751356D05" + "4A26A821E680E5FA6305",
        'public_key = "' + "8f3kq9zx2m" + 'w7vn4tb6yc"',
        'access_key = "access_key"',
        'password = "{{ vault_db_password }}"',
        'cache_key = "2f1c8a60-5b1e-4c1d-9d0e-' + '7a3b5c9d1e2f"',
        "api_token: " + "eW91ci1hcGktdG9r" + "ZW4=",  # base64 of "your-api-token"
    ),
)
