"""FastAPI and tokens in Python: what the rules' own examples do not show."""

from __future__ import annotations

import pytest

from yett.model import Hit, Severity
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import fastapi


def hits(text: str, path: str = "app/main.py", files: dict[str, str] | None = None) -> list[tuple[str, Hit]]:
    tree = Tree.of({path: text, **(files or {})})
    return [(rule.id, hit) for rule, hit in fastapi.judge(text, path, tree) if isinstance(hit, Hit)]


def ids(text: str, path: str = "app/main.py", files: dict[str, str] | None = None) -> list[tuple[str, int]]:
    return [(rule, hit.line) for rule, hit in hits(text, path, files)]


CORS = "from fastapi.middleware.cors import CORSMiddleware\napp.add_middleware(CORSMiddleware, {})\n"


@pytest.mark.parametrize(
    ("arguments", "severity"),
    (
        ('allow_origins=["*"], allow_credentials=True', None),
        ('allow_origins=("*",), allow_credentials=True', None),
        ('allow_origins=["*"]', Severity.MEDIUM),
        ('allow_origin_regex="https?://.*", allow_credentials=True', None),
    ),
)
def test_every_origin_is_worse_with_credentials(arguments: str, severity: Severity | None) -> None:
    assert [hit.severity for _, hit in hits(CORS.format(arguments))] == [severity]


@pytest.mark.parametrize(
    "arguments",
    (
        'allow_origins=["https://shop.example"], allow_credentials=True',
        r'allow_origin_regex=r"https://\w+\.shop\.example", allow_credentials=True',
        "allow_origins=ORIGINS, allow_credentials=True",
        "allow_methods=['*'], allow_credentials=True",
    ),
)
def test_listed_origins_are_fine(arguments: str) -> None:
    assert ids(CORS.format(arguments)) == []


def test_a_key_from_another_module_is_found() -> None:
    text = "import jwt\nfrom app.config import SECRET_KEY\n\ndef token(user):\n    return jwt.encode({}, SECRET_KEY)\n"
    files = {"app/config.py": 'SECRET_KEY = "m4Kq" "9ZtVx"\n'}
    assert ids(text, files=files) == [("fastapi/jwt-secret", 5)]
    assert ids(text) == []


def test_names_of_other_functions_do_not_count() -> None:
    text = 'import jwt\n\ndef one():\n    key = "m4Kq" "9ZtVx"\n\ndef other(key):\n    return jwt.encode({}, key)\n'
    assert ids(text) == []


def test_a_large_package_that_imports_itself_is_read_once() -> None:
    """Forty modules, each importing a constant of every other, do not multiply."""
    names = [f"m{number}" for number in range(40)]
    body = "".join(f"from app.{name} import KEY, A as {name.upper()}\n" for name in names)
    files = {f"app/{name}.py": body + "A = 1\n" for name in names}
    text = body + "import jwt\njwt.encode({}, KEY)\n"
    assert ids(text, files=files) == []


def test_a_secret_is_never_told() -> None:
    key = "kT9x" + "Qz27LmWp"
    found = hits(f'import jwt\njwt.encode({{}}, "{key}")\n')
    assert len(found) == 1
    assert not any(key in part for _, hit in found for part in (hit.message, hit.fix, hit.subject))


def test_tests_are_not_judged() -> None:
    assert ids('import jwt\njwt.encode({}, "m4Kq")\n', "tests/test_token.py") == []


def test_what_is_no_python_is_said() -> None:
    with pytest.raises(ParseError):
        list(fastapi.judge("import jwt\njwt.decode(", "app/main.py", Tree.of({})))


@pytest.mark.parametrize(
    ("line", "expected"),
    (
        ('x = [Middleware(SessionMiddleware, secret_key="k2J9" "xQ4mZ", https_only=True)]', ["session-secret"]),
        ("x = [Middleware(SessionMiddleware, secret_key=key, https_only=False)]", ["session-cookie"]),
        ("x = [Middleware(SessionMiddleware, secret_key=key, https_only=secure)]", []),
        (
            'app.add_middleware(SessionMiddleware, secret_key=key, https_only=True, same_site="none")',
            ["session-cookie"],
        ),
        ("app.add_middleware(SessionMiddleware, **options)", []),
        ('app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="*")', ["trusted-host"]),
        ('app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=["10.0.0.1"])', []),
        ("app.add_middleware(GZipMiddleware)", []),
    ),
)
def test_middlewares(line: str, expected: list[str]) -> None:
    text = (
        "from starlette.middleware import Middleware\n"
        "from starlette.middleware.sessions import SessionMiddleware\n"
        f"from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware\n{line}\n"
    )
    found = fastapi.judge(text, "shop/main.py", Tree.of({"shop/main.py": text}))
    assert [rule.id.partition("/")[2] for rule, hit in found if isinstance(hit, Hit)] == expected
