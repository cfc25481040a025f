package profiles

import (
	"testing"
	"time"
)

func TestBirthDates(t *testing.T) {
	now := time.Date(2026, 3, 15, 10, 0, 0, 0, time.UTC)
	for date, good := range map[string]bool{
		"1956-03-15": true, "2026-03-15": true, "2026-03-16": true, "1900-01-02": true, "1896-03-16": true, "2024-02-29": true,
		"2026-03-17": false, "2056-03-15": false, "1896-03-14": false, "1890-01-01": false, "1900-01-01": false, "0001-01-01": false, "9999-12-31": false, "2023-02-29": false, "--03-15": false, "": false,
	} {
		if err := CheckBirthDate(date, now); (err == nil) != good {
			t.Errorf("%s: %v", date, err)
		}
	}
}

// What was landed by others is held to the same.
func TestLandedBirthDates(t *testing.T) {
	c := &Customer{BirthDate: "2156-03-15", Relations: []Relation{{Kind: "CHILD", BirthDate: "0001-01-01"}, {Kind: "CHILD", BirthDate: "2016-03-15"}}}
	c.Settle(0)
	if c.BirthDate != "" || c.Relations[0].BirthDate != "" || c.Relations[1].BirthDate != "2016-03-15" {
		t.Errorf("%+v", c)
	}
}
