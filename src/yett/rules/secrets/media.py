"""Pictures, video, sound and links, and the models that work on them."""

from __future__ import annotations

from yett.model import Severity
from yett.rules.secrets.named import kinds

SECRETS = kinds(
    (
        ("AudD", "", "a36 32 -"),
        ("Clarifai", "", "A62 32"),
        ("Cloudimage", "", "a36 30 _"),
        ("Daily", "DAILYco DAILY.co DAILY_api", "hex 64"),
        ("DeepAI", "", "uuid"),
        ("Gyazo", "", "A62 43 -"),
        ("Happy Scribe", "HAPPYSCRIBE HAPPY_SCRIBE", "A62 24"),
        ("Iconfinder", "", "A62 64"),
        ("ImageKit", "", "A62 36 =_"),
        ("Rebrandly", "", "A62 32 _"),
        ("Shotstack", "", "A62 40"),
        ("T.LY", "t.ly tly_ tly-", "A62 60"),
        ("Unsplash", "", "A62 43 _"),
        ("Wistia", "", "a36 64"),
    ),
    Severity.MEDIUM,
    "Whoever has it can use {} at your expense and change what is published with it.",
)
