from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Repo, environment
from yett import git
from yett.collect import Collected, Entry, collect, read_file
from yett.errors import YettError
from yett.model import Target, Unexamined


def opened(folder: Path, **variables: str) -> git.Repository:
    return git.find(str(folder), environment() | variables)


def staged(folder: Path, **variables: str) -> Collected:
    repository = opened(folder, **variables)
    return collect(Target("staged", repository.root, head=git.commit_id(repository, "HEAD")), repository, True)


def ranged(folder: Path, base: str, head: str, every_commit: bool = True) -> Collected:
    repository = opened(folder)
    return collect(Target("range", repository.root, base=base, head=head), repository, every_commit)


def tree(folder: Path, head: str) -> Collected:
    repository = opened(folder)
    return collect(Target("tree", repository.root, head=head), repository, True)


def whole_index(folder: Path) -> Collected:
    repository = opened(folder)
    return collect(Target("tree", repository.root, of_index=True), repository, True)


def paths(found: Collected) -> list[str]:
    return [entry.path for entry in found.entries]


def contents(folder: Path, entries: tuple[Entry, ...]) -> list[bytes | int | None]:
    with git.Objects(opened(folder)) as objects:
        return list(objects.read((entry.oid for entry in entries), 1 << 20))


def test_staged(repo: Repo) -> None:
    repo.commit({"kept": "1\n", "changed": "old\n", "gone": "1\n", "moved": "a long enough text\n" * 9})
    os.unlink(repo.root / "gone")
    os.rename(repo.root / "moved", repo.root / "new place")
    repo.stage({"changed": "new\n", "added": "2\n"})
    repo.write("changed", "in the work tree only\n")
    repo.write("untracked", "x")
    found = staged(repo.root)
    assert paths(found) == ["added", "changed", "new place"]
    assert contents(repo.root, found.entries) == [b"2\n", b"new\n", b"a long enough text\n" * 9]
    assert [bool(entry.base) for entry in found.entries] == [False, True, True]  # a moved file has a version before


def test_staged_on_an_unborn_branch(repo: Repo) -> None:
    repo.stage({"a": "1"})
    assert paths(staged(repo.root)) == ["a"]
    assert paths(whole_index(repo.root)) == ["a"]


def test_an_empty_repository(repo: Repo) -> None:
    assert staged(repo.root) == whole_index(repo.root) == Collected((), (), ())


def test_what_git_would_hide(repo: Repo) -> None:
    """Attributes and index flags change what `git diff` and the work tree show, not what is committed."""
    repo.commit({".gitattributes": "*.bin -diff\n*.txt filter=none working-tree-encoding=UTF-16\n", "flagged": "old"})
    repo.stage({"a.bin": "in a file without diffs", "flagged": "new"})
    repo.git("update-index", "--skip-worktree", "flagged")
    repo.write("flagged", "clean")
    found = staged(repo.root)
    assert contents(repo.root, found.entries) == [b"in a file without diffs", b"new"]


@pytest.mark.parametrize(
    "name", ("line\nbreak", "tab\tand space", "ünï", '"quoted"', "-dash", ":colon", "*glob*", b"\xff\xfe")
)
def test_names(repo: Repo, name: str | bytes) -> None:
    repo.write(name, "content")
    repo.stage()
    expected = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    assert paths(staged(repo.root)) == [expected]
    head = repo.commit()
    for found in (tree(repo.root, head), whole_index(repo.root)):
        assert paths(found) == [expected]
        assert contents(repo.root, found.entries) == [b"content"]


