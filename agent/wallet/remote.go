package wallet

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/agent/internal/oneline"
)

// Remote signs through another program that keeps the key: go-ethereum's clef,
// or what speaks its JSON-RPC (account_list, account_signData with text/plain,
// account_signTransaction). It believes nothing of it: what comes back must be
// the wallet's signature of exactly what was asked for.
type Remote struct {
	client  *rpc.Client
	address common.Address
}

var _ Signer = (*Remote)(nil)

// approval is how long a person may take to approve a signature.
const approval = 10 * time.Minute

// DialRemote connects to a signer at http://127.0.0.1:8550 (only this machine's
// addresses) or at a Unix socket, given as unix:/run/clef.ipc or /run/clef.ipc.
// The zero address asks the signer for its accounts and takes the one that it
// has. The connection lives until ctx ends.
func DialRemote(ctx context.Context, endpoint string, address common.Address) (*Remote, error) {
	client, err := dialSigner(ctx, endpoint)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, client.Close)
	remote := &Remote{client, address}
	if address == (common.Address{}) {
		if remote.address, err = remote.onlyAccount(ctx); err != nil {
			return nil, err
		}
	}
	return remote, nil
}

func dialSigner(ctx context.Context, endpoint string) (*rpc.Client, error) {
	if path := strings.TrimPrefix(endpoint, "unix:"); strings.HasPrefix(path, "/") {
		client, err := rpc.DialIPC(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("connecting to the signer's socket %s: %w", path, err)
		}
		return client, nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" || u.User != nil {
		return nil, errors.New("the signer's address must be http://127.0.0.1:PORT or the path of a Unix socket")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("the signer must be on this machine: anybody on the way could ask it to sign")
	}
	return rpc.DialOptions(ctx, endpoint, rpc.WithHTTPClient(&http.Client{
		Transport:     &http.Transport{Proxy: nil},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       approval,
	}))
}

// call asks the signer; its words are shown, but not trusted to be harmless.
func (r *Remote) call(ctx context.Context, result any, method string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, approval)
	defer cancel()
	err := r.client.CallContext(ctx, result, method, args...)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the signer refused %s: %s", method, oneline.Text(err.Error()))
}

func (r *Remote) onlyAccount(ctx context.Context) (common.Address, error) {
	var addresses []common.Address
	if err := r.call(ctx, &addresses, "account_list"); err != nil {
		return common.Address{}, err
	}
	if len(addresses) != 1 {
		return common.Address{}, fmt.Errorf("the signer has %d accounts: say which one to use", len(addresses))
	}
	return addresses[0], nil
}

// Address is the account that the signer signs for.
func (r *Remote) Address() common.Address { return r.address }

// checksummed is an address as clef wants to read it.
func (r *Remote) checksummed() string { return r.address.Hex() }

// SignMessage has the signer sign text as personal_sign does; v is 27 or 28 and
// s is low, whatever the signer makes.
func (r *Remote) SignMessage(ctx context.Context, text string) ([]byte, error) {
	var answer hexutil.Bytes
	if err := r.call(ctx, &answer, "account_signData", accounts.MimetypeTextPlain, r.checksummed(), hexutil.Encode([]byte(text))); err != nil {
		return nil, err
	}
	if len(answer) != crypto.SignatureLength {
		return nil, fmt.Errorf("%w: it has %d bytes, not 65", ErrSignature, len(answer))
	}
	R, S := new(big.Int).SetBytes(answer[:32]), new(big.Int).SetBytes(answer[32:64])
	signature, err := recoverable(common.Hash(accounts.TextHash([]byte(text))), R, S, r.address)
	if err != nil {
		return nil, err
	}
	signature[crypto.RecoveryIDOffset] += 27
	return signature, nil
}

// remoteTx is a transaction in JSON-RPC, as account_signTransaction takes it.
type remoteTx struct {
	From                 string         `json:"from"`
	To                   *string        `json:"to"`
	Gas                  hexutil.Uint64 `json:"gas"`
	MaxFeePerGas         *hexutil.Big   `json:"maxFeePerGas"`
	MaxPriorityFeePerGas *hexutil.Big   `json:"maxPriorityFeePerGas"`
	Value                *hexutil.Big   `json:"value"`
	Nonce                hexutil.Uint64 `json:"nonce"`
	Input                hexutil.Bytes  `json:"input"`
	ChainID              *hexutil.Big   `json:"chainId"`
}

// SignTx has the signer sign the transaction, which must be of EIP-1559. The
// signer is told which method is called, so that it can show the arguments: clef
// refuses data that it cannot read. One
// that comes back changed in anything (people can edit it in clef) is refused.
func (r *Remote) SignTx(ctx context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	if tx.Type() != types.DynamicFeeTxType || tx.ChainId().Cmp(chainID) != 0 {
		return nil, fmt.Errorf("signing the transaction: it is not one of EIP-1559 for chain %s", chainID)
	}
	args := remoteTx{From: r.checksummed(), Gas: hexutil.Uint64(tx.Gas()), MaxFeePerGas: (*hexutil.Big)(tx.GasFeeCap()),
		MaxPriorityFeePerGas: (*hexutil.Big)(tx.GasTipCap()), Value: (*hexutil.Big)(tx.Value()), Nonce: hexutil.Uint64(tx.Nonce()),
		Input: tx.Data(), ChainID: (*hexutil.Big)(chainID)}
	if to := tx.To(); to != nil {
		text := to.Hex()
		args.To = &text
	}
	var answer struct {
		Raw hexutil.Bytes `json:"raw"`
	}
	arguments := []any{args}
	if method := methodOf(tx.Data()); method != "" {
		arguments = append(arguments, method)
	}
	if err := r.call(ctx, &answer, "account_signTransaction", arguments...); err != nil {
		return nil, err
	}
	signed := new(types.Transaction)
	if signed.UnmarshalBinary(answer.Raw) != nil {
		return nil, fmt.Errorf("%w: it is not a transaction", ErrSignature)
	}
	rules := types.LatestSignerForChainID(chainID)
	if signed.Type() != tx.Type() || rules.Hash(signed) != rules.Hash(tx) {
		return nil, fmt.Errorf("%w: the transaction was changed; approve it as it is, or refuse it", ErrSignature)
	}
	if sender, err := types.Sender(rules, signed); err != nil || sender != r.address {
		return nil, fmt.Errorf("%w: the transaction is not signed by %s", ErrSignature, r.address)
	}
	return signed, nil
}
