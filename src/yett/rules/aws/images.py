"""Containers: their images, their builds, their rights."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import (
    Map,
    Module,
    Resource,
    Value,
    document,
    known,
    objects,
    truth,
)
from yett.rules.aws.need import Need, bad, needs
from yett.rules.aws.policies import policy
from yett.rules.cloud import Check, false, true
from yett.rules.hits import hit, short
from yett.rules.iam_policy import public

Found = Iterator[Hit | Unknown]


_ECR = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"


TASKS = Rule(
    id="aws/ecs-task-hardening",
    title="Container with more rights than it needs",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A privileged container owns its host; one that runs as root, or that can write to its own file system, gives"
    " an intruder what he needs to stay. ECS lets it write to its file system by default.",
    fix="Set `readonlyRootFilesystem` to true, leave `privileged` away, and name a `user`.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/security-tasks-containers.html",
    ),
    bad=(
        """\
resource "aws_ecs_task_definition" "shop" {
  pid_mode = "host" # <- here
  container_definitions = jsonencode([
    {
      name                   = "shop"
      readonlyRootFilesystem = true
      privileged             = true # <- here
      user                   = "root" # <- here
    }
  ])
}
""",
        """\
# file: template.yaml
Resources:
  Shop:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: shop # <- here
          Privileged: "true" # <- here
""",
    ),
    good=(
        """\
resource "aws_ecs_task_definition" "shop" {
  container_definitions = <<EOF
[{"name": "shop", "readonlyRootFilesystem": true, "user": "1000"}]
EOF
}
""",
    ),
)


def containers(resource: Resource) -> Iterator[Map]:
    """The containers of a task or a job, in the names that the JSON of ECS gives them."""
    for path in ("container_definitions", "container_properties"):
        for each in objects(document(resource.find(path))):
            if isinstance(each, Map):
                yield each


def _field(container: Map, name: str) -> Value | None:
    """`readonlyRootFilesystem`, or CloudFormation's `ReadonlyRootFilesystem`."""
    return container.get(name) or container.get(name[:1].upper() + name[1:])


def tasks(resource: Resource, _module: Module) -> Found:
    for each in containers(resource):
        name = known(_field(each, "name")) or ""
        for field in ("privileged", "user", "readonlyRootFilesystem"):
            value = _field(each, field)
            wrong = (
                (field == "privileged" and truth(value) is True)
                or (field == "user" and (known(value) or "").partition(":")[0] in ("root", "0"))
                or (field == "readonlyRootFilesystem" and truth(value) is False)
            )
            if value is not None and wrong:
                yield hit(
                    value.span,
                    f"{resource.label} runs {short(name) or 'its container'} with {field} = {known(value)}",
                    subject=f"{resource.address} {name} {field}",
                )
        if _field(each, "readonlyRootFilesystem") is None and resource.kind == "aws_ecs_task_definition":
            windows = "windows" in (known(resource.find("runtime_platform.operating_system_family")) or "").lower()
            if not windows:
                yield hit(
                    each.span,
                    f"{resource.label} lets {short(name) or 'its container'} write to its own file system",
                    subject=f"{resource.address} {name} readonlyRootFilesystem",
                    severity=Severity.LOW,
                )
    for path in ("pid_mode", "ipc_mode"):
        value = resource.find(path)
        if value is not None and known(value) == "host":
            yield bad(resource, value.span, "shares the processes of its host", path, '"task"')


