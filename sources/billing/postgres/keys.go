package postgres

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// fits says for each type that $1 may have whether a key can be a value of it: one that
// cannot would fail the whole query. It must be written as the server writes it, too,
// since a row says in text which key it belongs to.
var fits = map[uint32]func(key string) bool{
	pgtype.TextArrayOID:    isText,
	pgtype.VarcharArrayOID: isText,
	// Spaces at the end do not count there, and do not come back.
	pgtype.BPCharArrayOID:  func(key string) bool { return isText(key) && !strings.HasSuffix(key, " ") },
	pgtype.Int2ArrayOID:    func(key string) bool { return isInteger(key, 16) },
	pgtype.Int4ArrayOID:    func(key string) bool { return isInteger(key, 32) },
	pgtype.Int8ArrayOID:    func(key string) bool { return isInteger(key, 64) },
	pgtype.NumericArrayOID: isNumeric,
	pgtype.UUIDArrayOID:    isUUID,
}

func isText(key string) bool { return utf8.ValidString(key) && !strings.Contains(key, "\x00") }

func isInteger(key string, bits int) bool {
	n, err := strconv.ParseInt(key, 10, bits)
	return err == nil && strconv.FormatInt(n, 10) == key
}

func isNumeric(key string) bool {
	// numeric has up to 131,072 digits; nobody's key has.
	return len(key) > 0 && len(key) < 1000 && strings.Trim(key, "0123456789") == "" && (key[0] != '0' || key == "0")
}

func isUUID(key string) bool {
	if len(key) != 36 {
		return false
	}
	for i, c := range []byte(key) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !digits(c) && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// checkKeys says what to do where $1 is no list of keys; empty: it is one.
func checkKeys(params []uint32) string {
	if len(params) != 1 {
		return "want one parameter, $1, the list of keys"
	}
	switch oid := params[0]; {
	case fits[oid] != nil:
		return ""
	case fits[arrayOf(oid)] != nil:
		return "$1 is one " + typeName(oid) + ", and all keys are asked for at once: write = ANY($1)"
	default:
		return "$1 is " + typeName(oid) + ", and keys are not: write = ANY($1::text[])"
	}
}

// arrayOf gives the type of an array of this type; zero where it is not known.
func arrayOf(oid uint32) uint32 {
	t, ok := types.TypeForOID(oid)
	if !ok {
		return 0
	}
	array, ok := types.TypeForName("_" + t.Name)
	if !ok {
		return 0
	}
	return array.OID
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// list gives keys as an array in text
// (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-INPUT).
func list(keys []string) []byte {
	var b strings.Builder
	b.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		_, _ = escape.WriteString(&b, key)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return []byte(b.String())
}
