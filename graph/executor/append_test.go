package executor_test

import (
	"bytes"
	"context"
	"math"
	"strconv"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"customer360/graph/executor"
)

func written(m graphql.Marshaler) string {
	var b bytes.Buffer
	m.MarshalGQL(&b)
	return b.String()
}

// appended checks what was appended to "[" against what gqlgen writes.
func appended(t *testing.T, got []byte, m graphql.Marshaler) {
	t.Helper()
	if want := "[" + written(m); string(got) != want {
		t.Errorf("%s, stock writes %s", got, want)
	}
}

func start() []byte { return []byte("[") }

func FuzzAppendString(f *testing.F) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for _, s := range []string{"", "a", string(every), "\xff\xfe", "\u2028\u2029", "😀", "\ud7ff\ue000", "a\x00b", `\"`, "<&>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		appended(t, executor.AppendString(start(), s), graphql.MarshalString(s))
		appended(t, executor.AppendID(start(), s), graphql.MarshalID(s))
	})
}

func FuzzAppendFloat(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1e20, 1e21, 1e22, 1e-4, 1e-5, 123456789, 1e100, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN()} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		v := math.Float64frombits(bits)
		appended(t, executor.AppendFloat(start(), v), graphql.MarshalFloat(v))
		if finite := !math.IsNaN(v) && !math.IsInf(v, 0); executor.Finite(v) != finite {
			t.Errorf("%v is finite: %t", v, !finite)
		} else if err := graphql.MarshalFloatContext(v).MarshalGQLContext(context.Background(), &bytes.Buffer{}); (err == nil) != finite {
			t.Errorf("%v is finite, and stock says %v", v, err)
		}
	})
}

func FuzzAppendInt(f *testing.F) {
	for _, v := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt32, math.MinInt32} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v int64) {
		appended(t, executor.AppendInt64(start(), v), graphql.MarshalInt64(v))
		appended(t, executor.AppendInt32(start(), int32(v)), graphql.MarshalInt32(int32(v)))
		if strconv.IntSize == 64 || int64(int(v)) == v {
			appended(t, executor.AppendInt(start(), int(v)), graphql.MarshalInt(int(v)))
		}
		appended(t, executor.AppendBoolean(start(), v > 0), graphql.MarshalBoolean(v > 0))
	})
}
