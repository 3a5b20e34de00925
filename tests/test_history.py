"""The history: every version is read, as git itself reads it; every secret is told, with where it came from."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import random
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Repo, environment
from yett import git
from yett.checks import secrets
from yett.commands.history import run
from yett.errors import YettError
from yett.history import commits, memory, survey
from yett.history.delta import Copy, common
from yett.history.memory import Mark, Memory, Seen
from yett.history.scan import _COMPARED, Scanner, Version
from yett.parse.compiled import Shelf

# In pieces, so that scanners stay quiet here.
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1m" + "N2pQ4rS6tU8vWx1K2vuM"
OTHER = "ghp_" + "q7Vx2LmZ9tKw4RnP" + "8sHbJd3GfUc6XoEi0000"
STRONG = "vK9#tq2Lz" + "Wm4"


# every object, as git reads it


class Recorder(Scanner):
    """Looks for nothing and keeps the content of what it is shown."""

    seen: list[bytes]

    def __init__(self, key: bytes, kept: Shelf | None) -> None:
        super().__init__(key, kept)
        recorders.append(self)
        self.seen = []

    def whole(self, data: bytes, paths: tuple[bytes, ...]) -> Version:
        self.seen.append(data)
        return Version(data, paths[0], [], (), {})


recorders: list[Recorder] = []


def versions(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The ids that the content of all versions makes."""
    recorders.clear()
    with monkeypatch.context() as patched:
        patched.setattr(survey, "Scanner", Recorder)
        repository = git.find(str(repo.root), environment())
        survey.survey(survey.Request(repository, "digest"))
    make = hashlib.sha256 if len(repository.head) == 64 else hashlib.sha1
    seen = [data for recorder in recorders for data in recorder.seen]
    return sorted(make(b"blob %d\0" % len(data) + data).hexdigest().encode() for data in seen)


def oracle(repo: Repo) -> list[bytes]:
    """The ids of all versions that git itself can reach."""
    listed = repo.git("rev-list", "--objects", "--all", "--filter=object:type=blob", "--no-object-names")
    kinds = repo.git("cat-file", "--batch-check=%(objecttype) %(objectname)", given=f"{listed}\n".encode())
    return sorted({line.split()[1].encode() for line in kinds.splitlines() if line.startswith("blob")})


def grown(repo: Repo, rounds: int = 12, seed: int = 1) -> None:
    """A history with large and small changes, deletions, renames, merges, branches, tags, links and odd names."""
    dice = random.Random(seed)
    lines = [f"{seed} {number} {dice.random()}" for number in range(400)]
    for round_ in range(rounds):
        for _ in range(3):
            lines[dice.randrange(len(lines))] = f"changed {round_} {dice.random()}"
        if round_ % 4 == 0:
            start = dice.randrange(200)
            lines = lines[start:] + lines[:start]
        repo.write("folder/big.txt", "\n".join(lines))
        repo.write(f"small{round_ % 3}.txt", f"{seed} {round_}\n")
        repo.write("binary.bin", dice.randbytes(300) + bytes(100) + b"same" * 200)
        repo.write(b"odd\xff\n\x1b.txt", f"odd {round_ // 5} {seed}")
        if round_ == 5:
            (repo.root / "small1.txt").unlink()
            (repo.root / "link").unlink(missing_ok=True)
            os.symlink("folder/big.txt", repo.root / "link")
        repo.commit(message=f"round {round_}")
    repo.git("checkout", "--quiet", "-b", f"side{seed}", "HEAD~3")
    repo.commit({"side.txt": f"side {seed}", "small0.txt": "both sides\n"})
    repo.git("checkout", "--quiet", "main")
    repo.git("merge", "--quiet", "--no-commit", "--strategy=ours", f"side{seed}")
    repo.commit({"only-in-the-merge.txt": f"evil {seed}"})
    repo.git("branch", "--quiet", "--delete", "--force", f"side{seed}")
    repo.git("checkout", "--quiet", "--orphan", f"orphan{seed}")
    repo.commit({"orphan.txt": f"orphan {seed}"})
    repo.git("checkout", "--quiet", "main")
    repo.write("stashed.txt", f"stashed {seed}")
    repo.git("add", "stashed.txt")
    repo.git("stash", "--quiet")
    blob = repo.git("hash-object", "-w", "--stdin", given=b"tagged without a commit %d" % seed)
    repo.git("tag", f"blob{seed}", blob)
    repo.git("tag", "--annotate", "--message", "x", f"annotated{seed}", blob)
    repo.git("tag", f"tree{seed}", f"orphan{seed}^{{tree}}")


