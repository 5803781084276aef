#!/bin/sh
# Lists the Go packages with tests, in two kinds:
#   light  the product itself; fast to build, run under the race detector
#   world  what links the chain or runs foreign clients
set -eu
cd "$(dirname "$0")/.."
case ${1-} in
light) ${GO:-go} list -test -f '{{if or .TestGoFiles .XTestGoFiles}}{{if not .ForTest}}{{.ImportPath}}{{end}}{{end}}' ./... | grep -v '\.test$' | while read -r package; do
	scripts/links-chain.sh "$package" || echo "$package"
done ;;
world) ${GO:-go} list -test -f '{{if or .TestGoFiles .XTestGoFiles}}{{if not .ForTest}}{{.ImportPath}}{{end}}{{end}}' ./... | grep -v '\.test$' | while read -r package; do
	scripts/links-chain.sh "$package" && echo "$package"
done ;;
*)
	echo "usage: scripts/packages.sh light|world" >&2
	exit 2
	;;
esac
true
