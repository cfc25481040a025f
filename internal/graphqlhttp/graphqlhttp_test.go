package graphqlhttp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"customer360/internal/gateway"
	"customer360/resolvers"
	"customer360/sources/sourcetest"
)

func handler(t testing.TB) http.Handler {
	g, err := gateway.New(gateway.Config{MaxBody: 4096, Log: slog.New(slog.DiscardHandler)},
		resolvers.Systems{Spine: &sourcetest.FakeSpine{}, SpineKind: "fake"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

type request struct {
	method, target string
	header         map[string]string
	body           string
}

func post(body string) request {
	return request{"POST", "/graphql", map[string]string{"Content-Type": "application/json"}, body}
}

func query(q string) request {
	data, _ := json.Marshal(map[string]string{"query": q})
	return post(string(data))
}

func (r request) with(name, value string) request {
	h := map[string]string{name: value}
	for k, v := range r.header {
		if k != name {
			h[k] = v
		}
	}
	r.header = h
	return r
}

func (r request) send(h http.Handler) *http.Response {
	req := httptest.NewRequest(r.method, r.target, strings.NewReader(r.body))
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w.Result()
}

const (
	plain = "application/json"
	newer = "application/graphql-response+json"
)

func TestAnswers(t *testing.T) {
	h := handler(t)
	get := func(params string) request { return request{"GET", "/graphql?" + params, nil, ""} }
	hello := url.Values{"query": {"{ __typename }"}}.Encode()
	nested := "{" + strings.Repeat("a{", 20) + "b" + strings.Repeat("}", 20) + "}"
	for name, test := range map[string]struct {
		request request
		status  int
		media   string
		text    string
	}{
		"a query":                         {query("{ __typename }"), 200, plain, `{"data":{"__typename":"Query"}`},
		"the newer media type":            {query("{ __typename }").with("Accept", newer), 200, newer, `"data"`},
		"both, the newer preferred":       {query("{ __typename }").with("Accept", newer+", "+plain+";q=0.9"), 200, newer, `"data"`},
		"both, the older preferred":       {query("{ __typename }").with("Accept", newer+";q=0.1, "+plain), 200, plain, `"data"`},
		"anything":                        {query("{ __typename }").with("Accept", "*/*"), 200, plain, `"data"`},
		"nothing that we have":            {query("{ __typename }").with("Accept", "text/html"), 406, plain, "application/graphql-response+json"},
		"our type refused by q=0":         {query("{ __typename }").with("Accept", "application/json;q=0"), 406, plain, "errors"},
		"another character set":           {query("{ __typename }").with("Content-Type", "application/json; charset=latin1"), 415, plain, "UTF-8"},
		"a form":                          {query("{ __typename }").with("Content-Type", "application/x-www-form-urlencoded"), 415, plain, "application/json"},
		"a form in parts":                 {query("{ __typename }").with("Content-Type", "multipart/form-data; boundary=x"), 415, plain, "application/json"},
		"a text":                          {query("{ __typename }").with("Content-Type", "text/plain"), 415, plain, "application/json"},
		"no type":                         {request{"POST", "/graphql", nil, `{"query":"{ __typename }"}`}, 415, plain, "application/json"},
		"compressed":                      {query("{ __typename }").with("Content-Encoding", "gzip"), 415, plain, "compressed"},
		"no JSON":                         {post("secret-nonsense"), 400, plain, "must be a JSON object"},
		"two objects":                     {post(`{"query":"{ __typename }"} {}`), 400, plain, "must be a JSON object"},
		"null":                            {post("null"), 400, plain, "must be a JSON object"},
		"a batch":                         {post(`[{"query":"{ __typename }"}]`), 400, plain, "batches are not supported"},
		"no query":                        {post(`{}`), 400, plain, "`query` is missing"},
		"an empty query":                  {post(`{"query": " "}`), 400, plain, "`query` is missing"},
		"a query that is a number":        {post(`{"query": 1}`), 400, plain, "must be strings"},
		"variables that are a list":       {post(`{"query":"{ __typename }","variables":[1]}`), 400, plain, "objects"},
		"a body that is too large":        {post(`{"query":"` + strings.Repeat(" ", 5000) + `"}`), 413, plain, "4096 bytes"},
		"a document that is none":         {query("{"), 200, plain, "GRAPHQL_PARSE_FAILED"},
		"the same, newer media type":      {query("{").with("Accept", newer), 400, newer, "GRAPHQL_PARSE_FAILED"},
		"a field that is not there":       {query("{ shoeSize }"), 200, plain, "GRAPHQL_VALIDATION_FAILED"},
		"the same, the newer media type":  {query("{ shoeSize }").with("Accept", newer), 400, newer, "GRAPHQL_VALIDATION_FAILED"},
		"a variable that is missing":      {query("query($by: CustomerBy!) { customer(by: $by) { id } }").with("Accept", newer), 400, newer, "must be defined"},
		"@defer":                          {query("{ ... @defer { __typename } }").with("Accept", newer), 400, newer, "Unknown directive"},
		"a condition that is null":        {post(`{"query":"query($a:Boolean=true){__typename @include(if:$a)}","variables":{"a":null}}`).with("Accept", newer), 400, newer, "leave the variable out"},
		"a mutation":                      {query("mutation { a }").with("Accept", newer), 400, newer, "errors"},
		"too deep":                        {query(nested).with("Accept", newer), 400, newer, "depth is over the limit of 15"},
		"too many aliases":                {query("{"+repeat(31, "a%d: __typename ")+"}").with("Accept", newer), 400, newer, "aliases is over the limit of 30"},
		"too many root fields":            {query("{"+strings.Repeat("systems{kind} ", 21)+"}").with("Accept", newer), 400, newer, "root fields is over the limit of 20"},
		"too many directives":             {query("{ __typename"+strings.Repeat(" @skip(if: false)", 51)+"}").with("Accept", newer), 400, newer, "directives is over the limit of 50"},
		"a bomb of fragments":             {query("{...f0}"+repeat(30, "fragment f%[1]d on Query{...f%[2]d ...f%[2]d} ")+"fragment f30 on Query{__typename systems{kind}}").with("Accept", newer), 400, newer, "errors"},
		"a fragment that spreads itself":  {query("{...a} fragment a on Query{...a}").with("Accept", newer), 400, newer, "errors"},
		"GET without a preflight header":  {get(hello), 400, plain, "GraphQL-Preflight"},
		"GET from our own page":           {get(hello).with("Sec-Fetch-Site", "same-origin"), 200, plain, `"data"`},
		"GET from another site":           {get(hello).with("Sec-Fetch-Site", "cross-site"), 400, plain, "GraphQL-Preflight"},
		"one field again and again":       {query("{ " + strings.Repeat("__typename ", 40) + "}"), 200, plain, "over the limit of 25"},
		"again and again, by fragments":   {query("{ ...A ...B } fragment A on Query {" + strings.Repeat("__typename ", 20) + "} fragment B on Query {" + strings.Repeat("... { __typename } ", 20) + "}"), 200, plain, "over the limit of 25"},
		"a long name":                     {query("{ " + strings.Repeat("a", 201) + " }"), 200, plain, "longer than the limit of 200 characters"},
		"a long number":                   {query("{ customers(first: " + strings.Repeat("1", 201) + ") { totalCount } }"), 200, plain, "longer than the limit of 200 characters"},
		"a long name behind a quotation":  {post(`{"query":"# \"\n{ ` + strings.Repeat("a", 201) + ` }"}`), 200, plain, "longer than the limit of 200 characters"},
		"a long name behind a text":       {post(`{"query":"{ customer(by: {email: \"\\\"\"}) { ` + strings.Repeat("a", 201) + ` } }"}`), 200, plain, "longer than the limit of 200 characters"},
		"a long word in a comment":        {query("# https://example.com/" + strings.Repeat("a", 300) + "\n{ __typename }"), 200, plain, `"data"`},
		"fields of another schema":        {query("{ systems { " + strings.Join(numbered("nothing", 40), " ") + " } }"), 200, plain, "more than 20 fields that are not in the schema"},
		"many errors of another kind":     {query("query (" + strings.Join(typed(40), ", ") + ") { __typename }"), 200, plain, "more errors."},
		"a hash in place of the query":    {post(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`), 400, plain, "sha256Hash"},
		"a misspelt wish":                 {post(`{"query":"{ __typename }","extensions":{"sourceErrors":"state"}}`), 400, plain, "sourceErrors"},
		"GET":                             {get(hello).with("GraphQL-Preflight", "1"), 200, plain, `"data"`},
		"GET, variables that are no JSON": {get(hello+"&variables=x").with("X-Requested-With", "x"), 400, plain, "objects"},
		"GET, a mutation":                 {get("query=mutation%7Ba%7D").with("GraphQL-Preflight", "1").with("Accept", newer), 400, newer, "errors"},
		"PUT":                             {request{"PUT", "/graphql", nil, ""}, 405, plain, "POST or GET"},
	} {
		t.Run(name, func(t *testing.T) {
			// A bomb that goes off is worked at for ever.
			r := test.request.send(h)
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if r.StatusCode != test.status || r.Header.Get("Content-Type") != test.media+"; charset=utf-8" || !strings.Contains(string(body), test.text) {
				t.Errorf("%d %s %s; want %d %s %s", r.StatusCode, r.Header.Get("Content-Type"), body, test.status, test.media, test.text)
			}
			if !json.Valid(body) || strings.Contains(string(body), "secret-nonsense") {
				t.Errorf("the body is %s", body)
			}
			if strings.Contains(string(body), `"data":null`) {
				t.Errorf("a request error has data: %s", body)
			}
			if r.StatusCode == 405 && r.Header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
			if r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("X-Request-Id") == "" {
				t.Errorf("headers are %v", r.Header)
			}
		})
	}
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "[2]") {
			fmt.Fprintf(&b, format, i, i+1)
		} else {
			fmt.Fprintf(&b, format, i)
		}
	}
	return b.String()
}

// Whatever is sent, an answer comes that is JSON, and nothing crashes.
func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{`{"query":"{ __typename }"}`, `{"query":"query($a:Int){systems{kind}}","variables":{"a":1e400},"operationName":null}`,
		`{"query":"{customers(where:{name:{eq:\"x\"}},after:\"y\"){totalCount}}","extensions":{"sourceErrors":1}}`, `[]`, `"`} {
		f.Add(s, plain, newer)
	}
	h := handler(f)
	f.Fuzz(func(t *testing.T, body, contentType, accept string) {
		req := httptest.NewRequest("POST", "/graphql", strings.NewReader(body))
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %q", w.Code, w.Body)
		}
		if w.Code >= 500 {
			t.Errorf("%d", w.Code)
		}
	})
}

// numbered gives words with numbers behind them.
func numbered(word string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint(word, i)
	}
	return all
}

// typed gives definitions of so many variables of a type that there is not.
func typed(n int) []string {
	all := numbered("$v", n)
	for i := range all {
		all[i] += ": Nothing"
	}
	return all
}

// What is no text is refused: to decode it would put something else in its place.
func TestRequestsAreText(t *testing.T) {
	h := handler(t)
	get := func(search string) request {
		return request{"GET", "/graphql?" + search, map[string]string{"GraphQL-Preflight": "1"}, ""}
	}
	for name, test := range map[string]struct {
		request
		want int
	}{
		"UTF-8":                         {query("{ __typename } # Müller"), 200},
		"ISO 8859-1":                    {post("{\"query\": \"{ __typename } # M\xfcller\"}"), 400},
		"cut in a character":            {post("{\"query\": \"{ __typename } # \xf0\x9f\x98\"}"), 400},
		"in the variables":              {post("{\"query\": \"{ __typename }\", \"variables\": {\"a\": \"\xff\"}}"), 400},
		"in a name":                     {post("{\"query\": \"{ __typename }\", \"\xff\": 1}"), 400},
		"an overlong form":              {post("{\"query\": \"{ __typename } # \xc0\xaf\"}"), 400},
		"a byte order mark":             {post("\ufeff" + `{"query": "{ __typename }"}`), 400},
		"UTF-16":                        {post("\xff\xfe{\x00}\x00"), 400},
		"half a surrogate pair":         {post(`{"query": "{ __typename }", "variables": {"a": "\ud83d"}}`), 400},
		"a surrogate pair":              {post(`{"query": "{ __typename }", "variables": {"a": "\ud83d\ude00"}}`), 200},
		"UTF-8 by name":                 {query("{ __typename }").with("Content-Type", "application/json; charset=utf-8"), 200},
		"UTF-8 by name, in capitals":    {query("{ __typename }").with("Content-Type", "application/json; charset=UTF-8"), 200},
		"ISO 8859-1 by name":            {query("{ __typename }").with("Content-Type", "application/json; charset=iso-8859-1"), 415},
		"UTF-16 by name":                {query("{ __typename }").with("Content-Type", "application/json; charset=utf-16"), 415},
		"GET":                           {get("query={__typename}%23M%C3%BCller"), 200},
		"GET, ISO 8859-1":               {get("query={__typename}%23M%FCller"), 400},
		"GET, in the variables":         {get("query={__typename}&variables={%22a%22:%22%FF%22}"), 400},
		"GET, in the extensions":        {get("query={__typename}&extensions={%22a%22:%22%FF%22}"), 400},
		"GET, in the operation's name":  {get("query={__typename}&operationName=%FF"), 400},
		"GET, half a surrogate pair":    {get("query={__typename}&variables={%22a%22:%22%5Cud83d%22}"), 400},
		"GET, an unknown one is text":   {get("query={__typename}&x=%FF"), 400},
		"events, ISO 8859-1":            {post("{\"query\": \"{ __typename } # M\xfcller\"}").with("Accept", "text/event-stream"), 400},
		"events, a charset that is not": {query("{ __typename }").with("Accept", "text/event-stream").with("Content-Type", "application/json; charset=latin1"), 415},
	} {
		res := test.send(h)
		text, _ := io.ReadAll(res.Body)
		if res.StatusCode != test.want || test.want == 400 && !strings.Contains(string(text), "UTF-8") {
			t.Errorf("%s: %d %s; want %d", name, res.StatusCode, text, test.want)
		}
	}
}
