"""Models and what they are served from."""

from __future__ import annotations

from yett.verify.record import Provider, When, bearer, header, ok

_VERSION = ("anthropic-version", "2023-06-01")

AI = (
    Provider(
        name="openai",
        title="OpenAI",
        rules=("openai-key",),
        bases=("https://api.openai.com",),
        asks=(
            bearer("/v1/models")._replace(only=r"(?!sk-admin-).*"),
            bearer("/v1/organization/projects?limit=1")._replace(only=r"sk-admin-.*"),
        ),
        # a key that may not list models is refused by name; 403 is also for whole countries, whatever the key
        live=(ok("data"), When((401, 403), text=("Missing scopes",))),
        # an address that is not allowed to use the key is refused with 401 as well
        dead=(When((401,), key="error.code", values=("invalid_api_key",)),),
        documentation="https://platform.openai.com/docs/api-reference/models/list",
    ),
    Provider(
        name="anthropic",
        title="Anthropic",
        rules=("anthropic-key",),
        bases=("https://api.anthropic.com",),
        asks=(
            header("x-api-key", "/v1/models?limit=1", _VERSION)._replace(only=r"(?!sk-ant-admin).*"),
            header("x-api-key", "/v1/organizations/me", _VERSION)._replace(only=r"sk-ant-admin.*"),
        ),
        live=(ok("data"), ok("type", "organization"), When((403,), key="error.type", values=("permission_error",))),
        dead=(When((401,), key="error.type", values=("authentication_error",)),),
        documentation="https://platform.claude.com/docs/en/api/models/list",
    ),
    Provider(
        name="hugging-face",
        title="Hugging Face",
        rules=("huggingface-token",),
        bases=("https://huggingface.co",),
        asks=(bearer("/api/whoami-v2"),),
        live=(ok("name"),),
        documentation="https://huggingface.co/docs/hub/api",
    ),
    Provider(
        name="groq",
        title="Groq",
        rules=("groq-key",),
        bases=("https://api.groq.com",),
        asks=(bearer("/openai/v1/models"),),
        live=(ok("data"),),
        documentation="https://console.groq.com/docs/api-reference#models-list",
    ),
    Provider(
        name="replicate",
        title="Replicate",
        rules=("replicate-token",),
        bases=("https://api.replicate.com",),
        asks=(bearer("/v1/account"),),
        live=(ok("username"),),
        documentation="https://replicate.com/docs/reference/http#account.get",
    ),
    Provider(
        name="openrouter",
        title="OpenRouter",
        rules=("openrouter-key",),
        bases=("https://openrouter.ai",),
        asks=(bearer("/api/v1/key"),),
        live=(ok("data"),),
        documentation="https://openrouter.ai/docs/api-reference/limits",
    ),
)
