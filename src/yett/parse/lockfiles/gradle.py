"""gradle.lockfile (https://docs.gradle.org/current/userguide/dependency_locking.html): one module in each line, with
the configurations that have it.
"""

from __future__ import annotations

from yett.parse.lockfiles.lines import Entries, Place
from yett.parse.lockfiles.lock import Lock, LockError

_TESTS = ("test", "androidTest", "integrationTest", "functionalTest", "jmh")
_TOOLS = ("checkstyle", "pmd", "spotbugs", "jacoco", "ktlint", "detekt", "errorprone", "kotlinCompiler", "spotless")


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    found = Entries("Maven")
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        module, equals, names = line.partition("=")
        if module == "empty" and equals:
            continue
        parts = module.strip().split(":")
        column = raw.find(line) + 1
        place = Place(number, column, column + len(module.rpartition(":")[0]))
        if len(parts) != 3 or not parts[0] or not parts[1]:
            found.skip(place, line[:200], "is nothing that gradle would understand", understood=False)
            if len(found.skipped) > 1000:
                raise LockError("has more than 1,000 lines that gradle would not understand", number)
            continue
        used = [name for name in names.split(",") if name]
        dev = bool(used) and all(name.startswith(_TESTS + _TOOLS) for name in used)
        name = f"{parts[0]}:{parts[1]}"
        found.add(name, parts[2], place, dev=dev, key=f"{name} {parts[2]}")
    if found.skipped and not found.locked and not any(item.understood for item in found.skipped):
        raise LockError("holds nothing that gradle would understand", found.skipped[0].line)
    return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="Maven")
