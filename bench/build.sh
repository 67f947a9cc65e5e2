#!/usr/bin/env bash
# Seconds for a clean build without a compiler cache, then for one changed token in a plugin's .cpp. Takes minutes.
# build.sh [JOBS]: two unless told. Works on a copy of the tracked files; the last line is JSON.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${1:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/mase"
git ls-files -z | xargs -0 cp --parents -t "$work/mase"
ln -s "$PWD/.deps" "$work/mase/.deps"
export CCACHE_DISABLE=1
now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{printf "%.1f", $1 - $2}'; }

begin=$(now)
cmake -S "$work/mase" -B "$work/build" -G Ninja --log-level=WARNING >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/build" -j "$jobs" >"$work/log" 2>&1 || { tail -n 50 "$work/log"; exit 1; }
clean=$(since "$begin")
printf 'clean build: %s s\n' "$clean"

changed=plugins/quant/integer.cpp
sed -i 's/bits of a number/bits of one number/' "$work/mase/$changed"
! cmp -s "$work/mase/$changed" "$changed" || { echo "nothing was changed in $changed" >&2; exit 1; }
begin=$(now)
cmake --build "$work/build" -j "$jobs" >"$work/log" 2>&1 || { tail -n 50 "$work/log"; exit 1; }
change=$(since "$begin")
printf 'one changed token in %s: %s s\n' "$changed" "$change"
printf '{"clean_s": %s, "change_s": %s, "jobs": %s}\n' "$clean" "$change" "$jobs"
