package graphqlhttp

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// plainNumbers writes whole numbers as such, in place: JSON does not tell 1.0 and 1e2 from 1 and
// 100, and clients of many languages do not either.
func plainNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, element := range v {
			v[name] = plainNumbers(element)
		}
	case []any:
		for i, element := range v {
			v[i] = plainNumbers(element)
		}
	case json.Number:
		return plainNumber(v)
	}
	return value
}

// maxExponent and maxNumber bound the numbers that are looked at: others fit no Int and are no id.
const maxExponent, maxNumber = 18, 40

func plainNumber(n json.Number) json.Number {
	text := n.String()
	if !strings.ContainsAny(text, ".eE") || len(text) > maxNumber {
		return n
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if e, err := strconv.Atoi(text[at+1:]); err != nil || e > maxExponent || e < -maxExponent {
			return n
		}
	}
	if r, ok := new(big.Rat).SetString(text); ok && r.IsInt() {
		return json.Number(r.Num().String())
	}
	return n
}
