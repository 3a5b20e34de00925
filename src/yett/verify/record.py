"""What a provider is made of, as far as it matters here: how to ask it, and what its answers mean."""

from __future__ import annotations

from yett.lean import Literal, NamedTuple

State = Literal["live", "not live", "unknown"]


class When(NamedTuple):
    """An answer to be recognised: one of the `status` codes, and a body with what is named here.

    `key` is a dotted path into a JSON object ("data.viewer.id"), or "[]" for a JSON array; the value there has to be
    one of `values`, where they are given. One of `text` has to stand in the body as it is. `of` (a regular expression
    for all of a credential) limits it to some credentials.
    """

    status: tuple[int, ...]
    key: str = ""
    values: tuple[str | int | bool, ...] = ()
    text: tuple[str, ...] = ()
    of: str = ""


class Ask(NamedTuple):
    """A request. `{value}` stands for the credential, other names for partners and for groups of the provider's `form`.

    `basic` is the user and password of RFC 7617, `form` and `json` are the fields of a body. `signed` is the AWS
    service for which it is signed with the partner `id` and the credential. `only` limits it to some credentials, as
    `When.of` does.
    """

    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    basic: tuple[str, str] | None = None
    form: tuple[tuple[str, str], ...] = ()
    json: tuple[tuple[str, str], ...] = ()
    signed: str = ""
    only: str = ""


class Partner(NamedTuple):
    """What a credential is of no use without: looked for in the text around it, the nearest first.

    `pattern` is a regular expression for bytes; its first group, or all of it, is the partner. `guess`: it is known by
    the words around it alone, so that a refusal may be its fault.
    """

    name: str
    what: str
    pattern: bytes
    guess: bool = False


class Provider(NamedTuple):
    """Who is asked about which kinds of secrets, and what the answers mean.

    `rules` are ids of secrets (without the family); those of `halves` are the public half of one, and share its state.
    A secret that matches one of `joined` in full is a credential (its group `value`) together with partners (by name).
    Each of `bases` is asked in turn until one says that the credential is live: regions, or the test environment. They
    may hold names in braces, as `Ask` does; where there are none, only the user can tell (`--endpoint`). `live`,
    `unsure` (with what it means) and `dead` are tried in that order; what none of them recognises says nothing. `own`:
    there are servers of one's own as well, so that a refusal by the one everybody uses proves nothing. `form` is a
    regular expression that a credential has to match in full, or `otherwise` says why it cannot be asked about. `note`
    is added where it is not live. `documentation` is where the endpoint is described.
    """

    name: str
    title: str
    rules: tuple[str, ...]
    bases: tuple[str, ...]
    asks: tuple[Ask, ...]
    live: tuple[When, ...]
    documentation: str
    dead: tuple[When, ...] = (When((401,)),)
    unsure: tuple[tuple[When, str], ...] = ()
    partners: tuple[Partner, ...] = ()
    halves: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    form: str = ""
    otherwise: str = ""
    own: bool = False
    note: str = ""


def together(value: str, name: str, partner: str) -> tuple[str, str]:
    """For `Provider.joined`: a credential and its partner, in either order, with something between them."""
    one, other = rf"(?P<value>{value})", rf"(?P<{name}>{partner})"
    return rf"(?s){one}(?![\w+/]).*(?<![\w+/]){other}", rf"(?s){other}(?![\w+/]).*(?<![\w+/]){one}"


def bearer(path: str, *headers: tuple[str, str]) -> Ask:
    """A GET with the credential as bearer token (RFC 6750, 2.1)."""
    return Ask(path, headers=(("Authorization", "Bearer {value}"), *headers))


def header(name: str, path: str, *headers: tuple[str, str]) -> Ask:
    """A GET with the credential as the value of a header of its own."""
    return Ask(path, headers=((name, "{value}"), *headers))


def ok(key: str, *values: str | int | bool) -> When:
    """Status 200 with a field in its JSON: a page that a proxy puts in the place of the answer has none."""
    return When((200,), key, values)
