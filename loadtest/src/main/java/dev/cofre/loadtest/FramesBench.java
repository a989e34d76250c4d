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
 * Frames against a reference, in turn, each in a closed loop of 64 requests in flight on each of 4
 * connections. Arguments: the URL of the node's HTTP, the file with the token, the port of its
 * frames, what the reference is (the lean {@code echo} of the same frames, or another {@code node}
 * of the same deployment), the reference's port, seconds for each run, rounds.
 *
 * <p>Both are measured by turns in one process: the machine's moods fall on both.
 */
public final class FramesBench {
  private static final int CONNECTIONS = 4;
  private static final int IN_FLIGHT = 64;
  private static final int BYTES = 1_024;
  private static final String KEY = "demo";

  private final Calls calls;
  private final boolean echo;
  private final LoadPlan plan;

  private FramesBench(URI url, Path tokenFile, boolean echo, Duration duration) {
    this.calls = new Calls(Site.local(url, tokenFile), KEY);
    this.echo = echo;
    this.plan =
        LoadPlan.of(Pacing.closed()).lasting(duration.dividedBy(2), duration).over(CONNECTIONS);
  }

  /** Runs and prints; exit code 1 when an answer was wrong. */
  public static void main(String[] args) throws Exception {
    if (args.length != 7 || !(args[3].equals("echo") || args[3].equals("node"))) {
      System.err.println(
          "usage: FramesBench URL TOKEN-FILE FRAMES-PORT echo|node REFERENCE-PORT SECONDS ROUNDS");
      System.exit(2);
    }
    FramesBench bench =
        new FramesBench(
            URI.create(args[0]),
            Path.of(args[1]),
            args[3].equals("echo"),
            Duration.ofMillis((long) (Double.parseDouble(args[5]) * 1_000)));
    int node = Integer.parseInt(args[2]);
    int reference = Integer.parseInt(args[4]);
    int rounds = Integer.parseInt(args[6]);
    System.exit(bench.run(node, reference, rounds) ? 0 : 1);
  }

  private boolean run(int node, int reference, int rounds)
      throws IOException, InterruptedException {
    List<FrameCall> encrypt = calls.frames(BYTES, Kind.ENCRYPT);
    List<FrameCall> decrypt = calls.frames(BYTES, Kind.DECRYPT);
    boolean right = compare("encrypt", encrypt, node, reference, rounds);
    return compare("decrypt", decrypt, node, reference, rounds) && right;
  }

  private boolean compare(String what, List<FrameCall> prepared, int node, int other, int rounds)
      throws IOException, InterruptedException {
    List<FrameCall> referred = echo ? Calls.echoed(prepared) : prepared;
    boolean right = true;
    List<Double> rates = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      LoadResult reference = load(referred, other);
      LoadResult result = load(prepared, node);
      rates.add(result.reached());
      ratios.add(result.reached() / reference.reached());
      right &= result.errors().isEmpty() && reference.errors().isEmpty();
      System.out.printf(
          Locale.ROOT,
          "%s: %,.0f a second, reference %,.0f, ratio %.3f; generator busy %.0f%% and %.0f%%; %s%n",
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
