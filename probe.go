package main

import (
	"context"
	"errors"
	"time"

	"customer360/sources"
	"customer360/sources/guard"
	"customer360/sources/rest"
)

// A probe asks one system as the gateway would, to find out whether it answers.
type probe struct {
	name, kind string
	// check asks the system whether it can be asked as configured; nil where it knows
	// nothing against it.
	check func(context.Context) error
	run   func(context.Context) finding
}

// A finding is what a probe found.
type finding struct {
	Source     string `json:"source"`
	Kind       string `json:"kind"`
	Reachable  bool   `json:"reachable"`
	Authorised bool   `json:"authorised"`
	// Sample is what became of the sample's key.
	Sample  sample  `json:"sample"`
	Seconds float64 `json:"seconds"`
	// Code and Problem say what went wrong; Advice what to do. Empty where all is well.
	Code    sources.Kind `json:"code,omitempty"`
	Problem string       `json:"problem,omitempty"`
	Advice  string       `json:"advice,omitempty"`
	// Mappings are expressions that do not fit what the system answered.
	Mappings []wrongMapping `json:"mappings,omitempty"`
}

// ok reports whether nobody has to act.
func (f finding) ok() bool { return f.Advice == "" }

type wrongMapping struct {
	Part       string `json:"part"`
	Field      string `json:"field"`
	Expression string `json:"expression"`
	Problem    string `json:"problem"`
	// Value is what the expression gave: a value of the sample's record.
	Value any `json:"value"`
}

// sample is what became of the key that a probe asked for.
type sample string

const (
	sampleAnswered sample = "answered"
	sampleMissing  sample = "missing"
	sampleFailed   sample = "failed"
	// sampleNone: no key is configured, and one that nobody has was asked for.
	sampleNone sample = "not configured"
)

// nobody is a key that no system has.
const nobody = "customer360-doctor"

// probeTimeout is well beyond any guard's: a slow system is told as slow, not as down.
const probeTimeout = 10 * time.Second

func probeOf[V any](source sources.Source[string, V], kind, key string, parts sources.Parts) probe {
	return probe{
		name: source.Name(), kind: kind,
		check: func(ctx context.Context) error {
			if c, ok := source.(interface{ Check(context.Context) error }); ok {
				return c.Check(ctx)
			}
			return nil
		},
		run: func(ctx context.Context) finding {
			f := finding{Source: source.Name(), Kind: kind, Sample: sampleNone}
			asked := key
			if asked == "" {
				asked = nobody
			}
			began := time.Now()
			answers, err := guard.Deadline(source, probeTimeout).Fetch(ctx, []string{asked}, parts)
			f.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
			if a, ok := answers[asked]; ok && key != "" {
				f.Sample = sampleAnswered
				if a.Missing {
					f.Sample = sampleMissing
					f.Advice = "it has no record of the key `sample`: is it still there, and of this account?"
				}
			} else if err != nil && key != "" {
				f.Sample = sampleFailed
			}
			f.diagnose(sources.AsError(source.Name(), sources.Unavailable, err))
			return f
		},
	}
}

// diagnose says what an error means for the operator; nil: all is well.
func (f *finding) diagnose(err *sources.Error) {
	f.Reachable, f.Authorised = true, true
	if err == nil {
		return
	}
	f.Code = err.Kind
	if err.Err != nil {
		f.Problem = err.Err.Error()
	}
	switch err.Kind {
	case sources.Unauthorized:
		f.Authorised = false
		f.Advice = "it refuses the credentials, or they may not read this: check what the configuration refers to"
	case sources.Unavailable:
		f.Reachable, f.Authorised = false, false
		f.Advice = "check the address, the network between, and whether the system is up; the gateway starts without it"
	case sources.TimedOut:
		f.Reachable, f.Authorised = false, false
		f.Advice = "it did not answer within " + probeTimeout.String() + ": check the address and the network between"
	case sources.RateLimited:
		f.Advice = "it asks to slow down: try again later, and lower its rate if that stays so"
	case sources.Malformed:
		f.Advice = "it answers in another form than configured: check the address and the settings"
		var wrong rest.MappingErrors
		if errors.As(err, &wrong) {
			f.Problem, f.Advice = "", "correct the expressions, which gave these values"
			for _, w := range wrong {
				f.Mappings = append(f.Mappings, wrongMapping{w.Part, w.Field, w.Expression, w.Problem, w.Value})
			}
		}
	default:
		f.Advice = "this is a fault of the gateway's: please report it"
	}
}
