package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"customer360/sources"
	"customer360/sources/guard"
	"customer360/sources/httpapi"
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
	Source string `json:"source"`
	Kind   string `json:"kind"`
	// Reachable and Authorised are null where it cannot be told.
	Reachable  *bool `json:"reachable"`
	Authorised *bool `json:"authorised"`
	// Sample is what became of the sample's key.
	Sample string `json:"sample"`
	// Holds and Lacks say what the sample's record has something in, and what not.
	Holds   []string `json:"holds,omitempty"`
	Lacks   []string `json:"lacks,omitempty"`
	Seconds float64  `json:"seconds"`
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
	// Value is what the expression gave; where it failed, what it was given: a value of
	// the sample's record.
	Value any `json:"value"`
}

// What can become of a sample's key, beside being answered.
const (
	sampleAnswered = "answered"
	sampleMissing  = "missing"
	sampleFailed   = "failed"
	// sampleNone: no key is configured, and one that nobody has was asked for.
	sampleNone = "not configured"
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
			asked := cmp.Or(key, nobody)
			began := time.Now()
			answers, err := guard.Deadline(source, probeTimeout).Fetch(ctx, []string{asked}, parts)
			f.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
			f.diagnose(sources.AsError(source.Name(), sources.Unavailable, err))
			a, answered := answers[asked]
			switch {
			case key == "":
			case !answered:
				f.Sample = sampleFailed
			case a.Missing:
				f.Sample = sampleMissing
				f.Advice = "it has no record with the key `sample`: check that the record still exists in this account"
			default:
				f.Sample = sampleAnswered
				f.Holds, f.Lacks = contents(reflect.Indirect(reflect.ValueOf(a.Value)))
			}
			return f
		},
	}
}

// contents gives what a record has something in, by the names of its fields, and what
// not. It tells no value, and of lists how long they are.
func contents(record reflect.Value) (holds, lacks []string) {
	for i := range record.NumField() {
		field, value := record.Type().Field(i), record.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			h, l := contents(value)
			holds, lacks = append(holds, h...), append(lacks, l...)
		case name == "-" || name == "" || name == "recordId":
		case value.Kind() == reflect.Slice && value.Len() > 0:
			holds = append(holds, fmt.Sprintf("%d %s", value.Len(), name))
		case value.IsZero():
			lacks = append(lacks, name)
		default:
			holds = append(holds, name)
		}
	}
	return holds, lacks
}

// diagnose says what an error means for the operator; nil: all is well.
func (f *finding) diagnose(err *sources.Error) {
	if err == nil {
		f.Reachable, f.Authorised = new(true), new(true)
		return
	}
	f.Reachable, f.Authorised = nil, nil
	f.Code = err.Kind
	if err.Err != nil {
		f.Problem = err.Err.Error()
	}
	var status *httpapi.StatusError
	switch {
	case err.Kind == sources.Unauthorized:
		f.Reachable, f.Authorised = new(true), new(false)
		f.Advice = "it refused the credentials, or they lack permission to read: check the credentials that the configuration refers to"
	case err.Kind == sources.Unavailable && errors.As(err, &status):
		f.Reachable = new(true)
		f.Advice = "it is reachable but fails: ask its operator; the gateway starts without it"
	case err.Kind == sources.Unavailable:
		f.Reachable = new(false)
		f.Advice = "check the address, the network, and that the system is up; the gateway starts without it"
	case err.Kind == sources.TimedOut:
		f.Advice = "it did not answer within " + probeTimeout.String() + ": check the address, the network, and that the system is healthy"
	case err.Kind == sources.RateLimited:
		f.Reachable = new(true)
		f.Advice = "its rate limit is reached: try again later; if it happens again, lower its rate"
	case err.Kind == sources.Malformed:
		f.Reachable, f.Authorised = new(true), new(true)
		f.Advice = "its answers do not match the configuration: check the address and the settings"
		var wrong rest.MappingErrors
		if errors.As(err, &wrong) {
			f.Problem, f.Advice = "", "correct the expressions"
			for _, w := range wrong {
				f.Mappings = append(f.Mappings, wrongMapping{w.Part, w.Field, w.Expression, w.Problem, w.Value})
			}
		}
	case err.Kind == sources.BadLink:
		f.Advice = "the configured requests cannot carry the key `sample`: use another key, or another way to send it"
	default:
		f.Advice = "this is a fault in the gateway: please report it"
	}
}
