// Package customer holds what follows from joining sources: how each of them
// answered for a customer, billing and support over several systems, and the
// timeline over all of them. It asks nobody: everything here is a function of
// the profile and of the answers.
package customer

import (
	"customer360/sources"
	"customer360/sources/profiles"
)

// A Result is how one system answered for one linked record: an answer, or the
// error that says why there is none.
type Result[V any] struct {
	Link   profiles.Link
	Answer sources.Answer[V]
	// Err is nil where the record was answered.
	Err *sources.Error
	// NotConfigured: no system of that name is configured; nobody was asked.
	NotConfigured bool
}

// Records gives the records that were found, in the order of the links.
func Records[V any](results []Result[V]) []V {
	var found []V
	for _, r := range results {
		if r.Err == nil && !r.NotConfigured && !r.Answer.Missing {
			found = append(found, r.Answer.Value)
		}
	}
	return found
}

// Known reports whether every linked record was answered: only then a figure
// over all of them can be known.
func Known[V any](results []Result[V]) bool {
	for _, r := range results {
		if r.Err != nil || r.NotConfigured {
			return false
		}
	}
	return true
}

// Whole reports whether every linked record was answered with everything that
// its system has: only then a count of dated facts can be known.
func Whole[V any](results []Result[V]) bool {
	for _, r := range results {
		if r.Err != nil || r.NotConfigured || r.Answer.Truncated {
			return false
		}
	}
	return true
}

// Failure gives the error to report where a source failed: it was asked, no
// record was answered, and at least one should have been. Nil: it did not fail.
func Failure[V any](results []Result[V]) *sources.Error {
	var worst *sources.Error
	for _, r := range results {
		switch {
		case r.Err != nil:
			if worst == nil || StateOf(r.Err.Kind).worseThan(StateOf(worst.Kind)) {
				worst = r.Err
			}
		case !r.NotConfigured && !r.Answer.Missing:
			return nil
		}
	}
	return worst
}
