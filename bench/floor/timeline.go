package floor

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"customer360/bench/stub"
)

// timelineSize is how many interactions W5 asks for.
const timelineSize = 100

type billingFacts struct {
	Subscriptions []struct{ RecordID, Name, StartedAt, EndedAt string }
	Invoices      []struct {
		RecordID, Number, Description, Status, IssuedAt string
		Total                                           money
	}
	Charges []struct {
		RecordID, Description, Status, ChargedAt string
		Amount                                   money
		Refunded                                 *money
	}
}

type supportFacts struct {
	Tickets  []struct{ RecordID, Title, Channel, CreatedAt, SolvedAt string }
	Messages []struct{ RecordID, TicketID, Channel, Direction, AuthorName, Title, Body, SentAt string }
}

type socialFacts struct {
	Handle   string
	Mentions []struct{ RecordID, Network, Text, PostedAt string }
}

// An interaction is a line of the timeline. Moments are all in UTC and to the second, so
// that they compare as texts.
type interaction struct {
	at, kind, channel, direction, source, system, title, body, actor, name string
	key                                                                    string
}

// timeline answers W5.
func (f floor) timeline(r *http.Request, q *request) ([]byte, error) {
	p, err := get[profile](r.Context(), f.client, "/profiles", stub.IDs([]string{q.Variables.ID}))
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 32<<10), `{"data":{"customer":`...)
	if len(p.Records) == 0 {
		return append(b, "null}}"...), nil
	}
	c := &p.Records[0]
	var bills page[billingFacts]
	var helped page[supportFacts]
	var posted page[socialFacts]
	err = together(
		func() error { return f.facts(r, "/billing", c.link("BILLING"), &bills) },
		func() error { return f.facts(r, "/support", c.link("SUPPORT"), &helped) },
		func() error { return f.facts(r, "/social", c.link("SOCIAL"), &posted) },
	)
	if err != nil {
		return nil, err
	}
	all := make([]interaction, 0, 128)
	for i := range bills.Records {
		all = bills.Records[i].append(all)
	}
	for i := range helped.Records {
		all = helped.Records[i].append(all)
	}
	for i := range posted.Records {
		all = posted.Records[i].append(all)
	}
	for i := range all {
		a := &all[i]
		a.key = a.source + "/" + a.system + "/" + a.key + "/" + a.kind
	}
	slices.SortFunc(all, func(a, b interaction) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(a.key, b.key)) })

	b = append(b, `{"id":"`...)
	b = base64.RawURLEncoding.AppendEncode(b, []byte("Customer/"+stub.ProfileSystem+"/"+c.ID))
	b = append(b, `","displayName":`...)
	b = text(b, c.Name)
	b = append(b, `,"timeline":{"edges":[`...)
	for i := range all[:min(len(all), timelineSize)] {
		b = all[i].appendTo(comma(b, i))
	}
	b = append(b, `],"pageInfo":{"hasNextPage":`...)
	b = strconv.AppendBool(b, len(all) > timelineSize)
	return append(b, "}}}}}"...), nil
}

