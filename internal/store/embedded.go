//go:build !noembed

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/FerretDB/FerretDB/ferretdb"
	"github.com/gofrs/flock"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"customer360/sources/documents"
)

// Embedded reports whether this binary has the embedded store.
const Embedded = true

// maxSocketPath is what all systems take: macOS has 104 bytes, the last one a zero.
const maxSocketPath = 103

// starting is held while a FerretDB is made, which writes a global variable.
var starting sync.Mutex

// openEmbedded starts FerretDB with its SQLite handler in this process, on a Unix
// socket that only this user can reach, and connects to it over MongoDB's wire.
func openEmbedded(ctx context.Context, c Config) (_ *Store, err error) {
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return nil, err
	}
	// FerretDB takes the directory as a URL, and does not undo what is escaped in it.
	if strings.ContainsAny(dir, "?#%") {
		return nil, fmt.Errorf("the data directory %s has one of the characters ? # %% in its path: name another directory", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	locked := filepath.Join(dir, "locks")
	if err := os.MkdirAll(locked, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be written: %w", err)
	}
	// A second process on the directory would write happily, and both would lose.
	lock := flock.New(filepath.Join(dir, "lock"))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("the data directory cannot be written: %w", err)
	case !held:
		return nil, fmt.Errorf("the data directory %s is in use by another process: stop it, or name another directory", c.DataDir)
	}
	closers := []func() error{lock.Unlock}
	closeAll := func() error {
		var errs []error
		for i := len(closers) - 1; i >= 0; i-- {
			errs = append(errs, closers[i]())
		}
		return errors.Join(errs...)
	}
	defer func() {
		if err != nil {
			_ = closeAll()
		}
	}()

	// Not below the data directory: a socket's path has about 100 characters at most.
	sockets, err := os.MkdirTemp("", "customer360-")
	if err != nil {
		return nil, err
	}
	closers = append(closers, func() error { return os.RemoveAll(sockets) })
	socket := filepath.Join(sockets, "mongodb.sock")
	if len(socket) > maxSocketPath {
		return nil, fmt.Errorf("the temporary directory %s has too long a path for a socket: name a shorter one in TMPDIR", os.TempDir())
	}

	// FerretDB logs every command; what fails comes back as an error anyway.
	starting.Lock()
	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    slog.New(slog.DiscardHandler),
		Handler:   "sqlite",
		SQLiteURL: (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: dir}).EscapedPath() + "/"}).String(),
	})
	starting.Unlock()
	if err != nil {
		return nil, fmt.Errorf("the store in the data directory %s cannot be opened: %w", c.DataDir, err)
	}
	running, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = db.Run(running)
	}()
	closers = append(closers, func() error { stop(); <-done; return nil })

	client, err := mongo.Connect(documents.ClientOptions().
		ApplyURI("mongodb://" + url.PathEscape(socket) + "/").SetMonitor(c.Monitor))
	if err != nil {
		return nil, err
	}
	closers = append(closers, func() error { return client.Disconnect(context.Background()) })
	s := &Store{
		Store:    documents.Store{Database: client.Database(DefaultDatabase), PointReads: true, Lock: newLocks(locked).lock},
		client:   client,
		optimize: func(ctx context.Context) error { return indexKeys(ctx, filepath.Join(dir, DefaultDatabase+".sqlite")) },
		close:    closeAll,
	}
	if err := s.Ping(ctx); err != nil {
		return nil, fmt.Errorf("the store in the data directory %s does not answer: %w", c.DataDir, err)
	}
	if err := s.Optimize(ctx); err != nil {
		return nil, fmt.Errorf("the store in the data directory %s cannot be written: %w", c.DataDir, err)
	}
	return s, nil
}

// indexKeys gives every collection an index on the expression that FerretDB looks
// a single _id up by. Its own index is on another spelling of that expression, so
// that SQLite scans the collection: 300 documents take 20 ms instead of 1 ms.
func indexKeys(ctx context.Context, file string) error {
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: "_pragma=busy_timeout(10000)"}).String())
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT table_name FROM _ferretdb_collections`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return err
		}
		tables = append(tables, t)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := db.ExecContext(ctx, fmt.Sprintf(`CREATE INDEX IF NOT EXISTS %q ON %q (_ferretdb_sjson->'$._id')`, t+"_customer360_id", t)); err != nil {
			return err
		}
	}
	return nil
}
