package telemetry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"customer360/sources"
)

// causeOf says in words why a call failed. It says something where the error itself does
// not, as that of a context, which is about our clock and not about the system.
func causeOf(e *sources.Error) string {
	text := ""
	if e.Err != nil && !errors.Is(e.Err, context.DeadlineExceeded) && !errors.Is(e.Err, context.Canceled) {
		text = strings.TrimSpace(e.Err.Error())
	}
	if text != "" {
		return text
	}
	switch e.Kind {
	case sources.TimedOut:
		return "it did not answer within its timeout"
	case sources.Canceled:
		return "the caller gave up before it answered"
	case sources.CircuitOpen:
		return "its circuit breaker is open after repeated failures"
	case sources.RateLimited:
		return "its rate limit is reached"
	case sources.Unauthorized:
		return "it refused the gateway's credentials"
	case sources.Malformed:
		return "its answer cannot be understood"
	case sources.BadLink:
		return "a link has a key that it cannot look up"
	case sources.Internal:
		return "an unspecified fault in the gateway: please report it"
	}
	return "it gave no reason"
}

// shown bounds the records that a line names: the others are likely of the same kind.
const shown = 10

// places says of each record what is wrong in it, as "contact-5: tickets[0] is null".
func places(faults []sources.Fault) string {
	var b strings.Builder
	for i, f := range faults[:min(len(faults), shown)] {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %s", keyOf(f.Key), f.Error())
	}
	if more := len(faults) - shown; more > 0 {
		fmt.Fprintf(&b, "; and %d more", more)
	}
	return b.String()
}

// keyOf gives a record's key as a log may have it. One that looks like what people are
// reached or known by is told by the beginning of its SHA-256 instead, which finds it among
// one's own keys.
func keyOf(key string) string {
	if !isPersonal(key) {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:4])
}

// isPersonal reports whether a key may be an e-mail address, a phone number, a handle or a
// name. Where that cannot be told, it may.
func isPersonal(key string) bool {
	if len(key) > 100 {
		return true
	}
	digits, letters := 0, 0
	for _, r := range key {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			letters++
		case r == '@' || r == '+' || r <= ' ' || r > '~':
			return true
		}
	}
	// As 030-1234567 and 4930123456, as anna.schmidt, and as anna7.example.
	return letters == 0 && digits >= 9 && digits <= 15 || digits == 0 && strings.Contains(key, ".") || letters > 0 && isHost(key)
}

// isHost reports whether a key ends as the name of a host does, which handles are.
func isHost(key string) bool {
	_, last, ok := strings.Cut(key[max(strings.LastIndexByte(key, '.'), 0):], ".")
	return ok && len(last) >= 2 && strings.IndexFunc(last, func(r rune) bool { return !(r >= 'a' && r <= 'z') }) < 0 && !strings.ContainsAny(key, ":/")
}
