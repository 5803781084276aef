// Package browser_test drives the account page with a real browser, Chromium,
// in front of a whole server. While it does, nothing may leave the origin,
// nothing may break the content security policy, and no script may fail.
//
// With -screenshots FOLDER (make screenshots) it keeps pictures of the pages.
package browser_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

const browserName = "chromium-headless-shell"

var screenshots = flag.String("screenshots", "", "folder to keep pictures of the pages in")

// chromium is the one browser of all tests; each test has a profile of its own.
var chromium context.Context

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	path, err := exec.LookPath(browserName)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s is missing: run `make test-setup` and try again\n", browserName)
		return 1
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("font-render-hinting", "none"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	var cancel context.CancelFunc
	chromium, cancel = chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(chromium); err != nil {
		fmt.Fprintln(os.Stderr, "starting the browser:", err)
		return 1
	}
	return m.Run()
}
