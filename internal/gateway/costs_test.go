package gateway

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"customer360/graph"
	"customer360/resolvers"
)

// A coordinate that the schema does not have would weigh nothing.
func TestCostsAreOfTheSchema(t *testing.T) {
	m := model(resolvers.Systems{}, Config{}.withDefaults())
	coordinates := slices.Concat(slices.Collect(maps.Keys(m.Weights)), slices.Collect(maps.Keys(m.Lists)), slices.Collect(maps.Keys(m.Sized)))
	for _, coordinate := range coordinates {
		typ, field, _ := strings.Cut(coordinate, ".")
		def := graph.Schema().Types[typ]
		if def == nil || def.Fields.ForName(field) == nil {
			t.Errorf("the schema has no %s", coordinate)
			continue
		}
		if argument := m.Sized[coordinate]; argument != "" && def.Fields.ForName(field).Arguments.ForName(argument) == nil {
			t.Errorf("%s has no argument %s", coordinate, argument)
		}
	}
}
