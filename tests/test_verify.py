"""Verification against stand-ins on this machine: no provider is ever asked from here."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from tests.conftest import Repo
from yett import git
from yett.commands.verify import run
from yett.errors import YettError
from yett.identity import COMMON, fingerprint
from yett.model import Target
from yett.rules.secrets import SECRETS
from yett.verify import client
from yett.verify.asking import Answer, Request, meaning, request
from yett.verify.client import LARGEST, Client, Failure, Patience
from yett.verify.fork import foreign
from yett.verify.gather import Credential, gather
from yett.verify.providers import PROVIDERS
from yett.verify.record import Provider
from yett.verify.run import Clock, Limits, Result, verify
from yett.verify.sign import Scope, authorization

FAST = Limits(interval=0.0, deadline=20.0, patience=Patience(2.0, 2.0, 4.0))
BY_NAME = {provider.name: provider for provider in PROVIDERS}
EXAMPLES = {secret.id: secret.bad[0] for secret in SECRETS}

AKIA = "AKIA" + "3TF4GAKT7NZJOYJT"
OTHER_AKIA = "AKIA" + "QXD2MN7VWB5KTRZH"
ACCOUNT = "AC" + "3f9b1d7c5a2e4f8091b6d3c7e5a4f2d8"
CLIENT = "A" + "Vq7xT2mKd9LzPw4RbN8sYc3HgJ6uEf1oXa5ViQkZtMnBrDyCpWeSl0GhUjOv" + "R4m9TzKq2XwLd7Bn8Ps"
"""Public halves, made up."""


class Case(NamedTuple):
    """A provider as its documentation has it: the request, where the credential is in it (a header and its value, with
    "basic" for a user and password and "body" for a piece of the body), and what it answers. `beside` is what the
    credential needs near it; `text` stands in for the rule's own example."""

    request: str
    where: tuple[str, str]
    live: tuple[int, str]
    dead: tuple[int, str] | None = (401, '{"message": "Unauthorized"}')
    beside: str = ""
    text: str = ""


_BEARER = ("Authorization", "Bearer {v}")

