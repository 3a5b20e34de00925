"""Who may log in, from where and with what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.keyvalue import is_filled_in
from yett.parse.sql import Token, value
from yett.parse.statements import Account, Login
from yett.rules.credentials import is_stand_in
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code

PLAIN_PASSWORD = Rule(
    id="sql/plain-password",
    title="Password of a login in a script",
    severity=Severity.HIGH,
    why="Whoever reads the repository, now or in any later clone of it, can log in.",
    fix="Pass it when the script runs, as in `PASSWORD :'shop_password'` with `psql -v shop_password=…`, and change "
    "the one that was committed.",
    refs=(
        "CWE-798",
        "PCI DSS 8.6.2",
        "https://www.postgresql.org/docs/current/app-psql.html",
    ),
    bad=(
        """\
CREATE ROLE shop_app LOGIN PASSWORD 'q9Xv"""
        + """T2kLm8Rw'; -- <- here
ALTER USER reporting WITH ENCRYPTED PASSWORD 'changeme'; -- <- here
""",
        """\
CREATE USER 'shop'@'10.0.%' IDENTIFIED BY 'q9Xv"""
        + """T2kLm8Rw'; -- <- here
SET PASSWORD FOR 'shop'@'10.0.%' = 'q9Xv"""
        + """T2kLm8Rw'; -- <- here
""",
        """\
CREATE LOGIN shop_app WITH PASSWORD = N'q9Xv"""
        + """T2kLm8Rw', CHECK_POLICY = ON; -- <- here
GO
""",
    ),
    good=(
        """\
CREATE ROLE shop_app LOGIN PASSWORD :'shop_password';
CREATE ROLE reporting LOGIN PASSWORD '${REPORTING_PASSWORD}';
CREATE ROLE audit LOGIN PASSWORD NULL;
CREATE TABLE customers (password text NOT NULL DEFAULT 'none');
""",
        """\
CREATE USER 'shop'@'10.0.%' IDENTIFIED WITH auth_socket;
CREATE USER 'batch'@'10.0.%' IDENTIFIED BY '{{ batch_password }}';
""",
        "CREATE LOGIN shop_app WITH PASSWORD = '$(ShopPassword)';\nGO\n",
    ),
)

EMPTY_PASSWORD = Rule(
    id="sql/empty-password",
    title="Account without a password",
    severity=Severity.HIGH,
    why="MySQL lets an account in that was created without a password, and so does whoever finds its port.",
    fix="`CREATE USER … IDENTIFIED BY …` with a password that is passed in, or `IDENTIFIED WITH auth_socket` on the "
    "same machine.",
    refs=("CWE-258", "PCI DSS 8.3.1", "https://dev.mysql.com/doc/refman/8.4/en/create-user.html"),
    bad=(
        "CREATE USER 'shop'@'10.0.%' IDENTIFIED BY ''; -- <- here\n",
        "CREATE USER 'shop'@'10.0.%'; -- <- here\nGRANT SELECT ON shop.* TO 'shop'@'10.0.%';\n",
    ),
    good=(
        """\
CREATE USER 'shop'@'10.0.%' IDENTIFIED BY '${SHOP_PASSWORD}';
CREATE USER 'batch'@'localhost' IDENTIFIED WITH auth_socket;
CREATE USER 'old'@'10.0.%' ACCOUNT LOCK;
CREATE ROLE 'reader'@'10.0.%';
""",
        "CREATE USER IF NOT EXISTS 'shop'@'10.0.%';\nALTER USER 'shop'@'10.0.%' IDENTIFIED BY '${SHOP_PASSWORD}';\n",
    ),
)

WILDCARD_HOST = Rule(
    id="sql/wildcard-host",
    title="Account that logs in from any address",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A password that leaks then works from anywhere the port can be reached; MySQL takes an account without a host "
    "for one with `%`.",
    fix="Name the network of the application: `'shop'@'10.0.%'`, with `REQUIRE SSL`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.5",
        "https://dev.mysql.com/doc/refman/8.4/en/account-names.html",
    ),
    bad=(
        "CREATE USER 'shop'@'%' IDENTIFIED BY '${SHOP_PASSWORD}'; -- <- here\nGRANT SELECT ON shop.* TO 'shop'@'%';\n",
        "GRANT SELECT ON `shop`.* TO 'root'@'%'; -- <- here\n",
        "CREATE USER `shop` IDENTIFIED BY '${SHOP_PASSWORD}'; -- <- here\n",
    ),
    good=(
        """\
CREATE USER 'shop'@'10.0.%' IDENTIFIED BY '${SHOP_PASSWORD}' REQUIRE SSL;
CREATE USER shop@localhost IDENTIFIED BY '${SHOP_PASSWORD}';
CREATE ROLE `reader`@`%`;
DROP USER 'old'@'%';
""",
        "CREATE USER shop_app WITH PASSWORD :'password';\n",
    ),
)

