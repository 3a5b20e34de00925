"""The check for secrets as a whole: what it says, where, how sure, and what it keeps to itself."""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import os
import subprocess
import sys

import pytest

from tests.support import limited
from yett.checks.secrets import load
from yett.identity import COMMON, fingerprint
from yett.model import Blob, Confidence, Finding, Gap, Severity
from yett.rules.secrets.record import ROTATE, Secret

CHECK = load()
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW

# In pieces, so that scanners stay quiet here. Its check digits are right.
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1m" + "N2pQ4rS6tU8vWx1K2vuM"
STRONG = "vK9#tq2Lz" + "Wm4"
RANDOM = "q7Vx2LmZ9t" + "Kw4RnP8sHb"


def inspect(data: bytes | str, path: str = "app.py") -> list[Finding]:
    raw = data.encode() if isinstance(data, str) else data
    items = list(CHECK.inspect(Blob(path, "", raw)))
    findings = [item for item in items if isinstance(item, Finding)]
    assert len(findings) == len(items)  # nothing in bytes is unreadable to this check: no gaps
    return findings


def kinds(data: bytes | str, path: str = "app.py") -> list[tuple[str, Confidence]]:
    return [(finding.rule.removeprefix("secrets/"), finding.confidence) for finding in inspect(data, path)]


# the shape of the check


def test_the_check_wants_everything_and_every_version() -> None:
    assert CHECK.name == "secrets"
    assert CHECK.head_only is False
    assert all(map(CHECK.wants, ("a.py", "", "x/y.bin", "\udcff\n.env")))
    assert CHECK.digest == load().digest != ""


def test_the_digest_follows_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    from yett.checks import secrets
    from yett.rules.secrets import SECRETS, digest, index

    first = SECRETS[0]
    changed = (
        first._replace(pattern=first.pattern + "x"),
        first._replace(id="another"),
        first._replace(keywords=(*first.keywords, "x")),
    )
    assert len({digest(SECRETS), *(digest((each, *SECRETS[1:])) for each in changed)}) == 4
    assert index().digest == digest(SECRETS)
    assert index().digest in CHECK.digest
    monkeypatch.setattr(secrets, "_REVISION", "next")
    assert secrets.load().digest != CHECK.digest


def test_the_index_knows_every_kind_and_every_keyword() -> None:
    from yett.rules.secrets import SECRETS, at, index

    made = index()
    assert [at(home)._replace(read=None) for home in made.homes] == [each._replace(read=None) for each in SECRETS]
    named = {(word, number) for word, owners in zip(made.words, made.owners, strict=True) for number in owners}
    assert named == {(word.lower(), number) for number, each in enumerate(SECRETS) for word in each.keywords}


def test_no_module_of_kinds_is_forgotten() -> None:
    import pkgutil

    from yett.rules import secrets

    modules = {
        each.name: importlib.import_module(f"yett.rules.secrets.{each.name}")
        for each in pkgutil.iter_modules(secrets.__path__)
    }
    kinds = {name for name, module in modules.items() if hasattr(module, "SECRETS")}
    assert kinds == {home[0] for home in secrets.index().homes if "." not in home[0]}
    alone = {id(each) for module in modules.values() for each in vars(module).values() if isinstance(each, Secret)}
    assert alone <= {id(each) for each in secrets.SECRETS}


def test_loading_compiles_nothing() -> None:
    code = (
        "import sys; from yett.checks.secrets import load; check = load();"
        "from yett.model import Blob; list(check.inspect(Blob('a.py', '', b'x = 1')));"
        "print([name for name in ('hashlib', 'json', 'hyperscan', 'yaml', 'pathlib') if name in sys.modules])"
    )
    nothing_kept = os.environ | {"CI": "true"}
    out = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, env=nothing_kept
    ).stdout
    assert out.strip() == "[]"


# places, fingerprints, messages


def test_a_finding_is_complete() -> None:
    (finding,) = inspect(f'a = 1\ntoken = "{TOKEN}"\n')
    assert finding == finding._replace(
        path="app.py",
        line=2,
        column=10,
        end_line=2,
        end_column=50,
        rule="secrets/github-token",
        message="GitHub token (ghp_…, 40 characters)",
        severity=Severity.CRITICAL,
        confidence=HIGH,
        fingerprint=fingerprint(TOKEN, COMMON),
    )
    assert finding.fix.endswith(ROTATE)


