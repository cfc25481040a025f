package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"customer360/access"
	"customer360/graph"
	"customer360/graph/audience"
)

// The page of a contract tells who holds its credential all that there is to know, and no name
// beyond it.
func TestBrowserContractPage(t *testing.T) {
	config := filepath.Join(t.TempDir(), "customer360.yaml")
	if err := os.WriteFile(config, []byte("access: {anonymous: refuse}\nserver: {console: [internal, analyst]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := openBrowser(t, "--config", config)
	const field = `#given`
	// Where the playground is not for everybody, it is what the address shows; whose it is not, is led back.
	p.do(chromedp.Navigate(p.origin+"/"), chromedp.WaitVisible(chromedp.CSS(field)))
	p.screenshot("contract-key.png")
	for _, a := range access.Audiences {
		key := p.key(string(a))
		p.do(chromedp.WaitVisible(chromedp.CSS(field)), chromedp.SendKeys(chromedp.CSS(field), key+"\r"), chromedp.WaitVisible(chromedp.CSS(`#changes`)))
		// As it is read, with all that can be opened.
		text := look(p, chromedp.Evaluate[string](`(() => { document.querySelectorAll('details').forEach(d => { d.open = true; }); return document.body.innerText; })()`))
		contract, err := graph.NewContract(a)
		if err != nil {
			t.Fatal(err)
		}
		hidden := audience.Without(graph.Schema(), contract.Schema)
		delete(hidden, string(a)) // as `Contract.name` tells
		if name := audience.Mentions(text, hidden); name != "" {
			t.Errorf("%s: the page has %s, which the contract has not", a, name)
		}
		for name, def := range contract.Schema.Types {
			if !strings.HasPrefix(name, "__") && !def.BuiltIn && !strings.Contains(text, "\n"+name+" ") {
				t.Errorf("%s: the page does not have %s", a, name)
			}
		}
		if got, want := strings.Contains(text, "phoneHash"), contract.Schema.Types["Customer"].Fields.ForName("phoneHash") != nil; got != want {
			t.Errorf("%s: hashes are told of: %v", a, got)
		}
		// What is downloaded is the contract, as it is printed.
		sdl := look(p, chromedp.Evaluate[string](`(async () => {
			const saved = new Promise(resolve => {
				HTMLAnchorElement.prototype.click = function () { resolve(fetched.text()); };
			});
			let fetched;
			URL.createObjectURL = blob => { fetched = blob; return 'blob:'; };
			document.querySelector('#schema button').click();
			return saved;
		})()`, chromedp.EvalAwaitPromise))
		if sdl != contract.SDL {
			t.Errorf("%s: the download is not the contract: %.200s", a, sdl)
		}
		for _, scheme := range []string{"light", "dark"} {
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
				t.Fatal(err)
			}
			for _, width := range []int64{390, 1400} {
				p.do(chromedp.EmulateViewport(width, 900))
				if wide := look(p, chromedp.Evaluate[int64](`document.scrollingElement.scrollWidth`)); wide > width {
					t.Errorf("%s, %s: at %d px the page is %d wide", a, scheme, width, wide)
				}
				if a == access.Partner {
					p.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => { d.open = false; })`))
					p.screenshot("contract-" + scheme + map[bool]string{true: "-narrow"}[width == 390] + ".png")
				}
			}
		}
		if !slices.Contains([]access.Audience{access.Internal, access.Analyst}, a) {
			p.do(chromedp.Navigate(p.origin+"/playground"), chromedp.WaitVisible(chromedp.CSS(`#changes`)))
			if at := look(p, chromedp.Evaluate[string](`location.pathname`)); at != "/contract" {
				t.Errorf("%s: the playground leads to %s", a, at)
			}
		}
		p.do(chromedp.Click(chromedp.CSS(`header button`)))
	}
	// One that no header can carry, and one that is wrong.
	for _, wrong := range [][2]string{{"a key", "neither spaces nor letters"}, {"wrong", "Refused"}} {
		p.do(chromedp.WaitVisible(chromedp.CSS(field)),
			chromedp.Evaluate[chromedp.Void](`document.querySelector('#given').select()`),
			chromedp.SendKeys(chromedp.CSS(field), wrong[0]+"\r"),
			chromedp.Poll[chromedp.Void](`document.querySelector('[role=alert]')?.textContent.includes('`+wrong[1]+`')`, chromedp.WithPollingTimeout(browserPatience)))
	}
}
