package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
const browserPatience = 3 * time.Minute

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
	// issuer is where people sign in; "": nowhere. Its pages are its own affair.
	issuer string

	mu     sync.Mutex
	faults []string
}

// openPlayground starts a server over the demo company and opens its playground. When the
// test ends, nothing may have gone wrong in the page, and it may have asked nobody else.
func openPlayground(t *testing.T, flags ...string) *playground {
	t.Helper()
	p := openBrowser(t, flags...)
	p.do(chromedp.Navigate(p.origin+"/"), chromedp.WaitVisible(chromedp.CSS(`.graphiql-query-editor .view-line`)))
	return p
}

// openBrowser does the same, and opens no page yet.
func openBrowser(t *testing.T, flags ...string) *playground {
	t.Helper()
	require.Long(t)
	browser := chromium()
	require.Tool(t, browser != "", require.Chromium)
	needsEmbedded(t)
	flags = append([]string{"--demo", "records", "--data-dir", t.TempDir()}, flags...)
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
		refused := (strings.HasSuffix(e.Entry.URL, "/graphql") || strings.HasSuffix(e.Entry.URL, "/examples.json")) && strings.Contains(e.Entry.Text, "status of 4")
		if !refused && !p.atIssuer(e.Entry.URL) && (e.Entry.Level == "error" || e.Entry.Level == "warning") {
			fault = fmt.Sprintf("browser %s (%s): %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !p.atIssuer(e.DocumentURL) && !strings.HasPrefix(url, p.origin+"/") && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "blob:") {
			fault = "the page asks for " + url
		}
	}
	if fault != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.faults = append(p.faults, fault)
	}
}

// atIssuer reports whether something is of the pages on which people sign in.
func (p *playground) atIssuer(url string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.issuer != "" && !strings.HasPrefix(url, p.origin+"/")
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
