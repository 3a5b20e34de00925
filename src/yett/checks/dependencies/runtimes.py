"""What a project says it runs on: languages and base images with their versions. Pure.

A file states either the version itself (`.python-version`, `FROM python:3.12`) or a range of them
(`requires-python`, `engines`). Products have the names of endoflife.date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.lean import Any, NamedTuple

Version = tuple[int, ...]

_PRODUCTS = {
    "python": "Python",
    "nodejs": "Node.js",
    "ruby": "Ruby",
    "php": "PHP",
    "go": "Go",
    "rust": "Rust",
    "dotnet": ".NET",
    "dotnetfx": ".NET Framework",
    "alpine-linux": "Alpine Linux",
    "amazon-corretto": "Amazon Corretto",
    "amazon-linux": "Amazon Linux",
    "almalinux": "AlmaLinux",
    "apache-cassandra": "Cassandra",
    "apache-http-server": "Apache HTTP Server",
    "apache-maven": "Maven",
    "centos": "CentOS",
    "composer": "Composer",
    "debian": "Debian",
    "eclipse-jetty": "Jetty",
    "eclipse-temurin": "Eclipse Temurin",
    "elasticsearch": "Elasticsearch",
    "elixir": "Elixir",
    "erlang": "Erlang",
    "fedora": "Fedora",
    "gradle": "Gradle",
    "haproxy": "HAProxy",
    "kibana": "Kibana",
    "logstash": "Logstash",
    "mariadb": "MariaDB",
    "memcached": "Memcached",
    "mongodb": "MongoDB",
    "mysql": "MySQL",
    "nginx": "nginx",
    "openjdk-builds-from-oracle": "OpenJDK",
    "opensuse": "openSUSE",
    "oracle-linux": "Oracle Linux",
    "postgresql": "PostgreSQL",
    "rabbitmq": "RabbitMQ",
    "redis": "Redis",
    "rhel": "Red Hat Enterprise Linux",
    "rocky-linux": "Rocky Linux",
    "solr": "Solr",
    "tomcat": "Tomcat",
    "traefik": "Traefik",
    "ubuntu": "Ubuntu",
    "valkey": "Valkey",
}
"""endoflife.date's name for a product, and its own."""

_IMAGES = {
    "python": "python",
    "node": "nodejs",
    "ruby": "ruby",
    "php": "php",
    "golang": "go",
    "rust": "rust",
    "alpine": "alpine-linux",
    "amazoncorretto": "amazon-corretto",
    "amazonlinux": "amazon-linux",
    "almalinux": "almalinux",
    "centos": "centos",
    "composer": "composer",
    "debian": "debian",
    "eclipse-temurin": "eclipse-temurin",
    "elasticsearch": "elasticsearch",
    "elixir": "elixir",
    "erlang": "erlang",
    "fedora": "fedora",
    "gradle": "gradle",
    "haproxy": "haproxy",
    "httpd": "apache-http-server",
    "kibana": "kibana",
    "logstash": "logstash",
    "cassandra": "apache-cassandra",
    "consul": "consul",
    "drupal": "drupal",
    "jetty": "eclipse-jetty",
    "openjdk": "openjdk-builds-from-oracle",
    "perl": "perl",
    "wordpress": "wordpress",
    "azul/zulu-openjdk": "azul-zulu",
    "bellsoft/liberica-openjdk-debian": "bellsoft-liberica",
    "denoland/deno": "deno",
    "grafana/grafana": "grafana",
    "hashicorp/vault": "hashicorp-vault",
    "opensearchproject/opensearch": "opensearch",
    "oven/bun": "bun",
    "docker.elastic.co/elasticsearch/elasticsearch": "elasticsearch",
    "docker.elastic.co/kibana/kibana": "kibana",
    "quay.io/keycloak/keycloak": "keycloak",
    "mariadb": "mariadb",
    "maven": "apache-maven",
    "memcached": "memcached",
    "mongo": "mongodb",
    "mysql": "mysql",
    "nginx": "nginx",
    "opensuse/leap": "opensuse",
    "oraclelinux": "oracle-linux",
    "postgres": "postgresql",
    "rabbitmq": "rabbitmq",
    "redis": "redis",
    "rockylinux": "rocky-linux",
    "rockylinux/rockylinux": "rocky-linux",
    "solr": "solr",
    "tomcat": "tomcat",
    "traefik": "traefik",
    "ubuntu": "ubuntu",
    "valkey/valkey": "valkey",
}
"""Images of Docker Hub by the product inside; those without a slash are official ones."""

