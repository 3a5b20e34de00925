"""Credentials in manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import Any
from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, is_open, key_span, place, text
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Scalar
from yett.rules.credentials import is_setting, means_secret
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, subject, title
from yett.rules.kubernetes.others import is_kustomization

PLAIN_SECRET = Rule(
    id="kubernetes/plain-secret-env",
    title="Credential in a manifest",
    severity=Severity.HIGH,
    why="Who may read the repository, or list pods and ConfigMaps, has the credential, and the base64 of a Secret hides"
    " nothing. It stays in the history when the file is corrected.",
    fix="Take the value from a Secret (`valueFrom.secretKeyRef`) that External Secrets, Sealed Secrets or SOPS fills,"
    " and change the credential.",
    refs=(
        "CWE-798",
        "CWE-312",
        "PCI DSS 8.6.2",
        "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    ),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  template:
    spec:
      containers:
        - name: orders
          image: registry.example.com/orders:7.0.2
          env:
            - name: DATABASE_PASSWORD
              value: Vr7pLq"""
        """2zXw9 # <- here
""",
        """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: orders
data:
  LOG_LEVEL: info
  stripe_api_key: q8Zt3Nv"""
        """Kx1Ys5 # <- here
""",
        """\
apiVersion: v1
kind: Secret
metadata:
  name: orders
data: # <- here
  password: VnI3cExx"""
        """MnpYdzk=
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  template:
    spec:
      containers:
        - name: orders
          image: registry.example.com/orders:7.0.2
          env:
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: orders
                  key: password
            - name: DATABASE_PASSWORD_FILE
              value: /run/secrets/password
            - name: SESSION_TOKEN
              value: $(TOKEN)
            - name: API_TOKEN
              value: ""
""",
        """\
apiVersion: v1
kind: Secret
metadata:
  name: orders
stringData:
  username: orders
  password: <the password of the database>
---
apiVersion: v1
kind: Secret
metadata:
  name: sealed
data:
  password: ENC[AES256_GCM,data:Zm9v,iv:YmFy,type:str]
sops:
  version: 3.9.4
---
apiVersion: v1
kind: Secret
metadata:
  name: certificate
type: kubernetes.io/tls
data:
  tls.crt: ""
  tls.key: ""
""",
    ),
)

_BLANKS = (
    *("changeme", "change-me", "change_me", "replaceme", "replace-me", "replace_me", "placeholder", "example", "todo"),
    *("your-", "your_", "yourp", "yours", "yourt", "yourk", "redacted", "dummy", "fake", "xxx", "***", "...", "fixme"),
    *("insert", "fill", "sample", "not-a-", "enc[", "vault:", "ref+", "arn:aws:", "sm://", "awsps:", "secret://"),
    *("op://", "bws://", "akv://", "keyvault:", "doppler://", "infisical://"),
    *("<", ">"),
)


def is_blank(value: str) -> bool:
    """Whether a value says that somebody else is to put the credential there."""
    low = value.strip().lower()
    if "_" in value and value.isupper() and value.replace("_", "").isalpha():
        return True  # `API_KEY_VALUE` is a place to fill in
    return (
        not low or is_setting(value) or low.startswith(("$", "__", "@@", "%")) or any(word in low for word in _BLANKS)
    )


def weight(value: str) -> dict[str, Any]:
    """A plain word is a weak credential or none: that is less than one that somebody drew at random."""
    if len(value) < 6 or value.isalpha() or len(set(value)) < 5:
        return {"severity": Severity.MEDIUM, "confidence": Confidence.LOW}
    return {}


_NAMES = ("secret", "passwd", "password", "pwd", "token", "bearer", "credential", "apikey", "api_key", "private_key")
_KEYS = (
    *("access_key", "accesskey", "secret_key", "auth_key", "encryption_key", "oci_cli_key_content", "azure_client"),
)
_ABOUT = (
    *("path", "file", "dir", "name", "url", "uri", "host", "ttl", "expiry", "expires", "expiration", "length", "type"),
    *("id", "version", "enabled", "ref", "policy", "issuer", "endpoint", "mode", "algorithm", "rotation", "timeout"),
    *("size", "limit", "count", "max", "min", "header", "prefix", "suffix", "namespace", "provider", "class", "store"),
    *("duration", "interval", "lifetime", "format", "location", "arn", "region", "audience", "cookie", "field"),
)


