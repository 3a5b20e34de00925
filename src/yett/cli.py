"""argv, environment, stdout and exit codes: nothing below this module touches them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

from yett import caches, git
from yett.errors import YettError
from yett.lean import NamedTuple
from yett.model import CHECKS, EXIT_CODES, GapKind, Target, Verdict
from yett.options import FORMATS, read

USAGE = 2
INTERNAL = 4
INTERRUPTED = 130

_BY_EXTENSION = {".json": "json", ".sarif": "sarif", ".md": "markdown", ".txt": "text"}


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run one command and give its exit code, once all that it prints is out."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed: what is said goes nowhere, as it was asked for
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _finished(_run(arguments, environment))
    except BrokenPipeError:
        _discard()  # whoever read us has gone
        return INTERNAL


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        if arguments[:1] == ["bandit"] or arguments[:1] == ("bandit",):
            from yett.commands.bandit import run as run_bandit

            return run_bandit(arguments[1:], environment, _say)
        return _command(read(arguments) or _parsed(arguments), environment)
    except YettError as error:
        _say(f"yett: {_safe(str(error))}")
        return USAGE
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        _say("yett: interrupted: there is no verdict")
        return INTERRUPTED
    except SystemExit as leaving:  # argparse, after --help and --version
        return int(leaving.code or 0)
    except Exception as crash:  # Python would end with 1, which says "fail": an internal error has a code of its own
        from yett.summary import crash as told

        _say(f"yett: internal error ({told(crash)}): please report this")
        if environment.get("YETT_TRACEBACK"):
            raise
        return INTERNAL


def _finished(code: int) -> int:
    """The exit code of a command, once all that it printed is out."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        return _unwritten("", error, code)
    return code


def _unwritten(path: str, error: OSError, code: int) -> int:
    """What a report that cannot be written makes of an exit code: it never betters it, a pass becomes a usage error."""
    _say(f"yett: {_safe(_unwritable(path, error))}")
    return code or USAGE


def _unwritable(path: str, error: OSError) -> str:
    """That a place cannot be written, in words; `path` "" is standard output, which nothing waits for any more then."""
    if not path:
        _discard()
    return f"{path or 'standard output'} cannot be written: {(error.strerror or 'unknown error').lower()}"


