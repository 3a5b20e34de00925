"""Secrets the way people plant them: how each language gives a name its value, and what only looks like one.

Values stand in two pieces, so that scanners stay quiet here.
"""

from __future__ import annotations

import base64

import pytest

from yett.checks.secrets import load
from yett.model import Blob, Confidence, Finding
from yett.rules.secrets.doubt import fake, linked, placeholder, reference

CHECK = load()
MEDIUM, LOW = Confidence.MEDIUM, Confidence.LOW

TOKEN = "q7Vx2LmZ9t" + "Kw4RnP8sHb"
"""Drawn at random."""
CHOSEN = "hunter" + "22x"
"""Chosen by somebody."""
DIGITS = "api_key_3c2b1a0f" + "9e8d7c6b5a4f3e2d1c0b9a8f"


def told(path: str, text: str) -> list[tuple[str, Confidence, str]]:
    """(kind, confidence, value) of what is found."""
    found = [each for each in CHECK.inspect(Blob(path, "", text.encode())) if isinstance(each, Finding)]
    lines = text.encode().split(b"\n")
    return [
        (each.rule.removeprefix("secrets/"), each.confidence, lines[each.line - 1][each.column - 1 :].decode())
        for each in found
    ]


GENERIC = "generic-credential"


@pytest.mark.parametrize(
    ("path", "text", "kind", "confidence"),
    (
        # what holds where the environment says nothing
        ("a.js", f'const token = process.env.API_TOKEN || "{TOKEN}";', GENERIC, MEDIUM),
        ("a.ts", f'secret: process.env.JWT_SECRET ?? "{TOKEN}",', GENERIC, MEDIUM),
        ("a.cs", f'var p = Environment.GetEnvironmentVariable("DB_PASSWORD") ?? "{CHOSEN}";', GENERIC, LOW),
        ("a.kt", f'val t = System.getenv("API_TOKEN") ?: "{TOKEN}"', GENERIC, MEDIUM),
        ("a.php", f"$p = getenv('DB_PASSWORD') ?: '{CHOSEN}';", GENERIC, LOW),
        ("a.rb", f"x = ENV['API_TOKEN'] || '{TOKEN}'", GENERIC, MEDIUM),
        ("a.rb", f"ENV.fetch('DB_PASSWORD', '{CHOSEN}')", GENERIC, LOW),
        ("a.lua", f'local t = os.getenv("API_TOKEN") or "{TOKEN}"', GENERIC, MEDIUM),
        ("a.py", f'PASSWORD = os.environ.get("DB_PW", "{CHOSEN}")', GENERIC, LOW),
        ("a.py", f'SECRET_KEY = env("SECRET_KEY", default="{TOKEN}")', GENERIC, MEDIUM),
        ("a.py", f'password: str = Field(default="{CHOSEN}")', GENERIC, LOW),
        ("a.py", f'parser.add_argument("--password", default="{CHOSEN}")', GENERIC, LOW),
        ("a.dart", f"const k = String.fromEnvironment('API_KEY', defaultValue: '{TOKEN}');", GENERIC, MEDIUM),
        ("a.java", f'System.getenv().getOrDefault("DB_PASSWORD", "{CHOSEN}")', GENERIC, LOW),
        ("a.java", f'@Value("${{db.password:{CHOSEN}}}") String p;', GENERIC, LOW),
        ("run.sh", f'DB_PASSWORD="${{DB_PASSWORD:-{CHOSEN}}}"', GENERIC, LOW),
        # how a name is declared
        ("a.go", f'const password string = "{CHOSEN}"', GENERIC, LOW),
        ("a.c", f'char password[255] = "{CHOSEN}";', GENERIC, LOW),
        ("a.c", f'static const char api_token[] = "{TOKEN}";', GENERIC, MEDIUM),
        ("a.h", f'#define WIFI_PASSWORD "{CHOSEN}"', GENERIC, LOW),
        ("a.vb", f'Dim password As String = "{CHOSEN}"', GENERIC, LOW),
        ("a.sql", f"v_password VARCHAR2(20) := '{CHOSEN}';", GENERIC, LOW),
        ("a.rs", f'const API_KEY: &\'static str = "{TOKEN}";', GENERIC, MEDIUM),
        ("a.clj", f'(def password "{CHOSEN}")', GENERIC, LOW),
        ("a.clj", f'{{:db {{:password "{CHOSEN}"}}}}', GENERIC, LOW),
        ("a.erl", f'{{password, "{CHOSEN}"}}.', GENERIC, LOW),
        ("a.kt", f'mapOf("token" to "{TOKEN}")', GENERIC, MEDIUM),
        ("Makefile", f"DB_PASSWORD := {CHOSEN}", GENERIC, LOW),
        ("deploy.mk", f"API_TOKEN ?= {TOKEN}", GENERIC, MEDIUM),
        ("harbor.yml.tmpl", f"password: {CHOSEN}", GENERIC, LOW),
        # handed to what keeps it under a name
        ("a.java", f'props.put("password", "{CHOSEN}");', GENERIC, LOW),
        ("a.php", f"define('DB_PASSWORD', '{CHOSEN}');", GENERIC, LOW),
        ("a.hs", f'[("password", "{CHOSEN}")]', GENERIC, LOW),
        ("a.java", f'store.load(in, "{CHOSEN}".toCharArray());', "call-password", LOW),
        # values
        ("a.env", f"INTERNAL_API_KEY={DIGITS}", GENERIC, MEDIUM),  # it only begins with the name
        ("a.cs", 'aes.Key = "MPxBpDwpOpyS1k6k' + 'xdE++7KelLkvt99bSPZC2c0B/Mc=";', GENERIC, MEDIUM),  # no "i++"
        ("a.env", "ACCESS_TOKEN=YXNkZmZm" + "ZmZm_HARDcoded", GENERIC, MEDIUM),  # its letters change case without end
        ("a.env", "MONGO_PASSWORD=Mongo$" + "ecret99!", GENERIC, MEDIUM),
        ("a.env", "PASSWORD=$tr0ng" + "!Pa55", GENERIC, MEDIUM),  # no variable has a "!" in its name
        ("a.env", "API_PRIVATE_KEY=67d2c5e7-5c4e-4cb9-" + "bf91-1d3a2f5e6789", GENERIC, LOW),
        ("a.env", "TOKEN=sess_1234567890ab" + "cdef1234567890abcdef", GENERIC, LOW),
        ("a.py", 'api_key = "sk-1234567890ab' + 'cdef1234567890abcdef"', GENERIC, LOW),
        ("a.env", "DB_PASSWORD=1234567" + "89abc", GENERIC, LOW),
        ("a.js", 'const dbPassword = "admin' + '123";', GENERIC, LOW),
        ("a.php", "define('DB_PASSWORD', 'admin');", GENERIC, LOW),
        ("a.cs", 'const string AdminPassword = "DbP@' + 'ssword987!";', GENERIC, MEDIUM),  # as a policy asks for
        ("tests/test_a.py", 'password = "DbP@' + 'ssword987!"', GENERIC, LOW),
        ("a.cs", 'const string AdminPassword = "Pass' + 'word123!";', GENERIC, LOW),
        ("a.json", '{"userPassword": "mongo' + 'pass"}', GENERIC, LOW),
        ("a.py", r"app.secret_key = b'\xfd{H\xe5<\x95\xf9\xe3" + r"\x96.5\xd1\x01O<!\xd5'", GENERIC, MEDIUM),
        ("a.py", 'key = "ToCynx5Se4e2PtoZ' + 'xEhW7lUJcOX15c54"', GENERIC, LOW),
        # variables handed on
        ("a.go", f'Env: []string{{"DB_PASSWORD={CHOSEN}", "TZ=UTC"}}', GENERIC, LOW),
        ("a.xml", f"<item>DB_PASSWORD={CHOSEN}</item>", GENERIC, LOW),
        ("a.xml", f"<LicenseKey>{TOKEN}</LicenseKey>", "xml-password", MEDIUM),
        # addresses
        ("a.go", '"shop:MySQL' + 'Secret@2024!@tcp(db.acme.io:3306)/shop"', "url-password", LOW),
        ("a.go", '"mongodb://shop:Mongo' + '$ecret99!@db.acme.io/shop"', "url-password", MEDIUM),
        ("a.txt", "https://admin:" + "admin@shop.acme.io/", "url-password", LOW),
        # nearly a token
        ("a.js", 'const pat = "ghp_LDVSD7UY' + 'BValrg3adlVLsLk2jgevgtg9had";', "misshapen-token", LOW),  # 35, not 36
        ("a.env", "AWS_ACCESS_KEY_ID=AKIAY5DP" + "L3N47HJQZT9W", "misshapen-token", LOW),  # base32 has no 9
        # texts
        ("README.md", "# Shop\n- User: admin\n- Password: hunter" + "22\n", "noted-credential", LOW),
        ("notes.txt", "Password:Prl23" + "Db#@", "noted-credential", LOW),
        ("notes.txt", "password:dipPr145" + "Gg! username:shop", "noted-credential", LOW),
        ("README.md", f"API Key: {TOKEN}", GENERIC, MEDIUM),
        # files
        (".npmrc", "_auth=" + base64.b64encode(b"shop:t7Vq2L" + b"xZw9\n").decode(), "npmrc-basic-auth", MEDIUM),
        (".npmrc", "_auth=" + base64.b64encode(b"admin:" + b"admin").decode(), "npmrc-basic-auth", LOW),
        (
            "a.txt",
            "Authorization: Basic " + base64.b64encode(b"shop:t7Vq2L" + b"xZw9\n").decode(),
            "basic-authorization",
            MEDIUM,
        ),
        (
            "sitemanager.xml",
            "<Server><Host>acme.io</Host><Pass>Example" + "Pas123</Pass></Server>",
            "filezilla-password",
            LOW,
        ),
        ("a.sh", 'openssl x509 -passin "pass:' + f'{TOKEN}"', "command-token", MEDIUM),
    ),
)
def test_a_planted_secret_is_found(path: str, text: str, kind: str, confidence: Confidence) -> None:
    assert (kind, confidence) in [each[:2] for each in told(path, text)]


