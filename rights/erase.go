package rights

import (
	"context"
	"slices"
	"time"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/profiles"
)

// An Erasure is what became of everything of one customer.
type Erasure struct {
	CustomerID string       `json:"customerId"`
	State      ErasureState `json:"state"`
	// Retry: something failed that may succeed another time. The same call is to be made
	// again, and completes it.
	Retry bool `json:"retry"`
	// ErasedAt is when it was done; zero for a plan. Of a customer who is not there and of
	// whom something was left behind it is when that was, in a plan as well.
	ErasedAt time.Time `json:"erasedAt,omitzero"`
	// Records are all linked records in the order of the links, then those that an earlier
	// erasure left behind, and the profile last.
	Records []ErasedRecord `json:"records"`
}

// ErasureState says how far an erasure came.
type ErasureState string

// The states of erasures.
const (
	// Planned: nothing was done yet.
	Planned ErasureState = "PLANNED"
	// Complete: nothing of the customer is left in any system that the gateway knew of.
	Complete ErasureState = "COMPLETE"
	// Incomplete: something is left, and the records say what: what failed is for another
	// try, what is not supported or shared for a person.
	Incomplete ErasureState = "INCOMPLETE"
)

// An ErasedRecord is what became of one record.
type ErasedRecord struct {
	Source   profiles.SourceName `json:"source"`
	System   string              `json:"system"`
	RecordID string              `json:"recordId"`
	State    RecordState         `json:"state"`
	// Code is what failed, or why the gateway cannot do it; empty where there is nothing
	// to say.
	Code customer.ErrorCode `json:"code,omitempty"`
}

// RecordState is what became of a record.
type RecordState string

// The states of records.
const (
	// ToErase: it would be erased.
	ToErase RecordState = "TO_ERASE"
	// Erased: it was there, or the system did not say, and is there no more.
	Erased RecordState = "ERASED"
	// NothingThere: the system was asked, and there is no such record.
	NothingThere RecordState = "NOTHING_THERE"
	// NotSupported: the gateway only reads this system, or has none of that name: somebody
	// has to erase the record there.
	NotSupported RecordState = "NOT_SUPPORTED"
	// Shared: somebody else is linked to it as well, and it was left: one of the links is to
	// be undone first, if the record is this customer's.
	Shared RecordState = "SHARED"
	// Failed: the system did not answer, or the spine not whose the record is, and it may be
	// there.
	Failed RecordState = "FAILED"
	// Kept: the profile was left, since something that it leads to could not be erased and
	// would not be found again without it.
	Kept RecordState = "KEPT"
)

// Plan says what [Rights.Erase] would do, and asks every system for that. It changes
// nothing. Of a customer who was erased and left something behind it says that, as Erase
// does: nothing is left to plan.
func (r *Rights) Plan(ctx context.Context, id string) (*Erasure, error) {
	return r.erase(ctx, id, false)
}

// Erase removes everything of the customer with that key that the gateway can remove: the
// linked records of the systems that are a [sources.Eraser], and then the profile, but
// only when none of them failed, since without it nobody would find them again. What the
// guards keep of any of the records is forgotten in every case. Records whose links were
// undone are somebody else's and stay, and so do those that somebody else is linked to as
// well, if the spine is a [profiles.ThoroughEraser].
//
// Doing it again completes what failed, and of a customer who is not there it says so, as
// NOTHING_THERE, without an error. Such a spine remembers the records that are
// NOT_SUPPORTED, and they are told again each time, without asking their systems. What
// systems and imports bring afterwards comes back: a customer is erased where the profile
// and the records come from first. The error is that of the spine, when it does not say
// what is linked or was left: then nothing was done.
func (r *Rights) Erase(ctx context.Context, id string) (*Erasure, error) {
	return r.erase(ctx, id, true)
}

