package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"customer360/internal/require"
)

// browserPatience bounds what a person would wait a second for: a machine that runs
// all tests at once is slow.
const browserPatience = 90 * time.Second

// The playground, as a person meets it: it opens, its first example answers, the
// schema is explained, and the editor checks what is written.
func TestBrowserPlayground(t *testing.T) {
	p := openPlayground(t, "--profile-timeout", "1m", "--source-timeout", "1m", "--request-timeout", "1m")
	p.do(chromedp.WaitVisible(chromedp.CSS(`section[aria-label="Examples"]`)),
		chromedp.Click(chromedp.CSS(`section[aria-label="Examples"] [data-example]`)))

	answer := p.run()
	if len(answer.Errors) > 0 || !bytes.Contains(answer.Data, []byte(`"displayName"`)) {
		t.Errorf("the first example: errors %s, data %.200s", answer.Errors, answer.Data)
	}
	states := p.chips()
	if len(states) == 0 {
		t.Error("the first example says nothing of its sources")
	}
	for source, state := range states {
		if state == "TIMED_OUT" || state == "UNAVAILABLE" {
			t.Errorf("nothing fails, and %s is %s", source, state)
		}
	}
	p.screenshot("playground.png")

	p.do(chromedp.Click(chromedp.CSS(`button[aria-label="Show Documentation Explorer"]`)),
		chromedp.WaitVisible(chromedp.CSS(`.graphiql-doc-explorer .graphiql-markdown-description`)))
	docs := look(p, chromedp.Text(chromedp.CSS(`.graphiql-doc-explorer .graphiql-markdown-description`)))
	if !strings.Contains(docs, "unified view") {
		t.Errorf("the documentation begins with %q, not with the description of the schema", docs)
	}

	// The editor's checks come from a worker, which the page's policy must let in.
	p.write("Unknown", `{ nothingOfThisName }`)
	p.marked("nothingOfThisName")
}

// One source hangs: the rest is shown, and the page says which one is missing.
func TestBrowserPartialAnswer(t *testing.T) {
	// The race detector makes the embedded store many times slower; that is not the
	// fault that is shown.
	p := openPlayground(t, "--demo-fault", "social=hang", "--profile-timeout", "1m", "--source-timeout", "5s", "--request-timeout", "1m")
	p.write("Partial", `{ customers(first: 20) { edges { node { displayName support { openTickets } social { followers } } } } }`)

	answer := p.run()
	var data struct {
		Customers struct {
			Edges []struct{ Node map[string]any }
		}
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		t.Fatal(err)
	}
	if len(data.Customers.Edges) == 0 || !bytes.Contains(answer.Data, []byte(`"openTickets"`)) {
		t.Errorf("what did answer is not there: %s", answer.Data)
	}
	if !bytes.Contains(answer.Errors, []byte(`"TIMED_OUT"`)) || bytes.Contains(answer.Data, []byte(`"followers"`)) {
		t.Errorf("SOCIAL hangs: data %s, errors %s", answer.Data, answer.Errors)
	}
	states := p.chips()
	for source, state := range states {
		if (state == "TIMED_OUT") != (source == "SOCIAL") {
			t.Errorf("only SOCIAL hangs, and %s is %s", source, state)
		}
	}
	if len(states) < 4 {
		t.Errorf("the chips say %v only", states)
	}
	p.do(chromedp.WaitVisible(chromedp.CSS(`li.source[data-source="SOCIAL"]`)))
	color := look(p, chromedp.Evaluate[[]int](`getComputedStyle(document.querySelector('li.source[data-source="SOCIAL"] .source-mark')).color.match(/\d+/g).slice(0, 3).map(Number)`))
	if len(color) != 3 || color[0] <= color[1] || color[0] <= color[2] {
		t.Errorf("the chip of SOCIAL is not red: rgb%v", color)
	}
	if shown := look(p, chromedp.Text(chromedp.CSS(`.result-window`))); !strings.Contains(shown, "TIMED_OUT") {
		t.Errorf("the error is not to be seen in %.500q", shown)
	}
	p.screenshot("partial-answer.png")
}

