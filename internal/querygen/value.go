package querygen

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A variable stands for a variable in a value.
type variable string

// inputDepth is how deep input objects nest at the most.
const inputDepth = 3

// arguments gives arguments, those that must be given and some of the others.
func (b *build) arguments(of string, defs ast.ArgumentDefinitionList) ast.ArgumentList {
	var all ast.ArgumentList
	for _, d := range defs {
		required := d.Type.NonNull && d.DefaultValue == nil
		if !required && !b.chance(0.35) {
			continue
		}
		p := Place{fmt.Sprintf("%s(%s)", of, d.Name), d.Type}
		all = append(all, &ast.Argument{Name: d.Name, Value: b.literal(d.Type, b.value(p, usage{inDefault: d.DefaultValue != nil}, 0))})
	}
	b.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// text is what two lists of arguments have in common if they are the same.
func text(list ast.ArgumentList) string {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b *ast.Argument) int { return cmp.Compare(a.Name, b.Name) })
	var s strings.Builder
	for _, a := range sorted {
		fmt.Fprintf(&s, "%s:%s,", a.Name, a.Value)
	}
	return s.String()
}

// usage says how a value is used.
type usage struct {
	// constant: it must hold no variables.
	constant bool
	// inDefault: the place has a default value.
	inDefault bool
	// oneOf: the place is a field of a @oneOf object, which must not be null.
	oneOf bool
}

// value gives a value for a place.
func (b *build) value(p Place, u usage, depth int) any {
	if !u.constant && b.chance(0.25) {
		return b.variable(p, u)
	}
	if b.Values != nil {
		if v, ok := b.Values(b.r, p); ok {
			return v
		}
	}
	if !p.Type.NonNull && !u.oneOf && b.chance(0.06) {
		b.use("null")
		return nil
	}
	if p.Type.Elem != nil {
		return b.list(p, usage{constant: u.constant}, depth)
	}
	switch def := b.Schema.Types[p.Type.NamedType]; def.Kind {
	case ast.Enum:
		return pick(b, def.EnumValues).Name
	case ast.InputObject:
		return b.object(def, u.constant, depth)
	}
	return b.scalar(p.Type.NamedType)
}

func (b *build) list(p Place, u usage, depth int) any {
	p.Type = p.Type.Elem
	if b.chance(0.15) {
		// Null is not made a list of.
		if one := b.value(p, usage{constant: true}, depth); one != nil {
			b.use("one value for a list")
			return one
		}
	}
	list := []any{}
	for range b.r.IntN(4) {
		list = append(list, b.value(p, u, depth))
	}
	return list
}

func (b *build) object(def *ast.Definition, constant bool, depth int) any {
	object := map[string]any{}
	field := func(f *ast.FieldDefinition, u usage) {
		object[f.Name] = b.value(Place{def.Name + "." + f.Name, f.Type}, u, depth+1)
	}
	if def.Directives.ForName("oneOf") != nil {
		b.use("@oneOf")
		field(pick(b, def.Fields), usage{constant: constant, oneOf: true})
		return object
	}
	b.use("input object")
	for _, f := range def.Fields {
		required := f.Type.NonNull && f.DefaultValue == nil
		nested := b.Schema.Types[f.Type.Name()].Kind == ast.InputObject
		if required || b.chance(0.25) && (!nested || depth < inputDepth) {
			field(f, usage{constant: constant, inDefault: f.DefaultValue != nil})
		}
	}
	return object
}