@pytest.mark.parametrize(
    ("path", "text"),
    (
        ("a.js", "const token = process.env.API_TOKEN || '';"),
        ("a.js", "password = password || 'password'"),
        ("a.yml", "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?err}"),  # a message
        ("a.yml", "args: ${REDIS_PASSWORD:+--requirepass}"),
        ("a.yml", "healthcheck: mysqladmin ping --password=$$MYSQL_ROOT_PASSWORD"),
        ("a.c", 'password[0] = "x";'),
        ("a.h", '#define PASSWORD_FIELD "password_field"'),
        ("a.clj", '{:password-label "Enter it"}'),
        ("a.go", f'req.Header.Set("Token", "{CHOSEN}")'),  # only of a password that need not look random
        ("a.adoc", "fetch origin pass:['refs/notes/*:refs/notes/*']"),
        ("a.env", "PASSWORD=pa$$word"),
        ("a.env", 'MAIL_PASSWORD="$MAIL_PASSWORD"'),
        ("a.js", "for (key++; access_key++ < 3;) {}"),
        ("a.js", 'const testPassword = "testpass";'),
        ("a.js", 'const CACHE_KEY = "cache_' + '3c2b1a0f9e8d7c6b5a4f";'),
        ("tests/test_login.py", 'password = "password' + '123"'),  # what tests log in with
        ("README.md", "POSTGRES_PASSWORD=mysecretpassword"),
        ("README.md", '{"access_token": "eyJhbGciOi..."}'),
        ("values.md", 'rootPassword: "<<mongodb-root-password>>"'),
        ("values.yaml", "magicLinkSecret: your-32-char-hex-secret-2"),
        ("notifier.rst", "ovhcloud://APPLICATION_KEY:APPLICATION_SECRET@default"),
        ("a.py", f'key = "{TOKEN}"'),  # too short to tell it from a name
        ("a.py", f'sort_key = "{TOKEN}{TOKEN}"'),
        ("a.py", 'key = "MIGfMA0GCSqGSIb3DQEB' + 'AQUAA4GNADCBiQKBgQ9x"'),  # a public one
        ("a.js", "`X_PASSWORD=${password}`"),
        ("a.go", '"user:password@tcp(127.0.0.1:3306)/shop"'),
        ("a.java", '"password".toCharArray()'),
        ("a.java", f'words.add("{CHOSEN}".toCharArray());'),
        ("notes.txt", "Password: Admin123"),
        ("model.md", '"model.embed_tokens.weight": "model-00001-of-00004.safetensors"'),
        ("a.js", "const key = await generateSecret('A256GCMKW');"),
    ),
)
def test_what_only_looks_planted_is_not(path: str, text: str) -> None:
    assert told(path, text) == []


