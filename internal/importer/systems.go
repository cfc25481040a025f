package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"customer360/sources/profiles"
)

// A namedSystem is a system that the mapping names.
type namedSystem struct {
	source profiles.SourceName
	system string
	// landed: the mapping lands records for it; else it links records that it has.
	landed bool
	node   ast.Node
	at     place
}

// CheckSystems holds the systems that the mapping names to those that are configured, by
// their names, "billing/stripe-eu", with their kinds. A link to a system that nobody is
// would never lead anywhere. The error is [Faults].
func (m *Mapping) CheckSystems(configured map[string]string) error {
	c := &compiler{file: m.file}
	names := slices.Sorted(maps.Keys(configured))
	for _, s := range m.systems {
		name := strings.ToLower(string(s.source)) + "/" + s.system
		switch kind, ok := configured[name]; {
		case !ok:
			c.fault(s.node, s.at, "the configuration has no system %s%s; it has %s", name, meant(name, names), strings.Join(names, ", "))
		case s.landed && kind != landedKind:
			c.fault(s.node, s.at, "the system %s is of the kind %s, but records can be landed only for the kind %s", name, kind, landedKind)
		}
	}
	if len(c.faults) == 0 {
		return nil
	}
	return c.faults
}

// landedKind is the kind of systems that read what is landed.
const landedKind = "documents"

// Linked are the systems, besides those that are there without a configuration, whose
// names nothing was held to; for a warning.
func (m *Mapping) Linked() []string {
	var all []string
	for _, s := range m.systems {
		name := fmt.Sprintf("%s/%s", strings.ToLower(string(s.source)), s.system)
		if s.system != defaultSystem && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
