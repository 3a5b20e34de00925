"""Payment and banking."""

from __future__ import annotations

from yett.model import Confidence, Severity
from yett.rules.secrets import checksum
from yett.rules.secrets.named import reader
from yett.rules.secrets.record import Secret

SECRETS: tuple[Secret, ...] = (
    Secret(
        id="stripe-secret-key",
        title="Stripe live key",
        severity=Severity.CRITICAL,
        keywords=("sk_live_", "rk_live_"),
        pattern=r"[rs]k_live_[A-Za-z0-9]{24,247}",
        why="Whoever has it can charge, refund and read customers.",
        fix="Roll it in the dashboard under Developers > API keys, then use restricted keys from a secret manager.",
        revoke="https://docs.stripe.com/keys#keep-your-keys-safe",
        bad=("sk" + "_live_WH3gr9O3" + "MgOiyEVbKnW3DX6z",),
        good=(
            "sk" + "_live_YWs4gB" + "iBYlTHDNELAPA",
            "the prefix sk_live_ is described in the manual",
        ),
    ),
    Secret(
        id="stripe-test-key",
        title="Stripe test key",
        severity=Severity.LOW,
        keywords=("sk_test_", "rk_test_"),
        pattern=r"[rs]k_test_[A-Za-z0-9]{24,247}",
        why="It moves no money, but it shows test data and where the live one will be.",
        fix=(
            "Revoke it in the settings of Stripe and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.stripe.com/keys#keep-your-keys-safe",
        bad=("sk" + "_test_tvoFPfnE" + "UPOGPTH2SiV13XZV",),
        good=(
            "sk" + "_test_Cvmh7m" + "NkiZl3mc8YWDi",
            "the prefix sk_test_ is described in the manual",
        ),
    ),
    Secret(
        id="stripe-client-secret",
        title="Client secret of a Stripe payment",
        severity=Severity.LOW,
        keywords=("_secret_",),
        pattern=r"(?:pi|seti|src|cs_(?:test|live))_[A-Za-z0-9]{14,64}_secret_[A-Za-z0-9]{10,200}",
        why=(
            "It completes one payment and is meant for the browser of the customer who makes it. Stripe asks that it "
            "is neither stored nor logged; in recorded requests of tests it opens nothing."
        ),
        fix="Filter it out of logs and of recorded requests.",
        revoke="https://docs.stripe.com/api/payment_intents/object",
        confidence=Confidence.LOW,
        doubt="it is for one payment, and meant for the browser",
        rank=4,
        bad=('"client_secret": "pi_3QY1o72ESifGlJez06' + "ZbKHjy_secret_F4jLDjxcB5zd" + 'jigXslucVZIc5"',),
        good=(
            '"payment_intent": "pi_3QY1o72ESifGlJez06ZbKHjy"',
            "stripe_client_secret_key = load()",
        ),
    ),
    Secret(
        id="stripe-ephemeral-key",
        title="Ephemeral key of Stripe",
        severity=Severity.LOW,
        keywords=("ek_test_", "ek_live_"),
        pattern=r"ek_(?:test|live)_[A-Za-z0-9]{20,200}(?:_[A-Za-z0-9]{6,40})?",
        why="For an hour it reads and changes one customer's details; Stripe hands it to that customer's app.",
        fix="Filter it out of logs and of recorded requests.",
        revoke="https://docs.stripe.com/api/ephemeral_keys",
        confidence=Confidence.LOW,
        doubt="it is good for an hour",
        rank=4,
        bad=('"secret": "ek' + "_test_YWNjdF8xUVZhOWsyRVNpZkdsSmV6LHFyd" + '0049Z6rFbW"',),
        good=('"secret": "ek_test_..."', "the prefix ek_test_ is Stripe's"),
    ),
    Secret(
        id="stripe-webhook-secret",
        title="Webhook signing secret",
        severity=Severity.HIGH,
        keywords=("whsec_",),
        pattern=r"whsec_[A-Za-z0-9+/=]{32,64}",
        why="Whoever has it can forge events such as a payment that never was.",
        fix=(
            "Revoke it in the settings of Stripe and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.stripe.com/keys#keep-your-keys-safe",
        bad=("wh" + "sec_EUCKwefusIvAs" + "l8vJUSxWGsaRgTv3A6r",),
        good=(
            "wh" + "sec_Jab1Cwna62" + "kLRGpo6lKN55xMTw1",
            "the prefix whsec_ is described in the manual",
        ),
    ),
    Secret(
        id="square-token",
        title="Square access token",
        severity=Severity.CRITICAL,
        keywords=("EAAA", "sq0atp-"),
        pattern=r"sq0atp-[\w-]{22}|EAAA[\w-]{60}",
        why="Whoever has it can take payments and read customers.",
        fix=(
            "Revoke it in the settings of Square and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.squareup.com/docs/build-basics/access-tokens",
        holds=checksum.mixed,
        bad=("sq" + "0atp-Lf-mCi6" + "XIGHdtskNsHK3dL",),
        good=(
            "sq" + "0atp-iTIbA" + "Mwy7DxwL7Sog",
            "the prefix EAAA is described in the manual",
        ),
    ),
    Secret(
        id="square-oauth-secret",
        title="Square OAuth secret",
        severity=Severity.CRITICAL,
        keywords=("sq0csp-",),
        pattern=r"sq0csp-[\w-]{43}",
        why="Whoever has it can pose as the application to every merchant.",
        fix=(
            "Revoke it in the settings of Square and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.squareup.com/docs/build-basics/access-tokens",
        bad=("sq" + "0csp-rXoYkstKNt7P4UwgMr" + "P876MQ6MNnmAHWYNGk_okvGDi",),
        good=(
            "sq" + "0csp-JIRL93Ci7rz1DXC" + "Uodl_K771xgGvwjAPABBbQ5",
            "the prefix sq0csp- is described in the manual",
        ),
    ),
    Secret(
        id="braintree-token",
        title="PayPal Braintree access token",
        severity=Severity.CRITICAL,
        keywords=("access_token$production$",),
        pattern=r"access_token\$production\$[a-z0-9]{16}\$[0-9a-f]{32}",
        why="Whoever has it can take payments and read customers.",
        fix=(
            "Revoke it in the settings of PayPal/Braintree and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://developer.paypal.com/braintree/docs",
        bad=("access_token$production$ps" + "9torb0" + "p5biomr9$0d" + "64616f0bca4eb6" + "9a447154e6232f46",),
        good=(
            "access_token$production$dd" + "cndlf8" + "9jaf39xn$9f" + "367b73377ae0" + "2375ee3be3bd8",
            "the prefix access_token$production$ is described in the manual",
        ),
    ),
    Secret(
        id="braintree-sandbox-token",
        title="PayPal Braintree sandbox token",
        severity=Severity.LOW,
        keywords=("access_token$sandbox$",),
        pattern=r"access_token\$sandbox\$[a-z0-9]{16}\$[0-9a-f]{32}",
        why="It moves no money, but it shows where the live one will be.",
        fix=(
            "Revoke it in the settings of PayPal/Braintree and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://developer.paypal.com/braintree/docs",
        bad=("access_token$sandbox$49" + "yaizbw" + "p2hngt90$29" + "a260f915cc3678" + "90f5ce703e98c484",),
        good=(
            "access_token$sandbox$sq" + "jw6hr7" + "6bbe2rz4$08" + "48d09d4a2bf8" + "e673026bac985",
            "the prefix access_token$sandbox$ is described in the manual",
        ),
    ),
    Secret(
        id="paypal-client-secret",
        title="PayPal client secret",
        severity=Severity.CRITICAL,
        keywords=("paypal",),
        read=reader(("paypal",), r"E[\w-]{79}", sure=True, holds=checksum.mixed),
        why="Whoever has it can take and refund payments.",
        fix=(
            "Revoke it in the settings of PayPal and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.paypal.com/api/rest/",
        bad=(
            "PAYPAL_CLIENT_SECRET="
            + "E35wAZeq-tKsqZnRK7mjRfmKow-0_WJyrhKllXNQ"
            + "UaEIbNQdsq1Elr08mM0AnS1Hn2j8cWZ72eqxlgDo",
        ),
        good=(
            "PAYPAL_CLIENT_SECRET=${PAYPAL_CLIENT_SECRET}",
            "PAYPAL_CLIENT_SECRET=yo" + "ur-paypal-cli" + "ent-secret-here",
        ),
    ),
    Secret(
        id="adyen-key",
        title="Adyen API key",
        severity=Severity.CRITICAL,
        keywords=("AQE",),
        pattern=r"AQE[a-z][A-Za-z0-9+/]{30,80}(?:=+|-)[A-Za-z0-9+/=.-]{40,200}",
        why="Whoever has it can take payments for the merchant.",
        fix=(
            "Revoke it in the settings of Adyen and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.adyen.com/development-resources/api-credentials/",
        holds=checksum.mixed,
        bad=(
            "AQ"
            + "Ey9EjrJGy/a2tfpwPtClcbAsg3KN716Shgx6oT6+4/2xqa+V+cmm"
            + "lzDW4tKBcv-2Yqju0gfhYLnLx5vM91EVZTdZd6wtoyY9tjyYOPcEsP="
            + "-4oCZUdk"
            + "xSnMZrQPE",
        ),
        good=(
            "AQ"
            + "EyFlHQEhOAdxPGhnyO73z3a7geWPsG3H9RxTKMv+4WzFjCAN2"
            + "Xkx4xuxIyqmTm-7OyPSStYkhIkmB3b6Z3ePX1XvqxLLbKAiYk0e",
            "the prefix AQE is described in the manual",
        ),
    ),
    Secret(
        id="checkout-key",
        title="Checkout.com secret key",
        severity=Severity.CRITICAL,
        keywords=tuple(f"sk_{digit}" for digit in "0123456789abcdef"),
        # never alone: "actions/checkout@" and "git checkout" stand in every workflow
        near=(
            *("checkout_", "checkout.", "checkout-", "checkout:", "checkout=", 'checkout"', "checkout'", "cko_"),
            *("checkoutcom", "checkoutsecret", "checkoutapi", "checkoutkey", "checkoutprivate"),
        ),
        pattern=r"sk_[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        why="Whoever has it can take and refund payments.",
        fix=(
            "Revoke it in the settings of Checkout.com and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.checkout.com/docs",
        rank=4,
        bad=("CHECKOUT_SECRET_KEY=sk" + "_1f12e924-8896-4bb" + "c-a1ea-18b4d2b838c0",),
        good=(
            "CHECKOUT_SECRET_KEY=sk" + "_52a7c56f-06df-" + "4341-a655-fbd9bef",
            "the prefix checkout is described in the manual",
        ),
    ),
    Secret(
        id="razorpay-key",
        title="Razorpay live key id",
        severity=Severity.HIGH,
        keywords=("rzp_live_",),
        pattern=r"rzp_live_[A-Za-z0-9]{14}",
        why="With its secret, often close by, it takes and refunds payments.",
        fix=(
            "Revoke it in the settings of Razorpay and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://razorpay.com/docs/api/authentication/",
        bad=("rz" + "p_live_Jdz" + "BJ2ACYxX8AQ",),
        good=(
            "rz" + "p_live_" + "pHoUf893z",
            "the prefix rzp_live_ is described in the manual",
        ),
    ),
    Secret(
        id="paystack-key",
        title="Paystack secret key",
        severity=Severity.CRITICAL,
        keywords=("sk_live_",),
        pattern=r"sk_live_[0-9a-f]{40}",
        why="Whoever has it can charge and read customers.",
        fix=(
            "Revoke it in the settings of Paystack and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://paystack.com/docs/api/authentication/",
        rank=4,
        bad=("sk" + "_live_068e4ab8d2b2fab5" + "abf38808ba97ac464760e70d",),
        good=(
            "sk" + "_live_6125e4be9d2b77" + "a512aba9bd7ec7f271aaf",
            "the prefix sk_live_ is described in the manual",
        ),
    ),
    Secret(
        id="flutterwave-key",
        title="Flutterwave live secret key",
        severity=Severity.CRITICAL,
        keywords=("FLWSECK-",),
        pattern=r"FLWSECK-[a-z0-9]{32}-X",
        why="Whoever has it can move money.",
        fix=(
            "Revoke it in the settings of Flutterwave and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://developer.flutterwave.com/docs/authentication",
        bad=("FL" + "WSECK-9mbbkopy96qmo" + "uynbflg2ots2abpp58p-X",),
        good=(
            "FL" + "WSECK-vjvxqdu0ap" + "ohtoi1kckwhoxfkrqq7",
            "the prefix FLWSECK- is described in the manual",
        ),
    ),
    Secret(
        id="midtrans-key",
        title="Midtrans server key",
        severity=Severity.CRITICAL,
        keywords=("Mid-server-",),
        pattern=r"Mid-server-\w{10,24}",
        why="Whoever has it can take payments.",
        fix=(
            "Revoke it in the settings of Midtrans and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://docs.midtrans.com",
        holds=checksum.mixed,
        bad=("Mi" + "d-server-z7jyB" + "Zya7QJakfnrb2xE",),
        good=(
            "Mid-server-key",
            "SB-Mid-server-x",
        ),
    ),
    Secret(
        id="plaid-token",
        title="Plaid access token",
        severity=Severity.CRITICAL,
        keywords=("access-production-", "access-development-", "access-sandbox-"),
        pattern=(
            r"access-(?:production|development"
            r"|sandbox)-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
        ),
        why="Whoever has it and the client secret can read the bank account.",
        fix=(
            "Revoke it in the settings of Plaid and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://plaid.com/docs/api/tokens/",
        bad=("ac" + "cess-production-b81970e7-" + "5445-4369-abd7-faf8ec80abf8",),
        good=(
            "ac" + "cess-production-ee6d86" + "42-49ac-4ab1-a4fd-17ae630",
            "the prefix access-production- is described in the manual",
        ),
    ),
    Secret(
        id="plaid-secret",
        title="Plaid secret",
        severity=Severity.CRITICAL,
        keywords=("plaid",),
        read=reader(("plaid",), r"[0-9a-f]{30}"),
        why="Whoever has it can act as the application towards every bank.",
        fix=(
            "Revoke it in the settings of Plaid and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://plaid.com/docs/api/tokens/",
        bad=("PLAID_SECRET=" + "4e5365d19485386" + "f2bcae9dd3e231e",),
        good=(
            "PLAID_SECRET=${PLAID_SECRET}",
            "PLAID_SECRET=your-plaid-secret-here",
        ),
    ),
    Secret(
        id="mercury-token",
        title="Mercury token",
        severity=Severity.CRITICAL,
        keywords=("mercury_production_",),
        pattern=r"mercury_production_\w{3,6}_[A-Za-z0-9]{40,50}_yrucrem",
        why="Whoever has it can read and move money.",
        fix=(
            "Revoke it in the settings of Mercury and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.mercury.com",
        bad=("me" + "rcury_production_wma_jNjxlOw1Ia5u3Zp" + "mzYQo9U0jh2M1tdeNBqxeSoIhSmQJ_yrucrem",),
        good=(
            "me" + "rcury_production_wma_egEPoWPKiP4j" + "DVUWRjfrszjW4s5qtUuvJWJKDBzl28nZ_yr",
            "the prefix mercury_production_ is described in the manual",
        ),
    ),
    Secret(
        id="paddle-key",
        title="Paddle live key",
        severity=Severity.CRITICAL,
        keywords=("pdl_live_apikey_",),
        pattern=r"pdl_live_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}",
        why="Whoever has it can read and change sales.",
        fix=(
            "Revoke it in the settings of Paddle and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://developer.paddle.com/api-reference/about/authentication",
        bad=("pd" + "l_live_apikey_r6fjobfibdt3ngc393" + "ocgb819w_w2DqHLNqVkqPtHdGvSBr9E_s1V",),
        good=(
            "pd" + "l_live_apikey_9y4tv7v2jf39gmbw" + "ow39jptx7c_QAxgjOL6EwDk4HtrtWgWm",
            "the prefix pdl_live_apikey_ is described in the manual",
        ),
    ),
    Secret(
        id="asaas-key",
        title="Asaas API key",
        severity=Severity.HIGH,
        keywords=("$aact_",),
        pattern=r"\$aact_(?:prod|hmlg)_[\w:+/=-]{20,180}",
        why="Whoever has it can move money.",
        fix=(
            "Revoke it in the settings of Asaas and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.asaas.com",
        bad=("$aa" + "ct_prod_gUUGsnBAuF858yq" + "cthyeEVXYBGuNlN1Morz644lD",),
        good=(
            "$aa" + "ct_prod_tXD" + "hKexIek3cNo3t",
            "the prefix $aact_ is described in the manual",
        ),
    ),
    Secret(
        id="ramp-secret",
        title="Ramp client secret",
        severity=Severity.HIGH,
        keywords=("ramp_sec_",),
        pattern=r"ramp_sec_[A-Za-z0-9]{48}",
        why="Whoever has it can read and manage cards and spending.",
        fix=(
            "Revoke it in the settings of Ramp and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.ramp.com",
        bad=("ra" + "mp_sec_bs72fJ9vSG4gOEFcP5M" + "VPylEYlfANEBpH6renD2pswzH7Jke",),
        good=(
            "ra" + "mp_sec_xb0YhSv4SuFNZzkOA" + "9yjjkBKiGhTWBtGcAeJ8o5mkkk",
            "the prefix ramp_sec_ is described in the manual",
        ),
    ),
    Secret(
        id="onfido-token",
        title="Onfido live token",
        severity=Severity.CRITICAL,
        keywords=("api_live",),
        pattern=r"api_live(?:_us|_ca)?\.[\w-]{5,40}\.[\w-]{20,80}",
        why="Whoever has it can read identity documents.",
        fix=(
            "Revoke it in the settings of Onfido and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://documentation.onfido.com",
        bad=("ap" + "i_live.5XaJWSC077B.FbtEK" + "kt8MZQPOyoKXvpxIMZUSfsaVmqX",),
        good=(
            "ap" + "i_live.Wx7ui" + "szifu3.hUkaM1mw",
            "the prefix api_live is described in the manual",
        ),
    ),
    Secret(
        id="duffel-token",
        title="Duffel token",
        severity=Severity.HIGH,
        keywords=("duffel_live_", "duffel_test_"),
        pattern=r"duffel_(?:live|test)_[\w=-]{43}",
        why="Whoever has it can order at your expense.",
        fix=(
            "Revoke it in the settings of Duffel and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://duffel.com/docs",
        bad=("du" + "ffel_live_WxkhV6RS9rIQDQj7" + "XMNYtvKA9DiSTUusHnFYJhsKf3L",),
        good=(
            "du" + "ffel_live_g4REq4gqKQTM2" + "AxaLoiwz4hNA0v53U_sw4j1Eo",
            "the prefix duffel_live_ is described in the manual",
        ),
    ),
    Secret(
        id="easypost-key",
        title="EasyPost production key",
        severity=Severity.HIGH,
        keywords=("EZAK",),
        pattern=r"EZAK[A-Za-z0-9]{54}",
        why="Whoever has it can buy postage at your expense.",
        fix=(
            "Revoke it in the settings of EasyPost and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        revoke="https://docs.easypost.com",
        bad=("EZ" + "AK87uESK6zlpWq4r9wzuDOCDf5x" + "213g4Xa23GjnYkjDorG8fHdyZZ9RT",),
        good=(
            "EZ" + "AKfEwoMYI8R1tF3XmvAPuwe3" + "CoCt8qGSiEaLzaataDddC9ESZMS",
            "the prefix EZAK is described in the manual",
        ),
    ),
    Secret(
        id="shippo-token",
        title="Shippo token",
        severity=Severity.HIGH,
        keywords=("shippo_live_", "shippo_test_"),
        pattern=r"shippo_(?:live|test)_[0-9a-f]{40}",
        why="Whoever has it can buy postage at your expense.",
        fix=(
            "Revoke it in the settings of Shippo and give the new one to the program at run time, from a secret "
            "manager or a masked CI variable."
        ),
        revoke="https://docs.goshippo.com",
        bad=("sh" + "ippo_live_c4e7315496a918" + "ce7598e12da7a375b44fdc231b",),
        good=(
            "sh" + "ippo_live_d1e800966239" + "6c253649cfbbf8ea7999fbd",
            "the prefix shippo_live_ is described in the manual",
        ),
    ),
    Secret(
        id="pagarme-key",
        title="Pagar.me key",
        severity=Severity.HIGH,
        keywords=("ak_live_",),
        pattern=r"ak_live_[A-Za-z0-9]{30}",
        why="Whoever has it can take payments.",
        fix=(
            "Revoke it in the settings of Pagar.me and give the new one to the program at run time, from a secret"
            " manager or a masked CI variable."
        ),
        bad=("ak" + "_live_iCso1QhqZzd" + "ZxkAenFT95F1cjjyV3p",),
        good=(
            "ak" + "_live_zUwrVHlJ" + "YAdDDY1EQwB1OxPmK",
            "the prefix ak_live_ is described in the manual",
        ),
    ),
    Secret(
        id="flutterwave-test-key",
        title="Flutterwave test key",
        severity=Severity.LOW,
        keywords=("FLWSECK_TEST-",),
        pattern=r"FLWSECK_TEST-(?:[a-h0-9]{32}-X|[a-h0-9]{12})",
        why="It reaches test data only, but shows where the real one may be kept.",
        fix=(
            "Revoke it in the settings of Flutterwave and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://developer.flutterwave.com/docs/authentication",
        bad=("FL" + "WSECK_TEST-gg0g1c36a70fbd19h6531h1674ee9030-X",),
        good=(
            "FLWSECK_TEST-gg" + "0g1c36a70fbd19h6",
            "FLWSECK_TEST- is described in the manual",
        ),
    ),
    Secret(
        id="lob-key",
        title="Lob API key",
        severity=Severity.HIGH,
        keywords=("lob_", "lob.com", "lob.api", "lobapi"),
        pattern=r"(?:live|test)_(?:pub_)?[0-9a-f]{31,35}",
        why="Whoever has it can send letters and cheques in your name.",
        fix=(
            "Revoke it in the settings of Lob and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.lob.com",
        bad=(
            "LOB_API_KEY=" + "live_39e0e7bdc3900a8" + "8a972355186050685f69",
            '"lobApiKey": "' + "live_485a1c292be01e4" + 'fc2d031c41885221c25f"',
        ),
        good=(
            "LOB_API_KEY=live_39" + "e0e7bdc3900a88a9723",
            "lob_api is described in the manual",
        ),
    ),
    Secret(
        id="gocardless-token",
        title="GoCardless access token",
        severity=Severity.CRITICAL,
        keywords=("gocardless",),
        pattern=r"(?:live|sandbox)_[\w=-]{40,42}",
        why="Whoever has it can collect payments and read the accounts of your customers.",
        fix=(
            "Revoke it in the settings of GoCardless and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        revoke="https://developer.gocardless.com",
        holds=checksum.mixed,
        bad=("GOCARDLESS_ACCESS_TOKEN=" + "live_YqZMmIrfatYaCedBf" + "fxJVh8kMhZYJMpIWSOktCXA",),
        good=(
            "GOCARDLESS_ACCESS_TOKEN=liv" + "e_YqZMmIrfatYaCedBffxJVh8kM",
            "gocardless is described in the manual",
        ),
    ),
    Secret(
        id="rainforest-key",
        title="Rainforest API key",
        severity=Severity.HIGH,
        keywords=("apikey_",),
        pattern=r"apikey_[0-9a-f]{64}",
        why="Whoever has it can read and make payments.",
        fix=(
            "Revoke it in the settings of Rainforest and give the new one to the program at run time, from "
            "a secret manager or a masked CI variable."
        ),
        bad=("ap" + "ikey_15288baae1dc98f7f0b3ca06e840041cabf235f9e358691d061aee7ed2a3bd99",),
        good=(
            "apikey_15288baae1dc98f7" + "f0b3ca06e840041cabf235f9",
            "apikey_ is described in the manual",
        ),
    ),
    Secret(
        id="easypost-test-key",
        title="EasyPost test key",
        severity=Severity.LOW,
        keywords=("EZTK",),
        pattern=r"EZTK[A-Za-z0-9]{54}",
        why="It reaches test data only, but shows where the real one may be kept.",
        fix=(
            "Revoke it in the settings of EasyPost and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.easypost.com",
        bad=("EZ" + "TK2KSX0SynVlNJib04r5HCEiXbiyAnvq8r1wMifotTp1ej49FMaNc2qO",),
        good=(
            "EZTK2KSX0SynVlNJib0" + "4r5HCEiXbiyAnvq8r1w",
            "EZTK is described in the manual",
        ),
    ),
    Secret(
        id="coinbase-key",
        title="Coinbase Developer Platform key",
        severity=Severity.CRITICAL,
        keywords=("/apiKeys/",),
        pattern=(
            r"(organizations/[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/apiKeys/[0-9a-fA-F]{8}"
            r"(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?s:.{1,80}?)-----BEGIN EC PRIVATE[ ]KEY-----[A-Za-z"
            r"0-9+/=\\\sn]{80,400}-----END EC PRIVATE[ ]KEY-----)"
        ),
        why="Whoever has it can read balances and move money.",
        fix=(
            "Revoke it in the settings of Coinbase Developer Platform and give the new one to the program "
            "at run time, from a secret manager or a masked CI variable."
        ),
        revoke="https://docs.cdp.coinbase.com",
        width=900,
        rank=5,
        bad=(
            '{"name": "organizations/f39faddb-91a2-453f-fbda-a1fc06bff013/apiKeys/46b56d6b-c115-40f2-a8c7-5de38fb'
            + '9fa6f", "privateKey": "-----BEGIN EC PRIVATE'
            + " KEY-----\\n4iPVVc+Mpi8sskmWH9rBORn0oIi0rHQyPdU00oCkq1X"
            + "aXqKIIZRooPFweqeXOYpB\\n5VvIo7+fs3gxPVamvh7UYeTKGNujETq1GL+nEZTk+BVhU6zuJQpJTmZx8CzqWnIv\\n-----END EC"
            + ' PRIVATE KEY-----\\n"}',
        ),
        good=(
            "/apiKeys/short",
            "/apiKeys/ is described in the manual",
        ),
    ),
    Secret(
        id="coinbase-token",
        title="Coinbase access token",
        severity=Severity.HIGH,
        keywords=("coinbase",),
        read=reader(("coinbase",), r"[\w-]{64}"),
        why="Whoever has it can read balances, and move money where it may.",
        fix=(
            "Revoke it in the settings of Coinbase and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        confidence=Confidence.MEDIUM,
        revoke="https://docs.cdp.coinbase.com",
        bad=("COINBASE_ACCESS_TOKEN=GRaDoTL" + "wYGo2-jCruBW-STQh89X1bqrQ-UbO" + "kcRXD6DFzkM8lhw27fVCBivMSX-m",),
        good=(
            "COINBASE_ACCESS_TOKEN=${COINBASE_ACCESS_TOKEN}",
            "COINBASE_ACCESS_TOKEN_ID=" + "GRaDoTLwYGo2-jCruBW-STQh89X1bqrQ" + "-UbOkcRXD6DFzkM8lhw27fVCBivMSX-m",
        ),
    ),
    Secret(
        id="robinhood-key",
        title="Robinhood crypto API key",
        severity=Severity.CRITICAL,
        keywords=("rh-api-",),
        pattern=r"rh-api-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        why="With its private key it trades in your name.",
        fix=(
            "Revoke it in the settings of Robinhood and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        bad=("rh" + "-api-A63DD10B-DaF5-b5b0-0fAC-fad15bCf5d28",),
        good=(
            "rh-api-A63DD10" + "B-DaF5-b5b0-0f",
            "rh-api- is described in the manual",
        ),
    ),
    Secret(
        id="iex-key",
        title="IEX Cloud secret key",
        severity=Severity.MEDIUM,
        keywords=("iex_", "iexcloud"),
        pattern=r"[Tst]?s?k_[0-9a-f]{32}",
        why="Whoever has it can ask for prices at your expense.",
        fix=(
            "Revoke it in the settings of IEX Cloud and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        bad=("IEX_API_KEY=" + "sk_387213474b54e7" + "7b1ef2356d5bbc0564",),
        good=(
            "IEX_API_KEY=sk_38" + "7213474b54e77b1ef2",
            "iex_ is described in the manual",
        ),
    ),
    Secret(
        id="xendit-key",
        title="Xendit live secret key",
        severity=Severity.CRITICAL,
        keywords=("xnd_production_",),
        pattern=r"xnd_production_[A-Za-z0-9]{40,70}",
        why="Whoever has it can pay out and refund from the account.",
        fix=(
            "Revoke it in the settings of Xendit and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.xendit.co/docs/api-keys",
        holds=checksum.mixed,
        bad=("xnd_production_wk7tWSNq" + "i0xTEfYiW3rirXJtivfaO99U" + "zCLLNbGXMeZOpuOJvqY7iGxK",),
        good=(
            "xnd_production_ZO" + "dvRc4yEa41G2lGFgkU",
            "the prefix xnd_production_ is described in the manual",
        ),
    ),
    Secret(
        id="xendit-test-key",
        title="Xendit test secret key",
        severity=Severity.LOW,
        keywords=("xnd_development_",),
        pattern=r"xnd_development_[A-Za-z0-9]{40,70}",
        why="Whoever has it can act in the test environment.",
        fix=(
            "Revoke it in the settings of Xendit and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://docs.xendit.co/docs/api-keys",
        holds=checksum.mixed,
        bad=("xnd_development_3dV7Hqwf" + "3k3vlgfdWSxQBHTmHpP8oR10" + "zTA5JF4x2J3hLKcZsFiXaELf",),
        good=(
            "xnd_development_81" + "GrQOsZJ7u9LyFXiSZU",
            "the prefix xnd_development_ is described in the manual",
        ),
    ),
    Secret(
        id="mercado-pago-token",
        title="Mercado Pago access token",
        severity=Severity.CRITICAL,
        keywords=("APP_USR-",),
        pattern=r"APP_USR-\d{13,17}-\d{6}-[0-9a-f]{32}-\d{6,12}",
        why="Whoever has it can read payments, and take and refund them.",
        fix=(
            "Revoke it in the settings of Mercado Pago and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://www.mercadopago.com.br/developers/en/docs/checkout-api-v2/more-resources/credentials",
        bad=("APP_USR-9998033249217739-" + "061809-813762cc6e2b60f16d" + "f5fcda21e403d5-2426679449",),
        good=(
            "APP_USR-9b75b939-cb99-" + "45a7-a98e-0f171b14361b",
            "the prefix APP_USR- is described in the manual",
        ),
    ),
    Secret(
        id="polar-token",
        title="Polar access token",
        severity=Severity.HIGH,
        keywords=("polar_oat_", "polar_pat_"),
        pattern=r"polar_[op]at_[A-Za-z0-9]{43}",
        why="Whoever has it can read customers and orders, and change what is sold.",
        fix=(
            "Revoke it in the settings of Polar and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://polar.sh/docs/integrate/oat",
        holds=checksum.mixed,
        bad=("polar_oat_u4ryzagypDmeEpQP" + "MfwoKEZmGLRX1GcZtAuaQMRG7p7",),
        good=(
            "polar_oat_QIoHOET" + "UCDoZmcKPfHHfwpyq",
            "the prefix polar_oat_ is described in the manual",
        ),
    ),
    Secret(
        id="paystack-test-key",
        title="Paystack test secret key",
        severity=Severity.LOW,
        keywords=("sk_test_",),
        pattern=r"sk_test_[0-9a-f]{40}",
        why="Whoever has it can act in the test environment.",
        fix=(
            "Revoke it in the settings of Paystack and give the new one to the program at run time, from a "
            "secret manager or a masked CI variable."
        ),
        revoke="https://paystack.com/docs/api/authentication/",
        rank=4,
        bad=("sk_test_ba96192db4e81f39" + "f4e7626bfaa7a29b866fa46c",),
        good=(
            "sk_test_7da4e" + "04f3dd16bc5fb",
            "the prefix sk_test_ is described in the manual",
        ),
    ),
)
