"""Conditions that do not do what they seem to, and those that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.iam import Condition, Principal, Statement
from yett.rules.hits import hit, short
from yett.rules.iam_policy.case import Case, allowed, over_all, plain
from yett.rules.iam_policy.narrow import base, if_exists, is_negated, is_required, narrows, weak_values

WEAK_CONDITION = Rule(
    id="iam/weak-condition",
    title="Condition that every request fulfils",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The policy reads as if it were narrow, but the condition lets everything through: an address range that is"
    " the whole internet, a pattern that is `*`, an `…IfExists` on a key that the caller can leave out, a"
    " `ForAllValues` that is true when the key is missing.",
    fix="State what is allowed: your ranges, your organization, a plain `StringEquals` or `Bool`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.1",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "Orders",
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::shop-orders/*",
    "Condition": {
      "IpAddress": {
        "aws:SourceIp": ["0.0.0.0/0", "10.0.0.0/8"] # <- here
      }
    }
  }
}
""",
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Refunds",
      "Effect": "Allow",
      "Action": "dynamodb:PutItem",
      "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/refunds",
      "Condition": {
        "BoolIfExists": { # <- here
          "aws:MultiFactorAuthPresent": "true"
        },
        "ForAllValues:StringEquals": { # <- here
          "aws:PrincipalOrgID": "o-a1b2c3d4e5"
        }
      }
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
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::shop-orders/*",
      "Condition": {
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        "StringLike": {"s3:prefix": ["home/*", "*"], "aws:RequestTag/team": "*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}
      }
    },
    {
      "Effect": "Deny",
      "NotAction": "iam:*MFADevice",
      "Resource": "*",
      "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    }
  ]
}
""",
    ),
)

_SINGLE = (
    *("aws:calledviafirst", "aws:calledvialast", "aws:currenttime", "aws:epochtime", "aws:federatedprovider"),
    *("aws:multifactorauthage", "aws:multifactorauthpresent", "aws:principalaccount", "aws:principalarn"),
    *("aws:principalisawsservice", "aws:principalorgid", "aws:principalservicename", "aws:principaltype"),
    *("aws:referer", "aws:requestedregion", "aws:securetransport", "aws:sourceaccount", "aws:sourcearn"),
    *("aws:sourceidentity", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:tokenissuetime"),
    *("aws:useragent", "aws:userid", "aws:username", "aws:viaawsservice", "aws:vpcsourceip"),
)
_SINGLE_FAMILIES = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
"""Keys with one value: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""

_OPTIONAL = (
    *("aws:multifactorauthpresent", "aws:multifactorauthage", "aws:sourcevpce", "aws:sourcevpc", "aws:principalorgid"),
    *("aws:principalarn", "aws:principalaccount", "aws:sourcearn", "aws:sourceaccount", "aws:sourceip"),
    *("aws:principalorgpaths", "sts:externalid", "aws:sourceidentity"),
)

_TELLING = (
    *("aws:source", "aws:principalorg", "aws:principalarn", "aws:principalaccount", "aws:userid", "aws:username"),
    *("sts:externalid", "aws:referer", "aws:useragent", "kms:calleraccount", "kms:viaservice", "aws:vpcsourceip"),
)


def weak_condition(case: Case) -> Iterator[Hit | Unknown]:
    for statement in case.allows:
        for condition in statement.conditions:
            yield from _weak(case, statement, condition)


def _weak(case: Case, statement: Statement, condition: Condition) -> Iterator[Hit]:
    operator, key = condition.operator, condition.key
    low = key.text.lower()
    if base(condition) == "ipaddress" or low.startswith(_TELLING):
        for value in weak_values(condition):
            message = f"{short(key.text)} is matched against {plain(value)}, which every request fulfils"
            yield hit(value.span, message, subject=case.subject(statement, key.text, value.text))
            return
    prefix = operator.text.lower().partition(":")[0]
    if prefix in ("forallvalues", "foranyvalue") and (low in _SINGLE or low.startswith(_SINGLE_FAMILIES)):
        if not is_required(statement, condition):
            message = f"{short(operator.text)} is for keys with several values, and {short(key.text)} has one"
            if prefix == "forallvalues":
                message = f"{short(operator.text)} is true where {short(key.text)} is missing"
            plainly = operator.text.partition(":")[2]
            fix = f"Write `{plainly}` in the place of `{short(operator.text)}`."
            yield hit(operator.span, message, fix=fix, subject=case.subject(statement, operator.text, key.text))
    elif (
        if_exists(condition)
        and not is_negated(condition)
        and low in _OPTIONAL
        and case.kind != "endpoint"
        and not is_required(statement, condition)
    ):
        message = f"{short(operator.text)} is true where {short(key.text)} is missing"
        fix = f"Write `{operator.text[:-8]}` in the place of `{short(operator.text)}`."
        yield hit(operator.span, message, fix=fix, subject=case.subject(statement, operator.text, key.text))


MFA_CONDITION = Rule(
    id="aws/mfa-condition",
    title="People act without a second factor",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="IAM asks for a second factor only where a policy says so: without `aws:MultiFactorAuthPresent` a stolen"
    " password or access key of one user is enough.",
    fix='Add `"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}`.',
    refs=(
        "CWE-308",
        "PCI DSS 8.4.1",
        "PCI DSS 8.4.2",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::111122223333:user/mara" # <- here
      },
      "Action": "sts:AssumeRole"
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
      "Principal": {"AWS": "arn:aws:iam::111122223333:user/mara"},
      "Action": "sts:AssumeRole",
      "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    },
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:role/checkout", "Service": "ec2.amazonaws.com"},
      "Action": "sts:AssumeRole"
    }
  ]
}
""",
    ),
)


def mfa_condition(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind == "trust":
        yield from _trusted_users(case)
    elif case.kind == "identity" and case.place.holder in ("user", "group"):
        yield from _held(case)


def _trusted_users(case: Case) -> Iterator[Hit]:
    if asks_mfa(case):
        return
    for statement in case.allows:
        if allowed(statement, "sts:AssumeRole") is None:
            continue
        for principal in statement.principals:
            if _is_person(principal):
                message = f"{plain(principal.name)} assumes the role without a second factor"
                subject = case.subject(statement, principal.name.text)
                yield hit(principal.name.span, message, subject=subject)


def _is_person(principal: Principal) -> bool:
    parts = principal.name.text.split(":", 5)
    return len(parts) == 6 and parts[2] == "iam" and parts[5].startswith("user/")


def _held(case: Case) -> Iterator[Hit]:
    """Rights of people over everything, and roles they step into; narrower rights seldom need a second factor."""
    if asks_mfa(case):
        return
    for statement in case.allows:
        given = statement.actions or statement.not_actions
        assumes = allowed(statement, "sts:AssumeRole") if statement.actions else None
        wide = over_all(statement) is not None and not all(_only_reads(action.text) for action in statement.actions)
        if narrows(statement) or not given or not (assumes or wide or (statement.not_actions and over_all(statement))):
            continue
        text = assumes or given[0]
        message = f"the {case.place.holder} has {plain(text)} without a second factor"
        yield hit(text.span, message, subject=case.subject(statement))
        return


def _only_reads(action: str) -> bool:
    return (
        action.partition(":")[2].lower().startswith(("get", "list", "describe", "head", "batchget", "view", "lookup"))
    )


def asks_mfa(case: Case) -> bool:
    """Whether any statement of the document asks for a second factor: allows with one, or denies without."""
    return any(
        not condition.key.known
        or (condition.key.text.lower().startswith("aws:multifactorauth") and _asks(statement, condition))
        for statement in case.document.statements
        for condition in statement.conditions
    )


def _asks(statement: Statement, condition: Condition) -> bool:
    if base(condition) == "bool":
        wanted = "true" if statement.allows else "false"
        return any(value.text.lower() == wanted or not value.known for value in condition.values)
    return True


RULES = ((WEAK_CONDITION, weak_condition), (MFA_CONDITION, mfa_condition))
