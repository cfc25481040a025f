package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"customer360/sources/profiles"
)

// slowList tells of a store whose lists take longer than requests wait for them.
type slowList struct {
	// Took is how long one took; Within is what it may take.
	Took, Within time.Duration
}

func (l *slowList) Error() string {
	return fmt.Sprintf("a page of customers took %v, more than half of its timeout of %v: with more customers, lists will be TIMED_OUT", l.Took.Round(time.Millisecond), l.Within)
}

// measureList asks a store for the list that is asked for most, a page of the newest customers,
// and gives a [*slowList] where that takes more than half of what a call may take. A server that
// takes an index for something that it then does not use answers at the speed of its size, and says
// so nowhere. Whatever else goes wrong is told by requests.
func measureList(ctx context.Context, spine profiles.Spine, within time.Duration) error {
	newest := profiles.Query{Order: profiles.Order{Field: profiles.ByCreatedAt, Descending: true}, Limit: 20}
	// The first one may be slow for what it is the first of, as connections.
	var took time.Duration
	for range 2 {
		began := time.Now()
		_, err := spine.List(ctx, newest, profiles.Names)
		took = time.Since(began)
		if ctx.Err() == nil && err != nil {
			return nil //nolint:nilerr // Requests tell what it is, and to whom.
		}
		if took <= within/2 {
			return nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return &slowList{Took: took, Within: within}
}

// measureAfter is when a start is over, and what is measured takes nothing from it.
const measureAfter = 5 * time.Second

// warnOfSlowLists measures a list of a MongoDB once, soon after a start, and says in the log what is
// slow.
func warnOfSlowLists(ctx context.Context, spine profiles.Spine, within time.Duration, log *slog.Logger) {
	select {
	case <-time.After(measureAfter):
	case <-ctx.Done():
		return
	}
	// Long enough to say how long it takes, and no burden on a store that is slow.
	measuring, cancel := context.WithTimeout(ctx, 10*within)
	defer cancel()
	var slow *slowList
	if err := measureList(measuring, spine, within); ctx.Err() == nil && errors.As(err, &slow) {
		log.Warn("lists of customers are slow", "took", slow.Took.Round(time.Millisecond), "timeout", slow.Within, "advice", adviceOnLists)
	}
}

const adviceOnLists = "check that the server uses the indexes (explain a find that sorts by createdAt and _id); docs/documents.md lists the servers that were tried"
