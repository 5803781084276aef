#!/bin/sh
# Succeeds if a package's tests link the embedded chain, drive foreign clients,
# or are whole servers on a real database, which the race detector makes twenty
# times slower (make race runs those under it too).
case $1 in */test/* | */internal/app) exit 0 ;; esac
${GO:-go} list -deps -test "$1" 2>/dev/null | grep -qx 'github.com/ethereum/go-ethereum/core'
