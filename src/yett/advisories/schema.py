"""What the database file looks like; whoever changes the tables changes `SCHEMA`."""

from __future__ import annotations

SCHEMA = 1
APPLICATION = 0x79657474
"""SQLite's application id, "yett" in ASCII: any other SQLite file is not ours."""

MALICIOUS = 1
EXPLOITED = 2
"""Bits of `advisory.flags`."""

TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE ecosystem (number INTEGER PRIMARY KEY, name TEXT NOT NULL, records INTEGER NOT NULL)",
    """CREATE TABLE advisory (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL, severity INTEGER NOT NULL, source TEXT NOT NULL,
        flags INTEGER NOT NULL, aliases TEXT NOT NULL, summary TEXT NOT NULL,
        published TEXT NOT NULL, modified TEXT NOT NULL)""",
    """CREATE TABLE affected (
        ecosystem INTEGER NOT NULL, package TEXT NOT NULL, advisory INTEGER NOT NULL,
        ranges TEXT NOT NULL, versions TEXT NOT NULL,
        PRIMARY KEY (ecosystem, package, advisory)) WITHOUT ROWID""",
)

FIND = """
    SELECT advisory.id, severity, source, flags, aliases, summary, published, modified, ranges, versions
    FROM affected JOIN advisory ON advisory.number = affected.advisory
    WHERE ecosystem = ? AND package = ? ORDER BY affected.advisory"""
