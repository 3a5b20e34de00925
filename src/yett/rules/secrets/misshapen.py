"""Tokens that begin as those of a known kind do, and then are too short or have letters that none of them has."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets.doubt import fake
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Secret

_BEGINNINGS = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "npm_", "shpat_", "dop_v1_"),
    *("AIza", "AKIA", "ASIA", "xoxb-", "xoxp-", "sk_live_", "rk_live_"),
)


def _drawn(value: str) -> bool:
    """Whether what follows the beginning looks drawn at random."""
    body = next(value[len(begin) :] for begin in _BEGINNINGS if value.startswith(begin))
    return rare(body) and not fake(body)


MISSHAPEN = Secret(
    id="misshapen-token",
    title="Token of a known kind that is too short or has other letters",
    severity=Severity.MEDIUM,
    keywords=_BEGINNINGS,
    pattern=(
        r"gh[opsur]_[A-Za-z0-9]{24,35}|github_pat_\w{24,81}|glpat-[\w-]{14,19}|AIza[\w-]{24,34}|xox[bp]-[\w-]{24,100}"
        r"|[rs]k_live_\w{16,100}|(?:AKIA|ASIA)[A-Z0-9]{14,16}|npm_[A-Za-z0-9]{24,35}|shpat_[0-9a-f]{24,31}"
        r"|dop_v1_[0-9a-f]{40,63}"
    ),
    why="If a sign was lost when it was copied, whoever finds it has nearly all of a token that works.",
    fix="Look for the token it was copied from, revoke that one, and write down only the first signs of a token.",
    confidence=Confidence.LOW,
    rank=0,
    holds=_drawn,
    doubt="its length or its letters are not those of such a token",
    bad=(
        'const pat = "ghp' + '_LDVSD7UYBValrg3adlVLsLk2jgevgtg9had";',
        "aws_access_key_id = AK" + "IAY5DPL3N47HJQZT9W",
    ),
    good=(
        "ghp_your-token-goes-here",
        "AK" + "IAEXAMPLE00000000000",
        "npm_config_registry_of_this_project",
    ),
)

SECRETS = (MISSHAPEN,)
