package zendesk

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/plaintext"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// A comment is what was said in a ticket.
type comment struct {
	ID        int64     `json:"id"`
	Type      string    `json:"type"`
	AuthorID  int64     `json:"author_id"`
	PlainBody string    `json:"plain_body"`
	HTMLBody  string    `json:"html_body"`
	Body      string    `json:"body"`
	Public    bool      `json:"public"`
	Via       via       `json:"via"`
	CreatedAt time.Time `json:"created_at"`
	// Data is there in what was said on the phone.
	Data *struct {
		Transcription string `json:"transcription_text"`
	} `json:"data"`
}

// A user is who wrote a comment.
type user struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// messages gives what was said in the tickets with the newest comments. Where not all was
// read it gives only what is newer than all that was not, so that nothing is missing
// between what it gives.
func (s *source) messages(ctx context.Context, requester int64, l *list) (messages []*support.Message, cut bool, err error) {
	tickets, cut := l.newestFirst(), l.cut
	var horizon time.Time
	if len(tickets) > s.comments {
		horizon, cut = tickets[s.comments].lastComment(), true
		tickets = tickets[:s.comments]
	}
	var (
		mu    sync.Mutex
		worst *sources.Error
		read  int
	)
	httpapi.ForEach(ctx, s.concurrency, tickets, func(ctx context.Context, t *ticket) bool {
		said, since, failed := s.commentsOf(ctx, requester, t)
		mu.Lock()
		defer mu.Unlock()
		messages, read, worst = append(messages, said...), read+1, httpapi.Worse(worst, failed)
		if !since.IsZero() {
			cut = true
			if since.After(horizon) {
				horizon = since
			}
		}
		return failed == nil
	})
	switch {
	case worst != nil:
		return nil, false, worst
	case read < len(tickets):
		return nil, false, ctx.Err()
	}
	slices.SortFunc(messages, func(a, b *support.Message) int { return b.SentAt.Compare(a.SentAt) })
	for i, m := range messages {
		// The newest one is given in any case: a list that is cut and empty would not tell
		// since when.
		if i > 0 && !m.SentAt.After(horizon) {
			return messages[:i], cut, nil
		}
	}
	return messages, cut, nil
}

// commentsOf gives what was said in a ticket. Where there is more, since is when the
// oldest of it was.
func (s *source) commentsOf(ctx context.Context, requester int64, t *ticket) (said []*support.Message, since time.Time, err *sources.Error) {
	query := url.Values{"page[size]": {strconv.Itoa(pageSize)}, "sort": {"-created_at"}, "include": {"users"}}
	// A page that is empty, and not the last one, tells nothing newer.
	since = t.lastComment()
	for range sources.MaxPerKind / pageSize {
		var page struct {
			Comments *[]comment `json:"comments"`
			Users    []user     `json:"users"`
			Meta     meta       `json:"meta"`
		}
		err := s.get(ctx, "api/v2/tickets/"+formatID(t.ID)+"/comments.json", query, &page)
		switch {
		case err != nil && httpapi.IsStatus(err, http.StatusNotFound):
			// It was deleted since it was found: it has no comments any more.
			return nil, time.Time{}, nil
		case err == nil && page.Comments == nil:
			err = s.malformed("an answer holds no comments")
		}
		if err != nil {
			return nil, time.Time{}, err
		}
		users := map[int64]user{}
		for _, u := range page.Users {
			users[u.ID] = u
		}
		for _, c := range *page.Comments {
			said = append(said, s.message(&c, t, requester, users))
			since = c.CreatedAt
		}
		if !page.Meta.next(query) {
			if !page.Meta.HasMore {
				since = time.Time{}
			}
			return said, since, nil
		}
	}
	return said, since, nil
}

// message gives a comment in our form.
func (s *source) message(c *comment, t *ticket, requester int64, users map[int64]user) *support.Message {
	author := users[c.AuthorID]
	m := &support.Message{
		Ref:        sources.Ref{URL: s.ticketURL(formatID(t.ID))},
		TicketID:   formatID(t.ID),
		AuthorName: author.Name,
		Body:       c.text(),
		SentAt:     c.CreatedAt.UTC(),
	}
	if c.ID != 0 {
		m.RecordID = formatID(c.ID)
	}
	call := c.Type == "VoiceComment" || c.Via.channel() == profiles.Phone
	// Users have positive ids; the system has -1.
	byMachine := c.AuthorID < 0 || c.Via.automatic()
	switch {
	case call && (c.Via.Source.Rel == "inbound" || c.Via.Source.Rel == "voicemail"):
		m.Direction = support.Inbound
	case call && c.Via.Source.Rel == "outbound":
		m.Direction = support.Outbound
	case !c.Public:
		m.Direction, m.Automatic = support.Internal, byMachine
	case byMachine:
		m.Direction, m.Automatic = support.Outbound, true
	case c.AuthorID == requester || author.Role == "end-user":
		m.Direction = support.Inbound
	case author.Role != "":
		m.Direction = support.Outbound
	}
	switch own := c.Via.channel(); {
	case call:
		m.Channel = profiles.Phone
	case m.Direction != support.Inbound && (own == profiles.Web || own == profiles.OtherChannel):
		// How a colleague wrote it is not how it reached the customer.
		m.Channel = t.Via.channel()
	default:
		m.Channel = cmp.Or(own, t.Via.channel())
	}
	return m
}

// text is what was said, as plain text.
func (c *comment) text() string {
	// Zendesk leaves this one of all entities in its plain text.
	text := strings.TrimSpace(strings.ReplaceAll(c.PlainBody, "&nbsp;", " "))
	if text == "" {
		text = cmp.Or(plaintext.Of(c.HTMLBody), strings.TrimSpace(c.Body))
	}
	if c.Data != nil && c.Data.Transcription != "" && !strings.Contains(text, c.Data.Transcription) {
		text = strings.TrimSpace(text + "\n\n" + c.Data.Transcription)
	}
	return text
}

// UnmarshalJSON reads data only where it is an object: other comments may have something
// else there.
func (c *comment) UnmarshalJSON(data []byte) error {
	type plainComment comment
	raw := struct {
		*plainComment
		Data json.RawMessage `json:"data"`
	}{plainComment: (*plainComment)(c)}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if json.Unmarshal(raw.Data, &c.Data) != nil {
		c.Data = nil
	}
	return nil
}
