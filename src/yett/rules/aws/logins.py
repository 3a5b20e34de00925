"""What people log in with, and what the search cluster is spoken to by."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Resource, Unresolved, known, number, truth
from yett.rules.aws.need import Need, kinds_of, needs, not_among, says
from yett.rules.cloud import Check, at_least, false, true

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


_COGNITO = "https://docs.aws.amazon.com/cognito/latest/developerguide/"


COGNITO = Rule(
    id="aws/cognito-mfa",
    title="Login with a password alone",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A stolen password is enough. A pool asks for no second factor unless `mfa_configuration` says so; an identity"
    " pool for guests gives credentials to everybody.",
    fix='Set `mfa_configuration = "ON"`, or "OPTIONAL" as a step towards it.',
    refs=("CWE-308", "PCI DSS 8.4.2", "PCI DSS 8.5.1", _COGNITO + "user-pool-settings-mfa.html"),
    bad=(
        """\
resource "aws_cognito_user_pool" "staff" { # <- here
  name = "staff"
}

resource "aws_cognito_identity_pool" "guests" {
  allow_unauthenticated_identities = true # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Staff:
    Type: AWS::Cognito::UserPool
    Properties:
      MfaConfiguration: "OFF" # <- here
""",
    ),
    good=(
        """\
resource "aws_cognito_user_pool" "staff" {
  mfa_configuration = "ON"
}

resource "aws_cognito_identity_pool" "staff" {
  allow_unauthenticated_identities = false
}
""",
    ),
)


_COGNITO_NEEDS = (
    Need(
        ("aws_cognito_user_pool",), "mfa_configuration", not_among("off", "false"), "asks for a password alone", '"ON"'
    ),
    Need(
        ("aws_cognito_identity_pool",),
        "allow_unauthenticated_identities",
        false,
        "gives credentials to everybody",
        "false",
        absent=False,
    ),
)


PASSWORDS = Rule(
    id="aws/password-policy",
    title="Passwords that are too short or come back",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="PCI DSS asks for 12 characters and for four generations that differ. IAM asks for 8 and Cognito for 8 where"
    " nothing is written.",
    fix="Set `minimum_password_length = 14` and `password_reuse_prevention = 24`.",
    refs=("CWE-521", "PCI DSS 8.3.6", "PCI DSS 8.3.7", _IAM + "id_credentials_passwords_account-policy.html"),
    bad=(
        """\
resource "aws_iam_account_password_policy" "staff" {
  minimum_password_length   = 8 # <- here
  password_reuse_prevention = 2 # <- here
  max_password_age          = 90
}

resource "aws_cognito_user_pool" "customers" {
  mfa_configuration = "ON"
  password_policy {
    minimum_length = 8 # <- here
  }
}
""",
    ),
    good=(
        """\
resource "aws_iam_account_password_policy" "staff" {
  minimum_password_length   = 14
  password_reuse_prevention = 24
  max_password_age          = 90
}
""",
    ),
)


_PASSWORD_NEEDS = (
    Need(("aws_iam_account_password_policy",), "minimum_password_length", at_least(12), "allows short passwords", "14"),
    Need(
        ("aws_iam_account_password_policy",), "password_reuse_prevention", at_least(4), "lets passwords come back", "24"
    ),
    *(
        Need(
            ("aws_iam_account_password_policy",),
            path,
            true,
            f"does not ask for {what}",
            "true",
            severity=Severity.LOW,
            absent=False,
        )
        for path, what in (
            ("require_lowercase_characters", "lower case"),
            ("require_uppercase_characters", "upper case"),
            ("require_numbers", "digits"),
            ("require_symbols", "symbols"),
        )
    ),
    Need(
        ("aws_iam_account_password_policy",),
        "max_password_age",
        lambda value: None if number(value) is None else 0 < (number(value) or 0) <= 90,
        "lets passwords grow old",
        "90",
        severity=Severity.LOW,
        severity_absent=Severity.INFO,
    ),
    Need(
        ("aws_cognito_user_pool",),
        "password_policy.minimum_length",
        at_least(12),
        "allows short passwords",
        "12",
        absent=False,
    ),
)


_SEARCH = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/"

SEARCH_HTTP = Rule(
    id="aws/opensearch-http",
    title="Search cluster that answers over HTTP",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A domain answers over HTTP as well unless `enforce_https` is true: logins and documents pass in clear.",
    fix="Set `enforce_https = true`.",
    refs=("CWE-319", "PCI DSS 4.2.1", _SEARCH + "createupdatedomains.html"),
    bad=(
        """\
resource "aws_opensearch_domain" "search" {
  domain_endpoint_options {
    enforce_https = false # <- here
  }
}

resource "aws_opensearch_domain" "logs" { # <- here
  domain_name = "logs"
}
""",
    ),
    good=(
        """\
resource "aws_opensearch_domain" "search" {
  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }
}
""",
    ),
)

SEARCH_TLS = Rule(
    id="aws/opensearch-tls",
    title="Search cluster that speaks early TLS",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A domain speaks TLS 1.0 unless it is told otherwise; PCI DSS has forbidden it since 2018.",
    fix='Set `tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"`.',
    refs=("CWE-327", "PCI DSS 4.2.1", _SEARCH + "createupdatedomains.html"),
    bad=(
        """\
