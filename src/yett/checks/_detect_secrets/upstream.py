"""The library's own plugins, filters and transformers, set up once as `detect-secrets scan --no-verify` has them.

Nothing is configured by what is scanned: no baseline is read, no plugin or filter named in one is imported.
`import requests` would cost 90 ms of CPU for a verification that never happens, so the plugins are given a module of
that name with the few things in it that they use at import; and the package's own `__init__` would bring
`multiprocessing`, so the package is put in place without it. Where anything does not fit, all is imported as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec, module_from_spec
from io import StringIO
from types import ModuleType

from yett.lean import Any, NamedTuple

KNOWN_RELEASES = frozenset({"1.5.0"})
"""The releases whose way through a file was read line by line."""


class Library(NamedTuple):
    """What is used of the library."""

    plugins: tuple[Any, ...]
    scan: Any
    transformed: Any
    kind_of: Any
    snippet: Any


def release() -> str:
    """The installed version, "" where there is none. Read off the name of the metadata folder beside the package."""
    from os import listdir
    from os.path import dirname

    spec = find_spec("detect_secrets")
    for place in (spec and spec.submodule_search_locations) or ():
        for name in listdir(dirname(place)):
            if name.startswith("detect_secrets-") and name.endswith(".dist-info"):
                return name.removeprefix("detect_secrets-").removesuffix(".dist-info")
    return ""


def load() -> Library:
    """The library, ready. Raises ImportError where it is not there, or is another than is known."""
    seeded = _seeded()
    try:
        return _loaded()
    except (AttributeError, ImportError):
        if not seeded:
            raise
        for name in [name for name in sys.modules if name.partition(".")[0] in seeded]:
            del sys.modules[name]
        seeded.clear()
        return _loaded()
    finally:
        if "requests" in seeded:
            del sys.modules["requests"]


def _seeded() -> set[str]:
    """Puts in place what is not imported yet; the result names it."""
    found = {"detect_secrets", "requests"} - sys.modules.keys()
    if "detect_secrets" in found:
        spec = find_spec("detect_secrets")
        if spec is None:
            raise ImportError("detect_secrets is not installed")
        sys.modules["detect_secrets"] = module_from_spec(spec)
    if "requests" in found:
        sys.modules["requests"] = _requests()
    return found


def _requests() -> Any:
    module: Any = ModuleType("requests")
    module.Response = object
    module.exceptions = ModuleType("requests.exceptions")
    module.exceptions.RequestException = type("RequestException", (OSError,), {})
    return module


def _loaded() -> Library:
    from detect_secrets.core import scan
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.settings import get_plugins, get_settings
    from detect_secrets.transformers import get_transformed_file
    from detect_secrets.util.code_snippet import get_code_snippet
    from detect_secrets.util.filetype import determine_file_type

    from detect_secrets import filters

    settings = get_settings()
    settings.clear()
    kinds: Mapping[str, type] = get_mapping_from_secret_type_to_class()
    settings.configure_plugins([{"name": each.__name__} for each in kinds.values()])
    # a blob is no file on the disk
    settings.disable_filters("detect_secrets.filters.common.is_invalid_file")
    if filters.gibberish.is_feature_enabled():
        filters.gibberish.initialize()
    return Library(tuple(get_plugins()), scan, get_transformed_file, determine_file_type, get_code_snippet)


class _File(StringIO):
    """A text that has a name, as the transformers want it."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def set_aside(library: Library, path: str) -> bool:
    """Whether the library does not look at files of this name: lock files, Swagger, pictures."""
    return bool(library.scan._is_filtered_out(required_filter_parameters=["filename"], filename=path))


def rewritten(library: Library, text: str, path: str, eager: bool) -> list[str]:
    """The lines as a transformer puts them; none where none takes the file."""
    return library.transformed(_File(text, path), use_eager_transformers=eager) or []


def secrets(
    library: Library, lines: Sequence[str], line: int, plugins: Sequence[Any], path: str
) -> Iterator[tuple[str, str]]:
    """What the plugins find in a line, counted from 1, after its filters: its word for the kind, and the value."""
    scan = library.scan
    text = lines[line - 1].rstrip()
    context = library.snippet(lines=lines, line_number=line)
    if scan._is_filtered_out(required_filter_parameters=["line"], filename=path, line=text, context=context):
        return
    for plugin in plugins:
        found = scan._scan_line(plugin=plugin, filename=path, line=text, line_number=line, context=context)
        for each in found:
            if not scan._is_filtered_out(
                required_filter_parameters=["context"],
                filename=each.filename,
                secret=each.secret_value,
                plugin=plugin,
                line=text,
                context=context,
            ):
                yield each.type, each.secret_value
