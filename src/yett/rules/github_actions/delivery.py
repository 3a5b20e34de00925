"""How a change gets to where it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Step, Workflow, listed, whole
from yett.parse.yaml import Mapping, Scalar
from yett.rules.github_actions.outsiders import PRIVILEGED, is_gated, is_reached, needed
from yett.rules.github_actions.security_step_soft_fail import scanner
from yett.rules.hits import hit, short

_ENVIRONMENTS = "https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/control-deployments"

DEPLOY = Rule(
    id="github-actions/deploy-without-environment",
    title="Deployment that nothing holds back",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "A job without `environment` and without a check in front of it releases whatever is pushed: no approval, no "
        "limit of branches, no scan has a say."
    ),
    fix="Add `environment: production` with required reviewers, and `needs` on the job that checks.",
    refs=("CWE-693", "PCI DSS 6.5.1", "PCI DSS 6.5.4", _ENVIRONMENTS),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - run: kubectl apply -f k8s/  # <- here
  infra:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          terraform init
          terraform apply -auto-approve  # <- here
""",
    ),
    good=(
        """\
on:
  push:
    branches: [main]
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps: [{run: yett check}]
  deploy:
    needs: scan
    runs-on: ubuntu-24.04
    steps: [{run: kubectl apply -f k8s/}]
  infra:
    environment: production
    runs-on: ubuntu-24.04
    steps: [{run: terraform apply -auto-approve}]
  plan:
    runs-on: ubuntu-24.04
    steps: [{run: "terraform plan; kubectl apply --dry-run=client -f k8s/"}]
""",
        """\
on: pull_request
jobs:
  preview:
    runs-on: ubuntu-24.04
    steps: [{run: kubectl apply -f k8s/}]
""",
    ),
)
_DEPLOYING_ACTIONS = (
    "aws-actions/amazon-ecs-deploy-task-definition",
    "azure/functions-action",
    "azure/k8s-deploy",
    "azure/webapps-deploy",
    "cloudflare/wrangler-action",
    "google-github-actions/deploy-appengine",
    "google-github-actions/deploy-cloud-functions",
    "google-github-actions/deploy-cloudrun",
    "superfly/flyctl-actions",
)
_DEPLOYS = (
    r"kubectl (?:apply|set image|rollout restart|replace|patch)\b|helm (?:upgrade|install)\b|helmfile (?:apply|sync)\b"
    r"|(?:terraform|tofu|terragrunt) (?:\S+ )*apply\b|pulumi up\b|(?:cdk|sam|serverless|sls) deploy\b"
    r"|aws (?:ecs update-service|lambda update-function-code|cloudformation deploy|deploy create-deployment)\b"
    r"|aws (?:s3 sync\b.*\bs3://|elasticbeanstalk update-environment)|gcloud (?:\S+ )?(?:run|app|functions) deploy\b"
    r"|az (?:webapp|functionapp|containerapp) (?:deploy|up|update|deployment)\b|fly(?:ctl)? deploy\b|eb deploy\b"
    r"|ansible-playbook\b|kamal deploy\b|docker stack deploy\b|argocd app sync\b|heroku container:release\b"
)
_ASKS_ONLY = r"--dry-run|--help|--version|--check\b|--diff-only|\bkind\b|minikube|localstack|--local\b"


def deploy(workflow: Workflow) -> Iterator[Hit]:
    if not _is_for_main(workflow):
        return
    checks = {job.id for job in workflow.jobs if any(scanner(step) for step in job.steps)}
    for job in workflow.jobs:
        if job.get("environment") is not None or any(other.id in checks for other in needed(workflow, job)):
            continue
        if job.id in checks:
            continue
        for step in job.steps:
            found = _deploys(workflow, step)
            if found:
                at, what = found
                yield at._replace(
                    message=f"the job {short(job.id)} deploys ({short(what, 40)}), and neither an environment nor a "
                    "check holds it back",
                    fix=f"Add `environment: production` to {short(job.id)}, and `needs` on the job that checks.",
                    subject=f"jobs.{job.id} deploys",
                )
                break


