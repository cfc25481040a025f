package hard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// Hex writes and reads itself.
type Hex string

// MarshalGQL writes it in capitals.
func (h Hex) MarshalGQL(w io.Writer) {
	if h == "panic" {
		panic("a hex panicked when it was written")
	}
	_, _ = io.WriteString(w, strconv.Quote(strings.ToUpper(string(h))))
}

// UnmarshalGQL reads hexadecimal numbers, and panics where it is asked to.
func (h *Hex) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if s == "panic" {
		panic("a hex panicked when it was read")
	}
	if !ok || strings.Trim(strings.ToLower(s), "0123456789abcdef") != "" {
		return fmt.Errorf("%v is not a hexadecimal number", v)
	}
	*h = Hex(s)
	return nil
}

// Sealed writes and reads itself with a context.
type Sealed string

// MarshalGQLContext fails for what says so.
func (s Sealed) MarshalGQLContext(ctx context.Context, w io.Writer) error {
	if s == "fail" {
		return errors.New("it is sealed")
	}
	_, err := io.WriteString(w, strconv.Quote(string(s)+" at "+graphql.GetPath(ctx).String()))
	return err
}

// UnmarshalGQLContext fails for what is empty.
func (s *Sealed) UnmarshalGQLContext(ctx context.Context, v any) error {
	if v == "" {
		return errors.New("nothing is sealed")
	}
	*s = Sealed(fmt.Sprint(v, " at ", graphql.GetPath(ctx).String()))
	return nil
}

// MarshalCents writes Cents; less than none are null.
func MarshalCents(c int64) graphql.Marshaler {
	b := AppendCents(nil, c)
	if len(b) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(b) })
}

// AppendCents appends what [MarshalCents] writes.
func AppendCents(b []byte, c int64) []byte {
	if c < 0 {
		return b
	}
	if c == 666 {
		panic("cents panicked")
	}
	return fmt.Appendf(b, `"%d.%02d"`, c/100, c%100)
}

// UnmarshalCents reads Cents.
func UnmarshalCents(v any) (int64, error) { return graphql.UnmarshalInt64(v) }

// MarshalGrams writes Grams; none are null.
func MarshalGrams(g float64) graphql.Marshaler {
	if g == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = fmt.Fprintf(w, "%.1f", g) })
}

// UnmarshalGrams reads Grams.
func UnmarshalGrams(v any) (float64, error) { return graphql.UnmarshalFloat(v) }

// MarshalRatio writes a Ratio; one below 0 fails.
func MarshalRatio(r float64) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		if r < 0 {
			return errors.New("a ratio below 0")
		}
		_, err := fmt.Fprintf(w, "%g", r)
		return err
	})
}

// UnmarshalRatio reads a Ratio, with the path of it in its error.
func UnmarshalRatio(ctx context.Context, v any) (float64, error) {
	r, err := graphql.UnmarshalFloat(v)
	if err != nil {
		return 0, fmt.Errorf("no ratio at %s", graphql.GetPath(ctx))
	}
	return r, nil
}

// MarshalStamp writes a Stamp that is a number.
func MarshalStamp(n int64) graphql.Marshaler { return graphql.MarshalInt64(n) }

// UnmarshalStamp reads a Stamp.
func UnmarshalStamp(v any) (int64, error) { return graphql.UnmarshalInt64(v) }

// MarshalStampTime writes a Stamp that is a time.
func MarshalStampTime(t time.Time) graphql.Marshaler { return graphql.MarshalInt64(t.Unix()) }

// UnmarshalStampTime reads a Stamp.
func UnmarshalStampTime(v any) (time.Time, error) {
	n, err := graphql.UnmarshalInt64(v)
	return time.Unix(n, 0), err
}

// MarshalBig writes a Big.
func MarshalBig(n *big.Int) graphql.Marshaler { return graphql.MarshalString(n.String()) }

// AppendBig appends what [MarshalBig] writes.
func AppendBig(b []byte, n *big.Int) []byte { return strconv.AppendQuote(b, n.String()) }

// UnmarshalBig reads a Big.
func UnmarshalBig(v any) (*big.Int, error) {
	n, ok := new(big.Int).SetString(fmt.Sprint(v), 10)
	if !ok {
		return nil, errors.New("no number")
	}
	return n, nil
}

// Color is a named text.
type Color string

// Level is an int that is written by its name.
type Level int

// The levels.
const (
	Low Level = iota
	High
)

// Mood is a text; the empty one is null.
type Mood string

// MarshalMood writes a Mood.
func MarshalMood(m Mood) graphql.Marshaler {
	b := AppendMood(nil, m)
	if len(b) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(b) })
}

// AppendMood appends what [MarshalMood] writes.
func AppendMood(b []byte, m Mood) []byte {
	if m == "" {
		return b
	}
	if m == "PANIC" {
		panic("a mood panicked")
	}
	return strconv.AppendQuote(b, string(m))
}

// UnmarshalMood reads a Mood.
func UnmarshalMood(v any) (Mood, error) {
	s, err := graphql.UnmarshalString(v)
	return Mood(s), err
}

// Shape writes and reads itself.
type Shape int

// MarshalGQL writes ROUND or FLAT.
func (s Shape) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, []string{`"ROUND"`, `"FLAT"`}[s])
}

// UnmarshalGQL reads ROUND or FLAT.
func (s *Shape) UnmarshalGQL(v any) error {
	if v == "FLAT" {
		*s = 1
	}
	return nil
}

// Label is a String with a name of its own.
type Label string
