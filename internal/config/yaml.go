package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	// maxSize bounds the file: a hundred systems of fifty lines each are well within.
	maxSize = 256 << 10
	// maxTokens bounds the time: the parser's is quadratic in the keys beside each other.
	maxTokens = 40_000
	// maxDepth bounds nesting, which the parser follows by recursion. The deepest setting
	// is some eight keys down.
	maxDepth = 32
)

// A node is a value of the file with its place.
type node struct {
	line, column int
	// keyLine and keyColumn are its key's place; of an entry of a list, its own.
	keyLine, keyColumn int

	// keys and fields are those of a mapping; fields is nil in others.
	keys   []string
	fields map[string]*node
	// items are those of a list; nil in others.
	items []*node
	// scalar is a string, json.Number, bool or nil.
	scalar any
	// text is how a scalar is written, without quotes.
	text string
	// unread: the value could not be read, which has a fault of its own.
	unread bool
}

// plain gives the value as encoding/json would.
func (n *node) plain() any {
	switch {
	case n.fields != nil:
		m := make(map[string]any, len(n.fields))
		for k, v := range n.fields {
			m[k] = v.plain()
		}
		return m
	case n.items != nil:
		all := make([]any, len(n.items))
		for i, item := range n.items {
			all[i] = item.plain()
		}
		return all
	}
	return n.scalar
}

// at gives what stands at a location, or the last on the way there that is in the file;
// found says which.
func (n *node) at(l location) (last *node, found bool) {
	for _, step := range l {
		next := n.fields[step]
		if n.items != nil {
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.items) {
				next = n.items[i]
			}
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// get gives the value of a key; nil where there is none, or none below nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	return n.fields[key]
}

// walk calls f for every scalar, in the order of the file.
func (n *node) walk(at location, f func(at location, n *node)) {
	for _, k := range n.keys {
		n.fields[k].walk(at.of(k), f)
	}
	for i, item := range n.items {
		item.walk(at.of(strconv.Itoa(i)), f)
	}
	if n.fields == nil && n.items == nil {
		f(at, n)
	}
}

// A reader makes nodes of YAML, and goes on after a fault.
type reader struct {
	file   string
	faults Faults
}

func (r *reader) fault(t *token.Token, at location, format string, args ...any) {
	f := Fault{File: r.file, Key: at.String(), Problem: fmt.Sprintf(format, args...)}
	if t != nil && t.Position != nil {
		f.Line, f.Column = t.Position.Line, t.Position.Column
	}
	r.faults = append(r.faults, f)
}

// read gives the file's root; nil where there is none to go on with.
func (r *reader) read(data []byte) (root *node) {
	// The parser is not known to panic; but a panic would quote the file.
	defer func() {
		if recover() != nil {
			r.fault(nil, nil, "this is not YAML")
			root = nil
		}
	}()
	text := strings.TrimPrefix(string(data), "\uFEFF")
	switch {
	case len(text) > maxSize:
		r.fault(nil, nil, "the file is larger than %d KiB", maxSize>>10)
		return nil
	case !utf8.ValidString(text):
		r.fault(nil, nil, "the file is not UTF-8")
		return nil
	}
	tokens := lexer.Tokenize(text)
	if !r.bounded(tokens) {
		return nil
	}
	// Duplicate keys are told here, all of them.
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil || d.Body.Type() == ast.NullType })
	switch len(docs) {
	case 0:
		r.fault(nil, nil, "the file is empty: see the examples, or leave --config out")
		return nil
	case 1:
		n := r.node(docs[0].Body, nil)
		n.keyLine, n.keyColumn = n.line, n.column
		return n
	}
	r.fault(docs[1].Body.GetToken(), nil, "a second YAML document begins here: the configuration must be one document")
	return nil
}

// bounded reports whether the file can be parsed in little time and space.
func (r *reader) bounded(tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		r.fault(nil, nil, "the file has more than %d YAML tokens", maxTokens)
		return false
	}
	flow, line, openers := 0, 0, 0
	for _, t := range tokens {
		if t.Position != nil && t.Position.Line != line {
			line, openers = t.Position.Line, 0
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			openers++
		}
		if flow > maxDepth || openers > maxDepth {
			r.fault(t, nil, "this is nested more than %d deep", maxDepth)
			return false
		}
	}
	return true
}