NO_TLS_REQUIRED = Rule(
    id="sql/no-tls-required",
    title="Remote account that may log in without TLS",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="MySQL asks no account for TLS unless it is told so here or by `require_secure_transport`: queries and results "
    "cross the network in clear.",
    fix="`REQUIRE SSL` at the end of CREATE USER, or `REQUIRE X509` with client certificates.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://dev.mysql.com/doc/refman/8.4/en/create-user.html"),
    bad=("CREATE USER 'shop'@'10.0.%' IDENTIFIED BY '${SHOP_PASSWORD}'; -- <- here\n",),
    good=(
        """\
CREATE USER 'shop'@'10.0.%' IDENTIFIED BY '${SHOP_PASSWORD}' REQUIRE X509;
CREATE USER 'batch'@'localhost' IDENTIFIED BY '${BATCH_PASSWORD}';
""",
        "CREATE USER 'a'@'10.0.%' IDENTIFIED BY '${A}', 'b'@'10.0.%' IDENTIFIED BY '${B}' REQUIRE SSL;\n",
        "CREATE USER 'a'@'10.0.%' IDENTIFIED BY '${A}';\nALTER USER 'a'@'10.0.%' REQUIRE SSL;\n",
    ),
)

WEAK_AUTH_PLUGIN = Rule(
    id="sql/weak-auth-plugin",
    title="Account with an outdated password hash",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="mysql_native_password keeps an unsalted SHA-1 of the password, which is cracked by the billion a second; "
    "MySQL 8.4 turns it off and MySQL 9 has none.",
    fix="`IDENTIFIED WITH caching_sha2_password BY …`; on MariaDB `IDENTIFIED VIA ed25519`.",
    refs=(
        "CWE-916",
        "PCI DSS 8.3.2",
        "https://dev.mysql.com/doc/refman/8.4/en/native-pluggable-authentication.html",
    ),
    bad=("ALTER USER 'shop'@'10.0.%' IDENTIFIED WITH mysql_native_password BY '${SHOP_PASSWORD}'; -- <- here\n",),
    good=("ALTER USER 'shop'@'10.0.%' IDENTIFIED WITH caching_sha2_password BY '${SHOP_PASSWORD}' REQUIRE SSL;\n",),
)

PASSWORD_POLICY_OFF = Rule(
    id="sql/password-policy-off",
    title="Login outside the password policy",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With CHECK_POLICY off SQL Server takes any password, and never locks the login after wrong ones.",
    fix="Leave `CHECK_POLICY = OFF` out: on is the default.",
    refs=(
        "CWE-521",
        "PCI DSS 8.3.6",
        "https://learn.microsoft.com/en-us/sql/relational-databases/security/password-policy",
    ),
    bad=("CREATE LOGIN shop_app WITH PASSWORD = '$(ShopPassword)', CHECK_POLICY = OFF; -- <- here\nGO\n",),
    good=("CREATE LOGIN shop_app WITH PASSWORD = '$(ShopPassword)', CHECK_EXPIRATION = OFF, CHECK_POLICY = ON;\nGO\n",),
)

_LEADS = frozenset(("PASSWORD", "MASTER_PASSWORD", "SOURCE_PASSWORD"))
_VERBS = ("CREATE", "ALTER", "GRANT", "SET", "CHANGE", "OPEN", "EXEC", "EXECUTE", "BACKUP", "USE")
_HASHES = re.compile(
    r"SCRAM-SHA-256\$.*|md5[0-9a-f]{32}|\*[0-9A-Fa-f]{40}|\$A\$005\$.*|\$mysql\$.*|0x[0-9A-Fa-f]{20,}", re.S
)
_PLACEHOLDER = re.compile(
    r"[<\[{].*[>\]}]|__.*__|#.*#|%.*%|[:?@$].*|x{3,}|\*{3,}|\.{3,}|(?i:(?:your|insert|replace|enter|my)[ _-].*)", re.S
)


