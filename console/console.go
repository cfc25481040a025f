// Package console holds the pages of the gateway: the console, in which colleagues look up
// customers; the playground, with a query editor, the documentation of the schema and a set of
// example documents, for people who want to explore the graph without writing a program first; and
// the page of a contract, for those who write one.
//
// The pages are built beforehand (see README.md) and embedded, so that they work
// without any network besides the gateway itself.
package console

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"
)

//go:embed dist examples/*.graphql documents/*.graphql
var files embed.FS

// contentSecurityPolicy allows nothing but the page's own files. Inline styles
// are the exception: the editor positions its lines with them.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// An Example is a document that the console offers to open.
type Example struct {
	// Name is the name of the example's file without its ending.
	Name string `json:"name"`
	// Title is the first comment line of the document, or the name if there is none.
	Title string `json:"title"`
	// Document is the whole text of the file, which is a GraphQL document.
	Document string `json:"document"`
}

// Examples returns the embedded example documents in the order of their file
// names. The caller owns the returned slice.
func Examples() []Example {
	names, err := fs.Glob(files, "examples/*.graphql")
	if err != nil {
		panic(err) // Only a malformed pattern gets here.
	}
	examples := make([]Example, 0, len(names))
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".graphql")
		document := string(read(file))
		examples = append(examples, Example{Name: name, Title: cmp.Or(title(document), name), Document: document})
	}
	return examples
}

func title(document string) string {
	for line := range strings.Lines(document) {
		if comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#"); ok {
			return strings.TrimSpace(comment)
		}
	}
	return ""
}

// ContractDocument is the document that the page of a contract sends. Every contract has all of it.
func ContractDocument() string { return string(read("documents/contract.graphql")) }

// Documents are the documents that the console sends, by the names of their operations, as they are
// for the whole schema. A caller is sent what fits their contract of each, see [Visit].
func Documents() map[string]string {
	all := map[string]string{}
	for _, name := range []string{"Customers", "CustomerByKey", "Customer", "Timeline", "Systems"} {
		all[name] = string(read("documents/" + strings.ToLower(name) + ".graphql"))
	}
	return all
}

// A Visit is what somebody who asks for the playground or the console may have of it.
type Visit struct {
	// Refused: neither is for callers of this audience.
	Refused bool
	// Examples are those whose names the visitor's contract has.
	Examples []Example
	// Documents are those of [Documents] as they fit the visitor's contract, by the names of their
	// operations. What a contract has nothing of is not among them.
	Documents map[string]string
}

// routes are the pages of the console. Their paths are flat, so that what is named beside them is
// found wherever a proxy puts them; what is looked at stands in the fragment, which no server logs.
var routes = []string{"/customers", "/desk", "/insights", "/signed-in"}

// Handler returns a handler that serves the pages and everything they load below "/console/":
// the page of a contract at "/contract", the console at "/customers" and its other routes, the
// playground at "/playground", and at "/" the playground, unless contractFirst: then the page of a
// contract, for a gateway whose playground is not for everybody. It answers GET and HEAD only, and
// 404 for any other path. Every answer carries a Content-Security-Policy that confines the page to
// its own origin; the pages expect the GraphQL endpoint at "/graphql". Nothing in them is absolute,
// so that a proxy may serve all of it below a prefix.
//
// Visit says who asks. It is asked of requests for a page that carry a credential, and for
// "/console/examples.json" and "/console/documents.json", which have what a visitor may see:
// documents name what a schema has. A browser opens a page without a credential, and nothing in the
// pages tells anybody anything; who gives one and is refused gets 403, and is led to the page of the
// contract.
func Handler(visit func(*http.Request) Visit, contractFirst bool) http.Handler {
	assets := load()
	assets["/"] = assets["/playground"]
	if contractFirst {
		assets["/"] = assets["/contract"]
	}
	private := map[*asset]bool{assets["/playground"]: true, assets[routes[0]]: true}
	byVisitor := map[string]func(Visit) any{
		"/console/examples.json":  func(v Visit) any { return orEmpty(v.Examples) },
		"/console/documents.json": func(v Visit) any { return v.Documents },
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentSecurityPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		asset, ok := assets[r.URL.Path]
		own := byVisitor[r.URL.Path]
		if own != nil || private[asset] && (r.Header.Get("Authorization") != "" || r.Header.Get("X-Api-Key") != "") {
			v := visit(r)
			if v.Refused {
				refuse(w)
				return
			}
			if own != nil {
				asset, ok = newAsset("own.json", toJSON(own(v))), true
				// They differ by credential, which caches between do not know of.
				header.Set("Vary", "Authorization, X-Api-Key")
				asset.cacheControl = "private, no-cache"
			}
		}
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			header.Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		asset.serve(w, r)
	})
}

