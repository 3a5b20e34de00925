"""What tables keep, and who may see which of their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.sql import Token, closing, path_of, value
from yett.parse.statements import Column
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code, Head

CVV_COLUMN = Rule(
    id="sql/cvv-column",
    title="Column for a card's verification code",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    why="The code, the magnetic stripe and the PIN must not be kept once a payment is authorised, not even encrypted: "
    "with them a stolen card number can be used.",
    fix="Drop the column: hand the code to the payment provider and keep its token.",
    refs=(
        "CWE-312",
        "CWE-359",
        "PCI DSS 3.3.1",
        "https://www.pcisecuritystandards.org/document_library/",
    ),
    bad=(
        """\
CREATE TABLE payments (
    id bigint PRIMARY KEY,
    card_token text NOT NULL,
    cvv varchar(4), -- <- here
    track2_data text -- <- here
);
ALTER TABLE payments ADD COLUMN "securityCode" text, -- <- here
    ADD COLUMN card_cvc2 bytea; -- <- here
""",
    ),
    good=(
        """\
CREATE TABLE payments (
    id bigint PRIMARY KEY,
    card_token text NOT NULL,
    cvv_check text,
    cvv_passed boolean,
    pincode varchar(10),
    track_id bigint
);
""",
    ),
)

PAN_COLUMN_PLAIN = Rule(
    id="sql/pan-column-plain",
    title="Column for card numbers in clear",
    severity=Severity.CRITICAL,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why="Card numbers must be unreadable wherever they are stored, and everything that reads the table comes into the "
    "scope of an assessment; encryption of the disk alone is not enough.",
    fix="Keep the payment provider's token and the last four digits: `card_token text, card_last4 char(4)`.",
    refs=(
        "CWE-312",
        "CWE-359",
        "PCI DSS 3.5.1",
        "https://www.pcisecuritystandards.org/document_library/",
    ),
    bad=(
        """\
CREATE TABLE payments (
    id bigint PRIMARY KEY,
    card_number varchar(19) NOT NULL, -- <- here
    expiry date
);
CREATE TABLE `customers` (
    `ccNum` VARCHAR(20), -- <- here
    `name` TEXT
);
CREATE TABLE card_payments (pan text); -- <- here
""",
    ),
    good=(
        """\
CREATE TABLE payments (
    id bigint PRIMARY KEY,
    card_number_hash char(64),
    card_number_encrypted bytea,
    card_number bytea,
    masked_card_number text,
    card_last4 char(4)
);
CREATE TABLE kitchenware (pan text, card_numbering text);
CREATE TABLE taxpayers (pan char(10), pin varchar(6), gift_card_number text);
""",
    ),
)

PLAIN_PASSWORD_COLUMN = Rule(
    id="sql/plain-password-column",
    title="Column for passwords in clear",
    severity=Severity.HIGH,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why="No hash fits into so short a column (bcrypt needs 60 characters, argon2 some 97), or its name says that it "
    "holds the password itself: whoever reads the table logs in as everybody.",
    fix="`password_hash varchar(255)`, filled by argon2id or bcrypt in the application.",
    refs=(
        "CWE-256",
        "PCI DSS 8.3.2",
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
    ),
    bad=(
        """\
CREATE TABLE users (
    login varchar(80),
    password varchar(20), -- <- here
    plain_password text -- <- here
);
""",
    ),
    good=(
        "CREATE TABLE users (login text, password varchar(255), password_hash char(60), password_hint varchar(20));\n",
        "CREATE TABLE users (login text, password char(32), password_changed_at timestamp);\n",
    ),
)

WEAK_HASH = Rule(
    id="sql/weak-hash",
    title="Password hashed by a fast hash",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="MD5 and SHA-1 are tried by the billion a second, and without a salt equal passwords have equal hashes.",
    fix="Hash in the application with argon2id or bcrypt; within PostgreSQL `crypt(…, gen_salt('bf', 12))`.",
    refs=(
        "CWE-916",
        "PCI DSS 8.3.2",
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
    ),
    bad=(
        """\
