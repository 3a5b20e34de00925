"""Which files the configuration check reads: the table of its families."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from yett.lean import Literal, NamedTuple
from yett.parse.names import (
    is_action,
    is_apache,
    is_chart,
    is_compose,
    is_dockerfile,
    is_haproxy,
    is_manifest,
    is_nginx,
    is_sshd,
    is_workflow,
    like,
)
from yett.parse.present import Present
from yett.parse.stages import is_dev_path

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
        """Whether the words are there. A text in UTF-16 is shown to the rules whatever it holds; a database is none."""
        if data.startswith(b"SQLite format 3\0"):
            return False
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return True
        seen = _marks().within(data) if self.marks or self.all_marks else ()
        for mark in self.all_marks:
            if mark not in seen:
                return False
        if self.marks and not any(mark in seen for mark in self.marks):
            return False
        return not self.words or _compiled(self.words).search(data) is not None


@lru_cache(1)
def _marks() -> Present:
    return Present(mark for family in FAMILIES for mark in (*family.marks, *family.all_marks))


@lru_cache(64)
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


_STATEMENTS = (
    rb"(?i)\b(?:grant|create|alter|exec(?:ute)?|copy|load|sp_\w+|xp_\w+|set\s+(?:password|global|persist)"
    rb"|(?:in|out|dump)file|md5|sha1?|password|pg_read_\w+|lo_(?:im|ex)port|openrowset|opendatasource)\b"
)
_STATEMENTS_IN_CODE = (
    rb"(?i)\b(?:grant\s+\w|create\s+table|(?:dis|no\s+)(?:able|force)\s+row|copy\s+[\w.\"]+\s+(?:to|from)\b|load\s+data"
    rb"|(?:create|alter)\s+(?:or\s+replace\s+)?(?:user|role|login|extension|function|procedure|policy|view|materialized"
    rb"|system|default)\b|set\s+(?:global|persist|password)|into\s+(?:out|dump)file|xp_\w|sp_(?:configure|oa|add)"
    rb"|pg_read_|lo_(?:im|ex)port)"
)
"""Narrower than the above: words that stand in a program may mean anything."""
_YAML = (".yml", ".yaml")
_DOTENV = like(
    ("",),
    r"(?:^|/)(?:\.env(?:\.(?!(?:[\w.-]*\.)?(?:example|sample|template|tpl|dist|defaults?|schema|md|d\.ts|js|ts|py|php)$)"
    r"[\w.-]+)?|(?!example|sample|template)[\w.-]+\.env)$",
)
_REDIS = like((".conf",), r"(?:^|/)[\w.-]*(?:redis|sentinel|valkey|keydb)[\w.-]*\.conf$")


def _is_dotenv(path: str) -> bool:
    return ".env" in path.lower() and _DOTENV(path)


_DJANGO = (
    b"ALLOWED_HOSTS",
    b"AUTH_PASSWORD_VALIDATORS",
    b"CORS_",
    b"CSRF_",
    b"DATABASE",
    b"DEBUG =",
    b"DEBUG:",
    b"DEBUG=",
    b"INSTALLED_APPS",
    b"LOGGING",
    b"MIDDLEWARE",
    b"PASSWORD_HASHERS",
    b"REST_FRAMEWORK",
    b"ROOT_URLCONF",
    b"SECRET_KEY",
    b"SECURE_",
    b"SESSION_",
    b"TEMPLATES",
    b"USE_X_FORWARDED",
    b"WSGI_APPLICATION",
    b"X_FRAME_OPTIONS",
    b"autoescape",
    b"import *",
    b"csrf_exempt",
    b"RunSQL",
    b".raw(",
    b"set_cookie(",
    b"set_signed_cookie(",
    b"set_password(",
)
_FLASK = (
    b"flask",
    b"Flask",
    b"app.run(",
    b"WTF_CSRF_",
    b"SQLALCHEMY_",
    b"JWT_SECRET_KEY",
    b"SESSION_COOKIE_SECURE",
    b"Config:",
    b"Config(",
    b"SECRET_KEY",
)
_FASTAPI = (b"fastapi", b"starlette", b"jwt", b"jose", b"authlib", b"uvicorn", b"BaseSettings")
_EXPRESS = (
    b"express",
    b"cookie-session",
    b"cookieSession",
    b"cookieParser",
    b"jsonwebtoken",
    b"jwt-simple",
    b"jose",
    b"passport",
    b"helmet(",
    b"lusca",
    b"cors(",
    b"serve-index",
    b"errorhandler",
    b"rejectUnauthorized",
    b"strictSSL",
    b"NODE_TLS_REJECT_UNAUTHORIZED",
    b"SSL_VERIFYPEER",
    b"ccess-",
    b"X-Frame-Options",
    b"trust proxy",
    b"res.cookie(",
    b"@nestjs/",
    b"minVersion",
    b"secureProtocol",
    b"noEscape",
    b"autoescape",
    b"autoEscap",
    b"err.stack",
    b"error.stack",
    b"e.stack",
)
_PYTHON = like((".py",))
_SCRIPT = like((".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"))


def _is_own_python(path: str) -> bool:
    return path.endswith(".py") and not is_dev_path(path)


_is_terraform = like((".tf", ".tf.json", ".tofu", ".tofu.json"))
_MADE = ("node_modules/", "dist/", "vendor/", ".yarn/", ".min.", ".bundle.")
"""What the paths of scripts have in them that nobody of the project wrote."""


def _is_own_script(path: str) -> bool:
    return _SCRIPT(path) and not any(part in path for part in _MADE)


_STATES = (".tfstate", ".tfstate.backup", ".tfvars")
_is_serverless = like(_YAML, r"(?:^|/)serverless[\w.-]*$")

FAMILIES = (
    Family(
        "aws", _is_terraform, marks=(b"aws_", b'"aws"', b"terraform-aws-modules"), scope="tree", reads=("terraform",)
    ),
    Family("aws", lambda path: is_manifest(path) or path.endswith(".template"), marks=(b"AWS::",)),
    Family("aws", _is_serverless),
    Family("iam-policy", like((".json",)), marks=(b'"Statement"',)),
    Family("serverless", _is_serverless),
    Family("terraform", lambda path: _is_terraform(path) or path.endswith(_STATES), scope="folder"),
    Family("terraform-azure", _is_terraform, marks=(b"azurerm_", b"azuread_"), scope="tree", reads=("terraform",)),
    Family("terraform-gcp", _is_terraform, marks=(b"google_",), scope="tree", reads=("terraform",)),
    Family("apache", is_apache, scope="tree"),
    Family("compose", is_compose, marks=(b"services", b"image", b"build"), scope="folder"),
    Family("dependabot", like((".github/dependabot.yml", ".github/dependabot.yaml")), marks=(b"updates",)),
    Family("django", _PYTHON, marks=_DJANGO, scope="folder"),
    Family("dotenv", _is_dotenv),
    Family("docker", is_dockerfile, scope="tree", reads=("compose", "kubernetes")),
    Family("elasticsearch", like(_YAML, r"(?:^|/)(?:elasticsearch|opensearch)[\w.-]*$")),
    Family("express", _is_own_script, marks=_EXPRESS, scope="folder"),
    Family("fastapi", _PYTHON, marks=_FASTAPI, scope="folder"),
    Family("flask", _PYTHON, marks=_FLASK, scope="folder"),
    Family("github-actions", lambda path: is_workflow(path) or is_action(path), scope="tree", reads=("aws",)),
    Family(
        "gitlab-ci",
        like(_YAML, r"\.gitlab-ci\.ya?ml$|(?:^|/)(?:\.gitlab|ci)/"),
        marks=(b"script", b"include", b"stages", b"extends"),
    ),
    Family(
        "haproxy",
        is_haproxy,
        marks=(b"global", b"defaults", b"frontend", b"backend", b"listen", b"userlist"),
        scope="folder",
    ),
    Family("helm", is_chart, scope="tree"),
    Family(
        "kafka",
        like(
            (".properties",),
            r"(?:^|/)(?:server|broker|controller|kraft|producer|consumer|client|admin|connect-[\w-]+|[\w.-]*kafka[\w.-]*)"
            r"[\w.-]*$",
        ),
    ),
    Family("kubernetes", is_manifest, all_marks=(b"apiVersion", b"kind"), scope="tree"),
    Family("mongodb", like((".conf", ".cfg", *_YAML), r"(?:^|/)(?:mongod?s?|mongo[\w.-]*)\.\w+$")),
    Family(
        "mysql",
        like((".cnf", ".conf", "my.ini"), r"(?:^|/)(?:my\.ini|[^/]+\.cnf|mysqld?\.conf|mariadb\.conf)$"),
        scope="tree",
    ),
    Family("nginx", is_nginx, marks=(b";",), scope="tree"),
    Family("openapi", is_manifest, words=rb"""(?:openapi|swagger)["']?\s*:\s*["']?[23]"""),
    Family(
        "php",
        like(
            (".ini", ".ini-production"),
            r"(?:^|/)(?:php(?:-(?!development)[\w.-]+)?\.ini(?:-production)?|\.user\.ini"
            r"|[^/]*php[^/]*/(?:[^/]+/)*conf\.d/[^/]+\.ini)$",
        ),
    ),
    Family(
        "postgres",
        like(
            (".conf", ".pgconf"),
            r"(?:^|/)(?:[\w.-]*(?:postgres(?:ql)?|pgsql)[\w.-]*\.conf|[\w.-]+\.pgconf|[\w.-]*pg_hba[\w.-]*\.conf"
            r"|[^/]*(?:postgres|pgsql)[^/]*/(?:[^/]+/)*conf\.d/[^/]+\.conf)$",
        ),
        scope="tree",
    ),
    Family(
        "rabbitmq",
        like(
            (".conf", ".config"),
            r"(?:^|/)(?:rabbitmq[\w.-]*\.conf(?:ig)?|rabbitmq[^/]*/(?:[^/]+/)*conf\.d/[^/]+\.conf)$",
        ),
    ),
    Family("pre-commit", like((".pre-commit-config.yaml", ".pre-commit-config.yml")), marks=(b"repo",)),
    Family("redis", _REDIS),
    Family("redis", lambda path: _is_dotenv(path) or path.endswith(".properties"), marks=(b"redis",)),
    Family(
        "renovate", like(("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"))
    ),
    Family("spring", like((".properties", *_YAML), r"(?:^|/)(?:application|bootstrap)(?:-[\w.-]+)?\.\w+$")),
    Family(
        "sql",
        like(
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
    Family(
        "sql",
        _is_own_python,
        marks=(b"execute(", b"RunSQL", b"executescript(", b"exec_driver_sql("),
        words=_STATEMENTS_IN_CODE,
    ),
    Family("sshd", is_sshd, scope="tree"),
)
