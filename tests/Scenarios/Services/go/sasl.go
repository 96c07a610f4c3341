// SPDX-License-Identifier: Apache-2.0

// sasl MECHANISM USER PASSWORD [CERTIFICATE] ADDRESS=SOCKET...: in front of brokers that know no SASL, what a broker does before it
// answers anything else. Listens at each ADDRESS, over TLS if there is a file with certificate and key; whoever is let in talks with
// SOCKET. SCRAM is that of xdg-go, which clients of Kafka in Go use. Prints a line for each connection that is let in or is not.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"

	"github.com/xdg-go/scram"
)

// Of the protocol of Kafka.
const (
	apiVersions      = 18
	saslHandshake    = 17
	saslAuthenticate = 36

	unsupportedMechanism = 33
	authenticationFailed = 58

	largestRequest = 1 << 20
)

type gate struct {
	mechanism, user, password string
	server                    *scram.Server
}

func main() {
	g := &gate{mechanism: os.Args[1], user: os.Args[2], password: os.Args[3]}
	ways := os.Args[4:]
	var secure *tls.Config
	if !strings.Contains(ways[0], "=") {
		pair, err := tls.LoadX509KeyPair(ways[0], ways[0])
		check(err)
		secure, ways = &tls.Config{Certificates: []tls.Certificate{pair}}, ways[1:]
	}
	g.scram()
	var all sync.WaitGroup
	for _, way := range ways {
		address, socket, _ := strings.Cut(way, "=")
		listener, err := net.Listen("tcp", address)
		check(err)
		if secure != nil {
			listener = tls.NewListener(listener, secure)
		}
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				client, err := listener.Accept()
				check(err)
				go g.serve(client, socket)
			}
		}()
	}
	all.Wait()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// What the server keeps is made from the password once; it never sees that again.
func (g *gate) scram() {
	hash := map[string]scram.HashGeneratorFcn{"SCRAM-SHA-256": scram.SHA256, "SCRAM-SHA-512": scram.SHA512}[g.mechanism]
	if hash == nil {
		return
	}
	client, err := hash.NewClient(g.user, g.password, "")
	check(err)
	stored := client.GetStoredCredentials(scram.KeyFactors{Salt: "a salt of the test", Iters: 4096})
	g.server, err = hash.NewServer(func(name string) (scram.StoredCredentials, error) {
		if name != g.user {
			return scram.StoredCredentials{}, errors.New("nobody of that name")
		}
		return stored, nil
	})
	check(err)
}

func (g *gate) serve(client net.Conn, socket string) {
	defer client.Close()
	broker, err := net.Dial("unix", socket)
	check(err)
	defer broker.Close()
	if err := g.admit(client, broker); err != nil {
		if !errors.Is(err, io.EOF) {
			fmt.Println("refused:", err)
		}
		return
	}
	fmt.Println("admitted:", g.mechanism)
	go func() {
		io.Copy(broker, client)
		broker.Close()
	}()
	io.Copy(client, broker)
}

