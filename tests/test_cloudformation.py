"""CloudFormation, SAM and serverless files as resources."""

from __future__ import annotations

import json

import pytest

from yett.model import Hit, Unknown
from yett.parse.cloudformation import load
from yett.parse.cloudformation_names import ALIASES, KINDS
from yett.parse.resources import CLOSE, OPEN, List, Map, Module, Resource, Scalar, Unresolved, Value, known
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.rules import aws, serverless

_HEAD = """\
Parameters:
  Env: {Type: String, Default: prod}
  Zones: {Type: CommaDelimitedList, Default: "a, b"}
  Secret: {Type: String, Default: hush, NoEcho: true}
  Free: {Type: String}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a}
Mappings:
  Sizes: {prod: {db: large}}
Resources:
  Other: {Type: "AWS::S3::Bucket"}
  R:
    Type: AWS::X::Y
    Properties:
"""


def _load(text: str) -> Module:
    module = load("t.yaml", text)
    assert module is not None
    return module


def _resource(text: str, name: str = "R") -> Resource:
    found = _load(text).get(name)
    assert found is not None
    return found


def _plain(value: Value | None) -> object:
    match value:
        case Scalar(value=plain):
            return plain
        case List(items=items):
            return [_plain(item) for item in items]
        case Map():
            return {name: _plain(each) for name, each in value.items()}
        case Unresolved(text=text, what=what):
            return "?" + (text.replace(OPEN, "<").replace(CLOSE, ">") or what)
    return None


@pytest.mark.parametrize(
    ("written", "expected"),
    (
        ("true", True),
        ('"true"', "true"),
        ("Yes", True),
        ("off", False),
        ('"Yes"', "Yes"),
        ("!Ref Env", "prod"),
        ("{Ref: Env}", "prod"),
        ("!Ref Zones", ["a", "b"]),
        ("!Ref Secret", "hush"),  # not shown by the console, but in the repository
        ("!Ref Free", "?parameter Free"),
        ("!Ref Looked", "?parameter Looked"),
        ("!Ref Other", "?Other"),
        ("!Ref AWS::Region", "?AWS::Region"),
        ("!Ref AWS::NoValue", None),
        ("!GetAtt Other.Arn", "?Other.Arn"),
        ("!GetAtt [Other, Arn]", "?Other.Arn"),
        ('!Sub "x-${Env}"', "x-prod"),
        ('!Sub "x-${Env}-${Free}-${!Literal}"', "?x-prod-<parameter Free>-${Literal}"),
        ('!Sub ["${A}-${Other.Arn}", {A: !Ref Env}]', "?prod-<Other.Arn>"),
        ('!Join ["-", [a, !Ref Env]]', "a-prod"),
        ('!Join ["-", [a, !Ref Free]]', "?a-<parameter Free>"),
        ("!FindInMap [Sizes, !Ref Env, db]", "large"),
        ("!FindInMap [Sizes, !Ref Free, db]", "?Fn::FindInMap"),
        ("!If [Cond, 1, 1]", 1),
        ("!If [Cond, 1, 2]", "?condition Cond"),
        ("!Base64 text", "text"),
        ("!ImportValue x", "?Fn::ImportValue"),
        ('"{{resolve:secretsmanager:a}}"', "?{{resolve:secretsmanager:a}}"),
        ("{a: [1, !Ref Env]}", {"a": [1, "prod"]}),
        ("!Unheard x", "?Fn::Unheard"),
    ),
)
def test_a_value_amounts_to(written: str, expected: object) -> None:
    assert _plain(_resource(_HEAD + f"      V: {written}\n").find("V")) == expected


def test_names_are_those_of_terraform() -> None:
    text = """\
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      StorageEncrypted: true
      MasterUserPassword: x
      KMSKeyId: y
"""
    db = _resource(text, "Db")
    assert db.kind == "aws_db_instance"
    assert _plain(db.find("storage_encrypted")) is True
    assert _plain(db.find("password")) == "x"
    assert _plain(db.find("kms_key_id")) == "y"
    assert db.find("publicly_accessible") is None
    assert db.span == Span(2, 3, 2, 5)
    assert db.place("storage_encrypted") == Span(5, 25, 5, 29)
    assert db.place("publicly_accessible") == db.span


def test_aliases_belong_to_kinds() -> None:
    assert set(ALIASES) <= set(KINDS.values())
    assert all(old != new for table in ALIASES.values() for old, new in table.items())


