"""Whether a condition really keeps anybody out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.parse.iam import Condition, Statement, Text

_REQUESTER = (
    *("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip", "aws:sourceip", "aws:sourcevpcarn"),
    *("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"),
    *("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:principaltype"),
    *("aws:principalservicename", "aws:principalisawsservice", "aws:principalservicenameslist"),
    *("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"),
    *("aws:userid", "aws:username", "aws:sourceidentity", "aws:federatedprovider", "aws:calledvia"),
    *("aws:calledviafirst", "aws:calledvialast", "aws:viaawsservice", "aws:multifactorauthpresent"),
    *("aws:multifactorauthage", "aws:tokenissuetime"),
    *("kms:calleraccount", "kms:viaservice", "kms:grantisforawsresource", "sts:externalid", "sts:rolesessionname"),
    *("s3:dataaccesspointaccount", "s3:dataaccesspointarn", "s3:accesspointnetworkorigin", "s3:resourceaccount"),
    *("sns:endpoint", "sns:protocol", "lambda:eventsourcetoken", "elasticfilesystem:accesspointarn"),
    *("elasticfilesystem:accessedviamounttarget", "backup:copytargets", "lambda:functionurlauthtype"),
    *("events:source", "events:creatoraccount", "ec2:sourceinstancearn", "es:sourceip"),
)
_REQUESTER_FAMILIES = ("aws:principaltag/", "aws:requesttag/")

EVERYWHERE = ("0.0.0.0/0", "::/0", "0/0", "0.0.0.0")


def narrows(statement: Statement) -> bool:
    """Whether at least one condition of a statement limits who may make the request, or may well do so."""
    return any(
        limits_requester(condition) and (not may_lack_key(condition) or is_required(statement, condition))
        for condition in statement.conditions
    )


def holds(statement: Statement) -> bool:
    """Whether at least one condition of a statement limits it in any way, or may well do so."""
    return any(not is_weak(condition) for condition in statement.conditions)


def limits_requester(condition: Condition) -> bool:
    if not condition.operator.known or not condition.key.known:
        return True
    if is_weak(condition) or is_negated(condition) or base(condition) == "null":
        return False
    key = condition.key.text.lower()
    if key == "aws:multifactorauthpresent" and all(value.text.lower() == "false" for value in condition.values):
        return False  # asks that there be no second factor
    # `token.actions.githubusercontent.com:sub` and its like are the claims of a token.
    return (
        key in _REQUESTER
        or key.startswith(_REQUESTER_FAMILIES)
        or key.endswith((":sub", ":aud", ":amr", ":oaud", ":namequalifier"))
    )


def base(condition: Condition) -> str:
    """The operator without its prefix and its `IfExists`, in lower case."""
    return condition.operator.text.lower().rpartition(":")[2].removesuffix("ifexists")


def is_negated(condition: Condition) -> bool:
    return "not" in base(condition)


def if_exists(condition: Condition) -> bool:
    return condition.operator.text.lower().endswith("ifexists")


def may_lack_key(condition: Condition) -> bool:
    """Whether a condition is fulfilled where its key is missing, as it always is in an anonymous request."""
    return if_exists(condition) or condition.operator.text.lower().startswith("forallvalues:")


def is_required(statement: Statement, condition: Condition) -> bool:
    """Whether a `Null` condition beside it asks for the key to be there."""
    return any(
        base(other) == "null"
        and other.key.text.lower() == condition.key.text.lower()
        and any(value.text.lower() == "false" for value in other.values)
        for other in statement.conditions
    )


def is_weak(condition: Condition) -> bool:
    """Whether a condition is fulfilled by every request."""
    return any(True for _ in weak_values(condition))


def weak_values(condition: Condition) -> Iterator[Text]:
    """The values of a condition that everything fulfils: one is enough, as they are alternatives."""
    kind = base(condition)
    if kind == "ipaddress":
        yield from (value for value in condition.values if value.text.strip() in EVERYWHERE)
    elif kind in ("stringlike", "arnlike", "arnequals"):
        yield from (value for value in condition.values if is_star(value.text))


_ANY_ARN = r"arn:\*|arn:(?:aws[\w-]*|\*)(?::(?:\*|iam|sts)?)*:(?:[a-z-]+/)?\*+"


def is_star(text: str) -> bool:
    """Whether a pattern matches every value, or every ARN of a kind."""
    return text != "" and (text.strip("*") == "" or re.fullmatch(_ANY_ARN, text) is not None)
