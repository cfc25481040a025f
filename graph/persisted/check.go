package persisted

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"customer360/graph/cost"
)

// Rules are what a document must keep to, so that it is executed.
type Rules struct {
	// Schema is what it is validated against.
	Schema *ast.Schema
	// Tokens bounds its length; 0: nothing does.
	Tokens int
	// Limits refuses the text of a document before it is validated; nil: nothing does.
	Limits func(text string) error
	// Cost computes what its operations cost, and PerOperation bounds that; 0: nothing does.
	Cost         *cost.Calculator
	PerOperation int
}

// A Finding is something about a document of a manifest.
type Finding struct {
	// Document is its place in the manifest, and its name.
	Document string
	// Line and Column are where in the document, from 1; 0 where it is no one place.
	Line, Column int
	// Problem says what is wrong.
	Problem string
	// Minor: the document is executed all the same, if not for all values of its variables.
	Minor bool
}

// String says document, place and problem in one line.
func (f Finding) String() string {
	if f.Line > 0 {
		return fmt.Sprintf("%s: %d:%d: %s", f.Document, f.Line, f.Column, f.Problem)
	}
	return f.Document + ": " + f.Problem
}

// Check gives all that is wrong with the documents, in their order, and what the dearest of
// those without a fault costs at the most.
func (m *Manifest) Check(r Rules) (findings []Finding, dearest int) {
	for i, d := range m.Documents {
		if strings.TrimSpace(d.Body) == "" {
			// That was told when it was read.
			continue
		}
		c := checked{Rules: r, title: d.Title(i)}
		most := c.check(d)
		findings = append(findings, c.findings...)
		dearest = max(dearest, most)
	}
	return findings, dearest
}

// checked is a document that is checked.
type checked struct {
	Rules
	title    string
	findings []Finding
}

func (c *checked) fault(err error) {
	f := Finding{Document: c.title, Problem: err.Error()}
	var at *gqlerror.Error
	if errors.As(err, &at) {
		f.Problem = at.Message
		if len(at.Locations) > 0 {
			f.Line, f.Column = at.Locations[0].Line, at.Locations[0].Column
		}
	}
	c.findings = append(c.findings, f)
}

// check finds what is wrong with a document, in the order in which a server would refuse
// it, and gives what it costs at the most.
func (c *checked) check(d Document) int {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: d.Body}, c.Tokens)
	if err != nil {
		c.fault(err)
		return 0
	}
	if c.Limits != nil {
		// What is beyond them could take very long to validate.
		if err := c.Limits(d.Body); err != nil {
			c.fault(err)
			return 0
		}
	}
	if len(doc.Operations) == 0 {
		c.fault(errors.New("it has no operation"))
		return 0
	}
	if d.Name != "" && doc.Operations.ForName(d.Name) == nil {
		c.fault(errors.New("it has no operation with this name"))
	}
	if errs := validator.ValidateWithRules(c.Schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
		for _, err := range errs {
			c.fault(err)
		}
		return 0
	}
	dearest := 0
	for _, op := range doc.Operations {
		dearest = max(dearest, c.cost(doc, op))
	}
	return dearest
}

// cost finds what is wrong with the cost of an operation, and gives what it is at the most.
func (c *checked) cost(doc *ast.QueryDocument, op *ast.OperationDefinition) int {
	most := c.Cost.Most(doc, op)
	if c.PerOperation == 0 || most <= c.PerOperation {
		return most
	}
	f := Finding{Document: c.title, Line: op.Position.Line, Column: op.Position.Column}
	if n := c.Cost.Of(doc, op, defaults(op)); n > c.PerOperation {
		f.Problem = fmt.Sprintf("it costs %d; the limit per operation is %d: request fewer fields, or smaller pages with `first`", n, c.PerOperation)
	} else {
		f.Problem = fmt.Sprintf("it costs up to %d, depending on its variables; above %d, the limit per operation, it is refused", most, c.PerOperation)
		f.Minor = true
	}
	c.findings = append(c.findings, f)
	return most
}

// defaults are the values of the variables of an operation that is sent without any.
func defaults(op *ast.OperationDefinition) map[string]any {
	values := map[string]any{}
	for _, v := range op.VariableDefinitions {
		if value, err := v.DefaultValue.Value(nil); err == nil && v.DefaultValue != nil {
			values[v.Variable] = value
		}
	}
	return values
}
