package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
)

// Chain is what the agent asks of a node; *ethclient.Client is one.
type Chain interface {
	ethereum.ChainIDReader
	ethereum.ContractCaller
	ethereum.GasEstimator
	ethereum.GasPricer1559
	ethereum.TransactionSender
	HeaderByNumber(ctx context.Context, number *big.Int) (*types.Header, error)
	StorageAt(ctx context.Context, account common.Address, key common.Hash, block *big.Int) ([]byte, error)
	NonceAt(ctx context.Context, account common.Address, block *big.Int) (uint64, error)
	PendingNonceAt(ctx context.Context, account common.Address) (uint64, error)
	TransactionReceipt(ctx context.Context, hash common.Hash) (*types.Receipt, error)
}

// Dial connects to a node over http(s) or ws(s). Over http, answers such as
// 429 are retried; no proxy from the environment is used.
func Dial(ctx context.Context, rpcURL string) (*ethclient.Client, error) {
	u, err := url.Parse(rpcURL)
	if err != nil || u.Host == "" {
		return nil, errors.New("the RPC address is not a URL such as https://mainnet.base.org")
	}
	switch u.Scheme {
	case "https", "wss":
	case "http", "ws":
		if !isLoopback(u.Hostname()) {
			return nil, fmt.Errorf("the node at %s must be called over https; plain http is for this machine only", u.Hostname())
		}
	default:
		return nil, errors.New("the RPC address must start with https:// or wss://")
	}
	client, err := rpc.DialOptions(ctx, rpcURL, rpc.WithHTTPClient(&http.Client{
		Transport:     &patientTransport{next: ownTransport()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       managementTimeout,
	}))
	if err != nil {
		return nil, fmt.Errorf("dialling the node at %s: %w", u.Hostname(), withoutURL(err))
	}
	return ethclient.NewClient(client), nil
}

func loopbackURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && isLoopback(u.Hostname())
}

// patientTransport repeats JSON-RPC calls that a node was too busy for, or whose
// answer was lost. All of them may be repeated: a signed transaction is itself
// only once.
type patientTransport struct{ next http.RoundTripper }

var rpcBackoff = backoff{first: 200 * time.Millisecond, ceiling: 3 * time.Second, tries: 5, total: 10 * time.Second}

func (p *patientTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer func() { _ = request.Body.Close() }() // a RoundTripper's duty; each try has its own
	}
	var response *http.Response
	err := rpcBackoff.do(request.Context(), retryable, func() (err error) {
		try := request
		if request.GetBody != nil {
			try = request.Clone(request.Context())
			if try.Body, err = request.GetBody(); err != nil {
				return err
			}
		}
		response, err = p.next.RoundTrip(try) //nolint:bodyclose // it is handed on to the caller, or closed below
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return err // a node that is not there is told at once
		}
		if err != nil {
			return &TransportError{Method: request.Method, Route: "rpc", err: withoutURL(err)}
		}
		busy := &APIError{Method: request.Method, Route: "rpc", Status: response.StatusCode, RetryAfter: retryAfter(response.Header)}
		if busy.Retryable() {
			_ = response.Body.Close()
			return busy
		}
		return nil
	})
	if err == nil {
		response.Body = boundedBody{response.Body, io.LimitReader(response.Body, maxNodeAnswer)}
	}
	return response, err
}

// maxNodeAnswer is more than any answer to our questions has; what is longer is
// cut off, and is no JSON then.
const maxNodeAnswer = 8 << 20

// boundedBody is the beginning of a body.
type boundedBody struct {
	io.Closer
	io.Reader
}

// read is one question of a batch, and what to do with the answer.
type read struct {
	to   common.Address
	data []byte
	// into decodes the answer; an error means that the contract is not what it
	// should be.
	into func([]byte) error
	name string // of the contract, for people
}

// amountOf makes a read of a uint256.
func amountOf(name string, to common.Address, data []byte, into *Amount) read {
	return read{to, data, func(answer []byte) error {
		if len(answer) != 32 {
			return errors.New("not a uint256")
		}
		*into = Units(new(big.Int).SetBytes(answer))
		return nil
	}, name}
}

// addressOf makes a read that must answer with the given address.
func addressOf(name string, to common.Address, data []byte, want common.Address) read {
	return read{to, data, func(answer []byte) error {
		if len(answer) != 32 || common.BytesToAddress(answer) != want {
			return errors.New("another address")
		}
		return nil
	}, name}
}

// readAll asks everything at one block, in one call to Multicall3.
func readAll(ctx context.Context, chain Chain, multicall common.Address, block *big.Int, reads []read) error {
	batch := bindings.NewMulticall3()
	calls := make([]bindings.Multicall3Call3, len(reads))
	for i, r := range reads {
		calls[i] = bindings.Multicall3Call3{Target: r.to, AllowFailure: true, CallData: r.data}
	}
	answer, err := chain.CallContract(ctx, ethereum.CallMsg{To: &multicall, Data: batch.PackAggregate3(calls)}, block)
	if err != nil && !dex.IsRevert(err) {
		return chainError("reading the chain", err)
	}
	results, err := batch.UnpackAggregate3(answer) // nothing to unpack after a revert
	if err != nil || len(results) != len(reads) {
		return fmt.Errorf("%s is not Multicall3 on this chain: check the contract addresses and the chain", multicall)
	}
	for i, r := range reads {
		if !results[i].Success || r.into(results[i].ReturnData) != nil {
			return fmt.Errorf("the contract at %s does not answer like %s: check the contract addresses and the chain", r.to, r.name)
		}
	}
	return nil
}

// ChainError is a node that could not be asked, or that refused.
type ChainError struct {
	Doing string
	err   error
}

func (e *ChainError) Error() string { return e.Doing + ": " + remoteText(e.err.Error()) }

// Unwrap gives the cause, such as context.Canceled.
func (e *ChainError) Unwrap() error { return e.err }

// Retryable reports true unless the caller gave up: the chain is still there.
func (e *ChainError) Retryable() bool { return !errors.Is(e.err, context.Canceled) }

func chainError(doing string, err error) error {
	return &ChainError{Doing: doing, err: withoutURL(err)}
}

// revertReason says in words why a simulated call was refused.
func revertReason(err error) string {
	var carrier rpc.DataError
	if errors.As(err, &carrier) {
		if text, ok := carrier.ErrorData().(string); ok {
			if data, decodeErr := hexutil.Decode(text); decodeErr == nil && len(data) >= 4 {
				if name := customError(data); name != "" {
					return "reverted with " + name
				}
			}
		}
	}
	return strings.TrimPrefix(remoteText(withoutURL(err).Error()), "execution reverted: ")
}

// customError names a Solidity error of the contracts that we call.
func customError(data []byte) string {
	for _, meta := range []*bind.MetaData{&bindings.AerodromeRouterMetaData, &bindings.AerodromePoolMetaData,
		&bindings.StakingV2MetaData, &bindings.VVVMetaData, &bindings.DIEMMetaData} {
		parsed, err := meta.ParseABI()
		if err != nil {
			continue
		}
		for name, e := range parsed.Errors {
			if [4]byte(data) == [4]byte(e.ID[:4]) {
				return name
			}
		}
	}
	return ""
}
