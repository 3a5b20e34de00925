"""A development server is what the image starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile
from yett.rules.hits import hit, short

RULE = Rule(
    id="docker/debug-entry",
    title="Image starts a development server",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Development servers show tracebacks, some run what a visitor types into them, and none is hardened.",
    fix="Start a production server: gunicorn, uvicorn without --reload, `next start`, puma.",
    refs=(
        "CWE-489",
        "PCI DSS 2.2.4",
        "https://flask.palletsprojects.com/en/stable/deploying/",
    ),
    bad=(
        """\
FROM python:3.12
# next
ENV FLASK_DEBUG=1
# next
CMD ["flask", "--app", "shop", "run", "--host", "0.0.0.0"]
""",
        """\
FROM python:3.12
# next
CMD python manage.py migrate && python manage.py runserver 0.0.0.0:8000
""",
        """\
FROM python:3.12
# next
ENTRYPOINT ["uvicorn", "shop:app", "--reload"]
""",
        """\
FROM node:22
# next
CMD ["npm", "run", "dev"]
""",
    ),
    good=(
        """\
FROM python:3.12 AS dev
CMD ["flask", "run"]
FROM python:3.12
ENV FLASK_DEBUG=0
CMD ["gunicorn", "shop:app"]
""",
        """\
FROM python:3.12 AS base
CMD ["python", "manage.py", "runserver"]
FROM base
CMD ["uvicorn", "shop:app", "--workers", "4"]
""",
        """\
FROM node:22 AS development
CMD ["npm", "run", "dev"]
""",
        """\
FROM node:22
CMD ["npm", "run", "start"]
""",
    ),
)

_ON = ("1", "true", "yes", "on", "development")
_VARIABLES = ("FLASK_DEBUG", "FLASK_ENV", "DJANGO_DEBUG")
_STAGE = r"(?i)(?:^|[-_.])(?:dev|devel|development|debug|test|local)(?:$|[-_.])"


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    if re.search(_STAGE, dockerfile.final.name):
        return
    lineage = tuple(dockerfile.lineage(dockerfile.final))
    for stage in lineage:
        for instruction in stage.all("ENV"):
            for pair in instruction.pairs():
                if pair.name in _VARIABLES and (pair.value or "").lower() in _ON:
                    yield hit(pair.span, f"{pair.name} is on in the image", subject=f"ENV {pair.name}")
    for name in ("ENTRYPOINT", "CMD"):
        start = next((found for stage in lineage if (found := stage.last(name))), None)
        for script in start.scripts if start else ():
            for command in shell.walk(script.commands):
                server = _server([word.text for word in shell.argv(command)])
                if server:
                    yield hit(
                        script.span(shell.argv(command)[0]),
                        f"`{short(server)}` is a development server",
                        subject=f"{name} {server}",
                    )


def _server(words: list[str]) -> str:
    """The development server that a command starts, "" for none."""
    while words and words[0].rpartition("/")[2] in (
        "poetry",
        "uv",
        "pipenv",
        "pdm",
        "run",
        "tini",
        "dumb-init",
        "--",
        "-m",
    ):
        words = words[1:]
    if len(words) > 2 and words[0].startswith("python") and words[1] == "-m":
        words = words[2:]
    rest = words[1:]
    match words[0].rpartition("/")[2] if words else "":
        case "flask" if "run" in rest:
            return "flask run"
        case "fastapi" if rest[:1] == ["dev"]:
            return "fastapi dev"
        case "uvicorn" | "hypercorn" | "gunicorn" | "granian" as name if "--reload" in rest:
            return f"{name} --reload"
        case "nodemon" | "ts-node-dev" | "webpack-dev-server" | "live-server" as name:
            return name
        case "npm" | "yarn" | "pnpm" | "bun" as name if rest in (["run", "dev"], ["dev"], ["run", "start:dev"]):
            return f"{name} {' '.join(rest)}"
        case "next" | "nuxt" | "astro" as name if rest[:1] == ["dev"]:
            return f"{name} dev"
        case "vite" if not rest or rest[0] in ("dev", "serve") or rest[0].startswith("-"):
            return "vite"
        case "ng" if rest[:1] == ["serve"]:
            return "ng serve"
        case "rails" if rest[:1] in (["s"], ["server"]) and "development" in rest:
            return "rails server -e development"
        case "php" if "-S" in rest or rest[:2] == ["artisan", "serve"]:
            return "php's own server"
        case "python" | "python3" | "manage.py" | "django-admin" if "runserver" in rest:
            return "manage.py runserver"
    return ""
