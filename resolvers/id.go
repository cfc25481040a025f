package resolvers

import (
	"customer360/graph/relay"
	"customer360/sources"
)

// Global ids. A customer, and what is joined for one, is found by the spine's name and the
// profile's key. A record is found by its system, the key that it is asked by, and its own key.

func (g *Graph) customerID(typ, key string) string { return relay.NewID(typ, g.spine, key).String() }

func recordID(typ string, r sources.Ref) (string, error) {
	return relay.NewID(typ, r.System, r.Owner, r.RecordID).String(), nil
}
