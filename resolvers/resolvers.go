// Package resolvers is the graph in Go: what each field of the schema gives, one type in each file.
// It shapes what the sources answered and does no I/O of its own. What the fields of one request
// share, and how they come by customers and records, is package operation's.
package resolvers

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/audit"
	"customer360/graph"
	"customer360/graph/audience"
	"customer360/graph/executor"
	"customer360/graph/relay"
	"customer360/resolvers/operation"
	"customer360/rights"
)

type (
	// Systems are all that the gateway asks. Names must be unique within a source.
	Systems = operation.Systems
	// A System is one configured system of a source.
	System[V any] = operation.System[V]
	// An AttributeRule says who sees an attribute of customers.
	AttributeRule = operation.AttributeRule
)

// Config is what an operator may set of the graph.
type Config struct {
	// PageCap is the largest `first`; at least 1.
	PageCap int
	// BatchCap is how many keys one Fetch has at most; at least 1.
	BatchCap int
	// Contract is what the graph shows.
	Contract *audience.Contract
	// Attributes say who sees which attribute, by key: what is not there is seen in the
	// internal contract only.
	Attributes map[string]AttributeRule
	// Seal closes ids and cursors for those who may not see the keys in them; nil: they are given
	// to everybody as they are.
	Seal *relay.Seal
	// Limits are those of a caller, the page aside.
	Limits func(context.Context) graph.ContractLimits
	// RequestID gives the id of a request.
	RequestID func(context.Context) string
	// Rights exports and erases customers.
	Rights *rights.Rights
	// Audit takes what is read, and AccessLog gives it back.
	Audit     audit.Recorder
	AccessLog audit.Lister
	// Matching is the secret that partners' salts are made of; nil: there are no pseudonyms.
	Matching []byte
}

// Graph resolves the fields of the schema. It implements [graph.ResolverRoot].
// Operations must run under [Graph.Extension].
type Graph struct {
	systems    Systems
	config     Config
	spine      string
	operations *operation.Operations
	// subgraph is the contract as [graph.SubgraphSDL] gives it.
	subgraph func() string
}

// New makes the resolvers of a contract over the systems.
func New(systems Systems, config Config) *Graph {
	return &Graph{
		systems: systems, config: config, spine: systems.SpineName(),
		operations: operation.New(systems, operation.Config{
			PageCap: config.PageCap, BatchCap: config.BatchCap, Contract: config.Contract, Attributes: config.Attributes,
			Seal: config.Seal, RequestID: config.RequestID, Audit: config.Audit,
		}),
		subgraph: sync.OnceValue(func() string { return graph.SubgraphSDL(config.Contract) }),
	}
}

var _ graph.ResolverRoot = (*Graph)(nil)

// Extension is [operation.Operations.Extension].
func (g *Graph) Extension() graphql.HandlerExtension { return g.operations.Extension() }

// Guard says to the executor what of an answer a caller may see.
func (g *Graph) Guard() executor.Guard { return g.operations.Guard() }

// Gather gives the hook that plans call before each level of an operation.
func (g *Graph) Gather() executor.Gather { return g.operations.Gather() }

// Prepare sets up the meeting of the root fields of an operation that stock execution runs.
func (g *Graph) Prepare(ctx context.Context) { g.operations.Prepare(ctx) }

// Runnable is [operation.Runnable].
func Runnable(contract *audience.Contract, attributes map[string]AttributeRule) func(*access.Caller, *ast.QueryDocument) bool {
	return operation.Runnable(contract, attributes)
}
