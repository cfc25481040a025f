package resolvers

import (
	"context"

	"customer360/audit"
	"customer360/graph"
)

type accessLogEntryResolver struct{}

// AccessLogEntry resolves entries of the access log.
func (g *Graph) AccessLogEntry() graph.AccessLogEntryResolver { return accessLogEntryResolver{} }

func (accessLogEntryResolver) Action(_ context.Context, e *audit.Listed) (string, error) {
	return string(e.Action), nil
}

func (accessLogEntryResolver) Audience(_ context.Context, e *audit.Listed) (string, error) {
	return string(e.Audience), nil
}
