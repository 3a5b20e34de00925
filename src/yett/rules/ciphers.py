"""Lists of ciphers as OpenSSL reads them, for every server that hands one on."""

from __future__ import annotations

import re

_BROKEN = re.compile(
    r"(?:^|[-+_])(?:e?NULL|aNULL|ADH|AECDH|DH_anon|EXP(?:ORT(?:40|56)?)?\d*|RC4|RC2|DES|3DES|IDEA|SEED|MD5|LOW|SSLv2"
    r"|DES-CBC3?)(?:$|[-+_])",
    re.IGNORECASE,
)
_GROUPS = ("ALL", "COMPLEMENTOFALL", "COMPLEMENTOFDEFAULT", "MEDIUM")


def weak_suites(text: str) -> list[str]:
    """What of a list of ciphers (openssl-ciphers(1)) is broken and not taken out again.

    A whole group counts where its anonymous or RC4 suites are not; what a variable fills in is not judged.
    """
    if not text or "$" in text or "{{" in text or text.startswith("PROFILE="):
        return []
    items = [item for item in re.split(r"[:, ]+", text) if item]
    killed = {item[1:].upper() for item in items if item.startswith(("!", "-"))}
    weak = []
    for item in items:
        if item[0] in "!-+@" or item.startswith("TLS_"):
            continue
        upper = item.upper()
        parts = set(re.split(r"[+-]", upper)) | {upper}
        if parts & killed or ("DES-CBC3" in upper and "3DES" in killed) or ("ADH" in parts and "ANULL" in killed):
            continue
        whole = upper in _GROUPS and not {"RC4", "LOW", "MEDIUM", "ANULL"} <= _implied(killed)
        anonymous = upper == "HIGH" and "ANULL" not in _implied(killed)
        if whole or anonymous or _BROKEN.search(item):
            weak.append(item)
    return weak


def _implied(killed: set[str]) -> set[str]:
    found = set(killed)
    if "ADH" in killed or "DH_ANON" in killed:
        found.add("ANULL")
    if "EXPORT" in killed or "EXP" in killed:
        found.add("LOW")
    return found
