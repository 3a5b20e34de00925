"""The keys that web frameworks sign and encrypt with: sessions, cookies, password resets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.chosen import PLAIN, chosen
from yett.rules.secrets.doubt import genuine
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Secret

_FORGED = "Whoever has it can forge sessions, cookies and password resets of the application."
_FIX = "Make a new one, keep the old one as a fallback while sessions last, and read both from the environment."


_DJANGO = Lazy(
    rb"[\"\x27]?\]?\s{0,4}(?:=|:|,)\s{0,4}[bru]?[\"\x27]?((?:django-insecure-)?[!#-&(-\[\]-~]{50})(?![^\"\x27\s,)}])"
)


def _django(text: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """Fifty characters drawn from small letters, digits and punctuation, with or without the mark of `startproject`."""
    del path
    for end in ends:
        match = _DJANGO.match(text, end)
        value = match[1].decode().removeprefix("django-insecure-") if match else ""
        if match and genuine(value) and rare(value):
            made = b"django-insecure-" in match[0]
            note = "it is the one that startproject makes, which was never meant for production" if made else ""
            yield Found(*match.span(1), Confidence.MEDIUM, note=note, severity=Severity.MEDIUM if made else None)


_JWT = Lazy(
    rb"\w{0,16}\"\s{0,4}:\s{0,4}\{[^{}]{0,400}?\"(?:key|(?:issuer)?signing_?key|symmetric_?key)\"\s{0,4}:\s{0,4}\"([^\"\n\\]{8,256})\"",
    re.IGNORECASE,
)
_WHERE = Lazy(r"[/\\.]")
"""What stands in a path or the name of a file, which say where the key is."""


def _aspnet(text: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """The key in the section of a program's settings that is about its tokens."""
    del path
    for end in ends:
        match = _JWT.match(text, end)
        value = match[1].decode("utf-8", "replace") if match else ""
        found = chosen(value, *match.span(1)) if match else None
        if found is not None and (found.doubt != PLAIN or not _WHERE.search(value)):
            yield found


_USER = Lazy(rb"^[ \t]*[\w.@-]{1,64}[ \t]*=[ \t]*([^\s,#][^\s,]{2,127})[ \t]*(?:,[^\n]*)?$", re.MULTILINE)