// inPlainWords are the parser's words for what goes wrong most.
var inPlainWords = map[string]string{
	"non-map value is specified":                         "want a key and a value here, with a space after the colon",
	"unexpected key name":                                "want a key and a value here, with a space after the colon",
	"mapping value is not allowed in this context":       "put a value that contains a colon and a space in quotes; indent the keys of a section alike",
	"value is not allowed in this context":               "this belongs to no key: indent the keys of a section alike",
	"could not find flow mapping end token '}'":          "this { is not closed",
	"sequence end token ']' not found":                   "this [ is not closed",
	"could not find end character of double-quoted text": "this quote is not closed",
	"could not find end character of single-quoted text": "this quote is not closed",
	"found an invalid key for this map":                  "a key must be text",
}

// syntax tells an error of the parser, whose own text shows the lines around it.
func (r *reader) syntax(err error) {
	var e *yaml.SyntaxError
	if !errors.As(err, &e) {
		r.fault(nil, nil, "this is not YAML")
		return
	}
	problem := "this is not YAML: " + e.Message
	switch {
	case inPlainWords[e.Message] != "":
		problem = "this is not YAML: " + inPlainWords[e.Message]
	case strings.Contains(e.Message, "tab"), strings.Contains(e.Message, "\t"):
		problem = "a tab cannot indent in YAML: use spaces"
	case e.Message == "" || strings.ContainsAny(e.Message, "\"`\n"):
		// It may quote what stands there.
		problem = "this is not YAML"
	}
	r.fault(e.Token, nil, "%s", problem)
}

// decimal is a number that every YAML reads alike: not octal, not in groups.
var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

func (r *reader) node(n ast.Node, at location) *node {
	t := n.GetToken()
	made := &node{}
	if t != nil && t.Position != nil {
		made.line, made.column = t.Position.Line, t.Position.Column
	}
	unread := func(format string, args ...any) *node {
		r.fault(t, at, format, args...)
		made.unread = true
		return made
	}
	if len(at) > maxDepth {
		return unread("this is nested more than %d deep", maxDepth)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		r.mapping(made, n.Values, at)
	case *ast.MappingValueNode:
		r.mapping(made, []*ast.MappingValueNode{n}, at)
	case *ast.SequenceNode:
		made.items = []*node{}
		for i, item := range n.Values {
			value := r.node(item, at.of(strconv.Itoa(i)))
			value.keyLine, value.keyColumn = value.line, value.column
			made.items = append(made.items, value)
		}
	case *ast.StringNode:
		made.scalar, made.text = n.Value, n.Value
	case *ast.LiteralNode:
		made.scalar, made.text = n.Value.Value, n.Value.Value
	case *ast.BoolNode:
		made.scalar, made.text = n.Value, t.Value
	case *ast.NullNode:
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		if !decimal.MatchString(t.Value) {
			return unread("write this number in decimal digits, as 10 or 0.5; if it is text, put it in quotes")
		}
		made.scalar, made.text = json.Number(t.Value), t.Value
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return unread("anchors, aliases and tags are not supported: write the value itself; put what all systems share into guards")
	default:
		return unread("this is not supported")
	}
	return made
}

func (r *reader) mapping(made *node, values []*ast.MappingValueNode, at location) {
	made.fields = map[string]*node{}
	for i, v := range values {
		t := v.Key.GetToken()
		key, ok := v.Key.(*ast.StringNode)
		if _, merge := v.Key.(*ast.MergeKeyNode); merge {
			r.fault(t, at, "merge keys are not supported: write the values themselves")
			continue
		}
		if !ok {
			r.fault(t, at, "a key must be text: put it in quotes")
			continue
		}
		if i == 0 {
			// The mapping's own token is its first colon.
			made.line, made.column = t.Position.Line, t.Position.Column
		}
		if first, twice := made.fields[key.Value]; twice {
			r.fault(t, at.of(key.Value), "this key is a duplicate of line %d", first.keyLine)
			continue
		}
		value := r.node(v.Value, at.of(key.Value))
		value.keyLine, value.keyColumn = t.Position.Line, t.Position.Column
		made.keys = append(made.keys, key.Value)
		made.fields[key.Value] = value
	}
}
