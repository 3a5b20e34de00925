"""Who can reach a service."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.compose import Port, Project, Service
from yett.parse.yaml import Mapping, Scalar
from yett.rules.compose.services import EDGES, is_database, is_for_developers, span
from yett.rules.hits import hit, short

_PORTS = "https://docs.docker.com/reference/compose-file/services/#ports"

# What listens there by default, by the registry of IANA and the makers' manuals.
BACKENDS = {
    1433: "SQL Server",
    1521: "Oracle",
    2049: "NFS",
    2181: "ZooKeeper",
    2375: "the Docker engine",
    2376: "the Docker engine",
    2379: "etcd",
    3306: "MySQL",
    4369: "the port mapper of Erlang",
    5432: "PostgreSQL",
    5601: "Kibana",
    5672: "AMQP",
    5984: "CouchDB",
    6379: "Redis",
    7474: "Neo4j",
    7687: "Neo4j",
    8086: "InfluxDB",
    8123: "ClickHouse",
    9000: "",
    9042: "Cassandra",
    9092: "Kafka",
    9200: "Elasticsearch",
    9300: "Elasticsearch",
    11211: "memcached",
    15672: "the console of RabbitMQ",
    27017: "MongoDB",
}

PUBLISHED_BACKEND = Rule(
    id="compose/published-backend",
    title="Database or queue is published to the network",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "A port without an address is bound to every interface of the machine, and the engine's own firewall rules let "
        "it pass in front of the machine's. Services reach each other without any port being published."
    ),
    fix='Leave `ports` out, or bind it to the machine itself: `"127.0.0.1:5432:5432"`.',
    refs=("CWE-668", "PCI DSS 1.4.4", "PCI DSS 1.3.1", _PORTS),
    bad=(
        """\
services:
  db:
    image: postgres:17
    ports:
      - "5432:5432"  # <- here
  cache:
    image: redis:7.4
    ports:
      - 16379:6379  # <- here
  store:
    image: mongo:8.0
    ports:
      - target: 27017  # <- here
        published: "27017"
        host_ip: 0.0.0.0
  queue:
    image: rabbitmq:4-management
    ports:
      - ${BIND:-0.0.0.0}:15672:15672  # <- here
""",
    ),
    good=(
        """\
services:
  db:
    image: postgres:17
    ports:
      - "127.0.0.1:5432:5432"
      - "[::1]:5433:5432"
  cache:
    image: redis:7.4
    expose: ["6379"]
  shop:
    image: registry.example.com/shop:4.2
    ports:
      - "443:8443"
  store:
    image: mongo:8.0
    ports:
      - "${BIND_ADDRESS}:27017:27017"
""",
    ),
)


def published_backend(project: Project) -> Iterator[Hit | Unknown]:
    trial = is_for_developers(project)
    for service in project.services:
        for port in service.ports():
            what = _backend(service, port)
            if not what or port.is_local:
                continue
            if "$" in port.host:
                yield Unknown(port.at.line, f"the address that services.{service.name}.ports is bound to")
                continue
            target = port.target
            yield hit(
                span(port.at),
                f"{short(service.name)} publishes {what} (port {short(target, 20)}) on every interface of the machine",
                fix=f"Leave the port out of {short(service.name)}, or write "
                f'`"127.0.0.1:{short(port.published or target, 20)}:{short(target, 20)}"`.',
                subject=f"services.{service.name}.ports {target}",
                severity=Severity.LOW if trial else Severity.MEDIUM if port.host and not _is_any(port.host) else None,
            )


def _backend(service: Service, port: Port) -> str:
    """What a port leads to, where that is no business of the world outside; "" otherwise."""
    if is_database(service):
        return service.image_name
    for number in port.targets()[:20]:
        if BACKENDS.get(number):
            return BACKENDS[number]
    return ""


def _is_any(host: str) -> bool:
    return host.strip("[]") in ("", "0.0.0.0", "::", "*", "0")


ALL_INTERFACES = Rule(
    id="compose/all-interfaces",
    title="Port is published on every interface",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A port without an address is bound to every interface of the machine, the public one included, and passes the "
        "machine's own firewall rules."
    ),
    fix='Name the address it is meant for: `"127.0.0.1:8080:8080"` behind a proxy on the same machine.',
    refs=("CWE-668", "PCI DSS 1.4.2", _PORTS),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    ports:
      - "8080:8080"  # <- here
      - 3000  # <- here
      - "0.0.0.0:9090:9090"  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    ports:
      - "127.0.0.1:8080:8080"
      - "10.0.0.5:9090:9090"
      - target: 3000
        host_ip: 127.0.0.1
        published: "3000"
  db:
    image: postgres:17
    ports: ["5432:5432"]
""",
    ),
)


