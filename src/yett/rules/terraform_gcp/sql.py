"""Cloud SQL: who reaches it, over what, and what it lets queries do."""

from __future__ import annotations

from collections.abc import Callable

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known, number, truth
from yett.rules.cloud import Check, Found, Setting, false, is_world, missing, settle, true, unknown, wrong

_SQL = ("google_sql_database_instance",)

TLS = Rule(
    id="gcp/sql-tls-public",
    title="Cloud SQL that takes connections in the clear",
    severity=Severity.HIGH,
    why="Passwords and rows can be read on the way. Connections without TLS are taken where nothing is written.",
    fix='Write `ssl_mode = "ENCRYPTED_ONLY"`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://cloud.google.com/sql/docs/postgres/configure-ssl-instance",
    ),
    bad=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    ip_configuration {
      ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED" # <- here
    }
  }
}

resource "google_sql_database_instance" "stock" {
  settings {
    ip_configuration { # <- here
      ipv4_enabled = true
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    ip_configuration {
      ssl_mode = "ENCRYPTED_ONLY"
    }
  }
}

resource "google_sql_database_instance" "stock" {
  settings {
    ip_configuration {
      require_ssl = true
    }
  }
}
""",
    ),
)

OPEN = Rule(
    id="gcp/sql-open",
    title="Cloud SQL open to the whole internet",
    severity=Severity.CRITICAL,
    why="An authorized network of 0.0.0.0/0 lets every address of the internet try passwords.",
    fix="List the networks that connect, or use a private address.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://cloud.google.com/sql/docs/postgres/configure-ip",
    ),
    bad=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    ip_configuration {
      ssl_mode = "ENCRYPTED_ONLY"

      authorized_networks {
        name  = "all"
        value = "0.0.0.0/0" # <- here
      }
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    ip_configuration {
      authorized_networks {
        value = "203.0.113.0/24"
      }
    }
  }
}
""",
    ),
)

_MODE = "settings.ip_configuration.ssl_mode"
_REQUIRE = "settings.ip_configuration.require_ssl"


def _tls(resource: Resource, _module: Module) -> Found:
    says, write = "takes connections in the clear", 'ssl_mode = "ENCRYPTED_ONLY"'
    mode, require = resource.find(_MODE), resource.find(_REQUIRE)
    for value in (mode, require):
        if isinstance(value, Unresolved):
            yield unknown(value)
            break
    else:
        if mode is not None:
            if (known(mode) or "").upper().startswith(("ALLOW_UNENCRYPTED", "SSL_MODE_UNSPECIFIED")):
                yield wrong(resource, mode.span, says, "ssl_mode", f"Write `{write}` in {resource.label}.")
        elif require is not None:
            if truth(require) is False:
                yield wrong(resource, require.span, says, "ssl_mode", f"Write `{write}` in {resource.label}.")
        elif resource.has("settings") and not _is_copy(resource):
            yield missing(resource, _MODE, says, write)


def _open(resource: Resource, _module: Module) -> Found:
    for network in resource.every("settings.ip_configuration.authorized_networks"):
        value = network.get("value") if isinstance(network, Map) else None
        if isinstance(network, Unresolved):
            yield unknown(network)
        elif isinstance(value, Unresolved):
            yield unknown(value)
        elif value is not None and is_world(known(value) or "-"):
            fix = f"List the networks that connect in {resource.label}."
            yield wrong(resource, value.span, "is open to the whole internet", "authorized_networks", fix)


def _is_copy(resource: Resource) -> bool:
    return resource.has("clone", "restore_backup_context")


PUBLIC_IP = Rule(
    id="gcp/sql-public-ip",
    title="Cloud SQL with an address on the internet",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="One wide network in the list of those that may connect opens it. It gets a public address where nothing is"
    " written.",
    fix="Write `ipv4_enabled = false`, and a `private_network`.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://cloud.google.com/sql/docs/postgres/configure-private-ip",
    ),
    bad=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    ip_configuration {
      ipv4_enabled = true # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.shop.id
    }
  }
}
""",
    ),
)

_PUBLIC_IP = Setting(
    _SQL,
    ("settings.ip_configuration.ipv4_enabled",),
    false,
    "has an address on the internet",
    "ipv4_enabled = false",
    absent=True,
    when=lambda resource: resource.has("settings.ip_configuration"),
)

_Judge = Callable[[Value | None], bool]


def _is(wanted: str) -> _Judge:
    """Bad unless the flag is there with this value."""
    return lambda value: value is None or (known(value) or "").lower() != wanted


def _is_on(value: Value | None) -> bool:
    """Bad where the flag is there and on."""
    return value is not None and (known(value) or "").lower() in ("on", "1", "true")


def _flag(resource: Resource, name: str) -> tuple[bool, Value | None]:
    """Whether all flags are known, and the value of one of them."""
    whole = True
    for block in resource.every("settings.database_flags"):
        if isinstance(block, Unresolved):
            whole = False
        elif isinstance(block, Map):
            written = block.get("name")
            if isinstance(written, Unresolved):
                whole = False
            elif known(written) == name:
                return True, block.get("value")
    return whole, None


def _engine(resource: Resource) -> str:
    return (known(resource.find("database_version")) or "").partition("_")[0].upper()


def _flags(table: tuple[tuple[str, str, _Judge, str], ...]) -> Callable[[Resource, Module], Found]:
    """A look at flags: engine, name, whether its value is bad, and what it should be."""

    def look(resource: Resource, _module: Module) -> Found:
        engine = _engine(resource)
        for wanted, name, is_bad, good in table:
            if engine != wanted or not resource.has("settings"):
                continue
            whole, value = _flag(resource, name)
            if isinstance(value, Unresolved):
                yield unknown(value)
            elif (whole or value is not None) and is_bad(value):
                span = value.span if value is not None else resource.place("settings")
                fix = f'Write `database_flags {{ name = "{name}" value = "{good}" }}` in {resource.label}.'
                says = f"has the flag {name} at {known(value)}" if value is not None else f"lacks the flag {name}"
                yield wrong(resource, span, says, name, fix)

    return look


FLAGS = Rule(
    id="gcp/sql-flags",
    title="Flag of Cloud SQL that lets queries reach too far",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="`local_infile` lets a server read files of its clients; ownership chaining and contained users let one"
    " database's users into another.",
    fix='Write `value = "off"`.',
    refs=(
        "CWE-732",
        "PCI DSS 2.2.6",
        "https://cloud.google.com/sql/docs/mysql/flags",
    ),
    bad=(
        """\
