"""Where advisories come from: OSV's bucket, a mirror of it, or a folder laid out the same way.

The layout is `<base>/ecosystems.txt` and `<base>/<Ecosystem>/all.zip`
(https://google.github.io/osv.dev/data/#data-dumps).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import IO, Protocol

from yett.errors import YettError

OSV = "https://osv-vulnerabilities.storage.googleapis.com"
KEV = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
"""CISA's catalogue of vulnerabilities that are known to be exploited."""

KEV_FILE = "kev/known_exploited_vulnerabilities.json"
LARGEST_DOWNLOAD = 4 << 30
LARGEST_TEXT = 64 << 20
ATTEMPTS = 3
PATIENCE = (10.0, 60.0)
"""Seconds to connect, and between two pieces of an answer."""

Progress = Callable[[str, int, int], None]
"""Called with what is under way, how much of it is done and of how much (0: not known)."""


class AbsentError(Exception):
    """The source has nothing under that name."""


class Source(Protocol):
    """Names are relative to the base and `/`-separated."""

    base: str

    def ecosystems(self) -> tuple[str, ...] | None:
        """What the source has, sorted; None if it does not say. Raises YettError where there is no source at all."""

    def text(self, name: str) -> bytes:
        """A small file. Raises AbsentError or YettError."""

    def open(self, name: str, scratch: IO[bytes], progress: Progress | None) -> IO[bytes]:
        """A large file, seekable; a download goes through `scratch`. Raises AbsentError or YettError."""


def source(base: str) -> Source:
    """The source that `base` names: an http or https address, a file:// address or a folder."""
    return Web(base.rstrip("/")) if _is_web(base) else Folder(_path(base))


def fetch(address: str) -> bytes:
    """A small file by its own address or path. Raises AbsentError or YettError."""
    if _is_web(address):
        folder, _, name = address.rpartition("/")
        return Web(folder).text(name)
    with _open(_path(address)) as file:
        return file.read(LARGEST_TEXT)


def _is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _path(address: str) -> str:
    scheme, colon, rest = address.partition("://")
    if not colon:
        return address
    if scheme.lower() != "file":
        raise YettError(f"cannot read {address}: give an https:// address, a file:// address or a path")
    from urllib.parse import unquote

    return unquote(rest.removeprefix("localhost"))


def _open(path: str) -> IO[bytes]:
    try:
        return open(path, "rb")
    except FileNotFoundError as error:
        raise AbsentError(path) from error
    except OSError as error:
        raise YettError(f"cannot read {path}: {error.strerror}") from error


class Folder:
    """A folder with one subfolder for each ecosystem, or with such a folder named `osv`."""

    def __init__(self, base: str) -> None:
        inner = os.path.join(base, "osv")
        self.base = inner if os.path.isdir(inner) else base

    def ecosystems(self) -> tuple[str, ...] | None:
        try:
            names = os.listdir(self.base)
        except OSError as error:
            raise YettError(f"cannot read the advisory folder {self.base}: {error.strerror}") from error
        return tuple(sorted(name for name in names if os.path.isfile(os.path.join(self.base, name, "all.zip"))))

    def text(self, name: str) -> bytes:
        return fetch(self._place(name))

    def open(self, name: str, scratch: IO[bytes], progress: Progress | None) -> IO[bytes]:
        return _open(self._place(name))

    def _place(self, name: str) -> str:
        return os.path.join(self.base, *name.split("/"))


class Web:
    """An http or https address; proxies and certificates come from the environment, as `requests` reads it."""

    def __init__(self, base: str) -> None:
        self.base = base

    def ecosystems(self) -> tuple[str, ...] | None:
        try:
            listed = self.text("ecosystems.txt").decode("utf-8", "replace").split("\n")
        except AbsentError:
            return None
        return tuple(sorted({line.strip() for line in listed if line.strip() and ":" not in line}))

    def text(self, name: str) -> bytes:
        from io import BytesIO

        into = BytesIO()
        _download(self._address(name), into, LARGEST_TEXT, None)
        return into.getvalue()

    def open(self, name: str, scratch: IO[bytes], progress: Progress | None) -> IO[bytes]:
        _download(self._address(name), scratch, LARGEST_DOWNLOAD, progress)
        scratch.seek(0)
        return scratch

    def _address(self, name: str) -> str:
        from urllib.parse import quote, urljoin

        return urljoin(self.base + "/", quote(name))


def _download(address: str, into: IO[bytes], most: int, progress: Progress | None) -> None:
    import requests

    for attempt in range(1, ATTEMPTS + 1):
        into.seek(0)
        into.truncate()
        try:
            with requests.get(address, stream=True, timeout=PATIENCE) as answer:
                if answer.status_code in (404, 410):
                    raise AbsentError(address)
                answer.raise_for_status()
                total = int(answer.headers.get("Content-Length") or 0)
                done = 0
                for piece in answer.iter_content(1 << 18):
                    done += len(piece)
                    if done > most:
                        raise YettError(f"{address} is larger than {most >> 20} MiB: not read any further")
                    into.write(piece)
                    if progress:
                        progress(f"download {address}", done, max(total, done) if total else 0)
                return
        except (requests.RequestException, ValueError) as error:
            refused = isinstance(error, requests.HTTPError) and error.response.status_code < 500
            if attempt == ATTEMPTS or refused or isinstance(error, ValueError):
                raise YettError(f"cannot fetch {address}: {_cause(error)}") from error
            time.sleep(attempt)


def _cause(error: Exception) -> str:
    """The first line of what went wrong, without the chain of objects that requests likes to print."""
    return type(error).__name__ + ": " + " ".join(str(error).split())[:200]
