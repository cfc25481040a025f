//go:build linux && !race

package attack

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"customer360/graph/relay"
)

// A class is a file of attacks.
type class struct {
	name    string
	cpu     float64
	attacks []*attack
}

// An attack is one of them, see the package comment.
type attack struct {
	class, name       string
	who, server, from string
	times, parallel   int
	raw, hold         bool
	drip, within      time.Duration
	status            []int
	last, answers     int
	close             int
	has, lacks        []string
	bytes             int
	request           string
}

// slow reports whether the attack is to wait for the gateway, for seconds.
func (a *attack) slow() bool { return a.hold || a.drip > 0 }

// readAll reads the attacks, with the functions of the world that they are for.
func readAll(t *testing.T, w *world) []*class {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no attacks: ", err)
	}
	var all []*class
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		made, err := template.New(filepath.Base(file)).Delims("<<", ">>").Option("missingkey=error").Funcs(functions(t, w)).Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := made.Execute(&out, nil); err != nil {
			t.Fatal(err)
		}
		c, err := parseClass(strings.TrimSuffix(filepath.Base(file), ".txtar"), txtar.Parse(out.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, c)
	}
	return all
}

func parseClass(name string, archive *txtar.Archive) (*class, error) {
	c := &class{name: name}
	for line := range strings.Lines(string(archive.Comment)) {
		if text, ok := strings.CutPrefix(line, "cpu:"); ok {
			var err error
			if c.cpu, err = strconv.ParseFloat(strings.TrimSpace(text), 64); err != nil {
				return nil, err
			}
		}
	}
	if c.cpu == 0 {
		return nil, fmt.Errorf("it does not say what a request may cost")
	}
	for _, f := range archive.Files {
		a := &attack{class: name, name: f.Name, times: 10, parallel: 4, answers: 1, bytes: 4096, within: 3 * time.Second, last: -1, close: -1}
		words, request, _ := strings.Cut(string(f.Data), "\n\n")
		if err := a.parse(words, strings.TrimSuffix(request, "\n")); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		a.from = cmp.Or(a.from, name+"/"+f.Name)
		c.attacks = append(c.attacks, a)
	}
	return c, nil
}

func (a *attack) parse(words, request string) error {
	body := map[string]json.RawMessage{}
	for line := range strings.Lines(words) {
		word, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimSpace(value)
		var err error
		switch word {
		case "who":
			a.who = value
		case "server":
			a.server = value
		case "from":
			a.from = value
		case "times":
			a.times, err = strconv.Atoi(value)
		case "parallel":
			a.parallel, err = strconv.Atoi(value)
		case "raw":
			a.raw = value == "yes"
		case "drip":
			if a.hold = value == "hold"; !a.hold {
				a.drip, err = time.ParseDuration(value)
			}
		case "within":
			a.within, err = time.ParseDuration(value)
		case "status":
			for text := range strings.FieldsSeq(value) {
				n, bad := strconv.Atoi(text)
				a.status, err = append(a.status, n), cmp.Or(err, bad)
			}
		case "last":
			a.last, err = strconv.Atoi(value)
		case "answers":
			a.answers, err = strconv.Atoi(value)
		case "close":
			a.close, err = strconv.Atoi(value)
		case "has":
			a.has = append(a.has, value)
		case "lacks":
			a.lacks = append(a.lacks, value)
		case "bytes":
			a.bytes, err = strconv.Atoi(value)
		case "variables", "extensions", "operationName":
			body[word] = json.RawMessage(value)
			if !json.Valid(body[word]) {
				err = fmt.Errorf("%s is not JSON", word)
			}
		default:
			ok = false
		}
		if !ok || err != nil {
			return fmt.Errorf("%q: %w", line, cmp.Or(err, fmt.Errorf("there is no such word")))
		}
	}
	if len(a.status) == 0 && a.close < 0 {
		return fmt.Errorf("it does not say what has to come back")
	}
	a.request = request
	if first, _, _ := strings.Cut(request, " "); first != "" && strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return nil
	}
	if request != "" {
		body["query"], _ = json.Marshal(request)
	}
	data, err := json.Marshal(body)
	a.request = "POST /graphql\nContent-Type: application/json\nAccept: application/graphql-response+json\n\n" + string(data)
	return err
}

// functions are what the files can say besides text.
func functions(t *testing.T, w *world) template.FuncMap {
	return template.FuncMap{
		"repeat": func(n int, text string) string { return strings.Repeat(text, n) },
		// The index and its successor are %[1]d and %[2]d.
		"series": func(n int, format string) string {
			var b strings.Builder
			for i := range n {
				// What is not used is not told, by a third that is.
				fmt.Fprintf(&b, format+"%[3]s", i, i+1, "")
			}
			return b.String()
		},
		"sha256": func(text string) string {
			sum := sha256.Sum256([]byte(text))
			return hex.EncodeToString(sum[:])
		},
		"json": func(text string) (string, error) {
			data, err := json.Marshal(text)
			return string(data), err
		},
		"bytes": func(digits string) (string, error) {
			data, err := hex.DecodeString(digits)
			return string(data), err
		},
		"base64": func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) },
		"gzip": func(text string) (string, error) {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write([]byte(text))
			err := z.Close()
			return b.String(), err
		},
		// Without the end of the last chunk, for whoever reads on.
		"chunk": func(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) },
		"id":    func(typ string, parts ...string) string { return relay.NewID(typ, parts...).String() },
		"cursor": func(list string, at int64, key string) string {
			return relay.Cursor{List: list, At: time.Unix(at, 0), Key: key}.String()
		},
		"host":  func() string { return w.gateway.addr },
		"key":   func(who string) string { return w.keyOf(t, who) },
		"guess": guess,
		"idOf":  idOf,
		"token": func(kind string) string { return w.issuer.token(t, kind) },
		"ask":   func(who, query string, path ...string) string { return w.ask(t, who, query, path) },
	}
}

// statuses are the answers' in order, each told once.
func statuses(all []int) string {
	all = slices.Clone(all)
	slices.Sort(all)
	var texts []string
	for _, s := range slices.Compact(all) {
		texts = append(texts, strconv.Itoa(s))
	}
	return strings.Join(texts, " ")
}
