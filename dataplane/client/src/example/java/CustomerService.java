import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cofre.client.CofreException;
import dev.cofre.client.TokenSource;
import dev.cofre.client.frames.BlockingFrameClient;
import dev.cofre.client.frames.FrameClient;
import dev.cofre.client.frames.FrameOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * A small service that keeps its customers' card numbers as envelopes: {@code PUT /cards/ID} stores
 * one, {@code GET /cards/ID} reads it. The customer's id is the encryption context, so that an
 * envelope that was moved to another customer does not open.
 *
 * <pre>
 * java -cp 'controlplane/cli/target/lib/*' dataplane/client/src/example/java/CustomerService.java \
 *   8080 .cofre/dev/app.token demo tcp://127.0.0.1:8442</pre>
 */
public final class CustomerService {
  private static final int BODY_BYTES_MAX = 1_024;
  private static final int CUSTOMERS_MAX = 100_000;

  private final Map<String, byte[]> table = new ConcurrentHashMap<>();
  private final BlockingFrameClient cofre;
  private final String key;

  private CustomerService(BlockingFrameClient cofre, String key) {
    this.cofre = cofre;
    this.key = key;
  }

  public static void main(String[] args) throws IOException {
    if (args.length < 4) {
      System.err.println("usage: CustomerService PORT TOKEN-FILE KEY NODE [NODE …]");
      System.exit(2);
    }
    FrameClient client =
        FrameClient.create(
            FrameOptions.of(
                TokenSource.file(Path.of(args[1])), Arrays.copyOfRange(args, 3, args.length)));
    Runtime.getRuntime().addShutdownHook(new Thread(client::close));

    CustomerService service = new CustomerService(client.blocking(), args[2]);
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 0);
    server.createContext("/cards/", service::handle);
    server.setExecutor(Executors.newFixedThreadPool(16));
    server.start();
    System.out.println("listening on " + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    String customer = exchange.getRequestURI().getPath().substring("/cards/".length());
    Map<String, String> context = Map.of("customer", customer);
    try {
      switch (exchange.getRequestMethod()) {
        case "PUT" -> {
          byte[] card = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
          if (table.size() >= CUSTOMERS_MAX) {
            answer(exchange, 507, "the table is full".getBytes(UTF_8));
            return;
          }
          table.put(customer, cofre.encrypt(key, card, context));
          answer(exchange, 204, null);
        }
        case "GET" -> {
          byte[] envelope = table.get(customer);
          if (envelope == null) {
            answer(exchange, 404, "no such customer".getBytes(UTF_8));
          } else {
            answer(exchange, 200, cofre.decrypt(envelope, context));
          }
        }
        default -> answer(exchange, 405, null);
      }
    } catch (CofreException e) {
      // The reason is stable and holds no secret; the detail says what to do.
      System.err.println(e.reason() + ": " + e.detail());
      answer(exchange, 503, e.reason().getBytes(UTF_8));
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body == null ? -1 : body.length);
    if (body != null) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
