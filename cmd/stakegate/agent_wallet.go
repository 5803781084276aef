package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stakegate/agent"
	"stakegate/agent/wallet"
)

// registerWallet adds the flags that say which wallet to use.
func (f *agentFlags) registerWallet(flags *pflag.FlagSet) {
	flags.StringVar(&f.wallet, "wallet", "", "the wallet's keystore file (default STATE-DIR/wallet.json)")
	flags.StringVar(&f.passwordFile, "password-file", "", "the keystore's password (default: a random one beside the keystore)")
	flags.BoolVar(&f.askPassword, "ask-password", false, "ask for the keystore's password on the terminal and store it nowhere")
	flags.StringVar(&f.keyFile, "key-file", "", "use the raw hex key in this file (0600) instead of a keystore; - is stdin")
	flags.IntVar(&f.keyFD, "wallet-fd", -1, "use the raw hex key from this file descriptor")
	flags.IntVar(&f.keyFD, "key-fd", -1, "the same as --wallet-fd")
	flags.Lookup("key-fd").Hidden = true // its name of before
	flags.StringVar(&f.remote, "signer", "", "have a program that keeps the key sign, as clef does: http://127.0.0.1:8550 or a Unix socket's path")
	flags.StringVar(&f.remoteAddress, "signer-address", "", "the signer's account to use (default: the one that it has)")
	flags.StringVar(&f.account, "account", "", "the address of a contract account (a Safe, or with owner() and execute()) that the key commands: it holds the stake, the key pays gas")
	flags.BoolVar(&f.allowEnvKey, "allow-env-key", false, "use the raw hex key in $STAKEGATE_PRIVATE_KEY, which everything of this user can see")
}

func (f *agentFlags) openWallet(cmd *cobra.Command, dir string, s *session) (err error) {
	sources := 0
	for _, name := range []string{"wallet", "key-file", "wallet-fd", "key-fd", "allow-env-key", "signer"} {
		if cmd.Flags().Changed(name) {
			sources++
		}
	}
	if sources > 1 {
		return usageError("give one of --wallet, --key-file, --wallet-fd, --allow-env-key and --signer")
	}
	if f.remote == "" && f.remoteAddress != "" {
		return usageError("--signer-address goes with --signer")
	}
	var key *wallet.Key
	switch {
	case f.remote != "":
		return f.openRemote(cmd, s)
	case f.keyFile == "-":
		key, err = wallet.ReadKey(cmd.InOrStdin())
		s.keyFrom = "stdin"
	case f.keyFile != "":
		key, err = wallet.ReadKeyFile(f.keyFile)
		s.keyFrom = f.keyFile
	case f.keyFD >= 0:
		key, err = readKeyFD(f.keyFD)
		s.keyFrom = fmt.Sprintf("file descriptor %d", f.keyFD)
	case f.allowEnvKey:
		key, err = readKeyEnv()
		s.keyFrom = "environment"
	default:
		key, err = f.openKeystore(cmd, dir, s)
	}
	if err != nil {
		return err
	}
	s.signer = key
	return nil
}

// openRemote connects to the program that keeps the key.
func (f *agentFlags) openRemote(cmd *cobra.Command, s *session) error {
	var address common.Address
	var err error
	if f.remoteAddress != "" {
		if address, err = parseAddress(f.remoteAddress); err != nil {
			return usageError("--signer-address: %v", err)
		}
	}
	s.keyFrom = "signer at " + f.remote
	s.signer, err = wallet.DialRemote(cmd.Context(), f.remote, address)
	return err
}

// openAccount puts the contract account, if one was named, in the key's place.
func (f *agentFlags) openAccount(cmd *cobra.Command, s *session) error {
	if f.account == "" {
		return nil
	}
	address, err := parseAddress(f.account)
	if err != nil {
		return usageError("--account: %v", err)
	}
	account, err := agent.OpenAccount(cmd.Context(), s.network, address, s.payer)
	if err != nil {
		return err
	}
	s.signer = account
	return nil
}

// parseAddress reads an address; one in mixed case must have its checksum
// (EIP-55), which finds a mistyped digit.
func parseAddress(text string) (common.Address, error) {
	if !common.IsHexAddress(text) || !strings.HasPrefix(text, "0x") {
		return common.Address{}, errors.New("not an address: want 0x and 40 hex digits")
	}
	address := common.HexToAddress(text)
	if text != address.Hex() && text != strings.ToLower(text) {
		return common.Address{}, errors.New("the address's checksum is wrong (EIP-55): a digit is mistyped")
	}
	return address, nil
}

func (f *agentFlags) openKeystore(cmd *cobra.Command, dir string, s *session) (key *wallet.Key, err error) {
	files := wallet.Files{Keystore: f.wallet, PasswordFile: f.passwordFile}
	if files.Keystore == "" {
		files.Keystore = filepath.Join(dir, "wallet.json")
	}
	if f.askPassword {
		files.Ask = func(create bool) ([]byte, error) { return askPassword(cmd, create) }
	}
	s.keyFrom = files.Keystore
	if f.existing {
		return openExisting(files)
	}
	key, s.created, err = wallet.OpenOrCreate(files)
	return key, err
}

// openExisting opens a wallet and makes none.
func openExisting(files wallet.Files) (*wallet.Key, error) {
	if _, err := os.Lstat(files.Keystore); errors.Is(err, fs.ErrNotExist) {
		return nil, hintedError{fmt.Errorf("there is no wallet yet: %s does not exist", files.Keystore),
			"stakegate agent up makes one; --wallet, --key-file, --wallet-fd and --signer use another"}
	}
	key, _, err := wallet.OpenOrCreate(files)
	return key, err
}

func readKeyFD(fd int) (*wallet.Key, error) {
	file := os.NewFile(uintptr(fd), "key")
	if file == nil {
		return nil, usageError("--wallet-fd %d is not an open file descriptor", fd)
	}
	defer func() { _ = file.Close() }()
	return wallet.ReadKey(file)
}

func readKeyEnv() (*wallet.Key, error) {
	const name = "STAKEGATE_PRIVATE_KEY"
	text := os.Getenv(name)
	if err := os.Unsetenv(name); err != nil { // it is not for programs that this one may start
		return nil, err
	}
	if text == "" {
		return nil, usageError("$%s is empty", name)
	}
	key, err := wallet.ParseKey([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("$%s: %w", name, err)
	}
	return key, nil
}
