"""Trails, logs and watchmen."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, Unresolved, known, number
from yett.rules.aws.need import Need, absent, bad, is_set, kinds_of, needs
from yett.rules.cloud import Check, true, unknown

Found = Iterator[Hit | Unknown]
_TRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"

TRAIL = Rule(
    id="aws/cloudtrail-weak",
    title="Audit trail that is partial or can be changed",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A trail covers one region and is neither signed nor encrypted with a key of yours unless it is told to: what"
    " happens elsewhere is not in it, and what is in it may have been changed.",
    fix="Set `is_multi_region_trail`, `enable_log_file_validation` and `kms_key_id`.",
    refs=("CWE-778", "PCI DSS 10.2.1", "PCI DSS 10.3.4", _TRAIL + "best-practices-security.html"),
    bad=(
        """\
resource "aws_cloudtrail" "all" { # <- here
  is_multi_region_trail         = true
  enable_log_file_validation    = false # <- here
  include_global_service_events = false # <- here
}
""",
        """\
# file: template.yaml
Resources:
  All:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsMultiRegionTrail: false # <- here
      EnableLogFileValidation: true
      KMSKeyId: !Ref Key
""",
    ),
    good=(
        """\
resource "aws_cloudtrail" "all" {
  is_multi_region_trail      = true
  enable_log_file_validation = true
  kms_key_id                 = aws_kms_key.trail.arn
}
""",
    ),
)

_TRAIL_NEEDS = (
    Need(("aws_cloudtrail",), "is_multi_region_trail", true, "covers one region", "true"),
    Need(("aws_cloudtrail",), "enable_log_file_validation", true, "is not signed", "true"),
    Need(("aws_cloudtrail",), "kms_key_id", is_set, "has no key of yours", "aws_kms_key.NAME.arn"),
    Need(
        ("aws_cloudtrail",),
        "include_global_service_events",
        true,
        "leaves out what is done in services of no region, as IAM",
        "true",
        absent=False,
    ),
    Need(("aws_cloudtrail",), "enable_logging", true, "is off", "true", absent=False, other=("is_logging",)),
)

RETENTION = Rule(
    id="aws/log-retention",
    title="Log that is kept for too short, or forever",
    severity=Severity.LOW,
    level=Action.WARN,
    why="PCI DSS asks for twelve months of audit logs. A group without `retention_in_days` keeps everything forever,"
    " which costs money and keeps personal data longer than allowed.",
    fix="Set `retention_in_days = 365`.",
    refs=(
        "CWE-779",
        "PCI DSS 10.5.1",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    ),
    bad=(
        """\
resource "aws_cloudwatch_log_group" "shop" { # <- here
  name = "shop"
}

resource "aws_cloudwatch_log_group" "audit" {
  name              = "audit-trail"
  retention_in_days = 30 # <- here
}
""",
    ),
    good=(
        """\
resource "aws_cloudwatch_log_group" "audit" {
  name              = "audit-trail"
  retention_in_days = 400
}

resource "aws_cloudwatch_log_group" "debug" {
  name              = "debug"
  retention_in_days = 14
}
""",
    ),
)

_AUDIT = ("audit", "trail", "security", "waf", "flow")


def retention(resource: Resource, _module: Module) -> Found:
    value = resource.find("retention_in_days")
    days = number(value)
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif value is None or days == 0:
        yield absent(resource, "retention_in_days", "keeps everything forever", "365")
    elif days is not None and days < 365:
        name = f"{resource.name} {known(resource.find('name')) or ''}".lower()
        if any(word in name for word in _AUDIT):
            yield bad(resource, value.span, f"keeps audit logs for {int(days)} days", "retention_in_days", "365")


GUARDDUTY = Rule(
    id="aws/guardduty",
    title="Detection of intruders that is off",
    severity=Severity.LOW,
    level=Action.INFO,
    why="GuardDuty reads the trails and flow logs for what intruders do. A detector that is not enabled reads nothing.",
    fix="Leave `enable` away or set it to true.",
    refs=("CWE-778", "PCI DSS 11.5.1", "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html"),
    bad=(
        """\
resource "aws_guardduty_detector" "all" {
  enable = false # <- here
}
""",
    ),
    good=(
        """\
resource "aws_guardduty_detector" "all" {
  enable = true
}
""",
    ),
)

_GUARD_NEEDS = (Need(("aws_guardduty_detector",), "enable", true, "is off", "true", absent=False),)

CHECKS = (
    Check(TRAIL, kinds_of(*_TRAIL_NEEDS), needs(*_TRAIL_NEEDS)),
    Check(RETENTION, ("aws_cloudwatch_log_group",), retention),
    Check(GUARDDUTY, kinds_of(*_GUARD_NEEDS), needs(*_GUARD_NEEDS)),
)
