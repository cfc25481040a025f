package postgres

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/sosodev/duration"

	"customer360/sources"
	"customer360/sources/billing"
)

func addAccount(r *row, to *billing.Record) {
	to.Account = billing.Account{
		Ref: sources.Ref{URL: r.url()}, Name: r.text("name"), Balance: r.money("balance"), Currency: r.currency(),
		PaymentMethod: r.text("payment_method"), IsDelinquent: r.bool("is_delinquent"), CreatedAt: r.time("created_at"),
	}
}

func addSubscription(r *row, to *billing.Record) {
	to.Subscriptions = append(to.Subscriptions, &billing.Subscription{
		Ref: r.ref(), Name: r.text("name"), Status: billing.SubscriptionStatus(r.text("status")), RawStatus: r.text("raw_status"),
		Quantity: r.int("quantity"), Price: r.money("price"), Interval: r.interval("interval"), MRR: r.money("mrr"),
		StartedAt: r.time("started_at"), TrialEndsAt: r.time("trial_ends_at"), CurrentPeriodEndsAt: r.time("current_period_ends_at"),
		CanceledAt: r.time("canceled_at"), EndedAt: r.time("ended_at"),
	})
}

func addInvoice(r *row, to *billing.Record) {
	to.Invoices = append(to.Invoices, &billing.Invoice{
		Ref: r.ref(), Number: r.text("number"), Description: r.text("description"),
		Status: billing.InvoiceStatus(r.text("status")), RawStatus: r.text("raw_status"),
		Total: r.money("total"), AmountDue: r.money("amount_due"),
		IssuedAt: r.date("issued_at"), DueAt: r.time("due_at"), PaidAt: r.time("paid_at"),
	})
}

func addCharge(r *row, to *billing.Record) {
	to.Charges = append(to.Charges, &billing.Charge{
		Ref: r.ref(), Description: r.text("description"), Status: billing.ChargeStatus(r.text("status")), RawStatus: r.text("raw_status"),
		Amount: r.money("amount"), Refunded: r.money("refunded"), PaymentMethod: r.text("payment_method"), ChargedAt: r.date("charged_at"),
	})
}

// A row is read column by column; the first that cannot be read is kept as its error. A
// column that the query does not have is as one that is NULL.
type row struct {
	at     map[string]int
	fields []pgconn.FieldDescription
	values [][]byte
	err    error
}

func (r *row) value(name string) []byte {
	if i, ok := r.at[name]; ok {
		return r.values[i]
	}
	return nil
}

// fail says what is wrong with a column, in words of our own: values stay out of errors.
func (r *row) fail(name, problem string) {
	if r.err == nil {
		r.err = fmt.Errorf("column %s: %s", name, problem)
	}
}

func (r *row) text(name string) string {
	// A database in SQL_ASCII gives whatever bytes it was given.
	return strings.ToValidUTF8(string(r.value(name)), "\uFFFD")
}

func (r *row) ref() sources.Ref {
	id := r.text("record_id")
	if id == "" {
		r.fail("record_id", "there is none in a row")
	}
	return sources.Ref{RecordID: id, URL: r.url()}
}

func (r *row) url() string {
	link := r.text("url")
	if link == "" {
		return ""
	}
	// Links are clicked on.
	if u, err := url.Parse(link); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		r.fail("url", "want a whole address that begins with https://")
		return ""
	}
	return link
}

func (r *row) money(name string) *billing.Money {
	v := r.value(name)
	if v == nil {
		return nil
	}
	code := r.text("currency")
	if code == "" {
		r.fail(name, "there is an amount, and no currency")
		return nil
	}
	m, err := billing.ParseMoney(string(v), code)
	if err != nil {
		r.fail(name, err.Error())
		return nil
	}
	return &m
}

// currency is that of the account, checked as amounts check theirs.
func (r *row) currency() string {
	code := r.text("currency")
	if code == "" {
		return ""
	}
	m, err := billing.ParseMoney("0", code)
	if err != nil {
		r.fail("currency", err.Error())
	}
	return m.Currency
}

// epoch is the day that PostgreSQL counts from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// date is the time that facts are ordered by.
func (r *row) date(name string) time.Time {
	at := r.time(name)
	if at.IsZero() {
		r.fail(name, "there is none in a row")
	}
	return at
}

func (r *row) time(name string) time.Time {
	v := r.value(name)
	if v == nil {
		return time.Time{}
	}
	var at time.Time
	switch oid := r.fields[r.at[name]].DataTypeOID; {
	case oid == pgtype.TimestamptzOID && len(v) == 8:
		us := int64(binary.BigEndian.Uint64(v))
		if us == math.MinInt64 || us == math.MaxInt64 {
			return time.Time{}
		}
		const second = 1_000_000
		at = time.Unix(epoch.Unix()+us/second, us%second*1000).UTC()
	case oid == pgtype.DateOID && len(v) == 4:
		days := int32(binary.BigEndian.Uint32(v))
		if days == math.MinInt32 || days == math.MaxInt32 {
			return time.Time{}
		}
		at = epoch.AddDate(0, 0, int(days))
	default:
		r.fail(name, "it is no time")
	}
	// RFC 3339 has four digits for a year.
	if at.Year() < 1 || at.Year() > 9999 {
		r.fail(name, "its year is not one of 1 to 9999")
	}
	return at
}

func (r *row) interval(name string) string {
	iso := r.text(name)
	if iso == "" {
		return ""
	}
	if d, err := duration.Parse(iso); err != nil || d.Negative {
		r.fail(name, "want an ISO 8601 duration, as P1M")
	}
	return iso
}

func (r *row) int(name string) *int {
	v := r.value(name)
	if v == nil {
		return nil
	}
	n, err := strconv.Atoi(string(v))
	if err != nil {
		r.fail(name, "it is no whole number")
	}
	return &n
}

func (r *row) bool(name string) *bool {
	v := r.value(name)
	if v == nil {
		return nil
	}
	b := string(v) == "t"
	return &b
}
