"""What the processes of a service may do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.compose import Project, filled, is_true
from yett.parse.yaml import Scalar, Sequence
from yett.rules.compose.services import added, span
from yett.rules.hits import hit, short

_SERVICES = "https://docs.docker.com/reference/compose-file/services/"
_ENGINE = "https://docs.docker.com/engine/security/"

CAPABILITIES = Rule(
    id="compose/capabilities",
    title="Service is given a dangerous capability",
    severity=Severity.HIGH,
    why=(
        "Each of these capabilities is a known way out of a container, or lets it rule over the machine's network. "
        "None of them is among the fourteen that a container has by default."
    ),
    fix="Write `cap_drop: [ALL]`, and add back the few that the program needs.",
    refs=("CWE-250", "PCI DSS 7.2.5", _SERVICES + "#cap_add"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    cap_drop: [ALL]
    cap_add:
      - NET_BIND_SERVICE
      - SYS_ADMIN  # <- here
      - CAP_NET_ADMIN  # <- here
""",
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    cap_add: [all]  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    cap_drop: [ALL]
    cap_add: [CHOWN, NET_BIND_SERVICE, SETUID]
""",
    ),
)
_DANGEROUS = frozenset(
    {
        *("ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF"),
        *("SYS_BOOT", "SYS_TIME", "MAC_ADMIN", "MAC_OVERRIDE", "PERFMON", "SYSLOG", "SYS_CHROOT_ANY"),
    }
)


_KEYS = ("ALL", "SYS_ADMIN", "SYS_MODULE")


def capabilities(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for value in service.listed("cap_add"):
            name = value.text.strip().upper().removeprefix("CAP_")
            if name in _DANGEROUS:
                # In a network namespace of its own it rules over that alone: what a tunnel or DHCP server needs.
                network = service.text("network_mode")
                mild = name == "NET_ADMIN" and (network is None or network.text != "host")
                every = "every capability" if name == "ALL" else name
                yield hit(
                    span(value),
                    f"{short(service.name)} is given {every}",
                    fix=f"Leave {value.text} out of the `cap_add` of {short(service.name)}.",
                    subject=f"services.{service.name}.cap_add {name}",
                    severity=Severity.MEDIUM if mild else Severity.CRITICAL if name in _KEYS else None,
                )


CAP_DROP = Rule(
    id="compose/no-cap-drop",
    title="Service keeps the default capabilities",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A container has fourteen capabilities by default, among them to change owners, to kill and to send raw "
        "packets; most programs need none of them."
    ),
    fix="Write `cap_drop: [ALL]`, and add back the few that the program needs.",
    refs=("CWE-250", "PCI DSS 7.2.5", _ENGINE + "#linux-kernel-capabilities"),
    bad=(
        """\
services:
  shop:  # <- here
    image: registry.example.com/shop:4.2
  worker:
    image: registry.example.com/worker:4.2
    cap_drop:  # <- here
      - MKNOD
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    cap_drop:
      - ALL
  debug:
    image: registry.example.com/debug:4.2
    privileged: true
""",
        """\
# file: docker-compose.override.yml
services:
  shop:
    environment:
      DEBUG: "1"
""",
    ),
)


def no_cap_drop(project: Project) -> Iterator[Hit]:
    for service in project.services:
        entry = service.whole.get("cap_drop")
        dropped = [value.text.upper() for value in _items(entry.value if entry else None)]
        if "ALL" not in dropped and not service.is_part and not service.is_true("privileged"):
            yield hit(
                span(service.key_of("cap_drop")),
                f"{short(service.name)} keeps capabilities that it was never asked to need",
                fix=f"Add `cap_drop: [ALL]` to {short(service.name)}, and `cap_add` with what it needs.",
                subject=f"services.{service.name}.cap_drop",
            )


def _items(value: object) -> tuple[Scalar, ...]:
    return tuple(item for item in value.items if isinstance(item, Scalar)) if isinstance(value, Sequence) else ()


NO_NEW_PRIVILEGES = Rule(
    id="compose/no-new-privileges",
    title="Programs in the service may gain rights",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A setuid program in the image gives root to whoever starts it. With no-new-privileges the kernel ignores the "
        "bit; it is off unless it is asked for."
    ),
    fix="Add `security_opt: [no-new-privileges:true]`.",
    refs=("CWE-250", "PCI DSS 7.2.5", _SERVICES + "#security_opt"),
    bad=(
        """\
