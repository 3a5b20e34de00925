"""Our engine says what bandit says, field for field and in its order: on every rule's examples, odd code, real code."""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.fuzz_python import source
from tests.parity import bandit, difference, ours
from tests.support import limited
from yett.checks._bandit import KNOWN_RELEASES, Issue, engine, release
from yett.checks._bandit.bounded import Imports, Query
from yett.checks._bandit.plugins import BLACKLIST, BLACKLISTS, TABLE, Catalogue, load
from yett.checks._bandit.triggers import _conditions
from yett.rules.python import rules

ODD: dict[str, str] = {
    "asynchronous": (
        "import subprocess, asyncio\n"
        "async def f(password='a', *, token='b'):\n"
        "    async with g() as h, open('/tmp/x') as i:\n"
        "        async for j in k('/tmp/y'):\n"
        "            await subprocess.run(j, shell=True)\n"
        "    return [eval(x) async for x in '/tmp/z']\n"
    ),
    "match": (
        "import os\n"
        "match password:\n"
        "    case '/tmp/a' | '0.0.0.0' if password == 'b':\n"
        "        os.system('x' + y)\n"
        "    case {'password': 'c', **rest}: pass\n"
        "    case Point(x='/tmp/d', y=None): pass\n"
        "    case [*_]: assert False\n"
        "match '/tmp/e':\n"
        "    case None: pass\n"
    ),
    "classes": (
        "class A(B, password='x', metaclass=exec('y')):\n"
        "    token = '/tmp/z'\n"
        "    class C:\n"
        "        def f(self, pwd='0.0.0.0', /, secret='b', *, token='c'):\n"
        "            self.token = self.a.secret = 'd'\n"
        "            def g(a, password='e'): assert a\n"
    ),
    "formatted": (
        "cur.execute(f'select {a} from {b} where {eval(c)!r:>{d}}')\n"
        "cur.execute(f'sel{a}ect * from {b} x')\n"
        "cur.execute(f'{a}' 'select * from ' f'{b} t')\n"
        "q = f'''\n  update {t}\n  set {x} = {y}\n'''\n"
        "f'delete from {t} ' + 'select ' + x + ' from y'\n"
        "cur.executemany('select {} from t '.format(x))\n"
        "cur.execute('select x from t '.replace('x', y))\n"
        "'select x from t '.format\n"
        "cur.execute('insert into t values (%s)' % x)\n"
        "cur.execute('INSERT\\nINTO t VALUES(' + x + ')', a, b='/tmp/' + c)\n"
        "cur.execute(('select ' + ('x' + y) + ' from ') + ((z) + 'u ') * 2)\n"
        "cur.execute('a' if b else 'select ' % c + ' from ' + 1 + b'x' + None)\n"
        "x = 'select' + ' * from ' + 'update' + y + ' set '\n"
    ),
    "expressions": (
        "if (n := eval('1')) and (token := 'x'): pass\n"
        "password = token = a.secret = b['pwd'] = 'x'\n"
        "d = {'password': 'a', **e, 'token': f(), 'x': 'password', 'secret': 1, b'pwd': 'c', 'pass': None}\n"
        "d['password'] = 'a'\nd['token']['x'] = 'b'\nd['x', 'pwd'] = 'c'\nd['pwd'] += 'd'\n'abc'['token'] = 'x'\n"
        "d['pwd'] = e['token'] = 'y'\n"
        "password: str = 'x'\npassword += 'y'\n(password, token) = 'a', 'b'\n"
        "if 'a' == password == 'b' != 'c': pass\nif a.token == 'b' == 'c': pass\nif token in ('a', '/tmp/x'): pass\n"
        "f(password='a', **{'password': 'b'})\nf(*['/tmp/x'], passwd='y', token=g('0.0.0.0'))\n"
        "lambda password='a', *b, token='c': '/tmp/d'\n"
        "'/tmp/docstring'\n'''0.0.0.0'''\n"
        "x = [y for y in '/tmp/a' if '/dev/shm/b' for z in '/var/tmp/c']\n"
        "del '/tmp/x'[0]\nreturn_ = yield_ = not '/tmp/x'\n"
        "with '/tmp/a', (\n  '/tmp/b'\n) as c:\n    pass\n"
        "def f(a='''\n/tmp/x''', b=(1 +\n   2), c='/tmp/y'): pass\n"
        "def f(a=(\n '0.0.0.0'), *, b='/tmp/b'):\n  pass\n"
        "for x in '/tmp/a':\n  break\nelse:\n  '/tmp/b'\n"
        "while '/tmp/a': pass\n"
    ),
    "handlers": (
        "for x in y:\n"
        "    try: pass\n    except: continue\n"
        "    try: pass\n    except Exception: pass\n"
        "    try: pass\n    except (Exception, ValueError): pass\n"
        "    try: pass\n    except a.Exception: continue\n"
        "    try: pass\n    except* Exception: pass\n"
        "    try: pass\n    except Exception as e: ...\n"
        "    try: pass\n    except BaseException: pass\n    finally: assert x, '/tmp/y'\n"
    ),
    "imports": (
        "import subprocess as sp, pickle, os.path\n"
        "from . import pickle, telnetlib as t\nfrom .pickle import x\nfrom .. import ftplib\n"
        "from xml import sax, dom\nfrom xml.dom import minidom as m, pulldom\nfrom xml.etree import *\n"
        "from os import system, popen as p\nimport picklefoo, Crypto.Cipher.AES\n"
        "sp.call('ls', shell=True)\nsystem('ls *')\np(['chown', '*'])\nm.parse(x)\n"
        "def f():\n    from hashlib import md5 as h\n    return h(b'x')\nh(b'y')\n"
        "system = lambda x: x\nsystem('rm')\n"
        "from cryptography.hazmat.primitives import hashes as sp\nsp.MD5()\n"
    ),
    "indirect": (
        "import importlib\nfrom importlib import import_module as im\n"
        "__import__('pickle')\n__import__(x)\n__import__()\n__import__('subprocess').call('x', shell=True)\n"
        "importlib.import_module('telnetlib')\nim('ftplib')\nim(name='pyghmi')\nim(pickle)\nim(a.pickle)\nim()\n"
        "importlib.__import__('xmlrpc')\nbuiltins.__import__('pickle')\n"
        "from x import y as __import__\n__import__('pickle')\nfrom x import __import__\n__import__('dill')\n"
    ),
    "crashes": (
        "import tarfile\nfrom django.utils.safestring import mark_safe\n"
        "t.extractall(members=self.safe(t))\nt.extractall(members={a: b})\nt.extractall(filter='data')\n"
        "t.extractall(members=safe(t))\nmark_safe()\nf(**'x', password='y')\n"
        "f({(a, [1])}, shell=True)\n'{}'.format({(a, [1])})\nimport torch\ntorch.load()\n"
        "from cryptography.hazmat.primitives.asymmetric import ec, rsa\n"
        "ec.generate_private_key([1])\nec.generate_private_key(ec.SECT163K1)\n"
        "rsa.generate_private_key(65537, key_size='512')\nrsa.generate_private_key(65537, b'x')\n"
    ),
    "calls": (
        "import os, requests, httpx, ssl, yaml, flask, paramiko, subprocess\n"
        "a()()\na[0]()\na().b.run(debug=True)\n(lambda: 0)()\n'x'.join(y)\nf'{x}'.format(y)\n[].append('/tmp/x')\n"
        "os.chmod('x', 0o777)\nos.fchmod(1, 0o20)\nx.chmod(a, True)\nchmod(0o777)\nlchmod(a.b, stat.S_IRWXU)\n"
        "requests.get('u', verify=False)\nrequests.get\nhttpx.Client(timeout=None)\nrequests.Session().get('u')\n"
        "ssl.wrap_socket(s, ssl_version=ssl.PROTOCOL_SSLv3)\nf(method=SSLv23_METHOD)\nf(ssl_version='PROTOCOL_TLSv1')\n"
        "yaml.load(f, Loader=yaml.SafeLoader)\nyaml.load(f, yaml.CSafeLoader)\nx.yaml.load(f)\nyaml.load(f)\n"
        "app.run(debug=True)\nrun(debug=True)\na.b.c.run(\n  x,\n  debug=True,\n)\n"
        "subprocess.Popen(['tar', '*'], shell=True)\nsubprocess.Popen('tar *', shell=[1])\n"
        "subprocess.Popen(a, shell={})\nsubprocess.run(('ls',), shell='x')\nsubprocess.run(args=x, shell=y)\n"
        "f(shell=True)\nf(shell=0)\nf(x, shell=z)\nos.execv('/x', y)\nos.spawnl(0, 'x')\nos.system(f'{x}')\n"
        "c.exec_command('x')\nc.set_missing_host_key_policy(paramiko.client.AutoAddPolicy())\n"
        "eval\neval(\n  'x'\n)\nbuiltins.eval('x')\nexec('x')\na.exec('x')\n"
    ),
    "controls": "# \u202e\nx = '\u2066'\n",
    "empty": "",
    "comment": "# nothing\n",
    "suppressed": "eval(x)  # nosec\nassert x  # nosec: B101\n",
    "deep": "x = "
    + "+".join(["'select '"] * 150)
    + "\n"
    + "y = "
    + "-" * 80
    + "1\n"
    + "z"
    + ".a" * 150
    + "(eval('x'))\n",
}
"""Code that the walk, the triggers or the line ranges could get wrong."""

