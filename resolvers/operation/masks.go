package operation

import (
	"cmp"
	"strings"

	"customer360/access"
	"customer360/customer"
	"customer360/graph/relay"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
)

// This file says how personal values are shown to who may not see them whole.

// masked gives a text as a caller may see it who does not see it whole.
func (p *policy) masked(caller *access.Caller, coordinate string, parent any, text string) string {
	if c, ok := parent.(*profiles.Customer); ok && coordinate == "Customer.displayName" {
		return p.displayName(caller, c)
	}
	class := p.hides(caller, coordinate, parent)
	if _, ok := parent.(*profiles.Attribute); ok {
		if coordinate != "Attribute.text" {
			return ""
		}
		if shown := class.Mask(text); shown != "" {
			return shown
		}
		return access.Hidden
	}
	shown := class.Mask(text)
	if shown == "" && strings.HasSuffix(coordinate, ".recordId") {
		// There is always one.
		shown = access.Hidden
	}
	return shown
}

// hides gives the class of a field of an object for which a caller does not see it whole; "": it is
// seen, or not personal.
func (p *policy) hides(caller *access.Caller, coordinate string, parent any) access.Class {
	class := p.rules[coordinate].class
	var is access.Classes
	switch object := parent.(type) {
	case *profiles.Attribute:
		class = p.attributes[object.Key].Class
	case *profiles.ContactPoint:
		if class == access.ContactPoint {
			return caller.Hides(access.ContactClasses(object)...)
		}
	case *profiles.Customer:
		switch coordinate {
		case "Customer.displayName":
			if object.Name == "" {
				// Who has no name is called by something else.
				return caller.Hides(access.Address, access.Phone, access.Email, access.Handle)
			}
			is = access.NameClasses(object.Name)
		case "Customer.name":
			is = access.NameClasses(object.Name)
		case "Customer.givenName":
			is = access.NameClasses(object.GivenName)
		case "Customer.familyName":
			is = access.NameClasses(object.FamilyName)
		case "Customer.email":
			is = access.ContactClasses(&profiles.ContactPoint{Channel: profiles.Email, Value: object.Email()})
		case "Customer.phone":
			is = access.ContactClasses(&profiles.ContactPoint{Channel: profiles.Phone, Value: object.Phone()})
		}
	case *profiles.Relation:
		if class == access.Name {
			is = access.NameClasses(object.Name)
		}
	case *profiles.Link:
		// On networks, accounts are found by their keys; some have the handle for one.
		if coordinate == "RecordLink.recordId" && object.Source != profiles.Social {
			return ""
		}
		switch coordinate {
		case "RecordLink.recordId":
			is = access.KeyClasses(object.RecordID)
		case "RecordLink.linkedBy":
			is = access.NameClasses(object.LinkedBy)
		}
	case *customer.Actor:
		if object.ByHandle {
			class, is = access.Handle, access.HandleClasses(object.Network, object.Name)
		} else {
			is = access.NameClasses(object.Name)
		}
	case *social.Profile:
		switch coordinate {
		case "SocialProfile.recordId":
			is = access.KeyClasses(object.RecordID)
		case "SocialProfile.handle":
			is = access.HandleClasses(object.Network, object.Handle)
		case "SocialProfile.movedTo":
			is = access.HandleClasses(object.Network, object.MovedTo)
		case "SocialProfile.displayName":
			is = access.NameClasses(object.DisplayName)
		}
	case *billing.Account:
		if class == access.Name {
			is = access.NameClasses(object.Name)
		}
	case *customer.Interaction:
		// The title of what a billing system did is made of numbers.
		if coordinate == "Interaction.title" && object.Source == profiles.Billing {
			return ""
		}
	}
	if len(is) > 0 {
		return caller.Hides(is...)
	}
	if class == "" {
		return ""
	}
	return caller.Hides(class)
}

// displayName is [profiles.Customer.DisplayName] as a caller may see it: what is masked whole
// is no name, and the next one is taken.
func (p *policy) displayName(caller *access.Caller, c *profiles.Customer) string {
	show := func(value string, classes access.Classes) string {
		if class := caller.Hides(classes...); value != "" && class != "" {
			return class.Mask(value)
		}
		return value
	}
	named := access.NameClasses(c.Name)
	if len(named) == 0 {
		named = access.Classes{access.Name}
	}
	if shown := show(c.Name, named); shown != "" {
		return shown
	}
	point := func(channel profiles.Channel, value string) string {
		return show(value, access.ContactClasses(&profiles.ContactPoint{Channel: channel, Value: value}))
	}
	if shown := cmp.Or(point(profiles.Email, c.Email()), point(profiles.Phone, c.Phone())); shown != "" {
		return shown
	}
	for i := range c.ContactPoints {
		if shown := show(c.ContactPoints[i].Value, access.ContactClasses(&c.ContactPoints[i])); shown != "" {
			return shown
		}
	}
	if p.keyless(caller) {
		return p.seal.Close(caller.Recipient(), relay.NewID("Customer", p.spine, c.ID).String())
	}
	return c.ID
}
