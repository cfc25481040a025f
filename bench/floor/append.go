package floor

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

func appendMoney(b []byte, m *money) []byte {
	if m == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"amount":`...)
	b = text(b, m.Amount)
	b = append(b, `,"currency":`...)
	return append(text(b, m.Currency), '}')
}

const hex = "0123456789abcdef"

// text appends a string; the empty one is null, as everywhere in the graph.
func text(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
