"""Databases and data platforms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.chosen import chosen
from yett.rules.secrets.doubt import genuine
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.named import reader
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Secret, assigned


def _service_role(token: str) -> bool:
    """The middle part says for which role it is: the one for pages, "anon", is meant to be seen."""
    payload = checksum.json_object(token.split(".")[1])
    return payload.get("role") == "service_role" and str(payload.get("iss", "")).startswith("supabase")


_ORACLE = Lazy(
    rb"(?:\.exe)?\b[\"\x27]?(?:[ \t]+-\w{1,12}(?:[ \t]+\d)?){0,4}[ \t]+[\"\x27]?(?:userid=)?[\"\x27]?"
    rb"[A-Za-z][\w$#]{0,29}/\"?([^\s\"\x27/@%&|;<>()]{3,64})\"?(?=@|[\"\x27]|[ \t]*(?:$|[\r\n])|[ \t]+[@A-Za-z<|])",
    re.IGNORECASE,
)


def _oracle(text: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """The login of a program of Oracle, which is its first argument, a user and a password."""
    del path
    for end in ends:
        match = _ORACLE.match(text, end)
        found = chosen(match[1].decode("utf-8", "replace"), *match.span(1)) if match else None
        if found is not None:
            yield found


SECRETS: tuple[Secret, ...] = (
    Secret(
        id="oracle-login-password",
        title="Password in the login of an Oracle tool",
        severity=Severity.HIGH,
        keywords=("sqlplus", "sqlldr", "expdp", "impdp"),
        read=_oracle,
        why="It is in the repository, and in the list of processes of the machine it runs on.",
        fix="Change it, and log in with an external password store (`/@alias`) or by the operating system (`/`).",
        confidence=Confidence.MEDIUM,
        rank=2,
        refs=("https://docs.oracle.com/en/database/oracle/oracle-database/19/dbseg/configuring-authentication.html",),
        bad=(
            "sqlplus -s shop/" + "t7Vq2LxZw9@orcl @report.sql",
            "expdp shop/" + "q9Lx2Vn7Tz directory=dumps",
            "sqlldr userid=shop/" + "mZ4kQ8sT2v control=load.ctl",
        ),
        good=(
            "sqlplus -s /nolog @report.sql",
            "sqlplus / as sysdba",
            "sqlplus $USER/$PASSWORD@orcl",
            "sqlplus user/password@orcl",
            "/opt/oracle/bin/sqlplus /home/shop/report.sql",
        ),
    ),
    Secret(
        id="databricks-token",
        title="Databricks token",
        severity=Severity.CRITICAL,
        keywords=("dapi",),
        pattern=r"dapi[0-9a-f]{32}(?:-\d{1,2})?",
        why="Whoever has it can read the data and run code on the clusters.",
        fix=(
            "Revoke it in the settings of Databricks and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.databricks.com/dev-tools/auth/pat.html",
        bad=("da" + "pida9e84f9f328c8" + "769afb08a13b123657",),
        good=(
            "da" + "pi732157a7767c" + "537ed6746a9e7b4",
            "the prefix dapi is described in the manual",
        ),
    ),
    Secret(
        id="supabase-token",
        title="Supabase management token",
        severity=Severity.CRITICAL,
        keywords=("sbp_",),
        pattern=r"sbp_[0-9a-f]{40}",
        why="Whoever has it can change every project of its owner.",
        fix=(
            "Revoke it in the settings of Supabase and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://supabase.com/docs/guides/api/api-keys",
        bad=("sb" + "p_0baa514c11982ed58b" + "31c6edbecd5dc5f1b93c98",),
        good=(
            "sb" + "p_c16e5804c2ca6658" + "59043fded01b64d69ba",
            "the prefix sbp_ is described in the manual",
        ),
    ),
    Secret(
        id="supabase-secret-key",
        title="Supabase secret key",
        severity=Severity.CRITICAL,
        keywords=("sb_secret_",),
        pattern=r"sb_secret_[\w-]{31}",
        why="Whoever has it can read and change all rows, whatever the policies say.",
        fix=(
            "Revoke it in the settings of Supabase and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://supabase.com/docs/guides/api/api-keys",
        bad=("sb" + "_secret_FppbFbLwkj" + "kyguQtLuSs2tEf78TfOZt",),
        good=(
            "sb" + "_secret_7wFL_yWh" + "qHKi2NVc3H_Jql85_R",
            "the prefix sb_secret_ is described in the manual",
        ),
    ),
    Secret(
        id="neon-key",
        title="Neon API key",
        severity=Severity.HIGH,
        keywords=("napi_",),
        pattern=r"napi_[A-Za-z0-9]{64}",
        why="Whoever has it can read and drop the databases.",
        fix=(
            "Revoke it in the settings of Neon and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://neon.tech/docs/manage/api-keys",
        bad=("na" + "pi_ab2yc09lp8j5zcpglb4793jvguuaf" + "adjgaocsd5lxd3aci9bngnaijuapzazvqr1",),
        good=(
            "na" + "pi_s7qsmc5s316zwzi9qzn4o97f8ji" + "hxmtkik6doj0e68r1rh9r3iosb68ir5u",
            "the prefix napi_ is described in the manual",
        ),
    ),
    Secret(
        id="planetscale-token",
        title="PlanetScale token",
        severity=Severity.HIGH,
        keywords=("pscale_tkn_", "pscale_oauth_"),
        pattern=r"pscale_(?:tkn|oauth)_[\w.=-]{32,64}",
        why="Whoever has it can change the databases of the organisation.",
        fix=(
            "Revoke it in the settings of PlanetScale and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://planetscale.com/docs/concepts/service-tokens",
        holds=checksum.mixed,
        bad=("ps" + "cale_tkn_dUnjR5oJsvZOV_QC" + "VGPyFM0Hbb7yHsm4uXdLRFRn7le",),
        good=(
            "ps" + "cale_tkn_0sbpJ6Fdi_" + "SBtPgUbyh9gs-W3k5x76B",
            "the prefix pscale_tkn_ is described in the manual",
        ),
    ),
    Secret(
        id="planetscale-password",
        title="PlanetScale database password",
        severity=Severity.CRITICAL,
        keywords=("pscale_pw_",),
        pattern=r"pscale_pw_[\w.=-]{32,64}",
        why="Whoever has it can read and change the data.",
        fix=(
            "Revoke it in the settings of PlanetScale and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://planetscale.com/docs/concepts/service-tokens",
        holds=checksum.mixed,
        bad=("ps" + "cale_pw_MB5ME0-z4JXWfN81" + "tKP7TgmtE0zCtCyY-xCNVrwofvz",),
        good=(
            "ps" + "cale_pw_dThsxv3mee" + "PSJaIO1qWgK8AXp9vhzde",
            "the prefix pscale_pw_ is described in the manual",
        ),
    ),
    Secret(
        id="mongodb-atlas-secret",
        title="MongoDB Atlas service account secret",
        severity=Severity.CRITICAL,
        keywords=("mdb_sa_sk_",),
        pattern=r"mdb_sa_sk_[\w-]{40}",
        why="Whoever has it and the id can change clusters and read the data.",
        fix=(
            "Revoke it in the settings of MongoDB Atlas and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.mongodb.com/docs/atlas/api/service-accounts/",
        bad=("md" + "b_sa_sk_DB2YM1_NK_jczqa" + "1kob3G6LKOSYI5xo4FZKKO0Hm",),
        good=(
            "md" + "b_sa_sk_02J2rLnLLFQ3" + "kL6t-OnBDyLGsOvFXd8kIIk",
            "the prefix mdb_sa_sk_ is described in the manual",
        ),
    ),
    Secret(
        id="cockroachdb-key",
        title="CockroachDB Cloud API key",
        severity=Severity.CRITICAL,
        keywords=("CCDB1_",),
        pattern=r"CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}",
        why="Whoever has it can change clusters and read the data.",
        fix=(
            "Revoke it in the settings of CockroachDB Cloud and give the new one to the program at run time, from"
            " a secret manager or a masked CI variable."
        ),
        revoke="https://www.cockroachlabs.com/docs/cockroachcloud/managing-access",
        bad=("CC" + "DB1_f5f0nFRbwT3zG121TN655D_rL9zJ" + "OeQ41NfREpXYspzDCANgjhV6DfDJPWQHQhr",),
        good=(
            "CC" + "DB1_M3vFIGwPDMrP35Gc5t4Tz1_Lyt" + "r3R5Y84qwQR2NDt2oU2h6pUSeDkmI06g",
            "the prefix CCDB1_ is described in the manual",
        ),
    ),
    Secret(
        id="astra-token",
        title="DataStax Astra token",
        severity=Severity.CRITICAL,
        keywords=("AstraCS:",),
        pattern=r"AstraCS:[\w:-]{20,100}",
        why="Whoever has it can read and change the data.",
        fix=(
            "Revoke it in the settings of DataStax Astra and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.datastax.com/en/astra-db-serverless/administration/manage-application-tokens.html",
        holds=checksum.mixed,
        bad=(
            "AstraCS:"
            + "WH6nXd50LQz4"
            + "GpZViGUbH7kq:"
            + "98cea1d324add69c4dd64f4a098c4655"
            + "ca5441badeb49b4555ff218e6ac6cbd6",
        ),
        good=(
            "AstraCS:" + "s5Y5pjIQ" + "AWSa8IKfU",
            "the prefix AstraCS: is described in the manual",
        ),
    ),
    Secret(
        id="elastic-cloud-key",
        title="Elastic Cloud API key",
        severity=Severity.HIGH,
        keywords=("essu_",),
        pattern=r"essu_[A-Za-z0-9+/_-]{60,200}={0,2}",
        why="Whoever has it can change deployments and read the data.",
        fix=(
            "Revoke it in the settings of Elastic Cloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.elastic.co/docs/deploy-manage/api-keys",
        bad=("es" + "su_uYx8EcuF6dWx3JUffX4RuFfOWfHo9G7rTjdgM" + "o3uPDBhg3XiMFOQ3kdpsXZPtQfR70k3tb84pEgXajA6",),
        good=(
            "es" + "su_NGx3or18qOlzP8cb34NRTDZ8X" + "Jl7xZ9yMoq8RjHFVxbKN5jTj26Ktj3Z",
            "the prefix essu_ is described in the manual",
        ),
    ),
    Secret(
        id="upstash-token",
        title="Upstash Redis token",
        severity=Severity.HIGH,
        keywords=("upstash",),
        read=reader(("upstash",), r"A[A-Za-z0-9+/_-]{40,120}={0,2}", holds=checksum.mixed),
        why="Whoever has it can read and change the data.",
        fix=(
            "Revoke it in the settings of Upstash and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://upstash.com/docs/redis/api",
        bad=("UPSTASH_REDIS_REST_TOKEN=AX" + "qYh17hbTHkAnJMNobPF27rIp" + "r0sGrY7ZakkkdTjzaPjflvlNI9",),
        good=(
            "UPSTASH_REDIS_REST_TOKEN=${UPSTASH_REDIS_REST_TOKEN}",
            "UPSTASH_REDIS_REST_TOKEN=yo" + "ur-upstash-redi" + "s-rest-token-here",
        ),
    ),
    Secret(
        id="snowflake-token",
        title="Snowflake access token or password",
        severity=Severity.CRITICAL,
        keywords=("snowflake",),
        pattern=assigned(r"snowflake", r"[\w.\-+/=!@#%^&*]{12,}", r"token|password|passwd|pwd|pat|secret"),
        why="Whoever has it can read the warehouse.",
        fix=(
            "Revoke it in the settings of Snowflake and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.snowflake.com/en/user-guide/programmatic-access-tokens",
        holds=rare,
        bad=(
            "SNOWFLAKE_PASSWORD=" + "F3f06jrqE" + "pNwkvNIu1",
            "SNOWFLAKE_TOKEN="
            + "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJwIjoiM2Y6OWEiLCJpc3MiOiJTRjoyMD"
            + "AxIiwiZXhwIjoxOTAwMDAwMDAwfQ.GPzEyoL8EsaJd_wyXxQPplH8ACyjkz4jmBQlm7knI4p",
        ),
        good=(
            "SNOWFLAKE_PASSWORD=${PASSWORD}",
            'snowflake_password_field = "password_field"',
        ),
    ),
    Secret(
        id="ado-connection-password",
        title="Password in a connection string",
        severity=Severity.HIGH,
        keywords=(";password", ";pwd", "; password", "; pwd"),
        pattern=(
            r"(?i:(?:server|data source|host|address|user id|uid|username|initial catalog"
            r"|database) ?=[^\"'\n]{1,300}; ?(?:password|pwd) ?= ?)([^;\"'\s{}$<>]{4,128})"
        ),
        why="Whoever has it can log in to the database.",
        fix=(
            "Revoke it in the settings of ODBC/.NET and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        rank=2,
        holds=genuine,
        bad=("Server=db1;Database=shop;User Id=app;Password=Ny" + "fX5w" + "zg3Ddx;",),
        good=(
            "Server=db1;User Id=app;Password={password};",
            "Server=db1;User Id=app;Password=;Encrypt=true",
        ),
    ),
    Secret(
        id="jdbc-password",
        title="Password in a JDBC address",
        severity=Severity.HIGH,
        keywords=("jdbc:",),
        pattern=(
            r'jdbc:[a-z0-9:]{2,30}//[^\s"\x27]{1,200}[?&;](?i:password|pwd)=([^\s"\x27`&;${}<>*]{4,128})'
            # https://docs.oracle.com/en/database/oracle/oracle-database/23/jjdbc/data-sources-and-URLs.html
            r'|jdbc:oracle:(?:thin|oci8?):[\w.$#-]{1,64}/([^\s"\x27`@/;${}<>*]{4,128})@'
        ),
        why="Whoever has it can log in to the database.",
        fix=(
            "Revoke it in the settings of JDBC and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        rank=2,
        holds=genuine,
        bad=(
            "jdbc:mysql://db:3306/shop?user=app&password=" + "I1Pesi" + "SoPzl2",
            "url=jdbc:oracle:thin:shop/" + "I1Pesi" + "SoPzl2@db:1521/shop",
        ),
        good=(
            "jdbc:mysql://db/shop?user=app&password=${PASSWORD}",
            "jdbc:postgresql://db:5432/shop",
            "jdbc:oracle:thin:@db:1521/shop",
            "jdbc:oracle:thin:shop/${PASSWORD}@db:1521/shop",
        ),
    ),
    Secret(
        id="confluent-secret",
        title="Confluent API secret",
        severity=Severity.HIGH,
        keywords=("confluent",),
        read=reader(
            ("confluent",), r"[A-Za-z0-9+/]{64}", need="secret", pair=("API key", r"[A-Z0-9]{16}"), holds=checksum.mixed
        ),
        why="Whoever has it and the key can read and write the streams.",
        fix=(
            "Revoke it in the settings of Confluent Cloud and give the new one to the program at run time, from a"
            " secret manager or a masked CI variable."
        ),
        revoke="https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html",
        bad=("CONFLUENT_API_SECRET=" + "9Zxs5lBd8kdaZI9a3OrMPuplpRQ2sM7N" + "OYZn9xHx9KEy7SIcwVIL43nIIW0VJB2c",),
        good=(
            "CONFLUENT_API_SECRET=${CONFLUENT_API_SECRET}",
            "CONFLUENT_API_SECRET=yo" + "ur-confluent-" + "api-secret-here",
        ),
    ),
    Secret(
        id="couchbase-secret",
        title="Couchbase Capella API key secret",
        severity=Severity.HIGH,
        keywords=(
            "couchbase",
            "capella",
        ),
        read=reader(
            (
                "couchbase",
                "capella",
            ),
            r"[A-Za-z0-9+/]{60,120}={0,2}",
        ),
        why="Whoever has it can read and change the clusters.",
        fix=(
            "Revoke it in the settings of Couchbase Capella and give the new one to the program at run "
            "time, from a secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("COUCHBASE_API_KEY_SECRET=JADbU" + "1C+Kr5sRQHQaO0C2O93LGj5N7X12gn" + "WezOSaakU5p40qvZLMTrygZ+MxIdC",),
        good=(
            "COUCHBASE_API_KEY_SECRET=${COUCHBASE_API_KEY_SECRET}",
            "COUCHBASE_API_KEY_SECRET_ID=" + "JADbU1C+Kr5sRQHQaO0C2O93LGj5N7X1" + "2gnWezOSaakU5p40qvZLMTrygZ+MxIdC",
        ),
    ),
    Secret(
        id="clickhouse-key",
        title="ClickHouse Cloud API secret",
        severity=Severity.HIGH,
        keywords=("4b1d",),
        pattern=r"4b1d[A-Za-z0-9]{38}",
        why="Whoever has it can change and delete the services.",
        fix=(
            "Revoke it in the settings of ClickHouse and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://clickhouse.com/docs/cloud/manage/openapi",
        holds=checksum.mixed,
        bad=("4b" + "1dVb8UZovAuBxTMSN3m4qvsnGgStxGWhunSU09rZ",),
        good=(
            "4b1dVb8UZovAuB" + "xTMSN3m4qvsnGg",
            "4b1d is described in the manual",
        ),
    ),
    Secret(
        id="databricks-secret",
        title="Databricks OAuth secret",
        severity=Severity.HIGH,
        keywords=("databricks",),
        pattern=r"dose[0-9a-f]{32}",
        why="Whoever has it and the client id can run code and read the data.",
        fix=(
            "Revoke it in the settings of Databricks and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://docs.databricks.com/dev-tools/auth/oauth-m2m.html",
        bad=("DATABRICKS_CLIENT_SECRET=" + "dose44ea8d4acd4f55" + "fa1fd8f3ce668128dc",),
        good=(
            "DATABRICKS_CLIENT_SECRET" + "=dose44ea8d4acd4f55fa1fd8",
            "databricks is described in the manual",
        ),
    ),
    Secret(
        id="aiven-password",
        title="Aiven service password",
        severity=Severity.CRITICAL,
        keywords=("AVNS_",),
        pattern=r"AVNS_[\w-]{19}",
        why="Whoever reaches the service can read and change the data.",
        fix=(
            "Revoke it in the settings of Aiven and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://aiven.io/docs",
        holds=checksum.lettered,
        bad=("AV" + "NS_DFT0hoHAasEntaw2VA7",),
        good=(
            "AVNS_DFT" + "0hoHAasE",
            "AVNS_ is described in the manual",
        ),
    ),
    Secret(
        id="aiven-token",
        title="Aiven token",
        severity=Severity.HIGH,
        keywords=("aiven",),
        read=reader(("aiven",), r"[A-Za-z0-9+/]{370,372}={0,2}"),
        why="Whoever has it can change and delete the services.",
        fix=(
            "Revoke it in the settings of Aiven and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://aiven.io/docs",
        bad=(
            "AIVEN_TOKEN="
            + "DXcBPHCXvza4fvkLVKhdzKZLbaQw4ilM/wtpAEhfRvtEhFQzHCLbZ6hXoDazWmJ5S5wCIT6iU+zYJ09chx+1W"
            + "yUCwBuLWGggE8cmeii6XB/j/oQWCcAB5e3pHaFTmIeGglb+VBwb0QlCXCgNsUPIgr2xOqDfPw9zfVPwWR+7BJcTPPQHWlSVYt"
            + "NAbkc3KA/JrlTeYfKWh7SmxTvbH7GsgeCdF6VclW+RoUukAS8gsXrGmUUmQgCC/lc6Nl0GGTawWSk98fYHnTjnjO6pxpg1byj"
            + "IDozA8a2BpAuUbGew174fCgC/CZIrXtRKeuEAzK6vzTaluoUdJkaRPNmrSfvEp/lPFkzLbLWoVsMekAZJK3CsSfPKfpfS",
        ),
        good=(
            "AIVEN_TOKEN=${AIVEN_TOKEN}",
            "AIVEN_TOKEN=short",
        ),
    ),
    Secret(
        id="confluent-secret-key",
        title="Confluent Cloud API secret",
        severity=Severity.CRITICAL,
        keywords=("cflt",),
        pattern=r"cflt[A-Za-z0-9+/]{60}",
        why="Whoever has it and the key can read and write the topics.",
        fix=(
            "Revoke it in the settings of Confluent and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html",
        holds=checksum.mixed,
        bad=("cf" + "ltO5WdxqdiLcBtDxRnrrAcphPEH9OtI12scGeP0xYXTSGMvOiN9M0TFmFRXq2s",),
        good=(
            "cfltO5WdxqdiLcBtDxRnr" + "rAcphPEH9OtI12scGeP0x",
            "cflt is described in the manual",
        ),
    ),
    Secret(
        id="elastic-api-key",
        title="Elasticsearch API key",
        severity=Severity.HIGH,
        keywords=(
            "apikey ",
            "elastic",
        ),
        pattern=(
            r'(?i:apikey\s{1,2}|api[_-]?key["\x27]?\s{0,2}[:=,]\s{0,2}["\x27]?)([A-Za-z0-9+/]{58,64}={0,'
            r"2})"
        ),
        why="Whoever has it can read and change the indexes it was made for.",
        fix=(
            "Revoke it in the settings of Elasticsearch and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://www.elastic.co/docs/deploy-manage/api-keys/elasticsearch-api-keys",
        holds=checksum.elastic_key,
        bad=("Authorization: Api" + "Key RldlckhBZ1UzRU5NT2N" + "3ZzBlOUs6azh0aTRWT0tMcUJjUTNGZWs3TWE2NA==",),
        good=(
            "apikey short",
            "Authorization: ApiKey ${ELASTIC_API_KEY}",
        ),
    ),
    Secret(
        id="convex-deploy-key",
        title="Convex deploy key",
        severity=Severity.CRITICAL,
        keywords=("convex",),
        pattern=r"(?:prod|dev|preview|project):[\w:-]{3,80}\|[A-Za-z0-9+/=:_-]{40,400}",
        why="Whoever has it can deploy functions, and with them read and change all data.",
        fix=(
            "Revoke it in the settings of Convex and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.convex.dev/cli/deploy-key-types",
        holds=checksum.lettered,
        bad=(
            "CONVEX_DEPLOY_KEY=prod:quick-lynx-412|0eb5a6"
            + "5c72e2976ca18f87c57aad11420a85d014b567557d391"
            + "c37f26e12da4cad8c06d00ee8ed0f6bc7e0183f3a5060",
        ),
        good=(
            "CONVEX_DEPLOY_KEY=prod:quic" + "k-lynx-412|61914380c282d6f2",
            "the prefix convex is described in the manual",
        ),
    ),
    Secret(
        id="supabase-service-role-key",
        title="Supabase service role key",
        severity=Severity.CRITICAL,
        keywords=("c2VydmljZV9yb2xl", "NlcnZpY2Vfcm9sZ", "zZXJ2aWNlX3JvbG"),
        pattern=r"eyJ[\w-]{10,100}\.eyJ[\w-]{40,600}\.[\w-]{40,100}",
        why="Whoever has it reads and changes all data, past the rules for rows.",
        fix=(
            "Revoke it in the settings of Supabase and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://supabase.com/docs/guides/api/api-keys",
        width=1200,
        holds=_service_role,
        bad=(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3"
            + "MiOiJzdXBhYmFzZSIsInJlZiI6InZ3Y2pjd2Rua25qcX"
            + "d3emlvY2lvIiwicm9sZSI6InNlcnZpY2Vfcm9sZSIsIm"
            + "lhdCI6MTczNTY4OTYwMCwiZXhwIjoyMDUxMjY1NjAwfQ"
            + ".KqhTo4ZCvaFK2THmNUQKie9mUfJthl2FfsSgwfP38B4",
        ),
        good=(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJp"
            + "c3MiOiJzdXBhYmFzZSIsInJlZiI6ImZkdHppdHFzZW"
            + "xmaHh4a2h5YWVkIiwicm9sZSI6ImFub24iLCJpYXQ"
            + "iOjE3MzU2ODk2MDAsImV4cCI6MjA1MTI2NTYwMH0.v"
            + "CngbgxKhBtvGX8CiNtxXkZWI7gAyIuwMUfBu2jN4KB",
            "the prefix c2VydmljZV9yb2xl is described in the manual",
        ),
    ),
)
