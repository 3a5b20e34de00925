"""Who gets into a service: passwords that everybody knows, or that everybody can read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.compose import Project, Service, Variable, filled, variables
from yett.parse.stages import is_prod
from yett.parse.yaml import Mapping
from yett.rules.compose.services import is_database, is_for_developers, is_reachable, is_trial, span
from yett.rules.credentials import is_setting, is_stand_in, means_secret
from yett.rules.hits import hit, short

DEFAULT_CREDENTIALS = Rule(
    id="compose/default-credentials",
    title="Service is open, or opens to a password that everybody knows",
    severity=Severity.CRITICAL,
    why=(
        "Whoever reaches the port gets in: the service is told to ask for no password, or has the one from its manual, "
        "which is the first one that is tried."
    ),
    fix="Leave the switch out, and give the service a long random password as a secret.",
    refs=(
        "CWE-1392",
        "CWE-306",
        "PCI DSS 2.2.2",
        "PCI DSS 8.3.1",
        "https://docs.docker.com/compose/how-tos/use-secrets/",
    ),
    bad=(
        """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_HOST_AUTH_METHOD: trust  # <- here
  cache:
    image: bitnami/redis:7.4
    environment:
      - ALLOW_EMPTY_PASSWORD=yes  # <- here
  shop:
    image: mysql:8.4
    environment:
      MYSQL_ALLOW_EMPTY_PASSWORD: "true"  # <- here
  search:
    image: elasticsearch:8.15.0
    environment:
      - xpack.security.enabled=false  # <- here
  queue:
    image: rabbitmq:4-management
    environment:
      RABBITMQ_DEFAULT_PASS: guest  # <- here
  graphs:
    image: grafana/grafana:11.2.0
    environment:
      GF_SECURITY_ADMIN_PASSWORD: ${GRAFANA_PASSWORD:-admin}  # <- here
      GF_AUTH_ANONYMOUS_ENABLED: "false"
""",
        """\
services:
  cache:
    image: redis:7.4
    command: ["redis-server", "--protected-mode", "no"]
    environment:
      REDIS_PASSWORD: ""  # <- here
""",
    ),
    good=(
        """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_HOST_AUTH_METHOD: scram-sha-256
      POSTGRES_PASSWORD_FILE: /run/secrets/db
  shop:
    image: mysql:8.4
    environment:
      MYSQL_ALLOW_EMPTY_PASSWORD: "no"
      MYSQL_ROOT_PASSWORD: ${MYSQL_ROOT_PASSWORD:?}
  search:
    image: elasticsearch:8.15.0
    environment:
      - xpack.security.enabled=true
  queue:
    image: rabbitmq:4-management
    environment:
      RABBITMQ_DEFAULT_PASS: ${RABBITMQ_PASSWORD}
