"""Rules for AWS, whatever the infrastructure is written in: Terraform, CloudFormation, SAM, serverless.

The rules look at the resources of `parse/resources.py`, by Terraform's names. A file of Terraform is judged with its
directory, a template by itself. What cannot be read of a `.tf` file is reported by the rules for Terraform.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.resources import Module
from yett.parse.tree import Tree
from yett.rules.aws import (
    access,
    access_logs,
    balancers,
    cloudfront,
    compute,
    credentials,
    database,
    firewalls,
    identity,
    images,
    logins,
    network,
    s3,
    storage,
    trails,
    upkeep,
)
from yett.rules.cloud import Checks

EXAMPLE = "main.tf"

_CHECKS = Checks(
    (
        *s3.CHECKS,
        *network.CHECKS,
        *database.CHECKS,
        *upkeep.CHECKS,
        *storage.CHECKS,
        *balancers.CHECKS,
        *cloudfront.CHECKS,
        *firewalls.CHECKS,
        *access_logs.CHECKS,
        *compute.CHECKS,
        *images.CHECKS,
        *access.CHECKS,
        *logins.CHECKS,
        *credentials.CHECKS,
        *trails.CHECKS,
    )
)


def rules() -> tuple[Rule, ...]:
    return _CHECKS.rules


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a file. Nothing where it declares nothing; raises `ParseError` for a template."""
    module = _module(text, path, tree)
    if module is None:
        return
    for resource in module.within(path):
        if resource.broken:
            continue
        kind = f"data.{resource.kind}" if resource.category == "data" else resource.kind
        for check in _CHECKS.of(kind):
            for found in check.look(resource, module):
                yield check.rule, found
        yield from identity.documents(resource, module)


def _module(text: str, path: str, tree: Tree) -> Module | None:
    from yett.parse.terraform import is_terraform

    if is_terraform(path):
        from yett.parse.terraform import load

        return load(tree, path, text)
    from yett.parse import cloudformation

    return cloudformation.load(path, text)
