"""What stands between a container and the machine it runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.compose import Project, filled, is_true
from yett.parse.yaml import Mapping, Scalar
from yett.rules.compose.services import is_trial, span
from yett.rules.hits import hit, short

_SERVICES = "https://docs.docker.com/reference/compose-file/services/"
_ENGINE = "https://docs.docker.com/engine/security/"

PRIVILEGED = Rule(
    id="compose/privileged",
    title="Service runs privileged",
    severity=Severity.CRITICAL,
    why=(
        "A privileged container has every capability and every device of the machine: whoever breaks into it is root "
        "outside as well. The default is false."
    ),
    fix="Leave out `privileged: true`; add the single capability or device that is needed.",
    refs=("CWE-250", "PCI DSS 2.2.6", "PCI DSS 7.2.5", _SERVICES + "#privileged"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    privileged: true  # <- here
""",
        """\
x-common: &common
  restart: on-failure:5
  privileged: "true"  # <- here
services:
  shop:
    <<: *common
    image: registry.example.com/shop:4.2
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    privileged: false
  worker:
    image: registry.example.com/worker:4.2
    privileged: ${PRIVILEGED:-false}
""",
    ),
)


def privileged(project: Project) -> Iterator[Hit | Unknown]:
    for service in project.services:
        value = service.text("privileged")
        if value and is_true(value):
            yield hit(
                span(value),
                f"{short(service.name)} runs privileged: it is root on the machine",
                fix=f"Leave `privileged` out of {short(service.name)}; add what it needs by `cap_add` or `devices`.",
                subject=f"services.{service.name}.privileged",
            )
        elif value and filled(value.text) is None:
            yield Unknown(value.line, f"services.{service.name}.privileged")


HOST_NAMESPACES = Rule(
    id="compose/host-namespaces",
    title="Service shares a namespace of the host",
    severity=Severity.HIGH,
    why=(
        "Without a network, process, IPC, UTS or user namespace of its own a container sees, and may disturb, what "
        "else runs on the machine. By default each container has its own."
    ),
    fix="Leave the key out, and join services by a network of their own.",
    refs=("CWE-653", "PCI DSS 2.2.6", _SERVICES + "#network_mode"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    network_mode: host  # <- here
    pid: "host"  # <- here
    ipc: host  # <- here
    userns_mode: host  # <- here
    uts: host  # <- here
""",
        """\
services:
  shop:
    build:
      context: .
      network: host  # <- here
    cgroup: host  # <- here
  worker:
    image: registry.example.com/worker:4.2
    networks:
      - outside
networks:
  outside:
    external: true
    name: host  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    network_mode: bridge
    ipc: shareable
  worker:
    image: registry.example.com/worker:4.2
    network_mode: "service:shop"
    pid: ${PID_MODE:-}
""",
    ),
)
_NAMESPACES = {
    "network_mode": "network",
    "net": "network",
    "pid": "process",
    "ipc": "IPC",
    "uts": "UTS",
    "userns_mode": "user",
    "cgroup": "cgroup",
}


# Browsers under test are started so by their makers' advice, and nothing else is reached by it.
_MILD = ("ipc", "uts", "cgroup")


def host_namespaces(project: Project) -> Iterator[Hit]:
    trial = is_trial(project.file)
    for service in project.services:
        name = short(service.name)
        for key, what in _NAMESPACES.items():
            value = service.text(key)
            if value and (filled(value.text) or "").strip().lower() == "host":
                yield hit(
                    span(value),
                    f"{name} shares the {what} namespace of the host",
                    fix=f"Leave `{key}: host` out of {name}.",
                    subject=f"services.{service.name}.{key} host",
                    severity=Severity.MEDIUM if trial or key in _MILD else None,
                )
        build = service.get("build")
        network = build.get("network") if isinstance(build, Mapping) else None
        if isinstance(network, Scalar) and network.text == "host":
            yield hit(
                span(network),
                f"the build of {name} shares the network namespace of the host",
                fix=f"Leave `network: host` out of the build of {name}.",
                subject=f"services.{service.name}.build.network host",
                severity=Severity.MEDIUM,
            )
    networks = project.root.get("networks")
    for key, entry in networks.entries.items() if isinstance(networks, Mapping) else ():
        called = entry.value.get("name") if isinstance(entry.value, Mapping) else None
        if isinstance(called, Scalar) and called.text == "host":
            yield hit(
                span(called),
                f"the network {short(key)} is that of the host",
                fix=f"Let {short(key)} be a network of its own.",
                subject=f"networks.{key} host",
            )


SECURITY_OPT_OFF = Rule(
    id="compose/security-opt-off",
    title="A filter of the kernel is switched off",
    severity=Severity.HIGH,
    why=(
        "seccomp, AppArmor and SELinux hold back the calls that break-outs are made of; by default the engine's own "
        "profiles apply."
    ),
    fix="Leave the option out, or name a profile that allows what the program needs.",
    refs=("CWE-693", "PCI DSS 2.2.6", _ENGINE + "seccomp/"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    security_opt:
      - seccomp:unconfined  # <- here
      - apparmor=unconfined  # <- here
      - label:disable  # <- here
      - systempaths=unconfined  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    security_opt:
      - no-new-privileges:true
      - seccomp:./seccomp/shop.json
      - apparmor=shop
      - label:type:shop_t
""",
    ),
)
_OFF = r"(?i)(?:label[:=])?(?:seccomp|apparmor|systempaths)[:=]unconfined|label[:=]disable"


def security_opt_off(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for value in service.listed("security_opt"):
            text = re.sub(r"\s+", "", value.text)
            if re.fullmatch(_OFF, text):
                yield hit(
                    span(value),
                    f"{short(service.name)} runs without the protection that {short(text)} switches off",
                    fix=f"Leave `{short(text)}` out of {short(service.name)}.",
                    subject=f"services.{service.name}.security_opt {text.lower()}",
                )


CGROUP_PARENT = Rule(
    id="compose/cgroup-parent",
    title="Service leaves the engine's control group",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Limits that hold for all containers are set on the engine's control group; by default every container is in "
        "it."
    ),
    fix="Leave `cgroup_parent` out, unless the group it names has limits of its own.",
    refs=("CWE-770", "PCI DSS 2.2.6", _SERVICES + "#cgroup_parent"),
    bad=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    cgroup_parent: m-executor-abcd  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
""",
    ),
)


def cgroup_parent(project: Project) -> Iterator[Hit]:
    for service in project.services:
        value = service.text("cgroup_parent")
        if value and value.text.strip():
            yield hit(
                span(value),
                f"{short(service.name)} is put into the control group {short(value.text)}",
                fix=f"Leave `cgroup_parent` out of {short(service.name)}.",
                subject=f"services.{service.name}.cgroup_parent {value.text}",
            )


RULES = (
    (PRIVILEGED, privileged),
    (HOST_NAMESPACES, host_namespaces),
    (SECURITY_OPT_OFF, security_opt_off),
    (CGROUP_PARENT, cgroup_parent),
)
