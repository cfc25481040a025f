package postgres

import (
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"customer360/sources"
	"customer360/sources/billing"
)

const plainQuery = "select id as account from customers where id = any($1)"

func TestNewListsEveryFault(t *testing.T) {
	t.Setenv("PGHOST", "elsewhere.example")
	for _, test := range []struct {
		config Config
		says   []string
	}{
		{Config{}, []string{"name: want", "dsn: missing", "queries.account: there is none"}},
		{
			Config{
				Name: "ledger", DSN: "postgres://u:correct-horse@db.example.com/x", StatementTimeout: time.Microsecond, MaxConnections: 101,
				Queries: Queries{Account: "delete from customers where id = any($1)", Subscriptions: "select 1", Invoices: "select $1, $2; select 2", Charges: "select ('"},
			},
			[]string{
				"name: want", "statementTimeout: want at least 1ms", "maxConnections: want 1 to 100", "dsn: say whether the connection must be encrypted",
				"queries.account: want a SELECT", "queries.subscriptions: it does not mention $1", "queries.invoices: it has more parameters than $1",
				"queries.invoices: there is more after the semicolon", "queries.charges: a text in '…' does not end", "queries.charges: there is a ( without its )",
			},
		},
	} {
		s, err := New(test.config)
		if s != nil || err == nil {
			t.Fatalf("%+v was taken", test.config)
		}
		for _, says := range test.says {
			if !strings.Contains(err.Error(), says) {
				t.Errorf("it does not say %q:\n%v", says, err)
			}
		}
		if strings.Contains(err.Error(), "horse") {
			t.Errorf("the password is in the error: %v", err)
		}
	}
}

func TestDSN(t *testing.T) {
	for dsn, ok := range map[string]bool{
		"postgres://u:correct-horse@db.example.com/x":                                   false,
		"postgres://u:correct-horse@db.example.com/x?sslmode=prefer":                    false,
		"postgres://u:correct-horse@db.example.com/x?sslmode=allow":                     false,
		"postgres://u:correct-horse@localhost,db.example.com/x":                         false,
		"postgres://u:correct-horse@db.example.com/x?sslmode=require":                   true,
		"postgres://u:correct-horse@db.example.com,db2.example.com/x?sslmode=verify-ca": true,
		"postgres://u:correct-horse@db.example.com/x?sslmode=disable":                   true,
		"postgres://u:correct-horse@localhost/x":                                        true,
		"postgres://u:correct-horse@[::1]:5433/x":                                       true,
		"host=/var/run/postgresql dbname=x user=u password=correct-horse":               true,
		"host=127.0.0.1 dbname=x user=u password='correct-horse' pool_max_conns=50":     true,
		"postgres://u:correct-horse@db.example.com:port/x?sslmode=require":              false,
		"postgres://u:correct-horse/?#@db.example.com/x?sslmode=require":                false,
		"postgres://u:correct%horse@db.example.com/x?sslmode=require":                   false,
		"host=127.0.0.1 password=correct-horse sslmode=correct-horse":                   false,
		"u:correct-horse@db.example.com":                                                false,
		"host=127.0.0.1 service=correct-horse":                                          false,
		"postgres://u:p@127.0.0.1/x?sslmode=verify-full&sslrootcert=/correct-horse.pem": false,
	} {
		s, err := New(Config{Name: "billing/ledger", DSN: dsn, Queries: Queries{Account: plainQuery}})
		if (err == nil) != ok {
			t.Errorf("%s: %v", dsn, err)
		}
		if err == nil {
			_ = s.(io.Closer).Close()
		} else if strings.Contains(err.Error(), "horse") || strings.Contains(err.Error(), "example.com") {
			t.Errorf("%s: the error quotes it: %v", dsn, err)
		}
	}
}

func TestPool(t *testing.T) {
	p, err := Config{DSN: "host=127.0.0.1 pool_max_conns=50 pool_min_conns=3 connect_timeout=60 application_name=mine search_path=ledger"}.pool()
	if err != nil {
		t.Fatal(err)
	}
	if p.MaxConns != 4 || p.MinConns != 0 || p.MaxConnIdleTime != idleTime || p.ConnConfig.ConnectTimeout != connectTimeout || p.ConnConfig.Tracer != nil {
		t.Errorf("%+v", p)
	}
	if set := p.ConnConfig.RuntimeParams; set["application_name"] != "mine" || set["search_path"] != "ledger" || set["client_encoding"] != "UTF8" {
		t.Errorf("%v", set)
	}
}

// The columns are the fields of our types, in their order but for the key and the url.
func TestColumnsAreFields(t *testing.T) {
	for i, owned := range []any{billing.Account{}, billing.Subscription{}, billing.Invoice{}, billing.Charge{}} {
		p := parts[i]
		want := []string{"account", "url", "currency"}
		if p.date != "" {
			want = append(want, "record_id")
		}
		for f := range reflect.TypeOf(owned).Fields() {
			if f.Type == reflect.TypeFor[sources.Ref]() {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if want = append(want, snake(name)); want[len(want)-1] == "currency" {
				want = want[:len(want)-1]
			}
		}
		var got []string
		for _, c := range p.columns {
			got = append(got, c.name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: columns\n%q; fields\n%q", p.name, got, want)
		}
		if _, ok := p.column(p.date); p.date != "" && !ok {
			t.Errorf("%s has no column %s", p.name, p.date)
		}
	}
}

func snake(camel string) string {
	var b strings.Builder
	for _, r := range camel {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func TestNoCall(t *testing.T) {
	s, err := New(Config{Name: "billing/ledger", DSN: "host=127.0.0.1 port=1", Queries: Queries{Account: plainQuery}})
	if err != nil {
		t.Fatal(err)
	}
	if answers, err := s.Fetch(t.Context(), nil, billing.AllParts); answers != nil || err != nil {
		t.Errorf("%v, %v", answers, err)
	}
	closer := s.(io.Closer)
	if err := closer.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Fetch(t.Context(), []string{"a"}, billing.AllParts); err == nil {
		t.Error("it was asked after its end")
	}
	_ = closer.Close()
}
