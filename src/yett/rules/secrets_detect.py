"""Secrets as detect-secrets knows them: a rule for each of its plugins, asked where `checks.secrets.engines` says so.

The ids are made of the library's word for the kind, which is what its baselines say. Most formats have no check digits
there, so nothing is surer than MEDIUM; what goes by entropy or by the name of a variable, and addresses, are LOW.
"""

from __future__ import annotations

from functools import lru_cache

from yett.lean import NamedTuple
from yett.model import Confidence, Rule, Severity

_LOW, _MEDIUM, _HIGH, _CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
_UNSURE, _LIKELY = Confidence.LOW, Confidence.MEDIUM

_REFS = ("CWE-798", "PCI DSS 8.6.2")
_SINCE = "0.1.0"


class _Kind(NamedTuple):
    """The library's word, and what there is to say. Examples are texts in a file whose name says nothing."""

    name: str
    severity: Severity
    confidence: Confidence
    why: str
    fix: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    refs: tuple[str, ...] = _REFS


_TOKEN_FIX = "Revoke it where it was issued, then read the new one from the environment or a secret store."
_GUESS_FIX = "Look at it: if it is a secret, change it and keep the new one outside the code."

_SIXTEEN = "9f86d081" + "884c7d65"
_HEX = _SIXTEEN + "9a2feaa0" + "c55ad015" + "a3bf4f1b"
_WORD = "Xq7Rf2Lm9Tz4" + "Kb8Wc3Vd6NpYs5HjGg1Q"


