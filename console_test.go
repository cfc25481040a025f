package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"customer360/access"
	"customer360/internal/await"
	"customer360/internal/require"
)

// modules is where the console's Node modules are.
const modules = "console/node_modules"

// axe holds the page to the rules of WCAG 2.2, A and AA, by axe-core.
func (p *playground) axe(where string) {
	p.t.Helper()
	script, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	require.Tool(p.t, err == nil, require.ConsoleModules)
	p.do(chromedp.Evaluate[chromedp.Void](string(script) + "; undefined"))
	faults := look(p, chromedp.Evaluate[[]string](`axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r =>
		r.violations.flatMap(v => v.nodes.map(n => v.id + ' at ' + n.target.join(' ') + ': ' + n.failureSummary)))`, chromedp.EvalAwaitPromise))
	for _, fault := range faults {
		p.t.Errorf("%s: %s", where, fault)
	}
}

// everywhere looks at the page wide and narrow, light and dark: nothing has to be scrolled sideways, and
// axe finds nothing.
func (p *playground) everywhere(name string) {
	p.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
			p.t.Fatal(err)
		}
		for _, width := range []int64{390, 1440} {
			p.do(chromedp.EmulateViewport(width, 900))
			where := fmt.Sprintf("%s, %s, %d px", name, scheme, width)
			if wide := look(p, chromedp.Evaluate[int64](`document.scrollingElement.scrollWidth`)); wide > width {
				p.t.Errorf("%s: the page is %d wide", where, wide)
			}
			p.screenshot(fmt.Sprintf("%s-%s-%d.png", name, scheme, width))
			p.axe(where)
		}
	}
}

// until waits for an expression of the page to be true.
func (p *playground) until(expression string) {
	p.t.Helper()
	p.do(chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(browserPatience)))
}

// comesTo waits for an expression to be true of whatever page is shown: what is asked of one page does
// not outlive it.
func (p *playground) comesTo(expression string) {
	p.t.Helper()
	await.Until(p.t, expression, func() bool {
		ctx, cancel := context.WithTimeout(p.ctx, time.Second)
		defer cancel()
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		return err == nil && is
	})
}

// text gives what stands in the first element of a selector.
func (p *playground) text(selector string) string {
	p.t.Helper()
	return look(p, chromedp.Text(chromedp.CSS(selector)))
}

const rows = `document.querySelectorAll('.rows > li').length`

