"""Files whose names alone say what is in them, and test code, where tokens are made up."""

from __future__ import annotations

import pytest

from yett.checks._seek import Seeker
from yett.checks.secrets import load
from yett.history.scan import Scanner
from yett.model import Blob, Confidence, Finding, Severity
from yett.rules.secrets import SECRETS
from yett.rules.secrets.doubt import placeholder
from yett.rules.secrets.record import calls

CHECK = load()
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW

# In pieces, so that scanners stay quiet here.
WORD = "t7Vq2" + "LxZw9"
HEX = "1b7d9f3ac5e80246" + "8fd1c3b5a7e90625"
BASE64 = "Zq7/hT2xLp9vRk4s" + "Ndk8Xw3bYmGf6cJ1aUoEiHtV5Q0="
TOKEN = "FeHkE_QbuU3cYy1a" + "1eQUrCE5jRcUnBK3"
CRYPT = "x8Kq2LpZw" + "Vt7B"
KEEPASS = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5" + bytes(range(256))


def found(data: bytes | str, path: str) -> list[Finding]:
    raw = data.encode() if isinstance(data, str) else data
    return [item for item in CHECK.inspect(Blob(path, "", raw)) if isinstance(item, Finding)]


def kinds(data: bytes | str, path: str) -> list[tuple[str, Confidence]]:
    return [(finding.rule.removeprefix("secrets/"), finding.confidence) for finding in found(data, path)]


NAMED: tuple[tuple[str, bytes | str, list[tuple[str, Confidence]]], ...] = (
    ("config/master.key", HEX, [("rails-master-key", HIGH)]),
    ("config/credentials/production.key", HEX + "\n", [("rails-master-key", HIGH)]),
    ("shop/config/MASTER.KEY", HEX, [("key-file", MEDIUM)]),  # Rails asks for another name
    ("keys/session.key", BASE64, [("key-file", MEDIUM)]),
    ("deploy/.erlang.cookie", HEX, [("key-file", MEDIUM)]),
    (".htpasswd", f"deploy:{CRYPT}\n", [("account-list-password", MEDIUM)]),
    (".htpasswd", f"# shop\ndeploy:{WORD}\nops:{WORD}x\n", [("account-list-password", MEDIUM)] * 2),
    (".htpasswd", "deploy:$apr1$x8Kq2LpZ$" + "wVt7B4mRz9nQ1cYkXh5Jd/\n", [("password-file-hash", MEDIUM)]),
    ("etc/rsyncd.secrets", f"backup:{WORD}\r\n", [("account-list-password", MEDIUM)]),
    ("etc/rsyncd.secrets", "backup:swordfish7\n", [("account-list-password", LOW)]),
    ("etc/ppp/chap-secrets", f'shop * "{WORD}" *\nops\tl2tpd\t{WORD}y\n', [("ppp-password", MEDIUM)] * 2),
    ("etc/postfix/sasl_passwd", f"[smtp.acme.io]:587 shop@acme.io:{WORD}\n", [("mail-relay-password", MEDIUM)]),
    (".msmtprc", f"account acme\npassword {WORD}\n", [("mail-account-password", MEDIUM)]),
    (".vault_pass", WORD + "\n", [("password-file", MEDIUM)]),
    ("ansible/.vault-password", WORD, [("password-file", MEDIUM)]),
    ("secrets/db_password.txt", WORD, [("password-file", MEDIUM)]),
    ("secrets/db_password.txt", "swordfish7", [("password-file", LOW)]),
    (".pgpass", f"db.acme.io:5555:shop:shop:{WORD}\n", [("pgpass-password", MEDIUM)]),
    ("team.kdbx", KEEPASS, [("password-database", MEDIUM)]),
    ("backup.zip!config/master.key", HEX, [("rails-master-key", HIGH)]),
)


@pytest.mark.parametrize(("path", "data", "expected"), NAMED)
def test_a_name_is_enough(path: str, data: bytes | str, expected: list[tuple[str, Confidence]]) -> None:
    assert kinds(data, path) == expected
    assert not [one for one in found(data, path) if WORD in one.message or HEX in one.message]