FILES = Rule(
    id="aws/ecs-files-in-clear",
    title="Container that mounts its files in clear",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A task speaks NFS in clear to EFS unless `transit_encryption` is `ENABLED`.",
    fix='Set `transit_encryption = "ENABLED"`.',
    refs=("CWE-319", "PCI DSS 4.2.1", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html"),
    bad=(
        """\
resource "aws_ecs_task_definition" "shop" {
  volume {
    efs_volume_configuration {
      transit_encryption = "DISABLED" # <- here
    }
  }
  volume { # <- here
    efs_volume_configuration {
      file_system_id = "fs-0a1b2c3d"
    }
  }
}
""",
    ),
    good=(
        """\
resource "aws_ecs_task_definition" "shop" {
  volume {
    efs_volume_configuration {
      transit_encryption = "ENABLED"
    }
  }
}
""",
    ),
)


def files(resource: Resource, _module: Module) -> Found:
    for value in resource.every("volume.efs_volume_configuration.transit_encryption"):
        if known(value) == "DISABLED":
            yield bad(resource, value.span, "mounts its files in clear", "transit_encryption", '"ENABLED"')
    for block in resource.each("volume"):
        files = block.get("efs_volume_configuration") if isinstance(block, Map) else None
        if isinstance(files, Map) and files.get("transit_encryption") is None:
            yield hit(
                block.span,
                f"{resource.label} mounts its files in clear, as transit_encryption is not set",
                subject=f"{resource.address} transit_encryption",
            )
    for block in resource.each("volumes"):
        if isinstance(block, Map) and block.has("efs_volume_configuration"):
            option = block.find("efs_volume_configuration.transit_encryption")
            if option is None or known(option) == "DISABLED":
                yield hit(
                    block.span if option is None else option.span,
                    f"{resource.label} mounts its files in clear",
                    subject=f"{resource.address} transit_encryption",
                )


ECR_PUBLIC = Rule(
    id="aws/ecr-public",
    title="Image repository that everybody may use",
    severity=Severity.CRITICAL,
    why="Images hold the shop's code, and as a rule more of its secrets than anybody remembers.",
    fix="Name the accounts that pull.",
    refs=("CWE-284", "PCI DSS 7.2.1", _ECR + "repository-policies.html"),
    bad=(
        """\
resource "aws_ecr_repository_policy" "shop" {
  repository = "shop"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # <- here
      Action    = ["ecr:BatchGetImage"]
    }]
  })
}
""",
    ),
    good=(
        """\
resource "aws_ecr_repository_policy" "shop" {
  repository = "shop"
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = ["ecr:BatchGetImage"]
    }]
  })
}
""",
    ),
)


def ecr_public(resource: Resource, module: Module) -> Found:
    found = policy(resource.find("policy"), resource, module)
    for statement, principal in public(found) if found else ():
        yield hit(
            principal.name.span if principal else statement.span,
            f"{resource.label} lets everybody in",
            subject=f"{resource.address} {statement.sid}",
        )


ECR_SCAN = Rule(
    id="aws/ecr-scan",
    title="Images that nobody scans",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Outdated packages in an image stay unseen. Repositories scan on push only where it is turned on, or where the"
    " registry scans them all.",
    fix="Write `image_scanning_configuration { scan_on_push = true }`.",
    refs=("CWE-1104", "PCI DSS 6.3.1", _ECR + "image-scanning.html"),
    bad=(
        """\
resource "aws_ecr_repository" "shop" { # <- here
  name = "shop"
}
""",
        """\
# file: template.yaml
Resources:
  Shop:
    Type: AWS::ECR::Repository
    Properties:
      ImageScanningConfiguration: {ScanOnPush: false} # <- here
""",
    ),
    good=(
        """\
resource "aws_ecr_repository" "shop" {
  image_scanning_configuration {
    scan_on_push = true
  }
}
""",
        """\
resource "aws_ecr_registry_scanning_configuration" "all" {
  scan_type = "ENHANCED"
}

resource "aws_ecr_repository" "shop" {
  name = "shop"
}
""",
    ),
)


_SCAN = needs(
    Need(("aws_ecr_repository",), "image_scanning_configuration.scan_on_push", true, "is not scanned", "true")
)


def ecr_scan(resource: Resource, module: Module) -> Found:
    if next(module.of("aws_ecr_registry_scanning_configuration"), None) is None:
        yield from _SCAN(resource, module)


ECR_MUTABLE = Rule(
    id="aws/ecr-mutable",
    title="Image tags that can be moved",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Whoever can push can put another image under a tag that was reviewed. Tags can be moved by default.",
    fix='Set `image_tag_mutability = "IMMUTABLE"`.',
    refs=("CWE-829", "PCI DSS 6.5.1", _ECR + "image-tag-mutability.html"),
    bad=(
        """\
resource "aws_ecr_repository" "shop" {
  image_tag_mutability = "MUTABLE" # <- here
}

resource "aws_ecr_repository" "pay" { # <- here
  name = "pay"
}
""",
    ),
    good=(
        """\
resource "aws_ecr_repository" "shop" {
  image_tag_mutability = "IMMUTABLE"
}
""",
    ),
)


_MUTABLE_NEEDS = (
    Need(
        ("aws_ecr_repository",),
        "image_tag_mutability",
        lambda value: (known(value) or "").startswith("IMMUTABLE"),
        "lets tags be moved",
        '"IMMUTABLE"',
    ),
)


CODEBUILD = Rule(
    id="aws/codebuild",
    title="Build with open doors",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Artifacts without encryption are read by whoever reads the bucket, and a privileged build owns the machine it"
    " runs on: it is needed to build images, and for nothing else.",
    fix="Leave `encryption_disabled` and `privileged_mode` away.",
    refs=("CWE-311", "PCI DSS 6.5.1", "https://docs.aws.amazon.com/codebuild/latest/userguide/security.html"),
    bad=(
        """\
resource "aws_codebuild_project" "shop" {
  artifacts {
    type                = "S3"
    encryption_disabled = true # <- here
  }
  environment {
    privileged_mode = true # <- here
  }
}
""",
    ),
    good=(
        """\
resource "aws_codebuild_project" "shop" {
  artifacts {
    type = "S3"
  }
  environment {
    privileged_mode = false
  }
}
""",
    ),
)


_BUILD_NEEDS = (
    Need(
        ("aws_codebuild_project",),
        "artifacts.encryption_disabled",
        false,
        "stores artifacts in clear",
        "false",
        absent=False,
        when=lambda resource: known(resource.find("artifacts.type")) != "NO_ARTIFACTS",
    ),
    Need(
        ("aws_codebuild_project",),
        "secondary_artifacts.encryption_disabled",
        false,
        "stores artifacts in clear",
        "false",
        absent=False,
    ),
    Need(
        ("aws_codebuild_project",),
        "logs_config.s3_logs.encryption_disabled",
        false,
        "stores logs in clear",
        "false",
        absent=False,
    ),
    Need(
        ("aws_codebuild_project",),
        "environment.privileged_mode",
        false,
        "builds with the rights of the host",
        "false",
        absent=False,
        severity=Severity.LOW,
    ),
)


CHECKS = (
    Check(TASKS, ("aws_ecs_task_definition", "aws_batch_job_definition"), tasks),
    Check(FILES, ("aws_ecs_task_definition",), files),
    Check(ECR_PUBLIC, ("aws_ecr_repository", "aws_ecr_repository_policy"), ecr_public),
    Check(ECR_SCAN, ("aws_ecr_repository",), ecr_scan),
    Check(ECR_MUTABLE, ("aws_ecr_repository",), needs(*_MUTABLE_NEEDS)),
    Check(CODEBUILD, ("aws_codebuild_project",), needs(*_BUILD_NEEDS)),
)