def test_the_fingerprint_is_the_same_wherever_and_however_it_is_written() -> None:
    spellings = (
        f'token = "{TOKEN}"'.encode(),
        f"\n\n\n# {TOKEN}".encode(),
        f"token: {TOKEN}".encode("utf-16"),
        f"token: {TOKEN}".encode("utf-16-be"),
    )
    assert len({finding.fingerprint for data in spellings for finding in inspect(data)}) == 1


@pytest.mark.parametrize("data", (f'password = "{STRONG}"', f"https://bot:{STRONG[:3]}xQ7@git.acme.io/", TOKEN))
def test_nothing_of_a_value_is_shown(data: str) -> None:
    (finding,) = inspect(data, "settings.ini")
    for text in finding:
        if isinstance(text, str):
            assert STRONG[:3] not in text
            assert TOKEN[4:8] not in text


def test_many_on_one_line_are_told_apart() -> None:
    other = "ghp_" + "q" + TOKEN[5:]
    places = [(f.line, f.column, f.end_column) for f in inspect(f"{TOKEN} {other} {TOKEN}")]
    assert places == [(1, 1, 41), (1, 42, 82), (1, 83, 123)]


def test_columns_count_characters() -> None:
    assert [finding.column for finding in inspect(f"schlüssel → {TOKEN}")] == [13]


def test_a_specific_rule_wins_over_a_general_one() -> None:
    assert kinds(f'github_token = "{TOKEN}"') == [("github-token", HIGH)]
    assert kinds(f"https://x-access-token:{TOKEN}@github.com/acme/shop") == [("github-token", HIGH)]
    assert kinds(f"Authorization: Bearer {TOKEN}") == [("github-token", HIGH)]


def test_findings_come_in_the_order_of_the_text() -> None:
    data = f'password = "{STRONG}"\n{TOKEN}\npassword = "{STRONG[::-1]}"\n'
    assert [finding.line for finding in inspect(data)] == [1, 2, 3]


# confidence


def test_wrong_check_digits_are_reported_all_the_same() -> None:
    (finding,) = inspect(TOKEN[:-1] + "0")
    assert finding.confidence is MEDIUM
    assert "check digits are wrong" in finding.message


FAKES = (
    ("ghp_" + "x" * 36, "over and over"),
    ("ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz", "counts"),
    ("AKIA" + "IOSFODNN7" + "EXAMPLE", "placeholder"),
    ("sk_live_" + "your" + "StripeKey" + "GoesHere123", "placeholder"),
)


@pytest.mark.parametrize(("value", "reason"), FAKES)
def test_an_obvious_fake_is_low_and_says_why(value: str, reason: str) -> None:
    (finding,) = inspect(value)
    assert finding.confidence is LOW
    assert "probably not real" in finding.message
    assert reason in finding.message


# boundaries

BOUNDARIES = (
    ("{}", 1),
    ('"{}"', 1),
    ("x={}&y=1", 1),
    ("a\\n{}\\nb", 1),  # an escaped line end in a string
    ("token%3D{}", 1),
    ("({}),", 1),
    ("a{}", 0),  # the middle of something longer
    ("{}a", 0),
    ("{}_b", 0),
)


@pytest.mark.parametrize(("frame", "count"), BOUNDARIES)
def test_a_value_stands_alone(frame: str, count: int) -> None:
    assert len(inspect(frame.format(TOKEN))) == count


def test_in_a_binary_texts_stand_side_by_side() -> None:
    data = bytes(400) + b"z(" + TOKEN.encode() + b"z\x04name" + bytes(400)
    assert kinds(data, "module.pyc") == [("github-token", HIGH)]
    assert kinds(bytes(400) + f'password="{STRONG}"'.encode() + bytes(400), "a.bin") == []  # the general rule keeps out


