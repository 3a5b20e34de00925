"""Providers whose keys have no form that is known: what the key says and how random the value is have to do."""

from __future__ import annotations

from yett.model import Severity
from yett.rules.secrets.named import kinds
from yett.rules.secrets.record import Secret
from yett.rules.secrets.searching import for_pages

_UNKNOWN = (
    *("AbuseIPDB", "AccuWeather", "Adzuna", "Airbrake", "AirVisual", "AlienVault", "Amadeus", "AppVeyor", "Bannerbear"),
    *("BambooHR", "Binance", "Bitfinex", "Bitwarden", "Blockfrost", "Braze", "Bugsnag", "Bybit", "Calendly", "Checkr"),
    *("CoinGecko", "CoinMarketCap", "Cronitor", "DeepL", "DNSimple", "DocuSign", "Fastly", "Freshdesk", "Freshservice"),
    *("FusionAuth", "Gandi", "Giphy", "GoDaddy", "Gorgias", "Keycloak", "Kraken", "KuCoin", "LogDNA"),
    *("Mailtrap", "Mixpanel", "Namecheap", "Nexmo", "Novu", "OneLogin", "OneSignal", "Opsgenie", "Porkbun", "Pusher"),
    *("QuickNode", "QuickBooks", "Raygun", "RevenueCat", "Rollbar", "SparkPost", "Stytch", "Tinify", "TinyPNG"),
    *("Typesense", "Vonage", "WeatherAPI", "Wrike", "Xero", "Yelp", "Zapier", "Zulip", "UptimeRobot", "Backblaze"),
    *("Statsig", "Sanity", "Storyblok", "Strapi", "Prismic", "Meilisearch", "Qdrant", "Weaviate", "Zilliz"),
)
_SPELLED = (
    ("Alpha Vantage", "alpha_VANTAGE", ""),
    ("Customer.io", "customerio customer.io", ""),
    ("Alchemy", "alchemyapi alchemy_", ""),
    ("Iterable", "ITERABLE_API iterable.com", ""),
    ("Pinecone legacy", "pinecone", "uuid"),
    ("TMDB", "tmdb", ""),
    ("Toggl", "toggl_ toggl.com", ""),
    ("Voyage AI", "voyageai VOYAGE_api", ""),
)

_KNOWN = (
    *("Adyen", "Airtable", "Algolia", "Amplitude", "Anthropic", "Asana", "Atlassian", "Auth0", "Azure", "Bitly"),
    *("Buildkite", "CircleCI", "Cloudflare", "Coinbase", "Confluent", "Contentful", "Databricks", "Datadog"),
    *("DigitalOcean", "Discord", "Dropbox", "Facebook", "Figma", "GitHub", "GitLab", "GoCardless", "Grafana"),
    *("Heroku", "HubSpot", "Intercom", "Jenkins", "JumpCloud", "Klaviyo", "LaunchDarkly", "Linode", "LinkedIn"),
    *("Mailchimp", "Mailgun", "Mapbox", "MessageBird", "Mistral", "Netlify", "New Relic", "Notion", "Okta", "OpenAI"),
    *("OpenWeather", "PagerDuty", "PayPal", "Plaid", "PostHog", "Postmark", "Razorpay", "Salesforce"),
    *("Scaleway", "SendGrid", "Sentry", "Shopify", "Slack", "Snyk", "SonarQube", "Splunk", "Spotify"),
    *("Stripe", "Supabase", "Telegram", "Trello", "Twilio", "Twitch", "Twitter", "Typeform", "Upstash"),
    *("Vercel", "Vultr", "Zendesk", "Zoho"),
)
"""Providers with rules of their own, for credentials of theirs in a form that none of those knows."""


def _of_another_form(secret: Secret) -> Secret:
    name = secret.title.removesuffix(" API key")
    slug = secret.id.removesuffix("-key")
    secret = secret._replace(id=f"{slug}-credential", title=f"{name} credential", rank=2)
    return secret._replace(read=for_pages(secret.read)) if slug == "algolia" and secret.read else secret


_HARM = "Whoever has it can act in {} as the one it was made for."

SECRETS = kinds((*((name, "", "") for name in _UNKNOWN), *_SPELLED), Severity.HIGH, _HARM) + kinds(
    ((name, "", "") for name in _KNOWN), Severity.HIGH, _HARM, _of_another_form
)
