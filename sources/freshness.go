package sources

import (
	"context"
	"time"
)

// Freshness is what a caller asks of the age of answers, where it is not content with
// what the operator configured for the system.
type Freshness struct {
	// MaxAge is how old an answer that the gateway kept may be to be given without
	// asking the system; nil: as configured.
	MaxAge *time.Duration
	// OnError says what to do where the system does not answer; empty: as configured.
	OnError OnError
	// MaxStale is how old an answer may be that is served because the system does not
	// answer; nil: as configured.
	MaxStale *time.Duration
	// Deadline is how long to wait for the system; zero, or longer than what is
	// configured: as configured.
	Deadline time.Duration
}

// OnError says what to do where a system does not answer. The words are the graph's.
type OnError string

// What can be done where a system does not answer.
const (
	// ServeStale: give what the gateway kept, and say that it is stale.
	ServeStale OnError = "SERVE_STALE"
	// Fail: say that the system did not answer.
	Fail OnError = "FAIL"
)

type freshnessKey struct{}

// WithFreshness gives a context under which sources are asked for that freshness.
func WithFreshness(ctx context.Context, f Freshness) context.Context {
	return context.WithValue(ctx, freshnessKey{}, f)
}

// FreshnessOf gives the freshness that a context asks for; the zero value where it
// asks for none.
func FreshnessOf(ctx context.Context) Freshness {
	f, _ := ctx.Value(freshnessKey{}).(Freshness)
	return f
}
