"""Secrets: the kinds that are known, by where they are used. A new kind goes into the module it belongs to."""

from __future__ import annotations

from yett.model import Rule
from yett.rules.secrets import (
    ai,
    ci,
    cloud,
    collaboration,
    commands,
    commerce,
    databases,
    files,
    generic,
    git_hosts,
    headers,
    identity,
    keys,
    messaging,
    money,
    monitoring,
    payment,
    tokens,
    urls,
)
from yett.rules.secrets.record import Secret, rule

SECRETS: tuple[Secret, ...] = (
    *ai.SECRETS,
    *ci.SECRETS,
    *cloud.SECRETS,
    *collaboration.SECRETS,
    *commands.SECRETS,
    *commerce.SECRETS,
    *databases.SECRETS,
    *files.SECRETS,
    *git_hosts.SECRETS,
    *identity.SECRETS,
    *messaging.SECRETS,
    *money.SECRETS,
    *monitoring.SECRETS,
    *payment.SECRETS,
    *(keys.PEM, keys.PUTTY, keys.JWK),
    *(headers.BASIC, headers.BEARER, headers.CURL),
    tokens.JWT,
    urls.URL,
    generic.GENERIC,
)
"""Every kind of secret."""


def rules() -> tuple[Rule, ...]:
    """The family as the catalogue shows it."""
    return tuple(map(rule, SECRETS))
