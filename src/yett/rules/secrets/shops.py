"""Shops, payments, books and deliveries beyond the large ones."""

from __future__ import annotations

from yett.model import Severity
from yett.rules.secrets.named import kinds

SECRETS = kinds(
    (
        ("Commerce.js", "COMMERCEjs COMMERCE.js COMMERCE_js", "a36 48 _"),
        ("Gumroad", "", "A62 43 -"),
        ("Hiveage", "", "A62 20 -_"),
        ("Impala", "impala =impala.travel =getimpala", "A62 46 _"),
        ("Loyverse", "", "a36 32 -"),
        ("Lunch Money", "LUNCH_money", "hex 50"),
        ("MoonClerk", "", "a36 32"),
        ("OANDA", "", "A62 24"),
        ("Onfleet", "", "a36 32"),
        ("PayMongo", "PAYMOngo", "A62 32 _"),
        ("Simvoly", "", "a36 33"),
        ("Snipcart", "", "A62 75 _"),
        ("Storecove", "", "A62 43 -_"),
        ("TaxJar", "", "a36 32"),
        ("YNAB", "ynab youneedabudget", "hex 64"),
    ),
    Severity.HIGH,
    "Whoever has it can read and change orders, payments or bookings in {}.",
)
