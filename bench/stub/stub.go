// Package stub is the upstream of all servers that are measured: one JSON server that
// stands for the profile store, billing, support and social systems of a company. What
// it answers is rendered before it starts, so that it costs little.
//
//	GET /profiles?ids=a,b          profiles by key
//	GET /profiles?since=T&first=n  n profiles that were created at T or later, oldest first
//	GET /billing?ids=a,b           accounts by key, and /support, /social likewise
//	GET /profiles/a, /billing/a    one record as it is, and /support, /social likewise
//	GET /calls                     how many of these calls there were since the last time
//	POST /latency?billing=200ms    how long the calls of a path take from now on
//
// Records are in the order of the ids; those that there are not are left out. A call
// takes at most [Cap] ids.
package stub

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Cap is how many ids one call takes.
const Cap = 100

// asOf is when the records were observed.
const asOf = "2026-02-01T00:00:00Z"

// A Stub is the upstream as an http.Handler.
type Stub struct {
	mux *http.ServeMux
	// profiles are the profiles behind their keys.
	profiles [][]byte
	records  [sources][][]byte
	calls    atomic.Int64
	latency  [sources + 1]atomic.Int64

	mu   sync.Mutex
	took [sources + 1][]time.Duration
}

// The sources other than the profiles, and their places.
const (
	billingAt = iota
	supportAt
	socialAt
	sources
)

// profilesAt is the place of the profiles' latency.
const profilesAt = sources

// names are the paths of the places, and prefixes what keys begin with.
var (
	names    = [...]string{"billing", "support", "social", "profiles"}
	prefixes = [...]byte{'b', 's', 'n'}
)

// New renders all records.
func New() *Stub {
	s := &Stub{mux: http.NewServeMux()}
	for i := range Customers + Histories {
		s.profiles = append(s.profiles, profile(i))
		for at, of := range []func(int) []byte{billing, support, social} {
			s.records[at] = append(s.records[at], of(i))
		}
	}
	s.mux.HandleFunc("GET /profiles", s.serveProfiles)
	for at := range sources {
		s.mux.HandleFunc("GET /"+names[at], func(w http.ResponseWriter, r *http.Request) { s.serveRecords(w, r, at) })
	}
	s.mux.HandleFunc("GET /profiles/{key}", func(w http.ResponseWriter, r *http.Request) {
		s.called(profilesAt)
		key := r.PathValue("key")
		if i, ok := index(key, 'c', len(s.profiles)); ok {
			// For those who cannot look into a list of links.
			b := fmt.Appendf(nil, `{"billingId":"b%05d","supportId":"s%05d","socialId":"n%05d",`, i, i, i)
			write(w, append(b, s.appendProfile(nil, key, i)[1:]...))
			return
		}
		http.NotFound(w, r)
	})
	for at := range sources {
		s.mux.HandleFunc("GET /"+names[at]+"/{key}", func(w http.ResponseWriter, r *http.Request) {
			s.called(at)
			if i, ok := index(r.PathValue("key"), prefixes[at], len(s.records[at])); ok {
				write(w, s.records[at][i])
				return
			}
			http.NotFound(w, r)
		})
	}
	s.mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, s.Calls()) })
	s.mux.HandleFunc("POST /latency", func(w http.ResponseWriter, r *http.Request) {
		for name, value := range r.URL.Query() {
			d, err := time.ParseDuration(value[0])
			if err == nil {
				err = s.SetLatency(name, d)
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
	})
	return s
}

func (s *Stub) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Calls gives how many calls of records there were since it was asked last.
func (s *Stub) Calls() int { return int(s.calls.Swap(0)) }

// SetLatency makes the calls of a path, as "billing", take at least d.
func (s *Stub) SetLatency(path string, d time.Duration) error {
	for at, name := range names {
		if name == path {
			s.latency[at].Store(int64(d))
			s.mu.Lock()
			defer s.mu.Unlock()
			s.took[at] = nil
			return nil
		}
	}
	return fmt.Errorf("there is no path %q", path)
}

// called counts a call, and takes as long as it is to take.
func (s *Stub) called(at int) {
	s.calls.Add(1)
	d := time.Duration(s.latency[at].Load())
	if d == 0 {
		return
	}
	began := time.Now()
	time.Sleep(d)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took[at] = append(s.took[at], time.Since(began))
}

// Took gives how long the calls of a path really took since its latency was set, at the
// median: a sleep is longer than asked for, by up to a millisecond.
func (s *Stub) Took(path string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	took := slices.Sorted(slices.Values(s.took[slices.Index(names[:], path)]))
	if len(took) == 0 {
		return 0
	}
	return took[len(took)/2]
}

func (s *Stub) serveProfiles(w http.ResponseWriter, r *http.Request) {
	s.called(profilesAt)
	q := r.URL.Query()
	if !q.Has("since") {
		s.profilesByID(w, q.Get("ids"))
		return
	}
	since, err := time.Parse(time.RFC3339, q.Get("since"))
	first, err2 := strconv.Atoi(q.Get("first"))
	if err != nil || err2 != nil || first < 0 {
		http.Error(w, "since and first are needed", http.StatusBadRequest)
		return
	}
	start := min(max(0, int((since.Sub(Epoch)+time.Minute-1)/time.Minute)), Customers)
	end := min(start+first, Customers)
	b := make([]byte, 0, (end-start)*700+100)
	b = append(b, `{"hasMore":`...)
	b = strconv.AppendBool(b, end < Customers)
	b = append(b, `,"records":[`...)
	for i := start; i < end; i++ {
		if i > start {
			b = append(b, ',')
		}
		b = s.appendProfile(b, Key(i, 0), i)
	}
	write(w, append(b, "]}"...))
}

func (s *Stub) appendProfile(b []byte, key string, i int) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, key...)
	b = append(b, `",`...)
	return append(b, s.profiles[i]...)
}

