"""Policy documents of IAM: where their parts stand, what is unknown, and what the rules say of both."""

from __future__ import annotations

import json

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse import iam, yaml
from yett.parse.iam import HOLE, Document, Fields, Items, Kind, Text, Value, covers, document, from_json
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.rules import iam_policy
from yett.rules.claims import wide_claim
from yett.rules.iam_policy import Place, judge, judge_document
from yett.rules.iam_policy.case import guess, is_everything, is_wide

HERE = Span(1, 1, 1, 2)


def _made(*statements: object) -> Document:
    value = from_json(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    assert value is not None
    found = document(value)
    assert found is not None
    return found


def _ids(*statements: object, kind: Kind = "", place: Place | None = None) -> set[str]:
    return {rule.id for rule, found in judge_document(_made(*statements), kind, place) if isinstance(found, Hit)}


def _unknown(found: Document, kind: Kind = "") -> list[str]:
    return [each.what for _, each in judge_document(found, kind) if isinstance(each, Unknown)]


def _allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("pattern", "text", "covered"),
    (
        ("s3:GetObject", "s3:getobject", True),
        ("s3:Get*", "s3:GetObject", True),
        ("s3:*Object", "s3:GetObject", True),
        ("s3:G?tObject", "s3:GetObject", True),
        ("*", "iam:PassRole", True),
        ("iam:*Role*", "iam:PassRole", True),
        ("i?m:*??Role", "iam:PassRole", True),
        ("s3:Get*", "s3:PutObject", False),
        ("s3:Get*Object*Acl", "s3:GetObject", False),
        ("s3:GetObject?", "s3:GetObject", False),
        ("ab*ba", "aba", False),  # the ends may not share a letter
        (HOLE, "s3:GetObject", False),  # what is unknown is no wildcard
        ("s3:" + HOLE + "*", "s3:GetObject", False),
    ),
)
def test_a_pattern_covers_what_it_matches(pattern: str, text: str, covered: bool) -> None:
    assert covers(pattern, text) is covered


def test_a_pattern_of_stars_is_matched_in_no_time() -> None:
    assert not covers("*a" * 2000, "a" * 1000 + "b")
    assert not covers("*?a" * 300, "b" * 3000)


@pytest.mark.parametrize(
    ("resource", "everything", "wide"),
    (
        ("*", True, True),
        ("arn:aws:*:*:*:*", True, True),
        ("arn:aws:iam::111122223333:role/*", False, True),
        ("arn:aws:iam::*:*", False, True),
        ("arn:aws:iam::111122223333:role/app-*", False, False),
        ("arn:aws:iam::111122223333:role/" + HOLE, False, False),
        ("arn:aws:s3:::*", False, False),  # not a resource of IAM
        (HOLE, False, False),
    ),
)
def test_what_everything_is(resource: str, everything: bool, wide: bool) -> None:
    assert is_everything(resource) is everything
    assert is_wide(resource, "iam") is wide


def test_a_bucket_is_not_every_bucket() -> None:
    assert is_wide("arn:aws:s3:::*/*", "s3")
    assert not is_wide("arn:aws:s3:::media/*", "s3")


def test_parts_stand_where_they_are_written() -> None:
    text = '{\n  "Statement": {\n    "Effect": "Allow",\n    "Action": ["s3:GetObject", "s3:*"]\n  }\n}'
    value = from_json(text)
    assert value is not None
    found = document(value)
    assert found is not None
    (statement,) = found.statements
    assert [action.text for action in statement.actions] == ["s3:GetObject", "s3:*"]
    assert statement.actions[1].span == Span(4, 32, 4, 38)
    assert statement.key("action") == Span(4, 5, 4, 13)
    assert statement.key("Resource") == statement.span


def test_a_text_inside_of_a_string_stands_where_the_string_stands() -> None:
    at = Span(7, 3, 7, 90)
    value = from_json('{"Statement": [{"Effect": "Allow", "Action": "*"}]}', at)
    assert value is not None
    found = document(value)
    assert found is not None
    assert found.statements[0].actions[0].span == at


def test_a_variable_of_the_policy_is_known_and_one_of_a_template_is_not() -> None:
    value = from_json('{"own": "home/${aws:username}/*", "other": "arn:aws:s3:::${bucket}/*", "all": "${any}"}')
    assert isinstance(value, Fields)
    texts = {key.text: each for key, each in value.fields if isinstance(each, Text)}
    assert texts["own"].known
    assert texts["other"].text == f"arn:aws:s3:::{HOLE}/*"
    assert texts["all"].open


def test_a_short_form_of_cloudformation_is_a_hole() -> None:
    node = yaml.compose(
        "Statement:\n- Effect: Allow\n  Action: '*'\n  Resource: !Sub 'arn:${A}'\n  Principal: !Ref P\n"
    )
    assert node is not None
    found = document(iam.from_yaml(node))
    assert found is not None
    assert found.statements[0].resources[0].open
    assert found.statements[0].principals[0].name.open


