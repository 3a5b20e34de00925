"""Rules for .env files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse import dsn
from yett.parse.keyvalue import DOTENV, Setting, is_filled_in, name_of, read, switch
from yett.parse.tree import Tree
from yett.rules.credentials import is_setting, is_stand_in, means_secret
from yett.rules.hits import hit, short

EXAMPLE = ".env"

_CONFIG = "https://12factor.net/config"

COMMITTED_DOTENV = Rule(
    id="dotenv/committed-dotenv",
    title="Secret in a committed .env file",
    severity=Severity.CRITICAL,
    why="The file is there so that secrets stay out of the repository. Once committed, they are in every clone and in "
    "the history.",
    fix="`git rm --cached .env`, add it to .gitignore, change the secret, and commit `.env.example` without values. "
    "Where the framework wants `.env` committed, as Symfony does, leave the value empty and set it in `.env.local`.",
    refs=("CWE-538", "CWE-798", "PCI DSS 8.6.2", _CONFIG),
    bad=(
        "APP_NAME=shop\n# next\nDB_PASSWORD=q9Xv" + "T2kLm8Rw\n# next\nexport API_TOKEN='k3Jd" + "82nfPq71xZ'\n",
        "# next\nDATABASE_URL=postgres://shop:q9Xv" + "T2kLm8Rw@db.shop.example/shop\n",
    ),
    good=(
        "APP_NAME=shop\nDB_PASSWORD=\nAPI_TOKEN=${API_TOKEN}\nSECRET_KEY=changeme\nTOKEN_URL=https://shop.example/token\n",
        "DB_PASSWORD=op://shop/database/password\nDATABASE_URL=postgres://postgres:postgres@localhost/shop\n",
        "NEXT_PUBLIC_API_KEY=k3Jd82" + "nfPq71xZ\nSECRET_KEY=encrypted:BDb7t3QkTRp2x\n",
    ),
)

PAYMENT_LIVE_KEY = Rule(
    id="dotenv/payment-live-key",
    title="Live payment key in a file",
    severity=Severity.CRITICAL,
    why="Whoever has it charges cards, pays out and reads customers.",
    fix="Roll the key in the provider's dashboard, and keep the new one in a vault.",
    refs=("CWE-798", "PCI DSS 8.6.2", "https://docs.stripe.com/keys-best-practices"),
    bad=(
        "# next\nSTRIPE_SECRET_KEY=sk_live" + "_4eC39HqLyjWDarjtT1zdp7dc\n",
        "PAYPAL_MODE=live\n# next\nPAYPAL_CLIENT_SECRET=EBWKjl" + "ELKMYqRNQ6sYvFo64FtaRLRR5BdHEESmha49TM\n",
    ),
    good=(
        "STRIPE_SECRET_KEY=sk_test"
        + "_4eC39HqLyjWDarjtT1zdp7dc\nSTRIPE_PUBLIC=pk_live"
        + "_4eC39HqLyjWDarjtT1zdp7dc\n",
        "STRIPE_SECRET_KEY=sk_live" + "_xxx\nSTRIPE_KEY=${STRIPE_KEY}\n",
    ),
)

TEST_KEY_IN_PRODUCTION = Rule(
    id="dotenv/test-key-in-production",
    title="Test payment key in production",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Payments made with test keys move no money: orders ship that nobody paid for, with cards from the manual.",
    fix="Pass the live key when the application is deployed, and keep both out of the repository.",
    refs=("CWE-489", "PCI DSS 6.5.6", "https://docs.stripe.com/keys"),
    bad=("# file: .env.production\n# next\nSTRIPE_SECRET_KEY=sk_test" + "_4eC39HqLyjWDarjtT1zdp7dc\n",),
    good=(
        "# file: .env.development\nSTRIPE_SECRET_KEY=sk_test" + "_4eC39HqLyjWDarjtT1zdp7dc\n",
        "# file: .env.production\nSTRIPE_SECRET_KEY=${STRIPE_SECRET_KEY}\n",
    ),
)

DEBUG_IN_PRODUCTION = Rule(
    id="dotenv/debug-in-production",
    title="Debugging in production",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="In debug mode pages of errors show settings, queries and source, and some frameworks run what is typed there.",
    fix="`DEBUG=false`.",
    refs=("CWE-489", "PCI DSS 6.2.4", _CONFIG),
    bad=(
        "# file: .env.production\n# next\nDEBUG=true\n# next\nFLASK_ENV=development\n",
        "APP_ENV=production\n# next\nAPP_DEBUG=true\n",
    ),
    good=(
        "# file: .env.production\nDEBUG=false\nNODE_ENV=production\nLOG_LEVEL=info\n",
        "# file: .env.development\nDEBUG=true\n",
        "APP_ENV=local\nAPP_DEBUG=true\n",
        "# file: .env.production\nDEBUG=shop:*\n",
    ),
)

TLS_VERIFY_OFF = Rule(
    id="dotenv/tls-verify-off",
    title="Certificates are not checked",
    severity=Severity.HIGH,
    why="The program then talks to whoever answers: everybody on the way reads and changes what is sent.",
    fix="Remove the line; for a private authority use `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE`.",
    refs=(
        "CWE-295",
        "PCI DSS 4.2.1",
        "https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue",
    ),
    bad=(
        "# next\nNODE_TLS_REJECT_UNAUTHORIZED=0\n# next\nPYTHONHTTPSVERIFY=0\n# next\nGIT_SSL_NO_VERIFY=true\n",
        "# next\nMAIL_VERIFY_SSL=false\n# next\nES_INSECURE_SKIP_VERIFY=1\n",
    ),
    good=(
        "NODE_TLS_REJECT_UNAUTHORIZED=1\nMAIL_VERIFY_SSL=true\nES_INSECURE_SKIP_VERIFY=false\n",
        "EMAIL_VERIFICATION=false\nNODE_TLS_REJECT_UNAUTHORIZED=${REJECT}\n",
    ),
)

PLAIN_CONNECTION = Rule(
    id="dotenv/plain-connection",
    title="Connection without TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Password, queries and rows cross the network in clear; `require` and `prefer` encrypt, but trust everybody.",
    fix="`sslmode=verify-full` for PostgreSQL, `ssl-mode=VERIFY_IDENTITY` for MySQL, `amqps://`, `tls=true`.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://www.postgresql.org/docs/current/libpq-ssl.html"),
    bad=(
        "# next\nDATABASE_URL=postgres://shop:${DB_PASSWORD}@db.shop.example/shop?sslmode=disable\n",
        "# next\nPGSSLMODE=disable\n# next\nDB_SSLMODE=disable\n",
        "# next\nQUEUE_URL=amqp://shop:${QUEUE_PASSWORD}@queue.shop.example/\n",
        "# next\nMONGO_URL=mongodb://db.shop.example/shop?tls=true&tlsAllowInvalidCertificates=true\n",
    ),
    good=(
        "DATABASE_URL=postgres://shop:${DB_PASSWORD}@db.shop.example/shop?sslmode=verify-full\n",
        "DATABASE_URL=postgres://postgres@localhost/shop?sslmode=disable\n",
        "# file: .env.development\nPGSSLMODE=disable\n",
        "QUEUE_URL=amqp://queue:5672/\nPGSSLMODE=verify-full\n",
    ),
)


class Config(NamedTuple):
    """`production` and `tries` are what the file is for, by its name or by what it says."""

    settings: tuple[Setting, ...]
    production: bool
    tries: bool


_PRODUCTION = re.compile(r"(?:^|[._/-])(?:prod(?:uction)?|live)(?:[._/-]|$)")
_TRIES = re.compile(
    r"(?:^|[._/-])(?:dev\w*|tests?|testing|ci|local|docker|e2e|cypress|playwright|sandbox|storybook)(?:[._/-]|$)"
)
_STAGE = re.compile(r"(?:.*_)?(?:ENV|ENVIRONMENT|STAGE)")


def _config(text: str, path: str) -> Config:
    settings = read(text, DOTENV)
    name = name_of(path)
    stages = {each.value.lower() for each in settings if _STAGE.fullmatch(each.key.upper())}
    tries = _TRIES.search(name) is not None
    return Config(settings, _PRODUCTION.search(name) is not None or (not tries and "production" in stages), tries)


_SHOWN = re.compile(
    r"^(?:NEXT_PUBLIC|REACT_APP|VITE|GATSBY|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|VUE_APP)_|PUBLI(?:C|SHABLE)|PUB_KEY", re.I
)
_ELSEWHERE = re.compile(
    r"(?i)(?:encrypted|vault|op|ref\+\w+|sm|ssm|arn|secretsmanager|doppler|gcp|azure|keyring|infisical|file):"
)
_CAPITALS = re.compile(r"[A-Z][A-Z_ -]*")


def committed_dotenv(config: Config) -> Iterator[Hit | Unknown]:
    for setting in config.settings:
        if setting.bare or not setting.value or is_filled_in(setting.value) or _ELSEWHERE.match(setting.value):
            continue
        if _is_secret(setting) or any(_is_password(address.password) for address in dsn.find(setting.value)):
            yield hit(
                setting.value_at,
                f"{short(setting.key)} has a value here",
                fix=f"Take the file out of git, change {short(setting.key)}, and keep its name alone in .env.example.",
                subject=setting.key,
                severity=Severity.HIGH if config.tries else None,
                confidence=Confidence.MEDIUM if config.tries else None,
            )


def _is_secret(setting: Setting) -> bool:
    if not means_secret(setting.key) or _SHOWN.search(setting.key):
        return False
    return not is_setting(setting.value) and _is_password(setting.value)


def _is_password(text: str) -> bool:
    return bool(text) and not is_stand_in(text) and not is_filled_in(text) and not _CAPITALS.fullmatch(text)


_LIVE = re.compile(
    r"(?:sk|rk)_live_[A-Za-z0-9]{10,}|rzp_live_[A-Za-z0-9]{10,}|live_[A-Za-z0-9]{28,}|access_token\$production\$\S{20,}"
    r"|sq0csp-[\w-]{20,}|EAAA[\w-]{50,}|FLWSECK-[0-9a-f]{20,}-X|sk_prod_\w{20,}|APP_USR-\d{10,}-\S{20,}"
)
_TEST = re.compile(
    r"(?:sk|rk|pk)_test_[A-Za-z0-9]{8,}|rzp_test_[A-Za-z0-9]{10,}|test_[A-Za-z0-9]{28,}|access_token\$sandbox\$\S{20,}"
    r"|FLWSECK_TEST-\S{10,}"
)


def payment_live_key(config: Config) -> Iterator[Hit | Unknown]:
    values = {setting.key.upper(): setting.value for setting in config.settings}
    paypal = values.get("PAYPAL_MODE", values.get("PAYPAL_ENV", "")).lower() in ("live", "production")
    for setting in config.settings:
        secret = paypal and setting.key.upper() in ("PAYPAL_CLIENT_SECRET", "PAYPAL_SECRET")
        if _LIVE.search(setting.value) or (secret and _is_password(setting.value)):
            yield hit(
                setting.value_at,
                f"{short(setting.key)} moves real money",
                fix=f"Roll {short(setting.key)}, and pass it from a vault.",
                subject=setting.key,
            )


def test_key_in_production(config: Config) -> Iterator[Hit | Unknown]:
    if not config.production:
        return
    for setting in config.settings:
        if _TEST.match(setting.value):
            yield hit(setting.value_at, f"{short(setting.key)} is a test key", subject=setting.key)


_DEBUG = re.compile(r"(?:.*_)?DEBUG(?:_MODE)?|WP_DEBUG_DISPLAY")
_MODE = re.compile(r"(?:NODE|FLASK|APP|RAILS|RACK|DJANGO|ASPNETCORE|MIX|SYMFONY)_ENV(?:IRONMENT)?")


def debug_in_production(config: Config) -> Iterator[Hit | Unknown]:
    if not config.production:
        return
    for setting in config.settings:
        key = setting.key.upper()
        on = _DEBUG.fullmatch(key) and switch(setting.value) is True
        mode = _MODE.fullmatch(key) and setting.value.lower() in ("development", "dev", "local")
        if on or mode:
            yield hit(
                setting.value_at,
                f"{short(setting.key)} is {short(setting.value)} in production",
                fix=f"`{short(setting.key)}={'production' if mode else 'false'}`",
                subject=setting.key,
            )


_MUST_BE_ON = re.compile(
    r"(?:.*_)?(?:TLS_REJECT_UNAUTHORIZED|REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY|STRICT_SSL"
    r"|(?:SSL|TLS|HTTPS|CERT|CERTS|CERTIFICATE)_?(?:VERIFY|VERIFICATION|VALIDATE|VALIDATION|CHECK)"
    r"|(?:VERIFY|VALIDATE|CHECK)_?(?:SSL|TLS|HTTPS|CERT|CERTS|CERTIFICATE|CERTIFICATES))"
)
_MUST_BE_OFF = re.compile(
    r"(?:.*_)?(?:SSL_NO_VERIFY|INSECURE_SKIP_VERIFY|SKIP_(?:SSL|TLS|CERT)_?VERIF\w*|VAULT_SKIP_VERIFY|TLS_INSECURE|SSL_INSECURE"
    r"|(?:DISABLE|IGNORE|SKIP)_(?:SSL|TLS|CERT)\w*|TRUST_SERVER_CERTIFICATE|TLS_SKIP_VERIFY|SSL_SKIP_VERIFY|ALLOW_INSECURE_TLS)"
)


def tls_verify_off(config: Config) -> Iterator[Hit | Unknown]:
    for setting in config.settings:
        key = setting.key.upper()
        on = switch(setting.value)
        if (_MUST_BE_ON.fullmatch(key) and on is False) or (_MUST_BE_OFF.fullmatch(key) and on is True):
            yield hit(
                setting.value_at,
                f"{short(setting.key)}={short(setting.value)} takes any certificate",
                fix=f"Remove {short(setting.key)}.",
                subject=setting.key,
                severity=Severity.MEDIUM if config.tries else None,
            )


_CLEAR = {
    "sslmode": ("disable", "allow", "no-verify"),
    "ssl": ("false", "0"),
    "tls": ("false", "0", "skip-verify"),
    "usessl": ("false",),
    "encrypt": ("false",),
    "ssl-mode": ("disabled",),
    "trustservercertificate": ("true",),
    "verifyservercertificate": ("false",),
    "tlsinsecure": ("true",),
    "tlsallowinvalidcertificates": ("true",),
    "ssl_cert_reqs": ("none", "cert_none"),
    "sslaccept": ("accept_invalid_certs",),
}
_MODES = re.compile(r"(?:.*_)?(?:PG_?SSL_?MODE|(?:DB|DATABASE|POSTGRES|POSTGRESQL|MYSQL)_SSL_?MODE)")
_PLAIN_SCHEMES = ("amqp", "ldap", "ftp", "mqtt", "stomp", "telnet")


def plain_connection(config: Config) -> Iterator[Hit | Unknown]:
    for setting in config.settings:
        if _MODES.fullmatch(setting.key.upper()):
            if setting.value.lower() in ("disable", "disabled", "allow") and not config.tries:
                yield hit(
                    setting.value_at,
                    f"{short(setting.key)} is {short(setting.value)}",
                    fix=f"`{short(setting.key)}=verify-full`",
                    subject=setting.key,
                )
            continue
        for address in dsn.find(setting.value):
            if dsn.is_local(address.host) or is_filled_in(address.host):
                continue
            option = next((name for name, bad in _CLEAR.items() if address.options.get(name, "").lower() in bad), "")
            if option or address.scheme in _PLAIN_SCHEMES:
                how = f"{option}={address.options[option]}" if option else f"{address.scheme}://"
                yield hit(
                    setting.value_at,
                    f"{short(setting.key)} goes to {short(address.host)} with {short(how)}",
                    subject=f"{setting.key} {address.host} {option or address.scheme}",
                )
                break


RULES = (
    (COMMITTED_DOTENV, committed_dotenv),
    (PAYMENT_LIVE_KEY, payment_live_key),
    (TEST_KEY_IN_PRODUCTION, test_key_in_production),
    (DEBUG_IN_PRODUCTION, debug_in_production),
    (TLS_VERIFY_OFF, tls_verify_off),
    (PLAIN_CONNECTION, plain_connection),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    config = _config(text, path)
    for rule, check in RULES:
        yield from ((rule, found) for found in check(config))