def test_a_default_in_a_variable_begins_behind_the_sign() -> None:
    [(_, _, value)] = told("a.yml", f"DB_PASSWORD: ${{DB_PASSWORD:-{CHOSEN}}}")
    assert value == CHOSEN + "}"


def test_a_private_key_may_stand_in_one_line() -> None:
    body = "MIICXAIBAAKBgHmX7C5YNnik" + "/ePgBhI+kJaJZx0LMz7tAtgPLY5yzOARTcWvMSqBdgb/bLWTBv2iI7BF4xZjtPYZLVKNuSruaPzY2W"
    text = '{"RSAPrivateKey": "-----BEGIN RSA PRIVATE' + f' KEY-----{body}-----END RSA PRIVATE KEY-----"}}'
    assert "private-key" in [kind for kind, *_ in told("a.json", text)]


@pytest.mark.parametrize(
    ("value", "refers"),
    (
        ("$DB_PASSWORD", True),
        ("$$DB_PASSWORD", True),  # as Compose escapes it
        ("$HOME/.netrc", True),
        ("<<token>>", True),
        ("shop_{}", True),  # a template
        ("$tr0ng!Pa55", False),
        ("Mongo$ecret99!", False),
    ),
)
def test_what_refers(value: str, refers: bool) -> None:
    assert reference(value) is refers


@pytest.mark.parametrize(
    ("value", "is_one"),
    (
        ("mysecretpassword", True),
        ("somepassword", True),
        ("mongopass" + "word1", False),
        ("secretary", False),
        ("", False),
        ("my" * 40, False),  # too long to be looked at
    ),
)
def test_words_in_one(value: str, is_one: bool) -> None:
    assert linked(value) is is_one


def test_short_runs_count_through_as_well() -> None:
    assert fake("ABCDEFGH12345678" + "87654321HGFEDCBA") != ""
    assert fake(TOKEN) == fake("9f86d081884c7d65" + "9a2feaa0c55ad015") == ""
    assert placeholder("your-32-char-hex-secret-2")
    assert not placeholder("yourself-2")
