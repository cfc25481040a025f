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
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
	"github.com/gofrs/flock"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"customer360/sources/documents"
)

// Embedded reports whether this binary has the embedded store.
const Embedded = true

// starting is held while a FerretDB is made, which writes a global variable.
var starting sync.Mutex

// openEmbedded starts FerretDB with its SQLite handler in this process, on a Unix
// socket that only this user can reach, and connects to it over MongoDB's wire. Where
// another process has done so, and the store may be shared, it connects to that.
func openEmbedded(ctx context.Context, c Config) (_ *Store, err error) {
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return nil, err
	}
	// FerretDB takes the directory as a URL, and does not undo what is escaped in it.
	if strings.ContainsAny(dir, "?#%") {
		return nil, fmt.Errorf("the path of the data directory %s contains ?, # or %%: choose another directory", dir)
	}
	open, err := makePrivate(dir)
	if err != nil {
		return nil, err
	}
	// A second process on the directory would write happily, and both would lose.
	lock := flock.New(filepath.Join(dir, lockFile))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("the data directory cannot be written: %w", err)
	case !held && c.Share:
		return join(ctx, c, dir)
	case !held:
		return nil, fmt.Errorf("the data directory %s is in use by another process: stop it, or choose another directory", c.DataDir)
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
	socket, remove, err := placeSocket(dir)
	if err != nil {
		return nil, err
	}
	closers = append(closers, remove)
	file := filepath.Join(dir, DefaultDatabase+".sqlite")
	if err := makeFile(ctx, file); err != nil {
		return nil, fmt.Errorf("the store in the data directory %s cannot be opened: %w", c.DataDir, err)
	}

	// FerretDB logs every command; what fails comes back as an error anyway.
	starting.Lock()
	db, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    slog.New(slog.DiscardHandler),
		Handler:   "sqlite",
		SQLiteURL: fileURL(dir+"/", pragmas...),
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

	s, err := connect(ctx, c, dir, socket)
	if err != nil {
		return nil, err
	}
	s.Exposed = open
	disconnect := s.close
	closers = append(closers, func() error { return errors.Join(s.tidy.finish(), disconnect()) })
	s.close = closeAll
	if err := s.Optimize(ctx); err != nil {
		return nil, fmt.Errorf("the store in the data directory %s cannot be written: %w", c.DataDir, err)
	}
	// An erasure that was cut short is made good.
	s.tidy.resume()
	return s, os.WriteFile(lock.Path(), []byte(socket), 0o600)
}

// connect connects to a FerretDB over its socket.
func connect(ctx context.Context, c Config, dir, socket string) (*Store, error) {
	client, err := mongo.Connect(documents.ClientOptions().
		ApplyURI("mongodb://" + url.PathEscape(socket) + "/").SetMonitor(c.Monitor))
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, DefaultDatabase+".sqlite")
	local, err := openLocal(ctx, file)
	if err != nil {
		return nil, errors.Join(err, client.Disconnect(ctx))
	}
	tidy := newTidy(dir, file, local.forget)
	s := &Store{
		Store: documents.Store{
			Database: client.Database(DefaultDatabase), Local: local,
			Lock: newLocks(filepath.Join(dir, locksDir)).lock, Removed: tidy.removed,
		},
		Upgraded: local.upgraded,
		client:   client,
		tidy:     tidy,
		optimize: func(ctx context.Context) error {
			if err := indexKeys(ctx, file); err != nil {
				return err
			}
			return local.warm(ctx)
		},
		close: func() error { return errors.Join(local.close(), client.Disconnect(context.Background())) },
	}
	if err := s.Ping(ctx); err != nil {
		_ = s.close()
		return nil, fmt.Errorf("the store in the data directory %s does not answer: %w", c.DataDir, err)
	}
	return s, nil
}

// joinWithin is how long a process that has just begun to open the store is waited for.
const joinWithin = 5 * time.Second

// join connects to the store of the process that has the data directory.
func join(ctx context.Context, c Config, dir string) (*Store, error) {
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	for {
		socket, err := os.ReadFile(filepath.Join(dir, lockFile))
		if err != nil {
			return nil, fmt.Errorf("the data directory cannot be read: %w", err)
		}
		if len(socket) > 0 {
			if err := checkSocket(string(socket)); err == nil {
				s, err := connect(ctx, c, dir, string(socket))
				if err != nil {
					return nil, err
				}
				leave := s.close
				s.close = func() error { return errors.Join(s.tidy.finish(), leave()) }
				return s, nil
			} else if !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the data directory %s is in use by another process that does not share it: stop it, or choose another directory", c.DataDir)
		case <-time.After(joinAgain):
		}
	}
}

const joinAgain = 20 * time.Millisecond

// pragmas are for every connection: what is removed is overwritten, and nothing is
// written to a temporary directory.
var pragmas = []string{"secure_delete(1)", "temp_store(memory)"}

func fileURL(path string, pragmas ...string) string {
	query := url.Values{"_pragma": pragmas}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String()
}

// openFile opens the file beside FerretDB.
func openFile(file string, more ...string) (*sql.DB, error) {
	return sql.Open("sqlite", fileURL(file, append(more, pragmas...)...))
}

// makeFile makes the file that FerretDB keeps the database in, for this user alone: it
// would make it for all. SQLite gives the files beside it the same mode.
func makeFile(ctx context.Context, file string) error {
	made, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err == nil {
		err = made.Close()
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	db, err := openFile(file, "busy_timeout(10000)", "journal_mode(wal)")
	if err != nil {
		return err
	}
	// As FerretDB makes it; without it, it takes the file for another one's.
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS "_ferretdb_collections" (name TEXT NOT NULL UNIQUE CHECK(name != ''), `+
		`table_name TEXT NOT NULL UNIQUE CHECK(table_name != ''), settings TEXT NOT NULL CHECK(settings != '')) STRICT`)
	return errors.Join(err, db.Close())
}

// indexKeys gives every collection an index on the expression that FerretDB looks
// a single _id up by. Its own index is on another spelling of that expression, so
// that SQLite scans the collection: 300 documents take 20 ms instead of 1 ms.
func indexKeys(ctx context.Context, file string) error {
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := openFile(file, "busy_timeout(10000)")
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
		if err := indexKey(ctx, db, t); err != nil {
			return err
		}
	}
	return nil
}

// keyOf is the expression that FerretDB looks a single _id up by.
const keyOf = `_ferretdb_sjson->'$._id'`

func indexKey(ctx context.Context, db *sql.DB, table string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(`CREATE INDEX IF NOT EXISTS %q ON %q (`+keyOf+`)`, table+"_customer360_id", table))
	return err
}
