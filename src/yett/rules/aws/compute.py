"""Machines, clusters and functions."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import (
    List,
    Module,
    Resource,
    Scalar,
    Unresolved,
    known,
    number,
    texts,
    truth,
)
from yett.rules.aws.need import Need, absent, among, bad, kinds_of, needs, not_among
from yett.rules.aws.openings import is_world
from yett.rules.cloud import Check, false, unknown

Found = Iterator[Hit | Unknown]


_EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"


IMDS = Rule(
    id="aws/ec2-imdsv1",
    title="Machine that hands its role to any request",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Version 1 of the metadata service answers every GET: one request that the shop can be made to send returns the"
    " credentials of the machine's role. Unless the image or the account says otherwise, both versions are on.",
    fix='Write `metadata_options { http_tokens = "required" }`.',
    refs=("CWE-918", "PCI DSS 2.2.6", "PCI DSS 7.2.5", _EC2 + "configuring-instance-metadata-service.html"),
    bad=(
        """\
resource "aws_instance" "shop" { # <- here
  ami = "ami-0abc"
}

resource "aws_launch_template" "shop" {
  metadata_options {
    http_tokens = "optional" # <- here
  }
}
""",
        """\
# file: template.yaml
Resources:
  Shop:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        MetadataOptions:
          HttpTokens: optional # <- here
""",
    ),
    good=(
        """\
resource "aws_instance" "shop" {
  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_instance" "batch" {
  metadata_options {
    http_endpoint = "disabled"
  }
}

resource "aws_instance" "made" {
  launch_template {
    id = aws_launch_template.shop.id
  }
}
""",
    ),
)


def _metadata(resource: Resource) -> str:
    """Where a resource keeps its metadata options."""
    if resource.kind == "aws_launch_template" and resource.format == "cloudformation":
        return "launch_template_data.metadata_options"
    return "metadata_options"


def imds(resource: Resource, module: Module) -> Found:
    path = _metadata(resource)
    endpoint, tokens = resource.find(f"{path}.http_endpoint"), resource.find(f"{path}.http_tokens")
    if known(endpoint) == "disabled":
        return
    if isinstance(tokens, Unresolved):
        yield unknown(tokens)
    elif tokens is not None:
        if known(tokens) != "required":
            yield bad(resource, tokens.span, "hands its role to any request", f"{path}.http_tokens", '"required"')
    elif resource.kind == "aws_instance" and resource.has("launch_template"):
        return
    elif next(module.of("aws_ec2_instance_metadata_defaults"), None) is None:
        if resource.kind == "aws_instance" and resource.format == "cloudformation":
            # An instance of CloudFormation has no such property; a launch template has.
            return
        yield absent(resource, f"{path}.http_tokens", "hands its role to any request", '"required"')


PUBLIC_IP = Rule(
    id="aws/public-ip",
    title="Machine or service with a public address",
    severity=Severity.HIGH,
    why="A public address goes around the balancer and its firewall; Redshift, MQ and DMS are data stores that only the"
    " application should reach.",
    fix="Set it to false, and use private subnets.",
    refs=("CWE-668", "PCI DSS 1.4.4", "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html"),
    bad=(
        """\
resource "aws_instance" "shop" {
  associate_public_ip_address = true # <- here
}