def test_json_with_tabs_is_the_same_as_yaml() -> None:
    text = """\
{
\t"Resources": {
\t\t"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"PubliclyAccessible": "true"}}
\t}
}
"""
    hits = [hit for rule, hit in aws.judge(text, "t.json", Tree.of({"t.json": text})) if rule.id == "aws/rds-public"]
    assert [(hit.line, hit.column) for hit in hits if isinstance(hit, Hit)] == [(3, 79)]
    assert text.split("\n")[2][78:].startswith('"true"')


@pytest.mark.parametrize(
    "text",
    (
        "",
        "a: b\n",
        "- a\n",
        "Resources: [a]\n",
        "Resources: {a: b}\n",
        "apiVersion: v1\nkind: List\n",
        "service: shop\n",
        "a: {{ b }}: c\n",  # a template of something else is not ours
        "[1, 2",
    ),
)
def test_what_is_no_template_is_nothing(text: str) -> None:
    assert load("t.yaml", text) is None


def test_a_broken_template_is_an_error() -> None:
    with pytest.raises(ParseError):
        load("t.yaml", "AWSTemplateFormatVersion: 1\nResources:\n  A: [\n")
    with pytest.raises(ParseError):
        load("t.json", '{"Resources": {')


@pytest.mark.parametrize("properties", ("", "\n    Properties:", "\n    Properties: {}", "\n    Properties: null"))
def test_a_resource_without_properties_has_none(properties: str) -> None:
    text = f"Resources:\n  Db:\n    Type: AWS::RDS::DBInstance{properties}\n"
    hits = [rule.id for rule, hit in aws.judge(text, "t.yaml", Tree.of({})) if isinstance(hit, Hit)]
    assert "aws/rds-unencrypted" in hits


def test_properties_that_a_run_makes_are_not_missed() -> None:
    text = "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties: !Include x\n"
    found = list(aws.judge(text, "t.yaml", Tree.of({})))
    assert found
    assert not [1 for _, hit in found if isinstance(hit, Hit)]


def test_every_rule_of_a_template_is_written_once() -> None:
    """What the tools that make templates write: JSON without a line break, a Metadata for each resource."""
    text = json.dumps(
        {
            "Resources": {
                "OrdersB64C7F1C": {
                    "Type": "AWS::S3::Bucket",
                    "Properties": {"AccessControl": "PublicRead"},
                    "Metadata": {"aws:cdk:path": "Shop/Orders/Resource"},
                }
            }
        }
    )
    hits = [
        hit
        for rule, hit in aws.judge(text, "cdk.out/shop.template.json", Tree.of({}))
        if rule.id == "aws/s3-public-acl"
    ]
    assert len(hits) == 1
    assert isinstance(hits[0], Hit)
    assert hits[0].subject == "OrdersB64C7F1C acl"


def test_a_role_of_a_template_is_judged() -> None:
    text = """\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {AWS: "*"}
            Action: sts:AssumeRole
      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"]
      Policies:
        - PolicyName: all
          PolicyDocument:
            Statement: [{Effect: Allow, Action: "*", Resource: "*"}]
"""
    found = {(rule.id, hit.line) for rule, hit in aws.judge(text, "t.yaml", Tree.of({})) if isinstance(hit, Hit)}
    assert {("aws/iam-assume-any", 8), ("aws/iam-admin", 10), ("aws/iam-admin", 14)} <= found


def test_sam_functions_and_globals() -> None:
    text = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs14.x
Resources:
  Mail:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      FunctionUrlConfig: {AuthType: NONE}
      Policies:
        - AmazonS3ReadOnlyAccess
        - Statement:
            - {Effect: Allow, Action: "*", Resource: "*"}
"""
    found = {(rule.id, hit.line) for rule, hit in aws.judge(text, "t.yaml", Tree.of({})) if isinstance(hit, Hit)}
    assert {("aws/old-runtime", 4), ("aws/lambda-public", 10), ("aws/iam-admin", 14)} <= found


_SERVERLESS = """\
service: shop
custom:
  runtime: nodejs14.x
provider:
  name: aws
  runtime: ${self:custom.runtime}
  environment:
    STAGE: ${opt:stage}
    API_TOKEN: correct-horse
  iamRoleStatements:
    - Effect: Allow
      Action: ["*"]
      Resource: "*"
functions:
  mail:
    handler: mail.send
    url: true
resources:
  Resources:
    Media:
      Type: AWS::S3::Bucket
      Properties: {AccessControl: PublicRead}
