"""HCL as an independent parser reads it: the same blocks, attributes, texts, lists and objects, whatever the layout."""

from __future__ import annotations

import json
import random
import re
from importlib import import_module
from typing import Any

import pytest

from yett.parse import hcl

# Imported by name: it comes without types.
peer = import_module("hcl2")

Meant = Any
"""Literals are themselves, texts with expressions have `${}` in their place, expressions are the text "<expression>" or
"<a.b.c>", lists and objects are lists and dicts, a body is (attributes, blocks by type)."""

_HOLE = re.compile(r"(?<!\$)\$\{[^{}]*\}")
_NAME = re.compile(r"\$\{([a-z_]\w*(?:\.[a-z_]\w*)+)\}")


def _of_peer(value: Meant) -> Meant:
    if isinstance(value, list):
        return [_of_peer(each) for each in value]
    if isinstance(value, dict):
        return {_key(name): _of_peer(each) for name, each in value.items() if not name.startswith("__")}
    if not isinstance(value, str):
        return value
    if not value.startswith('"'):
        name = _NAME.fullmatch(value)
        return f"<{name[1]}>" if name else "<expression>"
    heredoc = re.fullmatch(r'"<<-?\w+\n(.*?)\n?[ \t]*\w+"', value, re.DOTALL)
    if heredoc:
        return _lines(_HOLE.sub("${}", heredoc[1]))
    whole = _NAME.fullmatch(value[1:-1])
    if whole:
        return f"<{whole[1]}>"
    return json.loads(_HOLE.sub("${}", value)).replace("$${", "${")


def _key(name: str) -> str:
    return json.loads(name) if name.startswith('"') else "<expression>" if name.startswith("${") else name


def _lines(text: str) -> str:
    """A heredoc without its indentation, which the two leave to somebody else."""
    return "\n".join(line.strip() for line in text.strip("\n").split("\n"))


def _body_of_peer(body: dict[str, Meant]) -> Meant:
    attributes: dict[str, Meant] = {}
    blocks: dict[str, list[Meant]] = {}
    for name, value in body.items():
        if name.startswith("__"):
            continue
        made = [each for item in value for each in _blocks(item, ())] if _are_blocks(value) else []
        if made:
            blocks[name] = made
        else:
            attributes[name] = _of_peer(value)
    return attributes, blocks


def _are_blocks(value: Meant) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _blocks(item: dict[str, Meant], labels: tuple[str, ...]) -> list[Meant]:
    if "__is_block__" in item:
        return [(labels, _body_of_peer(item))]
    return [
        block
        for label, below in item.items()
        if isinstance(below, dict) and label.startswith('"')
        for block in _blocks(below, (*labels, json.loads(label)))
    ]


def _own(expression: hcl.Expression, *, heredoc: bool = False) -> Meant:
    match expression:
        case hcl.Literal(value=value):
            return _lines(value) if isinstance(value, str) and heredoc else value
        case hcl.Template(parts=parts):
            text = "".join(str(part.value) if isinstance(part, hcl.Literal) else "${}" for part in parts)
            return _lines(text) if heredoc else text
        case hcl.Traversal(root=str(root), steps=steps) if steps and all(isinstance(step, str) for step in steps):
            return f"<{'.'.join((root, *(str(step) for step in steps)))}>" if "*" not in steps else "<expression>"
        case hcl.Tuple(items=items):
            return [_own(item) for item in items]
        case hcl.Object(items=entries):
            return {
                str(item.key.value) if isinstance(item.key, hcl.Literal) else "<expression>": _own(item.value)
                for item in entries
            }
        case hcl.Operation(left=None, operator="-", right=hcl.Literal(value=int() | float() as number)):
            return -number
    return "<expression>"


def _own_body(body: hcl.Body, source: list[str]) -> Meant:
    blocks: dict[str, list[Meant]] = {}
    for block in body.blocks:
        blocks.setdefault(block.type, []).append((block.labels, _own_body(block.body, source)))
    attributes = {
        name: _own(attribute.expression, heredoc="<<" in source[attribute.span.line - 1])
        for name, attribute in body.attributes.items()
    }
    return attributes, blocks


def _agree(text: str) -> None:
    file = hcl.parse(text)
    assert not file.errors
    assert _own_body(file.body, text.split("\n")) == _body_of_peer(peer.loads(text))


_SHOP = """\
terraform {
  required_version = ">= 1.6"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
  backend "s3" {
    bucket = "bakery-state"
  }
}

variable "ports" {
  type    = list(number)
  default = [80, 443]
}

# A comment with = and { in it.
locals {
  name = "${var.team}-shop" // and another
  tags = { team = var.team, "cost-centre" = "4711", (var.key) = true }
  /* over
     lines */
  open = var.open ? ["0.0.0.0/0"] : []
}

resource "aws_security_group" "shop" {
  name        = local.name
  description = "The \\"shop\\"\\tand its cellar"
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8", "192.168.0.0/16"]
    }
  }
  egress {
    from_port = 0
    to_port   = -1
    protocol  = "-1"
  }
  egress {
    from_port = 1
    self      = true
  }
}
"""

