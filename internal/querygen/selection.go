package querygen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A position is where in an operation a selection stands.
type position struct {
	// depth is how many fields are around it.
	depth int
	// lists is how many of the fields around it are lists of introspection, of which
	// validators allow few.
	lists int
}

// A fragment is one that can be spread.
type fragment struct {
	*ast.FragmentDefinition
	on *ast.Definition
	// scope is what it selects, fields is how many that are, height how deep they nest.
	scope          scope
	fields, height int
}

// introspectionLists are the fields of introspection that validators count.
var introspectionLists = []string{"fields", "interfaces", "possibleTypes", "inputFields"}

// typename is __typename, which no definition has.
var typename = &ast.FieldDefinition{Name: "__typename", Type: ast.NonNullNamedType("String", nil)}

// selections makes a selection set on a type, never an empty one.
func (b *build) selections(on *ast.Definition, s scope, at position) ast.SelectionSet {
	var set ast.SelectionSet
	for range 1 + b.r.IntN(6) {
		if b.left <= 0 && len(set) > 0 {
			break
		}
		var selection ast.Selection
		switch p := b.r.Float64(); {
		case p < 0.12:
			selection = b.inlineFragment(on, s, at)
		case p < 0.25:
			selection = b.spread(on, s, at)
		case p < 0.33 && len(s) > 0:
			selection = b.again(on, s, at)
		default:
			selection = b.field(on, s, at)
		}
		if selection != nil {
			set = append(set, selection)
		}
	}
	if len(set) == 0 {
		// This one always fits: nothing else has its key.
		set = append(set, b.take(on, s, at, "__typename", typename, nil))
	}
	return set
}

// field selects any field of a type; nil where none fits.
func (b *build) field(on *ast.Definition, s scope, at position) ast.Selection {
	def := typename
	if fields := b.choices(on, at); len(fields) > 0 && !b.chance(0.07) {
		def = pick(b, fields)
	}
	arguments := b.arguments(on.Name+"."+def.Name, def.Arguments)
	key := def.Name
	if b.chance(0.2) {
		// From few names, so that fields meet under them.
		key = pick(b, []string{"a", "b", "c", "id", "name"})
	}
	u := use{on, def, text(arguments), arguments}
	if !s.fits(key, u) {
		b.aliases++
		if key = fmt.Sprintf("x%d", b.aliases); !s.fits(key, u) {
			return nil
		}
	}
	return b.take(on, s, at, key, def, arguments)
}

// choices are the fields of a type that may be selected at a position.
func (b *build) choices(on *ast.Definition, at position) []*ast.FieldDefinition {
	introspects := b.chance(0.08)
	var all []*ast.FieldDefinition
	for _, f := range on.Fields {
		composite := b.Schema.Types[f.Type.Name()].IsCompositeType()
		switch {
		case composite && (at.depth+1 >= b.Depth || b.left <= 1):
		case at.lists >= 2 && slices.Contains(introspectionLists, f.Name):
		case strings.HasPrefix(f.Name, "__") && !introspects:
		default:
			all = append(all, f)
			// Leaves are many; what is below the others is to be seen too.
			if composite {
				all = append(all, f)
			}
		}
	}
	return all
}

// take selects a field under a key that it fits.
func (b *build) take(on *ast.Definition, s scope, at position, key string, def *ast.FieldDefinition, arguments ast.ArgumentList) *ast.Field {
	b.left--
	f := &ast.Field{Alias: key, Name: def.Name, Arguments: arguments}
	if key != def.Name {
		b.use("alias")
	}
	if def == typename {
		b.use("__typename")
	}
	if strings.HasPrefix(def.Name, "__") && def != typename {
		b.use("introspection")
	}
	_, apart := s[key]
	below := s.add(key, use{on, def, text(arguments), arguments})
	if apart && s[key].uses[0].parent != on {
		b.use("one key in several types")
	}
	f.Directives = b.directivesAt(ast.LocationField, 0.1)
	if typ := b.Schema.Types[def.Type.Name()]; typ.IsCompositeType() {
		at.depth++
		if strings.HasPrefix(on.Name, "__") && slices.Contains(introspectionLists, def.Name) {
			at.lists++
		}
		f.SelectionSet = b.selections(typ, below, at)
	}
	return f
}

