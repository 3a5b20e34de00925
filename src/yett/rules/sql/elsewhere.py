"""Statements of SQL Server that act as somebody else, or reach another server."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.sql import value
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code

EXECUTE_AS = Rule(
    id="sql/execute-as",
    title="Statements that run as somebody else",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="Whoever may call the procedure acts with the rights of its owner, or of the user it names, in all that it"
    " runs, and so does an injected statement.",
    fix="Leave out `EXECUTE AS`, or sign the procedure with a certificate that has the one right it needs.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "https://learn.microsoft.com/en-us/sql/t-sql/statements/execute-as-clause-transact-sql",
    ),
    bad=(
        """\
CREATE PROCEDURE dbo.refund @id INT
WITH EXECUTE AS OWNER -- <- here
AS
BEGIN
    UPDATE dbo.orders SET refunded = 1 WHERE id = @id;
END;
GO
EXECUTE AS LOGIN = 'sa'; -- <- here
REVERT;
""",
    ),
    good=(
        """\
CREATE PROCEDURE dbo.refund @id INT
WITH EXECUTE AS CALLER
AS
BEGIN
    UPDATE dbo.orders SET refunded = 1 WHERE id = @id;
END;
GO
EXEC dbo.refund @id = 1;
""",
    ),
)

REMOTE_QUERY = Rule(
    id="sql/remote-query",
    title="Query of another server, or of a file, without a linked server",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="`OPENROWSET` and `OPENDATASOURCE` take a server, a login and a file from the text of the query. With the"
    " setting that allows them, an injected statement reads files and other servers.",
    fix="Use a linked server with a login of its own, and load files with a job outside the database.",
    refs=(
        "CWE-749",
        "PCI DSS 2.2.4",
        "https://learn.microsoft.com/en-us/sql/database-engine/configure-windows/ad-hoc-distributed-queries-server-configuration-option",
    ),
    bad=(
        """\
SELECT * FROM OPENROWSET(BULK 'C:\\data\\orders.csv', FORMATFILE = 'C:\\data\\orders.fmt') AS o; -- <- here
INSERT INTO dbo.stock SELECT * FROM OPENDATASOURCE('SQLNCLI', 'Data Source=stock').shop.dbo.stock; -- <- here
""",
    ),
    good=("SELECT * FROM stock.shop.dbo.stock;\nSELECT * FROM OPENJSON(@orders) AS o;\nSELECT 'OPENROWSET';\n",),
)

_MODULES = frozenset(("PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "QUEUE"))
_OTHERS = frozenset(("OWNER", "SELF", "USER", "LOGIN"))


def execute_as(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of("EXECUTE", "EXEC", "CREATE", "ALTER"):
        own = head.tokens[head.at : min(len(head.tokens), head.at + 200)]
        statement = head.word in ("EXECUTE", "EXEC")
        if not statement and not any(token.word in _MODULES for token in own[1:5]):
            continue
        for index in range(len(own) - 2) if not statement else range(1 if len(own) > 3 else 0):
            if own[index].word not in ("EXECUTE", "EXEC") or own[index + 1].word != "AS":
                continue
            whom = own[index + 2]
            if statement and own[index + 3].text != "=":
                continue
            if whom.word in _OTHERS or (not statement and whom.kind == "text"):
                name = value(own[index + 4]) if statement and len(own) > 4 else value(whom).lower()
                yield hit(
                    code.span(own[index], whom),
                    f"what follows runs as {short(name)}",
                    fix="Leave it out, or sign the procedure with a certificate.",
                    subject=f"EXECUTE AS {name} {head.words()[:60] if not statement else ''}".strip(),
                )
            break


def remote_query(code: Code) -> Iterator[Hit | Unknown]:
    for head in code.heads_of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "EXEC", "EXECUTE"):
        own = head.own
        for index, token in enumerate(own):
            if token.word in ("OPENROWSET", "OPENDATASOURCE") and index + 1 < len(own) and own[index + 1].text == "(":
                target = value(own[index + 2]) if index + 2 < len(own) else ""
                yield hit(
                    code.span(token),
                    f"{token.text.lower()} takes what it reads from the text of the query",
                    subject=f"{token.word} {target}",
                )


RULES = (
    (EXECUTE_AS, execute_as),
    (REMOTE_QUERY, remote_query),
)
