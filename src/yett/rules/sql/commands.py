"""Statements that leave the database, and settings that open it."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.sql import Token, value
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code, Head

XP_CMDSHELL = Rule(
    id="sql/xp-cmdshell",
    title="Command of the operating system from SQL",
    severity=Severity.CRITICAL,
    why="Once the database may start programs, one injected statement is a shell on its server.",
    fix="Leave `xp_cmdshell`, Ole Automation and `COPY … PROGRAM` off, and do such work in a job outside the database.",
    refs=(
        "CWE-78",
        "PCI DSS 2.2.4",
        "https://learn.microsoft.com/en-us/sql/database-engine/configure-windows/xp-cmdshell-server-configuration-option",
    ),
    bad=(
        """\
EXEC sp_configure 'show advanced options', 1;
RECONFIGURE;
EXEC sp_configure 'xp_cmdshell', 1; -- <- here
EXEC master..xp_cmdshell 'dir c:\\backup'; -- <- here
EXEC sp_configure 'Ole Automation Procedures', 1; -- <- here
GO
""",
        "COPY orders TO PROGRAM 'gzip > /backup/orders.gz'; -- <- here\n",
        "CREATE FUNCTION sys_exec RETURNS INTEGER SONAME 'lib_mysqludf_sys.so'; -- <- here\n",
    ),
    good=(
        "EXEC sp_configure 'xp_cmdshell', 0;\nRECONFIGURE;\nGO\n",
        "COPY orders FROM STDIN;\n\\.\n-- xp_cmdshell is off\nSELECT 'xp_cmdshell';\n",
    ),
)

SERVER_FILES = Rule(
    id="sql/server-files",
    title="Statement that reads or writes files",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why="The login needs the FILE right for it, with which an injected statement writes a script into the web root or "
    "reads keys; LOCAL INFILE lets the server ask the client for any file.",
    fix="Write and read files outside the database, with `\\copy` or the driver's bulk load, and take FILE away.",
    refs=("CWE-73", "PCI DSS 2.2.4", "https://dev.mysql.com/doc/refman/8.4/en/load-data-local-security.html"),
    bad=(
        """\
LOAD DATA LOCAL INFILE '/tmp/orders.csv' INTO TABLE orders; -- <- here
SELECT * INTO OUTFILE '/var/www/orders.csv' FROM orders; -- <- here
""",
        "SELECT pg_read_file('/etc/passwd'); -- <- here\n",
    ),
    good=("\\copy orders from 'orders.csv' csv\nINSERT INTO files (note) VALUES ('INTO OUTFILE');\n",),
)

INSECURE_SETTING = Rule(
    id="sql/insecure-setting",
    title="Server setting that opens the database",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="The setting holds for the whole server, and outlives the script that made it.",
    fix="Leave it as it is, and give the one script that needs it what it needs.",
    refs=(
        "CWE-749",
        "PCI DSS 2.2.4",
        "https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html",
    ),
    bad=(
        """\
