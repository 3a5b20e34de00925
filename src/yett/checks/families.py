"""Which files the configuration check reads: the table of its families."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Scope = Literal["file", "folder", "tree"]


class Family(NamedTuple):
    """A kind of file.

    `wants` decides by path, for every file there is; `marks` are byte strings one of which is in every file that
    matters, and `all_marks` those that all are. `scope` says which other files of the family may change what is said
    of one, and `reads` names other families that may.
    """

    name: str
    wants: Callable[[str], bool]
    marks: tuple[bytes, ...] = ()
    all_marks: tuple[bytes, ...] = ()
    scope: Scope = "file"
    reads: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        return f"yett.rules.{self.name.replace('-', '_')}"

    def holds(self, data: bytes) -> bool:
        """Whether the words are there. A text in UTF-16 is shown to the rules, whatever it holds."""
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return True
        return (not self.marks or any(mark in data for mark in self.marks)) and all(
            mark in data for mark in self.all_marks
        )


def _is_workflow(path: str) -> bool:
    """GitHub reads `.github/workflows` at the root alone; templates of repositories hold it further down."""
    folder, _, name = path.rpartition("/")
    return name.endswith((".yml", ".yaml")) and (folder == ".github/workflows" or folder.endswith("/.github/workflows"))


def _is_action(path: str) -> bool:
    return path.rpartition("/")[2] in ("action.yml", "action.yaml") and not _is_workflow(path)


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    low = name.lower()
    if low in ("dockerfile", "containerfile") or low.endswith((".dockerfile", ".containerfile")):
        return True
    if not low.startswith(("dockerfile.", "containerfile.", "dockerfile-", "containerfile-")):
        return False
    # `Dockerfile.dev` is one, `Dockerfile.md` speaks of one.
    return low.rpartition(".")[2] not in _OTHER_ENDINGS


_OTHER_ENDINGS = (
    *("dockerignore", "containerignore", "md", "rst", "txt", "html", "adoc", "json", "yaml", "yml", "toml", "lock"),
    *("py", "js", "ts", "go", "rb", "java", "sh", "bats", "vim", "snap", "patch", "diff", "orig", "png", "svg"),
)


def _is_manifest(path: str) -> bool:
    return path.endswith((".yaml", ".yml", ".json"))


def _is_chart(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if name == "Chart.yaml":
        return True
    return name.endswith((".yaml", ".yml")) and ("values" in name or "values" in folder.rpartition("/")[2])


FAMILIES = (
    Family("github-actions", lambda path: _is_workflow(path) or _is_action(path)),
    Family("docker", _is_dockerfile),
    Family("helm", _is_chart, scope="tree"),
    Family("kubernetes", _is_manifest, all_marks=(b"apiVersion", b"kind"), scope="tree"),
)
