"""Keys and passwords that are written down, or never change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import (
    OPEN,
    List,
    Map,
    Module,
    Resource,
    Scalar,
    Unresolved,
    Value,
    known,
    objects,
    truth,
)
from yett.parse.source import Span
from yett.rules.aws.images import containers
from yett.rules.aws.need import Need, bad, kinds_of, needs
from yett.rules.cloud import Check, unknown
from yett.rules.credentials import is_setting, means_secret
from yett.rules.hits import hit, short

Found = Iterator[Hit | Unknown]
_SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/"

HARDCODED = Rule(
    id="aws/hardcoded-credentials",
    title="Credential written into the infrastructure",
    severity=Severity.CRITICAL,
    why="The key is in the repository, in everybody's copy of it and in the state file; environments and user data are"
    " shown in the console, too.",
    fix="Give the machine, function or build a role, and let it read the secret from Secrets Manager.",
    refs=("CWE-798", "PCI DSS 8.6.2", "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"),
    bad=(
        """\
provider "aws" {
  region     = "eu-west-1"
  access_key = "AKIA"""
        + """QWERTYUIOPASDFGH" # <- here
  secret_key = "anything" # <- here
}

resource "aws_lambda_function" "mail" {
  environment {
    variables = {
      SMTP_PASSWORD = "correct horse" # <- here
    }
  }
}
""",
        """\
resource "aws_instance" "shop" {
  user_data = <<-EOF
    #!/bin/sh
    # next
    export DB_PASSWORD=battery-staple
    ./shop
  EOF
}
""",
        """\
# file: template.yaml
Parameters:
  DatabasePassword:
    Type: String
    Default: battery-staple # <- here
Resources:
  Orders: {Type: "AWS::SQS::Queue"}
""",
    ),
    good=(
        """\
provider "aws" {
  region     = "eu-west-1"
  access_key = var.access_key
}

resource "aws_lambda_function" "mail" {
  environment {
    variables = {
      SMTP_PASSWORD_ARN = aws_secretsmanager_secret.smtp.arn
      SMTP_PASSWORD     = var.password
      TOKEN_URL         = "https://login.example.com/token"
    }
  }
}

resource "aws_instance" "shop" {
  user_data = <<-EOF
    export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id orders)
    export PASSWORD_FILE=/run/secrets/orders
    export TOKEN=${random_password.token.result}
  EOF
}
""",
        """\
# file: template.yaml
Parameters:
  DatabasePassword: {Type: String, NoEcho: true, Default: battery-staple}
  SecretName: {Type: String, Default: shop/orders}
Resources:
  Orders: {Type: "AWS::SQS::Queue"}
""",
    ),
)


@lru_cache(maxsize=1)
def _key_id() -> re.Pattern[str]:
    return re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")


@lru_cache(maxsize=1)
def _secret_key() -> re.Pattern[str]:
    return re.compile(
        r"(?:secret_?access_?key|secret_?key)[\"']?\s*[=:]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])", re.IGNORECASE
    )


_AWS_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def _is_key(text: str) -> bool:
    return _key_id().search(text) is not None or _secret_key().search(text) is not None


def hardcoded(resource: Resource, _module: Module) -> Found:
    match resource.kind:
        case "provider":
            yield from _provider(resource)
        case "variable":
            yield from _parameter(resource)
        case "aws_lambda_function" | "serverless_provider":
            paths = ("environment.variables", "Environment.Variables", "environment")
            for path in paths if resource.format != "terraform" else paths[:1]:
                found = resource.find(path)
                if isinstance(found, Map) and not found.has("variables"):
                    yield from _environment(resource, found)
                    return
        case "aws_ecs_task_definition" | "aws_batch_job_definition":
            for each in containers(resource):
                yield from _pairs(resource, each.get("environment") or each.get("Environment"))
        case "aws_codebuild_project":
            yield from _pairs(resource, resource.find("environment.environment_variable"))
            yield from _pairs(resource, resource.find("environment.environment_variables"))
        case _:
            for path in ("user_data", "user_data_base64", "launch_template_data.user_data"):
                yield from _data(resource, resource.find(path))
            yield from _metadata(resource)


