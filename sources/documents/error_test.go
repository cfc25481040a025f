package documents_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"customer360/sources"
	"customer360/sources/documents"
)

// The log is told something to act on, and nothing of a command.
func TestErrors(t *testing.T) {
	const secret = "someone@example.com"
	for name, test := range map[string]struct {
		err  error
		kind sources.Kind
		says string
	}{
		"a refusal":              {mongo.CommandError{Code: 2, Name: "BadValue", Message: secret}, sources.Unavailable, "code 2 (BadValue)"},
		"not allowed":            {mongo.CommandError{Code: 13, Name: "Unauthorized", Message: secret}, sources.Unauthorized, "code 13"},
		"a refusal without code": {mongo.CommandError{Message: secret}, sources.Unavailable, "too large or too deep"},
		"a connection":           {mongo.CommandError{Message: secret, Labels: []string{"NetworkError"}, Wrapped: io.ErrUnexpectedEOF}, sources.Unavailable, "connection to MongoDB failed: unexpected EOF"},
		"given up":               {mongo.CommandError{Message: secret, Wrapped: context.Canceled}, sources.Canceled, "context canceled"},
		"too late":               {mongo.CommandError{Message: secret, Wrapped: context.DeadlineExceeded}, sources.TimedOut, "deadline exceeded"},
		"another":                {errors.New("it is down"), sources.Unavailable, "it is down"},
	} {
		err := documents.Error("profile/documents", test.err)
		if err.Kind != test.kind || !strings.Contains(err.Err.Error(), test.says) || strings.Contains(err.Err.Error(), secret) || strings.Contains(err.Err.Error(), "code 0") {
			t.Errorf("%s: %s, %v; want %s, %q", name, err.Kind, err.Err, test.kind, test.says)
		}
	}
}
