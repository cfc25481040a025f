package demo

import "customer360/sources/profiles"

// definitions are the attributes that the company keeps of its customers.
func definitions() []profiles.Definition {
	return []profiles.Definition{
		{Key: "blood_type", Type: profiles.Text, Description: "Donor club: blood group and Rh factor, as AB- or 0+."},
		{Key: "churn_reasons", Type: profiles.Text, Description: "What the estimate in churn_score rests on, in words."},
		{Key: "churn_score", Type: profiles.Number, Description: "How likely the customer is to leave within three months, estimated, from 0 to 1."},
		{Key: "company_size", Type: profiles.Number, Description: "How many people work for an organization."},
		{Key: "contacts_last_7_days", Type: profiles.Number, Description: "How many times the company contacted the customer in the last seven days, over all channels, except in answer."},
		{Key: "contract_ends_on", Type: profiles.Date, Description: "When the running contract can be ended or extended."},
		{Key: "data_used_gb", Type: profiles.Number, Description: "Mobile data used in the last full month, in gigabytes."},
		{Key: "degree", Type: profiles.Text, Description: "The highest degree in education, as the customer told us."},
		{Key: "device_count", Type: profiles.Number, Description: "How many devices use the customer's connection at home."},
		{Key: "donations", Type: profiles.Number, Description: "Donor club: how many times the customer gave blood."},
		{Key: "favourite_plan", Type: profiles.Text, Description: "The plan that a colleague noted as right for this customer."},
		{Key: "frequency_cap_per_week", Type: profiles.Number, Description: "How many times in seven days the customer wants to be contacted at the most, except in answer."},
		{Key: "held_by", Type: profiles.Text, Description: "The colleague who is talking with the customer at present: nobody else should call."},
		{Key: "held_until", Type: profiles.Date, Description: "Until when the colleague in held_by keeps the customer."},
		{Key: "home_network", Type: profiles.Text, Description: "How the home is connected, as the last visit or remote check found it."},
		{Key: "industry", Type: profiles.Text, Description: "What an organization does."},
		{Key: "job_title", Type: profiles.Text, Description: "What the customer works as."},
		{Key: "last_donation_on", Type: profiles.Date, Description: "Donor club: when the customer last gave blood."},
		{Key: "left_on", Type: profiles.Date, Description: "Loyalty programme: when the customer left it."},
		{Key: "may_donate_from", Type: profiles.Date, Description: "Donor club: the first day on which the customer may give blood again."},
		{Key: "member_since", Type: profiles.Date, Description: "Loyalty programme: when the customer joined it."},
		{Key: "nps", Type: profiles.Number, Description: "How likely the customer is to recommend the company, from 0 to 10, in the latest survey."},
		{Key: "online", Type: profiles.Boolean, Description: "Whether the customer reads messages on a screen; false: only letters and visits reach the customer."},
		{Key: "paperless", Type: profiles.Boolean, Description: "Whether invoices are sent without paper."},
		{Key: "points", Type: profiles.Number, Description: "Loyalty programme: points that can be spent."},
		{Key: "preferred_channel", Type: profiles.Text, Description: "The channel that the customer asked us to use, as one of the graph's channels."},
		{Key: "programme", Type: profiles.Text, Description: "What the customer takes part in beside the telephone: city services, donor club or partner benefits."},
		{Key: "quiet_hours", Type: profiles.Text, Description: "When the customer does not want to be contacted, in the customer's own time zone, as 20:00-09:00."},
		{Key: "school_entry_on", Type: profiles.Date, Description: "City services: the first school day of the child that reaches school age next."},
		{Key: "school_form", Type: profiles.Text, Description: "City services: how far the enrolment is: prefilled, sent, confirmed or enrolled."},
		{Key: "segment", Type: profiles.Text, Description: "The group that the customer was put in by the last segmentation."},
		{Key: "tier", Type: profiles.Text, Description: "Loyalty programme: BRONZE, SILVER, GOLD or PLATINUM."},
		{Key: "viewing_device", Type: profiles.Text, Description: "What the customer watches broadcasts on."},
	}
}

// attributes gives attributes from keys and values in turn. Their types are filled
// in when the company is finished.
func attributes(keysAndValues ...string) []profiles.Attribute {
	var all []profiles.Attribute
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		all = append(all, profiles.Attribute{Key: keysAndValues[i], Text: keysAndValues[i+1]})
	}
	return all
}