def test_letters_of_a_picture_and_in_base64_are_no_text() -> None:
    key, room = b"AKIA" + b"3TF4GAKT7NZJOYJT", bytes(400)
    assert kinds(room + b"z" + key + b"z" + room, "module.pyc") == [("aws-access-key", HIGH)]
    assert kinds(room + b"q7Vx2LmZ+" * 30 + key + b"z" + room, "a.exe") == []
    folded = b"\n".join(b"q7Vx2LmZ+" * 8 for _ in range(4))
    assert kinds(folded + key + b"/" + folded, "picture.b64") == []
    assert kinds(b"https://acme.io/a+b/" + key + b"/q7Vx2LmZ/" * 12, "a.txt") == [("aws-access-key", HIGH)]
    assert kinds(b"GIF89a" + room + b"z" + key + b"z" + room, "a.gif") == []
    assert kinds(b"GIF89a" + room + b" " + key + room, "a.gif") == [("aws-access-key", HIGH)]


def test_a_long_value_is_followed_beyond_its_window() -> None:
    long = "hvs." + "aB3x" * 500
    (finding,) = inspect(f"x {long} y")
    assert finding.end_column - finding.column == len(long)


# encodings


@pytest.mark.parametrize(
    "encoding", ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "latin-1")
)
def test_no_encoding_hides_a_secret(encoding: str) -> None:
    data = f"# größe\nTOKEN={TOKEN}\nPASSWORD={STRONG}\n".encode(encoding)
    places = [(f.rule, f.line, f.column) for f in inspect(data, "a.env")]
    assert places == [("secrets/github-token", 2, 7), ("secrets/generic-credential", 3, 10)]


@pytest.mark.parametrize(
    "data",
    (
        b"\xff" + TOKEN.encode(),
        b"\xff\xfe " + TOKEN.encode(),  # a mark that lies
        b"PORT=1\r\n" + f"TOKEN={TOKEN}\r\n".encode("utf-16-le"),  # appended by a shell that writes UTF-16
        b"\0" + TOKEN.encode() + b"\0",
        bytes(range(256)) + TOKEN.encode() + b"\n" + bytes(range(256)),
        b"x" * 3_000_000 + b" " + TOKEN.encode(),
        b"\n" * 70_000 + TOKEN.encode(),
    ),
)
def test_no_disguise_hides_a_secret(data: bytes) -> None:
    assert [finding.rule for finding in inspect(data)] == ["secrets/github-token"]


@pytest.mark.parametrize(
    "data",
    (
        b"",
        b"\0",
        b"\xff\xfe",
        b"\xff\xfe\0",
        b"\xff\xfe\0\0",
        b"\xfe\xff\xd8\x00",
        b"eyJ" * 9,
        b"://" * 9,
        b"-----BEGIN ",
    ),
)
def test_odd_bytes_are_survived(data: bytes) -> None:
    assert inspect(data) == []


def test_odd_names_are_survived() -> None:
    assert [f.path for f in inspect(TOKEN, "a\n\udcff\x1b.env")] == ["a\n\udcff\x1b.env"]


# private keys

DER = base64.b64encode(b"\x30" + bytes(range(7, 250))).decode()
BEGIN, END = "-----BEGIN RSA PRIVATE" + " KEY-----", "-----END RSA PRIVATE" + " KEY-----"
FOLDED = [DER[start : start + 64] for start in range(0, len(DER), 64)]
KEYS = (
    ("\n".join((BEGIN, *FOLDED, END)), HIGH),
    ("\r\n".join((BEGIN, *FOLDED, END)), HIGH),
    (f'key = "{BEGIN}\\n' + "\\n".join(FOLDED) + f'\\n{END}\\n"', HIGH),  # one line of JSON
    ("\n".join(f'    "{line}\\n" +' for line in (BEGIN, *FOLDED, END)), HIGH),  # put together in source code
    ("  key: |\n" + "\n".join(f"    {line}" for line in (BEGIN, *FOLDED, END)), HIGH),
    (f"{BEGIN} {' '.join(FOLDED)} {END}", HIGH),
    ("\n".join((BEGIN, *FOLDED)), MEDIUM),  # the end was cut off
    ("\n".join((BEGIN, "Zm9vYmFy" + DER[9:], END)), MEDIUM),  # no DER
    ("\n".join((BEGIN, *FOLDED[:2], "...", *FOLDED[2:], END)), LOW),
    ("\n".join((BEGIN, *FOLDED[:2], "    …", *FOLDED[2:], END)), LOW),
    (
        "\n".join((BEGIN, base64.b64encode(b"\x30\x82\x04\xa4" + bytes(range(200))).decode(), END)),
        LOW,
    ),  # of 1,192 bytes
)


