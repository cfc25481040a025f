// Package gateway wires the parts of the gateway together: the sources behind their
// guards, the graph over them, and the HTTP handlers in front. It is the one package
// that knows all others, so that the server, the tests and the benchmarks start the
// same thing.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/access"
	"customer360/access/signin"
	"customer360/audit"
	"customer360/console"
	"customer360/graph"
	"customer360/graph/audience"
	"customer360/graph/cost"
	"customer360/graph/executor"
	"customer360/graph/inputs"
	"customer360/graph/persisted"
	"customer360/graph/relay"
	"customer360/internal/graphqlhttp"
	"customer360/internal/streams"
	"customer360/internal/telemetry"
	"customer360/resolvers"
	"customer360/sources/guard"
	"customer360/sources/profiles"
)

// Config is what an operator may set. The zero value of a field is its default.
type Config struct {
	// RequestTimeout bounds a request as a whole; default 2 s: who waits longer
	// for a page has left.
	RequestTimeout time.Duration
	// Guards are the guards of the systems that are not in SystemGuards; default
	// [guard.Defaults].
	Guards guard.Settings
	// SystemGuards are the guards of single systems, by the names of their sources.
	SystemGuards map[string]guard.Settings
	// ProfileTimeout bounds one call of the spine; default 1.5 s: nothing can be
	// shown without it, so it gets what the sources do not need.
	ProfileTimeout time.Duration
	// PageCap is the largest `first`; default 100.
	PageCap int
	// BatchCap is how many keys one call of a source has at most; default 100,
	// which common systems take.
	BatchCap int
	// MaxBody bounds a request's body in bytes; default 1 MiB.
	MaxBody int64
	// Limits bound documents; default [graphqlhttp.DefaultLimits].
	Limits graphqlhttp.Limits
	// Authenticate gives the caller of a request, see [graphqlhttp.Endpoint]; nil: no credentials are asked
	// for, and everybody may see everything.
	Authenticate func(*http.Request) (*access.Caller, error)
	// Revalidate says whether the credential of a connection that stays open is still good;
	// nil: as long as it has not expired.
	Revalidate func(context.Context, *access.Caller) error
	// Client gives the address of a request's sender, by which connections are counted that have
	// not said whose they are; nil: that of the connection's other end.
	Client func(*http.Request) string
	// Attributes say who sees which attribute of customers, by key.
	Attributes map[string]resolvers.AttributeRule
	// Matching is the secret that partners' pseudonyms are made with; nil: there are none.
	Matching []byte
	// IDSecret is what ids and cursors are sealed with for those who may not see the keys in
	// them; nil: they are not sealed.
	IDSecret []byte
	// Costs bound what callers of an audience may spend, where their credential does not say.
	Costs map[access.Audience]cost.Limits
	// Documents say which documents the callers of an audience may name, or must; where nothing
	// is said, those that clients have sent may be named by their hash.
	Documents map[access.Audience]persisted.Config
	// Charges are what one record of a system costs, by the name of the source; default 1.
	Charges map[string]int
	// Audit takes who read what, and AccessLog gives it back; nil: nobody does.
	Audit     audit.Recorder
	AccessLog audit.Lister
	// Origins are the origins whose pages may ask.
	Origins []string
	// LoopbackHosts: requests must name this machine as their host.
	LoopbackHosts bool
	// Console are the audiences that the playground is for; nil: all, empty: there are no pages at all.
	Console []access.Audience
	// SignIn signs people in at the pages; nil: nobody can.
	SignIn *signin.SignIn
	// StockExecutor: every operation runs on gqlgen's own executor, not as a compiled
	// plan. Answers are the same, at several times the cost.
	StockExecutor bool
	// SeparateAdmin: metrics and probes are served by Admin only.
	SeparateAdmin bool
	// LoopbackAdmin: who asks Admin for metrics must name this machine as the host. Probes need
	// not: they tell nothing, and come by many names.
	LoopbackAdmin bool
	// Telemetry takes what is counted; nil: one of the gateway's own.
	Telemetry *telemetry.Telemetry
	// Ready says why the gateway cannot serve now; nil: it always can.
	Ready func() error
	// Log gets what goes wrong; default: [slog.Default].
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	set(&c.RequestTimeout, 2*time.Second)
	set(&c.Guards, guard.Defaults())
	set(&c.ProfileTimeout, 1500*time.Millisecond)
	set(&c.PageCap, 100)
	set(&c.BatchCap, 100)
	set(&c.MaxBody, 1<<20)
	set(&c.Limits, graphqlhttp.DefaultLimits)
	set(&c.Log, slog.Default())
	if c.Telemetry == nil {
		c.Telemetry = telemetry.New(c.Log, graphqlhttp.RequestID)
	}
	if c.Console == nil {
		c.Console = access.Audiences
	}
	if c.Audit == nil {
		c.Audit = audit.Off{}
	}
	if c.Ready == nil {
		c.Ready = func() error { return nil }
	}
	return c
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Gateway serves the graph. As a handler it is the public side: the graph at
// /graphql and the playground at /, and the admin side too unless that is separate.
type Gateway struct {
	http.Handler
	// Admin serves /healthz, /readyz and /metrics.
	Admin http.Handler
	// Streams are the connections that stay open. They are closed before the server is shut
	// down, which does not know of them.
	Streams *streams.Streams
	// closers are the guarded systems.
	closers []io.Closer
}

// Close releases what the systems hold: what was kept, and connections. Requests must
// have ended.
func (g *Gateway) Close() error {
	var errs []error
	for _, c := range g.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// New wires a gateway over systems that have no guards yet. The error lists all
// faults of the systems.
func New(c Config, systems resolvers.Systems) (*Gateway, error) {
	c = c.withDefaults()
	if err := check(systems); err != nil {
		return nil, err
	}
	t := c.Telemetry
	gateway := &Gateway{}
	behind := guardedAll(gateway, systems, c)
	// One for all contracts: a credential spends it wherever it goes.
	budget := cost.NewBudget()
	api := &graphqlhttp.Endpoint{
		Authenticate: c.Authenticate, Origins: c.Origins, LoopbackHosts: c.LoopbackHosts, Deadline: c.RequestTimeout,
		Contracts: map[access.Audience]*graphqlhttp.Contract{},
	}
	options := graphqlhttp.Options{MaxBody: c.MaxBody, Limits: c.Limits, Inputs: inputs.Limits{Lengths: graph.Lengths()}, Log: c.Log}
	options.Streams = graphqlhttp.NewStreams(api, streams.Defaults(), options, c.Revalidate, c.Client)
	api.Streams, gateway.Streams = options.Streams, options.Streams
	documents := map[access.Audience]map[string]string{}
	fitting := map[access.Audience]func() func(*access.Caller) []console.Example{}
	for _, a := range access.Audiences {
		if c.Authenticate == nil && a != access.Internal {
			// Nobody could come.
			continue
		}
		contract, err := graph.NewContract(a)
		if err != nil {
			return nil, errors.Join(err, gateway.Close())
		}
		documents[a], err = consoleDocuments(c, a, contract)
		if err != nil {
			return nil, errors.Join(err, gateway.Close())
		}
		served, err := serve(c, a, contract, documents[a], behind, budget, t, options)
		if err != nil {
			return nil, errors.Join(err, gateway.Close())
		}
		// Only who asks for examples waits for them to be checked.
		api.Contracts[a], fitting[a] = served, sync.OnceValue(func() func(*access.Caller) []console.Example { return fittingExamples(contract, c.Attributes) })
	}
	pages := console.Off()
	if len(c.Console) > 0 {
		pages = console.Handler(func(r *http.Request) console.Visit {
			caller, ok := api.Caller(r)
			if !ok {
				return console.Visit{}
			}
			return console.Visit{
				Refused:  !slices.Contains(c.Console, caller.Audience),
				Examples: fitting[caller.Audience]()(caller), Documents: documents[caller.Audience],
			}
		}, len(c.Console) < len(access.Audiences))
	}

	admin := http.NewServeMux()
	admin.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	admin.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := c.Ready(); err != nil {
			say(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		say(w, http.StatusOK, "ready")
	})
	metrics := t.Handler()
	if c.LoopbackAdmin {
		metrics = graphqlhttp.ForLoopback(metrics)
	}
	admin.Handle("GET /metrics", metrics)

	public := http.NewServeMux()
	public.Handle("/graphql", t.Requests("graphql", api))
	public.Handle("/", t.Requests("console", pages))
	if len(c.Console) > 0 {
		public.Handle("GET /console/sign-in.json", t.Requests("console", http.HandlerFunc(c.SignIn.Describe)))
		public.Handle("POST /console/token", t.Requests("console", http.HandlerFunc(c.SignIn.Exchange)))
	}
	if !c.SeparateAdmin {
		for _, path := range []string{"/healthz", "/readyz"} {
			public.Handle(path, admin)
		}
		// They name the systems, which is nothing for others.
		public.Handle("GET /metrics", api.Internal(t.Handler()))
	}
	gateway.Handler, gateway.Admin = public, admin
	return gateway, nil
}

// fittingExamples gives the examples of the playground that a caller can run: whose names the
// contract has, and for which its credential has what is needed.
func fittingExamples(contract *audience.Contract, attributes map[string]resolvers.AttributeRule) func(*access.Caller) []console.Example {
	all := console.Examples()
	documents := map[string]*ast.QueryDocument{}
	for _, e := range all {
		if doc, errs := gqlparser.LoadQueryWithRules(contract.Schema, e.Document, rules.NewDefaultRules()); errs == nil {
			documents[e.Name] = doc
		}
	}
	runs := resolvers.Runnable(contract, attributes)
	return func(caller *access.Caller) []console.Example {
		return slices.DeleteFunc(slices.Clone(all), func(e console.Example) bool {
			return documents[e.Name] == nil || !runs(caller, documents[e.Name])
		})
	}
}

// consoleDocuments are the documents of the console that fit an audience's contract, for those whom
// the console is for.
func consoleDocuments(c Config, a access.Audience, contract *audience.Contract) (map[string]string, error) {
	all := map[string]string{}
	if !slices.Contains(c.Console, a) {
		return all, nil
	}
	for name, document := range console.Documents() {
		fits, err := audience.Fit(contract.Schema, document)
		if err != nil {
			return nil, fmt.Errorf("the console's document %s: %w", name, err)
		}
		if fits != "" {
			all[name] = fits
		}
	}
	return all, nil
}

// serve gives the handler of an audience's contract. The documents are the console's.
func serve(c Config, a access.Audience, contract *audience.Contract, own map[string]string, systems resolvers.Systems, budget *cost.Budget, t *telemetry.Telemetry, o graphqlhttp.Options) (*graphqlhttp.Contract, error) {
	of, ok := c.Documents[a]
	if !ok {
		of.Automatic = true
	}
	// What a manifest has for other contracts is not there for this one.
	of.Schema = contract.Schema
	of.Own = append(slices.Collect(maps.Values(own)), console.ContractDocument())
	documents, err := persisted.New(of)
	if err != nil {
		return nil, fmt.Errorf("documents of %s: %w", a, err)
	}
	var seal *relay.Seal
	if c.IDSecret != nil {
		seal = relay.NewSeal(c.IDSecret)
	}
	limits := limitsOf(c)
	g := resolvers.New(systems, resolvers.Config{
		PageCap: c.PageCap, BatchCap: c.BatchCap, Contract: contract, Attributes: c.Attributes,
		Seal: seal, Matching: c.Matching, Audit: c.Audit, AccessLog: c.AccessLog, RequestID: graphqlhttp.RequestID,
		Rights: rightsOver(systems, c.BatchCap),
		Limits: func(ctx context.Context) graph.ContractLimits { return told(ctx, c, of.Required) },
	})
	schema := graph.NewSchema(g, contract)
	plans := executor.New(schema, graph.Types(schema), executor.Options{
		Gather: g.Gather(), Prepare: g.Prepare, Guard: g.Guard(), Stock: c.StockExecutor,
		Observe: func(w executor.Way) { t.Executed(string(w)) },
	})
	limiter := cost.Limiter{Calculator: cost.New(contract.Schema, model(systems, c)), Budget: budget, Limits: limits, Refused: t.TooCostly}
	o.Documents, o.Refused = documents, limiter.Charge
	// What is refused otherwise is not charged.
	o.Extensions = []graphql.HandlerExtension{g.Extension(), limiter}
	return graphqlhttp.New(plans, o), nil
}

// guardedAll puts the guards around all systems, for the gateway to close.
func guardedAll(g *Gateway, systems resolvers.Systems, c Config) resolvers.Systems {
	t := c.Telemetry
	return resolvers.Systems{
		Spine:     guard.Spine(systems.Spine, c.ProfileTimeout, t),
		SpineKind: systems.SpineKind,
		Billing:   guarded(g, systems.Billing, c, t),
		Support:   guarded(g, systems.Support, c, t),
		Social:    guarded(g, systems.Social, c, t),
	}
}

// guarded puts the guards around systems, for the gateway to close.
func guarded[V any](g *Gateway, systems []resolvers.System[V], c Config, t *telemetry.Telemetry) []resolvers.System[V] {
	all := make([]resolvers.System[V], len(systems))
	for i, s := range systems {
		settings, ok := c.SystemGuards[s.Source.Name()]
		if !ok {
			settings = c.Guards
		}
		// What a request does not wait for, no breaker would ever see fail.
		settings.Timeout = min(settings.Timeout, c.RequestTimeout*9/10)
		source := guard.New(s.Source, settings, t)
		g.closers = append(g.closers, source)
		all[i] = resolvers.System[V]{Source: source, Kind: s.Kind}
	}
	return all
}

// check reports systems whose names do not fit: "domain/system", each once.
func check(systems resolvers.Systems) error {
	if systems.Spine == nil {
		return errors.New("the store of profiles is missing")
	}
	var errs []error
	seen := map[string]bool{}
	name := func(domain, name string) {
		if d, system, ok := strings.Cut(name, "/"); !ok || d != domain || system == "" {
			errs = append(errs, fmt.Errorf("the source %q must be named %s/SYSTEM", name, domain))
		}
		if seen[name] {
			errs = append(errs, fmt.Errorf("the source %q is there twice", name))
		}
		seen[name] = true
	}
	name(strings.ToLower(string(profiles.Profile)), systems.Spine.Name())
	for _, s := range systems.Billing {
		name("billing", s.Source.Name())
	}
	for _, s := range systems.Support {
		name("support", s.Source.Name())
	}
	for _, s := range systems.Social {
		name("social", s.Source.Name())
	}
	return errors.Join(errs...)
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}
