package require

import "testing"

func TestLine(t *testing.T) {
	for _, test := range []struct {
		missing []string
		want    string
	}{
		{nil, ""},
		{[]string{"PostgreSQL", "Chromium", "PostgreSQL"}, "skipped for want of Chromium (1 test: apt-get install chromium), PostgreSQL (2 tests: apt-get install postgresql)"},
	} {
		if got := line(test.missing); got != test.want {
			t.Errorf("%q; want %q", got, test.want)
		}
	}
}
