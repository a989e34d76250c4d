package dev.cofre.cli;

import dev.cofre.client.BlockingCofreClient;
import dev.cofre.client.CofreClient;
import dev.cofre.client.Endpoint;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options by which a command reaches the data plane. */
final class DataPlane {
  @Option(
      names = "--data-url",
      paramLabel = "URL",
      description = "Address of the data plane (COFRE_DATA_URL).")
  String url;

  @Mixin Credentials credentials = new Credentials();

  /** Calls of the data plane. */
  interface Calls {
    void run(BlockingCofreClient client) throws IOException;
  }

  /** Carries out {@code calls} as the role {@code app}. */
  void call(Map<String, String> environment, Calls calls) throws IOException {
    Endpoint endpoint =
        credentials.endpoint(environment, PlaneAddress.data(url, environment), "app");
    Vertx vertx = Threads.start();
    try (CofreClient client = CofreClient.create(vertx, endpoint)) {
      calls.run(client.blocking());
    } finally {
      Threads.stop(vertx);
    }
  }
}
