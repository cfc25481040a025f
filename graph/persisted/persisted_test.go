package persisted_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/graph/persisted"
)

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// apq is the extension of automatic persisted queries.
func apq(hash string) map[string]any {
	return map[string]any{"persistedQuery": map[string]any{"version": json.Number("1"), "sha256Hash": hash}}
}

const (
	known   = `query Known { __typename }`
	other   = `{ __typename }`
	byID    = `query ByID { systems { system } }`
	ownName = "md5-or-whatever"
)

func documents(t testing.TB, c persisted.Config, trusted bool) *persisted.Documents {
	t.Helper()
	if trusted {
		c.Manifest = filepath.Join(t.TempDir(), "manifest.json")
		data, err := json.Marshal(map[string]string{sum(known): known, ownName: byID})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(c.Manifest, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := persisted.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestResolve(t *testing.T) {
	type request = persisted.Request
	servers := map[string]*persisted.Documents{
		"nothing":   {},
		"automatic": documents(t, persisted.Config{Automatic: true}, false),
		"trusted":   documents(t, persisted.Config{}, true),
		"both":      documents(t, persisted.Config{Automatic: true}, true),
		"required":  documents(t, persisted.Config{Required: true}, true),
	}
	const all = "nothing automatic trusted both required"
	for name, test := range map[string]struct {
		request request
		// answers are the text or the code, by the servers that give them.
		answers map[string]string
	}{
		"a query": {request{Query: other}, map[string]string{
			"nothing automatic trusted both": other, "required": "DOCUMENT_NOT_TRUSTED"}},
		"nothing":                        {request{}, map[string]string{all: "BAD_USER_INPUT"}},
		"blank":                          {request{Query: " \n"}, map[string]string{all: "BAD_USER_INPUT"}},
		"the text of a trusted document": {request{Query: known}, map[string]string{all: known}},
		"nearly the text":                {request{Query: known + " "}, map[string]string{"nothing automatic trusted both": known + " ", "required": "DOCUMENT_NOT_TRUSTED"}},
		"an id of the manifest": {request{DocumentID: ownName}, map[string]string{
			"trusted both required": byID, "nothing automatic": "DOCUMENT_NOT_FOUND"}},
		"its hash":                {request{DocumentID: "sha256:" + sum(byID)}, map[string]string{"trusted both required": byID, "nothing automatic": "DOCUMENT_NOT_FOUND"}},
		"a hash of the manifest":  {request{DocumentID: sum(known)}, map[string]string{"trusted both required": known, "nothing automatic": "DOCUMENT_NOT_FOUND"}},
		"the hash, with a prefix": {request{DocumentID: "sha256:" + sum(known)}, map[string]string{"trusted both required": known, "nothing automatic": "DOCUMENT_NOT_FOUND"}},
		"an unknown id": {request{DocumentID: "sha256:" + sum(other)}, map[string]string{
			"nothing automatic trusted both": "DOCUMENT_NOT_FOUND", "required": "DOCUMENT_NOT_TRUSTED"}},
		"another prefix":    {request{DocumentID: "x-md5:" + ownName}, map[string]string{"nothing automatic trusted both": "DOCUMENT_NOT_FOUND", "required": "DOCUMENT_NOT_TRUSTED"}},
		"an id and a query": {request{DocumentID: ownName, Query: byID}, map[string]string{all: "BAD_USER_INPUT"}},
		"an id and a hash":  {request{DocumentID: ownName, Extensions: apq(sum(byID))}, map[string]string{all: "BAD_USER_INPUT"}},
		"a hash": {request{Extensions: apq(sum(other))}, map[string]string{
			"nothing trusted": "PERSISTED_QUERY_NOT_SUPPORTED", "automatic both": "PERSISTED_QUERY_NOT_FOUND", "required": "DOCUMENT_NOT_TRUSTED"}},
		"the hash of a trusted document": {request{Extensions: apq(sum(known))}, map[string]string{
			"nothing": "PERSISTED_QUERY_NOT_SUPPORTED", "automatic": "PERSISTED_QUERY_NOT_FOUND", "trusted both required": known}},
		"a query and its hash": {request{Query: other, Extensions: apq(sum(other))}, map[string]string{
			"nothing automatic trusted both": other, "required": "DOCUMENT_NOT_TRUSTED"}},
		"a query and another hash": {request{Query: other, Extensions: apq(sum(known))}, map[string]string{
			"automatic both": "BAD_USER_INPUT", "nothing trusted": other, "required": "DOCUMENT_NOT_TRUSTED"}},
		"no hash":         {request{Extensions: apq("")}, map[string]string{"automatic trusted both required": "BAD_USER_INPUT", "nothing": "PERSISTED_QUERY_NOT_SUPPORTED"}},
		"half a hash":     {request{Extensions: apq(sum(known)[:32])}, map[string]string{"automatic trusted both required": "BAD_USER_INPUT"}},
		"in upper case":   {request{Extensions: apq(strings.ToUpper(sum(known)))}, map[string]string{"automatic trusted both required": "BAD_USER_INPUT"}},
		"another version": {request{Extensions: map[string]any{"persistedQuery": map[string]any{"version": json.Number("2"), "sha256Hash": sum(known)}}}, map[string]string{"automatic trusted both required": "BAD_USER_INPUT"}},
		"a list":          {request{Extensions: map[string]any{"persistedQuery": []any{}}}, map[string]string{"automatic trusted both required": "BAD_USER_INPUT"}},
		"null":            {request{Query: known, Extensions: map[string]any{"persistedQuery": nil}}, map[string]string{all: known}},
	} {
		t.Run(name, func(t *testing.T) {
			for servedBy, want := range test.answers {
				for _, server := range strings.Fields(servedBy) {
					r, err := servers[server].Resolve(test.request)
					got := r
					if err != nil {
						var e *persisted.Error
						if !errors.As(err, &e) || e.Message == "" {
							t.Fatalf("%s: %v is not for clients", server, err)
						}
						got = e.Code
					}
					if got != want {
						t.Errorf("%s: %q; want %q", server, got, want)
					}
				}
			}
		})
	}
}

// What a manifest has for another schema is not in it for this one.
func TestDocumentsOfAnotherSchema(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { known: Int }`})
	path := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(path, []byte(`{"ours": "{ known }", "theirs": "{ hidden }", "broken": "{"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"ours": "{ known }", "theirs": "DOCUMENT_NOT_FOUND", "broken": "DOCUMENT_NOT_FOUND"} {
		d, err := persisted.New(persisted.Config{Manifest: path, Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Resolve(persisted.Request{DocumentID: id})
		var e *persisted.Error
		if errors.As(err, &e) {
			got = e.Code
		}
		if got != want {
			t.Errorf("%s: %q; want %q", id, got, want)
		}
	}
}

// A document is kept when it was accepted, and not before.
func TestAutomaticPersistedQueries(t *testing.T) {
	d := documents(t, persisted.Config{Automatic: true}, false)
	ask := persisted.Request{Extensions: apq(sum(other))}
	code := func() string {
		_, err := d.Resolve(ask)
		var e *persisted.Error
		if errors.As(err, &e) {
			return e.Code + " " + e.Message
		}
		return ""
	}
	const unknown = "PERSISTED_QUERY_NOT_FOUND PersistedQueryNotFound"
	if got := code(); got != unknown {
		t.Errorf("at first: %q", got)
	}
	sent, err := d.Resolve(persisted.Request{Query: other, Extensions: apq(sum(other))})
	if err != nil {
		t.Fatal(err)
	}
	if got := code(); got != unknown {
		t.Errorf("before it was accepted: %q", got)
	}
	d.Accepted(sent, apq(sum(other)))
	d.Accepted(sent, apq(sum(other)))
	if r, err := d.Resolve(ask); err != nil || r != other {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
	// One that was sent without its hash is not.
	plain, err := d.Resolve(persisted.Request{Query: known})
	if err != nil {
		t.Fatal(err)
	}
	d.Accepted(plain, nil)
	ask = persisted.Request{Extensions: apq(sum(known))}
	if got := code(); got != unknown {
		t.Errorf("without its hash: %q", got)
	}
}

// What is kept is bounded in number and in bytes; the latest documents stay.
func TestWhatIsKeptIsBounded(t *testing.T) {
	text := func(i int) string { return fmt.Sprintf("{ a%06d: __typename }", i) }
	for name, test := range map[string]struct {
		config persisted.Config
		sent   string
		kept   int
	}{
		"in number":        {persisted.Config{Automatic: true, MaxDocuments: 10}, "", 10},
		"in bytes":         {persisted.Config{Automatic: true, MaxBytes: 15 * len(text(0))}, "", 15},
		"a large document": {persisted.Config{Automatic: true}, "{ __typename }" + strings.Repeat("#", 64<<10), 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := documents(t, test.config, false)
			var texts []string
			if test.sent != "" {
				texts = append(texts, test.sent)
			}
			for i := len(texts); i < 100*min(test.kept, 1); i++ {
				texts = append(texts, text(i))
			}
			for _, query := range texts {
				r, err := d.Resolve(persisted.Request{Query: query, Extensions: apq(sum(query))})
				if err != nil {
					t.Fatal(err)
				}
				d.Accepted(r, apq(sum(r)))
			}
			for i, query := range texts {
				_, err := d.Resolve(persisted.Request{Extensions: apq(sum(query))})
				if kept := err == nil; kept != (i >= len(texts)-test.kept) {
					t.Errorf("document %d of %d is kept: %v", i+1, len(texts), kept)
				}
			}
		})
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	d := documents(t, persisted.Config{Automatic: true, MaxDocuments: 3}, true)
	var wg sync.WaitGroup
	for c := range 4 {
		wg.Go(func() {
			for i := range 200 {
				text := fmt.Sprintf("{ a%d: __typename }", (c+i)%7)
				if r, err := d.Resolve(persisted.Request{Extensions: apq(sum(text))}); err == nil && r != text {
					t.Errorf("%q is given for %q", r, text)
				}
				r, err := d.Resolve(persisted.Request{Query: text, Extensions: apq(sum(text))})
				if err != nil {
					t.Error(err)
				}
				d.Accepted(r, apq(sum(r)))
			}
		})
	}
	wg.Wait()
}

func TestConfigurationIsChecked(t *testing.T) {
	err := persisted.Config{MaxDocuments: -1, MaxBytes: -1, Required: true, Automatic: true}.Check()
	for _, key := range []string{"maxDocuments:", "maxBytes:", "required:", "automatic:"} {
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+key) {
			t.Errorf("no fault of %q in: %v", key, err)
		}
	}
	for _, c := range []persisted.Config{{MaxBytes: -1}, {Manifest: filepath.Join(t.TempDir(), "none.json")}} {
		if _, err := persisted.New(c); err == nil {
			t.Errorf("%+v has no fault", c)
		}
	}
}
