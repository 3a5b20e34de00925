"""Who can reach what runs in the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, key_span, number, place, text
from yett.parse.yaml import Mapping, Node
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, subject, title

_SERVICE_PAGE = "https://kubernetes.io/docs/concepts/services-networking/service/"
_POLICY_PAGE = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"

SERVICE_EXPOSED = Rule(
    id="kubernetes/service-exposed",
    title="Backend open to outside of the cluster",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A Service of type LoadBalancer or NodePort answers outside of the cluster: a database, a cache, a queue or a"
    " console belongs behind the shop, not beside it.",
    fix="Write `type: ClusterIP`; for people, use `kubectl port-forward` or a VPN.",
    refs=("CWE-668", "PCI DSS 1.4.4", _SERVICE_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: orders-db
spec:
  type: LoadBalancer # <- here
  ports:
    - port: 5432
---
apiVersion: v1
kind: Service
metadata:
  name: session-redis
spec:
  type: NodePort # <- here
  ports:
    - port: 80
      targetPort: 6379
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: orders-db
spec:
  ports:
    - port: 5432
---
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  type: LoadBalancer
  loadBalancerSourceRanges: [203.0.113.0/24]
  ports:
    - port: 443
---
apiVersion: v1
kind: Service
metadata:
  name: reports-db
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-internal: "true"
spec:
  type: LoadBalancer
  ports:
    - port: 5432
""",
    ),
)

_BACKENDS = {
    22: "SSH", 1433: "SQL Server", 1521: "Oracle", 2181: "ZooKeeper", 2375: "Docker", 2376: "Docker", 2379: "etcd",
    2380: "etcd", 3306: "MySQL", 3389: "RDP", 4369: "Erlang's port mapper", 5432: "PostgreSQL", 5601: "Kibana",
    5672: "RabbitMQ", 5984: "CouchDB", 6379: "Redis", 7000: "Cassandra", 7001: "Cassandra", 8086: "InfluxDB",
    8200: "Vault", 8500: "Consul", 9042: "Cassandra", 9092: "Kafka", 9200: "Elasticsearch", 9300: "Elasticsearch",
    10250: "the kubelet", 11211: "memcached", 15672: "RabbitMQ's console", 26257: "CockroachDB", 27017: "MongoDB",
    27018: "MongoDB", 50000: "Db2",
}  # fmt: skip
_BACKEND_NAMES = (
    *("postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "memcached", "rabbitmq", "kafka"),
    *(
        "zookeeper",
        "elasticsearch",
        "cassandra",
        "etcd",
        "adminer",
        "phpmyadmin",
        "pgadmin",
        "kibana",
        "database",
        "db",
    ),
)
_INTERNAL = (
    "aws-load-balancer-internal",
    "aws-load-balancer-scheme",
    "azure-load-balancer-internal",
    "networking.gke.io/load-balancer-type",
    "cloud.google.com/load-balancer-type",
    "load-balancer-source-ranges",
    "alibaba-cloud-loadbalancer-address-type",
    "openstack-internal-load-balancer",
    "oci-load-balancer-internal",
    "internal",
)


def _services(config: Config) -> Iterator[tuple[Manifest, Node, str]]:
    """(service, the node of its type, its type) of each Service that is open to outside."""
    for manifest in config.of("Service"):
        kind = manifest.get("spec", "type")
        if manifest.api == "v1" and kind is not None and text(kind) in ("LoadBalancer", "NodePort"):
            yield manifest, kind, text(kind)


def _is_fenced(manifest: Manifest) -> bool:
    """Whether a load balancer is for the inside, or for some addresses, only."""
    ranges = elements(manifest.get("spec", "loadBalancerSourceRanges"))
    if ranges and not any(text(item) in ("0.0.0.0/0", "::/0") for item in ranges):
        return True
    held = manifest.get("metadata", "annotations")
    for key, value in held.entries.values() if isinstance(held, Mapping) else ():
        said = text(value).lower()
        if any(word in key.text for word in _INTERNAL) and said not in ("false", "internet-facing", "external", ""):
            return "0.0.0.0/0" not in said
    return False


def _backend(manifest: Manifest) -> str:
    for item in elements(manifest.get("spec", "ports")):
        for key in ("targetPort", "port"):
            found = _BACKENDS.get(number(find(item, key)) or 0)
            if found:
                return f"the port of {found}"
    words = manifest.name.lower().replace("_", "-").split("-")
    found = next((word for word in words if word in _BACKEND_NAMES), None)
    return f"what its name calls {found}" if found else ""


def service_exposed(config: Config) -> Iterator[Hit | Unknown]:
    for manifest, node, kind in _services(config):
        backend = _backend(manifest)
        if backend and not _is_fenced(manifest):
            yield hit(
                place(node),
                f"{title(manifest)} opens {backend} to outside of the cluster (type: {kind})",
                fix=f"Write `type: ClusterIP` for {title(manifest)}.",
                subject=f"{manifest.id}: {kind}",
            )


NODE_PORT = Rule(
    id="kubernetes/node-port",
    title="Service on a port of every node",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A NodePort answers on each node's address, past the load balancer, its firewall and its TLS.",
    fix="Write `type: ClusterIP`, and put an Ingress or a Gateway in front.",
    refs=("CWE-668", "PCI DSS 1.4.2", f"{_SERVICE_PAGE}#type-nodeport"),
    bad=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  type: NodePort # <- here
  ports:
    - port: 80
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  type: ClusterIP
  ports:
    - port: 80
""",
    ),
)


def node_port(config: Config) -> Iterator[Hit | Unknown]:
    for manifest, node, kind in _services(config):
        if kind == "NodePort":
            message = f"{title(manifest)} is of type NodePort: it answers on every node"
            yield hit(place(node), message, subject=f"{manifest.id}: NodePort")


OPEN_LOAD_BALANCER = Rule(
    id="kubernetes/open-load-balancer",
    title="Load balancer open to every address",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A Service of type LoadBalancer takes calls from every address unless loadBalancerSourceRanges or an annotation"
    " of the platform says otherwise, and no WAF stands in front of it.",
    fix="Name `loadBalancerSourceRanges`, make it internal, or put an Ingress in front.",
    refs=("CWE-668", "PCI DSS 1.4.2", f"{_SERVICE_PAGE}#loadbalancer"),
    bad=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  type: LoadBalancer # <- here
  ports:
    - port: 443
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  type: LoadBalancer
  loadBalancerSourceRanges: [203.0.113.0/24]
  ports:
    - port: 443
""",
    ),
)


