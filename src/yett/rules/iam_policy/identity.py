"""Rights that are far too wide: everything, everything of a service, everything but."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.iam import Condition, Statement, Text, covers
from yett.rules.hits import hit
from yett.rules.iam_policy.actions import SENSITIVE, is_limited_write
from yett.rules.iam_policy.case import (
    Case,
    allowed,
    named,
    over,
    over_all,
    plain,
    unknown,
)
from yett.rules.iam_policy.narrow import base, holds, is_negated, is_weak, narrows

ADMIN = Rule(
    id="aws/iam-admin",
    title="Full administrator rights",
    severity=Severity.CRITICAL,
    why="Whoever gets hold of one credential of this identity owns the account: its data, its backups, its bills and"
    " its other identities. `iam:*` is the same, as it grants itself the rest.",
    fix="Name the actions and the resources that the work needs.",
    refs=(
        "CWE-250",
        "CWE-269",
        "PCI DSS 7.2.2",
        "PCI DSS 7.2.5",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Checkout",
      "Effect": "Allow",
      "Action": "*", # <- here
      "Resource": "*"
    }
  ]
}
""",
        """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": [
      "s3:GetObject",
      "iam:*" # <- here
    ],
    "Resource": ["*"]
  }
}
""",
    ),
    good=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Deny", "Action": "*", "Resource": "*"},
    {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::shop-invoices/*"},
    {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::shop-invoices"}
  ]
}
""",
    ),
)


def admin(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind not in ("identity", "trust"):
        return
    for statement in case.allows:
        text = admin_action(statement)
        if text is None:
            continue
        if over_all(statement) is None and not (
            over(statement, "iam") and text.text.lower() == "iam:*" and not statement.not_resources
        ):
            if text.text.strip("*") == "":
                yield from unknown(statement.resources)
            continue
        message = f"{case.who(statement)} allows {plain(text)} on every resource"
        fix = "Name the actions and the resources that the work needs, one statement for each pair of them."
        # Who asks for a second factor, or names who may ask, has thought about it: a role for emergencies.
        severity = Severity.MEDIUM if narrows(statement) else None
        yield hit(text.span, message, fix=fix, subject=case.subject(statement), severity=severity)


def admin_action(statement: Statement) -> Text | None:
    """The pattern of a statement that gives everything, be it by way of IAM."""
    for text in statement.actions:
        if text.text and text.text.strip("*:") == "":
            return text
    return next((text for text in statement.actions if covers(text.text, "iam:*")), None)


def is_admin(statement: Statement) -> bool:
    """Whether a statement gives everything on everything, so that nothing else needs to be said of it."""
    text = admin_action(statement)
    return text is not None and text.text.lower() != "iam:*" and over_all(statement) is not None


STAR_ACTION = Rule(
    id="aws/iam-star-action",
    title="Every action of a service",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A `*` for the actions holds those that delete, share and make public, and every action that AWS adds later.",
    fix="List the actions that the work needs.",
    refs=(
        "CWE-269",
        "PCI DSS 7.2.2",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:*", # <- here
        "logs:PutLogEvents"
      ],
      "Resource": "*"
    },
    {
      "Effect": "Allow",
      "Action": "*", # <- here
      "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/carts"
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
    {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::shop-invoices/*"},
    {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"},
    {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}
  ]
}
""",
    ),
)


def star_action(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind != "identity":
        return
    for statement in case.allows:
        for text in statement.actions:
            service, _, name = text.text.lower().partition(":")
            if text.text.strip("*") == "" and text.text:
                resource = over_all(statement)
                if resource is None and statement.resources and not any(each.open for each in statement.resources):
                    message = f"{case.who(statement)} allows every action of every service on {_on(statement)}"
                    yield hit(text.span, message, subject=case.subject(statement, "*"))
                continue
            if name.strip("*") or not name or service not in SENSITIVE or service == "iam":
                continue
            if over(statement, service) is None:
                yield from unknown(statement.resources)
            elif not holds(statement):
                message = f"{case.who(statement)} allows every action of {service} on every resource"
                yield hit(text.span, message, subject=case.subject(statement, service))


def _on(statement: Statement) -> str:
    return named(plain(resource) for resource in statement.resources)


NOT_ACTION = Rule(
    id="iam/not-action",
    title="Everything but what is listed is allowed",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="An `Allow` with `NotAction`, `NotResource` or `NotPrincipal` gives everything that nobody thought of, and all"
    " that AWS adds later.",
    fix="List what is allowed; take single things away with a `Deny`.",
    refs=(
        "CWE-269",
        "PCI DSS 7.3.3",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "PowerUser",
      "Effect": "Allow",
      "NotAction": "iam:*", # <- here
      "Resource": "*"
    },
    {
      "Sid": "Stock",
      "Effect": "Allow",
      "Action": "dynamodb:GetItem",
      "NotResource": "arn:aws:dynamodb:eu-west-1:111122223333:table/cards" # <- here
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
      "NotAction": ["iam:ListUsers", "sts:GetSessionToken"],
      "Resource": "*",
      "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    },
    {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*:111122223333:table/stock"}
  ]
}
""",
    ),
)


def not_action(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind in ("scp", "boundary", "endpoint"):
        return
    for statement in case.allows:
        for name, present in (
            ("NotAction", statement.not_actions),
            ("NotResource", statement.not_resources),
            ("NotPrincipal", statement.not_principals),
        ):
            if present:
                message = f"{case.who(statement)} allows everything that its {name} does not list"
                fix = f"List what is allowed under `{name[3:]}`, and take single things away with a `Deny`."
                yield hit(statement.key(name), message, fix=fix, subject=case.subject(statement, name))


PASS_ROLE = Rule(
    id="aws/iam-passrole-any",
    title="Any role may be handed to a service",
    severity=Severity.HIGH,
    why="`iam:PassRole` on every role, together with any service that runs code, is the right to act as the most"
    " powerful role of the account.",
    fix="Name the roles, and the service that gets them under the condition `iam:PassedToService`.",
    refs=(
        "CWE-269",
        "PCI DSS 7.2.2",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Deploy",
      "Effect": "Allow",
      "Action": [
        "ecs:UpdateService",
        "iam:PassRole" # <- here
      ],
      "Resource": "*"
    },
    {
      "Sid": "DeployToo",
      "Effect": "Allow",
      "Action": "iam:Pass*", # <- here
      "Resource": "arn:aws:iam::111122223333:role/*"
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
    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/checkout-task"},
    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/checkout-*"},
    {
      "Effect": "Allow",
      "Action": "iam:PassRole",
      "Resource": "*",
      "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    }
  ]
}
""",
    ),
)


def pass_role(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind != "identity":
        return
    for statement in case.allows:
        text = allowed(statement, "iam:PassRole")
        if text is None or not statement.actions or is_admin(statement):
            continue
        resource = over(statement, "iam")
        if resource is None:
            yield from unknown(statement.resources)
        elif not _is_kept(statement):
            message = f"{case.who(statement)} hands any role to any service ({plain(text)} on {plain(resource)})"
            yield hit(text.span, message, subject=case.subject(statement, "passrole"))


def _is_kept(statement: Statement) -> bool:
    """Whether a condition says which service gets the role, or which roles are meant."""
    return any(not condition.key.known or _keeps(condition) for condition in statement.conditions)


_KEEPERS = ("iam:passedtoservice", "iam:associatedresource", "aws:resourcetag/", "iam:resourcetag/")


def _keeps(condition: Condition) -> bool:
    return (
        condition.key.text.lower().startswith(_KEEPERS)
        and not is_negated(condition)
        and base(condition) != "null"
        and not is_weak(condition)
    )


STAR_RESOURCE = Rule(
    id="iam/star-resource",
    title="Changes are allowed on every resource",
    severity=Severity.LOW,
    level=Action.INFO,
    why="An action that changes things and could be limited to some of them is allowed on all: what is added later,"
    " and what belongs to others, is within reach.",
    fix="Name the ARNs of the resources that the work needs.",
    refs=(
        "CWE-732",
        "PCI DSS 7.2.2",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Invoices",
      "Effect": "Allow",
      "Action": ["s3:PutObject", "sqs:SendMessage"],
      "Resource": "*" # <- here
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
    {"Effect": "Allow", "Action": ["ec2:DescribeInstances", "s3:ListAllMyBuckets"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"], "Resource": "*"},
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::shop-invoices/*"},
    {
      "Effect": "Allow",
      "Action": "ec2:TerminateInstances",
      "Resource": "*",
      "Condition": {"StringEquals": {"aws:ResourceTag/team": "checkout"}}
    }
  ]
}
""",
    ),
)


def star_resource(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind != "identity":
        return
    for statement in case.allows:
        resource = over_all(statement)
        if resource is None or is_admin(statement) or holds(statement):
            continue
        writes = [text.text for text in statement.actions if is_limited_write(text.text)]
        if writes:
            message = f"{case.who(statement)} allows {named(writes)} on every resource"
            yield hit(resource.span, message, subject=case.subject(statement, *sorted(writes)))


RULES = (
    (ADMIN, admin),
    (STAR_ACTION, star_action),
    (NOT_ACTION, not_action),
    (PASS_ROLE, pass_role),
    (STAR_RESOURCE, star_resource),
)
