//go:build unix && !noembed

package store

import (
	"io/fs"
	"os"
	"syscall"
)

// isMine reports whether a file is this user's.
func isMine(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}
