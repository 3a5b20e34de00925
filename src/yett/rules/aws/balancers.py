"""Load balancers: TLS in front, TLS behind."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known, number, objects, truth
from yett.rules.aws.need import absent, bad
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit, short

Found = Iterator[Hit | Unknown]


_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"


PLAIN_HTTP = Rule(
    id="aws/lb-plain-http",
    title="Balancer that serves plain HTTP",
    severity=Severity.HIGH,
    why="What a listener of protocol HTTP serves crosses the internet in clear, checkout and sessions included.",
    fix="Add an HTTPS listener, and let the one on port 80 redirect to it.",
    refs=("CWE-319", "PCI DSS 4.2.1", _ELB + "create-https-listener.html"),
    bad=(
        """\
resource "aws_lb_listener" "shop" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80
  protocol          = "HTTP" # <- here
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.shop.arn
  }
}

resource "aws_elb" "old" {
  listener {
    instance_port     = 80
    instance_protocol = "http"
    lb_port           = 80
    lb_protocol       = "http" # <- here
  }
}
""",
        """\
# file: template.yaml
Resources:
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      Port: 80
      Protocol: HTTP # <- here
      DefaultActions:
        - {Type: forward, TargetGroupArn: !Ref Shop}
""",
    ),
    good=(
        """\
resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb" "inside" {
  internal = true
}

