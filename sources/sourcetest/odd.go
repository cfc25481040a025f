package sourcetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources"
	"customer360/sources/documents"
)

// An Oddity is a source whose upstream says what a test makes of what it would have said.
type Oddity[V any] struct {
	// Source asks the upstream.
	Source sources.Source[string, V]
	// Change sets what is made of each value that the upstream says, in the form that JSON
	// has in an any; nil: it stays as it is.
	Change func(change func(any) any)
	// One: only what is said of the second of the known keys is changed.
	One bool
}

// odd is what stands in place of what should, be it null, out of every range or of another type.
var odd = []any{
	nil, json.Number("-1"), json.Number("3000000000"), json.Number("1e300"), "", "odd", "javascript:alert(1)",
	"14645-01-01T00:00:00Z", true, []any{nil}, map[string]any{},
}

// testOdd puts something odd into each place that the upstream says something in, and holds
// what comes of it to the contract.
func testOdd[V any](t *testing.T, f Fixture[V], o Oddity[V]) {
	t.Helper()
	ctx := context.Background()
	var mu sync.Mutex
	places := map[string]bool{}
	o.Change(func(v any) any {
		mu.Lock()
		defer mu.Unlock()
		visit(v, "", func(place string, _ any) (any, bool) { places[place] = true; return nil, false })
		return v
	})
	keys := f.Known
	if !o.One {
		keys = keys[:1]
	}
	plain, err := o.Source.Fetch(ctx, keys, all(f.Parts))
	if err != nil {
		t.Fatal(err)
	}
	if len(places) == 0 {
		t.Fatal("the upstream says nothing that could be changed")
	}
	for n, place := range slices.Sorted(maps.Keys(places)) {
		// Null everywhere, and of the others one: each of them, over all places.
		for _, value := range []any{nil, odd[1+n%(len(odd)-1)]} {
			o.Change(func(v any) any {
				return visit(v, "", func(at string, _ any) (any, bool) { return value, at == place })
			})
			answers, err := o.Source.Fetch(ctx, keys, all(f.Parts))
			where := fmt.Sprintf("%#v at %s", value, place)
			var e *sources.Error
			switch {
			case err == nil && len(answers) != len(keys):
				t.Errorf("%s: %d answers without an error", where, len(answers))
			case err != nil && (!errors.As(err, &e) || e.Kind == sources.Internal || e.Err == nil):
				t.Errorf("%s: %v", where, err)
			case err != nil:
				checkError(t, f, err, "", nil)
			}
			for i, k := range keys {
				a, ok := answers[k]
				if o.One && i != 1 && (!ok || a.Missing) {
					t.Errorf("%s: another record was lost: %v", where, err)
				}
				if !ok || a.Missing {
					continue
				}
				inForm(t, where, reflect.ValueOf(a.Value), "")
				if value == nil {
					nothingFromNull(t, where, reflect.ValueOf(plain[k].Value), reflect.ValueOf(a.Value), "")
				}
			}
		}
	}
}

// visit gives a value with other ones in the places for which change says so. The elements
// of a list are one place.
func visit(v any, place string, change func(place string, v any) (any, bool)) any {
	if to, yes := change(place, v); yes {
		return to
	}
	switch v := v.(type) {
	case map[string]any:
		to := make(map[string]any, len(v))
		for name, inner := range v {
			to[name] = visit(inner, place+"."+name, change)
		}
		return to
	case []any:
		to := make([]any, len(v))
		for i, inner := range v {
			to[i] = visit(inner, place+"[]", change)
		}
		return to
	}
	return v
}

// inForm holds a value of a record to what the graph can say.
func inForm(t *testing.T, where string, v reflect.Value, name string) {
	t.Helper()
	wrong := func(problem string) { t.Errorf("%s: %s is %s", where, name, problem) }
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			inForm(t, where, v.Elem(), name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			e := v.Index(i)
			if e.Kind() == reflect.Pointer && e.IsNil() || e.Kind() == reflect.String && e.Len() == 0 {
				wrong("a list with null in it")
			}
			inForm(t, where, e, name)
		}
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			if year := at.UTC().Year(); year < 1 || year > 9999 {
				wrong("of a year that RFC 3339 does not have")
			}
			return
		}
		for i := range v.NumField() {
			field := v.Type().Field(i)
			tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case !field.IsExported() || tag == "-":
			case tag == "recordId" && v.Field(i).Len() == 0:
				name = field.Name
				wrong("empty")
			case tag == "url" && v.Field(i).Len() > 0 && !strings.HasPrefix(v.Field(i).String(), "http"):
				name = field.Name
				wrong("no web address")
			default:
				inForm(t, where, v.Field(i), strings.TrimPrefix(name+"."+field.Name, "."))
			}
		}
	case reflect.String:
		if strings.ContainsRune(v.String(), '\uFFFD') {
			wrong("not what was written")
		}
	case reflect.Int:
		if v.Int() < 0 {
			wrong("less than 0")
		}
	case reflect.Float64:
		if f := v.Float(); f-f != 0 {
			wrong("no number")
		}
	}
}

