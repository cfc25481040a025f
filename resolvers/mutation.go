package resolvers

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"customer360/audit"
	"customer360/customer"
	"customer360/graph"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

type mutation struct{ *Graph }

// Mutation resolves the changes.
func (g *Graph) Mutation() graph.MutationResolver { return mutation{g} }

// maxIdempotencyKey bounds what is kept in the access log of a caller's own words.
const maxIdempotencyKey = 128

// subject gives the key of the customer that a change is about; "" where there is none for
// the caller.
func (m mutation) subject(ctx context.Context, id, idempotencyKey string) (string, error) {
	if idempotencyKey == "" || len(idempotencyKey) > maxIdempotencyKey {
		return "", customer.BadInput("`input.idempotencyKey` must be 1 to 128 bytes, and the same when the request is repeated")
	}
	o := operation.Of(ctx)
	o.ChangesAs(idempotencyKey)
	parsed, err := o.ParseID(id)
	if err != nil || parsed.Type != "Customer" || len(parsed.Parts) != 2 {
		return "", customer.BadInput("`input.customerId` must be the id of a Customer")
	}
	if parsed.Parts[0] != m.spine {
		return "", nil
	}
	return parsed.Parts[1], nil
}

// rightsDeadline bounds an export or erasure: some calls of the spine and two of every system,
// one after the other, each within its guards.
const rightsDeadline = 10 * time.Second

// atLength gives a context that outlives the request's deadline, and its client: half an
// erasure is worse than one that nobody waited for.
func atLength(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), rightsDeadline)
}

// linked gives the names of the systems that hold something of a customer; nil has nothing.
func linked(c *profiles.Customer) []string {
	var names []string
	if c == nil {
		return nil
	}
	for _, l := range c.Links {
		if l.UndoneAt.IsZero() {
			names = append(names, strings.ToLower(string(l.Source))+"/"+l.System)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// missed records that a customer was looked for and is not there, which is something to know.
func (m mutation) missed(ctx context.Context) error {
	return operation.Of(ctx).Record(ctx, audit.Read, nil)
}

func notFound() []graph.Problem {
	return []graph.Problem{graph.CustomerNotFound{Code: customer.CodeNotFound, Message: "no such customer: look up the id again"}}
}

func (m mutation) ExportCustomer(ctx context.Context, input graph.ExportCustomerInput) (*graph.ExportCustomerPayload, error) {
	key, err := m.subject(ctx, input.CustomerID, input.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	c, err := operation.Of(ctx).Customer(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return &graph.ExportCustomerPayload{Problems: notFound()}, m.missed(ctx)
	}
	if err := operation.Of(ctx).Record(ctx, audit.Export, []string{key}, linked(c)...); err != nil {
		return nil, err
	}
	asking, cancel := atLength(ctx)
	defer cancel()
	p, err := m.config.Rights.Export(asking, key)
	if err != nil {
		return nil, operation.Of(ctx).SpineFailure(err)
	}
	document, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return &graph.ExportCustomerPayload{Package: &graph.CustomerPackage{Package: p, Document: document}, Problems: []graph.Problem{}}, nil
}

func (m mutation) EraseCustomer(ctx context.Context, input graph.EraseCustomerInput) (*graph.EraseCustomerPayload, error) {
	key, err := m.subject(ctx, input.CustomerID, input.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return &graph.EraseCustomerPayload{Problems: notFound()}, m.missed(ctx)
	}
	// One who was erased before is there for nobody; who is bound to some rows cannot tell
	// that from a customer of others.
	c, err := operation.Of(ctx).Customer(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case c == nil && operation.Of(ctx).Caller().Rows != nil:
		return &graph.EraseCustomerPayload{Problems: notFound()}, m.missed(ctx)
	}
	erase, action := m.config.Rights.Erase, audit.Erase
	if input.DryRun {
		// It tells where there is something of the customer.
		erase, action = m.config.Rights.Plan, audit.Read
	}
	if err := operation.Of(ctx).Record(ctx, action, []string{key}, linked(c)...); err != nil {
		return nil, err
	}
	asking, cancel := atLength(ctx)
	defer cancel()
	erasure, err := erase(asking, key)
	if err != nil {
		return nil, operation.Of(ctx).SpineFailure(err)
	}
	return &graph.EraseCustomerPayload{Erasure: erasure, Problems: []graph.Problem{}}, nil
}
