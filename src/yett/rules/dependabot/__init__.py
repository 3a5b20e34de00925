"""Rules for Dependabot's configuration.

Options: https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.lean import NamedTuple
from yett.model import Action, Edit, Hit, Rule, Severity, Unknown
from yett.parse.source import Span
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, Scalar, Sequence, compose
from yett.rules.credentials import is_setting, is_stand_in, means_secret
from yett.rules.hits import hit, short

EXAMPLE = ".github/dependabot.yml"

_OPTIONS = "https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference"


class Update(NamedTuple):
    """An entry under `updates:`. `folders` are those it looks at, without the slashes at their ends."""

    ecosystem: str
    at: Scalar
    node: Mapping
    folders: tuple[str, ...]


class Config(NamedTuple):
    root: Mapping
    updates: tuple[Update, ...]
    tree: Tree


EXECUTION = Rule(
    id="dependabot/insecure-external-code",
    title="Dependabot runs code of what it updates",
    severity=Severity.HIGH,
    why=(
        "Manifests of dependencies are then executed in the update job, which holds the credentials of your private "
        "registries. By default it is denied wherever registries are configured."
    ),
    fix="Leave out `insecure-external-code-execution: allow`.",
    refs=("CWE-829", "PCI DSS 6.3.2", _OPTIONS + "#insecure-external-code-execution--"),
    bad=(
        """\
version: 2
updates:
  - package-ecosystem: pip
    directory: /
    insecure-external-code-execution: allow  # <- here
    schedule: {interval: weekly}
""",
    ),
    good=(
        """\
version: 2
updates:
  - package-ecosystem: pip
    directory: /
    insecure-external-code-execution: deny
    schedule: {interval: weekly}
""",
    ),
)


def execution(config: Config) -> Iterator[Hit]:
    for update in config.updates:
        value = update.node.get("insecure-external-code-execution")
        if isinstance(value, Scalar) and value.text == "allow":
            yield hit(
                _span(value),
                f"updates of {short(update.ecosystem)} may run the code of what they update",
                fix="Write `insecure-external-code-execution: deny`, or leave it out.",
                subject=f"{_name(update)} insecure-external-code-execution",
                edits=() if value.style else (Edit(value.line, value.column, value.line, value.end_column, "deny"),),
            )


COOLDOWN = Rule(
    id="dependabot/cooldown",
    title="New releases are proposed on their first day",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Malicious releases are mostly found within days. Without `cooldown` a version is proposed as soon as it is "
        "published; security updates are not held back by it."
    ),
    fix="Add `cooldown: {default-days: 7}`.",
    refs=("CWE-829", _OPTIONS + "#cooldown-"),
    bad=(
        """\
version: 2
updates:
  - package-ecosystem: npm  # <- here
    directory: /
    schedule: {interval: daily}
  - package-ecosystem: pip
    directory: /
    schedule: {interval: daily}
    cooldown:
      default-days: 2  # <- here
  - package-ecosystem: gomod
    directory: /
    schedule: {interval: daily}
    cooldown:  # <- here
      include: ["*"]
""",
    ),
    good=(
        """\
version: 2
updates:
  - package-ecosystem: npm
    directory: /
    schedule: {interval: daily}
    cooldown: {default-days: 7}
  - package-ecosystem: pip
    directory: /
    schedule: {interval: daily}
    multi-ecosystem-group: all
    open-pull-requests-limit: 0
multi-ecosystem-groups:
  all:
    schedule: {interval: weekly}
""",
    ),
)
_MIN_DAYS = 4
"""Fewer days than most malicious releases live; seven are a round number above it."""


def cooldown(config: Config) -> Iterator[Hit]:
    for update in config.updates:
        limit = update.node.get("open-pull-requests-limit")
        if isinstance(limit, Scalar) and limit.text == "0":
            continue  # security updates only, which no cooldown holds back
        node, key = update.node.get("cooldown"), update.node.key("cooldown")
        days = node.get("default-days") if isinstance(node, Mapping) else None
        if isinstance(days, Scalar) and days.text.isdecimal() and int(days.text[:6]) >= _MIN_DAYS:
            continue
        said = f"after {short(days.text, 10)} days" if isinstance(days, Scalar) else "as soon as they are published"
        yield hit(
            _span(days if isinstance(days, Scalar) else key or update.at),
            f"new releases for {short(update.ecosystem)} are proposed {said}",
            fix="Write `cooldown: {default-days: 7}`.",
            subject=f"{_name(update)} cooldown",
        )


MISSING = Rule(
    id="dependabot/missing-ecosystem",
    title="Part of the repository is never updated",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Dependabot proposes version updates for the ecosystems and folders that are listed, and for no others: what "
        "is missing grows old unnoticed."
    ),
    fix="Add an entry for the ecosystem.",
    refs=("CWE-1104", "PCI DSS 6.3.3", _OPTIONS + "#package-ecosystem-"),
    bad=(
        """\
