package app

import (
	"errors"
	"fmt"

	"stakegate/internal/secretfile"
	"stakegate/internal/webhook"
)

// WebhooksConfig says whom to tell what accounts and keys have spent.
type WebhooksConfig struct {
	// URL gets a message when 50, 80 or 100 % of an account's allocation or of a
	// key's limit are spent: https, or http to this machine. Default: none,
	// nobody is told.
	URL string `yaml:"url"`
	// SecretFile has the secrets that messages are signed with, one a line, as
	// whsec_ and 24 to 64 bytes in base64. It is needed with url, and its owner
	// alone may read it.
	SecretFile string `yaml:"secret_file"`
}

// openWebhooks makes the sender, if there is somebody to tell.
func (a *App) openWebhooks() error {
	config := a.config.Webhooks
	if config.URL == "" {
		return nil
	}
	secrets, err := config.secrets()
	if err != nil {
		return fmt.Errorf("webhooks.secret_file: %w", err)
	}
	a.webhooks, err = webhook.New(webhook.Config{
		URL: config.URL, Secrets: secrets, Outbox: a.store, Now: a.options.Now, Log: a.options.Logger, Every: a.options.WebhooksEvery,
		Observe: func(result string) { a.metrics.webhooks.WithLabelValues(result).Inc() },
	})
	return err
}

func (c WebhooksConfig) secrets() (webhook.Secrets, error) {
	if c.SecretFile == "" {
		return nil, errors.New("is needed with webhooks.url: a receiver must be able to tell who sends")
	}
	text, err := secretfile.Read(c.SecretFile)
	if err != nil {
		return nil, err
	}
	secrets, err := webhook.ParseSecrets(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.SecretFile, err)
	}
	return secrets, nil
}
