package importer

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"customer360/sources/documents"
	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
)

// maxDocument bounds a record with what rows add to it, in bytes: MongoDB takes
// documents of 16 MiB.
const maxDocument = 12 << 20

// plan works out what has to be written.
func (b *batch) plan() {
	byID := map[string]*profilePlan{}
	byRecord := map[recordID]*recordPlan{}
	bad := map[*item]*rowError{}
	for _, it := range b.items {
		e := b.spoilt(it)
		if e == nil {
			e = b.tooLarge(it, byRecord)
		}
		if e != nil {
			bad[it] = e
			continue
		}
		if it.profile != nil {
			p := byID[it.profile.ID]
			if p == nil {
				p = &profilePlan{said: &profiles.Customer{ID: it.profile.ID}}
				byID[it.profile.ID] = p
				b.profiles = append(b.profiles, p)
			}
			mergeProfile(p.said, it.profile)
			p.items = append(p.items, it)
		}
		for _, one := range it.records {
			id := recordID{one.section.collection, one.id}
			p := byRecord[id]
			if p == nil {
				p = &recordPlan{recordID: id, section: one.section, said: one.body, syncedAt: it.syncedAt, size: b.storedSize(id)}
				byRecord[id] = p
				b.records = append(b.records, p)
			} else {
				mergeRecord(p.said, one.body)
			}
			p.size += len(it.row.raw)
			if it.syncedAt.After(p.syncedAt) {
				p.syncedAt = it.syncedAt
			}
		}
	}
	b.rejectItems(bad)
	for _, p := range b.profiles {
		b.planProfile(p)
	}
	for _, p := range b.records {
		b.planRecord(p)
	}
}

func (b *batch) storedSize(id recordID) int {
	if s := b.storedRecords[id]; s != nil {
		return len(s.raw)
	}
	return 0
}

// spoilt says why an item cannot be added to what is stored of its records: what is left beside a
// null would look like the whole.
func (b *batch) spoilt(it *item) *rowError {
	for _, one := range it.records {
		if stored := b.storedRecords[recordID{one.section.collection, one.id}]; stored != nil && stored.null != "" {
			return &rowError{
				problem: fmt.Sprintf("the record is in the collection %q with null at %s: repair or remove that document first", one.section.collection, stored.null),
				detail:  "its key is " + quoted(one.id),
			}
		}
	}
	return nil
}

func (b *batch) tooLarge(it *item, planned map[recordID]*recordPlan) *rowError {
	for _, one := range it.records {
		id := recordID{one.section.collection, one.id}
		size := b.storedSize(id)
		if p := planned[id]; p != nil {
			size = p.size
		}
		if size+len(it.row.raw) > maxDocument {
			return &rowError{problem: "the " + id.collection + " record would be too large for one document", detail: "its key is " + quoted(id.id)}
		}
	}
	return nil
}

func (b *batch) planProfile(p *profilePlan) {
	stored := b.storedProfiles[p.said.ID]
	if stored == nil {
		p.final, p.outcome = p.said, isNew
		if p.final.CreatedAt.IsZero() {
			p.final.CreatedAt = b.Now
		}
		if p.final.UpdatedAt.IsZero() {
			p.final.UpdatedAt = b.Now
		}
		return
	}
	final := *stored
	final.ContactPoints = slices.Clone(stored.ContactPoints)
	final.Attributes = slices.Clone(stored.Attributes)
	final.Consents = slices.Clone(stored.Consents)
	final.Relations = slices.Clone(stored.Relations)
	final.Links = slices.Clone(stored.Links)
	if b.Mapping.replace && !b.done.has(profdocs.Customers, p.said.ID) {
		dropProfileLists(&final, p.said, b.Mapping.owns)
	}
	mergeProfile(&final, p.said)
	if !stored.CreatedAt.IsZero() {
		final.CreatedAt = stored.CreatedAt
	}
	before := *stored
	before.SyncedAt = final.SyncedAt
	p.final, p.outcome = &final, isUpdated
	switch {
	case reflect.DeepEqual(before, final):
		p.outcome, p.stale = isUnchanged, !isFresh(stored.SyncedAt, final.SyncedAt)
	case p.said.UpdatedAt.IsZero():
		final.UpdatedAt = b.Now
	}
}

