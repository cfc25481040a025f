//go:build !unix && !noembed

package store

import "io/fs"

// isMine is not known here: the directory's own protection has to do.
func isMine(fs.FileInfo) bool { return true }