def _metadata(resource: Resource) -> Found:
    """`AWS::CloudFormation::Authentication` may hold a key or a password in clear."""
    found = resource.body.find("Metadata")
    inner = found.get("AWS::CloudFormation::Authentication") if isinstance(found, Map) else None
    for _, block in inner.items() if isinstance(inner, Map) else ():
        for name in ("accessKeyId", "secretKey", "password"):
            value = block.get(name) if isinstance(block, Map) else None
            if isinstance(value, Scalar) and isinstance(value.value, str) and value.value:
                yield _hit(resource, value.span, name)


def _provider(resource: Resource) -> Found:
    if resource.name != "aws":
        return
    for path in ("access_key", "secret_key", "token"):
        value = resource.find(path)
        text = known(value)
        # The emulator of AWS takes any key; people write "test" or "mock".
        if text and value and not (resource.has("endpoints") or text.lower().startswith(("mock", "test", "fake"))):
            yield _hit(resource, value.span, path)


def _hit(resource: Resource, span: Span, what: str) -> Hit:
    return hit(span, f"{resource.label} has a credential in {short(what)}", subject=f"{resource.address} {what}")


def _parameter(resource: Resource) -> Found:
    """A parameter of CloudFormation with a secret's name and a default, and without `NoEcho`."""
    default = resource.find("default")
    if resource.format != "cloudformation":
        text = known(default) if isinstance(default, Scalar) else None
        if text and default and _is_key(text):
            yield _hit(resource, default.span, "default")
        return
    if truth(resource.find("NoEcho")) is True or not isinstance(default, Scalar):
        return
    text = str(default.value)
    type_ = known(resource.find("type")) or "String"
    if type_ == "String" and ((means_secret(resource.name) and not is_setting(text)) or _is_key(text)):
        yield _hit(resource, default.span, "Default")


def _environment(resource: Resource, variables: Map) -> Found:
    for name, value in variables.items():
        yield from _variable(resource, name, value)


def _variable(resource: Resource, name: str, value: Value) -> Found:
    if isinstance(value, Unresolved):
        if means_secret(name):
            yield unknown(value)
        elif _is_key(value.text):
            yield _hit(resource, value.span, name)
    elif isinstance(value, Scalar) and isinstance(value.value, str):
        text = value.value
        secret = means_secret(name) or name in _AWS_NAMES
        if _is_key(text) or (secret and not is_setting(text) and not text.startswith("arn:")):
            yield _hit(resource, value.span, name)


def _pairs(resource: Resource, value: Value | None) -> Found:
    for each in objects(value):
        if isinstance(each, Map):
            kind = known(each.get("type")) or "PLAINTEXT"
            name = known(each.get("name") or each.get("Name")) or ""
            held = each.get("value")
            held = each.get("Value") if held is None else held
            if held is not None and kind == "PLAINTEXT":
                yield from _variable(resource, name, held)


