"""What the claim `sub` of a token says of who asks for it."""

from __future__ import annotations

_NAMED_FREELY = ("workflow", "environment", "ref", "head_ref", "base_ref", "event_name", "context", "actor")


def wide_claim(text: str, *, github: bool) -> str:
    """Why a value that `sub` is compared with lets strangers in; "" where it does not.

    GitHub: `repo:OWNER/REPOSITORY:…`, https://docs.github.com/en/actions/reference/security/oidc; GitLab:
    `project_path:GROUP/PROJECT:…`; Terraform: `organization:ORG:project:…`; Bitbucket: `{UUID}:…`.
    """
    if text.strip("*") == "":
        return "which every token fulfils"
    kind, _, rest = text.partition(":")
    owner, slash, _ = rest.partition(":")[0].partition("/")
    if "*" in kind or "?" in kind:
        return "which leaves open whose token it is"
    if kind in ("repo", "project_path", "group_path", "repository"):
        if owner[:1] in ("*", "?", "") or (not slash and "*" in owner):
            return "which leaves open whose repository it is"
        if "*" in owner:
            return "which others can make a name for"
    elif kind in ("organization", "org") and owner[:1] in ("*", ""):
        return "which leaves open whose organization it is"
    elif kind in _NAMED_FREELY:
        return "which a workflow of anybody can be named after"
    elif not rest and github:
        return "which is no claim that GitHub makes"
    return ""
