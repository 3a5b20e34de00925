"""The providers, by theme. To add one, add a row to its theme: its example in the tests is made from the row.

`documentation` in a row is where the endpoint is described. What a row says was compared with this, and never with a
provider that was asked:

- Address, method and header: with the provider's own documentation, API description or client library. With public
  clients alone for Airtable, Bitbucket, Doppler, GitHub, Google's API keys, LaunchDarkly, Mailchimp, npm, Postman,
  SonarQube and Vault. Google documents its question about access tokens as a GET, and as a POST for identity tokens.
- What a refusal means, its status and what is in its body: with the provider's own documentation, API description or
  client library for Adyen, Atlassian, Discord, Grafana, Mailgun, New Relic, Notion, Okta, PagerDuty, PayPal, Postmark,
  Sentry, Slack, Square and Twilio. In part so for Asana and Stripe (403), Brevo (a permission that is missing),
  Cloudflare (the status in a good answer), Figma (403, not its words) and Telegram (the field, not the status). For the
  others with what public clients expect.
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
