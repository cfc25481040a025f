package sources

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Settle brings the dated facts of one kind into the form that the contract asks
// for: each says its system and owner, the newest come first, ties by key, and at
// most [MaxPerKind] stay. It gives the facts, whether some were cut, and a [*Fault]
// where a fact is null, has no key or, unless undated facts are fine, no date.
func Settle[T comparable](facts []T, system, owner string, undated bool, of func(T) (*Ref, time.Time)) ([]T, bool, error) {
	var none T
	for i, f := range facts {
		if f == none {
			return nil, false, &Fault{Place: "[" + strconv.Itoa(i) + "]", Problem: "is null"}
		}
		ref, at := of(f)
		problem := ""
		if bad := badKey(ref.RecordID); bad != "" {
			problem = "has a recordId that " + bad
		} else if at.IsZero() && !undated {
			problem = "has no date"
		} else if !at.IsZero() && !isTime(at) {
			problem = "has a date that " + badTime
		}
		if problem != "" {
			return nil, false, &Fault{Place: "[" + strconv.Itoa(i) + "]", Problem: problem}
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
