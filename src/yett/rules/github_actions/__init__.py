"""Rules for workflows and actions of GitHub Actions. A rule is a module of this package and a line below."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import Protocol
from yett.model import Hit, Rule, Unknown
from yett.parse.tree import Tree
from yett.parse.workflow import Workflow, parse, parse_action
from yett.rules.github_actions import (
    artipacked,
    bot_conditions,
    cache_poisoning,
    curl_pipe_shell,
    dangerous_triggers,
    debug_logging,
    delivery,
    excessive_permissions,
    github_app_token,
    github_env_injection,
    habits,
    hardcoded_credentials,
    insecure_commands,
    leaks,
    logic,
    overprovisioned_secrets,
    past_environment,
    pr_target_checkout,
    references,
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

EXAMPLE = ".github/workflows/ci.yml"

Judge = Callable[[Workflow], Iterator[Hit | Unknown]]


class WorkflowRule(Protocol):
    """What a module of one rule offers."""

    RULE: Rule

    def check(self, workflow: Workflow, /) -> Iterator[Hit | Unknown]: ...


_MODULES: tuple[WorkflowRule, ...] = (
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
    past_environment,
    pr_target_checkout,
    reverse_shell,
    secrets_inherit,
    security_step_soft_fail,
    self_hosted_on_pr,
    static_cloud_keys,
    trusted_publishing,
    unpinned_images,
    unpinned_uses,
    unredacted_secrets,
    unsound_condition,
)


RULES: tuple[tuple[Rule, Judge], ...] = (
    *((module.RULE, module.check) for module in _MODULES),
    *template_injection.RULES,
    *references.RULES,
    *delivery.RULES,
    *leaks.RULES,
    *habits.RULES,
    *logic.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a workflow, or of an action: the path tells which. Raises `ParseError`."""
    if not path.endswith((".yml", ".yaml")):
        return  # what a workflow deploys is read with it
    is_action = path.rpartition("/")[2] in ("action.yml", "action.yaml") and not _in_workflows(path)
    workflow = parse_action(text) if is_action else parse(text)
    if workflow:
        workflow = workflow._replace(file=path, tree=tree)
        for rule, check in RULES:
            yield from ((rule, said) for said in check(workflow))


def _in_workflows(path: str) -> bool:
    folder = path.rpartition("/")[0]
    return folder == ".github/workflows" or folder.endswith("/.github/workflows")
