"""The rules about third-party packages."""

from __future__ import annotations

from yett.model import Action, Rule, Severity

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

INDEX_CONFUSION = Rule(
    id="dependencies/index-confusion",
    title="Packages from more than one index",
    severity=Severity.MEDIUM,
    why="pip takes the highest version any index has: whoever publishes your internal name elsewhere is installed.",
    fix="Use one index that mirrors the public one, or lock with a tool that ties each package to its index.",
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


def rules() -> tuple[Rule, ...]:
    """Every rule of this family, sorted by id."""
    return (INDEX_CONFUSION, INSECURE_INDEX, MALICIOUS, VULNERABLE)
