"""Monitoring, logs, analytics and feature flags."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.named import UUID, reader
from yett.rules.secrets.record import Secret

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="datadog-key",
        title="Datadog API or application key",
        severity=Severity.HIGH,
        keywords=("datadog", "dd_api", "dd_app", "dd-api", "dd-app"),
        read=reader(
            ("datadog", "dd_api", "dd_app", "dd-api", "dd-app"), r"[0-9a-f]{40}|[0-9a-f]{32}", near=("datadog",)
        ),
        why="Whoever has it can send data, or with an application key read all of it.",
        fix=(
            "Revoke it in the settings of Datadog and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.datadoghq.com/account_management/api-app-keys/",
        bad=("DD_API_KEY=" + "c09153644f1aff3c" + "be48273ff46c8bc1",),
        good=(
            "DD_API_KEY=${DD_API_KEY}",
            'datadog_span = "' + "a4bcd2b5" + '88b5bb7e"',
        ),
    ),
    Secret(
        id="newrelic-key",
        title="New Relic key",
        severity=Severity.HIGH,
        keywords=("NRAK-", "NRII-", "NRIQ-", "NRRA-", "NRAA-", "NRJS-", "NRBR-", "NRAL"),
        pattern=(
            r"NR(?:AK-[A-Z0-9]{27}|I[IQ]-[\w-]{25,32}|RA-[0-9a-f]{42}|AA-[0-9a-f]{27}|JS-[0-9a-f]{19}"
            r"|BR-[0-9a-f]{19})|(?:eu01xx)?[0-9a-fA-F]{30,36}NRAL"
        ),
        why="Whoever has it can read or forge what is monitored.",
        fix=(
            "Revoke it in the settings of New Relic and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
        bad=("NR" + "AK-XYSCYWDCMUZ" + "Z0ONNS6YWUXHWF0P",),
        good=(
            "NR" + "AK-6H9DEUVHI" + "HUMHCYFP0J5O6",
            "the prefix NRAK- is described in the manual",
        ),
    ),
    Secret(
        id="grafana-service-token",
        title="Grafana service account token",
        severity=Severity.HIGH,
        keywords=("glsa_",),
        pattern=r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}",
        why="Whoever has it can read dashboards and query their data sources.",
        fix=(
            "Revoke it in the settings of Grafana and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        checksum=checksum.grafana_service,
        bad=("gl" + "sa_KfVs6RrjnKvWIzhask" + "JKL2aLp5B89fXc_93d8ea76",),
        good=(
            "gl" + "sa_laO5qZpaukjmSEe" + "a2rOnqdr5XpNBdZcg_050",
            "the prefix glsa_ is described in the manual",
        ),
    ),
    Secret(
        id="grafana-cloud-token",
        title="Grafana Cloud token",
        severity=Severity.HIGH,
        keywords=("glc_",),
        pattern=r"glc_[A-Za-z0-9+/]{32,}={0,2}",
        why="Whoever has it can read or write metrics and logs.",
        fix=(
            "Revoke it in the settings of Grafana Cloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://grafana.com/docs/grafana-cloud/account-management/authentication-and-permissions/access-policies/",
        width=500,
        holds=checksum.grafana_cloud,
        bad=(
            "gl"
            + "c_eyJvIjoiMTIzNDU2IiwibiI6InN0YWNrLTEtd3JpdGUiLCJrIjoi"
            + "Q1luYjhuN0VHTWtUVXhWNjdoNndqNDFoIiwibSI6eyJyIjoiZXUifX0=",
        ),
        good=(
            "gl" + "c_eyJvIjoiMT" + "IzNDU2IiwibiI6",
            "the prefix glc_ is described in the manual",
        ),
    ),
    Secret(
        id="grafana-key",
        title="Grafana API key, older form",
        severity=Severity.HIGH,
        keywords=("eyJrIjoi",),
        pattern=r"eyJrIjoi[A-Za-z0-9+/]{40,}={0,2}",
        why="Whoever has it can read dashboards and query their data sources.",
        fix=(
            "Revoke it in the settings of Grafana and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://grafana.com/docs/grafana/latest/administration/service-accounts/",
        width=500,
        bad=("ey" + "JrIjoifabT27H7tGkpzRuU239rIs4t0EJVlpw" + "JZmFZ5M9pnNIwzTSaHg0XBP8Ji4+wpvY2iQ4HNY",),
        good=(
            "ey" + "JrIjoiQULw/0dZmODUw" + "n0XLbImlJOQWZMvc0FAYO",
            "the prefix eyJrIjoi is described in the manual",
        ),
    ),
    Secret(
        id="sentry-token",
        title="Sentry organisation token",
        severity=Severity.HIGH,
        keywords=("sntrys_",),
        pattern=r"sntrys_eyJ[A-Za-z0-9+/=]{60,}_[A-Za-z0-9+/]{43}",
        why="Whoever has it can upload releases and source maps.",
        fix=(
            "Revoke it in the settings of Sentry and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.sentry.io/account/auth-tokens/",
        width=600,
        holds=checksum.sentry,
        bad=(
            "sn"
            + "trys_eyJpYXQiOjE3MDAwMDAwMDAuMTIzNDU2LCJ1cmwiOiJodHRwczovL3NlbnRyeS5"
            + "pbyIsInJlZ2lvbl91cmwiOiJodHRwczovL3VzLnNlbnRyeS5pbyIsIm9yZyI6ImFjbWUifQ=="
            + "_jSbD2dmOq1VuCqgefEdWt"
            + "YoBtdllL5tkp7hC2vtlvHW",
        ),
        good=(
            "sn"
            + "trys_eyJpYXQiOjE3MDAwMDAwMDAuMTIzNDU2LCJ1cmwiOiJodHRwczovL3NlbnRyeS5"
            + "pbyIsInJlZ2lvbl91cmwiOiJodHRwczovL3VzLnNlbnRyeS5pbyIsIm9yZyI6ImFjbWUifQ=="
            + "_IfJ3v4TQpfPXxIwJdh5"
            + "dKkRQh0qsgtwQcpjFWD",
            "the prefix sntrys_ is described in the manual",
        ),
    ),
    Secret(
        id="sentry-user-token",
        title="Sentry user token",
        severity=Severity.HIGH,
        keywords=("sntryu_",),
        pattern=r"sntryu_[0-9a-f]{64}",
        why="Whoever has it can read errors, with the data in them.",
        fix=(
            "Revoke it in the settings of Sentry and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.sentry.io/account/auth-tokens/",
        bad=("sn" + "tryu_0a6a6ff3225497c0bd23221e500a0" + "39b298eb2429fee4d18c8e2e641afca207f",),
        good=(
            "sn" + "tryu_719821259aee22d764281ebb27" + "141b27a6d5ad4476bc8105d58e42f94c3",
            "the prefix sntryu_ is described in the manual",
        ),
    ),
    Secret(
        id="sentry-legacy-token",
        title="Sentry token, older form",
        severity=Severity.MEDIUM,
        keywords=("sentry",),
        read=reader(("sentry",), r"[0-9a-f]{64}"),
        why="Whoever has it can read errors, with the data in them.",
        fix=(
            "Revoke it in the settings of Sentry and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.sentry.io/account/auth-tokens/",
        bad=("SENTRY_AUTH_TOKEN=" + "b30e8a2ff9159226e273e487114d01e7" + "3c2a96b20178f5a0618a66f6a36a33da",),
        good=(
            "SENTRY_AUTH_TOKEN=${SENTRY_AUTH_TOKEN}",
            "SENTRY_AUTH_TOKEN=your-sentry-auth-token-here",
        ),
    ),
    Secret(
        id="pagerduty-key",
        title="PagerDuty API key",
        severity=Severity.HIGH,
        keywords=("pagerduty", "pager_duty"),
        read=reader(("pagerduty", "pager_duty"), r"u\+[\w+-]{18}|[\w+-]{20}", holds=checksum.mixed),
        why="Whoever has it can read and silence alarms.",
        fix=(
            "Revoke it in the settings of PagerDuty and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://support.pagerduty.com",
        bad=("PAGERDUTY_API_KEY=" + "u+7sOjfrTS" + "Q3lDTdYALz",),
        good=(
            "PAGERDUTY_API_KEY=${PAGERDUTY_API_KEY}",
            "PAGERDUTY_API_KEY=your-pagerduty-api-key-here",
        ),
    ),
    Secret(
        id="dynatrace-token",
        title="Dynatrace token",
        severity=Severity.HIGH,
        keywords=("dt0",),
        pattern=r"dt0[a-zA-Z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
        why="Whoever has it can read what is monitored.",
        fix=(
            "Revoke it in the settings of Dynatrace and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
        bad=(
            "dt"
            + "0c01.FJZTDF8HMY3VWMKUH0AKGMG0.2F9GKYEXNF0YKHU7"
            + "IBQ7977SKW7AO1SJ9217RH0P579F93SMRVKI9NQ3472IRXUI",
        ),
        good=(
            "dt" + "0c01.14YR19LRSLZQX5J6KMAONTC6.RZNQDI168MFXM0" + "DYVHGT92HD6WYSX72RHJIVWQF45F2OIKW100UIJ7TGXYC",
            "the prefix dt0 is described in the manual",
        ),
    ),
    Secret(
        id="splunk-token",
        title="Splunk HEC token",
        severity=Severity.MEDIUM,
        keywords=("splunk",),
        read=reader(("splunk",), UUID),
        why="Whoever has it can write forged events into the index.",
        fix=(
            "Revoke it in the settings of Splunk and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://help.splunk.com/splunk-enterprise/get-data-in/collect-http-event-data/set-up-and-use-http-event-collector-from-the-cli",
        bad=("SPLUNK_HEC_TOKEN=" + "72f2f2c4-239e-46bd" + "-ac40-8e4030e02a2e",),
        good=('splunk_trace = "' + "583e1366-45cb-49df" + '-ad8c-c8539ffdaa26"',),
    ),
    Secret(
        id="sumologic-key",
        title="Sumo Logic access key",
        severity=Severity.HIGH,
        keywords=(
            "sumologic",
            "sumo_",
        ),
        read=reader(
            (
                "sumologic",
                "sumo_",
            ),
            r"[A-Za-z0-9]{64}",
            holds=checksum.mixed,
        ),
        why="Whoever has it can read the logs.",
        fix=(
            "Revoke it in the settings of Sumo Logic and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.sumologic.com/help/docs/manage/security/access-keys/",
        bad=("SUMO_ACCESS_KEY=" + "sQ9BEcp2gEa5xEIRNiqvxKRCA0sx3BAH" + "eR7eGzuKWjeFdPAUrDt37HGCoMyyGBjA",),
        good=(
            "SUMO_ACCESS_KEY=${SUMO_ACCESS_KEY}",
            "SUMO_ACCESS_KEY=your-sumo-access-key-here",
        ),
    ),
    Secret(
        id="launchdarkly-key",
        title="LaunchDarkly key",
        severity=Severity.HIGH,
        keywords=("launchdarkly", "launch_darkly", "ld_sdk", "ld_api"),
        pattern=r"(?:sdk|api|mob)-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        why="Whoever has it can read, or with an API key change, the flags.",
        fix=(
            "Revoke it in the settings of LaunchDarkly and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.launchdarkly.com",
        bad=('launchdarkly.init("sd' + "k-11067c2e-36bc-43" + 'f1-afaa-9ff3b69cb1ff")',),
        good=(
            'launchdarkly.init("sd' + "k-a2f13fc1-3e32-" + "428e-a00f-21cc2f930",
            "the prefix launchdarkly is described in the manual",
        ),
    ),
    Secret(
        id="posthog-key",
        title="PostHog personal API key",
        severity=Severity.HIGH,
        keywords=("phx_",),
        pattern=r"phx_[\w-]{41,49}",
        why="Whoever has it can read what users do.",
        fix=(
            "Revoke it in the settings of PostHog and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://posthog.com/docs/api",
        bad=("ph" + "x_51njWNFMFvTGkS4Hg0G3" + "0KbHD3SNauiG7tkGgZUaAdo",),
        good=(
            "ph" + "x_EbYXWzVc7wIW2a6hZ" + "kjO9lRHwsCS1DZxgZ8jfK",
            "the prefix phx_ is described in the manual",
        ),
    ),
    Secret(
        id="mapbox-secret-token",
        title="Mapbox secret token",
        severity=Severity.HIGH,
        keywords=("sk.eyJ",),
        pattern=r"sk\.eyJ[\w-]{40,200}\.[\w-]{22}",
        why="Whoever has it can use and change the account.",
        fix=(
            "Revoke it in the settings of Mapbox and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.mapbox.com/accounts/guides/tokens/",
        width=400,
        holds=checksum.mapbox,
        bad=("sk" + ".eyJ1IjoiYWNtZSIsImEiOiI1YXF4MHBrdncybTY" + "zZDFpMXJxMTFuNnk5In0.Z9eOJ7WGnMJGgWozNeeqUD",),
        good=(
            "sk" + ".eyJ1IjoiYWNtZSIsImEiOiIwNzJqbHh2dHNhZ" + "WRyZDEzZTE1dWNjNDB3In0.5fNUbcPz9Zy2wsEEx",
            "the prefix sk.eyJ is described in the manual",
        ),
    ),
    Secret(
        id="snyk-token",
        title="Snyk token",
        severity=Severity.HIGH,
        keywords=("snyk",),
        read=reader(("snyk",), UUID),
        why="Whoever has it can read what is vulnerable in your projects.",
        fix=(
            "Revoke it in the settings of Snyk and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.snyk.io",
        bad=("SNYK_TOKEN=" + "09cdcdc2-2b9d-49b0" + "-a6ad-b5d6fe6e6e90",),
        good=('snyk_org_id = "' + "995bbeea-d567-4fea" + '-ad20-f7447d7ec1e4"',),
    ),
    Secret(
        id="amplitude-secret",
        title="Amplitude secret key",
        severity=Severity.MEDIUM,
        keywords=("amplitude",),
        read=reader(("amplitude",), r"[0-9a-f]{32}", need="secret"),
        why="Whoever has it can read what users do.",
        fix=(
            "Revoke it in the settings of Amplitude and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://amplitude.com/docs/admin/account-management/manage-your-api-keys-and-secret-keys",
        bad=("AMPLITUDE_SECRET_KEY=" + "e46760fef19d91a9" + "9b13119ec81a4f63",),
        good=(
            "AMPLITUDE_SECRET_KEY=${AMPLITUDE_SECRET_KEY}",
            "AMPLITUDE_SECRET_KEY=yo" + "ur-amplitude-" + "secret-key-here",
        ),
    ),
    Secret(
        id="rootly-key",
        title="Rootly API key",
        severity=Severity.MEDIUM,
        keywords=("rootly_",),
        pattern=r"rootly_[0-9a-f]{64}",
        why="Whoever has it can read incidents.",
        fix=(
            "Revoke it in the settings of Rootly and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.rootly.com/api-reference/overview#how-to-generate-an-api-key",
        bad=("ro" + "otly_601f49c1ae0eaaed72303b72e28b7" + "12bb42fbc136f79dca819ea31191097d9d8",),
        good=(
            "ro" + "otly_9b785e0746dfac8181367a8345" + "436e219abf01ed6e5bafb15f8aafeb3ab",
            "the prefix rootly_ is described in the manual",
        ),
    ),
    Secret(
        id="stackhawk-key",
        title="StackHawk API key",
        severity=Severity.MEDIUM,
        keywords=("hawk.",),
        pattern=r"hawk\.[\w-]{20}\.[\w-]{20}",
        why="Whoever has it can read what is vulnerable in your projects.",
        fix=(
            "Revoke it in the settings of StackHawk and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.stackhawk.com/web-app/",
        holds=checksum.mixed,
        bad=("ha" + "wk.4OoqAqDZQvhDW6wjhw" + "uK.zW5wx14yaBDOM5aXSYL7",),
        good=(
            "ha" + "wk.tMCsB9UOrakIxe5" + "SCTAM.XPbLua6q0Rx5Av1",
            "the prefix hawk. is described in the manual",
        ),
    ),
    Secret(
        id="maxmind-key",
        title="MaxMind licence key",
        severity=Severity.MEDIUM,
        keywords=("_mmk",),
        pattern=r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk",
        why="Whoever has it can use the service at your expense.",
        fix=(
            "Revoke it in the settings of MaxMind and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://support.maxmind.com",
        bad=("Of" + "kc4e_pHojLjBPnM2ei" + "5HojOqUn1MJOoYH1_mmk",),
        good=(
            "UX" + "INpZ_TvPzYc3jAjY" + "3xC2nLhzLVcsuAvNl",
            "the prefix _mmk is described in the manual",
        ),
    ),
    Secret(
        id="newrelic-pixie-key",
        title="Pixie key",
        severity=Severity.MEDIUM,
        keywords=(
            "px-api-",
            "px-dep-",
        ),
        pattern=r"px-(?:api|dep)-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        why="Whoever has it can read what runs in the cluster.",
        fix=(
            "Revoke it in the settings of Pixie and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        bad=("px" + "-api-2fb478bC-B9ac-c8C3-7514-8E53d0D42944",),
        good=(
            "px-api-2fb478b" + "C-B9ac-c8C3-75",
            "px-api- is described in the manual",
        ),
    ),
    Secret(
        id="honeycomb-key",
        title="Honeycomb API key",
        severity=Severity.MEDIUM,
        keywords=(
            "hcaik_",
            "hcbik_",
            "hcxik_",
            "hcamk_",
        ),
        pattern=r"hc[abx][im]k_[A-Za-z0-9]{58,64}",
        why="Whoever has it can write events, or change what is measured.",
        fix=(
            "Revoke it in the settings of Honeycomb and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.honeycomb.io",
        bad=("hc" + "aik_sy584pngpdvyar1hmd7qpokvmovldfty1lx9dhyn1ur0i6daqryz2s8x0j",),
        good=(
            "hcaik_sy584pngpdvyar1" + "hmd7qpokvmovldfty1lx9",
            "hcaik_ is described in the manual",
        ),
    ),
    Secret(
        id="logzio-token",
        title="Logz.io token",
        severity=Severity.MEDIUM,
        keywords=(
            "logzio",
            "logz_io",
            "logz.io",
        ),
        read=reader(
            (
                "logzio",
                "logz_io",
                "logz.io",
            ),
            r"[A-Za-z0-9]{32}",
        ),
        why="Whoever has it can write into your logs.",
        fix=(
            "Revoke it in the settings of Logz.io and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.logz.io/user-guide/tokens/",
        confidence=Confidence.MEDIUM,
        bad=("LOGZIO_TOKEN=" + "IZKTCg5q2XNNP9J1" + "GhQ6sGrYIdyd1jhD",),
        good=(
            "LOGZIO_TOKEN=${LOGZIO_TOKEN}",
            "LOGZIO_TOKEN_ID=" + "IZKTCg5q2XNNP9J1" + "GhQ6sGrYIdyd1jhD",
        ),
    ),
    Secret(
        id="loggly-token",
        title="Loggly token",
        severity=Severity.MEDIUM,
        keywords=("loggly",),
        read=reader(("loggly",), UUID),
        why="Whoever has it can write into your logs.",
        fix=(
            "Revoke it in the settings of Loggly and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("LOGGLY_TOKEN=" + "24C8fD2b-2BF9-3B2f" + "-15A7-Bf0df98C0fc1",),
        good=(
            "LOGGLY_TOKEN=${LOGGLY_TOKEN}",
            "LOGGLY_TOKEN_ID=" + "24C8fD2b-2BF9-3B2f" + "-15A7-Bf0df98C0fc1",
        ),
    ),
    Secret(
        id="segment-token",
        title="Segment Public API token",
        severity=Severity.HIGH,
        keywords=("sgp_",),
        pattern=r"sgp_[A-Za-z0-9]{64}",
        why="Whoever has it can change where the events of your customers go.",
        fix=(
            "Revoke it in the settings of Segment and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://segment.com/docs/api/public-api/",
        holds=checksum.mixed,
        bad=("sg" + "p_GW9GJ1oagyl120Ibg2oUr2U3KMsByo72oNxcyHj93LFxWWDbpk9rBe4LPGF68TRO",),
        good=(
            "sgp_GW9GJ1oagyl120Ibg2" + "oUr2U3KMsByo72oNxcyHj93",
            "sgp_ is described in the manual",
        ),
    ),
    Secret(
        id="openweather-key",
        title="OpenWeather API key",
        severity=Severity.LOW,
        keywords=(
            "openweather",
            "open_weather",
        ),
        read=reader(
            (
                "openweathermap",
                "openweather",
                "open_weather",
            ),
            r"[0-9a-f]{32}",
            need="key|appid|api|token",
        ),
        why="Whoever has it can ask for the weather at your expense.",
        fix=(
            "Revoke it in the settings of OpenWeather and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=(
            "OPENWEATHER_API_KEY=" + "2b262a77e628e7b9" + "8713979611f6be9a",
            "https://api.openweathermap.org/data/2.5/weather?q=Turku&appid=" + "d01f40072e3cf347" + "862554017cdf83fd",
        ),
        good=(
            "OPENWEATHER_API_KEY=${OPENWEATHER_API_KEY}",
            "OPENWEATHER_API_KEY_ID=" + "2b262a77e628e7b9" + "8713979611f6be9a",
        ),
    ),
    Secret(
        id="nytimes-key",
        title="New York Times API key",
        severity=Severity.LOW,
        keywords=(
            "nytimes",
            "nyt_api",
        ),
        read=reader(
            (
                "nytimes",
                "nyt_api",
            ),
            r"[\w=-]{32}",
        ),
        why="Whoever has it can use up your quota.",
        fix=(
            "Revoke it in the settings of New York Times and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("NYTIMES_API_KEY=" + "qHn4olXB1MvFc3wg" + "OKdSEH-y-B5BMzSr",),
        good=(
            "NYTIMES_API_KEY=${NYTIMES_API_KEY}",
            "NYTIMES_API_KEY_ID=" + "qHn4olXB1MvFc3wg" + "OKdSEH-y-B5BMzSr",
        ),
    ),
    Secret(
        id="adafruit-key",
        title="Adafruit IO key",
        severity=Severity.LOW,
        keywords=("aio_",),
        pattern=r"aio_[A-Za-z0-9]{28}",
        why="Whoever has it can read and steer the devices.",
        fix=(
            "Revoke it in the settings of Adafruit IO and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://learn.adafruit.com/welcome-to-adafruit-io",
        holds=checksum.mixed,
        bad=("ai" + "o_jUTz79tTFsHVFaJPgZEfZnp4Ai8y",),
        good=(
            "aio_jUTz79" + "tTFsHVFaJPg",
            "aio_ is described in the manual",
        ),
    ),
    Secret(
        id="ubidots-token",
        title="Ubidots token",
        severity=Severity.LOW,
        keywords=("BBFF-",),
        pattern=r"BBFF-[A-Za-z0-9]{30}",
        why="Whoever has it can read and steer the devices.",
        fix=(
            "Revoke it in the settings of Ubidots and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("BB" + "FF-u1bMW53dFfTPMP9o5ph701EN60tscD",),
        good=(
            "BBFF-u1bMW5" + "3dFfTPMP9o5p",
            "BBFF- is described in the manual",
        ),
    ),
    Secret(
        id="axiom-token",
        title="Axiom token",
        severity=Severity.HIGH,
        keywords=("xaat-", "xapt-"),
        pattern=r"xa[ap]t-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        why="Whoever has it can read the events that are kept there, or fill them up.",
        fix=(
            "Revoke it in the settings of Axiom and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://axiom.co/docs/reference/tokens",
        bad=("xaat-1d671985-824d-4" + "538-a031-5ecf86323af9",),
        good=(
            "xaat-f487c28e-" + "83a5-4d90-a1e6",
            "the prefix xaat- is described in the manual",
        ),
    ),
    Secret(
        id="logfire-token",
        title="Logfire token",
        severity=Severity.MEDIUM,
        keywords=("pylf_v",),
        pattern=r"pylf_v\d{1,2}_[a-z]{2,12}_(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}_)?[A-Za-z0-9]{30,80}",
        why="Whoever has it can send traces in your name or, with a read token, read them.",
        fix=(
            "Revoke it in the settings of Logfire and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://logfire.pydantic.dev/docs/how-to-guides/create-write-tokens/",
        holds=checksum.mixed,
        bad=("pylf_v1_us_fTclkWVagm9XCoRE" + "XncB0mtSCtjXS6vtD4ySKcqVDnQ",),
        good=(
            "pylf_v1_us_uRu4" + "572QcoEAHdP4iEAk",
            "the prefix pylf_v is described in the manual",
        ),
    ),
)
