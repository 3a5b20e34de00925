"""Terraform: what a directory declares, and what its values amount to."""

from __future__ import annotations

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse.resources import (
    CLOSE,
    OPEN,
    List,
    Map,
    Module,
    Resource,
    Scalar,
    Unresolved,
    Value,
    document,
    known,
    number,
    snake,
    truth,
)
from yett.parse.source import ParseError, Span
from yett.parse.terraform import errors, load
from yett.parse.tree import Tree
from yett.rules import aws, terraform


def _module(text: str, **files: str) -> Module:
    tree = Tree.of(
        {"infra/main.tf": text, **{f"infra/{name.replace('__', '.')}": each for name, each in files.items()}}
    )
    return load(tree, "infra/main.tf", text)


def _value(expression: str, before: str = "", **files: str) -> Value | None:
    found = _module(f'{before}\nresource "aws_x" "r" {{\n  v = {expression}\n}}\n', **files).get("aws_x.r")
    assert found is not None
    return found.find("v")


def _plain(value: Value | None) -> object:
    match value:
        case Scalar(value=plain):
            return plain
        case List(items=items, more=more):
            return [*(_plain(item) for item in items), *(["…"] if more else [])]
        case Map():
            return {name: _plain(each) for name, each in value.items()}
        case Unresolved(text=text, what=what):
            return "?" + (text.replace(OPEN, "<").replace(CLOSE, ">") or what)
    return None


