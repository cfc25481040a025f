package postgres

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

func TestClean(t *testing.T) {
	for _, test := range []struct{ sql, want, fault string }{
		{"select $1", "select $1", ""},
		{" \n select $1 ; ", " \n select $1", ""},
		{"select $1;;", "select $1", ""},
		{"select $1 -- the end;", "select $1", ""},
		{"-- first\nselect $1\n/* a /* b */ ; */\n", "-- first\nselect $1", ""},
		{"((VALUES ($1)))", "((VALUES ($1)))", ""},
		{"With x as (select $1) table x", "With x as (select $1) table x", ""},
		{"select '--', $1", "select '--', $1", ""},
		{"select 'it''s; -- ', $1;", "select 'it''s; -- ', $1", ""},
		{`select e'\'; --', $1;`, `select e'\'; --', $1`, ""},
		{`select '\', $1;`, `select '\', $1`, ""},
		{`select "a;""b", $1`, `select "a;""b", $1`, ""},
		{"select $$;$1$$, $a$;$$$a$, $1;", "select $$;$1$$, $a$;$$$a$, $1", ""},
		{"select a$1, $1", "select a$1, $1", ""},
		{"select '€' as ü, $1 -- ü", "select '€' as ü, $1", ""},
		{"", "", "there is none"},
		{"-- select $1", "", "there is none"},
		{";", "", "there is none"},
		{"select 1", "", "does not mention $1"},
		{"select '$1', \"$1\", $$ $1 $$ /* $1 */ -- $1", "", "does not mention $1"},
		{"select a$1", "", "does not mention $1"},
		{"select $1, $12", "", "more parameters"},
		{"select $1; select 2", "", "after the semicolon"},
		{"select $1; (", "", "after the semicolon"},
		{"; select $1", "", "precedes the semicolon"},
		{";select e''$a$$a$$1", "", "precedes the semicolon"},
		{"select $1) as q; --", "", "a ) without its ("},
		{"select ($1", "", "a ( without its )"},
		{"select $1 /* /* */", "", "a comment does not end"},
		{"select $1 '", "", "a text in '…' does not end"},
		{`select $1 "`, "", `a text in "…" does not end`},
		{"select $1 $a$ $b$", "", "a text in $…$ does not end"},
		{"update x set y = $1", "", "want a SELECT"},
		{"explain select $1", "", "want a SELECT"},
	} {
		got, faults := clean(test.sql)
		if said := strings.Join(faults, "\n"); (said == "") != (test.fault == "") || !strings.Contains(said, test.fault) {
			t.Errorf("%q: %q; want %q", test.sql, said, test.fault)
		} else if test.fault == "" && got != test.want {
			t.Errorf("%q: %q; want %q", test.sql, got, test.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, sql := range []string{"select $1 -- x", "select e'\\'' /* /* */ */ || $a$;$a$ || $1;", `with "x;" as (select '''') select $1 ; -- `} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		got, faults := clean(sql)
		if faults != nil {
			return
		}
		if !strings.HasPrefix(sql, got) {
			t.Fatalf("%q is not the front of %q", got, sql)
		}
		if again, faults := clean(got); again != got || faults != nil {
			t.Fatalf("%q, cleaned again: %q, %q", got, again, faults)
		}
		// What is put around it is not swallowed by a comment or a quote.
		if _, faults := clean("select * from (\n" + got + "\n) as q"); faults != nil {
			t.Fatalf("%q does not stand in parentheses: %q", got, faults)
		}
	})
}

// The library's own reader of arrays gets back what was written.
func FuzzList(f *testing.F) {
	f.Add("a", `{"\,}`)
	f.Add("NULL", "")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !isText(a) || !isText(b) {
			return
		}
		var got []string
		if err := types.Scan(pgtype.TextArrayOID, pgtype.TextFormatCode, list([]string{a, b}), &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got[0] != a || got[1] != b {
			t.Errorf("%q, %q became %q", a, b, got)
		}
	})
}

func TestPlace(t *testing.T) {
	const sql = "select ü,\n  x"
	for position, want := range map[int]string{
		0: "", 1: "", 3: "line 1, column 1", 10: "line 1, column 8", 15: "line 2, column 3", 16: "at its end", 999: "at its end",
	} {
		if got := place("(\n"+sql+"\n)", sql, position); got != want {
			t.Errorf("%d: %q; want %q", position, got, want)
		}
	}
}
