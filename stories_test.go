package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"go.uber.org/goleak"

	"customer360/access"
	"customer360/audit"
	"customer360/internal/await"
	"customer360/internal/gateway"
	"customer360/internal/require"
	"customer360/internal/store/storetest"
	"customer360/resolvers"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	profiledocs "customer360/sources/profiles/documents"
	"customer360/sources/social"
	"customer360/sources/sourcetest"
	"customer360/sources/support"
)

// A story is a file testdata/NAME.txtar. Its comment says what it shows, and:
//
//	world.json      the customers, and what each system holds and how it fails
//	first.graphql   an operation that is sent before, while no system fails (may be absent)
//	query.graphql   the operation
//	caller.json     who asks (absent: somebody without a credential, whom everything is shown)
//	request.json    what else the request holds: variables, extensions (may be absent)
//	headers.json    the headers of the request (may be absent)
//	answer.json     data and errors
//	sources.json    extensions.sources (may be absent)
//	audit.json      what was recorded of the operation (may be absent)
//	calls           every call that reached the spine and the systems
//
// go test -run TestStories -update . rewrites the last four.
var update = flag.Bool("update", false, "rewrite the answers and calls of the stories")

// Stories are told in a time of their own, which passes only while everybody waits: a source
// that hangs hangs for as long as it is let, and none is late because the machine does something
// else. The store is outside of that time: while it works, no time passes.

// storyNow is when every story is told.
var storyNow = time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)

// A backstage is where the store works: goroutines that are not in the story's time.
type backstage struct {
	calls chan func()
	// done has channels that a call's end is told by. They are made outside as well.
	done chan chan struct{}
}

func newBackstage(t *testing.T) backstage {
	b := backstage{make(chan func()), make(chan chan struct{}, 8)}
	for range cap(b.done) {
		b.done <- make(chan struct{})
	}
	go func() {
		for call := range b.calls {
			go call()
		}
	}()
	t.Cleanup(func() { close(b.calls) })
	return b
}

// do makes a call and waits for its end.
func (b backstage) do(call func()) {
	done := <-b.done
	defer func() { b.done <- done }()
	b.calls <- func() {
		call()
		done <- struct{}{}
	}
	<-done
}

type world struct {
	Definitions []profiles.Definition `json:"definitions"`
	Customers   []*profiles.Customer  `json:"customers"`
	Billing     []worldSystem         `json:"billing"`
	Support     []worldSystem         `json:"support"`
	Social      []worldSystem         `json:"social"`
	// Attributes say who sees which, by key.
	Attributes map[string]struct {
		In        []access.Audience `json:"in"`
		Sensitive access.Class      `json:"sensitive"`
	} `json:"attributes"`
	// PageCap and BatchCap are the gateway's; zero: the default.
	PageCap  int `json:"pageCap"`
	BatchCap int `json:"batchCap"`
}

type worldSystem struct {
	System  string            `json:"system"`
	Records []json.RawMessage `json:"records"`
	Fault   struct {
		Kind       sources.Kind `json:"kind"`
		RetryAfter string       `json:"retryAfter"`
		Hang       bool         `json:"hang"`
		Deaf       bool         `json:"deaf"`
		Panic      bool         `json:"panic"`
		Without    []string     `json:"without"`
	} `json:"fault"`
}

func TestStories(t *testing.T) {
	require.Long(t)
	defer await.Goroutines(t, goleak.IgnoreCurrent())
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no stories: %v", err)
	}
	asked, told := map[string]bool{}, 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			told++
			for domain := range tell(t, file) {
				asked[domain] = true
			}
		})
	}
	for _, domain := range []string{"profile", "billing", "support", "social"} {
		if told == len(files) && !asked[domain] {
			t.Errorf("no story asks a source of the domain %s", domain)
		}
	}
}

