// Package executorgen is a gqlgen plugin that generates what package executor has to know
// of a schema's Go types: a file with a function
//
//	func Types(schema graphql.ExecutableSchema) executor.Types
//
// in the package of the generated code, which takes what NewExecutableSchema gave.
package executorgen

import (
	_ "embed"
	"errors"
	"fmt"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/plugin"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/executor"
)

//go:embed executor.gotpl
var text string

// gqlgenPackage is where gqlgen's own scalars are, executorPackage where they are appended.
var (
	gqlgenPackage   = reflect.TypeFor[graphql.OperationContext]().PkgPath()
	executorPackage = reflect.TypeFor[executor.Call]().PkgPath()
)

// New gives the plugin. It writes the file of the given name into the folder of the
// generated code.
func New(filename string) plugin.Plugin { return generator{filename} }

type generator struct{ filename string }

// Name is "executor".
func (generator) Name() string { return "executor" }

// GenerateCode writes the file.
func (g generator) GenerateCode(data *codegen.Data) error {
	if data.Config.UseFunctionSyntaxForExecutionContext {
		return errors.New("package executor does not know gqlgen's use_function_syntax_for_execution_context: leave it out")
	}
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        filepath.Join(data.Config.Exec.Dir(), g.filename),
		Data:            data,
		Template:        text,
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		Funcs: map[string]any{
			"executorPackage": func() string { return executorPackage },
			"covered":         covered,
			"stock":           isStock,
			"leaf":            func(f *codegen.Field) bool { return f.TypeReference.Definition.IsLeafType() },
			"read":            read,
			"leafBody":        leafBody,
			"childBody":       childBody,
			"list":            list,
			"result":          result,
			"pure":            pure,
			"waits":           func(f *codegen.Field) bool { return f.IsResolver || f.MethodHasContext },
		},
	})
}

// covered reports whether a field can be read by generated code; operations with one that
// cannot run on the stock executor.
func covered(f *codegen.Field) bool {
	t := f.TypeReference
	switch {
	case f.Object.Stream || f.IsBatch() || f.IsMap() || f.HasFederationRequiresArg() || t.IsRoot:
		return false
	case t.Definition.IsLeafType():
		return true
	case t.IsPtrToSlice() || t.IsPtrToPtr() || t.IsPtrToIntf() || t.IsMap() || t.IsMarshaler || t.Marshaler != nil:
		return false
	}
	if t.IsSlice() {
		e := t.Elem()
		return !e.IsSlice() && !e.IsPtrToSlice() && !e.IsPtrToPtr() && !e.IsPtrToIntf() && !e.IsMap()
	}
	return true
}

// isStock reports whether a field is resolved by the generated schema itself: introspection,
// and what has a directive with code of its own.
func isStock(f *codegen.Field) bool { return f.IsReserved() || f.HasDirectives() }

// pure reports whether what arguments are read as depends on them alone: no directive and no
// unmarshaler that takes a context comes between, but for GraphQL's own scalars, which are read
// as the specification has it whoever reads them. Input objects are not looked into.
func pure(f *codegen.Field) bool {
	own := []string{"Int", "Float", "String", "Boolean", "ID"}
	return !slices.ContainsFunc(f.Args, func(a *codegen.FieldArgument) bool {
		t := a.TypeReference
		return len(a.ImplDirectives()) > 0 || t.IsContext && !slices.Contains(own, t.Definition.Name) || t.Definition.Kind == ast.InputObject
	})
}

