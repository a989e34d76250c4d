package dev.cofre.loadtest.generator;

import dev.cofre.loadtest.observe.Ceiling;
import dev.cofre.loadtest.observe.NullServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * The generator at a rate of frames against a null server in another process, by windows of five
 * seconds. Arguments: {@code serve}; or the port, frames a second, windows.
 */
public final class GeneratorSpeed {
  private static final int WINDOW_SECONDS = 5;

  /** Until the loop is compiled, which is late by what the compiler takes of its processor. */
  private static final int WARM_UP_SECONDS = 20;

  private static final int BYTES = 1_024;
  private static final int CONNECTIONS = 4;
  private static final int IN_FLIGHT = 64;

  private GeneratorSpeed() {}

  /** Runs and prints. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("serve")) {
      try (NullServer server = new NullServer(NullServer.Kind.FRAMES)) {
        System.out.println("port " + server.address().getPort());
        Thread.currentThread().join();
      }
      return;
    }
    int windows = Integer.parseInt(args[2]);
    LoadPlan plan =
        LoadPlan.of(Pacing.constant(Double.parseDouble(args[1])))
            .lasting(
                Duration.ofSeconds(WARM_UP_SECONDS),
                Duration.ofSeconds((long) windows * WINDOW_SECONDS))
            .over(CONNECTIONS);
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    LoadResult result = LoadGenerator.run(address, Ceiling.frames(BYTES, IN_FLIGHT), plan);
    for (int i = 0; i < windows; i++) {
      print(i, result.intervals().subList(i * WINDOW_SECONDS, (i + 1) * WINDOW_SECONDS));
    }
    System.out.printf(
        Locale.ROOT,
        "reached %.0f errors %s busy %.2f late p99.9 %.1f us, hiccups p99.9 %.1f us%n",
        result.reached(),
        result.errors(),
        result.busyShare(),
        result.late().getValueAtPercentile(99.9) / 1e3,
        result.hiccups().getValueAtPercentile(99.9) / 1e3);
  }

  private static void print(int window, List<Interval> intervals) {
    List<Histogram> parts = new ArrayList<>();
    long hiccupNs = 0;
    long done = 0;
    for (Interval interval : intervals) {
      parts.add(interval.late());
      hiccupNs = Math.max(hiccupNs, interval.hiccupMaxNs());
      done += interval.done();
    }
    System.out.printf(
        Locale.ROOT,
        "window %d late p99.9 %.1f us, hiccup max %.1f us, done %d%n",
        window,
        Sums.of(parts).getValueAtPercentile(99.9) / 1e3,
        hiccupNs / 1e3,
        done);
  }
}
