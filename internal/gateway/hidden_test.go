package gateway_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"

	"customer360/access"
	"customer360/console"
	"customer360/graph/audience"
	"customer360/graph/persisted"
	"customer360/internal/querygen"
	"customer360/internal/require"
)

// hiddenNames are, for each audience, the names of the whole schema that stand nowhere in its
// contract.
var hiddenNames = sync.OnceValue(func() map[access.Audience]map[string]bool {
	all := map[access.Audience]map[string]bool{}
	for a, schema := range theContracts() {
		all[a] = audience.Without(theSchema(), schema)
	}
	return all
})

// protocol are keys of every answer, which are GraphQL's, or of an error's extensions.
var protocol = map[string]bool{
	"data": true, "errors": true, "extensions": true, "message": true, "path": true, "locations": true, "line": true, "column": true,
	"code": true, "source": true, "retryable": true, "retryAfter": true, "requestId": true,
}

var nameWords = regexp.MustCompile(`[_A-Za-z][_A-Za-z0-9]*`)

// leak gives the first hidden name that an answer has and its request has not, or "". A name
// is told by a key of an object, a value that is just that name, or a text that mentions it.
func leak(w *chancyWorld, body []byte, request ...string) string {
	hidden := hiddenNames()[w.caller.Audience]
	if len(hidden) == 0 {
		return ""
	}
	given := map[string]bool{}
	for _, text := range request {
		for _, name := range nameWords.FindAllString(text, -1) {
			given[name] = true
		}
	}
	tells := func(name string) bool { return hidden[name] && !given[name] }
	var answer any
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	unsaid := map[string]bool{}
	for name := range hidden {
		if !given[name] {
			unsaid[name] = true
		}
	}
	var find func(any) string
	find = func(v any) string {
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				if tells(key) && !protocol[key] {
					return key
				}
				if found := find(value); found != "" {
					return found
				}
			}
		case []any:
			for _, value := range v {
				if found := find(value); found != "" {
					return found
				}
			}
		case string:
			// A word of plain English may be a customer's own; a type's name is none.
			if tells(v) && (theSchema().Types[v] != nil || strings.ToLower(v[1:]) != v[1:]) {
				return v
			}
			return audience.Mentions(v, unsaid)
		}
		return ""
	}
	return find(answer)
}

// Whoever asks for what their contract does not have learns no name that they did not know.
func TestHiddenNamesAreToldToNobody(t *testing.T) {
	n := *equalN / 2
	asked, refused := 0, 0
	for seed := uint64(1); asked < n; seed++ {
		w := newChancyWorld(seed)
		if len(hiddenNames()[w.caller.Audience]) == 0 {
			continue
		}
		// Of the whole schema: what the caller might have heard of.
		g := querygen.New(querygen.Config{Schema: theSchema(), Values: w.values, Fields: 20, Depth: 8})
		trials := make([]trial, perWorld)
		for i := range trials {
			trials[i] = trial{number: i, Operation: g.Operation(rand.New(rand.NewPCG(seed, uint64(i))))}
		}
		for i, o := range play(t, w, false, trials) {
			asked++
			if o.status == 400 || strings.Contains(string(o.body), "GRAPHQL_VALIDATION_FAILED") {
				refused++
			}
			if leaked := leak(w, o.body, trials[i].Document, fmt.Sprint(trials[i].Variables)); leaked != "" {
				t.Fatalf("seed %d, request %d, %s: the answer has %s, which neither the contract has nor the request\n%s\n%s", seed, i, w.caller.Audience, leaked, trials[i].Document, o.body)
			}
		}
	}
	t.Logf("%d operations of the whole schema, %d of them refused", asked, refused)
	for a, names := range hiddenNames() {
		t.Logf("%s: %d names are hidden", a, len(names))
	}
}

// Ids of whatever a contract does not have lead to nothing that has a hidden name.
func TestHiddenTypesAreReachedByNoID(t *testing.T) {
	for seed := uint64(1); seed <= 60; seed++ {
		w := newChancyWorld(seed)
		d := drawFrom(seed, 9)
		if w.caller.Audience != access.Partner {
			continue
		}
		var trials []trial
		for i := range 20 {
			trials = append(trials, trial{number: i, Operation: querygen.Operation{
				Document:  `query ($id: ID!) { node(id: $id) { __typename id } }`,
				Variables: map[string]any{"id": w.id(d)},
			}})
		}
		for i, o := range play(t, w, false, trials) {
			if leaked := leak(w, o.body); leaked != "" {
				t.Errorf("seed %d: %v gives %s: %s", seed, trials[i].Variables, leaked, o.body)
			}
		}
	}
}

// The playground's examples are of the contract that a credential picks; without one that counts
// there are none.
func TestExamplesAreOfTheContract(t *testing.T) {
	before := config
	defer func() { config = before }()
	config.Authenticate = func(r *http.Request) (*access.Caller, error) {
		if a, ok := access.ParseAudience(r.Header.Get("Authorization")); ok {
			return &access.Caller{Credential: "key:T", Audience: a, Scopes: access.Scopes{"*"}}, nil
		}
		return nil, errors.New("nobody")
	}
	h := fakes(t)
	for audience, fits := range map[string][2]bool{"internal": {true, true}, "analyst": {true, true}, "partner": {true, false}, "": {false, false}} {
		r := httptest.NewRequest(http.MethodGet, "/console/examples.json", nil)
		r.Header.Set("Authorization", audience)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		body := w.Body.String()
		if got := [2]bool{strings.Contains(body, "customers"), strings.Contains(body, "openTickets")}; got != fits || w.Code != http.StatusOK {
			t.Errorf("%q: %d %v; want %v: %s", audience, w.Code, got, fits, body)
		}
	}
}