// again selects a field that is selected already, perhaps with its arguments in another
// order, and other selections below; nil where none is of the type.
func (b *build) again(on *ast.Definition, s scope, at position) ast.Selection {
	key := pick(b, sortedKeys(s))
	for _, u := range s[key].uses {
		if u.parent != on || b.Schema.Types[u.field.Type.Name()].IsCompositeType() && at.depth+1 >= b.Depth {
			continue
		}
		b.use("fields that merge")
		list := slices.Clone(u.list)
		b.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return b.take(on, s, at, key, u.field, list)
	}
	return nil
}

func (b *build) inlineFragment(on *ast.Definition, s scope, at position) ast.Selection {
	f := &ast.InlineFragment{Directives: b.directivesAt(ast.LocationInlineFragment, 0.2)}
	condition := on
	if b.chance(0.8) {
		condition = pick(b, b.conditions[on.Name])
		f.TypeCondition = condition.Name
		b.use("inline fragment on " + kinds[condition.Kind])
	} else {
		b.use("inline fragment without a type")
	}
	f.SelectionSet = b.selections(condition, s, at)
	return f
}

var kinds = map[ast.DefinitionKind]string{ast.Object: "an object", ast.Interface: "an interface", ast.Union: "a union"}

// spread spreads a fragment, one that is there or a new one; nil where it does not fit.
func (b *build) spread(on *ast.Definition, s scope, at position) ast.Selection {
	conditions := b.conditions[on.Name]
	var f *fragment
	if fit := slices.DeleteFunc(slices.Clone(b.fragments), func(f *fragment) bool {
		return !slices.Contains(conditions, f.on) || at.depth+f.height > b.Depth || f.fields > b.left
	}); len(fit) > 0 && b.chance(0.6) {
		f = pick(b, fit)
		b.left -= f.fields
		b.use("fragment that is spread several times")
	} else {
		f = b.fragment(pick(b, conditions), at)
	}
	if !s.takes(f.scope) {
		return nil
	}
	s.merge(f.scope)
	b.use("fragment on " + kinds[f.on.Kind])
	if at.depth > 0 && len(b.fragments) > 1 {
		b.use("fragment below fields")
	}
	return &ast.FragmentSpread{Name: f.Name, Directives: b.directivesAt(ast.LocationFragmentSpread, 0.2)}
}

// fragment makes a new fragment. It is offered to others once it is finished, so that
// none spreads itself.
func (b *build) fragment(on *ast.Definition, at position) *fragment {
	if strings.HasPrefix(on.Name, "__") {
		// It may be spread below other lists.
		at.lists = 2
	}
	before := b.left
	f := &fragment{on: on, scope: scope{}}
	set := b.selections(on, f.scope, at)
	f.fields = before - b.left
	f.height = height(f.scope)
	f.FragmentDefinition = &ast.FragmentDefinition{Name: fmt.Sprintf("F%d", len(b.fragments)), TypeCondition: on.Name, SelectionSet: set}
	b.fragments = append(b.fragments, f)
	return f
}

func height(s scope) int {
	most := 0
	for _, slot := range s {
		most = max(most, 1+height(slot.below))
	}
	return most
}

// directivesAt gives directives for a location.
func (b *build) directivesAt(l ast.DirectiveLocation, p float64) ast.DirectiveList {
	var all ast.DirectiveList
	for len(b.directives[l]) > 0 && len(all) < 4 && b.chance(p) {
		d := pick(b, b.directives[l])
		if all.ForName(d.Name) != nil {
			if !d.IsRepeatable {
				continue
			}
			b.use("directive that is repeated")
		}
		b.use("@" + d.Name + " on " + strings.ToLower(string(l)))
		all = append(all, &ast.Directive{Name: d.Name, Arguments: b.arguments("@"+d.Name, d.Arguments)})
		// One is rare, and so two would hardly ever meet.
		p = max(p, 0.2)
	}
	return all
}
