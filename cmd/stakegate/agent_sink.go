package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"stakegate/agent"
	"stakegate/agent/redact"
)

const (
	sinkTimeout = time.Minute
	killGrace   = 5 * time.Second // between asking a program to end and ending it
	maxSaid     = 4 << 10         // bytes of a program's stderr that are kept
)

func registerSink(flags *pflag.FlagSet, into *string) {
	flags.StringVar(into, "secret-sink", "", "give the new key to this shell command on its standard input, and do not keep it here")
}

// sinkKey gives a stored key's secret to the user's program and, when that has
// ended well, takes it out of the store. A key whose sink has failed stays
// there: nothing is lost.
func sinkKey(ctx context.Context, store *agent.Store, command string, key *agent.StoredKey) error {
	environment := append(cleanEnvironment(), "STAKEGATE_KEY_ID="+key.ID, "STAKEGATE_KEY_TYPE="+string(key.Type),
		"STAKEGATE_KEY_LAST6="+key.Last6, "STAKEGATE_API_BASE="+key.APIBase)
	if err := runHook(ctx, command, []byte(key.Secret.Reveal()+"\n"), environment, key.Secret.Reveal()); err != nil {
		err = fmt.Errorf("the secret sink failed, the key (id %s) is kept in %s: %w", key.ID, store.Path(), err)
		return hintedError{err, "stakegate agent key sink " + key.ID + " --secret-sink '...' tries again"}
	}
	key.Secret, key.InSink = agent.Secret{}, true
	return store.Put(*key)
}

// runHook runs a shell command of the user's with the input on its stdin. Its
// secrets are in no argument and no variable, and are taken out of what it says
// when it fails.
func runHook(ctx context.Context, command string, input []byte, environment []string, secrets ...string) error {
	ctx, cancel := context.WithTimeout(ctx, sinkTimeout)
	defer cancel()
	hook := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	said := &head{}
	hook.Stdin, hook.Stdout, hook.Stderr, hook.Env = bytes.NewReader(input), io.Discard, said, environment
	ownGroup(hook)
	hook.WaitDelay = killGrace
	err := hook.Run()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("it did not end in time or was stopped: %w", ctx.Err())
	}
	hide := redact.New()
	for _, secret := range secrets {
		hide.Hide(secret)
	}
	if text := printable(strings.TrimSpace(string(hide.Bytes(said.data)))); text != "" {
		return fmt.Errorf("%w: %s", err, text)
	}
	return err
}

// cleanEnvironment is this process's without its own variables: a node's URL
// may hold an access key.
func cleanEnvironment() []string {
	var clean []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "STAKEGATE_") {
			clean = append(clean, variable)
		}
	}
	return clean
}

// head keeps the first bytes of what is written to it.
type head struct{ data []byte }

func (t *head) Write(p []byte) (int, error) {
	t.data = append(t.data, p[:min(len(p), maxSaid-len(t.data))]...)
	return len(p), nil
}
