package customer

import (
	"time"

	"customer360/sources"
	"customer360/sources/social"
)

// Social is what the social networks hold of one customer, joined.
type Social struct {
	// CustomerID is the profile's key.
	CustomerID string
	completeness
	records []*social.Record
	// one is where records are, if there is one.
	one [1]*social.Record
}

// JoinSocial joins the records of all of a customer's accounts on networks. Nil: none was
// found.
func JoinSocial(customerID string, results []Result[*social.Record]) *Social {
	return new(Social).Join(customerID, results)
}

// Join is [JoinSocial] with the memory at hand.
func (s *Social) Join(customerID string, results []Result[*social.Record]) *Social {
	s.CustomerID, s.completeness = customerID, completenessOf(results)
	if s.records = records(s.one[:0], results); len(s.records) == 0 {
		return nil
	}
	return s
}

// Profiles gives the accounts, in the order of the links.
func (s *Social) Profiles() []*social.Profile {
	all := make([]*social.Profile, len(s.records))
	for i, r := range s.records {
		all[i] = &r.Profile
	}
	return all
}

// Followers adds up the followers of all accounts; false where one is not known.
func (s *Social) Followers() (int, bool) {
	n := 0
	for _, r := range s.records {
		if r.Followers == nil {
			return 0, false
		}
		n += *r.Followers
	}
	return n, s.known
}

// Mentions gives the mentions, newest first; nobody may change the list.
func (s *Social) Mentions() []*social.Mention {
	return merge(s.records, func(r *social.Record) []*social.Mention { return r.Mentions },
		func(m *social.Mention) (time.Time, *sources.Ref) { return m.PostedAt, &m.Ref })
}

// Sentiment is the mean over the mentions that were scored; nil: none was, or it
// is not known whole.
func (s *Social) Sentiment() *social.Score {
	if !s.Whole(social.PartMentions) {
		return nil
	}
	score := social.Score{Kind: social.Sentiment, Min: -1, Max: 1}
	n := 0
	for _, m := range s.Mentions() {
		if m.SentimentValue == nil {
			continue
		}
		n++
		score.Value += *m.SentimentValue
		if m.PostedAt.After(score.AsOf) {
			score.AsOf = m.PostedAt
		}
	}
	if n == 0 {
		return nil
	}
	score.Value /= float64(n)
	score.Count = &n
	return &score
}
