package cost

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxMerged bounds the fields, fragments spread, of operations whose fields are merged
// before they are counted. Of larger ones every fragment is counted once for each type,
// and as often as it is spread: never less, and in time that follows the document's length.
const maxMerged = 4000

// slicing are the arguments that say how many elements there are, as Relay has them.
var slicing = []string{"first", "last"}

// one is the size of what is no list.
var one = size{given: -1, assumed: 1}

// A compiler makes the shape of an operation.
type compiler struct {
	*Calculator
	fragments ast.FragmentDefinitionList
	// on gives the value of a condition, if it is known. Where it is not, fields count.
	on func(string) (on, known bool)
	// merge: fields of one key of the answer are one.
	merge bool
	// numbers are those of selection sets, known what was compiled of them.
	numbers map[*ast.Selection]uint64
	known   map[string]part
	nodes   []node
	// inputs are the variables whose values may cost something: texts, lists and objects.
	inputs map[string]bool
}

func (c *Calculator) compile(doc *ast.QueryDocument, op *ast.OperationDefinition, on func(string) (bool, bool)) *shape {
	if on == nil {
		on = func(string) (bool, bool) { return false, false }
	}
	s := &compiler{Calculator: c, fragments: doc.Fragments, on: on, numbers: map[*ast.Selection]uint64{}, known: map[string]part{}}
	s.merge = s.count(op.SelectionSet, map[string]int{}) <= maxMerged
	for _, v := range op.VariableDefinitions {
		if v.Type.Elem != nil || !isSmall(v.Definition) {
			if s.inputs == nil {
				s.inputs = map[string]bool{}
			}
			s.inputs[v.Variable] = true
		}
	}
	root := c.schema.Query
	switch op.Operation {
	case ast.Mutation:
		root = c.schema.Mutation
	case ast.Subscription:
		root = c.schema.Subscription
	}
	p := s.selection([]ast.SelectionSet{op.SelectionSet}, root, false)
	return &shape{nodes: slices.Clip(s.nodes), root: p}
}

// isSmall reports whether no value of a type is long.
func isSmall(typ *ast.Definition) bool {
	if typ == nil {
		return false
	}
	switch typ.Name {
	case "Int", "Float", "Boolean":
		return true
	}
	return typ.Kind == ast.Enum
}

// count gives the number of fields, fragments spread, as far as it matters.
func (c *compiler) count(set ast.SelectionSet, known map[string]int) int {
	n := 0
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			n += 1 + c.count(s.SelectionSet, known)
		case *ast.InlineFragment:
			n += c.count(s.SelectionSet, known)
		case *ast.FragmentSpread:
			count, ok := known[s.Name]
			if !ok {
				count = c.count(c.fragments.ForName(s.Name).SelectionSet, known)
				known[s.Name] = count
			}
			n += count
		}
		n = min(n, maxMerged+1)
	}
	return n
}

