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
    acls,
    apis,
    balancers,
    caches,
    cloudfront,
    compute,
    credentials,
    database,
    exposed,
    firewalls,
    identity,
    images,
    keys,
    logins,
    network,
    origins,
    passwords,
    s3,
    s3_encryption,
    s3_kept,
    service_logs,
    services,
    storage,
    trails,
    upkeep,
    vpc,
    web_acls,
)
from yett.rules.cloud import Checks, once

EXAMPLE = "main.tf"

_CHECKS = Checks(
    (
        *s3.CHECKS,
        *s3_encryption.CHECKS,
        *s3_kept.CHECKS,
        *network.CHECKS,
        *vpc.CHECKS,
        *database.CHECKS,
        *passwords.CHECKS,
        *upkeep.CHECKS,
        *caches.CHECKS,
        *storage.CHECKS,
        *keys.CHECKS,
        *balancers.CHECKS,
        *origins.CHECKS,
        *cloudfront.CHECKS,
        *firewalls.CHECKS,
        *web_acls.CHECKS,
        *access_logs.CHECKS,
        *compute.CHECKS,
        *images.CHECKS,
        *access.CHECKS,
        *apis.CHECKS,
        *logins.CHECKS,
        *credentials.CHECKS,
        *trails.CHECKS,
        *acls.CHECKS,
        *exposed.CHECKS,
        *services.CHECKS,
        *service_logs.CHECKS,
    )
)


def rules() -> tuple[Rule, ...]:
    return _CHECKS.rules


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a file. Nothing where it declares nothing; raises `ParseError` for a template."""
    return once(path, (said for module in _modules(text, path, tree) for said in _judge(module, path)))


def _judge(module: Module, path: str) -> Iterator[tuple[Rule, Hit | Unknown]]:
    for resource in module.within(path):
        if resource.broken:
            continue
        kind = f"data.{resource.kind}" if resource.category == "data" else resource.kind
        for check in _CHECKS.of(kind):
            for found in check.look(resource, module):
                yield check.rule, found
        yield from identity.documents(resource, module)


def _modules(text: str, path: str, tree: Tree) -> tuple[Module, ...]:
    from yett.parse.terraform import is_terraform

    if is_terraform(path):
        from yett.parse.terraform import loads

        return loads(tree, path, text)
    from yett.parse import cloudformation

    module = cloudformation.load(path, text)
    return () if module is None else (module,)
