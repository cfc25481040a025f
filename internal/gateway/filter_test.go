package gateway_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/access"
	"customer360/demo"
	"customer360/internal/gateway"
	"customer360/internal/store/storetest"
	"customer360/resolvers"
	"customer360/sources/profiles"
	profiledocs "customer360/sources/profiles/documents"
)

// FuzzFilter asks the store whatever a client may send as a filter, an order and a cursor.
// The store understands every question that is put to it, and a partner, whose customers are
// those of one programme, gets no others and none by what is masked for them.
func FuzzFilter(f *testing.F) {
	rows, err := access.ParseRows([]string{"attribute:programme=donor club"})
	if err != nil {
		f.Fatal(err)
	}
	ctx := context.Background()
	s, _ := storetest.Open(f)
	spine := profiledocs.New("profile/documents", s.Store)
	company := demo.New(time.Now())
	// A few of them: the embedded store reads all for a list.
	few := map[bool]int{}
	company.Customers = slices.DeleteFunc(company.Customers, func(c *profiles.Customer) bool {
		theirs := rows.Match(c)
		few[theirs]++
		return few[theirs] > 10
	})
	if err := company.Land(ctx, spine, s.Store); err != nil {
		f.Fatal(err)
	}
	partner := &access.Caller{Credential: "key:partner", Audience: access.Partner, Scopes: access.Scopes{"customers:list"}, Rows: rows}
	c := config
	c.Attributes = map[string]resolvers.AttributeRule{"programme": {Audiences: []access.Audience{access.Partner}}}
	c.Authenticate = func(r *http.Request) (*access.Caller, error) {
		if r.Header.Get("X-Api-Key") != "" {
			return partner, nil
		}
		return access.Everyone, nil
	}
	g, err := gateway.New(c, resolvers.Systems{Spine: spine, SpineKind: "documents"})
	if err != nil {
		f.Fatal(err)
	}
	for _, where := range []string{
		`{"email": "grigory@example.com"}`, `{"email": {"$ne": null}}`, `{"email": "{\"$gt\": \"\"}"}`, `{"phone": "+49 30 901820"}`, `{"$where": "1"}`,
		`{"name": {"startsWith": ".*"}}`, `{"name": {"in": ["a", "é\u0000"], "eq": null}}`, `{"ids": ["x", "Q3VzdG9tZXIvZG9jdW1lbnRzL3N0b3J5LXMx"]}`,
		`{"or": [{"not": {"and": []}}, {"createdAt": {"gte": "2020-01-01T00:00:00Z", "lt": null}}]}`, `{"not": {"attributes": [{"key": "programme", "eq": "donor club"}]}}`,
		`{"attributes": [{"key": "programme", "in": ["$ne", "a.b"], "exists": false}]}`, `{"link": {"source": "BILLING", "system": "$in"}}`, `[]`, `{`,
	} {
		f.Add(where, `{"field": "NAME"}`, "x", false)
		f.Add(where, `null`, "", true)
	}
	f.Add(`{}`, `null`, "", true)
	const query = `query ($where: CustomerFilter, $orderBy: CustomerOrder, $after: String) {
		customers(first: 5, where: $where, orderBy: $orderBy, after: $after) { totalCount edges { cursor node { attributes(keys: ["programme"]) { text } } } } }`
	f.Fuzz(func(t *testing.T, where, orderBy, after string, limited bool) {
		variables := map[string]any{"after": after}
		if after == "" {
			variables["after"] = nil
		}
		for name, text := range map[string]string{"where": where, "orderBy": orderBy} {
			if !json.Valid([]byte(text)) {
				return
			}
			variables[name] = json.RawMessage(text)
		}
		body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		if limited {
			r.Header.Set("X-Api-Key", "partner")
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		var answer struct {
			Data struct {
				Customers struct {
					Edges []struct {
						Node struct{ Attributes []struct{ Text string } }
					}
				}
			}
			Errors []struct {
				Message    string
				Extensions struct{ Code string }
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code >= http.StatusInternalServerError {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		for _, e := range answer.Errors {
			switch e.Extensions.Code {
			case "BAD_USER_INPUT", "FORBIDDEN", "GRAPHQL_VALIDATION_FAILED", "COST_LIMIT":
			default:
				t.Errorf("where %s, orderBy %s, after %q: %+v", where, orderBy, after, e)
			}
		}
		if limited && where == "{}" && orderBy == "null" && after == "" && len(answer.Data.Customers.Edges) != 5 {
			t.Errorf("a partner does not get their own customers: %s", w.Body)
		}
		for _, e := range answer.Data.Customers.Edges {
			if a := e.Node.Attributes; limited && (len(a) != 1 || a[0].Text != "donor club") {
				t.Errorf("where %s: a customer that the partner has not: %+v", where, a)
			}
		}
		if limited && answer.Data.Customers.Edges != nil && (strings.Contains(where, `"email"`) || strings.Contains(where, `"phone"`)) && !strings.Contains(where, "null") {
			t.Errorf("where %s: a partner asked by what is masked", where)
		}
	})
}