resource "aws_lb_listener" "shop" {
  port     = 443
  protocol = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.shop.arn
  }
}
""",
    ),
)


def plain_http(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_elb":
        yield from _classic(resource)
        return
    protocol = resource.find("protocol")
    port = number(resource.find("port"))
    balancer = module.resolve(resource.find("load_balancer_arn"), resource.path)
    kind = (known(balancer.find("load_balancer_type")) or "").lower() if balancer is not None else ""
    if kind in ("network", "gateway") and (known(protocol) != "TCP" or port != 80):
        return
    word = (known(protocol) or "").upper()
    if isinstance(protocol, Unresolved):
        yield unknown(protocol)
        return
    # Terraform's default is HTTP on an application balancer.
    implied = protocol is None and resource.format == "terraform" and port in (80, 8080)
    if word != "HTTP" and not implied and not (word == "TCP" and port == 80):
        return
    redirected = _redirects(resource)
    if redirected:
        return
    if redirected is None:
        yield Unknown(resource.span.line, "default_action")
        return
    inside = balancer is not None and is_internal(balancer)
    span = protocol.span if protocol is not None else resource.span
    yield bad(
        resource,
        span,
        "serves plain HTTP",
        "protocol",
        "HTTPS" if resource.format == "cloudformation" else '"HTTPS"',
        Severity.MEDIUM if inside else None,
    )


def _redirects(resource: Resource) -> bool | None:
    """Whether the default action leads to HTTPS, answers by itself, or cannot be told."""
    found = False
    for action in resource.each("default_action"):
        if isinstance(action, Unresolved):
            return None
        kind = action.get("type")
        if isinstance(kind, Unresolved):
            return None
        if known(kind) == "redirect":
            target = action.find("redirect.protocol") or action.find("redirect_config.protocol")
            if isinstance(target, Unresolved) or (known(target) or "").upper() == "HTTPS":
                return True
        found = True
    return False if found else None if resource.body.more else False


def _classic_tls(resource: Resource) -> Found:
    for block in resource.every("policies.attributes"):
        if isinstance(block, Map):
            name, value = known(block.get("Name")) or "", block.get("Value")
            if name in _EARLY and value is not None and known(value) != "false":
                yield bad(resource, value.span, f"speaks {name.partition('-')[2]}", f"policies {name}", "")
            elif value is not None and _is_weak_cipher(name) and known(value) != "false":
                yield bad(resource, value.span, f"speaks the broken cipher {short(name)}", f"policies {name}", "")
            elif (
                name == "Reference-Security-Policy"
                and value is not None
                and known(value)
                and not _is_strong(known(value) or "")
            ):
                yield bad(resource, value.span, f"speaks early TLS with {short(known(value) or '')}", "policies", "")
    if resource.format != "cloudformation":
        return
    for block in resource.each("listener"):
        # Without a policy a classic balancer takes ELBSecurityPolicy-2016-08, which allows TLS 1.0.
        secure = isinstance(block, Map) and (known(block.get("Protocol")) or "").upper() in ("HTTPS", "SSL")
        if isinstance(block, Map) and secure and block.get("PolicyNames") is None:
            yield hit(
                block.span,
                f"{resource.label} speaks early TLS, as a listener names no policy",
                fix="Name a policy for `ELBSecurityPolicy-TLS-1-2-2017-01` in `PolicyNames`.",
                subject=f"{resource.address} listener {known(block.get('LoadBalancerPort')) or ''}",
                severity=Severity.MEDIUM,
            )


def _is_weak_cipher(name: str) -> bool:
    parts = set(name.upper().replace("_", "-").split("-"))
    return not parts.isdisjoint(("NULL", "RC4", "DES", "CBC3", "3DES", "EXP", "MD5", "ADH", "ANON"))


_EARLY = ("Protocol-SSLv2", "Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1")


def _classic(resource: Resource) -> Found:
    inside = is_internal(resource)
    for block in resource.each("listener"):
        if isinstance(block, Unresolved):
            yield unknown(block)
            continue
        value = block.get("lb_protocol") or block.get("protocol")
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is not None and (
            (known(value) or "").upper() == "HTTP"
            or (
                (known(value) or "").upper() == "TCP"
                and number(block.get("lb_port") or block.get("load_balancer_port")) == 80
            )
        ):
            yield bad(
                resource,
                value.span,
                "serves plain HTTP",
                "listener.lb_protocol",
                '"https"',
                Severity.MEDIUM if inside else None,
            )


def is_internal(balancer: Resource) -> bool:
    if balancer.format == "cloudformation":
        return known(balancer.find("scheme")) == "internal"
    return truth(balancer.find("internal")) is True


def is_application(balancer: Resource) -> bool:
    return (known(balancer.find("load_balancer_type")) or "application").lower() not in ("network", "gateway")


WEAK_TLS = Rule(
    id="aws/lb-weak-tls",
    title="Balancer that still speaks early TLS",
    severity=Severity.HIGH,
    why="TLS 1.0 and 1.1 are broken and forbidden for card data. A listener without a policy gets"
    " `ELBSecurityPolicy-2016-08` from Terraform and CloudFormation, which allows both.",
    fix='Set `ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"`.',
    refs=("CWE-326", "PCI DSS 4.2.1", _ELB + "describe-ssl-policies.html"),
    bad=(
        """\
resource "aws_lb_listener" "shop" {
  protocol   = "HTTPS"
  ssl_policy = "ELBSecurityPolicy-2016-08" # <- here
}

resource "aws_lb_listener" "pay" { # <- here
  protocol        = "HTTPS"
  certificate_arn = aws_acm_certificate.pay.arn
}
""",
        """\
# file: template.yaml
Resources:
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      Protocol: HTTPS
      SslPolicy: ELBSecurityPolicy-TLS-1-0-2015-04 # <- here
""",
    ),
    good=(
        """\
resource "aws_lb_listener" "shop" {
  protocol   = "HTTPS"
  ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
}

