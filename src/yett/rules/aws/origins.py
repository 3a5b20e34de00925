"""What stands behind a balancer or CloudFront, and how it is spoken to."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, known, texts, truth
from yett.rules.aws.need import bad
from yett.rules.cloud import Check, blocks

Found = Iterator[Hit | Unknown]

_CF = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"


BACKEND = Rule(
    id="aws/lb-backend-http",
    title="Servers behind the balancer are spoken to in clear",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="TLS that ends at the balancer or at CloudFront leaves the rest of the way in clear; between CloudFront and an"
    " origin that way is the internet.",
    fix="Use `https-only` for origins, and HTTPS target groups for payment and login.",
    refs=("CWE-319", "PCI DSS 4.2.1", _CF + "using-https-cloudfront-to-custom-origin.html"),
    bad=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  origin {
    domain_name = "shop.example.com"
    custom_origin_config {
      origin_protocol_policy = "http-only" # <- here
    }
  }
}

resource "aws_lb_target_group" "payment" {
  name     = "payment"
  protocol = "HTTP" # <- here
}
""",
    ),
    good=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  origin {
    domain_name = "shop.example.com"
    custom_origin_config {
      origin_protocol_policy = "https-only"
    }
  }
}

resource "aws_lb_target_group" "catalogue" {
  name     = "catalogue"
  protocol = "HTTP"
}
""",
    ),
)


_SENSITIVE = ("pay", "checkout", "login", "auth", "card", "account")


def backend(resource: Resource, _module: Module) -> Found:
    if resource.kind == "aws_lb_target_group":
        protocol = resource.find("protocol")
        name = f"{resource.name} {known(resource.find('name')) or ''}".lower()
        if protocol is not None and known(protocol) == "HTTP" and any(word in name for word in _SENSITIVE):
            yield bad(resource, protocol.span, "is spoken to in clear", "protocol", '"HTTPS"')
        return
    if truth(resource.find("enabled")) is False:
        return
    for origin in blocks(resource, "origin"):
        policy = origin.find("custom_origin_config.origin_protocol_policy")
        if policy is not None and known(policy) in ("http-only", "match-viewer"):
            yield bad(
                resource,
                policy.span,
                f"speaks to an origin by {known(policy)}",
                "origin.custom_origin_config.origin_protocol_policy",
                '"https-only"',
            )


ORIGIN_TLS = Rule(
    id="aws/cloudfront-origin-weak-tls",
    title="CloudFront speaks early TLS to an origin",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Between CloudFront and an origin is the internet. TLS 1.0 and 1.1 are broken and forbidden for card data, and"
    " what is listed is what an attacker on the way can choose.",
    fix='Set `origin_ssl_protocols = ["TLSv1.2"]`.',
    refs=("CWE-326", "PCI DSS 4.2.1", _CF + "using-https-cloudfront-to-custom-origin.html"),
    bad=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  origin {
    domain_name = "shop.example.com"
    custom_origin_config {
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1", "TLSv1.2"] # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  origin {
    domain_name = "shop.example.com"
    custom_origin_config {
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
}
""",
    ),
)


def origin_tls(resource: Resource, _module: Module) -> Found:
    for origin in blocks(resource, "origin") if truth(resource.find("enabled")) is not False else ():
        for each in texts(
            origin.find("custom_origin_config.origin_ssl_protocols")
            or origin.find("custom_origin_config.origin_s_s_l_protocols")
        ):
            if known(each) in ("SSLv3", "TLSv1", "TLSv1.1"):
                yield bad(
                    resource,
                    each.span,
                    f"speaks {known(each)} to an origin",
                    "origin.custom_origin_config.origin_ssl_protocols",
                    '["TLSv1.2"]',
                )


CHECKS = (
    Check(BACKEND, ("aws_lb_target_group", "aws_cloudfront_distribution"), backend),
    Check(ORIGIN_TLS, ("aws_cloudfront_distribution",), origin_tls),
)
