package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
)

const apiPrefix = "/api/v1"

// problem is what the API answers when it refuses.
type problem struct {
	Status int
	Code   string
	Text   string `json:"error"`
	Next   string `json:"message"`
	// Details are complaints by the members' names, under "_errors".
	Details map[string]json.RawMessage `json:"details"`
}

func (p *problem) Error() string { return p.Text }

// fields are the complaints about single members, one for each.
func (p *problem) fields() map[string]string {
	fields := map[string]string{}
	for name, raw := range p.Details {
		var member struct {
			Errors []string `json:"_errors"`
		}
		if json.Unmarshal(raw, &member) == nil && len(member.Errors) > 0 {
			fields[name] = member.Errors[0]
		}
	}
	return fields
}

// summary is everything that is wrong, in one line.
func (p *problem) summary() string {
	text := p.Text
	fields := p.fields()
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		text += "; " + name + " " + fields[name]
	}
	return text
}

// answer keeps an answer of the API.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(data []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(data)
}

// call asks the API as the visitor's wallet. Paths are below /api/v1. The error
// is a *problem for everything but 200.
func (v *visit) call(method, path string, body any, header http.Header) (*answer, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(v.r.Context(), method, apiPrefix+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	request.RemoteAddr = v.r.RemoteAddr
	if header != nil {
		request.Header = header
	}
	a := &answer{header: http.Header{}}
	v.d.api.As(v.session.AccountID).ServeHTTP(a, request)
	if a.status == http.StatusOK {
		return a, nil
	}
	refused := &problem{Status: a.status}
	if json.Unmarshal(a.body.Bytes(), refused) != nil || refused.Text == "" {
		refused.Text = http.StatusText(a.status)
	}
	refused.forPeople()
	return nil, refused
}

// send is call with a JSON answer.
func (v *visit) send(method, path string, body, into any) error {
	a, err := v.call(method, path, body, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(a.body.Bytes(), into); err != nil {
		return fmt.Errorf("the API's answer to %s %s: %w", method, path, err)
	}
	return nil
}

func (v *visit) get(path string, into any) error { return v.send(http.MethodGet, path, nil, into) }
