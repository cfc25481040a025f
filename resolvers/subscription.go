package resolvers

import (
	"context"

	"customer360/graph"
	"customer360/sources/billing"
)

type subscriptionResolver struct{}

// Subscription resolves subscriptions.
func (g *Graph) Subscription() graph.SubscriptionResolver { return subscriptionResolver{} }

func (subscriptionResolver) ID(_ context.Context, s *billing.Subscription) (string, error) {
	return recordID("Subscription", s.Ref)
}
