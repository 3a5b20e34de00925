"""Packages are published with a token that lives for years."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.source import Span
from yett.parse.workflow import Job, Step, Workflow, is_false, whole
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/trusted-publishing",
    title="Package is published with a stored token",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whoever gets hold of the token can publish under the package's name. Trusted publishing needs none.",
    fix="Set up trusted publishing at the registry and grant `id-token: write` to the job.",
    refs=("CWE-522", "PCI DSS 8.6.3", "https://docs.pypi.org/trusted-publishers/"),
    bad=(
        """\
on: release
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - uses: pypa/gh-action-pypi-publish@v1
        with:
          password: ${{ secrets.PYPI_TOKEN }}  # <- here
      - uses: actions/setup-node@v4
        with:
          registry-url: https://registry.npmjs.org
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}  # <- here
""",
        """\
on: release
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - run: python -m twine upload dist/*  # <- here
      - run: yarn npm publish --access public  # <- here
      - run: dotnet nuget push shop.nupkg  # <- here
""",
    ),
    good=(
        """\
on: release
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - run: twine upload --repository-url https://packages.example.com/ dist/*
      - run: npm publish --dry-run
      - run: npm run build
""",
        """\
on: release
jobs:
  publish:
    runs-on: ubuntu-24.04
    permissions: {id-token: write}
    steps:
      - uses: pypa/gh-action-pypi-publish@v1
      - uses: pypa/gh-action-pypi-publish@v1
        with:
          repository-url: https://packages.example.com/
          password: ${{ secrets.TOKEN }}
      - uses: actions/setup-node@v4
        with:
          registry-url: https://npm.example.com
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: ${{ secrets.OWN_TOKEN }}
      - run: cargo publish --dry-run
        env:
          CARGO_REGISTRY_TOKEN: ${{ secrets.CARGO_TOKEN }}
      - run: npm ci
        env:
          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
      - run: cargo publish
        env:
          CARGO_REGISTRY_TOKEN: ${{ steps.auth.outputs.token }}
""",
    ),
)

_REGISTRIES = {
    "npm": ("npmjs.org", "NODE_AUTH_TOKEN"),
    "pypi": ("pypi.org", "TWINE_PASSWORD"),
    "cargo": ("crates.io", "CARGO_REGISTRY_TOKEN"),
    "gem": ("rubygems.org", "GEM_HOST_API_KEY"),
    "nuget": ("nuget.org", "NUGET_API_KEY"),
}
_LAUNCHERS = (
    "npx",
    "bunx",
    "uvx",
    "pipx",
    "bundle",
    "exec",
    "run",
    "uv",
    "poetry",
    "python",
    "python3",
    "bun",
    "x",
)
_ELSEWHERE = ("--registry", "--repository-url", "--index", "--host", "--source", "-s", "--publish-url")


def check(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        for span, said in _tokens(workflow, job, step):
            yield hit(span, f"the step {step.label} publishes {said}", subject=workflow.path(job, step))


def _tokens(workflow: Workflow, job: Job, step: Step) -> Iterator[tuple[Span, str]]:
    """Where a token is handed over, or what publishes by one that is stored somewhere."""
    password = _password(step)
    if password:
        yield whole(password), "with a stored token"
    env = workflow.env(job, step) if step.script else {}
    trusted = _may_ask(workflow, job)
    for command in shell.walk(step.script.commands) if step.script else ():
        kind = _kind(command)
        words = [word.text for word in shell.argv(command)]
        if not kind or not step.script or any(word in ("--dry-run", "-n", "--help") for word in words):
            continue
        host, variable = _REGISTRIES[kind]
        if _is_elsewhere(words, host) or (kind == "npm" and _npm_elsewhere(job, step)):
            continue
        token = next((env[name] for name in env if name.upper() in (variable, "UV_PUBLISH_TOKEN", "NPM_TOKEN")), None)
        if token and "secrets." in token.text and (kind != "npm" or _to_npm(job, step)):
            yield whole(token), "with a stored token"
        elif not trusted:
            yield workflow.span(step.script.at, command.start, command.end), "without trusted publishing"


def _password(step: Step) -> Scalar | None:
    match step.action:
        case "pypa/gh-action-pypi-publish":
            url = step.input("repository-url") or step.input("repository_url")
            value = step.input("password")
            return value if value and "secrets." in value.text and (url is None or "pypi.org" in url.text) else None
        case "rubygems/release-gem":
            value = step.input("setup-trusted-publisher")
            return value if is_false(value) else None
        case "rubygems/configure-rubygems-credentials":
            host = step.input("gem-server")
            return step.input("api-token") if host is None or "rubygems.org" in host.text else None
    return None


def _may_ask(workflow: Workflow, job: Job) -> bool:
    """Whether a job may ask for a token of its own: `id-token: write` is never granted unless somebody says so."""
    granted = job.get("permissions")
    granted = workflow.root.get("permissions") if granted is None else granted
    if workflow.kind == "action" or (granted is None and "workflow_call" in workflow.triggers):
        return True
    if isinstance(granted, Scalar):
        return granted.text == "write-all"
    access = granted.get("id-token") if isinstance(granted, Mapping) else None
    return isinstance(access, Scalar) and access.text == "write"


def _kind(command: shell.Command) -> str:
    """The registry that a command publishes to, "" for none."""
    texts = [word.text.rpartition("/")[2].lower().removesuffix(".exe") for word in shell.argv(command)]
    while len(texts) > 1 and (texts[0] in _LAUNCHERS or texts[0].startswith(("-", "python3."))):
        if texts[:2] in (["uv", "publish"], ["poetry", "publish"], ["bun", "publish"]) or not texts[1:]:
            break
        texts.pop(0)
    texts = [text for text in texts if not text.startswith(("+", "-"))]
    name = texts[0].partition("@")[0].partition("==")[0] if texts else ""
    match [name, *texts[1:]]:
        case ["npm" | "pnpm" | "yarn" | "bun", *rest] if "publish" in rest[:4]:
            return "" if "run" in rest[:1] and name != "npm" else "npm"
        case ["twine", *rest] if "upload" in rest[:3]:
            return "pypi"
        case ["uv" | "poetry" | "flit" | "hatch" | "pdm", "publish", *_]:
            return "pypi"
        case ["cargo", *rest] if "publish" in rest[:3]:
            return "cargo"
        case ["gem", "push", *_]:
            return "gem"
        case ["nuget", "push", *_] | ["dotnet", "nuget", "push", *_]:
            return "nuget"
    return ""


def _is_elsewhere(words: list[str], host: str) -> bool:
    """Whether a registry is named that is not the public one."""
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in _ELSEWHERE:
            value = value if equals else next(iter(words[index + 1 : index + 2]), "")
            if value and host not in value:
                return True
    return any(word in ("-r", "--repository") for word in words)


def _setup(job: Job, step: Step) -> Scalar | None:
    before = job.steps[: job.steps.index(step)]
    setups = [other.input("registry-url") for other in before if other.action == "actions/setup-node"]
    return setups[-1] if setups else None


def _npm_elsewhere(job: Job, step: Step) -> bool:
    url = _setup(job, step)
    return url is not None and "npmjs.org" not in url.text


def _to_npm(job: Job, step: Step) -> bool:
    """Whether the last setup-node before a step points at npm's own registry; others offer no trusted publishing."""
    url = _setup(job, step)
    return url is not None and "npmjs.org" in url.text
