#!/bin/bash
# All fault tests, one after another. What the machine cannot do is skipped, with the reason.
# Usage: run.sh --weir PATH --hookload PATH [--rounds N] [--seed S]
set -u
folder=$(cd "$(dirname "$0")" && pwd)
export PYTHONDONTWRITEBYTECODE=1
failed=0
scripts="kill_loop ticket_kills power_cut inject_faults disk_full flip_bits flood standstill pending strangers histories"
# It takes minutes: `make faults` asks for it.
[ -z "${WEIR_LONG_FAULTS:-}" ] || scripts="$scripts memory"
for script in $scripts; do
    seed=()
    # The same twelve in every check, so that a change is not judged by chance; the long form takes others each time.
    [ "$script" != histories ] || [ -n "${WEIR_LONG_FAULTS:-}" ] || seed=(--seed 860757931)
    python3 "$folder/$script.py" "$@" ${seed[@]+"${seed[@]}"}
    code=$?
    [ "$code" -eq 0 ] || [ "$code" -eq 77 ] || failed=1
done
exit $failed
