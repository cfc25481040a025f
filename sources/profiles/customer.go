// Package profiles defines the customer's profile, to which every record of another system
// is linked. It says what a profile is, how one is found and listed, and normalises the
// identifiers that it is found by.
package profiles

import (
	"cmp"
	"slices"
	"time"

	"customer360/sources"
)

// The parts of a profile that a caller may want. The key, kind, times and
// whether it exists always come.
const (
	// Names: name, given and family name, birth date, language, time zone.
	Names sources.Parts = 1 << iota
	// Contacts: the contact points.
	Contacts
	// Attributes: the company's own attributes.
	Attributes
	// Consents: what the customer agreed to.
	Consents
	// Relations: the people around the customer.
	Relations
	// Links: the records of other systems.
	Links

	// Undeclared: with Attributes, those too that have no definition, as texts. It is in no
	// answer that is shown, but in what a customer is given of their own data.
	Undeclared

	// All is every part that is shown.
	All = Names | Contacts | Attributes | Consents | Relations | Links
)

// A Customer is one profile.
type Customer struct {
	// ID is the company's own key, unique among the profiles.
	ID string `json:"id" bson:"_id"`
	// Kind is what sort of party the customer is.
	Kind CustomerKind `json:"kind"`
	// Name is the full name; empty where it is not known.
	Name       string `json:"name,omitempty"`
	GivenName  string `json:"givenName,omitempty"`
	FamilyName string `json:"familyName,omitempty"`
	// BirthDate is YYYY-MM-DD; empty where it is not known.
	BirthDate string `json:"birthDate,omitempty"`
	// Language is a BCP 47 tag; empty where it is not known.
	Language string `json:"language,omitempty"`
	// TimeZone is an IANA name; empty where it is not known.
	TimeZone string `json:"timeZone,omitempty"`
	// ContactPoints are normalised, see [NormalizeEmail] and [NormalizePhone].
	ContactPoints []ContactPoint `json:"contactPoints,omitempty"`
	// Attributes are in the order of their keys.
	Attributes []Attribute `json:"attributes,omitempty" bson:"-"`
	Consents   []Consent   `json:"consents,omitempty"`
	Relations  []Relation  `json:"relations,omitempty"`
	// Links are the records of other systems, undone links included.
	Links     []Link    `json:"links,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	// SyncedAt is when the profile was last known to be true: when it was
	// landed. Zero if that is not known.
	SyncedAt time.Time `json:"syncedAt,omitzero"`
	// LeftOut are values that cannot be true, and are not known therefore; Settle sets it.
	LeftOut []sources.Fault `json:"-" bson:"-"`
}

// Faults gives the values that were left out of the profile.
func (c *Customer) Faults() []sources.Fault { return c.LeftOut }

// CustomerKind is what sort of party a customer is.
type CustomerKind string

// The kinds of customers.
const (
	Person       CustomerKind = "PERSON"
	Organization CustomerKind = "ORGANIZATION"
	OtherKind    CustomerKind = "OTHER"
)

// A ContactPoint is a way to reach a customer.
type ContactPoint struct {
	Channel Channel `json:"channel"`
	// Value is the normalised address, number or handle; empty for a postal address.
	Value string `json:"value,omitempty"`
	// Network is the social network of a handle, in lower case.
	Network    string   `json:"network,omitempty"`
	Address    *Address `json:"address,omitempty"`
	IsPrimary  bool     `json:"isPrimary,omitempty"`
	IsVerified *bool    `json:"isVerified,omitempty"`
}

// An Address is a postal address.
type Address struct {
	Lines      []string `json:"lines,omitempty"`
	PostalCode string   `json:"postalCode,omitempty"`
	Locality   string   `json:"locality,omitempty"`
	Region     string   `json:"region,omitempty"`
	// Country is an ISO 3166-1 alpha-2 code.
	Country string `json:"country,omitempty"`
}

// Channel is a means by which customer and company reach each other.
type Channel string

// The channels.
const (
	Email        Channel = "EMAIL"
	Phone        Channel = "PHONE"
	SMS          Channel = "SMS"
	Messenger    Channel = "MESSENGER"
	Web          Channel = "WEB"
	Forum        Channel = "FORUM"
	SocialMedia  Channel = "SOCIAL"
	Post         Channel = "POST"
	InPerson     Channel = "IN_PERSON"
	OtherChannel Channel = "OTHER"
)

// A Consent is a dated permission for one purpose, or its refusal.
type Consent struct {
	Purpose    string        `json:"purpose"`
	Channel    Channel       `json:"channel,omitempty"`
	Status     ConsentStatus `json:"status"`
	LegalBasis LegalBasis    `json:"legalBasis,omitempty"`
	GivenAt    time.Time     `json:"givenAt,omitzero"`
	ExpiresAt  time.Time     `json:"expiresAt,omitzero"`
	Evidence   string        `json:"evidence,omitempty"`
}

// ConsentStatus is what the customer said: GRANTED, DENIED, WITHDRAWN or OTHER.
type ConsentStatus string

// LegalBasis is a ground of GDPR, article 6: CONSENT, CONTRACT, LEGAL_OBLIGATION,
// VITAL_INTERESTS, PUBLIC_TASK, LEGITIMATE_INTERESTS or OTHER.
type LegalBasis string

// A Relation is somebody around a customer.
type Relation struct {
	Kind RelationKind `json:"kind"`
	// RawKind is the company's word for it.
	RawKind   string `json:"rawKind,omitempty"`
	Name      string `json:"name,omitempty"`
	BirthDate string `json:"birthDate,omitempty"`
	Since     string `json:"since,omitempty"`
	// CustomerID is the profile key of the other party; empty if it is no customer.
	CustomerID string `json:"customerId,omitempty"`
}

// RelationKind is what the other party is to the customer: SPOUSE, PARENT, CHILD,
// SIBLING, HOUSEHOLD_MEMBER, FRIEND, REFERRED_BY, REFERRED, EMPLOYER, EMPLOYEE or OTHER.
type RelationKind string

// A Link says that a record of another system belongs to the customer, and how
// that is known.
type Link struct {
	Source   SourceName  `json:"source"`
	System   string      `json:"system"`
	RecordID string      `json:"recordId"`
	Method   MatchMethod `json:"method"`
	// Confidence is from 0 to 1; nil where the match was not scored.
	Confidence *float64  `json:"confidence,omitempty"`
	Evidence   string    `json:"evidence,omitempty"`
	LinkedBy   string    `json:"linkedBy,omitempty"`
	LinkedAt   time.Time `json:"linkedAt,omitzero"`
	// UndoneAt is when the link was undone; zero while it holds.
	UndoneAt time.Time `json:"undoneAt,omitzero"`
}

// MatchMethod is how a link was found: DETERMINISTIC, PROBABILISTIC, MANUAL or OTHER.
type MatchMethod string

// SourceName is one of the places that facts of a customer come from.
type SourceName string

// The sources, in the order in which they are reported.
const (
	Profile   SourceName = "PROFILE"
	Billing   SourceName = "BILLING"
	Support   SourceName = "SUPPORT"
	Social    SourceName = "SOCIAL"
	Workspace SourceName = "WORKSPACE"
	// OtherSource stands for a word that is none of these.
	OtherSource SourceName = "OTHER"
)

// ActiveLinks gives the links of one source that hold, in their order, each
// record once.
func (c *Customer) ActiveLinks(of SourceName) []Link {
	var active []Link
	first := 0
	for i := range c.Links {
		l := &c.Links[i]
		if l.Source != of || !l.UndoneAt.IsZero() ||
			slices.ContainsFunc(active, func(a Link) bool { return a.System == l.System && a.RecordID == l.RecordID }) {
			continue
		}
		// Most customers have one link of a source, or some in a row: these are not copied.
		switch {
		case active == nil:
			first, active = i, c.Links[i:i+1:i+1]
		case first+len(active) == i:
			active = c.Links[first : i+1 : i+1]
		default:
			active = append(active, *l)
		}
	}
	return active
}

// Primary gives the primary value of a channel, else its first one, else "".
func (c *Customer) Primary(channel Channel) string {
	first := ""
	for _, p := range c.ContactPoints {
		if p.Channel != channel || p.Value == "" {
			continue
		}
		if p.IsPrimary {
			return p.Value
		}
		if first == "" {
			first = p.Value
		}
	}
	return first
}

// Email is the primary e-mail address; empty where there is none.
func (c *Customer) Email() string { return c.Primary(Email) }

// Phone is the primary phone number; empty where there is none.
func (c *Customer) Phone() string { return c.Primary(Phone) }

// DisplayName is what to call the customer on a screen: the name, else an
// e-mail address, phone number or handle, else the key. It needs the parts
// Names and Contacts.
func (c *Customer) DisplayName() string {
	if c.Name != "" {
		return c.Name
	}
	if v := cmp.Or(c.Email(), c.Phone()); v != "" {
		return v
	}
	for _, p := range c.ContactPoints {
		if p.Value != "" {
			return p.Value
		}
	}
	return c.ID
}
