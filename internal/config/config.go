// Package config reads what an operator configured, from flags, the environment and a file,
// and checks all of it before anything starts: all faults are reported at once.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"customer360/demo"
)

// Store are the flags that name the store of the profiles, shared by all commands.
// A nil pointer is a flag that was not given.
type Store struct {
	MongodbURI     *string `name:"mongodb-uri" env:"C360_MONGODB_URI" placeholder:"URI" help:"The MongoDB that holds the profiles. Without it, a store embedded in the process is used. Its path may name a database; the default is customer360."`
	MongodbIndexes string  `name:"mongodb-indexes" env:"C360_MONGODB_INDEXES" default:"verify" help:"How to handle the indexes in MongoDB: create the missing ones, verify that they exist, or off. Data is never changed."`
	DataDir        string  `name:"data-dir" env:"C360_DATA_DIR" default:"./data" help:"Where the embedded store keeps its files."`
}

// ProfileTimeout is how long one call of the store of profiles may take where nothing is said
// of it.
const ProfileTimeout = 1500 * time.Millisecond

// Serve are the flags of the server.
type Serve struct {
	Store
	Addr            string   `name:"addr" env:"C360_ADDR" default:"127.0.0.1:8080" help:"The address to serve on."`
	AdminAddr       string   `name:"admin-addr" env:"C360_ADMIN_ADDR" placeholder:"ADDR" help:"A separate address for /healthz, /readyz and /metrics. Default: the address that serves the graph."`
	Console         string   `name:"console" env:"C360_CONSOLE" default:"on" placeholder:"on|off|AUDIENCE,..." help:"Who may open the playground: on (everyone who can reach the address), off (no pages), or these audiences (internal, frontend, analyst, partner). The page of the contract is open to everyone unless off. Access to the graph is not affected."`
	Demo            *string  `name:"demo" env:"C360_DEMO" placeholder:"records|live|off" help:"The made-up demo company: records fills an empty embedded store with it (the default if neither a MongoDB nor systems are configured); live reads its records from small stand-ins for Stripe, Zendesk and Mastodon in this process; off leaves the store as it is."`
	DemoFault       []string `name:"demo-fault" env:"C360_DEMO_FAULT" placeholder:"SOURCE=FAULT" help:"Make a source fail on purpose: billing, support or social = error, hang, slow or partial. With billing=error@30s it fails 30 s after it was first asked. May be repeated."`
	RequestTimeout  string   `name:"request-timeout" env:"C360_REQUEST_TIMEOUT" default:"2s" help:"The timeout of a request. Sources that have not answered by then are reported as TIMED_OUT."`
	SourceTimeout   string   `name:"source-timeout" env:"C360_SOURCE_TIMEOUT" default:"800ms" help:"The timeout of one call to a billing, support or social system."`
	ProfileTimeout  string   `name:"profile-timeout" env:"C360_PROFILE_TIMEOUT" default:"1500ms" help:"The timeout of one call to the store of profiles."`
	DocumentsMaxAge string   `name:"documents-max-age" env:"C360_DOCUMENTS_MAX_AGE" default:"24h" help:"The age at which a landed billing, support or social record is reported as stale; 0: never."`
	PageCap         string   `name:"page-cap" env:"C360_PAGE_CAP" default:"100" help:"The largest page that a caller may request."`
	MaxConnections  string   `name:"max-connections" env:"C360_MAX_CONNECTIONS" default:"4096" help:"The most simultaneous connections on each address. Further ones wait."`
	LogLevel        string   `name:"log-level" env:"C360_LOG_LEVEL" default:"info" help:"The lowest level that is logged: debug, info, warn or error."`
	LogFormat       string   `name:"log-format" env:"C360_LOG_FORMAT" default:"text" help:"The format of the log on standard error: text or json."`
	ShutdownDelay   string   `name:"shutdown-delay" env:"C360_SHUTDOWN_DELAY" placeholder:"10s" help:"How long to keep serving after SIGTERM while /readyz fails, so that load balancers notice. Default: 10s; on a loopback address 1s."`
	ShutdownTimeout string   `name:"shutdown-timeout" env:"C360_SHUTDOWN_TIMEOUT" default:"10s" help:"How long to wait for running requests after that."`
	Checked         `kong:"-"`
}

// Checked are the values of [Serve] that are not text, after Check.
type Checked struct {
	RequestTimeout, SourceTimeout, ProfileTimeout time.Duration
	MaxAge                                        time.Duration
	PageCap                                       int
	MaxConnections                                int
	ShutdownDelay, ShutdownTimeout                time.Duration
	// Console are the audiences that the playground is for, in capitals; nil: all, empty: there are no pages.
	Console []string
	// SeedDemo: fill an empty embedded store with the demo company.
	SeedDemo bool
	// LiveDemo: its records are asked of vendors' servers, and not landed.
	LiveDemo bool
	// Faults are the demo's faults, by source.
	Faults map[string]demo.Fault
}

