"""Build servers, package registries and infrastructure as code."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.doubt import genuine
from yett.rules.secrets.named import UUID, reader
from yett.rules.secrets.record import Secret

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="npm-token",
        title="npm access token",
        severity=Severity.CRITICAL,
        keywords=("npm_",),
        pattern=r"npm_[A-Za-z0-9]{36}",
        why="Whoever has it can publish your packages to everybody who installs them.",
        fix="Revoke it with npm token revoke, then publish from CI with trusted publishing, which needs no token.",
        revoke="https://docs.npmjs.com/revoking-access-tokens",
        checksum=checksum.crc_base62,
        bad=("np" + "m_X7CGMJPuvu5VsvPL" + "iBF6B3gaR0oxM040kpLH",),
        good=(
            "np" + "m_zlpwHRsJxkTRH0" + "QysKn8ZbCFrLKBcR0",
            "the prefix npm_ is described in the manual",
        ),
    ),
    Secret(
        id="npmrc-auth-token",
        title="npm registry credential in .npmrc",
        severity=Severity.HIGH,
        keywords=("_authtoken", ":_auth", ":_password"),
        pattern=r'(?i::_(?:authToken|auth|password)\s*=\s*)["\x27]?([\w+/.-]{12,}={0,2})',
        why="Whoever has it can read and publish packages in the registry.",
        fix=(
            "Revoke it in the settings of npm and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.npmjs.com/revoking-access-tokens",
        rank=2,
        holds=checksum.lettered,
        bad=("//registry.acme.io/:_authToken=" + "17313661-4748-416f" + "-a7c4-c9d209203e29",),
        good=(
            "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
            "//registry.acme.io/:_authToken=",
        ),
    ),
    Secret(
        id="pypi-token",
        title="PyPI upload token",
        severity=Severity.CRITICAL,
        keywords=("pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw"),
        pattern=r"pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[\w-]{70,}",
        why="Whoever has it can publish your packages to everybody who installs them.",
        fix="Revoke it in the account settings, then publish from CI with trusted publishing, which needs no token.",
        revoke="https://pypi.org/help/#compromised-token",
        width=1200,
        checksum=checksum.pypi,
        bad=(
            "py"
            + "pi-AgEIcHlwaS5vcmcCJDZneW14dGN5ZnFpbmcza3ljOGkzYXRsYW"
            + "x6anUzODIxYWoxcQACIBcdCfnXVrV-N_carcGcDNNSxiAhQZ-5rszkq"
            + "VDAAcULAAAGIA0M8Q7RyR1aPLONRkYgQKYSfVq1eY1Bc5p39qC88_xN",
        ),
        good=(
            "py" + "pi-AgEIc" + "HlwaS5vcmc",
            "pypi-short",
        ),
    ),
    Secret(
        id="rubygems-key",
        title="RubyGems API key",
        severity=Severity.CRITICAL,
        keywords=("rubygems_",),
        pattern=r"rubygems_[0-9a-f]{48}",
        why="Whoever has it can publish your gems to everybody who installs them.",
        fix=(
            "Revoke it in the settings of RubyGems and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://guides.rubygems.org/api-key-scopes/",
        bad=("ru" + "bygems_29edb6b9d0d1c5131a1" + "ab54113fb70ecc31172ed5b148e5f",),
        good=(
            "ru" + "bygems_97032274d009e085a" + "1e079bba43f586e83828551fc9",
            "the prefix rubygems_ is described in the manual",
        ),
    ),
    Secret(
        id="cargo-token",
        title="crates.io API token",
        severity=Severity.CRITICAL,
        keywords=("cio",),
        pattern=r"cio[A-Za-z0-9]{32}",
        why="Whoever has it can publish your crates to everybody who builds with them.",
        fix=(
            "Revoke it in the settings of crates.io and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://crates.io/settings/tokens",
        holds=checksum.mixed,
        bad=("cargo login " + "ciowXnRX7lkPjkNNqE" + "FqJw8aKax33cROVAD",),
        good=(
            "cargo login " + "ciob0qg3lBHoJM6" + "9OrDwaCr7yCmFjr",
            "the prefix cio is described in the manual",
        ),
    ),
    Secret(
        id="clojars-token",
        title="Clojars deploy token",
        severity=Severity.HIGH,
        keywords=("CLOJARS_",),
        pattern=r"CLOJARS_[A-Za-z0-9]{60}",
        why="Whoever has it can publish your libraries.",
        fix=(
            "Revoke it in the settings of Clojars and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://clojars.org/tokens",
        bad=("CL" + "OJARS_tdyesdrrmnnf20ikmbfr13ihyt" + "q14g3kcp0dn6x1ncfd5ftj5s24d89tj9mf",),
        good=(
            "CL" + "OJARS_aieb8mgxsls45kxljtns8mlq" + "t52czqgrllj4iw42lrkh023hnjludtb",
            "the prefix CLOJARS_ is described in the manual",
        ),
    ),
    Secret(
        id="nuget-key",
        title="NuGet API key",
        severity=Severity.CRITICAL,
        keywords=("oy2",),
        pattern=r"oy2[a-z2-7]{43}",
        why="Whoever has it can publish your packages to everybody who installs them.",
        fix=(
            "Revoke it in the settings of NuGet and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/nuget/nuget-org/publish-a-package",
        bad=("oy" + "22otp4wesm3lwngg2mg7c" + "l4pzsnn6ghgp4arczppc7jr",),
        good=(
            "oy" + "2izmpt2r75jvj5geei" + "l2uthzipnd7r2rfgrlku7",
            "the prefix oy2 is described in the manual",
        ),
    ),
    Secret(
        id="artifactory-key",
        title="JFrog Artifactory API key",
        severity=Severity.CRITICAL,
        keywords=("AKCp",),
        pattern=r"AKCp[A-Za-z0-9]{69,70}",
        why="Whoever has it can read and replace the artefacts that are deployed.",
        fix=(
            "Revoke it in the settings of JFrog and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://jfrog.com/help/r/jfrog-platform-administration-documentation/api-key-deprecation-process",
        holds=checksum.artifactory_key,
        bad=("AK" + "CpB2Uc57z4MTAcs5Z6pKis7Wmp7t8nLYLY" + "5fsLPNBeK3yoZP76Dt7r8YskvmQkhFdZ9XpMs",),
        good=(
            "AK" + "Cpxj6MUnSyqNuSmqSEsY1GAs9ZmieD36" + "Q6PDPrDsF8pPLXWTnCj9Ysbdz6j5ZviuaE",
            "the prefix AKCp is described in the manual",
        ),
    ),
    Secret(
        id="artifactory-reference-token",
        title="JFrog reference token",
        severity=Severity.CRITICAL,
        keywords=("cmVmdGtu",),
        pattern=r"cmVmdGtu[A-Za-z0-9]{48,56}",
        why="Whoever has it can read and replace the artefacts that are deployed.",
        fix=(
            "Revoke it in the settings of JFrog and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://jfrog.com/help/r/jfrog-platform-administration-documentation/api-key-deprecation-process",
        holds=checksum.artifactory_reference,
        bad=("cm" + "VmdGtuOjAxOjE3OTAwMDAwMDA6" + "WjhoUVdxYXRGeEw5RmJxRDdOUFNW",),
        good=(
            "cm" + "VmdGtuOjAxOjE3OTAwMDAwMD" + "A6QmZTeVpUNHF1RnhncTNEZUJ",
            "the prefix cmVmdGtu is described in the manual",
        ),
    ),
    Secret(
        id="packagist-token",
        title="Packagist token",
        severity=Severity.HIGH,
        keywords=("packagist_",),
        pattern=r"packagist_(?:[a-z]{2,4}_)?[A-Za-z0-9]{60,68}",
        why="Whoever has it can publish or read private packages.",
        fix=(
            "Revoke it in the settings of Packagist and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://packagist.com",
        bad=("pa" + "ckagist_03a293f36fd765d1a39753be6" + "5ab3a2a549209cc73440de25130dff2af25",),
        good=(
            "pa" + "ckagist_981b47e6387a57f527b1ec" + "c702c82c73460391353cbcf77ba769c71",
            "the prefix packagist_ is described in the manual",
        ),
    ),
    Secret(
        id="docker-hub-token",
        title="Docker Hub access token",
        severity=Severity.CRITICAL,
        keywords=("dckr_pat_", "dckr_oat_"),
        pattern=r"dckr_(?:pat_[\w-]{27}|oat_[\w-]{32})",
        why="Whoever has it can push images that others run.",
        fix=(
            "Revoke it in the settings of Docker Hub and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.docker.com/security/access-tokens/",
        bad=("dc" + "kr_pat_EoJXVnDEx" + "GeuzK7ltx2k8d2vsCn",),
        good=(
            "dc" + "kr_pat_M3V3rlh" + "Z9b-IijXH6hIPN9",
            "the prefix dckr_pat_ is described in the manual",
        ),
    ),
    Secret(
        id="docker-registry-auth",
        title="Registry password in a Docker configuration",
        severity=Severity.HIGH,
        keywords=("auths", "https://index.docker.io/v1/"),
        pattern=r'"auth"\s*:\s*"([A-Za-z0-9+/]{8,}={0,2})"',
        why="Base64 hides nothing: it is a user name and a password for the registry.",
        fix=(
            "Revoke it in the settings of Docker and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.docker.com/security/access-tokens/",
        width=900,
        holds=checksum.basic_pair,
        bad=('{"auths": {"registry.acme.io": {"auth": "' + "c2hvcC1jaTpHRzB6" + 'dnRyMWU1TjllS3h2"}}}',),
        good=(
            '{"auths": {"registry.acme.io": {}}}',
            '{"auths": {"registry.acme.io": {"auth": "bm90aGluZw=="}}}',
        ),
    ),
    Secret(
        id="docker-swarm-token",
        title="Docker Swarm join token or unlock key",
        severity=Severity.HIGH,
        keywords=("SWMTKN-1-", "SWMKEY-1-"),
        pattern=r"SWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}|SWMKEY-1-[\w+/-]{43}",
        why="Whoever has it can join the cluster and see what runs there.",
        fix=(
            "Revoke it in the settings of Docker Swarm and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.docker.com/engine/swarm/",
        bad=("SW" + "MTKN-1-9ip7u492je9s6rjcqimh6x7vhjs6x74kh" + "akxyut3hvxv31ahjv-zqi6cv6gbuqkf3q3iuikbrodw",),
        good=(
            "SW" + "MTKN-1-h8az29fw44sm6xb62zjiugv9owy3u3e" + "x3z60dm7r5p9mhut217-cd4oyejel8fgdl6fgs2s",
            "the prefix SWMTKN-1- is described in the manual",
        ),
    ),
    Secret(
        id="circleci-token",
        title="CircleCI token",
        severity=Severity.HIGH,
        keywords=("CCIPAT_", "CCIPRJ_"),
        pattern=r"CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}",
        why="Whoever has it can start builds and read what they print.",
        fix=(
            "Revoke it in the settings of CircleCI and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://circleci.com/docs/managing-api-tokens/",
        bad=("CC" + "IPAT_82FQjhyGFoXLqFZriboyWT_18913" + "317e2fe0db06f67a9e5a3b3d55e9560288e",),
        good=(
            "CC" + "IPAT_nu4ysYUZkWX2zXDndGpxWW_34" + "5d8088562ed31bc0cda13f0429b9e9d17",
            "the prefix CCIPAT_ is described in the manual",
        ),
    ),
    Secret(
        id="buildkite-token",
        title="Buildkite token",
        severity=Severity.HIGH,
        keywords=("bkua_", "bkaa_", "bkaj_", "bkar_", "bkct_", "bkpt_", "bkpat_", "bkps_"),
        pattern=r"bk(?:ua_[a-z0-9]{40,53}|(?:aa|aj|ar|ct|pt|pat|ps)_[\w-]{54,})",
        why="Whoever has it can run or read builds.",
        fix=(
            "Revoke it in the settings of Buildkite and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://buildkite.com/docs/apis/managing-api-tokens",
        width=500,
        bad=("bk" + "ua_xp30fwcrcwukkgx2s" + "cg1km5gmtxsblx8rdsmfwqa",),
        good=(
            "bk" + "ua_kedai7kwyeril2p" + "bgzjmosuccu45hhuz8s2",
            "the prefix bkua_ is described in the manual",
        ),
    ),
    Secret(
        id="travis-token",
        title="Travis CI token",
        severity=Severity.MEDIUM,
        keywords=("travis",),
        read=reader(("travis",), r"[\w-]{22}", holds=checksum.mixed),
        why="Whoever has it can start builds and read settings.",
        fix=(
            "Revoke it in the settings of Travis CI and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.travis-ci.com/user/best-practices-security/",
        confidence=Confidence.MEDIUM,
        bad=("TRAVIS_TOKEN=" + "w1ybiy9xCeU" + "1YwxaFXMvNj",),
        good=(
            "TRAVIS_TOKEN=${TRAVIS_TOKEN}",
            "TRAVIS_TOKEN=your-travis-token-here",
        ),
    ),
    Secret(
        id="codecov-token",
        title="Codecov token",
        severity=Severity.MEDIUM,
        keywords=("codecov",),
        read=reader(("codecov",), UUID),
        why="Whoever has it can upload or read coverage, with paths of the source.",
        fix=(
            "Revoke it in the settings of Codecov and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.codecov.com/docs/codecov-tokens",
        confidence=Confidence.MEDIUM,
        bad=("CODECOV_TOKEN=" + "00cb63a8-45c5-4978" + "-affb-5eede7a19f95",),
        good=('codecov_run = "' + "c9be86e1-0125-40f8" + '-a758-2375c8116ba0"',),
    ),
    Secret(
        id="jenkins-token",
        title="Jenkins API token",
        severity=Severity.HIGH,
        keywords=("jenkins",),
        read=reader(("jenkins",), r"11[0-9a-f]{32}", sure=True),
        why="Whoever has it can start jobs and read their secrets.",
        fix=(
            "Revoke it in the settings of Jenkins and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/",
        bad=("JENKINS_API_TOKEN=" + "112f47cb544755804" + "c3592735ee7af64dc",),
        good=(
            "JENKINS_API_TOKEN=${JENKINS_API_TOKEN}",
            "JENKINS_API_TOKEN=your-jenkins-api-token-here",
        ),
    ),
    Secret(
        id="octopus-key",
        title="Octopus Deploy API key",
        severity=Severity.HIGH,
        keywords=("API-",),
        pattern=r"API-[A-Z0-9]{25,32}",
        why="Whoever has it can deploy.",
        fix=(
            "Revoke it in the settings of Octopus Deploy and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key",
        near=("octo",),
        holds=checksum.lettered,
        bad=("octopus_api = AP" + "I-MWAN4J1OD3LZ" + "2QHLMJA7R64ONPFK",),
        good=(
            "octopus_api = AP" + "I-GTBZ9ZXVX7" + "CR3XRHTRE1X1Z",
            "the prefix API- is described in the manual",
        ),
    ),
    Secret(
        id="sonarqube-token",
        title="SonarQube token",
        severity=Severity.HIGH,
        keywords=("squ_", "sqp_", "sqa_"),
        pattern=r"sq[upa]_[0-9a-f]{40}",
        why="Whoever has it can read the analysed source.",
        fix=(
            "Revoke it in the settings of SonarQube and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/",
        bad=("sq" + "p_33633414eaf3a8dfe7" + "ab4cde2dd90140e907c3d0",),
        good=(
            "sq" + "p_2273c1f5a8aed3a3" + "5895c570a7e6790fd3e",
            "the prefix squ_ is described in the manual",
        ),
    ),
    Secret(
        id="terraform-cloud-token",
        title="Terraform Cloud token",
        severity=Severity.CRITICAL,
        keywords=(".atlasv1.",),
        pattern=r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}",
        why="Whoever has it can read state files, secrets in them, and change infrastructure.",
        fix=(
            "Revoke it in the settings of Terraform Cloud and give the new one to the program at run time, from a"
            " secret manager or a masked CI variable."
        ),
        revoke="https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
        bad=("j8" + "HxWgKxx297Yj.atlasv1.J-LvmlSVJs3pMTLCv_WUm" + "WPXHz-LcvQyBG9Nz-QyrsHRSxtJDwM6_behhbtxoE7v",),
        good=(
            "31" + "UoorsvIjzNWY.atlasv1.pS7Vj4tU0uvCJMG9v6" + "ztTFSmebb5TJRxIOhc1Pgv4zE_Mn7f7SiXRikTTln",
            "the prefix .atlasv1. is described in the manual",
        ),
    ),
    Secret(
        id="pulumi-token",
        title="Pulumi access token",
        severity=Severity.CRITICAL,
        keywords=("pul-",),
        pattern=r"pul-[0-9a-f]{40}",
        why="Whoever has it can read state, secrets in it, and change infrastructure.",
        fix=(
            "Revoke it in the settings of Pulumi and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/",
        bad=("pu" + "l-4c331ba1ccb0b95583" + "03853d475992e5aada5a81",),
        good=(
            "pu" + "l-d8db3dfd703bf8f7" + "1ef39b4f40dbeb57845",
            "the prefix pul- is described in the manual",
        ),
    ),
    Secret(
        id="infracost-key",
        title="Infracost API key",
        severity=Severity.MEDIUM,
        keywords=("ico-",),
        pattern=r"ico-[A-Za-z0-9]{32}",
        why="Whoever has it can use the API as your organisation.",
        fix=(
            "Revoke it in the settings of Infracost and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://dashboard.infracost.io",
        holds=checksum.mixed,
        bad=("ic" + "o-arJe3M166wpBqX" + "FRKUwuZrvvpcC3ADq8",),
        good=(
            "ic" + "o-v590yEBFAdsa" + "5hQzr8ndq4gITOy",
            "the prefix ico- is described in the manual",
        ),
    ),
    Secret(
        id="harness-token",
        title="Harness token",
        severity=Severity.HIGH,
        keywords=("pat.", "sat."),
        pattern=r"[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}",
        why="Whoever has it can deploy.",
        fix=(
            "Revoke it in the settings of Harness and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.harness.io",
        bad=("pa" + "t.sG6DBWfa1uu7CIxew0qsIk.7fcddb2c7" + "a2a98a1b765faa4.63JNDM96jvxlsJOMPeyE",),
        good=(
            "pa" + "t.Xs1qONBYGI3ZJdQGHK3jmv.a2fd838" + "e2b94f550c055cf76.CvpnLquRvbJsB40",
            "the prefix pat. is described in the manual",
        ),
    ),
    Secret(
        id="openshift-token",
        title="OpenShift user token",
        severity=Severity.HIGH,
        keywords=("sha256~",),
        pattern=r"sha256~[\w-]{43}",
        why="Whoever has it can use the cluster as that user.",
        fix=(
            "Revoke it in the settings of OpenShift and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.openshift.com",
        bad=("oc login --token=sha256~7b" + "ufS64RzNSQxFUbXxSVgx" + "5iZlRBt5zZ7xJSdaz5BYh",),
        good=(
            "oc login --token=sha256~l5" + "9xalUJXQ--9AI6PtA" + "1jvL1L4HN7uFveZQ00u",
            "the prefix sha256~ is described in the manual",
        ),
    ),
    Secret(
        id="rancher-token",
        title="Rancher API token",
        severity=Severity.HIGH,
        keywords=("token-",),
        pattern=r"token-[a-z0-9]{5}:[a-z0-9]{54}",
        why="Whoever has it can manage the clusters.",
        fix=(
            "Revoke it in the settings of Rancher and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://ranchermanager.docs.rancher.com/reference-guides/user-settings/api-keys",
        bad=("token-ucb3l:" + "xves16hkcqpx94w6piqjel647eq" + "nciyybrjtxkmphb70csvdc0iov7",),
        good=(
            "token-04da1:" + "tf8bbc8ahfj1froq29dw3k7j" + "3bvyfmjgrpccoqkkos0ebz5xq",
            "the prefix token- is described in the manual",
        ),
    ),
    Secret(
        id="kubeconfig-client-key",
        title="Client key in a kubeconfig",
        severity=Severity.CRITICAL,
        keywords=("client-key-data",),
        pattern=r'client-key-data["\x27]?\s*:\s*["\x27]?(LS0tLS1CRUdJTi[A-Za-z0-9+/=]{100,})',
        why="Whoever has it can use the cluster as that user.",
        fix=(
            "Revoke it in the settings of Kubernetes and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/",
        width=12000,
        bad=(
            "client-key-data: "
            + "LS0tLS1CRUdJTilYXKUjtPYvjXrM2tu4+4ArllrY9ltXSFiRxjaMi8kU4L"
            + "8TDUpFQxs/YWKRrMNAjhUZNGghwB/8AmRG9TaqQ2cSipv62TQfWRBEsEkZ"
            + "tiyhiGLBAwuFzF9EXZ4+SP3QWsZ8rxcksVGxIs+8B6ROQZNrCKwibPRUsI",
        ),
        good=(
            "client-key-data: "
            + "LS0tLS1CRUdJTiLUqjU6kIz36mqwzM8UjP7zUTZWrQ6Hx1BefHl"
            + "wjQu4/tDj/eGCtBQiHm+9zvqBxqqs7jK7X15KYA7+PYyNxeOy9A",
            "the prefix client-key-data is described in the manual",
        ),
    ),
    Secret(
        id="encoded-private-key",
        title="Private key in base64",
        severity=Severity.CRITICAL,
        keywords=("LS0tLS1CRUdJTi",),
        pattern=(
            r"LS0tLS1CRUdJTi(?:BQUklWQVRFIEtFW|BSU0EgUFJJVkFURSBLRV|BFQyBQUklWQVRFIEtFW"
            r"|BPUEVOU1NIIFBSSVZBVEUgS0VZ|BEU0EgUFJJVkFURSBLRV|BQR1AgUFJJVkFURSBLRV"
            r"|BFTkNSWVBURUQgUFJJVkFURSBLRV)[A-Za-z0-9+/=]{80,}"
        ),
        why="Base64 hides nothing: whoever has it can log in, sign or decrypt as its owner.",
        fix=(
            "Revoke it in the settings of PEM and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        width=24000,
        rank=4,
        bad=(
            "LS"
            + "0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1GcThicVZWUnFSN0JDQmJlTTQ3aEY2dXpzS"
            + "0Jxd2VDQndKRWp2MGcwVk1jcVcwOHVkZzVxdFF4NW5LVVBZbnlDM1Q5K016MGp4L2lsTFBBM0"
            + "c0Z1lhSWhQTUhMbmlNKzY2eEZycVNlN2JTY2EyamhqTjJhOXRrTmlEYXlWVzdud1p1eEFRN05"
            + "jNmt0RjgyaXlmSEFTTmVkMGdLdjB3cnVGQT09Ci0tLS0tRU5EIFBSSVZBVEUgS0VZLS0tLS0K",
        ),
        good=(
            "LS"
            + "0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1LU1h4ZkNkaD"
            + "Q5MEpzcHJSeEMyVCtOT1MyemE5b29ubnUralZUQmJuN1ZBMVdD",
            "the prefix " + "LS0tLS1" + "CRUdJTi is described in the manual",
        ),
    ),
    Secret(
        id="wireguard-key",
        title="WireGuard private or preshared key",
        severity=Severity.CRITICAL,
        keywords=("privatekey", "presharedkey"),
        pattern=r"(?:PrivateKey|PresharedKey)\s*=\s*([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)",
        why="Whoever has it can join the network as that peer.",
        fix=(
            "Revoke it in the settings of WireGuard and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("[Interface]\nPrivateKey = " + "Qw7jUmn/8nAT2se8Vfob0R" + "BF/GewFOlvF9OocIoJQm4=",),
        good=(
            "PrivateKey = <private key>",
            "PublicKey = " + "4uc+qDvNInPUzl1TBba83H" + "ug72OO8LWoxSBch7uEECE=",
        ),
    ),
    Secret(
        id="teamcity-token",
        title="TeamCity access token",
        severity=Severity.HIGH,
        keywords=("eyJ0eXAiOiAiVENWMiJ9",),
        pattern=r"eyJ0eXAiOiAiVENWMiJ9\.[\w-]{36}\.[\w-]{48}",
        why="Whoever has it can start builds and read their secrets.",
        fix=(
            "Revoke it in the settings of TeamCity and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://www.jetbrains.com/help/teamcity/security-actions.html",
        bad=(
            "ey"
            + "J0eXAiOiAiVENWMiJ9.k1lqYBt3Oey6a5Cg9cbmJ1WSIVgwnsM4"
            + "cZyW.65lsRWxXNpHbWIOcJdKMeuWFSTecGl5euBA8r_pkDVbi5aH6",
        ),
        good=(
            "ey"
            + "J0eXAiOiAiVENWMiJ9.nveFqaMGS8EB75VqpKDPW94G4k8oH"
            + "bLLdHxj.v3kEuwETowDnK6WWEamcV-RLBJprKrSj_CpTJkBbyqJ",
            "the prefix " + "eyJ0eXAiOi" + "AiVENWMiJ9 is described in the manual",
        ),
    ),
    Secret(
        id="prefect-key",
        title="Prefect API key",
        severity=Severity.HIGH,
        keywords=("pnu_", "pnb_"),
        pattern=r"pn[ub]_[A-Za-z0-9]{36}",
        why="Whoever has it can run and read flows.",
        fix=(
            "Revoke it in the settings of Prefect and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.prefect.io",
        holds=checksum.mixed,
        bad=("pn" + "u_dsLd8IIT89skA0vZ" + "nTSWR0FqxsaONQlwXKrp",),
        good=(
            "pn" + "u_vFWose48rZvTAq" + "5SXMN8XjhY492Q3Gw",
            "the prefix pnu_ is described in the manual",
        ),
    ),
    Secret(
        id="dependency-track-key",
        title="Dependency-Track API key",
        severity=Severity.MEDIUM,
        keywords=("odt_",),
        pattern=r"odt_[A-Za-z0-9]{32,255}",
        why="Whoever has it can read and change the inventory of components.",
        fix=(
            "Revoke it in the settings of Dependency-Track and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("od" + "t_UC7cAjxjbyIa7x" + "91VMWe1pS17H0GQVXJ",),
        good=(
            "od" + "t_GAvcbwtSyMWh" + "AeBJ4JaM7wKL4T5",
            "the prefix odt_ is described in the manual",
        ),
    ),
    Secret(
        id="maven-server-password",
        title="Maven server password",
        severity=Severity.HIGH,
        keywords=("</password>",),
        pattern=r"<password>([^<>{}$\s]{6,128})</password>",
        why="Whoever has it can read and publish artefacts.",
        fix=(
            "Revoke it in the settings of Maven and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        rank=2,
        near=("<server>",),
        holds=genuine,
        bad=("<server><id>acme</id><password>XQ" + "EHRup" + "ObcM1AR</password></server>",),
        good=(
            "<server><password>${env.PASSWORD}</password></server>",
            "<server><password>changeme</password></server>",
        ),
    ),
    Secret(
        id="nuget-clear-text-password",
        title="Password in a NuGet configuration",
        severity=Severity.HIGH,
        keywords=("cleartextpassword",),
        pattern=r'(?i:ClearTextPassword"\s+value=")([^"%$]{8,128})"',
        why="Whoever has it can read and publish packages.",
        fix=(
            "Revoke it in the settings of NuGet and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://learn.microsoft.com/nuget/nuget-org/publish-a-package",
        rank=2,
        holds=genuine,
        bad=('<add key="ClearTextPassword" value="' + "Ki1Mwm3U" + 'RQ883Kzb" />',),
        good=(
            '<add key="ClearTextPassword" value="%NUGET_TOKEN%" />',
            '<add key="ClearTextPassword" value="" />',
        ),
    ),
    Secret(
        id="snyk-access-token",
        title="Snyk personal or service token",
        severity=Severity.HIGH,
        keywords=(
            "snyk_uat.",
            "snyk_sat.",
        ),
        pattern=r"snyk_[us]at\.[0-9a-f]{8}\.[\w-]{60,400}",
        why="Whoever has it can read which holes are known in your projects.",
        fix=(
            "Revoke it in the settings of Snyk and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.snyk.io/snyk-api/authentication-for-api/revoke-and-regenerate-a-snyk-api-token",
        bad=("sn" + "yk_uat.84641254.1tZq8WU7JNIiWSSF9nOCbyQkbw1ynhnEM1e12VRmxAT9BROTTKMryQSAjjBm",),
        good=(
            "snyk_uat.84641254.1tZq8WU7" + "JNIiWSSF9nOCbyQkbw1ynhnEM1",
            "snyk_uat. is described in the manual",
        ),
    ),
    Secret(
        id="sonarqube-cloud-token",
        title="SonarQube Cloud token",
        severity=Severity.HIGH,
        keywords=("sqco_",),
        pattern=r"sqco_[A-Za-z0-9]{59}",
        why="Whoever has it can read the analysed code and its weak places.",
        fix=(
            "Revoke it in the settings of SonarQube Cloud and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://docs.sonarsource.com/sonarqube-cloud/managing-your-account/managing-tokens",
        bad=("sq" + "co_aF3bzJx8uwBFNlHc6l9rGxmUqxUbc5nFNBr7kga2LpuifsIFKQfmvDiZehm",),
        good=(
            "sqco_aF3bzJx8uwBFNlHc" + "6l9rGxmUqxUbc5nFNBr7k",
            "sqco_ is described in the manual",
        ),
    ),
    Secret(
        id="scalr-token",
        title="Scalr API token",
        severity=Severity.HIGH,
        keywords=("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ1c2VyIiwianRpIjoiYXQt",),
        pattern=(
            r"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.eyJpc3MiOiJ1c2VyIiwianRpIjoiYXQt[\w-]{8,200}\.[\w-]{"
            r"43}"
        ),
        why="Whoever has it can change the infrastructure that is managed with it.",
        fix=(
            "Revoke it in the settings of Scalr and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.scalr.io/docs/identity-and-access-management#service-accounts",
        rank=4,
        bad=(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi"
            + "J1c2VyIiwianRpIjoiYXQtVDP5rCfcqGLddfrJjHmQegarh"
            + "F.BPgcD5rleMBmFDKXh-VPGm3N8cVxX0OrW2oYw06VrDA",
        ),
        good=(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ1c2VyIiwianRpIjoiYXQtshort",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ1c2VyIiwianRpIjoiYXQt is described in the manual",
        ),
    ),
    Secret(
        id="spacelift-secret",
        title="Spacelift API key secret",
        severity=Severity.HIGH,
        keywords=("spacelift",),
        read=reader(("spacelift",), r"[0-9a-f]{64}"),
        why="Whoever has it and the key id can change the infrastructure that is managed with it.",
        fix=(
            "Revoke it in the settings of Spacelift and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.spacelift.io/integrations/api",
        confidence=Confidence.MEDIUM,
        bad=("SPACELIFT_API_KEY_SECRET=89a2c" + "b14c3124d5c1ba1681df1fb7ea5ba5" + "57f94b269ba808e2f06c7ba12d776",),
        good=(
            "SPACELIFT_API_KEY_SECRET=${SPACELIFT_API_KEY_SECRET}",
            "SPACELIFT_API_KEY_SECRET_ID=" + "89a2cb14c3124d5c1ba1681df1fb7ea5" + "ba557f94b269ba808e2f06c7ba12d776",
        ),
    ),
    Secret(
        id="artifactory-identity-token",
        title="JFrog identity token",
        severity=Severity.CRITICAL,
        keywords=("eyJ2ZXIiOiIyIi",),
        pattern=r"eyJ2ZXIiOiIyIi[\w-]{20,400}\.eyJ[\w-]{40,}\.[\w-]{80,700}",
        why="Whoever has it can publish packages as its owner.",
        fix=(
            "Revoke it in the settings of JFrog and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
        width=2400,
        rank=4,
        bad=(
            "eyJ2ZXIiOiIyIiwidHlwIjoiSldUIiwiYWxnIjoiUlMyNTYifQ.eyJ8ntC1udClHp2D"
            + "fa76V8SoRT86KNIOx4UMKruTuuKWa2P1erwQPDu058mNxAa.o4c3YDnw8IGZs3FVi7U"
            + "vNe3njmzqHw6qvN-xXSHflalBM5FK6UcuCA4VxzDkEl8iydDCd9K7WDlYGjhnkbyw",
        ),
        good=(
            "eyJ2ZXIiOiIyIi.short",
            "eyJ2ZXIiOiIyIi is described in the manual",
        ),
    ),
    Secret(
        id="kubernetes-service-token",
        title="Kubernetes service account token",
        severity=Severity.CRITICAL,
        keywords=("eyJhbGciOiJSUzI1NiIsImtpZCI6",),
        pattern=r"eyJhbGciOiJSUzI1NiIsImtpZCI6[\w-]{4,120}\.eyJ[\w-]{40,}\.[\w-]{80,700}",
        why="Whoever reaches the cluster can act as the service account, often until it is deleted.",
        fix=(
            "Revoke it in the settings of Kubernetes and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/",
        width=2600,
        holds=checksum.service_account,
        rank=4,
        bad=(
            "eyJhbGciOiJSUzI1NiIsImtpZCI6OtqqooAA408io9sZIDu7O4kqlqB9P9F3cxiko85k.eyJpc3MiOiJrdWJlcm5"
            + "ldGVzL3NlcnZpY2VhY2NvdW50Iiwic3ViIjoic3lzdGVtOnNlcnZpY2VhY2NvdW50OnNob3A6ZGVwbG95ZXIifQ."
            + "ozQkVRe6r6OK6-P2eww6c_ffmR74j1hkO84b6ir6E_MCP-ZkR24_O4-E9FBTh01Xurl8Zq65e9DIuYoa1lTKK9",
        ),
        good=(
            "eyJhbGciOiJSUzI1NiIsImtpZCI6short",
            "eyJhbGciOiJSUzI1NiIsImtpZCI6 is described in the manual",
        ),
    ),
    Secret(
        id="hex-pm-key",
        title="Hex.pm API key",
        severity=Severity.HIGH,
        keywords=(
            "hex_api_key",
            "hexpm",
        ),
        read=reader(
            (
                "hex_api_key",
                "hexpm",
            ),
            r"[0-9a-f]{32}",
        ),
        why="Whoever has it can publish packages as its owner.",
        fix=(
            "Revoke it in the settings of Hex.pm and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://hex.pm/dashboard/keys",
        confidence=Confidence.MEDIUM,
        bad=("HEX_API_KEY=" + "5892c6d60bf1e791" + "cc7fe8f22578d9ff",),
        good=(
            "HEX_API_KEY=${HEX_API_KEY}",
            "HEX_API_KEY_ID=" + "5892c6d60bf1e791" + "cc7fe8f22578d9ff",
        ),
    ),
    Secret(
        id="portainer-token",
        title="Portainer access token",
        severity=Severity.HIGH,
        keywords=("portainer",),
        pattern=r"ptr_[A-Za-z0-9+/_-]{20,60}={0,2}",
        why="Whoever has it can run containers on the machines that are managed with it.",
        fix=(
            "Revoke it in the settings of Portainer and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.portainer.io/api/access",
        holds=checksum.mixed,
        bad=("PORTAINER_TOKEN=" + "ptr_DWllA4Lg0sOdUgWVAxG" + "MZmLfLdjIzvZIJ1dNxSg0Lwz",),
        good=(
            "PORTAINER_TOKEN=ptr_short",
            "portainer is described in the manual",
        ),
    ),
    Secret(
        id="devcycle-key",
        title="DevCycle SDK key",
        severity=Severity.MEDIUM,
        keywords=(
            "dvc_server_",
            "dvc_client_",
            "dvc_mobile_",
        ),
        pattern=r"dvc_(?:server|client|mobile)_[A-Za-z0-9_]{8,60}",
        why="Whoever has it can read which features are switched on for whom.",
        fix=(
            "Revoke it in the settings of DevCycle and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.devcycle.com/best-practices/security/compromised-keys",
        holds=checksum.lettered,
        bad=("dv" + "c_server_oVDjKtEWWmNh99UNVzFxDSu3VNU9CiiG",),
        good=(
            "dvc_server_short",
            "dvc_server_ is described in the manual",
        ),
    ),
    Secret(
        id="configcat-key",
        title="ConfigCat SDK key",
        severity=Severity.LOW,
        keywords=("configcat-sdk-1/",),
        pattern=r"configcat-sdk-1/[\w-]{22}/[\w-]{22}",
        why="Whoever has it can read the feature flags and their values.",
        fix=(
            "Revoke it in the settings of ConfigCat and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://app.configcat.com/sdkkey",
        bad=("co" + "nfigcat-sdk-1/mtxJxBGMtFFqCZ2IIrXLD0/VW1Tw6H7iCdsDtg7XvftIe",),
        good=(
            "configcat-sdk-1/mtxJ" + "xBGMtFFqCZ2IIrXLD0/V",
            "configcat-sdk-1/ is described in the manual",
        ),
    ),
    Secret(
        id="unleash-token",
        title="Unleash API token",
        severity=Severity.MEDIUM,
        keywords=("unleash",),
        pattern=r"(?:[*]|default|[a-z][\w-]{0,30}):[\w-]{1,30}\.[0-9a-f]{56,64}",
        why="Whoever has it can read the feature flags, and change them with the token of an administrator.",
        fix=(
            "Revoke it in the settings of Unleash and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.getunleash.io/concepts/api-tokens-and-client-keys",
        bad=(
            "UNLEASH_API_TOKEN=default:developme"
            + "nt.1235c8d5d15bc8c5555e718ede3af177"
            + "19bad862496c1127499ae02ec6b3563a",
        ),
        good=(
            "UNLEASH_API_TOKEN=default:development" + ".1235c8d5d15bc8c5555e718ede3af17719ba",
            "unleash is described in the manual",
        ),
    ),
    Secret(
        id="thog-key",
        title="TruffleHog Enterprise key",
        severity=Severity.MEDIUM,
        keywords=(
            "thog-key-",
            "thog-secret-",
        ),
        pattern=r"thog-(?:key-[0-9a-f]{16}|secret-[0-9a-f]{32})",
        why="Whoever has it can read which leaks were found.",
        fix=(
            "Revoke it in the settings of TruffleHog and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        bad=("th" + "og-key-2c2a9dc37609d87f",),
        good=(
            "thog-key" + "-2c2a9dc",
            "thog-key- is described in the manual",
        ),
    ),
    Secret(
        id="endor-key",
        title="Endor Labs key or secret",
        severity=Severity.MEDIUM,
        keywords=("endr+",),
        pattern=r"endr\+[\w-]{16}",
        why="Whoever has it can read which holes are known in your projects.",
        fix=(
            "Revoke it in the settings of Endor Labs and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("en" + "dr+vSwidPE7kRUl82jm",),
        good=(
            "endr+vS" + "widPE7k",
            "endr+ is described in the manual",
        ),
    ),
    Secret(
        id="aikido-token",
        title="Aikido token",
        severity=Severity.HIGH,
        keywords=(
            "AIK_CI_",
            "AIK_SECRET_",
        ),
        pattern=r"AIK_(?:CI_[A-Za-z0-9]{20,44}|SECRET_\w{64})",
        why="Whoever has it can read which holes are known in your projects.",
        fix=(
            "Revoke it in the settings of Aikido and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("AI" + "K_CI_PQpyuttZ3K5tqP4rwXn1",),
        good=(
            "AIK_CI_PQ" + "pyuttZ3K5",
            "AIK_CI_ is described in the manual",
        ),
    ),
    Secret(
        id="nightfall-key",
        title="Nightfall API key",
        severity=Severity.MEDIUM,
        keywords=("nightfall",),
        pattern=r"NF-[A-Za-z0-9]{32}",
        why="Whoever has it can use the scanner at your expense.",
        fix=(
            "Revoke it in the settings of Nightfall and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("NIGHTFALL_API_KEY=" + "NF-R8ZRh57KZWgbOi" + "O1AAIWxs8UF8axkeTh",),
        good=(
            "NIGHTFALL_API_KEY=NF" + "-R8ZRh57KZWgbOiO1AAIW",
            "nightfall is described in the manual",
        ),
    ),
    Secret(
        id="trigger-dev-key",
        title="Trigger.dev secret key",
        severity=Severity.HIGH,
        keywords=("tr_prod_", "tr_dev_", "tr_stg_", "tr_preview_"),
        pattern=r"tr_(?:prod|dev|stg|preview)_(?:sk_)?[A-Za-z0-9]{20,24}",
        why="Whoever has it can start tasks and read what they were given.",
        fix=(
            "Revoke it in the settings of Trigger.dev and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://trigger.dev/docs/apikeys",
        holds=checksum.mixed,
        bad=("tr_prod_oc51Feog" + "dvbzDp8mFmQp5zvq",),
        good=(
            "tr_prod_YMt" + "rb1uvZwnZuD",
            "the prefix tr_prod_ is described in the manual",
        ),
    ),
    Secret(
        id="inngest-signing-key",
        title="Inngest signing key",
        severity=Severity.HIGH,
        keywords=("signkey-",),
        pattern=r"signkey-(?:prod|test|branch)-[0-9a-f]{64}",
        why="Whoever has it can call the functions as Inngest does, and its API as your servers do.",
        fix=(
            "Revoke it in the settings of Inngest and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.inngest.com/docs/platform-and-operations/rotate-event-and-signing-keys",
        bad=("signkey-prod-4bc13d2a43a6" + "ada270691286d33cd6909d4585" + "e48b7f8b97acc97187c257354d",),
        good=(
            "signkey-prod-2c3" + "66eb5300ff4ea9117",
            "the prefix signkey- is described in the manual",
        ),
    ),
    Secret(
        id="unkey-root-key",
        title="Unkey root key",
        severity=Severity.CRITICAL,
        keywords=("unkey_",),
        pattern=r"unkey_[A-Za-z0-9]{20,64}",
        why="Whoever has it can make and revoke the keys of your users.",
        fix=(
            "Revoke it in the settings of Unkey and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.unkey.com/docs/security/root-keys",
        holds=checksum.mixed,
        bad=("unkey_VB3rmoRjU" + "9TrHFSTt4R8qsg6",),
        good=(
            "unkey_tPk" + "c8RAziSmc",
            "the prefix unkey_ is described in the manual",
        ),
    ),
)
