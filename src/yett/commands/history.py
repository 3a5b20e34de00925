"""`yett history`: every version of every file that any commit ever held."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from types import SimpleNamespace

from yett import caches, git, identity


def run(
    options: SimpleNamespace,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    progress: Callable[[str, int, int], None],
) -> int:
    """Look for secrets in the history and say which to rotate. The exit code is 0 where there are none of at least
    medium confidence, 1 where there are, 3 where there are none but something could not be looked at.

    `options` has `folder`, `since`, `reflogs`, `low`, `no_cache` and `format`.

    Raises:
        YettError: there is no repository, `--since` is not understood, git failed, or the cache cannot be written.
    """
    from yett.checks import secrets
    from yett.checks._shelf import shelf
    from yett.history import commits, memory, report
    from yett.history.secrets import leaked
    from yett.history.survey import Request, objects, survey

    repository = git.find(os.path.abspath(options.folder), environment)
    key = identity.key(git.file_at(repository, repository.head, identity.PLACE) if repository.head else None)
    kept = shelf(caches.compiled(environment))
    check = secrets.load(key=key, kept=kept)
    cache = "" if options.no_cache else memory.place(environment, objects(repository), check.digest)
    found = survey(
        Request(
            repository=repository,
            digest=check.digest,
            limits=commits.since(repository, options.since),
            reflog=options.reflogs,
            cache=cache,
            key=key,
            kept=kept,
        ),
        lambda done, total: progress("looking at the history", done, total),
    )
    told = report.Told(
        scope=_scope(options.since, options.reflogs),
        secrets=leaked(found, repository, check, time.strftime("%Y-%m-%d", time.gmtime())),
        gaps=found.gaps,
        head=repository.head,
        commits=found.commits,
        versions=found.versions,
        remembered=found.remembered,
    )
    say(report.json(told) if options.format == "json" else report.text(told, options.low))
    return told.exit_code()


def _scope(since: str, reflogs: bool) -> str:
    refs = "all refs and reflogs" if reflogs else "all refs"
    return f"{refs} since {since}" if since else refs
