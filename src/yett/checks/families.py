"""Which files the configuration check reads: the table of its families."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

Scope = Literal["file", "folder", "tree"]


class Family(NamedTuple):
    """A kind of file.

    `wants` decides by path, for every file there is. `marks` are byte strings one of which is in every file that
    matters, `all_marks` those that all are, and `words` a pattern (of bytes) that is found in it. `scope` says which
    other files of the family may change what is said of one, and `reads` names other families that may.
    """

    name: str
    wants: Callable[[str], bool]
    marks: tuple[bytes, ...] = ()
    all_marks: tuple[bytes, ...] = ()
    words: bytes = b""
    scope: Scope = "file"
    reads: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        return f"yett.rules.{self.name.replace('-', '_')}"

    def holds(self, data: bytes) -> bool:
        """Whether the words are there. A text in UTF-16 is shown to the rules, whatever it holds."""
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return True
        if self.marks and not any(mark in data for mark in self.marks):
            return False
        if not all(mark in data for mark in self.all_marks):
            return False
        return not self.words or _compiled(self.words).search(data) is not None


@lru_cache(64)
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


_TEMPLATES = (".j2", ".jinja", ".jinja2", ".erb", ".tmpl", ".tpl", ".template", ".epp", ".gotmpl")
"""What is put behind the name of a file that is filled in later: it is read all the same, as far as that goes."""


def _like(endings: tuple[str, ...], pattern: str = "") -> Callable[[str], bool]:
    """Whether a path, in lower case, has one of some endings and holds a pattern. Compiles nothing until it must."""

    def wants(path: str) -> bool:
        low = path.lower()
        if low.endswith(_TEMPLATES):
            low = low.rpartition(".")[0]
        return low.endswith(endings) and (not pattern or _named(pattern).search(low) is not None)

    return wants


@lru_cache(64)
def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _is_workflow(path: str) -> bool:
    """GitHub reads `.github/workflows` at the root alone; templates of repositories hold it further down."""
    folder, _, name = path.rpartition("/")
    return name.endswith((".yml", ".yaml")) and (folder == ".github/workflows" or folder.endswith("/.github/workflows"))


def _is_action(path: str) -> bool:
    return path.rpartition("/")[2] in ("action.yml", "action.yaml") and not _is_workflow(path)


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    low = name.lower()
    if low in ("dockerfile", "containerfile") or low.endswith((".dockerfile", ".containerfile")):
        return True
    if not low.startswith(("dockerfile.", "containerfile.", "dockerfile-", "containerfile-")):
        return False
    # `Dockerfile.dev` is one, `Dockerfile.md` speaks of one.
    return low.rpartition(".")[2] not in _OTHER_ENDINGS


_OTHER_ENDINGS = (
    *("dockerignore", "containerignore", "md", "rst", "txt", "html", "adoc", "json", "yaml", "yml", "toml", "lock"),
    *("py", "js", "ts", "go", "rb", "java", "sh", "bats", "vim", "snap", "patch", "diff", "orig", "png", "svg"),
)


def _is_manifest(path: str) -> bool:
    return path.endswith((".yaml", ".yml", ".json"))


def _is_chart(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if name == "Chart.yaml":
        return True
    return name.endswith((".yaml", ".yml")) and ("values" in name or "values" in folder.rpartition("/")[2])


_STATEMENTS = (
    rb"(?i)\b(?:grant|create|alter|exec(?:ute)?|copy|load|sp_\w+|xp_\w+|set\s+(?:password|global|persist)"
    rb"|(?:in|out|dump)file|md5|sha1?|password|pg_read_\w+|lo_(?:im|ex)port)\b"
)
_YAML = (".yml", ".yaml")
_DOTENV = _like(
    ("",),
    r"(?:^|/)(?:\.env(?:\.(?!(?:[\w.-]*\.)?(?:example|sample|template|tpl|dist|defaults?|schema|md|d\.ts|js|ts|py|php)$)"
    r"[\w.-]+)?|(?!example|sample|template)[\w.-]+\.env)$",
)
_REDIS = _like((".conf",), r"(?:^|/)[\w.-]*(?:redis|sentinel|valkey|keydb)[\w.-]*\.conf$")


def _is_dotenv(path: str) -> bool:
    return ".env" in path.lower() and _DOTENV(path)


FAMILIES = (
    Family("dotenv", _is_dotenv),
    Family("docker", _is_dockerfile),
    Family("elasticsearch", _like(_YAML, r"(?:^|/)(?:elasticsearch|opensearch)[\w.-]*$")),
    Family("github-actions", lambda path: _is_workflow(path) or _is_action(path)),
    Family("helm", _is_chart, scope="tree"),
    Family(
        "kafka",
        _like(
            (".properties",),
            r"(?:^|/)(?:server|broker|controller|kraft|producer|consumer|client|admin|connect-[\w-]+|[\w.-]*kafka[\w.-]*)"
            r"[\w.-]*$",
        ),
    ),
    Family("kubernetes", _is_manifest, all_marks=(b"apiVersion", b"kind"), scope="tree"),
    Family("mongodb", _like((".conf", ".cfg", *_YAML), r"(?:^|/)(?:mongod?s?|mongo[\w.-]*)\.\w+$")),
    Family(
        "mysql",
        _like((".cnf", ".conf", "my.ini"), r"(?:^|/)(?:my\.ini|[^/]+\.cnf|mysqld?\.conf|mariadb\.conf)$"),
        scope="tree",
    ),
    Family(
        "php",
        _like(
            (".ini", ".ini-production"),
            r"(?:^|/)(?:php(?:-(?!development)[\w.-]+)?\.ini(?:-production)?|\.user\.ini"
            r"|[^/]*php[^/]*/(?:[^/]+/)*conf\.d/[^/]+\.ini)$",
        ),
    ),
    Family(
        "postgres",
        _like(
            (".conf", ".pgconf"),
            r"(?:^|/)(?:[\w.-]*(?:postgres(?:ql)?|pgsql)[\w.-]*\.conf|[\w.-]+\.pgconf|[\w.-]*pg_hba[\w.-]*\.conf"
            r"|[^/]*(?:postgres|pgsql)[^/]*/(?:[^/]+/)*conf\.d/[^/]+\.conf)$",
        ),
        scope="tree",
    ),
    Family(
        "rabbitmq",
        _like(
            (".conf", ".config"),
            r"(?:^|/)(?:rabbitmq[\w.-]*\.conf(?:ig)?|rabbitmq[^/]*/(?:[^/]+/)*conf\.d/[^/]+\.conf)$",
        ),
    ),
    Family("redis", _REDIS),
    Family("redis", lambda path: _is_dotenv(path) or path.endswith(".properties"), marks=(b"redis",)),
    Family("spring", _like((".properties", *_YAML), r"(?:^|/)(?:application|bootstrap)(?:-[\w.-]+)?\.\w+$")),
    Family(
        "sql",
        _like(
            (
                *(
                    ".sql",
                    ".psql",
                    ".plsql",
                    ".mysql",
                    ".mssql",
                    ".pgsql",
                    ".ddl",
                    ".pks",
                    ".pkb",
                    ".plb",
                    ".prc",
                    ".fnc",
                ),
                *(".sh", ".bash"),
            )
        ),
        words=_STATEMENTS,
    ),
)