// Check reports every fault of the store's flags.
func (s Store) Check() error {
	var errs []error
	if s.MongodbURI != nil && *s.MongodbURI == "" {
		errs = append(errs, errors.New("C360_MONGODB_URI (--mongodb-uri) is set but empty: set it to the MongoDB to use, or unset it to use the embedded store"))
	}
	switch s.MongodbIndexes {
	case "create", "verify", "off":
	default:
		errs = append(errs, fmt.Errorf("--mongodb-indexes must be create, verify or off, not %q", s.MongodbIndexes))
	}
	if s.DataDir == "" {
		errs = append(errs, errors.New("--data-dir is empty: give a directory"))
	}
	return errors.Join(errs...)
}

// URI gives the MongoDB to use; empty: the embedded store.
func (s Store) URI() string {
	if s.MongodbURI == nil {
		return ""
	}
	return *s.MongodbURI
}

// Check reports every fault of the server's flags, and fills in Checked.
func (s *Serve) Check() error {
	errs := []error{s.Store.Check()}
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	duration := func(flag, text string, least time.Duration) time.Duration {
		d, err := time.ParseDuration(text)
		if err != nil || d < least {
			fault("--%s must be a duration of at least %s, such as 800ms or 2s, not %q", flag, least, text)
		}
		return d
	}
	c := &s.Checked
	c.RequestTimeout = duration("request-timeout", s.RequestTimeout, time.Millisecond)
	c.SourceTimeout = duration("source-timeout", s.SourceTimeout, time.Millisecond)
	c.ProfileTimeout = duration("profile-timeout", s.ProfileTimeout, time.Millisecond)
	c.MaxAge = duration("documents-max-age", s.DocumentsMaxAge, 0)
	delay := "10s"
	if IsLoopback(s.Addr) {
		// No load balancer is there to notice, and somebody waits at a terminal.
		delay = "1s"
	}
	s.ShutdownDelay = cmp.Or(s.ShutdownDelay, delay)
	c.ShutdownDelay = duration("shutdown-delay", s.ShutdownDelay, 0)
	c.ShutdownTimeout = duration("shutdown-timeout", s.ShutdownTimeout, 0)
	var err error
	if c.PageCap, err = strconv.Atoi(s.PageCap); err != nil || c.PageCap < 1 || c.PageCap > 10000 {
		fault("--page-cap must be a number from 1 to 10000, not %q", s.PageCap)
	}
	if c.MaxConnections, err = strconv.Atoi(s.MaxConnections); err != nil || c.MaxConnections < 1 || c.MaxConnections > 1_000_000 {
		fault("--max-connections must be a number from 1 to 1000000, not %q", s.MaxConnections)
	}
	switch s.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		fault("--log-level must be debug, info, warn or error, not %q", s.LogLevel)
	}
	if s.LogFormat != "text" && s.LogFormat != "json" {
		fault("--log-format must be text or json, not %q", s.LogFormat)
	}
	s.checkConsole(fault)
	s.checkDemo(fault)
	for flag, addr := range map[string]string{"addr": s.Addr, "admin-addr": s.AdminAddr} {
		if addr == "" && flag == "admin-addr" {
			continue
		}
		if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
			fault("--%s must be HOST:PORT, such as 127.0.0.1:8080, not %q", flag, addr)
		}
	}
	return errors.Join(errs...)
}

// Audiences are the names of those that flags can name: all.
var Audiences = []string{"internal", "frontend", "analyst", "partner"}

func (s *Serve) checkConsole(fault func(string, ...any)) {
	switch s.Console {
	case "on":
		return
	case "off":
		s.Checked.Console = []string{}
		return
	}
	for name := range strings.SplitSeq(s.Console, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); !slices.Contains(Audiences, name) {
			fault("--console must be on, off, or comma-separated audiences (%s), not %q", strings.Join(Audiences, ", "), s.Console)
			return
		}
		s.Checked.Console = append(s.Checked.Console, strings.ToUpper(name))
	}
}

func (s *Serve) checkDemo(fault func(string, ...any)) {
	named := s.Demo != nil
	mode := "records"
	if named {
		mode = *s.Demo
	}
	switch {
	case mode != "records" && mode != "live" && mode != "off":
		fault("--demo must be records, live or off, not %q", mode)
	case s.URI() != "" && named && mode != "off":
		fault("--demo fills the embedded store only: it never writes made-up customers to a configured MongoDB")
	}
	s.Checked.SeedDemo = s.URI() == "" && mode != "off"
	s.Checked.LiveDemo = s.Checked.SeedDemo && mode == "live"
	if s.Checked.SeedDemo && !named && !IsLoopback(s.Addr) {
		fault("other machines can reach --addr %s, but only the made-up demo company would be served: set --mongodb-uri, or serve the demo on purpose with --demo records, or an empty store with --demo off", s.Addr)
	}
	s.Checked.Faults = map[string]demo.Fault{}
	for _, text := range s.DemoFault {
		source, f, err := demo.ParseFault(text)
		if err != nil {
			fault("--demo-fault: %w", err)
			continue
		}
		s.Checked.Faults[source] = f
	}
	if len(s.Checked.Faults) > 0 && !s.Checked.SeedDemo {
		fault("--demo-fault requires --demo records or --demo live")
	}
}

// IsLoopback reports whether an address can be reached from this machine only.
func IsLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return true // told as a fault of its own
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
