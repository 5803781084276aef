package wallet_test

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/agent/wallet"
)

// A cloud KMS is a DigestSigner in a dozen lines. With AWS's client, PublicKey
// returns GetPublicKey's PublicKey, and SignDigest is
//
//	out, err := client.Sign(ctx, &kms.SignInput{KeyId: &id, Message: digest[:],
//		MessageType: types.MessageTypeDigest, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256})
//	return out.Signature, err
//
// with Google's, AsymmetricSign with Digest.Sha256, and GetPublicKey's Pem. Here
// a fake stands for them, which answers in DER as they do.
func ExampleOpenDigest() {
	private, err := crypto.HexToECDSA(testKey)
	if err != nil {
		panic(err)
	}
	kms := keeper{private: private, high: true}
	signer, err := wallet.OpenDigest(context.Background(), kms)
	if err != nil {
		panic(err)
	}
	signature, err := signer.SignMessage(context.Background(), "hello")
	fmt.Println(signer.Address(), len(signature), err)
	// Output: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 65 <nil>
}
