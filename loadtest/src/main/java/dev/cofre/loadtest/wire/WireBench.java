package dev.cofre.loadtest.wire;

import com.google.protobuf.ByteString;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.contract.grpc.crypto.EncryptRequest;
import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.StringJoiner;
import java.util.function.Supplier;

/**
 * Encryption over HTTP and gRPC against the echo of the same requests through the same stack and
 * codecs, each in a closed loop. Arguments: the URL of the node, the file with the token, the URL
 * of the echo, for TLS the PEM file of the authority or {@code -}, seconds for each window, rounds,
 * which kinds of {@code raw,frames,grpc,json}, the id of the process that both run in.
 *
 * <p>First each server is warmed until the compilers of its JVM rest, for 25 half windows at most,
 * and a window of each is thrown away: the first connections that end cost it compiled code. Then
 * windows of both by turns, so that the machine's moods fall on both. Beside each rate stands the
 * share of the window in which the server computed, and what an answer took of that: a server that
 * rests is not what was measured.
 */
public final class WireBench {
  private static final int BYTES = 1_024;
  private static final int ITEMS = 100;
  private static final int CONNECTIONS = 32;
  private static final int GRPC_CONNECTIONS = 4;
  private static final int GRPC_IN_FLIGHT = 16;
  private static final int WARM_UP_WINDOWS_MIN = 8;
  private static final int WARM_UP_WINDOWS_MAX = 25;
  private static final int QUIET_WINDOWS = 3;
  private static final double QUIET_SHARE = 0.05;
  private static final String KEY = "demo";
  private static final String PATH = "/v1/keys/" + KEY + "/encrypt";
  private static final String METHOD = "/cofre.dataplane.v1.Crypto/Encrypt";

  private final String token;
  private final File authority;
  private final Duration window;
  private final int rounds;

  /** What is loaded: where it listens, and its process. */
  private record Server(String name, URI url, ProcessHandle process) {
    static Server of(String name, String url, String pid) {
      return new Server(name, URI.create(url), ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
    }
  }

  private WireBench(String token, File authority, Duration window, int rounds) {
    this.token = token;
    this.authority = authority;
    this.window = window;
    this.rounds = rounds;
  }

  /** Runs and prints; a wrong answer ends it with an exception. */
  public static void main(String[] args) throws Exception {
    if (args.length != 8) {
      System.err.println(
          "usage: WireBench NODE-URL TOKEN-FILE ECHO-URL CA-FILE|- SECONDS ROUNDS raw,frames,grpc,json PID");
      System.exit(2);
    }
    WireBench bench =
        new WireBench(
            Files.readString(Path.of(args[1])).strip(),
            args[3].equals("-") ? null : new File(args[3]),
            Duration.ofMillis((long) (1_000 * Double.parseDouble(args[4]))),
            Integer.parseInt(args[5]));
    Server node = Server.of("node", args[0], args[7]);
    Server echo = Server.of("echo", args[2], args[7]);
    for (String kind : args[6].split(",")) {
      bench.compare(kind, node, echo);
    }
  }

