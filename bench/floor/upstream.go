package floor

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"sync"

	"customer360/bench/stub"
)

type floor struct{ client *stub.Client }

type money struct{ Amount, Currency string }

type profile struct {
	ID, Kind, Name, Language, CreatedAt string
	ContactPoints                       []struct {
		Channel, Value string
		IsPrimary      bool
	}
	Links []struct{ Source, System, RecordID string }
}

// primary is the primary value of a channel, else its first one.
func (p *profile) primary(channel string) string {
	first := ""
	for _, c := range p.ContactPoints {
		if c.Channel == channel && c.IsPrimary {
			return c.Value
		}
		if c.Channel == channel && first == "" {
			first = c.Value
		}
	}
	return first
}

// link is the key of the customer's record in a source.
func (p *profile) link(source string) string {
	for _, l := range p.Links {
		if l.Source == source {
			return l.RecordID
		}
	}
	return ""
}

type billing struct {
	RecordID      string
	Balance       *money
	Subscriptions []struct {
		Name, Status, Interval string
		Price, MRR             *money
	}
	Invoices []struct {
		RecordID, Status, IssuedAt string
		Total                      *money
	}
}

type support struct {
	RecordID string
	Tickets  []struct{ RecordID, Title, Status, Priority, Channel, CreatedAt string }
}

type social struct {
	RecordID, Network, Handle string
	Followers                 int
	Mentions                  []struct {
		Text, Language, PostedAt string
		Reach                    int
	}
}

// A page is what the upstream answers.
type page[T any] struct {
	HasMore bool
	Records []T
}

func get[T any](ctx context.Context, c *stub.Client, path, query string) (page[T], error) {
	var p page[T]
	body, err := c.Get(ctx, path, query)
	if err == nil {
		err = json.Unmarshal(body, &p)
	}
	return p, err
}

// records asks for records by key, as many at once as a call takes.
func records[T any](ctx context.Context, c *stub.Client, path string, keys []string, key func(*T) string) (map[string]*T, error) {
	found := make(map[string]*T, len(keys))
	var mu sync.Mutex
	err := batches(keys, func(batch []string) error {
		p, err := get[T](ctx, c, path, stub.IDs(batch))
		mu.Lock()
		defer mu.Unlock()
		for i := range p.Records {
			found[key(&p.Records[i])] = &p.Records[i]
		}
		return err
	})
	return found, err
}

// batches calls do for as many keys at once as a call takes.
func batches(keys []string, do func([]string) error) error {
	if len(keys) <= stub.Cap {
		return do(keys)
	}
	var calls []func() error
	for len(keys) > 0 {
		n := min(len(keys), stub.Cap)
		batch := keys[:n]
		keys = keys[n:]
		calls = append(calls, func() error { return do(batch) })
	}
	return together(calls...)
}

// together calls all at once.
func together(calls ...func() error) error {
	errs := make([]error, len(calls))
	var wg sync.WaitGroup
	for i, call := range calls[1:] {
		wg.Go(func() { errs[i+1] = call() })
	}
	errs[0] = calls[0]()
	wg.Wait()
	return errors.Join(errs...)
}

func since(q *request) string {
	return "first=" + strconv.Itoa(q.Variables.First) + "&since=" + url.QueryEscape(q.Variables.Since)
}
