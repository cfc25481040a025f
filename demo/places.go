package demo

import (
	"fmt"
	"slices"

	"customer360/sources/profiles"
)

// A place is where some of the company's customers live: what is written in its
// language, paid in its currency, and the names of its people.
type place struct {
	language, timeZone, country, locality, postalCode string
	// street is a format for a house number.
	street string
	// phone is a format for two digits, from numbers that are reserved for fiction
	// where the country has such, else from numbers that nobody can have.
	phone    string
	currency string
	// name is a format for given and family name.
	name    string
	payment [2]string
	// tariff is the price of a month of mobile, fibre and television, in the
	// currency's smallest unit.
	tariff [3]int64
	// people are given name, family name, and the name that they sign in with. The
	// first three are a couple and their child.
	people [12]person
	// organization is a customer too.
	organization person
	talks        [2]talk
	posts        [3]post
}

// A person has a given name, a family name and a name to sign in with. An
// organization has no family name.
type person struct{ given, family, login string }

// A talk is what a customer asks, and what support answers.
type talk struct{ title, question, answer string }

// A post is what is said of the company in public.
type post struct {
	text      string
	sentiment float64
}

// places are all places. The order is part of the customers' keys.
func places() []place { return slices.Concat(europe(), asia(), otherContinents()) }

func (p place) phoneNumber(n int) string { return fmt.Sprintf(p.phone, n) }

func (p place) home(number int) profiles.ContactPoint {
	return postal(p.country, p.postalCode, p.locality, fmt.Sprintf(p.street, number))
}
