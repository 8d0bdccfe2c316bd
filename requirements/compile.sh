#!/usr/bin/env bash
# Locks what pyproject.toml asks for, with hashes. Needs uv (it is in requirements/dev.txt).
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 --custom-compile-command "requirements/compile.sh" "$@" pyproject.toml; }
lock --extra local --extra notify --extra dev -o requirements/dev.txt
lock --extra local --extra notify -c requirements/dev.txt -o requirements/local.txt
lock --extra notify -c requirements/dev.txt -o requirements/run.txt