"""


def test_a_serverless_file_is_judged() -> None:
    judged = [*aws.judge(_SERVERLESS, "serverless.yml", Tree.of({}))]
    judged += serverless.judge(_SERVERLESS, "serverless.yml", Tree.of({}))
    found = {(rule.id, hit.line) for rule, hit in judged if isinstance(hit, Hit)}
    assert {
        ("aws/old-runtime", 6),
        ("aws/hardcoded-credentials", 9),
        ("aws/iam-admin", 12),
        ("serverless/iam-star", 12),
        ("aws/lambda-public", 17),
        ("aws/s3-public-acl", 22),
    } <= found


def test_variables_of_serverless_are_unknown() -> None:
    text = "service: a\nprovider:\n  name: aws\n  runtime: ${env:RUNTIME}\n  x: ${self:provider.x}\n"
    found = [hit for rule, hit in aws.judge(text, "serverless.yml", Tree.of({})) if rule.id == "aws/old-runtime"]
    assert found == [Unknown(4, "env:RUNTIME")]
    provider = _load(text).get("provider")
    assert provider is not None
    assert isinstance(provider.find("x"), Unresolved)


def test_a_policy_in_a_block_of_text_has_places() -> None:
    text = """\
Resources:
  Q:
    Type: AWS::SQS::QueuePolicy
    Properties:
      PolicyDocument: |
        {"Statement": [{
          "Effect": "Allow",
          "Principal": "*",
          "Action": "sqs:SendMessage",
          "Resource": "*"}]}
"""
    hits = [hit for rule, hit in aws.judge(text, "t.yaml", Tree.of({})) if rule.id == "aws/queue-public-policy"]
    assert [(hit.line, hit.column) for hit in hits if isinstance(hit, Hit)] == [(8, 24)]


def test_depth_is_borne() -> None:
    deep = "!Sub [a, {b: " * 60 + "c" + "}]" * 60
    assert isinstance(_resource(_HEAD + f"      V: {deep}\n").find("V"), Scalar | Unresolved)
    cycle = (
        "service: a\ncustom: {a: '${self:custom.b}', b: '${self:custom.a}'}\n"
        "provider: {name: aws, runtime: '${self:custom.a}'}\n"
    )
    provider = _load(cycle).get("provider")
    assert provider is not None
    assert isinstance(provider.find("runtime"), Unresolved)


_CONDITIONS = """\
Parameters:
  Env: {Type: String, Default: prod}
  Who: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  NotProd: !Not [!Condition IsProd]
  Odd: !And [!Condition IsProd, !Equals [!Ref Who, x]]
  Sure: {"Fn::Or": [{Condition: IsProd}, !Equals [!Ref Who, x]]}
  Loop: !Not [!Condition Loop]
Resources:
"""


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("!If [IsProd, 1, 2]", "1"),
        ("!If [NotProd, 1, 2]", "2"),
        ("!If [Sure, 1, 2]", "1"),
        ("!If [Odd, 1, 2]", None),
        ("!If [Loop, 1, 2]", None),
        ("!If [Missing, 1, 2]", None),
        ("!If [NotProd, 1, !Ref AWS::NoValue]", ""),
    ],
)
def test_conditions_over_parameters(value: str, meant: str | None) -> None:
    text = f"{_CONDITIONS}  A:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Port: {value}\n"
    module = load("t.yaml", text)
    assert module is not None
    resource = module.get("A")
    assert resource is not None
    found = resource.find("port")
    if meant == "":
        assert found is None
    elif meant is None:
        assert isinstance(found, Unresolved)
    else:
        assert known(found) == meant


def test_a_condition_over_all_properties() -> None:
    text = (
        f"{_CONDITIONS}  A:\n    Type: AWS::RDS::DBInstance\n    Properties: !If\n      - Odd\n"
        "      - {StorageEncrypted: true, Engine: postgres}\n"
        "      - {StorageEncrypted: true, PubliclyAccessible: true}\n"
    )
    module = load("t.yaml", text)
    assert module is not None
    resource = module.get("A")
    assert resource is not None
    assert known(resource.find("storage_encrypted")) == "true"
    assert isinstance(resource.find("publicly_accessible"), Unresolved)
    assert isinstance(resource.find("engine"), Unresolved)
    assert resource.find("kms_key_id") is None


def test_a_resource_that_is_not_made() -> None:
    text = "".join(
        f"  {name}:\n    Type: AWS::SQS::Queue\n    Condition: {condition}\n"
        for name, condition in (("A", "IsProd"), ("B", "NotProd"), ("C", "Odd"), ("D", "Missing"))
    )
    module = load("t.yaml", _CONDITIONS + text)
    assert module is not None
    assert [each.name for each in module.of("aws_sqs_queue")] == ["A", "C", "D"]
