package guard

import (
	"errors"
	"fmt"
	"time"
)

// Settings are what an operator may set of the guards of one system.
type Settings struct {
	// Timeout bounds a call, its retries included.
	Timeout   time.Duration `yaml:"timeout"`
	Retry     Retry         `yaml:"retry"`
	Breaker   Breaker       `yaml:"breaker"`
	Bulkhead  int           `yaml:"bulkhead"`
	RateLimit RateLimit     `yaml:"rateLimit"`
	Cache     Cache         `yaml:"cache"`
}

// Retry says when a call is made once more: where keys were left unanswered since the
// system failed or could not be reached. It asks for those keys only. What came late is
// not asked again: a second wait would cost more than the first.
type Retry struct {
	// Attempts is how many more calls there may be; zero: none.
	Attempts int `yaml:"attempts"`
	// Budget is the largest share of the calls under way that may be retries, so that
	// a system that is down does not get twice the load. Three at a time are always let
	// through.
	Budget float64 `yaml:"budget"`
}

// Breaker says when a system is left alone: where at least Calls calls were made
// within Window, and FailureRate of them failed. A failure is a call that brought
// nothing since the system failed, was not reached or came late; not one that it
// refused (4xx), and not one that the caller gave less time than Timeout.
type Breaker struct {
	Disabled bool `yaml:"disabled"`
	// FailureRate is from 0 to 1.
	FailureRate float64       `yaml:"failureRate"`
	Calls       int           `yaml:"calls"`
	Window      time.Duration `yaml:"window"`
	// OpenFor is how long it is left alone, before one call tries it.
	OpenFor time.Duration `yaml:"openFor"`
}

// RateLimit bounds the calls of a system; zero calls: no bound. A call that finds no
// place before its time is up is RateLimited.
type RateLimit struct {
	Calls int           `yaml:"calls"`
	Per   time.Duration `yaml:"per"`
}

// Cache says for how long answers are kept, in memory, within one authorisation scope.
type Cache struct {
	// MaxAge is how old an answer may be to be given without asking the system, unless
	// the caller says another.
	MaxAge time.Duration `yaml:"maxAge"`
	// MaxStale is how old an answer may be to be served where the system fails, unless
	// the caller says another; zero: none is, unless the caller asks for it.
	MaxStale time.Duration `yaml:"maxStale"`
	// Keep bounds both, whatever the caller says.
	Keep time.Duration `yaml:"keep"`
	// Records is how many records of 4 KiB are kept; a larger one counts for several.
	// Zero: nothing is kept.
	Records int `yaml:"records"`
	// Separate: every caller asks by calls of their own, even for what others wait for just
	// then.
	Separate bool `yaml:"separate"`
}

// Defaults are the settings of a system that sets none, each with its reason.
func Defaults() Settings {
	return Settings{
		// A page is there within a second even if one system hangs.
		Timeout: 800 * time.Millisecond,
		// A second attempt mends what a restart or a lost connection broke; a third one
		// rarely mends more. With a tenth as a budget, a system that is down gets 10 % more
		// calls until its breaker opens, not 100 %.
		Retry: Retry{Attempts: 1, Budget: 0.1},
		// Twenty calls, so that a few failures at night do not open it; half of them, so
		// that a system with one sick node in four stays in use; five seconds, so that one
		// that restarts is back soon.
		Breaker: Breaker{FailureRate: 0.5, Calls: 20, Window: 10 * time.Second, OpenFor: 5 * time.Second},
		// What 80 calls a second need at the full timeout. Calls that hang hold their place,
		// so that a dead adapter costs 64 goroutines and no more.
		Bulkhead: 64,
		Cache: Cache{
			// Who just changed something wants to see it: the system is asked each time.
			MaxAge: 0,
			// Ten minutes cover a restart and a short outage; what is older is asked for by
			// the caller who can tell whether it is of use.
			MaxStale: 10 * time.Minute,
			Keep:     24 * time.Hour,
			// Forty megabytes, and what it takes to find them.
			Records: 10_000,
		},
	}
}

// Check reports every setting that makes no sense, by its key.
func (s Settings) Check() error {
	var errs []error
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fault(s.Timeout > 0, "guards.timeout: want a duration, such as 800ms")
	fault(s.Retry.Attempts >= 0 && s.Retry.Attempts <= 3, "guards.retry.attempts: want 0 to 3")
	fault(s.Retry.Budget >= 0 && s.Retry.Budget <= 1, "guards.retry.budget: want a share from 0 to 1")
	b := s.Breaker
	fault(b.Disabled || b.FailureRate > 0 && b.FailureRate <= 1, "guards.breaker.failureRate: want a share above 0, up to 1")
	fault(b.Disabled || b.Calls > 0, "guards.breaker.calls: want at least 1")
	fault(b.Disabled || b.Window > 0, "guards.breaker.window: want a duration, such as 10s")
	fault(b.Disabled || b.OpenFor > 0, "guards.breaker.openFor: want a duration, such as 5s")
	fault(s.Bulkhead > 0, "guards.bulkhead: want at least 1")
	fault(s.RateLimit.Calls >= 0, "guards.rateLimit.calls: want a number of calls, or 0 for no limit")
	fault(s.RateLimit.Calls == 0 || s.RateLimit.Per > 0, "guards.rateLimit.per: want a duration, such as 1s")
	c := s.Cache
	fault(c.Records >= 0, "guards.cache.records: want a number, or 0 to keep nothing")
	fault(c.MaxAge >= 0 && c.MaxStale >= 0 && c.Keep >= 0, "guards.cache: durations must not be negative")
	if c.Records > 0 {
		fault(c.Keep > 0, "guards.cache.keep: want a duration, such as 24h; records: 0 keeps nothing")
		fault(c.MaxAge <= c.Keep, "guards.cache.maxAge: must not exceed guards.cache.keep")
		fault(c.MaxStale <= c.Keep, "guards.cache.maxStale: must not exceed guards.cache.keep")
	} else {
		fault(c.MaxAge == 0, "guards.cache.maxAge: has no effect with records: 0")
	}
	fault(c.MaxStale == 0 || c.MaxStale >= c.MaxAge, "guards.cache.maxStale: want at least guards.cache.maxAge")
	return errors.Join(errs...)
}
