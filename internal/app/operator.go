package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"stakegate/internal/dashboard"
	"stakegate/internal/httpapi"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/secretfile"
	"stakegate/internal/store"
)

// OperatorConfig says where an operator sees accounts, blocks and credits them.
type OperatorConfig struct {
	// Listen is the address of the operator page, /operator, which is not for
	// strangers. It is not served without token_file. Default 127.0.0.1:8404.
	Listen string `yaml:"listen"`
	// TokenFile has the token that is the page's password, of at least 32 bytes
	// on one line; its owner alone may read it. Default: none, there is no
	// operator page.
	TokenFile string `yaml:"token_file"`
}

const minOperatorToken = 32 // bytes

func (c OperatorConfig) token() ([]byte, error) {
	text, err := secretfile.Read(c.TokenFile)
	if err != nil {
		return nil, err
	}
	token := bytes.TrimSpace(text)
	if len(token) < minOperatorToken || bytes.ContainsAny(token, "\r\n") {
		return nil, fmt.Errorf("%s needs one line of at least %d bytes, such as openssl rand -hex 32 writes", c.TokenFile, minOperatorToken)
	}
	return token, nil
}

// listenOperator takes the operator page's address; without a token there is
// no page.
func (a *App) listenOperator(ctx context.Context, books *allocations) error {
	config := a.config.Operator
	if config.TokenFile == "" {
		return nil
	}
	token, err := config.token()
	if err != nil {
		return fmt.Errorf("operator.token_file: %w", err)
	}
	page, err := dashboard.NewOperator(token, operatorBooks{a, books}, a.options.Now)
	if err != nil {
		return err
	}
	proxies, err := a.config.Limits.trustedProxies()
	if err != nil {
		return err
	}
	guard := httpapi.NewFailures(httpapi.FailuresConfig{
		SourceLimit: *a.config.Limits.FailedAttemptsBySource, Window: time.Duration(a.config.Limits.FailedAttemptsWindow), TrustedProxies: proxies, Refused: a.metrics.observeBlock,
	})
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("operator.listen: %w", err)
	}
	server := a.newServer(guard.Guard(page.Handler(), a.options.Now))
	server.ReadTimeout, server.WriteTimeout = operatorTimeout, operatorTimeout
	a.operatorDoor = &sideDoor{listener, server}
	return nil
}

// operatorTimeout bounds a request of the operator page, and its answer.
const operatorTimeout = 30 * time.Second

// OperatorAddr is where the operator page is served, nil if nowhere.
func (a *App) OperatorAddr() net.Addr { return a.operatorDoor.addr() }

// operatorBooks implements dashboard.OperatorBooks.
type operatorBooks struct {
	app   *App
	books *allocations
}

func (o operatorBooks) Accounts(ctx context.Context, query dashboard.OperatorQuery) ([]dashboard.OperatorAccount, error) {
	listed, err := o.app.store.Accounts(ctx, store.AccountQuery(query))
	if err != nil {
		return nil, err
	}
	epoch := ledger.EpochOf(o.app.options.Now())
	accounts := make([]dashboard.OperatorAccount, len(listed))
	for i, account := range listed {
		budgets, err := o.app.store.Budgets(ctx, ledger.StandingIDs(o.books.sources, account.ID, epoch))
		if err != nil {
			return nil, err
		}
		standing := ledger.StandingOf(o.books.sources, account.ID, epoch, budgets)
		accounts[i] = dashboard.OperatorAccount{
			ID: account.ID, CreatedAt: account.CreatedAt, BlockedAt: account.BlockedAt, Keys: account.Keys, Running: account.Holds,
			Allocation: dashboard.Nano(standing.Allocation), Spent: dashboard.Nano(standing.SpentDIEM), Held: dashboard.Nano(standing.HeldDIEM),
		}
		if credit := budgets[ledger.CreditBudget(account.ID)]; credit != nil {
			accounts[i].USDGiven, accounts[i].USDSpent = dashboard.Nano(credit.Cap), dashboard.Nano(credit.Posted)
			accounts[i].USDHeld = dashboard.Nano(credit.Pending)
		}
	}
	return accounts, nil
}

func (o operatorBooks) SetBlocked(ctx context.Context, accountID string, blocked bool, reason string) error {
	if err := o.app.store.SetBlocked(ctx, accountID, blocked, reason); err != nil {
		o.app.options.Logger.Error("an account could not be blocked or unblocked", "account", accountID, "error", err)
		return dashboard.ErrAway
	}
	o.app.options.Logger.Warn("the operator has blocked an account or lifted that", "account", accountID, "blocked", blocked)
	return nil
}

