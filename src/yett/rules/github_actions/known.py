"""What is known about actions, as of a date: advisories, archived repositories, names that others imitate."""

from __future__ import annotations

from functools import lru_cache

AS_OF = "2026-08-22"
"""When the tables below were looked through."""

ADVISORIES: tuple[tuple[str, str, str, str, str], ...] = (
    ("actions/download-artifact", "GHSA-cxww-7g56-2vh6", "4", "4.1.3", ""),
    ("afichet/openexr-viewer", "GHSA-99jg-r3f4-rpxj", "0", "0.6.1", ""),
    ("aquasecurity/setup-trivy", "GHSA-69fq-xp46-6x23", "0", "0.2.6", ""),
    ("aquasecurity/trivy-action", "GHSA-69fq-xp46-6x23", "0", "0.35.0", ""),
    ("aquasecurity/trivy-action", "GHSA-9p44-j4g5-cfx5", "0.31.0", "0.34.0", ""),
    ("atlassian/gajira-create", "GHSA-4xqx-pqpj-9fqw", "0", "2.0.1", ""),
    ("azure/setup-kubectl", "GHSA-p756-rfxh-x63h", "0", "3", ""),
    ("boldestdungeon/steam-workshop-deploy", "GHSA-x6gv-2rvh-qmp6", "0", "2.0.0", ""),
    ("buildalon/setup-steamcmd", "GHSA-mj96-mh85-r574", "0", "1.1.0", ""),
    ("bullfrogsec/bullfrog", "GHSA-m32f-fjw2-37v3", "0", "0.8.4", ""),
    ("canonical/get-workflow-version-action", "GHSA-26wh-cc3r-w6pj", "0", "1.0.1", ""),
    ("check-spelling/check-spelling", "GHSA-g86g-chm8-7r2p", "0", "0.0.19", ""),
    ("dawidd6/action-download-artifact", "GHSA-5xr6-xhww-33m4", "0", "6", ""),
    ("embano1/wip", "GHSA-rg3q-prf8-qxmp", "0", "2", ""),
    ("fish-shop/syntax-check", "GHSA-xj87-mqvh-88w2", "0", "1.6.12", ""),
    ("gradle/gradle-build-action", "GHSA-h3qr-39j9-4r5v", "0", "2.4.2", ""),
    ("hashicorp/vault-action", "GHSA-4mgv-m5cm-f9h7", "0", "2.2.0", ""),
    ("j178/prek-action", "GHSA-pwf7-47c3-mfhx", "0", "", "1.0.5"),
    ("kartverket/github-workflows/.github/workflows/run-terraform.yml", "GHSA-f9qj-7gh3-mhj4", "0", "2.7.5", ""),
    ("lycheeverse/lychee-action", "GHSA-65rg-554r-9j5x", "0", "2.0.2", ""),
    ("m00nl1ght-dev/steam-workshop-deploy", "GHSA-x6gv-2rvh-qmp6", "0", "4", ""),
    ("ozi-project/publish", "GHSA-2487-9f55-2vg9", "1.13.2", "1.13.6", ""),
    ("rlespinasse/github-slug-action", "GHSA-6q4m-7476-932w", "4.0.0", "4.4.1", ""),
    ("rlespinasse/github-slug-action", "GHSA-7f32-hm4h-w77q", "0", "", "1.1.0"),
    ("shivammathur/setup-php", "GHSA-pqwm-q9pv-ph8r", "2.25.0", "2.37.1", ""),
    ("some-natalie/ghas-to-csv", "GHSA-634p-93h9-92vh", "0", "1", ""),
    ("sonarsource/sonarqube-scan-action", "GHSA-5xq9-5g24-4g6f", "4.0.0", "6.0.0", ""),
    ("sonarsource/sonarqube-scan-action", "GHSA-f79p-9c5r-xg88", "4.0.0", "5.3.1", ""),
    ("step-security/harden-runner", "GHSA-cpmj-h4f6-r6pq", "0", "2.14.2", ""),
    ("step-security/harden-runner", "GHSA-g699-3x6g-wm3g", "0", "2.16.0", ""),
    ("tj-actions/branch-names", "GHSA-8v8w-v8xg-79rf", "0", "7.0.7", ""),
    ("tj-actions/branch-names", "GHSA-gq52-6phf-x2r6", "0", "9.0.0", ""),
    ("tj-actions/changed-files", "GHSA-mcph-m25j-8j63", "0", "41", ""),
    ("tj-actions/changed-files", "GHSA-mrrh-fwg8-r2c3", "0", "46.0.1", ""),
    ("tj-actions/verify-changed-files", "GHSA-ghm2-rq8q-wrhc", "0", "17", ""),
    ("ultralytics/actions", "GHSA-7x29-qqmq-v6qc", "0", "0.0.3", ""),
)
"""(action, advisory, introduced, fixed, last affected) of the ecosystem "GitHub Actions" of https://osv.dev.

Two records were corrected after they came out. GHSA-cxww-7g56-2vh6 named 4.1.7 as fixed, and names 4.1.3 now: the first
release that unpacks with @actions/artifact 2.1.2, in which CVE-2024-42471 says the flaw was mended. GHSA-mrrh-fwg8-r2c3
named 45.0.7 as the last affected, and names 46.0.1 as fixed now.

`scripts/action_advisories.py` makes this table and the next two anew from a folder of records, and checks the fourth.
"""

