"""What a service is given of the machine it runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.compose import Mount, Project, filled
from yett.parse.yaml import Mapping, Scalar
from yett.rules.compose.services import is_trial, span
from yett.rules.hits import hit, short

_SERVICES = "https://docs.docker.com/reference/compose-file/services/"
_ENGINE = "https://docs.docker.com/engine/security/"

DOCKER_SOCK = Rule(
    id="compose/docker-sock",
    title="Service can reach the container engine",
    severity=Severity.CRITICAL,
    why=(
        "Who may write to the engine's socket can start a container that mounts the whole disk, which makes it root on "
        "the machine. A read-only mount does not help: the socket is written to, not the file."
    ),
    fix="Put a proxy in between that allows the few calls that are needed, or do without.",
    refs=("CWE-250", "CWE-269", "PCI DSS 7.2.5", _ENGINE + "protect-access/"),
    bad=(
        """\
services:
  proxy:
    image: traefik:3.1
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro  # <- here
  builder:
    image: registry.example.com/builder:4.2
    volumes:
      - type: bind  # <- here
        source: /run/containerd/containerd.sock
        target: /run/containerd/containerd.sock
      - ${DOCKER_SOCK:-/var/run/docker.sock}:/var/run/docker.sock  # <- here
""",
    ),
    good=(
        """\
services:
  proxy:
    image: traefik:3.1
    environment:
      DOCKER_HOST: tcp://socket-proxy:2375
    volumes:
      - ./docker.sock.md:/docs/socket.md
      - sock:/var/run/sock
  # The proxy itself is what needs it.
  socket-proxy:
    image: tecnativa/docker-socket-proxy:0.3
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
""",
    ),
)
_SOCKET = r"(?:^|/)(?:docker|containerd|podman|crio|dockershim|k3s|buildkitd)(?:\.raw)?\.sock$"
_ENGINE_PIPE = "//./pipe/docker_engine"


_SOCKET_PROXIES = frozenset({"docker-socket-proxy", "socket-proxy", "docker-proxy-filter", "docker-proxy-acl"})
# Programs whose work is to look after containers, and that nobody outside is meant to reach.
_CARETAKERS = frozenset(
    {
        *("portainer", "portainer-ce", "portainer-ee", "agent", "watchtower", "dozzle", "dockge", "diun", "autoheal"),
        *("cadvisor", "gitlab-runner", "act_runner", "ofelia", "ouroboros", "lazydocker", "ctop", "promtail", "alloy"),
        *("telegraf", "vector", "fluent-bit", "datadog-agent", "docker-volume-backup", "docker-gc", "whats-up-docker"),
        *("wud", "yacht", "docker-autocompose", "docker-controller-bot", "filebeat", "metricbeat", "beszel-agent"),
    }
)


def docker_sock(project: Project) -> Iterator[Hit]:
    trial = is_trial(project.file)
    for service in project.services:
        if service.image_name in _SOCKET_PROXIES:
            continue
        for mount in service.mounts():
            # A path alone is an anonymous volume, which is not what is meant by that name.
            source, target = (mount.source or mount.target).rstrip("/"), mount.target.rstrip("/")
            unclear = "$" in source and re.search(_SOCKET, target)
            if re.search(_SOCKET, source) or _ENGINE_PIPE in source.replace("\\", "/") or unclear:
                yield hit(
                    span(mount.at),
                    f"{short(service.name)} can reach the container engine by {short(mount.source or mount.target)}",
                    fix=(
                        f"Leave the mount out of {short(service.name)}; where it must ask the engine, let it ask a "
                        "proxy that allows single calls."
                    ),
                    subject=f"services.{service.name}.volumes {mount.source or mount.target}",
                    severity=Severity.MEDIUM if trial or service.image_name in _CARETAKERS else None,
                )


SENSITIVE_MOUNT = Rule(
    id="compose/sensitive-mount",
    title="Service mounts a sensitive folder of the host",
    severity=Severity.HIGH,
    why=(
        "These folders hold the machine's configuration, devices, keys or the files of every container. Whoever breaks "
        "into the service reads them, and where the mount can be written, changes them."
    ),
    fix="Use a named volume, or mount the single file that is needed with `:ro`.",
    refs=("CWE-668", "PCI DSS 7.2.5", _SERVICES + "#volumes"),
    bad=(
        """\
