package dev.cofre.loadtest;

import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.wire.ServerTime;
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
 * of the same deployment), the reference's port, seconds for each run, rounds, the node's process,
 * the reference's.
 *
 * <p>First each server is warmed until the compilers of its JVM rest, in {@value #WARM_UP_MAX} runs
 * at most: they share its processor. Then both are measured by turns in one process, now the one
 * first and now the other: the machine's moods fall on both, and so does what a server does behind
 * its run. Beside the rates stands the processor time of each server's process for one answer, its
 * compilers included: what a server costs where the generator or its neighbours, not the server,
 * are what is waited for.
 */
public final class FramesBench {
  private static final int CONNECTIONS = 4;
  private static final int IN_FLIGHT = 64;
  private static final int BYTES = 1_024;
  private static final int WARM_UP_MAX = 40;
  private static final int QUIET_RUNS = 3;
  private static final double QUIET_SHARE = 0.05;
  private static final String KEY = "demo";

  private final Calls calls;
  private final boolean echo;
  private final LoadPlan warmUp;
  private final LoadPlan plan;
  private final Server node;
  private final Server reference;

  /** One of the two, and how much processor time it has taken. */
  private record Server(int port, ServerTime time) {
    static Server of(String port, String pid) {
      ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      return new Server(Integer.parseInt(port), new ServerTime(process));
    }
  }

  /** What one run has shown. */
  private record Run(LoadResult result, double processorNs) {}

  private FramesBench(
      URI url, Path tokenFile, boolean echo, Duration duration, Server node, Server reference) {
    this.calls = new Calls(Site.local(url, tokenFile), KEY);
    this.echo = echo;
    this.node = node;
    this.reference = reference;
    this.warmUp = closed(duration.dividedBy(4));
    this.plan = closed(duration);
  }

  private static LoadPlan closed(Duration duration) {
    return LoadPlan.of(Pacing.closed()).lasting(Duration.ZERO, duration).over(CONNECTIONS);
  }

  /** Runs and prints; exit code 1 when an answer was wrong. */
  public static void main(String[] args) throws Exception {
    if (args.length != 9 || !(args[3].equals("echo") || args[3].equals("node"))) {
      System.err.println(
          "usage: FramesBench URL TOKEN-FILE FRAMES-PORT echo|node REFERENCE-PORT SECONDS ROUNDS PID REFERENCE-PID");
      System.exit(2);
    }
    FramesBench bench =
        new FramesBench(
            URI.create(args[0]),
            Path.of(args[1]),
            args[3].equals("echo"),
            Duration.ofMillis((long) (Double.parseDouble(args[5]) * 1_000)),
            Server.of(args[2], args[7]),
            Server.of(args[4], args[8]));
    System.exit(bench.run(Integer.parseInt(args[6])) ? 0 : 1);
  }

  private boolean run(int rounds) throws IOException, InterruptedException {
    List<FrameCall> encrypt = calls.frames(BYTES, Kind.ENCRYPT);
    List<FrameCall> decrypt = calls.frames(BYTES, Kind.DECRYPT);
    boolean right = compare("encrypt", encrypt, rounds);
    return compare("decrypt", decrypt, rounds) && right;
  }

  private boolean compare(String what, List<FrameCall> prepared, int rounds)
      throws IOException, InterruptedException {
    List<FrameCall> referred = echo ? Calls.echoed(prepared) : prepared;
    boolean right = true;
    List<Double> rates = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> timeRatios = new ArrayList<>();
    warm(what + ", reference", referred, reference);
    warm(what, prepared, node);
    for (int round = 0; round < rounds; round++) {
      boolean first = round % 2 == 0;
      Run before = first ? load(referred, reference) : load(prepared, node);
      Run after = first ? load(prepared, node) : load(referred, reference);
      Run own = first ? after : before;
      Run other = first ? before : after;
      rates.add(own.result().reached());
      ratios.add(own.result().reached() / other.result().reached());
      timeRatios.add(other.processorNs() / own.processorNs());
      right &= own.result().errors().isEmpty() && other.result().errors().isEmpty();
      System.out.printf(
          Locale.ROOT,
          "%s: %,.0f a second, reference %,.0f, ratio %.3f; processor time %,.0f ns, reference %,.0f, ratio %.3f; generator busy %.0f%% and %.0f%%; %s%n",
          what,
          own.result().reached(),
          other.result().reached(),
          ratios.getLast(),
          own.processorNs(),
          other.processorNs(),
          timeRatios.getLast(),
          100 * own.result().busyShare(),
          100 * other.result().busyShare(),
          own.result().errors());
    }
    System.out.printf(
        Locale.ROOT,
        "%s median: %,.0f a second, ratio %.3f, by processor time %.3f%n",
        what,
        median(rates),
        median(ratios),
        median(timeRatios));
    return right;
  }

  /** Compilers run beside the first seconds of load, on the server's own processor. */
  private void warm(String what, List<FrameCall> prepared, Server server)
      throws IOException, InterruptedException {
    int runs = 0;
    int quiet = 0;
    double share = 1;
    while (runs < WARM_UP_MAX && quiet < QUIET_RUNS) {
      long compilersNs = server.time().compilersNs();
      long startNs = System.nanoTime();
      run(prepared, server, warmUp);
      share = (double) (server.time().compilersNs() - compilersNs) / (System.nanoTime() - startNs);
      quiet = share <= QUIET_SHARE ? quiet + 1 : 0;
      runs++;
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %s after %d runs of warm-up, compilers at %.0f%%%n",
        what,
        quiet == QUIET_RUNS ? "warm" : "not quite warm",
        runs,
        100 * share);
  }

  private LoadResult run(List<FrameCall> prepared, Server server, LoadPlan by)
      throws IOException, InterruptedException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    return LoadGenerator.run(address, calls.protocol(prepared, IN_FLIGHT), by);
  }

  private Run load(List<FrameCall> prepared, Server server)
      throws IOException, InterruptedException {
    run(prepared, server, warmUp);
    long before = server.time().processNs();
    LoadResult result = run(prepared, server, plan);
    return new Run(
        result, (double) (server.time().processNs() - before) / Math.max(1, result.done()));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
