// SPDX-License-Identifier: Apache-2.0

// web serve PORT | web client http BASE COUNT SIZE PREFIX
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strconv"
)

func digest(body []byte) string {
	return fmt.Sprintf("%x %d", sha256.Sum256(body), len(body))
}

func send(method, url string, body []byte) ([]byte, error) {
	var reader io.Reader
	if len(body) > 0 {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequest(method, url, reader)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

func headerLines(request *http.Request) []byte {
	lines := []string{"Host: " + request.Host + "\n"}
	for name, values := range request.Header {
		for _, value := range values {
			lines = append(lines, name+": "+value+"\n")
		}
	}
	sort.Strings(lines)
	var text bytes.Buffer
	for _, line := range lines {
		text.WriteString(line)
	}
	return text.Bytes()
}

func answer(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	text := []byte(digest(body))
	switch request.URL.Path {
	case "/hop":
		text, err = send(request.Method, request.URL.Query().Get("next"), body)
	case "/headers":
		text = headerLines(request)
	}
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadGateway)
		return
	}
	response.Header().Set("Content-Length", strconv.Itoa(len(text)))
	response.Write(text)
}

func client(base string, count, size int, prefix string) error {
	fmt.Scanln()
	for i := 0; i < count; i++ {
		method, path, body := "GET", "/headers", make([]byte, size)
		for j := range body {
			body[j] = byte('a' + (i+j)%26)
		}
		if size > 0 {
			method, path = "POST", "/echo"
		}
		text, err := send(method, fmt.Sprintf("%s%s?id=%s-%d", base, path, prefix, i), body)
		if err != nil {
			return err
		}
		if size > 0 && string(text) != "ok" && string(text) != digest(body) {
			return fmt.Errorf("request %d: %s", i, text)
		}
	}
	fmt.Println("ok", count)
	return nil
}

func run(arguments []string) error {
	if arguments[0] == "serve" {
		address := "127.0.0.1:" + arguments[1]
		if certificate := os.Getenv("WEB_CERTIFICATE"); certificate != "" { // it holds the key, too
			return http.ListenAndServeTLS(address, certificate, certificate, http.HandlerFunc(answer))
		}
		return http.ListenAndServe(address, http.HandlerFunc(answer))
	}
	count, _ := strconv.Atoi(arguments[3])
	size, _ := strconv.Atoi(arguments[4])
	return client(arguments[2], count, size, arguments[5])
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
