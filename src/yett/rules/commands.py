"""What the options of programs mean that more than one family's scripts call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from yett.parse import shell
from yett.parse.shell import Command, Word
from yett.rules.scripts import SHELLS

_CURL_TAKES_VALUE = frozenset("oHdXuAebcmTwxyzEFKQrtCDPUYh")


def find(command: shell.Command, *options: str) -> Word | None:
    """The first word that is one of the options, with or without `=value`."""
    for word in shell.argv(command)[1:]:
        if word.text.partition("=")[0] in options:
            return word
    return None


def curl_flag(command: shell.Command, letter: str) -> Word | None:
    """The word that holds a one-letter option of curl, alone or in a bundle such as `-fsSLk`."""
    for word in shell.argv(command)[1:]:
        if not word.text.startswith("-") or word.text.startswith("--"):
            continue
        for found in word.text[1:]:
            if found == letter:
                return word
            if found in _CURL_TAKES_VALUE:
                break
    return None


def settings(command: shell.Command, *options: str) -> Iterator[tuple[Word, str]]:
    """What options that take a setting are given: `-o Name=value`, `-oName=value`, `--setopt=name=value`."""
    words = shell.argv(command)[1:]
    for index, word in enumerate(words):
        for option in options:
            if word.text == option and index + 1 < len(words):
                yield words[index + 1], words[index + 1].text
            elif word.text.startswith(option) and word.text != option:
                yield word, word.text[len(option) :].removeprefix("=")


_OFF = ("0", "false", "no", "off", "n")
# Variables that switch the check off, and the values that do; None: any value that is not empty.
_VARIABLES: dict[str, tuple[str, ...] | None] = {
    "GIT_SSL_NO_VERIFY": None,  # git asks only whether it is set: 0 switches the check off too
    "GOINSECURE": None,
    "NODE_TLS_REJECT_UNAUTHORIZED": _OFF,
    "NPM_CONFIG_STRICT_SSL": _OFF,
    "npm_config_strict_ssl": _OFF,
    "PIP_TRUSTED_HOST": None,
    "PYTHONHTTPSVERIFY": _OFF,
    "UV_INSECURE_HOST": None,
    "YARN_STRICT_SSL": _OFF,
    "YARN_ENABLE_STRICT_SSL": _OFF,
}
_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.|\[::1\])")


def switches_off(name: str, value: str) -> bool:
    if name not in _VARIABLES or not value or "$" in value:
        return False
    values = _VARIABLES[name]
    return values is None or value.strip().lower() in values


def off(command: Command) -> Word | None:
    """The word of a command that switches the check off."""
    for word in command.words:
        name, equals, value = word.text.partition("=")
        if equals and switches_off(name, value):
            return word
    texts = [word.text for word in shell.argv(command)]
    match shell.program(command):
        case "curl":
            if any(_LOCAL.match(text) for text in texts):
                return None
            return find(command, "--insecure", "--proxy-insecure") or curl_flag(command, "k")
        case "wget":
            return find(command, "--no-check-certificate")
        case "pip" | "pip3" | "python" | "python3" | "uv":
            if "config" in texts and any("trusted-host" in text for text in texts):
                return next(word for word in command.words if "trusted-host" in word.text)
            return find(command, "--trusted-host", "--allow-insecure-host")
        case "git":
            return _git(command)
        case "npm" | "yarn" | "pnpm":
            return _npm(command)
        case "apt" | "apt-get":
            found = settings(command, "-o")
            return next(
                (word for word, text in found if re.search(r"(?i)verify-(?:peer|host)=(?:false|0)", text)), None
            )
        case "yum" | "dnf" | "microdnf" | "tdnf" | "yum-config-manager" | "dnf-config-manager":
            found = settings(command, "--setopt")
            return next((word for word, text in found if re.search(r"(?i)sslverify=(?:false|0|no)\b", text)), None)
        case "conda" | "mamba":
            return _after(command, "ssl_verify", _OFF) or find(command, "--insecure")
    return None


def _git(command: Command) -> Word | None:
    for word in command.words:
        if re.fullmatch(r"(?i)http\.(?:\S+\.)?sslverify=(?:false|0|no)", word.text):
            return word
    return _after(command, "http.sslverify", _OFF)


def _npm(command: Command) -> Word | None:
    for word in command.words:
        if re.fullmatch(r"(?i)(?:--)?(?:strict-ssl|enableStrictSsl)=(?:false|0)", word.text):
            return word
    if not any(word.text == "set" for word in command.words):
        return None
    return _after(command, "strict-ssl", _OFF) or _after(command, "enablestrictssl", _OFF)


def _after(command: Command, name: str, values: tuple[str, ...]) -> Word | None:
    """A setting and its value as two words."""
    for word, value in pairwise(command.words):
        if word.text.lower().lstrip("-") == name and value.text.lower() in values:
            return word
    return None


_NETCATS = ("nc", "ncat", "netcat", "nc.traditional", "nc.openbsd")
_LOCAL_SOCKET = re.compile(r"/dev/(?:tcp|udp)/(?:localhost|127\.|\[?::1)")


def is_interactive(command: shell.Command) -> bool:
    return shell.program(command) in SHELLS and any(word.text == "-i" for word in command.words)


def opens(command: shell.Command, fed: bool) -> bool:
    """Whether a command gives a shell to the network; `fed` says that a shell writes into it."""
    name = shell.program(command)
    texts = [word.text for word in shell.argv(command)[1:]]
    if name in SHELLS:
        targets = [redirect.target.text for redirect in command.redirects]
        return any(
            target.startswith(("/dev/tcp/", "/dev/udp/")) and not _LOCAL_SOCKET.match(target) for target in targets
        )
    if name in _NETCATS:
        runs = any(re.fullmatch(r"-[a-zA-Z]*[ec]|--(?:sh-)?exec", text) for text in texts)
        given = any(text.rpartition("/")[2].split(" ")[0] in SHELLS for text in texts)
        return (runs and given) or fed
    if name == "socat":
        network = any(re.match(r"(?i)(?:tcp|udp|openssl)[46]?:", text) for text in texts)
        return network and any(re.match(r"(?i)(?:exec|system):\W*(?:/\S*/)?(?:ba|z|da|k)?sh\b", text) for text in texts)
    return False


_SCANNERS = frozenset(
    {
        *("yett", "trivy", "checkov", "zizmor", "semgrep", "opengrep", "bandit", "pip-audit", "gitleaks", "trufflehog"),
        *("detect-secrets", "tfsec", "terrascan", "grype", "snyk", "osv-scanner", "safety", "govulncheck", "gosec"),
        *("bundle-audit", "brakeman", "kics", "kubesec", "hadolint", "betterleaks", "kingfisher", "poutine"),
        *("cargo-audit",),
    }
)
_MODULES = {
    ("npm", "audit"),
    ("pnpm", "audit"),
    ("yarn", "audit"),
    ("cargo", "audit"),
    ("composer", "audit"),
    ("cargo", "deny"),
}
_LAUNCHERS = (
    "uvx",
    "pipx",
    "npx",
    "poetry",
    "pdm",
    "hatch",
    "uv",
    "run",
    "python",
    "python3",
    "-m",
    "bundle",
    "exec",
    "tool",
)


def scanner(words: tuple[shell.Word, ...]) -> str:
    """The scanner that a command runs, "" for none, and for one that is only asked for its version."""
    texts = [word.text.rpartition("/")[2] for word in words]
    while len(texts) > 1 and texts[0] in _LAUNCHERS:
        texts.pop(0)
    if len(texts) > 1 and re.fullmatch(r"-?-?(?:version|help|install|login|auth|init)|-[vVh]", texts[1]):
        return ""
    if texts and texts[0] in _SCANNERS:
        return texts[0]
    return " ".join(texts[:2]) if tuple(texts[:2]) in _MODULES else ""


_TAKES_VALUE = {
    *("--trusted-host", "--root-user-action", "--loglevel", "--platform", "--omit", "--abi", "--log", "--retries"),
    *("--use-system-libraries", "--timeout", "--default-timeout"),
    *("-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"),
    *("-t", "--target", "--prefix", "--registry", "--python", "-p", "-v", "--version", "--source", "--proxy", "-e"),
    *(
        "--root",
        "--cache-dir",
        "--only-binary",
        "--no-binary",
        "--bindir",
        "-n",
        "--install-dir",
        "--with",
        "--editable",
    ),
}
_PATH_OR_ADDRESS = re.compile(
    r"^(?:[.~/$%]|\$\{|file:|https?:|git\+|git:)|\.(?:tgz|tar(?:\.\w+)?|whl|gem|zip)$|[/\\]$|^[A-Z]:\\"
)
_OWN_TOOLS = ("pip", "setuptools", "wheel", "npm", "corepack", "uv", "pipx")


def loose_package(command: Command, *, pinned: bool) -> Word | None:
    """The first package that a command installs by name and that nothing pins.

    `pinned`: a version in the command counts for npm and gem, whose packages bring others along.
    """
    named = _is_newest if pinned else _is_any
    words = list(shell.argv(command))
    name = shell.program(command).lower()
    if re.fullmatch(r"python(?:3(?:\.\d+)?)?|py", name) and [word.text for word in words[1:3]] == ["-m", "pip"]:
        name, words = "pip", words[2:]
    texts = [word.text for word in words]
    match [name, *texts[1:3]]:
        case ["npm", "install" | "i" | "add", *_]:
            return _first(words[2:], named)
        case ["gem", "install" | "i", *_]:
            given = pinned and any(text in ("-v", "--version") or text.startswith("--version=") for text in texts)
            return None if given else _first(words[2:], lambda text: not pinned or ":" not in text)
        case ["pip" | "pip2" | "pip3", "install", *_]:
            pinned = any(text in ("--require-hashes", "-c", "--constraint") for text in texts)
            return None if pinned else _first(words[2:], _is_loose)
        case ["uv", "pip" | "tool", "install"] | ["uv", "tool", "run"]:
            return _first(words[3:], _is_loose)
        case ["pipx", "install" | "run", *_]:
            return _first(words[2:3], _is_loose)
        case ["go", "install" | "get", *_]:
            return _first(words[2:], lambda text: text.endswith(("@latest", "@main", "@master")))
    return None


def _is_any(text: str) -> bool:
    return True


def _is_newest(text: str) -> bool:
    # A version stands behind the `@` that is not the first letter; `user/name` is a repository.
    return "@" not in text[1:] and ("/" not in text or text.startswith("@"))


def _is_loose(text: str) -> bool:
    # `folder/package` is a path to pip.
    return re.search(r"===?|@|/|~=\d+\.\d+\.\d", text) is None


def _first(words: list[Word], loose: Callable[[str], bool]) -> Word | None:
    skip = False
    for word in words:
        text = word.text
        if text == "--":
            break
        if skip:
            skip = False
        elif text in ("--help", "-h", "--dry-run"):
            return None
        elif text.startswith("-"):
            skip = text in _TAKES_VALUE
        elif not _PATH_OR_ADDRESS.search(text) and text.partition("@")[0] not in _OWN_TOOLS and loose(text):
            return word
    return None