@pytest.mark.parametrize(("text", "confidence"), KEYS)
def test_private_keys_however_they_are_folded(text: str, confidence: Confidence) -> None:
    (finding,) = inspect(text)
    assert (finding.rule, finding.confidence, finding.severity) == (
        "secrets/private-key",
        confidence,
        Severity.CRITICAL,
    )


OPENSSH = base64.b64encode(b"openssh-key-v1\0" + b"\0\0\0\x0aaes256-ctr" + bytes(range(200))).decode()
ENCRYPTED = (
    "\n".join(("-----BEGIN ENCRYPTED PRIVATE" + " KEY-----", *FOLDED, "-----END ENCRYPTED PRIVATE" + " KEY-----")),
    "\n".join((BEGIN, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0123", "", *FOLDED, END)),
    "\n".join(("-----BEGIN OPENSSH PRIVATE" + " KEY-----", OPENSSH, "-----END OPENSSH PRIVATE" + " KEY-----")),
)


@pytest.mark.parametrize("text", ENCRYPTED)
def test_an_encrypted_key_is_less_severe_and_says_so(text: str) -> None:
    (finding,) = inspect(text)
    assert finding.severity is Severity.MEDIUM
    assert "encrypted" in finding.message


NO_KEYS = (
    BEGIN,
    f"{BEGIN}\n{END}",
    f"{BEGIN}\n...\n{END}",
    f"{BEGIN}\n<your key here>\n{END}",
    f"{BEGIN}\n{'A' * 64}\n{END}",
    f"{BEGIN}\n{'MIIE' * 40}\n{END}",
    f'pem.startswith("{BEGIN}") or pem.endswith("{END}")\n{DER}',
    f'if "{BEGIN}" in text:\n    return load(text, {DER})',
    DER,
)


@pytest.mark.parametrize("text", NO_KEYS)
def test_armour_without_a_key_is_none(text: str) -> None:
    assert inspect(text) == []


# JSON web tokens


def _jwt(header: dict[str, object], payload: object) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload)]
    return ".".join((*parts, "q7Vx2LmZ9tKw4RnP" + "8sHbJd3GfUc6XoEi"))


JWTS = (
    (_jwt({"alg": "HS256"}, {"sub": "shop"}), MEDIUM),
    (_jwt({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "name": "John Doe"}), LOW),
    (_jwt({"alg": "HS256"}, {"role": "anon"}), LOW),
    (_jwt({"typ": "JWT"}, {"sub": "shop"}), None),  # no algorithm
    (_jwt({"alg": "HS256"}, "text"), None),
    (_jwt({"alg": "HS256"}, {"sub": "shop"}).rpartition(".")[0], None),  # no signature
)


@pytest.mark.parametrize(("token", "confidence"), JWTS)
def test_tokens_are_what_they_decode_to(token: str, confidence: Confidence | None) -> None:
    assert kinds(f"t: {token}") == ([("json-web-token", confidence)] if confidence else [])


SAYS: tuple[tuple[object, str, tuple[str, ...]], ...] = (
    ({"sub": "shop"}, "; alg HS256, it never expires", ()),
    ({"iss": "shop", "exp": 1768478700}, "; alg HS256, issuer shop, expires on 2026-01-15", ("expires:2026-01-15",)),
    ({"iss": 7, "exp": "soon"}, "; alg HS256", ()),
    ({"exp": True}, "; alg HS256", ()),
    ({"exp": 1e300}, "; alg HS256", ()),
    ({"exp": -1}, "; alg HS256", ()),
    ({"iss": "a\nb\x1b[31m" + "c" * 90, "exp": 0}, "; alg HS256, issuer a b [31m" + "c" * 51 + "…", ()),
)


