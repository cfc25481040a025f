// Package store opens the MongoDB that holds the profiles: a server that the operator
// configured, or the store embedded in the process, in a directory.
package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"customer360/sources/documents"
)

// DefaultDatabase is used where the URI names none.
const DefaultDatabase = "customer360"

// Config says which store to open.
type Config struct {
	// URI is the MongoDB to use; empty: the embedded store.
	URI string
	// DataDir is where the embedded store keeps its files. It is made if it is not there.
	DataDir string
	// Share: use the embedded store of the process that has the directory, if there is one.
	Share bool
	// Monitor sees every command; nil: nobody does. For tests.
	Monitor *event.CommandMonitor
}

// A Store is an open database.
type Store struct {
	documents.Store
	// Exposed: others can list the data directory of the embedded store, as it was made
	// before; what is in it they cannot read.
	Exposed bool

	// Upgraded gives the collections of an earlier version that were made ready for this one
	// since the store was opened.
	Upgraded func() []string

	tidy     *tidy
	client   *mongo.Client
	optimize func(context.Context) error
	close    func() error
}

// connectTimeout is how long Open waits for a server. It covers the start of a
// primary election; one that takes longer is a fault to be told.
const connectTimeout = 10 * time.Second

// Open opens the store and waits until it answers. Its errors say what to do, in
// one line, and hold no credentials.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.URI == "" {
		return openEmbedded(ctx, c)
	}
	name, err := databaseOf(c.URI)
	if err != nil {
		return nil, err
	}
	// Reads must not wait longer for a server than a request may take.
	options := documents.ClientOptions().ApplyURI(c.URI).SetMonitor(c.Monitor).SetAppName("customer360")
	client, err := mongo.Connect(options)
	if err != nil {
		return nil, errUnreadable
	}
	s := &Store{
		Store:    documents.Store{Database: client.Database(name)},
		Upgraded: func() []string { return nil },
		client:   client,
		close:    func() error { return client.Disconnect(context.Background()) },
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := s.Ping(ctx); err != nil {
		_ = s.close()
		return nil, fmt.Errorf("MongoDB at %s does not answer: check the address, the network and the credentials (%w)", hostsOf(c.URI), withoutCredentials(err))
	}
	return s, nil
}

// Ping asks the primary for a sign of life.
func (s *Store) Ping(ctx context.Context) error { return s.client.Ping(ctx, nil) }

// Optimize prepares look-ups by key in collections that were made since the store
// was opened, and reads what the indexes that were declared are made of, so that the first
// list is as fast as the next. It is for the embedded store only, and does nothing elsewhere.
func (s *Store) Optimize(ctx context.Context) error {
	if s.optimize == nil {
		return nil
	}
	return s.optimize(ctx)
}

// Close ends all connections, and the embedded store with them.
func (s *Store) Close() error { return s.close() }

// databaseOf gives the database that a URI names.
func databaseOf(uri string) (string, error) {
	if !strings.HasPrefix(uri, "mongodb://") && !strings.HasPrefix(uri, "mongodb+srv://") {
		return "", errors.New("the MongoDB URI must begin with mongodb:// or mongodb+srv://")
	}
	// The path is read without the driver: a mongodb+srv name is looked up by it.
	if strings.HasPrefix(uri, "mongodb://") {
		if _, err := connstring.Parse(uri); err != nil {
			return "", errUnreadable
		}
	}
	_, rest, _ := strings.Cut(uri, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	if name, err := url.PathUnescape(path); err == nil && name != "" {
		return name, nil
	}
	return DefaultDatabase, nil
}

// hostsOf gives the hosts of a URI, without credentials.
func hostsOf(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	rest, _, _ = strings.Cut(rest, "?")
	// A password may hold anything but an unescaped @.
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		rest = rest[i+1:]
	}
	hosts, _, _ := strings.Cut(rest, "/")
	return hosts
}

// errUnreadable has words of ours only: a parser's own may quote a password.
var errUnreadable = errors.New("the MongoDB URI cannot be read: check its form; user, password and options must be percent-encoded")

var userinfo = regexp.MustCompile(`//[^/\s]*@`)

// withoutCredentials gives an error whose text holds no user and password.
func withoutCredentials(err error) error {
	return errors.New(userinfo.ReplaceAllString(err.Error(), "//"))
}
