// Package sjson reads the form that FerretDB keeps documents in where its store is SQLite:
// JSON with a schema of its types in front, "$s". FerretDB's package of the same name
// describes it (internal/handler/sjson); it is not open to others, and reads a document
// into values of its own. This one makes BSON of it, in one pass.
package sjson

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/valyala/fastjson"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// A Decoder reads documents, one after the other. Its zero value is ready; it is for one
// goroutine at a time.
type Decoder struct {
	parser fastjson.Parser
	number []byte
}

// Decode gives the document of a text. Where keep is not nil, top-level fields that it
// does not want are left out. The error names the field and the kind of fault, and quotes
// no value.
func (d *Decoder) Decode(text []byte, keep func(name string) bool) (bson.Raw, error) {
	v, err := d.parser.ParseBytes(text)
	if err != nil {
		// The parser's own words quote what it found.
		return nil, errors.New("a stored document is no JSON")
	}
	fields, err := v.Object()
	if err != nil {
		return nil, errors.New("a stored document is no object")
	}
	index, out := bsoncore.AppendDocumentStart(make([]byte, 0, len(text)))
	if out, err = d.object(out, fields, v.Get("$s"), keep); err != nil {
		return nil, err
	}
	out, err = bsoncore.AppendDocumentEnd(out, index)
	return out, err
}

// Key gives the text that FerretDB keeps a string as, by which an _id is looked up.
func Key(s string) string {
	// As FerretDB does: encoding/json, which cannot fail for a string.
	text, _ := json.Marshal(s)
	return string(text)
}

// object appends the fields of an object. The schema of an empty one is left out.
func (d *Decoder) object(out []byte, fields *fastjson.Object, schema *fastjson.Value, keep func(string) bool) ([]byte, error) {
	types := schema.Get("p")
	var fault error
	fields.Visit(func(key []byte, v *fastjson.Value) {
		name := string(key)
		if fault != nil || v == schema || keep != nil && !keep(name) {
			return
		}
		if out, fault = d.value(out, name, v, types.Get(name)); fault != nil {
			fault = fmt.Errorf("%s: %w", name, fault)
		}
	})
	return out, fault
}

var errForm = errors.New("does not have the type that its schema names")

// value appends one field.
func (d *Decoder) value(out []byte, name string, v, schema *fastjson.Value) ([]byte, error) {
	switch typ := string(schema.GetStringBytes("t")); typ {
	case "object":
		fields, err := v.Object()
		if err != nil {
			return out, errForm
		}
		index, out := bsoncore.AppendDocumentElementStart(out, name)
		if out, err = d.object(out, fields, schema.Get("$s"), nil); err != nil {
			return out, err
		}
		return bsoncore.AppendDocumentEnd(out, index)
	case "array":
		items, err := v.Array()
		types := schema.GetArray("i")
		if err != nil || len(types) != len(items) {
			return out, errForm
		}
		index, out := bsoncore.AppendArrayElementStart(out, name)
		for i, item := range items {
			if out, err = d.value(out, strconv.Itoa(i), item, types[i]); err != nil {
				return out, err
			}
		}
		return bsoncore.AppendArrayEnd(out, index)
	case "null":
		return bsoncore.AppendNullElement(out, name), nil
	case "bool":
		b, err := v.Bool()
		return bsoncore.AppendBooleanElement(out, name, b), formed(err)
	case "double":
		// The parser's own numbers may be off by the last bit.
		d.number = v.MarshalTo(d.number[:0])
		f, err := strconv.ParseFloat(string(d.number), 64)
		return bsoncore.AppendDoubleElement(out, name, f), formed(err)
	case "int":
		n, err := v.Int()
		if err == nil && int(int32(n)) != n {
			err = errForm
		}
		return bsoncore.AppendInt32Element(out, name, int32(n)), formed(err)
	case "long":
		n, err := v.Int64()
		return bsoncore.AppendInt64Element(out, name, n), formed(err)
	case "date":
		n, err := v.Int64()
		return bsoncore.AppendDateTimeElement(out, name, n), formed(err)
	case "timestamp":
		n, err := v.Uint64()
		return bsoncore.AppendTimestampElement(out, name, uint32(n>>32), uint32(n)), formed(err)
	case "string", "binData", "objectId", "regex":
		text, err := v.StringBytes()
		if err != nil {
			return out, errForm
		}
		return written(out, name, typ, text, schema)
	}
	return out, errors.New("has a type that is not known")
}

// written appends a field of a type that stands as a text.
func written(out []byte, name, typ string, text []byte, schema *fastjson.Value) ([]byte, error) {
	switch typ {
	case "binData":
		data, err := base64.StdEncoding.AppendDecode(nil, text)
		return bsoncore.AppendBinaryElement(out, name, byte(schema.GetUint("s")), data), formed(err)
	case "objectId":
		var id bson.ObjectID
		if len(text) != hex.EncodedLen(len(id)) {
			return out, errForm
		}
		_, err := hex.Decode(id[:], text)
		return bsoncore.AppendObjectIDElement(out, name, id), formed(err)
	case "regex":
		return bsoncore.AppendRegexElement(out, name, string(text), string(schema.GetStringBytes("o"))), nil
	}
	return bsoncore.AppendStringElement(out, name, string(text)), nil
}

// formed gives a fault that quotes nothing.
func formed(err error) error {
	if err != nil {
		return errForm
	}
	return nil
}
