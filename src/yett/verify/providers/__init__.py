"""The providers, by theme. To add one, add a row to its theme: its example in the tests is made from the row."""

from __future__ import annotations

from yett.verify.providers.ai import AI
from yett.verify.providers.cloud import CLOUD
from yett.verify.providers.code import CODE
from yett.verify.providers.commerce import COMMERCE
from yett.verify.providers.mail import MAIL
from yett.verify.providers.monitoring import MONITORING
from yett.verify.providers.office import OFFICE

PROVIDERS = (*CODE, *CLOUD, *COMMERCE, *MAIL, *OFFICE, *MONITORING, *AI)
