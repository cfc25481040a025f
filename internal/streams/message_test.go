package streams

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"pgregory.net/rapid"
)

// Whatever is sent, it is a message of the protocol or there is a reason that can be sent.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"type":"connection_init","payload":{"authorization":"Bearer x"}}`, `{"type":"ping"}`, `{"type":"pong","payload":null}`,
		`{"id":"1","type":"subscribe","payload":{"query":"{a}","variables":{"n":1e400},"operationName":null,"extensions":{}}}`,
		`{"id":"1","type":"complete"}`, `{"type":1}`, `[]`, `"`, `{"type":"ping"} {}`, "{\"type\":\"ping\",\"\xff\":1}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, fault := decode(data)
		if len(fault) > 123 {
			t.Errorf("the reason does not fit: %s", fault)
		}
		if fault != "" {
			return
		}
		if !json.Valid(data) {
			t.Errorf("%q is taken", data)
		}
		switch m.Type {
		case typeInit, typePing, typePong:
			if m.ID != "" {
				t.Errorf("%s has an id", m.Type)
			}
		case typeSubscribe:
			if _, ok := m.Payload["query"].(string); !ok || m.ID == "" {
				t.Errorf("%v is taken", m)
			}
			if p, err := parametersOf(m.Payload); err != nil || p.Query != m.Payload["query"] {
				t.Errorf("%v %v", p, err)
			}
		case typeComplete:
			if m.ID == "" || m.Payload != nil {
				t.Errorf("%v is taken", m)
			}
		default:
			t.Errorf("a client sends no %q", m.Type)
		}
	})
}

// A result is one line of JSON in UTF-8 that says what the response says, whatever is in it.
func TestResultOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		value, err := json.Marshal(map[string]any{"value": text})
		if err != nil {
			t.Fatal(err)
		}
		var data bytes.Buffer
		_ = json.Indent(&data, value, "", rapid.SampledFrom([]string{"\r\n", "\n\t", " "}).Draw(t, "indent"))
		r := &graphql.Response{Data: data.Bytes(), Extensions: map[string]any{"text": text}}
		if rapid.Bool().Draw(t, "failed") {
			r.Errors = gqlerror.List{{Message: text}}
		}
		m := messageOf(typeNext, text+"1", resultOf(r))
		if bytes.ContainsAny(m, "\r\n") || !utf8.Valid(m) {
			t.Fatalf("%q", m)
		}
		var got struct {
			ID, Type string
			Payload  struct {
				Errors     []struct{ Message string }
				Data       struct{ Value string }
				Extensions struct{ Text string }
			}
		}
		if err := json.Unmarshal(m, &got); err != nil {
			t.Fatalf("%v: %s", err, m)
		}
		if got.ID != text+"1" || got.Type != typeNext || got.Payload.Data.Value != text || got.Payload.Extensions.Text != text || len(got.Payload.Errors) != len(r.Errors) {
			t.Errorf("%q became %s", text, m)
		}
	})
}

func TestCleanMendsUTF8(t *testing.T) {
	got := string(resultOf(&graphql.Response{Data: []byte("{\"a\":\"x\xffy\"}")}))
	if diff := cmp.Diff(`{"data":{"a":"x`+string(utf8.RuneError)+`y"}}`, got); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(string(errorsOf(gqlerror.List{{Message: "<\xff>"}})), "\xff") {
		t.Error("an error is not UTF-8")
	}
}
