"""CloudFront: what the shop looks like from the internet."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, known, number, truth
from yett.rules.aws.need import Need, absent, bad, is_set, needs
from yett.rules.cloud import Check, unknown
from yett.rules.hits import short

Found = Iterator[Hit | Unknown]


_CF = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"


CF_HTTPS = Rule(
    id="aws/cloudfront-https",
    title="CloudFront serves plain HTTP",
    severity=Severity.HIGH,
    why="`allow-all` serves every page over HTTP as well.",
    fix='Set `viewer_protocol_policy = "redirect-to-https"`.',
    refs=("CWE-319", "PCI DSS 4.2.1", _CF + "using-https-viewers-to-cloudfront.html"),
    bad=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  default_cache_behavior {
    viewer_protocol_policy = "redirect-to-https"
  }
  ordered_cache_behavior {
    path_pattern           = "/images/*"
    viewer_protocol_policy = "allow-all" # <- here
  }
}
""",
        """\
# file: template.yaml
Resources:
  Shop:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        DefaultCacheBehavior:
          ViewerProtocolPolicy: allow-all # <- here
""",
    ),
    good=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  default_cache_behavior {
    viewer_protocol_policy = "https-only"
  }
}
""",
    ),
)


def cf_https(resource: Resource, _module: Module) -> Found:
    for path in ("default_cache_behavior", "ordered_cache_behavior"):
        for block in resource.each(path):
            value = block.get("viewer_protocol_policy") if isinstance(block, Map) else block
            if isinstance(value, Unresolved):
                yield unknown(value)
            elif value is not None and known(value) == "allow-all":
                yield bad(
                    resource,
                    value.span,
                    "serves plain HTTP",
                    f"{path}.viewer_protocol_policy",
                    '"redirect-to-https"',
                    what=f"{path} {known(block.get('path_pattern')) if isinstance(block, Map) else ''}",
                )


CF_TLS = Rule(
    id="aws/cloudfront-weak-tls",
    title="CloudFront that still speaks early TLS",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="With a certificate of your own the lowest version is the one you set, `TLSv1` by default; with the certificate"
    " of CloudFront it is TLSv1, whatever is set.",
    fix='Use a certificate of your own and `minimum_protocol_version = "TLSv1.2_2021"`.',
    refs=("CWE-326", "PCI DSS 4.2.1", _CF + "secure-connections-supported-viewer-protocols-ciphers.html"),
    bad=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate.shop.arn
    minimum_protocol_version = "TLSv1.1_2016" # <- here
  }
}

resource "aws_cloudfront_distribution" "blog" {
  viewer_certificate {
    cloudfront_default_certificate = true # <- here
  }
}
""",
    ),
    good=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate.shop.arn
    minimum_protocol_version = "TLSv1.2_2021"
  }
}
""",
    ),
)


def cf_tls(resource: Resource, _module: Module) -> Found:
    path = "viewer_certificate.minimum_protocol_version"
    value = resource.find(path)
    default = resource.find("viewer_certificate.cloudfront_default_certificate")
    own = ("viewer_certificate.acm_certificate_arn", "viewer_certificate.iam_certificate_id")
    if default is not None and truth(default) is True and not resource.has(*own):
        named = resource.has("aliases")
        severity = None if named else Severity.MEDIUM
        yield bad(
            resource, default.span, "speaks early TLS with the certificate of CloudFront", path, _CF_VERSION, severity
        )
    elif isinstance(value, Unresolved):
        yield unknown(value)
    elif value is not None:
        if not (known(value) or "").startswith(("TLSv1.2", "TLSv1.3")):
            yield bad(resource, value.span, f"speaks {short(known(value) or '')}", path, _CF_VERSION)
    elif resource.has("viewer_certificate", "default_cache_behavior"):
        yield absent(resource, path, "speaks early TLS", _CF_VERSION, Severity.MEDIUM)


_CF_VERSION = '"TLSv1.2_2021"'


CF_WAF = Rule(
    id="aws/cloudfront-no-waf",
    title="CloudFront without a web application firewall",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Nothing filters or slows what the internet sends to a public shop; PCI DSS asks for an automated solution in"
    " front of public web applications.",
    fix="Set `web_acl_id` to a WAFv2 web ACL.",
    refs=("CWE-693", "PCI DSS 6.4.2", _CF + "distribution-web-awswaf.html"),
    bad=(
        """\