resource "aws_opensearch_domain" "search" {
  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # <- here
  }
}
""",
    ),
    good=SEARCH_HTTP.good,
)

SEARCH_NODES = Rule(
    id="aws/opensearch-nodes",
    title="Search cluster whose nodes speak to each other in clear",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Node-to-node encryption is off unless it is turned on, and what one node copies to another is every document.",
    fix="Write `node_to_node_encryption { enabled = true }`.",
    refs=("CWE-319", "PCI DSS 4.2.1", _SEARCH + "ntn.html"),
    bad=(
        """\
resource "aws_opensearch_domain" "search" {
  node_to_node_encryption {
    enabled = false # <- here
  }
}

resource "aws_opensearch_domain" "logs" { # <- here
  cluster_config {
    instance_count = 3
  }
}
""",
    ),
    good=(
        """\
resource "aws_opensearch_domain" "search" {
  node_to_node_encryption {
    enabled = true
  }
}

resource "aws_opensearch_domain" "single" {
  domain_name = "single"
}
""",
    ),
)


def _has_nodes(resource: Resource) -> bool:
    """Whether there is anybody a node could speak to; without `cluster_config` there is one node."""
    count = resource.find("cluster_config.instance_count")
    return isinstance(count, Unresolved) or (
        (number(count) or 1) > 1
        or any(
            truth(resource.find(f"cluster_config.{path}")) is True
            for path in ("dedicated_master_enabled", "zone_awareness_enabled", "warm_enabled")
        )
    )


_HTTP_NEEDS = (
    Need(("aws_opensearch_domain",), "domain_endpoint_options.enforce_https", true, "answers over HTTP", "true"),
)

_TLS_NEEDS = (
    Need(
        ("aws_opensearch_domain",),
        "domain_endpoint_options.tls_security_policy",
        lambda value: (known(value) or "").startswith(("Policy-Min-TLS-1-2", "Policy-Min-TLS-1-3")),
        "speaks early TLS",
        '"Policy-Min-TLS-1-2-PFS-2023-10"',
    ),
)

_NODE_NEEDS = (
    Need(
        ("aws_opensearch_domain",),
        "node_to_node_encryption.enabled",
        true,
        "speaks in clear between its nodes",
        "true",
        when=lambda resource: says(resource, "node_to_node_encryption") or _has_nodes(resource),
    ),
)


CHECKS = (
    Check(COGNITO, kinds_of(*_COGNITO_NEEDS), needs(*_COGNITO_NEEDS)),
    Check(PASSWORDS, kinds_of(*_PASSWORD_NEEDS), needs(*_PASSWORD_NEEDS)),
    Check(SEARCH_HTTP, kinds_of(*_HTTP_NEEDS), needs(*_HTTP_NEEDS)),
    Check(SEARCH_TLS, kinds_of(*_TLS_NEEDS), needs(*_TLS_NEEDS)),
    Check(SEARCH_NODES, kinds_of(*_NODE_NEEDS), needs(*_NODE_NEEDS)),
)
