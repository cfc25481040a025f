//go:build !noembed

package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"customer360/internal/store/index"
	"customer360/sources/documents"
)

// changesOf names the table that says which documents of a table were written, in order:
// each with the text of its _id, or with none where those before were cut away.
func changesOf(table string) string { return table + "_customer360_changes" }

// watch makes the table of changes and what fills it, if they are not there. The table is
// never empty: who knows its last row can tell whether rows that came after were cut.
func watch(ctx context.Context, db *sql.DB, table string) error {
	changes := changesOf(table)
	statements := []string{
		fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %q (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT) STRICT`, changes),
		fmt.Sprintf(`INSERT INTO %[1]q (id) SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM %[1]q)`, changes),
	}
	for event, row := range map[string]string{"insert": "NEW", "update": "NEW", "delete": "OLD"} {
		statements = append(statements, fmt.Sprintf(`CREATE TRIGGER IF NOT EXISTS %q AFTER %s ON %q BEGIN INSERT INTO %q (id) VALUES (%s._ferretdb_sjson->'$._id'); END`,
			changes+"_"+event, event, table, changes, row))
	}
	return inTransaction(ctx, db, func(tx *sql.Conn) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// isWatched reports whether that is there.
func isWatched(ctx context.Context, db *sql.DB, table string) (bool, error) {
	var n int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?`, table).Scan(&n)
	return n == 3, err
}

// inTransaction runs do in a transaction that holds the lock for writing from its beginning.
func inTransaction(ctx context.Context, db *sql.DB, do func(*sql.Conn) error) (err error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := c.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		return err
	}
	if err := do(c); err != nil {
		_, rollback := c.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
		return errors.Join(err, rollback)
	}
	_, err = c.ExecContext(ctx, `COMMIT`)
	return err
}

// errCut says that changes were cut away which the index has not seen.
var errCut = errors.New("changes were cut away")

// current gives the index with all that was written before the call; nil: there is no such
// collection yet. The error is [documents.ErrNotIndexed] where no index was declared, or a
// document has a key that the index does not take.
func (c *collection) current(ctx context.Context) (*index.Index, error) {
	if there, err := c.isThere(ctx); err != nil || !there {
		return nil, err
	}
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c.foreign || len(c.fields.Words)+len(c.fields.Orders) == 0 {
		<-c.turn
		return nil, documents.ErrNotIndexed
	}
	if c.index != nil {
		x, err := c.index, c.catchUp(ctx)
		if !errors.Is(err, errCut) {
			err = cmp.Or(err, c.trim(ctx))
			<-c.turn
			if err != nil {
				return nil, indexError(ctx, err)
			}
			return x, nil
		}
	}
	// Whoever asked first may leave: others wait for the same.
	type built struct {
		index *index.Index
		err   error
	}
	done := make(chan built, 1)
	c.of.running.Go(func() {
		defer func() { <-c.turn }()
		err := c.build(c.of.ctx)
		done <- built{c.index, err}
	})
	select {
	case b := <-done:
		if b.err != nil {
			return nil, indexError(ctx, b.err)
		}
		return b.index, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func indexError(ctx context.Context, err error) error {
	if errors.Is(err, documents.ErrNotIndexed) {
		return err
	}
	return readError(ctx, err)
}

// build reads all documents.
func (c *collection) build(ctx context.Context) error {
	c.index = nil
	if watched, err := isWatched(ctx, c.of.db, c.table); err != nil {
		return err
	} else if !watched {
		if err := watch(ctx, c.of.db, c.table); err != nil {
			return err
		}
		if c.of.before[c.name] {
			c.of.mu.Lock()
			c.of.ready = append(c.of.ready, c.name)
			c.of.mu.Unlock()
		}
	}
	if c.since == nil {
		var err error
		if c.since, err = c.of.db.PrepareContext(ctx, fmt.Sprintf(`SELECT seq, id FROM %q WHERE seq >= ? ORDER BY seq`, changesOf(c.table))); err != nil {
			return err
		}
	}
	// In one transaction, so that what it reads is what was there after that change.
	tx, err := c.of.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var seen int64
	if err := tx.QueryRowContext(ctx, fmt.Sprintf(`SELECT max(seq) FROM %q`, changesOf(c.table))).Scan(&seen); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`SELECT _ferretdb_sjson FROM %q`, c.table))
	if err != nil {
		return err
	}
	defer rows.Close()
	x := index.New(c.fields)
	var text sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := c.put(x, text); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	c.index, c.seen, c.cut = x, seen, seen
	return nil
}