ODD_BYTES: dict[str, bytes] = {
    "latin": b"# -*- coding: latin-1 -*-\nx = '\xe9'; password = '\xe9'\n",
    "mark": b"\xef\xbb\xbfimport pickle\nassert '\xc3\xa9', eval('x')\n",
    "returns": b"import pickle\r\nassert x\rassert y\r\n\x0cassert z\n",
    "separators": "x = '''\u2028\x0b\x1c\n'''; eval(x)\nassert '\u202e'\n".encode(),
    "declared-controls": b"# coding: raw_unicode_escape\nassert x # \\u202e\n",
}

NEWER = {"typing": "type X[T: eval('x')] = list['/tmp/x']\ndef f[T](password='x'): pass\n"}
NEWER["quotes"] = "x = f'{d['/tmp/x']} select {f'{eval('y')}'} from z '\n"


def _compare(paths: list[Path], version: str = "1.9.4", unparsable: bool = False) -> tuple[int, int]:
    """How many issues and crashes there are, after comparing them all. Files are skipped only where the caller says
    so."""
    mine = ours(paths, version)
    assert difference(mine, bandit(paths)) == ""
    assert unparsable or not mine.skipped
    return len(mine.issues), len(mine.crashes)


def _written(folder: Path, sources: dict[str, str], raw: dict[str, bytes] | None = None) -> list[Path]:
    everything = {name: source.encode() for name, source in sources.items()} | (raw or {})
    for name, data in everything.items():
        (folder / f"{name}.py").write_bytes(data)
    return [folder / f"{name}.py" for name in everything]