// The credential picks the contract of the whole page: its documentation, what it completes,
// what it checks and what it is answered. It stays in the tab.
func TestBrowserContract(t *testing.T) {
	p := openPlayground(t)
	p.contract("INTERNAL — no credential")
	if !p.documents("support") || !p.completes("support") {
		t.Error("without a credential everything is shown, and the page does not know `support`")
	}
	const selection = `{ contract { name } customers(first: 3) { edges { node { id support { openTickets } } } } }`
	p.write("Hidden", selection)
	if answer := p.run(); len(answer.Errors) > 0 {
		t.Errorf("without a credential: %s", answer.Errors)
	}

	key := p.key("PARTNER")
	p.use(key, "")
	p.contract("PARTNER — demo: the donor club")
	p.do(chromedp.Click(chromedp.CSS(`button[aria-label="Show Examples"]`)),
		chromedp.Poll[chromedp.Void](`document.querySelectorAll('[data-example]').length > 0 && !document.querySelector('[data-example="02-s1-one-view"]')`,
			chromedp.WithPollingTimeout(browserPatience)))
	p.screenshot("contract.png")
	if p.documents("support") || p.completes("support") {
		t.Error("the contract of partners has no `support`, and the page shows it")
	}
	if !p.documents("billing") || !p.completes("billing") {
		t.Error("the contract of partners has `billing`, and the page does not show it")
	}
	p.write("Hidden", selection)
	p.marked(`Cannot query field "support"`)
	if answer := p.run(); !bytes.Contains(answer.Errors, []byte("Cannot query field")) {
		t.Errorf("a hidden field: data %s, errors %s", answer.Data, answer.Errors)
	}
	p.write("Visible", `{ contract { name } customers(first: 3) { edges { node { id } } } }`)
	answer := p.run()
	if len(answer.Errors) > 0 || !bytes.Contains(answer.Data, []byte(`"PARTNER"`)) || !bytes.Contains(answer.Data, []byte(`"id"`)) {
		t.Errorf("a query of a partner: data %s, errors %s", answer.Data, answer.Errors)
	}
	if kept := look(p, chromedp.Evaluate[string](`JSON.stringify([{...localStorage}, location.href, history.state, document.documentElement.outerHTML])`)); strings.Contains(kept, key) {
		t.Error("the key is kept beyond the tab, or shown")
	}

	// It outlives a reload, and no more than the tab.
	p.do(chromedp.Reload())
	p.contract("PARTNER — demo: the donor club")
	p.forget()
	p.contract("INTERNAL — no credential")
	if kept := look(p, chromedp.Evaluate[string](`JSON.stringify({...sessionStorage})`)); strings.Contains(kept, key) {
		t.Error("the key is kept after it was forgotten")
	}
	if !p.documents("support") || !p.completes("support") {
		t.Error("the whole schema is not back")
	}
	p.write("Hidden", selection)
	if answer := p.run(); len(answer.Errors) > 0 || !bytes.Contains(answer.Data, []byte(`"INTERNAL"`)) {
		t.Errorf("after it was forgotten: data %s, errors %s", answer.Data, answer.Errors)
	}
}

// What is read for a purpose is given to those who declare it.
func TestBrowserPurpose(t *testing.T) {
	p := openPlayground(t)
	p.use(p.key("ANALYST"), "")
	p.contract("ANALYST — demo: the analysts")
	p.write("Purpose", `{ customers(first: 60) { edges { node { id social { followers } } } } }`)
	const undeclared = "the request declares that in"
	if answer := p.run(); !bytes.Contains(answer.Errors, []byte(undeclared)) {
		t.Errorf("without a purpose: data %s, errors %.500s", answer.Data, answer.Errors)
	}
	p.use("", "profiling")
	p.contract("ANALYST — demo: the analysts, for profiling")
	if answer := p.run(); bytes.Contains(answer.Errors, []byte(undeclared)) || !bytes.Contains(answer.Data, []byte(`"followers"`)) {
		t.Errorf("for profiling: data %s, errors %.500s", answer.Data, answer.Errors)
	}
	p.use("", "telemarketing")
	if answer := p.run(); !bytes.Contains(answer.Errors, []byte("does not allow the purpose")) {
		t.Errorf("for what the key does not allow: data %s, errors %.500s", answer.Data, answer.Errors)
	}
}

