"""Rules for Dockerfiles. A rule is a module of this package and a line below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from yett.model import Hit, Rule
from yett.parse.dockerfile import Dockerfile
from yett.rules.docker import (
    base_digest,
    chpasswd,
    curl_pipe_shell,
    debug_entry,
    no_user,
    port_22,
    remote_add,
    root_user,
    secret_in_build,
    sudo,
    tls_verify_off,
    unpinned_base,
    unsigned_packages,
    world_writable,
)


class DockerfileRule(Protocol):
    """What a module of this package offers."""

    RULE: Rule

    def check(self, dockerfile: Dockerfile, /) -> Iterator[Hit]: ...


RULES: tuple[DockerfileRule, ...] = (
    base_digest,
    chpasswd,
    curl_pipe_shell,
    debug_entry,
    no_user,
    port_22,
    remote_add,
    root_user,
    secret_in_build,
    sudo,
    tls_verify_off,
    unpinned_base,
    unsigned_packages,
    world_writable,
)


def rules() -> tuple[Rule, ...]:
    return tuple(module.RULE for module in RULES)
