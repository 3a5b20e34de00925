"""Rules for the configuration of pre-commit and prek.

Format: https://pre-commit.com/#pre-commit-configyaml---top-level
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.lean import NamedTuple
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import shell
from yett.parse.source import Span
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, Scalar, Sequence, compose
from yett.rules.hits import hit, short
from yett.rules.scripts import unseen_downloads

EXAMPLE = ".pre-commit-config.yaml"

_REV = "https://pre-commit.com/#using-the-latest-version-for-a-repository"


class Repository(NamedTuple):
    """An entry under `repos:`. `rev` is None where none is given."""

    address: Scalar
    rev: Scalar | None
    hooks: tuple[Mapping, ...]

    @property
    def is_remote(self) -> bool:
        return self.address.text not in ("local", "meta", "builtin")

    @property
    def slug(self) -> str:
        """`owner/name` in lower case."""
        path = re.sub(r"^(?:\w+://)?(?:[^@/]*@)?[^/:]+[:/]", "", self.address.text.strip())
        return path.removesuffix(".git").strip("/").lower()


UNPINNED = Rule(
    id="pre-commit/unpinned",
    title="Hook whose code can change",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "Hooks run on every developer's machine. A branch holds something else tomorrow, and pre-commit does not tell: "
        "it keeps what it fetched first, so that each machine may run other code."
    ),
    fix="Name a tag, better the commit (`pre-commit autoupdate --freeze`).",
    refs=("CWE-829", "PCI DSS 6.3.2", _REV),
    bad=(
        """\
repos:
  - repo: https://github.com/psf/black
    rev: main  # <- here
    hooks: [{id: black}]
  - repo: https://github.com/pycqa/flake8
    rev: HEAD  # <- here
    hooks: [{id: flake8}]
  - repo: https://github.com/acme/hooks  # <- here
    hooks: [{id: lint}]
""",
    ),
    good=(
        """\
repos:
  - repo: https://github.com/psf/black
    rev: 24.8.0
    hooks: [{id: black}]
  - repo: https://github.com/pycqa/flake8
    rev: 787123b47f14b552955ca2786bc9542ae66fee5b  # frozen: 7.1.1
    hooks: [{id: flake8}]
  - repo: https://github.com/acme/hooks
    rev: latest-stable-v3
    hooks: [{id: lint}]
  - repo: local
    hooks: [{id: test, name: test, entry: pytest, language: system}]
""",
    ),
)
_BRANCH = re.compile(
    r"(?i:main|master|head|develop|dev|trunk|latest|stable|release|nightly|edge|refs/heads/.*|origin/.*)"
)


def unpinned(repositories: tuple[Repository, ...]) -> Iterator[Hit]:
    for each in repositories:
        if not each.is_remote or (each.rev and each.rev.text.strip() and not _BRANCH.fullmatch(each.rev.text.strip())):
            continue
        said = f"at the branch {short(each.rev.text, 40)}" if each.rev and each.rev.text else "without a revision"
        yield hit(
            _span(each.rev or each.address),
            f"the hooks of {short(each.slug)} are used {said}",
            fix=f"Name a tag or commit of {short(each.slug)} as its `rev`.",
            subject=f"repos {each.slug} rev",
        )


INSECURE_URL = Rule(
    id="pre-commit/insecure-url",
    title="Hooks are fetched without encryption",
    severity=Severity.HIGH,
    why="Whoever sits on the way replaces the hooks, which run on every developer's machine.",
    fix="Write `https://`.",
    refs=("CWE-319", "PCI DSS 6.3.2", "https://git-scm.com/docs/git-clone#_git_urls"),
    bad=(
        """\
repos:
  - repo: http://github.com/psf/black  # <- here
    rev: 24.8.0
    hooks: [{id: black}]
  - repo: git://github.com/pycqa/flake8  # <- here
    rev: 7.1.1
    hooks: [{id: flake8}]
""",
    ),
    good=(
        """\
repos:
  - repo: https://github.com/psf/black
    rev: 24.8.0
    hooks: [{id: black}]
  - repo: git@github.com:acme/hooks.git
    rev: 1.2.0
    hooks: [{id: lint}]
""",
    ),
)


def insecure_url(repositories: tuple[Repository, ...]) -> Iterator[Hit]:
    for each in repositories:
        if each.address.text.lower().startswith(("http://", "git://", "ftp://")):
            yield hit(
                _span(each.address),
                f"the hooks of {short(each.slug)} are fetched without encryption",
                fix=f"Write `https://` for {short(each.slug)}.",
                subject=f"repos {each.slug} scheme",
            )


ARCHIVED = Rule(
    id="pre-commit/archived-repo",
    title="Hook whose repository is archived",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Nobody mends an archived repository: what is found in it stays. The list is of 2026-08-22.",
    fix="Use hooks that are maintained.",
    refs=(
        "CWE-1104",
        "PCI DSS 6.3.3",
        "https://docs.github.com/en/repositories/archiving-a-github-repository/archiving-repositories",
    ),
    bad=(
        """\
