package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// A latency is how long answers took at a constant rate.
type latency struct {
	n             int
	p50, p99, max time.Duration
}

// latencyOf measures a server at its workload's rate.
func (b *bench) latencyOf(ctx context.Context, r *row, requests *requests, during time.Duration) (latency, error) {
	return attack(ctx, r.process.addr, requests, during, func(body []byte) error {
		if !slices.Contains(r.lengths, len(body)) {
			return errors.New("an answer has another length than any that was verified")
		}
		return nil
	})
}

// attack sends requests at the workload's rate, whether or not those before were
// answered, for as long as that. The first answer that the check refuses ends it.
func attack(ctx context.Context, addr string, requests *requests, during time.Duration, check func([]byte) error) (latency, error) {
	attacker := vegeta.NewAttacker(vegeta.Workers(uint64(requests.w.connections)), vegeta.MaxWorkers(64), vegeta.Timeout(answerTimeout))
	defer context.AfterFunc(ctx, func() { attacker.Stop() })()
	target := func(t *vegeta.Target) error {
		q := requests.next()
		*t = vegeta.Target{Method: http.MethodPost, URL: "http://" + addr + "/graphql", Body: q.body, Header: http.Header{
			"Content-Type": {"application/json"}, "Accept": {"application/json"}, "Authorization": {q.authorization},
		}}
		return nil
	}
	var m vegeta.Metrics
	var failed error
	for result := range attacker.Attack(target, vegeta.Rate{Freq: requests.w.rate, Per: time.Second}, during, "") {
		m.Add(result)
		err := check(result.Body)
		if result.Code != http.StatusOK {
			err = errors.New(result.Error)
		}
		if err != nil && failed == nil {
			attacker.Stop()
			failed = fmt.Errorf("at a constant rate: %w", err)
		}
	}
	m.Close()
	return latency{int(m.Requests), m.Latencies.P50, m.Latencies.P99, m.Latencies.Max}, errors.Join(failed, ctx.Err())
}