UPDATE users SET password = MD5('${PASSWORD}') WHERE login = 'admin'; -- <- here
INSERT INTO users (login, password) VALUES ('admin', SHA1('${PASSWORD}')); -- <- here
SELECT id FROM users WHERE login = $1 AND password = md5($2); -- <- here
UPDATE users SET password_hash = crypt($1, gen_salt('md5')); -- <- here
""",
    ),
    good=(
        """\
UPDATE users SET password = crypt($1, gen_salt('bf', 12)) WHERE login = $2;
INSERT INTO users (login, avatar) VALUES ('admin', md5(random()::text));
UPDATE files SET checksum = md5(content);
SELECT SHA2(email, 256) FROM users;
""",
    ),
)

RLS_DISABLED = Rule(
    id="sql/rls-disabled",
    title="Row-level security is off",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="Without it every tenant's rows are one forgotten WHERE away; without FORCE the table's owner, who is often "
    "the application, passes by its policies.",
    fix="`ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`, and a policy.",
    refs=("CWE-284", "PCI DSS 7.2.5", "https://www.postgresql.org/docs/current/ddl-rowsecurity.html"),
    bad=(
        """\
ALTER TABLE orders DISABLE ROW LEVEL SECURITY; -- <- here
ALTER TABLE invoices NO FORCE ROW LEVEL SECURITY; -- <- here
""",
        """\
CREATE TABLE orders (id bigint, tenant_id bigint);
CREATE TABLE invoices (id bigint, tenant_id bigint); -- <- here
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
""",
    ),
    good=(
        """\
CREATE TABLE orders (id bigint, tenant_id bigint);
CREATE TABLE colours (id bigint);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
""",
        "CREATE TABLE orders (id bigint, tenant_id bigint);\n",
    ),
)

RLS_ALWAYS_TRUE = Rule(
    id="sql/rls-always-true",
    title="Row-level policy that lets everything through",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why="A policy with `true` for a condition lets the role change every row: the security is on, and does nothing.",
    fix="Compare with who asks: `USING (tenant_id = current_setting('app.tenant')::bigint)`.",
    refs=("CWE-284", "PCI DSS 7.2.5", "https://www.postgresql.org/docs/current/sql-createpolicy.html"),
    bad=(
        "CREATE POLICY everything ON orders USING (true); -- <- here\n",
        "CREATE POLICY adds ON orders FOR INSERT TO shop_app WITH CHECK (1 = 1); -- <- here\n",
    ),
    good=(
        """\
