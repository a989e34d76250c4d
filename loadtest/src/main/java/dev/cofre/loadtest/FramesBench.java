package dev.cofre.loadtest;

import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.frames.FramesProtocol;
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
 * <p>Both are measured by turns in one process: the machine's moods fall on both. Beside the rates
 * stands the processor time of each server's process for one answer, its compilers included: what a
 * server costs where the generator or its neighbours, not the server, are what is waited for.
 */
public final class FramesBench {
  private static final int CONNECTIONS = 4;
  private static final int IN_FLIGHT = 64;
  private static final int BYTES = 1_024;
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
    this.warmUp = closed(duration.dividedBy(2));
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
    for (int round = 0; round < rounds; round++) {
      Run other = load(referred, reference);
      Run own = load(prepared, node);
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

  private Run load(List<FrameCall> prepared, Server server)
      throws IOException, InterruptedException {
    FramesProtocol protocol = calls.protocol(prepared, IN_FLIGHT);
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    LoadGenerator.run(address, protocol, warmUp);
    long before = server.time().processNs();
    LoadResult result = LoadGenerator.run(address, protocol, plan);
    return new Run(
        result, (double) (server.time().processNs() - before) / Math.max(1, result.done()));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
