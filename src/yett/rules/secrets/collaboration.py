"""Planning, design and documents."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.named import reader
from yett.rules.secrets.record import Secret

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="atlassian-token",
        title="Atlassian API token",
        severity=Severity.CRITICAL,
        keywords=("ATATT3",),
        pattern=r"ATATT3[\w=-]{170,200}=[0-9A-F]{8}",
        why="Whoever has it can read and change issues and pages as its owner.",
        fix=(
            "Revoke it in the settings of Atlassian and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        width=300,
        checksum=checksum.crc_hex,
        bad=(
            "AT"
            + "ATT3H_Zlg47htv_4fOwKnrhQ1VmOChfo-DBEg-tofo2yyGAt0Y9QPIpcqWnAT"
            + "hWJIkftDltok78FhHenCnJGPuGsp8XEXT61XwI8mGzISQihUQmZd7-vFu28Lj08W"
            + "riDUfkDKgGNPrgIBqbBhpDuyVNLCIUwrRihpKu8DN_d4cQ2HbB01CBIfq6yMrOo=B154C4C7",
        ),
        good=(
            "AT"
            + "ATT3gw7kZypSnT5Eb9_0L9SotEhONBHaKHqpEY1VRxaxtI9j90EzU7mGFjLu3"
            + "N8Df5EbEf4AEuiD6E4JOuU8l7fayUxGU-17fSFcF4UibqA5fn9bXjbIdFlnKFxmT"
            + "en0U3he2I-gEk0rVWcs1uYYSY1SIMbDOfufqrXSUdkNiYQfd4sXNwWLyDuOgCiS=D43",
            "the prefix ATATT3 is described in the manual",
        ),
    ),
    Secret(
        id="atlassian-access-token",
        title="Atlassian container or repository token",
        severity=Severity.HIGH,
        keywords=("ATCTT3",),
        pattern=r"ATCTT3[\w=-]{140,200}=[0-9A-F]{8}",
        why="Whoever has it can read and change the repository.",
        fix=(
            "Revoke it in the settings of Atlassian and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        width=300,
        checksum=checksum.crc_hex,
        bad=(
            "AT"
            + "CTT3yUNr3RFnhd2uTGzXphiwl9FkrEDA3YU8ldfaLtIm_uDhMDDtv"
            + "2dSoWJa6D2TelO3pECvvPyR3jF4Q7-DVPoZVIhMX-o5cdpdeVNwYQ4iu"
            + "8HyPvFDvG3fvb4bAVD3QRSfHQRBLc6nqsI3k53KQjCm5t_V4kSjPw04=E051EE5C",
        ),
        good=(
            "AT"
            + "CTT30Euhc1Z25bcQ2EvdJaLDv19Hpcp2t6dG9CA7CLu4ud0VG8Nlh"
            + "X5FFjAasIwqXQbwGFSsEMNDZ5sQdWtnrOAfQzjqSFM8oNtfPrjIhHkac"
            + "d_ioXzU9VKk14d-RcYfrDQ6xfWJg4DxnRCYEgDVypXaYjR05UyLAeXA=E89",
            "the prefix ATCTT3 is described in the manual",
        ),
    ),
    Secret(
        id="atlassian-legacy-token",
        title="Atlassian API token, older form",
        severity=Severity.MEDIUM,
        keywords=("atlassian", "jira", "confluence"),
        read=reader(("atlassian", "jira", "confluence"), r"[A-Za-z0-9]{24}", near=("atlassian",), holds=checksum.mixed),
        why="Whoever has it can read and change issues and pages as its owner.",
        fix=(
            "Revoke it in the settings of Atlassian and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        bad=("JIRA_API_TOKEN=" + "J3mPr0EoXe3X" + "54Bp4JOt0hVb",),
        good=(
            "JIRA_API_TOKEN=${JIRA_API_TOKEN}",
            "JIRA_API_TOKEN=your-jira-api-token-here",
        ),
    ),
    Secret(
        id="linear-key",
        title="Linear API key",
        severity=Severity.HIGH,
        keywords=("lin_api_",),
        pattern=r"lin_api_[A-Za-z0-9]{40}",
        why="Whoever has it can read and change issues.",
        fix=(
            "Revoke it in the settings of Linear and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://linear.app/docs/api-and-webhooks",
        bad=("li" + "n_api_KEfclnbWdXcnnDcd" + "DMFxqAxzvTVpJWIyBV56SSU9",),
        good=(
            "li" + "n_api_SXfbCS9yr7H4v7" + "g0YlmLPN5H8MIzH9xxkMX",
            "the prefix lin_api_ is described in the manual",
        ),
    ),
    Secret(
        id="notion-token",
        title="Notion token",
        severity=Severity.HIGH,
        keywords=("ntn_",),
        pattern=r"ntn_\d{11}[A-Za-z0-9]{35}",
        why="Whoever has it can read and change the pages it was given.",
        fix=(
            "Revoke it in the settings of Notion and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developers.notion.com/docs/authorization",
        bad=("nt" + "n_351295264455SNeNropuQ" + "ijhlGYpHSr824HkyOBRNuKPUW",),
        good=(
            "nt" + "n_22723225374jm5qIOa" + "nEQjf2eQFbhG0QDSKhMzmj8",
            "the prefix ntn_ is described in the manual",
        ),
    ),
    Secret(
        id="notion-legacy-token",
        title="Notion token, older form",
        severity=Severity.HIGH,
        keywords=("secret_",),
        pattern=r"secret_[A-Za-z0-9]{43}",
        why="Whoever has it can read and change the pages it was given.",
        fix=(
            "Revoke it in the settings of Notion and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developers.notion.com/docs/authorization",
        holds=checksum.mixed,
        bad=('notion = "se' + "cret_UMXU1ubuyqkN7JrG30" + 'zsRi68vhf5DEitOhA48WPK0FF"',),
        good=(
            'notion = "se' + "cret_XnA6acQ5ck3hkzS" + 'GU9xZr2aDb2XxrA9Bm1IBZK"',
            "the prefix secret_ is described in the manual",
        ),
    ),
    Secret(
        id="airtable-token",
        title="Airtable token",
        severity=Severity.HIGH,
        keywords=("airtable", "bearer pat", '"pat', "'pat", "=pat", "token: pat", "key: pat"),
        pattern=r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}",
        why="Whoever has it can read and change the bases it was given.",
        fix=(
            "Revoke it in the settings of Airtable and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://airtable.com/create/tokens",
        bad=("token: pa" + "tgnxUtjILPnc37j.d0c088a111ea59df5c00c1c" + "7863a0db0280e99bd13e0da984a0a318d59d67aaa",),
        good=(
            "pa" + "tSE48ZEXaeU4JhW.ae2892dc07cb0cd2d2a6" + "4e342250868f8452c45817bea1bc51023e39898",
            "the prefix pat is described in the manual",
        ),
    ),
    Secret(
        id="airtable-legacy-key",
        title="Airtable API key, older form",
        severity=Severity.MEDIUM,
        keywords=("airtable",),
        read=reader(("airtable",), r"key[A-Za-z0-9]{14}", sure=True),
        why="Whoever has it can read and change all bases.",
        fix=(
            "Revoke it in the settings of Airtable and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://airtable.com/create/tokens",
        bad=("AIRTABLE_API_KEY=" + "keybM0Ei" + "Dt8T9vx3a",),
        good=(
            "AIRTABLE_API_KEY=${AIRTABLE_API_KEY}",
            "AIRTABLE_API_KEY=your-airtable-api-key-here",
        ),
    ),
    Secret(
        id="asana-token",
        title="Asana token",
        severity=Severity.HIGH,
        keywords=("asana",),
        read=reader(("asana",), r"[012]/\d{10,20}(?:/\d{10,20})?:[0-9a-f]{32}", sure=True),
        why="Whoever has it can read and change tasks.",
        fix=(
            "Revoke it in the settings of Asana and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developers.asana.com",
        bad=("ASANA_TOKEN=" + "1/6486197" + "564677931:" + "1f9382800a72137a" + "e429125745d5b3be",),
        good=(
            "ASANA_TOKEN=${ASANA_TOKEN}",
            "ASANA_TOKEN=your-asana-token-here",
        ),
    ),
    Secret(
        id="clickup-token",
        title="ClickUp token",
        severity=Severity.MEDIUM,
        keywords=("clickup",),
        pattern=r"pk_\d{6,9}_[A-Z0-9]{32}",
        why="Whoever has it can read and change tasks.",
        fix=(
            "Revoke it in the settings of ClickUp and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://clickup.com/api",
        bad=('clickup = "pk' + "_72482599_WUWW090GEY" + 'N752MLGFOMOZ0K5XNYNON0"',),
        good=(
            'clickup = "pk' + "_46482158_YECW5IHK" + 'NMFPLBMY8DXKN978CBO"',
            "the prefix clickup is described in the manual",
        ),
    ),
    Secret(
        id="figma-token",
        title="Figma token",
        severity=Severity.HIGH,
        keywords=("figd_", "figu_", "figo_", "figh_", "figr_", "figp_"),
        pattern=r"fig[duohrp]_[\w-]{38,54}",
        why="Whoever has it can read the designs.",
        fix=(
            "Revoke it in the settings of Figma and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://help.figma.com/hc/articles/8085703771159",
        bad=("fi" + "gd_teOCtRNAVXkF6jkU8" + "6lJgqyozZ9xPH3qCOp8Gub8",),
        good=(
            "fi" + "gd_n79gmFtmKY5FHA9" + "hUxkIIztWcMXvqyiXMhf",
            "the prefix figd_ is described in the manual",
        ),
    ),
    Secret(
        id="postman-key",
        title="Postman API key",
        severity=Severity.HIGH,
        keywords=("PMAK-", "PMAT-"),
        pattern=r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}|PMAT-[A-Z0-9]{26}",
        why="Whoever has it can read collections, with the credentials people keep in them.",
        fix=(
            "Revoke it in the settings of Postman and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://learning.postman.com/docs/developer/postman-api/authentication/",
        bad=("PM" + "AK-25c98e4d8d0b47e910e8e56e-f3" + "9d3b4a8feb26940a2896c166f0a2087b",),
        good=(
            "PM" + "AK-555001949857daf55cfb2394-" + "a76ab9219c66951d3c053c46ca9e7",
            "the prefix PMAK- is described in the manual",
        ),
    ),
    Secret(
        id="readme-key",
        title="ReadMe API key",
        severity=Severity.MEDIUM,
        keywords=("rdme_",),
        pattern=r"rdme_[a-z0-9]{70}",
        why="Whoever has it can change the documentation.",
        fix=(
            "Revoke it in the settings of ReadMe and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        bad=("rd" + "me_e9dd119q9wcg1vv5rxoeokauhsfwjm3bc" + "79q54h8rxl51sklmgvuucvtt8cfzdruy6t8p2",),
        good=(
            "rd" + "me_0vp2sth30m1ck75c49159sydenxaj0" + "dko1efesyzvh1muxue52rr2v8broocbrjth",
            "the prefix rdme_ is described in the manual",
        ),
    ),
    Secret(
        id="typeform-token",
        title="Typeform token",
        severity=Severity.MEDIUM,
        keywords=("tfp_",),
        pattern=r"tfp_[\w.=-]{40,59}",
        why="Whoever has it can read the answers.",
        fix=(
            "Revoke it in the settings of Typeform and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://www.typeform.com/developers/get-started/personal-access-token/",
        holds=checksum.mixed,
        bad=("tf" + "p_x8bCldXFmxLnY-CvcAnk" + "fWuW6FhaEPk3rokegeiRrhvY",),
        good=(
            "tf" + "p_mUabystsu5MGOYgwZL" + "a7pwvBCCBM57GRCDm5rLU",
            "the prefix tfp_ is described in the manual",
        ),
    ),
    Secret(
        id="frameio-token",
        title="Frame.io token",
        severity=Severity.HIGH,
        keywords=("fio-u-",),
        pattern=r"fio-u-[\w=-]{64}",
        why="Whoever has it can read the projects.",
        fix=(
            "Revoke it in the settings of Frame.io and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        bad=("fi" + "o-u-cqR5Hnq64l_6HsKxgHI7hQMP_Eht8" + "3_pxaJs_k2Cg0ogakD00oWuY6wTkXf468pR",),
        good=(
            "fi" + "o-u-IIur2OqlnFzI_vuI8BHaMyWgXe" + "iOdLnwOq7UupbWzB2bQ2j24gWSdgdYoz6",
            "the prefix fio-u- is described in the manual",
        ),
    ),
    Secret(
        id="canva-secret",
        title="Canva client secret",
        severity=Severity.HIGH,
        keywords=("cnvca",),
        pattern=r"cnvca[\w-]{51}",
        why="Whoever has it can pose as the application.",
        fix=(
            "Revoke it in the settings of Canva and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://www.canva.dev/docs/connect/",
        holds=checksum.mixed,
        bad=("cn" + "vcaawxbRpz_YepFCAgGHy2Ur_O" + "KVo6UhH6lXiSpfGASvhZe3s2Drxv",),
        good=(
            "cn" + "vcal_Uf9xHqrMDKbL1VXAB-Q" + "5VSI8HsYjrH7H95xkQmNP1cYP",
            "the prefix cnvca is described in the manual",
        ),
    ),
    Secret(
        id="trello-token",
        title="Trello token or key",
        severity=Severity.MEDIUM,
        keywords=("trello",),
        read=reader(("trello",), r"[A-Za-z0-9-]{32}"),
        why="Whoever has it can read and change the boards.",
        fix=(
            "Revoke it in the settings of Trello and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/",
        confidence=Confidence.MEDIUM,
        bad=("TRELLO_TOKEN=" + "mgJkFHQ6ybFtHdMe" + "AiFY7s8nhg4LrT8B",),
        good=(
            "TRELLO_TOKEN=${TRELLO_TOKEN}",
            "TRELLO_TOKEN=your-trello-token-here",
        ),
    ),
    Secret(
        id="mattermost-token",
        title="Mattermost token",
        severity=Severity.MEDIUM,
        keywords=("mattermost",),
        read=reader(("mattermost",), r"[a-z0-9]{26}"),
        why="Whoever has it can read and write messages.",
        fix=(
            "Revoke it in the settings of Mattermost and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.mattermost.com/integrate/reference/personal-access-token/",
        bad=("MATTERMOST_TOKEN=" + "ggt0wl7957ur0" + "1gpp49muhz86b",),
        good=(
            "MATTERMOST_TOKEN=${MATTERMOST_TOKEN}",
            "MATTERMOST_TOKEN=your-mattermost-token-here",
        ),
    ),
    Secret(
        id="linear-secret",
        title="Linear OAuth or webhook secret",
        severity=Severity.MEDIUM,
        keywords=(
            "lin_oauth_",
            "lin_wh_",
        ),
        pattern=r"lin_(?:oauth|wh)_[A-Za-z0-9]{40,64}",
        why="Whoever has it can read and change issues, or forge messages to your webhook.",
        fix=(
            "Revoke it in the settings of Linear and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://linear.app/docs/api-and-webhooks",
        bad=("li" + "n_oauth_TWGEaG36BCxHtSkEsedAiXMKvf17FLVcmi86q3pm",),
        good=(
            "lin_oauth_TWGEaG" + "36BCxHtSkEsedAiXM",
            "lin_oauth_ is described in the manual",
        ),
    ),
    Secret(
        id="gitter-token",
        title="Gitter token",
        severity=Severity.LOW,
        keywords=("gitter",),
        read=reader(("gitter",), r"[a-z0-9_-]{40}"),
        why="Whoever has it can read and write in the rooms of its owner.",
        fix=(
            "Revoke it in the settings of Gitter and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("GITTER_TOKEN=" + "qmf78c24nqfis48u40pt" + "1v4kd_gmbb5hudv89_le",),
        good=(
            "GITTER_TOKEN=${GITTER_TOKEN}",
            "GITTER_TOKEN_ID=" + "qmf78c24nqfis48u40pt" + "1v4kd_gmbb5hudv89_le",
        ),
    ),
    Secret(
        id="kagi-key",
        title="Kagi API key",
        severity=Severity.MEDIUM,
        keywords=("kagi",),
        pattern=r"[\w-]{11}\.[\w-]{43}",
        why="Whoever has it can search at your expense.",
        fix=(
            "Revoke it in the settings of Kagi and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("KAGI_API_KEY=" + "C6uoR4P7XxG.7WZuaUw4feOdmJ5" + "rUbh4uX2fNy9QCkGv0NVlopu1C2I",),
        good=(
            "KAGI_API_KEY=C6uoR4P7XxG" + ".7WZuaUw4feOdmJ5rUbh4uX2f",
            "kagi is described in the manual",
        ),
    ),
    Secret(
        id="brave-search-key",
        title="Brave Search API key",
        severity=Severity.MEDIUM,
        keywords=("brave",),
        pattern=r"BSA[\w-]{24,40}",
        why="Whoever has it can search at your expense.",
        fix=(
            "Revoke it in the settings of Brave Search and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        revoke="https://api-dashboard.search.brave.com/app/keys",
        holds=checksum.mixed,
        bad=("BRAVE_API_KEY=" + "BSAd39jZsrPcP" + "9aYm6W3dBzeMjt",),
        good=(
            "BRAVE_API_KEY=BS" + "Ad39jZsrPcP9aYm6",
            "brave is described in the manual",
        ),
    ),
    Secret(
        id="bitly-token",
        title="Bitly access token",
        severity=Severity.LOW,
        keywords=(
            "bitly",
            "bit_ly",
        ),
        read=reader(
            (
                "bitly",
                "bit_ly",
            ),
            r"[0-9a-f]{40}",
        ),
        why="Whoever has it can change where your short links lead.",
        fix=(
            "Revoke it in the settings of Bitly and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("BITLY_ACCESS_TOKEN=" + "bd77b7ca652e22a80e54" + "6fa97514eefcd0a022b8",),
        good=(
            "BITLY_ACCESS_TOKEN=${BITLY_ACCESS_TOKEN}",
            "BITLY_ACCESS_TOKEN_ID=" + "bd77b7ca652e22a80e54" + "6fa97514eefcd0a022b8",
        ),
    ),
    Secret(
        id="voiceflow-key",
        title="Voiceflow API key",
        severity=Severity.MEDIUM,
        keywords=("VF.",),
        pattern=r"VF\.(?:DM\.|WS\.)?[0-9a-f]{24}\.[A-Za-z0-9]{16}",
        why="Whoever has it can talk with the assistants and read what others said to them.",
        fix=(
            "Revoke it in the settings of Voiceflow and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=("VF" + ".d163cb9c3cccff44cfb1d117.ZNVubbuUqzNXZimY",),
        good=(
            "VF.d163cb9c3cc" + "cff44cfb1d117.Z",
            "VF. is described in the manual",
        ),
    ),
    Secret(
        id="close-key",
        title="Close API key",
        severity=Severity.MEDIUM,
        keywords=("close_api", "closeapi", "closeio", "close.com"),
        pattern=r"api_[A-Za-z0-9]{20,24}\.[A-Za-z0-9]{20,24}",
        why="Whoever has it can read and change the customers that are kept there.",
        fix=(
            "Revoke it in the settings of Close and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        holds=checksum.mixed,
        bad=(
            "CLOSE_API_KEY=" + "api_dQlfTWfjpgeRVqWA4o" + "YG.wyQ9RQpmkBH353XP1cbp",
            '"closeApiKey": "' + "api_3mGxHoL43ScQQYK8TUkl" + '1J.Ynrw8tdVIIfHmxOCTQE8ph"',
            "CLOSEIO_TOKEN=" + "api_7rWk2mNxQ9sVtL4cJ8" + "ZpYd.hB5gT1fR6uE3aD0oKiSn",
        ),
        good=(
            "CLOSE_API_KEY=api_dQlf" + "TWfjpgeRVqWA4oYG.wyQ9R",
            "close_api is described in the manual",
        ),
    ),
    Secret(
        id="plane-key",
        title="Plane API token",
        severity=Severity.HIGH,
        keywords=("plane_api_",),
        pattern=r"plane_api_[0-9a-f]{32}",
        why="Whoever has it can read and change the issues and pages of its owner.",
        fix=(
            "Revoke it in the settings of Plane and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developers.plane.so/api-reference/introduction",
        bad=("plane_api_a2eb4e60ebf" + "4c74efd7e3ad68d81a717",),
        good=(
            "plane_api_5bcedc1" + "32202ca138704b95a",
            "the prefix plane_api_ is described in the manual",
        ),
    ),
)
