package resolvers

import (
	"cmp"
	"context"
	"sync"
	"time"

	"customer360/customer"
	"customer360/graph"
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

// saw notes profiles that were read.
func (p *profileReport) saw(customers []*profiles.Customer) {
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
	if p.err == nil || cmp.Or(-customer.CompareKinds(err.Kind, p.err.Kind), cmp.Compare(err.Kind, p.err.Kind)) < 0 {
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

// report says how every source answered in the whole operation, in the form of
// `extensions.sources`: the fields of SourceStatus, those without a value left out.
func (g *Graph) report(ctx context.Context, o *operation) []sourceReport {
	all := []customer.SourceStatus{o.profile.status(g.spine), o.billing.whole(ctx), o.support.whole(ctx), o.social.whole(ctx)}
	reports := make([]sourceReport, len(all))
	for i, s := range all {
		reports[i] = sourceReport{Source: s.Source, statusReport: reportOf(s.Status), Systems: make([]systemReport, len(s.Systems))}
		for j, y := range s.Systems {
			reports[i].Systems[j] = systemReport{System: y.System, statusReport: reportOf(y.Status)}
		}
	}
	return reports
}

type sourceReport struct {
	Source profiles.SourceName `json:"source"`
	statusReport
	Systems []systemReport `json:"systems"`
}

type systemReport struct {
	System string `json:"system"`
	statusReport
}

type statusReport struct {
	State      customer.SourceState `json:"state"`
	Complete   bool                 `json:"complete"`
	Stale      bool                 `json:"stale"`
	AsOf       time.Time            `json:"asOf,omitzero"`
	Code       customer.ErrorCode   `json:"code,omitempty"`
	RetryAfter string               `json:"retryAfter,omitempty"`
}

func reportOf(s customer.Status) statusReport {
	r := statusReport{State: s.State, Complete: s.Complete, Stale: s.Stale, AsOf: s.AsOf.UTC(), Code: s.Code}
	if s.AsOf.IsZero() {
		r.AsOf = time.Time{}
	}
	if s.RetryAfter > 0 {
		r.RetryAfter = graph.FormatElapsed(s.RetryAfter)
	}
	return r
}
