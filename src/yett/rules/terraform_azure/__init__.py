"""Rules for Azure in Terraform: what `azurerm_…`, `azuread_…` and `azapi_…` resources open, leave in the clear or leave
unlocked. Absence is judged by the defaults of version 3 and 4 of the azurerm provider."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.tree import Tree
from yett.rules.cloud import Checks
from yett.rules.terraform_azure import (
    access,
    apps,
    clusters,
    copies,
    databases,
    edge,
    exposure,
    identities,
    inbound,
    keys,
    logs,
    network,
    runtimes,
    storage,
    watch,
)

EXAMPLE = "main.tf"

_CHECKS = Checks(
    (
        *storage.CHECKS,
        *inbound.CHECKS,
        *network.CHECKS,
        *databases.CHECKS,
        *apps.CHECKS,
        *access.CHECKS,
        *keys.CHECKS,
        *clusters.CHECKS,
        *edge.CHECKS,
        *exposure.CHECKS,
        *watch.CHECKS,
        *identities.CHECKS,
        *copies.CHECKS,
        *logs.CHECKS,
        *runtimes.CHECKS,
    )
)


def rules() -> tuple[Rule, ...]:
    return _CHECKS.rules


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a Terraform file; nothing where it has no resource of Azure. What cannot be read of it is
    reported by the family `terraform`."""
    if "azurerm_" in text or "azuread_" in text:
        yield from _CHECKS.judge(text, path, tree)