def _examples() -> dict[str, str]:
    return {
        f"{rule.id.partition('/')[2]}_{kind}{n}": text
        for rule in rules()
        for kind, texts in (("bad", rule.bad), ("good", rule.good))
        for n, text in enumerate(texts)
    }


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def test_every_example(tmp_path: Path) -> None:
    issues, crashes = _compare(_written(tmp_path, _examples()))
    assert issues >= len(rules())
    assert crashes == 0


def test_odd_code(tmp_path: Path) -> None:
    odd = ODD | (NEWER if sys.version_info >= (3, 12) else {})
    issues, crashes = _compare(_written(tmp_path, odd, ODD_BYTES))
    assert issues > 150
    assert crashes >= 4


def test_code_too_deep_for_bandit_is_walked(tmp_path: Path) -> None:
    source = "import pickle\nx = " + "+".join(["a"] * 1500) + "\n"
    (path,) = _written(tmp_path, {"deep": source})
    assert bandit([path]).skipped == [str(path)]
    assert [
        issue.test_id for issue in engine("1.9.4")(ast.parse(source), source.encode()) if isinstance(issue, Issue)
    ] == ["B403"]


def test_made_up_code(tmp_path: Path) -> None:
    """A trigger that asks too seldom is found here. `python -m bench.python --fuzz 10000` takes this further."""
    issues, crashes = _compare(_written(tmp_path, {f"made{n}": source(n) for n in range(150)}))
    assert issues > 1000
    assert crashes > 10


