package live

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"customer360/sources/profiles"
	"customer360/sources/support"
)

// The credentials that the demo's Zendesk takes: an agent's e-mail address and API token.
const (
	ZendeskEmail = "agent@meridian.example"
	ZendeskToken = "demo"
)

// Zendesk serves support records as Zendesk Support would: users, search, tickets,
// custom statuses and comments. The RecordID of a record must be a number; tickets and
// comments get numbers in the order in which they come. What changed in the minute before
// now is not yet found by a search.
//
// Zendesk has no place for some of what the demo company keeps, so that it comes back as
// something else: what was said outside of tickets is in a closed ticket for each channel;
// a rating is good (4 and 5 of 5) or bad, without its date; a status that Zendesk does not
// have is a custom status on hold, and a priority that it does not have is none; of the
// channels, post and in person are any_channel.
func Zendesk(records []*support.Record, now time.Time) http.Handler {
	return newZendesk(records, now).handler()
}

// zendesk is the account: what Zendesk holds, in its own form.
type zendesk struct {
	now      time.Time
	users    map[int64]*zendeskUser
	tickets  []*zendeskTicket
	comments map[int64][]*zendeskComment
	// said is how many comments there are.
	said     int64
	statuses []zendeskStatus
	// names are the people who wrote something, by whom they wrote for.
	names map[string]*zendeskUser
}

type zendeskUser struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Active bool   `json:"active"`
}

type zendeskTicket struct {
	ID             int64             `json:"id"`
	Subject        *string           `json:"subject"`
	Status         string            `json:"status"`
	CustomStatusID int64             `json:"custom_status_id"`
	Priority       *string           `json:"priority"`
	RequesterID    int64             `json:"requester_id"`
	Tags           []string          `json:"tags"`
	Via            zendeskVia        `json:"via"`
	CreatedAt      time.Time         `json:"created_at"`
	UpdatedAt      time.Time         `json:"updated_at"`
	Satisfaction   map[string]string `json:"satisfaction_rating"`
	ResultType     string            `json:"result_type,omitempty"`
	Metrics        *zendeskMetrics   `json:"metric_set,omitempty"`
}

type zendeskMetrics struct {
	TicketID      int64      `json:"ticket_id"`
	SolvedAt      *time.Time `json:"solved_at"`
	LastCommentAt *time.Time `json:"latest_comment_added_at"`
}

type zendeskVia struct {
	Channel string         `json:"channel"`
	Source  map[string]any `json:"source"`
}

type zendeskComment struct {
	ID        int64      `json:"id"`
	Type      string     `json:"type"`
	AuthorID  int64      `json:"author_id"`
	Body      string     `json:"body"`
	PlainBody string     `json:"plain_body"`
	Public    bool       `json:"public"`
	Via       zendeskVia `json:"via"`
	CreatedAt time.Time  `json:"created_at"`
}

type zendeskStatus struct {
	ID       int64  `json:"id"`
	Category string `json:"status_category"`
	Label    string `json:"agent_label"`
	Active   bool   `json:"active"`
	Default  bool   `json:"default"`
}

// Ids of what has none in the demo begin here, so that no two of a kind are alike.
const (
	zendeskFirstTicket  = 10_001
	zendeskFirstComment = 500_000
	zendeskFirstAuthor  = 900_000_000_001
	zendeskSystem       = -1
)

func newZendesk(records []*support.Record, now time.Time) *zendesk {
	z := &zendesk{now: now, users: map[int64]*zendeskUser{}, comments: map[int64][]*zendeskComment{}, names: map[string]*zendeskUser{}}
	for i, category := range []string{"new", "open", "pending", "hold", "solved"} {
		z.statuses = append(z.statuses, zendeskStatus{ID: int64(i + 1), Category: category, Label: category, Active: true, Default: true})
	}
	for _, r := range records {
		id, err := strconv.ParseInt(r.RecordID, 10, 64)
		if err != nil {
			// Zendesk has no other users.
			continue
		}
		z.users[id] = &zendeskUser{ID: id, Name: zendeskNameOf(r), Role: "end-user", Active: true}
		for _, t := range r.Tickets {
			z.addTicket(id, t, r)
		}
		z.addOutside(id, r)
	}
	return z
}

// zendeskNameOf is the name of the one who wrote first.
func zendeskNameOf(r *support.Record) string {
	for _, m := range slices.Backward(r.Messages) {
		if m.Direction == support.Inbound && m.AuthorName != "" {
			return m.AuthorName
		}
	}
	return "Contact " + r.RecordID
}

func (z *zendesk) addTicket(requester int64, t *support.Ticket, r *support.Record) {
	mine := &zendeskTicket{
		ID: zendeskFirstTicket + int64(len(z.tickets)), RequesterID: requester, Tags: t.Tags,
		Via: zendeskViaOf(t.Channel), CreatedAt: t.CreatedAt, UpdatedAt: cmp.Or(t.UpdatedAt, t.CreatedAt),
		Satisfaction: map[string]string{"score": "unoffered"}, Metrics: &zendeskMetrics{},
	}
	if t.Title != "" {
		mine.Subject = &t.Title
	}
	if priority := strings.ToLower(string(t.Priority)); slices.Contains([]string{"low", "normal", "high", "urgent"}, priority) {
		mine.Priority = &priority
	}
	mine.Status, mine.CustomStatusID = z.statusOf(t)
	if t.Satisfaction != nil {
		mine.Satisfaction["score"] = "bad"
		if t.Satisfaction.Rating >= 0.8*float64(t.Satisfaction.Scale) {
			mine.Satisfaction["score"] = "good"
		}
	}
	if !t.SolvedAt.IsZero() {
		mine.Metrics.SolvedAt = &t.SolvedAt
	}
	z.add(mine, zendeskMessages(r, func(m *support.Message) bool { return m.TicketID == t.RecordID }))
}

