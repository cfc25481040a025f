// Package social owns what a social network holds of an account: its public
// profile, and its posts about the brand or addressed to it. Each folder below asks
// one kind of system.
package social

import (
	"time"

	"customer360/sources"
)

// A Source asks one social system for accounts by their keys.
type Source = sources.Source[string, *Record]

// The parts of a record. The profile always comes with it, since it says
// whether there is one.
const (
	PartProfile sources.Parts = 1 << iota
	PartMentions

	// AllParts is every part.
	AllParts = PartProfile | PartMentions
)

// A Record is all that one system holds of one account. Mentions are newest
// first, at most [sources.MaxPerKind].
type Record struct {
	Profile  `bson:",inline"`
	Mentions []*Mention `json:"mentions,omitempty"`
	// Cut are the parts that hold less than the system has; Settle sets it.
	Cut sources.Parts `json:"-" bson:"-"`
	// LeftOut are values that cannot be true, and are not known therefore; Settle sets it.
	LeftOut []sources.Fault `json:"-" bson:"-"`
}

// Cuts gives the parts that hold less than the system has. A truncated answer whose
// record names none may lack something of every part.
func (r *Record) Cuts() sources.Parts { return r.Cut }

// Faults gives the values that were left out of the record.
func (r *Record) Faults() []sources.Fault { return r.LeftOut }

// factSize is about what a fact takes, its short texts included.
const factSize = 300

// Size is about how many bytes of memory the record takes.
func (r *Record) Size() int {
	size := factSize * (1 + len(r.Mentions))
	for _, m := range r.Mentions {
		size += len(m.Text)
	}
	return size
}

// A Profile is an account on a social network.
type Profile struct {
	sources.Ref `bson:",inline"`
	// Network is in lower case, as mastodon.
	Network      string    `json:"network"`
	Handle       string    `json:"handle,omitempty"`
	DisplayName  string    `json:"displayName,omitempty"`
	Followers    *int      `json:"followers,omitempty"`
	LastActiveAt time.Time `json:"lastActiveAt,omitzero"`
	// State is what has become of it; empty reads as active.
	State    ProfileState `json:"state,omitempty"`
	RawState string       `json:"rawState,omitempty"`
	// MovedTo is the handle of the account that took its place.
	MovedTo string `json:"movedTo,omitempty"`
}

// ProfileState is what has become of an account.
type ProfileState string

// The states of profiles.
const (
	Active      ProfileState = "ACTIVE"
	Moved       ProfileState = "MOVED"
	Limited     ProfileState = "LIMITED"
	Suspended   ProfileState = "SUSPENDED"
	Deactivated ProfileState = "DEACTIVATED"
	Memorial    ProfileState = "MEMORIAL"
	OtherState  ProfileState = "OTHER"
)

// A Mention is a public post about the brand, or addressed to it.
type Mention struct {
	sources.Ref `bson:",inline"`
	// Network is in lower case, as mastodon.
	Network string `json:"network"`
	// Text is plain text.
	Text string `json:"text,omitempty"`
	// Language is a BCP 47 tag.
	Language string `json:"language,omitempty"`
	// SentimentValue is from -1 to 1; nil where it was not scored.
	SentimentValue *float64  `json:"sentiment,omitempty"`
	Reach          *int      `json:"reach,omitempty"`
	PostedAt       time.Time `json:"postedAt"`
}

// Sentiment gives the mention's score, or nil where it was not scored.
func (m *Mention) Sentiment() *Score {
	if m.SentimentValue == nil {
		return nil
	}
	return &Score{Kind: Sentiment, Value: *m.SentimentValue, Min: -1, Max: 1, AsOf: m.PostedAt}
}

// A Score is a figure that was estimated.
type Score struct {
	Kind  ScoreKind
	Value float64
	Min   float64
	Max   float64
	// Count is how many observations it is made of; nil where that has no meaning.
	Count *int
	// AsOf is when the latest observation was made; zero where it is not known.
	AsOf time.Time
}

// ScoreKind is what a score estimates.
type ScoreKind string

// The kinds of scores.
const (
	Sentiment  ScoreKind = "SENTIMENT"
	OtherScore ScoreKind = "OTHER"
)
