"""The providers, by theme. To add one, add a row to its theme: its example in the tests is made from the row.

`documentation` in a row is where the endpoint is described. The address, the method and the header of every row have
been compared with what a provider's documentation or public clients send, but for those of Algolia, AWS, Discord,
Grafana, Linear, PayPal, Sentry, Telegram and Twilio.
"""

from __future__ import annotations

from yett.verify.providers.ai import AI
from yett.verify.providers.cloud import CLOUD
from yett.verify.providers.code import CODE
from yett.verify.providers.commerce import COMMERCE
from yett.verify.providers.mail import MAIL
from yett.verify.providers.monitoring import MONITORING
from yett.verify.providers.office import OFFICE

PROVIDERS = (*CODE, *CLOUD, *COMMERCE, *MAIL, *OFFICE, *MONITORING, *AI)
