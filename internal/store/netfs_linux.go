package store

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// networkMagics are file systems on which SQLite's locks and its shared memory
// do not hold between machines, by statfs(2)'s f_type.
var networkMagics = map[uint32]string{
	0x6969: "NFS", 0x517b: "SMB", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x73757245: "Coda", 0x5346414f: "AFS",
}

// networkTypes are those that hide behind FUSE, by their name in mountinfo.
var networkTypes = map[string]string{
	"fuse.sshfs": "sshfs", "fuse.s3fs": "s3fs", "fuse.gcsfuse": "gcsfuse", "fuse.rclone": "rclone", "fuse.glusterfs": "GlusterFS",
}

const fuseMagic = 0x65735546

// refuseNetwork refuses a folder on a network file system. Container overlays
// and the 9p shares of virtual machines are let through.
func refuseNetwork(folder string) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(folder, &stat); err != nil {
		return fmt.Errorf("looking at the database's file system: %w", err)
	}
	magic, kind := uint32(stat.Type), "" //nolint:gosec // the magic numbers have 32 bits
	if magic == fuseMagic {
		kind = fuseType(folder)
	}
	if name := networkName(magic, kind); name != "" {
		return fmt.Errorf("the database's folder %s is on %s: SQLite can lose commits there; use a local disk, or PostgreSQL", folder, name)
	}
	return nil
}

// networkName is what people call a network file system, "" for others. The
// kind is of FUSE only.
func networkName(magic uint32, kind string) string {
	if magic == fuseMagic {
		return networkTypes[kind]
	}
	return networkMagics[magic]
}

// fuseType is the type of the file system that a folder is on, or "".
func fuseType(folder string) string {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(absolute); err == nil {
		absolute = real
	}
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // it was only read
	var lines []string
	for scan := bufio.NewScanner(file); scan.Scan(); {
		lines = append(lines, scan.Text())
	}
	return typeOf(absolute, lines)
}

// typeOf finds the innermost mount of a path in the lines of proc(5)'s
// mountinfo.
func typeOf(path string, lines []string) string {
	found, deepest := "", -1
	for _, line := range lines {
		head, tail, _ := strings.Cut(line, " - ")
		fields, kind := strings.Fields(head), strings.Fields(tail)
		if len(fields) < 5 || len(kind) == 0 {
			continue
		}
		point := strings.TrimSuffix(strings.ReplaceAll(fields[4], `\040`, " "), "/")
		if len(point) >= deepest && (path == point || strings.HasPrefix(path, point+"/")) {
			found, deepest = kind[0], len(point)
		}
	}
	return found
}
