"""Identity, secret stores and networks."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.doubt import genuine
from yett.rules.secrets.named import reader
from yett.rules.secrets.record import Secret

_SEEDS = tuple(f"S{kind}A{letter}" for kind in "UAO" for letter in "ABCDEFGHIJKLMNOP")
"""What seeds of users, accounts and operators begin with: the third letter is the rest of the kind, the fourth begins
the key. The check digits tell the rest."""

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="vault-token",
        title="HashiCorp Vault token",
        severity=Severity.CRITICAL,
        keywords=("hvs.", "hvb.", "hvr."),
        pattern=r"hv[sbr]\.[\w-]{24,}",
        why="Whoever has it can read the secrets its policies allow.",
        fix=(
            "Revoke it in the settings of HashiCorp Vault and give the new one to the program at run time, from a"
            " secret manager or a masked CI variable."
        ),
        revoke="https://developer.hashicorp.com/vault/docs/commands/token/revoke",
        width=700,
        holds=checksum.mixed,
        bad=(
            "hv" + "s.PaE6JFK4x-8GLgqo4RiFhy-F5707iqDkCIFntZFAZZj" + "npTs9eW3WzCbQ9v3PsM4Y_4CEsdBuiVwteSD4ClmUcCWrLl",
        ),
        good=(
            "hvs.short",
            "this.hvs.method",
        ),
    ),
    Secret(
        id="vault-legacy-token",
        title="HashiCorp Vault token, older form",
        severity=Severity.HIGH,
        keywords=("vault",),
        read=reader(("vault",), r"s\.[A-Za-z0-9]{24}", sure=True, holds=checksum.mixed),
        why="Whoever has it can read the secrets its policies allow.",
        fix=(
            "Revoke it in the settings of HashiCorp Vault and give the new one to the program at run time, from a"
            " secret manager or a masked CI variable."
        ),
        revoke="https://developer.hashicorp.com/vault/docs/commands/token/revoke",
        bad=("VAULT_TOKEN=" + "s.9k8InapJjVS" + "XCk8I3PcLAVtg",),
        good=(
            "VAULT_TOKEN=${VAULT_TOKEN}",
            "VAULT_TOKEN=your-vault-token-here",
        ),
    ),
    Secret(
        id="doppler-token",
        title="Doppler token",
        severity=Severity.CRITICAL,
        keywords=("dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."),
        pattern=r"dp\.(?:pt|ct|sa|scim|audit|st(?:\.[a-z0-9_-]{2,35})?)\.[A-Za-z0-9]{40,44}",
        why="Whoever has it can read the secrets kept there.",
        fix=(
            "Revoke it in the settings of Doppler and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.doppler.com/docs/api",
        bad=("dp" + ".pt.Aez8YCsca9AfVK5diq" + "2bibXsQJ8iEPHpIGPmtDwi33l",),
        good=(
            "dp" + ".pt.4ii2WAinsd30wREg" + "HMMtl86RgiJp3mA7FxbCwH",
            "the prefix dp.pt. is described in the manual",
        ),
    ),
    Secret(
        id="onepassword-token",
        title="1Password service account token",
        severity=Severity.CRITICAL,
        keywords=("ops_eyJ",),
        pattern=r"ops_eyJ[\w+/-]{250,}={0,2}",
        why="Whoever has it can read the vaults it was given.",
        fix=(
            "Revoke it in the settings of 1Password and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developer.1password.com/docs/service-accounts/",
        width=2400,
        holds=checksum.one_password,
        bad=(
            "op"
            + "s_eyJzaWduSW5BZGRyZXNzIjoiYWNtZS4xcGFzc3dvcmQuY29tIiwidXNlckF1dGg"
            + "iOnsibWV0aG9kIjoiU1JQZy00MDk2In0sImVtYWlsIjoidzcxNHl0MTJnY2xjQDFwYX"
            + "Nzd29yZHNlcnZpY2VhY2NvdW50cy5jb20iLCJzcnBYIjoiYWFhYzlmYmMyYjM0ODBk"
            + "MzIwYTJjMDdjNzMzYzE0YTcwYThmMzUwMDY5MmQyZTNlZjg2MjEyMmY5YzlmNTJhMiI"
            + "sInNlY3JldEtleSI6IlFQT1BJ"
            + "QVZOSVEzTzBITk5VSlFGNTE3RzJXT0JYRjZBSEoifQ==",
        ),
        good=(
            "op"
            + "s_eyJzaWduSW5BZGRyZXNzIjoiYWNtZS4xcGFzc3dvcmQuY29tIiwidXNlckF"
            + "1dGgiOnsibWV0aG9kIjoiU1JQZy00MDk2In0sImVtYWlsIjoieHI2NGRhNWdhdz"
            + "R2QDFwYXNzd29yZHNlcnZpY2VhY2NvdW50cy5jb20iLCJzcnBYIjoiOTkzZmFlZ"
            + "jQ2MjEyYTAxMWNiYWY4OGU5ZDZkNDUxNjkyNmIxMGM4MmMxOTZjMGU5MDdkNTY5",
            "the prefix ops_eyJ is described in the manual",
        ),
    ),
    Secret(
        id="onepassword-secret-key",
        title="1Password secret key",
        severity=Severity.CRITICAL,
        keywords=("A3-",),
        pattern=(
            r"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}"
            r"|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"
        ),
        why="With the account password it opens every vault.",
        fix=(
            "Revoke it in the settings of 1Password and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developer.1password.com/docs/service-accounts/",
        holds=checksum.lettered,
        bad=("A3" + "-QRRSIS-XI8P3I-0WM" + "0L-FZHUP-UKHDF-EOT82",),
        good=(
            "A3" + "-IHXKNC-P5MT3O-J" + "CSBT-4J122-AY4NU-",
            "the prefix A3- is described in the manual",
        ),
    ),
    Secret(
        id="age-secret-key",
        title="age secret key",
        severity=Severity.CRITICAL,
        keywords=("AGE-SECRET-KEY-1",),
        pattern=r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        why="Whoever has it can decrypt all that was encrypted to it.",
        fix="Make a new key, encrypt everything to it again and keep it out of the repository.",
        revoke="https://github.com/FiloSottile/age",
        checksum=checksum.bech32,
        bad=("AG" + "E-SECRET-KEY-1NWTAW5ANZKGJ2E8F5CNMJ" + "83K3LCNGAL4GETZEG2GJ2Q4F79GLJUSVTACQ7",),
        good=(
            "AG" + "E-SECRET-KEY-1AXTSURDTJ7EYA3KYHQ" + "HNDZCMK23FUENZ3RQY84MFQM0HXKTAP3XQG",
            "the prefix AG" + "E-SECR" + "ET-KEY-1 is described in the manual",
        ),
    ),
    Secret(
        id="nats-seed",
        title="NATS seed",
        severity=Severity.CRITICAL,
        keywords=("NKEY SEED", "nats", *_SEEDS),
        pattern=r"\bS[ACNOPUX][A-Z2-7]{56}",
        why="Whoever has it is that user, account or server.",
        fix=(
            "Revoke it in the settings of NATS and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth",
        checksum=checksum.nats_seed,
        bad=("-----BEGIN USER NKEY SEED-----\nSU" + "AO7243UEPX27ODNEWUNKFG7ZOVW" + "YTH2ORMRYT2L55OJRFEQOXEYNIJQY",),
        good=(
            "-----BEGIN USER NKEY SEED-----\nSU" + "AKBLBBHFC62M7X35MLPK4Y6L" + "A2AZPSJ5KGCXCCH233VXF7DBFO4",
            "the prefix NKEY SEED is described in the manual",
        ),
    ),
    Secret(
        id="tailscale-key",
        title="Tailscale key",
        severity=Severity.CRITICAL,
        keywords=("tskey-",),
        pattern=r"tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{12,17}-[A-Za-z0-9]{20,36}",
        why="Whoever has it can join the network or change it.",
        fix=(
            "Revoke it in the settings of Tailscale and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://tailscale.com/kb/1085/auth-keys",
        bad=("ts" + "key-auth-XK99GRWgeDQ5J59ML-1" + "GUO2cCoKUEWFV1lE65OcHBooEkHKCxa",),
        good=(
            "ts" + "key-auth-P8yKb0Y" + "jiclGvdYdz-3JW3NI9N",
            "the prefix tskey- is described in the manual",
        ),
    ),
    Secret(
        id="defined-networking-token",
        title="Defined Networking token",
        severity=Severity.HIGH,
        keywords=("dnkey-",),
        pattern=r"dnkey-[\w=-]{26}-[\w=-]{52}",
        why="Whoever has it can join the network or change it.",
        fix=(
            "Revoke it in the settings of Defined Networking and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        bad=("dn" + "key-NR0E7XPZS9N5LA1QYXYNGK05DA-BAHQTU1TS" + "2DIPY2FE47RVLKREKSAOMMY7QO3AJ0A2U2OKDNZHFQ4",),
        good=(
            "dn" + "key-DBI73HV39PT5UHZVNVQ56FC5QP-61Q1YXV" + "SW7PECUFE4V5JCGUNWVYHWL4GSYZ00FDA3T6UD6W",
            "the prefix dnkey- is described in the manual",
        ),
    ),
    Secret(
        id="okta-token",
        title="Okta API token",
        severity=Severity.CRITICAL,
        keywords=("okta", "ssws"),
        pattern=r"00[\w-]{40}",
        why="Whoever has it can manage users and let themselves in.",
        fix=(
            "Revoke it in the settings of Okta and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.okta.com/docs/guides/create-an-api-token/",
        width=100,
        holds=checksum.mixed,
        bad=("OKTA_API_TOKEN=" + "00QCB9ghYYT1oEJvz8_Oc" + "jOqtk0S9suXgFG8Q4ZfT4",),
        good=(
            "OKTA_API_TOKEN=" + "00C2eQOnEWsrdUelsN" + "bLF4vFh2kRFFWhXB-aB",
            "the prefix okta is described in the manual",
        ),
    ),
    Secret(
        id="auth0-secret",
        title="Auth0 client secret",
        severity=Severity.CRITICAL,
        keywords=("auth0",),
        read=reader(("auth0",), r"[\w-]{64}", need="secret", holds=checksum.mixed),
        why="Whoever has it can pose as the application when people sign in.",
        fix=(
            "Revoke it in the settings of Auth0 and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://auth0.com/docs",
        bad=(
            "AU" + "TH0_CLIE" + "NT_SECRET=" + "z5iB_0wUiAyjHgV5W24zmG10v1itQRVe" + "SEFAYj7_DeX9WxdP_6Ts9O7NJTlJ_fSC",
        ),
        good=(
            "AUTH=${AUTH}",
            "AUTH=your-auth-here",
        ),
    ),
    Secret(
        id="clerk-key",
        title="Clerk secret key",
        severity=Severity.HIGH,
        keywords=("clerk",),
        pattern=r"sk_(?:live|test)_[A-Za-z0-9]{40,42}",
        why="Whoever has it can manage users and sessions.",
        fix=(
            "Revoke it in the settings of Clerk and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://clerk.com/docs",
        rank=4,
        bad=("CLERK_SECRET_KEY=sk" + "_live_LyURQxavuinByAVKM" + "7nRWzOAbVcEXWVir98VGqW3kJ",),
        good=(
            "CLERK_SECRET_KEY=sk" + "_live_3bDkucHrh49wkT" + "sB26DDnmV8xbPHfILP9oXPT",
            "the prefix clerk is described in the manual",
        ),
    ),
    Secret(
        id="workos-key",
        title="WorkOS API key",
        severity=Severity.CRITICAL,
        keywords=("a2V5Xz",),
        pattern=r"sk_(?:live|test)_a2V5Xz[A-Za-z0-9]{40,80}",
        why="Whoever has it can manage users and sign in as them.",
        fix=(
            "Revoke it in the settings of WorkOS and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://workos.com/docs",
        rank=4,
        bad=("sk" + "_live_a2V5XzLhcuy7psWmgYwww9f8UaaB95j" + "RZVbsKUgXcRZyJMzPhqTgN8UlHhzjwgxg6cZU4Z",),
        good=(
            "sk" + "_live_a2V5XzOKsUvf0" + "F35FZryGIHbAJ3gq39WlX",
            "the prefix a2V5Xz is described in the manual",
        ),
    ),
    Secret(
        id="jumpcloud-key",
        title="JumpCloud API key",
        severity=Severity.CRITICAL,
        keywords=("jca_",),
        pattern=r"jca_[A-Za-z0-9]{36,40}",
        why="Whoever has it can manage users and machines.",
        fix=(
            "Revoke it in the settings of JumpCloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.jumpcloud.com/api/",
        holds=checksum.mixed,
        bad=("jc" + "a_RgkoYg3YOExyti7P" + "om3VcbFwTygNrOnlUYJx",),
        good=(
            "jc" + "a_vYtvgmPBYuwMpi" + "5LdH4NLtovW0aC1F7",
            "the prefix jca_ is described in the manual",
        ),
    ),
    Secret(
        id="persona-key",
        title="Persona API key",
        severity=Severity.HIGH,
        keywords=("persona_production_",),
        pattern=r"persona_production_[\w-]{20,80}",
        why="Whoever has it can read identity documents.",
        fix=(
            "Revoke it in the settings of Persona and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.withpersona.com",
        bad=("pe" + "rsona_production_ff8aff7c-" + "8197-41a2-a947-a0e6c1f40e37",),
        good=(
            "pe" + "rsona_producti" + "on_14d78cc1-937",
            "the prefix persona_production_ is described in the manual",
        ),
    ),
    Secret(
        id="facebook-secret",
        title="Facebook app secret",
        severity=Severity.HIGH,
        keywords=("facebook", "fb_"),
        read=reader(("facebook", "fb_"), r"[0-9a-f]{32}", need="secret"),
        why="Whoever has it can act as the app for every user.",
        fix=(
            "Revoke it in the settings of Facebook/Meta and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
        bad=("FACEBOOK_APP_SECRET=" + "d16a8f80ccdb61eb" + "43a01455024bf01f",),
        good=(
            "FACEBOOK_APP_ID=" + "12345678" + "90123456",
            'fb_trace = "' + "ad8064e999825e77" + '3a682f433abc8732"',
        ),
    ),
    Secret(
        id="facebook-token",
        title="Facebook access token",
        severity=Severity.HIGH,
        keywords=("EAACEdEose0cBA", "EAAC", "EAAM", "EAAG"),
        pattern=r"EAA[CMG][A-Za-z0-9]{100,300}",
        why="Whoever has it can post and read as its owner.",
        fix=(
            "Revoke it in the settings of Facebook/Meta and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
        holds=checksum.mixed,
        bad=(
            "EA"
            + "ACBYt9t6eSUGA9oMuX1QMyGmVMy6WkadxQRcGeul65YBozTqUMcg8c6sjC69"
            + "4sbkQiCbv4EFcoCnh5OdnXnQXQm5nbOyjF684l2mPcdUylE74xbnpR9Ob2Auae",
        ),
        good=(
            "EA"
            + "ACKRoH4sjD2rvkNefIS8wb2IMXSnIv6HQP6novCqaJN76IfM"
            + "7VI3lzlaEu6YrfdkgDMGp7AcJ7w96slKTHbE5fFN4Pp0sPwWr1",
            "the prefix EA" + "ACEdE" + "ose0cBA is described in the manual",
        ),
    ),
    Secret(
        id="instagram-token",
        title="Instagram access token",
        severity=Severity.MEDIUM,
        keywords=("IGQVJ",),
        pattern=r"IGQVJ[\w=-]{100,300}",
        why="Whoever has it can read the account.",
        fix=(
            "Revoke it in the settings of Instagram and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        bad=(
            "IG"
            + "QVJjHOMuyiKXLsrWEStYTEvkyug3zonMC8LffnwpsvEax2xvBUayu0bQmtYZ"
            + "zd1HPUejfXhmGGaUAn550AM5bhH3ID7u1JfowaSJWoTR37HCOTF9mYBDZjAt4LU",
        ),
        good=(
            "IG"
            + "QVJht1UGLvQSeOlvw4ETDU8SwtiB5cCbfbebGWlfFAv9HUoY"
            + "Jx1OFYFNtajL06osDOdX7xAO2Q7E760MfTfxmK775DYKTHhwbap",
            "the prefix IGQVJ is described in the manual",
        ),
    ),
    Secret(
        id="twitter-bearer-token",
        title="Twitter bearer token",
        severity=Severity.MEDIUM,
        keywords=("AAAAAAAAAAAAAAAAAAAAA",),
        pattern=r"A{21}[A-Za-z0-9%]{60,100}",
        why="Whoever has it can use the API as the application.",
        fix=(
            "Revoke it in the settings of Twitter/X and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developer.x.com",
        holds=checksum.mixed,
        bad=("AA" + "AAAAAAAAAAAAAAAAAAAjBpIk9ahszyTl6LOZWdEoJWhy" + "KAoaEfLsWCADHAxvvw7EpWPgJ2chg1OKPxcagfqA7dmny",),
        good=(
            "AA" + "AAAAAAAAAAAAAAAAAAArZGwiaKZcpUf08ln4LH" + "T2TxDBq5FqhrZq6fu8nnFk0QFmjXjsWPB75V1dVc",
            "the prefix AAAAAAAAAAAAAAAAAAAAA is described in the manual",
        ),
    ),
    Secret(
        id="twitter-consumer-secret",
        title="Twitter consumer secret",
        severity=Severity.MEDIUM,
        keywords=("oauthhandler(", "oauth1userhandler("),
        pattern=r"(?i:handler)\(\s{0,40}[\"\x27][A-Za-z0-9]{25}[\"\x27]\s{0,4},\s{0,40}[\"\x27]([A-Za-z0-9]{50})[\"\x27]",
        why="Whoever has it can use the API as the application, and as the users who let it.",
        fix=(
            "Revoke it in the settings of Twitter/X and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developer.x.com",
        holds=checksum.mixed,
        bad=(
            'tweepy.OAuthHandler("Rk7wQ2mZ7tLw4RnP9sHbV6cJ3", "'
            + "AjovwMbQNmCCXQITv6H1C8DHW"
            + 'AhwegWSTx1Dlg9PmeFqjAPibt")',
        ),
        good=('tweepy.OAuthHandler("Rk7wQ2mZ7tLw4RnP9sHbV6cJ3", os.environ["CONSUMER_SECRET"])',),
    ),
    Secret(
        id="twitter-secret",
        title="Twitter API key, secret or token",
        severity=Severity.MEDIUM,
        keywords=("twitter", "tweepy"),
        read=reader(
            ("twitter", "tweepy"),
            r"\d{15,25}-[A-Za-z0-9]{20,40}|[A-Za-z0-9]{50}|[A-Za-z0-9]{45}",
            need="key|secret|token",
            holds=checksum.mixed,
        ),
        why="Whoever has it can post and read as the account.",
        fix=(
            "Revoke it in the settings of Twitter/X and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://developer.x.com",
        bad=(
            "TWITTER_API_SECRET=Aj" + "ovwMbQNmCCXQITv6H1C8DHW" + "AhwegWSTx1Dlg9PmeFqjAPibt",
            'import tweepy\nauth = tweepy.OAuthHandler(KEY, SECRET)\naccess_token = "'
            + "5806998339762600070-VwWBh"
            + 'qG5KSFdPE0SPgjtHfb1F6w70W"',
        ),
        good=(
            "TWITTER_API_SECRET=${TWITTER_API_SECRET}",
            "TWITTER_API_SECRET=your-twitter-api-secret-here",
        ),
    ),
    Secret(
        id="linkedin-secret",
        title="LinkedIn client secret",
        severity=Severity.MEDIUM,
        keywords=(
            "linkedin",
            "linked_in",
        ),
        read=reader(
            (
                "linkedin",
                "linked_in",
            ),
            r"[A-Za-z0-9]{16}",
            need="secret",
            holds=checksum.mixed,
        ),
        why="Whoever has it can pose as the application when people sign in.",
        fix=(
            "Revoke it in the settings of LinkedIn and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://learn.microsoft.com/linkedin/",
        bad=("LINKEDIN_CLIENT_SECRET=Mi" + "uHKUUX" + "Qh0fpgfe",),
        good=(
            "LINKEDIN_CLIENT_SECRET=${LINKEDIN_CLIENT_SECRET}",
            "LINKEDIN_CLIENT_SECRET=yo" + "ur-linkedin-cl" + "ient-secret-here",
        ),
    ),
    Secret(
        id="spotify-secret",
        title="Spotify client secret",
        severity=Severity.MEDIUM,
        keywords=("spotify",),
        read=reader(("spotify",), r"[0-9a-f]{32}", need="secret"),
        why="Whoever has it can use the API as the application.",
        fix=(
            "Revoke it in the settings of Spotify and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.spotify.com/documentation/web-api/concepts/apps",
        bad=("SPOTIFY_CLIENT_SECRET=" + "688d5efed3b6c9bd" + "ef26c5aa3395f825",),
        good=(
            "SPOTIFY_CLIENT_SECRET=${SPOTIFY_CLIENT_SECRET}",
            "SPOTIFY_CLIENT_SECRET=yo" + "ur-spotify-cli" + "ent-secret-here",
        ),
    ),
    Secret(
        id="twitch-secret",
        title="Twitch token or client secret",
        severity=Severity.MEDIUM,
        keywords=("twitch",),
        read=reader(("twitch",), r"[a-z0-9]{30}", need="secret|token|oauth"),
        why="Whoever has it can act as the application or the user.",
        fix=(
            "Revoke it in the settings of Twitch and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://dev.twitch.tv/docs/authentication/revoke-tokens/",
        bad=("TWITCH_CLIENT_SECRET=" + "wfaevsf4zxudpyq" + "2b07l6rivm4hnd8",),
        good=(
            "TWITCH_CLIENT_SECRET=${TWITCH_CLIENT_SECRET}",
            "TWITCH_CLIENT_SECRET=yo" + "ur-twitch-cli" + "ent-secret-here",
        ),
    ),
    Secret(
        id="dropbox-token",
        title="Dropbox token",
        severity=Severity.HIGH,
        keywords=("sl.",),
        pattern=r"sl\.(?:u\.)?[\w-]{130,}",
        why="Whoever has it can read and change the files.",
        fix=(
            "Revoke it in the settings of Dropbox and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://www.dropbox.com/developers/apps",
        width=1300,
        holds=checksum.mixed,
        bad=(
            "sl"
            + ".NVha8wicJ_0Efhoe8gvAgBJmdO1ca5pAsxvXJhst3zvcKQN-F-IvJ1S8u4eX0ELszo0Us"
            + "MXEVN-eBGWz6-2O8LLg9UwoQ6cmtk09bSmow_nlSd0NE31TzfWJdByuHZfm4X60Sp7l20Ry",
        ),
        good=(
            "sl"
            + ".jZvBcimbOS5iVNFYxtwHuB7FkJPkdtpWUUl6RCcBn4e0IWdK5KVSt4_zWmsJkSd"
            + "al2MjZnJqcTMNJ92fox8QQKjWOcgCTR1jXbh1KDmQ_hSWrJGmxPR8a7p5h1xRTBXnB",
            "the prefix sl. is described in the manual",
        ),
    ),
    Secret(
        id="dropbox-secret",
        title="Dropbox app secret",
        severity=Severity.HIGH,
        keywords=("dropbox",),
        read=reader(("dropbox",), r"[a-z0-9]{15}", need="secret"),
        why="Whoever has it can pose as the application when people sign in.",
        fix=(
            "Revoke it in the settings of Dropbox and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://www.dropbox.com/developers/apps",
        bad=("DROPBOX_APP_SECRET=" + "0cn2pzfa" + "rl2bq0n",),
        good=(
            "DROPBOX_APP_SECRET=${DROPBOX_APP_SECRET}",
            "DROPBOX_APP_SECRET=your-dropbox-app-secret-here",
        ),
    ),
    Secret(
        id="box-token",
        title="Box access token or client secret",
        severity=Severity.HIGH,
        keywords=("box_", "boxaccess", "boxclient", "boxdeveloper", "boxtoken", "boxappsettings"),
        read=reader(
            ("box_", "boxaccess", "boxclient", "boxdeveloper", "boxtoken", "boxappsettings"),
            r"[A-Za-z0-9]{32}",
            near=("boxappsettings",),
            need="secret|token",
            holds=checksum.mixed,
        ),
        why="Whoever has it can read the files.",
        fix=(
            "Revoke it in the settings of Box and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.box.com/guides/authentication/tokens/revoke/",
        confidence=Confidence.MEDIUM,
        bad=(
            "BOX_CLIENT_SECRET=Jl" + "DYUdRJWQq88QeR" + "c7qjJT7oqyQXs7tf",
            '{"boxAppSettings": {"clientSecret": "' + "sIrsD3mbLFecbVja" + 'fQ4gGnRfXBkg8Qys"}}',
        ),
        good=(
            "BOX_CLIENT_SECRET=${BOX_CLIENT_SECRET}",
            "BOX_CLIENT_SECRET=your-box-client-secret-here",
        ),
    ),
    Secret(
        id="adobe-secret",
        title="Adobe client secret",
        severity=Severity.HIGH,
        keywords=("p8e-",),
        pattern=r"p8e-[\w-]{32}",
        why="Whoever has it can pose as the application.",
        fix=(
            "Revoke it in the settings of Adobe and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.adobe.com/developer-console/docs/guides/authentication/",
        bad=("p8" + "e-KPoYDl1YWiq0sc" + "sQ1L-tW9w_t2RT2LmP",),
        good=(
            "p8" + "e-18GItQx-Uhgs" + "gC_0H_JQ65_U2rm",
            "the prefix p8e- is described in the manual",
        ),
    ),
    Secret(
        id="ntlm-response",
        title="NTLM authentication message",
        severity=Severity.MEDIUM,
        keywords=("TlRMTVNTUAAD",),
        pattern=r"TlRMTVNTUAAD[A-Za-z0-9+/]{80,}={0,2}",
        why="A weak password can be worked out from it.",
        fix=(
            "Revoke it in the settings of Windows and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        width=2200,
        bad=(
            "NTLM Tl"
            + "RMTVNTUAADQFBP3ZjfV/s/xRKE9kofKTkc9627O5cMnF0mfuHN23Lp"
            + "UsvKCQcqsVlC9wd3MVOBckT+1e+bDF5EYe3esDssWcqA2AKcRVV+5d0s",
        ),
        good=(
            "NTLM Tl" + "RMTVNTUAADWKLqnmOXYJmU9iyAoUygEPo3JzCd+0z5" + "ub99zabUaum8nhtYIki9QkekaqjWrNnbnbWJgckXexII",
            "the prefix TlRMTVNTUAAD is described in the manual",
        ),
    ),
    Secret(
        id="totp-uri",
        title="Shared secret of a one-time password",
        severity=Severity.HIGH,
        keywords=("otpauth://", "otpauth:"),
        pattern=r'otpauth://[th]otp/[^\s"\x27]{0,200}[?&]secret=([A-Za-z2-7]{16,128})',
        why="Whoever has it can make the second factor.",
        fix=(
            "Revoke it in the settings of OTP and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("otpauth://totp/acme:ops?secret=" + "4VSDNID5WGMAUMOZ" + "YUYHDXQBXUNL3VHJ&issuer=acme",),
        good=(
            "otpauth://totp/acme:ops?secret=SECRET",
            "otpauth://totp/",
        ),
    ),
    Secret(
        id="jumpcloud-legacy-key",
        title="JumpCloud API key",
        severity=Severity.CRITICAL,
        keywords=("jumpcloud",),
        read=reader(("jumpcloud",), r"[A-Za-z0-9]{40}"),
        why="Whoever has it can change who may sign in where.",
        fix=(
            "Revoke it in the settings of JumpCloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.jumpcloud.com/api/",
        confidence=Confidence.MEDIUM,
        bad=("JUMPCLOUD_API_KEY=" + "8EvxtLcR58iYqM6qFiEw" + "42I1i1VAnuGzTl00260R",),
        good=(
            "JUMPCLOUD_API_KEY=${JUMPCLOUD_API_KEY}",
            "JUMPCLOUD_API_KEY_ID=" + "8EvxtLcR58iYqM6qFiEw" + "42I1i1VAnuGzTl00260R",
        ),
    ),
    Secret(
        id="authress-key",
        title="Authress service client key",
        severity=Severity.HIGH,
        keywords=(
            ".acc_",
            ".acc-",
        ),
        pattern=(
            r"(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[A-Za-z"
            r"0-9+/_=-]{30,120}"
        ),
        why="Whoever has it can change who may do what.",
        fix=(
            "Revoke it in the settings of Authress and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://authress.io/app/#/manage",
        bad=("sc_89vlf5u79zvjtoimzzqo.6st4.ac" + "c-i9o568hw3cc91b.4jhS0PDiVNxAqf" + "e8GSHCEE0GN0K4KCeuxhjUm9EUmnOO",),
        good=(
            "sc_89vlf5u79zvjtoimzzqo.6st4.a" + "cc-i9o568hw3cc91b.4jhS0PDiVNxAq",
            ".acc_ is described in the manual",
        ),
    ),
    Secret(
        id="facebook-app-token",
        title="Facebook app access token",
        severity=Severity.HIGH,
        keywords=(
            "facebook",
            "fb_",
            "graph.fb",
        ),
        pattern=r"\d{15,16}\|[\w-]{27,40}",
        why="Whoever has it acts as the application.",
        fix=(
            "Revoke it in the settings of Facebook and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.facebook.com/docs/facebook-login/guides/access-tokens",
        holds=checksum.lettered,
        bad=("FACEBOOK_ACCESS_TOKEN=" + "839359653387929|I8pvT" + "s1rKM165zoN6hn7eRyu5mK",),
        good=(
            "FACEBOOK_ACCESS_TOKEN=839" + "359653387929|I8pvTs1rKM16",
            "facebook is described in the manual",
        ),
    ),
    Secret(
        id="linkedin-client-secret",
        title="LinkedIn client secret",
        severity=Severity.MEDIUM,
        keywords=("WPL_AP",),
        pattern=r"WPL_AP\d\.[A-Za-z0-9]{16}\.[A-Za-z0-9+/]{4,12}={0,2}",
        why="Whoever has it can pose as the application when people sign in.",
        fix=(
            "Revoke it in the settings of LinkedIn and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/linkedin/",
        bad=("WP" + "L_AP3.LCsxQZylCPHCf0DB.iBP9",),
        good=(
            "WPL_AP3.L" + "CsxQZylCPH",
            "WPL_AP is described in the manual",
        ),
    ),
    Secret(
        id="flickr-key",
        title="Flickr API key",
        severity=Severity.LOW,
        keywords=("flickr",),
        read=reader(("flickr",), r"[0-9a-f]{32}"),
        why="Whoever has it can use the API as the application.",
        fix=(
            "Revoke it in the settings of Flickr and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("FLICKR_API_KEY=" + "36bcdc0a85a009df" + "4d78e5139bf35f5d",),
        good=(
            "FLICKR_API_KEY=${FLICKR_API_KEY}",
            "FLICKR_API_KEY_ID=" + "36bcdc0a85a009df" + "4d78e5139bf35f5d",
        ),
    ),
    Secret(
        id="lichess-token",
        title="Lichess token",
        severity=Severity.LOW,
        keywords=("lichess",),
        pattern=r"li[po]_\w{16,60}",
        why="Whoever has it can play and write as its owner.",
        fix=(
            "Revoke it in the settings of Lichess and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://lichess.org/account/oauth/token",
        holds=checksum.mixed,
        bad=("LICHESS_TOKEN=" + "lip_3sQdRD9w" + "LX0eguOgmrau",),
        good=(
            "LICHESS_TOKEN=l" + "ip_3sQdRD9wLX0e",
            "lichess is described in the manual",
        ),
    ),
    Secret(
        id="twitch-stream-key",
        title="Twitch stream key",
        severity=Severity.LOW,
        keywords=(
            "twitch",
            "live_video",
        ),
        pattern=r"live_\d{8,12}_[A-Za-z0-9]{30,36}",
        why="Whoever has it can stream on your channel.",
        fix=(
            "Revoke it in the settings of Twitch and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("TWITCH_STREAM_KEY=" + "live_08265526_dF8MchWt" + "I9P53SVxxHJTHxskbVbOOr",),
        good=(
            "TWITCH_STREAM_KEY=live_" + "08265526_dF8MchWtI9P53SV",
            "twitch is described in the manual",
        ),
    ),
    Secret(
        id="blynk-client",
        title="Blynk client",
        severity=Severity.LOW,
        keywords=("oa2-client-id_",),
        pattern=r"oa2-client-id_[\w-]{32}",
        why="With its secret it reads and steers the devices.",
        fix=(
            "Revoke it in the settings of Blynk and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("oa" + "2-client-id_DenSISBeYLpyZQrYjN1OikS-Rd8YGxsa",),
        good=(
            "oa2-client-id_D" + "enSISBeYLpyZQrY",
            "oa2-client-id_ is described in the manual",
        ),
    ),
    Secret(
        id="dropbox-long-lived-token",
        title="Dropbox long-lived token",
        severity=Severity.HIGH,
        keywords=("dropbox",),
        read=reader(("dropbox",), r"[A-Za-z0-9]{11}AAAAAAAAAA[\w=-]{43}", sure=True, shared="AAAAAAAAAA"),
        why="Whoever has it can read and change the files, without end.",
        fix=(
            "Revoke it in the settings of Dropbox and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://www.dropbox.com/developers/apps",
        bad=("dropbox_token = qOuUdm9v5mGAAAAAAAAAAeLM" + "vyBMDvYo3CCVcWSPOePWeER9mqW1Ogr31ukysZfx",),
        good=(
            "dropbox_token=short",
            "dropbox is described in the manual",
        ),
    ),
    Secret(
        id="xml-account-password",
        title="Password of an account in XML",
        severity=Severity.HIGH,
        keywords=("</password>",),
        pattern=r"<password>([^<>{}$\s]{6,128})</password>",
        why="Whoever can read the repository, now or in any old clone of it, can log in as that account.",
        fix="Change it, and have the program read it from its environment or a secret manager.",
        confidence=Confidence.MEDIUM,
        rank=2,
        near=("<username>", "<user>"),
        holds=genuine,
        bad=("<username>shop</username><password>XQ" + "EHRup" + "ObcM1AR</password>",),
        good=(
            "<username>shop</username><password>${env.PASSWORD}</password>",
            "<username>shop</username><password>changeme</password>",
        ),
    ),
    Secret(
        id="kerberos-hash",
        title="Kerberos ticket hash",
        severity=Severity.MEDIUM,
        keywords=("$krb5asrep$", "$krb5tgs$", "$krb5pa$"),
        pattern=r"\$krb5(?:asrep|tgs|pa)\$\d{1,2}\$[^\s\"\x27]{1,300}?\$[0-9a-fA-F]{64,}",
        why="Whoever has it can try passwords against it at home until one fits.",
        fix="Change the password of the account to a long random one, and keep such dumps out of the repository.",
        width=700,
        bad=(
            "$krb5asrep$23$svc@ACME.LOCAL:3f9c1a7be52d8046b1e7d3c5a9f08264$"
            + "9f86d081884c7d659a2feaa0c55ad0153a9b1c7e2d4f6085a7c3e1b9d7f50264c81e728d9d4c2f63",
        ),
        good=("$krb5tgs$ is what hashcat's mode 13100 reads", "$krb5asrep$23$user@REALM:hash"),
    ),
    Secret(
        id="ntlm-hash",
        title="NTLM hash in a password dump",
        severity=Severity.HIGH,
        keywords=(":::",),
        pattern=r"[\w.$\\-]{1,64}:\d{3,10}:[0-9a-fA-F]{32}:([0-9a-fA-F]{32}):::",
        why="Whoever has it signs in with it as it is, without the password.",
        fix="Change the password, and keep such dumps out of the repository.",
        width=200,
        bad=("admin:1001:aad3b435b51404eeaad3b435b51404ee:" + "3f9c1a7be52d8046" + "b1e7d3c5a9f08264" + ":::",),
        good=("user:rid:lmhash:nthash:::", "a:::b"),
    ),
)