// Where a credential is needed the page asks for one, and one that does not count is
// refused in words: nothing is left of the contract before it.
func TestBrowserAsksForCredential(t *testing.T) {
	config := filepath.Join(t.TempDir(), "customer360.yaml")
	if err := os.WriteFile(config, []byte("access:\n  anonymous: refuse\n  attempts: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := openPlayground(t, "--config", config)
	p.do(chromedp.WaitVisible(chromedp.CSS(credentialField)),
		chromedp.Poll[chromedp.Void](`document.activeElement.matches('`+credentialField+`')`, chromedp.WithPollingTimeout(browserPatience)))
	if asked := look(p, chromedp.Text(chromedp.CSS(`.graphiql-dialog`))); !strings.Contains(asked, "asks for a credential") {
		t.Errorf("the page says %q", asked)
	}
	if n := look(p, chromedp.Evaluate[int](`document.querySelectorAll('.graphiql-dialog [role=alert], .notice[role=alert]').length`)); n > 0 {
		t.Error("that a credential is needed is shown as a fault")
	}
	p.screenshot("asks.png")
	if n := look(p, chromedp.Evaluate[int](`document.querySelectorAll('[data-example]').length`)); n > 0 {
		t.Errorf("without a credential there are %d examples", n)
	}
	p.do(chromedp.SendKeys(chromedp.CSS(credentialField), p.key("FRONTEND")+"\r"))
	p.contract("FRONTEND — demo: the agents' desktop")
	p.do(chromedp.WaitVisible(chromedp.CSS(`[data-example="01-first-look"]`)))
	if !p.completes("support") {
		t.Error("the page does not know the schema of its credential")
	}

	p.documents("support")
	p.write("Marked", `{ nothingOfThisName }`)
	p.marked("nothingOfThisName")
	p.use("c360_nobody", "")
	p.do(chromedp.WaitVisible(chromedp.CSS(`.graphiql-dialog [role=alert]`)))
	if said := look(p, chromedp.Text(chromedp.CSS(`.graphiql-dialog [role=alert]`))); !strings.Contains(said, "Refused") {
		t.Errorf("of a wrong key the page says %q", said)
	}
	p.screenshot("refused.png")
	p.do(chromedp.SendKeys(chromedp.CSS(credentialField), "c360_nobody_else\r"),
		chromedp.Poll[chromedp.Void](`document.querySelector('.graphiql-dialog [role=alert]')?.textContent.startsWith('Too many requests')`,
			chromedp.WithPollingTimeout(browserPatience)))
	p.do(chromedp.Click(chromedp.CSS(`.graphiql-dialog-close`)), chromedp.WaitNotPresent(chromedp.CSS(`.graphiql-dialog`)))
	if said := look(p, chromedp.Text(chromedp.CSS(`.notice`))); !regexp.MustCompile(`Too many requests: .+ again in \d+ s\.`).MatchString(said) {
		t.Errorf("of one wrong key too many the page says %q", said)
	}
	p.contract("No contract")
	p.do(chromedp.Poll[chromedp.Void](`!__MONACO.editor.getModelMarkers({}).length`, chromedp.WithPollingTimeout(browserPatience)))
	if by := look(p, chromedp.Evaluate[int](`document.querySelectorAll('.graphiql-doc-explorer a').length`)); by > 0 {
		t.Error("the page goes on with the schema of a credential that it no longer has")
	}
}

// credentialField is where a credential is put in.
const credentialField = `#access-credential`

// key gives the demo's key of an audience.
func (p *playground) key(audience string) string {
	p.t.Helper()
	for line := range strings.Lines(p.server.stdout.String()) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == audience {
			return f[1]
		}
	}
	p.t.Fatal("the server tells no key of " + audience)
	return ""
}

// use puts in a credential, or leaves the one there is, and a purpose.
func (p *playground) use(credential, purpose string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(`button.access`)),
		chromedp.WaitVisible(chromedp.CSS(credentialField)),
		chromedp.SendKeys(chromedp.CSS(credentialField), credential),
		chromedp.Evaluate[chromedp.Void](`document.querySelector('#access-purpose').select()`),
		chromedp.SendKeys(chromedp.CSS(`#access-purpose`), purpose),
		chromedp.Click(chromedp.CSS(`.access-form button[type=submit]`)))
}

// forget lets the page forget its credential.
func (p *playground) forget() {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(`button.access`)),
		chromedp.WaitVisible(chromedp.CSS(credentialField)),
		chromedp.Click(chromedp.CSS(`.access-form button[type=button]`)))
}

