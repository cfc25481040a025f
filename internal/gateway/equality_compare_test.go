package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"customer360/internal/querygen"
)

// A reply is a body, taken apart.
type reply struct {
	Errors     []json.RawMessage
	Data       json.RawMessage
	Extensions json.RawMessage
}

var requestIDs = regexp.MustCompile(`"requestId":"[A-Z2-7]+"`)

// parse takes a body apart. The errors are sorted, and those of a fault in the gateway
// have no id of the request.
func parse(body []byte) (reply, error) {
	var r reply
	err := json.Unmarshal(body, &r)
	for i, e := range r.Errors {
		r.Errors[i] = requestIDs.ReplaceAll(e, []byte(`"requestId":""`))
	}
	slices.SortFunc(r.Errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	return r, err
}

// difference says in what two outcomes differ: "" where they are the same to a client,
// and ours asked no system more often nor took longer.
func difference(stock, ours outcome) string {
	if stock.failed != ours.failed {
		return fmt.Sprintf("stock: %q, ours: %q", stock.failed, ours.failed)
	}
	if stock.failed != "" {
		return ""
	}
	if stock.status != ours.status {
		return fmt.Sprintf("the status is %d on stock, %d on ours", stock.status, ours.status)
	}
	h1, h2 := stock.header.Clone(), ours.header.Clone()
	h1.Del("X-Request-Id")
	h2.Del("X-Request-Id")
	a, err1 := parse(stock.body)
	b, err2 := parse(ours.body)
	switch {
	case (err1 == nil) != (err2 == nil):
		return fmt.Sprintf("read as JSON: %v on stock, %v on ours", err1, err2)
	case !bytes.Equal(a.Data, b.Data):
		return "data differs " + firstDifference(a.Data, b.Data)
	case !slices.EqualFunc(a.Errors, b.Errors, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }):
		return errorsDifference(a.Errors, b.Errors)
	case !bytes.Equal(a.Extensions, b.Extensions):
		return "extensions differ " + firstDifference(a.Extensions, b.Extensions)
	case !maps.EqualFunc(h1, h2, func(a, b []string) bool { return slices.Equal(a, b) }):
		return fmt.Sprintf("the headers are %v on stock, %v on ours", h1, h2)
	case !slices.Equal(stock.logged, ours.logged):
		return fmt.Sprintf("stock logs\n%s\nours\n%s", strings.Join(stock.logged, "\n"), strings.Join(ours.logged, "\n"))
	case !*equalCost:
		return ""
	case ours.took > stock.took:
		return fmt.Sprintf("stock takes %s, ours %s", stock.took, ours.took)
	}
	for _, system := range slices.Sorted(maps.Keys(ours.calls)) {
		if ours.calls[system] > stock.calls[system] {
			return fmt.Sprintf("%s is asked %d times by stock, %d times by ours", system, stock.calls[system], ours.calls[system])
		}
	}
	return ""
}

// firstDifference shows where two texts begin to differ.
func firstDifference(a, b []byte) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	around := func(s []byte) string { return fmt.Sprintf("%q", s[max(0, i-60):min(len(s), i+60)]) }
	return fmt.Sprintf("at byte %d:\n%s\n%s", i, around(a), around(b))
}

// errorsDifference shows the errors that only one of two has.
func errorsDifference(stock, ours []json.RawMessage) string {
	count := map[string]int{}
	for _, e := range stock {
		count[string(e)]++
	}
	for _, e := range ours {
		count[string(e)]--
	}
	var b strings.Builder
	b.WriteString("errors differ:")
	for _, e := range slices.Sorted(maps.Keys(count)) {
		switch n := count[e]; {
		case n > 0:
			fmt.Fprintf(&b, "\nonly stock, %d times: %s", n, e)
		case n < 0:
			fmt.Fprintf(&b, "\nonly ours, %d times: %s", -n, e)
		}
	}
	return b.String()
}

// disorder says where errors do not stand in the order of the data that they are about;
// "" where they do. Below a null there is no order to tell.
func disorder(body []byte) string {
	var r struct {
		Errors []struct{ Path []any }
		Data   json.RawMessage
	}
	if json.Unmarshal(body, &r) != nil {
		return ""
	}
	var before []int
	for i, e := range r.Errors {
		at := placeOf(e.Path, r.Data)
		if slices.Compare(before[:min(len(before), len(at))], at[:min(len(before), len(at))]) > 0 {
			return fmt.Sprintf("the error %d, at %v, stands behind one whose data comes later", i, e.Path)
		}
		before = at
	}
	return ""
}

// placeOf gives the place of a path in data: at each level which of the fields or
// elements it is.
func placeOf(path []any, data json.RawMessage) []int {
	var place []int
	for _, step := range path {
		switch s := step.(type) {
		case float64:
			var list []json.RawMessage
			if json.Unmarshal(data, &list) != nil || int(s) >= len(list) {
				return place
			}
			place, data = append(place, int(s)), list[int(s)]
		case string:
			d := json.NewDecoder(bytes.NewReader(data))
			if t, err := d.Token(); err != nil || t != json.Delim('{') {
				return place
			}
			found := false
			for n := 0; d.More() && !found; n++ {
				key, _ := d.Token()
				var value json.RawMessage
				if d.Decode(&value) != nil {
					return place
				}
				if found = key == s; found {
					place, data = append(place, n), value
				}
			}
			if !found {
				return place
			}
		}
	}
	return place
}

// tried counts what was compared.
type tried struct {
	operations, failed, withErrors, nullData, refused int
	features, ways, codes                             map[string]int
	covered                                           *querygen.Coverage
}

func newTried() *tried {
	return &tried{features: map[string]int{}, ways: map[string]int{}, codes: map[string]int{}, covered: querygen.NewCoverage(theSchema())}
}

// codes are the states and codes of sources and errors.
var codes = regexp.MustCompile(`"(?:code|state)":"([A-Z_]+)"`)

func (c *tried) add(r trial, o outcome) error {
	c.operations++
	for _, f := range r.Features {
		c.features[f]++
	}
	for _, m := range codes.FindAllSubmatch(o.body, -1) {
		c.codes[string(m[1])]++
	}
	a, err := parse(o.body)
	switch {
	case o.failed != "":
		c.failed++
	case err == nil && a.Data == nil:
		c.refused++
	default:
		if len(a.Errors) > 0 {
			c.withErrors++
		}
		if string(a.Data) == "null" {
			c.nullData++
		}
	}
	return c.covered.Add(r.Operation)
}

// ran counts how the operations of a world ran.
func (c *tried) ran(w *chancyWorld) {
	for way, n := range w.ran {
		c.ways[way] += n
	}
}

func (c *tried) log(t *testing.T) {
	ran := 0
	for _, n := range c.ways {
		ran += n
	}
	if plans := c.ways["plan"]; plans < ran*9/10 {
		t.Errorf("only %d of %d operations ran as plans: the others compare nothing", plans, ran)
	}
	t.Logf("they ran: %v", c.ways)
	t.Logf("the answers tell: %v", c.codes)
	missing, of := c.covered.Missing()
	t.Logf("%d operations: %d with errors, %d with null as data, %d refused, %d that panic on both", c.operations, c.withErrors, c.nullData, c.refused, c.failed)
	t.Logf("%d of the %d names of the schema are used", of-len(missing), of)
	for _, f := range slices.Sorted(maps.Keys(c.features)) {
		t.Logf("%6d  %s", c.features[f], f)
	}
}
