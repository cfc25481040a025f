package operation

import (
	"cmp"
	"context"
	"strconv"
	"sync"
	"time"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/executor"
	"customer360/sources"
	"customer360/sources/profiles"
)

// A profileReport is how the spine answered in an operation.
type profileReport struct {
	mu sync.Mutex
	// asked: the spine was asked at all.
	asked bool
	// exists: there are profiles, whether or not any was read.
	exists  bool
	read    int
	asOf    time.Time
	undated bool
	err     *sources.Error
}

// count notes profiles that were read.
func (p *profileReport) count(customers []*profiles.Customer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range customers {
		p.read++
		switch {
		case c.SyncedAt.IsZero():
			p.undated = true
		case p.asOf.IsZero() || c.SyncedAt.Before(p.asOf):
			p.asOf = c.SyncedAt
		}
	}
}

// failed notes a failure of the spine; nil is none.
func (p *profileReport) failed(err *sources.Error) {
	if err == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	// Whichever is first, the worst is told.
	if p.err == nil || cmp.Or(-customer.CompareKinds(err.Kind, p.err.Kind), cmp.Compare(err.Kind, p.err.Kind), -cmp.Compare(err.RetryAfter, p.err.RetryAfter)) < 0 {
		p.err = err
	}
}

// found notes that there are profiles.
func (p *profileReport) found() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exists = true
}

// ask notes that the spine is asked.
func (p *profileReport) ask() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = true
}

func (p *profileReport) status(system string) customer.SourceStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := customer.Status{State: customer.Fresh, Complete: true, AsOf: p.asOf}
	switch {
	case p.err != nil:
		s = customer.Status{State: customer.StateOf(p.err.Kind), Code: customer.ErrorCode(p.err.Kind), RetryAfter: p.err.RetryAfter}
		if p.read > 0 {
			s.State = customer.Partial
		}
	case p.read == 0 && !p.asked:
		return customer.StatusWithoutAsking(profiles.Profile, customer.NotRequested)
	case p.read == 0 && !p.exists:
		s.State = customer.Empty
	case p.undated:
		s.State, s.AsOf = customer.Stale, time.Time{}
	}
	return customer.SourceStatus{Source: profiles.Profile, Status: s, Systems: []customer.SystemStatus{{System: system, Status: s}}}
}

// A report says how every source that the contract has answered in the whole operation.
type report struct {
	sources []customer.SourceStatus
	// systems: the contract names them.
	systems bool
}

func (o *Operation) report(ctx context.Context) report {
	r := report{make([]customer.SourceStatus, 1, 4), o.policy.systems}
	r.sources[0] = o.profile.status(o.policy.spine)
	if o.policy.billing {
		r.sources = append(r.sources, o.billing.whole(ctx))
	}
	if o.policy.support {
		r.sources = append(r.sources, o.support.whole(ctx))
	}
	if o.policy.social {
		r.sources = append(r.sources, o.social.whole(ctx))
	}
	return r
}

// AppendJSON appends the form of `extensions.sources`: the fields of SourceStatus, those
// without a value left out. It is in every answer, so it is not written by reflection.
func (r report) AppendJSON(b []byte) []byte {
	b = append(b, '[')
	for i, s := range r.sources {
		if i > 0 {
			b = append(b, ',')
		}
		b = executor.AppendString(append(b, `{"source":`...), string(s.Source))
		b = appendStatus(b, s.Status)
		if !r.systems {
			b = append(b, '}')
			continue
		}
		b = append(b, `,"systems":[`...)
		for j, y := range s.Systems {
			if j > 0 {
				b = append(b, ',')
			}
			b = executor.AppendString(append(b, `{"system":`...), y.System)
			b = append(appendStatus(b, y.Status), '}')
		}
		b = append(b, "]}"...)
	}
	return append(b, ']')
}

// MarshalJSON is [report.AppendJSON].
func (r report) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

// appendStatus appends the fields that sources and systems have in common.
func appendStatus(b []byte, s customer.Status) []byte {
	b = executor.AppendString(append(b, `,"state":`...), string(s.State))
	b = strconv.AppendBool(append(b, `,"complete":`...), s.Complete)
	b = strconv.AppendBool(append(b, `,"stale":`...), s.Stale)
	if !s.AsOf.IsZero() {
		b = graph.AppendDateTime(append(b, `,"asOf":`...), s.AsOf)
	}
	if s.Code != "" {
		b = executor.AppendString(append(b, `,"code":`...), string(s.Code))
	}
	if s.RetryAfter > 0 {
		b = executor.AppendString(append(b, `,"retryAfter":`...), graph.FormatElapsed(s.RetryAfter))
	}
	return b
}
