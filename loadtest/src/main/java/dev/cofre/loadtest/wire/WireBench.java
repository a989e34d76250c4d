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
 * codecs, by turns, each in a closed loop. Arguments: the URL of the node, the file with the token,
 * the URL of the echo, for TLS the PEM file of the authority or {@code -}, seconds for each run,
 * rounds, and which kinds of {@code raw,frames,grpc,json}.
 */
public final class WireBench {
  private static final int BYTES = 1_024;
  private static final int ITEMS = 100;
  private static final int CONNECTIONS = 32;
  private static final int GRPC_CONNECTIONS = 4;
  private static final int GRPC_IN_FLIGHT = 16;
  private static final String KEY = "demo";
  private static final String PATH = "/v1/keys/" + KEY + "/encrypt";
  private static final String METHOD = "/cofre.dataplane.v1.Crypto/Encrypt";

  private final String token;
  private final File authority;
  private final Duration duration;
  private final int rounds;

  private WireBench(String token, File authority, Duration duration, int rounds) {
    this.token = token;
    this.authority = authority;
    this.duration = duration;
    this.rounds = rounds;
  }

  /** Runs and prints; a wrong answer ends it with an exception. */
  public static void main(String[] args) throws Exception {
    if (args.length != 7) {
      System.err.println(
          "usage: WireBench NODE-URL TOKEN-FILE ECHO-URL CA-FILE|- SECONDS ROUNDS raw,frames,grpc,json");
      System.exit(2);
    }
    WireBench bench =
        new WireBench(
            Files.readString(Path.of(args[1])).strip(),
            args[3].equals("-") ? null : new File(args[3]),
            Duration.ofMillis((long) (1_000 * Double.parseDouble(args[4]))),
            Integer.parseInt(args[5]));
    for (String kind : args[6].split(",")) {
      bench.compare(kind, URI.create(args[0]), URI.create(args[2]));
    }
  }

  private void compare(String kind, URI node, URI echo) throws IOException, InterruptedException {
    List<Double> rates = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      double reference = rate(kind, echo);
      double rate = rate(kind, node);
      rates.add(rate);
      ratios.add(rate / reference);
      System.out.printf(
          Locale.ROOT,
          "%s: %,.0f a second, echo %,.0f, ratio %.3f%n",
          kind,
          rate,
          reference,
          rate / reference);
    }
    System.out.printf(
        Locale.ROOT,
        "%s median: %,.0f a second, ratio %.3f%n",
        kind,
        median(rates),
        median(ratios));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private double rate(String kind, URI url) throws IOException, InterruptedException {
    boolean grpc = kind.equals("grpc");
    SslContext tls = authority == null ? null : WireLoop.tls(authority, grpc ? "h2" : "http/1.1");
    WireLoop loop =
        new WireLoop(
            url.getHost(),
            url.getPort(),
            tls,
            grpc ? GRPC_CONNECTIONS : CONNECTIONS,
            grpc ? GRPC_IN_FLIGHT : 1,
            talk(kind, url.getAuthority()));
    return loop.run(duration.dividedBy(2), duration);
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
