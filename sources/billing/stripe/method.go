package stripe

import (
	"strings"

	"github.com/stripe/stripe-go/v86"
)

// defaultMethod says in words how a customer's invoices are paid; empty where there is
// no such method on file. The method for invoices goes before the older default source.
func defaultMethod(c *stripe.Customer) string {
	if c.InvoiceSettings != nil {
		if m := c.InvoiceSettings.DefaultPaymentMethod; m != nil && m.Type != "" {
			return storedMethod(m)
		}
	}
	s := c.DefaultSource
	switch {
	case s == nil:
		return ""
	case s.Card != nil:
		return inWords("card", s.Card.Last4)
	case s.BankAccount != nil:
		return inWords("us_bank_account", s.BankAccount.Last4)
	case s.Source != nil:
		return inWords(s.Source.Type, "")
	}
	return ""
}

func storedMethod(m *stripe.PaymentMethod) string {
	last4 := ""
	switch {
	case m.Custom != nil && m.Custom.DisplayName != "":
		return m.Custom.DisplayName
	case m.Card != nil:
		last4 = m.Card.Last4
	case m.SEPADebit != nil:
		last4 = m.SEPADebit.Last4
	case m.BACSDebit != nil:
		last4 = m.BACSDebit.Last4
	case m.USBankAccount != nil:
		last4 = m.USBankAccount.Last4
	case m.AUBECSDebit != nil:
		last4 = m.AUBECSDebit.Last4
	case m.ACSSDebit != nil:
		last4 = m.ACSSDebit.Last4
	case m.NzBankAccount != nil:
		last4 = m.NzBankAccount.Last4
	}
	return inWords(string(m.Type), last4)
}

// usedMethod says how a charge was paid.
func usedMethod(d *stripe.ChargePaymentMethodDetails) string {
	if d == nil {
		return ""
	}
	last4 := ""
	switch {
	case d.Card != nil:
		last4 = d.Card.Last4
	case d.CardPresent != nil:
		last4 = d.CardPresent.Last4
	case d.SEPADebit != nil:
		last4 = d.SEPADebit.Last4
	case d.BACSDebit != nil:
		last4 = d.BACSDebit.Last4
	case d.USBankAccount != nil:
		last4 = d.USBankAccount.Last4
	case d.AUBECSDebit != nil:
		last4 = d.AUBECSDebit.Last4
	case d.ACSSDebit != nil:
		last4 = d.ACSSDebit.Last4
	case d.NzBankAccount != nil:
		last4 = d.NzBankAccount.Last4
	}
	return inWords(string(d.Type), last4)
}

// inWords gives a kind of payment method as people say it: "card ending in 4242".
func inWords(kind, last4 string) string {
	switch kind {
	case "card", "card_present", "interac_present", "kr_card":
		kind = "card"
	case "sepa_debit", "bacs_debit", "au_becs_debit", "acss_debit", "ach_debit", "nz_bank_account", "us_bank_account":
		kind = "direct debit"
	case "customer_balance", "ach_credit_transfer", "sepa_credit_transfer":
		kind = "bank transfer"
	default:
		kind = strings.ReplaceAll(kind, "_", " ")
	}
	if last4 != "" {
		kind += " ending in " + last4
	}
	return kind
}