resource "aws_redshift_cluster" "sales" {
  publicly_accessible = true # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Queue:
    Type: AWS::AmazonMQ::Broker
    Properties:
      PubliclyAccessible: true # <- here
""",
    ),
    good=(
        """\
resource "aws_instance" "shop" {
  associate_public_ip_address = false
}

resource "aws_mq_broker" "orders" {
  broker_name = "orders"
}
""",
    ),
)


_IP_NEEDS = (
    Need(
        ("aws_instance", "aws_launch_configuration", "aws_spot_instance_request"),
        "associate_public_ip_address",
        false,
        "has a public address",
        "false",
        absent=False,
        severity=Severity.LOW,
    ),
    Need(
        ("aws_launch_template", "aws_instance"),
        "network_interfaces.associate_public_ip_address",
        false,
        "has a public address",
        "false",
        absent=False,
        severity=Severity.LOW,
    ),
    Need(
        ("aws_launch_template",),
        "launch_template_data.network_interfaces.associate_public_ip_address",
        false,
        "has a public address",
        "false",
        absent=False,
        severity=Severity.LOW,
    ),
    Need(
        ("aws_subnet",),
        "map_public_ip_on_launch",
        false,
        "gives public addresses",
        "false",
        absent=False,
        severity=Severity.LOW,
    ),
    Need(
        ("aws_default_subnet",),
        "map_public_ip_on_launch",
        false,
        "gives public addresses",
        "false",
        absent=False,
        severity=Severity.LOW,
    ),
    Need(
        (
            *("aws_redshift_cluster", "aws_mq_broker", "aws_dms_replication_instance"),
            *("aws_redshiftserverless_workgroup", "AWS::RedshiftServerless::Workgroup", "aws_docdb_cluster_instance"),
        ),
        "publicly_accessible",
        false,
        "has a public address",
        "false",
        absent=False,
    ),
    # Terraform's provider before version 6 makes it true where nothing is written.
    Need(
        ("aws_redshift_cluster",),
        "publicly_accessible",
        false,
        "may have a public address",
        "false",
        severity_absent=Severity.MEDIUM,
        when=lambda resource: resource.format == "terraform" and not resource.has("publicly_accessible"),
    ),
    Need(
        ("aws_ecs_service",),
        "network_configuration.assign_public_ip",
        false,
        "gives tasks public addresses",
        "false",
        absent=False,
        severity=Severity.LOW,
    ),
    Need(
        ("aws_sagemaker_notebook_instance", "AWS::SageMaker::NotebookInstance"),
        "direct_internet_access",
        not_among("enabled"),
        "is connected to the internet",
        '"Disabled"',
        absent=False,
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_msk_cluster",),
        "broker_node_group_info.connectivity_info.public_access.type",
        among("DISABLED"),
        "has a public address",
        '"DISABLED"',
        absent=False,
    ),
)


EKS_PUBLIC = Rule(
    id="aws/eks-public-endpoint",
    title="Kubernetes API open to the internet",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="EKS opens the API of a cluster to every address by default; one leaked token, or one flaw in it, is then"
    " enough.",
    fix="Set `endpoint_public_access = false`, or list your addresses in `public_access_cidrs`.",
    refs=("CWE-668", "PCI DSS 1.4.2", "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html"),
    bad=(
        """\
resource "aws_eks_cluster" "shop" {
  vpc_config { # <- here
    subnet_ids = ["subnet-1"]
  }
}

resource "aws_eks_cluster" "pay" {
  vpc_config {
    endpoint_public_access = true # <- here
    public_access_cidrs    = ["0.0.0.0/0"]
  }
}
""",
    ),
    good=(
        """\
resource "aws_eks_cluster" "shop" {
  vpc_config {
    endpoint_public_access = false
  }
}

resource "aws_eks_cluster" "pay" {
  vpc_config {
    public_access_cidrs = ["203.0.113.0/24"]
  }
}
""",
    ),
)


def eks_public(resource: Resource, _module: Module) -> Found:
    value = resource.find("vpc_config.endpoint_public_access")
    cidrs = resource.find("vpc_config.public_access_cidrs")
    if isinstance(value, Unresolved):
        yield unknown(value)
        return
    if value is not None and truth(value) is False:
        return
    sources = list(texts(cidrs))
    strict = resource.format == "terraform"
    if sources and not any(is_world(each, strict=strict) for each in sources):
        if any(is_world(each, strict=strict) is None for each in sources):
            yield Unknown(sources[0].span.line, "public_access_cidrs")
        return
    if value is not None:
        yield bad(resource, value.span, "opens its API to the internet", "vpc_config.endpoint_public_access", "false")
    else:
        yield absent(resource, "vpc_config.endpoint_public_access", "opens its API to the internet", "false")


EKS_SECRETS = Rule(
    id="aws/eks-secrets-encryption",
    title="Secrets of a cluster without a key of your own",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Clusters from 1.28 on encrypt what they store with a key of AWS; before, secrets lie in etcd as they are. Only"
    " with a key of your own you decide, and see, who decrypts.",
    fix='Add `encryption_config` with `resources = ["secrets"]` and a key.',
    refs=("CWE-311", "PCI DSS 3.6.1", "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html"),
    bad=(
        """\
resource "aws_eks_cluster" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "aws_eks_cluster" "shop" {
  name = "shop"
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.shop.arn
    }
  }
}
""",
    ),
)


def eks_secrets(resource: Resource, _module: Module) -> Found:
    found = resource.find("encryption_config")
    if isinstance(found, Unresolved):
        yield unknown(found)
    elif found is None:
        yield absent(resource, "encryption_config", "keeps secrets without a key of yours", "{ … }")
    elif resource.type != "module" and resource.find("encryption_config.provider.key_arn") is None:
        # The module of the registry makes a key where it is given none.
        yield absent(
            resource,
            "encryption_config.provider.key_arn",
            "keeps secrets without a key of yours",
            "aws_kms_key.NAME.arn",
        )
    else:
        named = [known(each) for each in resource.every("encryption_config.resources")]
        if named and None not in named and "secrets" not in named:
            yield bad(
                resource,
                resource.place("encryption_config.resources"),
                "keeps secrets without a key of yours",
                "encryption_config.resources",
                '["secrets"]',
            )


AUTOSCALING = Rule(
    id="aws/autoscaling",
    title="Service of a single machine or zone",
    severity=Severity.LOW,
    level=Action.INFO,
    why="One machine, or one zone, is a single point of failure, and cannot grow when a flood comes.",
    fix="Run two or more in two zones.",
    refs=(
        "CWE-400",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html",
    ),
    bad=(
        """\
