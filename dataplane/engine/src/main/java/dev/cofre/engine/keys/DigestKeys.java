package dev.cofre.engine.keys;

import static dev.cofre.contract.audit.digest.WrappedDigestKey.LENGTH;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.cofre.contract.audit.digest.ContextDigestKey;
import dev.cofre.contract.audit.digest.WrappedDigestKey;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.Requester;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * What the encryption contexts in audit events are digested with: the keys of this year and the
 * next, as the snapshot's statements tell them, unwrapped by the HSM and kept in locked memory
 * outside the heap until their year is over; and those of the tenants, which are derived from them
 * when they are needed first (docs/adr/0034).
 *
 * <p>Concurrency: thread-safe. {@link #of} takes no lock for a tenant that it has met this year.
 * Nothing here blocks on the HSM.
 */
public final class DigestKeys {
  private static final System.Logger LOG = System.getLogger(DigestKeys.class.getName());
  private static final int YEARS_MAX = 4;

  /** So many tenants have a derived key; when there are more, all are derived again. */
  private static final int TENANTS_MAX = 4_096;

  private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(10);

  /** An event that was begun at the year's last moment finds its key still. */
  private static final long AFTER_YEAR_S = 60;

  private final HsmGateway gateway;
  private final Clock clock;
  private final MemorySegment memory = LockedMemory.allocate((long) YEARS_MAX * LENGTH);
  private final boolean[] taken = new boolean[YEARS_MAX];
  private final Map<Integer, Year> years = new HashMap<>();
  private final Map<UUID, Long> asked = new HashMap<>();
  private final LongAdder undigested = new LongAdder();
  private final CompletableFuture<Void> tried = new CompletableFuture<>();
  private List<WrappedDigestKey> offered = List.of();
  private volatile Year current;

  /** The key of one year, in its place. */
  private final class Year {
    private final WrappedDigestKey key;
    private final int place;
    private final long fromS;
    private final long toS;
    private final Map<String, ContextDigestKey> tenants = new ConcurrentHashMap<>();
    private boolean closed;

    Year(WrappedDigestKey key, int place) {
      this.key = key;
      this.place = place;
      this.fromS = beginS(key.year());
      this.toS = beginS(key.year() + 1);
    }

    boolean holds(long timeS) {
      return timeS >= fromS && timeS < toS;
    }

    ContextDigestKey of(String tenant) {
      ContextDigestKey known = tenants.get(tenant);
      return known == null ? derive(tenant) : known;
    }

    private synchronized ContextDigestKey derive(String tenant) {
      if (closed) {
        return null;
      }
      if (tenants.size() >= TENANTS_MAX) {
        forgetTenants();
      }
      return tenants.computeIfAbsent(
          tenant,
          name -> {
            byte[] bytes = memory.asSlice((long) place * LENGTH, LENGTH).toArray(JAVA_BYTE);
            try {
              return new ContextDigestKey(key.id(), key.year(), bytes, name);
            } finally {
              Arrays.fill(bytes, (byte) 0);
            }
          });
    }

    private void forgetTenants() {
      for (Iterator<ContextDigestKey> each = tenants.values().iterator(); each.hasNext(); ) {
        ContextDigestKey derived = each.next();
        each.remove();
        derived.close();
      }
    }

    synchronized void close() {
      closed = true;
      memory.asSlice((long) place * LENGTH, LENGTH).fill((byte) 0);
      forgetTenants();
    }
  }

  /** None yet; unwrapped through {@code gateway}, this year being that of {@code clock}. */
  public DigestKeys(HsmGateway gateway, Clock clock) {
    this.gateway = gateway;
    this.clock = clock;
  }

  private static long beginS(int year) {
    return LocalDate.of(year, 1, 1).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
  }

  /**
   * Takes the keys that the newest statement tells of; others are overwritten. Does not wait until
   * they are unwrapped.
   */
  public synchronized void offer(List<WrappedDigestKey> keys) {
    if (!offered.equals(keys)) {
      offered = List.copyOf(keys);
      asked.clear();
      retain();
    }
    CompletableFuture<?>[] asking = askMissing();
    // Who asked before tells when that has ended.
    if (asking.length > 0 || missing().findAny().isEmpty()) {
      CompletableFuture.allOf(asking).whenComplete((done, failure) -> tried.complete(null));
    }
  }

  /** Completes when the first keys that were offered are here, or could not be unwrapped. */
  public CompletableFuture<Void> tried() {
    return tried;
  }

  /** Overwrites what is over, and asks the HSM for what is missing; each second. */
  synchronized void sweep() {
    retain();
    askMissing();
  }

  private CompletableFuture<?>[] askMissing() {
    return missing()
        .filter(key -> mayAsk(key.id()))
        .map(this::unwrap)
        .toArray(CompletableFuture<?>[]::new);
  }

  private Stream<WrappedDigestKey> missing() {
    long nowS = clock.instant().getEpochSecond();
    return offered.stream()
        .filter(key -> beginS(key.year() + 1) > nowS && !years.containsKey(key.year()));
  }

  /** Overwrites those that are not offered any more, and those whose year is over. */
  private void retain() {
    long nowS = clock.instant().getEpochSecond();
    years
        .values()
        .removeIf(
            year -> {
              boolean stays = offered.contains(year.key) && year.toS + AFTER_YEAR_S > nowS;
              if (!stays) {
                drop(year);
              }
              return !stays;
            });
  }

  @SuppressWarnings("ReferenceEquality") // it is the one that is current, or another
  private void drop(Year year) {
    if (current == year) {
      current = null;
    }
    year.close();
    taken[year.place] = false;
  }

  private boolean mayAsk(UUID id) {
    Long lastNs = asked.get(id);
    long nowNs = System.nanoTime();
    if (lastNs != null && nowNs - lastNs < RETRY_NS) {
      return false;
    }
    asked.put(id, nowNs);
    return true;
  }

  private CompletableFuture<?> unwrap(WrappedDigestKey key) {
    return gateway
        .unwrap(Requester.NODE, key.kekLabel(), key.iv(), key.aad(), key.sealed(), null)
        .whenComplete(
            (clear, failure) -> {
              if (failure == null) {
                hold(key, clear);
              } else {
                LOG.log(
                    Level.WARNING,
                    "the audit digest key of {0} cannot be unwrapped: {1}; trying again",
                    Integer.toString(key.year()),
                    failure.getMessage());
              }
            });
  }

  private synchronized void hold(WrappedDigestKey key, ClearKey clear) {
    try (clear) {
      int place = 0;
      while (place < YEARS_MAX && taken[place]) {
        place++;
      }
      boolean isWanted = offered.contains(key) && !years.containsKey(key.year());
      if (!isWanted || place == YEARS_MAX || clear.length() != LENGTH) {
        return;
      }
      MemorySegment.copy(
          MemorySegment.ofBuffer(clear.bytes()), 0, memory, (long) place * LENGTH, LENGTH);
      taken[place] = true;
      years.put(key.year(), new Year(key, place));
    }
  }

  /**
   * What contexts of {@code tenant} are digested with in an event of {@code timeS}.
   *
   * @param timeS seconds since 1970
   * @return null when the node has no key of that year
   */
  public ContextDigestKey of(String tenant, long timeS) {
    Year year = current;
    if (year == null || !year.holds(timeS)) {
      year = find(timeS);
    }
    return year == null ? null : year.of(tenant);
  }

  private synchronized Year find(long timeS) {
    for (Year year : years.values()) {
      if (year.holds(timeS)) {
        current = year;
        return year;
      }
    }
    return null;
  }

  /** An event tells that there was no key. */
  public void undigested() {
    undigested.increment();
  }

  /** How many events told that. */
  public long undigestedEvents() {
    return undigested.sum();
  }

  /** Whether there is a key for events of now. */
  public boolean isReady() {
    long nowS = clock.instant().getEpochSecond();
    Year year = current;
    return (year != null && year.holds(nowS)) || find(nowS) != null;
  }
}
