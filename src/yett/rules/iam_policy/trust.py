"""Who may assume a role: anybody, another account, a pipeline of anybody's repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.iam import Condition, Principal, Statement, Text
from yett.rules.claims import wide_claim
from yett.rules.hits import hit, short
from yett.rules.iam_policy.case import Case, allowed, plain
from yett.rules.iam_policy.narrow import base, is_negated, narrows

ASSUME_ANY = Rule(
    id="aws/iam-assume-any",
    title="Anybody may assume the role",
    severity=Severity.CRITICAL,
    why="`*` as principal of a trust policy is every AWS account of the world, and every service of AWS that acts for"
    " one.",
    fix="Name the roles, or limit it to your organization with `aws:PrincipalOrgID`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.1",
        "PCI DSS 8.2.1",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "AWS": "*" # <- here
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
      "Principal": {"Service": "ecs-tasks.amazonaws.com"},
      "Action": "sts:AssumeRole"
    },
    {
      "Effect": "Allow",
      "Principal": {"AWS": "*"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    }
  ]
}
""",
    ),
)


def assume_any(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind != "trust":
        return
    for statement in case.allows:
        if narrows(statement):
            continue
        for principal in statement.principals:
            if principal.name.open:
                yield Unknown(principal.name.span.line, principal.name.source or "a principal that only a run knows")
            elif is_anybody(principal):
                message = "anybody may assume the role"
                yield hit(principal.name.span, message, subject=case.subject(statement, principal.kind, "*"))
                break


def is_anybody(principal: Principal) -> bool:
    """Whether a principal is everybody: `*`, of whatever kind but a service, which has no such name."""
    return principal.kind in ("*", "AWS", "Federated", "CanonicalUser", "") and (
        re.fullmatch(r"\*+|arn:[^:]*:(?:iam|sts)::(?:\*(?::.*)?|root)", principal.name.text) is not None
    )


EXTERNAL_ID = Rule(
    id="iam/cross-account-trust",
    title="Another account may assume the role, whoever asks it to",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Every identity of the other account may assume the role, and a vendor's account does so for whichever of its"
    " customers names the role: without `sts:ExternalId` it cannot tell them apart.",
    fix="Name the role of the other account, and agree on an `sts:ExternalId` if it belongs to somebody else.",
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
        "AWS": "arn:aws:iam::111122223333:root" # <- here
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
      "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
      "Action": "sts:AssumeRole",
      "Condition": {"StringEquals": {"sts:ExternalId": "shop-7f3a"}}
    },
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:role/monitoring"},
      "Action": "sts:AssumeRole"
    }
  ]
}
""",
    ),
)

_ROOT = r"(?:arn:aws[\w-]*:iam::)?([0-9]{12})(?::root)?"


def external_id(case: Case) -> Iterator[Hit | Unknown]:
    if case.kind != "trust":
        return
    for statement in case.allows:
        if narrows(statement):
            continue
        for principal in statement.principals:
            match = re.fullmatch(_ROOT, principal.name.text) if principal.kind == "AWS" else None
            if match and match[1] != case.place.account:
                message = f"every identity of account {match[1]} may assume the role"
                yield hit(principal.name.span, message, subject=case.subject(statement, match[1]))


GITHUB_OIDC = Rule(
    id="aws/github-oidc-open",
    title="Workflows of other repositories may assume the role",
    severity=Severity.CRITICAL,
    why="GitHub issues such tokens to every repository of the world. Only the claim `sub` says which one asks: where"
    " it is not compared, or compared with a pattern that leaves the owner or the repository open, a stranger's"
    " workflow deploys here; a pattern that includes `pull_request` lets everybody in who can open one.",
    fix='Compare `sub` with `"repo:OWNER/REPOSITORY:ref:refs/heads/main"`, or with an environment.',
    refs=(
        "CWE-284",
        "PCI DSS 7.2.5",
        "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "NoSub",
      "Effect": "Allow",
      "Principal": {
        "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" # <- here
      },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
      }
    },
    {
      "Sid": "AnyOwner",
      "Effect": "Allow",
      "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringLike": {
          "token.actions.githubusercontent.com:sub": "repo:bakery*:ref:refs/heads/main" # <- here
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
      "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:bakery/shop:ref:refs/tags/v*"}
      }
    }
  ]
}
""",
    ),
)


def github_oidc(case: Case) -> Iterator[Hit | Unknown]:
    yield from _oidc(case, lambda host: "githubusercontent" in host, too_wide)


