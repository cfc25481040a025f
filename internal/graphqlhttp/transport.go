package graphqlhttp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/customer"
)

// transport is GraphQL over HTTP, GET and POST, as
// https://graphql.github.io/graphql-over-http/draft/ has it. It takes every request,
// so that the refusals are its own words too.
type transport struct{ options Options }

func (transport) Supports(*http.Request) bool { return true }

// preflightHeaders are headers that a page of another origin cannot set without
// asking first. One of them must be there where the content type alone does not
// make a browser ask.
var preflightHeaders = []string{"GraphQL-Preflight", "Apollo-Require-Preflight", "X-Requested-With", "X-Apollo-Operation-Name"}

// A refusal is the answer to a request that is not a GraphQL request.
type refusal struct {
	status  int
	message string
	allow   string
	// code is BAD_USER_INPUT where it is empty.
	code string
}

func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	media := negotiate(r.Header.Values("Accept"))
	if media == "" {
		// Something that can be read is better than an empty answer.
		write(w, typeJSON, refuse(w, refusal{status: http.StatusNotAcceptable, message: "the answer comes as application/graphql-response+json or application/json"}))
		return
	}
	params, no := t.read(w, r)
	if no != nil {
		write(w, media, refuse(w, *no))
		return
	}
	params.ReadTime.Start = graphql.Now()
	params.ReadTime.End = params.ReadTime.Start
	ctx := r.Context()
	op, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		answer := answerOf(exec.DispatchError(graphql.WithOperationContext(ctx, op), errs))
		answer.request = true
		if media == typeResponse || !wellFormed(errs) {
			answer.status = http.StatusBadRequest
		}
		write(w, media, answer)
		return
	}
	if r.Method == http.MethodGet && op.Operation.Operation != ast.Query {
		write(w, media, refuse(w, refusal{status: http.StatusMethodNotAllowed, message: "only queries may be sent by GET: send this by POST", allow: http.MethodPost}))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, op)
	write(w, media, answerOf(responses(ctx)))
}

// wellFormed reports whether errors are about the document, which is a proper
// request that has no answer.
func wellFormed(errs gqlerror.List) bool {
	for _, e := range errs {
		if code := e.Extensions["code"]; code != "GRAPHQL_PARSE_FAILED" && code != "GRAPHQL_VALIDATION_FAILED" {
			return false
		}
	}
	return true
}

// read gives a request's parameters, or why it is none.
func (t transport) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	switch r.Method {
	case http.MethodGet:
		return t.readGET(r)
	case http.MethodPost:
		return t.readPOST(w, r)
	}
	return nil, &refusal{status: http.StatusMethodNotAllowed, message: "GraphQL requests are sent by POST or GET", allow: "GET, POST"}
}

func (t transport) readGET(r *http.Request) (*graphql.RawParams, *refusal) {
	// A page of another origin can make a browser send any GET, with cookies.
	if !preflighted(r) {
		return nil, &refusal{status: http.StatusBadRequest, message: "a GET needs one of the headers " + strings.Join(preflightHeaders, ", ") + " (or send it by POST): this keeps other sites from sending it"}
	}
	if len(r.URL.RawQuery) > int(t.options.MaxBody) {
		return nil, &refusal{status: http.StatusRequestURITooLong, message: "the URL is too long: send it by POST"}
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, malformed("the URL's query cannot be read")
	}
	body := map[string]json.RawMessage{}
	for _, name := range []string{"query", "operationName"} {
		if values.Has(name) {
			body[name], _ = json.Marshal(values.Get(name))
		}
	}
	for _, name := range []string{"variables", "extensions"} {
		if values.Get(name) != "" {
			body[name] = json.RawMessage(values.Get(name))
		}
	}
	return parameters(body)
}

func preflighted(r *http.Request) bool {
	for _, h := range preflightHeaders {
		if r.Header.Get(h) != "" {
			return true
		}
	}
	// Browsers say where a request comes from, and no page can say it for them.
	if r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return true
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == typeJSON
}

