package graph_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"customer360/customer"
	"customer360/graph"
)

// FuzzScalars reads whatever a client may send as a value of a scalar. What is read comes back
// as it was when it is written, and what would take long to read is not.
func FuzzScalars(f *testing.F) {
	for _, s := range []string{"PT30S", "P1Y2M3W4DT5H6M7.5S", "P", "PT", "P1", "P.D", "2026-01-31T09:30:00Z", "2026-01-31", "-1234.50", "1e9", "EUR", "https://example.com/", strings.Repeat("9", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := graph.UnmarshalElapsed(text); err == nil && d > 0 {
			back, err := graph.UnmarshalElapsed(graph.FormatElapsed(d))
			if err != nil || (back-d).Abs() > time.Millisecond {
				t.Errorf("%q is %s, and then %s, %v", text, d, back, err)
			}
		}
		if len(text) > 1000 {
			if _, err := graph.UnmarshalDuration(text); err == nil {
				t.Errorf("a Duration of %d letters was read", len(text))
			}
		}
		if d, err := graph.UnmarshalDecimal(text); err == nil && d != text {
			t.Errorf("%q became %q", text, d)
		}
		if at, err := graph.UnmarshalDateTime(text); err == nil {
			back, err := graph.UnmarshalDateTime(strings.Trim(string(graph.AppendDateTime(nil, at)), `"`))
			if !at.IsZero() && (err != nil || !back.Equal(at)) {
				t.Errorf("%q is %s, and then %s, %v", text, at, back, err)
			}
		}
		if d, err := graph.UnmarshalDate(text); err == nil && d != text {
			t.Errorf("%q became %q", text, d)
		}
		_, _ = graph.UnmarshalCurrencyCode(text)
		_, _ = graph.UnmarshalURL(text)
	})
}

// An Int has 32 bits: what does not fit is an error that clients may read, and nothing is written.
func TestIntHas32Bits(t *testing.T) {
	for n, fits := range map[int]bool{0: true, -1: true, 1<<31 - 1: true, -1 << 31: true, 1 << 31: false, -1<<31 - 1: false, 3_000_000_000: false, 1<<63 - 1: false} {
		var b strings.Builder
		err := graph.MarshalInt(n).MarshalGQLContext(t.Context(), &b)
		var told *customer.Error
		if (err == nil) != fits || graph.FitsInt(n) != fits || (b.String() == strconv.Itoa(n)) != fits || !fits && !errors.As(err, &told) {
			t.Errorf("%d: %q, %v", n, b.String(), err)
		}
	}
}