Layout = Callable[[Repo], None]


def loose(repo: Repo) -> None:
    del repo


def packed(repo: Repo) -> None:
    repo.git("repack", "-a", "-d", "-f", "--depth=30", "--quiet")


def several_packs(repo: Repo) -> None:
    packed(repo)
    grown(repo, 6, 2)
    repo.git("repack", "-d", "--quiet")
    grown(repo, 4, 3)  # and loose objects


@pytest.mark.parametrize("layout", (loose, packed, several_packs))
def test_every_version_is_read_as_git_reads_it(repo: Repo, monkeypatch: pytest.MonkeyPatch, layout: Layout) -> None:
    grown(repo)
    layout(repo)
    expected = oracle(repo)
    assert len(expected) > 40
    assert versions(repo, monkeypatch) == expected


def test_a_worktree_and_alternates_are_read(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    grown(repo)
    packed(repo)
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "HEAD~2")
    tree = Repo(tmp_path / "tree")
    tree.commit({"detached.txt": "only on the detached head of a worktree"})
    expected = oracle(repo)
    for each in (repo, tree):
        assert versions(each, monkeypatch) == expected
    repo.git("clone", "--quiet", "--shared", ".", str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone")
    clone.commit({"more.txt": "in the clone alone"})
    assert versions(clone, monkeypatch) == oracle(clone)


def test_sha256_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repo").mkdir()
    repo = Repo(tmp_path / "repo")
    repo.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    grown(repo)
    packed(repo)
    assert versions(repo, monkeypatch) == oracle(repo)


def test_a_damaged_pack_is_a_gap_never_silence(repo: Repo) -> None:
    grown(repo)
    packed(repo)
    (pack,) = (repo.root / ".git/objects/pack").glob("*.pack")
    data = bytearray(pack.read_bytes())
    oid = repo.git("rev-parse", "HEAD~4:folder/big.txt")
    listed = repo.git("verify-pack", "-v", str(pack)).splitlines()
    (start,) = [int(line.split()[4]) for line in listed if line.startswith(oid)]
    data[start + 8 : start + 18] = bytes(10)
    pack.chmod(0o600)
    pack.unlink()
    pack.write_bytes(data)
    ran = history(repo)
    assert ran[0] == 3
    gaps = json.loads(ran[1])["gaps"]
    assert oid[:12] in " ".join(gap["reason"] for gap in gaps)
    assert {gap["kind"] for gap in gaps} == {"unreadable"}


# what is found


def history(repo: Repo, *arguments: str, cache: Path | None = None) -> tuple[int, str]:
    """The exit code and what is printed, as JSON unless told otherwise."""
    options = argparse.ArgumentParser()
    options.add_argument("--since", default="")
    options.add_argument("--reflogs", action="store_true")
    options.add_argument("--low", action="store_true")
    options.add_argument("--no-cache", action="store_true", default=cache is None)
    options.add_argument("--format", default="json")
    options.set_defaults(folder=str(repo.root))
    out: list[str] = []
    variables = environment() | ({"XDG_CACHE_HOME": str(cache)} if cache else {})
    code = run(options.parse_args(arguments, SimpleNamespace()), variables, out.append, lambda *_: None)
    return code, "".join(out)


def told(repo: Repo, *arguments: str, cache: Path | None = None) -> list[dict[str, Any]]:
    value = json.loads(history(repo, *arguments, cache=cache)[1])
    assert isinstance(value["secrets"], list)
    return value["secrets"]


def test_a_clean_history_is_zero(repo: Repo) -> None:
    grown(repo)
    code, out = history(repo, "--format=text")
    assert code == 0
    assert out.startswith("no secrets: ")


def test_an_empty_repository_is_zero(repo: Repo) -> None:
    assert history(repo)[0] == 0


def test_a_secret_is_told_with_where_it_came_from(repo: Repo) -> None:
    repo.commit({"a.py": "x = 1\n"})
    first = repo.commit({"config/app.py": f"x = 1\ntoken = '{TOKEN}'\n"})
    repo.commit({"config/app.py": f"x = 2\ny = 3\ntoken = '{TOKEN}'\n"})
    repo.git("mv", "config", "settings")
    repo.commit()
    code, out = history(repo)
    (secret,) = json.loads(out)["secrets"]
    assert code == 1
    assert TOKEN[4:10] not in out
    assert secret["rule"] == "secrets/github-token"
    assert secret["first"] == {
        "commit": first,
        "author": "A",
        "email": "a@example.com",
        "date": repo.git("log", "-1", "--format=%aI", first),
        "path": "config/app.py",
        "line": 2,
        "column": 10,
    }
    assert secret["at_head"] == ["settings/app.py"]
    assert secret["versions"] == 2


def _deleted(repo: Repo) -> None:
    repo.commit({"a": TOKEN})
    (repo.root / "a").unlink()
    repo.commit()


def _on_a_branch(repo: Repo) -> None:
    repo.git("checkout", "-qb", "x")
    repo.commit({"a": TOKEN})
    repo.git("checkout", "-q", "main")


def _tagged(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach")
    repo.commit({"a": TOKEN})
    repo.git("tag", "v1")
    repo.git("checkout", "-q", "main")


def _stashed(repo: Repo) -> None:
    repo.stage({"a": TOKEN})
    repo.git("stash", "-q")


def _noted(repo: Repo) -> None:
    repo.git("notes", "add", "-m", f"token {TOKEN}")


def _tagged_file(repo: Repo) -> None:
    repo.git("tag", "f", repo.git("hash-object", "-w", "--stdin", given=TOKEN.encode()))


def _binary(repo: Repo) -> None:
    repo.commit({"a.bin": bytes(99) + TOKEN.encode() + bytes(99)})
    repo.commit({"a.bin": b"\0"})


def _wide(repo: Repo) -> None:
    repo.commit({"a": TOKEN.encode("utf-16")})
    repo.commit({"a": b""})


def _merged(repo: Repo) -> None:
    repo.git("checkout", "-qb", "side", "HEAD~1")
    repo.commit({"b": "side"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
    repo.commit({"b": f"side {TOKEN}"})
    repo.commit({"b": "side"})


def _replaced(repo: Repo) -> None:
    bad = repo.commit({"a": TOKEN})
    (repo.root / "a").unlink()
    repo.commit()
    repo.git("replace", bad, "HEAD~2")


WHERE = (_deleted, _merged, _on_a_branch, _tagged, _stashed, _noted, _tagged_file, _binary, _wide, _replaced)


@pytest.mark.parametrize("plant", WHERE)
def test_nowhere_is_a_secret_hidden(repo: Repo, plant: Callable[[Repo], None]) -> None:
    repo.commit({"x": "1"})
    repo.commit({"x": "2"})
    plant(repo)
    (secret,) = told(repo)
    assert secret["rule"] == "secrets/github-token"
    assert secret["at_head"] == []
    packed(repo)
    assert told(repo) == [secret]


def test_reflogs_are_asked_for(repo: Repo) -> None:
    repo.commit({"x": "1"})
    repo.commit({"x": TOKEN})
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    assert told(repo) == []
    assert len(told(repo, "--reflogs")) == 1


def test_since_leaves_out_what_was_there(repo: Repo) -> None:
    old = repo.commit({"a": TOKEN})
    repo.commit({"b": OTHER})
    assert [secret["first"]["path"] for secret in told(repo)] == ["a", "b"]
    assert [secret["first"]["path"] for secret in told(repo, f"--since={old}")] == ["b"]
    assert len(told(repo, "--since=3 months ago")) == 2
    for wrong in ("nonsense", "2100-99", "--all", "HEAD..main", "now"):
        with pytest.raises(YettError, match="neither a date nor a revision"):
            history(repo, f"--since={wrong}")


def test_since_a_date_means_its_beginning(repo: Repo) -> None:
    """In UTC, so that it is the same everywhere."""
    repository = git.find(str(repo.root), environment())
    assert commits.since(repository, "2026-01-31") == ("--since=@1769817600 +0000",)
    assert commits.since(repository, "2026-01-31T01:00:00+01:00") == ("--since=@1769817600 +0000",)
    tree = repo.git("write-tree")
    old = f"tree {tree}\nauthor A <a@x> 1769817599 +0000\ncommitter A <a@x> 1769817599 +0000\n\nold\n"
    parent = repo.git("hash-object", "-t", "commit", "-w", "--stdin", given=old.encode())
    repo.stage({"a": TOKEN})
    tree = repo.git("write-tree")
    new = f"tree {tree}\nparent {parent}\nauthor A <a@x> 1769817600 +0000\ncommitter A <a@x> 1769817600 +0000\n\nx\n"
    repo.git("update-ref", "HEAD", repo.git("hash-object", "-t", "commit", "-w", "--stdin", given=new.encode()))
    assert len(told(repo, "--since=2026-01-31")) == 1
    assert told(repo, "--since=2026-02-01") == []
    with pytest.raises(YettError, match="not a date"):
        history(repo, "--since=2026-02-31")


def test_head_counts_with_since_too(repo: Repo) -> None:
    repo.commit({"a": TOKEN})
    old = repo.commit({"b": "x"})
    repo.commit({"c": f"copied {TOKEN}"})
    (secret,) = told(repo, f"--since={old}")
    assert secret["at_head"] == ["a", "c"]


def test_what_to_rotate_first(repo: Repo) -> None:
    repo.commit(
        {
            "gone": OTHER[:-4] + "1111",
            "low": 'password = "' + 'hunter2"',
            "app.env": f"PASSWORD={STRONG}",
            "here": TOKEN,
        }
    )
    (repo.root / "gone").unlink()
    repo.commit()
    found = [(secret["first"]["path"], secret["confidence"]) for secret in told(repo)]
    assert found == [("here", "high"), ("app.env", "medium"), ("gone", "medium"), ("low", "low")] or found == [
        ("here", "high"), ("gone", "medium"), ("app.env", "medium"), ("low", "low")
    ]  # fmt: skip
    code, out = history(repo, "--format=text")
    assert code == 1
    assert out.index("Rotate first") < out.index("here") < out.index("no longer at HEAD") < out.index("in gone")
    assert "1 more secret of low confidence" in out
    assert "hunter2" not in history(repo, "--format=text", "--low")[1]


def test_low_confidence_alone_is_zero(repo: Repo) -> None:
    repo.commit({"low": 'password = "' + 'hunter2"'})
    assert history(repo)[0] == 0


def test_names_and_authors_are_made_harmless(repo: Repo) -> None:
    repo.write("::error::\x1b[2J.txt", TOKEN)
    repo.git("add", "--all")
    repo.git("-c", "user.name=x", "commit", "-qm", "x", "--author", "\x1b[31mEve\n <e@x>".replace("\n", ""))
    out = history(repo, "--format=text")[1]
    assert "\x1b" not in out
    assert "::error" not in out


def test_a_shallow_clone_is_a_gap(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": TOKEN})
    (repo.root / "a").unlink()
    repo.commit()
    repo.git("clone", "--quiet", "--depth=1", repo.root.as_uri(), str(tmp_path / "clone"))
    code, out = history(Repo(tmp_path / "clone"))
    assert code == 3
    assert [gap["kind"] for gap in json.loads(out)["gaps"]] == ["history"]


def test_a_partial_clone_is_a_gap(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "first"})
    repo.commit({"a": "second"})
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", "--filter=blob:none", repo.root.as_uri(), str(tmp_path / "clone"))
    code, out = history(Repo(tmp_path / "clone"))
    assert code == 3
    (gap,) = json.loads(out)["gaps"]
    assert (gap["path"], gap["kind"]) == ("a", "unreadable")
    assert "--filter" in gap["reason"]


def test_what_a_partial_clone_has_is_looked_at(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "first"})
    repo.commit({"a": f"second {TOKEN}"})
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", "--filter=blob:none", repo.root.as_uri(), str(tmp_path / "clone"))
    found = json.loads(history(Repo(tmp_path / "clone"))[1])
    assert [secret["rule"] for secret in found["secrets"]] == ["secrets/github-token"]
    assert [gap["path"] for gap in found["gaps"]] == ["a"]


def test_a_history_that_git_cannot_walk_is_an_error(repo: Repo) -> None:
    first = repo.commit({"a": "x"})
    repo.commit({"a": "y"})
    (repo.root / ".git/objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(YettError, match="git log failed: "):
        history(repo)


def test_a_file_that_is_too_large_is_a_gap(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"big": "x" * 5000, "small": "y"})
    monkeypatch.setattr(survey, "SIZE_LIMIT", 1000)
    for layout in (loose, packed):
        layout(repo)
        code, out = history(repo)
        assert (code, [(gap["path"], gap["kind"]) for gap in json.loads(out)["gaps"]]) == (3, [("big", "limit")])


# only what changed is looked at, and the result is the same


SNIPPETS = (
    f"token = '{TOKEN}'",
    f"other = '{OTHER}'",
    f'password = "{STRONG}"',
    "password = get_password()",
    "Authorization: Basic " + "c2hvcDp0N1ZxMkx4Wg==",
    "postgres://shop:" + "t7Vq2LxZ" + "@db.acme.io/shop",
    "x" * 300,
    "",
    "secret",
    "heroku = '3f1c8a60-5b1e-4c1d-9d0e-7a3b5c9d1e2f'",
    "aws_secret_access_key",
    "q7Vx2LmZ9tKw4RnP" + "8sHbJd3GfUc6XoEi7YtDzA1k",
    # reaches far: from then on the whole file is looked at
    "-----BEGIN EC PRIVATE" + " KEY-----\nMHcCAQEEIKl3v8Yq2ZtW7mNfXb4RpLs9HdGc6TjU0EoAiKxQwVzMoAoGCCqGSM49\n"
    "-----END EC PRIVATE" + " KEY-----",
)  # fmt: skip


def edited(seed: int) -> Iterator[bytes]:
    """Versions of one file, each made of the one before by small and large changes at any place, in words too."""
    dice = random.Random(seed)
    text = "\n".join(f"line {number} of the file, {dice.random()}" for number in range(700))
    snippets = SNIPPETS if seed % 3 == 0 else SNIPPETS[:-1]
    for _ in range(40):
        yield text.encode()
        for _ in range(dice.randrange(1, 4)):
            at, size = dice.randrange(len(text)), dice.choice((0, 0, 1, 30, 600))
            match dice.randrange(4):
                case 0:
                    text = f"{text[:at]}\n{dice.choice(snippets)}\n{text[at + size :]}"
                case 1:
                    text = text[:at] + dice.choice(snippets) + text[at + size :]
                case 2:
                    text = text[:at] + text[at + size :]
                case _:
                    other = dice.randrange(len(text))
                    text = text[:at] + text[other : other + 900] + text[at:]


def difference(old: bytes, new: bytes) -> list[Copy]:
    """What the new version has of the old one, as a delta would say it."""
    from difflib import SequenceMatcher

    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [[0], [0]]
    for which in (0, 1):
        for line in lines[which]:
            starts[which].append(starts[which][-1] + len(line))
    blocks = SequenceMatcher(None, *lines, autojunk=False).get_matching_blocks()
    return [(starts[1][b], starts[0][a], starts[0][a + n] - starts[0][a]) for a, b, n in blocks if n]


@pytest.mark.parametrize("seed", range(6))
def test_what_is_concluded_from_the_version_before_is_what_a_whole_look_finds(seed: int) -> None:
    scanner = Scanner()
    whole: list[bytes] = []
    look = scanner.all

    def counted(data: bytes, paths: tuple[bytes, ...]) -> Version:
        whole.append(data)
        return look(data, paths)

    found = 0
    old = None
    other = Scanner()
    for data in edited(seed):
        expected = look(data, (b"app.py",))
        assert other.whole(data, (b"app.py",)).marks == expected.marks
        scanner.all = counted  # type: ignore[method-assign]
        new = expected if old is None else scanner.changed(old, data, difference(old.data, data), (b"app.py",))
        assert new.marks == expected.marks
        if new.spots is not None and expected.spots is not None:
            assert new.spots == sorted(set(expected.spots))
        old = new
        found += len(new.marks)
    assert found > 40
    assert seed % 3 == 0 or not whole


@pytest.mark.parametrize("distance", (0, 40, 200, 340))
@pytest.mark.parametrize("after", (False, True))
def test_a_change_within_reach_of_a_keyword_decides_anew(distance: int, after: bool) -> None:
    key = b"API-" + b"MWAN4J1OD3LZ2QHL" + b"MJA7R64ONPFK"  # somebody's only near a word that says whose
    between = (b"x " * distance)[:distance]
    scanner = Scanner()
    marks = []
    for word in (b"", b"octopus", b""):
        near = b"\n".join((key, between, word) if after else (word, between, key))
        text = b"line\n" * 900 + near + b"\nline" * 900
        marks.append(scanner.whole(text, (b"a.py",)).marks)
        assert marks[-1] == Scanner().all(text, (b"a.py",)).marks
    assert marks[0] == marks[2] != marks[1]


def test_a_word_that_reaches_far_does_so_wherever_it_moves() -> None:
    head, rows = b"name,card_number\n", b"somebody,1234\n" * 1000
    number = b"somebody,4539909960" + b"308249\n"  # far from the head, which says what it is
    scanner = Scanner()
    marks = []
    for text in (head + rows, b"title\n" + head + rows, b"title\n" + head + rows + number, rows + number, rows):
        marks.append(scanner.whole(text, (b"shop/cards.csv",)).marks)
        assert marks[-1] == Scanner().all(text, (b"shop/cards.csv",)).marks
    assert [len(each) for each in marks] == [0, 0, 1, 0, 0]


def test_another_path_is_looked_at_anew() -> None:
    scanner = Scanner()
    data = b"PASSWORD=" + STRONG.encode() + b"\n" + b"line\n" * 3000
    old = scanner.whole(data, (b"a.py",))
    assert old.marks == ()
    assert scanner.changed(old, data, [(0, 0, len(data))], (b".env",)).marks != ()
    assert scanner.whole(data, (b".env",)).marks != ()
    assert scanner.whole(data, (b"a.py", b".env")).marks != ()


def test_a_file_under_several_names_is_looked_at_under_each(repo: Repo) -> None:
    repo.commit({"notes.py": f"PASSWORD={STRONG}\n"})
    repo.git("mv", "notes.py", ".env")
    repo.commit()
    assert [secret["rule"] for secret in told(repo)] == ["secrets/generic-credential"]


def test_more_encoded_text_than_is_decoded_is_a_gap(repo: Repo) -> None:
    import base64
    import gzip

    repo.commit({"a": base64.b64encode(gzip.compress(bytes(3 << 20)))})
    code, out = history(repo)
    assert (code, [gap["kind"] for gap in json.loads(out)["gaps"]]) == (3, ["limit"])


# memory


def test_a_token_that_has_expired_is_nothing_to_rotate(repo: Repo) -> None:
    head = base64.urlsafe_b64encode(b'{"alg": "HS256"}').decode().rstrip("=")
    for day, code in ((1_500_000_000, 0), (32_000_000_000, 1)):
        payload = base64.urlsafe_b64encode(b'{"sub": "shop", "exp": %d}' % day).decode().rstrip("=")
        repo.commit({"session.txt": f"{head}.{payload}." + "q7Vx2LmZ9tKw4RnP" + "8sHbJd3GfUc6XoEi\n"})
        ended, out = history(repo, "--format=text", "--low")
        assert (ended, "expires on 2017-07-14: expired" in out) == (code, True)


def test_what_was_seen_is_remembered(repo: Repo, tmp_path: Path) -> None:
    grown(repo, 4)
    repo.commit({"a": TOKEN})
    packed(repo)
    cold = json.loads(history(repo, cache=tmp_path / "cache")[1])
    assert cold == json.loads(history(repo)[1])
    assert cold == json.loads(history(repo, cache=tmp_path / "cache")[1])
    out = history(repo, "--format=text", cache=tmp_path / "cache")[1]
    assert f"{cold['counts']['versions']} of them remembered" in out
    repo.commit({"b": OTHER})
    assert len(told(repo, cache=tmp_path / "cache")) == 2


def test_no_secret_is_remembered(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": TOKEN})
    history(repo, cache=tmp_path)
    (file,) = (tmp_path / "yett/history").iterdir()
    assert TOKEN[4:10].encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_cache_that_others_may_write_is_not_believed(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": TOKEN})
    history(repo, cache=tmp_path)
    (file,) = (tmp_path / "yett/history").iterdir()
    repository = git.find(str(repo.root), environment())
    store = Memory(str(file), secrets.load().digest, 20)
    assert len(store.load()) == 1
    file.chmod(0o666)
    assert store.load() == {}
    file.chmod(0o600)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert store.load() == {}
    assert Memory(str(tmp_path / "elsewhere"), "another digest", 20).load() == {}
    file.unlink()
    file.parent.chmod(0o777)
    with pytest.raises(YettError, match="not yours alone"):
        survey.survey(survey.Request(repository, "digest", cache=str(file)))


ENTRIES = [
    Seen(bytes(20), 7, ()),
    Seen(b"\1" * 20, 0, (Mark(3, 2, 4, b"f" * 16), Mark(0, 1, 1, b"g" * 16))),
]


def test_half_a_write_is_cut_off(tmp_path: Path) -> None:
    store = Memory(str(tmp_path / "folder/file"), "digest", 20)
    store.prepare()
    store.add(ENTRIES[:1])
    store.add(ENTRIES[1:])
    known = {seen.oid: seen for seen in ENTRIES}
    assert store.load() == known
    file = Path(store.path)
    whole = file.read_bytes()
    for size in range(len(whole) - 1, 0, -1):
        file.write_bytes(whole[:size])
        assert store.load().items() <= known.items()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        assert store.load().items() <= known.items()
    file.write_bytes(whole[:-3])
    store.prepare()  # an interrupted run goes on behind what is whole
    store.add(ENTRIES[1:])
    assert store.load() == known


def test_an_interrupted_run_goes_on(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(repo)
    packed(repo)
    monkeypatch.setattr(survey, "_LOT", 1)
    work = survey._Worker.work
    tasks = 0

    def interrupted(self: Any, task: Any) -> Any:
        nonlocal tasks
        tasks += 1
        if tasks == 3:
            raise KeyboardInterrupt
        return work(self, task)

    with monkeypatch.context() as patched:
        patched.setattr(survey._Worker, "work", interrupted)
        with pytest.raises(KeyboardInterrupt):
            history(repo, cache=tmp_path)
    out = history(repo, "--format=text", cache=tmp_path)[1]
    assert "remembered from before" in out


def test_a_cache_has_a_place_of_its_own() -> None:
    place = memory.place({"HOME": "/home/a"}, "/r/.git/objects", "1")
    assert place.startswith("/home/a/.cache/yett/history/")
    assert memory.place({"XDG_CACHE_HOME": "/c"}, "/r/.git/objects", "1").startswith("/c/yett/history/")
    assert len({place, memory.place({"HOME": "/home/a"}, "/r/.git/objects", "2")}) == 2
    assert memory.place({}, "/r", "1") == memory.place({"XDG_CACHE_HOME": "not/absolute"}, "/r", "1") == ""


# several processes


def test_two_processes_find_what_one_finds(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    grown(repo)
    repo.commit({"a": TOKEN})
    packed(repo)
    grown(repo, 3, 2)
    repository = git.find(str(repo.root), environment())
    one = survey.survey(survey.Request(repository, "digest", workers=1))
    monkeypatch.setattr(survey, "_FEW", 1)
    monkeypatch.setattr(survey, "_LOT", 1)
    two = survey.survey(survey.Request(repository, "digest", workers=2, cache=str(tmp_path / "c/file")))
    assert two == one
    assert survey.survey(survey.Request(repository, "digest", compared=False)) == one
    again = survey.survey(survey.Request(repository, "digest", workers=2, cache=str(tmp_path / "c/file")))
    assert again == one._replace(remembered=one.versions)


def test_every_version_has_the_commit_that_introduced_it(repo: Repo) -> None:
    grown(repo)
    repository = git.find(str(repo.root), environment())
    found = commits.history(repository, (), reflog=False)
    assert sorted(found.origins) == oracle(repo)
    for oid, origin in found.origins.items():
        if origin.commit:
            path = os.fsdecode(origin.path)
            at = subprocess.run(
                ("git", "rev-parse", f"{origin.commit}:{path}"), cwd=repo.root, capture_output=True, check=True
            ).stdout
            assert at.strip() == oid


def test_the_numbers_of_paths_differ() -> None:
    assert memory.key((b"a", b"b")) != memory.key((b"a",)) == zlib.crc32(b"a")


def mutated(made: random.Random, text: bytes) -> bytes:
    for _ in range(made.randrange(5)):
        low = made.randrange(len(text) + 1)
        high = min(len(text), low + made.choice((0, 1, 5, 100, 3000)))
        text = text[:low] + bytes(made.choices(b"xyz\n", k=made.choice((0, 1, 7, 200, 5000)))) + text[high:]
    return text


def test_what_two_versions_have_in_common() -> None:
    made = random.Random(5)
    shared = total = 0
    for _ in range(300):
        old = bytes(made.choices(b"ab\n", k=made.choice((0, 1, 5, 300, 9000, 40_000))))
        new = mutated(made, old)
        end = 0
        for at, source, length in common(old, new):
            assert length > 0
            assert at >= end
            assert old[source : source + length] == new[at : at + length]
            end = at + length
            shared += length
        assert end <= len(new)
        total += len(new)
        assert [length for _, _, length in common(old, old)] == ([len(old)] if old else [])
    assert shared > total * 0.7


@pytest.mark.parametrize("path", (b"shop/a.py", b"shop/a.csv"))
def test_a_version_is_compared_with_the_last_one_of_its_file(path: bytes) -> None:
    made = random.Random(6)
    kinds = (
        TOKEN,
        "4539 9099 60" + "30 8249",
        "SECRET_KEY = 'p'",
        "card number",
        "password = 'k9L" + "q7Rt2Vb'",
        "visa",
    )
    text = "\n".join(f"line {number} of it" for number in range(6000)).encode()
    assert len(text) > _COMPARED
    scanner = Scanner()
    for _ in range(60):
        place = made.randrange(len(text))
        word = made.choice(kinds).encode()
        text = text[:place] + b"\n" + word + b"\n" + text[place + made.choice((0, 40)) :]
        if made.random() < 0.3:
            text = text.replace(made.choice(kinds).encode(), b"gone", 1)
        assert scanner.whole(text, (path,)).marks == Scanner().all(text, (path,)).marks
