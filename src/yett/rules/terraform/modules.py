"""Modules and providers: which version of somebody else's code builds the infrastructure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Scalar, Unresolved, known
from yett.rules.cloud import unknown
from yett.rules.hits import hit, short

Found = Iterator[Hit | Unknown]

UNPINNED = Rule(
    id="terraform/module-unpinned",
    title="Module or provider of no version",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without a version the next run builds with whatever was published last, and a stolen account of its author is"
    " enough to change your infrastructure.",
    fix="Add `version`, or `?ref=` with a tag or commit.",
    refs=("CWE-829", "PCI DSS 6.3.2", "https://developer.hashicorp.com/terraform/language/modules/sources"),
    bad=(
        """\
module "network" {
  source = "terraform-aws-modules/vpc/aws" # <- here
}

module "shop" {
  source = "git::https://github.com/bakery/shop.git" # <- here
}

terraform {
  required_providers {
    aws = { # <- here
      source = "hashicorp/aws"
    }
  }
}
""",
    ),
    good=(
        """\
module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"
}

module "shop" {
  source = "git::https://github.com/bakery/shop.git?ref=v1.2.0"
}

module "own" {
  source = "./modules/own"
}

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}
""",
    ),
)

_REGISTRY = re.compile(r"(?:[\w.-]+\.[a-z]{2,}/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?")
_GIT = re.compile(r"^(?:git::|git@|github\.com/|bitbucket\.org/)|\.git(?:[/?]|$)")


def unpinned(resource: Resource, _module: Module) -> Found:
    if resource.kind == "module":
        source = resource.find("source")
        if isinstance(source, Unresolved):
            yield unknown(source)
        if not isinstance(source, Scalar) or not isinstance(source.value, str):
            return
        text = source.value
        wrong = (_GIT.search(text) and "ref=" not in text) or (
            not text.startswith((".", "/")) and _REGISTRY.fullmatch(text) and not resource.has("version")
        )
        if wrong:
            yield hit(
                source.span,
                f"module {short(resource.name)} is of no version",
                subject=f"{resource.address} {text.partition('?')[0]}",
            )
    elif resource.category == "terraform":
        for block in resource.each("required_providers"):
            if not isinstance(block, Map):
                continue
            for name, value in block.items():
                if isinstance(value, Map) and not value.has("version") and not value.more:
                    yield hit(
                        block.key(name) or value.span,
                        f"provider {short(name)} is of no version",
                        fix=f'Write `{name} = {{ source = {_source(value)}, version = "~> N" }}`.',
                        subject=f"provider {name}",
                    )


def _source(value: Map) -> str:
    return f'"{short(known(value.get("source")) or "…", 60)}"'


RULES = ((UNPINNED, unpinned),)