def _discard() -> None:
    """Drop what waits for standard output: Python would complain of it once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parsed(arguments: Sequence[str]) -> SimpleNamespace:
    from yett.arguments import parser

    return parser(arguments[0] if arguments else "").parse_args(arguments, SimpleNamespace())


def _command(options: SimpleNamespace, environment: Mapping[str, str]) -> int:
    match options.command:
        case "check":
            return _check(options, environment)
        case "policy":
            from yett.commands.policy import run as run_policy

            return run_policy(options, environment, _print)
        case "advisories":
            from yett.commands.advisories import run as run_advisories

            return run_advisories(options, _database(options.database, environment), _print, _Progress())
        case "history":
            from yett.commands.history import run as run_history

            progress = _Progress()
            code = run_history(options, environment, _print, progress)
            progress.clear()
            return code
        case "fix":
            from yett.commands.fix import run as run_fix

            return run_fix(options, environment, _database(options.database, environment), _print)
        case "verify-secrets":
            from yett.commands.verify import run as run_verify

            place = _sought(options, environment)()
            target, _ = _target(options, environment, place)
            progress = _Progress()
            code = run_verify(options, environment, target, place.repository if place else None, _print, progress)
            progress.clear()
            return code
        case "baseline":
            from yett.commands.baseline import run as run_baseline

            return run_baseline(options, time.strftime("%Y-%m-%d", time.gmtime()), _print, _say)
        case "sbom":
            from yett.commands.sbom import run as run_sbom

            return run_sbom(options, environment, _print)
        case "explain" | "rules":
            from yett.commands.rules import run as run_rules

            return run_rules(options, _print)
        case _:
            from yett.commands.init import run as run_init

            return run_init(options, _print)


def _check(options: SimpleNamespace, environment: Mapping[str, str]) -> int:
    started = time.perf_counter()
    outputs = _outputs(options)
    sought = _sought(options, environment)
    from yett.gate import Request, run  # while git looks for the repository

    place = sought()
    target, hook = _target(options, environment, place)
    ci = caches.in_ci(environment)
    now = time.time()
    lenient: tuple[GapKind, ...] = ("advisories",) if hook and not ci else ()
    request = Request(
        target=target,
        repository=place.repository if place else None,
        checks=_checks(options.only, options.skip),
        policy_file=options.policy,
        advisories=_database(options.advisories, environment),
        today=time.strftime("%Y-%m-%d", time.gmtime(now)),
        now=now,
        lenient=lenient,
        store="" if ci or options.no_store else os.path.join(_cache(environment), "seen"),
        archives=options.archives,
        described=any(each.form in ("sarif", "markdown") for each in outputs),
        compiled=caches.compiled(environment),
        objects=place.objects if place else None,
    )
    progress = _Progress()
    spent: dict[str, float] = {}
    verdict = run(request, progress.files, spent.__setitem__)
    progress.clear()
    if options.verbose:
        shares = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in spent.items())
        _say(f"yett: {time.perf_counter() - started:.3f} s in all; in the checks: {shares}")
    return _report(verdict, outputs, options, environment)


class _Output(NamedTuple):
    form: str
    path: str


def _outputs(options: SimpleNamespace) -> list[_Output]:
    """Where reports go; `path` "" is standard output."""
    files: list[_Output] = []
    taken = False
    for wanted in options.output:
        form, separator, path = wanted.partition(":")
        if not separator or form not in FORMATS:
            form, separator, path = wanted.partition("=")
        if separator and form in FORMATS:
            files.append(_Output(form, path))
        elif options.format:
            files.append(_Output(options.format, wanted))
            taken = True
        else:
            extension = os.path.splitext(wanted)[1]
            if extension not in _BY_EXTENSION:
                raise YettError(f"the format of {wanted} is not clear: name it with --format, or as json:{wanted}")
            files.append(_Output(_BY_EXTENSION[extension], wanted))
    printed = "text" if taken or not options.format else options.format
    return [_Output(printed, ""), *files]


def _checks(only: Sequence[str] | None, skip: Sequence[str] | None) -> tuple[str, ...]:
    chosen = _names(only) if only else set(CHECKS)
    left = chosen - (_names(skip) if skip else set())
    if not left:
        raise YettError("--only and --skip leave no check to run: name at least one of " + ", ".join(CHECKS))
    return tuple(name for name in CHECKS if name in left)


def _names(given: Sequence[str]) -> set[str]:
    names = {name.strip() for each in given for name in each.split(",") if name.strip()}
    unknown = sorted(names - set(CHECKS))
    if unknown:
        raise YettError(f"there is no check {unknown[0]!r}: name one of {', '.join(CHECKS)}")
    return names


class _Place(NamedTuple):
    """Where a target is: a repository, and what it holds."""

    repository: git.Repository
    objects: git.Objects


def _sought(options: SimpleNamespace, environment: Mapping[str, str]) -> Callable[[], _Place | None]:
    """What waits for the repository to be found; it gives None where files are named, which need none."""
    if not os.path.isdir(options.folder):
        raise YettError(f"{options.folder} is not a folder: name one after -C")
    if options.paths:
        return lambda: None
    start = os.path.abspath(options.folder)
    found, objects = git.seek(start, environment), git.Objects.around(start, environment)
    return lambda: _Place(found(), objects)


def _target(options: SimpleNamespace, environment: Mapping[str, str], place: _Place | None) -> tuple[Target, bool]:
    """What was asked for, and whether this is a hook on somebody's own machine."""
    if place is None:
        return Target("paths", os.path.abspath(options.folder), paths=tuple(options.paths)), False
    repository = place.repository
    root = repository.root or repository.directory
    head = repository.head
    in_hook = any(name in environment for name in ("PRE_COMMIT", "PREK", "PREK_HOOK_STAGE", "GIT_INDEX_FILE"))
    wanted = options.range
    default = not (options.staged or options.range or options.tree is not None)
    if default and "PRE_COMMIT_FROM_REF" in environment and "PRE_COMMIT_TO_REF" in environment:
        wanted = f"{environment['PRE_COMMIT_FROM_REF']}..{environment['PRE_COMMIT_TO_REF']}"
    if default and not wanted and "PRE_COMMIT_REMOTE_NAME" in environment:
        # a push whose first commit is the repository's first: the runners name no base, and the whole branch is meant
        branch = environment.get("PRE_COMMIT_LOCAL_BRANCH", "HEAD")
        return Target("tree", root, head=_commit(branch, place)), in_hook
    if wanted:
        base, head = _ends(wanted, place)
        return Target("range", root, base=base, head=head), in_hook
    if options.tree:
        return Target("tree", root, head=_commit(options.tree, place)), in_hook
    if not repository.root:
        raise YettError(f"{root} is a bare repository, which has nothing staged: name a commit with --tree")
    if options.staged or (default and in_hook and _is_commit(repository, head, environment)):
        return Target("staged", root, head=head), True
    return Target("tree", root, head=head, of_index=True), in_hook


