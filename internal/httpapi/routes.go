package httpapi

import (
	"net/http"
	"path"
	"slices"
	"strings"
)

// Prefixes of the API's paths. Under the second, which clients of OpenAI's API
// expect, are the models and the calls that cost money; errors there have
// OpenAI's shape.
const (
	apiPrefix    = "/api/v1"
	openAIPrefix = "/v1"
)

// endpoint is what serves a method of a path.
type endpoint struct {
	pattern string // "METHOD /path"
	handler http.Handler
	paid    bool // a call costs money
	// limit is the table of sources that a call counts in; nil: none.
	limit func(*Sources) *bucketTable
	manners
}

// manners are what the clients of an API expect of its paths.
type manners struct {
	form form // of errors; nil: the API's own
	// keyHeader may carry the key instead of Authorization; "": nothing may.
	keyHeader string
	// idHeader has the request's id once more; "": nothing has.
	idHeader string
}

// below are the manners of a path and of all paths under it.
type below struct {
	path string
	manners
}

// router finds endpoints: by path and method where the path has no variable,
// else with a mux.
type router struct {
	static  map[string]map[string]*endpoint // by path and method
	allowed map[string]string               // of each static path
	mux     *http.ServeMux
	dynamic map[string]*endpoint // by pattern
	manners []below              // the later goes before the earlier
}

func newRouter() *router {
	return &router{
		static: map[string]map[string]*endpoint{}, allowed: map[string]string{},
		mux: http.NewServeMux(), dynamic: map[string]*endpoint{},
	}
}

// expect gives a path, and all paths under it, manners. It comes before add.
func (r *router) expect(path string, m manners) { r.manners = append(r.manners, below{path, m}) }

// mannersOf are those of any path, a route's or not.
func (r *router) mannersOf(path string) manners {
	for _, known := range slices.Backward(r.manners) {
		if path == known.path || underPrefix(path, known.path) {
			return known.manners
		}
	}
	return manners{}
}

// add takes patterns of the form "METHOD /path".
func (r *router) add(e endpoint) {
	method, path, _ := strings.Cut(e.pattern, " ")
	e.manners = r.mannersOf(path)
	if strings.Contains(path, "{") {
		r.dynamic[e.pattern] = &e
		r.mux.Handle(e.pattern, e.handler)
		return
	}
	if r.static[path] == nil {
		r.static[path] = map[string]*endpoint{}
	}
	r.static[path][method] = &e
	if method == http.MethodGet {
		r.static[path][http.MethodHead] = &e
	}
	methods := make([]string, 0, len(r.static[path]))
	for method := range r.static[path] {
		methods = append(methods, method)
	}
	slices.Sort(methods)
	r.allowed[path] = strings.Join(methods, ", ")
}

// find returns the endpoint that serves a request. Without one, allow lists
// the methods that the path has; it is empty if there is no such path.
func (r *router) find(request *http.Request) (found *endpoint, allow string) {
	path := request.URL.Path
	// A raw path is one that is spelt in another way than its text needs: with
	// %2f, which must not count as a slash, or %6d.
	if methods, known := r.static[path]; known && request.URL.RawPath == "" {
		if e := methods[request.Method]; e != nil {
			return e, ""
		}
		return nil, r.allowed[path]
	}
	if !isClean(path) { // the mux would redirect
		return nil, ""
	}
	handler, pattern := r.mux.Handler(request)
	if e := r.dynamic[pattern]; e != nil {
		return e, ""
	}
	probe := &headerProbe{header: http.Header{}}
	handler.ServeHTTP(probe, request)
	return nil, probe.header.Get("Allow")
}

// serve answers what is not a route in the API's own error shape: the mux's
// own 404 and 405 are plain text.
func (s *server) serve(routes *router) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := eventOf(r)
		found, allow := routes.find(r)
		if found != nil {
			e.route, e.manners = found.pattern, found.manners
		} else {
			e.manners = routes.mannersOf(r.URL.Path)
		}
		s.guardFailures(w, r, func() {
			if err := s.limitSource(r, found); err != nil {
				s.writeError(w, r, err)
				return
			}
			switch {
			case found == nil && allow != "":
				s.methodNotAllowed(w, r, allow)
			case found == nil:
				s.writeError(w, r, errNoRoute)
			case routes.dynamic[found.pattern] != nil: // the mux fills in the variables
				routes.mux.ServeHTTP(w, r)
			default:
				found.handler.ServeHTTP(w, r)
			}
		})
	})
}

// isAPI reports whether a path is one of the API's, rather than the server's
// own.
func isAPI(path string) bool { return underPrefix(path, apiPrefix) || underPrefix(path, openAIPrefix) }

func underPrefix(path, prefix string) bool {
	rest, is := strings.CutPrefix(path, prefix)
	return is && strings.HasPrefix(rest, "/")
}

// isClean reports whether a path is spelt in the one way that routes are.
func isClean(text string) bool {
	cleaned := path.Clean(text)
	return text == cleaned || cleaned != "/" && text == cleaned+"/"
}

// errNoRoute is the answer for a path that is no route.
var errNoRoute = &Error{
	Status: http.StatusNotFound, Text: textNotFound, Code: "NOT_FOUND", Next: "GET /openapi.yaml lists the routes.",
}

// methodNotAllowed names the methods that a path is described with. That GET's
// comes with HEAD goes without saying: every server must have both (RFC 9110
// section 9.1).
func (s *server) methodNotAllowed(w http.ResponseWriter, r *http.Request, allow string) {
	w.Header().Set("Allow", strings.Replace(allow, "GET, HEAD", "GET", 1))
	s.writeError(w, r, &Error{Status: http.StatusMethodNotAllowed, Text: textMethod, Code: "METHOD_NOT_ALLOWED"})
}

// headerProbe learns what the mux would have answered.
type headerProbe struct{ header http.Header }

func (p *headerProbe) Header() http.Header { return p.header }

func (p *headerProbe) WriteHeader(int) {}

func (p *headerProbe) Write(data []byte) (int, error) { return len(data), nil }