def _is_for_main(workflow: Workflow) -> bool:
    push = workflow.triggers.get("push")
    if push is None:
        return "release" in workflow.triggers
    branches = push.config.get("branches") if isinstance(push.config, Mapping) else None
    tags = push.config.get("tags") if isinstance(push.config, Mapping) else None
    if branches is None:
        return tags is None or "release" in workflow.triggers
    return any(re.match(r"main|master|production|prod|release|trunk|\*", item.text) for item in listed(branches))


def _deploys(workflow: Workflow, step: Step) -> tuple[Hit, str] | None:
    uses = step.text("uses")
    if uses and step.action in _DEPLOYING_ACTIONS:
        return hit(whole(uses), ""), step.action
    if step.script and re.search(_ASKS_ONLY, step.script.text):
        return None
    for command in shell.walk(step.script.commands) if step.script else ():
        words = [word.text for word in shell.argv(command)]
        text = " ".join([shell.program(command), *words[1:]])
        found = re.match(_DEPLOYS, text)
        if found and step.script:
            return hit(workflow.span(step.script.at, command.start, command.end), ""), found.group()
    return None


SECRETS_OUTSIDE = Rule(
    id="github-actions/secrets-outside-env",
    title="Secret without an environment",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A secret of the repository is given to every workflow on every branch. One of an environment is given to jobs "
        "that name the environment, after its reviewers and branch rules have had a say."
    ),
    fix="Move the secret into an environment, and write `environment:` in the job.",
    refs=("CWE-284", "PCI DSS 6.5.4", "PCI DSS 7.2.5", _ENVIRONMENTS),
    bad=(
        """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy
        env:
          TOKEN: ${{ secrets.DEPLOY_TOKEN }}  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  deploy:
    environment: production
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy
        env:
          TOKEN: ${{ secrets.DEPLOY_TOKEN }}
  label:
    runs-on: ubuntu-24.04
    steps:
      - run: gh label list
        env:
          GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}
""",
        """\
on: workflow_call
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy
        env:
          TOKEN: ${{ secrets.DEPLOY_TOKEN }}
""",
    ),
)


def secrets_outside(workflow: Workflow) -> Iterator[Hit]:
    if workflow.kind == "action" or set(workflow.triggers) == {"workflow_call"}:
        return
    for job in workflow.jobs:
        if job.get("environment") is not None or job.get("uses") is not None:
            continue
        seen: set[str] = set()
        for found in workflow.expressions(job.node):
            for context in found.contexts():
                name = context.parts[1] if len(context.parts) > 1 else ""
                if context.parts[0] == "secrets" and name not in ("github_token", "", "?", "*") and name not in seen:
                    seen.add(name)
                    yield hit(
                        found.span,
                        f"the job {short(job.id)} is given {short(name.upper())}, and no environment holds it back",
                        fix=f"Move {short(name.upper())} into an environment, and name that in {short(job.id)}.",
                        subject=f"jobs.{job.id} secrets.{name}",
                    )


AUTO_MERGE = Rule(
    id="github-actions/auto-merge",
    title="Pull request is merged without a person",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "The condition asks who acted last, and a bot can be made to act on somebody else's branch: its commit is put "
        "on top, or it is told to rebase. What is merged is then code of an outsider."
    ),
    fix=(
        "Ask `github.event.pull_request.user.login`, leave merging to branch protection with reviews, or use a merge "
        "queue."
    ),
    refs=(
        "CWE-441",
        "CWE-290",
        "PCI DSS 6.2.3",
        "PCI DSS 6.5.1",
        "https://docs.github.com/en/code-security/dependabot/working-with-dependabot/automating-dependabot-with-github-actions",
    ),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on: pull_request_target
jobs:
  merge:
    runs-on: ubuntu-24.04
    if: github.actor == 'dependabot[bot]'
    steps:
      - run: gh pr merge --auto --squash "$URL"  # <- here
        env:
          URL: ${{ github.event.pull_request.html_url }}
""",
    ),
    good=(
        """\
