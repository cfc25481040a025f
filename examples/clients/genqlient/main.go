// An example of a typed client in Go: it asks for a customer by one identifier of several, and
// filters by one condition of several. What it does not set it must not send.
package main

//go:generate go tool genqlient

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/Khan/genqlient/graphql"
)

func main() {
	url := os.Getenv("CUSTOMER360_URL")
	if url == "" {
		url = "http://127.0.0.1:8080/graphql"
	}
	client := graphql.NewClient(url, http.DefaultClient)

	email := "grigory@example.com"
	card, err := Card(context.Background(), client, &CustomerBy{Email: &email})
	if card == nil || card.Customer == nil {
		log.Fatal("nobody has that address: ", err)
	}
	// Data and errors come together: an error of a source leaves the rest as it is.
	fmt.Println(card.Customer.DisplayName, card.Customer.BillingStatus.State, err)

	word := "grigory"
	found, err := Found(context.Background(), client, &CustomerFilter{Name: &StringFilter{StartsWith: &word}})
	if err != nil || found.Customers == nil || len(found.Customers.Edges) == 0 {
		log.Fatal("nobody has that name: ", err)
	}
	fmt.Println(len(found.Customers.Edges), "of that name")
}