_NAMES = """\
variable "zone" { default = "eu" }
variable "open" { type = string }
variable "ports" { default = [80, 443] }
locals {
  tags = { team = "shop", n = 2 }
  name = "${var.zone}-shop"
  loop = local.pool
  pool = local.loop
}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    (
        ("var.zone", "eu"),
        ("var.open", "?var.open"),
        ("var.missing", "?var.missing"),
        ("local.name", "eu-shop"),
        ("local.loop", "?local.loop"),
        ("local.tags.team", "shop"),
        ('local.tags["team"]', "shop"),
        ("local.tags.other", "?local.tags.other"),
        ("var.ports[1]", 443),
        ("var.ports[9]", "?var.ports"),
        ('"${var.zone}/${var.open}"', "?eu/<var.open>"),
        ('"${var.open}"', "?var.open"),
        ('var.zone == "eu" ? true : false', True),
        ("var.open ? 1 : 2", "?var.open"),
        ("var.open ? 1 : 1", 1),
        ("false && var.open", False),
        ("true || var.open", True),
        ("!true", False),
        ("-3", -3),
        ("7 % 4 + 1 * 2", 5),
        ("1 / 0", "?a division by zero"),
        ("null", None),
        ("False", False),
        ('lower("ABC")', "abc"),
        ('format("%s-%d", var.zone, 3)', "eu-3"),
        ('format("%s-%s", var.zone, var.open)', "?eu-<var.open>"),
        ('join(",", ["a", "b"])', "a,b"),
        ('split(",", "a,b")', ["a", "b"]),
        ('replace("a.b", ".", "-")', "a-b"),
        ("concat([1], var.ports)", [1, 80, 443]),
        ("concat([1], var.open)", [1, "?var.open", "…"]),
        ("flatten([[1], [[2]]])", [1, 2]),
        ('compact(["a", "", null])', ["a"]),
        ("merge(local.tags, { n = 3 })", {"team": "shop", "n": 3}),
        ('lookup(local.tags, "x", "none")', "none"),
        ('coalesce(null, "", "a")', "a"),
        ("tolist(toset([1]))", [1]),
        ("length(var.ports)", 2),
        ("contains(var.ports, 80)", True),
        ("keys(local.tags)", ["n", "team"]),
        ("[for port in var.ports : port + 1 if port > 100]", [444]),
        ("{for k, v in local.tags : upper(k) => v}", {"TEAM": "shop", "N": 2}),
        ("[for port in var.open : port]", "?var.open"),
        ("try(local.name, 1)", "eu-shop"),
        ("var.ports[*]", [80, 443]),
        ("each.value", "?each.value"),
        ("aws_vpc.main.id", "?aws_vpc.main.id"),
        ("timestamp()", "?timestamp()"),
        ('file("x.json")', "?file()"),
    ),
)
def test_an_expression_amounts_to(expression: str, expected: object) -> None:
    assert _plain(_value(expression, _NAMES)) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    (
        ({}, "eu"),
        ({"terraform__tfvars": 'zone = "us"\n'}, "us"),
        ({"terraform__tfvars": 'zone = "us"\n', "b__auto__tfvars": 'zone = "ap"\n'}, "ap"),
        ({"terraform__tfvars__json": '{"zone": "sa"}'}, "sa"),
        ({"prod__tfvars": 'zone = "us"\n'}, "eu"),  # read only where somebody names it
    ),
)
def test_values_come_from_tfvars(files: dict[str, str], expected: str) -> None:
    assert _plain(_value("var.zone", _NAMES, **files)) == expected


def test_a_variable_of_another_file_is_placed_where_it_is_used() -> None:
    found = _module(
        'resource "aws_x" "r" {\n  v = var.a.b\n}\n', vars__tf='\n\nvariable "a" {\n  default = {\n b = 1 } }'
    ).get("aws_x.r")
    assert found is not None
    assert found.find("v") == Scalar(1, Span(2, 7, 2, 14))


_BLOCKS = """\
variable "ports" { default = [80, 443] }
resource "aws_security_group" "one" {
  ingress { from_port = 22 }
  dynamic "ingress" {
    for_each = var.ports
    content { from_port = ingress.value }
  }
}
resource "aws_security_group" "open" {
  dynamic "ingress" {
    for_each = var.unknown
    iterator = each_port
    content {
      from_port = each_port.value
      protocol  = "tcp"
    }
  }
}
resource "aws_security_group" "list" { ingress = [{ from_port = 1 }, { from_port = 2 }] }
"""


def test_blocks_lists_and_dynamic_blocks_are_one_thing() -> None:
    module = _module(_BLOCKS)

    def ports(name: str) -> list[object]:
        group = module.get(f"aws_security_group.{name}")
        assert group is not None
        return [_plain(each.get("from_port")) if isinstance(each, Map) else each.what for each in group.each("ingress")]

    assert ports("one") == [22, 80, 443]
    assert ports("list") == [1, 2]
    assert ports("open") == ["?each_port.value", "a list made elsewhere"]
    group = module.get("aws_security_group.open")
    assert group is not None
    assert known(group.find("ingress.protocol")) == "tcp"


@pytest.mark.parametrize(
    ("line", "there"),
    (
        ("count = 0", False),
        ("count = 1", True),
        ("count = var.open ? 1 : 0", True),
        ("for_each = {}", False),
        ("for_each = toset([])", False),
        ("for_each = var.open", True),
    ),
)
def test_a_resource_without_instances_is_left_out(line: str, there: bool) -> None:
    assert (_module(f'resource "aws_x" "r" {{\n  {line}\n}}\n').get("aws_x.r") is not None) is there


_LINKED = """\
resource "aws_s3_bucket" "a" { bucket = "shop-a" }
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_versioning" "by_reference" { bucket = aws_s3_bucket.b[0].id }
resource "aws_s3_bucket_versioning" "by_name" { bucket = "shop-a" }
resource "aws_s3_bucket_versioning" "by_nobody" { bucket = each.value }
resource "aws_s3_bucket_versioning" "by_mistake" { bucket = aws_s3_bucket.gone.id }
"""


def test_resources_are_found_by_what_they_speak_of() -> None:
    module = _module(_LINKED)

    def about(name: str) -> list[str]:
        bucket = module.get(f"aws_s3_bucket.{name}")
        assert bucket is not None
        return [each.name for each in module.about(bucket, "aws_s3_bucket_versioning", "bucket", "bucket")]

    assert about("a") == ["by_name"]
    assert about("b") == ["by_reference"]
    assert [each.name for each in module.elsewhere("aws_s3_bucket_versioning", "bucket")] == ["by_nobody"]


def test_json_of_a_heredoc_has_places() -> None:
    text = """\
