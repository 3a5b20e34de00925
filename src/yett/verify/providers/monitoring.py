"""What watches over other things."""

from __future__ import annotations

from yett.verify.record import Ask, Partner, Provider, When, bearer, header, ok

# https://docs.datadoghq.com/getting_started/site/
_DATADOG = (
    "datadoghq.com",
    "datadoghq.eu",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "ddog-gov.com",
    "us2.ddog-gov.com",
)

MONITORING = (
    Provider(
        name="datadog",
        title="Datadog",
        rules=("datadog-key",),
        bases=tuple(f"https://api.{site}" for site in _DATADOG),
        asks=(header("DD-API-KEY", "/api/v1/validate"),),
        live=(ok("valid", True),),
        dead=(When((403,)),),
        form=r"[0-9a-f]{32}",
        otherwise="an application key can only be tried together with an API key",
        documentation="https://docs.datadoghq.com/api/latest/authentication/#validate-api-key",
    ),
    Provider(
        name="new-relic",
        title="New Relic",
        rules=("newrelic-key",),
        bases=("https://api.newrelic.com", "https://api.eu.newrelic.com", "https://api.jp.newrelic.com"),
        asks=(
            Ask("/graphql", "POST", headers=(("API-Key", "{value}"),), json=(("query", "{ actor { user { id } } }"),)),
        ),
        live=(ok("data.actor.user.id"),),
        form=r"NRAK-.*",
        otherwise="only a user's key can be asked about",
        documentation="https://docs.newrelic.com/docs/apis/nerdgraph/get-started/introduction-new-relic-nerdgraph/",
    ),
    Provider(
        name="sentry",
        title="Sentry",
        rules=("sentry-token", "sentry-user-token", "sentry-legacy-token"),
        bases=("https://sentry.io",),
        asks=(bearer("/api/0/organizations/"),),
        live=(ok("[]"), When((403,), key="detail")),
        # what becomes of an organisation's token here is not written down
        unsure=((When((401,), of=r"sntrys_.*"), "an organisation's token may be refused here and live all the same"),),
        own=True,
        documentation="https://docs.sentry.io/api/organizations/list-your-organizations/",
    ),
    Provider(
        name="grafana",
        title="Grafana",
        rules=("grafana-service-token",),
        bases=("https://{stack}",),
        asks=(bearer("/api/org"),),
        live=(ok("id"), When((403,), key="message")),
        partners=(
            Partner(
                "stack",
                "the address of its Grafana (….grafana.net)",
                rb"(?i:(?<![\w.-])([a-z0-9-]{1,60}\.grafana\.net)(?![\w-]|\.\w))",
            ),
        ),
        own=True,
        documentation="https://grafana.com/docs/grafana/latest/developers/http_api/org/",
    ),
    Provider(
        name="pagerduty",
        title="PagerDuty",
        rules=("pagerduty-key",),
        bases=("https://api.pagerduty.com", "https://api.eu.pagerduty.com"),
        asks=(
            Ask(
                "/abilities",
                headers=(
                    ("Authorization", "Token token={value}"),
                    ("Accept", "application/vnd.pagerduty+json;version=2"),
                ),
            ),
        ),
        live=(ok("abilities"), When((403,), key="error")),
        documentation="https://developer.pagerduty.com/api-reference/ZG9jOjExMDI5NTUx-authentication",
    ),
)
