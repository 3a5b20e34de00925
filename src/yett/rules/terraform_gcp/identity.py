"""Identities: who has which role, and what logs in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Scalar, Unresolved, Value, known, texts
from yett.rules.claims import wide_claim
from yett.rules.cloud import Check, Found, missing, unknown, wrong

_LEVELS = ("project", "folder", "organization")
_GRANTS = tuple(f"google_{level}_iam_{form}" for level in _LEVELS for form in ("member", "binding"))
_POLICY = ("data.google_iam_policy",)

BASIC = Rule(
    id="gcp/basic-roles",
    title="Owner, editor or viewer of everything",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Basic roles hold thousands of rights of every service; even the viewer reads the data of nearly all.",
    fix="Give predefined roles of single services.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.2",
        "https://cloud.google.com/iam/docs/roles-overview#basic",
    ),
    bad=(
        """\
resource "google_project_iam_member" "deploy" {
  project = "shop"
  role    = "roles/editor" # <- here
  member  = "serviceAccount:deploy@shop.iam.gserviceaccount.com"
}
""",
    ),
    good=(
        """\
resource "google_project_iam_member" "deploy" {
  project = "shop"
  role    = "roles/run.developer"
  member  = "serviceAccount:deploy@shop.iam.gserviceaccount.com"
}
""",
    ),
)

IMPERSONATION = Rule(
    id="gcp/impersonation",
    title="The right to act as every service account",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="On a project, folder or organization these roles act as each service account in it, the most powerful one as"
    " well, or hand out roles.",
    fix="Give the role on the one service account, with `google_service_account_iam_member`.",
    refs=(
        "CWE-269",
        "PCI DSS 7.2.2",
        "https://cloud.google.com/iam/docs/service-account-permissions",
    ),
    bad=(
        """\
resource "google_folder_iam_binding" "deploy" {
  folder  = "folders/1234567"
  role    = "roles/iam.serviceAccountTokenCreator" # <- here
  members = ["group:deploy@example.com"]
}
""",
    ),
    good=(
        """\
resource "google_service_account_iam_member" "deploy" {
  service_account_id = google_service_account.checkout.name
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:deploy@shop.iam.gserviceaccount.com"
}
""",
    ),
)

ADMIN = Rule(
    id="gcp/service-account-admin",
    title="Service account that administers a service",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="An admin role also decides who may do what in its service. A person may need that; a workload that holds it"
    " gives it to whoever breaks in.",
    fix="Give the role of a user or developer of the service.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "https://cloud.google.com/iam/docs/best-practices-service-accounts",
    ),
    bad=(
        """\
resource "google_project_iam_member" "media" {
  project = "shop"
  role    = "roles/storage.admin" # <- here
  member  = "serviceAccount:media@shop.iam.gserviceaccount.com"
}
""",
    ),
    good=(
        """\
