"""What a pipeline is trusted with: secrets, the engine, its own checks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.gitlab import Job, Pipeline, Variable
from yett.parse.yaml import Mapping, Scalar
from yett.rules.commands import scanner
from yett.rules.credentials import is_own_key, is_setting, is_stand_in, means_secret
from yett.rules.gitlab_ci.sources import span
from yett.rules.hits import hit, short

_VARIABLES = "https://docs.gitlab.com/ci/variables/"

SECRETS = Rule(
    id="gitlab-ci/secrets-in-variables",
    title="Secret stands in the pipeline",
    severity=Severity.HIGH,
    why=(
        "Who can read the repository has the secret, its history keeps it, and every job on every branch is given it: "
        "what stands in the file is neither masked nor protected."
    ),
    fix="Set it under Settings > CI/CD > Variables, masked and protected, or fetch it by `id_tokens`.",
    refs=("CWE-798", "PCI DSS 8.6.2", _VARIABLES + "#cicd-variable-security"),
    bad=(
        """\
variables:
  DEPLOY_TOKEN: q9Xv"""
        + """T2kLm8Rw  # <- here
deploy:
  variables:
    DB_PASSWORD:
      value: q9Xv"""
        + """T2kLm8Rw  # <- here
      description: the database
  script:
    - docker login -u ci -p q9Xv"""
        + """T2kLm8Rw registry.example.com  # <- here
    - export API_KEY=q9Xv"""
        + """T2kLm8Rw  # <- here
""",
    ),
    good=(
        """\
variables:
  POSTGRES_PASSWORD: postgres
  SECRET_DETECTION_ENABLED: "true"
  DEPLOY_TOKEN: $PRODUCTION_TOKEN
  TOKEN_URL: https://login.example.com
test:
  script:
    - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    - export API_KEY="$(cat /run/secrets/key)"
""",
    ),
)


def secrets(pipeline: Pipeline) -> Iterator[Hit]:
    for variable in pipeline.variables():
        if _is_secret(variable):
            where = f"the job {short(variable.where)}" if variable.where else "every job"
            yield hit(
                span(variable.value),
                f"{short(variable.name)} stands here with its value, and is given to {where}",
                fix=f"Set {short(variable.name)} under Settings > CI/CD > Variables, masked and protected.",
                subject=f"{variable.where} variables.{variable.name}",
                severity=Severity.MEDIUM if is_own_key(variable.name) else None,
            )
    for name, script in pipeline.scripts():
        for command in shell.walk(script.commands):
            word, what = _in_command(command)
            if word:
                yield hit(
                    pipeline.span(script.at, word.start, word.end),
                    f"a secret stands in the script of {short(name)} ({short(what, 40)})",
                    fix="Pass it by a masked variable.",
                    subject=f"{name} script {what}",
                )


def _is_secret(variable: Variable) -> bool:
    return _is_value(variable.name, variable.value.text)


def _is_value(name: str, value: str) -> bool:
    return means_secret(name) and bool(value) and not is_setting(value) and not is_stand_in(value)


def _in_command(command: shell.Command) -> tuple[shell.Word | None, str]:
    words = command.words
    texts = [word.text for word in words]
    if texts[:2] in (["docker", "login"], ["podman", "login"], ["helm", "login"]):
        for option, word in itertools.pairwise(words):
            if option.text in ("-p", "--password") and not is_setting(word.text) and not is_stand_in(word.text):
                return word, f"{texts[0]} login"
    for index, word in enumerate(words):
        name, equals, value = word.text.partition("=")
        declares = index == 0 or texts[0] in ("export", "env")
        if equals and declares and name.isidentifier() and not word.inner and _is_value(name, value):
            return word, name
    return None, ""


ALLOW_FAILURE = Rule(
    id="gitlab-ci/allow-failure-security",
    title="Security job may fail",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "The scan finds something, the pipeline goes on and is green: nobody has to look. By default a job may not "
        "fail."
    ),
    fix="Leave out `allow_failure`; accept single findings in the scanner's own configuration.",
    refs=("CWE-693", "PCI DSS 6.5.1", "PCI DSS 6.2.3", "https://docs.gitlab.com/ci/yaml/#allow_failure"),
    bad=(
        """\
scan:
  script: trivy fs --exit-code 1 .
  allow_failure: true  # <- here
sast:
  allow_failure: true  # <- here
audit:
  script:
    - pip-audit || true  # <- here
leaks:
  script: gitleaks detect
  rules:
    - if: $CI_COMMIT_BRANCH
      allow_failure: true  # <- here
