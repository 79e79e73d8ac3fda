"""A page is carried out in one shell, and what it promises is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.site.follow import PageError, Step, follow, missing_of, steps


def page(tmp_path: Path, *blocks: tuple[str, str]) -> Path:
    path = tmp_path / "page.md"
    path.write_text("\n".join(f"```{language}\n{text}\n```\n" for language, text in blocks), encoding="utf-8")
    return path


def test_a_step_has_the_lines_that_follow_it(tmp_path: Path) -> None:
    text = page(tmp_path, ("bash", "one"), ("bash", "two"), ("text", "a\nb"), ("diff", "-x"), ("text", "c")).read_text()
    assert list(steps(text)) == [Step("one\n", ()), Step("two\n", ("a", "b"))]


def test_what_one_step_sets_the_next_one_has(tmp_path: Path) -> None:
    path = page(tmp_path, ("bash", "export NAME=value"), ("bash", 'echo "it is $NAME"; cat'), ("text", "it is value"))
    assert follow(path) == 2


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"This failed:\necho before; false; echo behind\nIt said:\nbefore\n$"):
        follow(page(tmp_path, ("bash", "echo before; false; echo behind"), ("bash", "echo never")))


def test_a_promise_that_is_not_kept_is_told(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"did not say \['something else'\]:\necho one\nIt said:\none\n"):
        follow(page(tmp_path, ("bash", "echo one"), ("text", "something else")))


SAID = """\
table          rows   written at
conversations   565   2026-11-30 04:30
messages      2,480   2026-11-30 04:31
"""


@pytest.mark.parametrize(
    ("excerpt", "missing"),
    [
        (["table rows written at", "messages 2,480"], []),
        (["conversations … 565 … 04:30"], []),
        (["…", "conversations …"], []),
        (["messages", "conversations"], ["conversations"]),
        (["conversations … 566"], ["conversations … 566"]),
        (["565 … conversations"], ["565 … conversations"]),
        (["565", "565"], ["565"]),
        (["a (b)"], ["a (b)"]),
    ],
)
def test_excerpt_is_looked_for_line_by_line(excerpt: list[str], missing: list[str]) -> None:
    assert missing_of(excerpt, SAID) == missing


def test_a_readers_variables_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAT_ENV", "prod")
    assert follow(page(tmp_path, ("bash", "echo ${CAT_ENV:-none}"), ("text", "none"))) == 1
