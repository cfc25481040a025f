package floor

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"customer360/bench/stub"
)

// customer answers W1, customers W2 and W6.

func (f floor) customer(r *http.Request, q *request) ([]byte, error) {
	p, err := get[profile](r.Context(), f.client, "/profiles", stub.IDs([]string{q.Variables.ID}))
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 4<<10), `{"data":{"customer":`...)
	if len(p.Records) == 0 {
		return append(b, "null}}"...), nil
	}
	s, err := f.sources(r, p.Records)
	if err != nil {
		return nil, err
	}
	return append(s.appendCustomer(b, &p.Records[0]), "}}"...), nil
}

func (f floor) customers(r *http.Request, q *request) ([]byte, error) {
	p, err := get[profile](r.Context(), f.client, "/profiles", since(q))
	if err != nil {
		return nil, err
	}
	s, err := f.sources(r, p.Records)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 200+1400*len(p.Records)), `{"data":{"customers":{"edges":[`...)
	for i := range p.Records {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"node":`...)
		b = append(s.appendCustomer(b, &p.Records[i]), '}')
	}
	b = append(b, `],"pageInfo":{"hasNextPage":`...)
	b = strconv.AppendBool(b, p.HasMore)
	return append(b, "}}}}"...), nil
}

// answers are the records of the three sources by key.
type answers struct {
	billing map[string]*billing
	support map[string]*support
	social  map[string]*social
}

func (f floor) sources(r *http.Request, customers []profile) (s answers, err error) {
	var keys [3][]string
	for i := range customers {
		for j, source := range []string{"BILLING", "SUPPORT", "SOCIAL"} {
			keys[j] = append(keys[j], customers[i].link(source))
		}
	}
	err = together(
		func() (err error) {
			s.billing, err = records(r.Context(), f.client, "/billing", keys[0], func(b *billing) string { return b.RecordID })
			return err
		},
		func() (err error) {
			s.support, err = records(r.Context(), f.client, "/support", keys[1], func(b *support) string { return b.RecordID })
			return err
		},
		func() (err error) {
			s.social, err = records(r.Context(), f.client, "/social", keys[2], func(b *social) string { return b.RecordID })
			return err
		},
	)
	return s, err
}

func (s answers) appendCustomer(b []byte, p *profile) []byte {
	b = append(b, `{"id":"`...)
	b = base64.RawURLEncoding.AppendEncode(b, []byte("Customer/"+stub.ProfileSystem+"/"+p.ID))
	b = append(b, `","displayName":`...)
	b = text(b, p.Name)
	b = append(b, `,"kind":`...)
	b = text(b, p.Kind)
	b = append(b, `,"email":`...)
	b = text(b, p.primary("EMAIL"))
	b = append(b, `,"language":`...)
	b = text(b, p.Language)
	b = append(b, `,"createdAt":`...)
	b = text(b, p.CreatedAt)
	b = append(b, `,"billing":`...)
	b = appendBilling(b, s.billing[p.link("BILLING")])
	b = append(b, `,"support":`...)
	b = appendSupport(b, s.support[p.link("SUPPORT")])
	b = append(b, `,"social":`...)
	b = appendSocial(b, s.social[p.link("SOCIAL")])
	return append(b, '}')
}

func appendBilling(b []byte, r *billing) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"balance":`...)
	b = appendMoney(b, r.Balance)
	b = append(b, `,"mrr":`...)
	b = appendMoney(b, r.revenue())
	b = append(b, `,"subscriptions":[`...)
	for i := range r.Subscriptions {
		f := &r.Subscriptions[i]
		b = comma(b, i)
		b = append(b, `{"name":`...)
		b = text(b, f.Name)
		b = append(b, `,"status":`...)
		b = text(b, f.Status)
		b = append(b, `,"price":`...)
		b = appendMoney(b, f.Price)
		b = append(b, `,"interval":`...)
		b = append(text(b, f.Interval), '}')
	}
	b = append(b, `],"invoices":{"edges":[`...)
	for i := range min(len(r.Invoices), 2) {
		f := &r.Invoices[i]
		b = comma(b, i)
		b = append(b, `{"node":{"recordId":`...)
		b = text(b, f.RecordID)
		b = append(b, `,"status":`...)
		b = text(b, f.Status)
		b = append(b, `,"total":`...)
		b = appendMoney(b, f.Total)
		b = append(b, `,"issuedAt":`...)
		b = append(text(b, f.IssuedAt), "}}"...)
	}
	return append(b, "]}}"...)
}

// revenue adds up what the running subscriptions bring in a month; nil: there are none.
func (r *billing) revenue() *money {
	var sum int64
	var in string
	for _, s := range r.Subscriptions {
		if s.MRR != nil && (s.Status == "ACTIVE" || s.Status == "PAST_DUE" || s.Status == "UNPAID") {
			minor, _ := strconv.ParseInt(strings.Replace(s.MRR.Amount, ".", "", 1), 10, 64)
			sum += minor
			in = s.MRR.Currency
		}
	}
	if in == "" {
		return nil
	}
	cents := strconv.FormatInt(100+sum%100, 10)
	return &money{strconv.FormatInt(sum/100, 10) + "." + cents[1:], in}
}

func appendSupport(b []byte, r *support) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	open := 0
	for i := range r.Tickets {
		if s := r.Tickets[i].Status; s != "SOLVED" && s != "CLOSED" {
			open++
		}
	}
	b = append(b, `{"openTickets":`...)
	b = strconv.AppendInt(b, int64(open), 10)
	b = append(b, `,"tickets":{"edges":[`...)
	for i := range min(len(r.Tickets), 1) {
		f := &r.Tickets[i]
		b = comma(b, i)
		b = append(b, `{"node":{"recordId":`...)
		b = text(b, f.RecordID)
		b = append(b, `,"title":`...)
		b = text(b, f.Title)
		b = append(b, `,"status":`...)
		b = text(b, f.Status)
		b = append(b, `,"priority":`...)
		b = text(b, f.Priority)
		b = append(b, `,"channel":`...)
		b = text(b, f.Channel)
		b = append(b, `,"createdAt":`...)
		b = append(text(b, f.CreatedAt), "}}"...)
	}
	return append(b, "]}}"...)
}

func appendSocial(b []byte, r *social) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"followers":`...)
	b = strconv.AppendInt(b, int64(r.Followers), 10)
	b = append(b, `,"profiles":[{"network":`...)
	b = text(b, r.Network)
	b = append(b, `,"handle":`...)
	b = text(b, r.Handle)
	b = append(b, `}],"mentions":{"edges":[`...)
	for i := range min(len(r.Mentions), 1) {
		f := &r.Mentions[i]
		b = comma(b, i)
		b = append(b, `{"node":{"text":`...)
		b = text(b, f.Text)
		b = append(b, `,"language":`...)
		b = text(b, f.Language)
		b = append(b, `,"reach":`...)
		b = strconv.AppendInt(b, int64(f.Reach), 10)
		b = append(b, `,"postedAt":`...)
		b = append(text(b, f.PostedAt), "}}"...)
	}
	return append(b, "]}}"...)
}
