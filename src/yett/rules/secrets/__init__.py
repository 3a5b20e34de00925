"""Secrets: the kinds that are known, by where they are used. A new kind goes into the module it belongs to."""

from __future__ import annotations

from yett.model import Rule
from yett.rules.secrets import (
    ai,
    chains,
    ci,
    cloud,
    collaboration,
    commands,
    commerce,
    customers,
    databases,
    developers,
    files,
    frameworks,
    generic,
    git_hosts,
    headers,
    identity,
    keys,
    lookups,
    media,
    messaging,
    money,
    monitoring,
    office,
    others,
    payment,
    senders,
    shops,
    tokens,
    urls,
)
from yett.rules.secrets.record import Secret, rule

SECRETS: tuple[Secret, ...] = (
    *ai.SECRETS,
    *chains.SECRETS,
    *ci.SECRETS,
    *cloud.SECRETS,
    *collaboration.SECRETS,
    *commands.SECRETS,
    *commerce.SECRETS,
    *customers.SECRETS,
    *databases.SECRETS,
    *developers.SECRETS,
    *files.SECRETS,
    *frameworks.SECRETS,
    *git_hosts.SECRETS,
    *identity.SECRETS,
    *lookups.SECRETS,
    *media.SECRETS,
    *messaging.SECRETS,
    *money.SECRETS,
    *monitoring.SECRETS,
    *office.SECRETS,
    *others.SECRETS,
    *payment.SECRETS,
    *senders.SECRETS,
    *shops.SECRETS,
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
