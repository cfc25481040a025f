package graph

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/sosodev/duration"

	"customer360/customer"
	"customer360/graph/executor"
	"customer360/sources/billing"
)

// marshal gives the marshaler of what is appended; nothing is null.
func marshal[T any](appendTo func([]byte, T) []byte, v T) graphql.Marshaler {
	b := appendTo(nil, v)
	if len(b) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(b) })
}

// MarshalString writes a String, an enum value or another text. The empty text is
// null: the graph knows no empty texts, what is not known is null.
func MarshalString(s string) graphql.Marshaler { return marshal(AppendString, s) }

// AppendString appends what [MarshalString] writes; nothing for null.
func AppendString(b []byte, s string) []byte {
	if s == "" {
		return b
	}
	return executor.AppendString(b, s)
}

// UnmarshalString reads a String.
func UnmarshalString(v any) (string, error) { return graphql.UnmarshalString(v) }

// MarshalInt writes an Int, which has 32 bits: more is null and an error, since clients would
// fail over it, or read another number.
func MarshalInt(n int) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		if !FitsInt(n) {
			return &customer.Error{Code: customer.CodeMalformed, Message: "The number does not fit into an Int of 32 bits"}
		}
		_, err := w.Write(AppendInt(nil, n))
		return err
	})
}

// AppendInt appends what [MarshalInt] writes of a number that fits.
func AppendInt(b []byte, n int) []byte { return executor.AppendInt(b, n) }

// FitsInt reports whether an Int can say a number.
func FitsInt(n int) bool { return n >= math.MinInt32 && n <= math.MaxInt32 }

// UnmarshalInt reads an Int.
func UnmarshalInt(_ context.Context, v any) (int, error) { return graphql.UnmarshalInt(v) }

// MarshalDateTime writes a DateTime: RFC 3339 in UTC. The zero time is null.
func MarshalDateTime(t time.Time) graphql.Marshaler { return marshal(AppendDateTime, t) }

// AppendDateTime appends what [MarshalDateTime] writes; nothing for null.
func AppendDateTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// UnmarshalDateTime reads a DateTime: RFC 3339 with any offset.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, errors.New("want a DateTime such as \"2026-01-31T09:30:00Z\"")
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, errors.New("want a DateTime such as \"2026-01-31T09:30:00Z\"")
	}
	return t.UTC(), nil
}

// MarshalDate writes a Date. The empty text is null.
func MarshalDate(s string) graphql.Marshaler { return MarshalString(s) }

// AppendDate appends what [MarshalDate] writes; nothing for null.
func AppendDate(b []byte, s string) []byte { return AppendString(b, s) }

// UnmarshalDate reads a Date.
func UnmarshalDate(v any) (string, error) {
	s, ok := v.(string)
	if _, err := time.Parse(time.DateOnly, s); !ok || err != nil {
		return "", errors.New("want a Date such as \"2026-01-31\"")
	}
	return s, nil
}

// MarshalDecimal writes a Decimal. The empty text is null.
func MarshalDecimal(s string) graphql.Marshaler { return MarshalString(s) }

// AppendDecimal appends what [MarshalDecimal] writes; nothing for null.
func AppendDecimal(b []byte, s string) []byte { return AppendString(b, s) }

// MarshalFixed writes a Decimal that is kept as units. One that is none is null.
func MarshalFixed(d billing.Decimal) graphql.Marshaler { return marshal(AppendFixed, d) }

// AppendFixed appends what [MarshalFixed] writes; nothing for null.
func AppendFixed(b []byte, d billing.Decimal) []byte {
	if d.Places < 0 {
		return b
	}
	b = append(b, '"')
	b = d.Append(b)
	return append(b, '"')
}

// UnmarshalFixed reads nothing: no argument is kept as units.
func UnmarshalFixed(any) (billing.Decimal, error) {
	return billing.Decimal{}, errors.New("a Decimal of fixed places is not read")
}

var decimalForm = regexp.MustCompile(`^-?[0-9]{1,40}(\.[0-9]{1,40})?$`)

// UnmarshalDecimal reads a Decimal.
func UnmarshalDecimal(v any) (string, error) {
	s, ok := v.(string)
	if !ok || !decimalForm.MatchString(s) {
		return "", errors.New("want a Decimal such as \"1234.50\"")
	}
	if _, ok := new(big.Rat).SetString(s); !ok {
		return "", errors.New("want a Decimal such as \"1234.50\"")
	}
	return s, nil
}

