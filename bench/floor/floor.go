// Package floor is what a gateway is measured against: net/http handlers that were
// written by hand for one operation each.
//
// F0 decodes what it needs of the upstream's answers into structs, with encoding/json,
// and appends its own answer. F1 does not decode: it splices the upstream's bytes into
// its answer, which is therefore another one. It is a bound, not a server.
package floor

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"customer360/bench/stub"
)

// A request is what the operations have as variables.
type request struct {
	Query     string
	Variables struct {
		ID    string
		First int
		Since string
	}
}

// New gives the handler of a workload, as "W2"; with splice it is F1, else F0.
func New(client *stub.Client, workload string, splice bool) (http.Handler, error) {
	f := floor{client}
	answer := map[string]func(*http.Request, *request) ([]byte, error){
		"W1": f.customer, "W2": f.customers, "W3": f.customers, "W5": f.timeline, "W6": f.customers,
	}[workload]
	if splice {
		answer = f.splice
	}
	if answer == nil {
		return nil, fmt.Errorf("there is no handler for %s", workload)
	}
	return handler(answer), nil
}

// Static gives a handler that has its answer, the bytes of a file, before it is asked.
func Static(file string) (http.Handler, error) {
	b, err := os.ReadFile(file)
	return handler(func(*http.Request, *request) ([]byte, error) { return b, nil }), err
}

func handler(answer func(*http.Request, *request) ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		var q request
		if err == nil {
			err = json.Unmarshal(body, &q)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b, err := answer(r, &q)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json; charset=utf-8")
		h.Set("Content-Length", strconv.Itoa(len(b)))
		_, _ = w.Write(b)
	})
}
