package graphqlhttp

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"

	"customer360/sources"
)

// maxRequestID bounds an id that a client gives.
const maxRequestID = 128

// requestOf gives what a request goes by: as its client says, where that is well-formed.
func requestOf(h http.Header) *sources.Request {
	r := &sources.Request{}
	if ids := h["X-Request-Id"]; len(ids) == 1 && isRequestID(ids[0]) {
		r.ID = ids[0]
	} else {
		r.ID = rand.Text()
	}
	if parents := h["Traceparent"]; len(parents) == 1 {
		r.Traceparent = traceparent(parents[0])
	}
	return r
}

// RequestID gives the id of the request that a context belongs to, or "". It is
// told to the client in the header X-Request-Id.
func RequestID(ctx context.Context) string { return sources.RequestOf(ctx).ID }

// withRequestID gives an operation of a connection an id of its own, within the connection's trace.
func withRequestID(ctx context.Context) context.Context {
	return sources.WithRequest(ctx, &sources.Request{ID: rand.Text(), Traceparent: sources.RequestOf(ctx).Traceparent})
}

// isRequestID reports whether an id can stand in a header and a log line as it is, and holds no
// e-mail address.
func isRequestID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.:/+=", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// traceparent gives a header of W3C Trace Context in its version 00
// (https://www.w3.org/TR/trace-context/#traceparent-header), as which later versions are read;
// "": it is none.
func traceparent(value string) string {
	const length = len("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if len(value) < length || value[2] != '-' || value[35] != '-' || value[52] != '-' ||
		!isHex(value[:2]) || !isHex(value[3:35]) || !isHex(value[36:52]) || !isHex(value[53:length]) ||
		strings.Trim(value[3:35], "0") == "" || strings.Trim(value[36:52], "0") == "" {
		return ""
	}
	switch version := value[:2]; {
	case version == "00" && len(value) == length:
		return value
	case version == "00" || version == "ff" || len(value) > length && value[length] != '-':
		return ""
	}
	// Of its flags, version 00 has the last two bits at most.
	return "00" + value[2:53] + "0" + string("0123"[strings.IndexByte("0123456789abcdef", value[54])&3])
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