func (s *Stub) profilesByID(w http.ResponseWriter, ids string) {
	b := append(make([]byte, 0, 4<<10), `{"records":[`...)
	some := false
	ok := each(ids, func(key string) {
		// c00017-0000000
		if i, found := index(key, 'c', len(s.profiles)); found && len(key) == 14 {
			if some {
				b = append(b, ',')
			}
			some = true
			b = s.appendProfile(b, key, i)
		}
	})
	if !ok {
		http.Error(w, "too many ids", http.StatusBadRequest)
		return
	}
	write(w, append(b, "]}"...))
}

func (s *Stub) serveRecords(w http.ResponseWriter, r *http.Request, at int) {
	s.called(at)
	ids := strings.ReplaceAll(strings.TrimPrefix(r.URL.RawQuery, "ids="), "%2C", ",")
	b := append(make([]byte, 0, (1+strings.Count(ids, ","))*1400), `{"asOf":"`+asOf+`","records":[`...)
	some := false
	ok := each(ids, func(key string) {
		if i, found := index(key, prefixes[at], len(s.records[at])); found && len(key) == 6 {
			if some {
				b = append(b, ',')
			}
			some = true
			b = append(b, s.records[at][i]...)
		}
	})
	if !ok {
		http.Error(w, "too many ids", http.StatusBadRequest)
		return
	}
	write(w, append(b, "]}"...))
}

// each calls do with every id of a list; false: there are too many.
func each(list string, do func(string)) bool {
	if list == "" {
		return true
	}
	if strings.Count(list, ",") >= Cap {
		return false
	}
	for id := range strings.SplitSeq(list, ",") {
		do(id)
	}
	return true
}

// index gives the number of a key like c00017-0000000 or b00017.
func index(key string, prefix byte, n int) (int, bool) {
	if len(key) < 6 || key[0] != prefix {
		return 0, false
	}
	i, err := strconv.Atoi(key[1:6])
	return i, err == nil && i >= 0 && i < n
}

func write(w http.ResponseWriter, b []byte) {
	h := w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["Content-Length"] = []string{strconv.Itoa(len(b))}
	_, _ = w.Write(b)
}
