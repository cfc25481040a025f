package sources

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// Errors of records that a system gave without what the graph cannot do without.
var (
	ErrNoKey  = errors.New("a fact has no recordId")
	ErrNoDate = errors.New("a fact has no date")
)

// Settle brings the dated facts of one kind into the form that the contract asks
// for: each says its system and owner, the newest come first, ties by key, and at
// most [MaxPerKind] stay. It gives the facts, whether some were cut, and [ErrNoKey]
// or [ErrNoDate] where a fact has no key or, unless undated facts are fine, no date.
func Settle[T any](facts []T, system, owner string, undated bool, of func(T) (*Ref, time.Time)) ([]T, bool, error) {
	for _, f := range facts {
		ref, at := of(f)
		if ref.RecordID == "" {
			return nil, false, ErrNoKey
		}
		if at.IsZero() && !undated {
			return nil, false, ErrNoDate
		}
		ref.System, ref.Owner = system, owner
	}
	slices.SortStableFunc(facts, func(a, b T) int {
		ra, at := of(a)
		rb, bt := of(b)
		return cmp.Or(bt.Compare(at), cmp.Compare(ra.RecordID, rb.RecordID))
	})
	if len(facts) > MaxPerKind {
		return facts[:MaxPerKind], true, nil
	}
	return facts, false, nil
}

// OneOf maps a system's word to a value of one of our enums: letter case does not
// matter, and a word that is not among the known ones becomes other, with the word
// itself kept in raw unless something stands there. The empty word stays empty.
func OneOf[E ~string](word *E, raw *string, other E, known ...E) {
	w := E(strings.ToUpper(string(*word)))
	switch {
	case w == "":
	case slices.Contains(known, w):
		*word = w
	default:
		if raw != nil && *raw == "" {
			*raw = string(*word)
		}
		*word = other
	}
}
