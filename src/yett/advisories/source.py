"""Where advisories come from: OSV's bucket, a mirror of it, or a folder laid out the same way.

The layout is `<base>/ecosystems.txt`, `<base>/<Ecosystem>/all.zip`, `<base>/<Ecosystem>/modified_id.csv` and
`<base>/<Ecosystem>/<ID>.json` (https://google.github.io/osv.dev/data/#data-dumps).
"""

from __future__ import annotations

import os
import stat

from yett.advisories.download import AbsentError, Progress, download, shown
from yett.errors import YettError
from yett.lean import IO, TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import requests

OSV = "https://osv-vulnerabilities.storage.googleapis.com"
LARGEST_DOWNLOAD = 4 << 30
LARGEST_TEXT = 64 << 20


class Text(NamedTuple):
    """The content of a small file; `mark` tells next time whether it has changed, "" where it cannot."""

    content: bytes
    mark: str


class Large(NamedTuple):
    """A large file, seekable, to be closed by whoever asked for it."""

    file: IO[bytes]
    mark: str


class Source(Protocol):
    """Names are relative to the base and `/`-separated. `base` holds no password."""

    base: str

    def ecosystems(self) -> tuple[str, ...] | None:
        """What the source has, sorted; None if it does not say. Raises YettError where there is no source at all."""

    def text(self, name: str, mark: str = "") -> Text | None:
        """A small file; None where it still has the mark. Raises AbsentError or YettError."""

    def open(self, name: str, scratch: IO[bytes], progress: Progress | None, mark: str = "") -> Large | None:
        """A large file; a download goes through `scratch`. None where it still has the mark. Raises AbsentError or
        YettError."""


def source(base: str) -> Source:
    """The source that `base` names: an http or https address, a file:// address or a folder."""
    return Web(base.rstrip("/")) if is_web(base) else Folder(path(base))


def fetch(address: str, mark: str = "") -> Text | None:
    """A small file by its own address or path; None where it still has the mark. Raises AbsentError or YettError."""
    if is_web(address):
        folder, _, name = address.rpartition("/")
        return Web(folder).text(name, mark)
    return _read(path(address), mark)


def large(address: str, scratch: IO[bytes], progress: Progress | None) -> Large:
    """A large file by its own address or path; a download goes through `scratch`. Raises AbsentError or YettError."""
    if is_web(address):
        folder, _, name = address.rpartition("/")
        found = Web(folder).open(name, scratch, progress)
        assert found is not None  # no mark was given
        return found
    return _open(path(address))


def is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def path(address: str) -> str:
    """The path that a file:// address or a path means."""
    scheme, colon, rest = address.partition("://")
    if not colon:
        return address
    if scheme.lower() != "file":
        raise YettError(f"cannot read {shown(address)}: give an https:// address, a file:// address or a path")
    from urllib.parse import unquote

    return unquote(rest.removeprefix("localhost"))


def _open(place: str) -> Large:
    try:
        if not stat.S_ISREG(os.stat(place).st_mode):  # a pipe would wait for ever
            raise YettError(f"cannot read {place}: it is not a file")
        file = open(place, "rb")  # noqa: SIM115 - the caller closes it
    except (FileNotFoundError, NotADirectoryError) as error:
        raise AbsentError(place) from error
    except (OSError, ValueError) as error:
        raise YettError(f"cannot read {place}: {getattr(error, 'strerror', None) or error}") from error
    about = os.fstat(file.fileno())
    return Large(file, f"{about.st_mtime_ns}-{about.st_size}")


def _read(place: str, mark: str) -> Text | None:
    file, now = _open(place)
    with file:
        if mark and mark == now:
            return None
        content = file.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise YettError(f"{place} is larger than {LARGEST_TEXT >> 20} MiB: not read any further")
    return Text(content, now)


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

    def text(self, name: str, mark: str = "") -> Text | None:
        return _read(self._place(name), mark)

    def open(self, name: str, scratch: IO[bytes], progress: Progress | None, mark: str = "") -> Large | None:
        found = _open(self._place(name))
        if mark and found.mark == mark:
            found.file.close()
            return None
        return found

    def _place(self, name: str) -> str:
        return os.path.join(self.base, *name.split("/"))


class Web:
    """An http or https address; proxies and certificates come from the environment, as `requests` reads it."""

    def __init__(self, base: str) -> None:
        self.base = shown(base)
        self._base = base
        self._session: requests.Session | None = None

    def ecosystems(self) -> tuple[str, ...] | None:
        try:
            found = self.text("ecosystems.txt")
        except AbsentError:
            return None
        listed = found.content.decode("utf-8", "replace").split("\n") if found else []
        return tuple(sorted({line.strip() for line in listed if line.strip() and ":" not in line}))

    def text(self, name: str, mark: str = "") -> Text | None:
        from io import BytesIO

        into = BytesIO()
        now = download(self._asking(), self._address(name), into, LARGEST_TEXT, None, mark)
        return None if now is None else Text(into.getvalue(), now)

    def open(self, name: str, scratch: IO[bytes], progress: Progress | None, mark: str = "") -> Large | None:
        now = download(self._asking(), self._address(name), scratch, LARGEST_DOWNLOAD, progress, mark)
        scratch.seek(0)
        return None if now is None else Large(scratch, now)

    def _asking(self) -> requests.Session:
        if self._session is None:
            import requests

            self._session = requests.Session()
        return self._session

    def _address(self, name: str) -> str:
        from urllib.parse import quote, urljoin

        return urljoin(self._base + "/", quote(name))