""",
        """\
.soft:
  allow_failure: true
scan:  # <- here
  extends: .soft
  script: gitleaks detect
""",
    ),
    good=(
        """\
scan:
  script: trivy fs --exit-code 1 .
  allow_failure: false
lint:
  script: ruff check
  allow_failure: true
audit:
  script: pip-audit
  allow_failure:
    exit_codes: 42
""",
    ),
)
_TEMPLATE_JOBS = (
    r"(?:.*[-_])?(?:sast|dast|secret_detection|dependency_scanning|container_scanning|iac-sast|api_fuzzing"
    r"|license_scanning|gemnasium|semgrep-sast|coverage_fuzzing)(?:[-_].*)?"
)


def allow_failure(pipeline: Pipeline) -> Iterator[Hit]:
    for job in pipeline.jobs:
        name = _scanner(job)
        if not name:
            continue
        entry = job.entries.get("allow_failure")
        if entry and isinstance(entry.value, Scalar) and entry.value.text.lower() == "true":
            own = "allow_failure" in job.own
            if not job.is_hidden or own:
                yield _allowed(entry.value if own else job.key, job, name)
        rules = job.own["rules"].value if "rules" in job.own else None
        for item in getattr(rules, "items", ()) if not isinstance(rules, Scalar) else ():
            value = item.get("allow_failure") if isinstance(item, Mapping) else None
            if isinstance(value, Scalar) and value.text.lower() == "true":
                yield _allowed(value, job, name)
        yield from _swallowed(pipeline, job)


def _allowed(at: Scalar, job: Job, name: str) -> Hit:
    return hit(
        span(at),
        f"{short(job.name)} may fail, and {short(name)} with it",
        fix=f"Leave `allow_failure` out of {short(job.name)}.",
        subject=f"{job.name} allow_failure",
    )


def _swallowed(pipeline: Pipeline, job: Job) -> Iterator[Hit]:
    for script in job.scripts:
        previous = ""
        for command in shell.walk(script.commands):
            words = shell.argv(command)
            ends_well = [word.text for word in words[:1]] in (["true"], [":"], ["echo"])
            if previous and command.before == "||" and (ends_well or [w.text for w in words[:2]] == ["exit", "0"]):
                yield hit(
                    pipeline.span(script.at, command.start, command.end),
                    f"`|| {words[0].text}` lets {short(previous)} fail",
                    fix=f"Leave out `|| {words[0].text}`.",
                    subject=f"{job.name} || {previous}",
                )
            previous = scanner(words)


def _scanner(job: Job) -> str:
    """The scanner that a job runs, by its script or by the name that GitLab's templates give it; "" for none."""
    for script in job.scripts:
        for command in shell.walk(script.commands):
            name = scanner(shell.argv(command))
            if name:
                return name
    return job.name if re.fullmatch(_TEMPLATE_JOBS, job.name.lower()) else ""


DIND = Rule(
    id="gitlab-ci/dind-privileged",
    title="Container engine of the job listens without TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Port 2375 takes every command of whoever reaches it, other jobs on the same network included, and the engine "
        "runs privileged. With DOCKER_TLS_CERTDIR set the service uses certificates and port 2376."
    ),
    fix='Write `DOCKER_TLS_CERTDIR: "/certs"` and port 2376, or build by rootless BuildKit.',
    refs=("CWE-319", "PCI DSS 2.2.7", "https://docs.gitlab.com/ci/docker/using_docker_build/"),
    bad=(
        """\
build:
  image: docker:27
  services: ["docker:27-dind"]
  variables:
    DOCKER_HOST: tcp://docker:2375  # <- here
    DOCKER_TLS_CERTDIR: ""  # <- here
  script: docker build .
""",
        """\
build:
  image: docker:27
  services:
    - name: docker:27-dind
      command: ["--tls=false"]  # <- here
  script: docker build .
""",
    ),
    good=(
        """\
build:
  image: docker:27
  services: ["docker:27-dind"]
  variables:
    DOCKER_HOST: tcp://docker:2376
    DOCKER_TLS_CERTDIR: "/certs"
  script: docker build .
""",
    ),
)


