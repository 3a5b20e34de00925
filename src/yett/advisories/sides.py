"""What stands beside the advisories: known exploits, their likelihood, ends of life, popular names. Bytes to values."""

from __future__ import annotations

import re
from collections.abc import Container

from yett.advisories.lookup import Cycle
from yett.lean import Any
from yett.parse.versions import normalise

KEV = (
    "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    "https://raw.githubusercontent.com/cisagov/kev-data/develop/known_exploited_vulnerabilities.json",
)
"""CISA's catalogue of vulnerabilities that are known to be exploited, and its own copy for whom its site turns away."""

EPSS = ("https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",)
"""FIRST's Exploit Prediction Scoring System, a score for every CVE, every day (https://www.first.org/epss/data_stats)."""

EOL = "https://endoflife.date/api"

POPULAR = {
    "PyPI": ("https://hugovk.github.io/top-pypi-packages/top-pypi-packages.min.json", "popular/pypi.txt"),
    "npm": ("https://cdn.jsdelivr.net/npm/npm-high-impact/lib/top-download.js", "popular/npm.txt"),
}
"""The public list of the most downloaded packages, and what a mirror calls it: one name a line. In these two registries
anybody may take any name, without an owner's prefix, and there nearly all lookalikes are found."""

KEV_FILE = "kev/known_exploited_vulnerabilities.json"
EPSS_FILE = "epss/epss_scores-current.csv.gz"
EOL_FOLDER = "eol/api"

PRODUCTS = (
    # languages and runtimes: what manifests and version files name
    *("python", "nodejs", "php", "ruby", "go", "rust", "dotnet", "dotnetfx", "deno", "bun", "perl", "elixir", "erlang"),
    *("kotlin", "scala"),
    # Java, by whoever builds it: the word is in the image's name
    *("openjdk-builds-from-oracle", "eclipse-temurin", "amazon-corretto", "azul-zulu", "bellsoft-liberica"),
    *("microsoft-build-of-openjdk", "oracle-jdk", "red-hat-build-of-openjdk", "sapmachine", "ibm-semeru", "graalvm-ce"),
    # distributions: what base images are made of
    *("alpine-linux", "debian", "ubuntu", "centos", "centos-stream", "rocky-linux", "almalinux", "rhel", "fedora"),
    *(
        "amazon-linux",
        "oracle-linux",
        "opensuse",
        "sles",
        "vmware-photon",
        "windows-server-core",
        "windows-nano-server",
    ),
    # servers that run as images beside a backend
    *("nginx", "apache-http-server", "haproxy", "traefik", "caddy", "envoy", "tomcat", "eclipse-jetty"),
    *("vinyl-cache", "postgresql", "mysql", "mariadb", "mongodb", "redis", "valkey", "memcached", "elasticsearch"),
    *("opensearch", "solr", "rabbitmq", "apache-kafka", "apache-cassandra", "mssqlserver", "keycloak", "kong-gateway"),
    *(
        "hashicorp-vault",
        "consul",
        "grafana",
        "prometheus",
        "kibana",
        "logstash",
        "jenkins",
        "gitlab",
        "sonarqube-server",
    ),
    # frameworks whose release lines end, whatever their advisories say
    *("django", "laravel", "symfony", "ruby-on-rails", "spring-boot", "spring-framework", "express", "nextjs", "nuxt"),
    *("angular", "angularjs", "vue", "react", "jquery", "bootstrap", "quarkus-framework", "cakephp", "twig"),
    # shops and content
    *("magento", "shopware", "drupal", "typo3", "wordpress", "craft-cms", "wagtail", "strapi"),
    # what pipelines pin
    *("composer", "pnpm", "yarn", "gradle", "apache-maven", "kubernetes", "docker-engine", "terraform", "opentofu"),
)
"""The products of endoflife.date that a dependency file, a version file, a Dockerfile or a workflow can name."""

LARGEST_SCORES = 256 << 20
MOST_NAMES = 100_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def exploited(content: bytes) -> dict[str, str]:
    """CISA's catalogue: CVE id to the day it was listed. Raises ValueError for anything else."""
    document = _json(content)
    try:
        return {
            str(entry["cveID"]): day if _DAY.fullmatch(day := str(entry.get("dateAdded"))) else ""
            for entry in document["vulnerabilities"]
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it is not CISA's catalogue of known exploited vulnerabilities") from error


def scores(content: bytes, wanted: Container[str]) -> dict[str, tuple[float, float]]:
    """FIRST's scores, gzip-packed CSV: those of the CVE ids wanted, as likelihood and percentile. Raises ValueError for
    anything else."""
    import zlib

    unpacking = zlib.decompressobj(31)
    try:
        text = unpacking.decompress(content, LARGEST_SCORES).decode("ascii")
    except (zlib.error, UnicodeDecodeError) as error:
        raise ValueError("it is not a list of EPSS scores") from error
    if unpacking.unconsumed_tail:
        raise ValueError(f"it unpacks to more than {LARGEST_SCORES >> 20} MiB")
    head, _, rows = text.partition("\ncve,epss,percentile\n")
    if not unpacking.eof or not rows or "\n" in head:
        raise ValueError("it is not a whole list of EPSS scores")
    found = {}
    for row in rows.split("\n"):
        cve, _, rest = row.partition(",")
        if cve in wanted:
            score, _, percentile = rest.partition(",")
            found[cve] = (_share(score), _share(percentile))
    return found


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError("it has a score that is not between 0 and 1")
    return number


def is_cve(name: str) -> bool:
    return name.startswith("CVE-")


def cycles(content: bytes) -> tuple[Cycle, ...]:
    """A product's release cycles, newest first, as endoflife.date has them. Raises ValueError for anything else."""
    document = _json(content)
    if not isinstance(document, list) or not all(isinstance(item, dict) and "cycle" in item for item in document):
        raise ValueError("it is not a list of release cycles")
    return tuple(
        Cycle(
            _word(item["cycle"]),
            _word(item.get("releaseDate")),
            _end(item.get("eol")),
            _word(item.get("latest")),
            _end(item.get("extendedSupport")),
        )
        for item in document
    )


def _end(value: object) -> str | bool:
    if isinstance(value, bool):
        return value
    return value if isinstance(value, str) and _DAY.fullmatch(value) else False


def _word(value: object) -> str:
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return text[:100] if text.isprintable() else ""


def names(ecosystem: str, content: bytes) -> tuple[str, ...]:
    """Package names by rank, normalised: of one name a line, of top-pypi-packages' JSON or of npm-high-impact's module.
    Raises ValueError for anything else."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("it is not a list of names") from error
    start = text.lstrip()
    if start.startswith("{"):
        try:
            found = [str(row["project"]) for row in _json(content)["rows"]]
        except (KeyError, TypeError) as error:
            raise ValueError("it is not a list of names") from error
    elif "export const" in start[:2000]:
        found = re.findall(r"""^\s*['"]([^'"\s]{1,214})['"],?\s*$""", text, re.MULTILINE)
    else:
        found = text.split()
    listed = tuple(dict.fromkeys(normalise(ecosystem, name) for name in found[:MOST_NAMES]))
    if not listed or any(not re.fullmatch(r"[\w@./~-]{1,214}", name, re.ASCII) for name in listed):
        raise ValueError("it is not a list of names")
    return listed


def _json(content: bytes) -> Any:
    import json

    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
