package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"syscall"
	"testing"
	"time"

	"customer360/access"
	"customer360/audit"
	"customer360/internal/store/storetest"
	"customer360/sources/guard"
)

// What rules cost: a page of 50 customers for callers that more and more is decided for, and recorded of. It
// reports processor time as a ratio to that of an open gateway, of one run: rounds of all
// take turns, and the median of their ratios counts.
//
//	go test ./internal/gateway -run '^$' -bench Access -benchtime 20x
func BenchmarkAccess(b *testing.B) {
	before := config
	defer func() { config = before }()
	config.Guards.Cache = guard.Cache{Separate: true}
	everything := []string{"*"}
	reading := []string{"customers:list", "billing:read", "support:read", "social:read"}
	variants := []struct {
		name    string
		caller  *access.Caller
		audited bool
	}{
		{"open", nil, false},
		{"internal", &access.Caller{Credential: "key:A", Audience: access.Internal, Scopes: everything, Purposes: everything}, false},
		{"frontend", &access.Caller{Credential: "key:B", Audience: access.Frontend, Scopes: append(slices.Clone(reading), "sensitive:*"), Purposes: everything}, false},
		{"masked", &access.Caller{Credential: "key:C", Audience: access.Frontend, Scopes: reading, Purposes: everything}, false},
		{"audited", &access.Caller{Credential: "key:D", Audience: access.Frontend, Scopes: append(slices.Clone(reading), "sensitive:*"), Purposes: everything}, true},
	}
	// Without what needs consent: errors for those who have not agreed are another answer.
	const query = "{ customers(first: 50) { edges { node { id displayName email phone billing { mrr { amount currency } } support { openTickets } sources { source state } } } } }"
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		b.Fatal(err)
	}
	handlers := make([]http.Handler, len(variants))
	for i, v := range variants {
		config.Authenticate, config.Audit = nil, nil
		if v.caller != nil {
			config.Authenticate = func(*http.Request) (*access.Caller, error) { return v.caller, nil }
		}
		if v.audited {
			s, _ := storetest.Open(b)
			l, err := audit.Open(b.Context(), s.Store, audit.Defaults(), quietLog{})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = l.Close(context.Background()) })
			config.Audit = l
		}
		handlers[i] = fakes(b)
	}
	once := func(h http.Handler) {
		r := httptest.NewRequest(http.MethodPost, "/graphql", io.NopCloser(bytes.NewReader(body)))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(discard{http.Header{}}, r)
	}
	const requests = 100
	ratios := make([][]float64, len(variants))
	for b.Loop() {
		var spent [8]time.Duration
		for i, h := range handlers {
			start := processorTime(b)
			for range requests {
				once(h)
			}
			if variants[i].audited {
				// What is written in the background counts as well.
				time.Sleep(300 * time.Millisecond)
			}
			spent[i] = processorTime(b) - start
			ratios[i] = append(ratios[i], float64(spent[i])/float64(spent[0]))
		}
	}
	for i, v := range variants {
		slices.Sort(ratios[i])
		b.ReportMetric(ratios[i][len(ratios[i])/2], v.name+"/open")
	}
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// quietLog observes an audit log, and says nothing.
type quietLog struct{}

func (quietLog) Written(int)          {}
func (quietLog) Lost(int)             {}
func (quietLog) Refused()             {}
func (quietLog) Queued(int)           {}
func (quietLog) Failed(error)         {}
func (quietLog) Removed(int64, error) {}
