package customer

import (
	"time"

	"customer360/sources"
	"customer360/sources/support"
)

// Support is what the support systems hold of one customer, joined.
type Support struct {
	// CustomerID is the profile's key.
	CustomerID string
	completeness
	records []*support.Record
	// one is where records are, if there is one.
	one [1]*support.Record
}

// JoinSupport joins the records of all of a customer's support contacts. Nil: none was
// found.
func JoinSupport(customerID string, results []Result[*support.Record]) *Support {
	return new(Support).Join(customerID, results)
}

// Join is [JoinSupport] with the memory at hand.
func (s *Support) Join(customerID string, results []Result[*support.Record]) *Support {
	s.CustomerID, s.completeness = customerID, completenessOf(results)
	if s.records = records(s.one[:0], results); len(s.records) == 0 {
		return nil
	}
	return s
}

// Tickets gives the tickets, newest first; nobody may change the list.
func (s *Support) Tickets() []*support.Ticket {
	return merge(s.records, func(r *support.Record) []*support.Ticket { return r.Tickets },
		func(t *support.Ticket) (time.Time, *sources.Ref) { return t.CreatedAt, &t.Ref })
}

// OpenTickets counts the tickets that are not solved; false where that is not known whole.
func (s *Support) OpenTickets() (int, bool) {
	n := 0
	for _, r := range s.records {
		for _, t := range r.Tickets {
			if t.IsOpen() {
				n++
			}
		}
	}
	return n, s.Whole(support.PartTickets)
}

// CSAT is the mean of the customer's ratings; nil: none was given, or on
// different scales, or it is not known whole.
func (s *Support) CSAT() *support.Rating {
	if !s.Whole(support.PartTickets) {
		return nil
	}
	var mean support.Rating
	for _, t := range s.Tickets() {
		r := t.Satisfaction
		if r == nil {
			continue
		}
		if mean.Count > 0 && r.Scale != mean.Scale {
			return nil
		}
		n := max(r.Count, 1)
		mean.Scale = r.Scale
		mean.Rating += r.Rating * float64(n)
		mean.Count += n
		if r.RatedAt.After(mean.RatedAt) {
			mean.RatedAt = r.RatedAt
		}
	}
	if mean.Count == 0 {
		return nil
	}
	mean.Rating /= float64(mean.Count)
	return &mean
}

// LastContactAt is when the customer last wrote or called, or a ticket was opened;
// zero: never, or it is not known whole.
func (s *Support) LastContactAt() time.Time {
	var last time.Time
	// What was cut is older than what is there.
	if !s.known {
		return last
	}
	for _, r := range s.records {
		for _, t := range r.Tickets {
			if t.CreatedAt.After(last) {
				last = t.CreatedAt
			}
		}
		for _, m := range r.Messages {
			if m.Direction == support.Inbound && m.SentAt.After(last) {
				last = m.SentAt
			}
		}
	}
	return last
}
