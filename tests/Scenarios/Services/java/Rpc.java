// SPDX-License-Identifier: Apache-2.0
// Rpc serve PORT | Rpc client KIND ADDRESS COUNT CONCURRENT [NEXT]
import io.grpc.*;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;

public final class Rpc {
    /** Messages are texts, nothing is generated. */
    static final MethodDescriptor.Marshaller<String> TEXT = new MethodDescriptor.Marshaller<>() {
        public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes());
        }

        public String parse(InputStream bytes) {
            try {
                return new String(bytes.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };
    static final MethodDescriptor<String, String> ECHO = method("Echo", MethodType.UNARY);
    static final MethodDescriptor<String, String> HOP = method("Hop", MethodType.UNARY);
    static final MethodDescriptor<String, String> FAIL = method("Fail", MethodType.UNARY);
    static final MethodDescriptor<String, String> CLIENT = method("ClientStream", MethodType.CLIENT_STREAMING);
    static final MethodDescriptor<String, String> SERVER = method("ServerStream", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<String, String> TWO_WAY = method("TwoWay", MethodType.BIDI_STREAMING);
    static final Metadata.Key<String> NEXT = key("next"), TRACEPARENT = key("traceparent");
    static final Context.Key<Metadata> RECEIVED = Context.key("received");
    static final Map<String, ManagedChannel> kept = new ConcurrentHashMap<>();

    static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder().setType(type)
            .setFullMethodName("relay.Relay/" + name).setRequestMarshaller(TEXT).setResponseMarshaller(TEXT).build();
    }

    static ManagedChannel connect(String address) {
        String[] parts = address.split(":");
        return NettyChannelBuilder.forAddress(new InetSocketAddress(parts[0], Integer.parseInt(parts[1]))).usePlaintext().build();
    }

    static StatusRuntimeException failure(String text) {
        return Status.fromCodeValue(Integer.parseInt(text)).withDescription("failed " + text).asRuntimeException();
    }

    static String hop(Channel channel, String message, String hops) {
        Metadata headers = new Metadata();
        if (!hops.isEmpty())
            headers.put(NEXT, hops);
        Channel with = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        return ClientCalls.blockingUnaryCall(with, HOP, CallOptions.DEFAULT, message);
    }

    static String answerHop(String port, String message) throws InterruptedException {
        Metadata received = RECEIVED.get();
        Iterable<String> parents = received.getAll(TRACEPARENT);
        String line = port + " " + (parents == null ? "" : String.join(",", parents));
        String[] hops = Objects.requireNonNullElse(received.get(NEXT), "").split(",", 2);
        if (hops[0].isEmpty()) {
            Thread.sleep(ThreadLocalRandom.current().nextInt(Integer.parseInt(message) + 1));
            return line;
        }
        return line + "\n" + hop(kept.computeIfAbsent(hops[0], Rpc::connect), message, hops.length > 1 ? hops[1] : "");
    }

    interface Answer {
        String to(String message) throws Exception;
    }

    static ServerCallHandler<String, String> unary(Answer answer) {
        return ServerCalls.asyncUnaryCall((String message, StreamObserver<String> to) -> {
            try {
                to.onNext(answer.to(message));
                to.onCompleted();
            } catch (Exception e) {
                to.onError(e);
            }
        });
    }

    /** What is done with each message that comes, and at their end. */
    record Listener(java.util.function.Consumer<String> each, Runnable end, Runnable fail) implements StreamObserver<String> {
        public void onNext(String message) {
            each.accept(message);
        }

        public void onError(Throwable error) {
            fail.run();
        }

        public void onCompleted() {
            end.run();
        }
    }

    static StreamObserver<String> clientStream(StreamObserver<String> to) {
        int[] sums = new int[2];
        return new Listener(message -> {
            sums[0]++;
            sums[1] += message.length();
        }, () -> {
            to.onNext(sums[0] + " " + sums[1]);
            to.onCompleted();
        }, () -> { });
    }

    static void serverStream(String message, StreamObserver<String> to) {
        String[] words = message.split(" ");
        for (int i = 0; i < Integer.parseInt(words[0]); i++)
            to.onNext(String.valueOf(i));
        if (words.length > 1)
            to.onError(failure(words[1]));
        else
            to.onCompleted();
    }

    static void serve(String port) throws Exception {
        ServerServiceDefinition service = ServerServiceDefinition.builder("relay.Relay")
            .addMethod(ECHO, unary(message -> message))
            .addMethod(HOP, unary(message -> answerHop(port, message)))
            .addMethod(FAIL, unary(message -> {
                throw failure(message);
            }))
            .addMethod(CLIENT, ServerCalls.asyncClientStreamingCall(Rpc::clientStream))
            .addMethod(SERVER, ServerCalls.asyncServerStreamingCall(Rpc::serverStream))
            .addMethod(TWO_WAY, ServerCalls.asyncBidiStreamingCall(to -> new Listener(to::onNext, to::onCompleted, () -> { })))
            .build();
        ServerInterceptor keep = new ServerInterceptor() {
            public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                return Contexts.interceptCall(Context.current().withValue(RECEIVED, headers), call, headers, next);
            }
        };
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)))
            .addService(ServerInterceptors.intercept(service, keep)).build().start().awaitTermination();
    }

    /** The texts that come, and the code if it is not that of success. */
    static final class Collected implements StreamObserver<String> {
        private final List<String> texts = new ArrayList<>();
        private final CompletableFuture<String> all = new CompletableFuture<>();

        public void onNext(String text) {
            texts.add(text);
        }

        public void onError(Throwable error) {
            all.complete(String.join(",", texts) + " " + Status.fromThrowable(error).getCode().value());
        }

        public void onCompleted() {
            all.complete(String.join(",", texts));
        }

        StreamObserver<String> finish(StreamObserver<String> requests, String... messages) {
            for (String message : messages)
                requests.onNext(message);
            requests.onCompleted();
            return requests;
        }

        void expect(String text) throws Exception {
            if (!all.get(60, TimeUnit.SECONDS).equals(text))
                throw new IOException(all.get() + " instead of " + text);
        }
    }

    static void call(Channel channel, String kind, int i, String hops) throws Exception {
        Collected answer = new Collected();
        switch (kind) {
            case "unary" -> {
                String text = "x".repeat(i % 5 == 4 ? 40020 : 20);
                ClientCalls.asyncUnaryCall(channel.newCall(ECHO, CallOptions.DEFAULT), text, answer);
                answer.expect(text);
            }
            case "fail" -> {
                ClientCalls.asyncUnaryCall(channel.newCall(FAIL, CallOptions.DEFAULT), "5", answer);
                answer.expect(" 5");
            }
            case "hop" -> System.out.println("answer " + hop(channel, "5", hops).replace('\n', '|'));
            case "client" -> {
                answer.finish(ClientCalls.asyncClientStreamingCall(channel.newCall(CLIENT, CallOptions.DEFAULT), answer), "a", "bb", "ccc");
                answer.expect("3 6");
            }
            case "twoway" -> {
                answer.finish(ClientCalls.asyncBidiStreamingCall(channel.newCall(TWO_WAY, CallOptions.DEFAULT), answer), "a", "bb", "ccc");
                answer.expect("a,bb,ccc");
            }
            default -> {
                boolean late = kind.equals("late");
                ClientCalls.asyncServerStreamingCall(channel.newCall(SERVER, CallOptions.DEFAULT), late ? "3 13" : "3", answer);
                answer.expect(late ? "0,1,2 13" : "0,1,2");
            }
        }
    }

    static void client(String kind, String address, int count, int concurrent, String hops) throws Exception {
        new BufferedReader(new InputStreamReader(System.in)).readLine();
        ManagedChannel channel = connect(address);
        AtomicInteger next = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(concurrent);
        List<Future<Void>> workers = pool.invokeAll(Collections.nCopies(concurrent, () -> {
            for (int i; (i = next.getAndIncrement()) < count; )
                call(channel, kind, i, hops);
            return null;
        }));
        for (Future<Void> worker : workers)
            worker.get();
        System.out.println("ok " + count);
        channel.shutdown().awaitTermination(5, TimeUnit.SECONDS);
        System.exit(0);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("serve"))
            serve(arguments[1]);
        else
            client(arguments[1], arguments[2], Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]), arguments.length > 5 ? arguments[5] : "");
    }
}
