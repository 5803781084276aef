package wallet

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// DigestSigner is a secp256k1 key that never leaves its keeper: a cloud KMS or
// an HSM. AWS KMS (key spec ECC_SECG_P256K1, Sign with message type DIGEST and
// ECDSA_SHA_256) and Google Cloud KMS (EC_SIGN_SECP256K1_SHA256, AsymmetricSign
// with Digest.Sha256) answer in these forms as they are.
type DigestSigner interface {
	// PublicKey returns the key as SubjectPublicKeyInfo (RFC 5480), in DER or
	// PEM.
	PublicKey(ctx context.Context) ([]byte, error)
	// SignDigest signs the 32 bytes as they are, without hashing them again,
	// and returns an ECDSA-Sig-Value (RFC 3279 section 2.2.3) in DER.
	SignDigest(ctx context.Context, digest [32]byte) ([]byte, error)
}

// ErrSignature is matched when something that signs for the wallet answers with
// what is not its signature of what it was asked to sign.
var ErrSignature = errors.New("the signer's answer is not the wallet's signature")

// Digest is a Signer over a key that only signs digests.
type Digest struct {
	signer  DigestSigner
	public  *ecdsa.PublicKey
	address common.Address
}

var _ Signer = (*Digest)(nil)

// OpenDigest asks for the public key, from which the address follows.
func OpenDigest(ctx context.Context, signer DigestSigner) (*Digest, error) {
	encoded, err := signer.PublicKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking the signer for its public key: %w", err)
	}
	public, err := parsePublicKey(encoded)
	if err != nil {
		return nil, err
	}
	return &Digest{signer, public, crypto.PubkeyToAddress(*public)}, nil
}

// Address is the account of the key.
func (d *Digest) Address() common.Address { return d.address }

// SignMessage signs text as personal_sign does; v is 27 or 28, s is low.
func (d *Digest) SignMessage(ctx context.Context, text string) ([]byte, error) {
	signature, err := d.sign(ctx, common.Hash(accounts.TextHash([]byte(text))))
	if err != nil {
		return nil, err
	}
	signature[crypto.RecoveryIDOffset] += 27
	return signature, nil
}

// SignTx signs the transaction for the chain.
func (d *Digest) SignTx(ctx context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	if tx.ChainId().Sign() != 0 && tx.ChainId().Cmp(chainID) != 0 {
		return nil, fmt.Errorf("signing the transaction: it is for chain %s, not %s", tx.ChainId(), chainID)
	}
	rules := types.LatestSignerForChainID(chainID)
	signature, err := d.sign(ctx, rules.Hash(tx))
	if err != nil {
		return nil, err
	}
	return tx.WithSignature(rules, signature)
}

func (d *Digest) sign(ctx context.Context, digest common.Hash) ([]byte, error) {
	der, err := d.signer.SignDigest(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("asking the signer for a signature: %w", err)
	}
	r, s, err := parseDER(der)
	if err != nil {
		return nil, err
	}
	return recoverable(digest, r, s, d.address)
}

var (
	curveOrder = crypto.S256().Params().N
	halfOrder  = new(big.Int).Rsh(curveOrder, 1)
)

// parseDER reads r and s.
func parseDER(der []byte) (r, s *big.Int, err error) {
	var value struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &value)
	if err != nil || len(rest) != 0 {
		return nil, nil, fmt.Errorf("%w: it is not an ECDSA signature in DER", ErrSignature)
	}
	// What was read must be all of it: asn1 passes over members that follow.
	again, err := asn1.Marshal(value)
	if err != nil || !bytes.Equal(again, der) {
		return nil, nil, fmt.Errorf("%w: it is not an ECDSA signature in DER", ErrSignature)
	}
	return value.R, value.S, nil
}

// recoverable makes r, s and a recovery id of 0 or 1 (65 bytes) of a signature:
// s becomes low, for which -s is as good (EIP-2), and the id is the one by which
// the signer's address comes out.
func recoverable(digest common.Hash, r, s *big.Int, signer common.Address) ([]byte, error) {
	for _, n := range []*big.Int{r, s} {
		if n.Sign() <= 0 || n.Cmp(curveOrder) >= 0 {
			return nil, fmt.Errorf("%w: its numbers are not of the curve secp256k1", ErrSignature)
		}
	}
	if s.Cmp(halfOrder) > 0 {
		s = new(big.Int).Sub(curveOrder, s)
	}
	signature := make([]byte, crypto.SignatureLength)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:64])
	for id := range byte(2) {
		signature[crypto.RecoveryIDOffset] = id
		public, err := crypto.SigToPub(digest[:], signature)
		if err == nil && crypto.PubkeyToAddress(*public) == signer {
			return signature, nil
		}
	}
	return nil, fmt.Errorf("%w: it is another key's, or of another text", ErrSignature)
}

// Object identifiers of RFC 5480 and SEC 2.
var (
	oidPublicKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidSecp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}
)

// parsePublicKey reads a SubjectPublicKeyInfo; crypto/x509 does not know the
// curve.
func parsePublicKey(encoded []byte) (*ecdsa.PublicKey, error) {
	if block, _ := pem.Decode(encoded); block != nil {
		encoded = block.Bytes
	}
	var info struct {
		Algorithm struct{ Algorithm, Curve asn1.ObjectIdentifier }
		Key       asn1.BitString
	}
	rest, err := asn1.Unmarshal(encoded, &info)
	if err != nil || len(rest) != 0 {
		return nil, errors.New("the signer's public key is not a SubjectPublicKeyInfo in DER or PEM")
	}
	if !info.Algorithm.Algorithm.Equal(oidPublicKey) || !info.Algorithm.Curve.Equal(oidSecp256k1) {
		return nil, errors.New("the signer's key is not of the curve secp256k1 (AWS: ECC_SECG_P256K1, Google: EC_SIGN_SECP256K1_SHA256)")
	}
	point := info.Key.RightAlign()
	if len(point) == 33 {
		public, err := crypto.DecompressPubkey(point)
		if err == nil {
			return public, nil
		}
	}
	public, err := crypto.UnmarshalPubkey(point)
	if err != nil {
		return nil, errors.New("the signer's public key is not a point of the curve secp256k1")
	}
	return public, nil
}