MODERATE = frozenset(
    {
        *("GHSA-2487-9f55-2vg9", "GHSA-65rg-554r-9j5x", "GHSA-9p44-j4g5-cfx5", "GHSA-cpmj-h4f6-r6pq"),
        *("GHSA-g699-3x6g-wm3g", "GHSA-m32f-fjw2-37v3", "GHSA-pqwm-q9pv-ph8r"),
    }
)
"""The advisories that rate themselves "moderate"; the others are high or critical."""

MOVED = frozenset({"GHSA-69fq-xp46-6x23", "GHSA-mrrh-fwg8-r2c3"})
"""The advisories on tags that an intruder moved to code of his own (CWE-506): they concern no pin to a commit."""

MALICIOUS = {
    "0e58ed8671d6b60d0890c21b07f8835ace038e67": "GHSA-mrrh-fwg8-r2c3",
    "f0d342d24037bb11d26b9bd8496e0808ba32e9ec": "GHSA-qmg3-hpqr-gqvc",
}
"""Commits that tags were moved to by an intruder, and the advisories that say so. The tags are back where they were:
GHSA-qmg3-hpqr-gqvc is about the tag `v1` of one afternoon, so no version is affected any more. GHSA-69fq-xp46-6x23
names no commits, since each tag was given one of its own."""

ARCHIVED = frozenset(
    {
        *("8398a7/action-slack", "actions-rs/audit-check", "actions-rs/cargo", "actions-rs/clippy-check"),
        *("actions-rs/components-nightly", "actions-rs/grcov", "actions-rs/install", "actions-rs/tarpaulin"),
        *("actions-rs/toolchain", "actions/create-release", "actions/setup-elixir", "actions/setup-haskell"),
        *("actions/setup-ruby", "actions/upload-release-asset", "artichoke/setup-rust", "azure/appservice-actions"),
        *("azure/container-actions", "azure/container-scan", "azure/get-keyvault-secrets", "azure/k8s-actions"),
        *("azure/manage-azure-policy", "azure/webapps-container-deploy", "cedrickring/golang-action"),
        *("cirrus-actions/rebase", "contributor-assistant/github-action", "convictional/trigger-workflow-and-wait"),
        *("crazy-max/ghaction-docker-buildx", "crazy-max/ghaction-hugo", "delaguardo/setup-graalvm"),
        *("gradle/gradle-build-action", "grafana/k6-action", "hashicorp/terraform-cdk-action"),
        *("helaili/jekyll-action", "ilshidur/action-slack", "jakejarvis/s3-sync-action"),
        *("jakejarvis/lighthouse-action", "machine-learning-apps/wandb-action"),
        *("marvinpinto/action-automatic-releases", "marvinpinto/actions", "maxheld83/ghpages"),
        *("paambaati/codeclimate-action", "philips-software/docker-ci-scripts", "repo-sync/pull-request"),
        *("repo-sync/repo-sync", "scottbrenner/generate-changelog-action", "semgrep/semgrep-action"),
        *("sonarsource/sonarcloud-github-action", "technote-space/auto-cancel-redundant-workflow"),
        *("technote-space/get-diff-action", "tibdex/github-app-token", "whelk-io/maven-settings-xml-action"),
        *("azure/appconfiguration-sync", "azure/azure-resource-login-action", "azure/data-factory-deploy-action"),
        *("azure/publish-security-assessments", "azure/run-sqlpackage-action", "azure/spring-cloud-deploy"),
        *("expo/expo-preview-action", "facebook/pysa-action", "google/mirror-branch-action"),
        *("jakejarvis/cloudflare-purge-action", "jakejarvis/firebase-deploy-action", "jakejarvis/hugo-build-action"),
        *("mikepenz/gradle-dependency-submission", "orf/cargo-bloat-action", "secrethub/actions"),
        *("svenstaro/upx-action", "tachiyomiorg/issue-moderator-action", "verygoodopensource/very_good_coverage"),
        *("youyo/aws-cdk-github-actions", "z0al/dependent-issues"),
    }
)
"""Repositories of actions that their owners have archived: nobody mends them any more."""

