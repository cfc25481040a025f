package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"customer360/bench/floor"
	"customer360/bench/gateway"
	"customer360/bench/stub"
)

func upstream(t *testing.T) (*stub.Stub, *stub.Client) {
	t.Helper()
	s := stub.New()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client, err := stub.NewClient(server.URL, 64)
	if err != nil {
		t.Fatal(err)
	}
	return s, client
}

func post(t *testing.T, h http.Handler, r request) any {
	t.Helper()
	q := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(r.body)))
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", r.authorization)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, q)
	body, _ := io.ReadAll(w.Result().Body)
	answer, err := data(body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("status %d, %v: %.300s", w.Code, err, body)
	}
	return answer
}

// What was written by hand says what the answers must be.
func TestAnswersAreEqual(t *testing.T) {
	s, client := upstream(t)
	for _, w := range workloads {
		byHand, err := floor.New(client, w.name, false)
		if err != nil || w.draw != nil {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			requests := newRequests(w)
			for _, stock := range []bool{false, true} {
				g, err := gateway.New(client, gateway.Options{Stock: stock})
				if err != nil {
					t.Fatal(err)
				}
				for base := range min(w.bases, 5) {
					r := requests.of(base, base+1)
					want := post(t, byHand, r)
					s.Calls()
					got := post(t, g, r)
					if !reflect.DeepEqual(want, got) {
						t.Errorf("stock %t, base %d: %s", stock, base, difference("data", want, got))
					}
					if n := s.Calls(); w.calls > 0 && n != int(w.calls) {
						t.Errorf("stock %t, base %d: %d calls, want %g", stock, base, n, w.calls)
					}
				}
			}
		})
	}
}

// What is kept for one caller is not given to another.
func TestCallersShareNothing(t *testing.T) {
	s, client := upstream(t)
	g, err := gateway.New(client, gateway.Options{Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	r := newRequests(hotKeys).of(7, 0)
	post(t, g, r)
	first := s.Calls()
	post(t, g, r)
	again := s.Calls()
	r.authorization = "Bearer somebody-else"
	post(t, g, r)
	other := s.Calls()
	if again >= first {
		t.Errorf("the same caller took %d calls again, and %d at first: nothing was kept", again, first)
	}
	if other != first {
		t.Errorf("another caller took %d calls, and the first one %d", other, first)
	}
}

// A difference between answers must be found, or no table means anything.
func TestDifferencesAreFound(t *testing.T) {
	a, err := data([]byte(`{"data":{"a":[{"b":1},{"b":2}]},"extensions":{"x":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := data([]byte(`{"data":{"a":[{"b":1},{"b":3}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(a, b) || difference("data", a, b) != "data.a[1].b is 2 and 3" {
		t.Errorf("the difference is told as %q", difference("data", a, b))
	}
	if _, err := data([]byte(`{"data":{"a":1},"errors":[{"message":"m"}]}`)); err == nil {
		t.Error("an answer with an error is taken for a correct one")
	}
}

// A server that cannot have its port is not taken for one that runs.
func TestABusyPortIsAnError(t *testing.T) {
	busy := httptest.NewServer(stub.New())
	t.Cleanup(busy.Close)
	b := &bench{}
	p, err := b.start(t.Context(), server{key: "stub", command: func(*bench, workload, string) []string {
		return []string{"go", "run", "./cmd/stub", "-addr", busy.Listener.Addr().String()}
	}}, oneCustomer)
	if err == nil {
		p.stop()
		t.Fatal("a server runs on a port that another one has")
	}
	if !strings.Contains(err.Error(), "ended before it listened") {
		t.Error(err)
	}
}

func TestSpread(t *testing.T) {
	if got := spreadOf([]float64{3, 1, 2}); got != (spread{2, 1, 3}) {
		t.Errorf("the spread of three is %v", got)
	}
	if got := spreadOf([]float64{4, 1, 2, 3}); got != (spread{2.5, 1, 4}) {
		t.Errorf("the spread of four is %v", got)
	}
}