resource "aws_x" "r" {
  policy = <<-EOF
    {"a": "${aws_s3_bucket.b.arn}/*", "b": [1,
      "é"], ${x}: 2}
  EOF
}
"""
    found = _module(text).get("aws_x.r")
    assert found is not None
    value = document(found.find("policy"))
    assert isinstance(value, Map)
    arn, items = value.get("a"), value.get("b")
    assert isinstance(arn, Unresolved)
    assert (arn.text.replace(OPEN, "<").replace(CLOSE, ">"), arn.refs[0].address) == (
        "<aws_s3_bucket.b.arn>/*",
        "aws_s3_bucket.b",
    )
    assert value.key("b") is not None
    assert isinstance(items, List)
    assert items.items[1].span[:2] == (4, 7)


@pytest.mark.parametrize("text", ("{", '{"a": }', "[1,", '{"a": 1', "no json", '{"a" 1}', "[" * 500 + "]" * 500))
def test_what_is_no_json_is_unresolved(text: str) -> None:
    span = Span(1, 1, 1, 2)
    assert isinstance(document(Scalar(text, span)), Unresolved)


def test_tf_json_is_read_alike() -> None:
    text = """\
{
\t"variable": {"a": {"default": "public-read"}},
\t"resource": {"aws_s3_bucket": {"b": {"acl": "${var.a}", "n": [{"x": "v-${var.z}"}]}}}
}
"""
    tree = Tree.of({"main.tf.json": text})
    found = load(tree, "main.tf.json", text).get("aws_s3_bucket.b")
    assert found is not None
    assert found.find("acl") == Scalar("public-read", Span(3, 46, 3, 56))
    assert _plain(found.find("n.x")) == "?v-<var.z>"
    assert errors("a.tf.json", "{")


def test_modules_beside_each_other_keep_their_own() -> None:
    one, two = (f'locals {{ a = "{name}" }}\nresource "aws_x" "r" {{ v = local.a }}\n' for name in ("one", "two"))
    tree = Tree.of({"a.tf": one, "b.tf": two})
    assert [_plain(each.find("v")) for each in load(tree, "a.tf", one).of("aws_x")] == ["one", "two"]


@pytest.mark.parametrize(
    "text",
    (
        "locals {\n a0 = [1, 1]\n"
        + "".join(f" a{n} = [local.a{n - 1}, local.a{n - 1}]\n" for n in range(1, 60))
        + "}\n",
        'locals {\n a0 = "xxxxxxxx"\n'
        + "".join(f' a{n} = "${{local.a{n - 1}}}${{local.a{n - 1}}}"\n' for n in range(1, 60))
        + "}\n",
        "locals {\n" + "".join(f" a{n} = local.a{n + 1}\n" for n in range(3000)) + "}\n",
    ),
)
def test_what_grows_without_end_is_unresolved(text: str) -> None:
    last = "local.a0" if "a2999" in text else "local.a59"
    value = _value(last, text)
    assert isinstance(value, Unresolved)


def test_a_broken_resource_is_told_once_and_judged_by_nobody() -> None:
    text = """\
resource "aws_db_instance" "a" {
  x =
  y = 2
}
resource "aws_db_instance" "b" {
  publicly_accessible = true
}
"""
    tree = Tree.of({"main.tf": text})
    found = [hit for rule, hit in aws.judge(text, "main.tf", tree) if rule.id == "aws/rds-public"]
    assert [hit.line for hit in found if isinstance(hit, Hit)] == [6]
    assert not any(isinstance(hit, Hit) and hit.line < 5 for _, hit in aws.judge(text, "main.tf", tree))
    with pytest.raises(ParseError, match="line 2"):
        list(terraform.judge(text, "main.tf", tree))


def test_what_another_file_of_the_directory_says_counts() -> None:
    bucket = 'resource "aws_s3_bucket" "a" {}\n'
    block = """\
