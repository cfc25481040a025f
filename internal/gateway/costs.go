package gateway

import (
	"context"

	"customer360/access"
	"customer360/graph"
	"customer360/graph/audience"
	"customer360/graph/cost"
	"customer360/resolvers"
)

// DefaultCosts are what callers may spend where nothing is configured: several times the
// largest example of this project in one operation, and a hundred such operations a minute.
// The company's own callers have no bound.
var DefaultCosts = map[access.Audience]cost.Limits{
	access.Frontend: {PerOperation: 20_000, PerMinute: 1_000_000},
	access.Analyst:  {PerOperation: 50_000, PerMinute: 1_000_000},
	access.Partner:  {PerOperation: 5_000, PerMinute: 100_000},
}

// limitsOf gives what a caller may spend: as the credential says, else as the audience's.
func limitsOf(c Config) func(context.Context) (string, cost.Limits) {
	return func(ctx context.Context) (string, cost.Limits) {
		caller := access.From(ctx)
		if caller == nil || caller.Open {
			return "", cost.Limits{}
		}
		l := c.Costs[caller.Audience]
		if caller.CostPerOperation > 0 {
			l.PerOperation = caller.CostPerOperation
		}
		if caller.CostPerMinute > 0 {
			l.PerMinute = caller.CostPerMinute
		}
		return caller.Credential, l
	}
}

// told gives the limits as Query.contract tells them.
func told(ctx context.Context, c Config, trustedOnly bool) graph.ContractLimits {
	t := graph.ContractLimits{
		Tokens: c.Limits.Tokens, Depth: c.Limits.Depth, Aliases: c.Limits.Aliases, Directives: c.Limits.Directives,
		RootFields: c.Limits.RootFields, BodySize: int(c.MaxBody),
		TrustedDocumentsOnly: trustedOnly,
	}
	charge := cost.ChargeOf(ctx)
	if charge == nil {
		return t
	}
	if charge.PerOperation > 0 {
		t.CostPerOperation = &charge.PerOperation
	}
	if charge.PerMinute > 0 {
		t.CostPerMinute, t.CostLeft, t.ResetsAt = &charge.PerMinute, &charge.Remaining, charge.ResetAt
	}
	return t
}

// NewCalculator gives what computes the costs of operations in a contract, over these systems.
func NewCalculator(contract *audience.Contract, systems resolvers.Systems, c Config) *cost.Calculator {
	return cost.New(contract.Schema, model(systems, c.withDefaults()))
}

// model says what fields cost: those that lead to a source, what its systems charge.
func model(s resolvers.Systems, c Config) cost.Model {
	billing, support, social := charge(s.Billing, c), charge(s.Support, c), charge(s.Social, c)
	return cost.Model{
		MaxPage: c.PageCap,
		Weights: map[string]int{
			"Customer.billing": billing, "Customer.support": support, "Customer.social": social,
			"Customer.timeline": billing + support + social, "Customer.sourceStatus": max(billing, support, social),
			// An object by its id is the record that it is in, and whose that is.
			"Query.node": 5 + max(billing, support, social),
			// A list is a query, and so is a count.
			"Query.customers": 20, "Query.customer": 5, "Query._entities": 5, "CustomerConnection.totalCount": 20,
			// As long as a page of customers.
			"Contract.sdl": 200, "_Service.sdl": 200, "Contract.deprecations": 20,
			// Each is a read of its own.
			"Relation.customer": 2, "Customer.accessLog": 50,
			"Mutation.exportCustomer": 1000, "Mutation.eraseCustomer": 1000,
		},
		Sized: map[string]string{"Query._entities": "representations"},
		// About what the customers of the demo company have.
		Lists: map[string]int{
			"Customer.contactPoints": 4, "Customer.attributes": 15, "Customer.consents": 4, "Customer.relations": 4,
			"Customer.links": 5, "Customer.sources": 4, "Billing.totals": 2, "Billing.accounts": 2, "SourceStatus.systems": 2,
			"Social.profiles": 3, "Ticket.tags": 4, "InteractionConnection.missingSources": 3, "PostalAddress.lines": 3,
		},
	}
}

// charge is what a customer's records cost in all systems of a source.
func charge[V any](systems []resolvers.System[V], c Config) int {
	sum := 1
	for _, s := range systems {
		one, ok := c.Charges[s.Source.Name()]
		if !ok {
			one = 1
		}
		sum += one
	}
	return sum
}