services:
  backup:
    image: registry.example.com/backup:4.2
    volumes:
      - /:/host  # <- here
      - /etc:/backup/etc:ro  # <- here
      - ~/.ssh:/root/.ssh:ro  # <- here
      - type: bind  # <- here
        source: /var/lib/docker
        target: /docker
""",
        """\
services:
  backup:
    image: registry.example.com/backup:4.2
    volumes:
      - data:/backup
volumes:
  data:
    driver: local
    driver_opts:
      type: none
      o: bind
      device: /etc  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    volumes:
      - /etc/localtime:/etc/localtime:ro
      - /etc/ssl/certs:/etc/ssl/certs:ro
      - ./etc:/etc/shop:ro
      # A folder of the project, not of the home.
      - ./.docker/php.ini:/etc/php/8.4/fpm/php.ini
      - /lib/modules:/lib/modules:ro
      - data:/var/lib/shop
      - /srv/shop:/srv
      - /etc
volumes:
  data: {}
""",
    ),
)
_FOLDERS = (
    *("/etc", "/root", "/home", "/boot", "/dev", "/proc", "/sys", "/usr", "/lib", "/lib64", "/bin", "/sbin", "/var"),
    *("/var/lib/docker", "/var/lib/containerd", "/var/lib/kubelet", "/var/run", "/run", "/var/log", "/var/spool/cron"),
    *("/etc/kubernetes", "/etc/ssh", "/etc/docker", "/opt", "/srv", "/mnt", "/media", "/lost+found"),
)
# Folders whose content is theirs to share: only their whole is too much, and reading it is common.
_MILD = frozenset({"/opt", "/srv", "/mnt", "/media", "/var/log"})
# What monitoring reads, by its maker's instructions.
_READABLE = frozenset({"/proc", "/sys", "/dev", "/", "/var/lib/docker", "/var/run", "/var/log", "/run"})
_FILES = (
    r"(?:^|/)(?:\.ssh|\.aws|\.kube|\.gnupg|\.azure|\.config/gcloud|\.docker)(?:/|$)"
    r"|^/etc/(?:shadow|gshadow|passwd|sudoers(?:\.d)?|ssh(?:/.*)?|crontab|cron\.d)$"
    r"|^/dev/(?:mem|kmem|kmsg|sd[a-z]\d?|nvme\w+)$|^/proc/(?:kcore|kallsyms|kmsg|sysrq-trigger|sys(?:/.*)?)$"
    r"|^/sys/fs/cgroup|^/sys/kernel(?:/|$)|^/lib/modules$"
)
_BELOW = r"^/(?:etc|usr|boot|root|proc|sys|lib|s?bin)/(?!.*(?:localtime|timezone|letsencrypt|ssl|pki|certs?\b))"
"""What is inside such a folder, where it can be written; certificates and clocks are given to many."""
_HOME = r"^(?:~|\$HOME|\$\{HOME\}|\$\{USERPROFILE\})(?=/|$)"


def sensitive_mount(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for mount in service.mounts():
            folder = _sensitive(mount)
            if folder:
                read = ", if only to read" if mount.read_only else ""
                yield hit(
                    span(mount.at),
                    f"{short(service.name)} mounts {short(folder)} of the host{read}",
                    fix=f"Give {short(service.name)} a named volume, or the single file it needs with `:ro`.",
                    subject=f"services.{service.name}.volumes {mount.source}",
                    severity=_mount_severity(mount, folder),
                )
    volumes = project.root.get("volumes")
    for key, entry in volumes.entries.items() if isinstance(volumes, Mapping) else ():
        options = entry.value.get("driver_opts") if isinstance(entry.value, Mapping) else None
        device = options.get("device") if isinstance(options, Mapping) else None
        if isinstance(device, Scalar):
            folder = _sensitive(Mount("bind", filled(device.text) or "", "", False, "", device))
            if folder:
                yield hit(
                    span(device),
                    f"the volume {short(key)} is {short(folder)} of the host",
                    fix=f"Let {short(key)} be a volume of its own, or a folder that holds nothing else.",
                    subject=f"volumes.{key} {device.text}",
                )


def _sensitive(mount: Mount) -> str:
    """The folder of the host that is mounted, where it is one of those that matter."""
    source = mount.source.strip().replace("\\", "/")
    if mount.kind not in ("bind", "volume", "") or not source:
        return ""
    home = re.match(_HOME, source)
    if home and source[home.end() :].strip("/") == "":
        return source
    plain = source.rstrip("/") or "/"
    if plain == "/" or re.fullmatch(r"[A-Za-z]:/?", source):
        return source
    if plain in _FOLDERS and not (plain in _MILD and mount.read_only):
        return plain
    if re.search(_BELOW, plain) and not mount.read_only and not plain.startswith("/usr/share/"):
        return plain
    if plain.startswith("./") or (plain == "/lib/modules" and mount.read_only):
        return ""
    return source if re.search(_FILES, plain) and not plain.endswith((".pub", "known_hosts")) else ""


def _mount_severity(mount: Mount, folder: str) -> Severity | None:
    if mount.read_only and folder in _READABLE:
        return Severity.MEDIUM
    if folder in _MILD or (re.search(_BELOW, folder) and not re.search(_FILES, folder)):
        return Severity.MEDIUM
    return Severity.CRITICAL if folder == "/" and not mount.read_only else None


MOUNT_PROPAGATION = Rule(
    id="compose/shared-mount",
    title="What a service mounts appears on the host",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "With shared propagation a mount made inside the container is made on the host, and in every container that "
        "shares the folder. The default is rprivate."
    ),
    fix="Leave out the propagation, or use `rprivate` or `rslave`.",
    refs=("CWE-668", "PCI DSS 2.2.6", "https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation"),
    bad=(
        """\