_KINDS = (
    _Kind(
        "AWS Access Key",
        _CRITICAL,
        _LIKELY,
        "Whoever has an access key acts as its owner in the AWS account.",
        "Deactivate the key in IAM, then use a role or short-lived credentials.",
        ("key = AKIA" + "Q3EGRJ7KLMNP2XYZ", "aws_secret_key = 'wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYzQ9LmT4Kwp'"),
        ("key = AKIAQ3EGRJ7", "aws_secret_key = os.environ['KEY']"),
    ),
    _Kind(
        "Artifactory Credentials",
        _HIGH,
        _LIKELY,
        "Whoever has it reads and replaces the packages a build takes from Artifactory.",
        _TOKEN_FIX,
        ("token=AKC" + "p8kRtL2mXq7vZ",),
        ("token=AKCp8", "an AKC registered breeder"),
    ),
    _Kind(
        "Azure Storage Account access key",
        _CRITICAL,
        _LIKELY,
        "The account key opens every container, queue and table of the storage account, and expires never.",
        "Rotate the key, then use Microsoft Entra ID or a shared access signature that ends soon.",
        ("AccountKey=" + "Zm9vYmFyK2" * 8 + "x9Lq7Rt2==",),
        ("AccountKey=Zm9vYmFy",),
    ),
    _Kind(
        "Base64 High Entropy String",
        _MEDIUM,
        _UNSURE,
        "A quoted string this varied is rarely text: keys and tokens look like that, and so do digests.",
        _GUESS_FIX,
        (f'seed = "{_WORD}"',),
        ('path = "docs/source/internal/start-to-finish"', f"seed {_WORD}"),
    ),
    _Kind(
        "Basic Auth Credentials",
        _HIGH,
        _LIKELY,
        "A password in an address ends up in logs, histories and error messages besides the code.",
        "Change the password, and pass it in a header or from the environment.",
        ("url = https://deploy:" + "Tr0ub4dor3x@packages.example.org/simple",),
        ("url = https://packages.example.org:8443/simple", "mail://someone@example.org"),
    ),
    _Kind(
        "Cloudant Credentials",
        _HIGH,
        _LIKELY,
        "Whoever has it reads and changes the databases of the Cloudant account.",
        _TOKEN_FIX,
        ('cloudant_password = "' + _SIXTEEN * 4 + '"',),
        ('cloudant_password = "short"',),
    ),
    _Kind(
        "Discord Bot Token",
        _HIGH,
        _LIKELY,
        "Whoever has it is the bot: reads what it reads and writes in its name.",
        "Reset the token in Discord's developer portal, then read the new one from the environment.",
        ("bot = MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",),
        ("bot = MTk4NjIyNDgz.Cl2FMQ.ZnCjm1",),
    ),
    _Kind(
        "GitHub Token",
        _CRITICAL,
        _LIKELY,
        "Whoever has it does in GitHub what its owner may.",
        "Revoke it in the settings of the account or app it belongs to, then use a token of the workflow.",
        ("token: ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",),
        ("token: ghp_A1b2C3", "tokens begin with ghp_"),
    ),
    _Kind(
        "GitLab Token",
        _CRITICAL,
        _LIKELY,
        "Whoever has it does in GitLab what its owner may.",
        "Revoke it in GitLab, then use a masked variable of the pipeline.",
        ("token: glpat-" + "3kxB7sQmWt9LzVhN2cRp",),
        ("token: glpat-short",),
    ),
    _Kind(
        "Hex High Entropy String",
        _LOW,
        _UNSURE,
        "A quoted run of hexadecimal digits may be a key; more often it is a digest.",
        _GUESS_FIX,
        (f'salt = "{_HEX}"',),
        ('salt = "00000000"', 'colour = "ff8800"', f"salt {_HEX}"),
    ),
    _Kind(
        "IBM COS HMAC Credentials",
        _HIGH,
        _LIKELY,
        "Whoever has it reads and writes the buckets of the service instance.",
        _TOKEN_FIX,
        ('cos_hmac_secret_access_key = "' + _SIXTEEN * 3 + '"',),
        ('cos_hmac_secret_access_key = "short"',),
    ),
    _Kind(
        "IBM Cloud IAM Key",
        _CRITICAL,
        _LIKELY,
        "Whoever has it acts in IBM Cloud as the user or service id it belongs to.",
        _TOKEN_FIX,
        ('ibm_cloud_iam_api_key = "' + "Xq7Rf2Lm9Tz4Kb8Wc3Vd6Np" + 'Ys5HjGg1QaB2cD3eF4gH5"',),
        ('ibm_cloud_iam_api_key = "short"',),
    ),
    _Kind(
        "JSON Web Token",
        _MEDIUM,
        _LIKELY,
        "Until it expires, whoever has the token is whom it names.",
        "End the session it belongs to; if it never expires, change the key it is signed with.",
        (
            "jwt = eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
            + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        ),
        ("jwt = eyJhbGciOiJIUzI1NiJ9", "jwt = eyJub3QganNvbg.eyJub3QganNvbg.x"),
    ),
    _Kind(
        "Mailchimp Access Key",
        _HIGH,
        _LIKELY,
        "Whoever has it reads the addresses of all subscribers and writes to them.",
        _TOKEN_FIX,
        ("mailchimp = " + _SIXTEEN * 2 + "-us11",),
        ("mailchimp = 9f86d081-us11",),
    ),
    _Kind(
        "NPM tokens",
        _CRITICAL,
        _LIKELY,
        "Whoever has it publishes packages in its owner's name.",
        "Revoke it on npmjs.com, then publish with trusted publishing or a token of the pipeline.",
        ("//registry.npmjs.org/:_authToken=npm_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",),
        ("//registry.npmjs.org/:_authToken=${NPM_TOKEN}",),
    ),
    _Kind(
        "OpenAI Token",
        _HIGH,
        _LIKELY,
        "Whoever has it uses models at its owner's cost and reads what was stored with them.",
        _TOKEN_FIX,
        ("openai = sk-" + "A1b2C3d4E5f6G7h8I9j0" + "T3BlbkFJ" + "K1l2M3n4O5p6Q7r8S9t0",),
        ("openai = sk-A1b2C3d4",),
    ),
    _Kind(
        "Private Key",
        _CRITICAL,
        _LIKELY,
        "Whoever has the key is its owner to every server and program that trusts it.",
        "Make a new key pair, replace the public key everywhere, and keep the private one in a secret store.",
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "-----BEGIN OPENSSH " + "PRIVATE KEY-----"),
        ("-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----"),
    ),
    _Kind(
        "Public IP (ipv4)",
        _LOW,
        _UNSURE,
        "An address of one's own in the code tells others where to look, and has to be changed in the code.",
        "Name the host in the configuration if the address is one of yours.",
        (),  # the library's filter for values without a letter leaves none of them
        ("host = 10.0.0.1", "host = 192.168.1.1", "version 1.2.3.4.5"),
        ("CWE-1051",),
    ),
    _Kind(
        "PyPI Token",
        _CRITICAL,
        _LIKELY,
        "Whoever has it publishes releases in its owner's name.",
        "Revoke it on PyPI, then publish with trusted publishing.",
        ("password = pypi-AgEIcHlwaS5vcmc" + "A1b2C3d4E5" * 7,),
        ("password = pypi-AgEIcHlwaS5vcmc",),
    ),
    _Kind(
        "Secret Keyword",
        _MEDIUM,
        _UNSURE,
        "The name says that the value is a secret; whether it is a real one the name cannot say.",
        "If it is real, change it, and read the new one from the environment or a secret store.",
        ('password = "' + 'Tr0ub4dor3x"', 'api_key: "' + 'k9Lq7Rt2Vb"', 'aPi_\u212aEY = "' + 'k9Lq7Rt2Vb"'),
        ('password = ""', 'password = "{password}"', "no password given"),
    ),
    _Kind(
        "SendGrid API Key",
        _HIGH,
        _LIKELY,
        "Whoever has it sends mail in its owner's name.",
        _TOKEN_FIX,
        ("sendgrid = SG." + "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr",),
        ("sendgrid = SG.ngeVfQFY",),
    ),
    _Kind(
        "Slack Token",
        _HIGH,
        _LIKELY,
        "Whoever has it reads and writes in the workspace as the app or person it belongs to.",
        "Revoke it in the app's settings, then read the new one from a secret store.",
        ("slack = xoxb" + "-34532454-e039d02840a0b9379c",),
        ("slack = xoxb-", "xoxo"),
    ),
    _Kind(
        "SoftLayer Credentials",
        _HIGH,
        _LIKELY,
        "Whoever has it orders and changes servers in the SoftLayer account.",
        _TOKEN_FIX,
        ('softlayer_api_key = "' + _SIXTEEN * 4 + '"',),
        ('softlayer_api_key = "short"',),
    ),
    _Kind(
        "Square OAuth Secret",
        _HIGH,
        _LIKELY,
        "With it an application can be passed off as one that merchants have granted access.",
        _TOKEN_FIX,
        ("square = sq0csp-" + "ABCDEFGHIJK_LMNOPQRSTUVWXYZ-0123456789abcde",),
        ("square = sq0csp-ABC",),
    ),
    _Kind(
        "Stripe Access Key",
        _CRITICAL,
        _LIKELY,
        "Whoever has it moves the merchant's money and reads the customers' data.",
        "Roll the key in Stripe's dashboard, then use a restricted key from a secret store.",
        ("stripe = sk_" + "live_ReTllpYQYfIZu2Jnf2lAPFjD",),
        ("stripe = sk_test_ReTllpYQ", "stripe = sk_live_short"),
    ),
    _Kind(
        "Telegram Bot Token",
        _HIGH,
        _LIKELY,
        "Whoever has it is the bot: reads what it is sent and answers in its name.",
        "Revoke it with BotFather, then read the new one from the environment.",
        ("bot = 110201543:" + "AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw",),
        ("bot = 110201543:AAHd",),
    ),
    _Kind(
        "Twilio API Key",
        _HIGH,
        _LIKELY,
        "Whoever has it calls and sends messages at its owner's cost, and reads what was sent.",
        _TOKEN_FIX,
        ("twilio = SK" + _SIXTEEN * 2,),
        ("twilio = SK9f86d081",),
    ),
)


def rules() -> tuple[Rule, ...]:
    """The rules of the plugins that come with the library, in the order of their kinds."""
    return tuple(rule(kind.name) for kind in _KINDS)


@lru_cache(64)
def rule(name: str) -> Rule:
    """The rule for a kind by the library's word for it; one without examples where it is not one of the library's."""
    kind = next((kind for kind in _KINDS if kind.name == name), None)
    if kind is None:
        kind = _Kind(name, _MEDIUM, _UNSURE, "A plugin of detect-secrets calls it a secret.", _GUESS_FIX, (), ())
    return Rule(
        id=f"secrets/ds-{_kebab(name)}",
        title=f"{name} (detect-secrets)",
        severity=kind.severity,
        why=kind.why,
        fix=kind.fix,
        confidence=kind.confidence,
        refs=kind.refs,
        since=_SINCE,
        bad=kind.bad,
        good=kind.good,
    )


def _kebab(name: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in name.lower()).split())
