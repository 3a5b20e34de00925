"""Whether a service can be told, limited and watched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.compose import Project, Service, filled, is_true, listed, merged
from yett.parse.yaml import Mapping, Scalar
from yett.rules.compose.services import span
from yett.rules.hits import hit, short
from yett.rules.image import image

_SERVICES = "https://docs.docker.com/reference/compose-file/services/"

LATEST_TAG = Rule(
    id="compose/latest-tag",
    title="Image without a version",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "Nobody can say which version runs, nor put the last one back. Without a tag the engine takes `latest`, which "
        "is whatever was pushed last."
    ),
    fix="Name a version, better its digest as well.",
    refs=("CWE-1104", "PCI DSS 6.3.3", _SERVICES + "#image"),
    bad=(
        """\
services:
  db:
    image: postgres  # <- here
  shop:
    image: registry.example.com:5000/shop:latest  # <- here
  cache:
    image: redis:${REDIS_VERSION:-latest}  # <- here
""",
    ),
    good=(
        """\
services:
  db:
    image: postgres:17.2
  shop:
    image: registry.example.com:5000/shop@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  worker:
    build: .
    image: shop-worker
  cache:
    image: redis:${REDIS_VERSION}
  queue:
    image: ${QUEUE_IMAGE}
""",
    ),
)


def latest_tag(project: Project) -> Iterator[Hit | Unknown]:
    for service in project.services:
        value = service.text("image")
        if not value or "build" in service.whole:
            continue
        name = filled(value.text.strip())
        if name is None:
            yield Unknown(value.line, f"services.{service.name}.image")
            continue
        found = image(name)
        if name and not found.digest and found.tag in ("", "latest"):
            yield hit(
                span(value),
                f"{short(service.name)} runs whatever was pushed last of {short(found.name)}",
                fix=f"Write `image: {short(found.name)}:<version>`.",
                subject=f"services.{service.name}.image {name}",
            )


NO_HEALTHCHECK = Rule(
    id="compose/no-healthcheck",
    title="Nobody notices when a service hangs",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "Without a check of its health a service that hangs still counts as running, and what depends on it goes on "
        "asking. By default there is no check unless the image has one."
    ),
    fix="Add a `healthcheck`.",
    refs=("CWE-703", _SERVICES + "#healthcheck"),
    bad=(
        """\
services:
  worker:  # <- here
    image: registry.example.com/worker:4.2
  cron:
    image: registry.example.com/cron:4.2
    healthcheck:
      disable: true  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    healthcheck:
      test: ["CMD", "wget", "-q", "--spider", "http://localhost:8080/health"]
""",
    ),
)


def no_healthcheck(project: Project) -> Iterator[Hit]:
    for service in project.services:
        if service.is_part:
            continue
        entry = service.whole.get("healthcheck")
        check = entry.value if entry else None
        disabled = check.get("disable") if isinstance(check, Mapping) else None
        test = check.get("test") if isinstance(check, Mapping) else None
        is_none = any(item.text.upper() == "NONE" for item in listed(test))
        if check is not None and not is_true(disabled) and not is_none:
            continue
        at = disabled if disabled is not None and "healthcheck" in service.own else None
        yield hit(
            span(at or service.key_of("healthcheck")),
            f"the health of {short(service.name)} is not checked",
            fix=f"Add `healthcheck: {{test: [...]}}` to {short(service.name)}.",
            subject=f"services.{service.name}.healthcheck",
        )


ENDLESS_RESTART = Rule(
    id="compose/endless-restart",
    title="Service is restarted without end",
    severity=Severity.INFO,
    level=Action.INFO,
    why="A service that is started again however often it ends hides that somebody makes it crash.",
    fix="Restart by `on-failure:5`.",
    refs=("CWE-703", _SERVICES + "#restart"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    restart: always  # <- here
  worker:
    image: registry.example.com/worker:4.2
    deploy:
      restart_policy:  # <- here
        condition: any
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    restart: on-failure:5
  cron:
    image: registry.example.com/cron:4.2
  worker:
    image: registry.example.com/worker:4.2
    deploy:
      restart_policy:
        condition: on-failure
        max_attempts: 5
""",
    ),
)


_ATTEMPTS = 5
"""As many as the CIS Docker Benchmark (5.14) allows."""


def endless_restart(project: Project) -> Iterator[Hit]:
    for service in project.services:
        value = service.text("restart")
        policy = filled(value.text) if value else None
        attempts = re.fullmatch(r"on-failure:(\d{1,6})", policy or "")
        often = attempts is not None and int(attempts[1]) > _ATTEMPTS
        if value and (often or policy in ("always", "unless-stopped", "on-failure")):
            yield _endless(service, value, "`restart: on-failure:5`")
        deploy = service.get("deploy")
        entry = merged(deploy).get("restart_policy")
        most = merged(entry.value)["max_attempts"].value if entry and "max_attempts" in merged(entry.value) else None
        many = isinstance(most, Scalar) and most.text.isdecimal() and int(most.text[:6]) > _ATTEMPTS
        if entry and (most is None or many):
            yield _endless(service, entry.key, "`max_attempts: 5` in the restart policy")


def _endless(service: Service, at: Scalar, fix: str) -> Hit:
    return hit(
        span(at),
        f"{short(service.name)} is restarted however often it crashes, without end or more than five times",
        fix=f"Write {fix} of {short(service.name)}.",
        subject=f"services.{service.name} restart {at.text}",
    )


NO_LOGGING = Rule(
    id="compose/no-logging",
    title="Service keeps no logs",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="What a service with the driver `none` writes is lost, so nobody can tell afterwards who did what.",
    fix="Leave `logging` out, or name a driver that keeps or ships the logs.",
    refs=("CWE-778", "PCI DSS 10.2.1", _SERVICES + "#logging"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    logging:
      driver: none  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    logging:
      driver: json-file
      options: {max-size: 10m}
  worker:
    image: registry.example.com/worker:4.2
""",
    ),
)


def no_logging(project: Project) -> Iterator[Hit]:
    for service in project.services:
        logging = service.get("logging")
        driver = logging.get("driver") if isinstance(logging, Mapping) else service.get("log_driver")
        if isinstance(driver, Scalar) and driver.text.strip() == "none":
            yield hit(
                span(driver),
                f"{short(service.name)} keeps no logs",
                fix=f"Leave `driver: none` out of {short(service.name)}.",
                subject=f"services.{service.name}.logging none",
            )


RULES = (
    (LATEST_TAG, latest_tag),
    (NO_HEALTHCHECK, no_healthcheck),
    (ENDLESS_RESTART, endless_restart),
    (NO_LOGGING, no_logging),
)
