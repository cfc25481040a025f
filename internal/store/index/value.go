package index

import (
	"encoding/binary"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A value is a BSON value as a text that sorts as MongoDB sorts the values: first by type,
// then within it (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/).
// Its first byte is the type's.
type value string

// The types' bytes, in MongoDB's order; numbers are of one.
const (
	isNull byte = 0x10 * (iota + 1)
	isNumber
	isString
	isObjectID
	isBool
	isDate
	isTimestamp
)

// null is what a field that is not there sorts as, and is found by.
const null = value(rune(isNull))

// within gives the values of a type: from the first, below the second.
func within(typ byte) (from, below value) {
	return value([]byte{typ}), value([]byte{typ + 1})
}

// valueOf gives the value; one that is not there is null. False: it is of a type that the
// index does not sort.
func valueOf(v bson.RawValue) (value, bool) {
	out, ok := appendValue(nil, v)
	return value(out), ok
}

func appendValue(out []byte, v bson.RawValue) (_ []byte, ok bool) {
	switch v.Type {
	case 0, bson.TypeNull, bson.TypeUndefined:
		return append(out, isNull), true
	case bson.TypeString:
		// The length stands before, and a zero behind.
		if len(v.Value) < 5 {
			return out, false
		}
		return append(append(out, isString), v.Value[4:len(v.Value)-1]...), true
	case bson.TypeInt32:
		n, ok := v.Int32OK()
		return appendWhole(out, int64(n)), ok
	case bson.TypeInt64:
		n, ok := v.Int64OK()
		return appendWhole(out, n), ok
	case bson.TypeDouble:
		f, ok := v.DoubleOK()
		return appendNumber(out, f, 0), ok
	case bson.TypeObjectID:
		return append(append(out, isObjectID), v.Value...), len(v.Value) == len(bson.ObjectID{})
	case bson.TypeBoolean:
		return append(append(out, isBool), v.Value...), len(v.Value) == 1
	case bson.TypeDateTime:
		n, ok := v.DateTimeOK()
		return binary.BigEndian.AppendUint64(append(out, isDate), signed(n)), ok
	case bson.TypeTimestamp:
		t, i, ok := v.TimestampOK()
		return binary.BigEndian.AppendUint64(append(out, isTimestamp), uint64(t)<<32|uint64(i)), ok
	}
	return out, false
}

func text(s string) value { return value(append([]byte{isString}, s...)) }

// signed gives a number that sorts unsigned as n does signed.
func signed(n int64) uint64 { return uint64(n) ^ 1<<63 }

// appendWhole appends an integer: the double next to it, and how far it is from that, so that
// it sorts among doubles and no two integers are one.
func appendWhole(out []byte, n int64) []byte {
	f := float64(n)
	if f == 1<<63 {
		return appendNumber(out, f, n-math.MaxInt64-1)
	}
	return appendNumber(out, f, n-int64(f))
}

// appendNumber appends a double and what is to be added to it, less than 2^10 either way.
func appendNumber(out []byte, f float64, more int64) []byte {
	var bits uint64
	switch {
	case f != f:
		// Below all numbers.
	case f == 0:
		// There are two zeros, and they are equal.
		bits = 1 << 63
	default:
		bits = math.Float64bits(f)
		if bits>>63 == 1 {
			bits = ^bits
		} else {
			bits |= 1 << 63
		}
	}
	out = binary.BigEndian.AppendUint64(append(out, isNumber), bits)
	return binary.BigEndian.AppendUint16(out, uint16(more+1<<10))
}
