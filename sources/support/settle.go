package support

import (
	"time"

	"customer360/sources"
)

// Settle brings a record that a system gave into the form that the contract asks
// for, see [sources.Settle]; statuses, priorities and channels that are not ours
// become OTHER, and names are without characters that are not seen. It reports whether facts were cut.
func (r *Record) Settle(system, owner string) (truncated bool, err error) {
	r.System, r.Owner, r.RecordID = system, owner, owner
	var cut [2]bool
	if r.Tickets, cut[0], err = sources.Settle(r.Tickets, system, owner, false,
		func(t *Ticket) (*sources.Ref, time.Time) { return &t.Ref, t.CreatedAt }); err != nil {
		return false, err
	}
	if r.Messages, cut[1], err = sources.Settle(r.Messages, system, owner, false,
		func(m *Message) (*sources.Ref, time.Time) { return &m.Ref, m.SentAt }); err != nil {
		return false, err
	}
	for _, t := range r.Tickets {
		if t.Status == "" {
			t.Status = OtherTicketStatus
		}
		sources.OneOf(&t.Status, &t.RawStatus, OtherTicketStatus,
			New, Open, Pending, OnHold, Solved, Closed, OtherTicketStatus)
		sources.OneOf(&t.Priority, &t.RawPriority, "OTHER", "LOW", "NORMAL", "HIGH", "URGENT", "OTHER")
		t.Channel = t.Channel.Settle()
		if t.Tags == nil {
			t.Tags = []string{}
		}
		if t.Satisfaction != nil && t.Satisfaction.Count == 0 {
			t.Satisfaction.Count = 1
		}
	}
	for _, m := range r.Messages {
		m.AuthorName = sources.Visible(m.AuthorName)
		m.Channel = m.Channel.Settle()
		sources.OneOf(&m.Direction, nil, "", Inbound, Outbound, Internal)
	}
	for i, part := range []sources.Parts{PartTickets, PartMessages} {
		if cut[i] {
			r.Cut |= part
		}
	}
	return r.Cut != 0, nil
}
