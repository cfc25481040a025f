package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/customer"
	"customer360/graph/cost"
	"customer360/graph/executor"
	"customer360/graph/inputs"
	"customer360/graph/persisted"
	"customer360/sources"
)

// transport is GraphQL over HTTP, GET and POST, as
// https://graphql.github.io/graphql-over-http/draft/ has it. It takes every request,
// so that the refusals are its own words too.
type transport struct{ options Options }

func (*transport) Supports(*http.Request) bool { return true }

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

func (t *transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	media := negotiate(r.Header.Values("Accept"))
	if media == "" {
		// Something that can be read is better than an empty answer.
		write(w, typeJSON, refuse(w, refusal{status: http.StatusNotAcceptable, message: "the response is application/graphql-response+json or application/json: accept one of them"}))
		return
	}
	params, no := t.read(w, r)
	if no != nil {
		write(w, media, refuse(w, *no))
		return
	}
	params.ReadTime.Start = graphql.Now()
	params.ReadTime.End = params.ReadTime.Start
	body := bodies.take()
	defer bodies.give(body)
	ctx := executor.WithBuffer(r.Context(), &body.data)
	op, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		answer := answerOf(exec.DispatchError(graphql.WithOperationContext(ctx, op), errs))
		answer.request = true
		if media == typeResponse || !wellFormed(errs) {
			answer.status = http.StatusBadRequest
		}
		var costly *cost.Refusal
		if errors.As(errs, &costly) && costly.RetryAfter > 0 {
			answer.status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", strconv.Itoa(costly.RetryAfter))
		}
		if answer.errors[0].Extensions["code"] == customer.CodeUnavailable {
			answer.status = http.StatusServiceUnavailable
			w.Header().Set("Retry-After", "1")
		}
		write(w, media, answer)
		return
	}
	if r.Method == http.MethodGet && op.Operation.Operation != ast.Query {
		write(w, media, refuse(w, refusal{status: http.StatusMethodNotAllowed, message: "GET is for queries only: use POST", allow: http.MethodPost}))
		return
	}
	if op.Operation.Operation == ast.Subscription {
		write(w, media, refuse(w, refusal{status: http.StatusNotAcceptable, message: "a subscription needs `Accept: text/event-stream`, or a WebSocket"}))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, op)
	body.write(w, media, answerOf(responses(ctx)))
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
func (t *transport) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	switch r.Method {
	case http.MethodGet:
		return t.readGET(r)
	case http.MethodPost:
		return t.readPOST(w, r)
	}
	return nil, &refusal{status: http.StatusMethodNotAllowed, message: "send GraphQL requests with POST or GET", allow: "GET, POST"}
}

func (t *transport) readGET(r *http.Request) (*graphql.RawParams, *refusal) {
	// A page of another origin can make a browser send any GET, with cookies.
	if !preflighted(r) {
		return nil, &refusal{status: http.StatusBadRequest, message: "a GET needs one of the headers " + strings.Join(preflightHeaders, ", ") + ", or use POST: this keeps other sites from sending it"}
	}
	if len(r.URL.RawQuery) > int(t.options.MaxBody) {
		return nil, &refusal{status: http.StatusRequestURITooLong, message: "the URL is too long: use POST"}
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, malformed("the URL's query string cannot be parsed")
	}
	body := map[string]any{}
	for _, texts := range values {
		for _, text := range texts {
			if !utf8.ValidString(text) {
				return nil, malformed(notUnicode)
			}
		}
	}
	for _, name := range []string{"query", "operationName", "documentId"} {
		if values.Has(name) {
			body[name] = values.Get(name)
		}
	}
	for _, name := range []string{"variables", "extensions"} {
		if text := values.Get(name); text != "" {
			var value any
			if inputs.TooManyValues([]byte(text)) {
				return nil, malformed(tooManyValues)
			}
			if !sources.IsUnicode([]byte(text)) {
				return nil, malformed(notUnicode)
			}
			if !decode([]byte(text), &value) {
				return nil, malformed(wrongTypes)
			}
			body[name] = value
		}
	}
	return t.parameters(body, r.Header)
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

func (t *transport) readPOST(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	// Browsers send other content types across origins without asking.
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != typeJSON || !isUTF8(params["charset"]) {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, message: "the body must be application/json in UTF-8, with that Content-Type"}
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, message: "the body must not be compressed"}
	}
	if r.ContentLength > t.options.MaxBody {
		// Its sender need not be waited for.
		return nil, t.tooLarge()
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, t.options.MaxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, t.tooLarge()
		}
		return nil, malformed("the body ended early")
	}
	if !sources.IsUnicode(data) {
		return nil, malformed(notUnicode)
	}
	var body map[string]any
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, malformed("batches are not supported: the body must be a JSON object, not a list")
	}
	if inputs.TooManyValues(data) {
		return nil, malformed(tooManyValues)
	}
	if !decode(data, &body) || body == nil {
		return nil, malformed("the body must be a JSON object with a `query`")
	}
	return t.parameters(body, r.Header)
}

func (t *transport) tooLarge() *refusal {
	return &refusal{status: http.StatusRequestEntityTooLarge, message: "the body is larger than " + strconv.FormatInt(t.options.MaxBody, 10) + " bytes"}
}

// decode reads one JSON value, and reports whether there was just that.
func decode(data []byte, into any) bool {
	d := json.NewDecoder(bytes.NewReader(data))
	// Numbers keep their digits.
	d.UseNumber()
	if d.Decode(into) != nil {
		return false
	}
	_, more := d.Token()
	return more == io.EOF
}

var tooManyValues = "the request has more than " + strconv.Itoa(inputs.MaxRequestValues) + " values: split it into several requests"

const notUnicode = "the request must be JSON in UTF-8, without a byte order mark and unpaired surrogates"

const wrongTypes = "`query`, `documentId` and `operationName` must be strings, `variables` and `extensions` objects"

// part gives a part of a request; null is as if it were left out.
func part[T any](body map[string]any, name string) (value T, given, ok bool) {
	raw := body[name]
	if raw == nil {
		return value, false, true
	}
	value, ok = raw.(T)
	return value, true, ok
}

// parameters reads the parts of a request that came with these headers. Parts that it does not
// know are left out.
func (t *transport) parameters(body map[string]any, headers http.Header) (*graphql.RawParams, *refusal) {
	query, _, ok1 := part[string](body, "query")
	name, _, ok2 := part[string](body, "operationName")
	variables, _, ok3 := part[map[string]any](body, "variables")
	extensions, _, ok4 := part[map[string]any](body, "extensions")
	id, _, ok5 := part[string](body, "documentId")
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return nil, malformed(wrongTypes)
	}
	plainNumbers(variables)
	text, err := t.options.Documents.Resolve(persisted.Request{Query: query, DocumentID: id, Extensions: extensions})
	if err != nil {
		no := malformed(err.Error())
		var known *persisted.Error
		if errors.As(err, &known) {
			no.code = known.Code
		}
		return nil, no
	}
	return &graphql.RawParams{Query: text, OperationName: name, Variables: variables, Extensions: extensions, Headers: headers}, nil
}

func malformed(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, message: message}
}
