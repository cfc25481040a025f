package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
)

// data gives the data of an answer, and an error where there is none or there are errors.
func data(body []byte) (any, error) {
	var answer struct {
		Data   any
		Errors []json.RawMessage
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&answer); err != nil {
		return nil, err
	}
	if len(answer.Errors) > 0 {
		return nil, fmt.Errorf("the answer has an error: %.300s", answer.Errors[0])
	}
	if answer.Data == nil {
		return nil, errors.New("the answer has no data")
	}
	return answer.Data, nil
}

// verify sends every request of a workload once to each server, and fails where the data
// of two answers differ. It gives the lengths of the answers by server and base.
func (b *bench) verify(ctx context.Context, requests *requests, running []*row) error {
	for _, r := range running {
		r.lengths = make([]int, requests.w.bases)
	}
	for base := range requests.w.bases {
		request := requests.of(base, int(requests.sent.Add(1)))
		answers, errs := make([]any, len(running)), make([]error, len(running))
		var wg sync.WaitGroup
		for i, r := range running {
			wg.Go(func() {
				var body []byte
				if body, errs[i] = askOnce(ctx, r.process.addr, request); errs[i] == nil {
					r.lengths[base], r.size = len(body), max(r.size, len(body))
					answers[i], errs[i] = data(body)
				}
			})
		}
		wg.Wait()
		var want any
		var wantOf string
		for i, r := range running {
			switch got := answers[i]; {
			case errs[i] != nil:
				return fmt.Errorf("%s: %w", r.server.key, errs[i])
			case r.server.bound || requests.w.unlike:
			case want == nil:
				want, wantOf = got, r.server.key
			case !reflect.DeepEqual(want, got):
				return fmt.Errorf("%s and %s answer differently with %s: %s", wantOf, r.server.key, requests.w.variables(base, 0), difference("data", want, got))
			}
		}
	}
	return ctx.Err()
}

// difference gives the first place where two values differ.
func difference(path string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if !reflect.DeepEqual(x[k], y[k]) {
				return difference(path+"."+k, x[k], y[k])
			}
		}
		for k := range y {
			if _, ok := x[k]; !ok {
				return fmt.Sprintf("%s.%s is in the second only", path, k)
			}
		}
	case []any:
		y, ok := b.([]any)
		if !ok {
			break
		}
		for i := range min(len(x), len(y)) {
			if !reflect.DeepEqual(x[i], y[i]) {
				return difference(fmt.Sprintf("%s[%d]", path, i), x[i], y[i])
			}
		}
		return fmt.Sprintf("%s has %d and %d elements", path, len(x), len(y))
	}
	return fmt.Sprintf("%s is %.200v and %.200v", path, a, b)
}

// parsedEach is how often an answer is parsed while servers are measured: it takes the
// load's core more time than the answer.
const parsedEach = 50

// checker gives the check of a server's answers while it is measured: the status was
// seen already, the length must be that of the verified answer, and some are parsed.
func (r *row) checker() func(int, request, []byte) error {
	return func(n int, q request, body []byte) error {
		if len(body) != r.lengths[q.base] {
			return fmt.Errorf("an answer has %d bytes, and had %d: %.300s", len(body), r.lengths[q.base], body)
		}
		if n%parsedEach != 0 {
			return nil
		}
		_, err := data(body)
		return err
	}
}
