// Package audit records who has read what: one entry for each operation that read data of
// customers, with the credential, the purpose, the customers, the fields and the systems
// that were asked, and never a value that was read. Entries are kept in MongoDB, in the
// collection "audit", and nothing there is ever changed.
//
// The log is tamper-evident. Each run of a gateway writes a chain of its own: every entry
// holds the hash of the one before, and a hash of all that it holds. The first entry of a
// chain, and a checkpoint now and then, hold the heads of the other chains that nobody had
// seen yet, so that the chains hold each other too. "auditChains" has the head of each chain
// beside them, as it was after the last write. [Verify] reads all of it and finds
//
//   - an entry that was changed, copied, moved, put in, or taken out of the middle;
//   - a chain that was cut short or taken away, if another chain has seen what is missing,
//     or if "auditChains" was left as it was;
//   - a whole log that was written anew, if it is given heads that were copied from an earlier
//     report to a place that whoever writes to the database cannot write to.
//
// It cannot find the end of a chain that was cut off, in both collections, before another
// chain or a report had seen it, nor a log that was written anew and that no copied head is
// known of: the hashes have no key. Entries that were on their way when a process died are not
// in the log; the chain then ends without an END entry, and the report counts it as not closed.
package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"customer360/access"
)

// An Action is what an entry tells of.
type Action string

// What is done with data of customers, which [Log.Record] takes.
const (
	// Read is an operation that answered with data of customers, or looked for them.
	Read Action = "READ"
	// Export is a package of all that is known of a customer.
	Export Action = "EXPORT"
	// Erase is an erasure.
	Erase Action = "ERASE"
)

// What the log tells of itself.
const (
	// Start begins a chain.
	Start Action = "START"
	// Checkpoint holds the heads of other chains.
	Checkpoint Action = "CHECKPOINT"
	// Loss says how many entries could not be kept, and since when.
	Loss Action = "LOSS"
	// Pruned says where chains begin after old entries were removed.
	Pruned Action = "PRUNED"
	// End closes a chain.
	End Action = "END"
)

// An Entry is one operation of one credential: all that was read by it, and nothing of what
// the records said. Texts are cut at 256 bytes.
type Entry struct {
	// Action is Read, Export or Erase; empty: Read.
	Action Action
	// At is when the operation was asked for; zero: when it was recorded. It is kept in
	// milliseconds.
	At time.Time
	// Credential is that of [access.Caller].
	Credential string
	// Audience is whose contract it was.
	Audience access.Audience
	// Purpose is what the request declared; empty: nothing.
	Purpose string
	// Operation is the name of the operation; empty: it has none.
	Operation string
	// OperationHash is the SHA-256 of the document, in hexadecimal.
	OperationHash string
	// RequestID is the id that is in the log as well.
	RequestID string
	// IdempotencyKey is what the caller of a change calls it; empty: it is none.
	IdempotencyKey string
	// Customers are the ids of all customers whose data were read; empty: none was found.
	// An operation of more than a thousand customers becomes several entries.
	Customers []string
	// Fields are the fields that were read, as schema coordinates: "Customer.email".
	Fields []string
	// Sources are the systems that were asked, as "billing/stripe-eu".
	Sources []string
}

// Config is what an operator may set of the audit log.
type Config struct {
	// Queue is how many entries may wait to be written; one with many customers counts as one
	// for each hundred of them.
	Queue int `yaml:"queue"`
	// Refuse are the audiences whose reads are refused while they cannot be recorded, since
	// the queue is full or the store is down. For all others the loss is counted.
	Refuse []access.Audience `yaml:"refuse"`
	// Checkpoint is how often the heads of other chains are looked at.
	Checkpoint time.Duration `yaml:"checkpoint"`
	// Keep is how long entries are kept: what is older is removed at the start and once a
	// day. Zero: for ever.
	Keep time.Duration `yaml:"keep"`

	// wait is how long an entry waits for others; zero: [flushEvery].
	wait time.Duration
}

// Defaults are the settings where none are set, each with its reason.
func Defaults() Config {
	return Config{
		// Two seconds of 5,000 operations a second: longer than a pause of the store, and some
		// tens of megabytes at the most.
		Queue: 10_000,
		// How much of the end of a chain can vanish unseen where there are several replicas.
		Checkpoint: 10 * time.Minute,
	}
}

// Check reports every setting that makes no sense, by its key.
func (c Config) Check() error {
	var errs []error
	if c.Queue < 1 || c.Queue > maxQueue {
		errs = append(errs, fmt.Errorf("queue: want 1 to %d entries", maxQueue))
	}
	for _, a := range c.Refuse {
		if _, ok := access.ParseAudience(string(a)); !ok {
			errs = append(errs, fmt.Errorf("refuse: unknown audience %q; want any of %s", a, audiences()))
		}
	}
	if c.Checkpoint < minCheckpoint || c.Checkpoint > idle {
		errs = append(errs, fmt.Errorf("checkpoint: want a duration from %s to %s, such as 10m", minCheckpoint, idle))
	}
	if c.Keep != 0 && c.Keep < minKeep {
		errs = append(errs, fmt.Errorf("keep: want a duration of at least %s, or 0 to keep entries for ever", minKeep))
	}
	return errors.Join(errs...)
}

const (
	// maxQueue takes a quarter of a gigabyte for empty entries alone.
	maxQueue = 1_000_000
	// minCheckpoint keeps a mistaken unit from writing more checkpoints than reads.
	minCheckpoint = time.Second
	// minKeep keeps a mistaken unit from removing what was just written.
	minKeep = time.Hour
)

func audiences() string {
	names := make([]string, len(access.Audiences))
	for i, a := range access.Audiences {
		names[i] = string(a)
	}
	return strings.Join(names, ", ")
}

// An Observer is told what becomes of entries. It must be quick, and safe for concurrent use.
type Observer interface {
	// Written is told how many entries were stored, the log's own included.
	Written(n int)
	// Lost is told how many entries will never be in the log.
	Lost(n int)
	// Refused is told of each read that was refused since it could not be recorded.
	Refused()
	// Queued is told how many entries wait, once in a while.
	Queued(n int)
	// Failed is told when writing begins to fail, with the cause, and with nil when entries
	// are written again.
	Failed(err error)
	// Removed is told how many entries were removed by age, or why that failed.
	Removed(n int64, err error)
}

// ErrRefused is what reads of an audience are refused with while they cannot be recorded.
var ErrRefused = errors.New("reads are refused: the audit log cannot record them")

// A Recorder is what an operation needs of a [Log].
type Recorder interface {
	// Record is [Log.Record].
	Record(Entry) error
	// Ready is [Log.Ready].
	Ready(access.Audience) error
}

// Off records nothing and refuses nothing.
type Off struct{}

// Record does nothing.
func (Off) Record(Entry) error { return nil }

// Ready refuses nothing.
func (Off) Ready(access.Audience) error { return nil }

var _, _ Recorder = (*Log)(nil), Off{}

// A Lister reads what was recorded of a customer.
type Lister interface {
	// List is [Log.List].
	List(ctx context.Context, customer string, after *Position, limit int) (Page, error)
}

var _ Lister = (*Log)(nil)
