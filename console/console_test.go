package console

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"customer360/internal/require"
)

func get(t *testing.T, method, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler(func(r *http.Request) Visit {
		switch r.Header.Get("Authorization") {
		case "":
			return Visit{Examples: Examples()}
		case "Bearer refused":
			return Visit{Refused: true}
		}
		return Visit{}
	}, false).ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPage(t *testing.T) {
	res := get(t, "GET", "/")
	if res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	want := map[string]string{
		"Content-Type":           "text/html; charset=utf-8",
		"Cache-Control":          "no-cache",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "no-referrer",
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
			"style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
			"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}
	for name, value := range want {
		if got := res.Header.Get(name); got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	page := body(t, res.Body)
	if !strings.Contains(page, "<title>customer360</title>") {
		t.Error("the page has no title")
	}
	if strings.Contains(page, "{{") || strings.Contains(page, "undefined") {
		t.Error("the page has a placeholder left")
	}
}

// What the page loads by itself, it loads from the gateway. That its scripts ask nobody else
// is for the policy to hold, and for a browser to show.
func TestOwnHostOnly(t *testing.T) {
	// The colon of a scheme, or two slashes, where a reference begins.
	elsewhere := regexp.MustCompile(`(?:url\(|(?:src|href)=|@import )["']?(?:[a-z]+:)?//[^"')]*`)
	for url := range load() {
		if kind := path.Ext(url); kind != "" && kind != ".css" && kind != ".svg" {
			continue
		}
		if found := elsewhere.FindString(body(t, get(t, "GET", url).Body)); found != "" {
			t.Errorf("%s: %s", url, found)
		}
	}
	if !elsewhere.MatchString(`<script src="https://cdn.example.com/x.js">`) || !elsewhere.MatchString(`@import url(//example.com/x.css)`) {
		t.Error("what is looked for is not found where it is")
	}
}

// TestAssets follows every reference from the page on, through styles and scripts.
func TestAssets(t *testing.T) {
	require.Long(t)
	// Nothing is absolute: a proxy may serve all of it below a prefix.
	reference := regexp.MustCompile(`(?:"console|["'(]\.)/[\w.-]+-[A-Z0-9]{8}\.[a-z0-9]+`)
	seen := map[string]bool{}
	kinds := map[string]bool{}
	queue := append([]string{"/", "/playground", "/contract"}, routes...)
	for len(queue) > 0 {
		url := queue[0]
		queue = queue[1:]
		if seen[url] {
			continue
		}
		seen[url] = true
		res := get(t, "GET", url)
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", url, res.StatusCode)
			continue
		}
		if kind := path.Ext(url); kind != "" && kind != ".json" {
			kinds[kind] = true
			if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("%s: Cache-Control %q", url, got)
			}
		}
		if res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: security headers are missing", url)
		}
		if got := res.Header.Get("Content-Type"); got == "application/octet-stream" {
			t.Errorf("%s: no content type of its own", url)
		}
		text := body(t, res.Body)
		if strings.Contains(text, `"/console/`) || strings.Contains(text, "(/console/") || strings.Contains(text, `"/graphql"`) {
			t.Errorf("%s: a reference is absolute", url)
		}
		for _, r := range reference.FindAllString(text, -1) {
			queue = append(queue, "/console/"+path.Base(r))
		}
	}
	for _, kind := range []string{".js", ".css", ".svg", ".woff2", ".ttf"} {
		if !kinds[kind] {
			t.Errorf("no %s asset is referenced", kind)
		}
	}
	workers := 0
	for url := range seen {
		if strings.Contains(url, ".worker-") {
			workers++
		}
	}
	if workers != 3 {
		t.Errorf("got %d workers, want 3", workers)
	}
	// The other way round: nothing in the folder that the page does not use.
	for url := range load() {
		if !seen[url] && url != "/console/LICENSES.txt" {
			t.Errorf("%s is never referenced", url)
		}
	}
}

func TestMethods(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		res := get(t, method, "/")
		if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, res.StatusCode, res.Header.Get("Allow"))
		}
	}
	res := get(t, "HEAD", "/")
	if res.StatusCode != http.StatusOK || body(t, res.Body) != "" {
		t.Errorf("HEAD: status %d or a body", res.StatusCode)
	}
}