// contract waits until the page says whose contract it shows.
func (p *playground) contract(want string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(`button.access[title=`+strconv.Quote(want)+`]`)),
		chromedp.WaitNotPresent(chromedp.CSS(`.graphiql-dialog`)))
}

// documents reports whether the page's documentation of Customer has a field.
func (p *playground) documents(field string) bool {
	p.t.Helper()
	patience := chromedp.WithPollingTimeout(browserPatience)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('button[aria-label="Show Documentation Explorer"]')?.click()`),
		chromedp.Poll[chromedp.Void](`(() => {
			const back = document.querySelector('.graphiql-doc-explorer-back');
			back?.click();
			return !back && Boolean(document.querySelector('.graphiql-doc-explorer'));
		})()`, patience),
		chromedp.Poll[chromedp.Void](`(() => {
			const type = [...document.querySelectorAll('.graphiql-doc-explorer a')].find(a => a.textContent === 'Customer');
			type?.click();
			return Boolean(type);
		})()`, patience))
	fields := look(p, chromedp.Poll[[]string](`document.querySelector('.graphiql-doc-explorer-title')?.textContent === 'Customer' &&
		[...document.querySelectorAll('.graphiql-doc-explorer-field-name')].map(a => a.textContent)`, patience))
	if len(fields) == 0 {
		p.t.Error("the documentation of Customer has no fields")
	}
	return slices.Contains(fields, field)
}

// completes reports whether the editor offers a field of Customer for all of its letters
// but the last.
func (p *playground) completes(field string) bool {
	p.t.Helper()
	// The worker that completes has the schema as soon as it finds fault by it.
	p.write("Completed", `{ nothingOfThisName }`)
	p.marked("nothingOfThisName")
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const editor = __MONACO.editor.getEditors().find(e => e.getModel()?.uri.path.endsWith('operation.graphql'));
		editor.setValue(%q);
		editor.setPosition(editor.getModel().getFullModelRange().getEndPosition());
		let asked = 0;
		window.offered = () => {
			const offer = document.querySelector('.suggest-widget.visible');
			if (offer) {
				// That it was loading stays in the widget, unseen, when the offer has come.
				const loading = offer.classList.contains('message') && offer.textContent.includes('Loading');
				return !loading && [...offer.querySelectorAll('.monaco-list-row .label-name')].map(n => n.textContent);
			}
			// A dialog that closes late takes the focus, and with it the offer: then it is asked for again.
			if (Date.now() - asked > 2000) {
				asked = Date.now();
				editor.focus();
				editor.trigger('test', 'editor.action.triggerSuggest', {});
			}
		};
	})()`, "query Completed { customers { edges { node { "+field[:len(field)-1])))
	names := look(p, chromedp.Poll[[]string](`offered()`, chromedp.WithPollingTimeout(browserPatience)))
	return slices.Contains(names, field)
}

// marked waits until the editor finds a fault whose words have a part.
func (p *playground) marked(part string) {
	p.t.Helper()
	p.do(chromedp.Poll[chromedp.Void](fmt.Sprintf(`__MONACO.editor.getModelMarkers({}).some(m => m.message.includes(%q))`, part),
		chromedp.WithPollingTimeout(browserPatience)))
}

// playground is the page of a server of the test's own, in a browser of its own.
type playground struct {
	t      *testing.T
	ctx    context.Context
	server *server
	origin string

	mu     sync.Mutex
	faults []string
}

// openPlayground starts a server over the demo company and opens its page. When the
// test ends, nothing may have gone wrong in the page, and it may have asked nobody else.
func openPlayground(t *testing.T, flags ...string) *playground {
	t.Helper()
	browser := chromium()
	require.Tool(t, browser != "", "a Chromium; on Debian the package chromium")
	needsEmbedded(t)
	// The race detector makes the store several times slower; what is late is not tried here.
	flags = append([]string{"--demo", "records", "--data-dir", t.TempDir(),
		"--request-timeout", "60s", "--profile-timeout", "30s", "--source-timeout", "30s"}, flags...)
	p := &playground{t: t, server: startServer(t, flags...)}
	p.origin = p.server.url

	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(browser),
		chromedp.WindowSize(1400, 900),
		chromedp.DisableGPU,
		// The sandbox does not work for root, as in containers; the page is our own.
		chromedp.NoSandbox,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		// Whatever else the page would ask for is not found.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 2*browserPatience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	p.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(p.watch))
	t.Cleanup(cancel)
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, fault := range p.faults {
			t.Error(fault)
		}
	})
	// The browser lives as long as the context of the first step.
	if err := chromedp.Do(p.ctx); err != nil {
		t.Fatalf("%s does not start: %v", browser, err)
	}
	p.do(chromedp.Navigate(p.origin+"/"), chromedp.WaitVisible(chromedp.CSS(`.graphiql-query-editor .view-line`)))
	return p
}