// tell plays a story on both executors and compares what came out. It gives the domains
// that were asked.
func tell(t *testing.T, file string) map[string]bool {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string][]byte{}
	for _, f := range archive.Files {
		sections[f.Name] = f.Data
	}
	got, calls := played(t, sections, false)
	if *update {
		for _, name := range []string{"answer.json", "sources.json", "audit.json", "calls"} {
			if data, ok := got[name]; ok {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
				archive.Files = append(archive.Files, txtar.File{Name: name, Data: data})
			}
		}
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return calls.domains()
	}
	for name, data := range got {
		if diff := gocmp.Diff(string(sections[name]), string(data)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	// Stock execution gives the same; what it takes to get there is its own.
	onStock, _ := played(t, sections, true)
	for name, data := range onStock {
		if diff := gocmp.Diff(string(data), string(got[name])); diff != "" && name != "calls" {
			t.Errorf("%s (-on the stock executor +as a plan):\n%s", name, diff)
		}
	}
	return calls.domains()
}

// played plays a story, on one of the executors. It gives the sections that tell what came
// out, and the calls.
func played(t *testing.T, sections map[string][]byte, stock bool) (got map[string][]byte, calls *callLog) {
	var w world
	decode(t, sections["world.json"], &w)
	calls = &callLog{}
	spine := loggedSpine{spineOf(t, w), calls, newBackstage(t)}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(storyNow))
		got = playedNow(t, w, sections, stock, spine, calls)
	})
	return got, calls
}

func playedNow(t *testing.T, w world, sections map[string][]byte, stock bool, spine profiles.Spine, calls *callLog) map[string][]byte {
	recorded := &recordedReads{}
	g, faults := open(t, w, callerOf(t, sections["caller.json"]), recorded, stock, spine, calls)
	if first, ok := sections["first.graphql"]; ok {
		answer := post(t, g, map[string]any{"query": string(first)}, nil)
		if bytes.Contains(answer, []byte(`"errors"`)) {
			t.Fatalf("the first operation: %s", answer)
		}
		calls.clear()
		recorded.entries = nil
	}
	faults()

	body := map[string]any{}
	if r, ok := sections["request.json"]; ok {
		decode(t, r, &body)
	}
	body["query"] = string(sections["query.graphql"])
	headers := map[string]string{}
	if h, ok := sections["headers.json"]; ok {
		decode(t, h, &headers)
	}

	var answer struct {
		Errors     []json.RawMessage `json:"errors,omitempty"`
		Data       json.RawMessage   `json:"data,omitempty"`
		Extensions struct {
			Sources json.RawMessage `json:"sources"`
		} `json:"extensions"`
	}
	decode(t, post(t, g, body, headers), &answer)
	// Stock execution tells errors in the order in which they happen.
	slices.SortFunc(answer.Errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	got := map[string][]byte{
		"answer.json": indent(t, struct {
			Errors []json.RawMessage `json:"errors,omitempty"`
			Data   json.RawMessage   `json:"data,omitempty"`
		}{answer.Errors, answer.Data}),
		"calls": calls.text(),
	}
	if _, ok := sections["sources.json"]; ok {
		got["sources.json"] = indent(t, answer.Extensions.Sources)
	}
	if _, ok := sections["audit.json"]; ok {
		got["audit.json"] = indent(t, recorded.entries)
	}
	return got
}

// post sends a request and gives the answer.
func post(t *testing.T, g http.Handler, body map[string]any, headers map[string]string) []byte {
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(data))
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response := httptest.NewRecorder()
	g.ServeHTTP(response, request)
	return response.Body.Bytes()
}

// spineOf is the spine of a world, on the real store.
func spineOf(t *testing.T, w world) profiles.Spine {
	ctx := context.Background()
	s, _ := storetest.Open(t)
	spine := profiledocs.New("profile/crm", s.Store)
	if err := spine.LandDefinitions(ctx, w.Definitions); err != nil {
		t.Fatal(err)
	}
	if _, conflicts, err := spine.Land(ctx, w.Customers); err != nil || len(conflicts) > 0 {
		t.Fatal(err, conflicts)
	}
	return spine
}

