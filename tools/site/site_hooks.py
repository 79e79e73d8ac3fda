"""What the site has otherwise than GitHub; mkdocs loads this file by its name.

It shows what lies outside docs/, the changes and the results of the benchmarks, and it reads code in a table by other
rules.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_PROJECT: Final = Path(__file__).parents[2]
OUTSIDE: Final = ("CHANGELOG.md", "tools/bench/RESULTS*.md")
_WORKER: Final = Path(__file__).with_name("iframe-worker.js")
#: In the project they lie beside docs/, in the site within it: one step less to climb.
_LINK: Final = re.compile(r"\]\(\.\./((?:\.\./)*(?:CHANGELOG|tools/bench/RESULTS[\w-]*)\.md)")
#: And what lies beside docs/ leads into it.
_INTO_DOCS: Final = re.compile(r"\]\(docs/")
#: A row of a table; or a block of code, in which nothing is one.
_BLOCK_OR_ROW: Final = re.compile(r"^ *```.*?^ *```$|^ *\|[^\n]*\|$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"(?<!`)(?P<marks>`+)(?!`).+?(?<!`)(?P=marks)(?!`)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the changes and the results to the site's pages, and what the search needs without a server."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only the site's own environment has it

    files.append(File.generated(config, f"assets/{_WORKER.name}", abs_src_path=str(_WORKER)))
    for path in sorted(path for pattern in OUTSIDE for path in _PROJECT.glob(pattern)):
        files.append(File.generated(config, path.relative_to(_PROJECT).as_posix(), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' own
    """Lead links over docs/'s border to where the site has the pages; write code in tables as mkdocs reads it."""
    return _BLOCK_OR_ROW.sub(_with_bars, _INTO_DOCS.sub("](", _LINK.sub(r"](\1", markdown)))


def _with_bars(found: re.Match[str]) -> str:
    """Return a row whose code has bars without backslashes: mkdocs ends no cell there, and would show them."""
    if found[0].lstrip().startswith("```"):
        return found[0]
    return _CODE.sub(lambda code: code[0].replace("\\|", "|"), found[0])
