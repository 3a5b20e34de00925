"""Who an image runs as, as far as its name tells."""

from __future__ import annotations

from yett.rules.image import image

# Official images whose last USER is not root (their Dockerfiles at github.com/docker-library and vendors').
_NOT_ROOT = (
    "elasticsearch",
    "haproxy",
    "kibana",
    "kong",
    "logstash",
    "memcached",
    "solr",
    "sonarqube",
    "varnish",
)
# Official images whose entry point gives up root before it starts the service.
_GIVES_UP_ROOT = (
    "cassandra",
    "ghost",
    "mariadb",
    "mongo",
    "mysql",
    "postgres",
    "rabbitmq",
    "redis",
    "valkey",
    "zookeeper",
)
_KNOWN_ROOT = (
    "amazonlinux",
    "docker.io/library/",
    "gcr.io/distroless/",
    "ghcr.io/astral-sh/uv",
    "library/",
    "mcr.microsoft.com/dotnet/",
    "mcr.microsoft.com/devcontainers/",
    "mcr.microsoft.com/playwright",
    "nvidia/cuda",
    "public.ecr.aws/docker/library/",
    "public.ecr.aws/lambda/",
    "quay.io/centos/",
    "redhat/ubi",
    "registry.access.redhat.com/ubi",
    "rockylinux/",
    "tiangolo/",
)


def _official(name: str) -> str:
    return name.removeprefix("docker.io/").removeprefix("library/").removeprefix("public.ecr.aws/docker/library/")


def gives_up_root_itself(text: str) -> bool:
    """Whether the entry point of an image starts as root and goes on as somebody else."""
    return _official(image(text).name) in _GIVES_UP_ROOT


def runs_as_root(text: str) -> bool | None:
    """Whether an image starts as root when nobody says otherwise; None where its name does not tell."""
    name, tag, _ = image(text)
    low = f"{name}:{tag}".lower()
    if any(word in low for word in ("nonroot", "non-root", "unprivileged", "rootless", "chiseled")):
        return False
    if low.startswith(("cgr.dev/chainguard/", "cgr.dev/", "chainguard/", "bitnami/", "docker.io/bitnami/")):
        return False
    official = _official(name)
    if "/" not in official:
        return official not in _NOT_ROOT and official not in _GIVES_UP_ROOT
    return True if name.startswith(_KNOWN_ROOT) else None
