// Package wallettest is a signer in another process for tests: it answers as
// go-ethereum's clef does, and may be told to lie.
package wallettest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"stakegate/agent/wallet"
)

// Clef answers as go-ethereum's signer does, with go-ethereum's own types for
// what it is asked. The functions may change what it says.
type Clef struct {
	Key      *wallet.Key
	Accounts []common.Address
	Edit     func(*types.DynamicFeeTx)
	After    func([]byte) []byte
	Err      error
}

// List is account_list.
func (c *Clef) List(context.Context) ([]common.Address, error) { return c.Accounts, c.Err }

// SignData is account_signData.
func (c *Clef) SignData(ctx context.Context, contentType string, from common.MixedcaseAddress, data any) (hexutil.Bytes, error) {
	text, ok := data.(string)
	raw, err := hexutil.Decode(text)
	if !ok || err != nil || contentType != "text/plain" || from.Address() != c.Key.Address() || !from.ValidChecksum() {
		return nil, errors.New("invalid request")
	}
	if c.Err != nil {
		return nil, c.Err
	}
	signature, err := c.Key.SignMessage(ctx, string(raw))
	if c.After != nil {
		signature = c.After(signature)
	}
	return signature, err
}

// SignTransaction is account_signTransaction.
func (c *Clef) SignTransaction(ctx context.Context, args apitypes.SendTxArgs, method *string) (map[string]any, error) {
	if c.Err != nil {
		return nil, c.Err
	}
	if args.From.Address() != c.Key.Address() || args.ChainID == nil {
		return nil, errors.New("invalid request")
	}
	asked, err := args.ToTransaction()
	if err != nil {
		return nil, err
	}
	if err := readable(asked.Data(), method); err != nil {
		return nil, err
	}
	tx := &types.DynamicFeeTx{ChainID: asked.ChainId(), Nonce: asked.Nonce(), GasTipCap: asked.GasTipCap(), GasFeeCap: asked.GasFeeCap(),
		Gas: asked.Gas(), To: asked.To(), Value: asked.Value(), Data: asked.Data()}
	if c.Edit != nil {
		c.Edit(tx)
	}
	signed, err := c.Key.SignTx(ctx, types.NewTx(tx), tx.ChainID)
	if err != nil {
		return nil, err
	}
	raw, err := signed.MarshalBinary()
	if c.After != nil {
		raw = c.After(raw)
	}
	return map[string]any{"raw": hexutil.Bytes(raw), "tx": signed}, err
}

// readable refuses data of a method that the signer was not told, as clef does
// with those that are not in its own database.
func readable(data []byte, method *string) error {
	if len(data) == 0 {
		return nil
	}
	if method == nil || len(data) < 4 || !bytes.Equal(crypto.Keccak256([]byte(*method))[:4], data[:4]) {
		return errors.New("validation failed: Transaction contains data, but the ABI signature could not be found")
	}
	return nil
}

// Listen offers the signer at a Unix socket in the directory, until stop.
func (c *Clef) Listen(dir string) (socket string, stop func(), err error) {
	server := rpc.NewServer()
	if err := server.RegisterName("account", c); err != nil {
		return "", nil, err
	}
	socket = filepath.Join(dir, "clef.ipc")
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", socket)
	if err != nil {
		return "", nil, err
	}
	go func() { _ = server.ServeListener(listener) }()
	return socket, func() {
		_ = listener.Close()
		server.Stop()
	}, nil
}

// Serve offers the signer over both transports until the test ends, and returns
// its addresses.
func (c *Clef) Serve(t testing.TB) (endpoints map[string]string) {
	t.Helper()
	socket, stop, err := c.Listen(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	server := rpc.NewServer()
	if err := server.RegisterName("account", c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return map[string]string{"http": web.URL, "unix": "unix:" + socket, "socket path": socket}
}
