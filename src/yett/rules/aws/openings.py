"""What the rules of a security group open, and to whom."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Hit, Unknown
from yett.parse.registry_modules import submodule
from yett.parse.resources import Map, Resource, Scalar, Unresolved, Value, known, number, texts
from yett.parse.source import Span

Found = Iterator[Hit | Unknown]


class Opening(NamedTuple):
    """Ports that an address range may reach. `first` and `last` are None where they are not known."""

    name: str
    source: Value
    first: int | None
    last: int | None
    every: bool
    span: Span
    odd: str = ""


_CIDRS = (
    *("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block"),
    *("cidr_ip", "cidr_ipv6"),
)


def openings(resource: Resource) -> Iterator[Opening]:
    """What the rules of a security group or network ACL open, one for each address range."""
    if resource.kind in ("aws_security_group", "aws_default_security_group"):
        for number_, rule in enumerate(resource.each("ingress")):
            if isinstance(rule, Map):
                yield from _opening(rule, resource, f"ingress {number_}")
        if resource.type == "module":
            yield from _of_module(resource)
    elif resource.kind == "aws_vpc_security_group_ingress_rule" or (
        resource.kind == "aws_security_group_rule" and known(resource.find("type")) == "ingress"
    ):
        yield from _opening(resource.body, resource, "")


def _opening(rule: Map, resource: Resource, name: str) -> Iterator[Opening]:
    protocol = rule.find("protocol") or rule.find("ip_protocol")
    word = (known(protocol) or "").lower()
    every = word in ("-1", "all", "-1.0")
    first_value, last_value = rule.find("from_port"), rule.find("to_port")
    first, last = number(first_value), number(last_value)
    odd = next((each.what for each in (protocol, first_value, last_value) if isinstance(each, Unresolved)), "")
    if first is not None and last is None and last_value is None:
        last = first
    if word in ("icmp", "icmpv6", "1", "58"):
        return
    if first is None and last is None and first_value is None and last_value is None and not odd:
        every = every or protocol is not None
    if first == -1 and last == -1:
        every = True
    if first is not None and last is not None and first <= 0 and last >= 65535:
        every = True
    seen: set[str] = set()
    for path in _CIDRS:
        own = rule.written(path)
        if own is None or own in seen:
            continue
        seen.add(own)
        for source in texts(rule.get(own)):
            yield Opening(
                name,
                source,
                None if first is None else int(first),
                None if last is None else int(last),
                every,
                rule.span,
                odd,
            )


_NAMED = {
    "all-all": None,
    "all-tcp": None,
    "ssh-tcp": 22,
    "rdp-tcp": 3389,
    "winrm-http-tcp": 5985,
    "winrm-https-tcp": 5986,
    "postgresql-tcp": 5432,
    "mysql-tcp": 3306,
    "mssql-tcp": 1433,
    "oracle-db-tcp": 1521,
    "mongodb-27017-tcp": 27017,
    "redis-tcp": 6379,
    "elasticsearch-rest-tcp": 9200,
    "elasticsearch-java-tcp": 9300,
    "memcached-tcp": 11211,
    "kafka-broker-tcp": 9092,
    "rabbitmq-5672-tcp": 5672,
    "zookeeper-2181-tcp": 2181,
    "redshift-tcp": 5439,
    "kubernetes-api-tcp": 6443,
}
"""Names of rules of the registry's module for security groups, and their ports."""


def _of_module(resource: Resource) -> Iterator[Opening]:
    """https://registry.terraform.io/modules/terraform-aws-modules/security-group/aws"""
    for path in ("ingress_with_cidr_blocks", "ingress_with_ipv6_cidr_blocks"):
        for rule in resource.each(path):
            if isinstance(rule, Map):
                name = known(rule.get("rule"))
                for opening in _opening(rule, resource, path):
                    yield from _named(opening, name)
    inside = submodule(known(resource.find("source")) or "")
    for path in ("ingress_cidr_blocks", "ingress_ipv6_cidr_blocks"):
        for source in texts(resource.find(path)):
            for rule_name in texts(resource.find("ingress_rules")):
                plain = Opening(path, source, None, None, False, rule_name.span)
                yield from _named(plain, known(rule_name))
            if isinstance(source, Scalar) and inside in _SUBMODULES:
                port = _SUBMODULES[inside]
                yield Opening(path, source, port, port, False, source.span)


