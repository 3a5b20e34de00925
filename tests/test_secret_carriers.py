"""Secrets in files that have a way of their own to write them: keys in binary, devices, directives, rows, notes."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest

from yett.checks.secrets import load
from yett.model import Blob, Confidence, Finding, Severity
from yett.parse.der import java_key, length, pkcs12_key, private_key
from yett.parse.devices import junos9, type7

CHECK = load()
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW

# In pieces, so that scanners stay quiet here.
WORD = "t7Vq2" + "LxZw9"
WEAK = "hunter" + "22"


def found(data: bytes | str, path: str = "conf/app.cfg") -> list[Finding]:
    raw = data.encode() if isinstance(data, str) else data
    return [item for item in CHECK.inspect(Blob(path, "", raw)) if isinstance(item, Finding)]


def kinds(data: bytes | str, path: str = "conf/app.cfg") -> list[tuple[str, Confidence]]:
    return [(finding.rule.removeprefix("secrets/"), finding.confidence) for finding in found(data, path)]


# --- DER and stores of keys


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(digits))) + digits + content


def number(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(digits: str) -> bytes:
    return tlv(6, bytes.fromhex(digits))


RANDOM = random.Random(7).randbytes(256)
ONE, OTHER = 2**1024 - 105, 2**1024 - 1535  # whose product is what a key has; nobody asks whether they are primes
RSA = tlv(
    0x30,
    number(0)
    + number(ONE * OTHER)
    + number(65537)
    + number(int.from_bytes(RANDOM, "big"))
    + number(ONE)
    + number(OTHER)
    + number(1)
    + number(1)
    + number(1),
)
RSA8 = tlv(0x30, number(0) + tlv(0x30, oid("2a864886f70d010101") + b"\x05\0") + tlv(4, RSA))
EC = tlv(0x30, number(1) + tlv(4, RANDOM[:32]) + tlv(0xA0, oid("2a8648ce3d030107")))
EC8 = tlv(0x30, number(0) + tlv(0x30, oid("2a8648ce3d0201") + oid("2a8648ce3d030107")) + tlv(4, EC))
ED8 = tlv(0x30, number(0) + tlv(0x30, oid("2b6570")) + tlv(4, tlv(4, RANDOM[32:64])))
LOCKED = tlv(0x30, tlv(0x30, oid("2a864886f70d01050d") + tlv(0x30, b"")) + tlv(4, RANDOM[:200]))
PUBLIC = tlv(0x30, tlv(0x30, oid("2a864886f70d010101") + b"\x05\0") + tlv(3, b"\0" + RANDOM[:140]))

KEYS = ((RSA, "RSA"), (RSA8, "RSA"), (EC, "EC"), (EC8, "EC"), (ED8, "Ed25519"), (LOCKED, "encrypted"))


@pytest.mark.parametrize(("key", "kind"), KEYS, ids=[str(place) for place in range(len(KEYS))])
def test_keys_are_read(key: bytes, kind: str) -> None:
    assert private_key(key) == private_key(key + b"\n") == kind
    assert length(key) == len(key)
    for broken in (key[:-1], key[:40], key + b"more", b"", b"\x30", b"\x30\x80\0\0"):
        assert private_key(broken) is None


@pytest.mark.parametrize(
    "other",
    (
        PUBLIC,
        tlv(0x30, number(1) + tlv(4, bytes(32))),  # all zeros
        tlv(0x30, number(0) + tlv(0x30, oid("2b6570")) + tlv(4, tlv(4, b"A" * 32))),
        RSA.replace(number(ONE), number(ONE - 2)),  # no product any more
        tlv(0x30, number(5) * 9),
        tlv(0x30, tlv(0x30, oid("550406")) + tlv(4, RANDOM[:64])),  # another kind of thing that is encrypted
    ),
)
def test_what_is_no_key_is_none(other: bytes) -> None:
    assert private_key(other) is None
    assert found(other, "a.der") == []


@pytest.mark.parametrize(("key", "kind"), KEYS, ids=[str(place) for place in range(len(KEYS))])
def test_a_key_in_a_file_or_in_base64(key: bytes, kind: str) -> None:
    text = b64encode(key).decode()
    folded = [text[start : start + 64] for start in range(0, len(text), 64)]
    spellings = (
        (key, "tls.der", 1),
        (f"\napp.key={text}\n".encode(), "app.properties", 2),
        (("key = (\n" + "\n".join(f'    "{line}"' for line in folded) + "\n)\n").encode(), "a.py", 2),
        (("String k =\n" + " +\n".join(f'  "{line}\\n"' for line in folded) + ";\n").encode(), "A.java", 2),
    )
    for data, path, line in spellings:
        (finding,) = [each for each in found(data, path) if each.confidence is HIGH]
        assert (finding.rule, finding.line) == ("secrets/bare-private-key", line), path
        assert finding.severity is (Severity.MEDIUM if kind == "encrypted" else Severity.CRITICAL)
        assert text[30:60] not in finding.message


@pytest.mark.parametrize("key", (RSA, RSA8, EC8, ED8))
def test_a_key_that_was_cut_off_is_none(key: bytes) -> None:
    text = b64encode(key).decode()
    assert [kind for kind, _ in kinds(f"key: {text[: len(text) // 2 // 4 * 4]}\n", "a.yml") if kind == "bare-private-key"] == []  # fmt: skip  # noqa: E501
    assert found(key[: len(key) // 2], "a.der") == []


BAG = tlv(0x30, oid("2a864886f70d010c0a0102") + tlv(0xA0, LOCKED))
CERTIFICATES = tlv(0x30, oid("2a864886f70d010706") + tlv(0xA0, RANDOM))


def pkcs12(inside: bytes) -> bytes:
    safe = tlv(0x30, tlv(0x30, oid("2a864886f70d010701") + tlv(0xA0, tlv(4, tlv(0x30, inside)))) + CERTIFICATES)
    return tlv(0x30, number(3) + tlv(0x30, oid("2a864886f70d010701") + tlv(0xA0, tlv(4, safe))) + tlv(0x30, b""))


def jks(*entries: bytes, mark: str = "feedfeed") -> bytes:
    return bytes.fromhex(mark) + b"\0\0\0\2" + len(entries).to_bytes(4, "big") + b"".join(entries) + RANDOM[:20]


HIDDEN = tlv(0x30, tlv(0x30, oid("2b060104012a02110101") + b"\x05\0") + tlv(4, RANDOM[:180]))
KEY_ENTRY = b"\0\0\0\1\0\4shop" + bytes(8) + len(HIDDEN).to_bytes(4, "big") + HIDDEN + b"\0\0\0\1\0\5X.509" + bytes(4)
TRUSTED = b"\0\0\0\2\0\2ca" + bytes(8) + b"\0\5X.509\0\0\0\x40" + RANDOM[:64]

STORES = (pkcs12(BAG), jks(KEY_ENTRY), jks(TRUSTED, KEY_ENTRY))
NO_STORES = (pkcs12(b""), jks(TRUSTED), jks(), jks(KEY_ENTRY)[:60], jks(KEY_ENTRY, mark="cafebabe"))


@pytest.mark.parametrize("store", STORES, ids=("pkcs12", "jks", "jks-second"))
def test_a_store_with_a_private_key(store: bytes) -> None:
    assert pkcs12_key(store) or java_key(store) is not None
    for data, path in ((store, "tls.store"), (b"store: " + b64encode(store), "secret.yml")):
        (finding,) = found(data, path)
        assert (finding.rule, finding.confidence) == ("secrets/key-store", MEDIUM)
        assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize("store", NO_STORES)
def test_a_store_without_one(store: bytes) -> None:
    assert not pkcs12_key(store)
    assert java_key(store) is None
    assert found(store, "tls.store") == []


@pytest.mark.parametrize(
    "data", (b"", b"\x30", b"\xfe\xed\xfe\xed", b"\xfe\xed\xfe\xed\0\0\0\2\xff\xff\xff\xff", b"\x30\x84")
)
def test_broken_stores_are_survived(data: bytes) -> None:
    assert not pkcs12_key(data)
    assert java_key(data) is None
    assert length(data) in (0, 2)


# --- devices


@pytest.mark.parametrize(
    ("hidden", "plain"), (("0822455D0A16", "cisco"), ("061258175D1C25013F004B", WORD), ("99", ""), ("08zz45", ""))
)
def test_type_7(hidden: str, plain: str) -> None:
    assert type7(hidden) == plain


@pytest.mark.parametrize(
    ("hidden", "plain"), (("LbHX-wg4Z", "lc"), ("W1o8-wJGDm5z" + "GD9AtOEhgoJU.f69p0IE", WORD), ("", ""), ("LbH!", ""))
)
def test_junos_9(hidden: str, plain: str) -> None:
    assert junos9(hidden) == plain


DEVICES = (
    ("username a password 7 06" + "1258175D1C25013F004B", "device-hidden-password", HIGH),
    ("tacacs-server key 7 0822455D0A16", "device-hidden-password", LOW),  # it hides "cisco"
    ('secret "$9$W1o8-wJGDm5z' + 'GD9AtOEhgoJU.f69p0IE"; ## SECRET-DATA', "device-hidden-password", HIGH),
    (f"hostname a\nenable password {WEAK}", "device-password", LOW),
    (f"snmp-server community {WORD} RO", "device-password", MEDIUM),
    ("snmp-server community public RO", "device-password", LOW),
    ("set password ENC AK1VW7boNstVjM36VO5a8tvB" + "AgUJwLjryl1E+27F+lOBAE=", "device-password", MEDIUM),
    (
        "enable secret 9 $9$nhEmQVczB7dqsO$" + "X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM",
        "settings-password-hash",
        MEDIUM,
    ),
    (f"enable password {WEAK}", "", LOW),  # nothing else shows that it is a device's
    ("key 7 123456", "", LOW),
    ("enable password recovery on the console", "", LOW),
    ("snmp-server community $COMMUNITY RO", "", LOW),
)


@pytest.mark.parametrize(("text", "kind", "sure"), DEVICES)
def test_devices(text: str, kind: str, sure: Confidence) -> None:
    assert kinds(text, "edge.conf") == ([(kind, sure)] if kind else [])


# --- directives, pairs, calls, notes, statements

CARRIERS = (
    (f"bindpw {WORD}", "ldap.conf", "ldap-password", MEDIUM),
    (f"bindpw {WEAK}", "ldap.conf", "ldap-password", LOW),
    (f"olcRootPW: '{WORD}'", "a.yml", "ldap-password", MEDIUM),
    (f"machine acme.io login a password {WEAK}", ".netrc", "netrc-password", MEDIUM),
    (f"machine acme.io login a password {WEAK}", "README.md", "netrc-password", LOW),
    (f"<access_token>{WORD}</access_token>", "config.xml", "xml-password", MEDIUM),
    (f"<password>{WEAK}</password>", "config.xml", "xml-password", LOW),
    ("userPassword: {SSHA}5en6G6MezRroT3XK" + "qkdPOmY/BfQpaZ1x", "a.ldif", "ldap-password", MEDIUM),
    (f"requirepass {WORD}", "redis.conf", "directive-password", MEDIUM),
    (f"  user a insecure-password {WORD}", "haproxy.cfg", "directive-password", MEDIUM),
    (f'            password "{WORD}"', "build.gradle", "directive-password", MEDIUM),
    (f"d-i passwd/root-password password {WORD}", "preseed.cfg", "directive-password", MEDIUM),
    (f"- name: DB_PASSWORD\n  value: {WORD}", "app.yaml", "named-value", MEDIUM),
    (f"- name: DB_PASSWORD\n  value: {WEAK}", "app.yaml", "named-value", LOW),
    (f'{{"ParameterKey": "DbPassword", "ParameterValue": "{WORD}"}}', "stack.json", "named-value", MEDIUM),
    (f'<property name="password" value="{WORD}"/>', "beans.xml", "named-value", MEDIUM),
    (f'<property name="password"><value>{WORD}</value></property>', "beans.xml", "named-value", MEDIUM),
    (f"<Host>a</Host><Pass>{WORD}</Pass>", "sitemanager.xml", "filezilla-password", MEDIUM),
    (f"new PDO($dsn, 'shop', '{WORD}')", "db.php", "call-password", MEDIUM),
    (f"HTTPBasicAuth('ci', '{WORD}')", "a.py", "call-password", MEDIUM),
    (f'curl_setopt($c, CURLOPT_USERPWD, "ci:{WORD}");', "a.php", "call-password", MEDIUM),
    (f"Admin password: {WORD}", "README.md", "noted-credential", MEDIUM),
    (f"# the password is {WORD}", "deploy.py", "noted-credential", MEDIUM),
    (f"login: deploy, pw: {WEAK}A", "notes.txt", "noted-credential", LOW),
    (f"CREATE ROLE a LOGIN PASSWORD '{WORD}';", "a.sql", "sql-password", MEDIUM),
    (f"ALTER USER a IDENTIFIED WITH mysql_native_password BY '{WORD}';", "a.sql", "sql-password", MEDIUM),
    (f"INSERT INTO u (a, password) VALUES (1, '{WORD}');", "a.sql", "inserted-password", MEDIUM),
    (f"tool --passphrase {WORD} run", "a.sh", "command-token", MEDIUM),
)
SILENT = (
    ("# bindpw secret", "ldap.conf"),
    ("bindpw ${LDAP_PASSWORD}", "ldap.conf"),
    ("bindpw changeme123", "ldap.conf"),  # a placeholder with a number
    ("the bindpw of the reader is kept elsewhere", "README.md"),
    ("- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db}", "app.yaml"),
    (f"- name: CSRF_TOKEN\n  value: {WORD}", "app.yaml"),
    ("- name: TOKEN\n  value: swordfish1", "app.yaml"),  # a name for one, as far as anybody can tell
    ('<string name="wrong_password">Wrong password, try again</string>', "strings.xml"),
    ("auth=('user', 'password1')", "a.py"),
    ("auth=(user, password)", "a.py"),
    ('client.login("alice", "wonderland")', "test_a.py"),
    ("Password: see the password manager", "README.md"),
    (f"checksum of the token: {WORD}", "README.md"),
    ("INSERT INTO u (a, password) VALUES (1, ?), (2, :password);", "a.sql"),
    (f"INSERT INTO u (a, note) VALUES (1, '{WORD}');", "a.sql"),
    ("CREATE ROLE a LOGIN PASSWORD :'password';", "a.sql"),
    ("tool --password $PASSWORD run", "a.sh"),
    ("tool --password password run", "a.sh"),
    ("userPassword: 'Password',", "login.ts"),
    ("psk = ssl->handshake->psk;", "tls.c"),
    (f'<input type="hidden" name="authenticity_token" value="{WORD}">', "a.html"),
    ("userPassword: true,", "a.ts"),
    ("UserPassword: Bool(true),", "a.go"),
    ("{{ 'machine {} login {} password {}'.format(a, b, c) }}", "auth.conf.j2"),
    ("<model_token>shop/export_product</model_token>", "config.xml"),
    (f'<d:sync-token>"{WORD}"</d:sync-token>', "dav.xml"),
)


@pytest.mark.parametrize(("text", "path", "kind", "sure"), CARRIERS)
def test_carriers(text: str, path: str, kind: str, sure: Confidence) -> None:
    assert kinds(text, path) == ([(kind, sure)] if kind else [])


@pytest.mark.parametrize(("text", "path"), SILENT)
def test_silent(text: str, path: str) -> None:
    assert kinds(text, path) == []


def test_places_are_those_of_the_values() -> None:
    (finding,) = found(f"env:\n  - name: DB_PASSWORD\n    value: {WORD}\n", "app.yaml")
    assert (finding.line, finding.column, finding.end_column) == (3, 12, 12 + len(WORD))
    (finding,) = found(f"INSERT INTO u (id, pwd) VALUES\n(1, NULL),\n(2, '{WORD}');\n", "a.sql")
    assert (finding.line, finding.column) == (3, 6)


def test_a_dump_is_told_of_by_its_first_rows() -> None:
    rows = ",\n".join(f"({at}, '{WORD}{at:03}')" for at in range(400))
    assert len(found(f"INSERT INTO u (id, password) VALUES\n{rows};\n", "dump.sql")) == 25
