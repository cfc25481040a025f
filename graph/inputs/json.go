package inputs

// MaxRequestValues bounds the values of a request's JSON, before it is decoded: an empty object is
// two bytes long there, and some hundred in memory. It is twice what [DefaultLimits] take, so that
// these refuse, with a message of more help, what is sent by mistake.
const MaxRequestValues = 20_000

// TooManyValues reports whether a JSON text has more values, names of fields counted, than
// [MaxRequestValues]. It may be any text: what is no JSON is refused by who decodes it.
func TooManyValues(text []byte) bool {
	if len(text) <= MaxRequestValues {
		// Each takes a byte at least.
		return false
	}
	n := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ',', ':', '[', '{':
			if n++; n > MaxRequestValues {
				return true
			}
		case '"':
			// What stands in a text is no value.
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return false
}
