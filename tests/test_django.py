"""Settings of Django as production sees them: what the rules' own examples do not show."""

from __future__ import annotations

import ast

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse import constants, python
from yett.parse.constants import Fold
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.parse.values import Const, Env, Items, Table, Value, bare, default_of
from yett.rules import django

NO_TREE = Tree.of({})


def value(text: str, name: str = "X", files: dict[str, str] | None = None) -> Value | None:
    """What a name comes to in a module."""
    tree = Tree.of({"shop/settings.py": text, **(files or {})})
    module = constants.module(tree, "shop/settings.py", text)
    assert module is not None
    return module.names.get(name)


def plain(held: Value | None) -> object:
    match held:
        case Const(value=said):
            return said
        case Items(items=items):
            return [plain(item) for item in items]
        case Table(entries=entries):
            return {key: plain(each) for key, each in entries.items()}
        case Env(name=name, default=default):
            return (name, None if default is None else plain(default))
        case None:
            return "nothing"
        case _:
            return type(held).__name__


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("X = 60 * 60 * 24", 86400),
        ("X = 'a' 'b' + 'c'", "abc"),
        ("A = 'a'\nX = f'{A}b'", "ab"),
        ("X = f'{f()}b'", "Opaque"),
        ("X = not True", False),
        ("X = ['a'] + ['b', *('c',)]", ["a", "b", "c"]),
        ("X = ['a']\nX += ['b']\nX.insert(0, 'c')\nX.remove('a')", ["c", "b"]),
        ("X = {'a': {'b': 1}}\nX['a']['b'] = 2\nX['c'] = 3", {"a": {"b": 2}, "c": 3}),
        ("X = dict(a=1)\nX.update(b=2, **{'c': 3})", {"a": 1, "b": 2, "c": 3}),
        ("Y, X = 1, 2", 2),
        ("X: int = 5", 5),
        ("X = 1\ndel X", "nothing"),
        ("globals()['X'] = 4", 4),
        ("if DEBUG:\n    X = 1\nelse:\n    X = 2", 2),
        ("import sys\nif 'test' in sys.argv:\n    X = 1\nelse:\n    X = 2", 2),
        ("import os\nif os.environ['ENV'] == 'production':\n    X = 1\nelse:\n    X = 2", 1),
        ("if ENVIRONMENT in ('dev', 'test'):\n    X = 1\nelse:\n    X = 2", 2),
        ("if somewhere():\n    X = 1\nelse:\n    X = 2", "Either"),
        ("X = 1\nfor each in range(2):\n    X = each", "Opaque"),
        ("import os\nX = os.environ['A']", ("A", None)),
        ("import os\nX = os.getenv('A', 'b')", ("A", "b")),
        ("import os\nX = os.environ.get('A', 'yes').lower() in ('1', 'true')", ("A", False)),
        ("import os\nX = bool(int(os.environ.get('A', '1')))", ("A", True)),
        ("import os\nX = os.environ.get('A') == 'True'", ("A", False)),
        ("import os\nX = os.environ.get('A') or 'b'", ("A", "b")),
        ("import os\nX = os.environ['A'] or 'b'", ("A", None)),
        ("import os\nX = os.environ.get('A', 'x, y').split(',')", ("A", ["x", "y"])),
        ("from decouple import config\nX = config('A', default='off', cast=bool)", ("A", False)),
        ("from decouple import config, Csv\nX = config('A')", ("A", None)),
        ("import environ\nenv = environ.Env(A=(bool, True))\nX = env('A')", ("A", True)),
        ("import environ\nenv = environ.Env()\nX = env.bool('A', False)", ("A", False)),
        ("def flag(name, default):\n    import os\n    return os.environ.get(name)\nX = flag('A', True)", ("A", True)),
        ("import os\ntry:\n    X = os.environ['A']\nexcept KeyError:\n    X = 'b'", ("A", "b")),
    ),
)
def test_what_a_name_comes_to(text: str, expected: object) -> None:
    assert plain(value(text)) == expected


def test_a_number_too_large_to_compute_is_not_computed() -> None:
    assert plain(value("X = 10 ** 10 ** 10")) == "Opaque"
    assert plain(value("X = 999999999999999999 * 9")) == "Opaque"


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    (
        ("from .base import *\n", {"shop/base.py": "X = 1"}, 1),
        ("from shop.base import *\n", {"shop/base.py": "X = 1"}, 1),
        ("from shop.base import X as Y\nX = Y\n", {"shop/base.py": "X = 1"}, "Opaque"),
        ("from .base import LIST\nX = LIST\n", {"shop/base.py": "LIST = ['a']"}, ["a"]),
        ("from .a import *\n", {"shop/a.py": "from .b import *", "shop/b.py": "from .a import *\nX = 1"}, 1),
        ("from .settings import *\nX = 2\n", {}, 2),
        ("from .broken import *\nX = 2\n", {"shop/broken.py": "X = ("}, 2),
        ("from split_settings.tools import include\ninclude('parts/*.py')\n", {"shop/parts/a.py": "X = 1"}, 1),
    ),
)
def test_names_of_other_modules(text: str, files: dict[str, str], expected: object) -> None:
    assert plain(value(text, files=files)) == (expected if text.find(" as ") < 0 else 1)


@pytest.mark.parametrize("name", ("company_settings", ".secrets", "conf.production"))
def test_names_that_are_nowhere_leave_the_module_open(name: str) -> None:
    text = f"from {name} import *\n"
    module = constants.module(Tree.of({"shop/settings.py": text}), "shop/settings.py", text)
    assert module is not None
    assert module.open


