package sources

import "context"

// An Eraser is a source whose records are ours to remove: they were landed, and what the
// company's own system holds is removed there. What is asked live, a vendor's system or a
// company's own database, is only read, and is no Eraser.
//
// Erase removes the records with these keys. A key without a record is erased already, so
// that doing it twice changes nothing, and a call that failed or was cut short, and may
// have removed some of them, is made again. No other record is touched. For the keys, the
// context and the errors the same holds as for [Source].
type Eraser[K comparable] interface {
	Erase(ctx context.Context, keys []K) error
}

// EraserOf gives what removes the records of a source; nil: nothing does. A source that
// stands before another says it by a method Eraser, which gives that of the other.
func EraserOf[K comparable, V any](s Source[K, V]) Eraser[K] {
	switch s := s.(type) {
	case interface{ Eraser() Eraser[K] }:
		return s.Eraser()
	case Eraser[K]:
		return s
	}
	return nil
}

// A Forgetter is a source that keeps answers. Forget drops all that is kept of these keys,
// whoever it was asked for: what was asked before Forget was called is neither kept nor
// given to who asks after it returned.
type Forgetter[K comparable] interface {
	Forget(keys ...K)
}
