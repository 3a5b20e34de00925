"""Rules for Dockerfiles. A rule is a module of this package and a line below."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import Protocol
from yett.model import Hit, Rule, Unknown
from yett.parse.dockerfile import Dockerfile, parse
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules.docker import (
    base_digest,
    chpasswd,
    content,
    curl_pipe_shell,
    debug_entry,
    kubernetes,
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

EXAMPLE = "Dockerfile"

Judge = Callable[[Dockerfile], Iterator[Hit | Unknown]]


class DockerfileRule(Protocol):
    """What a module of one rule offers."""

    RULE: Rule

    def check(self, dockerfile: Dockerfile, /) -> Iterator[Hit | Unknown]: ...


_MODULES: tuple[DockerfileRule, ...] = (
    base_digest,
    chpasswd,
    curl_pipe_shell,
    debug_entry,
    kubernetes,
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


RULES: tuple[tuple[Rule, Judge], ...] = (
    *((module.RULE, module.check) for module in _MODULES),
    *content.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a Dockerfile. Raises `ParseError`, also for a template that is not filled in."""
    if path.endswith(("ignore", ".yaml", ".yml")):
        return  # a `.dockerignore` or a manifest is read with the Dockerfile it belongs to
    dockerfile = parse(text)
    for stage in dockerfile.stages:
        if "{{" in stage.base_at.text:
            raise ParseError(stage.base_at.span.line, stage.base_at.span.column, "the image is not filled in")
    dockerfile = dockerfile._replace(file=path, tree=tree)
    for rule, check in RULES:
        yield from ((rule, said) for said in check(dockerfile))