on: pull_request_target
jobs:
  merge:
    runs-on: ubuntu-24.04
    if: github.event.pull_request.user.login == 'dependabot[bot]' && github.repository == 'acme/shop'
    steps:
      - run: gh pr merge --auto --squash "$URL"
        env:
          URL: ${{ github.event.pull_request.html_url }}
""",
        """\
on: workflow_dispatch
jobs:
  merge:
    runs-on: ubuntu-24.04
    steps:
      - run: gh pr merge --auto --squash "$URL"
""",
    ),
)
_MERGERS = (
    "pascalgn/automerge-action",
    "peter-evans/enable-pull-request-automerge",
    "ahmadnassri/action-dependabot-auto-merge",
)


def auto_merge(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        event = next((name for name in (*PRIVILEGED, "pull_request") if name in workflow.triggers), "")
        for step in job.steps if event else ():
            at = _merges(workflow, step)
            if at is None:
                continue
            conditions = [text.text.lower() for text in (job.text("if"), step.text("if")) if text]
            asked = " ".join(conditions)
            if "user.login" in asked or "author_association" in asked or (event == "pull_request" and not asked):
                continue
            if asked and not re.search(r"github\.(?:triggering_)?actor\b|sender\.login|head_ref|branch", asked):
                continue
            yield at._replace(
                message=f"{event} merges a pull request by what {'the last to act' if asked else 'anybody'} sends",
                subject=f"{workflow.path(job, step)} merges",
            )


def _merges(workflow: Workflow, step: Step) -> Hit | None:
    uses = step.text("uses")
    if uses and step.action in _MERGERS:
        return hit(whole(uses), "")
    for command in shell.walk(step.script.commands) if step.script else ():
        words = [word.text for word in shell.argv(command)]
        if words[:3] == ["gh", "pr", "merge"] and step.script:
            return hit(workflow.span(step.script.at, command.start, command.end), "")
    return None


OIDC = Rule(
    id="github-actions/oidc-for-outsiders",
    title="Outsiders can get a token for the cloud",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "With `id-token: write` a job may ask for a token that the cloud trusts as this repository. In a workflow that "
        "an outsider can start, that is the outsider's token."
    ),
    fix="Leave `id-token: write` to jobs that a push to a protected branch, a release or an environment starts.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.5",
        "PCI DSS 8.6.2",
        "https://docs.github.com/en/actions/concepts/security/openid-connect",
    ),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on: pull_request_target
permissions: {}
jobs:
  preview:
    permissions:
      id-token: write  # <- here
    runs-on: ubuntu-24.04
    steps: [{run: ./preview}]
""",
    ),
    good=(
        """\
on: push
permissions: {}
jobs:
  deploy:
    permissions:
      id-token: write
    runs-on: ubuntu-24.04
    steps: [{run: ./deploy}]
""",
        """\
on: pull_request_target
permissions: {}
jobs:
  preview:
    environment: preview
    permissions:
      id-token: write
    runs-on: ubuntu-24.04
    steps: [{run: ./preview}]
  own:
    if: github.event.pull_request.head.repo.full_name == github.repository
    permissions:
      id-token: write
    runs-on: ubuntu-24.04
    steps: [{run: ./preview}]
""",
    ),
)


def oidc(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs if workflow.kind == "workflow" else ():
        event = next((name for name in PRIVILEGED if name in workflow.triggers and is_reached(workflow, job, name)), "")
        granted = job.get("permissions")
        node = granted if granted is not None else workflow.root.get("permissions")
        access = node.get("id-token") if isinstance(node, Mapping) else None
        if event and isinstance(access, Scalar) and access.text == "write" and not is_gated(workflow, job):
            key = node.key("id-token") if isinstance(node, Mapping) else None
            yield hit(
                whole(key or access),
                f"{event} lets an outsider start the job {short(job.id)}, which may ask for a token for the cloud",
                fix=f"Leave `id-token: write` out of {short(job.id)}, or give it an `environment` with reviewers.",
                subject=f"jobs.{job.id}.permissions.id-token {event}",
            )


RULES = (
    (DEPLOY, deploy),
    (SECRETS_OUTSIDE, secrets_outside),
    (AUTO_MERGE, auto_merge),
    (OIDC, oidc),
)
