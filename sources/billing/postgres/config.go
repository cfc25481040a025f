package postgres

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config describes the system.
type Config struct {
	// Name is the source's name, "billing/system".
	Name string `yaml:"-"`
	// DSN is where the database is: an address, postgres://…, or host=… user=…. Reading is
	// all that its role needs to be allowed.
	DSN     string  `yaml:"dsn"`
	Queries Queries `yaml:"queries"`
	// StatementTimeout bounds each query; zero is [defaultTimeout].
	StatementTimeout time.Duration `yaml:"statementTimeout"`
	// MaxConnections bounds connections, over all requests of the gateway; zero is
	// [defaultConnections].
	MaxConnections int `yaml:"maxConnections"`
}

// Queries are the queries, one for each part. A part without one is always empty, but the
// account's must be there.
type Queries struct {
	Account       string `yaml:"account"`
	Subscriptions string `yaml:"subscriptions"`
	Invoices      string `yaml:"invoices"`
	Charges       string `yaml:"charges"`
}

const (
	// defaultTimeout is below the 800 ms that a system has by default: so it is the
	// database that gives up, and the connection stays. Past our own deadline it would be
	// torn down and made again, which costs the server more than the query.
	defaultTimeout = 700 * time.Millisecond
	// defaultConnections serve 400 calls a second of 10 ms each; a server takes 100 of all
	// clients by default.
	defaultConnections = 4
	// maxConnections: a gateway that needs more than this is a gateway with a slow query.
	maxConnections = 100
	// connectTimeout bounds the making of a connection, which goes on when its first caller
	// has gone: a second one finds it ready, if it is to be had at all.
	connectTimeout = 5 * time.Second
	// idleTime is below the four minutes after which some load balancers drop a connection
	// without telling anybody.
	idleTime = 3 * time.Minute
)

var errDSN = errors.New("dsn: it cannot be read: want postgres://user:password@host:5432/database?sslmode=verify-full, " +
	"with characters like @ / ? # in the password as %40 %2F %3F %23; or host=… dbname=… user=… password=…")

// check finds every fault that can be found without the server.
func (c Config) check() ([]query, *pgxpool.Config, error) {
	var errs []error
	if domain, system, _ := strings.Cut(c.Name, "/"); domain == "" || system == "" {
		errs = append(errs, errors.New("name: want domain/system, as billing/ledger"))
	}
	if c.StatementTimeout < 0 || c.StatementTimeout > 0 && c.StatementTimeout < time.Millisecond {
		errs = append(errs, errors.New("statementTimeout: want at least 1ms"))
	}
	if c.MaxConnections < 0 || c.MaxConnections > maxConnections {
		errs = append(errs, fmt.Errorf("maxConnections: want 1 to %d", maxConnections))
	}
	pooled, err := c.pool()
	errs = append(errs, err)
	var queries []query
	for _, part := range parts {
		text := part.query(c.Queries)
		if text == "" && !part.must {
			continue
		}
		q := query{part: part}
		var faults []string
		if q.sql, faults = clean(text); faults != nil {
			for _, fault := range faults {
				errs = append(errs, fmt.Errorf("queries.%s: %s", part.name, fault))
			}
		}
		queries = append(queries, q)
	}
	return queries, pooled, errors.Join(errs...)
}

// pool reads the DSN. Its errors are our own: the library's quote it.
func (c Config) pool() (*pgxpool.Config, error) {
	// Without one, the library would connect to whatever the environment names.
	if strings.TrimSpace(c.DSN) == "" {
		return nil, errors.New("dsn: missing: want postgres://user:password@host:5432/database?sslmode=verify-full")
	}
	p, err := pgxpool.ParseConfig(c.DSN)
	if err != nil {
		return nil, errDSN
	}
	if err := checkTLS(&p.ConnConfig.Config); err != nil {
		return nil, err
	}
	p.MaxConns = int32(cmp.Or(c.MaxConnections, defaultConnections))
	p.MinConns, p.MinIdleConns = 0, 0
	p.MaxConnIdleTime = min(p.MaxConnIdleTime, idleTime)
	// A connection that broke while nobody used it is found by its first use, see on; asking
	// before each use would double the round trips.
	p.ShouldPing = neverPing
	if p.ConnConfig.ConnectTimeout == 0 || p.ConnConfig.ConnectTimeout > connectTimeout {
		p.ConnConfig.ConnectTimeout = connectTimeout
	}
	set := p.ConnConfig.RuntimeParams
	set["client_encoding"] = "UTF8"
	set["application_name"] = cmp.Or(set["application_name"], "customer360")
	return p, nil
}

// checkTLS refuses what is encrypted only if the server, or somebody between, likes it so.
// That is what the library does where sslmode is not said.
func checkTLS(c *pgconn.Config) error {
	plain, encrypted := map[string]bool{}, map[string]bool{}
	add := func(host string, tls bool) {
		if tls {
			encrypted[host] = true
		} else {
			plain[host] = true
		}
	}
	add(c.Host, c.TLSConfig != nil)
	for _, f := range c.Fallbacks {
		add(f.Host, f.TLSConfig != nil)
	}
	for host := range plain {
		if encrypted[host] && !isLocal(host) {
			return errors.New("dsn: say whether the connection must be encrypted: add sslmode=verify-full, " +
				"or sslmode=require where the server's certificate cannot be verified, or sslmode=disable where the network itself can be trusted")
		}
	}
	return nil
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback() || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@")
}
