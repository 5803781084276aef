package app

import (
	"reflect"
	"slices"
	"strings"
)

// liveFields are what Reload puts in place without a restart: limits of the
// calls that begin from then on.
var liveFields = []string{
	"limits.upstream_timeout", "limits.drain_timeout", "limits.hold_spare", "limits.body_timeout", "limits.body_bytes", "limits.write_timeout",
}

// Reload takes a configuration that was read again and found valid. What can
// change while the server runs does, at once; what cannot is named in the log
// and stays as it is until a restart.
func (a *App) Reload(config Config) {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	var live, restart []string
	for _, name := range changedFields(reflect.ValueOf(a.running), reflect.ValueOf(config), "") {
		if slices.Contains(liveFields, name) {
			live = append(live, name)
		} else {
			restart = append(restart, name)
		}
	}
	if len(live) > 0 {
		a.gateway.SetLimits(config.Limits.gateway(a.options.Limits))
		a.running.Limits.UpstreamTimeout, a.running.Limits.DrainTimeout = config.Limits.UpstreamTimeout, config.Limits.DrainTimeout
		a.running.Limits.HoldSpare, a.running.Limits.BodyTimeout = config.Limits.HoldSpare, config.Limits.BodyTimeout
		a.running.Limits.BodyBytes, a.running.Limits.WriteTimeout = config.Limits.BodyBytes, config.Limits.WriteTimeout
		a.options.Logger.Info("limits of calls are replaced", "fields", strings.Join(live, ", "))
	}
	if len(restart) > 0 {
		a.options.Logger.Warn("the configuration has changed in what needs a restart", "fields", strings.Join(restart, ", "))
	}
}

// changedFields names the fields in which two configurations differ, as an
// operator writes them.
func changedFields(before, after reflect.Value, prefix string) []string {
	var changed []string
	for i := range before.NumField() {
		name := prefix + before.Type().Field(i).Tag.Get("yaml")
		switch {
		case before.Field(i).Kind() == reflect.Struct:
			changed = append(changed, changedFields(before.Field(i), after.Field(i), name+".")...)
		case !reflect.DeepEqual(before.Field(i).Interface(), after.Field(i).Interface()):
			changed = append(changed, name)
		}
	}
	return changed
}