@lru_cache(maxsize=1)
def _assignments() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|[\s;])(?:export\s+|set\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*[\"']?(?P<value>[^\s\"'$`<({;]{6,})"
    )


def _assigned(text: str) -> re.Match[str] | None:
    """A line of a script that gives a secret's name a value of its own."""
    for match in _assignments().finditer(text):
        if means_secret(match["name"]) and not is_setting(match["value"]) and OPEN not in match["value"]:
            return match
    return None


_PRIVATE = b"PRIVATE KEY-----"


def _private(text: str) -> re.Match[str] | None:
    return re.search(r"-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----\s+[A-Za-z0-9+/]", text)


def _decoded(word: str) -> bytes:
    import base64
    import binascii

    try:
        return base64.b64decode(word[: len(word) // 4 * 4], validate=True)
    except binascii.Error:
        return b""


def _data(resource: Resource, value: Value | None) -> Found:
    text = value.text if isinstance(value, Unresolved) else known(value) or ""
    if not isinstance(value, Scalar | Unresolved) or not text:
        return
    if "\n" not in text and "LS0tLS1CRUdJTi" in text:
        # base64 of "-----BEGIN "
        if any(_PRIVATE in _decoded(word) for word in text.split()):
            yield _hit(resource, value.span, "user data: a private key")
        return
    found = _key_id().search(text) or _secret_key().search(text) or _private(text) or _assigned(text)
    if found:
        begin = found.start("name") if "name" in found.groupdict() else found.start()
        yield _hit(resource, _within(value, text, begin), "user data")


def _within(value: Scalar | Unresolved, text: str, offset: int) -> Span:
    """The place of an offset of a text that may be laid out over several lines."""
    mark = next((each for each in reversed(value.marks) if each.offset <= offset), None)
    if mark is None:
        return value.span
    before = text[mark.offset : offset]
    column = offset - text.rfind("\n", 0, offset) if "\n" in before else mark.column + len(before)
    line = mark.line + before.count("\n")
    return Span(line, column, line, column + 1)


SSM = Rule(
    id="aws/ssm-plain",
    title="Parameter that keeps a secret in clear",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A parameter of type `String` is stored in clear, and shown to everybody who may list parameters.",
    fix='Set `type = "SecureString"`.',
    refs=(
        "CWE-312",
        "PCI DSS 8.6.2",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
    ),
    bad=(
        """\
resource "aws_ssm_parameter" "password" {
  name  = "/shop/db/password"
  type  = "String" # <- here
  value = var.password
}
""",
    ),
    good=(
        """\
resource "aws_ssm_parameter" "password" {
  name  = "/shop/db/password"
  type  = "SecureString"
  value = var.password
}

resource "aws_ssm_parameter" "host" {
  name  = "/shop/db/host"
  type  = "String"
  value = "orders.internal"
}
""",
    ),
)


def ssm(resource: Resource, _module: Module) -> Found:
    kind, name = resource.find("type"), resource.find("name")
    words = f"{known(name) or (name.text if isinstance(name, Unresolved) else '')}/{resource.name}"
    secret = any(means_secret(part) for part in re.split(r"[/.]", words))
    if kind is not None and known(kind) in ("String", "StringList") and secret:
        yield bad(resource, kind.span, "keeps a secret in clear", "type", '"SecureString"')


ROTATION = Rule(
    id="aws/secret-rotation",
    title="Secret that never changes",
    severity=Severity.LOW,
    level=Action.WARN,
    why="A secret that leaked once is good until somebody changes it. Secrets Manager changes it by itself where a"
    " rotation is configured.",
    fix="Add an `aws_secretsmanager_secret_rotation`.",
    refs=("CWE-324", "PCI DSS 8.6.3", _SECRETS + "rotating-secrets.html"),
    bad=(
        """\
resource "aws_secretsmanager_secret" "orders" { # <- here
  name       = "orders"
  kms_key_id = aws_kms_key.orders.arn
}
""",
    ),
    good=(
        """\
resource "aws_secretsmanager_secret" "orders" {
  name       = "orders"
  kms_key_id = aws_kms_key.orders.arn
}

resource "aws_secretsmanager_secret_rotation" "orders" {
  secret_id           = aws_secretsmanager_secret.orders.id
  rotation_lambda_arn = aws_lambda_function.rotate.arn
}
""",
    ),
)


def rotation(resource: Resource, module: Module) -> Found:
    kind = "aws_secretsmanager_secret_rotation"
    if resource.has("rotation_rules", "rotation_lambda_arn") or module.about(resource, kind, "secret_id", "name"):
        return
    if not module.whole or module.elsewhere(kind, "secret_id"):
        yield Unknown(resource.span.line, "a rotation whose secret only a run knows")
    else:
        yield hit(resource.span, f"{resource.label} never changes", subject=f"{resource.address} rotation")


NO_KEY = Rule(
    id="aws/secret-no-cmk",
    title="Secret without a key of your own",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Secrets Manager encrypts with a key of AWS unless you name your own: it cannot be given to another account,"
    " and nobody decides about it apart from the secret.",
    fix="Set `kms_key_id`.",
    refs=("CWE-320", _SECRETS + "security-encryption.html"),
    bad=(
        """\
resource "aws_secretsmanager_secret" "orders" { # <- here
  name = "orders"
}
""",
    ),
    good=(
        """\
resource "aws_secretsmanager_secret" "orders" {
  kms_key_id = aws_kms_key.orders.arn
}
""",
    ),
)


def _own_key(value: Value) -> bool | None:
    text = known(value)
    return text is None or (text != "" and not text.endswith("aws/secretsmanager"))


_KEY_NEEDS = (
    Need(("aws_secretsmanager_secret",), "kms_key_id", _own_key, "has no key of yours", "aws_kms_key.NAME.arn"),
)

ACCESS_KEY = Rule(
    id="aws/access-key-resource",
    title="Long-lived key made by the infrastructure",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The key never expires, and its secret is in the state file or in an output of the stack.",
    fix="Use a role: of the instance, of the task, or by OpenID Connect for what is outside of AWS.",
    refs=(
        "CWE-522",
        "PCI DSS 8.6.3",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    ),
    bad=(
        """\
resource "aws_iam_access_key" "deploy" { # <- here
  user = aws_iam_user.deploy.name
}
""",
    ),
    good=(
        """\
resource "aws_iam_role" "deploy" {
  name = "deploy"
}
""",
    ),
)


def access_key(resource: Resource, _module: Module) -> Found:
    yield hit(resource.span, f"{resource.label} is a key that never expires", subject=f"{resource.address} key")


USER_POLICY = Rule(
    id="aws/user-attached-policy",
    title="Rights given to a single user",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Rights of single users are seldom reviewed and stay when people change their work.",
    fix="Attach the policy to a group or a role.",
    refs=(
        "CWE-732",
        "PCI DSS 7.2.2",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html",
    ),
    bad=(
        """\
resource "aws_iam_user_policy_attachment" "mara" { # <- here
  user       = "mara"
  policy_arn = aws_iam_policy.orders.arn
}
""",
        """\
# file: template.yaml
Resources:
  Orders:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Users: [mara] # <- here
      PolicyDocument: {Statement: []}
""",
    ),
    good=(
        """\
resource "aws_iam_group_policy_attachment" "shop" {
  group      = "shop"
  policy_arn = aws_iam_policy.orders.arn
}
""",
    ),
)


def user_policy(resource: Resource, _module: Module) -> Found:
    if resource.kind in ("aws_iam_user_policy_attachment", "aws_iam_user_policy"):
        yield hit(resource.span, f"{resource.label} gives rights to a single user", subject=f"{resource.address} user")
        return
    for path in ("users",) if resource.kind != "aws_iam_user" else ("policies", "managed_policy_arns"):
        value = resource.find(path)
        if isinstance(value, List) and value.items:
            yield hit(
                resource.body.key(path) or resource.span,
                f"{resource.label} gives rights to a single user",
                subject=f"{resource.address} {path}",
            )


_MACHINES = (
    *("aws_instance", "aws_launch_template", "aws_launch_configuration", "aws_spot_instance_request"),
    "aws_autoscaling_group",
)

CHECKS = (
    Check(
        HARDCODED,
        (
            *("provider", "variable", "aws_lambda_function", "serverless_provider", "aws_ecs_task_definition"),
            *("aws_batch_job_definition", "aws_codebuild_project", *_MACHINES),
        ),
        hardcoded,
    ),
    Check(SSM, ("aws_ssm_parameter",), ssm),
    Check(NO_KEY, kinds_of(*_KEY_NEEDS), needs(*_KEY_NEEDS)),
    Check(ROTATION, ("aws_secretsmanager_secret",), rotation),
    Check(ACCESS_KEY, ("aws_iam_access_key",), access_key),
    Check(
        USER_POLICY,
        (
            *("aws_iam_user_policy_attachment", "aws_iam_user_policy", "aws_iam_policy_attachment", "aws_iam_policy"),
            *("aws_iam_inline_policy", "aws_iam_user"),
        ),
        user_policy,
    ),
)
