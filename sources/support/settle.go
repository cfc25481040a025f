package support

import (
	"time"

	"customer360/sources"
)

// Settle brings a record that a system gave into the form that the contract asks
// for, see [sources.Form] and [sources.Settle]; statuses, priorities and channels that are
// not ours become OTHER. It reports whether facts were cut, or why the record cannot be given.
func (r *Record) Settle(system, owner string) (truncated bool, err error) {
	r.System, r.Owner, r.RecordID = system, owner, owner
	var f sources.Form
	f.URL("url", &r.URL)
	for i, t := range r.Tickets {
		if f.In("tickets", i, t != nil) {
			t.settle(&f)
		}
	}
	for i, m := range r.Messages {
		if f.In("messages", i, m != nil) {
			m.settle(&f)
		}
	}
	if r.LeftOut = f.LeftOut(owner); f.Err() != nil {
		return false, f.Err()
	}
	var cut [2]bool
	if r.Tickets, cut[0], err = sources.Settle(r.Tickets, system, owner, false,
		func(t *Ticket) (*sources.Ref, time.Time) { return &t.Ref, t.CreatedAt }); err != nil {
		return false, err
	}
	if r.Messages, cut[1], err = sources.Settle(r.Messages, system, owner, false,
		func(m *Message) (*sources.Ref, time.Time) { return &m.Ref, m.SentAt }); err != nil {
		return false, err
	}
	for i, part := range []sources.Parts{PartTickets, PartMessages} {
		if cut[i] {
			r.Cut |= part
		}
	}
	return r.Cut != 0, nil
}

func (t *Ticket) settle(f *sources.Form) {
	f.Ref(&t.Ref)
	f.Text("title", &t.Title)
	if t.Status == "" {
		t.Status = OtherTicketStatus
	}
	sources.Word(f, "status", &t.Status, &t.RawStatus, OtherTicketStatus, New, Open, Pending, OnHold, Solved, Closed, OtherTicketStatus)
	sources.Word(f, "priority", &t.Priority, &t.RawPriority, "OTHER", "LOW", "NORMAL", "HIGH", "URGENT", "OTHER")
	t.Channel = t.Channel.Settle()
	if f.Texts("tags", &t.Tags); t.Tags == nil {
		t.Tags = []string{}
	}
	f.Needed("createdAt", t.CreatedAt)
	f.Time("updatedAt", &t.UpdatedAt)
	f.Time("solvedAt", &t.SolvedAt)
	if r := t.Satisfaction; r != nil {
		if r.Count == 0 {
			r.Count = 1
		}
		f.Time("satisfaction.ratedAt", &r.RatedAt)
		if problem := r.problem(); problem != "" {
			t.Satisfaction = nil
			f.Leave("satisfaction", problem)
		}
	}
}

// maxScale is beyond any scale that people rate by.
const maxScale = 1_000_000

// problem says why a rating is none; empty: it is one.
func (r *Rating) problem() string {
	switch {
	case r.Scale < 2 || r.Scale > maxScale:
		return "has no scale"
	case !(r.Rating >= 1 && r.Rating <= float64(r.Scale)):
		return "is not on its scale"
	case r.Count < 1 || r.Count > maxScale:
		return "has a count that cannot be"
	}
	return ""
}

func (m *Message) settle(f *sources.Form) {
	f.Ref(&m.Ref)
	f.Text("ticketId", &m.TicketID)
	m.Channel = m.Channel.Settle()
	sources.OneOf(&m.Direction, nil, "", Inbound, Outbound, Internal)
	f.Name("authorName", &m.AuthorName)
	f.Text("title", &m.Title)
	f.Text("body", &m.Body)
	f.Needed("sentAt", m.SentAt)
}
