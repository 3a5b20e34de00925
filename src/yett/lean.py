"""The words of `typing` that modules on the way of a commit use, without importing it.

`typing` takes milliseconds of every commit: some to be imported, and as many to look at every field of every
`NamedTuple`. To a type checker these are `typing`'s own.
"""

import sys

TYPE_CHECKING = False
"""True to a type checker, as `typing.TYPE_CHECKING` is."""

if TYPE_CHECKING or sys.version_info >= (3, 14):  # from then on a class that is being made does not hold annotations
    from typing import (
        IO,
        Any,
        AnyStr,
        Generic,
        Literal,
        NamedTuple,
        NoReturn,
        Protocol,
        TypeAlias,
        TypeGuard,
        TypeVar,
        cast,
    )
else:
    from collections import namedtuple

    class _Fields(type):
        """Makes a named tuple of a class body with annotations, as `typing.NamedTuple` does."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body.get("__annotations__", {})
            defaults = [body[field] for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])
            for key, value in body.items():
                if key not in fields and key not in ("__module__", "__qualname__"):
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Fields):
        """What a class with fields names as its base; the class itself is a tuple."""

    class Protocol:
        """What a class that only says what others have names as its base."""

    class Generic:
        """What a class of something else names as its base."""

        __slots__ = ()

        def __class_getitem__(cls, _):
            return cls

    class _Word:
        """What stands in annotations alone: nobody asks what it means."""

        def __getitem__(self, _):
            return self

        def __or__(self, _):
            return self

        __ror__ = __or__

    IO = Any = AnyStr = Literal = NoReturn = TypeAlias = TypeGuard = _Word()

    def TypeVar(_):  # noqa: N802
        return AnyStr

    def cast(_, value):
        return value


__all__ = [
    "IO", "TYPE_CHECKING", "Any", "AnyStr", "Generic", "Literal", "NamedTuple", "NoReturn", "Protocol", "TypeAlias",
    "TypeGuard", "TypeVar", "cast",
]  # fmt: skip