def test_a_key_may_stand_twice_as_blocks_do() -> None:
    def text(value: str) -> Text:
        return Text(value, HERE)

    once: Value = Fields(((text("aws:SourceIp"), Items((text("10.0.0.0/8"),), HERE)),), HERE)
    conditions = Fields(((text("IpAddress"), once), (text("IpAddress"), once)), HERE)
    statement = Fields(((text("Effect"), text("Allow")), (text("Condition"), conditions)), HERE)
    found = document(Fields(((text("Statement"), statement),), HERE))
    assert found is not None
    assert len(found.statements[0].conditions) == 2


@pytest.mark.parametrize(
    "text",
    (
        '{"Version": "2012-10-17", "Statement": ',
        '{"Version": "2012-10-17", "Statement": [], "Statement": []}',
        "[" * 10_000,
        '{"a": &a [*a]}',
    ),
)
def test_what_is_no_json_is_an_error(text: str) -> None:
    with pytest.raises(ParseError):
        list(judge(text, "policy.json", Tree.of({})))


@pytest.mark.parametrize(
    "text",
    (
        "",
        "[]",
        "7",
        '"Statement"',
        '{"name": "shop", "version": "1.0.0"}',
        '{"Statement": "nothing", "Version": "2012-10-17"}',
        '{"Version": "2012-10-17", "Statement": [[["deep"]], null, 4, {"Action": {"a": "b"}, "Effect": []}]}',
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": [], "Condition": ["a", {"b": "c"}]}}',
        '{"Resources": {"Role": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*"}}}}',
    ),
)
def test_other_files_and_odd_ones_are_left_alone(text: str) -> None:
    assert not [found for _, found in judge(text, "policy.json", Tree.of({})) if isinstance(found, Hit)]


def test_documents_in_what_the_command_line_gives() -> None:
    policy = {"Version": "2012-10-17", "Statement": [_allow("*")]}
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}
    text = json.dumps(
        {
            "RoleDetailList": [
                {
                    "RoleName": "deploy",
                    "AssumeRolePolicyDocument": trust,
                    "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": policy}],
                }
            ]
        },
        indent=1,
    )
    found = {(rule.id, hit.subject) for rule, hit in judge(text, "roles.json", Tree.of({})) if isinstance(hit, Hit)}
    assert ("aws/iam-admin", "all * *") in found
    assert any(rule == "aws/iam-assume-any" and subject.startswith("deploy") for rule, subject in found)


@pytest.mark.parametrize(
    ("statement", "kind"),
    (
        (_allow("s3:GetObject"), "identity"),
        ({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}, "trust"),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}, "trust"),
        ({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}, "resource"),
        ({"Effect": "Allow", "Principal": {"Federated": "a:oidc-provider/gitlab.com"}}, "trust"),
    ),
)
def test_the_principals_tell_what_a_document_is_for(statement: object, kind: Kind) -> None:
    assert guess(_made(statement)) == kind


@pytest.mark.parametrize("kind", ("scp", "boundary", "endpoint"))
def test_the_most_that_may_be_had_is_no_right(kind: Kind) -> None:
    assert not _ids(_allow("*"), kind=kind)


def test_one_finding_for_full_rights() -> None:
    assert _ids(_allow("*")) == {"aws/iam-admin"}


def test_full_rights_with_a_second_factor_are_less_bad() -> None:
    asks = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    pretends = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}
    severities = [
        found.severity
        for condition in (asks, pretends)
        for rule, found in judge_document(_made(_allow("*", Condition=condition)))
        if isinstance(found, Hit) and rule.id == "aws/iam-admin"
    ]
    assert severities == [Severity.MEDIUM, None]