resource "google_sql_database_instance" "orders" {
  database_version = "MYSQL_8_0"

  settings {
    database_flags {
      name  = "local_infile"
      value = "on" # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_sql_database_instance" "orders" {
  database_version = "MYSQL_8_0"

  settings {
    database_flags {
      name  = "local_infile"
      value = "off"
    }
  }
}

resource "google_sql_database_instance" "stock" {
  database_version = "SQLSERVER_2019_STANDARD"

  settings {
    tier = "db-custom-2-7680"
  }
}
""",
    ),
)

_FLAGS = (
    ("MYSQL", "local_infile", _is_on, "off"),
    ("SQLSERVER", "cross db ownership chaining", _is_on, "off"),
    ("SQLSERVER", "contained database authentication", _is_on, "off"),
)

LOGGING = Rule(
    id="gcp/sql-logging",
    title="PostgreSQL that does not log what an investigation asks for",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who connected, what failed and what waited is not known afterwards. PostgreSQL logs none of it by itself.",
    fix="Set the flags `log_connections`, `log_disconnections`, `log_checkpoints` and `log_lock_waits` to `on`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://cloud.google.com/sql/docs/postgres/flags",
    ),
    bad=(
        """\
resource "google_sql_database_instance" "orders" {
  database_version = "POSTGRES_16"

  settings {
    database_flags {
      name  = "log_connections"
      value = "off" # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_sql_database_instance" "orders" {
  database_version = "POSTGRES_16"

  settings {
    database_flags {
      name  = "log_connections"
      value = "on"
    }
  }
}
""",
    ),
)


def _is_off(value: Value | None) -> bool:
    """Bad where the flag is there and off."""
    return value is not None and (known(value) or "").lower() in ("off", "0", "false")


def _is_not(*good: str) -> _Judge:
    """Bad where the flag is there with none of these values."""
    return lambda value: value is not None and (known(value) or "").lower() not in good


def _not_number(wanted: float) -> _Judge:
    return lambda value: value is not None and number(value) != wanted


_ERRORS = ("error", "warning", "notice", "info", "log", "debug1", "debug2", "debug3", "debug4", "debug5")
_LOGGING = (
    ("POSTGRES", "log_connections", _is_off, "on"),
    ("POSTGRES", "log_disconnections", _is_off, "on"),
    ("POSTGRES", "log_checkpoints", _is_off, "on"),
    ("POSTGRES", "log_lock_waits", _is_off, "on"),
    ("POSTGRES", "log_temp_files", _not_number(0), "0"),
    ("POSTGRES", "log_min_duration_statement", _not_number(-1), "-1"),
    ("POSTGRES", "log_min_messages", _is_not(*_ERRORS), "warning"),
    ("POSTGRES", "log_min_error_statement", _is_not(*_ERRORS), "error"),
    ("POSTGRES", "log_statement", _is_not("ddl", "mod", "all"), "ddl"),
    ("POSTGRES", "log_hostname", _is_on, "off"),
    ("POSTGRES", "cloudsql.enable_pgaudit", _is_off, "on"),
)

BACKUP = Rule(
    id="gcp/sql-backup",
    title="Cloud SQL without backups",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="What is deleted, or encrypted by somebody else, is gone. Backups are off where nothing is written.",
    fix="Write `backup_configuration { enabled = true }`.",
    refs=(
        "CWE-693",
        "https://cloud.google.com/sql/docs/postgres/backup-recovery/backups",
    ),
    bad=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    backup_configuration {
      enabled = false # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_sql_database_instance" "orders" {
  settings {
    backup_configuration {
      enabled = true
    }
  }
}

resource "google_sql_database_instance" "copy" {
  master_instance_name = google_sql_database_instance.orders.name

  settings {
    tier = "db-f1-micro"
  }
}
""",
    ),
)

_BACKUP = Setting(
    _SQL,
    ("settings.backup_configuration.enabled",),
    true,
    "has no backups",
    "enabled = true",
    absent=True,
    when=lambda resource: (
        resource.has("settings") and not resource.has("master_instance_name", "replica_configuration")
    ),
)

CHECKS = (
    Check(TLS, _SQL, _tls),
    Check(OPEN, _SQL, _open),
    Check(PUBLIC_IP, _SQL, settle(_PUBLIC_IP)),
    Check(FLAGS, _SQL, _flags(_FLAGS)),
    Check(LOGGING, _SQL, _flags(_LOGGING)),
    Check(BACKUP, _SQL, settle(_BACKUP)),
)
