package sources

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Fault is something in a record that does not have the form that the contract asks for.
type Fault struct {
	// Key is the record's, where that is known. It may be personal, so that it stands in no
	// text of an error.
	Key string
	// Place is where in the record, as "tickets[0].createdAt"; empty: the record itself.
	Place string
	// Problem says what is wrong, and never what stands there.
	Problem string
}

// Error says place and problem.
func (f *Fault) Error() string { return strings.TrimSpace(f.Place + " " + f.Problem) }

// Unreadable is the error of a record that cannot be given: Malformed, with the key and the
// place of what is wrong for the log.
func Unreadable(source, key string, err error) *Error {
	e := AsError(source, Malformed, err)
	if len(e.Records) == 0 {
		e.Records = []Fault{faultOf(key, err)}
	}
	return e
}

// faultOf gives what is wrong with a record of that key.
func faultOf(key string, err error) Fault {
	var f *Fault
	if errors.As(err, &f) {
		return Fault{Key: key, Place: f.Place, Problem: f.Problem}
	}
	return Fault{Key: key, Problem: err.Error()}
}

// Bounds of texts. What is longer is no key, and no text that somebody wrote.
const (
	maxKey  = 1 << 10
	maxText = 1 << 20
)

// maxFaults bounds what is told of one record: after some, the others are of the same kind.
const maxFaults = 10

// A Form holds a record to what the contract asks for. What is missing where something must
// stand, and null in a list, make the record unreadable, since what is left would look like
// the whole; a value that cannot be true is left out and is not known then. The first is told
// by [Form.Err], the others by [Form.LeftOut]. The zero value is at the record itself.
type Form struct {
	list    string
	index   int
	err     *Fault
	leftOut []Fault
}

// Err is why the record cannot be given, a [*Fault]; nil: it can.
func (f *Form) Err() error {
	if f.err == nil {
		return nil
	}
	return f.err
}

// LeftOut are the values that were left out, of the record with that key.
func (f *Form) LeftOut(key string) []Fault {
	for i := range f.leftOut {
		f.leftOut[i].Key = key
	}
	return f.leftOut
}

// In goes to an element of a list of the record; an element that is not there is null. It
// reports whether it is there.
func (f *Form) In(list string, index int, there bool) bool {
	f.list, f.index = list, index
	if !there {
		f.Refuse("", "is null")
	}
	return there
}

func (f *Form) place(field string) string {
	if f.list == "" {
		return field
	}
	element := f.list + "[" + strconv.Itoa(f.index) + "]"
	if field == "" {
		return element
	}
	return element + "." + field
}

// Refuse says why the record cannot be given. The first reason stays.
func (f *Form) Refuse(field, problem string) {
	if f.err == nil {
		f.err = &Fault{Place: f.place(field), Problem: problem}
	}
}

// Leave says why a value is left out.
func (f *Form) Leave(field, problem string) {
	if len(f.leftOut) < maxFaults {
		f.leftOut = append(f.leftOut, Fault{Place: f.place(field), Problem: problem})
	}
}

// Key checks a key that must be there.
func (f *Form) Key(field, key string) {
	if problem := badKey(key); problem != "" {
		f.Refuse(field, problem)
	}
}

func badKey(key string) string {
	switch {
	case key == "":
		return "is missing"
	case len(key) > maxKey:
		return "is longer than a key is"
	case !utf8.ValidString(key):
		return "is not UTF-8"
	}
	return ""
}

// Ref checks where a fact is found again.
func (f *Form) Ref(r *Ref) {
	f.Key("recordId", r.RecordID)
	f.URL("url", &r.URL)
}

// Text checks a text that people read, or a name.
func (f *Form) Text(field string, s *string) {
	switch {
	case len(*s) > maxText:
		*s = ""
		f.Leave(field, "is longer than a text is")
	case !utf8.ValidString(*s):
		*s = ""
		f.Leave(field, "is not UTF-8")
	}
}

// Name checks a name of somebody, which is without characters that are not seen.
func (f *Form) Name(field string, s *string) {
	f.Text(field, s)
	*s = Visible(*s)
}

// Identifier checks what somebody is found or reached by, which is the same.
func (f *Form) Identifier(field string, s *string) {
	f.Text(field, s)
	*s = OnlyVisible(*s)
}

// Texts checks a list of texts: those that are empty, as null is, or cannot be read are left out.
func (f *Form) Texts(field string, list *[]string) {
	for _, s := range *list {
		if s == "" || len(s) > maxText || !utf8.ValidString(s) {
			f.Leave(field, "has an element that is no text")
			var good []string
			for _, s := range *list {
				if s != "" && len(s) <= maxText && utf8.ValidString(s) {
					good = append(good, s)
				}
			}
			*list = good
			return
		}
	}
}

// Time checks a time that may be unknown.
func (f *Form) Time(field string, t *time.Time) {
	if !t.IsZero() && !isTime(*t) {
		*t = time.Time{}
		f.Leave(field, badTime)
	}
}

// Needed checks a time that must be there.
func (f *Form) Needed(field string, t time.Time) {
	switch {
	case t.IsZero():
		f.Refuse(field, "is missing")
	case !isTime(t):
		f.Refuse(field, badTime)
	}
}

const badTime = "is not of the years 1 to 9999"

// isTime reports whether RFC 3339 can say a time.
func isTime(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1 && year <= 9999
}

// URL checks an address that people open.
func (f *Form) URL(field string, s *string) {
	if *s != "" && !isWebAddress(*s) {
		*s = ""
		f.Leave(field, "is no http or https address")
	}
}

// isWebAddress looks at it letter by letter, since every fact has one and url.Parse takes memory.
func isWebAddress(s string) bool {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") || len(s) > maxText || !utf8.ValidString(s) {
		return false
	}
	host := rest
	if end := strings.IndexAny(rest, `/?#`); end >= 0 {
		host = rest[:end]
	}
	if host == "" || strings.Contains(host, "@") {
		return false
	}
	return strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' || r == '"' || r == '<' || r == '>' }) < 0
}

// Count checks how many there are of something. A number that the graph cannot say, of more
// than 32 bits, stays: there it is an error and not unknown.
func (f *Form) Count(field string, n **int) {
	if *n != nil && **n < 0 {
		*n = nil
		f.Leave(field, "is less than 0")
	}
}

// Language checks a tag of BCP 47, as far as that goes without its registry.
func (f *Form) Language(field string, tag *string) {
	if strings.Contains(*tag, "_") {
		*tag = strings.ReplaceAll(*tag, "_", "-")
	}
	bad := len(*tag) > 100
	for part := range strings.SplitSeq(*tag, "-") {
		bad = bad || len(part) > 8 || strings.IndexFunc(part, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
		}) >= 0
	}
	if bad {
		*tag = ""
		f.Leave(field, "is no language of BCP 47")
	}
}

// Between checks a figure that has a scale.
func (f *Form) Between(field string, v **float64, least, most float64) {
	if *v != nil && !(**v >= least && **v <= most) {
		*v = nil
		f.Leave(field, "is not from "+strconv.FormatFloat(least, 'f', -1, 64)+" to "+strconv.FormatFloat(most, 'f', -1, 64))
	}
}

// Word checks a word of an enum, as [OneOf] does; nothing is other where that is needed.
func Word[E ~string](f *Form, field string, word *E, raw *string, other E, known ...E) {
	if !utf8.ValidString(string(*word)) || len(*word) > maxKey {
		*word = other
		f.Leave(field, "is no word")
	}
	if raw != nil {
		f.Text(field, raw)
	}
	OneOf(word, raw, other, known...)
}