def names_secret(name: str) -> bool:
    """Whether a variable or key of this name holds a credential, rather than something about one."""
    if means_secret(name):
        return True
    low = name.lower().replace("-", "_").replace(".", "_")
    if low.rpartition("_")[2] in _ABOUT or low.endswith(("path", "file", "name", "url", "ttl")):
        return False
    words = low.split("_")
    return any(word in words for word in ("secret", "password", "passwd", "pwd", "bearer")) or low.endswith(
        ("token", *_NAMES, *_KEYS)
    )


def plain_secret(config: Config) -> Iterator[Hit | Unknown]:
    yield from _variables(config)
    for manifest in config.of("ConfigMap"):
        yield from _config_map(manifest)
    for manifest in config.of("Secret"):
        yield from _secret(manifest)
    for manifest in config.of("Kustomization"):
        yield from _generators(manifest)


def _variables(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        for item in elements(container.get("env")):
            name, value = text(find(item, "name")), find(item, "value")
            if not isinstance(value, Scalar) or not names_secret(name):
                continue
            if is_open(value):
                yield Unknown(value.line, f"the variable {short(name)} is filled in later")
            elif not is_blank(value.text):
                yield hit(
                    _first_line(value),
                    f"{container_title(workload, container)} has the credential {short(name)} as a plain value",
                    fix=f"Write `valueFrom: {{secretKeyRef: {{name: …, key: …}}}}` for `{short(name)}`, and change it.",
                    subject=subject(workload, container, f"env {name}"),
                    **weight(value.text),
                )


def _config_map(manifest: Manifest) -> Iterator[Hit | Unknown]:
    held = manifest.get("data")
    for key, value in held.entries.values() if isinstance(held, Mapping) else ():
        if isinstance(value, Scalar) and names_secret(key.text) and "\n" not in value.text.strip():
            if not is_open(value) and not is_blank(value.text):
                yield hit(
                    _first_line(value),
                    f"{title(manifest)} holds the credential {short(key.text)}",
                    fix=f"Move `{short(key.text)}` to a Secret, and change it.",
                    subject=f"{manifest.id}: {key.text}",
                    **weight(value.text),
                )
        elif isinstance(value, Scalar) and "\n" in value.text:
            yield from _embedded(manifest, key, value)


def _credentials(file: str) -> list[str]:
    """The names of credentials in the lines `name = value` and `name: value` of a file."""
    names = []
    for line in file.split("\n")[:2000]:
        found = re.match(
            r"\s*(?:export\s+)?[\"']?([\w.-]{3,60})[\"']?\s*[:=]\s*[\"']?([^\s\"'#,;]+)[\"']?,?\s*$", line[:400]
        )
        if found and names_secret(found[1]) and not is_blank(found[2]) and len(found[2]) >= 4:
            names.append(found[1])
    return names


def _embedded(manifest: Manifest, key: Scalar, value: Scalar) -> Iterator[Hit | Unknown]:
    """A file inside of a ConfigMap."""
    names = _credentials(value.text)
    if names:
        listed = ", ".join(dict.fromkeys(names[:5]))
        yield hit(
            Span(key.line, key.column, key.end_line, key.end_column),
            f"{title(manifest)} holds a file {short(key.text)} with credentials ({short(listed)})",
            subject=f"{manifest.id}: {key.text} {listed}",
            confidence=Confidence.MEDIUM,
        )


_PUBLIC = ("ca.crt", "tls.crt", "username", "user", "host", "hostname", "port", "database", "dbname", "url", "email")


def _secret(manifest: Manifest) -> Iterator[Hit | Unknown]:
    if manifest.node.get("sops") is not None:
        return
    for holder in ("data", "stringData"):
        held = manifest.get(holder)
        at = key_span(manifest.node, holder)
        if not (isinstance(held, Mapping) and at):
            continue
        names, weak = [], True
        for key, value in held.entries.values():
            plain = _decoded(value, holder)
            if plain is None or key.text.lower() in _PUBLIC or is_blank(plain) or _is_settings(plain):
                continue
            names.append(key.text)
            weak = weak and bool(weight(plain))
        if names:
            listed = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            yield hit(
                at,
                f"{title(manifest)} is committed with its values: {short(listed)}",
                fix=f"Take `{short(manifest.name)}` out of the repository: External Secrets, Sealed Secrets or SOPS;"
                " and change the credentials.",
                subject=f"{manifest.id}: {' '.join(sorted(names))}",
                severity=Severity.MEDIUM if weak else None,
                confidence=Confidence.LOW if weak else None,
            )


_SETTING = r"""\s*(?:-\s+)?["']?[\w.-]+["']?\s*[:=]|\s*\[[^\]]+\]\s*$"""
_LOGIN = r"://[^/\s@]*:[^/\s@]+@|-----BEGIN"


def _is_settings(plain: str) -> bool:
    """Whether a value is a file of settings that holds no credential, such as the configuration of a dashboard."""
    named = sum(1 for line in plain.strip().split("\n")[:2000] if re.match(_SETTING, line[:400]))
    return named >= 2 and not re.search(_LOGIN, plain) and not _credentials(plain)


def _decoded(value: object, holder: str) -> str | None:
    """What a value of a Secret says; None for one that is filled in later."""
    if not isinstance(value, Scalar) or is_open(value):
        return None
    if holder == "stringData":
        return value.text
    import base64
    import binascii

    try:
        return base64.b64decode("".join(value.text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None  # the API server would refuse it


def _generators(manifest: Manifest) -> Iterator[Hit | Unknown]:
    if not is_kustomization(manifest.node):
        return
    for generator in elements(manifest.get("secretGenerator")):
        for literal in elements(find(generator, "literals")):
            name, equals, value = text(literal).partition("=")
            if equals and name.lower() not in _PUBLIC and not is_open(literal) and not is_blank(value.strip("'\"")):
                yield hit(
                    place(literal),
                    f"secretGenerator {short(text(find(generator, 'name')))} holds the credential {short(name)}",
                    fix=f"Read `{short(name)}` from a file that is not committed: `envs` or `files`.",
                    subject=f"secretGenerator {text(find(generator, 'name'))}: {name}",
                    **weight(value),
                )


def _first_line(value: Scalar) -> Span:
    """Where a value begins; a block of many lines is not all of it the place."""
    if value.line == value.end_line:
        return Span(value.line, value.column, value.end_line, value.end_column)
    return Span(value.line, value.column, value.line, value.column + 1)


SECRET_AS_ENV = Rule(
    id="kubernetes/secret-as-env",
    title="Secret handed over as an environment variable",
    severity=Severity.INFO,
    level=Action.INFO,
    why="Child processes, crash reports and debug pages show the environment; a mounted file they do not show, and it"
    " follows the Secret when that changes.",
    fix="Mount the Secret as a volume and read the file.",
    refs=("CWE-526", "PCI DSS 8.6.2", "https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: orders
spec:
  containers:
    - name: orders
      image: registry.example.com/orders:7.0.2
      env:
        - name: DATABASE_PASSWORD
          valueFrom:
            secretKeyRef: # <- here
              name: orders
              key: password
      envFrom:
        - secretRef: # <- here
            name: orders
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: orders
spec:
  containers:
    - name: orders
      image: registry.example.com/orders:7.0.2
      envFrom:
        - configMapRef:
            name: orders
      volumeMounts:
        - name: keys
          mountPath: /run/keys
  volumes:
    - name: keys
      secret:
        secretName: orders
""",
    ),
)


def secret_as_env(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        who = container_title(workload, container)
        for item in elements(container.get("env")):
            at = key_span(find(item, "valueFrom"), "secretKeyRef")
            if at:
                name = short(text(find(item, "name")), 60)
                message = f"{who} gets the secret {name} as an environment variable (secretKeyRef)"
                yield hit(at, message, subject=subject(workload, container, f"secretKeyRef {name}"))
        for item in elements(container.get("envFrom")):
            at = key_span(item, "secretRef")
            if at:
                name = short(text(find(item, "secretRef", "name")), 60)
                message = f"{who} gets all of the secret {name} as environment variables (secretRef)"
                yield hit(at, message, subject=subject(workload, container, f"secretRef {name}"))


RULES = (
    (PLAIN_SECRET, plain_secret),
    (SECRET_AS_ENV, secret_as_env),
)
