"""Views and policies that show more than they should, where tables are reached through an API."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.sql import Token, path_of, value
from yett.rules.hits import hit, short
from yett.rules.sql.code import Code, Head

VIEW = Rule(
    id="sql/view-past-policies",
    title="View that passes by row-level security",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why="A view reads with its owner's rights unless it says otherwise, and the owner passes by the policies of the"
    " tables: whoever may read the view sees every row.",
    fix="`CREATE VIEW … WITH (security_invoker = on)` (PostgreSQL 15 and later).",
    refs=("CWE-284", "PCI DSS 7.2.5", "https://www.postgresql.org/docs/current/sql-createview.html"),
    bad=(
        """\
CREATE VIEW public.open_orders AS SELECT * FROM orders WHERE NOT paid; -- <- here
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
""",
    ),
    good=(
        """\
CREATE VIEW public.open_orders WITH (security_invoker = on) AS SELECT * FROM orders WHERE NOT paid;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
""",
        "CREATE VIEW open_orders AS SELECT * FROM orders WHERE NOT paid;\n",
    ),
)

USERS = Rule(
    id="sql/auth-users-view",
    title="View of the users that the API shows",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="`auth.users` of Supabase holds addresses, telephone numbers and hashes. A view of it in a schema of the API"
    " reads with its owner's rights, for everybody.",
    fix="Keep what the application shows in a table of its own, with row-level security.",
    refs=("CWE-359", "PCI DSS 7.2.5", "https://supabase.com/docs/guides/auth/managing-user-data"),
    bad=("CREATE VIEW public.customers AS SELECT id, email FROM auth.users; -- <- here\n",),
    good=(
        """\
CREATE VIEW internal.customers AS SELECT id, email FROM auth.users;
CREATE VIEW public.orders_of_users AS SELECT user_id, total FROM orders;
""",
    ),
)

METADATA = Rule(
    id="sql/policy-user-metadata",
    title="Policy that believes what users say of themselves",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Users change their own `user_metadata` through the API: whoever writes a role into it has it.",
    fix="Read `app_metadata`, which only the service may write, or a table.",
    refs=("CWE-639", "PCI DSS 7.2.5", "https://supabase.com/docs/guides/auth/row-level-security"),
    bad=(
        """\
CREATE POLICY admins ON orders USING ((auth.jwt() -> 'user_metadata' ->> 'role') = 'admin'); -- <- here
""",
    ),
    good=(
        """\
