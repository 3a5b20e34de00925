"""Verdicts made by hand for the tests of the reports: none, one, many, undecided, and one full of hostile text."""

from __future__ import annotations

from pathlib import Path

from yett.model import (
    Action,
    Confidence,
    Coverage,
    Digests,
    Directive,
    Examined,
    Finding,
    Gap,
    Judged,
    Outcome,
    Package,
    Rule,
    Severity,
    Stale,
    Target,
    Unexamined,
    Verdict,
    Waived,
)
from yett.report import FORMS, render

EXPECTED = Path(__file__).parent / "expected"
HEAD = "5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f80"
BASE = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"

STRIPE = Rule(
    id="secrets/stripe-live-key",
    title="Stripe live secret key",
    severity=Severity.CRITICAL,
    why="Whoever has it can charge cards, read customers and move money out of the account.",
    fix="Roll the key in the dashboard first, then read it from the environment.",
    refs=("CWE-798", "PCI DSS 8.6.2"),
    bad=('stripe.api_key = "sk_live_' + '4eC39HqLyjWDarjtT1zdp7dc"',),
    good=('stripe.api_key = os.environ["STRIPE_KEY"]', "sk_live_…"),
)
EXEC = Rule(
    id="python/exec-used",
    title="Use of exec()",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    why="Text that becomes code is one forgotten check away from running what a visitor typed.",
    fix="Call the function by name, or look it up in a dict of allowed ones.",
    refs=("CWE-94", "OWASP A05:2025", "https://docs.python.org/3/library/functions.html#exec"),
    bad=("exec(body)\n",),
    good=("HANDLERS[name](body)\n",),
)
DEBUG = Rule(
    id="python/flask-debug",
    title="Flask in debug mode",
    severity=Severity.MEDIUM,
    why="The debugger runs code for whoever sees a traceback.",
    fix="Leave `debug` out and set it in the development environment only.",
)
VULNERABLE = Rule(
    id="dependencies/vulnerable",
    title="Dependency with a known vulnerability",
    severity=Severity.UNKNOWN,
    why="The flaw and often the exploit are public.",
    fix="Upgrade to a version without it.",
    refs=("CWE-1395", "PCI DSS 6.3.3"),
)
ROOT_USER = Rule(
    id="docker/root-user",
    title="Container runs as root",
    severity=Severity.HIGH,
    why="A break-out from the container starts as root on the host.",
    fix="Create a user and end the last stage with USER.",
    refs=("CWE-250",),
)
RULES = (VULNERABLE, ROOT_USER, EXEC, DEBUG, STRIPE)

DIGESTS = Digests(
    tool="0.1.0",
    commit=HEAD,
    tree="77" * 20,
    base=BASE,
    policy="sha256:3fa9c1d2e4b5a697" + "0" * 48,
    waivers="",
    advisories="sha256:12ab34cd56ef7890" + "0" * 48,
    rules="99aabbccddeeff00" + "0" * 48,
)
NO_DIGESTS = Digests("0.1.0", "", "", "", "", "", "", "")


def finding(
    rule: Rule, path: str, line: int = 1, column: int = 1, message: str = "", fingerprint: str = "", fix: str = ""
) -> Finding:
    return Finding(
        path=path,
        line=line,
        column=column,
        end_line=line,
        end_column=column + 8 if column else 0,
        rule=rule.id,
        message=message or rule.title,
        severity=rule.severity,
        confidence=rule.confidence,
        fingerprint=fingerprint or f"{line:08x}{column:08x}" + "ab" * 8,
        fix=fix or rule.fix,
        level=rule.level,
    )


def coverage(files: int = 5, gaps: int = 0) -> Coverage:
    return Coverage(
        files=files,
        bytes=files * 2461,
        checks=(
            Examined("secrets", files, 0, True),
            Examined("dependencies", 1, 0, True),
            Examined("python", min(files, 3), gaps, True),
            Examined("config", 1, 0, True),
        ),
        unexamined=(),
    )