func TestNotFound(t *testing.T) {
	for _, url := range []string{"/index.html", "/console", "/console/", "/console/index.html", "/console/nope.js", "/console/../console.go", "/graphql"} {
		res := get(t, "GET", url)
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", url, res.StatusCode)
		}
		if res.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: a 404 must not be cached", url)
		}
	}
}

func TestGzip(t *testing.T) {
	tests := []struct {
		accept string
		gzip   bool
	}{
		{"", false},
		{"gzip", true},
		{"br, GZIP;q=0.5", true},
		{"gzip;q=0", false},
		{"gzip; q=0.000", false},
		{"x-gzip-not", false},
	}
	for _, tt := range tests {
		res := get(t, "GET", "/", "Accept-Encoding", tt.accept)
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != tt.gzip {
			t.Errorf("%q: gzip %v", tt.accept, got)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: no Vary", tt.accept)
		}
	}
	plain := get(t, "GET", "/")
	packed := get(t, "GET", "/", "Accept-Encoding", "gzip")
	r, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body(t, r) != body(t, plain.Body) {
		t.Error("the compressed page differs")
	}
	if plain.Header.Get("ETag") == packed.Header.Get("ETag") {
		t.Error("both encodings share an ETag")
	}
}

func TestRevalidation(t *testing.T) {
	etag := get(t, "GET", "/").Header.Get("ETag")
	if res := get(t, "GET", "/", "If-None-Match", etag); res.StatusCode != http.StatusNotModified {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestExamples(t *testing.T) {
	examples := Examples()
	if len(examples) == 0 {
		t.Fatal("there are no examples")
	}
	var names []string
	for _, example := range examples {
		names = append(names, example.Name)
		if example.Title == "" || strings.HasPrefix(example.Title, "#") {
			t.Errorf("%s: title %q", example.Name, example.Title)
		}
		if !strings.Contains(example.Document, "{") {
			t.Errorf("%s: no document", example.Name)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("the order is %v", names)
	}

	res := get(t, "GET", "/console/examples.json")
	if res.Header.Get("Content-Type") != "application/json" || res.Header.Get("Cache-Control") != "private, no-cache" || !slices.Contains(res.Header.Values("Vary"), "Authorization, X-Api-Key") {
		t.Errorf("headers %v", res.Header)
	}
	var served []Example
	if err := json.NewDecoder(res.Body).Decode(&served); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(served, examples) {
		t.Error("the page gets other examples")
	}
	res = get(t, "GET", "/console/examples.json", "Authorization", "Bearer none")
	if body, _ := io.ReadAll(res.Body); string(body) != "[]" {
		t.Errorf("who may see none gets %s", body)
	}
}

func TestTitle(t *testing.T) {
	tests := map[string]string{
		"# A title\n{ a }":          "A title",
		"\n  #  Spaced \n# Second":  "Spaced",
		"query { a } # not trimmed": "",
		"{ a }\n# Later":            "Later",
	}
	for document, want := range tests {
		if got := title(document); got != want {
			t.Errorf("title(%q) = %q, want %q", document, got, want)
		}
	}
}

// Whom the playground is not for, gets none of it by a credential, nor the examples; what a
// contract is, they are told.
func TestRefusedVisit(t *testing.T) {
	for _, target := range []string{"/", "/playground", "/console/examples.json"} {
		res := get(t, "GET", target, "Authorization", "Bearer refused")
		if text := body(t, res.Body); res.StatusCode != http.StatusForbidden || !strings.Contains(text, "/graphql") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", target, res.StatusCode, text)
		}
	}
	if res := get(t, "GET", "/contract", "Authorization", "Bearer refused"); res.StatusCode != http.StatusOK {
		t.Errorf("the contract: %d", res.StatusCode)
	}
}

func TestOff(t *testing.T) {
	for _, target := range []string{"/", "/console/examples.json"} {
		w := httptest.NewRecorder()
		Off().ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if text := w.Body.String(); w.Code != http.StatusNotFound || !strings.Contains(text, "/graphql") || strings.Contains(text, "<") {
			t.Errorf("%s: %d %s", target, w.Code, text)
		}
	}
}
