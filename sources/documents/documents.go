// Package documents reads and writes records that a company has landed in MongoDB,
// one document per record with its key in _id: what the adapters of that name, one
// in each domain's folder, have in common. It keeps to the commands that MongoDB
// and the embedded store both know.
package documents

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"customer360/sources"
)

// A Store is the database that the records are landed in.
type Store struct {
	// Database must be of a client with the options of [ClientOptions].
	Database *mongo.Database
	// Local reads past the wire; nil: the server has indexes. For the embedded store, whose
	// server scans the collection for all that is not a single _id.
	Local Local
	// Lock keeps everybody else from the document of that name until unlock is called;
	// nil: the server's own updates are atomic, which the embedded store's are not. It
	// holds among all that have this store open.
	Lock func(ctx context.Context, name string) (unlock func(), err error)
	// Removed makes sure that nothing is left on disk of what was removed or replaced
	// before; nil: that is the server's affair. What it has begun it completes, even where
	// ctx ends before.
	Removed func(ctx context.Context) error
}

// ClientOptions gives the options that a client for a store needs: times in UTC,
// and the names of fields taken from the json tags of the domains' types.
func ClientOptions() *options.ClientOptions {
	return options.Client().SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true, OmitEmpty: true})
}

// Config describes one system of landed records.
type Config struct {
	// Name is the source's name, "domain/system".
	Name string `yaml:"-"`
	// Store holds the collection.
	Store Store `yaml:"-"`
	// Collection is the name of the collection.
	Collection string `yaml:"collection"`
	// MaxAge is how old a record may be before it counts as stale; zero: any age.
	// Records without a syncedAt are of unknown age.
	MaxAge time.Duration `yaml:"maxAge"`
}

// Schema describes the settings of [Config] in JSON Schema, for editors and validation.
//
//go:embed schema.json
var Schema []byte

// A Domain is what the adapters of one domain know of its record: everything else
// is the same for all of them.
type Domain[R any] struct {
	// Fields are the fields that hold a part, which are not sent where it is not wanted.
	Fields map[sources.Parts]string
	// Key gives the place of the record's own key.
	Key func(*R) *string
	// Cut gives the place of the parts that were cut.
	Cut func(*R) *sources.Parts
	// Settle brings a record into the contract's form, and reports whether facts were cut.
	Settle func(r *R, system, owner string) (truncated bool, err error)
}

// New makes a source over landed records. One Fetch is one find by _id.
func New[R any](c Config, d Domain[R]) (sources.Source[string, *R], error) {
	return source[R]{c, d}, c.Check()
}

type source[R any] struct {
	config Config
	domain Domain[R]
}

func (s source[R]) Name() string { return s.config.Name }

func (s source[R]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*R], error) {
	exclude := bson.D{}
	for part, field := range s.domain.Fields {
		if !want.Has(part) {
			exclude = append(exclude, bson.E{Key: field, Value: 0})
		}
	}
	return Fetch(ctx, s.config, keys, exclude, s.decode)
}

func (s source[R]) decode(raw bson.Raw) (Landed, *R, error) {
	var d landed[R]
	if err := Decode(raw, &d); err != nil {
		return Landed{}, nil, err
	}
	truncated, err := s.domain.Settle(&d.Record, s.config.System(), d.ID)
	if d.Truncated {
		// Whoever landed it does not say of what there is more: it may be of anything.
		*s.domain.Cut(&d.Record) = 0
	}
	d.Truncated = d.Truncated || truncated
	return d.Landed, &d.Record, err
}

// landed is a document: a record, and what stands beside it.
type landed[R any] struct {
	Landed `bson:",inline"`
	Record R `bson:",inline"`
}

// Document gives a record in the form of the collection, for [Store.Land], under its
// own key.
func (d Domain[R]) Document(r *R, syncedAt time.Time, truncated bool) Document {
	body := *r
	key := *d.Key(&body)
	*d.Key(&body) = ""
	return Document{ID: key, Body: landed[R]{Landed{ID: key, SyncedAt: syncedAt, Truncated: truncated}, body}}
}

// Landed is what the documents of every domain have beside the record itself.
type Landed struct {
	// ID is the record's key.
	ID string `bson:"_id"`
	// SyncedAt is when the record was last known to be true.
	SyncedAt time.Time `json:"syncedAt"`
	// Truncated: the system has more facts than were landed.
	Truncated bool `json:"truncated"`
}

