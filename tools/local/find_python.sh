#!/bin/sh
# Prints the first Python that can make this project's environment: 3.11 or newer, with venv and pip.
# The project's own comes first, so that it is kept. Each is run, for a name on PATH is not enough: version managers put names there for versions that they do not have.
set -u

for candidate in "${PYTHON:-}" .venv/bin/python python3.11 python3.12 python3.13 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done

cat >&2 <<'MESSAGE'
No Python of 3.11 or newer with venv and pip was found. Looked for: $PYTHON, python3.11, python3.12, python3.13, python3.
Install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.12; any: pyenv or uv),
or name it: make setup PYTHON=/path/to/python3
MESSAGE
exit 1
