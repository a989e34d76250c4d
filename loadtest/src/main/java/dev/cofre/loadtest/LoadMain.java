package dev.cofre.loadtest;

import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.http.HttpProtocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads a data plane by hand; docs/HACKING.md has the command. Exit codes: 0 the run is valid, 1 it
 * could not be made, 2 wrong usage or the run is invalid.
 */
public final class LoadMain {
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("url", "http://127.0.0.1:8440"),
          Map.entry("token-file", ".cofre/dev/app.token"),
          Map.entry("key", "demo"),
          Map.entry("protocol", "http"),
          Map.entry("frames-port", "8442"),
          Map.entry("in-flight", "64"),
          Map.entry("operation", "encrypt"),
          Map.entry("bytes", "1024"),
          Map.entry("rate", "1000"),
          Map.entry("warm-up", "3"),
          Map.entry("seconds", "10"),
          Map.entry("connections", "64"),
          Map.entry("threads", "1"),
          Map.entry("timeout-ms", "2000"),
          Map.entry("out", ""));

  private LoadMain() {}

  /** Runs once and ends the process. */
  public static void main(String[] args) {
    try {
      System.exit(run(options(args)));
    } catch (IllegalArgumentException e) {
      System.err.println("load: " + e.getMessage());
      System.err.println("usage: LoadMain [--NAME VALUE]… with these defaults: " + DEFAULTS);
      System.err.println("--rate 0 is a closed loop that finds the capacity");
      System.exit(2);
    } catch (IOException e) {
      System.err.println("load: " + e.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      System.exit(1);
    }
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>(DEFAULTS);
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : "";
      if (!DEFAULTS.containsKey(name) || i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " is no option, or has no value");
      }
      options.put(name, args[i + 1]);
    }
    return options;
  }

  private static int run(Map<String, String> options) throws IOException, InterruptedException {
    URI url = URI.create(options.get("url"));
    if (!"http".equals(url.getScheme()) || url.getPort() < 0) {
      throw new IllegalArgumentException("--url is http://HOST:PORT");
    }
    Path folder =
        options.get("out").isEmpty() ? null : Files.createDirectories(Path.of(options.get("out")));
    boolean frames = isFrames(options);
    Protocol protocol = frames ? frames(url, options) : new HttpProtocol(calls(url, options));
    int port = frames ? Integer.parseInt(options.get("frames-port")) : url.getPort();
    LoadResult result;
    try (LoadGenerator generator =
        new LoadGenerator(new InetSocketAddress(url.getHost(), port), protocol, plan(options))) {
      result = generator.run(folder);
    }
    if (folder != null) {
      Summary.write(folder, url.toString(), protocol.name(), result);
    }
    System.out.println(Summary.text(result));
    return result.validity() == Validity.VALID ? 0 : 2;
  }

  private static boolean isFrames(Map<String, String> options) {
    return switch (options.get("protocol")) {
      case "frames" -> true;
      case "http" -> false;
      default -> throw new IllegalArgumentException("--protocol is http or frames");
    };
  }

  private static Protocol frames(URI url, Map<String, String> options) throws IOException {
    CofreFrames frames =
        new CofreFrames(url, Path.of(options.get("token-file")), options.get("key"));
    int bytes = Integer.parseInt(options.get("bytes"));
    List<FrameCall> calls =
        switch (options.get("operation")) {
          case "encrypt" -> frames.encrypt(bytes);
          case "decrypt" -> frames.decrypt(bytes);
          case "both" -> frames.both(bytes);
          default -> throw new IllegalArgumentException("--operation is encrypt, decrypt or both");
        };
    return frames.protocol(calls, Integer.parseInt(options.get("in-flight")));
  }

  private static List<HttpCall> calls(URI url, Map<String, String> options) throws IOException {
    CofreCalls calls = new CofreCalls(url, Path.of(options.get("token-file")), options.get("key"));
    int bytes = Integer.parseInt(options.get("bytes"));
    return switch (options.get("operation")) {
      case "encrypt" -> calls.encrypt(bytes);
      case "decrypt" -> calls.decrypt(bytes);
      case "both" -> calls.both(bytes);
      default -> throw new IllegalArgumentException("--operation is encrypt, decrypt or both");
    };
  }

  private static LoadPlan plan(Map<String, String> options) {
    double rate = Double.parseDouble(options.get("rate"));
    return LoadPlan.of(rate == 0 ? Pacing.closed() : Pacing.constant(rate))
        .lasting(seconds(options.get("warm-up")), seconds(options.get("seconds")))
        .over(Integer.parseInt(options.get("connections")))
        .by(Integer.parseInt(options.get("threads")))
        .within(Duration.ofMillis(Long.parseLong(options.get("timeout-ms"))));
  }

  private static Duration seconds(String text) {
    return Duration.ofMillis((long) (Double.parseDouble(text) * 1_000));
  }
}
