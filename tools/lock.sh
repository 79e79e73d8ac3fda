#!/usr/bin/env bash
# Writes the locks anew: the pins of what deploys and of what is deployed, with the hashes of all their archives.
# pip checks them: make deployer, and modules/packaging.py for the layers. tests/archives/test_pins.py compares them.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
python3 -m venv "$tool"
"$tool/bin/pip" install -q uv==0.13.9

lock() { # folder, lock below it, Python, and how
  local folder=$1 written=$2 python=$3
  shift 3
  (cd "$folder" && "$tool/bin/uv" pip compile requirements.txt --generate-hashes --no-annotate --quiet \
    --custom-compile-command tools/lock.sh --python-version "$python" --python-platform x86_64-manylinux_2_28 \
    --output-file "$written" "$@")
}
# The jobs of .github/workflows run on Python 3.11; no source archive is built there.
lock . tools/ci/requirements.lock 3.11 --only-binary :all: --constraint constraints.txt --constraint lambda_src/requirements.txt
lock lambda_src requirements.lock 3.12 --no-deps
lock glue_src requirements.lock 3.12 --no-deps