// read gives the statements that read a field into v.
func read(f *codegen.Field, absent string) string {
	var b strings.Builder
	switch {
	case f.GoReceiverName == "ec":
		// What gqlgen leaves to methods of the generated schema, as the fields of a federation.
		b.WriteString("obj := c.State.(*executionContext)\n")
	case !f.Object.Root:
		fmt.Fprintf(&b, "obj := c.Object.(%s)\n", ref(f.Object.Reference()))
	}
	if f.IsResolver || f.MethodHasContext {
		b.WriteString("ctx := c.Context()\n")
	}
	if len(f.Args) > 0 && (f.IsResolver || f.IsMethod()) {
		b.WriteString("fc := c\n")
	}
	fail := "if err != nil {\nc.Fail(err)\n" + absent + "\n}\n"
	if f.HasHaser && !f.IsResolver {
		fmt.Fprintf(&b, "if !obj.%s() {\nc.Absent()\n%s\n}\n", f.HaserMethodName, absent)
	}
	switch {
	case f.IsResolver:
		fmt.Fprintf(&b, "v, err := c.State.(*executionContext).Resolvers.%s\n%s", f.ShortInvocation(), fail)
	case f.IsMethod() && f.VOkFunc:
		fmt.Fprintf(&b, "v, ok := obj.%s(%s)\nif !ok {\nc.Absent()\n%s\n}\n", f.GoFieldName, f.CallArgs(), absent)
	case f.IsMethod() && f.NoErr:
		fmt.Fprintf(&b, "v := obj.%s(%s)\n", f.GoFieldName, f.CallArgs())
	case f.IsMethod():
		fmt.Fprintf(&b, "v, err := obj.%s(%s)\n%s", f.GoFieldName, f.CallArgs(), fail)
	case !byAddress(f):
		fmt.Fprintf(&b, "v := obj.%s\n", f.GoFieldName)
	}
	if types.IsInterface(f.TypeReference.GO) {
		fmt.Fprintf(&b, "if v == nil {\nc.Absent()\n%s\n}\n", absent)
	}
	return b.String()
}

// leafBody gives the statements that append a scalar, an enum value or a list of them.
func leafBody(f *codegen.Field) string {
	t := f.TypeReference
	stock := fmt.Sprintf("c.Marshal(c.State.(*executionContext).%s(%s, nil, v))\n", t.MarshalFunc(), "c.Context()")
	if t.IsPtrToSlice() {
		return stock
	}
	if t.IsSlice() {
		e := t.Elem()
		expression, ok := appends(e, "e")
		if !ok || e.IsNilable() || e.IsSlice() || e.IsContext {
			return stock
		}
		var b strings.Builder
		if !t.GQL.NonNull {
			b.WriteString("if v == nil {\nreturn\n}\n")
		}
		fmt.Fprintf(&b, "executor.AppendList(c, v, %t, %t, func(b []byte, e %s) []byte { return %s })\n",
			e.GQL.NonNull, !e.IsScalar(), ref(e.GO), fmt.Sprintf(expression, "b"))
		return b.String()
	}
	v := "v"
	pointer := t.IsPtr() && !t.IsTargetNilable()
	if pointer {
		v = "*v"
	}
	expression, ok := appends(t, v)
	if !ok || t.IsNilable() && !pointer {
		return stock
	}
	body := "c.Buf = " + fmt.Sprintf(expression, "c.Buf") + "\n"
	if t.IsContext {
		body = fmt.Sprintf("if %s(%s) {\n%s} else {\n%s}\n", fits(t), v, body, stock)
	}
	if pointer {
		body = "if v != nil {\n" + body + "}\n"
	}
	return body
}

// appends gives a call that appends a value to a buffer, written as %s; false: its scalar
// has none.
func appends(t *config.TypeReference, v string) (string, bool) {
	if t.Marshaler == nil || t.IsMarshaler || t.HasEnumValues() || t.IsTargetNilable() {
		return "", false
	}
	name, ok := strings.CutPrefix(t.Marshaler.Name(), "Marshal")
	if !ok {
		return "", false
	}
	pkg := t.Marshaler.Pkg()
	given := t.Marshaler.Type().(*types.Signature).Params()
	var call string
	if pkg.Path() == gqlgenPackage {
		if name == "FloatContext" {
			name = "Float"
		} else if t.IsContext {
			return "", false
		}
		switch name {
		case "String", "ID", "Boolean", "Int", "Int32", "Int64", "Float":
		default:
			return "", false
		}
		call = templates.CurrentImports.Lookup(executorPackage) + ".Append" + name
	} else {
		if t.IsContext && pkg.Scope().Lookup("Fits"+name) == nil || !appender(pkg.Scope().Lookup("Append"+name), given.At(given.Len()-1).Type()) {
			return "", false
		}
		call = "Append" + name
		if qualifier := templates.CurrentImports.Lookup(pkg.Path()); qualifier != "" {
			call = qualifier + "." + call
		}
	}
	if t.CastType != nil {
		v = ref(t.CastType) + "(" + v + ")"
	}
	return call + "(%s, " + v + ")", true
}