services:
  shop:  # <- here
    image: registry.example.com/shop:4.2
  worker:
    image: registry.example.com/worker:4.2
    security_opt:  # <- here
      - apparmor:shop
  cron:
    image: registry.example.com/cron:4.2
    security_opt:
      - no-new-privileges:false  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    security_opt:
      - no-new-privileges:true
  worker:
    image: registry.example.com/worker:4.2
    security_opt: ["no-new-privileges"]
""",
        """\
x-safe: &safe
  security_opt:
    - no-new-privileges=true
services:
  shop:
    <<: *safe
    image: registry.example.com/shop:4.2
""",
        """\
# file: docker-compose.yml
services:
  shop:
    extends:
      file: common.yml
      service: base
    image: registry.example.com/shop:4.2
# file: common.yml
services:
  base:
    security_opt: ["no-new-privileges:true"]
""",
        """\
# file: docker-compose.override.yml
services:
  shop:
    environment:
      DEBUG: "1"
""",
    ),
)


def no_new_privileges(project: Project) -> Iterator[Hit]:
    for service in project.services:
        entry = service.whole.get("security_opt")
        options = {re.sub(r"\s+", "", value.text).lower(): value for value in _items(entry.value if entry else None)}
        said = next((option for option in options if option.startswith("no-new-privileges")), "")
        is_off = re.fullmatch(r"no-new-privileges[:=]false", said) is not None and "security_opt" in service.own
        if (said and not is_off) or service.is_part or service.is_true("privileged"):
            continue
        yield hit(
            span(options[said] if is_off else service.key_of("security_opt")),
            f"programs in {short(service.name)} may gain rights by setuid: no-new-privileges is not set",
            fix=f"Add `security_opt: [no-new-privileges:true]` to {short(service.name)}.",
            subject=f"services.{service.name}.security_opt no-new-privileges",
            edits=added(project, service, "security_opt", ("security_opt:", "  - no-new-privileges:true")),
        )


ROOT_USER = Rule(
    id="compose/root-user",
    title="Service runs as root",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Whoever breaks into the process is root in the container, and one flaw in the kernel away from root outside. "
        "Without `user:` the image decides; here somebody decided for root."
    ),
    fix='Write `user: "10001:10001"`, or leave the key out where the image names a user.',
    refs=("CWE-250", "PCI DSS 7.2.5", _SERVICES + "#user"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    user: root  # <- here
  worker:
    image: registry.example.com/worker:4.2
    user: "0:0"  # <- here
  cron:
    image: registry.example.com/cron:4.2
    user: ${RUN_AS:-0}  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    user: "10001"
  worker:
    image: registry.example.com/worker:4.2
    user: "${UID}:${GID}"
  cron:
    image: registry.example.com/cron:4.2
""",
    ),
)


def root_user(project: Project) -> Iterator[Hit | Unknown]:
    for service in project.services:
        value = service.text("user")
        if not value:
            continue
        user = filled(value.text)
        if user is None:
            yield Unknown(value.line, f"services.{service.name}.user")
        elif user.strip().partition(":")[0].lower() in ("root", "0"):
            yield hit(
                span(value),
                f"{short(service.name)} runs as root",
                fix=f'Write `user: "10001:10001"` in {short(service.name)}.',
                subject=f"services.{service.name}.user {user.strip()}",
            )


WRITABLE_ROOTFS = Rule(
    id="compose/writable-rootfs",
    title="Service may write to its whole file system",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What can be written can be replaced: programs, libraries, configuration. `read_only` is false by default.",
    fix="Write `read_only: true`, and `tmpfs: [/tmp]` for what is written on the way.",
    refs=("CWE-732", "PCI DSS 2.2.6", _SERVICES + "#read_only"),
    bad=(
        """\
services:
  shop:  # <- here
    image: registry.example.com/shop:4.2
  worker:
    image: registry.example.com/worker:4.2
    read_only: false  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    read_only: true
    tmpfs: [/tmp]
""",
    ),
)


def writable_rootfs(project: Project) -> Iterator[Hit]:
    for service in project.services:
        entry = service.whole.get("read_only")
        value = entry.value if entry else None
        if is_true(value) or service.is_part or (isinstance(value, Scalar) and filled(value.text) is None):
            continue
        at = service.text("read_only")
        yield hit(
            span(at or service.key),
            f"{short(service.name)} may write to its whole file system",
            fix=f"Add `read_only: true` to {short(service.name)}, and `tmpfs` for what it writes on the way.",
            subject=f"services.{service.name}.read_only",
        )


RULES = (
    (CAPABILITIES, capabilities),
    (CAP_DROP, no_cap_drop),
    (NO_NEW_PRIVILEGES, no_new_privileges),
    (ROOT_USER, root_user),
    (WRITABLE_ROOTFS, writable_rootfs),
)
