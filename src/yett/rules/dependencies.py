"""The rules about third-party packages, where they come from, and what they run on."""

from __future__ import annotations

from yett.model import Action, Rule, Severity

_NPM = '{"lockfileVersion": 3, "packages": {\n  %s\n}}\n'
_HOSTED = ",\n  ".join(
    f'"node_modules/{name}": {{"version": "1.0.0", "resolved": "https://%s/{name}/-/{name}-1.0.0.tgz"}}'
    for name in ("one", "two", "three")
)
_UV = 'version = 1\n\n[[package]]\nname = "old"\nversion = "1.0"\nsource = { registry = "https://pypi.org/simple" }\n'

VULNERABLE = Rule(
    id="dependencies/vulnerable",
    title="Package with a known vulnerability",
    severity=Severity.HIGH,
    why="The hole is public, with a number and often with a program that uses it: attackers scan for it by version.",
    fix="Upgrade to a version that no advisory names, and lock again.",
    refs=("CWE-1395", "OWASP A03:2025", "PCI DSS 6.3.1", "PCI DSS 6.3.3"),
    bad=("examplelib==1.0.0\n", "ExampleLib == 1.0.5 ; python_version < '3.12'\n"),
    good=("examplelib==1.1.0\n", "example-lib==1.0.0\n"),
)

MALICIOUS = Rule(
    id="dependencies/malicious",
    title="Package known to be malicious",
    severity=Severity.CRITICAL,
    why="It was published to attack whoever installs it; installing it alone may have run its code.",
    fix="Remove it, and replace every secret that a machine which installed it could read.",
    refs=("CWE-506", "CWE-1357", "OWASP A03:2025", "PCI DSS 6.3.2"),
    bad=("examplelip==0.0.1\n", "examplelip\n"),
    good=("examplelib==1.1.0\n",),
)

LOOKALIKE_NAME = Rule(
    id="dependencies/lookalike-name",
    title="Package with nearly the name of a popular one",
    severity=Severity.MEDIUM,
    why="Attackers publish under names one slip of a key away from those that everybody types, and wait.",
    fix="Compare the name with the one that was meant; if this one is meant, waive the finding once.",
    level=Action.WARN,
    refs=("CWE-506", "CWE-1357", "OWASP A03:2025"),
    bad=("popularlob==1.0\n", "popular-lib==1.0\n", "opularlib==1.0\n"),
    good=("popularlib==1.0\n", "unpopular==1.0\n"),
)

INDEX_CONFUSION = Rule(
    id="dependencies/index-confusion",
    title="Packages from more than one index",
    severity=Severity.MEDIUM,
    why="The best version any index has is installed: whoever publishes your internal name elsewhere is taken.",
    fix="Use one index that mirrors the public one, or tie each package, scope or prefix to its index.",
    level=Action.WARN,
    refs=("CWE-427", "CWE-1357", "OWASP A03:2025", "https://pip.pypa.io/en/stable/cli/pip_install/#examples"),
    bad=("--extra-index-url https://packages.example.com/simple\n",),
    good=("--index-url https://packages.example.com/simple\n", "# --extra-index-url https://example.com\n"),
)

INSECURE_INDEX = Rule(
    id="dependencies/insecure-index",
    title="Packages over an unprotected connection",
    severity=Severity.HIGH,
    why="Whoever is on the way can put other code into the package: nothing proves which server answered.",
    fix="Use https with a certificate that the machine trusts; PIP_CERT names a private authority's.",
    refs=("CWE-319", "CWE-295", "CWE-494", "OWASP A04:2025", "PCI DSS 4.2.1"),
    bad=(
        "--index-url http://packages.example.com/simple\n",
        "-fhttp://packages.example.com/\n",
        "--trusted-host packages.example.com\n",
    ),
    good=("--index-url https://packages.example.com/simple\n", "-i http://127.0.0.1:3141/root/pypi\n"),
)

MISSING_HASH = Rule(
    id="dependencies/missing-hash",
    title="Package without a hash among hashed ones",
    severity=Severity.MEDIUM,
    why="Without a hash, whatever the index or a cache hands out is installed; one gap is enough for an attacker.",
    fix="Lock again with hashes for every package, and install with them required.",
    level=Action.WARN,
    refs=("CWE-353", "CWE-494", "OWASP A08:2025"),
    bad=(f"one==1.0 --hash=sha256:{'0' * 64}\ntwo==1.0\n",),
    good=(f"one==1.0 --hash=sha256:{'0' * 64}\ntwo==1.0 --hash=sha256:{'1' * 64}\n", "one==1.0\ntwo==1.0\n"),
)

FOREIGN_HOST = Rule(
    id="dependencies/foreign-host",
    title="Package from another host than nearly all others",
    severity=Severity.MEDIUM,
    why="A lock file is long and seldom read: an address changed in it installs an attacker's archive, hash and all.",
    fix="Check where the package should come from; tie a private one to its registry by scope or by index.",
    level=Action.WARN,
    refs=("CWE-494", "CWE-829", "OWASP A08:2025"),
    bad=(_NPM % (_HOSTED % ("registry.npmjs.org", "registry.npmjs.org", "evil.example.com")),),
    good=(_NPM % (_HOSTED % ("registry.npmjs.org", "registry.npmjs.org", "registry.yarnpkg.com")),),
)

