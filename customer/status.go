package customer

import (
	"cmp"
	"slices"
	"time"

	"customer360/sources"
	"customer360/sources/profiles"
)

// SourceState is how a source or system answered.
type SourceState string

// The states of sources. The first four are known without asking; the others are
// in the order from worst to best.
const (
	NotConfigured SourceState = "NOT_CONFIGURED"
	NotLinked     SourceState = "NOT_LINKED"
	Forbidden     SourceState = "FORBIDDEN"
	NotRequested  SourceState = "NOT_REQUESTED"

	Unavailable SourceState = "UNAVAILABLE"
	TimedOut    SourceState = "TIMED_OUT"
	Partial     SourceState = "PARTIAL"
	Stale       SourceState = "STALE"
	Empty       SourceState = "EMPTY"
	Fresh       SourceState = "FRESH"
)

var badness = []SourceState{Fresh, Empty, Stale, Partial, TimedOut, Unavailable}

func (s SourceState) worseThan(t SourceState) bool {
	return slices.Index(badness, s) > slices.Index(badness, t)
}

// A SourceStatus says how a source answered for one customer.
type SourceStatus struct {
	Source profiles.SourceName
	Status
	// Systems are in the order of the links.
	Systems []SystemStatus
}

// A SystemStatus says how one system answered for one customer.
type SystemStatus struct {
	System string
	Status
}

// A Status says how a source or system answered.
type Status struct {
	State SourceState
	// Complete: every linked record was asked, and all that was asked for was given.
	Complete bool
	// Stale: something in the answer is past its freshness.
	Stale bool
	// AsOf is the age of the oldest value; zero where it is not known.
	AsOf time.Time
	// Code is why the state is not better; empty where there is nothing to say.
	Code ErrorCode
	// RetryAfter is when it makes sense to ask again; zero where it is not known.
	RetryAfter time.Duration
}

// StatusWithoutAsking is the status of a source that nobody was asked of: the
// state is NotConfigured, NotLinked, Forbidden or NotRequested.
func StatusWithoutAsking(source profiles.SourceName, state SourceState) SourceStatus {
	// Nothing is missing where there is nothing to ask for.
	return SourceStatus{Source: source, Status: Status{State: state, Complete: state == NotLinked}, Systems: []SystemStatus{}}
}

// StatusOf says how a source answered for a customer, from the results of all
// links that the customer has there. Without results the source is NotLinked.
//
// A system where every linked record is missing is EMPTY; where some records were
// found and others failed it is PARTIAL; where none was found, the worst of the
// errors decides. The headline is the worst state of the systems that were
// asked; a link to a system that is not configured makes it PARTIAL at best.
func StatusOf[V any](source profiles.SourceName, results []Result[V]) SourceStatus {
	if len(results) == 0 {
		return StatusWithoutAsking(source, NotLinked)
	}
	status := SourceStatus{Source: source}
	if !slices.ContainsFunc(results, func(r Result[V]) bool { return r.System != results[0].System }) {
		status.Systems = []SystemStatus{{results[0].System, systemStatus(results)}}
		status.Status = headline(status.Systems)
		return status
	}
	bySystem := map[string][]Result[V]{}
	var order []string
	for _, r := range results {
		if _, ok := bySystem[r.System]; !ok {
			order = append(order, r.System)
		}
		bySystem[r.System] = append(bySystem[r.System], r)
	}
	for _, system := range order {
		status.Systems = append(status.Systems, SystemStatus{system, systemStatus(bySystem[system])})
	}
	status.Status = headline(status.Systems)
	return status
}

func systemStatus[V any](results []Result[V]) Status {
	if results[0].NotConfigured {
		return Status{State: NotConfigured, Code: CodeNotConfigured}
	}
	s := Status{Complete: true}
	var failure *sources.Error
	var cause *sources.Error
	found, dated := 0, true
	for _, r := range results {
		switch {
		case r.Err != nil:
			if failure == nil || StateOf(r.Err.Kind).worseThan(StateOf(failure.Kind)) {
				failure = r.Err
			}
			s.Complete = false
			s.RetryAfter = max(s.RetryAfter, r.Err.RetryAfter)
		case r.Answer.Missing:
		default:
			found++
			s.Stale = s.Stale || r.Answer.Stale
			if c := r.Answer.Cause; c != nil {
				cause = cmp.Or(cause, c)
				s.RetryAfter = max(s.RetryAfter, c.RetryAfter)
			}
			s.Complete = s.Complete && !r.Answer.Truncated
			dated = dated && !r.Answer.AsOf.IsZero()
			s.AsOf = older(s.AsOf, r.Answer.AsOf)
		}
	}
	if !dated {
		s.AsOf = time.Time{}
	}
	switch {
	case failure != nil && found > 0:
		s.State = Partial
	case failure != nil:
		s.State = StateOf(failure.Kind)
	case found == 0:
		s.State = Empty
	case s.Stale || !dated:
		s.State = Stale
	default:
		s.State = Fresh
	}
	if cause = cmp.Or(failure, cause); cause != nil {
		s.Code = ErrorCode(cause.Kind)
	}
	return s
}

func headline(systems []SystemStatus) Status {
	asked, unconfigured, dated := false, false, true
	head := Status{State: Fresh, Complete: true}
	for _, s := range systems {
		head.Complete = head.Complete && s.Complete
		head.RetryAfter = max(head.RetryAfter, s.RetryAfter)
		if s.State == NotConfigured {
			unconfigured = true
			continue
		}
		asked = true
		head.Stale = head.Stale || s.Stale
		if s.State == Fresh || s.State == Stale || s.State == Partial {
			dated = dated && !s.AsOf.IsZero()
			head.AsOf = older(head.AsOf, s.AsOf)
		}
		if s.State.worseThan(head.State) {
			head.State = s.State
			head.Code = s.Code
		}
	}
	if !dated {
		head.AsOf = time.Time{}
	}
	if unconfigured && !asked {
		return Status{State: NotConfigured, Code: CodeNotConfigured}
	}
	if unconfigured && Partial.worseThan(head.State) {
		head.State, head.Code = Partial, CodeNotConfigured
	}
	return head
}

// ProfileStatus says how the store of profiles answered for a customer that was read.
func ProfileStatus(system string, c *profiles.Customer) SourceStatus {
	s := Status{State: Fresh, Complete: true, AsOf: c.SyncedAt}
	if c.SyncedAt.IsZero() {
		s.State = Stale
	}
	return SourceStatus{Source: profiles.Profile, Status: s, Systems: []SystemStatus{{system, s}}}
}

// StateOf gives the state of a source that failed altogether.
func StateOf(kind sources.Kind) SourceState {
	if kind == sources.TimedOut {
		return TimedOut
	}
	return Unavailable
}

// CompareKinds compares how bad two failures are: the worse one is the greater.
func CompareKinds(a, b sources.Kind) int {
	return cmp.Compare(slices.Index(badness, StateOf(a)), slices.Index(badness, StateOf(b)))
}

func older(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
