"""Rules for workflows and actions of GitHub Actions. A rule is a module of this package and a line below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from yett.model import Hit, Rule
from yett.parse.workflow import Workflow
from yett.rules.github_actions import (
    artipacked,
    bot_conditions,
    cache_poisoning,
    curl_pipe_shell,
    dangerous_triggers,
    debug_logging,
    excessive_permissions,
    github_app_token,
    github_env_injection,
    hardcoded_credentials,
    insecure_commands,
    overprovisioned_secrets,
    pr_target_checkout,
    reverse_shell,
    secrets_inherit,
    security_step_soft_fail,
    self_hosted_on_pr,
    static_cloud_keys,
    template_injection,
    trusted_publishing,
    unpinned_images,
    unpinned_uses,
    unredacted_secrets,
    unsound_condition,
)


class WorkflowRule(Protocol):
    """What a module of this package offers."""

    RULE: Rule

    def check(self, workflow: Workflow, /) -> Iterator[Hit]: ...


RULES: tuple[WorkflowRule, ...] = (
    artipacked,
    bot_conditions,
    cache_poisoning,
    curl_pipe_shell,
    dangerous_triggers,
    debug_logging,
    excessive_permissions,
    github_app_token,
    github_env_injection,
    hardcoded_credentials,
    insecure_commands,
    overprovisioned_secrets,
    pr_target_checkout,
    reverse_shell,
    secrets_inherit,
    security_step_soft_fail,
    self_hosted_on_pr,
    static_cloud_keys,
    template_injection,
    trusted_publishing,
    unpinned_images,
    unpinned_uses,
    unredacted_secrets,
    unsound_condition,
)


def rules() -> tuple[Rule, ...]:
    return tuple(module.RULE for module in RULES)
