"""The checks: engines that turn one version of one file into findings and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from yett.model import Blob, Finding, Gap


class Check(NamedTuple):
    """An engine that is ready to run. Made by the `load` function of each module of this package.

    `wants` decides by path alone and is asked for every file. `inspect` is asked for the wanted ones and never raises
    for bad input: what it cannot read is a `Gap`. `digest` names everything the results depend on (rules, versions of
    the tools behind them, advisory snapshot). `head_only` says that only the final state of a change matters, not the
    versions in between.
    """

    name: str
    digest: str
    wants: Callable[[str], bool]
    inspect: Callable[[Blob], Iterator[Finding | Gap]]
    head_only: bool = True
