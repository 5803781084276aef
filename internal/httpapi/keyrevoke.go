package httpapi

import (
	"net/http"
	"time"

	"stakegate/internal/issuer"
	"stakegate/internal/signature"
)

// getRevocation answers the message that ends all keys of a wallet once it is
// signed. It is for one wallet, once, and for nothing else.
func (s *server) getRevocation(r *http.Request) (any, error) {
	text, _, err := oneParam(r, "address")
	if err != nil {
		return nil, err
	}
	address, err := signature.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	message, err := s.config.Mint.RevocationChallenge(address)
	if err != nil {
		return nil, err
	}
	return map[string]any{"success": true, "data": map[string]any{
		"message": message.Text, "nonce": message.Nonce, "expiresAt": message.ExpiresAt.Format(time.RFC3339),
	}}, nil
}

type revokeBody struct {
	Address   *string `json:"address"`
	Signature *string `json:"signature"`
	Message   *string `json:"message"`
}

// revokeAll ends all keys of the wallet that has signed the message. As of a
// mint, neither Content-Type nor Authorization is looked at.
func (s *server) revokeAll(r *http.Request) (any, error) {
	if err := checkEncoding(r); err != nil {
		return nil, err
	}
	var request revokeBody
	if err := decodeBody(r, &request); err != nil {
		return nil, err
	}
	err := required(map[string]bool{"address": request.Address != nil, "signature": request.Signature != nil, "message": request.Message != nil})
	if err != nil {
		return nil, err
	}
	proof := issuer.Proof{Message: *request.Message}
	if proof.Signature, err = signature.ParseSignature(*request.Signature); err != nil {
		return nil, invalid("signature", err.Error())
	}
	if proof.Address, err = signature.ParseAddress(*request.Address); err != nil {
		return nil, err
	}
	ended, err := s.config.Mint.RevokeAll(r.Context(), proof)
	if err != nil {
		return nil, err
	}
	keys := make([]map[string]string, len(ended))
	for i, key := range ended {
		keys[i] = map[string]string{"id": key.ID, "last6Chars": key.Last6}
	}
	return map[string]any{"success": true, "data": map[string]any{"revoked": len(ended), "keys": keys}}, nil
}