@pytest.mark.parametrize(("payload", "note", "traits"), SAYS)
@pytest.mark.parametrize("before", ("t: ", "Authorization: Bearer "))
def test_what_a_token_says_of_itself_is_told(before: str, payload: object, note: str, traits: tuple[str, ...]) -> None:
    (found,) = inspect(before + _jwt({"alg": "HS256"}, payload))
    assert found.message.partition(")")[2] == note
    assert found.traits == traits
    assert found.confidence is MEDIUM  # whether its day is past is not for the check to say: results are remembered


# addresses

ADDRESSES = (
    ("postgres://shop:" + "t7Vq2LxZ" + "@db.acme.io/shop", MEDIUM),
    ("mongodb+srv://u:" + "t7Vq2LxZ" + "@c.acme.io", MEDIUM),
    ("redis://:" + "t7Vq2LxZ" + "@cache:6379/0", MEDIUM),
    ("https:\\/\\/u:" + "t7Vq2LxZ" + "@acme.io", MEDIUM),  # escaped in JSON
    ("amqp://guest:guest@queue", LOW),
    ("mongodb+srv://root:mongodb@db.acme.io/shop", LOW),
    ("mongodb://shop:shoppass@db.acme.io/shop", LOW),
    ("postgres://u:" + "t7Vq2LxZ" + "@localhost/x", LOW),
    ("https://u:" + "t7Vq2LxZ" + "@example.com/", LOW),
    ("postgres://user:password@db/x", None),
    ("postgres://u:${PW}@db/x", None),
    ("postgres://u:%s@db/x", None),
    ("postgres://u:{{ pw }}@db/x", None),
    ("postgres://u:<password>@db/x", None),
    ("postgres://u:***@db/x", None),
    ("https://acme.io:443/a@b", None),
    ("postgresql://shop:t7Vq2" + "Lx!@#@db.acme.io:5432/shop", MEDIUM),
    ("postgresql://shop:t7V@q2" + "LxZ@db.acme.io/shop", MEDIUM),
    ("https://acme.io:8080@root@123456", None),
    ("https://shop:pass%3Fword@acme.io", None),
    ("https://shop:t7Vq%3F" + "2LxZ@acme.io", MEDIUM),
    ("git clone ssh://git@acme.io:22/x", None),
    ("see http://[::1]:80/ and a@b", None),
)


@pytest.mark.parametrize(("text", "confidence"), ADDRESSES)
def test_passwords_in_addresses(text: str, confidence: Confidence | None) -> None:
    assert kinds(f'url = "{text}"') == ([("url-password", confidence)] if confidence else [])


# headers

HEADERS = (
    ("Authorization: Basic " + base64.b64encode(b"shop:t7Vq2LxZ").decode(), MEDIUM),
    ("Authorization: Basic " + base64.b64encode(b"shop:shop").decode(), LOW),
    ("Authorization: Basic " + base64.b64encode(b"user:password").decode(), None),
    ("Authorization: Basic " + base64.b64encode(b"shopkeeper:password").decode(), LOW),
    ("Authorization: Basic " + base64.b64encode(b"token:secret").decode(), LOW),
    ("Authorization: Basic " + base64.b64encode(b"nothing at all").decode(), None),
    ("the basic authentication", None),
    ("Authorization: Bearer " + RANDOM, MEDIUM),
    ("Authorization: Bearer ${TOKEN}", None),
    ("Authorization: Bearer " + RANDOM + "...", None),  # cut off
    ("curl -u consumer_key:consumer_secret https://acme.io", None),
    ("curl -u ADMIN_NAME:ADMIN_PW https://acme.io", None),
    ("curl -u admin:Harbour" + "12345 https://acme.io", MEDIUM),
    ("curl -u admin:swordfish https://acme.io", LOW),
    ("curl -X POST \\\n  -u 'ci:" + "t7Vq2LxZ" + "' https://acme.io", MEDIUM),
    ("Authorization: Bearer your-access-token-here", None),
)


@pytest.mark.parametrize(("text", "confidence"), HEADERS)
def test_headers(text: str, confidence: Confidence | None) -> None:
    assert [sure for _, sure in kinds(text)] == ([confidence] if confidence else [])


# the general rule