// MarshalCurrencyCode writes a CurrencyCode. The empty text is null.
func MarshalCurrencyCode(s string) graphql.Marshaler { return MarshalString(s) }

// AppendCurrencyCode appends what [MarshalCurrencyCode] writes; nothing for null.
func AppendCurrencyCode(b []byte, s string) []byte { return AppendString(b, s) }

// UnmarshalCurrencyCode reads a CurrencyCode.
func UnmarshalCurrencyCode(v any) (string, error) {
	s, ok := v.(string)
	if !ok || len(s) != 3 || strings.ToUpper(s) != s {
		return "", errors.New("want a CurrencyCode such as \"EUR\"")
	}
	return s, nil
}

// MarshalURL writes a URL. The empty text is null.
func MarshalURL(s string) graphql.Marshaler { return MarshalString(s) }

// AppendURL appends what [MarshalURL] writes; nothing for null.
func AppendURL(b []byte, s string) []byte { return AppendString(b, s) }

// UnmarshalURL reads a URL.
func UnmarshalURL(v any) (string, error) {
	s, ok := v.(string)
	if u, err := url.Parse(s); !ok || err != nil || !u.IsAbs() {
		return "", errors.New("want a URL such as \"https://example.com/\"")
	}
	return s, nil
}

// MarshalDuration writes a Duration that is kept as ISO 8601 text. The empty text
// is null.
func MarshalDuration(s string) graphql.Marshaler { return MarshalString(s) }

// AppendDuration appends what [MarshalDuration] writes; nothing for null.
func AppendDuration(b []byte, s string) []byte { return AppendString(b, s) }

// maxDuration bounds the text of a Duration, since what reads it takes the square of its
// length; every digit that means something is well within it.
const maxDuration = 64

var durationForm = regexp.MustCompile(`^P([0-9.]+Y)?([0-9.]+M)?([0-9.]+W)?([0-9.]+D)?(T([0-9.]+H)?([0-9.]+M)?([0-9.]+S)?)?$`)

// UnmarshalDuration reads a Duration.
func UnmarshalDuration(v any) (string, error) {
	s, ok := v.(string)
	if !ok || len(s) > maxDuration || !durationForm.MatchString(s) || s == "P" || strings.HasSuffix(s, "T") {
		return "", errors.New("want a Duration such as \"PT30S\" or \"P1M\"")
	}
	return s, nil
}

// MarshalElapsed writes a Duration that is kept as [time.Duration], in seconds.
// Zero is null.
func MarshalElapsed(d time.Duration) graphql.Marshaler { return marshal(AppendElapsed, d) }

// AppendElapsed appends what [MarshalElapsed] writes; nothing for null.
func AppendElapsed(b []byte, d time.Duration) []byte {
	if d <= 0 {
		return b
	}
	return executor.AppendString(b, FormatElapsed(d))
}

// maxElapsed is a century: longer than any wish, and well within a [time.Duration].
const maxElapsed = 100 * 365 * 24 * time.Hour

// UnmarshalElapsed reads a Duration in weeks, days, hours, minutes and seconds: months
// and years are of no fixed length.
func UnmarshalElapsed(v any) (time.Duration, error) {
	s, err := UnmarshalDuration(v)
	if err != nil {
		return 0, errors.New("want a Duration in days, hours, minutes and seconds, such as \"PT30S\"")
	}
	d, err := duration.Parse(s)
	if err != nil || d.Years != 0 || d.Months != 0 {
		return 0, errors.New("want a Duration in days, hours, minutes and seconds, such as \"PT30S\"")
	}
	if d.Weeks*7+d.Days+d.Hours/24+d.Minutes/24/60+d.Seconds/24/3600 > maxElapsed.Hours()/24 {
		return 0, errors.New("want a Duration of at most a century")
	}
	return d.ToTimeDuration(), nil
}

// FormatElapsed gives a length of time as ISO 8601, in seconds, to the millisecond.
func FormatElapsed(d time.Duration) string {
	return "PT" + strconv.FormatFloat(d.Round(time.Millisecond).Seconds(), 'f', -1, 64) + "S"
}

// MarshalJSONValue writes a JSON value as it is. An empty one is null.
func MarshalJSONValue(v json.RawMessage) graphql.Marshaler { return marshal(AppendJSONValue, v) }

// AppendJSONValue appends what [MarshalJSONValue] writes; nothing for null.
func AppendJSONValue(b []byte, v json.RawMessage) []byte { return append(b, v...) }

// UnmarshalJSONValue reads any value.
func UnmarshalJSONValue(v any) (json.RawMessage, error) { return json.Marshal(v) }