// The playground is for the audiences that are configured; the page of the contract is for all that
// may ask the graph, and what is opened first where the playground is not for everybody.
func TestPagesByAudience(t *testing.T) {
	before := config
	defer func() { config = before }()
	config.Authenticate = func(r *http.Request) (*access.Caller, error) {
		if a, ok := access.ParseAudience(r.Header.Get("Authorization")); ok {
			return &access.Caller{Credential: "key:T", Audience: a, Scopes: access.Scopes{"*"}}, nil
		}
		return nil, errors.New("nobody")
	}
	for name, test := range map[string]struct {
		console []access.Audience
		first   string
		// status is of /playground and of its examples.
		status   map[string]int
		contract int
	}{
		"not said": {nil, "customer360", map[string]int{"": 200, "internal": 200, "partner": 200}, 200},
		"some":     {[]access.Audience{access.Internal, access.Analyst}, "Your contract · customer360", map[string]int{"": 200, "internal": 200, "analyst": 200, "frontend": 403, "partner": 403}, 200},
		"off":      {[]access.Audience{}, "", map[string]int{"": 404, "internal": 404, "partner": 404}, 404},
	} {
		config.Console = test.console
		h := fakes(t)
		get := func(page, audience string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, page, nil)
			if audience != "" {
				r.Header.Set("Authorization", audience)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		for audience, want := range test.status {
			for page, want := range map[string]int{"/playground": want, "/console/examples.json": want, "/contract": test.contract} {
				if w := get(page, audience); w.Code != want {
					t.Errorf("%s: %s for %q: %d; want %d", name, page, audience, w.Code, want)
				}
			}
		}
		if w := get("/", ""); w.Code != test.contract || test.first != "" && !strings.Contains(w.Body.String(), "<title>"+test.first+"</title>") {
			t.Errorf("%s: / is %d %s", name, w.Code, w.Body)
		}
	}
}

// What anybody can fetch, the scripts of the pages, has the name of no type that partners do not know.
func TestPagesNameNoHiddenType(t *testing.T) {
	require.Long(t)
	hidden := map[string]bool{}
	for name := range hiddenNames()[access.Partner] {
		// A word of one hump, or in capitals, is English, which libraries use as well.
		if theSchema().Types[name] != nil && strings.ToLower(name[1:]) != name[1:] && strings.ToUpper(name) != name {
			hidden[name] = true
		}
	}
	if !hidden["SocialProfile"] || !hidden["AccessLogEntry"] {
		t.Fatalf("the test knows %d hidden types, and not those", len(hidden))
	}
	scripts, err := filepath.Glob("../../console/dist/*.*")
	if err != nil || len(scripts) == 0 {
		t.Fatal("there are no scripts: ", err)
	}
	for _, path := range scripts {
		if kind := filepath.Ext(path); kind != ".js" && kind != ".html" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if hidden[name] {
				t.Errorf("%s has %s", path, name)
			}
		}
	}
}

// Who may send trusted documents only can open the page of the contract: what it sends is one.
func TestPageOfTheContractIsTrusted(t *testing.T) {
	before := config
	defer func() { config = before }()
	config.Authenticate = func(*http.Request) (*access.Caller, error) {
		return &access.Caller{Credential: "key:T", Audience: access.Partner, Scopes: access.Scopes{"*"}}, nil
	}
	manifest := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(manifest, []byte(`{"one": "{ __typename }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	config.Documents = map[access.Audience]persisted.Config{access.Partner: {Manifest: manifest, Required: true}}
	h := fakes(t)
	for query, trusted := range map[string]bool{console.ContractDocument(): true, "{ contract { name } }": false} {
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); strings.Contains(w.Body.String(), `"code":"DOCUMENT_NOT_TRUSTED"`) == trusted || trusted && !strings.Contains(w.Body.String(), `"trustedDocumentsOnly":true`) {
			t.Errorf("%s: %d %.300s", query, w.Code, w.Body)
		}
	}
}

// What is sealed leads back to where it came from, for those who were given it and for others.
func TestSealedIdsAndCursorsLeadBack(t *testing.T) {
	before := config
	defer func() { config = before }()
	config.Matching = []byte("a secret of the test, and only of it")
	config.IDSecret = config.Matching
	config.Authenticate = func(*http.Request) (*access.Caller, error) {
		return &access.Caller{Credential: "key:T", Audience: access.Partner, Scopes: access.Scopes{"*"}}, nil
	}
	h := fakes(t)
	type page struct {
		Data struct {
			Customers struct {
				Edges []struct {
					Cursor string
					Node   struct{ ID string }
				}
			}
			Node struct{ ID string }
		}
	}
	get := func(query string) (p page) {
		t.Helper()
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		w := ask(t, h, string(body))
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || strings.Contains(w.Body.String(), `"errors"`) {
			t.Fatalf("%v: %s", err, w.Body)
		}
		return p
	}
	all := get("{ customers(first: 3) { edges { cursor node { id } } } }").Data.Customers.Edges
	for _, e := range all {
		if !strings.HasPrefix(e.Node.ID, "s2_") || !strings.HasPrefix(e.Cursor, "s2_") {
			t.Fatalf("they are not sealed: %v", e)
		}
	}
	if got := get(fmt.Sprintf("{ node(id: %q) { id } }", all[1].Node.ID)).Data.Node.ID; got != all[1].Node.ID {
		t.Errorf("an id leads to %q", got)
	}
	if got := get(fmt.Sprintf("{ customers(first: 1, after: %q) { edges { node { id } } } }", all[0].Cursor)).Data.Customers.Edges[0].Node.ID; got != all[1].Node.ID {
		t.Errorf("behind the cursor is %q", got)
	}
}