_SUBMODULES = {
    "ssh": 22,
    "rdp": 3389,
    "winrm": 5985,
    "postgresql": 5432,
    "mysql": 3306,
    "mssql": 1433,
    "oracle-db": 1521,
    "mongodb": 27017,
    "redis": 6379,
    "elasticsearch": 9200,
    "memcached": 11211,
    "kafka": 9092,
    "rabbitmq": 5672,
    "zookeeper": 2181,
    "redshift": 5439,
}
"""Modules inside that module, each of which opens the ports of one program, and the first of them."""

MODULE_RULES = (
    *("ingress_rules", "ingress_with_cidr_blocks", "ingress_with_ipv6_cidr_blocks", "computed_ingress_rules"),
    *("ingress_with_self", "ingress_with_source_security_group_id", "computed_ingress_with_cidr_blocks"),
)


def _named(opening: Opening, name: str | None) -> Iterator[Opening]:
    if name is None:
        # One text may hold several ranges.
        if isinstance(opening.source, Scalar):
            for part in str(opening.source.value).split(","):
                yield opening._replace(source=Scalar(part.strip(), opening.source.span))
        return
    if name in _NAMED:
        port = _NAMED[name]
        yield opening._replace(first=port, last=port, every=port is None)


def is_world(value: Value, *, strict: bool = False) -> bool | None:
    """Whether an address range is everybody, or so much of the internet that it comes to the same (two halves are the
    whole); None where it is not known.

    EC2 takes `0.1.0.0/0` for `0.0.0.0/0`. Terraform refuses to apply it, and nobody knows what was meant: `strict`.
    """
    if not isinstance(value, Scalar):
        return None
    address, _, length = str(value.value).strip().partition("/")
    if not length.isdigit() or len(length) > 3 or int(length) > 7:
        return False
    if ":" in address:
        return not address.lower().startswith(("fc", "fd", "fe"))
    first, *rest = address.split(".")
    if not first.isdigit() or len(first) > 3:
        return False
    return not strict or int(length) > 0 or not any(part.strip("0") for part in (first, *rest))


_INSIDE = (
    ("10.0.0.0/8", 10 << 24, 8),
    ("172.16.0.0/12", (172 << 24) + (16 << 16), 12),
    ("192.168.0.0/16", (192 << 24) + (168 << 16), 16),
    ("100.64.0.0/10", (100 << 24) + (64 << 16), 10),
    ("127.0.0.0/8", 127 << 24, 8),
    ("169.254.0.0/16", (169 << 24) + (254 << 16), 16),
)
"""Ranges that no address of the internet is in: private ones (RFC 1918), those that carriers share (RFC 6598), loopback
and link-local ones (RFC 6890)."""


def spilled(value: Value) -> str:
    """The private range that an address range holds together with addresses of the internet, "" where there is none."""
    address, _, length = (known(value) or "").strip().partition("/")
    parts = address.split(".")
    if len(parts) != 4 or not all(part.isdigit() and len(part) < 4 and int(part) < 256 for part in parts):
        return ""
    if not length.isdigit() or len(length) > 2:
        return ""
    first = sum(int(part) << shift for part, shift in zip(parts, (24, 16, 8, 0), strict=True))
    for name, start, size in _INSIDE:
        # The whole internet holds each of them: which was meant, if any, the address says.
        bits = int(length) or size
        if int(length) < size and first >> (32 - bits) == start >> (32 - bits):
            return name
    return ""
