package gateway

import (
	"io"

	"customer360/resolvers"
	"customer360/rights"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// NewRights gives what exports and erases customers over systems that have no guards yet, and
// what is to be closed after it.
func NewRights(c Config, systems resolvers.Systems) (*rights.Rights, io.Closer, error) {
	c = c.withDefaults()
	if err := check(systems); err != nil {
		return nil, nil, err
	}
	g := &Gateway{}
	return rightsOver(guardedAll(g, systems, c), c.BatchCap), g, nil
}

// rightsOver exports and erases over guarded systems.
func rightsOver(s resolvers.Systems, batchCap int) *rights.Rights {
	c := rights.Config{Spine: s.Spine, BatchCap: batchCap}
	c.Systems = with(c.Systems, profiles.Billing, s.Billing, billing.AllParts)
	c.Systems = with(c.Systems, profiles.Support, s.Support, support.AllParts)
	c.Systems = with(c.Systems, profiles.Social, s.Social, social.AllParts)
	return rights.New(c)
}

func with[V any](all []rights.System, source profiles.SourceName, systems []resolvers.System[V], parts sources.Parts) []rights.System {
	for _, s := range systems {
		all = append(all, rights.SystemOf(source, s.Source, parts))
	}
	return all
}
