package billing

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Money is an amount in one currency. The zero value is no money and no currency.
//
// As text, in JSON and in BSON it is written as "1234.50 EUR". An object
// {amount, currency} is read as well, its amount being a decimal string or any
// BSON number, since that is how companies tend to land it.
type Money struct {
	// Minor is the amount in the currency's smallest unit (ISO 4217): cents for EUR.
	Minor int64
	// Currency is the ISO 4217 code.
	Currency string
}

// ParseMoney reads an amount like "1234.50" of a currency like "EUR". An amount
// finer than the currency's smallest unit is an error: nothing is rounded away.
// So is a currency that ISO 4217 does not have.
func ParseMoney(amount, code string) (Money, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	digits, ok := currency.GetDigits(code)
	if !ok {
		return Money{}, errors.New("the currency is not one of ISO 4217")
	}
	a, err := currency.NewAmount(strings.TrimSpace(amount), code)
	if err != nil {
		return Money{}, errors.New("the amount is not a decimal number")
	}
	if c, err := a.RoundTo(digits, currency.RoundHalfUp).Cmp(a); err != nil || c != 0 {
		return Money{}, fmt.Errorf("the amount has more than the %d decimal places that the currency has", digits)
	}
	minor, err := a.Int64()
	if err != nil {
		return Money{}, errors.New("the amount is too large")
	}
	return Money{Minor: minor, Currency: code}, nil
}

// Amount is the amount as a decimal number with the currency's number of places; empty for
// no currency.
func (m Money) Amount() string { return string(m.Decimal().Append(nil)) }

// Decimal is the amount as a decimal number with the currency's number of places.
func (m Money) Decimal() Decimal {
	digits, ok := currency.GetDigits(m.Currency)
	if !ok {
		return Decimal{Places: -1}
	}
	return Decimal{m.Minor, int(digits)}
}

// A Decimal is an exact decimal number: so many units, of which the last digits are
// decimal places. With less than no places it is none.
type Decimal struct {
	Units  int64
	Places int
}

// Append appends the number as text; nothing where it is none.
func (d Decimal) Append(b []byte) []byte {
	if d.Places < 0 {
		return b
	}
	units := uint64(d.Units)
	if d.Units < 0 {
		b = append(b, '-')
		units = -units
	}
	start := len(b)
	b = strconv.AppendUint(b, units, 10)
	if d.Places == 0 {
		return b
	}
	for len(b)-start <= d.Places {
		b = slices.Insert(b, start, '0')
	}
	return slices.Insert(b, len(b)-d.Places, '.')
}

// String is the amount with its currency, as "1234.50 EUR".
func (m Money) String() string { return m.Amount() + " " + m.Currency }

// Add gives the sum of two amounts; false where the currencies differ or the sum
// is too large.
func (m Money) Add(n Money) (Money, bool) {
	if m.Currency != n.Currency {
		return Money{}, false
	}
	sum := m.Minor + n.Minor
	if (sum > m.Minor) != (n.Minor > 0) {
		return Money{}, false
	}
	return Money{sum, m.Currency}, true
}

// MarshalJSON writes "1234.50 EUR".
func (m Money) MarshalJSON() ([]byte, error) { return json.Marshal(m.String()) }

// UnmarshalJSON reads "1234.50 EUR" or {"amount": "1234.50", "currency": "EUR"}.
func (m *Money) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err == nil {
		return m.parse(text)
	}
	var object struct {
		Amount   json.Number `json:"amount"`
		Currency string      `json:"currency"`
	}
	if err := json.Unmarshal(data, &object); err != nil {
		return errors.New("money is written as \"1234.50 EUR\" or {amount, currency}")
	}
	return m.set(object.Amount.String(), object.Currency)
}

// MarshalBSONValue writes "1234.50 EUR".
func (m Money) MarshalBSONValue() (byte, []byte, error) {
	t, data, err := bson.MarshalValue(m.String())
	return byte(t), data, err
}

// UnmarshalBSONValue reads "1234.50 EUR" or {amount, currency}.
func (m *Money) UnmarshalBSONValue(t byte, data []byte) error {
	v := bson.RawValue{Type: bson.Type(t), Value: data}
	if text, ok := v.StringValueOK(); ok {
		return m.parse(text)
	}
	object, ok := v.DocumentOK()
	if !ok {
		return errors.New("money is written as \"1234.50 EUR\" or {amount, currency}")
	}
	code, _ := object.Lookup("currency").StringValueOK()
	amount, err := decimalText(object.Lookup("amount"))
	if err != nil {
		return err
	}
	return m.set(amount, code)
}

func (m *Money) parse(text string) error {
	amount, code, _ := strings.Cut(strings.TrimSpace(text), " ")
	return m.set(amount, code)
}

func (m *Money) set(amount, code string) (err error) {
	*m, err = ParseMoney(amount, code)
	return err
}

// decimalText gives a BSON number or string as a decimal number.
func decimalText(v bson.RawValue) (string, error) {
	switch v.Type {
	case bson.TypeString:
		return v.StringValue(), nil
	case bson.TypeInt32:
		return strconv.FormatInt(int64(v.Int32()), 10), nil
	case bson.TypeInt64:
		return strconv.FormatInt(v.Int64(), 10), nil
	case bson.TypeDouble:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return strconv.FormatFloat(f, 'f', -1, 64), nil
		}
	case bson.TypeDecimal128:
		if d := v.Decimal128(); !d.IsNaN() && d.IsInf() == 0 {
			return d.String(), nil
		}
	}
	return "", errors.New("the amount is not a decimal number")
}
