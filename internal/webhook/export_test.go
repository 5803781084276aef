package webhook

import "net/http"

// SetTransport replaces the network.
func (s *Sender) SetTransport(transport http.RoundTripper) { s.client.Transport = transport }
