package store

import (
	"strings"
	"testing"
)

// Mounts as the kernel lists them, with one below another and a blank.
const mounts = `22 1 252:0 / / rw,relatime shared:1 - overlay overlay rw
30 22 0:25 / /srv/data rw,relatime - fuse.sshfs me@host:/data rw,user_id=0
31 30 0:26 / /srv/data/local rw - ext4 /dev/vdb rw
32 22 0:27 / /mnt/my\040share rw - fuse.s3fs s3fs rw
33 22 0:28 / /windows rw - 9p drvfs rw
broken line`

func TestTheInnermostMountCounts(t *testing.T) {
	for path, want := range map[string]string{
		"/": "overlay", "/srv": "overlay", "/srv/data": "fuse.sshfs", "/srv/data/books/x": "fuse.sshfs", "/srv/database": "overlay",
		"/srv/data/local/x": "ext4", "/mnt/my share/x": "fuse.s3fs", "/windows/home": "9p",
	} {
		if got := typeOf(path, strings.Split(mounts, "\n")); got != want {
			t.Errorf("%s is on %q, want %q", path, got, want)
		}
	}
}

func TestNetworkFileSystemsAreRefused(t *testing.T) {
	const (
		nfs, cifs, smb2                     = 0x6969, 0xff534d42, 0xfe534d42
		ext4, overlay, tmpfs, ninep, virtio = 0xef53, 0x794c7630, 0x01021994, 0x01021997, 0x6a656a63
	)
	for _, magic := range []uint32{nfs, cifs, smb2} {
		if networkName(magic, "") == "" {
			t.Errorf("%#x is let through", magic)
		}
	}
	for _, magic := range []uint32{ext4, overlay, tmpfs, ninep, virtio} {
		if name := networkName(magic, "fuse.sshfs"); name != "" {
			t.Errorf("%#x is refused as %s", magic, name)
		}
	}
	for kind, refused := range map[string]bool{"fuse.sshfs": true, "fuse.rclone": true, "fuseblk": false, "fuse.bindfs": false, "": false} {
		if got := networkName(fuseMagic, kind) != ""; got != refused {
			t.Errorf("FUSE's %q: refused %v", kind, got)
		}
	}
	if err := refuseNetwork(t.TempDir()); err != nil {
		t.Errorf("a local folder: %v", err)
	}
	if err := refuseNetwork("/nowhere/at/all"); err == nil {
		t.Error("a folder that is not there was looked at")
	}
}