SOURCE = (
    (f'password = "{STRONG}"', MEDIUM),
    (f"db_password: str = '{STRONG}'", MEDIUM),
    (f'{{"clientSecret": "{RANDOM}"}}', MEDIUM),
    (f'config["api_key"] = "{RANDOM}"', MEDIUM),
    (f'set("auth_token", "{RANDOM}")', MEDIUM),
    (f'token := []byte("{RANDOM}")', MEDIUM),
    (f'"body": "{{\\"access_token\\": \\"{RANDOM}\\"}}"', MEDIUM),
    (f"CREATE USER shop IDENTIFIED BY '{STRONG}'", MEDIUM),
    (f'url = "https://acme.io/?access_token={RANDOM}"', MEDIUM),
    ('password = "' + 'hunter2"', LOW),
    ("CREATE USER shop IDENTIFIED BY 'swordfish'", LOW),
    ('password = "swordfish"', LOW),  # a word, in source code
    ('password = "Swordfish"', None),  # a label
    ('user.setPassword("swordfish")', LOW),
    ('password = "ThereIsBreadWithHAM!"', LOW),
    ('password = "ThereIsBreadWithHam"', None),
    ('user.setPasswordHint("swordfish")', None),
    ('check_password("swordfish")', None),  # a function may do anything with it
    ('password = "%[2]s"', None),
    ('password = "yourWeak(!)Password"', None),
    ('field = named ? "password" : "identity"', None),
    (f'authenticity_token = "{RANDOM}"', None),
    ('PasswordComplexity = "medium"', None),
    ('passes = "conv"', None),
    (f'["A_KEY", ["../a_8h.html#{RANDOM}", 1]]', None),
    (f'env.put(Context.SECURITY_CREDENTIALS, "{RANDOM}")', MEDIUM),
    (f'put(token, "{RANDOM}")', None),
    ('passphrase = "all along the watchtower"', LOW),
    ('passphrase = "enter the passphrase here"', None),
    ('password = "all along the watchtower"', None),
    ('refresh_token = "WxFDKwqScZIQDm4i' + 'WmKDvetyFugM6HkX"', MEDIUM),  # each piece could be a word
    ('password = "prompt"', None),  # a mode
    ('password = "newpassword"', None),
    ('MountTypeUserpass = "userpass"', None),  # named after itself
    ('AUTH_SHA256_PASSWORD = "sha256_password"', None),
    ('TASK_KEY = "task_1bh' + 'xpt0Zq7"', None),
    ('password = "smtp.password"', None),
    ('"/set_password" => "login#set_password"', None),
    ('password = "#login_password"', None),
    ('"password": "#/definitions/login"', None),
    ("'password' => 'required|string|max:255'", None),
    ("'Password' => [ 'shape' => 'SensitiveString' ]", None),
    ('asset_token = "v4/95/' + RANDOM + '/f334.png"', None),
    ("password = var.db_password", None),
    ('password = "FillInCorrectPassword"', None),
    ('password = "SET_A_PASSWORD_HERE_123"', None),
    ('password = "password"', None),
    ('password = "password1"', None),
    ('password = "qwerty123"', LOW),
    ('password = get_password("main")', None),
    (f"password = {RANDOM}", None),  # not in quotes: a name
    ('password = os.environ["DB_PASSWORD"]', None),
    ('password = f"{prefix}-{name}"', None),
    ('password_field = "t7Vq2LxZ9w"', None),
    ('passwordLabel: "Enter your password"', None),
    (f'csrf_token = "{RANDOM}"', None),
    (f'next_page_token = "{RANDOM}"', None),
    (f'public_key = "{RANDOM}"', None),
    (f'tokenizer = "{RANDOM}"', None),
    (f'keyboard = "{RANDOM}"', None),
    (f'compass = "{RANDOM}"', None),
    (f'bypass = "{RANDOM}"', None),
    ('secret = "2f1c8a60-5b1e-4c1d-9d0e-' + '7a3b5c9d1e2f"', LOW),  # a UUID
    ('secret = "00000000-0000-0000-0000-000000000000"', None),
    ('api_key = "2f1c8a60-5b1e-4c1d-9d0e-' + '7a3b5c9d1e2f"', LOW),
    ("API_KEY = '7340ad40-09b3-11eb-adc1-" + "0242ac120002'", LOW),
    ('cache_key = "2f1c8a60-5b1e-4c1d-9d0e-' + '7a3b5c9d1e2f"', None),
    ('licenseKey = "65b1bdbe6f' + '0a14254d"', MEDIUM),
    ('{"errorBeacon": "acme.io", "licenseKey": "65b1bdbe6f' + '0a14254d"}', LOW),
    (
        'id_token_cache_key = "idtoken-0a7f52dd-260e-432f-94de-b47828c3f372-' + 'ba6c0d94-a8da-45b2-83ae-33871f9c2dd8"',
        None,
    ),
    ('token = "' + base64.b64encode(b"your-secret-key").decode() + '"', None),
    ('token = "' + base64.b64encode(b"my-key-which-should-be-changed-in-production").decode() + '"', LOW),
    ('password = "' + base64.b64encode(b"moc.acme@nhoj").decode() + '"', MEDIUM),  # a password as it is
    ('token = "sha512-' + 'q1GzKx8Jr2VbT5yLw9NmPd3HcF7sZa4XeU6iRo0Yt=="', None),
    ('token = "data:image/png;base64,' + 'iVBORw0KGgoAAAANSUhEUg=="', None),
    ('api_key = "API_KEY_ENV_NAME"', None),
    ('secret = "/run/secrets/db-password"', None),
    ('token = "^[a-z0-9]{32}$"', None),
    ('password = "$2b$12$' + 'KIXQ7Vx2LmZ9tKw4RnP8sOe"', None),  # a hash
)


