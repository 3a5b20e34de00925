"""Check digits and structure that vendors build into their tokens.

A checksum answers True, False, or None where this form of the token has none. `holds` functions answer whether a value
has the structure that every one of its kind has.
"""

from __future__ import annotations

import re

from yett.lean import Any

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def base62(number: int, width: int) -> str:
    """A number in base 62 (digits, capitals, small letters), padded with zeros."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(width, "0")


def _crc(text: str) -> int:
    import zlib

    return zlib.crc32(text.encode())


def crc_base62(token: str) -> bool | None:
    """GitHub and npm, classic tokens: the last six of 36 characters are the CRC-32 of the thirty before in base 62.

    https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    """
    body = token.rpartition("_")[2]
    if len(body) != 36:
        return None
    return base62(_crc(body[:30]), 6) == body[30:]


def crc_hex(token: str) -> bool | None:
    """Atlassian: the last eight characters are the CRC-32 of all before them, in hex."""
    return f"{_crc(token[:-8]):08X}" == token[-8:].upper()


def decoded(text: str) -> bytes:
    """Base64 of either alphabet, padded or not, to bytes; b"" where it is not base64."""
    import binascii

    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError:
        return b""


def json_object(text: str) -> dict[str, Any]:
    """The JSON object in a piece of base64, {} where there is none."""
    import json

    try:
        value = json.loads(decoded(text))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def pypi(token: str) -> bool:
    """A macaroon (version 2) that ends in the packet of its 32-byte signature.

    https://docs.pypi.org/api/secrets/ and the libmacaroons binary format: 6 is the type, 32 the length.
    """
    return decoded(token.removeprefix("pypi-"))[-34:-32] == b"\x06\x20"


def artifactory_key(token: str) -> bool:
    """Base58 has no 0, O, I, l."""
    return not set("0OIl") & set(token)


def artifactory_reference(token: str) -> bool:
    """Base64 of reftkn:<version>:<expiry>:<id>."""
    return re.match(rb"reftkn:\d+:\d+:", decoded(token)) is not None


def discord_bot(token: str) -> bool:
    """The first part is the decimal id of the account (a snowflake) in base64."""
    return decoded(token.partition(".")[0]).isdigit()


def mapbox(token: str) -> bool:
    """The middle part is a JSON object with the account under "u"."""
    return "u" in json_object(token.split(".")[1])


def grafana_cloud(token: str) -> bool:
    """Base64 of a JSON object with organisation, name and key."""
    return {"o", "k"} <= json_object(token.removeprefix("glc_")).keys()


def sentry(token: str) -> bool:
    """The middle part is base64 of a JSON object that says when it was made and for which organisation."""
    return {"iat", "org"} & json_object(token.split("_")[1]).keys() != set()


def one_password(token: str) -> bool:
    """Base64 of a JSON object."""
    return json_object(token.removeprefix("ops_")) != {}


def bitbucket_server(token: str) -> bool:
    """Base64 of a number, a colon and random bytes."""
    return re.match(rb"\d+:", decoded(token.removeprefix("BBDC-"))) is not None


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(token: str) -> bool | None:
    """BIP 173: the values of the letters, after the expanded prefix, make a polynomial that leaves 1."""
    token = token.lower()
    prefix, _, body = token.rpartition("1")
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    values += [_BECH32.find(char) for char in body]
    if -1 in values:
        return False
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                check ^= generator
    return check == 1


def nats_seed(token: str) -> bool | None:
    """The last two bytes are the CRC-16 (XMODEM) of the ones before, little-endian."""
    import base64
    import binascii

    try:
        raw = base64.b32decode(token + "=" * (-len(token) % 8))
    except ValueError:
        return False
    return binascii.crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little")


def grafana_service(token: str) -> bool | None:
    """Eight hex digits of CRC-32; published nowhere, so only agreement says something."""
    body, _, digits = token.rpartition("_")
    checked = _crc(body)
    return True if digits.lower() in (f"{checked:08x}", checked.to_bytes(4, "little").hex()) else None


def lettered(value: str) -> bool:
    """Has digits and letters: a word or a plain number has the right length now and then."""
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def mixed(value: str) -> bool:
    """Has digits, capitals and small letters, as any random value over that alphabet has."""
    return lettered(value) and value.lower() != value != value.upper()


def basic_pair(value: str) -> bool:
    """Base64 of a user name and a password."""
    pair = decoded(value).rstrip(b"\n")  # as echo leaves it
    return pair.isascii() and b":" in pair.strip(b":") and pair.decode().isprintable()


def azure_storage(value: str) -> bool:
    """Any but the key of the storage emulator, which is the same everywhere.

    https://learn.microsoft.com/azure/storage/common/storage-use-azurite
    """
    return mixed(value) and not value.startswith("Eby8vdM02xNOcqFlqUwJPLlm")


def service_account(token: str) -> bool:
    """The middle part is a JSON object that names the cluster's service accounts as the issuer or the subject.

    https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
    """
    claims = json_object(token.split(".")[1])
    return "kubernetes" in str(claims.get("iss", "")) or "system:serviceaccount:" in str(claims.get("sub", ""))


def elastic_key(value: str) -> bool:
    """Base64 of id:key, of 20 and 22 characters.

    https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-create-api-key
    """
    return re.fullmatch(rb"[\w-]{18,22}:[\w-]{20,24}", decoded(value)) is not None


def numbered(value: str) -> bool:
    """Base64 of a number, a colon and random bytes."""
    return re.match(rb"\d{6,}:", decoded(value)) is not None
