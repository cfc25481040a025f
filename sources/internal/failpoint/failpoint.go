// Package failpoint lets a test make the work for one key of a source panic: what an adapter
// does for a record must not take the others with it, and nothing that a system answers is
// known to do that.
package failpoint

import "sync/atomic"

var armed atomic.Pointer[string]

// Arm makes [Run] panic for a key, until disarm is called.
func Arm(key string) (disarm func()) {
	armed.Store(&key)
	return func() { armed.Store(nil) }
}

// Run panics if a test has armed it for the key.
func Run(key string) {
	if k := armed.Load(); k != nil && *k == key {
		panic("failpoint")
	}
}
