package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"customer360/demo"
	"customer360/internal/config"
	"customer360/internal/gateway"
	"customer360/internal/store"
	"customer360/resolvers"
	"customer360/sources"
	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/documents"
	"customer360/sources/guard"
	profiledocs "customer360/sources/profiles/documents"
	socialdocs "customer360/sources/social/documents"
	supportdocs "customer360/sources/support/documents"
)

// serve serves the graph until ctx ends, and then in order: not ready, a moment for
// load balancers to notice, running requests, the store.
func serve(ctx context.Context, c config.Serve, stdout, stderr io.Writer) (err error) {
	if err := c.Check(); err != nil {
		return err
	}
	log := logger(c, stderr)
	listener, err := listen(c.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	var admin net.Listener
	if c.AdminAddr != "" {
		if admin, err = listen(c.AdminAddr); err != nil {
			return err
		}
		defer admin.Close()
	}
	s, err := store.Open(ctx, store.Config{URI: c.URI(), DataDir: c.DataDir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	spine := profiledocs.New("profile/"+demo.System, s.Store)
	if err := prepare(ctx, c, s, spine); err != nil {
		return err
	}
	systems, err := documentSystems(c, s.Store, spine)
	if err != nil {
		return err
	}
	guards := guard.Defaults()
	guards.Timeout = c.Checked.SourceTimeout
	ready := gateway.NewReadiness(s.Ping)
	g, err := gateway.New(gateway.Config{
		RequestTimeout: c.Checked.RequestTimeout,
		Guards:         guards,
		ProfileTimeout: c.Checked.ProfileTimeout,
		PageCap:        c.Checked.PageCap,
		SeparateAdmin:  admin != nil,
		Ready:          ready.Err,
		Log:            log,
	}, systems)
	if err != nil {
		return err
	}
	defer g.Close()

	// Requests outlive the signal, and end within their own deadline.
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	background.Go(func() { ready.Watch(watching) })
	if c.Checked.SeedDemo {
		background.Go(func() { refreshDemo(watching, s.Store, log) })
	}
	defer background.Wait()
	defer stopWatching()

	if err := greet(ctx, stdout, listener.Addr().String(), c, s, spine); err != nil {
		log.Warn("the greeting could not count the customers", "error", err)
	}
	failed := make(chan error, 2)
	servers := []*http.Server{start(g, listener, log, failed)}
	if admin != nil {
		servers = append(servers, start(g.Admin, admin, log, failed))
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
		log.Info("shutting down: not ready, then running requests are finished")
		ready.Close()
		time.Sleep(c.Checked.ShutdownDelay)
	}
	return errors.Join(err, shutDown(servers, c.Checked.ShutdownTimeout))
}

// prepare makes the store ready: its indexes, and the demo company where it is wanted.
func prepare(ctx context.Context, c config.Serve, s *store.Store, spine *profiledocs.Spine) error {
	if c.URI() != "" {
		return indexes(ctx, c.Store, spine)
	}
	made, err := demo.IsIn(ctx, s.Store)
	switch {
	case err != nil:
		return err
	case !c.Checked.SeedDemo && made && !config.IsLoopback(c.Addr):
		return fmt.Errorf("the data directory %s holds the made-up demo company, and --addr %s can be reached from other machines: name another --data-dir, or ask for the demo by name with --demo records", c.DataDir, c.Addr)
	case !c.Checked.SeedDemo:
		return nil
	}
	var needed bool
	if made {
		needed, err = demo.IsCutShort(ctx, s.Store)
	} else {
		// Customers that somebody imported are not mixed with made-up ones.
		needed, err = spine.IsEmpty(ctx)
	}
	if err != nil || !needed {
		return err
	}
	if err := demo.New(time.Now()).Land(ctx, spine, s.Store); err != nil {
		return err
	}
	return s.Optimize(ctx)
}

// refreshEvery is well below the age at which the demo's records are stale.
const refreshEvery = 6 * time.Hour

// refreshDemo keeps the demo's records as fresh as a landing job would, until ctx ends.
func refreshDemo(ctx context.Context, s documents.Store, log *slog.Logger) {
	for {
		if err := demo.New(time.Now()).Refresh(ctx, s); err != nil && ctx.Err() == nil {
			log.Warn("the demo's records were not refreshed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(refreshEvery):
		}
	}
}

// indexes creates or verifies the indexes of a configured MongoDB.
func indexes(ctx context.Context, c config.Store, spine *profiledocs.Spine) error {
	switch c.MongodbIndexes {
	case "create":
		return spine.CreateIndexes(ctx)
	case "verify":
		return spine.VerifyIndexes(ctx)
	}
	return nil
}

// documentSystems are the systems of a company that lands its records in MongoDB.
// A system of another kind is added here, beside these.
func documentSystems(c config.Serve, s documents.Store, spine *profiledocs.Spine) (resolvers.Systems, error) {
	of := func(domain string) documents.Config {
		return documents.Config{Name: domain + "/" + demo.System, Store: s, Collection: domain, MaxAge: c.Checked.MaxAge}
	}
	b, err1 := billingdocs.New(of("billing"))
	p, err2 := supportdocs.New(of("support"))
	n, err3 := socialdocs.New(of("social"))
	const kind = "documents"
	faults := c.Checked.Faults
	return resolvers.Systems{
		Spine:     spine,
		SpineKind: kind,
		Billing:   system(demo.Faulty(b, faults["billing"]), kind),
		Support:   system(demo.Faulty(p, faults["support"]), kind),
		Social:    system(demo.Faulty(n, faults["social"]), kind),
	}, errors.Join(err1, err2, err3)
}

func system[V any](s sources.Source[string, V], kind string) []resolvers.System[V] {
	return []resolvers.System[V]{{Source: s, Kind: kind}}
}

// listen takes an address, and says in one line why it cannot.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another process: stop it, or name another address with --addr", addr)
	case err != nil:
		return nil, fmt.Errorf("the address %s cannot be served on: %w", addr, err)
	}
	return l, nil
}

// start serves a handler. Its bounds are far beyond what an honest client needs.
func start(h http.Handler, l net.Listener, log *slog.Logger, failed chan<- error) *http.Server {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return s
}

// shutDown finishes running requests, for as long as timeout.
func shutDown(servers []*http.Server, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	var errs []error
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("running requests were not finished within %s", timeout), s.Close())
		}
	}
	return errors.Join(errs...)
}

// greet says what is served where, and what to try.
func greet(ctx context.Context, w io.Writer, addr string, c config.Serve, s *store.Store, spine *profiledocs.Spine) error {
	n, err := spine.Count(ctx)
	if err != nil {
		return err
	}
	isDemo, err := demo.IsIn(ctx, s.Store)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "customer360 serves http://%s/ (playground) and http://%s/graphql\n", addr, addr)
	whose, query := "customers", `{ customers(first: 3) { edges { node { id displayName sources { source state } } } } }`
	if isDemo {
		whose = "customers, those of a made-up telecom company among them"
		query = `{ customer(by: {email: "grigory@example.com"}) { displayName billing { mrr { amount currency } } support { openTickets } sources { source state } } }`
	}
	fmt.Fprintf(w, "In the graph: %d %s, and what billing, support and social systems hold of them.\n", n, whose)
	for source, f := range c.Checked.Faults {
		fmt.Fprintf(w, "Failing for show: %s (%s).\n", source, f)
	}
	fmt.Fprintf(w, "Try: %s\n", query)
	return nil
}

func logger(c config.Serve, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // checked before
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