def _is_commit(repository: git.Repository, head: str, environment: Mapping[str, str]) -> bool:
    """Whether a hook runs for a commit: `pre-commit run --all-files` looks like a hook with nothing staged, and then
    everything is meant."""
    return "GIT_INDEX_FILE" in environment or any(git.staged(repository, head or git.empty_tree(repository)))


def _ends(text: str, place: _Place) -> tuple[str, str]:
    separator = "..." if "..." in text else ".."
    base, found, head = text.partition(separator)
    if not found or not base:
        raise YettError(f"{text!r} is not a range: write BASE..HEAD")
    return _commit(base, place), _commit(head or "HEAD", place)


def _commit(revision: str, place: _Place) -> str:
    found = place.repository.head if revision == "HEAD" else place.objects.commit(revision)
    if found:
        return found
    hint = "fetch it first (fetch-depth: 0)" if git.shallow(place.repository) else "is it spelled right, and fetched?"
    raise YettError(f"there is no commit {revision!r} here: {hint}")


def _database(given: str | None, environment: Mapping[str, str]) -> str:
    """Where the advisory database lies: as told, else among the user's caches."""
    if given or environment.get("YETT_ADVISORIES"):
        return given or environment["YETT_ADVISORIES"]
    return os.path.join(_cache(environment), "advisories.sqlite")


def _cache(environment: Mapping[str, str]) -> str:
    return caches.folder(environment) or os.path.join(os.path.expanduser("~"), ".cache", "yett")


def _report(
    verdict: Verdict, outputs: Sequence[_Output], options: SimpleNamespace, environment: Mapping[str, str]
) -> int:
    """Write every report, and give the exit code."""
    from yett.report import render

    code = EXIT_CODES[verdict.outcome]
    for output in outputs:
        colour = not output.path and _colour(options.colour, environment)
        text = render(verdict, output.form, colour=colour, width=_width(), all_levels=options.all)
        try:
            _write(text, output.path)
        except BrokenPipeError:
            raise
        except OSError as error:
            code = _unwritten(output.path, error, code)
    return code


def _write(text: str, path: str) -> None:
    if not path:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError:
        if os.path.isfile(path) and not os.path.islink(path):
            os.unlink(path)  # half a report reads like a whole one
        raise


def _colour(wanted: str, environment: Mapping[str, str]) -> bool:
    if wanted != "auto":
        return wanted == "always"
    return sys.stdout.isatty() and "NO_COLOR" not in environment and environment.get("TERM") != "dumb"


def _width() -> int:
    if not sys.stdout.isatty():
        return 100
    return max(60, min(os.get_terminal_size(sys.stdout.fileno()).columns, 120))


class _Progress:
    """A line on standard error for people who wait: only on a terminal, and only after a second."""

    def __init__(self) -> None:
        self._started = self._shown = time.monotonic()
        self._wanted = sys.stderr.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._wanted or now - self._started < 1 or now - self._shown < 0.1:
            return
        self._shown = now
        share = f" {100 * done // total} %" if total else ""
        sys.stderr.write(f"\r\x1b[Kyett: {_safe(what)}{share}\r")
        sys.stderr.flush()

    def files(self, done: int, total: int) -> None:
        self("looking at files", done, total)

    def clear(self) -> None:
        if self._wanted and self._shown != self._started:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _print(text: str) -> None:
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise YettError(_unwritable("", error)) from None


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _safe(text: str) -> str:
    from yett.report.escape import terminal

    return terminal(text)
