package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"customer360/demo"
	"customer360/demo/live"
	"customer360/internal/config"
	"customer360/resolvers"
	"customer360/sources"
	"customer360/sources/billing"
	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/billing/postgres"
	billingrest "customer360/sources/billing/rest"
	"customer360/sources/billing/stripe"
	"customer360/sources/documents"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/social/bluesky"
	socialdocs "customer360/sources/social/documents"
	"customer360/sources/social/mastodon"
	socialrest "customer360/sources/social/rest"
	"customer360/sources/support"
	supportdocs "customer360/sources/support/documents"
	supportrest "customer360/sources/support/rest"
	"customer360/sources/support/zendesk"
)

// A kind is a kind of systems that can be configured, with what makes one of its
// systems.
type kind struct {
	config.Kind
	open func(*systems, config.System) error
	// settings are empty ones, for the test that holds the schema to them.
	settings any
}

// kinds are all of them. A new adapter is a line here.
var kinds = []kind{
	billingKind("documents", documents.Schema, func(c *documents.Config) *string { return &c.Name }, billingdocs.New),
	billingKind("postgres", postgres.Schema, func(c *postgres.Config) *string { return &c.Name }, postgres.New),
	billingKind("rest", billingrest.Schema, func(c *billingrest.Config) *string { return &c.Name }, billingrest.New),
	billingKind("stripe", stripe.Schema, func(c *stripe.Config) *string { return &c.Name }, stripe.New),
	supportKind("documents", documents.Schema, func(c *documents.Config) *string { return &c.Name }, supportdocs.New),
	supportKind("rest", supportrest.Schema, func(c *supportrest.Config) *string { return &c.Name }, supportrest.New),
	supportKind("zendesk", zendesk.Schema, func(c *zendesk.Config) *string { return &c.Name }, zendesk.New),
	socialKind("bluesky", bluesky.Schema, func(c *bluesky.Config) *string { return &c.Name }, bluesky.New),
	socialKind("documents", documents.Schema, func(c *documents.Config) *string { return &c.Name }, socialdocs.New),
	socialKind("mastodon", mastodon.Schema, func(c *mastodon.Config) *string { return &c.Name }, mastodon.New),
	socialKind("rest", socialrest.Schema, func(c *socialrest.Config) *string { return &c.Name }, socialrest.New),
}

// configurable are the kinds as the configuration knows them.
func configurable() []config.Kind {
	all := make([]config.Kind, len(kinds))
	for i, k := range kinds {
		all[i] = k.Kind
	}
	return all
}

func billingKind[C any](name string, schema []byte, named func(*C) *string, build func(C) (billing.Source, error)) kind {
	return kindOf("billing", name, schema, named, build, billing.AllParts, billingOf)
}

func supportKind[C any](name string, schema []byte, named func(*C) *string, build func(C) (support.Source, error)) kind {
	return kindOf("support", name, schema, named, build, support.AllParts, supportOf)
}

func socialKind[C any](name string, schema []byte, named func(*C) *string, build func(C) (social.Source, error)) kind {
	return kindOf("social", name, schema, named, build, social.AllParts, socialOf)
}

func billingOf(s *resolvers.Systems) *[]resolvers.System[*billing.Record] { return &s.Billing }
func supportOf(s *resolvers.Systems) *[]resolvers.System[*support.Record] { return &s.Support }
func socialOf(s *resolvers.Systems) *[]resolvers.System[*social.Record]   { return &s.Social }

// kindOf makes a kind of an adapter: named gives the place of the name in its settings,
// build makes a source of them, list is where the source goes.
func kindOf[C, V any](source, name string, schema []byte, named func(*C) *string, build func(C) (sources.Source[string, V], error),
	parts sources.Parts, list func(*resolvers.Systems) *[]resolvers.System[V]) kind {
	open := func(all *systems, s config.System) error {
		var settings C
		if err := s.Decode(&settings); err != nil {
			return err
		}
		*named(&settings) = s.Name()
		if d, ok := any(&settings).(*documents.Config); ok {
			all.land(d, s)
		}
		made, err := build(settings)
		if err != nil {
			return err
		}
		add(all, source, name, s.Sample, made, parts, list)
		return nil
	}
	return kind{config.Kind{Source: source, Kind: name, Schema: schema}, open, *new(C)}
}

