// Package storetest opens stores for tests, and counts the commands that reach them.
package storetest

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"customer360/internal/require"
	"customer360/internal/store"
)

// A Log is the commands that a store was sent.
type Log struct {
	mu       sync.Mutex
	commands []Command
}

// A Command is a command of MongoDB's wire protocol.
type Command struct {
	Name string
	Raw  bson.Raw
}

// Reads gives the commands that read, and forgets all.
func (l *Log) Reads() []Command {
	l.mu.Lock()
	defer l.mu.Unlock()
	var reads []Command
	for _, c := range l.commands {
		switch c.Name {
		case "find", "aggregate", "getMore":
			reads = append(reads, c)
		}
	}
	l.commands = nil
	return reads
}

// Open opens an embedded store on a directory of the test's own, and closes it with
// the test. A binary without the embedded store skips the test.
func Open(t testing.TB) (*store.Store, *Log) {
	t.Helper()
	if !store.Embedded {
		t.Skip("this needs the embedded store: build without -tags noembed")
	}
	return open(t, store.Config{DataDir: t.TempDir()})
}

// OpenMongoDB opens a database of the test's own on the MongoDB that
// C360_TEST_MONGODB_URI names, and drops it with the test. Without it the test is
// skipped.
func OpenMongoDB(t testing.TB) (*store.Store, *Log) {
	t.Helper()
	uri := os.Getenv("C360_TEST_MONGODB_URI")
	require.Tool(t, uri != "", require.MongoDB)
	s, log := open(t, store.Config{URI: uri})
	s.Database = s.Database.Client().Database("customer360_test_" + strings.ToLower(bson.NewObjectID().Hex()))
	t.Cleanup(func() { _ = s.Database.Drop(context.Background()) })
	return s, log
}

func open(t testing.TB, c store.Config) (*store.Store, *Log) {
	log := &Log{}
	c.Monitor = &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		log.mu.Lock()
		defer log.mu.Unlock()
		log.commands = append(log.commands, Command{e.CommandName, append(bson.Raw{}, e.Command...)})
	}}
	s, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, log
}
