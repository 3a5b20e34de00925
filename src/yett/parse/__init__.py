"""Bytes to documents that know their line numbers. Pure: nothing here opens, runs or connects."""
