"""What the site has otherwise than GitHub; mkdocs loads this file by its name.

It shows what lies outside docs/, the changes and the results of the benchmarks, and it reads code in a table by other
rules. Its Spanish pages say that they are, and its search finds words that are typed without their accents.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_PROJECT: Final = Path(__file__).parents[2]
OUTSIDE: Final = ("CHANGELOG.md", "tools/bench/RESULTS*.md")
_ASSETS: Final = tuple(Path(__file__).with_name(name) for name in ("iframe-worker.js", "site.css"))
#: In the project they lie beside docs/, in the site within it: one step less to climb.
_LINK: Final = re.compile(r"\]\(\.\./((?:\.\./)*(?:CHANGELOG|tools/bench/RESULTS[\w-]*)\.md)")
#: And what lies beside docs/ leads into it.
_INTO_DOCS: Final = re.compile(r"\]\(docs/")
#: A row of a table; or a block of code, in which nothing is one.
_BLOCK_OR_ROW: Final = re.compile(r"^ *```.*?^ *```$|^ *\|[^\n]*\|$", re.MULTILINE | re.DOTALL)
#: A Spanish page leads to its English one.
_TO_ENGLISH: Final = "[In English]("
_CODE: Final = re.compile(r"(?<!`)(?P<marks>`+)(?!`).+?(?<!`)(?P=marks)(?!`)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the changes and the results to the site's pages, its style, and what the search needs without a server."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only the site's own environment has it

    for asset in _ASSETS:
        files.append(File.generated(config, f"assets/{asset.name}", abs_src_path=str(asset)))
    for path in sorted(path for pattern in OUTSIDE for path in _PROJECT.glob(pattern)):
        files.append(File.generated(config, path.relative_to(_PROJECT).as_posix(), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' own
    """Lead links over docs/'s border to where the site has the pages; write code in tables as mkdocs reads it."""
    return _BLOCK_OR_ROW.sub(_with_bars, _INTO_DOCS.sub("](", _LINK.sub(r"](\1", markdown)))


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001 - mkdocs' own
    """Say of a Spanish page that it is one: the site has one language."""
    return output.replace('<html lang="en"', '<html lang="es"', 1) if _TO_ENGLISH in (page.markdown or "") else output


def on_post_build(config: MkDocsConfig) -> None:
    """Let the search find words without their accents, too."""
    index = Path(config.site_dir, "search", "search_index.json")
    found = json.loads(index.read_text(encoding="utf-8"))
    for entry in found["docs"]:
        entry["text"] = " ".join((entry["text"], *without_accents(f"{entry['title']} {entry['text']}")))
    index.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


#: Behind the plugin that writes the index, before the one that copies it for pages without a server.
on_post_build.mkdocs_priority = -50  # type: ignore[attr-defined]


def without_accents(text: str) -> list[str]:
    """Return the words of a text that have accents, each once and without them."""
    words = {word: unicodedata.normalize("NFD", word) for word in re.findall(r"\w+", text.lower())}
    plain = (re.sub(r"[\u0300-\u036f]", "", split) for word, split in words.items() if split != word)
    return sorted({*plain})


def _with_bars(found: re.Match[str]) -> str:
    """Return a row whose code has bars without backslashes: mkdocs ends no cell there, and would show them."""
    if found[0].lstrip().startswith("```"):
        return found[0]
    return _CODE.sub(lambda code: code[0].replace("\\|", "|"), found[0])