UNPINNED_SOURCE = Rule(
    id="dependencies/unpinned-source",
    title="Package from a repository, at no commit",
    severity=Severity.MEDIUM,
    why="A branch or tag can be moved: what is installed tomorrow is not what was reviewed today.",
    fix="Name the full commit id.",
    level=Action.WARN,
    refs=("CWE-494", "CWE-829", "OWASP A08:2025"),
    bad=("git+https://git.example.com/lib.git@main#egg=lib\n", "lib @ git+https://git.example.com/lib.git\n"),
    good=("git+https://git.example.com/lib.git@9fceb02d0ae598e95dc970b74767f19372d61af8#egg=lib\n",),
)

INSTALL_SCRIPT = Rule(
    id="dependencies/install-script",
    title="Package that runs a script while it is installed",
    severity=Severity.LOW,
    why="The script runs with the rights of whoever installs, before any line of the package is used.",
    fix="Install with scripts switched off, and allow the few packages that need them by name.",
    level=Action.INFO,
    refs=("CWE-829", "OWASP A03:2025", "https://docs.npmjs.com/cli/using-npm/config#ignore-scripts"),
    bad=(_NPM % '"node_modules/one": {"version": "1.0.0", "hasInstallScript": true}',),
    good=(_NPM % '"node_modules/one": {"version": "1.0.0"}',),
)

SOURCE_ONLY = Rule(
    id="dependencies/source-only",
    title="Package that is there as source alone",
    severity=Severity.LOW,
    why="To build it runs its code, and that of its build tools, with the rights of whoever installs.",
    fix="Build it once, apart, and install the wheel; `--only-binary :all:` refuses the others.",
    level=Action.INFO,
    refs=("CWE-829", "OWASP A03:2025"),
    bad=(_UV + 'sdist = { url = "https://files.pythonhosted.org/old-1.0.tar.gz", hash = "sha256:00" }\n',),
    good=(
        _UV
        + 'sdist = { url = "https://files.pythonhosted.org/old-1.0.tar.gz", hash = "sha256:00" }\n'
        + 'wheels = [{ url = "https://files.pythonhosted.org/old-1.0-py3-none-any.whl", hash = "sha256:01" }]\n',
    ),
)

YANKED = Rule(
    id="dependencies/yanked",
    title="Version that its makers took back, or package they gave up",
    severity=Severity.MEDIUM,
    why="A version is withdrawn for a reason, broken or unsafe, and nobody mends it any more.",
    fix="Move to a version that stands.",
    level=Action.WARN,
    refs=("CWE-1104", "https://peps.python.org/pep-0592/"),
    bad=('{"packages": [{"name": "acme/old", "version": "1.0.0", "abandoned": "acme/new"}], "packages-dev": []}\n',),
    good=('{"packages": [{"name": "acme/old", "version": "1.0.0"}], "packages-dev": []}\n',),
)

END_OF_LIFE = Rule(
    id="dependencies/end-of-life",
    title="Runtime whose support has ended",
    severity=Severity.MEDIUM,
    why="Its holes are still found and published, and no longer mended.",
    fix="Move to a release that is supported, and plan for the day on which that one ends.",
    level=Action.WARN,
    refs=("CWE-1104", "OWASP A03:2025", "PCI DSS 6.3.3", "PCI DSS 12.3.4"),
    bad=("FROM python:3.8-slim\n", "FROM docker.io/library/python:3.12-slim-buster\n"),
    good=("FROM python:3.13-slim\n", "FROM python:3\n", "FROM scratch\n"),
)

EMPTY = Rule(
    id="dependencies/empty",
    title="Lockfile that names no package",
    severity=Severity.LOW,
    why="An audit of nothing finds nothing: what gets installed is decided somewhere else, unseen.",
    fix="Lock the project again, or remove the file.",
    level=Action.WARN,
    refs=("CWE-1059",),
    bad=("# pinned by hand\n",),
    good=("-e .\n", "examplelib==1.1.0\n"),
)

STALE_LOCK = Rule(
    id="dependencies/stale-lock",
    title="Lockfile that does not fit its manifest",
    severity=Severity.MEDIUM,
    why=(
        "What is installed is what the lockfile says: a version raised in the manifest alone is raised on paper, and "
        "an installation that makes a new lockfile takes versions nobody has looked at."
    ),
    fix="Lock again and commit both files together.",
    level=Action.WARN,
    refs=("CWE-1104", "OWASP A03:2025", "PCI DSS 6.3.2"),
    bad=(
        "# file: pyproject.toml\n"
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["examplelib>=1.1", "innocent"]\n'
        "# file: uv.lock\n"
        'version = 1\n\n[[package]]\nname = "examplelib"\nversion = "1.1"\n'
        'source = { registry = "https://pypi.org/simple" }\n',
    ),
    good=(
        "# file: pyproject.toml\n"
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["examplelib>=1.1"]\n'
        "# file: uv.lock\n"
        'version = 1\n\n[[package]]\nname = "examplelib"\nversion = "1.1"\n'
        'source = { registry = "https://pypi.org/simple" }\n',
    ),
)

RULES = (
    EMPTY,
    END_OF_LIFE,
    FOREIGN_HOST,
    INDEX_CONFUSION,
    INSECURE_INDEX,
    INSTALL_SCRIPT,
    LOOKALIKE_NAME,
    MALICIOUS,
    MISSING_HASH,
    SOURCE_ONLY,
    STALE_LOCK,
    UNPINNED_SOURCE,
    VULNERABLE,
    YANKED,
)


def rules() -> tuple[Rule, ...]:
    """Every rule of this family, sorted by id."""
    return RULES
