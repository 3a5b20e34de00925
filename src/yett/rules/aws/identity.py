"""Policy documents in infrastructure: what the rules for IAM policies say of them, and policies of AWS that are
attached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from yett.model import Hit, Rule, Unknown
from yett.parse import iam
from yett.parse.registry_modules import ALIASES, kind
from yett.parse.resources import Map, Module, Resource, Unresolved, flat, known, texts
from yett.rules.aws.policies import from_data, identity_documents, policy
from yett.rules.hits import hit, short
from yett.rules.iam_policy import ADMIN, Place, judge_document

Judged = Iterator[tuple[Rule, Hit | Unknown]]

_WIDE = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
_ATTACHMENTS = {
    "aws_iam_role_policy_attachment": ("policy_arn",),
    "aws_iam_user_policy_attachment": ("policy_arn",),
    "aws_iam_group_policy_attachment": ("policy_arn",),
    "aws_iam_policy_attachment": ("policy_arn",),
    "aws_ssoadmin_managed_policy_attachment": ("managed_policy_arn",),
    "aws_iam_role": ("managed_policy_arns",),
    "aws_iam_role_policy_attachments_exclusive": ("policy_arns",),
    "aws_iam_user": ("managed_policy_arns",),
    "aws_iam_group": ("managed_policy_arns",),
    "aws_lambda_function": ("Policies", "iamManagedPolicies"),
    "serverless_provider": ("iamManagedPolicies", "iam.role.managedPolicies"),
}

_RESOURCE_POLICIES = {
    "aws_s3_bucket": ("policy", "s3"),
    "aws_s3_bucket_policy": ("policy", "s3"),
    "aws_kms_key": ("policy", "kms"),
    "aws_kms_key_policy": ("policy", "kms"),
    "aws_ecr_repository": ("policy", "ecr"),
    "aws_ecr_repository_policy": ("policy", "ecr"),
    "aws_sqs_queue": ("policy", "sqs"),
    "aws_sqs_queue_policy": ("policy", "sqs"),
    "aws_sns_topic": ("policy", "sns"),
    "aws_sns_topic_policy": ("policy", "sns"),
    "aws_secretsmanager_secret_policy": ("policy", "secretsmanager"),
    "aws_opensearch_domain": ("access_policies", "opensearch"),
    "aws_opensearch_domain_policy": ("access_policies", "opensearch"),
}


def documents(resource: Resource, module: Module) -> Judged:
    """What the rules for policy documents say of those of a resource."""
    for each in identity_documents(resource, module):
        yield from judge_document(each.document, each.kind, Place(each.name, each.holder, span=each.span))
    if resource.kind in _RESOURCE_POLICIES:
        path, service = _RESOURCE_POLICIES[resource.kind]
        value = resource.find(path)
        found = policy(value, resource, module)
        if found is not None and value is not None:
            yield from judge_document(found, "resource", Place(resource.address, "", service, span=value.span))
    if resource.kind == "aws_iam_policy_document" and resource.address not in used(module):
        # One that nothing of the module uses is judged by what it says; otherwise where it is used.
        made = from_data(resource, module)
        if made is not None:
            yield from judge_document(made, "", Place(resource.address, span=resource.span))
    if resource.category == "module":
        yield from _given(resource, module)
    yield from attached(resource)


def _given(call: Resource, module: Module) -> Judged:
    """Documents that are written out for a module that cannot be looked into, under a name that says what they are.
    Whose they will be only the module knows: what they are is told by what they say."""
    source = known(call.find("source")) or ""
    kind_ = kind(source)
    taken = {"policy", *ALIASES.get(kind_, {}).values()} if kind_ in _RESOURCE_POLICIES else set()
    for name in call.body.names() if not source.startswith(".") else ():
        if name in taken or not re.search("polic(?:y|ies)", name):
            continue
        value = call.find(name)
        for each in flat((value,)) if value is not None else ():
            meant = each.get("policy") if isinstance(each, Map) and each.written("policy") else each
            found = policy(meant, call, module) if not isinstance(meant, Unresolved) else None
            if found is not None and meant is not None:
                yield from judge_document(found, "", Place(call.address, span=meant.span))


_USERS = (
    *("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy", "aws_iam_role"),
    *(
        "aws_s3_bucket_policy",
        "aws_kms_key",
        "aws_sqs_queue_policy",
        "aws_sns_topic_policy",
        "aws_ecr_repository_policy",
    ),
    *("aws_secretsmanager_secret_policy", "aws_s3_bucket", "aws_sqs_queue", "aws_sns_topic", "aws_kms_key_policy"),
    *("data.aws_iam_policy_document", "aws_opensearch_domain_policy", "aws_opensearch_domain"),
    *("aws_ssoadmin_permission_set_inline_policy", "aws_vpc_endpoint", "aws_organizations_policy"),
    *("aws_backup_vault_policy", "aws_efs_file_system_policy", "aws_glacier_vault", "aws_api_gateway_rest_api_policy"),
)


@lru_cache(maxsize=4)
def used(module: Module) -> frozenset[str]:
    """The addresses of documents that a resource of the module holds, whatever it does with them."""
    found: set[str] = set()
    for resource in module.of(*_USERS):
        for path in (
            *("policy", "assume_role_policy", "inline_policy.policy", "access_policies", "inline_policy", "content"),
            *("source_policy_documents", "override_policy_documents", "source_json", "override_json", "access_policy"),
        ):
            for value in texts(resource.find(path)):
                if isinstance(value, Unresolved):
                    found.update(ref.address for ref in value.refs)
    return frozenset(found)


def attached(resource: Resource) -> Judged:
    """Policies of AWS that give everything."""
    for path in _ATTACHMENTS.get(resource.kind, ()):
        for value in texts(resource.find(path)):
            text = value.text if isinstance(value, Unresolved) else known(value) or ""
            name = text.rpartition("/")[2]
            if name in _WIDE or text in _WIDE:
                yield (
                    ADMIN,
                    hit(
                        value.span,
                        f"{resource.label} gets {short(name)}",
                        fix="Attach a policy that names the actions and the resources the work needs.",
                        subject=f"{resource.address} {name}",
                    ),
                )


__all__ = ["Map", "attached", "documents", "iam", "used"]
