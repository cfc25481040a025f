package graphqlhttp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/customer"
	"customer360/graph/executor"
)

// An answer is what is written back.
type answer struct {
	status     int
	data       []byte
	errors     gqlerror.List
	extensions map[string]any
	// request: the request itself failed, so that there is no data, not even null.
	request bool
}

func answerOf(r *graphql.Response) answer {
	if r == nil {
		// The client is gone.
		return answer{status: http.StatusOK}
	}
	return answer{status: http.StatusOK, data: r.Data, errors: r.Errors, extensions: r.Extensions}
}

func refuse(w http.ResponseWriter, r refusal) answer {
	if r.allow != "" {
		w.Header().Set("Allow", r.allow)
	}
	return answer{status: r.status, errors: gqlerror.List{r.error()}, request: true}
}

func (r refusal) error() *gqlerror.Error {
	return &gqlerror.Error{Message: r.message, Extensions: map[string]any{"code": cmp.Or(r.code, string(customer.CodeBadUserInput))}}
}

// A body is the memory of an answer: plans append the data to it, behind what stands before.
type body struct {
	data []byte
	// rest is what stands behind the data, or before it.
	rest bytes.Buffer
}

// beforeData is what stands before the data where there are no errors.
const beforeData = `{"data":`

// bodies are those that are not in use. Very large ones are left to the collector: what one
// caller needs once is not kept for all.
var bodies = pool{sync.Pool{New: func() any { return new(body) }}}

const maxPooled = 4 << 20

type pool struct{ sync.Pool }

func (p *pool) take() *body {
	b := p.Get().(*body)
	b.data = append(b.data[:0], beforeData...)
	b.rest.Reset()
	return b
}

func (p *pool) give(b *body) {
	if cap(b.data) <= maxPooled && b.rest.Cap() <= maxPooled {
		p.Put(b)
	}
}

// write sends an answer that has its own memory.
func write(w http.ResponseWriter, media string, a answer) {
	b := bodies.take()
	defer bodies.give(b)
	b.write(w, media, a)
}

// write sends an answer: errors first, so that they are seen in a long one.
func (b *body) write(w http.ResponseWriter, media string, a answer) {
	if len(a.data) == 0 {
		a.data = []byte("null")
	}
	var parts [3][]byte
	switch {
	case len(a.errors) == 0 && len(b.data) > len(beforeData):
		// The data is where a plan appended it; what follows it is appended too.
		b.end(a)
		parts[0] = append(b.data, b.rest.Bytes()...)
		b.data = parts[0]
	case len(a.errors) == 0:
		b.end(a)
		parts = [3][]byte{[]byte(beforeData), a.data, b.rest.Bytes()}
	default:
		b.rest.WriteString(`{"errors":`)
		encode(&b.rest, a.errors)
		if !a.request {
			b.rest.WriteString(`,"data":`)
		}
		before := b.rest.Len()
		b.end(a)
		parts[0], parts[2] = b.rest.Bytes()[:before], b.rest.Bytes()[before:]
		if !a.request {
			parts[1] = a.data
		}
	}
	length := 0
	for _, p := range parts {
		length += len(p)
	}
	h := w.Header()
	h.Set("Content-Type", media+"; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(length))
	// Personal data: no store between us and the client keeps it.
	h["Cache-Control"] = noStore
	if before := h["Vary"]; len(before) > 0 {
		h["Vary"] = append(before, "Accept")
	} else {
		h["Vary"] = byAccept
	}
	h["X-Content-Type-Options"] = noSniff
	w.WriteHeader(a.status)
	for _, p := range parts {
		if len(p) > 0 {
			_, _ = w.Write(p)
		}
	}
}

var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
	// byAccept is full, so that who adds a name to it has another one.
	byAccept = []string{"Accept"}
)

// end writes what follows the data.
func (b *body) end(a answer) {
	if len(a.extensions) > 0 {
		b.rest.WriteString(`,"extensions":{`)
		// There are two of them at most, as a rule: on the stack.
		names := slices.AppendSeq(make([]string, 0, 4), maps.Keys(a.extensions))
		slices.Sort(names)
		for i, name := range names {
			if i > 0 {
				b.rest.WriteByte(',')
			}
			b.rest.Write(append(executor.AppendString(b.rest.AvailableBuffer(), name), ':'))
			if own, ok := a.extensions[name].(jsonAppender); ok {
				b.rest.Write(own.AppendJSON(b.rest.AvailableBuffer()))
			} else {
				encode(&b.rest, a.extensions[name])
			}
		}
		b.rest.WriteByte('}')
	}
	b.rest.WriteByte('}')
}

// jsonAppender is an extension that is in every answer, and so is written without reflection.
type jsonAppender interface{ AppendJSON([]byte) []byte }

func encode(b *bytes.Buffer, v any) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	b.Truncate(b.Len() - 1)
}
