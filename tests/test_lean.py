"""Named tuples made without `typing` are those that it makes."""

from __future__ import annotations

import pickle
import typing
from collections.abc import Iterator

import pytest

from yett import lean


class Lean(lean.NamedTuple):
    """A place."""

    line: int
    names: tuple[str, ...] = ()
    note: str = "none"

    @property
    def shown(self) -> str:
        return f"{self.line}: {self.note}"

    def each(self) -> Iterator[str]:
        return iter(self.names)


class Plain(typing.NamedTuple):
    """A place."""

    line: int
    names: tuple[str, ...] = ()
    note: str = "none"

    @property
    def shown(self) -> str:
        return f"{self.line}: {self.note}"

    def each(self) -> Iterator[str]:
        return iter(self.names)


@pytest.mark.parametrize("given", ((1,), (1, ("a",)), (1, ("a", "b"), "some")))
def test_values(given: tuple[typing.Any, ...]) -> None:
    one, other = Lean(*given), Plain(*given)
    assert tuple(one) == tuple(other)
    assert (one.shown, list(one.each())) == (other.shown, list(other.each()))
    assert repr(one) == repr(other).replace("Plain", "Lean")
    assert tuple(one._replace(note="x")) == tuple(other._replace(note="x"))
    assert pickle.loads(pickle.dumps(one)) == one
    assert type(pickle.loads(pickle.dumps(one))) is Lean


def test_classes() -> None:
    assert Lean._fields == Plain._fields
    assert Lean._field_defaults == Plain._field_defaults
    assert Lean.__doc__ == Plain.__doc__
    assert Lean.__module__ == Plain.__module__
    assert Lean.__match_args__ == Plain.__match_args__
    with pytest.raises(TypeError):
        Lean()  # type: ignore[call-arg]