func (b *batch) planRecord(p *recordPlan) {
	stored := b.storedRecords[p.recordID]
	if stored == nil {
		p.final, p.outcome = p.said, isNew
		return
	}
	// What was decoded once can be decoded again.
	final, _, _ := p.section.decode(stored.raw)
	if b.Mapping.replace && !b.done.has(p.collection, p.id) {
		dropLists(final, p.said)
	}
	mergeRecord(final, p.said)
	p.final, p.outcome, p.truncated = final, isUpdated, stored.landed.Truncated
	if p.syncedAt.Before(stored.landed.SyncedAt) {
		p.syncedAt = stored.landed.SyncedAt
	}
	if reflect.DeepEqual(final, stored.body) {
		p.outcome, p.stale = isUnchanged, !isFresh(stored.landed.SyncedAt, p.syncedAt)
	}
}

// write writes what is planned: records first, then the profiles that link them.
func (b *batch) write(ctx context.Context) error {
	if !b.DryRun {
		if err := b.writeRecords(ctx); err != nil {
			return err
		}
		if err := b.writeProfiles(ctx); err != nil {
			return err
		}
	}
	for _, p := range b.records {
		b.done.note(p.collection, p.id, p.outcome)
	}
	for _, p := range b.profiles {
		b.done.note(profdocs.Customers, p.said.ID, p.outcome)
	}
	return nil
}

func (b *batch) writeRecords(ctx context.Context) error {
	docs := map[string][]documents.Document{}
	stale := map[string]map[time.Time][]string{}
	var collections []string
	for _, p := range b.records {
		if !slices.Contains(collections, p.collection) {
			collections = append(collections, p.collection)
			stale[p.collection] = map[time.Time][]string{}
		}
		switch {
		case p.outcome != isUnchanged:
			docs[p.collection] = append(docs[p.collection], p.section.document(p.final, p.syncedAt, p.truncated))
		case p.stale:
			stale[p.collection][p.syncedAt] = append(stale[p.collection][p.syncedAt], p.id)
		}
	}
	for _, c := range collections {
		if _, err := b.store.Land(ctx, c, docs[c]); err != nil {
			return failed(err)
		}
		if err := b.renew(ctx, c, stale[c]); err != nil {
			return err
		}
		if err := b.made(ctx, c, len(docs[c])); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) writeProfiles(ctx context.Context) error {
	var changed, same []*profiles.Customer
	stale := map[time.Time][]string{}
	identified := 0
	for _, p := range b.profiles {
		if p.outcome == isUnchanged {
			same = append(same, p.final)
			continue
		}
		changed = append(changed, p.final)
		identified += len(p.final.Identifiers())
	}
	findable, err := b.areFindable(ctx, same)
	if err != nil {
		return err
	}
	for _, p := range b.profiles {
		switch {
		case p.outcome != isUnchanged:
		case !findable[p.said.ID]:
			changed = append(changed, p.final)
		case p.stale:
			stale[p.final.SyncedAt] = append(stale[p.final.SyncedAt], p.said.ID)
		}
	}
	_, conflicts, err := b.spine.Land(ctx, changed)
	if err != nil {
		return failed(err)
	}
	b.rejectItems(b.conflicting(conflicts))
	b.profiles = slices.DeleteFunc(b.profiles, func(p *profilePlan) bool {
		return slices.ContainsFunc(conflicts, func(c profdocs.Conflict) bool { return c.CustomerID == p.said.ID })
	})
	if err := b.renew(ctx, profdocs.Customers, stale); err != nil {
		return err
	}
	if err := b.made(ctx, profdocs.Customers, len(changed)); err != nil {
		return err
	}
	return b.made(ctx, profdocs.Identifiers, identified)
}

// made prepares look-ups in a collection that may be new, since it was written to
// for the first time.
func (b *batch) made(ctx context.Context, collection string, docs int) error {
	if docs == 0 || b.written[collection] {
		return nil
	}
	b.written[collection] = true
	return b.optimize(ctx)
}