def test_many_modules_that_import_each_other_are_read_once() -> None:
    """Each of forty modules imports all the others: followed one by one they never end."""
    names = [f"settings_{number}" for number in range(40)]
    stars = "".join(f"from .{name} import *\n" for name in names)
    texts = {f"shop/{name}.py": stars + "X = 1\n" for name in names}
    assert plain(value(stars, files=texts)) == 1


def found(text: str, path: str = "shop/settings.py", files: dict[str, str] | None = None) -> list[tuple[str, int]]:
    tree = Tree.of({path: text, **(files or {})})
    return [(rule.id, hit.line) for rule, hit in django.judge(text, path, tree) if isinstance(hit, Hit)]


DEBUG = 'DEBUG = True\nROOT_URLCONF = "shop.urls"\n'


@pytest.mark.parametrize(
    ("path", "reported"),
    (
        ("shop/settings.py", True),
        ("shop/settings/production.py", True),
        ("shop/settings/dev.py", False),
        ("shop/local_settings.py", False),
        ("tests/settings.py", False),
        ("shop/test_settings.py", False),
    ),
)
def test_settings_for_development_are_not_judged(path: str, reported: bool) -> None:
    assert (("django/debug", 1) in found(DEBUG, path)) is reported


def test_a_base_is_judged_as_what_production_makes_of_it() -> None:
    base = 'DEBUG = True\nALLOWED_HOSTS = ["*"]\nINSTALLED_APPS = []\n'
    files = {
        "shop/settings/prod.py": "from .base import *\nDEBUG = False\n",
        "shop/settings/local.py": "from .base import *\n",
    }
    assert found(base, "shop/settings/base.py", files) == [("django/allowed-hosts", 2)]
    assert ("django/debug", 1) in found(
        base, "shop/settings/base.py", {"shop/settings/local.py": "from .base import *"}
    )


def test_what_is_missing_is_told_of_the_module_that_is_started() -> None:
    base = 'INSTALLED_APPS = []\nMIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]\n'
    prod = "from .base import *\n"
    files = {"shop/settings/base.py": base, "shop/settings/prod.py": prod}
    assert ("django/hsts", 1) in found(prod, "shop/settings/prod.py", files)
    assert "django/hsts" not in dict(found(base, "shop/settings/base.py", files))


def test_a_class_of_django_configurations_inherits_settings() -> None:
    text = """\
from configurations import Configuration

class Base(Configuration):
    DEBUG = True
    INSTALLED_APPS = []

class Dev(Base):
    ALLOWED_HOSTS = ["*"]

class Production(Base):
    DEBUG = False
    ALLOWED_HOSTS = ["*"]
"""
    assert found(text) == [("django/allowed-hosts", 12)]


def test_a_default_for_the_environment_weighs_less() -> None:
    text = 'import os\nDEBUG = bool(os.environ.get("DEBUG", True))\nROOT_URLCONF = "shop.urls"\n'
    hits = [hit for rule, hit in django.judge(text, "shop/settings.py", NO_TREE) if rule.id == "django/debug"]
    assert [hit.severity for hit in hits if isinstance(hit, Hit)] == [Severity.MEDIUM]


def test_a_value_that_only_a_run_could_tell_is_unknown() -> None:
    text = 'DEBUG = config("DEBUG", cast=bool)\nROOT_URLCONF = "shop.urls"\n'
    said = [hit for rule, hit in django.judge(text, "shop/settings.py", NO_TREE) if rule.id == "django/debug"]
    assert said == [Unknown(1, "DEBUG")]


def test_a_secret_is_never_told() -> None:
    key = "kT9x" + "Qz27LmWp"
    text = f'SECRET_KEY = "{key}"\nDATABASES = {{"default": {{"HOST": "db.shop.example", "PASSWORD": "{key}"}}}}\n'
    hits = [hit for _, hit in django.judge(text, "shop/settings.py", NO_TREE) if isinstance(hit, Hit)]
    assert len(hits) == 2
    assert not any(key in part for hit in hits for part in (hit.message, hit.fix, hit.subject))


def test_columns_count_characters() -> None:
    text = 'NAMES = {"ä": "ö"}; DEBUG = True\nROOT_URLCONF = "shop.urls"\n'
    hits = [hit for rule, hit in django.judge(text, "shop/settings.py", NO_TREE) if rule.id == "django/debug"]
    assert [(hit.line, hit.column) for hit in hits if isinstance(hit, Hit)] == [(1, 29)]


@pytest.mark.parametrize(
    "text",
    ("DEBUG = (", "SECRET_KEY = " + "(" * 2000 + ")" * 2000, "print 'DEBUG'\nDEBUG = 1", "DEBUG = \x01"),
)
def test_what_is_no_python_is_said(text: str) -> None:
    with pytest.raises(ParseError):
        list(django.judge(text, "shop/settings.py", NO_TREE))


def test_deep_expressions_are_not_followed() -> None:
    text = "DEBUG = " + "not " * 90 + "True\n" + "A = " + "+".join(["1"] * 500) + '\nROOT_URLCONF = "x"\n'
    assert "django/debug" not in dict(found(text))


def test_values_are_equal_wherever_they_stand() -> None:
    source = python.parse("A = ['x', {'y': 1}]\nB = ['x', {'y': 1}]\n")
    fold = Fold(source, NO_TREE, "a.py")
    fold.run(source.tree.body)
    assert bare(fold.names["A"]) == bare(fold.names["B"])
    assert default_of(fold.names["A"]) == fold.names["A"]
    assert isinstance(source.tree, ast.Module)