# file: .github/dependabot.yml
version: 2
updates:  # <- here
  - package-ecosystem: pip
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
# file: requirements.txt
django==5.1
# file: shop/package.json
{}
""",
    ),
    good=(
        """\
# file: .github/dependabot.yml
version: 2
updates:
  - package-ecosystem: pip
    directories: ["/", "/services/*"]
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
  - package-ecosystem: github-actions
    directory: /
    schedule: {interval: weekly}
    cooldown: {default-days: 7}
# file: requirements.txt
django==5.1
# file: services/pay/requirements.txt
django==5.1
# file: .github/workflows/ci.yml
on: push
# file: tests/fixtures/package.json
{}
""",
    ),
)
# What shows that a repository has an ecosystem, by the name of a file.
_MANIFESTS = (
    ("npm", re.compile(r"package\.json")),
    ("bun", re.compile(r"bun\.lockb?")),
    ("pip", re.compile(r"requirements[\w.-]*\.txt|Pipfile|pyproject\.toml|setup\.py")),
    ("uv", re.compile(r"uv\.lock")),
    ("gomod", re.compile(r"go\.mod")),
    ("cargo", re.compile(r"Cargo\.toml")),
    ("bundler", re.compile(r"Gemfile")),
    ("composer", re.compile(r"composer\.json")),
    ("maven", re.compile(r"pom\.xml")),
    ("gradle", re.compile(r"build\.gradle(?:\.kts)?")),
    ("nuget", re.compile(r".*\.csproj|packages\.config")),
    ("docker", re.compile(r"Dockerfile(?:\.\w+)?|Containerfile")),
    ("docker-compose", re.compile(r"(?:docker-)?compose(?:\.\w+)?\.ya?ml")),
    ("terraform", re.compile(r".*\.tf")),
    ("pub", re.compile(r"pubspec\.yaml")),
    ("mix", re.compile(r"mix\.exs")),
    ("swift", re.compile(r"Package\.swift")),
    ("gitsubmodule", re.compile(r"\.gitmodules")),
)
_STANDS_FOR = {"uv": ("pip",), "pip": ("uv",), "bun": ("npm",), "npm": ("bun",), "terraform": ("opentofu",)}
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testing|testdata|fixtures?|examples?|samples?|docs?|vendor|node_modules|third_party|bench(?:marks)?"
    r"|templates?|\.git)(?:/|$)"
)
_MAX_PATHS = 50_000


def missing(config: Config) -> Iterator[Hit]:
    key = config.root.key("updates")
    if not key:
        return
    listed = {update.ecosystem for update in config.updates}
    for ecosystem, path in sorted(config.tree.once((__name__, "manifests"), lambda: _manifests(config.tree)).items()):
        if ecosystem in listed or any(other in listed for other in _STANDS_FOR.get(ecosystem, ())):
            continue
        yield hit(
            _span(key),
            f"{ecosystem} is not listed, and there is {short(path)}",
            fix=f"Add `- package-ecosystem: {ecosystem}` with its `directory`.",
            subject=f"updates {ecosystem} missing",
        )


def _manifests(tree: Tree) -> dict[str, str]:
    """The first file of each ecosystem that the tree has."""
    found: dict[str, str] = {}
    for path in tree.paths[:_MAX_PATHS]:
        if path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml")):
            found.setdefault("github-actions", path)
        folder, _, name = path.rpartition("/")
        if folder and _ASIDE.search(folder):
            continue
        for ecosystem, pattern in _MANIFESTS:
            if ecosystem not in found and pattern.fullmatch(name):
                found[ecosystem] = path
    # One ecosystem speaks for another that reads the same files.
    if "uv" in found:
        found.pop("pip", None)
    if "bun" in found:
        found.pop("npm", None)
    return found


REGISTRY = Rule(
    id="dependabot/insecure-registry",
    title="Registry without encryption, or with its password in the file",
    severity=Severity.HIGH,
    why=(
        "Over plain HTTP both the packages and the credentials sent for them can be read and replaced on the way. A "
        "password in the file is in the history of the repository for ever."
    ),
    fix="Write `https://`, and `${{secrets.NAME}}` for passwords and tokens.",
    refs=("CWE-319", "CWE-798", "PCI DSS 6.3.2", "PCI DSS 8.6.2", _OPTIONS + "#top-level-registries-key"),
    bad=(
        """\