GITHUB_WIDE = Rule(
    id="iam/github-oidc-wide",
    title="Every repository of an owner, or every pull request, may assume the role",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever may push to any repository of the organization, the test project of a trainee as well, deploys with"
    " this role; a `sub` of `pull_request` does it before anybody has read the change.",
    fix='Compare `sub` with `"repo:OWNER/REPOSITORY:ref:refs/heads/main"`, or with an environment.',
    refs=(
        "CWE-284",
        "PCI DSS 7.2.5",
        "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringLike": {
          "token.actions.githubusercontent.com:sub": [
            "repo:bakery/*", # <- here
            "repo:bakery/shop:pull_request" # <- here
          ]
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
      "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:bakery/shop:*"}
      }
    }
  ]
}
""",
    ),
)


def github_wide(case: Case) -> Iterator[Hit | Unknown]:
    yield from _oidc(case, lambda host: "githubusercontent" in host, too_many)


OIDC = Rule(
    id="iam/oidc-open",
    title="Tokens of strangers may assume the role",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="The provider issues tokens to every one of its customers. Only the claim `sub` says which project, branch or"
    " workspace asks; where it is not compared, or compared with a pattern that leaves it open, theirs do as well.",
    fix='Compare `sub` with the project and the branch, as in `"project_path:GROUP/PROJECT:ref_type:branch:ref:main"`.',
    refs=(
        "CWE-284",
        "PCI DSS 7.2.5",
        "https://docs.gitlab.com/ci/cloud_services/aws/",
    ),
    bad=(
        """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringLike": {
          "gitlab.com:sub": "project_path:*:ref_type:branch:ref:main" # <- here
        }
      }
    },
    {
      "Effect": "Allow",
      "Principal": {
        "Federated": "arn:aws:iam::111122223333:oidc-provider/app.terraform.io" # <- here
      },
      "Action": "sts:AssumeRoleWithWebIdentity"
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
      "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringLike": {"gitlab.com:sub": "project_path:bakery/shop:ref_type:branch:ref:*"}
      }
    },
    {
      "Effect": "Allow",
      "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/staff"},
      "Action": "sts:AssumeRoleWithSAML",
      "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    }
  ]
}
""",
    ),
)

_SHARED = (
    *("gitlab.com", "app.terraform.io", "oidc.circleci.com", "api.bitbucket.org", "agent.buildkite.com"),
    *("oidc.vercel.com", "api.pulumi.com/oidc", "oidc.spacelift.io", "vstoken.dev.azure.com", "oidc.fly.io"),
    *("oidc.codefresh.io", "accounts.google.com"),
)
"""Providers that many customers share, so that a token alone says nothing."""


def oidc(case: Case) -> Iterator[Hit | Unknown]:
    yield from _oidc(case, lambda host: any(name in host for name in _SHARED), too_wide)


def _oidc(
    case: Case, concerns: Callable[[str], bool], ask: Callable[[Condition, Text], str]
) -> Iterator[Hit | Unknown]:
    if case.kind != "trust":
        return
    for statement in case.allows:
        if statement.actions and allowed(statement, "sts:AssumeRoleWithWebIdentity") is None:
            continue
        provider = next((each for each in statement.principals if concerns(_host(each))), None)
        if provider is not None:
            yield from _claims(case, statement, provider, ask)


def _host(principal: Principal) -> str:
    return principal.name.text.lower().partition("oidc-provider/")[2] or principal.name.text.lower()


def _claims(
    case: Case, statement: Statement, provider: Principal, ask: Callable[[Condition, Text], str]
) -> Iterator[Hit | Unknown]:
    claims = [condition for condition in statement.conditions if _is_claim(condition)]
    if not claims:
        if ask is too_many:
            return
        if any(not condition.key.known for condition in statement.conditions):
            yield Unknown(statement.span.line, "a condition that only a run knows")
        elif not any(_names_owner(condition) for condition in statement.conditions):
            message = f"{short(_host(provider), 60)} is trusted whatever its token says in sub"
            yield hit(provider.name.span, message, subject=case.subject(statement, _host(provider)))
        return
    if any(_names_owner(condition) for condition in statement.conditions):
        return
    for condition in claims:
        for value in condition.values:
            if value.open:
                yield Unknown(value.span.line, value.source or "a sub that only a run knows")
            elif why := ask(condition, value):
                message = f"sub is compared with {plain(value)}, {why}"
                yield hit(value.span, message, subject=case.subject(statement, value.text))


def _is_claim(condition: Condition) -> bool:
    """Whether a condition compares who asks. GitHub's `job_workflow_ref` names the workflow, wherever it runs."""
    key = condition.key.text.lower()
    return key.endswith((":sub", ":job_workflow_ref")) and not is_negated(condition) and base(condition) != "null"


_OWNERS = (
    *(":repository", ":repository_id", ":repository_owner", ":repository_owner_id", ":environment"),
    *(":project_id", ":namespace_id", ":project_path", ":enterprise", ":organization_id"),
)


def _names_owner(condition: Condition) -> bool:
    """Whether another claim than `sub` says whose token it is."""
    return (
        condition.key.text.lower().endswith(_OWNERS)
        and not is_negated(condition)
        and not any(value.text.strip("*") == "" for value in condition.values)
    )


def too_wide(condition: Condition, value: Text) -> str:
    """Why a value of `sub` lets strangers in; "" where it does not. A star that is compared by `StringEquals` is a
    star, which no token has; whoever wrote it meant the pattern."""
    return wide_claim(value.text, github="githubusercontent" in condition.key.text.lower())


def too_many(condition: Condition, value: Text) -> str:
    """Which workflows of one's own a value of `sub` lets in that one may not have thought of."""
    kind, _, rest = value.text.partition(":")
    project = rest.partition(":")[0].partition("/")[2]
    if kind not in ("repo", "project_path") or too_wide(condition, value):
        return ""
    if _of_pull_request(value.text):
        return "so that every pull request may"
    if "like" in base(condition) and project and project.strip("*") == "":
        return "which leaves open which repository it is"
    return ""


def _of_pull_request(text: str) -> bool:
    return text.lower().endswith(":pull_request")


RULES = (
    (ASSUME_ANY, assume_any),
    (EXTERNAL_ID, external_id),
    (GITHUB_OIDC, github_oidc),
    (GITHUB_WIDE, github_wide),
    (OIDC, oidc),
)