def dind(pipeline: Pipeline) -> Iterator[Hit]:
    for variable in pipeline.variables():
        value = variable.value.text.strip()
        off = variable.name == "DOCKER_TLS_CERTDIR" and not value
        plain = variable.name == "DOCKER_HOST" and re.fullmatch(r"tcp://[^$/]+:2375/?", value)
        if off or plain:
            yield hit(
                span(variable.value),
                f"{variable.name} lets the container engine listen without TLS",
                fix='Write `DOCKER_TLS_CERTDIR: "/certs"` and `DOCKER_HOST: tcp://docker:2376`.',
                subject=f"{variable.where} {variable.name}",
            )
    for where, services in _services(pipeline):
        for item in getattr(services, "items", ()) if not isinstance(services, Scalar) else ():
            command = item.get("command") if isinstance(item, Mapping) else None
            for word in getattr(command, "items", ()) if not isinstance(command, Mapping) else ():
                if isinstance(word, Scalar) and word.text in ("--tls=false", "--tlsverify=false"):
                    yield hit(
                        span(word),
                        f"the container engine of {short(where)} is told to listen without TLS",
                        subject=f"{where} {word.text}",
                    )


def _services(pipeline: Pipeline) -> Iterator[tuple[str, object]]:
    yield "default", pipeline.root.get("services")
    for job in pipeline.jobs:
        yield job.name, job.own["services"].value if "services" in job.own else None


DEBUG = Rule(
    id="gitlab-ci/debug-trace",
    title="Every variable is printed to the log",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="CI_DEBUG_TRACE prints all variables and secrets of a job to its log, masked or not.",
    fix="Leave it out; set it by hand for the one run that needs it, and delete the log.",
    refs=("CWE-532", "PCI DSS 8.6.2", "PCI DSS 8.3.2", _VARIABLES + "variables_troubleshooting/"),
    bad=(
        """\
variables:
  CI_DEBUG_TRACE: "true"  # <- here
test:
  variables:
    CI_DEBUG_SERVICES: "true"  # <- here
  script: make
""",
    ),
    good=(
        """\
variables:
  CI_DEBUG_TRACE: "false"
test:
  script: make
""",
    ),
)


def debug(pipeline: Pipeline) -> Iterator[Hit]:
    for variable in pipeline.variables():
        on = variable.value.text.strip().lower() in ("true", "1", "yes")
        if on and variable.name in ("CI_DEBUG_TRACE", "CI_DEBUG_SERVICES"):
            services = variable.name == "CI_DEBUG_SERVICES"
            yield hit(
                span(variable.value),
                f"{variable.name} prints {'the logs of services' if services else 'every variable'} to the job's log",
                fix=f"Leave {variable.name} out.",
                subject=f"{variable.where} {variable.name}",
                severity=Severity.LOW if services else None,
            )


DOUBLE = Rule(
    id="gitlab-ci/double-pipeline",
    title="One push starts two pipelines",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "A job whose rules hold for pushes and for merge requests runs twice for a branch with a merge request: "
        "runners are busy for nothing, and the two may disagree."
    ),
    fix="Decide once, in `workflow: rules`, which of the two starts a pipeline.",
    refs=("CWE-400", "https://docs.gitlab.com/ci/jobs/job_rules/#avoid-duplicate-pipelines"),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
test:
  script: make
  rules:  # <- here
    - if: $CI_PIPELINE_SOURCE == "push"
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
""",
    ),
    good=(
        """\
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
test:
  script: make
  rules:
    - if: $CI_PIPELINE_SOURCE == "push"
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
""",
        """\
test:
  script: make
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      when: never
    - if: $CI_PIPELINE_SOURCE == "push"
""",
    ),
)


def double(pipeline: Pipeline) -> Iterator[Hit]:
    if "workflow" in pipeline.root.entries:
        return
    for job in pipeline.jobs:
        entry = job.own.get("rules")
        items = getattr(entry.value, "items", ()) if entry and not isinstance(entry.value, Scalar) else ()
        sources = [_source(item) for item in items]
        if entry and "push" in sources and "merge_request_event" in sources:
            yield hit(
                span(entry.key),
                f"{short(job.name)} runs twice for a push to a branch with a merge request",
                subject=f"{job.name}.rules twice",
            )


def _source(item: object) -> str:
    condition = item.get("if") if isinstance(item, Mapping) else None
    when = item.get("when") if isinstance(item, Mapping) else None
    if not isinstance(condition, Scalar) or (isinstance(when, Scalar) and when.text == "never"):
        return ""
    found = re.fullmatch(r"\s*\$CI_PIPELINE_SOURCE\s*==\s*[\"'](\w+)[\"']\s*", condition.text)
    return found[1] if found else ""


RULES = (
    (SECRETS, secrets),
    (ALLOW_FAILURE, allow_failure),
    (DIND, dind),
    (DEBUG, debug),
    (DOUBLE, double),
)
