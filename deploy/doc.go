// Package deploy has what an operator copies: units, manifests, proxies' and
// monitors' files. docs/operate.md tells how they are used, and its tests that
// they hold together.
package deploy
