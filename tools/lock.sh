#!/usr/bin/env bash
# Writes the locks anew: the pins of what deploys and of what is deployed, with the hashes of all their archives.
# pip checks them: make deployer, and modules/packaging.py for the layers. tests/archives/test_pins.py compares them.
# terraform init checks the provider's; its hashes come from the registry, not a mirror. tests/synth/test_validate.py
# compares it.
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

# The version is the one that cdktf-cdktf-provider-aws binds.
provider=modules/terraform.lock.hcl
version=$(sed -n 's/^AWS_PROVIDER_VERSION: Final = "\(.*\)"$/\1/p' tools/local/terraform_mirror.py)
printf 'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "%s"\n    }\n  }\n}\n' "$version" \
  >"$tool/versions.tf"
terraform -chdir="$tool" providers lock -platform=linux_amd64 -platform=linux_arm64 -platform=darwin_amd64 -platform=darwin_arm64
{ head -1 "$provider" && sed '/^#/d' "$tool/.terraform.lock.hcl"; } >"$tool/lock"
mv "$tool/lock" "$provider"