resource "aws_lb_listener" "redirect" {
  protocol = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
""",
    ),
)


_STRONG = (
    "elbsecuritypolicy-tls13-1-2",
    "elbsecuritypolicy-tls13-1-3",
    "elbsecuritypolicy-fs-1-2",
    "elbsecuritypolicy-tls-1-2",
)


def _is_strong(name: str) -> bool:
    return name.lower().startswith(_STRONG)


def weak_tls(resource: Resource, _module: Module) -> Found:
    if resource.kind == "aws_load_balancer_policy":
        yield from _policy_attributes(resource)
        return
    if resource.kind == "aws_elb":
        yield from _classic_tls(resource)
        return
    value = resource.find("ssl_policy")
    protocol = (known(resource.find("protocol")) or "").upper()
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif value is not None:
        text = known(value) or ""
        if text and not _is_strong(text) and protocol not in ("HTTP", "TCP", "UDP"):
            yield bad(resource, value.span, f"speaks early TLS with {short(text)}", "ssl_policy", _POLICY)
    elif protocol in ("HTTPS", "TLS") and not resource.body.more:
        yield absent(resource, "ssl_policy", "speaks early TLS", _POLICY)


_POLICY = '"ELBSecurityPolicy-TLS13-1-2-2021-06"'


def _policy_attributes(resource: Resource) -> Found:
    for block in resource.each("policy_attribute"):
        if isinstance(block, Map):
            name, value = known(block.get("name")) or "", block.get("value")
            text = (known(value) or "").lower()
            early = name in ("Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1") and text == "true"
            # Some leave the prefix away that all of them have.
            new = text.removeprefix("elbsecuritypolicy-").startswith("tls-1-2")
            old = name == "Reference-Security-Policy" and text and not new
            if value is not None and (early or old):
                yield bad(resource, value.span, "speaks early TLS", f"policy_attribute {name}", "")


HEADERS = Rule(
    id="aws/lb-drop-invalid-headers",
    title="Balancer that hands on malformed headers",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Two servers that read one malformed request in two ways can be made to take a stranger's request for"
    " another's. The balancer hands such headers on unless it is told to drop them.",
    fix="Set `drop_invalid_header_fields = true`, and leave `desync_mitigation_mode` at `defensive`.",
    refs=("CWE-444", "PCI DSS 6.2.4", _ELB + "edit-load-balancer-attributes.html"),
    bad=(
        """\
resource "aws_lb" "shop" { # <- here
  load_balancer_type = "application"
}

resource "aws_lb" "pay" {
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "monitor" # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Shop:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      LoadBalancerAttributes:
        - Key: routing.http.drop_invalid_header_fields.enabled
          Value: "false" # <- here
""",
    ),
    good=(
        """\
resource "aws_lb" "shop" {
  drop_invalid_header_fields = true
}

resource "aws_lb" "network" {
  load_balancer_type = "network"
}
""",
    ),
)


def attribute(resource: Resource, key: str) -> Value | None:
    """The value of an attribute that CloudFormation keeps in a list of keys and values."""
    found = resource.find("load_balancer_attributes")
    if isinstance(found, Unresolved):
        return found
    for block in objects(found):
        if isinstance(block, Map) and known(block.get("key")) == key:
            return block.get("value")
    return None


def headers(resource: Resource, _module: Module) -> Found:
    if resource.kind == "aws_lb":
        if not is_application(resource) or isinstance(resource.find("load_balancer_type"), Unresolved):
            return
        value = (
            attribute(resource, "routing.http.drop_invalid_header_fields.enabled")
            if resource.format == "cloudformation"
            else resource.find("drop_invalid_header_fields")
        )
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is None:
            yield absent(resource, "drop_invalid_header_fields", "hands on malformed headers", "true")
        elif truth(value) is False:
            yield bad(resource, value.span, "hands on malformed headers", "drop_invalid_header_fields", "true")
    mode = (
        attribute(resource, "routing.http.desync_mitigation_mode")
        if resource.format == "cloudformation"
        else resource.find("desync_mitigation_mode")
    )
    if known(mode) == "monitor" and mode is not None:
        yield bad(resource, mode.span, "only watches malformed requests", "desync_mitigation_mode", '"defensive"')


CHECKS = (
    Check(PLAIN_HTTP, ("aws_lb_listener", "aws_elb"), plain_http),
    Check(WEAK_TLS, ("aws_lb_listener", "aws_load_balancer_policy", "aws_elb"), weak_tls),
    Check(HEADERS, ("aws_lb", "aws_elb"), headers),
)
