package streams

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/graph/inputs"
	"customer360/sources"
)

// The types of messages.
const (
	typeInit      = "connection_init"
	typeAck       = "connection_ack"
	typePing      = "ping"
	typePong      = "pong"
	typeSubscribe = "subscribe"
	typeNext      = "next"
	typeError     = "error"
	typeComplete  = "complete"
)

// A message is what a client sent.
type message struct {
	Type string
	// ID names an operation; there is one in subscribe and complete only.
	ID string
	// Payload is a request's body in subscribe, whatever client and server agreed on in
	// connection_init, and left out elsewhere.
	Payload map[string]any
}

// decode reads a message. Where it is none, fault says what it should have been; it does not
// repeat what was sent, and fits into the reason of a close.
func decode(data []byte) (m message, fault string) {
	var body map[string]any
	if inputs.TooManyValues(data) {
		return m, "The message has too many values"
	}
	d := json.NewDecoder(bytes.NewReader(data))
	// Numbers keep their digits.
	d.UseNumber()
	if !sources.IsUnicode(data) {
		return m, "A message must be JSON in UTF-8, without a byte order mark"
	}
	if d.Decode(&body) != nil || body == nil {
		return m, "A message must be a JSON object"
	}
	if _, err := d.Token(); err != io.EOF {
		return m, "A message must be one JSON object"
	}
	var ok bool
	if m.Type, ok = body["type"].(string); !ok {
		return m, "A message must have a `type`"
	}
	if m.Payload, ok = part[map[string]any](body, "payload"); !ok {
		return m, "The `payload` must be an object"
	}
	switch m.Type {
	case typeInit:
		return m, ""
	case typePing, typePong:
		m.Payload = nil
		return m, ""
	case typeSubscribe, typeComplete:
		if m.ID, _ = body["id"].(string); m.ID == "" {
			return m, "The message must have an `id` that is not empty"
		}
		if m.Type == typeComplete {
			m.Payload = nil
			return m, ""
		}
		return m, subscribeFault(m.Payload)
	}
	return m, "A client sends connection_init, subscribe, complete, ping and pong only"
}

// subscribeFault says what is wrong with the payload of a subscribe message. Whether the
// query is one, or may be left empty, is not for the protocol to say.
func subscribeFault(payload map[string]any) string {
	_, isText := payload["query"].(string)
	if _, named := payload["documentId"].(string); named && payload["query"] == nil {
		isText = true
	}
	if extensions, _ := payload["extensions"].(map[string]any); extensions["persistedQuery"] != nil && payload["query"] == nil {
		isText = true
	}
	_, ok1 := part[string](payload, "operationName")
	_, ok2 := part[map[string]any](payload, "variables")
	_, ok3 := part[map[string]any](payload, "extensions")
	switch {
	case !isText:
		return "The `payload` must have a `query` that is a string"
	case !ok1 || !ok2 || !ok3:
		return "`operationName` must be a string, `variables` and `extensions` objects"
	}
	return ""
}

// part gives a part of an object; null is as if it were left out.
func part[T any](body map[string]any, name string) (value T, ok bool) {
	if body[name] == nil {
		return value, true
	}
	value, ok = body[name].(T)
	return value, ok
}

// parametersOf gives the parts of a request's body as they are.
func parametersOf(body map[string]any) (*graphql.RawParams, *gqlerror.Error) {
	query, _ := body["query"].(string)
	name, _ := body["operationName"].(string)
	variables, _ := body["variables"].(map[string]any)
	extensions, _ := body["extensions"].(map[string]any)
	return &graphql.RawParams{Query: query, OperationName: name, Variables: variables, Extensions: extensions}, nil
}

// messageOf gives a message for a client: of an operation, if id is not empty, and with a
// payload, if there is one, which is JSON.
func messageOf(kind, id string, payload []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(payload) + len(id) + len(`{"id":"","type":"connection_ack","payload":}`))
	b.WriteByte('{')
	if id != "" {
		b.WriteString(`"id":`)
		encode(&b, id)
		b.WriteByte(',')
	}
	b.WriteString(`"type":"` + kind + `"`)
	if payload != nil {
		b.WriteString(`,"payload":`)
		b.Write(payload)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// resultOf gives a response as JSON on one line, in UTF-8: errors first, so that they are
// seen in a long one.
func resultOf(r *graphql.Response) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(r.Errors) > 0 {
		b.WriteString(`"errors":`)
		encode(&b, r.Errors)
		b.WriteByte(',')
	}
	b.WriteString(`"data":`)
	if len(r.Data) == 0 {
		b.WriteString("null")
	} else {
		b.Write(r.Data)
	}
	if len(r.Extensions) > 0 {
		b.WriteString(`,"extensions":`)
		encode(&b, r.Extensions)
	}
	b.WriteByte('}')
	return clean(b.Bytes())
}

// clean makes JSON fit for what expires at a line's end, and for what is closed where a text is
// not UTF-8. Inside of strings JSON has no line breaks, so that none is lost.
func clean(data []byte) []byte {
	if bytes.ContainsAny(data, "\r\n") {
		for i, c := range data {
			if c == '\r' || c == '\n' {
				data[i] = ' '
			}
		}
	}
	if !utf8.Valid(data) {
		return bytes.ToValidUTF8(data, []byte(string(utf8.RuneError)))
	}
	return data
}

// errorsOf gives errors as JSON.
func errorsOf(errs gqlerror.List) []byte {
	var b bytes.Buffer
	encode(&b, errs)
	return clean(b.Bytes())
}

func encode(b *bytes.Buffer, v any) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		b.WriteString("null\n")
	}
	b.Truncate(b.Len() - 1)
}