  private void compare(String kind, Server node, Server echo)
      throws IOException, InterruptedException {
    warm(kind, echo);
    warm(kind, node);
    measure(kind, echo);
    measure(kind, node);
    List<Double> rates = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> costs = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      WireLoop.Window reference = measure(kind, echo);
      WireLoop.Window measured = measure(kind, node);
      rates.add(measured.rate());
      ratios.add(measured.rate() / reference.rate());
      costs.add(reference.processorUs() / measured.processorUs());
      System.out.printf(
          Locale.ROOT,
          "%s: %,.0f a second, echo %,.0f, ratio %.3f; busy %.0f%% and %.0f%%, %.1f and %.1f us of processor each, compilers %.0f%% and %.0f%%%n",
          kind,
          measured.rate(),
          reference.rate(),
          measured.rate() / reference.rate(),
          100 * measured.busyShare(),
          100 * reference.busyShare(),
          measured.processorUs(),
          reference.processorUs(),
          100 * measured.compilersShare(),
          100 * reference.compilersShare());
    }
    System.out.printf(
        Locale.ROOT,
        "%s median: %,.0f a second, ratio %.3f, by processor time %.3f%n",
        kind,
        median(rates),
        median(ratios),
        median(costs));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** Compilers run beside the first seconds of load, on the server's own processor. */
  private void warm(String kind, Server server) throws IOException, InterruptedException {
    List<WireLoop.Window> windows =
        loop(kind, server)
            .windows(
                Duration.ZERO,
                window.dividedBy(2),
                done -> done.size() == WARM_UP_WINDOWS_MAX || isWarm(done));
    System.out.printf(
        Locale.ROOT,
        "%s: %s %s after %.0f s of warm-up, from %,.0f to %,.0f a second, compilers at %.0f%%%n",
        kind,
        server.name(),
        isWarm(windows) ? "warm" : "not quite warm",
        windows.size() * window.toMillis() / 2e3,
        windows.getFirst().rate(),
        windows.getLast().rate(),
        100 * windows.getLast().compilersShare());
  }

  /** Whether its compilers rested in the last windows. */
  private static boolean isWarm(List<WireLoop.Window> windows) {
    int count = windows.size();
    return count >= WARM_UP_WINDOWS_MIN
        && windows.subList(count - QUIET_WINDOWS, count).stream()
            .allMatch(last -> last.compilersShare() <= QUIET_SHARE);
  }

  private WireLoop.Window measure(String kind, Server server)
      throws IOException, InterruptedException {
    return loop(kind, server).windows(window.dividedBy(4), window, done -> true).getFirst();
  }

  private WireLoop loop(String kind, Server server) throws IOException {
    boolean grpc = kind.equals("grpc");
    SslContext tls = authority == null ? null : WireLoop.tls(authority, grpc ? "h2" : "http/1.1");
    return new WireLoop(
        server.process(),
        server.url().getHost(),
        server.url().getPort(),
        tls,
        grpc ? GRPC_CONNECTIONS : CONNECTIONS,
        grpc ? GRPC_IN_FLIGHT : 1,
        talk(kind, server.url().getAuthority()));
  }

  private Supplier<WireTalk> talk(String kind, String host) {
    byte[] plaintext = new byte[BYTES];
    new Random(1).nextBytes(plaintext);
    if (kind.equals("grpc")) {
      byte[] message =
          EncryptRequest.newBuilder()
              .setKey(KEY)
              .setPlaintext(ByteString.copyFrom(plaintext))
              .build()
              .toByteArray();
      return () -> new GrpcTalk(authority != null, host, METHOD, token, message);
    }
    byte[] request =
        switch (kind) {
          case "raw" -> HttpTalk.post(host, PATH, token, "application/octet-stream", plaintext);
          case "frames" ->
              HttpTalk.post(host, PATH, token, "application/vnd.cofre.frames", frames(plaintext));
          case "json" -> HttpTalk.post(host, PATH, token, "application/json", json(plaintext));
          default -> throw new IllegalArgumentException("no kind " + kind);
        };
    return () -> new HttpTalk(request);
  }

  private static byte[] frames(byte[] plaintext) {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (int i = 0; i < ITEMS; i++) {
      frames.writeBytes(RequestWriter.of(FrameType.ENCRYPT).key(KEY).frame(i, plaintext));
    }
    return frames.toByteArray();
  }

  private static byte[] json(byte[] plaintext) {
    StringJoiner items = new StringJoiner(",", "{\"items\":[", "]}");
    String text = Base64.getEncoder().encodeToString(plaintext);
    for (int i = 0; i < ITEMS; i++) {
      items.add("{\"plaintext\":\"" + text + "\"}");
    }
    return items.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
