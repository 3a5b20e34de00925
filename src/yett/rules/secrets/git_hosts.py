"""Where code is kept: GitHub, GitLab, Bitbucket and others."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.named import reader
from yett.rules.secrets.record import Secret

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="github-token",
        title="GitHub token",
        severity=Severity.CRITICAL,
        keywords=("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        pattern=r"gh[pousr]_[A-Za-z0-9]{36}(?:[A-Za-z0-9]{40})?",
        why="Whoever has it can read and push code as its owner, within its scopes.",
        fix=(
            "Revoke it under Settings > Developer settings (or let the app do it), then use a fine-grained token "
            "that expires, or the GITHUB_TOKEN of the job."
        ),
        revoke="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation",
        checksum=checksum.crc_base62,
        bad=("gh" + "p_gFuDUyWRfZY7If83" + "DELJ74ZU6LBUUh0iTh6j",),
        good=(
            "gh" + "p_5KJAlVgJSNyAbo" + "dWhXMLFZt39wjqIw2",
            "the prefix ghp_ is described in the manual",
        ),
    ),
    Secret(
        id="github-fine-grained-token",
        title="GitHub fine-grained token",
        severity=Severity.CRITICAL,
        keywords=("github_pat_",),
        pattern=r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
        why="Whoever has it can do in the repositories it names what its owner allowed.",
        fix=(
            "Revoke it under Settings > Developer settings > Fine-grained tokens, then keep the new one in a "
            "secret of the repository or environment."
        ),
        revoke="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation",
        bad=(
            "gi" + "thub_pat_ZsVIt2Z8qKbABucvejTAY5_wKtlXasWnypD" + "qBhsd5XOcz6wl3Z2XpyWgndAMHp39yRZJNRkOgUE9SnOwFL",
        ),
        good=(
            "gi" + "thub_pat_z5drmKCZqTt9CS1cgZyM1X_0qpUe8jqY8" + "ABrznHQbjbnqTQKQnTbcjAQJtQkQV8Os4kwG3yxQZwD3",
            "the prefix github_pat_ is described in the manual",
        ),
    ),
    Secret(
        id="github-oauth-secret",
        title="GitHub OAuth client secret or legacy token",
        severity=Severity.MEDIUM,
        keywords=("github",),
        read=reader(("github",), r"[0-9a-f]{40}", near=()),
        why="Whoever has it can act as the app, or as the owner of the token.",
        fix=(
            "Revoke it in the settings of GitHub and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation",
        bad=('github_client_secret = "' + "f1f2e9f2c0487ae5f8fe" + '61db687fe05e17a55229"',),
        good=(
            'github_commit = "' + "7afcdac803d14f4cc0b4" + '7029711646472b9215f0"',
            "uses: github/action@a5" + "84e0b38b331b02357d" + "35d7a6897f326d55db1f",
        ),
    ),
    Secret(
        id="gitlab-token",
        title="GitLab access token",
        severity=Severity.CRITICAL,
        keywords=("glpat-",),
        pattern=r"glpat-(?:[\w-]{27,300}\.[0-9a-z.]{2,5}[0-9a-z]{7,9}|[\w-]{20,300})",
        why="Whoever has it can use the API and push code as its owner.",
        fix="Revoke it under Preferences > Access tokens, then use a project token with few scopes that expires.",
        revoke="https://docs.gitlab.com/security/tokens/",
        bad=("gl" + "pat-tnTxprg" + "KlEdXHrR8CEUW",),
        good=(
            "gl" + "pat-bCZ3" + "2rjweBa1iJj",
            "the prefix glpat- is described in the manual",
        ),
    ),
    Secret(
        id="gitlab-deploy-token",
        title="GitLab deploy token",
        severity=Severity.HIGH,
        keywords=("gldt-",),
        pattern=r"gldt-[\w-]{20}",
        why="Whoever has it can read the repository and its packages.",
        fix="Revoke it under Settings > Repository, then use a masked CI variable.",
        revoke="https://docs.gitlab.com/security/tokens/",
        bad=("gl" + "dt-Ew1qo4Z" + "ESIazmQfUu540",),
        good=(
            "gl" + "dt-7yGUY" + "WCtKuVy5JR",
            "the prefix gldt- is described in the manual",
        ),
    ),
    Secret(
        id="gitlab-runner-token",
        title="GitLab runner token",
        severity=Severity.HIGH,
        keywords=("glrt-", "GR1348941"),
        pattern=r"(?:glrt-(?:t\d_)?[\w-]{20,300}|GR1348941[\w-]{20})",
        why="Whoever has it can pose as a runner and take the jobs, with the secrets they are given.",
        fix=(
            "Revoke it in the settings of GitLab and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.gitlab.com/security/tokens/",
        bad=("gl" + "rt-AS8EiCu" + "E6cn4jywAtrjO",),
        good=(
            "gl" + "rt-zGr7O" + "sMjsYkUFiH",
            "the prefix glrt- is described in the manual",
        ),
    ),
    Secret(
        id="gitlab-trigger-token",
        title="GitLab pipeline trigger token",
        severity=Severity.HIGH,
        keywords=("glptt-",),
        pattern=r"glptt-[0-9a-f]{40}",
        why="Whoever has it can start pipelines with variables of their choice.",
        fix=(
            "Revoke it in the settings of GitLab and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.gitlab.com/security/tokens/",
        bad=("gl" + "ptt-4b7831ad4a3318574" + "36e1260f5de1ef248e1294a",),
        good=(
            "gl" + "ptt-844602e0194cf9" + "2ca2eaa7e22c6a1518d15",
            "the prefix glptt- is described in the manual",
        ),
    ),
    Secret(
        id="gitlab-other-token",
        title="GitLab token for feeds, mail, agents or apps",
        severity=Severity.MEDIUM,
        keywords=("glft-", "glimt-", "glcbt-", "glffct-", "glsoat-", "gloas-", "glagent-"),
        pattern=(
            r"(?:glft-[\w-]{20}|glimt-[\w-]{25}|glcbt-[A-Za-z0-9]{1,5}_[\w-]{20}|glffct-[\w-]{20}"
            r"|glsoat-[\w-]{20}|gloas-[\w-]{64}|glagent-[\w-]{50})"
        ),
        why="Whoever has it can use the part of GitLab it was made for.",
        fix=(
            "Revoke it in the settings of GitLab and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.gitlab.com/security/tokens/",
        bad=("gl" + "agent-Nj735lJYN0Byx4GjdeBG4" + "Jxp9ymwZIiCikud1jtgO9yRyp7hkX",),
        good=(
            "gl" + "agent-aDBKcBCz8UUuMlZ0B8" + "9wrQmK2RmSAOZ7cCaeYg1KSKKGn",
            "the prefix glft- is described in the manual",
        ),
    ),
    Secret(
        id="bitbucket-app-password",
        title="Bitbucket app password",
        severity=Severity.CRITICAL,
        keywords=("ATBB",),
        pattern=r"ATBB[A-Za-z0-9]{24}[0-9A-F]{8}",
        why="Whoever has it can read and push code as its owner.",
        fix=(
            "Revoke it in the settings of Bitbucket and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://support.atlassian.com/bitbucket-cloud/docs/app-passwords/",
        checksum=checksum.crc_hex,
        bad=("AT" + "BBr51SLwVgwGxlYm" + "Euwj0Pq6qj9966F1DC",),
        good=(
            "AT" + "BBwafpFsWNEB3E" + "qhgRrNqmm4c2D68",
            "the prefix ATBB is described in the manual",
        ),
    ),
    Secret(
        id="bitbucket-server-token",
        title="Bitbucket Data Center token",
        severity=Severity.HIGH,
        keywords=("BBDC-",),
        pattern=r"BBDC-[A-Za-z0-9+/]{44}",
        why="Whoever has it can read and push code as its owner.",
        fix=(
            "Revoke it in the settings of Bitbucket Data Center and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html",
        holds=checksum.bitbucket_server,
        bad=("BB" + "DC-MTIzNDU2Nzg5MDEyOgf" + "3pwwFSdJPpgfNzofHXnTjx2oF",),
        good=(
            "BB" + "DC-MTIzNDU2Nzg5MDEyO" + "nABnyZ3zKpvbdTRPvx3RWy",
            "the prefix BBDC- is described in the manual",
        ),
    ),
    Secret(
        id="sourcegraph-token",
        title="Sourcegraph access token",
        severity=Severity.HIGH,
        keywords=("sgp_",),
        pattern=r"sgp_(?:(?:[0-9a-f]{16}|local)_)?[0-9a-f]{40}",
        why="Whoever has it can search and read all code its owner can.",
        fix=(
            "Revoke it in the settings of Sourcegraph and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
        bad=("sg" + "p_d5ab72ed2902d884_a5f4b046f" + "2313de19b2802eb61c0d9ac1d036cd7",),
        good=(
            "sg" + "p_449155cc5f4ccd98_38133df" + "2c21530e649a16deef6f57bd75f8",
            "the prefix sgp_ is described in the manual",
        ),
    ),
    Secret(
        id="gitea-token",
        title="Gitea or Forgejo token",
        severity=Severity.HIGH,
        keywords=("gitea", "forgejo"),
        read=reader(("gitea", "forgejo"), r"[0-9a-f]{40}"),
        why="Whoever has it can read and push code as its owner.",
        fix=(
            "Revoke it in the settings of Gitea / Forgejo and give the new one to the program at run time, from a"
            " secret manager or a masked CI variable."
        ),
        revoke="https://forgejo.org/docs/latest/user/token-scope/",
        confidence=Confidence.MEDIUM,
        bad=("GITEA_TOKEN=" + "e74a4cb629a453418865" + "91ba069e1a1fbef54554",),
        good=('gitea_commit = "' + "2b2ae9ec1ee991e77f9b" + '064c39579355093fee61"',),
    ),
    Secret(
        id="gitlab-session-cookie",
        title="GitLab session cookie",
        severity=Severity.MEDIUM,
        keywords=("_gitlab_session",),
        pattern=r'_gitlab_session["\x27]?\s*[=:,]\s*["\x27]?([a-z0-9]{32})',
        why="Whoever has it is signed in as its owner.",
        fix=(
            "Revoke it in the settings of GitLab and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.gitlab.com/security/tokens/",
        bad=("Cookie: _gitlab_session=9ecc" + "0a9db2abbf1f636a366ccd8920fb",),
        good=(
            "_gitlab_session=short",
            "_gitlab_session is described in the manual",
        ),
    ),
    Secret(
        id="sourcegraph-gateway-token",
        title="Sourcegraph gateway token",
        severity=Severity.MEDIUM,
        keywords=(
            "slk_",
            "sgd_",
        ),
        pattern=r"(?:slk|sgd)_[0-9a-f]{64}",
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Sourcegraph and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
        bad=("sl" + "k_a1f93da0b7b70d64db4e3b469e01e5332157d271b229f2ebec243bd084487fad",),
        good=(
            "slk_a1f93da0b7b70d64db" + "4e3b469e01e5332157d271b",
            "slk_ is described in the manual",
        ),
    ),
    Secret(
        id="jira-server-token",
        title="Jira or Confluence Data Center token",
        severity=Severity.HIGH,
        keywords=(
            "jira",
            "confluence",
        ),
        read=reader(
            (
                "jira",
                "confluence",
            ),
            r"[A-Za-z0-9+/]{44}",
            holds=checksum.numbered,
        ),
        why="Whoever has it can read and change issues and pages as its owner.",
        fix=(
            "Revoke it in the settings of Jira and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html",
        confidence=Confidence.MEDIUM,
        bad=(
            "JIRA_TOKEN=" + "NDgyOTEwMzM3NzQ1OpkiPF" + "oQ5HQZI5bW/lrCH8gMjekq",
            'curl -H "Authorization: Bearer '
            + "Nzc4NjM2NDQxODU1OmOPvP"
            + 'TJzYLBniiMNEpGuBlsHQs9" https://jira.acme.example/rest/api/2/myself',
        ),
        good=(
            "JIRA_TOKEN=short",
            "jira is described in the manual",
        ),
    ),
)
