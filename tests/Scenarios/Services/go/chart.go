// SPDX-License-Identifier: Apache-2.0
//
// chart FOLDER RELEASE NAMESPACE [VALUES]: the manifests that Helm makes of a chart, one after the other. No registry that tests may
// use has Helm itself; this is what it is made of: templates of the standard library, Sprig's functions, and the few that Helm adds.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

type object = map[string]any

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// As JSON has it, in which all numbers are of one kind: so Helm hands values to templates.
func read(file string) object {
	text, err := os.ReadFile(file)
	must(err)
	var plain any
	must(yaml.Unmarshal(text, &plain))
	asJSON, err := json.Marshal(plain)
	must(err)
	var values object
	must(json.Unmarshal(asJSON, &values))
	return values
}

// Objects are merged, anything else is replaced, and null takes a default away.
func merge(values, others object) object {
	for name, value := range others {
		inner, isObject := value.(object)
		known, wasObject := values[name].(object)
		switch {
		case value == nil:
			delete(values, name)
		case isObject && wasObject:
			values[name] = merge(known, inner)
		default:
			values[name] = value
		}
	}
	return values
}

func toYaml(value any) (string, error) {
	asJSON, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	var plain any
	if err := yaml.Unmarshal(asJSON, &plain); err != nil {
		return "", err
	}
	text, err := yaml.Marshal(plain)
	return strings.TrimSuffix(string(text), "\n"), err
}

func main() {
	folder := os.Args[1]
	chart := read(filepath.Join(folder, "Chart.yaml"))
	values := read(filepath.Join(folder, "values.yaml"))
	if len(os.Args) > 4 {
		values = merge(values, read(os.Args[4]))
	}
	root := object{
		"Values":  values,
		"Chart":   object{"Name": chart["name"], "Version": chart["version"], "AppVersion": chart["appVersion"]},
		"Release": object{"Name": os.Args[2], "Namespace": os.Args[3], "Service": "Helm"},
	}
	all := template.New("chart").Option("missingkey=zero").Funcs(sprig.TxtFuncMap())
	all.Funcs(template.FuncMap{
		"toYaml": toYaml,
		"include": func(name string, data any) (string, error) {
			var text bytes.Buffer
			err := all.ExecuteTemplate(&text, name, data)
			return text.String(), err
		},
		"fail": func(why string) (string, error) { return "", errors.New(why) },
	})
	files, err := filepath.Glob(filepath.Join(folder, "templates", "*"))
	must(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(err)
		template.Must(all.New(filepath.Base(file)).Parse(string(text)))
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var text bytes.Buffer
		must(all.ExecuteTemplate(&text, name, root))
		if filepath.Ext(name) == ".yaml" {
			fmt.Printf("---\n%s\n", text.String())
		}
	}
}
