"""Shops and payments."""

from __future__ import annotations

from yett.verify.record import Ask, Partner, Provider, When, bearer, header, ok, together

COMMERCE = (
    Provider(
        name="stripe",
        title="Stripe",
        rules=("stripe-secret-key", "stripe-test-key"),
        bases=("https://api.stripe.com",),
        asks=(bearer("/v1/balance"),),
        # a restricted key that may not see the balance is refused by name: it is known
        live=(ok("object", "balance"), When((403,), key="error")),
        documentation="https://docs.stripe.com/api/balance/balance_retrieve",
    ),
    Provider(
        name="paypal",
        title="PayPal",
        rules=("paypal-client-secret",),
        bases=("https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"),
        # the one thing that a client's secret is for; the access token in the answer is dropped
        asks=(
            Ask("/v1/oauth2/token", "POST", form=(("grant_type", "client_credentials"),), basic=("{id}", "{value}")),
        ),
        live=(ok("access_token"),),
        dead=(When((401,), key="error", values=("invalid_client",)),),
        partners=(Partner("id", "the client id", rb"(?<![\w-])A[\w-]{79}(?![\w-])"),),
        documentation="https://developer.paypal.com/api/rest/authentication/",
    ),
    Provider(
        name="square",
        title="Square",
        rules=("square-token",),
        bases=("https://connect.squareup.com", "https://connect.squareupsandbox.com"),
        asks=(Ask("/oauth2/token/status", "POST", headers=(("Authorization", "Bearer {value}"),)),),
        live=(ok("merchant_id"),),
        documentation="https://developer.squareup.com/reference/square/o-auth-api/RetrieveTokenStatus",
    ),
    Provider(
        name="shopify",
        title="Shopify",
        rules=("shopify-token",),
        bases=("https://{shop}",),
        asks=(header("X-Shopify-Access-Token", "/admin/oauth/access_scopes.json"),),
        live=(ok("access_scopes"),),
        partners=(
            Partner(
                "shop",
                "the shop's domain (….myshopify.com)",
                rb"(?i:(?<![\w.-])([a-z0-9][a-z0-9-]{0,60}\.myshopify\.com)(?![\w-]|\.\w))",
            ),
        ),
        documentation="https://shopify.dev/docs/api/admin-rest/latest/resources/accessscope",
    ),
    Provider(
        name="adyen",
        title="Adyen",
        rules=("adyen-key",),
        bases=("https://management-live.adyen.com", "https://management-test.adyen.com"),
        asks=(header("X-API-Key", "/v3/me"),),
        # a key that only pays is known, and may not ask about itself: "insufficient permissions"
        live=(ok("active", True), When((403,), key="errorCode")),
        dead=(ok("active", False), When((401,))),
        documentation="https://docs.adyen.com/api-explorer/Management/3/get/me",
    ),
    Provider(
        name="algolia",
        title="Algolia",
        rules=("algolia-admin-key",),
        bases=("https://{application}.algolia.net",),
        # a key may ask about itself alone, and only so
        asks=(header("X-Algolia-API-Key", "/1/keys/{value}", ("X-Algolia-Application-Id", "{application}")),),
        live=(ok("acl"),),
        joined=together(r"[0-9a-f]{32}", "application", r"[A-Z0-9]{10}"),
        form=r"[0-9a-f]{32}",
        dead=(When((403,), text=("Invalid Application-ID or API key",)),),
        partners=(
            Partner(
                "application",
                "the application id",
                rb"(?i:app(?:lication)?[_-]?id)[\"']?\s{0,4}[:=,]\s{0,4}[\"']?([A-Z0-9]{10})(?![A-Za-z0-9])",
            ),
        ),
        documentation="https://www.algolia.com/doc/rest-api/search/get-api-key/",
    ),
)
