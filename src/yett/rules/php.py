"""Rules for php.ini and the files beside it."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.keyvalue import PHP, Setting, is_filled_in, read, switch
from yett.parse.tree import Tree
from yett.rules.hits import hit, short

EXAMPLE = "php.ini"

_CORE = "https://www.php.net/manual/en/errorfunc.configuration.php"

DISPLAY_ERRORS = Rule(
    id="php/display-errors",
    title="Errors are shown to visitors",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Messages tell paths, queries and, in stack traces, arguments. Without a php.ini display_errors is on.",
    fix="`display_errors = Off` and `log_errors = On`.",
    refs=("CWE-209", "PCI DSS 6.2.4", _CORE),
    bad=("display_errors = On ; <- here\ndisplay_startup_errors = 1 ; <- here\n",),
    good=("display_errors = Off\ndisplay_startup_errors = Off\n", "; display_errors = On\ndisplay_errors = stderr\n"),
)

EXPOSE_PHP = Rule(
    id="php/expose-php",
    title="Version in every answer",
    severity=Severity.LOW,
    level=Action.WARN,
    why="X-Powered-By tells which holes to try. The default is on; only what is written is named here.",
    fix="`expose_php = Off`.",
    refs=("CWE-200", "PCI DSS 2.2.6", "https://www.php.net/manual/en/ini.core.php"),
    bad=("expose_php = On ; <- here\n",),
    good=("expose_php = Off\n", ";expose_php = On\n"),
)

REMOTE_INCLUDE = Rule(
    id="php/remote-include",
    title="Code may come from elsewhere",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="With allow_url_include an address in a parameter becomes a program on the server; register_globals and "
    "enable_dl are such doors too. All are off by default.",
    fix="`allow_url_include = Off`.",
    refs=("CWE-98", "PCI DSS 6.2.4", "https://www.php.net/manual/en/filesystem.configuration.php"),
    bad=("allow_url_include = On ; <- here\n", "[PHP]\nregister_globals = 1 ; <- here\n"),
    good=("allow_url_include = Off\nallow_url_fopen = On\n",),
)

SESSION_COOKIE = Rule(
    id="php/session-cookie",
    title="Session cookie without its guards",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without cookie_secure the session crosses plain HTTP, without cookie_httponly scripts read it, without strict "
    "mode an attacker chooses its id. All are off by default; only what is written is named here.",
    fix="`session.cookie_secure = 1`, `session.cookie_httponly = 1`, `session.use_strict_mode = 1`.",
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", "https://www.php.net/manual/en/session.security.ini.php"),
    bad=(
        "[Session]\nsession.cookie_secure = 0 ; <- here\nsession.cookie_httponly = Off ; <- here\n"
        "session.use_strict_mode = 0 ; <- here\nsession.use_only_cookies = 0 ; <- here\n",
        "session.use_trans_sid = 1 ; <- here\n",
    ),
    good=(
        "session.cookie_secure = 1\nsession.cookie_httponly = On\nsession.use_strict_mode = 1\n",
        "session.cookie_secure =\nsession.use_trans_sid = 0\n",
        "session.cookie_secure = ${COOKIE_SECURE}\n",
    ),
)

Config = dict[str, Setting]

_DISPLAY = (("display_errors", True), ("display_startup_errors", True))
_EXPOSE = (("expose_php", True),)
_REMOTE = (
    ("allow_url_include", True),
    ("register_globals", True),
    ("enable_dl", True),
    ("mysqli.allow_local_infile", True),
)
_SESSION = (
    ("session.cookie_secure", False),
    ("session.cookie_httponly", False),
    ("session.use_strict_mode", False),
    ("session.use_only_cookies", False),
    ("session.use_cookies", False),
    ("session.use_trans_sid", True),
)


def _found(config: Config, bad: tuple[tuple[str, bool], ...]) -> Iterator[Hit | Unknown]:
    for name, value in bad:
        setting = config.get(name) or config.get(f"php_admin_value[{name}]") or config.get(f"php_flag[{name}]")
        if setting is None or not setting.value:
            continue
        if is_filled_in(setting.value):
            yield Unknown(setting.value_at.line, f"{name} is {short(setting.value)}")
        elif switch(setting.value) is value or (name == "display_errors" and setting.value.lower() == "stdout"):
            yield hit(
                setting.value_at,
                f"{name} is {short(setting.value)}",
                fix=f"`{name} = {'Off' if value else '1'}`",
                subject=name,
            )


def display_errors(config: Config) -> Iterator[Hit | Unknown]:
    yield from _found(config, _DISPLAY)


def expose_php(config: Config) -> Iterator[Hit | Unknown]:
    yield from _found(config, _EXPOSE)


def remote_include(config: Config) -> Iterator[Hit | Unknown]:
    yield from _found(config, _REMOTE)


def session_cookie(config: Config) -> Iterator[Hit | Unknown]:
    yield from _found(config, _SESSION)


RULES = (
    (DISPLAY_ERRORS, display_errors),
    (EXPOSE_PHP, expose_php),
    (REMOTE_INCLUDE, remote_include),
    (SESSION_COOKIE, session_cookie),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    config = {setting.key: setting for setting in read(text, PHP)}
    for rule, check in RULES:
        yield from ((rule, found) for found in check(config))