resource "aws_autoscaling_group" "shop" {
  min_size = 1
  max_size = 1 # <- here
}
""",
    ),
    good=(
        """\
resource "aws_autoscaling_group" "shop" {
  min_size = 2
  max_size = 8
}
""",
    ),
)


def autoscaling(resource: Resource, _module: Module) -> Found:
    least, most = resource.find("min_size"), resource.find("max_size")
    if most is not None and number(least) == 1 and number(most) == 1:
        yield bad(resource, most.span, "is a single machine", "max_size", "4")
    zones = resource.find("availability_zones")
    if isinstance(zones, List) and not zones.more and len(zones.items) == 1 and isinstance(zones.items[0], Scalar):
        yield bad(resource, zones.items[0].span, "is in a single zone", "availability_zones", "[…]")


RUNTIME = Rule(
    id="aws/old-runtime",
    title="Function on a runtime without patches",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="AWS no longer patches the runtime: a flaw in the language or its libraries stays. Known are the runtimes whose"
    " support ended before 22 November 2026.",
    fix="Move to a runtime that is supported.",
    refs=("CWE-1104", "PCI DSS 6.3.3", "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"),
    bad=(
        """\
resource "aws_lambda_function" "mail" {
  function_name = "mail"
  runtime       = "nodejs14.x" # <- here
}
""",
        """\
# file: serverless.yml
service: shop
provider:
  name: aws
  runtime: python3.10 # <- here
functions:
  mail:
    handler: mail.send
    runtime: nodejs20.x # <- here
""",
    ),
    good=(
        """\
variable "runtime" {}

resource "aws_lambda_function" "mail" {
  runtime = "python3.13"
}

resource "aws_lambda_function" "pay" {
  runtime = var.runtime
}

resource "aws_lambda_function" "stock" {
  runtime = "java17"
}
""",
    ),
)


ENDED = {
    "nodejs": "2016-08-30",
    "nodejs4.3": "2020-03-05",
    "nodejs4.3-edge": "2020-03-05",
    "nodejs6.10": "2019-08-12",
    "nodejs8.10": "2020-03-06",
    "nodejs10.x": "2021-07-30",
    "nodejs12.x": "2023-03-31",
    "nodejs14.x": "2023-12-04",
    "nodejs16.x": "2024-06-12",
    "nodejs18.x": "2025-09-01",
    "nodejs20.x": "2026-04-30",
    "python2.7": "2021-07-15",
    "python3.6": "2022-07-18",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "python3.10": "2026-10-31",
    "ruby2.5": "2021-07-30",
    "ruby2.7": "2023-12-07",
    "ruby3.2": "2026-03-31",
    "java8": "2024-01-08",
    "go1.x": "2024-01-08",
    "provided": "2024-01-08",
    "provided.al2": "2026-07-31",
    "dotnetcore1.0": "2019-06-27",
    "dotnetcore2.0": "2019-05-30",
    "dotnetcore2.1": "2022-01-05",
    "dotnetcore3.1": "2023-04-03",
    "dotnet5.0": "2022-05-10",
    "dotnet6": "2024-12-20",
    "dotnet7": "2024-05-14",
    "dotnet8": "2026-11-10",
}
"""When support of a runtime ended, of the page in `refs` as of 2026-11-22."""


def runtime(resource: Resource, _module: Module) -> Found:
    value = resource.find("runtime")
    if isinstance(value, Unresolved):
        yield unknown(value)
    text = known(value)
    if text in ENDED and value is not None:
        yield bad(
            resource,
            value.span,
            f"runs on {text}, unsupported since {ENDED[text]}",
            "runtime",
            "",
            what=f"runtime {text}",
        )


CHECKS = (
    Check(IMDS, ("aws_instance", "aws_launch_template", "aws_launch_configuration", "aws_spot_instance_request"), imds),
    Check(PUBLIC_IP, kinds_of(*_IP_NEEDS), needs(*_IP_NEEDS)),
    Check(EKS_PUBLIC, ("aws_eks_cluster",), eks_public),
    Check(EKS_SECRETS, ("aws_eks_cluster",), eks_secrets),
    Check(AUTOSCALING, ("aws_autoscaling_group",), autoscaling),
    Check(RUNTIME, ("aws_lambda_function", "serverless_provider"), runtime),
)
