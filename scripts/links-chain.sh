#!/bin/sh
# Succeeds if a package's tests link the embedded chain or drive foreign
# clients.
case $1 in */test/e2e*) exit 0 ;; esac
${GO:-go} list -deps -test "$1" 2>/dev/null | grep -qx 'github.com/ethereum/go-ethereum/core'
