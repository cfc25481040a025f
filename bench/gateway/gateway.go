// Package gateway is the project's own gateway as it is measured: what serves the
// graph in production, over adapters that ask the stub.
package gateway

import (
	"cmp"
	"log/slog"
	"net/http"
	"os"
	"time"

	"customer360/bench/stub"
	"customer360/internal/gateway"
	"customer360/resolvers"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/guard"
	"customer360/sources/social"
	"customer360/sources/support"
)

// Options are what the workloads set.
type Options struct {
	// Stock: operations run on gqlgen's own executor.
	Stock bool
	// Cache: answers are kept, for the caller who asked.
	Cache bool
	// Budget is how long a request may take, with breakers off; 0: far longer than any
	// does, so that a slow answer is measured and not given up.
	Budget time.Duration
}

// patience is how long a request may take.
const patience = 20 * time.Second

// New wires a gateway over a stub.
func New(client *stub.Client, o Options) (http.Handler, error) {
	guards := guard.Defaults()
	guards.Cache = guard.Cache{Separate: true}
	if o.Cache {
		guards.Cache = guard.Cache{MaxAge: time.Minute, Keep: time.Minute, Records: 10_000}
	}
	guards.Timeout = patience
	// A breaker would answer at once where the budget is to be seen.
	guards.Breaker.Disabled = o.Budget > 0
	g, err := gateway.New(gateway.Config{
		RequestTimeout: cmp.Or(o.Budget, 2*patience), ProfileTimeout: patience, Guards: guards, PageCap: 1000, BatchCap: stub.Cap, StockExecutor: o.Stock,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	}, resolvers.Systems{
		Spine: spine{client}, SpineKind: "stub",
		Billing: []resolvers.System[*billing.Record]{{Kind: "stub", Source: source[*billing.Record]{client, "/billing", stub.BillingSystem,
			func() func(*scanner, sources.Parts) (string, *billing.Record) { return new(billingReader).record }}}},
		Support: []resolvers.System[*support.Record]{{Kind: "stub", Source: source[*support.Record]{client, "/support", stub.SupportSystem,
			func() func(*scanner, sources.Parts) (string, *support.Record) { return new(supportReader).record }}}},
		Social: []resolvers.System[*social.Record]{{Kind: "stub", Source: source[*social.Record]{client, "/social", stub.SocialSystem,
			func() func(*scanner, sources.Parts) (string, *social.Record) { return new(socialReader).record }}}},
	})
	if err != nil {
		return nil, err
	}
	// Each caller is a scope of its own: no answer and no call is shared between callers.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.ServeHTTP(w, r.WithContext(sources.WithScope(r.Context(), r.Header.Get("Authorization"))))
	}), nil
}
