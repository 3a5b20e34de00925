"""Chains: nodes, explorers, prices and wallets that are reached with a key."""

from __future__ import annotations

from yett.model import Severity
from yett.rules.secrets.named import kinds
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Secret, assigned

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Private keys are numbers below this: the order of secp256k1 (SEC 2, 2.4.1)."""

_KNOWN = (0xAC0974BE, 0x59C6995E, 0x5DE4111A, 0x7C852118, 0x47E179EC, 0x8B3A350C, 0x4F3EDF98, 0x6CBED15C)
"""What the keys of the accounts begin with that Hardhat, Anvil and Ganache make for tests, the same everywhere."""


def _scalar(value: str) -> bool:
    digits = value.removeprefix("0x")
    return 0 < int(digits, 16) < _ORDER and rare(digits) and int(digits[:8], 16) not in _KNOWN


_ETHEREUM = Secret(
    id="ethereum-private-key",
    title="Ethereum private key",
    severity=Severity.CRITICAL,
    keywords=(
        *("private_key", "privatekey", "wallet_key", "eth_key", "accounts: [", "accounts:["),
        *("hdwalletprovider(", "ethers.wallet(", "new wallet(", "privatekeytoaccount(", "account.from_key("),
    ),
    pattern=assigned(
        r"private_?key|wallet_key|eth_key",
        r"0x[0-9a-fA-F]{64}",
    )
    + r"|(?i:accounts:\s?\[|(?:walletprovider|wallet|privatekeytoaccount|from_key)\()[\s\[]{0,40}[\"\x27`]"
    r"((?:0x)?[0-9a-fA-F]{64})[\"\x27`]",
    why="Whoever has it owns what lies at the address, and nobody can take that back.",
    fix="Move what lies there to a new address at once, and keep its key in a hardware wallet or a secret manager.",
    width=160,
    holds=_scalar,
    bad=(
        "DEPLOYER_PRIVATE_KEY=0x" + "9f86d081884c7d659a2feaa0c55ad015" + "3a9b1c7e2d4f6085a7c3e1b9d7f50264",
        "sepolia: { url, accounts: ['0x" + "9f86d081884c7d659a2feaa0c55ad015" + "3a9b1c7e2d4f6085a7c3e1b9d7f50264'] }",
        'new HDWalletProvider("' + "9f86d081884c7d659a2feaa0c55ad015" + '3a9b1c7e2d4f6085a7c3e1b9d7f50264", url)',
    ),
    good=(
        "PRIVATE_KEY=0x" + "ac0974bec39a17e36ba4a6b4d238ff94" + "4bacb478cbed5efcae784d7bf4f2ff80",
        "accounts: [process.env.PRIVATE_KEY]",
        "TX_HASH=0x" + "9f86d081884c7d659a2feaa0c55ad015" + "3a9b1c7e2d4f6085a7c3e1b9d7f50264",
    ),
)

SECRETS = (
    _ETHEREUM,
    *kinds(
        (
            ("BscScan", "bscscan", "A36 34"),
            ("Etherscan", "", "A36 34"),
            ("Ethplorer", "", "A62 22 -"),
            ("Infura", "", "a36 32"),
            ("Moralis", "", "A62 64"),
            ("Tatum", "tatum", "uuid"),
            ("WorldCoinIndex", "", "A62 35"),
        ),
        Severity.MEDIUM,
        "Whoever has it can send requests to {} in your name and use up its quota.",
    ),
)
