package dev.cofre.loadtest;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sums;
import dev.cofre.loadtest.http.HttpProtocol;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.workload.Operation.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The latency of encrypting 1 KiB at half of a node's capacity. Arguments: the URL of the node, the
 * file with the token, {@code http} or {@code frames}, the port of these, seconds of the search for
 * the capacity, windows.
 *
 * <p>First a closed loop warms the node and finds how much it does with this generator; then half
 * of that is offered on a schedule, whatever the answers do, in windows of 5 seconds. Latency
 * counts from the scheduled send, so pauses of the node (its collections too), of the machine and
 * of this generator are in it; beside each window stands what a thread that only sleeps saw of the
 * last two.
 */
public final class LatencyBench {
  private static final int WINDOW_SECONDS = 5;
  private static final int BYTES = 1_024;
  private static final int HTTP_CONNECTIONS = 32;
  private static final int FRAME_CONNECTIONS = 4;
  private static final int IN_FLIGHT = 64;
  private static final double SHARE = 0.5;

  /**
   * What is due is gathered for so long: as our client does with frames, and so that the
   * generator's thread sleeps in between, on a processor that it shares.
   */
  private static final Duration GATHER =
      Duration.ofNanos(1_000 * Long.getLong("cofre.bench.gatherUs", 100));

  private static final double PERCENTILE = 99;

  private final InetSocketAddress address;
  private final Protocol protocol;
  private final int connections;

  private LatencyBench(URI url, Path tokenFile, boolean frames, int port) throws IOException {
    Calls calls = new Calls(Site.local(url, tokenFile), "demo");
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.connections = frames ? FRAME_CONNECTIONS : HTTP_CONNECTIONS;
    this.protocol =
        frames
            ? calls.protocol(calls.frames(BYTES, Kind.ENCRYPT), IN_FLIGHT)
            : new HttpProtocol(calls.raw(BYTES, Kind.ENCRYPT));
  }

  /** Runs and prints; exit code 1 when a request was not done. */
  public static void main(String[] args) throws Exception {
    if (args.length != 6 || !(args[2].equals("http") || args[2].equals("frames"))) {
      System.err.println(
          "usage: LatencyBench URL TOKEN-FILE http|frames PORT CAPACITY-SECONDS WINDOWS");
      System.exit(2);
    }
    LatencyBench bench =
        new LatencyBench(
            URI.create(args[0]),
            Path.of(args[1]),
            args[2].equals("frames"),
            Integer.parseInt(args[3]));
    long seconds = Long.parseLong(args[4]);
    System.exit(bench.run(Duration.ofSeconds(seconds), Integer.parseInt(args[5])) ? 0 : 1);
  }

  private boolean run(Duration search, int windows) throws IOException, InterruptedException {
    double capacity =
        load(LoadPlan.of(Pacing.closed()).lasting(search, search.dividedBy(2))).reached();
    LoadResult result =
        load(
            LoadPlan.of(Pacing.constant(SHARE * capacity))
                .gathering(GATHER)
                .lasting(
                    Duration.ofSeconds(WINDOW_SECONDS),
                    Duration.ofSeconds((long) windows * WINDOW_SECONDS)));
    System.out.printf(
        Locale.ROOT,
        "capacity %,.0f a second, offered %,.0f, reached %,.0f, generator busy %.0f%%, %s, errors %s%n",
        capacity,
        SHARE * capacity,
        result.reached(),
        100 * result.busyShare(),
        result.validity(),
        result.errors());
    for (int i = 0; i < windows; i++) {
      print(i, result.intervals().subList(i * WINDOW_SECONDS, (i + 1) * WINDOW_SECONDS));
    }
    return result.errors().isEmpty();
  }

  private LoadResult load(LoadPlan plan) throws IOException, InterruptedException {
    return LoadGenerator.run(address, protocol, plan.over(connections));
  }

  private static void print(int window, List<Interval> seconds) {
    System.out.printf(
        Locale.ROOT,
        "window %d p99 %.1f us, sends late p99 %.1f us, hiccups p99 %.1f us, max %.1f us, done %d%n",
        window,
        Sums.of(seconds.stream().map(Interval::latency).toList()).getValueAtPercentile(PERCENTILE)
            / 1e3,
        Sums.of(seconds.stream().map(Interval::late).toList()).getValueAtPercentile(PERCENTILE)
            / 1e3,
        Sums.of(seconds.stream().map(Interval::hiccups).toList()).getValueAtPercentile(PERCENTILE)
            / 1e3,
        seconds.stream().mapToLong(Interval::hiccupMaxNs).max().orElse(0) / 1e3,
        seconds.stream().mapToLong(Interval::done).sum());
  }
}