// fits gives the function that says whether a value can be appended, of a scalar whose
// marshaler may fail: FitsX beside its AppendX.
func fits(t *config.TypeReference) string {
	pkg := t.Marshaler.Pkg()
	if pkg.Path() == gqlgenPackage {
		return templates.CurrentImports.Lookup(executorPackage) + ".Finite"
	}
	call := "Fits" + strings.TrimPrefix(t.Marshaler.Name(), "Marshal")
	if qualifier := templates.CurrentImports.Lookup(pkg.Path()); qualifier != "" {
		call = qualifier + "." + call
	}
	return call
}

// appender reports whether an object is a func([]byte, T) []byte.
func appender(o types.Object, t types.Type) bool {
	f, ok := o.(*types.Func)
	if !ok {
		return false
	}
	s := f.Type().(*types.Signature)
	bytes := types.NewSlice(types.Typ[types.Byte])
	return s.Params().Len() == 2 && s.Results().Len() == 1 && types.Identical(s.Params().At(0).Type(), bytes) &&
		types.Identical(s.Params().At(1).Type(), t) && types.Identical(s.Results().At(0).Type(), bytes)
}

// childBody gives the statements that return an object, a list or a value of an interface.
func childBody(f *codegen.Field) string {
	t := f.TypeReference
	var b strings.Builder
	switch {
	case t.IsSlice():
		if !t.GQL.NonNull {
			fmt.Fprintf(&b, "if %s == nil {\nreturn nil\n}\n", source(f))
		}
		fmt.Fprintf(&b, "return &%s\n", source(f))
	case types.IsInterface(t.GO):
		b.WriteString("return v\n")
	case t.IsPtr():
		b.WriteString("if v == nil {\nreturn nil\n}\nreturn v\n")
	default:
		fmt.Fprintf(&b, "return &%s\n", source(f))
	}
	return b.String()
}

// byAddress reports whether a field is read as the address of a variable of the object,
// which needs no memory.
func byAddress(f *codegen.Field) bool {
	t := f.TypeReference
	return f.IsVariable() && !f.IsResolver && !t.Definition.IsLeafType() && !types.IsInterface(t.GO) && !t.IsPtr()
}

// source is what the value of a field is called.
func source(f *codegen.Field) string {
	if byAddress(f) {
		return "obj." + f.GoFieldName
	}
	return "v"
}

// list gives what reads a list, or "".
func list(f *codegen.Field) string {
	if !f.TypeReference.IsSlice() {
		return ""
	}
	e := f.TypeReference.Elem()
	x := templates.CurrentImports.Lookup(executorPackage)
	switch {
	case types.IsInterface(e.GO):
		return fmt.Sprintf("%s.Interfaces[%s]()", x, ref(e.GO))
	case e.IsPtr():
		return fmt.Sprintf("%s.Pointers[%s]()", x, ref(e.Elem().GO))
	}
	return fmt.Sprintf("%s.Values[%s]()", x, ref(e.GO))
}

// result gives what turns a pointer to an object into the value that its field has, or "".
func result(f *codegen.Field) string {
	t := f.TypeReference
	if t.IsSlice() || t.IsPtr() || types.IsInterface(t.GO) {
		return ""
	}
	return fmt.Sprintf("%s.Value[%s]", templates.CurrentImports.Lookup(executorPackage), ref(t.GO))
}

func ref(t types.Type) string { return templates.CurrentImports.LookupType(t) }
