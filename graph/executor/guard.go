package executor

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// A Guard says what of an answer a caller may see, beyond what the schema has already left
// out. It is asked for single fields, on plans and on the stock executor alike. Object is the
// name of an object type, field of one of its fields, and parent a pointer to the object that
// the field is of, nil for the root. The zero value of a field guards nothing.
type Guard struct {
	// Free reports whether everything is allowed to the caller of an operation, so that
	// neither Allow nor Mask is asked; nil: to nobody.
	Free func(context.Context) bool
	// Allows reports whether Allow is to be asked of a field. Its error is that of the field,
	// which is null then, and is not resolved.
	Allows func(object, field string) bool
	Allow  func(ctx context.Context, object, field string, parent any) error
	// Masks reports whether Mask is to be given what a leaf is, unless Sees reports that it is
	// shown whole: of a string its text, of anything else its JSON. What Mask gives for a string
	// stands in its place; "", or for anything else a change, makes it null.
	Masks func(object, field string) bool
	Sees  func(ctx context.Context, object, field string, parent any) bool
	Mask  func(ctx context.Context, object, field string, parent any, text string) string
	// Narrowed are the enums some of whose values are not shown, with those values. A field
	// with such a value gives Other; a list of values leaves it out.
	Narrowed map[string][]string
	Other    string
	// Hides reports whether an object type is not in the schema that is shown. Where a field of an
	// interface or a union gives one, it is null; in a list it is not there.
	Hides func(object string) bool
	// Drops reports whether Drop is to be asked of the elements of lists of an object type.
	// Those of which it reports true are not there.
	Drops func(object string) bool
	Drop  func(object string, element any) bool
}

// guarded is what a guard has to do with a field; nil: nothing.
type guarded struct {
	allow, mask, drop bool
	// typeOf tells of a value of the field's interface or union which type it is of; nil: the
	// field has another type, or nothing is hidden.
	typeOf func(any) (string, any, error)
	// hidden are the values of the field's enum that are not shown.
	hidden []string
}

func (g *Guard) of(object string, f graphql.CollectedField, types *Types) *guarded {
	// Introspection shows the schema as it is given.
	if f.Definition == nil || strings.HasPrefix(f.Name, "__") || strings.HasPrefix(object, "__") {
		return nil
	}
	typ := f.Definition.Type
	var typeOf func(any) (string, any, error)
	if g.Hides != nil {
		typeOf = types.Abstracts[typ.Name()]
	}
	guard := &guarded{
		typeOf: typeOf,
		allow:  g.Allows != nil && g.Allows(object, f.Name),
		mask:   g.Masks != nil && g.Masks(object, f.Name),
		drop:   g.Drops != nil && typ.Elem != nil && types.Objects[typ.Name()] != nil && g.Drops(typ.Name()),
		hidden: g.Narrowed[typ.Name()],
	}
	if !guard.allow && !guard.mask && !guard.drop && guard.typeOf == nil && guard.hidden == nil {
		return nil
	}
	return guard
}

// guards reports whether there is anything to guard.
func (g *Guard) guards() bool {
	return g.Allows != nil || g.Masks != nil || g.Drops != nil || g.Hides != nil || len(g.Narrowed) > 0
}

func (g *Guard) free(ctx context.Context) bool { return g.Free != nil && g.Free(ctx) }

// denied reports whether the field at hand may not be read, and has reported why.
func (c *Call) denied(f *field) bool {
	r := c.stack.run
	if !f.guard.allow || r.free {
		return false
	}
	if err := r.executor.options.Guard.Allow(r.ctx, f.object, f.collected.Name, c.Object); err != nil {
		c.Fail(err)
		return true
	}
	return false
}

// rewrite puts what may be seen in the place of what a leaf has appended behind start.
func (c *Call) rewrite(f *field, start int) {
	if len(c.Buf) == start {
		return
	}
	g, r := &c.stack.run.executor.options.Guard, c.stack.run
	if f.guard.hidden != nil {
		c.Buf = append(c.Buf[:start], narrowed(c.Buf[start:], f.guard.hidden, g.Other)...)
	}
	if !f.guard.mask || r.free || g.Sees(r.ctx, f.object, f.collected.Name, c.Object) {
		return
	}
	raw := c.Buf[start:]
	if raw[0] != '"' {
		before := string(raw)
		if g.Mask(r.ctx, f.object, f.collected.Name, c.Object, before) != before {
			c.Buf = c.Buf[:start]
		}
		return
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		c.Buf = c.Buf[:start]
		return
	}
	shown := g.Mask(r.ctx, f.object, f.collected.Name, c.Object, text)
	if shown == text {
		return
	}
	c.Buf = c.Buf[:start]
	if shown != "" {
		c.Buf = AppendString(c.Buf, shown)
	}
}

// narrowed gives the JSON of an enum value, or of a list of them, without those that are
// hidden.
func narrowed(raw []byte, hidden []string, other string) []byte {
	if raw[0] == '"' {
		if slices.Contains(hidden, string(raw[1:len(raw)-1])) {
			return AppendString(nil, other)
		}
		return raw
	}
	var all []*string
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	all = slices.DeleteFunc(all, func(s *string) bool { return s != nil && slices.Contains(hidden, *s) })
	kept, _ := json.Marshal(all)
	return kept
}

// shown gives what a field that is no leaf is resolved to without what is not there: nil, or
// for a list, which is a slice or a pointer to one, one without those elements.
func (g *Guard) shown(f graphql.CollectedField, guard *guarded, value any) any {
	v := reflect.ValueOf(value)
	list := v
	if v.Kind() == reflect.Pointer {
		list = v.Elem()
	}
	if f.Definition.Type.Elem != nil && list.Kind() == reflect.Slice {
		return g.kept(v, list, func(element any) bool {
			return guard.hides(g, element) || guard.drop && g.Drop(f.Definition.Type.Name(), element)
		})
	}
	if guard.hides(g, value) {
		return nil
	}
	return value
}

