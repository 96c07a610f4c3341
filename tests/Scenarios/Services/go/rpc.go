// SPDX-License-Identifier: Apache-2.0

// rpc serve PORT | rpc client KIND ADDRESS COUNT CONCURRENT [NEXT]
package main

import (
	"context"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Messages are bytes as they are, nothing is generated.
type raw struct{}

func (raw) Name() string                                { return "proto" }
func (raw) Marshal(message interface{}) ([]byte, error) { return *message.(*[]byte), nil }
func (raw) Unmarshal(bytes []byte, message interface{}) error {
	*message.(*[]byte) = append([]byte(nil), bytes...)
	return nil
}

const numbered = 3000 // methods that do the same: a span tells which call it is of

type relay struct {
	port string
	mu   sync.Mutex
	kept map[string]*grpc.ClientConn
}

// With it everything is TLS; it holds the key, too.
var certificate = os.Getenv("WEB_CERTIFICATE")

func dial(address string) (*grpc.ClientConn, error) {
	if certificate != "" {
		return grpc.Dial(address, grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(nil, "")))
	}
	return grpc.Dial(address, grpc.WithInsecure())
}

func (r *relay) connection(address string) (*grpc.ClientConn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if kept := r.kept[address]; kept != nil {
		return kept, nil
	}
	made, err := dial(address)
	r.kept[address] = made
	return made, err
}

func fail(text string) error {
	code, _ := strconv.Atoi(text)
	return status.Error(codes.Code(code), "failed "+text)
}

func echo(_ *relay, _ context.Context, message []byte) ([]byte, error) { return message, nil }

func failing(_ *relay, _ context.Context, message []byte) ([]byte, error) {
	return nil, fail(string(message))
}

func hop(r *relay, ctx context.Context, message []byte) ([]byte, error) {
	incoming, _ := metadata.FromIncomingContext(ctx)
	line := r.port + " " + strings.Join(incoming["traceparent"], ",")
	next := strings.SplitN(strings.Join(incoming["next"], ""), ",", 2)
	if next[0] == "" {
		if delay, _ := strconv.Atoi(string(message)); delay > 0 {
			time.Sleep(time.Duration(rand.Intn(delay*1000)) * time.Microsecond)
		}
		return []byte(line), nil
	}
	connection, err := r.connection(next[0])
	if err != nil {
		return nil, err
	}
	if len(next) > 1 {
		ctx = metadata.AppendToOutgoingContext(ctx, "next", next[1])
	}
	var answer []byte
	method, _ := grpc.Method(ctx)
	err = connection.Invoke(ctx, method, &message, &answer)
	return append([]byte(line+"\n"), answer...), err
}

func clientStream(stream grpc.ServerStream) error {
	count, size := 0, 0
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err == io.EOF {
			answer := []byte(fmt.Sprint(count, " ", size))
			return stream.SendMsg(&answer)
		} else if err != nil {
			return err
		}
		count, size = count+1, size+len(message)
	}
}

func serverStream(stream grpc.ServerStream) error {
	var message []byte
	if err := stream.RecvMsg(&message); err != nil {
		return err
	}
	words := strings.Fields(string(message))
	count, _ := strconv.Atoi(words[0])
	for i := 0; i < count; i++ {
		answer := []byte(strconv.Itoa(i))
		if err := stream.SendMsg(&answer); err != nil {
			return err
		}
	}
	if len(words) > 1 {
		return fail(words[1])
	}
	return nil
}

func twoWay(stream grpc.ServerStream) error {
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
	}
}

func unary(name string, do func(*relay, context.Context, []byte) ([]byte, error)) grpc.MethodDesc {
	return grpc.MethodDesc{MethodName: name, Handler: func(service interface{}, ctx context.Context,
		decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
		var message []byte
		if err := decode(&message); err != nil {
			return nil, err
		}
		answer, err := do(service.(*relay), ctx, message)
		return &answer, err
	}}
}

func streaming(name string, client, server bool, do func(grpc.ServerStream) error) grpc.StreamDesc {
	return grpc.StreamDesc{StreamName: name, ClientStreams: client, ServerStreams: server,
		Handler: func(_ interface{}, stream grpc.ServerStream) error { return do(stream) }}
}

func serve(port string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		return err
	}
	var options []grpc.ServerOption
	if certificate != "" {
		secure, err := credentials.NewServerTLSFromFile(certificate, certificate)
		if err != nil {
			return err
		}
		options = append(options, grpc.Creds(secure))
	}
	server := grpc.NewServer(options...)
	methods := []grpc.MethodDesc{unary("Echo", echo), unary("Hop", hop), unary("Fail", failing)}
	for i := 0; i < numbered; i++ {
		methods = append(methods, unary("Hop"+strconv.Itoa(i), hop))
	}
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "relay.Relay",
		HandlerType: (*interface{})(nil),
		Methods:     methods,
		Streams: []grpc.StreamDesc{streaming("ClientStream", true, false, clientStream),
			streaming("ServerStream", false, true, serverStream), streaming("TwoWay", true, true, twoWay)},
	}, &relay{port: port, kept: map[string]*grpc.ClientConn{}})
	return server.Serve(listener)
}

