"""Text in another spelling: what is decoded, what is left alone, and where it stops."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import sys

import pytest

from tests.support import limited
from yett.parse import decode
from yett.parse.decode import DEPTH, LONGEST, Excess, Piece, Runs, pieces

# In pieces, so that scanners stay quiet here.
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1m" + "N2pQ4rS6tU8vWx1K2vuM"
RAW = TOKEN.encode()
B64 = base64.b64encode(RAW)
LETTER = f"Dear all,\nplease use {TOKEN} from now on, it works?\n~~ and > so does the old one, \u00fc\n".encode()


def found(data: bytes) -> list[Piece]:
    return [each for each in pieces(data, Runs().find) if isinstance(each, Piece)]


def escaped(form: str) -> bytes:
    return "".join(form % byte for byte in RAW).encode()


SPELLINGS = (
    (B64, ("base64",)),
    (B64.rstrip(b"="), ("base64",)),
    (base64.urlsafe_b64encode(LETTER), ("base64",)),
    (base64.encodebytes(LETTER * 3), ("base64",)),  # folded at 76
    (b"\\n".join(base64.encodebytes(LETTER * 3).split()), ("base64",)),  # folded in a string
    (b"\n    ".join(base64.encodebytes(LETTER * 3).split()), ("base64",)),  # folded in YAML
    (base64.b64encode(TOKEN.encode("utf-16-le")), ("base64",)),
    (base64.b64encode(TOKEN.encode("utf-16")), ("base64",)),
    (base64.b64encode(gzip.compress(RAW, mtime=0)), ("gzip",)),
    (RAW.hex().encode(), ("hexadecimal",)),
    (b"0x" + RAW.hex().upper().encode(), ("hexadecimal",)),
    (escaped("\\x%02x"), ("escapes",)),
    (escaped("\\u%04x"), ("escapes",)),
    (escaped("\\\\u%04X"), ("escapes",)),
    (escaped("\\u{%x}"), ("escapes",)),
    (escaped("%%%02x"), ("percent-encoding",)),
    (b"https%3A%2F%2Fbot%3A" + RAW + b"%40git.acme.io", ("percent-encoding",)),
    (b"%7B%22token%22%3A%22" + RAW + b"%22%7D", ("percent-encoding",)),
)


@pytest.mark.parametrize(("data", "how"), SPELLINGS)
@pytest.mark.parametrize("frame", (b"%s", b'key = "%s"\n', b"<a>%s</a>", b"x=%s&y=1", b"\xff\0%s\0"))
def test_every_spelling_is_read(data: bytes, how: tuple[str, ...], frame: bytes) -> None:
    text = frame.replace(b"%s", data)
    piece = found(text)[0]
    assert RAW in piece.data
    assert piece.how == how
    inner = text[piece.start : piece.end]
    assert data.removeprefix(b"0x") in inner or inner in data
    assert len(inner) > 50


def test_one_inside_another_points_at_the_outermost() -> None:
    data = b"a = '" + base64.b64encode(base64.b64encode(gzip.compress(RAW))) + b"'"
    assert [(piece.how, piece.start, piece.end) for piece in found(data)] == [
        (how, 5, len(data) - 1) for how in (("base64",), ("base64", "gzip"))
    ]
    assert found(data)[-1].data == RAW


def test_it_goes_no_deeper_than_it_says() -> None:
    data = RAW
    for _ in range(DEPTH + 2):
        data = base64.b64encode(data)
    assert max(len(piece.how) for piece in found(data)) == DEPTH


NOISE = random.Random(1).randbytes(6000)
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + NOISE)
DER = base64.encodebytes(b"\x30\x82\x04\xa5\x02\x01" + NOISE[:1200])
SILENT = (
    b"",
    b"short",
    RAW,
    PIXEL,  # an image
    b"url(data:image/svg+xml;base64," + base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'>" * 20) + b")",
    b"//# sourceMappingURL=data:application/json;base64," + base64.b64encode(b'{"version":3,"sources":["a.ts"]}' * 9),
    b"".join(
        b'"integrity": "sha512-' + base64.b64encode(hashlib.sha512(b"%d" % n).digest()) + b'"\n' for n in range(99)
    ),
    b"".join(hashlib.sha256(b"%d" % n).hexdigest().encode() + b"\n" for n in range(500)),
    b"-----BEGIN CERTIFICATE-----\n" + DER + b"-----END CERTIFICATE-----\n",
    b"ssh-rsa " + base64.b64encode(b"\0\0\0\x07ssh-rsa" + NOISE[:300]),
    b"TheQuickBrownFoxJumpsOverTheLazyDogAndRunsAwayFromEverybodyElse" * 9,
    b"saleor/graphql/checkout/tests/mutations/test_checkout_create_with_reservations.py" * 9,
    bytes(range(256)) * 40,
    b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."  # a JSON web token is looked into as what it is
    + base64.urlsafe_b64encode(json.dumps({"sub": "shop", "name": "a longer name"}).encode()).rstrip(b"=")
    + b".c2lnbmF0dXJl",
    b"H4sIAAAAAAAAA" + b"A" * 60,  # no gzip after all
)


@pytest.mark.parametrize("data", SILENT)
def test_what_is_no_text_is_not_decoded(data: bytes) -> None:
    assert found(data) == []


def test_a_bomb_is_cut_off_and_said() -> None:
    bomb = base64.b64encode(gzip.compress(bytes(50 << 20), 9))
    first, second = list(pieces(bomb, Runs().find))
    assert isinstance(first, Excess)
    assert isinstance(second, Piece)
    assert len(second.data) == LONGEST


def test_more_than_the_limits_is_said() -> None:
    long = base64.b64encode(LETTER * 20_000)
    assert len(long) > LONGEST
    assert [type(each) for each in pieces(long, Runs().find)] == [Excess]
    run = base64.b64encode(LETTER * 6_000)
    assert isinstance(list(pieces((run + b" ") * 60, Runs().find))[-1], Excess)


def test_with_and_without_the_libraries_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"\n".join(data for data, _ in SPELLINGS) + b"\n" + b"\n".join(SILENT)
    warm = Runs()
    assert list(warm.find(b"x" * 300_000)) == []  # enough to make it switch to Hyperscan
    runs = list(warm.find(text))
    assert len(runs) >= len(SPELLINGS)
    assert list(Runs().find(text)) == runs
    monkeypatch.setitem(sys.modules, "re2", None)
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    bare = Runs()
    assert list(bare.find(text)) == runs
    assert list(bare.find(b"x" * 300_000)) == []
    assert list(bare.find(text)) == runs


def test_what_looks_like_a_run_does_not_hang() -> None:
    for data in (B64[:32] * 30_000, b"%40" * 300_000, b"\\x41" * 250_000, b"4a" * 500_000, b"Zm9v\n" * 200_000):
        with limited():
            list(pieces(data, Runs().find))


SHORTEST = (
    base64.b64encode("abcdefghijklmno".encode("utf-16-le")),
    base64.b64encode(b"abcdefghijklmnopqrstuvwxyz1234"),
    b"H4sIA" + b"A" * 23,
    b"6" * 40,
    b"\\x41" * 8,
    b"\\u0041" * 8,
    b"\\u{41}" * 8,
    b"%41" * 8,
    b"%3a%2F%2f",
    b"%22%3A",
    b"%40",
)


@pytest.mark.parametrize("run", SHORTEST)
def test_what_can_be_a_run_has_a_sign(run: bytes) -> None:
    """Before anything is compiled, a text without a sign is left alone."""
    pattern = decode._compiled("|".join(decode._PATTERNS))
    assert pattern.search(b"a = '" + run + b"'")
    assert decode._signed(b"a = '" + run + b"'")
    assert not decode._signed(b"a = '" + run[:1] + b"' # " + b"word " * 40)
