"""Python source code: one rule for each of bandit's tests and for each entry of its blacklists, and two of ours.

The ids are bandit's, so that its documentation and a team's habits still apply; severity and confidence are the ones
bandit usually gives (a finding carries those of its own case). The references are ours where bandit's are loose: B102
is code injection rather than command injection, the XML parsers are about entities rather than "improper input".
"""

from __future__ import annotations

from yett.model import Action, Confidence, Rule, Severity

_LOW, _MEDIUM, _HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
_UNSURE, _LIKELY, _SURE = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH

_ACCESS = "OWASP A01:2025"
_CONFIGURATION = "OWASP A02:2025"
_SUPPLY_CHAIN = "OWASP A03:2025"
_CRYPTOGRAPHY = "OWASP A04:2025"
_INJECTION = "OWASP A05:2025"
_AUTHENTICATION = "OWASP A07:2025"
_INTEGRITY = "OWASP A08:2025"
_EXCEPTIONS = "OWASP A10:2025"

_ATTACKS = "PCI DSS 6.2.4"
_ACCOUNTS = "PCI DSS 8.6.2"
_TRANSIT = "PCI DSS 4.2.1"

_XML_WHY = (
    "The parser expands the entities a document declares: a few hundred bytes grow to gigabytes and stop the service, "
    "and where external entities are resolved the document reads local files or calls internal addresses."
)
_XML_FIX = "Parse with the function of the same name in defusedxml, which refuses entity declarations."
_XML_REFS = ("CWE-611", "CWE-776", _CONFIGURATION, _ATTACKS)

_UNPICKLE_REFS = ("CWE-502", _INTEGRITY, _ATTACKS)
_COMMAND_REFS = ("CWE-78", _INJECTION, _ATTACKS)
_SQL_REFS = ("CWE-89", _INJECTION, _ATTACKS)
_XSS_REFS = ("CWE-79", _INJECTION, _ATTACKS)
_CLEARTEXT_REFS = ("CWE-319", _CRYPTOGRAPHY, _TRANSIT)
_TLS_REFS = ("CWE-327", "CWE-757", _CRYPTOGRAPHY, _TRANSIT)
_CERTIFICATE_REFS = ("CWE-295", _AUTHENTICATION, _TRANSIT)
_PASSWORD_REFS = ("CWE-259", "CWE-798", _AUTHENTICATION, _ACCOUNTS)

_TELNET_WHY = "Telnet sends passwords and commands as plain text: whoever sees the traffic has the account."
_TELNET_FIX = "Use SSH, for example paramiko with the host's key known in advance."
_FTP_WHY = "FTP sends passwords and files as plain text: whoever sees the traffic reads and replaces them."
_FTP_FIX = "Use SFTP, or ftplib.FTP_TLS with prot_p() and a verifying context where the server has nothing better."
_TEMPORARY_FIX = "Let tempfile.NamedTemporaryFile, mkstemp or TemporaryDirectory choose the name and create it at once."
_PASSWORD_FIX = (
    "Change the password, and read the new one from the environment or a secret store at start; give it no default."
)


def _rule(
    number: str,
    title: str,
    severity: Severity,
    confidence: Confidence,
    why: str,
    fix: str,
    refs: tuple[str, ...],
    bad: str,
    good: str,
) -> Rule:
    return Rule(
        id=f"python/{number}",
        title=title,
        severity=severity,
        confidence=confidence,
        why=why,
        fix=fix,
        refs=refs,
        bad=(bad,),
        good=(good,),
    )


def _xml(number: str, title: str, severity: Severity, bad: str, good: str) -> Rule:
    return _rule(number, title, severity, _SURE, _XML_WHY, _XML_FIX, _XML_REFS, bad, good)


def rules() -> tuple[Rule, ...]:
    """Every rule of the family, sorted by id."""
    return (*_RULES, NOSEC_UNKNOWN, ODD_ENCODING)


NOSEC_UNKNOWN = Rule(
    id="python/nosec-unknown",
    title="Suppression that names no test and so covers them all",
    severity=_MEDIUM,
    confidence=_SURE,
    why="Bandit passes over words it does not know, with a line in its log. A misspelt id, one in small letters or a "
    "reason in place of an id turns an exception for one test into one for all of them, today's and tomorrow's.",
    fix="Name the tests by their ids, in capitals and with spaces between: `# no" + "sec B603 B607`. Write the reason "
    "in a comment of its own.",
    level=Action.WARN,
    refs=("CWE-693", _CONFIGURATION),
    bad=("run(command)  # no" + "sec B6O3\n", "run(command)  # no" + "sec: the command is ours\n"),
    good=(
        "run(command)  # no" + "sec B603\n",
        "run(command)  # no" + "sec: B603, fixed command\n",
        "x = '# nosec B6O3'\n",
    ),
)
"""Ours. Bandit only says it in its log."""

