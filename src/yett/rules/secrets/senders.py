"""Mail and text messages beyond the large ones."""

from __future__ import annotations

from yett.model import Severity
from yett.rules.secrets.named import kinds

SECRETS = kinds(
    (
        ("Dyspatch", "", "A36 52"),
        ("Elastic Email", "ELASTICEMAIL ELASTIC_EMAIL", "A62 96 -_"),
        ("Mailjet SMS", "mailjet", "A62 32"),
        ("mesibo", "", "A62 64"),
        ("Pepipost", "", "A62 32 -"),
        ("PostageApp", "", "A62 32"),
        ("Pushbullet", "", "A62 34 ._"),
        ("tyntec", "", "A62 32"),
        ("Voodoo SMS", "VOODOO_sms", "A62 46"),
    ),
    Severity.HIGH,
    "Whoever has it can send messages through {} in your name, and read who got some.",
)