@pytest.mark.parametrize(("text", "confidence"), SOURCE)
def test_keywords_in_source_code(text: str, confidence: Confidence | None) -> None:
    assert kinds(text) == ([("generic-credential", confidence)] if confidence else [])


SETTINGS = (
    (".env", f"DB_PASSWORD={STRONG}", MEDIUM),
    (".env.production", f"export API_TOKEN={RANDOM}", MEDIUM),
    ("compose.yaml", f"  - MYSQL_PASSWORD={RANDOM}", MEDIUM),
    ("values.yml", f"password: {RANDOM}", MEDIUM),
    ("app.properties", f"db.password = {RANDOM}", MEDIUM),
    ("app.ini", f"secret_key = {RANDOM}", MEDIUM),
    ("Dockerfile", f"ENV API_KEY={RANDOM}", MEDIUM),
    ("deploy.sh", f"PGPASSWORD={RANDOM} psql", MEDIUM),
    ("compose.yaml", "  - POSTGRES_PASSWORD=swordfish", LOW),
    (".env", "DB_PASSWORD=", None),
    (".env", "DB_PASSWORD=${OTHER}", None),
    (".env", "DB_PASSWORD=changeme", None),
    ("values.yml", "password: !vault |", None),
    ("values.yml", "password: ENC[AES256_GCM,data:q7Vx2LmZ,iv:x]", None),
    ("values.yml", "secretName: payments-tls-2024", None),
    ("README", f"Password: see {RANDOM}", None),
    ("notes.md", f"token: {RANDOM}", MEDIUM),
    ("notes.md", f"token: {RANDOM} is what you get", None),  # a sentence
    ("notes.md", "token: swordfish1", None),
    (".env", "DB_PASSWORD=root", LOW),
    (".env", "DB_PASSWORD=test", None),
    ("values.yml", "token: root", None),
    ("app.py", f"DB_PASSWORD = {RANDOM}", None),
    ("values.yml", "password: " + base64.b64encode(b"postgres").decode(), LOW),
    ("values.yml", "password: " + base64.b64encode(b"t7Vq2LxZ").decode() + "\nnext: 1", MEDIUM),
    ("values.yml", "password: ${DB_PASSWORD:swordfish}", LOW),
    ("chart.yaml", "image: acme/sealed-secrets:0.31.0-debian-12", None),
    ("project.toml", 'acme-genpwd = "acme.cmd.genpwd:main"', None),
    ("app.properties", "db.password=swordfish", LOW),
    ("app.properties", "login.password=Nieuw wachtwoord", None),
    ("app.properties", "login.password=swordfish user=shop", LOW),
    ("locale/nl.ini", "password=wachtwoord", None),
    ("src/i18n/nl.json", '"password": "wachtwoord1"', None),
    ("src/i18n/nl.json", f'"apiToken": "{RANDOM}"', MEDIUM),
    ("res/messages_nl.properties", "password=wachtwoord", None),
    ("seed.sql", f"VALUES (1, 'password', '{RANDOM}')", None),
    ("seed.py", f"save('password', '{RANDOM}')", MEDIUM),
    ("values.yml", "password_characters: 'ascii_letters,digits'", None),
    ("values.yml", "update_password: on_create", None),
    ("values.yml", "db_password: shop_admin", LOW),
    ("values.yml", "db_password: shop-db-secret", None),  # the name of one
    ("languages/go/config.go", 'password := "swordfish"', LOW),
    ("lang/tr/auth.php", "'password' => 'parola'", None),
    ("docs/guide.mdx", f'"token": "{RANDOM}"', LOW),
    ("docs/guide.md", f'"token": "{RANDOM}"', MEDIUM),
    ("api/openapi.yaml", f"token: {RANDOM}", LOW),
    ("src/mock-events.ts", f"token: '{RANDOM}'", LOW),
)


