"""Where things run."""

from __future__ import annotations

from yett.verify.record import Ask, Partner, Provider, When, bearer, header, ok, together

# What Google says of a key that is good, and only not for this API or from here:
# https://cloud.google.com/php/docs/reference/common-protos/latest/Api.ErrorReason
_NOT_HERE = (
    "SERVICE_DISABLED",
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_ANDROID_APP_BLOCKED",
    "API_KEY_IOS_APP_BLOCKED",
)

CLOUD = (
    Provider(
        name="aws",
        title="AWS",
        rules=("aws-secret-access-key", "aws-key-pair"),
        halves=("aws-access-key",),
        bases=("https://sts.amazonaws.com",),
        # needs no permission, and an explicit deny does not keep it from answering
        asks=(Ask("/", "POST", form=(("Action", "GetCallerIdentity"), ("Version", "2011-06-15")), signed="sts"),),
        live=(When((200,), text=("<GetCallerIdentityResult>",)),),
        unsure=(
            (
                When((403,), text=("SignatureDoesNotMatch",)),
                "AWS knows the access key id beside it, and this secret is not the one that belongs to it",
            ),
        ),
        dead=(When((403,), text=("InvalidClientTokenId",)),),
        partners=(Partner("id", "the access key id (AKIA…)", rb"(?<![A-Z0-9])AKIA[A-Z2-7]{16}(?![A-Z0-9])"),),
        joined=together(r"[A-Za-z0-9+/]{40}", "id", r"AKIA[A-Z2-7]{16}"),
        form=r"[A-Za-z0-9+/]{40}",
        otherwise="a temporary pair needs its session token as well, and is over within 36 hours",
        note="AWS in China and GovCloud were not asked: name theirs with --endpoint",
        documentation="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
    ),
    Provider(
        name="google-api-key",
        title="Google",
        rules=("gcp-api-key",),
        bases=("https://generativelanguage.googleapis.com",),
        asks=(header("X-goog-api-key", "/v1beta/models?pageSize=1"),),
        live=(ok("models"), When((403,), text=_NOT_HERE)),
        dead=(When((400,), text=("API_KEY_INVALID",)),),
        documentation="https://cloud.google.com/docs/authentication/api-keys-use",
    ),
    Provider(
        name="google-oauth",
        title="Google",
        rules=("gcp-oauth-access-token",),
        bases=("https://oauth2.googleapis.com",),
        # in the body: the query, where it may stand as well, ends up in logs
        asks=(Ask("/tokeninfo", "POST", form=(("access_token", "{value}"),)),),
        live=(ok("expires_in"),),
        dead=(When((400,), key="error", values=("invalid_token",)),),
        documentation="https://developers.google.com/identity/protocols/oauth2",
    ),
    Provider(
        name="azure-devops",
        title="Azure DevOps",
        rules=("azure-devops-token", "azure-devops-legacy-token"),
        bases=("https://dev.azure.com",),
        asks=(Ask("/{organisation}/_apis/projects?api-version=7.1&$top=1", basic=("", "{value}")),),
        live=(ok("count"),),
        unsure=(
            (When((203, 401)), "Azure DevOps refuses it, as it does a live one without the scope to list projects"),
        ),
        dead=(),
        partners=(
            Partner(
                "organisation",
                "the organisation (dev.azure.com/…)",
                rb"(?i:dev\.azure\.com/([a-z0-9-]{1,50})|([a-z0-9-]{1,50})\.visualstudio\.com)",
            ),
        ),
        documentation="https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
    ),
    Provider(
        name="digitalocean",
        title="DigitalOcean",
        rules=("digitalocean-token",),
        bases=("https://api.digitalocean.com",),
        asks=(bearer("/v2/account"),),
        live=(ok("account"), When((403,), key="id")),
        form=r"do[op]_v1_.*",
        otherwise="a refresh token can only be tried by using it up",
        documentation="https://docs.digitalocean.com/reference/api/reference/account/",
    ),
    Provider(
        name="heroku",
        title="Heroku",
        rules=("heroku-api-key", "heroku-legacy-key"),
        bases=("https://api.heroku.com",),
        asks=(bearer("/account", ("Accept", "application/vnd.heroku+json; version=3")),),
        live=(ok("email"), When((403,), key="id", values=("forbidden",))),
        documentation="https://devcenter.heroku.com/articles/platform-api-reference#account-info",
    ),
    Provider(
        name="cloudflare",
        title="Cloudflare",
        rules=("cloudflare-token", "cloudflare-api-key"),
        bases=("https://api.cloudflare.com",),
        asks=(bearer("/client/v4/user/tokens/verify"),),
        live=(ok("result.status", "active"),),
        # an account's token of the older form looks the same, and is refused here
        unsure=(
            (When((400, 401), of=r"[\w-]{40}"), "it is no user's token, and an account's cannot be asked about here"),
        ),
        dead=(ok("result.status", "disabled", "expired"), When((401,))),
        form=r"cfut_.*|[\w-]{40}",
        otherwise="a global key needs the user's address beside it, and an account's token the account's id",
        documentation="https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/",
    ),
    Provider(
        name="netlify",
        title="Netlify",
        rules=("netlify-token", "netlify-legacy-token"),
        bases=("https://api.netlify.com",),
        asks=(bearer("/api/v1/user"),),
        live=(ok("id"),),
        documentation="https://open-api.netlify.com/#tag/user/operation/getCurrentUser",
    ),
    Provider(
        name="vercel",
        title="Vercel",
        rules=("vercel-token", "vercel-legacy-token"),
        bases=("https://api.vercel.com",),
        asks=(bearer("/v2/user"),),
        live=(ok("user"),),
        dead=(When((401, 403), key="error.invalidToken", values=(True,)),),
        form=r"vcp_.*|[A-Za-z0-9]{24}",
        otherwise="only a personal token can be asked about",
        documentation="https://vercel.com/docs/rest-api/user/get-the-user",
    ),
    Provider(
        name="okta",
        title="Okta",
        rules=("okta-token",),
        bases=("https://{domain}",),
        asks=(Ask("/api/v1/users/me", headers=(("Authorization", "SSWS {value}"),)),),
        live=(ok("id"), When((403,), key="errorCode", values=("E0000006",))),
        dead=(When((401,), key="errorCode", values=("E0000011",)),),
        partners=(
            Partner(
                "domain",
                "the organisation's domain (….okta.com)",
                rb"(?i:(?<![\w.-])([a-z0-9-]{1,60}\.okta(?:preview|-emea)?\.com)(?![\w-]|\.\w))",
            ),
        ),
        documentation="https://developer.okta.com/docs/reference/error-codes/",
    ),
)