resource "aws_s3_bucket_public_access_block" "a" {
  bucket                  = aws_s3_bucket.a.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"""
    rule = "aws/s3-block-public-access"

    def judged(files: dict[str, str]) -> list[Hit | Unknown]:
        return [hit for each, hit in aws.judge(bucket, "a/main.tf", Tree.of(files)) if each.id == rule]

    assert len(judged({"a/main.tf": bucket})) == 1
    assert judged({"a/main.tf": bucket, "a/block.tf": block}) == []
    assert len(judged({"a/main.tf": bucket, "b/block.tf": block})) == 1
    # A file of the directory that cannot be read may hold the block.
    assert isinstance(judged({"a/main.tf": bucket, "a/block.tf": block[:30]})[0], Unknown)


@pytest.mark.parametrize(
    ("call", "rule"),
    (
        ('source = "terraform-aws-modules/s3-bucket/aws"\n acl = "public-read"', "aws/s3-public-acl"),
        ('source = "terraform-aws-modules/rds/aws"\n publicly_accessible = true', "aws/rds-public"),
        (
            'source = "terraform-aws-modules/security-group/aws"\n ingress_cidr_blocks = ["0.0.0.0/0"]\n'
            ' ingress_rules = ["ssh-tcp"]',
            "aws/sg-open-admin",
        ),
        (
            'source = "terraform-aws-modules/security-group/aws"\n ingress_with_cidr_blocks = [{ from_port = 5432,'
            ' to_port = 5432, protocol = "tcp", cidr_blocks = "10.0.0.0/8,0.0.0.0/0" }]',
            "aws/sg-open-database",
        ),
    ),
)
def test_a_module_of_the_registry_is_the_resource_it_makes(call: str, rule: str) -> None:
    text = f'module "m" {{\n {call}\n}}\n'
    hits = [each.id for each, hit in aws.judge(text, "main.tf", Tree.of({"main.tf": text})) if isinstance(hit, Hit)]
    assert rule in hits
    other = text.replace("terraform-aws-modules", "bakery")
    assert not [1 for _, hit in aws.judge(other, "main.tf", Tree.of({"main.tf": other})) if isinstance(hit, Hit)]


@pytest.mark.parametrize(
    ("module", "given", "rule", "blamed"),
    (
        # What a version of the module did is known; without a version it is the newest.
        ("alb", 'version = "~> 6.0"', "aws/lb-drop-invalid-headers", True),
        ("alb", 'version = "= 8.7.0"', "aws/lb-drop-invalid-headers", True),
        ("alb", 'version = "~> 9.0"', "aws/lb-drop-invalid-headers", False),
        ("alb", 'version = ">= 6.0"', "aws/lb-drop-invalid-headers", False),
        ("alb", 'version = "~> 8"', "aws/lb-drop-invalid-headers", False),
        ("alb", "", "aws/lb-drop-invalid-headers", False),
        ("alb", 'version = "~> 6.0"\n drop_invalid_header_fields = true', "aws/lb-drop-invalid-headers", False),
        ("alb", 'version = "~> 6.0"\n drop_invalid_header_fields = var.drop', "aws/lb-drop-invalid-headers", False),
        ("redshift", 'version = "~> 3.0"', "aws/storage-unencrypted", True),
        ("redshift", "", "aws/storage-unencrypted", False),
        ("s3-bucket", "", "aws/s3-versioning", True),
        ("s3-bucket", "", "aws/s3-block-public-access", False),
        ("rds", 'engine = "postgres"', "aws/rds-iam-auth", True),
        ("rds", 'engine = "postgres"', "aws/rds-unencrypted", False),
        ("rds", "storage_encrypted = false", "aws/rds-unencrypted", True),
        ("vpc", "", "aws/vpc-flow-logs", True),
        ("vpc", "enable_flow_log = true", "aws/vpc-flow-logs", False),
        ("eks", 'version = "~> 18.0"', "aws/eks-secrets-encryption", True),
        ("eks", 'version = "~> 20.0"', "aws/eks-secrets-encryption", False),
        (
            "eks",
            'version = "~> 18.0"\n cluster_encryption_config = [{ resources = ["secrets"] }]',
            "aws/eks-secrets-encryption",
            False,
        ),
        # Both names of an argument count.
        ("ecr", 'image_tag_mutability = "MUTABLE"', "aws/ecr-mutable", True),
        ("ecr", 'repository_image_tag_mutability = "MUTABLE"', "aws/ecr-mutable", True),
        ("security-group", 'ingress_cidr_blocks = ["0.0.0.0/0"]', "aws/sg-open-ingress", True),
        (
            "security-group",
            'ingress_cidr_blocks = ["0.0.0.0/0"]\n ingress_rules = ["http-80-tcp"]',
            "aws/sg-open-ingress",
            False,
        ),
        ("security-group/aws//modules/mysql", 'ingress_cidr_blocks = ["0.0.0.0/0"]', "aws/sg-open-database", True),
        ("security-group/aws//modules/https-443", 'ingress_cidr_blocks = ["0.0.0.0/0"]', "aws/sg-open-ingress", False),
    ),
)
def test_a_module_of_the_registry_is_blamed_for_defaults_that_are_known(
    module: str, given: str, rule: str, blamed: bool
) -> None:
    source = f"terraform-aws-modules/{module}" + ("" if "//" in module else "/aws")
    text = f'module "m" {{\n source = "{source}"\n {given}\n}}\n'
    hits = [each.id for each, hit in aws.judge(text, "main.tf", Tree.of({"main.tf": text})) if isinstance(hit, Hit)]
    assert (rule in hits) is blamed


def test_an_unknown_value_is_no_finding() -> None:
    text = 'resource "aws_db_instance" "a" {\n  publicly_accessible = var.public\n}\n'
    found = [hit for rule, hit in aws.judge(text, "main.tf", Tree.of({"main.tf": text})) if rule.id == "aws/rds-public"]
    assert found == [Unknown(2, "var.public")]


_DATA = """\
data "aws_iam_policy_document" "admin" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}
"""
_USE = 'resource "aws_iam_role_policy" "a" {\n  policy = data.aws_iam_policy_document.admin.json\n}\n'


def test_a_document_is_judged_where_it_is_used() -> None:
    def lines(path: str, files: dict[str, str]) -> list[int]:
        judged = aws.judge(files[path], path, Tree.of(files))
        return sorted({hit.line for rule, hit in judged if rule.id == "aws/iam-admin" and isinstance(hit, Hit)})

    assert lines("a.tf", {"a.tf": _DATA + _USE}) == [3]
    assert lines("use.tf", {"data.tf": _DATA, "use.tf": _USE}) == [2]
    assert lines("data.tf", {"data.tf": _DATA, "use.tf": _USE}) == []
    assert lines("data.tf", {"data.tf": _DATA}) == [3]


@pytest.mark.parametrize("name", ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess"))
def test_an_attached_policy_of_aws_gives_everything(name: str) -> None:
    text = f'resource "aws_iam_role_policy_attachment" "a" {{\n  policy_arn = "arn:aws:iam::aws:policy/{name}"\n}}\n'
    found = [rule.id for rule, _ in aws.judge(text, "main.tf", Tree.of({"main.tf": text}))]
    assert found == ["aws/iam-admin"]


def test_no_value_of_a_secret_is_repeated() -> None:
    secret = "hunter" + "2-battery-staple"
    text = f'resource "aws_db_instance" "a" {{\n  password = "{secret}"\n}}\n'
    for _, hit in aws.judge(text, "main.tf", Tree.of({"main.tf": text})):
        assert secret not in repr(hit)


def test_what_is_written_as_null_is_not_made_elsewhere() -> None:
    span = Span(1, 1, 1, 1)
    body = Map(span, {"a": (span, Scalar(None, span))}, more=True)
    assert body.find("a") is None
    assert isinstance(body.find("b"), Unresolved)


@pytest.mark.parametrize(
    ("cidr", "rule"),
    (
        ("0.0.0.0/0", "aws/sg-open-admin"),
        ("::/0", "aws/sg-open-admin"),
        ("0.0.0.0/1", "aws/sg-open-admin"),
        ("10.0.0.0/8", ""),
        ("fd00::/7", ""),
        ("203.0.113.7/32", ""),
        ("nonsense/0", ""),
        ("0.1.0.0/0", ""),  # Terraform refuses it
        ("10.0.0.0/7", "aws/sg-open-admin"),
        ("999999999999/0", ""),
    ),
)
def test_which_addresses_are_everybody(cidr: str, rule: str) -> None:
    text = f"""\
