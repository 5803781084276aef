//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup makes a hook's programs end together: at first they are asked to.
func ownGroup(hook *exec.Cmd) {
	hook.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	hook.Cancel = func() error { return syscall.Kill(-hook.Process.Pid, syscall.SIGTERM) }
}