func (o operatorBooks) Credit(ctx context.Context, accountID string, before, amount money.Nano, reason string) error {
	err := o.app.engine.Credit(ctx, ledger.Credit{AccountID: accountID, Amount: amount, Reason: reason, Before: &before})
	if errors.Is(err, ledger.ErrBusy) || ctx.Err() != nil {
		return dashboard.ErrAway
	}
	if err == nil {
		o.app.options.Logger.Warn("the operator has changed an account's credit", "account", accountID, "usd", amount.String())
	}
	return err
}

// State reads what the metrics say; what is absent is not known.
func (o operatorBooks) State(ctx context.Context) dashboard.OperatorState {
	state := dashboard.OperatorState{Parts: o.app.operatorParts()}
	if err := o.app.ready(ctx); err != nil {
		state.Degraded = append(state.Degraded, "Not ready: "+err.Error())
	}
	for _, note := range o.app.degraded() {
		state.Degraded = append(state.Degraded, note.Part+": "+note.Problem)
	}
	values := o.app.metrics.read()
	fact := func(name, metric, unit string, mustBeZero bool) {
		text := "unknown"
		value, known := values[metric]
		if known {
			text = strconv.FormatFloat(value, 'f', -1, 64) + unit
		}
		state.Facts = append(state.Facts, dashboard.OperatorFact{Name: name, Value: text, Bad: !known || mustBeZero && value != 0})
	}
	fact("Calls in flight", "stakegate_holds_in_flight", "", false)
	fact("Oldest of them", "stakegate_oldest_hold_seconds", " s", false)
	fact("Commits waiting", "stakegate_ledger_queue_length", "", false)
	fact("Commit, on average", meanCommit, " ms", false)
	fact("99 % of commits within", slowCommit, " ms", false)
	fact("Commits that failed", "stakegate_ledger_commit_failures_total", "", true)
	fact("Invariant violations", "stakegate_invariant_violations_total", "", true)
	loss, known := values["stakegate_operator_loss_nanousd_total"]
	text := "unknown"
	if known {
		text = money.Nano(loss).String() + " USD"
	}
	state.Facts = append(state.Facts, dashboard.OperatorFact{Name: "Operator's loss", Value: text, Bad: !known || loss != 0})
	return state
}

// operatorParts are the RPC nodes and the model servers.
func (a *App) operatorParts() []dashboard.OperatorPart {
	var parts []dashboard.OperatorPart
	for _, node := range a.chain.Status().Nodes {
		parts = append(parts, dashboard.OperatorPart{Kind: "RPC node", Name: node.Name, OK: node.OK, Detail: node.Error})
	}
	for _, server := range a.upstreams.Status() {
		parts = append(parts, dashboard.OperatorPart{
			Kind: "Model server", Name: server.Name, OK: server.Healthy, Detail: callsInFlight(int(server.InFlight)),
		})
	}
	return parts
}

func callsInFlight(n int) string {
	if n == 1 {
		return "1 call in flight"
	}
	return strconv.Itoa(n) + " calls in flight"
}

// What read makes of the commits' histogram.
const (
	meanCommit = "commit mean, ms"
	slowCommit = "commit 99 %, ms"
)

// read is the values of all metrics without labels, by name, and of the ledger's
// commits the mean and a bound that 99 % keep.
func (m *metrics) read() map[string]float64 {
	values := map[string]float64{meanCommit: 0, slowCommit: 0}
	families, _ := m.registry.Gather() // what cannot be read is absent
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if len(metric.GetLabel()) > 0 {
				continue
			}
			switch name := family.GetName(); {
			case metric.GetGauge() != nil:
				values[name] = metric.GetGauge().GetValue()
			case metric.GetCounter() != nil:
				values[name] = metric.GetCounter().GetValue()
			case name == "stakegate_ledger_commit_seconds" && metric.GetHistogram().GetSampleCount() > 0:
				histogram := metric.GetHistogram()
				count := histogram.GetSampleCount()
				values[meanCommit] = roundMillis(histogram.GetSampleSum() / float64(count))
				for _, bucket := range histogram.GetBucket() {
					if values[slowCommit] = roundMillis(bucket.GetUpperBound()); bucket.GetCumulativeCount()*100 >= count*99 {
						break
					}
				}
			}
		}
	}
	return values
}

// roundMillis is seconds as milliseconds, to a tenth of one.
func roundMillis(seconds float64) float64 { return float64(int64(seconds*1e4+0.5)) / 10 }

// sideDoor is a server with an address of its own, apart from the API's; nil is
// none.
type sideDoor struct {
	listener net.Listener
	server   *http.Server
}

func (d *sideDoor) addr() net.Addr {
	if d == nil {
		return nil
	}
	return d.listener.Addr()
}

func (d *sideDoor) run() {
	if d != nil {
		_ = d.server.Serve(d.listener) // until close
	}
}

func (d *sideDoor) close() error {
	if d == nil {
		return nil
	}
	err := errors.Join(d.server.Close(), d.listener.Close())
	if errors.Is(err, net.ErrClosed) { // by the server already
		return nil
	}
	return err
}
