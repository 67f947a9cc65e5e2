#!/usr/bin/env bash
# Opening model files beside onnxruntime's session creation: time and peak memory, in one run. The last line is JSON.
# The peers come from tools/ci-peers; the 400 MB model with random weights is made in a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -d .deps/peers/onnxruntime ] || tools/ci-peers
PYTHONPATH=.deps/peers python3 bench/import.py "$work"
