package querygen

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// A scope holds what is selected under each response key of an object: of all
// selections that are merged for it. What is added to it must fit what is there, by
// https://spec.graphql.org/September2025/#sec-Field-Selection-Merging. It is a little
// stricter: fields of one key are of one type, and what is below them fits as if the
// objects were the same.
type scope map[string]*slot

type slot struct {
	// typ is the type of the fields, as a text.
	typ string
	// below is the scope of the objects that they give.
	below scope
	uses  []use
}

// A use is a field that is selected.
type use struct {
	parent    *ast.Definition
	field     *ast.FieldDefinition
	arguments string
	// list is what arguments is the text of.
	list ast.ArgumentList
}

// typ gives the field's type. That of __typename is like no other: validators do not
// agree whether it may be null.
func (u use) typ() string {
	if u.field == typename {
		return u.field.Name
	}
	return u.field.Type.String()
}

// fits reports whether a field can be selected under a key.
func (s scope) fits(key string, u use) bool {
	taken, ok := s[key]
	if !ok {
		return true
	}
	if taken.typ != u.typ() {
		return false
	}
	for _, t := range taken.uses {
		apart := t.parent.Kind == ast.Object && u.parent.Kind == ast.Object && t.parent.Name != u.parent.Name
		if !apart && (t.field.Name != u.field.Name || t.arguments != u.arguments) {
			return false
		}
	}
	return true
}

// add selects a field under a key that it fits, and gives the scope below it.
func (s scope) add(key string, u use) scope {
	if s[key] == nil {
		s[key] = &slot{typ: u.typ(), below: scope{}}
	}
	same := func(t use) bool {
		return t.parent == u.parent && t.field == u.field && t.arguments == u.arguments
	}
	if !slices.ContainsFunc(s[key].uses, same) {
		s[key].uses = append(s[key].uses, u)
	}
	return s[key].below
}

// takes reports whether all of another scope fits.
func (s scope) takes(other scope) bool {
	for key, o := range other {
		for _, u := range o.uses {
			if !s.fits(key, u) {
				return false
			}
		}
		if taken, ok := s[key]; ok && !taken.below.takes(o.below) {
			return false
		}
	}
	return true
}

// merge adds all of another scope, which must fit.
func (s scope) merge(other scope) {
	for key, o := range other {
		var below scope
		for _, u := range o.uses {
			below = s.add(key, u)
		}
		below.merge(o.below)
	}
}
