"""What the database file looks like; whoever changes the tables changes `SCHEMA`."""

from __future__ import annotations

SCHEMA = 2
APPLICATION = 0x79657474
"""SQLite's application id, "yett" in ASCII: any other SQLite file is not ours."""

MALICIOUS = 1
EXPLOITED = 2
"""Bits of `advisory.flags`."""

TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # what was read, from where and when; `state` is what the next update compares with, packed by zlib
    """CREATE TABLE origin (
        name TEXT PRIMARY KEY, address TEXT NOT NULL, mark TEXT NOT NULL, fetched_at REAL NOT NULL,
        records INTEGER NOT NULL, state BLOB NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE unused (archive TEXT NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL)",
    "CREATE TABLE ecosystem (number INTEGER PRIMARY KEY, name TEXT NOT NULL, records INTEGER NOT NULL)",
    """CREATE TABLE advisory (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL, severity INTEGER NOT NULL, source TEXT NOT NULL,
        flags INTEGER NOT NULL, aliases TEXT NOT NULL, summary TEXT NOT NULL,
        published TEXT NOT NULL, modified TEXT NOT NULL,
        kev_date TEXT NOT NULL, epss REAL, percentile REAL)""",
    """CREATE TABLE affected (
        ecosystem INTEGER NOT NULL, package TEXT NOT NULL, advisory INTEGER NOT NULL,
        ranges TEXT NOT NULL, versions TEXT NOT NULL,
        PRIMARY KEY (ecosystem, package, advisory)) WITHOUT ROWID""",
    "CREATE TABLE eol (product TEXT PRIMARY KEY, cycles TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE popular (ecosystem TEXT PRIMARY KEY, names TEXT NOT NULL) WITHOUT ROWID",
)

_COLUMNS = """advisory.id, severity, source, flags, aliases, summary, published, modified, ranges, versions,
    epss, percentile, kev_date"""

FIND = f"""
    SELECT {_COLUMNS} FROM affected JOIN advisory ON advisory.number = affected.advisory
    WHERE ecosystem = ? AND package = ? ORDER BY affected.advisory"""

EXACTLY = f"""
    SELECT {_COLUMNS} FROM affected JOIN advisory ON advisory.number = affected.advisory
    WHERE ecosystem = ? AND package = ? AND affected.advisory = ?"""

PLACES = """
    SELECT advisory.id, ecosystem, package, advisory FROM affected JOIN advisory ON number = advisory
    ORDER BY ecosystem, package"""

_TEXTS = {
    "meta": "name value",
    "origin": "name address mark",
    "unused": "archive id reason",
    "ecosystem": "name",
    "advisory": "id source aliases summary published modified kev_date",
    "affected": "package ranges versions",
    "eol": "product cycles",
    "popular": "ecosystem names",
}

ODD = tuple(
    f"SELECT 1 FROM {table} WHERE " + " OR ".join(f"typeof({column}) != 'text'" for column in columns.split())
    for table, columns in _TEXTS.items()
)
"""What finds values of another type than their column's, which SQLite takes without a word. (STRICT tables would not,
but are from SQLite 3.37, and Python runs with older ones.)"""
