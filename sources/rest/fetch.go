package rest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
)

// An asker carries out a plan.
type asker struct {
	name        string
	http        *httpapi.Client
	plan        *plan
	concurrency int
}

// A row is what all requests say of one key.
type row struct {
	// record is a pointer to the domain's type.
	record  any
	missing bool
	// facts are by the index of their target.
	facts map[int][]any
	cut   sources.Parts
	// whole: every request answered, and could be understood.
	whole bool

	answered int
	// gone: there are said to be no such facts.
	gone bool
}

// A job is one batch of keys of one request.
type job struct {
	request *request
	keys    []string
	asked   map[string]bool
	want    sources.Parts
}

func newJob(r *request, keys []string, want sources.Parts) job {
	j := job{r, keys, make(map[string]bool, len(keys)), want}
	for _, key := range keys {
		j.asked[key] = true
	}
	return j
}

// ask gives a row for each key, when it asked, and the error that weighs most.
func (a asker) ask(ctx context.Context, keys []string, want sources.Parts) (map[string]*row, time.Time, *sources.Error) {
	rows := make(map[string]*row, len(keys))
	for _, key := range keys {
		rows[key] = &row{facts: map[int][]any{}}
	}
	needed := a.plan.needed(want)
	var (
		mu     sync.Mutex
		jobs   []job
		worst  *sources.Error
		faults MappingErrors
		// records are those that the faults are of.
		records []sources.Fault
	)
	for _, r := range needed {
		batches, unfit := r.batches(keys)
		for _, batch := range batches {
			jobs = append(jobs, newJob(r, batch, want))
		}
		if len(unfit) > 0 {
			failed := a.fail(sources.BadLink, fmt.Errorf("%d keys cannot be sent as %s.batch says: check the links", len(unfit), r.name))
			for _, key := range unfit {
				failed.Records = append(failed.Records, sources.Fault{Key: key, Problem: "is a key that cannot be sent"})
			}
			worst = httpapi.Worse(worst, failed)
		}
	}
	asOf := time.Now().UTC()
	httpapi.ForEach(ctx, a.concurrency, jobs, func(ctx context.Context, j job) (goOn bool) {
		out, err := sources.Caught(a.name, func() (outcome, error) { return a.read(ctx, j) })
		mu.Lock()
		defer mu.Unlock()
		for _, fault := range out.faults {
			faults.add(fault)
		}
		records = append(records, out.records...)
		worst = httpapi.Worse(worst, out.broken)
		if err != nil {
			var mapping *MappingError
			if errors.As(err, &mapping) {
				faults.add(mapping)
				return true
			}
			e := sources.AsError(a.name, sources.Internal, err)
			worst = httpapi.Worse(worst, e)
			return e.Kind != sources.Unauthorized
		}
		worst = httpapi.Worse(worst, a.take(rows, j, out))
		return true
	})
	gone := 0
	for _, row := range rows {
		row.whole = row.answered == len(needed) && row.record != nil
		if row.whole && row.gone {
			row.whole = false
			gone++
		}
	}
	if gone > 0 {
		worst = httpapi.Worse(worst, a.fail(sources.Malformed, errNoSuchFact))
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b *MappingError) int {
			return strings.Compare(a.Part+"."+a.Field+a.Problem, b.Part+"."+b.Field+b.Problem)
		})
		failed := a.fail(sources.Malformed, faults)
		failed.Records = records
		worst = httpapi.Worse(worst, failed)
	}
	return rows, asOf, worst
}

// take puts what one batch answered into the rows.
func (a asker) take(rows map[string]*row, j job, out outcome) *sources.Error {
	isRecord := j.request.index == 0
	unseen := 0
	for _, key := range j.keys {
		row, f := rows[key], out.found[key]
		switch {
		case f != nil && f.faulty, out.keyless && (f == nil || !isRecord):
			// The faults are told; what an item without a key says may be of this one.
			continue
		case f == nil && isRecord && out.cut:
			unseen++
			continue
		case f == nil && isRecord:
			row.missing = true
			continue
		}
		row.answered++
		row.gone = row.gone || out.gone
		if out.cut && !isRecord {
			row.cut |= j.request.bits() & j.want
		}
		if f == nil {
			continue
		}
		if isRecord {
			row.record = f.record
		}
		for i, facts := range f.facts {
			row.facts[i] = append(row.facts[i], facts...)
		}
	}
	if unseen > 0 {
		return a.fail(sources.Malformed, fmt.Errorf("%d keys were not on the first %d pages of %s: raise paging.maxPages, or use smaller batches",
			unseen, j.request.paging.MaxPages, j.request.name))
	}
	return nil
}

// bits are the parts that come with a request.
func (r *request) bits() sources.Parts {
	bits := r.bit
	for _, one := range r.children {
		bits |= one.bit
	}
	return bits
}

// read reads the pages for a batch of keys.
func (a asker) read(ctx context.Context, j job) (outcome, error) {
	out := outcome{found: map[string]*found{}}
	at, err := a.start(ctx, j)
	for n := 1; err == nil; n++ {
		var answer any
		header, failed := a.http.Do(ctx, at.request(j, &answer))
		if j.request.batch.By == byEach && httpapi.IsStatus(failed, 404) {
			out.gone = j.request.index != 0
			return out, nil
		}
		if failed != nil {
			return out, failed
		}
		items, failed := a.page(ctx, j, answer, &out)
		if failed != nil {
			return out, failed
		}
		if j.request.index == 0 && len(out.found) == len(j.keys) {
			return out, nil
		}
		var more bool
		if at, more, err = a.next(ctx, j, at, answer, header, items); err != nil || !more {
			return out, err
		}
		if n == j.request.paging.MaxPages {
			out.cut = true
			return out, nil
		}
	}
	return out, err
}

// page takes the items of a page, and gives how many there are.
func (a asker) page(ctx context.Context, j job, answer any, out *outcome) (int, error) {
	limited := evaluate(ctx)
	items := 0
	err := j.request.items.each(limited, answer, nil, func(item any) error {
		items++
		if item == nil {
			return nil
		}
		key, err := j.whose(limited, item)
		switch fault := (*MappingError)(nil); {
		case errors.As(err, &fault):
			out.keyless = true
			out.faults.add(fault)
			return nil
		case err != nil:
			return err
		case !j.asked[key]:
			// What nobody asked for is nobody's.
			return nil
		}
		var failed error
		_, broken := sources.Settled(a.name, key, func() (struct{}, error) {
			failed = j.take(limited, key, item, out)
			return struct{}{}, nil
		})
		if broken != nil {
			out.broken = httpapi.Worse(out.broken, broken)
			if out.found[key] == nil {
				out.found[key] = &found{}
			}
			out.found[key].faulty = true
		}
		return failed
	})
	return items, err
}
