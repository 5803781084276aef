// Package apitest holds a server's answers against the API's description, for
// tests. Put Validator.Middleware around a handler, or call Check on answers
// that a client got; whatever the description does not say is an error of the
// test.
//
// It is stricter than a client should be: an object that the description
// leaves open for later members must have no others today, unless the
// description says outright that others are to be expected.
package apitest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"stakegate/api"
)

// Answer is a status that an operation gave, by its operationId.
type Answer struct {
	Operation string
	Status    int
}

// Validator checks answers and counts which ones it has seen. Its methods may
// be used by many goroutines.
type Validator struct {
	t      testing.TB
	doc    *openapi3.T
	router routers.Router
	common map[string]*openapi3.Header // that any answer may have

	mu   sync.Mutex
	seen map[Answer]int
}

// description is the embedded one, which is the same for all validators.
type description struct {
	doc    *openapi3.T
	router routers.Router
	common map[string]*openapi3.Header
}

// load parses and checks the description, once: it takes longer than most
// tests.
var load = sync.OnceValues(func() (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("load the description: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the description is not valid: %w", err)
	}
	closeObjects(doc)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("route by the description: %w", err)
	}
	common, err := commonHeaders(doc)
	return &description{doc, router, common}, err
})

// New returns a validator for the embedded description that reports to t.
func New(t testing.TB) *Validator {
	t.Helper()
	d, err := load()
	if err != nil {
		t.Fatalf("apitest: %v", err)
	}
	return &Validator{t: t, doc: d.doc, router: d.router, common: d.common, seen: map[Answer]int{}}
}

// Check reports to t whatever the description does not say about this answer
// to req. The body is given apart, because the caller has read it by then.
func (v *Validator) Check(t testing.TB, req *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	for _, problem := range v.Problems(req, resp, body) {
		t.Errorf("%s %s answered %d: %s", req.Method, req.URL.Path, resp.StatusCode, problem)
	}
}

// Problems lists whatever the description does not say about this answer to
// req, and counts the answer as seen if it is one of the description's.
func (v *Validator) Problems(req *http.Request, resp *http.Response, body []byte) []string {
	return v.problems(req, answer{status: resp.StatusCode, header: resp.Header, body: body})
}

// answer is what was sent in reply to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    bool // the client left or the handler gave up before the end
}

func (v *Validator) problems(req *http.Request, a answer) []string {
	route, described, err := v.find(req, a.status)
	if err != nil {
		return []string{err.Error()}
	}
	if route != nil {
		v.mu.Lock()
		v.seen[Answer{route.Operation.OperationID, a.status}]++
		v.mu.Unlock()
	}
	found := v.headerProblems(described, a)
	if a.status == http.StatusMethodNotAllowed {
		found = append(found, v.allowProblems(req, a.header)...)
	}
	if req.Method != http.MethodHead {
		found = append(found, v.bodyProblems(req, described, a)...)
	}
	return found
}

// find returns what the description says about a status of this request. The
// route is nil for a path or method that the description does not have.
func (v *Validator) find(req *http.Request, status int) (*routers.Route, *openapi3.Response, error) {
	lookup := req.Clone(req.Context())
	if lookup.Method == http.MethodHead {
		lookup.Method = http.MethodGet
	}
	route, _, err := v.router.FindRoute(lookup)
	component, want := "", 0
	switch {
	case errors.Is(err, routers.ErrPathNotFound):
		component, want = "NotFound", http.StatusNotFound
	case errors.Is(err, routers.ErrMethodNotAllowed):
		component, want = "MethodNotAllowed", http.StatusMethodNotAllowed
	case err != nil:
		return nil, nil, err
	}
	if component != "" {
		if status != want {
			return nil, nil, fmt.Errorf("the description has no such path and method, so the answer must be %d", want)
		}
		return nil, v.doc.Components.Responses[component].Value, nil
	}
	ref := route.Operation.Responses.Value(strconv.Itoa(status))
	if ref == nil {
		return nil, nil, errors.New("the description does not list this status")
	}
	return route, ref.Value, nil
}

// allowProblems compares Allow with the methods that the description gives to
// the path; HEAD comes with GET.
func (v *Validator) allowProblems(req *http.Request, header http.Header) []string {
	var want []string
	for _, method := range []string{"DELETE", "GET", "PATCH", "POST", "PUT"} {
		lookup := req.Clone(req.Context())
		lookup.Method = method
		if _, _, err := v.router.FindRoute(lookup); err == nil {
			want = append(want, method)
		}
	}
	var got []string
	for method := range strings.SplitSeq(header.Get("Allow"), ",") {
		if method = strings.TrimSpace(method); method != http.MethodHead {
			got = append(got, method)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		return []string{fmt.Sprintf("Allow is %q, the description's methods are %v", header.Get("Allow"), want)}
	}
	return nil
}

// Seen returns how often each described answer was given.
func (v *Validator) Seen() map[Answer]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.seen)
}

// Unseen returns the described answers that were never given, in order.
func (v *Validator) Unseen() []Answer {
	seen := v.Seen()
	var unseen []Answer
	for _, item := range v.doc.Paths.Map() {
		for _, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				code, err := strconv.Atoi(status)
				if err != nil {
					continue // "default" is not one status
				}
				if a := (Answer{operation.OperationID, code}); seen[a] == 0 {
					unseen = append(unseen, a)
				}
			}
		}
	}
	slices.SortFunc(unseen, func(a, b Answer) int {
		return cmp.Or(strings.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	return unseen
}

// statusClientLeft is what servers note for a client that hung up; it is never
// read by anybody.
const statusClientLeft = 499

// Middleware checks every answer of next and reports to the test that New was
// given. It also reports a request that next accepted (2xx) although the
// description forbids its body or query.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := &recorder{ResponseWriter: w}
		var received bytes.Buffer
		inner := r.WithContext(r.Context())
		if r.Body != nil {
			inner.Body = teeBody{io.TeeReader(r.Body, &received), r.Body}
		}
		finished := false
		defer func() {
			a := sent.answer()
			a.cut = !finished || r.Context().Err() != nil
			if a.cut && (a.status == 0 || a.status == statusClientLeft) {
				return // nobody was there to read it
			}
			if a.status == 0 {
				a.status, a.header = http.StatusOK, w.Header().Clone()
			}
			found := v.problems(r, a)
			if a.status < 300 {
				found = append(found, v.acceptedProblems(r, received.Bytes())...)
			}
			for _, problem := range found {
				v.t.Errorf("%s %s answered %d: %s", r.Method, r.URL.Path, a.status, problem)
			}
		}()
		next.ServeHTTP(sent, inner)
		finished = true
	})
}