// systems are the systems to ask, and what is known of each besides.
type systems struct {
	surroundings
	resolvers.Systems
	// guards are those of each system, by the name of its source.
	guards map[string]guard.Settings
	// charges are what a customer's records of a system cost, by the name of its source.
	charges map[string]int
	probes  []probe
	// closers are the systems that hold connections.
	closers []io.Closer
}

// surroundings are what systems have that does not stand in their settings.
type surroundings struct {
	// spine may be nil where nobody is asked.
	spine profiles.Spine
	// store is where landed records are, maxAge how old they may be.
	store  documents.Store
	maxAge time.Duration
	// defaults are the guards of systems that say nothing of theirs.
	defaults guard.Settings
	// faults make systems fail for show, by the name of the domain.
	faults map[string]demo.Fault
	// vendors are those of the live demo; nil where it is not wanted.
	vendors *live.Servers
}

// land fills in what landed records have from elsewhere.
func (all *systems) land(d *documents.Config, s config.System) {
	d.Store = all.store
	d.Collection = cmp.Or(d.Collection, s.Source)
	if !s.Has("maxAge") {
		d.MaxAge = all.maxAge
	}
}

// add adds a system to the list of its domain.
func add[V any](all *systems, domain, kind, sample string, made sources.Source[string, V], parts sources.Parts, list func(*resolvers.Systems) *[]resolvers.System[V]) {
	if c, ok := made.(io.Closer); ok {
		all.closers = append(all.closers, c)
	}
	all.probes = append(all.probes, probeOf(made, kind, sample, parts))
	to := list(&all.Systems)
	*to = append(*to, resolvers.System[V]{Source: demo.Faulty(made, all.faults[domain]), Kind: kind})
}

// landed are the systems of a company that configures none: it lands its records
// beside its profiles.
var landed = []config.System{
	{Source: "billing", System: demo.System, Kind: "documents", Charge: 1},
	{Source: "support", System: demo.System, Kind: "documents", Charge: 1},
	{Source: "social", System: demo.System, Kind: "documents", Charge: 1},
}

// openSystems makes the systems of the configuration, or those of the live demo, or else
// those of landed records. The error lists all faults of all systems.
func openSystems(f *config.File, around surroundings) (*systems, error) {
	all := &systems{surroundings: around, guards: map[string]guard.Settings{}, charges: map[string]int{}}
	all.Spine, all.SpineKind = around.spine, "documents"
	if err := f.DecodeGuards(&all.defaults); err != nil {
		return nil, err
	}
	configured := f.Systems
	switch {
	case around.vendors != nil && configured != nil:
		return nil, errors.New("--demo live brings its own systems: leave out those of the configuration, or --demo live")
	case around.vendors != nil:
		return all, all.addLive(around.vendors, all.defaults)
	case configured == nil:
		configured = landed
	}
	var errs []error
	for _, s := range configured {
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.Source == s.Source && k.Kind.Kind == s.Kind })
		if err := kinds[i].open(all, s); err != nil {
			errs = append(errs, f.Fault(s.Name(), err))
		}
		settings := all.defaults
		if err := cmp.Or(s.DecodeGuards(&settings), settings.Check()); err != nil {
			errs = append(errs, f.Fault(s.Name(), err))
		}
		all.guards[s.Name()] = settings
		all.charges[s.Name()] = s.Charge
	}
	if errs != nil {
		return nil, errors.Join(append(errs, all.Close())...)
	}
	return all, nil
}

// Close closes the connections of all systems.
func (all *systems) Close() error {
	var errs []error
	for _, c := range all.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// check finds what is wrong with systems that can be told by asking them only, as a
// query that is refused. All are asked at once. A system that is down is not wrong: down
// is told of it.
func (all *systems) check(ctx context.Context, f *config.File, down func(name string, err error)) error {
	failures := make([]*sources.Error, len(all.probes))
	var wg sync.WaitGroup
	for i, p := range all.probes {
		wg.Go(func() { failures[i] = sources.AsError(p.name, sources.Malformed, p.check(ctx)) })
	}
	wg.Wait()
	var errs []error
	for i, e := range failures {
		switch {
		case e == nil:
		case e.Kind == sources.Malformed:
			errs = append(errs, f.Fault(all.probes[i].name, e.Err))
		default:
			down(all.probes[i].name, e)
		}
	}
	return errors.Join(errs...)
}