// chromium gives the path of a browser, or "".
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// watch notes what must not happen in the page.
func (p *playground) watch(event any) {
	fault := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			for _, arg := range e.Args {
				fault += cmp.Or(arg.Description, string(arg.Value)) + " "
			}
			fault = fmt.Sprintf("console %s: %s", e.Type, fault)
		}
	case *runtime.EventExceptionThrown:
		fault = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			fault += " " + e.ExceptionDetails.Exception.Description
		}
	case *cdplog.EventEntryAdded:
		// A breach of the Content-Security-Policy is here, and a file that is not found.
		// A refusal of the gateway is here as well: an answer, which the page shows.
		refused := strings.HasSuffix(e.Entry.URL, "/graphql") && strings.Contains(e.Entry.Text, "status of 4")
		if !refused && (e.Entry.Level == "error" || e.Entry.Level == "warning") {
			fault = fmt.Sprintf("browser %s (%s): %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, p.origin+"/") && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "blob:") {
			fault = "the page asks for " + url
		}
	}
	if fault != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.faults = append(p.faults, fault)
	}
}

func (p *playground) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, browserPatience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.screenshot("failed.png")
		p.t.Fatal(err)
	}
}

// look takes one step that gives something.
func look[T any](p *playground, step chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, browserPatience)
	defer cancel()
	v, err := chromedp.Run(ctx, step)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// A shown is what stands in the page's response pane.
type shown struct{ Data, Errors json.RawMessage }

// run runs what stands in the editor, and gives what is shown then.
func (p *playground) run() shown {
	p.t.Helper()
	const idle = `button.graphiql-execute-button[aria-label^="Execute"]`
	p.do(chromedp.Evaluate[chromedp.Void](model("response.json")+`.setValue('')`),
		chromedp.Click(chromedp.CSS(idle)))
	text := look(p, chromedp.Poll[string](`document.querySelector('`+idle+`') && `+model("response.json")+`.getValue()`,
		chromedp.WithPollingTimeout(browserPatience)))
	var s shown
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		p.t.Fatalf("%v in the response %.500s", err, text)
	}
	return s
}

// write puts a query into the editor, and waits until the page knows it: it looks at
// what is typed after a pause only, and runs by the name that it knows.
func (p *playground) write(name, selection string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`%s.setValue(%q)`, model("operation.graphql"), "query "+name+" "+selection)),
		chromedp.Poll[chromedp.Void](fmt.Sprintf(`document.querySelector('.graphiql-tab-active .graphiql-tab-button')?.textContent.includes(%q)`, name),
			chromedp.WithPollingTimeout(browserPatience)))
}

// model is the expression for the text of one of the page's editors.
func model(name string) string {
	return fmt.Sprintf(`__MONACO.editor.getModels().find(m => m.uri.path.endsWith(%q))`, name)
}

// chips gives the state of every source that the page shows.
func (p *playground) chips() map[string]string {
	p.t.Helper()
	return look(p, chromedp.Evaluate[map[string]string](`Object.fromEntries(
		[...document.querySelectorAll('ul.sources[aria-label="Sources of this response"] > li.source')].map(li => [li.dataset.source, li.dataset.state]))`))
}

// screenshot keeps what the page looks like: in the folder C360_SCREENSHOT, or with
// the test's artifacts (go test -artifacts).
func (p *playground) screenshot(name string) {
	p.t.Helper()
	image := look(p, chromedp.CaptureScreenshot())
	dir := cmp.Or(os.Getenv("C360_SCREENSHOT"), p.t.ArtifactDir())
	if err := os.WriteFile(filepath.Join(dir, name), image, 0o666); err != nil {
		p.t.Fatal(err)
	}
}
