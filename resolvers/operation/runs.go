package operation

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"customer360/access"
	"customer360/graph"
	"customer360/graph/audience"
	"customer360/sources/profiles"
)

// Runnable gives what reports whether a caller may run an operation of a contract, validated
// against it, whoever the customers are: nothing in it is refused for want of a scope, of a purpose
// or of somebody's consent, and nothing is asked by that is masked. What variables will say it does
// not know.
func Runnable(contract *audience.Contract, attributes map[string]AttributeRule) func(*access.Caller, *ast.QueryDocument) bool {
	p := newPolicy(graph.Schema(), contract, attributes, nil, "")
	return func(caller *access.Caller, doc *ast.QueryDocument) bool {
		return caller.Open || !slices.ContainsFunc(doc.Operations, func(op *ast.OperationDefinition) bool { return !p.mayRun(caller, op.SelectionSet) })
	}
}

func (p *policy) mayRun(caller *access.Caller, set ast.SelectionSet) bool {
	return !slices.ContainsFunc(set, func(selection ast.Selection) bool {
		switch s := selection.(type) {
		case *ast.Field:
			if p.rules[s.ObjectDefinition.Name+"."+s.Name].refusal(caller, nil) != nil {
				return true
			}
			for _, a := range s.Arguments {
				if !p.mayAskBy(caller, a.Value) {
					return true
				}
			}
			return !p.mayRun(caller, s.SelectionSet)
		case *ast.InlineFragment:
			return !p.mayRun(caller, s.SelectionSet)
		case *ast.FragmentSpread:
			return !p.mayRun(caller, s.Definition.SelectionSet)
		}
		return false
	})
}

// mayAskBy looks at a value of an argument, and at all that is in it.
func (p *policy) mayAskBy(caller *access.Caller, v *ast.Value) bool {
	if v.Kind == ast.EnumValue && v.Definition != nil && p.unaskable(caller, v.Definition.Name+"."+v.Raw) != nil {
		return false
	}
	for _, child := range v.Children {
		if v.Kind == ast.ObjectValue && v.Definition != nil {
			name := v.Definition.Name
			switch {
			case p.unaskable(caller, name+"."+child.Name) != nil:
				return false
			case name == "AttributeFilter" && child.Name == "key":
				key := child.Value.Raw
				if class := p.attributes[key].Class; !p.hasAttribute(caller.Audience, key) || class != "" && !caller.Sees(class) {
					return false
				}
			case child.Name == "source" && p.sources[profiles.SourceName(child.Value.Raw)].refusal(caller, nil) != nil:
				return false
			}
		}
		if !p.mayAskBy(caller, child.Value) {
			return false
		}
	}
	return true
}