// put takes a document in.
func (c *collection) put(x *index.Index, text []byte) error {
	raw, err := c.decoder.Decode(text, x.Has)
	if err != nil {
		return err
	}
	if !x.Put(raw) {
		c.foreign = true
		return documents.ErrNotIndexed
	}
	return nil
}

// cutAfter is after how many changes those that the index has seen are cut away. Another
// process that has seen none of them reads all documents anew, which takes as long.
const cutAfter = 50_000

// catchUp brings the index up to what the file says.
func (c *collection) catchUp(ctx context.Context) error {
	changed, seen, err := c.changed(ctx)
	if err != nil || len(changed) == 0 {
		return err
	}
	for key := range changed {
		if err := c.follow(ctx, key); err != nil {
			return err
		}
	}
	c.seen = seen
	return nil
}

// trim cuts away what the index has seen, where that is much.
func (c *collection) trim(ctx context.Context) error {
	if c.seen-c.cut < cutAfter {
		return nil
	}
	_, err := c.of.db.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %q WHERE seq < ?`, changesOf(c.table)), c.seen)
	if err == nil {
		c.cut = c.seen
	}
	return err
}

// changed gives the keys of the documents that were written since the last change seen, and
// the last one now.
func (c *collection) changed(ctx context.Context) (keys map[string]bool, seen int64, err error) {
	rows, err := c.since.QueryContext(ctx, c.seen)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for first := true; rows.Next(); first = false {
		var key sql.NullString
		if err := rows.Scan(&seen, &key); err != nil {
			return nil, 0, err
		}
		switch {
		case first && seen == c.seen:
			continue
		case first || !key.Valid:
			return nil, 0, errCut
		case keys == nil:
			keys = map[string]bool{}
		}
		keys[key.String] = true
	}
	return keys, seen, rows.Err()
}

// follow brings the index up to what a document is now. The key is the text that it is
// kept as.
func (c *collection) follow(ctx context.Context, key string) error {
	var text []byte
	err := c.byKey.QueryRowContext(ctx, key).Scan(&text)
	switch {
	case err == nil:
		return c.put(c.index, text)
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	var id string
	if json.Unmarshal([]byte(key), &id) == nil {
		c.index.Remove(id)
	}
	return nil
}

// collectionsOf gives the collections that have notes of changes, or those that have none,
// with their tables.
func collectionsOf(ctx context.Context, db *sql.DB, watched bool) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT name, table_name FROM _ferretdb_collections WHERE EXISTS
		(SELECT 1 FROM sqlite_schema WHERE type = 'table' AND sqlite_schema.name = table_name || '_customer360_changes') = ?`, watched)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	tables := map[string]string{}
	for rows.Next() {
		var name, table string
		if err := rows.Scan(&name, &table); err != nil {
			return nil, err
		}
		tables[name] = table
	}
	return tables, rows.Err()
}

// forget cuts all changes away, so that the keys of removed documents are not kept in them.
func (l *local) forget(ctx context.Context) error {
	tables, err := collectionsOf(ctx, l.db, true)
	if err != nil {
		return err
	}
	for name, table := range tables {
		if err := l.collection(name).forget(ctx, table); err != nil {
			return err
		}
	}
	return nil
}

func (c *collection) forget(ctx context.Context, table string) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var last int64
	err := inTransaction(ctx, c.of.db, func(tx *sql.Conn) error {
		if c.index != nil {
			// Nobody writes meanwhile.
			if err := c.catchUp(ctx); err != nil {
				c.index = nil
			}
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %q`, changesOf(table))); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, fmt.Sprintf(`INSERT INTO %q (id) VALUES (NULL) RETURNING seq`, changesOf(table))).Scan(&last)
	})
	if err == nil {
		c.seen, c.cut = last, last
	}
	return err
}
