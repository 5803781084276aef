package apikey

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// MinRootLength is the least length in bytes of a root secret.
const MinRootLength = 32

// Hasher turns keys into what is stored of them: HMAC-SHA-256 under a pepper
// derived from the root secret. Without the root, whoever can write to the
// database still cannot plant a key. A slow hash would add nothing at 256
// bits of entropy (NIST SP 800-63B).
type Hasher struct{ pool sync.Pool }

// hashing is one computation's memory, reused so that a request allocates
// nothing for it.
type hashing struct {
	mac  hash.Hash
	text [Length]byte
	sum  [sha256.Size]byte
}

// NewHasher derives the pepper from the root secret by HKDF-SHA-256. It panics
// if the root is shorter than MinRootLength: check a configured one first.
func NewHasher(root []byte) *Hasher {
	if len(root) < MinRootLength {
		panic("apikey: root secret is shorter than 32 bytes")
	}
	pepper, err := hkdf.Key(sha256.New, root, nil, "stakegate/key-pepper/v1", sha256.Size)
	if err != nil {
		panic("apikey: " + err.Error()) // only for impossible lengths
	}
	h := &Hasher{}
	h.pool.New = func() any { return &hashing{mac: hmac.New(sha256.New, pepper)} }
	return h
}

// Hash is what the store keeps and looks keys up by. It is safe for concurrent
// use.
func (h *Hasher) Hash(s Secret) [sha256.Size]byte {
	work := h.pool.Get().(*hashing)
	work.mac.Reset()
	n := copy(work.text[:], s.Reveal())
	work.mac.Write(work.text[:n]) // a hash.Hash never fails
	sum := [sha256.Size]byte(work.mac.Sum(work.sum[:0]))
	work.text = [Length]byte{}
	h.pool.Put(work)
	return sum
}
