"""State: every secret of the infrastructure in one file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, known, truth
from yett.parse.source import Span
from yett.rules.cloud import unknown
from yett.rules.credentials import is_setting, is_stand_in, means_secret
from yett.rules.hits import hit, short

Found = Iterator[Hit | Unknown]

STATE = Rule(
    id="terraform/state-backend",
    title="State or secrets of Terraform in the open",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="The state holds every password and key that Terraform has seen, in clear. In the repository it is read by all"
    " who read the code; a backend in S3 stores it with keys of AWS, and in clear under older buckets, unless `encrypt`"
    " is true.",
    fix='Keep the state in an encrypted backend: `backend "s3" { encrypt = true }`, and values in a secret store.',
    refs=("CWE-312", "PCI DSS 8.6.2", "https://developer.hashicorp.com/terraform/language/state/sensitive-data"),
    bad=(
        """\
terraform {
  backend "s3" { # <- here
    bucket = "shop-state"
    key    = "shop.tfstate"
  }
}
""",
        """\
# file: terraform.tfstate
# next
{"version": 4, "resources": []}
""",
        """\
# file: prod.tfvars
region      = "eu-west-1"
db_password = "kX9vQ2"""
        + """mT7wLzR4" # <- here
""",
    ),
    good=(
        """\
terraform {
  backend "s3" {
    bucket  = "shop-state"
    encrypt = true
  }
}
""",
        """\
# file: prod.tfvars
region      = "eu-west-1"
db_password = "changeme"
token_url   = "https://login.example.com/token"
""",
    ),
)


def backend(resource: Resource, _module: Module) -> Found:
    if resource.category != "terraform":
        return
    for block in resource.each("backend"):
        if not isinstance(block, Map):
            continue
        kind = known(block.get("_label"))
        if kind != "s3":
            continue
        value = block.get("encrypt")
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is None or truth(value) is False:
            yield hit(
                block.span if value is None else value.span,
                "the state in S3 is not asked to be encrypted",
                fix="Write `encrypt = true`.",
                subject="backend s3 encrypt",
            )


_VALUE = re.compile(r'^[ \t]*(?P<name>[A-Za-z_][\w-]*)\s*=\s*(?P<value>"(?:[^"\\]|\\.)*")', re.MULTILINE)


def kept(text: str, path: str) -> Found:
    """A state, or values of secrets, that git tracks."""
    name = path.rpartition("/")[2]
    if name.endswith((".tfstate", ".tfstate.backup")):
        begin = text.find("{")
        if begin >= 0 and '"version"' in text[begin : begin + 4000]:
            line = text.count("\n", 0, begin) + 1
            yield hit(
                Span(line, begin - text.rfind("\n", 0, begin), line, begin - text.rfind("\n", 0, begin) + 1),
                "a state of Terraform is tracked by git",
                fix=f"Remove it (`git rm --cached {short(name, 60)}`), and replace every secret that is in it.",
                subject="state",
            )
        return
    line, counted = 1, 0
    for match in _VALUE.finditer(text):
        value = match["value"][1:-1]
        if means_secret(match["name"]) and not is_setting(value) and not is_stand_in(value):
            line += text.count("\n", counted, match.start("value"))
            counted = match.start("value")
            column = match.start("value") - text.rfind("\n", 0, match.start("value"))
            yield hit(
                Span(line, column, line, column + len(match["value"])),
                f"the value of {short(match['name'])} is tracked by git",
                subject=match["name"],
            )


RULES = ((STATE, backend),)
