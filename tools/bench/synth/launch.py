"""``python -m tools.bench.synth.launch WHERE``: main.py, after the provider's bindings were loaded as they come.

WHERE is ``everywhere`` or ``node``: with the latter, Python loads only what is used, as ours does.
"""

from __future__ import annotations

import importlib
import sys
from typing import Final

from modules.quick_start import register_without_executing

PROVIDER: Final = "cdktf_cdktf_provider_aws"
EVERYWHERE: Final = "everywhere"
NODE: Final = "node"


def main(where: str) -> None:
    """Load the bindings, then synthesize."""
    if where == NODE:
        register_without_executing(PROVIDER)
        # Starts Node before modules/terraform.py has anything to say to it.
        importlib.import_module("cdktf")
    else:
        importlib.import_module(PROVIDER)
    importlib.import_module("main").main()


if __name__ == "__main__":
    main(sys.argv[1])
