package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

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
	const undeclared = "declare it in"
	if answer := p.run(); !bytes.Contains(answer.Errors, []byte(undeclared)) {
		t.Errorf("without a purpose: data %s, errors %.500s", answer.Data, answer.Errors)
	}
	p.use("", "profiling")
	p.contract("ANALYST — demo: the analysts, for profiling")
	if answer := p.run(); bytes.Contains(answer.Errors, []byte(undeclared)) || !bytes.Contains(answer.Data, []byte(`"followers"`)) {
		t.Errorf("for profiling: data %s, errors %.500s", answer.Data, answer.Errors)
	}
	p.use("", "telemarketing")
	if answer := p.run(); !bytes.Contains(answer.Errors, []byte("does not allow the declared purpose")) {
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
