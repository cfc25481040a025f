// Package telemetry counts what the gateway does, for Prometheus, and logs what
// went wrong: one line for each failed call of a source.
package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"customer360/sources"
	"customer360/sources/guard"
)

// Telemetry holds the metrics of one gateway.
type Telemetry struct {
	log      *slog.Logger
	request  func(context.Context) string
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	keys     *prometheus.CounterVec
	took     *prometheus.HistogramVec
	requests *prometheus.HistogramVec
}

// latencies are from a read of the embedded store to the longest deadline.
var latencies = []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .4, .8, 1.5, 3}

// New makes the metrics. Failed calls go to the log, with the id of the request that
// they belong to, which request gives.
func New(log *slog.Logger, request func(context.Context) string) *Telemetry {
	t := &Telemetry{
		log:      log,
		request:  request,
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_source_calls_total",
			Help: "Calls of sources, by outcome: OK, or the kind of the error.",
		}, []string{"source", "outcome"}),
		keys: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_source_keys_total",
			Help: "Keys that sources were asked, by whether they were answered.",
		}, []string{"source", "answered"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "customer360_source_call_duration_seconds",
			Help:    "How long calls of sources took, as the gateway saw it.",
			Buckets: latencies,
		}, []string{"source"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "customer360_http_request_duration_seconds",
			Help:    "How long HTTP requests took, by handler and status code.",
			Buckets: latencies,
		}, []string{"handler", "code"}),
	}
	t.registry.MustRegister(t.calls, t.keys, t.took, t.requests,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return t
}

// Observe counts a call of a source, and logs it if it failed. It is a [guard.Observer].
func (t *Telemetry) Observe(ctx context.Context, c guard.Call) {
	outcome := "OK"
	if c.Err != nil {
		outcome = string(c.Err.Kind)
		level := slog.LevelWarn
		switch c.Err.Kind {
		case sources.Internal:
			level = slog.LevelError
		case sources.Canceled:
			// The client went away: nobody has to act.
			level = slog.LevelDebug
		}
		cause := ""
		if c.Err.Err != nil && !errors.Is(c.Err.Err, context.DeadlineExceeded) {
			cause = c.Err.Err.Error()
		}
		t.log.Log(ctx, level, "source failed", "source", c.Source, "kind", c.Err.Kind,
			"keys", c.Keys, "answered", c.Answered, "took", c.Took.Round(time.Millisecond), "cause", cause, "request", t.request(ctx))
	}
	t.calls.WithLabelValues(c.Source, outcome).Inc()
	t.keys.WithLabelValues(c.Source, "true").Add(float64(c.Answered))
	t.keys.WithLabelValues(c.Source, "false").Add(float64(c.Keys - c.Answered))
	t.took.WithLabelValues(c.Source).Observe(c.Took.Seconds())
}

// Handler serves the metrics in Prometheus' text format.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Requests counts the requests of a handler under a name.
func (t *Telemetry) Requests(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		s := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(s, r)
		t.requests.WithLabelValues(name, strconv.Itoa(s.status)).Observe(time.Since(start).Seconds())
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] and [http.MaxBytesReader] reach the
// connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
