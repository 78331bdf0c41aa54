#!/usr/bin/env bash
# count_loops.sh PROGRAM TABLE: counts the instructions that each loop takes for a value, and fails where they are more
# than 1.3 times what the table notes: then the compiler no longer makes of it what it did. Instructions do not depend on
# what else the machine does. (valgrind knows no AVX-512.) Exit status 77: not here.
set -euo pipefail

program=$1 table=$2
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }

failed=0
while read -r loop target noted; do
  if [[ "$loop" == '#'* ]]; then continue; fi
  values=$("$program" "$loop" "$target" 20) || { echo "$loop on $target: not on this processor"; continue; }
  count=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=counted_runs \
    "$program" "$loop" "$target" 20 2>&1 >/dev/null | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
  awk -v loop="$loop" -v target="$target" -v noted="$noted" -v count="$count" -v values="$values" 'BEGIN {
    found = count / values
    printf "%-30s %-5s %7.2f instructions a value, noted %s\n", loop, target, found, noted
    exit found > 1.3 * noted
  }' || { echo "  more than 1.3 times what was noted: is it still vector code?"; failed=1; }
done <"$table"
exit "$failed"