""",
    ),
)
_ON = ("yes", "true", "1", "on")
_OFF = ("no", "false", "0", "off")
# Switches that let everybody in, and the values that do.
_SWITCHES: dict[str, tuple[str, ...]] = {
    "postgres_host_auth_method": ("trust",),
    "mysql_allow_empty_password": _ON,
    "mariadb_allow_empty_root_password": _ON,
    "mariadb_allow_empty_password": _ON,
    "allow_empty_password": _ON,
    "allow_anonymous_login": _ON,
    "allow_plaintext_listener": (),
    "xpack.security.enabled": _OFF,
    "plugins.security.disabled": _ON,
    "disable_security_plugin": _ON,
    "opensearch_security_disabled": _ON,
    "authenticated": (),
    "neo4j_auth": ("none", "neo4j/neo4j"),
    "neo4j_dbms_security_auth__enabled": _OFF,
    "influxdb_http_auth_enabled": _OFF,
    "gf_auth_anonymous_org_role": ("admin",),
    "airflow__webserver__authenticate": _OFF,
    "authentication_anonymous_access_enabled": _ON,
    "me_config_basicauth": _OFF,
    "minio_browser_login_animation": (),
}
# Passwords that stand in manuals, and the variables that hold them.
_KNOWN_PASSWORDS: dict[str, tuple[str, ...]] = {
    "mysql_root_password": ("", "root", "mysql", "password", "admin"),
    "mariadb_root_password": ("", "root", "mariadb", "mysql", "password", "admin"),
    "rabbitmq_default_pass": ("", "guest", "rabbitmq"),
    "rabbitmq_password": ("guest",),
    "gf_security_admin_password": ("", "admin", "grafana"),
    "minio_root_password": ("minioadmin", "minio123"),
    "minio_secret_key": ("minioadmin", "minio123"),
    "keycloak_admin_password": ("admin", "keycloak"),
    "keycloak_password": ("admin", "keycloak"),
    "kc_bootstrap_admin_password": ("admin", "keycloak"),
    "kc_db_password": (),
    "elastic_password": ("", "changeme", "elastic"),
    "mongo_initdb_root_password": ("", "root", "mongo", "admin", "password", "example"),
    "me_config_basicauth_password": ("pass", "admin", ""),
    "couchdb_password": ("password", "admin", "couchdb"),
    "pgadmin_default_password": ("admin", "root", "password", "postgres", "pgadmin"),
    "redis_password": ("", "redis", "password"),
    "arango_root_password": ("", "root"),
    "clickhouse_password": ("", "default"),
    "sa_password": ("",),
    "mssql_sa_password": ("",),
    "_airflow_www_user_password": ("airflow",),
}


# Passwords that clients are given by the same name as the server: they say nothing of it, least of all when empty.
_SHARED = {
    "redis_password": ("redis", "valkey", "keydb"),
    "rabbitmq_password": ("rabbitmq",),
    "rabbitmq_default_pass": ("rabbitmq",),
    "clickhouse_password": ("clickhouse",),
    "elastic_password": ("elastic", "kibana"),
    "couchdb_password": ("couch",),
    "keycloak_password": ("keycloak",),
    "sa_password": ("mssql", "sql"),
}


def _is_its_own(variable: str, service: Service) -> bool:
    """Whether a variable sets the password of the service itself, rather than one that it logs in with elsewhere."""
    names = _SHARED.get(variable)
    image = f"{service.image or ''} {service.name}".lower()
    return names is None or any(name in image for name in names)


def default_credentials(project: Project) -> Iterator[Hit]:
    trial = is_for_developers(project)
    for service in project.services:
        # What no other machine reaches is open to the other containers alone, which is bad enough in production.
        mild = trial or not (is_reachable(service) or is_prod(project.file))
        for variable in service.environment():
            if variable.value is None:
                continue
            value = filled(variable.value)
            name = variable.name.lower()
            plain = None if value is None else value.strip().strip("'\"").lower()
            if plain is None:
                continue
            if plain in _SWITCHES.get(name, ()):
                said = f"{variable.name}={short(plain)} lets everybody into {short(service.name)}"
            elif plain in _KNOWN_PASSWORDS.get(name, ()) and _is_its_own(name, service):
                word = "the password that stands in every manual" if plain else "an empty password"
                said = f"{variable.name} gives {short(service.name)} {word}"
            else:
                continue
            yield hit(
                span(variable.at),
                said,
                fix=f"Set {variable.name} in {short(service.name)} from a secret, or leave the switch out.",
                subject=f"services.{service.name}.environment.{variable.name} open",
                severity=Severity.MEDIUM if mild else None,
            )


PLAIN_SECRET_ENV = Rule(
    id="compose/plain-secret-env",
    title="Secret stands in the Compose file",
    severity=Severity.HIGH,
    why=(
        "Who can read the repository has the password, and so has its history for ever. `docker inspect` shows it to "
        "everybody on the machine as well."
    ),
    fix="Use `secrets:` and the `_FILE` form of the variable, or `${NAME:?}` from a file that is not committed.",
    refs=(
        "CWE-798",
        "PCI DSS 8.6.2",
        "https://docs.docker.com/compose/how-tos/use-secrets/",
    ),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    environment:
      DB_PASSWORD: q9Xv"""
        + """T2kLm8Rw  # <- here
      API_TOKEN: ${API_TOKEN:-q9Xv"""
        + """T2kLm8Rw}  # <- here
      DATABASE_URL: postgres://shop:q9Xv"""
        + """T2kLm8Rw@db/shop  # <- here
  worker:
    build:
      context: .
      args:
        - NPM_TOKEN=q9Xv"""
        + """T2kLm8Rw  # <- here
  db:
    image: postgres:17
    environment:
      - POSTGRES_PASSWORD=postgres  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    environment:
      DB_PASSWORD: ${DB_PASSWORD:?}
      DB_PASSWORD_FILE: /run/secrets/db
      API_TOKEN:
      API_KEY: ""
      TOKEN_URL: https://login.example.com/token
      PASSWORD_RESET_TOKEN_LIFETIME: "3600"
      REQUIRE_PASSWORD: "true"
      DATABASE_URL: postgres://shop:${DB_PASSWORD}@db/shop
      SESSION_SECRET: ${SESSION_SECRET}
      SEARCH_API_KEY: op://shop/search/key
  queue:
    image: confluentinc/cp-kafka:7.6.1
    environment:
      KAFKA_SSL_KEYSTORE_CREDENTIALS: keystore-credentials
""",
    ),
)
_ADDRESS = r"(?i)\b[a-z][a-z0-9+.-]*://[^\s:/@]*:(?P<password>[^\s@/]+)@"
_ELSEWHERE = r"_(?:FILE|PATH|URL)$|^KAFKA_(?:\w+_)?(?:KEY|KEYSTORE|TRUSTSTORE)_CREDENTIALS$"
"""Names that say where the secret is; those of Kafka's images name a file in /etc/kafka/secrets:
https://docs.confluent.io/platform/current/installation/docker/config-reference.html"""
_REFERENCE = r"(?:op|vault|awssm|gcpsm|azurekv|ref\+\w{1,30})://"
"""Where a tool fetches the secret from: https://developer.1password.com/docs/cli/secret-reference-syntax"""
_BENIGN = frozenset(
    {"true", "false", "yes", "no", "on", "off", "none", "null", "auto", "disabled", "enabled", "optional", "required"}
)


