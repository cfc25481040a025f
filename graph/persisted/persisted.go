// Package persisted finds the document of a request that names it instead of sending it.
// There are two ways to do so:
//
//   - automatic persisted queries: a client sends the hash of its document, and only if the
//     server does not know it the document too, which is kept from then on
//     (https://www.apollographql.com/docs/apollo-server/performance/apq);
//   - trusted documents: a manifest, made when a client is built, lists the documents that it
//     sends, and they are named by their ids, as the appendix Persisted Documents of
//     https://github.com/graphql/graphql-over-http has it. Where trusted documents are
//     required, nothing else is executed.
//
// It knows neither HTTP nor a schema. What it keeps belongs to one schema: every audience has
// [Documents] of its own.
package persisted

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Config says which documents may be named. The zero value of a number is its default.
type Config struct {
	// Automatic: documents that clients sent are kept, and may be named by their hash.
	Automatic bool
	// MaxDocuments and MaxBytes bound what is kept; default 1,000, and 8 MiB: clients have
	// some dozens of documents, of some kilobytes.
	MaxDocuments int
	MaxBytes     int
	// Manifest is the path of the manifest of trusted documents, see [Read]; "": there are
	// none.
	Manifest string
	// Schema is what documents of the manifest are valid for: others are as if they were not in
	// it, so that their ids tell nothing of other schemas. Nil: all of them count.
	Schema *ast.Schema
	// Required: only trusted documents are executed.
	Required bool
	// Own are documents that are trusted whatever the manifest has: those of the gateway's pages.
	Own []string
}

