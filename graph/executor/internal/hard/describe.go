package hard

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Describe says all that a resolver, or who is told of an error, can find out about where it
// is, but the result of the field itself.
func Describe(ctx context.Context) string {
	var b strings.Builder
	fc := graphql.GetFieldContext(ctx)
	fmt.Fprintf(&b, "%s is %s", graphql.GetPath(ctx), fc.Path())
	for at := fc; at != nil; at = at.Parent {
		b.WriteString("; ")
		if at.Index != nil {
			fmt.Fprintf(&b, "[%d]", *at.Index)
		} else {
			fmt.Fprintf(&b, "%s.", at.Object)
		}
		if at.Field.Field != nil {
			fmt.Fprintf(&b, "%s(%s) method %t resolver %t", at.Field.Name, show(at.Args), at.IsMethod, at.IsResolver)
			var names []string
			for _, f := range graphql.CollectFields(graphql.GetOperationContext(ctx), at.Field.Selections, nil) {
				names = append(names, f.Alias)
			}
			fmt.Fprintf(&b, " {%s}", strings.Join(names, " "))
		}
		if at != fc {
			fmt.Fprintf(&b, " = %T%s", at.Result, ident(at.Result))
		}
	}
	root := graphql.GetRootFieldContext(ctx)
	fmt.Fprintf(&b, "; root %s %s", root.Object, root.Field.Alias)
	if fc.Parent != nil && fc.Parent.Field.Field != nil {
		for _, f := range graphql.CollectFields(graphql.GetOperationContext(ctx), fc.Parent.Field.Selections, []string{"Person", "Node"}) {
			fmt.Fprintf(&b, ", %s", f.Alias)
		}
	}
	return b.String()
}

// ident names a result.
func ident(v any) string {
	switch v := v.(type) {
	case *Person:
		if v != nil {
			return " " + v.ID
		}
	case **Person:
		return " *" + ident(*v)
	case *Robot:
		if v != nil {
			return " " + v.ID
		}
	case Robot:
		return " " + v.ID
	case **Robot:
		return " *" + ident(*v)
	case *Node:
		return fmt.Sprintf(" *%T%s", *v, ident(*v))
	case *Anything:
		return fmt.Sprintf(" *%T%s", *v, ident(*v))
	case *Planet:
		return fmt.Sprintf(" *%T", *v)
	case []*Person:
		return fmt.Sprint(" ", len(v))
	case []Robot:
		return fmt.Sprint(" ", len(v))
	case []Node:
		return fmt.Sprint(" ", len(v))
	}
	return ""
}

// Children says what [graphql.FieldContext.Child] gives for the fields that are selected beside
// this one.
func Children(ctx context.Context) string {
	var b strings.Builder
	fc := graphql.GetFieldContext(ctx).Parent
	for fc.Index != nil {
		fc = fc.Parent
	}
	for _, f := range graphql.CollectFields(graphql.GetOperationContext(ctx), fc.Field.Selections, nil) {
		if f.Name == "__typename" {
			continue
		}
		child, err := fc.Child(ctx, f)
		if err != nil {
			fmt.Fprintf(&b, "%s: %v; ", f.Alias, err)
			continue
		}
		fmt.Fprintf(&b, "%s: %s.%s(%s) %t %t; ", f.Alias, child.Object, child.Field.Name, show(child.Args), child.IsMethod, child.IsResolver)
	}
	none := graphql.CollectedField{Field: &ast.Field{Name: "none", Alias: "none"}}
	_, err := fc.Child(ctx, none)
	_, leaf := graphql.GetFieldContext(ctx).Child(ctx, none)
	fmt.Fprintf(&b, "%v, %v, %v, %t", err, leaf, graphql.CollectAllFields(ctx), graphql.FieldRequested(ctx, "name"))
	return b.String()
}

// show writes arguments.
func show(args map[string]any) string {
	text, err := json.Marshal(args)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// MarshalJSON tells an omitted field from a null one.
func (i *Input) MarshalJSON() ([]byte, error) {
	type plain Input
	return json.Marshal(struct {
		*plain
		OmittableSet, OmittableInputSet bool
	}{(*plain)(i), i.Omittable.IsSet(), i.OmittableInput.IsSet()})
}
