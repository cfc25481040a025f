package customer

import (
	"fmt"
	"time"

	"customer360/sources"
	"customer360/sources/profiles"
)

// ErrorCode says what went wrong, for machines. The kinds of errors that sources
// give are codes of the same word.
type ErrorCode string

// The codes that do not come from a source.
const (
	CodeInternal  ErrorCode = ErrorCode(sources.Internal)
	CodeForbidden ErrorCode = "FORBIDDEN"
	// CodeUnavailable: what is needed does not answer at present.
	CodeUnavailable ErrorCode = ErrorCode(sources.Unavailable)
	// CodeMalformed: a system said what cannot be understood, or not be told.
	CodeMalformed ErrorCode = ErrorCode(sources.Malformed)
	// CodeConsentRequired: the customer has not agreed to what the data would be read for.
	CodeConsentRequired ErrorCode = "CONSENT_REQUIRED"
	CodeNotConfigured   ErrorCode = "NOT_CONFIGURED"
	CodeAmbiguous       ErrorCode = "AMBIGUOUS"
	CodeBadUserInput    ErrorCode = "BAD_USER_INPUT"
	CodeNotFound        ErrorCode = "NOT_FOUND"
	// CodeUnauthenticated: there is no credential, or not one that is right.
	CodeUnauthenticated ErrorCode = "UNAUTHENTICATED"
)

// An Error is written for clients: its text and what stands beside it may leave
// the gateway.
type Error struct {
	Code    ErrorCode
	Message string
	// Source is the source that failed; empty where none did.
	Source profiles.SourceName
	// Retryable: the same request may succeed a little later.
	Retryable bool
	// RetryAfter is when; zero where it is not known.
	RetryAfter time.Duration
}

// Error is the text for clients.
func (e *Error) Error() string { return e.Message }

// BadInput is the error for an argument that cannot be understood. The message
// says what to do and does not repeat values of the caller's.
func BadInput(message string) *Error { return &Error{Code: CodeBadUserInput, Message: message} }

// SourceError words a source's failure for clients. Nothing of its cause is told.
func SourceError(source profiles.SourceName, err *sources.Error) *Error {
	return &Error{
		Code:       ErrorCode(err.Kind),
		Message:    sourceMessage(string(source), err),
		Source:     source,
		Retryable:  err.Kind.Retryable(),
		RetryAfter: err.RetryAfter,
	}
}

func sourceMessage(source string, err *sources.Error) string {
	switch err.Kind {
	case sources.TimedOut:
		return source + " did not answer in time"
	case sources.RateLimited:
		text := "Rate limit of " + source + " reached"
		if err.RetryAfter > 0 {
			// Rounded up, so that nobody comes back too early.
			text += fmt.Sprintf(", retry after %d s", (err.RetryAfter+time.Second-1)/time.Second)
		}
		return text
	case sources.Unauthorized:
		return source + " refused the gateway's credentials"
	case sources.Malformed:
		return source + " gave an answer that cannot be understood"
	case sources.BadLink:
		return source + " cannot look up this record: the customer's link has an invalid key"
	case sources.CircuitOpen:
		return source + " failed repeatedly and is not asked for a while"
	case sources.Canceled:
		return source + " was abandoned before it answered"
	case sources.Internal:
		return source + " could not be asked because of a fault in the gateway"
	}
	return source + " is unavailable"
}
