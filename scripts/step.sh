#!/bin/sh
# Runs a command under a title, and says every ten seconds that it still runs.
#   scripts/step.sh TITLE COMMAND [ARGUMENT ...]
set -u
title=$1
shift
start=$(date +%s)
echo "==> $title" >&2
(
	while sleep 10; do
		echo "    still at it, $(($(date +%s) - start)) s" >&2
	done
) &
ticker=$!
trap 'kill $ticker 2>/dev/null' EXIT
trap 'exit 130' INT TERM
"$@"
status=$?
kill $ticker 2>/dev/null
took=$(($(date +%s) - start))
if [ $status -ne 0 ]; then
	echo "==> failed after $took s: $title" >&2
elif [ $took -gt 1 ]; then
	echo "    done in $took s" >&2
fi
exit $status
