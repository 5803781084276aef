package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stakegate/internal/apikey"
)

// scannerRules are configurations of secret scanners, by the scanner's name.
var scannerRules = map[string]string{
	"gitleaks": `[[rules]]
id = "stakegate-api-key"
description = "stakegate API key: report it with POST /api/v1/leaks"
regex = '''` + apikey.Pattern + `'''
secretGroup = 1
keywords = ["sg_inf_", "sg_adm_"]
`,
	"trufflehog": `detectors:
  - name: stakegate-api-key
    keywords: [sg_inf_, sg_adm_]
    regex:
      key: '` + apikey.Pattern + `'
`,
}

func keysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Find API keys where they should not be"}
	var format string
	rules := &cobra.Command{
		Use:     "scanner-rules",
		Short:   "Print the rule by which a secret scanner finds API keys",
		Example: "  stakegate keys scanner-rules --format gitleaks > .gitleaks.toml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, known := scannerRules[format]
			if !known {
				return codedError{errors.New("--format must be gitleaks or trufflehog"), exitUsage}
			}
			_, err := fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
	rules.Flags().StringVar(&format, "format", "gitleaks", "gitleaks or trufflehog")
	cmd.AddCommand(rules)
	return cmd
}
