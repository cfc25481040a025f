package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/netutil"

	"customer360/access"
	"customer360/demo"
	"customer360/demo/live"
	"customer360/internal/config"
	"customer360/internal/gateway"
	"customer360/internal/graphqlhttp"
	"customer360/internal/store"
	"customer360/internal/telemetry"
	"customer360/sources/documents"
	"customer360/sources/guard"
	profiledocs "customer360/sources/profiles/documents"
)

// serve serves the graph until ctx ends, and then in order: not ready, a moment for
// load balancers to notice, running requests, the store.
func serve(ctx context.Context, c config.Serve, f *config.File, stdout, stderr io.Writer) (err error) {
	if err := c.Check(); err != nil {
		return err
	}
	if f.Systems != nil && c.Demo == nil {
		// Who names systems of their own does not want made-up customers beside them.
		c.Checked.SeedDemo = false
	}
	settings, auditing, err := accessOf(f)
	if err != nil {
		return cmp.Or(allFaults(f, nil), err)
	}
	log := logger(c, stderr)
	defer outliveTerminal(log)()
	listener, err := listen(c.Addr, c.Checked.MaxConnections)
	if err != nil {
		return err
	}
	defer listener.Close()
	var admin net.Listener
	if c.AdminAddr != "" {
		if admin, err = listen(c.AdminAddr, c.Checked.MaxConnections); err != nil {
			return err
		}
		defer admin.Close()
	}
	company, vendors := demo.New, (*live.Servers)(nil)
	if c.Checked.LiveDemo {
		company = live.Profiles
		if vendors, err = live.Start(live.Company(time.Now()), c.Checked.Faults); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, vendors.Close()) }()
		// Its customers are linked to other systems than those of the demo's records.
		c.DataDir = filepath.Join(c.DataDir, "live")
	}
	s, err := store.Open(ctx, store.Config{URI: c.URI(), DataDir: c.DataDir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if s.Exposed {
		log.Warn("other users can list the data directory: run chmod 700 on it", "directory", c.DataDir)
	}
	spine := profiledocs.New("profile/"+cmp.Or(f.Profiles.System, demo.System), s.Store)
	if err := prepare(ctx, c, company, s, spine); err != nil {
		return err
	}
	systems, err := openSystems(f, surroundings{
		spine: spine, store: s.Store, maxAge: c.Checked.MaxAge, defaults: defaultGuards(c.Checked.SourceTimeout),
		faults: c.Checked.Faults, vendors: vendors,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, systems.Close()) }()
	if err := checkSystems(ctx, systems, f, log); err != nil {
		return err
	}
	for name, g := range systems.guards {
		if g.Timeout > c.Checked.RequestTimeout {
			log.Warn("a source's timeout is longer than that of requests: raise --request-timeout as well", "source", name, "timeout", g.Timeout, "request", c.Checked.RequestTimeout)
		}
	}
	t := telemetry.New(log, graphqlhttp.RequestID)
	running, hash := thisBuild(), c.Hash(f)
	t.Runs(telemetry.Build(running), hash)
	log.Info("starting", "version", running.Version, "commit", running.Commit, "go", running.Go, "config", hash)
	admission, err := admit(ctx, c, settings, auditing, s, t, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admission.Close()) }()
	if names := s.Upgraded(); len(names) > 0 {
		log.Info("the data directory was upgraded to the format of this version", "collections", names)
	}
	gateway.TuneGC()
	ready := gateway.NewReadiness(s.Ping)
	serving := gateway.Config{
		RequestTimeout: c.Checked.RequestTimeout,
		SystemGuards:   systems.guards,
		ProfileTimeout: c.Checked.ProfileTimeout,
		PageCap:        c.Checked.PageCap,
		SeparateAdmin:  admin != nil,
		LoopbackAdmin:  admin != nil && config.IsLoopback(c.AdminAddr),
		Ready:          ready.Err,
		Log:            log,
		Telemetry:      t,
		Charges:        systems.charges,
		Console:        audiences(c.Checked.Console),
	}
	admission.into(&serving, settings)
	g, err := gateway.New(serving, systems.Systems)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()

	// Requests outlive the signal, and end within their own deadline.
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	background.Go(func() { ready.Watch(watching) })
	background.Go(func() { migrateStored(watching, c.URI() == "", spine, log) })
	background.Go(func() { warnOfSlowLists(watching, spine, c.Checked.ProfileTimeout, log) })
	if c.Checked.SeedDemo {
		background.Go(func() { refreshDemo(watching, company, s.Store, log) })
	}
	defer background.Wait()
	defer stopWatching()

	if err := greet(ctx, stdout, listener.Addr().String(), c, systems, s, spine); err != nil {
		log.Warn("the customers could not be counted at startup", "error", err)
	}
	admission.tellKeys(stdout)
	failed := make(chan error, 2)
	servers := []*http.Server{start(g, listener, log, failed)}
	if admin != nil {
		servers = append(servers, start(g.Admin, admin, log, failed))
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
		log.Info("shutting down: running requests are finished first")
		ready.Close()
		time.Sleep(c.Checked.ShutdownDelay)
	}
	// At once, since neither ends before the other: what is left of one's time is the other's, too.
	ending, cancel := context.WithTimeout(watching, c.Checked.ShutdownTimeout)
	defer cancel()
	streams := make(chan error, 1)
	go func() { streams <- g.Streams.Close(ending) }()
	return errors.Join(err, shutDown(servers, c.Checked.ShutdownTimeout), <-streams)
}

