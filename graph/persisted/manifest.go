package persisted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// maxManifest bounds a manifest, in bytes: some ten thousand documents. It is kept in memory.
const maxManifest = 32 << 20

// maxFaults is how many faults of a manifest are told: more of them are of one kind.
const maxFaults = 100

// A Manifest lists trusted documents.
type Manifest struct{ Documents []Document }

// A Document is one of a manifest.
type Document struct {
	// ID is what requests name it by; it is unique.
	ID string
	// Name is what people call it: that of its operation; empty where the manifest has none.
	Name string
	// Body is the text.
	Body string
}

// Load reads the manifest of a file, see [Read].
func Load(path string) (*Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return Read(f)
}

// Read reads a manifest: as Apollo's tools write it,
//
//	{"format": "apollo-persisted-query-manifest", "version": 1,
//	 "operations": [{"id": "…", "name": "…", "type": "query", "body": "…"}]}
//
// or as Relay's compiler and GraphQL Code Generator do, an object of bodies by id. An id of
// 64 hexadecimal digits, "sha256:" before it or not, must be the SHA-256 of the body. The
// error lists all faults, at most a hundred; where they are those of single documents, the
// manifest is given beside it, so that more can be said of them.
func Read(r io.Reader) (*Manifest, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxManifest:
		return nil, fmt.Errorf("it is larger than %d bytes: remove documents that are no longer sent", maxManifest)
	}
	members, err := object(data)
	if err != nil {
		return nil, err
	}
	var m Manifest
	var errs []error
	if slices.ContainsFunc(members, func(m member) bool { return m.key == "format" || m.key == "operations" }) {
		if m.Documents, err = operations(data, members); err != nil {
			return nil, err
		}
		errs = check(m.Documents, nil)
	} else {
		noText := map[int]bool{}
		for i, b := range members {
			d := Document{ID: b.key}
			noText[i] = json.Unmarshal(b.value, &d.Body) != nil
			m.Documents = append(m.Documents, d)
		}
		errs = check(m.Documents, noText)
	}
	if len(errs) > maxFaults {
		errs = append(errs[:maxFaults], fmt.Errorf("and %d faults more", len(errs)-maxFaults))
	}
	return &m, errors.Join(errs...)
}

// A member is one of a JSON object.
type member struct {
	key   string
	value json.RawMessage
}

var errObject = errors.New("it is not a JSON object")

// object reads the members of a JSON object, as often as they stand there: decoded to a map,
// the last of a name would win unseen.
func object(data []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, errObject
	}
	var all []member
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, broken(d)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, broken(d)
		}
		name, _ := key.(string)
		all = append(all, member{name, value})
	}
	if _, err := d.Token(); err != nil {
		return nil, broken(d)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is more after the JSON object")
	}
	return all, nil
}

// broken does not repeat the text, of which the JSON package's errors tell some.
func broken(d *json.Decoder) error {
	return fmt.Errorf("it is not valid JSON, after %d bytes", d.InputOffset())
}

func operations(data []byte, members []member) ([]Document, error) {
	seen := map[string]bool{}
	for _, m := range members {
		name := strings.ToLower(m.key)
		if seen[name] {
			return nil, fmt.Errorf("%s is there twice", quote(m.key))
		}
		seen[name] = true
	}
	var file struct {
		Format     string
		Version    int
		Operations []struct{ ID, Name, Body string }
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, errors.New("`format` must be a text, `version` a number, and `operations` a list of objects with the texts `id`, `name` and `body`")
	}
	if file.Format != "apollo-persisted-query-manifest" || file.Version != 1 {
		return nil, errors.New("`format` must be \"apollo-persisted-query-manifest\", and `version` 1")
	}
	all := make([]Document, len(file.Operations))
	for i, o := range file.Operations {
		all[i] = Document(o)
	}
	return all, nil
}

// check reports documents that requests cannot name, that are not what their ids say, or
// whose bodies are no texts, by index.
func check(all []Document, noText map[int]bool) []error {
	var errs []error
	seen := map[string]bool{}
	for i, d := range all {
		fault := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%s: "+format, append([]any{d.Title(i)}, args...)...))
		}
		switch {
		case d.ID == "":
			fault("it has no id")
		case seen[d.ID]:
			fault("the id %s is there twice", quote(d.ID))
		}
		seen[d.ID] = true
		sum := strings.TrimPrefix(d.ID, "sha256:")
		switch {
		case noText[i]:
			fault("want a text: a manifest is either an object of documents by id, or has `format`, `version` and `operations`")
		case strings.TrimSpace(d.Body) == "":
			fault("it has no body")
		case isHash(sum) && hash(d.Body) != sum, sum != d.ID && !isHash(sum):
			fault("the id is not the SHA-256 of the body: generate the manifest again, or use other ids")
		}
	}
	return errs
}

// Title names the document, which is the one of this index, for people.
func (d Document) Title(index int) string {
	title := fmt.Sprintf("document %d", index+1)
	switch {
	case d.Name != "":
		return title + " " + quote(d.Name)
	case d.ID != "":
		return title + " " + quote(d.ID)
	}
	return title
}

// quote gives a text that fits a line.
func quote(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		text = string(runes[:80]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
