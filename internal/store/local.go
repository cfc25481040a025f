//go:build !noembed

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store/index"
	"customer360/internal/store/sjson"
	"customer360/sources/documents"
)

// A local reads the file of the embedded store past FerretDB, which scans a collection for
// all that is not a single _id. What is found by other fields is found by an index in
// memory. The file says what changed since, whichever process wrote it: triggers of each
// indexed collection note it.
type local struct {
	db *sql.DB
	// ctx ends, and running is waited for, when the store is closed.
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	// before are the collections of an earlier version, which have no notes of changes.
	before map[string]bool

	mu          sync.Mutex
	collections map[string]*collection
	// ready are those of them that have by now.
	ready []string
}

// collection is one collection, as this process knows it.
type collection struct {
	of   *local
	name string

	// reading is held while its table is looked for.
	reading      sync.Mutex
	table        string
	byKey, since *sql.Stmt

	// turn is held by who brings the index up to what the file says; it is a channel of one,
	// so that who waits for it can leave. What follows is theirs.
	turn   chan struct{}
	fields index.Fields
	index  *index.Index
	// foreign: there is a document whose key is no text, and so no index.
	foreign bool
	// seen is the last change that the index knows of; up to cut they were cut away.
	seen, cut int64
	decoder   sjson.Decoder
}

// localReaders is how many read the file at once.
const localReaders = 8

func openLocal(ctx context.Context, file string) (*local, error) {
	db, err := openFile(file, "busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	before, err := collectionsOf(ctx, db, false)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.SetMaxOpenConns(localReaders)
	db.SetMaxIdleConns(localReaders)
	l := &local{db: db, collections: map[string]*collection{}, before: map[string]bool{}}
	for name := range before {
		l.before[name] = true
	}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l, nil
}

func (l *local) close() error {
	l.stop()
	l.running.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, c := range l.collections {
		for _, s := range []*sql.Stmt{c.byKey, c.since} {
			if s != nil {
				errs = append(errs, s.Close())
			}
		}
	}
	return errors.Join(append(errs, l.db.Close())...)
}

// upgraded gives the collections of an earlier version that were made ready for this one.
func (l *local) upgraded() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(slices.Values(l.ready))
}

func (l *local) collection(name string) *collection {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.collections[name]
	if c == nil {
		c = &collection{of: l, name: name, turn: make(chan struct{}, 1)}
		l.collections[name] = c
	}
	return c
}

// Declare notes what the index of a collection is to have.
func (l *local) Declare(name string, indexes ...bson.D) {
	c := l.collection(name)
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	before := len(c.fields.Words) + len(c.fields.Orders)
	for _, keys := range indexes {
		for i, k := range keys {
			// What an index ends with before the _id is what it puts in order; what it begins
			// with else is looked up.
			list := &c.fields.Words
			switch {
			case i+1 < len(keys) && keys[i+1].Key == "_id":
				list = &c.fields.Orders
			case i > 0:
				continue
			}
			if !slices.Contains(*list, k.Key) {
				*list = append(*list, k.Key)
			}
		}
	}
	if len(c.fields.Words)+len(c.fields.Orders) > before {
		c.index = nil
	}
}

// warm makes the indexes that were declared, of collections that are there.
func (l *local) warm(ctx context.Context) error {
	l.mu.Lock()
	all := slices.Collect(maps.Values(l.collections))
	l.mu.Unlock()
	for _, c := range all {
		if _, err := c.current(ctx); err != nil && !errors.Is(err, documents.ErrNotIndexed) {
			return err
		}
	}
	return nil
}

// Select gives keys in order.
func (l *local) Select(ctx context.Context, name string, where, sort bson.D, limit int) ([]string, error) {
	order := index.Order{Field: "_id"}
	for i, s := range sort {
		direction, ok := s.Value.(int)
		switch {
		case i == 0 && ok:
			order = index.Order{Field: s.Key, Descending: direction < 0}
		case i == 1 && ok && s.Key == "_id" && order.Descending == (direction < 0):
		default:
			return nil, documents.ErrNotIndexed
		}
	}
	x, err := l.collection(name).current(ctx)
	if err != nil || x == nil {
		return nil, err
	}
	keys, err := x.Select(where, order, limit)
	if errors.Is(err, index.ErrUnknown) {
		err = documents.ErrNotIndexed
	}
	return keys, err
}

// Count counts.
func (l *local) Count(ctx context.Context, name string, where bson.D) (int, error) {
	x, err := l.collection(name).current(ctx)
	if err != nil || x == nil {
		return 0, err
	}
	n, err := x.Count(where)
	if errors.Is(err, index.ErrUnknown) {
		err = documents.ErrNotIndexed
	}
	return n, err
}

// Read reads documents.
func (l *local) Read(ctx context.Context, name string, keys []string, keep func(string) bool, each func(bson.Raw)) error {
	c := l.collection(name)
	if there, err := c.isThere(ctx); err != nil || !there {
		return err
	}
	var decoder sjson.Decoder
	for _, key := range keys {
		raw, err := c.read(ctx, &decoder, key, keep)
		if err != nil {
			return readError(ctx, err)
		}
		if raw != nil {
			each(raw)
		}
	}
	return nil
}

// read reads one document; nil: there is none.
func (c *collection) read(ctx context.Context, decoder *sjson.Decoder, key string, keep func(string) bool) (bson.Raw, error) {
	rows, err := c.byKey.QueryContext(ctx, sjson.Key(key))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	var text sql.RawBytes
	if err := rows.Scan(&text); err != nil {
		return nil, err
	}
	return decoder.Decode(text, keep)
}

// readError gives the error of a context that ended, where that is the reason: SQLite's own
// says that it was interrupted.
func readError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the store's file cannot be read: %w", err)
}

// isThere reports whether there is such a collection, and prepares reading it.
func (c *collection) isThere(ctx context.Context) (bool, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.byKey != nil {
		return true, nil
	}
	var table string
	switch err := c.of.db.QueryRowContext(ctx, `SELECT table_name FROM _ferretdb_collections WHERE name = ?`, c.name).Scan(&table); {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, readError(ctx, err)
	}
	if err := indexKey(ctx, c.of.db, table); err != nil {
		return false, readError(ctx, err)
	}
	byKey, err := c.of.db.PrepareContext(ctx, fmt.Sprintf(`SELECT _ferretdb_sjson FROM %q WHERE `+keyOf+` = ?`, table))
	if err != nil {
		return false, readError(ctx, err)
	}
	c.table, c.byKey = table, byKey
	return true, nil
}

var _ documents.Local = (*local)(nil)
