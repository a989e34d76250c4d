package dev.cofre.loadtest;

import dev.cofre.client.TokenSource;
import dev.cofre.client.frames.BlockingFrameClient;
import dev.cofre.client.frames.FrameClient;
import dev.cofre.client.frames.FrameLimits;
import dev.cofre.client.frames.FrameOptions;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.loadtest.frames.FramesProtocol;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.traffic.Calls;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.workload.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The Java client against the raw frames generator, in turn: singles of 1 KiB, 64 in flight, async
 * and from 64 platform threads that wait; the generator has 64 in flight on each of 4 connections.
 * Arguments: the URL of the node's HTTP, the file with the token, the port of its frames, the
 * client's connections, seconds for each run, rounds.
 */
public final class FrameClientBench {
  private static final int IN_FLIGHT = 64;
  private static final int CONNECTIONS = 4;
  private static final int BYTES = 1_024;
  private static final String KEY = "demo";

  private final Calls calls;
  private final InetSocketAddress node;
  private final FrameOptions options;
  private final long runNs;
  private final byte[] plaintext = new byte[BYTES];
  private final LongAdder wrong = new LongAdder();

  private FrameClientBench(URI url, Path token, int port, int connections, double seconds) {
    this.calls = new Calls(Site.local(url, token), KEY);
    this.node = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.options =
        FrameOptions.of(TokenSource.file(token), "tcp://127.0.0.1:" + port)
            .withLimits(FrameLimits.DEFAULT.withConnectionsPerNode(connections));
    this.runNs = (long) (seconds * 1e9);
  }

  /** Runs and prints; exit code 1 when an answer was wrong. */
  public static void main(String[] args) throws Exception {
    if (args.length != 6) {
      System.err.println(
          "usage: FrameClientBench URL TOKEN-FILE FRAMES-PORT CONNECTIONS SECONDS ROUNDS");
      System.exit(2);
    }
    FrameClientBench bench =
        new FrameClientBench(
            URI.create(args[0]),
            Path.of(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]),
            Double.parseDouble(args[4]));
    System.exit(bench.run(Integer.parseInt(args[5])) ? 0 : 1);
  }

  private boolean run(int rounds) throws IOException, InterruptedException {
    List<Double> async = new ArrayList<>();
    List<Double> blocking = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      double raw = raw();
      double asyncRate = measured(this::async);
      double blockingRate = measured(this::blocking);
      async.add(asyncRate / raw);
      blocking.add(blockingRate / raw);
      System.out.printf(
          Locale.ROOT,
          "raw %,.0f a second; async %,.0f, ratio %.3f; blocking %,.0f, ratio %.3f; wrong %d%n",
          raw,
          asyncRate,
          asyncRate / raw,
          blockingRate,
          blockingRate / raw,
          wrong.sum());
    }
    System.out.printf(
        Locale.ROOT,
        "async median ratio %.3f%nblocking median ratio %.3f%n",
        median(async),
        median(blocking));
    return wrong.sum() == 0;
  }

  private double raw() throws IOException, InterruptedException {
    FramesProtocol protocol =
        calls.protocol(calls.frames(BYTES, Operation.Kind.ENCRYPT), IN_FLIGHT);
    Duration duration = Duration.ofNanos(runNs);
    LoadResult result =
        LoadGenerator.run(
            node,
            protocol,
            LoadPlan.of(Pacing.closed())
                .lasting(duration.dividedBy(2), duration)
                .over(CONNECTIONS));
    wrong.add(result.errors().values().stream().mapToLong(Long::longValue).sum());
    return result.reached();
  }

  /** A load that goes on until a time, counting what was answered right. */
  private interface Load {
    void run(FrameClient client, long untilNs, LongAdder done) throws InterruptedException;
  }

  /** The rate of {@code load} behind a warm-up of half the time. */
  private double measured(Load load) throws InterruptedException {
    try (FrameClient client = FrameClient.create(options)) {
      load.run(client, System.nanoTime() + runNs / 2, new LongAdder());
      LongAdder done = new LongAdder();
      long startNs = System.nanoTime();
      load.run(client, startNs + runNs, done);
      return done.sum() / ((System.nanoTime() - startNs) / 1e9);
    }
  }

  private boolean isRight(byte[] envelope) {
    return envelope.length == BYTES + EnvelopeFormat.OVERHEAD;
  }

  private void async(FrameClient client, long untilNs, LongAdder done) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      next(client, untilNs, done, ended, new AtomicLong());
    }
    if (!ended.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("calls without an end");
    }
  }

  /** Each answer asks the next. */
  private void next(
      FrameClient client, long untilNs, LongAdder done, CountDownLatch ended, AtomicLong own) {
    client
        .encrypt(KEY, plaintext, Map.of())
        .whenComplete(
            (envelope, failure) -> {
              if (failure != null || !isRight(envelope)) {
                wrong.increment();
              } else {
                own.setPlain(own.getPlain() + 1);
              }
              if (System.nanoTime() - untilNs < 0) {
                next(client, untilNs, done, ended, own);
              } else {
                done.add(own.getPlain());
                ended.countDown();
              }
            });
  }

  private void blocking(FrameClient client, long untilNs, LongAdder done)
      throws InterruptedException {
    BlockingFrameClient waiting = client.blocking();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < IN_FLIGHT; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    long own = 0;
                    while (System.nanoTime() - untilNs < 0) {
                      if (isRight(waiting.encrypt(KEY, plaintext, Map.of()))) {
                        own++;
                      } else {
                        wrong.increment();
                      }
                    }
                    done.add(own);
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