services:
  backup:
    image: registry.example.com/backup:4.2
    volumes:
      - ./data:/data:shared  # <- here
      - type: bind  # <- here
        source: ./media
        target: /media
        bind:
          propagation: rshared
""",
    ),
    good=(
        """\
services:
  backup:
    image: registry.example.com/backup:4.2
    volumes:
      - ./data:/data:rprivate
      - shared:/media
      - type: bind
        source: ./media
        target: /media
        bind:
          propagation: rslave
""",
    ),
)


def shared_mount(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for mount in service.mounts():
            if mount.propagation in ("shared", "rshared"):
                yield hit(
                    span(mount.at),
                    f"what {short(service.name)} mounts in {short(mount.target)} appears on the host too",
                    fix=f"Leave `{mount.propagation}` out of the mount.",
                    subject=f"services.{service.name}.volumes {mount.source} {mount.propagation}",
                )


DEVICES = Rule(
    id="compose/host-device",
    title="Service is given a disk or the memory of the host",
    severity=Severity.HIGH,
    why="Who reads the disk or the memory by its device reads every file and every process, whoever owns it.",
    fix="Leave the device out; mount the folder that is needed.",
    refs=("CWE-668", "PCI DSS 7.2.5", _SERVICES + "#devices"),
    bad=(
        """\
services:
  backup:
    image: registry.example.com/backup:4.2
    devices:
      - /dev/sda:/dev/xvdc:rwm  # <- here
      - /dev/mem  # <- here
    device_cgroup_rules:
      - 'a *:* rwm'  # <- here
""",
    ),
    good=(
        """\
services:
  printer:
    image: registry.example.com/printer:4.2
    devices:
      - /dev/ttyUSB0:/dev/ttyUSB0
      - /dev/dri
    device_cgroup_rules:
      - 'c 1:3 mr'
""",
    ),
)
_DISK = r"/dev/(?:mem|kmem|port|kmsg|(?:sd|hd|vd|xvd)[a-z]\d*|nvme\d\w*|mapper(?:/.*)?|dm-\d+)?"


def host_device(project: Project) -> Iterator[Hit]:
    for service in project.services:
        for value in service.listed("devices"):
            device = value.text.partition(":")[0].strip().rstrip("/")
            if re.fullmatch(_DISK, device) or device == "/dev":
                yield _device_hit(service.name, value, device)
        for value in service.listed("device_cgroup_rules"):
            if value.text.split()[:2] == ["a", "*:*"]:
                yield _device_hit(service.name, value, "every device")


def _device_hit(name: str, value: Scalar, device: str) -> Hit:
    return hit(
        span(value),
        f"{short(name)} is given {short(device)} of the host",
        fix=f"Leave it out of {short(name)}; mount the folder that is needed.",
        subject=f"services.{name}.devices {device}",
    )


RULES = (
    (DOCKER_SOCK, docker_sock),
    (SENSITIVE_MOUNT, sensitive_mount),
    (MOUNT_PROPAGATION, shared_mount),
    (DEVICES, host_device),
)