resource "aws_security_group" "a" {{
  ingress {{
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["{cidr}"]
  }}
}}
"""
    found = [each.id for each, hit in aws.judge(text, "main.tf", Tree.of({"main.tf": text})) if isinstance(hit, Hit)]
    assert found == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("cidr", "inside"),
    (
        ("172.16.0.0/11", "172.16.0.0/12"),
        ("192.169.0.0/15", "192.168.0.0/16"),
        ("192.168.0.1/8", "192.168.0.0/16"),
        ("169.254.0.0/15", "169.254.0.0/16"),
        ("100.65.0.0/9", "100.64.0.0/10"),
        ("127.0.0.0/0", "127.0.0.0/8"),
        ("172.16.0.0/12", ""),
        ("10.1.2.0/24", ""),
        ("203.0.113.0/8", ""),
        ("0.0.2.0/0", ""),  # holds all of them, and speaks of none
        ("10.0.0.0/7", ""),  # as good as everybody
        ("300.0.0.0/8", ""),
        ("10.0.0/4", ""),
        ("10.0.0.0/", ""),
        ("10.0.0.0/٣", ""),
        ("10.0.0.0/99", ""),
        ("fd00::/7", ""),
    ),
)
def test_which_private_ranges_are_too_wide(cidr: str, inside: str) -> None:
    text = f"""\
