package demo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// known is everything that the company knows of one customer.
type known struct {
	*profiles.Customer
	accounts []*billing.Record
	contacts []*support.Record
	networks []*social.Record
}

func (c *Company) known(t *testing.T, id string) known {
	t.Helper()
	p := c.customer(id)
	if p == nil {
		t.Fatalf("there is no customer %s", id)
	}
	k := known{Customer: p}
	for _, r := range c.Billing {
		if strings.HasPrefix(r.RecordID, id+"-") {
			k.accounts = append(k.accounts, r)
		}
	}
	for _, r := range c.Support {
		if strings.HasPrefix(r.RecordID, id+"-") {
			k.contacts = append(k.contacts, r)
		}
	}
	for _, r := range c.Social {
		if strings.HasPrefix(r.RecordID, id+"-") {
			k.networks = append(k.networks, r)
		}
	}
	return k
}

func (k known) attribute(key string) string {
	for _, a := range k.Attributes {
		if a.Key == key {
			return a.Text
		}
	}
	return ""
}

func (k known) related(kind profiles.RelationKind) (names []string) {
	for _, r := range k.Relations {
		if r.Kind == kind {
			names = append(names, r.Name)
		}
	}
	return names
}

// age gives somebody's age in whole years.
func age(t *testing.T, birthDate string, now time.Time) int {
	t.Helper()
	born, err := time.Parse(time.DateOnly, birthDate)
	if err != nil {
		t.Fatal(err)
	}
	years := now.Year() - born.Year()
	if born.AddDate(years, 0, 0).After(now) {
		years--
	}
	return years
}

func TestCalledThreeTimes(t *testing.T) {
	c := New(moment)
	s1 := c.known(t, "story-s1")
	checkEqual(t, "e-mail", "grigory@example.com", s1.Email())
	if a := age(t, s1.BirthDate, c.Now); a < 35 || a > 44 {
		t.Errorf("he is %d years old", a)
	}
	checkEqual(t, "degree", "university degree", s1.attribute("degree"))
	checkEqual(t, "network", "router behind the modem", s1.attribute("home_network"))
	checkEqual(t, "devices", "6", s1.attribute("device_count"))
	checkEqual(t, "device", "15-inch laptop", s1.attribute("viewing_device"))
	checkEqual(t, "children", []string{"Masha", "Kolya"}, s1.related("CHILD"))

	a := s1.accounts[0]
	var contracts, television []*billing.Subscription
	for _, s := range a.Subscriptions {
		if strings.HasPrefix(s.Name, "Home Internet") {
			contracts = append(contracts, s)
		} else {
			television = append(television, s)
		}
	}
	if n := len(contracts); n != 3 || contracts[2].StartedAt.Before(c.Now.AddDate(-5, 0, 0)) || contracts[0].Status != billing.Active {
		t.Errorf("%d contracts, the first of %v, the last %s", n, contracts[2].StartedAt, contracts[0].Status)
	}
	if tv := television[0]; tv.EndedAt.Sub(tv.StartedAt) != 30*24*time.Hour || tv.Status != billing.Canceled {
		t.Errorf("digital television from %v to %v", tv.StartedAt, tv.EndedAt)
	}
	perMonth := [2]int{}
	for _, h := range a.Charges {
		if month := int(c.Now.Sub(h.ChargedAt).Hours()/24) / 30; h.Amount.String() == "55.00 RUB" && month < 2 {
			perMonth[month]++
		}
	}
	if perMonth[0] < 3 || perMonth[1] < 3 {
		t.Errorf("%v football broadcasts in the last months", perMonth)
	}

	u := s1.contacts[0]
	calls, solved := 0, u.Tickets[0].SolvedAt
	for _, m := range u.Messages {
		if m.Direction == support.Inbound && m.Channel == profiles.Phone {
			calls++
			if m.SentAt.After(solved) {
				t.Errorf("a call at %v, after the trouble was solved", m.SentAt)
			}
		}
	}
	if calls < 5 || solved.IsZero() || len(u.Tickets) != 1 {
		t.Errorf("%d calls in %d tickets, solved at %v", calls, len(u.Tickets), solved)
	}
}

func TestSingleWindow(t *testing.T) {
	s2 := New(moment).known(t, "story-s2")
	channels := map[profiles.Channel]bool{}
	for _, m := range s2.contacts[0].Messages {
		channels[m.Channel] = true
	}
	checkEqual(t, "channels", map[profiles.Channel]bool{
		profiles.Phone: true, profiles.Messenger: true, profiles.Forum: true, profiles.Web: true, profiles.Email: true,
	}, channels)
}

func TestSocialCRM(t *testing.T) {
	s3 := New(moment).known(t, "story-s3")
	methods := map[profiles.MatchMethod]bool{}
	for _, l := range s3.ActiveLinks(profiles.Social) {
		methods[l.Method] = l.Evidence != ""
	}
	checkEqual(t, "matches with evidence", map[profiles.MatchMethod]bool{"DETERMINISTIC": true, "PROBABILISTIC": true}, methods)
	worst := s3.networks[0].Mentions[1]
	if *worst.SentimentValue > -0.5 {
		t.Errorf("the worst mention is %v", *worst.SentimentValue)
	}
	reply := slices.IndexFunc(s3.contacts[0].Messages, func(m *support.Message) bool {
		return m.Direction == support.Outbound && m.Channel == profiles.SocialMedia && m.SentAt.After(worst.PostedAt)
	})
	if reply < 0 {
		t.Error("the mention was not answered")
	}
}