@pytest.mark.parametrize(("path", "text", "confidence"), SETTINGS)
def test_keywords_in_settings(path: str, text: str, confidence: Confidence | None) -> None:
    assert kinds(text, path) == ([("generic-credential", confidence)] if confidence else [])


@pytest.mark.parametrize("path", ("package-lock.json", "web/yarn.lock", "uv.lock", "go.sum", "Cargo.lock"))
def test_a_lockfile_is_spared_the_general_rule_only(path: str) -> None:
    assert kinds(f'token = "{RANDOM}"\nresolved = "{TOKEN}"', path) == [("github-token", HIGH)]


# other spellings

SPELT = (
    (base64.b64encode(TOKEN.encode()), "base64"),
    (base64.b64encode(f"export GITHUB_TOKEN={TOKEN}\n".encode()), "base64"),
    (base64.b64encode(TOKEN.encode("utf-16-le")), "base64"),
    (base64.b64encode(base64.b64encode(TOKEN.encode())), "base64 inside base64"),
    (base64.b64encode(gzip.compress(TOKEN.encode(), mtime=0)), "gzip"),
    (TOKEN.encode().hex().encode(), "hexadecimal"),
    ("".join(f"\\x{byte:02x}" for byte in TOKEN.encode()).encode(), "escapes"),
    ("".join(f"%{byte:02X}" for byte in TOKEN.encode()).encode(), "percent-encoding"),
)


@pytest.mark.parametrize(("data", "how"), SPELT)
def test_a_secret_in_another_spelling_points_at_the_outer_text(data: bytes, how: str) -> None:
    (finding,) = inspect(b"x = 1\ny = '" + data + b"'\n")
    assert (finding.line, finding.column, finding.end_column) == (2, 6, 6 + len(data))
    assert finding.message == f"GitHub token (ghp_…, 40 characters), inside {how}"
    assert finding.fingerprint == fingerprint(TOKEN, COMMON)


def test_the_more_telling_finding_wins() -> None:
    encoded = base64.b64encode(TOKEN.encode()).decode()
    assert kinds(f'password = "{encoded}"') == [("github-token", HIGH)]
    assert kinds(f"https://acme.io/?x=https%3A%2F%2Facme.io&token={TOKEN}") == [("github-token", HIGH)]  # once
    both = base64.b64encode(f"a: {TOKEN}\nb: {TOKEN[:-6]}111111\n".encode())
    assert [f.rule for f in inspect(both)] == ["secrets/github-token"] * 2


def test_too_much_to_decode_is_a_gap() -> None:
    data = b"\n" + base64.b64encode(gzip.compress(bytes(9 << 20)))
    (gap,) = CHECK.inspect(Blob("a", "", data))
    assert isinstance(gap, Gap)
    assert (gap.kind, gap.line) == ("limit", 2)


# effort


def test_a_line_of_three_megabytes_does_not_hang() -> None:
    line = b'var a=function(b){return b.token=c.secretKey("key",password)};' * 48_000 + TOKEN.encode()
    with limited():
        assert [finding.column for finding in inspect(line, "app.min.js")] == [len(line) - 39]
