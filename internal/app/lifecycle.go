package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

const lastAnswers = 500 * time.Millisecond // for the ends of calls that were cut

// Run serves until the context ends, then lets calls in flight finish, settles
// them, and closes everything.
func (a *App) Run(ctx context.Context) error {
	// The ledger outlives the server: what is in flight must still settle.
	books, stopBooks := context.WithCancel(context.WithoutCancel(ctx))
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	var group sync.WaitGroup
	group.Go(func() { _ = a.engine.Run(books) })
	group.Go(func() { _ = a.watcher.Run(watching) })
	group.Go(func() { a.models.Run(watching) })
	group.Go(func() { a.rootKeys.run(watching) })
	group.Go(func() { a.upstreams.Run(watching) })
	group.Go(func() { a.watchKeys(books) })
	group.Go(func() { a.denials.run(books) })
	group.Go(func() { a.webhooks.Run(watching) })
	group.Go(a.metricsDoor.run)
	group.Go(a.operatorDoor.run)
	served := make(chan error, 1)
	group.Go(func() { served <- a.server.Serve(a.options.Listener) })

	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		err = a.stop(served)
	}
	stopWatching()
	stopBooks()
	doorErr := errors.Join(a.metricsDoor.close(), a.operatorDoor.close())
	group.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, doorErr, a.Close())
}

// stop tells load balancers to go elsewhere, gives them the time for it, and
// drains.
func (a *App) stop(served <-chan error) error {
	a.options.Logger.Info("stopping", "delay", time.Duration(a.config.ShutdownDelay).String(), "grace", time.Duration(a.config.ShutdownGrace).String())
	a.condition.stopping.Store(true)
	leave := time.NewTimer(time.Duration(a.config.ShutdownDelay))
	defer leave.Stop()
	select {
	case err := <-served:
		return err
	case <-leave.C:
		return a.drain()
	}
}

// leaving has connections closed after their next answer once the server is to
// stop, so that a proxy keeps none: a call that comes on one that is just being
// closed would fail, and a proxy may not send it twice.
func (a *App) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.condition.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// drain stops accepting and waits for calls in flight, also for those whose
// client has left. Calls that outlast the grace are cut and settled; their
// clients still get to know.
func (a *App) drain() error {
	grace, cancel := context.WithTimeout(context.Background(), time.Duration(a.config.ShutdownGrace))
	defer cancel()
	cut := make(chan error, 1)
	go func() { cut <- a.gateway.Drain(grace) }()
	err := a.server.Shutdown(grace)
	if errors.Is(<-cut, context.DeadlineExceeded) {
		a.options.Logger.Warn("calls were cut at the end of the grace period")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		last, cancel := context.WithTimeout(context.Background(), lastAnswers)
		defer cancel()
		if err = a.server.Shutdown(last); err != nil {
			err = a.server.Close()
		}
	}
	return err
}

// Close releases what New opened. It is safe to call twice.
func (a *App) Close() error {
	var err error
	a.closing.Do(func() {
		if a.upstreams != nil {
			a.upstreams.Close()
		}
		if a.chain != nil {
			a.chain.Close()
		}
		err = errors.Join(a.metricsDoor.close(), a.operatorDoor.close())
		a.closeTraces()
		if a.store != nil {
			err = errors.Join(err, a.store.Close())
		}
	})
	return err
}