// addOutside makes a closed ticket of what was said through a channel without a ticket.
func (z *zendesk) addOutside(requester int64, r *support.Record) {
	outside := zendeskMessages(r, func(m *support.Message) bool { return m.TicketID == "" })
	var channels []profiles.Channel
	for _, m := range outside {
		if !slices.Contains(channels, m.Channel) {
			channels = append(channels, m.Channel)
		}
	}
	for _, channel := range channels {
		said := slices.DeleteFunc(slices.Clone(outside), func(m *support.Message) bool { return m.Channel != channel })
		status, custom := z.statusOf(&support.Ticket{Status: support.Closed})
		z.add(&zendeskTicket{
			ID: zendeskFirstTicket + int64(len(z.tickets)), RequesterID: requester, Tags: []string{}, Via: zendeskViaOf(channel),
			Status: status, CustomStatusID: custom, CreatedAt: said[0].SentAt, UpdatedAt: said[len(said)-1].SentAt, Metrics: &zendeskMetrics{},
		}, said)
	}
}

// zendeskMessages gives messages, oldest first.
func zendeskMessages(r *support.Record, which func(*support.Message) bool) []*support.Message {
	var messages []*support.Message
	for _, m := range slices.Backward(r.Messages) {
		if which(m) {
			messages = append(messages, m)
		}
	}
	return messages
}

func (z *zendesk) add(t *zendeskTicket, messages []*support.Message) {
	t.Metrics.TicketID = t.ID
	z.tickets = append(z.tickets, t)
	for _, m := range messages {
		z.said++
		c := &zendeskComment{
			ID: zendeskFirstComment + z.said, Type: "Comment", AuthorID: z.author(t.RequesterID, m), Body: m.Body, PlainBody: m.Body,
			Public: m.Direction != support.Internal, Via: zendeskViaOf(m.Channel), CreatedAt: m.SentAt,
		}
		if m.Automatic {
			c.AuthorID, c.Via = zendeskSystem, zendeskVia{"rule", map[string]any{"rel": "trigger"}}
		} else if m.Channel == profiles.Phone && m.Direction != support.Internal {
			c.Type = "VoiceComment"
			c.Via.Source = map[string]any{"rel": strings.ToLower(string(m.Direction))}
		}
		z.comments[t.ID] = append(z.comments[t.ID], c)
		t.Metrics.LastCommentAt = &m.SentAt
	}
}

// author gives the user who wrote a message: the contact, somebody else who wrote for
// the contact, or an agent.
func (z *zendesk) author(requester int64, m *support.Message) int64 {
	role, key := "agent", "agent/"+m.AuthorName
	if m.Direction == support.Inbound {
		if m.AuthorName == z.users[requester].Name {
			return requester
		}
		role, key = "end-user", fmt.Sprintf("%d/%s", requester, m.AuthorName)
	}
	if z.names[key] == nil {
		u := &zendeskUser{ID: zendeskFirstAuthor + int64(len(z.names)), Name: m.AuthorName, Role: role, Active: true}
		z.names[key], z.users[u.ID] = u, u
	}
	return z.names[key].ID
}

func (z *zendesk) statusOf(t *support.Ticket) (status string, custom int64) {
	switch status = strings.ToLower(string(t.Status)); t.Status {
	case support.OnHold, support.OtherTicketStatus:
		status = "hold"
	}
	category := status
	if t.Status == support.Closed {
		category = "solved"
	}
	label := category
	if t.Status == support.OtherTicketStatus {
		label = cmp.Or(t.RawStatus, "Other")
	}
	i := slices.IndexFunc(z.statuses, func(s zendeskStatus) bool { return s.Category == category && s.Label == label })
	if i < 0 {
		i = len(z.statuses)
		z.statuses = append(z.statuses, zendeskStatus{ID: int64(i + 1), Category: category, Label: label, Active: true})
	}
	return status, z.statuses[i].ID
}

func zendeskViaOf(channel profiles.Channel) zendeskVia {
	words := map[profiles.Channel]string{
		profiles.Email: "email", profiles.Phone: "voice", profiles.SMS: "sms", profiles.Messenger: "native_messaging",
		profiles.Web: "web", profiles.Forum: "forum", profiles.SocialMedia: "twitter",
	}
	return zendeskVia{cmp.Or(words[channel], "any_channel"), map[string]any{"rel": nil}}
}

// zendeskAnswer writes an answer as Zendesk does.
func zendeskAnswer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func zendeskFails(w http.ResponseWriter, status int, what, description string) {
	zendeskAnswer(w, status, map[string]string{"error": what, "description": description})
}

// zendeskAuthorization is what requests must bring.
func zendeskAuthorization() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(ZendeskEmail+"/token:"+ZendeskToken))
}