func refuse(w http.ResponseWriter) {
	w.Header().Set("Vary", "Authorization, X-Api-Key")
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "this page is not available to the credential's audience; its contract is at /contract, the graph at /graphql", http.StatusForbidden)
}

// Off returns the handler of a gateway without pages: it answers 404 and says where the graph is.
func Off() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentSecurityPolicy)
		header.Set("Cache-Control", "no-store")
		http.Error(w, "this gateway serves no pages; the graph is at /graphql", http.StatusNotFound)
	})
}

func orEmpty(examples []Example) []Example {
	if examples == nil {
		return []Example{}
	}
	return examples
}

func toJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // Strings always marshal.
	}
	return data
}

type asset struct {
	contentType  string
	cacheControl string
	etag         string
	body         []byte
	gzipped      func() []byte // nil if compression would not pay
}

var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".svg":   "image/svg+xml",
	".ttf":   "font/ttf",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

var hashed = regexp.MustCompile(`-[A-Z0-9]{8}\.[a-z0-9]+$`)

// load returns all assets by URL path.
func load() map[string]*asset {
	entries, err := files.ReadDir("dist")
	if err != nil {
		panic(err) // The directory is embedded.
	}
	assets := map[string]*asset{}
	for _, entry := range entries {
		asset := newAsset(entry.Name(), read("dist/"+entry.Name()))
		urls := []string{"/console/" + entry.Name()}
		if page, ok := strings.CutSuffix(entry.Name(), ".html"); ok {
			urls = []string{"/" + page}
		}
		if entry.Name() == "console.html" {
			urls = routes
		}
		for _, url := range urls {
			assets[url] = asset
		}
	}
	return assets
}

func newAsset(name string, body []byte) *asset {
	a := &asset{
		contentType:  cmp.Or(contentTypes[path.Ext(name)], "application/octet-stream"),
		cacheControl: "no-cache",
		etag:         fmt.Sprintf("%x", sha256.Sum256(body))[:16],
		body:         body,
	}
	if hashed.MatchString(name) {
		a.cacheControl = "public, max-age=31536000, immutable"
	}
	if path.Ext(name) != ".woff2" {
		a.gzipped = sync.OnceValue(func() []byte { return compress(body) })
	}
	return a
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Set("Cache-Control", a.cacheControl)
	body, etag := a.body, a.etag
	if a.gzipped != nil {
		header.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			header.Set("Content-Encoding", "gzip")
			body, etag = a.gzipped(), etag+"-gzip"
		}
	}
	header.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func acceptsGzip(r *http.Request) bool {
	for encoding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(encoding, ";")
		refused := strings.Trim(quality, " 0.") == "q="
		if strings.EqualFold(strings.TrimSpace(name), "gzip") && !refused {
			return true
		}
	}
	return false
}

func compress(body []byte) []byte {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	// Writing to a buffer cannot fail.
	_, _ = w.Write(body)
	_ = w.Close()
	return buffer.Bytes()
}

func read(name string) []byte {
	content, err := files.ReadFile(name)
	if err != nil {
		panic(err) // The names come from the embedded directory.
	}
	return content
}
