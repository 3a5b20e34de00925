"""Caches: spoken to in clear, or by anybody."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import known, truth
from yett.rules.aws.need import Need, is_set, kinds_of, needs, says
from yett.rules.cloud import Check, true

CACHE = Rule(
    id="aws/cache-in-transit",
    title="Cache that is spoken to in clear",
    severity=Severity.HIGH,
    why="Sessions and carts cross the network in clear, as encryption in transit is off by default for Redis before"
    " version 7 and for what Terraform makes.",
    fix="Set `transit_encryption_enabled = true` and an `auth_token` or a user group.",
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
    ),
    bad=(
        """\
resource "aws_elasticache_replication_group" "sessions" { # <- here
  replication_group_id = "sessions"
}
""",
        """\
# file: template.yaml
Resources:
  Sessions:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties:
      TransitEncryptionEnabled: false # <- here
""",
    ),
    good=(
        """\
resource "aws_elasticache_replication_group" "sessions" {
  transit_encryption_enabled = true
  auth_token                 = var.token
}
""",
    ),
)


_CACHE_NEEDS = (
    Need(
        ("aws_elasticache_replication_group",),
        "transit_encryption_enabled",
        true,
        "is spoken to in clear",
        "true",
    ),
    Need(("aws_memorydb_cluster",), "tls_enabled", true, "is spoken to in clear", "true", absent=False),
    Need(("AWS::MemoryDB::Cluster",), "tls_enabled", true, "is spoken to in clear", "true", absent=False),
)


CACHE_AUTH = Rule(
    id="aws/cache-no-auth",
    title="Cache that asks for no password",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Redis asks for a password only where `auth_token` or a group of users is set: whoever reaches the port reads"
    " and writes sessions and carts.",
    fix="Set `auth_token`, or `user_group_ids`.",
    refs=("CWE-306", "PCI DSS 8.3.1", "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html"),
    bad=(
        """\
resource "aws_elasticache_replication_group" "sessions" { # <- here
  transit_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "carts" { # <- here
  user_group_ids             = [aws_elasticache_user_group.shop.id]
  transit_encryption_enabled = false
}
""",
    ),
    good=(
        """\
resource "aws_elasticache_replication_group" "sessions" {
  transit_encryption_enabled = true
  user_group_ids             = [aws_elasticache_user_group.shop.id]
}
""",
    ),
)


_AUTH_NEEDS = (
    Need(
        ("aws_elasticache_replication_group",),
        "auth_token",
        is_set,
        "asks for no password",
        "var.token",
        other=("user_group_ids",),
        when=lambda resource: (known(resource.find("engine")) or "redis") != "memcached",
    ),
    Need(
        ("aws_elasticache_replication_group",),
        "auth_token",
        is_set,
        "asks for no password, as users are asked for theirs only over TLS",
        "var.token",
        when=lambda resource: (
            says(resource, "user_group_ids") and truth(resource.find("transit_encryption_enabled")) is False
        ),
    ),
)


CHECKS = (
    Check(CACHE_AUTH, kinds_of(*_AUTH_NEEDS), needs(*_AUTH_NEEDS)),
    Check(CACHE, kinds_of(*_CACHE_NEEDS), needs(*_CACHE_NEEDS)),
)
