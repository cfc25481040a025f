package operation

import "sync"

// A slab gives memory for many small things that live as long as an operation, with few
// allocations.
type slab[T any] struct {
	mu   sync.Mutex
	room []T
	size int
}

// Slabs double: small operations need few things, large ones many.
const (
	firstSlab = 4
	lastSlab  = 128
)

// take gives room for n things.
func (s *slab[T]) take(n int) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.room) < n {
		s.size = min(max(2*s.size, firstSlab), lastSlab)
		s.room = make([]T, max(n, s.size))
	}
	taken := s.room[:n:n]
	s.room = s.room[n:]
	return taken
}
