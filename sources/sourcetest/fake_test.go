package sourcetest_test

import (
	"testing"

	"customer360/sources"
	"customer360/sources/sourcetest"
)

func TestFake(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[string] {
		records := map[string]sources.Answer[string]{}
		for _, k := range []string{"key-1", "key-2", "key-3"} {
			records[k] = sources.Answer[string]{Value: "a record"}
		}
		f := &sourcetest.Fake[string]{SourceName: "fake/one", Records: records, Erasable: true}
		return sourcetest.Fixture[string]{
			Source:  f,
			Known:   []string{"key-1", "key-2", "key-3"},
			Unknown: "key-4",
			Parts:   []sources.Parts{1, 2},
			Holds:   func(string) sources.Parts { return 3 },
			Calls:   f.Calls,
			Failures: []sourcetest.Failure{
				{Kind: sources.Unavailable, Arm: func() { f.Fault.Kind = sources.Unavailable }},
				{Kind: sources.RateLimited, Arm: func() { f.Fault.Kind = sources.RateLimited }},
				{Kind: sources.TimedOut, Arm: func() { f.Fault.Hang = true }},
			},
			Break: func(key string) { f.Fault.Without = []string{key} },
		}
	})
}