def plain_secret_env(project: Project) -> Iterator[Hit | Unknown]:
    trial = is_trial(project.file)
    developed = is_for_developers(project)
    for service in project.services:
        own = developed and is_database(service)  # its first password, where there is nothing in it
        build = service.get("build")
        arguments = variables(build.get("args") if isinstance(build, Mapping) else None)
        for where, variable in (
            *(("environment", each) for each in service.environment()),
            *(("build.args", each) for each in arguments),
        ):
            plain = _secret(variable)
            if plain is None:
                continue
            weak = is_stand_in(plain)
            known = (
                variable.name.lower() in _KNOWN_PASSWORDS and plain.lower() in _KNOWN_PASSWORDS[variable.name.lower()]
            )
            if known:
                continue  # said by default-credentials
            yield hit(
                span(variable.at),
                f"{short(variable.name)} of {short(service.name)} has {'a plain' if weak else 'its'} value here, for "
                "everybody who can read the file",
                fix=(
                    f"Write `{variable.name}: ${{{variable.name}:?}}` in {short(service.name)}, or use `secrets:` and "
                    f"`{variable.name}_FILE` where the image knows it."
                ),
                subject=f"services.{service.name}.{where}.{variable.name} plain",
                severity=Severity.MEDIUM if weak or trial or own else None,
                confidence=Confidence.MEDIUM if weak else None,
            )


def _secret(variable: Variable) -> str | None:
    """The secret in a variable's value, or in its default; None where there is none."""
    if variable.value is None:
        return None
    value = filled(variable.value)
    address = re.search(_ADDRESS, variable.value if value is None else value)
    if address and "$" not in address["password"]:
        return address["password"]
    name = variable.name
    if value is None or not means_secret(name) or re.search(_ELSEWHERE, name.upper()):
        return None
    text = value.strip().strip("'\"")
    if re.match(_REFERENCE, text):
        return None
    if not text or text.lower() in _BENIGN or text.startswith(("/", "./", "file:")) or is_setting(text):
        return text if text.isdigit() and len(text) > 3 and "pass" in name.lower() else None
    return text


NO_AUTHENTICATION = Rule(
    id="compose/no-authentication",
    title="Data store asks nobody for a password",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Redis and MongoDB let in everybody who reaches their port unless they are given a password, and Elasticsearch "
        "before version 8 does so too: one weak container on the network reads and changes all data."
    ),
    fix="Give it a password (`--requirepass`, `MONGO_INITDB_ROOT_PASSWORD_FILE`), and a network of its own.",
    refs=(
        "CWE-306",
        "PCI DSS 8.3.1",
        "PCI DSS 2.2.2",
        "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
    ),
    bad=(
        """\
services:
  cache:
    image: redis:7.4  # <- here
  store:
    image: mongo:8.0  # <- here
    environment:
      MONGO_INITDB_DATABASE: shop
  search:
    image: docker.elastic.co/elasticsearch/elasticsearch:7.17.0  # <- here
  orders:
    image: redis:7.4
    command: redis-server --appendonly yes --protected-mode no  # <- here
""",
    ),
    good=(
        """\
services:
  cache:
    image: redis:7.4
    command: redis-server --requirepass ${REDIS_PASSWORD}
  sessions:
    image: redis:7.4
    command: ["redis-server", "/usr/local/etc/redis/redis.conf"]
  store:
    image: mongo:8.0
    environment:
      MONGO_INITDB_ROOT_USERNAME: root
      MONGO_INITDB_ROOT_PASSWORD: ${MONGO_PASSWORD}
  other:
    image: mongo:8.0
    env_file: mongo.env
  search:
    image: docker.elastic.co/elasticsearch/elasticsearch:8.15.0
""",
    ),
)


