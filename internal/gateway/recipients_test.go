package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"customer360/access"
)

// sealedOf gives all sealed ids and cursors of an answer, by where they stand.
func sealedOf(at string, value any, into map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		for k, e := range v {
			sealedOf(at+"."+k, e, into)
		}
	case []any:
		for i, e := range v {
			sealedOf(fmt.Sprint(at, ".", i), e, into)
		}
	case string:
		if strings.HasPrefix(v, "s1_") || strings.HasPrefix(v, "s2_") {
			into[at] = v
		}
	}
}

// Two who are given the same customers cannot find out by ids and cursors that they are: none is
// the same, and none of one leads to anything for the other. Who they come from, they lead back to.
func TestRecipientsCannotJoinTheirIds(t *testing.T) {
	before := config
	defer func() { config = before }()
	config.Matching = []byte("a secret of the test, and only of it")
	config.IDSecret = config.Matching
	all := access.Scopes{"*"}
	callers := map[string]*access.Caller{
		"a":            {Credential: "key:1", Audience: access.Partner, Scopes: all, Partner: "a"},
		"a, again":     {Credential: "key:2", Audience: access.Partner, Scopes: all, Partner: "a"},
		"a's portal":   {Credential: "key:3", Audience: access.Frontend, Scopes: all, Partner: "a"},
		"b":            {Credential: "key:4", Audience: access.Partner, Scopes: all, Partner: "b"},
		"b's token":    {Credential: "token:4", Audience: access.Partner, Scopes: all, Partner: "b"},
		"no name":      {Credential: "key:5", Audience: access.Partner, Scopes: all},
		"rotated":      {Credential: "key:6", Series: "key:5", Audience: access.Partner, Scopes: all},
		"no name, too": {Credential: "key:7", Audience: access.Partner, Scopes: all},
		"named so":     {Credential: "key:8", Audience: access.Partner, Scopes: all, Partner: "key:5"},
		"frontend":     {Credential: "key:9", Audience: access.Frontend, Scopes: all},
		"analyst":      {Credential: "key:10", Audience: access.Analyst, Scopes: all},
		"half blind":   {Credential: "key:11", Audience: access.Internal, Scopes: access.Scopes{"customers:list", "billing:read"}},
		"internal":     {Credential: "key:12", Audience: access.Internal, Scopes: all},
	}
	// Who is one: the first of these stands for all.
	same := [][]string{{"a", "a, again", "a's portal"}, {"b", "b's token"}, {"no name", "rotated"}, {"no name, too"}, {"named so"}, {"frontend", "analyst", "half blind"}}
	config.Authenticate = func(r *http.Request) (*access.Caller, error) { return callers[r.Header.Get("X-Who")], nil }
	h := fakes(t)
	as := func(who, query string, variables any) (any, string) {
		t.Helper()
		body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Who", who)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var got struct{ Data any }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v: %s", who, err, w.Body)
		}
		return got.Data, w.Body.String()
	}
	const page = `pageInfo { startCursor endCursor } edges { cursor node { id } }`
	query := `{ customers(first: 50) { pageInfo { startCursor endCursor } edges { cursor node {
		__typename id billing { id subscriptions { id } invoices(first: 3) { ` + page + ` } } timeline(first: 3) { ` + page + ` }
	} } } }`
	given := map[string]map[string]string{}
	for who := range callers {
		given[who] = map[string]string{}
		data, text := as(who, query, nil)
		if strings.Contains(text, `"errors"`) {
			t.Fatalf("%s: %.500s", who, text)
		}
		sealedOf("", data, given[who])
	}
	if n := len(given["internal"]); n != 0 {
		t.Errorf("%d ids of the company's own are sealed", n)
	}
	for i, group := range same {
		first := given[group[0]]
		if len(first) < 200 {
			t.Fatalf("%s was given %d ids and cursors", group[0], len(first))
		}
		for _, who := range group[1:] {
			for at, id := range given[who] {
				// Timelines and invoices have what a contract and scopes have of them.
				if want, there := first[at]; there && want != id && !strings.Contains(at, ".timeline.") && !strings.Contains(at, ".invoices.") {
					t.Errorf("%s and %s are given two ids of one thing, at %s", group[0], who, at)
				}
			}
		}
		texts := map[string]bool{}
		for _, id := range first {
			texts[id] = true
		}
		for _, other := range same[i+1:] {
			for at, id := range given[other[0]] {
				if texts[id] {
					t.Errorf("%s and %s are given the same id at %s", group[0], other[0], at)
				}
			}
		}
	}
	// What leads somewhere leads only who was given it, and those who see the keys.
	customer := `.customers.edges.0.node.id`
	cursor := `.customers.edges.0.cursor`
	ways := map[string]string{
		"node":     `query ($id: ID!, $c: String!) { node(id: $id) { id } customers(first: 1, after: $c) { edges { node { id } } } }`,
		"by":       `query ($id: ID!, $c: String!) { customer(by: {id: $id}) { id } customers(first: 1, after: $c) { edges { node { id } } } }`,
		"ids":      `query ($id: ID!, $c: String!) { is: customers(where: {ids: [$id]}) { edges { node { id } } } customers(first: 1, after: $c) { edges { node { id } } } }`,
		"entities": `query ($id: ID!, $c: String!) { _entities(representations: [{__typename: "Customer", id: $id}]) { ... on Customer { id } } customers(first: 1, after: $c) { edges { node { id } } } }`,
	}
	for way, query := range ways {
		for i, group := range same {
			for j, other := range same {
				variables := map[string]string{"id": given[group[0]][customer], "c": given[group[0]][cursor]}
				_, text := as(other[len(other)-1], query, variables)
				if led := !strings.Contains(text, `"errors"`); led != (i == j) {
					t.Errorf("%s: what %s was given leads %s to %.300s", way, group[0], other[0], text)
				}
				if i != j && strings.Count(text, `"code":"BAD_USER_INPUT"`) != 2 {
					t.Errorf("%s: %s is told of what %s was given: %s", way, other[0], group[0], text)
				}
			}
			if _, text := as("internal", query, map[string]string{"id": given[group[0]][customer], "c": given[group[0]][cursor]}); strings.Contains(text, `"errors"`) {
				t.Errorf("%s: what %s was given does not lead the company itself: %s", way, group[0], text)
			}
		}
	}
}
