"""Shell scripts as commands and words."""

from __future__ import annotations

import pytest

from yett.parse import shell


def _plain(script: str) -> list[tuple[str, list[str]]]:
    return [(command.before, [word.text for word in command.words]) for command in shell.commands(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    (
        ("", []),
        ("# only a comment", []),
        ("a b # c", [("", ["a", "b"])]),
        ("a#b", [("", ["a#b"])]),
        ("a && b || c; d & e", [("", ["a"]), ("&&", ["b"]), ("||", ["c"]), (";", ["d"]), ("&", ["e"])]),
        ("a | b |& c", [("", ["a"]), ("|", ["b"]), ("|&", ["c"])]),
        ("a |\n  b", [("", ["a"]), ("|", ["b"])]),
        ("a\nb", [("", ["a"]), ("\n", ["b"])]),
        ("a \\\n  b", [("", ["a", "b"])]),
        ("""a 'b c' "d $e" f\\ g""", [("", ["a", "b c", "d $e", "f g"])]),
        ("a ''", [("", ["a", ""])]),
        ("(a; b) | c", [("", ["a"]), (";", ["b"]), ("|", ["c"])]),
        ("a ${{ b | c }} d", [("", ["a", "${{ b | c }}", "d"])]),
        ("a ${b:-c d}", [("", ["a", "${b:-c d}"])]),
        ("a $((1 << 2)) b", [("", ["a", "$((1 << 2))", "b"])]),
        ("a $'b\\'c' d", [("", ["a", "b\\'c", "d"])]),
        ("case $a in b) c;; esac", [("", ["case", "$a", "in", "b"]), (";", ["c"]), (";", ["esac"])]),
        ('a "unended', [("", ["a", "unended"])]),
        ("[[ $a =~ ^(b|c)$ ]] && d", [("", ["[[", "$a", "=~", "^(b|c)$", "]]"]), ("&&", ["d"])]),
        ("[[ $a =~ $(b) ]]", [("", ["[[", "$a", "=~", "$(b)", "]]"])]),
        ("a =~", [("", ["a", "=~"])]),
    ),
)
def test_commands_and_words(script: str, expected: list[tuple[str, list[str]]]) -> None:
    assert _plain(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    (
        ("a `\n  -b c", [("", ["a", "-b", "c"])]),
        ('a "b `"c`"; d `$(e)" f', [("", ["a", 'b "c"; d $(e)', "f"])]),
        ('a "C:\\" ; b', [("", ["a", "C:\\"]), (";", ["b"])]),
        ("a C:\\x\\y.exe 'b`'", [("", ["a", "C:\\x\\y.exe", "b`"])]),
        ("a <# b; c\nd #> e <# unended", [("", ["a", "e"])]),
        ("a <#> b", [("", ["a"])]),
        ('$a = @"\nb "c" | d\n"@\ne', [("", ["$a", "=", 'b "c" | d']), ("\n", ["e"])]),
        ("a @'\n$(b)\n'@ c", [("", ["a", "$(b)", "c"])]),
        ("a @'\nunended", [("", ["a", "unended"])]),
        ('a @"b" c@d @(1,2)', [("", ["a", "@b", "c@d", "@(1,2)"])]),
        (
            "if ($a) { b | c } else { d }",
            [("", ["if", "($a)"]), (";", ["b"]), ("|", ["c"]), (";", ["else"]), (";", ["d"])],
        ),
        ("a $((b).C((1))) ${env:D} ${{ e }}", [("", ["a", "$((b).C((1)))", "${env:D}", "${{ e }}"])]),
        ("$a '", [("", ["$a", ""])]),
    ),
)
def test_commands_and_words_of_powershell(script: str, expected: list[tuple[str, list[str]]]) -> None:
    found = shell.commands(script, powershell=True)
    assert [(command.before, [word.text for word in command.words]) for command in found] == expected


@pytest.mark.parametrize(
    "script", ("a (irm x).Content", 'a "$(irm x)"', 'a @"\nb $(irm x)\n"@', "a ((b).C((irm x)))", "$a = (irm x)")
)
def test_commands_in_powershells_values_hang_on_the_words(script: str) -> None:
    found = list(shell.walk(shell.commands(script, powershell=True)))
    assert [word.text for word in found[-1].words] == ["irm", "x"]


def test_programs_that_powershell_assigns_from() -> None:
    assert [shell.program(one) for one in shell.commands("$a = irm x\n$b += C:/x/y z\n$c", True)] == ["irm", "y", "$c"]


@pytest.mark.parametrize("script", ('eval "$(curl x)"', "bash <(curl x)", "`curl x`", 'a "b $(c "$(curl x)")"'))
def test_commands_in_substitutions_hang_on_the_words(script: str) -> None:
    assert [word.text for word in list(shell.walk(shell.commands(script)))[-1].words] == ["curl", "x"]


def test_words_know_where_they_stand() -> None:
    script = "echo  'a b' $(curl x)\n"
    first = shell.commands(script)[0]
    assert [script[word.start : word.end] for word in first.words] == ["echo", "'a b'", "$(curl x)"]
    assert [script[word.start : word.end] for word in first.words[2].inner[0].words] == ["curl", "x"]


def test_redirects_and_here_documents() -> None:
    script = "cat <<'EOF' >> \"$GITHUB_ENV\" 2>&1\na | b\nEOF\nafter\n"
    first, last = shell.commands(script)
    assert [(one.operator, one.target.text, one.body) for one in first.redirects] == [
        ("<<", "EOF", "a | b"),
        (">>", "$GITHUB_ENV", ""),
        (">&", "1", ""),
    ]
    assert [word.text for word in last.words] == ["after"]


@pytest.mark.parametrize(
    ("script", "program"),
    (
        ("/usr/bin/curl x", "curl"),
        ("A=1 B=2 curl x", "curl"),
        ("sudo -E -u root curl x", "curl"),
        ("env -i A=1 curl x", "curl"),
        ("timeout -k 5 10 curl x", "curl"),
        ("if ! curl x", "curl"),
        ("then exec curl", "curl"),
        ("A=1", ""),
        ("sudo", ""),
    ),
)
def test_the_program_behind_wrappers(script: str, program: str) -> None:
    assert shell.program(shell.commands(script)[0]) == program


@pytest.mark.parametrize("powershell", (False, True))
@pytest.mark.parametrize(
    "piece",
    (
        *("$(", "`", "${", "$((", '"', "'", "<(", "<<A ", "(", ")", "\\", "|", "${{ "),
        "<#",
        "{",
        '@"\n',
        "@'\n",
        "@'\n'@",
    ),
)
def test_hostile_scripts_are_read_to_the_end(piece: str, powershell: bool) -> None:
    shell.commands(piece * 20_000, powershell)