func TestFiveRights(t *testing.T) {
	c := New(moment)
	verdicts := map[string]string{}
	for _, p := range c.Customers {
		key, ok := strings.CutPrefix(p.ID, "story-s4-")
		if !ok {
			continue
		}
		k := c.known(t, p.ID)
		verdicts[key] = "now"
		agreed := slices.ContainsFunc(p.Consents, func(s profiles.Consent) bool {
			return s.Purpose == "marketing" && s.Status == "GRANTED" && (s.ExpiresAt.IsZero() || s.ExpiresAt.After(c.Now))
		})
		urgent := len(k.contacts) > 0 && slices.ContainsFunc(k.contacts[0].Tickets, func(u *support.Ticket) bool {
			return u.IsOpen() && u.Priority == "URGENT"
		})
		switch {
		case !agreed:
			verdicts[key] = "no consent"
		case k.attribute("quiet_hours") != "":
			verdicts[key] = "quiet hours"
		case k.attribute("frequency_cap_per_week") != "" && k.attribute("contacts_last_7_days") >= k.attribute("frequency_cap_per_week"):
			verdicts[key] = "frequency cap"
		case urgent:
			verdicts[key] = "open complaint"
		case k.attribute("held_by") != "":
			verdicts[key] = "a colleague is on it"
		case k.attribute("job_title") != "":
			verdicts[key] = "does not fit"
		}
	}
	checkEqual(t, "verdicts", map[string]string{
		"no-consent": "no consent", "expired": "no consent", "quiet-hours": "quiet hours", "frequency-cap": "frequency cap",
		"open-complaint": "open complaint", "held": "a colleague is on it", "does-not-fit": "does not fit", "ready": "now",
	}, verdicts)
}

// TestSchoolAge says that the children reach school age in the coming September, in
// whatever month one asks.
func TestSchoolAge(t *testing.T) {
	for month := range 14 {
		c := New(moment.AddDate(0, month, 0))
		for _, id := range []string{"story-s5-mother", "story-s5-offline"} {
			k := c.known(t, id)
			entry, err := time.Parse(time.DateOnly, k.attribute("school_entry_on"))
			if err != nil || entry.Before(c.Now) || entry.After(c.Now.AddDate(1, 0, 1)) || entry.Month() != time.September {
				t.Errorf("%s: at %v, school begins at %v, %v", id, c.Now, entry, err)
			}
			i := slices.IndexFunc(k.Relations, func(r profiles.Relation) bool { return r.Kind == "CHILD" })
			checkEqual(t, id, 7, age(t, k.Relations[i].BirthDate, entry))
		}
	}
	offline := New(moment).known(t, "story-s5-offline")
	if len(offline.ContactPoints) != 1 || offline.ContactPoints[0].Channel != profiles.Post {
		t.Errorf("who is not online has %v", offline.ContactPoints)
	}
}

func TestDonorClub(t *testing.T) {
	c := New(moment)
	may := map[string]bool{}
	for _, p := range c.Customers {
		k := known{Customer: p}
		if k.attribute("blood_type") == "AB-" {
			may[p.ID] = k.attribute("may_donate_from") <= c.Now.Format(time.DateOnly)
		}
	}
	checkEqual(t, "donors of the rare type who may give", map[string]bool{
		"story-s6-ana": true, "story-s6-joao": true, "story-s6-rita": true, "story-s6-luis": false, "story-s6-nadia": false,
	}, may)
}

func TestLoyalty(t *testing.T) {
	c := New(moment)
	tiers := map[string]int{}
	for _, p := range c.Customers {
		k := known{Customer: p}
		if tier := k.attribute("tier"); tier != "" {
			tiers[tier]++
			if k.attribute("points") == "" || k.attribute("member_since") == "" {
				t.Errorf("%s is %s, without points or a date", p.ID, tier)
			}
		}
	}
	for _, tier := range []string{"BRONZE", "SILVER", "GOLD", "PLATINUM"} {
		if tiers[tier] == 0 {
			t.Errorf("nobody is %s", tier)
		}
	}
	if churn := c.known(t, "story-s7-churn"); churn.attribute("churn_score") != "0.82" || churn.attribute("churn_reasons") == "" {
		t.Errorf("the one who may leave: %v", churn.Attributes)
	}
	left := c.known(t, "story-s7-left")
	if s := left.accounts[0].Subscriptions[0]; left.attribute("left_on") != s.EndedAt.Format(time.DateOnly) {
		t.Errorf("left on %s, and the contract ended at %v", left.attribute("left_on"), s.EndedAt)
	}
}

// ExampleNew shows how to find a story.
func ExampleNew() {
	company := New(time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC))
	for _, c := range company.Customers {
		if c.ID == "story-s1" {
			fmt.Println(c.Name, c.Email())
		}
	}
	// Output: Grigory Lazarev grigory@example.com
}
