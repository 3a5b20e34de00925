"""Shops and marketplaces."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.named import UUID, reader
from yett.rules.secrets.record import Secret
from yett.rules.secrets.searching import for_pages

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="shopify-token",
        title="Shopify access token",
        severity=Severity.CRITICAL,
        keywords=("shpat_", "shpca_", "shppa_"),
        pattern=r"shp(?:at|ca|pa)_[0-9a-fA-F]{32}",
        why="Whoever has it can read orders and customers and change the shop.",
        fix="Uninstall or rotate the app in the admin, then keep the new token in a secret manager.",
        revoke="https://shopify.dev/docs/apps/auth",
        bad=("sh" + "pat_5f5dc8390bf34" + "bb2017522d1573e9b90",),
        good=(
            "sh" + "pat_f3b1875d18" + "0d129a3668a39dc09",
            "the prefix shpat_ is described in the manual",
        ),
    ),
    Secret(
        id="shopify-shared-secret",
        title="Shopify shared secret",
        severity=Severity.CRITICAL,
        keywords=("shpss_",),
        pattern=r"shpss_[0-9a-fA-F]{32}",
        why="Whoever has it can forge requests and webhooks of the app.",
        fix=(
            "Revoke it in the settings of Shopify and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://shopify.dev/docs/apps/auth",
        bad=("sh" + "pss_fe870850ac2eb" + "6368f965d851e1a07de",),
        good=(
            "sh" + "pss_d2675b6bc7" + "615feaf61972f43a3",
            "the prefix shpss_ is described in the manual",
        ),
    ),
    Secret(
        id="ebay-client-secret",
        title="eBay production client secret",
        severity=Severity.HIGH,
        keywords=("PRD-",),
        pattern=r"PRD-[0-9a-f]{8,12}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4,12}",
        why="Whoever has it can act as the application on eBay.",
        fix=(
            "Revoke it in the settings of eBay and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.ebay.com/api-docs/static/gs_understand-application-keysets.html",
        bad=("ebay_cert_id=PR" + "D-8a093bc91625-3" + "2ee-7405-b1f5-5999",),
        good=(
            "ebay_cert_id=PR" + "D-8769bfb65ad4" + "-b034-6cb0-422b",
            "the prefix PRD- is described in the manual",
        ),
    ),
    Secret(
        id="algolia-admin-key",
        title="Algolia admin key",
        severity=Severity.HIGH,
        keywords=("algolia",),
        read=for_pages(
            reader(
                ("algolia",),
                r"[0-9a-f]{32}",
                need="admin|write|secret|api",
                near=(),
                pair=("application id", r"[A-Z0-9]{10}"),
            )
        ),
        why="Whoever has it can read and change the indexes.",
        fix=(
            "Revoke it in the settings of Algolia and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://www.algolia.com/doc/guides/security/api-keys/",
        bad=("ALGOLIA_ADMIN_KEY=" + "6d3d3fcafe7e0856" + "dbb679fd17ae2366",),
        good=("ALGOLIA_APP_ID=B1G2GM9NG0",),
    ),
    Secret(
        id="algolia-client-key",
        title="Algolia key of a client",
        severity=Severity.MEDIUM,
        keywords=("algoliasearch(",),
        pattern=r"(?i:algoliasearch)\(\s{0,40}[\"\x27`][A-Z0-9]{10}[\"\x27`]\s{0,4},\s{0,40}[\"\x27`]([0-9a-f]{32})[\"\x27`]",
        why="Where it may do more than search, whoever has it can read and change the indexes.",
        fix="See in the dashboard of Algolia what it may do, and give pages one that may only search.",
        confidence=Confidence.LOW,
        revoke="https://www.algolia.com/doc/guides/security/api-keys/",
        doubt="clients are made with keys that can only search, which pages show to everybody",
        bad=("algoliasearch('B1G2GM9NG0', '" + "6d3d3fcafe7e0856" + "dbb679fd17ae2366')",),
        good=("algoliasearch('B1G2GM9NG0', process.env.ALGOLIA_KEY)",),
    ),
    Secret(
        id="contentful-token",
        title="Contentful personal token",
        severity=Severity.HIGH,
        keywords=("CFPAT-",),
        pattern=r"CFPAT-[\w-]{43}",
        why="Whoever has it can change what the site shows.",
        fix=(
            "Revoke it in the settings of Contentful and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.contentful.com/developers/docs/references/authentication/",
        bad=("CF" + "PAT-nLkQtPWFxyKdDoXLRX" + "E6SO5eZcKbv3Wdf_LcVBojegB",),
        good=(
            "CF" + "PAT-hLywlbrTGUyG5KqU" + "Uyxm2LTI3nToxpCBvfW8_0",
            "the prefix CFPAT- is described in the manual",
        ),
    ),
    Secret(
        id="etsy-key",
        title="Etsy API key",
        severity=Severity.MEDIUM,
        keywords=("etsy",),
        read=reader(("etsy",), r"[A-Za-z0-9]{24}"),
        why="Whoever has it can use the API as the application.",
        fix=(
            "Revoke it in the settings of Etsy and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developers.etsy.com/documentation/essentials/oauth",
        confidence=Confidence.MEDIUM,
        bad=("ETSY_API_KEY=" + "v1odfzx8bkls" + "40iblmg0w5cw",),
        good=(
            "ETSY_API_KEY=${ETSY_API_KEY}",
            "ETSY_API_KEY=your-etsy-api-key-here",
        ),
    ),
    Secret(
        id="klaviyo-key",
        title="Klaviyo private key",
        severity=Severity.HIGH,
        keywords=("klaviyo",),
        pattern=r"pk_(?:[0-9a-f]{34}|[A-Za-z0-9]{6}_[0-9a-f]{34})",
        why="Whoever has it can read customers and send mail in your name.",
        fix=(
            "Revoke it in the settings of Klaviyo and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developers.klaviyo.com",
        bad=('klaviyo.api_key = "pk' + "_4e9de914094db8f" + '05ccb5ceeb426a59b9e"',),
        good=(
            'klaviyo.api_key = "pk' + "_ea3643b980073" + '443a59854adaa79f"',
            "the prefix klaviyo is described in the manual",
        ),
    ),
    Secret(
        id="zendesk-token",
        title="Zendesk API token",
        severity=Severity.HIGH,
        keywords=("zendesk",),
        read=reader(("zendesk",), r"[A-Za-z0-9]{40}", holds=checksum.mixed),
        why="Whoever has it can read every ticket.",
        fix=(
            "Revoke it in the settings of Zendesk and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://support.zendesk.com/hc/en-us/articles/226022787-Generating-a-new-API-token",
        bad=("ZENDESK_API_TOKEN=" + "M7WQ5WbPhBRuoeHzHos4" + "nRpERNzzh31Bij2qrSDT",),
        good=(
            "ZENDESK_API_TOKEN=${ZENDESK_API_TOKEN}",
            "ZENDESK_API_TOKEN=your-zendesk-api-token-here",
        ),
    ),
    Secret(
        id="hubspot-token",
        title="HubSpot private app token",
        severity=Severity.HIGH,
        keywords=("pat-na", "pat-eu"),
        pattern=r"pat-(?:na|eu)\d-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        why="Whoever has it can read and change customers.",
        fix=(
            "Revoke it in the settings of HubSpot and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developers.hubspot.com/docs/api/private-apps",
        bad=("pa" + "t-na1-4d61308b-c596-" + "4bf1-a1b9-cc8545904474",),
        good=(
            "pa" + "t-na1-d1cc65d0-c64" + "1-47d2-aa7e-1650f4b",
            "the prefix pat-na is described in the manual",
        ),
    ),
    Secret(
        id="salesforce-token",
        title="Salesforce access token",
        severity=Severity.HIGH,
        keywords=("!AQ", "!AR"),
        pattern=r"00D[A-Za-z0-9]{12,15}!A[QR][\w.]{78,260}",
        why="Until it expires whoever has it can read and change customers.",
        fix=(
            "Revoke it in the settings of Salesforce and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://help.salesforce.com",
        bad=(
            "00"
            + "DXFQwVc"
            + "ODBz5Eyrt!AQ"
            + "WYi3sOtQAtaC1sm25fPrKZfDURUmUBeDA3whTDyN1oy9"
            + "DJLI4t0x84vHoP3NqbM5rhJuvxRqjnw2xYduaCXmHqIwJg",
        ),
        good=(
            "00"
            + "D5kHIdf"
            + "C6n2m3euI!AQ"
            + "wmbLFANe6Hz8b90a4BM6dEw5LX00U3ov"
            + "SjMSVoJmIiTWpBZcVzt6FVdHxTjocde4lE",
            "the prefix !AQ is described in the manual",
        ),
    ),
    Secret(
        id="salesforce-refresh-token",
        title="Salesforce refresh token",
        severity=Severity.HIGH,
        keywords=("5Aep861",),
        pattern=r"5Aep861[\w.=]{80,200}",
        why="Whoever has it gets new access tokens until it is revoked.",
        fix=(
            "Revoke it in the settings of Salesforce and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://help.salesforce.com",
        bad=("5A" + "ep8610TUE4TI3v0YCsc9Bhs4SU8y175mdEwU2Dith9" + "EpfkvzPruPkoVIxZHaUpchI5oG02O1RwBstTXWAwOJR",),
        good=(
            "5A" + "ep861WOmqgbnwQ2FHisSh73cHRjUQd0tYRR1tk8" + "IAYLOb4ZHxqMmlrDJegVyFjkmZmHKCXaqSSm8SVaN",
            "the prefix 5Aep861 is described in the manual",
        ),
    ),
    Secret(
        id="intercom-token",
        title="Intercom access token",
        severity=Severity.HIGH,
        keywords=("dG9rO",),
        pattern=r"dG9rO[A-Za-z0-9+/_-]{54}=",
        why="Whoever has it can read every conversation.",
        fix=(
            "Revoke it in the settings of Intercom and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://developers.intercom.com",
        bad=("dG" + "9rOujS+LHOgRObwX1VwBghJSLhye" + "AOese+m0x80pdK02DbWN614ECxB29=",),
        good=(
            "dG" + "9rOdHKm8tFdQ9EOLB8WNMSAM0T" + "fNIkPl9MlmF7BE43c1z79RUIdox",
            "the prefix dG9rO is described in the manual",
        ),
    ),
    Secret(
        id="zoho-token",
        title="Zoho OAuth token",
        severity=Severity.HIGH,
        keywords=("1000.",),
        pattern=r"1000\.[0-9a-f]{32}\.[0-9a-f]{32}",
        why="Whoever has it can read and change customers.",
        fix=(
            "Revoke it in the settings of Zoho and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://www.zoho.com/developer/oauth/revoke-oauth-token.html",
        bad=("10" + "00.0ce4b41524eac437abec4bf56b637c" + "1f.9c6a1a80f957b502dffd708567a10268",),
        good=(
            "10" + "00.de2147e7ec19eac766a9aee58a6" + "997f6.c8013a8debd3da498f561109657",
            "the prefix 1000. is described in the manual",
        ),
    ),
    Secret(
        id="contentful-delivery-token",
        title="Contentful delivery token",
        severity=Severity.LOW,
        keywords=("contentful",),
        read=reader(("contentful",), r"[\w-]{43}"),
        why="Whoever has it can read what is published, and with a preview token the drafts too.",
        fix=(
            "Revoke it in the settings of Contentful and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://www.contentful.com/developers/docs/references/authentication/",
        bad=("CONTENTFUL_ACCESS_TOKEN=" + "MOUwHTlttmEv3aRdV5nDv" + "Rm4zBrUAsjyyiIkO9DNTj1",),
        good=(
            "CONTENTFUL_ACCESS_TOKEN=${CONTENTFUL_ACCESS_TOKEN}",
            "CONTENTFUL_ACCESS_TOKEN_ID=" + "MOUwHTlttmEv3aRdV5nDv" + "Rm4zBrUAsjyyiIkO9DNTj1",
        ),
    ),
    Secret(
        id="hubspot-legacy-key",
        title="HubSpot API key",
        severity=Severity.MEDIUM,
        keywords=("hubspot",),
        read=reader(("hubspot",), UUID, need="hapi|api_?key"),
        why="Whoever has it can read and change the customers that are kept there.",
        fix=(
            "Revoke it in the settings of HubSpot and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://developers.hubspot.com/docs/api/private-apps",
        bad=("HUBSPOT_API_KEY=" + "Eb4e601E-5f8f-72fA" + "-d40f-88F0eAb3b4b1",),
        good=(
            "HUBSPOT_API_KEY=${HUBSPOT_API_KEY}",
            "HUBSPOT_API_KEY_ID=" + "Eb4e601E-5f8f-72fA" + "-d40f-88F0eAb3b4b1",
        ),
    ),
    Secret(
        id="salesforce-consumer-key",
        title="Salesforce consumer key",
        severity=Severity.MEDIUM,
        keywords=("3MVG9",),
        pattern=r"3MVG9[\w.=]{75,251}",
        why="With its secret it poses as the connected application.",
        fix=(
            "Revoke it in the settings of Salesforce and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://help.salesforce.com",
        bad=("3M" + "VG9mV9zZm1juxM54eaBSoJ0Ci3VXq5=jAr0fWIHz6pKSsppg218q3s1QN5Nj02K99f0tpZwDldNdlX",),
        good=(
            "3MVG9mV9zZm1juxM54eaBSoJ0C" + "i3VXq5=jAr0fWIHz6pKSsppg218",
            "3MVG9 is described in the manual",
        ),
    ),
    Secret(
        id="shopify-partner-token",
        title="Shopify partner or CLI token",
        severity=Severity.HIGH,
        keywords=(
            "prtapi_",
            "atkn_",
        ),
        pattern=r"(?:prtapi|atkn)_[0-9a-fA-F]{32,64}",
        why="Whoever has it can read and change the apps of the partner.",
        fix=(
            "Revoke it in the settings of Shopify and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://shopify.dev/docs/apps/auth",
        bad=("pr" + "tapi_46408Cc9BAbE978afF32BcEE0eF1a37c",),
        good=(
            "prtapi_46408C" + "c9BAbE978afF3",
            "prtapi_ is described in the manual",
        ),
    ),
    Secret(
        id="squarespace-key",
        title="Squarespace API key",
        severity=Severity.MEDIUM,
        keywords=("squarespace",),
        read=reader(("squarespace",), UUID),
        why="Whoever has it can read orders and change stock.",
        fix=(
            "Revoke it in the settings of Squarespace and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        bad=("SQUARESPACE_API_KEY=" + "62F8fC6C-cE0A-8dB0" + "-851f-e8f5be91fC45",),
        good=(
            "SQUARESPACE_API_KEY=${SQUARESPACE_API_KEY}",
            "SQUARESPACE_API_KEY_ID=" + "62F8fC6C-cE0A-8dB0" + "-851f-e8f5be91fC45",
        ),
    ),
    Secret(
        id="flexport-token",
        title="Flexport token",
        severity=Severity.HIGH,
        keywords=("shltm_",),
        pattern=r"shltm_[\w-]{40}",
        why="Whoever has it can read and change shipments.",
        fix=(
            "Revoke it in the settings of Flexport and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        bad=("sh" + "ltm_aiSHKeWonw-ryNny-wZN7GrK1W1sq2HjlVFsIPhO",),
        good=(
            "shltm_aiSHKeWon" + "w-ryNny-wZN7GrK",
            "shltm_ is described in the manual",
        ),
    ),
    Secret(
        id="ticket-tailor-key",
        title="Ticket Tailor API key",
        severity=Severity.MEDIUM,
        keywords=(
            "tickettailor",
            "ticket_tailor",
            "ticket-tailor",
        ),
        pattern=r"sk_\d{4}_\d{6}_[0-9a-f]{32}",
        why="Whoever has it can read who bought tickets.",
        fix=(
            "Revoke it in the settings of Ticket Tailor and give the new one to the program at run time, "
            "from a secret manager or a masked CI variable."
        ),
        bad=("TICKET_TAILOR_API_KEY=" + "sk_6702_652502_889150a1" + "acb8a6778ecf24f909b76d87",),
        good=(
            "TICKET_TAILOR_API_KEY=sk_6" + "702_652502_889150a1acb8a677",
            "tickettailor is described in the manual",
        ),
    ),
    Secret(
        id="canadian-notify-key",
        title="GC Notify API key",
        severity=Severity.HIGH,
        keywords=("gcntfy-",),
        pattern=(
            r"gcntfy-[\w-]{1,80}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-([0-9a-f]{8}(?:-[0-9a-f]{4}"
            r"){3}-[0-9a-f]{12})"
        ),
        why="Whoever has it can send messages in the name of the service.",
        fix=(
            "Revoke it in the settings of GC Notify and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        bad=(
            "ApiKey-v1 gcntfy-acme-91be6560-2" + "18a-21db-09d5-6ebf9e4a18f0-d2025" + "a38-9aff-1b5f-c027-5be93df19c3f",
        ),
        good=(
            "gcntfy-short",
            "gcntfy- is described in the manual",
        ),
    ),
)