// open makes the gateway of a world: the systems are Fakes, which fail from when faults is
// called.
func open(t *testing.T, w world, caller *access.Caller, recorded audit.Recorder, stock bool, spine profiles.Spine, calls *callLog) (g *gateway.Gateway, faults func()) {
	var config gateway.Config
	config.PageCap, config.BatchCap, config.Log = w.PageCap, w.BatchCap, slog.New(slog.DiscardHandler)
	config.StockExecutor = stock
	config.Audit, config.Matching = recorded, []byte("the matching secret of the stories")
	config.IDSecret = config.Matching
	if caller != nil {
		config.Authenticate = func(*http.Request) (*access.Caller, error) { return caller, nil }
	}
	config.Attributes = map[string]resolvers.AttributeRule{}
	for key, rule := range w.Attributes {
		config.Attributes[key] = resolvers.AttributeRule{Audiences: rule.In, Class: rule.Sensitive}
	}
	var broken []func()
	g, err := gateway.New(config, resolvers.Systems{
		Spine: spine, SpineKind: "documents",
		Billing: fakes(t, "billing", w.Billing, calls, &broken, (*billing.Record).Settle, billingParts),
		Support: fakes(t, "support", w.Support, calls, &broken, (*support.Record).Settle, supportParts),
		Social:  fakes(t, "social", w.Social, calls, &broken, (*social.Record).Settle, socialParts),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g, func() {
		for _, b := range broken {
			b()
		}
	}
}

// callerOf reads who asks; nil: somebody without a credential.
func callerOf(t *testing.T, data []byte) *access.Caller {
	if data == nil {
		return nil
	}
	var said struct {
		Audience access.Audience `json:"audience"`
		Scopes   []string        `json:"scopes"`
		Purposes []string        `json:"purposes"`
		Rows     []string        `json:"rows"`
		Partner  string          `json:"partner"`
	}
	decode(t, data, &said)
	rows, err := access.ParseRows(said.Rows)
	if err != nil {
		t.Fatal(err)
	}
	return &access.Caller{Credential: "key:STORY", Audience: said.Audience, Scopes: said.Scopes, Purposes: said.Purposes, Rows: rows, Partner: said.Partner}
}

// recordedReads keeps what is recorded, but for what differs each time.
type recordedReads struct {
	mu      sync.Mutex
	entries []map[string]any
}

func (r *recordedReads) Ready(access.Audience) error { return nil }

func (r *recordedReads) Record(e audit.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, map[string]any{
		"action": e.Action, "credential": e.Credential, "audience": e.Audience, "purpose": e.Purpose, "operation": e.Operation,
		"customers": e.Customers, "fields": e.Fields, "sources": e.Sources,
	})
	return nil
}

func fakes[R any](t *testing.T, domain string, systems []worldSystem, calls *callLog, broken *[]func(), settle func(*R, string, string) (bool, error), parts map[string]sources.Parts) []resolvers.System[*R] {
	var all []resolvers.System[*R]
	for _, s := range systems {
		f := &sourcetest.Fake[*R]{SourceName: domain + "/" + s.System, Records: map[string]sources.Answer[*R]{}}
		for _, raw := range s.Records {
			var landed struct {
				RecordID  string    `json:"recordId"`
				SyncedAt  time.Time `json:"syncedAt"`
				Stale     bool      `json:"stale"`
				Truncated bool      `json:"truncated"`
			}
			record := new(R)
			decode(t, raw, &landed)
			decode(t, raw, record)
			cut, err := settle(record, s.System, landed.RecordID)
			if err != nil {
				t.Fatal(err)
			}
			f.Records[landed.RecordID] = sources.Answer[*R]{Value: record, AsOf: landed.SyncedAt, Stale: landed.Stale, Truncated: landed.Truncated || cut}
		}
		fault := sourcetest.Fault{Kind: s.Fault.Kind, Hang: s.Fault.Hang, Panic: s.Fault.Panic, Without: s.Fault.Without}
		if s.Fault.RetryAfter != "" {
			d, err := time.ParseDuration(s.Fault.RetryAfter)
			if err != nil {
				t.Fatal(err)
			}
			fault.RetryAfter = d
		}
		if s.Fault.Deaf {
			release := make(chan struct{})
			t.Cleanup(func() { close(release) })
			fault.Deaf, fault.Release = true, release
		}
		*broken = append(*broken, func() { f.Fault = fault })
		f.Observe = func(keys []string, want sources.Parts) {
			calls.add(f.SourceName, "Fetch %v %s", slices.Sorted(slices.Values(keys)), words(want, parts))
		}
		all = append(all, resolvers.System[*R]{Source: f, Kind: "fake"})
	}
	return all
}

var (
	profileParts = map[string]sources.Parts{"names": profiles.Names, "contacts": profiles.Contacts, "attributes": profiles.Attributes,
		"consents": profiles.Consents, "relations": profiles.Relations, "links": profiles.Links}
	billingParts = map[string]sources.Parts{"account": billing.PartAccount, "subscriptions": billing.PartSubscriptions,
		"invoices": billing.PartInvoices, "charges": billing.PartCharges, "balance": billing.PartBalance}
	supportParts = map[string]sources.Parts{"contact": support.PartContact, "tickets": support.PartTickets, "messages": support.PartMessages}
	socialParts  = map[string]sources.Parts{"profile": social.PartProfile, "mentions": social.PartMentions}
)

func words(want sources.Parts, parts map[string]sources.Parts) string {
	var all []string
	for word, part := range parts {
		if want.Has(part) {
			all = append(all, word)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// A callLog is the calls of an operation.
type callLog struct {
	mu    sync.Mutex
	calls []struct{ source, what string }
}

func (l *callLog) add(source, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, struct{ source, what string }{source, strings.TrimSpace(fmt.Sprintf(format, args...))})
}

func (l *callLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = nil
}

// text gives the calls, the spine's first, sorted: which of those that run at once
// comes first is nobody's promise.
func (l *callLog) text() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	rank := func(source string) int {
		if strings.HasPrefix(source, "profile/") {
			return 0
		}
		return 1
	}
	slices.SortFunc(l.calls, func(a, b struct{ source, what string }) int {
		return cmp.Or(cmp.Compare(rank(a.source), rank(b.source)), cmp.Compare(a.source+a.what, b.source+b.what))
	})
	var b bytes.Buffer
	for _, c := range l.calls {
		fmt.Fprintf(&b, "%s %s\n", c.source, c.what)
	}
	return b.Bytes()
}

func (l *callLog) domains() map[string]bool {
	domains := map[string]bool{}
	for _, c := range l.calls {
		domain, _, _ := strings.Cut(c.source, "/")
		domains[domain] = true
	}
	return domains
}

// loggedSpine is a spine backstage that logs its calls. They have the story's context but for
// its end, since time stands still for them.
type loggedSpine struct {
	profiles.Spine
	calls     *callLog
	backstage backstage
}

func (s loggedSpine) Fetch(ctx context.Context, keys []string, want sources.Parts) (all map[string]sources.Answer[*profiles.Customer], err error) {
	s.calls.add(s.Name(), "Fetch %v %s", slices.Sorted(slices.Values(keys)), words(want, profileParts))
	s.backstage.do(func() { all, err = s.Spine.Fetch(context.WithoutCancel(ctx), keys, want) })
	return all, err
}

func (s loggedSpine) Find(ctx context.Context, by profiles.Identifier, want sources.Parts) (found []*profiles.Customer, err error) {
	s.calls.add(s.Name(), "Find %s %s", by, words(want, profileParts))
	s.backstage.do(func() { found, err = s.Spine.Find(context.WithoutCancel(ctx), by, want) })
	return found, err
}

func (s loggedSpine) FindByLink(ctx context.Context, source profiles.SourceName, system, recordID string, want sources.Parts) (found *profiles.Customer, err error) {
	s.calls.add(s.Name(), "FindByLink %s %s %s %s", source, system, recordID, words(want, profileParts))
	s.backstage.do(func() { found, err = s.Spine.FindByLink(context.WithoutCancel(ctx), source, system, recordID, want) })
	return found, err
}

func (s loggedSpine) List(ctx context.Context, q profiles.Query, want sources.Parts) (page profiles.Page, err error) {
	s.calls.add(s.Name(), "List %d %s%s", q.Limit, narrowed(q.Where), words(want, profileParts))
	s.backstage.do(func() { page, err = s.Spine.List(context.WithoutCancel(ctx), q, want) })
	return page, err
}

// narrowed gives the keys and the record of a filter.
func narrowed(f profiles.Filter) string {
	text := ""
	if len(f.IDs) > 0 {
		text = fmt.Sprint(slices.Sorted(slices.Values(f.IDs)), " ")
	}
	if r := f.Record; r != nil {
		text += fmt.Sprint(r.Source, " ", r.System, " ", r.RecordID, " ")
	}
	return text
}

func (s loggedSpine) Definitions(ctx context.Context) (all []profiles.Definition, err error) {
	s.backstage.do(func() { all, err = s.Spine.Definitions(context.WithoutCancel(ctx)) })
	return all, err
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%v in %.200s", err, data)
	}
}

var requestID = regexp.MustCompile(`"requestId": "[A-Z2-7]+"`)

func indent(t *testing.T, v any) []byte {
	t.Helper()
	compact, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, compact, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	return requestID.ReplaceAll(b.Bytes(), []byte(`"requestId": "…"`))
}
