package demo

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	billingdocs "customer360/sources/billing/documents"
	"customer360/sources/documents"
	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
	socialdocs "customer360/sources/social/documents"
	supportdocs "customer360/sources/support/documents"
)

// Land writes the company: its records into the three collections of the store,
// its customers and the definitions of their attributes into the spine. Doing it
// twice changes nothing. It is an error if a record of the company is linked to a
// customer of somebody else.
func (c *Company) Land(ctx context.Context, spine *profdocs.Spine, store documents.Store) error {
	// First of all: made-up customers are told to be so even if this is cut short.
	if err := setMark(ctx, store, false); err != nil {
		return err
	}
	exceptions := c.exceptions()
	var accounts, contacts, networks []documents.Document
	for _, r := range c.Billing {
		e := exceptions[recordKey{profiles.Billing, r.RecordID}]
		accounts = append(accounts, billingdocs.Document(r, c.syncedAt(e), e.Truncated))
	}
	for _, r := range c.Support {
		e := exceptions[recordKey{profiles.Support, r.RecordID}]
		contacts = append(contacts, supportdocs.Document(r, c.syncedAt(e), e.Truncated))
	}
	for _, r := range c.Social {
		e := exceptions[recordKey{profiles.Social, r.RecordID}]
		networks = append(networks, socialdocs.Document(r, c.syncedAt(e), e.Truncated))
	}
	for _, l := range []struct {
		collection string
		docs       []documents.Document
	}{
		{BillingCollection, accounts}, {SupportCollection, contacts}, {SocialCollection, networks},
	} {
		if _, err := store.Land(ctx, l.collection, l.docs); err != nil {
			return err
		}
	}
	if err := spine.LandDefinitions(ctx, c.Definitions); err != nil {
		return err
	}
	_, conflicts, err := spine.Land(ctx, c.Customers)
	if err != nil {
		return err
	}
	var taken []error
	for _, conflict := range conflicts {
		taken = append(taken, conflict)
	}
	if taken != nil {
		return errors.Join(taken...)
	}
	return setMark(ctx, store, true)
}

// recently is how old the last refresh may be so that another one is not needed.
const recently = time.Hour

// Refresh says of the landed records of the company that they are synchronised at
// [Company.Now], so that a demo that is started again days later is not stale as a
// whole; it does nothing if the last refresh was in the hour before. Records that are
// old on purpose stay so, records of others are not touched, and nothing is landed
// that is not there.
func (c *Company) Refresh(ctx context.Context, store documents.Store) error {
	// The one that is refreshed after all others says when that was.
	last := c.Customers[len(c.Customers)-1].ID
	var before time.Time
	if _, err := store.Find(ctx, profdocs.Customers, []string{last}, bson.D{{Key: "syncedAt", Value: 1}}, func(raw bson.Raw) {
		before, _ = raw.Lookup("syncedAt").TimeOK()
	}); err != nil {
		return err
	}
	if before.IsZero() || c.Now.Sub(before) < recently {
		return nil
	}

	exceptions := c.exceptions()
	for _, r := range c.records() {
		if e := exceptions[r]; e.Age != 0 || e.AgeUnknown {
			continue
		}
		// One command for each record, one at a time: the embedded store comes to a halt
		// on a command with many updates, and is slower with several at once.
		if err := store.Update(ctx, collections[r.source], r.id, bson.D{{Key: "$set", Value: bson.D{{Key: "syncedAt", Value: c.Now}}}}); err != nil {
			return err
		}
	}
	return nil
}

// collections says where the records of each source are landed.
var collections = map[profiles.SourceName]string{
	profiles.Profile: profdocs.Customers, profiles.Billing: BillingCollection,
	profiles.Support: SupportCollection, profiles.Social: SocialCollection,
}

// recordKey names a record of any source.
type recordKey struct {
	source profiles.SourceName
	id     string
}

// records names all records of the company, the customers last.
func (c *Company) records() []recordKey {
	var all []recordKey
	for _, r := range c.Billing {
		all = append(all, recordKey{profiles.Billing, r.RecordID})
	}
	for _, r := range c.Support {
		all = append(all, recordKey{profiles.Support, r.RecordID})
	}
	for _, r := range c.Social {
		all = append(all, recordKey{profiles.Social, r.RecordID})
	}
	for _, p := range c.Customers {
		all = append(all, recordKey{profiles.Profile, p.ID})
	}
	return all
}

func (c *Company) exceptions() map[recordKey]Exception {
	all := map[recordKey]Exception{}
	for _, e := range c.Exceptions {
		all[recordKey{e.Source, e.RecordID}] = e
	}
	return all
}

func (c *Company) syncedAt(e Exception) time.Time {
	if e.AgeUnknown {
		return time.Time{}
	}
	return c.Now.Add(-e.Age)
}