// Fetch reads the documents with these keys. Decode gives what a document holds,
// with its record settled; one that it cannot read leaves its key unanswered, and
// the error is Malformed. Keys without a document are Missing.
func Fetch[V any](ctx context.Context, c Config, keys []string, projection bson.D,
	decode func(bson.Raw) (Landed, V, error)) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	answers := make(map[string]sources.Answer[V], len(keys))
	unreadable := map[string]bool{}
	var worst *sources.Error
	read, err := c.Store.Find(ctx, c.Collection, keys, projection, func(raw bson.Raw) {
		key := KeyOf(raw)
		answer, err := sources.Settled(c.Name, key, func() (sources.Answer[V], error) {
			landed, value, err := decode(raw)
			return sources.Answer[V]{
				Value:     value,
				AsOf:      landed.SyncedAt,
				Stale:     c.MaxAge > 0 && !landed.SyncedAt.IsZero() && time.Since(landed.SyncedAt) > c.MaxAge,
				Truncated: landed.Truncated,
			}, err
		})
		if err != nil {
			unreadable[key] = true
			worst = sources.Worse(worst, err)
			return
		}
		answers[key] = answer
	})
	for _, key := range keys {
		if _, ok := answers[key]; !ok && read[key] && !unreadable[key] {
			answers[key] = sources.Answer[V]{Missing: true}
		}
	}
	switch {
	case err != nil:
		return answers, Error(c.Name, err)
	case worst != nil && worst.Kind == sources.Malformed:
		return answers, Malformed(c.Name, c.Collection, len(unreadable), worst.Records)
	case worst != nil:
		worst.Err = fmt.Errorf("a document of the collection %q: %w", c.Collection, worst.Err)
		return answers, worst
	}
	return answers, nil
}

// Malformed is the error of documents that do not have the form of their collection.
func Malformed(source, collection string, n int, records []sources.Fault) *sources.Error {
	text := fmt.Sprintf("documents of the collection %q that do not have its form, see docs/documents.md: %d", collection, n)
	if len(records) > 0 {
		text += "; the first: " + records[0].Error()
	}
	return &sources.Error{Source: source, Kind: sources.Malformed, Err: errors.New(text), Records: records}
}

// Decode reads a document into a value, by the json tags of its type. An error is a
// [*sources.Fault]: a decoder's own words may quote what it found.
func Decode(raw bson.Raw, into any) error {
	d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(raw)))
	d.UseJSONStructTags()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	fault := &sources.Fault{Problem: "is malformed"}
	var at *bson.DecodeError
	if errors.As(err, &at) {
		fault.Place = placeOf(at.Keys())
	}
	return fault
}

// placeOf writes the keys that lead to a place, as tickets[0].createdAt.
func placeOf(keys []string) string {
	var b strings.Builder
	for i, key := range keys {
		switch _, err := strconv.Atoi(key); {
		case err == nil:
			b.WriteString("[" + key + "]")
		case i > 0:
			b.WriteString("." + key)
		default:
			b.WriteString(key)
		}
	}
	return b.String()
}

// KeyOf gives the key of a document.
func KeyOf(raw bson.Raw) string {
	id, _ := raw.Lookup("_id").StringValueOK()
	return id
}

// Find reads the documents with these keys and gives them to each, one at a time;
// without a projection they are whole.
// It returns the keys that were looked for, those without a document included:
// all of them without an error, perhaps some of them with one.
func (s Store) Find(ctx context.Context, collection string, keys []string, projection bson.D, each func(bson.Raw)) (map[string]bool, error) {
	read := make(map[string]bool, len(keys))
	if len(keys) == 0 {
		return read, nil
	}
	note := func(raw bson.Raw) {
		read[KeyOf(raw)] = true
		each(raw)
	}
	var err error
	if s.Local != nil {
		err = s.Local.Read(ctx, collection, keys, kept(projection), note)
	} else {
		where := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}
		err = s.selectByWire(ctx, collection, Selection{Where: where, Fields: projection}, func(raw bson.Raw) bool { note(raw); return true })
	}
	if err != nil {
		return read, err
	}
	for _, k := range keys {
		read[k] = true
	}
	return read, nil
}

// One reads one document; nil: there is none.
func (s Store) One(ctx context.Context, collection, id string) (bson.Raw, error) {
	var found bson.Raw
	_, err := s.Find(ctx, collection, []string{id}, nil, func(raw bson.Raw) { found = slices.Clone(raw) })
	return found, err
}

// Error gives an error of the driver as one of the named source.
func Error(source string, err error) *sources.Error {
	kind := sources.Unavailable
	var command mongo.CommandError
	switch {
	case mongo.IsTimeout(err):
		kind = sources.TimedOut
	case errors.As(err, &command) && (command.Code == 13 || command.Code == 18):
		// Unauthorized and AuthenticationFailed of MongoDB's error codes.
		kind = sources.Unauthorized
	}
	if errors.Is(err, context.Canceled) {
		kind = sources.Canceled
	}
	return &sources.Error{Source: source, Kind: kind, Err: scrubbed(err)}
}

// scrubbed keeps what an operator can act on, and no value: a server's message
// may quote the command, and with it keys.
func scrubbed(err error) error {
	var command mongo.CommandError
	switch {
	case !errors.As(err, &command):
	case command.Code == 0 && command.Wrapped != nil:
		// The driver's own: the connection broke, or was given up. Nothing of a command is in it.
		return fmt.Errorf("the connection to MongoDB failed: %w", command.Wrapped)
	case command.Code == 0:
		return errors.New("MongoDB refused the command without a code: it may be too large or too deep for this server, or the server is stopping; see the server's log")
	default:
		return fmt.Errorf("MongoDB refused the command with code %d (%s)", command.Code, command.Name)
	}
	return err
}