CREATE POLICY reads ON products FOR SELECT USING (true);
CREATE POLICY own ON orders USING (tenant_id = current_setting('app.tenant')::bigint);
CREATE POLICY jobs ON orders TO service_role USING (true);
""",
    ),
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CARD = r"(?:(?:credit|debit|payment|bank|cc|customer|user)_?)*(?:card|cc)"
_CVV = re.compile(
    rf"(?:(?:{_CARD})_?)?(?:cvv2?|cvc2?|cvn2?|csc|card_?verification(?:_?(?:value|code|number))?)(?:_?(?:code|number|num|value|no|nr|data))?"
    rf"|(?:{_CARD})_?(?:security|verification)_?(?:code|number|value)"
    r"|(?:full_?)?(?:track_?[12]|mag(?:netic)?_?stripe|track)_?data|track_?[12]|mag(?:netic)?_?stripe|(?:encrypted_?)?pin_?block|card_?pin"
)
_CVV_HERE = re.compile(r"pin|pin_?code_?encrypted|security_?code|verification_?(?:code|value)|cid")
"""Names that mean it only in a table that is about cards."""

_PAN = re.compile(
    rf"(?:full_?|raw_?|plain_?)?(?:{_CARD})_?(?:num(?:ber)?|no|nr|pan|account_?number)|credit_?card|debit_?card"
    r"|primary_?account_?number|card_?pan|pan_?(?:number|num|no)|(?:full|raw|plain|clear)_?pan"
)
_CARDS = re.compile(
    r"(?:^|_)(?:cards?|credit_?cards?|payments?|transactions?|payment_?methods?|cardholders?|authori[sz]ations?)(?:_|$)"
)
_SIGNS = re.compile(r"(?:card|cc)_?|.*expir(?:y|ation).*|exp_?(?:month|year|date)|cvv2?|cvc2?|card_?holder.*")
_PLAIN_TYPES = re.compile(
    r"(?:n|long|medium|tiny)?(?:var)?(?:char2?|character|text)|varchar2|nvarchar2?|string|clob|nclob|bpchar|citext"
    r"|(?:big|small|tiny)?int(?:eger|8|4)?|numeric|decimal|number|double|name|sysname"
)


def _snake(name: str) -> str:
    return _CAMEL.sub("_", name).lower().replace("-", "_").replace(" ", "_")


def _is_encrypted(column: Column) -> bool:
    words = {token.word for token in column.rest}
    return "ENCRYPTED" in words


def _about_cards(code: Code) -> set[tuple[str, ...]]:
    """The tables that are about cards, by their names or by another column."""
    return {
        column.table
        for column in code.columns
        if _CARDS.search(_snake(column.table[-1])) or _SIGNS.fullmatch(_snake(column.name))
    }


def cvv_column(code: Code) -> Iterator[Hit | Unknown]:
    about = _about_cards(code)
    for column in code.columns:
        name = _snake(column.name)
        if column.type in ("boolean", "bool", "bit", "timestamp", "timestamptz", "date", "datetime", "uuid"):
            continue
        if _CVV.fullmatch(name) or (_CVV_HERE.fullmatch(name) and column.table in about):
            table = ".".join(column.table)
            yield hit(
                code.span(column.at),
                f"{short(table)}.{short(column.name)} keeps what must not be kept after a payment",
                fix=f"Leave {short(column.name)} out of {short(table)}, and hand it to the payment provider.",
                subject=f"{table}.{name}",
            )


def pan_column_plain(code: Code) -> Iterator[Hit | Unknown]:
    about = _about_cards(code)
    for column in code.columns:
        name = _snake(column.name)
        if not _PLAIN_TYPES.fullmatch(column.type) or _is_encrypted(column):
            continue
        if column.size is not None and column.size < 12 and column.type not in ("bigint", "int", "integer"):
            continue  # the last digits, or a key
        if column.type in ("int", "integer", "smallint", "tinyint", "int4"):
            continue  # sixteen digits do not fit
        if _PAN.fullmatch(name) or (name == "pan" and column.table in about):
            table = ".".join(column.table)
            yield hit(
                code.span(column.at),
                f"{short(table)}.{short(column.name)} keeps card numbers as {short(column.type)}",
                fix=f"Keep the provider's token and the last four digits in the place of {short(column.name)}.",
                subject=f"{table}.{name}",
            )


_CLEAR_NAMES = re.compile(
    r"(?:\w+_)?(?:plain_?(?:text_?)?|clear_?(?:text_?)?|raw_?|unencrypted_?|unhashed_?)(?:password|passwd|pwd)"
    r"|(?:\w+_)?(?:password|passwd|pwd)_?(?:plain(?:_?text)?|clear(?:_?text)?|raw)"
)
_PASSWORDS = re.compile(
    r"(?:(?:user|login|customer|account|admin|member|client|emp|employee)_?)?(?:password|passwd|pwd|passw|pass_?word)"
)
_SHORTEST_HASH = 32


def plain_password_column(code: Code) -> Iterator[Hit | Unknown]:
    for column in code.columns:
        name = _snake(column.name)
        table = ".".join(column.table)
        if (
            column.type in ("boolean", "bool", "bit")
            or not _PLAIN_TYPES.fullmatch(column.type)
            or _is_encrypted(column)
        ):
            continue
        if _CLEAR_NAMES.fullmatch(name):
            message = f"{short(table)}.{short(column.name)} says that it holds passwords in clear"
        elif (
            _PASSWORDS.fullmatch(name)
            and column.size is not None
            and 1 < column.size < _SHORTEST_HASH
            and "char" in column.type
        ):
            message = f"{short(table)}.{short(column.name)} is too short for a hash"
        else:
            continue
        yield hit(
            code.span(column.at),
            message,
            fix=f"`password_hash varchar(255)` in the place of {short(column.name)}.",
            subject=f"{table}.{name}",
        )


_HASHERS = frozenset(("MD5", "SHA1", "SHA", "PASSWORD", "OLD_PASSWORD", "SHA2", "SHA256"))
_HASHED = re.compile(
    r"(?:\w+_)?(?:password|passwd|pwd|pass|password_?hash|passphrase|pw|pass_?hash)(?:_?(?:hash|digest|md5))?"
)


def weak_hash(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of("UPDATE", "INSERT", "SELECT", "REPLACE", "WITH", "DELETE", "SET", "IF", "MERGE"):
        own = head.own
        targets = _inserted(own) if head.word in ("INSERT", "REPLACE") else []
        for index, token in enumerate(own):
            if token.kind != "word" or index + 1 >= len(own) or own[index + 1].text != "(":
                continue
            weak = token.word in _HASHERS or token.word == "HASHBYTES" or token.word == "CRYPT"
            if not weak or not _is_weak(own, index):
                continue
            name = _compared(own, index) or _place(own, index, targets)
            if name and _HASHED.fullmatch(_snake(name)):
                yield hit(
                    code.span(token),
                    f"{short(name)} is hashed with {token.text.lower()}",
                    fix=f"Hash {short(name)} in the application with argon2id or bcrypt.",
                    subject=f"{name} {token.word} {_target(head)}",
                )


def _target(head: Head) -> str:
    own = head.own
    at = next((index for index, token in enumerate(own) if token.word in ("UPDATE", "INTO", "FROM")), -1)
    return ".".join(path_of(own, at + 1)[0]) if at >= 0 else ""


def _is_weak(own: tuple[Token, ...], index: int) -> bool:
    word = own[index].word
    if word not in ("HASHBYTES", "CRYPT", "SHA2"):
        return True
    texts = [value(token).lower() for token in own[index : closing(own, index + 1)] if token.kind == "text"]
    if word == "CRYPT":
        return any(text in ("md5", "des", "xdes") for text in texts)
    return word == "SHA2" or any(text in ("md2", "md4", "md5", "sha", "sha1") for text in texts)


def _compared(own: tuple[Token, ...], index: int) -> str:
    """The name in front of `= MD5(…)`, CONCAT and the like in between left aside."""
    at = index - 1
    while at > 0 and (
        own[at].text in ("(", "LOWER", "lower", "UPPER", "upper") or own[at].word in ("CONCAT", "ENCODE")
    ):
        at -= 1
    if at < 1 or own[at].text not in ("=", ":="):
        return ""
    return value(own[at - 1]) if own[at - 1].kind in ("word", "name") else ""


def _inserted(own: tuple[Token, ...]) -> list[str]:
    """The columns that INSERT names."""
    at = next((index for index, token in enumerate(own[:12]) if token.text == "("), -1)
    if at < 0 or any(token.word in ("VALUES", "SELECT") for token in own[:at]):
        return []
    return [value(token) for token in own[at : closing(own, at)] if token.kind in ("word", "name")]


_MAX_BACK = 300


def _place(own: tuple[Token, ...], index: int, columns: list[str]) -> str:
    """The column that the value at an index is for."""
    if not columns:
        return ""
    depth, number = 0, 0
    for at in range(index - 1, max(-1, index - _MAX_BACK), -1):
        text = own[at].text if own[at].kind == "mark" else ""
        depth += (text == ")") - (text == "(")
        if depth < 0 or own[at].word == "SELECT":
            return columns[number] if number < len(columns) else ""
        number += text == "," and depth == 0
    return ""


_TENANTS = frozenset(
    ("tenant_id", "organization_id", "organisation_id", "org_id", "account_id", "shop_id", "merchant_id")
)


def rls_disabled(code: Code) -> Iterator[Hit | Unknown]:
    enabled: set[str] = set()
    for head in code.heads_of("ALTER"):
        own = head.own
        words = [token.word for token in own]
        for index in range(len(own) - 2):
            if words[index + 1 : index + 4] not in (["ROW", "LEVEL", "SECURITY"], ["LEVEL", "SECURITY"]):
                continue
            if words[index] == "ENABLE":
                enabled.add(_table(own))
            elif words[index] == "DISABLE" or (words[index] == "FORCE" and words[index - 1] == "NO"):
                first = own[index - 1] if words[index] == "FORCE" else own[index]
                last = own[min(index + 3, len(own) - 1)]
                state = "not forced" if words[index] == "FORCE" else "off"
                yield hit(
                    code.span(first, last),
                    f"row-level security of {short(_table(own))} is {state}",
                    fix=f"`ALTER TABLE {short(_table(own))} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`.",
                    subject=f"{_table(own)} {words[index]}",
                )
    if not enabled:
        return
    for column in code.columns:
        table = ".".join(column.table)
        if _snake(column.name) in _TENANTS and column.table[-1].lower() not in {
            name.rpartition(".")[2] for name in enabled
        }:
            yield hit(
                code.span(column.table_at),
                f"{short(table)} has {short(column.name)}, but no row-level security as other tables here do",
                fix=f"`ALTER TABLE {short(table)} ENABLE ROW LEVEL SECURITY`, and a policy.",
                subject=f"{table} missing",
            )


def _table(own: tuple[Token, ...]) -> str:
    at = next((index for index, token in enumerate(own) if token.word == "TABLE"), 0) + 1
    while at < len(own) and own[at].word in ("IF", "EXISTS", "ONLY"):
        at += 1
    return ".".join(path_of(own, at)[0]).lower()


_TRUSTED = re.compile(
    r"service_role|.*(?:admin|owner|postgres|superuser|migrat|backup|worker|internal).*", re.IGNORECASE
)


def rls_always_true(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of("CREATE"):
        own = head.own
        if len(own) < 6 or own[1].word != "POLICY":
            continue
        words = [token.word for token in own]
        if "RESTRICTIVE" in words:
            continue
        command = words[words.index("FOR") + 1] if "FOR" in words[:-1] else "ALL"
        role = value(own[words.index("TO") + 1]) if "TO" in words[:-1] else ""
        if command == "SELECT" or _TRUSTED.fullmatch(role):
            continue
        for index, token in enumerate(own[:-3]):
            if token.word not in ("USING", "CHECK"):
                continue
            last = closing(own, index + 1)
            condition = "".join(each.text.lower() for each in own[index + 2 : last])
            if condition.strip("()") in ("true", "1=1"):
                yield hit(
                    code.span(token, own[last]),
                    f"policy {short(value(own[2]))} lets {short(role) or 'every role'} {_does(command)} every row",
                    subject=f"{value(own[2])} {_policy_table(own)}",
                )
                break


def _does(command: str) -> str:
    return {"INSERT": "add", "UPDATE": "change", "DELETE": "delete"}.get(command, "change")


def _policy_table(own: tuple[Token, ...]) -> str:
    at = next((index for index, token in enumerate(own) if token.word == "ON"), 0) + 1
    return ".".join(path_of(own, at)[0])


RULES = (
    (CVV_COLUMN, cvv_column),
    (PAN_COLUMN_PLAIN, pan_column_plain),
    (PLAIN_PASSWORD_COLUMN, plain_password_column),
    (WEAK_HASH, weak_hash),
    (RLS_DISABLED, rls_disabled),
    (RLS_ALWAYS_TRUE, rls_always_true),
)
