"""Python programs made by chance from what bandit's tests look at: names, keywords, strings, in all kinds of statement.

A program depends on its number, and on the names in bandit's blacklists: what is found can be made again, by
`source(4711)`.
"""

from __future__ import annotations

import ast
import sys
import warnings
from functools import cache
from random import Random

from yett.checks._bandit.plugins import load

# fmt: off
CALLED = (
    "a.run", "b.extra", "RawSQL", "mark_safe", "exec", "x.chmod", "t.extractall", "f", "f().g", "__import__", "eval",
    "requests.get", "httpx.Client", "requests.Session().get", "torch.load", "yaml.load", "hashlib.new", "hashlib.sha1",
    "crypt.crypt", "ssl.wrap_socket", "jinja2.Environment", "mako.template.Template", "markupsafe.Markup", "Markup",
    "c.exec_command", "transformers.AutoModel.from_pretrained", "load_dataset", "logging.config.listen", "a[0]",
    "Crypto.PublicKey.RSA.generate", "rsa.generate_private_key", "ec.generate_private_key", "(lambda: x)",
    "pysnmp.hlapi.CommunityData", "CommunityData", "pysnmp.hlapi.UsmUserData", "client.set_missing_host_key_policy",
    "importlib.import_module", "importlib.__import__", "subprocess.Popen", "subprocess.run", "sp.call", "os.system",
    "system", "os.popen", "popen2.popen2", "os.execv", "os.spawnl", "commands.getoutput", "pickle.loads", "loads",
    "marshal.load", "shelve.open", "Crypto.Cipher.ARC4.new", "hashes.MD5", "md5", "tempfile.mktemp", "mktemp",
    "urllib.request.urlopen", "random.random", "random.choice", "telnetlib.Telnet", "xml.sax.parse", "minidom.parse",
    "ftplib.FTP", "ssl._create_unverified_context", "cur.execute", "cur.executemany", "'x'.format", "open", "f.g.h",
    "SSL.Context", "paramiko.client.AutoAddPolicy", "flask.Flask(x).run", "app.run", "wsgiref.handlers.CGIHandler",
)
KEYWORDS = (
    "password", "token", "secret_key", "passwd", "shell", "method", "ssl_version", "verify", "timeout", "debug",
    "members", "filter", "Loader", "mode", "autoescape", "usedforsecurity", "mpModel", "key_size", "curve", "name",
    "revision", "weights_only", "select", "where", "x",
)
STRINGS = (
    "", "x", "0.0.0.0", "/tmp/x", "/var/tmp", "/dev/shm/a", "tar *", "/bin/ls", "ls", "md5", "sha1", "METHOD_MD5",
    "select a from b ", "SELECT * FROM {} WHERE x", "insert into t values (", "update t set x", "delete from t ",
    "with x as (select 1 from t ) ", "password", "token", "passphrase", "secret", "pickle", "telnetlib", "%s", "{}",
    "chown root *", "data", "main",
)
NAMES = (
    "x", "y", "self", "password", "token", "secret", "pwd", "a.password", "a.b.token", "x.y", "True", "None", "False",
    "ssl.PROTOCOL_SSLv3", "PROTOCOL_TLSv1", "SSL.SSLv2_METHOD", "yaml.SafeLoader", "yaml.Loader", "CSafeLoader", "ec",
    "stat.S_IRWXU", "AutoAddPolicy", "WarningPolicy", "ec.SECT163K1", "nonexistent", "Exception", "...",
)
NUMBERS = ("0", "1", "0o777", "0o20", "511", "1024", "2048", "65537", "2.5", "1j", "b'/tmp/x'", "b''")
MODULES = (
    "os", "subprocess", "pickle", "tarfile", "torch", "yaml", "django.db.models", "django.utils.safestring", "flask",
    "paramiko", "transformers", "datasets", "ssl", "telnetlib", "xml.etree.ElementTree", "xml.dom.minidom", "xml.sax",
    "Crypto.Cipher", "hashlib", "jinja2", "ftplib", "requests", "random", "importlib", "pycrypto", "pysnmp.hlapi",
)
MEMBERS = (
    "load", "loads", "RawSQL", "mark_safe", "x", "run as f", "Popen as system", "md5 as eval", "sax", "minidom",
    "system", "ElementTree as requests", "PROTOCOL_SSLv3 as x", "client as paramiko", "Markup",
)
# fmt: on
FITTING = (
    "x.chmod({}, 0o777)",
    "os.fchmod({}, mode=0o20)",
    "app.run({}, debug=True)",
    "t.extractall(members={})",
    "tarfile.open({}).extractall(filter='data')",
    "t.extractall(path={})",
    "requests.get({}, verify=False)",
    "httpx.Client(timeout=None, verify={})",
    "requests.post({}, timeout=None)",
    "c.set_missing_host_key_policy({})",
    "c.set_missing_host_key_policy(paramiko.client.AutoAddPolicy())",
    "ssh.set_missing_host_key_policy(WarningPolicy)",
    "rsa.generate_private_key({}, key_size=1024)",
    "dsa.generate_private_key(512, {})",
    "DSA.generate(bits=1024)",
    "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key(65537, 1024)",
    "RSA.generate(2047)",
    "cryptography.hazmat.primitives.asymmetric.ec.generate_private_key(ec.SECT163K1)",
    "RawSQL({}, [])",
    "Crypto.PublicKey.RSA.generate({}, bits=512)",
    "Crypto.PublicKey.DSA.generate(1024, {})",
    "pysnmp.hlapi.CommunityData({}, mpModel=0)",
    "pysnmp.hlapi.UsmUserData('x')",
    "torch.load({})",
    "pysnmp.hlapi.UsmUserData('x', {})",
    "django.db.models.expressions.RawSQL({}, x)",
    "torch.load({}, weights_only=True)",
    "ssl.wrap_socket({}, ssl_version=ssl.PROTOCOL_SSLv2)",
    "f({}, method=SSL.SSLv23_METHOD)",
    "hashlib.new('MD5', {})",
    "hashlib.md5({}, usedforsecurity=False)",
    "subprocess.Popen(['tar', '*'], shell=True)",
    "os.system('rm *' + {})",
    "Environment(autoescape={})",
    "jinja2.Environment(autoescape=select_autoescape({}))",
    "yaml.load({}, SafeLoader)",
    "x.objects.extra(select={{'a': {}}}, where=['b'])",
    "subprocess.call({}, shell=False)",
    "f({}, shell=True)",
    "markupsafe.Markup({})",
    "flask.Markup(f'{{x}}')",
    "mark_safe({})",
    "django.utils.safestring.mark_safe({})",
    "load_dataset({}, revision='main')",
    "datasets.load_dataset({})",
    "logging.config.listen(verify={})",
)
NOSEC = (
    "nosec",
    "nosec B101",
    "nosec: B608, B105, B403, B404",
    "nosec assert_used, B603 B607",
    "nosec unknown",
    "nosec B307,B101,B106 # x",
    "no sec",
    "\u202e",
)
# fmt: on
SPREAD = ",\n  "
OPERATORS = ("+", "+", "+", "%", "*", "-", "//", "@", "|", "<<", "**")
COMPARISONS = ("==", "==", "!=", "<", "in", "not in", "is")