func (f floor) facts(r *http.Request, path, id string, into any) error {
	body, err := f.client.Get(r.Context(), path, stub.IDs([]string{id}))
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

func (i *interaction) appendTo(b []byte) []byte {
	b = append(b, `{"node":{"at":`...)
	b = text(b, i.at)
	b = append(b, `,"kind":`...)
	b = text(b, i.kind)
	b = append(b, `,"channel":`...)
	b = text(b, i.channel)
	b = append(b, `,"direction":`...)
	b = text(b, i.direction)
	b = append(b, `,"source":`...)
	b = text(b, i.source)
	b = append(b, `,"system":`...)
	b = text(b, i.system)
	b = append(b, `,"title":`...)
	b = text(b, i.title)
	b = append(b, `,"body":`...)
	b = text(b, i.body)
	b = append(b, `,"actor":{"kind":`...)
	b = text(b, i.actor)
	b = append(b, `,"name":`...)
	return append(text(b, i.name), "}}}"...)
}

func (m money) String() string { return m.Amount + " " + m.Currency }

func (r *billingFacts) append(all []interaction) []interaction {
	at := interaction{source: "BILLING", system: stub.BillingSystem}
	for _, f := range r.Invoices {
		if f.Status == "DRAFT" {
			continue
		}
		i := at
		i.key, i.at, i.kind, i.direction, i.body, i.actor = f.RecordID, f.IssuedAt, "INVOICE_ISSUED", "OUTBOUND", f.Description, "SYSTEM"
		i.title = "Invoice " + f.Number + ": " + f.Total.String()
		all = append(all, i)
	}
	for _, f := range r.Charges {
		i := at
		i.key, i.at, i.direction, i.body, i.actor = f.RecordID, f.ChargedAt, "INBOUND", f.Description, "CUSTOMER"
		switch f.Status {
		case "SUCCEEDED", "REFUNDED", "DISPUTED":
			i.kind, i.title = "PAYMENT", "Payment: "+f.Amount.String()
		case "FAILED":
			i.kind, i.title = "PAYMENT_FAILED", "Failed payment: "+f.Amount.String()
		default:
			continue
		}
		all = append(all, i)
		if f.Refunded != nil {
			i.kind, i.direction, i.actor, i.title = "REFUND", "OUTBOUND", "SYSTEM", "Refund: "+f.Refunded.String()
			all = append(all, i)
		}
	}
	for _, f := range r.Subscriptions {
		i := at
		i.key, i.title = f.RecordID, f.Name
		if f.StartedAt != "" {
			i.at, i.kind, i.actor = f.StartedAt, "SUBSCRIPTION_STARTED", "CUSTOMER"
			all = append(all, i)
		}
		if f.EndedAt != "" {
			i.at, i.kind, i.actor = f.EndedAt, "SUBSCRIPTION_ENDED", ""
			all = append(all, i)
		}
	}
	return all
}

func (r *supportFacts) append(all []interaction) []interaction {
	at := interaction{source: "SUPPORT", system: stub.SupportSystem}
	titles := make(map[string]string, len(r.Tickets))
	for _, f := range r.Tickets {
		titles[f.RecordID] = f.Title
		i := at
		i.key, i.at, i.kind, i.channel, i.direction, i.title, i.actor = f.RecordID, f.CreatedAt, "TICKET_OPENED", f.Channel, "INBOUND", f.Title, "CUSTOMER"
		all = append(all, i)
		if f.SolvedAt != "" {
			i.at, i.kind, i.direction, i.actor = f.SolvedAt, "TICKET_SOLVED", "OUTBOUND", "AGENT"
			all = append(all, i)
		}
	}
	for _, f := range r.Messages {
		i := at
		i.key, i.at, i.kind, i.channel, i.direction, i.title, i.body, i.name = f.RecordID, f.SentAt, "MESSAGE", f.Channel, f.Direction, f.Title, f.Body, f.AuthorName
		switch {
		case f.Direction == "INTERNAL":
			i.kind = "NOTE"
		case f.Channel == "PHONE":
			i.kind = "CALL"
		}
		i.actor = "AGENT"
		if f.Direction == "INBOUND" {
			i.actor = "CUSTOMER"
		}
		if i.title == "" {
			i.title = titles[f.TicketID]
		}
		all = append(all, i)
	}
	return all
}

func (r *socialFacts) append(all []interaction) []interaction {
	for _, f := range r.Mentions {
		all = append(all, interaction{
			key: f.RecordID, at: f.PostedAt, kind: "MENTION", channel: "SOCIAL", direction: "INBOUND", source: "SOCIAL", system: stub.SocialSystem,
			title: "Mention on " + f.Network, body: f.Text, actor: "CUSTOMER", name: r.Handle,
		})
	}
	return all
}
