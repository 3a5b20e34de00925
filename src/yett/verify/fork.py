"""Whether a run is for a pull request that somebody without rights in the repository may have made. Pure.

Whoever opens a pull request decides what is in it: asking about credentials for strangers would tell them which of
those they came by still work, with the credentials' own providers seeing the project as the one who asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from yett.lean import Any

_PULL = ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment")
_COMMENT = "issue_comment"
_RUN = "workflow_run"


def foreign(environment: Mapping[str, str], read: Callable[[str], bytes]) -> str:
    """What kind of foreign change a run is for, as a clause, or "". What cannot be told counts as foreign.

    `read` gives the content of the file that describes a GitHub event, or raises OSError.
    """
    return (
        _github(environment, read)
        or _gitlab(environment)
        or next((f"{name} pull request from a fork" for name, told in _OTHERS.items() if told(environment)), "")
    )


def _github(environment: Mapping[str, str], read: Callable[[str], bytes]) -> str:
    """https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows"""
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name not in (*_PULL, _COMMENT, _RUN):
        return ""
    try:
        event = json.loads(read(environment.get("GITHUB_EVENT_PATH", "")))
    except (OSError, ValueError, RecursionError):
        return f"a GitHub {name} event that cannot be read, so perhaps for a fork"
    if name == _COMMENT:
        # the event does not say where the pull request comes from
        return "a comment on a GitHub pull request, perhaps from a fork" if _at(event, "issue", "pull_request") else ""
    if name == _RUN:
        theirs = _at(event, "workflow_run", "head_repository", "full_name")
        ours = _at(event, "repository", "full_name")
    else:
        theirs = _at(event, "pull_request", "head", "repo", "full_name")
        ours = _at(event, "pull_request", "base", "repo", "full_name")
    if isinstance(theirs, str) and theirs and theirs == ours:
        return ""
    return f"a GitHub {name} event for a fork"  # a fork that was deleted since has no name


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _gitlab(environment: Mapping[str, str]) -> str:
    """https://docs.gitlab.com/ci/variables/predefined_variables/"""
    ours = environment.get("CI_MERGE_REQUEST_PROJECT_ID", "")
    theirs = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "")
    if ours != theirs or (environment.get("CI_PIPELINE_SOURCE") == "merge_request_event" and not ours):
        return "a GitLab merge request from a fork"
    source = environment.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "")
    if source != environment.get("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", ""):
        return "a pull request from a fork, mirrored to GitLab"
    return ""


def _azure(environment: Mapping[str, str]) -> bool:
    """https://learn.microsoft.com/azure/devops/pipelines/build/variables"""
    return environment.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true"


def _circleci(environment: Mapping[str, str]) -> bool:
    """Set for forks alone: https://circleci.com/docs/reference/variables/"""
    return bool(environment.get("CIRCLE_PR_REPONAME") or environment.get("CIRCLE_PR_USERNAME"))


def _jenkins(environment: Mapping[str, str]) -> bool:
    """Set for forks alone: https://www.jenkins.io/doc/book/pipeline/multibranch/#additional-environment-variables"""
    return bool(environment.get("CHANGE_FORK"))


def _travis(environment: Mapping[str, str]) -> bool:
    """https://docs.travis-ci.com/user/environment-variables/"""
    theirs = environment.get("TRAVIS_PULL_REQUEST_SLUG", "")
    return bool(theirs) and theirs != environment.get("TRAVIS_REPO_SLUG", "")


def _buildkite(environment: Mapping[str, str]) -> bool:
    """https://buildkite.com/docs/pipelines/configure/environment-variables"""
    theirs = _repository(environment.get("BUILDKITE_PULL_REQUEST_REPO", ""))
    return bool(theirs) and theirs != _repository(environment.get("BUILDKITE_REPO", ""))


def _repository(address: str) -> str:
    """Owner and name, which is what `git@host:owner/name.git` and `https://host/owner/name` have in common."""
    return "/".join(address.removesuffix("/").removesuffix(".git").replace(":", "/").split("/")[-2:]).lower()


def _appveyor(environment: Mapping[str, str]) -> bool:
    """https://www.appveyor.com/docs/environment-variables/"""
    theirs = environment.get("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME", "")
    return bool(theirs) and theirs != environment.get("APPVEYOR_REPO_NAME", "")


_OTHERS: Mapping[str, Callable[[Mapping[str, str]], bool]] = {
    "an Azure Pipelines": _azure,
    "a CircleCI": _circleci,
    "a Jenkins": _jenkins,
    "a Travis CI": _travis,
    "a Buildkite": _buildkite,
    "an AppVeyor": _appveyor,
}
