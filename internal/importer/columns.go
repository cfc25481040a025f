package importer

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/itchyny/gojq"
)

// columns is what the mapping's expressions read of a row, as far as it can be
// told without running them. It finds the column whose name is mistyped, and the
// one that nobody reads.
type columns struct {
	// needed are the columns that are read for certain.
	needed []neededColumn
	// named are all names in all expressions: a column that is not among them is
	// not read.
	named map[string]bool
	// whole: something takes the row as a whole, and with it every column.
	whole bool
	// defined are the functions of the mapping.
	defined map[string]bool
}

type neededColumn struct {
	name string
	at   place
	node ast.Node
}

func (c *columns) name(name string) {
	if c.named == nil {
		c.named = map[string]bool{}
	}
	c.named[name] = true
}

func (c *columns) define(q *gojq.Query) {
	c.defined = map[string]bool{}
	for _, f := range q.FuncDefs {
		c.defined[f.Name] = true
		walker{columns: c}.query(f.Body, false)
	}
}

func (c *columns) read(q *gojq.Query, at place, node ast.Node) {
	walker{c, at, node}.query(q, at.onRow)
}

// A walker goes through an expression, knowing where the dot is still the row.
type walker struct {
	columns *columns
	at      place
	node    ast.Node
}

func (w walker) queries(qs []*gojq.Query, onRow bool) {
	for _, q := range qs {
		w.query(q, onRow)
	}
}

func (w walker) query(q *gojq.Query, onRow bool) {
	if q == nil {
		return
	}
	for _, f := range q.FuncDefs {
		w.query(f.Body, false)
	}
	w.term(q.Term, onRow)
	if q.Right == nil {
		return
	}
	w.query(q.Left, onRow)
	// What stands right of a pipe sees another dot; right of "as $x |" it sees the
	// same one.
	w.query(q.Right, onRow && (q.Op != gojq.OpPipe || len(q.Patterns) > 0))
}

func (w walker) term(t *gojq.Term, onRow bool) {
	if t == nil {
		return
	}
	suffixes := t.SuffixList
	switch t.Type {
	case gojq.TermTypeIdentity:
		if onRow && len(suffixes) > 0 && suffixes[0].Index != nil {
			w.index(suffixes[0].Index, onRow, optional(suffixes[1:]))
			suffixes = suffixes[1:]
		} else if onRow {
			w.columns.whole = true
		}
	case gojq.TermTypeRecurse:
		w.columns.whole = w.columns.whole || onRow
	case gojq.TermTypeIndex:
		w.index(t.Index, onRow, optional(suffixes))
	case gojq.TermTypeFunc:
		suffixes = w.function(t.Func, suffixes, onRow)
	case gojq.TermTypeObject:
		for _, kv := range t.Object.KeyVals {
			w.keyValue(kv, onRow)
		}
	case gojq.TermTypeArray:
		w.query(t.Array.Query, onRow)
	case gojq.TermTypeUnary:
		w.term(t.Unary.Term, onRow)
	case gojq.TermTypeFormat, gojq.TermTypeString:
		w.text(t.Str, onRow)
	case gojq.TermTypeIf:
		w.queries([]*gojq.Query{t.If.Cond, t.If.Then, t.If.Else}, onRow)
		for _, e := range t.If.Elif {
			w.queries([]*gojq.Query{e.Cond, e.Then}, onRow)
		}
	case gojq.TermTypeTry:
		// What is tried may be missing.
		w.query(t.Try.Body, false)
		w.query(t.Try.Catch, false)
	case gojq.TermTypeReduce:
		w.queries([]*gojq.Query{t.Reduce.Query, t.Reduce.Start}, onRow)
		w.query(t.Reduce.Update, false)
	case gojq.TermTypeForeach:
		w.queries([]*gojq.Query{t.Foreach.Query, t.Foreach.Start}, onRow)
		w.queries([]*gojq.Query{t.Foreach.Update, t.Foreach.Extract}, false)
	case gojq.TermTypeLabel:
		w.query(t.Label.Body, onRow)
	case gojq.TermTypeQuery:
		w.query(t.Query, onRow)
	}
	for _, s := range suffixes {
		if s.Index != nil {
			w.index(s.Index, false, true)
		}
	}
}

// function looks into a call, and gives what of the suffixes is left to look at.
func (w walker) function(f *gojq.Func, suffixes []*gojq.Suffix, onRow bool) []*gojq.Suffix {
	switch {
	case f.Name == "$row" && len(suffixes) > 0 && suffixes[0].Index != nil:
		w.index(suffixes[0].Index, true, optional(suffixes[1:]))
		return suffixes[1:]
	case f.Name == "$row":
		w.columns.whole = true
	case onRow && !w.columns.defined[f.Name] && !strings.HasPrefix(f.Name, "$") && !slices.Contains(blind, f.Name):
		// It may read anything of the row.
		w.columns.whole = true
	}
	w.queries(f.Args, false)
	return suffixes
}

// blind are the functions of jq that do not look at the dot themselves.
var blind = []string{"empty", "error", "now", "null", "true", "false", "first", "last", "limit", "range", "select", "any", "all", "isempty"}

func (w walker) index(x *gojq.Index, onRow, optional bool) {
	name := x.Name
	if name == "" && x.Str != nil && x.Str.Queries == nil {
		name = x.Str.Str
	}
	if x.Start != nil && !x.IsSlice && x.Start.Term != nil && x.Start.Term.Type == gojq.TermTypeString && x.Start.Term.Str.Queries == nil {
		name = x.Start.Term.Str.Str
	}
	if name != "" {
		w.columns.name(name)
		if onRow && !optional {
			w.columns.needed = append(w.columns.needed, neededColumn{name, w.at, w.node})
		}
		return
	}
	// A computed name could be any.
	w.columns.whole = w.columns.whole || onRow
	w.text(x.Str, false)
	w.query(x.Start, false)
	w.query(x.End, false)
}

// keyValue looks into an entry of an object; {name} stands for {name: .name}.
func (w walker) keyValue(kv *gojq.ObjectKeyVal, onRow bool) {
	if kv.Val != nil {
		w.query(kv.KeyQuery, onRow)
		w.query(kv.Val, onRow)
		return
	}
	name := kv.Key
	if kv.KeyString != nil && kv.KeyString.Queries == nil {
		name = kv.KeyString.Str
	}
	if name != "" && !strings.HasPrefix(name, "$") {
		w.index(&gojq.Index{Name: name}, onRow, false)
	}
}

func (w walker) text(s *gojq.String, onRow bool) {
	if s == nil {
		return
	}
	// A text may be the name of a column in .[$name].
	w.columns.name(s.Str)
	w.queries(s.Queries, onRow)
}

// optional reports whether the question mark of .name? follows.
func optional(suffixes []*gojq.Suffix) bool { return len(suffixes) > 0 && suffixes[0].Optional }
