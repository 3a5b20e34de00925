"""Shops and marketplaces."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.record import Secret, assigned

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
        pattern=assigned(r"algolia", r"[0-9a-f]{32}", r"admin|write|secret|api"),
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
        pattern=assigned(r"etsy", r"[a-z0-9]{24}", r"key|secret|token"),
        why="Whoever has it can use the API as the application.",
        fix=(
            "Revoke it in the settings of Etsy and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        holds=checksum.lettered,
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
        pattern=assigned(r"zendesk", r"[A-Za-z0-9]{40}", r"token|key|secret"),
        why="Whoever has it can read every ticket.",
        fix=(
            "Revoke it in the settings of Zendesk and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        holds=checksum.mixed,
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
        bad=("10" + "00.0ce4b41524eac437abec4bf56b637c" + "1f.9c6a1a80f957b502dffd708567a10268",),
        good=(
            "10" + "00.de2147e7ec19eac766a9aee58a6" + "997f6.c8013a8debd3da498f561109657",
            "the prefix 1000. is described in the manual",
        ),
    ),
)