version: 2
registries:
  own:
    type: npm-registry
    url: http://npm.example.com  # <- here
    token: q9Xv"""
        + """T2kLm8Rw  # <- here
updates: []
""",
    ),
    good=(
        """\
version: 2
registries:
  own:
    type: npm-registry
    url: https://npm.example.com
    token: ${{secrets.NPM_TOKEN}}
updates: []
""",
    ),
)


def registry(config: Config) -> Iterator[Hit]:
    registries = config.root.get("registries")
    for name, entry in registries.entries.items() if isinstance(registries, Mapping) else ():
        for key, inner in entry.value.entries.items() if isinstance(entry.value, Mapping) else ():
            value = inner.value
            if not isinstance(value, Scalar):
                continue
            if value.text.startswith("http://") and not re.match(r"http://(?:localhost|127\.)", value.text):
                yield hit(
                    _span(value),
                    f"the registry {short(name)} is asked over plain HTTP",
                    fix="Write `https://`.",
                    subject=f"registries.{name}.{key} http",
                )
            elif _is_secret(key, value.text):
                yield hit(
                    _span(value),
                    f"the {short(key)} of the registry {short(name)} stands in the file",
                    fix=f"Write `{key}: ${{{{secrets.NAME}}}}`.",
                    subject=f"registries.{name}.{key}",
                )


def _is_secret(key: str, value: str) -> bool:
    named = key in ("token", "password", "key") or means_secret(key)
    return named and bool(value) and not is_setting(value) and not is_stand_in(value)


IGNORED = Rule(
    id="dependabot/everything-ignored",
    title="Updates are switched off for everything",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="An `ignore` for every dependency without a type of update holds back security updates as well.",
    fix="Name the dependency, or add `update-types`, which leave security updates alone.",
    refs=("CWE-1104", "PCI DSS 6.3.3", _OPTIONS + "#ignore--"),
    bad=(
        """\
version: 2
updates:
  - package-ecosystem: npm
    directory: /
    cooldown: {default-days: 7}
    ignore:
      - dependency-name: "*"  # <- here
""",
    ),
    good=(
        """\
version: 2
updates:
  - package-ecosystem: npm
    directory: /
    cooldown: {default-days: 7}
    ignore:
      - dependency-name: "*"
        update-types: ["version-update:semver-major"]
      - dependency-name: express
""",
    ),
)


def ignored(config: Config) -> Iterator[Hit]:
    for update in config.updates:
        rules = update.node.get("ignore")
        for item in rules.items if isinstance(rules, Sequence) else ():
            name = item.get("dependency-name") if isinstance(item, Mapping) else None
            narrow = isinstance(item, Mapping) and ("update-types" in item.entries or "versions" in item.entries)
            if isinstance(name, Scalar) and name.text == "*" and not narrow:
                yield hit(
                    _span(name),
                    f"no dependency of {short(update.ecosystem)} is updated, not even for its security",
                    fix="Name the dependency, or add `update-types`.",
                    subject=f"{_name(update)} ignore *",
                )


RULES: tuple[tuple[Rule, Callable[[Config], Iterator[Hit | Unknown]]], ...] = (
    (EXECUTION, execution),
    (COOLDOWN, cooldown),
    (MISSING, missing),
    (REGISTRY, registry),
    (IGNORED, ignored),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a configuration. Raises `ParseError`."""
    root = compose(text)
    if not isinstance(root, Mapping) or "updates" not in root.entries:
        return
    config = Config(root, tuple(_updates(root)), tree)
    for rule, check in RULES:
        yield from ((rule, said) for said in check(config))


def _updates(root: Mapping) -> Iterator[Update]:
    listed = root.get("updates")
    for item in listed.items if isinstance(listed, Sequence) else ():
        ecosystem = item.get("package-ecosystem") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping) and isinstance(ecosystem, Scalar):
            nodes = (item.get("directory"), *_items(item.get("directories")))
            folders = tuple(node.text.strip("/") for node in nodes if isinstance(node, Scalar))
            yield Update(ecosystem.text, ecosystem, item, folders)


def _items(node: object) -> tuple[object, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _name(update: Update) -> str:
    return f"{update.ecosystem} {' '.join(update.folders)}"


def _span(scalar: Scalar) -> Span:
    return Span(scalar.line, scalar.column, scalar.end_line, scalar.end_column)
