// Package sources defines what the gateway expects of a system that holds a part of a
// customer. Every adapter, and every guard around one, is a [Source]; package sourcetest
// tests an implementation against the contract that is written here.
package sources

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"customer360/sources/internal/failpoint"
)

// A Source answers one question about many records of one system at once.
//
// A key in the returned map is answered, perhaps with Missing. A key that is not
// in the map is unknown, and the error says why. What did answer is returned
// beside the error, so that one broken record does not hide the others; without
// an error every key is in the map.
//
// Implementations are safe for concurrent use, do not keep or change keys, do
// not call the system when there are no keys, return soon after ctx ends with what
// was answered until then, and return errors of the type [*Error] only, whose texts
// hold no secret and no key. A record that was returned is nobody's to change: it may
// be kept, and given to others.
type Source[K comparable, V any] interface {
	// Name is "domain/system", as "billing/stripe-eu": the one name of the
	// system in configuration, log lines, metrics and status.
	Name() string

	// Fetch asks the system for the records with these keys. The answer holds at
	// least the parts in want; a part that is not in want costs no call of its own.
	Fetch(ctx context.Context, keys []K, want Parts) (map[K]Answer[V], error)
}

// An Answer is what a system said about one key.
type Answer[V any] struct {
	// Value is the record; the zero value where it is Missing.
	Value V
	// Missing: the system was asked, and there is no such record.
	Missing bool
	// AsOf is when the system held this; zero if that is not known.
	AsOf time.Time
	// Stale: past its freshness, and served because there is nothing fresher.
	Stale bool
	// Cause is what went wrong with asking for something fresher; nil where nothing did,
	// and the record is old by itself.
	Cause *Error
	// Truncated: the system has more than it gave.
	Truncated bool
}

// Parts is a set of the parts that a record of a domain is made of. Each domain
// names its own, as constants of one bit each.
type Parts uint32

// Has reports whether all of the wanted parts are in the set.
func (p Parts) Has(want Parts) bool { return p&want == want }

// MaxPerKind bounds how many dated facts of one kind (invoices, tickets, …) a
// source gives of one record. The newest stay; beyond it the answer is Truncated.
const MaxPerKind = 1000

// A Kind says what went wrong with a call, for machines. The words are those of
// the graph's ErrorCode.
type Kind string

// The kinds of errors that sources and guards give.
const (
	// Unavailable: the system could not be reached, or failed.
	Unavailable Kind = "UNAVAILABLE"
	// TimedOut: the system did not answer within its deadline.
	TimedOut Kind = "TIMED_OUT"
	// RateLimited: the system asks us to slow down.
	RateLimited Kind = "RATE_LIMITED"
	// Unauthorized: the system refused our own credentials.
	Unauthorized Kind = "UNAUTHORIZED"
	// Malformed: the system gave an answer that cannot be understood.
	Malformed Kind = "MALFORMED"
	// BadLink: the system cannot be asked by such a key: what names the record is at fault,
	// and neither the system nor the gateway.
	BadLink Kind = "BAD_LINK"
	// CircuitOpen: the system is left alone for a while, after many failures.
	CircuitOpen Kind = "CIRCUIT_OPEN"
	// Canceled: the caller gave up before the system answered.
	Canceled Kind = "CANCELED"
	// Internal: the fault is ours.
	Internal Kind = "INTERNAL"
)

// Retryable reports whether the same call may succeed a little later.
func (k Kind) Retryable() bool {
	switch k {
	case Unavailable, TimedOut, RateLimited, CircuitOpen:
		return true
	}
	return false
}

// An Error says why a source did not answer, or not every key.
type Error struct {
	// Source is the name of the source, as [Source.Name] gives it.
	Source string
	// Kind is what went wrong.
	Kind Kind
	// RetryAfter is how long the system asked us to wait; zero if it did not.
	RetryAfter time.Duration
	// Err is the cause. It is for the log and never for clients.
	Err error
	// Records are those that could not be read, with the place of what is wrong in them. They
	// are for the log, and stand in no text, since a key may be personal.
	Records []Fault
}

// Error says source, kind and cause in one line, for the log.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Source, e.Kind)
	}
	return fmt.Sprintf("%s: %s: %v", e.Source, e.Kind, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Caught makes a call of a source, or of a part of one. A panic is an Internal error:
// in a goroutine of its own it would end the process. Other errors go through [AsError],
// as Unavailable.
func Caught[T any](source string, call func() (T, error)) (value T, err *Error) {
	defer func() {
		if p := recover(); p != nil {
			// The value may hold anything, a customer's data too: its type is told.
			err = &Error{Source: source, Kind: Internal, Err: fmt.Errorf("panic of type %T\n%s", p, debug.Stack())}
		}
	}()
	value, failed := call()
	return value, AsError(source, Unavailable, failed)
}

// Settled does what is done for one key of a call: it makes a record of what the system gave,
// and settles it. What goes wrong is of this key alone, a panic too, and the error says in
// Records which it is: a [*Fault] is Malformed, another error is as in [Caught].
func Settled[T any](source, key string, settle func() (T, error)) (T, *Error) {
	value, err := Caught(source, func() (T, error) {
		failpoint.Run(key)
		value, err := settle()
		if err == nil {
			return value, nil
		}
		if fault := (*Fault)(nil); errors.As(err, &fault) {
			err = Unreadable(source, key, fault)
		}
		return value, err
	})
	if err == nil || err.Kind != Malformed && err.Kind != Internal || len(err.Records) > 0 {
		return value, err
	}
	// The error may be everybody's, of a call that several keys were asked by.
	own := *err
	own.Records = []Fault{{Key: key, Problem: "could not be read"}}
	return value, &own
}

// AsError gives err as the [*Error] that it is or wraps. Another error becomes
// one of the named source: TimedOut or Canceled where its cause is the end of a
// context, else of the given kind. Nil stays nil.
func AsError(source string, kind Kind, err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		kind = TimedOut
	case errors.Is(err, context.Canceled):
		kind = Canceled
	}
	return &Error{Source: source, Kind: kind, Err: err}
}
