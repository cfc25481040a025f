package customer

import (
	"time"

	"customer360/sources"
	"customer360/sources/profiles"
)

// HasConsent reports whether a customer has agreed to a purpose, so that data may be read for
// it at this time: what was said last of the purpose, without naming a channel, is a grant that
// has not expired. What is said of one channel is about being contacted there, and does not
// count. Nothing said is no consent. It needs the part Consents.
func HasConsent(c *profiles.Customer, purpose string, at time.Time) bool {
	var last *profiles.Consent
	for i := range c.Consents {
		said := &c.Consents[i]
		if said.Purpose != purpose || said.Channel != "" || said.GivenAt.After(at) {
			continue
		}
		// Of what was said at one moment, the refusal counts; and one that nobody knows the time of
		// may be the latest.
		if said.GivenAt.IsZero() && said.Status != "GRANTED" {
			return false
		}
		if last == nil || said.GivenAt.After(last.GivenAt) || said.GivenAt.Equal(last.GivenAt) && said.Status != "GRANTED" {
			last = said
		}
	}
	return last != nil && last.Status == "GRANTED" && (last.ExpiresAt.IsZero() || at.Before(last.ExpiresAt))
}

// Refuse is the error for what a caller may not read: the code is FORBIDDEN or
// CONSENT_REQUIRED, the message says what it would take.
func Refuse(code ErrorCode, message string) *Error { return &Error{Code: code, Message: message} }

// Refused stands for the results of a source that was not asked, since the caller may not
// read it: a timeline made of it says that the source is missing.
func Refused[V any]() []Result[V] {
	return []Result[V]{{Err: &sources.Error{Kind: sources.Unavailable}}}
}