resource "google_project_iam_member" "media" {
  project = "shop"
  role    = "roles/storage.objectUser"
  member  = "serviceAccount:media@shop.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "keepers" {
  project = "shop"
  role    = "roles/storage.admin"
  member  = "group:keepers@example.com"
}
""",
    ),
)

_BASIC = ("roles/owner", "roles/editor", "roles/writer")
_VIEWER = ("roles/viewer", "roles/reader")
_IMPERSONATION = (
    *("roles/iam.serviceaccountuser", "roles/iam.serviceaccounttokencreator", "roles/iam.serviceaccountadmin"),
    *("roles/iam.serviceaccountkeyadmin", "roles/iam.workloadidentityuser", "roles/iam.securityadmin"),
    *("roles/resourcemanager.organizationadmin", "roles/resourcemanager.projectiamadmin"),
    "roles/serverless.serviceagent",
)
_IMPERSONATES = (
    *("roles/dataflow.admin", "roles/dataflow.developer", "roles/dataproc.editor", "roles/composer.admin"),
    *(
        "roles/dataproc.admin",
        "roles/composer.worker",
        "roles/cloudbuild.builds.editor",
        "roles/deploymentmanager.editor",
    ),
    *("roles/cloudscheduler.admin", "roles/compute.admin", "roles/compute.instanceadmin", "roles/dataproc.hubagent"),
    *("roles/appengine.appadmin", "roles/appengine.appcreator", "roles/cloudfunctions.admin", "roles/run.admin"),
)


def _bound(resource: Resource) -> Iterator[tuple[Value | None, Value | None]]:
    """Roles and who gets them."""
    if resource.category != "data":
        members = resource.find("members")
        yield resource.find("role"), members if members is not None else resource.find("member")
        return
    for block in resource.each("binding"):
        if isinstance(block, Map):
            yield block.get("role"), block.get("members")


def _roles(resource: Resource) -> Iterator[tuple[Value, str, Value | None]]:
    """The roles that are known, in lower case, and who gets them."""
    for role, members in _bound(resource):
        if role is not None and not isinstance(role, Unresolved):
            yield role, (known(role) or "").lower(), members


def _level(resource: Resource) -> str:
    return resource.kind.split("_")[1] if resource.category != "data" else "resource"


def _basic(resource: Resource, _module: Module) -> Found:
    for role, _ in _bound(resource):
        if isinstance(role, Unresolved) and not role.text:
            yield unknown(role)
    for role, name, _ in _roles(resource):
        if name in _BASIC or name in _VIEWER:
            fix = f"Give predefined roles of single services in {resource.label}."
            found = wrong(resource, role.span, f"gives {known(role)} on the whole {_level(resource)}", name, fix)
            yield found._replace(severity=Severity.MEDIUM) if name in _VIEWER else found


def _impersonation(resource: Resource, _module: Module) -> Found:
    for role, name, _ in _roles(resource):
        if name in _IMPERSONATION:
            fix = f"Give {known(role)} on the one service account."
            yield wrong(resource, role.span, f"gives {known(role)} on the whole {_level(resource)}", name, fix)


def _admin(resource: Resource, _module: Module) -> Found:
    for role, name, members in _roles(resource):
        if (
            name not in _IMPERSONATION
            and re.fullmatch(r"roles/(?:\w+\.)?\w*admin", name)
            and any(_text(member).startswith("serviceaccount:") for member in texts(members))
        ):
            fix = f"Give a narrower role in {resource.label}."
            yield wrong(resource, role.span, f"gives {known(role)} to a service account", name, fix)


def _text(value: Scalar | Unresolved) -> str:
    return (value.text if isinstance(value, Unresolved) else known(value) or "").lower()


STARTING = Rule(
    id="gcp/impersonating-role",
    title="Role that starts workloads as any service account",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who starts jobs, functions or machines on a whole project, folder or organization runs them as the service"
    " accounts there.",
    fix="Give the role on single resources, and the right to act on the one service account.",
    refs=(
        "CWE-269",
        "PCI DSS 7.2.2",
        "https://cloud.google.com/iam/docs/service-account-permissions",
    ),
    bad=(
        """\
resource "google_folder_iam_member" "reports" {
  folder = "folders/1234567"
  role   = "roles/dataflow.developer" # <- here
  member = "group:reports@example.com"
}
""",
    ),
    good=(
        """\
resource "google_folder_iam_member" "reports" {
  folder = "folders/1234567"
  role   = "roles/bigquery.dataViewer"
  member = "group:reports@example.com"
}
""",
    ),
)


def _starting(resource: Resource, _module: Module) -> Found:
    for role, _members in _bound(resource):
        name = (known(role) or "").lower()
        if role is not None and name in _IMPERSONATES:
            fix = f"Give {known(role)} on single resources in {resource.label}."
            yield wrong(resource, role.span, f"gives {known(role)}", name, fix)


DEFAULT_ACCOUNT = Rule(
    id="gcp/default-service-account",
    title="Role for a default service account",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Every machine and function that names no account of its own runs as this one, and gets the role as well.",
    fix="Make a service account for each workload, and give it the role.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "https://cloud.google.com/iam/docs/service-account-types#default",
    ),
    bad=(
        """\
resource "google_project_iam_member" "images" {
  project = "shop"
  role    = "roles/artifactregistry.reader"
  member  = "serviceAccount:123456789012-compute@developer.gserviceaccount.com" # <- here
}
""",
    ),
    good=(
        """\