// hides reports whether a value of an interface or a union is of a type that is not shown.
func (guard *guarded) hides(g *Guard, value any) bool {
	if guard.typeOf == nil {
		return false
	}
	name, _, err := guard.typeOf(value)
	return err == nil && name != "" && g.Hides(name)
}

// kept gives a list, or a pointer to one, without the elements that are dropped: the same one,
// where there are none.
func (g *Guard) kept(v, slice reflect.Value, drop func(any) bool) any {
	kept := without(slice, drop)
	if v.Kind() == reflect.Slice {
		return kept.Interface()
	}
	list := v.Interface()
	if kept.Len() == slice.Len() {
		return list
	}
	p := reflect.New(kept.Type())
	p.Elem().Set(kept)
	return p.Interface()
}

func without(list reflect.Value, drop func(any) bool) reflect.Value {
	var kept reflect.Value
	for i := range list.Len() {
		element := list.Index(i)
		pointer := element
		if element.Kind() == reflect.Struct {
			pointer = element.Addr()
		}
		isNil := (pointer.Kind() == reflect.Pointer || pointer.Kind() == reflect.Interface) && pointer.IsNil()
		dropped := !isNil && drop(pointer.Interface())
		if dropped && !kept.IsValid() {
			kept = reflect.MakeSlice(list.Type(), i, list.Len())
			reflect.Copy(kept, list)
		}
		if !dropped && kept.IsValid() {
			kept = reflect.Append(kept, element)
		}
	}
	if !kept.IsValid() {
		return list
	}
	return kept
}

// intercept guards the fields of an operation that the stock executor runs.
func (g *Guard) intercept(ctx context.Context, types *Types, next graphql.FieldMiddleware) graphql.FieldMiddleware {
	if !g.guards() {
		return next
	}
	free := g.free(ctx)
	return func(ctx context.Context, resolve graphql.Resolver) (any, error) {
		fc := graphql.GetFieldContext(ctx)
		guard := g.of(fc.Object, fc.Field, types)
		if guard == nil {
			return next(ctx, resolve)
		}
		guard.allow, guard.mask = guard.allow && !free, guard.mask && !free
		var parent any
		if guard.allow || guard.mask {
			parent = parentOf(fc)
		}
		if guard.allow {
			if err := g.Allow(ctx, fc.Object, fc.Field.Name, parent); err != nil {
				return nil, err
			}
		}
		value, err := next(ctx, resolve)
		if err != nil || value == nil {
			return value, err
		}
		if guard.drop || guard.typeOf != nil {
			if value = g.shown(fc.Field, guard, value); value == nil {
				return nil, nil
			}
		}
		if guard.hidden != nil {
			value = g.narrow(reflect.ValueOf(value), guard.hidden).Interface()
		}
		if guard.mask && !g.Sees(ctx, fc.Object, fc.Field.Name, parent) {
			text, _ := json.Marshal(value)
			if string(text) == "null" {
				return value, nil
			}
			value = g.masked(reflect.ValueOf(value), func(text string) string {
				return g.Mask(ctx, fc.Object, fc.Field.Name, parent, text)
			})
		}
		return value, nil
	}
}

// parentOf gives a pointer to the object that a field is of.
func parentOf(fc *graphql.FieldContext) any {
	if fc.Parent == nil || fc.Parent.Result == nil {
		return nil
	}
	v := reflect.ValueOf(fc.Parent.Result)
	for v.Kind() == reflect.Pointer && (v.Elem().Kind() == reflect.Pointer || v.Elem().Kind() == reflect.Interface) {
		v = v.Elem()
		if v.Kind() == reflect.Interface {
			v = v.Elem()
		}
	}
	return v.Interface()
}

// narrow is [narrowed] of a Go value: an enum's text, a pointer to one, or a slice of either.
func (g *Guard) narrow(v reflect.Value, hidden []string) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		if slices.Contains(hidden, v.String()) {
			return reflect.ValueOf(g.Other).Convert(v.Type())
		}
	case reflect.Pointer:
		if !v.IsNil() && slices.Contains(hidden, v.Elem().String()) {
			p := reflect.New(v.Type().Elem())
			p.Elem().SetString(g.Other)
			return p
		}
	case reflect.Slice:
		kept := reflect.MakeSlice(v.Type(), 0, v.Len())
		for i := range v.Len() {
			if one := reflect.Indirect(v.Index(i)); !one.IsValid() || !slices.Contains(hidden, one.String()) {
				kept = reflect.Append(kept, v.Index(i))
			}
		}
		return kept
	}
	return v
}

// masked gives a Go value with its text masked: nil where nothing may be seen.
func (g *Guard) masked(v reflect.Value, mask func(string) string) any {
	at := v
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return v.Interface()
		}
		at = v.Elem()
	}
	if at.Kind() != reflect.String {
		before, _ := json.Marshal(v.Interface())
		if mask(string(before)) != string(before) {
			return nil
		}
		return v.Interface()
	}
	if at.Len() == 0 {
		return v.Interface()
	}
	text := mask(at.String())
	if text == "" {
		return nil
	}
	if v.Kind() != reflect.Pointer {
		return reflect.ValueOf(text).Convert(v.Type()).Interface()
	}
	p := reflect.New(at.Type())
	p.Elem().SetString(text)
	return p.Interface()
}
