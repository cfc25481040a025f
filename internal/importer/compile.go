package importer

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/itchyny/gojq"

	"customer360/sources/jq"
)

// A compiler reads a mapping, and goes on after a fault, so that all are told at once.
type compiler struct {
	file   string
	faults Faults
	// functions are the mapping's own; nil where it has none.
	functions *gojq.Query
	columns   columns
}

// A place is where in a mapping something stands.
type place struct {
	// key is the path of the key.
	key string
	// onRow: the dot is the row itself there.
	onRow bool
}

func (p place) of(key string) place {
	if p.key != "" {
		key = p.key + "." + key
	}
	return place{key, p.onRow}
}

func (p place) item(i int) place { return place{fmt.Sprintf("%s[%d]", p.key, i), p.onRow} }

func (c *compiler) fault(n ast.Node, at place, format string, args ...any) {
	f := Fault{File: c.file, Key: at.key, Problem: fmt.Sprintf(format, args...)}
	if n != nil {
		if t := n.GetToken(); t != nil && t.Position != nil {
			f.Line, f.Column = t.Position.Line, t.Position.Column
		}
	}
	c.faults = append(c.faults, f)
}

// parse gives the mapping's root; nil where there is none to go on with.
func (c *compiler) parse(data []byte) ast.Node {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		f := Fault{File: c.file, Problem: "this is not YAML: " + strings.Split(err.Error(), "\n")[0]}
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) {
			f.Problem = "this is not YAML: " + syntax.Message
			if syntax.Token != nil && syntax.Token.Position != nil {
				f.Line, f.Column = syntax.Token.Position.Line, syntax.Token.Position.Column
			}
		}
		c.faults = append(c.faults, f)
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	switch len(docs) {
	case 0:
		c.fault(nil, place{}, "the mapping is empty")
		return nil
	case 1:
		return docs[0].Body
	}
	c.fault(docs[1], place{}, "a mapping is one YAML document")
	return nil
}

// An entry is a key of a YAML mapping with its value.
type entry struct {
	key   string
	node  ast.Node
	value ast.Node
}

// entries gives the keys of a YAML mapping in their order. Keys that are not among
// the allowed ones are faults.
func (c *compiler) entries(n ast.Node, at place, allowed []string) []entry {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		c.fault(n, at, "keys are expected here: %s", strings.Join(allowed, ", "))
		return nil
	}
	var all []entry
	for _, v := range values {
		key, ok := v.Key.(*ast.StringNode)
		switch {
		case !ok:
			c.fault(v, at, "a key must be a plain word")
		case !slices.Contains(allowed, key.Value):
			c.fault(key, at.of(key.Value), "unknown key%s; allowed here: %s", meant(key.Value, allowed), strings.Join(allowed, ", "))
		default:
			all = append(all, entry{key.Value, key, v.Value})
		}
	}
	return all
}

// items gives the values of a YAML sequence.
func (c *compiler) items(n ast.Node, at place) []ast.Node {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		c.fault(n, at, "a list is expected here: begin its entries with a dash")
		return nil
	}
	return list.Values
}

// scalar gives the text of a plain value.
func (c *compiler) scalar(n ast.Node, at place, what string) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		if strings.TrimSpace(n.Value) != "" {
			return n.Value, true
		}
	case *ast.LiteralNode:
		if strings.TrimSpace(n.Value.Value) != "" {
			return n.Value.Value, true
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		c.fault(n, at, "%s is expected here: where it begins with { or [, put it in quotes", what)
		return "", false
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		c.fault(n, at, "YAML anchors, aliases and tags are not supported; put what is used several times into functions")
		return "", false
	}
	c.fault(n, at, "%s is expected here", what)
	return "", false
}

// word gives the text of a value that is fixed for the whole mapping, and no expression.
func (c *compiler) word(n ast.Node, at place, what string) string {
	text, _ := c.scalar(n, at, what)
	if inner := strings.Trim(text, `"`); text != "" && len(inner) == len(text)-2 && strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) {
		c.fault(n, at, "%s is literal text here, not an expression: write %s without the quotes", what, inner)
		return ""
	}
	return text
}

// notComputed finds an expression where a word is expected that holds for all rows.
func (c *compiler) notComputed(n ast.Node, at place, word, what string) {
	if strings.HasPrefix(word, ".") || strings.HasPrefix(word, "$row") {
		c.fault(n, at, "%s is the same for all rows, not an expression: if rows differ, make an entry for each with when", what)
	}
}

// capitals are the words that need no quotes within quotes: no function of jq is
// named so.
var capitals = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// expression compiles a jq expression.
func (c *compiler) expression(n ast.Node, at place) *expression {
	source, ok := c.scalar(n, at, "a jq expression")
	if !ok {
		return nil
	}
	source = strings.TrimSpace(source)
	e := &expression{key: at.key}
	if capitals.MatchString(source) {
		e.word = source
		return e
	}
	code, err := jq.Compile(source, c.options())
	if err != nil {
		c.fault(n, at, "the jq expression cannot be used: %v in %s%s", err, source, advice(source, err))
		return nil
	}
	e.code = code
	c.columns.read(code.Query, at, n)
	return e
}

var bareWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// oddColumn is a path to a column that was meant to be one, and is none without quotes.
var oddColumn = regexp.MustCompile(`^\.[\pL\pN_ .#%/()&№-]+\??$`)

// advice says what may be meant by an expression that does not compile.
func advice(source string, err error) string {
	name, ok := strings.CutPrefix(err.Error(), "function not defined: ")
	switch {
	case bareWord.MatchString(source):
		return fmt.Sprintf(`: a fixed text is in quotes of jq within quotes of YAML, '"%s"', and a column has a dot, .%s`, source, source)
	case oddColumn.MatchString(source):
		column := strings.TrimSuffix(source[1:], "?")
		return ": a column whose name has other signs than letters of ASCII, digits and _ is in quotes, " + pathTo(column) + source[1+len(column):]
	case ok:
		name, _, _ = strings.Cut(name, "/")
		return meant(name, jq.FunctionNames(functions))
	}
	return ""
}

func (c *compiler) options() jq.Options {
	return jq.Options{Functions: functions, Definitions: c.functions, Variables: []string{"$row"}}
}

// defineFunctions reads the functions that the mapping brings along.
func (c *compiler) defineFunctions(n ast.Node, at place) {
	source, ok := c.scalar(n, at, "jq functions, as def f: …;")
	if !ok {
		return
	}
	query, err := jq.Define(source, c.options())
	if err != nil {
		c.fault(n, at, "the jq functions cannot be used: %v", err)
		return
	}
	c.functions = query
	c.columns.define(query)
}
