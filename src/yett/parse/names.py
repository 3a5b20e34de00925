"""What kind of configuration a file may be, by its path alone. Compiles nothing until it must: every path is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_TEMPLATES = (".j2", ".jinja", ".jinja2", ".erb", ".tmpl", ".tpl", ".template", ".epp", ".gotmpl")
"""What is put behind the name of a file that is filled in later: it is read all the same, as far as that goes."""


def like(endings: tuple[str, ...], pattern: str = "") -> Callable[[str], bool]:
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


def is_workflow(path: str) -> bool:
    """GitHub reads `.github/workflows` at the root alone; templates of repositories hold it further down."""
    folder, _, name = path.rpartition("/")
    return name.endswith((".yml", ".yaml")) and (folder == ".github/workflows" or folder.endswith("/.github/workflows"))


def is_action(path: str) -> bool:
    return path.rpartition("/")[2] in ("action.yml", "action.yaml") and not is_workflow(path)


def is_dockerfile(path: str) -> bool:
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
    *("py", "js", "ts", "go", "rb", "java", "sh", "bats", "vim", "snap", "patch", "diff", "orig", "png", "svg", "rego"),
)


def is_manifest(path: str) -> bool:
    return path.endswith((".yaml", ".yml", ".json"))


def is_chart(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if name == "Chart.yaml":
        return True
    return name.endswith((".yaml", ".yml")) and ("values" in name or "values" in folder.rpartition("/")[2])


def is_nginx(path: str) -> bool:
    """Whether a file may be nginx's by its path; `judge` looks at what is in it."""
    folder, _, name = path.lower().rpartition("/")
    name = name.removesuffix(".j2").removesuffix(".template").removesuffix(".tmpl").removesuffix(".erb")
    if name.endswith((".conf", ".vhost", ".nginx", ".conf.inc", ".nginxconf")):
        return not any(name.startswith(other) for other in _NOT_NGINX)
    if "nginx" in name and "." not in name:
        return True
    last = folder.rpartition("/")[2]
    return (last in _NGINX_FOLDERS and "." not in name) or (last in _NGINX_FOLDERS and "nginx" in folder)


_NGINX_FOLDERS = ("sites-available", "sites-enabled", "snippets", "streams-available", "streams-enabled")
_NOT_NGINX = ("httpd", "apache", "named", "redis", "sysctl", "supervisor", "logrotate", "pg_", "postgres", "my.", "fpm")


_NOT_HAPROXY = ("setup.cfg", "tox.cfg", "mypy.cfg", "pylint.cfg", "buildout.cfg", "ansible.cfg", "versions.cfg")


def is_haproxy(path: str) -> bool:
    """Whether a file may be HAProxy's by its path; `judge` looks at what is in it."""
    name = path.lower().rpartition("/")[2]
    for ending in (".j2", ".template", ".tmpl", ".erb", ".ctmpl", ".tpl"):
        name = name.removesuffix(ending)
    if name.endswith(".cfg"):
        return name not in _NOT_HAPROXY
    return "haproxy" in name and name.endswith((".conf", ".cnf", ".config", "haproxy"))


def is_apache(path: str) -> bool:
    """Whether a file may be Apache's by its path; `judge` looks at what is in it."""
    folder, _, name = path.lower().rpartition("/")
    if name.lstrip("._") in ("htaccess", "htaccess.txt", "htaccess.dist") or name.endswith(".htaccess"):
        return True
    for ending in (".j2", ".template", ".tmpl", ".erb", ".dist", ".sample"):
        name = name.removesuffix(ending)
    if name.endswith((".conf", ".vhost", ".htaccess")):
        return not name.startswith(("nginx", "redis", "sysctl", "supervisor"))
    return folder.rpartition("/")[2] in ("sites-available", "sites-enabled") and "." not in name


def is_sshd(path: str) -> bool:
    """Whether a file is sshd's by its path: sshd_config, a template of it, or a file of its drop-in folder."""
    folder, _, name = path.lower().rpartition("/")
    if folder.rpartition("/")[2] == "sshd_config.d":
        return not name.endswith((".md", ".txt", ".sh", ".py", ".yml", ".yaml"))
    for ending in (".j2", ".erb", ".template", ".tmpl"):
        name = name.removesuffix(ending)
    if "sshd_config" in name:
        return not name.endswith((".md", ".txt", ".sh", ".py", ".rb", ".yml", ".yaml", ".go", ".adoc"))
    return "sshd" in name and name.endswith(".conf")


def is_compose(path: str) -> bool:
    """Whether a path has the name of a Compose file: `compose.yaml`, `docker-compose.prod.yml`, `docker-stack.yml`."""
    name = path.rpartition("/")[2].lower()
    if not name.endswith((".yml", ".yaml")):
        return False
    stem = name.rpartition(".")[0]
    for prefix in ("compose", "docker-compose", "docker_compose", "docker.compose", "docker-stack"):
        if stem.startswith(prefix) and not stem[len(prefix) : len(prefix) + 1].isalnum():
            return True
    return stem.endswith(("-compose", ".compose", "_compose"))
