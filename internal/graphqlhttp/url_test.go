package graphqlhttp_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// Whatever stands in an address, an answer comes that is JSON, and a mutation is never run.
func FuzzURL(f *testing.F) {
	for _, s := range []string{
		"query={__typename}", "query=query($a:Int){systems{kind}}&variables={\"a\":1e400}&operationName=", "query=mutation{__typename}",
		"extensions={\"persistedQuery\":{\"version\":1}}", "documentId=x&query={a}", "query=%zz;query={a}&query={b}", "variables=[]&extensions=1",
	} {
		f.Add(s, newer)
	}
	h := handler(f)
	f.Fuzz(func(t *testing.T, search, accept string) {
		// As a server has it, whose request lines have no control characters and no spaces.
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql", nil)
		req.URL = &url.URL{Path: "/graphql", RawQuery: search}
		req.Header.Set("GraphQL-Preflight", "1")
		req.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if !json.Valid(w.Body.Bytes()) || w.Code >= http.StatusInternalServerError {
			t.Errorf("%d %q", w.Code, w.Body)
		}
		var answer struct {
			Data struct{ EraseCustomer, ExportCustomer any }
		}
		if _ = json.Unmarshal(w.Body.Bytes(), &answer); answer.Data.EraseCustomer != nil || answer.Data.ExportCustomer != nil {
			t.Errorf("%q ran a mutation: %s", search, w.Body)
		}
	})
}