def test_a_symbolic_link_is_its_text(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("not ours")
    os.symlink("../outside", repo.root / "link")
    repo.stage()
    found = staged(repo.root)
    assert contents(repo.root, found.entries) == [b"../outside"]
    assert found.entries[0].link
    assert read_file(str(repo.root / "link")) == b"../outside"


def test_a_submodule_is_listed(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.root.mkdir()
    other.git("init", "--quiet")
    other.commit({"a": "1"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "part")
    assert staged(repo.root).unexamined == (Unexamined("part", "submodule"),)
    head = repo.commit()
    assert tree(repo.root, head).unexamined == (Unexamined("part", "submodule"),)
    assert paths(tree(repo.root, head)) == [".gitmodules"]


def test_the_index_that_a_hook_names(repo: Repo) -> None:
    """`git commit FILE` and `git commit -a` build another index and name it in GIT_INDEX_FILE."""
    repo.commit({"a": "1"})
    repo.git("read-tree", "--index-output=.git/other", "HEAD")
    oid = repo.git("hash-object", "-w", "--stdin", given=b"2")
    subprocess.run(
        ("git", "update-index", "--add", "--cacheinfo", f"100644,{oid},b"),
        cwd=repo.root,
        env=environment() | {"GIT_INDEX_FILE": ".git/other"},
        check=True,
    )
    assert paths(staged(repo.root)) == []
    assert paths(staged(repo.root, GIT_INDEX_FILE=".git/other")) == ["b"]


def test_a_worktree(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a": "1"})
    repo.git("worktree", "add", "--quiet", str(tmp_path / "second"), "-b", "second")
    second = Repo(tmp_path / "second")
    second.stage({"b": "2"})
    assert paths(staged(second.root)) == ["b"]
    assert paths(staged(repo.root)) == []


def test_a_range_holds_every_version_in_it(repo: Repo) -> None:
    base = repo.commit({"a": "1", "b": "1"})
    leaked = repo.commit({"a": "leaked"})
    repo.commit({"a": "1"})
    head = repo.commit({"c": "1"})
    found = ranged(repo.root, base, head)
    assert [(entry.path, entry.commit) for entry in found.entries] == [("c", ""), ("a", leaked)]
    assert contents(repo.root, found.entries) == [b"1", b"leaked"]
    assert paths(ranged(repo.root, base, head, every_commit=False)) == ["c"]


def test_a_merge_brings_what_neither_parent_has(repo: Repo) -> None:
    base = repo.commit({"a": "1"})
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"t": "1"})
    repo.git("checkout", "--quiet", "main")
    upstream = repo.commit({"u": "1"})
    repo.git("checkout", "--quiet", "topic")
    repo.git("merge", "--quiet", "--no-commit", "main")
    merge = repo.commit({"hidden in the merge": "1"})
    repo.git("rm", "--quiet", "hidden in the merge")
    head = repo.commit()
    found = ranged(repo.root, upstream, head)
    assert [(entry.path, entry.commit) for entry in found.entries] == [("t", ""), ("hidden in the merge", merge)]
    assert not found.gaps
    assert paths(ranged(repo.root, base, head)) == ["t", "u", "hidden in the merge"]


def test_a_base_that_moved_on_is_not_blamed_on_the_change(repo: Repo) -> None:
    repo.commit({"a": "1", "b": "1"})
    repo.git("checkout", "--quiet", "-b", "topic")
    head = repo.commit({"t": "1"})
    repo.git("checkout", "--quiet", "main")
    base = repo.commit({"a": "2"})
    assert paths(ranged(repo.root, base, head)) == ["t"]


def shallow(repo: Repo, tmp_path: Path, depth: int) -> Repo:
    subprocess.run(
        ("git", "clone", "--quiet", f"--depth={depth}", f"file://{repo.root}", str(tmp_path / "shallow")),
        env=environment(),
        check=True,
    )
    return Repo(tmp_path / "shallow")


def test_a_shallow_clone_is_a_gap_in_a_range_and_none_in_a_tree(repo: Repo, tmp_path: Path) -> None:
    for number in range(4):
        repo.commit({"a": f"{number}"})
    clone = shallow(repo, tmp_path, 3)
    head, last = clone.git("rev-parse", "HEAD"), clone.git("rev-parse", "HEAD~2")
    assert not tree(clone.root, head).gaps
    assert not ranged(clone.root, last, head).gaps  # the whole range is here
    repo.git("checkout", "--quiet", "-b", "other", "HEAD~3")
    base = repo.commit({"b": "1"})
    clone.git("fetch", "--quiet", "--depth=1", "origin", base)
    (gap, *more) = ranged(clone.root, base, head).gaps
    assert gap.kind == "history"
    assert "fetch-depth: 0" in gap.reason
    assert more  # no common ancestor, and a cut inside the range


def test_an_unmerged_path_is_a_gap(repo: Repo) -> None:
    repo.commit({"a": "1\n"})
    repo.git("checkout", "--quiet", "-b", "topic")
    repo.commit({"a": "2\n"})
    repo.git("checkout", "--quiet", "main")
    repo.commit({"a": "3\n"})
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "--quiet", "topic")
    assert [gap.path for gap in staged(repo.root).gaps] == ["a"]
    assert [gap.path for gap in whole_index(repo.root).gaps] == ["a"]


def test_replaced_objects_do_not_hide_what_they_replace(repo: Repo) -> None:
    head = repo.commit({"a": "the committed text"})
    clean = repo.git("hash-object", "-w", "--stdin", given=b"clean")
    repo.git("replace", repo.git("rev-parse", "HEAD:a"), clean)
    assert contents(repo.root, tree(repo.root, head).entries) == [b"the committed text"]


def test_a_repository_cannot_run_a_program_through_its_configuration(repo: Repo, tmp_path: Path) -> None:
    """core.fsmonitor of a bare repository buried in a tree runs with `git status` in that folder."""
    marker = tmp_path / "ran"
    repo.commit({"a": "1"})
    repo.stage({"a": "2"})
    repo.git("config", "core.fsmonitor", f"touch {marker}; false")
    repo.git("config", "diff.external", f"touch {marker}")
    repo.git("config", "core.alternateRefsCommand", f"touch {marker}")
    assert paths(staged(repo.root)) == ["a"]
    buried = repo.root / "buried"
    buried.mkdir()
    repo.git("init", "--quiet", "--bare", str(buried))
    subprocess.run(
        ("git", "config", "core.fsmonitor", f"touch {marker}; false"), cwd=buried, env=environment(), check=True
    )
    subprocess.run(("git", "config", "core.bare", "false"), cwd=buried, env=environment(), check=True)
    subprocess.run(("git", "config", "core.worktree", "."), cwd=buried, env=environment(), check=True)
    with pytest.raises(YettError, match="refuses"):
        git.find(str(buried), environment())
    assert not marker.exists()


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(YettError, match="is not in a git repository"):
        opened(tmp_path)


def test_git_is_missing(tmp_path: Path) -> None:
    with pytest.raises(YettError, match="git is not on PATH"):
        git.find(str(tmp_path), {"PATH": str(tmp_path)})


def test_a_missing_object_is_none_and_a_large_one_its_size(repo: Repo) -> None:
    repo.commit({"a": "12345678"})
    with git.Objects(opened(repo.root)) as objects:
        assert list(objects.read(("HEAD:a", "HEAD:none", "0" * 40, "HEAD:a"), 7)) == [8, None, None, 8]
        assert list(objects.read(["HEAD:a"] * 600, 8)) == [b"12345678"] * 600


def test_objects_of_a_repository_that_is_not_found_yet(repo: Repo) -> None:
    commit = repo.commit({"shop/a": "1"})
    repo.git("tag", "-a", "-m", "first", "v1")
    with git.Objects.around(str(repo.root / "shop"), environment()) as objects:
        assert [objects.commit(name) for name in ("HEAD", "v1", commit[:12])] == [commit] * 3
        for none in ("HEAD:shop/a", "nowhere", "a commit 5", "", "--help", "HEAD\nHEAD"):
            assert objects.commit(none) == ""
        assert list(objects.read(("HEAD:shop/a",), 9)) == [b"1"]


def test_no_objects_where_there_is_no_repository(tmp_path: Path) -> None:
    with git.Objects.around(str(tmp_path), environment()) as objects:
        assert objects.commit("HEAD") == ""


def test_files_outside_git(tmp_path: Path) -> None:
    (tmp_path / "folder" / ".git").mkdir(parents=True)
    (tmp_path / "folder" / ".git" / "config").write_text("")
    (tmp_path / "folder" / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    os.mkfifo(tmp_path / "folder" / "pipe")
    found = collect(Target("paths", str(tmp_path), paths=("folder", "b")), None, True)
    assert paths(found) == ["b", "folder/a", "folder/pipe"]
    assert read_file(str(tmp_path / "b")) == b"2"
    assert read_file(str(tmp_path / "folder" / "pipe")) == "it is not a regular file"
    assert read_file(str(tmp_path / "none")) == "no such file or directory"
    with pytest.raises(YettError, match="none does not exist"):
        collect(Target("paths", str(tmp_path), paths=("none",)), None, True)


def test_sha256_repositories(tmp_path: Path) -> None:
    root = tmp_path / "sha256"
    root.mkdir()
    repo = Repo(root)
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.stage({"a": "1"})
    assert paths(staged(root)) == ["a"]
    base = repo.commit()
    head = repo.commit({"b": "2"})
    assert paths(ranged(root, base, head)) == ["b"]