func expect(err error, got, wanted string) error {
	if err == nil && got != wanted {
		err = fmt.Errorf("%.40q instead of %.40q", got, wanted)
	}
	return err
}

func isFailure(err error, text string) error {
	if fmt.Sprint(int(status.Code(err))) != text {
		return fmt.Errorf("not failed with %s: %v", text, err)
	}
	return nil
}

func send(stream grpc.ClientStream, texts ...string) error {
	for _, text := range texts {
		message := []byte(text)
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
	}
	return nil
}

func receive(stream grpc.ClientStream, texts ...string) error {
	for _, text := range texts {
		var answer []byte
		if err := expect(stream.RecvMsg(&answer), string(answer), text); err != nil {
			return err
		}
	}
	return nil
}

func ended(stream grpc.ClientStream) error {
	var answer []byte
	if err := stream.RecvMsg(&answer); err != io.EOF {
		return fmt.Errorf("no end: %v", err)
	}
	return nil
}

func callStream(connection *grpc.ClientConn, kind string) (err error) {
	methods := map[string]string{"client": "ClientStream", "server": "ServerStream", "late": "ServerStream", "twoway": "TwoWay"}
	stream, err := connection.NewStream(context.Background(),
		&grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/relay.Relay/"+methods[kind])
	if err != nil {
		return err
	}
	switch kind {
	case "client":
		if err = send(stream, "a", "bb", "ccc"); err == nil {
			stream.CloseSend()
			err = receive(stream, "3 6")
		}
	case "server", "late":
		err = send(stream, map[string]string{"server": "3", "late": "3 13"}[kind])
		stream.CloseSend()
		if err == nil {
			err = receive(stream, "0", "1", "2")
		}
		if err == nil && kind == "late" {
			return isFailure(receive(stream, ""), "13")
		}
	case "twoway":
		for _, text := range []string{"a", "bb", "ccc"} {
			if err = send(stream, text); err == nil {
				err = receive(stream, text)
			}
			if err != nil {
				return err
			}
		}
		stream.CloseSend()
	}
	if err == nil {
		err = ended(stream)
	}
	return err
}

func call(connection *grpc.ClientConn, kind string, i int, next string) error {
	var message, answer []byte
	switch kind {
	case "unary":
		message = []byte(strings.Repeat("x", 20+i%5/4*40000))
		return expect(connection.Invoke(context.Background(), "/relay.Relay/Echo", &message, &answer), string(answer), string(message))
	case "fail":
		message = []byte("5")
		return isFailure(connection.Invoke(context.Background(), "/relay.Relay/Fail", &message, &answer), "5")
	case "cancel":
		message = []byte("600000")
		ctx, stop := context.WithTimeout(context.Background(), 30*time.Millisecond)
		defer stop()
		return isFailure(connection.Invoke(ctx, "/relay.Relay/Hop", &message, &answer), "4")
	case "hop", "numbered":
		message = []byte("5")
		method := "/relay.Relay/Hop" + map[bool]string{true: strconv.Itoa(i)}[kind == "numbered"]
		err := connection.Invoke(metadata.AppendToOutgoingContext(context.Background(), "next", next), method, &message, &answer)
		fmt.Println("answer", strings.ReplaceAll(string(answer), "\n", "|"))
		return err
	default:
		return callStream(connection, kind)
	}
}

func client(kind, address string, count, concurrent int, next string) (failure error) {
	fmt.Scanln()
	connection, err := dial(address)
	if err != nil {
		return err
	}
	calls := make(chan int)
	var running sync.WaitGroup
	for j := 0; j < concurrent; j++ {
		running.Add(1)
		go func() {
			defer running.Done()
			for i := range calls {
				if err := call(connection, kind, i, next); err != nil {
					failure = err
				}
			}
		}()
	}
	for i := 0; i < count; i++ {
		calls <- i
	}
	close(calls)
	running.Wait()
	time.Sleep(100 * time.Millisecond) // what is queued, as the end of a call that was given up, still goes out
	if failure == nil {
		fmt.Println("ok", count)
	}
	return failure
}

func run(arguments []string) error {
	encoding.RegisterCodec(raw{})
	if arguments[0] == "serve" {
		return serve(arguments[1])
	}
	count, _ := strconv.Atoi(arguments[3])
	concurrent, _ := strconv.Atoi(arguments[4])
	return client(arguments[1], arguments[2], count, concurrent, strings.Join(arguments[5:], ""))
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
