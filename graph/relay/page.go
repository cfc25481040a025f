package relay

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A Page is a part of a list: a connection. Its cursors are made for those who ask.
type Page[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo

	total   int
	counted bool
	// cursor gives the cursor of an entry, by its index, where the page has no list.
	cursor func(i int) string
	// list and position give it where the page is of a list in memory.
	list     string
	position func(T) (time.Time, string)
}

// An Edge is an entry of a page.
type Edge[T any] struct {
	Node T
	page *Page[T]
	i    int
}

// Cursor is the place of the entry in the list.
func (e Edge[T]) Cursor() string { return e.page.cursorOf(e.i) }

// PageInfo says where a page stands in its list.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	page            interface{ cursorOf(i int) string }
	entries         int
}

// StartCursor is the cursor of the first entry; empty where the page is.
func (p PageInfo) StartCursor() string {
	if p.entries == 0 {
		return ""
	}
	return p.page.cursorOf(0)
}

// EndCursor is the cursor of the last entry; empty where the page is.
func (p PageInfo) EndCursor() string {
	if p.entries == 0 {
		return ""
	}
	return p.page.cursorOf(p.entries - 1)
}

// NewPage makes a page of entries, with or without some before and after it. Cursor gives
// the cursor of an entry by its index.
func NewPage[T any](nodes []T, hasPrevious, hasNext bool, cursor func(i int) string) *Page[T] {
	p := newPage(nodes, hasPrevious, hasNext)
	p.cursor = cursor
	return p
}

// short is a page whose entries are kept in it: most pages of a customer's facts are short.
type short[T any] struct {
	Page[T]
	edges [maxShort]Edge[T]
}

const maxShort = 3

func newPage[T any](nodes []T, hasPrevious, hasNext bool) *Page[T] {
	var p *Page[T]
	if len(nodes) <= maxShort {
		s := &short[T]{}
		p = &s.Page
		p.Edges = s.edges[:len(nodes)]
	} else {
		p = &Page[T]{Edges: make([]Edge[T], len(nodes))}
	}
	for i, n := range nodes {
		p.Edges[i] = Edge[T]{n, p, i}
	}
	p.PageInfo = PageInfo{hasNext, hasPrevious, p, len(nodes)}
	return p
}

// Nodes are the entries themselves.
func (p *Page[T]) Nodes() []T {
	nodes := make([]T, len(p.Edges))
	for i := range p.Edges {
		nodes[i] = p.Edges[i].Node
	}
	return nodes
}

func (p *Page[T]) cursorOf(i int) string {
	if p.cursor != nil {
		return p.cursor(i)
	}
	at, key := p.position(p.Edges[i].Node)
	return Cursor{p.list, at, key}.String()
}

// Count says how many there are in all pages.
func (p *Page[T]) Count(total int) { p.total, p.counted = total, true }

// TotalCount is how many there are in all pages; false where that is not known.
func (p *Page[T]) TotalCount() (int, bool) { return p.total, p.counted }

// A Cursor is a place in a list that is sorted by time and key. It names the list,
// so that it is not taken for a place in another one.
type Cursor struct {
	List string
	At   time.Time
	Key  string
}

// ErrCursor says that a text is not a cursor of the list.
var ErrCursor = errors.New("malformed cursor, or one of another list: use one that this list returned, with the same order")

// String gives the opaque text of a cursor.
func (c Cursor) String() string {
	return encode(c.List, strconv.FormatInt(c.At.Unix(), 10), strconv.Itoa(c.At.Nanosecond()), c.Key)
}

// ParseCursor reads a cursor of the named list. The error is [ErrCursor].
func ParseCursor(list, text string) (Cursor, error) {
	parts, ok := decode(text)
	if !ok || len(parts) != 4 || parts[0] != list {
		return Cursor{}, ErrCursor
	}
	sec, err1 := strconv.ParseInt(parts[1], 10, 64)
	nsec, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil || nsec < 0 || nsec >= 1e9 {
		return Cursor{}, ErrCursor
	}
	return Cursor{list, time.Unix(sec, nsec).UTC(), parts[3]}, nil
}

// DefaultFirst is how many entries a page has where the caller does not say.
const DefaultFirst = 20

// First checks the argument `first` against the cap: nil gives [DefaultFirst], or
// the cap if that is less.
func First(first *int, limit int) (int, error) {
	switch {
	case first == nil:
		return min(DefaultFirst, limit), nil
	case *first < 0:
		return 0, errors.New("`first` must not be negative")
	case *first > limit:
		return 0, fmt.Errorf("`first` must be at most %d: get the rest with `after`", limit)
	}
	return *first, nil
}

// Paginate gives the page of a whole list that is sorted newest first, ties by
// key. Position gives an entry's time and key; after is the cursor behind which the
// page starts, or nil. Entries that came since the cursor was given are neither
// repeated nor make others be skipped.
func Paginate[T any](list string, all []T, first int, after *string, position func(T) (time.Time, string)) (*Page[T], error) {
	start := 0
	if after != nil {
		c, err := ParseCursor(list, *after)
		if err != nil {
			return nil, err
		}
		for start < len(all) {
			at, key := position(all[start])
			if at.Before(c.At) || at.Equal(c.At) && key > c.Key {
				break
			}
			start++
		}
	}
	end := min(start+first, len(all))
	page := newPage(all[start:end], start > 0, end < len(all))
	page.list, page.position = list, position
	return page, nil
}
