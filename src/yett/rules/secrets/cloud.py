"""Cloud providers and hosting."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.doubt import fake
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.named import UUID, joined, reader
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Secret, assigned

_AWS_SECRET = Lazy(rb"(?<![\w+/-])[A-Za-z0-9+/]{40}(?![\w+/=-])")
_AWS_ID = Lazy(rb"(?<!\w)(?:AKIA|ASIA)[A-Z2-7]{16}(?!\w)")


def _aws_pairs(text: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """Key ids with a secret key next to them. Where one of the two is made up, each is judged for itself elsewhere."""
    del path
    for end in ends:
        identifier = _AWS_ID.match(text, end - 4)
        if identifier is None or fake(identifier[0][4:].decode()):
            continue
        for secret in _AWS_SECRET.finditer(text, max(0, end - 204), end + 240):
            stretch = joined(text, identifier.span(), secret.span())
            value = secret[0].decode()
            if stretch and checksum.mixed(value) and rare(value) and not fake(value):
                yield Found(*stretch, Confidence.HIGH)
                break


SECRETS: tuple[Secret, ...] = (
    Secret(
        id="aws-access-key",
        title="AWS access key id",
        severity=Severity.HIGH,
        keywords=("AKIA", "ASIA", "ABIA", "ACCA"),
        pattern=r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",
        why="With its secret key, often close by, it signs requests as its owner.",
        fix=(
            "Deactivate it in IAM, look at CloudTrail for its use, then use roles or OIDC in place of long-lived keys."
        ),
        revoke="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        bad=("AK" + "IA3TF4GA" + "KT7NZJOYJT",),
        good=(
            "AKIASHORT",
            "arn:aws:iam::" + "123456" + "789012:user/AKIA",
            '"unique_id": "AI' + "DA5I6BWG" + 'S2WS4WUHJNU"',
        ),
    ),
    Secret(
        id="aws-secret-access-key",
        title="AWS secret access key",
        severity=Severity.CRITICAL,
        keywords=(
            "aws",
            "akia",
            "asia",
            "secret_key",
            "secretkey",
            "secret-key",
            "secret_access",
            "secretaccess",
            "secret access",
        ),
        pattern=assigned(r"aws[\w .\-]{0,24}(?:secret|key)|secret[_ -]?access[_ -]?key", r"[A-Za-z0-9+/]{40}")
        + r"|(?:AKIA|ASIA)[A-Z2-7]{16}(?s:.{1,120}?)[^A-Za-z0-9+/]([A-Za-z0-9+/]{40})",
        why="Whoever has it and the key id signs requests as its owner.",
        fix=(
            "Deactivate the key in IAM, look at CloudTrail for its use, then use roles or OIDC in place of long-"
            "lived keys."
        ),
        revoke="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        width=300,
        holds=checksum.mixed,
        bad=('aws_secret_access_key = "' + "Qg9rOSAqwrayam/10d57" + 'xacOrbC0SA7L+KvVQRUH"',),
        good=(
            'aws_secret_access_key = "${AWS_SECRET_ACCESS_KEY}"',
            'aws_commit = "' + "673c17c0f4567c7a141a" + 'bb5904e6ab108406b2d2"',
        ),
    ),
    Secret(
        id="aws-session-token",
        title="AWS session token",
        severity=Severity.MEDIUM,
        keywords=("FwoGZXIvYXdz", "IQoJb3JpZ2lu"),
        pattern=r"(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9+/]{80,}={0,2}",
        why="Until it expires it signs requests as its owner, together with the keys it came with.",
        fix=(
            "Revoke it in the settings of AWS and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        width=2400,
        bad=(
            "IQ"
            + "oJb3JpZ2luXw5jtTN1dTAuSkMwmMN4Bm6XexcXJLZZzBpdFDKRiC+w/vXkTiajsh"
            + "PEGMJ6ynyCxXkrtb/3WIMvKdoNCWQljRm31wrR2anAsmzlB0PreICaH0yAeOv2h6hG",
        ),
        good=(
            "IQ" + "oJb3JpZ2luoK6xMU2QAbPByDnTD5lTjO2uJvYdz6" + "0R/1CpNbxijaPAh5lzHOOHInJ3T9ok/JVDfOSBPtWh",
            "the prefix FwoGZXIvYXdz is described in the manual",
        ),
    ),
    Secret(
        id="aws-bedrock-key",
        title="AWS Bedrock API key",
        severity=Severity.HIGH,
        keywords=("ABSK", "bedrock-api-key-"),
        pattern=(
            r"(?:ABSKQmVkcm9ja0FQSUtleS[A-Za-z0-9+/]{80,260}={0,2}"
            r"|bedrock-api-key-[Y]mVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=%]{40,})"
        ),
        why="Whoever has it can call the models at your expense and read what they answer.",
        fix=(
            "Revoke it in the settings of AWS and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        width=2400,
        bad=(
            "AB"
            + "SKQmVkcm9ja0FQSUtleS514XPYNLj4MRCdhxm00wbSA5Ym/aFAlCXDT18wK/lueY"
            + "hEVPODERlMfyGMixHFdtOKZO02copG8B2NW0FWBxxab7dAwuIYHwbyCNHoCe0UGihY",
        ),
        good=(
            "AB"
            + "SKQmVkcm9ja0FQSUtleSKOtjCTK3JrUgQJxY5dO3cX1P86"
            + "TPAe9Gfpi3TdgKRDiIJso++BzRU3kmLxKp8Fz4NnYoqTnHmY",
            "the prefix ABSK is described in the manual",
        ),
    ),
    Secret(
        id="aws-mws-token",
        title="Amazon MWS auth token",
        severity=Severity.HIGH,
        keywords=("amzn.mws.",),
        pattern=r"amzn\.mws\.[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        why="Whoever has it can act for the seller account.",
        fix=(
            "Revoke it in the settings of AWS and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        bad=("am" + "zn.mws.361e2880-e7db" + "-488b-a45a-6664d42ee322",),
        good=(
            "am" + "zn.mws.dd8b2c73-85" + "86-4322-ae5f-176d61c",
            "the prefix amzn.mws. is described in the manual",
        ),
    ),
    Secret(
        id="aws-appsync-key",
        title="AWS AppSync API key",
        severity=Severity.HIGH,
        keywords=("da2-",),
        pattern=r"da2-[a-z0-9]{26}",
        why="Whoever has it can send queries to the GraphQL service.",
        fix=(
            "Revoke it in the settings of AWS and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        bad=("da" + "2-02fhuvqyj1b" + "ym9l393udi7k7tf",),
        good=(
            "da" + "2-k999nosw" + "iq9p9g0kbayyw",
            "the prefix da2- is described in the manual",
        ),
    ),
    Secret(
        id="gcp-api-key",
        title="Google API key",
        severity=Severity.HIGH,
        keywords=("AIza",),
        pattern=r"AIza[\w-]{35}",
        why="Whoever has it can use the APIs it is not restricted for, at your expense.",
        fix="Delete it in the Cloud console, then restrict the new one to the APIs and the callers that need it.",
        revoke="https://cloud.google.com/docs/authentication/api-keys",
        bad=("AI" + "zazSLwegtOHm1XFOKl" + "gCgdR8uOowpAIUtT0K7",),
        good=(
            "AI" + "zakgX1Tuc9ud1Tj" + "sofJIDM4wS0KGDuex",
            "the prefix AIza is described in the manual",
        ),
    ),
    Secret(
        id="gcp-auth-key",
        title="Google auth key",
        severity=Severity.HIGH,
        keywords=("AQ.Ab8RN6",),
        pattern=r"AQ\.Ab8RN6[\w-]{44}",
        why="Whoever has it can call the service it is bound to.",
        fix=(
            "Revoke it in the settings of Google and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://cloud.google.com/docs/authentication/api-keys",
        bad=("AQ" + ".Ab8RN6UlLuU2GjkfUkyLdlA" + "mCjcwFKl00PtHwMQNfeVl0OfdnG",),
        good=(
            "AQ" + ".Ab8RN60ezCEckpgqpHWUr" + "a8yIn0XGG36x5PIEzdIbvRQC",
            "the prefix AQ.Ab8RN6 is described in the manual",
        ),
    ),
    Secret(
        id="gcp-oauth-client-secret",
        title="Google OAuth client secret",
        severity=Severity.HIGH,
        keywords=("GOCSPX-",),
        pattern=r"GOCSPX-[\w-]{28}",
        why="Whoever has it can pose as the application when people sign in.",
        fix=(
            "Revoke it in the settings of Google and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://cloud.google.com/docs/authentication/api-keys",
        bad=("GO" + "CSPX-m1xgtsZfp9d" + "6LMXJlWDidAw1Xcfa",),
        good=(
            "GO" + "CSPX-3CrjNXqf" + "M08hagfsuRwT0zh",
            "the prefix GOCSPX- is described in the manual",
        ),
    ),
    Secret(
        id="gcp-oauth-access-token",
        title="Google OAuth access token",
        severity=Severity.MEDIUM,
        keywords=("ya29.",),
        pattern=r"ya29\.[\w-]{24,}",
        why="Until it expires whoever has it can act as its owner.",
        fix=(
            "Revoke it in the settings of Google and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://cloud.google.com/docs/authentication/api-keys",
        width=1200,
        bad=("ya" + "29.U0CHaf8gDvDVSxgiE8cQhEieRGZ" + "NLNxWiZmMZ2ebM30PalGjBBGFcOKVGYEa",),
        good=(
            "ya29.short",
            "see ya29.",
        ),
    ),
    Secret(
        id="gcp-oauth-refresh-token",
        title="Google OAuth refresh token",
        severity=Severity.HIGH,
        keywords=("1//0",),
        pattern=r"1//0[\w-]{80,}",
        why="Whoever has it gets new access tokens until it is revoked.",
        fix=(
            "Revoke it in the settings of Google and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://cloud.google.com/docs/authentication/api-keys",
        width=500,
        bad=(
            "1/" + "/0IcYE10x9MNpMDFdnQw_dY8YzoImZWb21H2jibRxFW2A" + "hgyNINoaz7d6mHvzAFvWyDczpERl8FH31HP6ColdWuUQsGQ",
        ),
        good=(
            "1/" + "/0sXq5yeFlCA-mGa6c4RZOgJaQy8yZlX4drmsoNs" + "JFbMHhmNT8hugVuEM4rqLMimdHCCKGF_DfQwJig96",
            "the prefix 1//0 is described in the manual",
        ),
    ),
    Secret(
        id="gcp-service-account",
        title="Google service account key",
        severity=Severity.CRITICAL,
        keywords=("service_account",),
        pattern=r'(?s)"private_key"\s*:\s*"(-----BEGIN PRIVATE[ ]KEY-----[^"]{200,})"',
        why="Whoever has the file is the service account.",
        fix="Delete the key in IAM, then use workload identity federation, which has no key to lose.",
        revoke="https://cloud.google.com/docs/authentication/api-keys",
        width=9000,
        rank=5,
        near=("private_key",),
        bad=(
            '{"type": "service_account", "private_key_id": "'
            + "d7b9bdfe70acfa7f08df"
            + 'fa6eb30f47ed3c872201", "private_key": "-----BEGIN PRIVATE'
            + " KEY-----\\nM"
            + "NiKThLRqWrzr5mcCYcwhKSdos9UVvU8io5I0IENLcs4rClxtTVb3QkFXro34QgfZMnw7RsIc"
            + "PXeHpqILFAqFLCfO9nmQV+0na22uFmzBHOdkB4PHoQzg1xsb8xyAvSBKxX6wehUAI2mnXMLlt/"
            + "gh8LpZVYSPqqyVMyiwm8FPxoKd32sjQbNTUVbogxIP0n+crXqf1qqSzEFV8Wz1WYkhi7Zpr7cL"
            + "uIE327q9wX6x2L8RgW5EKjeXO62KjWYRNm3fdvGEQFiN4r1/PzQCWRkTTTsBjQpiNAGl8cEG/8=\\n-----END PRIVATE"
            + ' KEY-----\\n"}',
        ),
        good=(
            '"type": "service_account", "private_key": ""',
            '"type": "service_account"',
        ),
    ),
    Secret(
        id="gcp-hmac-key",
        title="Google Cloud Storage HMAC key id",
        severity=Severity.MEDIUM,
        keywords=("GOOG1E",),
        pattern=r"GOOG1E[A-Z0-9]{55}",
        why="With its secret it reads and writes storage as the service account.",
        fix=(
            "Revoke it in the settings of Google and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://cloud.google.com/docs/authentication/api-keys",
        bad=("GO" + "OG1EOMJ8FI136Z6LVHTV8R064Y5V" + "E6CZCAIKX654397OWFXLRMW0F32EGPS",),
        good=(
            "GO" + "OG1E0S4AVAGQEKGEK3VLL9WFOU" + "DJU8BRGQ9ZA64887L3JAMIJI6UQA",
            "the prefix GOOG1E is described in the manual",
        ),
    ),
    Secret(
        id="firebase-messaging-key",
        title="Firebase Cloud Messaging server key",
        severity=Severity.HIGH,
        keywords=(":APA91b",),
        pattern=r"AAAA[\w-]{7}:APA91b[\w-]{134}",
        why="Whoever has it can send messages to every user of the app.",
        fix=(
            "Revoke it in the settings of Firebase and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://firebase.google.com/docs/cloud-messaging/auth-server",
        bad=(
            "AAAA4bviPhw:AP"
            + "A91baau4QAPsGbNMKJz5_UZXAR0ysPCGlom0L7qsKq0w9n84x6iWDnt4BWEnL2Qx1u2F"
            + "fXoj_wKIaZy_H0y362Md55AWyKw8i9ViuAxUvuMZHMEbq5w1dphUk6Shlee5qaeLOekUqf",
        ),
        good=(
            "AAAAbgPUvH2:AP"
            + "A91bUyOox_oyq46t1fusu2MGp5IhUZFwbtMijkdr2fGVOwVgITw6grwl44JgiSEhn1"
            + "sj1tm7aBAhLCt0rr1K6EoKwbTWcN-WubKpSdxpMONaeG-d7bWBDBxj6tFdThmtfvUMv",
            "the prefix :APA91b is described in the manual",
        ),
    ),
    Secret(
        id="azure-storage-key",
        title="Azure storage account key",
        severity=Severity.CRITICAL,
        keywords=("+ASt", "accountkey", "account_key", "storage_key", "storagekey", "storage-key", "account-key"),
        pattern=assigned(r"account[_-]?key|storage[_-]?key", r"[A-Za-z0-9+/]{86}==")
        + r"|([A-Za-z0-9+/]{76}\+ASt[A-Za-z0-9+/]{6}==)",
        why="Whoever has it can read, change and delete all data of the account.",
        fix="Rotate both keys of the account, then use managed identities and switch shared keys off.",
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        holds=checksum.azure_storage,
        bad=(
            "AccountKey="
            + "7vWzvJYRPN4SRN0jzmvXNYWc172McF0kfddYzJMQoIR"
            + "wxPgQIhKo4vUFBpDkPuZFLuEHvsSuvrExdgJ2ssedRz==",
        ),
        good=(
            "AccountKey=$(StorageKey)",
            "AccountKey=" + "devstore" + "account1",
        ),
    ),
    Secret(
        id="azure-identifiable-key",
        title="Azure service key",
        severity=Severity.CRITICAL,
        keywords=(
            "+ABa",
            "ACDb",
            "+AEh",
            "+ASb",
            "+ARm",
            "AIoT",
            "+ACR",
            "AzSe",
            "AzCa",
            "AzFu",
            "APIM",
            "+AMC",
            "AZEG",
        ),
        pattern=(
            r"(?:[A-Za-z0-9+/]{76}|[A-Za-z0-9+/]{42,44}|[A-Za-z0-9+/]{33})(?:\+ABa|ACDb|\+AEh|\+ASb"
            r"|\+ARm|AIoT|\+ACR|AzSe|AzCa|AzFu|APIM|\+AMC|AZEG)[A-Za-z0-9+/]{6}={0,2}"
        ),
        why="Whoever has it can use the service as its administrator.",
        fix=(
            "Revoke it in the settings of Azure and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        width=140,
        holds=checksum.mixed,
        bad=(
            "V+" + "+XGDbqKEgFD7rwnLOIejvThizwElcOEMIqxwf/+vO" + "wyStyx8Kb0yw39PlBKYCCT/skQe8CMUWbAC" + "DbZkL++q==",
        ),
        good=(
            "s3" + "S+Any4gSltV97+vs4tQlgiMFdCRnQVQfNv6ELvDi" + "5CYWpkooILGKswbfUScYR4XyoT4hEA7ighAC" + "DbVsr",
            "the prefix +ABa is described in the manual",
        ),
    ),
    Secret(
        id="azure-annotated-key",
        title="Azure AI or other service key",
        severity=Severity.HIGH,
        keywords=("JQQJ9",),
        pattern=r"[A-Za-z0-9]{52}JQQJ9[9D][A-Za-z0-9]{26,30}",
        why="Whoever has it can use the service at your expense.",
        fix=(
            "Revoke it in the settings of Azure and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        bad=("Kf" + "qf5N8tgP7eiDeINB6ExKkzqu0sTW3kFIHnBQyIJd" + "45rlhKRW5gJQQJ99SEIv1bo90sldXjK8JY66Gs3RCL",),
        good=(
            "c9" + "mQF1eVtFYsHnopCALeoHlQOw4ibCIrHArhU67b" + "DSfBRjnjNkAcJQQJ99XSWNzSe4gzEcGBgtCJqQe",
            "the prefix JQQJ9 is described in the manual",
        ),
    ),
    Secret(
        id="azure-client-secret",
        title="Microsoft Entra client secret",
        severity=Severity.CRITICAL,
        keywords=("Q~",),
        pattern=r"[\w.~-]{3}\dQ~[\w.~-]{31,34}",
        why="Whoever has it and the public client id is the application.",
        fix=(
            "Delete it under App registrations > Certificates & secrets, then use a certificate, a managed "
            "identity or federated credentials."
        ),
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        bad=("nQY8Q~VJ" + "u5N0fnPH06GAH5E" + "sGM6P5b8KLKZ26M84",),
        good=(
            "yF98Q~kP" + "hZTZd0k6rOjP" + "brdmJqq7oJ6f4Qx",
            "the prefix Q~ is described in the manual",
        ),
    ),
    Secret(
        id="azure-connection-string",
        title="Azure Service Bus, Event Hubs or IoT connection string",
        severity=Severity.CRITICAL,
        keywords=("sharedaccesskey=",),
        pattern=r"(?i:SharedAccessKey=)([A-Za-z0-9+/]{33,86}[A-Za-z0-9+/=]{1,3})",
        why="Whoever has it can send and receive all messages.",
        fix=(
            "Revoke it in the settings of Azure and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        holds=checksum.mixed,
        bad=(
            "Endpoint=sb:"
            + "//acme.serviceb"
            + "us.windows.net/;SharedAccessKeyName=root;SharedAccessKey="
            + "qQU/AqEjYkiz1DttfKGG5a"
            + "6oTAT6v6UsSd471jp9pMC=",
        ),
        good=(
            "Endpoint=sb:"
            + "//acme.serviceb"
            + "us.windows.net/;SharedAccessKeyName=root;SharedAccessKey="
            + "5HjcEd+J0+CUSKWb"
            + "MQLgZyeVphWWqiry2",
            "the prefix sharedaccesskey= is described in the manual",
        ),
    ),
    Secret(
        id="azure-sas-token",
        title="Azure shared access signature",
        severity=Severity.HIGH,
        keywords=("&sig=", "?sig="),
        pattern=r"[?&]sig=([A-Za-z0-9%+/]{43,90}(?:%3[dD]|=))",
        why="Until it expires whoever has the address has the rights in it.",
        fix=(
            "Revoke it in the settings of Azure and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        near=("sv=",),
        bad=(
            "https:"
            + "//acme.blob.cor"
            + "e.windows.net/c?sv=2022-11-02&se=2030-01-01&sp=r&sig="
            + "zBsJOUM65EDdNCXkQKHDhn"
            + "pmfOxwInvXzmfG99il2fv%3D",
        ),
        good=(
            "?sv=2020&sig=short",
            "&sig={{signature}}",
        ),
    ),
    Secret(
        id="azure-devops-token",
        title="Azure DevOps personal access token",
        severity=Severity.CRITICAL,
        keywords=("AZDO",),
        pattern=r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}",
        why="Whoever has it can read and push code as its owner.",
        fix=(
            "Revoke it in the settings of Azure DevOps and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
        bad=("vM" + "r7tk8QqLdQ3eedhc6fHQcWT8KqmGLtSnxrGKotgD" + "G8XyiBEvIfKYWUv27eDqmlyLM0WsjvnIViAZDOv3G6",),
        good=(
            "Ms" + "HCbAKPmJqPldbiianBU8aLMdu7tGpLfisz5Xa6" + "TfZzv6ml5r9R5uaqfuTQ1kba6Tse4CUyWW6fAZD",
            "the prefix AZDO is described in the manual",
        ),
    ),
    Secret(
        id="azure-devops-legacy-token",
        title="Azure DevOps personal access token, older form",
        severity=Severity.CRITICAL,
        keywords=("azure", "devops", "vsts", "vss_"),
        read=reader(("azure", "devops", "vsts", "vss_"), r"[a-z2-7]{52}", near=()),
        why="Whoever has it can read and push code as its owner.",
        fix=(
            "Revoke it in the settings of Azure DevOps and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
        bad=("AZURE_DEVOPS_PAT=" + "ujyhqqdw3zrcwgho3zwgnma3bj" + "qifwxg3cocjoyn5ifdt5pj6oj5",),
        good=(
            "AZURE_DEVOPS_PAT=${AZURE_DEVOPS_PAT}",
            "AZURE_DEVOPS_PAT=your-azure-devops-pat-here",
        ),
    ),
    Secret(
        id="azure-openai-key",
        title="Azure OpenAI key",
        severity=Severity.HIGH,
        keywords=("openai",),
        pattern=assigned(r"azure[\w .\-]{0,20}openai|openai[\w .\-]{0,20}azure|aoai", r"[0-9a-f]{32}"),
        why="Whoever has it can use the models at your expense.",
        fix=(
            "Revoke it in the settings of Azure and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
        bad=("AZURE_OPENAI_API_KEY=" + "1410b0da743520bd" + "0efc35131e8c1eff",),
        good=(
            "AZURE_OPENAI_API_KEY=${AZURE_OPENAI_API_KEY}",
            "AZURE_OPENAI_API_KEY=yo" + "ur-azure-open" + "ai-api-key-here",
        ),
    ),
    Secret(
        id="cloudflare-token",
        title="Cloudflare API token",
        severity=Severity.CRITICAL,
        keywords=("cfk_", "cfut_", "cfat_"),
        pattern=r"cf(?:k|ut|at)_[A-Za-z0-9]{40}[0-9a-f]{8}",
        why="Whoever has it can change DNS and rules within its scopes.",
        fix=(
            "Revoke it in the settings of Cloudflare and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/",
        bad=("cf" + "ut_3aO64RWqX6rhB4VhzVk1G" + "dgSpKyPbUD174cqZVbHf8298d7e",),
        good=(
            "cf" + "ut_iNJrvosaklvdteGwFmV" + "3tMnJrdQMhtNNNvZev6AA832",
            "the prefix cfk_ is described in the manual",
        ),
    ),
    Secret(
        id="cloudflare-api-key",
        title="Cloudflare API key or token, older form",
        severity=Severity.HIGH,
        keywords=("cloudflare",),
        read=reader(("cloudflare",), r"[\w-]{40}|[0-9a-f]{37}"),
        why="Whoever has it can change DNS and rules within its scopes.",
        fix=(
            "Revoke it in the settings of Cloudflare and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/",
        bad=('CLOUDFLARE_API_TOKEN = "' + "y-lZ6KbHdDLDuRYMs0nu" + 'Gu9wU9Ztiur7ZNZKvp2c"',),
        good=(
            "CLOUDFLARE_API_TOKEN=${CLOUDFLARE_API_TOKEN}",
            "CLOUDFLARE_API_TOKEN=yo" + "ur-cloudflare" + "-api-token-here",
        ),
    ),
    Secret(
        id="cloudflare-origin-ca-key",
        title="Cloudflare origin CA key",
        severity=Severity.HIGH,
        keywords=("v1.0-",),
        pattern=r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}",
        why="Whoever has it can issue certificates that Cloudflare trusts for your origin.",
        fix=(
            "Revoke it in the settings of Cloudflare and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/",
        bad=(
            "v1"
            + ".0-f7dc3c523235f0f8ef192f1c-abf4e00edbd1e322ee643edc92a8f"
            + "145ffbeea71553077fac13f91f6842993551a4914cdd0ee47205f54680"
            + "9910ad92baacd7d12e877cb4d08d0337464e89be3f9ff2cb630b31bc591",
        ),
        good=(
            "v1"
            + ".0-2f3bbcf0a7195811ad638283-35cf85c3c4099ec4508a98edae7"
            + "a7773d5afc45819f026737d6a79356606bf4f315a7f036a1da8dd31f6"
            + "6ea10cd9d63a9e69f63019a7395c8a67c4569b604eeb2cddf29b185d1",
            "the prefix v1.0- is described in the manual",
        ),
    ),
    Secret(
        id="digitalocean-token",
        title="DigitalOcean token",
        severity=Severity.CRITICAL,
        keywords=("dop_v1_", "doo_v1_", "dor_v1_"),
        pattern=r"do[opr]_v1_[0-9a-f]{64}",
        why="Whoever has it controls the account: machines, DNS, databases.",
        fix=(
            "Revoke it in the settings of DigitalOcean and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.digitalocean.com/reference/api/create-personal-access-token/",
        bad=("do" + "p_v1_e818f83a16d1e942f793901aa7686" + "13e426527120b342268249bcc1188914593",),
        good=(
            "do" + "p_v1_e55c0f65513b590815a179e851" + "a5c5f735383ea3e9d62f9b655113f8a0c",
            "the prefix dop_v1_ is described in the manual",
        ),
    ),
    Secret(
        id="heroku-api-key",
        title="Heroku API key",
        severity=Severity.HIGH,
        keywords=("HRKU-",),
        pattern=r"HRKU-(?:AA[\w-]{58}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
        why="Whoever has it can deploy and read the configuration of every app.",
        fix=(
            "Revoke it in the settings of Heroku and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://devcenter.heroku.com/articles/authentication",
        bad=("HR" + "KU-AAZyIdviO1L6gbvtQ4drEJXmQrF" + "QxxnCnGg2KNUduGoDsSS8LIIMP6ucdbB3",),
        good=(
            "HR" + "KU-AAuLsI1C1yNo_dknzb_nL9Z3w" + "3SNhsKvTLP_2yUZqx2XnU5sy-__V2g",
            "the prefix HRKU-AA is described in the manual",
        ),
    ),
    Secret(
        id="heroku-legacy-key",
        title="Heroku API key, older form",
        severity=Severity.HIGH,
        keywords=("heroku",),
        read=reader(("heroku",), UUID),
        why="Whoever has it can deploy and read the configuration of every app.",
        fix=(
            "Revoke it in the settings of Heroku and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://devcenter.heroku.com/articles/authentication",
        bad=("HEROKU_API_KEY=" + "49419a1f-e2ac-4c3e" + "-ae22-5bdd7f85cd5e",),
        good=('heroku_app_id = "' + "c5552a10-fc96-4095" + '-a9d8-ca9f19ff5593"',),
    ),
    Secret(
        id="fly-token",
        title="Fly.io token",
        severity=Severity.CRITICAL,
        keywords=("fm1_", "fm1r_", "fm1a_", "fm2_", "fo1_"),
        pattern=r"(?:fm1[ar]?_|fm2_)[A-Za-z0-9+/_-]{100,}={0,2}|fo1_[\w-]{43}",
        why="Whoever has it can deploy and open a shell in the apps.",
        fix=(
            "Revoke it in the settings of Fly.io and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://fly.io/docs/security/tokens/",
        width=900,
        bad=("fo" + "1_KdiyfjqOy3Khwl8wogz3" + "YfXuPrSbuEpwQdvkh_Nuyiv",),
        good=(
            "fo" + "1_E-bLhU8LwP7419rpb" + "cHJeMbToJ5ynhWKHS6xn2",
            "the prefix fm1_ is described in the manual",
        ),
    ),
    Secret(
        id="render-key",
        title="Render API key",
        severity=Severity.HIGH,
        keywords=("rnd_",),
        pattern=r"rnd_[A-Za-z0-9]{28}",
        why="Whoever has it can deploy and read the environment of the services.",
        fix=(
            "Revoke it in the settings of Render and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://render.com/docs/api",
        holds=checksum.mixed,
        bad=("rn" + "d_dViEwpRGsbhC" + "Oa2uYDuRBa1kYcOo",),
        good=(
            "rn" + "d_U84YsQjDa0" + "x9YArMRMgEmfb",
            "the prefix rnd_ is described in the manual",
        ),
    ),
    Secret(
        id="vercel-token",
        title="Vercel token",
        severity=Severity.HIGH,
        keywords=("vcp_", "vci_", "vca_", "vcr_", "vck_"),
        pattern=r"vc[piark]_[\w-]{56}",
        why="Whoever has it can deploy and read environment variables.",
        fix=(
            "Revoke it in the settings of Vercel and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://vercel.com/docs/rest-api#authentication",
        bad=("vc" + "p_Ty4Edrd7NpIS8UTJXJ8FbI5apv" + "6oKxL5fjet9fBVpEKjTvypkGKW6dTP",),
        good=(
            "vc" + "p_3IXJNv_7NidimeRFERDIbLbW" + "kBP0M6Pc87qxDggHKEDIEa6ZA7n",
            "the prefix vcp_ is described in the manual",
        ),
    ),
    Secret(
        id="vercel-legacy-token",
        title="Vercel token, older form",
        severity=Severity.HIGH,
        keywords=("vercel",),
        read=reader(("vercel",), r"[A-Za-z0-9]{24}", holds=checksum.mixed),
        why="Whoever has it can deploy and read environment variables.",
        fix=(
            "Revoke it in the settings of Vercel and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://vercel.com/docs/rest-api#authentication",
        bad=("VERCEL_TOKEN=" + "7wDnsviddErF" + "OauailRCk6FT",),
        good=(
            "VERCEL_TOKEN=${VERCEL_TOKEN}",
            "VERCEL_TOKEN=your-vercel-token-here",
        ),
    ),
    Secret(
        id="netlify-token",
        title="Netlify access token",
        severity=Severity.HIGH,
        keywords=("nfp_",),
        pattern=r"nfp_\w{36}",
        why="Whoever has it can deploy and change the sites of its owner.",
        fix=(
            "Revoke it in the settings of Netlify and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.netlify.com/api/get-started/",
        holds=checksum.mixed,
        bad=("nf" + "p_JklxSXLjwo2UYsIa" + "LpWgnxX05gTm8V4rouD5",),
        good=(
            "nf" + "p_m1AKhBgpdKPQDL" + "6awarBDwUz6swxATQ",
            "the prefix nfp_ is described in the manual",
        ),
    ),
    Secret(
        id="netlify-legacy-token",
        title="Netlify access token, older form",
        severity=Severity.HIGH,
        keywords=("netlify",),
        read=reader(("netlify",), r"[\w-]{40,46}", holds=checksum.mixed),
        why="Whoever has it can deploy and change the sites of its owner.",
        fix=(
            "Revoke it in the settings of Netlify and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.netlify.com/api/get-started/",
        bad=("NETLIFY_AUTH_TOKEN=YJ" + "r4otJE9uFs9jCRKXKVFM" + "RjTGm9QzylQ_zxyNwpiKd",),
        good=(
            "NETLIFY_AUTH_TOKEN=${NETLIFY_AUTH_TOKEN}",
            "NETLIFY_AUTH_TOKEN=your-netlify-auth-token-here",
        ),
    ),
    Secret(
        id="railway-token",
        title="Railway API token",
        severity=Severity.HIGH,
        keywords=("railway",),
        read=reader(("railway",), UUID),
        why="Whoever has it can deploy and read variables.",
        fix=(
            "Revoke it in the settings of Railway and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.railway.com/reference/public-api",
        confidence=Confidence.MEDIUM,
        bad=("RAILWAY_TOKEN=" + "df520dd7-bc9c-49a8" + "-a262-e8dfb449e4db",),
        good=('railway_project_id = "' + "05c91e1a-a242-433b" + '-a460-17b51e13257b"',),
    ),
    Secret(
        id="alibaba-access-key",
        title="Alibaba Cloud access key id",
        severity=Severity.HIGH,
        keywords=("LTAI",),
        pattern=r"LTAI[A-Za-z0-9]{17,21}",
        why="With its secret, often close by, it signs requests as its owner.",
        fix=(
            "Revoke it in the settings of Alibaba Cloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.alibabacloud.com/help/ram/user-guide/create-an-accesskey-pair",
        holds=checksum.mixed,
        bad=("LT" + "AIycGyMYb4" + "zwoqLtXb5FMQ",),
        good=(
            "LT" + "AIHkb3EK" + "YsyR92QqP",
            "the prefix LTAI is described in the manual",
        ),
    ),
    Secret(
        id="alibaba-secret-key",
        title="Alibaba Cloud access key secret",
        severity=Severity.CRITICAL,
        keywords=("alibaba", "aliyun", "accesskeysecret", "access_key_secret"),
        read=reader(
            ("alibaba", "aliyun", "accesskeysecret", "access_key_secret"),
            r"[A-Za-z0-9]{30}",
            need="secret",
            near=("alibaba", "aliyun"),
            pair=("access key id", r"LTAI[A-Za-z0-9]{12,21}"),
            holds=checksum.mixed,
        ),
        why="Whoever has it and the key id signs requests as its owner.",
        fix=(
            "Revoke it in the settings of Alibaba Cloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.alibabacloud.com/help/ram/user-guide/create-an-accesskey-pair",
        bad=("ALIYUN_ACCESS_KEY_SECRET=" + "oRAbZYt953isOEg" + "zRSqOVTHgtSfaCo",),
        good=(
            "ALIYUN_ACCESS_KEY_SECRET=${ALIYUN_ACCESS_KEY_SECRET}",
            "ALIYUN_ACCESS_KEY_SECRET=yo" + "ur-aliyun-acces" + "s-key-secret-here",
        ),
    ),
    Secret(
        id="yandex-token",
        title="Yandex Cloud token or key",
        severity=Severity.HIGH,
        keywords=("AQVN", "t1."),
        pattern=r"t1\.[\w=-]{20,}\.[\w=-]{86}|AQVN[\w-]{35,38}",
        why="Whoever has it can act as the service account.",
        fix=(
            "Revoke it in the settings of Yandex Cloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://yandex.cloud/docs/iam/concepts/authorization/iam-token",
        width=700,
        holds=checksum.lettered,
        bad=("AQ" + "VNMWdXEqMj-BmrGWHF" + "wRptPvobbQ06Cf09Tme9",),
        good=(
            "AQ" + "VNFZVruYmkVsi25h" + "A4XewkxJGHsbVqwPa",
            "the prefix AQVN is described in the manual",
        ),
    ),
    Secret(
        id="ibm-cloud-key",
        title="IBM Cloud API key",
        severity=Severity.CRITICAL,
        keywords=("ibm",),
        read=reader(("ibm",), r"[\w-]{42,44}", near=("ibm_cloud", "ibmcloud", "ibm.com"), holds=checksum.mixed),
        why="Whoever has it can do what its owner can.",
        fix=(
            "Revoke it in the settings of IBM Cloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://cloud.ibm.com/docs/account?topic=account-userapikey",
        bad=("IBM_CLOUD_API_KEY=" + "luHIz0ewCfgYq4JVQBZ3Za" + "sq41dWRw3y8m10P7JP3K3e",),
        good=(
            "IBM_CLOUD_API_KEY=${IBM_CLOUD_API_KEY}",
            "IBM_CLOUD_API_KEY=your-ibm-cloud-api-key-here",
        ),
    ),
    Secret(
        id="scaleway-secret-key",
        title="Scaleway secret key",
        severity=Severity.HIGH,
        keywords=("scaleway", "scw_"),
        read=reader(("scaleway", "scw_"), UUID, need="secret|token", pair=("access key", r"SCW[A-Z0-9]{17}")),
        why="Whoever has it can use the API as its owner.",
        fix=(
            "Revoke it in the settings of Scaleway and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://www.scaleway.com/en/docs/iam/",
        bad=("SCW_SECRET_KEY=" + "0619cfe1-c50a-4e91" + "-a148-a8e65925cbcb",),
        good=("SCW_DEFAULT_PROJECT_ID=" + "98859b49-5752-4ac3" + "-adcb-435d5421ebbd",),
    ),
    Secret(
        id="ovh-secret",
        title="OVH application secret or consumer key",
        severity=Severity.HIGH,
        keywords=("ovh",),
        read=reader(("ovh",), r"[A-Za-z0-9]{32}", need="secret|consumer"),
        why="Whoever has it and the application key can use the account.",
        fix=(
            "Revoke it in the settings of OVH and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://api.ovh.com",
        bad=("OVH_APPLICATION_SECRET=" + "kgsuqpdet9glebtn" + "qjir1tca9cozt7pm",),
        good=(
            "OVH_APPLICATION_SECRET=${OVH_APPLICATION_SECRET}",
            "OVH_APPLICATION_SECRET=yo" + "ur-ovh-applica" + "tion-secret-here",
        ),
    ),
    Secret(
        id="linode-token",
        title="Linode API token",
        severity=Severity.HIGH,
        keywords=("linode",),
        read=reader(("linode",), r"[0-9a-f]{64}"),
        why="Whoever has it controls the account: machines, DNS, storage.",
        fix=(
            "Revoke it in the settings of Linode/Akamai and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://techdocs.akamai.com/linode-api/reference/delete-personal-access-token",
        bad=("LINODE_TOKEN=" + "3223d19f75d77a721621602f69050e01" + "1abe5231162f773781246fdaf4a4ce2d",),
        good=(
            "LINODE_TOKEN=${LINODE_TOKEN}",
            "LINODE_TOKEN=your-linode-token-here",
        ),
    ),
    Secret(
        id="vultr-key",
        title="Vultr API key",
        severity=Severity.HIGH,
        keywords=("vultr",),
        read=reader(("vultr",), r"[A-Z0-9]{36}"),
        why="Whoever has it controls the account.",
        fix=(
            "Revoke it in the settings of Vultr and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.vultr.com/platform/other/api/current-user/delete-api-key",
        bad=("VULTR_API_KEY=YM" + "L1JCJN62TRQTBYBW" + "B56QRTNAZI5SW04I88",),
        good=(
            "VULTR_API_KEY=${VULTR_API_KEY}",
            "VULTR_API_KEY=your-vultr-api-key-here",
        ),
    ),
    Secret(
        id="civo-key",
        title="Civo API key",
        severity=Severity.MEDIUM,
        keywords=("civo",),
        read=reader(("civo",), r"[A-Za-z0-9]{50}"),
        why="Whoever has it controls the account.",
        fix=(
            "Revoke it in the settings of Civo and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://dashboard.civo.com/security",
        bad=("CIVO_API_KEY=" + "yCztELaWTpy1EFxY6vJlcCA1i" + "DBg9FTw7x0BD77xMQo6ZegTNg",),
        good=(
            "CIVO_API_KEY=${CIVO_API_KEY}",
            "CIVO_API_KEY=your-civo-api-key-here",
        ),
    ),
    Secret(
        id="upcloud-token",
        title="UpCloud API token",
        severity=Severity.HIGH,
        keywords=("ucat_",),
        pattern=r"ucat_[A-Za-z0-9]{24,32}",
        why="Whoever has it controls the account.",
        fix=(
            "Revoke it in the settings of UpCloud and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("uc" + "at_RrjLvbjSzKB" + "vBF83h3DIUtI8qP",),
        good=(
            "uc" + "at_vK7ktmfZ" + "O7Q4vjcJXNfH3",
            "the prefix ucat_ is described in the manual",
        ),
    ),
    Secret(
        id="scalingo-token",
        title="Scalingo API token",
        severity=Severity.HIGH,
        keywords=("tk-us-",),
        pattern=r"tk-us-[\w-]{48}",
        why="Whoever has it can deploy and read the environment of the apps.",
        fix=(
            "Revoke it in the settings of Scalingo and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://dashboard.scalingo.com/account/tokens",
        bad=("tk" + "-us-xfSIZX1kembUYorUNCY9B" + "-WgqPsb-lgIKMAfvkP_4uCC1doR",),
        good=(
            "tk" + "-us-xp9-VTozSpsvgJHi5d" + "qgPZiD-Bfwb-URH8zA2k4BC_O",
            "the prefix tk-us- is described in the manual",
        ),
    ),
    Secret(
        id="akamai-credential",
        title="Akamai EdgeGrid credential",
        severity=Severity.HIGH,
        keywords=("akab-",),
        pattern=r"(akab-[\w-]{16}-[a-z0-9]{16})(?:[^.\w-]|$)",
        why="It signs requests to the Akamai API together with its client secret.",
        fix=(
            "Revoke it in the settings of Akamai EdgeGrid and give the new one to the program at run time, from a"
            " secret manager or a masked CI variable."
        ),
        revoke="https://techdocs.akamai.com/developer/docs/authenticate-with-edgegrid",
        holds=checksum.lettered,
        bad=("client_token = ak" + "ab-z7phlp9skp1ee7" + "bk-n7q5kejzo6u3akvw",),
        good=(
            "host = ak" + "ab-szk2hlwlb512xe9z-q2ani4l" + "mkc5qlyct.luna.akamaiapis.net",
            "akab-short",
        ),
    ),
    Secret(
        id="azure-app-configuration-secret",
        title="Azure App Configuration connection string",
        severity=Severity.CRITICAL,
        keywords=(".azconfig.io",),
        pattern=r'\.azconfig\.io;Id=[^;"\x27\s]{3,80};Secret=([A-Za-z0-9+/]{42,100}={0,2})',
        why="Whoever has it can read and change the settings of the application, secrets among them.",
        fix=(
            "Revoke it in the settings of Azure App Configuration and give the new one to the program at "
            "run time, from a secret manager or a masked CI variable."
        ),
        revoke="https://learn.microsoft.com/azure/azure-app-configuration/",
        bad=(
            "Endpoint=https://acme.azconfig.io;I"
            + "d=a1b2-l0-s0:kQ2;Secret=h/rDRH419sT"
            + "2HZDGx8lQI5ZvYJIYrIce3XQoCd2xdrE=",
        ),
        good=(
            "Endpoint=https://acme.azconfig.io;Id=a1b2;Secret=short",
            ".azconfig.io is described in the manual",
        ),
    ),
    Secret(
        id="aws-key-pair",
        title="AWS access key id with its secret key",
        severity=Severity.CRITICAL,
        keywords=(
            "AKIA",
            "ASIA",
        ),
        read=_aws_pairs,
        why="Together they sign requests as their owner.",
        fix=(
            "Revoke it in the settings of AWS and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        rank=4,
        bad=(
            "aws_access_key_id = AKIACAWEMAQ7MKB4"
            + "ZU5G\naws_secret_access_key = mQiiGBK"
            + "PqluiKCs2suWWdUxo3fVfrD4YT2lmhbnQ",
        ),
        good=(
            "AKIAshort and nothing else",
            "AKIA is described in the manual",
        ),
    ),
    Secret(
        id="digitalocean-spaces-key",
        title="DigitalOcean Spaces access key",
        severity=Severity.MEDIUM,
        keywords=("DO00",),
        pattern=r"DO00[A-Z0-9]{16}",
        why="With its secret, often close by, it reads and changes the files kept in Spaces.",
        fix=(
            "Revoke it in the settings of DigitalOcean Spaces and give the new one to the program at run "
            "time, from a secret manager or a masked CI variable."
        ),
        revoke="https://docs.digitalocean.com/products/spaces/",
        holds=checksum.lettered,
        bad=("DO" + "00WMISS7428NUNGANU",),
        good=(
            "DO00WM" + "ISS7428",
            "DO00 is described in the manual",
        ),
    ),
    Secret(
        id="gcp-user-credentials",
        title="Google application default credentials",
        severity=Severity.HIGH,
        keywords=("authorized_user",),
        pattern=r'"refresh_token"\s*:\s*"([\w/-]{20,512})"',
        why="Whoever has the file can act as the person who signed in.",
        fix=(
            "Revoke it in the settings of Google application default credentials and give the new one to "
            "the program at run time, from a secret manager or a masked CI variable."
        ),
        revoke="https://cloud.google.com/docs/authentication/application-default-credentials",
        width=900,
        near=("client_secret",),
        bad=(
            '{"client_id": "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleus'
            + 'ercontent.com", "client_secret": "", "refresh_token": "FSx9J9OpCNb0THG81KF'
            + 'zDHPGJ5lpxYlmwsOZRPDjeetsDx1_ijBxJiKPjgYzZx", "type": "authorized_user"}',
        ),
        good=(
            "authorized_user without a token",
            "authorized_user is described in the manual",
        ),
    ),
    Secret(
        id="alibaba-sts-token",
        title="Alibaba Cloud STS key",
        severity=Severity.MEDIUM,
        keywords=(
            "aliyun",
            "alibaba",
        ),
        pattern=r"STS\.[A-Za-z0-9]{16,64}",
        why="Until it expires it signs requests as its owner, together with the token it came with.",
        fix=(
            "Revoke it in the settings of Alibaba Cloud and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://www.alibabacloud.com/help/ram/user-guide/create-an-accesskey-pair",
        holds=checksum.mixed,
        bad=("ALIYUN_STS_ACCESS_KEY_ID=" + "STS.naFMXam7WzX" + "3hWK0vhU3hrAdYF",),
        good=(
            "ALIYUN_STS_ACCESS_KEY_ID=STS.short",
            "aliyun is described in the manual",
        ),
    ),
    Secret(
        id="tencent-secret-id",
        title="Tencent Cloud secret id",
        severity=Severity.HIGH,
        keywords=("AKID",),
        pattern=r"AKID[A-Za-z0-9]{32}",
        why="With its secret key, often close by, it signs requests as its owner.",
        fix=(
            "Revoke it in the settings of Tencent Cloud and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://cloud.tencent.com/document/product/598/37140",
        holds=checksum.mixed,
        bad=("AK" + "IDGfHnccDgjlzE1thRMtFhASS5nWe3uDJW",),
        good=(
            "AKIDGfHnccDg" + "jlzE1thRMtFh",
            "AKID is described in the manual",
        ),
    ),
    Secret(
        id="tencent-secret-key",
        title="Tencent Cloud secret key",
        severity=Severity.CRITICAL,
        keywords=(
            "tencent",
            "qcloud",
        ),
        read=reader(
            (
                "tencent",
                "qcloud",
            ),
            r"[A-Za-z0-9]{32}",
            need="secret",
            pair=("secret id", "AKID[A-Za-z0-9]{32}"),
        ),
        why="Whoever has it and the secret id signs requests as its owner.",
        fix=(
            "Revoke it in the settings of Tencent Cloud and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://cloud.tencent.com/document/product/598/37140",
        bad=("TENCENTCLOUD_SECRET_KEY=" + "Cjghp2dqhzlX8nKq" + "kaSALdOfOOyLa4PY",),
        good=(
            "TENCENTCLOUD_SECRET_KEY=${TENCENTCLOUD_SECRET_KEY}",
            "TENCENTCLOUD_SECRET_KEY_ID=" + "Cjghp2dqhzlX8nKq" + "kaSALdOfOOyLa4PY",
        ),
    ),
    Secret(
        id="yandex-static-secret",
        title="Yandex Cloud static access key",
        severity=Severity.HIGH,
        keywords=("yandex", "yc_"),
        pattern=r"YC[\w-]{38}",
        why="With its key id it reads and changes the files kept in Object Storage.",
        fix=(
            "Revoke it in the settings of Yandex Cloud and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://yandex.cloud/docs/iam/concepts/authorization/api-key",
        holds=checksum.mixed,
        bad=("YANDEX_SECRET_KEY=" + "YCozNA11mDrWxA48WmzP" + "8fkQKQl8vFvQQEVGZEvi",),
        good=(
            "YANDEX_SECRET_KEY=YCoz" + "NA11mDrWxA48WmzP8fkQKQ",
            "yandex is described in the manual",
        ),
    ),
    Secret(
        id="exoscale-key",
        title="Exoscale API key",
        severity=Severity.HIGH,
        keywords=("exoscale",),
        pattern=r"EXO[A-Za-z0-9]{24,30}",
        why="With its secret it rents and deletes machines.",
        fix=(
            "Revoke it in the settings of Exoscale and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://community.exoscale.com",
        holds=checksum.lettered,
        bad=("EXOSCALE_API_KEY=" + "EXONrpUNRjPNr" + "4CCV6hCKPjUKxU",),
        good=(
            "EXOSCALE_API_KEY=" + "EXONrpUNRjPNr4CCV6",
            "exoscale is described in the manual",
        ),
    ),
    Secret(
        id="hetzner-token",
        title="Hetzner Cloud token",
        severity=Severity.CRITICAL,
        keywords=(
            "hetzner",
            "hcloud",
        ),
        read=reader(
            (
                "hetzner",
                "hcloud",
            ),
            r"[A-Za-z0-9]{64}",
        ),
        why="Whoever has it can rent, read and delete machines.",
        fix=(
            "Revoke it in the settings of Hetzner Cloud and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.hetzner.com/cloud/api/getting-started/generating-api-token/",
        bad=("HCLOUD_TOKEN=" + "wsHu85NrB3P9epHgSHGaqfgiV39FTTlm" + "95ws2594xzFDvFyzF0IBaWupCuW4ze63",),
        good=(
            "HCLOUD_TOKEN=${HCLOUD_TOKEN}",
            "HCLOUD_TOKEN_ID=" + "wsHu85NrB3P9epHgSHGaqfgiV39FTTlm" + "95ws2594xzFDvFyzF0IBaWupCuW4ze63",
        ),
    ),
    Secret(
        id="netbird-token",
        title="NetBird access token",
        severity=Severity.CRITICAL,
        keywords=("nbp_",),
        pattern=r"nbp_[A-Za-z0-9]{36}",
        why="Whoever has it can let machines into the network, and change who may talk to whom.",
        fix=(
            "Revoke it in the settings of NetBird and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.netbird.io/how-to/access-netbird-public-api",
        checksum=checksum.crc_base62,
        bad=("nbp_xkKIv6IK652wFQsV" + "FOs3CfYlcdgDs21zIpc3",),
        good=(
            "nbp_5sPddTey" + "LygderbTZBW4",
            "the prefix nbp_ is described in the manual",
        ),
    ),
    Secret(
        id="deno-deploy-token",
        title="Deno Deploy token",
        severity=Severity.HIGH,
        keywords=("ddo_", "ddp_"),
        pattern=r"dd[op]_[A-Za-z0-9]{36}",
        why="Whoever has it can deploy in your name and read the environment of what runs.",
        fix=(
            "Revoke it in the settings of Deno Deploy and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://console.deno.com/account",
        holds=checksum.mixed,
        bad=("ddo_nZrK6sYQsuNEt1iX" + "R1u8g1ypKM9Oe1MQh4Nm",),
        good=(
            "ddo_WI1YxNOkWf" + "t1K6iG3tTwZk7b",
            "the prefix ddo_ is described in the manual",
        ),
    ),
    Secret(
        id="google-maps-signing-secret",
        title="Google Maps URL signing secret",
        severity=Severity.MEDIUM,
        keywords=(
            "google_maps",
            "googlemaps",
            "google.maps",
            "maps_signing",
            "mapssigning",
            "url_signing",
            "urlsigning",
        ),
        read=reader(
            ("google_maps", "maps_signing", "url_signing"),
            r"[A-Za-z0-9_-]{27}=",
            near=(),
            need="sign|secret",
        ),
        why="Whoever has it can sign requests for maps at your expense.",
        fix=(
            "Revoke it in the settings of Google Maps and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.google.com/maps/documentation/maps-static/digital-signature",
        confidence=Confidence.MEDIUM,
        bad=("GOOGLE_MAPS_SIGNING_SECRET=" + "feM-W7nafAf63dXFq9fYVPHyUmv=",),
        good=(
            "GOOGLE_MAPS_SIGNING_S" + "ECRET=mTVcvFKXMhbzlE=",
            "the prefix google_maps is described in the manual",
        ),
    ),
)
