package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"time"

	"stakegate/internal/app"
)

const configurationHead = `# Configuration

This page is generated from the configuration's struct (` + "`make generate`" + `). [examples/stakegate.yaml](../examples/stakegate.yaml) has every field in one file,
[limits.md](limits.md) says what the limits are for, and [examples/catalog.yaml](../examples/catalog.yaml) is the reference of the catalogue.

` + "`stakegate serve --config stakegate.yaml`" + ` reads one YAML document. A field that it does not know is an error. Every field can also come from the environment, which
goes before the file: ` + "`STAKEGATE_CHAIN_RPC`" + ` is ` + "`chain.rpc`" + `; a list of texts may be separated by commas. ` + "`--print-config`" + ` shows what is in effect, with
secrets masked. Durations are texts such as ` + "`1.5s`" + ` or ` + "`2m`" + `.
`

// structs are the types of the package app that are made of fields, by name.
type structs map[string]*ast.StructType

// configurationPage reads the comments of the fields from the sources, and the
// defaults from the program.
func configurationPage(folder string) (string, error) {
	types, comments, err := readStructs(folder)
	if err != nil {
		return "", err
	}
	defaults, err := app.LoadConfig("", nil)
	if err != nil {
		return "", err
	}
	var page strings.Builder
	page.WriteString(configurationHead)
	err = section(&page, types, comments, "Config", "", reflect.ValueOf(defaults))
	return page.String(), err
}

func readStructs(folder string) (structs, map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, nil, err
	}
	types, comments := structs{}, map[string]string{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, nil, err
		}
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.TYPE {
				continue
			}
			for _, spec := range general.Specs {
				if named := spec.(*ast.TypeSpec); ast.IsExported(named.Name.Name) {
					if body, ok := named.Type.(*ast.StructType); ok {
						types[named.Name.Name], comments[named.Name.Name] = body, general.Doc.Text()
					}
				}
			}
		}
	}
	return types, comments, nil
}

// section writes the table of a struct's fields, then those of the structs in
// it. Names of fields in comments become the names that operators write.
func section(page *strings.Builder, types structs, comments map[string]string, name, prefix string, defaults reflect.Value) error {
	body := types[name]
	if body == nil {
		return fmt.Errorf("there is no struct %s", name)
	}
	words := map[string]string{}
	for _, field := range body.Fields.List {
		for _, goName := range field.Names {
			words[goName.Name] = yamlName(defaults.Type(), goName.Name)
		}
	}
	if prefix != "" {
		fmt.Fprintf(page, "\n## %s\n\n%s\n", strings.TrimSuffix(prefix, "."), about(name, comments[name]))
	}
	page.WriteString("\n| field | default | |\n|---|---|---|\n")
	var below []func() error
	covering := ""
	for _, field := range body.Fields.List {
		goName := field.Names[0].Name
		value, text := defaults.FieldByName(goName), field.Doc.Text()
		if text == "" { // the comment above speaks of it too
			text = "As `" + covering + "`."
		} else {
			covering = prefix + words[goName]
		}
		row(page, prefix+words[goName], shown(value), paragraph(text, words))
		if kind := inner(value.Type()); kind != "" {
			element := value
			if value.Kind() == reflect.Slice {
				element = reflect.Zero(value.Type().Elem())
			}
			if value.Kind() == reflect.Struct || value.Kind() == reflect.Slice && name == "StakeConfig" {
				below = append(below, func() error {
					return section(page, types, comments, kind, prefix+words[goName]+".", element)
				})
			}
		}
	}
	for _, write := range below {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func row(page *strings.Builder, name, value, text string) {
	if value != "" {
		value = "`" + value + "`"
	}
	fmt.Fprintf(page, "| `%s` | %s | %s |\n", name, value, strings.ReplaceAll(text, "|", "\\|"))
}

// inner is the name of a section's struct, or of those in a list.
func inner(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return ""
	}
	return t.Name()
}

func yamlName(t reflect.Type, goName string) string {
	field, _ := t.FieldByName(goName)
	return field.Tag.Get("yaml")
}

// shown is a default as one would write it.
func shown(value reflect.Value) string {
	switch value.Kind() {
	case reflect.Pointer:
		if value.IsNil() {
			return ""
		}
		return shown(value.Elem())
	case reflect.Struct:
		return ""
	case reflect.Slice:
		var parts []string
		for i := range value.Len() {
			parts = append(parts, fmt.Sprint(value.Index(i)))
		}
		return strings.Join(parts, ", ")
	}
	if duration, is := value.Interface().(app.Duration); is {
		return time.Duration(duration).String()
	}
	if value.Kind() == reflect.Bool || !value.IsZero() {
		return fmt.Sprint(value.Interface())
	}
	return ""
}

var capitalized = regexp.MustCompile(`\b[A-Z][A-Za-z]*\b`)

// paragraph is a comment in one line, with the names that operators write. A
// field's name that is an acronym is only taken for one where it comes first.
func paragraph(text string, words map[string]string) string {
	text = strings.Join(strings.Fields(text), " ")
	at := -1
	return capitalized.ReplaceAllStringFunc(text, func(word string) string {
		at++
		name, is := words[word]
		if !is || at > 0 && word == strings.ToUpper(word) {
			return word
		}
		return "`" + name + "`"
	})
}

// about is a struct's comment without the struct's name.
func about(name, text string) string {
	text = strings.TrimPrefix(paragraph(text, nil), name+" ")
	return strings.ToUpper(text[:1]) + text[1:]
}