_POLICY = """\
resource "aws_iam_policy" "orders" {
  name   = "orders"
  path   = null
  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${aws_s3_bucket.orders.arn}/*"}]
}
EOF
}

resource "aws_iam_role_policy" "mail" {
  role   = aws_iam_role.mail.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["ses:SendEmail"], Resource = "*" }]
  })
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
"""

_CALLS = """\
module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"
  azs     = slice(data.aws_availability_zones.all.names, 0, 3)
  tags    = merge(local.tags, { part = "network" })
  sizes   = [for n in range(3) : cidrsubnet(var.cidr, 4, n)]
  named   = { for s in var.subnets : s.name => s.id if s.public }
  first   = aws_subnet.public[0].id
  all     = aws_subnet.public[*].id
  sum     = 1 + 2 * var.n
  neither = !var.a && var.b != "x"
  literal = "$${not.this}"
  empty   = ""
  nothing = []
  object  = {}
  user_data = <<-SCRIPT
    #!/bin/sh
      echo "${var.greeting}" > /etc/motd
  SCRIPT
}
"""


@pytest.mark.parametrize("text", (_SHOP, _POLICY, _CALLS), ids=("shop", "policy", "calls"))
def test_files_as_they_are_written_mean_the_same(text: str) -> None:
    _agree(text)


class _Writer:
    """Files of every shape, with the layout left to chance."""

    _NAMES = ("bucket", "acl", "size", "name_prefix", "x1", "enabled", "X-y")
    _TYPES = ("ingress", "rule", "versioning", "lifecycle_rule")
    _TEXTS = (
        "",
        "a",
        "0.0.0.0/0",
        "*",
        "é",
        'say \\"hi\\"',
        "line\\nline",
        "a = { b }",
        "# no comment",
        "/* nor this */",
    )

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def file(self) -> str:
        return "".join(self.top(number) for number in range(self.random.randint(1, 4)))

    def top(self, number: int) -> str:
        header = self.random.choice(
            (f'resource "aws_s3_bucket" "b{number}"', f'data "aws_x" "d{number}"', f'module "m{number}"', "locals")
        )
        return f"{header} {self.body(0)}\n{self.gap()}"

    def body(self, depth: int) -> str:
        indent = self.random.choice(("  ", "\t", ""))
        lines = [
            f"{indent}{name}{self.blank()}={self.blank()}{self.value(depth)}{self.comment()}"
            for name in self.random.sample(self._NAMES, self.random.randint(0, 4))
        ]
        for _ in range(self.random.randint(0, 2) if depth < 3 else 0):
            type_ = self.random.choice(self._TYPES)
            lines.insert(self.random.randint(0, len(lines)), f"{indent}{type_} {self.body(depth + 1)}")
        return "{\n" + "\n".join(lines) + "\n" + indent + "}" if lines else "{\n}"

    def value(self, depth: int) -> str:
        kinds = 8 if depth < 4 else 5
        match self.random.randrange(kinds):
            case 0:
                return str(self.random.randint(-5, 70_000))
            case 1:
                return self.random.choice(("true", "false", "null", "1.5", "0"))
            case 2:
                return f'"{self.random.choice(self._TEXTS)}"'
            case 3:
                return f'"{self.random.choice(("a-", "", "arn:"))}${{var.zone}}{self.random.choice(("/", "-b", "."))}"'
            case 4:
                return self.random.choice(
                    ("var.a", "aws_x.y.id", "f(1, var.b)", "var.a ? 1 : 2", "aws_x.y[0].id", "!var.c")
                )
            case 5:
                items = [self.value(depth + 1) for _ in range(self.random.randint(0, 3))]
                return f"[{self.blank()}{', '.join(items)}{self.random.choice(('', ',')) if items else ''}]"
            case 6:
                names = self.random.sample(("a", "b", '"c d"', "Effect"), self.random.randint(0, 3))
                pairs = [f"{name} {self.random.choice('=:')} {self.value(depth + 1)}" for name in names]
                return "{ " + ", ".join(pairs) + " }"
        names = self.random.sample(("a", "b", '"c d"'), self.random.randint(1, 3))
        return "{\n" + "".join(f"{name} = {self.value(depth + 1)}\n" for name in names) + "}"

    def blank(self) -> str:
        return self.random.choice((" ", "  ", "", "\t"))

    def gap(self) -> str:
        return self.random.choice(("", "\n", "# gap { = \n", "// gap\n", "/* gap\n } */\n"))

    def comment(self) -> str:
        return self.random.choice(("", "", " # note", " // note }"))


@pytest.mark.parametrize("seed", range(40))
def test_made_up_files_mean_the_same(seed: int) -> None:
    _agree(_Writer(seed).file())
