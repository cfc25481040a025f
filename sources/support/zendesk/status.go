package zendesk

import (
	"context"
	"net/http"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
)

// labelsKept is how long custom statuses are kept: an administrator changes them rarely,
// and each Fetch would need a call more.
const labelsKept = 5 * time.Minute

// A status is a custom one, or the default of its category.
type status struct {
	ID       int64  `json:"id"`
	Category string `json:"status_category"`
	Label    string `json:"agent_label"`
	Default  bool   `json:"default"`
}

// statuses are the custom statuses that were read last.
type statuses struct {
	mu   sync.Mutex
	byID map[int64]status
	at   time.Time
}

// labels gives the custom statuses by their ids; none in an account that has not
// switched them on. Those that were read before are good enough where they cannot be read
// again: only labels depend on them.
func (s *source) labels(ctx context.Context) (map[int64]status, *sources.Error) {
	s.statuses.mu.Lock()
	kept, at := s.statuses.byID, s.statuses.at
	s.statuses.mu.Unlock()
	if kept != nil && time.Since(at) < labelsKept {
		return kept, nil
	}
	var page struct {
		Statuses *[]status `json:"custom_statuses"`
	}
	began := time.Now()
	err := s.get(ctx, "api/v2/custom_statuses.json", nil, &page)
	byID := map[int64]status{}
	switch {
	case err != nil && (httpapi.IsStatus(err, http.StatusForbidden) || httpapi.IsStatus(err, http.StatusNotFound)):
	case err == nil && page.Statuses == nil:
		err = s.malformed("an answer holds no custom statuses")
		fallthrough
	case err != nil:
		if kept != nil {
			return kept, nil
		}
		return nil, err
	default:
		for _, one := range *page.Statuses {
			byID[one.ID] = one
		}
	}
	s.statuses.mu.Lock()
	defer s.statuses.mu.Unlock()
	s.statuses.byID, s.statuses.at = byID, began
	return byID, nil
}

// haveCustomStatus reports whether a status needs to be looked up.
func haveCustomStatus(lists map[int64]*list) bool {
	for _, l := range lists {
		for _, t := range l.tickets {
			if t.CustomStatusID != 0 {
				return true
			}
		}
	}
	return false
}