// selection compiles what sets that merge select on a type. Paged: it is the type of a
// connection.
func (c *compiler) selection(sets []ast.SelectionSet, typ *ast.Definition, paged bool) part {
	id := c.key(sets, typ, paged)
	if p, ok := c.known[id]; ok {
		return p
	}
	p := part{node: constant}
	var kinds node
	for _, object := range c.possible(typ) {
		k := c.kind(sets, object, paged)
		if len(k.items) == 0 {
			p.upTo(k.amount)
		} else {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) > 0 {
		if p.amount != (amount{}) {
			kinds = append(kinds, kind{amount: p.amount})
		}
		c.nodes = append(c.nodes, kinds)
		p.node = len(c.nodes) - 1
	}
	c.known[id] = p
	return p
}

// key names sets on a type.
func (c *compiler) key(sets []ast.SelectionSet, typ *ast.Definition, paged bool) string {
	b := make([]byte, 0, 64)
	for _, set := range sets {
		if len(set) == 0 {
			continue
		}
		n, ok := c.numbers[&set[0]]
		if !ok {
			n = uint64(len(c.numbers))
			c.numbers[&set[0]] = n
		}
		b = binary.AppendUvarint(b, n)
	}
	return string(append(strconv.AppendBool(append(b, 0xff), paged), typ.Name...))
}

// possible gives the object types that a value of a type can be of.
func (c *compiler) possible(typ *ast.Definition) []*ast.Definition {
	if typ.Kind == ast.Object {
		return []*ast.Definition{typ}
	}
	// An interface may be a possible type of another one, and no value is of it.
	return slices.DeleteFunc(slices.Clone(c.schema.GetPossibleTypes(typ)), func(d *ast.Definition) bool { return d.Kind != ast.Object })
}

// applies reports whether a fragment on a condition applies to an object type.
func (c *compiler) applies(condition string, object *ast.Definition) bool {
	if condition == "" || condition == object.Name {
		return true
	}
	on := c.schema.Types[condition]
	return on != nil && on.IsAbstractType() && slices.Contains(c.schema.GetPossibleTypes(on), object)
}

// included reports whether @skip and @include leave a selection in.
func (c *compiler) included(all ast.DirectiveList) bool {
	for _, d := range all {
		a := d.Arguments.ForName("if")
		if a == nil || d.Name != "skip" && d.Name != "include" {
			continue
		}
		on, known := a.Value.Raw == "true", true
		if a.Value.Kind == ast.Variable {
			on, known = c.on(a.Value.Raw)
		}
		if known && on == (d.Name == "skip") {
			return false
		}
	}
	return true
}

// A group is fields that are one in the answer.
type group struct {
	field *ast.Field
	sets  []ast.SelectionSet
}

// kind compiles what sets select on an object type.
func (c *compiler) kind(sets []ast.SelectionSet, object *ast.Definition, paged bool) kind {
	var k kind
	var groups []*group
	byKey, spread := map[string]*group{}, map[string]bool{}
	var walk func(ast.SelectionSet)
	below := func(condition string, set ast.SelectionSet) {
		switch {
		case !c.applies(condition, object):
		case c.merge:
			walk(set)
		default:
			k.add(item{below: c.selection([]ast.SelectionSet{set}, object, paged), by: fragment, size: one})
		}
	}
	walk = func(set ast.SelectionSet) {
		for _, selected := range set {
			switch s := selected.(type) {
			case *ast.Field:
				if !c.included(s.Directives) {
					continue
				}
				g := byKey[s.Alias]
				if g == nil || !c.merge {
					g = &group{field: s}
					byKey[s.Alias] = g
					groups = append(groups, g)
				}
				g.sets = append(g.sets, s.SelectionSet)
			case *ast.InlineFragment:
				if c.included(s.Directives) {
					below(s.TypeCondition, s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if !c.included(s.Directives) || c.merge && spread[s.Name] {
					continue
				}
				spread[s.Name] = true
				f := c.fragments.ForName(s.Name)
				below(f.TypeCondition, f.SelectionSet)
			}
		}
	}
	for _, set := range sets {
		walk(set)
	}
	for _, g := range groups {
		k.add(c.item(object, g, paged))
	}
	return k
}

// add adds an item: to what is known, unless it depends on variables.
func (k *kind) add(i item) {
	if i.below.node != constant || len(i.size.variables) > 0 || len(i.inputs) > 0 {
		k.items = append(k.items, i)
		return
	}
	k.amount.add(&i, i.size.of(nil, 0), i.below.amount)
}

// item compiles a field of an object type.
func (c *compiler) item(object *ast.Definition, g *group, paged bool) item {
	i := item{below: part{node: constant}, size: one, times: 1}
	def := object.Fields.ForName(g.field.Name)
	if def == nil {
		// __typename is of no type, and costs nothing.
		return i
	}
	coordinate := object.Name + "." + def.Name
	i.weight = 1
	if w, ok := c.model.Weights[coordinate]; ok {
		i.weight = int64(w)
	}
	for _, a := range g.field.Arguments {
		i.weight = plus(i.weight, c.literal(a.Value, &i.inputs))
	}
	typ := c.schema.Types[def.Type.Name()]
	if typ == nil || !typ.IsCompositeType() {
		return i
	}
	isList := def.Type.Elem != nil
	assumed, named := c.model.Lists[coordinate]
	page, sliced := c.page(def, g.field)
	switch {
	case isList && c.model.Sized[coordinate] != "":
		i.size = length(g.field.Arguments.ForName(c.model.Sized[coordinate]))
	case sliced:
		if i.size = page; named {
			i.size.assumed = int64(assumed)
		}
		if !isList {
			i.by = connection
		}
	case isList && named:
		i.size.assumed = int64(assumed)
	case isList && paged:
		i.by = inherited
	case coordinate == "__Schema.types":
		i.size.assumed = int64(len(c.schema.Types))
	case isList && strings.HasPrefix(object.Name, "__"):
		i.size.assumed = introspectionList
	case isList:
		i.size.assumed = int64(c.model.List)
	}
	for inner := def.Type.Elem; inner != nil && inner.Elem != nil; inner = inner.Elem {
		i.times = times(i.times, int64(c.model.List))
	}
	if def.Name == "__schema" || def.Name == "__type" {
		i.by = introspection
	}
	i.below = c.selection(g.sets, typ, i.by == connection)
	return i
}

// page gives the size that the arguments of a field say, if it has such arguments.
func (c *compiler) page(def *ast.FieldDefinition, f *ast.Field) (page size, ok bool) {
	page = size{given: -1, assumed: int64(c.model.Page)}
	for _, name := range slicing {
		argument := def.Arguments.ForName(name)
		if argument == nil || argument.Type.NamedType != "Int" {
			continue
		}
		ok = true
		if n, given := number(argument.DefaultValue); given {
			page.assumed = n
		}
		a := f.Arguments.ForName(name)
		if a == nil {
			continue
		}
		if a.Value.Kind == ast.Variable {
			page.variables = append(page.variables, strings.Clone(a.Value.Raw))
		} else if n, given := number(a.Value); given {
			page.given = max(page.given, min(n, int64(c.model.MaxPage)), 0)
		}
	}
	return page, ok
}

// length gives the length of a list in an argument; what is no list is a list of one.
func length(a *ast.Argument) size {
	switch {
	case a == nil:
		return one
	case a.Value.Kind == ast.Variable:
		return size{given: -1, assumed: 1, variables: []string{strings.Clone(a.Value.Raw)}, whole: true}
	case a.Value.Kind == ast.ListValue:
		return size{given: int64(len(a.Value.Children))}
	}
	return one
}

// number reads a number of a document; null is none.
func number(v *ast.Value) (int64, bool) {
	if v == nil || v.Kind != ast.IntValue {
		return 0, false
	}
	n, err := strconv.ParseInt(v.Raw, 10, 64)
	return n, err == nil
}