// Until it returns nil, nothing reaches the broker but the question for versions.
func (g *gate) admit(client, broker net.Conn) error {
	conversation := &exchange{gate: g}
	for {
		request, err := read(client)
		if err != nil {
			return err
		}
		key, version, head, body, err := parse(request)
		if err != nil {
			return err
		}
		var answer []byte
		var failed error
		done := false
		switch {
		case key == apiVersions:
			if err = write(broker, request); err == nil {
				answer, err = read(broker)
			}
			if err != nil {
				return err
			}
			answer = withSasl(answer, version)
		case key == saslHandshake:
			name := text(body)
			code := uint16(0)
			if name != g.mechanism {
				code, failed = unsupportedMechanism, fmt.Errorf("%s is not %s", name, g.mechanism)
			}
			answer = binary.BigEndian.AppendUint16(head, code)
			answer = binary.BigEndian.AppendUint32(answer, 1)
			answer = appendText(answer, g.mechanism)
			conversation.begin()
		case key == saslAuthenticate && conversation.begun && len(body) >= 4:
			var reply []byte
			reply, done, failed = conversation.step(body[4:])
			if failed != nil {
				answer = binary.BigEndian.AppendUint16(head, authenticationFailed)
				answer = appendText(answer, "Authentication failed: Invalid username or password")
			} else {
				answer = binary.BigEndian.AppendUint16(head, 0)
				answer = append(answer, 0xff, 0xff) // no message
			}
			answer = binary.BigEndian.AppendUint32(answer, uint32(len(reply)))
			answer = append(answer, reply...)
			if version >= 1 {
				answer = append(answer, make([]byte, 8)...) // for as long as the connection lasts
			}
		default:
			return fmt.Errorf("request %d before authentication", key)
		}
		if err := write(client, answer); err != nil {
			return err
		}
		if failed != nil || done {
			return failed
		}
	}
}

type exchange struct {
	gate  *gate
	begun bool
	scram *scram.ServerConversation
}

func (e *exchange) begin() {
	e.begun = true
	if e.gate.server != nil {
		e.scram = e.gate.server.NewConversation()
	}
}

func (e *exchange) step(message []byte) (reply []byte, done bool, failed error) {
	if e.scram == nil {
		words := bytes.Split(message, []byte{0})
		if len(words) != 3 || string(words[1]) != e.gate.user || string(words[2]) != e.gate.password {
			return nil, false, errors.New("wrong user or password")
		}
		return nil, true, nil
	}
	said, err := e.scram.Step(string(message))
	return []byte(said), err == nil && e.scram.Done(), err
}

// A request's head is (key, version, correlation, client); an answer begins with the correlation.
func parse(request []byte) (key, version int, head, body []byte, err error) {
	if len(request) < 10 {
		return 0, 0, nil, nil, errors.New("not a request of Kafka")
	}
	key, version = int(binary.BigEndian.Uint16(request)), int(binary.BigEndian.Uint16(request[2:]))
	rest := 10
	if name := int(int16(binary.BigEndian.Uint16(request[8:]))); name > 0 {
		rest += name
	}
	if rest > len(request) {
		return 0, 0, nil, nil, errors.New("not a request of Kafka")
	}
	return key, version, append([]byte(nil), request[4:8]...), request[rest:], nil
}

// Adds what this program answers, versions 0 to 1, to what the broker says that it does.
func withSasl(answer []byte, version int) []byte {
	if len(answer) < 10 || binary.BigEndian.Uint16(answer[4:]) != 0 {
		return answer
	}
	var rows []byte
	for _, key := range []uint16{saslHandshake, saslAuthenticate} {
		rows = binary.BigEndian.AppendUint16(rows, key)
		rows = append(rows, 0, 0, 0, 1)
		if version >= 3 {
			rows = append(rows, 0) // no tags
		}
	}
	result := append([]byte(nil), answer[:6]...)
	if version < 3 {
		result = binary.BigEndian.AppendUint32(result, binary.BigEndian.Uint32(answer[6:])+2)
		return append(append(result, rows...), answer[10:]...)
	}
	count, size := binary.Uvarint(answer[6:])
	result = binary.AppendUvarint(result, count+2)
	return append(append(result, rows...), answer[6+size:]...)
}

func text(body []byte) string {
	if len(body) < 2 || len(body) < 2+int(binary.BigEndian.Uint16(body)) {
		return ""
	}
	return string(body[2 : 2+binary.BigEndian.Uint16(body)])
}

func appendText(to []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16(to, uint16(len(text))), text...)
}

func read(from io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(size[:])
	if length > largestRequest {
		return nil, errors.New("not a request of Kafka")
	}
	message := make([]byte, length)
	_, err := io.ReadFull(from, message)
	return message, err
}

func write(to io.Writer, message []byte) error {
	_, err := to.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...))
	return err
}
