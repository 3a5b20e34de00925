"""Machines: how they are reached, and what they may do."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Scalar, Unresolved, Value, known
from yett.rules.cloud import Check, Found, Setting, false, filled, kinds, missing, settle, true, unknown, wrong

_INSTANCE = ("google_compute_instance", "google_compute_instance_template", "google_compute_instance_from_template")

LOGIN = Rule(
    id="gcp/vm-login",
    title="Machine that goes around the logins of the project",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The serial port takes logins from the whole internet past every firewall; without OS Login a key in the"
    " metadata is enough, with no second factor and no end.",
    fix='Leave `serial-port-enable` out, and write `enable-oslogin = "TRUE"`.',
    refs=(
        "CWE-284",
        "PCI DSS 8.4.2",
        "https://cloud.google.com/compute/docs/oslogin",
    ),
    bad=(
        """\
resource "google_compute_instance" "shop" {
  metadata = {
    serial-port-enable = true    # <- here
    enable-oslogin     = "FALSE" # <- here
  }
}

resource "google_compute_project_metadata_item" "login" {
  key   = "enable-oslogin"
  value = "FALSE" # <- here
}
""",
    ),
    good=(
        """\
resource "google_compute_instance" "shop" {
  metadata = {
    enable-oslogin = "TRUE"
  }
}

resource "google_compute_project_metadata" "shop" {
  metadata = {
    enable-oslogin = "TRUE"
  }
}
""",
    ),
)

_META = (*_INSTANCE, "google_compute_project_metadata", "google_compute_project_metadata_item")
_LOGIN = (
    Setting(
        (*_INSTANCE, "google_compute_project_metadata"),
        ("metadata.serial-port-enable",),
        false,
        "takes logins on its serial port",
        "serial-port-enable = false",
    ),
    Setting(
        (*_INSTANCE, "google_compute_project_metadata"),
        ("metadata.enable-oslogin",),
        true,
        "takes keys in its metadata",
        'enable-oslogin = "TRUE"',
    ),
    Setting(
        ("google_compute_project_metadata_item",),
        ("value",),
        true,
        "takes keys in the metadata",
        'value = "TRUE"',
        when=lambda resource: known(resource.find("key")) == "enable-oslogin",
    ),
    Setting(
        ("google_compute_project_metadata_item",),
        ("value",),
        false,
        "takes logins on serial ports",
        'value = "FALSE"',
        when=lambda resource: known(resource.find("key")) == "serial-port-enable",
    ),
)

OS_LOGIN = Rule(
    id="gcp/project-os-login",
    title="Project without OS Login",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without it a key in the metadata is enough to log in, with no second factor and no end.",
    fix='Write `enable-oslogin = "TRUE"`.',
    refs=(
        "CWE-284",
        "PCI DSS 8.4.2",
        "https://cloud.google.com/compute/docs/oslogin/set-up-oslogin",
    ),
    bad=(
        """\
resource "google_compute_project_metadata" "shop" {
  metadata = { # <- here
    team = "shop"
  }
}
""",
    ),
    good=(
        """\
resource "google_compute_project_metadata" "shop" {
  metadata = {
    enable-oslogin = "TRUE"
  }
}
""",
    ),
)
_OS_LOGIN = Setting(
    ("google_compute_project_metadata",),
    ("metadata.enable-oslogin",),
    lambda _value: True,
    "takes keys in its metadata",
    'enable-oslogin = "TRUE"',
    absent=True,
)

PROJECT_KEYS = Rule(
    id="gcp/vm-project-keys",
    title="Machine that takes the keys of the whole project",
    severity=Severity.LOW,
    level=Action.INFO,
    why="One key that leaked opens every machine of the project. They are taken where nothing is written.",
    fix='Write `block-project-ssh-keys = "true"` in the `metadata`.',
    refs=(
        "CWE-284",
        "PCI DSS 8.2.2",
        "https://cloud.google.com/compute/docs/connect/restrict-ssh-keys",
    ),
    bad=(
        """\
resource "google_compute_instance" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "google_compute_instance" "shop" {
  metadata = {
    block-project-ssh-keys = "true"
  }
}
""",
    ),
)
_PROJECT_KEYS = Setting(
    _INSTANCE,
    ("metadata.block-project-ssh-keys",),
    true,
    "takes the keys of the whole project",
    'metadata = { block-project-ssh-keys = "true" }',
    absent=True,
    when=lambda resource: not resource.has("source_instance_template"),
)

FORWARDING = Rule(
    id="gcp/vm-ip-forwarding",
    title="Machine that forwards packets",
    severity=Severity.LOW,
    level=Action.WARN,
    why="It carries traffic past the rules meant for it, and may send under the addresses of others.",
    fix="Leave `can_ip_forward` out, but for appliances that route.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.2",
        "https://cloud.google.com/vpc/docs/using-routes#canipforward",
    ),
    bad=(
        """\
