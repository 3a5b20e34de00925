"""The checks: engines that turn one version of one file into findings and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from yett.lean import NamedTuple
from yett.model import Blob, Finding, Gap, Unexamined
from yett.parse.tree import Tree

Found = Iterator[Finding | Gap | Unexamined]


class Check(NamedTuple):
    """An engine that is ready to run. Made by the `load` function of each module of this package.

    `wants` decides by path alone and is asked for every file. `inspect` is asked for the wanted ones and never raises
    for bad input: what it cannot read is a `Gap`. `digest` names everything the results depend on (rules, versions of
    the tools behind them, advisory snapshot). `head_only` says that only the final state of a change matters, not the
    versions in between.

    `among`, where a check has one, is asked in place of `inspect`: it is told the tree the blob belongs to. `near`
    names the paths of the tree that are to be looked at as well when the given ones change, and its last argument
    says that there is time for all of them: a range is looked at more thoroughly than what is staged.
    """

    name: str
    digest: str
    wants: Callable[[str], bool]
    inspect: Callable[[Blob], Found]
    head_only: bool = True
    among: Callable[[Blob, Tree], Found] | None = None
    near: Callable[[Iterable[str], Tree, bool], Iterable[str]] | None = None
