package audience

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A Deprecation is something that will be taken out of a contract.
type Deprecation struct {
	// Coordinate is what it is, as "Customer.email", "Query.customers(first:)" or "Channel.FORUM".
	Coordinate string
	Reason     string
	// RemovedOn is the day from which on it may be gone, as "2027-06-30"; empty: none was set.
	RemovedOn string
}

// until begins the reason of a deprecation that has a date: "Until 2027-06-30: use x."
var until = regexp.MustCompile(`^Until (\d{4}-\d{2}-\d{2}): (.+)$`)

// Deprecations gives what is deprecated in the contract, in the order of the coordinates.
func (c *Contract) Deprecations() []Deprecation {
	all := []Deprecation{}
	add := func(coordinate string, directives ast.DirectiveList) {
		d := directives.ForName("deprecated")
		if d == nil {
			return
		}
		out := Deprecation{Coordinate: coordinate, Reason: "No longer supported"}
		if reason := d.Arguments.ForName("reason"); reason != nil {
			out.Reason = reason.Value.Raw
		}
		if m := until.FindStringSubmatch(out.Reason); m != nil {
			out.RemovedOn, out.Reason = m[1], m[2]
		}
		all = append(all, out)
	}
	for name, def := range c.Schema.Types {
		for _, f := range def.Fields {
			add(name+"."+f.Name, f.Directives)
			for _, a := range f.Arguments {
				add(name+"."+f.Name+"("+a.Name+":)", a.Directives)
			}
		}
		for _, v := range def.EnumValues {
			add(name+"."+v.Name, v.Directives)
		}
	}
	slices.SortFunc(all, func(a, b Deprecation) int { return cmp.Compare(a.Coordinate, b.Coordinate) })
	return all
}
