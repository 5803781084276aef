package signature

// RecoverSigner lets the public test vectors, which sign other hashes, drive
// the one function that decides.
var RecoverSigner = recoverSigner