def _shiro(text: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """The passwords of the section of users, where they are not hashes."""
    del ends, path
    start = text.find(b"[users]")
    stop = text.find(b"\n[", start) if start >= 0 else -1
    for match in _USER.finditer(text, start, stop if stop >= 0 else len(text)) if start >= 0 else ():
        found = None if match[1].startswith(b"$") else chosen(match[1].decode("utf-8", "replace"), *match.span(1))
        if found is not None:
            yield found


SECRETS: tuple[Secret, ...] = (
    Secret(
        id="shiro-user-password",
        title="Password of a user in the settings of Apache Shiro",
        severity=Severity.HIGH,
        keywords=(),
        files=("shiro.ini",),
        read=_shiro,
        far=True,
        why="Whoever can read the repository, now or in any old clone of it, can log in as that user.",
        fix="Change it, and keep users where only hashes of their passwords are: a database, a directory.",
        confidence=Confidence.MEDIUM,
        rank=2,
        revoke="https://shiro.apache.org/configuration.html#Configuration-INISections",
        bad=("[users]\n# user = password, roles\ndeploy = " + "t7Vq2LxZw9, admin\n[roles]\nadmin = *\n",),
        good=(
            "[users]\ndeploy = $shiro2$argon2id$v=19$m=65536,t=3,p=4$9Hvz, admin\n",
            "[users]\ndeploy = ${DEPLOY_PASSWORD}\n[roles]\nadmin = user:create:t7Vq2LxZw9\n",
        ),
    ),
    Secret(
        id="aspnet-token-key",
        title="Key that signs the tokens of an ASP.NET application",
        severity=Severity.HIGH,
        keywords=('"jwt', '"tokenoptions', '"tokensettings', '"tokenconfig', '"authsettings', '"bearertoken'),
        read=_aspnet,
        why="Whoever has it makes tokens that the application takes for those of any user.",
        fix="Make a new one, and read it from user secrets, the environment or a vault.",
        confidence=Confidence.MEDIUM,
        revoke="https://learn.microsoft.com/aspnet/core/security/app-secrets",
        rank=2,
        bad=('"Jwt": {\n  "Issuer": "acme",\n  "Key": "' + "q7Vx2LmZ9tKw4RnP" + '8sHbJd3GfUc6XoEi"\n}',),
        good=(
            '"Jwt": { "Key": "" }',
            '"Jwt": { "Key": "your-secret-key" }',
            '"Jwt": { "Key": "${JWT_KEY}" }',
            '"jwt": { "issuer": "https://acme.io" }, "other": { "key": "of the sorted list" }',
        ),
    ),
    Secret(
        id="django-secret-key",
        title="Django secret key",
        severity=Severity.HIGH,
        keywords=("SECRET_KEY",),
        read=_django,
        far=True,
        why=_FORGED,
        fix=_FIX,
        confidence=Confidence.MEDIUM,
        revoke="https://docs.djangoproject.com/en/stable/topics/signing/",
        rank=2,
        bad=('SECRET_KEY = "' + "k)3x!w8q@v1n#t7m$z4j^r9" + '&c2h*y6b(g5f_d0p-s+l=eu8a1x"',),
        good=(
            'SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]',
            'SECRET_KEY = "not-a-secret-but-a-long-sentence-of-fifty-letters!"',
        ),
    ),
    Secret(
        id="laravel-app-key",
        title="Laravel application key",
        severity=Severity.HIGH,
        keywords=("APP_KEY",),
        pattern=r"APP_KEY[\"\x27]?\s{0,4}(?:=>|[=:,])\s{0,4}[\"\x27]?base64:([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{22}==)",
        why="Whoever has it can read what the application encrypted and forge its cookies.",
        fix=_FIX,
        revoke="https://laravel.com/docs/encryption#gracefully-rotating-encryption-keys",
        width=120,
        holds=rare,
        bad=("APP_KEY=base64:" + "q7Vx2LmZ9tKw4RnP8sHbJd" + "3GfUc6XoEiAtNvYyKz1B5=",),
        good=("APP_KEY=base64:${KEY}", "APP_KEY="),
    ),
    Secret(
        id="rails-secret-key-base",
        title="Rails secret_key_base",
        severity=Severity.CRITICAL,
        keywords=("secret_key_base", "RAILS_MASTER_KEY"),
        pattern=(
            r"(?i:secret_key_base)[\"\x27]?\s{0,4}(?:=>|[=:,])\s{0,4}[\"\x27]?([0-9a-f]{64,128})"
            r"|RAILS_MASTER_KEY[\"\x27]?\s{0,4}(?:=>|[=:,])\s{0,4}[\"\x27]?([0-9a-f]{32})"
        ),
        why=_FORGED,
        fix=_FIX,
        revoke="https://guides.rubyonrails.org/security.html",
        width=200,
        holds=rare,
        bad=(
            "secret_key_base: "
            + "9f86d081884c7d659a2feaa0c55ad0153a9b1c7e2d4f6085a7c3e1b9d7f50264"
            + "c81e728d9d4c2f636f067f89cc14862c5b3d9e7a1f4c6082e6a8d0c2b4f61935",
            "RAILS_MASTER_KEY=" + "1b7d9f3ac5e80246" + "8fd1c3b5a7e90624",
        ),
        good=('secret_key_base: <%= ENV["SECRET_KEY_BASE"] %>', "RAILS_MASTER_KEY=${RAILS_MASTER_KEY}"),
    ),
    Secret(
        id="magento-crypt-key",
        title="Encryption key of Magento",
        severity=Severity.CRITICAL,
        keywords=("'crypt'", '"crypt"', "crypt/key", "crypt__key"),
        pattern=(
            r"[\x27\"]crypt[\x27\"]\s{0,8}=>\s{0,8}(?:\[|array\s?\()\s{0,80}[\x27\"]key[\x27\"]\s{0,8}=>\s{0,8}[\x27\"]"
            r"((?:base64)?(?:[0-9a-f]{32,64}|[A-Za-z0-9+/]{43}=))"
            r"|(?i:crypt/key|crypt__key)[\x27\"]?\s{0,4}[=:]\s{0,4}[\x27\"]?((?:base64)?(?:[0-9a-f]{32,64}|[A-Za-z0-9+/]{43}=))"
        ),
        why="It decrypts what the shop keeps encrypted: tokens of stored cards, credentials of payment and shipping.",
        fix="Change it with `bin/magento encryption:key:change`, and keep env.php out of the repository.",
        revoke="https://experienceleague.adobe.com/en/docs/commerce-admin/systems/security/encryption-key",
        width=240,
        holds=rare,
        bad=(
            "'crypt' => [\n    'key' => '" + "3f9c1a7be52d8046" + "b1e7d3c5a9f08264" + "'\n],",
            "'crypt' => array ('key' => 'base64" + "q7Vx2LmZ9tKw4RnP8sHbJd" + "3GfUc6XoEiAtNvYyKz1B5=" + "'),",
        ),
        good=("'crypt' => ['key' => getenv('CRYPT_KEY')],", "'crypt' => ['key' => '']"),
    ),
    Secret(
        id="symfony-app-secret",
        title="Symfony application secret",
        severity=Severity.MEDIUM,
        keywords=("APP_SECRET",),
        pattern=r"\bAPP_SECRET[\"\x27]?\s{0,4}(?:=>|[=:,])\s{0,4}[\"\x27]?([0-9a-f]{32,40})",
        why=_FORGED,
        fix=_FIX,
        revoke="https://symfony.com/doc/current/reference/configuration/framework.html#secret",
        confidence=Confidence.MEDIUM,
        width=120,
        holds=rare,
        rank=2,
        bad=("APP_SECRET=" + "3f9c1a7be52d8046" + "b1e7d3c5a9f08264",),
        good=("APP_SECRET=${APP_SECRET}", "APP_SECRET=ThisTokenIsNotSoSecretChangeIt"),
    ),
    Secret(
        id="wordpress-salt",
        title="WordPress key or salt",
        severity=Severity.HIGH,
        keywords=("AUTH_KEY'", "LOGGED_IN_KEY'", "NONCE_KEY'", "AUTH_SALT'", "LOGGED_IN_SALT'", "NONCE_SALT'"),
        pattern=r"(?:AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)\x27\s*,\s*\x27([^\x27\n]{64})\x27",
        why="Whoever has it can forge the cookies of people who are signed in.",
        fix="Make new ones and keep wp-config.php out of the repository.",
        revoke="https://api.wordpress.org/secret-key/1.1/salt/",
        width=160,
        holds=rare,
        bad=("define('AUTH_KEY', '" + "k)3x!w8Q@v1N#t7m$Z4j^r9&c2H*" + "y6b(G5f_d0p-S+l=eu8a1xTq|L2}mWv{R7;z" + "');",),
        good=("define('AUTH_KEY', 'put your unique phrase here');", "define('NONCE_SALT', getenv('NONCE_SALT'));"),
    ),
)