def test_every_test_speaks_of_made_up_code(catalogue: Catalogue) -> None:
    inspect = engine("1.9.4")
    texts = (source(n) for n in range(400))
    said = {one.test_id for text in texts for one in inspect(ast.parse(text), text.encode()) if isinstance(one, Issue)}
    ids = {one.id for one in catalogue.tests} | {e["id"] for entries in catalogue.blacklist.values() for e in entries}
    assert ids - said == {BLACKLIST}


def test_real_code() -> None:
    """150 files of the standard library and of what is installed here, spread evenly over the sorted list."""
    paths = sysconfig.get_paths()
    everything = sorted(
        path
        for folder in {paths["stdlib"], paths["purelib"]}
        for path in Path(folder).rglob("*.py")
        if path.is_file() and 500 < path.stat().st_size < 60_000
    )
    issues, _ = _compare(everything[:: max(1, len(everything) // 150)][:150], unparsable=True)
    assert issues > 20


def test_bandits_own_engine_says_the_same(tmp_path: Path) -> None:
    _compare(_written(tmp_path, _examples() | ODD, ODD_BYTES), version="of a release to come")


def test_the_table_is_bandits_list_of_entry_points() -> None:
    points = distribution("bandit").entry_points
    plugins = [(point.name, point.module, point.attr) for point in points if point.group == "bandit.plugins"]
    assert [(name, f"bandit.plugins.{module}", function) for name, module, function in TABLE] == plugins
    blacklists = [point.module for point in points if point.group == "bandit.blacklists"]
    assert [f"bandit.blacklists.{name}" for name in BLACKLISTS] == blacklists


def test_the_installed_release_is_known() -> None:
    assert release() == distribution("bandit").version
    assert release() in KNOWN_RELEASES


def test_the_walk_asks_every_test(catalogue: Catalogue) -> None:
    """The walk knows these kinds of nodes and no more; a test for another kind would never be asked."""
    ids: dict[str, set[str]] = {}
    for one in catalogue.tests:
        for kind in one.kinds:
            ids.setdefault(kind, set()).add(one.id)
    assert ids.pop("Call") == set(_conditions(catalogue))
    assert ids == {
        "Assert": {"B101"},
        "ExceptHandler": {"B110", "B112"},
        "File": {"B613"},
        "FunctionDef": {"B107", "B503"},
        "Import": {BLACKLIST},
        "ImportFrom": {BLACKLIST},
        "Str": {"B104", "B105", "B108", "B608"},
    }


def test_one_rule_for_each_id(catalogue: Catalogue) -> None:
    ids = {one.id for one in catalogue.tests} - {BLACKLIST}
    ids |= {entry["id"] for entries in catalogue.blacklist.values() for entry in entries}
    assert [rule.id for rule in rules()] == [
        *sorted(f"python/{one}" for one in ids),
        "python/nosec-unknown",
        "python/odd-encoding",
    ]


def test_the_query_is_the_pattern() -> None:
    pattern = re.compile(
        r"(select\s.*from\s|delete\s+from\s|insert\s+into\s.*values[\s(]|update\s.*set\s)", re.IGNORECASE | re.DOTALL
    )
    query = Query(pattern)
    chance = random.Random(7)
    words = ["select", "SELECT ", "from", "from ", "delete", "insert ", "into\n", "values(", "update ", "set", " ", "x"]
    outcomes = []
    for _ in range(5000):
        text = "".join(chance.choices(words, k=chance.randrange(9)))
        outcomes.append(query.search(text) is not None)
        assert outcomes[-1] == (pattern.search(text) is not None), text
    assert {True, False} == set(outcomes)


MARK_SAFE = "from django.utils.safestring import mark_safe\n"

HOSTILE: dict[str, tuple[str, int]] = {
    "the pattern for SQL": (f"cursor.execute('{'select ' * 300_000}' + 'update x set ' + y)\n", 1),
    "keys of one dictionary": ("d = {" + "'password': 'x', " * 60_000 + "}\n", 60_000),
    "a long tuple": ("import subprocess\nsubprocess.run((" + "0, " * 400_000 + "))\n", 2),
    "imports and calls": ("".join(f"import m{n}\na.run()\n" for n in range(40_000)), 0),
    "names in a row": (
        MARK_SAFE + "x0 = 'a'\n" + "".join(f"x{n} = x{n - 1}\n" * 2 for n in range(1, 60)) + "mark_safe(x59)\n",
        1,
    ),
    "blocks in each other": (
        MARK_SAFE + "".join(" " * n + "with a, b, c:\n" for n in range(60)) + " " * 60 + "x = 'y'\nmark_safe(x)\n",
        1,
    ),
    "strings of one call": ("f(" + "'/tmp/x',\n" * 40_000 + ")\n", 40_000),
    "default values": ("def f(" + ",\n".join(f"a{n}='/tmp/x'" for n in range(60_000)) + "): pass\n", 60_000),
}
"""Source, number of issues. Bandit itself took 14 s or more for half of each; five had not ended after 45 s."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_does_not_hang(name: str) -> None:
    source, count = HOSTILE[name]
    tree = ast.parse(source)
    inspect = engine("1.9.4")
    with limited():
        assert len(list(inspect(tree, source.encode()))) == count


def test_b703_says_the_same_with_a_memory(tmp_path: Path) -> None:
    """Assignments, blocks and functions by chance, each followed by the question whether the name is safe."""
    chance = random.Random(3)
    values = ["'a'", "x", "y", "z", "x + y", "f(x)", "'{}'.format(y)", "'{}'.format(*[x, 'b'])", "('a', y)"]
    heads = ["if a:", "for i in x:", "with a as y, b:", "with a, b as x:", "while x:", "def g(x):", "try:", "class C:"]

    def block(depth: int) -> list[str]:
        lines = []
        for _ in range(chance.randrange(1, 5)):
            if depth and chance.random() < 0.4:
                head = chance.choice(heads)
                lines += [head, *(f"  {line}" for line in block(depth - 1))]
                lines += ["except Exception as z:", "  x = 'b'"] if head == "try:" else []
            elif chance.random() < 0.3:
                lines.append(f"mark_safe({chance.choice(['x', 'y', 'z', *values])})")
            else:
                lines.append(f"{chance.choice(['x', 'y', 'z', 'x, y'])} = {chance.choice(values)}")
        return lines

    sources = {f"safe{n}": MARK_SAFE + "\n".join(line for _ in range(6) for line in block(3)) + "\n" for n in range(60)}
    issues, _ = _compare(_written(tmp_path, sources))
    assert issues > 200


def test_imports_by_part() -> None:
    imports = Imports()
    assert not imports.like("a.b")
    imports.add("x.a")
    assert not imports.like("a.b")
    imports.add("x.a.b")
    assert imports.like("a.b")
    assert imports.like("x.a.b")
    assert imports == {"x.a", "x.a.b"}


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


SAID = "print([i.test_id for i in engine('1.9.4')(ast.parse('import pickle'), b'import pickle')])"


def test_nothing_heavy_is_imported() -> None:
    heavy = "rich", "stevedore", "importlib.metadata", "yaml", "subprocess", "bandit.core.manager"
    code = f"import ast, sys\nfrom yett.checks._bandit import engine\n{SAID}\n"
    code += f"print([name for name in {heavy!r} if name in sys.modules])"
    assert _run(code) == "['B403']\n[]"


def test_bandit_may_have_been_imported_before() -> None:
    assert _run(f"import ast, bandit.core.manager\nfrom yett.checks._bandit import engine\n{SAID}") == "['B403']"


def test_bandit_may_be_imported_afterwards() -> None:
    code = f"import ast\nfrom yett.checks._bandit import engine\n{SAID}\nfrom bandit.core import manager, config\n"
    code += "print(len(manager.BanditManager(config.BanditConfig(), 'file').b_ts.plugins))"
    assert _run(code) == "['B403']\n43"


def test_an_unknown_layout_takes_the_long_way() -> None:
    code = "import ast, sys\nfrom yett.checks._bandit import engine, plugins\n"
    code += "plugins.TABLE = (('x', 'gone', 'gone'),)\n" + SAID + "\nprint('bandit.core.manager' in sys.modules)"
    assert _run(code) == "['B403']\nTrue"