// fits reports whether a document of the manifest is valid for the schema.
func (c Config) fits(text string) bool {
	if c.Schema == nil {
		return true
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	return err == nil && validator.ValidateWithRules(c.Schema, doc, rules.NewDefaultRules()) == nil
}

// Check reports all that makes no sense. It does not read the manifest.
func (c Config) Check() error {
	var errs []error
	if c.MaxDocuments < 0 {
		errs = append(errs, errors.New("maxDocuments: must not be negative"))
	}
	if c.MaxBytes < 0 {
		errs = append(errs, errors.New("maxBytes: must not be negative"))
	}
	if c.Required && c.Manifest == "" {
		errs = append(errs, errors.New("required: a manifest is missing: without one, nothing could be executed"))
	}
	if c.Required && c.Automatic {
		errs = append(errs, errors.New("automatic: must be false if trusted documents are required"))
	}
	return errors.Join(errs...)
}

// maxKept bounds one document that is kept, in bytes: larger ones are sent each time, so that
// a few of them do not take the place of all others.
const maxKept = 64 << 10

// The codes of errors.
const (
	// CodeNotFound: the document of this hash is not known (any more): send it with its hash.
	CodeNotFound = "PERSISTED_QUERY_NOT_FOUND"
	// CodeNotSupported: hashes are not understood: send documents without.
	CodeNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED"
	// CodeUnknown: there is no trusted document of this id.
	CodeUnknown = "DOCUMENT_NOT_FOUND"
	// CodeNotTrusted: only trusted documents are executed, and this is none.
	CodeNotTrusted = "DOCUMENT_NOT_TRUSTED"
	// CodeBadInput: the request cannot be understood.
	CodeBadInput = "BAD_USER_INPUT"
)

// An Error is why there is no document. Its text is for clients.
type Error struct{ Code, Message string }

// Error is the text for clients.
func (e *Error) Error() string { return e.Message }

// The errors, in the words that clients of automatic persisted queries know.
var (
	errNotFound     = &Error{CodeNotFound, "PersistedQueryNotFound"}
	errNotSupported = &Error{CodeNotSupported, "PersistedQueryNotSupported"}
	errUnknown      = &Error{CodeUnknown, "Unknown `documentId`: the gateway's manifest of trusted documents does not have it."}
	errNotTrusted   = &Error{CodeNotTrusted, "Only trusted documents are executed: send the `documentId` of one in the gateway's manifest."}
	errBoth         = &Error{CodeBadInput, "send either `query` or `documentId`, not both"}
	errNothing      = &Error{CodeBadInput, "`query` is missing"}
	errNoID         = &Error{CodeBadInput, "`documentId` is missing"}
	errVersion      = &Error{CodeBadInput, "`extensions.persistedQuery` must be {version: 1, sha256Hash: \"…\"}, with 64 lower-case hexadecimal digits"}
	errMismatch     = &Error{CodeBadInput, "provided sha does not match query"}
)

// Documents are the documents that requests may name. They may be used by several
// goroutines at once. The zero value has none.
type Documents struct {
	automatic, required bool
	// byID are the trusted documents, byHash the same by their SHA-256.
	byID, byHash map[string]string
	mu           sync.Mutex
	// kept are the documents that clients sent, by their SHA-256; bytes is what they take.
	kept            *simplelru.LRU[string, string]
	bytes, maxBytes int
}

// New reads the manifest, if there is one. The error lists all faults of the configuration,
// or of the manifest.
func New(c Config) (*Documents, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	d := &Documents{automatic: c.Automatic, required: c.Required, maxBytes: cmp.Or(c.MaxBytes, 8<<20), byID: map[string]string{}, byHash: map[string]string{}}
	var err error
	d.kept, err = simplelru.NewLRU(cmp.Or(c.MaxDocuments, 1000), func(_, text string) { d.bytes -= len(text) })
	if err != nil || c.Manifest == "" {
		return d, err
	}
	if c.Required {
		for _, text := range c.Own {
			if c.fits(text) {
				d.byHash[hash(text)] = text
			}
		}
	}
	m, err := Load(c.Manifest)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	for _, doc := range m.Documents {
		if !c.fits(doc.Body) {
			continue
		}
		d.byID[doc.ID] = doc.Body
		d.byHash[hash(doc.Body)] = doc.Body
	}
	return d, nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// A Request is what a client sent.
type Request struct {
	// Query is the document, or empty.
	Query string
	// DocumentID names a trusted document, or is empty: "sha256:" with the hash of the
	// document in 64 hexadecimal digits, or the id that the manifest has.
	DocumentID string
	// Extensions are those of the request; `persistedQuery` is looked at.
	Extensions map[string]any
}

// Resolve gives the text of a request's document. The error is an [*Error]. Nothing is kept
// before [Documents.Accepted].
func (d *Documents) Resolve(r Request) (string, error) {
	if strings.TrimSpace(r.Query) == "" {
		r.Query = ""
	}
	named, sum, err := digest(r.Extensions)
	switch {
	case r.DocumentID != "" && (r.Query != "" || named):
		return "", errBoth
	case r.DocumentID != "":
		return d.trusted(r.DocumentID)
	case r.Query != "" && d.required:
		if _, ok := d.byHash[hash(r.Query)]; !ok {
			return "", errNotTrusted
		}
		return r.Query, nil
	case r.Query != "" && (!named || !d.automatic):
		return r.Query, nil
	case !named && d.required:
		return "", errNoID
	case !named:
		return "", errNothing
	case !d.automatic && len(d.byHash) == 0:
		return "", errNotSupported
	case err != nil:
		return "", err
	case r.Query != "":
		if hash(r.Query) != sum {
			return "", errMismatch
		}
		return r.Query, nil
	}
	return d.of(sum)
}

// trusted gives the document of an id.
func (d *Documents) trusted(id string) (string, error) {
	text, ok := d.byID[id]
	if sum, prefixed := strings.CutPrefix(id, "sha256:"); !ok && prefixed {
		text, ok = d.byHash[sum]
	}
	switch {
	case ok:
		return text, nil
	case d.required:
		return "", errNotTrusted
	}
	return "", errUnknown
}

// of gives the document of a hash.
func (d *Documents) of(sum string) (string, error) {
	if text, ok := d.byHash[sum]; ok {
		return text, nil
	}
	switch {
	case d.required:
		return "", errNotTrusted
	case !d.automatic:
		return "", errNotSupported
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if text, ok := d.kept.Get(sum); ok {
		return text, nil
	}
	return "", errNotFound
}

// digest reads `extensions.persistedQuery`: whether it is there, and the hash.
func digest(extensions map[string]any) (named bool, sum string, err error) {
	raw, ok := extensions["persistedQuery"]
	if !ok || raw == nil {
		return false, "", nil
	}
	given, _ := raw.(map[string]any)
	sum, _ = given["sha256Hash"].(string)
	// A number is of one type or another, as it was decoded.
	if fmt.Sprint(given["version"]) != "1" || !isHash(sum) {
		return true, "", errVersion
	}
	return true, sum, nil
}

// isHash reports whether a text is a SHA-256 in hexadecimal digits, in lower case.
func isHash(text string) bool {
	return len(text) == hex.EncodedLen(sha256.Size) && strings.Trim(text, "0123456789abcdef") == ""
}

// Accepted keeps a document that was found to be valid, if its client wants that: so what
// is kept can be executed, and nobody fills the memory with what cannot. The text is what
// [Documents.Resolve] gave, the extensions are those of the request.
func (d *Documents) Accepted(text string, extensions map[string]any) {
	if !d.automatic || d.required || len(text) > min(maxKept, d.maxBytes) {
		return
	}
	named, sum, err := digest(extensions)
	if _, trusted := d.byHash[sum]; !named || trusted || err != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept.Contains(sum) {
		return
	}
	d.bytes += len(text)
	d.kept.Add(sum, text)
	for d.bytes > d.maxBytes {
		d.kept.RemoveOldest()
	}
}
