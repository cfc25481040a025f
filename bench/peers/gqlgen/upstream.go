package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"customer360/bench/peers/gqlgen/graph/model"
)

// callCap is how many keys one call of the stub takes.
const callCap = 100

type upstream struct {
	base   string
	client http.Client
}

func newUpstream(base string, connections int) *upstream {
	return &upstream{base, http.Client{Transport: &http.Transport{
		MaxIdleConns: connections, MaxIdleConnsPerHost: connections, DisableCompression: true,
	}}}
}

func (u *upstream) get(ctx context.Context, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.base+path, nil)
	if err != nil {
		return err
	}
	response, err := u.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", path, response.Status)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// A page is what the stub answers.
type page[T any] struct {
	HasMore bool
	Records []T
}

// profiles reads profiles into customers.
func (u *upstream) profiles(ctx context.Context, query string) ([]*model.Customer, bool, error) {
	var p page[*model.Customer]
	err := u.get(ctx, "/profiles?"+query, &p)
	for _, c := range p.Records {
		c.ID = base64.RawURLEncoding.EncodeToString([]byte("Customer/crm/" + c.ID))
		if c.Name != nil {
			c.DisplayName = *c.Name
		}
		c.Email, c.Phone = primary(c, model.ChannelEmail), primary(c, model.ChannelPhone)
	}
	return p.Records, p.HasMore, err
}

func primary(c *model.Customer, channel model.Channel) (first *string) {
	for _, p := range c.ContactPoints {
		switch {
		case p.Channel != channel:
		case p.IsPrimary:
			return p.Value
		case first == nil:
			first = p.Value
		}
	}
	return first
}

// link is the key of a customer's record in a source.
func link(c *model.Customer, source model.SourceName) (string, bool) {
	for _, l := range c.Links {
		if l.Source == source {
			return l.RecordID, true
		}
	}
	return "", false
}

// The records of the stub: what the schema's types hold as it stands, and the rest.
type (
	billing struct {
		model.Billing
		RecordID string           `json:"recordId"`
		Invoices []*model.Invoice `json:"invoices"`
		Charges  []*model.Charge  `json:"charges"`
	}
	support struct {
		model.Support
		RecordID string          `json:"recordId"`
		Tickets  []*model.Ticket `json:"tickets"`
		Messages []*message      `json:"messages"`
	}
	message struct {
		RecordID, TicketID, Body, AuthorName, SentAt string
		Channel                                      model.Channel
		Direction                                    model.Direction
	}
	social struct {
		model.SocialProfile
		Mentions []*mention `json:"mentions"`
	}
	// A mention's sentiment is a number at the stub, and no workload asks for it.
	mention struct {
		model.Mention
		Sentiment float64 `json:"sentiment"`
	}
)

type loadersKey struct{}

// loaders are those of one request.
type loaders struct {
	billing *dataloader.Loader[string, *billing]
	support *dataloader.Loader[string, *support]
	social  *dataloader.Loader[string, *social]
}

func loadersOf(ctx context.Context) *loaders { return ctx.Value(loadersKey{}).(*loaders) }

func newLoaders(u *upstream, tuned bool) *loaders {
	wait := time.Millisecond
	if tuned {
		// A flush sends the keys, not a timer.
		wait = time.Hour
	}
	return &loaders{
		newLoader(u, "/billing", wait, func(r *billing) string { return r.RecordID }),
		newLoader(u, "/support", wait, func(r *support) string { return r.RecordID }),
		newLoader(u, "/social", wait, func(r *social) string { return r.RecordID }),
	}
}

func newLoader[T any](u *upstream, path string, wait time.Duration, key func(*T) string) *dataloader.Loader[string, *T] {
	return dataloader.NewBatchedLoader(func(ctx context.Context, keys []string) []*dataloader.Result[*T] {
		var p page[*T]
		err := u.get(ctx, path+"?ids="+strings.Join(keys, ","), &p)
		found := make(map[string]*T, len(keys))
		for _, r := range p.Records {
			found[key(r)] = r
		}
		results := make([]*dataloader.Result[*T], len(keys))
		for i, k := range keys {
			results[i] = &dataloader.Result[*T]{Data: found[k], Error: err}
		}
		return results
	}, dataloader.WithWait[string, *T](wait), dataloader.WithBatchCapacity[string, *T](callCap), dataloader.WithInputCapacity[string, *T](64))
}

var errNotThere = errors.New("the stub has no such look-up")
