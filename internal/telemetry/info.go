package telemetry

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// A Build is which build of the gateway runs. What is not known is empty.
type Build struct {
	Version, Commit string
	// Date is that of the commit, as RFC 3339 has it.
	Date string
	// Modified: there were changes after the commit.
	Modified bool
	// Go is the version of Go that it was built with.
	Go string
}

// Runs tells which build runs, and by which configuration: a hash that is the same where it is the
// same. It is called once.
func (t *Telemetry) Runs(b Build, config string) {
	info := func(name, help string, labels prometheus.Labels) {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels})
		g.Set(1)
		t.registry.MustRegister(g)
	}
	info("customer360_build_info", "The running build; always 1.", prometheus.Labels{
		"version": b.Version, "commit": b.Commit, "date": b.Date, "modified": strconv.FormatBool(b.Modified), "go": b.Go,
	})
	info("customer360_config_info", "The running configuration, as a hash of the file and the flags without secrets; always 1.", prometheus.Labels{"hash": config})
}
