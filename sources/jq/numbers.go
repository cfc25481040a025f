package jq

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Decimal gives a number of jq as it was written, or else without an exponent; false
// for what is no finite number. For a [Function] over amounts.
func Decimal(v any) (string, bool) {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), !math.IsNaN(v) && !math.IsInf(v, 0)
	case *big.Int:
		return v.String(), true
	case json.Number:
		if s := v.String(); !strings.ContainsAny(s, "eE") {
			return s, true
		}
		f, err := v.Float64()
		return strconv.FormatFloat(f, 'f', -1, 64), err == nil
	}
	return "", false
}
