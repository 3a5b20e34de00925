"""The local advisory database: built from OSV's bulk files, looked up without a network."""

from __future__ import annotations
