package dev.cofre.loadtest;

import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.frames.FramesProtocol;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.workload.Operation.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Frames against the lean echo of the same frames, in turn, each in a closed loop of 64 requests in
 * flight on each of 4 connections. Arguments: the URL of the node's HTTP, the file with the token,
 * the port of its frames, the port of the echo, seconds for each run, rounds.
 *
 * <p>The echo and the node are measured by turns in one process: the machine's moods fall on both.
 */
public final class FramesBench {
  private static final int CONNECTIONS = 4;
  private static final int IN_FLIGHT = 64;
  private static final int BYTES = 1_024;
  private static final String KEY = "demo";

  private final Calls calls;
  private final LoadPlan plan;

  private FramesBench(URI url, Path tokenFile, Duration duration) {
    this.calls = new Calls(Site.local(url, tokenFile), KEY);
    this.plan =
        LoadPlan.of(Pacing.closed()).lasting(duration.dividedBy(2), duration).over(CONNECTIONS);
  }

  /** Runs and prints; exit code 1 when an answer was wrong. */
  public static void main(String[] args) throws Exception {
    if (args.length != 6) {
      System.err.println("usage: FramesBench URL TOKEN-FILE FRAMES-PORT ECHO-PORT SECONDS ROUNDS");
      System.exit(2);
    }
    FramesBench bench =
        new FramesBench(
            URI.create(args[0]),
            Path.of(args[1]),
            Duration.ofMillis((long) (Double.parseDouble(args[4]) * 1_000)));
    int node = Integer.parseInt(args[2]);
    int echo = Integer.parseInt(args[3]);
    int rounds = Integer.parseInt(args[5]);
    System.exit(bench.run(node, echo, rounds) ? 0 : 1);
  }

  private boolean run(int node, int echo, int rounds) throws IOException, InterruptedException {
    List<FrameCall> encrypt = calls.frames(BYTES, Kind.ENCRYPT);
    List<FrameCall> decrypt = calls.frames(BYTES, Kind.DECRYPT);
    boolean right = compare("encrypt", encrypt, node, echo, rounds);
    return compare("decrypt", decrypt, node, echo, rounds) && right;
  }

  private boolean compare(String what, List<FrameCall> prepared, int node, int echo, int rounds)
      throws IOException, InterruptedException {
    boolean right = true;
    List<Double> rates = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      LoadResult reference = load(Calls.echoed(prepared), echo);
      LoadResult result = load(prepared, node);
      rates.add(result.reached());
      ratios.add(result.reached() / reference.reached());
      right &= result.errors().isEmpty() && reference.errors().isEmpty();
      System.out.printf(
          Locale.ROOT,
          "%s: %,.0f a second, echo %,.0f, ratio %.3f; generator busy %.0f%% and %.0f%%; %s%n",
          what,
          result.reached(),
          reference.reached(),
          result.reached() / reference.reached(),
          100 * result.busyShare(),
          100 * reference.busyShare(),
          result.errors());
    }
    System.out.printf(
        Locale.ROOT,
        "%s median: %,.0f a second, ratio %.3f%n",
        what,
        median(rates),
        median(ratios));
    return right;
  }

  private LoadResult load(List<FrameCall> prepared, int port)
      throws IOException, InterruptedException {
    FramesProtocol protocol = calls.protocol(prepared, IN_FLIGHT);
    return LoadGenerator.run(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), protocol, plan);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
