package zendesk

import (
	"strings"
	"time"

	"customer360/sources"
	"customer360/sources/profiles"
	"customer360/sources/support"
)

// A ticket is one as Zendesk gives it. What is null there is empty here.
type ticket struct {
	ID             int64     `json:"id"`
	ResultType     string    `json:"result_type"`
	Subject        string    `json:"subject"`
	Status         string    `json:"status"`
	CustomStatusID int64     `json:"custom_status_id"`
	Priority       string    `json:"priority"`
	RequesterID    int64     `json:"requester_id"`
	Tags           []string  `json:"tags"`
	Via            via       `json:"via"`
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
	Satisfaction   *struct {
		Score string `json:"score"`
	} `json:"satisfaction_rating"`
	Metrics *struct {
		SolvedAt      time.Time `json:"solved_at"`
		LastCommentAt time.Time `json:"latest_comment_added_at"`
	} `json:"metric_set"`
}

// lastComment is when the newest comment was made, or later: each comment changes its
// ticket.
func (t *ticket) lastComment() time.Time {
	switch {
	case t.Metrics != nil && !t.Metrics.LastCommentAt.IsZero():
		return t.Metrics.LastCommentAt
	case t.UpdatedAt.IsZero():
		return t.CreatedAt
	}
	return t.UpdatedAt
}

// ticket gives a ticket in our form.
func (s *source) ticket(t *ticket, labels map[int64]status) *support.Ticket {
	key := formatID(t.ID)
	ours := &support.Ticket{
		Ref:          sources.Ref{RecordID: key, URL: s.ticketURL(key)},
		Title:        t.Subject,
		Priority:     support.TicketPriority(t.Priority),
		Channel:      t.Via.channel(),
		Tags:         t.Tags,
		CreatedAt:    t.CreatedAt.UTC(),
		UpdatedAt:    t.UpdatedAt.UTC(),
		Satisfaction: t.rating(),
	}
	if t.ID == 0 {
		ours.RecordID = ""
	}
	if t.Metrics != nil {
		ours.SolvedAt = t.Metrics.SolvedAt.UTC()
	}
	custom := labels[t.CustomStatusID]
	if ours.Status = statusOf(t.Status); ours.Status == "" {
		ours.Status = statusOf(custom.Category)
	}
	if ours.Status == "" {
		// Settle makes OTHER of it, and keeps the word.
		ours.Status = support.TicketStatus(t.Status)
	}
	if custom.Label != "" && !custom.Default {
		ours.RawStatus = custom.Label
	}
	return ours
}

func (s *source) ticketURL(key string) string { return s.agent + "tickets/" + key }

// statusOf gives what we call a status category, which is what the status of a ticket
// is; empty: it is none.
func statusOf(category string) support.TicketStatus {
	switch category {
	case "new", "open", "pending", "solved", "closed":
		return support.TicketStatus(strings.ToUpper(category))
	case "hold":
		return support.OnHold
	}
	return ""
}

// rating gives what the customer said; nil where nothing was asked or said. When it was
// said is not in the ticket.
func (t *ticket) rating() *support.Rating {
	if t.Satisfaction == nil {
		return nil
	}
	switch score := t.Satisfaction.Score; {
	case strings.HasPrefix(score, "good"):
		return &support.Rating{Rating: 2, Scale: 2}
	case strings.HasPrefix(score, "bad"):
		return &support.Rating{Rating: 1, Scale: 2}
	}
	return nil
}

// channels are ours for the via types of
// https://developer.zendesk.com/documentation/ticketing/reference-guides/via-types/.
// Those that say by which machine and not how the customer came are not in it.
var channels = map[string]profiles.Channel{
	"email": profiles.Email, "mail": profiles.Email,
	"voice": profiles.Phone, "phone": profiles.Phone, "voicemail": profiles.Phone,
	"phone_call_inbound": profiles.Phone, "phone_call_outbound": profiles.Phone,
	"api_voicemail": profiles.Phone, "api_phone_call_inbound": profiles.Phone, "api_phone_call_outbound": profiles.Phone,
	"sms": profiles.SMS, "text_message": profiles.SMS, "mblox_sms": profiles.SMS,
	"chat": profiles.Messenger, "native_messaging": profiles.Messenger, "messaging": profiles.Messenger,
	"whatsapp": profiles.Messenger, "line": profiles.Messenger, "wechat": profiles.Messenger, "telegram": profiles.Messenger,
	"viber": profiles.Messenger, "kakaotalk": profiles.Messenger, "instagram_dm": profiles.Messenger,
	"facebook_message": profiles.Messenger, "facebook_messenger": profiles.Messenger, "twitter_dm": profiles.Messenger,
	"twitter": profiles.SocialMedia, "x": profiles.SocialMedia, "twitter_favorite": profiles.SocialMedia,
	"twitter_like": profiles.SocialMedia, "facebook": profiles.SocialMedia, "facebook_post": profiles.SocialMedia,
	"web": profiles.Web, "web_form": profiles.Web, "web_widget": profiles.Web, "help_center": profiles.Web,
	"mobile": profiles.Web, "mobile_sdk": profiles.Web, "iphone": profiles.Web, "dropbox": profiles.Web,
	"closed_ticket": profiles.Web, "answer_bot_for_web_widget": profiles.Web,
	"forum": profiles.Forum, "topic": profiles.Forum,
}

// conversations begin the via types of messengers that are connected through Sunshine
// Conversations, as sunshine_conversations_apple.
const conversations = "sunshine_conversations_"

// A via says how a ticket or a comment came to be.
type via struct {
	// Channel is a text; old tickets may have a number.
	Channel any `json:"channel"`
	Source  struct {
		Rel string `json:"rel"`
	} `json:"source"`
}

// word is the via type; empty where it is none.
func (v via) word() string {
	word, _ := v.Channel.(string)
	return strings.ReplaceAll(strings.ToLower(word), " ", "_")
}

// channel gives ours; OTHER where we have none, and empty where nothing is told.
func (v via) channel() profiles.Channel {
	word := v.word()
	switch known := channels[word]; {
	case word == "":
		return ""
	case known == profiles.SocialMedia && (v.Source.Rel == "message" || v.Source.Rel == "direct_message"):
		return profiles.Messenger
	case known != "":
		return known
	case word == conversations+"twilio_sms" || word == conversations+"sms":
		return profiles.SMS
	case strings.HasPrefix(word, conversations):
		return profiles.Messenger
	}
	return profiles.OtherChannel
}

// automatic reports whether a machine of the company did it: a trigger, an automation
// or a bot.
func (v via) automatic() bool {
	word := v.word()
	return word == "rule" || word == "system" || word == "automatic_solution_suggestions" || strings.HasPrefix(word, "answer_bot")
}