CREATE POLICY admins ON orders USING ((auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');
CREATE POLICY own ON orders USING (user_id = auth.uid());
""",
    ),
)

ORPHAN = Rule(
    id="sql/policy-without-rls",
    title="Policies of a table whose row-level security is off",
    severity=Severity.HIGH,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why="Policies hold once row-level security is enabled for the table, which it is not by default. Until then every"
    " role with rights sees every row, and the script reads as if it were safe.",
    fix="`ALTER TABLE orders ENABLE ROW LEVEL SECURITY`.",
    refs=("CWE-284", "PCI DSS 7.2.5", "https://www.postgresql.org/docs/current/ddl-rowsecurity.html"),
    bad=(
        """\
CREATE TABLE orders (id bigint, user_id uuid);
CREATE POLICY own ON orders USING (user_id = auth.uid()); -- <- here
""",
    ),
    good=(
        """\
CREATE TABLE orders (id bigint, user_id uuid);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (user_id = auth.uid());
""",
        "CREATE POLICY own ON orders USING (user_id = auth.uid());\n",
    ),
)

_MAX_QUERY = 2000
_MAX_POLICY = 500
"""Tokens of a view, or of a policy, that are read."""

_SHOWN = ("", "public", "api")
_USERS = re.compile(r"\bauth\W{1,9}users\b", re.IGNORECASE)
_ROW_LEVEL = re.compile(r"row\s+level\s+security|create\s+policy", re.IGNORECASE)


class View:
    """A view that is made: its name, what stands in front of AS, and the query."""

    def __init__(self, head: Head) -> None:
        own = head.tokens[head.at : head.at + _MAX_QUERY]
        self.word = next((index for index, token in enumerate(own[:8]) if token.word == "VIEW"), -1)
        at = self.word + 1
        while at < len(own) and own[at].word in ("IF", "NOT", "EXISTS"):
            at += 1
        self.name, after = path_of(own, at) if self.word > 0 else ((), 0)
        self.named = own[min(at, len(own) - 1)]
        stop = next((index for index in range(after, len(own)) if own[index].word == "AS"), len(own))
        self.options = own[after:stop]
        self.query = own[stop + 1 :]
        self.kept = any(token.word == "MATERIALIZED" for token in own[: max(self.word, 0)])

    @property
    def schema(self) -> str:
        return self.name[-2].lower() if len(self.name) > 1 else ""

    @property
    def asks(self) -> bool:
        """Whether it reads with the rights of who asks."""
        for index, token in enumerate(self.options):
            if value(token).lower() == "security_invoker":
                said = self.options[index + 2 : index + 3]
                return not said or value(said[0]).lower() in ("on", "true", "1", "yes")
        return False


def _views(code: Code) -> Iterator[View]:
    for head in code.heads_of("CREATE"):
        if any(token.word == "VIEW" for token in head.own[1:8]):
            view = View(head)
            if view.name:
                yield view


def view_past_policies(code: Code) -> Iterator[Hit | Unknown]:
    if not _ROW_LEVEL.search(code.script.text):
        return
    for view in _views(code):
        if not view.kept and not view.asks and view.schema in _SHOWN:
            name = ".".join(view.name)
            yield hit(
                code.span(view.named),
                f"{short(name)} passes by the policies of the tables it reads",
                fix=f"`CREATE VIEW {short(name)} WITH (security_invoker = on)`.",
                subject=name,
            )


def auth_users_view(code: Code) -> Iterator[Hit | Unknown]:
    if not _USERS.search(code.script.text):
        return
    for view in _views(code):
        if view.schema in _SHOWN and not view.asks and _reads_users(view.query):
            name = ".".join(view.name)
            yield hit(code.span(view.named), f"{short(name)} shows the users of the project", subject=name)


def _reads_users(query: tuple[Token, ...]) -> bool:
    for index, token in enumerate(query):
        if token.text == ";":
            return False
        if token.word in ("FROM", "JOIN") and [value(each).lower() for each in query[index + 1 : index + 4]] == [
            "auth",
            ".",
            "users",
        ]:
            return True
    return False


class Policy:
    """A policy: its name, and the table it is for."""

    def __init__(self, head: Head) -> None:
        tokens = head.tokens[head.at : head.at + _MAX_POLICY]
        stop = next((index for index, token in enumerate(tokens) if token.text == ";"), len(tokens))
        self.own = tokens[:stop]  # with the queries in it, which begin statements of their own
        at = next((index for index, token in enumerate(self.own) if token.word == "ON"), len(self.own)) + 1
        self.name = value(self.own[2])
        self.table = ".".join(path_of(self.own, at)[0]) if at < len(self.own) else ""


def _policies(code: Code) -> Iterator[Policy]:
    for head in code.heads_of("CREATE", "ALTER"):
        if len(head.own) > 4 and head.own[1].word == "POLICY":
            yield Policy(head)


def policy_user_metadata(code: Code) -> Iterator[Hit | Unknown]:
    if "user_meta" not in code.script.text.lower():
        return
    for policy in _policies(code):
        for token in policy.own:
            if token.kind in ("text", "word", "name") and value(token).lower() in (
                "user_metadata",
                "raw_user_meta_data",
            ):
                yield hit(
                    code.span(token),
                    f"policy {short(policy.name)} believes what users say of themselves",
                    subject=f"{policy.name} {policy.table}",
                )
                break


def policy_without_rls(code: Code) -> Iterator[Hit | Unknown]:
    policies = [policy for policy in _policies(code) if policy.own[0].word == "CREATE" and policy.table]
    if not policies:
        return
    made = {".".join(column.table).lower() for column in code.columns}
    if re.search(r"\bexecute\b[^;]{0,400}?row\s+level", code.script.text, re.IGNORECASE):
        return  # enabled in a loop over the tables
    enabled: set[str] = set()
    for head in code.heads_of("ALTER"):
        words = head.words()
        if "ROW LEVEL SECURITY" in words and "ENABLE" in words:
            enabled.add(_last(words.partition(" ENABLE")[0]))
    for policy in policies:
        name = policy.table.lower()
        if name in made and _last(name) not in enabled:
            yield hit(
                code.span(policy.own[0], policy.own[2]),
                f"policy {short(policy.name)} does nothing while row-level security of {short(policy.table)} is off",
                fix=f"`ALTER TABLE {short(policy.table)} ENABLE ROW LEVEL SECURITY`.",
                subject=f"{policy.name} {policy.table}",
            )


def _last(name: str) -> str:
    return re.split(r"[\s.]+", name.strip())[-1].strip('"').lower()


RULES = (
    (VIEW, view_past_policies),
    (USERS, auth_users_view),
    (METADATA, policy_user_metadata),
    (ORPHAN, policy_without_rls),
)
