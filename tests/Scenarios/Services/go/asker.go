// SPDX-License-Identifier: Apache-2.0

// asker serve PORT: whoever asks it has it ask on, over connections that it keeps.
// GET /?way=http1|h2c|h2&next=URL, and besides: fill=SIZE of a field of its own, count=NUMBER of further fields, own=NAME of one
// that holds a context; then answers with what it was answered.
package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
)

const ownContext = "00-11111111111111111111111111111111-2222222222222222-01"

var insecure = &tls.Config{InsecureSkipVerify: true}

var ways = map[string]*http.Client{
	"http1": {Transport: &http.Transport{TLSClientConfig: insecure, MaxIdleConnsPerHost: 20, MaxConnsPerHost: 20}},
	"h2":    {Transport: &http.Transport{TLSClientConfig: insecure, ForceAttemptHTTP2: true}},
	"h2c": {Transport: &http2.Transport{
		AllowHTTP: true,
		DialTLS:   func(network, address string, _ *tls.Config) (net.Conn, error) { return net.Dial(network, address) },
	}},
}

func ask(response http.ResponseWriter, asked *http.Request) {
	query := asked.URL.Query()
	request, err := http.NewRequestWithContext(context.Background(), "GET", query.Get("next"), nil)
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	if size, _ := strconv.Atoi(query.Get("fill")); size > 0 {
		request.Header.Set("X-Fill", strings.Repeat("f", size))
	}
	count, _ := strconv.Atoi(query.Get("count"))
	for i := 0; i < count; i++ {
		request.Header.Set("X-Field-"+strconv.Itoa(i), "value")
	}
	if name := query.Get("own"); name != "" {
		request.Header[name] = []string{ownContext}
	}
	answer, err := ways[query.Get("way")].Do(request)
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	io.Copy(response, answer.Body)
}

func main() {
	http.HandleFunc("/", ask)
	err := http.ListenAndServe("127.0.0.1:"+os.Args[2], nil)
	os.Stderr.WriteString(err.Error())
	os.Exit(1)
}
