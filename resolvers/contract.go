package resolvers

import (
	"context"
	"slices"

	"customer360/access"
	"customer360/graph"
	"customer360/resolvers/operation"
)

// Contract says what the caller may see and spend.
func (q query) Contract(ctx context.Context) (*graph.Contract, error) {
	caller, contract := operation.Of(ctx).Caller(), q.config.Contract
	limits := q.config.Limits(ctx)
	limits.PageSize = q.config.PageCap
	name := caller.Name
	if name == "" {
		name = caller.Credential
	}
	return &graph.Contract{
		Name: string(caller.Audience), Version: contract.Version(), SDL: contract.SDL,
		Credential: name, ExpiresAt: caller.Expires,
		Scopes: slices.Sorted(slices.Values(caller.Scopes)), Purposes: purposes(caller),
		Deprecations: contract.Deprecations(), Limits: limits,
	}, nil
}

func purposes(c *access.Caller) []string {
	if c.Open {
		return []string{"*"}
	}
	return slices.Sorted(slices.Values(c.Purposes))
}
