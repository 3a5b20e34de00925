"""Who a container runs as."""

from __future__ import annotations

from yett.parse import shell
from yett.parse.dockerfile import Dockerfile, Instruction, Stage

_DROPPERS = ("gosu", "su-exec", "setpriv", "runuser", "chroot", "s6-setuidgid", "setuser", "chpst", "su")


def last_user(dockerfile: Dockerfile) -> tuple[Stage, Instruction] | None:
    """The USER that holds in the end, from the final stage or an earlier one that it builds on."""
    for stage in dockerfile.lineage(dockerfile.final):
        user = stage.last("USER")
        if user:
            return stage, user
    return None


def gives_up_root(dockerfile: Dockerfile) -> bool:
    """Whether the start command switches to another user: by itself, or by a script, for which a tool is installed."""
    starts = [found for name in ("ENTRYPOINT", "CMD") if (found := _last(dockerfile, name))]
    if any(word.text.rpartition("/")[2] in _DROPPERS for start in starts for word in start.words()):
        return True
    scripted = any(word.text.endswith(".sh") or "entrypoint" in word.text for start in starts for word in start.words())
    return scripted and any(_installs_dropper(stage) for stage in dockerfile.lineage(dockerfile.final))


def _last(dockerfile: Dockerfile, name: str) -> Instruction | None:
    found = (stage.last(name) for stage in dockerfile.lineage(dockerfile.final))
    return next((instruction for instruction in found if instruction), None)


def _installs_dropper(stage: Stage) -> bool:
    tools = ("gosu", "su-exec")
    for instruction in stage.all("RUN", "COPY", "ADD"):
        if instruction.name != "RUN":
            if any(word.text.rpartition("/")[2] in tools for word in instruction.words()):
                return True
            continue
        for script in instruction.scripts:
            for command in shell.walk(script.commands):
                if any(word.text.rpartition("/")[2].startswith(tools) for word in command.words):
                    return True
    return False
