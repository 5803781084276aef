package upstream

import (
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"strconv"
	"strings"
)

// head reads until the answer's own headers, past those of interim answers,
// and knows from then on where its body ends.
func (x *exchange) head() (*http.Response, error) {
	x.wire.limit = maxAnswerHeaders
	for range maxInterim {
		response, err := readHead(x.wire.text)
		if err != nil {
			return nil, err
		}
		switch {
		case response.StatusCode >= 200:
			if x.length, err = bodyLength(response); err != nil {
				return nil, err
			}
			if x.length == inChunks {
				x.chunks = httputil.NewChunkedReader(x.wire.in)
			}
			x.keep = x.length != untilClose && !response.Close
			response.ContentLength = max(x.length, -1)
			x.wire.limit = math.MaxInt64
			return response, nil
		case response.StatusCode == http.StatusSwitchingProtocols:
			return nil, errInterim
		}
	}
	return nil, errInterim
}

// readHead reads a status line and headers.
func readHead(from *textproto.Reader) (*http.Response, error) {
	line, err := from.ReadLine()
	if err != nil {
		return nil, headError(err, line)
	}
	response := &http.Response{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	proto, status, _ := strings.Cut(line, " ")
	switch proto {
	case "HTTP/1.1":
	case "HTTP/1.0":
		response.Proto, response.ProtoMinor = proto, 0
	default:
		return nil, errMalformed
	}
	code, _, _ := strings.Cut(status, " ")
	number, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || number < 100 {
		return nil, errMalformed
	}
	response.Status, response.StatusCode = status, int(number)
	header, err := from.ReadMIMEHeader()
	if err != nil {
		return nil, headError(err, line)
	}
	for name := range header {
		if strings.Contains(name, " ") { // "Content-Length : 2" is a length to some
			return nil, errMalformed
		}
	}
	response.Header = http.Header(header)
	response.Close = response.ProtoMinor == 0 || says(response.Header["Connection"], "close")
	return response, nil
}

// headError keeps a connection's errors and hides the text of those that quote
// what came over it.
func headError(err error, line string) error {
	var quoting textproto.ProtocolError
	switch {
	case errors.As(err, &quoting):
		return errMalformed
	case errors.Is(err, io.EOF) && line == "":
		return errClosed
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

// says reports whether a list of tokens in a header has one (RFC 9110 section
// 5.6.1).
func says(values []string, token string) bool {
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.Trim(part, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// bodyLength finds where an answer's body ends (RFC 9112 section 6.3), and
// believes nothing that two readers could read in two ways.
func bodyLength(response *http.Response) (int64, error) {
	lengths, sized := response.Header["Content-Length"]
	codings, coded := response.Header["Transfer-Encoding"]
	switch {
	case coded && sized, len(lengths) > 1, len(codings) > 1:
		return 0, errFraming
	case coded && (response.ProtoMinor == 0 || !strings.EqualFold(codings[0], "chunked")):
		return 0, errFraming
	case sized && strings.Trim(lengths[0], "0123456789") != "":
		return 0, errFraming
	}
	length := untilClose
	if sized {
		var err error
		if length, err = strconv.ParseInt(lengths[0], 10, 64); err != nil {
			return 0, errFraming
		}
	}
	switch {
	case response.StatusCode == http.StatusNoContent, response.StatusCode == http.StatusNotModified:
		return 0, nil
	case coded:
		return inChunks, nil
	}
	return length, nil
}

// trailer reads what follows the last chunk. It says nothing that is needed.
func (c *conn) trailer() error {
	c.limit = maxAnswerHeaders
	if end, err := c.in.Peek(2); err == nil && string(end) == "\r\n" {
		_, err = c.in.Discard(2)
		if err == nil {
			err = io.EOF
		}
		return err
	}
	// As net/http does: an empty line that is not CRLF ends nothing.
	for seen := 4; ; seen++ {
		end, err := c.in.Peek(seen)
		if err != nil {
			return headError(err, "trailer")
		}
		if string(end[seen-4:]) == "\r\n\r\n" {
			break
		}
	}
	if _, err := c.text.ReadMIMEHeader(); err != nil {
		return headError(err, "trailer")
	}
	return io.EOF
}
