#!/bin/sh
# Checks the model of the hold protocol: it must hold in every state, and each
# mutant of it must not.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# verify NAME [-DMUTANT]: explores every state, writes what it found to
# $work/NAME.txt
verify() {
	name=$1
	shift
	mkdir "$work/$name"
	cp ledger.pml "$work/$name/"
	(
		cd "$work/$name"
		spin "$@" -a ledger.pml >spin.txt 2>&1 || { cat spin.txt >&2; exit 1; }
		${CC:-cc} -O1 -w -DSAFETY -DNOCLAIM -DCOLLAPSE -o pan pan.c
		./pan -m200000 -w24 >"../$name.txt" 2>&1 || { cat "../$name.txt" >&2; exit 1; }
	)
}

report() {
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$work/$1.txt" | awk '{printf "%d", $1}')
	printf '  %-26s %9s states  %s\n' "$1" "$states" "$2"
}

# clean NAME: the search was complete and found nothing
clean() {
	grep -q 'errors: 0$' "$work/$1.txt" && ! grep -qi 'search not completed\|max search depth too small\|out of memory' "$work/$1.txt"
}

verify model
if ! clean model; then
	cat "$work/model.txt" >&2
	echo "the model of the hold protocol does not hold" >&2
	exit 1
fi
report model "holds"
if grep -A1 '^unreached in' "$work/model.txt" | grep 'ledger.pml:'; then
	echo "the model never comes to these lines, so that it says nothing of them" >&2
	exit 1
fi

failed=0
for mutant in $(sed -n 's/^#ifn*def \([A-Z_]*\)$/\1/p' ledger.pml | sort -u); do
	verify "$mutant" "-D$mutant"
	if grep -q 'assertion violated' "$work/$mutant.txt"; then
		report "$mutant" "is seen: $(sed -n 's/^pan:[0-9]*: assertion violated \(.*\) (at depth.*/\1/p' "$work/$mutant.txt" | cut -c1-60)"
	else
		report "$mutant" "IS NOT SEEN"
		failed=1
	fi
done
exit $failed