@cache
def listed() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The functions and the modules in bandit's blacklists."""
    blacklist = load().blacklist
    kinds = ({name for entry in blacklist[kind] for name in entry["qualnames"]} for kind in ("Call", "Import"))
    functions, modules = (tuple(sorted(names)) for names in kinds)
    return functions, modules


def source(number: int) -> str:
    """The program of this number: some dozens of statements, always ones that this Python parses."""
    program = _Program(number)
    while True:
        text = program.text()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        except SyntaxError:
            continue
        return text


class _Program(Random):
    def text(self) -> str:
        lines = []
        for _ in range(self.randrange(5, 25)):
            lines += self.statement(3)
        for at in range(len(lines)):
            if self.often(0.03) and not lines[at].endswith("\\"):
                lines[at] += f"  # {self.choice(NOSEC)}"
        return "\n".join(lines) + "\n"

    def often(self, share: float) -> bool:
        return self.random() < share

    # expressions

    def string(self) -> str:
        text = self.choice(STRINGS)
        if self.often(0.1):
            text += self.choice(STRINGS)
        if self.often(0.06):
            return f"'''{text}\n{self.choice(STRINGS)}'''"
        return f"{self.choice(['', '', '', '', 'r', 'u'])}'{text}'" + (f" '{text}'" if self.often(0.03) else "")

    def formatted(self, depth: int) -> str:
        parts = []
        for _ in range(self.randrange(1, 5)):
            inner = self.plain(depth).replace("'", '"')
            if self.often(0.5):
                parts.append(self.choice(STRINGS).replace("{}", ""))
            elif not set(inner) & set('\n\\#"'):
                parts.append("{" + inner.strip("{}") + self.choice(["", "", "!r", ":>{y}", ":x"]) + "}")
        return f"f'{''.join(parts)}'" if self.often(0.9) else f"f'''{''.join(parts)}\n'''"

    def plain(self, depth: int) -> str:
        kind = self.randrange(10)
        if kind < 5:
            return self.string()
        if kind < 8 or not depth:
            return self.choice(NAMES)
        return self.choice(NUMBERS) if kind == 8 else self.formatted(depth - 1)

    def value(self, depth: int) -> str:
        if not depth or self.often(0.3):
            return self.plain(depth)
        if self.often(0.4):
            return self.call(depth - 1)
        a, b, c = (self.value(depth - 1) for _ in range(3))
        forms = (
            f"{a} {self.choice(OPERATORS)} {b}",
            f"({a} {self.choice(OPERATORS)} {b}) {self.choice(OPERATORS)} {c}",
            f"{a} {self.choice(OPERATORS)} {b} {self.choice(OPERATORS)} {c}",
            f"{self.string()} % ({a}, {b})",
            f"({a}).format({b}, x={c})",
            f"({a}).replace({b}, {c})",
            f"{self.string()}.format({a})",
            f"[{a}, {b}, *{self.plain(0)}]",
            f"({a}, {b})",
            f"({a},\n{b})",
            f"{{{a}, {b}}}",
            f"{{{self.string()}: {a}, {self.string()}: {b}, **{self.choice(NAMES)}}}",
            f"{{{a}: {b}}}",
            f"({a})[{b}]",
            f"({a})[{b}:{c}]",
            f"({a}).b.{self.choice(KEYWORDS)}",
            f"({a} if {b} else {c})",
            f"(lambda {self.choice(KEYWORDS)}={a}: {b})",
            f"[{a} for x in {b} if {c}]",
            f"{{{self.choice(NAMES[:3])}: {a} for x in {b}}}",
            f"({a} for x, y in {b})",
            f"(token := {a})",
            f"(not {a} and {b} or {c})",
            f"-({a})",
            f"({a} {self.choice(COMPARISONS)} {b})",
            f"({self.choice(NAMES)} {self.choice(COMPARISONS)} {a} {self.choice(COMPARISONS)} {b})",
            f"(yield {a})",
            f"(await {a})",
        )
        return self.choice(forms)

    def call(self, depth: int) -> str:
        if self.often(0.2):
            return self.choice(FITTING).format(self.value(depth))
        arguments = [("*" if self.often(0.05) else "") + self.value(depth) for _ in range(self.randrange(4))]
        arguments += [f"{word}={self.value(depth)}" for word in self.sample(KEYWORDS, self.randrange(3))]
        if self.often(0.05):
            arguments.append(f"**{self.plain(0)}")
        called = self.choice(CALLED if self.often(0.7) else listed()[0])
        return f"{called}({self.choice((', ', ', ', ',', SPREAD)).join(arguments)})"

    def target(self) -> str:
        return self.choice(
            (*KEYWORDS, "d['password']", "d['x']", "x.token", "d['pwd']['x']", "d[x]", "a, b", "x", "y", "self.secret")
        )

    # statements

    def block(self, depth: int) -> list[str]:
        if self.often(0.1):
            lines = [self.choice(["pass", "continue", "...", "break", "return"])]
        else:
            lines = [line for _ in range(self.randrange(1, 4)) for line in self.statement(depth - 1)]
            if self.often(0.1):
                lines.insert(0, self.string())
        return [f"  {line}" for line in "\n".join(lines).split("\n")]

    def parameters(self) -> str:
        names = self.sample(KEYWORDS, 5)
        plain = [names[0]] * self.randrange(2)
        defaults = [f"{name}={self.value(1)}" for name in names[1 : 1 + self.randrange(3)]]
        last = [f"{names[3]}: {self.plain(0)} = {self.value(1)}", names[4]]
        forms = (
            [*plain, *defaults],
            [*plain, *defaults, "*", *last],
            [*plain, *defaults, "*args", *last, "**more"],
            ["self", "/", *defaults],
            ["self", *defaults, "/", last[0]],
        )
        return ", ".join(self.choice(forms))

    def statement(self, depth: int) -> list[str]:
        if depth and self.often(0.3):
            return self.compound(depth)
        value = self.value(2)
        match self.randrange(16):
            case 0 | 1 | 2:
                return [f"{self.target()} = {value}"]
            case 3:
                return [f"{self.target()} = {self.target()} = {value}"]
            case 4:
                return [f"{self.choice(KEYWORDS)}: {self.plain(0)} = {value}"]
            case 5:
                return [f"{self.choice(KEYWORDS)} += {value}"]
            case 6:
                return [f"assert {value}, {self.plain(0)}"]
            case 7:
                first, second = self.choice(MODULES), self.choice(listed()[1])
                return [f"import {first}, {second} as {self.choice(['a', 'x', 'os', 'ssl', 'sp', 'requests', 'f'])}"]
            case 8:
                module = self.choice((*MODULES, *listed()[1], ".", "..", ".pickle", ".telnetlib"))
                return [f"from {module} import {self.choice(MEMBERS)}, {self.choice(MEMBERS)}"]
            case 9:
                return [f"return {value}"]
            case 10:
                return [f"raise {self.call(1)} from {self.plain(0)}"]
            case 11:
                return [self.choice([f"del d[{self.plain(0)}]", "global password", "pass", value])]
            case _:
                return [self.call(2)]

    def compound(self, depth: int) -> list[str]:
        value = self.value(1)
        body, other = self.block(depth), self.block(depth)
        late = "async " if self.often(0.2) else ""
        match self.randrange(10):
            case 0 | 1:
                decorator = [f"@{self.call(1)}"] if self.often(0.2) else []
                generic = "[T: str]" if sys.version_info >= (3, 12) and self.often(0.2) else ""
                return [*decorator, f"{late}def f{generic}({self.parameters()}) -> {self.plain(0)}:", *body]
            case 2:
                return [f"class A(B, password={value}):", *body]
            case 3:
                return [f"if {self.choice(NAMES)} == {value}:", *body, f"elif {self.value(1)}:", *other]
            case 4:
                caught = ("", " Exception", " (Exception, x.y)", f" {self.choice(NAMES)} as e", " a.b", "* Exception")
                short = [self.choice(["  pass", "  continue", "  ..."])]
                ending = ["finally:", *other] if self.often(0.3) else ["else:", *other] if self.often(0.3) else []
                return ["try:", *body, f"except{self.choice(caught)}:", *(short if self.often(0.7) else other), *ending]
            case 5:
                return [f"{late}with {value} as {self.choice(['x', 'y', 'self.token'])}, {self.plain(0)}:", *body]
            case 6:
                return [f"{late}for x in {value}:", *body, "else:", *other]
            case 7:
                return [f"while {value}:", *body]
            case 8:
                patterns = ("'/tmp/x'", "{'password': 'x', **y}", "Point(token='0.0.0.0')", "[*_] | None", "x")
                case = f"  case {self.choice(patterns)} if {self.value(1)}:"
                return [f"match {value}:", case, *(f"  {line}" for line in body)]
            case _:
                return [f"if {value}: {self.call(1)}"]
