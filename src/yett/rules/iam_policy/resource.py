"""Policies of resources: open to everybody, or to whoever makes a service of AWS ask."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.iam import Condition, Document, Principal, Statement
from yett.rules.hits import hit
from yett.rules.iam_policy.case import Case, named, plain
from yett.rules.iam_policy.narrow import base, limits_requester, narrows
from yett.rules.iam_policy.trust import is_anybody

PUBLIC = Rule(
    id="iam/public-principal",
    title="Everybody may use the resource",
    severity=Severity.CRITICAL,
    why="`*` as principal is everybody, with or without an AWS account, unless a condition keeps them out.",
    fix="Name the accounts, roles or services, or limit it to your organization with `aws:PrincipalOrgID`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.1",
        "PCI DSS 7.3.3",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Orders",
      "Effect": "Allow",
      "Principal": "*", # <- here
      "Action": "sqs:SendMessage",
      "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders"
    },
    {
      "Sid": "Invoices",
      "Effect": "Allow",
      "Principal": {
        "AWS": ["*"] # <- here
      },
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::shop-invoices/*",
      "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }
  ]
}
""",
    ),
    good=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Principal": "*",
      "Action": "s3:*",
      "Resource": "arn:aws:s3:::shop-invoices/*",
      "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    },
    {
      "Effect": "Allow",
      "Principal": "*",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::shop-invoices/*",
      "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}
    }
  ]
}
""",
    ),
)

_JUDGED_ELSEWHERE = ("s3", "kms", "ecr", "sqs", "sns", "secretsmanager", "es", "opensearch", "lambda")


def public_principal(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind != "resource" or case.place.service in _JUDGED_ELSEWHERE:
        return
    for statement, principal in public(case.document):
        if principal is not None:
            actions = named(plain(text) for text in statement.actions or statement.not_actions)
            message = f"everybody may use {actions or 'it'}"
            yield hit(principal.name.span, message, subject=case.subject(statement, principal.kind, "*"))
    for statement in case.allows:
        for principal in statement.principals:
            if principal.name.open and principal.kind in ("AWS", "*", "") and not narrows(statement):
                yield Unknown(principal.name.span.line, principal.name.source or "a principal that only a run knows")


def public(document: Document) -> Iterator[tuple[Statement, Principal | None]]:
    """The statements that everybody can use: those that allow `*` or `AWS: *`, or all but some (then there is no
    principal to name), where no condition limits who asks."""
    for statement in document.statements:
        if not statement.allows or narrows(statement):
            continue
        found = next((principal for principal in statement.principals if is_anybody(principal)), None)
        if found is not None or statement.not_principals:
            yield statement, found


def demands_tls(document: Document) -> bool:
    """Whether a statement refuses what does not come over TLS (`aws:SecureTransport` false, or an old
    `s3:TlsVersion`), or might."""
    return any(
        statement.denies
        and any(
            not condition.key.known
            or (
                condition.key.text.lower() == "aws:securetransport"
                and base(condition) == "bool"
                and any(value.text.lower() == "false" or not value.known for value in condition.values)
            )
            or condition.key.text.lower() == "s3:tlsversion"
            for condition in statement.conditions
        )
        for statement in document.statements
    )


CONFUSED_DEPUTY = Rule(
    id="iam/confused-deputy",
    title="A service of AWS may use the resource for any of its customers",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="The service acts for every account of AWS: a stranger who points his bucket, topic or rule here makes it use"
    " your resource for him.",
    fix="Add a condition on `aws:SourceArn` or `aws:SourceAccount`.",
    refs=(
        "CWE-441",
        "PCI DSS 7.2.1",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "Service": "sns.amazonaws.com" # <- here
      },
      "Action": "sqs:SendMessage",
      "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders"
    }
  ]
}
""",
    ),
    good=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Service": "sns.amazonaws.com"},
      "Action": "sqs:SendMessage",
      "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
      "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:paid"}}
    },
    {
      "Effect": "Allow",
      "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
      "Action": "kms:Encrypt",
      "Resource": "*",
      "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:*"}}
    }
  ]
}
""",
    ),
)

_FOR_OTHERS = (
    *("s3", "sns", "events", "cloudwatch", "ses", "cloudtrail", "config", "delivery.logs", "logging.s3", "logs"),
    *("cloudfront", "apigateway", "iot", "budgets", "costalerts", "codestar-notifications", "serverlessrepo"),
    *("lex", "lexv2", "bedrock"),
)
"""Services that reach into accounts because somebody configured them to, under `SERVICE.amazonaws.com`. Roles that a
service assumes for what one starts oneself (EC2, Lambda, ECS) are not meant."""


def confused_deputy(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind != "resource":
        return
    for statement in case.allows:
        if any(_limits_source(each) for each in statement.conditions):
            continue
        for principal in statement.principals:
            if principal.kind == "Service" and _service(principal.name.text) in _FOR_OTHERS:
                message = f"{plain(principal.name)} may use it for any account, with no condition on the source"
                yield hit(principal.name.span, message, subject=case.subject(statement, principal.name.text))


def _limits_source(condition: Condition) -> bool:
    return limits_requester(condition) or "encryptioncontext" in condition.key.text.lower()


def _service(name: str) -> str:
    return name.lower().removesuffix(".cn").removesuffix(".amazonaws.com")


RULES = ((PUBLIC, public_principal), (CONFUSED_DEPUTY, confused_deputy))
