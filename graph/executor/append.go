package executor

import (
	"strconv"
)

// These append what gqlgen's marshalers of the same names write, byte for byte. A scalar of
// a project's own is appended by AppendX beside its MarshalX, if there is one: a
// func([]byte, T) []byte that appends nothing for null. Else what MarshalX gives is written.

const hex = "0123456789ABCDEF"

// AppendString appends a text as a JSON string.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		case '\n':
			b = append(b, '\\', 'n')
		case '\\', '"':
			b = append(b, '\\', c)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		start = i + 1
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// AppendID appends an ID.
func AppendID(b []byte, id string) []byte { return AppendString(b, id) }

// AppendBoolean appends a Boolean.
func AppendBoolean(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// AppendInt appends an Int.
func AppendInt(b []byte, v int) []byte { return strconv.AppendInt(b, int64(v), 10) }

// AppendInt64 appends an Int that is kept in 64 bits.
func AppendInt64(b []byte, v int64) []byte { return strconv.AppendInt(b, v, 10) }

// AppendInt32 appends an Int that is kept in 32 bits.
func AppendInt32(b []byte, v int32) []byte { return strconv.AppendInt(b, int64(v), 10) }

// AppendFloat appends a Float that is finite.
func AppendFloat(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'g', -1, 64) }

// Finite reports whether a Float can be written: it is neither infinite nor no number.
func Finite(v float64) bool { return v-v == 0 }
