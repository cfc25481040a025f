package telemetry

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
)

// access are the metrics of who may see what, and of who did.
type access struct {
	credentials *prometheus.CounterVec
	costs       *prometheus.CounterVec
	entries     *prometheus.CounterVec
	queued      prometheus.Gauge
}

func newAccess() access {
	return access{
		credentials: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_credentials_refused_total",
			Help: "Requests with a refused credential, by reason (clients are not told the reason).",
		}, []string{"reason"}),
		costs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_costs_refused_total",
			Help: "Operations refused for their cost, by code: COST_LIMIT (limit per operation), RATE_LIMITED (limit per minute).",
		}, []string{"code"}),
		entries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_audit_entries_total",
			Help: "Entries of the audit log, by outcome: written, lost, refused (a read was refused because it could not be recorded) or removed (by age).",
		}, []string{"outcome"}),
		queued: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "customer360_audit_queued_entries",
			Help: "Entries waiting to be written to the audit log.",
		}),
	}
}

func (a access) collectors() []prometheus.Collector {
	return []prometheus.Collector{a.credentials, a.costs, a.entries, a.queued}
}

// RefusedCredential counts a request whose credential was refused.
func (t *Telemetry) RefusedCredential(reason string) {
	t.access.credentials.WithLabelValues(reason).Inc()
}

// TooCostly counts an operation that was refused for what it costs.
func (t *Telemetry) TooCostly(_ context.Context, code string) {
	t.access.costs.WithLabelValues(code).Inc()
}

// Audit observes the audit log.
type Audit struct{ *Telemetry }

func (a Audit) count(outcome string, n int) {
	a.access.entries.WithLabelValues(outcome).Add(float64(n))
}

// Written counts entries that were stored.
func (a Audit) Written(n int) { a.count("written", n) }

// Lost counts entries that will never be in the log.
func (a Audit) Lost(n int) { a.count("lost", n) }

// Refused counts a read that was refused since it could not be recorded.
func (a Audit) Refused() { a.count("refused", 1) }

// Queued says how many entries wait.
func (a Audit) Queued(n int) { a.access.queued.Set(float64(n)) }

// Failed logs when writing begins to fail, and when it is well again.
func (a Audit) Failed(err error) {
	if err != nil {
		a.log.Error("the audit log cannot be written", "cause", err)
		return
	}
	a.log.Log(context.Background(), slog.LevelInfo, "the audit log is written again")
}

// Removed counts entries that were removed by age, or logs why they were not.
func (a Audit) Removed(n int64, err error) {
	a.count("removed", int(n))
	if err != nil {
		a.log.Error("cannot remove old entries of the audit log", "cause", err)
	}
}
