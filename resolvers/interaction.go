package resolvers

import (
	"context"

	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
)

type interactionResolver struct{}

// Interaction resolves interactions.
func (g *Graph) Interaction() graph.InteractionResolver { return interactionResolver{} }

// ID has as many parts as [operation.InteractionParts].
func (interactionResolver) ID(_ context.Context, i *customer.Interaction) (string, error) {
	return relay.NewID("Interaction", string(i.Source), i.Ref.System, i.Ref.Owner, string(i.Kind), i.Ref.RecordID).String(), nil
}

// ConversationID is the id of the ticket that the conversation is about.
func (interactionResolver) ConversationID(_ context.Context, i *customer.Interaction) (*string, error) {
	if i.TicketID == "" {
		return nil, nil
	}
	id := relay.NewID("Ticket", i.Ref.System, i.Ref.Owner, i.TicketID).String()
	return &id, nil
}

func (interactionResolver) Subject(_ context.Context, i *customer.Interaction) (graph.Node, error) {
	return i.Subject, nil
}
