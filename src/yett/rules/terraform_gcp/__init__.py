"""Rules for Google Cloud in Terraform: what `google_…` resources open, leave in the clear or leave unlocked. Absence is
judged by the defaults of versions 5 and 6 of the google provider."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.tree import Tree
from yett.rules.cloud import Checks
from yett.rules.terraform_gcp import (
    clusters,
    edge,
    identity,
    ingress,
    keys,
    machines,
    network,
    pods,
    public,
    services,
    sql,
)

EXAMPLE = "main.tf"

_CHECKS = Checks(
    (
        *public.CHECKS,
        *network.CHECKS,
        *ingress.CHECKS,
        *edge.CHECKS,
        *sql.CHECKS,
        *identity.CHECKS,
        *keys.CHECKS,
        *clusters.CHECKS,
        *machines.CHECKS,
        *pods.CHECKS,
        *services.CHECKS,
    )
)


def rules() -> tuple[Rule, ...]:
    return _CHECKS.rules


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a Terraform file; nothing where it has no resource of Google Cloud. What cannot be read of
    it is reported by the family `terraform`."""
    if "google_" in text:
        yield from _CHECKS.judge(text, path, tree)