SET GLOBAL local_infile = 1; -- <- here
SET PERSIST require_secure_transport = OFF; -- <- here
SET GLOBAL validate_password.policy = LOW; -- <- here
""",
        "ALTER SYSTEM SET ssl = off; -- <- here\nALTER SYSTEM SET password_encryption = 'md5'; -- <- here\n",
        "ALTER DATABASE shop SET TRUSTWORTHY ON; -- <- here\nGO\n",
    ),
    good=(
        "SET GLOBAL local_infile = 0;\nSET GLOBAL max_connections = 500;\nSET SESSION sql_mode = '';\n",
        "ALTER SYSTEM SET ssl = on;\nALTER SYSTEM SET password_encryption = 'scram-sha-256';\n",
        "ALTER DATABASE shop SET TRUSTWORTHY OFF;\nGO\n",
    ),
)

_OPTIONS = frozenset(
    (
        *("xp_cmdshell", "ole automation procedures", "clr enabled", "ad hoc distributed queries"),
        *("external scripts enabled", "cross db ownership chaining", "allow updates", "remote admin connections"),
    )
)
_MILD = frozenset(
    ("clr enabled", "external scripts enabled", "cross db ownership chaining", "remote admin connections")
)
_CALLS = frozenset(
    (
        *("xp_cmdshell", "xp_dirtree", "sp_makewebtask"),
        *(
            f"xp_reg{each}"
            for each in ("read", "write", "deletekey", "deletevalue", "addmultistring", "removemultistring")
        ),
        *(
            f"sp_oa{each}"
            for each in ("create", "method", "getproperty", "setproperty", "destroy", "geterrorinfo", "stop")
        ),
    )
)


def xp_cmdshell(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads:
        match head.word:
            case "EXEC" | "EXECUTE" | "SP_CONFIGURE" | "XP_CMDSHELL":
                yield from _executed(code, head)
            case "COPY":
                yield from _program(code, head)
            case "CREATE":
                yield from _library(code, head)
    # `INSERT INTO t EXEC xp_cmdshell …` and `IF … EXEC xp_cmdshell` begin with another word.


def _executed(code: Code, head: Head) -> Iterator[Hit]:
    own = head.own[:14]
    called = next(
        (index for index, token in enumerate(own[:7]) if value(token).lower() in (*_CALLS, "sp_configure")), -1
    )
    if called < 0:
        return
    name = value(own[called]).lower()
    if name != "sp_configure":
        yield _command(code, own[called], f"{name} reaches out of the database", name)
        return
    option = next((token for token in own[called:] if token.kind == "text"), None)
    if option is None or value(option).lower() not in _OPTIONS:
        return
    number = next((token for token in own[own.index(option) :] if token.kind == "number"), None)
    if number is not None and number.text == "1":
        named = value(option).lower()
        mild = Severity.HIGH if named in _MILD else None
        yield _command(code, option, f"{named} is turned on", named, mild)


def _command(code: Code, token: Token, message: str, subject: str, severity: Severity | None = None) -> Hit:
    return hit(code.span(token), message, subject=subject, severity=severity)


def _program(code: Code, head: Head) -> Iterator[Hit]:
    own = head.own
    for index, token in enumerate(own):
        if token.word == "PROGRAM" and own[index - 1].word in ("TO", "FROM"):
            target = value(own[index + 1]) if index + 1 < len(own) else ""
            yield _command(
                code, token, "COPY starts a program on the server", f"COPY PROGRAM {target.partition(' ')[0]}"
            )


def _library(code: Code, head: Head) -> Iterator[Hit]:
    own = head.own[:16]
    at = next((index for index, token in enumerate(own) if token.word == "SONAME"), -1)
    if at > 0 and at + 1 < len(own) and "sys" in value(own[at + 1]).lower():
        library = value(own[at + 1])
        yield _command(code, own[at + 1], f"{short(library)} lets SQL start programs", f"SONAME {library}")


_FILE_CALLS = frozenset(("PG_READ_FILE", "PG_READ_BINARY_FILE", "LO_IMPORT", "LO_EXPORT", "PG_LS_DIR", "LOAD_FILE"))


def server_files(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of("LOAD", "SELECT", "WITH", "INSERT", "PERFORM", "UPDATE", "TABLE"):
        own = head.own
        for index, token in enumerate(own):
            if head.word == "LOAD" and token.word == "INFILE" and own[index - 1].word == "LOCAL":
                yield _file(code, own[index - 1], token, "the server asks the client for a file", "LOCAL INFILE")
            elif token.word in ("OUTFILE", "DUMPFILE") and own[index - 1].word == "INTO":
                yield _file(code, own[index - 1], token, "the server writes a file", f"INTO {token.word}")
            elif token.word in _FILE_CALLS and index + 1 < len(own) and own[index + 1].text == "(":
                yield _file(code, token, token, f"{token.text.lower()} reaches the server's files", token.word)


def _file(code: Code, first: Token, last: Token, message: str, subject: str) -> Hit:
    return hit(code.span(first, last), message, subject=subject)


_BAD_SETTINGS: dict[str, tuple[str, ...]] = {
    "local_infile": ("1", "on", "true"),
    "require_secure_transport": ("0", "off", "false"),
    "old_passwords": ("1", "on", "true"),
    "validate_password.policy": ("low", "0"),
    "validate_password_policy": ("low", "0"),
    "log_bin_trust_function_creators": (),
    "default_authentication_plugin": ("mysql_native_password",),
    "ssl": ("off", "false", "no", "0"),
    "password_encryption": ("md5", "off"),
    "ssl_min_protocol_version": ("tlsv1", "tlsv1.1"),
    "trustworthy": ("on",),
    "db_chaining": ("on",),
}


def insecure_setting(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of("SET", "ALTER"):
        own = head.own[:40]
        words = head.words()
        if not words.startswith(("SET GLOBAL ", "SET PERSIST ", "SET @@", "ALTER SYSTEM SET", "ALTER DATABASE")):
            continue
        at = next((index for index, token in enumerate(own) if token.word == "SET"), 0) + 1
        if at < len(own) and own[at].word in ("GLOBAL", "PERSIST"):
            at += 1
        first, name = at, ""
        while at < len(own) and (own[at].kind in ("word", "var", "name") or own[at].text == "."):
            name += value(own[at]).lower()
            at += 1
            if at < len(own) and own[at].text != "." and own[at - 1].text != ".":
                break
        name = name.removeprefix("@@global.").removeprefix("@@persist.")
        if at < len(own) and (own[at].text in ("=", ":=") or own[at].word == "TO"):
            at += 1
        if at < len(own) and value(own[at]).lower() in _BAD_SETTINGS.get(name, ()):
            yield hit(
                code.span(own[first], own[at]),
                f"{name} is set to {short(value(own[at]).lower())} for the whole server",
                fix=f"Leave {name} as it is.",
                subject=f"{name} {value(own[at]).lower()}",
            )


RULES = (
    (XP_CMDSHELL, xp_cmdshell),
    (SERVER_FILES, server_files),
    (INSECURE_SETTING, insecure_setting),
)
