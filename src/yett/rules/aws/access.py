"""Who may call: functions, APIs, queues, keys."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, Unresolved, known, truth
from yett.rules.aws.need import bad
from yett.rules.aws.policies import policy
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit, short
from yett.rules.iam_policy import public

Found = Iterator[Hit | Unknown]


_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"


LAMBDA = Rule(
    id="aws/lambda-public",
    title="Function that everybody may call",
    severity=Severity.HIGH,
    why="A URL with authorization `NONE`, or a permission for `*`, is the back end without a door. A service as"
    " principal without a source calls for whichever customer of AWS asks it to.",
    fix="Use `AWS_IAM`, and name `source_arn` or `source_account`.",
    refs=(
        "CWE-306",
        "PCI DSS 7.2.1",
        "PCI DSS 8.3.1",
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    ),
    bad=(
        """\
resource "aws_lambda_function_url" "refund" {
  function_name      = "refund"
  authorization_type = "NONE" # <- here
}

resource "aws_lambda_permission" "all" {
  function_name = "refund"
  action        = "lambda:InvokeFunction"
  principal     = "*" # <- here
}

resource "aws_lambda_permission" "bucket" {
  function_name = "resize"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com" # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Url:
    Type: AWS::Lambda::Url
    Properties:
      AuthType: NONE # <- here
""",
    ),
    good=(
        """\
resource "aws_lambda_function_url" "refund" {
  authorization_type = "AWS_IAM"
}

resource "aws_lambda_permission" "bucket" {
  action     = "lambda:InvokeFunction"
  principal  = "s3.amazonaws.com"
  source_arn = aws_s3_bucket.media.arn
}

resource "aws_lambda_permission" "account" {
  action    = "lambda:InvokeFunction"
  principal = "111122223333"
}
""",
    ),
)


def lambda_public(resource: Resource, _module: Module) -> Found:
    if resource.kind == "aws_lambda_permission" or resource.kind == "aws_lambda_layer_version_permission":
        yield from _permission(resource)
        return
    for path in ("authorization_type", "FunctionUrlConfig.AuthType", "url.authorizer"):
        value = resource.find(path)
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is not None and (known(value) or "").upper() == "NONE":
            yield bad(resource, value.span, "may be called by everybody", path, '"AWS_IAM"')
    if resource.format == "serverless":
        value = resource.find("url")
        if value is not None and truth(value) is True:
            yield bad(resource, value.span, "may be called by everybody", "url", "{authorizer: aws_iam}")


def _permission(resource: Resource) -> Found:
    principal = resource.find("principal")
    if isinstance(principal, Unresolved):
        yield unknown(principal)
        return
    text = known(principal) or ""
    if principal is None or resource.has("principal_org_id", "organization_id"):
        return
    narrowed = resource.has("source_arn", "source_account", "event_source_token", "function_url_auth_type")
    if text == "*":
        # With a source only a service can fulfil it, but nothing says which.
        named = resource.has("source_arn", "source_account")
        yield bad(
            resource,
            principal.span,
            "may be called by everybody",
            "principal",
            '"apigateway.amazonaws.com"',
            Severity.MEDIUM if named else None,
        )
    elif ".amazonaws.com" in text and not narrowed and resource.kind == "aws_lambda_permission":
        severity = None if text.split(".")[0] in _FOR_ANYBODY else Severity.MEDIUM
        yield bad(
            resource,
            principal.span,
            f"may be called by {short(text)} for any account",
            "source_arn",
            "ARN",
            severity,
        )


_FOR_ANYBODY = ("s3", "sns", "events", "apigateway", "iot", "logs")
"""Services that whoever has an account can point at a function of somebody else's."""


QUEUE = Rule(
    id="aws/queue-public-policy",
    title="Queue, topic, secret or index that everybody may use",
    severity=Severity.HIGH,
    why="`*` as principal without a condition lets strangers read the messages between services, or send their own.",
    fix="Name the principals, or add a condition on `aws:SourceArn` or `aws:PrincipalOrgID`.",
    refs=("CWE-284", "PCI DSS 7.2.1", "PCI DSS 1.4.2", _IAM + "reference_policies_elements_principal.html"),
    bad=(
        """\
resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # <- here
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}
""",
        """\
# file: template.yaml
Resources:
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Orders]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*" # <- here
            Action: sns:Publish
            Resource: !Ref Orders
""",
    ),
    good=(
        """\
resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.orders.arn } }
    }]
  })
}
""",
    ),
)


_HELD = {
    "aws_sqs_queue": ("policy",),
    "aws_sqs_queue_policy": ("policy",),
    "aws_sns_topic": ("policy",),
    "aws_sns_topic_policy": ("policy",),
    "aws_secretsmanager_secret": ("policy",),
    "aws_secretsmanager_secret_policy": ("policy",),
    "aws_opensearch_domain": ("access_policies",),
    "aws_opensearch_domain_policy": ("access_policies",),
    "aws_ses_identity_policy": ("policy",),
    "aws_sesv2_email_identity_policy": ("policy",),
    "aws_cloudwatch_log_destination_policy": ("access_policy",),
    "aws_glue_resource_policy": ("policy",),
    "aws_glacier_vault": ("access_policy",),
    "aws_glacier_vault_lock": ("policy",),
    "aws_backup_vault_policy": ("policy",),
    "aws_backup_vault": ("access_policy",),
    "aws_cloudwatch_event_bus_policy": ("policy",),
    "aws_cloudwatch_event_permission": ("principal",),
    "aws_efs_file_system_policy": ("policy",),
    "aws_efs_file_system": ("file_system_policy",),
    "aws_iot_policy": (),
    "aws_media_store_container_policy": ("policy",),
    "aws_codeartifact_domain_permissions_policy": ("policy_document",),
    "aws_api_gateway_rest_api_policy": ("policy",),
    "aws_api_gateway_rest_api": ("policy",),
    "aws_vpc_endpoint": (),
}


_OTHER = (
    *("aws_glacier_vault", "aws_glacier_vault_lock", "aws_backup_vault_policy", "aws_backup_vault"),
    *("aws_efs_file_system_policy", "aws_efs_file_system", "aws_cloudwatch_event_bus_policy"),
    *("aws_api_gateway_rest_api_policy", "aws_api_gateway_rest_api", "aws_media_store_container_policy"),
    "aws_codeartifact_domain_permissions_policy",
)


def queue(resource: Resource, module: Module) -> Found:
    for path in _HELD[resource.kind]:
        if path == "principal":
            value = resource.find(path)
            if value is not None and known(value) == "*" and not resource.has("condition"):
                yield bad(resource, value.span, "lets everybody in", path, '"111122223333"')
            continue
        found = policy(resource.find(path), resource, module)
        if found is None:
            continue
        for hole in found.holes:
            yield Unknown(hole.span.line, short(hole.source))
        for statement, principal in public(found):
            action = next(iter(statement.actions or statement.not_actions), None)
            what = f" {action.text}" if action and action.known else ""
            yield hit(
                principal.name.span if principal else statement.key("NotPrincipal"),
                f"{resource.label} allows{what} to everybody",
                subject=f"{resource.address} {statement.sid}{what}",
                severity=_severity(resource, module),
            )


def _severity(resource: Resource, module: Module) -> Severity | None:
    """A search domain inside of a network is reached through its groups alone: `*` is everybody who gets there. With
    access control of its own it asks everybody for a password behind an open policy, as AWS recommends."""
    domain = resource
    if resource.kind == "aws_opensearch_domain_policy":
        domain = module.resolve(resource.find("domain_name"), resource.path) or resource
    if domain.kind == "aws_opensearch_domain" and domain.has("vpc_options"):
        return Severity.LOW
    if domain.kind == "aws_opensearch_domain" and truth(domain.find("advanced_security_options.enabled")) is True:
        return Severity.MEDIUM
    return Severity.MEDIUM if resource.kind in _OTHER else None


QUEUE_ACTIONS = Rule(
    id="aws/queue-star-action",
    title="Queue or topic that allows every action",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="`*` holds the right to rewrite the policy, to delete the queue and to read what others sent, where most need"
    " to send or to receive alone.",
    fix="Name the actions: `sqs:SendMessage`, `sns:Publish`.",
    refs=("CWE-269", "PCI DSS 7.2.2", _IAM + "reference_policies_elements_action.html"),
    bad=(
        """\
resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/shop" }
      Action    = "sqs:*" # <- here
      Resource  = "*"
    }]
  })
}
""",
    ),
    good=(
        """\
resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/shop" }
      Action    = ["sqs:SendMessage", "sqs:ReceiveMessage"]
      Resource  = "*"
    }]
  })
}
""",
    ),
)

_QUEUES = ("aws_sqs_queue", "aws_sqs_queue_policy", "aws_sns_topic", "aws_sns_topic_policy")


def queue_actions(resource: Resource, module: Module) -> Found:
    found = policy(resource.find("policy"), resource, module)
    for statement in found.statements if found is not None else ():
        for action in statement.actions if statement.allows else ():
            if action.text.lower() in ("*", "sqs:*", "sns:*"):
                yield hit(
                    action.span,
                    f"{resource.label} allows {action.text}",
                    subject=f"{resource.address} {statement.sid} {action.text}",
                )


KMS = Rule(
    id="aws/kms-wildcard-principal",
    title="Key that everybody may use",
    severity=Severity.CRITICAL,
    why="Whoever may decrypt with the key reads everything that it protects.",
    fix="Name the principals, or limit the statement with `kms:CallerAccount` and `kms:ViaService`.",
    refs=("CWE-284", "PCI DSS 3.6.1.3", "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"),
    bad=(
        """\
resource "aws_kms_key" "cards" {
  enable_key_rotation = true
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" } # <- here
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}
""",
    ),
    good=(
        """\
resource "aws_kms_key" "cards" {
  enable_key_rotation = true
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = "111122223333" } }
    }]
  })
}
""",
    ),
)


def kms(resource: Resource, module: Module) -> Found:
    found = policy(resource.find("policy"), resource, module)
    for statement, principal in public(found) if found else ():
        yield hit(
            principal.name.span if principal else statement.span,
            f"{resource.label} may be used by everybody",
            subject=f"{resource.address} {statement.sid}",
        )


CHECKS = (
    Check(
        LAMBDA,
        (
            "aws_lambda_function_url",
            "aws_lambda_permission",
            "aws_lambda_function",
            "aws_lambda_layer_version_permission",
        ),
        lambda_public,
    ),
    Check(QUEUE, tuple(kind for kind, paths in _HELD.items() if paths), queue),
    Check(QUEUE_ACTIONS, _QUEUES, queue_actions),
    Check(KMS, ("aws_kms_key", "aws_kms_replica_key", "aws_kms_key_policy", "aws_kms_external_key"), kms),
)
