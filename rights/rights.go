// Package rights exports and erases a customer (GDPR, articles 15, 20 and 17). It asks the
// systems that the graph asks, each by itself, and reports how each record was answered: an
// incomplete copy says what is missing, and an incomplete erasure says what is left.
//
// Callers decide who may do this, and whether the company must keep something.
package rights

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/profiles"
)

// ErrNoCustomer says that there is no customer with that key.
var ErrNoCustomer = errors.New("there is no such customer")

// Config is where the data of customers is. Everything is asked with its guards: they
// bound the time that a call takes, and it is their caches that are purged.
type Config struct {
	// Spine holds the profiles. It erases them if it is a [profiles.Eraser].
	Spine profiles.Spine
	// Systems are those that links lead to, each once.
	Systems []System
	// BatchCap is how many keys one call of a source has at most; at least 1.
	BatchCap int
}

// A System is one configured system that links lead to. [SystemOf] makes it.
type System struct {
	source profiles.SourceName
	system string
	parts  sources.Parts
	fetch  func(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[any], error)
	// eraser is nil where records cannot be erased.
	eraser sources.Eraser[string]
	forget func(keys ...string)
}

// SystemOf gives a system of the source that links call it by; parts are all that a
// record of its domain has. It is erased where [sources.EraserOf] gives something, and
// what it keeps is forgotten if it is a [sources.Forgetter].
func SystemOf[V any](source profiles.SourceName, s sources.Source[string, V], parts sources.Parts) System {
	_, system, _ := strings.Cut(s.Name(), "/")
	forget := func(...string) {}
	if f, ok := s.(sources.Forgetter[string]); ok {
		forget = f.Forget
	}
	return System{source, system, parts, func(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[any], error) {
		answers, err := s.Fetch(ctx, keys, want)
		all := make(map[string]sources.Answer[any], len(answers))
		for key, a := range answers {
			answer := sources.Answer[any]{Missing: a.Missing, AsOf: a.AsOf, Stale: a.Stale, Cause: a.Cause, Truncated: a.Truncated}
			if !a.Missing {
				answer.Value = a.Value
			}
			all[key] = answer
		}
		return all, err
	}, sources.EraserOf(s), forget}
}

func (s *System) name() string { return strings.ToLower(string(s.source)) + "/" + s.system }

// Rights answers what customers ask for. It is safe for concurrent use.
type Rights struct{ config Config }

// New makes it.
func New(c Config) *Rights { return &Rights{c} }

// profile reads a profile as it is now; nil: there is none.
func (r *Rights) profile(ctx context.Context, id string, want sources.Parts) (*profiles.Customer, error) {
	answers, err := r.config.Spine.Fetch(ctx, []string{id}, want)
	if a, ok := answers[id]; ok {
		return a.Value, nil
	}
	if err == nil {
		err = &sources.Error{Source: r.config.Spine.Name(), Kind: sources.Malformed}
	}
	return nil, err
}

// spineName is what links would call the spine.
func (r *Rights) spineName() string {
	_, system, _ := strings.Cut(r.config.Spine.Name(), "/")
	return system
}

// linked are the active links of a customer that lead to one system.
type linked struct {
	source profiles.SourceName
	name   string
	// system is nil where no system of that name is configured.
	system *System
	keys   []string
	// answers and err are what the system said; nil before it was asked.
	answers map[string]sources.Answer[any]
	err     *sources.Error
	// failed is why records were not erased.
	failed *sources.Error
}

// linkable are the sources that links lead to, in the order in which they are reported.
var linkable = []profiles.SourceName{profiles.Billing, profiles.Support, profiles.Social, profiles.Workspace}

// sourcesOf gives the sources that a customer may have links of, those aside that are none
// of ours and stand in a link all the same: these come last.
func sourcesOf(c *profiles.Customer) []profiles.SourceName {
	all := slices.Clone(linkable)
	for _, l := range c.Links {
		if !slices.Contains(all, l.Source) {
			all = append(all, l.Source)
		}
	}
	return all
}

// links gives the records of a customer by system, in the order of the sources and the
// links. Links that were undone lead to somebody else's records.
func (r *Rights) links(c *profiles.Customer) []*linked {
	var all []*linked
	if c == nil {
		return nil
	}
	for _, source := range sourcesOf(c) {
		for _, l := range c.ActiveLinks(source) {
			i := slices.IndexFunc(all, func(e *linked) bool { return e.source == source && e.name == l.System })
			if i < 0 {
				i = len(all)
				all = append(all, &linked{source: source, name: l.System, system: r.system(source, l.System)})
			}
			all[i].keys = append(all[i].keys, l.RecordID)
		}
	}
	return all
}

func (r *Rights) system(source profiles.SourceName, name string) *System {
	i := slices.IndexFunc(r.config.Systems, func(s System) bool { return s.source == source && s.system == name })
	if i < 0 {
		return nil
	}
	return &r.config.Systems[i]
}

// each does something with every configured system of the links, with all of them at once.
func each(all []*linked, do func(*linked)) {
	var wg sync.WaitGroup
	for _, l := range all {
		if l.system != nil {
			wg.Go(func() { do(l) })
		}
	}
	wg.Wait()
}

// ask asks a system for its records as they are now.
func (r *Rights) ask(ctx context.Context, l *linked, want sources.Parts, onError sources.OnError) {
	ctx = sources.WithFreshness(ctx, sources.Freshness{MaxAge: new(time.Duration), OnError: onError})
	l.answers = make(map[string]sources.Answer[any], len(l.keys))
	for keys := range slices.Chunk(l.keys, r.config.BatchCap) {
		answers, err := sources.Caught(l.system.name(), func() (map[string]sources.Answer[any], error) {
			return l.system.fetch(ctx, keys, want)
		})
		for key, a := range answers {
			l.answers[key] = a
		}
		if l.err == nil {
			l.err = err
		}
	}
}

// result is how a system answered for one of its records.
func (l *linked) result(key string) customer.Result[any] {
	result := customer.Result[any]{System: l.name, NotConfigured: l.system == nil}
	a, ok := l.answers[key]
	switch {
	case result.NotConfigured:
	case ok:
		result.Answer = a
	case l.err != nil:
		result.Err = l.err
	default:
		result.Err = &sources.Error{Source: l.system.name(), Kind: sources.Malformed}
	}
	return result
}
