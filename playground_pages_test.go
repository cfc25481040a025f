package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Whoever asks gets examples that run: the tab that is open, and all that are offered, answer
// without an error for each of the demo's keys.
func TestBrowserExamplesRun(t *testing.T) {
	p := openPlayground(t)
	for _, who := range []string{"", "INTERNAL", "FRONTEND", "ANALYST", "PARTNER"} {
		key := ""
		if who != "" {
			key = p.key(who)
			p.use(key, "")
			p.do(chromedp.WaitVisible(chromedp.CSS(`button.access[title^="`+who+` — demo"]`)),
				chromedp.WaitNotPresent(chromedp.CSS(`.graphiql-dialog`)))
		}
		offered := p.offers(key)
		if len(offered) < 2 {
			t.Fatalf("%q is offered %v", who, offered)
		}
		if answer := p.run(); len(answer.Errors) > 0 || len(answer.Data) == 0 {
			t.Errorf("%q: the tab that is open: %.500s", who, answer.Errors)
		}
		for _, name := range offered {
			p.do(chromedp.Click(chromedp.CSS(`[data-example="` + name + `"]`)))
			if answer := p.run(); len(answer.Errors) > 0 || len(answer.Data) == 0 {
				t.Errorf("%q: %s: %.500s", who, name, answer.Errors)
			}
		}
		t.Logf("%q runs %v", who, offered)
	}
}

// offers waits until the page offers what the gateway offers a credential, and gives the names.
func (p *playground) offers(key string) []string {
	p.t.Helper()
	r, _ := http.NewRequestWithContext(p.ctx, http.MethodGet, p.origin+"/console/examples.json", nil)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	var examples []struct{ Name string }
	if err := json.NewDecoder(answer.Body).Decode(&examples); err != nil {
		p.t.Fatal(err)
	}
	var names []string
	for _, e := range examples {
		names = append(names, e.Name)
	}
	want, _ := json.Marshal(names)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('button[aria-label="Show Examples"]')?.click()`),
		chromedp.Poll[chromedp.Void](`JSON.stringify([...document.querySelectorAll('[data-example]')].map(b => b.dataset.example)) === `+"`"+string(want)+"`",
			chromedp.WithPollingTimeout(browserPatience)))
	return names
}

// On a telephone nothing has to be scrolled sideways, and no panel lies over another.
func TestBrowserNarrow(t *testing.T) {
	p := openPlayground(t)
	for _, scheme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
		p.do(chromedp.EmulateViewport(390, 844), chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS(`.graphiql-query-editor .view-line`)),
			chromedp.WaitVisible(chromedp.CSS(`[data-example]`)))
		if answer := p.run(); len(answer.Errors) > 0 {
			t.Errorf("%s", answer.Errors)
		}
		faults := look(p, chromedp.Evaluate[[]string](`(() => {
			const faults = [];
			if (document.scrollingElement.scrollWidth > 390) faults.push('the page is ' + document.scrollingElement.scrollWidth + ' wide');
			const panels = ['.graphiql-plugin', '.graphiql-session-header', '.graphiql-query-editor', '.graphiql-response', 'button.access', '.graphiql-execute-button'];
			const boxes = panels.map(name => [name, document.querySelector(name)?.getBoundingClientRect()]);
			for (const [name, box] of boxes) {
				if (!box || box.width < 20 || box.height < 15 || box.left < 0 || box.right > 390.5) faults.push(name + ' is at ' + JSON.stringify(box));
			}
			const apart = boxes.slice(0, 4).filter(([, box]) => box);
			for (const [a, x] of apart) for (const [b, y] of apart) {
				if (a < b && x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1 && y.top < x.bottom - 1) faults.push(a + ' and ' + b + ' overlap');
			}
			return faults;
		})()`))
		for _, fault := range faults {
			t.Errorf("%s: %s", scheme, fault)
		}
		p.screenshot("narrow-" + scheme + ".png")
	}
}

// Behind a proxy that serves it below a prefix, the page is whole: scripts, workers, the graph.
func TestBrowserBehindPrefix(t *testing.T) {
	config := filepath.Join(t.TempDir(), "customer360.yaml")
	// An open gateway answers no proxy.
	if err := os.WriteFile(config, []byte("access: {anonymous: refuse}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := openBrowser(t, "--config", config)
	target, _ := url.Parse(p.server.url)
	mux := http.NewServeMux()
	mux.Handle("/c360/", http.StripPrefix("/c360", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.SetXForwarded()
	}}))
	outside := make(chan string, 100)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		outside <- r.URL.Path
		http.NotFound(w, r)
	})
	proxy := httptest.NewServer(mux)
	t.Cleanup(proxy.Close)
	p.mu.Lock()
	p.origin = proxy.URL
	p.mu.Unlock()

	// Without the slash the proxy leads to the page with one.
	p.do(chromedp.Navigate(proxy.URL+"/c360"),
		chromedp.WaitVisible(chromedp.CSS(credentialField)),
		chromedp.SendKeys(chromedp.CSS(credentialField), p.key("FRONTEND")+"\r"))
	p.contract("FRONTEND — demo: the agents' desktop")
	p.do(chromedp.WaitVisible(chromedp.CSS(`[data-example="01-first-look"]`)))
	if at := look(p, chromedp.Evaluate[string](`location.pathname`)); at != "/c360/" {
		t.Errorf("the page is at %s", at)
	}
	if answer := p.run(); len(answer.Errors) > 0 || !strings.Contains(string(answer.Data), "displayName") {
		t.Errorf("data %.300s, errors %s", answer.Data, answer.Errors)
	}
	p.write("Unknown", `{ nothingOfThisName }`)
	p.marked("nothingOfThisName")
	for len(outside) > 0 {
		if path := <-outside; path != "/favicon.ico" {
			t.Errorf("the page asks for %s, beside its prefix", path)
		}
	}
}