def plain_password(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of(*_VERBS):
        own = head.own
        for index, token in enumerate(own):
            literal = _password(own, index, head.word)
            if literal is None:
                continue
            text = value(literal)
            if not text or _HASHES.fullmatch(text):
                continue
            if is_filled_in(text) or _PLACEHOLDER.fullmatch(text):
                yield Unknown(code.span(literal).line, "the password is filled in when the script runs")
                continue
            who = _who(own, index)
            plain = is_stand_in(text)
            yield hit(
                code.span(literal),
                f"the password of {short(who)} stands here{', and is one that many would guess' if plain else ''}",
                fix=f"Pass it to the script: `PASSWORD :'{_variable(who)}'` in psql, `$({_variable(who)})` in sqlcmd, "
                "or a variable of the tool that runs it.",
                subject=f"{token.word} {who}",
                severity=Severity.MEDIUM if plain else None,
                confidence=Confidence.MEDIUM if plain else None,
            )


def _variable(who: str) -> str:
    return re.sub(r"\W+", "_", who.partition("@")[0]).strip("_").lower()[:40] + "_password"


def _password(own: Sequence[Token], index: int, verb: str) -> Token | None:
    """The literal that the word at an index leads to."""
    word = own[index].word
    following = own[index + 1] if index + 1 < len(own) else None
    if following is None:
        return None
    if word in _LEADS:
        if verb == "CREATE" and index > 1 and own[1].word in ("TABLE", "VIEW", "INDEX", "FUNCTION", "PROCEDURE", "OR"):
            return None
        if following.text in ("=", "(") and index + 2 < len(own):
            following = own[index + 2]
        if verb == "SET" and index == 1:
            # SET PASSWORD [FOR account] = 'literal' | PASSWORD('literal')
            place = next((at for at in range(index, len(own)) if own[at].text == "="), -1)
            following = own[place + 1] if 0 < place < len(own) - 1 else following
        return following if following.kind == "text" else None
    if (
        word == "BY"
        and own[index - 1].word != "GRANTED"
        and any(token.word == "IDENTIFIED" for token in own[max(0, index - 3) : index])
    ):
        if following.word == "VALUES" or following.word == "PASSWORD":
            return None
        if following.kind == "word" and following.word not in ("RANDOM", "VALUES", "PASSWORD", "BY"):
            return following  # Oracle takes the password without quotes
        return following if following.kind in ("text", "name") else None
    return None


_MAX_BACK = 60
"""Tokens between an account and its password."""


def _who(own: Sequence[Token], index: int) -> str:
    """Whose password it is: the name behind USER, ROLE, LOGIN, FOR or TO."""
    for at in range(index, max(-1, index - _MAX_BACK), -1):
        if own[at].word in ("USER", "ROLE", "LOGIN", "TO", "FOR", "EXISTS") and at + 1 < len(own):
            following = own[at + 1]
            if following.kind in ("word", "name", "text", "var") and following.word not in ("IF", "WITH"):
                return value(following)
    return "the connection"


def _key(account: Account) -> tuple[str, str]:
    return account.name.lower(), (account.host or "%").lower()


_LOCAL = ("localhost", "127.0.0.1", "::1")
_SETTERS = frozenset(("IDENTIFIED", "PASSWORD"))


def empty_password(code: Code) -> Iterator[Hit | Unknown]:
    if code.dialect not in ("mysql", ""):
        return
    later = {
        _key(login.account)
        for login in code.logins
        if login.verb.word == "ALTER" and any(token.word == "IDENTIFIED" for token in login.options)
    }
    later |= {
        _key(account)
        for grant in code.grants
        for account in grant.accounts
        if any(token.word == "IDENTIFIED" for token in grant.rest)
    }
    named = [own for head in code.heads_of("SET") if (own := head.own)[1:2] and own[1].word == "PASSWORD"]
    for login in code.logins:
        if login.kind != "USER" or _key(login.account) in later:
            continue
        words = [token.word for token in login.options]
        empty = next((token for token in login.options if token.kind == "text" and len(token.text) == 2), None)
        by = empty is not None and login.options[login.options.index(empty) - 1].word in ("BY", "PASSWORD")
        bare = (
            code.dialect == "mysql"
            and login.verb.word == "CREATE"
            and login.account.host is not None
            and "IDENTIFIED" not in words
            and "LOCK" not in words
        )
        if bare and any(any(value(token) == login.account.name for token in own) for own in named):
            continue
        if by or bare:
            local = login.account.host in _LOCAL
            yield hit(
                code.span(empty) if empty and by else code.span(login.account.first, login.account.last),
                f"{short(login.account.text)} logs in without a password",
                fix=f"`{login.verb.word} USER {short(login.account.text)} IDENTIFIED BY …`, with a variable.",
                subject=login.account.text,
                severity=Severity.MEDIUM if local else None,
            )


_ANYWHERE = ("%", "", "%.%", "0.0.0.0/0.0.0.0", "::/0", "0.0.0.0", "*")


def _accounts(code: Code) -> Iterator[tuple[Account, bool]]:
    """The accounts that are let in, and whether they are created here."""
    for login in code.logins:
        if login.kind == "USER" and login.verb.word == "CREATE":
            yield login.account, True
    for grant in code.grants:
        # Only MySQL has hosts, and there a role may stand in front of TO alone.
        yield from ((account, False) for account in grant.accounts if account.host is not None)


def wildcard_host(code: Code) -> Iterator[Hit | Unknown]:
    seen: set[tuple[str, str]] = set()
    roles = {_key(login.account) for login in code.logins if login.kind == "ROLE"}
    for account, created in _accounts(code):
        if account.host is None and not (created and code.dialect == "mysql"):
            continue
        if (account.host or "%") not in _ANYWHERE or _key(account) in seen or _key(account) in roles:
            continue
        seen.add(_key(account))
        root = account.name.lower() in ("root", "admin", "mysql", "dba")
        yield hit(
            code.span(account.first, account.last),
            f"{short(account.name)} logs in from any address",
            fix=f"`'{short(account.name)}'@'10.0.%'`, with the network that the application is in.",
            subject=f"{account.name}@%",
            severity=Severity.CRITICAL if root else None,
        )


_TLS = frozenset(("SSL", "X509", "SUBJECT", "ISSUER", "CIPHER"))


def _requires(tokens: Sequence[Token]) -> bool:
    return any(
        token.word == "REQUIRE" and index + 1 < len(tokens) and tokens[index + 1].word in _TLS
        for index, token in enumerate(tokens)
    )


def no_tls_required(code: Code) -> Iterator[Hit | Unknown]:
    safe = {login.verb.start for login in code.logins if _requires(login.options)}
    later = {_key(login.account) for login in code.logins if login.verb.start in safe}
    later |= {_key(account) for grant in code.grants if _requires(grant.rest) for account in grant.accounts}
    for login in code.logins:
        account = login.account
        if login.kind != "USER" or login.verb.word != "CREATE" or account.host in _LOCAL or _key(account) in later:
            continue
        if account.host is None and code.dialect != "mysql":
            continue
        yield hit(
            code.span(account.first, account.last),
            f"{short(account.text)} may log in without TLS",
            fix=f"`CREATE USER '{short(account.name)}'@'{short(account.host or '%')}' … REQUIRE SSL`.",
            subject=account.text,
        )


_OLD_PLUGINS = ("mysql_native_password", "mysql_old_password")


def weak_auth_plugin(code: Code) -> Iterator[Hit | Unknown]:
    for login in code.logins:
        for index, token in enumerate(login.options):
            if value(token).lower() in _OLD_PLUGINS and login.options[index - 1].word in ("WITH", "VIA", "OR"):
                yield hit(
                    code.span(token),
                    f"{short(login.account.text)} logs in by {value(token).lower()}",
                    fix="`IDENTIFIED WITH caching_sha2_password`.",
                    subject=login.account.text,
                )


def password_policy_off(code: Code) -> Iterator[Hit | Unknown]:
    for login in _logins_of_server(code):
        for index, token in enumerate(login.options):
            if token.word == "CHECK_POLICY" and [each.word for each in login.options[index + 2 : index + 3]] == ["OFF"]:
                yield hit(
                    code.span(token, login.options[index + 2]),
                    f"{short(login.account.name)} may have any password",
                    fix=f"Leave `CHECK_POLICY = OFF` out of {login.verb.word} LOGIN {short(login.account.name)}.",
                    subject=login.account.name,
                )


def _logins_of_server(code: Code) -> Iterator[Login]:
    return (login for login in code.logins if login.kind in ("LOGIN", "USER"))


RULES = (
    (PLAIN_PASSWORD, plain_password),
    (EMPTY_PASSWORD, empty_password),
    (WILDCARD_HOST, wildcard_host),
    (NO_TLS_REQUIRED, no_tls_required),
    (WEAK_AUTH_PLUGIN, weak_auth_plugin),
    (PASSWORD_POLICY_OFF, password_policy_off),
)