def verdict(
    outcome: Outcome = "pass",
    findings: tuple[Judged, ...] = (),
    gaps: tuple[Gap, ...] = (),
    waived: tuple[Waived, ...] = (),
    stale: tuple[Stale, ...] = (),
    covered: Coverage | None = None,
    reasons: tuple[str, ...] = (),
    target: Target = Target("staged", "/home/dev/shop", head=HEAD),  # noqa: B008 - a NamedTuple is a value
) -> Verdict:
    named = {each.finding.rule for each in findings} | {each.finding.rule for each in waived}
    return Verdict(
        outcome=outcome,
        reasons=reasons,
        target=target,
        findings=findings,
        waived=waived,
        stale=stale,
        gaps=gaps,
        coverage=covered or coverage(gaps=len(gaps)),
        digests=DIGESTS,
        rules=tuple(rule for rule in RULES if rule.id in named),
    )


CLEAN = verdict()

ONE = verdict(
    "fail",
    (
        Judged(
            finding(STRIPE, "shop/pay.py", 12, 18, "Stripe live secret key, sk_live_… (24 characters)"),
            Action.BLOCK,
            "severity critical, confidence high",
        ),
    ),
)

UNDECIDED = verdict(
    "undecided",
    gaps=(
        Gap("", "dependencies", "no advisory database: run `yett advisories update`", "advisories"),
        Gap("shop/legacy.py", "python", "line 3 is no valid Python: remove the print statement", "unparsable", 3),
    ),
)

MIXED = verdict(
    "fail",
    findings=tuple(
        sorted(
            (
                Judged(finding(STRIPE, "shop/pay.py", 12, 18, "Stripe live secret key, sk_live_…"), Action.BLOCK, ""),
                Judged(
                    finding(
                        EXEC,
                        "shop/pay.py",
                        40,
                        5,
                        "exec() runs text as code",
                        fix="HANDLERS = {\n    'refund': refund,\n}\nHANDLERS[name]()",
                    ),
                    Action.BLOCK,
                    "severity high, confidence medium",
                ),
                Judged(finding(EXEC, "shop/admin.py", 7, 1, "exec() runs text as code"), Action.BLOCK, ""),
                Judged(
                    finding(
                        VULNERABLE, "uv.lock", 210, 1, "jinja2 3.1.2 has 2 known vulnerabilities; 3.1.6 has none"
                    )._replace(
                        severity=Severity.HIGH,
                        package=Package("PyPI", "jinja2", "3.1.2"),
                        advisories=("GHSA-h5c8-rqwp-cp95", "CVE-2024-22195"),
                        traits=("known-exploited",),
                        commit=BASE,
                    ),
                    Action.BLOCK,
                    "it is exploited in the wild",
                ),
                Judged(finding(DEBUG, "shop/app.py", 3, 1, "Flask runs with debug=True"), Action.WARN, ""),
                Judged(finding(DEBUG, "shop/dev.py", 9, 1, "Flask runs")._replace(known=True), Action.INFO),
            )
        )
    ),
    gaps=(
        Gap("shop/accepted.py", "python", "line 1 is no valid Python", "unparsable", 1, "waivers.yaml:9"),
        *UNDECIDED.gaps,
    ),
    waived=(
        Waived(
            finding(ROOT_USER, "Dockerfile", 20, 1, "the last USER is root"),
            "the base image drops privileges itself",
            "platform team",
            "2031-01-31",
            ".yett/waivers.yaml:3",
        ),
        Waived(finding(EXEC, "tools/build.py", 5, 1), "input is a constant", "", "", "tools/build.py:5"),
    ),
    stale=(Stale(".yett/waivers.yaml:11", "python/*", "expired on 2025-01-31"),),
    covered=coverage(12, 1)._replace(
        unexamined=(Unexamined("vendor/lib", "submodule"), Unexamined("logo.psd", "LFS object")),
        directives=(
            Directive("shop/old.py", 3, "bandit", ("python/B101",), "", True),
            Directive("tools/build.py", 5, "yett", ("python/exec-used",), "input is a constant"),
        ),
    ),
    reasons=("dependencies could not be checked",),
    target=Target("range", "/home/dev/shop", base=BASE, head=HEAD),
)

