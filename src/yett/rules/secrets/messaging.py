"""Chat, mail and telephony."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.named import UUID, reader
from yett.rules.secrets.record import Secret

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="slack-token",
        title="Slack token",
        severity=Severity.CRITICAL,
        keywords=("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxo-", "xoxs-", "xoxe-", "xoxe.", "xoxc-", "xoxd-"),
        pattern=(
            r"xox(?:b-\d{10,13}-\d{10,13}-[A-Za-z0-9]{18,34}"
            r"|[bpo]-\d{10,13}(?:-\d{10,13}){1,2}-[A-Za-z0-9]{24,64}"
            r"|e(?:\.xox[bp])?-(?:\d-)?[A-Za-z0-9]{100,200}|[ars]-\d{8,13}-[A-Za-z0-9-]{8,100}"
            r"|c-\d{8,13}-\d{8,13}-\d{8,13}-[0-9a-f]{64}|d-[\w%+/-]{80,})"
        ),
        why="Whoever has it can read and write messages as the app or the user.",
        fix=(
            "Revoke it in the settings of Slack and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://api.slack.com/authentication/token-types",
        width=600,
        bad=("xo" + "xb-755423571767-1779965984" + "26-jNmqWXDyG5fnxLvjJ3eMv7Vt",),
        good=(
            "xo" + "xb-927156262919-442611" + "125741-zoQGeKK7XgqqbQPax",
            "the prefix xoxb- is described in the manual",
        ),
    ),
    Secret(
        id="slack-app-token",
        title="Slack app-level token",
        severity=Severity.HIGH,
        keywords=("xapp-",),
        pattern=r"xapp-\d-[A-Z0-9]{8,13}-\d{10,14}-[0-9a-f]{64}",
        why="Whoever has it receives the events of the app.",
        fix=(
            "Revoke it in the settings of Slack and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://api.slack.com/authentication/token-types",
        bad=(
            "xa"
            + "pp-1-AFFHS6T236V-1262392644852-33914687e4af113"
            + "91dcc8c6d9db188d533a5615bf9e19158ef5ccc4f397b02f7",
        ),
        good=(
            "xa" + "pp-1-ARSET7YDDKB-9446672424262-6d6d4d8c28d2d" + "67ba840a24429b72a7cf154229a3ff1ece0f36f9ed7daf",
            "the prefix xapp- is described in the manual",
        ),
    ),
    Secret(
        id="slack-webhook",
        title="Slack webhook address",
        severity=Severity.HIGH,
        keywords=("hooks.slack.com/",),
        pattern=(
            r"hooks\.slack\.com/(?:services/T[A-Z0-9]{7,12}/B[A-Z0-9]{7,12}/[A-Za-z0-9]{23,25}"
            r"|(?:triggers|workflows)/[TA-Z0-9]{8,12}/[\w/]{30,60})"
        ),
        why="Whoever has it can write into the channel in your name.",
        fix=(
            "Revoke it in the settings of Slack and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://api.slack.com/authentication/token-types",
        bad=("https:" + "//hooks.slack.com/services/TSVN30T96" + "/B0JKRK45U1B/EcDrgToODipPwgTcqDMDdR02",),
        good=(
            "https:" + "//hooks.slack.com/services/TLJO6ZL" + "8F/B941SC36XGB/CcmEa4nOcinBxoSPDyT",
            "the prefix hooks.slack.com/ is described in the manual",
        ),
    ),
    Secret(
        id="discord-bot-token",
        title="Discord bot token",
        severity=Severity.HIGH,
        keywords=("discord",),
        pattern=r"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}",
        why="Whoever has it is the bot, in every server it was let into.",
        fix=(
            "Revoke it in the settings of Discord and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://discord.com/developers/docs/reference#authentication",
        holds=checksum.discord_bot,
        bad=('discord_token = "Nz' + "g5NjUyNjkyNjQ0OTQ5NTIx.GST9Z8.iXX" + 'lqUgQb15DJmncOP0D0o4J6VOAh2tUNWc3Jn"',),
        good=(
            'discord_token = "MT' + "E2NTQ2MjYyODM3NjYyMTc2.GNVX" + 'n0.53iiRWrkuAZwO6xNxpHB97ACG3"',
            "the prefix discord is described in the manual",
        ),
    ),
    Secret(
        id="discord-webhook",
        title="Discord webhook address",
        severity=Severity.MEDIUM,
        keywords=("discord.com/api/", "discordapp.com/api/"),
        pattern=r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{17,20}/[\w-]{60,68}",
        why="Whoever has it can write into the channel in your name.",
        fix=(
            "Revoke it in the settings of Discord and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://discord.com/developers/docs/reference#authentication",
        bad=(
            "https:"
            + "//discord.com/api/webhooks/147837584798363682/QKD-ZjgK_6Z"
            + "xBKw_og1EbKMHClvepWVe8i3YUsNSq02ftBVZ3XOI1VObMq11jrlxqkw2",
        ),
        good=(
            "https:"
            + "//discord.com/api/webhooks/611329331699882879/sB_NBp"
            + "4mTyYdVFV1GpfOtZFXOlvXBYQXfoEQlvDmfo2GoTH6olwAacGXSN8",
            "the prefix discord.com/api/ is described in the manual",
        ),
    ),
    Secret(
        id="discord-client-secret",
        title="Discord client secret",
        severity=Severity.MEDIUM,
        keywords=("discord",),
        read=reader(("discord",), r"[\w-]{32}", need="secret", holds=checksum.mixed),
        why="Whoever has it can pose as the application when people sign in.",
        fix=(
            "Revoke it in the settings of Discord and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://discord.com/developers/docs/reference#authentication",
        bad=("DISCORD_CLIENT_SECRET=" + "bh4V5WiGrmveF324" + "3iTUnRa7KHz2-pv7",),
        good=(
            "DISCORD_CLIENT_SECRET=${DISCORD_CLIENT_SECRET}",
            "DISCORD_CLIENT_SECRET=yo" + "ur-discord-cli" + "ent-secret-here",
        ),
    ),
    Secret(
        id="teams-webhook",
        title="Microsoft Teams webhook address",
        severity=Severity.MEDIUM,
        keywords=("webhook.office.com",),
        pattern=(
            r"[\w-]+\.webhook\.office\.com/webhookb2/[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}"
            r"-[0-9a-fA-F]{12}@[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
            r"/IncomingWebhook/[0-9a-f]{32}/[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        ),
        why="Whoever has it can write into the channel in your name.",
        fix=(
            "Revoke it in the settings of Microsoft Teams and give the new one to the program at run time, from a"
            " secret manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/",
        bad=(
            "https:"
            + "//acme.webhook.office.com/webhookb2/"
            + "821bd30f-39b7-4ac8-acc9-b286a4377824@11"
            + "d1617a-6b2c-4c32-af49-b9a7b2643640/IncomingWebhook/9ff53543"
            + "097470577b75e12bf8785a4f/e1a54dff-2010-462d-ab66-d2a45c27e128",
        ),
        good=(
            "https:"
            + "//acme.webhook.office.com/webhookb2/"
            + "ac756c59-735d-4322-a9e1-a128b4b7eec7@e4"
            + "a4994d-2694-4f65-adc1-b908e9cac862/IncomingWebhook/8a744"
            + "6e821ccb44df8d3f36b96e64cf2/39fed899-d407-40dd-a17d-b244395",
            "the prefix webhook.office.com is described in the manual",
        ),
    ),
    Secret(
        id="telegram-bot-token",
        title="Telegram bot token",
        severity=Severity.HIGH,
        keywords=(":AA",),
        pattern=r"\d{8,10}:AA[\w-]{33}",
        why="Whoever has it is the bot and reads what people write to it.",
        fix=(
            "Revoke it in the settings of Telegram and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://core.telegram.org/bots/api#authorizing-your-bot",
        bad=("8433749388:AA" + "S9lCmWui87keJX3C" + "1kKW4rDAr8dK4BuzH",),
        good=(
            "5618555141:AA" + "Gustyk6mraEQE" + "mOCgZhGrX4KVoHI",
            "the prefix :AA is described in the manual",
        ),
    ),
    Secret(
        id="twilio-key",
        title="Twilio API key or account SID with token",
        severity=Severity.HIGH,
        keywords=("twilio",),
        pattern=r"SK[0-9a-f]{32}",
        why="With its secret it sends messages and calls at your expense.",
        fix=(
            "Revoke it in the settings of Twilio and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://www.twilio.com/docs/iam/api-keys",
        width=300,
        bad=('twilio_key = "' + "SK40cfaa1f47ecf37" + '8794fa3b74e892e37"',),
        good=(
            'twilio_sid = "SKtooshort"',
            "cookie_SK = " + "4aedc86337d0e343" + "76c0f69e4d6cb598",
        ),
    ),
    Secret(
        id="twilio-auth-token",
        title="Twilio auth token",
        severity=Severity.CRITICAL,
        keywords=("twilio",),
        read=reader(("twilio",), r"[0-9a-f]{32}", need="token|secret|auth", pair=("account SID", "AC[0-9a-f]{32}")),
        why="Whoever has it and the account SID sends messages and calls at your expense.",
        fix=(
            "Revoke it in the settings of Twilio and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://www.twilio.com/docs/iam/api/authtoken",
        bad=("TWILIO_AUTH_TOKEN=" + "900b58b4d1bc860e" + "3017e6b53daa5671",),
        good=(
            "TWILIO_AUTH_TOKEN=${TWILIO_AUTH_TOKEN}",
            "TWILIO_AUTH_TOKEN=your-twilio-auth-token-here",
        ),
    ),
    Secret(
        id="sendgrid-key",
        title="SendGrid API key",
        severity=Severity.HIGH,
        keywords=("SG.",),
        pattern=r"SG\.[\w-]{22}\.[\w-]{43}",
        why="Whoever has it can send mail in your name.",
        fix=(
            "Revoke it in the settings of SendGrid and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://docs.sendgrid.com/ui/account-and-settings/api-keys",
        bad=("SG" + ".U6It-p51t_oQnxH5BdnPzg.0fBbh4Ic" + "Sd65yaaBvCKcJ3RmW6JVoRFEeYr2t6_N25m",),
        good=(
            "SG" + ".1Rrw_Hi22q-ZaWmP_bghvl.zTBIh1" + "5WD842LUOEYtCUfaYvSsrFkNxbS2nfZQ",
            "the prefix SG. is described in the manual",
        ),
    ),
    Secret(
        id="mailgun-key",
        title="Mailgun API key",
        severity=Severity.HIGH,
        keywords=("mailgun", "key-"),
        pattern=r"key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}",
        why="Whoever has it can send mail in your name and read what was sent.",
        fix=(
            "Revoke it in the settings of Mailgun and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/",
        bad=('mailgun = "ke' + "y-3a3f5d9e6dc467" + '825b83fd4ea36d442e"',),
        good=(
            'mailgun = "ke' + "y-5012998e640c" + '92c7bbacf1d513a"',
            "the prefix mailgun is described in the manual",
        ),
    ),
    Secret(
        id="mailchimp-key",
        title="Mailchimp API key",
        severity=Severity.HIGH,
        keywords=("-us",),
        pattern=r"[0-9a-f]{32}-us\d{1,2}",
        why="Whoever has it can read the subscribers and send mail in your name.",
        fix=(
            "Revoke it in the settings of Mailchimp and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://mailchimp.com/help/about-api-keys/",
        width=60,
        bad=("c7" + "501b696a64397697" + "f76598def57129-us12",),
        good=(
            "57" + "d7d295dcad66cd" + "871bda71f327a837",
            "the prefix -us is described in the manual",
        ),
    ),
    Secret(
        id="mandrill-key",
        title="Mandrill API key",
        severity=Severity.HIGH,
        keywords=("mandrill",),
        read=reader(("mandrill",), r"(?:md-)?[\w-]{22}", holds=checksum.mixed),
        why="Whoever has it can send mail in your name.",
        fix=(
            "Revoke it in the settings of Mandrill and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        bad=("MANDRILL_API_KEY=md" + "-7nNxCSnqE" + "v7Vrd8EhH9Hx5",),
        good=(
            "MANDRILL_API_KEY=${MANDRILL_API_KEY}",
            "MANDRILL_API_KEY=your-mandrill-api-key-here",
        ),
    ),
    Secret(
        id="brevo-key",
        title="Brevo API key",
        severity=Severity.HIGH,
        keywords=("xkeysib-",),
        pattern=r"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}",
        why="Whoever has it can send mail in your name.",
        fix=(
            "Revoke it in the settings of Brevo (Sendinblue) and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://developers.brevo.com",
        bad=("xk" + "eysib-56ed6f2a786cefe999e94e5485d1457156a2" + "86f11c0232e080f19f97dfaa49a6-5WI6iv7lZV3mqdT9",),
        good=(
            "xk" + "eysib-27eb7cb3f0409cad0361a1439b731fee14" + "bee515b61c7af3ad26bc93e1865f9c-INJ7dFVEYeQ",
            "the prefix xkeysib- is described in the manual",
        ),
    ),
    Secret(
        id="mailersend-token",
        title="MailerSend token",
        severity=Severity.HIGH,
        keywords=("mlsn.",),
        pattern=r"mlsn\.[A-Za-z0-9]{30,100}",
        why="Whoever has it can send mail in your name.",
        fix=(
            "Revoke it in the settings of MailerSend and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.mailersend.com",
        bad=("ml" + "sn.03830bed151ba4d3d99c0ec94be13" + "a0231fdea9e3ce3401e0f373728a6767c7f",),
        good=(
            "mlsn.short",
            "see mlsn.",
        ),
    ),
    Secret(
        id="telnyx-key",
        title="Telnyx API key",
        severity=Severity.HIGH,
        keywords=("telnyx",),
        pattern=r"KEY[\w-]{55}",
        why="Whoever has it can send messages and calls at your expense.",
        fix=(
            "Revoke it in the settings of Telnyx and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developers.telnyx.com",
        bad=('telnyx_key = "KE' + "YxoeTeijJ6rPm6pvdS7kSqzbm5M" + 'iJ8vxOlgnSi0uTCTf1EHdJ0RwLEZt"',),
        good=(
            'telnyx_key = "KE' + "YZBYcz0Whuml7x6s2gtpbLhW" + 'ZhLNl84U096ieUp0lq1uXRnQBjd"',
            "the prefix telnyx is described in the manual",
        ),
    ),
    Secret(
        id="postmark-token",
        title="Postmark server token",
        severity=Severity.HIGH,
        keywords=("postmark",),
        read=reader(("postmark",), UUID),
        why="Whoever has it can send mail in your name.",
        fix=(
            "Revoke it in the settings of Postmark and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://postmarkapp.com/developer/api/overview",
        confidence=Confidence.MEDIUM,
        bad=("POSTMARK_API_TOKEN=" + "b4b9e2f0-1f65-480b" + "-ac0a-23b2aebc4605",),
        good=('postmark_message_id = "' + "ca6d6110-41c9-4451" + '-a54f-7f7043d77b6d"',),
    ),
    Secret(
        id="plivo-token",
        title="Plivo auth token",
        severity=Severity.HIGH,
        keywords=("plivo",),
        read=reader(("plivo",), r"[\w-]{40}", need="token|secret", holds=checksum.mixed),
        why="Whoever has it can send messages and calls at your expense.",
        fix=(
            "Revoke it in the settings of Plivo and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        bad=("PLIVO_AUTH_TOKEN=Ux" + "ZfEJIRfjqCPp0yCyVT" + "MwmjGuKfMKPv7ziytA6k",),
        good=(
            "PLIVO_AUTH_TOKEN=${PLIVO_AUTH_TOKEN}",
            "PLIVO_AUTH_TOKEN=your-plivo-auth-token-here",
        ),
    ),
    Secret(
        id="messagebird-key",
        title="MessageBird access key",
        severity=Severity.HIGH,
        keywords=(
            "messagebird",
            "message_bird",
        ),
        read=reader(
            (
                "messagebird",
                "message_bird",
            ),
            r"[A-Za-z0-9]{25}",
            holds=checksum.mixed,
        ),
        why="Whoever has it can send messages at your expense.",
        fix=(
            "Revoke it in the settings of MessageBird and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        bad=("MESSAGEBIRD_ACCESS_KEY=" + "5r6C4GYAkXXB" + "DARKPhoOQRIfi",),
        good=(
            "MESSAGEBIRD_ACCESS_KEY=${MESSAGEBIRD_ACCESS_KEY}",
            "MESSAGEBIRD_ACCESS_KEY=yo" + "ur-messagebird" + "-access-key-here",
        ),
    ),
    Secret(
        id="google-chat-webhook",
        title="Google Chat webhook",
        severity=Severity.MEDIUM,
        keywords=("chat.googleapis.com/v1/spaces/",),
        pattern=(
            r"chat\.googleapis\.com/v1/spaces/[\w-]{5,40}/messages\?(?:key=[\w-]{20,60}(?:&|&amp;)token="
            r"[\w%=-]{20,100}|token=[\w%=-]{20,100}(?:&|&amp;)key=[\w-]{20,60})"
        ),
        why="Whoever has it can post into the space.",
        fix=(
            "Revoke it in the settings of Google Chat and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        rank=4,
        bad=(
            "https://chat.googleapis.com/v1/spaces/AAAAkQ2vW9x/messages?key=AI"
            + "zaTxGZzcPEs8mcFS11rpQkalNUMKfkRN62plu"
            + "&tok"
            + "en=6ytzbAgo0KYuoFXny4z"
            + "YZDD2KsgaeitjAX6mzDcOoPd",
        ),
        good=(
            "chat.googleapis.com/v1/spaces/short",
            "chat.googleapis.com/v1/spaces/ is described in the manual",
        ),
    ),
    Secret(
        id="brevo-smtp-key",
        title="Brevo SMTP key",
        severity=Severity.HIGH,
        keywords=("xsmtpsib-",),
        pattern=r"xsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16}",
        why="Whoever has it can send mail in your name.",
        fix=(
            "Revoke it in the settings of Brevo and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.brevo.com",
        bad=("xsmtpsib-3433e03b40128ea87d4488" + "240c2a5e0b7c16fae60eab8843ad91b" + "e4932a23c5f-u1uCkXcgRBtal02V",),
        good=(
            "xsmtpsib-3433e03b40128ea87d448" + "8240c2a5e0b7c16fae60eab8843ad9",
            "xsmtpsib- is described in the manual",
        ),
    ),
    Secret(
        id="resend-key",
        title="Resend API key",
        severity=Severity.HIGH,
        keywords=("resend",),
        pattern=r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,24}",
        why="Whoever has it can send mail in your name.",
        fix=(
            "Revoke it in the settings of Resend and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://resend.com/docs",
        holds=checksum.mixed,
        bad=("RESEND_API_KEY=" + "re_3uP5wAjX_pK3B" + "Qxuw5F0gOedSlBIW",),
        good=(
            "RESEND_API_KEY=re_" + "3uP5wAjX_pK3BQxuw5",
            "resend is described in the manual",
        ),
    ),
    Secret(
        id="sendbird-token",
        title="Sendbird API token",
        severity=Severity.MEDIUM,
        keywords=(
            "sendbird",
            "send_bird",
        ),
        read=reader(
            (
                "sendbird",
                "send_bird",
            ),
            r"[0-9a-f]{40}",
        ),
        why="Whoever has it can read and write messages as anybody.",
        fix=(
            "Revoke it in the settings of Sendbird and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("SENDBIRD_API_TOKEN=" + "8dd218b8db9bacbb5818" + "2f4f3e94aa02e8d7bc04",),
        good=(
            "SENDBIRD_API_TOKEN=${SENDBIRD_API_TOKEN}",
            "SENDBIRD_API_TOKEN_ID=" + "8dd218b8db9bacbb5818" + "2f4f3e94aa02e8d7bc04",
        ),
    ),
    Secret(
        id="smooch-key",
        title="Sunshine Conversations (Smooch) key",
        severity=Severity.MEDIUM,
        keywords=("smooch",),
        pattern=r"(?:act|app)_[a-z0-9]{24}",
        why="With its secret it reads and writes messages to your customers.",
        fix=(
            "Revoke it in the settings of Sunshine Conversations (Smooch) and give the new one to the "
            "program at run time, from a secret manager or a masked CI variable."
        ),
        holds=checksum.lettered,
        bad=("SMOOCH_KEY_ID=" + "act_a8f0847085" + "8db2c5ec49c9fd",),
        good=(
            "SMOOCH_KEY_ID=ac" + "t_a8f08470858db2",
            "smooch is described in the manual",
        ),
    ),
)