ODD_ENCODING = Rule(
    id="python/odd-encoding",
    title="Source in an encoding that its readers do not expect",
    severity=_HIGH,
    confidence=_SURE,
    why="Python decodes a file as its first lines declare. Reviewers, diffs and most scanners take it for UTF-8, so "
    "under UTF-7 or raw_unicode_escape code runs that nobody saw.",
    fix="Save the file as UTF-8 and delete the declaration.",
    refs=("CWE-506", "CWE-838", _INTEGRITY, _ATTACKS),
    bad=("# coding: utf-7\nx = 1 # +AAo-import os\n",),
    good=("# -*- coding: utf-8 -*-\nx = 1\n", "# coding: latin-1\nx = 1\n"),
)
"""Ours, not bandit's. Of medium severity where ASCII in the file stands for itself."""

_RULES = (
    _rule(
        "B101",
        "Assert as a check",
        _LOW,
        _SURE,
        "Python removes assert statements when it runs with -O or PYTHONOPTIMIZE: a check written as one is then gone, "
        "and the request it should have stopped goes through.",
        "Write `if not allowed: raise PermissionError(...)`, or another exception the caller handles.",
        ("CWE-754", _EXCEPTIONS),
        "def pay(user):\n    assert user.may_pay\n",
        "def pay(user):\n    if not user.may_pay:\n        raise PermissionError(user)\n",
    ),
    _rule(
        "B102",
        "Call of exec",
        _MEDIUM,
        _SURE,
        "Whoever can influence the string runs code of their own in this process, with its files, keys and network.",
        "Look the action up in a dictionary of functions; for data, parse JSON or use ast.literal_eval.",
        ("CWE-95", _INJECTION, _ATTACKS),
        "exec(request.body)\n",
        "ACTIONS[request.action](request.body)\n",
    ),
    _rule(
        "B103",
        "File that others may write or run",
        _HIGH,
        _SURE,
        "Another account on the machine can change the file, or run it: a changed script or configuration is then "
        "used with this program's rights.",
        "Give the owner alone what is needed: 0o600 for files, 0o700 for programs and folders.",
        ("CWE-732", _ACCESS, _ATTACKS),
        "import os\nos.chmod('/srv/app/run.sh', 0o777)\n",
        "import os\nos.chmod('/srv/app/run.sh', 0o700)\n",
    ),
    _rule(
        "B104",
        "Listening on every interface",
        _MEDIUM,
        _LIKELY,
        "The service answers on every network the machine is in, so that an internal or debugging port can be reached "
        "from outside.",
        "Bind to 127.0.0.1 or to the address of one interface, taken from configuration.",
        ("CWE-1327", _CONFIGURATION),
        "server.bind(('0.0.0.0', 8000))\n",
        "server.bind(('127.0.0.1', 8000))\n",
    ),
    _rule(
        "B105",
        "Password in an assignment or comparison",
        _LOW,
        _LIKELY,
        "Everyone who can read the repository, a copy or a container image has the password, and changing it needs a "
        "release.",
        _PASSWORD_FIX,
        _PASSWORD_REFS,
        "password = 'correct-" + "horse'\n",
        "import os\npassword = os.environ['DB_PASSWORD']\n",
    ),
    _rule(
        "B106",
        "Password as an argument",
        _LOW,
        _LIKELY,
        "Everyone who can read the repository, a copy or a container image can log in as this call does.",
        _PASSWORD_FIX,
        _PASSWORD_REFS,
        "connect(user='app', password='correct-" + "horse')\n",
        "import os\nconnect(user='app', password=os.environ['DB_PASSWORD'])\n",
    ),
    _rule(
        "B107",
        "Password as a default value",
        _LOW,
        _LIKELY,
        "A caller that forgets the argument uses a password that everyone who can read the code knows.",
        _PASSWORD_FIX,
        _PASSWORD_REFS,
        "def connect(user, password='correct-" + "horse'):\n    ...\n",
        "def connect(user, password=None):\n    ...\n",
    ),
    _rule(
        "B108",
        "Fixed name in a shared temporary folder",
        _MEDIUM,
        _LIKELY,
        "Any account on the machine may create the file or a link of that name first, and so read what is written, "
        "choose what is read, or have another file overwritten.",
        _TEMPORARY_FIX,
        ("CWE-377", "CWE-379", _ACCESS),
        "report = open('/tmp/report.csv', 'w')\n",
        "import tempfile\nreport = tempfile.NamedTemporaryFile('w', suffix='.csv')\n",
    ),
    _rule(
        "B110",
        "Exception swallowed with pass",
        _LOW,
        _SURE,
        "A failed check, a refused write or an attack in progress leaves no trace, and the program goes on as if it "
        "had succeeded.",
        "Catch the one exception you expect, and log or handle it; contextlib.suppress says nothing is to be done.",
        ("CWE-390", _EXCEPTIONS),
        "try:\n    verify(order)\nexcept Exception:\n    pass\n",
        "try:\n    verify(order)\nexcept InvalidOrder as error:\n    log.warning('refused: %s', error)\n    raise\n",
    ),
    _rule(
        "B112",
        "Exception swallowed with continue",
        _LOW,
        _SURE,
        "Items that failed are skipped unseen: records stay unchecked or unpaid, and nobody is told.",
        "Catch the one exception you expect, and log the item or collect it for a report before going on.",
        ("CWE-390", _EXCEPTIONS),
        "for order in orders:\n    try:\n        verify(order)\n    except Exception:\n        continue\n",
        "for order in orders:\n    try:\n        verify(order)\n    except InvalidOrder as error:\n"
        "        refused.append((order, error))\n",
    ),
    _rule(
        "B113",
        "Request without a timeout",
        _MEDIUM,
        _UNSURE,
        "A server that accepts the connection and stays silent holds the worker for ever; a few such calls stop the "
        "service.",
        "Pass timeout=, in seconds, to every call: `requests.get(url, timeout=10)`.",
        ("CWE-1088", "CWE-400", _EXCEPTIONS),
        "import requests\nrequests.get(url)\n",
        "import requests\nrequests.get(url, timeout=10)\n",
    ),
    _rule(
        "B201",
        "Flask with debug=True",
        _HIGH,
        _LIKELY,
        "On an error Flask's debugger serves a Python console to the visitor: whoever reaches it, or works out its "
        "PIN, runs code on the server.",
        "Leave debug out; use `flask run --debug` on your own machine, and serve with gunicorn or the like.",
        ("CWE-489", "CWE-94", _CONFIGURATION, _ATTACKS),
        "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n",
        "from flask import Flask\napp = Flask(__name__)\napp.run()\n",
    ),
    _rule(
        "B202",
        "Archive unpacked without a filter",
        _HIGH,
        _SURE,
        "A member named ../../etc/cron.d/x, or a link pointing there, is written outside the folder: the author of the "
        "archive overwrites files and thereby runs code.",
        "Pass filter='data' (Python 3.12, and the security releases from 3.8 on), which refuses such members.",
        ("CWE-22", _ACCESS, _ATTACKS),
        "import tarfile\ntarfile.open(upload).extractall(folder)\n",
        "import tarfile\ntarfile.open(upload).extractall(folder, filter='data')\n",
    ),
    _rule(
        "B301",
        "Unpickling",
        _MEDIUM,
        _SURE,
        "A pickle is a program: loading one from a request, a cache or a shared folder runs what its author wrote.",
        "Exchange JSON or another format that holds data only; if it must be a pickle, verify an HMAC over it first.",
        _UNPICKLE_REFS,
        "import pickle\ncart = pickle.loads(cookie)\n",
        "import json\ncart = json.loads(cookie)\n",
    ),
    _rule(
        "B302",
        "Unmarshalling",
        _MEDIUM,
        _SURE,
        "marshal does not defend itself against made-up data: it can crash the interpreter, and what it loads may be "
        "code that is run next.",
        "Exchange JSON or another format that holds data only.",
        _UNPICKLE_REFS,
        "import marshal\ncart = marshal.loads(cookie)\n",
        "import json\ncart = json.loads(cookie)\n",
    ),
    _rule(
        "B303",
        "Broken hash function of a crypto library",
        _MEDIUM,
        _SURE,
        "For MD2, MD4, MD5 and SHA-1 two documents of the same hash can be made: a signature on one is valid for the "
        "other, and hashed passwords are guessed by the billion.",
        "Use SHA-256 or BLAKE2 for data, argon2 or scrypt for passwords.",
        ("CWE-328", _CRYPTOGRAPHY, _ATTACKS),
        "from cryptography.hazmat.primitives import hashes\nhashes.MD5()\n",
        "from cryptography.hazmat.primitives import hashes\nhashes.SHA256()\n",
    ),
    _rule(
        "B304",
        "Broken or outdated cipher",
        _HIGH,
        _SURE,
        "RC4 leaks its plaintext, DES keys are found by trying them all, and ciphers with 64-bit blocks leak after "
        "some gigabytes: whoever records the data reads it.",
        "Use AES-GCM or ChaCha20-Poly1305, for example AESGCM of cryptography.hazmat.primitives.ciphers.aead.",
        ("CWE-327", _CRYPTOGRAPHY, _ATTACKS),
        "from Crypto.Cipher import DES\nDES.new(key)\n",
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\nAESGCM(key)\n",
    ),
    _rule(
        "B305",
        "ECB mode",
        _MEDIUM,
        _SURE,
        "Equal blocks encrypt to equal blocks: patterns in the data stay visible, and blocks can be moved and repeated "
        "unnoticed.",
        "Use an authenticated mode with a fresh nonce: AESGCM or ChaCha20Poly1305.",
        ("CWE-327", _CRYPTOGRAPHY, _ATTACKS),
        "from cryptography.hazmat.primitives.ciphers import modes\nmodes.ECB()\n",
        "from cryptography.hazmat.primitives.ciphers import modes\nmodes.GCM(nonce)\n",
    ),
    _rule(
        "B306",
        "Call of tempfile.mktemp",
        _MEDIUM,
        _SURE,
        "The function returns a name that is free now; another account can create it before this program does, and so "
        "own the file that is written to.",
        _TEMPORARY_FIX,
        ("CWE-377", _ACCESS),
        "import tempfile\npath = tempfile.mktemp()\n",
        "import tempfile\nhandle, path = tempfile.mkstemp()\n",
    ),
    _rule(
        "B307",
        "Call of eval",
        _MEDIUM,
        _SURE,
        "Whoever can influence the string runs code of their own in this process; taking names away from eval does not "
        "stop that.",
        "Use ast.literal_eval for literals, json.loads for data, a dictionary of functions for choices.",
        ("CWE-95", _INJECTION, _ATTACKS),
        "total = eval(request.args['sum'])\n",
        "import ast\ntotal = ast.literal_eval(request.args['sum'])\n",
    ),
    _rule(
        "B308",
        "Call of Django's mark_safe",
        _MEDIUM,
        _SURE,
        "The text goes into the page unescaped: a visitor's <script> in it runs in the browsers of all others, with "
        "their sessions.",
        "Build the markup with format_html, which escapes what is put in.",
        _XSS_REFS,
        "from django.utils.safestring import mark_safe\nhtml = mark_safe('<b>%s</b>' % name)\n",
        "from django.utils.html import format_html\nhtml = format_html('<b>{}</b>', name)\n",
    ),
    _rule(
        "B310",
        "URL opened whatever its scheme",
        _MEDIUM,
        _SURE,
        "urlopen also takes file: and ftp: addresses: an address from a user reads local files, or calls services only "
        "this machine can reach.",
        "Check that the scheme is https and the host one you expect, or use requests, which opens web addresses only.",
        ("CWE-918", _ACCESS, _ATTACKS),
        "from urllib.request import urlopen\npage = urlopen(address)\n",
        "import requests\npage = requests.get(address, timeout=10)\n",
    ),
    _rule(
        "B311",
        "Predictable random numbers",
        _LOW,
        _SURE,
        "The random module's next values follow from the ones seen: tokens, passwords and voucher codes made with it "
        "can be computed.",
        "Use the secrets module (token_urlsafe, choice, randbelow) or random.SystemRandom.",
        ("CWE-338", _CRYPTOGRAPHY, _ATTACKS),
        "import random\nvoucher = random.randint(0, 10**9)\n",
        "import secrets\nvoucher = secrets.randbelow(10**9)\n",
    ),
    _rule(
        "B312",
        "Telnet connection",
        _HIGH,
        _SURE,
        _TELNET_WHY,
        _TELNET_FIX,
        _CLEARTEXT_REFS,
        "import telnetlib\ntelnetlib.Telnet(host)\n",
        "import paramiko\nparamiko.SSHClient().connect(host)\n",
    ),
    _xml(
        "B313",
        "XML parsed with cElementTree",
        _MEDIUM,
        "import xml.etree.cElementTree\nxml.etree.cElementTree.parse(upload)\n",
        "import defusedxml.ElementTree\ndefusedxml.ElementTree.parse(upload)\n",
    ),
    _xml(
        "B314",
        "XML parsed with ElementTree",
        _MEDIUM,
        "import xml.etree.ElementTree as tree\ntree.fromstring(body)\n",
        "import defusedxml.ElementTree as tree\ntree.fromstring(body)\n",
    ),
    _xml(
        "B315",
        "XML parsed with expatreader",
        _MEDIUM,
        "from xml.sax import expatreader\nexpatreader.create_parser()\n",
        "from defusedxml import expatreader\nexpatreader.create_parser()\n",
    ),
    _xml(
        "B316",
        "XML parsed with expatbuilder",
        _MEDIUM,
        "from xml.dom import expatbuilder\nexpatbuilder.parse(upload)\n",
        "from defusedxml import expatbuilder\nexpatbuilder.parse(upload)\n",
    ),
    _xml(
        "B317",
        "XML parsed with sax",
        _MEDIUM,
        "import xml.sax\nxml.sax.parse(upload, handler)\n",
        "import defusedxml.sax\ndefusedxml.sax.parse(upload, handler)\n",
    ),
    _xml(
        "B318",
        "XML parsed with minidom",
        _MEDIUM,
        "from xml.dom.minidom import parseString\nparseString(body)\n",
        "from defusedxml.minidom import parseString\nparseString(body)\n",
    ),
    _xml(
        "B319",
        "XML parsed with pulldom",
        _MEDIUM,
        "from xml.dom import pulldom\npulldom.parse(upload)\n",
        "from defusedxml import pulldom\npulldom.parse(upload)\n",
    ),
    _rule(
        "B321",
        "FTP connection",
        _HIGH,
        _SURE,
        _FTP_WHY,
        _FTP_FIX,
        _CLEARTEXT_REFS,
        "import ftplib\nftplib.FTP(host)\n",
        "import paramiko\nparamiko.SSHClient().open_sftp()\n",
    ),
    _rule(
        "B323",
        "TLS context that verifies nothing",
        _MEDIUM,
        _SURE,
        "Any certificate is accepted: whoever sits on the way reads and changes everything that is sent.",
        "Use ssl.create_default_context(), with cafile= for an authority of your own.",
        _CERTIFICATE_REFS,
        "import ssl\ncontext = ssl._create_unverified_context()\n",
        "import ssl\ncontext = ssl.create_default_context(cafile=authority)\n",
    ),
    _rule(
        "B324",
        "Broken hash function for security",
        _HIGH,
        _SURE,
        "For MD4, MD5 and SHA-1 two documents of the same hash can be made, and passwords hashed with them, or with "
        "the old methods of crypt, are guessed by the billion.",
        "Use hashlib.sha256 or blake2b for data, hashlib.scrypt for passwords; say usedforsecurity=False where it is a "
        "checksum.",
        ("CWE-328", _CRYPTOGRAPHY, _ATTACKS),
        "import hashlib\nhashlib.md5(data)\n",
        "import hashlib\nhashlib.md5(data, usedforsecurity=False)\nhashlib.sha256(data)\n",
    ),
    _rule(
        "B401",
        "Import of telnetlib",
        _HIGH,
        _SURE,
        _TELNET_WHY,
        _TELNET_FIX,
        _CLEARTEXT_REFS,
        "import telnetlib\n",
        "import paramiko\n",
    ),
    _rule(
        "B402",
        "Import of ftplib",
        _HIGH,
        _SURE,
        _FTP_WHY,
        _FTP_FIX,
        _CLEARTEXT_REFS,
        "from ftplib import FTP\n",
        "import paramiko\n",
    ),
    _rule(
        "B403",
        "Import of pickle or a relative of it",
        _LOW,
        _SURE,
        "A pickle is a program: where this module meets data from outside, the author of the data runs code here.",
        "Exchange JSON or another format that holds data only.",
        _UNPICKLE_REFS,
        "import pickle\n",
        "import json\n",
    ),
    _rule(
        "B404",
        "Import of subprocess",
        _LOW,
        _SURE,
        "Programs are started from here: a value from outside that reaches their arguments may choose what they do.",
        "Use a function of Python where there is one (shutil, pathlib, tarfile); otherwise pass a list, no shell, and "
        "check values against a list.",
        _COMMAND_REFS,
        "import subprocess\n",
        "import shutil\n",
    ),
    _xml("B405", "Import of ElementTree", _LOW, "import xml.etree.ElementTree\n", "import defusedxml.ElementTree\n"),
    _xml("B406", "Import of xml.sax", _LOW, "from xml import sax\n", "from defusedxml import sax\n"),
    _xml("B407", "Import of expatbuilder", _LOW, "import xml.dom.expatbuilder\n", "import defusedxml.expatbuilder\n"),
    _xml(
        "B408",
        "Import of minidom",
        _LOW,
        "from xml.dom.minidom import parse\n",
        "from defusedxml.minidom import parse\n",
    ),
    _xml("B409", "Import of pulldom", _LOW, "from xml.dom import pulldom\n", "from defusedxml import pulldom\n"),
    _rule(
        "B411",
        "Import of xmlrpc",
        _HIGH,
        _SURE,
        "XML-RPC parses whatever the other side sends, expanding entities and compressed bodies without limit: one "
        "small message stops the service.",
        "Call defusedxml.xmlrpc.monkey_patch() before the first use, or speak JSON over HTTPS.",
        _XML_REFS,
        "import xmlrpc.client\n",
        "import requests\n",
    ),
    _rule(
        "B412",
        "CGI handler open to httpoxy",
        _HIGH,
        _SURE,
        "CGI turns the header `Proxy` into the variable HTTP_PROXY: a visitor chooses the proxy through which the "
        "program's own requests go, and reads them.",
        "Serve with WSGI or ASGI (gunicorn, uvicorn), and drop the header Proxy at the front server.",
        ("CWE-454", _CONFIGURATION),
        "from wsgiref.handlers import CGIHandler\n",
        "from wsgiref.simple_server import make_server\n",
    ),
    _rule(
        "B413",
        "Import of PyCrypto",
        _HIGH,
        _SURE,
        "PyCrypto has had no release since 2013, and known holes in it, one of them a buffer overflow (CVE-2013-7459), "
        "stay open.",
        "Use the cryptography package; PyCryptodome under its own name, Cryptodome, is the smallest step.",
        ("CWE-1104", _SUPPLY_CHAIN),
        "from Crypto.Cipher import AES\n",
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n",
    ),
    _rule(
        "B415",
        "Import of an IPMI library",
        _HIGH,
        _SURE,
        "IPMI 2.0 hands a salted hash of the password to anyone who asks, and much of it is spoken unencrypted: "
        "whoever is in that network controls the machine below its operating system.",
        "Use Redfish over HTTPS, and keep management interfaces in a network of their own.",
        _CLEARTEXT_REFS,
        "import pyghmi\n",
        "import redfish\n",
    ),
    _rule(
        "B501",
        "Certificate check switched off",
        _HIGH,
        _SURE,
        "Any certificate is accepted: whoever sits on the way reads and changes requests and answers, keys included.",
        "Leave verify out; for an authority of your own pass verify='/path/to/ca.pem'.",
        _CERTIFICATE_REFS,
        "import requests\nrequests.get(url, timeout=10, verify=False)\n",
        "import requests\nrequests.get(url, timeout=10, verify='/etc/ssl/own-ca.pem')\n",
    ),
    _rule(
        "B502",
        "Outdated TLS version",
        _HIGH,
        _SURE,
        "SSL 2 and 3, TLS 1.0 and 1.1 have known attacks: whoever sits on the way decrypts, session cookies first.",
        "Use ssl.create_default_context() and minimum_version = ssl.TLSVersion.TLSv1_2 or higher.",
        _TLS_REFS,
        "import ssl\nssl.wrap_socket(sock, ssl_version=ssl.PROTOCOL_TLSv1)\n",
        "import ssl\nssl.create_default_context().wrap_socket(sock, server_hostname=host)\n",
    ),
    _rule(
        "B503",
        "Outdated TLS version by default",
        _MEDIUM,
        _LIKELY,
        "A caller that does not name a version gets one with known attacks, and nobody sees it at the call.",
        "Make ssl.create_default_context() the default, or demand the argument.",
        _TLS_REFS,
        "import ssl\ndef connect(host, version=ssl.PROTOCOL_SSLv3):\n    ...\n",
        "import ssl\ndef connect(host, context=None):\n    ...\n",
    ),
    _rule(
        "B504",
        "TLS without a version",
        _LOW,
        _LIKELY,
        "ssl.wrap_socket takes whatever version both sides know, verifies no certificate and no host name; it is gone "
        "since Python 3.12.",
        "Use ssl.create_default_context().wrap_socket(sock, server_hostname=host).",
        _TLS_REFS,
        "import ssl\nssl.wrap_socket(sock)\n",
        "import ssl\nssl.create_default_context().wrap_socket(sock, server_hostname=host)\n",
    ),
    _rule(
        "B505",
        "Key too short",
        _HIGH,
        _SURE,
        "RSA and DSA keys below 2048 bits and curves below 224 bits are within reach of those who can pay for the "
        "computing: they sign and decrypt in your name.",
        "Use Ed25519 or a curve of 256 bits, or RSA with 3072 bits.",
        ("CWE-326", _CRYPTOGRAPHY, _ATTACKS),
        "from cryptography.hazmat.primitives.asymmetric import rsa\n"
        "rsa.generate_private_key(public_exponent=65537, key_size=512)\n",
        "from cryptography.hazmat.primitives.asymmetric import rsa\n"
        "rsa.generate_private_key(public_exponent=65537, key_size=3072)\n",
    ),
    _rule(
        "B506",
        "YAML loaded with any object",
        _MEDIUM,
        _SURE,
        "A tag such as !!python/object/apply in the document calls any function: its author runs commands here.",
        "Use yaml.safe_load, or Loader=yaml.CSafeLoader for speed.",
        ("CWE-502", _INTEGRITY, _ATTACKS),
        "import yaml\nyaml.load(upload, Loader=yaml.UnsafeLoader)\n",
        "import yaml\nyaml.safe_load(upload)\nyaml.load(upload, Loader=yaml.CSafeLoader)\n",
    ),
    _rule(
        "B507",
        "SSH host key not verified",
        _HIGH,
        _LIKELY,
        "Any server is taken for the right one: whoever sits on the way gets the password and the commands.",
        "Load the known keys (load_host_keys) and keep paramiko.RejectPolicy, which is the default.",
        ("CWE-322", _CRYPTOGRAPHY, _TRANSIT),
        "import paramiko\nclient.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n",
        "import paramiko\nclient.set_missing_host_key_policy(paramiko.RejectPolicy())\n",
    ),
    _rule(
        "B508",
        "SNMP version 1 or 2",
        _MEDIUM,
        _SURE,
        "These versions send the community string, which is the password, as plain text: whoever sees it reads and "
        "sets the device's values.",
        "Use SNMPv3: UsmUserData with an authentication key and a privacy key.",
        _CLEARTEXT_REFS,
        "from pysnmp.hlapi import CommunityData\nCommunityData('public', mpModel=0)\n",
        "from pysnmp.hlapi import UsmUserData\nUsmUserData(user, auth_key, privacy_key)\n",
    ),
    _rule(
        "B509",
        "SNMPv3 without encryption",
        _MEDIUM,
        _SURE,
        "Without a privacy key the values go over the network as plain text, and without an authentication key anyone "
        "may send them.",
        "Give UsmUserData an authentication key and a privacy key, with SHA-2 and AES.",
        _CLEARTEXT_REFS,
        "from pysnmp.hlapi import UsmUserData\nUsmUserData(user)\n",
        "from pysnmp.hlapi import UsmUserData\nUsmUserData(user, auth_key, privacy_key)\n",
    ),
    _rule(
        "B601",
        "Command sent over SSH",
        _MEDIUM,
        _LIKELY,
        "The remote side hands the string to a shell: a value from outside that reaches it runs commands there.",
        "Keep the command constant and put values through shlex.quote, or transfer data over SFTP.",
        _COMMAND_REFS,
        "import paramiko\nclient.exec_command('tail ' + name)\n",
        "import paramiko\nclient.open_sftp().get(name, local)\n",
    ),
    _rule(
        "B602",
        "Command run by a shell",
        _HIGH,
        _SURE,
        "The shell reads ; | $() and quotes: a value from outside that reaches the string runs commands with this "
        "program's rights.",
        "Pass a list and leave shell out: subprocess.run(['/usr/bin/convert', path]).",
        _COMMAND_REFS,
        "import subprocess\nsubprocess.run('convert ' + path, shell=True)\n",
        "import subprocess\nsubprocess.run(['/usr/bin/convert', path])\n",
    ),
    _rule(
        "B603",
        "Program started with arguments",
        _LOW,
        _SURE,
        "There is no shell, but the program still reads its arguments: one that begins with a dash, or names another "
        "file, makes it do what an outsider wants.",
        "Check values against a list or a strict pattern, and put -- before the ones that are not options.",
        ("CWE-88", "CWE-78", _INJECTION, _ATTACKS),
        "import subprocess\nsubprocess.run(['/usr/bin/convert', path])\n",
        "import shutil\nshutil.copy(path, folder)\n",
    ),
    _rule(
        "B604",
        "Function called with shell=True",
        _MEDIUM,
        _UNSURE,
        "If the function hands its argument to a shell, a value from outside that reaches it runs commands.",
        "Pass a list and shell=False, or quote values with shlex.quote where a shell is needed.",
        _COMMAND_REFS,
        "run('convert ' + path, shell=True)\n",
        "run(['/usr/bin/convert', path])\n",
    ),
    _rule(
        "B605",
        "Process started through a shell",
        _HIGH,
        _SURE,
        "os.system and its relatives always go through a shell: a value from outside that reaches the string runs "
        "commands with this program's rights.",
        "Use subprocess.run with a list and no shell.",
        _COMMAND_REFS,
        "import os\nos.system('convert ' + path)\n",
        "import subprocess\nsubprocess.run(['/usr/bin/convert', path])\n",
    ),
    _rule(
        "B606",
        "Process started without a shell",
        _LOW,
        _LIKELY,
        "The program and its arguments may come from outside: then an outsider chooses what is run.",
        "Name the program by a constant full path, and check the arguments against a list or a strict pattern.",
        _COMMAND_REFS,
        "import os\nos.execv(program, arguments)\n",
        "import shutil\nshutil.copy(path, folder)\n",
    ),
    _rule(
        "B607",
        "Program named without its path",
        _LOW,
        _SURE,
        "The program is looked up along PATH: whoever can write to a folder in it, or set the variable, has theirs run "
        "in its place.",
        "Name the program by its full path, or find it once with shutil.which on a PATH you set.",
        ("CWE-426", _INTEGRITY),
        "import subprocess\nsubprocess.run(['git', 'status'])\n",
        "import subprocess\nsubprocess.run(['/usr/bin/git', 'status'])\n",
    ),
    _rule(
        "B608",
        "SQL put together as a string",
        _MEDIUM,
        _LIKELY,
        "A value from outside becomes part of the statement: an outsider reads, changes or deletes what the database "
        "account can reach, card data included.",
        "Leave placeholders in the statement and pass the values beside it: execute('... where id = %s', (id,)).",
        _SQL_REFS,
        "cursor.execute('select * from orders where id = %s' % order)\n",
        "cursor.execute('select * from orders where id = %s', (order,))\n",
    ),
    _rule(
        "B609",
        "Wildcard in a command",
        _HIGH,
        _LIKELY,
        "The shell replaces * by the names of files, and tar, rsync, chown and chmod take a file named --something for "
        "an option: whoever can create files in the folder runs commands.",
        "List the files in Python and pass them after --, or write ./* so that no name begins with a dash.",
        ("CWE-88", "CWE-155", _INJECTION, _ATTACKS),
        "import os\nos.system('/bin/tar cf backup.tar *')\n",
        "import os\nos.system('/bin/tar cf backup.tar data')\n",
    ),
    _rule(
        "B610",
        "Django's extra() with values in it",
        _MEDIUM,
        _LIKELY,
        "What extra() is given becomes part of the statement as it is: an outsider's value there reads or changes the "
        "database.",
        "Use filter, annotate and expressions; where it must be extra(), constant SQL and values in params.",
        _SQL_REFS,
        "User.objects.filter(active=True).extra(where=['name = ' + name])\n",
        "User.objects.filter(active=True, name=name)\n",
    ),
    _rule(
        "B611",
        "Django's RawSQL with values in it",
        _MEDIUM,
        _LIKELY,
        "The statement is sent as it is: an outsider's value in it reads or changes the database.",
        "Keep the statement constant, with %s in it, and pass the values as the second argument.",
        _SQL_REFS,
        "from django.db.models.expressions import RawSQL\nRawSQL('select %s' % column, ())\n",
        "from django.db.models.expressions import RawSQL\nRawSQL('select price from t where id = %s', (order,))\n",
    ),
    _rule(
        "B612",
        "Logging configured over a socket",
        _MEDIUM,
        _SURE,
        "What arrives on the port is a logging configuration, and parts of one are evaluated: any local account runs "
        "code in this process.",
        "Pass verify= a function that checks a signature, or read the configuration from a file you own.",
        ("CWE-94", _INJECTION, _ATTACKS),
        "import logging.config\nlogging.config.listen(9999)\n",
        "import logging.config\nlogging.config.listen(9999, verify=signed)\n",
    ),
    _rule(
        "B613",
        "Invisible characters that reorder code",
        _HIGH,
        _LIKELY,
        "Bidirectional control characters make an editor show the code in another order than Python reads it: a "
        "reviewer approves something else than what runs.",
        "Remove the characters; write \\u202e and the like as an escape where a string needs one.",
        ("CWE-1007", _INTEGRITY),
        "role = 'user'  # \u202e 'nimda'\n",
        "role = 'user'  # admin\nmark = '\\u202e'\n",
    ),
    _rule(
        "B614",
        "PyTorch model loaded as a pickle",
        _MEDIUM,
        _SURE,
        "A model file is a pickle, and a pickle is a program: whoever made or replaced the file runs code here.",
        "Pass weights_only=True, or use safetensors.",
        _UNPICKLE_REFS,
        "import torch\nmodel = torch.load(path)\n",
        "import torch\nmodel = torch.load(path, weights_only=True)\n",
    ),
    _rule(
        "B615",
        "Model downloaded without a fixed revision",
        _MEDIUM,
        _SURE,
        "Tomorrow the same name may bring another model: whoever takes over the account on the hub replaces it, and "
        "with it code that is loaded along.",
        "Pass revision= the full commit hash you have looked at.",
        ("CWE-494", _INTEGRITY),
        "from transformers import AutoModel\nAutoModel.from_pretrained('org/model')\n",
        "from transformers import AutoModel\n"
        "AutoModel.from_pretrained('org/model', revision='5f1c0d9e4b7a2c8f60e1d3a5b9c7e2f4a6d8b0c1')\n",
    ),
    _rule(
        "B701",
        "Jinja without autoescape",
        _HIGH,
        _SURE,
        "Values go into the page unescaped: a visitor's <script> in one runs in the browsers of all others, with their "
        "sessions.",
        "Pass autoescape=select_autoescape(), or True.",
        _XSS_REFS,
        "import jinja2\njinja2.Environment(loader=loader)\n",
        "import jinja2\njinja2.Environment(loader=loader, autoescape=True)\n",
    ),
    _rule(
        "B702",
        "Mako template",
        _MEDIUM,
        _SURE,
        "Mako escapes nothing by itself: a visitor's <script> in a value runs in the browsers of all others.",
        "Use Jinja with autoescape, or default_filters=['h'] on every template, and look at each `| n`.",
        _XSS_REFS,
        "from mako.template import Template\nTemplate(text)\n",
        "from jinja2 import Environment, select_autoescape\nEnvironment(autoescape=select_autoescape())\n",
    ),
    _rule(
        "B703",
        "Changing text marked safe for Django",
        _MEDIUM,
        _SURE,
        "What is marked safe is not constant: a visitor's <script> in it runs in the browsers of all others, with "
        "their sessions.",
        "Build the markup with format_html, which escapes what is put in.",
        _XSS_REFS,
        "from django.utils.safestring import mark_safe\ndef badge(name):\n    return mark_safe(name)\n",
        "from django.utils.safestring import mark_safe\ndef badge():\n    return mark_safe('<b>new</b>')\n",
    ),
    _rule(
        "B704",
        "Changing text wrapped in Markup",
        _MEDIUM,
        _SURE,
        "Markup says that a text is escaped already: a visitor's <script> in it runs in the browsers of all others.",
        "Let Markup fill in the values, which escapes them: Markup('<b>{}</b>').format(name), or use escape().",
        _XSS_REFS,
        "from markupsafe import Markup\nMarkup(f'<b>{name}</b>')\n",
        "from markupsafe import Markup\nMarkup('<b>{}</b>').format(name)\n",
    ),
)