func (t transport) readPOST(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	// Browsers send other content types across origins without asking.
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != typeJSON || !isUTF8(params["charset"]) {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, message: "the body must be application/json in UTF-8, with that Content-Type"}
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, message: "the body must not be compressed"}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, t.options.MaxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, &refusal{status: http.StatusRequestEntityTooLarge, message: "the body is larger than " + strconv.FormatInt(t.options.MaxBody, 10) + " bytes"}
		}
		return nil, malformed("the body ended early")
	}
	var body map[string]json.RawMessage
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, malformed("one request at a time: the body must be a JSON object, not a list")
	}
	if err := json.Unmarshal(data, &body); err != nil || body == nil {
		return nil, malformed("the body must be a JSON object with a `query`")
	}
	return parameters(body)
}

// parameters reads the parts of a request. Parts that it does not know are left out.
func parameters(body map[string]json.RawMessage) (*graphql.RawParams, *refusal) {
	var p graphql.RawParams
	var query *string
	for name, into := range map[string]any{
		"query": &query, "operationName": &p.OperationName, "variables": &p.Variables, "extensions": &p.Extensions,
	} {
		raw, ok := body[name]
		if !ok {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		// Numbers keep their digits.
		d.UseNumber()
		err := d.Decode(into)
		if _, more := d.Token(); err != nil || more != io.EOF {
			return nil, malformed("`query` and `operationName` must be strings, `variables` and `extensions` objects")
		}
	}
	if _, hash := p.Extensions["persistedQuery"]; hash && query == nil {
		// In the words that clients know, so that they send the query instead.
		return nil, &refusal{status: http.StatusBadRequest, message: "PersistedQueryNotSupported", code: "PERSISTED_QUERY_NOT_SUPPORTED"}
	}
	if query == nil || strings.TrimSpace(*query) == "" {
		return nil, malformed("there is no `query`")
	}
	p.Query = *query
	return &p, nil
}

func malformed(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, message: message}
}

// An answer is what is written back.
type answer struct {
	status     int
	data       json.RawMessage
	errors     gqlerror.List
	extensions map[string]any
	// request: the request itself failed, so that there is no data, not even null.
	request bool
}

func answerOf(r *graphql.Response) answer {
	if r == nil {
		// The client is gone.
		return answer{status: http.StatusOK, data: json.RawMessage("null")}
	}
	return answer{status: http.StatusOK, data: r.Data, errors: r.Errors, extensions: r.Extensions}
}

func refuse(w http.ResponseWriter, r refusal) answer {
	if r.allow != "" {
		w.Header().Set("Allow", r.allow)
	}
	e := &gqlerror.Error{Message: r.message, Extensions: map[string]any{"code": cmp.Or(r.code, string(customer.CodeBadUserInput))}}
	return answer{status: r.status, errors: gqlerror.List{e}, request: true}
}

// write sends an answer: errors first, so that they are seen in a long one.
func write(w http.ResponseWriter, media string, a answer) {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(a.errors) > 0 {
		b.WriteString(`"errors":`)
		encode(&b, a.errors)
	}
	if !a.request {
		comma(&b)
		b.WriteString(`"data":`)
		if len(a.data) == 0 {
			a.data = json.RawMessage("null")
		}
		b.Write(a.data)
	}
	if len(a.extensions) > 0 {
		comma(&b)
		b.WriteString(`"extensions":`)
		encode(&b, a.extensions)
	}
	b.WriteByte('}')
	h := w.Header()
	h.Set("Content-Type", media+"; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	// Personal data: no store between us and the client keeps it.
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(a.status)
	_, _ = w.Write(b.Bytes())
}

func comma(b *bytes.Buffer) {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
}

func encode(b *bytes.Buffer, v any) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	b.Truncate(b.Len() - 1)
}