CASES: dict[str, Case] = {
    "github": Case("GET /rate_limit", _BEARER, (200, '{"resources": {"core": {}}}')),
    "gitlab": Case("GET /api/v4/personal_access_tokens/self", ("PRIVATE-TOKEN", "{v}"), (200, '{"active": true}')),
    "bitbucket": Case(
        "GET /2.0/user", ("basic", "ada:{v}"), (200, '{"account_id": "7"}'), None, beside="BITBUCKET_USERNAME=ada"
    ),
    "npm": Case("GET /-/whoami", _BEARER, (200, '{"username": "ada"}')),
    "docker-hub": Case(
        "POST /v2/auth/token",
        ("body", '{"identifier": "ada", "secret": "{v}"}'),
        (200, '{"access_token": "x"}'),
        None,
        beside="DOCKER_USERNAME=ada",
    ),
    "circleci": Case("GET /api/v2/me", ("Circle-Token", "{v}"), (200, '{"id": "7"}')),
    "buildkite": Case("GET /v2/access-token", _BEARER, (200, '{"uuid": "7", "scopes": []}')),
    "terraform": Case("GET /api/v2/account/details", _BEARER, (200, '{"data": {"id": "user-7"}}')),
    "sonarqube": Case(
        "GET /api/authentication/validate", ("basic", "{v}:"), (200, '{"valid": true}'), (200, '{"valid": false}')
    ),
    "vault": Case(
        "GET /v1/auth/token/lookup-self",
        ("X-Vault-Token", "{v}"),
        (200, '{"data": {"id": "7"}}'),
        (403, '{"errors": ["2 errors occurred: permission denied, invalid token"]}'),
    ),
    "postman": Case("GET /me", ("X-API-Key", "{v}"), (200, '{"user": {"id": 7}}')),
    "launchdarkly": Case(
        "GET /api/v2/caller-identity",
        ("Authorization", "{v}"),
        (200, '{"accountId": "7"}'),
        text="LAUNCHDARKLY_TOKEN=" + "api-11067c2e-36bc-43f1-" + "afaa-9ff3b69cb1ff",
    ),
    "snyk": Case("GET /rest/self?version=2024-10-15", ("Authorization", "token {v}"), (200, '{"data": {"id": "7"}}')),
    "doppler": Case("GET /v3/me", _BEARER, (200, '{"slug": "7", "type": "personal"}')),
    "aws": Case(
        "POST /",
        ("Authorization", f"AWS4-HMAC-SHA256 Credential={AKIA}/"),
        (200, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn/></GetCallerIdentityResult>"),
        (403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"),
        beside=f"aws_access_key_id = {AKIA}",
    ),
    "google-api-key": Case(
        "GET /v1beta/models?pageSize=1",
        ("X-goog-api-key", "{v}"),
        (403, '{"error": {"details": [{"reason": "API_KEY_SERVICE_BLOCKED"}]}}'),
        (400, '{"error": {"details": [{"reason": "API_KEY_INVALID"}]}}'),
    ),
    "google-oauth": Case(
        "POST /tokeninfo",
        ("body", "access_token={v}"),
        (200, '{"expires_in": "3599"}'),
        (400, '{"error": "invalid_token"}'),
    ),
    "azure-devops": Case(
        "GET /acme/_apis/projects?api-version=7.1&$top=1",
        ("basic", ":{v}"),
        (200, '{"count": 0, "value": []}'),
        None,
        beside="https://dev.azure.com/acme/_git/shop",
    ),
    "digitalocean": Case("GET /v2/account", _BEARER, (200, '{"account": {}}')),
    "heroku": Case("GET /account", _BEARER, (403, '{"id": "forbidden"}'), (401, '{"id": "unauthorized"}')),
    "cloudflare": Case(
        "GET /client/v4/user/tokens/verify",
        _BEARER,
        (200, '{"result": {"status": "active"}, "success": true}'),
        (200, '{"result": {"status": "expired"}, "success": true}'),
        text='CLOUDFLARE_API_TOKEN = "' + "y-lZ6KbHdDLDuRYMs0nuGu9wU9Z" + 'tiur7ZNZKvp2c"',
    ),
    "netlify": Case("GET /api/v1/user", _BEARER, (200, '{"id": "7"}')),
    "vercel": Case(
        "GET /v2/user",
        _BEARER,
        (200, '{"user": {"id": "7"}}'),
        (403, '{"error": {"code": "forbidden", "invalidToken": true}}'),
    ),
    "okta": Case(
        "GET /api/v1/users/me",
        ("Authorization", "SSWS {v}"),
        (200, '{"id": "7"}'),
        (401, '{"errorCode": "E0000011"}'),
    ),
    "stripe": Case(
        "GET /v1/balance", _BEARER, (200, '{"object": "balance"}'), (401, '{"error": {"message": "Invalid API Key"}}')
    ),
    "paypal": Case(
        "POST /v1/oauth2/token",
        ("basic", CLIENT + ":{v}"),
        (200, '{"access_token": "x"}'),
        (401, '{"error": "invalid_client"}'),
        beside=f"PAYPAL_CLIENT_ID={CLIENT}",
    ),
    "square": Case("POST /oauth2/token/status", _BEARER, (200, '{"merchant_id": "7", "scopes": []}')),
    "shopify": Case(
        "GET /admin/oauth/access_scopes.json", ("X-Shopify-Access-Token", "{v}"), (200, '{"access_scopes": []}')
    ),
    "adyen": Case("GET /v3/me", ("X-API-Key", "{v}"), (200, '{"active": true}')),
    "algolia": Case(
        "GET /1/keys/{v}",
        ("X-Algolia-API-Key", "{v}"),
        (200, '{"acl": ["search"]}'),
        (403, '{"message": "Invalid Application-ID or API key", "status": 403}'),
        beside="ALGOLIA_APP_ID=QX7PLM2ZRT",
    ),
    "twilio": Case(
        f"GET /2010-04-01/Accounts/{ACCOUNT}.json",
        ("basic", ACCOUNT + ":{v}"),
        (200, '{"sid": "7"}'),
        (401, '{"code": 20003}'),
        beside=f"TWILIO_ACCOUNT_SID={ACCOUNT}",
    ),
    "sendgrid": Case("GET /v3/scopes", _BEARER, (200, '{"scopes": ["mail.send"]}')),
    "mailgun": Case("GET /v3/domains?limit=1", ("basic", "api:{v}"), (200, '{"items": []}'), None),
    "mailchimp": Case(
        "GET /3.0/ping",
        ("basic", "yett:{v}"),
        (200, '{"health_status": "fine"}'),
        (401, '{"title": "API Key Invalid"}'),
    ),
    "mandrill": Case(
        "POST /api/1.0/users/ping2",
        ("body", '{"key": "{v}"}'),
        (200, '{"PING": "PONG!"}'),
        (500, '{"status": "error", "name": "Invalid_Key"}'),
    ),
    "postmark": Case("GET /server", ("X-Postmark-Server-Token", "{v}"), (200, '{"ID": 7}'), (401, '{"ErrorCode": 10}')),
    "brevo": Case(
        "GET /v3/account", ("api-key", "{v}"), (200, '{"email": "a@b.c"}'), (401, '{"message": "Key not found"}')
    ),
    "slack": Case(
        "POST /api/auth.test", _BEARER, (200, '{"ok": true}'), (200, '{"ok": false, "error": "token_revoked"}')
    ),
    "discord": Case("GET /api/v10/users/@me", ("Authorization", "Bot {v}"), (200, '{"id": "7"}')),
    "discord-webhook": Case(
        "GET /api/v10/webhooks/", ("User-Agent", "yett/"), (200, '{"id": "7"}'), (404, '{"code": 10015}')
    ),
    "telegram": Case("GET /bot{v}/getMe", ("User-Agent", "yett/"), (200, '{"ok": true}'), (401, '{"ok": false}')),
    "linear": Case(
        "POST /graphql",
        ("Authorization", "{v}"),
        (200, '{"data": {"viewer": {"id": "7"}}}'),
        (400, '{"errors": [{"extensions": {"code": "AUTHENTICATION_ERROR"}}]}'),
    ),
    "notion": Case("GET /v1/users/me", _BEARER, (200, '{"object": "user"}')),
    "airtable": Case("GET /v0/meta/whoami", _BEARER, (200, '{"id": "usr7"}')),
    "asana": Case("GET /api/1.0/users/me?opt_fields=gid", _BEARER, (200, '{"data": {"gid": "7"}}')),
    "dropbox": Case(
        "POST /2/check/user",
        _BEARER,
        (401, '{"error_summary": "missing_scope/.."}'),
        (401, '{"error_summary": "expired_access_token/.."}'),
    ),
    "figma": Case(
        "GET /v1/me", ("X-Figma-Token", "{v}"), (200, '{"id": "7"}'), (403, '{"status": 403, "err": "Invalid token"}')
    ),
    "atlassian": Case(
        "GET /rest/api/3/myself",
        ("basic", "ada@acme.example:{v}"),
        (200, '{"accountId": "7"}'),
        None,
        beside="https://acme.atlassian.net for ada@acme.example",
    ),
    "datadog": Case("GET /api/v1/validate", ("DD-API-KEY", "{v}"), (200, '{"valid": true}'), (403, '{"errors": []}')),
    "new-relic": Case("POST /graphql", ("API-Key", "{v}"), (200, '{"data": {"actor": {"user": {"id": 7}}}}')),
    "sentry": Case(
        "GET /api/0/organizations/", _BEARER, (200, "[]"), text="SENTRY=" + "sntryu_" + "9f3b1d7c5a2e4f80" * 4
    ),
    "grafana": Case("GET /api/org", _BEARER, (403, '{"message": "no permission"}'), beside="https://acme.grafana.net"),
    "pagerduty": Case("GET /abilities", ("Authorization", "Token token={v}"), (200, '{"abilities": []}')),
    "openai": Case("GET /v1/models", _BEARER, (200, '{"data": []}'), (401, '{"error": {"code": "invalid_api_key"}}')),
    "anthropic": Case(
        "GET /v1/models?limit=1",
        ("x-api-key", "{v}"),
        (403, '{"error": {"type": "permission_error"}}'),
        (401, '{"error": {"type": "authentication_error"}}'),
    ),
    "hugging-face": Case("GET /api/whoami-v2", _BEARER, (200, '{"name": "ada"}')),
    "groq": Case("GET /openai/v1/models", _BEARER, (200, '{"data": []}')),
    "replicate": Case("GET /v1/account", _BEARER, (200, '{"username": "ada"}')),
    "openrouter": Case("GET /api/v1/key", _BEARER, (200, '{"data": {}}')),
}


class Got(NamedTuple):
    method: str
    path: str
    headers: Mapping[str, str]
    body: str


class Reply(NamedTuple):
    """What a stand-in answers. `raw` is written as it is, in place of all else; `hold` keeps the answer back until the
    stand-in is closed."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes = b""
    hold: bool = False


class StandIn:
    """A server on this machine that notes what it is asked and answers as it is told; it can be a proxy as well."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.reply: Callable[[Got], Reply] = lambda got: Reply()
        self.closing = threading.Event()
        self.busy: list[str] = []
        self.most = 0
        self.twice: list[str] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in two pieces waits for the acknowledgement of the first

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode("utf-8", "replace")
                got = Got(self.command, self.path, dict(self.headers.items()), body)
                with outer._lock:
                    outer.got.append(got)
                    name = (self.path + "/").split("/")[1]
                    if name in outer.busy:
                        outer.twice.append(name)
                    outer.busy.append(name)
                    outer.most = max(outer.most, len(outer.busy))
                reply = outer.reply(got)
                with outer._lock:
                    outer.busy.remove(name)
                if reply.hold:
                    outer.closing.wait(10)
                    self.close_connection = True
                    return
                try:
                    if reply.raw:
                        self.wfile.write(reply.raw)
                        self.close_connection = True
                        return
                    self.send_response(reply.status)
                    for header, value in reply.headers:
                        self.send_header(header, value)
                    self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:  # whoever asked has read enough
                    self.close_connection = True

            do_GET = do_POST = do_CONNECT = _answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                del request, client_address

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    server = StandIn()
    yield server
    server.close()


def _text(name: str) -> str:
    case = CASES[name]
    return f"{case.text or EXAMPLES[BY_NAME[name].rules[0]]}\n{case.beside}\n"


def _gathered(folder: Path) -> tuple[Credential, ...]:
    return gather(Target("paths", str(folder), paths=(".",)), None, (), False, lambda *_: None).credentials


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Credential]:
    """One for each provider, as it is found in a file."""
    folder = tmp_path_factory.mktemp("all")
    for name in CASES:
        (folder / f"{name}.env").write_text(_text(name))
    found = {each.places[0].path: each for each in _gathered(folder) if not each.half}
    return {name: found[f"{name}.env"] for name in CASES if f"{name}.env" in found}


def _endpoints(stand_in: StandIn) -> dict[str, tuple[str, ...]]:
    return {name: (f"{stand_in.address}/{name}",) for name in CASES}


def _asked(
    stand_in: StandIn, credentials: Mapping[str, Credential], limits: Limits = FAST, clock: Clock | None = None
) -> dict[str, Result]:
    results = verify(
        tuple(credentials.values()), _endpoints(stand_in), limits, lambda *_: None, clock or Clock(sleep=lambda _: None)
    )
    return dict(zip(credentials, results, strict=True))


def _name(got: Got) -> str:
    return got.path.split("/")[1]


def _as_documented(kind: str) -> Callable[[Got], Reply]:
    def reply(got: Got) -> Reply:
        case = CASES[_name(got)]
        status, body = case.live if kind == "live" else case.dead or (401, "{}")
        return Reply(status, body.encode())

    return reply


def _states(results: Mapping[str, Result]) -> dict[str, str]:
    return {name: result.said.state for name, result in results.items()}


def test_every_provider_has_a_case(credentials: dict[str, Credential]) -> None:
    assert len(PROVIDERS) == len(BY_NAME) >= 30
    assert set(CASES) == set(BY_NAME) == set(credentials)
    assert [name for name, each in credentials.items() if each.provider is not BY_NAME[name]] == []
    ids = {secret.id for secret in SECRETS}
    rules = [rule for provider in PROVIDERS for rule in (*provider.rules, *provider.halves)]
    assert set(rules) <= ids
    assert len(rules) == len(set(rules))


def test_providers_are_asked_over_tls_and_documented() -> None:
    for provider in PROVIDERS:
        assert all(base.startswith("https://") for base in provider.bases), provider.name
        assert provider.documentation.startswith("https://"), provider.name
        assert all(ask.method == "GET" or ask.method == "POST" for ask in provider.asks), provider.name
        assert all(when.status != (200,) or when.key or when.text for when in provider.live), provider.name


@pytest.mark.parametrize(
    ("name", "hosts"),
    (
        ("new-relic", ("api.newrelic.com", "api.eu.newrelic.com", "api.jp.newrelic.com")),
        ("twilio", ("api.twilio.com", "api.dublin.ie1.twilio.com", "api.sydney.au1.twilio.com")),
        ("snyk", ("api.snyk.io", "api.us.snyk.io", "api.eu.snyk.io", "api.au.snyk.io")),
        ("sendgrid", ("api.sendgrid.com", "api.eu.sendgrid.com")),
    ),
)
def test_a_credential_that_is_good_in_one_region_is_asked_about_in_each(name: str, hosts: tuple[str, ...]) -> None:
    assert {f"https://{host}" for host in hosts} <= set(BY_NAME[name].bases)


def test_live(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    stand_in.reply = _as_documented("live")
    assert _states(_asked(stand_in, credentials)) == dict.fromkeys(CASES, "live")
    assert sorted(map(_name, stand_in.got)) == sorted(CASES)  # one question each
    for got in stand_in.got:
        case, value = CASES[_name(got)], credentials[_name(got)].value
        asked = f"{got.method} {got.path.removeprefix('/' + _name(got))}"
        where, shown = case.where[0], case.where[1].replace("{v}", value)
        if _name(got) == "discord-webhook":
            assert asked == case.request + value.partition("webhooks/")[2]
        else:
            assert asked == case.request.replace("{v}", value)
        if where == "body":
            assert got.body == shown
        elif where == "basic":
            assert got.headers["Authorization"] == "Basic " + b64encode(shown.encode()).decode()
        else:
            assert got.headers[where].startswith(shown), _name(got)
        assert got.headers["User-Agent"].startswith("yett/")
        assert "Cookie" not in got.headers


def test_not_live(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    stand_in.reply = _as_documented("dead")
    expected = {name: "not live" if case.dead else "unknown" for name, case in CASES.items()}
    assert _states(_asked(stand_in, credentials)) == expected


_GIANT = b'{"padding": "' + b"x" * (LARGEST + 10) + b'"}'


@pytest.mark.parametrize(
    ("reply", "why"),
    (
        (Reply(429, headers=(("Retry-After", "86400"),)), "is asked too often: try again later"),
        (Reply(503, headers=(("Retry-After", "86400"),)), "is asked too often: try again later"),
        (Reply(302, headers=(("Location", "/elsewhere/"),)), "answers 302, a redirect, which is not followed"),
        (Reply(500), "answers 500, a fault of its own: try again later"),
        (Reply(200, _GIANT), "answers 200 with more than is read"),
        (Reply(200, b'{"ok": true, "id'), "answers 200, and nothing that tells"),  # broken JSON
        (Reply(200, b"<html>Sign in to the guest network</html>"), "answers 200, and nothing that tells"),
        (Reply(200, b"\xff\xfe" + b"[" * 5000), "answers 200, and nothing that tells"),
        (Reply(404), "answers 404, and nothing that tells"),
        (Reply(raw=b"nothing like HTTP\r\n\r\n"), ""),
    ),
)
def test_odd_answers_say_nothing(stand_in: StandIn, credentials: dict[str, Credential], reply: Reply, why: str) -> None:
    stand_in.reply = lambda got: reply
    results = _asked(stand_in, credentials)
    assert _states(results) == dict.fromkeys(CASES, "unknown")
    assert {name: why for name, each in results.items() if not each.said.reason.endswith(why)} == {}
    assert [got.path for got in stand_in.got if "elsewhere" in got.path] == []
    if reply.status in (429, 503):
        assert sorted(map(_name, stand_in.got)) == sorted(CASES)  # not asked again


def test_slow_answers_say_nothing(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    stand_in.reply = lambda got: Reply(hold=True)
    few = {name: credentials[name] for name in ("github", "slack", "telegram", "aws")}
    results = _asked(stand_in, few, FAST._replace(patience=Patience(1.0, 0.05, 0.1)))
    assert {each.said.reason.partition(": ")[2] for each in results.values()} == {"it did not answer in time"}


def test_an_answer_that_drips_is_not_waited_for(stand_in: StandIn) -> None:
    sent = threading.Event()

    def reply(got: Got) -> Reply:
        sent.set()
        return Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + b"x" * 10)

    stand_in.reply = reply
    with Client(Patience(1.0, 1.0, -1.0)) as client:
        answer = client.send(Request("GET", stand_in.address + "/", {}, b""))
    assert sent.is_set()
    assert answer == Failure("it did not answer in time")


def test_a_broken_answer_is_no_whole_one(stand_in: StandIn) -> None:
    stand_in.reply = lambda got: Reply(raw=b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"login": "a"}')
    with Client(FAST.patience) as client:
        answer = client.send(Request("GET", stand_in.address + "/", {}, b""))
    assert isinstance(answer, Failure) or not answer.whole


def test_what_an_answer_unpacks_to_is_not_known(stand_in: StandIn) -> None:
    import gzip

    packed = gzip.compress(b'{"resources": {}}')
    stand_in.reply = lambda got: Reply(200, packed, (("Content-Encoding", "gzip"),))
    with Client(FAST.patience) as client:
        assert client.send(Request("GET", stand_in.address + "/", {}, b"")) == Answer(200, packed)
    assert stand_in.got[0].headers["Accept-Encoding"]


# secrets stay inside


def _hidden(credentials: Mapping[str, Credential], *texts: str) -> None:
    for name, each in credentials.items():
        for text in texts:
            assert each.value not in text, name
            assert each.value[len(each.value) // 2 :] not in text, name


def _options(**given: object) -> SimpleNamespace:
    plain = {"send_credentials": True, "provider": None, "endpoint": None, "deadline": 20.0, "low": False}
    return SimpleNamespace(**(plain | {"format": "text"} | given))


class Ran(NamedTuple):
    code: int
    out: str


@pytest.fixture
def command(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the command over a folder, with every provider replaced by the stand-in."""
    monkeypatch.setattr("yett.verify.run.Limits", lambda deadline: FAST._replace(deadline=deadline))

    def ran(folder: Path, environment: Mapping[str, str] | None = None, **given: object) -> Ran:
        endpoints = [f"{name}={addresses[0]}" for name, addresses in _endpoints(stand_in).items()]
        said: list[str] = []
        code = run(
            _options(**{"endpoint": endpoints} | given),
            environment or {},
            Target("paths", str(folder), paths=(".",)),
            None,
            said.append,
            lambda *_: None,
        )
        return Ran(code, "".join(said))

    return ran


@pytest.mark.parametrize("kind", ("live", "dead", "broken", "echo", "headers", "nobody"))
@pytest.mark.parametrize("form", ("text", "json"))
def test_no_value_is_ever_shown(
    stand_in: StandIn,
    credentials: dict[str, Credential],
    command: Callable[..., Ran],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    kind: str,
    form: str,
) -> None:
    for name in CASES:
        (tmp_path / f"{name}.env").write_text(_text(name))
    everything = " ".join(each.value for each in credentials.values())
    replies: dict[str, Callable[[Got], Reply]] = {
        "live": _as_documented("live"),
        "dead": _as_documented("dead"),
        "broken": lambda got: Reply(raw=f"HTTP/1.1 {everything}\r\n\r\n".encode()),
        "echo": lambda got: Reply(418, everything.encode(), (("Location", got.path), ("Retry-After", everything))),
        # urllib3 warns of these and names the address
        "headers": lambda got: Reply(raw=b"HTTP/1.1 200 OK\r\nno header at all\r\n\r\n{}"),
        "nobody": lambda got: Reply(),
    }
    stand_in.reply = replies[kind]
    if kind == "nobody":
        stand_in.close()
    with caplog.at_level(logging.DEBUG):
        ran = command(tmp_path, format=form)
    captured = capfd.readouterr()
    assert ran.code == {"live": 1}.get(kind, 3)
    assert "secrets/telegram-bot-token" in ran.out
    assert captured.err == ""
    _hidden(credentials, ran.out, captured.out, captured.err, caplog.text)


def test_values_have_no_representation(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    stand_in.reply = lambda got: Reply(200, got.path.encode())
    results = _asked(stand_in, credentials)
    shown = [repr(each) for each in (*credentials.values(), *results.values())]
    shown.append(repr(Request("GET", "/" + credentials["telegram"].value, {}, b"")))
    shown.append(repr(Answer(200, credentials["telegram"].value.encode())))
    _hidden(credentials, *shown)


def test_a_fault_of_ours_shows_nothing_and_is_not_forgotten(
    stand_in: StandIn,
    credentials: dict[str, Credential],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fails(self: object, asked: Request) -> Answer:
        raise RuntimeError(asked.url, asked.headers)

    monkeypatch.setattr(Client, "send", fails)
    results = _asked(stand_in, credentials)
    reasons = {each.said for each in results.values()}
    assert {said.state for said in reasons} == {"unknown"}
    assert {said.reason for said in reasons} == {"yett failed over it (RuntimeError): please report this"}
    assert capfd.readouterr().err == ""


def test_a_value_is_in_the_address_only_where_it_has_to_be(
    stand_in: StandIn, credentials: dict[str, Credential]
) -> None:
    stand_in.reply = _as_documented("live")
    _asked(stand_in, credentials)
    tokens = {name: each.value.rpartition("/")[2] for name, each in credentials.items()}
    holding = {_name(got) for got in stand_in.got if tokens[_name(got)] in got.path}
    assert holding == {"telegram", "discord-webhook", "algolia"}


# how it is asked


def test_nothing_is_sent_without_consent(stand_in: StandIn, command: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(_text("github"))
    with pytest.raises(YettError, match="--send-credentials"):
        command(tmp_path, send_credentials=False)
    assert stand_in.got == []


_PULL = {"pull_request": {"head": {"repo": {"full_name": "acme/shop"}}, "base": {"repo": {"full_name": "acme/shop"}}}}
_FORK = {"pull_request": {"head": {"repo": {"full_name": "eve/shop"}}, "base": {"repo": {"full_name": "acme/shop"}}}}
_GONE = {"pull_request": {"head": {"repo": None}, "base": {"repo": {"full_name": "acme/shop"}}}}
_RUN = {"workflow_run": {"head_repository": {"full_name": "acme/shop"}}, "repository": {"full_name": "acme/shop"}}
_RUN_FORK = {"workflow_run": {"head_repository": {"full_name": "eve/shop"}}, "repository": {"full_name": "acme/shop"}}


@pytest.mark.parametrize(
    ("environment", "event", "refused"),
    (
        ({}, None, False),
        ({"GITHUB_EVENT_NAME": "push"}, None, False),
        ({"GITHUB_EVENT_NAME": "schedule"}, None, False),
        ({"GITHUB_EVENT_NAME": "pull_request"}, _PULL, False),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, _PULL, False),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, _RUN, False),
        ({"GITHUB_EVENT_NAME": "issue_comment"}, {"issue": {}}, False),
        ({"GITHUB_EVENT_NAME": "pull_request"}, _FORK, True),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, _FORK, True),
        ({"GITHUB_EVENT_NAME": "pull_request_review"}, _FORK, True),
        ({"GITHUB_EVENT_NAME": "pull_request"}, _GONE, True),  # the fork was deleted since
        ({"GITHUB_EVENT_NAME": "workflow_run"}, _RUN_FORK, True),
        ({"GITHUB_EVENT_NAME": "issue_comment"}, {"issue": {"pull_request": {"url": "x"}}}, True),
        # what cannot be told is foreign
        ({"GITHUB_EVENT_NAME": "pull_request"}, None, True),
        ({"GITHUB_EVENT_NAME": "pull_request"}, [], True),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, {}, True),
        ({"CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"}, None, False),
        ({"CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}, None, True),
        ({"CI_MERGE_REQUEST_PROJECT_ID": "1"}, None, True),
        ({"CI_PIPELINE_SOURCE": "push"}, None, False),
        ({"CI_PIPELINE_SOURCE": "merge_request_event"}, None, True),
        (
            {
                "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "eve/shop",
                "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "acme/shop",
            },
            None,
            True,
        ),
        ({"SYSTEM_PULLREQUEST_ISFORK": "False"}, None, False),
        ({"SYSTEM_PULLREQUEST_ISFORK": "True"}, None, True),
        ({"CIRCLE_PROJECT_REPONAME": "shop"}, None, False),
        ({"CIRCLE_PR_REPONAME": "shop"}, None, True),
        ({"CHANGE_ID": "7"}, None, False),
        ({"CHANGE_FORK": "eve"}, None, True),
        ({"TRAVIS_PULL_REQUEST_SLUG": "acme/shop", "TRAVIS_REPO_SLUG": "acme/shop"}, None, False),
        ({"TRAVIS_PULL_REQUEST_SLUG": "eve/shop", "TRAVIS_REPO_SLUG": "acme/shop"}, None, True),
        (
            {
                "BUILDKITE_PULL_REQUEST_REPO": "https://github.com/acme/shop.git",
                "BUILDKITE_REPO": "git@github.com:acme/shop.git",
            },
            None,
            False,
        ),
        (
            {
                "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/eve/shop.git",
                "BUILDKITE_REPO": "git@github.com:acme/shop.git",
            },
            None,
            True,
        ),
        ({"APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": "eve/shop", "APPVEYOR_REPO_NAME": "acme/shop"}, None, True),
    ),
)
def test_never_for_a_change_from_a_fork(
    stand_in: StandIn,
    command: Callable[..., Ran],
    tmp_path: Path,
    environment: dict[str, str],
    event: object,
    refused: bool,
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.env").write_text(_text("github"))
    path = tmp_path / "event.json"
    if event is not None:
        path.write_text(json.dumps(event))
    environment = {"GITHUB_EVENT_PATH": str(path), **environment}
    stand_in.reply = _as_documented("live")
    if refused:
        with pytest.raises(YettError, match="never verified for a change from outside"):
            command(tmp_path / "a", environment)
    else:
        assert command(tmp_path / "a", environment).code == 1
    assert len(stand_in.got) == (0 if refused else 1)


def test_an_event_that_is_no_json_is_foreign() -> None:
    assert foreign({"GITHUB_EVENT_NAME": "pull_request"}, lambda path: b"[" * 100_000)
    assert foreign({"GITHUB_EVENT_NAME": "pull_request"}, lambda path: b"\xff")


def test_a_proxy_is_used(
    stand_in: StandIn, credentials: dict[str, Credential], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", stand_in.address)
    stand_in.reply = lambda got: Reply(200, b'{"resources": {}}')
    one = (credentials["github"],)
    asked = verify(one, {"github": ("http://127.0.0.1:9",)}, FAST, lambda *_: None)
    assert asked[0].said.state == "live"
    assert stand_in.got[0].path == "http://127.0.0.1:9/rate_limit"


def test_a_proxy_that_refuses_is_named(
    stand_in: StandIn, credentials: dict[str, Credential], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", stand_in.address.replace("http://", "http://ada:" + "pass" + "word@"))
    stand_in.reply = lambda got: Reply(403)
    one = (credentials["telegram"],)
    asked = verify(one, {"telegram": ("https://127.0.0.1:9",)}, FAST, lambda *_: None)
    assert asked[0].said.reason == "Telegram: the proxy did not let the question through"
    assert [got.method for got in stand_in.got] == ["CONNECT"]
    assert credentials["telegram"].value not in stand_in.got[0].path


def test_certificates_are_checked(
    stand_in: StandIn, credentials: dict[str, Credential], monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests

    checked: list[object] = []
    send = requests.adapters.HTTPAdapter.send

    def noted(self: requests.adapters.HTTPAdapter, *given: object, **named: object) -> requests.Response:
        checked.append(named["verify"])
        return send(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", noted)
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    one = (credentials["github"],)
    asked = verify(one, {"github": (stand_in.address.replace("http://", "https://"),)}, FAST, lambda *_: None)
    assert asked[0].said.reason == "GitHub: no trusted connection to it could be made"
    assert checked == [True]
    assert stand_in.got == []


def test_no_password_of_the_machine_is_sent(
    stand_in: StandIn, credentials: dict[str, Credential], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password " + "not-for-you\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    stand_in.reply = _as_documented("live")
    _asked(stand_in, {name: credentials[name] for name in ("github", "telegram")})
    sent = {_name(got): got.headers.get("Authorization", "") for got in stand_in.got}
    assert sent == {"github": f"Bearer {credentials['github'].value}", "telegram": ""}


def test_no_cookie_is_kept(stand_in: StandIn) -> None:
    stand_in.reply = lambda got: Reply(headers=(("Set-Cookie", "a=b; Path=/"),))
    with Client(FAST.patience) as client:
        for _ in range(2):
            client.send(Request("GET", stand_in.address + "/", {}, b""))
    assert ["Cookie" in got.headers for got in stand_in.got] == [False, False]


def test_no_more_than_a_few_at_a_time(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    live = _as_documented("live")

    def slowly(got: Got) -> Reply:
        time.sleep(0.005)
        return live(got)

    stand_in.reply = slowly
    many = dict(credentials)
    for number in range(5):
        many[f"again-{number}"] = credentials["github"]._replace(value="ghp_" + f"{number}" * 36)
    assert set(_states(_asked(stand_in, many, FAST._replace(workers=3))).values()) == {"live"}
    assert len(stand_in.got) == len(CASES) + 5
    assert 1 < stand_in.most <= 3
    assert stand_in.twice == []  # never two at one provider


class _Time:
    """A clock that runs while somebody sleeps, and else stands still."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def _several(credential: Credential, number: int) -> dict[str, Credential]:
    return {f"{each}": credential._replace(value="ghp_" + f"{each}" * 36) for each in range(number)}


def test_questions_to_a_provider_keep_their_distance(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    passing = _Time()
    stand_in.reply = _as_documented("live")
    _asked(stand_in, _several(credentials["github"], 3), FAST._replace(interval=0.5), passing.clock())
    assert passing.slept == [0.5, 0.5]


def test_after_the_deadline_nobody_is_asked(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    passing = _Time()
    stand_in.reply = _as_documented("live")
    limits = FAST._replace(interval=1.0, deadline=2.5)
    results = _asked(stand_in, _several(credentials["github"], 5), limits, passing.clock())
    assert [each.said.state for each in results.values()] == ["live", "live", "live", "unknown", "unknown"]
    assert "the time was up" in results["4"].said.reason
    assert len(stand_in.got) == 3


def test_who_does_not_answer_by_the_deadline_is_not_waited_for(
    stand_in: StandIn, credentials: dict[str, Credential]
) -> None:
    live = _as_documented("live")
    stand_in.reply = lambda got: Reply(hold=True) if _name(got) == "slack" else live(got)
    few = {name: credentials[name] for name in ("slack", "github")}
    results = _asked(stand_in, few, FAST._replace(deadline=1.0, patience=Patience(9.0, 9.0, 9.0)), Clock())
    assert _states(results) == {"slack": "unknown", "github": "live"}
    assert "the time was up" in results["slack"].said.reason


@pytest.mark.parametrize(
    ("status", "retry", "slept", "questions"),
    (
        (429, "2", [2.0], 2),
        (503, "7", [7.0], 2),
        (429, "", [1.0], 2),  # no time is named: a breath
        (429, "0", [0.0], 2),
        (429, "soon", [1.0], 2),
        (429, "Thu, 01 Jan 1970 00:00:00 GMT", [0.0], 2),
        (429, "Fri, 31 Dec 9999 23:59:59 GMT", [], 1),
        (429, "31", [], 1),
        (429, "9" * 4000, [], 1),
        (503, "", [], 1),  # a fault, and no request to wait
    ),
)
def test_retry_after(
    stand_in: StandIn,
    credentials: dict[str, Credential],
    status: int,
    retry: str,
    slept: list[float],
    questions: int,
) -> None:
    passing = _Time()
    first = Reply(status, headers=(("Retry-After", retry),) if retry else ())
    stand_in.reply = lambda got: first if len(stand_in.got) == 1 else Reply(200, b'{"resources": {}}')
    limits = FAST._replace(deadline=1000.0)
    results = _asked(stand_in, {"github": credentials["github"]}, limits, passing.clock())
    assert passing.slept == slept
    assert results["github"].said.state == ("live" if questions == 2 else "unknown")
    assert results["github"].questions == len(stand_in.got) == questions


def test_who_is_asked_too_often_is_asked_no_more(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    stand_in.reply = lambda got: Reply(429, headers=(("Retry-After", "3600"),))
    results = _asked(stand_in, _several(credentials["github"], 4))
    assert {each.said.reason for each in results.values()} == {"GitHub is asked too often: try again later"}
    assert len(stand_in.got) == 1


def test_who_cannot_be_reached_is_asked_no_more(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    stand_in.close()
    results = _asked(stand_in, _several(credentials["github"], 4))
    assert {each.said.reason for each in results.values()} == {"GitHub: it could not be reached"}
    assert [each.questions for each in results.values()] == [1, 0, 0, 0]


# what is asked about


def _found(folder: Path, text: str) -> dict[str, Credential]:
    (folder / "conf.env").write_text(text)
    return {f"{each.secret.id}:{each.places[0].line}": each for each in _gathered(folder)}


_SECRET = EXAMPLES["aws-secret-access-key"]
_APART = "# of something else\n" * 20


@pytest.mark.parametrize(
    ("text", "replies", "states"),
    (
        (f"{_SECRET}\n", {}, ["unknown"]),
        (f"id = {AKIA}\n", {}, ["unknown"]),
        (f"id = {AKIA}\n{_SECRET}\n", {AKIA: "live"}, ["live"]),  # found as one
        (f"{_SECRET}\nid = {AKIA}\n", {AKIA: "live"}, ["live"]),
        (f"id = {AKIA}\n{_SECRET}\n", {AKIA: "dead"}, ["not live"]),
        (f"id = {'ASIA' + AKIA[4:]}\n{_SECRET}\n", {}, ["unknown"]),  # a temporary one
        (f"id = {AKIA}\n{_APART}{_SECRET}\n", {AKIA: "live"}, ["live", "live"]),
        (f"id = {AKIA}\n{_APART}{_SECRET}\n", {AKIA: "dead"}, ["not live", "not live"]),
        (f"id = {AKIA}\n{_APART}{_SECRET}\n", {AKIA: "other"}, ["unknown", "unknown"]),
        # which of two belongs to it is found out
        (
            f"id = {AKIA}\n{_APART}{_SECRET}\n{_APART}id = {OTHER_AKIA}\n",
            {AKIA: "live", OTHER_AKIA: "dead"},
            ["live", "live", "not live"],
        ),
        (
            f"id = {AKIA}\n{_APART}{_SECRET}\n{_APART}id = {OTHER_AKIA}\n",
            {AKIA: "other", OTHER_AKIA: "dead"},
            ["unknown", "unknown", "not live"],
        ),
        (f"id = {AKIA}\n" + "# far away\n" * 300 + _SECRET, {AKIA: "live"}, ["unknown", "unknown"]),
        ("".join(f"id = {AKIA[:-1]}{end}\n" for end in "ABCDE") + _APART + _SECRET, {}, ["unknown"] * 6),
    ),
)
def test_pairs(stand_in: StandIn, tmp_path: Path, text: str, replies: dict[str, str], states: list[str]) -> None:
    bodies = {
        "live": CASES["aws"].live,
        "dead": CASES["aws"].dead or (0, ""),
        "other": (403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"),
    }

    def reply(got: Got) -> Reply:
        key = got.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
        status, body = bodies[replies.get(key, "dead")]
        return Reply(status, body.encode())

    stand_in.reply = reply
    found = sorted(_found(tmp_path, text).values(), key=lambda each: each.places)
    results = _asked(stand_in, {each.fingerprint: each for each in found})
    told = [each.said.state for each in results.values()]
    if len(states) > 5:  # three of the five are tried
        assert sorted(told) == ["not live"] * 3 + ["unknown"] * 3
        assert told[-1] == "unknown"
        assert "more stands near it" in list(results.values())[-1].said.reason
    else:
        assert told == states


def test_what_is_missing_is_named(stand_in: StandIn, tmp_path: Path) -> None:
    for name in ("shopify", "okta", "grafana"):
        (tmp_path / f"{name}.env").write_text(_text(name).replace("grafana.net", "example"))
    reasons = {each.credential.secret.id: each.said.reason for each in verify(_gathered(tmp_path), {}, FAST, print)}
    assert "the shop's domain (….myshopify.com) would be needed" in reasons["shopify-token"]
    assert "….okta.com" in reasons["okta-token"]
    assert "….grafana.net" in reasons["grafana-service-token"]


@pytest.mark.parametrize(
    ("name", "beside", "host"),
    (
        ("shopify", "https://acme.myshopify.com/admin", "acme.myshopify.com"),
        ("shopify", "https://acme.myshopify.com.evil.example/", ""),
        ("shopify", "https://evil.example/?acme.myshopify.comx", ""),
        ("okta", "issuer: https://acme.okta.com/oauth2", "acme.okta.com"),
        ("okta", "https://acme.oktapreview.com.", "acme.oktapreview.com"),
        ("okta", "https://acme.okta.com.evil.example", ""),
        ("grafana", "https://acme.grafana.net.evil.example", ""),
        ("atlassian", "https://acme.atlassian.net.evil.example a@b.example", ""),
    ),
)
def test_hosts_from_a_file_are_the_providers_own(tmp_path: Path, name: str, beside: str, host: str) -> None:
    from yett.verify.run import ways

    (tmp_path / "a.env").write_text(f"{EXAMPLES[BY_NAME[name].rules[0]]}\n{beside}\n")
    credential = next(each for each in _gathered(tmp_path) if each.provider is BY_NAME[name])
    way = next(ways(credential, {}))
    first = BY_NAME[name].partners[0].name
    assert way.known.get(first, "") == host
    assert bool(way.missing) == (not host)


@pytest.mark.parametrize(
    ("text", "why"),
    (
        ("token = " + "ghr_" + "Zp4xK8mQvT2LwR7nYc3HbJ6sDf1GaE5uXo9i", "a refresh token"),
        ("dd_app_key = " + "0f1e2d3c4b5a69788796a5b4c3d2e1f0" + "a1b2c3d4", "an application key"),
        (
            "xapp = "
            + "xoxc-"
            + "7554235717-1779965984-4426111257-"
            + "9f3b1d7c5a2e4f8017ac4be9d20f6c83ab54e7d1903f6c2e8d5b7a41c09e3f62",
            "needs a cookie",
        ),
    ),
)
def test_kinds_that_cannot_be_asked_about(stand_in: StandIn, tmp_path: Path, text: str, why: str) -> None:
    stand_in.reply = _as_documented("live")
    found = _found(tmp_path, text)
    assert len(found) == 1
    (result,) = _asked(stand_in, found).values()
    assert result.said.state == "unknown"
    assert why in result.said.reason
    assert stand_in.got == []


def test_each_value_is_asked_about_once(stand_in: StandIn, command: Callable[..., Ran], tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.env").write_text(_text("github") * 2)
    stand_in.reply = _as_documented("live")
    ran = command(tmp_path, format="json")
    assert len(stand_in.got) == 1
    (secret,) = json.loads(ran.out)["secrets"]
    assert [place["path"] for place in secret["places"]] == ["a.env", "a.env", "b.env", "b.env"] + ["c.env"] * 2 + [
        "d.env"
    ] * 2
    assert "5 more places" in command(tmp_path).out


def test_regions_are_asked_in_turn(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    regions = tuple(f"{stand_in.address}/{name}" for name in ("one", "two", "three"))
    key = (credentials["datadog"],)
    stand_in.reply = lambda got: Reply(200, b'{"valid": true}') if _name(got) == "two" else Reply(403)
    assert verify(key, {"datadog": regions}, FAST, lambda *_: None)[0].said.state == "live"
    assert [_name(got) for got in stand_in.got] == ["one", "two"]
    stand_in.reply = lambda got: Reply(403)
    assert verify(key, {"datadog": regions}, FAST, lambda *_: None)[0].said.state == "not live"
    # one that says nothing leaves it open
    stand_in.reply = lambda got: Reply(500 if _name(got) == "one" else 403)
    assert verify(key, {"datadog": regions}, FAST, lambda *_: None)[0].said.state == "unknown"


def test_a_refusal_proves_nothing_where_there_are_other_servers(
    stand_in: StandIn, credentials: dict[str, Credential], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BY_NAME, "gitlab", BY_NAME["gitlab"]._replace(bases=(stand_in.address + "/gitlab",)))
    token = credentials["gitlab"]._replace(provider=BY_NAME["gitlab"])
    stand_in.reply = _as_documented("dead")
    said = verify((token,), {}, FAST, lambda *_: None)[0].said
    assert said.state == "unknown"
    assert "--endpoint gitlab=" in said.reason
    stand_in.reply = _as_documented("live")
    assert verify((token,), {}, FAST, lambda *_: None)[0].said.state == "live"


def test_whoever_has_no_address_of_its_own_is_asked_for_one(credentials: dict[str, Credential]) -> None:
    said = verify((credentials["vault"],), {}, FAST, lambda *_: None)[0].said
    assert said.state == "unknown"
    assert said.reason == "name the address of your Vault: --endpoint vault=https://…"


def test_both_kinds_of_a_token_are_tried(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    stand_in.reply = lambda got: Reply(200, b'{"TotalCount": 0}') if "/servers" in got.path else Reply(401)
    results = _asked(stand_in, {"postmark": credentials["postmark"]})
    assert results["postmark"].said.state == "live"
    assert [got.path for got in stand_in.got] == ["/postmark/server", "/postmark/servers?count=1&offset=0"]


@pytest.mark.parametrize(
    ("name", "value", "answer", "state"),
    (
        ("sentry", "sntrys_x", (401, "{}"), "unknown"),
        ("sentry", "sntryu_x", (401, "{}"), "not live"),
        ("cloudflare", "x" * 40, (401, "{}"), "unknown"),
        ("cloudflare", "cfut_x", (401, "{}"), "not live"),
        ("openai", "sk-x", (401, '{"error": {"code": "ip_not_authorized"}}'), "unknown"),
        ("openai", "sk-x", (403, '{"error": {"message": "… Missing scopes: api.model.read."}}'), "live"),
        ("openai", "sk-x", (403, '{"error": {"code": "unsupported_country_region_territory"}}'), "unknown"),
        ("brevo", "xkeysib-x", (401, '{"message": "unrecognised IP address"}'), "unknown"),
        ("brevo", "xkeysib-x", (403, '{"message": "… does not include the required permission."}'), "live"),
        ("gitlab", "glpat-x", (403, '{"error": "insufficient_scope"}'), "live"),
        ("gitlab", "glpat-x", (200, '{"active": false}'), "not live"),
        ("gitlab", "glpat-x", (200, '{"active": 1}'), "unknown"),  # 1 is not true
        ("slack", "xoxb-x", (200, '{"ok": false, "error": "ratelimited"}'), "unknown"),
        ("slack", "xoxb-x", (200, '{"ok": false, "error": "invalid_auth"}'), "unknown"),  # or from a wrong address
        ("slack", "xoxb-x", (200, '{"ok": false, "error": "account_inactive"}'), "not live"),
        ("linear", "lin_api_x", (200, '{"errors": [{"extensions": {"code": "AUTHENTICATION_ERROR"}}]}'), "not live"),
        ("stripe", "rk_live_x", (403, '{"error": {}}'), "live"),
        ("stripe", "rk_live_x", (403, "<html>blocked</html>"), "unknown"),
        ("figma", "figd_x", (403, '{"err": "Invalid scope(s)"}'), "live"),
        ("vault", "hvs.x", (403, '{"errors": ["permission denied"]}'), "unknown"),
        ("mailgun", "key-x", (401, "Forbidden"), "unknown"),
        ("azure-devops", "x", (203, "<html>Sign in</html>"), "unknown"),
        ("vercel", "vcp_x", (403, '{"error": {"code": "forbidden"}}'), "unknown"),
        ("adyen", "AQE", (200, '{"active": false}'), "not live"),
        ("adyen", "AQE", (403, '{"title": "Forbidden", "errorCode": "00_403"}'), "live"),
        ("adyen", "AQE", (403, "<html>blocked</html>"), "unknown"),
        ("atlassian", "ATATT3x", (401, "Client must be authenticated"), "unknown"),  # or it has scopes
        ("google-api-key", "AIza", (200, '{"models": []}'), "live"),
        ("google-api-key", "AIza", (403, '{"reason": "CONSUMER_SUSPENDED"}'), "unknown"),
        ("anthropic", "sk-ant-admin01-x", (200, '{"type": "organization"}'), "live"),
    ),
)
def test_what_answers_mean(name: str, value: str, answer: tuple[int, str], state: str) -> None:
    assert meaning(BY_NAME[name], value, Answer(answer[0], answer[1].encode())).state == state


# the command


@pytest.mark.parametrize(
    ("files", "reply", "code"),
    (
        ({"a.txt": "nothing here"}, "live", 0),
        ({"a.env": _text("github")}, "live", 1),
        ({"a.env": _text("github")}, "dead", 0),
        ({"a.env": _text("github")}, "odd", 3),
        ({"a.env": _text("github"), "b.env": EXAMPLES["private-key"]}, "dead", 3),  # nobody to ask
        ({"a.env": _text("github"), "b.env": EXAMPLES["private-key"]}, "live", 1),
    ),
)
def test_exit_code(
    stand_in: StandIn, command: Callable[..., Ran], tmp_path: Path, files: dict[str, str], reply: str, code: int
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    stand_in.reply = (lambda got: Reply(418)) if reply == "odd" else _as_documented(reply)
    ran = command(tmp_path)
    assert ran.code == code
    assert "This is no verdict" in ran.out
    assert json.loads(command(tmp_path, format="json").out)["exit_code"] == code


def test_what_cannot_be_read_leaves_it_open(command: Callable[..., Ran], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    ran = command(tmp_path)
    assert ran.code == 3
    assert "pipe: it cannot be read: it is not a regular file" in ran.out


def test_report(stand_in: StandIn, command: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(_text("github"))
    (tmp_path / "b.env").write_text(_text("slack"))
    (tmp_path / "c\n.env").write_text(_text("stripe"))
    (tmp_path / "d.env").write_text(EXAMPLES["putty-private-key"])
    stand_in.reply = lambda got: {
        "github": Reply(200, b'{"resources": {}}'),
        "slack": Reply(200, b'{"ok": false, "error": "token_revoked"}'),
        "stripe": Reply(500),
    }[_name(got)]
    prints = {each.secret.id: each.fingerprint for each in _gathered(tmp_path)}
    fixes = {secret.id: secret for secret in SECRETS}
    from yett.rules.secrets.record import rule

    assert command(tmp_path).out == (
        "Live: rotate now\n\n  1. secrets/github-token  GitHub token\n".replace(
            "GitHub token", fixes["github-token"].title
        )
        + "     live: GitHub accepts it\n     a.env:1:1\n".replace("1:1", _at(_text("github"), "github-token"))
        + f"     {rule(fixes['github-token']).fix}\n"
        f"     {fixes['github-token'].revoke}\n"
        f"     fingerprint {prints['github-token']}\n"
        "\n"
        "Not known: treat as live\n"
        "\n"
        f"  2. secrets/stripe-secret-key  {fixes['stripe-secret-key'].title}\n"
        "     unknown: Stripe answers 500, a fault of its own: try again later\n"
        f"     c\\n.env:{_at(_text('stripe'), 'stripe-secret-key')}\n"
        f"     {rule(fixes['stripe-secret-key']).fix}\n"
        f"     {fixes['stripe-secret-key'].revoke}\n"
        f"     fingerprint {prints['stripe-secret-key']}\n"
        "\n"
        "Not live any more: take it out, and see what else it was used for\n"
        "\n"
        f"  3. secrets/slack-token  {fixes['slack-token'].title}\n"
        "     not live: Slack does not accept it\n"
        f"     b.env:{_at(_text('slack'), 'slack-token')}\n"
        f"     fingerprint {prints['slack-token']}\n"
        "\n"
        "Nobody to ask: treat as live\n"
        "\n"
        "  secrets/putty-private-key  d.env:1:1\n"
        "\n"
        "1 live, 2 not known, 1 not live: 4 files of ., 3 questions asked.\n"
        "This is no verdict: whether a change may ship says `yett check`.\n"
    )


def _at(text: str, name: str) -> str:
    from yett.checks._seek import Seeker, Sighting

    (found,) = (each for each in Seeker().look(text.encode(), "a.env") if isinstance(each, Sighting))
    assert found.secret.id == name
    return f"1:{found.found.start + 1}"


def test_json(stand_in: StandIn, command: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(_text("github"))
    stand_in.reply = _as_documented("live")
    told = json.loads(command(tmp_path, format="json").out)
    (secret,) = told.pop("secrets")
    assert told == {
        "schema": "yett/verify/1",
        "exit_code": 1,
        "scope": ".",
        "counts": {
            "files": 1,
            "live": 1,
            "not_live": 0,
            "unknown": 0,
            "low": 0,
            "others": 0,
            "questions": 1,
            "gaps": 0,
        },
        "gaps": [],
    }
    (credential,) = _gathered(tmp_path)
    assert secret["fingerprint"] == fingerprint(credential.value, COMMON)
    assert (secret["rule"], secret["provider"], secret["state"]) == ("secrets/github-token", "github", "live")


def test_what_is_probably_no_secret_is_left_out(stand_in: StandIn, command: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("token = " + "ghp_" + "EXAMPLE" * 5 + "a\n")
    stand_in.reply = _as_documented("live")
    ran = command(tmp_path)
    assert (ran.code, stand_in.got) == (0, [])
    assert "1 more of low confidence: --low asks about them too." in ran.out
    assert command(tmp_path, low=True).code == 1
    assert len(stand_in.got) == 1


def test_only_some_providers(stand_in: StandIn, command: Callable[..., Ran], tmp_path: Path) -> None:
    for name in ("github", "slack", "stripe"):
        (tmp_path / f"{name}.env").write_text(_text(name))
    stand_in.reply = _as_documented("dead")
    ran = command(tmp_path, provider=["slack,stripe"])
    assert ran.code == 0
    assert sorted(map(_name, stand_in.got)) == ["slack", "stripe"]
    assert "1 more that no provider named with --provider answers for." in ran.out


@pytest.mark.parametrize(
    ("given", "why"),
    (
        ({"provider": ["nobody"]}, "there is no provider 'nobody': name one of adyen"),
        ({"endpoint": ["nobody=https://a.example"]}, "there is no provider 'nobody'"),
        ({"endpoint": ["gitlab=http://gitlab.example"]}, "the --endpoint of gitlab is not encrypted"),
        ({"endpoint": ["gitlab=http://127.0.0.1.example"]}, "the --endpoint of gitlab is not encrypted"),
        ({"endpoint": ["gitlab=ftp://gitlab.example"]}, "the --endpoint of gitlab is not encrypted"),
        ({"endpoint": ["gitlab"]}, "the --endpoint of gitlab is no plain address"),
        ({"endpoint": ["gitlab=https://"]}, "the --endpoint of gitlab is no plain address"),
        ({"endpoint": ["gitlab=https://a:b" + "@gitlab.example"]}, "the --endpoint of gitlab is no plain address"),
        ({"endpoint": ["gitlab=https://gitlab.example/?a=b"]}, "the --endpoint of gitlab is no plain address"),
        ({"endpoint": ["gitlab=https://{value}.example"]}, "the --endpoint of gitlab is no plain address"),
        ({"endpoint": ["gitlab=https://[::1"]}, "the --endpoint of gitlab is no plain address"),
        ({"endpoint": ["gitlab=https://gitlab.example:port"]}, "the --endpoint of gitlab is no plain address"),
        ({"deadline": 0.0}, "--deadline 0 is out of range"),
        ({"deadline": float("nan")}, "--deadline nan is out of range"),
    ),
)
def test_usage(command: Callable[..., Ran], tmp_path: Path, given: dict[str, object], why: str) -> None:
    with pytest.raises(YettError) as raised:
        command(tmp_path, **given)
    assert str(raised.value).startswith(why)
    assert "a:b" not in str(raised.value)


@pytest.mark.parametrize(
    "address", ("https://gitlab.example", "http://localhost:1/x/", "http://[::1]:1", "http://127.0.0.2")
)
def test_endpoints_that_are_taken(command: Callable[..., Ran], tmp_path: Path, address: str) -> None:
    assert command(tmp_path, endpoint=[f"gitlab={address}"]).code == 0


def test_what_is_looked_at(stand_in: StandIn, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree of a commit, what is staged, and what the commits of a range brought and took away again."""
    base = repo.commit({"a.env": _text("github")})
    brought = repo.commit({"b.env": _text("slack")})
    (repo.root / "b.env").unlink()
    head = repo.commit()
    repo.stage({"c.env": _text("stripe")})
    repository = git.find(str(repo.root), {})
    targets = {
        "tree": Target("tree", str(repo.root), head=head),
        "index": Target("tree", str(repo.root), head=head, of_index=True),
        "staged": Target("staged", str(repo.root), head=head),
        "range": Target("range", str(repo.root), base=base, head=head),
    }
    found = {
        name: [each.provider.name for each in gather(target, repository, (), False, print).credentials if each.provider]
        for name, target in targets.items()
    }
    told = [each.places for each in gather(targets["range"], repository, (), False, print).credentials]
    assert [place.commit for places in told for place in places] == [brought]
    assert found == {"tree": ["github"], "index": ["github", "stripe"], "staged": ["stripe"], "range": ["slack"]}


# small things


def test_signature() -> None:
    """The example of the AWS General Reference, "Signature Version 4 signing process"."""
    made = authorization(
        ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+" + "bPxRfiCYEXAMPLEKEY"),
        Scope("20150830T123600Z", "us-east-1", "iam"),
        "GET",
        "/",
        "Action=ListUsers&Version=2010-05-08",
        {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Host": "iam.amazonaws.com",
            "X-Amz-Date": "20150830T123600Z",
        },
        b"",
    )
    assert made == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


@pytest.mark.parametrize(
    ("base", "region"),
    (
        ("https://sts.amazonaws.com", "us-east-1"),
        ("https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("http://127.0.0.1:8080/aws", "us-east-1"),
    ),
)
def test_a_signature_names_the_region(base: str, region: str) -> None:
    known = {"id": AKIA, "value": "x" * 40}
    made = request(base, BY_NAME["aws"].asks[0], known, "yett", 1440938160.0)
    assert f"/20150830/{region}/sts/aws4_request" in made.headers["Authorization"]


def test_a_value_does_not_change_the_address() -> None:
    made = request("https://api.example", BY_NAME["telegram"].asks[0], {"value": "1:A/../b?c#d%{id}"}, "yett", 0.0)
    assert made.url == "https://api.example/bot1:A%2F..%2Fb%3Fc%23d%25%7Bid%7D/getMe"


def test_values_that_cannot_be_sent_are_not(stand_in: StandIn, credentials: dict[str, Credential]) -> None:
    plain = credentials["npm"]
    odd = {repr(end): plain._replace(value=plain.value + end) for end in ("\r\nHost: x", "\n", " x", "é", "x" * 5000)}
    results = _asked(stand_in, odd)
    assert {each.said.reason for each in results.values()} == {"it holds characters that cannot be sent as they are"}
    assert stand_in.got == []


@pytest.mark.parametrize("name", ("urllib3", "urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry"))
def test_urllib3_is_kept_from_logging(name: str) -> None:
    client.quiet()
    assert not logging.getLogger(name).isEnabledFor(logging.CRITICAL)


def _row(provider: Provider) -> str:
    rules = ", ".join(f"`{rule}`" for rule in (*provider.rules, *provider.halves))
    questions = dict.fromkeys(f"{ask.method} {ask.path.partition('?')[0]}" for ask in provider.asks)
    return f"| `{provider.name}` | {rules} | [{' or '.join(questions)}]({provider.documentation}) |"


def test_the_page_lists_every_provider() -> None:
    page = (Path(__file__).parent.parent / "docs" / "verify.md").read_text(encoding="utf-8")
    listed = [line for line in page.split("\n") if line.startswith("| `") and "](https://" in line]
    assert listed == [_row(each) for each in sorted(PROVIDERS, key=lambda each: each.name)]
