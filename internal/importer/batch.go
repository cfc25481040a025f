package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"customer360/sources/profiles"
	profdocs "customer360/sources/profiles/documents"
)

// A batch is some rows on their way into the store.
type batch struct {
	*run
	items   []*item
	rejects []rejected

	// profiles and records are what the items say, in the order in which they came.
	profiles []*profilePlan
	records  []*recordPlan

	storedProfiles map[string]*profiles.Customer
	storedRecords  map[recordID]*storedRecord
}

type rejected struct {
	row row
	bad *rowError
}

// A recordID names a landed record.
type recordID struct{ collection, id string }

// A profilePlan is a profile that is to be written.
type profilePlan struct {
	// said is what the rows say of it, and final what it is with that.
	said, final *profiles.Customer
	outcome     outcome
	// stale: it is unchanged, and its syncedAt has to be renewed.
	stale bool
	items []*item
}

// A recordPlan is a record that is to be written.
type recordPlan struct {
	recordID
	section     *section
	said, final any
	syncedAt    time.Time
	truncated   bool
	outcome     outcome
	stale       bool
	// size bounds the document, in bytes.
	size int
}

// chunk deals with some rows: all of them are loaded, skipped or rejected, unless
// there is an error, or ctx ends before they are understood. What is understood is
// written whole.
func (r *run) chunk(ctx context.Context, rows []row) error {
	b := &batch{run: r}
	var endless error
	for i, one := range rows {
		if ctx.Err() != nil || endless != nil {
			rows = rows[:i]
			break
		}
		r.noteFields(one)
		it, bad := r.evaluate(one)
		switch {
		case bad != nil:
			b.reject(one, bad)
			if r.endless >= maxEndless {
				endless = fmt.Errorf("%s: %d rows in a row took too long: the expression may never end", bad.key, maxEndless)
			}
		case it == nil:
			r.summary.Skipped++
		default:
			b.items = append(b.items, it)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	r.summary.Rows += len(rows)
	ctx = context.WithoutCancel(ctx)
	err := b.read(ctx)
	if err == nil {
		if err = b.settleOwners(ctx); err == nil {
			b.plan()
			err = b.write(ctx)
		}
	}
	if err == nil {
		for _, it := range b.items {
			for _, left := range it.left {
				r.leftOut.add(it.row.line, left)
			}
		}
		r.summary.Loaded += len(b.items)
		r.summary.LastLine = rows[len(rows)-1].line
	} else {
		r.summary.Unsure += len(b.items)
	}
	return errors.Join(err, b.putRejects(), endless)
}

// maxEndless is how many rows may take too long one after the other: beyond it, it is not
// the rows.
const maxEndless = 3

func (r *run) noteFields(one row) {
	if r.rows.columns() != nil {
		return
	}
	for name := range one.value {
		if len(r.fields) < maxFields {
			r.fields[name] = true
		}
	}
}

func (b *batch) reject(one row, bad *rowError) {
	b.rejects = append(b.rejects, rejected{one, bad})
	b.summary.Rejected++
	b.tally.add(one.line, bad)
}

// rejectItems takes items back out of the batch.
func (b *batch) rejectItems(bad map[*item]*rowError) {
	if len(bad) == 0 {
		return
	}
	b.items = slices.DeleteFunc(b.items, func(it *item) bool {
		e, ok := bad[it]
		if ok {
			b.reject(it.row, e)
		}
		return ok
	})
}

func (b *batch) putRejects() error {
	if b.Rejects == nil || len(b.rejects) == 0 {
		return nil
	}
	slices.SortStableFunc(b.rejects, func(x, y rejected) int { return x.row.line - y.row.line })
	some := make([]Reject, len(b.rejects))
	for i, x := range b.rejects {
		some[i] = Reject{Line: x.row.line, Reason: x.bad.Error(), Row: x.row.raw, Fields: x.row.fields}
	}
	return b.Rejects.Put(some)
}

// read reads what is stored of the customers and records that the items speak of.
func (b *batch) read(ctx context.Context) (err error) {
	var customers []string
	asked := map[recordID]bool{}
	keys := map[*section][]string{}
	for _, it := range b.items {
		if it.profile != nil {
			customers = append(customers, it.profile.ID)
		}
		for _, one := range it.records {
			id := recordID{one.section.collection, one.id}
			if !asked[id] {
				asked[id] = true
				keys[one.section] = append(keys[one.section], one.id)
			}
		}
	}
	slices.Sort(customers)
	if b.storedProfiles, err = b.readProfiles(ctx, slices.Compact(customers)); err != nil {
		return err
	}
	b.storedRecords = map[recordID]*storedRecord{}
	for s, ids := range keys {
		found, err := b.readRecords(ctx, s, ids)
		if err != nil {
			return err
		}
		for id, record := range found {
			b.storedRecords[recordID{s.collection, id}] = record
		}
	}
	return nil
}

// storedLink gives the link of a stored customer to the same record; nil where
// there is none.
func (b *batch) storedLink(customer string, l profiles.Link) *profiles.Link {
	stored := b.storedProfiles[customer]
	if stored == nil {
		return nil
	}
	for i, o := range stored.Links {
		if o.Source == l.Source && o.System == l.System && o.RecordID == l.RecordID {
			return &stored.Links[i]
		}
	}
	return nil
}

// settleOwners rejects the items whose records belong to another customer, before
// anything of them is written: a record has one customer at the most.
func (b *batch) settleOwners(ctx context.Context) error {
	var words []string
	for _, it := range b.items {
		if it.profile == nil {
			continue
		}
		for _, l := range it.profile.Links {
			if o := b.storedLink(it.profile.ID, l); o == nil || !o.UndoneAt.IsZero() {
				words = append(words, word(l))
			}
		}
	}
	slices.Sort(words)
	if err := b.ledger.load(ctx, slices.Compact(words)); err != nil {
		return err
	}
	bad := map[*item]*rowError{}
	for _, it := range b.items {
		if e := b.claim(it); e != nil {
			bad[it] = e
		}
	}
	b.rejectItems(bad)
	b.ledger.forget()
	return nil
}

// claim notes that the records of an item are its customer's.
func (b *batch) claim(it *item) *rowError {
	if it.profile == nil {
		return nil
	}
	for _, l := range it.profile.Links {
		if owner := b.ledger.owners[word(l)]; owner != "" && owner != it.profile.ID {
			return belongsToAnother(l)
		}
	}
	for _, l := range it.profile.Links {
		if o := b.storedLink(it.profile.ID, l); o != nil && !o.UndoneAt.IsZero() {
			b.stayUndone++
			continue
		}
		b.ledger.owners[word(l)] = it.profile.ID
	}
	return nil
}

func belongsToAnother(l profiles.Link) *rowError {
	return &rowError{
		problem: fmt.Sprintf("the %s record of the system %s belongs to another customer", l.Source, l.System),
		detail:  "its key is " + quoted(l.RecordID),
	}
}

// conflicting gives the items of customers that were not written after all, since
// somebody else linked one of their records meanwhile.
func (b *batch) conflicting(conflicts []profdocs.Conflict) map[*item]*rowError {
	bad := map[*item]*rowError{}
	for _, c := range conflicts {
		for _, p := range b.profiles {
			if p.said.ID != c.CustomerID {
				continue
			}
			for _, it := range p.items {
				bad[it] = belongsToAnother(c.Link)
			}
		}
	}
	return bad
}