def test_what_a_document_takes_away_again_is_not_held_against_it() -> None:
    deny = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    assert "iam/priv-esc" in _ids(_allow("iam:CreateAccessKey"))
    assert "iam/priv-esc" not in _ids(_allow("iam:CreateAccessKey"), deny)
    some = {**deny, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
    assert "iam/priv-esc" in _ids(_allow("iam:CreateAccessKey"), some)


@pytest.mark.parametrize(
    ("actions", "found"),
    (
        (("iam:PassRole", "ec2:RunInstances"), True),
        (("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"), True),
        (("iam:PassRole", "glue:CreateDevEndpoint"), True),
        (("iam:PassRole", "cloudformation:CreateStack"), True),
        (("iam:PassRole", "ec2:DescribeInstances"), False),
        (("iam:AttachUserPolicy",), True),
        (("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"), True),
        (("iam:Set*",), True),
        (("lambda:UpdateFunctionCode",), True),
        (("ssm:SendCommand",), True),
        (("glue:UpdateJob",), False),  # nothing starts the job
        (("iam:GetUser", "iam:ListRoles"), False),
    ),
)
def test_ways_to_more_rights(actions: tuple[str, ...], found: bool) -> None:
    assert ("iam/priv-esc" in _ids(_allow(list(actions)))) is found
    assert ("iam/priv-esc" in _ids(*(_allow(action) for action in actions))) is found


@pytest.mark.parametrize(
    ("condition", "public"),
    (
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, True),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1"}}, True),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1"}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-a1"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a1"}}, False),
        ({"StringEquals": {"AWS:SourceOwner": "111122223333"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}, False),
        ({"StringEquals": {"kms:CallerAccount": "111122223333"}}, False),
        ({"StringEquals": {"aws:SourceVpce": "${endpoint}"}}, False),
        ({"Null": {"aws:userid": "false"}, "ForAllValues:StringEquals": {"aws:userid": "A"}}, False),
    ),
)
def test_conditions_that_keep_strangers_out(condition: object, public: bool) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Condition": condition}
    made = _made(statement)
    assert ("iam/public-principal" in _ids(statement)) is public
    assert bool(list(iam_policy.public(made))) is public
    assert "iam/public-principal" not in _ids(statement, kind="resource", place=Place(service="sqs"))


def test_a_policy_that_refuses_plain_http() -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert iam_policy.demands_tls(_made(deny))
    assert not iam_policy.demands_tls(_made({**deny, "Effect": "Allow"}))
    assert not iam_policy.demands_tls(_made({**deny, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}))


@pytest.mark.parametrize(
    ("text", "wide"),
    (
        ("*", True),
        ("repo:*", True),
        ("repo:bakery*", True),
        ("repo:*/shop:*", True),
        ("repo:bake*/shop:ref:refs/heads/main", True),
        ("project_path:*/shop:ref_type:branch:ref:main", True),
        ("workflow:deploy", True),
        ("main", True),
        ("repo:bakery/shop:*", False),
        ("repo:bakery/shop:environment:production", False),
        ("project_path:bakery/shop:ref_type:branch:ref:main", False),
        ("organization:bakery:project:shop:workspace:*:run_phase:*", False),
    ),
)
def test_claims(text: str, wide: bool) -> None:
    assert bool(wide_claim(text, github=True)) is wide


def test_users_and_groups_are_asked_for_a_second_factor_and_roles_are_not() -> None:
    statement = _allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/keeper")
    asks = {**statement, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    assert "aws/mfa-condition" in _ids(statement, place=Place(holder="user"))
    assert "aws/mfa-condition" not in _ids(statement, place=Place(holder="role"))
    assert "aws/mfa-condition" not in _ids(asks, place=Place(holder="group"))


def test_what_decides_and_is_unknown_is_said() -> None:
    assert _unknown(_made(_allow("*", "${where}")))
    assert _unknown(_made(_allow("iam:PassRole", "${role}")))
    assert not _unknown(_made(_allow("s3:ListBucket", "${bucket}")))
    trust = {"Effect": "Allow", "Principal": {"AWS": "${who}"}, "Action": "sts:AssumeRole"}
    assert _unknown(_made(trust), "trust")


def test_a_hole_in_the_place_of_a_statement() -> None:
    value = Fields(((Text("Statement", HERE), Text(HOLE, HERE, "var.statements")),), HERE)
    found = document(value)
    assert found is not None
    assert _unknown(found) == ["var.statements"]


def test_two_policies_with_one_defect_have_two_subjects() -> None:
    made = _made(_allow("*"))
    subjects = [
        found.subject
        for name in ("aws_iam_policy.a", "aws_iam_policy.b")
        for _, found in judge_document(made, "identity", Place(name))
        if isinstance(found, Hit)
    ]
    assert len(set(subjects)) == 2


def test_a_message_is_one_line() -> None:
    made = _made(_allow("s3:*", Sid="a\nb" * 100))
    for _, found in judge_document(made):
        assert isinstance(found, Hit)
        assert "\n" not in found.message
        assert len(found.message) < 400


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("policies/deploy.json", True),
        ("policies/deploy-boundary.json", False),
        ("policies/deploy_scp.json", False),
        ("policies/unbounded.json", True),
    ],
)
def test_a_name_that_speaks_of_a_limit(path: str, found: bool) -> None:
    text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}]}'
    said = {rule.id for rule, _ in iam_policy.judge(text, path, Tree.of({path: text}))}
    assert ("iam/priv-esc" in said) == found


def test_softer_where_tests_are() -> None:
    text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    for path, severity in (("policies/a.json", None), ("tests/data/a.json", Severity.MEDIUM)):
        said = [found for rule, found in iam_policy.judge(text, path, Tree.of({})) if rule.id == "aws/iam-admin"]
        assert [found.severity for found in said if isinstance(found, Hit)] == [severity]
