package resolvers

import (
	"context"
	"time"

	"customer360/customer"
	"customer360/graph"
	"customer360/sources/social"
)

type socialResolver struct{ *Graph }

// Social resolves the lists of a customer's accounts on networks.
func (g *Graph) Social() graph.SocialResolver { return socialResolver{g} }

func (r socialResolver) ID(_ context.Context, s *customer.Social) (string, error) {
	return r.customerID("Social", s.CustomerID), nil
}

func (r socialResolver) Mentions(ctx context.Context, s *customer.Social, first *int, after *string) (*graph.MentionConnection, error) {
	return paginate(ctx, r.Graph, "Mention", "mentions", s.Mentions(), s.Whole(social.PartMentions), first, after, func(m *social.Mention) (time.Time, string) {
		return m.PostedAt, m.System + "/" + m.RecordID
	})
}