MANY = verdict(
    "fail",
    tuple(
        Judged(finding(EXEC, f"src/module_{number // 5:03}.py", number % 5 * 10 + 1, 1), Action.BLOCK, "")
        for number in range(500)
    )
    + tuple(
        Judged(finding(DEBUG, f"src/page_{number:03}.py", 4, 1, f"Flask runs {number}"), Action.WARN, "")
        for number in range(60)
    ),
    gaps=tuple(
        Gap(f"data/{number:02}.py", "python", "line 1 is no valid Python", "unparsable", 1) for number in range(30)
    ),
    covered=coverage(1600, 30),
    target=Target("tree", "/home/dev/shop", head=HEAD),
)

# One of everything that has ever made a terminal, a CI log, a table or a comment do what it was not meant to.
HOSTILE_WORDS = (
    "::error::pwned",
    "\n::set-output name=verdict::pass",
    "\r\n  ::add-mask::a",
    "a ##[set-env name=PATH]/evil",
    "##[error]x ###[warning]y",
    "##vso[task.setvariable variable=ok]1",
    "##teamcity[buildStatus text='ok']",
    "#\u034f#[command]x",
    "\u200b::stop-commands::x",
    "\x1b]0;title\x07\x1b[2J\x1b[31mred",
    "\x9b31m\x85",
    "rtl \u202e\u2066gpj.exe",
    "line\u2028sep\u2029para",
    "byte \udcff\udc80 lone \ud800",
    "del \x7f nul \x00",
    "tag \U000e0041 vs \ufe0f",
    "``` ` `` ```",
    "| cell | [x](javascript:alert(1)) ![i](http://e.example/i.png)",
    "</details><script>alert(1)</script><!-- yett -->",
    "@team #1 acme/shop#2 www.e.example https://e.example",
    "back\\slash \\| pipe \\` tick",
    "100%0A::error::x",
    "",
    " ",
)


def _hostile() -> Verdict:
    rule = EXEC._replace(id="python/" + HOSTILE_WORDS[3], title=HOSTILE_WORDS[0], why="\n".join(HOSTILE_WORDS))
    findings: list[Judged] = []
    for number, word in enumerate(HOSTILE_WORDS):
        found = finding(rule, word or "empty", number, number, word, fix=f"{word}\n  {word}")
        action = (Action.BLOCK, Action.WARN, Action.INFO)[number % 3]
        found = found._replace(commit=word, advisories=(word,), package=Package(word, word, word))
        findings.append(Judged(found, action, word))
    findings += [each._replace(action=Action.BLOCK) for each in findings if each.action is not Action.BLOCK]
    first = findings[0].finding
    return Verdict(
        outcome="fail",
        reasons=HOSTILE_WORDS,
        target=Target("paths", "/home/dev/shop", base=HOSTILE_WORDS[1], head=HOSTILE_WORDS[1], paths=HOSTILE_WORDS),
        findings=tuple(sorted(findings)),
        waived=tuple(Waived(first._replace(path=word), word, word, word, word) for word in HOSTILE_WORDS),
        stale=tuple(Stale(word, word, word) for word in HOSTILE_WORDS),
        gaps=tuple(Gap(word, "python", word, "crash", 1, word) for word in HOSTILE_WORDS)
        + tuple(Gap(word, "secrets", word, "crash") for word in HOSTILE_WORDS),
        coverage=Coverage(
            files=1,
            bytes=0,
            checks=(Examined("secrets", 0, 3, False, HOSTILE_WORDS[1]),),
            unexamined=tuple(Unexamined(word, word) for word in HOSTILE_WORDS),
            directives=tuple(Directive(word, 1, "yett", (word,), word) for word in HOSTILE_WORDS),
        ),
        digests=Digests(*(HOSTILE_WORDS[1],) * 8),
        rules=(rule,),
    )


HOSTILE = _hostile()

EXAMPLES = {"clean": CLEAN, "one": ONE, "undecided": UNDECIDED, "mixed": MIXED, "many": MANY, "hostile": HOSTILE}

STORED = [(name, form) for name in ("clean", "one", "undecided", "mixed", "hostile") for form in FORMS]


def main() -> None:
    """Store the reports that the tests compare with, after a look at what changed: python -m tests.verdicts"""
    for name, form in STORED:
        (EXPECTED / f"{name}.{form}").write_text(render(EXAMPLES[name], form), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