// awkward are texts that are easily mistaken.
var awkward = []string{"", " ", "a", "null", "é", "\u2028", "😀", `"`, `\`, "</script>", "line\nline", "a\u0000b", "$x", "{}", "0", "-1", "2026-01-31", "2026-01-31T09:30:00+02:00"}

func (b *build) scalar(name string) any {
	switch name {
	case "Int":
		return pick(b, []int{0, 1, 2, 3, 10, 100, 101, -1, 2147483647, -2147483648})
	case "Float":
		return pick(b, []float64{0, 1, -1, 0.5, 1e21, 1e-7, 3})
	case "Boolean":
		return b.chance(0.5)
	}
	return pick(b, awkward)
}

// variable gives a variable that may stand at a place, a new one or one that is there.
func (b *build) variable(p Place, u usage) variable {
	if b.chance(0.3) {
		for _, v := range b.variables {
			// Of exactly this type, so that its values make sense.
			if v.Type.String() == p.Type.String() && (!u.oneOf || v.Type.NonNull) {
				return variable(v.Variable)
			}
		}
	}
	v := &ast.VariableDefinition{Variable: fmt.Sprintf("v%d", len(b.variables))}
	typ := *p.Type
	v.Type = &typ
	switch {
	case u.oneOf:
		typ.NonNull = true
	case typ.NonNull && b.chance(0.3):
		// Allowed where the default, of the variable or of the place, stands in.
		typ.NonNull = false
		if !u.inDefault || b.chance(0.5) {
			v.DefaultValue = b.literal(p.Type, b.value(p, usage{constant: true}, inputDepth))
		}
	case !typ.NonNull && b.chance(0.3):
		typ.NonNull = true
	}
	if v.DefaultValue == nil && b.chance(0.3) {
		v.DefaultValue = b.literal(v.Type, b.value(Place{p.Name, v.Type}, usage{constant: true, oneOf: u.oneOf}, inputDepth))
	}
	b.variables = append(b.variables, v)
	b.places[v.Variable] = placed{p, u}
	b.give(v, b.places[v.Variable])
	return variable(v.Variable)
}

// give gives a value for a variable, null, or none.
func (b *build) give(v *ast.VariableDefinition, at placed) {
	where := ""
	if v.DefaultValue != nil {
		where = ", with a default"
	}
	switch {
	case (!v.Type.NonNull || v.DefaultValue != nil) && b.chance(0.3):
		b.use("variable that is absent" + where)
	// A null where none may stand is an error of its field: one now and then.
	case !v.Type.NonNull && (b.chance(0.15) && !at.Type.NonNull || b.chance(0.03)):
		b.use("variable that is null" + where)
		b.values[v.Variable] = nil
	default:
		b.use("variable" + where)
		full := *v.Type
		full.NonNull = true
		b.values[v.Variable] = b.value(Place{at.Name, &full}, usage{constant: true, oneOf: true}, 0)
	}
}

// literal writes a value of a type into a document.
func (b *build) literal(typ *ast.Type, value any) *ast.Value {
	switch v := value.(type) {
	case variable:
		b.use("variable in a document")
		return &ast.Value{Kind: ast.Variable, Raw: string(v)}
	case nil:
		return &ast.Value{Kind: ast.NullValue, Raw: "null"}
	case []any:
		list := &ast.Value{Kind: ast.ListValue}
		elem := typ
		if typ.Elem != nil {
			elem = typ.Elem
		}
		for _, one := range v {
			list.Children = append(list.Children, &ast.ChildValue{Value: b.literal(elem, one)})
		}
		return list
	}
	if typ.Elem != nil {
		return b.literal(typ.Elem, value)
	}
	def := b.Schema.Types[typ.NamedType]
	switch v := value.(type) {
	case map[string]any:
		object := &ast.Value{Kind: ast.ObjectValue}
		names := sortedKeys(v)
		b.r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names {
			field := def.Fields.ForName(name)
			if field == nil {
				panic(fmt.Sprintf("%s has no field %s", def.Name, name))
			}
			object.Children = append(object.Children, &ast.ChildValue{Name: name, Value: b.literal(field.Type, v[name])})
		}
		return object
	case bool:
		return &ast.Value{Kind: ast.BooleanValue, Raw: strconv.FormatBool(v)}
	case int:
		return &ast.Value{Kind: ast.IntValue, Raw: strconv.Itoa(v)}
	case float64:
		return &ast.Value{Kind: ast.FloatValue, Raw: strconv.FormatFloat(v, 'e', -1, 64)}
	case json.Number:
		return &ast.Value{Kind: ast.FloatValue, Raw: v.String()}
	case string:
		if def.Kind == ast.Enum {
			return &ast.Value{Kind: ast.EnumValue, Raw: v}
		}
		return &ast.Value{Kind: ast.StringValue, Raw: v}
	}
	panic(fmt.Sprintf("a value of the type %T, which JSON does not have", value))
}
