package main

import (
	"cmp"
	"context"
	"slices"

	"customer360/bench/peers/gqlgen/graph/model"
)

// Timeline joins the three sources, newest first.
func (customer) Timeline(ctx context.Context, c *model.Customer, first *int, _ *string, _ []model.InteractionKind, _ []model.Channel) (*model.InteractionConnection, error) {
	l := loadersOf(ctx)
	b, _ := link(c, model.SourceNameBilling)
	s, _ := link(c, model.SourceNameSupport)
	n, _ := link(c, model.SourceNameSocial)
	billing, support, social := l.billing.Load(ctx, b), l.support.Load(ctx, s), l.social.Load(ctx, n)
	t := &timeline{}
	if r, err := billing(); err != nil {
		return nil, err
	} else if r != nil {
		t.billing(r)
	}
	if r, err := support(); err != nil {
		return nil, err
	} else if r != nil {
		t.support(r)
	}
	if r, err := social(); err != nil {
		return nil, err
	} else if r != nil {
		t.social(r)
	}
	slices.SortStableFunc(t.all, func(a, b entry) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.key, b.key)) })
	size := firstOf(first, len(t.all))
	page := &model.InteractionConnection{Edges: make([]*model.InteractionEdge, size), PageInfo: &model.PageInfo{HasNextPage: size < len(t.all)}, MissingSources: []model.SourceName{}}
	for i := range page.Edges {
		page.Edges[i] = &model.InteractionEdge{Node: t.all[i].Interaction}
	}
	return page, nil
}

type entry struct {
	*model.Interaction
	key string
}

type timeline struct{ all []entry }

func (t *timeline) add(recordID string, i model.Interaction) {
	i.System = map[model.SourceName]string{model.SourceNameBilling: "ledger", model.SourceNameSupport: "desk", model.SourceNameSocial: "network"}[i.Source]
	t.all = append(t.all, entry{&i, string(i.Source) + "/" + i.System + "/" + recordID + "/" + string(i.Kind)})
}

// or gives a place for a value; the empty text is null.
func or[T ~string](v T) *T {
	if v == "" {
		return nil
	}
	return &v
}

func by(kind model.ActorKind, name string) *model.Actor {
	return &model.Actor{Kind: kind, Name: or(name)}
}

func priced(what string, m *model.Money) *string {
	title := what + ": " + m.Amount + " " + m.Currency
	return &title
}

func (t *timeline) billing(r *billing) {
	in, out := model.DirectionInbound, model.DirectionOutbound
	for _, f := range r.Invoices {
		t.add(f.RecordID, model.Interaction{
			At: f.IssuedAt, Kind: model.InteractionKindInvoiceIssued, Direction: &out, Source: model.SourceNameBilling,
			Title: priced("Invoice "+*f.Number, f.Total), Body: f.Description, Actor: by(model.ActorKindSystem, ""),
		})
	}
	for _, f := range r.Charges {
		i := model.Interaction{
			At: f.ChargedAt, Kind: model.InteractionKindPayment, Direction: &in, Source: model.SourceNameBilling,
			Title: priced("Payment", f.Amount), Body: f.Description, Actor: by(model.ActorKindCustomer, ""),
		}
		if f.Status == model.ChargeStatusFailed {
			i.Kind, i.Title = model.InteractionKindPaymentFailed, priced("Failed payment", f.Amount)
		}
		t.add(f.RecordID, i)
	}
	for _, f := range r.Subscriptions {
		t.add(f.RecordID, model.Interaction{
			At: *f.StartedAt, Kind: model.InteractionKindSubscriptionStarted, Source: model.SourceNameBilling,
			Title: f.Name, Actor: by(model.ActorKindCustomer, ""),
		})
	}
}

func (t *timeline) support(r *support) {
	in, out := model.DirectionInbound, model.DirectionOutbound
	tickets := make(map[string]*model.Ticket, len(r.Tickets))
	for _, f := range r.Tickets {
		tickets[f.RecordID] = f
		i := model.Interaction{
			At: f.CreatedAt, Kind: model.InteractionKindTicketOpened, Channel: f.Channel, Direction: &in, Source: model.SourceNameSupport,
			Title: f.Title, Actor: by(model.ActorKindCustomer, ""),
		}
		t.add(f.RecordID, i)
		if f.SolvedAt != nil {
			i.At, i.Kind, i.Direction, i.Actor = *f.SolvedAt, model.InteractionKindTicketSolved, &out, by(model.ActorKindAgent, "")
			t.add(f.RecordID, i)
		}
	}
	for _, m := range r.Messages {
		i := model.Interaction{
			At: m.SentAt, Kind: model.InteractionKindMessage, Channel: or(m.Channel), Direction: &m.Direction, Source: model.SourceNameSupport,
			Body: or(m.Body), Actor: by(model.ActorKindAgent, m.AuthorName),
		}
		switch {
		case m.Direction == model.DirectionInternal:
			i.Kind = model.InteractionKindNote
		case m.Channel == model.ChannelPhone:
			i.Kind = model.InteractionKindCall
		}
		if m.Direction == model.DirectionInbound {
			i.Actor.Kind = model.ActorKindCustomer
		}
		if ticket := tickets[m.TicketID]; ticket != nil {
			i.Title = ticket.Title
		}
		t.add(m.RecordID, i)
	}
}

func (t *timeline) social(r *social) {
	in, channel := model.DirectionInbound, model.ChannelSocial
	for _, m := range r.Mentions {
		title := "Mention on " + m.Network
		t.add(m.RecordID, model.Interaction{
			At: m.PostedAt, Kind: model.InteractionKindMention, Channel: &channel, Direction: &in, Source: model.SourceNameSocial,
			Title: &title, Body: m.Text, Actor: by(model.ActorKindCustomer, *r.Handle),
		})
	}
}
