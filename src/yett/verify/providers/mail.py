"""Mail and telephony."""

from __future__ import annotations

from yett.verify.record import Ask, Partner, Provider, When, header, ok, together

MAIL = (
    Provider(
        name="twilio",
        title="Twilio",
        rules=("twilio-auth-token",),
        halves=("twilio-key",),
        # a token is good in one region only, and the others know nothing of it:
        # https://www.twilio.com/docs/global-infrastructure/manage-regional-api-credentials
        bases=(
            "https://api.twilio.com",
            "https://api.dublin.ie1.twilio.com",
            "https://api.sydney.au1.twilio.com",
            "https://api.tokyo.jp1.twilio.com",
        ),
        asks=(Ask("/2010-04-01/Accounts/{account}.json", basic=("{account}", "{value}")),),
        live=(ok("sid"),),
        joined=together(r"[0-9a-f]{32}", "account", r"AC[0-9a-f]{32}"),
        form=r"[0-9a-f]{32}",
        partners=(Partner("account", "the account SID (AC…)", rb"(?<![\w])AC[0-9a-f]{32}(?![\w])"),),
        documentation="https://www.twilio.com/docs/iam/api/account",
    ),
    Provider(
        name="sendgrid",
        title="SendGrid",
        rules=("sendgrid-key",),
        bases=("https://api.sendgrid.com", "https://api.eu.sendgrid.com"),
        asks=(Ask("/v3/scopes", headers=(("Authorization", "Bearer {value}"),)),),
        live=(ok("scopes"),),
        documentation="https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions",
    ),
    Provider(
        name="mailgun",
        title="Mailgun",
        rules=("mailgun-key",),
        bases=("https://api.mailgun.net", "https://api.eu.mailgun.net"),
        asks=(Ask("/v3/domains?limit=1", basic=("api", "{value}")),),
        live=(ok("items"),),
        unsure=((When((401, 403)), "Mailgun refuses it, as it does a live key that may do nothing but send"),),
        dead=(),
        documentation="https://documentation.mailgun.com/docs/mailgun/api-reference/authentication",
    ),
    Provider(
        name="mailchimp",
        title="Mailchimp",
        rules=("mailchimp-key",),
        bases=("https://{region}.api.mailchimp.com",),
        asks=(Ask("/3.0/ping", basic=("yett", "{value}")),),
        live=(ok("health_status"),),
        form=r"[0-9a-f]{32}-(?P<region>us\d{1,2})",
        documentation="https://mailchimp.com/developer/marketing/api/ping/ping/",
    ),
    Provider(
        name="mandrill",
        title="Mailchimp Transactional",
        rules=("mandrill-key",),
        bases=("https://mandrillapp.com",),
        asks=(Ask("/api/1.0/users/ping2", "POST", json=(("key", "{value}"),)),),
        live=(ok("PING"),),
        dead=(When((401, 403, 500), key="name", values=("Invalid_Key",)),),
        documentation="https://mailchimp.com/developer/transactional/api/users/ping-2/",
    ),
    Provider(
        name="postmark",
        title="Postmark",
        rules=("postmark-token",),
        bases=("https://api.postmarkapp.com",),
        # a server's token and an account's look the same
        asks=(
            header("X-Postmark-Server-Token", "/server"),
            header("X-Postmark-Account-Token", "/servers?count=1&offset=0"),
        ),
        live=(ok("ID"), ok("TotalCount")),
        documentation="https://postmarkapp.com/developer/api/server-api",
    ),
    Provider(
        name="brevo",
        title="Brevo",
        rules=("brevo-key",),
        bases=("https://api.brevo.com",),
        asks=(header("api-key", "/v3/account"),),
        # a key for other things than the account is refused by name
        live=(ok("email"), When((401, 403), text=("does not include the required permission",))),
        # an address that the account does not know of is refused with 401 as well
        dead=(When((401,), text=("Key not found", "not enabled")),),
        documentation="https://developers.brevo.com/reference/getaccount",
    ),
)
