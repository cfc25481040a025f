package relay

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A Page is a part of a list: a connection.
type Page[T any] struct {
	Edges    []Edge[T]
	PageInfo PageInfo
	// TotalCount is how many there are in all pages; nil where it is not known.
	TotalCount *int
}

// An Edge is an entry of a page.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// PageInfo says where a page stands in its list.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	// StartCursor and EndCursor are empty where the page is.
	StartCursor string
	EndCursor   string
}

// A Cursor is a place in a list that is sorted by time and key. It names the list,
// so that it is not taken for a place in another one.
type Cursor struct {
	List string
	At   time.Time
	Key  string
}

// ErrCursor says that a text is not a cursor of the list.
var ErrCursor = errors.New("the cursor is malformed or of another list: give one that this list gave, with the same order")

// String gives the opaque text of a cursor.
func (c Cursor) String() string {
	return encode([]string{c.List, strconv.FormatInt(c.At.Unix(), 10), strconv.Itoa(c.At.Nanosecond()), c.Key})
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
		return 0, fmt.Errorf("`first` must not be more than %d: ask for less, and for the rest with `after`", limit)
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
	page := &Page[T]{Edges: make([]Edge[T], 0, end-start)}
	for _, node := range all[start:end] {
		at, key := position(node)
		page.Edges = append(page.Edges, Edge[T]{Cursor{list, at, key}.String(), node})
	}
	page.Close(start > 0, end < len(all))
	return page, nil
}

// Close fills in the page's info once its edges are there.
func (p *Page[T]) Close(hasPrevious, hasNext bool) {
	p.PageInfo = PageInfo{HasNextPage: hasNext, HasPreviousPage: hasPrevious}
	if n := len(p.Edges); n > 0 {
		p.PageInfo.StartCursor, p.PageInfo.EndCursor = p.Edges[0].Cursor, p.Edges[n-1].Cursor
	}
}