def open_load_balancer(config: Config) -> Iterator[Hit | Unknown]:
    for manifest, node, kind in _services(config):
        if kind == "LoadBalancer" and not _is_fenced(manifest):
            message = f"{title(manifest)} is of type LoadBalancer without loadBalancerSourceRanges"
            yield hit(place(node), message, subject=f"{manifest.id}: LoadBalancer")


EXTERNAL_IPS = Rule(
    id="kubernetes/external-ips",
    title="Service that claims addresses of others",
    severity=Severity.MEDIUM,
    why="Nothing checks externalIPs: who writes a Service takes over the cluster's traffic to any address, the payment"
    " provider's among them (CVE-2020-8554).",
    fix="Remove `externalIPs`; take a LoadBalancer or an Ingress.",
    refs=("CWE-441", "PCI DSS 2.2.6", f"{_SERVICE_PAGE}#external-ips"),
    bad=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  externalIPs: # <- here
    - 203.0.113.7
  ports:
    - port: 443
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  externalIPs: []
  externalName: pay.example.com
  ports:
    - port: 443
""",
    ),
)


def external_ips(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("Service"):
        addresses = [text(item) for item in elements(manifest.get("spec", "externalIPs"))]
        at = key_span(manifest.get("spec"), "externalIPs")
        if addresses and at:
            message = f"{title(manifest)} claims the addresses {short(', '.join(addresses))} (externalIPs)"
            yield hit(at, message, subject=f"{manifest.id}: externalIPs")


HOST_PORT = Rule(
    id="kubernetes/host-port",
    title="Container on a port of its node",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A hostPort answers on the node's address, past Services and NetworkPolicies, and keeps other pods off that"
    " node.",
    fix="Remove `hostPort`, and reach the pod by a Service.",
    refs=("CWE-668", "PCI DSS 1.4.2", "https://kubernetes.io/docs/concepts/configuration/overview/#services"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: registry.example.com/storefront:3.2
      ports:
        - containerPort: 8080
          hostPort: 80 # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: registry.example.com/storefront:3.2
      ports:
        - containerPort: 8080
""",
    ),
)


def host_port(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        for item in elements(container.get("ports")):
            value = find(item, "hostPort")
            if value is not None and number(value):
                message = f"{container_title(workload, container)} listens on port {text(value)} of its node (hostPort)"
                yield hit(place(value), message, subject=subject(workload, container, f"hostPort {text(value)}"))


SSH_PORT = Rule(
    id="kubernetes/ssh-port",
    title="SSH in a container",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="An SSH server in a container is a way in with keys of its own, past the cluster's logins and its audit log.",
    fix="Remove it; `kubectl exec` and `kubectl debug` are logged.",
    refs=(
        "CWE-668",
        "PCI DSS 2.2.4",
        "https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/",
    ),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: feeds
spec:
  containers:
    - name: feeds
      image: registry.example.com/feeds:1.0
      ports:
        - containerPort: 22 # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: feeds
spec:
  containers:
    - name: feeds
      image: registry.example.com/feeds:1.0
      ports:
        - containerPort: 2222
""",
    ),
)


def ssh_port(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        for item in elements(container.get("ports")):
            value = find(item, "containerPort")
            if value is not None and number(value) == 22 and text(find(item, "protocol")) in ("", "TCP"):
                message = f"{container_title(workload, container)} listens on port 22, which is SSH"
                yield hit(place(value), message, subject=subject(workload, container, "port 22"))


RULES = (
    (SERVICE_EXPOSED, service_exposed),
    (NODE_PORT, node_port),
    (OPEN_LOAD_BALANCER, open_load_balancer),
    (EXTERNAL_IPS, external_ips),
    (HOST_PORT, host_port),
    (SSH_PORT, ssh_port),
)
