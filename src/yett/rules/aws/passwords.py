"""Passwords of databases and the like: written down, or shown by the stack that takes them."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, Scalar, Unresolved, known, truth
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]
_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"

PASSWORD = Rule(
    id="aws/db-plain-password",
    title="Database password written down",
    severity=Severity.HIGH,
    why="The password is in the repository, in everybody's copy of it and in the state file.",
    fix="Set `manage_master_user_password = true`, or take the password from Secrets Manager.",
    refs=("CWE-798", "PCI DSS 8.6.2", _RDS + "rds-secrets-manager.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" {
  username = "shop"
  password = "correct" # <- here
}
""",
        """\
# file: template.yaml
Parameters:
  Password: {Type: String, Default: battery, NoEcho: true}
Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Ref Password # <- here
""",
    ),
    good=(
        """\
variable "password" {
  default = ""
}

resource "aws_db_instance" "orders" {
  username = "shop"
  password = var.password
}

resource "aws_db_instance" "carts" {
  password = random_password.carts.result
}

resource "aws_rds_cluster" "search" {
  manage_master_user_password = true
}
""",
        """\
# file: template.yaml
Parameters:
  Password: {Type: String, NoEcho: true}
Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: "{{resolve:secretsmanager:orders:SecretString:password}}"
  Carts:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Ref Password
  Stock:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: Password
""",
    ),
)


_PASSWORDS = {
    "aws_db_instance": ("password",),
    "aws_rds_cluster": ("master_password",),
    "aws_docdb_cluster": ("master_password",),
    "aws_redshift_cluster": ("master_password",),
    "aws_redshiftserverless_namespace": ("admin_user_password",),
    "AWS::RedshiftServerless::Namespace": ("admin_user_password",),
    "aws_dms_endpoint": ("password", "mongodb_settings.password", "mongo_db_settings.password"),
    "aws_rds_global_cluster": ("master_password",),
    "aws_directory_service_directory": ("password",),
    "aws_kinesis_firehose_delivery_stream": (
        "redshift_configuration.password",
        "redshift_destination_configuration.password",
        "splunk_configuration.hec_token",
        "splunk_destination_configuration.hec_token",
    ),
    "aws_amplify_app": ("access_token", "oauth_token"),
    "Alexa::ASK::Skill": ("authentication_configuration.client_secret", "authentication_configuration.refresh_token"),
    "aws_elasticache_replication_group": ("auth_token",),
    "aws_mq_broker": ("user.password",),
    "aws_memorydb_user": ("authentication_mode.passwords",),
    "aws_elasticache_user": ("passwords",),
    "aws_opensearch_domain": ("advanced_security_options.master_user_options.master_user_password",),
    "AWS::DirectoryService::MicrosoftAD": ("password",),
    "AWS::DirectoryService::SimpleAD": ("password",),
    "AWS::ManagedBlockchain::Member": (
        "member_configuration.member_framework_configuration.member_fabric_configuration.admin_password",
    ),
    "AWS::Amplify::App": ("basic_auth_config.password", "access_token", "oauth_token"),
    "AWS::Amplify::Branch": ("basic_auth_config.password",),
    "AWS::IAM::User": ("login_profile.password",),
    "aws_iam_user": ("login_profile.password",),
}


def password(resource: Resource, module: Module) -> Found:
    for path in _PASSWORDS[resource.kind]:
        for value in resource.every(path):
            if isinstance(value, Unresolved):
                if _shown(value, module) is None:
                    yield unknown(value)
            elif isinstance(value, Scalar) and isinstance(value.value, str) and _is_secret(value.value):
                if resource.format == "cloudformation" and _is_name(value.value, module):
                    continue
                yield hit(
                    value.span,
                    f"{resource.label} has its password written down",
                    subject=f"{resource.address} {path}",
                )


SHOWN = Rule(
    id="aws/parameter-shown",
    title="Password that AWS shows to whoever may see the stack",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A parameter of a stack without `NoEcho` stands in the console, in the answer of `describe-stacks` and in the"
    " history of every change, for all who may look.",
    fix="Write `NoEcho: true`, or read the password from Secrets Manager.",
    refs=(
        "CWE-522",
        "PCI DSS 8.6.2",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html",
    ),
    bad=(
        """\
# file: template.yaml
Parameters:
  Password: {Type: String}
Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Ref Password # <- here
""",
    ),
    good=(
        """\
# file: template.yaml
Parameters:
  Password: {Type: String, NoEcho: true}
Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: !Ref Password
""",
    ),
)


def shown(resource: Resource, module: Module) -> Found:
    for path in _PASSWORDS[resource.kind]:
        for value in resource.every(path):
            name = _shown(value, module) if isinstance(value, Unresolved) else None
            if name is not None:
                yield hit(
                    value.span,
                    f"{resource.label} takes its password from {name}, which AWS shows to whoever may see the stack",
                    fix=f"Write `NoEcho: true` in {name}.",
                    subject=f"{resource.address} {path} {name}",
                )


def _shown(value: Unresolved, module: Module) -> str | None:
    """The name of the parameter that a value is, if nobody hides it."""
    name = value.what.removeprefix("parameter ")
    parameter = module.get(name) if name != value.what else None
    return name if parameter is not None and parameter.category == "variable" and not _is_hidden(parameter) else None


def _is_hidden(parameter: Resource) -> bool:
    """Whether CloudFormation shows stars for a parameter; one that is read from elsewhere is no text of a stack."""
    kind = known(parameter.body.find("Type")) or "String"
    hidden = parameter.body.find("NoEcho")
    return kind != "String" or (hidden is not None and truth(hidden) is not False)


def _is_secret(text: str) -> bool:
    """Not what is filled in elsewhere: nothing, or a reference in a syntax of its own."""
    return bool(text.strip()) and not text.startswith(("{{", "${", "arn:", "<"))


def _is_name(text: str, module: Module) -> bool:
    """Whether a text of a template is no password but the name of one: of a parameter without default or a resource
    whose `Ref` was forgotten, or of the type that the documentation gives."""
    named = module.get(text)
    return text in ("String", "NoEcho") or (named is not None and not known(named.find("default")))


CHECKS = (
    Check(PASSWORD, tuple(_PASSWORDS), password),
    Check(SHOWN, tuple(_PASSWORDS), shown),
)
