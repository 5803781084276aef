#!/bin/sh
# Succeeds if a package's tests link the embedded chain, drive foreign clients,
# or are on real databases, which the race detector makes many
# times slower (make race runs those under it too).
case $1 in */test/* | */internal/app | */internal/store) exit 0 ;; esac
${GO:-go} list -deps -test "$1" 2>/dev/null | grep -qx 'github.com/ethereum/go-ethereum/core'