resource "aws_cloudfront_distribution" "shop" { # <- here
  enabled = true
}
""",
    ),
    good=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  enabled    = true
  web_acl_id = aws_wafv2_web_acl.shop.arn
}
""",
    ),
)


_CF_WAF_NEEDS = (
    Need(("aws_cloudfront_distribution",), "web_acl_id", is_set, "has no firewall", "aws_wafv2_web_acl.NAME.arn"),
)


RESPONSE_HEADERS = Rule(
    id="aws/response-headers",
    title="CloudFront that adds no security headers",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without `Strict-Transport-Security` the first request of a visitor can be answered by somebody else; without a"
    " content policy an injected script runs. CloudFront adds neither by default.",
    fix="Set `response_headers_policy_id`.",
    refs=("CWE-693", "PCI DSS 6.2.4", _CF + "adding-response-headers.html"),
    bad=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  default_cache_behavior { # <- here
    viewer_protocol_policy = "https-only"
  }
}

resource "aws_cloudfront_response_headers_policy" "brief" {
  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 300 # <- here
      override                   = true
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "shop" {
  cors_config {
    access_control_allow_credentials = true # <- here
    access_control_allow_origins {
      items = ["*"]
    }
  }
}
""",
    ),
    good=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  default_cache_behavior {
    viewer_protocol_policy     = "https-only"
    response_headers_policy_id = aws_cloudfront_response_headers_policy.shop.id
  }
}
""",
    ),
)


def response_headers(resource: Resource, _module: Module) -> Found:
    if resource.kind == "aws_cloudfront_distribution":
        if (
            resource.has("default_cache_behavior")
            and not resource.has("default_cache_behavior.response_headers_policy_id")
            and resource.format == "terraform"
        ):
            yield absent(
                resource, "default_cache_behavior.response_headers_policy_id", "adds no security headers", "NAME"
            )
        return
    credentials = resource.find("cors_config.access_control_allow_credentials")
    origins = [known(each) for each in resource.every("cors_config.access_control_allow_origins.items")]
    if credentials is not None and truth(credentials) and "*" in origins:
        yield bad(
            resource,
            credentials.span,
            "lets every site read with credentials",
            "cors_config.access_control_allow_credentials",
            "false",
        )
    age = resource.find("security_headers_config.strict_transport_security.access_control_max_age_sec")
    seconds = number(age)
    if age is not None and seconds is not None and seconds < _HALF_A_YEAR:
        yield bad(
            resource,
            age.span,
            "lets browsers forget Strict-Transport-Security soon",
            "security_headers_config.strict_transport_security.access_control_max_age_sec",
            "31536000",
        )
    if not resource.has("security_headers_config.strict_transport_security") and not resource.has("cors_config"):
        yield absent(
            resource,
            "security_headers_config.strict_transport_security",
            "does not set Strict-Transport-Security",
            "{ access_control_max_age_sec = 31536000 }",
        )


_HALF_A_YEAR = 180 * 24 * 3600

CHECKS = (
    Check(CF_HTTPS, ("aws_cloudfront_distribution",), cf_https),
    Check(CF_TLS, ("aws_cloudfront_distribution",), cf_tls),
    Check(CF_WAF, ("aws_cloudfront_distribution",), needs(*_CF_WAF_NEEDS)),
    Check(
        RESPONSE_HEADERS, ("aws_cloudfront_distribution", "aws_cloudfront_response_headers_policy"), response_headers
    ),
)