resource "google_compute_instance" "shop" {
  can_ip_forward = true # <- here
}
""",
    ),
    good=(
        """\
resource "google_compute_instance" "shop" {
  can_ip_forward = false
}
""",
    ),
)
_FORWARDING = Setting(
    _INSTANCE,
    ("can_ip_forward",),
    false,
    "forwards packets",
    "can_ip_forward = false",
    # The nodes of GKE route for their pods.
    when=lambda resource: not (known(resource.find("name")) or "").startswith("gke-"),
)

PUBLIC_IP = Rule(
    id="gcp/vm-public-ip",
    title="Machine with an address on the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="It is reached past the balancer and its firewall.",
    fix="Leave `access_config` out, and put a balancer in front; log in through the Identity-Aware Proxy.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.2",
        "https://cloud.google.com/compute/docs/ip-addresses",
    ),
    bad=(
        """\
resource "google_compute_instance" "shop" {
  network_interface {
    network = "shop"

    access_config {} # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_compute_instance" "shop" {
  network_interface {
    network = "shop"
  }
}
""",
    ),
)


def _public_ip(resource: Resource, _module: Module) -> Found:
    for block in resource.each("network_interface"):
        for name in ("access_config", "ipv6_access_config"):
            value = block.get(name) if isinstance(block, Map) else None
            if isinstance(value, Unresolved):
                yield unknown(value)
            elif value is not None:
                span = block.key(name) if isinstance(block, Map) else None
                fix = f"Leave `{name}` out of {resource.label}."
                yield wrong(resource, span or value.span, "has an address on the internet", name, fix)


SHIELD = Rule(
    id="gcp/vm-shielded",
    title="Machine whose boot is not shielded",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whoever changes what the machine boots stays there, unseen by everything that starts later.",
    fix="Write `shielded_instance_config` with `enable_vtpm` and `enable_integrity_monitoring` left at true.",
    refs=(
        "CWE-1328",
        "https://cloud.google.com/compute/shielded-vm/docs/shielded-vm",
    ),
    bad=(
        """\
resource "google_compute_instance" "shop" {
  shielded_instance_config {
    enable_vtpm = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_compute_instance" "shop" {
  shielded_instance_config {
    enable_secure_boot = true
  }
}
""",
    ),
)
_SHIELD = (
    *(
        Setting(
            ("google_notebooks_instance",),
            (f"shielded_instance_config.{name}",),
            true,
            says,
            f"{name} = true",
        )
        for name, says in (
            ("enable_vtpm", "does not shield its boot"),
            ("enable_integrity_monitoring", "does not watch its boot"),
        )
    ),
    Setting(
        _INSTANCE,
        ("shielded_instance_config",),
        lambda _value: True,
        "does not shield its boot",
        "shielded_instance_config {}",
        absent=True,
        when=lambda resource: not resource.has("source_instance_template"),
    ),
    Setting(
        _INSTANCE,
        ("shielded_instance_config.enable_vtpm",),
        true,
        "does not shield its boot",
        "enable_vtpm = true",
    ),
    Setting(
        _INSTANCE,
        ("shielded_instance_config.enable_integrity_monitoring",),
        true,
        "does not watch its boot",
        "enable_integrity_monitoring = true",
    ),
    Setting(
        _INSTANCE,
        ("shielded_instance_config.enable_secure_boot",),
        true,
        "boots what nobody signed",
        "enable_secure_boot = true",
    ),
)

ACCOUNT = Rule(
    id="gcp/vm-default-account",
    title="Machine that acts as the default service account",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The default account is editor of the project unless somebody changed that; whoever gets into the machine is,"
    " too.",
    fix="Make a service account for the machine, with the roles it needs.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "https://cloud.google.com/compute/docs/access/service-accounts",
    ),
    bad=(
        """\
resource "google_compute_instance" "shop" {
  service_account {
    email  = "123456789012-compute@developer.gserviceaccount.com" # <- here
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "stock" {
  service_account { # <- here
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
""",
    ),
    good=(
        """\
resource "google_compute_instance" "shop" {
  service_account {
    email  = google_service_account.shop.email
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "labels" {
  name = "labels"
}
""",
    ),
)


def _account(resource: Resource, _module: Module) -> Found:
    if (known(resource.find("name")) or "").startswith("gke-"):
        return  # GKE makes these itself
    for block in resource.each("service_account"):
        if isinstance(block, Unresolved):
            yield unknown(block)
            continue
        email = block.get("email")
        says, fix = "acts as the default service account", f"Name an account of its own in {resource.label}."
        if email is None:
            yield wrong(resource, block.span, says, "service_account", fix)
        elif _is_default(email):
            yield wrong(resource, email.span, says, "service_account", fix)


def _is_default(email: Value) -> bool:
    if isinstance(email, Unresolved):
        return any("google_compute_default_service_account" in ref.address for ref in email.refs)
    return (known(email) or "").endswith("-compute@developer.gserviceaccount.com")


DISK_KEY = Rule(
    id="gcp/disk-key-plain",
    title="Key of a disk written in the code",
    severity=Severity.HIGH,
    why="Everybody who reads the repository, or a copy of it, can read the disk.",
    fix="Name a key of Cloud KMS with `kms_key_self_link`.",
    refs=(
        "CWE-321",
        "PCI DSS 3.6.1",
        "https://cloud.google.com/compute/docs/disks/customer-managed-encryption",
    ),
    bad=(
        """\
resource "google_compute_disk" "orders" {
  disk_encryption_key {
    raw_key = "c2hvcC1vcmRl"""
        """cnMta2V5LTEyMzQ1" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_compute_disk" "orders" {
  disk_encryption_key {
    kms_key_self_link = google_kms_crypto_key.orders.id
  }
}

variable "key" {
  sensitive = true
}

resource "google_compute_disk" "stock" {
  disk_encryption_key {
    raw_key = var.key
  }
}
""",
    ),
)

_KEYS = (
    *("disk_encryption_key.raw_key", "boot_disk.disk_encryption_key_raw", "attached_disk.disk_encryption_key_raw"),
    *("disk.disk_encryption_key.raw_key", "source_image_encryption_key.raw_key", "snapshot_encryption_key.raw_key"),
)


def _disk_key(resource: Resource, _module: Module) -> Found:
    for path in _KEYS:
        for value in resource.every(path):
            if isinstance(value, Scalar) and value.value:
                fix = f"Write `kms_key_self_link = google_kms_crypto_key.….id` in {resource.label}."
                yield wrong(resource, value.span, "has the key of its disk in the code", path, fix)


CMEK = Rule(
    id="gcp/disk-own-key",
    title="Disk that is encrypted with a key of Google",
    severity=Severity.INFO,
    level=Action.INFO,
    why="Google encrypts every disk. A key of one's own can be taken away at once, and its use is logged.",
    fix="Name a key of Cloud KMS with `kms_key_self_link`.",
    refs=(
        "CWE-311",
        "PCI DSS 3.6.1",
        "https://cloud.google.com/compute/docs/disks/customer-managed-encryption",
    ),
    bad=(
        """\
resource "google_compute_disk" "orders" { # <- here
  name = "orders"
}
""",
    ),
    good=(
        """\
resource "google_compute_disk" "orders" {
  disk_encryption_key {
    kms_key_self_link = google_kms_crypto_key.orders.id
  }
}
""",
    ),
)


def _cmek(resource: Resource, _module: Module) -> Found:
    keys = (resource.find(f"disk_encryption_key.{name}") for name in ("kms_key_self_link", "raw_key"))
    if not any(key is not None and filled(key) is not False for key in keys):
        write = "kms_key_self_link = google_kms_crypto_key.….id"
        yield missing(resource, "disk_encryption_key", "is encrypted with a key of Google", write)


CHECKS = (
    Check(LOGIN, _META, settle(*_LOGIN)),
    Check(OS_LOGIN, _OS_LOGIN.kinds, settle(_OS_LOGIN)),
    Check(PROJECT_KEYS, _INSTANCE, settle(_PROJECT_KEYS)),
    Check(FORWARDING, _INSTANCE, settle(_FORWARDING)),
    Check(PUBLIC_IP, _INSTANCE, _public_ip),
    Check(SHIELD, kinds(*_SHIELD), settle(*_SHIELD)),
    Check(ACCOUNT, _INSTANCE, _account),
    Check(DISK_KEY, ("google_compute_*",), _disk_key),
    Check(CMEK, ("google_compute_disk",), _cmek),
)