SILENT: tuple[tuple[str, bytes | str], ...] = (
    ("config/master.txt", HEX),
    ("config/master.key", "0" * 32),
    ("config/master.key", HEX[:-1]),
    ("config/master.key", f"{HEX} {HEX}"),
    ("keys/app.key", "-----BEGIN PUBLIC KEY-----\n" + BASE64),
    ("keys/app.key", "x" * 100_000),
    (".htpasswd", "deploy:*\nops:!\n# user:password\n"),
    ("users.txt", f"deploy:{WORD}\n"),
    ("etc/ppp/chap-secrets", 'shop * "" *\n# client server secret address\n'),
    ("etc/ppp/chap-secrets", "shop * $PASSWORD *\n"),
    (".vault_pass", "#!/bin/sh\npass show vault\n"),
    (".vault_pass", "${VAULT_PASSWORD}"),
    ("templates/reset_password.txt", "You asked us to reset your password.\n"),
    ("secrets/db_password.txt", ""),
    (".msmtprc", "passwordeval gpg -d mail.gpg\n"),
    (".pgpass", "# hostname:port:database:username:password\n"),
    ("team.kdbx", b"not one" + bytes(200)),
)


@pytest.mark.parametrize(("path", "data"), SILENT)
def test_a_name_is_not_enough_without_a_secret(path: str, data: bytes | str) -> None:
    assert kinds(data, path) == []


def test_a_hash_in_a_list_is_less_severe_than_a_password() -> None:
    (hashed,), (plain,) = found(f"a:{CRYPT}", ".htpasswd"), found(f"a:{WORD}", ".htpasswd")
    assert (hashed.severity, plain.severity) == (Severity.MEDIUM, Severity.HIGH)


@pytest.mark.parametrize(
    ("path", "names"),
    (
        ("a/Vault-Pass.txt", {"vault-pass.txt", "*.txt", "*pass.txt"}),
        ("master.key", {"master.key", "*.key", "*master.key"}),
        ("x.zip!master.key", {"master.key", "*.key", "*master.key"}),
        ("Makefile", {"makefile", "", "*makefile"}),
    ),
)
def test_what_a_file_is_called(path: str, names: set[str]) -> None:
    assert set(calls(path)) == names


def test_what_is_in_no_file_has_no_name() -> None:
    assert Seeker().places(HEX.encode()) == {}
    assert Seeker().places(HEX.encode(), "config/master.key") != {}


def test_kinds_that_a_name_calls_read_the_whole_file() -> None:
    called = [secret for secret in SECRETS if secret.files]
    assert len(called) >= 8
    assert all(secret.read is not None for secret in called)
    assert all(secret.far for secret in called if not secret.keywords)


def test_the_history_finds_the_same_in_a_changed_file() -> None:
    """A version that is nearly the one before: its few fresh bytes alone would not tell whose they are."""
    scanner = Scanner()
    head = b"# accounts\n" * 900
    old = scanner.whole(head, (b"a/.htpasswd",))
    assert old.marks == ()
    fresh = head + f"deploy:{WORD}\n".encode()
    assert scanner.changed(old, fresh, [(0, 0, len(head))], (b"a/.htpasswd",)).marks == (
        scanner.whole(fresh, (b"a/.htpasswd",)).marks
    )
    assert len(scanner.whole(fresh, (b"a/.htpasswd",)).marks) == 1
    assert scanner.whole(fresh, (b"a/other",)).marks == ()


@pytest.mark.parametrize("path", ("cloud/.s3cfg", ".tugboat", "aws/credentials"))
@pytest.mark.parametrize("text", (f"secret_key = {HEX}\n", f"auth:\n  api_key: {HEX} # deploys\n"))
def test_settings_of_a_program_need_no_quotes(path: str, text: str) -> None:
    assert kinds(text, path) == [("generic-credential", MEDIUM)]
    assert kinds(text, "src/settings.py") == []


# --- test code

TESTED = (
    "tests/test_login.py",
    "src/login_test.go",
    "src/login.spec.ts",
    "web/__tests__/login.tsx",
    "src/test/java/acme/Login.java",
    "src/LoginTest.java",
    "spec/login_spec.rb",
    "app/conftest.py",
    "pkg/mock_test.go",
)
REAL = (
    "src/login.py",
    "src/contest.py",
    "latest/login.ts",
    "src/attest.go",
    "tests/cassettes/login.yaml",  # recorded, so perhaps from what is real
    "tests/fixtures/login.py",
    "tests/.env",
    "tests/settings.json",
)


@pytest.mark.parametrize("path", TESTED)
def test_tokens_in_test_code_are_doubted(path: str) -> None:
    (finding,) = found(f'access_token = "{TOKEN}"', path)
    assert finding.confidence is LOW
    assert "test code" in finding.message


