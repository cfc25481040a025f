// Package resolvers is the graph in Go: what each field of the schema gives. It
// shapes what the sources answered and does no I/O of its own; every key that is
// asked of a source is queued in gather.go.
package resolvers

import (
	"context"
	"strings"
	"weak"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/audit"
	"customer360/graph"
	"customer360/graph/audience"
	"customer360/graph/relay"
	"customer360/rights"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// A System is one configured system of a source.
type System[V any] struct {
	// Source asks it, guards included.
	Source sources.Source[string, V]
	// Kind is the kind of adapter, as "documents".
	Kind string
}

// name is the part of the source's name behind the slash: what links call the system.
func (s System[V]) name() string { return systemName(s.Source.Name()) }

func systemName(source string) string {
	_, system, _ := strings.Cut(source, "/")
	return system
}

// Systems are all that the gateway asks. Names must be unique within a source.
type Systems struct {
	// Spine holds the profiles.
	Spine profiles.Spine
	// SpineKind is the kind of its adapter.
	SpineKind string
	Billing   []System[*billing.Record]
	Support   []System[*support.Record]
	Social    []System[*social.Record]
}

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
	systems Systems
	config  Config
	spine   string
	policy  *policy
	// recorded is what the audit log says of operations that ran.
	recorded *lru.Cache[weak.Pointer[ast.OperationDefinition], *recorded]
}

// recordedOperations is as many as there are documents that are kept.
const recordedOperations = 1000

// New makes the resolvers of a contract over the systems.
func New(systems Systems, config Config) *Graph {
	said, err := lru.New[weak.Pointer[ast.OperationDefinition], *recorded](recordedOperations)
	if err != nil {
		panic(err) // The number is negative.
	}
	spine := systemName(systems.Spine.Name())
	return &Graph{
		recorded: said,
		systems:  systems, config: config, spine: spine,
		policy: newPolicy(graph.Schema(), config.Contract, config.Attributes, config.Seal, spine),
	}
}

var _ graph.ResolverRoot = (*Graph)(nil)

// infos lists the systems, in the order of the sources.
func (g *Graph) infos() []*graph.SystemInfo {
	all := []*graph.SystemInfo{{Source: profiles.Profile, System: g.spine, Kind: g.systems.SpineKind}}
	all = append(all, infosOf(profiles.Billing, g.systems.Billing)...)
	all = append(all, infosOf(profiles.Support, g.systems.Support)...)
	return append(all, infosOf(profiles.Social, g.systems.Social)...)
}

func infosOf[V any](source profiles.SourceName, systems []System[V]) []*graph.SystemInfo {
	all := make([]*graph.SystemInfo, len(systems))
	for i, s := range systems {
		all[i] = &graph.SystemInfo{Source: source, System: s.name(), Kind: s.Kind}
	}
	return all
}
