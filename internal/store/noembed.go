//go:build noembed

package store

import (
	"context"
	"errors"
)

// Embedded reports whether this binary has the embedded store.
const Embedded = false

func openEmbedded(context.Context, Config) (*Store, error) {
	return nil, errors.New("this binary was built without the embedded store: set a MongoDB with --mongodb-uri or C360_MONGODB_URI")
}

// Backup cannot copy what is not there.
func Backup(context.Context, string, string) (int64, error) {
	return 0, errors.New("this binary was built without the embedded store, so there is nothing to copy")
}