@pytest.mark.parametrize("path", REAL)
def test_tokens_elsewhere_are_not(path: str) -> None:
    (finding,) = found(f'access_token="{TOKEN}"', path)
    assert finding.confidence is MEDIUM


@pytest.mark.parametrize(
    ("text", "rule"),
    (
        (f'password = "{WORD}Qm"', "generic-credential"),  # nobody makes up such a password
        ("token = 'ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vWx1B3oFD'", "github-token"),
        (f'db = "postgres://shop:{WORD}@db.acme.io/shop"', "url-password"),
    ),
)
def test_passwords_and_what_has_a_form_stay_in_test_code(text: str, rule: str) -> None:
    ((kind, confidence),) = kinds(text, "tests/test_login.py")
    assert kind == rule
    assert confidence >= MEDIUM


# --- what opens nothing

SAMPLE = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0"
    + ".q7Vx2LmZ9tKw4RnP8sHbJd3GfUc6XoEiAtNvQkWpZ5r"
)


@pytest.mark.parametrize("text", (f"t = '{SAMPLE}'", f"-H 'Authorization: Bearer {SAMPLE}'"))
def test_a_sample_is_one_in_a_header_as_well(text: str) -> None:
    (finding,) = found(text, "a.sh")
    assert finding.confidence is LOW
    assert "documentation page" in finding.message


@pytest.mark.parametrize(
    ("text", "reason"),
    (
        (f'src="https://cdn.acme.io/a.png?e=1576142006&token={TOKEN}"', "expired"),
        (f'src="https://cdn.acme.io/a.png?token={TOKEN}&Expires=1576142006"', "expired"),
        (f"docsearch: {{ appId: 'B1G2GM9NG0', apiKey: '{HEX}', indexName: 'docs' }}", "search"),
        (f"algolia: {{ appId: 'B1G2GM9NG0', apiKey: '{HEX}', indexName: 'docs' }}", "search"),
        (f"algolia: {{ apiKey: '{HEX}', indexName: 'docs' }}", "search"),
        (f"ALGOLIA_SEARCH_KEY={HEX}", "search"),
        (f"NEXT_PUBLIC_ALGOLIA_API_KEY={HEX}", "search"),
        (f"GRAYLOG_SHA256_PASSWORD={HEX}{HEX[::-1]}", "hash"),
        ("db = postgres://shop_user:shop_password@db.acme.io/shop", "default"),
    ),
)
def test_what_stands_around_a_value_speaks_against_it(text: str, reason: str) -> None:
    (finding,) = found(text, "site/config.env" if "=" in text.split(" ")[0] else "site/config.js")
    assert finding.confidence is LOW
    assert reason in finding.message


@pytest.mark.parametrize(
    "text",
    (
        f'src="https://cdn.acme.io/a.png?token={TOKEN}"',
        f'src="https://cdn.acme.io/b.png?e=1576142006" href="https://acme.io/?token={TOKEN}"',  # another address
        f"api: {{ appId: 'B1G2GM9NG0', apiKey: '{HEX}' }}",
        f"algolia: {{ appId: 'B1G2GM9NG0', apiKey: '{HEX}' }}",
        "db = postgres://shop_user:other_" + "password7@db.acme.io/shop",
    ),
)
def test_what_stands_elsewhere_does_not(text: str) -> None:
    (finding,) = found(text, "site/config.js")
    assert finding.confidence is MEDIUM


@pytest.mark.parametrize("value", ("YOUR_ACME_API_TOKEN", "insert-your-acme-key", "<enter acme token here>"))
def test_what_asks_for_a_value_is_none(value: str) -> None:
    assert placeholder(value)


@pytest.mark.parametrize(
    "value", ("your-hunter2-key", "YOUR_ACME_9F3K_TOKEN", "settle-the-harbour", "acme-your-token-rest")
)
def test_what_does_not_ask_may_be_one(value: str) -> None:
    assert not placeholder(value)


def test_the_key_of_an_assembly_is_public() -> None:
    assert kinds('"acme, Version=4.0.0.0, PublicKeyToken=' + 'b77a5c56" + "1934e089"', "a/Facts.cs") == []
    assert kinds('info = "acme, Version=4.0.0.0, PublicKeyToken=b77a5c561934e0' + '89"', "a/Facts.cs") == []
