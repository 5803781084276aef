package gateway

import (
	"bytes"
	"net/netip"
	"net/url"
	"strings"

	"stakegate/internal/strictjson"
)

const maxImageURL = 4096 // bytes of a URL that is not a data URL

// imageURL takes the address of an image: the image itself as a data URL, or
// an https URL on a public host. The upstream fetches it, from where it stands;
// an address in its own network is none of the client's business.
var imageURL = asIs("must be an https URL of a public host, or a data: URL of a PNG, JPEG, WebP or GIF in base64",
	func(v strictjson.Value) bool {
		if v.Kind() != strictjson.String {
			return false
		}
		if text := v.Text(); bytes.HasPrefix(text, []byte("data:")) {
			return isDataImage(text)
		}
		return v.Size() <= maxImageURL && isPublicURL(string(v.Text()))
	})

func isDataImage(text []byte) bool {
	head, data, found := bytes.Cut(text, []byte(","))
	if !found || len(data) == 0 {
		return false
	}
	switch string(head) {
	case "data:image/png;base64", "data:image/jpeg;base64", "data:image/jpg;base64", "data:image/webp;base64", "data:image/gif;base64":
	default:
		return false
	}
	data = bytes.TrimRight(data, "=")
	for _, c := range data {
		if !base64Digits[c] {
			return false
		}
	}
	return true
}

var base64Digits = func() (digits [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		digits[c] = true
	}
	return digits
}()

func isPublicURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap()
		return address.IsGlobalUnicast() && !address.IsPrivate() && address.Zone() == ""
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	// A name without a dot, of a local network, or a number that some readers
	// take for an address.
	return strings.Contains(host, ".") && last != "local" && last != "internal" && last != "localhost" &&
		last != "" && (last[0] < '0' || last[0] > '9')
}
