// Package relay holds what the Relay specifications ask of a graph, whatever its
// domain: global ids, cursors, pages.
// See https://relay.dev/graphql/objectidentification.htm and
// https://relay.dev/graphql/connections.htm.
package relay

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
)

// An ID is what a global id stands for: a type of the graph, and what finds the
// object again. Its text is opaque to clients.
type ID struct {
	// Type is the name of an object type.
	Type string
	// Parts find the object: their number and meaning belong to the type.
	Parts []string
}

// ErrID says that a text is not a global id.
var ErrID = errors.New("malformed id: use one that this graph returned")

// NewID makes an id of a type and its parts.
func NewID(typ string, parts ...string) ID { return ID{typ, parts} }

// String gives the global id.
func (id ID) String() string { return encode(id.Type, id.Parts...) }

// ParseID reads a global id. The error is [ErrID].
func ParseID(text string) (ID, error) {
	parts, ok := decode(text)
	if !ok || len(parts) < 2 || parts[0] == "" {
		return ID{}, ErrID
	}
	return ID{parts[0], parts[1:]}, nil
}

// maxText bounds ids and cursors that are taken apart.
const maxText = 2048

// encode gives the text of a type and parts, or of the parts of a cursor.
func encode(first string, parts ...string) string {
	// Most texts fit, so that they take no memory but their own.
	var raw, text [192]byte
	b := escape(raw[:0], first)
	for _, p := range parts {
		b = escape(append(b, '/'), p)
	}
	return string(base64.RawURLEncoding.AppendEncode(text[:0], b))
}

// escape appends what [url.PathEscape] gives.
func escape(b []byte, part string) []byte {
	for i := range len(part) {
		c := part[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			continue
		}
		return append(b, url.PathEscape(part)...)
	}
	return append(b, part...)
}

// decode is the inverse of encode. Texts that encode would not give are refused,
// so that one object has one id.
func decode(text string) ([]string, bool) {
	if len(text) > maxText {
		return nil, false
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, false
	}
	parts := strings.Split(string(data), "/")
	for i, p := range parts {
		if parts[i], err = url.PathUnescape(p); err != nil {
			return nil, false
		}
	}
	return parts, encode(parts[0], parts[1:]...) == text
}
