package gateway

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/upstream"
)

func readImages(body []byte) (order, *Error) {
	request, problem := parseImages(body)
	if problem != nil {
		return nil, problem
	}
	return imagesOrder{request}, nil
}

// imagesOrder is an order of images. Their price is known before the call.
type imagesOrder struct{ request *imagesRequest }

func (o imagesOrder) modelName() string { return o.request.model }

func (o imagesOrder) demand(_ *catalog.Catalog, resolution catalog.Resolution) (demand, *Error) {
	units, problem := o.request.fit(resolution)
	return demand{Demand: units, explicit: true}, problem
}

func (o imagesOrder) deliver(p *paid) *Error {
	ask := func(server catalog.Upstream, model string) (upstream.Request, error) {
		p.tellIgnored(o.request.unknown, server)
		return upstream.Request{Path: "/images/generations", Body: [][]byte{o.request.forwardTo(server, model)}}, nil
	}
	return p.answer(ask, &imagesAnswer{asURL: o.request.format == "url"})
}

// imagesAnswer is a list of images.
type imagesAnswer struct {
	asURL   bool
	created int64
	images  []madeImage
}

// madeImage is a picture in base64, as a JSON string without its quotes, or a URL
// where that is all that the upstream gave.
type madeImage struct{ data, url []byte }

// read charges the images that came: no more than were asked for.
func (a *imagesAnswer) read(p *paid, body []byte) (m metered, usable, known bool) {
	list, ok := membersOf(body)
	if !ok || failedInside(list) {
		return metered{}, false, false
	}
	a.created = p.started.Unix()
	value, _ := find(list, "created")
	if at, ok := integer(value); ok && at >= 0 {
		a.created = at
	}
	data, _ := find(list, "data")
	elements, _ := array(data)
	for _, e := range elements[:min(int64(len(elements)), p.Units)] {
		parts, _ := object(e.value)
		img, ok := readImage(parts)
		if !ok {
			return metered{}, false, false
		}
		a.images = append(a.images, img)
	}
	if len(a.images) == 0 {
		return metered{}, false, false
	}
	return p.units(int64(len(a.images))), true, true
}

func readImage(parts []member) (madeImage, bool) {
	data, _ := find(parts, "b64_json")
	if data.Kind() == '"' && len(data) > 2 {
		return madeImage{data: data[1 : len(data)-1]}, true
	}
	value, _ := find(parts, "url")
	url, ok := str(value)
	if !ok || url == "" {
		return madeImage{}, false
	}
	if head, data, found := strings.Cut(url, ";base64,"); found && strings.HasPrefix(head, "data:image/") {
		return madeImage{data: []byte(data)}, true
	}
	return madeImage{url: value}, true
}

// rebuild writes the list. Its object is closed in the API's description, so
// that the cost is told in a header alone.
func (a *imagesAnswer) rebuild(*paid, metered, ledger.Settled) ([]byte, error) {
	out := strconv.AppendInt([]byte(`{"created":`), a.created, 10)
	out = append(out, `,"data":[`...)
	for i, img := range a.images {
		if i > 0 {
			out = append(out, ',')
		}
		switch {
		case img.url != nil:
			out = append(append(out, `{"url":`...), img.url...)
		case a.asURL:
			out = append(append(append(out, `{"url":"data:`...), img.kind()...), `;base64,`...)
			out = append(append(out, img.data...), '"')
		default:
			out = append(append(append(out, `{"b64_json":"`...), img.data...), '"')
		}
		out = append(out, '}')
	}
	out = append(out, "]}"...)
	if !jsontext.Value(out).IsValid() {
		return nil, errNoAnswer
	}
	return out, nil
}

// kind is the picture's media type, by its first bytes.
func (i madeImage) kind() string {
	head := bytes.ReplaceAll(i.data[:min(len(i.data), 64)], []byte(`\/`), []byte("/"))
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(head)))
	n, _ := base64.StdEncoding.Decode(raw, head[:len(head)&^3]) // what it can
	if kind := http.DetectContentType(raw[:n]); strings.HasPrefix(kind, "image/") {
		return kind
	}
	return "image/png"
}