def no_authentication(project: Project) -> Iterator[Hit | Unknown]:
    for service in project.services:
        missing = _missing(service)
        if not missing:
            continue
        at = service.text("command") if "--protected-mode" in service.words("command") else None
        at = at or service.text("image")
        if "env_file" in service.whole and "password" not in missing:
            yield Unknown((at or service.key).line, f"the environment of services.{service.name}")
            continue
        exposed = [port for port in service.ports() if not port.is_local]
        yield hit(
            span(at or service.key),
            f"{short(service.name)} asks nobody for a password: it has no {missing}",
            fix=f"Set {missing} in {short(service.name)}.",
            subject=f"services.{service.name} authentication",
            severity=Severity.HIGH if exposed else None,
        )


def _missing(service: Service) -> str:
    """What would ask for a password and is not there; "" where something may be."""
    name = service.image_name
    variables_ = {variable.name.lower(): variable for variable in service.environment(whole=True)}
    words = (*service.words("entrypoint"), *service.words("command"))
    text = " ".join(words)
    if name in ("redis", "valkey", "keydb") and "bitnami" not in (service.image or ""):
        if any(mark in text for mark in ("requirepass", ".conf", "aclfile", "$")) or _mounts_configuration(service):
            return ""
        if any("redis" in key and ("pass" in key or "args" in key) for key in variables_):
            return ""
        return "`--requirepass`"
    if name in ("mongo", "mongodb-community-server"):
        if "env_file" in service.whole:
            return ""
        has = any(key.startswith(("mongo_initdb_root", "mongodb_initdb_root")) for key in variables_)
        told = any(mark in text for mark in ("--auth", "--keyFile", "--config", "-f "))
        return "" if has or told else "`MONGO_INITDB_ROOT_USERNAME`"
    if name == "elasticsearch" and "env_file" not in service.whole:
        version = re.search(r":(\d+)\.", service.image or "")
        said = any("security" in key for key in variables_) or _mounts_configuration(service)
        return "`xpack.security.enabled=true`" if version and int(version[1]) < 8 and not said else ""
    return ""


def _mounts_configuration(service: Service) -> bool:
    if "configs" in service.whole:
        return True
    return any(mount.target.endswith((".conf", ".yml", ".acl", "/conf", "/config")) for mount in service.mounts())


DAEMON_WITHOUT_TLS = Rule(
    id="compose/engine-without-tls",
    title="Container engine listens without TLS",
    severity=Severity.HIGH,
    why=(
        "Port 2375 takes every command of everybody who reaches it, start a privileged container included. The image "
        "docker:dind makes certificates by itself unless DOCKER_TLS_CERTDIR is empty."
    ),
    fix="Leave `DOCKER_TLS_CERTDIR` alone and use port 2376, or build with a rootless builder.",
    refs=("CWE-319", "CWE-306", "PCI DSS 2.2.7", "https://docs.docker.com/engine/security/protect-access/"),
    bad=(
        """\
services:
  engine:
    image: docker:27-dind
    environment:
      DOCKER_TLS_CERTDIR: ""  # <- here
  other:
    image: docker:27-dind
    command: ["dockerd", "-H", "tcp://0.0.0.0:2375"]  # <- here
""",
    ),
    good=(
        """\
services:
  engine:
    image: docker:27-dind
    environment:
      DOCKER_TLS_CERTDIR: /certs
    command: ["dockerd", "-H", "tcp://0.0.0.0:2376", "--tlsverify"]
  shop:
    image: registry.example.com/shop:4.2
    environment:
      DOCKER_HOST: tcp://socket-proxy:2375
""",
    ),
)


def engine_without_tls(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for variable in service.environment():
            if (
                variable.name == "DOCKER_TLS_CERTDIR"
                and variable.value is not None
                and not variable.value.strip("'\" ")
            ):
                yield _engine_hit(service, variable.at.line and span(variable.at))
        words = service.words("command")
        listens = any(re.match(r"(?:--host=|-H=?)?tcp://(?!127\.|localhost)", word) for word in words)
        if ("dind" in (service.image or "") or "dockerd" in words) and listens and "--tlsverify" not in words:
            value = service.get("command")
            if value:
                yield _engine_hit(service, span(value))


def _engine_hit(service: Service, at: object) -> Hit:
    from yett.parse.source import Span

    place = at if isinstance(at, Span) else span(service.key)
    return hit(
        place,
        f"the container engine in {short(service.name)} listens without TLS",
        fix=f"Let {short(service.name)} keep its certificates: leave `DOCKER_TLS_CERTDIR` alone, and use port 2376.",
        subject=f"services.{service.name} engine without TLS",
    )


RULES = (
    (DEFAULT_CREDENTIALS, default_credentials),
    (PLAIN_SECRET_ENV, plain_secret_env),
    (NO_AUTHENTICATION, no_authentication),
    (DAEMON_WITHOUT_TLS, engine_without_tls),
)