_CODENAMES = {
    **{name: ("debian", number) for name, number in (
        ("trixie", "13"), ("bookworm", "12"), ("bullseye", "11"), ("buster", "10"), ("stretch", "9"), ("jessie", "8"),
        ("wheezy", "7"), ("squeeze", "6"),
    )},
    **{name: ("ubuntu", number) for name, number in (
        ("resolute", "26.04"), ("questing", "25.10"), ("plucky", "25.04"), ("oracular", "24.10"), ("noble", "24.04"),
        ("mantic", "23.10"), ("lunar", "23.04"), ("kinetic", "22.10"), ("jammy", "22.04"), ("impish", "21.10"),
        ("hirsute", "21.04"), ("groovy", "20.10"), ("focal", "20.04"), ("eoan", "19.10"), ("disco", "19.04"),
        ("cosmic", "18.10"), ("bionic", "18.04"), ("artful", "17.10"), ("xenial", "16.04"), ("trusty", "14.04"),
        ("precise", "12.04"),
    )},
}  # fmt: skip
"""Releases that tags call by their names (https://www.debian.org/releases/, https://wiki.ubuntu.com/Releases)."""


_NODE_LINES = {"argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14",
               "gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}  # fmt: skip
"""Lines of Node.js with long-term support, by their names (https://github.com/nodejs/release)."""


_NODE_LINES = {
    "argon": "4",
    "boron": "6",
    "carbon": "8",
    "dubnium": "10",
    "erbium": "12",
    "fermium": "14",
    "gallium": "16",
    "hydrogen": "18",
    "iron": "20",
    "jod": "22",
    "krypton": "24",
}
"""Lines of Node.js with long-term support, by their names (https://github.com/nodejs/release)."""


class Span(NamedTuple):
    """Versions from `low` on, up to but without `high`; None is without end."""

    low: Version | None
    high: Version | None


class Runtime(NamedTuple):
    """A product and the versions of it that a file asks for or admits. `written` is how the file says it, `where` what
    says it ("requires-python"). Lines and columns count from 1."""

    product: str
    spans: tuple[Span, ...]
    written: str
    where: str
    line: int
    column: int
    end_column: int

    @property
    def label(self) -> str:
        return _PRODUCTS.get(self.product, self.product)


_Found = Iterator[Runtime]
_Read = Callable[[str], _Found]


def wants(path: str) -> bool:
    """Whether a file states runtimes, by its path."""
    return _reader(path) is not None


def runtimes(path: str, text: str) -> tuple[Runtime, ...]:
    """What a file says it runs on. Text that is not of the kind that the path says holds none: other readers say so."""
    read = _reader(path)
    return tuple(dict.fromkeys(read(text))) if read else ()


def _reader(path: str) -> _Read | None:
    name = path.rpartition("/")[2]
    found = _FILES.get(name)
    if found is not None:
        return found
    lower = name.lower()
    if lower.endswith(_PROJECTS) or lower in ("directory.build.props", "directory.build.targets"):
        return _dotnet_project
    if "ockerfile" in name or "ontainerfile" in name:
        stem = lower.partition(".")[0]
        if stem in _DOCKER or lower.endswith((".dockerfile", ".containerfile")):
            return _dockerfile
    return None


_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_DOCKER = ("dockerfile", "containerfile")


# --- versions and ranges


def version(text: str) -> Version | None:
    """The numbers a version starts with: "v18.2.0-slim" is (18, 2, 0)."""
    match = re.match(r"[vV=\s]*(\d{1,6}(?:\.\d{1,6})*)", text, re.ASCII)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def _upto(low: Version) -> Version:
    """The first version that does not start with these numbers."""
    return (*low[:-1], low[-1] + 1)


def exactly(text: str) -> tuple[Span, ...]:
    """A version by its numbers, however few: "3.12" stands for all of 3.12."""
    low = version(text)
    return (Span(low, _upto(low)),) if low else ()


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans have a version in common."""
    return _below(one.low, other.high) and _below(other.low, one.high)


def _below(low: Version | None, high: Version | None) -> bool:
    """Whether a lower end lies below an upper one; missing numbers count as 0."""
    if low is None or high is None:
        return True
    width = max(len(low), len(high))
    return low + (0,) * (width - len(low)) < high + (0,) * (width - len(high))


_CLAUSE = re.compile(r"(~=|~>|===|==|!=|>=|<=|=|>|<|\^|~)?\s*v?(\d+(?:\.(?:\d+|[xX*]))*)[^\s,|]*", re.ASCII)


def ranged(text: str, tilde: int = 2) -> tuple[Span, ...]:
    """The spans of a range as Python, Poetry, npm, Composer and Bundler write it; () where it has no lower end or is
    not understood: of such a range nothing is said.

    `tilde` is how many numbers `~1.2.3` leaves as they are, where it has that many.
    """
    found = []
    for part in re.split(r"\|\|?", text.strip().strip("\"'")):
        span = _part(part.strip(), tilde)
        if span is None or span.low is None:
            return ()
        found.append(span)
    return tuple(found)


_LONGEST = 1000
"""Characters of a range; nobody writes a tenth of it."""


def _part(text: str, tilde: int) -> Span | None:
    if len(text) > _LONGEST:
        return None
    hyphen = re.fullmatch(r"v?([\d.]+)\s+-\s+v?([\d.]+)", text, re.ASCII)
    if hyphen:
        low, high = version(hyphen[1]), version(hyphen[2])
        return Span(low, _upto(high)) if low and high else None
    bounds: list[Span] = []
    rest = text
    while rest:
        match = _CLAUSE.match(rest)
        if match is None:
            return None
        span = _clause(match[1] or "", match[2], tilde)
        if span is not None:
            bounds.append(span)
        rest = rest[match.end() :].lstrip(" \t,")
    if not bounds:
        return None
    lows = [span.low for span in bounds if span.low is not None]
    highs = [span.high for span in bounds if span.high is not None]
    return Span(max(lows) if lows else None, min(highs) if highs else None)


def _clause(mark: str, text: str, tilde: int) -> Span | None:
    numbers = tuple(int(part) for part in re.split(r"\.[xX*]", text)[0].split("."))
    wild = not text[-1].isdigit()
    match mark:
        case "" | "=" | "==" | "===":
            return Span(numbers, _upto(numbers))
        case ">=":
            return Span(numbers, None)
        case ">":
            return Span(_upto(numbers) if wild or len(numbers) < 3 else numbers, None)
        case "<":
            return Span(None, numbers)
        case "<=":
            return Span(None, _upto(numbers))
        case "^":
            return Span(numbers, (numbers[0] + 1,) if numbers[0] else _upto(numbers[:2]))
        case "~=" | "~>":
            return Span(numbers, _upto(numbers[:-1] or numbers))
        case "~":
            return Span(numbers, _upto(numbers[: min(tilde, len(numbers))]))
    return None


# --- files


def _plain_version(product: str, where: str) -> _Read:
    """A file whose first line, comments aside, is a version."""

    def read(text: str) -> _Found:
        for number, line in enumerate(text.splitlines(), 1):
            word = line.partition("#")[0].strip()
            if word:
                bare = re.sub(r"^(?:python|node|ruby|go|cpython)-?", "", word)
                if bare.lower().startswith("lts/"):
                    bare = _NODE_LINES.get(bare[4:].lower(), "")
                yield from _one(product, exactly(bare), word, where, number, line)
                if product != "python":  # pyenv takes several
                    return

    return read


def _one(product: str, spans: tuple[Span, ...], written: str, where: str, number: int, line: str) -> _Found:
    if spans:
        start = max(line.find(written), 0) + 1
        yield Runtime(product, spans, written, where, number, start, start + len(written))


def _tool_versions(text: str) -> _Found:
    """asdf's and mise's `.tool-versions`: a tool and its versions on each line."""
    known = {"python": "python", "nodejs": "nodejs", "node": "nodejs", "ruby": "ruby", "golang": "go", "go": "go",
             "php": "php", "rust": "rust", "elixir": "elixir", "erlang": "erlang", "dotnet": "dotnet"}  # fmt: skip
    for number, line in enumerate(text.splitlines(), 1):
        tool, *versions = line.partition("#")[0].split()[:8] or [""]
        if tool in known:
            for each in versions:
                yield from _one(known[tool], exactly(each), each, ".tool-versions", number, line)


def _keyed(product: str, pattern: str, where: str, spans: Callable[[str], tuple[Span, ...]]) -> _Read:
    """A file in which a line of this pattern, whose first group is the version, states it."""

    def read(text: str) -> _Found:
        compiled = re.compile(pattern, re.ASCII)
        for number, line in enumerate(text.splitlines(), 1):
            match = compiled.match(line)
            if match:
                found = spans(match[1])
                if found:
                    yield Runtime(product, found, match[1], where, number, match.start(1) + 1, match.end(1) + 1)

    return read


def _pyproject(text: str) -> _Found:
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([^\[\]]+?)\s*\]", line)
        if header and "=" not in line.partition("[")[0]:
            section = header[1]
            continue
        key, mark, _ = line.partition("=")
        wanted = {"project": "requires-python", "tool.poetry.dependencies": "python"}.get(section)
        if mark and wanted and key.strip().strip("\"'") == wanted:
            value = re.search(r"""=\s*(?:\{[^}]*version\s*=\s*)?["']([^"']*)["']""", line)
            if value:
                yield from _one("python", ranged(value[1]), value[1], wanted, number, line)


def _package_json(text: str) -> _Found:
    engines = _table(text, "engines")
    if isinstance(engines, dict):
        yield from _stated("nodejs", engines.get("node"), "engines", text, '"node"', ranged)
    volta = _table(text, "volta")
    if isinstance(volta, dict):
        yield from _stated("nodejs", volta.get("node"), "volta", text, '"node"', exactly)


def _composer_json(text: str) -> _Found:
    require = _table(text, "require")
    if isinstance(require, dict):
        yield from _stated("php", require.get("php"), "require", text, '"php"', lambda value: ranged(value, 1))
    config = _table(text, "config")
    platform = config.get("platform") if isinstance(config, dict) else None
    if isinstance(platform, dict):
        yield from _stated("php", platform.get("php"), "config.platform", text, '"php"', exactly)


def _global_json(text: str) -> _Found:
    sdk = _table(text, "sdk")
    if isinstance(sdk, dict):
        yield from _stated("dotnet", sdk.get("version"), "sdk", text, '"version"', _dotnet)


def _table(text: str, key: str) -> Any:
    import json

    if f'"{key}"' not in text:
        return None
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return root.get(key) if isinstance(root, dict) else None


def _stated(
    product: str, value: object, where: str, text: str, key: str, spans: Callable[[str], tuple[Span, ...]]
) -> _Found:
    """A value out of a JSON document, with the line on which its key and it stand together."""
    if not isinstance(value, str) or not (found := spans(value)):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if key in line and value in line[line.find(key) :]:
            start = line.find(value, line.find(key) + len(key)) + 1
            yield Runtime(product, found, value, where, number, start, start + len(value))
            return
    yield Runtime(product, found, value, where, 1, 1, 0)


def _dotnet(text: str) -> tuple[Span, ...]:
    """The release that a target framework or an SDK stands for
    (https://learn.microsoft.com/dotnet/standard/frameworks): "net8.0-windows", "netcoreapp3.1", "6.0.400"."""
    match = re.fullmatch(r"(?:netcoreapp|net)?(\d{1,2})\.(\d{1,2})(?:[.-].*)?", text.strip().lower(), re.ASCII)
    if match is None:
        return ()
    major, minor = int(match[1]), int(match[2])
    return (Span((major,), (major + 1,)) if major >= 5 else Span((major, minor), (major, minor + 1)),)


def _dotnet_project(text: str) -> _Found:
    for number, line in enumerate(text.splitlines(), 1):
        for match in re.finditer(r"<TargetFrameworks?(?:\s[^<>]*)?>([^<]*)<", line):
            offset = match.start(1)
            for part in match[1].split(";"):
                word = part.strip()
                start = line.find(word, offset) + 1
                spans, product = _dotnet(word), "dotnet"
                old = re.fullmatch(r"net(\d)(\d)(\d?)", word.lower(), re.ASCII)
                if old:  # "net472"
                    spans, product = exactly(".".join(number for number in old.groups() if number)), "dotnetfx"
                if spans:
                    yield Runtime(product, spans, word, "TargetFramework", number, start, start + len(word))
                offset += len(part)


def _dockerfile(text: str) -> _Found:
    from yett.parse.dockerfile import parse
    from yett.parse.source import ParseError

    try:
        stages = parse(text).stages
    except ParseError:
        return  # the configuration check says so
    for stage in stages:
        if stage.base is None or stage.parent >= 0:
            continue
        place = stage.base_at.span
        end = place.end_column if place.end_line == place.line else 0
        for product, spans in image(stage.base):
            yield Runtime(product, spans, stage.base, "FROM", place.line, place.column, end)


def image(reference: str) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """What an image holds, by its name and tag: the product, and the system below it where the tag says which."""
    name = reference.partition("@")[0].lower()
    redhat = re.match(r"registry\.(?:access\.)?redhat\.(?:com|io)/(?:ubi|rhel)(\d+)(?![\w.])", name)
    if redhat:
        yield "rhel", exactly(redhat[1])
        return
    path, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return
    path = path.rpartition("/library/")[2].removeprefix("docker.io/").removeprefix("library/")
    words = tag.split("-")
    product = _IMAGES.get(path, "")
    if path.startswith("mcr.microsoft.com/dotnet/"):
        product = "dotnet"
    if not product:
        return
    numbers = version(words[0])
    if product == "dotnet" and numbers:
        yield product, _dotnet(words[0])
    elif numbers:
        yield product, (Span(numbers, _upto(numbers)),)
    for word in words if numbers is None else words[1:]:
        if word in _CODENAMES:
            system, number = _CODENAMES[word]
            yield system, exactly(number)
        elif product != "alpine-linux" and (found := re.fullmatch(r"alpine(\d+\.\d+)", word)):
            yield "alpine-linux", exactly(found[1])


_FILES: dict[str, _Read] = {
    ".python-version": _plain_version("python", ".python-version"),
    "runtime.txt": _keyed("python", r"\s*python-(\d[\d.]*)", "runtime.txt", exactly),
    ".node-version": _plain_version("nodejs", ".node-version"),
    ".nvmrc": _plain_version("nodejs", ".nvmrc"),
    ".ruby-version": _plain_version("ruby", ".ruby-version"),
    ".go-version": _plain_version("go", ".go-version"),
    ".php-version": _plain_version("php", ".php-version"),
    ".tool-versions": _tool_versions,
    "rust-toolchain": _keyed("rust", r"""\s*(?:channel\s*=\s*["'])?(\d[\d.]*)""", "rust-toolchain", exactly),
    "rust-toolchain.toml": _keyed("rust", r"""\s*channel\s*=\s*["'](\d[\d.]*)""", "rust-toolchain", exactly),
    "pyproject.toml": _pyproject,
    "setup.cfg": _keyed("python", r"python_requires\s*=\s*(\S.*?)\s*$", "python_requires", ranged),
    "Pipfile": _keyed("python", r"""python_(?:full_)?version\s*=\s*["']([^"']+)""", "python_version", exactly),
    "package.json": _package_json,
    "composer.json": _composer_json,
    "global.json": _global_json,
    "go.mod": _keyed("go", r"go\s+(\d[\w.]*)", "go", lambda text: _from(text)),
    "Gemfile": _keyed("ruby", r"""\s*ruby\s*\(?\s*["']([^"']+)""", "ruby", ranged),
}


def _from(text: str) -> tuple[Span, ...]:
    low = version(text)
    return (Span(low[:2], None),) if low else ()
