"""AWS Signature Version 4: what an access key signs a request with.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

from yett.lean import NamedTuple

_ALGORITHM = "AWS4-HMAC-SHA256"


class Scope(NamedTuple):
    """When and for what a signature is good; `stamp` is UTC as in 20150830T123600Z."""

    stamp: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.stamp[:8]}/{self.region}/{self.service}/aws4_request"


def authorization(
    key: tuple[str, str], scope: Scope, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> str:
    """The Authorization header. `key` is the access key id and the secret; path and query are encoded, the query is in
    the order of its names, and `headers` are the ones to sign: `host` and `x-amz-date` at least."""
    lowered = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    signed = ";".join(name for name, _ in lowered)
    listed = "".join(f"{name}:{value}\n" for name, value in lowered)
    request = "\n".join((method, path, query, listed, signed, sha256(body).hexdigest()))
    text = "\n".join((_ALGORITHM, scope.stamp, str(scope), sha256(request.encode()).hexdigest()))
    signature = hmac.new(_key(key[1], scope), text.encode(), sha256).hexdigest()
    return f"{_ALGORITHM} Credential={key[0]}/{scope}, SignedHeaders={signed}, Signature={signature}"


def _key(secret: str, scope: Scope) -> bytes:
    found = f"AWS4{secret}".encode()
    for part in (scope.stamp[:8], scope.region, scope.service, "aws4_request"):
        found = hmac.new(found, part.encode(), sha256).digest()
    return found
