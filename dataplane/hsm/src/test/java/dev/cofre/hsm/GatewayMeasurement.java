package dev.cofre.hsm;

import dev.cofre.contract.random.KernelRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures the gateway, by hand: unwraps of distinct data keys with many callers, beside one thread
 * that loops the portable back end without a gateway.
 *
 * <p>{@code softhsm | nss | simulator | junk}, then the back end, then the gateway's threads.
 * Ratios are of rounds that alternate in one run; the median is printed.
 */
final class GatewayMeasurement {
  private static final int KEYS = 10_000;
  private static final int CALLERS = 64;
  private static final int LOOPS = 2;
  private static final int ROUNDS = 5;
  private static final byte[] AAD = new byte[90];
  private static final Requester CALLER = new Requester("measured", "caller");
  private static final Requester NEIGHBOUR = new Requester("measured", "neighbour");

  private final List<ExecutorService> loops = new ArrayList<>();

  private GatewayMeasurement() {
    for (int i = 0; i < LOOPS; i++) {
      loops.add(Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory()));
    }
  }

  /** What one round took. */
  private record Round(double perSecond, long meanNs, long p50Ns, long p99Ns) {
    static Round of(long tookNs, long[] latenciesNs) {
      long[] sorted = latenciesNs.clone();
      Arrays.sort(sorted);
      return new Round(
          sorted.length * 1e9 / tookNs,
          (long) Arrays.stream(sorted).average().orElse(0),
          sorted[sorted.length / 2],
          sorted[sorted.length * 99 / 100]);
    }

    @Override
    public String toString() {
      return "%,.0f/s mean %,d us p50 %,d us p99 %,d us (p99/p50 %.1f)"
          .formatted(
              perSecond, meanNs / 1_000, p50Ns / 1_000, p99Ns / 1_000, (double) p99Ns / p50Ns);
    }
  }

  /** Runs one of the measurements. */
  public static void main(String[] args) throws Exception {
    GatewayMeasurement measurement = new GatewayMeasurement();
    String what = args.length > 0 ? args[0] : "softhsm";
    HsmConfig.Backend backend =
        HsmConfig.Backend.valueOf(args.length > 1 ? args[1] : HsmConfig.Backend.FFM.name());
    int threads = args.length > 2 ? Integer.parseInt(args[2]) : GatewayLimits.DEFAULT.threads();
    switch (what) {
      case "softhsm" -> measurement.token(SoftHsmToken.CONFIG, SoftHsmToken::pin, backend, threads);
      case "nss" -> measurement.token(NssToken.config(), NssToken::pin, backend, threads);
      case "junk" ->
          measurement.junk(
              Pkcs11Hsm.login(SoftHsmToken.CONFIG.with(backend), SoftHsmToken.pin()), threads);
      default -> measurement.simulator(threads);
    }
  }

  private void token(
      HsmConfig config,
      java.util.function.Supplier<Pin> pin,
      HsmConfig.Backend backend,
      int threads)
      throws Exception {
    // Made before the others log in: SunPKCS11's key store shows no KEK that is younger than it,
    // and those are used through the module's own functions, which is not what is compared with.
    List<Wrap> wraps =
        wraps(Pkcs11Hsm.login(config.with(HsmConfig.Backend.SUNPKCS11), pin.get()), KEYS);
    Hsm portable = Pkcs11Hsm.login(config.with(HsmConfig.Backend.SUNPKCS11), pin.get());
    HsmGateway gateway =
        new HsmGateway(
            Pkcs11Hsm.login(config.with(backend), pin.get()),
            GatewayLimits.DEFAULT.withThreads(threads));
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS + 2; round++) {
      Round alone = loop(portable, wraps, 1);
      Round gated = callers(gateway, CALLER, wraps, CALLERS);
      System.out.println(backend + " x" + threads + " loop    " + alone);
      System.out.println(backend + " x" + threads + " gateway " + gated);
      if (round >= 2) {
        ratios.add(gated.perSecond / alone.perSecond);
      }
    }
    printMedian("gateway / one thread that loops", ratios);
    System.out.println(gateway.figures());
  }

  private static void printMedian(String what, List<Double> ratios) {
    ratios.sort(null);
    System.out.printf("%s: median %.2f of %s%n", what, ratios.get(ratios.size() / 2), ratios);
  }

  private void simulator(int threads) throws Exception {
    SimulatedHsm hsm = new SimulatedHsm(Duration.ofMillis(1), 16);
    HsmGateway gateway = new HsmGateway(hsm, GatewayLimits.DEFAULT.withThreads(threads));
    List<Wrap> wraps = wraps(new SimulatedHsmWraps(hsm), KEYS);
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      Round alone = loop(hsm, wraps, 16);
      Round gated = callers(gateway, CALLER, wraps, CALLERS);
      System.out.println("16 loops " + alone);
      System.out.println("gateway  " + gated);
      ratios.add(gated.perSecond / alone.perSecond);
    }
    printMedian("gateway / 16 threads that loop", ratios);
  }

  /** The same simulator; its wraps need not take their time. */
  private static final class SimulatedHsmWraps extends StubHsm {
    private final Hsm hsm;

    SimulatedHsmWraps(Hsm hsm) {
      this.hsm = hsm;
    }

    @Override
    public void generateKek(String label, boolean exportable) {
      hsm.generateKek(label);
    }

    @Override
    public byte[] wrap(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
      return hsm.wrap(kekLabel, iv, aad, key);
    }
  }

  private void junk(Hsm hsm, int threads) throws Exception {
    HsmGateway gateway = new HsmGateway(hsm, GatewayLimits.DEFAULT.withThreads(threads));
    List<Wrap> wraps = wraps(hsm, KEYS);
    callers(gateway, CALLER, wraps, CALLERS);
    for (int callers : new int[] {1, 8, CALLERS}) {
      List<Double> means = new ArrayList<>();
      List<Double> medians = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        Round quiet = callers(gateway, CALLER, wraps.subList(0, 2_000), callers);
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Void> flood = flood(gateway, wraps.getFirst(), stop);
        Round flooded = callers(gateway, CALLER, wraps.subList(0, 2_000), callers);
        stop.set(true);
        flood.join();
        System.out.println(callers + " callers, quiet   " + quiet);
        System.out.println(callers + " callers, flooded " + flooded);
        means.add((double) flooded.meanNs / quiet.meanNs);
        medians.add((double) flooded.p50Ns / quiet.p50Ns);
      }
      printMedian(callers + " callers, mean under junk / without", means);
      printMedian(callers + " callers, p50 under junk / without", medians);
    }
    System.out.println(gateway.figures());
  }

  /** Keeps a thousand distinct junk unwraps in flight. */
  private CompletableFuture<Void> flood(HsmGateway gateway, Wrap model, AtomicBoolean stop) {
    List<CompletableFuture<Void>> chains = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      CompletableFuture<Void> chain = new CompletableFuture<>();
      chains.add(chain);
      nextJunk(gateway, model, stop, chain, i);
    }
    return CompletableFuture.allOf(chains.toArray(CompletableFuture[]::new));
  }

  private void nextJunk(
      HsmGateway gateway, Wrap model, AtomicBoolean stop, CompletableFuture<Void> chain, int loop) {
    if (stop.get()) {
      chain.complete(null);
      return;
    }
    gateway
        .unwrap(
            NEIGHBOUR,
            model.kekLabel(),
            KernelRandom.INSTANCE.bytes(12),
            AAD,
            model.wrapped(),
            loops.get(loop % LOOPS))
        .whenComplete((bytes, failure) -> nextJunk(gateway, model, stop, chain, loop));
  }

  private static List<Wrap> wraps(Hsm hsm, int count) {
    String kek = "measured-" + System.nanoTime();
    hsm.generateKek(kek);
    List<Wrap> wraps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] iv = KernelRandom.INSTANCE.bytes(12);
      wraps.add(
          new Wrap(
              kek, iv, AAD, hsm.wrap(kek, iv, AAD, ClearKey.random(KernelRandom.INSTANCE, 32))));
    }
    return wraps;
  }

  private static Round loop(Hsm hsm, List<Wrap> wraps, int threads) throws Exception {
    AtomicInteger next = new AtomicInteger();
    long[] latencies = new long[wraps.size()];
    List<Thread> running = new ArrayList<>();
    long start = System.nanoTime();
    for (int thread = 0; thread < threads; thread++) {
      running.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = next.getAndIncrement();
                        i < latencies.length;
                        i = next.getAndIncrement()) {
                      long begin = System.nanoTime();
                      Wrap wrap = wraps.get(i);
                      hsm.unwrap(wrap.kekLabel(), wrap.iv(), wrap.aad(), wrap.wrapped());
                      latencies[i] = System.nanoTime() - begin;
                    }
                  }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    return Round.of(System.nanoTime() - start, latencies);
  }

  private Round callers(HsmGateway gateway, Requester requester, List<Wrap> wraps, int callers)
      throws Exception {
    AtomicInteger next = new AtomicInteger();
    long[] latencies = new long[wraps.size()];
    CountDownLatch left = new CountDownLatch(wraps.size());
    long start = System.nanoTime();
    for (int caller = 0; caller < callers; caller++) {
      ExecutorService loop = loops.get(caller % LOOPS);
      loop.execute(() -> call(gateway, requester, wraps, next, latencies, left, loop));
    }
    left.await();
    return Round.of(System.nanoTime() - start, latencies);
  }

  private static void call(
      HsmGateway gateway,
      Requester requester,
      List<Wrap> wraps,
      AtomicInteger next,
      long[] latencies,
      CountDownLatch left,
      ExecutorService loop) {
    int i = next.getAndIncrement();
    if (i >= latencies.length) {
      return;
    }
    long begin = System.nanoTime();
    Wrap wrap = wraps.get(i);
    gateway
        .unwrap(requester, wrap.kekLabel(), wrap.iv(), wrap.aad(), wrap.wrapped(), loop)
        .whenComplete(
            (bytes, failure) -> {
              if (failure != null) {
                failure.printStackTrace();
              }
              latencies[i] = System.nanoTime() - begin;
              left.countDown();
              call(gateway, requester, wraps, next, latencies, left, loop);
            });
  }
}
