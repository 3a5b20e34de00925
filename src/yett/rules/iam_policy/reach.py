"""What the rights of a document lead to: more rights, other people's data, credentials."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.iam import Statement, Text
from yett.rules.hits import hit
from yett.rules.iam_policy.actions import CREDENTIALS, DATA, PATHS, PERMISSIONS, matching
from yett.rules.iam_policy.case import Case, named, over, plain, takes_everything
from yett.rules.iam_policy.identity import is_admin
from yett.rules.iam_policy.narrow import holds

PRIVILEGE_ESCALATION = Rule(
    id="iam/priv-esc",
    title="Rights that lead to administrator rights",
    severity=Severity.HIGH,
    why="Each of these actions, allowed on everything, is one step away from full administrator rights: the holder"
    " writes a policy for himself, takes the key of another user, or runs code with the role of a service.",
    fix="Name the resources it is meant for, and set a permissions boundary on those who manage identities.",
    refs=(
        "CWE-269",
        "PCI DSS 7.2.2",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Support",
      "Effect": "Allow",
      "Action": [
        "iam:ListUsers",
        "iam:CreateAccessKey" # <- here
      ],
      "Resource": "*"
    }
  ]
}
""",
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Functions",
      "Effect": "Allow",
      "Action": "lambda:CreateFunction",
      "Resource": "*"
    },
    {
      "Sid": "Roles",
      "Effect": "Allow",
      "Action": "iam:PassRole", # <- here
      "Resource": "arn:aws:iam::*:role/*"
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
    {"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:username}"},
    {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"},
    {"Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": "arn:aws:lambda:*:*:function:shop-*"},
    {
      "Effect": "Allow",
      "Action": "iam:AttachRolePolicy",
      "Resource": "*",
      "Condition": {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/limits"}}
    }
  ]
}
""",
    ),
)


def escalation(case: Case) -> Iterator[Hit | Unknown]:
    """One finding for each statement that holds the first step, with all the paths that begin there. The other steps
    may be allowed anywhere in the document, on whatever resource."""
    if case.kind != "identity":
        return
    rights = [(statement, _rights(statement)) for statement in case.allows]
    everywhere = {action for _, each in rights for action in each} - _taken(case)
    for statement, own in rights:
        if is_admin(statement) or statement.not_actions or holds(statement):
            continue
        paths = [
            path
            for path in PATHS
            if path.actions[0].lower() in own
            and all(action.lower() in everywhere for action in path.actions)
            and over(statement, path.actions[0].partition(":")[0])
        ]
        if paths:
            first = own[paths[0].actions[0].lower()]
            steps = named((f"{' + '.join(path.actions)} {path.gain}" for path in paths), 2)
            message = f"{case.who(statement)} leads to administrator rights: {steps}"
            yield hit(first.span, message, subject=case.subject(statement, *(path.name for path in paths)))


def _rights(statement: Statement) -> dict[str, Text]:
    """The actions we know something of that a statement allows, in lower case, and the texts that do so."""
    found: dict[str, Text] = {}
    for text in statement.actions:
        for action in matching(text.text):
            found.setdefault(action, text)
    return found


def _taken(case: Case) -> set[str]:
    """The actions that the document takes away again, everywhere and whatever the circumstances."""
    return {
        action
        for statement in case.document.statements
        if takes_everything(statement)
        for text in statement.actions
        for action in matching(text.text)
    }


PERMISSIONS_MANAGEMENT = Rule(
    id="iam/permissions-management",
    title="Decides on everything who may do what",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever writes the policies of buckets, keys, functions or queues opens them to himself, or to everybody.",
    fix="Name the ARNs of the resources whose permissions it manages.",
    refs=(
        "CWE-269",
        "PCI DSS 7.2.2",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Media",
      "Effect": "Allow",
      "Action": [
        "s3:PutObject",
        "s3:PutBucketPolicy" # <- here
      ],
      "Resource": "*"
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
    {"Effect": "Allow", "Action": "s3:PutBucketPolicy", "Resource": "arn:aws:s3:::shop-media"},
    {"Effect": "Allow", "Action": "s3:GetBucketPolicy", "Resource": "*"},
    {
      "Effect": "Allow",
      "Action": "kms:CreateGrant",
      "Resource": "*",
      "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    }
  ]
}
""",
    ),
)


def permissions_management(case: Case) -> Iterator[Hit | Unknown]:
    yield from _exposed(case, PERMISSIONS, "manages permissions on every resource")


CREDENTIALS_EXPOSURE = Rule(
    id="iam/credentials-exposure",
    title="Hands out credentials of everybody",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="These actions answer with something that logs in. Allowed on everything, one identity collects the"
    " credentials of all the others.",
    fix="Name the roles, secrets and users that it needs.",
    refs=(
        "CWE-522",
        "PCI DSS 7.2.5",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Reports",
      "Effect": "Allow",
      "Action": "sts:AssumeRole", # <- here
      "Resource": "*"
    },
    {
      "Sid": "Worker",
      "Effect": "Allow",
      "Action": ["secretsmanager:GetSecretValue", "sqs:ReceiveMessage"], # <- here
      "Resource": ["*"]
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
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111122223333:role/reports"},
    {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "arn:aws:ssm:*:*:parameter/shop/*"},
    {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
    {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}
  ]
}
""",
    ),
)


def credentials_exposure(case: Case) -> Iterator[Hit | Unknown]:
    yield from _exposed(case, CREDENTIALS, "hands out credentials")


DATA_EXFILTRATION = Rule(
    id="iam/data-exfiltration",
    title="Reads the data of every store",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Reading on everything is reading what was never meant for this identity: every bucket, every table, every"
    " secret, those of other services and those to come.",
    fix="Name the ARNs of the buckets, tables and parameters that it reads.",
    refs=(
        "CWE-732",
        "PCI DSS 7.2.2",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Export",
      "Effect": "Allow",
      "Action": "s3:Get*", # <- here
      "Resource": "*"
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
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-exports/*"},
    {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "Resource": "*"},
    {
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "*",
      "Condition": {"StringEquals": {"s3:ExistingObjectTag/audience": "public"}}
    }
  ]
}
""",
    ),
)


def data_exfiltration(case: Case) -> Iterator[Hit | Unknown]:
    yield from _exposed(case, DATA, "reads the data of every store")


def _exposed(case: Case, actions: tuple[str, ...], what: str) -> Iterator[Hit | Unknown]:
    """One finding for each statement that allows any of some actions on everything of its service."""
    if case.kind != "identity":
        return
    taken = _taken(case)
    for statement in case.allows:
        if is_admin(statement) or statement.not_actions or holds(statement):
            continue
        own = _rights(statement)
        found = [
            (action, own[low])
            for action in actions
            if (low := action.lower()) in own and low not in taken and over(statement, action.partition(":")[0])
        ]
        if found:
            first = min((text for _, text in found), key=lambda text: text.span)
            message = f"{case.who(statement)} {what}: {plain(first)} allows {named(action for action, _ in found)}"
            yield hit(first.span, message, subject=case.subject(statement, what))


RULES = (
    (PRIVILEGE_ESCALATION, escalation),
    (PERMISSIONS_MANAGEMENT, permissions_management),
    (CREDENTIALS_EXPOSURE, credentials_exposure),
    (DATA_EXFILTRATION, data_exfiltration),
)
