package live

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"customer360/sources/billing"
)

func stripeCustomer(r *billing.Record) stripeObject {
	o := stripeObject{
		"id": r.RecordID, "object": "customer", "livemode": false, "name": r.Name, "created": r.CreatedAt.Unix(),
		"currency": nil, "balance": stripeBalance(r), "delinquent": r.IsDelinquent != nil && *r.IsDelinquent,
		"default_source": nil, "discount": nil, "invoice_settings": stripeObject{"default_payment_method": nil},
	}
	if r.Currency != "" {
		o["currency"] = strings.ToLower(r.Currency)
	}
	if r.PaymentMethod != "" {
		o["invoice_settings"] = stripeObject{"default_payment_method": stripeMethod(r)}
	}
	return o
}

// stripeBalance is what of a balance does not follow from open invoices.
func stripeBalance(r *billing.Record) int64 {
	if r.Balance == nil {
		return 0
	}
	beside := r.Balance.Minor
	for _, i := range r.Invoices {
		if (i.Status == billing.Due || i.Status == billing.Overdue) && i.AmountDue != nil && i.AmountDue.Currency == r.Balance.Currency {
			beside -= i.AmountDue.Minor
		}
	}
	return beside
}

var stripeCard = regexp.MustCompile(`^card ending in (\d{4})$`)

func stripeMethod(r *billing.Record) stripeObject {
	o := stripeObject{"id": strings.Replace(r.RecordID, "cus_", "pm_", 1), "object": "payment_method", "customer": r.RecordID, "livemode": false}
	if card := stripeCard.FindStringSubmatch(r.PaymentMethod); card != nil {
		o["type"], o["card"] = "card", stripeObject{"last4": card[1]}
	} else if r.PaymentMethod == "direct debit" {
		o["type"], o["sepa_debit"] = "sepa_debit", stripeObject{"last4": nil}
	} else {
		o["type"], o["custom"] = "custom", stripeObject{"display_name": r.PaymentMethod}
	}
	return o
}

// subscriptionObject gives a subscription with one item; its product is known by its
// name from then on.
func (s *stripeServer) subscriptionObject(r *billing.Record, b *billing.Subscription) stripeObject {
	product := s.productIDs[b.Name]
	if product == "" {
		product = fmt.Sprintf("prod_demo%d", len(s.products)+1)
		s.productIDs[b.Name] = product
		s.products = append(s.products, stripeObject{"id": product, "object": "product", "name": b.Name, "active": true, "livemode": false, "created": b.StartedAt.Unix()})
	}
	price := stripeObject{
		"id": "price_" + b.RecordID, "object": "price", "type": "recurring", "billing_scheme": "per_unit", "livemode": false,
		"product": product, "recurring": stripeInterval(b.Interval),
	}
	currency := strings.ToLower(r.Currency)
	if b.Price != nil {
		currency = strings.ToLower(b.Price.Currency)
		price["unit_amount"], price["unit_amount_decimal"] = b.Price.Minor, strconv.FormatInt(b.Price.Minor, 10)
	}
	price["currency"] = currency
	quantity := 1
	if b.Quantity != nil {
		quantity = *b.Quantity
	}
	item := stripeObject{
		"id": "si_" + b.RecordID, "object": "subscription_item", "subscription": b.RecordID, "price": price, "quantity": quantity,
		"discounts": []any{}, "created": b.StartedAt.Unix(), "current_period_end": stripeTime(b.CurrentPeriodEndsAt),
	}
	return stripeObject{
		"id": b.RecordID, "object": "subscription", "customer": r.RecordID, "livemode": false, "currency": currency,
		"status": stripeWord(b.Status, b.RawStatus), "created": b.StartedAt.Unix(), "start_date": b.StartedAt.Unix(),
		"trial_end": stripeTime(b.TrialEndsAt), "canceled_at": stripeTime(b.CanceledAt), "ended_at": stripeTime(b.EndedAt),
		"cancel_at_period_end": false, "pause_collection": nil, "description": nil, "discounts": []any{},
		"items": stripeList("/v1/subscription_items?subscription="+b.RecordID, []stripeObject{item}, false),
	}
}

var isoInterval = regexp.MustCompile(`^P(\d+)([DWMY])$`)

func stripeInterval(iso string) stripeObject {
	parts := isoInterval.FindStringSubmatch(iso)
	if parts == nil {
		return nil
	}
	count, _ := strconv.Atoi(parts[1])
	unit := map[string]string{"D": "day", "W": "week", "M": "month", "Y": "year"}[parts[2]]
	return stripeObject{"interval": unit, "interval_count": count, "usage_type": "licensed"}
}

func stripeInvoice(r *billing.Record, b *billing.Invoice) stripeObject {
	status := stripeWord(b.Status, b.RawStatus)
	if b.Status == billing.Due || b.Status == billing.Overdue {
		// Whether it is overdue follows from its date.
		status = "open"
	}
	total, remaining, currency := int64(0), int64(0), strings.ToLower(r.Currency)
	if b.Total != nil {
		total, currency = b.Total.Minor, strings.ToLower(b.Total.Currency)
	}
	if b.AmountDue != nil {
		remaining = b.AmountDue.Minor
	}
	finalized := stripeTime(b.IssuedAt)
	if b.Status == billing.Draft {
		finalized = nil
	}
	return stripeObject{
		"id": b.RecordID, "object": "invoice", "customer": r.RecordID, "livemode": false, "currency": currency,
		"number": b.Number, "description": b.Description, "status": status, "created": b.IssuedAt.Unix(),
		"total": total, "amount_due": total, "amount_remaining": remaining, "amount_paid": total - remaining,
		"due_date": stripeTime(b.DueAt), "status_transitions": stripeObject{"finalized_at": finalized, "paid_at": stripeTime(b.PaidAt)},
	}
}

func stripeCharge(r *billing.Record, b *billing.Charge) stripeObject {
	status, captured := stripeWord(b.Status, b.RawStatus), false
	if b.Received() {
		status, captured = "succeeded", true
	}
	amount, refunded, taken, currency := int64(0), int64(0), int64(0), strings.ToLower(r.Currency)
	if b.Amount != nil {
		amount, currency = b.Amount.Minor, strings.ToLower(b.Amount.Currency)
	}
	if captured {
		taken = amount
	}
	if b.Refunded != nil {
		refunded = b.Refunded.Minor
	}
	o := stripeObject{
		"id": b.RecordID, "object": "charge", "customer": r.RecordID, "livemode": false, "currency": currency,
		"description": b.Description, "status": status, "captured": captured, "paid": captured, "created": b.ChargedAt.Unix(),
		"amount": amount, "amount_captured": taken, "amount_refunded": refunded,
		"refunded": captured && refunded > 0 && refunded == amount, "disputed": b.Status == billing.Disputed, "payment_method_details": nil,
	}
	if card := stripeCard.FindStringSubmatch(b.PaymentMethod); card != nil {
		o["payment_method_details"] = stripeObject{"type": "card", "card": stripeObject{"last4": card[1]}}
	} else if b.PaymentMethod != "" {
		o["payment_method_details"] = stripeObject{"type": strings.ReplaceAll(b.PaymentMethod, " ", "_")}
	}
	return o
}

// stripeWord gives the word for a status: Stripe's are ours in small letters; another
// one is as the record has it.
func stripeWord[S ~string](status S, raw string) string {
	return cmp.Or(raw, strings.ToLower(string(status)))
}

// stripeTime gives a time as Stripe has it; nil where there is none.
func stripeTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}
