package gateway

import (
	"context"
	"errors"
	"time"

	"customer360/bench/stub"
	"customer360/sources"
)

var errForm = errors.New("the answer does not have the stub's form")

// A record is what the domains' records have in common.
type record interface {
	comparable
	Settle(system, owner string) (truncated bool, err error)
}

// A source is one of the stub's systems: one call for all keys.
type source[V record] struct {
	client       *stub.Client
	path, system string
	// reader gives what reads the records of one answer.
	reader func() func(*scanner, sources.Parts) (string, V)
}

func (s source[V]) Name() string { return s.path[1:] + "/" + s.system }

func (s source[V]) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[V], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	body, err := s.client.Get(ctx, s.path, stub.IDs(keys))
	if err != nil {
		return nil, sources.AsError(s.Name(), sources.Unavailable, err)
	}
	answers := make(map[string]sources.Answer[V], len(keys))
	malformed := false
	text, read := scan(body), s.reader()
	var none V
	var asOf time.Time
	text.open('{')
	for key, ok := text.key(); ok; key, ok = text.key() {
		switch key {
		case "asOf":
			asOf = text.time()
		case "records":
			for text.open('['); text.more(); {
				id, value := read(text, want)
				if value == none || text.failed {
					continue
				}
				truncated, err := value.Settle(s.system, id)
				if err != nil {
					malformed = true
					continue
				}
				answers[id] = sources.Answer[V]{Value: value, AsOf: asOf, Truncated: truncated}
			}
		default:
			text.skip()
		}
	}
	if malformed || text.failed {
		return answers, &sources.Error{Source: s.Name(), Kind: sources.Malformed, Err: errForm}
	}
	for _, key := range keys {
		if _, ok := answers[key]; !ok {
			answers[key] = sources.Answer[V]{Missing: true}
		}
	}
	return answers, nil
}
