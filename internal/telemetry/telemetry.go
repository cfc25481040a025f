// Package telemetry counts what the gateway does, for Prometheus, and logs what
// went wrong: one line for each failed call of a source.
package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
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
	retries  *prometheus.CounterVec
	breakers *prometheus.GaugeVec
	cache    *prometheus.CounterVec
	ways     *prometheus.CounterVec
	access   access
	// sources are the *sourceMetrics by the names of sources.
	sources sync.Map
	// told are the failures that the log has: one operation may meet the same one many times.
	told *lru.Cache[failure, struct{}]
}

// A failure is what is told once of a request.
type failure struct {
	// of keeps those apart to which clients gave the same id.
	of                           *sources.Request
	request, source, kind, cause string
}

// maxTold is far more than what requests that are under way meet.
const maxTold = 1000

// latencies are from a read of the embedded store to the longest deadline.
var latencies = []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .4, .8, 1.5, 3}

// New makes the metrics. Failed calls go to the log, with the id of the request that
// they belong to, which request gives.
func New(log *slog.Logger, request func(context.Context) string) *Telemetry {
	// It fails for a size below 1 only.
	told, _ := lru.New[failure, struct{}](maxTold)
	t := &Telemetry{
		told:     told,
		log:      log,
		request:  request,
		registry: prometheus.NewRegistry(),
		access:   newAccess(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_source_calls_total",
			Help: "Calls to sources, by outcome: OK, or the kind of error.",
		}, []string{"source", "outcome"}),
		keys: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_source_keys_total",
			Help: "Keys that sources were asked for, by whether they were answered.",
		}, []string{"source", "answered"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "customer360_source_call_duration_seconds",
			Help:    "Duration of calls to sources, as seen by the gateway.",
			Buckets: latencies,
		}, []string{"source"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "customer360_http_request_duration_seconds",
			Help:    "Duration of HTTP requests, by handler and status code.",
			Buckets: latencies,
		}, []string{"handler", "code"}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_source_retries_total",
			Help: "Retried calls to sources.",
		}, []string{"source"}),
		breakers: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "customer360_source_breaker_state",
			Help: "1 for the current state of a source's circuit breaker (closed, open or half-open), else 0.",
		}, []string{"source", "state"}),
		cache: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_source_cache_keys_total",
			Help: "Keys requested of sources, by origin of the answer: fresh (cached), joined (a call under way), asked (a call of their own), stale (cached, because the source failed; counted in addition to the attempt).",
		}, []string{"source", "use"}),
		ways: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "customer360_operations_total",
			Help: "Operations, by how they ran: plan, or stock_ and the reason why not as a plan.",
		}, []string{"way"}),
	}
	t.registry.MustRegister(t.access.collectors()...)
	t.registry.MustRegister(t.calls, t.keys, t.took, t.requests, t.retries, t.breakers, t.cache, t.ways,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return t
}

var _ guard.Observer = (*Telemetry)(nil)

// Called counts a call of a source, and logs it if it failed: once for a request and a cause, what
// is the same is for who debugs.
func (t *Telemetry) Called(ctx context.Context, c guard.Call) {
	outcome := "OK"
	if c.Err != nil {
		outcome = string(c.Err.Kind)
		level := slog.LevelWarn
		switch c.Err.Kind {
		case sources.Internal:
			level = slog.LevelError
		case sources.Canceled, sources.CircuitOpen:
			// The client went away, or the breaker has said so once: nobody has to act.
			level = slog.LevelDebug
		case sources.RateLimited:
			// It comes with every call until the rate allows one again.
			level = slog.LevelInfo
		}
		line := []any{"source", c.Source, "kind", c.Err.Kind, "keys", c.Keys, "answered", c.Answered,
			"took", c.Took.Round(time.Millisecond), "cause", causeOf(c.Err), "request", t.request(ctx)}
		if len(c.Err.Records) > 0 {
			line = append(line, "records", places(c.Err.Records))
		}
		if t.isTold(ctx, c, outcome) {
			level = slog.LevelDebug
		}
		t.log.Log(ctx, level, "source failed", line...)
	}
	if len(c.LeftOut) > 0 {
		t.log.Log(ctx, slog.LevelWarn, "source gave invalid values; they were left out", "source", c.Source,
			"records", places(c.LeftOut), "request", t.request(ctx))
	}
	s := t.of(c.Source)
	if c.Err == nil {
		s.ok.Inc()
	} else {
		t.calls.WithLabelValues(c.Source, outcome).Inc()
	}
	s.answered.Add(float64(c.Answered))
	s.unanswered.Add(float64(c.Keys - c.Answered))
	s.took.Observe(c.Took.Seconds())
}

// isTold reports whether the log was told of such a failure in the same request.
func (t *Telemetry) isTold(ctx context.Context, c guard.Call, outcome string) bool {
	request := t.request(ctx)
	if request == "" {
		return false
	}
	told, _ := t.told.ContainsOrAdd(failure{sources.RequestOf(ctx), request, c.Source, outcome, causeOf(c.Err) + places(c.Err.Records)}, struct{}{})
	return told
}

// sourceMetrics are the metrics that every call of a source counts in.
type sourceMetrics struct {
	ok, answered, unanswered prometheus.Counter
	took                     prometheus.Observer
}

// of gives a source's metrics. They are looked up by their labels once: that takes longer
// than to count.
func (t *Telemetry) of(source string) *sourceMetrics {
	if s, ok := t.sources.Load(source); ok {
		return s.(*sourceMetrics)
	}
	s, _ := t.sources.LoadOrStore(source, &sourceMetrics{
		ok:         t.calls.WithLabelValues(source, "OK"),
		answered:   t.keys.WithLabelValues(source, "true"),
		unanswered: t.keys.WithLabelValues(source, "false"),
		took:       t.took.WithLabelValues(source),
	})
	return s.(*sourceMetrics)
}

// Executed counts an operation by the way that it ran.
func (t *Telemetry) Executed(way string) { t.ways.WithLabelValues(way).Inc() }

// Retried counts a retry.
func (t *Telemetry) Retried(source string) { t.retries.WithLabelValues(source).Inc() }

// breakerStates are the states that a breaker can be in.
var breakerStates = []string{"closed", "open", "half-open"}

// Switched sets the state of a source's breaker, and logs that it left a source alone
// or came back to it.
func (t *Telemetry) Switched(source, state string) {
	for _, s := range breakerStates {
		value := 0.0
		if s == state {
			value = 1
		}
		t.breakers.WithLabelValues(source, s).Set(value)
	}
	switch state {
	case "open":
		t.log.Warn("circuit breaker opened: source is not called for a while", "source", source)
	case "half-open":
		t.log.Info("circuit breaker half-open: source is tried again", "source", source)
	}
}

// Used counts where the answers to keys came from.
func (t *Telemetry) Used(source string, u guard.Use) {
	for _, one := range [...]struct {
		use string
		n   int
	}{{"fresh", u.Fresh}, {"joined", u.Joined}, {"asked", u.Asked}, {"stale", u.Stale}} {
		if one.n > 0 {
			t.cache.WithLabelValues(source, one.use).Add(float64(one.n))
		}
	}
}

// Handler serves the metrics as OpenMetrics to who asks for it, else in Prometheus' text format.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
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