repos:
  - repo: https://github.com/pre-commit/mirrors-prettier  # <- here
    rev: v3.1.0
    hooks: [{id: prettier}]
""",
    ),
    good=(
        """\
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v5.0.0
    hooks: [{id: check-yaml}]
""",
    ),
)
_ARCHIVED = frozenset(
    {
        *("asottile-archive/seed-isort-config", "brettcannon/caniusepython3", "datreeio/datree"),
        *("dnephin/pre-commit-golang", "fabasoad/setup-zizmor-action", "hcodes/yaspeller", "life4/flakehell"),
        *("lucas-c/pre-commit-hooks-bandit", "mapbox/secret-shield", "marcogorelli/absolufy-imports"),
        *("nix-community/nixpkgs-fmt", "onedr0p/sops-pre-commit", "pre-commit/mirrors-autopep8"),
        *("pre-commit/mirrors-isort", "pre-commit/mirrors-prettier", "pycqa/pydocstyle", "segmentio/golines"),
        *("snok/pep585-upgrade", "tenable/terrascan", "terrencepreilly/darglint", "thegeeklab/ansible-later"),
    }
)


def archived(repositories: tuple[Repository, ...]) -> Iterator[Hit]:
    for each in repositories:
        if each.slug in _ARCHIVED:
            yield hit(
                _span(each.address),
                f"the repository {short(each.slug)} is archived",
                fix=f"Replace the hooks of {short(each.slug)}.",
                subject=f"repos {each.slug} archived",
            )


CURL_PIPE = Rule(
    id="pre-commit/curl-pipe-shell",
    title="Hook runs a download unseen",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever holds the server or the way to it runs code on every developer's machine, at every commit.",
    fix="Keep the script in the repository, or compare its digest before it runs.",
    refs=("CWE-494", "PCI DSS 6.3.2", "https://curl.se/docs/security.html"),
    bad=(
        """\
repos:
  - repo: local
    hooks:
      - id: scan
        name: scan
        language: system
        entry: bash -c 'curl -s https://example.com/scan.sh | sh'  # <- here
""",
    ),
    good=(
        """\
repos:
  - repo: local
    hooks:
      - id: scan
        name: scan
        language: system
        entry: ./scripts/scan.sh
""",
    ),
)


def curl_pipe(repositories: tuple[Repository, ...]) -> Iterator[Hit]:
    for each in repositories:
        for hook in each.hooks:
            entry, name = hook.get("entry"), hook.get("id")
            if not isinstance(entry, Scalar):
                continue
            commands = shell.commands(entry.text)
            inner = tuple(one for command in commands for word in command.words for one in _inline(word.text))
            found = next(unseen_downloads((*commands, *inner)), None)
            if found:
                called = short(name.text) if isinstance(name, Scalar) else "without a name"
                yield hit(
                    _span(entry),
                    f"the hook {called} runs what {short(found[1])} gives",
                    subject=f"repos {each.slug} {found[1]}",
                )


def _inline(text: str) -> tuple[shell.Command, ...]:
    return shell.commands(text) if "|" in text or "$(" in text else ()


RULES: tuple[tuple[Rule, Callable[[tuple[Repository, ...]], Iterator[Hit | Unknown]]], ...] = (
    (UNPINNED, unpinned),
    (INSECURE_URL, insecure_url),
    (ARCHIVED, archived),
    (CURL_PIPE, curl_pipe),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a configuration. Raises `ParseError`."""
    root = compose(text)
    listed = root.get("repos") if isinstance(root, Mapping) else root
    repositories = tuple(_repositories(listed)) if isinstance(listed, Sequence) else ()
    for rule, check in RULES:
        yield from ((rule, said) for said in check(repositories))


def _repositories(listed: Sequence) -> Iterator[Repository]:
    for item in listed.items:
        address = item.get("repo") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping) and isinstance(address, Scalar):
            rev, hooks = item.get("rev") or item.get("sha"), item.get("hooks")
            found = (
                tuple(hook for hook in hooks.items if isinstance(hook, Mapping)) if isinstance(hooks, Sequence) else ()
            )
            yield Repository(address, rev if isinstance(rev, Scalar) else None, found)


def _span(scalar: Scalar) -> Span:
    return Span(scalar.line, scalar.column, scalar.end_line, scalar.end_column)