// outliveTerminal keeps a hangup, as of a terminal that is closed, from ending the gateway
// until stop is called.
func outliveTerminal(log *slog.Logger) (stop func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	var noting sync.WaitGroup
	noting.Go(func() {
		for range hangups {
			log.Info("SIGHUP has no effect: the configuration is read at startup only")
		}
	})
	return func() {
		signal.Stop(hangups)
		close(hangups)
		noting.Wait()
	}
}

// prepare makes the store ready: its indexes, and the demo company where it is wanted.
func prepare(ctx context.Context, c config.Serve, company func(time.Time) *demo.Company, s *store.Store, spine *profiledocs.Spine) error {
	if c.URI() != "" {
		return indexes(ctx, c.Store, spine)
	}
	made, err := demo.IsIn(ctx, s.Store)
	switch {
	case err != nil:
		return err
	case !c.Checked.SeedDemo && made && !config.IsLoopback(c.Addr):
		return fmt.Errorf("the data directory %s holds the made-up demo company, and other machines can reach --addr %s: use another --data-dir, or serve the demo on purpose with --demo records", c.DataDir, c.Addr)
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
	if err := company(time.Now()).Land(ctx, spine, s.Store); err != nil {
		return err
	}
	return s.Optimize(ctx)
}

// refreshEvery is well below the age at which the demo's records are stale.
const refreshEvery = 6 * time.Hour

// refreshDemo keeps the demo's records as fresh as a landing job would, until ctx ends.
func refreshDemo(ctx context.Context, company func(time.Time) *demo.Company, s documents.Store, log *slog.Logger) {
	for {
		if err := company(time.Now()).Refresh(ctx, s); err != nil && ctx.Err() == nil {
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

// defaultGuards are the guards of systems whose configuration does not say others;
// timeout zero: the default.
func defaultGuards(timeout time.Duration) guard.Settings {
	s := guard.Defaults()
	s.Timeout = cmp.Or(timeout, s.Timeout)
	return s
}

// audiences gives those of names that were checked; nil of nil.
func audiences(names []string) []access.Audience {
	if names == nil {
		return nil
	}
	all := make([]access.Audience, len(names))
	for i, name := range names {
		all[i] = access.Audience(name)
	}
	return all
}

// checkTimeout bounds how long a start waits for systems to say whether their
// configuration is right.
const checkTimeout = 5 * time.Second

// checkSystems stops the start where a system says that it is configured wrongly, and
// only tells of one that is down.
func checkSystems(ctx context.Context, s *systems, f *config.File, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return s.check(ctx, f, func(name string, err error) {
		log.Warn("source does not answer; it is asked again when needed", "source", name, "cause", err)
	})
}

// listen takes an address for so many connections at once, and says in one line why it cannot.
func listen(addr string, connections int) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another process: stop it, or choose another address with --addr", addr)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return netutil.LimitListener(l, connections), nil
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
			errs = append(errs, fmt.Errorf("running requests did not finish within %s", timeout), s.Close())
		}
	}
	return errors.Join(errs...)
}

// greet says what is served where, and what to try.
func greet(ctx context.Context, w io.Writer, addr string, c config.Serve, asked *systems, s *store.Store, spine *profiledocs.Spine) error {
	n, err := spine.Count(ctx)
	if err != nil {
		return err
	}
	isDemo, err := demo.IsIn(ctx, s.Store)
	if err != nil {
		return err
	}
	if c.Console == "off" {
		fmt.Fprintf(w, "customer360 serves http://%s/graphql\n", addr)
	} else {
		fmt.Fprintf(w, "customer360 serves http://%s/ (playground) and http://%s/graphql\n", addr, addr)
	}
	whose, query := "customers", `{ customers(first: 3) { edges { node { id displayName sources { source state } } } } }`
	if isDemo {
		whose = "customers (including those of a made-up telecom company)"
		query = `{ customer(by: {email: "grigory@example.com"}) { displayName billing { mrr { amount currency } } support { openTickets } sources { source state } } }`
	}
	names := make([]string, len(asked.probes))
	for i, p := range asked.probes {
		names[i] = p.name
	}
	fmt.Fprintf(w, "Serving %d %s, with records from %s.\n", n, whose, strings.Join(names, ", "))
	if v := asked.vendors; v != nil {
		fmt.Fprintf(w, "Stand-ins for the vendors' APIs: Stripe %s, Zendesk %s, Mastodon %s.\n", v.StripeURL, v.ZendeskURL, v.MastodonURL)
	}
	for source, f := range c.Checked.Faults {
		fmt.Fprintf(w, "Failing on purpose: %s (%s).\n", source, f)
	}
	fmt.Fprintf(w, "Try: %s\n", query)
	return nil
}

func logger(c config.Serve, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // checked before
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(telemetry.Traced(slog.NewJSONHandler(w, o)))
	}
	return slog.New(telemetry.Traced(slog.NewTextHandler(w, o)))
}