resource "google_project_iam_member" "images" {
  project = "shop"
  role    = "roles/artifactregistry.reader"
  member  = "serviceAccount:checkout@shop.iam.gserviceaccount.com"
}
""",
    ),
)

_DEFAULTS = re.compile(r"-compute@developer\.gserviceaccount\.com|@appspot\.gserviceaccount\.com")
_DEFAULT_SOURCES = ("google_compute_default_service_account", "google_app_engine_default_service_account")


def _default_account(resource: Resource, _module: Module) -> Found:
    for _role, members in _bound(resource):
        for member in texts(members):
            if isinstance(member, Unresolved):
                text = member.text
                by_name = any(
                    ref.address.startswith(f"data.{kind}.") for ref in member.refs for kind in _DEFAULT_SOURCES
                )
            else:
                text, by_name = known(member) or "", False
            if by_name or _DEFAULTS.search(text):
                fix = f"Name a service account of its own in {resource.label}."
                yield wrong(resource, member.span, "gives a role to a default service account", "member", fix)


USER = Rule(
    id="gcp/user-role",
    title="Role for a single user",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who leaves the team keeps the role until somebody remembers. Groups are looked after in one place.",
    fix="Give the role to a group.",
    refs=(
        "CWE-732",
        "PCI DSS 7.2.2",
        "https://cloud.google.com/iam/docs/using-iam-securely",
    ),
    bad=(
        """\
resource "google_project_iam_member" "reports" {
  project = "shop"
  role    = "roles/bigquery.dataViewer"
  member  = "user:mara@example.com" # <- here
}
""",
    ),
    good=(
        """\
resource "google_project_iam_member" "reports" {
  project = "shop"
  role    = "roles/bigquery.dataViewer"
  member  = "group:reports@example.com"
}
""",
    ),
)


def _user(resource: Resource, _module: Module) -> Found:
    for _role, members in _bound(resource):
        for member in texts(members):
            if (known(member) or "").lower().startswith("user:"):
                fix = f"Give the role to a group in {resource.label}."
                yield wrong(resource, member.span, f"gives a role to {known(member)}", known(member) or "", fix)


PERSONAL = Rule(
    id="gcp/personal-account",
    title="Role for a private mailbox",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Nobody but its owner says how a private account is protected, and nothing closes it when they leave.",
    fix="Give the role to an account, or a group, of the organization.",
    refs=(
        "CWE-284",
        "https://cloud.google.com/iam/docs/using-iam-securely",
    ),
    bad=(
        """\
resource "google_project_iam_member" "reports" {
  project = "shop"
  role    = "roles/bigquery.dataViewer"
  member  = "user:mara@gmail.com" # <- here
}
""",
    ),
    good=(
        """\
resource "google_project_iam_member" "reports" {
  project = "shop"
  role    = "roles/bigquery.dataViewer"
  member  = "user:mara@example.com"
}
""",
    ),
)

_MAILBOXES = (
    *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com", "icloud.com"),
    *("aol.com", "gmx.de", "gmx.net", "proton.me", "protonmail.com", "yandex.ru", "mail.ru", "qq.com", "163.com"),
)


def _personal(resource: Resource, _module: Module) -> Found:
    for _role, members in _bound(resource):
        for member in texts(members):
            name = (known(member) or "").lower()
            if name.startswith("user:") and name.rpartition("@")[2] in _MAILBOXES:
                fix = f"Give the role to an account of the organization in {resource.label}."
                yield wrong(resource, member.span, f"gives a role to {name[5:]}", name, fix)


OIDC = Rule(
    id="gcp/oidc-open",
    title="Tokens of strangers may log in",
    severity=Severity.HIGH,
    why="GitHub, GitLab and others issue tokens to all of their customers. Without a condition on whose token it is,"
    " theirs are taken as well.",
    fix="Write an `attribute_condition`, as in `assertion.repository_owner == 'OWNER'`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.5",
        "https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines",
    ),
    bad=(
        """\
