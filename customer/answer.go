// Package customer joins the answers of sources: how each of them answered for a customer,
// billing and support over several systems, and the timeline over all of them. It asks no
// source: everything here is a function of the profile and the answers.
package customer

import (
	"slices"

	"customer360/sources"
)

// A Result is how one system answered for one linked record: an answer, or the
// error that says why there is none.
type Result[V any] struct {
	// System is the name of the system that the link leads to.
	System string
	Answer sources.Answer[V]
	// Err is nil where the record was answered.
	Err *sources.Error
	// NotConfigured: no system of that name is configured; nobody was asked.
	NotConfigured bool
}

// Records gives the records that were found, in the order of the links.
func Records[V any](results []Result[V]) []V { return records(nil, results) }

// records appends the records that were found.
func records[V any](found []V, results []Result[V]) []V {
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

// A cutter is a record that knows which of its parts hold less than the system has.
type cutter interface{ Cuts() sources.Parts }

// everyPart stands for not knowing which parts were cut.
const everyPart = ^sources.Parts(0)

// cutOf gives the parts in which a record of the results holds less than its system
// has.
func cutOf[V cutter](results []Result[V]) sources.Parts {
	var cut sources.Parts
	for _, r := range results {
		if r.Err != nil || r.NotConfigured || !r.Answer.Truncated {
			continue
		}
		if parts := r.Answer.Value.Cuts(); parts != 0 {
			cut |= parts
		} else {
			cut = everyPart
		}
	}
	return cut
}

// A completeness is what is known of a source's records as a whole.
type completeness struct {
	known bool
	cut   sources.Parts
	// behind: something was kept from before, since its system does not answer now.
	behind bool
}

func completenessOf[V cutter](results []Result[V]) completeness {
	behind := slices.ContainsFunc(results, func(r Result[V]) bool { return r.Answer.Cause != nil })
	return completeness{Known(results), cutOf(results), behind}
}

// Whole reports whether these parts hold everything that the systems have: only then
// can a count or a sum over them be known. It does not depend on which other parts
// were asked for.
func (c completeness) Whole(parts sources.Parts) bool { return c.known && c.cut&parts == 0 }

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