// A colleague finds a customer, and sees what every source holds and which one did not answer.
func TestBrowserCustomers(t *testing.T) {
	p := openBrowser(t, "--demo-fault", "social=hang", "--profile-timeout", "1m", "--source-timeout", "2s", "--request-timeout", "1m")
	p.do(chromedp.Navigate(p.origin+"/customers"), chromedp.WaitVisible(chromedp.CSS(`.rows > li`)))
	if n := look(p, chromedp.Evaluate[int](rows)); n != 20 {
		t.Errorf("the first page has %d customers", n)
	}
	if n := look(p, chromedp.Evaluate[int](`document.querySelectorAll('.rows .chip[data-source="BILLING"][data-state="FRESH"]').length`)); n == 0 {
		t.Error("no row says that billing answered")
	}
	p.everywhere("customers")
	p.do(chromedp.Click(chromedp.CSS(`.rows + button`)))
	p.until(rows + ` === 40`)

	// Search by name, by address, and for nobody.
	find := func(text string) {
		p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('input[type=search]').select()`),
			chromedp.SendKeys(chromedp.CSS(`input[type=search]`), text+"\r"))
	}
	find("łuk dab")
	p.until(rows + ` === 1 && document.querySelector('.rows a').textContent === 'Łukasz Dąbek'`)
	if at := look(p, chromedp.Evaluate[string](`document.activeElement.tagName`)); at != "INPUT" {
		t.Errorf("after a search the focus is on %s", at)
	}
	find("story-s1")
	p.until(rows + ` === 1 && document.querySelector('.rows a').textContent === 'Grigory Lazarev'`)
	find("nobody of this name")
	p.until(`document.querySelector('main [role=status]').textContent === 'No customer was found.'`)
	find("lukasz.dabek@example.com")
	p.until(rows + ` === 1`)
	if at := look(p, chromedp.Evaluate[string](`location.pathname + location.search`)); at != "/customers" {
		t.Errorf("what is looked for is sent to the server: %s", at)
	}
	p.do(chromedp.Click(chromedp.CSS(`.rows a`)), chromedp.WaitVisible(chromedp.CSS(`article h1`)))
	if title := p.text(`article h1`); title != "Łukasz Dąbek" {
		t.Errorf("the page is of %s", title)
	}
	text := p.text(`article`)
	for _, part := range []string{"Profile", "Relations", "Billing", "Subscriptions", "Timeline", "Support", "Tickets", "What did not answer", "Social: did not answer in time"} {
		if !strings.Contains(text, part) {
			t.Errorf("the page does not have %q", part)
		}
	}
	p.everywhere("customer")
	// The page's own link leads to the list.
	p.do(chromedp.Click(chromedp.CSS(`.bar nav a`)))
	p.until(rows + ` >= 20`)
	p.do(chromedp.Evaluate[chromedp.Void](`history.back()`), chromedp.WaitVisible(chromedp.CSS(`article h1`)))
	// It can be sent to a colleague, and leads back to what was looked for.
	p.do(chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS(`article h1`)), chromedp.Click(chromedp.CSS(`article a`)))
	p.until(rows + ` === 1`)
	p.do(chromedp.Navigate(p.origin + "/customers#id=nobody"))
	p.until(`document.querySelector('main [role=alert]') !== null`)
}

// Everybody sees what their contract has, and nothing of the rest.
func TestBrowserCustomersByContract(t *testing.T) {
	config := filepath.Join(t.TempDir(), "customer360.yaml")
	if err := os.WriteFile(config, []byte("access: {anonymous: refuse}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := openBrowser(t, "--config", config, "--profile-timeout", "1m", "--source-timeout", "1m", "--request-timeout", "1m")
	p.do(chromedp.Navigate(p.origin+"/customers"), chromedp.WaitVisible(chromedp.CSS(`.sign-in input`)))
	p.everywhere("sign-in")
	give := func(field, key string) {
		p.do(chromedp.WaitVisible(chromedp.CSS(field)), chromedp.SendKeys(chromedp.CSS(field), key+"\r"))
	}
	give(`.sign-in input`, "c360_wrong")
	p.until(`document.querySelector('.sign-in [role=alert]')?.textContent.startsWith('Refused')`)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.sign-in input').select()`))
	for _, a := range access.Audiences {
		give(`.sign-in input`, p.key(string(a)))
		p.do(chromedp.WaitVisible(chromedp.CSS(`.rows > li`)))
		if who := p.text(`.who`); !strings.Contains(who, "demo: ") || !strings.Contains(who, string(a)) {
			t.Errorf("%s: signed in is %q", a, who)
		}
		p.do(chromedp.Click(chromedp.CSS(`.rows a`)), chromedp.WaitVisible(chromedp.CSS(`article h1`)))
		text := p.text(`article`)
		if got, want := strings.Contains(text, "Support"), a != access.Partner; got != want {
			t.Errorf("%s: support is shown: %v", a, got)
		}
		if !strings.Contains(text, "Billing") {
			t.Errorf("%s: no billing", a)
		}
		if strings.Contains(text, "Cannot query") || strings.Contains(text, "not defined") {
			t.Errorf("%s: the page asks for what the contract does not have: %.300s", a, text)
		}
		p.do(chromedp.Click(chromedp.CSS(`.who`)), chromedp.WaitVisible(chromedp.CSS(`.modal .facts`)))
		lacks := look(p, chromedp.Evaluate[string](`[...document.querySelectorAll('.modal dt')].find(t => t.textContent === 'Lacks').nextSibling.textContent`))
		if got := strings.Contains(lacks, "sensitive:"); got != (a == access.Analyst || a == access.Partner) {
			t.Errorf("%s: lacks %q", a, lacks)
		}
		if a == access.Analyst {
			p.everywhere("who")
		}
		p.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('.modal button')].find(b => b.textContent === 'Forget the credential').click()`),
			chromedp.WaitVisible(chromedp.CSS(`.sign-in input`)))
	}
}

// A credential that ends while its page is open leads to signing in, and back to what was looked at.
func TestBrowserCredentialEnds(t *testing.T) {
	config := filepath.Join(t.TempDir(), "customer360.yaml")
	if err := os.WriteFile(config, []byte("access: {anonymous: refuse}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := openBrowser(t, "--config", config, "--profile-timeout", "1m", "--source-timeout", "1m", "--request-timeout", "1m")
	p.do(chromedp.Navigate(p.origin+"/customers"), chromedp.WaitVisible(chromedp.CSS(`.sign-in input`)),
		chromedp.SendKeys(chromedp.CSS(`.sign-in input`), p.key("FRONTEND")+"\r"), chromedp.WaitVisible(chromedp.CSS(`.rows > li`)),
		// As if it had been revoked.
		chromedp.Evaluate[chromedp.Void](`(() => {
			const send = window.fetch;
			window.fetch = (to, options) => send(to, options && String(to).endsWith('/graphql') ? {...options, headers: {'Content-Type': 'application/json', Authorization: 'Bearer c360_gone'}} : options);
			window.mend = () => { window.fetch = send; };
		})()`),
		chromedp.Click(chromedp.CSS(`.rows a`)), chromedp.WaitVisible(chromedp.CSS(`.sign-in [role=alert]`)),
		chromedp.Evaluate[chromedp.Void](`mend()`),
		chromedp.SendKeys(chromedp.CSS(`.sign-in input`), p.key("FRONTEND")+"\r"), chromedp.WaitVisible(chromedp.CSS(`.rows > li`)))
}

// Who may look for customers by key only is told when that cannot be asked: nobody found is another answer.
func TestBrowserSearchFails(t *testing.T) {
	p := openBrowser(t, "--profile-timeout", "1m", "--source-timeout", "1m", "--request-timeout", "1m")
	p.do(chromedp.Navigate(p.origin+"/customers"), chromedp.WaitVisible(chromedp.CSS(`.rows > li`)),
		chromedp.Evaluate[chromedp.Void](`sessionStorage.setItem('customer360:/:credential', '`+p.key("ANALYST")+`')`),
		chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS(`.rows > li`)))
	if who := p.text(`.who`); !strings.Contains(who, "ANALYST") {
		t.Fatalf("signed in is %q", who)
	}
	p.do(chromedp.Evaluate[chromedp.Void](`window.fetch = () => Promise.reject(new TypeError('no network'))`),
		chromedp.SendKeys(chromedp.CSS(`input[type=search]`), "story-s1\r"))
	p.until(`document.querySelector('main [role=alert]')?.textContent.includes('cannot be reached')`)
	if text := p.text(`main`); strings.Contains(text, "No customer was found") {
		t.Errorf("the page says %q", text)
	}
}

// The console signs in with an issuer by authorization code and PKCE, renews its token, and signs out.
func TestBrowserSignsIn(t *testing.T) {
	config := filepath.Join(t.TempDir(), "customer360.yaml")
	addr := freeAddr(t)
	issuer := startIssuer(t, "http://"+addr, 8)
	if err := os.WriteFile(config, []byte(`access:
  oidc:
    issuer: `+issuer+`
    audience: customer360
    claims: {name: preferred_username, audience: role, audiences: {desktop: FRONTEND}, scopeMap: {openid: ["customers:list", "billing:read"]}}
  signIn: {clientId: console, scope: openid offline_access, parameters: {resource: "urn:customer360", prompt: consent}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := openBrowser(t, "--config", config, "--addr", addr, "--profile-timeout", "1m", "--source-timeout", "1m", "--request-timeout", "1m")
	p.mu.Lock()
	p.issuer = issuer
	p.mu.Unlock()
	p.do(chromedp.Navigate(p.origin+"/customers"), chromedp.WaitVisible(chromedp.CSS(`.sign-in .primary`)))
	p.everywhere("sign-in-issuer")
	p.do(chromedp.Click(chromedp.CSS(`.sign-in .primary`)),
		chromedp.WaitVisible(chromedp.CSS(`input[name=login]`)),
		chromedp.SendKeys(chromedp.CSS(`input[name=login]`), "anna"),
		chromedp.SendKeys(chromedp.CSS(`input[name=password]`), "any\r"))
	p.do(chromedp.WaitVisible(chromedp.CSS(`form [type=submit]`)), chromedp.WaitNotPresent(chromedp.CSS(`input[name=login]`)),
		chromedp.Click(chromedp.CSS(`form [type=submit]`)),
		chromedp.WaitVisible(chromedp.CSS(`.rows > li`)))
	if who := p.text(`.who`); !strings.Contains(who, "anna") || !strings.Contains(who, "FRONTEND") {
		t.Errorf("signed in is %q", who)
	}
	if at := look(p, chromedp.Evaluate[string](`location.href`)); at != p.origin+"/customers" {
		t.Errorf("the page is at %s", at)
	}
	if kept := look(p, chromedp.Evaluate[string](`JSON.stringify({...localStorage}) + document.cookie`)); kept != "{}" {
		t.Errorf("kept beyond the tab: %s", kept)
	}

	// What was kept of the code is gone with it.
	if kept := look(p, chromedp.Evaluate[string](`JSON.stringify({...sessionStorage})`)); strings.Contains(kept, "verifier") {
		t.Errorf("the verifier is kept: %s", kept)
	}

	// The token is renewed before it ends, and what is shown stays.
	const token = `sessionStorage.getItem(Object.keys(sessionStorage).find(k => k.endsWith(':credential')))`
	first := look(p, chromedp.Evaluate[string](token))
	p.until(token + ` !== '` + first + `'`)
	p.do(chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS(`.rows > li`)))

	// The playground asks as the same person.
	p.do(chromedp.Navigate(p.origin+"/playground"), chromedp.WaitVisible(chromedp.CSS(`button.access[title^="FRONTEND — anna"]`)))
	p.do(chromedp.Navigate(p.origin+"/customers"), chromedp.WaitVisible(chromedp.CSS(`.rows > li`)),
		chromedp.Click(chromedp.CSS(`.who`)), chromedp.WaitVisible(chromedp.CSS(`.modal .facts`)),
		chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('.modal button')].find(b => b.textContent === 'Sign out').click()`),
		// The issuer asks whether its own session is to end.
		chromedp.WaitVisible(chromedp.CSS(`button[name=logout]`)), chromedp.Click(chromedp.CSS(`button[name=logout]`)),
		chromedp.WaitVisible(chromedp.CSS(`.sign-in .primary`)))
	if kept := look(p, chromedp.Evaluate[string](`JSON.stringify({...sessionStorage})`)); strings.Contains(kept, "credential") || strings.Contains(kept, "refresh") {
		t.Errorf("kept after signing out: %s", kept)
	}
	// Nor does the browser's own memory of the page have it.
	for range 2 {
		p.do(chromedp.Evaluate[chromedp.Void](`window.left = true; history.back()`))
		p.comesTo(`!window.left && document.readyState === 'complete' && document.body.innerText !== '' && !document.body.innerText.includes('anna')`)
	}

	// What the issuer leads back with counts for the attempt that this tab has begun.
	p.do(chromedp.Navigate(p.origin + "/signed-in?code=stolen&state=made-up"))
	p.until(`document.querySelector('[role=alert]')?.textContent.includes('has not begun to sign in')`)
	if at := look(p, chromedp.Evaluate[string](`location.search`)); at != "" {
		t.Errorf("the code stays in the address: %s", at)
	}
}

// startIssuer starts an OpenID Connect issuer that lets the console of an origin sign in, with tokens
// that live for so many seconds.
func startIssuer(t *testing.T, origin string, seconds int) string {
	t.Helper()
	require.Long(t)
	_, err := os.Stat(filepath.Join(modules, "oidc-provider"))
	require.Tool(t, err == nil, require.ConsoleModules)
	node, err := exec.LookPath("node")
	require.Tool(t, err == nil, require.ConsoleModules)
	cmd := exec.CommandContext(t.Context(), node, "console/test/issuer.mjs", origin, fmt.Sprint(seconds))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal("the issuer does not start: ", err)
	}
	return strings.TrimSpace(line)
}
