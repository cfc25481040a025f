package profiles

import (
	"errors"
	"time"

	"customer360/sources"
)

// maxAge is older than anybody who is known to have lived, in years.
const maxAge = 130

// CheckBirthDate reports whether somebody can have been born on a date as "2026-01-31": not
// in the future, where a day more is given for who is ahead of UTC, and not more than 130
// years ago; 1900-01-01 is what systems have where they know none. The error says what was
// expected, and holds no value.
func CheckBirthDate(date string, now time.Time) error {
	born, err := time.Parse(time.DateOnly, date)
	switch {
	case err != nil:
		return errors.New("expected a date as YYYY-MM-DD")
	case born.After(now.AddDate(0, 0, 1)):
		return errors.New(`expected a date of birth that is not in the future: of years with two digits, date("%d.%m.%y"; 1930) reads those of the hundred years from 1930`)
	case born.Before(now.AddDate(-maxAge, 0, 0)) || date == "1900-01-01":
		return errors.New("expected a date of birth of the last 130 years: leave out what stands for one that is not known, as 1900-01-01 or 0001-01-01")
	}
	return nil
}

// settleBirthDate leaves out a text that cannot be a date of birth.
func settleBirthDate(f *sources.Form, field string, date *string) {
	if *date != "" && CheckBirthDate(*date, time.Now()) != nil {
		*date = ""
		f.Leave(field, "cannot be a date of birth")
	}
}
