"""Where the keys of a TOML text stand."""

import tomllib

from operator_app.reading.lines import lines_of

TEXT = '''# a remark with [brackets] and key = 1
top = 1
"quoted key" = "a # no remark"
a.b.c = 2026-01-02 03:04:05
long = """
key = 1
[[kind]]
"""
list = [
    "one",  # "three" = 3
    { id = "x", sub = [1,
        2] },
    ["r", 's'],
]

[table]
key = 'a = b'

[[kind]]
code = "1"
[kind.inner]
deep = true
[[kind.row]]
n = 1
[[kind]]
code = "2"
[[kind.row]]
n = 2
[[kind.row]]
n = 3
'''


def test_every_key_and_entry_has_its_line() -> None:
    lines = lines_of(TEXT, tomllib.loads(TEXT))
    assert lines == {
        ("top",): 2,
        ("quoted key",): 3,
        ("a",): 4,
        ("a", "b"): 4,
        ("a", "b", "c"): 4,
        ("long",): 5,
        ("list",): 9,
        ("list", 0): 10,
        ("list", 1): 11,
        ("list", 1, "id"): 11,
        ("list", 1, "sub"): 11,
        ("list", 1, "sub", 0): 11,
        ("list", 1, "sub", 1): 12,
        ("list", 2): 13,
        ("list", 2, 0): 13,
        ("list", 2, 1): 13,
        ("table",): 16,
        ("table", "key"): 17,
        ("kind",): 19,
        ("kind", 0): 19,
        ("kind", 0, "code"): 20,
        ("kind", 0, "inner"): 21,
        ("kind", 0, "inner", "deep"): 22,
        ("kind", 0, "row"): 23,
        ("kind", 0, "row", 0): 23,
        ("kind", 0, "row", 0, "n"): 24,
        ("kind", 1): 25,
        ("kind", 1, "code"): 26,
        ("kind", 1, "row"): 27,
        ("kind", 1, "row", 0): 27,
        ("kind", 1, "row", 0, "n"): 28,
        ("kind", 1, "row", 1): 29,
        ("kind", 1, "row", 1, "n"): 30,
    }


def test_line_ends_of_windows_count_once() -> None:
    text = TEXT.replace("\n", "\r\n")
    assert lines_of(text, tomllib.loads(text))[("kind", 1, "row", 1, "n")] == 30
