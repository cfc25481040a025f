package live

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"customer360/sources/billing"
)

// StripeKey is the API key that [Stripe] takes.
const StripeKey = "sk_test_demo"

// stripeObject is an object of Stripe's, as it is written in JSON.
type stripeObject map[string]any

// Stripe serves billing accounts as Stripe does: what the adapter of Stripe
// asks for is read from them and answered in Stripe's form, page by page, and nothing
// can be changed. A record's RecordID is the id of the customer; facts keep theirs.
// Requests need [StripeKey].
//
// What Stripe has no word for comes as what it has: a status that is only ours as its
// raw status, a payment method in other words than a card or direct debit as a custom
// one. A balance beyond the open invoices is Stripe's own kind of balance.
func Stripe(records []*billing.Record, _ time.Time) http.Handler {
	s := &stripeServer{customers: map[string]stripeObject{}, lists: map[string]map[string][]stripeObject{
		"subscription": {}, "invoice": {}, "charge": {},
	}, productIDs: map[string]string{}}
	for _, r := range records {
		s.customers[r.RecordID] = stripeCustomer(r)
		for _, v := range r.Subscriptions {
			s.add("subscription", s.subscriptionObject(r, v))
		}
		for _, v := range r.Invoices {
			s.add("invoice", stripeInvoice(r, v))
		}
		for _, v := range r.Charges {
			s.add("charge", stripeCharge(r, v))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/customers/{id}", s.customer)
	mux.HandleFunc("GET /v1/subscriptions", s.list("subscription"))
	mux.HandleFunc("GET /v1/invoices", s.list("invoice"))
	mux.HandleFunc("GET /v1/charges", s.list("charge"))
	mux.HandleFunc("GET /v1/products", s.productList)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		stripeRefuse(w, http.StatusNotFound, "", "", "Unrecognized request URL ("+r.Method+": "+r.URL.Path+").")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, _, basic := r.BasicAuth()
		if !basic {
			key, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		}
		if key != StripeKey {
			w.Header().Set("WWW-Authenticate", `Bearer realm="Stripe"`)
			stripeRefuse(w, http.StatusUnauthorized, "", "", "Invalid API Key provided.")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// stripeServer holds all objects; lists are by kind and customer, newest first.
type stripeServer struct {
	customers  map[string]stripeObject
	lists      map[string]map[string][]stripeObject
	products   []stripeObject
	productIDs map[string]string
}

func (s *stripeServer) add(kind string, o stripeObject) {
	customer := o["customer"].(string)
	s.lists[kind][customer] = append(s.lists[kind][customer], o)
}

func (s *stripeServer) customer(w http.ResponseWriter, r *http.Request) {
	o := s.customers[r.PathValue("id")]
	if o == nil {
		stripeRefuse(w, http.StatusNotFound, "resource_missing", "id", "No such customer: '"+r.PathValue("id")+"'")
		return
	}
	method, ok := o["invoice_settings"].(stripeObject)["default_payment_method"].(stripeObject)
	if ok && !slices.Contains(stripeValues(r, "expand"), "invoice_settings.default_payment_method") {
		o = maps.Clone(o)
		o["invoice_settings"] = stripeObject{"default_payment_method": method["id"]}
	}
	stripeAnswer(w, http.StatusOK, o)
}

// list serves the objects of one customer, or of all, that have the status that is
// asked for; subscriptions that were canceled only if they are.
func (s *stripeServer) list(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		var all []stripeObject
		if customer := query.Get("customer"); customer == "" {
			for _, objects := range s.lists[kind] {
				all = append(all, objects...)
			}
		} else if s.customers[customer] == nil {
			stripeRefuse(w, http.StatusBadRequest, "resource_missing", "customer", "No such customer: '"+customer+"'")
			return
		} else {
			all = slices.Clone(s.lists[kind][customer])
		}
		status := query.Get("status")
		all = slices.DeleteFunc(all, func(o stripeObject) bool {
			switch {
			case kind == "charge" || status == "all":
				return false
			case kind == "subscription" && status == "":
				return o["status"] == "canceled"
			case kind == "subscription" && status == "ended":
				return o["status"] != "canceled" && o["status"] != "incomplete_expired"
			}
			return status != "" && o["status"] != status
		})
		slices.SortFunc(all, func(a, b stripeObject) int {
			return cmp.Or(cmp.Compare(b["created"].(int64), a["created"].(int64)), cmp.Compare(a["id"].(string), b["id"].(string)))
		})
		stripePage(w, r, kind, all)
	}
}

func (s *stripeServer) productList(w http.ResponseWriter, r *http.Request) {
	all := s.products
	ids := stripeValues(r, "ids")
	if ids != nil {
		all = slices.DeleteFunc(slices.Clone(all), func(o stripeObject) bool { return !slices.Contains(ids, o["id"].(string)) })
	}
	stripePage(w, r, "product", all)
}

// stripeValues gives the values of a list in the query, name[]=… or name[0]=….
func stripeValues(r *http.Request, name string) []string {
	var all []string
	for k, values := range r.URL.Query() {
		if strings.HasPrefix(k, name+"[") {
			all = append(all, values...)
		}
	}
	return all
}

// stripePage serves a part of a list: at most limit objects behind the one of starting_after.
func stripePage(w http.ResponseWriter, r *http.Request, kind string, all []stripeObject) {
	query := r.URL.Query()
	// As Stripe has it: ten unless another number is asked for, and at most a hundred.
	limit := 10
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			stripeRefuse(w, http.StatusBadRequest, "", "limit", "This value must be between 1 and 100.")
			return
		}
		limit = n
	}
	if after := query.Get("starting_after"); after != "" {
		i := slices.IndexFunc(all, func(o stripeObject) bool { return o["id"] == after })
		if i < 0 {
			stripeRefuse(w, http.StatusBadRequest, "resource_missing", "starting_after", "No such "+kind+": '"+after+"'")
			return
		}
		all = all[i+1:]
	}
	n := min(limit, len(all))
	stripeAnswer(w, http.StatusOK, stripeList(r.URL.Path, all[:n], n < len(all)))
}

func stripeList(path string, data []stripeObject, more bool) stripeObject {
	if data == nil {
		data = []stripeObject{}
	}
	return stripeObject{"object": "list", "url": path, "data": data, "has_more": more}
}

func stripeAnswer(w http.ResponseWriter, status int, o stripeObject) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(o)
}

// stripeRefuse answers with an error in Stripe's form.
func stripeRefuse(w http.ResponseWriter, status int, code, param, message string) {
	e := stripeObject{"type": "invalid_request_error", "message": message}
	if code != "" {
		e["code"] = code
	}
	if param != "" {
		e["param"] = param
	}
	stripeAnswer(w, status, stripeObject{"error": e})
}