resource "aws_vpc_security_group_ingress_rule" "a" {{
  ip_protocol = "tcp"
  from_port   = 8443
  to_port     = 8443
  cidr_ipv4   = "{cidr}"
}}
"""
    judged = aws.judge(text, "main.tf", Tree.of({"main.tf": text}))
    found = [hit.message for rule, hit in judged if rule.id == "aws/sg-private-range-too-wide" and isinstance(hit, Hit)]
    says = f"aws_vpc_security_group_ingress_rule.a is open to {cidr}, which is more than {inside}"
    assert found == ([says] if inside else [])


_STATEMENT = '{"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}'


@pytest.mark.parametrize(
    ("call", "line"),
    (
        (f'source = "bakery/role/aws"\n policy = <<EOF\n{_STATEMENT}\nEOF', 4),
        (f'source = "bakery/role/aws"\n policy_json = jsonencode({_STATEMENT})', 3),
        (f'source = "bakery/group/aws"\n group_policies = [{{ name = "a", policy = jsonencode({_STATEMENT}) }}]', 3),
        # A module of this tree is judged with what it is given.
        (f'source = "../role"\n policy = jsonencode({_STATEMENT})', 0),
        (f'source = "bakery/role/aws"\n description = jsonencode({_STATEMENT})', 0),
        ('source = "bakery/role/aws"\n policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"', 0),
        ('source = "bakery/role/aws"\n policy = var.policy\n policies = [var.policy, 7, null]', 0),
    ),
)
def test_a_document_for_a_module_is_judged_where_it_is_given(call: str, line: int) -> None:
    text = f'module "m" {{\n {call}\n}}\n'
    judged = aws.judge(text, "main.tf", Tree.of({"main.tf": text}))
    found = [(hit.line, hit.subject[:8]) for rule, hit in judged if rule.id == "aws/iam-admin" and isinstance(hit, Hit)]
    assert found == ([(line, "module.m")] if line else [])


def test_a_bucket_policy_for_a_module_is_told_once() -> None:
    statement = '{Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*"}'
    text = (
        'module "m" {\n source = "terraform-aws-modules/s3-bucket/aws"\n'
        f" policy = jsonencode({{ Statement = [{statement}] }})\n}}\n"
    )
    found = [rule.id for rule, hit in aws.judge(text, "main.tf", Tree.of({"main.tf": text})) if isinstance(hit, Hit)]
    assert "aws/s3-public-policy" in found
    assert "iam/public-principal" not in found


@pytest.mark.parametrize(
    ("rest", "severity"),
    (
        ("PubliclyAccessible: true", Severity.CRITICAL),
        ("Engine: postgres", Severity.LOW),
        ("PubliclyAccessible: false", None),
        ("Engine: aurora-mysql", None),
        ("PubliclyAccessible: !Ref Public", None),
    ),
)
def test_a_database_of_a_template_that_says_nothing_of_addresses(rest: str, severity: Severity | None) -> None:
    text = (
        "Parameters:\n  Public: {Type: String}\nResources:\n  A:\n    Type: AWS::RDS::DBInstance\n    Properties:\n"
        f"      {rest}\n"
    )
    found = [
        rule.severity if hit.severity is None else hit.severity
        for rule, hit in aws.judge(text, "t.yaml", Tree.of({"t.yaml": text}))
        if rule.id == "aws/rds-public" and isinstance(hit, Hit)
    ]
    assert found == ([] if severity is None else [severity])


@pytest.mark.parametrize(
    ("given", "there"),
    (
        ("", True),
        ("encryption_info {}", True),
        ("encryption_info {\n encryption_at_rest_kms_key_arn = var.key\n}", False),
        ("encryption_info {\n encryption_in_transit {\n client_broker = var.tls\n}\n}", False),
        ('dynamic "encryption_info" {\n for_each = var.encryption\n content {}\n}', False),
    ),
)
def test_brokers_that_say_nothing_of_encryption(given: str, there: bool) -> None:
    text = f'resource "aws_msk_cluster" "a" {{\n{given}\n}}\n'
    found = [
        hit.severity
        for rule, hit in aws.judge(text, "main.tf", Tree.of({"main.tf": text}))
        if rule.id == "aws/db-tls-required" and isinstance(hit, Hit)
    ]
    assert found == ([Severity.INFO] if there else [])


@pytest.mark.parametrize(
    ("policy", "there"),
    (
        ("", True),
        ("Type: SHIELD_ADVANCED}, ResourceTypeList: [AWS::EC2::EIP]", False),
        ("Type: SHIELD_ADVANCED}, ResourceType: AWS::EC2::EIP", False),
        ("Type: SHIELD_ADVANCED}, ResourceType: !Ref Kind", False),
        ("Type: WAFV2}, ResourceType: AWS::EC2::EIP", True),
        ("Type: SHIELD_ADVANCED}, ResourceType: AWS::CloudFront::Distribution", True),
    ),
)
def test_a_policy_of_firewall_manager_shields(policy: str, there: bool) -> None:
    text = "Parameters:\n  Kind: {Type: String}\nResources:\n  A:\n    Type: AWS::EC2::EIP\n"
    if policy:
        text += f"  P:\n    Type: AWS::FMS::Policy\n    Properties: {{SecurityServicePolicyData: {{{policy}}}\n"
    found = [
        rule.id
        for rule, hit in aws.judge(text, "t.yaml", Tree.of({"t.yaml": text}))
        if rule.id == "aws/shield" and isinstance(hit, Hit)
    ]
    assert bool(found) is there


def test_values_as_they_are_read() -> None:
    span = Span(1, 1, 1, 2)
    assert truth(Scalar("True", span)) is True
    assert truth(Scalar("yes", span)) is None
    assert truth(Unresolved("x", span)) is None
    assert number(Scalar("12", span)) == 12
    assert number(Scalar("9" * 50, span)) is None
    assert known(Scalar(False, span)) == "false"
    assert [snake(name) for name in ("DBSubnetGroupName", "KmsKeyId", "EnableDNSSupport")] == [
        "db_subnet_group_name",
        "kms_key_id",
        "enable_dns_support",
    ]


def test_a_path_is_placed_at_its_deepest_part() -> None:
    text = 'resource "aws_x" "r" {\n  a {\n    b = 1\n  }\n}\n'
    found = _module(text).get("aws_x.r")
    assert isinstance(found, Resource)
    assert found.place("a.b")[:2] == (3, 9)
    assert found.place("a.c")[:2] == (2, 3)
    assert found.place("c")[:2] == (1, 1)


def test_every_resource_kind_has_rules_of_its_own() -> None:
    ids = [rule.id for rule in aws.rules()]
    assert len(ids) == len(set(ids)) > 60


_BUCKET = """\
variable "acl" { default = "private" }
variable "name" {}
resource "aws_s3_bucket" "it" {
  bucket = var.name
  acl    = var.acl
}
"""


def _acls(files: dict[str, str], path: str = "modules/bucket/main.tf") -> list[str]:
    """What is said of the list of a bucket, in a directory that others call."""
    found = aws.judge(files[path], path, Tree.of(files))
    return [said.message for rule, said in found if rule.id == "aws/s3-public-acl" and isinstance(said, Hit)]


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({}, 0),
        ({"main.tf": 'module "a" {\n  source = "./modules/bucket"\n  acl = "public-read"\n}\n'}, 1),
        ({"main.tf": 'module "a" {\n  source = "./modules/bucket"\n  acl = "private"\n}\n'}, 0),
        # Through a variable of the caller, and through a directory between them.
        (
            {
                "live/main.tf": 'variable "acl" { default = "public-read" }\nmodule "a" {\n  source = '
                '"../modules/bucket"\n  acl = var.acl\n}\n'
            },
            1,
        ),
        (
            {
                "main.tf": 'module "shop" {\n  source = "./modules/shop"\n  open = "public-read"\n}\n',
                "modules/shop/main.tf": 'variable "open" {}\n'
                'module "a" {\n  source = "../bucket"\n  acl = var.open\n}\n',
            },
            1,
        ),
        # One of two calls is bad.
        (
            {
                "a/main.tf": 'module "a" {\n  source = "../modules/bucket"\n  acl = "private"\n}\n',
                "b/main.tf": 'module "b" {\n  source = "../modules/bucket"\n  acl = "public-read"\n}\n',
            },
            1,
        ),
        # A call that is left out, an example, another module of the same name, an unknown value.
        ({"main.tf": 'module "a" {\n  count = 0\n  source = "./modules/bucket"\n  acl = "public-read"\n}\n'}, 0),
        ({"examples/a/main.tf": 'module "a" {\n  source = "../../modules/bucket"\n  acl = "public-read"\n}\n'}, 0),
        ({"x/main.tf": 'module "a" {\n  source = "./modules/bucket"\n  acl = "public-read"\n}\n'}, 0),
        ({"main.tf": 'variable "a" {}\nmodule "a" {\n  source = "./modules/bucket"\n  acl = var.a\n}\n'}, 0),
        # Two directories that call each other.
        (
            {
                "modules/bucket/loop.tf": 'module "b" {\n  source = "../loop"\n  acl = var.acl\n}\n',
                "modules/loop/main.tf": 'variable "acl" {}\nmodule "c" {\n  source = "../bucket"\n  acl = var.acl\n}\n',
            },
            0,
        ),
    ],
)
def test_calls_of_a_directory(files: dict[str, str], count: int) -> None:
    assert len(_acls({"modules/bucket/main.tf": _BUCKET, **files})) == count


def test_a_callers_resources_are_not_the_modules() -> None:
    files = {
        "main.tf": 'resource "aws_s3_bucket" "it" { acl = "public-read" }\n'
        'module "a" {\n  source = "./modules/bucket"\n  name = aws_s3_bucket.it.bucket\n}\n',
        "modules/bucket/main.tf": _BUCKET,
    }
    module = load(Tree.of(files), "modules/bucket/main.tf", _BUCKET)
    bucket = next(module.of("aws_s3_bucket"))
    value = bucket.find("bucket")
    assert isinstance(value, Unresolved)
    assert not value.refs
    assert value.what == "var.name"


def test_calls_that_differ_are_unknown_to_one_module() -> None:
    files = {
        "a/main.tf": 'module "a" {\n  source = "../modules/bucket"\n  acl = "private"\n  name = "x"\n}\n',
        "b/main.tf": 'module "b" {\n  source = "../modules/bucket"\n  acl = "public-read"\n  name = "x"\n}\n',
        "modules/bucket/main.tf": _BUCKET,
    }
    bucket = next(load(Tree.of(files), "modules/bucket/main.tf", _BUCKET).of("aws_s3_bucket"))
    assert isinstance(bucket.find("acl"), Unresolved)
    assert known(bucket.find("bucket")) == "x"


def test_softer_where_tests_are() -> None:
    text = 'resource "aws_db_instance" "a" { publicly_accessible = true }\n'
    for path, severity in (("infra/main.tf", None), ("tests/fixtures/main.tf", Severity.MEDIUM)):
        found = [said for rule, said in aws.judge(text, path, Tree.of({path: text})) if rule.id == "aws/rds-public"]
        assert [said.severity for said in found if isinstance(said, Hit)] == [severity]


@pytest.mark.parametrize(
    ("inside", "severity"),
    [
        ("", None),
        ("vpc_options { subnet_ids = [var.a] }", Severity.LOW),
        ("advanced_security_options { enabled = true }", Severity.MEDIUM),
        ("advanced_security_options { enabled = false }", None),
    ],
)
def test_a_search_domain_inside_of_a_network(inside: str, severity: Severity | None) -> None:
    text = f"""
resource "aws_opensearch_domain" "search" {{
  {inside}
}}

resource "aws_opensearch_domain_policy" "search" {{
  domain_name     = aws_opensearch_domain.search.domain_name
  access_policies = jsonencode({{ Statement = [{{ Effect = "Allow", Principal = "*", Action = "es:*" }}] }})
}}
"""
    found = [said for rule, said in aws.judge(text, "a.tf", Tree.of({})) if rule.id == "aws/queue-public-policy"]
    assert [said.severity for said in found if isinstance(said, Hit)] == [severity]
