package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What is given is of its type, as the specification has it, for literals and variables, on both
// executors. Where a filter holds nothing, nobody is found by it.
func TestArgumentsAreOfTheirTypes(t *testing.T) {
	const (
		list  = "{ edges { node { id } } }"
		first = "query ($v: Int) { customers(first: $v) " + list + " }"
		id    = "query ($v: ID!) { node(id: $v) { id } }"
		ids   = "query ($v: [ID!]) { customers(where: {ids: $v}) " + list + " }"
		text  = "query ($v: String!) { customer(by: {email: $v}) { id } }"
		yes   = "query ($v: Boolean!) { customers(first: 1, where: {link: {source: BILLING, exists: $v}}) " + list + " }"
		enum  = "query ($v: CustomerOrderField!) { customers(first: 1, orderBy: {field: $v}) " + list + " }"
		order = "query ($v: CustomerOrder) { customers(first: 1, orderBy: $v) " + list + " }"
		way   = "query ($v: OrderDirection) { customers(first: 1, orderBy: {field: NAME, direction: $v}) " + list + " }"
		where = "query ($v: CustomerFilter) { customers(first: 1, where: $v) " + list + " }"
		email = "query ($v: String) { customers(where: {email: $v}) " + list + " }"
		or    = "query ($v: String) { customers(where: {or: [{email: $v}, {name: {eq: \"x\"}}]}) " + list + " }"
		deep  = "query ($v: [String!]) { ...f } fragment f on Query { customers(where: {not: {and: [{name: {in: $v}}]}}) " + list + " }"
		time  = "query ($v: DateTime) { customers(where: {createdAt: {gte: $v}}) " + list + " }"
	)
	const good, invalid, input = "", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"
	rows := []struct{ query, value, want string }{
		{first, `1`, good}, {first, `1.0`, good}, {first, `1e1`, good}, {first, `null`, good}, {first, ``, good}, {first, `-1`, input},
		{first, `"1"`, invalid}, {first, `1.5`, invalid}, {first, `2147483648`, invalid}, {first, `1e400`, invalid}, {first, `1e-9`, invalid},
		{first, `9223372036854775808`, invalid}, {first, `true`, invalid}, {first, `[1]`, invalid}, {first, `{}`, invalid}, {first, `""`, invalid},
		{id, `"x"`, input}, {id, `7`, input}, {id, `7.0`, input}, {id, `123456789012345678901234567890`, input},
		{id, `5.5`, invalid}, {id, `1e-2`, invalid}, {id, `true`, invalid}, {id, `["x"]`, invalid}, {id, `{"x": 1}`, invalid}, {id, `null`, invalid}, {id, ``, invalid},
		{ids, `[]`, good}, {ids, `"x"`, input}, {ids, `["x", 1]`, input}, {ids, `[5.5]`, invalid}, {ids, `[null]`, invalid}, {ids, `[["x"]]`, invalid},
		{ids, `null`, input}, {ids, ``, input},
		{text, `"a@example.com"`, good}, {text, `5`, invalid}, {text, `1.5`, invalid}, {text, `true`, invalid}, {text, `["a@example.com"]`, invalid}, {text, `{}`, invalid},
		{yes, `true`, good}, {yes, `"true"`, invalid}, {yes, `1`, invalid}, {yes, `0`, invalid}, {yes, `null`, invalid},
		{enum, `"NAME"`, good}, {enum, `"name"`, invalid}, {enum, `0`, invalid}, {enum, `"SIZE"`, invalid}, {enum, `true`, invalid}, {enum, `["NAME"]`, invalid},
		{order, `{"field": "NAME"}`, good}, {order, `{"field": "NAME", "direction": "DESC"}`, good}, {order, `null`, good}, {order, ``, good},
		{order, `{"field": "NAME", "direction": null}`, invalid}, {order, `{"field": "NAME", "direction": "desc"}`, invalid}, {order, `{}`, invalid},
		{order, `{"field": "NAME", "more": 1}`, invalid}, {order, `{"field": "NAME", "__typename": "CustomerOrder"}`, invalid}, {order, `"NAME"`, invalid}, {order, `[]`, invalid},
		{way, `"DESC"`, good}, {way, ``, good}, {way, `null`, invalid}, {way, `"down"`, invalid}, {way, `1`, invalid},
		{where, `null`, good}, {where, ``, good}, {where, `{}`, good}, {where, `{"email": "a@example.com"}`, good}, {where, `[{"email": "a@example.com"}]`, invalid},
		{email, `"a@example.com"`, good}, {email, `null`, input}, {email, ``, input}, {email, `7`, invalid},
		{or, `"a@example.com"`, good}, {or, `null`, input}, {or, ``, input},
		{deep, `["x"]`, good}, {deep, `"x"`, good}, {deep, `null`, input}, {deep, ``, input}, {deep, `[null]`, invalid}, {deep, `[1]`, invalid},
		{time, `"2026-01-01T00:00:00Z"`, good}, {time, `null`, input}, {time, ``, input},
		// A default stands for a variable that is not given.
		{strings.Replace(email, "$v: String", `$v: String = "a@example.com"`, 1), ``, good},
		{strings.Replace(email, "$v: String", `$v: String = "a@example.com"`, 1), `null`, input},
		{strings.Replace(email, "$v: String", `$v: String = null`, 1), ``, input},
		{strings.Replace(where, "$v: CustomerFilter", `$v: CustomerFilter = {email: null}`, 1), ``, input},
		{strings.Replace(way, "$v: OrderDirection", `$v: OrderDirection = null`, 1), ``, invalid},
	}
	// What no store takes is not asked of one.
	nested := func(levels int) string {
		return strings.Repeat(`{"not": `, levels-1) + "{}" + strings.Repeat("}", levels-1)
	}
	rows = append(rows, []struct{ query, value, want string }{{where, nested(20), good}, {where, nested(21), input}, {where, nested(99), input}}...)
	// Nor is a text longer than what stands there can be, or more than anybody needs to say.
	long := func(letters int) string { return `"` + strings.Repeat("x", letters) + `"` }
	rows = append(rows, []struct{ query, value, want string }{
		{ids, `[` + long(4096) + `]`, input}, {text, long(4097), input}, {where, `{"name": {"eq": ` + long(1024) + `}}`, good},
		{where, `{"name": {"eq": ` + long(1025) + `}}`, input}, {where, `{"attributes": [{"key": ` + long(201) + `, "eq": "x"}]}`, input},
		{deep, `[` + strings.Repeat(`"x",`, 9999) + `"x"]`, input}, {ids, strings.Repeat(`[`, 30_000), input},
	}...)
	// Any condition may be the one without a value.
	for _, filter := range []string{
		`{"and": null}`, `{"or": null}`, `{"not": null}`, `{"ids": null}`, `{"name": null}`, `{"email": null}`, `{"phone": null}`, `{"attributes": null}`, `{"createdAt": null}`, `{"link": null}`,
		`{"name": {"eq": null}}`, `{"name": {"in": null}}`, `{"name": {"startsWith": null}}`, `{"createdAt": {"gt": null}}`, `{"createdAt": {"lte": null, "gt": "2026-01-01T00:00:00Z"}}`,
		`{"attributes": [{"key": "tier", "eq": null}]}`, `{"attributes": {"key": "tier", "exists": null}}`, `{"link": {"source": "BILLING", "system": null}}`, `{"link": {"source": "BILLING", "exists": null}}`,
		`{"and": [{"email": "a@example.com"}, {"not": {"or": [{"phone": null}]}}]}`, `{"and": {"email": null}}`,
	} {
		rows = append(rows, struct{ query, value, want string }{where, filter, input})
		literal := strings.NewReplacer(`"and"`, "and", `"or"`, "or", `"not"`, "not", `"ids"`, "ids", `"name"`, "name", `"email"`, "email", `"phone"`, "phone", `"attributes"`, "attributes",
			`"createdAt"`, "createdAt", `"link"`, "link", `"eq"`, "eq", `"in"`, "in", `"startsWith"`, "startsWith", `"gt"`, "gt", `"lte"`, "lte", `"key"`, "key", `"exists"`, "exists",
			`"source"`, "source", `"system"`, "system", `"BILLING"`, "BILLING").Replace(filter)
		rows = append(rows, struct{ query, value, want string }{"{ customers(where: " + literal + ") " + list + " }", ``, input})
	}
	literal := func(arguments string) string { return "{ customers(" + arguments + ") " + list + " }" }
	for arguments, want := range map[string]string{
		`first: 1`: good, `first: null`: good, `where: null`: good, `where: {ids: []}`: good, `where: {ids: "x"}`: input, `where: {ids: 7}`: input,
		`first: 1.0`: invalid, `first: "1"`: invalid, `first: 2147483648`: invalid, `first: -2147483649`: invalid, `first: true`: invalid, `first: {}`: invalid, `first: [1]`: invalid,
		`where: {ids: 5.5}`: invalid, `where: {ids: {}}`: invalid, `where: {email: {}}`: invalid, `where: {email: 5}`: invalid, `where: {email: BILLING}`: invalid,
		`where: {link: {source: BILLING, exists: "true"}}`: invalid, `where: {link: {source: BILLING, exists: 1}}`: invalid, `where: {link: {source: "BILLING"}}`: invalid, `where: {link: {source: 0}}`: invalid,
		`orderBy: {field: NAME, direction: null}`: invalid, `orderBy: {field: "NAME"}`: invalid, `orderBy: NAME`: invalid,
	} {
		rows = append(rows, struct{ query, value, want string }{literal(arguments), ``, want})
	}
	before := config
	defer func() { config = before }()
	for _, stock := range []bool{false, true} {
		config.StockExecutor = stock
		h := fakes(t)
		for _, row := range rows {
			variables := "{}"
			if row.value != "" {
				variables = fmt.Sprintf(`{"v": %s}`, row.value)
			}
			query, _ := json.Marshal(row.query)
			r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(fmt.Sprintf(`{"query": %s, "variables": %s}`, query, variables)))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", "application/graphql-response+json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			var got struct {
				Errors []struct {
					Message    string
					Extensions struct{ Code string }
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			code, message := "", ""
			if len(got.Errors) > 0 {
				code, message = got.Errors[0].Extensions.Code, got.Errors[0].Message
			}
			if code == "UNAVAILABLE" {
				// It came as far as the store, which is a Fake that does not filter.
				code = good
			}
			if code != row.want {
				t.Errorf("stock %v: %s with %s: %s; want %q", stock, row.query, variables, w.Body, row.want)
			}
			if strings.Contains(message, "json.") || strings.Contains(message, "int64") || strings.Contains(message, "float64") {
				t.Errorf("%s with %s is told of Go: %s", row.query, variables, message)
			}
			if row.want == input && strings.Contains(row.query+row.value, "null") && !strings.Contains(message, "leave the field out") {
				t.Errorf("%s with %s is not told what to do: %s", row.query, variables, message)
			}
		}
	}
}
