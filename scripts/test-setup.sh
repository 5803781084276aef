#!/bin/sh
# Installs what the tests need beyond Go, gcc, Node and make. Says what it does
# and does nothing twice.
set -eu
cd "$(dirname "$0")/.."

# need COMMAND PACKAGE: a command, from Debian's package if it is missing
need() {
	command -v "$1" >/dev/null && return
	command -v apt-get >/dev/null || { echo "the tests need $1; install it" >&2; exit 1; }
	root=
	[ "$(id -u)" = 0 ] || root=sudo
	scripts/step.sh "installing $2" sh -c "$root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends $2 >/dev/null"
}

# modules FOLDER: its npm packages, exactly as its lock file has them
modules() {
	stamp=$1/node_modules/.installed
	if [ -f "$stamp" ] && cmp -s "$1/package-lock.json" "$stamp"; then
		return
	fi
	scripts/step.sh "installing npm packages of $1" npm ci --ignore-scripts --no-fund --no-audit --loglevel=error --prefix "$1"
	cp "$1/package-lock.json" "$stamp"
}

for tool in go gcc node npm; do
	command -v $tool >/dev/null || { echo "the tests need $tool; install it" >&2; exit 1; }
done
need curl curl
need spin spin
need faketime faketime
need chromium-headless-shell chromium-headless-shell
need promtool prometheus
need systemd-analyze systemd
[ -x /usr/sbin/nginx ] || need nginx nginx-light
if ! command -v initdb >/dev/null && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
	need initdb postgresql
fi
modules contracts
modules test/e2e
scripts/step.sh "fetching others' contracts, for conformance" sh contracts/conformance/fetch.sh
