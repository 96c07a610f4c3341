// SPDX-License-Identifier: Apache-2.0
// Web serve PORT | Web client (urlconnection|httpclient) BASE COUNT SIZE PREFIX

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.Executors;

public final class Web {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("serve")) {
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[1])), 256);
            server.createContext("/", Web::answer);
            server.setExecutor(Executors.newFixedThreadPool(32));
            server.start();
        } else {
            client(arguments[1], arguments[2], Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]), arguments[5]);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            byte[] text = switch (exchange.getRequestURI().getPath()) {
                case "/hop" -> connect(next(exchange.getRequestURI().getRawQuery()), body);
                case "/headers" -> headers(exchange).getBytes(StandardCharsets.UTF_8);
                default -> digest(body).getBytes(StandardCharsets.UTF_8);
            };
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        } catch (Exception failure) {
            failure.printStackTrace();
            throw new IOException(failure);
        }
    }

    private static String next(String query) {
        return URLDecoder.decode(query.substring(query.indexOf("next=") + 5), StandardCharsets.UTF_8);
    }

    private static String headers(HttpExchange exchange) {
        StringBuilder text = new StringBuilder();
        exchange.getRequestHeaders().forEach((name, values) ->
            values.forEach(value -> text.append(name).append(": ").append(value).append('\n')));
        return text.toString();
    }

    private static String digest(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body)) + " " + body.length;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static byte[] connect(String url, byte[] body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        if (body.length > 0) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.length);
            connection.getOutputStream().write(body);
        }
        try (InputStream answer = connection.getInputStream()) {
            return answer.readAllBytes();
        }
    }

    private static byte[] exchange(String url, byte[] body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (body.length > 0) {
            request.POST(HttpRequest.BodyPublishers.ofByteArray(body));
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    private static void client(String kind, String base, int count, int size, String prefix) throws Exception {
        System.in.read();
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[size];
            for (int j = 0; j < size; j++) {
                body[j] = (byte) ('a' + (i + j) % 26);
            }
            String url = base + (size > 0 ? "/echo" : "/headers") + "?id=" + prefix + "-" + i;
            byte[] answer = kind.equals("urlconnection") ? connect(url, body) : exchange(url, body);
            String text = new String(answer, StandardCharsets.UTF_8);
            if (size > 0 && !text.equals("ok") && !text.equals(digest(body))) {
                throw new IllegalStateException("request " + i + ": " + text);
            }
        }
        System.out.println("ok " + count);
        System.exit(0);
    }
}
