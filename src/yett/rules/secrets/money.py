"""What is money itself: card numbers in files that hold data, and the keys and seed phrases of wallets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret

_DATA = (
    *("csv", "tsv", "psv", "txt", "log", "json", "jsonl", "ndjson", "xml", "sql", "dump", "dat", "yml", "yaml", "har"),
    *("ldif", "edi", "sqlite", "db", "out", "ipynb", "html", "env", "properties"),
)
# A digit stands first, so that `re` skips what is none; what stands before it is looked at behind it.
_NUMBER = Lazy(
    rb"\d(?<![\w.+/-]\d)(?:\d{12,18}|\d{3}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{3}([ -])\d{6}\2\d{4,5})(?![\w.+/=-])"
)

_TEST_NUMBERS = frozenset(
    (
        # the numbers that schemes and payment providers publish for tests
        *("4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556", "5555555555554444"),
        *("5200828282828210", "5105105105105100", "2223003122003222", "378282246310005", "371449635398431"),
        *("378734493671000", "6011111111111117", "6011000990139424", "6011981111111113", "3056930009020004"),
        *("36227206271667", "6555900000604105", "3566002020360505", "6200000000000005", "6200000000000047"),
        *("4222222222222", "30569309025904", "38520000023237", "3530111333300000", "5019717010103742"),
        *("6331101999990016", "4000000000000002", "4000000000009995", "4000002500003155", "4000000000003220"),
        *("4917610000000000", "4035501000000008", "4000000000000077", "4000000000000119", "4263970000005262"),
        *("5425233430109903", "2222420000001113", "4263982640269299", "374245455400126", "60115564485789458"),
        *("4917484589897107", "4001919257537193", "4007702835532454", "6362970000457013", "5066991111111118"),
    )
)


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B: every second digit from the right doubled, the digits' sum a multiple of ten."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def issued(digits: str) -> bool:
    """Whether the first digits and the length are those of a scheme: Visa, Mastercard, American Express, Discover,
    Diners Club, JCB, UnionPay, Maestro."""
    two, three, four, size = int(digits[:2]), int(digits[:3]), int(digits[:4]), len(digits)
    if digits[0] == "4":
        return size in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return size == 16
    if two in (34, 37):
        return size == 15
    if four == 6011 or two == 65 or 644 <= three <= 649 or 3528 <= four <= 3589 or two == 62:
        return 16 <= size <= 19
    if 300 <= three <= 305 or two in (36, 38, 39):
        return 14 <= size <= 19
    return four in (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763) and 13 <= size <= 19


def _cards(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    if path.rpartition(".")[2].lower() not in _DATA or not ends:
        return
    seen = [match for match in _NUMBER.finditer(data, max(0, ends[0] - 4096)) if _live(_digits(match))]
    numbers = {_digits(match) for match in seen}
    for match in seen:
        digits = _digits(match)
        doubt = ""
        if len(set(digits[6:])) < 4:
            doubt = "hardly any of its digits differ"
        near = any(end <= match.start() <= end + 200 for end in ends)
        several = len(numbers) > 2 and path.rpartition(".")[2].lower() in ("csv", "tsv", "psv", "sql", "dump", "dat")
        if not doubt and not near and not several:
            doubt = "nothing near it speaks of a card"
        yield Found(*match.span(), Confidence.LOW if doubt else Confidence.MEDIUM, doubt)


def _digits(match: re.Match[bytes]) -> str:
    return match[0].translate(None, b" -").decode()


def _live(digits: str) -> bool:
    return digits not in _TEST_NUMBERS and issued(digits) and luhn(digits)


CARD = Secret(
    id="card-number",
    title="Number of a payment card",
    severity=Severity.CRITICAL,
    keywords=(
        *("card_number", "cardnumber", "card number", "card-number", "card_no", "cardno", "card no", "creditcard"),
        *(
            "credit_card",
            "credit card",
            "cc_number",
            "ccnumber",
            "cc_num",
            "ccnum",
            "card_num",
            "cardnum",
            "kartennummer",
        ),
        *(
            '"pan"',
            "pan,",
            ",pan",
            "pan\t",
            "primary_account",
            "primaryaccount",
            "numero_carte",
            "numero_tarjeta",
            "card,",
            ",card",
            '"card"',
            "card=",
            "card: ",
            "with card",
            "cards ",
        ),
    ),
    why="A live number may be kept only where PCI DSS allows it, unreadable; a repository is none of these places.",
    fix="Remove it from the history, tell whoever answers for PCI DSS, and use the test numbers of your provider.",
    confidence=Confidence.MEDIUM,
    read=_cards,
    far=True,
    rank=3,
    refs=("CWE-312", "PCI DSS 3.5.1", "PCI DSS 6.5.5"),
    bad=("card_number=45399099" + "60308249", '{"cardNumber": "5392 6281 ' + '9482 1990"}'),
    good=("card_number,name\n4111111111111111,A\n", "card_number: 1234567890123456"),
)

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check(text: str) -> bytes:
    """The payload of a Base58Check text, b"" where the four check bytes do not fit.

    https://en.bitcoin.it/wiki/Base58Check_encoding
    """
    number = 0
    for char in text:
        digit = _BASE58.find(char)
        if digit < 0:
            return b""
        number = number * 58 + digit
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    raw = b"\0" * (len(text) - len(text.lstrip("1"))) + raw
    from hashlib import sha256

    fits = len(raw) > 4 and sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]
    return raw[:-4] if fits else b""


def _wif(text: str) -> bool:
    payload = base58check(text)
    return len(payload) in (33, 34) and payload[0] in (0x80, 0xEF, 0xB0, 0x9E)


WALLET = Secret(
    id="wallet-private-key",
    title="Private key of a wallet",
    severity=Severity.CRITICAL,
    keywords=(
        *("wif", "bitcoin", "btc", "wallet", "litecoin", "dogecoin", "privkey", "priv_key", "privatek", "private_k"),
        *("private-k", "private k", "private:", "private=", 'private"', "private'"),
    ),
    pattern=r"([5KLcT69Q][1-9A-HJ-NP-Za-km-z]{50,51})",
    why="Whoever has the key has the money, for good: nobody can take a transaction back.",
    fix="Move the funds to a new wallet now, and keep its key in a hardware module or a signing service.",
    holds=_wif,
    rank=4,
    refs=("https://en.bitcoin.it/wiki/Wallet_import_format",),
    bad=("BTC_WALLET=KxgPhGpjaWMDARG4VCSrn3VBQk" + "9Tc6u724xZtZ372DLHWEMRwfXc",),
    good=("btc wallet " + "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4" + "dZ1jvhTVqvbTLvyTK",),
)


def _extended(text: str) -> bool:
    return len(base58check(text)) == 78


EXTENDED = Secret(
    id="wallet-extended-key",
    title="Extended private key of a wallet",
    severity=Severity.CRITICAL,
    keywords=("xprv9s", "xprv9", "xprva", "tprv8", "yprv", "zprv"),
    pattern=r"([xtyz]prv[1-9A-HJ-NP-Za-km-z]{100,108})",
    why="All keys of the wallet come from it: whoever has it has the money, for good.",
    fix="Move the funds to a new wallet now, and keep its key in a hardware module or a signing service.",
    holds=_extended,
    rank=4,
    refs=("https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki",),
    bad=(
        "WALLET_ROOT=xprv9zFdkA83joLzeNhC9tgpyi854HrgkoMs3WMkKtR5b9B24a"
        + "iKyArDnHMTyxpciYLd4931VvqGpSjEApxLm5h7F5d7HBEiZGDfmWcw1AjYvaL",
    ),
    good=(
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHj",
    ),
)

_PHRASE = Lazy(
    rb"(?:[ _-]?(?:phrase|words))?[\"']?\s{0,4}(?:=>|[:=]|is\b)?\s{0,4}[\"'`]?"
    rb"((?:[a-z]{3,8}[ ]){11,23}[a-z]{3,8})(?![a-z])"
)
_PUBLISHED = (
    # the vectors of BIP 39, and what Hardhat, Ganache and Truffle start with
    *("abandon abandon abandon", "legal winner thank", "letter advice cage", "zoo zoo zoo", "test test test"),
    *("myth like bonus scare", "candy maple cake sugar"),
)


def _phrase(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    last = 0
    for end in ends:
        match = _PHRASE.match(data, end) if end > last else None  # "seed" is itself a word of phrases
        if match is None:
            continue
        phrase = match[1].decode()
        right = phrase_checksum(phrase)
        if right is None:
            continue
        last = match.end()
        doubt = "" if right else "its checksum is wrong"
        if phrase.startswith(_PUBLISHED):
            doubt = "it is published for tests"
        yield Found(*match.span(1), Confidence.LOW if doubt else Confidence.HIGH, doubt)


def phrase_checksum(phrase: str) -> bool | None:
    """Whether the checksum in a phrase is right, as BIP 39 or as Electrum has it; None where it is no phrase.

    BIP 39: 11 bits for each word, of every 33 one that belongs to the SHA-256 of the others. Electrum: the first digits
    of an HMAC say which kind of wallet it is (https://electrum.readthedocs.io/en/latest/seedphrase.html).
    """
    words = phrase.split(" ")
    from yett.rules.secrets.bip39 import WORDS

    if len(words) not in (12, 15, 18, 21, 24) or not set(words) <= set(WORDS):
        return None
    import hashlib
    import hmac

    bits = 0
    for word in words:
        bits = bits << 11 | WORDS.index(word)
    size = len(words) // 3
    entropy = (bits >> size).to_bytes(size * 4, "big")
    if hashlib.sha256(entropy).digest()[0] >> 8 - size == bits & (1 << size) - 1:
        return True
    made = hmac.new(b"Seed version", phrase.encode(), hashlib.sha512).hexdigest()
    return made.startswith(("01", "100", "101"))


PHRASE = Secret(
    id="wallet-seed-phrase",
    title="Seed phrase of a wallet",
    severity=Severity.CRITICAL,
    keywords=("mnemonic", "seed_phrase", "seed phrase", "seedphrase", "recovery phrase", "recovery_phrase", "seed"),
    why="All keys of the wallet come from it: whoever has it has the money, for good.",
    fix="Move the funds to a new wallet now, and write the new phrase on paper.",
    read=_phrase,
    rank=3,
    refs=("https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki",),
    bad=('mnemonic = "' + "arctic live gadget display excess mandate " + 'sniff autumn people disorder affair horn"',),
    good=(
        'seed = "' + "ribbon velvets cactus orbit lunar fabric " + 'mango tunnel brisk copper walnut ladder"',
        "mnemonic: process.env.MNEMONIC",
        "seed phrase: write down the words of your wallet in the right order and keep them safe",
    ),
)

SECRETS = (CARD, WALLET, EXTENDED, PHRASE)
