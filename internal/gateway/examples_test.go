package gateway_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"customer360/access"
	"customer360/console"
	"customer360/internal/require"
	"customer360/resolvers"
)

// Whatever a credential may do, the examples that it is offered run without an error, and there
// is one at least.
func TestExamplesRunForEveryCredential(t *testing.T) {
	require.Long(t)
	before := config
	defer func() { config = before }()
	var caller *access.Caller
	config.Authenticate = func(*http.Request) (*access.Caller, error) { return caller, nil }
	everybody := []access.Audience{access.Frontend, access.Analyst, access.Partner}
	config.Attributes = map[string]resolvers.AttributeRule{
		"segment": {Audiences: everybody}, "tier": {Audiences: everybody, Class: access.FreeText}, "programme": {Audiences: everybody},
	}
	h := fakes(t)
	offered := map[string]int{}
	for _, a := range access.Audiences {
		for _, scopes := range []access.Scopes{
			nil, {"customers:list"}, {"customers:list", "billing:read"}, {"billing:read", "support:read"}, {"customers:list", "support:read", "sensitive:email"},
			{"customers:list", "billing:read", "support:read", "social:read", "relations:read"}, {"customers:list", "billing:read", "sensitive:*"}, {"*"},
		} {
			caller = &access.Caller{Credential: "key:T", Audience: a, Scopes: scopes, Purposes: []string{"*"}}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/console/examples.json", nil))
			var examples []console.Example
			if err := json.Unmarshal(w.Body.Bytes(), &examples); err != nil || len(examples) == 0 {
				t.Errorf("%s with %v is offered %s", a, scopes, w.Body)
			}
			for _, e := range examples {
				offered[e.Name]++
				body, _ := json.Marshal(map[string]string{"query": e.Document})
				r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				var answer struct{ Errors []struct{ Message string } }
				if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
					t.Errorf("%s with %v: %s: %d %v", a, scopes, e.Name, w.Code, err)
				}
				for _, fault := range answer.Errors {
					// The store of this test has no attributes, which is no matter of credentials.
					if !strings.Contains(fault.Message, "unknown key") {
						t.Errorf("%s with %v: %s: %s", a, scopes, e.Name, fault.Message)
					}
				}
			}
		}
	}
	// Nothing is kept back from all: but for consent, everything runs for somebody.
	if len(offered) < len(console.Examples())-3 {
		t.Errorf("only these are offered: %v", offered)
	}
}
