"""What the site shows though it lies outside docs/: results of the benchmarks. mkdocs loads this file by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_PROJECT: Final = Path(__file__).parents[1]
_RESULTS: Final = "bench/RESULTS*.md"
#: In the project they lie beside docs/, in the site within it: one step less to climb.
_LINK: Final = re.compile(r"\]\(\.\./((?:\.\./)*bench/RESULTS[\w-]*\.md)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the results to the site's pages."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - only the site's own environment has it

    for path in sorted(_PROJECT.glob(_RESULTS)):
        files.append(File.generated(config, path.relative_to(_PROJECT).as_posix(), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' own
    """Lead links to the results to where the site has them."""
    return _LINK.sub(r"](\1", markdown)