func (r *Rights) erase(ctx context.Context, id string, really bool) (*Erasure, error) {
	c, err := r.profile(ctx, id, profiles.Links)
	if err != nil {
		return nil, err
	}
	before, err := r.leftBefore(ctx, id, c)
	if err != nil {
		return nil, err
	}
	all := r.links(c)
	shared, unknown := r.shared(ctx, id, all, before)
	if really {
		// Last of all: as long as the profile is there, somebody may ask for what it leads to.
		defer func() { each(all, func(l *linked) { l.system.forget(l.keys...) }) }()
	}
	each(all, func(l *linked) {
		// No part of the records is needed to know whether they are there.
		r.ask(ctx, l, 0, sources.Fail)
		if really && unknown == nil {
			r.eraseRecords(ctx, l, shared)
		}
	})
	e := &Erasure{CustomerID: id, State: Planned}
	for _, l := range all {
		if unknown != nil {
			l.failed = unknown
		}
		for _, key := range l.keys {
			record := ErasedRecord{Source: l.source, System: l.name, RecordID: key}
			record.State, record.Code = l.fate(key, shared[l.key(key)], really)
			e.Records = append(e.Records, record)
		}
	}
	for _, k := range before.Records {
		record := ErasedRecord{Source: k.Source, System: k.System, RecordID: k.RecordID}
		record.State, record.Code = r.fateOfLeft(k, shared[k], unknown)
		e.Records = append(e.Records, record)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	profile := ErasedRecord{Source: profiles.Profile, System: r.spineName(), RecordID: id}
	profile.State, profile.Code = r.eraseProfile(ctx, c, e, before, now, really)
	e.Records = append(e.Records, profile)
	e.Retry = e.has(Failed)
	switch {
	case c == nil && len(before.Records) > 0:
		e.ErasedAt, e.State = before.ErasedAt, Incomplete
	case really:
		e.ErasedAt, e.State = now, Complete
		if e.has(Failed) || e.has(NotSupported) || e.has(Shared) {
			e.State = Incomplete
		}
	}
	return e, nil
}

func (e *Erasure) has(s RecordState) bool {
	return slices.ContainsFunc(e.Records, func(r ErasedRecord) bool { return r.State == s })
}

// eraseRecords erases the records of a system that can, those aside that are shared, and
// those that it said are not there. One that it did not speak of may be.
func (r *Rights) eraseRecords(ctx context.Context, l *linked, shared map[profiles.RecordKey]bool) {
	if l.system.eraser == nil {
		return
	}
	there := slices.DeleteFunc(slices.Clone(l.keys), func(key string) bool { return l.answers[key].Missing || shared[l.key(key)] })
	for keys := range slices.Chunk(there, r.config.BatchCap) {
		_, err := sources.Caught(l.system.name(), func() (struct{}, error) {
			return struct{}{}, l.system.eraser.Erase(ctx, keys)
		})
		if l.failed == nil {
			l.failed = err
		}
	}
}

// fate says what became of a record, or will.
func (l *linked) fate(key string, shared, really bool) (RecordState, customer.ErrorCode) {
	result := l.result(key)
	switch {
	case result.Err == nil && result.Answer.Missing:
		return NothingThere, ""
	case shared:
		return Shared, ""
	case l.failed != nil:
		return Failed, codeOf(l.failed)
	case result.NotConfigured:
		return NotSupported, customer.CodeNotConfigured
	case l.system.eraser == nil:
		return NotSupported, codeOf(result.Err)
	case really:
		return Erased, ""
	case result.Err != nil:
		return Failed, codeOf(result.Err)
	}
	return ToErase, ""
}

// eraseProfile says what becomes of the profile, and erases it unless something that it
// leads to failed. What is left of the records is remembered before that.
func (r *Rights) eraseProfile(ctx context.Context, c *profiles.Customer, e *Erasure, before profiles.Leftovers, now time.Time, really bool) (RecordState, customer.ErrorCode) {
	eraser, ok := r.config.Spine.(profiles.Eraser)
	switch {
	case !ok && c == nil:
		return NothingThere, ""
	case !ok:
		return NotSupported, ""
	case !really && c == nil:
		return NothingThere, ""
	case c != nil && e.has(Failed):
		return Kept, ""
	case !really:
		return ToErase, ""
	}
	// Even if there is no profile: something that it was found by may have stayed behind.
	_, err := sources.Caught(r.config.Spine.Name(), func() (struct{}, error) {
		if c != nil {
			if err := r.keepLeft(ctx, e, before, now); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, eraser.EraseCustomer(ctx, e.CustomerID)
	})
	switch {
	case err != nil:
		return Failed, codeOf(err)
	case c == nil:
		return NothingThere, ""
	}
	return Erased, ""
}

func codeOf(err *sources.Error) customer.ErrorCode {
	if err == nil {
		return ""
	}
	return customer.ErrorCode(err.Kind)
}