POPULAR = frozenset(
    {
        *("actions/cache", "actions/checkout", "actions/configure-pages", "actions/create-github-app-token"),
        *("actions/dependency-review-action", "actions/deploy-pages", "actions/download-artifact"),
        *("actions/github-script", "actions/labeler", "actions/setup-dotnet", "actions/setup-go"),
        *("actions/setup-java", "actions/setup-node", "actions/setup-python", "actions/stale"),
        *("actions/upload-artifact", "actions/upload-pages-artifact", "actions/attest-build-provenance"),
        *("astral-sh/setup-uv", "astral-sh/ruff-action", "aquasecurity/trivy-action"),
        *("aws-actions/amazon-ecr-login", "aws-actions/configure-aws-credentials", "azure/login", "azure/setup-helm"),
        *("bridgecrewio/checkov-action", "codecov/codecov-action", "dependabot/fetch-metadata"),
        *("docker/bake-action", "docker/build-push-action", "docker/login-action", "docker/metadata-action"),
        *("docker/setup-buildx-action", "docker/setup-qemu-action", "dorny/paths-filter", "dorny/test-reporter"),
        *("dtolnay/rust-toolchain", "github/codeql-action", "gitleaks/gitleaks-action"),
        *("golangci/golangci-lint-action", "google-github-actions/auth", "google-github-actions/setup-gcloud"),
        *("goreleaser/goreleaser-action", "gradle/actions", "hashicorp/setup-terraform"),
        *("jamesives/github-pages-deploy-action", "mikefarah/yq", "ncipollo/release-action", "nick-fields/retry"),
        *("peaceiris/actions-gh-pages", "peter-evans/create-pull-request", "pnpm/action-setup", "pre-commit/action"),
        *("pypa/cibuildwheel", "pypa/gh-action-pypi-publish", "release-drafter/release-drafter", "ruby/setup-ruby"),
        *("shivammathur/setup-php", "sigstore/cosign-installer", "slackapi/slack-github-action"),
        *("softprops/action-gh-release", "step-security/harden-runner", "styfle/cancel-workflow-action"),
        *("swatinem/rust-cache", "tj-actions/changed-files", "zizmorcore/zizmor-action"),
    }
)
"""Actions in so many workflows that a name like theirs is worth having."""


@lru_cache(1 << 10)
def version(text: str) -> tuple[int, ...]:
    """The numbers of a version such as `v4.1.2` or `4`; empty for anything else."""
    parts = text.strip().removeprefix("v").removeprefix("V").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() and len(part) < 9 for part in parts) else ()


def advisories(action: str, ref: str) -> tuple[str, ...]:
    """The advisories that concern an action at a version. A major version alone stands for its newest release, so it
    is affected only where every release of it is."""
    numbers = version(ref)
    if not numbers:
        return ()
    found = []
    for name, advisory, introduced, fixed, last in ADVISORIES:
        if action != name and not action.startswith(f"{name}/"):
            continue
        newest = (*numbers, *((1 << 30,) * (3 - len(numbers))))
        if newest < _three(introduced):
            continue
        if (not fixed and not last) or (fixed and newest < _three(fixed)) or (last and newest <= _three(last)):
            found.append(advisory)
    return tuple(found)


def _three(text: str) -> tuple[int, ...]:
    numbers = version(text)
    return (*numbers, *((0,) * (3 - len(numbers))))


def imitated(action: str) -> str:
    """The popular action whose name differs from this one by a single slip of the keyboard; "" for none.

    A name of the same owner is none: a stranger cannot take it.
    """
    owner, _, _ = action.partition("/")
    slug = "/".join(action.split("/")[:2])
    if slug in POPULAR:
        return ""
    others = (name for name in sorted(POPULAR) if not name.startswith(f"{owner}/"))
    return next((name for name in others if _is_slip(slug, name)), "")


def _is_slip(one: str, other: str) -> bool:
    """Whether two names differ by one letter left out, added, replaced, or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
        return swapped or one[at + 1 :] == other[at + 1 :]
    short, long = sorted((one, other), key=len)
    return short[at:] == long[at + 1 :]