def all_interfaces(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for port in service.ports():
            # A database has a rule of its own.
            if _is_any(port.host) and not _backend(service, port):
                yield hit(
                    span(port.at),
                    f"{short(service.name)} publishes port {short(port.target, 20)} on every interface of the machine",
                    fix=f"Write the address in front: `127.0.0.1:{short(port.published or port.target, 20)}:"
                    f"{short(port.target, 20)}`.",
                    subject=f"services.{service.name}.ports {port.target} everywhere",
                )


PRIVILEGED_PORT = Rule(
    id="compose/privileged-port",
    title="Service takes a port of the system",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "Ports below 1024 belong to services of the machine itself, such as SSH and mail: a container there takes "
        "their place, or opens one more way in; 80 and 443 are where a shop is expected, unless nobody but the machine "
        "itself can reach them. Inside the container such a "
        "port mostly says that the program starts as root."
    ),
    fix="Publish a port above 1023, behind the proxy, and let the program listen on one above 1023 too.",
    refs=("CWE-284", "PCI DSS 2.2.4", _PORTS),
    bad=(
        """\
services:
  files:
    image: registry.example.com/files:4.2
    ports:
      - "22:2222"  # <- here
      - target: 2121  # <- here
        published: "21"
      - "8080:80"  # <- here
      - "127.0.0.1:80:8080"  # <- here
""",
    ),
    good=(
        """\
services:
  proxy:
    image: nginx:1.27
    ports:
      - "80:8080"
      - "443:8443"
      - "8022:2222"
      - "5353"
      - "${PORT}:8080"
""",
    ),
)


def privileged_port(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for port in service.ports():
            expected = () if port.is_local else (80, 443)
            taken = [number for number in port.publishes()[:50] if 0 < number < 1024 and number not in expected]
            inside = [number for number in port.targets()[:50] if 0 < number < 1024]
            if inside and not taken:
                yield hit(
                    span(port.at),
                    f"{short(service.name)} listens on port {inside[0]}, which is one of the system's",
                    fix=f"Let {short(service.name)} listen on a port above 1023, as a user that is not root.",
                    subject=f"services.{service.name}.ports target {inside[0]}",
                )
            if taken:
                yield hit(
                    span(port.at),
                    f"{short(service.name)} takes port {taken[0]} of the machine, which is one of the system's",
                    fix=f"Let {short(service.name)} publish a port above 1023.",
                    subject=f"services.{service.name}.ports published {taken[0]}",
                )


FLAT_NETWORK = Rule(
    id="compose/flat-network",
    title="Database shares a network with the edge",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Without `networks:` every service of a file is in one network and reaches every other: whoever takes over the "
        "proxy talks to the database."
    ),
    fix="Give the database a network of its own with `internal: true`, shared by the service that asks it alone.",
    refs=("CWE-653", "PCI DSS 1.4.1", "PCI DSS 1.3.1", "https://docs.docker.com/compose/how-tos/networking/"),
    bad=(
        """\
services:
  proxy:
    image: nginx:1.27
    ports: ["443:8443"]
  shop:
    image: registry.example.com/shop:4.2
  db:  # <- here
    image: postgres:17
""",
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    networks: [all]
  db:
    image: postgres:17
    networks:  # <- here
      - all
  proxy:
    image: traefik:3.1
    ports: ["443:8443"]
    networks:
      all: {}
networks:
  all: {}
""",
    ),
    good=(
        """\
services:
  proxy:
    image: nginx:1.27
    ports: ["443:8443"]
    networks: [front]
  shop:
    image: registry.example.com/shop:4.2
    networks: [front, back]
  db:
    image: postgres:17
    networks: [back]
networks:
  front: {}
  back: {internal: true}
""",
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    ports: ["8080:8080"]
  db:
    image: postgres:17
""",
    ),
)


def flat_network(project: Project) -> Iterator[Hit]:
    edges = [service for service in project.services if service.image_name in EDGES and any(service.ports())]
    if not edges or len(project.services) < 3:
        return
    internal = _internal(project)
    for service in project.services:
        if not is_database(service) or service.text("network_mode"):
            continue
        shared = [
            (edge, name)
            for edge in edges
            for name in service.networks()
            if name in edge.networks() and name not in internal
        ]
        if shared:
            edge, name = shared[0]
            yield hit(
                span(service.key_of("networks")),
                f"{short(service.name)} is in the network {short(name)} together with {short(edge.name)}, which faces "
                "the outside",
                fix=f"Put {short(service.name)} into a network of its own with `internal: true`.",
                subject=f"services.{service.name}.networks {name} {edge.name}",
            )


def _internal(project: Project) -> set[str]:
    networks = project.root.get("networks")
    entries = networks.entries if isinstance(networks, Mapping) else {}
    return {
        name
        for name, entry in entries.items()
        if isinstance(entry.value, Mapping)
        and isinstance(value := entry.value.get("internal"), Scalar)
        and value.text.lower() == "true"
    }


RULES = (
    (PUBLISHED_BACKEND, published_backend),
    (ALL_INTERFACES, all_interfaces),
    (PRIVILEGED_PORT, privileged_port),
    (FLAT_NETWORK, flat_network),
)
