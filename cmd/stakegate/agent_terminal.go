package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// isTerminal reports whether a stream is a terminal that may be asked on or
// coloured.
func isTerminal(stream any) bool {
	file, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(file.Fd()))
}

// watched is a stream of which it is known whether something was lost.
type watched struct {
	io.Writer
	said bool  // something was written
	err  error // of the first write that failed
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.said = w.said || n > 0
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// Fd is the file descriptor behind it; one that is none where there is no file.
func (w *watched) Fd() uintptr {
	if file, ok := w.Writer.(interface{ Fd() uintptr }); ok {
		return file.Fd()
	}
	return ^uintptr(0)
}

// wantsColor follows no-color.org.
func wantsColor(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// askPassword asks on the terminal without showing what is typed; a new
// password is asked for twice.
func askPassword(cmd *cobra.Command, create bool) ([]byte, error) {
	stdin, ok := cmd.InOrStdin().(*os.File)
	if !ok || !isTerminal(stdin) {
		return nil, usageError("--ask-password needs a terminal: use --password-file")
	}
	ask := func(prompt string) ([]byte, error) {
		fmt.Fprint(cmd.ErrOrStderr(), prompt)
		defer fmt.Fprintln(cmd.ErrOrStderr())
		return term.ReadPassword(int(stdin.Fd()))
	}
	if !create {
		return ask("Password of the wallet: ")
	}
	first, err := ask("Password for the new wallet: ")
	if err != nil {
		return nil, err
	}
	second, err := ask("The same again: ")
	if err != nil {
		return nil, err
	}
	defer clear(second)
	if len(first) == 0 || !bytes.Equal(first, second) {
		return nil, errors.New("the passwords are empty or not the same")
	}
	return first, nil
}