resource "google_iam_workload_identity_pool_provider" "github" { # <- here
  attribute_mapping = {
    "google.subject" = "assertion.sub"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_iam_workload_identity_pool_provider" "wide" {
  attribute_condition = "assertion.sub == 'repo:*'" # <- here

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
""",
    ),
    good=(
        """\
resource "google_iam_workload_identity_pool_provider" "github" {
  attribute_condition = "assertion.repository_owner == 'bakery'"

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_iam_workload_identity_pool_provider" "aws" {
  attribute_condition = "attribute.aws_role == 'arn:aws:sts::111122223333:assumed-role/deploy'"

  aws {
    account_id = "111122223333"
  }
}
""",
    ),
)

_SUBJECT = re.compile(r"(?:assertion\.sub|google\.subject)\s*==\s*['\"]([^'\"]*)['\"]")
_OWNED = re.compile(
    r"assertion\.(?:repository|repository_id|repository_owner|repository_owner_id|project_path|project_id"
    r"|namespace_id|namespace_path|terraform_organization_name|terraform_organization_id)\b|attribute\.\w+"
)


def _oidc(resource: Resource, _module: Module) -> Found:
    condition = resource.find("attribute_condition")
    if condition is None:
        write = "attribute_condition = \"assertion.repository_owner == 'OWNER'\""
        yield missing(resource, "attribute_condition", "takes the token of everybody", write)
        return
    if isinstance(condition, Unresolved):
        if not condition.text:
            yield unknown(condition)
        return
    text = known(condition) or ""
    if _OWNED.search(text):
        return
    issuer = known(resource.find("oidc.issuer_uri")) or ""
    for match in _SUBJECT.finditer(text):
        why = wide_claim(match[1], github="githubusercontent" in issuer)
        if why and "githubusercontent" in issuer:
            fix = f"Name the repository in `attribute_condition` of {resource.label}."
            yield wrong(resource, condition.span, f"compares the subject with {match[1]}, {why}", match[1], fix)
            return


AUDIT = Rule(
    id="gcp/audit-config",
    title="Audit log that leaves something or somebody out",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Reads of data are logged only where it is asked for; exempted members do as they like unseen.",
    fix='Write `service = "allServices"` with the log types ADMIN_READ, DATA_READ and DATA_WRITE, and exempt nobody.',
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://cloud.google.com/logging/docs/audit/configure-data-access",
    ),
    bad=(
        """\
resource "google_project_iam_audit_config" "shop" {
  project = "shop"
  service = "allServices"

  audit_log_config {
    log_type         = "DATA_READ"
    exempted_members = ["user:mara@example.com"] # <- here
  }
}

resource "google_project_iam_audit_config" "stock" { # <- here
  project = "stock"
  service = "allServices"

  audit_log_config {
    log_type = "ADMIN_READ"
  }
}
""",
    ),
    good=(
        """\
resource "google_project_iam_audit_config" "shop" {
  project = "shop"
  service = "allServices"

  audit_log_config {
    log_type = "ADMIN_READ"
  }

  audit_log_config {
    log_type = "DATA_READ"
  }

  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
""",
    ),
)


def _audit(resource: Resource, _module: Module) -> Found:
    kinds_ = [known(value) for value in resource.every("audit_log_config.log_type")]
    if kinds_ and None not in kinds_ and "DATA_READ" not in kinds_ and not resource.body.more:
        fix = f'Add `audit_log_config {{ log_type = "DATA_READ" }}` to {resource.label}.'
        yield wrong(resource, resource.span, "does not log who reads data", "log_type", fix)
    service = resource.find("service")
    if service is not None and not isinstance(service, Unresolved) and known(service) != "allServices":
        fix = f'Write `service = "allServices"` in {resource.label}.'
        yield wrong(resource, service.span, f"logs {known(service)} alone", "service", fix)
    for block in resource.each("audit_log_config"):
        exempted = block.get("exempted_members") if isinstance(block, Map) else None
        if exempted is not None and any(True for _ in texts(exempted)):
            fix = f"Leave `exempted_members` out of {resource.label}."
            yield wrong(resource, exempted.span, "does not log some members", "exempted_members", fix)
            return


_AUDITS = tuple(f"google_{level}_iam_audit_config" for level in _LEVELS)

CHECKS = (
    Check(BASIC, (*_GRANTS, *_POLICY), _basic),
    Check(IMPERSONATION, (*_GRANTS, *_POLICY), _impersonation),
    Check(ADMIN, (*_GRANTS, *_POLICY), _admin),
    Check(STARTING, _GRANTS, _starting),
    Check(DEFAULT_ACCOUNT, (*_GRANTS, *_POLICY), _default_account),
    Check(PERSONAL, (*_GRANTS, *_POLICY), _personal),
    Check(USER, (*_GRANTS, *_POLICY), _user),
    Check(OIDC, ("google_iam_workload_identity_pool_provider",), _oidc),
    Check(AUDIT, _AUDITS, _audit),
)