// nothingFromNull reports figures that null has changed: what is not known is nil, and
// neither false nor 0.
func nothingFromNull(t *testing.T, where string, was, is reflect.Value, name string) {
	t.Helper()
	switch was.Kind() {
	case reflect.Pointer:
		if was.IsNil() || is.IsNil() {
			return
		}
		scalar := was.Elem().Kind() != reflect.Struct || was.Type().Elem().Name() == "Money"
		if scalar && name != "" && !reflect.DeepEqual(was.Interface(), is.Interface()) {
			t.Errorf("%s: %s became %v, and was %v", where, name, is.Elem(), was.Elem())
			return
		}
		nothingFromNull(t, where, was.Elem(), is.Elem(), name)
	case reflect.Struct:
		for i := range was.NumField() {
			if field := was.Type().Field(i); field.IsExported() {
				nothingFromNull(t, where, was.Field(i), is.Field(i), strings.TrimPrefix(name+"."+field.Name, "."))
			}
		}
	case reflect.Slice:
		if was.Len() == is.Len() {
			for i := range was.Len() {
				nothingFromNull(t, where, was.Index(i), is.Index(i), name)
			}
		}
	}
}

// Between starts a server before the one at that address, which gives all of its answers in
// JSON as change makes them. It ends with the test.
func Between(t *testing.T, address string, except ...string) (at string, change func(func(any) any)) {
	t.Helper()
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var made func(any) any
	transport := &http.Transport{}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: func(r *http.Response) error {
			data, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			_ = r.Body.Close()
			mu.Lock()
			change := made
			mu.Unlock()
			d := json.NewDecoder(bytes.NewReader(data))
			d.UseNumber()
			var v any
			excepted := slices.ContainsFunc(except, func(s string) bool { return strings.Contains(r.Request.URL.Path, s) })
			if change != nil && !excepted && d.Decode(&v) == nil {
				if data, err = json.Marshal(change(v)); err != nil {
					return err
				}
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
			r.Header.Del("Content-Length")
			return nil
		},
	}
	s := httptest.NewServer(proxy)
	t.Cleanup(func() { s.Close(); transport.CloseIdleConnections() })
	return s.URL, func(f func(any) any) {
		mu.Lock()
		defer mu.Unlock()
		made = f
	}
}

// Landed gives what changes a landed document.
func Landed(t *testing.T, s documents.Store, collection, key string) (change func(func(any) any)) {
	t.Helper()
	c := s.Database.Collection(collection)
	id := bson.D{{Key: "_id", Value: key}}
	var whole bson.M
	if err := c.FindOne(context.Background(), id).Decode(&whole); err != nil {
		t.Fatal(err)
	}
	return func(f func(any) any) {
		t.Helper()
		changed := bson.M{}
		for name, v := range whole {
			// The document itself is always one.
			if to, ok := f(map[string]any{name: fromBSON(v)}).(map[string]any); ok {
				v = toBSON(to[name])
			}
			changed[name] = v
		}
		changed["_id"] = key
		if _, err := c.ReplaceOne(context.Background(), id, changed); err != nil { //nolint:forbidigo // It spoils a document while nobody else is there.
			t.Fatal(err)
		}
	}
}

func fromBSON(v any) any {
	switch v := v.(type) {
	case bson.M:
		to := map[string]any{}
		for name, inner := range v {
			to[name] = fromBSON(inner)
		}
		return to
	case bson.D:
		to := map[string]any{}
		for _, e := range v {
			to[e.Key] = fromBSON(e.Value)
		}
		return to
	case bson.A:
		to := make([]any, len(v))
		for i := range v {
			to[i] = fromBSON(v[i])
		}
		return to
	}
	return v
}

// toBSON gives numbers and times the types that MongoDB has for them.
func toBSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		to := bson.M{}
		for name, inner := range v {
			to[name] = toBSON(inner)
		}
		return to
	case []any:
		to := bson.A{}
		for _, inner := range v {
			if _, nested := inner.([]any); nested {
				// The embedded store has no lists in lists.
				inner = nil
			}
			to = append(to, toBSON(inner))
		}
		return to
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case string:
		if v == "14645-01-01T00:00:00Z" {
			return time.Date(14645, 1, 1, 0, 0, 0, 0, time.UTC)
		}
	}
	return v
}
