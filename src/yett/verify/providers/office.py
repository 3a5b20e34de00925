"""Where people talk, write and plan."""

from __future__ import annotations

from yett.verify.record import Ask, Partner, Provider, When, bearer, header, ok

OFFICE = (
    Provider(
        name="slack",
        title="Slack",
        rules=("slack-token",),
        bases=("https://slack.com",),
        asks=(Ask("/api/auth.test", "POST", headers=(("Authorization", "Bearer {value}"),)),),
        live=(ok("ok", True),),
        unsure=(
            (
                ok("error", "invalid_auth"),
                "Slack refuses it, as it does a live token from an address that it may not be used from",
            ),
        ),
        dead=(ok("error", "token_revoked", "token_expired", "account_inactive"),),
        form=r"(?:xoxe\.)?xox[abp]-.*",
        otherwise="only the tokens of a bot or a user can be asked about: this one needs a cookie or is used up by it",
        documentation="https://docs.slack.dev/reference/methods/auth.test",
    ),
    Provider(
        name="discord",
        title="Discord",
        rules=("discord-bot-token",),
        bases=("https://discord.com",),
        asks=(Ask("/api/v10/users/@me", headers=(("Authorization", "Bot {value}"),)),),
        live=(ok("id"),),
        documentation="https://discord.com/developers/docs/resources/user#get-current-user",
    ),
    Provider(
        name="discord-webhook",
        title="Discord",
        rules=("discord-webhook",),
        bases=("https://discord.com",),
        asks=(Ask("/api/v10/webhooks/{id}/{token}"),),
        live=(ok("id"),),
        # 10015 Unknown Webhook, 50027 Invalid Webhook Token: docs/topics/opcodes-and-status-codes
        dead=(When((404,), key="code", values=(10015,)), When((401,), key="code", values=(50027,))),
        form=r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(?P<id>\d+)/(?P<token>[\w-]+)",
        documentation="https://discord.com/developers/docs/resources/webhook#get-webhook-with-token",
    ),
    Provider(
        name="telegram",
        title="Telegram",
        rules=("telegram-bot-token",),
        bases=("https://api.telegram.org",),
        asks=(Ask("/bot{value}/getMe"),),
        live=(ok("ok", True),),
        dead=(When((401, 404), key="ok", values=(False,)),),
        documentation="https://core.telegram.org/bots/api#getme",
    ),
    Provider(
        name="linear",
        title="Linear",
        rules=("linear-key",),
        bases=("https://api.linear.app",),
        asks=(
            Ask("/graphql", "POST", headers=(("Authorization", "{value}"),), json=(("query", "{ viewer { id } }"),)),
        ),
        live=(ok("data.viewer.id"),),
        dead=(When((200, 400, 401), text=("AUTHENTICATION_ERROR",)),),
        documentation="https://linear.app/developers/graphql",
    ),
    Provider(
        name="notion",
        title="Notion",
        rules=("notion-token", "notion-legacy-token"),
        bases=("https://api.notion.com",),
        asks=(bearer("/v1/users/me", ("Notion-Version", "2022-06-28")),),
        live=(ok("object", "user"), When((403,), key="code", values=("restricted_resource",))),
        documentation="https://developers.notion.com/reference/get-self",
    ),
    Provider(
        name="airtable",
        title="Airtable",
        rules=("airtable-token",),
        bases=("https://api.airtable.com",),
        asks=(bearer("/v0/meta/whoami"),),
        live=(ok("id"),),
        documentation="https://airtable.com/developers/web/api/get-user-id-scopes",
    ),
    Provider(
        name="asana",
        title="Asana",
        rules=("asana-token",),
        bases=("https://app.asana.com",),
        asks=(bearer("/api/1.0/users/me?opt_fields=gid"),),
        live=(ok("data.gid"), When((403,), key="errors")),
        documentation="https://developers.asana.com/reference/getuser",
    ),
    Provider(
        name="dropbox",
        title="Dropbox",
        rules=("dropbox-token",),
        bases=("https://api.dropboxapi.com",),
        asks=(Ask("/2/check/user", "POST", headers=(("Authorization", "Bearer {value}"),), json=(("query", "yett"),)),),
        live=(ok("result", "yett"), When((401,), text=("missing_scope",))),
        dead=(When((401,), text=("invalid_access_token", "expired_access_token")),),
        documentation="https://www.dropbox.com/developers/documentation/http/documentation#check-user",
    ),
    Provider(
        name="figma",
        title="Figma",
        rules=("figma-token",),
        bases=("https://api.figma.com",),
        asks=(header("X-Figma-Token", "/v1/me"),),
        live=(ok("id"), When((403,), text=("Invalid scope",))),
        dead=(When((403,), text=("Invalid token", "Token expired")),),
        form=r"figd_.*",
        otherwise="only a personal access token can be asked about",
        documentation="https://developers.figma.com/docs/rest-api/users-endpoints/",
    ),
    Provider(
        name="atlassian",
        title="Atlassian",
        rules=("atlassian-token", "atlassian-legacy-token"),
        bases=("https://{site}",),
        asks=(Ask("/rest/api/3/myself", basic=("{user}", "{value}")),),
        live=(ok("accountId"), When((403,), key="errorMessages")),
        # one with scopes has an address of its own, with an id of the site that is written down nowhere near it:
        # https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account
        unsure=((When((401,)), "Atlassian refuses it there, as it does a live token that has scopes"),),
        dead=(),
        partners=(
            Partner(
                "site",
                "the site (….atlassian.net)",
                rb"(?i:(?<![\w.-])([a-z0-9][a-z0-9-]{0,60}\.atlassian\.net)(?![\w-]|\.\w))",
            ),
            Partner(
                "user",
                "the user's address",
                rb"(?<![\w.+-])[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,30}){1,4}",
                guess=True,
            ),
        ),
        documentation="https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/",
    ),
)
