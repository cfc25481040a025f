package floor

import (
	"bytes"
	"net/http"

	"customer360/bench/stub"
)

// splice is F1: the same calls, and the upstream's bytes as they are.
func (f floor) splice(r *http.Request, q *request) ([]byte, error) {
	query := stub.IDs([]string{q.Variables.ID})
	if q.Variables.Since != "" {
		query = since(q)
	}
	profiles, err := f.client.Get(r.Context(), "/profiles", query)
	if err != nil {
		return nil, err
	}
	paths := [3]string{"/billing", "/support", "/social"}
	var keys [3][]string
	for rest := profiles; ; {
		_, after, ok := bytes.Cut(rest, []byte(`"recordId":"`))
		if !ok {
			break
		}
		key, after, _ := bytes.Cut(after, []byte{'"'})
		rest = after
		at := bytes.IndexByte([]byte("bsn"), key[0])
		keys[at] = append(keys[at], string(key))
	}
	var bodies [3][][]byte
	var calls []func() error
	for at, all := range keys {
		bodies[at] = make([][]byte, (len(all)+stub.Cap-1)/stub.Cap)
		for i := range bodies[at] {
			batch := all[i*stub.Cap : min((i+1)*stub.Cap, len(all))]
			calls = append(calls, func() (err error) {
				bodies[at][i], err = f.client.Get(r.Context(), paths[at], stub.IDs(batch))
				return err
			})
		}
	}
	if err := together(calls...); err != nil {
		return nil, err
	}
	n := len(profiles) + 100
	for _, parts := range bodies {
		for _, part := range parts {
			n += len(part) + 1
		}
	}
	b := append(make([]byte, 0, n), `{"data":{"profiles":`...)
	b = append(b, profiles...)
	for at, parts := range bodies {
		b = append(b, `,"`...)
		b = append(b, paths[at][1:]...)
		b = append(b, `":[`...)
		for i, part := range parts {
			b = append(comma(b, i), part...)
		}
		b = append(b, ']')
	}
	return append(b, "}}"...), nil
}
